//! What the control groups of this process allow and hold: pure functions of files under a root,
//! so that both versions can be tested without having either.
//!
//! A group's counter includes the pages of files that were read through it. The kernel drops
//! those before it kills anybody, and a renderer reads gigabytes; so what counts as held is
//! `current - inactive_file - (active_file - mapped files)`. Leaving out only the inactive part is
//! not enough: a clip that two segments read is active, and nothing takes it away from there until
//! the limit is met, so that the group would look full for ever. What is mapped stays counted,
//! since that is the code that runs.

use std::path::{Component, Path, PathBuf};

/// Limits at or above this mean that there is none.
const NO_LIMIT: u64 = 1 << 60;
/// Pages of files in `memory.stat`: inactive, active, and those of the active that are mapped.
const DROPPED_ONE: [&str; 3] = [
    "total_inactive_file",
    "total_active_file",
    "total_mapped_file",
];
/// The same in the second version, which counts the groups below by itself.
const DROPPED_TWO: [&str; 3] = ["inactive_file", "active_file", "file_mapped"];

/// A limit on the way from this process's group up to the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The limit, in bytes.
    pub limit: u64,
    /// Bytes that the group holds, less what the kernel would drop first.
    pub used: u64,
    /// The file that states the limit.
    pub file: PathBuf,
}

