//! What happens in a clip, seen and heard.

use super::model::{Anchor, AnchorKind, Footage, TICK_US};
use super::speech::SPEAKS;

/// What is heard so near to what is seen belongs to it, in microseconds: two frames of thirty.
const TOGETHER_US: u64 = 67_000;
/// Strength of what is only heard, of what is seen as strong, in 1024ths: it is not seen in the film
/// why it is there.
const ONLY_HEARD: u32 = 640;
/// Who speaks does so for as long at least, in microseconds.
const SHORTEST_SPEECH_US: u64 = 500_000;

impl Footage {
    /// The anchors, and with them the loud events of the clip's own sound, in order of time. A hit that
    /// is heard as well is the stronger for it, by half of what is left to 1000 at most; what is only
    /// heard is an anchor of its own.
    #[must_use]
    pub fn moments(&self) -> Vec<Anchor> {
        let mut moments = self.anchors.clone();
        let Some(sound) = &self.sound else {
            return moments;
        };
        let seen = moments.len();
        for event in &sound.events {
            let from_us = event.at_us.saturating_sub(TOGETHER_US);
            let from = self
                .anchors
                .partition_point(|anchor| anchor.at_us < from_us);
            let near = moments
                .iter_mut()
                .take(seen)
                .skip(from)
                .take_while(|anchor| anchor.at_us.abs_diff(event.at_us) <= TOGETHER_US);
            let near = near.filter(|anchor| anchor.kind == AnchorKind::Impact);
            let heard = u32::from(event.strength_permille.min(1000));
            if let Some(hit) = near.min_by_key(|anchor| anchor.at_us.abs_diff(event.at_us)) {
                let left = 1000_u32.saturating_sub(hit.strength_permille.into());
                let more = u16::try_from(left * heard / 2000).unwrap_or(0);
                hit.strength_permille += more;
            } else {
                moments.push(Anchor {
                    at_us: event.at_us,
                    kind: AnchorKind::Loud,
                    strength_permille: u16::try_from(heard * ONLY_HEARD / 1024).unwrap_or(0),
                });
            }
        }
        moments.sort_by_key(|anchor| anchor.at_us);
        moments
    }

    /// The stretches of half a second and more in which someone surely speaks, in order of time: from when to when, in
    /// microseconds of the container's time.
    #[must_use]
    pub fn spoken(&self) -> Vec<(u64, u64)> {
        let mut spoken: Vec<(u64, u64)> = Vec::new();
        let mut start_us = self.start_us;
        for speech in self.sound.iter().flat_map(|sound| &sound.speech) {
            let end_us = start_us.saturating_add(TICK_US).min(self.end_us);
            match spoken.last_mut() {
                _ if *speech < SPEAKS => {}
                Some(last) if last.1 == start_us => last.1 = end_us,
                _ => spoken.push((start_us, end_us)),
            }
            start_us = end_us;
        }
        spoken.retain(|(from, until)| until - from >= SHORTEST_SPEECH_US);
        spoken
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{LoudEvent, Sound};
    use super::*;

    fn anchor(at_us: u64, kind: AnchorKind, strength_permille: u16) -> Anchor {
        Anchor {
            at_us,
            kind,
            strength_permille,
        }
    }

    #[test]
    fn what_is_heard_strengthens_the_hit_beside_it_or_is_a_moment_of_its_own() {
        let event = |at_us, strength_permille| LoudEvent {
            at_us,
            strength_permille,
        };
        let mut footage = Footage {
            anchors: vec![
                anchor(1_000_000, AnchorKind::Impact, 400),
                anchor(2_000_000, AnchorKind::MotionOnset, 500),
                anchor(3_000_000, AnchorKind::Impact, 1000),
            ],
            ..Footage::default()
        };
        assert_eq!(footage.moments(), footage.anchors);
        footage.sound = Some(Sound {
            events: vec![
                event(933_000, 1000),
                event(1_068_000, 800),
                event(2_000_000, 1000),
                event(3_010_000, 1000),
            ],
            ..Sound::default()
        });
        assert_eq!(
            footage.moments(),
            [
                anchor(1_000_000, AnchorKind::Impact, 700),
                anchor(1_068_000, AnchorKind::Loud, 500),
                anchor(2_000_000, AnchorKind::MotionOnset, 500),
                anchor(2_000_000, AnchorKind::Loud, 625),
                anchor(3_000_000, AnchorKind::Impact, 1000),
            ]
        );
    }

    #[test]
    fn speech_is_told_in_stretches_of_half_a_second_and_more() {
        let speech = [
            vec![0; 3],
            vec![200; 5],
            vec![90],
            vec![255; 4],
            vec![100],
            vec![128; 6],
        ];
        let speech = speech.concat();
        let footage = Footage {
            start_us: 40_000,
            end_us: 40_000 + 1_950_000,
            sound: Some(Sound {
                speech,
                ..Sound::default()
            }),
            ..Footage::default()
        };
        assert_eq!(
            footage.spoken(),
            [(340_000, 840_000), (1_440_000, 1_990_000)]
        );
    }
}
