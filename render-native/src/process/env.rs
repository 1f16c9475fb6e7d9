//! The environment that children see.

use std::ffi::OsString;

/// Variables that a child may see, besides those of [`PREFIXES`].
const NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USERPROFILE",
    "TMPDIR",
    "TEMP",
    "TMP",
    "TZ",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "FONTCONFIG_PATH",
    // Which device and which driver an encoder in hardware uses.
    "CUDA_VISIBLE_DEVICES",
    "LIBVA_DRIVER_NAME",
    "LIBVA_DRIVERS_PATH",
];

/// Our own variables.
const PREFIXES: &[&str] = &["AUTOCUT_"];

/// What is passed on. Everything else stays behind: `FFREPORT` writes files, `AV_LOG_FORCE_COLOR`
/// mixes escape sequences into messages, and a large environment costs every start.
pub(super) fn passed_on() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
        .filter(|(name, _)| {
            name.to_str().is_some_and(|name| {
                NAMES.iter().any(|n| name.eq_ignore_ascii_case(n))
                    || PREFIXES.iter().any(|p| name.starts_with(p))
            })
        })
        .chain(
            [("LC_ALL", "C"), ("AV_LOG_FORCE_NOCOLOR", "1")]
                .map(|(name, value)| (name.into(), value.into())),
        )
}
