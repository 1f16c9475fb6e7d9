//! Laws of the project's JSON.

use std::collections::BTreeMap;

use planner_wasm::edit::{Must, SectionPace};
use planner_wasm::music::corrections::Correction;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use shared::reading::{ReadBeats, Reading};

use super::made_up::{footage, grid, media, plan, projects};
use super::*;

fn read(value: &Value) -> Opened {
    Project::from_json(&value.to_string()).unwrap()
}

fn value(project: &Project) -> Value {
    serde_json::from_str(&project.to_json()).unwrap()
}

/// Every object in it, by JSON pointer.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            found.push(at.to_owned());
            entries
                .iter()
                .for_each(|(key, value)| objects(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(key, value)| objects(value, &format!("{at}/{key}"), found)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(project in projects()) {
        let opened = Project::from_json(&project.to_json()).unwrap();
        prop_assert_eq!(&opened.notes, &Vec::<String>::new());
        prop_assert!(opened.apart.is_empty());
        prop_assert_eq!(opened.project, project);
    }

    #[test]
    fn footage_that_is_kept_apart_comes_back(project in projects()) {
        let mut kept = BTreeMap::new();
        for clip in &project.clips {
            if let Some(footage) = &clip.footage {
                let text = serde_json::to_string(footage.as_ref()).unwrap();
                kept.insert(footage_key(&text), text);
            }
        }
        let apart = project.to_json_apart(project.saved_ms, |footage| {
            Some(footage_key(&serde_json::to_string(footage.as_ref()).unwrap()))
        });
        prop_assert_eq!(&apart.keys, &kept.keys().cloned().collect::<Vec<_>>());
        let mut opened = Project::from_json(&apart.document).unwrap();
        for (at, key) in opened.apart {
            prop_assert!(opened.project.clips[at].footage.is_none());
            opened.project.clips[at].footage = footage_from_json(&kept[&key]);
        }
        prop_assert_eq!(opened.project, project);
    }

    /// A newer page adds a key somewhere, but not in the plan, whose reader is strict.
    #[test]
    fn a_key_that_is_not_known_is_passed_over(project in projects(), place in any::<Index>()) {
        let mut newer = value(&project);
        let mut places = Vec::new();
        objects(&newer, "", &mut places);
        places.retain(|place| {
            // What is kept by name has no keys of the format. Wishes that say more than is known
            // here would be granted wrongly, and are left out.
            let wishes = ["corrections", "bans", "musts", "windows", "weights", "settings"];
            let wishes = wishes.map(|wish| format!("/brief/{wish}/"));
            let strict = |part: &String| place.starts_with(part);
            !place.ends_with("/analysis") && !place.starts_with("/plan") && !wishes.iter().any(strict)
        });
        let place = place.get(places.as_slice());
        let object = newer.pointer_mut(place).unwrap().as_object_mut().unwrap();
        object.insert("added_later".to_owned(), json!({ "deep": [1, 2, null] }));
        let opened = read(&newer);
        prop_assert_eq!(opened.notes, Vec::<String>::new(), "{}", place);
        prop_assert_eq!(opened.project, project, "{}", place);
    }

    #[test]
    fn damage_is_told_or_refused_and_never_worse(
        project in projects(), at in any::<Index>(), cut in any::<bool>(), byte in any::<u8>(),
    ) {
        let mut bytes = project.to_json().into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(opened) = Project::from_json(&String::from_utf8_lossy(&bytes)) {
            // Whatever was read can be written and read again as the same.
            let again = Project::from_json(&opened.project.to_json()).unwrap();
            prop_assert_eq!(again.project, opened.project);
            prop_assert_eq!(again.notes, Vec::<String>::new());
        }
    }

    #[test]
    fn whatever_stands_in_a_place_the_reader_goes_on(
        project in projects(), place in any::<Index>(), key in any::<Index>(), odd in 0..9_usize,
    ) {
        let odd = [
            json!(null), json!(-1), json!(1e300), json!("\u{0}%zz"), json!([]), json!({}),
            json!(u64::MAX), json!([[[{}]]]), json!(true),
        ][odd].clone();
        let mut hostile = value(&project);
        let mut places = Vec::new();
        objects(&hostile, "", &mut places);
        let object = hostile.pointer_mut(place.get(places.as_slice()).as_str()).unwrap().as_object_mut().unwrap();
        let keys: Vec<_> = object.keys().cloned().collect();
        if !keys.is_empty() {
            object.insert(key.get(&keys).clone(), odd);
        }
        if let Ok(opened) = Project::from_json(&hostile.to_string()) {
            let again = Project::from_json(&opened.project.to_json()).unwrap();
            prop_assert_eq!(again.project, opened.project);
        }
    }

    #[test]
    fn any_text_is_refused_with_a_sentence(text in any::<String>()) {
        let error = Project::from_json(&text).unwrap_err();
        prop_assert!(!error.to_string().is_empty());
    }
}

#[test]
fn a_broken_part_costs_itself_alone() {
    let mut project = from_plan(plan(&["a.mp4", "b.mp4"]));
    project.id = "p".to_owned();
    project.clips[0].footage = footage_from_json(&serde_json::to_string(&footage(3)).unwrap());
    assert!(project.clips[0].footage.is_some());
    let mut broken = value(&project);
    broken["plan"]["slots"][1]["record_start"] = json!(31);
    broken["clips"][0]["footage"]["ticks"]["luma"] = json!([]);
    broken["clips"][1]["media"]["path"] = json!("");
    broken["song"]["heard"]["beats"][1]["at"] = json!(0);
    broken["brief"]["width"] = json!(1081);
    broken["brief"]["settings"]["style"] = json!("of tomorrow");
    broken["brief"]["corrections"] = json!([
        { "kind": "double" }, { "kind": "swing" }, { "kind": "halve" }
    ]);
    broken["brief"]["bans"] =
        json!([{ "media": 0 }, { "media": 2 }, { "media": 1, "range_us": [5, 5] }]);
    broken["brief"]["musts"] =
        json!([{ "media": 1, "range_us": [7, 6] }, { "media": 0, "later": 1 }, { "media": 1 }]);
    broken["brief"]["windows"] = json!([
        { "media": 0, "start": 5, "end": 5 }, { "media": 2, "start": 5, "end": 9 },
        { "media": 0, "range_us": [1, 1], "start": 5, "end": 9 },
        { "media": 0, "range_us": [1, 2], "start": 5, "end": 9 }
    ]);
    broken["brief"]["weights"] = json!([
        { "media": 1, "weight_permille": 500 }, { "media": 1, "weight_permille": 2000 },
        { "media": 0, "weight_permille": 1000 }, { "media": 0, "weight_permille": 8001 },
        { "media": 2, "weight_permille": 500 }, { "media": 0, "weight_permille": 0 }
    ]);
    broken["song"]["decisions"] = json!([{ "code": "of_tomorrow", "detail": "x" }]);
    let opened = read(&broken);
    assert_eq!(opened.notes.len(), 11, "{:#?}", opened.notes);
    let read = opened.project;
    assert_eq!((read.name, read.id), (project.name, project.id));
    assert_eq!(read.plan, None);
    assert!(read.clips[0].footage.is_none() && !read.clips[0].removed);
    assert!(read.clips[1].removed);
    assert!(!read.song.unwrap().is_heard());
    assert_eq!(read.brief.corrections, [Correction::Double]);
    assert_eq!(read.brief.settings.seed, 9);
    assert_eq!(read.brief.bans.len(), 1);
    let must = |media, range_us| Must { media, range_us };
    assert_eq!(read.brief.musts, [must(1, None)]);
    let window = read.brief.windows.iter().map(|window| window.range_us);
    assert_eq!(window.collect::<Vec<_>>(), [Some((1, 2))]);
    let weights = read.brief.weights.iter();
    let weights: Vec<_> = weights
        .map(|one| (one.media, one.weight_permille))
        .collect();
    assert_eq!(weights, [(0, 0), (1, 500)]);
    assert_eq!((read.brief.width, read.brief.height), (1920, 1080));
}

#[test]
fn other_documents_are_refused_by_what_they_are() {
    let refused = |text: &str| Project::from_json(text).unwrap_err();
    assert!(matches!(refused("{}"), ProjectError::NotAProject));
    assert!(matches!(
        refused(&plan(&["a"]).to_json()),
        ProjectError::NotAProject
    ));
    assert!(matches!(
        refused(r#"{"format":"autocut-project/2"}"#),
        ProjectError::Newer { .. }
    ));
    assert!(matches!(refused("[1"), ProjectError::Syntax(_)));
    let deep = format!(
        r#"{{"format":"{FORMAT}","plan":{}1{}}}"#,
        "[".repeat(9000),
        "]".repeat(9000)
    );
    assert_eq!(
        Project::from_json(&deep)
            .map(|opened| opened.notes.len())
            .ok(),
        Some(1)
    );
    let long = " ".repeat(MAX_PROJECT_BYTES + 1);
    assert!(matches!(refused(&long), ProjectError::TooLarge { .. }));
}

#[test]
fn a_plan_becomes_a_project_that_asks_for_the_same() {
    let plan = plan(&["clips/a.mp4", "b.mp4"]);
    let project = from_plan(plan.clone());
    assert_eq!(project.name, "song of summer");
    assert_eq!(project.brief.output().width, 1080);
    assert_eq!(project.brief.settings.alternates, 5);
    assert_eq!(project.brief.settings.seed, 9);
    assert_eq!(project.brief.settings.length_us, Some(2_000_000));
    assert_eq!(project.brief.settings.density_permille, 1500);
    let pace = |start, end, density_permille| SectionPace {
        start,
        end,
        density_permille,
    };
    assert_eq!(
        project.brief.settings.paces,
        [pace(0, 44_100, 2000), pace(50_000, 60_000, 500)]
    );
    assert_eq!(project.song.as_ref().unwrap().heard, grid());
    let song = project.song.as_ref().map(|song| song.media.path.as_text());
    assert_eq!(song, Some("song of summer.mp3"));
    assert_eq!(project.clips[0].media, media("clips/a.mp4"));
    assert_eq!(project.clips[1].media, media("b.mp4"));
    let summary = project.summary();
    assert_eq!(
        (summary.clips, summary.shots, summary.length_ms),
        (2, 2, 2000)
    );
    assert_eq!(project.plan, Some(plan));
}

#[test]
fn what_a_container_says_becomes_a_reference() {
    let said = json!({
        "bytes": 5, "duration_us": 7, "fingerprint": "0123456789abcdef0123456789abcdef",
        "video": { "width": 2, "height": 3, "codec": "h264", "rate": null, "later": 1 }
    });
    let media = probed(&said.to_string()).unwrap();
    assert_eq!((media.bytes, media.duration_us), (Some(5), Some(7)));
    assert_eq!(media.video.unwrap().codec, "h264");
    for odd in [
        "",
        "[]",
        "{\"bytes\":-1}",
        "{\"video\":{\"width\":0,\"height\":1,\"codec\":\"x\"}}",
    ] {
        assert_eq!(probed(odd), None, "{odd}");
    }
}

/// A kind that the planner learns does not compile here until the reader knows it too.
#[test]
fn every_kind_of_correction_is_read() {
    let kinds = [
        Correction::Double,
        Correction::Halve,
        Correction::Nudge { samples: -1 },
        Correction::Downbeat { beat: 3 },
        Correction::Meter { beats_per_bar: 7 },
        Correction::Reading {
            reading: Reading {
                beats: ReadBeats::Even {
                    first: 7,
                    last: 900,
                    count: 5,
                },
                tempo_millibpm: 90_000,
                beats_per_bar: 3,
                downbeat: 2,
                likelihood_permille: 10,
            },
        },
        Correction::Tap { taps: vec![1, 9] },
    ];
    for kind in kinds {
        match kind {
            Correction::Double
            | Correction::Halve
            | Correction::Nudge { .. }
            | Correction::Downbeat { .. }
            | Correction::Meter { .. }
            | Correction::Reading { .. }
            | Correction::Tap { .. } => {}
        }
        let mut project = Project::new("p", "p");
        project.brief.corrections = vec![kind];
        let opened = Project::from_json(&project.to_json()).unwrap();
        assert_eq!(opened.project, project);
    }
}

/// A kind of beats of a newer page, and more readings than are kept here, lose nothing else.
#[test]
fn readings_that_are_not_known_are_left_out_alone() {
    let mut project = Project::new("p", "p");
    project.song = Some(SongEntry {
        media: media("song.mp3"),
        heard: grid(),
        decisions: Vec::new(),
    });
    let mut newer = value(&project);
    let readings = newer
        .pointer_mut("/song/heard/readings")
        .and_then(Value::as_array_mut)
        .unwrap();
    let known = readings[0].clone();
    let mut unknown = known.clone();
    unknown["beats"] = json!({ "swung": { "by": 3 } });
    readings.insert(0, unknown);
    readings.extend(std::iter::repeat_n(known, 12));
    let opened = read(&newer).project;
    let heard = opened.song.unwrap().heard;
    assert_eq!(heard.readings.len(), 8);
    assert_eq!(heard.beats, project.song.unwrap().heard.beats);
}
