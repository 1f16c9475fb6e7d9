//! Every frame of a film is the frame of the source that the plan names, at every frame rate.

use suite::media::ClipSpec;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, stretch};

/// Clip and first frame of each slot, and its length.
const EDIT: [(u8, u16, u32); 6] = [
    (1, 0, 13),
    (2, 17, 7),
    (1, 31, 22),
    (3, 5, 9),
    (2, 1, 16),
    (3, 40, 20),
];

/// The time stamp of a frame, floored to microseconds as in every plan.
fn stamp(frame: u16, num: u64, den: u64) -> u64 {
    u64::from(frame) * den * 1_000_000 / num
}

fn exact_at(rate: &'static str, num: u64, den: u64) {
    let project = Project::with_song();
    for id in 1..=3 {
        let _ = ClipSpec::h264(id, rate, 60).make(&project.path(&format!("{id}.mp4")));
    }
    let slots: Vec<_> = EDIT
        .iter()
        .map(|(clip, first, count)| {
            SlotSpec::new(*count, u32::from(*clip) - 1, stamp(*first, num, den))
        })
        .collect();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    write_sealed(
        project.dir(),
        plan(rate, (160, 90), "song.wav", &media, &slots),
    );
    project.render().expect(0);
    let wanted: Vec<_> = EDIT
        .iter()
        .flat_map(|(clip, first, count)| stretch(*clip, *first, *count))
        .collect();
    assert_eq!(project.codes(), wanted);
    project.verify().expect(0);
}

#[test]
fn at_24() {
    exact_at("24", 24, 1);
}

#[test]
fn at_25() {
    exact_at("25", 25, 1);
}

#[test]
fn at_ntsc() {
    exact_at("30000/1001", 30000, 1001);
}

#[test]
fn at_30() {
    exact_at("30", 30, 1);
}

#[test]
fn at_60() {
    exact_at("60", 60, 1);
}

/// Where a segment begins is counted in whole microseconds when segments are joined: slots whose
/// length is no whole number of them must not add up to a wrong tick.
#[test]
fn many_slots_of_odd_length_stay_on_their_ticks() {
    let project = Project::with_three_clips();
    let slots: Vec<_> = (0..12).map(|slot| SlotSpec::new(7, slot % 3, 0)).collect();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    write_sealed(
        project.dir(),
        plan("240", (160, 90), "song.wav", &media, &slots),
    );
    project.render().expect(0);
    // Seven frames at 240 a second: each slot shows its clip's first picture.
    let wanted: Vec<_> = (0..12_u8)
        .flat_map(|slot| (0..7).flat_map(move |_| stretch(slot % 3 + 1, 0, 1)))
        .collect();
    assert_eq!(project.codes(), wanted);
}
