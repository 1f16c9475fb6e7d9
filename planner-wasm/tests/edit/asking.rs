//! Films of which something is asked.

use planner_wasm::edit::{Must, PlanRequest, SongWindow, plan};
use planner_wasm::footage::{Defect, Defects};
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{Plan, Style};

use crate::asked::{ask, obeyed, shown, wishes};
use crate::plans::{fills_song, said, sound};
use crate::requests::{STYLES, any_request, ordinary, settings};
use crate::synthetic::{clip, request, song};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_asked_of_clips_is_done_or_told(request in any_request(), wishes in wishes()) {
        let mut request = request;
        for (kind, number) in wishes {
            ask(&mut request, kind, number.into());
        }
        if let Ok(plan) = plan(&request) {
            sound(&plan);
            fills_song(&request, &plan);
            obeyed(&request, &plan);
        }
    }

    #[test]
    fn the_order_of_what_is_asked_does_not_matter(request in any_request(), wishes in wishes()) {
        let mut request = request;
        for (kind, number) in wishes {
            ask(&mut request, kind % 4, number.into());
        }
        let one = plan(&request);
        request.musts.reverse();
        request.windows.reverse();
        let slots = |plan: Result<Plan, _>| plan.map(|plan| plan.slots);
        prop_assert_eq!(slots(plan(&request)), slots(one));
    }
}

/// Forty clips without fault, and a song.
fn faultless(seed: u64, style: Style) -> PlanRequest {
    let mut request = ordinary(seed, 60, style);
    for clip in &mut request.clips {
        for tick in &mut clip.footage.ticks {
            tick.defects = Defects::default();
        }
    }
    request
}

fn seconds_of(plan: &Plan, media: u32) -> u64 {
    let slots = plan.slots.iter().filter(|slot| slot.clip.media == media);
    slots
        .map(|slot| shown(plan, slot))
        .map(|(from, to)| to - from)
        .sum()
}

/// The shortest shot and a frame, in microseconds.
fn shortest_us(plan: &Plan) -> u64 {
    let frames = plan
        .slots
        .iter()
        .map(|slot| u64::from(slot.record_duration));
    (frames.min().unwrap() + 1) * 1_001_000 / 30
}

fn shows(plan: &Plan, must: &Must) -> bool {
    let (start, end) = must.range_us.unwrap();
    plan.slots.iter().any(|slot| {
        let (from, to) = shown(plan, slot);
        let both = to.min(end).saturating_sub(from.max(start));
        slot.clip.media == must.media && both >= (to - from).min(end - start)
    })
}

#[test]
fn any_part_of_a_sound_clip_can_be_asked_for_and_little_else_changes() {
    for (number, style) in (0..20_u64).zip(STYLES.into_iter().cycle()) {
        let mut request = faultless(number % 5, style);
        let without = plan(&request).unwrap();
        // From the very start of a clip, and up to its end.
        let media = (number * 7) % 40;
        let length = request.clips[usize::try_from(media).unwrap()]
            .footage
            .end_us;
        let from = (length - 500_000) * (number % 4) / 3;
        let must = Must {
            media: u32::try_from(media).unwrap(),
            range_us: Some((from, from + 400_000)),
        };
        request.musts.push(must);
        let with = plan(&request).unwrap();
        assert!(shows(&with, &must), "{must:?}");
        // A clip may be shorter than any shot of a calm film.
        assert_eq!(
            said(&with, DecisionCode::FootageSlowed),
            length < shortest_us(&with),
            "{must:?}"
        );
        obeyed(&request, &with);
        if shows(&without, &must) {
            assert_eq!(with.slots.len(), without.slots.len());
        } else {
            let why = with
                .slots
                .iter()
                .filter_map(|slot| slot.clip.why.as_deref());
            assert_eq!(
                why.filter(|why| why.starts_with("must be shown")).count(),
                1
            );
        }
    }
}

#[test]
fn every_clip_can_be_asked_for_as_long_as_there_are_shots() {
    let mut request = faultless(2, Style::Energetic);
    let slots = plan(&request).unwrap().slots.len();
    assert!(slots >= 40, "{slots}");
    request.musts = (0..40)
        .map(|media| Must {
            media,
            range_us: None,
        })
        .collect();
    let whole = plan(&request).unwrap();
    assert_eq!(whole.decisions, []);
    let mut media: Vec<u32> = whole.slots.iter().map(|slot| slot.clip.media).collect();
    media.sort_unstable();
    media.dedup();
    assert_eq!(media.len(), 40);
    // Of a film with fewer shots as many as can be, and the others are told.
    request.settings.length_us = Some(12_000_000);
    let part = plan(&request).unwrap();
    let mut media: Vec<u32> = part.slots.iter().map(|slot| slot.clip.media).collect();
    media.sort_unstable();
    media.dedup();
    assert_eq!(media.len(), part.slots.len(), "each shot another clip");
    let told = part
        .decisions
        .iter()
        .filter(|one| one.code == DecisionCode::MustNotShown);
    assert_eq!(told.count(), 40 - part.slots.len());
}

