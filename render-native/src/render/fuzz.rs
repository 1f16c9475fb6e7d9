//! The readers of segments' records and of ffprobe's lines, against whatever they may find.

use std::ffi::OsStr;

use suite::fuzz::fuzz;

use super::check::Facts;
use super::journal::WorkDir;
use super::memory::cgroup;
use super::segment::{Canvas, SegmentKey};
use crate::process::Lines;

/// Whatever a record says, only the segment that it truly describes is taken, from its own folder.
#[test]
fn fuzz_record() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("work");
    let work = WorkDir::open(&root).unwrap();
    let key = SegmentKey::new([OsStr::new("a")], [], "5");
    let content = b"a segment";
    let hash = blake3::hash(content).to_hex();
    std::fs::write(root.join("seg/00007.0123456789ab.mp4"), content).unwrap();
    // The same content where no record may point.
    std::fs::write(root.join("outside.mp4"), content).unwrap();
    let record = |file: &str| {
        let key = key.as_str();
        let text = format!(
            r#"{{"plan_id":"","segment_key":"{key}","file":"{file}","bytes":9,"blake3":"{hash}",
            "frames":5,"rate":"30","timescale":30000,"headers":"h","ffmpeg":"5","host":"h",
            "report":{{"index":7,"frames":5,"rung":"direct","attempts":1,"resumed":false,
            "wall_ms":1,"peak_rss":1,"damage":0,"decisions":[]}}}}"#
        );
        text.into_bytes()
    };
    let name = "00007.0123456789ab.mp4";
    let path = root.join("seg/00007.json");
    std::fs::write(&path, record(name)).unwrap();
    assert!(work.finished(7, &key, 5).is_some());
    let seeds = [record(name), record("../outside.mp4"), record("..")];
    fuzz("record", &seeds, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        if let Some(record) = work.finished(7, &key, 5) {
            assert_eq!((record.file.as_str(), record.frames), (name, 5));
            assert_eq!(record.report.index, 7);
            let _ = WorkDir::relative(&record);
        }
    });
}

#[test]
fn fuzz_probe_lines() {
    let canvas = Canvas {
        width: 640,
        height: 360,
        rate: "30000/1001".parse().unwrap(),
    };
    fuzz("probe_lines", &[], |bytes| {
        let (mut facts, mut picture) = (Facts::default(), None);
        let mut lines = Lines::default();
        lines.push(bytes, |line| facts.take(line, &mut picture));
        let frames = facts.pts.len() as u64;
        let _ = facts.fault(canvas, frames);
        assert!(facts.fault(canvas, frames + 1).is_some());
    });
}

/// The files are one input, a line of `=` and a name before each.
#[test]
fn fuzz_cgroup() {
    fuzz("cgroup", &[], |bytes| {
        let root = tempfile::tempdir().unwrap();
        let text = String::from_utf8_lossy(bytes);
        for file in text.split("\n=").take(12) {
            let (name, content) = file.split_once('\n').unwrap_or((file, ""));
            // Where the kernel would have put it, and nowhere else.
            let name = name.trim_start_matches('=').trim_start_matches('/');
            if name.contains("..") || name.contains('\0') {
                continue;
            }
            let path = root.path().join(name);
            let _ = std::fs::create_dir_all(path.parent().unwrap());
            let _ = std::fs::write(path, content);
        }
        for group in cgroup::groups(root.path()) {
            assert!(group.left() <= group.limit);
            assert!(group.file.starts_with(root.path()), "{group:?}");
        }
        let _ = cgroup::oom_kills(root.path());
    });
}
