//! Times, tempo, places in a song and reasons as text.

use planner_wasm::footage::{AnchorKind, Defect, Defects};
use planner_wasm::music::corrections::Correction;
use shared::decision::DecisionCode;
use shared::music::{BeatGrid, SectionLabel};
use shared::plan::{Clip, CutKind, Fit, Speed, Style};
use shared::rate::Rate;
use shared::time::{Rounding, converted};

use crate::ruler::Timecode;

/// `samples` at `rate` as minutes and seconds, `3:07`, rounded down; from an hour on `1:03:07`.
#[must_use]
pub fn clock(samples: u64, rate: u32) -> String {
    let seconds = samples / u64::from(rate.max(1));
    Timecode { seconds, frames: 0 }.clock()
}

/// What an error or a decision says, as a sentence: with a capital and a full stop.
#[must_use]
pub fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let stop = if detail.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", letters.as_str())
}

/// A tempo such as `128.0 BPM`; a dash if there is none.
#[must_use]
pub fn tempo(millibpm: u32) -> String {
    if millibpm == 0 {
        return "–".to_owned();
    }
    let tenths = (millibpm + 50) / 100;
    format!("{}.{} BPM", tenths / 10, tenths % 10)
}

/// How sure the tracker is, in words and per cent.
#[must_use]
pub fn confidence(permille: u16) -> String {
    let word = match permille {
        0..300 => "unsure",
        300..700 => "fairly sure",
        _ => "sure",
    };
    format!("{} % · {word}", (permille + 5) / 10)
}

/// How likely something is: `23 %`, `under 1 %`.
#[must_use]
pub fn likelihood(permille: u16) -> String {
    match permille {
        0..10 => "under 1 %".to_owned(),
        permille => percent(permille.into()),
    }
}

/// The metre: `4 beats in a bar`, `bars unknown`.
#[must_use]
pub fn metre(beats_per_bar: u8) -> String {
    match beats_per_bar {
        0 => "bars unknown".to_owned(),
        beats => format!("{} in a bar", count(beats.into(), "beat")),
    }
}

/// `us` microseconds as seconds, `1.53 s`, rounded to the nearest hundredth.
#[must_use]
pub fn seconds(us: u64) -> String {
    let hundredths = us.saturating_add(5_000) / 10_000;
    format!("{}.{:02} s", hundredths / 100, hundredths % 100)
}

/// `us` microseconds as an instant of a clip, `0:12.4`, rounded down to a tenth of a second.
#[must_use]
pub fn instant(us: u64) -> String {
    let tenths = us / 100_000;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// A time as somebody wrote it, in microseconds: `42.5` seconds, `1:05`, `1:05.25`. `None` if it is
/// none, or longer than a day.
#[must_use]
pub fn read_time(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches('s').trim_end();
    let (minutes, seconds) = text.split_once(':').unwrap_or(("0", text));
    let (whole, part) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
    let number = |text: &str| {
        let digits =
            (1..=6).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok())?
    };
    let zeros = 6_u32.checked_sub(u32::try_from(part.len()).ok()?)?;
    let part = number(part)? * 10_u64.pow(zeros);
    let us = (number(minutes)? * 60 + number(whole)?) * 1_000_000 + part;
    (us <= 86_400_000_000).then_some(us)
}

/// From where to where, `0:12.4 – 0:13.9`, in microseconds.
#[must_use]
pub fn range(from_us: u64, until_us: u64) -> String {
    format!("{} – {}", instant(from_us), instant(until_us))
}

/// How long `frames` frames at `rate` are, in microseconds, rounded down.
#[must_use]
pub fn frames_us(frames: u64, rate: Rate) -> u64 {
    converted(frames, rate, Rate::MICROSECONDS, Rounding::Floor).unwrap_or(u64::MAX)
}

/// One and many: `1 shot`, `12 shots`.
#[must_use]
pub fn count(many: usize, one: &str) -> String {
    if many == 1 {
        format!("1 {one}")
    } else {
        format!("{many} {one}s")
    }
}

