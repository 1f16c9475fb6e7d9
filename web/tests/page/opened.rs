//! Projects that are opened from files.

use std::fs;
use std::path::{Path, PathBuf};

use shared::media::{MediaPath, MediaReference};
use web::project::{ClipEntry, Depth, Project};

use crate::browser::{skipped, with_browser};
use crate::media;
use crate::site::Site;
use crate::sound;

/// A clip of a project; its file is not there.
fn clip(name: &str) -> ClipEntry {
    ClipEntry {
        media: MediaReference::by_path(MediaPath::from_bytes(name.as_bytes())),
        footage: None,
        depth: Depth::Quick,
        note: None,
        removed: false,
    }
}

fn file(folder: &Path, project: &Project) -> PathBuf {
    let path = folder.join(format!("{}.autocut.json", project.name));
    fs::write(&path, project.to_json()).unwrap();
    path
}

/// The first project is read only once it may `go`.
const SLOW: &str = "
    const own = Blob.prototype.text;
    Blob.prototype.text = async function () {
        if (this.name === 'first.autocut.json') await new Promise((go) => { window.go = go; });
        return own.call(this);
    };";

#[test]
fn a_project_that_another_one_overtakes_is_told_and_takes_nothing_with_it() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| {
        let mut project = Project::new("", name);
        project.clips = vec![clip(&format!("{name}.mp4"))];
        file(folder.path(), &project)
    });
    let song = folder.path().join("clicks.wav");
    fs::write(&song, sound::wav(&sound::click_track(12))).unwrap();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.before_page(SLOW).await?;
        page.open(&site).await?;
        page.add(&[first, song, media::seen()[0].clone()]).await?;
        page.until("window.go").await?;
        page.add(&[second]).await?;
        let shown = "document.querySelector('#name')?.value === 'second'";
        page.until(shown).await?;
        page.execute("go();", Vec::new()).await?;
        let said = page.notice("another project was opened").await?;
        assert!(said.contains("first.autocut.json"), "{said}");
        assert!(page.holds(shown).await?);
        let stage = page.value("document.querySelector('.page').dataset.stage");
        assert_eq!(stage.await?, "waiting");
        let project = page.project().await?;
        assert_eq!(project.name, "second");
        assert!(project.song.is_none());
        assert_eq!(project.clips, [clip("second.mp4")]);
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

/// Notes how long the list of clips is whenever it has grown.
const GROWTH: &str = "
    window.lengths = [];
    new MutationObserver(() => {
        const length = document.querySelectorAll('#clips li').length;
        if (length > (window.lengths.at(-1) ?? 0)) window.lengths.push(length);
    }).observe(document, { childList: true, subtree: true });";

#[test]
fn many_clips_come_into_the_list_a_few_at_a_time() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut project = Project::new("", "many");
    project.clips = (0..60)
        .map(|n| ClipEntry {
            removed: n == 7,
            ..clip(&format!("{n}.mp4"))
        })
        .collect();
    let many = file(folder.path(), &project);
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.before_page(GROWTH).await?;
        page.open(&site).await?;
        page.add(&[many]).await?;
        page.until("document.querySelectorAll('#clips li').length === 59")
            .await?;
        let lengths = page.value("window.lengths").await?;
        assert_eq!(lengths, serde_json::json!([25, 50, 59]));
        // In their order.
        let names = page.texts("#clips li strong").await?;
        let listed = project.clips.iter().filter(|clip| !clip.removed);
        let listed: Vec<_> = listed.map(|clip| clip.media.path.name()).collect();
        assert_eq!(names, listed);
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}
