//! What the desk keeps to, whatever it is sent.

use shared::fingerprint::{Fingerprint, WINDOW};
use shared::media::{MediaPath, MediaReference};
use shared::plan::{Extra, Fit, Output};
use shared::rate::Rate;

use super::PICTURE_BYTES;
use super::bulk::Bulk;
use super::desk::{BLOCK_SAMPLES, Desk};
use super::order::PlanOrder;
use super::protocol::{Answer, JobId, PortId, Reply, Request};
use crate::edit::{EditSettings, PlanRequest, SourceClip, plan};
use crate::footage::{FRAME_BYTES, Footage, FootageAnalyser, SoundAnalyser};
use crate::music::{ANALYSIS_RATE, MusicAnalyser, analyse};

type TestDesk = Desk<Vec<f32>, Vec<u8>>;
type TestBulk = Bulk<Vec<f32>, Vec<u8>>;

const PAGE: PortId = 0;

fn clicks(seconds: usize) -> Vec<f32> {
    let rate = ANALYSIS_RATE as usize;
    (0..rate * seconds)
        .map(|n| if n % (rate / 2) < 200 { 0.8 } else { 0.0 })
        .collect()
}

fn ask(desk: &mut TestDesk, from: PortId, request: &Request, bulk: Option<TestBulk>) -> Vec<Reply> {
    let header = serde_json::to_string(request).unwrap();
    let answer = desk.receive(from, &header, bulk);
    answer
        .into_iter()
        .map(|answer| {
            assert_eq!(answer.to, from);
            answer.reply
        })
        .collect()
}

fn listen(desk: &mut TestDesk, from: PortId, id: JobId, song: Vec<f32>) {
    let request = Request::AnalyseSong {
        id,
        rate: ANALYSIS_RATE,
    };
    assert_eq!(ask(desk, from, &request, Some(Bulk::Samples(song))), []);
}

fn answers(desk: &mut TestDesk) -> Vec<Answer> {
    std::iter::from_fn(|| desk.step()).collect()
}

#[test]
fn a_song_in_blocks_gives_what_it_gives_in_one_piece() {
    let song = clicks(20);
    let mut desk = Desk::default();
    listen(&mut desk, PAGE, 3, song.clone());
    let replies = answers(&mut desk);

    let mut whole = MusicAnalyser::new(ANALYSIS_RATE).unwrap();
    whole.push(&song);
    let whole = whole.finish();
    let (last, progress) = replies.split_last().unwrap();
    assert_eq!(
        last.reply,
        Reply::Beats {
            id: 3,
            grid: whole.value,
            decisions: whole.decisions
        }
    );
    assert!(progress.len() > song.len().div_ceil(BLOCK_SAMPLES));
    let whole = song.len() as u64 + song.len() as u64 / 4;
    let done: Vec<u64> = progress
        .iter()
        .map(|answer| match answer.reply {
            Reply::Progress { id: 3, done, total } if total == whole => done,
            ref other => panic!("{other:?}"),
        })
        .collect();
    assert!(done.is_sorted() && done.last() <= Some(&whole), "{done:?}");
    assert!(done.last() > Some(&(song.len() as u64)));
}

#[test]
fn a_cancelled_job_is_heard_of_once_and_never_again() {
    let mut desk = Desk::default();
    listen(&mut desk, PAGE, 1, clicks(20));
    listen(&mut desk, PAGE, 2, clicks(2));
    let first = desk.step().unwrap();
    assert!(matches!(first.reply, Reply::Progress { id: 1, .. }));
    let cancel = Request::Cancel { id: 1 };
    let cancelled = [Reply::Cancelled { id: 1 }];
    assert_eq!(ask(&mut desk, PAGE, &cancel, None), cancelled);
    assert_eq!(ask(&mut desk, PAGE, &cancel, None), []);
    let rest = answers(&mut desk);
    assert!(rest.iter().all(|answer| matches!(
        answer.reply,
        Reply::Progress { id: 2, .. } | Reply::Beats { id: 2, .. }
    )));
    assert!(matches!(rest.last().unwrap().reply, Reply::Beats { .. }));
}

