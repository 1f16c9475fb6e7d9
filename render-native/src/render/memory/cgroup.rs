//! What the control groups of this process leave: a pure function of files under a root, so that
//! both versions can be tested without having either.

use std::path::{Component, Path, PathBuf};

/// Limits at or above this mean that there is none.
const NO_LIMIT: u64 = 1 << 60;

/// The tightest limit on the way from this process's group up to the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// Bytes still to be had.
    pub bytes: u64,
    /// The limit itself, in bytes.
    pub limit: u64,
    /// The group that has it.
    pub path: PathBuf,
}

/// Reads the groups of the process under `root`, which is `/` but in tests. `None` if there is no
/// limit, or no control group at all.
#[must_use]
pub fn headroom(root: &Path) -> Option<Headroom> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let own = read("proc/self/cgroup")?;
    let mounts = read("proc/self/mountinfo")?;
    let unified = own.lines().find_map(|line| line.strip_prefix("0::"));
    let memory = own.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers
            .split(',')
            .any(|controller| controller == "memory")
            .then_some(path)
    });
    let first = memory.and_then(|path| tightest(root, &mounts, path, Version::One));
    let second = unified.and_then(|path| tightest(root, &mounts, path, Version::Two));
    [first, second]
        .into_iter()
        .flatten()
        .min_by_key(|headroom| headroom.bytes)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Walks from the group at `path` up to where its tree is mounted.
fn tightest(root: &Path, mounts: &str, path: &str, version: Version) -> Option<Headroom> {
    let (mounted, at) = mounts.lines().find_map(|line| mount(line, version))?;
    // In a container the tree is mounted from somewhere below its top.
    let path = Path::new(path);
    let below = path.strip_prefix(mounted).unwrap_or(path);
    let steps: Vec<_> = below
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect();
    let top = root.join(at.trim_start_matches('/'));
    (0..=steps.len())
        .filter_map(|depth| {
            let group = top.join(steps.iter().take(depth).collect::<PathBuf>());
            let (limit, used) = match version {
                Version::One => first_version(&group)?,
                Version::Two => second_version(&group)?,
            };
            Some(Headroom {
                bytes: limit.saturating_sub(used),
                limit,
                path: group,
            })
        })
        .min_by_key(|headroom| headroom.bytes)
}

/// The mounted root and the mount point of a line of `mountinfo`, if it is the tree wanted.
fn mount(line: &str, version: Version) -> Option<(&str, &str)> {
    let (front, back) = line.split_once(" - ")?;
    let mut back = back.split(' ');
    let (kind, options) = (back.next()?, back.nth(1)?);
    let wanted = match version {
        Version::One => kind == "cgroup" && options.split(',').any(|option| option == "memory"),
        Version::Two => kind == "cgroup2",
    };
    let mut front = front.split(' ').skip(3);
    wanted.then_some((front.next()?, front.next()?))
}

fn first_version(group: &Path) -> Option<(u64, u64)> {
    let limit = number(group, "memory.limit_in_bytes")?;
    let used = number(group, "memory.usage_in_bytes")?;
    let cached = statistic(group, "total_inactive_file");
    (limit < NO_LIMIT).then_some((limit, used.saturating_sub(cached)))
}

/// Going over `memory.high` slows everything down, so it counts as a limit too.
fn second_version(group: &Path) -> Option<(u64, u64)> {
    let limit = ["memory.max", "memory.high"]
        .into_iter()
        .filter_map(|name| number(group, name))
        .min()?;
    let used = number(group, "memory.current")?;
    let cached = statistic(group, "inactive_file");
    (limit < NO_LIMIT).then_some((limit, used.saturating_sub(cached)))
}

/// A file with one number; `max` is none.
fn number(group: &Path, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(group.join(name)).ok()?;
    text.trim().parse().ok()
}

fn statistic(group: &Path, name: &str) -> u64 {
    let statistics = std::fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    statistics.lines().find_map(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        dir
    }

    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";

    #[test]
    fn the_tightest_group_on_the_way_up_counts_less_what_can_be_dropped() {
        let group = "sys/fs/cgroup/user.slice";
        let dir = tree(&[
            ("proc/self/cgroup", "0::/user.slice/job.scope\n"),
            ("proc/self/mountinfo", V2),
            (&format!("{group}/memory.max"), "1000\n"),
            (&format!("{group}/memory.current"), "700\n"),
            (
                &format!("{group}/memory.stat"),
                "anon 500\ninactive_file 200\n",
            ),
            (&format!("{group}/job.scope/memory.max"), "max\n"),
            (&format!("{group}/job.scope/memory.high"), "2000\n"),
            (&format!("{group}/job.scope/memory.current"), "600\n"),
        ]);
        let headroom = headroom(dir.path()).unwrap();
        assert_eq!((headroom.bytes, headroom.limit), (500, 1000));
        assert!(headroom.path.ends_with("user.slice"));
    }

    #[test]
    fn the_first_version_in_a_container_is_found_below_its_mount() {
        let group = "sys/fs/cgroup/memory";
        let dir = tree(&[
            (
                "proc/self/cgroup",
                "5:cpu:/\n4:memory:/docker/abc/inner\n0::/\n",
            ),
            (
                "proc/self/mountinfo",
                "9 8 0:1 / /proc rw - proc proc rw\n\
                 35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
            ),
            (
                &format!("{group}/memory.limit_in_bytes"),
                "9223372036854771712\n",
            ),
            (&format!("{group}/memory.usage_in_bytes"), "5\n"),
            (&format!("{group}/inner/memory.limit_in_bytes"), "4096\n"),
            (&format!("{group}/inner/memory.usage_in_bytes"), "3000\n"),
            (
                &format!("{group}/inner/memory.stat"),
                "inactive_file 1\ntotal_inactive_file 904\n",
            ),
        ]);
        assert_eq!(headroom(dir.path()).unwrap().bytes, 2000);
    }

    #[test]
    fn without_limits_or_groups_there_is_none() {
        let dir = tree(&[
            ("proc/self/cgroup", "0::/a\n"),
            ("proc/self/mountinfo", V2),
            ("sys/fs/cgroup/a/memory.max", "max\n"),
            ("sys/fs/cgroup/a/memory.current", "1\n"),
        ]);
        assert_eq!(headroom(dir.path()), None);
        assert_eq!(headroom(Path::new("/nowhere")), None);
    }
}
