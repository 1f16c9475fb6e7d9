//! Whole renders with the real ffmpeg, on small media made here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in tests a failed unwrap is a failed test"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use render_native::exit::ExitCode;
use render_native::interrupt::{Interrupt, Urgency};
use render_native::progress::{Event, Progress, Silent};
use render_native::render::{
    AudioCodec, Quality, RenderError, RenderSettings, Report, Rung, preflight, render,
};
use shared::plan::Plan;

/// Two seconds of colour each, a song, and files that are no clips.
fn media() -> &'static Path {
    static MEDIA: OnceLock<tempfile::TempDir> = OnceLock::new();
    MEDIA
        .get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let make = |args: &[&str], name: &str| {
                let status = Command::new("ffmpeg")
                    .args(["-v", "error", "-f", "lavfi", "-i"])
                    .args(args)
                    .arg(dir.path().join(name))
                    .status()
                    .unwrap();
                assert!(status.success(), "{name}");
            };
            let x264 = [
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-pix_fmt",
                "yuv420p",
            ];
            let colour = |name: &str, source: &str| {
                make(&[&[source][..], &x264].concat(), name);
            };
            colour("red.mp4", "color=red:s=192x108:r=30:d=2");
            colour("blue.mp4", "color=blue:s=108x192:r=25:d=2");
            colour("it's 100% green.mp4", "color=lime:s=64x64:r=24000/1001:d=2");
            // Groups of pictures that lean on the one before, and no index to seek by.
            let open =
                "open-gop=1:keyint=30:min-keyint=30:bframes=4:b-adapt=0:scenecut=0:log-level=none";
            let x265 = [
                "-c:v",
                "libx265",
                "-preset",
                "ultrafast",
                "-x265-params",
                open,
            ];
            let moving = "testsrc2=s=192x108:r=30:d=4,format=yuv420p";
            make(&[&[moving][..], &x265].concat(), "open.ts");
            make(&["sine=f=440:r=44100:d=8"], "song.wav");
            std::fs::write(dir.path().join("text.mp4"), "not a clip").unwrap();
            dir
        })
        .path()
}

const NAMES: [&str; 5] = [
    "red.mp4",
    "blue.mp4",
    "it's 100%25 green.mp4",
    "text.mp4",
    "open.ts",
];

/// A slot of so many frames: media, start in microseconds, alternates.
type Slot<'a> = (u32, usize, u64, &'a [usize]);

fn plan(slots: &[Slot<'_>]) -> Plan {
    let mut start = 0;
    let slots: Vec<_> = slots
        .iter()
        .map(|(frames, media, at, alternates)| {
            let alternates: Vec<_> = alternates
                .iter()
                .map(|media| serde_json::json!({"media": media, "source_start": 0}))
                .collect();
            let slot = serde_json::json!({
                "record_start": start,
                "record_duration": frames,
                "clip": {"media": media, "source_start": at},
                "alternates": alternates,
            });
            start += frames;
            slot
        })
        .collect();
    let media: Vec<_> = NAMES.map(|name| serde_json::json!({"path": name})).into();
    let json = serde_json::json!({
        "schema": "autocut-plan/1",
        "output": {"width": 160, "height": 90, "rate": "30000/1001", "fit": "pad"},
        "music": {"media": {"path": "song.wav"}, "source_start": 48_000},
        "media": media,
        "slots": slots,
    });
    Plan::from_json(&json.to_string()).unwrap()
}

struct Film {
    dir: tempfile::TempDir,
    settings: RenderSettings,
}

impl Film {
    fn new(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = RenderSettings::new(dir.path().join(name));
        settings.quality = Quality::Draft;
        settings.jobs = Some(2);
        Self { dir, settings }
    }

    fn render(&self, plan: &Plan) -> Result<Report, RenderError> {
        render(plan, media(), &self.settings, &Silent, &Interrupt::new())
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn segments(&self) -> Vec<PathBuf> {
        let dir = self.settings.work_path().join("seg");
        let mut paths: Vec<_> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "mp4"))
            .collect();
        paths.sort();
        paths
    }

    /// The mean colour of each frame, decoded.
    fn colours(&self) -> Vec<[u8; 3]> {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(&self.settings.output)
            .args([
                "-vf",
                "scale=1:1:flags=area",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "-",
            ])
            .output()
            .unwrap();
        output
            .stdout
            .chunks(3)
            .map(|rgb| [rgb[0], rgb[1], rgb[2]])
            .collect()
    }
}

