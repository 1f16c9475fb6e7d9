//! The film's sound, which is made beside the segments.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use shared::landmarks::LandmarkReader;
use shared::music::BeatGrid;
use shared::plan::Plan;
use suite::fake::{Act, Fake};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;

/// Clip 1, then clip 2 from `start_us`.
fn write(project: &Project, start_us: u64) {
    let slots = [SlotSpec::new(12, 0, 0), SlotSpec::new(20, 1, start_us)];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &["1.mp4", "2.mp4"], &slots),
    );
}

fn project() -> Project {
    let project = Project::with_three_clips();
    write(&project, 500_000);
    project
}

fn is_right(project: &Project) {
    let shown = stretch(1, 0, 12).chain(stretch(2, 15, 20));
    assert_eq!(project.codes(), shown.collect::<Vec<_>>());
    project.verify().expect(0);
}

/// How often the song was encoded.
fn encoded(fake: &Fake) -> usize {
    let runs = fake.invocations("ffmpeg");
    runs.iter().filter(|args| args.contains(" -af ")).count()
}

#[test]
fn the_sound_is_taken_over_while_it_is_whole_and_the_one_that_is_wanted() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let args = ["--work-dir", &work, "--overwrite"];
    let run = || {
        let fake = Fake::default();
        project
            .render_with(&args, &fake.environment(FAKE))
            .expect(0);
        encoded(&fake)
    };
    assert_eq!(run(), 1);
    write(&project, 600_000);
    assert_eq!(run(), 0, "another picture has the same sound");

    let files = project.files();
    let sound = |file: &&String| file.contains("sound.") && !file.contains("sound.json");
    let sound = files.iter().find(sound).unwrap();
    let mut bytes = std::fs::read(project.path(sound)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(project.path(sound), bytes).unwrap();
    assert_eq!(run(), 1, "an altered sound is noticed");
    write(&project, 500_000);
    assert_eq!(run(), 0);
    is_right(&project);

    let lossless = [&args[..], &["--audio", "flac"]].concat();
    project.render_with(&lossless, &[]).expect(0);
    let files = project.files();
    let sounds = files.iter().filter(|file| file.contains("sound."));
    assert_eq!(sounds.count(), 2, "one sound and its record: {files:?}");
}

#[test]
fn a_sound_that_fails_beside_the_segments_is_tried_again_when_they_are_done() {
    let project = project();
    let fake = Fake::default().when("ffmpeg", &[" -af "], 1, &Act::Exit(1, "boom"));
    let environment = fake.environment(FAKE);
    project
        .render_with(&["--jobs", "2"], &environment)
        .expect(0);
    assert_eq!(encoded(&fake), 2);
    is_right(&project);
}

#[test]
fn without_its_sound_there_is_no_film_and_the_segments_stay() {
    let project = project();
    let fake = Fake::default().when("ffmpeg", &[" -af "], ALWAYS, &Act::Exit(1, "boom"));
    let run = project.render_with(&[], &fake.environment(FAKE));
    run.expect(75).says("boom");
    assert!(!project.path("film.mp4").exists());
    project.render().expect(0);
    assert_eq!(project.report()["resumed"], 2);
    is_right(&project);
}

/// Samples of a song or a film, mono, 44100 a second.
fn pcm(path: &Path) -> Vec<f32> {
    let run = Command::new(suite::media::ffmpeg())
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-vn", "-ac", "1", "-ar", "44100", "-f", "f32le", "-"])
        .output()
        .unwrap();
    let (samples, _) = run.stdout.as_chunks::<4>();
    samples.iter().map(|s| f32::from_le_bytes(*s)).collect()
}

