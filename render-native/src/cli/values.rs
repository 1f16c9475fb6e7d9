//! The values of options, read from text: sizes, rates, shapes, amounts of memory.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::headless::plan::{LEAST_DENSITY, MOST_DENSITY};
use clap::ValueEnum;
use shared::plan::FRAME_SIDE;
use shared::rate::Rate;

/// Width and height of the film, in pixels: even, 16 to 8192.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// An amount of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// The size of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSize(pub u64);

/// As it can be typed.
impl fmt::Display for FileSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = self;
        let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
        match units.iter().find(|(unit, _)| bytes.is_multiple_of(*unit)) {
            Some((unit, name)) => write!(f, "{}{name}", bytes / unit),
            None => write!(f, "{bytes}"),
        }
    }
}

/// As it can be typed, in the largest unit that is exact.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = self;
        let units = [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")];
        match units.iter().find(|(unit, _)| bytes.is_multiple_of(*unit)) {
            Some((unit, name)) => write!(f, "{}{name}", bytes / unit),
            None => write!(f, "{bytes}"),
        }
    }
}

/// Shape of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Aspect {
    /// Landscape, 1920x1080.
    #[value(name = "16:9")]
    Landscape,
    /// Portrait, 1080x1920.
    #[value(name = "9:16")]
    Portrait,
    /// Square, 1080x1080.
    #[value(name = "1:1")]
    Square,
    /// Tall, 1080x1350.
    #[value(name = "4:5")]
    Tall,
}

impl Aspect {
    /// The size that is usual for it.
    #[must_use]
    pub const fn size(self) -> Size {
        let (width, height) = match self {
            Self::Landscape => (1920, 1080),
            Self::Portrait => (1080, 1920),
            Self::Square => (1080, 1080),
            Self::Tall => (1080, 1350),
        };
        Size { width, height }
    }
}

/// Reads `1920x1080`.
///
/// # Errors
/// In words.
pub fn size(text: &str) -> Result<Size, String> {
    let read = || {
        let (width, height) = text.split_once(['x', 'X', '×'])?;
        Some((u32::from_str(width).ok()?, u32::from_str(height).ok()?))
    };
    let (width, height) = read().ok_or("write width and height as 1920x1080")?;
    let good = |side: u32| FRAME_SIDE.contains(&side) && side.is_multiple_of(2);
    if !good(width) || !good(height) {
        let (least, most) = FRAME_SIDE.into_inner();
        return Err(format!(
            "each side must be even, from {least} to {most} pixels"
        ));
    }
    Ok(Size { width, height })
}

/// Reads `30`, `30000/1001`, or one of the decimals by which the NTSC rates go.
///
/// # Errors
/// In words.
pub fn frame_rate(text: &str) -> Result<Rate, String> {
    // These decimals are names: 29.97 means 30000/1001, and nothing else is meant by it.
    let exact = match text {
        "23.976" | "23.98" => "24000/1001",
        "29.97" => "30000/1001",
        "47.952" | "47.95" => "48000/1001",
        "59.94" => "60000/1001",
        "119.88" => "120000/1001",
        other => other.strip_suffix(".0").unwrap_or(other),
    };
    let rate: Rate = exact.parse().map_err(|_| {
        "write a whole number or a fraction: 30, 25, 24000/1001 (23.976, 29.97, 59.94 are known)"
            .to_owned()
    })?;
    let (num, den) = (rate.num(), rate.den());
    if num < den || u64::from(num) > 240 * u64::from(den) {
        return Err("from 1 to 240 frames per second".to_owned());
    }
    Ok(rate)
}

/// Reads `2G`, `1.5GiB`, `900M` or a number of bytes. The steps are 1024.
///
/// # Errors
/// In words.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    let amount = amount(text, 1024).ok_or("write an amount as 2G, 1.5G or 900M")?;
    if amount < 1 << 20 {
        return Err("at least 1M".to_owned());
    }
    Ok(Bytes(amount))
}

/// Reads `100MB`, `1.5GB`, `80MiB` or a number of bytes. The steps are 1000, as those of most limits
/// on files are, and 1024 only in `MiB`: so a film is never larger than was meant.
///
/// # Errors
/// In words.
pub fn file_size(text: &str) -> Result<FileSize, String> {
    let amount = amount(text, 1000).ok_or("write a size as 100MB, 1.5GB or 80MiB")?;
    if amount < 1000 {
        return Err("at least 1kB".to_owned());
    }
    Ok(FileSize(amount))
}

/// Reads a number with a unit whose steps are `step` if it does not say `i`. Below 1e15.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the range is checked before the cast, and nobody states an amount to the byte"
)]
fn amount(text: &str, step: u64) -> Option<u64> {
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split)?;
    let unit = unit.trim().to_ascii_uppercase();
    let unit = unit.strip_suffix('B').unwrap_or(&unit);
    let (unit, step) = match unit.strip_suffix('I') {
        Some(unit @ ("K" | "M" | "G" | "T")) => (unit, 1024),
        _ => (unit, step),
    };
    let power = ["", "K", "M", "G", "T"].iter().position(|u| *u == unit)?;
    let unit = step.checked_pow(u32::try_from(power).ok()?)?;
    let amount = number.parse::<f64>().ok()? * unit as f64;
    (0.0..1e15).contains(&amount).then_some(amount as u64)
}

