//! Playing: the song is the clock, the film follows.
//!
//! While the song sounds, film time is what is heard now, by the sound's clock and what it takes to
//! the ear. Without a song, while the browser does not let it sound yet, and faster or backwards,
//! the film runs silently by the browser's own clock.
//!
//! * [`sound`] — the song, the clicks, and their clock.

mod drive;
pub mod sound;

use std::ops::Range;

use leptos::prelude::*;
use shared::rate::Rate;
use web_sys::AudioBuffer;

use self::drive::{Running, State};
use self::sound::Sound;
use crate::preview::clock::{Clock, frame_of, frames};
use crate::preview::sounding::Beat;

/// The fastest that it runs, either way.
const FASTEST: f64 = 8.0;

/// A beat that was passed while playing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BeatFlash {
    /// Counts the beats, so that every one is a change.
    pub count: u32,
    /// Whether it was the first of a bar.
    pub downbeat: bool,
}

/// Playing. A handle: copies mean the same.
#[derive(Clone, Copy)]
pub struct Transport {
    /// Whether the film runs.
    pub playing: RwSignal<bool>,
    /// The film frame that is on screen.
    pub frame: RwSignal<u64>,
    /// Film frames a second.
    pub rate: RwSignal<Rate>,
    /// Frames in the film; 0 if there is none.
    pub length: RwSignal<u64>,
    /// Film seconds a second while it runs; negative is backwards.
    pub speed: RwSignal<f64>,
    /// The frames that are repeated, if any.
    pub looped: RwSignal<Option<Range<u64>>>,
    /// Whether beats click.
    pub click: RwSignal<bool>,
    /// Whether beats are to be seen; [`Self::beat_flash`] changes in any case.
    pub flash: RwSignal<bool>,
    /// Changes on every beat that is passed.
    pub beat_flash: RwSignal<BeatFlash>,
    /// How loud the song is, 0 to 1.
    pub volume: RwSignal<f64>,
    /// Whether the film runs silently although it has a song: the browser holds the sound back
    /// until somebody presses something.
    pub held_back: RwSignal<bool>,
    /// Where the film is, by the browser's clock; told when it changes and a few times a second.
    pub clock: RwSignal<Clock>,
    state: StoredValue<State, LocalStorage>,
}

impl Default for Transport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport {
    /// A film of no frames that stands still.
    #[must_use]
    pub fn new() -> Self {
        let rate = Rate::whole(30).unwrap_or(Rate::MICROSECONDS);
        let transport = Self {
            playing: RwSignal::new(false),
            frame: RwSignal::new(0),
            rate: RwSignal::new(rate),
            length: RwSignal::new(0),
            speed: RwSignal::new(1.0),
            looped: RwSignal::new(None),
            click: RwSignal::new(false),
            flash: RwSignal::new(false),
            beat_flash: RwSignal::new(BeatFlash::default()),
            volume: RwSignal::new(1.0),
            held_back: RwSignal::new(false),
            clock: RwSignal::new(Clock::still(0.0, 0.0, 0, rate.as_f64())),
            state: StoredValue::new_local(State {
                sound: Sound::new(),
                running: Running::Not,
                opening: 0.0,
                beats: Vec::new(),
                heard: 0.0,
                told_ms: 0.0,
                ticking: false,
            }),
        };
        transport.follow();
        transport
    }

    fn follow(self) {
        Effect::new(move |before: Option<Option<Range<u64>>>| {
            let part = self.looped.get();
            if before.is_some_and(|before| before != part) {
                self.go_on();
            }
            part
        });
        Effect::new(move |_| {
            let clicks = self.click.get();
            self.state
                .update_value(|state| state.sound.set_clicking(clicks));
        });
        Effect::new(move |_| {
            let volume = self.volume.get();
            self.state
                .update_value(|state| state.sound.set_volume(volume));
        });
    }

    /// The song that sounds; `None` makes the film silent. What runs stops.
    pub fn set_song(self, song: Option<AudioBuffer>) {
        self.pause();
        self.state.update_value(|state| state.sound.set_song(song));
    }

    /// Where the film begins in the song, in seconds, at least 0.
    pub fn set_opening(self, seconds: f64) {
        let mut changed = false;
        self.state.update_value(|state| {
            changed = (state.opening - seconds).abs() > 1e-9;
            state.opening = seconds.max(0.0);
        });
        if changed {
            self.go_on();
        }
    }

