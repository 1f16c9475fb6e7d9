//! A folder with a song and clips, made for one test and gone with it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::film;
use crate::frame_code::Code;
use crate::media::{ClipSpec, click_song};
use crate::plans::{SlotSpec, plan, write_sealed};
use crate::program::{self, Run};

/// Size of every clip that a test does not choose, and of every film planned by hand.
pub const SIZE: (usize, usize) = (160, 90);

/// A test's own folder.
#[derive(Debug)]
pub struct Project {
    dir: TempDir,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }
}

impl Project {
    /// A folder that holds `song.wav`, 8 seconds at 120 beats a minute, and nothing else.
    #[must_use]
    pub fn with_song() -> Self {
        static SONG: OnceLock<Vec<u8>> = OnceLock::new();
        let project = Self::default();
        let path = project.path("song.wav");
        let song = SONG.get_or_init(|| std::fs::read(click_song(&path, 8.0, 120.0)).unwrap());
        std::fs::write(path, song).unwrap();
        project
    }

    /// A folder with the song and the clips `1.mp4`, `2.mp4` and `3.mp4`, 60 frames each at 30
    /// frames a second; the number is the clip's.
    #[must_use]
    pub fn with_three_clips() -> Self {
        static CLIPS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
        let project = Self::with_song();
        let name = |id: u8| format!("{id}.mp4");
        let clips = CLIPS.get_or_init(|| {
            (1..=3)
                .map(|id| {
                    let made = ClipSpec::h264(id, "30", 60).make(&project.path(&name(id)));
                    std::fs::read(made).unwrap()
                })
                .collect()
        });
        for (id, clip) in (1..).zip(clips) {
            std::fs::write(project.path(&name(id)), clip).unwrap();
        }
        project
    }

    /// The three clips, and a plan of a slot from each: 12 frames of clip 1 from its start, `middle`,
    /// 15 frames of clip 3 from its first second on.
    #[must_use]
    pub fn with_three_slots(middle: SlotSpec) -> Self {
        let project = Self::with_three_clips();
        project.plan_three_slots(&[
            SlotSpec::new(12, 0, 0),
            middle,
            SlotSpec::new(15, 2, 1_000_000),
        ]);
        project
    }

    /// Plans these slots, from the three clips.
    pub fn plan_three_slots(&self, slots: &[SlotSpec; 3]) {
        let media = ["1.mp4", "2.mp4", "3.mp4"];
        let plan = plan("30", (160, 90), "song.wav", &media, slots);
        write_sealed(self.dir(), plan);
    }

    /// A file in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Every file in the folder and below, by path, sorted.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.dir.path()).unwrap();
                    files.push(name.to_string_lossy().into_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// Renders `plan.json` to `film.mp4`, quick and rough.
    pub fn render(&self) -> Run {
        self.render_with(&[], &[])
    }

    /// Renders with more arguments and more environment.
    pub fn render_with(
        &self,
        args: &[&str],
        environment: &[(std::ffi::OsString, std::ffi::OsString)],
    ) -> Run {
        let (plan, film) = (self.path("plan.json"), self.path("film.mp4"));
        let mut all = vec!["render".into(), plan.into_os_string()];
        all.extend(["-o".into(), film.into_os_string()]);
        all.extend(["--quality".into(), "draft".into()]);
        all.extend(args.iter().map(Into::into));
        program::run_with(all, environment)
    }

    /// Measures `film.mp4` against `plan.json`.
    pub fn verify(&self) -> Run {
        let (film, plan) = (self.path("film.mp4"), self.path("plan.json"));
        program::run([
            "verify".into(),
            film.into_os_string(),
            plan.into_os_string(),
        ])
    }

    /// What the frames of `film.mp4` say of themselves, if it is of [`SIZE`].
    #[must_use]
    pub fn codes(&self) -> Vec<Option<Code>> {
        film::codes(&self.path("film.mp4"), SIZE, SIZE)
    }

    /// The report beside `film.mp4`.
    #[must_use]
    pub fn report(&self) -> Value {
        let text = std::fs::read(self.path("film.report.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }
}

/// The codes that `count` frames of `clip` from `first` on carry.
pub fn stretch(clip: u8, first: u16, count: u32) -> impl Iterator<Item = Option<Code>> {
    let last = first + u16::try_from(count).unwrap();
    (first..last).map(move |frame| Some(Code { clip, frame }))
}
