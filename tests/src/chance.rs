//! Chance that is the same every time.

/// A number from 0 to `below` - 1, spread over that range by `seed`: the finalizer of `SplitMix64`
/// (Steele, Lea and Flood 2014).
#[must_use]
pub const fn number(seed: u64, below: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) % below
}

/// `count` different numbers from 0 to `below` - 1, in order.
///
/// # Panics
/// If there are not so many.
#[must_use]
pub fn some_of(seed: u64, count: usize, below: usize) -> Vec<usize> {
    assert!(count <= below, "{count} of {below}");
    let mut all: Vec<usize> = (0..below).collect();
    for (at, round) in (0..count).zip(0_u64..) {
        let rest = (below - at) as u64;
        let chosen = usize::try_from(number(seed.wrapping_add(round << 32), rest)).unwrap();
        all.swap(at, at + chosen);
    }
    all.truncate(count);
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::some_of;

    #[test]
    fn some_are_different_and_in_order_and_depend_on_the_seed() {
        let some = some_of(1, 10, 20);
        assert_eq!(some.len(), 10);
        assert!(some.is_sorted_by(|a, b| a < b), "{some:?}");
        assert!(some.iter().all(|&n| n < 20));
        assert_ne!(some, some_of(2, 10, 20));
        assert_eq!(some_of(7, 3, 3), [0, 1, 2]);
    }
}
