//! A plan made anew from another, changing as little as can be.

use shared::decision::{Decision, DecisionCode};
use shared::plan::{MusicTrack, Output, Plan, SCHEMA, Slot};

use super::assignment::Assignment;
use super::bans::Bans;
use super::candidates::Pool;
use super::division::{Origin, division, staying};
use super::earlier::{Earlier, places};
use super::film::{PACED, asked_in_vain, limits, pace};
use super::kept::said_of_gone;
use super::made_by::made_by;
use super::musts::demands;
use super::pace::Pace;
use super::points::{Span, points};
use super::refilm::Refilm;
use super::request::{EditError, EditSettings, PlanRequest, Scope, checked_seed};
use super::reroll::reroll;
use super::scarce;
use super::score::Ranks;
use super::shorter::Filling;
use super::slots::Vacancy;
use super::sources::{Source, sources};
use super::weights::Weights;
use super::windows::SongWindows;

/// A film for the request that differs from `previous` as little as can be.
///
/// With [`Scope::All`]
/// * a locked slot keeps its frames, cut, clip, alternates and the rest to the bit, whatever is banned
///   or no longer on offer. Where the film has another rate or begins elsewhere in the song, it keeps
///   its place in the song; one that is not wholly inside the film is let go, and a decision says so.
///   A cut that no longer holds (see [`Cut`](shared::plan::Cut)) is left out;
/// * any other slot keeps its frames where neither the beats, nor the style, nor the density have
///   changed, and what it shows as long as that is on offer, not banned nor bound to another part of the
///   song, weighs no less than before, the seed is the same, and a clip that was measured anew
///   ([`SourceClip::remeasured`](super::SourceClip)) is still sound there;
/// * the rest is divided anew, with some favour for cuts that were there (or, where nothing stays and another
///   pace is wanted, as a first plan would be), and filled with footage that nothing else shows. A clip
///   that was not on offer before, or weighs more than then, may also take the place of what is much worse;
///   and what must be shown, and is not, takes the place of what is least lost.
///
/// So a request that has not changed gives the same plan, and a ban changes no slot that did not show
/// what is banned, but for alternates that name it.
///
/// With [`Scope::Slots`] only what the named slots show changes, and all else is kept to the bit, with
/// the settings that the plan was made with: of the request only clips, what is asked of them, and the
/// number of alternates count. Each shows something other than before, if anything else that is sound and
/// shown nowhere is left; another seed of the scope chooses another. The plan does not tell that seed: the same request
/// with [`Scope::All`] keeps what the slots show now.
///
/// The new plan lists the request's clips in their order; after them come files that only kept
/// slots name.
///
/// # Errors
/// Those of [`plan`](super::plan), and [`EditError::UnsoundPlan`] and [`EditError::NoSuchSlot`].
pub fn replan(request: &PlanRequest, previous: &Plan, scope: &Scope) -> Result<Plan, EditError> {
    request.checked()?;
    if let Some(problem) = previous.problems().0.first() {
        return Err(EditError::UnsoundPlan {
            problem: problem.to_string(),
        });
    }
    let bans = Bans::of(request);
    let earlier = Earlier::new(previous, request, &bans);
    match scope {
        Scope::All => all(request, earlier, &bans),
        Scope::Slots { slots, seed } => {
            checked_seed(*seed)?;
            reroll(request, earlier, &bans, (slots, *seed))
        }
    }
}

