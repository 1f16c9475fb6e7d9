//! What the machine offers: cores and memory.

use std::num::NonZero;
use std::path::Path;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::render::memory;

/// Memory that is assumed where the system does not tell, in bytes.
const UNKNOWN: u64 = 2 << 30;

/// Cores and memory that this process may use.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Machine {
    /// Cores.
    pub(super) cores: usize,
    /// Memory that is free for use now, in bytes.
    pub(super) memory_available: u64,
    /// Memory in all, in bytes: the machine's, or the container's limit.
    pub(super) memory_total: u64,
    /// The file of the control group that limits it, if one does.
    pub(super) memory_limit: Option<String>,
}

impl Machine {
    /// Asks the system.
    pub(super) fn measured() -> Self {
        let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        // A system that does not tell is taken to have little.
        let system = System::new_with_specifics(refresh).ok();
        let total = system.as_ref().map_or(UNKNOWN, System::total_memory);
        let free = memory::available(Path::new("/")).min(total);
        let groups = memory::cgroup::groups(Path::new("/"));
        let tightest = groups.iter().min_by_key(|group| group.left());
        let limit = tightest.filter(|group| group.limit < total);
        Self {
            cores: std::thread::available_parallelism().map_or(1, NonZero::get),
            memory_available: limit.map_or(free, |group| group.left().min(free)),
            memory_total: limit.map_or(total, |group| group.limit),
            memory_limit: limit.map(|group| group.file.display().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_something() {
        let machine = Machine::measured();
        assert!(machine.cores > 0 && machine.memory_total > 0);
        assert!(machine.memory_available <= machine.memory_total);
    }
}
