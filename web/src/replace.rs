//! Which window of a clip to show where a person wants that clip.

use planner_wasm::footage::{Anchor, AnchorKind, Footage, TICK_US, Window, Windows};

/// A window that could be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// First instant, in microseconds of the container's time.
    pub start_us: u64,
    /// Nothing of it is shown elsewhere.
    pub unused: bool,
    /// It lies in one take, nothing severe is in it, and the clip is long enough for it.
    pub sound: bool,
}

/// Left unused at the start of a window before a movement begins, in microseconds: it is noticed
/// when it begins just after a cut.
const LEAD_US: u64 = 66_000;
/// What a hit of full strength adds to the mean quality of a window, 0 to 255.
const HIT: i64 = 60;

/// The best window of `need_us` microseconds: sound before unsound, unused before used, and of those
/// the one of best quality, with what happens in it at a good place. Ties go to the earliest.
///
/// `used` are ranges that the film shows already. A clip that is too short is shown from its start;
/// `None` if there is no footage at all.
#[must_use]
pub fn best_window(footage: &Footage, need_us: u64, used: &[(u64, u64)]) -> Option<Choice> {
    if footage.end_us <= footage.start_us {
        return None;
    }
    let Some(latest) = footage.end_us.checked_sub(need_us.max(1)) else {
        return Some(too_short(footage, used));
    };
    if latest < footage.start_us {
        return Some(too_short(footage, used));
    }
    let windows = Windows::new(footage);
    let steps = (0..).map(|n| footage.start_us + n * TICK_US);
    let steps = steps
        .take_while(|start| *start <= latest)
        .map(|start| (start, 0));
    let anchored = footage
        .moments()
        .into_iter()
        .filter_map(|anchor| {
            Some((
                wanted(&anchor, need_us)?,
                i64::from(anchor.strength_permille),
            ))
        })
        .filter(|(start, _)| (footage.start_us..=latest).contains(start));
    let last = std::iter::once((latest, 0));
    anchored
        .chain(steps)
        .chain(last)
        .filter_map(|(start_us, strength)| {
            let end_us = start_us + need_us.max(1);
            let window = windows.over(start_us, end_us)?;
            let choice = Choice {
                start_us,
                unused: is_unused((start_us, end_us), used),
                sound: window.is_showable(),
            };
            Some((choice, worth(&window, strength)))
        })
        .max_by_key(|(choice, worth)| {
            (
                choice.sound,
                choice.unused,
                *worth,
                std::cmp::Reverse(choice.start_us),
            )
        })
        .map(|(choice, _)| choice)
}

fn too_short(footage: &Footage, used: &[(u64, u64)]) -> Choice {
    Choice {
        start_us: footage.start_us,
        unused: is_unused((footage.start_us, footage.end_us), used),
        sound: false,
    }
}

fn is_unused(window: (u64, u64), used: &[(u64, u64)]) -> bool {
    used.iter()
        .all(|(from, until)| window.1 <= *from || window.0 >= *until)
}

/// Where a window begins that has the anchor at a good place.
fn wanted(anchor: &Anchor, need_us: u64) -> Option<u64> {
    anchor.at_us.checked_sub(match anchor.kind {
        AnchorKind::Impact | AnchorKind::Loud | AnchorKind::MotionOnset => LEAD_US.min(need_us / 4),
        AnchorKind::Plateau => need_us / 2,
    })
}

fn worth(window: &Window, strength: i64) -> i64 {
    let bad = i64::from(window.bad_permille) * 255 / 1000;
    i64::from(window.quality)
        - i64::from(window.shake) / 4
        - 2 * bad
        - 2 * i64::from(window.unwanted)
        + HIT * strength / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner_wasm::footage::{Defect, Defects, Look, Shot, Tick};
    use proptest::prelude::*;

    fn footage(ticks: Vec<Tick>, cut_at: Option<usize>) -> Footage {
        let start_us = 500_000;
        let end_us = start_us + ticks.len() as u64 * TICK_US;
        let cut = cut_at.map(|tick| start_us + tick as u64 * TICK_US);
        let edges: Vec<_> = std::iter::once(start_us)
            .chain(cut)
            .chain([end_us])
            .collect();
        let look = Look {
            dhash: 0,
            colours: [0; 32],
            luma: 0,
        };
        Footage {
            start_us,
            end_us,
            shots: edges
                .windows(2)
                .map(|pair| Shot {
                    start_us: pair[0],
                    end_us: pair[1],
                    look: look.clone(),
                })
                .collect(),
            ticks,
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        }
    }

    fn tick(quality: u8) -> Tick {
        Tick {
            quality,
            ..Tick::default()
        }
    }

    #[test]
    fn the_best_stretch_that_is_not_shown_yet_is_taken() {
        let mut ticks = vec![tick(100); 30];
        ticks[10..15].fill(tick(250));
        ticks[20..25].fill(tick(200));
        let clip = footage(ticks, None);
        let best = |used: &[_]| best_window(&clip, 500_000, used).unwrap();
        assert_eq!(best(&[]).start_us, 1_500_000);
        let second = best(&[(1_700_000, 1_800_000)]);
        assert_eq!((second.start_us, second.unused), (2_500_000, true));
        let again = best(&[(0, 10_000_000)]);
        assert_eq!((again.start_us, again.unused), (1_500_000, false));
    }

    #[test]
    fn a_hit_comes_just_after_the_cut() {
        let mut clip = footage(vec![tick(100); 30], None);
        clip.anchors.push(Anchor {
            at_us: 2_000_000,
            kind: AnchorKind::Impact,
            strength_permille: 800,
        });
        assert_eq!(
            best_window(&clip, 1_000_000, &[]).unwrap().start_us,
            2_000_000 - LEAD_US
        );
    }

    #[test]
    fn a_clip_that_is_too_short_is_shown_from_its_start() {
        let clip = footage(vec![tick(100); 3], None);
        let choice = best_window(&clip, 400_000, &[]).unwrap();
        assert_eq!((choice.start_us, choice.sound), (500_000, false));
        assert_eq!(best_window(&footage(Vec::new(), None), 1, &[]), None);
    }

    proptest! {
        #[test]
        fn what_is_chosen_lies_inside_and_is_sound_if_anything_is(
            black in prop::collection::vec(any::<bool>(), 1..40),
            cut in prop::option::of(1..39_usize),
            need in 1..30_usize,
        ) {
            let cut = cut.filter(|cut| *cut < black.len());
            let ticks = black.iter().map(|black| Tick {
                defects: if *black { Defects::default().with(Defect::Black) } else { Defects::default() },
                ..tick(100)
            }).collect();
            let clip = footage(ticks, cut);
            let need_us = need as u64 * TICK_US;
            let choice = best_window(&clip, need_us, &[]).unwrap();
            prop_assert!(choice.start_us >= clip.start_us);
            if need <= black.len() {
                prop_assert!(choice.start_us + need_us <= clip.end_us);
            }
            let clean = |start: usize| {
                let end = start + need;
                end <= black.len() && !black[start..end].contains(&true)
                    && cut.is_none_or(|cut| end <= cut || start >= cut)
            };
            prop_assert_eq!(choice.sound, (0..black.len()).any(clean));
        }
    }
}
