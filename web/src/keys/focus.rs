//! Keys that what has the focus needs for itself.

use super::Chord;

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The page.
    Page,
    /// Something that is written into, or a list of choices of the browser's.
    Text,
    /// A slider.
    Slider,
    /// A button, a link, a box to tick.
    Button,
    /// Tabs, lists, groups of choices: arrows go about in them.
    Roving,
}

impl Focus {
    /// What an element is, by its tag, its `type` and its `role`, all in small letters.
    #[must_use]
    pub fn of(tag: &str, kind: &str, role: &str, editable: bool) -> Self {
        match (tag, kind, role) {
            _ if editable => Self::Text,
            (
                _,
                _,
                "tab" | "radio" | "listbox" | "option" | "menuitem" | "slider" | "spinbutton",
            ) => Self::Roving,
            ("input", "range", _) => Self::Slider,
            ("input", "radio", _) => Self::Roving,
            (
                "input",
                "checkbox" | "button" | "submit" | "reset" | "file" | "color" | "image",
                _,
            )
            | ("button" | "a" | "summary" | "label", _, _)
            | (_, _, "button" | "link" | "switch" | "checkbox") => Self::Button,
            ("input" | "textarea" | "select", _, _) => Self::Text,
            _ => Self::Page,
        }
    }

    /// Whether it needs a chord for itself.
    #[must_use]
    pub fn keeps(self, chord: &Chord<'_>) -> bool {
        let going = chord.key.starts_with("Arrow") || matches!(chord.key, "Home" | "End");
        let pressing = matches!(chord.key, " " | "Enter");
        match self {
            Self::Page => false,
            // Writing has its own undo; saving and exporting are the page's.
            Self::Text => !(chord.command && matches!(chord.key, "s" | "e")),
            Self::Slider => going && !chord.alt,
            Self::Button => pressing,
            Self::Roving => (going || pressing) && !chord.alt && !chord.shift,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::table::{alt, ctrl, plain};

    #[test]
    fn what_is_written_into_keeps_its_letters() {
        for focus in [
            Focus::of("input", "text", "", false),
            Focus::of("input", "", "", false),
            Focus::of("textarea", "", "", false),
            Focus::of("select", "", "", false),
            Focus::of("div", "", "", true),
        ] {
            assert_eq!(focus, Focus::Text);
            assert!(
                focus.keeps(&plain("s")) && focus.keeps(&ctrl("z")) && focus.keeps(&plain(" "))
            );
            assert!(!focus.keeps(&ctrl("s")));
        }
    }

    #[test]
    fn sliders_keep_arrows_and_buttons_their_press() {
        let slider = Focus::of("input", "range", "", false);
        assert!(slider.keeps(&plain("ArrowLeft")) && slider.keeps(&plain("Home")));
        assert!(!slider.keeps(&plain(" ")) && !slider.keeps(&plain("s")));
        let button = Focus::of("button", "", "", false);
        assert!(button.keeps(&plain(" ")) && button.keeps(&plain("Enter")));
        assert!(!button.keeps(&plain("ArrowLeft")) && !button.keeps(&plain("k")));
    }

    #[test]
    fn lists_keep_arrows_but_not_those_with_alt() {
        let tab = Focus::of("button", "", "tab", false);
        assert_eq!(tab, Focus::Roving);
        assert!(tab.keeps(&plain("ArrowLeft")) && tab.keeps(&plain(" ")));
        assert!(!tab.keeps(&alt("ArrowLeft")) && !tab.keeps(&plain("x")));
        assert_eq!(Focus::of("canvas", "", "", false), Focus::Page);
        assert!(!Focus::Page.keeps(&plain(" ")));
    }
}
