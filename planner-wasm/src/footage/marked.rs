//! Stretches of a clip that are left out, or used last.

use super::model::{Defects, Footage, TICK_US};

/// A stretch of a clip that is not used, or not before others. Times are microseconds of the
/// container's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// First instant.
    pub start_us: u64,
    /// First instant after it.
    pub end_us: u64,
    /// Everything that is wrong with some part of it; never empty.
    pub defects: Defects,
}

impl Footage {
    /// What is left out of the clip or used last, in order of time. Touching ticks of one kind,
    /// [rejected](Defects::reject) or not, are one stretch.
    #[must_use]
    pub fn marked(&self) -> Vec<Marked> {
        let mut marked: Vec<Marked> = Vec::new();
        let mut start_us = self.start_us;
        for tick in &self.ticks {
            let end_us = start_us.saturating_add(TICK_US);
            let defects = tick.defects;
            match marked.last_mut() {
                _ if defects.is_empty() => {}
                Some(last)
                    if last.end_us == start_us && last.defects.reject() == defects.reject() =>
                {
                    last.end_us = end_us.min(self.end_us);
                    last.defects = defects.iter().fold(last.defects, Defects::with);
                }
                _ => marked.push(Marked {
                    start_us,
                    end_us: end_us.min(self.end_us),
                    defects,
                }),
            }
            start_us = end_us;
        }
        marked
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Defect, Tick};
    use super::*;
    use proptest::prelude::*;

    fn footage(defects: &[Defects]) -> Footage {
        let tick = |defects: &Defects| Tick {
            defects: *defects,
            ..Tick::default()
        };
        Footage {
            start_us: 1_000_000,
            end_us: 1_000_000 + defects.len() as u64 * TICK_US,
            shots: Vec::new(),
            ticks: defects.iter().map(tick).collect(),
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        }
    }

    #[test]
    fn touching_ticks_of_one_kind_are_one_stretch() {
        let none = Defects::default();
        let (dark, shaken) = (none.with(Defect::Underexposed), none.with(Defect::Shaken));
        let card = none.with(Defect::FlatCard);
        let mut footage = footage(&[dark, shaken, none, card, dark, dark]);
        footage.end_us -= 50_000;
        let stretch = |start_us, end_us, defects| Marked {
            start_us,
            end_us,
            defects,
        };
        assert_eq!(
            footage.marked(),
            [
                stretch(1_000_000, 1_200_000, dark.with(Defect::Shaken)),
                stretch(1_300_000, 1_400_000, card),
                stretch(1_400_000, 1_550_000, dark),
            ]
        );
    }

    proptest! {
        #[test]
        fn every_tick_is_in_a_stretch_of_its_kind_or_in_none(picks in prop::collection::vec(0_usize..12, 0..60)) {
            let ticks: Vec<_> = picks
                .iter()
                .map(|pick| Defect::ALL.get(*pick).map_or_else(Defects::default, |one| Defects::default().with(*one)))
                .collect();
            let marked = footage(&ticks).marked();
            for (at, defects) in (0..).map(|n| 1_000_000 + n * TICK_US).zip(&ticks) {
                let mut over = marked.iter().filter(|one| (one.start_us..one.end_us).contains(&at));
                let found = over.next();
                prop_assert_eq!(found.is_some(), !defects.is_empty());
                if let Some(found) = found {
                    prop_assert_eq!(found.defects.reject(), defects.reject());
                    prop_assert!(defects.iter().all(|defect| found.defects.has(defect)));
                }
                prop_assert!(over.next().is_none());
            }
        }
    }
}
