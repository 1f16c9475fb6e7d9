//! Every value there was, to go back to and forth.

use super::keep::Keep;

/// A value with all of its former ones: undo and redo without end. What values have in common is
/// kept once.
#[derive(Debug, Clone)]
pub struct History<T: Keep> {
    current: T,
    /// Every value from the first to the last; there is always one.
    kept: Vec<T::Kept>,
    /// What led from each value to the next.
    labels: Vec<String>,
    /// Position of the current value.
    at: usize,
}

impl<T: Keep> History<T> {
    /// A history that begins with `first`.
    #[must_use]
    pub fn new(first: T) -> Self {
        Self {
            kept: vec![first.keep(None)],
            labels: Vec::new(),
            at: 0,
            current: first,
        }
    }

    /// The value as it is now.
    #[must_use]
    pub const fn current(&self) -> &T {
        &self.current
    }

    /// The next value, and what led to it. What was undone before is forgotten.
    pub fn push(&mut self, label: &str, next: T) {
        self.kept.truncate(self.at.saturating_add(1));
        self.labels.truncate(self.at);
        let kept = next.keep(self.kept.last());
        self.kept.push(kept);
        self.labels.push(label.to_owned());
        self.at = self.labels.len();
        self.current = next;
    }

    /// Goes back to the value before, and gives what is undone by that; `None` at the first value.
    pub fn undo(&mut self) -> Option<String> {
        let label = self.can_undo()?.to_owned();
        self.go(self.at.checked_sub(1)?)?;
        Some(label)
    }

    /// Goes on to the value that was undone last, and gives what is done again by that; `None` if
    /// there is none.
    pub fn redo(&mut self) -> Option<String> {
        let label = self.can_redo()?.to_owned();
        self.go(self.at.checked_add(1)?)?;
        Some(label)
    }

    /// What [`History::undo`] would undo.
    #[must_use]
    pub fn can_undo(&self) -> Option<&str> {
        let label = self.labels.get(self.at.checked_sub(1)?)?;
        Some(label)
    }

    /// What [`History::redo`] would do again.
    #[must_use]
    pub fn can_redo(&self) -> Option<&str> {
        self.labels.get(self.at).map(String::as_str)
    }

    fn go(&mut self, to: usize) -> Option<()> {
        self.current = T::restore(self.kept.get(to)?);
        self.at = to;
        Some(())
    }

    /// Every value that is kept.
    #[cfg(test)]
    pub(super) fn kept(&self) -> &[T::Kept] {
        &self.kept
    }
}
