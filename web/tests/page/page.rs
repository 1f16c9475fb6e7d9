//! The page as a person uses it: choosing, dropping, pressing, reading.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::plan::Plan;
use thirtyfour::prelude::*;
use web::project::Project;

use crate::site::Site;

/// How long anything may take before it counts as failed. Machines that build at the same time are
/// slow; nothing is measured here.
const PATIENCE: Duration = Duration::from_mins(1);

/// The panels; where there is room for three columns, the first has a place of its own.
pub(crate) const PANELS: [&str; 4] = ["media", "shot", "beats", "film"];

/// The windows over the page, by the buttons that open them.
pub(crate) const SHEETS: [&str; 3] = ["help", "export", "projects"];

/// Holds back what is sent to the planner from now on.
const HOLD: &str = "
    const own = Worker.prototype.postMessage;
    const held = [];
    Worker.prototype.postMessage = function (data, ...rest) {
        if (typeof data?.h === 'string') held.push(() => own.call(this, data, ...rest));
        else own.call(this, data, ...rest);
    };
    window.letGo = () => {
        Worker.prototype.postMessage = own;
        for (const send of held) send();
    };";

/// A browser's window with the page in it.
pub(crate) struct Page {
    browser: WebDriver,
    downloads: PathBuf,
}

impl Deref for Page {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.browser
    }
}

impl Page {
    pub(crate) fn new(browser: WebDriver, downloads: &Path) -> Self {
        Self {
            browser,
            downloads: downloads.to_owned(),
        }
    }

    /// Opens the page and waits until it can be used.
    pub(crate) async fn open(&self, site: &Site) -> WebDriverResult<()> {
        self.set_script_timeout(PATIENCE * 2).await?;
        self.goto(site.address()).await?;
        self.started().await
    }

    /// Opens the page, adds files, and waits for the film that is made of them.
    pub(crate) async fn film_of(&self, site: &Site, files: &[PathBuf]) -> WebDriverResult<()> {
        self.open(site).await?;
        self.add(files).await?;
        self.planned().await
    }

    /// Runs a script before anything of the page does, whenever it opens from now on. The script's
    /// name, to take it out again.
    pub(crate) async fn before_page(&self, script: &str) -> WebDriverResult<Value> {
        let source = json!({ "source": script });
        self.cdp()
            .send_raw("Page.addScriptToEvaluateOnNewDocument", source)
            .await
    }

    /// Lets the browser be another one than it is: `EmulatedMedia`, `DeviceMetricsOverride`.
    pub(crate) async fn emulate(&self, what: &str, how: Value) -> WebDriverResult<()> {
        self.cdp()
            .send_raw(&format!("Emulation.set{what}"), how)
            .await
            .map(drop)
    }

