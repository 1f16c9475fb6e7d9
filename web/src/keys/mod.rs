//! What the keys do: one table, for the keyboard and for the sheet that shows it.

mod focus;
mod table;

pub use focus::Focus;
pub use table::{Binding, TABLE};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Plays, or stops.
    PlayPause,
    /// Plays backwards; again for faster.
    ShuttleBack,
    /// Plays forwards; again for faster.
    ShuttleForward,
    /// A frame back.
    FrameBack,
    /// A frame forward.
    FrameForward,
    /// To the beat before.
    BeatBack,
    /// To the next beat.
    BeatForward,
    /// To the cut before, and selects its shot.
    CutBack,
    /// To the next cut, and selects its shot.
    CutForward,
    /// To the film's start.
    ToStart,
    /// To the film's end.
    ToEnd,
    /// A loop begins here.
    LoopStart,
    /// A loop ends here.
    LoopEnd,
    /// No loop.
    LoopOff,
    /// Divides the shot at the playhead.
    Split,
    /// Joins the shot and the next.
    Merge,
    /// Locks the shot, or unlocks it.
    Lock,
    /// Asks for another choice for the shot.
    Reroll,
    /// Never shows again what the shot shows.
    Ban,
    /// Shows the next alternate.
    NextAlternate,
    /// Shows the alternate before.
    PreviousAlternate,
    /// The shot begins a frame earlier in its clip.
    SlipBack,
    /// The shot begins a frame later in its clip.
    SlipForward,
    /// The shot begins ten frames earlier in its clip.
    SlipBackTen,
    /// The shot begins ten frames later in its clip.
    SlipForwardTen,
    /// The next way to fit the picture.
    CycleFit,
    /// The shot goes one place to the front.
    MoveEarlier,
    /// The shot goes one place to the back.
    MoveLater,
    /// Takes back.
    Undo,
    /// Makes again.
    Redo,
    /// A tap of the tempo.
    Tap,
    /// Clicks on the beats, or no clicks.
    Metronome,
    /// Closer.
    ZoomIn,
    /// Farther.
    ZoomOut,
    /// The whole film.
    ZoomFit,
    /// Song and clips.
    PanelMedia,
    /// The selected shot.
    PanelShot,
    /// The beat lab.
    PanelBeats,
    /// The film.
    PanelFilm,
    /// The project as a file.
    SaveProject,
    /// The plan as a file.
    Export,
    /// The sheet of keys.
    Help,
    /// Gives up a drag, closes a window, clears the selection.
    Close,
}

/// Where a command stands in the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Playing and going about.
    Playing,
    /// The selected shot.
    Shot,
    /// Music and loops.
    Music,
    /// The page.
    Page,
}

impl Group {
    /// All groups, in the sheet's order.
    pub const ALL: [Self; 4] = [Self::Playing, Self::Shot, Self::Music, Self::Page];

    /// Its heading.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Playing => "Playing",
            Self::Shot => "The selected shot",
            Self::Music => "Beats and loops",
            Self::Page => "The page",
        }
    }
}

/// Keys pressed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chord<'a> {
    /// Ctrl, or the Command key of a Mac.
    pub command: bool,
    /// Shift; not told for signs, which some keyboards need it for.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
    /// The key as browsers name it; letters small.
    pub key: &'a str,
}

impl<'a> Chord<'a> {
    /// The chord of a pressed key, as the table knows it. `buffer` holds the key as a small letter.
    #[must_use]
    pub fn pressed(
        key: &str,
        (command, shift, alt): (bool, bool, bool),
        buffer: &'a mut String,
    ) -> Self {
        buffer.clear();
        buffer.extend(key.chars().flat_map(char::to_lowercase));
        let mut letters = key.chars();
        let one = letters.next().filter(|_| letters.next().is_none());
        // Signs and digits stand where keyboards put them, some behind Shift. Comma and full stop
        // never do, so that Shift means something there.
        let sign = one.is_some_and(|one| !one.is_alphabetic() && !matches!(one, ',' | '.' | ' '));
        if one.is_none() {
            buffer.clear();
            buffer.push_str(key);
        }
        Self {
            command,
            shift: shift && !sign,
            alt,
            key: buffer.as_str(),
        }
    }
}

