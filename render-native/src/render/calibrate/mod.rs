//! Settles what the encoder is asked for, for a wished time or size, before the first segment: the
//! preset stands in the headers, which all segments must share.
//!
//! Stretches of slots from all over the film are encoded as their segments will be, one process at
//! a time, and [`choose`] says what to measure next and what follows from it. The choice is kept
//! in the frozen job; a run that goes on there with the same wish takes it over.

mod choose;
mod settled;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

pub(super) use settled::words;
pub use settled::{Settled, Wished};

use self::choose::{Film, Pick, Sample, choose, is_measured};
use super::attempt::limits;
use super::command::arguments;
use super::encoder::{Encoder, Preset};
use super::error::RenderError;
use super::frozen::Frozen;
use super::job::{Job, millis};
use super::join;
use super::judge;
use super::sample_table;
use super::schedule::estimate::{Class, Estimator, Footprint};
use super::segment::{Picture, Segment, Way};
use super::settings::Wish;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, ProcessError};
use crate::progress::{Event, Progress};

/// Slots that are sampled where only the time counts.
const FOR_TIME: usize = 6;
/// Least and most slots that are sampled where the size counts, which differs more.
const FOR_SIZE: (usize, usize) = (8, 20);
/// One slot in so many is sampled where the size counts.
const ONE_IN: usize = 6;
/// Slots that are sampled again with other settings.
const AGAIN: usize = 5;
/// The same when the time for measuring is over.
const AGAIN_LATE: usize = 2;
/// The highest rate factor that is measured first: a guess, which shall not be far off.
const COARSEST_FIRST: u8 = 30;
/// Most settings that are measured.
const ROUNDS: usize = 6;
/// The measuring gets one part in so many of the time that is wished for.
const SHARE: u32 = 10;
/// Bytes of a film's container: at the least, and for each frame.
const CONTAINER: (u64, u64) = (4096, 24);

/// Settles what the encoder is asked for, if the settings wish for something.
pub(super) fn settle(
    job: &mut Job<'_>,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(), RenderError> {
    let Some(wish) = job.settings.wish else {
        return Ok(());
    };
    let earlier = earlier(job, wish);
    let settled = match earlier {
        Some(settled) => settled,
        None => calibrate(job, wish, progress, interrupt)?,
    };
    for decision in settled.decisions(earlier.is_some()) {
        progress.report(Event::Decided(&decision));
        job.decisions.push(decision);
    }
    job.encode.encoder = settled.encoder;
    job.settled = Some(settled);
    Ok(())
}

/// What an earlier run has settled in this work directory for the same wish and much the same film:
/// after an edit of one slot the others shall still be good.
fn earlier(job: &Job<'_>, wish: Wish) -> Option<Settled> {
    let frozen = Frozen::read(job.work.root(), None).ok()?;
    let settled = frozen
        .encode
        .settled
        .filter(|settled| settled.wish == wish)?;
    let (before, now) = (&frozen.plan, job.plan);
    let picture = |plan: &shared::plan::Plan| {
        let output = &plan.output;
        (output.width, output.height, output.rate)
    };
    let (old, new) = (before.record_duration(), now.record_duration());
    let used: Vec<_> = job.sources.used().map(|(_, f)| f.fingerprint).collect();
    let kept = used.iter().filter(|fingerprint| {
        let mut media = before.media.iter();
        media.any(|media| media.fingerprint.as_ref() == Some(*fingerprint))
    });
    // The same pictures with another sound, or a little more of them, may be too much.
    let pictures = settled.expected_bytes.saturating_sub(settled.other_bytes);
    let bytes = u128::from(pictures) * u128::from(new) / u128::from(old.max(1))
        + u128::from(other_bytes(job));
    let fits = wish.max_bytes.is_none_or(|most| bytes <= most.into());
    let same = settled.samples > 0
        && (fits || !settled.in_size)
        && picture(before) == picture(now)
        && frozen.ffmpeg == job.tools.version.text
        && old.abs_diff(new) <= old / 20
        && kept.count() * 2 >= used.len();
    same.then_some(settled)
}

