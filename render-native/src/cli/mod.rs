//! The command line: arguments, one room per command, and what is shown to people.

pub mod args;
pub mod bars;
pub mod failure;
pub mod farm;
pub mod preprocess;
pub mod signals;
pub mod terminal;
pub mod values;

mod asked;
mod auto;
mod beats;
mod check;
mod dispatch;
mod doctor;
mod edit;
mod encoding;
mod files;
mod inspect;
mod machine;
mod plan;
mod reasons;
mod render;
mod schema;
mod verify;

pub use dispatch::run;