impl Chord<'_> {
    /// What is printed on its keys, in the order in which they are pressed.
    #[must_use]
    pub fn caps(&self, mac: bool) -> Vec<String> {
        let named = |yes: bool, mac_name: &str, name: &str| {
            yes.then(|| if mac { mac_name } else { name }.to_owned())
        };
        let key = match self.key {
            " " => "Space".to_owned(),
            "ArrowLeft" => "←".to_owned(),
            "ArrowRight" => "→".to_owned(),
            "ArrowUp" => "↑".to_owned(),
            "ArrowDown" => "↓".to_owned(),
            "Escape" => "Esc".to_owned(),
            "-" => "−".to_owned(),
            key if key.chars().count() > 1 => key.to_owned(),
            key => key.to_uppercase(),
        };
        [
            named(self.command, "⌘", "Ctrl"),
            named(self.alt, "⌥", "Alt"),
            named(self.shift, "⇧", "Shift"),
            Some(key),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What a chord asks for.
#[must_use]
pub fn command_for(chord: &Chord<'_>) -> Option<Command> {
    TABLE
        .iter()
        .find(|binding| binding.chords.contains(chord))
        .map(|binding| binding.command)
}

impl Command {
    /// Whether it means something before there is a song or a clip.
    #[must_use]
    pub const fn is_of_the_page(self) -> bool {
        matches!(
            self,
            Self::Help | Self::Close | Self::Undo | Self::Redo | Self::SaveProject
        )
    }

    /// Whether holding the key down goes on and on.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(
            self,
            Self::FrameBack
                | Self::FrameForward
                | Self::BeatBack
                | Self::BeatForward
                | Self::CutBack
                | Self::CutForward
                | Self::SlipBack
                | Self::SlipForward
                | Self::SlipBackTen
                | Self::SlipForwardTen
                | Self::ZoomIn
                | Self::ZoomOut
                | Self::Undo
                | Self::Redo
        )
    }
}

#[cfg(test)]
mod tests {
    use super::table::{alt, ctrl, plain};
    use super::*;

    #[test]
    fn no_chord_means_two_things() {
        let chords: Vec<_> = TABLE.iter().flat_map(|binding| binding.chords).collect();
        for (at, chord) in chords.iter().enumerate() {
            assert!(!chords[at + 1..].contains(chord), "{chord:?}");
        }
    }

    #[test]
    fn every_command_stands_in_the_table_once() {
        for (at, binding) in TABLE.iter().enumerate() {
            assert!(!binding.chords.is_empty() && !binding.words.is_empty());
            assert!(
                TABLE[at + 1..]
                    .iter()
                    .all(|other| other.command != binding.command && other.words != binding.words),
                "{binding:?}"
            );
        }
    }

    #[test]
    fn nothing_is_taken_that_browsers_keep() {
        let kept = [
            "n", "t", "w", "q", "l", "d", "f", "g", "h", "j", "k", "o", "p", "r", "u", "a", "c",
            "v", "x", "b", "i", "Tab", "PageUp", "PageDown", "+", "-", "=", "0", "1", "2", "3",
            "4", "5", "6", "7", "8", "9",
        ];
        for chord in TABLE.iter().flat_map(|binding| binding.chords) {
            if chord.command {
                assert!(!kept.contains(&chord.key), "{chord:?}");
            }
            if chord.alt {
                assert!(chord.key.starts_with("Arrow"), "{chord:?}");
            }
            let editing = [
                "Tab",
                "Enter",
                "Backspace",
                "F1",
                "F3",
                "F5",
                "F6",
                "F11",
                "F12",
            ];
            assert!(!editing.contains(&chord.key), "{chord:?}");
        }
    }

    #[test]
    fn keys_are_found_however_a_keyboard_makes_them() {
        let find = |key: &str, command, shift, alt| {
            let mut buffer = String::new();
            command_for(&Chord::pressed(key, (command, shift, alt), &mut buffer))
        };
        assert_eq!(find("k", false, false, false), Some(Command::PlayPause));
        assert_eq!(
            find("K", false, false, false),
            Some(Command::PlayPause),
            "caps lock"
        );
        assert_eq!(
            find("A", false, true, false),
            Some(Command::PreviousAlternate)
        );
        assert_eq!(find("?", false, true, false), Some(Command::Help));
        assert_eq!(find("1", false, true, false), Some(Command::PanelMedia));
        assert_eq!(find("+", false, true, false), Some(Command::ZoomIn));
        assert_eq!(find("Z", true, true, false), Some(Command::Redo));
        assert_eq!(find("<", false, true, false), Some(Command::SlipBackTen));
        assert_eq!(find(",", false, true, false), Some(Command::SlipBackTen));
        assert_eq!(
            find("ArrowLeft", false, true, false),
            Some(Command::BeatBack)
        );
        assert_eq!(
            find("ArrowLeft", false, false, true),
            Some(Command::MoveEarlier)
        );
        assert_eq!(find(" ", false, false, false), Some(Command::PlayPause));
        assert_eq!(find("t", true, false, false), None);
        assert_eq!(find("s", false, true, false), None);
        assert_eq!(find("Dead", false, false, false), None);
    }

    #[test]
    fn caps_read_as_they_are_printed() {
        let redo = Chord {
            shift: true,
            ..ctrl("z")
        };
        assert_eq!(redo.caps(false), ["Ctrl", "Shift", "Z"]);
        assert_eq!(redo.caps(true), ["⌘", "⇧", "Z"]);
        assert_eq!(plain("Home").caps(false), ["Home"]);
        assert_eq!(alt("ArrowLeft").caps(false), ["Alt", "←"]);
    }
}
