//! The rhythm of cuts, also where footage is short: no stutter, no limp, and the style still tells.

use planner_wasm::edit::{PlanRequest, SourceClip, plan};
use planner_wasm::footage::Defects;
use shared::decision::DecisionCode;
use shared::plan::{CutKind, Plan, Speed, Style};

use crate::requests::{STYLES, settings};
use crate::synthetic::{clip, request, song};

/// Clips of so many microseconds without fault.
fn faultless(lengths_us: &[u64]) -> Vec<SourceClip> {
    let clips = lengths_us.iter().zip(700..).map(|(us, seed)| {
        let mut clip = clip(seed, *us, 1, 6);
        for tick in &mut clip.footage.ticks {
            tick.defects = Defects::default();
        }
        clip
    });
    clips.collect()
}

/// The film and its slots' lengths, in half-beats.
fn cut(request: &PlanRequest) -> (Plan, Vec<u64>) {
    let plan = plan(request).unwrap();
    let beats = &request.grid.beats;
    let half = (beats[1].at - beats[0].at) / 2;
    let cuts = plan.slots.iter().map(|slot| slot.cut.unwrap().at);
    let cuts: Vec<u64> = cuts.chain([request.grid.duration]).collect();
    let steps = cuts
        .windows(2)
        .map(|pair| (pair[1] - pair[0] + half / 2) / half);
    let steps = steps.collect();
    (plan, steps)
}

/// At 66 beats a minute half a beat is long enough to be a shot.
#[test]
fn cuts_between_beats_come_in_pairs_half_a_beat_apart() {
    let mut found = 0;
    for (seed, density) in (1..6).flat_map(|seed| [(seed, 1000), (seed, 2500)]) {
        for style in STYLES {
            let mut request = request(
                song(seed, 180, 66),
                faultless(&[20_000_000; 30]),
                settings(style, seed),
            );
            request.settings.density_permille = density;
            let (plan, steps) = cut(&request);
            let off_beat = |slot: usize| plan.slots[slot].cut.unwrap().on == CutKind::OffBeat;
            for slot in (1..steps.len()).filter(|slot| off_beat(*slot)) {
                found += 1;
                let around = (steps[slot - 1], steps[slot]);
                assert_eq!(
                    around,
                    (1, 1),
                    "{style:?}, seed {seed}, density {density}, slot {slot}"
                );
            }
            // A burst is over before it is a stutter, and a beat is no metronome's.
            let longest = steps.chunk_by(|a, b| a == b).map(<[u64]>::len).max();
            assert!(
                longest <= Some(4),
                "{style:?}, seed {seed}, {density}: {steps:?}"
            );
        }
    }
    assert!(found > 20, "{found}");
}

/// The same second on every beat would be a stutter.
#[test]
fn a_second_of_footage_is_not_cut_on_every_beat() {
    for style in STYLES {
        // Of 1.6 s a second is left when the record button is out of it.
        let request = request(
            song(2, 60, 120),
            faultless(&[1_600_000]),
            settings(style, 0),
        );
        let (plan, steps) = cut(&request);
        let single = steps.iter().filter(|steps| **steps <= 2).count();
        assert!(3 * single <= steps.len(), "{style:?}: {steps:?}");
        let slowest = plan.slots.iter().map(|slot| slot.clip.speed);
        assert!(slowest.clone().any(|speed| !speed.is_normal()));
        // Nothing is slowed to a slideshow.
        assert!(
            slowest.map(Speed::terms).all(|(num, den)| 3 * num >= den),
            "{style:?}"
        );
    }
}

/// Clips that last about as long as the film: what the style and a person want is still heeded.
#[test]
fn where_footage_is_just_enough_styles_and_density_still_tell() {
    let lengths = [
        1_400, 2_200, 2_900, 3_100, 4_800, 5_000, 5_600, 6_200, 7_900, 9_900, 12_100,
    ];
    let lengths = lengths.map(|ms| ms * 1000);
    let slots = |style, density| {
        let mut request = request(song(4, 60, 124), faultless(&lengths), settings(style, 0));
        request.settings.density_permille = density;
        let (plan, steps) = cut(&request);
        let on_downbeat = |slot: &&shared::plan::Slot| {
            !matches!(slot.cut.unwrap().on, CutKind::Beat | CutKind::OffBeat)
        };
        let downbeats = plan.slots.iter().filter(on_downbeat).count();
        (plan.slots.len(), downbeats, steps)
    };
    let (cinematic, bars, steps) = slots(Style::Cinematic, 1000);
    assert!(5 * bars >= 4 * cinematic, "{steps:?}");
    let (balanced, ..) = slots(Style::Balanced, 1000);
    let (energetic, ..) = slots(Style::Energetic, 1000);
    assert!(
        5 * cinematic < 4 * balanced && balanced < energetic,
        "{cinematic} {balanced} {energetic}"
    );
    let (calmer, ..) = slots(Style::Cinematic, 500);
    assert!(calmer < cinematic, "{calmer} {cinematic}");
}

/// Neighbours that show the same take begin with different pictures.
#[test]
fn one_short_clip_does_not_begin_again_at_each_cut() {
    for style in STYLES {
        let request = request(
            song(5, 60, 124),
            faultless(&[3_000_000]),
            settings(style, 0),
        );
        let (plan, _) = cut(&request);
        let starts: Vec<u64> = plan
            .slots
            .iter()
            .map(|slot| slot.clip.source_start)
            .collect();
        let again = starts
            .windows(2)
            .filter(|pair| pair[0].abs_diff(pair[1]) < 100_000);
        let again = again.count();
        assert!(
            5 * again <= starts.len(),
            "{style:?}: {again} of {}: {starts:?}",
            starts.len()
        );
    }
}

#[test]
fn a_film_is_told_to_be_slowed_or_shortened_and_not_both() {
    for style in STYLES {
        for us in [600_000, 1_600_000, 5_000_000] {
            let request = request(song(2, 60, 120), faultless(&[us; 5]), settings(style, 0));
            let (plan, _) = cut(&request);
            let paced = [DecisionCode::PaceSlowed, DecisionCode::ShotsShortened];
            let told = plan
                .decisions
                .iter()
                .filter(|one| paced.contains(&one.code));
            let told: Vec<DecisionCode> = told.map(|one| one.code).collect();
            let shortened = us < 1_000_000 && style == Style::Cinematic;
            assert_eq!(told.len(), 1, "{style:?}, {us}: {told:?}");
            assert!(
                !shortened || told == [DecisionCode::ShotsShortened],
                "{told:?}"
            );
        }
    }
}
