//! From a request to a plan.

use std::collections::BTreeMap;

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Clip, Extra, MadeBy, MusicTrack, Plan, SCHEMA, Slot};

use super::alternates::alternates;
use super::assign::Assignment;
use super::candidates::{Candidate, Pool};
use super::pace::Pace;
use super::points::{Span, points};
use super::request::{EditError, EditSettings, PlanRequest};
use super::scarce;
use super::score::{Ranks, permille};
use super::slots::{Limits, vacancies};
use super::sources::{Source, sources};

/// A film for the request: every frame from the film's opening to its end is filled, whatever
/// footage there is, and every departure from the style is among the plan's decisions.
///
/// The same request gives the same plan, byte for byte, on every machine; the order of the clips
/// decides only how they are numbered.
///
/// # Errors
/// [`EditError`] if there is no clip with a picture that may be shown, or no music to fill.
pub fn plan(request: &PlanRequest) -> Result<Plan, EditError> {
    let mut decisions = request.decisions.clone();
    let settings = &request.settings;
    settings.checked()?;
    let span = Span::of(&request.grid, &request.output, settings)?;
    let sources = sources(&request.clips, &mut decisions)?;
    let (needed_us, offered_us) = (
        span.us(span.frames),
        sources.iter().map(Source::total_us).sum(),
    );
    let pace = pace(settings, needed_us, offered_us, &mut decisions);
    let points = points(&request.grid, span, pace.off_beats, &mut decisions);
    let limits = Limits {
        longest_us: longest_us(&sources),
        beats_per_bar: match request.grid.beats_per_bar {
            0 => 4,
            beats => beats,
        },
    };
    let slots = vacancies(&points, span, pace, limits);

    let ranks = Ranks::of(&sources);
    let pool = Pool {
        sources: &sources,
        ranks: &ranks,
        rate: request.output.rate,
        seed: settings.seed,
    };
    let lists = pool.shortlists(&slots);
    let mut assignment = Assignment::new(pool, &slots);
    let empty = assignment.greedy(&lists, offered_us < 2 * needed_us);
    assignment.improve(&lists);
    scarce::fill(&mut assignment, &empty);
    decisions.extend(scarce::decisions(&assignment, needed_us, offered_us));

    let mut filled = Vec::with_capacity(slots.len());
    for (index, vacancy) in slots.iter().enumerate() {
        let chosen = assignment.filled.get(index).and_then(Option::as_ref);
        let list = lists.get(index).map_or(&[][..], Vec::as_slice);
        let Some(shown) = chosen.and_then(|chosen| clip(&assignment, index, &chosen.with)) else {
            return Err(EditError::OutOfRange { what: "a slot" });
        };
        filled.push(Slot {
            record_start: vacancy.start,
            record_duration: vacancy.frames,
            cut: Some(vacancy.cut),
            clip: shown,
            alternates: alternates(&assignment, index, list, settings.alternates.into()),
            fit: None,
            focus: None,
            locked: false,
            extra: Extra::new(),
        });
    }
    Ok(Plan {
        schema: SCHEMA.to_owned(),
        made_by: Some(made_by(settings)),
        output: request.output.clone(),
        music: MusicTrack {
            media: request.song.clone(),
            source_start: span.opening,
            beat_grid: Some(request.grid.clone()),
            extra: Extra::new(),
        },
        media: request
            .clips
            .iter()
            .map(|clip| clip.media.clone())
            .collect(),
        slots: filled,
        decisions,
        extra: Extra::new(),
    })
}

/// The style's pace; shots are half as long again where there is much too little footage, since
/// every repeat is then a cut within the same few shots.
fn pace(
    settings: &EditSettings,
    needed_us: u64,
    offered_us: u64,
    decisions: &mut Vec<Decision>,
) -> Pace {
    let pace = Pace::of(settings.style);
    if offered_us * 2 >= needed_us {
        return pace;
    }
    decisions.push(Decision::new(
        DecisionCode::PaceSlowed,
        format!(
            "{} s of usable footage is less than half of the film's {} s; shots are half as long again, so that fewer are repeated",
            offered_us / 1_000_000,
            needed_us / 1_000_000
        ),
    ));
    pace.stretched(3, 2)
}

/// Length of the longest slot that footage can fill: the third longest clip's longest stretch, so
/// that no slot depends on a single clip where there are more.
fn longest_us(sources: &[Source<'_>]) -> u64 {
    let mut longest: Vec<u64> = sources.iter().map(Source::longest_us).collect();
    longest.sort_unstable_by_key(|us| std::cmp::Reverse(*us));
    longest.get(2).or(longest.last()).copied().unwrap_or(0)
}

/// A candidate as it stands in the plan.
pub(super) fn clip(assignment: &Assignment<'_>, slot: usize, one: &Candidate) -> Option<Clip> {
    let vacancy = assignment.slots.get(slot)?;
    let mut clip = Clip::new(
        assignment.pool.sources.get(one.shown.source)?.index,
        one.shown.start_us,
    );
    clip.speed = one.speed;
    clip.score_permille = Some(permille(vacancy, &one.measures));
    Some(clip)
}

fn made_by(settings: &EditSettings) -> MadeBy {
    let mut named = BTreeMap::from([("alternates".to_owned(), settings.alternates.to_string())]);
    if settings.start_us > 0 {
        named.insert("start_us".to_owned(), settings.start_us.to_string());
    }
    if let Some(us) = settings.length_us {
        named.insert("length_us".to_owned(), us.to_string());
    }
    MadeBy {
        planner: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        seed: settings.seed,
        style: settings.style,
        settings: named,
    }
}
