//! The plan's format: what comes back, what is refused, and how it is told.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use proptest::prelude::*;
use shared::decision::{Decision, DecisionCode};
use shared::fingerprint::Fingerprint;
use shared::landmarks::Landmark;
use shared::media::{MediaPath, MediaReference, VideoStream};
use shared::music::{Beat, BeatGrid, Section, SectionLabel};
use shared::plan::{
    Clip, Cut, CutKind, Extra, Fit, Focus, MAX_WHY, MadeBy, MusicTrack, Output, Plan, PlanError,
    SCHEMA, Slot, Speed, Style,
};
use shared::rate::Rate;
use shared::reading::{ReadBeats, Reading};

fn grid() -> BeatGrid {
    let bits = "0123456789abcdef".repeat(8).parse().unwrap();
    let beats = (0..6_u8).map(|n| Beat {
        at: 11_025 + u64::from(n) * 22_050,
        position: n % 4 + 1,
        energy_permille: 500,
        confidence_permille: 1000 - 100 * u16::from(n % 3),
    });
    BeatGrid {
        rate: 44_100,
        duration: 176_400,
        tempo_millibpm: 120_000,
        confidence_permille: 900,
        beats_per_bar: 4,
        beats: beats.collect(),
        sections: vec![Section {
            start: 0,
            end: 176_400,
            label: SectionLabel::Verse,
            energy_permille: 500,
        }],
        readings: vec![
            Reading {
                beats: ReadBeats::Divided {
                    parts: 1,
                    every: 2,
                    first: 1,
                },
                tempo_millibpm: 60_000,
                beats_per_bar: 4,
                downbeat: 3,
                likelihood_permille: 90,
            },
            Reading {
                beats: ReadBeats::Even {
                    first: 11_025,
                    last: 121_275,
                    count: 5,
                },
                tempo_millibpm: 96_000,
                beats_per_bar: 0,
                downbeat: 0,
                likelihood_permille: 9,
            },
        ],
        landmarks: vec![Landmark { at: 2560, bits }],
        analysis: [("tracker".to_owned(), "test".to_owned())].into(),
    }
}

/// Four shots over six beats at 120 beats a minute.
fn example() -> Plan {
    let grid = grid();
    let media = |name: &str| MediaReference {
        bytes: Some(1234),
        duration_us: Some(20_000_000),
        fingerprint: Some(Fingerprint::of(1234, [name.as_bytes()])),
        ..MediaReference::by_path(MediaPath::from_bytes(name.as_bytes()))
    };
    let video = VideoStream {
        width: 1920,
        height: 1080,
        rate: Rate::new(30_000, 1001).ok(),
        codec: "h264".to_owned(),
    };
    let cuts = [
        (0, CutKind::Opening),
        (11_025, CutKind::Downbeat),
        (33_075, CutKind::Beat),
    ];
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        made_by: Some(MadeBy {
            planner: "test 1".to_owned(),
            seed: 7,
            style: Style::Balanced,
            settings: [("alternates".to_owned(), "1".to_owned())].into(),
        }),
        output: Output {
            width: 1280,
            height: 720,
            rate: Rate::new(30_000, 1001).unwrap(),
            fit: Fit::Pad,
            extra: Extra::new(),
        },
        music: MusicTrack {
            media: media("song.ogg"),
            source_start: 0,
            beat_grid: Some(grid),
            extra: [(
                "x_mood".to_owned(),
                serde_json::json!({"a": [1, 2.5, null]}),
            )]
            .into(),
        },
        media: vec![
            MediaReference {
                video: Some(video),
                ..media("a.mp4")
            },
            media("b \"quoted\" %.mov"),
        ],
        slots: Vec::new(),
        decisions: vec![Decision::about(
            DecisionCode::FileSkipped,
            "notes.txt",
            "not media",
        )],
        extra: Extra::new(),
    };
    let starts = cuts.map(|(at, _)| plan.frame_at(at).unwrap());
    for (index, (at, on)) in cuts.into_iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(60);
        plan.slots.push(Slot {
            record_start: starts[index],
            record_duration: u32::try_from(end - starts[index]).unwrap(),
            cut: Some(Cut { at, on }),
            clip: Clip {
                speed: Speed::new(1, 2).unwrap(),
                score_permille: Some(700),
                why: Some("quality +3.1, order +0.9".to_owned()),
                ..Clip::new(0, 1_000_000)
            },
            alternates: vec![Clip::new(1, 0)],
            fit: Some(Fit::Blur),
            focus: (index == 2).then_some(Focus {
                x_permille: 250,
                y_permille: 500,
            }),
            locked: index == 1,
            extra: [("x_note".to_owned(), "mine".into())].into(),
        });
    }
    plan
}

