//! The user's files: what they are by content, where they lie now, and how the song sounds.

pub mod alignment;
pub mod fingerprint;
pub mod pcm;
pub mod relative;
pub mod relink;
