//! What is wrong with a tick, and how good it is overall.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "measures are quantised here, once, after clamping"
)]

use super::model::{Defect, Defects, Tick};
use super::statistics::Statistics;

/// Shake in pixels that spoils a picture of 160.
const SHAKEN: f32 = 1.1;
/// Below this share of its take's usual sharpness a picture is out of focus.
const BLURRED: f32 = 0.62;
/// The same of what is usual for pictures that look like it.
const BLURRED_BESIDE_ALIKE: f32 = 0.76;
/// Below this sharpness a picture is out of focus whatever the rest of its clip is like.
const BLURRED_ALWAYS: f32 = 0.2;
/// The same of a picture with at least this share of edges, which has enough to tell focus by: an edge is
/// more than a seventieth of the width wide.
const BLURRED_EDGES: f32 = 0.25;
const EDGES: f32 = 0.05;
/// Share of even ground from which nothing tells whether a picture is in focus: a clear sky.
const NO_DETAIL: f32 = 0.9;

/// Movement that a card hardly has: below the first it takes nothing from a card's sureness,
/// above the second half of it, since signs on even ground do move in drawn films and things before
/// a white wall do.
const CARD_MOVES: [f32; 2] = [0.2, 1.0];
/// The same for a card on black, which then is no card at all but lights at night.
const DARK_CARD_MOVES: [f32; 2] = [0.05, 0.3];
/// Share of even pixels and of edges of what is drawn or on a screen: even areas beside much detail. A
/// clear sky and the night are even too, but have little detail.
const DRAWN_EVEN: [f32; 2] = [0.64, 0.72];
const DRAWN_EDGES: [f32; 2] = [0.08, 0.15];
/// How unwanted that is at most: screens and drawn films may be meant, so they only come last.
const DRAWN: f32 = 0.22;
/// How unwanted text over the picture is at most: what it is written over may be worth seeing.
const CAPTIONED: f32 = 0.3;
/// Share of the picture that is a screen of pure green or blue, from none to surely one, and how unwanted it
/// is at most: nobody means it to be seen, but it may be a wall.
const KEY_SCREEN: [f32; 2] = [0.2, 0.35];
const KEYED: f32 = 0.6;
/// How much stands out of the ground where there is nothing to see, and where there is something; and
/// movement that is worth seeing before any ground, from none to enough.
const MATTER: [f32; 2] = [0.015, 0.05];
const STIRS: [f32; 2] = [0.2, 1.0];
/// How unwanted even ground is at most.
const PLAIN: f32 = 0.17;
/// Luma of the darkest that shows haze, and with which a picture is all haze.
const HAZE: [f32; 2] = [90.0, 140.0];
/// Share of edges below which there is hardly anything to see, and from which there is enough.
const SOMETHING: [f32; 2] = [0.005, 0.05];
/// From so sure on, cards and patterns are named.
const NAMED: f32 = 0.5;

/// Measures of one tick before they are quantised.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measures {
    /// Of its pictures.
    pub(super) statistics: Statistics,
    /// Usual sharpness of its take, see [`usual_per_take`](super::sharpness::usual_per_take).
    pub(super) usual_sharpness: f32,
    /// See [`beside_alike`](super::sharpness::beside_alike).
    pub(super) sharpness_beside_alike: f32,
    /// Motion per tick, mean luma difference; see [`speed`](super::track::speed).
    pub(super) motion: f32,
    /// The same without the camera's: a card stays one before a camera that moves.
    pub(super) local: f32,
    /// See [`shake`](super::shake::shake).
    pub(super) shake: f32,
    /// See [`frozen`](super::freeze::frozen).
    pub(super) frozen: bool,
}

/// Whether the light alone spoils a picture.
pub(super) fn has_exposure_defect(picture: &Statistics) -> bool {
    !defects_of_exposure(picture).is_empty()
}

