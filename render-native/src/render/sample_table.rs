//! Reads a segment's own tables (ISO/IEC 14496-12) instead of asking another program: the frames
//! that are really in the file, when each is shown, and the decoder's headers.
//!
//! A segment is small and there are many, so that a program that starts for each would cost more
//! than the measuring. Everything else that is measured is foreign and is left to ffprobe.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use mp4_atom::{
    Atom, Avcc, Codec, Encode, Header, Moov, ReadAtom, ReadFrom, Stbl, StszSamples, Trak,
};

use super::check::Facts;

/// The largest table that is read. A segment of an hour has less than that.
const MOST_TABLE: usize = 64 << 20;

/// What the file holds. A file that is not whole holds no frames: its tables come last, and each
/// frame that they name must lie inside the file.
///
/// # Errors
/// If the file is there and cannot be read.
pub(super) fn facts(path: &Path) -> io::Result<Facts> {
    let file = match File::open(path) {
        // A program may end in success and leave nothing.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Facts::default()),
        file => file?,
    };
    let length = file.metadata()?.len();
    let found = movie(BufReader::new(file), length)?;
    Ok(found
        .and_then(|movie| of_movie(&movie, length))
        .unwrap_or_default())
}

/// Whether the file's key frames are known and the first frame is one. `false` if it cannot be read.
pub(super) fn begins_with_key_frame(path: &Path) -> bool {
    let read = || {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let movie = movie(BufReader::new(file), length).ok()??;
        let [track] = movie.trak.as_slice() else {
            return None;
        };
        let table = &track.mdia.minf.stbl;
        Some(match &table.stss {
            Some(keys) => keys.entries.contains(&1),
            // ffmpeg leaves it out if every frame is one, and also if none is.
            None => sizes(table, length)?.len() == 1,
        })
    };
    read().unwrap_or(false)
}

/// The file's one `moov`, if its boxes can be followed to it.
pub(super) fn movie(mut file: impl Read + Seek, length: u64) -> io::Result<Option<Moov>> {
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let Ok(Some(header)) = <Option<Header> as ReadFrom>::read_from(&mut file) else {
            return Ok(None);
        };
        let Some(size) = header.size else {
            return Ok(None);
        };
        let body = file.stream_position()?;
        let end = body.checked_add(size as u64).filter(|end| *end <= length);
        let Some(end) = end else { return Ok(None) };
        if header.kind == Moov::KIND {
            return Ok(if size <= MOST_TABLE {
                Moov::read_atom(&header, &mut file).ok()
            } else {
                None
            });
        }
        at = end;
    }
}

fn of_movie(movie: &Moov, length: u64) -> Option<Facts> {
    // A segment has one track and nothing else.
    let [track] = movie.trak.as_slice() else {
        return None;
    };
    let table = &track.mdia.minf.stbl;
    let [Codec::Avc1(codec)] = table.stsd.codecs.as_slice() else {
        return None;
    };
    if !is_inside(table, length)? {
        return None;
    }
    let mut headers = Vec::new();
    codec.avcc.encode(&mut headers).ok()?;
    Some(Facts {
        pts: {
            let mut shown = shown_at(track, length)?;
            shown.sort_unstable();
            shown
        },
        size: (codec.visual.width.into(), codec.visual.height.into()),
        kind: (
            "h264".to_owned(),
            pixel_format(&codec.avcc).to_owned(),
            format!("1/{}", track.mdia.mdhd.timescale),
        ),
        headers: blake3::hash(&headers).to_hex().to_string(),
        audio_us: None,
    })
}

/// ffmpeg's name of the pictures' format. The profiles below High (100) have no other (ISO/IEC
/// 14496-10, annex A).
fn pixel_format(avcc: &Avcc) -> &'static str {
    match &avcc.ext {
        None if avcc.avc_profile_indication <= 100 => "yuv420p",
        Some(ext) if (ext.chroma_format, ext.bit_depth_luma, ext.bit_depth_chroma) == (1, 8, 8) => {
            "yuv420p"
        }
        _ => "another format than yuv420p",
    }
}

