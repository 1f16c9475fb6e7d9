//! A song on its way from a file to beats.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::music::ANALYSIS_RATE;
use planner_wasm::worker::protocol::{JobId, Reply, Request};
use shared::media::{MediaPath, MediaReference};
use shared::music::BeatGrid;
use web_sys::{AudioBuffer, File};

use super::Studio;
use super::files::{Dropped, fingerprint, size};
use crate::page::decode::decode;
use crate::page::planner::Bulk;
use crate::project::SongEntry;
use crate::waveform::Waveform;

/// What is done with a song.
#[derive(Debug, Clone, PartialEq)]
pub enum SongStage {
    /// Nothing.
    Idle,
    /// The browser decodes; it does not say how far it is.
    Decoding {
        /// Name of the file.
        name: String,
    },
    /// The planner listens; see [`SongDesk::done`].
    Listening {
        /// Name of the file.
        name: String,
    },
    /// Something went wrong.
    Failed {
        /// Name of the file.
        name: String,
        /// What went wrong and what to do.
        message: String,
    },
}

/// A decoded song, to be seen and heard.
#[derive(Debug, Clone)]
pub struct Sound {
    /// Its file.
    pub file: File,
    /// Its outline.
    pub waveform: Arc<Waveform>,
    /// Its samples at [`ANALYSIS_RATE`], all channels.
    pub buffer: AudioBuffer,
}

/// The song. A handle.
#[derive(Clone, Copy)]
pub struct SongDesk {
    /// What is known of it; stays when the file is gone.
    pub entry: RwSignal<Option<Arc<SongEntry>>>,
    /// The sound itself; none after a reload until the file is there again.
    pub sound: RwSignal<Option<Sound>, LocalStorage>,
    /// What is done with it.
    pub stage: RwSignal<SongStage>,
    /// How much of it the planner has heard, 0 to 1.
    pub done: RwSignal<f64>,
    /// Counts the songs; news of an earlier one is late and dropped.
    turn: StoredValue<u32>,
    job: StoredValue<Option<JobId>>,
}

impl SongDesk {
    pub(super) fn new() -> Self {
        Self {
            entry: RwSignal::new(None),
            sound: RwSignal::new_local(None),
            stage: RwSignal::new(SongStage::Idle),
            done: RwSignal::new(0.0),
            turn: StoredValue::new(0),
            job: StoredValue::new(None),
        }
    }

    /// Whether there is no song and none is on its way.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.entry.with(Option::is_none) && self.stage.with(|stage| *stage == SongStage::Idle)
    }

    /// What was heard in it, without corrections.
    #[must_use]
    pub fn heard(self) -> Option<BeatGrid> {
        self.entry
            .with_untracked(|entry| Some(entry.as_ref()?.heard.clone()))
    }

    /// Whether the song is known but its file is not there.
    #[must_use]
    pub fn is_missing(self) -> bool {
        self.entry.with(Option::is_some)
            && self.sound.with(Option::is_none)
            && self.stage.with(|stage| !stage.is_busy())
    }

    pub(super) fn next_turn(self) -> u32 {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.turn.get_value()
    }
}

impl SongStage {
    /// Whether work goes on.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Decoding { .. } | Self::Listening { .. })
    }
}

impl Studio {
    /// Takes a song; the one before, if any, is given up.
    pub fn open_song(self, dropped: Dropped) {
        let desk = self.song;
        self.give_up_song();
        let turn = desk.next_turn();
        let name = dropped.file.name();
        desk.done.set(0.0);
        desk.stage.set(SongStage::Decoding { name: name.clone() });
        spawn_local(async move {
            let done = self.prepare_song(turn, &dropped).await;
            if let (Err(message), true) = (done, desk.turn.get_value() == turn) {
                desk.stage.set(SongStage::Failed { name, message });
            }
        });
    }

    async fn prepare_song(self, turn: u32, dropped: &Dropped) -> Result<(), String> {
        let desk = self.song;
        let file = &dropped.file;
        let (buffer, pcm) = decode(file, || desk.turn.get_value() == turn)
            .await
            .map_err(|error| error.sentence().to_owned())?;
        let planner = self.planner();
        let print = fingerprint(&planner, file).await?;
        if desk.turn.get_value() != turn {
            return Ok(());
        }
        let mut media = MediaReference::by_path(MediaPath::from_bytes(dropped.path.as_bytes()));
        media.bytes = Some(size(file));
        media.fingerprint = Some(print);
        media.duration_us = Some(u64::from(buffer.length()) * 1_000_000 / u64::from(ANALYSIS_RATE));
        let sound = Sound {
            file: file.clone(),
            waveform: Arc::new(pcm.waveform),
            buffer: buffer.clone(),
        };
        // The very song that the project knows: nothing has to be heard again.
        let known = desk.entry.get_untracked().filter(|entry| {
            entry.media.fingerprint == media.fingerprint
                && entry.heard.duration == u64::from(buffer.length())
        });
        if let Some(entry) = known {
            let entry = SongEntry {
                media,
                ..(*entry).clone()
            };
            self.show_song(sound, entry);
            return Ok(());
        }
        let name = file.name();
        desk.stage.set(SongStage::Listening { name: name.clone() });
        let request = |id| Request::AnalyseSong {
            id,
            rate: ANALYSIS_RATE,
        };
        let mut ready = Some((sound, media));
        let job = planner.ask(request, Some(Bulk::Samples(pcm.samples)), move |reply| {
            if desk.turn.get_value() != turn {
                return;
            }
            match reply {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a bar on the screen needs no 53 bits"
                )]
                Reply::Progress { done, total, .. } => {
                    desk.done.set(done as f64 / total.max(1) as f64);
                }
                Reply::Beats {
                    grid, decisions, ..
                } => {
                    if let Some((sound, media)) = ready.take() {
                        let entry = SongEntry {
                            media,
                            heard: grid,
                            decisions,
                        };
                        self.show_song(sound, entry);
                    }
                }
                Reply::Failed { message, .. } => desk.stage.set(SongStage::Failed {
                    name: name.clone(),
                    message,
                }),
                _ => {}
            }
        });
        desk.job.set_value(Some(job));
        Ok(())
    }

    /// The song is there, with its beats.
    fn show_song(self, sound: Sound, entry: SongEntry) {
        let desk = self.song;
        let other = desk.entry.with_untracked(|before| {
            before
                .as_ref()
                .is_some_and(|before| before.media.fingerprint != entry.media.fingerprint)
        });
        desk.job.set_value(None);
        self.transport.set_song(Some(sound.buffer.clone()));
        desk.sound.set(Some(sound));
        desk.entry.set(Some(Arc::new(entry)));
        desk.stage.set(SongStage::Idle);
        if other {
            self.forget_corrections();
        }
        self.plan_when_ready();
    }

    /// Gives up the song that is on its way.
    pub fn give_up_song(self) {
        let desk = self.song;
        desk.next_turn();
        let mut job = None;
        desk.job.update_value(|kept| job = kept.take());
        if let Some(job) = job {
            self.planner().cancel(job);
        }
        desk.stage.set(SongStage::Idle);
    }
}
