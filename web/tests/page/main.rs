//! The built page in a browser, as a user gets it: Chromium, driven by chromedriver, the page
//! served from a folder of a server on this machine.
//!
//! `cargo xtask test` builds the page first; by hand it is `cargo xtask page`. A missing browser is
//! a failure, since a test that quietly does nothing hides what breaks; whoever has none sets
//! `AUTOCUT_SKIP_BROWSER=1`.
#![cfg(not(target_arch = "wasm32"))]
#![cfg(test)]

mod browser;
mod parity;
mod site;
mod song;
mod sound;
#[path = "../../../planner-wasm/tests/synthetic/mod.rs"]
mod synthetic;
