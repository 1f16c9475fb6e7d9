//! Films of the planted clips, ours and others', against the targets.

use std::fs;
use std::path::Path;
use std::time::Instant;

use planner_wasm::edit::{EditSettings, PlanRequest, plan};
use shared::media::{MediaPath, MediaReference};
use shared::plan::{Extra, Fit, Output, Plan, Style};
use shared::rate::Rate;

use crate::baselines::{Shown, greedy, planned, random, round_robin};
use crate::scores::{Scores, cuts, scores};
use crate::songs::song;
use crate::truth::Clip;

const STYLES: [Style; 4] = [
    Style::Energetic,
    Style::Balanced,
    Style::Cinematic,
    Style::Buildup,
];
/// Lengths of the films, in thousandths of the clean footage there is.
const DEMANDS: [u64; 3] = [300, 600, 830];
const TEMPOS: [u64; 3] = [96, 124, 150];

/// One film in four ways, and what it needed.
struct Film {
    demand: u64,
    /// Clips that are no copies.
    clips: usize,
    style: Style,
    plan: Plan,
    ways: [Scores; 4],
}

const WAYS: [&str; 4] = ["ours", "random", "round-robin", "greedy"];

fn request(clips: &[&Clip], seconds: u64, bpm: u64, style: Style) -> Option<PlanRequest> {
    Some(PlanRequest {
        output: Output {
            width: 640,
            height: 360,
            rate: Rate::whole(30).ok()?,
            fit: Fit::default(),
            extra: Extra::new(),
        },
        song: MediaReference::by_path(MediaPath::from_text("song.wav")?),
        grid: song(seconds, bpm),
        clips: clips.iter().map(|clip| clip.source.clone()).collect(),
        settings: EditSettings {
            style,
            ..EditSettings::default()
        },
        decisions: Vec::new(),
        bans: Vec::new(),
    })
}

/// Prints the table of a part. One film is written into `keep`, as `film.json`.
pub(crate) fn table(part: &str, clips: &[&Clip], keep: Option<&Path>) {
    let mut variants: Vec<u64> = clips.iter().filter_map(|clip| clip.variant).collect();
    variants.sort_unstable();
    variants.dedup();
    let mut films = Vec::new();
    let mut spent = 0.0;
    for variant in variants {
        let own: Vec<&Clip> = clips
            .iter()
            .filter(|clip| clip.variant == Some(variant) || clip.copy.is_some())
            .copied()
            .collect();
        made(&own, &mut films, &mut spent);
    }
    if let (Some(folder), Some(film)) = (keep, films.get(1))
        && let Err(error) = fs::write(folder.join("film.json"), film.plan.to_json())
    {
        println!("film.json: {error}");
    }
    println!(
        "\n## Films of the {part} clips: {} films, planned in {spent:.2} s\n",
        films.len()
    );
    if std::env::var_os("SELECT_VERBOSE").is_some() {
        for film in &films {
            println!(
                "{} ‰ {:?} {} slots",
                film.demand,
                film.style,
                film.plan.slots.len()
            );
            println!("  ours   {:?}", film.ways.first());
            println!("  greedy {:?}", film.ways.last());
            for decision in &film.plan.decisions {
                println!("  {:?}: {}", decision.code, decision.detail);
            }
        }
    }
    if std::env::var_os("DBG").is_some() {
        for (n, film) in films.iter().enumerate().filter(|f| f.1.demand == 300) {
            let own: Vec<&Clip> = clips.iter().filter(|clip| clip.variant == Some(n as u64 / 12) || clip.copy.is_some()).copied().collect();
            println!("REP {part} {n} {:?} {} slots {:.3}", film.style, film.plan.slots.len(), film.ways[0].repeated);
            let shown = planned(&film.plan);
            let bases = |one: &Shown| -> Vec<(String, u64, u64)> { own[one.clip].spans.iter().filter_map(|span| { let (s, e) = (one.start_us.max(span.start_us), one.end_us.min(span.end_us)); (s < e && span.kind != "freeze").then(|| (span.base.clone(), span.base_start_us + s - span.start_us, span.base_start_us + e - span.start_us)) }).collect() };
            for (i, a) in shown.iter().enumerate() { for (j, b) in shown.iter().enumerate().skip(i + 1) {
                let mut over = 0; for x in bases(a) { for y in bases(b) { if x.0 == y.0 { over += x.2.min(y.2).saturating_sub(x.1.max(y.1)); } } }
                if over > 0 { println!("  {i} {:.28} {}-{} / {j} {:.28} {}-{}: {over} reused {}", own[a.clip].file, a.start_us, a.end_us, own[b.clip].file, b.start_us, b.end_us, a.clip == b.clip); }
            } }
        }
        for clip in clips.iter().filter(|c| c.variant.is_some()) {
            for hit in &clip.hits_us {
                let a = clip.footage().anchors.iter().min_by_key(|a| a.at_us.abs_diff(*hit));
                let t = clip.footage().ticks.get(((hit - clip.footage().start_us) / 100_000) as usize);
                let n = clip.footage().anchors.iter().filter(|a| a.kind == planner_wasm::footage::AnchorKind::Impact).count();
                let bad: usize = clip.footage().ticks.iter().filter(|t| t.defects.reject()).count();
                println!("HIT {part} {:.40} {hit} of {} {:?} {:?} {n} impacts, {bad} of {} bad", clip.file, clip.footage().end_us, a.map(|a| (a.at_us as i64 - *hit as i64, a.kind, a.strength_permille)), t.map(|t| (t.quality, t.defects)), clip.footage().ticks.len());
            }
        }
    }
    of_cuts(&films);
    rows(&films);
}

