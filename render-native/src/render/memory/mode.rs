//! Two thresholds and three modes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// So many percent below the first threshold must be free before new segments start again, or the
/// mode would change with every sample.
const BACK: u8 = 5;

/// Where memory begins to be short, in percent of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    conservative: u8,
    emergency: u8,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            conservative: 75,
            emergency: 85,
        }
    }
}

/// Thresholds that mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "memory thresholds of {conservative} % and {emergency} % make no sense: from 10 to 99, and \
     the first below the second"
)]
pub struct WrongThresholds {
    /// The first.
    pub conservative: u8,
    /// The second.
    pub emergency: u8,
}

impl Thresholds {
    /// The share above which nothing new starts, and the one above which work is put back.
    ///
    /// # Errors
    /// [`WrongThresholds`] unless 10 ≤ first < second ≤ 99.
    pub const fn new(conservative: u8, emergency: u8) -> Result<Self, WrongThresholds> {
        if conservative < 10 || conservative >= emergency || emergency > 99 {
            return Err(WrongThresholds {
                conservative,
                emergency,
            });
        }
        Ok(Self {
            conservative,
            emergency,
        })
    }

    /// The first: above it nothing new starts.
    #[must_use]
    pub const fn conservative(self) -> u8 {
        self.conservative
    }

    /// The second: above it the youngest segment is put back.
    #[must_use]
    pub const fn emergency(self) -> u8 {
        self.emergency
    }
}

/// How careful the renderer is with memory.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Segments start as long as they fit.
    #[default]
    Normal,
    /// Nothing new starts while something runs.
    Conservative,
    /// One segment at a time, with the smallest footprint; what runs beside it is put back.
    Emergency,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Conservative => "conservative",
            Self::Emergency => "emergency",
        })
    }
}

/// A change from one mode to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The mode before.
    pub from: Mode,
    /// The mode now.
    pub to: Mode,
}

/// Chooses the mode.
#[derive(Debug, Clone, Copy)]
pub struct Governor {
    thresholds: Thresholds,
    mode: Mode,
}

impl Governor {
    /// Begins in [`Mode::Normal`].
    #[must_use]
    pub fn new(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            mode: Mode::Normal,
        }
    }

    /// The mode now.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Takes in how full the fullest bound is, in thousandths.
    pub fn step(&mut self, permille: u64) -> Option<Change> {
        let at = |percent: u8| u64::from(percent) * 10;
        let Thresholds {
            conservative,
            emergency,
        } = self.thresholds;
        let to = match self.mode {
            _ if permille >= at(emergency) => Mode::Emergency,
            Mode::Emergency if permille >= at(conservative) => Mode::Emergency,
            _ if permille >= at(conservative) => Mode::Conservative,
            Mode::Normal => Mode::Normal,
            _ if permille >= at(conservative - BACK) => Mode::Conservative,
            _ => Mode::Normal,
        };
        let from = std::mem::replace(&mut self.mode, to);
        (from != to).then_some(Change { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(load: &[u64]) -> Vec<Mode> {
        let mut governor = Governor::new(Thresholds::default());
        load.iter()
            .map(|permille| {
                governor.step(*permille);
                governor.mode()
            })
            .collect()
    }

    #[test]
    fn it_gets_careful_at_once_and_careless_only_with_room() {
        use Mode::{Conservative as C, Emergency as E, Normal as N};
        assert_eq!(
            modes(&[0, 749, 750, 740, 700, 699, 760, 850]),
            [N, N, C, C, C, N, C, E]
        );
        assert_eq!(modes(&[900, 800, 750, 749, 699]), [E, E, E, C, N]);
        assert_eq!(modes(&[900, 10]), [E, N]);
    }

    #[test]
    fn a_load_that_swings_about_a_threshold_changes_the_mode_once() {
        let mut governor = Governor::new(Thresholds::default());
        let changes = (0..100).filter_map(|i| governor.step(745 + 10 * (i % 2)));
        assert_eq!(changes.count(), 1);
    }

    #[test]
    fn thresholds_are_in_order_and_in_range() {
        assert_eq!(Thresholds::new(75, 85), Ok(Thresholds::default()));
        for (first, second) in [(85, 75), (75, 75), (9, 50), (50, 100), (0, 0)] {
            assert!(Thresholds::new(first, second).is_err(), "{first} {second}");
        }
        let said = Thresholds::new(90, 80).unwrap_err().to_string();
        assert!(said.contains("90 %"), "{said}");
    }
}
