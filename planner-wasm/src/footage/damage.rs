//! What a damaged file makes of a clip.

use super::model::{Defect, Footage};

/// Errors for every thousand pictures from which damage is named: one now and then is hardly seen.
const NAMED_PERMILLE: u64 = 20;
/// Errors for every thousand pictures from which a clip is as unwanted as can be. One error spoils
/// all pictures up to the next that stands alone, which is seldom fewer than ten.
const SPOILT_PERMILLE: u64 = 100;

impl Footage {
    /// Takes into account that the decoder told of `errors` while it decoded `pictures`.
    ///
    /// Where in the clip they lie is not known, so all of it is less wanted, in proportion.
    pub fn note_damage(&mut self, errors: u64, pictures: u64) {
        if errors == 0 {
            return;
        }
        let permille = errors
            .saturating_mul(1000)
            .checked_div(pictures)
            .map_or(SPOILT_PERMILLE, |permille| permille.min(SPOILT_PERMILLE));
        let unwanted = u8::try_from(permille * 255 / SPOILT_PERMILLE).unwrap_or(u8::MAX);
        for tick in &mut self.ticks {
            tick.unwanted = tick.unwanted.max(unwanted);
            if permille >= NAMED_PERMILLE {
                tick.defects = tick.defects.with(Defect::Damaged);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, clip};
    use super::*;

    #[test]
    fn the_more_damage_the_less_wanted_and_never_rejected() {
        let clean = clip(10, 1.0, |_| Scene::of(1).render());
        let with = |errors| {
            let mut footage = clean.clone();
            footage.note_damage(errors, 1000);
            footage.ticks[4]
        };
        assert_eq!(with(0), clean.ticks[4]);
        let unwanted: Vec<u8> = [0, 1, 30, 80, 100, u64::MAX]
            .map(|errors| with(errors).unwanted)
            .to_vec();
        assert_eq!(unwanted, [0, 2, 76, 204, 255, 255]);
        assert!(!with(1).defects.has(Defect::Damaged));
        assert!(with(30).defects.has(Defect::Damaged));
        assert!(!with(100).defects.reject());
    }

    #[test]
    fn errors_without_a_single_picture_are_no_division_by_zero() {
        let mut footage = clip(10, 1.0, |_| Scene::of(1).render());
        footage.note_damage(3, 0);
        assert_eq!(footage.ticks[0].unwanted, 255);
    }
}
