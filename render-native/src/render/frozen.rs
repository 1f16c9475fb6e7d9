//! A job, frozen: all that another process, or another machine, needs to make any of its segments
//! as this one would. It is `plan.lock.json` of the work directory.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::media::MediaPath;
use shared::plan::{MAX_PLAN_BYTES, Plan};

use super::calibrate::Settled;
use super::encoder::Encoder;
use super::error::RenderError;
use super::hardware::Chosen;
use super::journal::{Look, WorkDir};
use super::mezzanine::Recipe;
use super::schedule::estimate::Footprint;
use super::segment::{ENGINE, Encode, SegmentKey};
use super::settings::{AudioCodec, Quality};
use super::sources::Sources;
use crate::media::relative::{path_of, relative};

/// The file's name.
pub(super) const NAME: &str = "plan.lock.json";
/// Name and version of its format.
const SCHEMA: &str = "autocut-job/1";
/// A longer file is none of ours: the longest plan, and a key for each of its slots.
const LONGEST: u64 = 2 * MAX_PLAN_BYTES;

/// The file as it is written.
#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    engine: u32,
    renderer: &'static str,
    ffmpeg: &'a str,
    root: MediaPath,
    encode: Encoding,
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware: Option<&'a Chosen>,
    audio: AudioCodec,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    mezzanines: &'a [Recipe],
    segment_keys: &'a [SegmentKey],
    plan: &'a Plan,
}

/// The file as it is read.
#[derive(Deserialize)]
struct Read<'a> {
    schema: String,
    engine: u32,
    renderer: String,
    ffmpeg: String,
    root: MediaPath,
    encode: Encoding,
    #[serde(default)]
    hardware: Option<Chosen>,
    audio: AudioCodec,
    #[serde(default)]
    mezzanines: Vec<Recipe>,
    segment_keys: Vec<SegmentKey>,
    #[serde(borrow)]
    plan: &'a RawValue,
}

/// Settings that change pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Encoding {
    /// What was asked for; of the sound it still tells.
    pub(super) quality: Quality,
    #[serde(flatten)]
    pub(super) encoder: Encoder,
    pub(super) threads: usize,
    pub(super) tone_map: bool,
    /// Why the encoder is what it is, if that was settled by measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) settled: Option<Settled>,
}

impl From<Encoding> for Encode {
    fn from(encoding: Encoding) -> Self {
        Self {
            encoder: encoding.encoder,
            hardware: None,
            threads: encoding.threads,
            tone_map: encoding.tone_map,
            footprint: Footprint::Usual,
        }
    }
}

/// A frozen job, read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// The plan, with every file that was found named relative to [`Self::root`], with its size
    /// and its fingerprint.
    pub plan: Plan,
    /// The folder that the plan's paths are relative to, as it lies from here.
    pub root: PathBuf,
    /// Tells this job from all others.
    pub(crate) id: PlanId,
    pub(super) ffmpeg: String,
    pub(super) encode: Encoding,
    pub(super) hardware: Option<Chosen>,
    audio: AudioCodec,
    pub(super) recipes: Vec<Recipe>,
    pub(super) keys: Vec<SegmentKey>,
}

/// BLAKE3 of the frozen job, in hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PlanId(String);

impl PlanId {
    fn of(json: &[u8]) -> Self {
        Self(blake3::hash(json).to_hex().to_string())
    }

    /// 64 hexadecimal digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The plan with its media named relative to `root`, with size and fingerprint, as they were
/// found.
pub(super) fn sealed(plan: &Plan, plan_dir: &Path, sources: &Sources, root: &Path) -> Plan {
    let mut plan = plan.clone();
    for reference in plan.media.iter_mut().chain([&mut plan.music.media]) {
        reference.path = relative(root, &plan_dir.join(path_of(&reference.path)));
    }
    let song = sources.song.iter().map(|found| (None, found));
    for (media, found) in sources.used().map(|(m, f)| (Some(m), f)).chain(song) {
        let reference = match media {
            Some(media) => plan.media.get_mut(media),
            None => Some(&mut plan.music.media),
        };
        if let Some(reference) = reference {
            reference.path = relative(root, &found.path);
            reference.bytes = Some(found.stamp.bytes);
            reference.fingerprint = Some(found.fingerprint);
        }
    }
    plan
}

/// The file's content and the job's name, for a job in the work directory `dir`.
pub(super) fn freeze(
    plan: &Plan,
    (dir, root): (&Path, &Path),
    ffmpeg: &str,
    (encode, hardware, audio): (Encoding, Option<&Chosen>, AudioCodec),
    (recipes, keys): (&[Recipe], &[SegmentKey]),
) -> (Vec<u8>, PlanId) {
    let mut way = relative(dir, root);
    if way.as_text().is_empty() {
        way = MediaPath::from_bytes(b".");
    }
    let written = Written {
        schema: SCHEMA,
        engine: ENGINE,
        renderer: env!("CARGO_PKG_VERSION"),
        ffmpeg,
        root: way,
        encode,
        hardware,
        audio,
        mezzanines: recipes,
        segment_keys: keys,
        plan,
    };
    // Neither the types nor a write to memory can fail.
    let json = serde_json::to_vec_pretty(&written).unwrap_or_default();
    let id = PlanId::of(&json);
    (json, id)
}

impl Frozen {
    /// Reads the job of the work directory `dir`. `root` is where its media lie now; where they
    /// lay when it was prepared if `None`.
    ///
    /// # Errors
    /// [`RenderError`] if there is none, or it is of another version.
    pub fn read(dir: &Path, root: Option<&Path>) -> Result<Self, RenderError> {
        let path = dir.join(NAME);
        let refused = |why: String| RenderError::NotPrepared {
            path: path.clone(),
            why,
        };
        let bytes = match std::fs::metadata(&path).map(|metadata| metadata.len()) {
            Ok(length) if length > LONGEST => return Err(refused("it is too long".to_owned())),
            Ok(_) => std::fs::read(&path).map_err(RenderError::file("read", &path))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(refused("there is none".to_owned()));
            }
            Err(error) => return Err(RenderError::file("read", &path)(error)),
        };
        let read: Read<'_> =
            serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
        if read.schema != SCHEMA || read.engine != ENGINE {
            return Err(refused(format!(
                "it is of version {} (engine {}) and this one is {} (engine {ENGINE})",
                read.renderer,
                read.engine,
                env!("CARGO_PKG_VERSION")
            )));
        }
        let plan = Plan::from_json(read.plan.get()).map_err(|error| refused(error.to_string()))?;
        if plan.slots.len() != read.segment_keys.len() {
            return Err(refused("it has a key too few or too many".to_owned()));
        }
        Ok(Self {
            root: root.map_or_else(|| dir.join(path_of(&read.root)), Path::to_owned),
            id: PlanId::of(&bytes),
            ffmpeg: read.ffmpeg,
            encode: read.encode,
            hardware: read.hardware,
            audio: read.audio,
            recipes: read.mezzanines,
            keys: read.segment_keys,
            plan,
        })
    }

    /// What there is of a segment in `work`. `None` if the film has no such segment.
    pub(crate) fn look(&self, work: &WorkDir, index: usize) -> Option<Look> {
        let slot = self.plan.slots.get(index)?;
        Some(work.look(index, self.keys.get(index)?, slot.record_duration))
    }

    /// How the song is stored.
    pub(crate) fn audio(&self) -> AudioCodec {
        self.audio
    }

    /// How the segments are encoded.
    pub(crate) fn quality(&self) -> Quality {
        self.encode.quality
    }

    /// How many segments the film has.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.plan.slots.len()
    }
}
