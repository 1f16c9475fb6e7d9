//! A frame that decodes a song on a thread of its own, and hands it over in parts.
//!
//! It is a page without an origin, which browsers that can keep in a process of its own; elsewhere it
//! decodes as the page itself would. What it runs is `song_decoder.js`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Float32Array, Function, Promise};
use leptos::prelude::{IntervalHandle, set_interval_with_handle};
use planner_wasm::music::ANALYSIS_RATE;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioBuffer, AudioBufferOptions, File, HtmlIFrameElement, MessageChannel, MessagePort,
};

use super::DecodeError;
use crate::page::field::{get, object, text, whole};

/// What runs in the frame; `media/build/finish.mjs` writes the hash of just this into the policy.
const SCRIPT: &str = include_str!("../../../song_decoder.js");

/// Milliseconds within which a frame is loaded, also on a busy machine.
const LOADED_MS: i32 = 5_000;

/// Waiting is counted in ticks of the page's own clock, which stands while the machine sleeps: however
/// long that is, it counts as one tick, and what the frame said meanwhile still comes.
const TICK: Duration = Duration::from_secs(5);

/// Ticks within which a loaded frame says that it is there.
const HERE_TICKS: u32 = 2;

/// Ticks without a word after which a frame counts as gone; while it decodes it says every second that
/// it is there. In a tab that nobody looked at for long a tick takes a minute, and so do its words.
const GONE_TICKS: u32 = 30;

/// A frame that decodes. It is gone when this is dropped: a browser that keeps it in a process of its
/// own ends that process, and with it the decoding.
pub(super) struct Frame {
    element: HtmlIFrameElement,
    port: MessagePort,
    waiting: Rc<Waiting>,
    clock: IntervalHandle,
}

/// How long the next answer is still waited for.
#[derive(Default)]
struct Waiting {
    ticks: Cell<u32>,
    /// Ends the waiting in vain.
    over: RefCell<Option<Function>>,
}

impl Waiting {
    fn tick(&self) {
        let left = self.ticks.get().saturating_sub(1);
        self.ticks.set(left);
        if left == 0
            && let Some(over) = self.over.take()
        {
            // Settling a promise does not fail.
            let _ = over.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Part of a song that is on its way.
pub(super) struct Part {
    start: u32,
    coming: JsFuture,
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.clock.clear();
        self.port.set_onmessage(None);
        self.port.close();
        self.element.remove();
    }
}

impl Frame {
    /// Opens a frame. None where the browser, or the policy of whoever serves the page, lets none be.
    pub(super) async fn open() -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let element = document.create_element("iframe").ok()?;
        let element: HtmlIFrameElement = element.unchecked_into();
        element.set_attribute("sandbox", "allow-scripts").ok()?;
        element.set_hidden(true);
        element.set_srcdoc(&format!("<script>{SCRIPT}</script>"));
        let channel = MessageChannel::new().ok()?;
        let waiting = Rc::<Waiting>::default();
        let clock = {
            let waiting = Rc::clone(&waiting);
            set_interval_with_handle(move || waiting.tick(), TICK).ok()?
        };
        let frame = Self {
            element,
            port: channel.port1(),
            waiting,
            clock,
        };
        let loaded = Promise::new(&mut |resolve, _| {
            frame.element.set_onload(Some(&resolve));
            // One that never loads does not answer either.
            let _ =
                window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, LOADED_MS);
        });
        document.body()?.append_child(&frame.element).ok()?;
        JsFuture::from(loaded).await.ok()?;
        let inside = frame.element.content_window()?;
        let here = frame.answer(HERE_TICKS, || {
            let port = Array::of1(&channel.port2());
            inside.post_message_with_transfer(&JsValue::NULL, "*", &port)
        });
        here.await.ok()?;
        Some(frame)
    }

    /// Decodes a file for as long as it is `wanted`: a buffer of the right size, in which there is
    /// silence so far.
    pub(super) async fn decode(
        &self,
        file: &File,
        wanted: impl Fn() -> bool,
    ) -> Result<AudioBuffer, DecodeError> {
        let mut coming = self.ask(&[("file", file), ("rate", &ANALYSIS_RATE.into())]);
        let told = loop {
            let told = coming.await.map_err(|_| DecodeError::Lost)?;
            let told = get(&told, "data");
            // A word says that it still decodes.
            if !told.is_string() {
                break told;
            }
            if !wanted() {
                return Err(DecodeError::GivenUp);
            }
            coming = self.answer(GONE_TICKS, || Ok(()));
        };
        match text(&told, "failed").as_deref() {
            Some("unreadable") => return Err(DecodeError::Unreadable),
            Some(_) => return Err(DecodeError::Undecodable),
            None => {}
        }
        let number = |name| {
            let number = whole(&told, name).and_then(|number| u32::try_from(number).ok());
            number.ok_or(DecodeError::Undecodable)
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "the rate is exact in 32 bit floats"
        )]
        let options = AudioBufferOptions::new(number("length")?, ANALYSIS_RATE as f32);
        options.set_number_of_channels(number("channels")?);
        AudioBuffer::new(&options).map_err(|_| DecodeError::Lost)
    }

    /// Asks for the samples from `start` to `end`. Before the next is asked for, this one must have come.
    pub(super) fn part(&self, start: u32, end: u32) -> Part {
        Part {
            start,
            coming: self.ask(&[("start", &start.into()), ("end", &end.into())]),
        }
    }

    fn ask(&self, order: &[(&str, &JsValue)]) -> JsFuture {
        self.answer(GONE_TICKS, || {
            self.port.post_message(&object(order)?.into())
        })
    }

    /// The event of the next message out of the frame, after `ask`; an error if that fails, or if no
    /// message came within so many ticks.
    fn answer(&self, ticks: u32, ask: impl Fn() -> Result<(), JsValue>) -> JsFuture {
        let answer = Promise::new(&mut |resolve, reject| {
            self.port.set_onmessage(Some(&resolve));
            self.waiting.ticks.set(ticks);
            self.waiting.over.replace(Some(reject.clone()));
            if let Err(error) = ask() {
                // Settling a promise does not fail.
                let _ = reject.call1(&JsValue::UNDEFINED, &error);
            }
        });
        JsFuture::from(answer)
    }
}

impl Part {
    /// Waits for it, and puts it at its place in the song.
    pub(super) async fn put_into(self, song: &AudioBuffer) -> Result<(), JsValue> {
        let told = self.coming.await?;
        for (index, channel) in (0..).zip(Array::from(&get(&told, "data")).iter()) {
            let channel: Float32Array = channel.dyn_into()?;
            song.copy_to_channel_with_f32_array_and_start_in_channel(&channel, index, self.start)?;
        }
        Ok(())
    }
}
