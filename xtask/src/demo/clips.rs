//! A dozen clips of our own: as unlike each other as what comes out of phones and cameras.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::command::{command, output, run_quietly};

/// Seconds of each clip.
const SECONDS: &str = "6";

/// A clip: its file, the picture as a graph of ffmpeg's sources, and how it is encoded.
struct Recipe {
    file: &'static str,
    picture: &'static str,
    encoder: &'static [&'static str],
    /// Turned by this many degrees for showing, as phones do.
    turned: Option<&'static str>,
    /// Has a sound track of its own, which the film must not use.
    sound: bool,
}

const H264: &[&str] = &[
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-crf",
    "22",
    "-pix_fmt",
    "yuv420p",
];
const HEVC: &[&str] = &[
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-crf",
    "24",
    "-pix_fmt",
    "yuv420p",
    "-tag:v",
    "hvc1",
    "-x265-params",
    "log-level=none",
];
const HEVC_10_BIT: &[&str] = &[
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-crf",
    "24",
    "-pix_fmt",
    "yuv420p10le",
    "-tag:v",
    "hvc1",
    "-x265-params",
    "log-level=none",
];
const VP9: &[&str] = &[
    "-c:v",
    "libvpx-vp9",
    "-deadline",
    "realtime",
    "-cpu-used",
    "8",
    "-row-mt",
    "1",
    "-crf",
    "34",
    "-b:v",
    "0",
    "-pix_fmt",
    "yuv420p",
];
const MPEG4: &[&str] = &["-c:v", "mpeg4", "-q:v", "4", "-pix_fmt", "yuv420p"];
const MPEG2: &[&str] = &["-c:v", "mpeg2video", "-q:v", "4", "-pix_fmt", "yuv420p"];
const MJPEG: &[&str] = &["-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p"];
const PRORES: &[&str] = &[
    "-c:v",
    "prores_ks",
    "-profile:v",
    "1",
    "-pix_fmt",
    "yuv422p10le",
];

/// What ffmpeg makes by itself, in soft colours where it is a test pattern: as they are, test patterns
/// are left out of films that have anything else.
const RECIPES: &[Recipe] = &[
    Recipe {
        file: "dive.mp4",
        picture: "mandelbrot=s=1280x720:r=30:start_scale=0.9:end_scale=0.0008:end_pts=180:\
                  start_x=-0.7436:start_y=0.1318",
        encoder: H264,
        turned: None,
        sound: true,
    },
    Recipe {
        file: "dawn.mov",
        picture: "gradients=s=960x540:r=24000/1001:n=5:c0=0x0b1d51:c1=0x725cad:c2=0x8ccdeb:\
                  c3=0xffe3a9:c4=0xff6f61:type=spiral:speed=0.05:x0=300:y0=200:x1=900:y1=400:seed=2,\
                  format=gbrp[sky];\
                  sierpinski=s=960x540:r=24000/1001:type=triangle:seed=9:jump=40,format=gbrp[lace];\
                  [sky][lace]blend=all_mode=softlight,scale=1920:1080",
        encoder: HEVC_10_BIT,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "pond.webm",
        picture: "life=s=160x90:r=30:mold=25:life_color=0x7cffcb:death_color=0x0a2342:\
                  mold_color=0x2ca58d:ratio=0.25:seed=7,scale=1280:720:flags=neighbor",
        encoder: VP9,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "carpet.avi",
        picture: "gradients=s=640x480:r=25:n=3:c0=0xffb703:c1=0xfb8500:c2=0x8ecae6:speed=0.05:seed=3,\
                  format=gbrp[dye];\
                  sierpinski=s=640x480:r=25:type=carpet:seed=3:jump=60,format=gbrp[weave];\
                  [dye][weave]blend=all_mode=multiply",
        encoder: MPEG4,
        turned: None,
        sound: true,
    },
    Recipe {
        file: "card.mov",
        picture: "testsrc2=s=960x540:r=30000/1001,hue=s=0.5:h=25",
        encoder: MJPEG,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "tiles.mov",
        picture: "allrgb=r=25,scale=1600:1600:flags=neighbor,hue=h=50*t,\
                  rotate=a=0.25*t:ow=1280:oh=720",
        encoder: PRORES,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "rain.mp4",
        picture: "gradients=s=360x640:r=60:n=3:c0=0xffd166:c1=0xef476f:c2=0x118ab2:speed=0.02:seed=6,\
                  format=gbrp[light];\
                  cellauto=s=90x160:r=60:rule=30:seed=5,scale=360:640:flags=neighbor,format=gbrp[drops];\
                  [light][drops]blend=all_mode=multiply,scale=720:1280:flags=neighbor",
        encoder: H264,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "phone.mp4",
        picture: "mandelbrot=s=960x540:r=30:start_scale=0.3:end_scale=0.004:end_pts=180:\
                  start_x=-0.1592:start_y=-1.0317,hue=h=200,scale=1920:1080",
        encoder: H264,
        turned: Some("90"),
        sound: true,
    },
    Recipe {
        file: "coast.mp4",
        picture: "mandelbrot=s=1280x720:r=60000/1001:start_scale=0.3:end_scale=0.02:end_pts=360:\
                  start_x=0.285:start_y=0.0112:inner=mincol,hue=h=140",
        encoder: HEVC,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "bars.mkv",
        picture: "smptehdbars=s=1280x720:r=50,rotate=a=0.4*t:ow=iw:oh=ih,\
                  zoompan=z=1.9+0.3*sin(on/40):d=1:s=1920x1080:fps=50:x=(iw-iw/zoom)/2:y=(ih-ih/zoom)/2,\
                  hue=s=0.5:h=10",
        encoder: MPEG2,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "clock.mp4",
        picture: "testsrc=s=720x576:r=25,rotate=a=0.5*sin(t):ow=iw:oh=ih,hue=s=0.5:h=40,\
                  setsar=16/15",
        encoder: H264,
        turned: None,
        sound: false,
    },
    Recipe {
        file: "lace.mp4",
        picture: "gradients=s=854x480:r=24:n=4:c0=0xf72585:c1=0x7209b7:c2=0x3a0ca3:c3=0x4cc9f0:\
                  type=circular:speed=0.04:seed=4,format=gbrp[glow];\
                  life=s=122x69:r=24:mold=40:life_color=white:death_color=0x303030:\
                  mold_color=0x808080:ratio=0.2:seed=11,scale=854:480:flags=neighbor,format=gbrp[lace];\
                  [glow][lace]blend=all_mode=overlay",
        encoder: H264,
        turned: None,
        sound: true,
    },
];

