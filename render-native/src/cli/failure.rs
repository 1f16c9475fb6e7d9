//! Why a command ended without its result: the text, what to do about it, and the exit code.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use shared::plan::PlanError;

use crate::exit::ExitCode;

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

    /// A file that stands where the result should go.
    #[must_use]
    pub fn exists(path: &Path) -> Self {
        let message = format!("{} exists already", path.display());
        Self::new(ExitCode::CannotCreate, message)
            .hint("choose another name with -o, or replace it with --overwrite")
    }

    /// A plan that cannot be read.
    #[must_use]
    pub fn plan(path: &Path, error: &PlanError) -> Self {
        let message = format!("{}: {}", path.display(), with_causes(error));
        let failure = Self::new(ExitCode::BadData, message);
        match error {
            PlanError::Newer { .. } => failure,
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
