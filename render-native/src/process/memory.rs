//! How much memory a process holds now.

use std::path::Path;

/// Bytes that process `pid` (or `self`) holds, by the files under `root`, which is `/` but in
/// tests: its proportional share, where pages of libraries count once for all who map them, else
/// what is resident. `None` if it is gone or the system does not tell.
#[must_use]
pub fn held(root: &Path, pid: &str) -> Option<u64> {
    let process = root.join("proc").join(pid);
    let read = |file: &str, key: &str| {
        let text = std::fs::read_to_string(process.join(file)).ok()?;
        kib(&text, key)
    };
    read("smaps_rollup", "Pss:").or_else(|| read("status", "VmRSS:"))
}

/// The value of a line `key number kB`, in bytes.
pub(super) fn kib(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proportional_share_counts_and_else_what_is_resident() {
        let dir = tempfile::tempdir().unwrap();
        let process = dir.path().join("proc/7");
        std::fs::create_dir_all(&process).unwrap();
        std::fs::write(process.join("status"), "Name:\tx\nVmRSS:\t   300 kB\n").unwrap();
        assert_eq!(held(dir.path(), "7"), Some(300 * 1024));
        let rollup = "0-1 ---p 0 00:00 0 [rollup]\nRss:  300 kB\nPss:   200 kB\nPss_Anon: 9 kB\n";
        std::fs::write(process.join("smaps_rollup"), rollup).unwrap();
        assert_eq!(held(dir.path(), "7"), Some(200 * 1024));
        assert_eq!(held(dir.path(), "8"), None);
    }
}
