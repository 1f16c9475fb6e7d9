//! The program as people and scripts meet it: exit codes, streams, names.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a failed unwrap is a failed test"
)]

use std::path::Path;

use assert_cmd::Command;
use render_native::exit::ExitCode;

fn program() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("render-native"));
    command.env("NO_COLOR", "1").env_remove("AUTOCUT_FFMPEG");
    command
}

fn code_of(args: &[&str]) -> (u8, String, String) {
    let output = program().args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap();
    (
        u8::try_from(code).unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn help_and_version_are_results_and_wrong_usage_is_64() {
    for args in [&["--help"][..], &["--version"], &["render", "--help"]] {
        let (code, stdout, _) = code_of(args);
        assert_eq!(code, ExitCode::Complete.code(), "{args:?}");
        assert!(!stdout.is_empty());
    }
    let too_large = (1_u64 << 53).to_string();
    let wrong: [&[&str]; 10] = [
        &["plan", "--music", "s.mp3", "c", "--seed", &too_large],
        &["render", "p.json", "-o", "film.avi"],
        &["auto", "--music", "s.mp3", "c", "-o", "film"],
        &[],
        &["nonsense"],
        &["auto"],
        &["plan", "--music", "s.mp3"],
        &["plan", "--music", "s.mp3", "c", "--size", "1x1"],
        &["beats", "a.wav", "--jobs", "0"],
        &["render", "p.json"],
    ];
    for args in wrong {
        let (code, stdout, stderr) = code_of(args);
        assert_eq!(code, ExitCode::Usage.code(), "{args:?}: {stderr}");
        assert!(stdout.is_empty() && !stderr.is_empty());
    }
}

#[test]
fn the_long_help_lists_every_exit_code() {
    let (_, help, _) = code_of(&["--help"]);
    for code in ExitCode::ALL {
        assert!(
            help.contains(&format!("{:>3}  {}", code.code(), code.meaning())),
            "{code:?} is not in the help"
        );
    }
}

#[test]
fn the_schema_is_the_one_that_is_checked_in() {
    let (code, stdout, _) = code_of(&["schema"]);
    let checked_in =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schema/plan.schema.json");
    assert_eq!(code, 0);
    assert_eq!(stdout, std::fs::read_to_string(checked_in).unwrap());
}

#[test]
fn completions_know_the_commands() {
    let (code, stdout, _) = code_of(&["completions", "bash"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("inspect") && stdout.contains("--media-dir"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_output_is_74_and_a_closed_one_is_no_panic() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = std::process::Command::new(assert_cmd::cargo::cargo_bin!("render-native"))
        .arg("schema")
        .stdout(full)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(
        status.code(),
        Some(i32::from(ExitCode::OutputStream.code()))
    );

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("render-native"))
        .arg("schema")
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn an_input_that_is_missing_is_66_and_named() {
    for args in [
        &["check", "no-such-plan.json"][..],
        &["no-such-plan.json", "-o", "film.mp4"],
        &["beats", "no-such-song.mp3"],
        &["inspect", "no-such-folder"],
        &["verify", "no-such-film.mp4", "no-such-plan.json"],
    ] {
        let (code, _, stderr) = code_of(args);
        assert_eq!(code, ExitCode::Input.code(), "{args:?}: {stderr}");
        assert!(stderr.contains("no-such"), "{stderr}");
    }
}

#[test]
fn a_bad_plan_is_65_with_every_problem_and_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.json");
    let json =
        r#"{"schema":"autocut-plan/1","output":{"width":3,"height":1080,"rate":"30"},"slotz":[]}"#;
    std::fs::write(&path, json).unwrap();
    let name = path.to_str().unwrap();
    for args in [&["check", name][..], &[name, "-o", "film.mp4"]] {
        let (code, stdout, stderr) = code_of(args);
        assert_eq!(code, ExitCode::BadData.code(), "{stderr}");
        assert!(stdout.is_empty());
        for part in ["$.output.width", "slotz", "hint:"] {
            assert!(stderr.contains(part), "{part} is not in: {stderr}");
        }
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let there = dir.path().join("there.mp4");
    std::fs::write(&there, "mine").unwrap();
    let name = there.to_str().unwrap();
    for args in [
        &["plan", "--music", "s.mp3", "clips", "-o", name][..],
        &["auto", "--music", "s.mp3", "clips", "-o", name],
        &["beats", "s.mp3", "-o", name],
    ] {
        let (code, _, stderr) = code_of(args);
        assert_eq!(code, ExitCode::CannotCreate.code(), "{args:?}: {stderr}");
        assert!(stderr.contains("--overwrite"), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
}

#[test]
#[cfg(unix)]
fn a_stop_while_the_tools_are_looked_at_is_a_stop() {
    for (signal, code) in [
        ("TERM", ExitCode::Terminated),
        ("INT", ExitCode::Interrupted),
    ] {
        let said = stopped_at_the_first(signal, code);
        // Nothing was begun, so nothing can be kept.
        assert!(said.contains("stopped") && !said.contains("kept"), "{said}");
    }
}

/// What `beats` says that waits for an ffmpeg that never answers, until one signal comes.
#[cfg(unix)]
fn stopped_at_the_first(signal: &str, code: ExitCode) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let [ffmpeg, asked] = ["ffmpeg", "asked"].map(|name| dir.path().join(name));
    let script = format!("#!/bin/sh\ntouch {}\nsleep 600\n", asked.display());
    std::fs::write(&ffmpeg, script).unwrap();
    std::fs::set_permissions(&ffmpeg, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("render-native"))
        .args(["beats", "song.wav", "-o", "song.beats"])
        .env("AUTOCUT_FFMPEG", &ffmpeg)
        .current_dir(dir.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !asked.exists() {
        assert!(child.try_wait().unwrap().is_none(), "ffmpeg was not asked");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let kill = format!("kill -{signal} {}", child.id());
    let killed = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(code.code())));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn an_input_is_never_the_output_even_when_overwriting() {
    let dir = tempfile::tempdir().unwrap();
    let [song, clip] = ["song.wav", "clip.mp4"].map(|name| dir.path().join(name));
    for path in [&song, &clip] {
        std::fs::write(path, "mine").unwrap();
    }
    let [song, clip] = [&song, &clip].map(|path| path.to_str().unwrap());
    for (command, output) in [("auto", clip), ("auto", song), ("plan", song)] {
        let args = [command, "--music", song, clip, "-o", output, "--overwrite"];
        let (code, _, stderr) = code_of(&args);
        assert_eq!(code, ExitCode::Usage.code(), "{stderr}");
        assert!(stderr.contains("is one of the inputs"), "{stderr}");
        assert_eq!(std::fs::read_to_string(output).unwrap(), "mine");
    }
}

#[test]
fn a_machine_without_ffmpeg_is_69_with_a_way_out() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["doctor"][..], &["inspect", "."], &["beats", "x.mp3"]] {
        let output = program()
            .args(args)
            .env("AUTOCUT_FFMPEG", "/no/such/ffmpeg")
            .current_dir(dir.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(output.status.code(), Some(69), "{args:?}: {said}");
        assert!(said.contains("/no/such/ffmpeg"), "{said}");
    }
}

#[test]
fn a_folder_without_clips_is_told_file_by_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("notes\u{1b}[2J.txt"), "hello").unwrap();
    let (code, stdout, stderr) = code_of(&["inspect", dir.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("skipped"), "{stdout}");
    assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'));
}

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
fn check_tells_of_a_missing_ffmpeg_as_a_render_would() {
    let dir = tempfile::tempdir().unwrap();
    let checked = |json: Option<&str>, plan: &Path| {
        program()
            .arg("check")
            .arg(plan)
            .args(json)
            .env("AUTOCUT_FFMPEG", "/no/such/ffmpeg")
            .output()
            .unwrap()
    };
    let plan = sound_plan(dir.path());
    let output = checked(None, &plan);
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(69), "{table}");
    assert!(
        table.contains("1 shot, 25 frames, 1.0 s, from 1 file\n"),
        "{table}"
    );
    assert!(table.contains("/no/such/ffmpeg") && table.contains("cannot be rendered here"));
    assert!(String::from_utf8(output.stderr).unwrap().contains("hint:"));
    let output = checked(Some("--json"), &plan);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(69));
    let problems = json.get("problems").unwrap().as_array().unwrap();
    assert!(
        problems
            .iter()
            .any(|p| p.as_str().unwrap().contains("/no/such/ffmpeg"))
    );
}

#[test]
fn a_shot_that_is_rendered_alone_is_no_degradation() {
    let dir = tempfile::tempdir().unwrap();
    let plan = sound_plan(dir.path());
    let output = program()
        .arg("check")
        .arg(&plan)
        .args(["--memory", "1M"])
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert!(
        table.contains("of 1 MiB may be given out") && table.contains("can be rendered as planned")
    );
}

/// A plan of one shot whose files are there; what is in them is not asked.
fn sound_plan(dir: &Path) -> std::path::PathBuf {
    for name in ["song.wav", "clip.mp4"] {
        std::fs::write(dir.join(name), name).unwrap();
    }
    let plan = dir.join("plan.json");
    let json = r#"{
        "schema": "autocut-plan/1",
        "output": {"width": 640, "height": 360, "rate": "25"},
        "music": {"media": {"path": "song.wav"}},
        "media": [{"path": "clip.mp4"}],
        "slots": [{
            "record_start": 0,
            "record_duration": 25,
            "clip": {"media": 0, "source_start": 0}
        }]
    }"#;
    std::fs::write(&plan, json).unwrap();
    plan
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
