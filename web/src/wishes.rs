//! What is asked of single clips: how gladly, whether at all, and where in the song.

use planner_wasm::edit::{MOST_WEIGHT, Must, NORMAL_WEIGHT, SongWindow};
use shared::music::BeatGrid;
use shared::plan::Plan;

use crate::insight::source_end;
use crate::project::{Brief, ClipWeight};
use crate::wording::{clock, count, section};

/// The weights that are offered, and what they are called.
pub const WEIGHTS: [(u16, &str); 5] = [
    (0, "Only if footage runs out"),
    (NORMAL_WEIGHT / 2, "Less"),
    (NORMAL_WEIGHT, "As any"),
    (2 * NORMAL_WEIGHT, "More"),
    (4 * NORMAL_WEIGHT, "Much more"),
];

/// What a weight is called: `More`, `3.00 × as gladly`.
#[must_use]
pub fn gladly(weight_permille: u16) -> String {
    let mut offered = WEIGHTS.iter();
    let offered = offered.find(|(weight, _)| *weight == weight_permille);
    offered.map_or_else(
        || {
            let hundredths = weight_permille / 10;
            format!("{}.{:02} × as gladly", hundredths / 100, hundredths % 100)
        },
        |(_, name)| (*name).to_owned(),
    )
}

/// How gladly the clip at a place of the project is shown, in thousandths.
#[must_use]
pub fn weight(brief: &Brief, clip: usize) -> u16 {
    let found = number(clip).and_then(|media| {
        let found = brief.weights.binary_search_by_key(&media, |one| one.media);
        brief.weights.get(found.ok()?)
    });
    found.map_or(NORMAL_WEIGHT, |one| one.weight_permille)
}

/// Asks how gladly a clip is shown; more than [`MOST_WEIGHT`] counts as that.
pub fn set_weight(brief: &mut Brief, clip: usize, weight_permille: u16) {
    let Some(media) = number(clip) else { return };
    brief.weights.retain(|one| one.media != media);
    if weight_permille != NORMAL_WEIGHT {
        let at = brief.weights.partition_point(|one| one.media < media);
        let weight_permille = weight_permille.min(MOST_WEIGHT);
        let weight = ClipWeight {
            media,
            weight_permille,
        };
        brief.weights.insert(at, weight);
    }
}

/// Whether any of a clip must be shown.
#[must_use]
pub fn must_be_shown(brief: &Brief, clip: usize) -> bool {
    let mut musts = brief.musts.iter();
    musts.any(|must| number(clip) == Some(must.media) && must.range_us.is_none())
}

/// Asks that any of a clip is shown, or takes it back. Ranges of it that must be shown stay.
pub fn set_must_be_shown(brief: &mut Brief, clip: usize, asked: bool) {
    if let Some(media) = number(clip).filter(|_| must_be_shown(brief, clip) != asked) {
        let range_us = None;
        toggle_must(brief, Must { media, range_us });
    }
}

/// Asks for footage, or takes it back if just that is asked for already.
pub fn toggle_must(brief: &mut Brief, must: Must) {
    let before = brief.musts.len();
    brief.musts.retain(|one| *one != must);
    if brief.musts.len() == before {
        brief.musts.push(must);
    }
}

/// What a slot of a plan shows, as footage that must be shown; `None` if the slot is not there.
#[must_use]
pub fn shown_by(plan: &Plan, slot: usize) -> Option<Must> {
    let shown = plan.slots.get(slot)?;
    Some(Must {
        media: shown.clip.media,
        range_us: Some((shown.clip.source_start, source_end(plan, shown))),
    })
}

/// The parts of the song that a whole clip is bound to, in samples; none if it may be shown anywhere.
pub fn parts(brief: &Brief, clip: usize) -> impl Iterator<Item = (u64, u64)> {
    let windows = brief.windows.iter();
    let own = windows.filter(move |window| binds(window, clip));
    own.map(|window| (window.start, window.end))
}

/// Binds a whole clip to one part of the song, in samples, or to none. Ranges of it stay bound.
pub fn set_part(brief: &mut Brief, clip: usize, part: Option<(u64, u64)>) {
    brief.windows.retain(|window| !binds(window, clip));
    if let (Some(media), Some((start, end))) = (number(clip), part) {
        brief.windows.push(SongWindow {
            media,
            range_us: None,
            start,
            end,
        });
    }
}

/// A part of the song: `the drop at 0:45`, or from when to when if it is no section, `0:45 – 1:00`.
/// Empty without a song.
#[must_use]
pub fn part_of_song(grid: Option<&BeatGrid>, start: u64, end: u64) -> String {
    let Some(grid) = grid else {
        return String::new();
    };
    let mut sections = grid.sections.iter();
    let found = sections.find(|section| (section.start, section.end) == (start, end));
    let from = clock(start, grid.rate);
    found.map_or_else(
        || format!("{from} – {}", clock(end, grid.rate)),
        |found| format!("the {} at {from}", section(found.label).to_lowercase()),
    )
}

