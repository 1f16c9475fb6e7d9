//! From a request to a plan.

use shared::decision::{Decision, DecisionCode};
use shared::music::BeatGrid;
use shared::plan::{Clip, Extra, MusicTrack, Plan, SCHEMA, Slot};

use super::alternates::alternates;
use super::assignment::Assignment;
use super::bans::Bans;
use super::candidates::{Candidate, Pool};
use super::fills::bar_beats;
use super::longest::{is_moment, lengths};
use super::made_by::made_by;
use super::musts::{self, Demand, demands};
use super::pace::Pace;
use super::points::{Span, points};
use super::request::{EditError, EditSettings, PlanRequest};
use super::scarce;
use super::score::{Ranks, permille};
use super::shorter::Filling;
use super::slots::Limits;
use super::sources::{Source, sources};
use super::weights::Weights;
use super::windows::SongWindows;

/// A film for the request: every frame from the film's opening to its end is filled, whatever
/// footage there is, and every departure from the style is among the plan's decisions.
///
/// The same request gives the same plan, byte for byte, on every machine; the order of the clips
/// decides only how they are numbered.
///
/// # Errors
/// [`EditError`] if there is no clip with a picture that may be shown, or no music to fill.
pub fn plan(request: &PlanRequest) -> Result<Plan, EditError> {
    plan_by(request, &Weights::default())
}

/// The same by other weights, to see what they do.
///
/// # Errors
/// Those of [`plan`].
pub fn plan_by(request: &PlanRequest, weights: &Weights) -> Result<Plan, EditError> {
    arranged(request, weights, |film| told(request, film))
}

/// A film whose slots are filled.
pub(super) struct Arranged<'a> {
    pub(super) assignment: Assignment<'a>,
    lists: Vec<Vec<Candidate>>,
    decisions: Vec<Decision>,
    span: Span,
    bans: &'a Bans,
}

