//! Rendered scenes for the tests: a textured world under a camera that moves, with planted faults.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]

use super::analyser::FootageAnalyser;
use super::model::{FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage};

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    /// Which world; worlds look nothing like each other.
    pub(super) world: u32,
    /// How far the camera has moved its picture to the right and down, in pixels.
    pub(super) camera: [f32; 2],
    /// Left edge of a bright square of 30 pixels in front of it.
    pub(super) square: Option<f32>,
    /// Factor on all values.
    pub(super) gain: f32,
    /// Radius of a box blur, in pixels.
    pub(super) blur: usize,
}

impl Scene {
    pub(super) fn of(world: u32) -> Self {
        Self {
            world,
            camera: [0.0; 2],
            square: None,
            gain: 1.0,
            blur: 0,
        }
    }

    /// The picture, as bytes.
    pub(super) fn render(&self) -> Vec<u8> {
        let mut rgb = vec![0.0_f32; FRAME_BYTES];
        for (n, pixel) in rgb.chunks_exact_mut(3).enumerate() {
            let (x, y) = ((n % FRAME_WIDTH) as f32, (n / FRAME_WIDTH) as f32);
            let (u, v) = (x - self.camera[0], y - self.camera[1]);
            let seed = self.world * 16;
            let detail = 60.0 * texture(u / 4.0, v / 4.0, seed + 8)
                + 20.0 * texture(u / 1.5, v / 1.5, seed + 9);
            // Edges a pixel wide, so that parts of a pixel show.
            let over = self
                .square
                .filter(|_| (30.0..60.0).contains(&y))
                .map_or(0.0, |left| {
                    (x - left + 0.5).min(left + 30.5 - x).clamp(0.0, 1.0)
                });
            for (channel, value) in (0..3).zip(pixel) {
                let colour = 120.0 * texture(u / 40.0, v / 40.0, seed + channel);
                *value = 30.0 + colour + detail;
                *value += over * (240.0 - *value);
            }
        }
        let rgb = (0..self.blur.min(1)).fold(rgb, |rgb, _| blurred(&rgb, self.blur));
        let byte = |value: f32| (value * self.gain).clamp(0.0, 255.0) as u8;
        rgb.into_iter().map(byte).collect()
    }
}

/// Value noise: random values at whole coordinates, straight lines between. 0 to 1.
fn texture(u: f32, v: f32, seed: u32) -> f32 {
    let (left, top) = (libm::floorf(u), libm::floorf(v));
    let at = |x: f32, y: f32| random(x as i32 as u32, y as i32 as u32, seed);
    let (s, t) = (u - left, v - top);
    let above = at(left, top) * (1.0 - s) + at(left + 1.0, top) * s;
    let below = at(left, top + 1.0) * (1.0 - s) + at(left + 1.0, top + 1.0) * s;
    above * (1.0 - t) + below * t
}

/// A value of 0 to 1 that depends on all three.
pub(super) fn random(x: u32, y: u32, seed: u32) -> f32 {
    let mut hash = x
        .wrapping_mul(0x9E37_79B1)
        .wrapping_add(y.wrapping_mul(0x85EB_CA77))
        .wrapping_add(seed.wrapping_mul(0xC2B2_AE3D));
    for shift in [15, 13, 16] {
        hash = (hash ^ (hash >> shift)).wrapping_mul(0x2C1B_3C6D);
    }
    (hash >> 8) as f32 / (1 << 24) as f32
}

fn blurred(rgb: &[f32], radius: usize) -> Vec<f32> {
    let mut out = vec![0.0; rgb.len()];
    for y in 0..FRAME_HEIGHT {
        for x in 0..FRAME_WIDTH {
            for channel in 0..3 {
                let (mut sum, mut count) = (0.0, 0.0);
                for v in y.saturating_sub(radius)..(y + radius + 1).min(FRAME_HEIGHT) {
                    for u in x.saturating_sub(radius)..(x + radius + 1).min(FRAME_WIDTH) {
                        sum += rgb[(v * FRAME_WIDTH + u) * 3 + channel];
                        count += 1.0;
                    }
                }
                out[(y * FRAME_WIDTH + x) * 3 + channel] = sum / count;
            }
        }
    }
    out
}

/// The footage of a clip of `seconds`, at `fps` pictures a second, that starts at 0.
pub(super) fn clip(fps: u64, seconds: f64, picture: impl Fn(f64) -> Vec<u8>) -> Footage {
    let mut analyser = FootageAnalyser::new();
    for n in 0..(seconds * fps as f64) as u64 {
        let at_us = n * 1_000_000 / fps;
        analyser.push(&picture(at_us as f64 / 1e6), at_us).unwrap();
    }
    analyser.finish((seconds * 1e6) as u64)
}

/// The cadences that the tests are run at.
pub(super) const CADENCES: [u64; 3] = [10, 24, 30];
