//! Holds the documents to the program.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a failed unwrap is a failed test"
)]

use std::path::Path;
use std::process::Command;

use render_native::exit::ExitCode;
use shared::decision::DecisionCode;
use shared::plan::Plan;

fn document(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::read_to_string(docs.join(name)).unwrap()
}

/// The rows of the last table whose header is `header`, as cells.
fn rows(text: &str, header: &str) -> Vec<[String; 2]> {
    let table = text.rsplit_once(header).unwrap().1;
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let cell = cells.next().unwrap().trim_matches('`').to_owned();
            [cell, cells.next().unwrap().to_owned()]
        })
        .collect()
}

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let wanted: Vec<[String; 2]> = ExitCode::ALL
        .iter()
        .map(|code| [code.code().to_string(), code.meaning().to_owned()])
        .collect();
    assert_eq!(
        rows(&document("exit-codes.md"), "| code | meaning |"),
        wanted
    );
}

#[test]
fn the_glossary_has_every_kind_of_decision() {
    let listed: Vec<String> = rows(&document("glossary.md"), "| code | meaning |")
        .into_iter()
        .map(|[code, _]| code)
        .collect();
    let codes: Vec<&str> = DecisionCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, codes);
}

#[test]
fn every_test_that_the_fault_matrix_names_exists_and_no_row_is_missing() {
    let text = document("fault-matrix.md");
    let row = |name: String| {
        let start = format!("| {name} |");
        let mut rows = text.lines().filter(|line| line.starts_with(&start));
        let row = rows
            .next()
            .unwrap_or_else(|| panic!("row {name} is missing"));
        assert!(
            row.contains(".rs::") || row.contains("*not tested*"),
            "row {name} names no test and does not say so"
        );
        assert!(rows.next().is_none(), "row {name} stands twice");
    };
    (1..=39).map(|row| row.to_string()).for_each(row);
    (1..=3).map(|row| format!("P{row}")).for_each(row);

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = text.split('`').skip(1).step_by(2);
    let named = named.filter_map(|name| name.split_once(".rs::"));
    let mut count = 0;
    for (file, test) in named {
        let source = std::fs::read_to_string(root.join(file).with_extension("rs"));
        let source = source.unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        let (before, _) = source
            .split_once(&format!("fn {test}("))
            .unwrap_or_else(|| panic!("{file}.rs has no {test}"));
        let above = before.rsplit("\n\n").next().unwrap_or_default();
        assert!(above.contains("#[test]"), "{file}.rs: {test} is no test");
        count += 1;
    }
    assert!(count > 60, "only {count} tests are named");
}

/// The first JSON block of the page about plans.
fn smallest_plan() -> String {
    let text = document("plan-format.md");
    let block = text.split_once("```json\n").unwrap().1;
    block.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_smallest_plan_is_sound() {
    let plan = Plan::from_json(&smallest_plan()).unwrap();
    assert_eq!(plan.record_duration(), 75);
}

#[test]
fn the_smallest_plan_becomes_a_film_of_its_frames() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("clips")).unwrap();
    std::fs::write(at("plan.json"), smallest_plan()).unwrap();
    let ffmpeg = |source: &str, file: &str| {
        let done = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", source])
            .arg(at(file))
            .status();
        assert!(done.unwrap().success(), "{file}");
    };
    ffmpeg("sine=duration=4", "song.mp3");
    ffmpeg("testsrc2=size=320x180:duration=4", "clips/beach.mp4");
    ffmpeg("mandelbrot=size=320x180,trim=duration=4", "clips/city.mov");

    let film = at("film.mp4");
    let done = Command::new(env!("CARGO_BIN_EXE_render-native"))
        .arg(at("plan.json"))
        .arg("-o")
        .arg(&film)
        .status();
    assert_eq!(done.unwrap().code(), Some(0));
    let counted = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-count_frames"])
        .args(["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"])
        .arg(&film)
        .output()
        .unwrap();
    let counted = String::from_utf8(counted.stdout).unwrap();
    assert_eq!(counted.trim().trim_end_matches(','), "75");
}
