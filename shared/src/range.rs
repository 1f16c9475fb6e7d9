//! Half-open ranges of time.

use crate::time::Time;

/// From `start`, which is inside, to `end`, which is not, on the axis `A`.
#[derive(Debug, PartialEq, Eq)]
pub struct TimeRange<A> {
    start: Time<A>,
    end: Time<A>,
}

// Not derived: a derive would ask the axis, which has no values, to be `Copy` too.
impl<A> Clone for TimeRange<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for TimeRange<A> {}

impl<A> TimeRange<A> {
    /// `None` if `end` is before `start`. An empty range is a range.
    #[must_use]
    pub fn new(start: Time<A>, end: Time<A>) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// The first instant inside.
    #[must_use]
    pub fn start(self) -> Time<A> {
        self.start
    }

    /// The first instant after it.
    #[must_use]
    pub fn end(self) -> Time<A> {
        self.end
    }

    /// Whether it holds no instant.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(self, at: Time<A>) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether some instant lies in both. An empty range overlaps nothing.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        !self.is_empty() && !other.is_empty() && self.start < other.end && other.start < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::Rate;
    use crate::time::Record;
    use proptest::prelude::*;

    fn range(a: i64, b: i64) -> Option<TimeRange<Record>> {
        let at = |ticks| Time::new(ticks, Rate::whole(25).unwrap());
        TimeRange::new(at(a), at(b))
    }

    proptest! {
        #[test]
        fn two_ranges_overlap_exactly_when_an_instant_lies_in_both(
            a in 0..9_i64, b in 0..9_i64, c in 0..9_i64, d in 0..9_i64
        ) {
            if let (Some(x), Some(y)) = (range(a, b), range(c, d)) {
                let both = (0..9).map(|t| Time::new(t, Rate::whole(25).unwrap()))
                    .any(|t| x.contains(t) && y.contains(t));
                prop_assert_eq!(x.overlaps(y), both);
            }
        }
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_none() {
        assert!(range(2, 1).is_none());
        assert!(range(1, 1).is_some_and(TimeRange::is_empty));
    }
}
