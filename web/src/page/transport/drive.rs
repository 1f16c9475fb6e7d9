//! What moves the film: at each picture of the display it is brought to where its clock is.

use std::ops::Range;

use leptos::prelude::*;

use super::sound::Sound;
use super::{Transport, now_ms};
use crate::preview::clock::{Clock, frame_of, frames};
use crate::preview::sounding::{Beat, passed};

/// How often others are told where the film is while it runs, in milliseconds.
const TELL_MS: f64 = 250.0;
/// How long the film waits for the sound to be let go, in milliseconds.
const PATIENCE_MS: f64 = 400.0;

pub(super) struct State {
    pub(super) sound: Sound,
    pub(super) running: Running,
    /// Where the film begins in the song, in seconds.
    pub(super) opening: f64,
    pub(super) beats: Vec<Beat>,
    /// The second of the song at the tick before.
    pub(super) heard: f64,
    pub(super) told_ms: f64,
    /// Whether the next tick is asked for.
    pub(super) ticking: bool,
}

/// What drives the film.
pub(super) enum Running {
    Not,
    /// The song's clock.
    Sound,
    /// The song's clock, as soon as it is let go.
    Soon {
        from: f64,
        since_ms: f64,
    },
    /// The browser's clock.
    Silent(Clock),
}

impl Transport {
    pub(super) fn frame_now(self) -> u64 {
        frame_of(self.position()).min(self.length.get_untracked().saturating_sub(1))
    }

    /// After something changed that what runs depends on.
    pub(super) fn go_on(self) {
        if self.playing.get_untracked() {
            let at = self.position();
            self.begin(at);
        } else {
            self.tell(now_ms());
        }
    }

    /// Runs from a position, by what clock there is.
    pub(super) fn begin(self, from: f64) {
        let mut from = from;
        let part = self.part();
        if let Some(part) = &part
            && self.speed.get_untracked() > 0.0
            && !(frames(part.start)..frames(part.end)).contains(&from)
        {
            from = frames(part.start);
        }
        let now = now_ms();
        let plain = (self.speed.get_untracked() - 1.0).abs() < 1e-9;
        self.state.update_value(|state| {
            state.sound.stop();
            state.running = if plain && state.sound.wakes() {
                Running::Soon {
                    from,
                    since_ms: now,
                }
            } else {
                Running::Silent(self.running_clock(from, now))
            };
        });
        self.frame
            .set(frame_of(from).min(self.length.get_untracked().saturating_sub(1)));
        self.sound_if_let(now);
        self.tell(now);
        self.ask();
    }

    /// The loop, if it is one of this film.
    pub(super) fn part(self) -> Option<Range<u64>> {
        let length = self.length.get_untracked();
        let part = self.looped.get_untracked()?;
        let part = part.start..part.end.min(length);
        (!part.is_empty()).then_some(part)
    }

    fn running_clock(self, from: f64, now: f64) -> Clock {
        Clock {
            playing: true,
            speed: self.speed.get_untracked(),
            looped: self.part(),
            ..Clock::still(
                from,
                now,
                self.length.get_untracked(),
                self.rate.get_untracked().as_f64(),
            )
        }
    }

    /// Lets the song sound if the browser does by now; what runs silently is joined where it is.
    fn sound_if_let(self, now: f64) {
        let part = self.part();
        let rate = self.rate.get_untracked().as_f64();
        let length = frames(self.length.get_untracked());
        let plain = (self.speed.get_untracked() - 1.0).abs() < 1e-9;
        let mut held_back = false;
        self.state.update_value(|state| {
            if !plain || !state.sound.has_song() {
                return;
            }
            let position = match &state.running {
                Running::Soon { from, .. } => Some(*from),
                Running::Silent(clock) => {
                    // Where the film will be when the first of it is heard.
                    state.sound.first_heard_ms(now).map(|at| clock.position(at))
                }
                Running::Not | Running::Sound => return,
            };
            let song = |frame: f64| state.opening + frame / rate;
            let looped = part
                .as_ref()
                .map(|part| song(frames(part.start))..song(frames(part.end)));
            let (opening, end) = (position.map(song), song(length));
            let began = opening.is_some_and(|at| state.sound.begin(at, looped, end));
            if began {
                state.running = Running::Sound;
                state.heard = opening.unwrap_or_default();
            } else if let Running::Soon { from, since_ms } = state.running
                && now - since_ms > PATIENCE_MS
            {
                state.running = Running::Silent(self.running_clock(from, now));
            }
            held_back = !began && matches!(state.running, Running::Silent(_));
        });
        self.note_held_back(held_back);
    }

