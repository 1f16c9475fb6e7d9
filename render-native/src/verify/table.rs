//! A certificate as a small table for people.

use std::fmt;

use super::audio::{AudioFinding, AudioFindings};
use super::certificate::{Certificate, DurationFindings, is_off};
use super::cuts::{CutFindings, CutSight, Sight};
use super::words::{beside_picture, by_frames, late, milliseconds, signed};
use crate::shown::count;

/// Cuts and runs named before the rest is counted.
const NAMED: usize = 8;

/// A line for each thing measured and the verdict at the end.
impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, text: String| writeln!(f, "{name:<10} {text}");
        let frames = &self.frames;
        row(
            "frames",
            format!("{} of {} planned", frames.decoded, frames.planned),
        )?;
        row(
            "times",
            match frames.first_misplaced {
                None => format!(
                    "every frame in place, to the tick (1/{} s)",
                    frames.time_base
                ),
                Some(first) => format!(
                    "{} out of place from frame {first} on, by up to {} µs",
                    count(frames.misplaced, "frame"),
                    frames.worst_us
                ),
            },
        )?;
        row("duration", self.duration.to_string())?;
        row(
            "beats",
            format!(
                "{} of {} of the plan on the frame of their beat",
                self.beats.named - self.beats.broken.len(),
                count(self.beats.named as u64, "cut")
            ),
        )?;
        row("cuts", cuts_line(&self.cuts))?;
        for cut in self
            .cuts
            .planned
            .iter()
            .filter(|c| is_wrong(c.sight))
            .take(NAMED)
        {
            row("", wrong_line(cut))?;
        }
        let wrong = self.cuts.count(is_wrong);
        if wrong > NAMED {
            row("", format!("… and {} more", wrong - NAMED))?;
        }
        for run in self.cuts.displaced.iter().take(NAMED) {
            row(
                "",
                format!(
                    "slots {} to {} stand {} from their place",
                    run.first_slot + 1,
                    run.last_slot + 1,
                    by_frames(run.by)
                ),
            )?;
        }
        row("audio", audio_line(&self.audio))?;
        for note in &self.notes {
            row("note", note.clone())?;
        }
        if self.passed {
            row("verdict", "the film keeps its plan".to_owned())
        } else {
            self.failures
                .iter()
                .try_for_each(|failure| row("FAILED", failure.to_string()))
        }
    }
}

impl fmt::Display for DurationFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |us: Option<u64>| {
            us.map_or_else(
                || "untold".to_owned(),
                |us| format!("{}.{:06} s", us / 1_000_000, us % 1_000_000),
            )
        };
        write!(
            f,
            "picture {}, planned {}, sound {}",
            seconds(self.video_us),
            seconds(Some(self.planned_us)),
            seconds(self.audio_us)
        )
    }
}

fn cuts_line(cuts: &CutFindings) -> String {
    let continuous = cuts.count(|sight| sight == Sight::Invisible { continuous: true });
    let invisible = cuts.count(|sight| sight == Sight::Invisible { continuous: false });
    let exact = cuts.count(|sight| sight == Sight::Exact);
    let others = [
        (cuts.count(is_off), "off"),
        (
            cuts.count(|sight| sight == Sight::Frozen),
            "across a picture that stands still",
        ),
        (invisible, "not visible"),
        (continuous, "through the same footage"),
        (
            cuts.straddles.len(),
            if cuts.straddles.len() == 1 {
                "change inside a slot"
            } else {
                "changes inside slots"
            },
        ),
    ];
    std::iter::once(format!(
        "{exact} of {} exactly on their frame",
        cuts.planned.len()
    ))
    .chain(
        others
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}")),
    )
    .collect::<Vec<_>>()
    .join(", ")
}

const fn is_wrong(sight: Sight) -> bool {
    is_off(sight) || matches!(sight, Sight::Frozen)
}

fn wrong_line(cut: &CutSight) -> String {
    match cut.sight {
        Sight::Off { by } => format!(
            "slot {}: planned at frame {}, seen {} from there",
            cut.slot + 1,
            cut.frame,
            by_frames(by)
        ),
        Sight::Frozen => format!(
            "slot {}: planned at frame {}, the picture stands still there",
            cut.slot + 1,
            cut.frame
        ),
        _ => String::new(),
    }
}

fn audio_line(audio: &AudioFindings) -> String {
    let Some(codec) = &audio.codec else {
        return "none".to_owned();
    };
    let lags: Vec<f64> = audio.lags().collect();
    let lag = match (lags.first(), lags.get(lags.len() / 2), lags.last()) {
        (Some(first), Some(middle), Some(last)) => format!(
            "lag {} ms at the start, {} in the middle, {} at the end, drift {}; up to {} ms pass",
            signed(*first),
            signed(*middle),
            signed(*last),
            signed(last - first),
            audio.bound_ms
        ),
        _ => not_measurable(audio),
    };
    let unlike = match audio.unlike() {
        0 => String::new(),
        places => format!("; not the song at {}", count(places as u64, "place")),
    };
    format!(
        "{lag} ({codec}, {}); starts {}{unlike}",
        if audio.lossless { "lossless" } else { "lossy" },
        beside_picture(audio.start_offset_ms)
    )
}

/// Why no lag is told.
fn not_measurable(audio: &AudioFindings) -> String {
    let repeats = audio.places.iter().find_map(|place| match place.finding {
        AudioFinding::Repeats {
            nearest_ms,
            every_ms,
            ..
        } => Some((nearest_ms, every_ms)),
        _ => None,
    });
    match repeats {
        Some((nearest, Some(every))) => format!(
            "lag not measurable: the sound repeats itself every {} and fits {}",
            milliseconds(every).unwrap_or_default(),
            late(nearest)
        ),
        Some((_, None)) => "lag not measurable: the sound is held".to_owned(),
        None => "lag not measurable".to_owned(),
    }
}
