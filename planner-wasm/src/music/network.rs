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

use std::collections::VecDeque;

use super::filterbank::{BANDS, Levels};
use super::hop::{UNIT, nearest};
use super::onset::LEVEL;

/// Hops to a frame of the network: fifty frames a second.
pub(crate) const FRAME: usize = 2;
/// Values that a layer hands to the next, for each frame.
const CHANNELS: usize = 24;
/// Frames to either side at which a layer looks, in units of its own distance.
const TAPS: usize = 2;
/// Distances between the frames that each layer looks at.
const DISTANCES: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
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

/// Listens to a song row by row. It holds no more of it than the layers look back, and what it says.
///
/// Memory: about 340 kB, and 400 bytes a second.
pub(crate) struct Listener {
    network: Network,
    /// The rows before the present one, the latest first; none from before the song.
    before: VecDeque<Levels>,
    hops: usize,
    odds: [Vec<i32>; 2],
}

impl Listener {
    pub(crate) fn new() -> Self {
        Self {
            network: Network::learnt(),
            before: VecDeque::new(),
            hops: 0,
            odds: Default::default(),
        }
    }

    /// Hears the next row of band levels.
    pub(crate) fn push(&mut self, levels: &Levels) {
        self.hops += 1;
        if self.hops.is_multiple_of(FRAME)
            && let Some(early) = self.before.front()
        {
            let risen = self.before.get(RISE).zip(self.before.get(RISE - 1));
            let frame = self.network.first(early, levels, risen);
            let Self { network, odds, .. } = self;
            feed(&mut network.layers, frame, &mut |row| {
                network.heads.say(&row, odds);
            });
        }
        self.before.truncate(RISE);
        self.before.push_front(*levels);
    }

    /// What it says of the whole song.
    pub(crate) fn finish(mut self) -> Heard {
        let Network { layers, heads, .. } = &mut self.network;
        for index in 0..layers.len() {
            let (done, rest) = layers.split_at_mut(index + 1);
            let layer = done.last_mut();
            for row in layer.into_iter().flat_map(Layer::rest) {
                feed(rest, row, &mut |row| heads.say(&row, &mut self.odds));
            }
        }
        let [beat, downbeat] = self.odds.map(|odds| between_frames(&odds, self.hops));
        Heard { beat, downbeat }
    }
}

/// Hands a frame from layer to layer, and what comes out of the last one on.
fn feed(layers: &mut [Layer], row: Row, out: &mut dyn FnMut(Row)) {
    match layers.split_first_mut() {
        None => out(row),
        Some((layer, rest)) => {
            if let Some(row) = layer.push(row) {
                feed(rest, row, out);
            }
        }
    }
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
    distance: usize,
    /// For each tap and channel of the input.
    look: Vec<Row>,
    look_offset: Row,
    say: Vec<Row>,
    say_offset: Row,
    /// The latest frames, as many as are looked at, each at its number modulo their count.
    held: Vec<Row>,
    taken: usize,
    told: usize,
}

impl Layer {
    /// Takes the next frame; gives the one whose surroundings are complete by that, if any is.
    fn push(&mut self, row: Row) -> Option<Row> {
        let at = self.taken % self.held.len();
        self.held[at] = row;
        self.taken += 1;
        (self.taken > self.told + TAPS * self.distance).then(|| self.next())
    }

    /// The frames that nothing follows any more.
    fn rest(&mut self) -> Vec<Row> {
        (self.told..self.taken).map(|_| self.next()).collect()
    }

    fn next(&mut self) -> Row {
        let index = self.told;
        self.told += 1;
        let row = |at: usize| &self.held[at % self.held.len()];
        let mut seen = self.look_offset;
        for (tap, weights) in self.look.chunks(CHANNELS).enumerate() {
            // Beyond the ends of the song there is nothing to add.
            let other = (index + tap * self.distance).checked_sub(TAPS * self.distance);
            let other = other.filter(|at| *at < self.taken).map(row);
            for (x, weights) in other.into_iter().flatten().zip(weights) {
                add(&mut seen, *x, weights);
            }
        }
        let mut said = self.say_offset;
        for (x, weights) in seen.iter().zip(&self.say) {
            add(&mut said, x.max(0.0), weights);
        }
        let mut frame = *row(index);
        for (x, said) in frame.iter_mut().zip(&said) {
            *x += said;
        }
        frame
    }
}

/// What is said of a frame in the end.
struct Heads {
    weights: Vec<[f32; 2]>,
    offsets: [f32; 2],
}

impl Heads {
    /// Log odds of a beat and of a downbeat, in 1/1024.
    fn say(&self, row: &Row, odds: &mut [Vec<i32>; 2]) {
        for (head, said) in odds.iter_mut().enumerate() {
            let sum = row.iter().zip(&self.weights).map(|(x, w)| x * w[head]);
            let odds = sum.fold(self.offsets[head], |sum, term| sum + term);
            said.push(libm::roundf(odds.clamp(-CERTAIN, CERTAIN) * UNIT as f32) as i32);
        }
    }
}

/// All that was learnt, as numbers.
struct Network {
    input: Vec<Row>,
    input_offset: Row,
    layers: Vec<Layer>,
    heads: Heads,
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
                look: rows((2 * TAPS + 1) * CHANNELS),
                look_offset: one(rows(1)),
                say: rows(CHANNELS),
                say_offset: one(rows(1)),
                held: vec![[0.0; CHANNELS]; 2 * TAPS * distance + 1],
                taken: 0,
                told: 0,
            })
            .collect();
        let mut two = || [(); 2].map(|()| numbers.next().unwrap_or(0.0));
        let heads = Heads {
            weights: (0..CHANNELS).map(|_| two()).collect(),
            offsets: two(),
        };
        Self {
            input,
            input_offset,
            layers,
            heads,
        }
    }

    /// The first layer: levels and rises of all bands, each frame by itself. A frame is two rows; it
    /// rises from the two before them, the first of the song from nothing.
    fn first(&self, early: &Levels, late: &Levels, before: Option<(&Levels, &Levels)>) -> Row {
        let scale = 1.0 / LEVEL;
        let mut sum = self.input_offset;
        for band in 0..BANDS {
            let level = (early[band] + late[band]) as f32 * (scale / 2.0);
            add(&mut sum, level, &self.input[band]);
        }
        if let Some((a, b)) = before {
            for band in 0..BANDS {
                let rise = (early[band] - a[band]).max(0) + (late[band] - b[band]).max(0);
                add(&mut sum, rise as f32 * scale, &self.input[BANDS + band]);
            }
        }
        sum.map(|x| x.max(0.0))
    }
}
