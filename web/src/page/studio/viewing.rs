//! What of the film is in view, on the film's axis.

use std::sync::Arc;

use leptos::prelude::*;
use shared::music::BeatGrid;
use shared::plan::Plan;
use shared::rate::Rate;

use crate::score::Score;
use crate::viewport::Viewport;

/// The timeline's view. A handle.
#[derive(Clone, Copy)]
pub struct Viewing {
    /// The stretch of the film that is in view.
    pub viewport: RwSignal<Viewport>,
    /// The song on the film's axis; the whole song before there is a plan.
    pub score: Memo<Option<Arc<Score>>>,
    /// Whether something is dragged; set by the timeline.
    pub dragging: RwSignal<bool>,
    /// Asks the timeline to give up the drag.
    pub cancel: Trigger,
}

impl Viewing {
    pub(super) fn new(
        plan: Memo<Option<Arc<Plan>>>,
        grid: Memo<Option<Arc<BeatGrid>>>,
        rate: Memo<Rate>,
    ) -> Self {
        let score = Memo::new(move |_| {
            let (plan, grid) = (plan.get(), grid.get());
            let score = match (&plan, &grid) {
                (Some(plan), grid) => Score::of_plan(plan, grid.as_deref())?,
                (None, Some(grid)) => Score::of_song(grid, rate.get())?,
                (None, None) => return None,
            };
            Some(Arc::new(score))
        });
        Self {
            viewport: RwSignal::new(Viewport::new(1, 1.0)),
            score,
            dragging: RwSignal::new(false),
            cancel: Trigger::new(),
        }
    }

    /// Zooms by a factor around the playhead if it is in view, else around the middle.
    pub fn zoom(self, factor: f64, playhead: u64) {
        self.viewport.update(|view| {
            let x = view.x(crate::viewport::place(playhead));
            let width = view.width();
            let around = if (0.0..=width).contains(&x) {
                x
            } else {
                width / 2.0
            };
            view.zoom(factor, around);
        });
    }
}