/// Thousandths as whole per cent, rounded to the nearest.
#[must_use]
pub fn percent(permille: u32) -> String {
    format!("{} %", permille.saturating_add(5) / 10)
}

/// Where a sample of the song lies: `bar 17, beat 1`. Beats before the first downbeat are in the
/// pick-up; `None` before the first beat, or if the bars are not known.
#[must_use]
pub fn bar_and_beat(grid: &BeatGrid, sample: u64) -> Option<String> {
    let after = grid.beats.partition_point(|beat| beat.at <= sample);
    let before = grid.beats.get(..after)?;
    let beat = before.last().filter(|beat| beat.position > 0)?;
    let bar = before.iter().filter(|beat| beat.position == 1).count();
    Some(if bar == 0 {
        format!("pick-up, beat {}", beat.position)
    } else {
        format!("bar {bar}, beat {}", beat.position)
    })
}

/// How many beats lie between two samples, in tenths; outside of the beats the nearest interval
/// goes on. `None` with fewer than two beats.
#[must_use]
pub fn beats_between(grid: &BeatGrid, from: u64, until: u64) -> Option<String> {
    let (from, until) = (beat_position(grid, from)?, beat_position(grid, until)?);
    let tenths = (until.saturating_sub(from) + 50) / 100;
    Some(match (tenths / 10, tenths % 10) {
        (1, 0) => "1 beat".to_owned(),
        (whole, 0) => format!("{whole} beats"),
        (whole, part) => format!("{whole}.{part} beats"),
    })
}

/// The place of a sample among the beats, in thousandths of a beat; beat 0 has place 2^40.
fn beat_position(grid: &BeatGrid, sample: u64) -> Option<i128> {
    let last = grid.beats.len().checked_sub(2)?;
    let after = grid.beats.partition_point(|beat| beat.at <= sample);
    let index = after.saturating_sub(1).min(last);
    let (one, next) = (grid.beats.get(index)?.at, grid.beats.get(index + 1)?.at);
    let interval = i128::from(next.saturating_sub(one).max(1));
    let since = (i128::from(sample) - i128::from(one)) * 1000 / interval;
    Some((1 << 40) + i128::try_from(index).ok()? * 1000 + since)
}

/// What a cut lies on: `on a downbeat`.
#[must_use]
pub const fn cut_on(kind: CutKind) -> &'static str {
    match kind {
        CutKind::Opening => "at the opening",
        CutKind::Section => "where a section begins",
        CutKind::Downbeat => "on a downbeat",
        CutKind::Beat => "on a beat",
        CutKind::OffBeat => "between two beats",
        CutKind::Grid => "on a fixed grid",
    }
}

/// A section's kind with a capital: `Drop`.
#[must_use]
pub const fn section(label: SectionLabel) -> &'static str {
    match label {
        SectionLabel::Intro => "Intro",
        SectionLabel::Verse => "Verse",
        SectionLabel::Build => "Build",
        SectionLabel::Drop => "Drop",
        SectionLabel::Break => "Break",
        SectionLabel::Outro => "Outro",
    }
}

/// What an instant of a clip is good for.
#[must_use]
pub const fn anchor(kind: AnchorKind) -> &'static str {
    match kind {
        AnchorKind::Impact => "a hit",
        AnchorKind::Loud => "it is suddenly loud",
        AnchorKind::MotionOnset => "a movement begins",
        AnchorKind::Plateau => "the middle of a good stretch",
    }
}

/// A way to fit, for people.
#[must_use]
pub const fn fit(fit: Fit) -> &'static str {
    match fit {
        Fit::Crop => "Crop",
        Fit::Pad => "Pad",
        Fit::Blur => "Blur",
    }
}

/// A style's name and what it means.
#[must_use]
pub const fn style(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::Energetic => (
            "Energetic",
            "Short shots that follow every rise of the music",
        ),
        Style::Balanced => ("Balanced", "Shots of middling length, with some contrast"),
        Style::Cinematic => ("Cinematic", "Long shots, cut on bars and sections"),
        Style::Buildup => (
            "Build-up",
            "From long shots at the start to short ones at the end",
        ),
    }
}