/// What shows in a single picture without knowing others.
fn defects_of_exposure(picture: &Statistics) -> Defects {
    let none = Defects::default();
    if picture.dark > 0.97 && picture.highlight < 20.0 {
        return none.with(Defect::Black);
    }
    // All three, since a misty or a plain scene may lack any two of them.
    let blank = picture.palette.one_tone > 0.98 && picture.contrast < 2.0 && picture.edges < 0.001;
    if blank {
        return none.with(Defect::Covered);
    }
    if picture.contrast < 10.0 && picture.edges < 0.004 && picture.colourfulness < 18.0 {
        return none.with(Defect::Covered);
    }
    let mut defects = none;
    if picture.mean < 45.0 && picture.highlight < 72.0 {
        defects = defects.with(Defect::Underexposed);
    }
    // Washed out: much is clipped, and hardly anything is dark any more.
    let washed = picture.shadow > 96.0 && picture.bright > 0.12;
    // Lifted: what is bright is clipped below white, by its colour, and nothing is dark any more though
    // there is much contrast.
    let lifted = picture.shadow > 110.0 && picture.mean > 165.0 && picture.contrast > 40.0;
    if picture.bright > 0.3
        || washed
        || lifted
        || (picture.shadow > 180.0 && picture.contrast < 25.0)
    {
        defects = defects.with(Defect::Overexposed);
    }
    defects
}

impl Measures {
    /// The tick, quantised.
    pub(super) fn quantised(&self) -> Tick {
        let defects = self.defects();
        Tick {
            quality: byte(self.quality(defects) * 255.0),
            // Roots spread the many small movements over the range; 36 is about the most there is.
            motion: byte(libm::sqrtf(self.motion / 36.0) * 255.0),
            shake: byte(self.shake * 32.0),
            luma: byte(self.statistics.mean),
            unwanted: byte(self.unwanted(defects) * 255.0),
            defects,
        }
    }

    fn relative_sharpness(&self) -> f32 {
        self.statistics.sharpness / self.usual_sharpness.max(1e-3)
    }

    fn defects(&self) -> Defects {
        let mut defects = defects_of_exposure(&self.statistics);
        if !defects.is_empty() && defects.iter().any(Defect::is_severe) {
            return defects;
        }
        let least = if self.statistics.edges < EDGES {
            BLURRED_ALWAYS
        } else {
            BLURRED_EDGES
        };
        let blurred = self.relative_sharpness() < BLURRED
            || self.sharpness_beside_alike < BLURRED_BESIDE_ALIKE
            || self.statistics.sharpness < least;
        if blurred && self.statistics.palette.ground < NO_DETAIL {
            defects = defects.with(Defect::Blurred);
        }
        if self.shake > SHAKEN {
            defects = defects.with(Defect::Shaken);
        }
        if self.frozen && self.drawn() < NAMED {
            defects = defects.with(Defect::Frozen);
        }
        if self.pattern() >= NAMED {
            defects = defects.with(Defect::TestPattern);
        } else if self.card() >= NAMED {
            defects = defects.with(Defect::FlatCard);
        } else {
            let soft = [
                (self.statistics.written, Defect::Captioned),
                (self.keyed(), Defect::Keyed),
                (self.plain(), Defect::Plain),
            ];
            let named = soft.into_iter().filter(|(sure, _)| *sure >= NAMED);
            defects = named.fold(defects, |defects, (_, defect)| defects.with(defect));
        }
        defects
    }

    /// How surely it is a test pattern, 0 to 1.
    fn pattern(&self) -> f32 {
        self.statistics.palette.pattern
    }

    /// How surely it is a card, 0 to 1.
    fn card(&self) -> f32 {
        let moves = |[low, high]: [f32; 2]| rise(self.local, low, high);
        let palette = &self.statistics.palette;
        let dark = palette.dark_card.max(palette.dark_sloped_card) * (1.0 - moves(DARK_CARD_MOVES));
        let sloped = palette.sloped_card * (1.0 - moves(CARD_MOVES));
        (palette.card * (1.0 - 0.5 * moves(CARD_MOVES)))
            .max(sloped)
            .max(dark)
    }

