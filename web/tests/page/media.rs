//! Clips and songs made for the tests, of the kinds that people bring, and films made of them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use shared::plan::Plan;
use suite::media::{click_song, ffmpeg};
use suite::program;
use tempfile::TempDir;
use thirtyfour::error::WebDriverResult;
use web::project::Project;

use crate::browser::{skipped, with_browser};
use crate::page::{Exported, Page};
use crate::site::Site;

/// A clip to be made: its file, ffmpeg's picture, and how it is encoded.
struct Recipe {
    file: &'static str,
    picture: &'static str,
    encoder: &'static [&'static str],
}

const H264: &[&str] = &["-c:v", "libx264", "-preset", "veryfast", "-g", "15"];
const VP9: &[&str] = &[
    "-c:v",
    "libvpx-vp9",
    "-deadline",
    "realtime",
    "-cpu-used",
    "8",
    "-g",
    "15",
];
const AV1: &[&str] = &["-c:v", "libsvtav1", "-preset", "12", "-g", "15"];
const HEVC: &[&str] = &[
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-x265-params",
    "log-level=none",
];
const PRORES: &[&str] = &["-c:v", "prores_ks", "-profile:v", "0"];

/// Moving pictures that no two look alike; four seconds each.
const SEEN: &[Recipe] = &[
    Recipe {
        file: "tests.mp4",
        picture: "testsrc2=s=480x270:r=30",
        encoder: H264,
    },
    Recipe {
        file: "fractal.mov",
        picture: "mandelbrot=s=426x240:r=25:end_scale=0.05",
        encoder: H264,
    },
    Recipe {
        file: "turned.mp4",
        picture: "testsrc2=s=384x216:r=24,hue=h=120",
        encoder: H264,
    },
    Recipe {
        file: "bars.webm",
        picture: "smptehdbars=s=426x240:r=30000/1001,rotate=a=0.5*t:ow=iw:oh=ih",
        encoder: VP9,
    },
    Recipe {
        file: "colours.mp4",
        picture: "testsrc=s=426x240:r=30,rotate=a=0.3*t:ow=iw:oh=ih",
        encoder: AV1,
    },
    Recipe {
        file: "squares.mkv",
        picture: "testsrc2=s=426x240:r=50,hue=h=240",
        encoder: H264,
    },
];

/// The same, in what no Chromium without licences decodes.
const UNSEEN: &[Recipe] = &[
    Recipe {
        file: "phone.mp4",
        picture: "testsrc2=s=426x240:r=30,hue=h=60",
        encoder: HEVC,
    },
    Recipe {
        file: "camera.mov",
        picture: "mandelbrot=s=426x240:r=25:start_x=-0.7",
        encoder: PRORES,
    },
];

/// Clips of several kinds, all of which a browser decodes.
pub(crate) fn seen() -> &'static [PathBuf] {
    static MADE: OnceLock<Vec<PathBuf>> = OnceLock::new();
    MADE.get_or_init(|| all(SEEN))
}

/// Clips of kinds that the browser does not decode.
pub(crate) fn unseen() -> &'static [PathBuf] {
    static MADE: OnceLock<Vec<PathBuf>> = OnceLock::new();
    MADE.get_or_init(|| all(UNSEEN))
}

/// A hiss in which it claps at 1.13, 1.9 and 2.66 s.
const CLAPS: &str = "aevalsrc=0.004*(2*random(0)-1)\
    +0.6*(2*random(1)-1)*(gte(t\\,1.13)*exp(-50*(t-1.13))\
    +gte(t\\,1.9)*exp(-50*(t-1.9))+gte(t\\,2.66)*exp(-50*(t-2.66)))|0:s=44100:d=4";
const SILENCE: &str = "anullsrc=r=8000:cl=mono:d=4";

