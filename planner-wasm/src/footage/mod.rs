//! Quality, motion, shots and anchors of a clip, from small pictures of its frames.
//!
//! * `analyser` — pictures in, footage out; `picture`, `statistics`, `columns` — one picture's numbers.
//! * `motion`, `subpixel`, `track` — the camera's shift from picture to picture, to part of a pixel, and
//!   what else moves; `shake`, `freeze` — what is wrong with it.
//! * `sharpness`, `quality`, `damage` — focus, light and what a picture is worth; `palette`, `ground` —
//!   cards, patterns and screens; `writing`, `subject` — text over pictures, and whether there is anything
//!   to see.
//! * `shots`, `dissolve` — where takes end; `anchors` — instants worth placing on a beat; `look` — what
//!   resembles what; `window` — a stretch of all that.
//! * `sound` — the clip's own sound in, `loud` — what is suddenly loud, `speech` — where someone speaks;
//!   `moments` — what happens, seen and heard.
//! * `model`, `inspected`, `promises`, `marked` — what is kept and written of a clip.

mod analyser;
mod anchors;
mod columns;
mod damage;
mod dissolve;
mod freeze;
mod ground;
mod inspected;
mod look;
mod loud;
mod marked;
mod model;
mod moments;
mod motion;
mod palette;
mod picture;
mod promises;
mod quality;
mod shake;
mod sharpness;
mod shots;
mod sound;
mod speech;
mod statistics;
mod subject;
mod subpixel;
mod tones;
mod track;
mod window;
mod writing;

#[cfg(test)]
mod demoted;
#[cfg(test)]
mod hearing;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod scene;

pub use analyser::{FootageAnalyser, FootageError, LONGEST_CLIP_US};
pub use inspected::{
    INSPECTED_SCHEMA, Inspected, InspectedClip, InspectedError, MAX_INSPECTED_BYTES,
};
pub use marked::Marked;
pub use model::{
    Anchor, AnchorKind, Defect, Defects, FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage, Look,
    LoudEvent, Shot, Sound, TICK_US, Tick, View,
};
pub use sound::{SOUND_RATE, SoundAnalyser};
pub use window::{Window, Windows};
