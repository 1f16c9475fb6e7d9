//! The planner in the browser's worker gives the same bytes as the one that was built for this
//! machine.

use planner_wasm::edit::{self, EditSettings};
use planner_wasm::music::{ANALYSIS_RATE, analyse};
use planner_wasm::worker::order::PlanOrder;
use planner_wasm::worker::protocol::{Reply, Request};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::page::Page;
use crate::site::Site;
use crate::{sound, synthetic};

/// Sends a request to a worker of its own, after others that have no reply, and gives back the last
/// reply as it came. The samples, if any, lie beside the page.
const ASK: &str = "
    const [before, header, samples, cancel, done] = arguments;
    const send = async () => {
        const bulk = samples
            ? new Float32Array(await (await fetch(samples)).arrayBuffer())
            : undefined;
        const worker = new Worker('./planner_worker_loader.js', { type: 'module' });
        let cancelled = false;
        worker.onerror = (event) => done('worker: ' + event.message);
        worker.onmessage = ({ data }) => {
            const reply = JSON.parse(data.h);
            if (reply.kind === 'ready') {
                for (const told of before) worker.postMessage({ h: told });
                worker.postMessage({ h: header, b: bulk }, bulk ? [bulk.buffer] : []);
            } else if (reply.kind === 'progress') {
                if (cancel && !cancelled) worker.postMessage({ h: cancel });
                cancelled = true;
            } else {
                worker.terminate();
                done(data.h);
            }
        };
    };
    send().catch((error) => done('page: ' + error));";

async fn ask(
    page: &Page,
    before: &[Request],
    request: &Request,
    samples: Option<&str>,
    cancel: Option<&Request>,
) -> WebDriverResult<String> {
    let text = |request: &Request| Value::String(serde_json::to_string(request).unwrap());
    let arguments = vec![
        before.iter().map(text).collect(),
        text(request),
        samples.map_or(Value::Null, |name| Value::String(name.to_owned())),
        cancel.map_or(Value::Null, text),
    ];
    page.execute_async(ASK, arguments).await?.convert()
}

#[test]
fn the_worker_gives_the_bytes_of_the_native_planner() {
    if skipped() {
        return;
    }
    let music = sound::music(40);
    let heard = analyse(&music, ANALYSIS_RATE).unwrap();
    assert!(heard.value.beats.len() > 40, "the sound has a beat");
    let clips = (1..=12)
        .map(|seed| synthetic::clip(seed, 9_000_000, 3, 8))
        .collect();
    let film = synthetic::request(synthetic::song(5, 90, 124), clips, EditSettings::default());
    let plan = edit::plan(&film).unwrap().to_json();

    let bytes = music
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let site = Site::open(vec![("music.f32", bytes)]);
    let listen = |id| Request::AnalyseSong {
        id,
        rate: ANALYSIS_RATE,
    };
    let footage = film.clips.iter().map(|clip| clip.footage.clone());
    let kept: Vec<_> = (0..)
        .zip(footage)
        .map(|(footage, known)| Request::Keep { footage, known })
        .collect();
    let names: Vec<_> = (0..12).map(Some).collect();
    let order = Request::Plan {
        id: 8,
        order: Box::new(PlanOrder::new(film, &names)),
    };
    let [beats, planned, cancelled] = with_browser(async |page| {
        page.open(&site).await?;
        let cancel = Request::Cancel { id: 9 };
        Ok([
            ask(page, &[], &listen(7), Some("music.f32"), None).await?,
            ask(page, &kept, &order, None, None).await?,
            ask(page, &[], &listen(9), Some("music.f32"), Some(&cancel)).await?,
        ])
    });

    let text = |reply: &Reply| serde_json::to_string(reply).unwrap();
    let expected = Reply::Beats {
        id: 7,
        grid: heard.value,
        decisions: heard.decisions,
    };
    assert!(
        beats == text(&expected),
        "the beats differ:\n{beats}\n{}",
        text(&expected)
    );
    let expected = Reply::Planned { id: 8, plan };
    assert!(
        planned == text(&expected),
        "the plans differ:\n{planned}\n{}",
        text(&expected)
    );
    assert_eq!(cancelled, text(&Reply::Cancelled { id: 9 }));
}
