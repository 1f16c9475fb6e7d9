//! The choice that was made, as it is kept, told, and held against what became of it.

use serde::{Deserialize, Serialize};
use shared::decision::{Decision, DecisionCode};

use crate::render::encoder::Encoder;
use crate::render::settings::Wish;
use crate::shown;

/// What was settled for a wish, and what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What was wished for.
    #[serde(flatten)]
    pub wish: Wish,
    /// Samples that were encoded to see what they cost; without any, nothing was expected.
    pub samples: usize,
    /// What that took, in milliseconds.
    pub calibration_ms: u64,
    /// What the encoder is asked for.
    #[serde(flatten)]
    pub encoder: Encoder,
    /// Time that was expected for all of the film, the measuring included, in milliseconds.
    pub expected_ms: u64,
    /// Size that was expected, in bytes.
    pub expected_bytes: u64,
    /// What of it is sound and container, in bytes.
    pub other_bytes: u64,
    /// Whether the wished time could be met, with a margin.
    pub in_time: bool,
    /// Whether the wished size could be met, with a margin.
    pub in_size: bool,
}

/// What was wished for, what was settled for that, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wished {
    /// The choice.
    #[serde(flatten)]
    pub settled: Settled,
    /// Wall time that this run took, in milliseconds; `None` if the film was made by many.
    pub took_ms: Option<u64>,
    /// The film's size in bytes.
    pub bytes: u64,
}

impl Settled {
    /// What was chosen and why, and what of the wish will most likely be missed. `again` says
    /// that it was chosen by an earlier run.
    #[must_use]
    pub(in crate::render) fn decisions(&self, again: bool) -> Vec<Decision> {
        let Self { encoder, wish, .. } = self;
        let wished = words(*wish);
        let time = shown::duration(self.expected_ms);
        let size = shown::file_size(self.expected_bytes);
        let samples = shown::count(self.samples, "sample");
        let took = shown::duration(self.calibration_ms);
        let settled = |detail| Decision::new(DecisionCode::QualitySettled, detail);
        if self.samples == 0 {
            return vec![settled(format!(
                "wished for {wished}, and no sample could be encoded to see what that takes: the \
                 standard quality ({encoder}) is used"
            ))];
        }
        let by = if again {
            "as an earlier run settled it".to_owned()
        } else {
            format!("by {samples} in {took}")
        };
        let mut decisions = vec![settled(format!(
            "wished for {wished}: {encoder}, {by}; about {size} in {time} are expected"
        ))];
        let missed = |detail| Decision::new(DecisionCode::WishMissed, detail);
        if !self.in_time {
            let fastest = encoder.preset.name();
            decisions.push(missed(format!(
                "the wished time is too short to be sure of: about {time} are expected with \
                 {fastest}, the fastest there is"
            )));
        }
        if !self.in_size {
            decisions.push(missed(format!(
                "the wished size is too small to be sure of: about {size} are expected at CRF {}, \
                 the coarsest that is used",
                encoder.crf
            )));
        }
        decisions
    }
}

impl Wished {
    /// What of the wish was missed.
    #[must_use]
    pub(in crate::render) fn missed(&self) -> Vec<Decision> {
        let missed = |detail| Decision::new(DecisionCode::WishMissed, detail);
        let Wish {
            deadline_ms,
            max_bytes,
        } = self.settled.wish;
        let late = deadline_ms.zip(self.took_ms);
        let late = late.filter(|(most, took)| took > most).map(|(most, took)| {
            missed(format!(
                "the film took {}, and {} were wished for",
                shown::duration(took),
                shown::duration(most)
            ))
        });
        let large = max_bytes.filter(|most| self.bytes > *most).map(|most| {
            missed(format!(
                "the film has {}, and at most {} were wished for; another run with a smaller \
                 --max-size makes it smaller",
                shown::file_size(self.bytes),
                shown::file_size(most)
            ))
        });
        late.into_iter().chain(large).collect()
    }

    /// Wished and got, as one line.
    #[must_use]
    pub fn line(&self) -> String {
        let time = self.took_ms.map(shown::duration);
        let time = time.map_or_else(String::new, |time| format!(" in {time}"));
        format!(
            "wished for {}: {}{time}, with {}",
            words(self.settled.wish),
            shown::file_size(self.bytes),
            self.settled.encoder
        )
    }
}

/// A wish in words.
pub(in crate::render) fn words(wish: Wish) -> String {
    let size = wish.max_bytes.map(shown::file_size);
    let time = wish.deadline_ms.map(shown::duration);
    match (size, time) {
        (Some(size), Some(time)) => format!("at most {size} within {time}"),
        (Some(size), None) => format!("at most {size}"),
        (None, Some(time)) => format!("a film within {time}"),
        (None, None) => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::encoder::Preset;

    fn settled() -> Settled {
        Settled {
            wish: Wish {
                deadline_ms: Some(600_000),
                max_bytes: Some(100_000_000),
            },
            samples: 12,
            calibration_ms: 8_250,
            encoder: Preset::Medium.usual(),
            expected_ms: 400_000,
            expected_bytes: 91_000_000,
            other_bytes: 3_000_000,
            in_time: true,
            in_size: true,
        }
    }

    #[test]
    fn the_choice_is_told_with_its_figures() {
        let told = |settled: Settled| -> Vec<_> {
            let decisions = settled.decisions(false).into_iter();
            decisions.map(|decision| decision.detail).collect()
        };
        assert_eq!(
            told(settled()),
            [
                "wished for at most 100.0 MB within 10 min: medium, CRF 17, by 12 samples in \
                 8.2 s; about 91.0 MB in 6 min 40 s are expected"
            ]
        );
        let neither = Settled {
            in_time: false,
            in_size: false,
            ..settled()
        };
        assert_eq!(told(neither).len(), 3);
    }

    #[test]
    fn what_was_missed_is_told_after_the_film() {
        let missed = |took_ms, bytes| {
            let settled = settled();
            let wished = Wished {
                settled,
                took_ms,
                bytes,
            };
            wished.missed().len()
        };
        assert_eq!(missed(Some(600_000), 100_000_000), 0);
        assert_eq!(missed(Some(600_001), 100_000_001), 2);
        assert_eq!(missed(None, 1), 0);
    }
}
