//! What a command costs: wall time, CPU time of all its processes, peak memory of the tree.

use std::fmt;
use std::fs;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{run_quietly, shown};

/// How often memory is sampled. Shorter peaks can be missed.
const EVERY: Duration = Duration::from_millis(20);
/// Clock ticks per second in `/proc`: 100 on every Linux that Rust's std supports.
const TICKS: f64 = 100.0;

/// What a command cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// From start to end, in seconds.
    pub(super) wall: f64,
    /// User and system time of every process, in seconds; 0 where there is no `/proc`.
    pub(super) cpu: f64,
    /// Most resident memory of all processes together, in bytes. Pages that processes share are
    /// counted once for each. 0 where there is no `/proc`.
    pub(super) memory: u64,
}

impl Cost {
    /// One after the other: times add up, memory is the larger.
    pub(super) fn then(self, next: Self) -> Self {
        Self {
            wall: self.wall + next.wall,
            cpu: self.cpu + next.cpu,
            memory: self.memory.max(next.memory),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "wall {:7.2} s   CPU {:7.2} s   peak {:5} MiB",
            self.wall,
            self.cpu,
            self.memory >> 20
        )
    }
}

/// Runs a command and measures it. Its output is thrown away, its errors are shown.
///
/// # Errors
/// If it cannot start or does not end in success.
pub(super) fn measure(command: &mut Command) -> Result<Cost> {
    let (cost, status) = measure_any(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(cost)
}

/// The same for a command that may fail; tells how it ended.
///
/// # Errors
/// If it cannot start.
pub(super) fn measure_any(command: &mut Command) -> Result<(Cost, ExitStatus)> {
    let shown = shown(command);
    let cpu_before = cpu_of_children();
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let mut memory = 0;
    let status = loop {
        memory = memory.max(memory_of_tree(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(EVERY);
    };
    let wall = start.elapsed().as_secs_f64();
    let cost = Cost {
        wall,
        cpu: cpu_of_children() - cpu_before,
        memory,
    };
    Ok((cost, status))
}

/// Runs commands, so many at once, and measures them together. Memory is not looked at.
///
/// # Errors
/// If one cannot start or does not end in success.
pub(super) fn measure_together(commands: Vec<Command>, at_once: usize) -> Result<Cost> {
    let cpu_before = cpu_of_children();
    let start = Instant::now();
    let queue = Mutex::new(commands.into_iter());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once)
            .map(|_| {
                scope.spawn(|| {
                    let next = || queue.lock().ok()?.next();
                    while let Some(mut command) = next() {
                        run_quietly(&mut command)?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    Ok(Cost {
        wall: start.elapsed().as_secs_f64(),
        cpu: cpu_of_children() - cpu_before,
        memory: 0,
    })
}

/// User and system time of every child that has ended, with its own children, in seconds.
fn cpu_of_children() -> f64 {
    let Ok(text) = fs::read_to_string("/proc/self/stat") else {
        return 0.0;
    };
    // The second field is a name in brackets that may hold anything; the rest are words.
    let after_name = text.rsplit(')').next().unwrap_or_default();
    after_name
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}

/// Resident memory of a process and all below it, in bytes. Only these are looked at: reading all
/// of `/proc` so often takes a tenth of a core from what is measured.
fn memory_of_tree(root: u32) -> u64 {
    let mut open = vec![root];
    let mut memory = 0;
    while let Some(id) = open.pop() {
        if let Ok(status) = fs::read_to_string(format!("/proc/{id}/status")) {
            memory += field(&status, "VmRSS:").unwrap_or(0) * 1024;
        }
        let threads = fs::read_dir(format!("/proc/{id}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children"));
            let children = children.unwrap_or_default();
            open.extend(
                children
                    .split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
    }
    memory
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_child_is_part_of_the_tree() {
        let alone = memory_of_tree(std::process::id());
        let mut child = Command::new("sleep").arg("5").spawn().unwrap();
        // Not before the child has become `sleep`; its memory is its own from then on.
        while memory_of_tree(child.id()) == 0 {
            thread::yield_now();
        }
        let of_child = memory_of_tree(child.id());
        let together = memory_of_tree(std::process::id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            of_child > 0 && together > of_child,
            "{alone} {of_child} {together}"
        );
    }
}
