//! What can be wrong with a plan.

use std::fmt;

/// Why a plan was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file is larger than [`super::MAX_PLAN_BYTES`].
    #[error("the plan is {bytes} bytes long; the most that is read is {limit}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// It is not JSON.
    #[error("the plan is not well-formed JSON")]
    Syntax(#[from] serde_json::Error),
    /// It was made for a newer program.
    #[error(
        "the plan is \"{found}\", and this program reads up to \"{known}\"; update render-native"
    )]
    Newer {
        /// Its `schema`.
        found: String,
        /// The newest that is known here.
        known: &'static str,
    },
    /// It breaks promises of the format. Every problem is listed, up to a limit.
    #[error("the plan has {total} problem{}{}", if *total == 1 { "" } else { "s" }, List(problems, *total))]
    Invalid {
        /// The first problems, in the order of the document.
        problems: Vec<Problem>,
        /// How many there are in all.
        total: usize,
    },
}

/// One problem at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON path: `$.slots[3].clip.media`.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

struct List<'a>(&'a [Problem], usize);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))?;
        match self.1.saturating_sub(self.0.len()) {
            0 => Ok(()),
            more => write!(f, "\n  … and {more} more"),
        }
    }
}
