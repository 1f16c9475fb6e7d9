//! The way from one place to another, as plans write it.

use std::path::{Component, Path, PathBuf};

use shared::media::MediaPath;

/// `path` as seen from `plan_dir`; absolute where no way leads from one to the other.
#[must_use]
pub fn relative(plan_dir: &Path, path: &Path) -> MediaPath {
    let from = real(plan_dir);
    // The folder is resolved and the name kept: a link to a clip keeps its own name, but `..`
    // after a link to a folder would lead elsewhere.
    let parent = path.parent().map_or_else(PathBuf::new, real);
    let to = match path.file_name() {
        Some(name) => parent.join(name),
        None => real(path),
    };
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    // Without so much as a common root (two drives) there is no relative path.
    if common == 0 {
        return MediaPath::from_bytes(&joined(to.components()));
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    MediaPath::from_bytes(&joined(up.chain(to.components().skip(common))))
}

fn real(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    path.canonicalize()
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

fn joined<'a>(components: impl Iterator<Item = Component<'a>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for component in components {
        match component {
            Component::RootDir => bytes.push(b'/'),
            other => {
                if !bytes.is_empty() && !bytes.ends_with(b"/") {
                    bytes.push(b'/');
                }
                bytes.extend_from_slice(other.as_os_str().as_encoded_bytes());
            }
        }
    }
    bytes
}

/// The path that a plan's text names, relative to the plan's folder.
#[must_use]
pub fn path_of(path: &MediaPath) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        PathBuf::from(std::ffi::OsString::from_vec(path.to_bytes()))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(&path.to_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_plan_to_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("plans")).unwrap();
        std::fs::create_dir_all(at("clips/a")).unwrap();
        let text = |from: &str, to: &str| relative(&at(from), &at(to)).as_text().to_owned();
        assert_eq!(text("", "clips/a/1 %.mp4"), "clips/a/1 %25.mp4");
        assert_eq!(text("plans", "clips/a/1.mp4"), "../clips/a/1.mp4");
        assert_eq!(text("clips/a", "clips/a/1.mp4"), "1.mp4");
        assert_eq!(text("clips/a", "plans/../song.mp3"), "../../song.mp3");
    }

    #[test]
    #[cfg(unix)]
    fn a_way_up_from_behind_a_link_leads_to_the_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("far/away")).unwrap();
        std::fs::write(dir.path().join("c.mp4"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("far/away"), dir.path().join("link")).unwrap();
        let link = dir.path().join("link");
        let way = relative(&link, &dir.path().join("c.mp4"));
        assert!(link.join(way.as_text()).exists(), "{way}");
    }

    #[test]
    #[cfg(unix)]
    fn names_that_are_not_utf_8_come_back_the_same() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"a\xFF\n.mp4");
        let way = relative(dir.path(), &dir.path().join(name));
        assert_eq!(way.as_text(), "a%FF%0A.mp4");
        assert_eq!(way.to_bytes(), name.as_bytes());
    }
}
