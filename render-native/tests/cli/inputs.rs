//! Inputs that are missing, broken, or would be overwritten.

use render_native::exit::ExitCode;

use crate::{code_of, program};

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
        &["inspect", "clips", "--sheet", name],
    ] {
        let (code, _, stderr) = code_of(args);
        assert_eq!(code, ExitCode::CannotCreate.code(), "{args:?}: {stderr}");
        assert!(stderr.contains("--overwrite"), "{stderr}");
        // By the option that the command has.
        let option = args.iter().rev().nth(1).unwrap();
        let told = format!("choose another name with {option},");
        assert!(stderr.contains(&told), "{stderr}");
    }
    let nowhere = dir.path().join("no/sheet.png");
    let (code, _, stderr) = code_of(&["inspect", "c", "--sheet", nowhere.to_str().unwrap()]);
    assert_eq!(code, ExitCode::CannotCreate.code(), "{stderr}");
    assert!(stderr.contains("another place with --sheet"), "{stderr}");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
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
