//! A request for a plan, as it travels.

use serde::{Deserialize, Serialize};
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{Extra, Fit, Output};
use shared::rate::Rate;

use crate::edit::{Ban, EditSettings, PlanRequest, SourceClip};
use crate::footage::Footage;

/// A [`PlanRequest`] in a form that can be read back. Nothing of it is checked but its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanOrder {
    /// Width of the film, in pixels.
    pub width: u32,
    /// Height of the film, in pixels.
    pub height: u32,
    /// Frame rate of the film.
    pub rate: Rate,
    /// How pictures of another shape are fitted.
    #[serde(default)]
    pub fit: Fit,
    /// The song's file.
    pub song: MediaReference,
    /// What was heard in it.
    pub grid: BeatGrid,
    /// The clips on offer.
    pub clips: Vec<ClipOrder>,
    /// How to cut.
    #[serde(default)]
    pub settings: EditSettings,
    /// Choices made on the way here.
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// Footage that is shown nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bans: Vec<Ban>,
}

/// One clip on offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipOrder {
    /// Its file.
    pub media: MediaReference,
    /// What is known of its pictures.
    pub footage: Footage,
    /// That was measured anew since the plan to start from was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remeasured: bool,
}

impl From<PlanOrder> for PlanRequest {
    fn from(order: PlanOrder) -> Self {
        let clips = order.clips.into_iter().map(|clip| SourceClip {
            media: clip.media,
            footage: clip.footage,
            remeasured: clip.remeasured,
        });
        Self {
            output: Output {
                width: order.width,
                height: order.height,
                rate: order.rate,
                fit: order.fit,
                extra: Extra::new(),
            },
            song: order.song,
            grid: order.grid,
            clips: clips.collect(),
            settings: order.settings,
            decisions: order.decisions,
            bans: order.bans,
        }
    }
}

impl From<PlanRequest> for PlanOrder {
    fn from(request: PlanRequest) -> Self {
        let clips = request.clips.into_iter().map(|clip| ClipOrder {
            media: clip.media,
            footage: clip.footage,
            remeasured: clip.remeasured,
        });
        Self {
            width: request.output.width,
            height: request.output.height,
            rate: request.output.rate,
            fit: request.output.fit,
            song: request.song,
            grid: request.grid,
            clips: clips.collect(),
            settings: request.settings,
            decisions: request.decisions,
            bans: request.bans,
        }
    }
}
