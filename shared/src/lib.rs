//! The timeline model that planner, renderer and page share.
//!
//! Everything here is plain data with its laws: no files, no clock, no threads. Times are integer
//! ticks at an exact [`rate::Rate`] on a named axis ([`time::Music`], [`time::Source`],
//! [`time::Record`]); a [`plan::Plan`] exists only after it was checked.

pub mod decision;
pub mod editing;
pub mod fingerprint;
pub mod landmarks;
pub mod media;
pub mod music;
pub mod plan;
pub mod rate;
pub mod reading;
pub mod time;
