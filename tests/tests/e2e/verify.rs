//! `verify` fails what is wrong, by the picture and the sound alone.

use std::process::Command;

use suite::media::{ffmpeg, film_by_hand};
use suite::plans::{SlotSpec, plan, write, write_sealed};
use suite::program;
use suite::project::{Project, stretch};

const LENGTHS: [u32; 8] = [12, 17, 9, 21, 14, 11, 18, 13];

/// Eight slots over three clips, with the inner cuts `by` frames later than those of the film.
fn slots(by: i32) -> Vec<SlotSpec> {
    let last = LENGTHS.len() - 1;
    LENGTHS
        .iter()
        .enumerate()
        .map(|(index, length)| {
            let change = if index == 0 {
                by
            } else if index == last {
                -by
            } else {
                0
            };
            let frames = length.strict_add_signed(change);
            SlotSpec::new(frames, u32::try_from(index % 3).unwrap(), 100_000)
        })
        .collect()
}

/// A film that keeps its plan, made without the renderer.
fn made() -> Project {
    let project = Project::with_three_clips();
    let codes = (0..).zip(LENGTHS).flat_map(|(index, length)| {
        let clip = index % 3 + 1;
        stretch(clip, 3, length).flatten()
    });
    film_by_hand(&project.path("film.mp4"), codes, &project.path("song.wav"));
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    let plan = plan("30", (160, 90), "song.wav", &media, &slots(0));
    write_sealed(project.dir(), plan);
    project
}

/// Makes the film anew with more of ffmpeg's options.
fn remade(project: &Project, args: &[&str]) {
    let film = project.path("film.mp4");
    let made = project.path("remade.mp4");
    let done = Command::new(ffmpeg())
        .args(["-v", "error", "-y", "-i"])
        .arg(&film)
        .args(args)
        .arg(&made)
        .status()
        .unwrap();
    assert!(done.success());
    std::fs::rename(made, film).unwrap();
}

#[test]
fn a_film_that_keeps_its_plan_passes_with_its_measures() {
    let project = made();
    let (film, plan) = (project.path("film.mp4"), project.path("plan.json"));
    let run = program::run([
        "verify".as_ref(),
        film.as_os_str(),
        plan.as_os_str(),
        "--json".as_ref(),
    ])
    .expect(0);
    let certificate = run.json();
    assert_eq!(certificate["passed"], true);
    assert_eq!(certificate["frames"]["decoded"], 115);
    let cuts = certificate["cuts"]["planned"].as_array().unwrap();
    assert_eq!(cuts.len(), 7);
    assert!(cuts.iter().all(|cut| cut["seen"] == "exact"), "{cuts:#?}");
    let lag = certificate["audio"]["places"][0]["ms"].as_f64().unwrap();
    assert!(lag.abs() < 0.1, "{lag}");
}

#[test]
fn cuts_one_frame_late_or_early_fail() {
    let project = made();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    for by in [-1, 1] {
        write(
            project.dir(),
            &plan("30", (160, 90), "song.wav", &media, &slots(by)),
        );
        project.verify().expect(65).says(&format!(
            "7 cuts not on the planned frame, the farthest {:+} frame from it",
            -by
        ));
    }
}

#[test]
fn a_missing_frame_fails() {
    let project = made();
    remade(&project, &["-c", "copy", "-frames:v", "114"]);
    project
        .verify()
        .expect(65)
        .says("114 frames instead of 115");
}

#[test]
fn late_sound_fails() {
    let project = made();
    remade(&project, &["-c:v", "copy", "-af", "adelay=5:all=1"]);
    project.verify().expect(65).says("sound");
}

#[test]
fn sound_that_starts_late_fails() {
    let project = made();
    let film = project.path("film.mp4");
    let film = film.to_str().unwrap();
    remade(
        &project,
        &[
            "-itsoffset",
            "0.02",
            "-i",
            film,
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-c",
            "copy",
        ],
    );
    project.verify().expect(65).says("sound");
}

#[test]
fn another_song_fails() {
    let project = made();
    remade(
        &project,
        &["-c:v", "copy", "-af", "aeval=random(0)*0.5-0.25:c=same"],
    );
    project.verify().expect(65).says("not the song");
}

#[test]
fn a_film_without_sound_fails() {
    let project = made();
    remade(&project, &["-c", "copy", "-an"]);
    project.verify().expect(65).says("no sound");
}

#[test]
fn a_film_that_cannot_be_read_is_an_input_error() {
    let project = made();
    std::fs::write(project.path("film.mp4"), "not a film").unwrap();
    project.verify().expect(66).says("film.mp4");
    std::fs::remove_file(project.path("film.mp4")).unwrap();
    project.verify().expect(66).says("film.mp4");
}
