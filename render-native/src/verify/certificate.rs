//! What was measured, and what follows from it.

use serde::Serialize;
use shared::decision::Decision;

use super::audio::AudioFindings;
use super::cuts::{CutFindings, Sight};
use super::failure::Failure;
use super::timing::{BeatFindings, FrameFindings};
use crate::exit::ExitCode;
use crate::shown::count;

/// Below this share of the cuts that ought to be seen, too little was seen to vouch for the film.
const LEAST_SEEN: f64 = 0.25;
/// Slots named in a note before the rest is counted.
const NAMED: usize = 8;
/// How far apart picture and sound may start, in milliseconds.
const START_BOUND_MS: f64 = 1.0;

/// The measurements of one film and the verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Certificate {
    /// The film.
    pub film: String,
    /// Whether it keeps the plan.
    pub passed: bool,
    /// What it does not keep.
    pub failures: Vec<Failure>,
    /// What limits the verdict, in words.
    pub notes: Vec<String>,
    /// Frames and time stamps.
    pub frames: FrameFindings,
    /// Lengths.
    pub duration: DurationFindings,
    /// The plan's own cuts against its beats.
    pub beats: BeatFindings,
    /// The cuts in the picture.
    pub cuts: CutFindings,
    /// The sound.
    pub audio: AudioFindings,
}

/// Lengths, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DurationFindings {
    /// What the plan's frames last, rounded to the nearest.
    pub planned_us: u64,
    /// The picture stream, as the container tells.
    pub video_us: Option<u64>,
    /// The sound stream, as the container tells.
    pub audio_us: Option<u64>,
}

/// Everything that was measured, before it is judged.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) film: String,
    pub(super) frames: FrameFindings,
    pub(super) duration: DurationFindings,
    pub(super) damage: u64,
    pub(super) beats: BeatFindings,
    pub(super) cuts: CutFindings,
    pub(super) audio: AudioFindings,
    /// What is told of a film that is longer than its song.
    pub(super) silence: Option<Decision>,
}

impl Certificate {
    /// Draws the verdict.
    pub(super) fn of(measured: Measured) -> Self {
        let mut failures = Vec::new();
        failures.extend(frame_failures(&measured.frames));
        picture_failures(&measured, &mut failures);
        cut_failures(&measured, &mut failures);
        failures.extend(audio_failures(&measured.audio));
        Self {
            passed: failures.is_empty(),
            failures,
            notes: notes(&measured),
            film: measured.film,
            frames: measured.frames,
            duration: measured.duration,
            beats: measured.beats,
            cuts: measured.cuts,
            audio: measured.audio,
        }
    }

    /// 0 if the film keeps its plan, else [`ExitCode::BadData`]: the film is data that is not
    /// what its plan says.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        if self.passed {
            ExitCode::Complete
        } else {
            ExitCode::BadData
        }
    }
}

/// What is wrong with the number of frames and their time stamps.
pub(super) fn frame_failures(frames: &FrameFindings) -> Vec<Failure> {
    let mut failures = Vec::new();
    if frames.decoded != frames.planned {
        failures.push(Failure::FrameCount {
            planned: frames.planned,
            decoded: frames.decoded,
        });
    }
    if frames.misplaced + frames.unstamped > 0 {
        failures.push(Failure::FrameTimes {
            frames: frames.misplaced + frames.unstamped,
            worst_us: frames.worst_us,
        });
    }
    if frames.start_us != 0 {
        failures.push(Failure::VideoStart {
            start_us: frames.start_us,
        });
    }
    failures
}

fn picture_failures(measured: &Measured, failures: &mut Vec<Failure>) {
    let duration = &measured.duration;
    if let Some(video_us) = duration.video_us
        && video_us.abs_diff(duration.planned_us)
            > duration_step_us(&measured.frames, duration.planned_us)
    {
        failures.push(Failure::Duration {
            planned_us: duration.planned_us,
            video_us,
        });
    }
    if measured.damage > 0 {
        failures.push(Failure::Damaged {
            messages: measured.damage,
        });
    }
}

/// How far the picture's length may be from the planned one, in microseconds: the step in which
/// its container can tell it. A step of half a frame or more would hide a missing one, and lengths
/// in such steps need no rounding.
fn duration_step_us(frames: &FrameFindings, planned_us: u64) -> u64 {
    let base = frames.time_base;
    let tick = (1_000_000 * u64::from(base.den())).div_ceil(u64::from(base.num()));
    let frame = planned_us / frames.planned.max(1);
    if 2 * tick < frame { tick.max(1) } else { 1 }
}

