//! Editing a plan by hand: one operation at a time, and back again.
//!
//! [`apply`] takes a sound plan and an [`Operation`] and gives another sound plan, or an
//! [`EditingError`] that says which shot is in the way and why. Whatever is done, the film keeps its
//! length and every cut that the operation does not name; a locked slot keeps everything until it is
//! unlocked. [`History`] remembers every value there was, and what two of them have in common once.

mod apply;
mod error;
mod history;
mod keep;
mod operation;
mod runs;
mod source;

#[cfg(test)]
mod laws;

pub use apply::apply;
pub use error::EditingError;
pub use history::History;
pub use keep::{Keep, KeptPlan};
pub use operation::Operation;