    /// How many frames the film has.
    pub fn set_length(self, length: u64) {
        if self.length.get_untracked() == length {
            return;
        }
        self.length.set(length);
        let frame = self.frame.get_untracked();
        if self.playing.get_untracked() {
            self.go_on();
        } else {
            self.stand(frame.min(length.saturating_sub(1)));
        }
    }

    /// Another frame rate; the film stays at its instant.
    pub fn set_rate(self, rate: Rate) {
        let before = self.rate.get_untracked();
        if before == rate {
            return;
        }
        let seconds = self.position() / before.as_f64();
        self.rate.set(rate);
        let frame = frame_of(seconds * rate.as_f64());
        if self.playing.get_untracked() {
            self.begin(seconds * rate.as_f64());
        } else {
            self.stand(frame);
        }
    }

    /// The song's beats, in order: what clicks while [`Self::click`] is on, and what flashes.
    pub fn set_beats(self, beats: Vec<Beat>) {
        self.state.update_value(|state| {
            state.sound.forget_clicks();
            state.beats = beats;
        });
    }

    /// Which frames are repeated.
    pub fn set_loop(self, part: Option<Range<u64>>) {
        self.looped.set(part);
    }

    /// Plays from where the film is; from its start if it is at its end.
    pub fn play(self) {
        let length = self.length.get_untracked();
        if length == 0 {
            return;
        }
        let mut from = frames(self.frame.get_untracked());
        if from + 1.0 >= frames(length) {
            from = 0.0;
        }
        self.speed.set(1.0);
        self.playing.set(true);
        self.begin(from);
    }

    /// Stops where the film is.
    pub fn pause(self) {
        if !self.playing.get_untracked() {
            return;
        }
        let frame = self.frame_now();
        self.halt(frame);
    }

    /// Plays or stops.
    pub fn toggle(self) {
        if self.playing.get_untracked() {
            self.pause();
        } else {
            self.play();
        }
    }

    /// Goes to a frame, at most the last; the film goes on if it runs.
    pub fn seek(self, frame: u64) {
        let frame = frame.min(self.length.get_untracked().saturating_sub(1));
        if self.playing.get_untracked() {
            self.begin(frames(frame));
        } else {
            self.stand(frame);
        }
    }

    /// As the keys J, K and L do: 1 plays forwards, -1 backwards, each time twice as fast; 0 stops.
    /// All but plain playing is silent.
    pub fn shuttle(self, way: i32) {
        if way == 0 {
            self.pause();
            return;
        }
        let speed = self.speed.get_untracked();
        let playing = self.playing.get_untracked();
        let way = f64::from(way.signum());
        let same = playing && speed * way > 0.0;
        self.set_speed(if same { speed * 2.0 } else { way });
    }

    /// Plays at a speed: film seconds a second, -8 to 8; 0 stops.
    fn set_speed(self, speed: f64) {
        let speed = speed.clamp(-FASTEST, FASTEST);
        if speed == 0.0 {
            self.pause();
        } else if !self.playing.get_untracked() && (speed - 1.0).abs() < 1e-9 {
            self.play();
        } else if self.length.get_untracked() > 0 {
            let from = self.position();
            self.speed.set(speed);
            self.playing.set(true);
            self.begin(from);
        }
    }

    /// The second of the song that is heard now, or would be.
    #[must_use]
    pub fn song_seconds(self) -> f64 {
        let opening = self.state.with_value(|state| state.opening);
        opening + self.position() / self.rate.get_untracked().as_f64()
    }

    /// The sample of the song that is heard now, of `rate` a second.
    #[must_use]
    pub fn song_sample(self, rate: u32) -> u64 {
        frame_of(self.song_seconds() * f64::from(rate))
    }

    /// Film frames, with a fraction.
    #[must_use]
    pub fn position(self) -> f64 {
        let now = now_ms();
        let length = frames(self.length.get_untracked());
        let rate = self.rate.get_untracked().as_f64();
        let mut at = None;
        self.state.update_value(|state| {
            at = match &state.running {
                Running::Not => None,
                Running::Soon { from, .. } => Some(*from),
                Running::Silent(clock) => Some(clock.position(now)),
                Running::Sound => state
                    .sound
                    .song_at(now)
                    .map(|song| (song - state.opening) * rate),
            };
        });
        at.unwrap_or_else(|| frames(self.frame.get_untracked()))
            .clamp(0.0, length)
    }
}

/// The browser's clock, in milliseconds since the page was opened.
#[must_use]
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
