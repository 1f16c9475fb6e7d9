//! When the pictures of a clip are shown and where decoding can begin, by the clip's own index.
//!
//! Only MP4 and its kin keep such an index in one place. For other containers the answer would
//! cost reading the whole file, so there it stays unknown.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use mp4_atom::{FourCC, StszSamples};

use crate::render::sample_table::{movie, shown_at};

/// Most pictures of one size that are believed: 92 hours at 30 a second.
const MOST: u32 = 10_000_000;

/// The pictures of a clip, in microseconds of its own time stamps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pictures {
    /// Every picture, in the order they are shown.
    shown: Vec<i64>,
    /// Those at which decoding can begin, in order.
    keys: Vec<i64>,
    /// Ticks per second of its time stamps.
    clock: u32,
}

impl Pictures {
    /// Reads the index of a file. `None` if it has none that can be understood, or more than one
    /// picture track.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        Self::read(BufReader::new(file), length)
    }

    fn read(file: impl Read + Seek, length: u64) -> Option<Self> {
        let movie = movie(file, length).ok()??;
        let is_picture = FourCC::new(b"vide");
        let mut tracks = movie
            .trak
            .iter()
            .filter(|track| track.mdia.hdlr.handler == is_picture);
        let (track, None) = (tracks.next()?, tracks.next()) else {
            return None;
        };
        let table = &track.mdia.minf.stbl;
        // A few bytes may claim any number of pictures of one size.
        if let StszSamples::Identical { count, .. } = table.stsz.samples
            && count > MOST
        {
            return None;
        }
        let scale = track.mdia.mdhd.timescale;
        let micros = |ticks: i64| micros(ticks, 1, scale);
        let shown = shown_at(track, length)?;
        // An edit that begins between two pictures moves the first one shown to its own beginning,
        // so the index no longer says when the others are shown.
        if shown.iter().any(|at| *at < 0) && !shown.contains(&0) {
            return None;
        }
        let shown: Option<Vec<i64>> = shown.into_iter().map(micros).collect();
        let shown = shown.filter(|shown| !shown.is_empty())?;
        let keys = match &table.stss {
            None => shown.clone(),
            Some(table) => {
                let at = |number: &u32| shown.get((*number as usize).checked_sub(1)?).copied();
                table.entries.iter().filter_map(at).collect()
            }
        };
        // What lies before the beginning is decoded for others' sake and not shown.
        let shown = shown.into_iter().filter(|at| *at >= 0).collect();
        Some(Self {
            clock: scale,
            ..Self::new(shown, keys)
        })
    }

    /// Pictures in any order, of a clip that counts microseconds.
    pub(super) fn new(mut shown: Vec<i64>, mut keys: Vec<i64>) -> Self {
        shown.sort_unstable();
        keys.sort_unstable();
        Self {
            shown,
            keys,
            clock: 1_000_000,
        }
    }

    /// Ticks per second of the clip's time stamps.
    pub(super) const fn clock(&self) -> u32 {
        self.clock
    }

    /// When the first one is shown.
    pub(super) fn first(&self) -> i64 {
        self.shown.first().copied().unwrap_or(0)
    }

    /// The last key frame that is not after `at`; the first of all if there is none.
    pub(super) fn key_before(&self, at: i64) -> i64 {
        let index = self.keys.partition_point(|key| *key <= at);
        let key = self.keys.get(index.saturating_sub(1)).copied();
        key.unwrap_or_else(|| self.first())
    }

    /// The first picture at `at` or after.
    pub(super) fn next(&self, at: i64) -> Option<i64> {
        let index = self.shown.partition_point(|shown| *shown < at);
        self.shown.get(index).copied()
    }

    /// Those from `from` to `to`, both included.
    pub(super) fn within(&self, from: i64, to: i64) -> &[i64] {
        let start = self.shown.partition_point(|shown| *shown < from);
        let end = self.shown.partition_point(|shown| *shown <= to);
        self.shown.get(start..end).unwrap_or_default()
    }
}

/// Ticks of `num / den` seconds as microseconds, rounded down.
pub(super) fn micros(ticks: i64, num: u32, den: u32) -> Option<i64> {
    let micros =
        (i128::from(ticks) * i128::from(num) * 1_000_000).checked_div_euclid(den.into())?;
    i64::try_from(micros).ok()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// 120 frames, three groups of 40.
    fn clip(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("clip.mp4");
        let made = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc=s=64x64:r=30000/1001:d=4",
            ])
            .args([
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-g",
                "40",
                "-sc_threshold",
                "0",
            ])
            .arg(&path)
            .status()
            .unwrap();
        assert!(made.success());
        path
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0_usize..2000, value: u8) {
            static WHOLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
            let whole = WHOLE.get_or_init(|| {
                let folder = tempfile::tempdir().unwrap();
                std::fs::read(clip(folder.path())).unwrap()
            });
            let mut bytes = whole.clone();
            // The tables are at the end.
            let last = bytes.len() - 1;
            bytes[last - at.min(last)] = value;
            let length = bytes.len() as u64;
            let pictures = Pictures::read(std::io::Cursor::new(bytes), length);
            proptest::prop_assert!(pictures.is_none_or(|p| p.shown.len() as u64 <= length));
        }
    }

    #[test]
    fn key_frames_and_counts_are_those_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = clip(folder.path());
        let pictures = Pictures::of(&path).unwrap();
        assert_eq!(pictures.first(), 0);
        assert_eq!(pictures.within(0, i64::MAX).len(), 120);
        // Frames 40 and 80.
        assert_eq!(pictures.keys, [0, 1_334_666, 2_669_333]);
        assert_eq!(pictures.key_before(2_669_332), 1_334_666);
        assert_eq!(pictures.next(1), Some(33_366));
        assert_eq!(pictures.next(4_000_000), None);
        assert_eq!(pictures.within(0, 33_366).len(), 2);
    }

    #[test]
    fn what_has_no_index_has_no_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.mp4");
        std::fs::write(&path, b"no film").unwrap();
        assert_eq!(Pictures::of(&path), None);
        assert_eq!(Pictures::of(&folder.path().join("none")), None);
    }
}
