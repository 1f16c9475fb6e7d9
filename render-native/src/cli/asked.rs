//! What is asked of single clips, as typed: never, surely, gladly, and where in the song.

use std::path::PathBuf;

use clap::Args;

use super::values::{Density, thousandths};
use crate::headless::asked::{Asking, Named};
use crate::headless::plan::MOST_WEIGHT;

/// What is asked of single clips. Each may be given several times.
#[derive(Debug, Default, Args)]
#[command(
    next_help_heading = "Single clips (a clip, a folder, or a part of a clip: beach.mp4@3.5-8)"
)]
pub struct Asked {
    /// Never show this. A clip is named by its path or the end of it, and may be a folder: all that is
    /// named so is meant.
    #[arg(long, value_name = "CLIP[@FROM-TO]", value_parser = named, allow_hyphen_values = true)]
    pub ban: Vec<Named>,
    /// Show this somewhere in the film.
    #[arg(long, value_name = "CLIP[@FROM-TO]", value_parser = named, allow_hyphen_values = true)]
    pub must: Vec<Named>,
    /// Show this more gladly (2, 4) or less (0.5), or only where other footage runs out (0). Of several for
    /// one clip the last counts.
    #[arg(long, value_name = "CLIP=FACTOR", value_parser = weighed, allow_hyphen_values = true)]
    pub weight: Vec<(PathBuf, u16)>,
    /// Show this only in a part of the song: beach.mp4=1:02-1:30.
    #[arg(long, value_name = "CLIP[@FROM-TO]=FROM-TO", value_parser = bound, allow_hyphen_values = true)]
    pub window: Vec<(Named, SongRange)>,
}

/// From and until when in the song, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SongRange(pub (u64, u64));

impl Asked {
    /// As the planner's side takes it.
    pub(super) fn asking(&self) -> Asking {
        let windows = self.window.iter();
        Asking {
            bans: self.ban.clone(),
            musts: self.must.clone(),
            weights: self.weight.clone(),
            windows: windows
                .map(|(named, song)| (named.clone(), song.0))
                .collect(),
        }
    }
}

/// Reads `90`, `1:30`, `1:02:30.25`: hours, minutes and seconds, in microseconds.
///
/// # Errors
/// In words.
pub(super) fn instant(text: &str) -> Result<u64, String> {
    let read = || {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        if part.is_empty() || part.len() > 6 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut seconds = 0_u64;
        let fields: Vec<&str> = whole.split(':').collect();
        if fields.len() > 3 {
            return None;
        }
        for (at, field) in fields.iter().enumerate() {
            let digits =
                (1..=6).contains(&field.len()) && field.bytes().all(|b| b.is_ascii_digit());
            let number: u64 = field.parse().ok().filter(|_| digits)?;
            // After hours and minutes there are 60 of each.
            if at > 0 && number >= 60 {
                return None;
            }
            seconds = seconds * 60 + number;
        }
        Some(seconds * 1_000_000 + format!("{part:0<6}").parse::<u64>().ok()?)
    };
    read().ok_or_else(|| "write a time as 90, 12.5, 1:30 or 1:02:30.25".to_owned())
}

/// Reads `FROM-TO`; `FROM-` is until the end, `-TO` from the start.
fn range(text: &str) -> Result<(u64, u64), String> {
    let words = || "write a range as 3.5-8, 1:02-1:30, 10- or -10".to_owned();
    let (from, to) = text.split_once('-').ok_or_else(words)?;
    if from.is_empty() && to.is_empty() {
        return Err(words());
    }
    let end = |text: &str, open| {
        if text.is_empty() {
            Ok(open)
        } else {
            instant(text)
        }
    };
    let (from, to) = (end(from, 0)?, end(to, u64::MAX)?);
    if from >= to {
        return Err(format!("{text} is empty: it ends before it begins"));
    }
    Ok((from, to))
}

/// Reads a clip, folder, or part of a clip. An `@` that no range follows is part of the name.
fn named(text: &str) -> Result<Named, String> {
    let looks_like_range = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b"-:.".contains(&b))
    };
    let (path, range_us) = match text.rsplit_once('@') {
        Some((path, part)) if looks_like_range(part) => (path, Some(range(part)?)),
        _ => (text, None),
    };
    if path.is_empty() {
        return Err("name a clip or a folder".to_owned());
    }
    Ok(Named {
        path: PathBuf::from(path),
        range_us,
    })
}

