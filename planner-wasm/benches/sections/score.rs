//! How well sections are told: boundaries, labels, drops.

use shared::music::SectionLabel;

use crate::song::Song;

/// Sections as anybody tells them: where each begins, in seconds, and what it is.
pub(crate) type Told = Vec<(f64, SectionLabel)>;

/// Counts of one or many songs, to be added up.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    /// Within half a second: found, told, true.
    pub(crate) near: Counts,
    /// Within three seconds.
    pub(crate) wide: Counts,
    /// Begins of drops, within a bar.
    pub(crate) drops: Counts,
    /// Boundaries told, and those on downbeats.
    pub(crate) on_downbeats: (f64, f64),
    /// Seconds, and those with the right label.
    pub(crate) labelled: (f64, f64),
}

/// Hits, and what they are out of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) hits: f64,
    pub(crate) told: f64,
    pub(crate) truth: f64,
}

impl Counts {
    /// Of instants that are hit within a window, each at most once.
    fn of(told: &[f64], truth: &[f64], window: f64) -> Self {
        // Both rise, and windows are alike: the first that is near enough is as good as any.
        let (mut hits, mut from) = (0.0, 0);
        for at in truth {
            while told.get(from).is_some_and(|told| *told < at - window) {
                from += 1;
            }
            if told.get(from).is_some_and(|told| *told <= at + window) {
                hits += 1.0;
                from += 1;
            }
        }
        Self {
            hits,
            told: told.len() as f64,
            truth: truth.len() as f64,
        }
    }

    fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.told += other.told;
        self.truth += other.truth;
    }

    pub(crate) fn precision(self) -> f64 {
        self.hits / self.told.max(1.0)
    }

    pub(crate) fn recall(self) -> f64 {
        self.hits / self.truth.max(1.0)
    }

    pub(crate) fn f(self) -> f64 {
        2.0 * self.hits / (self.told + self.truth).max(1.0)
    }
}

impl Score {
    pub(crate) fn of(told: &Told, song: &Song) -> Self {
        let seconds = song.pcm.len() as f64 / f64::from(crate::synth::RATE);
        // The ends of a song are no finding.
        let inner =
            |parts: &Told| -> Vec<f64> { parts.iter().skip(1).map(|(at, _)| *at).collect() };
        let (found, truth) = (inner(told), inner(&song.parts));
        let downbeats: Vec<f64> = song.beats.iter().copied().step_by(song.meter).collect();
        let bar = downbeats[1] - downbeats[0];
        let on = |at: &&f64| downbeats.iter().any(|down| (down - **at).abs() <= 0.07);
        let labelled = (0..(seconds * 10.0) as usize).filter(|tenth| {
            let at = *tenth as f64 / 10.0;
            label_at(told, at) == label_at(&song.parts, at)
        });
        Self {
            near: Counts::of(&found, &truth, 0.5),
            wide: Counts::of(&found, &truth, 3.0),
            drops: Counts::of(&drops(told), &drops(&song.parts), bar),
            on_downbeats: (found.len() as f64, found.iter().filter(on).count() as f64),
            labelled: (seconds, labelled.count() as f64 / 10.0),
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.near.add(other.near);
        self.wide.add(other.wide);
        self.drops.add(other.drops);
        self.on_downbeats.0 += other.on_downbeats.0;
        self.on_downbeats.1 += other.on_downbeats.1;
        self.labelled.0 += other.labelled.0;
        self.labelled.1 += other.labelled.1;
    }

    /// As a row of the table.
    pub(crate) fn row(&self) -> String {
        let three = |of: Counts| format!("{:.2} {:.2} {:.3}", of.precision(), of.recall(), of.f());
        format!(
            "{} | {} | {:.2} | {:.3} {:.3} | {:.3}",
            three(self.near),
            three(self.wide),
            self.on_downbeats.1 / self.on_downbeats.0.max(1.0),
            self.drops.recall(),
            self.drops.precision(),
            self.labelled.1 / self.labelled.0.max(1.0),
        )
    }
}

fn label_at(parts: &Told, at: f64) -> Option<SectionLabel> {
    let after = parts.partition_point(|(start, _)| *start <= at);
    // What sounds before the first beat belongs to the first part.
    parts.get(after.saturating_sub(1)).map(|(_, label)| *label)
}

/// Where drops begin that no drop comes before.
fn drops(parts: &Told) -> Vec<f64> {
    let drop = SectionLabel::Drop;
    let before = std::iter::once(None).chain(parts.iter().map(|(_, label)| Some(*label)));
    let begins = parts.iter().zip(before);
    begins
        .filter(|((_, label), before)| *label == drop && *before != Some(drop))
        .map(|((at, _), _)| *at)
        .collect()
}
