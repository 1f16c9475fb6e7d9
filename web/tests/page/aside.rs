//! A song is decoded beside the page, in a frame.

use std::cmp::Ordering;
use std::fs;

use crate::browser::{skipped, with_browser};
use crate::media;
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

/// Takes the first frame away once it is told to do this. Whoever would wait for minutes waits for a
/// second.
fn taken_away(told: &str) -> String {
    format!(
        "const own = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (data, ...rest) {{
            if (data?.{told} !== undefined) {{
                MessagePort.prototype.postMessage = own;
                document.querySelector('iframe').remove();
            }}
            own.call(this, data, ...rest);
        }};
        const wait = window.setTimeout;
        window.setTimeout = (then, ms, ...of) => wait(then, ms > 60_000 ? 1_000 : ms, ...of);"
    )
}

#[test]
fn the_page_decodes_nothing_itself_and_hears_the_same_where_it_must() {
    if skipped() {
        return;
    }
    let site = Site::open(Vec::new());
    let heard = [
        (COUNT.to_owned(), 0.0),
        (format!("{COUNT}{NO_FRAMES}"), 1.0),
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
    assert_eq!(heard[0], heard[1]);
}

#[test]
fn a_frame_that_is_lost_is_told_and_the_next_song_is_welcome() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let song = folder.path().join("clicks.wav");
    fs::write(&song, sound::wav(&sound::click_track(12))).unwrap();
    let site = Site::open(Vec::new());
    for told in ["file", "start"] {
        with_browser(async |page| {
            page.before_page(&taken_away(told)).await?;
            page.open(&site).await?;
            page.add(std::slice::from_ref(&song)).await?;
            page.until("document.querySelector('#failure')").await?;
            let said = page.text("#song").await?;
            assert!(said.contains("want of memory"), "{told}: {said}");
            page.add(std::slice::from_ref(&song)).await?;
            page.stage("waiting").await?;
            assert_eq!(page.count("#failure").await?, 0);
            assert_eq!(page.complaints().await?, Vec::<String>::new());
            Ok(())
        });
    }
}