/// Makes those clips that are not there yet, a few at a time. A clip whose encoder this ffmpeg
/// does not have is left out and named.
///
/// # Errors
/// If a clip cannot be made for another reason.
pub(crate) fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let encoders = output(command("ffmpeg").args(["-hide_banner", "-encoders"]))?;
    let encoders = String::from_utf8_lossy(&encoders);
    let has = |name: &str| encoders.split_whitespace().any(|word| word == name);
    let mut wanted = Vec::new();
    for recipe in RECIPES {
        let encoder = recipe.encoder.get(1).copied().unwrap_or_default();
        if folder.join(recipe.file).exists() {
            continue;
        }
        if has(encoder) {
            wanted.push(recipe);
        } else {
            eprintln!(
                "demo: this ffmpeg has no {encoder}; {} is left out",
                recipe.file
            );
        }
    }
    let queue = Mutex::new(wanted.into_iter());
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(4);
    thread::scope(|scope| {
        let work = || -> Result<()> {
            loop {
                let Ok(next) = queue.lock().map(|mut queue| queue.next()) else {
                    bail!("another clip could not be made");
                };
                let Some(recipe) = next else { return Ok(()) };
                one(recipe, folder).with_context(|| format!("cannot make {}", recipe.file))?;
            }
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| bail!("a worker of the demo panicked"))
        })
    })
}

/// Makes one clip beside the folder first, so that what lies in the folder is complete.
fn one(recipe: &Recipe, folder: &Path) -> Result<()> {
    let beside = folder.parent().unwrap_or(folder);
    let unfinished = beside.join(format!("unfinished-{}", recipe.file));
    let mut make = quiet_ffmpeg();
    make.args(["-f", "lavfi", "-i", recipe.picture]);
    if recipe.sound {
        make.args([
            "-f",
            "lavfi",
            "-i",
            "anoisesrc=color=pink:amplitude=0.1:seed=1",
        ]);
    }
    make.args(["-t", SECONDS]).args(recipe.encoder);
    if recipe.sound {
        let sound = if recipe.encoder == MPEG4 {
            "pcm_s16le"
        } else {
            "aac"
        };
        make.args(["-c:a", sound]);
    }
    run_quietly(make.arg(&unfinished))?;
    if let Some(degrees) = recipe.turned {
        turn(&unfinished, degrees)?;
    }
    fs::rename(&unfinished, folder.join(recipe.file))?;
    eprintln!("demo: made {}", recipe.file);
    Ok(())
}

/// Writes the turn into the file. ffmpeg 6 and later have an option for it, older ones a tag.
fn turn(file: &Path, degrees: &str) -> Result<()> {
    let turned = file.with_extension("turned.mp4");
    let by_option = run_quietly(
        quiet_ffmpeg()
            .args(["-display_rotation", degrees, "-i"])
            .arg(file)
            .args(["-c", "copy"])
            .arg(&turned),
    );
    if by_option.is_err() {
        run_quietly(
            quiet_ffmpeg()
                .arg("-i")
                .arg(file)
                .args([
                    "-c",
                    "copy",
                    "-metadata:s:v:0",
                    &format!("rotate={degrees}"),
                ])
                .arg(&turned),
        )?;
    }
    fs::rename(turned, file)?;
    Ok(())
}

fn quiet_ffmpeg() -> Command {
    let mut command = command("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_a_dozen_clips_of_many_kinds() {
        let files: BTreeSet<&str> = RECIPES.iter().map(|recipe| recipe.file).collect();
        let codecs: BTreeSet<&str> = RECIPES.iter().map(|recipe| recipe.encoder[1]).collect();
        assert_eq!(files.len(), 12);
        assert!(codecs.len() >= 6);
        assert!(RECIPES.iter().any(|recipe| recipe.turned.is_some()));
    }
}
