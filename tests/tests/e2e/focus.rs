//! A slot's focus says which part of a picture of another shape is kept.

use std::process::Command;

use shared::plan::{Fit, Focus, Plan};
use suite::film;
use suite::media::ffmpeg;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, SIZE};

const FRAMES: u32 = 6;

/// A second of two halves, white and then black, side by side or one above the other.
fn halves(project: &Project, name: &str, stack: &str) {
    let halves = "color=white:s=160x90:r=30:d=1[a];color=black:s=160x90:r=30:d=1[b]";
    let made = Command::new(ffmpeg())
        .args(["-v", "error", "-filter_complex"])
        .arg(format!("{halves};[a][b]{stack},format=yuv420p"))
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10"])
        .arg(project.path(name))
        .status();
    assert!(made.unwrap().success());
}

const fn focus(x_permille: u16, y_permille: u16) -> Option<Focus> {
    Some(Focus {
        x_permille,
        y_permille,
    })
}

/// Mean luma of the left and the right half of each slot's third frame.
fn sides(project: &Project, slots: usize) -> Vec<(u32, u32)> {
    let frames = film::frames(&project.path("film.mp4"), SIZE);
    let third = |slot: usize| frames.get(slot * FRAMES as usize + 2).unwrap();
    let mean = |luma: &[u8], right: bool| {
        let half = luma.chunks(SIZE.0).flat_map(|row| {
            let (left, rest) = row.split_at(SIZE.0 / 2);
            if right { rest } else { left }
        });
        let (sum, count) = half.fold((0, 0), |(sum, count), y| (sum + u32::from(*y), count + 1));
        sum / count
    };
    let both = |slot| (mean(third(slot), false), mean(third(slot), true));
    (0..slots).map(both).collect()
}

fn planned(media: &[&str], slots: &[SlotSpec], focuses: &[Option<Focus>]) -> Plan {
    let mut plan = plan("30", (160, 90), "song.wav", media, slots);
    for (slot, focus) in plan.slots.iter_mut().zip(focuses) {
        slot.focus = *focus;
    }
    plan
}

const fn word(luma: u32) -> &'static str {
    match luma {
        0..20 => "black",
        20..=225 => "grey",
        226.. => "white",
    }
}

#[test]
fn a_crop_keeps_the_part_that_the_slot_names() {
    let project = Project::with_song();
    halves(&project, "wide.mp4", "hstack");
    halves(&project, "tall.mp4", "vstack");
    std::fs::write(project.path("broken.mp4"), "no clip").unwrap();
    let wide = || SlotSpec::new(FRAMES, 0, 0);
    let tall = || SlotSpec::new(FRAMES, 1, 0);
    let slots = [
        wide(),
        wide(),
        wide(),
        tall(),
        tall(),
        // An alternate that stands in keeps the same part.
        SlotSpec::new(FRAMES, 2, 0).or(0, 0),
        wide(),
    ];
    let focuses = [
        None,
        focus(0, 500),
        focus(1000, 0),
        focus(0, 0),
        focus(500, 1000),
        focus(1000, 500),
        focus(0, 500),
    ];
    let media = ["wide.mp4", "tall.mp4", "broken.mp4"];
    let mut plan = planned(&media, &slots, &focuses);
    plan.slots.last_mut().unwrap().fit = Some(Fit::Pad);
    write_sealed(project.dir(), plan);
    project.render().expect(10);
    let found = sides(&project, slots.len());
    let found = found
        .iter()
        .map(|(left, right)| (word(*left), word(*right)));
    let expected = [
        ("white", "black"),
        ("white", "white"),
        ("black", "black"),
        ("white", "white"),
        ("black", "black"),
        ("black", "black"),
        // What is shown whole has no part to keep: the white half with bars above and below it.
        ("grey", "black"),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn another_focus_makes_its_own_segment_anew_and_the_middle_none() {
    let project = Project::with_song();
    halves(&project, "wide.mp4", "hstack");
    let slots = [(); 3].map(|()| SlotSpec::new(FRAMES, 0, 0));
    let work = project.path("work").display().to_string();
    let render = |focuses: &[Option<Focus>]| {
        write_sealed(project.dir(), planned(&["wide.mp4"], &slots, focuses));
        let args = ["--work-dir", &work, "--overwrite"];
        project.render_with(&args, &[]).expect(0);
        let report = project.report();
        let segments = report.get("segments").and_then(|s| s.as_array()).unwrap();
        let resumed = |segment: &serde_json::Value| segment.get("resumed").unwrap() == true;
        segments.iter().map(resumed).collect::<Vec<_>>()
    };
    assert_eq!(render(&[None; 3]), [false; 3]);
    let (left, right) = (focus(0, 500), focus(1000, 500));
    assert_eq!(render(&[focus(500, 500), left, None]), [true, false, true]);
    assert_eq!(render(&[None, right, None]), [true, false, true]);
    let (left, right) = sides(&project, 3).get(1).copied().unwrap();
    assert_eq!((word(left), word(right)), ("black", "black"));
}
