//! Four minutes of music, and an hour: decoded by the browser, heard by the planner.

use std::path::Path;

use crate::browser::with_browser;
use crate::material::Material;
use crate::opening::long_task;
use crate::site::Site;
use crate::table::{Table, ms, percentile};
use crate::watch;

/// How often the short one is heard.
const TIMES: usize = 3;

/// Milliseconds that one song took.
struct Took {
    decoded: f64,
    heard: f64,
    /// The longest task of the page meanwhile.
    longest: f64,
}

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let times: Vec<Took> = (0..TIMES).map(|_| take(&site, &material.song)).collect();
    rows(table, "4 minutes", &times);
    rows(table, "an hour", &[take(&site, &material.hour)]);
}

fn rows(table: &mut Table, length: &str, times: &[Took]) {
    let median = |of: fn(&Took) -> f64| {
        let values: Vec<f64> = times.iter().map(of).collect();
        format!(
            "{} (median of {})",
            ms(percentile(&values, 50)),
            times.len()
        )
    };
    table.add(
        format!("A song of {length}: decoded, mixed"),
        median(|took| took.decoded),
        "",
    );
    let wanted = if length == "4 minutes" {
        "<= 1500 ms"
    } else {
        ""
    };
    table.add(
        format!("A song of {length}: beats heard"),
        median(|took| took.heard),
        wanted,
    );
    table.add(
        format!("A song of {length}: both"),
        median(|took| took.decoded + took.heard),
        "",
    );
    table.add(
        "Longest task of the page meanwhile",
        long_task(times.iter().map(|took| took.longest).fold(0.0, f64::max)),
        "< 50 ms",
    );
}

fn take(site: &Site, song: &Path) -> Took {
    let noted = with_browser(async |page| {
        watch::begin(page).await?;
        page.open(site).await?;
        page.add(&[song.to_owned()]).await?;
        watch::wait_for(
            page,
            "document.querySelector('.page').dataset.stage === 'waiting'",
            || {},
        )
        .await?;
        watch::noted(page).await
    });
    let decoding = noted.said_at("Decoding").expect("the song is decoded");
    let listening = noted.said_at("Listening").expect("the song is listened to");
    let done = noted
        .stages
        .iter()
        .rfind(|(_, stage)| stage == "waiting")
        .expect("the song is heard")
        .0;
    Took {
        decoded: listening - decoding,
        heard: done - listening,
        longest: noted.longest_task(decoding, done),
    }
}
