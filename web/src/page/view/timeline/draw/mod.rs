//! Drawing the timeline, lane by lane.
//!
//! * [`times`] — the ruler and the loop.
//! * [`music`] — sections, energy, waveform, beats.
//! * [`shots`] — the shots and their cuts; [`marks`] — what hangs on them.
//! * [`drags`] — what is being dragged.
//! * [`overview`] — the whole film, small.

mod drags;
mod marks;
mod music;
mod overview;
mod shots;
mod times;

use super::pen::Pen;
use super::scene::Scene;
use crate::gesture::Lanes;

pub(super) use overview::{Overview, still as overview_still};

/// Draws everything but the overview's still part.
pub(super) fn scene(pen: &Pen<'_>, lanes: &Lanes, scene: &Scene, overview: &Overview) {
    let Some(view) = scene.view else { return };
    if let Some(score) = &scene.score {
        times::looped(pen, lanes, scene, &view);
        music::sections(pen, &lanes.sections, score, &view);
        music::music(pen, lanes, scene, &view);
        times::ruler(pen, &lanes.ruler, score, &view);
    }
    shots::shots(pen, lanes, scene, &view);
    drags::drag(pen, lanes, scene, &view);
    overview::window(pen, &lanes.overview, overview, scene, &view);
}
