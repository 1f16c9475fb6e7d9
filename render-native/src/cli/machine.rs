//! What the machine offers: cores and memory.

use std::num::NonZero;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Memory that is assumed where the system does not tell, in bytes.
const UNKNOWN: u64 = 2 << 30;

/// Cores and memory that this process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(super) struct Machine {
    /// Cores.
    pub(super) cores: usize,
    /// Memory that is free for use now, in bytes.
    pub(super) memory_available: u64,
    /// Memory in all, in bytes: the machine's, or the container's limit.
    pub(super) memory_total: u64,
    /// Whether a limit of the container is what counts.
    pub(super) memory_limited: bool,
}

impl Machine {
    /// Asks the system.
    pub(super) fn measured() -> Self {
        let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        // A system that does not tell is taken to have little.
        let system = System::new_with_specifics(refresh).ok();
        let (available, total) = system.as_ref().map_or((UNKNOWN, UNKNOWN), |system| {
            (system.available_memory(), system.total_memory())
        });
        let limits = system.as_ref().and_then(System::cgroup_limits);
        let limit = limits.filter(|limits| limits.total_memory < total);
        Self {
            cores: std::thread::available_parallelism().map_or(1, NonZero::get),
            memory_available: limit
                .as_ref()
                .map_or(available, |limits| limits.free_memory.min(available)),
            memory_total: limit.as_ref().map_or(total, |limits| limits.total_memory),
            memory_limited: limit.is_some(),
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
