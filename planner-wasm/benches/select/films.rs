//! Films of the planted clips, ours and others', against the targets.

use std::fs;
use std::path::Path;
use std::time::Instant;

use planner_wasm::edit::{EditSettings, PlanRequest, Weights, plan_by};
use shared::media::{MediaPath, MediaReference};
use shared::plan::{Extra, Fit, Output, Plan, Style};
use shared::rate::Rate;

use crate::baselines::{Shown, greedy, planned, random, round_robin};
use crate::scores::{Scores, cuts, scores};
use crate::songs::song;
use crate::truth::{Clip, sound};

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
    /// What can be used of its clips, cut into its shots, is at least 1.2 times the film.
    plenty: bool,
    plan: Plan,
    shown: [Vec<Shown>; 4],
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
        musts: Vec::new(),
        windows: Vec::new(),
    })
}

/// The films of a part's clips by some weights, and the seconds that planning took.
fn films_of(clips: &[&Clip], weights: &Weights) -> (Vec<Film>, f64) {
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
        made(&own, weights, &mut films, &mut spent);
    }
    (films, spent)
}

/// Prints what becomes of a part's films when nobody listens to the clips.
fn unheard(clips: &[&Clip], heard: &[Film]) {
    let deaf: Vec<Clip> = clips
        .iter()
        .map(|clip| {
            let mut clip = (*clip).clone();
            clip.source.footage.sound = None;
            clip
        })
        .collect();
    let (films, _) = films_of(&deaf.iter().collect::<Vec<_>>(), &Weights::default());
    println!("\n| the same films | heard | unheard |\n|---|---|---|");
    for metric in metrics() {
        println!(
            "| {} | {:.2} | {:.2} |",
            metric.name,
            metric.of(heard, 0),
            metric.of(&films, 0)
        );
    }
}

/// Prints what becomes of a part's films when one term of their worth after the other is left out.
pub(crate) fn ablated(part: &str, clips: &[&Clip]) {
    println!("\n## Films of the {part} clips without one term\n");
    let names: Vec<&str> = metrics().iter().map(|metric| metric.name).collect();
    println!("| without | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    for (name, weights) in without() {
        let (films, _) = films_of(clips, &weights);
        let cells = metrics()
            .iter()
            .map(|metric| format!("{:.2}", metric.of(&films, 0)))
            .collect::<Vec<_>>();
        println!("| {name} | {} |", cells.join(" | "));
    }
}

/// The weights, and the same with a term left out.
fn without() -> Vec<(&'static str, Weights)> {
    let all = Weights::default();
    vec![
        ("nothing", all),
        ("quality", Weights { quality: 0, ..all }),
        ("hits", Weights { hit: 0, ..all }),
        ("what happens inside", Weights { inside: 0, ..all }),
        ("motion", Weights { motion: 0, ..all }),
        ("order", Weights { order: 0, ..all }),
        ("unwanted", Weights { unwanted: 0, ..all }),
        ("speech", Weights { speech: 0, ..all }),
        (
            "uses",
            Weights {
                uses: [0; _],
                ..all
            },
        ),
        ("scenes", Weights { again: 0, ..all }),
        ("copies", Weights { copies: 0, ..all }),
        ("nearness", Weights { near: 0, ..all }),
        (
            "cuts",
            Weights {
                unseen: 0,
                jump: 0,
                same_clip: 0,
                twin: 0,
                alike: 0,
                flash: 0,
                ..all
            },
        ),
    ]
}

