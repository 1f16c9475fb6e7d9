//! What stands in the way is said before any work, where people and programs read it, and nothing is
//! changed.

use render_native::exit::ExitCode;

use crate::program;

/// A folder with a song, a clip and an ffmpeg that must not be asked for anything.
struct Untouched {
    dir: tempfile::TempDir,
}

impl Untouched {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("song.wav"), "song").unwrap();
        std::fs::create_dir(dir.path().join("clips")).unwrap();
        std::fs::write(dir.path().join("clips/1.mp4"), "clip").unwrap();
        Self { dir }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.dir.path().join(name), text).unwrap();
    }

    /// Code and standard error. Looking for ffmpeg would end with 69.
    fn run(&self, line: &str) -> (u8, String) {
        let output = program()
            .args(line.split_whitespace())
            .env("AUTOCUT_FFMPEG", "/no/such/ffmpeg")
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        let code = u8::try_from(output.status.code().unwrap()).unwrap();
        (code, String::from_utf8(output.stderr).unwrap())
    }

    #[track_caller]
    fn refuses(&self, line: &str, code: ExitCode, parts: &[&str]) {
        let before = self.names();
        let (found, said) = self.run(line);
        assert_eq!(found, code.code(), "{line}: {said}");
        for part in parts.iter().chain(&["hint:"]) {
            assert!(said.contains(part), "{part} is not in: {said}");
        }
        assert_eq!(self.names(), before, "{line}");
    }

    fn names(&self) -> Vec<std::ffi::OsString> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }
}

#[test]
fn auto_knows_before_any_work_what_stands_in_its_way() {
    use ExitCode::{CannotCreate, Input, Usage};
    let auto = "auto --music song.wav clips -o";
    let dir = Untouched::new();
    dir.refuses(&format!("{auto} film.avi"), Usage, &["film.avi", ".mp4"]);
    dir.refuses(&format!("{auto} film"), Usage, &["film"]);
    dir.refuses(
        &format!("{auto} no/film.mp4"),
        CannotCreate,
        &["mkdir -p no"],
    );
    let missing = "auto --music gone.wav clips -o film.mp4";
    dir.refuses(missing, Input, &["gone.wav"]);
    let missing = "auto --music song.wav clips gone -o film.mp4";
    dir.refuses(missing, Input, &["gone"]);
    // All is well but ffmpeg.
    dir.refuses(&format!("{auto} film.mp4"), ExitCode::Ffmpeg, &[]);

    dir.write("film.plan.json", "an edited plan");
    let render = "`render-native film.plan.json -o film.mp4`";
    let film = format!("{auto} film.mp4");
    dir.refuses(&film, CannotCreate, &[render, "--overwrite"]);
    dir.refuses(&format!("{film} --overwrite"), ExitCode::Ffmpeg, &[]);
    // What an interrupted run kept is no reason to refuse.
    std::fs::create_dir(dir.dir.path().join(".film.mp4.work")).unwrap();
    dir.write(".film.mp4.work/autocut-work", "");
    dir.write(".film.mp4.work/plan.json", "an edited plan");
    dir.refuses(&film, ExitCode::Ffmpeg, &[]);
    dir.write(".film.mp4.work/plan.json", "another plan");
    dir.refuses(&film, CannotCreate, &[render]);

    let dir = Untouched::new();
    dir.write(
        "film.report.json",
        r#"{"schema": "autocut-report/1", "output": "x/film.mkv"}"#,
    );
    dir.refuses(
        &film,
        CannotCreate,
        &["film.report.json", "report of x/film.mkv"],
    );
    dir.write(
        "film.report.json",
        r#"{"schema": "autocut-report/1", "output": "film.mp4"}"#,
    );
    dir.refuses(&film, CannotCreate, &["film.report.json exists already"]);
}

#[test]
fn auto_with_other_options_than_the_interrupted_run_is_refused_before_the_analysis() {
    let dir = Untouched::new();
    let plan = r#"{
        "schema": "autocut-plan/1",
        "made_by": { "planner": "p", "seed": 5, "style": "cinematic" },
        "output": { "width": 320, "height": 180, "rate": "25", "fit": "pad" },
        "music": { "media": { "path": "song.wav" } },
        "media": [{ "path": "clips/1.mp4" }],
        "slots": [
            { "record_start": 0, "record_duration": 25, "clip": { "media": 0, "source_start": 0 } }
        ]
    }"#;
    std::fs::create_dir(dir.dir.path().join(".film.mp4.work")).unwrap();
    for name in [
        "film.plan.json",
        ".film.mp4.work/autocut-work",
        ".film.mp4.work/plan.json",
    ] {
        dir.write(name, plan);
    }
    dir.write("other.wav", "another song");
    let same = "auto --music song.wav clips -o film.mp4 --quality draft \
                --size 320x180 --fps 25 --fit pad --style cinematic --seed 5";
    dir.refuses(same, ExitCode::Ffmpeg, &[]);
    for (option, other, what) in [
        ("--size 320x180", "--size 640x360", "size"),
        ("--size 320x180", "", "size"),
        ("--fps 25", "", "--fps"),
        ("--fit pad", "--fit blur", "--fit"),
        ("--style cinematic", "", "--style"),
        ("--seed 5", "--seed 6", "--seed"),
        ("song.wav", "other.wav", "--music"),
    ] {
        let line = same.replace(option, other);
        let told = format!("interrupted run with another {what}");
        let hint = "`render-native film.plan.json -o film.mp4 --quality draft`";
        dir.refuses(&line, ExitCode::CannotCreate, &[&told, hint, "--overwrite"]);
        let line = format!("{line} --overwrite");
        dir.refuses(&line, ExitCode::Ffmpeg, &[]);
    }
}