fn problems(json: &str) -> Vec<String> {
    match Plan::from_json(json) {
        Err(PlanError::Invalid { problems, .. }) => {
            problems.iter().map(ToString::to_string).collect()
        }
        other => panic!("expected problems, found {other:?}"),
    }
}

/// The example's JSON with the first `old` replaced by `new`.
fn changed(old: &str, new: &str) -> String {
    let json = example().to_json();
    assert!(json.contains(old), "{old:?} is not in the example");
    json.replacen(old, new, 1)
}

#[test]
fn the_example_is_sound_and_comes_back_the_same() {
    let plan = example();
    assert_eq!(plan.problems(), (vec![], 0));
    assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
}

#[test]
fn the_text_of_a_plan_is_what_it_was() {
    insta::assert_snapshot!(example().to_json());
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert!(Plan::from_json(&format!("\u{feff}{}", example().to_json())).is_ok());
}

#[test]
fn every_problem_is_told_with_its_path_and_not_the_first_alone() {
    let json = changed("\"width\": 1280", "\"width\": 9000")
        .replacen("\"height\"", "\"hieght\"", 1)
        .replacen("\"on\": \"beat\"", "\"on\": \"bat\"", 1)
        .replacen("\"seed\": 7", "\"seed\": 7, \"seed\": 8", 1)
        .replacen("\"duration\": 176400", "\"duration\": 1e400", 0)
        .replacen("\"locked\": true", "\"locked\": 1", 1);
    insta::assert_snapshot!(problems(&json).join("\n"), @r#"
    $.made_by.seed: this key stands here twice; keep one
    $.output.hieght: unknown key; did you mean "height"?
    $.output.width: 9000 is not between 16 and 8192
    $.output: "height" is missing
    $.slots[1].locked: expected true or false, found a whole number
    $.slots[2].cut.on: "bat" is none of opening, section, downbeat, beat, off_beat, grid
    "#);
}

#[test]
fn a_speed_that_no_clip_runs_at_is_told_with_the_range() {
    for (speed, told) in [
        ("99999/1", "99999/1 is not a speed between 1/8 and 8"),
        ("0", "0 is not a speed between 1/8 and 8"),
        ("fast", "\"fast\" is not a speed; write 2, 1/2 or 3/4"),
    ] {
        let json = changed("\"speed\": \"1/2\"", &format!("\"speed\": \"{speed}\""));
        let expected = format!("$.slots[0].clip.speed: {told}");
        assert_eq!(problems(&json), [expected]);
    }
}

#[test]
fn rules_across_fields_are_told_with_what_would_be_right() {
    let json = changed("\"record_start\": 7", "\"record_start\": 8")
        .replacen("\"media\": 1, ", "\"media\": 9, ", 1)
        .replacen("\"width\": 1280", "\"width\": 1281", 1)
        .replacen(
            "\"at\": 33075, \"position\"",
            "\"at\": 11025, \"position\"",
            1,
        );
    insta::assert_snapshot!(problems(&json).join("\n"), @r"
    $.output.width: 1281 is not an even number from 16 to 8192
    $.music.beat_grid.beats[1].at: is not after the beat before it
    $.slots[0].alternates[0].media: 9 is no media: there are 2, counted from 0
    $.slots[1].record_start: 8 leaves a gap: the slot before it ends at frame 7
    $.slots[1].cut.at: sample 11025 sounds during frame 7, but the slot begins at frame 8
    $.slots[2].record_start: 22 overlaps: the slot before it ends at frame 23
    ");
}

#[test]
fn a_cut_that_is_a_frame_late_is_no_plan() {
    let mut plan = example();
    plan.slots[0].record_duration += 1;
    plan.slots[1].record_start += 1;
    plan.slots[1].record_duration -= 1;
    let (problems, total) = plan.problems();
    assert_eq!(total, 1, "{problems:?}");
    assert_eq!(problems[0].path, "$.slots[1].cut.at");
}

#[test]
fn what_is_said_of_a_choice_is_a_line_and_no_book() {
    let mut plan = example();
    plan.slots[0].clip.why = Some("−".repeat(MAX_WHY));
    assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
    plan.slots[0].clip.why = Some("−".repeat(MAX_WHY + 1));
    assert_eq!(
        problems(&plan.to_json()),
        ["$.slots[0].clip.why: has 257 characters; the most is 256"]
    );
}

#[test]
fn a_newer_version_is_refused_in_a_sentence() {
    let json = changed("autocut-plan/1", "autocut-plan/2").replacen("slots", "tracks", 1);
    let error = Plan::from_json(&json).unwrap_err();
    assert!(matches!(error, PlanError::Newer { .. }));
    assert!(error.to_string().contains("update"), "{error}");
    let other = problems(&changed("autocut-plan/1", "kdenlive/1"));
    assert_eq!(other, ["$.schema: must be \"autocut-plan/1\""]);
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for json in ["", "{", "{}x", "[NaN]", "\u{1}", "{\"a\": 1e999}"] {
        assert!(
            matches!(Plan::from_json(json), Err(PlanError::Syntax(_))),
            "{json:?}"
        );
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(Plan::from_json(&deep), Err(PlanError::Syntax(_))));
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let huge = " ".repeat(64 * 1024 * 1024 + 1);
    assert!(matches!(
        Plan::from_json(&huge),
        Err(PlanError::TooLarge { .. })
    ));
}

#[test]
fn absurd_numbers_are_problems_and_not_panics() {
    for number in [
        "-1",
        "0.5",
        "1e308",
        "18446744073709551616",
        "9007199254740992",
        "null",
        "\"1\"",
        "[]",
    ] {
        for field in [
            "\"record_start\": 0",
            "\"record_duration\": 7",
            "\"source_start\": 1000000",
            "\"rate\": 44100",
        ] {
            let name = field.split(':').next().unwrap();
            let json = changed(field, &format!("{name}: {number}"));
            assert!(Plan::from_json(&json).is_err(), "{name}: {number}");
        }
    }
}

#[test]
fn many_problems_are_counted_and_not_all_told() {
    let mut plan = example();
    plan.slots[0].alternates = vec![Clip::new(9, 0); 60];
    let Err(PlanError::Invalid { problems, total }) = Plan::from_json(&plan.to_json()) else {
        panic!("sixty problems were overlooked");
    };
    assert_eq!((problems.len(), total), (50, 60));
}

#[test]
fn a_plan_by_hand_needs_little() {
    let json = r#"{
        "schema": "autocut-plan/1",
        "output": {"width": 640, "height": 360, "rate": "25"},
        "music": {"media": {"path": "song.mp3"}},
        "media": [{"path": "a.mp4"}],
        "slots": [{"record_start": 0, "record_duration": 25, "clip": {"media": 0, "source_start": 0}}]
    }"#;
    let plan = Plan::from_json(json).unwrap();
    assert_eq!(plan.record_duration(), 25);
    assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
}

#[test]
fn the_source_end_is_rounded_up() {
    let rate = Rate::new(30_000, 1001).unwrap();
    let clip = Clip::new(0, 100);
    assert_eq!(clip.source_end(30, rate), Some(100 + 1_001_000));
    assert_eq!(clip.source_end(1, rate), Some(100 + 33_367));
    let slow = Clip {
        speed: Speed::new(1, 2).unwrap(),
        ..clip
    };
    assert_eq!(slow.source_end(30, rate), Some(100 + 500_500));
    assert_eq!(Clip::new(0, u64::MAX).source_end(1, rate), None);
}

/// Sound plans of all shapes: any names, any rates, any lengths, slots with and without cuts.
fn any_plan() -> impl Strategy<Value = Plan> {
    let names = prop::collection::vec(prop::collection::vec(1..=u8::MAX, 1..20), 1..6);
    let rates = prop::sample::select(&[(24, 1), (25, 1), (30_000, 1001), (60, 1), (240, 1)][..]);
    let slots = prop::collection::vec(
        (
            1..500_u32,
            any::<prop::sample::Index>(),
            0..9_000_000_u64,
            any::<bool>(),
            1..9_u32,
        ),
        1..40,
    );
    let keys = prop::collection::btree_map("x_[a-zé ]{0,5}", any::<u32>(), 0..3);
    (names, rates, slots, keys, 0..500_000_u64).prop_map(|(names, rate, slots, keys, opening)| {
        let mut plan = example();
        plan.music.source_start = opening.min(100_000);
        plan.output.rate = Rate::new(rate.0, rate.1).unwrap();
        plan.media = names
            .iter()
            .map(|n| MediaReference::by_path(MediaPath::from_bytes(n)))
            .collect();
        plan.extra = keys.into_iter().map(|(key, n)| (key, n.into())).collect();
        let mut start = 0;
        plan.slots.clear();
        for (length, media, source_start, cut, speed) in slots {
            let media = u32::try_from(media.index(plan.media.len())).unwrap();
            // The first sample that is heard while the slot's first frame is on screen.
            let heard = shared::time::Time::new(i64::try_from(start).unwrap(), plan.output.rate)
                .to_music(plan.opening().unwrap(), Rate::whole(44_100).unwrap());
            let at = u64::try_from(heard.unwrap().ticks()).unwrap();
            let clip = Clip {
                speed: Speed::new(speed, 3).unwrap_or_default(),
                ..Clip::new(media, source_start)
            };
            let other = Clip {
                score_permille: u16::try_from(speed).ok(),
                extra: [("x_why".to_owned(), speed.into())].into(),
                ..clip.clone()
            };
            plan.slots.push(Slot {
                record_start: start,
                record_duration: length,
                cut: cut.then_some(Cut {
                    at,
                    on: CutKind::Beat,
                }),
                clip,
                alternates: vec![other; speed as usize % 3],
                fit: [None, Some(Fit::Crop), Some(Fit::Pad), Some(Fit::Blur)][speed as usize % 4],
                focus: (speed > 4).then_some(Focus {
                    x_permille: 10,
                    y_permille: 1000,
                }),
                locked: cut,
                extra: Extra::new(),
            });
            start += u64::from(length);
        }
        plan
    })
}

proptest! {
    #[test]
    fn a_sound_plan_comes_back_the_same(plan in any_plan()) {
        prop_assert_eq!(plan.problems(), (vec![], 0));
        let json = plan.to_json();
        let back = Plan::from_json(&json).unwrap();
        prop_assert_eq!(back.to_json(), json);
        prop_assert_eq!(back, plan);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let _ = Plan::from_json(&text);
    }

    #[test]
    fn a_damaged_plan_is_refused_or_sound(at in any::<prop::sample::Index>(), with in "[ -~]{0,3}") {
        let json = example().to_json();
        let at = at.index(json.len());
        let mut damaged = json.clone();
        if json.is_char_boundary(at) && json.is_char_boundary(at + 1) {
            damaged.replace_range(at..=at, &with);
        }
        if let Ok(plan) = Plan::from_json(&damaged) {
            prop_assert_eq!(plan.problems().1, 0);
            prop_assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
        }
    }
}

#[cfg(feature = "schema")]
mod schema {
    use super::*;

    #[test]
    fn the_checked_in_schema_is_that_of_the_types() {
        let checked_in = include_str!("../schema/plan.schema.json");
        assert!(
            checked_in == shared::plan::schema::plan_schema(),
            "shared/schema/plan.schema.json is stale: run `cargo xtask schema`"
        );
    }

    fn validator() -> jsonschema::Validator {
        let schema = serde_json::from_str(&shared::plan::schema::plan_schema()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    #[test]
    fn the_schema_accepts_what_is_written_and_refuses_unknown_keys() {
        let plan = serde_json::to_value(example()).unwrap();
        let validator = validator();
        let errors: Vec<String> = validator
            .iter_errors(&plan)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, [] as [String; 0]);
        let unknown = changed("\"width\"", "\"w\": 1, \"width\"");
        assert!(!validator.is_valid(&serde_json::from_str(&unknown).unwrap()));
    }

    /// Every object of the example, by JSON pointer.
    fn objects(value: &serde_json::Value, at: &str, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                found.push(at.to_owned());
                map.iter()
                    .filter(|(key, _)| !key.starts_with("x_"))
                    .for_each(|(key, value)| {
                        objects(value, &format!("{at}/{key}"), found);
                    });
            }
            serde_json::Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| {
                objects(value, &format!("{at}/{i}"), found);
            }),
            _ => {}
        }
    }

    #[test]
    fn the_reader_and_the_schema_need_and_know_the_same_fields() {
        let validator = validator();
        let plan = serde_json::to_value(example()).unwrap();
        let mut places = Vec::new();
        objects(&plan, "", &mut places);
        assert!(places.len() > 15);
        for place in places {
            let keys: Vec<String> = plan
                .pointer(&place)
                .unwrap()
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect();
            for key in keys {
                let mut without = plan.clone();
                without
                    .pointer_mut(&place)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .remove(&key);
                let read = Plan::from_json(&without.to_string());
                // Rules across fields are no matter of the schema.
                let read = match read {
                    Err(PlanError::Invalid { problems, .. }) => {
                        problems.iter().all(|p| !p.message.contains("is missing"))
                    }
                    Ok(_) => true,
                    Err(_) => false,
                };
                assert_eq!(read, validator.is_valid(&without), "without {place}/{key}");
            }
        }
    }
}

#[test]
fn every_frame_has_its_slot_and_none_past_the_end() {
    let plan = example();
    for frame in 0..plan.record_duration() + 3 {
        let expected = plan
            .slots
            .iter()
            .position(|slot| (slot.record_start..slot.record_end()).contains(&frame));
        assert_eq!(plan.slot_at(frame), expected, "{frame}");
    }
}