/// Reads a time as `90s`, `5m`, `1h30m`, `24h` or `7d`; a number alone is seconds.
///
/// # Errors
/// In words.
pub fn duration(text: &str) -> Result<Duration, String> {
    let read = || {
        let mut rest = text;
        let mut seconds = 0_u64;
        let mut before = u64::MAX;
        while !rest.is_empty() {
            let split = rest.find(|c: char| !c.is_ascii_digit());
            let (number, after) = rest.split_at_checked(split.unwrap_or(rest.len()))?;
            let unit = match after.chars().next() {
                None | Some('s') => 1,
                Some('m') => 60,
                Some('h') => 3_600,
                Some('d') => 86_400,
                Some(_) => return None,
            };
            // Each unit once, the largest first: `5m1h` is a slip, and so may `1m1m` be.
            if unit >= before {
                return None;
            }
            before = unit;
            let more = number.parse::<u64>().ok()?.checked_mul(unit)?;
            seconds = seconds.checked_add(more)?;
            rest = after.get(1..).unwrap_or_default();
        }
        (before != u64::MAX).then(|| Duration::from_secs(seconds))
    };
    read().ok_or_else(|| "a time is written as 90s, 5m, 1h30m or 7d".to_owned())
}

/// Reads a time that something may take: at least a second.
///
/// # Errors
/// In words.
pub fn deadline(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time.is_zero() {
        return Err("at least 1s".to_owned());
    }
    Ok(time)
}

/// How many cuts, next to what the style makes of the music, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Density(pub u16);

/// Reads `2`, `0.5` or `1.25`: a factor with at most three decimals.
///
/// # Errors
/// In words.
pub fn density(text: &str) -> Result<Density, String> {
    let density = thousandths(text).ok_or("write a factor as 2, 0.5 or 1.25")?;
    let sound = |density: &u16| (LEAST_DENSITY..=MOST_DENSITY).contains(density);
    let density = u16::try_from(density).ok().filter(sound);
    density
        .map(Density)
        .ok_or_else(|| "from 0.1 to 8".to_owned())
}

/// Reads a number with at most three decimals, in thousandths; what is too large to count is the
/// largest.
pub(super) fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return None;
    }
    Some(format!("{whole}{part:0<3}").parse().unwrap_or(u64::MAX))
}

/// Reads a number of processes, 1 to 1024.
///
/// # Errors
/// In words.
pub fn jobs(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|jobs| (1..=1024).contains(jobs))
        .ok_or_else(|| "a whole number from 1 to 1024".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_is_a_factor_with_three_decimals() {
        let read = |text: &str| density(text).map(|density| density.0);
        for (text, permille) in [("1", 1000), ("2.0", 2000), ("0.5", 500), ("1.125", 1125)] {
            assert_eq!(read(text), Ok(permille), "{text}");
        }
        for text in ["", "-1", "1.", ".5", "1.0005", "2x"] {
            assert!(read(text).unwrap_err().starts_with("write"), "{text}");
        }
        for text in ["0", "0.05", "9", "100", "99999999999999999999999"] {
            assert_eq!(read(text), Err("from 0.1 to 8".to_owned()), "{text}");
        }
    }

    #[test]
    fn sizes_are_even_and_within_the_plans_limits() {
        assert_eq!(
            size("1920x1080"),
            Ok(Size {
                width: 1920,
                height: 1080
            })
        );
        for bad in [
            "",
            "1920",
            "1920x",
            "x1",
            "1921x1080",
            "8x8",
            "9000x90",
            "-2x4",
        ] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rates_are_exact() {
        let ntsc = Rate::new(30_000, 1001);
        assert_eq!(frame_rate("29.97").ok(), ntsc.clone().ok());
        assert_eq!(frame_rate("30000/1001").ok(), ntsc.ok());
        assert_eq!(frame_rate("25.0").ok(), Rate::whole(25).ok());
        for bad in ["0", "241", "29.98", "1/2", "-30", "nan", "30000/0"] {
            assert!(frame_rate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_read_with_their_units() {
        for (text, seconds) in [
            ("90", 90),
            ("90s", 90),
            ("5m", 300),
            ("24h", 86_400),
            ("1h30m", 5_400),
            ("1m30", 90),
            ("1d2h3m4s", 93_784),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for bad in [
            "",
            "m",
            "-1s",
            "1.5h",
            "5 m",
            "3w",
            "5m1h",
            "1m1m",
            "1s5",
            "99999999999999999999d",
        ] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert!(deadline("0").is_err());
    }

    #[test]
    fn sizes_of_files_have_steps_of_1000_unless_they_say_otherwise() {
        for (text, bytes) in [
            ("100MB", 100_000_000),
            ("100m", 100_000_000),
            ("1.5GB", 1_500_000_000),
            ("80MiB", 80 << 20),
            ("2000", 2000),
            ("5 kB", 5000),
        ] {
            assert_eq!(file_size(text), Ok(FileSize(bytes)), "{text}");
            let typed = FileSize(bytes).to_string();
            assert_eq!(file_size(&typed), Ok(FileSize(bytes)), "{typed}");
        }
        for bad in ["", "MB", "2X", "iB", "1e99G", "0", "-1G", "NaN", "999"] {
            assert!(file_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn memory_takes_the_usual_units() {
        assert_eq!(bytes("2G"), Ok(Bytes(2 << 30)));
        assert_eq!(bytes("1.5gib"), Ok(Bytes(3 << 29)));
        assert_eq!(bytes("900M"), Ok(Bytes(900 << 20)));
        for (amount, typed) in [("2048M", "2G"), ("1.5G", "1536M"), ("1048577", "1048577")] {
            let amount = bytes(amount).unwrap();
            assert_eq!(amount.to_string(), typed);
            assert_eq!(bytes(typed), Ok(amount));
        }
        for bad in ["", "G", "2X", "1e99G", "0", "..G", "-1G", "NaN"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }
}