#[test]
fn jobs_of_different_ports_are_different_jobs() {
    let mut desk = Desk::default();
    listen(&mut desk, PAGE, 1, clicks(2));
    listen(&mut desk, 7, 1, clicks(2));
    let cancelled = [Reply::Cancelled { id: 1 }];
    assert_eq!(
        ask(&mut desk, PAGE, &Request::Cancel { id: 1 }, None),
        cancelled
    );
    let rest = answers(&mut desk);
    assert!(rest.iter().all(|answer| answer.to == 7));
    assert!(matches!(rest.last().unwrap().reply, Reply::Beats { .. }));
}

#[test]
fn an_empty_song_ends_too() {
    let mut desk = Desk::default();
    listen(&mut desk, PAGE, 1, Vec::new());
    assert!(matches!(
        answers(&mut desk).as_slice(),
        [.., Answer { reply: Reply::Beats { grid, .. }, .. }] if grid.beats.is_empty()
    ));
}

/// Pictures of a moving bar, as RGB and as RGBA with an alpha of no meaning.
fn pictures(count: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
    let rgb: Vec<Vec<u8>> = (0..count)
        .map(|n| {
            (0..FRAME_BYTES)
                .map(|byte| {
                    if byte / 3 % 160 / 8 == n % 20 {
                        200
                    } else {
                        u8::try_from(byte % 251).unwrap()
                    }
                })
                .collect()
        })
        .collect();
    let rgba = rgb
        .iter()
        .flat_map(|picture| picture.chunks_exact(3))
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], !pixel[0]])
        .collect();
    (rgb, rgba)
}

fn measured(rgb: &[Vec<u8>], end_us: u64) -> Footage {
    let mut analyser = FootageAnalyser::new();
    for (n, picture) in (0_u64..).zip(rgb) {
        analyser.push(picture, n * 100_000).unwrap();
    }
    analyser.finish(end_us)
}

#[test]
fn pictures_are_measured_beside_a_song_as_they_would_be_natively() {
    let (rgb, rgba) = pictures(30);
    let sound = &clicks(2)[..50_000];
    let mut desk = Desk::default();
    listen(&mut desk, PAGE, 1, clicks(20));
    // Two clips at once, of one name, by two ports, in messages of several pictures.
    for port in [1, 2] {
        assert_eq!(
            ask(&mut desk, port, &Request::FootageBegin { id: 1 }, None),
            []
        );
    }
    for part in 0..10_usize {
        assert!(
            matches!(
                desk.step().unwrap().reply,
                Reply::Progress { id: 1, .. } | Reply::Beats { .. }
            ) || part > 6
        );
        for port in [1, 2] {
            let at_us = (0..3).map(|n| (part * 3 + n) as u64 * 100_000).collect();
            let bytes = rgba[part * 3 * PICTURE_BYTES..][..3 * PICTURE_BYTES].to_vec();
            let request = Request::FootagePictures { id: 1, at_us };
            assert_eq!(ask(&mut desk, port, &request, Some(Bulk::Bytes(bytes))), []);
            let block = sound[part * 5000..][..5000].to_vec();
            let request = Request::FootageSound {
                id: 1,
                from_us: 40_000,
            };
            let block = Some(Bulk::Samples(block));
            assert_eq!(ask(&mut desk, port, &request, block), []);
        }
        if part == 5 {
            let cancel = Request::Cancel { id: 1 };
            assert_eq!(
                ask(&mut desk, 2, &cancel, None),
                [Reply::Cancelled { id: 1 }]
            );
        }
        if part == 6 {
            answers(&mut desk);
            listen(&mut desk, PAGE, 2, clicks(40));
        }
    }
    let end = Request::FootageEnd {
        id: 1,
        end_us: 3_000_000,
    };
    let mut footage = measured(&rgb, 3_000_000);
    assert_eq!((footage.ticks.len(), &footage.sound), (30, &None));
    let mut hearing = SoundAnalyser::new(40_000);
    hearing.push(sound);
    let sound = hearing.finish(0, 3_000_000);
    assert!(!sound.events.is_empty());
    footage.sound = Some(sound);
    assert_eq!(
        ask(&mut desk, 1, &end, None),
        [Reply::Footage { id: 1, footage }]
    );
    assert_eq!(ask(&mut desk, 2, &end, None), [], "cancelled on the way");
}

fn request(footage: Footage) -> PlanRequest {
    let media = |name| MediaReference::by_path(MediaPath::from_text(name).unwrap());
    PlanRequest {
        output: Output {
            width: 1920,
            height: 1080,
            rate: Rate::whole(25).unwrap(),
            fit: Fit::default(),
            extra: Extra::new(),
        },
        song: media("song.flac"),
        grid: analyse(&clicks(8), ANALYSIS_RATE).unwrap().value,
        clips: vec![SourceClip::new(media("clip.mp4"), footage)],
        settings: EditSettings::default(),
        decisions: Vec::new(),
        bans: Vec::new(),
        musts: Vec::new(),
        windows: Vec::new(),
    }
}

