//! Clips and projects in a few words.

use planner_wasm::footage::{Defect, Footage, TICK_US};
use shared::media::MediaReference;

use crate::wording::{clock, count};

/// Shape, length and codec of a clip: `1920 × 1080 · 0:12 · h264`.
#[must_use]
pub fn of_clip(media: &MediaReference) -> String {
    let mut facts = Vec::new();
    if let Some(video) = &media.video {
        facts.push(format!("{} × {}", video.width, video.height));
    }
    if let Some(us) = media.duration_us {
        facts.push(clock(us, 1_000_000));
    }
    if let Some(video) = &media.video {
        facts.push(video.codec.clone());
    }
    facts.join(" · ")
}

/// What is rejected of a clip: `Not used: 12 % blurred, 3 % shaken`; empty if nothing is.
#[must_use]
pub fn rejected(footage: &Footage) -> String {
    let all = footage.ticks.len().max(1);
    let mut parts: Vec<(usize, &str)> = Defect::ALL
        .into_iter()
        .filter(|defect| !defect.is_demotion())
        .map(|defect| {
            let ticks = footage.ticks.iter();
            (
                ticks.filter(|tick| tick.defects.has(defect)).count(),
                defect.word(),
            )
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    parts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    if parts.is_empty() {
        return String::new();
    }
    let told: Vec<_> = parts
        .into_iter()
        .map(|(count, word)| format!("{} % {word}", (100 * count).div_ceil(all)))
        .collect();
    format!("Not used: {}", told.join(", "))
}

/// A clip's footage for those who do not see its pictures.
#[must_use]
pub fn of_footage(footage: &Footage) -> String {
    let length = clock(
        footage.end_us - footage.start_us.min(footage.end_us),
        1_000_000,
    );
    let shots = count(footage.shots.len(), "take");
    let hits = match footage.moments().len() {
        0 => String::new(),
        hits => format!(", {} worth a beat", count(hits, "moment")),
    };
    let bad = footage
        .ticks
        .iter()
        .filter(|tick| tick.defects.reject())
        .count();
    let seconds = u64::try_from(bad)
        .unwrap_or(u64::MAX)
        .saturating_mul(TICK_US)
        / 1_000_000;
    let bad = if seconds > 0 {
        format!(", {seconds} s not used")
    } else {
        String::new()
    };
    format!("{length} in {shots}{hits}{bad}")
}

/// A project in a list: `12 clips · 48 shots · 1:20`.
#[must_use]
pub fn of_project(clips: usize, shots: usize, length_ms: u64) -> String {
    let mut facts = vec![count(clips, "clip")];
    if shots > 0 {
        facts.push(count(shots, "shot"));
        facts.push(clock(length_ms, 1_000));
    }
    facts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner_wasm::footage::{Defects, Tick};

    fn footage(defects: &[Defects]) -> Footage {
        let ticks = defects.iter().map(|defects| Tick {
            defects: *defects,
            ..Tick::default()
        });
        Footage {
            start_us: 0,
            end_us: defects.len() as u64 * TICK_US,
            shots: Vec::new(),
            ticks: ticks.collect(),
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        }
    }

    #[test]
    fn the_commonest_defect_comes_first_and_demotions_are_no_rejection() {
        let none = Defects::default();
        let blurred = none.with(Defect::Blurred);
        let all = [
            blurred,
            blurred.with(Defect::Shaken),
            none.with(Defect::FlatCard),
            none,
        ];
        assert_eq!(
            rejected(&footage(&all)),
            "Not used: 50 % blurred, 25 % shaken"
        );
        assert_eq!(rejected(&footage(&[none])), "");
    }

    #[test]
    fn a_project_without_a_film_tells_its_clips() {
        assert_eq!(of_project(1, 0, 0), "1 clip");
        assert_eq!(of_project(2, 1, 2_000), "2 clips · 1 shot · 0:02");
        assert_eq!(of_project(12, 48, 80_500), "12 clips · 48 shots · 1:20");
    }
}
