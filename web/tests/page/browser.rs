//! Chromium and its driver, from start to end.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

/// Quiet, without a window, and away from any network of its own.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,960",
];

/// Whether someone asked to go without a browser.
pub(crate) fn skipped() -> bool {
    let skipped = std::env::var_os("AUTOCUT_SKIP_BROWSER").is_some_and(|value| value == "1");
    if skipped {
        eprintln!("not tested: AUTOCUT_SKIP_BROWSER=1");
    }
    skipped
}

/// Ends the driver with the test, also when the test fails.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a browser, lets `visit` use it, ends it, and gives back what `visit` brings along.
pub(crate) fn with_browser<T, F>(visit: impl FnOnce(WebDriver) -> F) -> T
where
    F: Future<Output = WebDriverResult<T>>,
{
    let port = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|probe| probe.local_addr())
        .expect("a free port")
        .port();
    let child = Command::new("chromedriver")
        .arg(format!("--port={port}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("chromedriver starts; `cargo xtask setup` installs it, AUTOCUT_SKIP_BROWSER=1 does without");
    let _driver = Driver(child);
    let profile = tempfile::tempdir().expect("a folder for the browser's profile");

    let mut wanted = DesiredCapabilities::chrome();
    for flag in FLAGS {
        wanted.add_arg(flag).expect("a flag");
    }
    wanted
        .add_arg(&format!("--user-data-dir={}", profile.path().display()))
        .expect("a flag");
    wanted
        .set_browser_log_level(LoggingPrefsLogLevel::All)
        .expect("a level");

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        wait_for(port);
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted)
            .await
            .expect("Chromium starts under chromedriver");
        driver
            .run_and_quit(visit)
            .await
            .expect("the browser does as it is told")
    })
}

/// Waits until the driver listens.
fn wait_for(port: u16) {
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("chromedriver does not listen on port {port}");
}

/// Waits until the page is at this stage.
pub(crate) async fn stage(driver: &WebDriver, name: &str) -> WebDriverResult<()> {
    driver
        .query(By::Css(format!("main[data-stage={name}]")))
        .wait(Duration::from_mins(2), Duration::from_millis(50))
        .first()
        .await
        .map(drop)
}

/// The text of an element, shown or not.
pub(crate) async fn text(driver: &WebDriver, css: &str) -> WebDriverResult<String> {
    let element = driver.find(By::Css(css)).await?;
    Ok(element.prop("textContent").await?.unwrap_or_default())
}

/// What the browser has to complain about.
pub(crate) async fn complaints(driver: &WebDriver) -> WebDriverResult<Vec<String>> {
    let log = driver.browser_log().await?;
    Ok(log.iter().map(|entry| format!("{entry:?}")).collect())
}
