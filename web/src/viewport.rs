//! The stretch of the film that is in view: frames and pixels, zoom and scroll.
//!
//! A place in the film is a frame as a real number, since the beats of a song lie between frames; a
//! place on the screen is in CSS pixels from the view's left edge. The view never leaves the film.

use std::ops::Range;

/// Pixels that one frame takes in the closest view: wide enough to hit, and to tell from its
/// neighbours.
const CLOSEST_PX: f64 = 28.0;
/// Where a page begins that was turned to, as a share of the view left of what is followed.
const PAGE_MARGIN: f64 = 0.08;

/// A number of frames as a place in the film.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a film has at most 24 hours, far below 2^53 frames"
)]
pub const fn place(frames: u64) -> f64 {
    frames as f64
}

/// The whole number nearest to a place; 0 before the film.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "floats saturate, which is what is wanted at both ends"
)]
pub fn nearest(place: f64) -> u64 {
    place.round() as u64
}

/// What is in view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// Frames of the film, at least 1.
    length: f64,
    /// Pixels of the view, at least 1.
    width: f64,
    /// The place at the left edge.
    start: f64,
    /// Pixels of a frame.
    scale: f64,
}

impl Viewport {
    /// All of a film of `frames` frames in `width` pixels.
    #[must_use]
    pub fn new(frames: u64, width: f64) -> Self {
        let (length, width) = (place(frames.max(1)), sound_width(width));
        Self {
            length,
            width,
            start: 0.0,
            scale: width / length,
        }
    }

    /// Pixels of the view.
    #[must_use]
    pub const fn width(&self) -> f64 {
        self.width
    }

    /// Pixels of a frame.
    #[must_use]
    pub const fn scale(&self) -> f64 {
        self.scale
    }

    /// Frames of the film, at least 1.
    #[must_use]
    pub fn frames(&self) -> u64 {
        nearest(self.length)
    }

    /// The place at the left edge and the one at the right.
    #[must_use]
    pub fn span(&self) -> Range<f64> {
        self.start..self.start + self.width / self.scale
    }

    /// Where a place lies; left of 0 or right of the width if it is out of view.
    #[must_use]
    pub fn x(&self, place: f64) -> f64 {
        (place - self.start) * self.scale
    }

    /// What lies at a pixel, in the film.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        (self.start + x / self.scale).clamp(0.0, self.length)
    }

    /// The first frame of which a pixel shows something, inside the film.
    #[must_use]
    pub fn frame(&self, x: f64) -> u64 {
        // A frame's edge, taken to pixels and back, must not fall to the frame before it.
        nearest((self.at(x) + 1e-6).floor()).min(self.frames() - 1)
    }

    /// The frame's edge that is nearest to a pixel; the film's end is one.
    #[must_use]
    pub fn edge(&self, x: f64) -> u64 {
        nearest(self.at(x))
    }

    /// Whether the whole film is in view.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        self.scale <= self.least() * 1.0001
    }

    /// Whether nothing closer can be seen.
    #[must_use]
    pub fn is_closest(&self) -> bool {
        self.scale >= self.most() * 0.9999
    }

    fn least(&self) -> f64 {
        self.width / self.length
    }

    fn most(&self) -> f64 {
        CLOSEST_PX.max(self.least())
    }

    /// Zooms in by a factor above 1, out by one below, and keeps what lies at `x` there as far as
    /// the film's ends allow. Factors that are no positive numbers do nothing.
    pub fn zoom(&mut self, factor: f64, x: f64) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        let held = self.start + x / self.scale;
        self.scale = (self.scale * factor).clamp(self.least(), self.most());
        self.go(held - x / self.scale);
    }

    /// Takes all of the film into view.
    pub fn fit(&mut self) {
        self.scale = self.least();
        self.start = 0.0;
    }

    /// Moves the view by pixels, to the right if positive.
    pub fn scroll(&mut self, pixels: f64) {
        if pixels.is_finite() {
            self.go(self.start + pixels / self.scale);
        }
    }

    /// Moves the view so that it begins at a place, or as near as the film's ends allow.
    pub fn go(&mut self, start: f64) {
        let last = (self.length - self.width / self.scale).max(0.0);
        self.start = if start.is_finite() {
            start.clamp(0.0, last)
        } else {
            0.0
        };
    }

    /// The view has another width. What was all in view stays so; else the left edge stays.
    pub fn resize(&mut self, width: f64) {
        let fitted = self.is_fitted();
        self.width = sound_width(width);
        self.keep(fitted);
    }

    /// The film has another length. What was all in view stays so; else the left edge stays.
    pub fn relength(&mut self, frames: u64) {
        let fitted = self.is_fitted();
        self.length = place(frames.max(1));
        self.keep(fitted);
    }

    fn keep(&mut self, fitted: bool) {
        if fitted {
            self.fit();
        } else {
            self.scale = self.scale.clamp(self.least(), self.most());
            self.go(self.start);
        }
    }

    /// Turns the page when what plays leaves it, from `before` to `now`. Does nothing if `before`
    /// was out of view already: somebody looks elsewhere. Tells whether the view moved.
    pub fn follow(&mut self, before: u64, now: u64) -> bool {
        let view = self.span();
        if !view.contains(&place(before)) || view.contains(&place(now)) {
            return false;
        }
        let was = self.start;
        self.go(place(now) - PAGE_MARGIN * self.width / self.scale);
        (self.start - was).abs() > f64::EPSILON
    }

    /// Moves the view by as little as brings a part into it, its start first.
    pub fn reveal(&mut self, part: Range<u64>) {
        let view = self.span();
        let margin = PAGE_MARGIN * self.width / self.scale;
        let (start, end) = (place(part.start), place(part.end));
        if start < view.start {
            self.go(start - margin);
        } else if end > view.end {
            self.go((end + margin - (view.end - view.start)).min(start - margin));
        }
    }

    /// Which of `items` are at least partly in view, given their first place and the one after
    /// their last. Both must rise along the list; it is not walked but halved.
    pub fn visible<T>(
        &self,
        items: &[T],
        start: impl Fn(&T) -> f64,
        end: impl Fn(&T) -> f64,
    ) -> Range<usize> {
        let view = self.span();
        let first = items.partition_point(|item| end(item) < view.start);
        let last = items.partition_point(|item| start(item) <= view.end);
        first..last.max(first)
    }

    /// The mark nearest to a pixel, if one is within `within` pixels. Of two that are as near, the
    /// first counts.
    pub fn snap<K: Copy>(
        &self,
        x: f64,
        within: f64,
        marks: impl IntoIterator<Item = (u64, K)>,
    ) -> Option<(u64, K)> {
        let away = |frame: u64| (self.x(place(frame)) - x).abs();
        marks
            .into_iter()
            .filter(|(frame, _)| away(*frame) <= within)
            .min_by(|(one, _), (other, _)| away(*one).total_cmp(&away(*other)))
    }
}

