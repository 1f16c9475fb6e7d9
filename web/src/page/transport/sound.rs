//! The song, the clicks, and the clock that they sound by.

use std::ops::Range;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{
    AudioBuffer, AudioBufferSourceNode, AudioContext, AudioContextState, GainNode, OscillatorNode,
};

use crate::page::field::number;
use crate::preview::clock::Offset;
use crate::preview::sounding::{Beat, Sounding};

/// How long before it sounds the song is told to begin, in seconds.
const LEAD: f64 = 0.06;
/// How far ahead clicks are told to sound, in seconds: more than a display's slowest step.
const CLICKS_AHEAD: f64 = 0.3;
/// How long a click is heard, in seconds.
const CLICK: f64 = 0.05;
/// How loud clicks are, 0 to 1.
const CLICK_VOLUME: f32 = 0.7;
/// The pitch of a beat's click and of a downbeat's, in hertz.
const PITCH: (f32, f32) = (1100.0, 1760.0);

/// What is heard. Its clock is that of an audio context, which is made with the first song that is
/// played, since a page that makes one unasked is told off by the browser.
pub struct Sound {
    song: Option<AudioBuffer>,
    desk: Option<Desk>,
    /// What sounds now.
    playing: Option<(AudioBufferSourceNode, Sounding)>,
    /// From the sound's clock to the browser's, with the way to the ear.
    offset: Offset,
    clicking: bool,
    /// How loud the song is, 0 to 1.
    volume: f64,
    clicks: Vec<(f64, OscillatorNode)>,
    /// Up to when clicks have been told, by the sound's clock.
    clicked: f64,
}

#[derive(Clone)]
struct Desk {
    context: AudioContext,
    song: GainNode,
    clicks: GainNode,
}

impl Default for Sound {
    fn default() -> Self {
        Self::new()
    }
}

impl Sound {
    /// Silence.
    #[must_use]
    pub fn new() -> Self {
        Self {
            song: None,
            desk: None,
            playing: None,
            offset: Offset::default(),
            clicking: false,
            volume: 1.0,
            clicks: Vec::new(),
            clicked: 0.0,
        }
    }

    /// Another song, or none.
    pub fn set_song(&mut self, song: Option<AudioBuffer>) {
        self.stop();
        self.song = song;
    }

    /// Whether there is a song.
    #[must_use]
    pub const fn has_song(&self) -> bool {
        self.song.is_some()
    }

    /// How loud the song is, 0 to 1.
    pub fn set_volume(&mut self, volume: f64) {
        self.volume = volume;
        if let Some(desk) = &self.desk {
            desk.song.gain().set_value(loudness(volume));
        }
    }

    /// Whether beats click.
    pub fn set_clicking(&mut self, clicking: bool) {
        self.clicking = clicking;
        self.forget_clicks();
    }

    /// Wakes the sound, if there is a song and the browser has sound at all. It may take a while, or
    /// until somebody presses something.
    pub fn wakes(&mut self) -> bool {
        if self.song.is_none() {
            return false;
        }
        if self.desk.is_none() {
            self.desk = Desk::new().ok();
            self.set_volume(self.volume);
        }
        let Some(desk) = &self.desk else {
            return false;
        };
        if desk.context.state() != AudioContextState::Running {
            // Its promise is kept when the browser lets it sound, which the state tells as well.
            let _ = desk.context.resume();
        }
        true
    }

    /// When, by the browser's clock, a song is heard that is told to begin now. `None` if it would
    /// not sound.
    pub fn first_heard_ms(&mut self, now_ms: f64) -> Option<f64> {
        let context = self.awake()?;
        let when = context.current_time() + LEAD;
        Some(when * 1000.0 + self.listen(&context, now_ms))
    }

    /// Lets the song sound from a second of it on, up to `end` if nothing of it repeats. False if
    /// the browser does not let it yet.
    pub fn begin(&mut self, from: f64, looped: Option<Range<f64>>, end: f64) -> bool {
        self.stop();
        let (Some(context), Some(song), Some(desk)) =
            (self.awake(), self.song.clone(), self.desk.clone())
        else {
            return false;
        };
        // A loop that is longer than the song turns where the film says, not where the song ends.
        let looped = looped.filter(|part| part.end <= song.duration() && from < part.end);
        let Ok(source) = context.create_buffer_source() else {
            return false;
        };
        source.set_buffer(Some(&song));
        let when = context.current_time() + LEAD;
        let told = source.connect_with_audio_node(&desk.song).and_then(|_| {
            if let Some(part) = &looped {
                source.set_loop(true);
                source.set_loop_start(part.start);
                source.set_loop_end(part.end);
                source.start_with_when_and_grain_offset(when, from)
            } else {
                let length = (end - from).max(0.0);
                source.start_with_when_and_grain_offset_and_grain_duration(when, from, length)
            }
        });
        if told.is_err() {
            return false;
        }
        self.clicked = when;
        self.playing = Some((
            source,
            Sounding {
                when,
                offset: from,
                looped,
            },
        ));
        true
    }