/// Clips that clap three times, with their sound in as many encodings as this ffmpeg knows; one is
/// silent, and one has no sound.
pub(crate) fn clapping() -> Vec<PathBuf> {
    let known = encoders();
    let kinds: [(&str, &str, &[&str]); 5] = [
        ("clap_aac.mp4", CLAPS, &["-c:a", "aac"]),
        ("clap_opus.webm", CLAPS, &["-c:a", "libopus"]),
        ("clap_pcm.mov", CLAPS, &["-c:a", "pcm_s16le"]),
        ("silent.mp4", SILENCE, &["-c:a", "aac"]),
        ("none.mp4", SILENCE, &["-an"]),
    ];
    let mut clips = Vec::new();
    for (number, (name, sound, how)) in kinds.into_iter().enumerate() {
        let encoder = how.get(1).copied().unwrap_or("aac");
        if !known.split_whitespace().any(|word| word == encoder) {
            eprintln!("not tested: {name}; this ffmpeg has no {encoder}");
            continue;
        }
        let clip = folder().join(name);
        let picture = format!("testsrc2=s=320x180:r=30,hue=h={}", 50 * number);
        let video = if name.ends_with("webm") { VP9 } else { H264 };
        let mut words: Vec<&OsStr> = ["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", sound]
            .map(OsStr::new)
            .into();
        words.extend(["-t", "4", "-pix_fmt", "yuv420p"].map(OsStr::new));
        words.extend(video.iter().chain(how).map(OsStr::new));
        words.push(clip.as_os_str());
        run(words);
        clips.push(clip);
    }
    clips
}

/// A song of clicks, 14 seconds at 124 beats a minute, as music is sold: lossy.
pub(crate) fn song() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let song = folder().join("clicks.m4a");
        let wave = click_song(&folder().join("clicks.wav"), 14.0, 124.0);
        run([
            OsStr::new("-i"),
            wave.as_os_str(),
            OsStr::new("-c:a"),
            OsStr::new("aac"),
            song.as_os_str(),
        ]);
        song
    })
}

/// A song in the encodings that songs are sold in, as far as this ffmpeg knows them.
pub(crate) fn as_sold(wave: &Path, folder: &Path) -> Vec<PathBuf> {
    let kinds: [(&str, &[&str]); 5] = [
        ("wav", &["-c:a", "pcm_s16le"]),
        ("mp3", &["-c:a", "libmp3lame", "-b:a", "192k"]),
        ("m4a", &["-c:a", "aac", "-b:a", "160k", "-ac", "2"]),
        ("flac", &["-c:a", "flac"]),
        ("ogg", &["-c:a", "libvorbis", "-ar", "48000"]),
    ];
    let known = encoders();
    kinds
        .into_iter()
        .filter(|(_, how)| known.split_whitespace().any(|word| word == how[1]))
        .map(|(ending, how)| {
            let song = folder.join("sold").with_extension(ending);
            let mut words: Vec<&OsStr> = vec![OsStr::new("-i"), wave.as_os_str()];
            words.extend(how.iter().map(OsStr::new));
            words.push(song.as_os_str());
            run(words);
            song
        })
        .collect()
}

/// The sound of a file as the planner takes it: mono, at its rate, decoded by ffmpeg.
pub(crate) fn decoded(song: &Path) -> Vec<f32> {
    let rate = planner_wasm::music::ANALYSIS_RATE.to_string();
    let sound = Command::new(ffmpeg())
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(song)
        .args([
            "-map", "0:a:0", "-ac", "1", "-ar", &rate, "-f", "f32le", "-",
        ])
        .output()
        .expect("ffmpeg starts");
    assert!(sound.status.success(), "{} is not decoded", song.display());
    let (samples, rest) = sound.stdout.as_chunks::<4>();
    assert!(rest.is_empty());
    samples
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}

/// A folder with a song, clips, and a project that asks for a small film, since films of full size
/// take long to render. Gone with the test.
pub(crate) struct Material {
    folder: TempDir,
    names: Vec<String>,
}

impl Material {
    /// Copies of these files.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = &'a Path>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("footage")
            .tempdir()
            .unwrap();
        let mut names = Vec::new();
        let mut wish = Project::new("", "Small film");
        (wish.brief.width, wish.brief.height) = (320, 180);
        wish.brief.settings.alternates = 3;
        wish.brief.settings.density_permille = 1_600;
        fs::write(folder.path().join("small.autocut.json"), wish.to_json()).unwrap();
        for file in files {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            fs::copy(file, folder.path().join(&name)).unwrap();
            names.push(name);
        }
        Self { folder, names }
    }

    /// The song that is made, and every clip that a browser decodes.
    pub(crate) fn usual() -> Self {
        let clips = seen().iter().map(PathBuf::as_path);
        Self::of(std::iter::once(song()).chain(clips))
    }

    /// Where the files lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// One of the files.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All of them, the wish for a small film first.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.file("small.autocut.json")];
        files.extend(self.names.iter().map(|name| self.file(name)));
        files
    }

    /// Renders an exported plan as the page says to, in the folder of its files, and lets the
    /// program's judge look at the film.
    #[track_caller]
    pub(crate) fn render(&self, exported: &Exported) -> Plan {
        let plan = Plan::from_json(&exported.text).expect("the page exports plans");
        fs::write(self.file(&exported.name), &exported.text).unwrap();
        let words = words_of(&exported.command);
        let (program, arguments) = words.split_first().expect("a command");
        assert_eq!(program, "render-native");
        let film = self.file(arguments.last().expect("the film's name"));
        let output = program::command(arguments)
            .arg("--overwrite")
            .current_dir(self.folder())
            .output()
            .expect("render-native starts");
        assert!(
            output.status.success(),
            "{} fails:\n{}",
            exported.command,
            String::from_utf8_lossy(&output.stderr)
        );
        let judged: [OsString; 3] = [
            "verify".into(),
            film.into(),
            self.file(&exported.name).into(),
        ];
        program::run(judged).expect(0);
        plan
    }
}

