//! Pictures of two tones, as title cards with large letters have them: a ground, and ink.
//!
//! Between letters and their ground lies a seam of a pixel or two, whose tones are neither; what else there
//! is has one of both. A thing before a white wall has shades of its own, away from any seam.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size, whose counts are far below 2^24"
)]

use super::model::FRAME_WIDTH;
use super::picture::PIXELS;
use super::quality::rise;
use super::statistics::LEVELS;

/// A tone is so many neighbouring levels of luma on both sides of its middle.
const REACH: usize = 1;
/// Ink is at least so many levels off its ground.
const APART: usize = 48;
/// Share of both tones, from no card to surely one.
const BOTH: [f32; 2] = [0.76, 0.82];
/// Ink is at least so much of the picture, and of what is no ground: of twigs before a sky less has one tone.
const INK: f32 = 0.02;
const INK_OF_REST: f32 = 0.2;
/// Share of the pixels that have one of both tones or lie beside one that has.
const NEAR: [f32; 2] = [0.95, 0.985];

/// How surely a picture has two tones and nothing else, 0 to 1. `ground` is the middle level of its ground.
pub(super) fn two(luma: &[u8], levels: &[u32; LEVELS], ground: usize) -> f32 {
    let far = |level: &usize| level.abs_diff(ground) >= APART;
    let Some(ink) = commonest(levels, far) else {
        return 0.0;
    };
    let of_tone = |tone: usize| tone_count(levels, tone) as f32;
    if !is_writing(of_tone(ink), of_tone(ground)) {
        return 0.0;
    }
    let is_tone: [bool; LEVELS] =
        std::array::from_fn(|level| level.abs_diff(ground).min(level.abs_diff(ink)) <= REACH);
    let on = luma.iter().map(|luma| is_tone[usize::from(*luma)]);
    nothing_else(&on.collect::<Vec<bool>>())
}

/// The same of a ground that changes over the picture, given by how much each pixel's luma is above it: one
/// within `off` lies on it. Ink is brighter than such a ground: what stands dark before a bright sky may have one
/// tone as well.
pub(super) fn on_slope(luma: &[u8], above: &[f32], off: f32) -> f32 {
    let is_ink = |above: f32| above >= APART as f32;
    let mut levels = [0; LEVELS];
    for (luma, above) in luma.iter().zip(above) {
        levels[usize::from(*luma)] += u32::from(is_ink(*above));
    }
    let Some(ink) = commonest(&levels, |_| true) else {
        return 0.0;
    };
    let ground = above.iter().filter(|above| libm::fabsf(**above) <= off);
    if !is_writing(tone_count(&levels, ink) as f32, ground.count() as f32) {
        return 0.0;
    }
    let on = |(luma, above): (&u8, &f32)| {
        libm::fabsf(*above) <= off || (is_ink(*above) && usize::from(*luma).abs_diff(ink) <= REACH)
    };
    let on: Vec<bool> = luma.iter().zip(above).map(on).collect();
    nothing_else(&on)
}

/// Whether so many pixels are enough for ink beside so many of ground.
fn is_writing(ink: f32, ground: f32) -> bool {
    let all = PIXELS as f32;
    ink >= INK * all && ink >= INK_OF_REST * (all - ground)
}

/// Pixels of a tone, given its middle.
fn tone_count(levels: &[u32; LEVELS], middle: usize) -> u32 {
    let end = (middle + REACH + 1).min(LEVELS);
    levels[middle.saturating_sub(REACH)..end].iter().sum()
}

/// The middle of the commonest tone that is allowed.
fn commonest(levels: &[u32; LEVELS], allowed: impl Fn(&usize) -> bool) -> Option<usize> {
    let allowed = (0..LEVELS).filter(allowed);
    allowed.max_by_key(|middle| tone_count(levels, *middle))
}