/// The bytes of every frame. `None` if there are more frames than a file of this length can hold.
fn sizes(table: &Stbl, length: u64) -> Option<Vec<u64>> {
    Some(match &table.stsz.samples {
        StszSamples::Identical { count, .. } if u64::from(*count) > length => return None,
        StszSamples::Identical { count, size } => {
            std::iter::repeat_n(u64::from(*size), *count as usize).collect()
        }
        StszSamples::Different { sizes } => sizes.iter().map(|size| u64::from(*size)).collect(),
    })
}

/// Whether every frame lies inside a file of this length. `None` if the tables contradict each
/// other.
fn is_inside(table: &Stbl, length: u64) -> Option<bool> {
    let narrow = table.stco.as_ref().map(|chunks| &chunks.entries);
    let wide = table.co64.as_ref().map(|chunks| &chunks.entries);
    let chunks: Vec<u64> = match (narrow, wide) {
        (Some(chunks), None) => chunks.iter().map(|at| u64::from(*at)).collect(),
        (None, Some(chunks)) => chunks.clone(),
        _ => return None,
    };
    let sizes = sizes(table, length)?;
    let mut left = sizes.iter();
    let mut runs = table.stsc.entries.iter().peekable();
    let mut in_chunk = 0;
    for (number, start) in (1_u32..).zip(chunks) {
        if let Some(run) = runs.next_if(|run| run.first_chunk == number) {
            in_chunk = run.samples_per_chunk;
        }
        let mut end = start;
        for _ in 0..in_chunk {
            end = end.checked_add(*left.next()?)?;
        }
        if end > length {
            return Some(false);
        }
    }
    Some(left.next().is_none())
}

