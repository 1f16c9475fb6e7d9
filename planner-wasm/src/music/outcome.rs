//! The beat grid of what was chosen, with all that is told of it; and what is told where there is none.

use std::collections::BTreeMap;

use shared::decision::{Decided, Decision, DecisionCode};
use shared::music::{Beat, BeatGrid};

use super::ANALYSIS_RATE;
use super::bars::{Bars, bars};
use super::beatwise::Beatwise;
use super::choice::Choice;
use super::energy::ranks;
use super::hop::{Clock, HOP, ONE};
use super::hypothesis::Hypothesis;
use super::network::Heard;
use super::onset::Onsets;
use super::readings::readings;
use super::sections::sections;
use super::spectrum::WINDOW;
use super::tempo::tempo_of;

/// Below this confidence, in thousandths, the grid is not to be trusted.
pub const TRUSTED_PERMILLE: u16 = 200;

/// The grid of the beats that were chosen, each `offset` samples after where it was read.
pub(super) fn grid(
    (onsets, chroma): (&Onsets, &[u8]),
    heard: &Heard,
    offset: i64,
    choice: &Choice,
    duration: u64,
) -> Decided<BeatGrid> {
    let reading = &choice.reading;
    let clock = Clock { offset, duration };
    let (beats, at) = placed(reading, offset, duration);
    let song = Beatwise::of(onsets, chroma, &heard.downbeat, &beats);
    let bars = bars(&song.downbeat);
    let energy = ranks(&song.energy);
    let mut decisions = Vec::new();
    let confidence = choice.likelihood;
    if confidence < TRUSTED_PERMILLE {
        decisions.push(Decision::new(
            DecisionCode::TempoFallback,
            format!(
                "the beat is uncertain (confidence {confidence} of 1000): another tempo or phase \
                 fits the song almost as well"
            ),
        ));
    }
    if bars.as_ref().is_none_or(|bars| !bars.sure) {
        decisions.push(Decision::new(
            DecisionCode::DownbeatGuessed,
            "no beat of the bar stands out; where bars begin is a guess",
        ));
    }
    let value = BeatGrid {
        rate: ANALYSIS_RATE,
        duration,
        tempo_millibpm: tempo_of(reading.period),
        confidence_permille: confidence,
        beats_per_bar: bars.as_ref().map_or(0, |bars| bars.meter),
        beats: beats_of(&at, bars.as_ref(), &energy, &choice.support(&beats)),
        readings: readings(
            choice,
            &beats,
            bars.as_ref().and_then(Bars::usual),
            &heard.downbeat,
            clock,
        ),
        sections: sections(&song, bars.as_ref(), &at, &energy, duration),
        landmarks: Vec::new(),
        analysis: provenance(),
    };
    Decided { value, decisions }
}

/// The beats of a reading, carried on to both ends of the song: in fixed-point hops, and the samples
/// where they lie.
pub(super) fn placed(reading: &Hypothesis, offset: i64, duration: u64) -> (Vec<i64>, Vec<u64>) {
    let clock = Clock { offset, duration };
    extended(&reading.beats, reading.period, duration)
        .into_iter()
        .filter_map(|beat| Some((beat, clock.sample(beat)?)))
        .unzip()
}

fn beats_of(at: &[u64], bars: Option<&Bars>, energy: &[u16], support: &[u16]) -> Vec<Beat> {
    at.iter()
        .zip(energy)
        .zip(support)
        .enumerate()
        .map(|(index, ((at, energy), support))| Beat {
            at: *at,
            position: bars.map_or(0, |bars| bars.position(index)),
            energy_permille: *energy,
            confidence_permille: *support,
        })
        .collect()
}

/// The beats carried on at the median period to both ends of the song.
fn extended(beats: &[i64], period: i64, duration: u64) -> Vec<i64> {
    let end = i64::try_from(duration / HOP as u64 + 2).unwrap_or(i64::MAX / ONE) * ONE;
    let (Some(&first), Some(&last)) = (beats.first(), beats.last()) else {
        return Vec::new();
    };
    let before = std::iter::successors(Some(first - period), |beat| Some(beat - period));
    let after = std::iter::successors(Some(last + period), |beat| Some(beat + period));
    let mut out: Vec<i64> = before.take_while(|beat| *beat >= 0).collect();
    out.reverse();
    out.extend(beats);
    out.extend(after.take_while(|beat| *beat < end));
    out
}

/// What is told of a song without beats.
pub(super) fn no_beats(duration: u64, why: &str) -> Decided<BeatGrid> {
    Decided {
        value: BeatGrid {
            rate: ANALYSIS_RATE,
            duration,
            tempo_millibpm: 0,
            confidence_permille: 0,
            beats_per_bar: 0,
            beats: Vec::new(),
            sections: Vec::new(),
            readings: Vec::new(),
            landmarks: Vec::new(),
            analysis: provenance(),
        },
        decisions: vec![Decision::new(
            DecisionCode::TempoFallback,
            format!("no beat was found: {why}"),
        )],
    }
}

/// Which tracker this was, so that a plan tells what its beats came from.
fn provenance() -> BTreeMap<String, String> {
    [
        ("tracker", "autocut-beats".to_owned()),
        ("tracker_version", "5".to_owned()),
        ("window", WINDOW.to_string()),
        ("hop", HOP.to_string()),
        ("latency", super::hop::LATENCY.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
