//! What is cancelled stops, is never shown, and does not stand in the way.

use std::fs;

use crate::browser::{skipped, with_browser};
use crate::media::Material;
use crate::site::Site;
use crate::sound;

/// Presses a button as soon as it is there and `when` holds, however short that is, and counts.
fn press_early(css: &str, when: &str) -> String {
    format!(
        "window.pressed = 0;
         const look = () => {{
             const button = document.querySelector({css:?});
             if (button && ({when})) {{ window.pressed += 1; button.click(); clearInterval(timer); }}
         }};
         const timer = setInterval(look, 1);"
    )
}

/// Notes what the planner says.
const ANSWERS: &str = "
    window.answers = [];
    const Own = window.Worker;
    window.Worker = class extends Own {
        constructor(url, options) {
            super(url, options);
            this.addEventListener('message', ({ data }) => {
                if (typeof data?.h === 'string') window.answers.push(JSON.parse(data.h).kind);
            });
        }
    };";

#[test]
fn a_song_that_is_given_up_is_never_shown() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("long.wav");
    fs::write(&long, sound::wav(&sound::click_track(240))).unwrap();
    let short = folder.path().join("short.wav");
    fs::write(&short, sound::wav(&sound::click_track(12))).unwrap();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.before_page(ANSWERS).await?;
        page.open(&site).await?;
        // While it is listened to.
        let heard_some = "document.querySelector('#song progress[max]')?.value > 0";
        page.execute(press_early("#cancel", heard_some), Vec::new())
            .await?;
        page.add(std::slice::from_ref(&long)).await?;
        page.until("window.pressed === 1").await?;
        page.stage("idle").await?;
        // Whatever the planner says of it last, it is not shown.
        page.until("window.answers.some((one) => ['beats', 'cancelled', 'failed'].includes(one))")
            .await?;
        let stage = page.value("document.querySelector('.page').dataset.stage");
        assert_eq!(stage.await?, "idle");
        assert_eq!(page.notices().await?, Vec::<String>::new());

        // The next song is welcome, and goes before one that is still being heard.
        page.add(std::slice::from_ref(&long)).await?;
        page.stage("working").await?;
        page.add(std::slice::from_ref(&short)).await?;
        page.stage("waiting").await?;
        let song = page.project().await?.song.unwrap();
        assert_eq!(song.media.path.name(), "short.wav");
        assert_eq!(song.heard.duration, 12 * u64::from(song.heard.rate));
        Ok(())
    });
}

#[test]
fn looking_at_clips_can_be_given_up_and_taken_up_again() {
    if skipped() {
        return;
    }
    let material = Material::usual();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        let looking = "document.querySelector('#clips li[data-state=looking]')";
        page.execute(press_early("#cancel-clips", looking), Vec::new())
            .await?;
        page.add(&material.files()).await?;
        page.until("window.pressed === 1").await?;
        page.until(
            "!document.querySelector('#clips li:is([data-state=looking], [data-state=waiting])')",
        )
        .await?;
        let given_up = page.count("#clips li[data-state=failed]").await?;
        assert!(given_up > 0, "some clips were not looked at");
        let said = page.text("#clips li[data-state=failed]").await?;
        assert!(said.contains("Cancelled"), "{said}");

        // Taken out and added again, they are looked at.
        page.execute(
            "document.querySelectorAll('#clips li[data-state=failed] button[aria-label^=\"Take out\"]')
                .forEach((button) => button.click());",
            Vec::new(),
        )
        .await?;
        page.until("!document.querySelector('#clips li[data-state=failed]')")
            .await?;
        page.add(&material.files()[2..]).await?;
        page.planned().await?;
        let clips = page.project().await?.clips;
        let ready = clips
            .iter()
            .filter(|clip| !clip.removed && clip.footage.is_some());
        assert_eq!(ready.count(), material.files().len() - 2);
        Ok(())
    });
}
