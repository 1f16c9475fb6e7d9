//! Loud events: what is suddenly much louder than the clip is around it, and soon over.

use super::model::{LoudEvent, TICK_US};
use super::sound::{HOP_US, STEPS_PER_DB};
use super::speech::SPEAKS;

/// Half decibels.
const fn db(decibels: u16) -> u16 {
    2 * decibels
}

/// Hops before an onset that are compared with it, and from it on in which it peaks: 60 and 16 ms.
const BEFORE: usize = 15;
const ATTACK: usize = 4;
/// What is over by then, in hops after the onset: 120 to 180 ms.
const OVER: std::ops::Range<usize> = 30..45;
/// Least rise within the attack...
const LEAST_ATTACK: u16 = db(9);
/// ... of which the hop of the onset has at least so much.
const LEAST_ONSET: u16 = LEAST_ATTACK / 2;
/// Least peak above what is usual around.
const LEAST_RISE: u16 = db(9);
/// Least fall from the peak until it is over.
const LEAST_FALL: u16 = db(6);
/// Nothing below this level is loud, and no usual level counts as lower: 45 and 35 dB above the floor.
const LEAST_LEVEL: u16 = db(45);
const LEAST_USUAL: u16 = db(35);
/// A rise by so much has full strength.
const FULL_RISE: u16 = db(30);
/// No two events are closer, in hops: 200 ms.
const APART: usize = 50;
/// Hops of a second, and seconds on each side whose levels tell what is usual.
const SECOND: usize = 250;
const AROUND: usize = 10;
/// Share of the levels around that the usual one is above, of 100.
const USUAL: usize = 80;
/// Where someone speaks syllables rise as well: hops on each side, 0.76 s, and the share of these that
/// the usual level is above, too.
const WORDS: usize = 190;
const USUAL_OF_WORDS: usize = 90;
/// Events kept of a clip of one second; it grows with the root of its length.
const EVENTS: f32 = 12.0;

/// The levels of a clip's hops.
pub(super) struct Levels<'a> {
    /// When the first begins.
    pub(super) from_us: u64,
    /// In half decibels above the floor.
    pub(super) levels: &'a [u8],
}

impl Levels<'_> {
    /// When a hop begins.
    const fn begins(&self, hop: usize) -> u64 {
        self.from_us.saturating_add(hop as u64 * HOP_US)
    }

    /// Mean power over the tick that begins at `at_us`, as a level; 0 where there is no sound.
    pub(super) fn loudness(&self, at_us: u64) -> u8 {
        let hop = |us: u64| {
            let hops = us.saturating_sub(self.from_us) / HOP_US;
            usize::try_from(hops)
                .unwrap_or(usize::MAX)
                .min(self.levels.len())
        };
        let inside = self
            .levels
            .get(hop(at_us)..hop(at_us.saturating_add(TICK_US)));
        let inside = inside.unwrap_or_default();
        let power = |level: &u8| libm::powf(10.0, f32::from(*level) / (10.0 * STEPS_PER_DB));
        let sum: f32 = inside.iter().map(power).sum();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "there are some 25 hops in a tick; the level is quantised here, once"
        )]
        let level = {
            let mean = sum / (TICK_US / HOP_US) as f32;
            (10.0 * STEPS_PER_DB * libm::log10f(mean.max(1.0)) + 0.5).min(200.0) as u8
        };
        level
    }
}

