//! Clips whose pictures and sound are on their way.

use std::collections::{BTreeMap, BTreeSet};

use super::bulk::Stored;
use super::protocol::{JobId, PortId};
use crate::footage::{
    FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage, FootageAnalyser, SoundAnalyser,
};

/// Pixels of a picture.
const PIXELS: usize = FRAME_WIDTH * FRAME_HEIGHT;
/// Bytes of a picture as it comes: red, green, blue, alpha.
pub const PICTURE_BYTES: usize = PIXELS * 4;

/// Samples that are heard at once: five seconds.
const SAMPLES: usize = 80_000;

/// What has come of a clip.
struct Open {
    analyser: FootageAnalyser,
    sound: Option<SoundAnalyser>,
}

/// The open clips. Their pictures are measured as they come: one takes a tenth of a millisecond.
#[derive(Default)]
pub(super) struct Clips {
    open: BTreeMap<(PortId, JobId), Open>,
    /// Given up before they ended; the rest of what was sent for them is still to come.
    over: BTreeSet<(PortId, JobId)>,
    rgba: Vec<u8>,
    rgb: Vec<u8>,
    samples: Vec<f32>,
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
        let open = Open {
            analyser: FootageAnalyser::new(),
            sound: None,
        };
        match self.open.insert(key, open) {
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
        let Some(Open { analyser, .. }) = self.open.get_mut(&key) else {
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

    pub(super) fn sound<S: Stored<f32>>(
        &mut self,
        key: (PortId, JobId),
        from_us: u64,
        samples: Option<&S>,
    ) -> Taken {
        if self.over.contains(&key) {
            return Taken::Quietly;
        }
        let Some(samples) = samples else {
            return self.refuse(key, "the sound came without its samples");
        };
        let Some(open) = self.open.get_mut(&key) else {
            return self.refuse(key, "sound came of a clip that was not begun");
        };
        let analyser = open
            .sound
            .get_or_insert_with(|| SoundAnalyser::new(from_us));
        let mut heard = 0;
        while heard < samples.count() {
            self.samples
                .resize(SAMPLES.min(samples.count() - heard), 0.0);
            samples.read(heard, &mut self.samples);
            analyser.push(&self.samples);
            heard += self.samples.len();
        }
        Taken::Quietly
    }

    pub(super) fn end(&mut self, key: (PortId, JobId), end_us: u64) -> Taken {
        if self.over.remove(&key) {
            return Taken::Quietly;
        }
        match self.open.remove(&key) {
            Some(Open { analyser, sound }) => {
                let mut footage = analyser.finish(end_us);
                let (start_us, end_us) = (footage.start_us, footage.end_us);
                footage.sound = sound.map(|sound| sound.finish(start_us, end_us));
                Taken::Whole(footage)
            }
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
