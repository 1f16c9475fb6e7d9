//! The built page in a browser, as a user gets it: Chromium, driven by chromedriver, the page
//! served from a folder of a server on this machine.
//!
//! `cargo xtask test` builds the page first; by hand it is `cargo xtask page`. A missing browser is
//! a failure, since a test that quietly does nothing hides what breaks; whoever has none sets
//! `AUTOCUT_SKIP_BROWSER=1`.
//!
//! * `browser` — Chromium and its driver; `page` — the page as a person uses it; `site` — a server.
//! * `media`, `sound` — what is brought along. The page is measured by the benchmark `page`.
//! * `film` — from files to a film; `shots`, `hand`, `beats` — what is changed on the way; `replan` —
//!   what stays; `wishes` — what is wished of single clips; `meanwhile` — what is done and asked before a plan has come.
//! * `kept` — reload, relink, two tabs, a full disk; `unseen` — clips that no browser decodes.
//! * `refused` — what is no song, clip, plan; `given_up` — cancelled; `lost` —
//!   a planner that does not come.
//! * `opened` — project files; `aside` — where a song is decoded; `heard` — the clips' own sound.
//! * `keyboard`, `access` — without a mouse, without sight; `theme` — light and dark; `quiet` — network, console, offline.
//! * `parity` — the planner in the browser is the planner here.
#![cfg(not(target_arch = "wasm32"))]
#![cfg(test)]

mod access;
mod aside;
mod beats;
mod browser;
mod film;
mod given_up;
mod hand;
mod heard;
mod kept;
mod keyboard;
mod lost;
mod meanwhile;
mod media;
mod opened;
mod page;
mod parity;
mod quiet;
mod refused;
mod replan;
mod shots;
mod site;
mod sound;
#[path = "../../../planner-wasm/tests/synthetic/mod.rs"]
mod synthetic;
mod theme;
mod unseen;
mod wishes;