/// Lets `visit` use a page that has made a film of the usual material, and gives back what it brings
/// along, with the material. None where somebody asked to go without a browser.
pub(crate) fn with_film<T>(
    visit: impl AsyncFnOnce(&Page, &Site, &Material) -> WebDriverResult<T>,
) -> Option<(Material, T)> {
    if skipped() {
        return None;
    }
    let material = Material::usual();
    let site = Site::open(Vec::new());
    let brought = with_browser(async |page| {
        page.film_of(&site, &material.files()).await?;
        visit(page, &site, &material).await
    });
    Some((material, brought))
}

/// The words of a command line, double quotes understood.
fn words_of(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut inside = false;
    for letter in command.chars() {
        match letter {
            '"' => inside = !inside,
            ' ' if !inside => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words
}

/// The folder of what is made, one for all tests of a run.
fn folder() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page-media");
        fs::create_dir_all(&folder).expect("a folder for clips");
        folder
    })
    .clone()
}

fn all(recipes: &[Recipe]) -> Vec<PathBuf> {
    let known = encoders();
    recipes
        .iter()
        .filter(|recipe| {
            let has = known
                .split_whitespace()
                .any(|word| word == recipe.encoder[1]);
            if !has {
                eprintln!(
                    "not tested: {}; this ffmpeg has no {}",
                    recipe.file, recipe.encoder[1]
                );
            }
            has
        })
        .map(made)
        .collect()
}

/// What this ffmpeg can encode, in its own words.
fn encoders() -> String {
    let known = Command::new(ffmpeg())
        .args(["-hide_banner", "-encoders"])
        .output()
        .expect("ffmpeg starts");
    String::from_utf8_lossy(&known.stdout).into_owned()
}

fn made(recipe: &Recipe) -> PathBuf {
    let clip = folder().join(recipe.file);
    let mut how: Vec<&OsStr> = ["-f", "lavfi", "-i", recipe.picture, "-t", "4"]
        .map(OsStr::new)
        .into();
    how.extend(recipe.encoder.iter().map(OsStr::new));
    if recipe.encoder != PRORES {
        how.extend(["-pix_fmt", "yuv420p"].map(OsStr::new));
    }
    how.push(clip.as_os_str());
    run(how);
    if recipe.file == "turned.mp4" {
        turn(&clip);
    }
    clip
}

/// Writes a quarter turn into the file, as telephones do. ffmpeg 6 and later have an option for it,
/// older ones a tag.
fn turn(clip: &Path) {
    let turned = clip.with_file_name("turning.mp4");
    let option = Command::new(ffmpeg())
        .args([
            "-nostdin",
            "-v",
            "quiet",
            "-y",
            "-display_rotation",
            "90",
            "-i",
        ])
        .arg(clip)
        .args(["-c", "copy"])
        .arg(&turned)
        .status()
        .expect("ffmpeg starts");
    if !option.success() {
        let tag = ["-c", "copy", "-metadata:s:v:0", "rotate=90"].map(OsStr::new);
        let mut how = vec![OsStr::new("-i"), clip.as_os_str()];
        how.extend(tag);
        how.push(turned.as_os_str());
        run(how);
    }
    fs::rename(turned, clip).expect("a clip can be replaced");
}

fn run<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let done = Command::new(ffmpeg())
        .args(["-nostdin", "-v", "error", "-y"])
        .args(&arguments)
        .status()
        .expect("ffmpeg starts");
    assert!(done.success(), "ffmpeg failed: {arguments:?}");
}
