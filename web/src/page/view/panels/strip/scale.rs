//! Where things lie in a clip, and where on the strip.

use crate::page::view::filmstrip;
use crate::page::view::paint::number;

/// Where things lie in the clip, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// First and last instant of the clip.
    pub(super) whole: (u64, u64),
    /// What the shot shows.
    pub(super) shown: (u64, u64),
    /// Length of one frame of the film.
    pub(super) frame_us: u64,
}

impl Stretch {
    /// The nearest possible offset from where the window is.
    pub(super) fn clamp(self, by_us: i64) -> i64 {
        let (from, until) = self.shown;
        let latest = self.whole.1.saturating_sub(until - from).max(from);
        let least = self.whole.0.min(from);
        from.saturating_add_signed(by_us)
            .clamp(least, latest)
            .cast_signed()
            - from.cast_signed()
    }

    pub(super) fn moved(self, by_us: i64) -> (u64, u64) {
        let (from, until) = self.shown;
        (
            from.saturating_add_signed(by_us),
            until.saturating_add_signed(by_us),
        )
    }

    /// Where an instant lies on a strip of this width.
    pub(super) fn x(self, at_us: u64, width: f64) -> f64 {
        filmstrip::x(self.whole, at_us, width)
    }

    /// How much time lies under so many pixels.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "microseconds of a clip; floats saturate"
    )]
    pub(super) fn time(self, pixels: f64, width: f64) -> i64 {
        (pixels / width.max(1.0) * number(self.whole.1.saturating_sub(self.whole.0))) as i64
    }
}
