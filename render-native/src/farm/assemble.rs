//! Joins the segments of a prepared job into the film.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Here;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::render::{
    Frozen, RenderError, RenderSettings, Report, Tell, WorkDir, check_settings, thaw,
};

/// How long missing segments are waited for on a network's file system, which may show a new file
/// a minute late.
const NETWORK_WAIT: Duration = Duration::from_mins(1);

/// The film that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Film {
    /// Its file.
    pub output: PathBuf,
    /// Whether files that are already there may be replaced.
    pub overwrite: bool,
    /// How long missing segments are waited for; a minute on a network's file system and not at
    /// all elsewhere if `None`.
    pub wait: Option<Duration>,
}

/// Checks every segment of the job in `dir` and joins them into `film`. The directory stays.
/// `tell` is called when all is done but giving the film its name.
///
/// # Errors
/// [`RenderError::Missing`] if segments are missing or damaged, and others.
pub fn assemble(
    dir: &Path,
    film: &Film,
    here: &Here,
    tell: Tell<'_>,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Report, RenderError> {
    let frozen = Frozen::read(dir, here.root.as_deref())?;
    let settings = RenderSettings {
        output: film.output.clone(),
        overwrite: film.overwrite,
        ..here.settings(dir, &frozen)
    };
    check_settings(&frozen.plan, &settings)?;
    let work = WorkDir::open(dir)?;
    let job = thaw(&frozen, 0..0, work, &settings, progress, interrupt)?;
    job.refuse_inputs(&frozen.root)?;
    let wait = film.wait.unwrap_or_else(|| {
        if is_on_a_network(dir) {
            NETWORK_WAIT
        } else {
            Duration::ZERO
        }
    });
    let rendered = job.collect(wait, interrupt)?;
    job.assemble(rendered, tell, progress, interrupt)
}

/// Whether a folder lies on another machine, as far as the system tells.
#[cfg(target_os = "linux")]
fn is_on_a_network(dir: &Path) -> bool {
    /// The numbers of NFS, SMB, CIFS, AFS, Ceph and Lustre.
    const NETWORKS: [u32; 7] = [
        0x6969,
        0x517B,
        0xFF53_4D42,
        0xFE53_4D42,
        0x5346_414F,
        0x00C3_6400,
        0x0BD0_0BD0,
    ];
    rustix::fs::statfs(dir).is_ok_and(|system| {
        // Of whatever width and sign the system gives it, the lower 32 bits are the number.
        u32::try_from(i128::from(system.f_type) & 0xFFFF_FFFF)
            .is_ok_and(|number| NETWORKS.contains(&number))
    })
}

#[cfg(not(target_os = "linux"))]
fn is_on_a_network(_: &Path) -> bool {
    false
}
