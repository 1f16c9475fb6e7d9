//! The clips' own sound: what bangs in it is found and put on a beat, and sound that is not to be trusted
//! costs no clip.

use planner_wasm::footage::{Inspected, InspectedClip};
use serde_json::Value;
use shared::plan::Plan;
use suite::fake::{Act, Fake};
use suite::media::{ClipSpec, H264, click_song, ffmpeg};
use suite::program;
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

/// A hiss with a clap in it, as ffmpeg makes it of an expression.
macro_rules! clap {
    ($at:literal) => {
        concat!(
            "aevalsrc=0.004*(2*random(0)-1)+gte(t\\,",
            $at,
            ")*0.7*(2*random(1)-1)*exp(-60*(t-",
            $at,
            ")):s=48000:d=5"
        )
    };
}

/// Clips of four seconds: when it claps, what kind of file it is, and ffmpeg's options.
const CLAPS: [(u64, &str, &[&str]); 5] = [
    (
        1_370_000,
        "mov",
        &[
            "-f",
            "lavfi",
            "-i",
            clap!("1.37"),
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-c:a",
            "aac",
        ],
    ),
    (
        2_110_000,
        "mov",
        &[
            "-f",
            "lavfi",
            "-i",
            clap!("2.11"),
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-c:a",
            "pcm_s16le",
        ],
    ),
    (
        2_660_000,
        "mov",
        &[
            "-f",
            "lavfi",
            "-i",
            clap!("2.66"),
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-c:a",
            "libmp3lame",
            "-ac",
            "2",
        ],
    ),
    // Its sound begins seven tenths of a second after its pictures.
    (
        1_900_000,
        "mov",
        &[
            "-itsoffset",
            "0.7",
            "-f",
            "lavfi",
            "-i",
            clap!("1.2"),
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-c:a",
            "pcm_s16le",
        ],
    ),
    // Its clock begins at five seconds, and of its sound a piece is missing.
    (
        2_440_000,
        "mkv",
        &[
            "-f",
            "lavfi",
            "-i",
            clap!("2.44"),
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-af",
            "aselect=not(between(t\\,1\\,1.06))",
            "-c:a",
            "pcm_s16le",
            "-output_ts_offset",
            "5",
        ],
    ),
];

/// A folder of clips that clap.
fn clapping(project: &Project) -> Vec<u64> {
    std::fs::create_dir(project.path("clips")).unwrap();
    for (id, (_, kind, sound)) in (1..).zip(CLAPS) {
        // Leaked: options are static, and a test ends.
        let output: Vec<&str> = sound.iter().chain(H264).copied().collect();
        let clip = ClipSpec {
            output: output.leak(),
            ..ClipSpec::h264(id, "30", 120)
        };
        let _ = clip.make(&project.path(&format!("clips/{id}.{kind}")));
    }
    CLAPS.iter().map(|(at, ..)| *at).collect()
}

fn inspected(project: &Project) -> (Vec<InspectedClip>, Value) {
    let clips = project.path("clips");
    let run = program::run(["--json".as_ref(), "inspect".as_ref(), clips.as_os_str()]).expect(0);
    (Inspected::from_json(&run.stdout).unwrap().clips, run.json())
}

