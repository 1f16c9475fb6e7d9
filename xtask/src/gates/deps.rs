//! Directions of dependency: between the crates from cargo's own data, between the modules of
//! the renderer from the source text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace;

/// Each crate of the workspace and the ones that it may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("shared", &[]),
    ("planner-wasm", &["shared"]),
    ("render-native", &["shared", "planner-wasm"]),
    ("web", &["shared", "planner-wasm"]),
    ("suite", &["shared", "planner-wasm"]),
    ("xtask", &["shared"]),
];

/// The crate of test fixtures: any crate's tests may use it, and nothing else.
const FIXTURES: &str = "suite";

/// A folder of `render-native/src` (or a file of that name), the modules of the crate that it
/// must not name, and whether it may name the planner.
struct Room {
    name: &'static str,
    barred: &'static [&'static str],
    planner: bool,
}

const ROOMS: &[Room] = &[
    Room {
        name: "headless",
        barred: &["render", "verify", "cli"],
        planner: true,
    },
    Room {
        name: "render",
        barred: &["headless", "verify", "cli"],
        planner: false,
    },
    Room {
        name: "verify",
        barred: &["headless", "cli"],
        planner: false,
    },
    Room {
        name: "ffmpeg",
        barred: &["headless", "render", "verify", "cli"],
        planner: false,
    },
    Room {
        name: "media",
        barred: &["headless", "render", "verify", "cli"],
        planner: false,
    },
    Room {
        name: "process",
        barred: &["headless", "render", "verify", "cli"],
        planner: false,
    },
];

/// FFT features whose results differ from machine to machine and from the browser's.
const SIMD: &[&str] = &["avx", "sse", "neon", "wasm_simd"];

/// Checks all of it.
///
/// # Errors
/// If something points the wrong way; every such thing is listed.
pub(crate) fn check() -> Result<()> {
    let metadata = workspace::metadata()?;
    let mut wrong = crate_edges(&metadata)?;
    wrong.extend(simd(&metadata));
    wrong.extend(module_edges(
        &workspace::root().join("render-native").join("src"),
    )?);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

fn crate_edges(metadata: &Value) -> Result<Vec<String>> {
    let members: BTreeSet<&str> = list(metadata, "workspace_members")
        .filter_map(Value::as_str)
        .collect();
    let packages: Vec<&Value> = list(metadata, "packages")
        .filter(|package| members.contains(text(package, "id")))
        .collect();
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| text(package, "name"))
        .collect();
    let mut wrong = Vec::new();
    for package in packages {
        let name = text(package, "name");
        let (_, allowed) = CRATES
            .iter()
            .find(|(known, _)| *known == name)
            .with_context(|| {
                format!("the crate {name} is new: say in xtask's deps what it may depend on")
            })?;
        for dependency in list(package, "dependencies") {
            let on = text(dependency, "name");
            let fixture = on == FIXTURES && text(dependency, "kind") == "dev";
            if names.contains(on) && !allowed.contains(&on) && !fixture {
                wrong.push(format!("the crate {name} must not depend on {on}"));
            }
        }
    }
    Ok(wrong)
}

/// Whether anything in the graph turned the FFT's vector instructions on. Cargo unifies features,
/// so any crate can do it to the planner.
fn simd(metadata: &Value) -> Vec<String> {
    let nodes = metadata
        .get("resolve")
        .into_iter()
        .flat_map(|resolve| list(resolve, "nodes"));
    nodes
        .filter(|node| text(node, "id").contains("rustfft"))
        .flat_map(|node| list(node, "features"))
        .filter_map(Value::as_str)
        .filter(|feature| SIMD.contains(feature))
        .map(|feature| {
            format!(
                "rustfft has its feature \"{feature}\" on: beats would differ between the browser and \
                 the command line (`cargo tree -i rustfft -e features` shows who asks for it)"
            )
        })
        .collect()
}

