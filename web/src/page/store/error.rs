//! What can go wrong with the store.

use wasm_bindgen::prelude::*;

use crate::page::said::{name_of, said};
use crate::project::ProjectError;

/// Why the store did not do as it was asked. What is in memory is not touched by any of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store.
    #[error(
        "this browser keeps no data for the page ({why}), so projects are not saved by themselves"
    )]
    Unavailable {
        /// What the browser says.
        why: String,
    },
    /// There is no room.
    #[error(
        "the browser has no room left for the page; remove old projects or free space on the device"
    )]
    Full,
    /// Another tab works on the project.
    #[error("another tab works on this project; close it there, or take it over")]
    Elsewhere,
    /// Another tab has taken the project over since.
    #[error(
        "another tab has taken this project over, and what was changed here since is not saved; export it, or take it back"
    )]
    TakenOver,
    /// A newer page has changed the store.
    #[error("a newer version of the page is in use; reload this tab")]
    Newer,
    /// There is no such project.
    #[error(
        "the project is not there any more; it was removed in another tab, or the browser has deleted it"
    )]
    NotThere,
    /// The project that is there cannot be read.
    #[error("the saved project cannot be read: {0}")]
    Damaged(#[from] ProjectError),
    /// Anything else.
    #[error("the browser's store failed: {why}; reload the page if this goes on")]
    Failed {
        /// What the browser says.
        why: String,
    },
}

impl From<JsValue> for StoreError {
    fn from(error: JsValue) -> Self {
        match name_of(&error).as_str() {
            "QuotaExceededError" => Self::Full,
            "VersionError" => Self::Newer,
            _ => Self::Failed { why: said(&error) },
        }
    }
}