/// The loud events, in order of time. `speech` tells how surely someone speaks at an instant.
pub(super) fn events(of: &Levels<'_>, speech: &dyn Fn(u64) -> u8) -> Vec<LoudEvent> {
    let levels = of.levels;
    let mut usual = Usual::new(levels);
    let mut found: Vec<(u16, usize)> = Vec::new();
    for onset in BEFORE..levels.len() {
        let loudest = |from: usize, until: usize| {
            let range = levels.get(from..until.min(levels.len()));
            range.unwrap_or_default().iter().copied().max().unwrap_or(0)
        };
        let before = u16::from(loudest(onset - BEFORE, onset));
        let level = levels.get(onset).copied().map_or(0, u16::from);
        if level < before + LEAST_ONSET {
            continue;
        }
        let peak = u16::from(loudest(onset, onset + ATTACK));
        let sharp = peak >= before + LEAST_ATTACK && peak >= LEAST_LEVEL;
        if !sharp || !is_over(levels, onset, peak) {
            continue;
        }
        let mut usual = usual.at(onset).max(LEAST_USUAL);
        if speech(of.begins(onset)) >= SPEAKS {
            usual = usual.max(usual_of_words(levels, onset));
        }
        let rise = peak.saturating_sub(usual);
        if rise >= LEAST_RISE {
            found.push((rise, onset));
        }
    }
    // The loudest; of equals, the earlier.
    found.sort_by_key(|(rise, onset)| (std::cmp::Reverse(*rise), *onset));
    let mut events: Vec<(u16, usize)> = Vec::new();
    let limit = limit(levels.len());
    let mut taken = std::collections::BTreeSet::new();
    for (rise, onset) in found {
        let close = onset.saturating_sub(APART - 1)..onset + APART;
        if events.len() < limit && taken.range(close).next().is_none() {
            taken.insert(onset);
            events.push((rise, onset));
        }
    }
    events.sort_by_key(|(_, onset)| *onset);
    let event = |(rise, onset): (u16, usize)| LoudEvent {
        at_us: of.begins(onset),
        strength_permille: rise.min(FULL_RISE) * 50 / (FULL_RISE / 20),
    };
    events.into_iter().map(event).collect()
}

/// What is usual in the words around a hop.
fn usual_of_words(levels: &[u8], hop: usize) -> u16 {
    let end = (hop + WORDS).min(levels.len());
    let around = levels.get(hop.saturating_sub(WORDS)..end);
    let mut around = around.unwrap_or_default().to_vec();
    around.sort_unstable();
    let usual = around.get(around.len() * USUAL_OF_WORDS / 100);
    usual.copied().map_or(0, u16::from)
}

/// Whether the level has fallen a little after the onset, as far as the sound goes on.
fn is_over(levels: &[u8], onset: usize, peak: u16) -> bool {
    let Some(after) = levels.get(onset + OVER.start..onset + OVER.end) else {
        return true;
    };
    let sum: u32 = after.iter().map(|level| u32::from(*level)).sum();
    let count = u32::try_from(after.len()).unwrap_or(u32::MAX);
    sum <= count * u32::from(peak.saturating_sub(LEAST_FALL))
}

fn limit(hops: usize) -> usize {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "of two days, a few thousand"
    )]
    let limit = {
        let seconds = hops as f32 / SECOND as f32;
        libm::ceilf(EVENTS * libm::sqrtf(seconds.max(1.0))) as usize
    };
    limit
}

/// The usual level around each second.
struct Usual<'a> {
    levels: &'a [u8],
    counts: [usize; 256],
    /// The seconds that are counted.
    from: usize,
    until: usize,
    /// The second that was asked for last, and its answer.
    known: Option<(usize, u16)>,
}

impl<'a> Usual<'a> {
    fn new(levels: &'a [u8]) -> Self {
        Self {
            levels,
            counts: [0; 256],
            from: 0,
            until: 0,
            known: None,
        }
    }

    /// What is usual around a hop; hops are asked for in order.
    fn at(&mut self, hop: usize) -> u16 {
        let second = hop / SECOND;
        if let Some((known, level)) = self.known
            && known == second
        {
            return level;
        }
        while self.until <= second + AROUND {
            self.count(self.until, |count| count + 1);
            self.until += 1;
        }
        while self.from + AROUND < second {
            self.count(self.from, |count| count - 1);
            self.from += 1;
        }
        let all: usize = self.counts.iter().sum();
        let mut below = 0;
        let level = self.counts.iter().position(|count| {
            below += count;
            100 * below >= USUAL * all
        });
        let level = level.and_then(|level| u16::try_from(level).ok());
        let level = level.unwrap_or(0);
        self.known = Some((second, level));
        level
    }

    fn count(&mut self, second: usize, change: impl Fn(usize) -> usize) {
        let end = (SECOND * (second + 1)).min(self.levels.len());
        let levels = self.levels.get(SECOND * second..end);
        for level in levels.unwrap_or_default() {
            if let Some(count) = self.counts.get_mut(usize::from(*level)) {
                *count = change(*count);
            }
        }
    }
}
