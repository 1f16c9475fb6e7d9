//! A frame that decodes a song on a thread of its own, and hands it over in parts.
//!
//! It is a page without an origin, which browsers that can keep in a process of its own; elsewhere it
//! decodes as the page itself would. What it runs is `song_decoder.js`.

use std::cell::Cell;

use js_sys::{Array, Float32Array, Promise};
use planner_wasm::music::ANALYSIS_RATE;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioBuffer, AudioBufferOptions, File, HtmlIFrameElement, MessageChannel, MessagePort, Window,
};

use super::DecodeError;
use crate::page::field::{get, object, text, whole};

/// What runs in the frame; `media/build/finish.mjs` writes the hash of just this into the policy.
const SCRIPT: &str = include_str!("../../../song_decoder.js");

/// Milliseconds within which a frame says that it is there, also on a busy machine.
const HERE_MS: i32 = 5_000;

/// Milliseconds without a word after which a frame counts as gone; while it decodes it says every
/// second that it is there, though only every minute in a tab that nobody looked at for long.
const GONE_MS: i32 = 150_000;

/// A frame that decodes. It is gone when this is dropped.
pub(super) struct Frame {
    window: Window,
    element: HtmlIFrameElement,
    port: MessagePort,
    /// Ends the waiting for an answer.
    timer: Cell<Option<i32>>,
}

/// Part of a song that is on its way.
pub(super) struct Part {
    start: u32,
    coming: JsFuture,
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.stop_timer();
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
        let frame = Self {
            window,
            element,
            port: channel.port1(),
            timer: Cell::new(None),
        };
        let loaded = Promise::new(&mut |resolve, _| {
            frame.element.set_onload(Some(&resolve));
            // One that never loads does not answer either.
            let _ = frame
                .window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, HERE_MS);
        });
        document.body()?.append_child(&frame.element).ok()?;
        JsFuture::from(loaded).await.ok()?;
        let inside = frame.element.content_window()?;
        let here = frame.answer(HERE_MS, || {
            let port = Array::of1(&channel.port2());
            inside.post_message_with_transfer(&JsValue::NULL, "*", &port)
        });
        here.await.ok()?;
        Some(frame)
    }

    /// Decodes a file: a buffer of the right size, in which there is silence so far.
    pub(super) async fn decode(&self, file: &File) -> Result<AudioBuffer, DecodeError> {
        let mut coming = self.ask(&[("file", file), ("rate", &ANALYSIS_RATE.into())]);
        let told = loop {
            let told = coming.await.map_err(|_| DecodeError::Lost)?;
            let told = get(&told, "data");
            // A word says that it still decodes.
            if !told.is_string() {
                break told;
            }
            coming = self.answer(GONE_MS, || Ok(()));
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
        self.answer(GONE_MS, || self.port.post_message(&object(order)?.into()))
    }

    /// The event of the next message out of the frame, after `ask`; an error if that fails, or if no
    /// message came after so long.
    fn answer(&self, limit_ms: i32, ask: impl Fn() -> Result<(), JsValue>) -> JsFuture {
        let answer = Promise::new(&mut |resolve, reject| {
            self.port.set_onmessage(Some(&resolve));
            self.stop_timer();
            let timer = self
                .window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&reject, limit_ms);
            self.timer.set(timer.ok());
            if let Err(error) = ask() {
                // Settling a promise does not fail.
                let _ = reject.call1(&JsValue::UNDEFINED, &error);
            }
        });
        JsFuture::from(answer)
    }

    fn stop_timer(&self) {
        if let Some(timer) = self.timer.take() {
            self.window.clear_timeout_with_handle(timer);
        }
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
