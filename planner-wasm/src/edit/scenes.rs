//! Which footage shows the same: copies of a clip, takes of one scene, a camera that stands still.
//!
//! A view that is like none before it begins a scene, in the order of the sources, and each is of the scene
//! whose first view it is most like. Likeness to the first and not to the last of a scene keeps a camera that
//! wanders from making all it sees one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::footage::{Look, Shot, View};

/// Views of a clip that are compared; of more, neighbours pass for one.
const MOST_VIEWS: usize = 256;
/// Scenes that are told apart; what is like none of them is of no scene.
const MOST_SCENES: usize = 2048;

/// Share of its views from which on a take shows what another shows.
const HALF: (usize, usize) = (1, 2);
/// Share from which on a whole clip is a copy: one that holds something else too is a clip of its own.
pub(super) const MOST: (usize, usize) = (3, 4);

/// The scenes of one clip: until when which scene is seen, ascending.
pub(super) type Scenes = Vec<(u64, Option<u32>)>;

/// Neighbouring views that pass for one.
fn stride(views: &[View]) -> usize {
    views.len().div_ceil(MOST_VIEWS).max(1)
}

/// Of each shot how many of the clip's scenes begin before its end.
pub(super) fn bounds(views: &[View], shots: &[Shot]) -> Vec<usize> {
    let before = |shot: &Shot| views.partition_point(|view| view.start_us < shot.end_us);
    let bounds = shots
        .iter()
        .map(|shot| before(shot).div_ceil(stride(views)));
    bounds.collect()
}

/// Numbers the scenes of clips, given their views.
pub(super) fn scenes<'a>(clips: impl Iterator<Item = &'a [View]> + Clone) -> Vec<Scenes> {
    let first = |views: &'a [View]| views.chunks(stride(views)).filter_map(<[View]>::first);
    let mut known: Vec<&Look> = Vec::new();
    for view in clips.clone().flat_map(first) {
        if known.len() < MOST_SCENES && !known.iter().any(|look| look.is_like(&view.look)) {
            known.push(&view.look);
        }
    }
    let scene = |view: &View| {
        let looks = known.iter().zip(0..);
        let like = looks.filter_map(|(look, n)| Some((look.apart(&view.look)?, n)));
        like.min().map(|(_, n)| n)
    };
    let of_clip = |views: &'a [View]| {
        let neighbours = views.chunks(stride(views));
        let numbered = neighbours.filter_map(|of| Some((of.last()?.end_us, scene(of.first()?))));
        numbered.collect()
    };
    clips.map(of_clip).collect()
}

/// Instants of a window at which it is looked which scene is seen; the same as a number of things and as a
/// part of a price.
const LOOKS: u8 = 6;
pub(super) const INSTANTS: usize = LOOKS as usize;
pub(super) const WHOLE: i64 = LOOKS as i64;
/// No scene.
const NONE: u32 = u32::MAX;

/// The scenes that a window shows, as far as they are known, and at how many of [`INSTANTS`] each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen([(u32, u8); INSTANTS]);

impl Seen {
    /// Nothing is known.
    pub(super) const UNKNOWN: Self = Self([(NONE, 0); INSTANTS]);

    /// Each once, with its number of instants.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let known = self.0.iter().take_while(|(scene, _)| *scene != NONE);
        known.filter_map(|(scene, times)| Some((usize::try_from(*scene).ok()?, (*times).into())))
    }

    /// At how many instants a scene is seen.
    pub(super) fn instants(&self, scene: usize) -> usize {
        let own = self.iter().find(|(one, _)| *one == scene);
        own.map_or(0, |(_, instants)| instants)
    }

    /// Whether both show one of them.
    pub(super) fn shares(&self, other: &Self) -> bool {
        self.iter().any(|(scene, _)| other.instants(scene) > 0)
    }
}

