//! The user's files: what they are by content, and where they lie now.

pub mod fingerprint;
pub mod relative;
pub mod relink;
