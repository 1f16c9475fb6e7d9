//! Odd clips from many cameras and programs, where the folder that holds them exists beside the
//! checkout. They are not part of the project.

use suite::project::Project;
use suite::{dev_data, program};

/// Small, quick and odd: turned, interlaced, late, cut off, empty, no picture at all.
const ODD: [&str; 14] = [
    "d_100%d #1.mp4",
    "d_anim.gif",
    "d_audioonly.m4a",
    "d_bitrot.mp4",
    "d_it's a (clip) & more.mp4",
    "d_odd_427x241_vp9.webm",
    "d_picture.png",
    "d_rot90.mp4",
    "d_sd_interlaced_mpeg2.ts",
    "d_start5.mkv",
    "d_text.mp4",
    "d_trunc_faststart.mp4",
    "d_zero.mp4",
    "d_日本語 кадр.mp4",
];

#[test]
fn a_film_of_odd_clips_keeps_its_plan() {
    let Some(folder) = dev_data::folder("media") else {
        return;
    };
    let project = Project::with_song();
    let mut args: Vec<std::ffi::OsString> = vec!["auto".into(), "--music".into()];
    args.push(project.path("song.wav").into_os_string());
    args.extend(ODD.map(|name| folder.join(name).into_os_string()));
    args.extend(["--size", "320x180", "--quality", "draft", "-o"].map(Into::into));
    args.push(project.path("film.mp4").into_os_string());
    let run = program::run(args);
    assert!([0, 10].contains(&run.code), "{run:?}");
    for unusable in ["d_audioonly.m4a", "d_text.mp4", "d_zero.mp4"] {
        assert!(run.stderr.contains(unusable), "{unusable}: {}", run.stderr);
    }
    std::fs::rename(project.path("film.plan.json"), project.path("plan.json")).unwrap();
    project.verify().expect(0);
}
