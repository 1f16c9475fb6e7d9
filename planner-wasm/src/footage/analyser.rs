//! Small pictures in, one after the other; a clip's footage out.

use super::anchors;
use super::dissolve::Recent;
use super::freeze::frozen;
use super::model::{
    FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage, Look, Shot, TICK_US, Tick, View,
};
use super::motion::{self, Motion};
use super::picture::{BLOCKS, BlockColours, Picture, distance};
use super::quality::Measures;
use super::shake::shake;
use super::sharpness::{beside_alike, usual_per_take};
use super::shots;
use super::statistics::Statistics;
use super::track::{LONGEST_STEP_US, Sample, Step, Track, per_tick, speed};
use super::writing::Writing;

/// Longest clip, in microseconds: two days. A stamp beyond it is a broken stamp, and would cost
/// memory by the tick.
pub const LONGEST_CLIP_US: u64 = 48 * 3_600 * 1_000_000;

/// Pictures closer to the last fully measured one are measured for movement only.
const SAMPLE_US: u64 = 60_000;

/// No view is shorter, however fast the camera turns.
const SHORTEST_VIEW_US: u64 = 500_000;

/// Mean luma difference below which a picture repeats the one before, re-encoded at most.
const REPEATED: f32 = 0.4;
/// A picture that repeats another no longer ago is no step of the camera's: films of 24 pictures a second
/// in files of 60 would seem to jerk.
const REPEATED_US: u64 = 70_000;
/// The same of one that was moved into after so long and of which this share is all but unchanged: films of
/// 10 pictures a second in files of 30. What moved with every picture and then stands has stopped, and one
/// that lasts longer is a still camera.
const HELD_US: u64 = 110_000;
const PACED_US: u64 = 60_000;
const UNCHANGED: f32 = 0.8;
/// Pictures that are given further apart are each a picture of their own.
const EACH_US: u64 = 70_000;
/// What dissolves changes with each picture; one that repeats another sooner says nothing of that.
const STALE_US: u64 = 75_000;

/// Change of the blocks' colours from which a picture has nothing to do with the one before, and that of the
/// least cut, from which it has not if the camera cannot be followed.
const ANEW: f32 = 20.0;
const CUT: f32 = 9.0;

/// Why a picture was not taken. The analyser is as it was before and may be given the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FootageError {
    /// The bytes are not one small picture.
    #[error(
        "picture at {at_us} µs has {found} bytes, a picture of {FRAME_WIDTH} × {FRAME_HEIGHT} in rgb24 has {FRAME_BYTES}"
    )]
    FrameSize {
        /// Its time, in microseconds.
        at_us: u64,
        /// How many bytes were given.
        found: usize,
    },
    /// Its time is not after that of the picture before: repeated, or out of order.
    #[error("picture at {at_us} µs comes after the picture at {previous_us} µs")]
    NotLater {
        /// Its time, in microseconds.
        at_us: u64,
        /// Time of the picture before, in microseconds.
        previous_us: u64,
    },
    /// Its time is too far from the first picture's to be of the same clip.
    #[error("picture at {at_us} µs is more than 48 hours after the first one, at {start_us} µs")]
    TooLate {
        /// Its time, in microseconds.
        at_us: u64,
        /// Time of the first picture, in microseconds.
        start_us: u64,
    },
}

/// Measures a clip while its pictures stream past; keeps about 70 bytes of each picture and 152
/// of up to sixteen a second, never the pictures themselves.
///
/// Any cadence will do, even or uneven: each picture is taken to be on screen until the next.
/// Ten a second show quality, shots and shake; the native rate places impacts to the frame; mere
/// keyframes show quality, but neither shake nor most cuts.
///
/// ```
/// # use planner_wasm::footage::{FRAME_BYTES, FootageAnalyser};
/// let mut analyser = FootageAnalyser::new();
/// for frame in 0..20 {
///     analyser.push(&[100; FRAME_BYTES], frame * 100_000)?;
/// }
/// let footage = analyser.finish(2_000_000);
/// assert_eq!((footage.ticks.len(), footage.shots.len()), (20, 1));
/// # Ok::<_, planner_wasm::footage::FootageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct FootageAnalyser {
    /// The last picture, and room for the next.
    last: Picture,
    next: Picture,
    /// Block colours of the three pictures before the last, the latest first.
    earlier: [BlockColours; 3],
    recent: Recent,
    writing: Writing,
    /// Whether a picture since the last sample had nothing to do with the one before.
    anew: bool,
    /// Time of the last picture given, repeated or not, and how many there were.
    last_us: Option<u64>,
    pictures: u64,
    track: Track,
}

