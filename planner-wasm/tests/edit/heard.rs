//! What the clips' own sound does to a plan.

use planner_wasm::edit::{SourceClip, plan};
use planner_wasm::footage::{LoudEvent, Sound};
use shared::plan::Style;

use crate::requests::settings;
use crate::synthetic::{clip, request, song};

/// Twelve clips of 12 s in which nothing happens that is seen.
fn quiet() -> Vec<SourceClip> {
    let clips = (0..12).map(|seed| {
        let mut clip = clip(seed, 12_000_000, 1, 1);
        clip.footage.anchors.clear();
        clip.footage.sound = Some(Sound {
            loudness: vec![90; clip.footage.ticks.len()],
            speech: vec![0; clip.footage.ticks.len()],
            events: Vec::new(),
        });
        clip
    });
    clips.collect()
}

#[test]
fn what_is_suddenly_loud_is_put_on_a_beat_and_the_plan_says_why() {
    let mut clips = quiet();
    let deaf = request(
        song(1, 40, 120),
        clips.clone(),
        settings(Style::Balanced, 0),
    );
    for (clip, at_us) in clips.iter_mut().zip((4_170_000..).step_by(237_000)) {
        let sound = clip.footage.sound.as_mut().unwrap();
        sound.events = vec![LoudEvent {
            at_us,
            strength_permille: 1000,
        }];
    }
    let heard = request(song(1, 40, 120), clips, settings(Style::Balanced, 0));
    let loud = |request| {
        let plan = plan(&request).unwrap();
        let why = |slot: &shared::plan::Slot| slot.clip.why.clone().unwrap_or_default();
        let whys: Vec<String> = plan.slots.iter().map(why).collect();
        assert!(whys.iter().all(|why| !why.contains("hit on the beat")));
        let loud = |why: &&String| why.contains("loud event on the beat +");
        whys.iter().filter(loud).count()
    };
    assert_eq!(loud(deaf), 0);
    let found = loud(heard);
    assert!(found >= 6, "{found} of 12 events are on a beat");
}

#[test]
fn clips_in_which_someone_speaks_are_shown_less_than_if_the_others_spoke() {
    // Frames that the clips of odd numbers get in films of many seeds, if these speak or those of even
    // numbers.
    let odd_shown = |odd_speak: bool| -> u64 {
        let mut clips = quiet();
        for clip in clips.iter_mut().skip(usize::from(odd_speak)).step_by(2) {
            let sound = clip.footage.sound.as_mut().unwrap();
            sound.speech.fill(255);
        }
        let shown = |seed| -> u64 {
            let settings = settings(Style::Balanced, seed);
            let plan = plan(&request(song(1, 40, 120), clips.clone(), settings)).unwrap();
            let odd = plan.slots.iter().filter(|slot| slot.clip.media % 2 == 1);
            odd.map(|slot| u64::from(slot.record_duration)).sum()
        };
        (0..12).map(shown).sum()
    };
    let (speaking, silent) = (odd_shown(true), odd_shown(false));
    assert!(100 * speaking < 98 * silent, "{speaking} {silent}");
}
