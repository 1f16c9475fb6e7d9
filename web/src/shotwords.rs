//! A shot in words, for those who hear the page.

use shared::plan::Slot;
use shared::rate::Rate;

use crate::ruler::seconds;
use crate::wording::cut_on;

/// What is known of a shot beside what the plan says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The clip's name.
    pub name: String,
    /// It shows footage that would normally be rejected.
    pub weak: bool,
    /// The browser cannot show the clip.
    pub unseen: bool,
    /// The clip's file is not there.
    pub missing: bool,
}

/// `Shot 12, beach.mp4, 2.4 s, on a downbeat, locked`. `index` counts from 0.
#[must_use]
pub fn told(index: usize, slot: &Slot, rate: Rate, known: &Told) -> String {
    let length = seconds(f64::from(slot.record_duration), rate);
    let mut words = vec![format!("Shot {}", index.saturating_add(1))];
    if !known.name.is_empty() {
        words.push(known.name.clone());
    }
    words.push(format!("{length:.1} s"));
    if let Some(on) = slot.cut.map(|cut| cut_on(cut.on)) {
        words.push(on.to_owned());
    }
    if !slot.clip.speed.is_normal() {
        let (num, den) = slot.clip.speed.terms();
        words.push(if den == 1 {
            format!("{num} times as fast")
        } else {
            format!("at {num}/{den} speed")
        });
    }
    let facts = [
        (slot.locked, "locked"),
        (known.weak, "weak footage"),
        (known.unseen, "cannot be shown in this browser"),
        (known.missing, "file not here"),
    ];
    let facts = facts.into_iter().filter(|(holds, _)| *holds);
    words.extend(facts.map(|(_, fact)| fact.to_owned()));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::made_up;
    use shared::plan::{Cut, CutKind, Speed};

    #[test]
    fn a_shot_is_told_in_one_line() {
        let plan = made_up::plan(&[72]);
        let mut slot = plan.slots[0].clone();
        slot.cut = Some(Cut {
            at: 1000,
            on: CutKind::Downbeat,
        });
        slot.locked = true;
        let known = Told {
            name: "beach.mp4".to_owned(),
            ..Told::default()
        };
        assert_eq!(
            told(11, &slot, plan.output.rate, &known),
            "Shot 12, beach.mp4, 2.4 s, on a downbeat, locked"
        );
        slot.cut = None;
        slot.locked = false;
        slot.clip.speed = Speed::new(1, 2).unwrap();
        let known = Told {
            missing: true,
            ..Told::default()
        };
        assert_eq!(
            told(0, &slot, plan.output.rate, &known),
            "Shot 1, 2.4 s, at 1/2 speed, file not here"
        );
    }
}
