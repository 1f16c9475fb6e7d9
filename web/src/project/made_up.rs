//! Projects for tests: some whole, some damaged.

use std::sync::Arc;

use planner_wasm::edit::{Ban, EditSettings, Must, SectionPace, SongWindow};
use planner_wasm::footage::{
    Anchor, AnchorKind, Defect, Defects, Footage, Look, Shot, TICK_US, Tick,
};
use planner_wasm::music::corrections::Correction;
use proptest::prelude::*;
use shared::decision::{Decision, DecisionCode};
use shared::fingerprint::Fingerprint;
use shared::landmarks::Landmark;
use shared::media::{MediaPath, MediaReference, VideoStream};
use shared::music::{Beat, BeatGrid, Section, SectionLabel};
use shared::plan::{
    Clip, Cut, CutKind, Fit, MadeBy, MusicTrack, Output, Plan, SCHEMA, Slot, Style,
};
use shared::reading::{ReadBeats, Reading};

use super::{Brief, ClipEntry, ClipWeight, Depth, Project, SongEntry, nothing_heard, presets};

/// A file of this name.
pub(super) fn media(name: &str) -> MediaReference {
    MediaReference {
        bytes: Some(name.len() as u64),
        duration_us: Some(2_500_000),
        fingerprint: Some(Fingerprint::of(7, [name.as_bytes()])),
        video: Some(VideoStream {
            width: 1920,
            height: 1080,
            rate: "30000/1001".parse().ok(),
            codec: "hevc".to_owned(),
        }),
        ..MediaReference::by_path(MediaPath::from_bytes(name.as_bytes()))
    }
}

/// As many beats, each half a beat later, counted by `downbeat`.
fn reading(downbeat: u8) -> Reading {
    Reading {
        beats: ReadBeats::Divided {
            parts: 2,
            every: 2,
            first: 1,
        },
        tempo_millibpm: 120_000,
        beats_per_bar: 4,
        downbeat,
        likelihood_permille: 80,
    }
}

/// Two bars of four.
pub(super) fn grid() -> BeatGrid {
    let beat = |at: u64| Beat {
        at: 22_050 * at,
        position: u8::try_from(at % 4 + 1).unwrap(),
        energy_permille: 500,
        confidence_permille: 700,
    };
    BeatGrid {
        rate: 44_100,
        duration: 44_100 * 4,
        tempo_millibpm: 120_000,
        confidence_permille: 900,
        beats_per_bar: 4,
        beats: (0..8).map(beat).collect(),
        sections: vec![Section {
            start: 0,
            end: 44_100 * 4,
            label: SectionLabel::Verse,
            energy_permille: 500,
        }],
        readings: vec![reading(2)],
        landmarks: vec![Landmark {
            at: 2560,
            bits: "0123456789abcdef".repeat(8).parse().unwrap(),
        }],
        analysis: [("by".to_owned(), "a test".to_owned())].into(),
    }
}

/// What is known of a clip of `ticks` tenths of a second.
pub(super) fn footage(ticks: u64) -> Footage {
    let end_us = ticks * TICK_US;
    let tick = |at| Tick {
        quality: u8::try_from(at % 256).unwrap(),
        defects: Defects::default().with(Defect::Shaken),
        ..Tick::default()
    };
    Footage {
        start_us: 0,
        end_us,
        shots: vec![Shot {
            start_us: 0,
            end_us,
            look: Look {
                dhash: u64::MAX,
                colours: [8; 32],
                luma: 100,
            },
        }],
        ticks: (0..ticks).map(tick).collect(),
        anchors: vec![Anchor {
            at_us: end_us / 2,
            kind: AnchorKind::Impact,
            strength_permille: 1000,
        }],
        views: Vec::new(),
        sound: None,
    }
}

/// A film of two shots from these files.
pub(super) fn plan(media_names: &[&str]) -> Plan {
    let slot = |at: u64, sample: u64| Slot {
        record_start: at,
        record_duration: 30,
        cut: Some(Cut {
            at: sample,
            on: CutKind::Downbeat,
        }),
        clip: Clip::new(0, 0),
        alternates: Vec::new(),
        fit: Some(Fit::Blur),
        locked: at > 0,
        focus: None,
        extra: shared::plan::Extra::new(),
    };
    Plan {
        schema: SCHEMA.to_owned(),
        made_by: Some(MadeBy {
            planner: "a test".to_owned(),
            seed: 9,
            style: Style::Cinematic,
            settings: [
                ("alternates".to_owned(), "5".to_owned()),
                ("length_us".to_owned(), "2000000".to_owned()),
                ("density_permille".to_owned(), "1500".to_owned()),
                (
                    "paces".to_owned(),
                    "0-44100:2000,50000-60000:500".to_owned(),
                ),
            ]
            .into(),
        }),
        output: Output {
            width: 1080,
            height: 1920,
            rate: presets::usual_rate(),
            fit: Fit::Pad,
            extra: shared::plan::Extra::new(),
        },
        music: MusicTrack {
            media: media("song of summer.mp3"),
            source_start: 0,
            beat_grid: Some(grid()),
            extra: shared::plan::Extra::new(),
        },
        media: media_names.iter().map(|name| media(name)).collect(),
        slots: vec![slot(0, 0), slot(30, 44_100)],
        decisions: Vec::new(),
        extra: [("x_mine".to_owned(), 1.into())].into(),
    }
}

