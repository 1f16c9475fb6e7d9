//! Exact rates: how many ticks make a second.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Ticks per second as a fraction in lowest terms, for example `30000/1001`.
///
/// Both terms are at least 1. Two rates are equal exactly when they are the same number.
///
/// ```
/// # use shared::rate::Rate;
/// let ntsc: Rate = "30000/1001".parse()?;
/// assert_eq!((ntsc.num(), ntsc.den()), (30000, 1001));
/// assert_eq!("60/2".parse::<Rate>()?, Rate::whole(30).unwrap());
/// # Ok::<_, shared::rate::RateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    num: NonZeroU32,
    den: NonZeroU32,
}

/// Why a rate could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RateError {
    /// The text is neither `N` nor `N/D` with whole numbers.
    #[error("\"{text}\" is not a rate; write 30, 25 or 30000/1001")]
    Syntax {
        /// What was given.
        text: String,
    },
    /// A term is zero, so there is no such rate.
    #[error("a rate has no zero in it")]
    Zero,
}

impl Rate {
    /// Microseconds: the rate of every source position in a plan.
    pub const MICROSECONDS: Self = Self::constant(1_000_000);

    /// `num` ticks every `den` seconds, reduced.
    ///
    /// # Errors
    /// [`RateError::Zero`] if either is 0.
    pub fn new(num: u32, den: u32) -> Result<Self, RateError> {
        let divisor = NonZeroU32::new(gcd(num, den)).ok_or(RateError::Zero)?;
        let num = NonZeroU32::new(num / divisor).ok_or(RateError::Zero)?;
        let den = NonZeroU32::new(den / divisor).ok_or(RateError::Zero)?;
        Ok(Self { num, den })
    }

    /// `ticks` ticks every second.
    ///
    /// # Errors
    /// [`RateError::Zero`] if it is 0.
    pub fn whole(ticks: u32) -> Result<Self, RateError> {
        Self::new(ticks, 1)
    }

    const fn constant(ticks: u32) -> Self {
        match (NonZeroU32::new(ticks), NonZeroU32::new(1)) {
            (Some(num), Some(den)) => Self { num, den },
            _ => Self {
                num: NonZeroU32::MIN,
                den: NonZeroU32::MIN,
            },
        }
    }

    /// The numerator, in lowest terms.
    #[must_use]
    pub const fn num(self) -> u32 {
        self.num.get()
    }

    /// The denominator, in lowest terms.
    #[must_use]
    pub const fn den(self) -> u32 {
        self.den.get()
    }

    /// Ticks per second as a float, for display and for filters that take nothing better.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.num()) / f64::from(self.den())
    }
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rate({self})")
    }
}

/// `30` or `30000/1001`, which is also what ffmpeg reads.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den() == 1 {
            write!(f, "{}", self.num())
        } else {
            write!(f, "{}/{}", self.num(), self.den())
        }
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let syntax = || RateError::Syntax {
            text: text.to_owned(),
        };
        let whole = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if digits {
                part.parse().map_err(|_| syntax())
            } else {
                Err(syntax())
            }
        };
        match text.split_once('/') {
            Some((num, den)) => Self::new(whole(num)?, whole(den)?),
            None => Self::whole(whole(text)?),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+(/[0-9]+)?$",
            "description": "Ticks per second, exact: \"30\" or \"30000/1001\"."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_nonsense_are_refused() {
        for text in [
            "",
            "0",
            "0/1",
            "1/0",
            "-30",
            "+30",
            "29.97",
            "30/",
            "/1",
            "30/1/1",
            " 30",
            "99999999999",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_rate_is_reduced_so_that_equal_means_the_same_number() {
        assert_eq!(
            Rate::new(60000, 2002).unwrap(),
            "30000/1001".parse().unwrap()
        );
    }
}