fn sound_width(width: f64) -> f64 {
    if width.is_finite() {
        width.max(1.0)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Zoom(f64, f64),
        Scroll(f64),
        Go(f64),
        Resize(f64),
        Relength(u64),
        Follow(u64, u64),
        Reveal(u64, u64),
        Fit,
    }

    fn step() -> impl Strategy<Value = Step> {
        let frame = || 0..60_000_u64;
        prop_oneof![
            (0.01..50.0, -10.0..5000.0).prop_map(|(factor, x)| Step::Zoom(factor, x)),
            (-1e5..1e5).prop_map(Step::Scroll),
            (-1e5..1e5).prop_map(Step::Go),
            (0.0..4000.0).prop_map(Step::Resize),
            frame().prop_map(Step::Relength),
            (frame(), frame()).prop_map(|(before, now)| Step::Follow(before, now)),
            (frame(), frame()).prop_map(|(start, more)| Step::Reveal(start, start + more)),
            Just(Step::Fit),
            Just(Step::Zoom(f64::NAN, f64::INFINITY)),
            Just(Step::Go(f64::NAN)),
        ]
    }

    fn take(view: &mut Viewport, step: &Step) {
        match *step {
            Step::Zoom(factor, x) => view.zoom(factor, x),
            Step::Scroll(pixels) => view.scroll(pixels),
            Step::Go(start) => view.go(start),
            Step::Resize(width) => view.resize(width),
            Step::Relength(frames) => view.relength(frames),
            Step::Follow(before, now) => drop(view.follow(before, now)),
            Step::Reveal(start, end) => view.reveal(start..end),
            Step::Fit => view.fit(),
        }
    }

    fn view() -> impl Strategy<Value = Viewport> {
        let steps = prop::collection::vec(step(), 0..8);
        (0..60_000_u64, 1.0..4000.0, steps).prop_map(|(frames, width, steps)| {
            let mut view = Viewport::new(frames, width);
            for step in &steps {
                take(&mut view, step);
            }
            view
        })
    }

    proptest! {
        #[test]
        fn the_view_never_leaves_the_film(view in view(), steps in prop::collection::vec(step(), 1..20)) {
            let mut view = view;
            for step in &steps {
                take(&mut view, step);
                let (span, length) = (view.span(), place(view.frames()));
                prop_assert!(span.start >= 0.0, "{step:?} {view:?}");
                prop_assert!(span.end <= length * (1.0 + 1e-9) + 1e-6, "{step:?} {view:?}");
                prop_assert!(view.scale() <= view.most() && view.scale() >= view.least() * 0.999_999);
            }
        }

        #[test]
        fn a_pixel_comes_back_from_its_edge_within_half_a_frame(view in view(), share in 0.0..1.0) {
            let x = share * view.width();
            let back = view.x(place(view.edge(x)));
            prop_assert!((back - x).abs() <= view.scale() / 2.0 + 1e-6, "{x} {back} {view:?}");
        }

        #[test]
        fn a_frame_comes_back_from_its_pixel(view in view(), share in 0.0..1.0) {
            let frame = view.frame(share * view.width());
            prop_assert_eq!(view.frame(view.x(place(frame))), frame);
            prop_assert_eq!(view.edge(view.x(place(frame))), frame);
        }

        #[test]
        fn zooming_holds_what_is_under_the_pointer(view in view(), factor in 0.05..20.0, share in 0.0..1.0) {
            let x = share * view.width();
            let mut zoomed = view;
            zoomed.zoom(factor, x);
            let moved = (zoomed.x(view.at(x)) - x).abs();
            // At the film's ends the view cannot follow the pointer.
            let stopped = zoomed.span().start <= 0.0
                || zoomed.span().end >= place(zoomed.frames()) - 1e-6;
            prop_assert!(moved < 1e-3 || stopped, "{moved} {view:?} {zoomed:?}");
        }

        #[test]
        fn zooming_in_and_out_again_is_nothing(factor in 1.0..8.0, share in 0.2..0.8) {
            let mut view = Viewport::new(20_000, 1200.0);
            view.zoom(12.0, 600.0);
            let (before, x) = (view, share * 1200.0);
            view.zoom(factor, x);
            view.zoom(1.0 / factor, x);
            prop_assert!((view.scale() - before.scale()).abs() < 1e-9);
            prop_assert!((view.span().start - before.span().start).abs() < 1e-6);
        }

        #[test]
        fn what_is_visible_is_what_a_walk_finds(view in view(), lengths in prop::collection::vec(1..400_u64, 0..200)) {
            let mut at = 0;
            let items: Vec<_> = lengths.iter().map(|length| { at += length; (at - length, at) }).collect();
            let found = view.visible(&items, |item| place(item.0), |item| place(item.1));
            let span = view.span();
            for (index, (start, end)) in items.iter().enumerate() {
                let inside = place(*end) >= span.start && place(*start) <= span.end;
                prop_assert_eq!(found.contains(&index), inside);
            }
        }

        #[test]
        fn what_is_revealed_begins_in_view(view in view(), start in 0..60_000_u64, more in 0..500_u64) {
            let mut view = view;
            let start = start.min(view.frames() - 1);
            view.reveal(start..(start + more).min(view.frames()));
            let span = view.span();
            prop_assert!(place(start) >= span.start - 1e-6 && place(start) <= span.end + 1e-6);
        }

        #[test]
        fn a_snap_is_the_nearest_within_reach(view in view(), share in 0.0..1.0, marks in prop::collection::vec(0..60_000_u64, 0..40)) {
            let x = share * view.width();
            let away = |frame: u64| f64::abs(view.x(place(frame)) - x);
            let best = marks.iter().copied().map(away).fold(f64::INFINITY, f64::min);
            match view.snap(x, 8.0, marks.iter().map(|mark| (*mark, ()))) {
                Some((frame, ())) => prop_assert!(away(frame) <= 8.0 && (away(frame) - best).abs() < 1e-9),
                None => prop_assert!(best > 8.0),
            }
        }
    }

    #[test]
    fn a_page_is_turned_only_for_who_was_on_it() {
        let mut view = Viewport::new(10_000, 1000.0);
        view.zoom(10.0, 0.0);
        assert_eq!(view.span(), 0.0..1000.0);
        assert!(!view.follow(500, 501), "nothing left the view");
        assert!(view.follow(999, 1001));
        assert_eq!(view.span(), 921.0..1921.0);
        assert!(!view.follow(300, 301), "somebody looks elsewhere");
        assert!(view.follow(1500, 30), "a loop goes back");
        assert_eq!(view.span(), 0.0..1000.0);
    }

    #[test]
    fn a_fitted_film_stays_fitted() {
        let mut view = Viewport::new(1000, 500.0);
        view.relength(3000);
        assert_eq!(view.span(), 0.0..3000.0);
        view.resize(900.0);
        assert_eq!(view.span(), 0.0..3000.0);
        view.zoom(4.0, 450.0);
        view.relength(2900);
        assert!(!view.is_fitted());
    }

    #[test]
    fn a_film_of_a_few_frames_fills_the_view() {
        let mut view = Viewport::new(3, 900.0);
        assert!(view.is_fitted() && view.is_closest());
        view.zoom(2.0, 100.0);
        assert_eq!(view.span(), 0.0..3.0);
        assert_eq!(Viewport::new(0, f64::NAN).frames(), 1);
    }
}
