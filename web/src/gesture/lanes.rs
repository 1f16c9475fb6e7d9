//! What lies where on the timeline.

use std::ops::Range;

use shared::plan::Plan;

use crate::score::Score;
use crate::viewport::{Viewport, place};

/// Shots narrower than this have no edges to take hold of; zooming in gives them some.
const EDGED_PX: f64 = 14.0;

/// What the timeline shows, from top to bottom, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Lanes {
    /// Times.
    pub ruler: Range<f64>,
    /// The names of the sections.
    pub sections: Range<f64>,
    /// Energy, waveform and beats.
    pub music: Range<f64>,
    /// The shots.
    pub shots: Range<f64>,
    /// The whole film, small.
    pub overview: Range<f64>,
}

impl Lanes {
    /// What fits into `height` pixels.
    #[must_use]
    pub fn of(height: f64) -> Self {
        let (ruler, sections, gap) = (22.0, 20.0, 6.0);
        let overview = if height < 150.0 { 12.0 } else { 20.0 };
        let rest = (height - ruler - sections - overview - 2.0 * gap).max(24.0);
        // Shots are what is worked on: they get a little more than half.
        let shots = (rest * 0.56).clamp(16.0, 132.0);
        let music = rest - shots;
        let mut top = 0.0;
        let mut lane = |height: f64, gap: f64| {
            let start = top;
            top += height + gap;
            start..start + height
        };
        Self {
            ruler: lane(ruler, 0.0),
            sections: lane(sections, 0.0),
            music: lane(music, gap),
            shots: lane(shots, gap),
            overview: lane(overview, gap),
        }
    }

    /// Height of all of it.
    #[must_use]
    pub const fn height(&self) -> f64 {
        self.overview.end
    }
}

/// What lies under a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// The ruler.
    Ruler,
    /// A section's name, by number.
    Section(usize),
    /// The music.
    Music,
    /// The cut before a slot.
    Cut(usize),
    /// A slot.
    Shot(usize),
    /// The small picture of the whole film.
    Overview,
    /// Nothing.
    Nothing,
}

/// What lies at a point. A cut is taken from within `reach` pixels of it; with `only`, that slot's
/// cuts alone.
#[must_use]
pub fn hit(
    lanes: &Lanes,
    view: &Viewport,
    (plan, score): (Option<&Plan>, &Score),
    (x, y): (f64, f64),
    reach: f64,
    only: Option<usize>,
) -> Hit {
    if lanes.ruler.contains(&y) {
        Hit::Ruler
    } else if lanes.sections.contains(&y) {
        let at = view.at(x);
        let found = score
            .sections
            .iter()
            .position(|band| (band.start..band.end).contains(&at));
        found.map_or(Hit::Music, Hit::Section)
    } else if (lanes.music.start..lanes.shots.start).contains(&y) {
        Hit::Music
    } else if lanes.shots.contains(&y) {
        shot(view, plan, x, reach, only)
    } else if y >= lanes.shots.end {
        Hit::Overview
    } else {
        Hit::Nothing
    }
}

fn shot(view: &Viewport, plan: Option<&Plan>, x: f64, reach: f64, only: Option<usize>) -> Hit {
    let under = plan.and_then(|plan| Some((plan, plan.slot_at(view.frame(x))?)));
    let Some((Plan { slots, .. }, index)) = under else {
        return Hit::Nothing;
    };
    let width = |index: usize| {
        let slot = slots.get(index);
        slot.map_or(0.0, |slot| f64::from(slot.record_duration) * view.scale())
    };
    let near = |slot: usize| {
        let edge = slots
            .get(slot)
            .map(|slot| view.x(place(slot.record_start)))?;
        let away = (edge - x).abs();
        let wide = width(slot) >= EDGED_PX && width(slot.checked_sub(1)?) >= EDGED_PX;
        let meant = only.is_none_or(|only| slot == only || slot == only + 1);
        // Both shots keep a middle that is theirs.
        let reach = reach.min(width(slot) / 3.0).min(width(slot - 1) / 3.0);
        (wide && meant && away <= reach).then_some((away, slot))
    };
    let cuts = [near(index), near(index + 1)];
    let nearest = cuts
        .into_iter()
        .flatten()
        .min_by(|(one, _), (other, _)| one.total_cmp(other));
    nearest.map_or(Hit::Shot(index), |(_, slot)| Hit::Cut(slot))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::made_up;

    fn under(x: f64, y: f64, only: Option<usize>) -> Hit {
        let plan = made_up::plan(&[100, 100, 8, 192]);
        let score = Score::of_plan(&plan, None).unwrap();
        let view = Viewport::new(plan.record_duration(), 1000.0);
        let lanes = Lanes::of(300.0);
        hit(&lanes, &view, (Some(&plan), &score), (x, y), 6.0, only)
    }

    #[test]
    fn everything_has_its_place() {
        let lanes = Lanes::of(300.0);
        assert!((lanes.height() - 300.0).abs() < 1.0);
        let middle = |lane: &Range<f64>| f64::midpoint(lane.start, lane.end);
        assert_eq!(under(500.0, middle(&lanes.ruler), None), Hit::Ruler);
        assert_eq!(under(100.0, middle(&lanes.sections), None), Hit::Section(0));
        assert_eq!(under(900.0, middle(&lanes.sections), None), Hit::Section(1));
        assert_eq!(under(500.0, middle(&lanes.music), None), Hit::Music);
        assert_eq!(under(500.0, middle(&lanes.overview), None), Hit::Overview);
        let shots = middle(&lanes.shots);
        assert_eq!(under(100.0, shots, None), Hit::Shot(0));
        assert_eq!(under(247.0, shots, None), Hit::Cut(1));
        assert_eq!(under(253.0, shots, None), Hit::Cut(1));
        assert_eq!(under(256.5, shots, None), Hit::Shot(1));
        assert_eq!(
            under(3.0, shots, None),
            Hit::Shot(0),
            "the film's start is no cut"
        );
        assert_eq!(
            under(247.0, shots, Some(2)),
            Hit::Shot(0),
            "not the one that is meant"
        );
        assert_eq!(under(247.0, shots, Some(0)), Hit::Cut(1));
    }

    #[test]
    fn a_shot_keeps_a_middle_however_wide_a_finger_is() {
        let plan = made_up::plan(&[100, 100, 8, 192]);
        let score = Score::of_plan(&plan, None).unwrap();
        let view = Viewport::new(plan.record_duration(), 1000.0);
        let lanes = Lanes::of(300.0);
        let y = f64::midpoint(lanes.shots.start, lanes.shots.end);
        let at = |x| hit(&lanes, &view, (Some(&plan), &score), (x, y), 40.0, None);
        assert_eq!(at(510.0), Hit::Shot(2));
        assert_eq!(at(504.0), Hit::Cut(2));
        assert_eq!(at(375.0), Hit::Shot(1));
    }

    #[test]
    fn lanes_fit_into_what_there_is() {
        for height in [0.0, 80.0, 140.0, 220.0, 300.0, 900.0] {
            let lanes = Lanes::of(height);
            for pair in [
                &lanes.ruler,
                &lanes.sections,
                &lanes.music,
                &lanes.shots,
                &lanes.overview,
            ]
            .windows(2)
            {
                assert!(
                    pair[0].end <= pair[1].start && pair[1].end > pair[1].start,
                    "{lanes:?}"
                );
            }
            assert!(
                height < 120.0 || lanes.height() <= height + 0.1,
                "{height} {lanes:?}"
            );
        }
    }
}
