//! How dense cuts are: the scale of its sliders, and densities of single sections.

use planner_wasm::edit::{EditSettings, SectionPace};

/// Notches of a slider on either side of the middle.
pub const NOTCHES: i32 = 20;

/// The density at a notch, in thousandths: half at the lowest, 1000 in the middle, twice at the
/// highest, and every notch by the same factor. Notches outside count as the nearest.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 500 to 2000"
)]
pub fn density_at(notch: i32) -> u16 {
    let octaves = f64::from(notch.clamp(-NOTCHES, NOTCHES)) / f64::from(NOTCHES);
    (1000.0 * octaves.exp2()).round() as u16
}

/// The notch nearest to a density.
#[must_use]
pub fn notch_of(density_permille: u16) -> i32 {
    (-NOTCHES..=NOTCHES)
        .min_by_key(|notch| density_at(*notch).abs_diff(density_permille))
        .unwrap_or(0)
}

/// The density that a stretch of the song has of its own, if it has one.
#[must_use]
pub fn own_density(settings: &EditSettings, start: u64, end: u64) -> Option<u16> {
    let mut paces = settings.paces.iter();
    let own = paces.find(|pace| pace.start == start && pace.end == end)?;
    Some(own.density_permille)
}

/// Gives a stretch of the song a density of its own, or takes it away. What others had in that
/// stretch is gone, since the first of several counts.
pub fn set_density(settings: &mut EditSettings, start: u64, end: u64, density: Option<u16>) {
    settings
        .paces
        .retain(|pace| pace.end <= start || pace.start >= end);
    if let Some(density_permille) = density {
        settings.paces.push(SectionPace {
            start,
            end,
            density_permille,
        });
        settings.paces.sort_by_key(|pace| pace.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_scale_is_even_to_the_ear() {
        assert_eq!(density_at(-NOTCHES), 500);
        assert_eq!(density_at(0), 1000);
        assert_eq!(density_at(NOTCHES), 2000);
        assert_eq!(density_at(NOTCHES / 2), 1414);
        assert_eq!(density_at(i32::MAX), 2000);
        for notch in -NOTCHES..=NOTCHES {
            assert_eq!(notch_of(density_at(notch)), notch);
        }
        assert_eq!(notch_of(0), -NOTCHES);
        assert_eq!(notch_of(u16::MAX), NOTCHES);
    }

    proptest! {
        #[test]
        fn what_was_set_last_counts(sets in prop::collection::vec((0..6_u64, 1..4_u64, prop::option::of(500..2000_u16)), 1..12)) {
            let mut settings = EditSettings::default();
            for (start, length, density) in sets {
                let (start, end) = (start * 100, (start + length) * 100);
                set_density(&mut settings, start, end, density);
                prop_assert_eq!(own_density(&settings, start, end), density);
                let apart = settings.paces.windows(2).all(|pair| pair[0].end <= pair[1].start);
                prop_assert!(apart);
            }
        }
    }
}