    /// Silence.
    pub fn stop(&mut self) {
        self.forget_clicks();
        if let Some((source, _)) = self.playing.take() {
            #[expect(
                deprecated,
                reason = "the method that replaces it is called the same in the browser"
            )]
            let _ = source.stop();
            let _ = source.disconnect();
        }
    }

    /// The second of the song that is heard at `now_ms` of the browser's clock.
    pub fn song_at(&mut self, now_ms: f64) -> Option<f64> {
        let context = self.desk.as_ref()?.context.clone();
        let offset = self.listen(&context, now_ms);
        let (_, sounding) = self.playing.as_ref()?;
        Some(sounding.song_at((now_ms - offset) / 1000.0))
    }

    /// Tells the clicks that are due soon.
    pub fn click_ahead(&mut self, beats: &[Beat]) {
        let (Some(context), Some((_, sounding))) = (self.awake(), &self.playing) else {
            return;
        };
        let now = context.current_time();
        self.clicks.retain(|(ends, _)| *ends > now);
        if !self.clicking {
            return;
        }
        let span = self.clicked.max(now)..now + CLICKS_AHEAD;
        if span.is_empty() {
            return;
        }
        for (at, beat) in sounding.due(beats, &span) {
            if let Some(desk) = &self.desk
                && let Ok(click) = desk.click(at, beat.downbeat)
            {
                self.clicks.push((at + CLICK, click));
            }
        }
        self.clicked = span.end;
    }

    /// Takes back the clicks that have not sounded.
    pub fn forget_clicks(&mut self) {
        for (_, click) in self.clicks.drain(..) {
            let _ = click.disconnect();
        }
        self.clicked = 0.0;
    }

    /// The context, if it sounds.
    fn awake(&self) -> Option<AudioContext> {
        let context = &self.desk.as_ref()?.context;
        (context.state() == AudioContextState::Running).then(|| context.clone())
    }

    /// Milliseconds from the sound's clock to the browser's, as heard.
    fn listen(&mut self, context: &AudioContext, now_ms: f64) -> f64 {
        let reading = reading(context).unwrap_or_else(|| {
            let latency = number(context, "outputLatency")
                .or_else(|| number(context, "baseLatency"))
                .unwrap_or(0.0);
            now_ms - (context.current_time() - latency) * 1000.0
        });
        self.offset.hear(reading)
    }
}

impl Desk {
    fn new() -> Result<Self, JsValue> {
        let context = AudioContext::new()?;
        let gain = || {
            let gain = context.create_gain()?;
            gain.connect_with_audio_node(&context.destination())?;
            Ok::<_, JsValue>(gain)
        };
        let (song, clicks) = (gain()?, gain()?);
        clicks.gain().set_value(CLICK_VOLUME);
        Ok(Self {
            context,
            song,
            clicks,
        })
    }

    /// A click at an instant of the sound's clock.
    fn click(&self, at: f64, downbeat: bool) -> Result<OscillatorNode, JsValue> {
        let click = self.context.create_oscillator()?;
        let envelope = self.context.create_gain()?;
        click
            .frequency()
            .set_value(if downbeat { PITCH.1 } else { PITCH.0 });
        let gain = envelope.gain();
        gain.set_value_at_time(1.0, at)?;
        gain.exponential_ramp_to_value_at_time(0.001, at + CLICK)?;
        click.connect_with_audio_node(&envelope)?;
        envelope.connect_with_audio_node(&self.clicks)?;
        click.start_with_when(at)?;
        click.stop_with_when(at + CLICK)?;
        Ok(click)
    }
}

fn loudness(volume: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "a volume")]
    let loudness = volume.clamp(0.0, 1.0) as f32;
    loudness
}

/// Which instant of the sound's clock comes out of the device at which of the browser's, as the
/// offset between the two in milliseconds; not every browser tells.
fn reading(context: &AudioContext) -> Option<f64> {
    let ask: Function = Reflect::get(context, &"getOutputTimestamp".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let told = ask.call0(context).ok()?;
    let sound = number(&told, "contextTime").filter(|at| *at > 0.0)?;
    let browser = number(&told, "performanceTime").filter(|at| *at > 0.0)?;
    Some(browser - sound * 1000.0)
}
