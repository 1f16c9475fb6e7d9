//! From a file to beats on the screen.

use std::fs;
use std::path::Path;

use planner_wasm::music::{ANALYSIS_RATE, analyse};
use thirtyfour::prelude::*;

use crate::browser::{complaints, skipped, stage, text, with_browser};
use crate::site::Site;
use crate::sound;

/// What a visit brought along.
struct Seen {
    tempo: String,
    beats: String,
    complaints: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
}

#[test]
fn a_song_shows_the_beats_that_the_planner_hears() {
    if skipped() {
        return;
    }
    let samples = sound::click_track(24);
    let heard = analyse(&sound::decoded(&samples), ANALYSIS_RATE)
        .unwrap()
        .value;
    assert!(heard.beats.len() > 40, "a click track has beats");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clicks.wav");
    fs::write(&file, sound::wav(&samples)).unwrap();
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page.png");
    let site = Site::open(Vec::new());
    let seen = with_browser(async |page| {
        page.goto(site.address()).await?;
        stage(&page, "idle").await?;
        let before = site.asked();
        let input = page.find(By::Id("song")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        stage(&page, "heard").await?;
        page.screenshot(&picture).await?;
        Ok(Seen {
            tempo: text(&page, "#tempo").await?,
            beats: text(&page, "#beats").await?,
            complaints: complaints(&page).await?,
            before,
            after: site.asked(),
        })
    });

    let shown: Vec<(f64, u8)> = seen
        .beats
        .lines()
        .map(|line| {
            let (at, position) = line.split_once('\t').expect("time, tab, position");
            (at.parse().unwrap(), position.parse().unwrap())
        })
        .collect();
    assert_eq!(shown.len(), heard.beats.len());
    for ((at, position), beat) in shown.iter().zip(&heard.beats) {
        let expected = heard.instant(beat.at).unwrap().as_seconds();
        assert!(
            (at - expected).abs() <= 0.001,
            "{at} on the page, {expected} natively"
        );
        assert_eq!(*position, beat.position);
    }
    assert_eq!(seen.tempo, web::wording::tempo(heard.tempo_millibpm));
    assert_eq!(seen.complaints, Vec::<String>::new());
    // The page, its style, its start, and both programs with their loaders; then nothing more.
    assert!(
        seen.before
            .iter()
            .any(|path| path.ends_with("planner_worker_bg.wasm"))
    );
    assert_eq!(
        seen.after, seen.before,
        "the page uses the network after it is there"
    );
}

#[test]
fn what_is_no_song_is_refused_in_words_and_the_next_file_is_welcome() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let no_song = folder.path().join("letter.mp3");
    fs::write(&no_song, "Dear reader, this is not music.").unwrap();
    let empty = folder.path().join("empty.wav");
    fs::write(&empty, "").unwrap();
    let song = folder.path().join("clicks.wav");
    fs::write(&song, sound::wav(&sound::click_track(12))).unwrap();

    let site = Site::open(Vec::new());
    let (undecodable, dropped, count) = with_browser(async |page| {
        page.goto(site.address()).await?;
        stage(&page, "idle").await?;
        let choose = async |file: &Path| {
            let input = page.find(By::Id("song")).await?;
            input.send_keys(file.to_string_lossy()).await
        };
        choose(&no_song).await?;
        stage(&page, "failed").await?;
        let undecodable = text(&page, "main").await?;

        page.execute(DROP_AN_EMPTY_FILE, Vec::new()).await?;
        page.query(By::XPath("//*[@id='failure'][contains(., 'empty')]"))
            .first()
            .await?;
        let dropped = text(&page, "main").await?;

        choose(&song).await?;
        stage(&page, "heard").await?;
        Ok((undecodable, dropped, text(&page, "#count").await?))
    });
    assert!(undecodable.contains("letter.mp3") && undecodable.contains("MP3, M4A, WAV"));
    assert!(dropped.contains("nothing.wav"), "{dropped}");
    assert!(count.parse::<u32>().unwrap() > 15, "{count}");
}

/// As if someone dragged a file onto the page.
const DROP_AN_EMPTY_FILE: &str = "
    const data = new DataTransfer();
    data.items.add(new File([], 'nothing.wav'));
    for (const kind of ['dragover', 'drop']) {
        document.body.dispatchEvent(
            new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }";

#[test]
fn a_song_that_is_cancelled_is_never_shown() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("long.wav");
    fs::write(&long, sound::wav(&sound::click_track(240))).unwrap();
    let site = Site::open(Vec::new());
    let stages = with_browser(async |page| {
        page.goto(site.address()).await?;
        stage(&page, "idle").await?;
        page.execute(CANCEL_WHILE_LISTENING, Vec::new()).await?;
        let input = page.find(By::Id("song")).await?;
        input.send_keys(long.to_string_lossy()).await?;
        page.query(By::Css("main[data-cancelled]"))
            .wait(
                std::time::Duration::from_mins(2),
                std::time::Duration::from_millis(50),
            )
            .first()
            .await?;
        stage(&page, "idle").await?;
        let stages = page.execute("return window.stages;", Vec::new()).await?;
        stages.convert::<Vec<String>>()
    });
    assert_eq!(stages, ["working", "idle"]);
}

/// Presses "Cancel" as soon as the planner has heard some of the song, and a while later notes
/// every stage the page went through.
const CANCEL_WHILE_LISTENING: &str = "
    const main = document.querySelector('main');
    window.stages = [];
    let pressed = false;
    new MutationObserver(() => {
        const stage = main.dataset.stage;
        if (window.stages.at(-1) !== stage) window.stages.push(stage);
    }).observe(main, { attributes: true, attributeFilter: ['data-stage'] });
    const look = setInterval(() => {
        const bar = document.querySelector('progress');
        if (!pressed && bar && bar.value > 0) {
            pressed = true;
            document.getElementById('cancel').click();
            setTimeout(() => { main.dataset.cancelled = ''; }, 2000);
            clearInterval(look);
        }
    }, 1);";
