//! What is noted inside the page while it works.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thirtyfour::prelude::*;

use crate::page::Page;

/// The longest that many clips may take.
const LONGEST: Duration = Duration::from_mins(30);

/// Runs before anything of the page does. Times are the page's own, in milliseconds.
const WATCH: &str = "
    window.noted = { stages: [], said: [], tasks: [], planner: [], shown: [], clocks: [], clips: [] };
    const { noted } = window;
    new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) noted.tasks.push([startTime, duration]);
    }).observe({ type: 'longtask', buffered: true });
    const last = (list, value) => {
        if (list.at(-1)?.[1] !== value) list.push([performance.now(), value]);
    };
    new MutationObserver(() => {
        const stage = document.querySelector('.page')?.dataset.stage;
        if (stage) last(noted.stages, stage);
        const said = document.querySelector('[role=status]')?.textContent;
        if (said) last(noted.said, said);
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true,
        attributeFilter: ['data-stage'] });
    const Own = window.Worker;
    window.Worker = class extends Own {
        constructor(url, options) {
            super(url, options);
            const name = String(url);
            this.kind = ['planner', 'clips', 'preview'].find((kind) => name.includes(kind));
            if (this.kind === 'preview') window.previewer = this;
            this.addEventListener('message', ({ data }) => {
                const at = performance.now();
                if (this.kind === 'planner' && typeof data?.h === 'string' && data.h.length > 20
                    && !data.h.startsWith('{\"kind\":\"progress\"')) {
                    noted.planner.push([at, 'from', data.h.slice(0, 40), data.h.length]);
                } else if (this.kind === 'preview' && data?.kind === 'shown') {
                    noted.shown.push([performance.timeOrigin + at, data.slot ?? -1]);
                } else if (this.kind === 'preview' && data?.kind === 'stats') {
                    noted.stats = data;
                } else if (this.kind === 'clips' && data?.kind !== 'progress') {
                    noted.clips.push([at, 'from', data?.kind, data?.id ?? -1]);
                }
            });
        }
        postMessage(data, ...rest) {
            const at = performance.now();
            if (this.kind === 'planner' && typeof data?.h === 'string') {
                noted.planner.push([at, 'to', data.h.slice(0, 40), data.h.length]);
            } else if (this.kind === 'preview' && data?.kind === 'clock') {
                if (data.playing) noted.clocks.push([performance.timeOrigin + at, data.at_ms, data.frame_at]);
            } else if (this.kind === 'clips') {
                noted.clips.push([at, 'to', data?.kind, data?.id ?? -1]);
            }
            super.postMessage(data, ...rest);
        }
    };";

/// Everything that was noted.
#[derive(Debug, Deserialize)]
pub(crate) struct Noted {
    /// When the page came to a stage, and which.
    pub(crate) stages: Vec<(f64, String)>,
    /// When the page said something of what it does, and what.
    pub(crate) said: Vec<(f64, String)>,
    /// Tasks of 50 ms and more of the page's own thread: when, how long.
    pub(crate) tasks: Vec<(f64, f64)>,
    /// Messages to and from the planner: when, which way, how they begin, how long they are.
    pub(crate) planner: Vec<(f64, String, String, usize)>,
    /// Messages to and from the workers that read clips: when, which way, what, of which question.
    pub(crate) clips: Vec<(f64, String, String, f64)>,
    /// What the preview shows: since when (milliseconds since 1970), and which slot.
    pub(crate) shown: Vec<(f64, i64)>,
    /// What the preview is told of the time: when, and that at this moment this frame is due.
    pub(crate) clocks: Vec<(f64, f64, f64)>,
}

impl Noted {
    /// The longest task of the page's own thread between two moments; 0 if none took 50 ms.
    pub(crate) fn longest_task(&self, from: f64, until: f64) -> f64 {
        let inside = self
            .tasks
            .iter()
            .filter(|(at, _)| (from..until).contains(at));
        for (at, long) in inside.clone() {
            let said = self.said.iter().rfind(|(since, _)| since < at);
            let said = said.map_or("", |(_, said)| said);
            eprintln!(
                "{long:.0} ms without a turn, {:.0} ms on: {said}",
                at - from
            );
        }
        inside.map(|(_, long)| *long).fold(0.0, f64::max)
    }

    /// When the page said something that begins so.
    pub(crate) fn said_at(&self, words: &str) -> Option<f64> {
        let found = self.said.iter().find(|(_, said)| said.starts_with(words));
        found.map(|(at, _)| *at)
    }
}

/// Notes everything, from the next time the page opens.
pub(crate) async fn begin(page: &Page) -> WebDriverResult<()> {
    page.before_page(WATCH).await.map(drop)
}

/// What was noted so far.
pub(crate) async fn noted(page: &Page) -> WebDriverResult<Noted> {
    read(page, "window.noted").await
}

/// The value of a JavaScript expression, of a known shape.
pub(crate) async fn read<T: DeserializeOwned>(page: &Page, expression: &str) -> WebDriverResult<T> {
    let value = page.value(expression).await?;
    Ok(serde_json::from_value(value).expect("the shape that was asked for"))
}

/// Waits until a JavaScript expression is true, also for longer than one wait may last; `meanwhile` is
/// done again and again until then.
pub(crate) async fn wait_for(
    page: &Page,
    expression: &str,
    mut meanwhile: impl FnMut(),
) -> WebDriverResult<()> {
    let end = Instant::now() + LONGEST;
    while !page.holds(expression).await? {
        assert!(Instant::now() < end, "never true: {expression}");
        meanwhile();
        page.execute_async("setTimeout(arguments[0], 200);", Vec::new())
            .await?;
    }
    Ok(())
}

/// The page's clock, in milliseconds.
pub(crate) async fn now(page: &Page) -> WebDriverResult<f64> {
    page.number("performance.now()").await
}