/// Where the colour changes.
fn cuts(colours: &[[u8; 3]]) -> Vec<usize> {
    let differs = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).any(|(a, b)| a.abs_diff(b) > 20);
    (1..colours.len())
        .filter(|i| differs(colours[i - 1], colours[*i]))
        .collect()
}

#[test]
fn a_film_has_exactly_the_planned_frames_and_cuts_and_leaves_nothing_else() {
    let film = Film::new("film.mp4");
    let report = film
        .render(&plan(&[
            (7, 0, 0, &[]),
            (14, 1, 333_333, &[]),
            (1, 2, 5, &[]),
            (20, 0, 1_000_000, &[]),
        ]))
        .unwrap();
    assert_eq!(
        (report.frames, report.rendered, report.degraded),
        (42, 4, 0)
    );
    assert_eq!(report.decisions, []);
    let colours = film.colours();
    assert_eq!(colours.len(), 42);
    assert_eq!(cuts(&colours), [7, 21, 22]);
    assert_eq!(film.names(), ["film.mp4", "film.report.json"]);
}

#[test]
fn the_song_begins_at_its_sample() {
    let mut film = Film::new("film.mov");
    film.settings.audio = AudioCodec::Pcm;
    film.render(&plan(&[(30, 0, 0, &[])])).unwrap();
    let decode = |path: &Path| {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(path)
            .args(["-map", "0:a", "-f", "s16le", "-"])
            .output()
            .unwrap();
        output.stdout
    };
    // One second in, at 44.1 kHz, one channel of two bytes; 30 frames of 1001/30000 s.
    let song = decode(&media().join("song.wav"));
    let sound = decode(&film.settings.output);
    assert_eq!(sound.len(), 44_144 * 2);
    assert!(sound == song[88_200..88_200 + sound.len()]);
}

#[test]
fn a_clip_that_fails_costs_its_own_segment_and_no_cut() {
    use Rung::{Alternate, Direct, Extended, Hold};
    let film = Film::new("film.mkv");
    let report = film
        .render(&plan(&[
            (10, 0, 0, &[]),
            (10, 3, 0, &[3, 1]),       // No clip: the second alternate is.
            (10, 0, 1_700_000, &[1]),  // Nine frames left of ten: the last one is held.
            (10, 1, 900_000_000, &[]), // Beyond the end: a neighbour is held.
            (10, 2, 0, &[]),
        ]))
        .unwrap();
    let rungs: Vec<_> = report.segments.iter().map(|segment| segment.rung).collect();
    assert_eq!(rungs, [Direct, Alternate, Extended, Hold, Direct]);
    assert_eq!(report.degraded, 3);
    assert_eq!(
        report.segments[1].decisions[0].detail,
        "not a media file that ffmpeg can read: moov atom not found; blue.mp4 is shown instead"
    );
    let colours = film.colours();
    assert_eq!(colours.len(), 50);
    assert_eq!(cuts(&colours), [10, 20, 30]);
}

#[test]
fn a_seek_that_begins_with_damaged_pictures_is_decoded_from_the_start_instead() {
    let film = Film::new("film.mp4");
    let report = film.render(&plan(&[(20, 4, 1_500_000, &[])])).unwrap();
    let segment = &report.segments[0];
    assert_eq!(
        (segment.rung, segment.damage, report.degraded),
        (Rung::Sequential, 0, 0)
    );
}

