//! Tells how memory is shared out, before anything runs.

use std::collections::BTreeMap;

use super::job::Job;
use super::schedule::estimate::{Class, Estimator, Footprint};
use crate::shown;

/// So many threads.
fn threads(count: usize) -> String {
    match count {
        1 => "1 thread".to_owned(),
        _ => format!("{count} threads"),
    }
}

/// The bounds, the thresholds, what every kind of source is expected to need, and how many
/// processes and threads follow from that; a line each.
pub(super) fn explain(job: &Job<'_>, estimator: &Estimator) -> Vec<String> {
    let gauge = &job.gauge;
    let thresholds = gauge.thresholds;
    let reading = gauge.read(0);
    let (tightest, room) = reading.tightest(thresholds.conservative());
    let mut lines = Vec::new();
    for bound in reading.bounds() {
        let what = if bound == tightest {
            "memory, the limit that counts"
        } else {
            "memory, another limit"
        };
        lines.push(format!(
            "{what}: {}, {} used ({})",
            shown::bytes(bound.limit),
            shown::bytes(bound.used),
            bound.from()
        ));
    }
    lines.push(format!(
        "thresholds: above {} % of a limit nothing new starts, above {} % one segment runs at a \
         time; {} may be given out now",
        thresholds.conservative(),
        thresholds.emergency(),
        shown::bytes(room)
    ));
    lines.push(
        "model of a process: 60 MiB, 10 pictures of the source, 11 to 106 pictures of the film \
         by preset, and more for each thread; times 1.25 until 4 of a kind were measured, from \
         then on 1.15 times what 95 % of them needed"
            .to_owned(),
    );
    let mut classes = BTreeMap::<Class, usize>::new();
    for index in 0..job.plan.slots.len() {
        *classes.entry(job.class(index)).or_default() += 1;
    }
    for (class, slots) in classes {
        let usual = estimator.estimate(&class, Footprint::Usual);
        let smallest = estimator.estimate(&class, Footprint::Smallest);
        let from = match usual.learned {
            Some((count, peak)) => format!("95 % of {count} needed {}", shown::bytes(peak)),
            None => format!("{} by the model", shown::bytes(usual.model)),
        };
        lines.push(format!(
            "{class}, {slots} slots: {} expected ({from}), {} with the smallest footprint",
            shown::bytes(usual.bytes),
            shown::bytes(smallest.bytes)
        ));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    lines.push(format!(
        "on {cores} cores: at most {} processes at once, {} in each, the longest segment that \
         fits first",
        job.jobs,
        threads(job.encode.threads)
    ));
    lines
}