impl Group {
    /// Bytes still to be had.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// Every limited group of this process and above it, under `root`, which is `/` but in tests.
#[must_use]
pub fn groups(root: &Path) -> Vec<Group> {
    own(root)
        .into_iter()
        .flatten()
        .flat_map(|(path, version)| {
            let limits: &[&str] = match version {
                Version::One => &["memory.limit_in_bytes"],
                // Going over `high` slows everything down, so it counts as a limit too.
                Version::Two => &["memory.max", "memory.high"],
            };
            limits
                .iter()
                .filter_map(move |name| limited(&path, name, version))
        })
        .collect()
}

/// How often the kernel has killed a process of this process's own group because memory ran out.
/// `None` where that is not counted. Kills by a limit further up are counted in the group of the
/// victim as well, and children stay in the group of their parent.
#[must_use]
pub fn oom_kills(root: &Path) -> Option<u64> {
    let mut counts = own(root)
        .into_iter()
        .flatten()
        .filter_map(|(path, version)| {
            // Of a path upwards only the first, which is the group itself.
            let name = match version {
                Version::One => "memory.oom_control",
                Version::Two => "memory.events",
            };
            keyed(&path.join(name), "oom_kill")
        });
    counts.next()
}

/// The groups from this process's own up to the top, of both versions.
fn own(root: &Path) -> Option<Vec<(PathBuf, Version)>> {
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
    let first = memory.and_then(|path| upwards(root, &mounts, path, Version::One));
    let second = unified.and_then(|path| upwards(root, &mounts, path, Version::Two));
    Some([first, second].into_iter().flatten().flatten().collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// The groups from the one at `path` up to where its tree is mounted.
fn upwards(
    root: &Path,
    mounts: &str,
    path: &str,
    version: Version,
) -> Option<Vec<(PathBuf, Version)>> {
    let (mounted, at) = mounts.lines().find_map(|line| mount(line, version))?;
    // In a container the tree is mounted from somewhere below its top.
    let path = Path::new(path);
    let below = path.strip_prefix(mounted).unwrap_or(path);
    let steps: Vec<_> = below
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect();
    let top = root.join(at.trim_start_matches('/'));
    let group = |depth| top.join(steps.iter().take(depth).collect::<PathBuf>());
    let groups = (0..=steps.len()).rev().map(|depth| (group(depth), version));
    Some(groups.collect())
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

/// The limit that the file `name` of a group states, if it states one.
fn limited(group: &Path, name: &str, version: Version) -> Option<Group> {
    let (held, dropped) = match version {
        Version::One => ("memory.usage_in_bytes", DROPPED_ONE),
        Version::Two => ("memory.current", DROPPED_TWO),
    };
    let limit = number(group, name).filter(|limit| *limit < NO_LIMIT)?;
    let statistics = group.join("memory.stat");
    let [inactive, active, mapped] = dropped.map(|key| keyed(&statistics, key).unwrap_or(0));
    let dropped = inactive.saturating_add(active.saturating_sub(mapped));
    Some(Group {
        limit,
        used: number(group, held)?.saturating_sub(dropped),
        file: group.join(name),
    })
}

/// A file with one number; `max` is none.
fn number(group: &Path, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(group.join(name)).ok()?;
    text.trim().parse().ok()
}

/// The number of a line `key number`.
fn keyed(file: &Path, key: &str) -> Option<u64> {
    let lines = std::fs::read_to_string(file).ok()?;
    let value = |line: &str| {
        line.strip_prefix(key)?
            .strip_prefix(' ')?
            .trim()
            .parse()
            .ok()
    };
    lines.lines().find_map(value)
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

    fn figures(groups: &[Group]) -> Vec<(u64, u64)> {
        groups
            .iter()
            .map(|group| (group.limit, group.used))
            .collect()
    }

    #[test]
    fn every_limit_on_the_way_up_counts_less_what_can_be_dropped() {
        let group = "sys/fs/cgroup/user.slice";
        let dir = tree(&[
            ("proc/self/cgroup", "0::/user.slice/job.scope\n"),
            ("proc/self/mountinfo", V2),
            (&format!("{group}/memory.max"), "1000\n"),
            (&format!("{group}/memory.current"), "700\n"),
            (
                &format!("{group}/memory.stat"),
                "anon 400\nfile_mapped 30\ninactive_file 200\nactive_file 100\n",
            ),
            (&format!("{group}/job.scope/memory.max"), "max\n"),
            (&format!("{group}/job.scope/memory.high"), "2000\n"),
            (&format!("{group}/job.scope/memory.current"), "600\n"),
        ]);
        let groups = groups(dir.path());
        assert_eq!(figures(&groups), [(2000, 600), (1000, 430)]);
        assert!(groups[0].file.ends_with("job.scope/memory.high"));
        assert_eq!(groups[1].left(), 570);
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
            (
                &format!("{group}/inner/memory.oom_control"),
                "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
            ),
            (&format!("{group}/memory.oom_control"), "oom_kill 9\n"),
        ]);
        let found = groups(dir.path());
        assert_eq!(figures(&found), [(4096, 2096)]);
        assert_eq!(found[0].left(), 2000);
        assert_eq!(oom_kills(dir.path()), Some(3));
    }

    #[test]
    fn a_mixed_machine_has_its_memory_where_the_first_version_is() {
        let dir = tree(&[
            ("proc/self/cgroup", "4:memory:/job\n0::/\n"),
            (
                "proc/self/mountinfo",
                "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                 36 31 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            ),
            ("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "500\n"),
            ("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "900\n"),
            ("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n"),
        ]);
        let found = groups(dir.path());
        assert_eq!(figures(&found), [(500, 900)]);
        assert_eq!(found[0].left(), 0);
        assert_eq!(oom_kills(dir.path()), None);
    }

    #[test]
    fn kills_are_counted_in_the_second_version_too() {
        let dir = tree(&[
            ("proc/self/cgroup", "0::/a\n"),
            ("proc/self/mountinfo", V2),
            (
                "sys/fs/cgroup/a/memory.events",
                "low 0\nhigh 0\nmax 4\noom 2\noom_kill 1\noom_group_kill 0\n",
            ),
        ]);
        assert_eq!(oom_kills(dir.path()), Some(1));
    }

    #[test]
    fn without_limits_or_groups_there_is_none() {
        let dir = tree(&[
            ("proc/self/cgroup", "0::/a\n"),
            ("proc/self/mountinfo", V2),
            ("sys/fs/cgroup/a/memory.max", "max\n"),
            ("sys/fs/cgroup/a/memory.current", "1\n"),
        ]);
        assert_eq!(groups(dir.path()), []);
        assert_eq!(groups(Path::new("/nowhere")), []);
        assert_eq!(oom_kills(Path::new("/nowhere")), None);
    }

    #[test]
    fn garbage_is_no_limit() {
        for text in ["", "-1", "1e9", "99999999999999999999999", "max", "\0"] {
            let dir = tree(&[
                ("proc/self/cgroup", "0::/\n:\n::\n4:memory\n"),
                ("proc/self/mountinfo", &format!("- \n - cgroup2\n{V2}")),
                ("sys/fs/cgroup/memory.max", text),
                ("sys/fs/cgroup/memory.current", "1\n"),
            ]);
            assert_eq!(groups(dir.path()), [], "{text:?}");
        }
    }
}