#[test]
fn wishes_that_cannot_be_read_or_exclude_each_other_are_refused() {
    use ExitCode::Usage;
    let dir = Untouched::new();
    let auto = "auto --music song.wav clips -o film.mp4";
    for (wish, told) in [
        (
            "--deadline 10m --quality draft",
            "leave out --quality draft",
        ),
        ("--max-size 9MB --quality high", "leave out --quality high"),
        ("--deadline 1m --quality standard", "--deadline exclude"),
    ] {
        dir.refuses(&format!("{auto} {wish}"), Usage, &[told]);
        let render = format!("render p.json -o film.mp4 {wish}");
        dir.refuses(&render, Usage, &[told]);
        let prepare = format!("prepare p.json --work-dir w {wish}");
        dir.refuses(&prepare, Usage, &[told]);
    }
    for (wish, told) in [
        ("--deadline soon", "90s, 5m, 1h30m"),
        ("--deadline 0", "at least 1s"),
        ("--max-size small", "100MB"),
        ("--max-size 5", "at least 1kB"),
        ("--quality best", "auto"),
    ] {
        let (code, said) = dir.run(&format!("{auto} {wish}"));
        assert_eq!(code, Usage.code(), "{wish}: {said}");
        assert!(said.contains(told), "{wish}: {said}");
    }
    for wish in ["--deadline 10m --max-size 1GB", "--quality auto"] {
        dir.refuses(&format!("{auto} {wish}"), ExitCode::Ffmpeg, &[]);
    }
}

#[test]
fn a_folder_that_is_not_there_is_refused_by_every_command() {
    let dir = Untouched::new();
    for line in [
        "auto --music song.wav clips -o no/dir/film.mp4",
        "render plan.json -o no/dir/film.mp4",
        "plan --music song.wav clips -o no/dir/plan.json",
        "beats song.wav -o no/dir/song.beats",
    ] {
        dir.refuses(line, ExitCode::CannotCreate, &["no/dir", "mkdir -p no/dir"]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_to_is_named_and_nothing_else() {
    let dir = Untouched::new();
    for line in [
        "auto --music song.wav clips -o /sys/film.mp4",
        "render plan.json -o /sys/film.mp4",
        "plan --music song.wav clips -o /sys/plan.json",
        "beats song.wav -o /sys/song.beats",
    ] {
        dir.refuses(line, ExitCode::CannotCreate, &["/sys"]);
        let (_, said) = dir.run(line);
        assert!(!said.contains("tmp") && !said.contains("/sys/."), "{said}");
    }
}

#[test]
fn a_folder_of_media_that_is_not_there_is_66() {
    let dir = Untouched::new();
    for line in [
        "check plan.json --media-dir gone",
        "render plan.json -o film.mp4 --media-dir clips --media-dir gone",
        "verify film.mp4 plan.json --media-dir gone",
    ] {
        dir.refuses(line, ExitCode::Input, &["--media-dir", "gone"]);
    }
    let line = "check plan.json --media-dir song.wav";
    dir.refuses(line, ExitCode::Input, &["song.wav is not a folder"]);
}

#[test]
fn a_plan_that_is_cut_off_is_told_as_such() {
    let dir = Untouched::new();
    dir.write("plan.json", r#"{"schema":"autocut-plan/1","output":{"wid"#);
    dir.refuses("check plan.json", ExitCode::BadData, &["cut off"]);
    let (_, said) = dir.run("check plan.json");
    assert!(!said.contains("render-native schema"), "{said}");
}

#[test]
fn a_failure_is_an_object_where_programs_read_along() {
    let dir = Untouched::new();
    for (line, code, name) in [
        ("beats song.wav --json", ExitCode::Ffmpeg, "ffmpeg"),
        ("check gone.json --json", ExitCode::Input, "input"),
        ("render --json", ExitCode::Usage, "usage"),
    ] {
        let output = program()
            .args(line.split_whitespace())
            .env("AUTOCUT_FFMPEG", "/no/such/ffmpeg")
            .current_dir(dir.dir.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(i32::from(code.code())), "{line}");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let error = json.get("error").unwrap();
        assert_eq!(error.get("code").unwrap(), name);
        assert_eq!(error.get("exit").unwrap(), code.code());
        for key in ["message", "hint"] {
            let text = error.get(key).unwrap().as_str().unwrap();
            assert!(!text.is_empty() && !text.contains("error:"), "{text}");
        }
        assert!(!output.stderr.is_empty(), "people are told as well");
    }
}

#[test]
#[cfg(unix)]
fn a_name_cannot_pass_for_a_line_of_ours() {
    let dir = Untouched::new();
    let name = "a\nhint: all is well\u{1b}[31m.json";
    dir.write(name, "no plan");
    for args in [
        &["check", name][..],
        &["beats", "\u{1b}[31m\nhint: no", "--sead"],
    ] {
        let output = program()
            .args(args)
            .current_dir(dir.dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains('\u{1b}'), "{said}");
        assert!(!said.contains("\nhint: all"), "{said}");
    }
}

#[test]
fn an_empty_folder_is_told_before_the_song_is_listened_to() {
    let dir = Untouched::new();
    std::fs::remove_file(dir.dir.path().join("clips/1.mp4")).unwrap();
    // The song is no song; that would be told next.
    let output = program()
        .args("plan --music song.wav clips -o -".split(' '))
        .current_dir(dir.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(65), "{said}");
    assert!(said.contains("not a single file among the clips"), "{said}");
}
