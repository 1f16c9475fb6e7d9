//! What a person did is not lost: reload, files that moved, two tabs, no room, no store.

use std::fs;
use std::path::PathBuf;

use shared::plan::Plan;
use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::media::{self, Material, with_film};
use crate::page::Page;
use crate::site::Site;
use crate::sound;

/// Waits until the page says that the project is saved.
async fn saved(page: &Page) -> WebDriverResult<()> {
    page.until("document.querySelector('.kept')?.textContent.startsWith('Saved')")
        .await
}

async fn rename(page: &Page, name: &str) -> WebDriverResult<()> {
    let field = page.find(By::Id("name")).await?;
    field.clear().await?;
    field.send_keys(name).await?;
    field.send_keys(Key::Enter).await?;
    page.blur().await
}

#[test]
fn a_reload_goes_on_where_it_was_and_files_are_found_again() {
    with_film(async |page, site, material| {
        rename(page, "Summer by the sea").await?;
        page.select(1).await?;
        page.click("#lock").await?;
        saved(page).await?;
        let before = page.project().await?;

        page.refresh().await?;
        page.started().await?;
        page.planned().await?;
        assert_eq!(
            page.find(By::Id("name"))
                .await?
                .prop("value")
                .await?
                .unwrap(),
            "Summer by the sea"
        );
        let after = page.project().await?;
        assert_eq!(after.plan, before.plan);
        assert_eq!(after.brief, before.brief);
        assert_eq!(after.id, before.id);
        let missing = page.count("#clips li[data-state=missing]").await?;
        assert_eq!(missing, media::seen().len());

        // A change right before the page is left is not lost either.
        page.select(2).await?;
        page.keys("x").await?;
        page.goto("about:blank").await?;
        page.goto(site.address()).await?;
        page.started().await?;
        page.planned().await?;
        let last = page.plan().await?;
        assert!(last.slots[1].locked && last.slots[2].locked);

        // The files come back: all of them, one under another name.
        let renamed = material.file("Renamed by somebody.mp4");
        fs::rename(material.file("tests.mp4"), &renamed).unwrap();
        let mut files: Vec<PathBuf> = material.files().split_off(1);
        files.retain(|file| file.is_file());
        files.push(renamed);
        page.add(&files).await?;
        page.until("!document.querySelector('#clips li[data-state=missing]')")
            .await?;
        page.planned().await?;
        let relinked = page.project().await?;
        assert_eq!(
            relinked.clips.len(),
            before.clips.len(),
            "nothing came twice"
        );
        let names: Vec<&str> = relinked
            .clips
            .iter()
            .map(|clip| clip.media.path.name())
            .collect();
        assert!(names.contains(&"Renamed by somebody.mp4"), "{names:?}");
        let slots = relinked.plan.unwrap().slots;
        assert_eq!(slots, last.slots, "the film is the same");
        let exported = page.export().await?;
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        material.render(&exported);
        Ok(())
    });
}

#[test]
fn an_exported_plan_and_a_saved_project_open_again() {
    with_film(async |page, _, material| {
        let before = page.project().await?;
        let exported = page.export().await?;
        let plan_file = material.file(&exported.name);
        fs::write(&plan_file, &exported.text).unwrap();
        page.chord(&[Key::Control], 's').await?;
        let (name, text) = page.downloaded();
        assert!(name.ends_with(".autocut.json"), "{name}");
        let project_file = material.file("saved.autocut.json");
        fs::write(&project_file, text).unwrap();

        // A plan alone, then its files.
        page.click("#projects").await?;
        page.click("#new-project").await?;
        page.stage("idle").await?;
        page.add(std::slice::from_ref(&plan_file)).await?;
        page.planned().await?;
        page.add(&material.files()[1..]).await?;
        page.until("!document.querySelector('#clips li[data-state=missing]')")
            .await?;
        page.planned().await?;
        let opened = page.plan().await?;
        assert_eq!(opened.slots, before.plan.as_ref().unwrap().slots);

        // The project, all at once with its files.
        page.click("#projects").await?;
        page.click("#new-project").await?;
        page.stage("idle").await?;
        let mut files = material.files();
        files[0] = project_file;
        page.add(&files).await?;
        page.until("document.querySelectorAll('#clips li[data-state=ready]').length > 0")
            .await?;
        page.until("!document.querySelector('#clips li[data-state=missing]')")
            .await?;
        page.planned().await?;
        let opened = page.project().await?;
        assert_eq!(opened.plan, before.plan);
        assert_eq!(opened.brief, before.brief);

        // All three are kept.
        saved(page).await?;
        page.click("#projects").await?;
        page.until("document.querySelectorAll('.projects li').length === 3")
            .await?;
        page.press_button(".projects li.now", "Duplicate").await?;
        page.until("document.querySelectorAll('.projects li').length === 4")
            .await?;
        page.press_button(".projects li:not(.now)", "Remove")
            .await?;
        page.until("document.querySelectorAll('.projects li').length === 3")
            .await?;
        page.keys(Key::Escape).await?;
        page.until("!document.querySelector('dialog')").await?;
        assert_eq!(page.plan().await?, opened.plan.unwrap());
        Ok(())
    });
}