/// The metrics that baselines have too.
fn rows(films: &[Film]) {
    let all = |_: &Film| true;
    let low = |film: &Film| film.demand <= 300;
    let many = |film: &Film| 2 * film.plan.slots.len() >= 3 * film.clips;
    row(
        "footage shown twice, copies included",
        "0 %",
        films,
        all,
        |s| 100.0 * s.repeated,
        false,
    );
    row(
        "the same, little wanted",
        "0 %",
        films,
        low,
        |s| 100.0 * s.repeated,
        false,
    );
    row("black and covered, s", "0", films, all, |s| s.blank, false);
    row(
        "time free of severe faults",
        "≥ 99 %",
        films,
        all,
        |s| 100.0 * s.clean,
        true,
    );
    row(
        "straddled cuts of 100 shots",
        "≤ 1",
        films,
        all,
        |s| s.straddles,
        false,
    );
    row(
        "quality rank, little wanted",
        "≥ .70",
        films,
        low,
        |s| s.quality,
        true,
    );
    row(
        "motion follows energy (Spearman)",
        "≥ .45",
        films,
        all,
        |s| s.spearman,
        true,
    );
    row(
        "hits on beats, of those possible",
        "≥ 60 %",
        films,
        all,
        |s| 100.0 * s.hits,
        true,
    );
    row("jump cuts", "≤ 3 %", films, all, |s| 100.0 * s.jumps, false);
    row(
        "clips shown, where shots ≥ 1.5 × clips",
        "≥ 95 %",
        films,
        many,
        |s| 100.0 * s.coverage,
        true,
    );
}

/// Films of some clips, in every style and of several lengths.
fn made(clips: &[&Clip], films: &mut Vec<Film>, spent: &mut f64) {
    let own = || clips.iter().filter(|clip| clip.copy.is_none());
    let clean_us: u64 = own()
        .flat_map(|clip| &clip.spans)
        .filter(|span| !span.is_severe())
        .map(|span| span.end_us - span.start_us)
        .sum();
    for (n, demand) in DEMANDS.into_iter().enumerate() {
        for style in STYLES {
            let seconds = clean_us * demand / 1_000_000_000;
            let bpm = TEMPOS.get((n + films.len()) % 3).copied().unwrap_or(124);
            let Some(request) = request(clips, seconds, bpm, style) else {
                return;
            };
            let started = Instant::now();
            let plan = match plan(&request) {
                Ok(plan) => plan,
                Err(error) => {
                    println!("no plan of {seconds} s: {error}");
                    return;
                }
            };
            *spent += started.elapsed().as_secs_f64();
            let score = |shown: Vec<Shown>| scores(&plan, &shown, clips);
            let ways = [
                score(planned(&plan)),
                score(random(&plan, clips, films.len() as u64)),
                score(round_robin(&plan, clips)),
                score(greedy(&plan, clips)),
            ];
            films.push(Film {
                demand,
                clips: own().count(),
                style,
                plan,
                ways,
            });
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { f64::NAN }
}

fn of_cuts(films: &[Film]) {
    let of = |pick: fn((f64, f64, f64)) -> f64, balanced: bool| {
        let chosen = films
            .iter()
            .filter(|film| !balanced || film.style == Style::Balanced);
        100.0 * mean(chosen.map(|film| pick(cuts(&film.plan))))
    };
    println!("| metric | target | ours | best baseline | of |\n|---|---|---|---|---|");
    println!(
        "| cuts on the frame of their beat | 100 % | {:.1} % | | |",
        of(|cuts| cuts.0, false)
    );
    println!(
        "| sections cut on | ≥ 98 % | {:.1} % | | |",
        of(|cuts| cuts.1, false)
    );
    println!(
        "| cuts on downbeats, balanced | 50–75 % | {:.1} % | | |",
        of(|cuts| cuts.2, true)
    );
}

fn row(
    name: &str,
    target: &str,
    films: &[Film],
    counts: impl Fn(&Film) -> bool,
    value: impl Fn(&Scores) -> f64,
    more_is_better: bool,
) {
    let of = |way: usize| {
        let films = films.iter().filter(|film| counts(film));
        mean(films.filter_map(|film| film.ways.get(way)).map(&value))
    };
    let others = (1..WAYS.len()).map(|way| (of(way), way));
    let best = others.reduce(|a, b| if (a.0 > b.0) == more_is_better { a } else { b });
    let (best, way) = best.unwrap_or((f64::NAN, 0));
    println!(
        "| {name} | {target} | {:.2} | {best:.2} | {} |",
        of(0),
        WAYS.get(way).unwrap_or(&"")
    );
}
