//! What a picture is painted with: one tone, a few tones, or the pure hues of test patterns.
//!
//! What a camera sees has shades: even a clear sky, a white wall or fog spreads over more levels
//! of luma than the ground of a card, which has one, and no scene shows red, green, blue, cyan,
//! magenta and yellow next to each other, each unmixed and even over an area. Compression and noise
//! hardly touch either, since the picture has been shrunk to 160 × 90.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size, whose counts are far below 2^24"
)]

use super::ground;
use super::model::{FRAME_HEIGHT, FRAME_WIDTH};
use super::picture::{PIXELS, Picture};
use super::quality::rise;
use super::statistics::{BINS, LEVELS};
use super::tones;

/// Every third pixel of every third row is looked at for hues: bars are wide.
const STRIDE: usize = 3;
/// Pixels that are looked at; the last row and column have no neighbours.
const LOOKED_AT: usize = (FRAME_WIDTH - 1).div_ceil(STRIDE) * (FRAME_HEIGHT - 1).div_ceil(STRIDE);
/// A hue with less of its strongest channel is too dark to tell.
const LEAST_LIGHT: u16 = 56;
/// A pixel that differs more in luma from the one beside or below it is not even.
const EVEN: u8 = 4;
/// Share of the picture in the fifth most frequent pure hue, from no test pattern to surely one.
const FIFTH_HUE: [f32; 2] = [0.008, 0.014];
/// Share in the three neighbouring levels that hold most, from no card to surely one.
const GROUND: [f32; 2] = [0.55, 0.75];
/// Share in the four bins of luma that hold most: the ground, its text, little else. A thing
/// photographed before a white wall has more shades.
const FEW_TONES: [f32; 2] = [0.86, 0.94];
/// A ground of no more luma is black.
const BLACK_GROUND: usize = 24;
/// Share in one level of a black ground: the night has noise, a card has none.
const BLACK_EXACT: [f32; 2] = [0.85, 0.93];
/// The same of a ground that is dark and changes evenly: share of even pixels in all.
const DARK_EVEN: [f32; 2] = [0.4, 0.6];

/// What a picture is painted with. All are 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Palette {
    /// Share of pixels in the three neighbouring levels of luma that hold most.
    pub(super) one_tone: f32,
    /// How surely it is a card on a ground that is not black.
    pub(super) card: f32,
    /// How surely it is a card on a black ground.
    pub(super) dark_card: f32,
    /// How surely it is writing on a ground that changes evenly, and is not dark.
    pub(super) sloped_card: f32,
    /// The same on one that is dark.
    pub(super) dark_sloped_card: f32,
    /// Share that is a ground of any colour that changes evenly over the picture: a clear sky too.
    pub(super) ground: f32,
    /// How surely it is a test pattern.
    pub(super) pattern: f32,
    /// Share of pixels whose right neighbour has the very same luma: what is filmed has noise and
    /// shades, what is drawn or on a screen has areas without either.
    pub(super) even: f32,
}

impl Palette {
    pub(super) fn zip_with(&self, other: &Self, join: impl Fn(f32, f32) -> f32) -> Self {
        Self {
            one_tone: join(self.one_tone, other.one_tone),
            card: join(self.card, other.card),
            dark_card: join(self.dark_card, other.dark_card),
            sloped_card: join(self.sloped_card, other.sloped_card),
            dark_sloped_card: join(self.dark_sloped_card, other.dark_sloped_card),
            ground: join(self.ground, other.ground),
            pattern: join(self.pattern, other.pattern),
            even: join(self.even, other.even),
        }
    }
}

/// The palette of a picture given as bytes and taken apart, whose levels and bins were counted.
pub(super) fn of(
    rgb: &[u8],
    picture: &Picture,
    levels: &[u32; LEVELS],
    bins: &[u32; BINS],
) -> Palette {
    let luma = &picture.luma;
    let share = |count: u32| count as f32 / PIXELS as f32;
    let (mut most, mut commonest) = (0, 0);
    for (low, three) in levels.windows(3).enumerate() {
        let count = three.iter().sum();
        if count > most {
            (most, commonest) = (count, low + 1);
        }
    }
    let one_tone = share(most);
    let few = within(share(largest_four(bins)), FEW_TONES);
    let (mut card, mut dark_card) = (0.0, 0.0);
    let two_tones = tones::two(luma, levels, commonest) * within(one_tone, GROUND);
    if commonest > BLACK_GROUND {
        card = (few * within(one_tone, GROUND)).max(two_tones);
    } else {
        let black = &levels[..=BLACK_GROUND + 1];
        let exact = black.iter().max().map_or(0, |exact| *exact) as f32;
        let of_black = exact / black.iter().sum::<u32>().max(1) as f32;
        dark_card = (few * within(exact / PIXELS as f32, BLACK_EXACT))
            .max(two_tones * within(of_black, BLACK_EXACT));
    }
    let ground = ground::of(picture);
    let even = evenness(luma);
    Palette {
        one_tone,
        card,
        dark_card,
        sloped_card: if ground.is_dark { 0.0 } else { ground.writing },
        dark_sloped_card: if ground.is_dark {
            ground.writing * within(even, DARK_EVEN)
        } else {
            0.0
        },
        ground: ground.share,
        pattern: within(fifth_hue(rgb, luma), FIFTH_HUE),
        even,
    }
}

