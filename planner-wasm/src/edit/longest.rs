//! How long a slot the footage can fill.

use super::candidates::MAX_BAD_PERMILLE;
use super::sources::Source;
use crate::footage::{TICK_US, Tick};

/// Shots are not made shorter than this for the sake of short clips, in microseconds.
pub(super) const SHORT_US: u64 = 1_000_000;
/// From so many times on that all footage together must be shown, slots may be twice as long as it lasts.
const OFTEN: u64 = 8;
/// From so much on, of 255, a picture is none that an editor would choose.
pub(super) const UNWANTED: u8 = 100;

/// How long slots the footage can fill, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths {
    /// The longest that lets the film be filled without a repeat.
    pub(super) unrepeated_us: u64,
    /// The longest that there is footage for at all; not below the other.
    pub(super) lasting_us: u64,
}

impl Lengths {
    /// The longest slot where slots of `middling_us` are wanted: rather than be cut to less than half of that,
    /// footage is repeated.
    pub(super) fn longest_us(self, middling_us: u64) -> u64 {
        self.unrepeated_us.max(self.lasting_us.min(middling_us / 2))
    }
}

/// What lasts is at most the third longest clip's longest piece, so that no slot depends on a single clip
/// where there are more; what fills the film is so short that all pieces cut into such lengths would. Pieces
/// are of pictures that are wanted, copies counted once, if these fill two thirds of the film at any length,
/// otherwise of all that is sound. Where nothing fills it, any length that lasts is repeated alike, and where
/// a moment of footage must do for a song, twice as long: the same second on every beat would be a stutter.
pub(super) fn lengths(sources: &[Source<'_>], needed_us: u64) -> Lengths {
    let wanted = wanted(sources, UNWANTED);
    // What is all in pieces is better slowed or held than flashed by.
    let lasting_us = third(&wanted).max(SHORT_US);
    if let Some(unrepeated_us) = filling(&wanted, lasting_us, needed_us * 2 / 3) {
        return Lengths {
            unrepeated_us,
            lasting_us,
        };
    }
    let sound: Vec<Vec<u64>> = sources.iter().map(sound_us).collect();
    let third = third(&sound);
    let offered_us = sources.iter().map(Source::total_us).sum();
    let times = if is_moment(offered_us, needed_us) {
        2
    } else {
        1
    };
    let lasting_us = third.saturating_mul(times).max(SHORT_US);
    Lengths {
        unrepeated_us: filling(&sound, lasting_us, needed_us).unwrap_or(lasting_us),
        lasting_us,
    }
}

/// Whether there is but a moment of footage for a whole song.
pub(super) const fn is_moment(offered_us: u64, needed_us: u64) -> bool {
    offered_us.saturating_mul(OFTEN) < needed_us
}

/// The longest piece of the clip that is third in that.
fn third(clips: &[Vec<u64>]) -> u64 {
    let longest = clips.iter().map(|pieces| pieces.iter().max());
    let mut longest: Vec<u64> = longest.map(|us| us.copied().unwrap_or(0)).collect();
    longest.sort_unstable_by_key(|us| std::cmp::Reverse(*us));
    longest.get(2).or(longest.last()).copied().unwrap_or(0)
}

/// The longest length of `most` and below such that the pieces, cut into it, fill the film.
fn filling(clips: &[Vec<u64>], most: u64, needed_us: u64) -> Option<u64> {
    let fills = |length: &u64| {
        let whole = clips.iter().flatten().map(|us| us / length * length);
        whole.sum::<u64>() >= needed_us
    };
    // By a tenth shorter each time.
    let shorter = std::iter::successors(Some(most), |us| Some(us * 9 / 10));
    shorter.take_while(|us| *us >= SHORT_US).find(fills)
}

/// Lengths of what an editor would show in one piece, in microseconds, of each clip that is no copy; from
/// `unwanted` on, of 255, no editor would.
pub(super) fn wanted(sources: &[Source<'_>], unwanted: u8) -> Vec<Vec<u64>> {
    let own = sources.iter().zip(0..);
    let own = own.filter(|(source, index)| source.family == *index);
    let is_bad = |tick: &Tick| tick.defects.reject() || tick.unwanted >= unwanted;
    own.map(|(source, _)| pieces_us(source, is_bad)).collect()
}

/// Lengths of what is sound in one piece, in microseconds; of all that may be shown, if nothing is.
fn sound_us(source: &Source<'_>) -> Vec<u64> {
    let mut sound = pieces_us(source, |tick| tick.defects.reject());
    if sound.is_empty() {
        let stretches = source.stretches.iter();
        sound.extend(stretches.map(|stretch| stretch.length_us()));
    }
    sound
}

/// Lengths of stretches no more of which `is_bad` than of any window that is shown.
fn pieces_us(source: &Source<'_>, is_bad: impl Fn(&Tick) -> bool) -> Vec<u64> {
    let mut pieces = Vec::new();
    let footage = source.footage;
    for stretch in &source.stretches {
        let mut from = stretch.start_us;
        let mut bad_us = 0;
        let first = (from - footage.start_us) / TICK_US;
        let ticks = footage.ticks.iter().enumerate();
        for (n, tick) in ticks.skip(usize::try_from(first).unwrap_or(usize::MAX)) {
            let at = footage.start_us + n as u64 * TICK_US;
            if at >= stretch.end_us {
                break;
            }
            if !is_bad(tick) {
                continue;
            }
            let end = (at + TICK_US).min(stretch.end_us);
            bad_us += TICK_US;
            let most = end.saturating_sub(from) * u64::from(MAX_BAD_PERMILLE) / 1000;
            if bad_us > most {
                pieces.push(at.saturating_sub(from));
                from = end;
                bad_us = 0;
            }
        }
        pieces.push(stretch.end_us - from);
    }
    pieces.retain(|us| *us > 0);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footage_is_repeated_rather_than_cut_to_less_than_half_of_what_is_wanted() {
        let lengths = Lengths {
            unrepeated_us: 1_500_000,
            lasting_us: 5_000_000,
        };
        let longest = [1_000_000, 6_000_000, 20_000_000].map(|us| lengths.longest_us(us));
        assert_eq!(longest, [1_500_000, 3_000_000, 5_000_000]);
    }

    #[test]
    fn the_third_longest_says_and_less_where_that_would_not_fill_the_film() {
        let clips = [
            vec![9_000_000],
            vec![7_000_000],
            vec![2_000_000, 6_000_000],
            vec![3_000_000],
        ];
        assert_eq!(third(&clips), 6_000_000);
        assert_eq!(third(&clips[..1]), 9_000_000);
        assert_eq!(third(&[]), 0);
        // Three times 6 s.
        assert_eq!(filling(&clips, 6_000_000, 18_000_000), Some(6_000_000));
        // 2.87 s: three, two, two and one; nine tenths are taken until that does.
        let shorter = filling(&clips, 6_000_000, 20_000_000).unwrap();
        let pieces = |length: u64| {
            clips
                .iter()
                .flatten()
                .map(|us| us / length * length)
                .sum::<u64>()
        };
        assert!(shorter < 6_000_000 && pieces(shorter) >= 20_000_000);
        assert!(pieces(shorter * 10 / 9) < 20_000_000);
        assert_eq!(filling(&clips, 6_000_000, 40_000_000), None);
    }
}
