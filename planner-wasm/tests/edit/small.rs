//! Small pictures beside large ones: as sharp where clips are measured, and not on the screen.

use planner_wasm::edit::{SourceClip, plan};
use shared::media::VideoStream;
use shared::plan::Style;

use crate::requests::settings;
use crate::synthetic::{clip, request, song};

/// Slots that show the second half of the clips, where each clip is as good as one of the first half.
fn shown_of_second_half(size: (u32, u32)) -> usize {
    let mut clips: Vec<SourceClip> = (0..6).map(|seed| clip(seed, 10_000_000, 1, 4)).collect();
    for at in 0..6 {
        let mut twin = clip(100 + at, 10_000_000, 1, 4);
        twin.footage = clips[usize::try_from(at).unwrap()].footage.clone();
        twin.media.video = twin.media.video.map(|video| VideoStream {
            width: size.0,
            height: size.1,
            ..video
        });
        clips.push(twin);
    }
    let plan = plan(&request(
        song(1, 30, 120),
        clips,
        settings(Style::Balanced, 0),
    ))
    .unwrap();
    let second = plan.slots.iter().filter(|slot| slot.clip.media >= 6);
    second.count() * 100 / plan.slots.len()
}

#[test]
fn of_pictures_as_good_the_larger_are_shown_more() {
    let (same, small) = (
        shown_of_second_half((1920, 1080)),
        shown_of_second_half((176, 144)),
    );
    assert!(
        (25..=75).contains(&same) && small * 3 < same * 2,
        "{same} {small}"
    );
}
