//! ffmpeg and ffprobe: where they are, what they can do, how they are asked about a file.

pub mod capabilities;
pub mod input;
pub mod locate;
pub mod probe;
pub mod progress;

#[cfg(test)]
mod fuzz;