#[test]
fn a_clap_is_told_of_and_put_on_a_beat() {
    let project = Project::default();
    let song = click_song(&project.path("song.wav"), 6.0, 120.0);
    let times = clapping(&project);
    let (clips, json) = inspected(&project);
    assert_eq!(clips.len(), CLAPS.len());
    for ((number, clip), at_us) in clips.iter().enumerate().zip(&times) {
        let sound = clip.footage.sound.as_ref().unwrap();
        let [event] = sound.events.as_slice() else {
            panic!("{sound:?}")
        };
        assert!(event.at_us.abs_diff(*at_us) <= 8_000, "{event:?} {at_us}");
        assert_eq!(sound.loudness.len(), clip.footage.ticks.len());
        let told = json.pointer(&format!("/clips/{number}/loud_events/0/at_us"));
        assert_eq!(told.unwrap(), event.at_us);
        assert_eq!(json["clips"][number]["decisions"], serde_json::json!([]));
    }
    let clips = project.path("clips");
    program::run(["inspect".as_ref(), clips.as_os_str()])
        .expect(0)
        .says("s suddenly loud");

    let plan = project.path("plan.json");
    program::run([
        "plan".as_ref(),
        "--music".as_ref(),
        song.as_os_str(),
        clips.as_os_str(),
        "--fps".as_ref(),
        "30".as_ref(),
        "-o".as_ref(),
        plan.as_os_str(),
    ])
    .expect(0);
    let plan = Plan::from_json(&std::fs::read_to_string(plan).unwrap()).unwrap();
    let grid = plan.music.beat_grid.as_ref().unwrap();
    let beats: Vec<u64> = grid
        .beats
        .iter()
        .filter_map(|beat| plan.frame_at(beat.at))
        .collect();
    let on_beat = plan.slots.iter().filter(|slot| {
        let at_us = times[usize::try_from(slot.clip.media).unwrap()];
        let Some(after_us) = at_us.checked_sub(slot.clip.source_start) else {
            return false;
        };
        let frame = slot.record_start + (after_us * 30 + 500_000) / 1_000_000;
        frame < slot.record_end() && beats.iter().any(|beat| beat.abs_diff(frame) <= 1)
    });
    assert!(on_beat.count() >= 2, "{:?}", plan.slots);
}

#[test]
fn sound_that_cannot_be_decoded_costs_no_clip() {
    let project = Project::default();
    clapping(&project);
    let (whole, _) = inspected(&project);
    let clips = project.path("clips");
    let run = |act: &Act| {
        let fake = Fake::default().when("ffmpeg", &["aresample=async=1"], u32::MAX, act);
        program::run_with(
            ["--json".as_ref(), "inspect".as_ref(), clips.as_os_str()],
            &fake.environment(FAKE),
        )
    };
    for act in [Act::Exit(1, "Decoder not found"), Act::Answer("")] {
        let run = run(&act).expect(0);
        let read = Inspected::from_json(&run.stdout).unwrap().clips;
        assert_eq!((read.len(), whole.len()), (CLAPS.len(), CLAPS.len()));
        for (clip, whole) in read.iter().zip(&whole) {
            assert_eq!(clip.footage.sound, None);
            assert_eq!(clip.footage.ticks, whole.footage.ticks);
        }
        let json = run.json();
        let noted = json["clips"][0]["decisions"][0]["detail"].as_str().unwrap();
        assert!(noted.starts_with("its sound is not heard"), "{noted}");
    }
    // Who kills it again and again stops the survey, as with pictures: the plan would be another.
    run(&Act::Signal(9, "x")).expect(75);

    // One sample and a piece of one are a sound: a silent one.
    let short = run(&Act::Answer("abcde")).expect(0);
    let read = Inspected::from_json(&short.stdout).unwrap().clips;
    assert_eq!(read.len(), CLAPS.len());
    for clip in read {
        let sound = clip.footage.sound.unwrap();
        assert!(sound.events.is_empty() && sound.loudness.iter().all(|loud| *loud == 0));
    }
}

#[test]
fn sound_that_is_missing_for_too_long_is_not_heard() {
    let project = Project::default();
    std::fs::create_dir(project.path("clips")).unwrap();
    let made = std::process::Command::new(ffmpeg())
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=64x36:r=1:d=620",
        ])
        .args(["-itsoffset", "600", "-f", "lavfi", "-i", "sine=400:d=10"])
        .args(["-map", "0", "-map", "1", "-c:a", "aac"])
        .args(H264)
        .arg(project.path("clips/late.mkv"))
        .status()
        .unwrap();
    assert!(made.success());
    let (clips, json) = inspected(&project);
    let [clip] = clips.as_slice() else {
        panic!("{json}")
    };
    assert!(clip.footage.sound.is_none());
    let noted = json["clips"][0]["decisions"][0]["detail"].as_str().unwrap();
    assert!(noted.contains("missing at once"), "{noted}");
}