fn calibrate(
    job: &mut Job<'_>,
    wish: Wish,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Settled, RenderError> {
    let began = Instant::now();
    let line = format!(
        "samples of the film are encoded first, to settle its quality for {}",
        words(wish)
    );
    progress.report(Event::Note(&line));
    let (film, threads) = film(job);
    let slots = spread(job, wish);
    let left = |job: &Job<'_>| {
        let spent = job.settings.spent + job.started.elapsed();
        let deadline = wish.deadline_ms.map(Duration::from_millis)?;
        Some(deadline.saturating_sub(spent))
    };
    let left_us =
        |job: &Job<'_>| left(job).map(|left| u64::try_from(left.as_micros()).unwrap_or(u64::MAX));
    let most = left(job).map(|left| left / SHARE);
    let mut bench = Bench {
        job,
        threads: &threads,
        samples: Vec::new(),
        until: most.map(|most| began + most),
        interrupt,
    };
    let pixels = u64::from(bench.job.canvas.width) * u64::from(bench.job.canvas.height);
    bench.measure(&slots, first(&film, pixels, wish), 1)?;
    for _ in 1..ROUNDS {
        let late = bench.is_late();
        let pick = choose(&film, &bench.samples, wish, left_us(bench.job), late);
        let Some(Pick { encoder, .. }) = pick else {
            break;
        };
        if is_measured(&bench.samples, encoder, wish) {
            break;
        }
        let most = match late {
            false => AGAIN,
            // A size is kept by measurement only, whatever the time.
            true if wish.max_bytes.is_some() => AGAIN_LATE,
            true => break,
        };
        let again = slots.get(..most).unwrap_or(&slots);
        bench.measure(again, encoder, if late { most } else { 1 })?;
        if late {
            break;
        }
    }
    let pick = choose(&film, &bench.samples, wish, left_us(bench.job), true);
    let spent = job.settings.spent + job.started.elapsed();
    let spent_ms = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX);
    Ok(Settled {
        wish,
        samples: bench.samples.len(),
        calibration_ms: millis(began),
        encoder: pick.map_or_else(Encoder::default, |pick| pick.encoder),
        expected_ms: pick.map_or(0, |pick| (pick.film_us / 1000).saturating_add(spent_ms)),
        expected_bytes: pick.map_or(0, |pick| pick.bytes),
        other_bytes: film.other_bytes,
        in_time: pick.is_none_or(|pick| pick.in_time),
        in_size: pick.is_none_or(|pick| pick.in_size),
    })
}

/// What is measured first: the middle where time counts and the best where it does not, at the
/// rate factor that usual footage would need.
fn first(film: &Film, pixels: u64, wish: Wish) -> Encoder {
    /// Bits for a pixel of usual footage at the standard rate factor.
    const BITS: f64 = 0.1;
    let wanted = match wish.deadline_ms {
        Some(_) => Preset::Veryfast,
        None => Preset::Medium,
    };
    let mut slower = film.jobs.keys().copied().rev();
    let preset = slower.find(|preset| *preset <= wanted).unwrap_or(wanted);
    let Some(most) = wish.max_bytes else {
        return preset.usual();
    };
    let bits = choose::float(most.saturating_sub(film.other_bytes)) * 8.0;
    let wished = bits / choose::float(film.frames.saturating_mul(pixels).max(1));
    let usual = Encoder::default().crf;
    // Six steps are a factor of 2.
    let mut crf = *choose::CRF.start();
    while crf < COARSEST_FIRST && BITS * ((f64::from(usual) - f64::from(crf)) / 6.0).exp2() > wished
    {
        crf += 1;
    }
    Encoder { preset, crf }
}

/// What is known of the film before anything is measured, and the threads of a process with each
/// preset.
fn film(job: &mut Job<'_>) -> (Film, BTreeMap<Preset, usize>) {
    let all = 0..job.plan.slots.len();
    let (mut jobs, mut threads) = (BTreeMap::new(), BTreeMap::new());
    let mut classes: Vec<Class> = all.clone().map(|index| job.class(index)).collect();
    classes.sort_unstable();
    classes.dedup();
    for preset in Preset::ALL {
        job.encode.encoder = preset.usual();
        let shape = job.shape(all.clone());
        let mut target = job.target();
        target.threads = shape.threads;
        let estimator = Estimator::new(target, job.learned.clone());
        let fits = |class| estimator.memory(class, Footprint::Usual) <= job.room;
        // One must be there; what memory does not allow it, the render finds a way.
        if jobs.is_empty() || classes.iter().all(fits) {
            jobs.insert(preset, shape.jobs);
        }
        threads.insert(preset, shape.threads);
    }
    job.encode.encoder = job.settings.quality.encoder();
    let frames = job.plan.record_duration();
    let film = Film {
        frames,
        other_bytes: other_bytes(job),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        jobs,
    };
    (film, threads)
}

/// Bytes of the film that are not pictures: sound and container.
fn other_bytes(job: &Job<'_>) -> u64 {
    let frames = job.plan.record_duration();
    let rate = job.canvas.rate;
    let seconds = frames * u64::from(rate.den()) / u64::from(rate.num()) + 1;
    let (least, each) = CONTAINER;
    join::audio_bytes_per_second(job.settings)
        .saturating_mul(seconds)
        .saturating_add(least)
        .saturating_add(frames.saturating_mul(each))
}

/// Slots from all over the film, with a chance by their length, and of every kind of source as many
/// as it deserves. However few are taken of the first ones, they are from all over.
fn spread(job: &Job<'_>, wish: Wish) -> Vec<usize> {
    let slots = job.plan.slots.len();
    let count = match wish.max_bytes {
        None => FOR_TIME,
        Some(_) => (slots / ONE_IN).clamp(FOR_SIZE.0, FOR_SIZE.1),
    };
    let mut kinds: Vec<_> = job.plan.slots.iter().enumerate().collect();
    kinds.sort_by_cached_key(|(index, slot)| (job.class(*index), slot.clip.media, *index));
    let kinds = kinds.iter();
    let lengths: Vec<_> = kinds
        .map(|(index, slot)| (*index, slot.record_duration))
        .collect();
    draw(&lengths, count)
}

