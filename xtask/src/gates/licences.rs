//! Licences of everything that is linked into a release.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::workspace;

/// Licences that go with MIT OR Apache-2.0 in a binary.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Checks every package that the workspace depends on.
///
/// # Errors
/// If one names no licence, or none that is allowed; every such package is listed.
pub(crate) fn check() -> Result<()> {
    let metadata = workspace::metadata()?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let wrong: Vec<String> = packages.into_iter().flatten().filter_map(problem).collect();
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

fn problem(package: &Value) -> Option<String> {
    let text = |key| package.get(key).and_then(Value::as_str).unwrap_or_default();
    let licence = text("license");
    (!allowed(licence)).then(|| {
        let (name, version) = (text("name"), text("version"));
        format!("{name} {version}: the licence \"{licence}\" is not among those that we use")
    })
}

/// Whether an SPDX expression can be met with allowed licences alone.
fn allowed(expression: &str) -> bool {
    // Old manifests write "MIT/Apache-2.0" for a choice.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words };
    let met = parser.either();
    met && parser.words.is_empty() && !words.is_empty()
}

/// Reads `either := both (OR both)*`, `both := one (AND one)*`, `one := ( either ) | name`.
struct Parser<'a> {
    words: &'a [&'a str],
}

impl Parser<'_> {
    fn either(&mut self) -> bool {
        let mut met = self.both();
        while self.take("OR") {
            met |= self.both();
        }
        met
    }

    fn both(&mut self) -> bool {
        let mut met = self.one();
        while self.take("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let met = self.either();
            return self.take(")") && met;
        }
        let Some((name, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        if let ["WITH", exception, after @ ..] = self.words {
            self.words = after;
            return ALLOWED.contains(&format!("{name} WITH {exception}").as_str());
        }
        ALLOWED.contains(name)
    }

    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_its_allowed_part() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT WITH GCC-exception",
            "OR",
        ] {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
