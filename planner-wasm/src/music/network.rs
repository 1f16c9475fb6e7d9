//! A small network that has learnt what beats and downbeats sound like.
//!
//! It is a temporal convolutional network: a row of band levels and rises fifty times a second, and
//! layers that each look twice as far to either side as the one before, up to 20 s. It was trained
//! on songs that a program made up, so that every beat is known exactly and nobody's music is in
//! it; `docs/beats` tells how.
//!
//! Only additions, multiplications and maxima of 32-bit floats in a fixed order: the same bits
//! natively and as WebAssembly. What it says is rounded to integers once.
//!
//! Source of the design: Davies, Böck, *Temporal Convolutional Networks for Musical Audio Beat
//! Tracking* (EUSIPCO 2019).

use super::hop::{UNIT, nearest};
use super::onset::LEVEL;

/// Hops to a frame of the network: fifty frames a second.
pub(crate) const FRAME: usize = 2;
/// Values that a layer hands to the next, for each frame.
const CHANNELS: usize = 24;
/// Bands of the spectrum that it hears.
const BANDS: usize = 80;
/// Frames to either side at which a layer looks, in units of its own distance.
const TAPS: i64 = 2;
/// Distances between the frames that each layer looks at.
const DISTANCES: [i64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Hops over which a band's rise is taken.
const RISE: usize = 2;
/// A weight of 1 in the integers that weights are kept as.
const WEIGHT: f32 = 2048.0;
/// What was learnt: for each layer its weights and offsets in 1/2048, 16 bits, low byte first.
const LEARNT: &[u8] = include_bytes!("network.weights");
/// Log odds beyond this say no more.
const CERTAIN: f32 = 8.0;

/// One frame of one layer.
type Row = [f32; CHANNELS];

/// What the network hears: log odds of a beat and of a downbeat at each hop, in 1/1024.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) beat: Vec<i32>,
    pub(crate) downbeat: Vec<i32>,
}

/// The largest of the log odds, by hops, about a position in fixed-point hops: within two hops.
/// Outside of the song nothing is heard.
pub(crate) fn odds_near(odds: &[i32], position: i64) -> i32 {
    let centre = nearest(position);
    let heard = (centre - 2..=centre + 2)
        .map(|hop| usize::try_from(hop).ok().and_then(|hop| odds.get(hop)));
    heard.flatten().copied().max().unwrap_or(NOTHING)
}

/// Log odds, in 1/1024, that say nothing is heard.
pub(crate) const NOTHING: i32 = -4 * UNIT;

/// Listens to a song's band levels, rows of [`BANDS`] integers as `onset` makes them.
pub(crate) fn listen(bands: &[i32]) -> Heard {
    let network = Network::learnt();
    let mut frames = network.first(bands);
    for layer in &network.layers {
        layer.apply(&mut frames);
    }
    let hops = bands.len() / BANDS;
    let [beat, downbeat] = [0, 1].map(|head| {
        let odds: Vec<i32> = frames
            .iter()
            .map(|row| {
                let sum = row.iter().zip(&network.heads).map(|(x, w)| x * w[head]);
                let odds = sum.fold(network.head_offsets[head], |sum, term| sum + term);
                libm::roundf(odds.clamp(-CERTAIN, CERTAIN) * UNIT as f32) as i32
            })
            .collect();
        between_frames(&odds, hops)
    });
    Heard { beat, downbeat }
}

/// Log odds at each hop, between frames by a straight line.
fn between_frames(odds: &[i32], hops: usize) -> Vec<i32> {
    let at = |frame: usize| odds.get(frame).or(odds.last()).copied().unwrap_or(NOTHING);
    (0..hops)
        .map(|hop| i32::midpoint(at(hop / FRAME), at(hop.div_ceil(FRAME))))
        .collect()
}

