//! A song is decoded beside the page, in a frame.

use std::cmp::Ordering;
use std::fs;
use std::path::PathBuf;

use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::media;
use crate::page::Page;
use crate::site::Site;
use crate::sound;

/// Counts what the page itself decodes.
const COUNT: &str = "
    const own = BaseAudioContext.prototype.decodeAudioData;
    window.decoded = 0;
    BaseAudioContext.prototype.decodeAudioData = function (...of) {
        window.decoded += 1;
        return own.apply(this, of);
    };";

/// Lets frames run nothing.
const NO_FRAMES: &str =
    "Object.defineProperty(HTMLIFrameElement.prototype, 'srcdoc', { set() {} });";

/// Frames run nothing, and never say that they are loaded; who waits for that for five seconds waits a moment.
const NO_LOAD: &str = "
    for (const what of ['srcdoc', 'onload'])
        Object.defineProperty(HTMLIFrameElement.prototype, what, { set() {} });
    for (const timer of ['setTimeout', 'setInterval']) {
        const own = window[timer];
        window[timer] = (then, ms, ...of) => own(then, ms === 5_000 ? 100 : ms, ...of);
    }";

/// The first time that a frame is told to do this, runs a script in its stead, where `port` is the page's
/// end of the frame's, and `tell` tells the frame.
fn instead_of(told: &str, script: &str) -> String {
    format!(
        "const own = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (...order) {{
            const [port, tell] = [this, () => own.apply(this, order)];
            if (order[0]?.{told} === undefined) {{
                tell();
            }} else {{
                MessagePort.prototype.postMessage = own;
                {script}
            }}
        }};"
    )
}

/// Whoever counts by five seconds counts what `sleep` and `hours` let pass: the machine sleeps, or runs.
const CLOCK: &str = "
    const pending = new Set();
    for (const timer of ['setTimeout', 'setInterval']) {
        const own = window[timer];
        const over = timer.replace('set', 'clear');
        const end = window[over];
        window[timer] = (then, ms, ...of) => {
            if (ms !== 5_000) return own(then, ms, ...of);
            const waits = { then, id: own(() => {}, 2 ** 31 - 1) };
            pending.add(waits);
            return waits.id;
        };
        window[over] = (id) => {
            for (const waits of pending) if (waits.id === id) pending.delete(waits);
            end(id);
        };
    }
    window.sleep = () => [...pending].forEach(({ then }) => then());
    window.hours = () => { for (let n = 0; n < 720; n += 1) window.sleep(); };";

#[test]
fn the_page_decodes_nothing_itself_and_hears_the_same_where_it_must() {
    if skipped() {
        return;
    }
    let site = Site::open(Vec::new());
    let heard = [
        (COUNT.to_owned(), 0.0),
        (format!("{COUNT}{NO_FRAMES}"), 1.0),
        (format!("{COUNT}{NO_LOAD}"), 1.0),
    ]
    .map(|(before, decoded)| {
        with_browser(async |page| {
            page.before_page(&before).await?;
            page.open(&site).await?;
            page.add(&[media::song().to_owned()]).await?;
            page.stage("waiting").await?;
            assert_eq!(
                page.number("window.decoded").await?.total_cmp(&decoded),
                Ordering::Equal
            );
            assert_eq!(page.count("iframe").await?, 0, "the frame is gone");
            assert_eq!(page.complaints().await?, Vec::<String>::new());
            Ok(page.project().await?.song.expect("a song").heard)
        })
    });
    assert!(heard[0].beats.len() > 10, "{:?}", heard[0]);
    assert!(heard.iter().all(|one| *one == heard[0]));
}

/// Twelve seconds of clicks in a folder, and a page that a script has changed and to which they are added.
fn with_clicks(before: &str, visit: impl AsyncFnOnce(&Page, &[PathBuf]) -> WebDriverResult<()>) {
    let folder = tempfile::tempdir().unwrap();
    let songs = [folder.path().join("clicks.wav")];
    fs::write(&songs[0], sound::wav(&sound::click_track(12))).unwrap();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.before_page(before).await?;
        page.open(&site).await?;
        page.add(&songs).await?;
        visit(page, &songs).await?;
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn a_frame_that_is_lost_or_has_no_memory_is_told_and_the_next_song_is_welcome() {
    if skipped() {
        return;
    }
    let lost = "document.querySelector('iframe').remove(); tell(); setTimeout(hours, 100);";
    // What the frame says where it cannot cut out a part.
    let wanting = "port.onmessage({ data: [null] });";
    let full = "tell(); window.AudioBuffer = class { constructor() {
        window.AudioBuffer = audio; throw new RangeError('Array buffer allocation failed'); } };";
    for (told, script) in [
        ("file", lost),
        ("start", lost),
        ("start", wanting),
        ("file", full),
    ] {
        let before = format!(
            "{CLOCK} const audio = AudioBuffer; {}",
            instead_of(told, script)
        );
        with_clicks(&before, async |page, songs| {
            page.until("document.querySelector('#failure')").await?;
            let said = page.text("#song").await?;
            assert!(said.contains("want of memory"), "{told}: {said}");
            page.add(songs).await?;
            page.stage("waiting").await?;
            assert_eq!(page.count("#failure").await?, 0);
            Ok(())
        });
    }
}

#[test]
fn a_machine_that_sleeps_while_a_song_is_decoded_loses_nothing() {
    if skipped() {
        return;
    }
    for told in ["file", "start"] {
        let before = format!("{CLOCK}{}", instead_of(told, "sleep(); tell();"));
        with_clicks(&before, async |page, _| {
            page.until("document.querySelector('#failure') || document.querySelector('.page').dataset.stage === 'waiting'")
                .await?;
            assert_eq!(page.count("#failure").await?, 0, "{told}");
            assert!(page.project().await?.song.is_some());
            Ok(())
        });
    }
}

#[test]
fn a_song_that_is_given_up_takes_its_frame_with_it() {
    if skipped() {
        return;
    }
    // It would be decoded for ever.
    let before = instead_of(
        "file",
        "setInterval(() => port.onmessage?.({ data: 'decoding' }), 100);",
    );
    with_clicks(&before, async |page, songs| {
        page.until("document.querySelector('iframe')").await?;
        page.stage("working").await?;
        page.click("#cancel").await?;
        page.stage("idle").await?;
        page.until("!document.querySelector('iframe')").await?;
        assert_eq!(page.notices().await?, Vec::<String>::new());
        page.add(songs).await?;
        page.stage("waiting").await
    });
}