/// A speed: `1/2×`, `normal`.
#[must_use]
pub fn speed(speed: Speed) -> String {
    match speed.terms() {
        (1, 1) => "normal".to_owned(),
        (num, 1) => format!("{num}×"),
        (num, den) => format!("{num}/{den}×"),
    }
}

/// How dense cuts are: `as the style has it`, `1.4 × as many cuts`.
#[must_use]
pub fn density(permille: u16) -> String {
    if (990..=1010).contains(&permille) {
        return "as the style has it".to_owned();
    }
    let hundredths = (permille + 5) / 10;
    format!(
        "{}.{:02} × as many cuts",
        hundredths / 100,
        hundredths % 100
    )
}

/// How good a choice the planner thought a clip: `score 60 of 100`.
#[must_use]
pub fn score(clip: &Clip) -> String {
    clip.score_permille.map_or_else(
        || "not scored".to_owned(),
        |score| format!("score {} of 100", (score + 5) / 10),
    )
}

/// What was corrected, as a sentence. Nudges are told in milliseconds of a song of `rate` samples a
/// second.
#[must_use]
pub fn correction(correction: &Correction, rate: u32) -> String {
    match correction {
        Correction::Double => "Twice as many beats".to_owned(),
        Correction::Halve => "Half as many beats".to_owned(),
        Correction::Nudge { samples } => {
            let ms = samples.saturating_mul(1000) / i64::from(rate.max(1));
            let rest = samples.saturating_mul(1000) % i64::from(rate.max(1));
            // Samples come from whole milliseconds, which they hold to the nearest.
            let ms = ms + i64::from(2 * rest.abs() >= i64::from(rate.max(1))) * rest.signum();
            let way = if ms < 0 { "earlier" } else { "later" };
            format!("All beats {} ms {way}", ms.abs())
        }
        Correction::Downbeat { beat } => {
            format!("Bars begin on beat {} of the song", beat.saturating_add(1))
        }
        Correction::Meter { beats_per_bar } => format!("{beats_per_bar} beats in a bar"),
        Correction::Reading { reading } => format!("Read as {}", reading.told(rate)),
        Correction::Tap { taps } => format!("Beats as tapped, {}", count(taps.len(), "tap")),
    }
}

/// What decisions of one kind have in common.
#[must_use]
pub const fn decision(code: DecisionCode) -> &'static str {
    match code {
        DecisionCode::FileSkipped => "Files left out",
        DecisionCode::FootageRejected => "Parts of clips left out",
        DecisionCode::ClipDegraded => "Clips read only in part",
        DecisionCode::TempoFallback => "No steady beat was found",
        DecisionCode::DownbeatGuessed => "Where bars begin is a guess",
        DecisionCode::FootageReused => "Footage shown again",
        DecisionCode::FootageSlowed => "Footage slowed down",
        DecisionCode::PaceSlowed => "Longer shots than the style wants",
        DecisionCode::ShotsShortened => "Shorter shots than the style wants",
        DecisionCode::WeakFootageUsed => "Weak footage used",
        DecisionCode::UnwantedFootageUsed => "Cards, screens or test patterns used",
        DecisionCode::MustNotShown => "Wished for, and not shown",
        DecisionCode::SongWindowLeft => "Shown outside its part of the song",
        DecisionCode::SongWindowEmpty => "No shot in its part of the song",
        DecisionCode::MediaRelinked => "Files found elsewhere",
        DecisionCode::AlternateMissing => "Alternates left out",
        DecisionCode::SongEndsEarly => "The song ends before the film",
        _ => "Other choices",
    }
}

