//! The project: everything that a person has brought and decided, as one document.
//!
//! It is what the page saves by itself, and what can be exported, carried elsewhere and imported.
//! A [plan](shared::plan) says what a film is; a project also holds what the plan was made from:
//! what was heard in the song, what is known of the clips, what was asked for.
//!
//! * `model` — the types; `presets` — sizes and rates that films usually have.
//! * `read`, `write` — from JSON and to it, whole or with the footage kept apart.
//! * `steering` — what is asked of single clips.
//! * `sound` — what must hold of the parts that come from outside.
//! * `summary` — what a list of projects shows.
//! * `film` — names of files and the command that renders.
//! * [`relink`] — which file is which, when files are there again.
//! * [`sort`] — what was dropped: songs, clips, plans, and what is left out.
//!
//! Nothing here knows of a browser.

mod film;
mod model;
mod parts;
pub mod presets;
mod read;
pub mod relink;
pub mod sort;
mod sound;
mod steering;
mod summary;
mod write;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod made_up;

pub use film::stem;
pub use model::{Brief, ClipEntry, Depth, FORMAT, Project, SongEntry, from_plan, nothing_heard};
pub use read::{MAX_PROJECT_BYTES, Opened, ProjectError, Reading, footage_from_json, probed};
pub use steering::ClipWeight;
pub use summary::Summary;
pub use write::{Apart, footage_key};