#[test]
fn a_second_run_takes_over_what_is_whole_and_makes_the_rest_anew() {
    let mut film = Film::new("film.mp4");
    film.settings.keep_work = true;
    film.settings.overwrite = true;
    let slots: &[Slot<'_>] = &[(5, 0, 0, &[]), (6, 1, 0, &[]), (7, 2, 0, &[])];
    film.render(&plan(slots)).unwrap();
    let first = std::fs::read(&film.settings.output).unwrap();
    let damaged = &film.segments()[1];
    let mut bytes = std::fs::read(damaged).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(damaged, bytes).unwrap();
    let report = film.render(&plan(slots)).unwrap();
    let resumed: Vec<_> = report
        .segments
        .iter()
        .map(|segment| segment.resumed)
        .collect();
    assert_eq!(resumed, [true, false, true]);
    assert!(
        std::fs::read(&film.settings.output).unwrap() == first,
        "the same film again"
    );
    // Another beginning of one clip costs that segment alone.
    let report = film
        .render(&plan(&[
            (5, 0, 100_000, &[]),
            (6, 1, 0, &[]),
            (7, 2, 0, &[]),
        ]))
        .unwrap();
    assert_eq!((report.rendered, report.resumed), (1, 2));
}

/// Takes a folder away when the segments are joined.
struct Unplugged(PathBuf);

impl Progress for Unplugged {
    fn report(&self, event: Event<'_>) {
        let stage = render_native::progress::Stage::Join;
        if matches!(event, Event::Finished { stage: at } if at == stage) {
            std::fs::remove_dir(&self.0).unwrap();
        }
    }
}

#[test]
fn without_its_report_there_is_no_film() {
    let mut film = Film::new("film.mp4");
    let reports = film.dir.path().join("reports");
    film.settings.report = Some(reports.join("report.json"));
    let plan = plan(&[(5, 0, 0, &[])]);
    // What can be known before the work is told before it.
    let error = film.render(&plan).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::CannotCreate);
    assert!(film.names().is_empty());

    std::fs::create_dir(&reports).unwrap();
    let (progress, interrupt) = (Unplugged(reports), Interrupt::new());
    let error = render(&plan, media(), &film.settings, &progress, &interrupt).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::CannotCreate);
    assert_eq!(film.names(), [".film.mp4.work"]);
}

#[test]
fn a_damaged_song_costs_no_film() {
    for name in ["damaged.flac", "damaged.m4a"] {
        let song = media().join(name);
        let status = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .args([&media().join("song.wav"), &song])
            .status()
            .unwrap();
        assert!(status.success());
        let mut bytes = std::fs::read(&song).unwrap();
        let middle = bytes.len() / 3;
        for byte in &mut bytes[middle..middle + 2000] {
            *byte ^= 0x5a;
        }
        std::fs::write(&song, bytes).unwrap();
        let film = Film::new("film.mp4");
        let mut plan = plan(&[(90, 0, 0, &[])]);
        plan.music.media.path = shared::media::MediaPath::from_text(name).unwrap();
        let report = film.render(&plan).unwrap();
        assert_eq!(report.frames, 90);
        // The reader of FLAC leaves damaged frames out without a word.
        if song.extension().is_some_and(|e| e == "m4a") {
            let codes: Vec<_> = report.decisions.iter().map(|d| d.code.as_str()).collect();
            assert_eq!(codes, ["damage_concealed"], "{:?}", report.decisions);
        }
    }
}

#[test]
fn a_folder_of_the_users_is_no_work_directory() {
    let mut film = Film::new("film.mp4");
    let proj = film.dir.path().join("proj");
    std::fs::create_dir_all(proj.join("seg")).unwrap();
    std::fs::write(proj.join("seg/mine.txt"), b"mine").unwrap();
    std::fs::write(proj.join("lock"), b"mine too").unwrap();
    film.settings.work_dir = Some(proj.clone());
    let error = film.render(&plan(&[(5, 0, 0, &[])])).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::CannotCreate, "{error}");
    assert_eq!(std::fs::read(proj.join("seg/mine.txt")).unwrap(), b"mine");
    assert_eq!(std::fs::read(proj.join("lock")).unwrap(), b"mine too");
    assert_eq!(film.names(), ["proj"]);

    let empty = film.dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    film.settings.work_dir = Some(empty.clone());
    film.render(&plan(&[(5, 0, 0, &[])])).unwrap();
    assert!(
        empty.join("seg").is_dir(),
        "an empty one is taken, and kept"
    );
}

#[test]
fn half_a_film_of_a_killed_run_is_removed_and_nobody_elses() {
    let mut film = Film::new("film.mp4");
    film.settings.keep_work = true;
    film.settings.overwrite = true;
    let plan = plan(&[(5, 0, 0, &[])]);
    film.render(&plan).unwrap();
    // The state in which a kill during the joining leaves the folders.
    let noted = std::fs::read_to_string(film.settings.work_path().join("film.part")).unwrap();
    assert!(noted.starts_with(".film.mp4."), "{noted}");
    std::fs::write(film.dir.path().join(&noted), b"half").unwrap();
    std::fs::write(film.dir.path().join(".film.mp4.mine.part"), b"mine").unwrap();
    film.settings.keep_work = false;
    film.render(&plan).unwrap();
    assert_eq!(
        film.names(),
        [".film.mp4.mine.part", "film.mp4", "film.report.json"]
    );
}