/// See [`Palette::even`].
fn evenness(luma: &[u8]) -> f32 {
    let equal: usize = luma
        .chunks_exact(FRAME_WIDTH)
        .map(|row| row.windows(2).filter(|pair| pair[0] == pair[1]).count())
        .sum();
    equal as f32 / ((FRAME_WIDTH - 1) * FRAME_HEIGHT) as f32
}

fn within(value: f32, [low, high]: [f32; 2]) -> f32 {
    rise(value, low, high)
}

/// Sum of the four largest bins.
fn largest_four(bins: &[u32; BINS]) -> u32 {
    let mut largest = [0; 4];
    for bin in bins {
        let mut count = *bin;
        for place in &mut largest {
            if count > *place {
                std::mem::swap(place, &mut count);
            }
        }
    }
    largest.iter().sum()
}

/// Share of the picture that has the fifth most frequent of the six pure hues, each counted only
/// at its most frequent brightness and where the picture is even.
fn fifth_hue(rgb: &[u8], luma: &[u8]) -> f32 {
    // By which channels are high (1 to 6) and by brightness.
    let mut counts = [[0_u32; 32]; 8];
    for y in (0..FRAME_HEIGHT - 1).step_by(STRIDE) {
        let here = &luma[y * FRAME_WIDTH..][..FRAME_WIDTH];
        let below = &luma[(y + 1) * FRAME_WIDTH..][..FRAME_WIDTH];
        let row = &rgb[y * FRAME_WIDTH * 3..][..FRAME_WIDTH * 3];
        for x in (0..FRAME_WIDTH - 1).step_by(STRIDE) {
            let [r, g, b] = [row[3 * x], row[3 * x + 1], row[3 * x + 2]].map(u16::from);
            let (high, low) = (r.max(g).max(b), r.min(g).min(b));
            if high < LEAST_LIGHT || 4 * low > high {
                continue;
            }
            let (span, middle) = (high - low, r + g + b - high - low);
            let mixed = 4 * (middle - low) > span && 4 * (high - middle) > span;
            let even = here[x].abs_diff(here[x + 1]) <= EVEN && here[x].abs_diff(below[x]) <= EVEN;
            if mixed || !even {
                continue;
            }
            let is_high = |channel: u16| usize::from(2 * channel > high + low);
            let hue = is_high(r) << 2 | is_high(g) << 1 | is_high(b);
            counts[hue][usize::from(high >> 3)] += 1;
        }
    }
    let mut modes = [0; 6];
    for (mode, counts) in modes.iter_mut().zip(&counts[1..7]) {
        let pairs = counts.windows(2).map(|pair| pair[0] + pair[1]);
        *mode = pairs.max().unwrap_or(0);
    }
    modes.sort_unstable();
    modes[1] as f32 / LOOKED_AT as f32
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]
mod tests {
    use super::super::model::FRAME_BYTES;
    use super::super::scene::{Scene, random};
    use super::super::statistics::Statistics;
    use super::*;
    use proptest::prelude::*;

    /// The palette of a picture painted point by point; columns 0 to 159, rows 0 to 89.
    fn painted(colour: impl Fn(usize, usize) -> [u8; 3]) -> Palette {
        palette(&bytes(colour))
    }

    fn bytes(colour: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
        (0..PIXELS)
            .flat_map(|n| colour(n % FRAME_WIDTH, n / FRAME_WIDTH))
            .collect()
    }

    fn palette(rgb: &[u8]) -> Palette {
        let mut picture = Picture::black();
        picture.fill(rgb);
        Statistics::of(rgb, &picture).palette
    }

    /// `rgb` with noise of up to ± `most` on each value.
    fn noisy(rgb: &[u8], most: f32, seed: u32) -> Vec<u8> {
        (0..)
            .zip(rgb)
            .map(|(n, value)| {
                let noise = (2.0 * random(n, 3, seed) - 1.0) * most;
                (f32::from(*value) + noise).clamp(0.0, 255.0) as u8
            })
            .collect()
    }

