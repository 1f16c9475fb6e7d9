//! What the sharpness of a picture is held to: that of its take, and of pictures that look like it.
//!
//! How sharp a picture measures depends on what it shows. Pictures of one view show the same, so that
//! little is enough to tell that one of them is out of focus; within a take or a clip, where one scene
//! follows another, it takes more.

use super::quality::has_exposure_defect;
use super::statistics::Statistics;
use super::track::Sample;

/// How far on each side pictures of the same view are looked for.
const NEAR_US: u64 = 4_000_000;
/// Fewer pictures of a view say nothing of it.
const FEWEST: usize = 8;
/// Pictures of which one has so many times the edges of the other do not show the same: focus hardly
/// takes edges away, things that come and go do.
const MORE_EDGES: f32 = 1.75;
/// Share of edges below which a blank picture has no sharpness.
const BLANK: f32 = 0.002;

/// By how much more surely another picture has text over it than one that is not held to it: text is sharper
/// than anything filmed.
const MORE_TEXT: f32 = 0.25;

/// The sharpness that three quarters of the pictures do not exceed; blank ones are left out, and those with
/// text over them if there are others.
pub(super) fn usual<'a>(pictures: impl Iterator<Item = &'a Statistics>) -> Option<f32> {
    let (mut bare, mut lettered) = (Vec::new(), Vec::new());
    for picture in pictures {
        if has_exposure_defect(picture) || picture.edges <= BLANK {
            continue;
        }
        let values = if picture.written > MORE_TEXT {
            &mut lettered
        } else {
            &mut bare
        };
        values.push(picture.sharpness);
    }
    upper_quarter(&mut bare).or_else(|| upper_quarter(&mut lettered))
}

fn upper_quarter(values: &mut [f32]) -> Option<f32> {
    let at = values.len() * 3 / 4;
    if at >= values.len() {
        return None;
    }
    Some(*values.select_nth_unstable_by(at, f32::total_cmp).1)
}

/// The sharpness that each take is held to: its own usual one or the clip's, whichever is less,
/// since a take of a plain scene is not out of focus for being plain.
pub(super) fn usual_per_take(samples: &[Sample], cuts: &[u64]) -> Vec<f32> {
    let clip = usual(samples.iter().map(|sample| &sample.statistics)).unwrap_or(0.0);
    let mut rest = samples;
    cuts.iter()
        .copied()
        .chain([u64::MAX])
        .map(|end_us| {
            let (own, later) = rest.split_at(rest.partition_point(|s| s.at_us < end_us));
            rest = later;
            usual(own.iter().map(|sample| &sample.statistics)).map_or(clip, |usual| usual.min(clip))
        })
        .collect()
}

/// How sharp each sample is beside what is usual for those near it that look like it: 1 if as sharp
/// as three quarters of them at most, and where there are too few to tell.
pub(super) fn beside_alike(samples: &[Sample]) -> Vec<f32> {
    let mut values = Vec::new();
    let (mut first, mut end) = (0, 0);
    samples
        .iter()
        .map(|sample| {
            let at = |n: usize| samples.get(n).map_or(u64::MAX, |sample| sample.at_us);
            while at(first).saturating_add(NEAR_US) < sample.at_us {
                first += 1;
            }
            while at(end) <= sample.at_us.saturating_add(NEAR_US) && end < samples.len() {
                end += 1;
            }
            let near = samples.get(first..end).unwrap_or_default();
            values.clear();
            let (edges, written) = (sample.statistics.edges, sample.statistics.written);
            let alike = near.iter().filter(|other| {
                let others = other.statistics.edges;
                others <= MORE_EDGES * edges
                    && edges <= MORE_EDGES * others
                    && other.statistics.written <= written + MORE_TEXT
                    && other.look.is_like(&sample.look)
            });
            values.extend(alike.map(|other| other.statistics.sharpness));
            if values.len() < FEWEST {
                return 1.0;
            }
            let usual = upper_quarter(&mut values).unwrap_or(0.0);
            (sample.statistics.sharpness / usual.max(1e-3)).min(1.0)
        })
        .collect()
}
