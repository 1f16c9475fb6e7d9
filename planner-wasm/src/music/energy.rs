//! How loud and busy each beat is, as a rank within the song.

/// The rank of each value among all, 0 to 1000; equal values share the middle of their ranks. A
/// lone value ranks 500.
pub(crate) fn ranks(values: &[i64]) -> Vec<u16> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = values.len().saturating_sub(1);
    values
        .iter()
        .map(|value| {
            let below = sorted.partition_point(|other| other < value);
            let upto = sorted.partition_point(|other| other <= value);
            // Twice the middle rank, so that halves stay whole.
            let doubled = below + upto - 1;
            if last == 0 {
                500
            } else {
                u16::try_from(doubled * 1000 / (2 * last)).unwrap_or(1000)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_span_the_song_and_ties_share() {
        assert_eq!(ranks(&[30, 10, 20]), [1000, 0, 500]);
        assert_eq!(ranks(&[5, 5, 9]), [250, 250, 1000]);
        assert_eq!(ranks(&[7]), [500]);
        assert!(ranks(&[]).is_empty());
    }
}
