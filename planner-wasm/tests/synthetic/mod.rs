//! Songs and footage made from a seed, for tests and benchmarks of the edit.

use planner_wasm::edit::{EditSettings, PlanRequest, SourceClip};
use planner_wasm::footage::{
    Anchor, AnchorKind, Defect, Defects, Footage, Look, Shot, TICK_US, Tick,
};
use shared::fingerprint::Fingerprint;
use shared::media::{MediaPath, MediaReference, VideoStream};
use shared::music::{Beat, BeatGrid, Section, SectionLabel};
use shared::plan::{Fit, Output};
use shared::rate::Rate;

/// A stream of numbers from a seed (`SplitMix64`).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }
}

/// A song of `seconds` at `bpm` with the usual sections; beats jitter by up to 5 ms.
pub(crate) fn song(seed: u64, seconds: u64, bpm: u64) -> BeatGrid {
    let mut numbers = Numbers(seed);
    let rate = 44_100;
    let duration = seconds * rate;
    let period = rate * 60 / bpm;
    let labels = [
        (SectionLabel::Intro, 250),
        (SectionLabel::Verse, 450),
        (SectionLabel::Build, 650),
        (SectionLabel::Drop, 950),
        (SectionLabel::Break, 200),
        (SectionLabel::Verse, 500),
        (SectionLabel::Drop, 900),
        (SectionLabel::Outro, 150),
    ];
    let bars = duration / (4 * period);
    let share = (bars / labels.len() as u64).max(1);
    let mut beats = Vec::new();
    let mut at = numbers.between(100, period);
    let mut count = 0;
    while at < duration {
        let section = (count / 4 / share).min(labels.len() as u64 - 1);
        let energy = labels[usize::try_from(section).unwrap()].1 + numbers.between(0, 99) - 49;
        beats.push(Beat {
            at,
            position: u8::try_from(count % 4 + 1).unwrap(),
            energy_permille: u16::try_from(energy.min(1000)).unwrap(),
            confidence_permille: 1000,
        });
        count += 1;
        at = beats[0].at + count * period + numbers.between(0, 440) - 220;
    }
    let starts: Vec<u64> = (0..labels.len() as u64)
        .filter_map(|n| {
            beats
                .get(usize::try_from(n * share * 4).unwrap())
                .map(|b| b.at)
        })
        .collect();
    let sections = starts
        .iter()
        .enumerate()
        .map(|(n, start)| Section {
            start: *start,
            end: starts.get(n + 1).copied().unwrap_or(duration),
            label: labels[n].0,
            energy_permille: u16::try_from(labels[n].1).unwrap(),
        })
        .collect();
    BeatGrid {
        rate: u32::try_from(rate).unwrap(),
        duration,
        tempo_millibpm: u32::try_from(bpm * 1000).unwrap(),
        confidence_permille: 900,
        beats_per_bar: 4,
        beats,
        sections,
        readings: Vec::new(),
        landmarks: Vec::new(),
        analysis: std::collections::BTreeMap::new(),
    }
}

/// A clip of `length_us` with `shots` shots and about `anchors` anchors.
pub(crate) fn clip(seed: u64, length_us: u64, shots: u64, anchors: u64) -> SourceClip {
    let mut numbers = Numbers(seed);
    let mut edges: Vec<u64> = (1..shots)
        .map(|_| numbers.between(1, length_us - 1))
        .collect();
    edges.extend([0, length_us]);
    edges.sort_unstable();
    edges.dedup();
    let shots = edges
        .windows(2)
        .map(|edge| Shot {
            start_us: edge[0],
            end_us: edge[1],
            look: Look {
                dhash: numbers.next(),
                colours: [8; 32],
                luma: u8::try_from(numbers.between(40, 200)).unwrap(),
            },
        })
        .collect();
    let (mut quality, mut motion) = (numbers.between(60, 200), numbers.between(10, 200));
    let mut bad_left = 0;
    let ticks = (0..length_us.div_ceil(TICK_US))
        .map(|_| {
            quality = (quality + numbers.between(0, 20)).clamp(20, 250) - 10;
            motion = (motion + numbers.between(0, 30)).clamp(20, 250) - 15;
            if bad_left == 0 && numbers.between(0, 99) == 0 {
                bad_left = numbers.between(5, 15);
            }
            let mut defects = Defects::default();
            if bad_left > 0 {
                bad_left -= 1;
                let which = [Defect::Blurred, Defect::Shaken, Defect::Black];
                defects = defects.with(which[usize::try_from(seed % 3).unwrap()]);
            }
            Tick {
                quality: u8::try_from(quality).unwrap(),
                motion: u8::try_from(motion).unwrap(),
                shake: 0,
                luma: 100,
                unwanted: 0,
                defects,
            }
        })
        .collect();
    let kinds = [
        AnchorKind::Impact,
        AnchorKind::MotionOnset,
        AnchorKind::Plateau,
    ];
    let mut anchors: Vec<Anchor> = (0..anchors)
        .map(|n| Anchor {
            at_us: numbers.between(0, length_us - 1),
            kind: kinds[usize::try_from(n % 3).unwrap()],
            strength_permille: u16::try_from(numbers.between(0, 1000)).unwrap(),
        })
        .collect();
    anchors.sort_by_key(|anchor| anchor.at_us);
    let mut media =
        MediaReference::by_path(MediaPath::from_text(&format!("clips/{seed}.mp4")).unwrap());
    media.fingerprint = Some(Fingerprint::of(seed, []));
    media.duration_us = Some(length_us);
    media.video = Some(VideoStream {
        width: 1920,
        height: 1080,
        rate: Some(Rate::whole(25).unwrap()),
        codec: "h264".to_owned(),
    });
    SourceClip::new(
        media,
        Footage {
            start_us: 0,
            end_us: length_us,
            shots,
            ticks,
            anchors,
            views: Vec::new(),
            sound: None,
        },
    )
}

pub(crate) fn request(
    grid: BeatGrid,
    clips: Vec<SourceClip>,
    settings: EditSettings,
) -> PlanRequest {
    PlanRequest {
        output: Output {
            width: 1920,
            height: 1080,
            rate: Rate::new(30_000, 1001).unwrap(),
            fit: Fit::default(),
            extra: shared::plan::Extra::new(),
        },
        song: MediaReference::by_path(MediaPath::from_text("song.flac").unwrap()),
        grid,
        clips,
        settings,
        decisions: Vec::new(),
        bans: Vec::new(),
        musts: Vec::new(),
        windows: Vec::new(),
    }
}
