//! How much of what was planted the measures find.

use std::collections::BTreeMap;

use planner_wasm::footage::{AnchorKind, Defect, TICK_US, Tick};

use crate::truth::{Clip, Span};

/// What is left out at both ends of a span: measures reach over their neighbours.
const EDGE_US: u64 = 200_000;
/// A boundary or an event this near to the true one is found.
const NEAR_US: u64 = 34_000;

/// The ticks that lie inside a span, away from its ends.
fn ticks<'a>(clip: &'a Clip, span: &Span) -> impl Iterator<Item = &'a Tick> {
    let footage = clip.footage();
    let start_us = footage.start_us;
    let (from, until) = (span.start_us + EDGE_US, span.end_us.saturating_sub(EDGE_US));
    footage
        .ticks
        .iter()
        .enumerate()
        .filter(move |(n, _)| {
            let at = start_us + *n as u64 * TICK_US;
            from <= at && at + TICK_US <= until
        })
        .map(|(_, tick)| tick)
}

/// Whether most of a span's ticks have something; none if it has no ticks.
fn mostly(clip: &Clip, span: &Span, has: impl Fn(&Tick) -> bool) -> Option<bool> {
    let (mut with, mut all) = (0, 0);
    for tick in ticks(clip, span) {
        with += u32::from(has(tick));
        all += 1;
    }
    (all > 0).then_some(2 * with > all)
}

#[derive(Default)]
struct Found {
    spans: u32,
    rejected: u32,
    named: BTreeMap<&'static str, u32>,
}

/// Prints what is found of each kind in the clips that show every kind.
pub(crate) fn table(part: &str, clips: &[&Clip]) {
    println!("\n## What the measures find, {part} clips\n");
    let mut kinds: BTreeMap<&str, Found> = BTreeMap::new();
    for clip in clips.iter().filter(|clip| clip.is_catalogue()) {
        for span in &clip.spans {
            let Some(rejected) = mostly(clip, span, |tick| tick.defects.reject()) else {
                continue;
            };
            let found = kinds.entry(&span.kind).or_default();
            found.spans += 1;
            found.rejected += u32::from(rejected);
            for defect in Defect::ALL {
                if mostly(clip, span, |tick| tick.defects.has(defect)) == Some(true) {
                    *found.named.entry(defect.word()).or_default() += 1;
                }
            }
            if span.kind == "clean" && rejected && std::env::var_os("SELECT_VERBOSE").is_some() {
                println!("  false: {} {}", clip.file, span.start_us);
            }
            let captioned = mostly(clip, span, |tick| tick.defects.has(Defect::Captioned));
            if (span.kind == "captioned") != (captioned == Some(true))
                && std::env::var_os("SELECT_VERBOSE").is_some()
            {
                println!("  text: {} {} {}", clip.file, span.kind, span.start_us);
            }
        }
    }
    println!("| planted | spans | rejected | named |\n|---|---|---|---|");
    for (kind, found) in &kinds {
        let named: Vec<String> = found
            .named
            .iter()
            .map(|(word, count)| format!("{word} {count}"))
            .collect();
        println!(
            "| {kind} | {} | {} ({:.0} %) | {} |",
            found.spans,
            found.rejected,
            percent(found.rejected, found.spans),
            named.join(", ")
        );
    }
    totals(&kinds);
    edits(clips);
    boundaries(clips);
    hits(clips);
}