/// What is wrong with a stretch: `too dark, shaken`.
#[must_use]
pub fn faults(defects: Defects) -> String {
    let words: Vec<_> = defects.iter().map(Defect::word).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::music::Beat;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(clock(0, 44_100), "0:00");
        assert_eq!(clock(44_100 * 187 + 44_099, 44_100), "3:07");
        assert_eq!(clock(5, 0), "0:05");
        assert_eq!(clock(3_787_000, 1_000), "1:03:07");
        assert_eq!(tempo(127_960), "128.0 BPM");
        assert_eq!(tempo(90_449), "90.4 BPM");
        assert_eq!(tempo(0), "–");
        assert_eq!(metre(4), "4 beats in a bar");
        assert_eq!(metre(0), "bars unknown");
        assert_eq!(confidence(1000), "100 % · sure");
        assert_eq!(confidence(0), "0 % · unsure");
    }

    fn grid(positions: &[u8]) -> BeatGrid {
        let beat = |(index, position): (u64, &u8)| Beat {
            at: 1_000 + index * 500,
            position: *position,
            energy_permille: 0,
            confidence_permille: 1000,
        };
        BeatGrid {
            rate: 1_000,
            duration: 100_000,
            tempo_millibpm: 120_000,
            confidence_permille: 900,
            beats_per_bar: 4,
            beats: (0..).zip(positions).map(beat).collect(),
            sections: Vec::new(),
            readings: Vec::new(),
            landmarks: Vec::new(),
            analysis: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn places_are_counted_from_the_first_downbeat() {
        let song = grid(&[3, 4, 1, 2, 3, 4, 1]);
        let place = |sample| bar_and_beat(&song, sample);
        assert_eq!(place(999), None);
        assert_eq!(place(1_000).unwrap(), "pick-up, beat 3");
        assert_eq!(place(2_000).unwrap(), "bar 1, beat 1");
        assert_eq!(place(2_499).unwrap(), "bar 1, beat 1");
        assert_eq!(place(90_000).unwrap(), "bar 2, beat 1");
        assert_eq!(bar_and_beat(&grid(&[0, 0]), 1_100), None);
    }

    #[test]
    fn lengths_in_beats_go_on_outside_of_the_beats() {
        let song = grid(&[1, 2, 3, 4]);
        let length = |from, until| beats_between(&song, from, until).unwrap();
        assert_eq!(length(1_000, 2_000), "2 beats");
        assert_eq!(length(1_000, 1_500), "1 beat");
        assert_eq!(length(1_250, 2_400), "2.3 beats");
        assert_eq!(length(0, 1_000), "2 beats");
        assert_eq!(length(2_500, 4_500), "4 beats");
        assert_eq!(beats_between(&grid(&[1]), 0, 10), None);
    }

    #[test]
    fn numbers_are_rounded_the_usual_way() {
        assert_eq!(seconds(1_534_999), "1.53 s");
        assert_eq!(seconds(1_535_000), "1.54 s");
        assert_eq!(instant(72_450_000), "1:12.4");
        assert_eq!(range(0, 600_000_000), "0:00.0 – 10:00.0");
        assert_eq!(count(1, "shot"), "1 shot");
        assert_eq!(count(0, "shot"), "0 shots");
        assert_eq!(percent(755), "76 %");
        assert_eq!(density(1000), "as the style has it");
        assert_eq!(density(1_414), "1.41 × as many cuts");
        assert_eq!(density(500), "0.50 × as many cuts");
        assert_eq!(speed(Speed::new(3, 2).unwrap()), "3/2×");
        assert_eq!(frames_us(30, "30000/1001".parse().unwrap()), 1_001_000);
    }

    #[test]
    fn a_nudge_reads_as_it_was_asked_for() {
        for ms in [-10_i64, -1, 1, 10] {
            let samples = ms * 44_100 / 1000;
            let way = if ms < 0 { "earlier" } else { "later" };
            assert_eq!(
                correction(&Correction::Nudge { samples }, 44_100),
                format!("All beats {} ms {way}", ms.abs())
            );
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(read_time("42.5"), Some(42_500_000));
        assert_eq!(read_time(" 1:05 "), Some(65_000_000));
        assert_eq!(read_time("1:05,25"), Some(65_250_000));
        assert_eq!(read_time("30 s"), Some(30_000_000));
        for nothing in [
            "",
            ":",
            "1:",
            "-3",
            "1:2:3",
            "soon",
            ".5",
            "999999:00",
            "1.1234567",
        ] {
            assert_eq!(read_time(nothing), None, "{nothing}");
        }
        for us in [0, 400_000, 83_900_000] {
            assert_eq!(read_time(&instant(us)), Some(us));
        }
    }
}
