//! A file to samples, by the browser's decoders.
//!
//! * [`frame`] — where that is done without holding up the page.

mod frame;

use js_sys::{ArrayBuffer, Float32Array, Promise};
use planner_wasm::music::ANALYSIS_RATE;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, File, OfflineAudioContext};

use crate::waveform::Waveform;
use frame::Frame;

/// Larger files are refused: decoding takes the whole file, and several times its size, in memory.
const MOST_BYTES: f64 = 1024.0 * 1024.0 * 1024.0;

/// Samples taken and mixed between two turns of the event loop; some milliseconds of work.
const BLOCK_SAMPLES: u32 = 1 << 17;

/// A song as the planner wants it: mono, at [`ANALYSIS_RATE`].
pub struct Pcm {
    /// The samples, in JavaScript's memory, to be given to the worker.
    pub samples: Float32Array,
    /// Their outline.
    pub waveform: Waveform,
}

/// Why a file gives no samples; every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// There is nothing in it.
    Empty,
    /// It would not fit into memory.
    TooLarge,
    /// It could not be read: moved, removed, or not allowed.
    Unreadable,
    /// It is no sound, or of a kind that this browser does not know.
    Undecodable,
    /// Whoever decoded it is gone, or its samples do not fit into memory.
    Lost,
    /// It is not wanted any more.
    GivenUp,
}

impl DecodeError {
    /// The sentence for a person.
    #[must_use]
    pub const fn sentence(&self) -> &'static str {
        match self {
            Self::Empty => "The file is empty. Choose another one.",
            Self::TooLarge => {
                "The file is larger than 1 GB, too large for a browser to decode. \
                 Choose the song alone, without its video."
            }
            Self::Unreadable => {
                "The file cannot be read. It may have been moved or removed; choose it again."
            }
            Self::Undecodable => {
                "This browser finds no sound in it that it can decode. MP3, M4A, WAV, FLAC, \
                 Ogg and Opus work in most browsers; convert the song to one of these."
            }
            Self::Lost => {
                "The browser gave up decoding it, most likely for want of memory. Close other tabs and \
                 choose it again, or choose a shorter one."
            }
            Self::GivenUp => "It was cancelled. Choose it again.",
        }
    }
}

/// Decodes and resamples a file: all channels, and mixed down. Whether it is still `wanted` is asked
/// every second and with every part while its frame decodes, so that what is given up keeps no memory for
/// long.
///
/// # Errors
/// See [`DecodeError`].
pub async fn decode(
    file: &File,
    wanted: impl Fn() -> bool,
) -> Result<(AudioBuffer, Pcm), DecodeError> {
    if file.size() <= 0.0 {
        return Err(DecodeError::Empty);
    }
    if file.size() > MOST_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let frame = Frame::open().await;
    let song = match &frame {
        Some(frame) => frame.decode(file, &wanted).await?,
        None => decode_here(file).await?,
    };
    match mix(&song, frame.as_ref(), &wanted).await {
        Ok(Some(mixed)) => Ok((song, mixed)),
        Ok(None) => Err(DecodeError::GivenUp),
        Err(_) => Err(DecodeError::Lost),
    }
}

/// Decodes in the page itself, which holds it up for as long as the browser copies what was decoded.
async fn decode_here(file: &File) -> Result<AudioBuffer, DecodeError> {
    let bytes: ArrayBuffer = JsFuture::from(file.array_buffer())
        .await
        .map_err(|_| DecodeError::Unreadable)?
        .unchecked_into();
    // An offline context needs no click of the user first, and resamples to its own rate.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the rate is exact in 32 bit floats"
    )]
    let rate = ANALYSIS_RATE as f32;
    let decoded = async {
        let context = OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(
            1, 1, rate,
        )?;
        JsFuture::from(context.decode_audio_data(&bytes)?).await
    };
    decoded
        .await
        .map(JsCast::unchecked_into)
        .map_err(|_: JsValue| DecodeError::Undecodable)
}

/// Mixes a decoded song down to one channel: the mean of its channels. What a frame has decoded is
/// put into the song on the way. The event loop turns between blocks, so the page stays alive. None once
/// it is not `wanted` any more.
///
/// # Errors
/// What the browser says: it is out of memory, here or in the frame.
async fn mix(
    song: &AudioBuffer,
    frame: Option<&Frame>,
    wanted: impl Fn() -> bool,
) -> Result<Option<Pcm>, JsValue> {
    let length = song.length();
    let channels = song.number_of_channels();
    let samples = Float32Array::new_with_length(length);
    let mut waveform = Waveform::default();
    let mut mixed = vec![0.0_f32; BLOCK_SAMPLES as usize];
    let mut channel = vec![0.0_f32; BLOCK_SAMPLES as usize];
    #[expect(
        clippy::cast_precision_loss,
        reason = "a song has a handful of channels"
    )]
    let share = 1.0 / channels.max(1) as f32;
    let end_of = |start: u32| start.saturating_add(BLOCK_SAMPLES).min(length);
    // The next part comes while one is mixed.
    let part = |start| Some(frame?.part(start, end_of(start)));
    let mut coming = part(0);
    for start in (0..length).step_by(BLOCK_SAMPLES as usize) {
        let end = end_of(start);
        match coming.take() {
            Some(part) => part.put_into(song).await?,
            None => pause(0).await,
        }
        if !wanted() {
            return Ok(None);
        }
        if end < length {
            coming = part(end);
        }
        let block = (end - start) as usize;
        mixed.truncate(block);
        channel.truncate(block);
        mixed.fill(0.0);
        for index in 0..channels {
            let index = i32::try_from(index).unwrap_or(i32::MAX);
            song.copy_from_channel_with_start_in_channel(&mut channel, index, start)?;
            for (sum, sample) in mixed.iter_mut().zip(&channel) {
                *sum += sample * share;
            }
        }
        waveform.push(&mixed);
        samples.subarray(start, end).copy_from(&mixed);
    }
    Ok(Some(Pcm { samples, waveform }))
}

/// Waits for some milliseconds; the browser sees to everything else meanwhile.
pub async fn pause(ms: i32) {
    let turn = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let set = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
            // A timer that cannot be set would leave the promise open for ever.
            if set.is_err() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        }
    });
    // A promise that is only resolved does not fail.
    let _ = JsFuture::from(turn).await;
}