/// Interrupts when the first segment is being encoded.
struct Impatient<'a>(&'a Interrupt, Urgency);

impl Progress for Impatient<'_> {
    fn report(&self, event: Event<'_>) {
        if matches!(event, Event::Advanced { stage: render_native::progress::Stage::Render, done } if done > 0)
        {
            self.0.raise(self.1);
        }
    }
}

#[test]
fn an_interrupted_render_keeps_what_is_done_and_no_half_film() {
    for urgency in [Urgency::Finish, Urgency::Now] {
        let mut film = Film::new("film.mp4");
        film.settings.jobs = Some(1);
        let plan = plan(&[(5, 0, 0, &[]), (6, 1, 0, &[]), (7, 2, 0, &[])]);
        let interrupt = Interrupt::new();
        let progress = Impatient(&interrupt, urgency);
        let error = render(&plan, media(), &film.settings, &progress, &interrupt).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Interrupted, "{error}");
        assert_eq!(film.names(), [".film.mp4.work"]);
        let hidden = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with('.');
        assert!(
            !film.segments().iter().any(hidden),
            "a temporary file is left"
        );
        let kept = film.segments().len();
        assert!(kept < 3 && (urgency == Urgency::Now || kept > 0), "{kept}");
        let report = film.render(&plan).unwrap();
        assert_eq!((report.resumed, report.frames), (kept, 18));
        assert_eq!(film.names(), ["film.mp4", "film.report.json"]);
    }
}

#[test]
fn nothing_that_exists_is_replaced_unasked_and_no_input_ever() {
    let film = Film::new("film.mp4");
    let plan = plan(&[(5, 0, 0, &[])]);
    std::fs::write(&film.settings.output, b"precious").unwrap();
    assert!(matches!(
        film.render(&plan),
        Err(RenderError::Exists { .. })
    ));
    assert_eq!(std::fs::read(&film.settings.output).unwrap(), b"precious");

    let mut onto_itself = Film::new("film.mp4");
    onto_itself.settings.overwrite = true;
    std::fs::hard_link(media().join("red.mp4"), &onto_itself.settings.output).unwrap();
    let error = onto_itself.render(&plan).unwrap_err();
    assert!(
        matches!(error, RenderError::OutputIsInput { .. }),
        "{error}"
    );
}

#[test]
fn what_is_wrong_is_said_before_anything_is_rendered() {
    let film = Film::new("film.mp4");
    let mut missing = plan(&[(5, 0, 0, &[]), (5, 1, 0, &[])]);
    missing.media[0].path = shared::media::MediaPath::from_text("gone.mp4").unwrap();
    missing.media[1].bytes = Some(1);
    let error = film.render(&missing).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Input);
    let text = error.to_string();
    assert!(
        text.contains("gone.mp4 is missing") && text.contains("blue.mp4 changed"),
        "{text}"
    );
    assert!(film.names().is_empty());

    let mut strange = Film::new("film.avi");
    let error = strange.render(&plan(&[(5, 0, 0, &[])])).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Usage, "{error}");
    strange.settings.output.set_extension("mp4");
    strange.settings.audio = AudioCodec::Pcm;
    assert!(matches!(
        strange.render(&plan(&[(5, 0, 0, &[])])),
        Err(RenderError::Setting { .. })
    ));

    let mut onto_folder = Film::new("film.mp4");
    onto_folder.settings.overwrite = true;
    onto_folder.settings.report = Some(onto_folder.dir.path().to_owned());
    assert!(matches!(
        onto_folder.render(&plan(&[(5, 0, 0, &[])])),
        Err(RenderError::Place(_))
    ));

    let mut short = plan(&[(50, 0, 1_000_000, &[])]);
    short.media[0].duration_us = Some(2_000_000);
    let ahead = preflight(&short, media(), &film.settings).unwrap();
    assert_eq!(ahead.frames, 50);
    assert_eq!(ahead.problems.len(), 1, "{:?}", ahead.problems);
}
