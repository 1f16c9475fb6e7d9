use super::*;
use planner_wasm::footage::{Anchor, Defect, Look, Shot, TICK_US, Tick};
use proptest::prelude::*;
use shared::music::Beat;
use shared::plan::{Cut, CutKind};

fn footage(defects: &[Defects]) -> Footage {
    let end_us = 1_000_000 + defects.len() as u64 * TICK_US;
    Footage {
        start_us: 1_000_000,
        end_us,
        shots: vec![Shot {
            start_us: 1_000_000,
            end_us,
            look: Look {
                dhash: 0,
                colours: [0; 32],
                luma: 0,
            },
        }],
        ticks: defects
            .iter()
            .map(|defects| Tick {
                quality: 200,
                defects: *defects,
                ..Tick::default()
            })
            .collect(),
        anchors: Vec::new(),
        views: Vec::new(),
        sound: None,
    }
}

fn plan() -> Plan {
    let json = r#"{"schema":"autocut-plan/1","output":{"width":1280,"height":720,"rate":"10"},
        "music":{"media":{"path":"song.mp3"}},"media":[{"path":"a.mp4"},{"path":"b.mp4"}],
        "slots":[
            {"record_start":0,"record_duration":10,"clip":{"media":0,"source_start":1000000}},
            {"record_start":10,"record_duration":5,"clip":{"media":1,"source_start":0}},
            {"record_start":15,"record_duration":15,"locked":true,
             "clip":{"media":0,"source_start":1500000,"speed":"2"}}]}"#;
    Plan::from_json(json).unwrap()
}

fn grid() -> BeatGrid {
    BeatGrid {
        rate: 1000,
        duration: 10_000,
        tempo_millibpm: 120_000,
        confidence_permille: 900,
        beats_per_bar: 4,
        beats: (0..20)
            .map(|n| Beat {
                at: n * 500,
                position: u8::try_from(n % 4).unwrap() + 1,
                energy_permille: 0,
                confidence_permille: 1000,
            })
            .collect(),
        sections: Vec::new(),
        readings: Vec::new(),
        landmarks: Vec::new(),
        analysis: std::collections::BTreeMap::new(),
    }
}

fn texts(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.text.as_str()).collect()
}

#[test]
fn a_hit_is_told_where_it_lands() {
    let mut plan = plan();
    let mut seen = footage(&[Defects::default(); 40]);
    let told = |seen: &Footage, plan: &Plan, slot: usize| {
        let found = findings(seen, plan, &plan.slots[slot], Some(&grid()));
        texts(&found).last().copied().unwrap_or_default().to_owned()
    };
    assert_eq!(told(&seen, &plan, 0), "The camera is steady");
    seen.anchors.push(Anchor {
        at_us: 1_520_000,
        kind: AnchorKind::Impact,
        strength_permille: 1000,
    });
    assert_eq!(told(&seen, &plan, 0), "A hit lands on a beat");
    seen.anchors[0].at_us = 1_700_000;
    assert_eq!(told(&seen, &plan, 0), "A hit lands 200 ms beside a beat");
    // At double speed 700 ms of source are 350 ms of film, after a slot that begins at 1.5 s.
    seen.anchors[0].at_us = 2_200_000;
    assert_eq!(told(&seen, &plan, 2), "A hit lands 150 ms beside a beat");
    // A cut says where it lies in the song.
    plan.slots[2].cut = Some(Cut {
        at: 1_650,
        on: CutKind::OffBeat,
    });
    assert_eq!(told(&seen, &plan, 2), "A hit lands on a beat");
}

#[test]
fn what_is_wrong_speaks_against_a_shot() {
    let blurred = Defects::default().with(Defect::Blurred);
    let mut ticks = vec![Defects::default(); 8];
    ticks[0] = blurred;
    let plan = plan();
    let found = findings(&footage(&ticks), &plan, &plan.slots[0], None);
    assert_eq!(
        texts(&found),
        [
            "The clip ends 0.20 s too early",
            "Clear picture: quality 78 of 100",
            "Little moves",
            "The camera is steady",
            "In it: blurred for 13 % of it",
        ]
    );
    assert_eq!(found[0].tone, Tone::Bad);
    assert_eq!(found[1].tone, Tone::Good);
}

#[test]
fn numbers_count_what_is_shown_twice_once() {
    let numbers = numbers(&plan());
    assert_eq!(numbers.shots, 3);
    assert_eq!(numbers.length_us, 3_000_000);
    assert_eq!(numbers.shot_us, (500_000, 1_000_000, 1_500_000));
    assert_eq!((numbers.locked, numbers.on_downbeats), (1, 0));
    assert_eq!(numbers.clips, [(2, 3_500_000), (1, 500_000)]);
    assert_eq!(
        other_uses(&plan(), 0),
        [Use {
            slot: 2,
            start_us: 1_500_000,
            end_us: 4_500_000
        }]
    );
}

proptest! {
    #[test]
    fn no_range_is_counted_twice(ranges in prop::collection::vec((0..60_u64, 0..20_u64), 0..12)) {
        let ranges: Vec<_> = ranges.into_iter().map(|(from, length)| (from, from + length)).collect();
        let slowly = (0..80).filter(|at| ranges.iter().any(|(from, end)| (from..end).contains(&at))).count();
        prop_assert_eq!(covered(ranges), slowly as u64);
    }
}
