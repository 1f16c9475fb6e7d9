//! What a list of projects shows, without opening them.

use serde::{Deserialize, Serialize};

use super::model::Project;

/// A project in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// What the store knows it by.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// When it was saved, in milliseconds since 1970.
    pub saved_ms: u64,
    /// How many clips there are, without those that were taken away.
    pub clips: usize,
    /// How many shots the film has; 0 without a plan.
    pub shots: usize,
    /// How long the film is, in milliseconds, rounded down; 0 without a plan.
    pub length_ms: u64,
}

impl Project {
    /// This project in a list.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let plan = self.plan.as_ref();
        Summary {
            id: self.id.clone(),
            name: self.name.clone(),
            saved_ms: self.saved_ms,
            clips: self.clips.iter().filter(|clip| !clip.removed).count(),
            shots: plan.map_or(0, |plan| plan.slots.len()),
            length_ms: plan.map_or(0, |plan| {
                let (num, den) = (plan.output.rate.num(), plan.output.rate.den());
                let ms = u128::from(plan.record_duration()) * 1000 * u128::from(den);
                u64::try_from(ms / u128::from(num)).unwrap_or(u64::MAX)
            }),
        }
    }
}