fn all(request: &PlanRequest, mut earlier: Earlier<'_>, bans: &Bans) -> Result<Plan, EditError> {
    let (settings, previous) = (&request.settings, earlier.plan());
    let mut decisions = request.decisions.clone();
    let span = Span::of(&request.grid, &request.output, settings)?;
    let sources = sources(&request.clips, &request.output, bans, &mut decisions)?;
    let (needed_us, offered_us) = (
        span.us(span.frames),
        sources.iter().map(Source::total_us).sum(),
    );
    let made_by_then = previous.made_by.as_ref();
    let before = made_by_then.map_or_else(|| settings.clone(), EditSettings::of);
    let places = places(previous, span);
    let stays = staying(request, previous, &before, &places, span);
    let same_film = stays.iter().all(|stays| *stays);
    let limits = limits(&request.grid, &sources, needed_us);
    let pace = if same_film {
        decisions.extend(said(previous, &PACED));
        Pace::of(settings.style)
    } else {
        pace(settings, needed_us, offered_us, limits, &mut decisions)
    };
    let favoured =
        (before.style, before.density_permille) == (settings.style, settings.density_permille);
    let points = points(&request.grid, span, settings, &mut decisions);
    let ranks = Ranks::of(&sources);
    let windows = SongWindows::of(request, span);
    let demands = demands(request, &sources);
    let pool = Pool {
        sources: &sources,
        ranks: &ranks,
        rate: request.output.rate,
        seed: settings.seed,
        weights: Weights::default(),
        windows: &windows,
    };
    let tight = offered_us < 2 * needed_us;
    let filling = Filling {
        pool,
        span,
        pace,
        limits,
        tight,
        demands: &demands,
    };
    // A film that is divided wholly anew, by another pace, is divided as a first one would be.
    let cuts = (!favoured && !stays.contains(&true)).then(|| filling.cuts(&points));
    let points = cuts.flatten().unwrap_or(points);
    let divided = division(&points, &places, &stays, favoured, (span, pace, limits));
    let (slots, origins): (Vec<Vacancy>, Vec<Origin>) = divided.into_iter().unzip();

    let mut refilm = Refilm::new(Assignment::new(pool, &slots));
    refilm.lock_all(&mut earlier, &origins);
    decisions.extend(let_go(previous, &origins, &refilm));
    if before.seed == settings.seed {
        let more = settings.alternates > before.alternates;
        refilm.keep_all(&earlier, &origins, more);
    }
    let untouched = refilm.complete(&earlier, &demands, tight);
    if untouched {
        decisions.extend(said(previous, &scarce::SAID));
    } else {
        let told = scarce::decisions(&refilm.assignment, needed_us, offered_us);
        decisions.extend(told);
    }
    decisions.extend(asked_in_vain(&refilm.assignment, &demands, request));
    let filled = (0..slots.len()).map(|index| refilm.slot(index, settings.alternates));
    let mut filled: Option<Vec<Slot>> = filled.collect();
    if settings.alternates < before.alternates {
        let slots = filled.iter_mut().flatten().filter(|slot| !slot.locked);
        slots.for_each(|slot| slot.alternates.truncate(settings.alternates.into()));
    }
    let gone = refilm.gone();
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        made_by: Some(made_by(settings)),
        output: output(&request.output, previous),
        music: MusicTrack {
            media: request.song.clone(),
            source_start: span.opening,
            beat_grid: Some(request.grid.clone()),
            extra: previous.music.extra.clone(),
        },
        slots: filled.ok_or_else(|| bans.unfilled())?,
        decisions,
        extra: previous.extra.clone(),
        media: earlier.into_media(),
    };
    if !untouched {
        let told = said_of_gone(&plan, &gone, request, previous);
        plan.decisions.extend(told);
    }
    Ok(plan)
}

/// The output asked for, with what the earlier plan knew of it beyond.
fn output(own: &Output, previous: &Plan) -> Output {
    let mut output = own.clone();
    if output.extra.is_empty() {
        output.extra.clone_from(&previous.output.extra);
    }
    output
}

/// What an earlier plan said with these codes.
fn said(plan: &Plan, codes: &[DecisionCode]) -> Vec<Decision> {
    let spoken = |decision: &&Decision| codes.contains(&decision.code);
    plan.decisions.iter().filter(spoken).cloned().collect()
}

/// One decision for each locked slot that could not be kept.
fn let_go(previous: &Plan, origins: &[Origin], refilm: &Refilm<'_>) -> Vec<Decision> {
    let is_kept = |index: usize| {
        let mut new = origins.iter().enumerate();
        new.any(|(slot, origin)| *origin == Origin::Stays(index) && refilm.is_kept(slot))
    };
    previous
        .slots
        .iter()
        .enumerate()
        .filter(|(index, slot)| slot.locked && !is_kept(*index))
        .map(|(index, slot)| {
            Decision::about(
                DecisionCode::LockReleased,
                format!("slot {}", index + 1),
                format!(
                    "it was locked at frame {}, but does not lie inside the new film or its file as a whole; its place is filled anew",
                    slot.record_start
                ),
            )
        })
        .collect()
}
