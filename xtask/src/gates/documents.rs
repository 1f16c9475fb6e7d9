//! The documents: every link leads somewhere, and a newcomer finds every page from the README.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Checks the README and everything under `docs`.
///
/// # Errors
/// If a link leads nowhere or a page is not reached; every such thing is listed.
pub(crate) fn check() -> Result<()> {
    let wrong = problems(&workspace::root())?;
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

fn problems(root: &Path) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut reached = BTreeSet::new();
    let mut next = vec![PathBuf::from("README.md")];
    while let Some(page) = next.pop() {
        if !reached.insert(page.clone()) {
            continue;
        }
        let text = fs::read_to_string(root.join(&page))
            .with_context(|| format!("cannot read {}", page.display()))?;
        for link in links(&text) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let folder = page.parent().unwrap_or(Path::new(""));
            let target = if file.is_empty() {
                page.clone()
            } else {
                plain(&folder.join(file))
            };
            let there = root.join(&target);
            if !there.exists() {
                wrong.push(format!(
                    "{} links to {link}, which is not there",
                    page.display()
                ));
            } else if target.extension().is_some_and(|ending| ending == "md") {
                let headings = fs::read_to_string(&there)?;
                if !place.is_empty() && !anchors(&headings).contains(place) {
                    wrong.push(format!(
                        "{} links to {link}: no such heading",
                        page.display()
                    ));
                }
                next.push(target);
            }
        }
    }
    for page in pages(&root.join("docs"))? {
        let page = page.strip_prefix(root).unwrap_or(&page).to_path_buf();
        if !reached.contains(&page) {
            wrong.push(format!(
                "{} cannot be reached from the README",
                page.display()
            ));
        }
    }
    Ok(wrong)
}

/// The targets of a page's links to files of this repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets.filter(|link| !link.contains("://") && !link.contains(char::is_whitespace))
}

/// Headings as links name them: lower case, words joined by `-`, no punctuation.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let kept = heading.trim_start_matches('#').trim().chars();
            kept.filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .map(|c| {
                    if c == ' ' {
                        '-'
                    } else {
                        c.to_ascii_lowercase()
                    }
                })
                .collect()
        })
        .collect()
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

fn pages(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            pages.extend(self::pages(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_links_missing_headings_and_lost_pages_are_found() {
        let root = std::env::temp_dir().join(format!("autocut-documents-{}", std::process::id()));
        fs::create_dir_all(root.join("docs")).unwrap();
        let write = |name: &str, text: &str| fs::write(root.join(name), text).unwrap();
        write(
            "README.md",
            "[a](docs/a.md#the-way-in) [b](docs/b.md) [out](https://x.org)",
        );
        write(
            "docs/a.md",
            "# The way in\n[home](../README.md) [c](#nowhere)",
        );
        write("docs/lost.md", "");
        let wrong = problems(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
    }
}
