//! A tempo from taps.

use planner_wasm::music::corrections::LEAST_TAPS;

/// Most taps that are kept; later ones push out the first.
const MOST: usize = 64;
/// A pause after which taps begin anew, in milliseconds: three beats of a very slow song.
const PAUSE_MS: u64 = 4000;

/// Adds a tap at a sample of a song. One before the last, or long after it, begins anew.
pub fn tap(taps: &mut Vec<u64>, at: u64, samples_per_second: u32) {
    let goes_on = taps.last().is_none_or(|last| {
        at > *last && (at - last) * 1000 < PAUSE_MS * u64::from(samples_per_second)
    });
    if !goes_on {
        taps.clear();
    }
    taps.push(at);
    let over = taps.len().saturating_sub(MOST);
    taps.drain(..over);
}

/// The tempo of taps in thousandths of a beat a minute; none before there are enough.
///
/// It is the mean of the middle half of the times between taps, so that one that was missed does
/// not count.
#[must_use]
pub fn tempo(taps: &[u64], samples_per_second: u32) -> Option<u32> {
    if taps.len() < LEAST_TAPS {
        return None;
    }
    let mut between: Vec<u64> = taps
        .windows(2)
        .filter_map(|pair| pair.last()?.checked_sub(*pair.first()?))
        .collect();
    between.sort_unstable();
    // The mean of the middle ones: a finger is less exact than their number is large.
    let edge = between.len() / 4;
    let middle = between.get(edge..between.len() - edge)?;
    let sum: u64 = middle.iter().sum();
    let beats = u64::try_from(middle.len()).ok()?;
    let millibpm = u64::from(samples_per_second) * 60_000 * beats / sum.max(1);
    u32::try_from(millibpm).ok().filter(|tempo| *tempo > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tapped(at: &[u64]) -> Vec<u64> {
        let mut taps = Vec::new();
        for at in at {
            tap(&mut taps, *at, 44_100);
        }
        taps
    }

    #[test]
    fn four_taps_are_a_tempo() {
        let taps = tapped(&[0, 22_050, 44_100]);
        assert_eq!(tempo(&taps, 44_100), None);
        assert_eq!(
            tempo(&tapped(&[0, 22_050, 44_100, 66_150]), 44_100),
            Some(120_000)
        );
    }

    #[test]
    fn a_missed_tap_does_not_count() {
        let taps = tapped(&[
            0, 22_050, 44_100, 88_200, 110_250, 132_300, 154_350, 176_400,
        ]);
        assert_eq!(tempo(&taps, 44_100), Some(120_000));
    }

    #[test]
    fn a_pause_or_a_way_back_begins_anew() {
        assert_eq!(tapped(&[0, 22_050, 44_100 * 5]), [44_100 * 5]);
        assert_eq!(tapped(&[50_000, 70_000, 1000]), [1000]);
        let many: Vec<u64> = (0..100).map(|n| n * 20_000).collect();
        assert_eq!(tapped(&many).len(), MOST);
    }

    #[test]
    fn nonsense_is_no_tempo() {
        assert_eq!(tempo(&[1, 1, 1, 1], 0), None);
        assert_eq!(tempo(&[5, 4, 3, 2], 44_100), None);
    }
}