/// Prints what is found of all kinds together, against the targets.
fn totals(kinds: &BTreeMap<&str, Found>) {
    let of = |names: &[&str]| {
        let mut sum = (0, 0);
        for name in names {
            if let Some(found) = kinds.get(name) {
                sum = (sum.0 + found.rejected, sum.1 + found.spans);
            }
        }
        percent(sum.0, sum.1)
    };
    println!("\n| metric | target | ours |\n|---|---|---|");
    println!(
        "| severe faults rejected | ≥ 95 % | {:.1} % |",
        of(&[
            "black", "covered", "over", "under", "blur2", "blur3", "shake2", "shake3"
        ])
    );
    println!(
        "| mild blur and shake rejected | ≥ 65 % | {:.1} % (blur {:.0}, shake {:.0}) |",
        of(&["blur1", "shake1"]),
        of(&["blur1"]),
        of(&["shake1"])
    );
    println!("| clean spans rejected | ≤ 5 % | {:.1} % |", of(&["clean"]));
    println!("| even pans rejected | ≤ 5 % | {:.1} % |", of(&["pan"]));
    println!(
        "| tripods, low rates and stands that hardly show rejected | ≤ 5 % | {:.1} % |",
        of(&["tripod", "low rate", "stands still"])
    );
    let named = |kinds_named: &[&str], defect: Defect| {
        let mut sum = (0, 0);
        for found in kinds_named.iter().filter_map(|name| kinds.get(name)) {
            let count = found.named.get(defect.word()).copied().unwrap_or(0);
            sum = (sum.0 + count, sum.1 + found.spans);
        }
        format!("{} of {}", sum.0, sum.1)
    };
    let fine = ["clean", "pan", "tripod", "low rate", "hit"];
    println!(
        "| freezes named | ≥ 95 % | {} |",
        named(&["freeze"], Defect::Frozen)
    );
    println!(
        "| faultless spans called frozen | ≤ 5 % | {} |",
        named(&fine, Defect::Frozen)
    );
    println!(
        "| cards named | ≥ 95 % | {} |",
        named(&["card"], Defect::FlatCard)
    );
    println!(
        "| faultless spans called cards | ≤ 5 % | {} |",
        named(&fine, Defect::FlatCard)
    );
    for (what, kind, defect, target) in [
        (
            "text over pictures",
            "captioned",
            Defect::Captioned,
            "≥ 75 %",
        ),
        ("green and blue screens", "screen", Defect::Keyed, "≥ 95 %"),
    ] {
        println!("| {what} named | {target} | {} |", named(&[kind], defect));
        println!(
            "| faultless spans called so | ≤ 5 % | {} |",
            named(&fine, defect)
        );
    }
    println!(
        "| faultless spans called even ground | | {} |",
        named(&fine, Defect::Plain)
    );
}

pub(crate) fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

/// What is found of the boundaries of edits, and how much of what is found is one.
fn edits(clips: &[&Clip]) {
    let (mut starts, mut right) = (0, 0);
    let mut kinds = [(0, 0); 3];
    for clip in clips.iter().filter(|clip| clip.edit) {
        let cuts = clip.cuts_us.iter().map(|cut| (*cut, *cut));
        let told = [
            cuts.collect(),
            clip.fades_us.clone(),
            clip.dissolves_us.clone(),
        ];
        let mut found: Vec<(u64, bool)> = clip
            .footage()
            .shots
            .iter()
            .skip(1)
            .map(|shot| (shot.start_us, false))
            .collect();
        for (kind, told) in kinds.iter_mut().zip(&told) {
            for (from, until) in told {
                let inside = |at: u64| at + NEAR_US >= *from && at <= until + NEAR_US;
                let one = found.iter_mut().find(|(at, taken)| !taken && inside(*at));
                kind.1 += 1;
                if let Some((_, taken)) = one {
                    *taken = true;
                    kind.0 += 1;
                } else if std::env::var_os("SELECT_VERBOSE").is_some() {
                    println!("  missed: {} {from} to {until}", clip.file);
                }
            }
        }
        starts += found.len();
        right += found.iter().filter(|(_, taken)| *taken).count();
        if std::env::var_os("SELECT_VERBOSE").is_some() {
            for (at, _) in found.iter().filter(|(_, taken)| !taken) {
                println!("  no boundary: {} {at}", clip.file);
            }
        }
    }
    let [cuts, fades, dissolves] = kinds;
    let all = cuts.1 + fades.1 + dissolves.1;
    let (precision, recall) = (
        right as f64 / starts.max(1) as f64,
        right as f64 / f64::from(all.max(1)),
    );
    println!(
        "| cuts of edits, to the frame | ≥ 90 % | {} of {} |",
        cuts.0, cuts.1
    );
    println!("| fades of edits | ≥ 74 % | {} of {} |", fades.0, fades.1);
    println!(
        "| dissolves of edits | | {} of {} |",
        dissolves.0, dissolves.1
    );
    println!(
        "| boundaries of edits: precision, recall, F1 | F1 ≥ 90 | {:.0}, {:.0}, {:.0} |",
        100.0 * precision,
        100.0 * recall,
        200.0 * precision * recall / (precision + recall).max(1e-9)
    );
}

