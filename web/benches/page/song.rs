//! Four minutes of music: decoded by the browser, heard by the planner.

use crate::browser::with_browser;
use crate::material::Material;
use crate::opening::long_task;
use crate::site::Site;
use crate::table::{Table, ms, percentile};
use crate::watch;

const TIMES: usize = 3;

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let (mut decoded, mut heard, mut all, mut longest) =
        (Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..TIMES {
        let noted = with_browser(async |page| {
            watch::begin(page).await?;
            page.open(&site).await?;
            page.add(std::slice::from_ref(&material.song)).await?;
            page.stage("waiting").await?;
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
        decoded.push(listening - decoding);
        heard.push(done - listening);
        all.push(done - decoding);
        longest = longest.max(noted.longest_task(decoding, done));
    }
    let median = |values: &[f64]| format!("{} (median of {TIMES})", ms(percentile(values, 50)));
    table.add("A song of 4 minutes: decoded, mixed", median(&decoded), "");
    table.add(
        "A song of 4 minutes: beats heard",
        median(&heard),
        "<= 1500 ms",
    );
    table.add("A song of 4 minutes: both", median(&all), "");
    table.add(
        "Longest task of the page meanwhile",
        long_task(longest),
        "< 50 ms",
    );
}
