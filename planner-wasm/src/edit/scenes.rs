//! Which footage shows the same: copies of a clip, takes of one scene, a camera that stands still.
//!
//! Views are numbered by the first one that they are like, in the order of the sources. Likeness to
//! the first and not to the last of a scene keeps a camera that wanders from making all it sees one.

use crate::footage::{Look, View};

/// Views of a clip that are compared; of more, neighbours pass for one.
const MOST_VIEWS: usize = 256;
/// Scenes that are told apart; what is like none of them is of no scene.
const MOST_SCENES: usize = 2048;

/// The scenes of one clip: until when which scene is seen, ascending.
pub(super) type Scenes = Vec<(u64, Option<u32>)>;

/// Numbers the scenes of clips, given their views.
pub(super) fn scenes<'a>(clips: impl Iterator<Item = &'a [View]>) -> Vec<Scenes> {
    let mut known: Vec<&Look> = Vec::new();
    clips
        .map(|views| {
            let stride = views.len().div_ceil(MOST_VIEWS).max(1);
            views
                .chunks(stride)
                .filter_map(|views| {
                    let (first, last) = (views.first()?, views.last()?);
                    let found = known.iter().position(|look| look.is_like(&first.look));
                    let scene = found.or_else(|| {
                        (known.len() < MOST_SCENES).then(|| {
                            known.push(&first.look);
                            known.len() - 1
                        })
                    });
                    Some((last.end_us, scene.and_then(|n| u32::try_from(n).ok())))
                })
                .collect()
        })
        .collect()
}

/// Scenes that are told of one window at most.
const MOST_TOLD: usize = 6;
/// No scene.
const NONE: u32 = u32::MAX;

/// The scenes that a window shows, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen([u32; MOST_TOLD]);

impl Seen {
    /// Nothing is known.
    pub(super) const UNKNOWN: Self = Self([NONE; MOST_TOLD]);

    /// Each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let known = self.0.iter().take_while(|scene| **scene != NONE);
        known.filter_map(|scene| usize::try_from(*scene).ok())
    }

    /// Whether both show one of them.
    pub(super) fn shares(&self, other: &Self) -> bool {
        self.iter()
            .any(|scene| other.iter().any(|one| one == scene))
    }
}

/// The scenes that are seen in a stretch, looked for at instants evenly apart.
pub(super) fn scenes_in(scenes: &Scenes, start_us: u64, end_us: u64) -> Seen {
    let mut seen = Seen::UNKNOWN;
    let mut known = 0;
    let length = end_us.saturating_sub(start_us);
    for n in 0..MOST_TOLD as u64 {
        let at_us = start_us + length * (2 * n + 1) / (2 * MOST_TOLD as u64);
        let next = scenes.partition_point(|(end, _)| *end <= at_us);
        let Some((_, Some(scene))) = scenes.get(next) else {
            continue;
        };
        if !seen.0.contains(scene)
            && let Some(place) = seen.0.get_mut(known)
        {
            *place = *scene;
            known += 1;
        }
    }
    seen
}

/// Of each clip the first one, itself or before it, that shows at least half of what it shows: copies
/// are no clips of their own.
pub(super) fn families(clips: &[&Scenes]) -> Vec<usize> {
    let mut first_with: std::collections::BTreeMap<u32, usize> = std::collections::BTreeMap::new();
    let mut families: Vec<usize> = Vec::with_capacity(clips.len());
    for (index, scenes) in clips.iter().enumerate() {
        let mut shared: std::collections::BTreeMap<usize, usize> =
            std::collections::BTreeMap::new();
        for scene in scenes.iter().filter_map(|(_, scene)| *scene) {
            let first = *first_with.entry(scene).or_insert(index);
            let family = families.get(first).copied().unwrap_or(index);
            *shared.entry(family).or_default() += 1;
        }
        let most = shared
            .into_iter()
            .max_by_key(|(family, count)| (*count, std::cmp::Reverse(*family)));
        let family = most.filter(|(_, count)| 2 * count >= scenes.len());
        families.push(family.map_or(index, |(family, _)| family));
    }
    families
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
        let of = |clip: usize, at: u64| scenes_in(&found[clip], at, at).iter().next();
        assert!(of(0, 0) != of(0, 1) && of(0, 1) != of(0, 2) && of(0, 2) != of(0, 0));
        assert_eq!(of(1, 5), of(0, 1));
        assert!(of(1, 8).is_some() && of(1, 8) != of(0, 1));
        assert_eq!(of(1, 9), None);
        assert_eq!(families(&[&found[0], &found[1]]), [0, 0]);
        assert_eq!(families(&[&found[0], &vec![(3, None)]]), [0, 1]);
    }
}
