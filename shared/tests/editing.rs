//! Editing by hand: what each operation does to a small film, and how a refusal is told.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use shared::editing::{EditingError, History, Operation, apply};
use shared::plan::{Clip, Cut, CutKind, Fit, Focus, MAX_ALTERNATES, Plan, Speed};

/// Four shots at 25 frames a second, of a clip of 10 s and one of 3 s, over beats each half second.
fn film() -> Plan {
    Plan::from_json(
        r#"{
        "schema": "autocut-plan/1",
        "output": {"width": 1280, "height": 720, "rate": "25"},
        "music": {"media": {"path": "song.mp3"}},
        "media": [
            {"path": "clips/beach.mp4", "duration_us": 10000000},
            {"path": "city.mov", "duration_us": 3000000},
            {"path": "unknown.mp4"}
        ],
        "slots": [
            {"record_start": 0, "record_duration": 50, "cut": {"at": 0, "on": "opening"},
             "clip": {"media": 0, "source_start": 1000000}, "alternates": [{"media": 1, "source_start": 0}]},
            {"record_start": 50, "record_duration": 25, "cut": {"at": 96000, "on": "beat"},
             "clip": {"media": 1, "source_start": 1500000}, "fit": "pad"},
            {"record_start": 75, "record_duration": 25, "locked": true,
             "clip": {"media": 0, "source_start": 4000000}},
            {"record_start": 100, "record_duration": 1,
             "clip": {"media": 2, "source_start": 0}}
        ]}"#,
    )
    .unwrap()
}

fn done(operation: &Operation) -> Plan {
    apply(&film(), operation).unwrap()
}

fn refused(operation: &Operation) -> String {
    apply(&film(), operation).unwrap_err().to_string()
}

fn slip(slot: usize, by_us: i64) -> Operation {
    Operation::Slip { slot, by_us }
}

fn start_of(plan: &Plan, slot: usize) -> u64 {
    plan.slots[slot].clip.source_start
}

#[test]
fn a_slip_goes_as_far_as_the_source() {
    assert_eq!(start_of(&done(&slip(0, 250_000)), 0), 1_250_000);
    assert_eq!(start_of(&done(&slip(0, i64::MAX)), 0), 8_000_000);
    assert_eq!(start_of(&done(&slip(0, i64::MIN)), 0), 0);
    assert_eq!(done(&slip(0, 0)), film());
    // Nothing is known of its length.
    assert_eq!(start_of(&done(&slip(3, 86_400_000_000)), 3), 86_400_000_000);
    let last = done(&slip(1, 500_000));
    assert_eq!(start_of(&last, 1), 2_000_000);
    let error = apply(&last, &slip(1, 1)).unwrap_err().to_string();
    assert_eq!(
        error,
        "shot 2 is at the end of \"city.mov\"; choose another stretch or another clip"
    );
    let error = refused(&slip(3, -1));
    assert!(error.starts_with("shot 4 is at the start of"), "{error}");
}