/// Puts into the plan what is heard of a song, and takes out what its file is known by.
fn plan_by_ear(project: &Project, heard: &[f32]) {
    let mut reader = LandmarkReader::default();
    reader.push(heard);
    let text = std::fs::read_to_string(project.path("plan.json")).unwrap();
    let mut plan = Plan::from_json(&text).unwrap();
    plan.music.media.bytes = None;
    plan.music.media.fingerprint = None;
    plan.music.beat_grid = Some(BeatGrid {
        rate: 44_100,
        duration: heard.len() as u64,
        tempo_millibpm: 0,
        confidence_permille: 0,
        beats_per_bar: 0,
        beats: Vec::new(),
        sections: Vec::new(),
        readings: Vec::new(),
        landmarks: reader.finish(),
        analysis: BTreeMap::new(),
    });
    suite::plans::write(project.dir(), &plan);
}

/// Plans with the song as it is heard here, and puts in its place what another decoder might give:
/// the same sound `later` samples later. The film has its sound where it was planned.
#[test]
fn a_song_that_another_decoder_begins_elsewhere_is_played_as_planned() {
    for later in [1105_i64, -1105, 3] {
        let project = project();
        let song = project.path("song.wav");
        let planned = pcm(&song);
        plan_by_ear(&project, &planned);
        let kept = project.path("kept.wav");
        std::fs::rename(&song, &kept).unwrap();
        let shift = if later < 0 {
            format!("atrim=start_sample={}", -later)
        } else {
            format!("adelay=delays={later}S:all=1")
        };
        let made = Command::new(suite::media::ffmpeg())
            .args(["-v", "error", "-i"])
            .arg(&kept)
            .args(["-af", &shift, "-c:a", "pcm_s16le"])
            .arg(&song)
            .status();
        assert!(made.unwrap().success());

        project.render_with(&["--audio", "flac"], &[]).expect(0);
        let film = pcm(&project.path("film.mp4"));
        let heard = if later.abs() < 44 { later } else { 0 };
        let lost = usize::try_from((-later).max(0)).unwrap();
        let late = usize::try_from(heard).unwrap();
        for at in (lost..film.len() - late).step_by(97) {
            let (is, was) = (film[at + late], planned[at]);
            assert!((is - was).abs() < 1e-3, "{later}, sample {at}: {is}, {was}");
        }
        project.verify().expect(0);
        let report = project.report().to_string();
        assert_eq!(report.contains("song_shifted"), heard == 0, "{report}");
    }
}

#[test]
fn a_song_that_sounds_like_another_is_told() {
    let project = project();
    let other = project.path("other.wav");
    let _ = suite::media::click_song(&other, 6.0, 97.0);
    let reversed: Vec<f32> = pcm(&other).into_iter().rev().collect();
    plan_by_ear(&project, &reversed);
    project.render().expect(0);
    assert!(project.report().to_string().contains("song_unfamiliar"));
}

/// It would be kept as the sound of the song that was found, and taken over for ever.
#[cfg(unix)]
#[test]
fn a_song_that_is_replaced_while_it_is_encoded_is_noticed_and_nothing_is_kept_of_it() {
    let project = project();
    let song = project.path("song.wav");
    let (kept, other) = (project.path("kept.wav"), project.path("other.wav"));
    std::fs::copy(&song, &kept).unwrap();
    let _ = suite::media::click_song(&other, 3.0, 97.0);
    let swap = Act::Shell("cp \"$AUTOCUT_OTHER\" \"$AUTOCUT_SONG\"");
    let fake = Fake::default().when("ffmpeg", &[" -af "], 1, &swap);
    let mut environment = fake.environment(FAKE);
    environment.push(("AUTOCUT_OTHER".into(), other.into_os_string()));
    environment.push(("AUTOCUT_SONG".into(), song.clone().into_os_string()));
    let work = project.path("work").into_os_string().into_string().unwrap();
    let args = ["--work-dir", &work];
    let run = project.render_with(&args, &environment);
    run.expect(66).says("song.wav").says("changed");
    std::fs::copy(&kept, &song).unwrap();
    project.render_with(&args, &[]).expect(0);
    is_right(&project);
}