    /// Makes the window so many pixels wide and high, also narrower than windows of a desktop can be;
    /// pictures of it are `scale` times as large. The page has heard of it when this is over.
    pub(crate) async fn resize(
        &self,
        (width, height): (u32, u32),
        scale: f64,
    ) -> WebDriverResult<()> {
        let window = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
        });
        self.emulate("DeviceMetricsOverride", window).await?;
        self.until(&format!(
            "innerWidth === {width} && innerHeight === {height}"
        ))
        .await?;
        // Changes are told before a frame is drawn; what is asked for then is drawn in the next.
        self.execute_async(
            "requestAnimationFrame(() => requestAnimationFrame(arguments[0]));",
            Vec::new(),
        )
        .await
        .map(drop)
    }

    /// The system is light or dark from now on.
    pub(crate) async fn scheme(&self, name: &str) -> WebDriverResult<()> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": name }] });
        self.emulate("EmulatedMedia", features).await
    }

    /// Lets the planner wait for everything that it is asked from now on.
    pub(crate) async fn hold_planner(&self) -> WebDriverResult<()> {
        self.execute(HOLD, Vec::new()).await.map(drop)
    }

    /// Lets the planner hear what it was asked meanwhile.
    pub(crate) async fn let_go_of_planner(&self) -> WebDriverResult<()> {
        self.execute("window.letGo();", Vec::new()).await.map(drop)
    }

    /// Waits until the page can be used.
    pub(crate) async fn started(&self) -> WebDriverResult<()> {
        self.until("document.querySelector('.page')?.dataset.stage")
            .await
    }

    /// Waits until the page is at this stage.
    pub(crate) async fn stage(&self, name: &str) -> WebDriverResult<()> {
        self.until(&format!(
            "document.querySelector('.page')?.dataset.stage === '{name}'"
        ))
        .await
    }

    /// Waits until there is a film, nothing is being worked on, and the project is kept.
    pub(crate) async fn planned(&self) -> WebDriverResult<()> {
        self.stage("planned").await
    }

    /// Waits until a JavaScript expression is true.
    pub(crate) async fn until(&self, expression: &str) -> WebDriverResult<()> {
        let script = format!(
            "const [patience, done] = arguments;
             const end = performance.now() + patience;
             (function look() {{
                 if ({expression}) done(true);
                 else if (performance.now() > end) done(false);
                 else setTimeout(look, 20);
             }})();"
        );
        let patience = u64::try_from(PATIENCE.as_millis()).expect("some minutes");
        let held: bool = self
            .execute_async(script, vec![json!(patience)])
            .await?
            .convert()?;
        assert!(held, "never true: {expression}");
        Ok(())
    }

    /// The value of a JavaScript expression.
    pub(crate) async fn value(&self, expression: &str) -> WebDriverResult<Value> {
        self.execute(format!("return {expression};"), Vec::new())
            .await?
            .convert()
    }

    /// A number, as a JavaScript expression tells it.
    pub(crate) async fn number(&self, expression: &str) -> WebDriverResult<f64> {
        let value = self.value(expression).await?;
        Ok(value
            .as_f64()
            .unwrap_or_else(|| panic!("{expression} is {value}, not a number")))
    }

    /// Whether a JavaScript expression is true.
    pub(crate) async fn holds(&self, expression: &str) -> WebDriverResult<bool> {
        Ok(self.value(&format!("!!({expression})")).await? == true)
    }

    /// The text of an element, shown or not.
    pub(crate) async fn text(&self, css: &str) -> WebDriverResult<String> {
        let element = self.find(By::Css(css)).await?;
        Ok(element.prop("textContent").await?.unwrap_or_default())
    }

    /// The texts of all elements, shown or not.
    pub(crate) async fn texts(&self, css: &str) -> WebDriverResult<Vec<String>> {
        self.execute(
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent);",
            vec![json!(css)],
        )
        .await?
        .convert()
    }

    /// How many elements there are.
    pub(crate) async fn count(&self, css: &str) -> WebDriverResult<usize> {
        Ok(self.texts(css).await?.len())
    }

    /// What the page has to say at the moment.
    pub(crate) async fn notices(&self) -> WebDriverResult<Vec<String>> {
        self.texts(".notice p").await
    }

    /// Waits for a sentence that holds `words`, and reads it away.
    pub(crate) async fn notice(&self, words: &str) -> WebDriverResult<String> {
        let words = json!(words);
        let found = format!(
            "[...document.querySelectorAll('.notice')].find((one) => one.textContent.includes({words}))"
        );
        self.until(&found).await?;
        let said = self
            .value(&format!("{found}.querySelector('p').textContent"))
            .await?;
        self.execute(
            format!("{found}.querySelector('button').click();"),
            Vec::new(),
        )
        .await?;
        Ok(said.as_str().unwrap_or_default().to_owned())
    }

    /// Presses an element, once it can be pressed.
    pub(crate) async fn click(&self, css: &str) -> WebDriverResult<()> {
        self.until(&format!(
            "document.querySelector({0}) && !document.querySelector({0}).disabled",
            json!(css)
        ))
        .await?;
        self.find(By::Css(css)).await?.click().await
    }

    /// Presses the button with this name, within what `css` selects.
    pub(crate) async fn press_button(&self, css: &str, name: &str) -> WebDriverResult<()> {
        let found = format!(
            "[...document.querySelectorAll({} + ' button')].find((one) =>
                !one.disabled && ((one.getAttribute('aria-label') ?? '').includes({name})
                    || one.textContent.includes({name})))",
            json!(css),
            name = json!(name),
        );
        self.until(&found).await?;
        let button = self.execute(format!("return {found};"), Vec::new()).await?;
        button.element()?.click().await
    }

    /// Chooses a radio button, also one that stands behind its label.
    pub(crate) async fn pick(&self, css: &str) -> WebDriverResult<()> {
        let found = format!("document.querySelector({})", json!(css));
        self.until(&found).await?;
        self.execute(format!("{found}.click();"), Vec::new())
            .await
            .map(drop)
    }

    /// Sets a field, as if it was pulled or chosen there, to the value of a JavaScript expression, in
    /// which `field` is the field.
    pub(crate) async fn set(&self, css: &str, value: &str) -> WebDriverResult<()> {
        let found = format!("document.querySelector({})", json!(css));
        self.until(&found).await?;
        let script = format!(
            "const field = {found};
             field.value = {value};
             for (const kind of ['input', 'change'])
                 field.dispatchEvent(new Event(kind, {{ bubbles: true }}));"
        );
        self.execute(script, Vec::new()).await.map(drop)
    }

    /// Shows a panel.
    pub(crate) async fn panel(&self, name: &str) -> WebDriverResult<()> {
        self.click(&format!("#tab-{name}")).await
    }

    /// Opens a window over the page.
    pub(crate) async fn open_sheet(&self, name: &str) -> WebDriverResult<()> {
        self.click(&format!("#{name}")).await?;
        self.until("document.querySelector('dialog[open]')").await
    }

    /// Closes the window over the page.
    pub(crate) async fn close_sheet(&self) -> WebDriverResult<()> {
        self.keys(Key::Escape).await?;
        self.until("!document.querySelector('dialog')").await
    }

    /// Takes the focus from whatever has it; keys are the page's only while nothing that is typed
    /// into has them.
    pub(crate) async fn blur(&self) -> WebDriverResult<()> {
        self.execute("document.activeElement?.blur();", Vec::new())
            .await
            .map(drop)
    }

    /// Selects a shot by keys, to the start and then cut by cut, and shows its panel.
    pub(crate) async fn select(&self, slot: usize) -> WebDriverResult<()> {
        self.blur().await?;
        self.keys(Key::Home).await?;
        for _ in 0..slot {
            self.keys(Key::Down).await?;
        }
        if slot == 0 {
            self.keys(Key::Down).await?;
            self.keys(Key::Up).await?;
        }
        self.panel("shot").await?;
        let number = json!(format!("Shot {} of ", slot + 1));
        self.until(&format!(
            "document.querySelector('#panel .head')?.textContent.includes({number})"
        ))
        .await?;
        self.blur().await
    }

    /// Types, with whatever has the focus.
    pub(crate) async fn keys(&self, keys: impl Into<TypingData>) -> WebDriverResult<()> {
        let keys: TypingData = keys.into();
        self.action_chain().send_keys(keys).perform().await
    }

    /// Presses a key while others are held.
    pub(crate) async fn chord(&self, held: &[Key], key: impl Into<char>) -> WebDriverResult<()> {
        let key: char = key.into();
        let mut chain = self.action_chain();
        for held in held {
            chain = chain.key_down(held.clone());
        }
        chain = chain.key_down(key).key_up(key);
        for held in held.iter().rev() {
            chain = chain.key_up(held.clone());
        }
        chain.perform().await
    }

    /// Adds files, as with the browser's own window for it.
    pub(crate) async fn add(&self, files: &[PathBuf]) -> WebDriverResult<()> {
        let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        // One is there as long as the page is empty, the other from then on.
        let css = "#files, #more";
        self.until(&format!("document.querySelector({})", json!(css)))
            .await?;
        self.find(By::Css(css))
            .await?
            .send_keys(names.join("\n"))
            .await
    }

    /// Drops files and folders of the disk on the middle of the page, as from a file manager.
    pub(crate) async fn drop_files(&self, files: &[PathBuf]) -> WebDriverResult<()> {
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({
                "type": kind,
                "x": 300,
                "y": 300,
                "data": { "items": [], "files": files, "dragOperationsMask": 1 },
            });
            self.cdp()
                .send_raw("Input.dispatchDragEvent", event)
                .await?;
        }
        Ok(())
    }

    /// The next file that the page saves: its name and its text. It does not stay on the disk.
    pub(crate) fn downloaded(&self) -> (String, String) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let files: Vec<PathBuf> = fs::read_dir(&self.downloads)
                .expect("the folder of downloads")
                .map(|entry| entry.expect("an entry").path())
                .collect();
            // One that is not all there yet has another name beside it.
            if let [file] = files.as_slice()
                && file.extension().is_some_and(|end| end == "json")
                && let Ok(text) = fs::read_to_string(file)
                && text.trim_end().ends_with('}')
            {
                fs::remove_file(file).expect("a download can be removed");
                let name = file.file_name().expect("a name").to_string_lossy();
                return (name.into_owned(), text);
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the page saved no file");
    }

    /// The project as the page would save it.
    pub(crate) async fn project(&self) -> WebDriverResult<Project> {
        self.chord(&[Key::Control], 's').await?;
        let (_, text) = self.downloaded();
        Ok(Project::from_json(&text).expect("a project").project)
    }

    /// The plan as it stands, by way of the saved project.
    pub(crate) async fn plan(&self) -> WebDriverResult<Plan> {
        Ok(self.project().await?.plan.expect("there is a plan"))
    }

    /// Exports the plan as a person does: opens the window, saves, closes the window.
    pub(crate) async fn export(&self) -> WebDriverResult<Exported> {
        self.click("#export").await?;
        self.until("document.querySelector('#command')?.textContent")
            .await?;
        let command = self.text("#command").await?;
        self.click("#save-plan").await?;
        let (name, text) = self.downloaded();
        self.close_sheet().await?;
        Ok(Exported {
            name,
            text,
            command,
        })
    }

    /// What the browser has to complain about.
    pub(crate) async fn complaints(&self) -> WebDriverResult<Vec<String>> {
        let log = self.browser_log().await?;
        Ok(log.iter().map(|entry| format!("{entry:?}")).collect())
    }

    /// Writes what is on the screen, said and complained of where a person finds it.
    pub(crate) async fn keep_what_is_seen(&self) {
        let thread = thread::current();
        let name = thread.name().unwrap_or("visit").replace("::", "-");
        let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("failed-{name}.png"));
        // The visit has failed already; what cannot be told of it is left out.
        let _ = self.screenshot(&beside).await;
        let said = self.text(".page").await.unwrap_or_default();
        let complaints = self.complaints().await.unwrap_or_default();
        eprintln!(
            "the page at the end: {}\nit says: {said}\nthe browser: {complaints:#?}",
            beside.display()
        );
    }
}

/// An exported plan.
pub(crate) struct Exported {
    /// The name that the page gave the file.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) text: String,
    /// The command that the page shows for it.
    pub(crate) command: String,
}