/// Adds `x` times a row of weights.
fn add(sum: &mut Row, x: f32, weights: &Row) {
    for (sum, weight) in sum.iter_mut().zip(weights) {
        *sum += x * weight;
    }
}

/// A residual layer: it looks at frames near and far, and adds what it makes of them.
struct Layer {
    distance: i64,
    /// For each tap and channel of the input.
    look: Vec<Row>,
    look_offset: Row,
    say: Vec<Row>,
    say_offset: Row,
}

impl Layer {
    fn apply(&self, frames: &mut [Row]) {
        let before = frames.to_vec();
        for (index, frame) in frames.iter_mut().enumerate() {
            let mut seen = self.look_offset;
            for (tap, weights) in (-TAPS..=TAPS).zip(self.look.chunks(CHANNELS)) {
                let other = index as i64 + tap * self.distance;
                // Beyond the ends of the song there is nothing to add.
                let other = usize::try_from(other).ok().and_then(|at| before.get(at));
                for (x, weights) in other.into_iter().flatten().zip(weights) {
                    add(&mut seen, *x, weights);
                }
            }
            let mut said = self.say_offset;
            for (x, weights) in seen.iter().zip(&self.say) {
                add(&mut said, x.max(0.0), weights);
            }
            for (x, said) in frame.iter_mut().zip(&said) {
                *x += said;
            }
        }
    }
}

/// All that was learnt, as numbers.
struct Network {
    input: Vec<Row>,
    input_offset: Row,
    layers: Vec<Layer>,
    heads: Vec<[f32; 2]>,
    head_offsets: [f32; 2],
}

impl Network {
    fn learnt() -> Self {
        let mut numbers = LEARNT.chunks_exact(2).map(|pair| {
            let bytes = [pair[0], pair[1]];
            f32::from(i16::from_le_bytes(bytes)) / WEIGHT
        });
        let mut row = || [(); CHANNELS].map(|()| numbers.next().unwrap_or(0.0));
        let mut rows = |count: usize| -> Vec<Row> { (0..count).map(|_| row()).collect() };
        let one = |rows: Vec<Row>| rows.first().copied().unwrap_or([0.0; CHANNELS]);
        let input = rows(2 * BANDS);
        let input_offset = one(rows(1));
        let layers = DISTANCES
            .iter()
            .map(|&distance| Layer {
                distance,
                look: rows((2 * TAPS + 1) as usize * CHANNELS),
                look_offset: one(rows(1)),
                say: rows(CHANNELS),
                say_offset: one(rows(1)),
            })
            .collect();
        let mut two = || [(); 2].map(|()| numbers.next().unwrap_or(0.0));
        let heads = (0..CHANNELS).map(|_| two()).collect();
        Self {
            input,
            input_offset,
            layers,
            heads,
            head_offsets: two(),
        }
    }

    /// The first layer: levels and rises of all bands, each frame by itself.
    fn first(&self, bands: &[i32]) -> Vec<Row> {
        let row = |hop: usize| &bands[hop * BANDS..(hop + 1) * BANDS];
        let hops = bands.len() / BANDS;
        let scale = 1.0 / LEVEL;
        (0..hops / FRAME)
            .map(|frame| {
                let (early, late) = (row(frame * FRAME), row(frame * FRAME + 1));
                let mut sum = self.input_offset;
                for band in 0..BANDS {
                    let level = (early[band] + late[band]) as f32 * (scale / 2.0);
                    add(&mut sum, level, &self.input[band]);
                }
                // The first frame has nothing before it to rise from.
                let before = (frame * FRAME).checked_sub(RISE);
                if let Some(before) = before {
                    let (a, b) = (row(before), row(before + 1));
                    for band in 0..BANDS {
                        let rise = (early[band] - a[band]).max(0) + (late[band] - b[band]).max(0);
                        add(&mut sum, rise as f32 * scale, &self.input[BANDS + band]);
                    }
                }
                sum.map(|x| x.max(0.0))
            })
            .collect()
    }
}