    /// Seven bars of 75 %, as SMPTE has them.
    fn bars(x: usize, _: usize) -> [u8; 3] {
        let bar = x * 7 / FRAME_WIDTH;
        [(bar & 2) == 0, bar < 4, (bar & 1) == 0].map(|on| if on { 191 } else { 8 })
    }

    /// Something like letters: strokes of three pixels in the middle.
    fn letters(x: usize, y: usize) -> bool {
        (40..52).contains(&y) && (50..110).contains(&x) && x % 6 < 3 && (x + y) % 11 > 2
    }

    /// Light that falls off as the fourth power of the cosine, to a quarter in the corners.
    fn vignetted(x: f32, y: f32) -> f32 {
        let (x, y) = ((x - 0.5) * 16.0, (y - 0.5) * 9.0);
        let corner = libm::sqrtf(16.0 * 16.0 + 9.0 * 9.0) / 2.0;
        let cosine = libm::cosf(std::f32::consts::FRAC_PI_4 * libm::sqrtf(x * x + y * y) / corner);
        150.0 * cosine * cosine * cosine * cosine
    }

    fn card(ground: [u8; 3], ink: [u8; 3]) -> Vec<u8> {
        bytes(|x, y| if letters(x, y) { ink } else { ground })
    }

    #[test]
    fn bars_are_a_test_pattern_even_with_noise_and_things_before_them() {
        assert!(painted(bars).pattern > 0.99);
        let picture = bytes(bars);
        assert!(palette(&noisy(&picture, 5.0, 1)).pattern > 0.99);
        let dimmed = painted(|x, y| {
            let colour = bars(x, y);
            if (15..75).contains(&y) {
                colour.map(|value| value / 3)
            } else {
                colour
            }
        });
        assert!(dimmed.pattern > 0.99);
    }

    #[test]
    fn text_on_an_even_ground_is_a_card_whatever_its_colour() {
        for ground in [[65, 209, 150], [250, 250, 250], [0, 64, 160], [90, 90, 90]] {
            let card = card(ground, [255 - ground[0], 20, 40]);
            let found = palette(&card);
            assert!(found.card > 0.99, "{ground:?}: {found:?}");
            let noisy = palette(&noisy(&card, 2.0, 1));
            assert!(noisy.card > 0.5, "{ground:?}: {noisy:?}");
        }
        let title = palette(&card([0; 3], [255; 3]));
        assert!(title.dark_card > 0.99 && title.card < 0.01, "{title:?}");
    }

    #[test]
    fn text_on_a_ground_that_changes_evenly_is_a_card() {
        let slopes: [fn(f32, f32) -> f32; 5] = [
            |x, _| 60.0 + 120.0 * x,
            |_, y| 200.0 - 90.0 * y,
            |x, y| 40.0 + 60.0 * x + 50.0 * y,
            |x, y| 160.0 - 200.0 * ((x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)),
            vignetted,
        ];
        for (n, slope) in slopes.into_iter().enumerate() {
            let light = |x: usize, y: usize| {
                slope(
                    x as f32 / FRAME_WIDTH as f32,
                    y as f32 / FRAME_HEIGHT as f32,
                ) as u8
            };
            let written = bytes(|x, y| {
                if letters(x, y) {
                    [250; 3]
                } else {
                    [light(x, y); 3]
                }
            });
            for rgb in [&written, &noisy(&written, 3.0, 1)] {
                let found = palette(rgb);
                assert!(found.sloped_card > 0.99, "{n}: {found:?}");
            }
            // Without writing it is nothing but ground.
            let bare = painted(|x, y| [light(x, y); 3]);
            assert!(
                bare.sloped_card == 0.0 && bare.ground > 0.99,
                "{n}: {bare:?}"
            );
        }
        let night = bytes(|x, y| {
            if letters(x, y) {
                [240; 3]
            } else {
                [y as u8 / 3; 3]
            }
        });
        assert!(palette(&night).dark_sloped_card > 0.99);
    }

