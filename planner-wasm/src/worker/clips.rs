//! Clips whose pictures are on their way.

use std::collections::{BTreeMap, BTreeSet};

use super::bulk::Stored;
use super::protocol::{JobId, PortId};
use crate::footage::{FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage, FootageAnalyser};

/// Pixels of a picture.
const PIXELS: usize = FRAME_WIDTH * FRAME_HEIGHT;
/// Bytes of a picture as it comes: red, green, blue, alpha.
pub const PICTURE_BYTES: usize = PIXELS * 4;

/// The open clips. Their pictures are measured as they come: one takes a tenth of a millisecond.
#[derive(Default)]
pub(super) struct Clips {
    open: BTreeMap<(PortId, JobId), FootageAnalyser>,
    /// Given up before they ended; the rest of what was sent for them is still to come.
    over: BTreeSet<(PortId, JobId)>,
    rgba: Vec<u8>,
    rgb: Vec<u8>,
}

/// What became of pictures or of an end.
#[derive(Debug, PartialEq)]
pub(super) enum Taken {
    /// Nothing is to be said.
    Quietly,
    /// The clip is measured.
    Whole(Footage),
    /// It cannot be; the clip is closed.
    Refused(String),
}

impl Clips {
    pub(super) fn begin(&mut self, key: (PortId, JobId)) -> Taken {
        self.over.remove(&key);
        match self.open.insert(key, FootageAnalyser::new()) {
            None => Taken::Quietly,
            Some(_) => self.refuse(key, "a clip was begun twice under one name"),
        }
    }

    pub(super) fn pictures<B: Stored<u8>>(
        &mut self,
        key: (PortId, JobId),
        at_us: &[u64],
        bytes: Option<&B>,
    ) -> Taken {
        if self.over.contains(&key) {
            return Taken::Quietly;
        }
        let Some(bytes) = bytes else {
            return self.refuse(key, "the pictures came without their bytes");
        };
        if Some(bytes.count()) != at_us.len().checked_mul(PICTURE_BYTES) {
            let why = format!(
                "{} pictures of {FRAME_WIDTH} x {FRAME_HEIGHT} in RGBA have {PICTURE_BYTES} bytes each, but {} bytes came",
                at_us.len(),
                bytes.count()
            );
            return self.refuse(key, &why);
        }
        let Some(analyser) = self.open.get_mut(&key) else {
            return self.refuse(key, "pictures came of a clip that was not begun");
        };
        self.rgba.resize(PICTURE_BYTES, 0);
        self.rgb.resize(FRAME_BYTES, 0);
        for (number, at_us) in at_us.iter().enumerate() {
            bytes.read(number * PICTURE_BYTES, &mut self.rgba);
            for (rgb, rgba) in self.rgb.chunks_exact_mut(3).zip(self.rgba.chunks_exact(4)) {
                if let Some(colour) = rgba.get(..3) {
                    rgb.copy_from_slice(colour);
                }
            }
            // Its size is right. One out of order or too far away is left out, as natively.
            let _ = analyser.push(&self.rgb, *at_us);
        }
        Taken::Quietly
    }

    pub(super) fn end(&mut self, key: (PortId, JobId), end_us: u64) -> Taken {
        if self.over.remove(&key) {
            return Taken::Quietly;
        }
        match self.open.remove(&key) {
            Some(analyser) => Taken::Whole(analyser.finish(end_us)),
            None => Taken::Refused("a clip ended that was not begun".to_owned()),
        }
    }

    /// Gives up an open clip. Whether there was one.
    pub(super) fn cancel(&mut self, key: (PortId, JobId)) -> bool {
        let was_open = self.open.remove(&key).is_some();
        if was_open {
            self.over.insert(key);
        }
        was_open
    }

    fn refuse(&mut self, key: (PortId, JobId), why: &str) -> Taken {
        self.open.remove(&key);
        self.over.insert(key);
        Taken::Refused(why.to_owned())
    }
}
