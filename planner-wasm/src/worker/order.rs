//! A request for a plan, as it travels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{Extra, Fit, Output};
use shared::rate::Rate;

use super::protocol::FootageId;
use crate::edit::{Ban, EditSettings, Must, NORMAL_WEIGHT, PlanRequest, SongWindow, SourceClip};
use crate::footage::Footage;

/// A [`PlanRequest`] in a form that can be read back; footage is named, not told. Nothing of it is
/// checked but its form.
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
    /// Footage that is shown somewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub musts: Vec<Must>,
    /// Footage that is shown only in parts of the song.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<SongWindow>,
}

/// One clip on offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipOrder {
    /// Its file.
    pub media: MediaReference,
    /// What is known of its pictures; absent if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footage: Option<FootageId>,
    /// That was measured anew since the plan to start from was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remeasured: bool,
    /// How gladly it is shown, in thousandths.
    #[serde(default = "normal", skip_serializing_if = "is_normal")]
    pub weight_permille: u16,
    /// The same when the plan to start from was made.
    #[serde(default = "normal", skip_serializing_if = "is_normal")]
    pub weight_before: u16,
}

const fn normal() -> u16 {
    NORMAL_WEIGHT
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_normal(weight: &u16) -> bool {
    *weight == NORMAL_WEIGHT
}

impl PlanOrder {
    /// The order for a request, and the names of its clips' footage, by clip.
    #[must_use]
    pub fn new(request: PlanRequest, footage: &[Option<FootageId>]) -> Self {
        let clips = (0..)
            .zip(request.clips)
            .map(|(at, clip): (usize, _)| ClipOrder {
                media: clip.media,
                footage: footage.get(at).copied().flatten(),
                remeasured: clip.remeasured,
                weight_permille: clip.weight_permille,
                weight_before: clip.weight_before,
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
            musts: request.musts,
            windows: request.windows,
        }
    }

    /// The request, with the footage that is `kept`.
    ///
    /// # Errors
    /// The name of footage that is not.
    pub(super) fn request(
        self,
        kept: &BTreeMap<FootageId, Footage>,
    ) -> Result<PlanRequest, FootageId> {
        let known = |id: Option<FootageId>| match id {
            None => Ok(Footage::default()),
            Some(id) => kept.get(&id).cloned().ok_or(id),
        };
        let clips = self.clips.into_iter().map(|clip| {
            Ok(SourceClip {
                media: clip.media,
                footage: known(clip.footage)?,
                remeasured: clip.remeasured,
                weight_permille: clip.weight_permille,
                weight_before: clip.weight_before,
            })
        });
        Ok(PlanRequest {
            output: Output {
                width: self.width,
                height: self.height,
                rate: self.rate,
                fit: self.fit,
                extra: Extra::new(),
            },
            song: self.song,
            grid: self.grid,
            clips: clips.collect::<Result<_, FootageId>>()?,
            settings: self.settings,
            decisions: self.decisions,
            bans: self.bans,
            musts: self.musts,
            windows: self.windows,
        })
    }
}
