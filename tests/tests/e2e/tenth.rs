//! A tenth of the segments fails, at random and in every way there is.

use std::fmt::Write as _;

use suite::chance::{number, some_of};
use suite::fake::{Act, Fake};
use suite::frame_code::Code;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;
const SLOTS: usize = 50;
/// How often the whole is done, each time with other segments and other ways.
const ROUNDS_VARIABLE: &str = "AUTOCUT_TENTHS";

/// What a slot shall show: clip, first frame in it, frames.
#[derive(Debug, Clone, Copy)]
struct Shot {
    clip: u8,
    first: u16,
    frames: u16,
}

/// Shots of 3 to 8 frames; neighbours are of different clips, and so is every other slot's
/// alternate.
fn shots(seed: u64) -> Vec<Shot> {
    let of = |index: u64, what: u64, below: u64| {
        number(seed ^ (index << 8) ^ (what << 40), below)
            .try_into()
            .unwrap()
    };
    (0..SLOTS as u64)
        .map(|index| Shot {
            clip: u8::try_from(index % 3).unwrap() + 1,
            first: of(index, 1, 50),
            frames: of(index, 2, 6) + 3,
        })
        .collect()
}

/// The instant of a frame in its clip, in microseconds.
fn start_us(frame: u16) -> u64 {
    u64::from(frame) * 1_000_000 / 30
}

#[expect(
    clippy::indexing_slicing,
    reason = "what is not there is a failed test"
)]
fn one_in_ten(seed: u64) {
    let shots = shots(seed);
    let failing = some_of(seed, SLOTS / 10, SLOTS);
    let project = Project::with_three_clips();
    let specs: Vec<SlotSpec> = (0..)
        .zip(&shots)
        .map(|(index, shot)| {
            let clip = u32::from(shot.clip) - 1;
            let slot = SlotSpec::new(shot.frames.into(), clip, start_us(shot.first));
            if index % 2 == 0 {
                slot.or((clip + 1) % 3, start_us(5))
            } else {
                slot
            }
        })
        .collect();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    let plan = plan("30", (160, 90), "song.wav", &media, &specs);
    write_sealed(project.dir(), plan);

    let ways = [
        Act::Exit(1, "boom"),
        Act::Segv,
        Act::Short(1),
        Act::Garbage,
        Act::Exit(139, "[fatal] out of luck"),
    ];
    let mut fake = Fake::default();
    let mut told = String::new();
    for (index, round) in failing.iter().zip(0..) {
        // Whatever reads the slot's own clip for this slot.
        let segment = format!(".tmp-{index:05}-");
        let clip = format!("{}.mp4", shots[*index].clip);
        let way = usize::try_from(number(seed ^ round, ways.len() as u64)).unwrap();
        fake = fake.when("ffmpeg", &[&segment, &clip], ALWAYS, &ways[way]);
        let _ = write!(told, "{index}: {:?} ", ways[way]);
    }
    let run = project.render_with(&[], &fake.environment(FAKE));
    run.expect(10);

    let codes = project.codes();
    let report = project.report();
    let mut at = 0;
    for (index, shot) in shots.iter().enumerate() {
        let shown = &codes[at..at + usize::from(shot.frames)];
        at += usize::from(shot.frames);
        let segment = &report["segments"][index];
        if failing.contains(&index) {
            let other = |code: &Option<Code>| code.is_none_or(|code| code.clip != shot.clip);
            assert!(shown.iter().all(other), "{index} of {told}: {shown:?}");
            let rung = if index % 2 == 0 { "alternate" } else { "hold" };
            assert_eq!(segment["rung"], rung, "{index} of {told}: {segment}");
            let decisions = segment["decisions"].as_array().unwrap();
            assert!(!decisions.is_empty(), "{index} of {told}: {segment}");
        } else {
            let wanted = (shot.first..shot.first + shot.frames).map(|frame| {
                Some(Code {
                    clip: shot.clip,
                    frame,
                })
            });
            assert!(
                wanted.eq(shown.iter().copied()),
                "{index} of {told}: {shown:?}"
            );
            assert_eq!(segment["rung"], "direct", "{index} of {told}: {segment}");
        }
    }
    assert_eq!(codes.len(), at, "the film's length, with {told}");
    assert_eq!(report["degraded"], failing.len(), "{told}");
}

#[test]
fn when_a_tenth_of_the_segments_fails_every_other_cut_stays() {
    let rounds = std::env::var(ROUNDS_VARIABLE).ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    for round in 0..rounds {
        one_in_ten(round);
    }
    eprintln!(
        "{rounds} films of {SLOTS} segments, {} failing in each",
        SLOTS / 10
    );
}