#[test]
fn a_plan_is_made_from_footage_that_is_kept() {
    let (rgb, _) = pictures(60);
    let request = request(measured(&rgb, 6_000_000));
    let native = Reply::Planned {
        id: 1,
        plan: plan(&request).unwrap().to_json(),
    };
    let order = PlanOrder::new(request.clone(), &[Some(7)]);
    let ask_for = |id| Request::Plan {
        id,
        order: Box::new(order.clone()),
    };
    let mut desk = Desk::default();
    let unknown = ask(&mut desk, PAGE, &ask_for(1), None);
    assert!(matches!(unknown[..], [Reply::Failed { id: Some(1), .. }]));

    let keep = Request::Keep {
        footage: 7,
        known: request.clips[0].footage.clone(),
    };
    assert_eq!(ask(&mut desk, PAGE, &keep, None), []);
    assert_eq!(ask(&mut desk, PAGE, &ask_for(1), None), []);
    assert_eq!(desk.step().unwrap().reply, native);

    let forget = Request::Forget { footage: 7 };
    assert_eq!(ask(&mut desk, PAGE, &forget, None), []);
    let unknown = ask(&mut desk, PAGE, &ask_for(2), None);
    assert!(matches!(unknown[..], [Reply::Failed { id: Some(2), .. }]));
}

#[test]
fn a_file_is_known_by_the_windows_of_its_bytes() {
    let size = 5 * WINDOW + 3;
    let file: Vec<u8> = (0..size)
        .map(|n| u8::try_from(n * n % 253).unwrap())
        .collect();
    let windows: Vec<Vec<u8>> = shared::fingerprint::windows(size)
        .into_iter()
        .map(|window| {
            let at = |n: u64| usize::try_from(n).unwrap();
            file[at(window.start)..at(window.end)].to_vec()
        })
        .collect();
    let fingerprint = Fingerprint::of(size, windows.iter().map(Vec::as_slice));
    let request = Request::Fingerprint { id: 4, bytes: size };
    let mut desk = Desk::default();
    let whole = Some(Bulk::Bytes(windows.concat()));
    assert_eq!(
        ask(&mut desk, PAGE, &request, whole),
        [Reply::Fingerprint { id: 4, fingerprint }]
    );
    let part = Some(Bulk::Bytes(windows[..2].concat()));
    let refused = ask(&mut desk, PAGE, &request, part);
    assert!(matches!(refused[..], [Reply::Failed { id: Some(4), .. }]));
}

#[test]
fn what_cannot_be_done_is_said_once() {
    let mut desk = TestDesk::default();
    let samples = || Some(Bulk::Samples(Vec::new()));
    for (header, bulk) in [
        ("nonsense", samples()),
        (r#"{"kind":"analyse_song","id":1,"rate":0}"#, samples()),
        (r#"{"kind":"analyse_song","id":1,"rate":44100}"#, None),
        (
            r#"{"kind":"analyse_song","id":1,"rate":44100}"#,
            Some(Bulk::Bytes(Vec::new())),
        ),
        (r#"{"kind":"footage_end","id":1,"end_us":1}"#, None),
        (
            r#"{"kind":"footage_pictures","id":2,"at_us":[]}"#,
            samples(),
        ),
        (r#"{"kind":"footage_sound","id":4,"from_us":0}"#, samples()),
        (r#"{"kind":"fingerprint","id":3,"bytes":1}"#, None),
    ] {
        let answer = desk.receive(PAGE, header, bulk);
        assert!(
            matches!(
                answer,
                Some(Answer {
                    to: PAGE,
                    reply: Reply::Failed { .. }
                })
            ),
            "{header}: {answer:?}"
        );
    }
    // The rest of a clip that was refused.
    let rest = r#"{"kind":"footage_pictures","id":2,"at_us":[1]}"#;
    assert_eq!(desk.receive(PAGE, rest, None), None);
    assert_eq!(
        desk.receive(PAGE, r#"{"kind":"footage_end","id":2,"end_us":1}"#, None),
        None
    );
    assert_eq!(desk.step(), None);
}
