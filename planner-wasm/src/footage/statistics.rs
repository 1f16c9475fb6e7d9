//! What a single picture is like: exposure, contrast, colour and sharpness.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size, whose sums of bytes fit their types"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH};
use super::palette::{self, Palette};
use super::picture::{PIXELS, Picture};
use super::subject;

/// Bins of the luma histogram.
pub(super) const BINS: usize = 64;
/// Levels of luma.
pub(super) const LEVELS: usize = 256;
/// The darkest bins: luma below 16.
const DARK_BINS: usize = 4;
/// The brightest bins: luma from 248 on.
const BRIGHT_BINS: usize = 2;
/// Sum of both luma differences, each over two pixels, from which a pixel is on an edge.
const EDGE: i32 = 24;
/// Gradient energy per pixel that keeps a flat picture's sharpness near 0.
const FLAT: f32 = 20.0;

/// Measures of one picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Statistics {
    /// Mean luma, 0 to 255.
    pub(super) mean: f32,
    /// Standard deviation of luma.
    pub(super) contrast: f32,
    /// Share of pixels in the darkest bins, 0 to 1.
    pub(super) dark: f32,
    /// Share of pixels in the brightest bins, 0 to 1.
    pub(super) bright: f32,
    /// Luma that 98 % of the pixels do not exceed, 0 to 255, to within a bin.
    pub(super) highlight: f32,
    /// Luma that 5 % of the pixels do not exceed, 0 to 255, to within a bin.
    pub(super) shadow: f32,
    /// Colourfulness after Hasler and Süsstrunk (2003), about 0 (grey) to 110.
    pub(super) colourfulness: f32,
    /// Share of pixels on an edge, 0 to 1.
    pub(super) edges: f32,
    /// Energy of the Laplacian over the energy of the gradient: fine detail for the edges that
    /// there are, whatever their contrast. About 0 (flat or out of focus) to 4 (noise).
    pub(super) sharpness: f32,
    /// What it is painted with.
    pub(super) palette: Palette,
    /// See [`matter`](super::subject::matter).
    pub(super) matter: f32,
    /// See [`keyed`](super::subject::keyed).
    pub(super) keyed: f32,
    /// How surely something is written over it, 0 to 1; known only beside other pictures, see
    /// [`Writing`](super::writing::Writing).
    pub(super) written: f32,
}

impl Statistics {
    /// The measures of a picture given both as bytes and taken apart.
    pub(super) fn of(rgb: &[u8], picture: &Picture) -> Self {
        let levels = histogram(&picture.luma);
        let bins = coarse(&levels);
        let squares: u32 = picture
            .luma
            .iter()
            .map(|l| u32::from(*l) * u32::from(*l))
            .sum();
        let variance = squares as f32 / PIXELS as f32 - picture.mean * picture.mean;
        let share = |bins: &[u32]| bins.iter().sum::<u32>() as f32 / PIXELS as f32;
        let (edges, sharpness) = detail(&picture.luma);
        Self {
            mean: picture.mean,
            contrast: libm::sqrtf(variance.max(0.0)),
            dark: share(&bins[..DARK_BINS]),
            bright: share(&bins[BINS - BRIGHT_BINS..]),
            highlight: percentile(&bins, PIXELS as u32 * 98 / 100),
            shadow: percentile(&bins, PIXELS as u32 * 5 / 100),
            colourfulness: colourfulness(rgb),
            edges,
            sharpness,
            palette: palette::of(rgb, picture, &levels, &bins),
            matter: subject::matter(&picture.blocks),
            keyed: subject::keyed(&picture.blocks),
            written: 0.0,
        }
    }

    /// The mean of each measure; none of no pictures.
    pub(super) fn mean_of(pictures: impl Iterator<Item = Self>) -> Option<Self> {
        let (mut sum, mut count) = (Self::default(), 0.0_f32);
        for picture in pictures {
            sum = sum.zip_with(&picture, |sum, value| sum + value);
            count += 1.0;
        }
        (count > 0.0).then(|| sum.zip_with(&sum, |sum, _| sum / count))
    }

    fn zip_with(&self, other: &Self, join: impl Fn(f32, f32) -> f32 + Copy) -> Self {
        Self {
            mean: join(self.mean, other.mean),
            contrast: join(self.contrast, other.contrast),
            dark: join(self.dark, other.dark),
            bright: join(self.bright, other.bright),
            highlight: join(self.highlight, other.highlight),
            shadow: join(self.shadow, other.shadow),
            colourfulness: join(self.colourfulness, other.colourfulness),
            edges: join(self.edges, other.edges),
            sharpness: join(self.sharpness, other.sharpness),
            palette: self.palette.zip_with(&other.palette, join),
            matter: join(self.matter, other.matter),
            keyed: join(self.keyed, other.keyed),
            written: join(self.written, other.written),
        }
    }
}

fn histogram(luma: &[u8]) -> [u32; LEVELS] {
    // Four at a time: equal neighbours would otherwise wait for each other's increment.
    let mut lanes = [[0_u32; LEVELS]; 4];
    for four in luma.chunks_exact(4) {
        for (lane, value) in lanes.iter_mut().zip(four) {
            lane[usize::from(*value)] += 1;
        }
    }
    let mut levels = [0; LEVELS];
    for lane in &lanes {
        for (level, count) in levels.iter_mut().zip(lane) {
            *level += count;
        }
    }
    levels
}

fn coarse(levels: &[u32; LEVELS]) -> [u32; BINS] {
    let mut bins = [0; BINS];
    for (bin, levels) in bins.iter_mut().zip(levels.chunks_exact(LEVELS / BINS)) {
        *bin = levels.iter().sum();
    }
    bins
}

