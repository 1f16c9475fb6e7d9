//! What is known of a finished segment, kept beside it and written last.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::WorkDir;
use crate::durable;
use crate::render::error::RenderError;
use crate::render::frozen::{Frozen, PlanId};
use crate::render::report::SegmentReport;
use crate::render::segment::SegmentKey;
use crate::render::temporaries;

/// What is known of a finished segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The job that it was made for.
    pub(in crate::render) plan_id: PlanId,
    /// [`SegmentKey`] of what was wanted.
    pub(in crate::render) segment_key: String,
    /// The file's name in the same folder.
    pub(in crate::render) file: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// BLAKE3 of its content, in hexadecimal digits.
    pub(in crate::render) blake3: String,
    /// Its frames, as counted.
    pub(in crate::render) frames: u32,
    /// The frame rate.
    pub(in crate::render) rate: String,
    /// Ticks per second of its time stamps.
    pub(in crate::render) timescale: u32,
    /// Hash of the decoder's headers.
    pub(in crate::render) headers: String,
    /// ffmpeg's version.
    pub(in crate::render) ffmpeg: String,
    /// The machine that made it.
    pub(in crate::render) host: String,
    /// What happened.
    pub(crate) report: SegmentReport,
}

impl Record {
    /// Whether a film of this job can be made of it: it shows the plan, or stands in for it in
    /// this very job. What stands in is no part of the key.
    pub(crate) fn is_of(&self, job: &Frozen) -> bool {
        self.serves(&job.id)
    }

    /// The same, for the job of that name.
    pub(in crate::render) fn serves(&self, job: &PlanId) -> bool {
        self.report.rung.shows_the_plan() || self.plan_id == *job
    }
}

/// What there is of a segment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Look {
    /// Nothing, or something that was made for another plan.
    Missing,
    /// Something that is cut short, altered, or lacks its file.
    Damaged,
    /// All of it.
    Done(Box<Record>),
}

impl WorkDir {
    /// A name that no other attempt has, for a segment being rendered.
    pub(in crate::render) fn temporary(&self, index: usize) -> PathBuf {
        self.segments.join(temporaries::segment(index, &self.host))
    }

    /// Where a segment's file lies, relative to the directory.
    pub(in crate::render) fn relative(record: &Record) -> String {
        format!("seg/{}", record.file)
    }

    /// Makes a rendered segment permanent: file first, record last.
    pub(in crate::render) fn keep(
        &self,
        temporary: &Path,
        mut record: Record,
    ) -> Result<Record, RenderError> {
        let file = File::open(temporary).map_err(RenderError::file("open", temporary))?;
        let (bytes, hash) = digest(&file).map_err(RenderError::file("read", temporary))?;
        file.sync_all()
            .map_err(RenderError::file("flush", temporary))?;
        let index = record.report.index;
        let short = hash.get(..12).unwrap_or(&hash);
        record.file = format!("{index:05}.{short}.mp4");
        (record.bytes, record.blake3) = (bytes, hash);
        let path = self.segments.join(&record.file);
        std::fs::rename(temporary, &path).map_err(RenderError::file("rename", &path))?;
        durable::sync_dir(&self.segments).map_err(RenderError::file("flush", &self.segments))?;
        let json = serde_json::to_vec(&record).map_err(|error| RenderError::File {
            doing: "describe",
            path,
            source: error.into(),
        })?;
        let path = self.record_path(index);
        self.put(Some(index), &path, &json)?;
        Ok(record)
    }

    pub(super) fn record_path(&self, index: usize) -> PathBuf {
        self.segments.join(format!("{index:05}.json"))
    }

    /// The record of a segment that is done, by its content and not by its presence. Whatever is
    /// wrong with it, the answer is that it is not done.
    pub(in crate::render) fn finished(
        &self,
        index: usize,
        key: &SegmentKey,
        frames: u32,
    ) -> Option<Record> {
        match self.look(index, key, frames) {
            Look::Done(record) => Some(*record),
            Look::Missing | Look::Damaged => None,
        }
    }

    /// What there is of a segment.
    pub(in crate::render) fn look(&self, index: usize, key: &SegmentKey, frames: u32) -> Look {
        let json = match std::fs::read(self.record_path(index)) {
            Ok(json) => json,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Look::Missing,
            Err(_) => return Look::Damaged,
        };
        let Ok(record) = serde_json::from_slice::<Record>(&json) else {
            return Look::Damaged;
        };
        if record.segment_key != key.as_str() || record.report.index != index {
            return Look::Missing;
        }
        let plain_name = !record.file.contains(['/', '\\']);
        if !plain_name || record.frames != frames {
            return Look::Damaged;
        }
        let found = File::open(self.segments.join(&record.file)).and_then(|file| digest(&file));
        match found {
            Ok((bytes, hash)) if bytes == record.bytes && hash == record.blake3 => {
                Look::Done(Box::new(record))
            }
            _ => Look::Damaged,
        }
    }
}

/// `00007.json`, `00007.0123456789ab.mp4` and half-written files.
pub(super) fn is_segment_file(name: &str) -> bool {
    let is_index = |text: &str| text.len() >= 5 && text.bytes().all(|b| b.is_ascii_digit());
    let is_hash = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let parts: Vec<_> = name.split('.').collect();
    temporaries::is_one(name)
        || match parts.as_slice() {
            [index, "json"] => is_index(index),
            [index, hash, "mp4"] => is_index(index) && is_hash(hash),
            _ => false,
        }
}

/// Size and BLAKE3 of what a file holds, in hexadecimal digits.
pub(in crate::render) fn digest(mut file: &File) -> std::io::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        bytes += read as u64;
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}