/// When every frame is shown, in ticks of the track, in the order of decoding. Decoding time plus composition
/// offset, less what the edit list cuts off or plus what it puts before.
pub(super) fn shown_at(track: &Trak, length: u64) -> Option<Vec<i64>> {
    let table = &track.mdia.minf.stbl;
    let count = sizes(table, length)?.len();
    let deltas = table.stts.entries.iter();
    let deltas = deltas.flat_map(|run| {
        std::iter::repeat_n(i64::from(run.sample_delta), run.sample_count as usize)
    });
    let offsets = table.ctts.iter().flat_map(|ctts| &ctts.entries);
    let offsets = offsets
        .flat_map(|run| std::iter::repeat_n(run.sample_offset, run.sample_count as usize))
        .chain(std::iter::repeat(0));
    let shift = match track.edts.as_ref().and_then(|edits| edits.elst.as_ref()) {
        None => 0,
        Some(edits) => match edits.entries.as_slice() {
            [edit] => i64::try_from(edit.media_time?).ok()?,
            // Anything but one plain edit is not what the encoder writes.
            _ => return None,
        },
    };
    let mut now = 0_i64;
    let mut shown = Vec::new();
    for (delta, offset) in deltas.zip(offsets).take(count) {
        shown.push(now.checked_add(offset)?.checked_sub(shift)?);
        now = now.checked_add(delta)?;
    }
    (shown.len() == count).then_some(shown)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::ffmpeg::locate::locate;
    use crate::interrupt::Interrupt;
    use crate::render::check::measure;

    fn segment(folder: &Path, rate: &str, frames: u32) -> std::path::PathBuf {
        let file = folder.join("segment.mp4");
        let source = format!("testsrc2=s=320x180:r={rate},format=yuv420p");
        let done = Command::new("ffmpeg")
            .args([
                "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &source,
            ])
            .args(["-frames:v", &frames.to_string(), "-c:v", "libx264"])
            .args(["-preset", "veryfast", "-video_track_timescale", "30000"])
            .args(["-movie_timescale", "30000"])
            .arg(&file)
            .status()
            .unwrap();
        assert!(done.success());
        file
    }

    #[test]
    fn it_agrees_with_ffprobe_and_sees_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let tools = locate(&Interrupt::new()).unwrap();
        for frames in [1, 2, 47] {
            let file = segment(folder.path(), "30000/1001", frames);
            let ours = facts(&file).unwrap();
            let theirs = measure(&tools, &file, &Interrupt::new()).unwrap();
            assert_eq!(
                (&ours.pts, ours.size, &ours.kind),
                (&theirs.pts, theirs.size, &theirs.kind)
            );
            assert_eq!(ours.pts.len(), frames as usize);
        }
        let file = folder.path().join("segment.mp4");
        let whole = std::fs::read(&file).unwrap();
        for keep in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&file, whole.get(..keep).unwrap()).unwrap();
            assert_eq!(facts(&file).unwrap(), Facts::default(), "{keep} bytes");
        }
    }

    #[test]
    fn a_file_that_begins_between_two_key_frames_is_known() {
        let folder = tempfile::tempdir().unwrap();
        assert!(begins_with_key_frame(&segment(folder.path(), "30", 1)));
        let whole = segment(folder.path(), "30", 20);
        assert!(begins_with_key_frame(&whole));
        let rest = folder.path().join("rest.mp4");
        let done = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-i"])
            .arg(&whole)
            // The first packet goes, and it is the only key frame.
            .args(["-c", "copy", "-copyinkf", "-bsf:v", "noise=drop=eq(n\\,0)"])
            .arg(&rest)
            .status()
            .unwrap();
        assert!(done.success());
        let bytes = std::fs::read(&rest).unwrap();
        let found = movie(io::Cursor::new(&bytes), bytes.len() as u64).unwrap();
        let frames = sizes(&found.unwrap().trak[0].mdia.minf.stbl, bytes.len() as u64);
        assert_eq!(frames.unwrap().len(), 19);
        assert!(!begins_with_key_frame(&rest));
        assert!(!begins_with_key_frame(&folder.path().join("none.mp4")));
        // Here the table of key frames is there, and names others.
        let mut late = std::fs::read(&whole).unwrap();
        let table = late.windows(4).rposition(|four| four == b"stss").unwrap();
        let entry = &mut late[table + 12..table + 16];
        assert_eq!(entry, 1_u32.to_be_bytes());
        entry.copy_from_slice(&2_u32.to_be_bytes());
        std::fs::write(&rest, late).unwrap();
        assert!(!begins_with_key_frame(&rest));
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0_usize..1500, value: u8) {
            static WHOLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
            let whole = WHOLE.get_or_init(|| {
                let folder = tempfile::tempdir().unwrap();
                std::fs::read(segment(folder.path(), "30", 20)).unwrap()
            });
            let mut bytes = whole.clone();
            // The tables are at the end.
            let last = bytes.len() - 1;
            bytes[last - at.min(last)] = value;
            let length = bytes.len() as u64;
            let found = movie(io::Cursor::new(&bytes), length).unwrap();
            let _ = found.and_then(|movie| of_movie(&movie, length));
        }
    }

    #[test]
    fn fuzz_sample_table() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(segment(folder.path(), "30", 20)).unwrap();
        // The pictures are not read: without them every damage hits the tables.
        let kind = whole.windows(4).rposition(|four| four == b"moov").unwrap();
        let seeds = [whole[kind - 4..].to_vec(), whole];
        suite::fuzz::fuzz("sample_table", &seeds, |bytes| {
            let found = movie(io::Cursor::new(bytes), bytes.len() as u64).unwrap();
            let facts = found.and_then(|movie| of_movie(&movie, bytes.len() as u64));
            // No more frames than the file has bytes for them.
            assert!(facts.is_none_or(|facts| facts.pts.len() <= bytes.len()));
        });
    }
}
