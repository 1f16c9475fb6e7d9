//! What a job may use of the machine: memory, processes, threads.

use std::io::Read as _;

use super::error::RenderError;
use super::journal::WorkDir;
use super::memory::Gauge;
use super::schedule::estimate::{Class, Estimator, Footprint, Target};
use super::schedule::learned::{self, Learned};
use super::schedule::{Means, Shape, shape, usual};
use super::settings::RenderSettings;

/// The gauge that the settings ask for.
pub(super) fn gauge(settings: &RenderSettings) -> Result<Gauge, RenderError> {
    let thresholds = settings
        .thresholds()
        .map_err(|wrong| RenderError::Setting {
            what: wrong.to_string(),
        })?;
    Ok(Gauge::new(settings.memory, thresholds))
}

/// Most segments at once with an encoder in hardware. Drivers allow only so many at a time, some no
/// more than three, and a device is busy with fewer.
const SESSIONS: usize = 3;

/// Processes and threads for segments of these classes, within `room` bytes.
pub(super) fn shape_of(
    settings: &RenderSettings,
    classes: impl IntoIterator<Item = Class>,
    target: Target,
    learned: &Learned,
    room: u64,
) -> Shape {
    let mut segments = 0;
    let classes = classes.into_iter().inspect(|_| segments += 1);
    let usual = usual(classes, target, learned).unwrap_or_else(Class::unknown);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = settings.jobs.unwrap_or(cores);
    let means = Means {
        cores,
        most: target.hardware.map_or(most, |_| most.min(SESSIONS)),
        segments,
        room,
    };
    shape(means, |threads| {
        let estimator = Estimator::new(Target { threads, ..target }, learned.clone());
        estimator.memory(&usual, Footprint::Usual)
    })
}

/// What is known of memory from earlier runs; nothing if it cannot be read.
pub(super) fn learned(work: &WorkDir) -> Learned {
    /// Far more than the file ever has.
    const MOST: u64 = 16 << 20;
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open(work.root().join(learned::FILE)) {
        let _ = file.take(MOST).read_to_end(&mut bytes);
    }
    Learned::from_json(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::encoder::Preset;
    use crate::render::hardware::Hardware;

    #[test]
    fn a_driver_is_not_asked_for_more_at_once_than_it_may_allow() {
        let settings = RenderSettings {
            jobs: Some(8),
            ..RenderSettings::new("film.mp4")
        };
        let jobs = |hardware| {
            let target = Target {
                width: 640,
                height: 360,
                preset: Preset::Veryfast,
                hardware,
                threads: 1,
            };
            let classes = std::iter::repeat_n(Class::sized(640, 360, "h264"), 20);
            shape_of(&settings, classes, target, &Learned::default(), 1 << 40).jobs
        };
        assert_eq!(jobs(None), 8);
        assert_eq!(jobs(Some(Hardware::Nvenc)), SESSIONS);
    }
}