fn module_edges(source: &Path) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for file in rust_files(source)? {
        let inside = file.strip_prefix(source).unwrap_or(&file);
        let first = inside
            .iter()
            .next()
            .map(|part| part.to_string_lossy())
            .unwrap_or_default();
        let name = first.trim_end_matches(".rs");
        let code =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let named = names(&code);
        let room = ROOMS.iter().find(|room| room.name == name);
        for barred in room.map_or(&[][..], |room| room.barred) {
            if named.modules.contains(*barred) {
                wrong.push(format!(
                    "render-native/src/{} names crate::{barred}, which {name} must not",
                    inside.display()
                ));
            }
        }
        if named.planner && !room.is_some_and(|room| room.planner) {
            wrong.push(format!(
                "render-native/src/{} names planner_wasm: only headless may",
                inside.display()
            ));
        }
    }
    Ok(wrong)
}

/// What a source file names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named {
    /// First parts of paths that begin with `crate::` or `render_native::`.
    modules: BTreeSet<String>,
    /// Whether it names the planner's crate.
    planner: bool,
}

fn names(code: &str) -> Named {
    let without_comments: String = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let words = words(&without_comments);
    let mut named = Named {
        planner: words.contains(&"planner_wasm"),
        ..Named::default()
    };
    for (at, pair) in words.windows(2).enumerate() {
        if matches!(pair, ["crate" | "render_native", "::"]) {
            first_parts(words.get(at + 2..).unwrap_or_default(), &mut named.modules);
        }
    }
    named
}

/// The first parts of the paths that follow: one, or those of a `{group}`.
fn first_parts(words: &[&str], into: &mut BTreeSet<String>) {
    let Some((first, rest)) = words.split_first() else {
        return;
    };
    if *first != "{" {
        into.insert((*first).to_owned());
        return;
    }
    let mut depth = 0_i32;
    let mut expected = true;
    for word in rest {
        match *word {
            "{" => depth += 1,
            "}" if depth == 0 => return,
            "}" => depth -= 1,
            "," if depth == 0 => expected = true,
            name if expected => {
                into.insert(name.to_owned());
                expected = false;
            }
            _ => {}
        }
    }
}

/// The text as identifiers, `::`, and single other characters; white space left out.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_and_grouped_paths_are_seen_and_comments_are_not() {
        let named = names(
            "use crate::{ffmpeg::{probe, render}, process,\n    verify::Film};\n\
             // crate::headless is elsewhere\nfn f() { crate::media::relink(); }",
        );
        let modules: Vec<&str> = named.modules.iter().map(String::as_str).collect();
        assert_eq!(modules, ["ffmpeg", "media", "process", "verify"]);
        assert!(!named.planner);
        assert!(names("let x = planner_wasm::music::ANALYSIS_RATE;").planner);
    }

    #[test]
    fn a_module_that_names_the_other_side_is_found() {
        let folder = std::env::temp_dir().join(format!("autocut-deps-{}", std::process::id()));
        fs::create_dir_all(folder.join("headless")).unwrap();
        fs::write(
            folder.join("headless").join("pcm.rs"),
            "use crate::render::segment;",
        )
        .unwrap();
        fs::write(folder.join("render.rs"), "use planner_wasm::edit;").unwrap();
        let wrong = module_edges(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }

    #[test]
    fn a_crate_that_points_the_wrong_way_and_a_vector_fft_are_found() {
        let metadata = serde_json::json!({
            "workspace_members": ["a", "b"],
            "packages": [
                {"id": "a", "name": "shared", "dependencies": [{"name": "web"}, {"name": "serde"}]},
                {"id": "b", "name": "web", "dependencies": [{"name": "shared"}]},
            ],
            "resolve": {"nodes": [{"id": "registry#rustfft@6.4.1", "features": ["avx"]}]},
        });
        assert_eq!(
            crate_edges(&metadata).unwrap(),
            ["the crate shared must not depend on web"]
        );
        assert_eq!(simd(&metadata).len(), 1);
    }
}