/// The scenes that are seen in a stretch, looked for at instants evenly apart.
pub(super) fn scenes_in(scenes: &Scenes, start_us: u64, end_us: u64) -> Seen {
    let mut seen = Seen::UNKNOWN;
    let length = end_us.saturating_sub(start_us);
    for n in 0..INSTANTS as u64 {
        let at_us = start_us + length * (2 * n + 1) / (2 * INSTANTS as u64);
        let next = scenes.partition_point(|(end, _)| *end <= at_us);
        let Some((_, Some(scene))) = scenes.get(next) else {
            continue;
        };
        let own = seen
            .0
            .iter_mut()
            .find(|(one, _)| one == scene || *one == NONE);
        if let Some(own) = own {
            *own = (*scene, own.1 + 1);
        }
    }
    seen
}

/// Of each of many lists of views, such as a clip's or a take's, the first one of its family: at least so
/// large a `share` of what it shows is shown by those of the family before it.
pub(super) fn families(lists: &[&[(u64, Option<u32>)]], share: (usize, usize)) -> Vec<usize> {
    let mut first_with: BTreeMap<u32, usize> = BTreeMap::new();
    let mut families: Vec<usize> = Vec::with_capacity(lists.len());
    for (index, scenes) in lists.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for scene in scenes.iter().filter_map(|(_, scene)| *scene) {
            let first = *first_with.entry(scene).or_insert(index);
            let family = families.get(first).copied().unwrap_or(index);
            *shared.entry(family).or_default() += 1;
        }
        let most = shared
            .into_iter()
            .max_by_key(|(family, count)| (*count, Reverse(*family)));
        let family = most.filter(|(_, count)| share.1 * count >= share.0 * scenes.len());
        families.push(family.map_or(index, |(family, _)| family));
    }
    families
}

/// A take of a clip among all takes of all clips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Take {
    /// Number of the first take of its kin: at least half of what it shows is shown by takes of these before
    /// it.
    pub(super) kin: usize,
    /// Number of the first take of the same clip and kin.
    pub(super) own: usize,
}