/// Planted cuts and fades that are found, and boundaries where nothing was planted: the bases may
/// have cuts of their own, which every clip of that base has too.
fn boundaries(clips: &[&Clip]) {
    let (mut cuts, mut found, mut fades, mut dipped, mut others) = (0, 0, 0, 0, 0);
    for clip in clips
        .iter()
        .filter(|clip| !clip.is_catalogue() && !clip.edit)
    {
        let starts: Vec<u64> = clip
            .footage()
            .shots
            .iter()
            .skip(1)
            .map(|s| s.start_us)
            .collect();
        let mut explained = vec![false; starts.len()];
        for cut in &clip.cuts_us {
            cuts += 1;
            let at = starts
                .iter()
                .position(|start| start.abs_diff(*cut) <= NEAR_US);
            if let Some(explained) = at.and_then(|at| explained.get_mut(at)) {
                found += 1;
                *explained = true;
            } else if std::env::var_os("SELECT_VERBOSE").is_some() {
                println!("  missed cut: {} {cut}, {starts:?}", clip.file);
            }
        }
        for (from, until) in &clip.fades_us {
            fades += 1;
            let at = starts
                .iter()
                .position(|start| (*from..=*until).contains(start));
            if let Some(explained) = at.and_then(|at| explained.get_mut(at)) {
                dipped += 1;
                *explained = true;
            } else if std::env::var_os("SELECT_VERBOSE").is_some() {
                println!("  missed fade: {} {from}, {starts:?}", clip.file);
            }
        }
        for (start, explained) in starts.iter().zip(&explained) {
            // A black span has hard edges.
            let edge = clip.spans.iter().any(|span| {
                span.kind != "clean"
                    && (span.start_us.abs_diff(*start) <= NEAR_US
                        || span.end_us.abs_diff(*start) <= NEAR_US)
            });
            if !explained && !edge {
                others += 1;
                if std::env::var_os("SELECT_VERBOSE").is_some() {
                    println!("  other boundary: {} {start}", clip.file);
                }
            }
        }
    }
    println!("| planted cuts found to the frame | ≥ 90 % | {found} of {cuts} |");
    println!("| planted fades found | ≥ 74 % | {dipped} of {fades} |");
    println!("| boundaries elsewhere (cuts of the bases among them) | | {others} |");
}

/// Planted shoves that an impact marks to the frame.
fn hits(clips: &[&Clip]) {
    let (mut all, mut found) = (0, 0);
    for clip in clips {
        let own = clip.spans.iter().filter(|span| span.kind == "hit");
        let planted: Vec<u64> = if clip.is_catalogue() {
            own.map(|span| u64::midpoint(span.start_us, span.end_us))
                .collect()
        } else {
            clip.hits_us.clone()
        };
        for hit in planted {
            all += 1;
            found += u32::from(clip.footage().anchors.iter().any(|anchor| {
                anchor.kind == AnchorKind::Impact && anchor.at_us.abs_diff(hit) <= NEAR_US
            }));
        }
    }
    println!("| planted hits marked to the frame | ≥ 85 % | {found} of {all} |");
}
