//! From the address to a page that can be used, on this machine.

use crate::browser::with_browser;
use crate::site::Site;
use crate::table::{Table, ms, percentile};
use crate::watch;

/// How often it is opened anew.
const TIMES: usize = 5;

pub(crate) fn measure(table: &mut Table) {
    let site = Site::open(Vec::new());
    let (mut first, mut again, mut longest) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..TIMES {
        let (cold, warm, long) = with_browser(async |page| {
            watch::begin(page).await?;
            let mut ready = Vec::new();
            let mut long = 0.0_f64;
            for _ in 0..2 {
                page.open(&site).await?;
                let noted = watch::noted(page).await?;
                let usable = noted.stages.first();
                ready.push(usable.expect("a page that can be used").0);
                long = long.max(noted.longest_task(0.0, f64::INFINITY));
                page.goto("about:blank").await?;
            }
            Ok((ready[0], ready[1], long))
        });
        first.push(cold);
        again.push(warm);
        longest = longest.max(long);
    }
    table.add(
        "Time to interactive, a new profile",
        format!("{} (median of {TIMES})", ms(percentile(&first, 50))),
        "",
    );
    table.add(
        "Time to interactive, opened again",
        format!("{} (median of {TIMES})", ms(percentile(&again, 50))),
        "",
    );
    table.add(
        "Longest task of the page while it opens",
        long_task(longest),
        "< 50 ms",
    );
}

/// A longest task in words; the browser tells of none shorter than 50 ms.
pub(crate) fn long_task(longest: f64) -> String {
    if longest == 0.0 {
        "below 50 ms".to_owned()
    } else {
        ms(longest)
    }
}