/// Prints the table of a part. Films of the first clips, in every style and way, are written into `keep`, to
/// be rendered.
pub(crate) fn table(part: &str, clips: &[&Clip], keep: Option<&Path>) {
    let (films, spent) = films_of(clips, &Weights::default());
    let first = films.iter().filter(|film| film.demand == DEMANDS[1]);
    for (film, folder) in first
        .take(STYLES.len())
        .filter_map(|film| Some(film).zip(keep))
    {
        for (way, shown) in WAYS.iter().zip(&film.shown) {
            let name = format!("film-{:?}-{way}.json", film.style).to_lowercase();
            let plan = showing(&film.plan, shown);
            if let Err(error) = fs::write(folder.join(&name), plan.to_json()) {
                println!("{name}: {error}");
            }
        }
    }
    println!(
        "\n## Films of the {part} clips: {} films, {} with usable footage of 1.2 × their length, planned in {spent:.2} s\n",
        films.len(),
        films.iter().filter(|film| film.plenty).count()
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
    of_cuts(&films);
    rows(&films);
    unheard(clips, &films);
}

/// The plan with its slots showing something else.
fn showing(plan: &Plan, shown: &[Shown]) -> Plan {
    let mut plan = plan.clone();
    for (slot, shown) in plan.slots.iter_mut().zip(shown) {
        if let Ok(media) = u32::try_from(shown.clip) {
            slot.clip.media = media;
            slot.clip.source_start = shown.start_us;
            slot.alternates.clear();
        }
    }
    plan
}

/// A figure of films that baselines have too.
struct Metric {
    name: &'static str,
    target: &'static str,
    /// Which films it is of.
    counts: fn(&Film) -> bool,
    value: fn(&Scores) -> f64,
    more_is_better: bool,
}

impl Metric {
    /// Its mean over the films that it is of, made in one of the ways.
    fn of(&self, films: &[Film], way: usize) -> f64 {
        let films = films.iter().filter(|film| (self.counts)(film));
        mean(films.filter_map(|film| film.ways.get(way)).map(self.value))
    }
}

/// Every figure.
fn metrics() -> Vec<Metric> {
    of_pictures().into_iter().chain(of_sound()).collect()
}

/// What films do with what was planted into the clips' own sound.
fn of_sound() -> [Metric; 2] {
    [
        Metric {
            name: "bangs on beats, of those possible",
            target: "",
            counts: |_| true,
            value: |s| 100.0 * s.bangs,
            more_is_better: true,
        },
        Metric {
            name: "time in which someone speaks",
            target: "",
            counts: |_| true,
            value: |s| 100.0 * s.speech,
            more_is_better: false,
        },
    ]
}

fn of_pictures() -> [Metric; 13] {
    let all = |_: &Film| true;
    let low = |film: &Film| film.demand <= 300;
    let plenty = |film: &Film| film.plenty;
    let many = |film: &Film| 2 * film.plan.slots.len() >= 3 * film.clips;
    [
        Metric {
            name: "footage shown twice, copies included",
            target: "0 %",
            counts: all,
            value: |s| 100.0 * s.repeated,
            more_is_better: false,
        },
        Metric {
            name: "the same, little wanted",
            target: "0 %",
            counts: low,
            value: |s| 100.0 * s.repeated,
            more_is_better: false,
        },
        Metric {
            name: "the same, usable ≥ 1.2 × film",
            target: "0 %",
            counts: plenty,
            value: |s| 100.0 * s.repeated,
            more_is_better: false,
        },
        Metric {
            name: "shots of a scene shown before, another left unused",
            target: "0 %",
            counts: all,
            value: |s| 100.0 * s.again,
            more_is_better: false,
        },
        Metric {
            name: "such shots, little wanted",
            target: "0 %",
            counts: low,
            value: |s| 100.0 * s.again,
            more_is_better: false,
        },
        Metric {
            name: "black and covered, s",
            target: "0",
            counts: all,
            value: |s| s.blank,
            more_is_better: false,
        },
        Metric {
            name: "time free of severe faults",
            target: "≥ 99 %",
            counts: all,
            value: |s| 100.0 * s.clean,
            more_is_better: true,
        },
        Metric {
            name: "straddled cuts of 100 shots",
            target: "≤ 1",
            counts: all,
            value: |s| s.straddles,
            more_is_better: false,
        },
        Metric {
            name: "quality rank, little wanted",
            target: "≥ .70",
            counts: low,
            value: |s| s.quality,
            more_is_better: true,
        },
        Metric {
            name: "motion follows energy (Spearman)",
            target: "≥ .45",
            counts: all,
            value: |s| s.spearman,
            more_is_better: true,
        },
        Metric {
            name: "hits on beats, of those possible",
            target: "≥ 60 %",
            counts: all,
            value: |s| 100.0 * s.hits,
            more_is_better: true,
        },
        Metric {
            name: "jump cuts",
            target: "≤ 3 %",
            counts: all,
            value: |s| 100.0 * s.jumps,
            more_is_better: false,
        },
        Metric {
            name: "clips shown, where shots ≥ 1.5 × clips",
            target: "≥ 95 %",
            counts: many,
            value: |s| 100.0 * s.coverage,
            more_is_better: true,
        },
    ]
}

/// Prints every metric beside the best baseline's.
fn rows(films: &[Film]) {
    for metric in metrics() {
        let others = (1..WAYS.len()).map(|way| (metric.of(films, way), way));
        let better = |a: f64, b: f64| (a > b) == metric.more_is_better;
        let best = others.reduce(|a, b| if better(a.0, b.0) { a } else { b });
        let (best, way) = best.unwrap_or((f64::NAN, 0));
        println!(
            "| {} | {} | {:.2} | {best:.2} | {} |",
            metric.name,
            metric.target,
            metric.of(films, 0),
            WAYS.get(way).unwrap_or(&"")
        );
    }
}

/// Films of some clips, in every style and of several lengths.
fn made(clips: &[&Clip], weights: &Weights, films: &mut Vec<Film>, spent: &mut f64) {
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
            let plan = match plan_by(&request, weights) {
                Ok(plan) => plan,
                Err(error) => {
                    println!("no plan of {seconds} s: {error}");
                    return;
                }
            };
            *spent += started.elapsed().as_secs_f64();
            let shown = [
                planned(&plan),
                random(&plan, clips, films.len() as u64),
                round_robin(&plan, clips),
                greedy(&plan, clips),
            ];
            let ways = shown.each_ref().map(|shown| scores(&plan, shown, clips));
            films.push(Film {
                demand,
                clips: own().count(),
                style,
                plenty: 5 * usable_us(&plan, clips) >= 6 * film_us(&plan),
                plan,
                shown,
                ways,
            });
        }
    }
}

/// Length of a film, in µs.
fn film_us(plan: &Plan) -> u64 {
    planned(plan)
        .iter()
        .map(|one| one.end_us - one.start_us)
        .sum()
}

/// How much of the clips that are no copies could be shown in shots of the film's mean length, in µs.
fn usable_us(plan: &Plan, clips: &[&Clip]) -> u64 {
    let shot_us = (film_us(plan) / plan.slots.len().max(1) as u64).max(1);
    let own = clips.iter().filter(|clip| clip.copy.is_none());
    let runs = own.flat_map(|clip| sound(clip));
    runs.map(|(start, end)| (end - start) / shot_us * shot_us)
        .sum()
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
