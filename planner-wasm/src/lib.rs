//! The planner: PCM and small pictures in, a plan out.
//!
//! Pure computation. No files, no clock, no threads of its own, no ffmpeg: the page and the
//! command line feed it the same values and get the same plan, bit for bit. Transcendental
//! functions come from `libm`, the FFT is scalar, and every tie is broken by a stated rule.
//!
//! * [`music`] — beats, bars, sections and energy of a song.
//! * [`footage`] — quality, motion, shots and anchors of a clip.
//! * [`edit`] — where to cut and what to show there.
//! * [`worker`] — the same behind a message desk, for the page.

pub mod edit;
pub mod footage;
pub mod music;
pub mod worker;
