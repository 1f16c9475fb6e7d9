//! The bounds of memory, and reading them all at once.

use std::path::{Path, PathBuf};

use super::mode::Thresholds;
use super::{cgroup, machine};
use crate::process;
use crate::shown::Shown as _;

/// One bound on memory, and how much is used of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Bytes at which there are none left.
    pub limit: u64,
    /// Bytes used of them.
    pub used: u64,
    /// Who sets it, in words.
    pub name: &'static str,
    /// The file that states it, for a control group.
    pub file: Option<PathBuf>,
}

impl Bound {
    /// Who sets it, with the file if there is one.
    #[must_use]
    pub fn from(&self) -> String {
        match &self.file {
            Some(file) => format!("{}, {}", self.name, file.shown()),
            None => self.name.to_owned(),
        }
    }

    /// The part that is used, in thousandths; above 1000 if more is used than is allowed.
    #[must_use]
    pub fn permille(&self) -> u64 {
        let used = u128::from(self.used) * 1000 / u128::from(self.limit.max(1));
        u64::try_from(used).unwrap_or(u64::MAX)
    }

    /// Bytes left below a share of the limit.
    #[must_use]
    pub fn below(&self, percent: u8) -> u64 {
        share(self.limit, percent).saturating_sub(self.used)
    }
}

/// So many percent of an amount.
fn share(bytes: u64, percent: u8) -> u64 {
    u64::try_from(u128::from(bytes) * u128::from(percent) / 100).unwrap_or(u64::MAX)
}

/// All bounds at one moment; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Bytes that this program and its children hold.
    pub ours: u64,
    /// What the machine can still give.
    machine: Bound,
    /// The other bounds.
    others: Vec<Bound>,
}

impl Reading {
    /// Every bound.
    pub fn bounds(&self) -> impl Iterator<Item = &Bound> {
        std::iter::once(&self.machine).chain(&self.others)
    }

    /// The bound of which the largest part is used.
    #[must_use]
    pub fn fullest(&self) -> &Bound {
        let later = |a: &&Bound, b: &&Bound| a.permille().cmp(&b.permille());
        self.bounds().max_by(later).unwrap_or(&self.machine)
    }

    /// The smallest bound, in bytes.
    #[must_use]
    pub fn smallest(&self) -> u64 {
        self.bounds().map(|bound| bound.limit).min().unwrap_or(0)
    }

    /// The bound that leaves the least below a share, and what it leaves.
    #[must_use]
    pub fn tightest(&self, percent: u8) -> (&Bound, u64) {
        let left = |bound: &Bound| bound.below(percent);
        let least = self.bounds().min_by_key(|bound| left(bound));
        let least = least.unwrap_or(&self.machine);
        (least, left(least))
    }
}

/// Reads the bounds.
#[derive(Debug, Clone)]
pub struct Gauge {
    /// Where `proc` and `sys` are: `/` but in tests.
    root: PathBuf,
    /// The user's own limit, in bytes.
    allowed: Option<u64>,
    /// What share of a bound is used.
    pub thresholds: Thresholds,
}

impl Gauge {
    /// Reads the bounds of the system under another root.
    #[must_use]
    pub fn under(self, root: PathBuf) -> Self {
        Self { root, ..self }
    }

    /// Reads the bounds of this machine.
    #[must_use]
    pub fn new(allowed: Option<u64>, thresholds: Thresholds) -> Self {
        Self {
            root: PathBuf::from("/"),
            allowed,
            thresholds,
        }
    }

    /// The bounds now, while the children hold so many bytes together.
    #[must_use]
    pub fn read(&self, children: u64) -> Reading {
        let own = process::held(&self.root, "self").unwrap_or_default();
        self.with(children.saturating_add(own.resident()))
    }

    fn with(&self, ours: u64) -> Reading {
        let groups = cgroup::groups(&self.root);
        let groups = groups.into_iter().map(|group| Bound {
            limit: group.limit,
            used: group.used,
            name: "limit of the control group",
            file: Some(group.file),
        });
        let allowed = self.allowed.map(|limit| Bound {
            limit,
            used: ours,
            name: "--memory",
            file: None,
        });
        Reading {
            ours,
            // What other programs hold is no part of the bound: how much the machine has in all
            // says nothing about how much this program can get.
            machine: Bound {
                limit: machine::available(&self.root).saturating_add(ours),
                used: ours,
                name: "free memory of the machine",
                file: None,
            },
            others: groups.chain(allowed).collect(),
        }
    }

    /// Bytes that may be given out now: what the tightest bound leaves below the first threshold.
    #[must_use]
    pub fn room(&self, children: u64) -> u64 {
        let reading = self.read(children);
        reading.tightest(self.thresholds.conservative()).1
    }

    /// How often the kernel has killed one of ours because memory ran out, where it counts that;
    /// where only the whole machine is counted, that.
    #[must_use]
    pub fn oom_kills(&self) -> Option<u64> {
        cgroup::oom_kills(&self.root).or_else(|| machine::oom_kills(&self.root))
    }

    /// The tree that is read.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(limit: u64, used: u64) -> Bound {
        Bound {
            limit,
            used,
            name: "",
            file: None,
        }
    }

    #[test]
    fn the_fullest_and_the_tightest_need_not_be_the_same() {
        let reading = Reading {
            ours: 50,
            machine: bound(10_000, 7_000),
            others: vec![bound(100, 50)],
        };
        assert_eq!(reading.fullest().limit, 10_000);
        assert_eq!(reading.tightest(75), (&bound(100, 50), 25));
        assert_eq!(bound(100, 120).permille(), 1200);
        assert_eq!(bound(100, 120).below(99), 0);
        assert_eq!(bound(0, 1).permille(), 1000);
    }

    #[test]
    fn what_the_user_allows_bounds_only_what_is_ours() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("proc")).unwrap();
        std::fs::write(dir.path().join("proc/meminfo"), "MemAvailable: 4096 kB\n").unwrap();
        let gauge = Gauge::new(Some(2 << 20), Thresholds::default());
        let gauge = gauge.under(dir.path().to_owned());
        let reading = gauge.with(1 << 20);
        let bounds: Vec<_> = reading.bounds().map(|b| (b.limit, b.used)).collect();
        assert_eq!(bounds, [(5 << 20, 1 << 20), (2 << 20, 1 << 20)]);
        assert_eq!(gauge.room(0), (2 << 20) / 4 * 3);
        assert_eq!(reading.tightest(75).0.from(), "--memory");
    }
}
