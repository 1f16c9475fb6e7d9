//! Small pictures of clips.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::ImageBitmap;

use crate::page::studio::Studio;
use crate::page::studio::clips::{Clip, Thumb};
use crate::page::view::paint::paint;

/// The picture that is nearest to an instant.
pub(super) fn nearest(thumbs: &[Thumb], at_us: u64) -> Option<&Thumb> {
    thumbs
        .iter()
        .min_by_key(|thumb| thumb.at_us.abs_diff(at_us))
}

/// The pictures of a clip, to be drawn later. Handles: nothing is copied.
pub(in crate::page::view) fn bitmaps(clip: Option<Clip>) -> Vec<(u64, ImageBitmap)> {
    clip.map_or_else(Vec::new, |clip| {
        clip.thumbs.with(|thumbs| {
            let one = |thumb: &Thumb| (thumb.at_us, thumb.bitmap.clone());
            thumbs.iter().map(one).collect()
        })
    })
}

/// A picture of a clip as near to an instant as there is one. What it shows is told in words beside
/// it.
#[component]
pub fn Picture(
    /// The clip, by the number that plans use, and the instant in microseconds.
    #[prop(into)]
    of: Signal<Option<(u32, u64)>>,
) -> impl IntoView {
    let studio: Studio = expect_context();
    let canvas = NodeRef::<Canvas>::new();
    let shown = Memo::new(move |_| of.get());
    paint(canvas, move || {
        let picture = shown.get().and_then(|(media, at_us)| {
            let clip = studio.clips.get(usize::try_from(media).ok()?)?;
            clip.thumbs
                .with(|thumbs| nearest(thumbs, at_us).map(|thumb| thumb.bitmap.clone()))
        });
        Box::new(move |sheet| {
            if let Some(picture) = picture {
                sheet.cover(&picture, 0.0, 0.0, sheet.width, sheet.height);
            } else {
                sheet.shade("--quiet", 1.0);
                sheet.word("no picture", sheet.width / 2.0, sheet.height / 2.0 + 4.0);
            }
        })
    });
    view! { <canvas class="picture" node_ref=canvas aria-hidden="true"></canvas> }
}
