//! What a clip is like over any stretch of it, in constant time.

use super::model::{Footage, TICK_US, Tick};

/// Measures of a stretch of footage; each tick counts by how much of it lies inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Mean quality, 0 (worst) to 255, rounded down.
    pub quality: u8,
    /// Mean motion, 0 to 255, rounded down.
    pub motion: u8,
    /// Mean shake, 0 to 255, rounded down.
    pub shake: u8,
    /// Mean of how [unwanted](Tick::unwanted) it is, 0 to 255, rounded down.
    pub unwanted: u8,
    /// Mean of how surely someone [speaks](super::Sound::speech) in it, 0 to 255, rounded down; 0 where
    /// nothing is heard.
    pub speech: u8,
    /// Share of time that is rejected, 0 to 1000, rounded up: 0 says that there is none.
    pub bad_permille: u16,
    /// Whether any part of it is never to be shown, however short.
    pub severe: bool,
    /// The shot that it lies in, as an index into [`Footage::shots`]; none if it straddles a cut.
    pub shot: Option<usize>,
}

impl Window {
    /// Whether it may be shown whole: inside one shot and nothing severe in it.
    #[must_use]
    pub const fn is_showable(&self) -> bool {
        self.shot.is_some() && !self.severe
    }
}

/// Sums of a clip's ticks from its start, so that a [`Window`] costs two look-ups.
///
/// Twenty-eight bytes a tick; exact for clips of up to 19 days.
#[derive(Debug, Clone)]
pub struct Windows {
    start_us: u64,
    end_us: u64,
    /// Ends of the shots, ascending.
    shot_ends: Vec<u64>,
    /// `sums[n]` covers the first `n` ticks; one more entry than ticks.
    sums: Vec<Sums>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    quality: u32,
    motion: u32,
    shake: u32,
    unwanted: u32,
    speech: u32,
    bad: u32,
    severe: u32,
}

/// [`Sums`] weighted by time, in value times microseconds.
#[derive(Debug, Clone, Copy)]
struct Integrals {
    quality: u64,
    motion: u64,
    shake: u64,
    unwanted: u64,
    speech: u64,
    bad: u64,
    severe: u64,
}

impl Sums {
    fn plus(self, tick: Tick, speech: u8) -> Self {
        let severe = tick.defects.iter().any(super::Defect::is_severe);
        Self {
            quality: self.quality.saturating_add(tick.quality.into()),
            motion: self.motion.saturating_add(tick.motion.into()),
            shake: self.shake.saturating_add(tick.shake.into()),
            unwanted: self.unwanted.saturating_add(tick.unwanted.into()),
            speech: self.speech.saturating_add(speech.into()),
            bad: self.bad.saturating_add(tick.defects.reject().into()),
            severe: self.severe.saturating_add(severe.into()),
        }
    }
}

impl Windows {
    /// The sums of `footage`.
    #[must_use]
    pub fn new(footage: &Footage) -> Self {
        let mut sums = Vec::with_capacity(footage.ticks.len() + 1);
        let mut so_far = Sums::default();
        sums.push(so_far);
        let speech = footage.sound.iter().flat_map(|sound| &sound.speech);
        let speech = speech.copied().chain(std::iter::repeat(0));
        for (tick, speech) in footage.ticks.iter().zip(speech) {
            so_far = so_far.plus(*tick, speech);
            sums.push(so_far);
        }
        Self {
            start_us: footage.start_us,
            end_us: footage.end_us,
            shot_ends: footage.shots.iter().map(|shot| shot.end_us).collect(),
            sums,
        }
    }

    /// The half-open stretch `start_us..end_us`, in microseconds of the container's time.
    ///
    /// None if it is empty or reaches outside the footage.
    #[must_use]
    pub fn over(&self, start_us: u64, end_us: u64) -> Option<Window> {
        if start_us >= end_us || start_us < self.start_us || end_us > self.end_us {
            return None;
        }
        let (before, after) = (self.until(start_us)?, self.until(end_us)?);
        let length = end_us - start_us;
        let mean = |sum: u64| u8::try_from(sum / length).unwrap_or(u8::MAX);
        let bad = ((after.bad - before.bad) * 1000).div_ceil(length);
        Some(Window {
            quality: mean(after.quality - before.quality),
            motion: mean(after.motion - before.motion),
            shake: mean(after.shake - before.shake),
            unwanted: mean(after.unwanted - before.unwanted),
            speech: mean(after.speech - before.speech),
            bad_permille: u16::try_from(bad).unwrap_or(1000),
            severe: after.severe > before.severe,
            shot: self.shot_of(start_us, end_us),
        })
    }

    /// The shot that holds all of `start_us..end_us`.
    fn shot_of(&self, start_us: u64, end_us: u64) -> Option<usize> {
        let shot = self.shot_ends.partition_point(|end| *end <= start_us);
        (end_us <= *self.shot_ends.get(shot)?).then_some(shot)
    }

