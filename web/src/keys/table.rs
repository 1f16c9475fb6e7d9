//! The table.

use super::{Chord, Command, Group};

pub(super) const fn plain(key: &str) -> Chord<'_> {
    Chord {
        command: false,
        shift: false,
        alt: false,
        key,
    }
}

const fn shift(key: &str) -> Chord<'_> {
    Chord {
        shift: true,
        ..plain(key)
    }
}

pub(super) const fn ctrl(key: &str) -> Chord<'_> {
    Chord {
        command: true,
        ..plain(key)
    }
}

pub(super) const fn alt(key: &str) -> Chord<'_> {
    Chord {
        alt: true,
        ..plain(key)
    }
}

/// A command with its keys.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The command.
    pub command: Command,
    /// Its keys; the first is shown.
    pub chords: &'static [Chord<'static>],
    /// Where the sheet shows it.
    pub group: Group,
    /// What it does.
    pub words: &'static str,
}

const fn bind(
    command: Command,
    chords: &'static [Chord<'static>],
    group: Group,
    words: &'static str,
) -> Binding {
    Binding {
        command,
        chords,
        group,
        words,
    }
}

/// Every key there is.
pub const TABLE: &[Binding] = &[
    bind(
        Command::PlayPause,
        &[plain(" "), plain("k")],
        Group::Playing,
        "Play or pause",
    ),
    bind(
        Command::ShuttleBack,
        &[plain("j")],
        Group::Playing,
        "Play backwards; again: faster",
    ),
    bind(
        Command::ShuttleForward,
        &[plain("l")],
        Group::Playing,
        "Play forwards; again: faster",
    ),
    bind(
        Command::FrameBack,
        &[plain("ArrowLeft")],
        Group::Playing,
        "A frame back",
    ),
    bind(
        Command::FrameForward,
        &[plain("ArrowRight")],
        Group::Playing,
        "A frame forward",
    ),
    bind(
        Command::CutBack,
        &[plain("ArrowUp")],
        Group::Playing,
        "To the cut before",
    ),
    bind(
        Command::CutForward,
        &[plain("ArrowDown")],
        Group::Playing,
        "To the next cut",
    ),
    bind(
        Command::ToStart,
        &[plain("Home")],
        Group::Playing,
        "To the start",
    ),
    bind(
        Command::ToEnd,
        &[plain("End")],
        Group::Playing,
        "To the end",
    ),
    bind(
        Command::ZoomIn,
        &[plain("+"), plain("=")],
        Group::Playing,
        "Zoom in",
    ),
    bind(
        Command::ZoomOut,
        &[plain("-"), plain("_")],
        Group::Playing,
        "Zoom out",
    ),
    bind(
        Command::ZoomFit,
        &[plain("0")],
        Group::Playing,
        "The whole film in view",
    ),
    bind(
        Command::Split,
        &[plain("s")],
        Group::Shot,
        "Split at the playhead",
    ),
    bind(
        Command::Merge,
        &[plain("m")],
        Group::Shot,
        "Merge with the next",
    ),
    bind(Command::Lock, &[plain("x")], Group::Shot, "Lock or unlock"),
    bind(
        Command::Reroll,
        &[plain("r")],
        Group::Shot,
        "Another choice",
    ),
    bind(
        Command::Ban,
        &[plain("b")],
        Group::Shot,
        "Never show this again",
    ),
    bind(
        Command::NextAlternate,
        &[plain("a")],
        Group::Shot,
        "Next alternate",
    ),
    bind(
        Command::PreviousAlternate,
        &[shift("a")],
        Group::Shot,
        "Alternate before",
    ),
    bind(
        Command::SlipBack,
        &[plain(",")],
        Group::Shot,
        "Slip a frame earlier",
    ),
    bind(
        Command::SlipForward,
        &[plain(".")],
        Group::Shot,
        "Slip a frame later",
    ),
    // What Shift makes of comma and full stop, on the keyboards of several countries.
    bind(
        Command::SlipBackTen,
        &[shift(","), plain("<"), plain(";")],
        Group::Shot,
        "Slip ten frames earlier",
    ),
    bind(
        Command::SlipForwardTen,
        &[shift("."), plain(">"), plain(":")],
        Group::Shot,
        "Slip ten frames later",
    ),
    bind(
        Command::CycleFit,
        &[plain("f")],
        Group::Shot,
        "Crop, pad or blur",
    ),
    bind(
        Command::MoveEarlier,
        &[alt("ArrowLeft")],
        Group::Shot,
        "Move one place earlier",
    ),
    bind(
        Command::MoveLater,
        &[alt("ArrowRight")],
        Group::Shot,
        "Move one place later",
    ),
    bind(
        Command::BeatBack,
        &[shift("ArrowLeft")],
        Group::Music,
        "To the beat before",
    ),
    bind(
        Command::BeatForward,
        &[shift("ArrowRight")],
        Group::Music,
        "To the next beat",
    ),
    bind(
        Command::LoopStart,
        &[plain("[")],
        Group::Music,
        "Loop from here",
    ),
    bind(
        Command::LoopEnd,
        &[plain("]")],
        Group::Music,
        "Loop to here",
    ),
    bind(Command::LoopOff, &[plain("\\")], Group::Music, "No loop"),
    bind(Command::Tap, &[plain("t")], Group::Music, "Tap the tempo"),
    bind(
        Command::Metronome,
        &[plain("c")],
        Group::Music,
        "Click on the beats",
    ),
    bind(Command::Undo, &[ctrl("z")], Group::Page, "Undo"),
    bind(
        Command::Redo,
        &[
            Chord {
                shift: true,
                ..ctrl("z")
            },
            ctrl("y"),
        ],
        Group::Page,
        "Redo",
    ),
    bind(
        Command::PanelMedia,
        &[plain("1")],
        Group::Page,
        "Song and clips",
    ),
    bind(
        Command::PanelShot,
        &[plain("2")],
        Group::Page,
        "The selected shot",
    ),
    bind(
        Command::PanelBeats,
        &[plain("3")],
        Group::Page,
        "The beat lab",
    ),
    bind(Command::PanelFilm, &[plain("4")], Group::Page, "The film"),
    bind(
        Command::SaveProject,
        &[ctrl("s")],
        Group::Page,
        "Save the project as a file",
    ),
    bind(
        Command::Export,
        &[ctrl("e")],
        Group::Page,
        "Export the plan",
    ),
    bind(Command::Help, &[plain("?")], Group::Page, "This sheet"),
    bind(
        Command::Close,
        &[plain("Escape")],
        Group::Page,
        "Close, or give up a drag",
    ),
];