fn weighed(text: &str) -> Result<(PathBuf, u16), String> {
    let words = || "write a clip and a factor: beach.mp4=2".to_owned();
    let (path, factor) = text.rsplit_once('=').ok_or_else(words)?;
    let weight = thousandths(factor).ok_or_else(words)?;
    let weight = u16::try_from(weight)
        .ok()
        .filter(|weight| *weight <= MOST_WEIGHT);
    let weight = weight.ok_or_else(|| format!("from 0 to {}", MOST_WEIGHT / 1000))?;
    if path.is_empty() {
        return Err(words());
    }
    Ok((PathBuf::from(path), weight))
}

fn bound(text: &str) -> Result<(Named, SongRange), String> {
    let words = || "write a clip and a part of the song: beach.mp4=1:02-1:30".to_owned();
    let (clip, song) = text.rsplit_once('=').ok_or_else(words)?;
    Ok((named(clip)?, SongRange(range(song)?)))
}

/// Reads a part of the song and how densely it is cut.
///
/// # Errors
/// In words.
pub(super) fn pace(text: &str) -> Result<(SongRange, Density), String> {
    let words = || "write a part of the song and a factor: 1:02-1:30=2".to_owned();
    let (song, factor) = text.rsplit_once('=').ok_or_else(words)?;
    Ok((SongRange(range(song)?), super::values::density(factor)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_to_the_microsecond() {
        for (text, us) in [
            ("0", 0),
            ("90", 90_000_000),
            ("12.5", 12_500_000),
            ("1:05.25", 65_250_000),
            ("1:02:30.000001", 3_750_000_001),
            ("100:00", 6_000_000_000),
        ] {
            assert_eq!(instant(text), Ok(us), "{text}");
        }
        for bad in [
            "",
            ":",
            "1:",
            "1:60",
            "1.",
            ".5",
            "-1",
            "1:2:3:4",
            "1,5",
            "1e3",
            "9999999",
            "1.0000001",
        ] {
            assert!(instant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_part_of_a_clip_stands_behind_its_name() {
        let read =
            |text: &str| named(text).map(|one| (one.path.display().to_string(), one.range_us));
        let part = |name: &str, range| Ok((name.to_owned(), range));
        assert_eq!(read("a b.mp4"), part("a b.mp4", None));
        assert_eq!(
            read("a.mp4@1-2.5"),
            part("a.mp4", Some((1_000_000, 2_500_000)))
        );
        assert_eq!(
            read("a.mp4@1:00-"),
            part("a.mp4", Some((60_000_000, u64::MAX)))
        );
        assert_eq!(read("a.mp4@-3"), part("a.mp4", Some((0, 3_000_000))));
        assert_eq!(read("me@home.mp4"), part("me@home.mp4", None));
        for bad in [
            "",
            "@1-2",
            "a.mp4@2-1",
            "a.mp4@2",
            "a.mp4@-",
            "a.mp4@1:70-2:00",
        ] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn weights_windows_and_paces_stand_behind_an_equals_sign() {
        assert_eq!(weighed("a=b.mp4=2.5"), Ok((PathBuf::from("a=b.mp4"), 2500)));
        assert_eq!(weighed("a=0").map(|one| one.1), Ok(0));
        for bad in ["a", "a=", "=2", "a=-1", "a=8.001", "a=99999999", "a=x"] {
            assert!(weighed(bad).is_err(), "{bad}");
        }
        let (clip, song) = bound("a.mp4@1-2=0:10-0:20").unwrap();
        assert_eq!(
            (clip.range_us, song.0),
            (Some((1_000_000, 2_000_000)), (10_000_000, 20_000_000))
        );
        assert!(bound("a.mp4").is_err() && bound("a.mp4=20-10").is_err());
        assert_eq!(
            pace("10-20=2"),
            Ok((SongRange((10_000_000, 20_000_000)), Density(2000)))
        );
        assert!(pace("10-20").is_err() && pace("10-20=9").is_err());
    }
}