/// All that is asked of a clip, in a few words; none if nothing is.
#[must_use]
pub fn told(brief: &Brief, clip: usize, grid: Option<&BeatGrid>) -> Option<String> {
    let weight = weight(brief, clip);
    let mut told = Vec::new();
    if weight != NORMAL_WEIGHT {
        told.push(gladly(weight));
    }
    if must_be_shown(brief, clip) {
        told.push("must be shown".to_owned());
    }
    let musts = brief.musts.iter();
    let ranges = musts.filter(|must| number(clip) == Some(must.media) && must.range_us.is_some());
    match ranges.count() {
        0 => {}
        1 => told.push("a stretch must be shown".to_owned()),
        many => told.push(format!("{many} stretches must be shown")),
    }
    let parts: Vec<_> = parts(brief, clip).collect();
    match (parts.as_slice(), grid) {
        ([], _) => {}
        ([(start, end)], Some(_)) => {
            told.push(format!("only in {}", part_of_song(grid, *start, *end)));
        }
        (parts, _) => told.push(format!(
            "only in {} of the song",
            count(parts.len(), "part")
        )),
    }
    let told = told.join(" · ");
    let mut letters = told.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

fn number(clip: usize) -> Option<u32> {
    u32::try_from(clip).ok()
}

fn binds(window: &SongWindow, clip: usize) -> bool {
    number(clip) == Some(window.media) && window.range_us.is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::music::{Section, SectionLabel};

    use super::*;
    use crate::project::nothing_heard;

    fn song() -> BeatGrid {
        let section = |start: u64, label| Section {
            start: 1000 * start,
            end: 1000 * (start + 15),
            label,
            energy_permille: 0,
        };
        BeatGrid {
            rate: 1000,
            sections: vec![
                section(30, SectionLabel::Build),
                section(45, SectionLabel::Drop),
            ],
            ..nothing_heard()
        }
    }

    proptest! {
        #[test]
        fn weights_are_in_order_one_a_clip_and_the_last_counts(
            sets in prop::collection::vec((0..5_usize, 0..WEIGHTS.len()), 1..20),
        ) {
            let mut brief = Brief::default();
            for (clip, wished) in sets {
                let wished = WEIGHTS[wished].0;
                set_weight(&mut brief, clip, wished);
                prop_assert_eq!(weight(&brief, clip), wished);
                prop_assert!(brief.weights.is_sorted_by(|one, next| one.media < next.media));
                prop_assert!(brief.weights.iter().all(|one| one.weight_permille != NORMAL_WEIGHT));
            }
        }
    }

    #[test]
    fn what_is_asked_of_a_whole_clip_leaves_ranges_alone() {
        let range_us = Some((5, 9));
        let mut brief = Brief::default();
        toggle_must(&mut brief, Must { media: 3, range_us });
        brief.windows.push(SongWindow {
            media: 3,
            range_us,
            start: 1,
            end: 2,
        });
        let ranges = brief.clone();
        for _ in 0..2 {
            set_must_be_shown(&mut brief, 3, true);
            set_part(&mut brief, 3, Some((1, 2)));
            set_part(&mut brief, 3, Some((3, 4)));
        }
        assert_eq!((brief.musts.len(), brief.windows.len()), (2, 2));
        assert!(must_be_shown(&brief, 3) && !must_be_shown(&brief, 2));
        assert_eq!(parts(&brief, 3).collect::<Vec<_>>(), [(3, 4)]);
        set_must_be_shown(&mut brief, 3, false);
        set_part(&mut brief, 3, None);
        assert_eq!(brief, ranges);
        toggle_must(&mut brief, Must { media: 3, range_us });
        assert_eq!(brief.musts, []);
    }

    #[test]
    fn wishes_read_as_people_say_them() {
        let song = song();
        let mut brief = Brief::default();
        let read = |brief: &Brief| told(brief, 1, Some(&song));
        assert_eq!(read(&brief), None);
        set_must_be_shown(&mut brief, 1, true);
        assert_eq!(read(&brief).unwrap(), "Must be shown");
        set_weight(&mut brief, 1, 2000);
        set_part(&mut brief, 1, Some((45_000, 60_000)));
        let all = "More · must be shown · only in the drop at 0:45";
        assert_eq!(read(&brief).unwrap(), all);
        assert_eq!(told(&brief, 0, Some(&song)), None);
        set_part(&mut brief, 1, Some((45_000, 61_000)));
        set_must_be_shown(&mut brief, 1, false);
        for range_us in [Some((0, 1)), Some((2, 3))] {
            toggle_must(&mut brief, Must { media: 1, range_us });
        }
        let all = "More · 2 stretches must be shown · only in 0:45 – 1:01";
        assert_eq!(read(&brief).unwrap(), all);
        assert_eq!(gladly(3000), "3.00 × as gladly");
        assert!(
            told(&brief, 1, None)
                .unwrap()
                .ends_with("only in 1 part of the song")
        );
    }
}
