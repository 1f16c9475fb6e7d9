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

/// The scene that is seen at an instant.
pub(super) fn scene_at(scenes: &Scenes, at_us: u64) -> Option<u32> {
    let next = scenes.partition_point(|(end, _)| *end <= at_us);
    scenes.get(next)?.1
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
        let of = |clip: usize, at| scene_at(&found[clip], at);
        assert!(of(0, 0) != of(0, 1) && of(0, 1) != of(0, 2) && of(0, 2) != of(0, 0));
        assert_eq!(of(1, 5), of(0, 1));
        assert!(of(1, 8).is_some() && of(1, 8) != of(0, 1));
        assert_eq!(of(1, 9), None);
        assert_eq!(families(&[&found[0], &found[1]]), [0, 0]);
        assert_eq!(families(&[&found[0], &vec![(3, None)]]), [0, 1]);
    }
}
