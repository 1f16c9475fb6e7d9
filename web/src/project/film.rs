//! Names of the files that come of a project, and the command that renders it.

use super::model::Project;

/// Most characters of a file's name that is made from a project's.
const NAME_LENGTH: usize = 80;

impl Project {
    /// The name under which the plan is saved: `My film.plan.json`.
    #[must_use]
    pub fn plan_file_name(&self) -> String {
        format!("{}.plan.json", file_name(&self.name))
    }

    /// The name under which the project is exported: `My film.autocut.json`.
    #[must_use]
    pub fn project_file_name(&self) -> String {
        format!("{}.autocut.json", file_name(&self.name))
    }

    /// The name of the film that the [command](Self::render_command) makes: `My film.mp4`.
    #[must_use]
    pub fn film_file_name(&self) -> String {
        format!("{}.mp4", file_name(&self.name))
    }

    /// The command that renders the plan, on one line.
    ///
    /// It is typed in a folder that holds the plan and, at any depth, song and clips: a browser
    /// does not tell where files lie. The names are free of everything that a shell reads in a
    /// way of its own, so that the quotes hold in every usual one.
    #[must_use]
    pub fn render_command(&self) -> String {
        let (plan, film) = (self.plan_file_name(), self.film_file_name());
        format!(
            "render-native {} --media-dir . -o {}",
            quoted(&plan),
            quoted(&film)
        )
    }
}

/// A name without its ending, `song` of `song.mp3`; for a name such as `.mp3` all of it.
#[must_use]
pub fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// `name` as every system takes it for a file's name and no shell reads anything into it.
fn file_name(name: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || " -_.,()+=@#&~".contains(c);
    let mut clean = String::new();
    for c in name.chars().take(NAME_LENGTH) {
        let c = if kept(c) { c } else { ' ' };
        if c != ' ' || !clean.ends_with(' ') {
            clean.push(c);
        }
    }
    // A dash in front would be an option, a dot would hide the file, and Windows drops those at
    // the end.
    let clean = clean.trim_matches([' ', '.', '-']);
    if clean.is_empty() || is_device(clean) {
        format!("film {clean}").trim_end().to_owned()
    } else {
        clean.to_owned()
    }
}

/// Names that Windows keeps for devices, whatever the ending.
fn is_device(name: &str) -> bool {
    let name = name.split('.').next().unwrap_or(name).trim();
    let name = name.to_ascii_uppercase();
    let numbered = name.strip_prefix("COM").or(name.strip_prefix("LPT"));
    ["CON", "PRN", "AUX", "NUL"].contains(&name.as_str())
        || numbered
            .is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(char::is_numeric))
}

/// A word for a shell. Double quotes, which every usual shell knows; in them are only characters
/// that [`file_name`] keeps.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn command(name: &str) -> String {
        Project::new("a", name).render_command()
    }

    #[test]
    fn the_command_names_plan_and_film() {
        assert_eq!(
            command("Summer"),
            "render-native Summer.plan.json --media-dir . -o Summer.mp4"
        );
        assert_eq!(
            command("Été à la mer"),
            "render-native \"Été à la mer.plan.json\" --media-dir . -o \"Été à la mer.mp4\""
        );
    }

    #[test]
    fn what_a_shell_would_read_is_not_in_a_name() {
        assert_eq!(
            command("a'b\"c`$(rm -rf /)`!%PATH%\\;|<>*?\n"),
            "render-native \"a b c (rm -rf ) PATH.plan.json\" --media-dir . -o \"a b c (rm -rf ) PATH.mp4\""
        );
        assert_eq!(file_name("--help"), "help");
        assert_eq!(file_name("../../etc"), "etc");
        assert_eq!(file_name(""), "film");
        assert_eq!(file_name("nul"), "film nul");
        assert_eq!(file_name("com1.x"), "film com1.x");
        assert_eq!(file_name("community"), "community");
    }

    proptest! {
        #[test]
        fn every_name_makes_one_file_beside_the_plan(name in any::<String>()) {
            let made = file_name(&name);
            prop_assert!(!made.is_empty() && made.chars().count() <= NAME_LENGTH + 5);
            let odd = |c: char| c.is_control() || "/\\:*?\"'`$!%<>|;^".contains(c);
            prop_assert!(!made.chars().any(odd), "{:?}", made);
            prop_assert!(!made.starts_with(['-', '.', ' ']) && !made.ends_with(['.', ' ']));
            // Stable: a name that was made is kept as it is.
            prop_assert_eq!(file_name(&made), made);
        }
    }
}
