//! What is asked of single clips: never shown, must be shown, only in a part of the song.

use leptos::prelude::*;
use planner_wasm::edit::{Ban, Must, SongWindow};

use crate::page::studio::Studio;
use crate::page::view::glyph::Glyph;
use crate::project::Brief;
use crate::{wishes, wording};

/// A row of a list: of which clip, what of it, and what to do to take it back.
type Row<T> = (u32, String, T);

/// What is never shown.
#[component]
pub fn Bans() -> impl IntoView {
    let rows = |brief: &Brief| {
        let told = |ban: &Ban| (ban.media, stretch(ban.range_us, "all of it"), *ban);
        brief.bans.iter().map(told).collect()
    };
    let back = |brief: &mut Brief, ban: Ban| brief.bans.retain(|one| *one != ban);
    asked("Never shown", "Allow again", rows, back)
}

/// What must be shown.
#[component]
pub fn Musts() -> impl IntoView {
    let rows = |brief: &Brief| {
        let told = |must: &Must| (must.media, stretch(must.range_us, "any of it"), *must);
        brief.musts.iter().map(told).collect()
    };
    let back = |brief: &mut Brief, must: Must| brief.musts.retain(|one| *one != must);
    asked("Must be shown", "Need not", rows, back)
}

/// What is shown only in parts of the song.
#[component]
pub fn Windows() -> impl IntoView {
    let studio: Studio = expect_context();
    let rows = move |brief: &Brief| {
        let grid = studio.grid.get();
        let told = |window: &SongWindow| {
            let part = wishes::part_of_song(grid.as_deref(), window.start, window.end);
            let told = match window.range_us {
                Some(_) => format!("{}, in {part}", stretch(window.range_us, "")),
                None => format!("in {part}"),
            };
            (window.media, told, *window)
        };
        brief.windows.iter().map(told).collect()
    };
    let back = |brief: &mut Brief, window: SongWindow| {
        brief.windows.retain(|one| *one != window);
    };
    asked("Only in a part of the song", "Anywhere", rows, back)
}

/// A range of a clip, or `whole`.
fn stretch(range_us: Option<(u64, u64)>, whole: &str) -> String {
    range_us.map_or_else(
        || whole.to_owned(),
        |(from, until)| wording::range(from, until),
    )
}

/// A list of what is asked, with a button for each to take it back; nothing if nothing is asked.
fn asked<T: Copy + PartialEq + Send + Sync + 'static>(
    title: &'static str,
    undo: &'static str,
    rows: impl Fn(&Brief) -> Vec<Row<T>> + Send + Sync + 'static,
    back: impl Fn(&mut Brief, T) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let studio: Studio = expect_context();
    let rows = Memo::new(move |_| studio.brief.with(&rows));
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let row = move |(media, what, wish): Row<T>| {
        let clip = usize::try_from(media).ok();
        let clip = clip.and_then(|media| studio.clips.get(media));
        let name = clip.map_or_else(
            || "A clip that is gone".to_owned(),
            |clip| clip.entry.with(|entry| entry.media.path.name().to_owned()),
        );
        let label = format!("{undo}: {name}, {what}");
        view! {
            <li class="row apart">
                <span class="stack tight">
                    <span class="clamp" title=name.clone()>{name.clone()}</span>
                    <span class="number quiet">{what}</span>
                </span>
                <button aria-label=label on:click=move |_| {
                    studio.change_brief(&format!("{undo}: {name}"), |brief| back(brief, wish));
                }>{Glyph::Undo.show()}{undo}</button>
            </li>
        }
    };
    view! {
        <Show when=move || any.get()>
            <section class="part">
                <h3>{title}</h3>
                <ul class="asked small">{move || rows.get().into_iter().map(row).collect_view()}</ul>
            </section>
        </Show>
    }
}
