use super::*;
use crate::render::Rung;
use crate::render::frozen::PlanId;
use crate::render::report::SegmentReport;
use crate::render::segment::SegmentKey;

fn record(index: usize, key: &SegmentKey) -> Record {
    Record {
        plan_id: PlanId::default(),
        segment_key: key.as_str().to_owned(),
        file: String::new(),
        bytes: 0,
        blake3: String::new(),
        frames: 5,
        rate: "30".to_owned(),
        timescale: 30_000,
        headers: String::new(),
        ffmpeg: "5".to_owned(),
        host: "h".to_owned(),
        report: SegmentReport {
            index,
            frames: 5,
            rung: Rung::Direct,
            attempts: 1,
            resumed: false,
            wall_ms: 0,
            peak_rss: 0,
            footprint: crate::render::schedule::estimate::Footprint::Usual,
            damage: 0,
            decisions: Vec::new(),
        },
    }
}

fn key(of: &str) -> SegmentKey {
    SegmentKey::new([std::ffi::OsStr::new(of)], [], "5")
}

#[test]
fn only_a_whole_unchanged_segment_of_the_right_key_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let work = WorkDir::open(&dir.path().join("work")).unwrap();
    let keep = || {
        let temporary = work.temporary(7);
        std::fs::write(&temporary, b"pictures").unwrap();
        work.keep(&temporary, record(7, &key("a"))).unwrap()
    };
    let kept = keep();
    assert_eq!(work.finished(7, &key("a"), 5), Some(kept.clone()));
    assert_eq!(work.finished(7, &key("b"), 5), None, "other arguments");
    assert_eq!(work.finished(7, &key("a"), 6), None, "other length");
    assert_eq!(work.finished(8, &key("a"), 5), None, "other place");
    let path = work.segments.join(&kept.file);
    std::fs::write(&path, b"picture!").unwrap();
    assert_eq!(work.finished(7, &key("a"), 5), None, "changed content");
    std::fs::write(&path, b"pictu").unwrap();
    assert_eq!(work.finished(7, &key("a"), 5), None, "cut short");
    assert!(keep() == kept && work.finished(7, &key("a"), 5).is_some());
    std::fs::write(work.record_path(7), b"{\"segment_key\":").unwrap();
    assert_eq!(work.finished(7, &key("a"), 5), None, "half a record");
}

#[test]
fn a_directory_is_held_by_one_and_cleared_of_what_a_killed_one_left() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("work");
    let first = WorkDir::open(&root).unwrap();
    let left = first.temporary(1);
    std::fs::write(&left, b"half").unwrap();
    let error = WorkDir::open(&root).unwrap_err();
    assert!(matches!(&error, RenderError::Locked { by, .. } if by.starts_with("process ")));
    drop(first);
    let second = WorkDir::open(&root).unwrap();
    assert!(!left.exists());
    assert!(second.remove().is_empty());
    assert!(!root.exists());
}

#[test]
fn a_folder_of_the_users_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("proj");
    std::fs::create_dir_all(root.join("seg")).unwrap();
    std::fs::write(root.join("seg/mine.txt"), b"mine").unwrap();
    std::fs::write(root.join("lock"), b"mine too").unwrap();
    let error = WorkDir::open(&root).unwrap_err();
    assert!(matches!(error, RenderError::NotWork { .. }), "{error}");
    assert_eq!(std::fs::read(root.join("seg/mine.txt")).unwrap(), b"mine");
    assert_eq!(std::fs::read(root.join("lock")).unwrap(), b"mine too");
    assert_eq!(std::fs::read_dir(&root).unwrap().count(), 2);
}

#[test]
fn cleaning_up_removes_what_is_ours_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("work");
    // An empty folder of the user's stays, even if the first run is cut off.
    std::fs::create_dir(&root).unwrap();
    drop(WorkDir::open(&root).unwrap());
    assert!(WorkDir::open(&root).unwrap().remove().is_empty());
    assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0);

    let work = WorkDir::open(&root).unwrap();
    let temporary = work.temporary(3);
    std::fs::write(&temporary, b"picture").unwrap();
    let key = SegmentKey::new([], [], "5");
    work.keep(&temporary, record(3, &key)).unwrap();
    std::fs::write(work.temporary(4), b"half").unwrap();
    std::fs::write(root.join("notes.txt"), b"mine").unwrap();
    for name in ["holiday.mp4", "1.json", "00001.holiday.mp4"] {
        std::fs::write(root.join("seg").join(name), b"mine").unwrap();
    }
    assert!(work.remove().is_empty());
    let names = |dir: &Path| {
        let entries = std::fs::read_dir(dir).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&root), ["notes.txt", "seg"]);
    assert_eq!(
        names(&root.join("seg")),
        ["00001.holiday.mp4", "1.json", "holiday.mp4"]
    );
}

#[test]
fn what_no_record_names_is_loose() {
    let dir = tempfile::tempdir().unwrap();
    let work = WorkDir::open(&dir.path().join("work")).unwrap();
    let temporary = work.temporary(3);
    std::fs::write(&temporary, b"picture").unwrap();
    let kept = work
        .keep(&temporary, record(3, &SegmentKey::new([], [], "5")))
        .unwrap();
    let copies = work.root().join("mezz");
    std::fs::create_dir(&copies).unwrap();
    let (named, unnamed) = ("ab".repeat(16), "cd".repeat(16));
    let sound = serde_json::json!({
        "key": "k", "file": "sound.0123456789ab.mp4", "bytes": 5, "blake3": "h",
    });
    std::fs::write(work.root().join("sound.json"), sound.to_string()).unwrap();
    let in_use = [
        work.root().join("sound.0123456789ab.mp4"),
        copies.join(format!("{named}.nut")),
        copies.join(format!("{named}.json")),
        work.root().join("notes.txt"),
    ];
    let nobodys = [
        copies.join(format!("{unnamed}.nut")),
        work.segments.join("00003.ba9876543210.mp4"),
        work.root().join("sound.ba9876543210.mp4"),
    ];
    for path in in_use.iter().chain(&nobodys) {
        std::fs::write(path, b"bytes").unwrap();
    }
    let loose = work.loose_files().unwrap();
    let mut loose: Vec<_> = loose.into_iter().map(|file| file.path).collect();
    loose.sort();
    let mut nobodys = nobodys.to_vec();
    nobodys.sort();
    assert_eq!(loose, nobodys, "beside {}", kept.file);
}