/// Draws so many at even distances, the lengths laid end to end; each at most once.
fn draw(lengths: &[(usize, u32)], count: usize) -> Vec<usize> {
    let total: u64 = lengths.iter().map(|(_, length)| u64::from(*length)).sum();
    let count = count as u64;
    let mut drawn = Vec::new();
    let mut order: Vec<u64> = (0..count).collect();
    // The bits turned round: each half of the film comes before any quarter comes again.
    order.sort_by_key(|at| at.reverse_bits());
    for at in order {
        let wanted = u128::from(total) * u128::from(2 * at + 1) / u128::from(2 * count);
        let mut end = 0;
        let found = lengths.iter().find(|(_, length)| {
            end += u128::from(*length);
            wanted < end
        });
        if let Some((index, _)) = found.filter(|(index, _)| !drawn.contains(index)).copied() {
            drawn.push(index);
        }
    }
    drawn
}

/// Where samples are encoded.
struct Bench<'a, 'job> {
    job: &'a Job<'job>,
    threads: &'a BTreeMap<Preset, usize>,
    samples: Vec<Sample>,
    /// When the time for it is over.
    until: Option<Instant>,
    interrupt: &'a Interrupt,
}

impl Bench<'_, '_> {
    fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Encodes as many of these slots as there is time for, and at least so many.
    fn measure(
        &mut self,
        slots: &[usize],
        encoder: Encoder,
        least: usize,
    ) -> Result<(), RenderError> {
        let before = self.samples.len();
        for slot in slots {
            if self.samples.len() >= before + least && self.is_late() {
                break;
            }
            let sample = self.sample(*slot, encoder)?;
            self.samples.extend(sample);
        }
        Ok(())
    }

    /// Encodes a slot's beginning. `None` if that fails: it will be dealt with when its segment is
    /// made, and tells nothing now.
    fn sample(&self, slot: usize, encoder: Encoder) -> Result<Option<Sample>, RenderError> {
        let job = self.job;
        RenderError::if_interrupted(self.interrupt, job.work.root())?;
        let (mut segment, planned) = job.segment(slot)?;
        let Ok(take) = job.take(&planned.clip, self.interrupt) else {
            return Ok(None);
        };
        let take = &take;
        segment.frames = segment.frames.min(most_frames(&segment));
        segment.encode.encoder = encoder;
        segment.encode.threads = self.threads.get(&encoder.preset).copied().unwrap_or(1);
        let picture = if take.video.still {
            Picture::Still { take }
        } else {
            let way = Way::Seek;
            Picture::Take { take, way }
        };
        let out = job.work.temporary(slot);
        let (began, cpu) = (Instant::now(), children_us());
        let command = Command::new(&job.tools.ffmpeg).args(arguments(&segment, &picture, &out));
        let limits = limits(job.settings.stall, &segment, &picture);
        let ignore = &mut |_: &[u8]| ControlFlow::Continue(());
        let ran = process::run(&command, limits, self.interrupt, ignore);
        let wall_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let cpu_us = children_us().saturating_sub(cpu);
        let judged = match ran {
            Ok(finished) => judge::ending(&finished, &out).map(|fault| fault.is_none()),
            Err(error @ ProcessError::Spawn { .. }) => Err(RenderError::Process(error)),
            Err(_) => Ok(false),
        };
        let bytes = out.metadata().map_or(0, |metadata| metadata.len());
        let frames = sample_table::facts(&out).map_or(0, |facts| facts.pts.len());
        let _ = std::fs::remove_file(&out);
        let whole = judged? && frames == segment.frames as usize;
        RenderError::if_interrupted(self.interrupt, job.work.root())?;
        Ok(whole.then_some(Sample {
            slot,
            encoder,
            frames: segment.frames,
            bytes,
            wall_us,
            cpu_us,
        }))
    }
}

/// The distance of two key frames: a longer sample has no more to tell than a whole one has of
/// pictures between them.
fn most_frames(segment: &Segment) -> u32 {
    let rate = segment.canvas.rate;
    (rate.num().saturating_mul(2)).div_ceil(rate.den()).max(1)
}

/// Processor time of all children that have ended, in microseconds; 0 where the system does not
/// tell.
fn children_us() -> u64 {
    /// A tick of `/proc` is a hundredth of a second on every Linux.
    const TICK_US: u64 = 10_000;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name stands in brackets and may hold anything; after it, fields 3 and on.
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let ticks = after.split(' ').skip(13).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        * TICK_US
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_drawn_from_all_over_the_first_ones_too() {
        let slots: Vec<_> = (0..100).map(|index| (index, 30)).collect();
        let drawn = draw(&slots, 8);
        assert_eq!(drawn.len(), 8);
        let mut first: Vec<_> = drawn.iter().take(4).map(|slot| slot / 25).collect();
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2, 3]);
    }

    #[test]
    fn a_long_slot_is_drawn_once_and_few_slots_are_all_drawn() {
        assert_eq!(draw(&[(7, 1000)], 6), [7]);
        let mut all = draw(&[(0, 10), (1, 10), (2, 10)], 8);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
        assert!(draw(&[], 8).is_empty());
    }
}
