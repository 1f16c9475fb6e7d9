//! What the whole machine has free.

use std::path::Path;

/// Enough for one segment at a time, where the system does not tell.
const UNKNOWN: u64 = 2 << 30;

/// Bytes that could be had now without anything being swapped out, by the system's own account;
/// `root` is `/` but in tests.
#[must_use]
pub fn available(root: &Path) -> u64 {
    let text = std::fs::read_to_string(root.join("proc/meminfo")).ok();
    text.as_deref()
        .and_then(mem_available)
        .or_else(other_systems)
        .unwrap_or(UNKNOWN)
}

fn mem_available(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// How often the kernel has killed anything because memory ran out.
#[must_use]
pub(super) fn oom_kills(root: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(root.join("proc/vmstat")).ok()?;
    let value = |line: &str| line.strip_prefix("oom_kill ")?.trim().parse().ok();
    text.lines().find_map(value)
}

fn other_systems() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(system.available_memory()).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_own_estimate_is_read() {
        let text = "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(mem_available(text), Some(2 << 20));
        for wrong in [
            "",
            "MemAvailable: x kB",
            "MemAvailable: 3",
            "MemAvailable: 99999999999999999999 kB",
        ] {
            assert_eq!(mem_available(wrong), None, "{wrong}");
        }
        assert!(available(Path::new("/nowhere")) > 0);
    }
}
