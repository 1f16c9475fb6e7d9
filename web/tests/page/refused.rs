//! What is no song, no clip, no plan: a sentence each, and the page goes on.

use std::fs;
use std::path::{Path, PathBuf};

use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::media::{self, Material};
use crate::site::Site;
use crate::sound;

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn what_is_no_song_is_refused_in_words_and_the_next_file_is_welcome() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let letter = file(
        folder.path(),
        "letter.mp3",
        "Dear reader, this is not music.",
    );
    let song = file(
        folder.path(),
        "clicks.wav",
        sound::wav(&sound::click_track(12)),
    );
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        page.add(&[letter]).await?;
        page.until("document.querySelector('#failure')").await?;
        let said = page.text("#song").await?;
        assert!(
            said.contains("letter.mp3") && said.contains("MP3, M4A, WAV"),
            "{said}"
        );
        page.add(&[song]).await?;
        page.stage("waiting").await?;
        assert_eq!(page.count("#failure").await?, 0);
        let heard = page.project().await?.song.unwrap().heard;
        assert!(heard.beats.len() > 15, "{} beats", heard.beats.len());
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn damaged_files_and_files_of_other_kinds_are_named_and_break_nothing() {
    if skipped() {
        return;
    }
    let material = Material::usual();
    let folder = tempfile::tempdir().unwrap();
    let clip = fs::read(&media::seen()[0]).unwrap();
    let odd = [
        file(folder.path(), "notes.txt", "Trip to the sea"),
        file(folder.path(), "nothing.mp4", ""),
        file(folder.path(), "._tests.mp4", [0, 5, 22, 7, 0, 2, 0, 0]),
        file(folder.path(), "cut.mp4", &clip[..clip.len() / 3]),
        file(folder.path(), "noise.mov", vec![0x5a; 70_000]),
        file(
            folder.path(),
            "plan.json",
            "{\"schema\": \"autocut-plan/1\", \"slots\": [{]",
        ),
        file(
            folder.path(),
            "wrong.plan.json",
            "{\"schema\": \"autocut-plan/1\", \"slots\": 7}",
        ),
        file(
            folder.path(),
            "later.plan.json",
            "{\"schema\": \"autocut-plan/99\"}",
        ),
        file(
            folder.path(),
            "bad.autocut.json",
            "{\"schema\": \"autocut-project/1\", \"clips\": 3}",
        ),
        file(
            folder.path(),
            "clips.json",
            "{\"schema\": \"autocut-inspect/1\", \"clips\": [{\"media\"",
        ),
        file(folder.path(), "other.json", "{\"a\": [1, 2]}"),
        file(folder.path(), "deep.json", "[".repeat(200_000)),
    ];
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        for odd in &odd {
            let name = odd.file_name().unwrap().to_string_lossy().into_owned();
            page.add(std::slice::from_ref(odd)).await?;
            page.until(&format!(
                "document.querySelector('.page').textContent.includes({name:?})"
            ))
            .await?;
            page.until("document.querySelector('.page').dataset.stage !== 'working'")
                .await?;
            let said = page.text(".page").await?;
            assert!(
                !said.contains("undefined") && !said.contains("[object"),
                "{said}"
            );
        }
        // All of that, and a film still comes of what is good.
        page.add(&material.files()[1..]).await?;
        page.planned().await?;
        let ready = page.count("#clips li[data-state=ready]").await?;
        assert_eq!(ready, media::seen().len());
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn names_are_shown_as_text_whatever_is_in_them() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "<img src=x onerror=window.hurt=1>&amp;\"'`{{7*7}}.mp4";
    let clip = folder.path().join(name);
    fs::copy(&media::seen()[0], &clip).unwrap();
    let song = folder.path().join("<svg onload=window.hurt=2>.m4a");
    fs::copy(media::song(), &song).unwrap();
    let no_clip = file(folder.path(), "<b onclick=window.hurt=3>no.mp4", [7; 4_000]);
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.film_of(&site, &[clip, song, no_clip]).await?;
        let shown = page.text("#clips").await?;
        assert!(shown.contains(name), "{shown}");
        let label = page
            .find(By::Css("#clips button[aria-label^='Take out']"))
            .await?
            .attr("aria-label")
            .await?;
        assert!(label.unwrap().contains(name));
        page.panel("shot").await?;
        page.press_button("#panel", "Select the first shot").await?;
        page.until(&format!(
            "document.querySelector('#panel').textContent.includes({name:?})"
        ))
        .await?;
        let exported = page.export().await?;
        assert!(
            exported.text.contains("onerror=window.hurt=1"),
            "{}",
            exported.text
        );
        assert!(!page.holds("window.hurt").await?);
        let made =
            "document.querySelector('main :is(img, b[onclick]), .notices :is(img, b[onclick])')";
        assert!(!page.holds(made).await?);
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}