/// Divides and fills a film, and gives it to `finish`.
pub(super) fn arranged<T>(
    request: &PlanRequest,
    weights: &Weights,
    finish: impl FnOnce(Arranged<'_>) -> Result<T, EditError>,
) -> Result<T, EditError> {
    let mut decisions = request.decisions.clone();
    let settings = &request.settings;
    request.checked()?;
    let span = Span::of(&request.grid, &request.output, settings)?;
    let bans = Bans::of(request);
    let sources = sources(&request.clips, &request.output, &bans, &mut decisions)?;
    let (needed_us, offered_us) = (
        span.us(span.frames),
        sources.iter().map(Source::total_us).sum(),
    );
    let limits = limits(&request.grid, &sources, needed_us);
    let pace = pace(settings, needed_us, offered_us, limits, &mut decisions);
    let points = points(&request.grid, span, settings, &mut decisions);
    let ranks = Ranks::of(&sources);
    let windows = SongWindows::of(request, span);
    let pool = Pool {
        sources: &sources,
        ranks: &ranks,
        rate: request.output.rate,
        seed: settings.seed,
        weights: *weights,
        windows: &windows,
    };
    let demands = demands(request, &sources);
    let filling = Filling {
        pool,
        span,
        pace,
        limits,
        tight: offered_us < 2 * needed_us,
        demands: &demands,
    };
    filling.settled(&points, |(assignment, lists)| {
        decisions.extend(scarce::decisions(&assignment, needed_us, offered_us));
        decisions.extend(asked_in_vain(&assignment, &demands, request));
        finish(Arranged {
            assignment,
            lists,
            decisions,
            span,
            bans: &bans,
        })
    })
}

/// What [`asked_in_vain`] says.
pub(super) const ASKED: [DecisionCode; 3] = [
    DecisionCode::MustNotShown,
    DecisionCode::SongWindowEmpty,
    DecisionCode::SongWindowLeft,
];

/// What was asked of single clips and could not be done.
pub(super) fn asked_in_vain(
    assignment: &Assignment<'_>,
    demands: &[Demand],
    request: &PlanRequest,
) -> Vec<Decision> {
    let mut told = assignment.pool.windows.decisions(request, assignment.slots);
    let filled = assignment.filled.iter().flatten();
    let astray = filled.filter(|filled| filled.means.astray).count();
    if astray > 0 {
        told.push(Decision::new(
            DecisionCode::SongWindowLeft,
            format!(
                "{astray} of {} slots show footage that is bound to another part of the song, because all there is is bound to others",
                assignment.slots.len()
            ),
        ));
    }
    told.extend(musts::decisions(assignment, demands, request));
    told
}

/// The plan of a filled film.
fn told(request: &PlanRequest, film: Arranged<'_>) -> Result<Plan, EditError> {
    let settings = &request.settings;
    let (assignment, most) = (&film.assignment, settings.alternates);
    let filled = film.lists.iter().enumerate();
    let filled = filled.map(|(index, list)| slot(assignment, index, list, most));
    let filled: Option<Vec<Slot>> = filled.collect();
    Ok(Plan {
        schema: SCHEMA.to_owned(),
        made_by: Some(made_by(settings)),
        output: request.output.clone(),
        music: MusicTrack {
            media: request.song.clone(),
            source_start: film.span.opening,
            beat_grid: Some(request.grid.clone()),
            extra: Extra::new(),
        },
        media: request
            .clips
            .iter()
            .map(|clip| clip.media.clone())
            .collect(),
        slots: filled.ok_or_else(|| film.bans.unfilled())?,
        decisions: film.decisions,
        extra: Extra::new(),
    })
}

/// What song and footage allow.
pub(super) fn limits(grid: &BeatGrid, sources: &[Source<'_>], needed_us: u64) -> Limits {
    Limits {
        lengths: lengths(sources, needed_us),
        beats_per_bar: bar_beats(grid),
    }
}

/// A slot as it stands in the plan; none if nothing fills it.
pub(super) fn slot(
    assignment: &Assignment<'_>,
    index: usize,
    list: &[Candidate],
    most_alternates: u8,
) -> Option<Slot> {
    let vacancy = assignment.slots.get(index)?;
    let chosen = assignment.filled.get(index)?.as_ref()?;
    Some(Slot {
        record_start: vacancy.start,
        record_duration: vacancy.frames,
        cut: vacancy.cut,
        clip: Clip {
            why: assignment.why(index, &chosen.with),
            ..clip(assignment, index, &chosen.with)?
        },
        alternates: alternates(assignment, index, list, most_alternates.into()),
        fit: None,
        focus: None,
        locked: false,
        extra: Extra::new(),
    })
}

/// What [`pace`] says.
pub(super) const PACED: [DecisionCode; 2] =
    [DecisionCode::PaceSlowed, DecisionCode::ShotsShortened];

/// The style's pace; shots are half as long again where there is much too little footage, since
/// every repeat is then a cut within the same few shots. Tells that, or that they must be shorter than wanted.
pub(super) fn pace(
    settings: &EditSettings,
    needed_us: u64,
    offered_us: u64,
    limits: Limits,
    decisions: &mut Vec<Decision>,
) -> Pace {
    let pace = Pace::of(settings.style);
    let little = offered_us.saturating_mul(2) < needed_us;
    let told = shortened(settings, pace, limits, is_moment(offered_us, needed_us));
    let slowed = Decision::new(
        DecisionCode::PaceSlowed,
        format!(
            "{} s of usable footage is less than half of the film's {} s; shots are half as long again, so that fewer are repeated",
            tenths(offered_us),
            tenths(needed_us)
        ),
    );
    decisions.extend(told.or(little.then_some(slowed)));
    if little { pace.stretched(3, 2) } else { pace }
}

/// Seconds with one digit.
fn tenths(us: u64) -> String {
    format!("{}.{}", us / 1_000_000, us / 100_000 % 10)
}

/// That shots are shorter than the style's middling one, if no footage lasts as long, or would not for the film.
fn shortened(
    settings: &EditSettings,
    pace: Pace,
    limits: Limits,
    slowed: bool,
) -> Option<Decision> {
    let wanted_us = pace.middling_us(settings.density_permille);
    let longest_us = limits.lengths.longest_us(wanted_us);
    let why = if longest_us < limits.lengths.lasting_us {
        "so that less of the footage is repeated"
    } else if slowed {
        "because footage that is good enough lasts no longer in one piece at half its speed"
    } else {
        "because footage that is good enough lasts no longer in one piece"
    };
    (longest_us < wanted_us).then(|| {
        Decision::new(
            DecisionCode::ShotsShortened,
            format!(
                "shots are about {} s long at most, {why}, where the style wants {} s and more in its calmer parts",
                tenths(longest_us),
                tenths(wanted_us)
            ),
        )
    })
}

/// A candidate as it stands in the plan, but for what spoke for it.
pub(super) fn clip(assignment: &Assignment<'_>, slot: usize, one: &Candidate) -> Option<Clip> {
    let vacancy = assignment.slots.get(slot)?;
    let mut clip = Clip::new(
        assignment.pool.sources.get(one.shown.source)?.index,
        one.shown.start_us,
    );
    clip.speed = one.speed;
    clip.score_permille = Some(permille(&assignment.pool.weights, vacancy, &one.measures));
    Some(clip)
}