    #[test]
    fn letters_that_fill_the_picture_and_reach_over_its_border_are_on_a_card() {
        let large = |x: usize, y: usize| y % 30 > 12 && x % 14 < 5;
        let black = painted(|x, y| if large(x, y) { [255; 3] } else { [0; 3] });
        assert!(black.dark_card > 0.99, "{black:?}");
        // Seams have any tone between.
        let light = painted(|x, y| match x % 14 {
            5 | 13 if large(x - x % 14, y) => [20 + ((7 * x + 13 * y) % 190) as u8; 3],
            _ if large(x, y) => [20; 3],
            _ => [210; 3],
        });
        assert!(light.card > 0.7, "{light:?}");
        let changing = painted(|x, y| {
            let light = vignetted(
                x as f32 / FRAME_WIDTH as f32,
                y as f32 / FRAME_HEIGHT as f32,
            );
            [if large(x, y) { 250 } else { light as u8 }; 3]
        });
        assert!(changing.sloped_card > 0.99, "{changing:?}");
        // Lights as bright and as many, in a night that has noise.
        let night = painted(|x, y| {
            let noise = (random(x as u32, y as u32, 5) * 4.0) as u8;
            [if large(x, y) { 255 } else { noise }; 3]
        });
        assert!(night.dark_card < 0.01, "{night:?}");
    }

    #[test]
    fn clean_footage_is_neither() {
        let wave = |at: f32| 0.5 + 0.5 * libm::sinf(at);
        let neither = |what: &str, found: Palette| {
            let written = found.sloped_card.max(found.dark_sloped_card);
            let sure = found
                .card
                .max(found.dark_card)
                .max(found.pattern)
                .max(written);
            assert!(sure < 0.01, "{what}: {found:?}");
        };
        // A clear sky without any noise, and a bird.
        neither(
            "sky",
            painted(|x, y| {
                if (70..78).contains(&x) && (30..34).contains(&y) {
                    return [240, 240, 235];
                }
                let light = (y / 3) as u8 + (x / 40) as u8;
                [60 + light, 110 + light, 200]
            }),
        );
        // Trees before a clear sky, as many as letters.
        neither(
            "trees",
            painted(|x, y| {
                let top = 50 + (random(x as u32 / 2, 0, 4) * 20.0) as usize;
                if y > top {
                    return [20 + (random(x as u32, y as u32, 3) * 60.0) as u8; 3];
                }
                [90 + y as u8, 130 + y as u8, 220]
            }),
        );
        // A flock that crosses it has gaps, but a wall of posters has no ground around it.
        neither(
            "posters",
            painted(|x, y| {
                let at = random(x as u32 / 6, y as u32 / 6, 8);
                [(40.0 + 180.0 * at) as u8; 3]
            }),
        );
        // Fog: hardly any contrast, but shades.
        neither(
            "fog",
            painted(|x, y| {
                let shade = (8.0 * wave(x as f32 / 30.0) + 8.0 * wave(y as f32 / 20.0)) as u8;
                [180 + shade; 3]
            }),
        );
        // A thing before a white wall.
        let scene = Scene::of(1).render();
        let thing = |x: usize, y: usize| {
            let inside = (50..110).contains(&x) && (20..75).contains(&y);
            let at = (y * FRAME_WIDTH + x) * 3;
            if inside {
                [scene[at], scene[at + 1], scene[at + 2]]
            } else {
                [255; 3]
            }
        };
        neither("thing on white", painted(thing));
        // Lights at night.
        neither(
            "night",
            painted(|x, y| {
                let (n, noise) = ((y * FRAME_WIDTH + x) as u32, random(x as u32, y as u32, 5));
                if random(n, 1, 9) > 0.97 {
                    [200, 180, 120]
                } else {
                    [(noise * 5.0) as u8; 3]
                }
            }),
        );
        // Stage lights of every hue, which fade.
        neither(
            "stage",
            painted(|x, y| {
                let light = 1.0 - libm::fabsf(y as f32 - 40.0) / 60.0;
                let far = libm::fabsf((x % 23) as f32 - 11.0) / 14.0;
                bars(x, y).map(|value| (f32::from(value) * 1.3 * light * (1.0 - far)) as u8)
            }),
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn no_noise_and_no_light_makes_a_scene_a_card_or_a_pattern(
            world in 0..50_u32,
            gain in 0.15_f32..1.6,
            blur in 0..3_usize,
            noise in 0.0_f32..40.0,
            seed in any::<u32>(),
        ) {
            let scene = Scene { gain, blur, ..Scene::of(world) }.render();
            let found = palette(&noisy(&scene, noise, seed));
            prop_assert!(found.card == 0.0 && found.pattern == 0.0, "{found:?}");
        }
    }

    #[test]
    fn one_tone_is_all_of_a_plain_picture() {
        let plain = palette(&vec![30; FRAME_BYTES]);
        assert!((plain.one_tone - 1.0).abs() < 1e-6);
        assert!(palette(&Scene::of(1).render()).one_tone < 0.2);
    }
}
