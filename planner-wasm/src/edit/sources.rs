//! The clips on offer, made ready for questions.

use shared::decision::{Decision, DecisionCode};
use shared::media::MediaReference;
use shared::plan::Output;
use shared::rate::Rate;

use super::bans::Bans;
use super::candidates::MAX_BAD_PERMILLE;
use super::enlarged::lost;
use super::favour::{favour, weights};
use super::request::{EditError, SourceClip};
use super::scenes::{MOST, Scenes, Seen, Take, bounds, families, scenes, scenes_in, takes};
use crate::footage::{Anchor, Defect, Footage, Look, TICK_US, Windows};

/// Left unused at the start and end of a file, where the record button was pressed, in
/// microseconds.
const HANDLE_US: u64 = 300_000;
/// Left unused beside an inner cut of the clip, in microseconds: three frames.
const CUT_MARGIN_US: u64 = 100_000;
/// A source frame, where the rate is unknown, in microseconds.
const FRAME_US: u64 = 40_000;

/// What a ban leaves of a stretch is left unused too if it is shorter than this, in microseconds.
const CRUMB_US: u64 = 250_000;

/// A stretch of a clip that may be shown: inside one shot, nothing severe in it, margins off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start_us: u64,
    pub(super) end_us: u64,
    /// Index of the shot in the clip.
    pub(super) shot: usize,
}

impl Stretch {
    pub(super) const fn length_us(self) -> u64 {
        self.end_us - self.start_us
    }
}

/// One clip that can be used.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Position in the request.
    pub(super) index: u32,
    /// Known by its content, for ties and chance.
    pub(super) key: u64,
    pub(super) footage: &'a Footage,
    pub(super) windows: Windows,
    /// What happens in it, seen and heard, in order of time.
    pub(super) moments: Vec<Anchor>,
    /// What is banned of it, in order of time.
    pub(super) banned: &'a [(u64, u64)],
    /// In order of time.
    pub(super) stretches: Vec<Stretch>,
    /// The longest of whole stretches without severe ticks, cuts inside allowed, in order of time.
    pub(super) merged: Vec<Stretch>,
    /// What its pictures lose by being enlarged: see [`lost`].
    pub(super) enlarged: i64,
    /// What the weight that it was given adds to each of its windows.
    pub(super) favour: i64,
    /// Shot at 50 frames a second or more, so that half speed stays smooth.
    pub(super) fast: bool,
    scenes: Scenes,
    /// The first source that shows much the same; itself if there is none.
    pub(super) family: usize,
    /// Of each shot.
    takes: Vec<Take>,
}

impl Source<'_> {
    /// Whether a stretch would normally be rejected: more of it is defective than will do, or a cut is
    /// inside.
    pub(super) fn is_weak(&self, start_us: u64, end_us: u64) -> bool {
        let window = self.windows.over(start_us, end_us);
        window.is_none_or(|window| !window.is_showable() || window.bad_permille > MAX_BAD_PERMILLE)
    }

    pub(super) fn total_us(&self) -> u64 {
        self.stretches
            .iter()
            .map(|stretch| stretch.length_us())
            .sum()
    }

    /// The scenes of a stretch.
    pub(super) fn seen(&self, start_us: u64, end_us: u64) -> Seen {
        scenes_in(&self.scenes, start_us, end_us)
    }

    /// A shot among all takes of all clips.
    pub(super) fn take(&self, shot: usize) -> Option<Take> {
        self.takes.get(shot).copied()
    }

    pub(super) fn look(&self, shot: usize) -> Option<&Look> {
        self.footage.shots.get(shot).map(|shot| &shot.look)
    }
}

/// The usable clips, ordered by content, so that the order of the request does not matter.
///
/// A clip whose content was already offered is left out: it would pass for different footage.
pub(super) fn sources<'a>(
    clips: &'a [SourceClip],
    output: &Output,
    bans: &'a Bans,
    decisions: &mut Vec<Decision>,
) -> Result<Vec<Source<'a>>, EditError> {
    if clips.is_empty() {
        return Err(EditError::NoClips);
    }
    let (mut empty, mut severe, mut banned) = (0, 0, false);
    let mut order: Vec<usize> = (0..clips.len()).collect();
    order.sort_by_key(|index| clips.get(*index).map(|clip| (content(&clip.media), *index)));
    let mut sources: Vec<Source<'a>> = Vec::with_capacity(clips.len());
    let mut before: Option<&MediaReference> = None;
    for index in order {
        let Some(clip) = clips.get(index) else {
            continue;
        };
        if let Some(twin) = before
            && twin.fingerprint.is_some()
            && twin.fingerprint == clip.media.fingerprint
        {
            decisions.push(Decision::about(
                DecisionCode::FileSkipped,
                clip.media.path.as_text(),
                format!(
                    "its content is that of {}, which is used instead",
                    twin.path
                ),
            ));
            continue;
        }
        before = Some(&clip.media);
        let footage = &clip.footage;
        if footage.end_us <= footage.start_us || footage.shots.is_empty() {
            empty += 1;
            continue;
        }
        let video = clip.media.video.as_ref();
        let rate = video.and_then(|video| video.rate);
        let frame_us = rate.map_or(FRAME_US, frame_us);
        let whole = stretches(footage, frame_us);
        if whole.is_empty() {
            severe += 1;
            continue;
        }
        let ranges = bans.ranges(index);
        let stretches = without(whole, ranges);
        if stretches.is_empty() {
            banned = true;
            continue;
        }
        let merged = without(merged(footage, frame_us), ranges);
        let Ok(index) = u32::try_from(index) else {
            continue;
        };
        sources.push(Source {
            index,
            key: key(&clip.media),
            footage,
            windows: Windows::new(footage),
            moments: footage.moments(),
            banned: ranges,
            merged,
            stretches,
            scenes: Scenes::new(),
            family: sources.len(),
            takes: Vec::new(),
            enlarged: video.map_or(0, |video| lost(output, video)),
            favour: favour(weights(clips, clip).0),
            fast: rate.is_some_and(|rate| u64::from(rate.num()) >= 50 * u64::from(rate.den())),
        });
    }
    let numbered = scenes(sources.iter().map(|source| source.footage.views.as_slice()));
    for (source, scenes) in sources.iter_mut().zip(numbered) {
        source.scenes = scenes;
    }
    let shown: Vec<&[_]> = sources.iter().map(|one| one.scenes.as_slice()).collect();
    let families = families(&shown, MOST);
    let shots = sources.iter().map(|one| {
        let footage = one.footage;
        (&one.scenes, bounds(&footage.views, &footage.shots))
    });
    let takes = takes(&shots.collect::<Vec<_>>());
    for ((source, family), takes) in sources.iter_mut().zip(families).zip(takes) {
        (source.family, source.takes) = (family, takes);
    }
    if sources.is_empty() && banned {
        return Err(bans.unfilled());
    }
    if sources.is_empty() {
        return Err(EditError::NothingUsable {
            clips: clips.len(),
            empty,
            severe,
        });
    }
    Ok(sources)
}