    /// How surely it is drawn or on a screen, 0 to 1: such pictures stand still as they are meant to.
    fn drawn(&self) -> f32 {
        let picture = &self.statistics;
        let [[even, evenest], [detail, rich]] = [DRAWN_EVEN, DRAWN_EDGES];
        rise(picture.palette.even, even, evenest) * rise(picture.edges, detail, rich)
    }

    /// How surely a screen of pure green or blue is in it, 0 to 1.
    fn keyed(&self) -> f32 {
        rise(self.statistics.keyed, KEY_SCREEN[0], KEY_SCREEN[1])
    }

    /// How surely it is nothing but even ground, 0 to 1.
    fn plain(&self) -> f32 {
        let stirs = rise(self.local, STIRS[0], STIRS[1]);
        (1.0 - rise(self.statistics.matter, MATTER[0], MATTER[1])) * (1.0 - stirs)
    }

    /// How surely nobody wants it so, 0 to 1; nothing is soft where there is something severe.
    fn unwanted(&self, defects: Defects) -> f32 {
        let soft = if defects.iter().any(Defect::is_severe) {
            0.0
        } else {
            (CAPTIONED * self.statistics.written)
                .max(KEYED * self.keyed())
                .max(PLAIN * self.plain())
        };
        let surely = self.pattern().max(self.card());
        surely.max(DRAWN * self.drawn()).max(soft)
    }

    /// 0 to 1.
    fn quality(&self, defects: Defects) -> f32 {
        let picture = &self.statistics;
        let sharp = 0.6 * rise(self.relative_sharpness(), 0.4, 1.0)
            + 0.4 * rise(picture.sharpness, 0.1, 1.2);
        let hazy = 0.5 * rise(picture.shadow, HAZE[0], HAZE[1]);
        let well_lit = rise(picture.mean, 20.0, 90.0) * (1.0 - rise(picture.mean, 170.0, 245.0));
        let well_lit = well_lit * (1.0 - hazy);
        let clipped = 1.0 - rise(picture.dark.max(picture.bright), 0.15, 0.8);
        let contrast = rise(picture.contrast, 10.0, 75.0);
        let colour = rise(picture.colourfulness, 4.0, 80.0);
        let steady = 1.0 - rise(self.shake, 0.2, 2.5);
        let blend = 0.28 * sharp
            + 0.14 * well_lit
            + 0.08 * clipped
            + 0.18 * contrast
            + 0.14 * colour
            + 0.18 * steady;
        let something = 0.6 + 0.4 * rise(picture.edges, SOMETHING[0], SOMETHING[1]);
        let blend = blend * something * (1.0 - 0.7 * self.unwanted(defects));
        defects
            .iter()
            .filter(|defect| !defect.is_demotion())
            .fold(blend, |left, defect| {
                left * if defect.is_severe() { 0.05 } else { 0.6 }
            })
    }
}

/// 0 up to `low`, 1 from `high` on, straight between.
pub(super) fn rise(value: f32, low: f32, high: f32) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// The nearest byte.
fn byte(value: f32) -> u8 {
    libm::roundf(value.clamp(0.0, 255.0)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_full_of_edges_none_of_which_is_sharp_is_out_of_focus() {
        let blurred = |sharpness: f32, edges: f32| {
            let measures = Measures {
                statistics: Statistics {
                    mean: 120.0,
                    contrast: 60.0,
                    sharpness,
                    edges,
                    ..Statistics::default()
                },
                usual_sharpness: sharpness,
                sharpness_beside_alike: 1.0,
                motion: 1.0,
                local: 1.0,
                shake: 0.0,
                frozen: false,
            };
            measures.quantised().defects.has(Defect::Blurred)
        };
        assert!(blurred(0.22, 0.06) && !blurred(0.27, 0.06));
        // With few edges it may be a soft picture of little.
        assert!(!blurred(0.22, 0.03) && blurred(0.18, 0.03));
    }
}
