//! What the page is doing, and the way from a file to beats.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::music::ANALYSIS_RATE;
use planner_wasm::worker::protocol::{JobId, Reply, Request};
use shared::decision::Decision;
use shared::music::BeatGrid;
use wasm_bindgen::JsValue;
use web_sys::File;

use super::decode::{decode, mix};
use super::planner::Planner;
use crate::waveform::Waveform;

/// What the page shows.
#[derive(Debug, Clone)]
pub enum Stage {
    /// The worker is on its way.
    Starting,
    /// It waits for a song.
    Idle,
    /// It works on one.
    Working {
        /// Name of the file.
        name: String,
        /// What is done with it.
        step: Step,
    },
    /// The beats are there.
    Heard(Arc<Heard>),
    /// Something went wrong.
    Failed {
        /// The file it is about, if it is about one.
        name: Option<String>,
        /// What went wrong and what to do.
        message: String,
    },
}

/// What is done with a song.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The browser decodes; it does not say how far it is.
    Decoding,
    /// The planner listens; see [`Session::done`].
    Listening,
}

/// A song and its beats.
#[derive(Debug)]
pub struct Heard {
    /// Name of the file.
    pub name: String,
    /// Its outline.
    pub waveform: Waveform,
    /// Its beats.
    pub grid: BeatGrid,
    /// What was chosen that nobody asked for.
    pub decisions: Vec<Decision>,
}

/// The page's state and what can be done with it. A handle: copies mean the same page.
#[derive(Clone, Copy)]
pub struct Session {
    /// What the page shows.
    pub stage: RwSignal<Stage>,
    /// How much of the song the planner has heard, 0 to 1.
    pub done: RwSignal<f64>,
    /// The job that counts; replies to others are late and dropped.
    job: StoredValue<JobId>,
    /// The song whose beats are awaited.
    waveform: StoredValue<Waveform>,
    planner: StoredValue<Option<Planner>, LocalStorage>,
    /// Whether the worker listens.
    ready: StoredValue<bool>,
    /// A song that came before the worker listened.
    early: StoredValue<Option<File>, LocalStorage>,
}

impl Session {
    /// A page whose worker is about to start.
    #[must_use]
    pub fn start() -> Self {
        let session = Self {
            stage: RwSignal::new(Stage::Starting),
            done: RwSignal::new(0.0),
            job: StoredValue::new(0),
            waveform: StoredValue::new(Waveform::default()),
            planner: StoredValue::new_local(None),
            ready: StoredValue::new(false),
            early: StoredValue::new_local(None),
        };
        session.start_planner();
        session
    }

    fn start_planner(self) {
        match Planner::start(move |reply| self.hear(reply)) {
            Ok(planner) => self.planner.set_value(Some(planner)),
            Err(error) => self.fail(None, format!("The planner cannot start: {}", said(&error))),
        }
    }

    /// Takes a song; the one before, if any, is given up.
    pub fn open(self, file: File) {
        if !self.ready.get_value() {
            self.early.set_value(Some(file));
            return;
        }
        let job = self.next_job();
        let name = file.name();
        self.done.set(0.0);
        self.stage.set(Stage::Working {
            name: name.clone(),
            step: Step::Decoding,
        });
        spawn_local(async move {
            let done = self.prepare(job, &name, &file).await;
            if let (Err(message), true) = (done, self.job.get_value() == job) {
                self.fail(Some(name), message);
            }
        });
    }

    async fn prepare(self, job: JobId, name: &str, file: &File) -> Result<(), String> {
        let song = decode(file)
            .await
            .map_err(|error| error.sentence().to_owned())?;
        let pcm = mix(&song).await.map_err(|error| said(&error))?;
        if self.job.get_value() != job {
            return Ok(());
        }
        self.waveform.set_value(pcm.waveform);
        self.stage.set(Stage::Working {
            name: name.to_owned(),
            step: Step::Listening,
        });
        let request = Request::AnalyseSong {
            id: job,
            rate: ANALYSIS_RATE,
        };
        self.ask(&request, Some(&pcm.samples))
    }

    /// Gives up what is being done.
    pub fn cancel(self) {
        let given_up = self.job.get_value();
        self.next_job();
        self.stage.set(Stage::Idle);
        // The worker may never have heard of it, or be done with it; both are fine.
        if let Err(message) = self.ask(&Request::Cancel { id: given_up }, None) {
            self.fail(None, message);
        }
    }

    /// Back to waiting for a song.
    pub fn clear(self) {
        self.next_job();
        self.stage.set(Stage::Idle);
    }

    fn next_job(self) -> JobId {
        self.job.update_value(|job| *job = job.wrapping_add(1));
        self.job.get_value()
    }

    fn ask(self, request: &Request, samples: Option<&js_sys::Float32Array>) -> Result<(), String> {
        self.planner.with_value(|planner| match planner {
            Some(planner) => planner.ask(request, samples).map_err(|error| said(&error)),
            None => Err("The planner is not there; load the page again.".to_owned()),
        })
    }

    fn hear(self, reply: Reply) {
        let job = self.job.get_value();
        match reply {
            Reply::Ready { .. } => {
                self.ready.set_value(true);
                if matches!(self.stage.get_untracked(), Stage::Starting) {
                    self.stage.set(Stage::Idle);
                }
                let mut early = None;
                self.early
                    .update_value(|file| std::mem::swap(file, &mut early));
                if let Some(file) = early {
                    self.open(file);
                }
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "a bar on the screen needs no 53 bits"
            )]
            Reply::Progress { id, done, total } if id == job => {
                self.done.set(done as f64 / total.max(1) as f64);
            }
            Reply::Beats {
                id,
                grid,
                decisions,
            } if id == job => self.show(grid, decisions),
            Reply::Failed { id: None, message } => {
                let name = self.name();
                self.next_job();
                self.fail(name, message);
                // Whatever state it is in, it is not to be trusted. One that never got ready would
                // fail again. This call comes from the worker, so it is replaced a little later.
                if self.ready.get_value() {
                    self.ready.set_value(false);
                    spawn_local(async move { self.start_planner() });
                }
            }
            Reply::Failed { id, message } if id == Some(job) => {
                let name = self.name();
                self.fail(name, message);
            }
            // Late news of a job that was given up.
            _ => {}
        }
    }

    fn show(self, grid: BeatGrid, decisions: Vec<Decision>) {
        let mut waveform = Waveform::default();
        self.waveform
            .update_value(|kept| std::mem::swap(kept, &mut waveform));
        self.stage.set(Stage::Heard(Arc::new(Heard {
            name: self.name().unwrap_or_default(),
            waveform,
            grid,
            decisions,
        })));
    }

    fn name(self) -> Option<String> {
        match self.stage.get_untracked() {
            Stage::Working { name, .. } => Some(name),
            _ => None,
        }
    }

    fn fail(self, name: Option<String>, message: String) {
        self.stage.set(Stage::Failed { name, message });
    }
}

/// What the browser says of an error.
fn said(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