#[test]
fn what_could_be_shown_elsewhere_gives_way_to_what_could_not() {
    for (one, other) in [(0, 1), (1, 0)] {
        let mut request = faultless(3, Style::Balanced);
        let free = plan(&request).unwrap();
        let rate = u64::from(request.grid.rate);
        let sample = |frame: u64| frame * 1001 * rate / 30_000;
        let bound = |media, slots: &[usize]| SongWindow {
            media,
            range_us: None,
            start: sample(free.slots[slots[0]].record_start),
            end: sample(free.slots[slots[slots.len() - 1]].record_end()),
        };
        let must = |media| Must {
            media,
            range_us: Some((500_000, 1_000_000)),
        };
        // One may be shown in either of two shots, and is in that which it suits better.
        request.musts = vec![must(one)];
        request.windows = vec![bound(one, &[3, 4])];
        let alone = plan(&request).unwrap();
        let shows_one = |plan: &Plan, slot: usize| plan.slots[slot].clip.media == one;
        let better = if shows_one(&alone, 3) { 3 } else { 4 };
        assert!(shows_one(&alone, better));
        // The other may be shown in that one alone.
        request.musts.push(must(other));
        request.windows.push(bound(other, &[better]));
        let both = plan(&request).unwrap();
        assert!(request.musts.iter().all(|must| shows(&both, must)));
        assert!(shows_one(&both, 7 - better));
        obeyed(&request, &both);
    }
}

#[test]
fn what_can_not_be_shown_is_told_with_its_reason() {
    let mut request = faultless(1, Style::Balanced);
    for tick in &mut request.clips[3].footage.ticks {
        tick.defects = Defects::default().with(Defect::Black);
    }
    request.musts = vec![
        Must {
            media: 3,
            range_us: None,
        },
        Must {
            media: 4,
            range_us: Some((90_000_000, 91_000_000)),
        },
        Must {
            media: 5,
            range_us: Some((0, 1_000_000)),
        },
        Must {
            media: 99,
            range_us: None,
        },
    ];
    // A quarter of a second of the song.
    request.windows = vec![SongWindow {
        media: 5,
        range_us: None,
        start: 441_000,
        end: 452_000,
    }];
    let plan = plan(&request).unwrap();
    let told = |code| {
        let all = plan.decisions.iter().filter(move |one| one.code == code);
        all.map(|one| one.detail.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(
        told(DecisionCode::MustNotShown),
        [
            "0.00 to 1.00 s of it must be shown, but no shot that has room for it lies in the part of the song that it is bound to",
            "90.00 to 91.00 s of it must be shown, but all of it is banned, black or covered, or beyond the clip's pictures",
            "it must be shown, but nothing of the clip can be used",
        ]
    );
    assert_eq!(told(DecisionCode::SongWindowEmpty).len(), 1);
}

#[test]
fn footage_that_all_is_bound_elsewhere_fills_what_nothing_else_may() {
    let mut request = request(
        song(1, 40, 120),
        vec![clip(1, 30_000_000, 1, 9), clip(2, 30_000_000, 1, 9)],
        settings(Style::Balanced, 0),
    );
    let half = request.grid.duration / 2;
    let bound = |media, start, end| SongWindow {
        media,
        range_us: None,
        start,
        end,
    };
    // Each its half: nobody is where it may not be, but where a shot lies across the middle.
    request.windows = vec![bound(0, 0, half), bound(1, half, request.grid.duration)];
    let parted = plan(&request).unwrap();
    let astray = |plan: &Plan| said(plan, DecisionCode::SongWindowLeft);
    let across = parted.slots.iter().filter(|slot| {
        let frame = parted.frame_at(half).unwrap();
        slot.record_start + 5 < frame && frame + 5 < slot.record_end()
    });
    assert_eq!(astray(&parted), across.count() > 0);
    // Both the first half: the second is filled all the same, and that is told.
    request.windows = vec![bound(0, 0, half), bound(1, 0, half)];
    let both = plan(&request).unwrap();
    sound(&both);
    fills_song(&request, &both);
    assert!(astray(&both));
}

#[test]
fn slots_that_may_not_show_a_clip_do_not_keep_others_of_their_length_from_it() {
    let mut request = request(
        song(1, 60, 120),
        vec![clip(1, 2_000_000, 1, 4)],
        settings(Style::Energetic, 0),
    );
    for tick in &mut request.clips[0].footage.ticks {
        tick.defects = Defects::default();
    }
    let (start, end) = (request.grid.duration / 2, request.grid.duration);
    request.windows.push(SongWindow {
        media: 0,
        range_us: None,
        start,
        end,
    });
    let plan = plan(&request).unwrap();
    // The first half is filled for want of anything else.
    assert!(said(&plan, DecisionCode::SongWindowLeft));
    for slot in &plan.slots {
        assert!(slot.clip.speed.terms() != (1, 8), "{slot:?}");
    }
}

#[test]
fn a_clip_is_shown_the_longer_the_more_it_weighs() {
    let (mut less, mut normal, mut more) = (0, 0, 0);
    for media in [3_usize, 11, 19, 27, 35] {
        let mut request = faultless(4, Style::Balanced);
        let mut at = |weight| {
            request.clips[media].weight_permille = weight;
            seconds_of(&plan(&request).unwrap(), u32::try_from(media).unwrap())
        };
        assert_eq!(at(0), 0);
        less += at(250);
        normal += at(1000);
        more += at(4000);
    }
    assert!(
        less < normal && 3 * normal < 2 * more,
        "{less} {normal} {more}"
    );
}

#[test]
fn a_clip_of_no_weight_is_shown_where_nothing_else_is_left() {
    let mut request = request(
        song(1, 40, 120),
        vec![clip(3, 60_000_000, 1, 9), clip(6, 6_000_000, 1, 9)],
        settings(Style::Balanced, 0),
    );
    request.clips[0].weight_permille = 0;
    let plan = plan(&request).unwrap();
    assert!(!said(&plan, DecisionCode::FootageReused));
    assert!(seconds_of(&plan, 0) > 0 && seconds_of(&plan, 1) > 2_000_000);
}

#[test]
fn a_weight_beyond_the_greatest_is_refused() {
    let mut request = faultless(1, Style::Balanced);
    request.clips[0].weight_permille = 8001;
    let refused = plan(&request).unwrap_err();
    assert_eq!(refused.to_string(), "the weight of a clip is out of range");
}
