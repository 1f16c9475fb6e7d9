//! How many processes, and how many threads in each.

use super::estimate::{Class, Estimator, Footprint, Target};
use super::learned::Learned;

/// Most threads of one process: beyond, an encoder of this size gains nothing.
const MOST_THREADS: usize = 8;

/// Processes at once, and threads of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Processes.
    pub jobs: usize,
    /// Threads of decoder, filters and encoder, each.
    pub threads: usize,
}

/// What there is to share out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// Cores.
    pub cores: usize,
    /// Most processes that the user wants.
    pub most: usize,
    /// Segments.
    pub segments: usize,
    /// Bytes for all processes together.
    pub room: u64,
}

/// The class of a usual segment: half of all need as much or more. `None` without segments.
#[must_use]
pub fn usual(
    segments: impl IntoIterator<Item = Class>,
    target: Target,
    learned: &Learned,
) -> Option<Class> {
    let target = Target {
        threads: 1,
        ..target
    };
    let estimator = Estimator::new(target, learned.clone());
    let mut counts = std::collections::BTreeMap::<Class, usize>::new();
    for class in segments {
        *counts.entry(class).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let mut by_need: Vec<_> = counts.into_iter().collect();
    by_need.sort_by_key(|(class, _)| estimator.memory(class, Footprint::Usual));
    let mut seen = 0;
    by_need.into_iter().find_map(|(class, count)| {
        seen += count;
        (seen * 2 > all).then_some(class)
    })
}

/// The shape that gets most done with the cores and within the memory, if a usual segment needs
/// `need(threads)` bytes.
///
/// Two processes of one thread do more than one of two (measured: 37 s against 43 s), and need
/// more memory; so processes come first, and threads fill the cores that memory leaves without a
/// process. A process of `t` threads is taken for `t^0.8` of one. The least is one process of one
/// thread.
#[must_use]
pub fn shape(means: Means, need: impl Fn(usize) -> u64) -> Shape {
    let cores = means.cores.max(1);
    let most = means.most.min(means.segments).max(1);
    let mut best = Shape {
        jobs: 1,
        threads: 1,
    };
    let mut most_done = 0.0;
    for jobs in 1..=most {
        for threads in 1..=MOST_THREADS.min((cores / jobs).max(1)) {
            let together = need(threads).saturating_mul(jobs as u64);
            if together > means.room {
                break;
            }
            // More processes than cores is what a user may want; it does not get more done.
            let working = u32::try_from(jobs.min(cores)).unwrap_or(u32::MAX);
            let gain = f64::from(u32::try_from(threads).unwrap_or(u32::MAX)).powf(0.8);
            let done = f64::from(working) * gain;
            let better = done > most_done + 1e-9 || (jobs > cores && done >= most_done - 1e-9);
            if better {
                (best, most_done) = (Shape { jobs, threads }, done);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn chosen(cores: usize, most: usize, segments: usize, room_mib: u64) -> (usize, usize) {
        let means = Means {
            cores,
            most,
            segments,
            room: room_mib * MIB,
        };
        let shape = shape(means, |threads| (300 + 33 * (threads as u64 - 1)) * MIB);
        (shape.jobs, shape.threads)
    }

    #[test]
    fn the_usual_segment_is_in_the_middle() {
        let target = Target {
            width: 1920,
            height: 1080,
            preset: crate::render::Preset::Veryfast,
            hardware: None,
            threads: 8,
        };
        let (small, large) = (Class::sized(640, 360, "h264"), Class::unknown());
        let of = |smalls: usize, larges: usize| {
            let smalls = std::iter::repeat_n(small.clone(), smalls);
            let all = smalls.chain(std::iter::repeat_n(large.clone(), larges));
            usual(all, target, &Learned::default())
        };
        assert_eq!(of(9, 2), Some(small.clone()));
        assert_eq!(of(2, 9), Some(large.clone()));
        assert_eq!(of(1, 1), Some(large.clone()));
        assert_eq!(of(0, 0), None);
    }

    #[test]
    fn with_memory_enough_every_core_has_a_process() {
        assert_eq!(chosen(2, 2, 100, 10_000), (2, 1));
        assert_eq!(chosen(16, 16, 100, 100_000), (16, 1));
    }

    #[test]
    fn cores_without_a_process_of_their_own_are_used_by_threads() {
        // Few segments.
        assert_eq!(chosen(8, 8, 2, 100_000), (2, 4));
        // Little memory: three would fit with one thread, two do more with six.
        assert_eq!(chosen(16, 16, 100, 1_000), (2, 7));
        assert_eq!(chosen(2, 2, 100, 400), (1, 2));
        // As the user wants.
        assert_eq!(chosen(8, 1, 100, 100_000), (1, 8));
        assert_eq!(chosen(2, 5, 100, 100_000), (5, 1));
    }

    #[test]
    fn one_process_is_always_there() {
        assert_eq!(chosen(8, 8, 100, 10), (1, 1));
        assert_eq!(chosen(0, 0, 0, 0), (1, 1));
    }
}
