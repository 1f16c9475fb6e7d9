//! Plans written by hand.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use shared::fingerprint::{Fingerprint, windows};
use shared::media::{MediaPath, MediaReference};
use shared::plan::{Clip, Extra, Fit, MusicTrack, Output, Plan, SCHEMA, Slot};

/// A slot to be planned: its frames, and clip and source start (in microseconds), best first.
#[derive(Debug, Clone)]
pub struct SlotSpec {
    /// How many frames.
    pub frames: u32,
    /// The clip and its alternates, as position in the list of media and source start.
    pub clips: Vec<(u32, u64)>,
}

impl SlotSpec {
    /// A slot without alternates.
    #[must_use]
    pub fn new(frames: u32, media: u32, source_start: u64) -> Self {
        Self {
            frames,
            clips: vec![(media, source_start)],
        }
    }

    /// With another alternate.
    #[must_use]
    pub fn or(mut self, media: u32, source_start: u64) -> Self {
        self.clips.push((media, source_start));
        self
    }
}

/// A plan over `song` and `media`, named by path.
#[must_use]
pub fn plan(
    rate: &str,
    (width, height): (u32, u32),
    song: &str,
    media: &[&str],
    slots: &[SlotSpec],
) -> Plan {
    let by_path = |path: &str| MediaReference::by_path(MediaPath::from_text(path).unwrap());
    let mut record_start = 0;
    let slots = slots
        .iter()
        .map(|spec| {
            let mut clips = spec.clips.iter().map(|(m, at)| Clip::new(*m, *at));
            let slot = Slot {
                record_start,
                record_duration: spec.frames,
                cut: None,
                clip: clips.next().unwrap(),
                alternates: clips.collect(),
                fit: None,
                focus: None,
                locked: false,
                extra: Extra::new(),
            };
            record_start += u64::from(spec.frames);
            slot
        })
        .collect();
    Plan {
        schema: SCHEMA.to_owned(),
        made_by: None,
        output: Output {
            width,
            height,
            rate: rate.parse().unwrap(),
            fit: Fit::Crop,
            extra: Extra::new(),
        },
        music: MusicTrack {
            media: by_path(song),
            source_start: 0,
            beat_grid: None,
            extra: Extra::new(),
        },
        media: media.iter().map(|path| by_path(path)).collect(),
        slots,
        decisions: Vec::new(),
        extra: Extra::new(),
    }
}

/// Writes `plan` into `dir`, with size and fingerprint of every file that lies there, as the
/// planner would.
pub fn write_sealed(dir: &Path, mut plan: Plan) -> PathBuf {
    for media in plan.media.iter_mut().chain([&mut plan.music.media]) {
        let path = dir.join(media.path.as_text());
        let bytes = std::fs::metadata(&path).unwrap().len();
        media.bytes = Some(bytes);
        media.fingerprint = Some(fingerprint(&path, bytes));
    }
    write(dir, &plan)
}

/// Writes `plan` into `dir` as it is.
pub fn write(dir: &Path, plan: &Plan) -> PathBuf {
    let path = dir.join("plan.json");
    std::fs::write(&path, plan.to_json()).unwrap();
    path
}

fn fingerprint(path: &Path, bytes: u64) -> Fingerprint {
    let mut file = File::open(path).unwrap();
    let contents: Vec<Vec<u8>> = windows(bytes)
        .into_iter()
        .map(|window| {
            let mut content = vec![0; (window.end - window.start) as usize];
            file.seek(SeekFrom::Start(window.start)).unwrap();
            file.read_exact(&mut content).unwrap();
            content
        })
        .collect();
    Fingerprint::of(bytes, contents.iter().map(Vec::as_slice))
}
