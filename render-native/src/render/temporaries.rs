//! Names of half-written files in a work directory. They say who writes them, so that whoever
//! cleans up can tell what a killed process has left from what a living one is writing:
//! `.tmp-00007-HOST-PID-RANDOM.mp4`.

use std::hash::{BuildHasher as _, Hasher as _};

/// How every name begins.
const TEMPORARY: &str = ".tmp-";

/// This machine's name as it stands in names and records: letters, digits and hyphens.
pub(crate) fn this_host() -> String {
    let name = sysinfo::System::host_name().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let name: String = name.chars().filter(plain).take(40).collect();
    if name.is_empty() {
        "host".to_owned()
    } else {
        name
    }
}

/// The beginning of a name that nobody else uses, for something of segment `index`.
pub(super) fn prefix(index: Option<usize>, host: &str) -> String {
    let pid = std::process::id();
    match index {
        Some(index) => format!("{TEMPORARY}{index:05}-{host}-{pid}-"),
        None => format!("{TEMPORARY}job-{host}-{pid}-"),
    }
}

/// A name that no other attempt has, on any machine.
pub(super) fn segment(index: usize, host: &str) -> String {
    // Every state is seeded from the system's randomness.
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{}{random:016x}.mp4", prefix(Some(index), host))
}

/// The same, for a mezzanine.
pub(super) fn mezzanine(host: &str) -> String {
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{}{random:016x}.nut", prefix(None, host))
}

/// Whether a file's name is one of a half-written file.
pub(super) fn is_one(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// Who writes a half-written file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Writer {
    /// The machine.
    pub(crate) host: String,
    /// The process there.
    pub(crate) pid: u32,
}

impl Writer {
    /// The writer of the file of that name. `None` if the name does not tell.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (rest, _random) = name.strip_prefix(TEMPORARY)?.rsplit_once('-')?;
        let (rest, pid) = rest.rsplit_once('-')?;
        let (_index, host) = rest.split_once('-')?;
        Some(Self {
            host: host.to_owned(),
            pid: pid.parse().ok()?,
        })
    }

    /// Whether it certainly writes no more: a process of this machine that is not there. Of other
    /// machines nothing is certain.
    pub(crate) fn is_gone(&self, this_host: &str) -> bool {
        self.host == this_host && !is_running(self.pid)
    }
}

#[cfg(unix)]
fn is_running(pid: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return false;
    };
    // A process of somebody else's may not be signalled, but is there.
    test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_who_writes_and_is_nobody_elses() {
        let (one, other) = (segment(7, "render-farm-3"), segment(7, "render-farm-3"));
        assert_ne!(one, other);
        let writer = Writer::of(&one).unwrap();
        assert_eq!(writer.host, "render-farm-3");
        assert_eq!(writer.pid, std::process::id());
        assert!(!writer.is_gone("render-farm-3"));
        assert_eq!(Writer::of(".tmp-half.mp4"), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_a_process_of_this_machine_is_known_to_be_gone() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let writer = Writer {
            host: "here".to_owned(),
            pid: child.id(),
        };
        assert!(writer.is_gone("here"));
        assert!(!writer.is_gone("there"));
    }
}