impl Default for FootageAnalyser {
    fn default() -> Self {
        Self::new()
    }
}

impl FootageAnalyser {
    /// An analyser that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            last: Picture::black(),
            next: Picture::black(),
            earlier: [[[0; 3]; BLOCKS]; 3],
            recent: Recent::default(),
            writing: Writing::default(),
            anew: false,
            last_us: None,
            pictures: 0,
            track: Track::default(),
        }
    }

    /// Takes the next picture.
    ///
    /// * `rgb` — [`FRAME_BYTES`] bytes: rows of red, green and blue, full range.
    /// * `at_us` — its time in the container, in microseconds.
    ///
    /// # Errors
    /// See [`FootageError`]; the picture is then left out, and the clip may go on.
    pub fn push(&mut self, rgb: &[u8], at_us: u64) -> Result<(), FootageError> {
        if rgb.len() != FRAME_BYTES {
            return Err(FootageError::FrameSize {
                at_us,
                found: rgb.len(),
            });
        }
        let given_us = self.last_us;
        if let Some(previous_us) = given_us.filter(|previous| at_us <= *previous) {
            return Err(FootageError::NotLater { at_us, previous_us });
        }
        let start_us = self.track.steps.first().map_or(at_us, |step| step.at_us);
        if at_us - start_us >= LONGEST_CLIP_US {
            return Err(FootageError::TooLate { at_us, start_us });
        }
        self.next.fill(rgb);
        self.last_us = Some(at_us);
        self.pictures += 1;
        let step = self.step(at_us);
        let kept_us = self.track.steps.last().map(|step| step.at_us);
        let soon = |before: Option<u64>, us: u64| before.is_some_and(|before| at_us - before <= us);
        let moved = match self.track.steps.as_slice() {
            [.., before, last] => last.residue >= REPEATED && last.at_us - before.at_us >= PACED_US,
            _ => false,
        };
        let held = moved && step.unchanged >= UNCHANGED;
        let held_us = if held { HELD_US } else { REPEATED_US };
        let repeats = step.residue < REPEATED && soon(given_us, EACH_US) && soon(kept_us, held_us);
        if !repeats {
            let apart = kept_us.is_some_and(|kept| at_us - kept > LONGEST_STEP_US);
            self.anew |= apart || step.change > if step.shift.is_some() { ANEW } else { CUT };
            self.track.steps.push(step);
        }
        let sampled_us = self.track.samples.last().map(|sample| sample.at_us);
        if sampled_us.is_none_or(|sampled| at_us - sampled >= SAMPLE_US) {
            let mut statistics = Statistics::of(rgb, &self.next);
            statistics.written = self.writing.push(&self.next.luma, self.anew);
            self.anew = false;
            self.track.samples.push(Sample {
                at_us,
                statistics,
                look: Look::of(rgb, &self.next),
            });
        }
        let apart_us = if repeats { STALE_US } else { SAMPLE_US };
        if self.recent.wants(at_us, apart_us) {
            let dissolve = self.recent.push(at_us, &self.next.blocks);
            self.track.dissolves.extend(dissolve);
        }
        if repeats {
            return Ok(());
        }
        let [one, two, _] = self.earlier;
        self.earlier = [self.last.blocks, one, two];
        std::mem::swap(&mut self.last, &mut self.next);
        Ok(())
    }

    /// The change from the last picture that was kept to the next.
    fn step(&self, at_us: u64) -> Step {
        let previous_us = self.track.steps.last().map(|step| step.at_us);
        let (darkest, brightest) = self.next.extremes();
        let motion = previous_us.map_or_else(Motion::default, |previous_us| {
            let motion = motion::between(&self.last, &self.next);
            if at_us - previous_us > LONGEST_STEP_US {
                // Too far apart to say how the camera got there.
                return Motion {
                    shift: None,
                    ..motion
                };
            }
            motion
        });
        let change = |to: &BlockColours| distance(to, &self.next.blocks);
        Step {
            at_us,
            shift: motion.shift,
            local: motion.local,
            residue: motion.residue,
            unchanged: motion.unchanged,
            change: previous_us.map_or(0.0, |_| change(&self.last.blocks)),
            change_over: self.earlier.each_ref().map(change),
            luma: self.next.mean,
            darkest,
            brightest,
        }
    }

    /// The footage of all pictures taken, the last of which ends at `end_us`.
    ///
    /// An end that is not after the last picture is replaced by one mean interval after it, or one
    /// tick if there is only one picture; an end too far away is brought to [`LONGEST_CLIP_US`].
    /// Without any picture the footage is empty, at `end_us`.
    #[must_use]
    pub fn finish(self, end_us: u64) -> Footage {
        let (Some(first), Some(last_us)) = (self.track.steps.first(), self.last_us) else {
            return Footage {
                start_us: end_us,
                end_us,
                shots: Vec::new(),
                ticks: Vec::new(),
                anchors: Vec::new(),
                views: Vec::new(),
                sound: None,
            };
        };
        let start_us = first.at_us;
        let interval = (last_us - start_us).checked_div(self.pictures - 1);
        let end_us = if end_us > last_us {
            end_us
        } else {
            last_us.saturating_add(interval.unwrap_or(TICK_US).max(1))
        };
        let end_us = end_us.min(start_us.saturating_add(LONGEST_CLIP_US));
        let cuts = shots::boundaries(&self.track.steps, &self.track.dissolves, end_us);
        let mut footage = Footage {
            start_us,
            end_us,
            shots: takes(&self.track.samples, &cuts, start_us, end_us),
            ticks: ticks(&self.track, &cuts, start_us, end_us),
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        };
        footage.views = views(&self.track.samples, &footage.shots);
        footage.anchors = anchors::anchors(&self.track.steps, &footage);
        footage
    }
}