fn cut_failures(measured: &Measured, failures: &mut Vec<Failure>) {
    if !measured.beats.broken.is_empty() {
        failures.push(Failure::Beats {
            broken: measured.beats.broken.len(),
        });
    }
    let cuts = &measured.cuts;
    let worst = cuts
        .planned
        .iter()
        .filter_map(|cut| match cut.sight {
            Sight::Off { by } => Some(by),
            _ => None,
        })
        .max_by_key(|by| by.unsigned_abs());
    if let Some(worst_by) = worst {
        failures.push(Failure::CutsOff {
            cuts: cuts.count(is_off),
            worst_by,
        });
    }
    if !cuts.displaced.is_empty() {
        failures.push(Failure::CutsDisplaced {
            runs: cuts.displaced.len(),
        });
    }
    let frozen = cuts.count(|sight| sight == Sight::Frozen);
    if frozen > 0 {
        failures.push(Failure::CutsFrozen { cuts: frozen });
    }
    let (seen, expected) = seen(cuts);
    if expected > 0 && share(seen, expected) < LEAST_SEEN {
        failures.push(Failure::CutsUnseen { seen, expected });
    }
}

/// What is wrong with the sound.
pub(super) fn audio_failures(audio: &AudioFindings) -> Vec<Failure> {
    if audio.codec.is_none() {
        return vec![Failure::NoSound];
    }
    let mut failures = Vec::new();
    if audio.start_offset_ms.abs() > START_BOUND_MS {
        failures.push(Failure::StartOffset {
            ms: audio.start_offset_ms,
        });
    }
    let unlike = audio.unlike();
    if unlike > 0 {
        failures.push(Failure::AudioUnlike { places: unlike });
    }
    if let Some(worst_ms) = audio.worst_ms().filter(|ms| ms.abs() > audio.bound_ms) {
        failures.push(Failure::AudioLag {
            worst_ms,
            bound_ms: audio.bound_ms,
        });
    }
    failures
}

fn notes(measured: &Measured) -> Vec<String> {
    let mut notes = Vec::new();
    let (seen, expected) = seen(&measured.cuts);
    if seen < expected {
        notes.push(format!(
            "{} of {} could not be seen in the picture ({}); the verdict rests on the others",
            expected - seen,
            count(expected as u64, "cut"),
            unseen_slots(&measured.cuts)
        ));
    }
    notes.extend(
        measured
            .silence
            .as_ref()
            .map(|told| format!("the song: {}", told.detail)),
    );
    let audio = &measured.audio;
    let (measurable, repeating) = (audio.lags().count(), audio.repeating());
    if repeating > 0 {
        notes.push(format!(
            "the song repeats itself at {} of {}: it fits there, and would with a shift of a whole \
             repetition too{}",
            repeating,
            count(audio.places.len() as u64, "place"),
            if measurable > 0 {
                "; the lag rests on the others"
            } else {
                "; that the sound is in its place rests on starts and lengths alone"
            }
        ));
    } else if audio.codec.is_some() && measurable == 0 && audio.unlike() == 0 {
        notes.push("the sound is silent or too short: its lag is not measurable".to_owned());
    }
    notes
}

pub(super) const fn is_off(sight: Sight) -> bool {
    matches!(sight, Sight::Off { .. })
}

/// Cuts that are seen, in place or not, and cuts that ought to be.
fn seen(cuts: &CutFindings) -> (usize, usize) {
    (cuts.expected() - cuts.count(is_unseen), cuts.expected())
}

const fn is_unseen(sight: Sight) -> bool {
    matches!(
        sight,
        Sight::Invisible { continuous: false } | Sight::Frozen
    )
}

/// The slots that begin with a cut that is not seen, as people count them.
fn unseen_slots(cuts: &CutFindings) -> String {
    let unseen = || cuts.planned.iter().filter(|cut| is_unseen(cut.sight));
    let slots: Vec<String> = unseen()
        .take(NAMED)
        .map(|cut| (cut.slot + 1).to_string())
        .collect();
    let more = match unseen().count().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let plural = if slots.len() == 1 { "" } else { "s" };
    format!("slot{plural} {}{more}", slots.join(", "))
}

