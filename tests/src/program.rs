//! The built `render-native`, run as a user runs it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Names a `render-native` that is already built.
pub const BINARY_VARIABLE: &str = "AUTOCUT_TEST_BINARY";

/// The program's file, built once from the sources as they are.
///
/// Cargo builds a package's programs for its own tests only, so the first test that asks builds.
#[must_use]
pub fn render_native() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(named) = std::env::var_os(BINARY_VARIABLE) {
            return named.into();
        }
        // target/<profile>/deps/<this test>
        let here = std::env::current_exe().unwrap();
        let profile_dir = here.parent().and_then(Path::parent).unwrap();
        let release = profile_dir.ends_with("release");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--workspace", "--bin", "render-native"])
            .args(release.then_some("--release"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo starts");
        assert!(built.success(), "render-native does not build");
        profile_dir.join(format!("render-native{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A run of the program that is over.
#[derive(Debug)]
pub struct Run {
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it wrote on standard output.
    pub stdout: String,
    /// What it wrote on standard error.
    pub stderr: String,
}

impl Run {
    /// Fails the test unless the program ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Fails the test unless `text` was said on either stream.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text) || self.stderr.contains(text),
            "\"{text}\" is not said\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\n{}\n{}", self.stdout, self.stderr))
    }
}

/// The program with its arguments, not started yet.
pub fn command<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(render_native());
    command
        .args(args)
        .stdin(Stdio::null())
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE");
    command
}

/// Runs the program.
pub fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    run_with(args, &[])
}

/// Runs the program with more environment.
pub fn run_with<A: AsRef<OsStr>>(
    args: impl IntoIterator<Item = A>,
    environment: &[(OsString, OsString)],
) -> Run {
    let output: Output = command(args)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("render-native starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
