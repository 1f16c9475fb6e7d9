//! A small server for the built page.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The page lies in a folder, as it does on GitHub Pages.
const FOLDER: &str = "/some/where/autocut/";

/// The page, and files beside it, served on a port of this machine until the test ends.
pub(crate) struct Site {
    port: u16,
    shared: Arc<Shared>,
}

/// What every connection sees.
struct Shared {
    dist: PathBuf,
    more: Vec<(&'static str, Vec<u8>)>,
    asked: Mutex<Vec<String>>,
    gone: AtomicBool,
    lost: Mutex<Option<&'static str>>,
}

impl Site {
    /// Serves `web/dist`, or the built page that `AUTOCUT_PAGE` names, and `more` beside it by name.
    pub(crate) fn open(more: Vec<(&'static str, Vec<u8>)>) -> Self {
        let built = std::env::var_os("AUTOCUT_PAGE").map(PathBuf::from);
        let dist = built.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("dist"));
        assert!(
            dist.join("index.html").is_file(),
            "{} is not there; build the page with `cargo xtask page`",
            dist.join("index.html").display()
        );
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let shared = Arc::new(Shared {
            dist,
            more,
            asked: Mutex::default(),
            gone: AtomicBool::new(false),
            lost: Mutex::default(),
        });
        let site = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let site = Arc::clone(&site);
                thread::spawn(move || answer(stream, &site));
            }
        });
        Self { port, shared }
    }

    /// The page's address.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}{FOLDER}", self.port)
    }

    /// Every path that was asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// From now on nobody answers, as without a network.
    pub(crate) fn go_away(&self) {
        self.shared.gone.store(true, Ordering::Relaxed);
    }

    /// From now on this file is not there; all others are.
    pub(crate) fn lose(&self, name: Option<&'static str>) {
        *self.shared.lost.lock().unwrap() = name;
    }
}

/// Answers the requests of one connection. A browser that hangs up is no error.
fn answer(mut stream: TcpStream, site: &Shared) {
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
    while let Some(Ok(first)) = lines.next() {
        // Headers end in an empty line; a GET has no body.
        while lines
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        if site.gone.load(Ordering::Relaxed) {
            return;
        }
        let address = first.split(' ').nth(1).unwrap_or_default().to_owned();
        site.asked.lock().unwrap().push(address.clone());
        let path = address.split('?').next().unwrap_or_default();
        let found = path.strip_prefix(FOLDER).and_then(|name| {
            let name = if name.is_empty() { "index.html" } else { name };
            if *site.lost.lock().unwrap() == Some(name) {
                return None;
            }
            let beside = site.more.iter().find(|(file, _)| *file == name);
            let bytes = beside.map(|(_, bytes)| bytes.clone());
            let bytes = bytes.or_else(|| std::fs::read(inside(&site.dist, name)?).ok())?;
            Some((kind(name), bytes))
        });
        let (status, (kind, bytes)) = match found {
            Some(found) => ("200 OK", found),
            None => ("404 Not Found", ("text/plain", Vec::new())),
        };
        let mut head = String::new();
        let _ = write!(
            head,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            bytes.len()
        );
        if stream.write_all(head.as_bytes()).is_err() || stream.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn inside(dist: &Path, name: &str) -> Option<PathBuf> {
    (!name.contains("..")).then(|| dist.join(name))
}

fn kind(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
