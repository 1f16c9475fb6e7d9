//! Why a command ended without its result: the text, what to do about it, and the exit code.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use shared::plan::PlanError;

use super::terminal::{print_json, say};
use crate::exit::ExitCode;
use crate::place::PlaceError;
use crate::shown::Shown as _;

/// A command's failure, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the process ends with.
    pub code: ExitCode,
    /// What is wrong, with its causes.
    pub message: String,
    /// What a person can do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure in the caller's words.
    #[must_use]
    pub fn new(code: ExitCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// A failure by an error and its causes.
    #[must_use]
    pub fn of(code: ExitCode, error: &dyn Error) -> Self {
        Self::new(code, with_causes(error))
    }

    /// With a word on what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What to do: the hint, or what is usual for the code.
    #[must_use]
    pub fn remedy(&self) -> &str {
        self.hint.as_deref().unwrap_or(self.code.remedy())
    }

    /// Tells it: in words on standard error, and for programs, if asked for, as an object on
    /// standard output. Gives the code to end with.
    #[must_use]
    pub fn tell(&self, json: bool) -> ExitCode {
        say(&format!("error: {}", self.message));
        say(&format!("hint: {}", self.remedy()));
        // Where standard output itself is what failed there is no use in trying again.
        if json && self.code != ExitCode::OutputStream {
            let object = serde_json::json!({ "error": {
                "code": self.code.name(),
                "exit": self.code.code(),
                "message": self.message,
                "hint": self.remedy(),
            }});
            let _ = print_json(&object);
        }
        self.code
    }

    /// A file that stands where the result should go that `option` names.
    #[must_use]
    pub fn exists(path: &Path, option: &str) -> Self {
        let message = format!("{} exists already", path.shown());
        Self::new(ExitCode::CannotCreate, message).hint(format!(
            "choose another name with {option}, or replace it with --overwrite"
        ))
    }

    /// A place where the result that `option` names cannot be made.
    #[must_use]
    pub fn place(error: &PlaceError, option: &str) -> Self {
        Self::of(error.exit_code(), error).hint(error.hint(option))
    }

    /// A plan that cannot be read.
    #[must_use]
    pub fn plan(path: &Path, error: &PlanError) -> Self {
        let message = format!("{}: {}", path.shown(), with_causes(error));
        let failure = Self::new(ExitCode::BadData, message);
        match error {
            PlanError::Newer { .. } => {
                failure.hint("update render-native, or plan again with this one")
            }
            PlanError::TooLarge { .. } => failure.hint("is this a plan at all?"),
            PlanError::Syntax(error) if error.is_eof() => {
                failure.hint("the file is cut off: copy it again, or plan again")
            }
            PlanError::Syntax(_) => failure.hint("mend the place that is named, or plan again"),
            _ => failure.hint("`render-native schema` prints what a plan may hold"),
        }
    }
}

/// The error's text and those of its causes, each once.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some libraries repeat the cause in their own text.
        let said = error.to_string();
        if !text.contains(&said) {
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot write x")]
    struct Outer {
        source: std::io::Error,
    }

    #[test]
    fn causes_are_told_once() {
        let error = Outer {
            source: std::io::Error::other("no space"),
        };
        assert_eq!(
            Failure::of(ExitCode::CannotCreate, &error).message,
            "cannot write x: no space"
        );
    }
}
