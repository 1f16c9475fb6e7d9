//! Clips that are not what they say, or stop being it while they are rendered.

use suite::fake::{Act, Fake};
use suite::media::{ClipSpec, H264};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

/// Frames of the first slot, which shows the clip that is spoiled.
const HIT: usize = 20;

/// Clip 1 from its 40th frame on, then clip 2.
fn sealed(project: &Project, first: &str) {
    let slots = [SlotSpec::new(20, 0, 1_333_333), SlotSpec::new(15, 1, 0)];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &[first, "2.mp4"], &slots),
    );
}

#[track_caller]
fn the_other_slot_is_right(project: &Project) {
    let codes = project.codes();
    assert_eq!(codes.len(), HIT + 15);
    assert!(codes.into_iter().skip(HIT).eq(stretch(2, 0, 15)));
}

/// Makes clip 1 with more options of the encoder's or the container's.
fn make_with(project: &Project, name: &str, more: &[&'static str]) -> std::path::PathBuf {
    let output: &'static [&'static str] = [H264, more].concat().leak();
    let clip = ClipSpec {
        output,
        ..ClipSpec::h264(1, "30", 60)
    };
    clip.make(&project.path(name))
}

/// Makes clip 1 with its index first, and keeps the first half of the file.
fn cut_off(project: &Project, name: &str) {
    let path = make_with(project, name, &["-movflags", "+faststart"]);
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
}

/// ffmpeg ends such a clip with status 0 and half of its frames.
#[test]
fn a_clip_that_is_cut_off_costs_its_own_slot() {
    for name in ["half.mp4", "half.mkv"] {
        let project = Project::with_three_clips();
        cut_off(&project, name);
        sealed(&project, name);
        project.render().expect(10).says("half");
        the_other_slot_is_right(&project);
        assert_eq!(project.report()["degraded"], 1, "{name}");
    }
}

/// Where each packet of a clip's pictures lies in its file: offset and size.
fn packets(path: &std::path::Path) -> Vec<std::ops::Range<usize>> {
    let asked = std::process::Command::new(suite::media::ffprobe())
        .args(["-v", "error", "-select_streams", "v"])
        .args(["-show_entries", "packet=pos,size", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(asked.stdout).unwrap();
    let range = |line: &str| {
        let mut numbers = line.split(',').map(|n| n.trim().parse::<usize>().unwrap());
        let (size, at) = (numbers.next().unwrap(), numbers.next().unwrap());
        at..at + size
    };
    text.lines().map(range).collect()
}

/// The decoder skips what it cannot read, and one picture stands for all of it: the film has its
/// frames, and most of a slot stands still.
#[test]
fn a_hole_in_a_clip_is_not_taken_for_its_footage() {
    let project = Project::with_three_clips();
    let path = make_with(&project, "1.mp4", &["-g", "60", "-bf", "0"]);
    let packets = packets(&path);
    assert_eq!(packets.len(), 60);
    // Of the slot's pictures 10 to 29, the first five are there.
    let hole = &packets[15..40];
    let mut bytes = std::fs::read(&path).unwrap();
    for packet in hole {
        bytes[packet.clone()].fill(0);
    }
    std::fs::write(&path, bytes).unwrap();
    let slots = [SlotSpec::new(20, 0, 333_333), SlotSpec::new(15, 1, 0)];
    let media = ["1.mp4", "2.mp4"];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &media, &slots),
    );
    project.render().expect(10).says("1.mp4");
    the_other_slot_is_right(&project);
    let report = project.report();
    assert_eq!(report["degraded"], 1, "{report}");
}

/// A picture with less done to it is not what was planned, and is made again when it can be.
#[test]
fn a_reduced_picture_is_told_and_does_not_stay() {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
    let mut planned = plan("30", (90, 160), "song.wav", &["1.mp4", "2.mp4"], &slots);
    planned.output.fit = shared::plan::Fit::Blur;
    write_sealed(project.dir(), planned);
    let work = project.path("work").into_os_string().into_string().unwrap();
    let args = ["--work-dir", work.as_str(), "--overwrite"];
    let words = ["1.mp4", "boxblur"];
    let fake = Fake::default().when("ffmpeg", &words, 1000, &Act::Exit(1, "no such filter"));
    project
        .render_with(&args, &fake.environment(FAKE))
        .expect(10);
    assert_eq!(project.report()["segments"][0]["rung"], "reduced");
    project.render_with(&args, &[]).expect(0);
    let report = project.report();
    assert_eq!(report["segments"][0]["rung"], "direct", "{report}");
    assert_eq!(
        (&report["rendered"], &report["resumed"]),
        (&1.into(), &1.into())
    );
}

/// What ffmpeg says of a file holds its name, and names hold anything.
#[test]
fn a_name_that_reads_like_an_error_is_a_name() {
    for name in ["No space left on device.mp4", "File too large.mp4"] {
        let project = Project::with_three_clips();
        cut_off(&project, name);
        sealed(&project, name);
        project.render().expect(10).says(name);
        the_other_slot_is_right(&project);
    }
}

#[test]
fn flipped_bits_are_concealed_or_replaced_and_told() {
    let project = Project::with_three_clips();
    let path = project.path("1.mp4");
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.windows(4).position(|four| four == b"moov").unwrap();
    for at in (1_000..end).step_by(97) {
        bytes[at] ^= 0x55;
    }
    std::fs::write(&path, bytes).unwrap();
    sealed(&project, "1.mp4");
    let run = project.render();
    assert!([0, 10].contains(&run.code), "{run:?}");
    the_other_slot_is_right(&project);
    let segment = &project.report()["segments"][0];
    let told = segment["damage"].as_u64().unwrap() > 0
        || !segment["decisions"].as_array().unwrap().is_empty();
    assert!(told, "{segment}");
}

/// Runs `script` when the first segment begins; it finds the project's folder as `$AUTOCUT_DIR`.
fn render_while(project: &Project, script: &'static str) -> suite::program::Run {
    let fake = Fake::default().when("ffmpeg", &["1.mp4", "-frames:v"], 1, &Act::Shell(script));
    let mut environment = fake.environment(FAKE);
    environment.push(("AUTOCUT_DIR".into(), project.dir().into()));
    project.render_with(&["--jobs", "1"], &environment)
}

#[test]
fn a_clip_that_changes_or_goes_while_it_is_rendered_is_named() {
    for script in [
        "rm \"$AUTOCUT_DIR/1.mp4\"",
        "cp \"$AUTOCUT_DIR/3.mp4\" \"$AUTOCUT_DIR/1.mp4\"",
        // Another file of the same size and time.
        "cd \"$AUTOCUT_DIR\" && cp -p 1.mp4 new && touch -r 1.mp4 new && mv new 1.mp4",
    ] {
        let project = Project::with_three_clips();
        sealed(&project, "1.mp4");
        let whole = std::fs::read(project.path("1.mp4")).unwrap();
        render_while(&project, script).expect(66).says("1.mp4");
        assert!(!project.path("film.mp4").exists(), "{script}");
        // With the clip back, the film is made.
        std::fs::write(project.path("1.mp4"), whole).unwrap();
        project.render().expect(0);
        the_other_slot_is_right(&project);
    }
}