#[expect(clippy::cast_precision_loss, reason = "counts of cuts, far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::cuts::judge;
    use crate::verify::cuts::tests::{every, film, plan, shaky};
    use crate::verify::words::by_frames;
    use shared::rate::Rate;

    /// The verdict on a film that is planned with `cuts`, shows `shown`, and is otherwise right.
    fn verdict(cuts: &[u64], shown: &[u64]) -> Certificate {
        let frames = cuts.last().unwrap() + 40;
        let changes = film(usize::try_from(frames).unwrap(), shaky, shown);
        Certificate::of(Measured {
            film: "film.mp4".to_owned(),
            frames: FrameFindings {
                planned: frames,
                decoded: frames,
                time_base: Rate::MICROSECONDS,
                start_us: 0,
                misplaced: 0,
                first_misplaced: None,
                worst_us: 0,
                unstamped: 0,
            },
            duration: DurationFindings {
                planned_us: 1,
                video_us: None,
                audio_us: None,
            },
            damage: 0,
            beats: BeatFindings {
                named: cuts.len(),
                broken: Vec::new(),
            },
            cuts: judge(&changes, &plan(cuts), 30.0),
            audio: AudioFindings {
                codec: Some("flac".to_owned()),
                lossless: true,
                bound_ms: 1.0,
                start_offset_ms: 0.0,
                places: Vec::new(),
            },
            silence: None,
        })
    }

    fn moved(cuts: &[u64], by: &[i64]) -> Vec<u64> {
        cuts.iter()
            .zip(by)
            .map(|(cut, by)| cut.strict_add_signed(*by))
            .collect()
    }

    #[test]
    fn a_film_passes_only_with_every_cut_in_place() {
        let cuts = every(30, 7);
        assert!(verdict(&cuts, &cuts).passed);
        for by in [-10, -4, -1, 1, 4, 10] {
            let shown = moved(&cuts, &[0, 0, 0, by, 0, 0, 0]);
            let found = verdict(&cuts, &shown);
            assert_eq!(
                found.failures,
                [Failure::CutsOff {
                    cuts: 1,
                    worst_by: by
                }]
            );
            let place = format!(
                "slot 5: planned at frame 120, seen {} from there",
                by_frames(by)
            );
            assert!(found.to_string().contains(&place), "{found}");
        }
    }

    #[test]
    fn several_cuts_displaced_each_by_its_own_fail() {
        let cuts = every(30, 7);
        let found = verdict(&cuts, &moved(&cuts, &[0, 5, 0, 8, 0, -7, 0]));
        assert_eq!(
            found.failures,
            [Failure::CutsOff {
                cuts: 3,
                worst_by: 8
            }]
        );
    }

    #[test]
    fn a_short_film_with_every_cut_wrong_fails() {
        let cuts = every(30, 3);
        assert!(verdict(&cuts, &cuts).passed);
        let found = verdict(&cuts, &moved(&cuts, &[5, 8, -7]));
        assert_eq!(
            found.failures,
            [Failure::CutsOff {
                cuts: 3,
                worst_by: 8
            }]
        );
    }

    #[test]
    fn a_film_of_three_slots_is_judged() {
        let cuts = [30, 60];
        assert!(verdict(&cuts, &cuts).passed);
        assert!(!verdict(&cuts, &[30, 70]).passed);
        let unseen = verdict(&cuts, &[]);
        assert_eq!(
            unseen.failures,
            [Failure::CutsUnseen {
                seen: 0,
                expected: 2
            }]
        );
        // One that is seen in place, and one that is not seen anywhere.
        let half = verdict(&cuts, &[30]);
        assert!(half.passed && !half.notes.is_empty(), "{half}");
    }

    /// What is wrong with a film of 6 frames at 30 that lasts `video_us`, told in `base`.
    fn lasting(video_us: u64, base: &str) -> usize {
        let cuts = every(30, 7);
        let right = verdict(&cuts, &cuts);
        let mut measured = Measured {
            film: right.film,
            frames: right.frames,
            duration: DurationFindings {
                planned_us: 200_000,
                video_us: Some(video_us),
                audio_us: None,
            },
            damage: 0,
            beats: right.beats,
            cuts: right.cuts,
            audio: right.audio,
            silence: None,
        };
        measured.frames.planned = 6;
        measured.frames.time_base = base.parse().unwrap();
        let mut failures = Vec::new();
        picture_failures(&measured, &mut failures);
        failures.len()
    }

    #[test]
    fn a_length_may_be_off_by_the_step_in_which_it_is_told() {
        assert_eq!(lasting(199_367, "1000"), 0);
        assert_eq!(lasting(201_000, "1000"), 0);
        assert_eq!(lasting(201_001, "1000"), 1);
        assert_eq!(lasting(199_935, "15360"), 0);
        assert_eq!(lasting(199_367, "15360"), 1);
        // Told in frames, it need not be rounded.
        assert_eq!(lasting(200_001, "30"), 0);
        assert_eq!(lasting(233_333, "30"), 1);
        assert_eq!(lasting(200_000, "25"), 0);
    }

    #[test]
    fn a_single_unseen_cut_is_told_of_a_film_that_passes() {
        let cuts = every(30, 7);
        let shown: Vec<u64> = cuts.iter().copied().filter(|cut| *cut != 90).collect();
        let found = verdict(&cuts, &shown);
        assert!(found.passed, "{found}");
        assert_eq!(
            found.notes,
            [
                "1 of 7 cuts could not be seen in the picture (slot 4); the verdict rests on the \
                 others",
                "the sound is silent or too short: its lag is not measurable"
            ]
        );
    }

    #[test]
    fn another_song_is_not_called_silent() {
        use crate::verify::{AudioFinding, AudioPlace};
        let cuts = every(30, 7);
        let right = verdict(&cuts, &cuts);
        assert_eq!(right.notes.len(), 1);
        let mut audio = right.audio;
        audio.places.push(AudioPlace {
            at_s: 0.0,
            finding: AudioFinding::Unlike { likeness: 0.1 },
        });
        let found = Certificate::of(Measured {
            film: right.film,
            frames: right.frames,
            duration: right.duration,
            damage: 0,
            beats: right.beats,
            cuts: right.cuts,
            audio,
            silence: None,
        });
        assert_eq!(found.failures, [Failure::AudioUnlike { places: 1 }]);
        assert!(found.notes.is_empty(), "{found}");
    }
}