/// The takes of each clip, given its scenes and the [`bounds`] of its shots.
pub(super) fn takes(clips: &[(&Scenes, Vec<usize>)]) -> Vec<Vec<Take>> {
    let mut lists: Vec<&[(u64, Option<u32>)]> = Vec::new();
    for (scenes, bounds) in clips {
        let mut from = 0;
        for bound in bounds {
            let next = (*bound).max(from);
            lists.push(scenes.get(from..next).unwrap_or_default());
            from = next;
        }
    }
    let mut kins = (0..).zip(families(&lists, HALF));
    let mut takes = Vec::with_capacity(clips.len());
    for (_, bounds) in clips {
        let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
        let own = kins.by_ref().take(bounds.len()).map(|(number, kin)| Take {
            kin,
            own: *first_of.entry(kin).or_insert(number),
        });
        takes.push(own.collect());
    }
    takes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(end_us: u64, dhash: u64) -> View {
        View {
            start_us: end_us - 1,
            end_us,
            look: Look {
                dhash,
                // One colour in half of it and more says nothing.
                colours: std::array::from_fn(|n| if n == 0 { 255 } else { 0 }),
                luma: 100,
            },
        }
    }

    #[test]
    fn copies_are_of_one_scene_and_a_wandering_camera_is_of_many() {
        // Far apart, mirrored or not.
        let hashes = [
            0x9e37_79b9_7f4a_7c15,
            0xbf58_476d_1ce4_e5b9,
            0x94d0_49bb_1331_11eb,
        ];
        let wandering: Vec<View> = (1..)
            .zip(hashes)
            .map(|(end, hash)| view(end, hash))
            .collect();
        let copy = vec![view(7, hashes[1] ^ 0x1f), view(9, 0x0f0f_3355_8001_7ffe)];
        let found = scenes([wandering.as_slice(), copy.as_slice()].into_iter());
        let of = |clip: usize, at: u64| {
            scenes_in(&found[clip], at, at)
                .iter()
                .next()
                .map(|(scene, _)| scene)
        };
        assert!(of(0, 0) != of(0, 1) && of(0, 1) != of(0, 2) && of(0, 2) != of(0, 0));
        assert_eq!(of(1, 5), of(0, 1));
        assert!(of(1, 8).is_some() && of(1, 8) != of(0, 1));
        assert_eq!(of(1, 9), None);
        assert_eq!(families(&[&found[0], &found[1]], HALF), [0, 0]);
        assert_eq!(families(&[&found[0], &found[1]], MOST), [0, 1]);
        assert_eq!(families(&[&found[0], &[(3, None)]], HALF), [0, 1]);
    }

    #[test]
    fn a_view_is_of_the_scene_that_it_is_most_like() {
        let first = 0x9e37_79b9_7f4a_7c15;
        // Just too far from the first, and back by five bits: like both.
        let second = first ^ 0x1f_ffff;
        let views = [view(1, first), view(2, second), view(3, second ^ 0x1f)];
        let (one, two, three) = (&views[0].look, &views[1].look, &views[2].look);
        assert!(!one.is_like(two) && one.is_like(three) && two.is_like(three));
        let of = |order: [usize; 3]| -> Vec<Option<u32>> {
            let views = order.map(|n| views[n].clone());
            let found = scenes(views.chunks(1));
            found
                .into_iter()
                .flatten()
                .map(|(_, scene)| scene)
                .collect()
        };
        assert_eq!(of([0, 1, 2]), [Some(0), Some(1), Some(1)]);
        assert_eq!(of([1, 0, 2]), [Some(0), Some(1), Some(0)]);
        // Also if that begins only later.
        let third = second ^ 0x3ff;
        let four = [
            view(1, first),
            view(2, third),
            view(3, second),
            view(4, third),
        ];
        let found: Vec<Option<u32>> = scenes(four.chunks(1)).iter().map(|of| of[0].1).collect();
        assert_eq!(found[1], found[3], "{found:?}");
    }

    #[test]
    fn takes_are_kin_by_what_they_show_whatever_else_their_clips_hold() {
        let shown = |scenes: &[u32]| -> Scenes {
            (1..)
                .zip(scenes)
                .map(|(end, scene)| (end, Some(*scene)))
                .collect()
        };
        // Two takes of a clip, one of which another clip copies and a third one half; and the first again.
        let edit = shown(&[1, 2, 3, 4, 1, 2]);
        let (copy, half) = (shown(&[3, 4]), shown(&[4, 9]));
        let clips = [(&edit, vec![2, 4, 6]), (&copy, vec![2]), (&half, vec![2])];
        let take = |kin, own| Take { kin, own };
        assert_eq!(
            takes(&clips),
            [
                vec![take(0, 0), take(1, 1), take(0, 0)],
                vec![take(1, 3)],
                vec![take(1, 4)]
            ]
        );
        let whole = [edit.as_slice(), copy.as_slice(), half.as_slice()];
        assert_eq!(families(&whole, MOST), [0, 0, 2]);
    }

    #[test]
    fn a_scene_counts_by_the_instants_at_which_it_is_seen() {
        let scenes: Scenes = vec![(2_000, Some(7)), (4_000, None), (6_000, Some(3))];
        let seen = scenes_in(&scenes, 0, 6_000);
        assert_eq!(seen.iter().collect::<Vec<_>>(), [(7, 2), (3, 2)]);
        assert_eq!((seen.instants(3), seen.instants(5)), (2, 0));
        assert_eq!(
            scenes_in(&scenes, 0, 1_000).iter().collect::<Vec<_>>(),
            [(7, INSTANTS)]
        );
    }

    #[test]
    fn what_begins_in_a_shot_is_of_it_also_where_neighbours_pass_for_one() {
        let shot = |start_us: u64, end_us: u64| Shot {
            start_us,
            end_us,
            look: view(1, 0).look,
        };
        let shots = [shot(0, 301), shot(301, 600)];
        let few: Vec<View> = [100, 301, 400].map(|end| view(end, 0)).into();
        assert_eq!(bounds(&few, &shots), [2, 3]);
        // Three at a time.
        let many: Vec<View> = (1..=600).map(|end| view(end, 0)).collect();
        assert_eq!(bounds(&many, &shots), [101, 200]);
    }
}