    /// Integrals from the start of the footage to `at_us`, which is not before it.
    fn until(&self, at_us: u64) -> Option<Integrals> {
        let from_start = at_us - self.start_us;
        let whole = usize::try_from(from_start / TICK_US).ok()?;
        let part = from_start % TICK_US;
        let done = *self.sums.get(whole)?;
        let next = match self.sums.get(whole + 1) {
            Some(next) => *next,
            None if part == 0 => done,
            None => return None,
        };
        let integral = |done: u32, next: u32| {
            u64::from(done) * TICK_US + u64::from(next.saturating_sub(done)) * part
        };
        Some(Integrals {
            quality: integral(done.quality, next.quality),
            motion: integral(done.motion, next.motion),
            shake: integral(done.shake, next.shake),
            unwanted: integral(done.unwanted, next.unwanted),
            speech: integral(done.speech, next.speech),
            bad: integral(done.bad, next.bad),
            severe: integral(done.severe, next.severe),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Defect, Defects, Look, Shot};
    use super::*;
    use proptest::prelude::*;

    const START: u64 = 5_000_000;

    fn look() -> Look {
        Look {
            dhash: 0,
            colours: [0; 32],
            luma: 0,
        }
    }

    /// A clip of these ticks, its last tick `partial_us` long, cut into shots at `cuts`.
    fn footage(ticks: Vec<Tick>, partial_us: u64, cuts: &[u64]) -> Footage {
        let end_us = START + (ticks.len() as u64 - 1) * TICK_US + partial_us;
        let edges: Vec<u64> = std::iter::once(START)
            .chain(cuts.iter().copied())
            .chain([end_us])
            .collect();
        Footage {
            start_us: START,
            end_us,
            shots: edges
                .windows(2)
                .map(|pair| Shot {
                    start_us: pair[0],
                    end_us: pair[1],
                    look: look(),
                })
                .collect(),
            ticks,
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        }
    }

    fn tick() -> impl Strategy<Value = Tick> {
        let defects = prop_oneof![
            3 => Just(Defects::default()),
            1 => prop::sample::select(&Defect::ALL[..]).prop_map(|d| Defects::default().with(d)),
        ];
        (any::<(u8, u8, u8, u8, u8)>(), defects).prop_map(
            |((quality, motion, shake, luma, unwanted), defects)| Tick {
                quality,
                motion,
                shake,
                luma,
                unwanted,
                defects,
            },
        )
    }

    proptest! {
        #[test]
        fn a_window_is_the_mean_of_its_instants(
            ticks in prop::collection::vec(tick(), 1..40),
            partial in 1..=TICK_US,
            ends in any::<(prop::sample::Index, prop::sample::Index)>(),
        ) {
            let footage = footage(ticks, partial, &[]);
            let length = usize::try_from(footage.end_us - START).unwrap() + 1;
            let (a, b) = (ends.0.index(length) as u64, ends.1.index(length) as u64);
            prop_assume!(a != b);
            let (start, end) = (START + a.min(b), START + a.max(b));
            let window = Windows::new(&footage).over(start, end).unwrap();

            // The slow way: overlap of each tick with the window.
            let overlap = |n: usize| {
                let from = START + n as u64 * TICK_US;
                end.min(from + TICK_US).saturating_sub(start.max(from))
            };
            let sum = |value: &dyn Fn(&Tick) -> u64| -> u64 {
                footage.ticks.iter().enumerate().map(|(n, t)| value(t) * overlap(n)).sum()
            };
            let length = end - start;
            prop_assert_eq!(u64::from(window.quality), sum(&|t| t.quality.into()) / length);
            prop_assert_eq!(u64::from(window.motion), sum(&|t| t.motion.into()) / length);
            prop_assert_eq!(u64::from(window.shake), sum(&|t| t.shake.into()) / length);
            prop_assert_eq!(u64::from(window.unwanted), sum(&|t| t.unwanted.into()) / length);
            let bad = sum(&|t| t.defects.reject().into());
            prop_assert_eq!(u64::from(window.bad_permille), (bad * 1000).div_ceil(length));
            let severe = sum(&|t| t.defects.iter().any(Defect::is_severe).into());
            prop_assert_eq!(window.severe, severe > 0);
            prop_assert_eq!(window.shot, Some(0));
        }
    }

    #[test]
    fn a_window_outside_or_empty_is_none() {
        let clip = footage(vec![Tick::default(); 3], 50_000, &[]);
        let windows = Windows::new(&clip);
        assert!(windows.over(START, clip.end_us).is_some());
        assert_eq!(windows.over(START - 1, START + 10), None);
        assert_eq!(windows.over(START, clip.end_us + 1), None);
        assert_eq!(windows.over(START + 7, START + 7), None);
        assert_eq!(windows.over(START + 8, START + 7), None);
        assert_eq!(windows.over(0, u64::MAX), None);
    }

    #[test]
    fn a_window_that_straddles_a_cut_has_no_shot() {
        let cut = START + 130_000;
        let windows = Windows::new(&footage(vec![Tick::default(); 5], TICK_US, &[cut]));
        let shot = |start, end| windows.over(start, end).unwrap().shot;
        assert_eq!(shot(START, cut), Some(0));
        assert_eq!(shot(cut, cut + 1), Some(1));
        assert_eq!(shot(cut - 1, cut + 1), None);
    }

    #[test]
    fn footage_without_pictures_has_no_windows() {
        let nothing = Footage {
            start_us: 0,
            end_us: 0,
            shots: Vec::new(),
            ticks: Vec::new(),
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        };
        assert_eq!(Windows::new(&nothing).over(0, 1), None);
    }
}
