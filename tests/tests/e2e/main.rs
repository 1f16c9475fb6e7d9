//! Films from plans and from piles of clips, with the real ffmpeg: the program is run as a user
//! runs it, and what came out is decoded and held against what was asked.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test binary: what goes wrong in it is a failed test"
)]

mod asked;
mod auto;
mod crash;
mod damaged;
mod dev_media;
mod disk;
mod documents;
mod farm;
mod faults;
mod files;
mod focus;
mod hang;
mod hardware;
mod heard;
mod hostile;
mod inspect;
mod killed;
mod kinds;
mod memory;
mod preprocess;
mod quality;
mod rates;
mod relink;
mod songs;
mod sound;
mod stand_in;
mod surroundings;
mod tenth;
mod verify;
mod work_dir;