fn percentile(bins: &[u32; BINS], rank: u32) -> f32 {
    let mut below = 0;
    let bin = bins.iter().position(|count| {
        below += count;
        below > rank
    });
    (bin.unwrap_or(BINS - 1) * (256 / BINS)) as f32
}

/// Hasler and Süsstrunk, *Measuring colourfulness in natural images* (2003): spread and distance
/// from grey of the opponent colours red–green and yellow–blue.
fn colourfulness(rgb: &[u8]) -> f32 {
    // Yellow–blue is kept doubled, so that it is whole.
    let (mut rg, mut yb) = (0_i32, 0_i32);
    let (mut rg_squares, mut yb_squares) = (0_u32, 0_u64);
    for row in rgb.chunks_exact(FRAME_WIDTH * 3) {
        let mut row_squares = 0_u32;
        for pixel in row.chunks_exact(3) {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            let (pixel_rg, pixel_yb) = (red - green, red + green - 2 * blue);
            rg += pixel_rg;
            yb += pixel_yb;
            rg_squares += (pixel_rg * pixel_rg).unsigned_abs();
            row_squares += (pixel_yb * pixel_yb).unsigned_abs();
        }
        yb_squares += u64::from(row_squares);
    }
    let pixels = PIXELS as f32;
    let (rg, yb) = (rg as f32 / pixels, yb as f32 / pixels / 2.0);
    let rg_variance = (rg_squares as f32 / pixels - rg * rg).max(0.0);
    let yb_variance = (yb_squares as f32 / pixels / 4.0 - yb * yb).max(0.0);
    libm::sqrtf(rg_variance + yb_variance) + 0.3 * libm::sqrtf(rg * rg + yb * yb)
}

/// Share of edge pixels, and sharpness.
fn detail(luma: &[u8]) -> (f32, f32) {
    let (mut laplacian, mut gradient, mut edges) = (0_u64, 0_u64, 0_u32);
    for y in 1..FRAME_HEIGHT - 1 {
        let above = &luma[(y - 1) * FRAME_WIDTH..][..FRAME_WIDTH];
        let here = &luma[y * FRAME_WIDTH..][..FRAME_WIDTH];
        let below = &luma[(y + 1) * FRAME_WIDTH..][..FRAME_WIDTH];
        let (mut row_laplacian, mut row_gradient, mut row_edges) = (0_u32, 0_u32, 0_u32);
        for x in 1..FRAME_WIDTH - 1 {
            let [up, down] = [above[x], below[x]].map(i32::from);
            let [left, middle, right] = [here[x - 1], here[x], here[x + 1]].map(i32::from);
            let bend = 4 * middle - up - down - left - right;
            let (dx, dy) = (right - left, down - up);
            row_laplacian += (bend * bend).unsigned_abs();
            row_gradient += (dx * dx + dy * dy).unsigned_abs();
            row_edges += u32::from(dx.abs() + dy.abs() >= EDGE);
        }
        laplacian += u64::from(row_laplacian);
        gradient += u64::from(row_gradient);
        edges += row_edges;
    }
    let pixels = ((FRAME_WIDTH - 2) * (FRAME_HEIGHT - 2)) as f32;
    let energy = laplacian as f32 / (gradient as f32 + FLAT * pixels);
    (edges as f32 / pixels, energy)
}

#[cfg(test)]
mod tests {
    use super::super::model::FRAME_BYTES;
    use super::super::scene::Scene;
    use super::*;

    fn statistics(rgb: &[u8]) -> Statistics {
        let mut picture = Picture::black();
        picture.fill(rgb);
        Statistics::of(rgb, &picture)
    }

    #[test]
    fn a_plain_picture_has_only_its_luma() {
        let plain = statistics(&vec![100; FRAME_BYTES]);
        assert_eq!((plain.mean, plain.contrast), (100.0, 0.0));
        assert_eq!(
            (plain.colourfulness, plain.edges, plain.sharpness),
            (0.0, 0.0, 0.0)
        );
        assert_eq!((plain.dark, plain.bright), (0.0, 0.0));
        assert_eq!((plain.shadow, plain.highlight), (100.0, 100.0));
    }

    #[test]
    fn colourfulness_is_that_of_the_paper() {
        // Half pure red, half pure blue: rg is 255 or 0 and yb 127.5 or -255,
        // so their spreads are 127.5 and 191.25 and their means 127.5 and -63.75.
        let halves: Vec<u8> = (0..PIXELS)
            .flat_map(|n| if n % 2 == 0 { [255, 0, 0] } else { [0, 0, 255] })
            .collect();
        let (rg, yb) = ((127.5_f32, 127.5_f32), (191.25_f32, -63.75_f32));
        let expected =
            (rg.0 * rg.0 + yb.0 * yb.0).sqrt() + 0.3 * (rg.1 * rg.1 + yb.1 * yb.1).sqrt();
        assert!((statistics(&halves).colourfulness - expected).abs() < 0.01);
    }

    #[test]
    fn blur_lowers_sharpness_step_by_step_and_gain_does_not() {
        let scene = Scene::of(1);
        let sharpness = |scene: &Scene| statistics(&scene.render()).sharpness;
        let blurred = [0, 1, 2, 4].map(|blur| sharpness(&Scene { blur, ..scene }));
        assert!(
            blurred.windows(2).all(|pair| pair[1] < 0.8 * pair[0]),
            "{blurred:?}"
        );
        let dim = sharpness(&Scene { gain: 0.7, ..scene });
        assert!(dim > 0.8 * blurred[0], "{dim} of {}", blurred[0]);
    }
}
