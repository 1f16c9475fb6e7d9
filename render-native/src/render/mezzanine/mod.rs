//! Mezzanines: where several segments would decode the same long stretch of a costly clip again
//! and again, it is decoded once, and what the segments show of it is kept in a file that is cheap
//! to read.
//!
//! [`choose`] decides, before any segment, by the clip's own index ([`pictures`]) and by a model of
//! costs ([`cost`]); what it decides is a list of [`Recipe`]s, which are part of the frozen job.
//! The stage before the segments makes what is missing ([`make`]) and keeps it ([`store`]).
//!
//! A mezzanine keeps the source's own time stamps, so that the frame that is chosen for a frame of
//! the film is the same as without it. It is never needed: if it cannot be made or turns out to be
//! wrong, its segments read the source.

mod choose;
mod cost;
mod make;
mod pictures;
mod recipe;
mod store;

pub(super) use choose::choose;
pub(super) use make::Made;
pub(super) use recipe::Recipe;
pub(super) use store::{FOLDER, is_file};
