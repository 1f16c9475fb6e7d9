//! Which clips get mezzanines, and what these hold.

use std::collections::BTreeMap;
use std::ops::Range;

use shared::decision::{Decision, DecisionCode};

use super::cost::{self, Costs, Pass, Read, Source};
use super::pictures::Pictures;
use super::recipe::{EDGE, Recipe, unfit};
use crate::ffmpeg::probe::{self, Video};
use crate::interrupt::Interrupt;
use crate::progress::{Event, Progress};
use crate::render::error::RenderError;
use crate::render::job::Job;
use crate::render::settings::Preprocess;

/// Most stretches in one mezzanine: they stand in an expression of one argument.
const STRETCHES: usize = 64;

/// Ticks per second of a clip below which one may be longer than what is kept at the edges.
#[expect(clippy::cast_possible_truncation, reason = "500")]
const CLOCK: u32 = (1_000_000 / EDGE) as u32;

/// What a slot shows of a clip, in microseconds of the clip's own time stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    from: i64,
    to: i64,
}

/// Segments that are read in one pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Group {
    stretches: Vec<Need>,
    reads: Vec<Read>,
    pass: Pass,
    /// Where the pass has come.
    end: i64,
}

/// Decides for every clip of these slots, and tells why.
pub(in crate::render) fn choose(
    job: &Job<'_>,
    slots: Range<usize>,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(Vec<Recipe>, Vec<Decision>), RenderError> {
    let wish = job.settings.preprocess;
    let mut recipes = Vec::new();
    let mut decisions = Vec::new();
    if wish == Preprocess::Never {
        return Ok((recipes, decisions));
    }
    let mut by_clip = BTreeMap::<u32, Vec<(u64, u64)>>::new();
    for slot in job.plan.slots.get(slots).unwrap_or_default() {
        let end = slot.clip.source_end(slot.record_duration, job.canvas.rate);
        if let Some(end) = end {
            let shown = (slot.clip.source_start, end);
            by_clip.entry(slot.clip.media).or_default().push(shown);
        }
    }
    for (media, shown) in by_clip {
        RenderError::if_interrupted(interrupt, job.work.root())?;
        // One pass for one segment is what there is already.
        if wish == Preprocess::Auto && shown.len() < 2 {
            continue;
        }
        let name = job.plan.media.get(media as usize);
        let name = name.map_or("?", |media| media.path.name()).to_owned();
        match of_clip(job, media, &shown, interrupt) {
            Ok(Some((mut made, detail))) => {
                recipes.append(&mut made);
                decisions.push(Decision::about(
                    DecisionCode::ClipPreprocessed,
                    name,
                    detail,
                ));
            }
            Err(why) if job.settings.explain => {
                progress.report(Event::Note(&format!("{name}: read directly: {why}")));
            }
            Ok(None) | Err(_) => {}
        }
    }
    Ok((recipes, decisions))
}

/// The mezzanines of a clip, with the reason for them; or why it has none.
fn of_clip(
    job: &Job<'_>,
    media: u32,
    shown: &[(u64, u64)],
    interrupt: &Interrupt,
) -> Result<Option<(Vec<Recipe>, String)>, String> {
    // A clip that cannot be used is told of when it is used.
    let Ok(video) = job.sources.video(media as usize, &job.tools, interrupt) else {
        return Ok(None);
    };
    if let Some(why) = unfit(video) {
        return Err(why.to_owned());
    }
    let always = job.settings.preprocess == Preprocess::Always;
    let found = job.sources.found(media as usize);
    let path = &found.ok_or("it was not found")?.path;
    // Nothing is copied that cannot be held against the index, picture by picture.
    let pictures =
        Pictures::of(path).ok_or("its index does not say when its pictures are shown")?;
    if pictures.clock() < CLOCK {
        return Err("its clock is too coarse to say when its pictures are shown".to_owned());
    }
    // The container begins at or before its first picture.
    let nearly = pictures.first() - video.start_us;
    let source = source(video, (job.canvas.width, job.canvas.height));
    let groups = groups(&needs(shown, nearly), &pictures);
    let all = groups.len();
    let mut costs = Costs {
        direct: 0.0,
        mezzanine: 0.0,
    };
    let mut chosen = Vec::new();
    for group in groups {
        let of_group = cost::costs(source, group.pass, &group.reads);
        if always || of_group.pay() {
            chosen.push(group);
        }
        costs.direct += of_group.direct;
        costs.mezzanine += of_group.mezzanine;
    }
    let figures = figures(shown.len(), costs);
    if chosen.is_empty() {
        return Err(figures);
    }
    // To the microsecond by ffprobe's word: seeks count from there.
    let probed = probe::probe(&job.tools, path, interrupt).map_err(|error| error.reason())?;
    let Ok(origin) = u64::try_from(probed.start_us) else {
        return Err("its time begins before zero".to_owned());
    };
    let count = chosen.len();
    let recipes = chosen
        .into_iter()
        .map(|group| Recipe {
            media,
            origin,
            clock: pictures.clock(),
            stretches: stretches(&group, nearly),
            half: source.half,
        })
        .collect();
    let half = if source.half {
        ", at half its size"
    } else {
        ""
    };
    let part = if count == all {
        "its segments read".to_owned()
    } else {
        format!("{count} of {all} parts of it are read")
    };
    Ok(Some((
        recipes,
        format!("{part} from a copy that is quick to read{half}; {figures}"),
    )))
}

fn figures(segments: usize, costs: Costs) -> String {
    format!(
        "{segments} segments cost about {:.1} s of a core directly, {:.1} s by a copy",
        costs.direct / 1e6,
        costs.mezzanine / 1e6
    )
}

/// A clip's costs, for a film of that size.
fn source(video: &Video, film: (u32, u32)) -> Source {
    Source {
        mega_pixels: f64::from(video.width) * f64::from(video.height) / 1e6,
        decode: cost::decode(&video.codec),
        half: covers_by_half(video, film),
    }
}

/// Whether the clip is larger than 1440 lines, and half of it is as large as the film or larger,
/// each way.
fn covers_by_half(video: &Video, (width, height): (u32, u32)) -> bool {
    let (w, h) = video.shown_size();
    let square = video.sar.0 == video.sar.1;
    let even = video.width.is_multiple_of(4) && video.height.is_multiple_of(4);
    square && even && w.min(h) > 1440 && w / 2 >= width && h / 2 >= height
}

/// What must be read, in order.
fn needs(shown: &[(u64, u64)], origin: i64) -> Vec<Need> {
    let mut needs: Vec<Need> = shown
        .iter()
        .filter_map(|(start, end)| {
            Some(Need {
                from: i64::try_from(*start).ok()?.checked_add(origin)?,
                to: i64::try_from(*end).ok()?.checked_add(origin)?,
            })
        })
        .collect();
    needs.sort_unstable();
    needs
}

/// Segments, in order, that are better read in one pass: the key frame before the next one lies in
/// what has been decoded already.
fn groups(needs: &[Need], pictures: &Pictures) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for need in needs {
        let key = pictures.key_before(need.from);
        // Up to the picture after the last one: it tells how long that one lasts.
        let after = pictures.next(need.to).unwrap_or(need.to);
        let kept = Need {
            from: need.from.saturating_sub_unsigned(EDGE),
            to: after.saturating_add_unsigned(EDGE),
        };
        let fits = |group: &Group| key <= group.end && group.stretches.len() < STRETCHES;
        if groups.last().is_none_or(|group| !fits(group)) {
            groups.push(Group {
                end: key,
                ..Group::default()
            });
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        let count = |from, to| pictures.within(from, to).len() as u64;
        let begin = if group.stretches.is_empty() {
            key
        } else {
            group.end.saturating_add(1)
        };
        group.pass.decoded += count(begin, kept.to);
        group.reads.push(Read {
            decoded: count(key, kept.to),
            shown: count(kept.from, kept.to),
        });
        group.end = group.end.max(kept.to);
        match group.stretches.last_mut() {
            Some(last) if kept.from <= last.to => last.to = last.to.max(kept.to),
            _ => group.stretches.push(kept),
        }
        group.pass.kept = group
            .stretches
            .iter()
            .map(|stretch| count(stretch.from, stretch.to))
            .sum();
    }
    groups
}

/// What a group keeps, counted from the container's start.
fn stretches(group: &Group, origin: i64) -> Vec<(u64, u64)> {
    let from_start = |at: i64| u64::try_from(at - origin).unwrap_or(0);
    let stretches = group.stretches.iter();
    stretches
        .map(|need| (from_start(need.from), from_start(need.to)))
        .collect()
}