fn corrections() -> impl Strategy<Value = Correction> {
    prop_oneof![
        Just(Correction::Double),
        Just(Correction::Halve),
        (-9000..9000_i64).prop_map(|samples| Correction::Nudge { samples }),
        (0..9_usize).prop_map(|beat| Correction::Downbeat { beat }),
        (2..9_u8).prop_map(|beats_per_bar| Correction::Meter { beats_per_bar }),
        (0..4_u8).prop_map(|downbeat| Correction::Reading {
            reading: reading(downbeat)
        }),
        prop::collection::vec(0..1_000_000_u64, 0..4).prop_map(|taps| Correction::Tap { taps }),
    ]
}

fn clips() -> impl Strategy<Value = ClipEntry> {
    let depth = prop_oneof![
        Just(Depth::Quick),
        Just(Depth::Dense),
        Just(Depth::Inspected)
    ];
    let note = prop::option::of("[a-z]{1,9}");
    (
        "[a-zé%/]{1,9}",
        prop::option::of(0..30_u64),
        depth,
        note,
        any::<bool>(),
    )
        .prop_map(|(name, ticks, depth, note, removed)| ClipEntry {
            media: media(&name),
            footage: ticks.map(|ticks| Arc::new(footage(ticks))),
            depth,
            note,
            removed,
        })
}

fn songs() -> impl Strategy<Value = SongEntry> {
    any::<bool>().prop_map(|listened| SongEntry {
        media: MediaReference {
            video: None,
            ..media("song.mp3")
        },
        heard: if listened { grid() } else { nothing_heard() },
        decisions: vec![Decision::about(
            DecisionCode::DownbeatGuessed,
            "song",
            "why",
        )],
    })
}

/// Whole projects, as the page makes them.
pub(super) fn projects() -> impl Strategy<Value = Project> {
    let clips = prop::collection::vec(clips(), 0..5);
    let corrections = prop::collection::vec(corrections(), 0..4);
    let wishes = (
        0..presets::RATES.len(),
        0..4_usize,
        any::<u32>(),
        corrections,
    );
    let name = "[A-Za-zé' ]{0,9}[a-z]";
    let parts = (
        name,
        prop::option::of(songs()),
        clips,
        wishes,
        any::<bool>(),
    );
    parts.prop_map(|(name, song, clips, wishes, planned)| {
        let (rate, shape, seed, corrections) = wishes;
        let (width, height) = presets::Shape::ALL[shape].size();
        let media = || 0..u32::try_from(clips.len()).unwrap();
        let range = |at: u32| at.is_multiple_of(2).then_some((0, 5));
        let ban = |media| Ban {
            media,
            range_us: range(media),
        };
        let must = |media| Must {
            media,
            range_us: range(media + 1),
        };
        let window = |media| SongWindow {
            media,
            range_us: range(media),
            start: u64::from(media),
            end: 44_100,
        };
        let weight = |media| ClipWeight {
            media,
            weight_permille: if range(media).is_some() { 0 } else { 4000 },
        };
        let bans = media().map(ban).collect();
        let musts = media().map(must).collect();
        let windows = media().map(window).collect();
        let weights = media().skip(1).map(weight).collect();
        Project {
            id: "p-1".to_owned(),
            name: name.trim().to_owned(),
            saved_ms: u64::from(seed),
            song,
            brief: Brief {
                width,
                height,
                rate: presets::rates().nth(rate).unwrap(),
                fit: Fit::Blur,
                settings: EditSettings {
                    style: Style::Buildup,
                    seed: seed.into(),
                    density_permille: 1500,
                    paces: vec![SectionPace {
                        start: 0,
                        end: 9,
                        density_permille: 700,
                    }],
                    ..EditSettings::default()
                },
                corrections,
                bans,
                musts,
                windows,
                weights,
            },
            plan: planned.then(|| plan(&["a.mp4", "b.mp4"])),
            clips,
        }
    })
}