/// The takes between the cuts, each with the look of the sample nearest to its middle.
fn takes(samples: &[Sample], cuts: &[u64], start_us: u64, end_us: u64) -> Vec<Shot> {
    let starts = std::iter::once(start_us).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([end_us]);
    starts
        .zip(ends)
        .filter_map(|(start_us, end_us)| {
            let middle_us = start_us + (end_us - start_us) / 2;
            let inside = |sample: &&Sample| (start_us..end_us).contains(&sample.at_us);
            let distance = |sample: &&Sample| sample.at_us.abs_diff(middle_us);
            let first = samples.partition_point(|sample| sample.at_us < start_us);
            let mut own = samples.iter().skip(first).take_while(inside).peekable();
            let nearest = if own.peek().is_some() {
                own.min_by_key(distance)
            } else {
                samples.iter().min_by_key(distance)
            };
            Some(Shot {
                start_us,
                end_us,
                look: nearest?.look.clone(),
            })
        })
        .collect()
}

/// Each take in stretches that look the same as their first picture. None is shorter than
/// [`SHORTEST_VIEW_US`] but where the take ends.
fn views(samples: &[Sample], shots: &[Shot]) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    let mut samples = samples.iter().peekable();
    for shot in shots {
        let first = views.len();
        while let Some(sample) = samples.next_if(|sample| sample.at_us < shot.end_us) {
            let own = views.len() > first;
            let same = views.last().is_some_and(|view| {
                sample.at_us - view.start_us < SHORTEST_VIEW_US || view.look.is_like(&sample.look)
            });
            if own && same {
                continue;
            }
            let start_us = if own { sample.at_us } else { shot.start_us };
            if own && let Some(last) = views.last_mut() {
                last.end_us = start_us;
            }
            views.push(View {
                start_us,
                end_us: shot.end_us,
                look: sample.look.clone(),
            });
        }
    }
    views
}

/// The ticks of a clip.
fn ticks(track: &Track, cuts: &[u64], start_us: u64, end_us: u64) -> Vec<Tick> {
    let count = usize::try_from((end_us - start_us).div_ceil(TICK_US)).unwrap_or(0);
    let pace = |of: fn(&Step) -> f32| {
        let moves = track.steps.windows(2).filter_map(|pair| {
            let [before, now] = pair else { return None };
            let cut = cuts.binary_search(&now.at_us).is_ok();
            let value = of(now) * now.per_tick(before.at_us);
            (!cut).then_some((before.at_us - start_us, now.at_us - start_us, value))
        });
        per_tick(moves, count)
    };
    let local = pace(|step| step.local);
    let motion = pace(|step| speed(step.local, step.shift.unwrap_or_default()));
    let shake = shake(&track.steps, cuts, start_us, count);
    let frozen = frozen(&track.steps, cuts, start_us, end_us);
    let usual = usual_per_take(&track.samples, cuts);

    let beside_alike = beside_alike(&track.samples);
    let mut samples = track.samples.iter().zip(beside_alike).peekable();
    let (mut statistics, mut sharpness_beside_alike) = (Statistics::default(), 1.0);
    let mut take = 0;
    let mut tick_end_us = start_us;
    motion
        .into_iter()
        .zip(local)
        .zip(shake)
        .zip(frozen)
        .map(|(((motion, local), shake), frozen)| {
            let tick_start_us = tick_end_us;
            tick_end_us += TICK_US;
            let (mut beside, mut count) = (0.0_f32, 0.0_f32);
            let inside = std::iter::from_fn(|| {
                let (sample, own) = samples.next_if(|(sample, _)| sample.at_us < tick_end_us)?;
                (beside, count) = (beside + own, count + 1.0);
                Some(sample.statistics)
            });
            // A tick without a sample shows the picture before it still.
            if let Some(mean) = Statistics::mean_of(inside) {
                (statistics, sharpness_beside_alike) = (mean, beside / count);
            }
            while cuts
                .get(take)
                .is_some_and(|cut| *cut <= tick_start_us + TICK_US / 2)
            {
                take += 1;
            }
            Measures {
                statistics,
                usual_sharpness: usual.get(take).copied().unwrap_or_default(),
                sharpness_beside_alike,
                motion,
                local,
                shake,
                frozen,
            }
            .quantised()
        })
        .collect()
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]
mod tests {
    use super::super::scene::{Scene, random};
    use super::*;
    use proptest::prelude::*;

