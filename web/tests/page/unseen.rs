//! Clips that the browser cannot decode take part all the same.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use suite::program;

use crate::browser::{skipped, with_browser};
use crate::media::{self, Material};
use crate::site::Site;

#[test]
fn a_clip_that_no_browser_decodes_takes_part_and_an_analysis_is_taken() {
    if skipped() {
        return;
    }
    let unseen = media::unseen();
    if unseen.is_empty() {
        suite::skipped("this ffmpeg encodes neither H.265 nor ProRes");
        return;
    }
    let files = std::iter::once(media::song())
        .chain(unseen.iter().map(PathBuf::as_path))
        .chain([media::seen()[0].as_path()]);
    let material = Material::of(files);
    let analysis = material.file("clips.json");
    let inspect = [
        OsStr::new("inspect"),
        OsStr::new("--json"),
        OsStr::new("--quiet"),
    ];
    let clips = unseen
        .iter()
        .map(|clip| material.file(&clip.file_name().unwrap().to_string_lossy()));
    let clips: Vec<PathBuf> = clips.collect();
    let run = program::run(
        inspect
            .into_iter()
            .chain(clips.iter().map(|clip| clip.as_os_str())),
    );
    fs::write(&analysis, run.expect(0).stdout).unwrap();

    let site = Site::open(Vec::new());
    let (blind, told) = with_browser(async |page| {
        page.film_of(&site, &material.files()).await?;
        assert_eq!(
            page.count("#clips li[data-state=unseen]").await?,
            unseen.len()
        );
        let said = page.text("#clips li[data-state=unseen]").await?;
        assert!(said.contains("render-native inspect --json"), "{said}");
        assert!(
            said.contains("H.265") || said.contains("HEVC") || said.contains("ProRes"),
            "{said}"
        );
        let blind = page.export().await?;
        let project = page.project().await?;
        let used = |plan: &shared::plan::Plan| {
            plan.slots.iter().any(|slot| {
                let media = plan.media.get(usize::try_from(slot.clip.media).unwrap());
                let name = media.unwrap().path.name();
                clips.iter().any(|clip| clip.file_name().unwrap() == name)
            })
        };
        assert!(used(project.plan.as_ref().unwrap()), "they take part");
        for clip in &project.clips {
            let video = clip.media.video.as_ref().expect("what the container says");
            assert!(
                video.width > 0 && video.height > 0 && clip.media.duration_us > Some(3_000_000)
            );
        }

        page.add(std::slice::from_ref(&analysis)).await?;
        let said = page.notice("analysed").await?;
        assert!(said.contains("clips.json"), "{said}");
        page.panel("film").await?;
        page.click("#plan-again").await?;
        page.planned().await?;
        let project = page.project().await?;
        let inspected = project
            .clips
            .iter()
            .filter(|clip| clip.depth == web::project::Depth::Inspected)
            .count();
        assert_eq!(inspected, unseen.len());
        Ok((blind, page.export().await?))
    });
    material.render(&blind);
    material.render(&told);
}

/// Counts the pictures that players have told of, and those that the browser is still to tell of.
const PICTURES: &str = "
    const all = HTMLVideoElement.prototype;
    const { requestVideoFrameCallback: ask, cancelVideoFrameCallback: cancel } = all;
    const calls = new Map();
    window.told = 0;
    window.awaited = () => [...calls.values()].reduce((sum, { size }) => sum + size, 0);
    all.requestVideoFrameCallback = function (tell) {
        if (!calls.has(this)) calls.set(this, new Set());
        const call = ask.call(this, (...picture) => {
            calls.get(this).delete(call);
            window.told += 1;
            tell(...picture);
        });
        calls.get(this).add(call);
        return call;
    };
    all.cancelVideoFrameCallback = function (call) {
        calls.get(this)?.delete(call);
        cancel.call(this, call);
    };";

#[test]
fn a_clip_that_only_the_browser_s_player_knows_is_shown_and_let_go() {
    if skipped() {
        return;
    }
    let worker = "media/preview_worker.js";
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let mut blind = b"self.VideoDecoder = undefined;".to_vec();
    blind.extend(fs::read(dist.join(worker)).unwrap());
    let site = Site::open(vec![(worker, blind)]);
    with_browser(async |page| {
        page.before_page(PICTURES).await?;
        page.open(&site).await?;
        page.click("#sample").await?;
        page.planned().await?;
        page.until("document.querySelector('#preview')?.dataset.exact === 'true' && told > 0")
            .await?;
        assert!(page.holds("awaited() > 0").await?, "the next picture");
        page.click("#projects").await?;
        page.click("#new-project").await?;
        page.stage("idle").await?;
        page.until("awaited() === 0").await?;
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}
