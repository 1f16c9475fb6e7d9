//! The system's package manager, where there is one and we may use it.

use std::sync::OnceLock;

use anyhow::{Result, bail};

use crate::command::{command, exists, run, succeeds};

/// A package manager of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    /// Debian, Ubuntu.
    Apt,
    /// Fedora, RHEL.
    Dnf,
    /// Arch.
    Pacman,
    /// Alpine.
    Apk,
    /// Homebrew; runs as the user.
    Brew,
}

impl Manager {
    const ALL: [Self; 5] = [Self::Apt, Self::Dnf, Self::Pacman, Self::Apk, Self::Brew];

    /// The first one that this system has.
    pub(crate) fn of_this_system() -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|manager| exists(manager.program()))
    }

    const fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Apk => "apk",
            Self::Brew => "brew",
        }
    }

    const fn install_words(self) -> &'static [&'static str] {
        match self {
            Self::Apt => &["install", "-y", "--no-install-recommends"],
            Self::Dnf => &["install", "-y"],
            Self::Pacman => &["-Sy", "--noconfirm", "--needed"],
            Self::Apk => &["add"],
            Self::Brew => &["install"],
        }
    }

    /// The packages of Chromium and its driver; none where they are no plain packages.
    pub(crate) const fn browser(self) -> &'static [&'static str] {
        match self {
            Self::Apt => &["chromium", "chromium-driver"],
            Self::Dnf => &["chromium", "chromedriver"],
            Self::Pacman => &["chromium"],
            Self::Apk => &["chromium", "chromium-chromedriver"],
            Self::Brew => &[],
        }
    }

    /// The packages of node and npm.
    pub(crate) const fn node(self) -> &'static [&'static str] {
        match self {
            Self::Apt | Self::Dnf | Self::Pacman | Self::Apk => &["nodejs", "npm"],
            Self::Brew => &["node"],
        }
    }

    /// What a person would type to install these packages.
    pub(crate) fn line(self, packages: &[&str]) -> String {
        let sudo = if self == Self::Brew { "" } else { "sudo " };
        let words = self.install_words().join(" ");
        format!("{sudo}{} {words} {}", self.program(), packages.join(" "))
    }

    /// Installs packages without asking anything.
    ///
    /// # Errors
    /// If we may not, or the manager fails.
    pub(crate) fn install(self, packages: &[&str]) -> Result<()> {
        let Some(prefix) = self.prefix() else {
            bail!(
                "installing needs administrator rights; type `{}` and start again",
                self.line(packages)
            );
        };
        let start = |words: &[&str]| {
            let mut all = prefix
                .iter()
                .copied()
                .chain([self.program()])
                .chain(words.iter().copied());
            let mut start = command(all.next().unwrap_or_default());
            start.args(all).env("DEBIAN_FRONTEND", "noninteractive");
            start
        };
        if self == Self::Apt {
            // A fresh image has no package lists at all; an old one has lists of packages that
            // are gone from the mirrors. Once a run is enough.
            static UPDATED: OnceLock<()> = OnceLock::new();
            if UPDATED.get().is_none() {
                run(&mut start(&["update", "-q"]))?;
                let _ = UPDATED.set(());
            }
        }
        run(start(self.install_words()).args(packages))
    }

    /// What stands before the manager's own name; `None` if we may not install.
    fn prefix(self) -> Option<&'static [&'static str]> {
        if self == Self::Brew || is_root() {
            Some(&[])
        } else if exists("sudo") && succeeds(command("sudo").args(["-n", "true"])) {
            Some(&["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"])
        } else {
            None
        }
    }
}

fn is_root() -> bool {
    crate::command::output(command("id").arg("-u")).is_ok_and(|id| id.trim_ascii() == b"0")
}