/// What clips are ordered by: their content, then their name.
fn content(media: &MediaReference) -> (u64, Option<shared::fingerprint::Fingerprint>, &str) {
    (key(media), media.fingerprint, media.path.as_text())
}

/// The fingerprint's first 64 bits; without one, FNV-1a of the path.
fn key(media: &MediaReference) -> u64 {
    media.fingerprint.map_or_else(
        || {
            media
                .path
                .as_text()
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
                })
        },
        shared::fingerprint::Fingerprint::as_u64,
    )
}

/// Length of one frame in microseconds, rounded up.
fn frame_us(rate: Rate) -> u64 {
    (u64::from(rate.den()) * 1_000_000)
        .div_ceil(u64::from(rate.num()))
        .min(500_000)
}

fn stretches(footage: &Footage, frame_us: u64) -> Vec<Stretch> {
    let last = footage.shots.len() - 1;
    let mut found = Vec::new();
    for (shot, taken) in footage.shots.iter().enumerate() {
        let length = taken.end_us.saturating_sub(taken.start_us);
        // A tenth at most, so that short shots keep what they have.
        let margin = |us: u64| us.min(length / 10);
        let before = margin(if shot == 0 { HANDLE_US } else { CUT_MARGIN_US });
        let after = if shot == last {
            margin(HANDLE_US).max(frame_us.min(length / 2))
        } else {
            margin(CUT_MARGIN_US)
        };
        let end = taken.end_us.min(footage.end_us);
        let (start, end) = (
            taken.start_us.max(footage.start_us) + before,
            end.saturating_sub(after),
        );
        without_severe(footage, start, end, shot, &mut found);
    }
    found
}

fn merged(footage: &Footage, frame_us: u64) -> Vec<Stretch> {
    let mut found = Vec::new();
    let length = footage.end_us - footage.start_us;
    let end = footage.end_us - frame_us.min(length / 2);
    without_severe(footage, footage.start_us, end, 0, &mut found);
    for stretch in &mut found {
        stretch.shot = footage
            .shots
            .partition_point(|shot| shot.end_us <= stretch.start_us);
    }
    found
}

/// What is left of stretches without `banned`, both in order of time.
pub(super) fn without(stretches: Vec<Stretch>, banned: &[(u64, u64)]) -> Vec<Stretch> {
    if banned.is_empty() {
        return stretches;
    }
    // A crumb beside a ban would have to be stretched until what is banned shows again.
    let worth_keeping = |stretch: &Stretch| stretch.length_us() >= CRUMB_US;
    stretches
        .into_iter()
        .flat_map(|stretch| gaps(stretch, banned))
        .filter(worth_keeping)
        .collect()
}

/// What is left of a stretch without `taken`, which is in order of time.
pub(super) fn gaps(stretch: Stretch, taken: &[(u64, u64)]) -> Vec<Stretch> {
    let mut free = Vec::new();
    let mut from = stretch.start_us;
    for (start, end) in taken {
        if *start >= stretch.end_us {
            break;
        }
        if from < *start {
            free.push(Stretch {
                start_us: from,
                end_us: *start,
                ..stretch
            });
        }
        from = from.max(*end);
    }
    if from < stretch.end_us {
        free.push(Stretch {
            start_us: from,
            ..stretch
        });
    }
    free
}

/// The parts of `start..end` that touch no severe tick.
fn without_severe(footage: &Footage, start: u64, end: u64, shot: usize, found: &mut Vec<Stretch>) {
    let mut from = start;
    let mut add = |from: u64, to: u64| {
        if from < to {
            found.push(Stretch {
                start_us: from,
                end_us: to,
                shot,
            });
        }
    };
    let first = usize::try_from(start.saturating_sub(footage.start_us) / TICK_US).unwrap_or(0);
    let ticks = footage.ticks.iter().enumerate().skip(first);
    let mut covered = footage.start_us;
    for (number, tick) in ticks {
        let at = footage.start_us + number as u64 * TICK_US;
        covered = at + TICK_US;
        if at >= end {
            break;
        }
        if tick.defects.iter().any(Defect::is_severe) {
            add(from, at.min(end));
            from = from.max(at + TICK_US);
        }
    }
    // What no tick measures is not known, so not shown.
    add(from, end.min(covered));
}