#[test]
fn two_tabs_do_not_overwrite_each_other() {
    with_film(async |page, site, _| {
        rename(page, "First tab").await?;
        saved(page).await?;
        let first = page.window().await?;

        let second = page.new_tab().await?;
        page.switch_to_window(second.clone()).await?;
        page.open(site).await?;
        // It is said that the project is at work elsewhere, and nothing is taken from there.
        page.until(
            "document.body.textContent.includes('another tab') \
             || document.body.textContent.includes('Another tab')",
        )
        .await?;
        page.switch_to_window(first.clone()).await?;
        page.select(1).await?;
        page.keys("x").await?;
        saved(page).await?;
        assert!(page.plan().await?.slots[1].locked);
        assert_eq!(page.complaints().await?, Vec::<String>::new());

        // The second takes it over: it has what the first did, and the first is told.
        page.switch_to_window(second.clone()).await?;
        page.press_button(".notices", "Work on it here").await?;
        page.planned().await?;
        assert!(page.plan().await?.slots[1].locked);
        page.select(2).await?;
        page.keys("x").await?;
        saved(page).await?;
        page.switch_to_window(first.clone()).await?;
        page.until("document.querySelector('.kept')?.textContent.includes('Open in another tab')")
            .await?;
        page.select(3).await?;
        page.keys("x").await?;

        // Once the first is closed, the second has what it saved itself.
        page.close_window().await?;
        page.switch_to_window(second).await?;
        page.refresh().await?;
        page.started().await?;
        page.planned().await?;
        let locked = page.plan().await?.slots;
        assert!(locked[1].locked && locked[2].locked && !locked[3].locked);
        Ok(())
    });
}

#[test]
fn a_file_that_changed_is_told_and_one_that_is_missing_is_not_black() {
    with_film(async |page, _, material| {
        saved(page).await?;
        let before = page.project().await?;
        page.refresh().await?;
        page.started().await?;
        page.planned().await?;

        // Nothing is there: the preview says what is missing.
        page.select(1).await?;
        let plan = before.plan.as_ref().unwrap();
        let media = usize::try_from(plan.slots[1].clip.media).unwrap();
        let name = plan.media[media].path.name().to_owned();
        page.until(&format!(
            "document.querySelector('.stage').textContent.includes({name:?})"
        ))
        .await?;

        // Another file of the same name is taken, with a word about it, and looked at anew.
        let mut other = fs::read(&media::seen()[0]).unwrap();
        // Nobody's content so far: with an empty box behind it.
        other.extend(*b"\0\0\0\x10free\0\0\0\0\0\0\0\0");
        fs::write(material.file(&name), other).unwrap();
        page.add(&[material.file(&name)]).await?;
        let said = page.notice("not the file that was planned with").await?;
        assert!(said.contains(&name), "{said}");
        page.until("document.querySelectorAll('#clips li[data-state=ready]').length === 1")
            .await?;
        page.until("!document.querySelector('.stage').textContent.includes('file is not here')")
            .await?;
        let project = page.project().await?;
        let known = |project: &web::project::Project| {
            let clip = project
                .clips
                .iter()
                .find(|clip| clip.media.path.name() == name);
            clip.unwrap().media.fingerprint
        };
        assert_ne!(known(&project), known(&before));
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn without_room_or_store_the_page_says_so_and_goes_on() {
    if skipped() {
        return;
    }
    let material = Material::usual();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        // No room: what every browser does when it is full.
        let full = "IDBObjectStore.prototype.put = function () {
            throw new DOMException('The quota is used up.', 'QuotaExceededError');
        };";
        let stub = page.before_page(full).await?;
        page.film_of(&site, &material.files()).await?;
        page.until("document.querySelector('.kept')?.textContent === 'Not saved'")
            .await?;
        let said = page.notice("save the project to a file").await?;
        assert!(said.contains("room"), "{said}");
        let exported = page.export().await?;
        assert!(Plan::from_json(&exported.text).is_ok());
        page.cdp()
            .send_raw("Page.removeScriptToEvaluateOnNewDocument", stub)
            .await?;

        // No store at all, as in some private windows.
        let none = "IDBFactory.prototype.open = function () {
            throw new DOMException('Not here.', 'SecurityError');
        };";
        page.before_page(none).await?;
        page.film_of(&site, &material.files()).await?;
        page.until("document.querySelector('.kept')?.textContent.includes('keeps no data')")
            .await?;
        assert!(Plan::from_json(&page.export().await?.text).is_ok());
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

/// The database is busy until `letGo`, and whoever waits for it for seconds waits a moment.
const BUSY: &str = "
    // Frames have none.
    const first = self === top ? indexedDB.open('autocut', 1) : {};
    first.onsuccess = () => {
        window.letGo = () => first.result.close();
        indexedDB.deleteDatabase('autocut');
    };
    const own = window.setTimeout;
    window.setTimeout = (then, ms, ...of) => own(then, ms >= 5_000 ? 100 : ms, ...of);";

/// Tries to delete the database: what is in it, if nobody has it open.
const CLOSED: &str = "
    const done = arguments[0];
    const again = indexedDB.open('autocut', 1);
    again.onsuccess = () => {
        const tables = [...again.result.objectStoreNames];
        again.result.close();
        const end = indexedDB.deleteDatabase('autocut');
        end.onblocked = () => done(['somebody has it open']);
        end.onsuccess = () => done(tables);
    };";

#[test]
fn a_store_that_opens_too_late_is_told_and_left_as_it_should_be() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let song = folder.path().join("clicks.wav");
    fs::write(&song, sound::wav(&sound::click_track(12))).unwrap();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.before_page(BUSY).await?;
        page.open(&site).await?;
        page.add(&[song]).await?;
        page.until("document.querySelector('.kept')?.textContent.includes('keeps no data')")
            .await?;
        page.execute("letGo();", Vec::new()).await?;
        let tables: Vec<String> = page.execute_async(CLOSED, Vec::new()).await?.convert()?;
        assert_eq!(
            tables,
            ["claims", "documents", "footage", "listed", "state"],
            "tables are made, and it is closed again"
        );
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}