    /// What a camera that pans sees, picture by picture; its sensor has noise.
    fn filmed(n: u32) -> Vec<u8> {
        let camera = [5.0 * n as f32, 0.0];
        let mut rgb = Scene {
            camera,
            ..Scene::of(1)
        }
        .render();
        for (at, value) in (0..).zip(&mut rgb) {
            *value = value.saturating_add((random(at, 0, n) * 6.0) as u8);
        }
        rgb
    }

    /// Which pictures, given at these times in milliseconds, are steps.
    fn steps(pictures: &[(u64, &[u8])]) -> Vec<usize> {
        let mut analyser = FootageAnalyser::new();
        let mut kept = Vec::new();
        for (n, (at_ms, rgb)) in pictures.iter().enumerate() {
            let before = analyser.track.steps.len();
            analyser.push(rgb, at_ms * 1000).unwrap();
            if analyser.track.steps.len() > before {
                kept.push(n);
            }
        }
        kept
    }

    #[test]
    fn a_repeat_is_no_step_for_longer_where_pictures_come_at_a_low_rate() {
        let (one, other) = (filmed(0), filmed(1));
        // One step in three of luma: encoded anew, and hardly any of it as it was.
        let mut anew = other.clone();
        for pixel in anew.chunks_exact_mut(9) {
            pixel[..3].iter_mut().for_each(|value| *value += 1);
        }
        // When a picture that comes so long after the one before stands, if it is repeated each 10 ms.
        let stands_after = |paced_ms: u64, repeat: &[u8]| {
            let mut pictures = vec![(0, &one[..]), (paced_ms, &other)];
            pictures.extend((1..16).map(|n| (paced_ms + 10 * n, repeat)));
            let steps = steps(&pictures);
            assert_eq!(steps[..2], [0, 1], "{paced_ms} ms");
            10 * (steps[2] - 1)
        };
        for (paced_ms, stands_ms) in [(59, 80), (60, 120), (100, 120), (340, 120)] {
            assert_eq!(stands_after(paced_ms, &other), stands_ms, "{paced_ms} ms");
        }
        assert_eq!(stands_after(100, &anew), 80);
    }

    #[test]
    fn a_camera_that_stands_is_no_low_rate_and_what_is_given_apart_is_no_repeat() {
        let (one, other) = (filmed(0), filmed(1));
        // Nothing moved into the picture that stands.
        let still = [0, 100, 150, 190, 210].map(|at_ms| (at_ms, &one[..]));
        assert_eq!(steps(&still), [0, 1, 3]);
        // What is given 80 ms apart is a picture of its own, whatever it shows.
        assert_eq!(steps(&[(0, &one), (80, &other), (160, &other)]), [0, 1, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn each_picture_of_a_low_rate_is_a_step_once(
            rate in 9.5_f64..16.0,
            file in prop::sample::select(vec![24_u64, 25, 30, 50, 60]),
        ) {
            let shown = |n: u64| 2 + (n as f64 / file as f64 * rate + 1e-6) as u32;
            let pictures: Vec<_> = (0..file).map(|n| filmed(shown(n))).collect();
            let (first, second) = (filmed(0), filmed(1));
            // Two that stand alone, at the same rate; before them nothing tells of it.
            let mut given = vec![(0, &first[..]), (100, &second)];
            given.extend((0..file).map(|n| 200 + n * 1000 / file).zip(pictures.iter().map(Vec::as_slice)));
            prop_assert_eq!(steps(&given).len() as u32, shown(file - 1) + 1);
        }
    }
}
