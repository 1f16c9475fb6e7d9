//! Icons, drawn for this page: 24 by 24, strokes only.

use leptos::prelude::*;

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// Back to the start.
    ToStart,
    /// The cut before.
    Before,
    /// The next cut.
    Next,
    /// Repeat a part.
    Loop,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// Locked.
    Lock,
    /// Not locked.
    Unlock,
    /// Another choice.
    Dice,
    /// Never again.
    Ban,
    /// To be seen.
    Eye,
    /// Divide.
    Split,
    /// Join.
    Merge,
    /// Close, remove.
    Cross,
    /// Add.
    Plus,
    /// Less.
    Minus,
    /// A question.
    Help,
    /// Save to a file.
    Download,
    /// Music.
    Note,
    /// A clip.
    Film,
    /// A folder of projects.
    Folder,
    /// Light and dark.
    Theme,
    /// A metronome.
    Metronome,
    /// Something to know.
    Warning,
    /// How loud.
    Speaker,
    /// No sound.
    Silent,
    /// The whole screen.
    Wide,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M7 4.5v15l12-7.5z",
            Self::Pause => "M8 5v14M16 5v14",
            Self::ToStart => "M6 5v14M19 5.5v13L9 12z",
            Self::Before => "M14.5 6 8.5 12l6 6",
            Self::Next => "m9.5 6 6 6-6 6",
            Self::Loop => {
                "M17 3l3 3-3 3M20 6H8a4 4 0 0 0-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 0 0 4-4v-1"
            }
            Self::Undo => "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4",
            Self::Redo => "m16 5 4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h4",
            Self::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::Unlock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2",
            Self::Dice => "M5 5h14v14H5zM9 9v.01M15 15v.01M12 12v.01M15 9v.01M9 15v.01",
            Self::Ban => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
            Self::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
            }
            Self::Split => "M12 4v16M8 8l-4 4 4 4M16 8l4 4-4 4",
            Self::Merge => "M4 8l4 4-4 4M20 8l-4 4 4 4M8 12h8",
            Self::Cross => "M6 6l12 12M18 6 6 18",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Minus => "M5 12h14",
            Self::Help => {
                "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"
            }
            Self::Download => "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
            Self::Note => {
                "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z"
            }
            Self::Film => "M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4",
            Self::Folder => "M3.5 6.5h6l2 2.5h9v10.5h-17z",
            Self::Theme => "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
            Self::Metronome => "M9 4h6l3 16H6zM12 15l5-9",
            Self::Speaker => {
                "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11"
            }
            Self::Silent => "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5",
            Self::Wide => "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
            Self::Warning => "M12 4 3 19.5h18zM12 10v4.5M12 17v.01",
        }
    }

    /// The icon as part of the page; whoever shows it names it in words beside it.
    pub fn show(self) -> impl IntoView {
        view! {
            <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=self.path()></path>
            </svg>
        }
    }
}