#[test]
fn speed_is_what_the_source_is_long_enough_for() {
    let faster = |num, den| Operation::SetSpeed {
        slot: 0,
        speed: Speed::new(num, den).unwrap(),
    };
    let plan = done(&faster(2, 1));
    assert_eq!(
        (start_of(&plan, 0), plan.slots[0].clip.speed.terms()),
        (1_000_000, (2, 1))
    );
    // Two seconds of film from ten of source: five times as fast from the start, not eight.
    let plan = done(&faster(8, 1));
    assert_eq!(
        (start_of(&plan, 0), plan.slots[0].clip.speed.terms()),
        (0, (5, 1))
    );
    let error = apply(&plan, &faster(6, 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "shot 1 cannot run faster: \"beach.mp4\" is 10000000 us long and would end within it; \
         choose a longer clip, or cut the shot shorter"
    );
    let plan = apply(&plan, &faster(1, 2)).unwrap();
    assert_eq!(plan.slots[0].clip.speed.terms(), (1, 2));
}

#[test]
fn what_is_replaced_is_the_first_alternate_and_no_clip_stands_there_twice() {
    let replace = |media, source_start| Operation::Replace {
        slot: 0,
        clip: Clip::new(media, source_start),
    };
    // Two seconds are wanted, and only half of one is left there.
    let plan = done(&replace(1, 2_500_000));
    assert_eq!(plan.slots[0].clip, Clip::new(1, 1_000_000));
    assert_eq!(
        plan.slots[0].alternates,
        [Clip::new(0, 1_000_000), Clip::new(1, 0)]
    );
    let plan = done(&replace(1, 0));
    assert_eq!(plan.slots[0].alternates, [Clip::new(0, 1_000_000)]);
    let mut plan = film();
    for n in 0..100 {
        plan = apply(&plan, &replace(2, n)).unwrap();
    }
    assert_eq!(plan.slots[0].alternates.len(), MAX_ALTERNATES);
    assert_eq!(plan.slots[0].alternates[0], Clip::new(2, 98));
}

#[test]
fn a_roll_keeps_what_is_shown_at_each_frame_on_both_sides() {
    let roll = |to, cut| Operation::Roll { slot: 1, to, cut };
    let beat = Cut {
        at: 72_000,
        on: CutKind::Beat,
    };
    let plan = done(&roll(37, Some(beat)));
    let (first, second) = (&plan.slots[0], &plan.slots[1]);
    assert_eq!((first.record_duration, start_of(&plan, 0)), (37, 1_000_000));
    assert_eq!(
        (second.record_start, second.record_duration, second.cut),
        (37, 38, Some(beat))
    );
    assert_eq!(start_of(&plan, 1), 1_500_000 - 13 * 40_000);
    // There and back.
    let cut = film().slots[1].cut;
    assert_eq!(apply(&plan, &roll(50, cut)).unwrap(), film());
    // The source begins later than that: then it begins with its first picture.
    let plan = done(&roll(1, None));
    assert_eq!((start_of(&plan, 1), plan.slots[1].cut), (0, None));
    assert_eq!(
        refused(&roll(38, Some(beat))),
        "shot 2 would begin at frame 38, but sample 72000 of the song sounds during frame 37; cut \
         there, or without a beat"
    );
}

#[test]
fn a_move_passes_over_what_is_locked_and_leaves_every_cut() {
    let plan = done(&Operation::Move { from: 0, to: 3 });
    let places = |plan: &Plan| -> Vec<_> {
        let slots = plan.slots.iter();
        slots
            .map(|slot| (slot.record_start, slot.record_duration, slot.cut))
            .collect()
    };
    assert_eq!(places(&plan), places(&film()));
    let media: Vec<u32> = plan.slots.iter().map(|slot| slot.clip.media).collect();
    assert_eq!(media, [1, 2, 0, 0]);
    assert_eq!(plan.slots[2], film().slots[2]);
    assert_eq!(plan.slots[0].fit, Some(Fit::Pad));
    // Its slot is a second longer than the one before, and begins earlier for that.
    assert_eq!(start_of(&plan, 0), 1_000_000);
    assert_eq!(plan.slots[3].alternates.len(), 1);
}

#[test]
fn a_focus_in_the_middle_is_none() {
    let focus = |focus| Operation::SetFocus { slot: 0, focus };
    let left = Focus {
        x_permille: 0,
        y_permille: 500,
    };
    let plan = done(&focus(Some(left)));
    assert_eq!(plan.slots[0].focus, Some(left));
    assert_eq!(apply(&plan, &focus(Some(Focus::CENTRE))).unwrap(), film());
}

#[test]
fn a_refusal_says_which_shot_and_why_and_what_to_do() {
    let cut = None;
    let clip = Clip::new(7, 0);
    let focus = Some(Focus {
        x_permille: 1001,
        y_permille: 0,
    });
    let told = [
        slip(9, 1),
        slip(2, 1),
        Operation::Swap {
            slot: 0,
            alternate: 1,
        },
        Operation::Replace { slot: 0, clip },
        Operation::Split {
            slot: 3,
            at: 100,
            cut,
        },
        Operation::Split {
            slot: 0,
            at: 50,
            cut,
        },
        Operation::Merge { slot: 3 },
        Operation::Merge { slot: 1 },
        Operation::SetFocus { slot: 0, focus },
        Operation::Move { from: 0, to: 2 },
        Operation::Roll {
            slot: 0,
            to: 1,
            cut,
        },
        Operation::Roll {
            slot: 1,
            to: 75,
            cut,
        },
    ]
    .map(|operation| refused(&operation))
    .join("\n");
    insta::assert_snapshot!(told, @r"
    there is no shot 10: the film has 4; choose one of those
    shot 3 is locked and stays as it is; unlock it first
    shot 1 has no alternate 2: it has 1; choose one of those, or another clip
    shot 1 cannot show clip 7: the plan has 3 clips, counted from 0; add the clip first
    shot 4 is one frame long and cannot be split
    a cut at frame 50 would leave nothing of shot 1; cut at a frame from 1 to 49
    shot 4 is the last, and there is none after it to merge with
    shot 3 is locked and stays as it is; unlock it first
    the focus of shot 1 is not between 0 and 1000 in both directions
    shot 3 is locked and stays as it is; unlock it first
    shot 1 begins with the film, and its beginning cannot move
    a cut at frame 75 would leave nothing of shot 2; cut at a frame from 1 to 74
    ");
}

#[test]
fn history_is_labelled_as_the_menu_shows_it() {
    let mut history = History::new(film());
    for operation in [
        slip(0, 5),
        Operation::Lock {
            slot: 1,
            locked: true,
        },
    ] {
        let next = apply(history.current(), &operation).unwrap();
        history.push(&operation.label(), next);
    }
    assert_eq!(history.can_undo(), Some("Lock shot 2"));
    assert_eq!(history.undo().as_deref(), Some("Lock shot 2"));
    assert_eq!(history.can_redo(), Some("Lock shot 2"));
    assert_eq!(history.current().slots[0].clip.source_start, 1_000_005);
}

#[test]
fn an_unsound_plan_is_told() {
    let mut plan = film();
    plan.slots[1].record_start = 51;
    let error = apply(&plan, &slip(0, 1)).unwrap_err();
    assert!(matches!(error, EditingError::Unsound { .. }), "{error}");
}
