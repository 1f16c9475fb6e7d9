//! Where things stand beside and below each other, so that all of them can be read.

use super::strip::{LETTER, WIDTH};

/// A range with a number, in its place: the bar from `start` to before `end`, the number at `label`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    /// The range's number.
    pub number: usize,
    /// First column of the bar.
    pub start: u32,
    /// First column after it.
    pub end: u32,
    /// Where the number begins: on the bar if it has room there, else beside it.
    pub label: u32,
    /// In which row, counting from 0.
    pub row: usize,
}

impl Bar {
    /// Whether the number stands on the bar.
    pub(super) fn holds_its_number(&self) -> bool {
        (self.start..self.end).contains(&self.label)
    }

    fn of(number: usize, start: u32, end: u32) -> Self {
        let start = start.min(WIDTH - 2);
        let end = end.clamp(start + 2, WIDTH);
        let wide = width(number);
        let label = if end - start >= wide + 2 {
            start + 1
        } else if end + 1 + wide <= WIDTH {
            end + 1
        } else {
            start.saturating_sub(wide + 1)
        };
        Self {
            number,
            start,
            end,
            label,
            row: 0,
        }
    }

    /// The columns of bar and number together.
    fn taken(&self) -> (u32, u32) {
        let end = self.label + width(self.number);
        (self.start.min(self.label), self.end.max(end))
    }
}

fn width(number: usize) -> u32 {
    (number.checked_ilog10().unwrap_or(0) + 1) * LETTER
}

/// Puts ranges (number, first column, first after it) into rows in which none touches another, no
/// more than `most` rows. What finds no room is told by its numbers, in their order.
pub(super) fn rows(ranges: &[(usize, u32, u32)], most: usize) -> (Vec<Bar>, Vec<usize>) {
    let mut bars: Vec<Bar> = ranges
        .iter()
        .map(|(number, start, end)| Bar::of(*number, *start, *end))
        .collect();
    bars.sort_by_key(|bar| (bar.taken(), bar.number));
    let mut ends: Vec<u32> = Vec::new();
    let mut left_out = Vec::new();
    bars.retain_mut(|bar| {
        let (start, end) = bar.taken();
        bar.row = ends
            .iter()
            .position(|free| *free < start)
            .unwrap_or(ends.len());
        if bar.row >= most {
            left_out.push(bar.number);
            return false;
        }
        match ends.get_mut(bar.row) {
            Some(free) => *free = end,
            None => ends.push(end),
        }
        true
    });
    left_out.sort_unstable();
    (bars, left_out)
}

/// Sets parts into lines of at most `columns` letters, with `between` among them. What does not
/// fit into `most` lines is counted at the end of the last.
pub(super) fn wrapped(parts: &[String], between: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for part in parts {
        let part = cut(part, columns);
        match lines.last_mut() {
            Some(line) if length(line, between) + between.len() + letters(&part) <= columns => {
                line.push(part);
            }
            _ => lines.push(vec![part]),
        }
    }
    let told = lines.len() <= most;
    lines.truncate(most);
    let mut tail = String::new();
    if !told && let Some((last, before)) = lines.split_last_mut() {
        let before: usize = before.iter().map(Vec::len).sum();
        loop {
            tail = format!("... and {} more", parts.len() - before - last.len());
            if last.is_empty() || length(last, between) + 1 + letters(&tail) <= columns {
                break;
            }
            last.pop();
        }
    }
    let mut lines: Vec<String> = lines.iter().map(|line| line.join(between)).collect();
    if !told && let Some(last) = lines.last_mut() {
        let gap = if last.is_empty() { "" } else { " " };
        *last = format!("{last}{gap}{tail}");
    }
    lines
}

/// The text, or its beginning with a sign that it goes on.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if letters(text) <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(3)).collect();
    format!("{kept}...")
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

fn length(line: &[String], between: &str) -> usize {
    let texts: usize = line.iter().map(|part| letters(part)).sum();
    texts + between.len() * line.len().saturating_sub(1)
}

/// The smallest of 0.1, 0.2, 0.5, 1, 2, 5, 10 … seconds that is at least `least` columns wide
/// where so many microseconds are as wide as the sheet; in microseconds.
pub(super) fn step(length_us: u64, least: u32) -> u64 {
    let enough = |step: &u64| {
        u128::from(*step) * u128::from(WIDTH) >= u128::from(least) * u128::from(length_us)
    };
    (5..19_u32)
        .flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)))
        .find(enough)
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_overlap_shares_a_row_and_what_does_has_its_own() {
        let (bars, left_out) = rows(&[(1, 0, 100), (2, 50, 150), (3, 110, 400), (4, 60, 90)], 2);
        let placed: Vec<_> = bars.iter().map(|bar| (bar.number, bar.row)).collect();
        assert_eq!(placed, [(1, 0), (2, 1), (3, 0)]);
        assert!(bars.iter().all(Bar::holds_its_number));
        assert_eq!(left_out, [4]);
    }

    #[test]
    fn a_number_without_room_on_its_bar_stands_beside_it() {
        let (bars, _) = rows(&[(7, 10, 13), (12, WIDTH - 3, WIDTH)], 1);
        let labels: Vec<_> = bars.iter().map(|bar| bar.label).collect();
        assert_eq!(labels, [14, WIDTH - 3 - 13]);
        assert!(bars.iter().all(|bar| !bar.holds_its_number()));
    }

    proptest! {
        #[test]
        fn every_number_can_be_read_or_is_told(
            ranges in prop::collection::vec((0..WIDTH + 9, 0..200_u32), 0..40),
            most in 1..9_usize,
        ) {
            let ranges: Vec<_> = (1..).zip(ranges).map(|(n, (x, w))| (n, x, x + w)).collect();
            let (bars, left_out) = rows(&ranges, most);
            let mut numbers: Vec<usize> = bars.iter().map(|bar| bar.number).collect();
            numbers.extend(&left_out);
            numbers.sort_unstable();
            prop_assert!(numbers.into_iter().eq(1..=ranges.len()));
            for (n, bar) in bars.iter().enumerate() {
                let (start, end) = bar.taken();
                prop_assert!(bar.row < most && bar.start < bar.end && end <= WIDTH);
                for other in bars.iter().skip(n + 1).filter(|other| other.row == bar.row) {
                    let (from, until) = other.taken();
                    prop_assert!(until < start || end < from);
                }
            }
        }

        #[test]
        fn lines_hold_all_parts_or_count_the_others(
            parts in prop::collection::vec("[a-zé]{1,30}", 0..30),
            columns in 20..60_usize,
            most in 1..5_usize,
        ) {
            let lines = wrapped(&parts, " / ", columns, most);
            prop_assert!(lines.len() <= most);
            prop_assert!(lines.iter().all(|line| letters(line) <= columns));
            let text = lines.join(" / ");
            let (kept, more) = text.rsplit_once("... and ").unwrap_or((&text, "0"));
            let more: usize = more.trim_end_matches(" more").parse().unwrap();
            let kept = kept.split(" / ").filter(|part| !part.trim().is_empty());
            prop_assert_eq!(kept.count() + more, parts.len());
        }
    }

    #[test]
    fn the_axis_has_round_steps() {
        assert_eq!(step(10_000_000, 64), 1_000_000);
        assert_eq!(step(600_000_000, 64), 50_000_000);
        assert_eq!(step(40_000, 64), 100_000);
        assert!(step(u64::MAX, 64) > 1 << 59);
    }
}
