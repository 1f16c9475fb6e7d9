//! Where things lie in the checkout.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{cargo, output, run};

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent()
        .map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Cargo's folder of build results.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Where programs lie that were downloaded for this checkout alone.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The search path, with [`tools`] behind everything that the system has.
pub(crate) fn path_with_tools() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([tools()]);
    std::env::join_paths(folders).unwrap_or(path)
}

/// What cargo knows of the workspace and of all it depends on.
///
/// # Errors
/// If cargo fails or writes something that is not JSON.
pub(crate) fn metadata() -> Result<Value> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    serde_json::from_slice(&text).context("cargo metadata is not JSON")
}

/// Builds the [`renderer`].
///
/// # Errors
/// If it does not build.
pub(crate) fn build_renderer() -> Result<()> {
    let package = ["--package", "render-native"];
    run(cargo()
        .args(["build", "--release", "--locked"])
        .args(package))
}

/// The release build of the renderer.
pub(crate) fn renderer() -> PathBuf {
    let name = format!("render-native{}", std::env::consts::EXE_SUFFIX);
    target().join("release").join(name)
}
