//! How much memory may be used: the least of what the machine has free, what every control group
//! on the way up leaves, and what the user allows.

pub mod cgroup;

use crate::shown::Shown as _;
use std::path::Path;

/// Kept free for everything else, in bytes.
const RESERVE: u64 = 256 * 1024 * 1024;
/// The share of what is free that is used, in percent.
const SHARE: u64 = 80;

/// An amount of memory and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Bytes that segments may use together.
    pub bytes: u64,
    /// What sets it, in words.
    pub from: String,
}

/// The budget now. `allowed` is the user's own limit; it is taken as it is, but never above what
/// there is.
#[must_use]
pub fn budget(allowed: Option<u64>) -> Budget {
    let free = free();
    let usable = (free.bytes / 100 * SHARE).saturating_sub(RESERVE);
    match allowed {
        Some(allowed) if allowed <= usable => Budget {
            bytes: allowed,
            from: "--memory".to_owned(),
        },
        _ => Budget {
            bytes: usable,
            from: free.from,
        },
    }
}

/// Memory that could be had now, without anything being swapped out.
#[must_use]
pub fn free() -> Budget {
    let machine = machine();
    match cgroup::headroom(Path::new("/")) {
        Some(group) if group.bytes < machine.bytes => Budget {
            bytes: group.bytes,
            from: format!("the limit of the control group {}", group.path.shown()),
        },
        _ => machine,
    }
}

fn machine() -> Budget {
    let available = sysinfo::System::new().ok().map(|mut system| {
        system.refresh_memory();
        system.available_memory()
    });
    Budget {
        // Where the system does not tell, enough for one segment at a time.
        bytes: available.filter(|bytes| *bytes > 0).unwrap_or(2 << 30),
        from: "the memory that is free".to_owned(),
    }
}
