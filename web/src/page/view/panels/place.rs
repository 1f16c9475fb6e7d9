//! The playhead in the film and in the song.

use leptos::prelude::*;

use crate::page::studio::Studio;

/// The sample of the song at the playhead; `None` without a song, or before its beginning. Tracked.
pub(super) fn playhead(studio: Studio) -> Option<u64> {
    let frame = studio.transport.frame.get();
    studio
        .viewing
        .score
        .with(|score| score.as_ref()?.sample_of(frame))
}

/// The frame of the film at a sample of the song, as far as the film goes.
pub(super) fn frame_of(studio: Studio, sample: u64) -> u64 {
    let place = studio
        .viewing
        .score
        .with_untracked(|score| score.as_ref().map_or(0.0, |score| score.place_of(sample)));
    crate::page::view::paint::pixels(place.floor().max(0.0)).into()
}

/// Plays a stretch of the song again and again.
pub(super) fn hear(studio: Studio, start: u64, end: u64) {
    let (from, until) = (frame_of(studio, start), frame_of(studio, end));
    studio.transport.looped.set(Some(from..until));
    studio.transport.seek(from);
    studio.transport.play();
}
