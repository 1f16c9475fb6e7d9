//! An ffmpeg that says nothing any more is killed and tried once more in the same way.
#![cfg(unix)]

use suite::fake::{Act, Fake};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
/// It cannot be disobeyed, and a stopped process does not even get the polite signal.
const STOP: i32 = 19;

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(12, 0, 0), SlotSpec::new(20, 1, 500_000)];
    let media = ["1.mp4", "2.mp4"];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &media, &slots),
    );
    project
}

#[test]
fn a_hang_costs_one_attempt() {
    for act in [Act::Hang, Act::Signal(STOP, "frame=3\n")] {
        let project = project();
        let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], 1, &act);
        project
            .render_with(&["--stall", "3"], &fake.environment(FAKE))
            .expect(0);
        let shown: Vec<_> = stretch(1, 0, 12).chain(stretch(2, 15, 20)).collect();
        assert!(project.codes() == shown, "{act:?}");
        let segment = &project.report()["segments"][1];
        assert_eq!(segment["attempts"], 2, "{act:?}");
        assert_eq!(segment["rung"], "direct", "{act:?}");
    }
}
