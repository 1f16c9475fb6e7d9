//! Chromium and its driver, from start to end.

use std::future::poll_fn;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use serde_json::json;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;
use thirtyfour::ChromeCapabilities;

use crate::page::Page;

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
        suite::skipped("AUTOCUT_SKIP_BROWSER=1");
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

/// Starts a browser, lets `visit` use it, ends it, and gives back what `visit` brings along. Of a
/// visit that fails, what was on the screen is kept beside the built tests.
pub(crate) fn with_browser<T>(visit: impl AsyncFnOnce(&Page) -> WebDriverResult<T>) -> T {
    let (driver, port) = start_driver();
    let profile = tempfile::tempdir().expect("a folder for the browser's profile");
    let downloads = tempfile::tempdir().expect("a folder for downloads");
    let wanted = wishes(profile.path(), downloads.path()).expect("the driver's vocabulary");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let brought = runtime.block_on(async {
        wait_for(port);
        let browser = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted)
            .await
            .expect("Chromium starts under chromedriver");
        browser
            .run_and_quit(async |browser| {
                let page = Page::new(browser, downloads.path());
                let brought = caught(visit(&page)).await;
                if !matches!(brought, Ok(Ok(_))) {
                    page.keep_what_is_seen().await;
                }
                brought.unwrap_or_else(|panic| resume_unwind(panic))
            })
            .await
            .expect("the browser does as it is told")
    });
    drop(driver);
    brought
}

/// What a visit ends with, also when it ends in a panic.
async fn caught<T>(visit: impl Future<Output = T>) -> thread::Result<T> {
    let mut visit = pin!(visit);
    poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| visit.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(brought)) => Poll::Ready(Ok(brought)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

fn start_driver() -> (Driver, u16) {
    let port = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|probe| probe.local_addr())
        .expect("a free port")
        .port();
    let child = Command::new("chromedriver")
        .arg(format!("--port={port}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts; `cargo xtask setup` installs it, AUTOCUT_SKIP_BROWSER=1 does without");
    (Driver(child), port)
}

fn wishes(profile: &Path, downloads: &Path) -> WebDriverResult<ChromeCapabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    for flag in FLAGS {
        wanted.add_arg(flag)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    wanted.add_experimental_option(
        "prefs",
        json!({
            "download.default_directory": downloads,
            "download.prompt_for_download": false,
            // Several files, one after the other, without being asked.
            "profile.default_content_setting_values.automatic_downloads": 1,
        }),
    )?;
    Ok(wanted)
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
