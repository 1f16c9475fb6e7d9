//! Where one part of a song ends and the next begins.

use crate::music::hop::UNIT;

/// Fewest bars of a part.
const SHORTEST: usize = 4;
/// Most bars of a part: half an hour or so. It bounds the work.
const LONGEST: usize = 640;
/// What each part costs, in squared deviations.
const EACH: i64 = 30;
/// What it costs more if its bars are a multiple of four but not of eight, of two, or of neither:
/// phrases have eight bars, more often than not.
const FOURS: i64 = 10;
/// See [`FOURS`].
const TWOS: i64 = 30;
/// See [`FOURS`].
const ODD: i64 = 40;
/// How much of what a straight line explains counts as likeness, in hundredths: a part may rise or
/// fade, but a step is no slope.
const SLOPE: i64 = 80;

/// The first bar of each part, the song's first included, by the rows that describe the bars: values
/// in 1/1024 standard deviations. None if there are no bars.
///
/// Of all ways to cut the song into parts it is the one whose bars are most like one another within
/// each part, by the sum of squared distances from the part's mean or slope, and what parts cost. Of
/// two as good it is that of the longer last parts. Time and memory grow with the bars.
///
/// It is the optimal partition of Jackson et al., *An Algorithm for Optimal Partitioning of Data on an
/// Interval* (IEEE Signal Processing Letters, 2005).
pub(super) fn parts(bars: &[Vec<i64>]) -> Vec<usize> {
    let sums = Sums::of(bars);
    let count = bars.len();
    // The least cost up to each bar, and where the last part begins by it.
    let mut best = vec![(0, 0)];
    for end in 1..=count {
        // A song may begin with less than a whole part, if no more is there.
        let nearest = end.saturating_sub(SHORTEST);
        let starts =
            (end.saturating_sub(LONGEST)..=nearest).filter(|from| *from == 0 || *from >= SHORTEST);
        let starts = starts.map(|from| {
            let (before, _): (i64, usize) = best[from];
            let whole = from > 0 && end < count;
            let phrase = if whole { off_phrase(end - from) } else { 0 };
            let cost = (EACH + phrase) * i64::from(UNIT);
            (before + sums.unlike(from, end) + cost, from)
        });
        let least = starts.min().unwrap_or_default();
        best.push(least);
    }
    let mut starts = Vec::new();
    let mut end = count;
    while end > 0 {
        end = best[end].1;
        starts.push(end);
    }
    starts.reverse();
    starts
}

/// What it costs a part to have so many bars.
fn off_phrase(bars: usize) -> i64 {
    match bars % 8 {
        0 => 0,
        4 => FOURS,
        2 | 6 => TWOS,
        _ => ODD,
    }
}

/// Running sums over bars.
struct Sums {
    /// Of each value.
    values: Vec<Vec<i64>>,
    /// Of each value times the number of its bar.
    moments: Vec<Vec<i64>>,
    /// Of all squares.
    squares: Vec<i64>,
}

impl Sums {
    fn of(bars: &[Vec<i64>]) -> Self {
        let width = bars.first().map_or(0, Vec::len);
        let (mut values, mut moments, mut squares) = (vec![0; width], vec![0; width], 0);
        let mut sums = Self {
            values: vec![values.clone()],
            moments: vec![moments.clone()],
            squares: vec![squares],
        };
        for (bar, row) in bars.iter().enumerate() {
            for ((sum, moment), value) in values.iter_mut().zip(&mut moments).zip(row) {
                *sum += value;
                *moment += value * bar as i64;
                squares += value * value;
            }
            sums.values.push(values.clone());
            sums.moments.push(moments.clone());
            sums.squares.push(squares);
        }
        sums
    }

    /// How unlike the bars of a part are: the sum of their squared deviations from a common mean
    /// and slope, in 1/1024.
    fn unlike(&self, from: usize, to: usize) -> i64 {
        let bars = (to - from) as i64;
        let middle = (from + to) as i64 - 1;
        // Four times the sum of the squared distances from the part's middle.
        let spread = bars * (bars * bars - 1) / 3;
        let (mut mean, mut slope) = (0, 0);
        let values = self.values[from].iter().zip(&self.values[to]);
        let moments = self.moments[from].iter().zip(&self.moments[to]);
        for ((before, upto), (moment, moment_upto)) in values.zip(moments) {
            let sum = upto - before;
            mean += sum * sum / bars;
            // Twice the moment about the part's middle.
            let moment = 2 * (moment_upto - moment) - middle * sum;
            slope += moment * moment / spread.max(1);
        }
        let squares = self.squares[to] - self.squares[from];
        (squares - mean - slope * SLOPE / 100) / i64::from(UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bars of a level of its own for each part, and a value that goes up and down.
    fn bars(lengths: &[usize]) -> Vec<Vec<i64>> {
        let part = |(part, bars): (usize, &usize)| vec![(part as i64 * 1700) % 3000; *bars];
        let levels = lengths.iter().enumerate().flat_map(part).enumerate();
        let row = |(bar, level): (usize, i64)| {
            let mut row = vec![level; 12];
            row.push(500 * (bar as i64 % 2));
            row
        };
        levels.map(row).collect()
    }

    #[test]
    fn parts_are_told_to_the_bar() {
        assert_eq!(parts(&bars(&[8, 16, 8, 32, 4])), [0, 8, 24, 32, 64]);
        // One that is no phrase must stand out all the more.
        let mut odd = bars(&[16, 7, 16]);
        assert_eq!(parts(&odd), [0, 16, 24]);
        for value in odd.iter_mut().flatten() {
            *value *= 2;
        }
        assert_eq!(parts(&odd), [0, 16, 23]);
        assert_eq!(parts(&bars(&[40])), [0]);
        assert_eq!(parts(&bars(&[400])), [0]);
        assert!(parts(&[]).is_empty());
        assert_eq!(parts(&bars(&[2])), [0]);
    }

    #[test]
    fn a_part_may_rise_and_one_bar_may_stick_out() {
        let rising: Vec<Vec<i64>> = (0..16).map(|bar| vec![bar * 150; 3]).collect();
        assert_eq!(parts(&rising), [0]);
        let mut level = vec![vec![0; 3]; 16];
        level[7].fill(2500);
        assert_eq!(parts(&level), [0]);
    }

    proptest! {
        #[test]
        fn parts_begin_in_order_and_none_is_too_short(
            rows in prop::collection::vec(prop::collection::vec(-4000_i64..4000, 4), 0..200),
        ) {
            let found = parts(&rows);
            prop_assert_eq!(found.first().copied(), (!rows.is_empty()).then_some(0));
            let ends = found.iter().skip(1).copied().chain([rows.len()]);
            for (from, to) in found.iter().zip(ends) {
                prop_assert!(to - from >= SHORTEST.min(rows.len()) && to - from <= LONGEST);
            }
        }
    }
}