    fn note_held_back(self, held_back: bool) {
        if self.held_back.get_untracked() != held_back {
            self.held_back.set(held_back);
        }
    }

    /// Stops and stands at `frame`.
    pub(super) fn halt(self, frame: u64) {
        self.state.update_value(|state| {
            state.sound.stop();
            state.running = Running::Not;
        });
        self.note_held_back(false);
        self.playing.set(false);
        self.speed.set(1.0);
        self.stand(frame);
    }

    pub(super) fn stand(self, frame: u64) {
        if self.frame.get_untracked() != frame {
            self.frame.set(frame);
        }
        self.tell(now_ms());
    }

    /// Tells others where the film is.
    fn tell(self, now: f64) {
        let clock = if self.playing.get_untracked() {
            let still = self
                .state
                .with_value(|state| matches!(state.running, Running::Soon { .. }));
            Clock {
                // A film that waits for its sound stands, but what comes next is needed soon.
                playing: !still,
                ..self.running_clock(self.position(), now)
            }
        } else {
            Clock {
                looped: self.part(),
                ..Clock::still(
                    frames(self.frame.get_untracked()),
                    now,
                    self.length.get_untracked(),
                    self.rate.get_untracked().as_f64(),
                )
            }
        };
        self.state.update_value(|state| state.told_ms = now);
        self.clock.set(clock);
    }

    /// Asks for the next picture of the display.
    fn ask(self) {
        let mut asked = false;
        self.state.update_value(|state| {
            asked = std::mem::replace(&mut state.ticking, true);
        });
        if !asked {
            request_animation_frame(move || self.tick());
        }
    }

    fn tick(self) {
        // The page may be gone.
        if self
            .state
            .try_update_value(|state| state.ticking = false)
            .is_none()
            || !self.playing.get_untracked()
        {
            return;
        }
        let now = now_ms();
        let waited = self
            .state
            .with_value(|state| matches!(state.running, Running::Soon { .. }));
        self.sound_if_let(now);
        let at = self.position();
        if self.over(at) {
            let backwards = self.speed.get_untracked() < 0.0;
            let last = self.length.get_untracked().saturating_sub(1);
            self.halt(if backwards { 0 } else { last });
            return;
        }
        if let Some(part) = self.part()
            && self.must_turn(at, &part)
        {
            self.begin(frames(part.start));
            return;
        }
        let frame = frame_of(at).min(self.length.get_untracked().saturating_sub(1));
        if self.frame.get_untracked() != frame {
            self.frame.set(frame);
        }
        self.beat();
        let (due, still) = self.state.with_value(|state| {
            let still = matches!(state.running, Running::Soon { .. });
            (now - state.told_ms > TELL_MS, still)
        });
        if due || waited != still {
            self.tell(now);
        }
        self.ask();
    }

    fn over(self, at: f64) -> bool {
        let speed = self.speed.get_untracked();
        let end = frames(self.length.get_untracked());
        (speed > 0.0 && at >= end && self.part().is_none()) || (speed < 0.0 && at <= 0.0)
    }

    /// Whether a loop's end was passed that the song cannot turn at by itself.
    fn must_turn(self, at: f64, part: &Range<u64>) -> bool {
        self.speed.get_untracked() > 0.0 && at >= frames(part.end)
    }

    /// Clicks for the beats to come, and a flash for one that was passed.
    fn beat(self) {
        let song = self.song_seconds();
        let mut flashed = None;
        self.state.update_value(|state| {
            let State {
                sound,
                beats,
                running,
                ..
            } = state;
            if matches!(running, Running::Sound) {
                sound.click_ahead(beats);
            }
            if !matches!(running, Running::Soon { .. }) {
                flashed = passed(beats, state.heard, song);
                state.heard = song;
            }
        });
        if let Some(beat) = flashed {
            self.beat_flash.update(|flash| {
                flash.count = flash.count.wrapping_add(1);
                flash.downbeat = beat.downbeat;
            });
        }
    }
}
