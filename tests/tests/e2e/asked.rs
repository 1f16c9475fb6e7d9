//! What is asked of single clips and of the song on the command line.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;
use suite::media::{ClipSpec, click_song};
use suite::program::{self, Run};
use suite::project::Project;

/// A song of 20 seconds at 120 beats a minute and six clips of 6 seconds.
fn pile() -> Project {
    let project = Project::default();
    let _ = click_song(&project.path("song.wav"), 20.0, 120.0);
    std::fs::create_dir_all(project.path("clips/more")).unwrap();
    for id in 1..=6 {
        let folder = if id > 4 { "clips/more" } else { "clips" };
        let _ = ClipSpec::h264(id, "30", 180).make(&project.path(&format!("{folder}/{id}.mp4")));
    }
    project
}

fn plan(project: &Project, output: &str, more: &[&str]) -> Run {
    let path = |name: &str| project.path(name).into_os_string();
    let mut args: Vec<OsString> = vec!["plan".into(), "--music".into(), path("song.wav")];
    args.extend([path("clips"), "-o".into(), path(output)]);
    args.extend(["--size", "160x90", "--style", "energetic"].map(Into::into));
    args.extend(more.iter().map(Into::into));
    program::run(args)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Of each slot its first frame, the first after it, the clip's name, and where in it the slot begins.
fn slots(plan: &Value) -> Vec<(u64, u64, String, u64)> {
    let slots = plan.pointer("/slots").unwrap().as_array().unwrap();
    let one = |slot: &Value| {
        let number = |at: &str| slot.pointer(at).unwrap().as_u64().unwrap();
        let start = number("/record_start");
        let name = format!("/media/{}/path", number("/clip/media"));
        let name = plan.pointer(&name).unwrap().as_str().unwrap().to_owned();
        let end = start + number("/record_duration");
        (start, end, name, number("/clip/source_start"))
    };
    slots.iter().map(one).collect()
}

fn made(project: &Project, more: &[&str]) -> Value {
    plan(project, "asked.json", &[more, &["--overwrite"]].concat()).expect(0);
    read(&project.path("asked.json"))
}

#[test]
fn what_is_asked_of_a_copy_is_asked_of_every_name_of_it() {
    let project = pile();
    std::fs::copy(project.path("clips/1.mp4"), project.path("clips/z.mp4")).unwrap();
    let shown = |more: &[&str]| {
        let slots = slots(&made(&project, more));
        let copies = |slot: &&(u64, u64, String, u64)| {
            slot.2.ends_with("/1.mp4") || slot.2.ends_with("/z.mp4")
        };
        slots.iter().filter(copies).count()
    };
    assert!(shown(&[]) > 0);
    assert_eq!(shown(&["--ban", "z.mp4"]), 0);
    assert_eq!(shown(&["--ban", "1.mp4"]), 0);
}

#[test]
fn clips_are_banned_asked_for_weighed_and_bound() {
    let project = pile();
    let usual = slots(&made(&project, &[]));
    let uses = |slots: &[(u64, u64, String, u64)], name: &str| {
        slots.iter().filter(|slot| slot.2.ends_with(name)).count()
    };
    assert!((1..=6).all(|id| uses(&usual, &format!("{id}.mp4")) > 0));

    let banned = slots(&made(
        &project,
        &["--ban", "1.mp4", "--ban", "clips/more/5.mp4@0-3"],
    ));
    assert_eq!(uses(&banned, "1.mp4"), 0);
    assert!(
        banned
            .iter()
            .all(|slot| !slot.2.ends_with("5.mp4") || slot.3 >= 3_000_000)
    );

    let must = slots(&made(
        &project,
        &["--must", "2.mp4@5.2-5.6", "--length", "6"],
    ));
    let shown = |slot: &(u64, u64, String, u64)| {
        let until = slot.3 + (slot.1 - slot.0) * 1_000_000 / 30;
        slot.2.ends_with("2.mp4") && slot.3 <= 5_200_000 && until >= 5_600_000
            || slot.2.ends_with("2.mp4") && slot.3 >= 5_200_000 && until <= 5_600_000
    };
    assert!(must.iter().any(shown), "{must:?}");

    let folder = project.path("clips/more").display().to_string();
    let weighed = slots(&made(
        &project,
        &["--weight", &format!("{folder}=0"), "--length", "8"],
    ));
    assert_eq!(uses(&weighed, "5.mp4") + uses(&weighed, "6.mp4"), 0);

    let bound = slots(&made(&project, &["--window", "3.mp4=0:10-"]));
    let in_it: Vec<_> = bound
        .iter()
        .filter(|slot| slot.2.ends_with("3.mp4"))
        .collect();
    assert!(
        !in_it.is_empty() && in_it.iter().all(|slot| slot.0 >= 296),
        "{in_it:?}"
    );
}

#[test]
fn a_name_that_is_no_clip_is_refused_before_any_work() {
    let project = pile();
    plan(&project, "plan.json", &["--must", "9.mp4"])
        .expect(64)
        .says("--must: none of the clips is 9.mp4")
        .says("name a clip or a folder that is among those given");
    plan(&project, "plan.json", &["--ban", "1.mp4@5-3"])
        .expect(64)
        .says("it ends before it begins");
    assert!(!project.path("plan.json").exists());
    // A file that is there, and is no clip.
    std::fs::write(project.path("clips/notes.mp4"), "these are notes").unwrap();
    plan(&project, "plan.json", &["--must", "notes.mp4"])
        .expect(0)
        .says("it must be shown, but cannot be used as a clip");
}

#[test]
fn a_part_of_the_song_at_its_own_pace_and_a_plan_made_from_a_plan() {
    let project = pile();
    let first = made(
        &project,
        &[
            "--start",
            "0:02",
            "--length",
            "16",
            "--pace",
            "10-16=0.25",
            "--alternates",
            "5",
            "--fps",
            "25",
        ],
    );
    let shots = slots(&first);
    assert_eq!(shots.last().unwrap().1, 400);
    let within = |from: u64, to: u64| {
        shots
            .iter()
            .filter(|slot| (from..to).contains(&slot.0))
            .count()
    };
    assert!(2 * within(200, 350) < within(0, 150), "{shots:?}");
    assert!(
        first["slots"]
            .as_array()
            .unwrap()
            .iter()
            .any(|slot| slot["alternates"].as_array().unwrap().len() > 3)
    );

    // What is not given again is as it was, and a locked shot stays whatever is banned.
    let mut locked = first.clone();
    locked["slots"][0]["locked"] = true.into();
    let name = shots[0].2.clone();
    std::fs::create_dir(project.path("elsewhere")).unwrap();
    // From another folder the paths are others.
    let moved = locked["media"].as_array_mut().unwrap();
    for media in moved {
        media["path"] = format!("../{}", media["path"].as_str().unwrap()).into();
    }
    locked["music"]["media"]["path"] = "../song.wav".into();
    let from = project.path("elsewhere/locked.json");
    std::fs::write(&from, locked.to_string()).unwrap();
    let from = from.display().to_string();
    let again = made(&project, &["--from", &from, "--ban", &name]);
    let now = slots(&again);
    assert_eq!(now[0], shots[0]);
    assert_eq!(again["output"]["rate"], first["output"]["rate"]);
    assert_eq!(again["made_by"], first["made_by"]);
    for (old, new) in shots.iter().zip(&now).skip(1) {
        assert_eq!((old.0, old.1), (new.0, new.1));
        assert!(if old.2 == name {
            new.2 != name
        } else {
            old == new
        });
    }
}
