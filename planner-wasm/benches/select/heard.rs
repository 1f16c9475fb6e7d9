//! How much of what was planted into the clips' own sound is heard.

use planner_wasm::footage::TICK_US;

use crate::features::percent;
use crate::truth::Clip;

/// An event this near to a bang is it.
const NEAR_US: u64 = 20_000;
/// What is left out at both ends of speech: whether someone speaks is told of a second and a half.
const EDGE_US: u64 = 700_000;
/// From so much on, of 255, someone speaks.
const SPEAKS: u8 = 128;

/// Prints what is heard of a part's clips.
pub(crate) fn table(clips: &[&Clip]) {
    let (mut bangs, mut found, mut events, mut off_us) = (0, 0, 0, 0);
    let (mut spoken, mut heard, mut silent, mut wrong) = (0, 0, 0, 0);
    for clip in clips {
        let footage = clip.footage();
        let Some(sound) = &footage.sound else {
            continue;
        };
        bangs += clip.bangs_us.len() as u32;
        events += sound.events.len() as u32;
        for bang in &clip.bangs_us {
            let near = sound
                .events
                .iter()
                .map(|event| event.at_us.abs_diff(*bang))
                .filter(|off| *off <= NEAR_US);
            if let Some(off) = near.min() {
                found += 1;
                off_us += off;
            } else if std::env::var_os("SELECT_VERBOSE").is_some() {
                println!("  unheard: {} {bang}", clip.file);
            }
        }
        for (n, speech) in sound.speech.iter().enumerate() {
            let at = footage.start_us + n as u64 * TICK_US;
            let inside =
                |(from, until): &(u64, u64)| from + EDGE_US <= at && at + EDGE_US <= *until;
            let touches =
                |(from, until): &(u64, u64)| at + EDGE_US >= *from && at <= until + EDGE_US;
            let speaks = u32::from(*speech >= SPEAKS);
            if clip.speech_us.iter().any(inside) {
                spoken += 1;
                heard += speaks;
            } else if !clip.speech_us.iter().any(touches) {
                silent += 1;
                wrong += speaks;
            }
        }
    }
    println!(
        "| bangs heard, of those planted | | {found} of {bangs} ({:.0} %) |",
        percent(found, bangs)
    );
    println!(
        "| loud events that are bangs | | {found} of {events} ({:.0} %) |",
        percent(found, events)
    );
    println!(
        "| their distance from the truth, mean | | {:.1} ms |",
        off_us as f64 / 1000.0 / f64::from(found.max(1))
    );
    println!(
        "| speech heard, of its time | | {:.1} % |",
        percent(heard, spoken)
    );
    println!(
        "| speech where nobody speaks, of the time | | {:.1} % |",
        percent(wrong, silent)
    );
}
