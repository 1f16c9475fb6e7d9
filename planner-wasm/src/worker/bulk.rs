//! The data that comes beside a message.

/// Values that lie somewhere else, such as in a JavaScript array: a whole song in the worker's own
/// memory would make it grow and never shrink again.
pub trait Stored<T> {
    /// How many there are.
    fn count(&self) -> usize;

    /// Copies the values from `start` on; `into` ends at or before the last one.
    fn read(&self, start: usize, into: &mut [T]);
}

impl<T: Copy> Stored<T> for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn read(&self, start: usize, into: &mut [T]) {
        if let Some(block) = self.get(start..).and_then(|rest| rest.get(..into.len())) {
            into.copy_from_slice(block);
        }
    }
}

/// What came with a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Bulk<S, B> {
    /// Samples of a song or of a clip's own sound, mono.
    Samples(S),
    /// Bytes of pictures or of a file.
    Bytes(B),
}

impl<S, B> Bulk<S, B> {
    /// The samples, if it is samples.
    pub fn samples(self) -> Option<S> {
        match self {
            Self::Samples(samples) => Some(samples),
            Self::Bytes(_) => None,
        }
    }

    /// The bytes, if it is bytes.
    pub fn bytes(self) -> Option<B> {
        match self {
            Self::Samples(_) => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}
