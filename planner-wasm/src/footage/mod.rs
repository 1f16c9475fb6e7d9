//! Quality, motion, shots and anchors of a clip, from small pictures of its frames.

mod model;
mod window;

pub use model::{
    Anchor, AnchorKind, Defect, Defects, FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage, Look,
    Shot, TICK_US, Tick,
};
pub use window::{Window, Windows};