/// How surely all of a picture has one of both tones, given the pixels that do, or is their seam.
fn nothing_else(on: &[bool]) -> f32 {
    let share = |count: usize| count as f32 / PIXELS as f32;
    let both = rise(share(on.iter().filter(|on| **on).count()), BOTH[0], BOTH[1]);
    if both == 0.0 {
        return 0.0;
    }
    let at = |n: usize| on.get(n).is_some_and(|on| *on);
    let near = (0..on.len()).filter(|n| {
        let (first, last) = (n % FRAME_WIDTH == 0, (n + 1) % FRAME_WIDTH == 0);
        at(*n)
            || (!first && at(n - 1))
            || (!last && at(n + 1))
            || (*n >= FRAME_WIDTH && at(n - FRAME_WIDTH))
            || at(n + FRAME_WIDTH)
    });
    both * rise(share(near.count()), NEAR[0], NEAR[1])
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]
mod tests {
    use super::super::model::FRAME_HEIGHT;
    use super::super::scene::random;
    use super::*;

    fn sure(luma: &[u8], ground: u8) -> f32 {
        let mut levels = [0; LEVELS];
        for luma in luma {
            levels[usize::from(*luma)] += 1;
        }
        two(luma, &levels, usize::from(ground))
    }

    fn painted(of: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        let places = (0..FRAME_HEIGHT).flat_map(|y| (0..FRAME_WIDTH).map(move |x| (x, y)));
        places.map(|(x, y)| of(x, y)).collect()
    }

    /// Letters five pixels wide with seams on both sides, over nearly half the picture.
    fn large(x: usize, y: usize, ground: u8, ink: u8) -> u8 {
        match (y % 30 < 16, x % 12) {
            (true, 0..5) => ink,
            (true, 5 | 11) => ground.midpoint(ink),
            _ => ground,
        }
    }

    #[test]
    fn large_letters_and_their_seams_are_all_there_is() {
        for (ground, ink) in [(0, 250), (250, 5), (90, 230)] {
            let found = sure(&painted(|x, y| large(x, y, ground, ink)), ground);
            assert!(found > 0.99, "{ground}, {ink}: {found}");
        }
    }

    #[test]
    fn what_has_shades_of_its_own_is_more_than_two_tones() {
        // A thing before a wall, a third of it clipped.
        let thing = |x: usize, y: usize| match ((50..110).contains(&x), (20..80).contains(&y)) {
            (true, true) if x < 70 => 5,
            (true, true) => (x + y) as u8,
            _ => 250,
        };
        assert!(sure(&painted(thing), 250) < 0.01);
        // Leaves before a sky that is clipped.
        let leaf = |x: usize, y: usize| match random(x as u32 / 2, y as u32 / 2, 7) {
            dark if y > 40 && dark < 0.6 => (dark * 250.0) as u8,
            _ => 255,
        };
        assert!(sure(&painted(leaf), 255) < 0.01);
    }

    #[test]
    fn ink_is_brighter_than_a_ground_that_changes() {
        let slope = |x: usize| 60.0 + x as f32 / 4.0;
        let (mut luma, mut above) = (Vec::new(), Vec::new());
        for y in 0..FRAME_HEIGHT {
            for x in 0..FRAME_WIDTH {
                let level = large(x, y, 0, 250);
                let level = if level == 0 { slope(x) as u8 } else { level };
                luma.push(level);
                above.push(f32::from(level) - slope(x));
            }
        }
        assert!(on_slope(&luma, &above, 5.0) > 0.99);
        let below: Vec<f32> = above.iter().map(|above| -above).collect();
        assert!(on_slope(&luma, &below, 5.0) < 0.01);
    }

    #[test]
    fn twigs_before_a_sky_are_no_ink() {
        // Thin, each with a shade of its own, from border to border.
        let twig = |x: usize, y: usize, sky: u8| {
            let slant = (x + y / 3) % 13;
            let shade = (20 + (x + y / 3) / 13 * 9) as u8;
            if slant == 0 { shade } else { sky }
        };
        let clipped = painted(|x, y| twig(x, y, 250));
        assert!(sure(&clipped, 250) < 0.01);
        let slope = |y: usize| 200.0 + y as f32 / 4.0;
        let (mut luma, mut above) = (Vec::new(), Vec::new());
        for y in 0..FRAME_HEIGHT {
            for x in 0..FRAME_WIDTH {
                let level = twig(x, y, slope(y) as u8);
                luma.push(level);
                above.push(f32::from(level) - slope(y));
            }
        }
        assert!(on_slope(&luma, &above, 5.0) < 0.01);
    }
}
