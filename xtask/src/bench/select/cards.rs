//! Cards: text on a ground, as titles and credits have it.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::bases::RATE;
use super::piece::CUT_OUT;
use super::plant::us;
use crate::command::{command, run_quietly};

/// Frames of a card.
const FRAMES: u64 = 48;

/// A ground, as a source of ffmpeg's without its size.
const GROUNDS: [(&str, &str); 12] = [
    ("color=c=white", "black"),
    ("color=c=black", "white"),
    ("color=c=0x1040a0", "white"),
    ("color=c=0x808080", "white"),
    ("color=c=0xd8c8a0,noise=alls=6:allf=t", "0x402010"),
    ("color=c=0x207040", "yellow"),
    (
        "gradients=c0=0x102040:c1=0x4080c0:x0=0:y0=0:x1=0:y1=269:n=2:speed=0.00001",
        "white",
    ),
    (
        "gradients=c0=0x602020:c1=0xe0a060:x0=0:y0=0:x1=479:y1=0:n=2:speed=0.00001",
        "white",
    ),
    (
        "gradients=c0=0x205030:c1=0x90c0a0:x0=0:y0=0:x1=479:y1=269:n=2:speed=0.00001",
        "black",
    ),
    (
        "gradients=c0=0xf0f0f0:c1=0xc0d0e0:x0=0:y0=0:x1=0:y1=269:n=2:speed=0.00001",
        "0x303030",
    ),
    (
        "gradients=c0=0x000000:c1=0x404070:x0=0:y0=0:x1=0:y1=269:n=2:speed=0.00001",
        "white",
    ),
    ("color=c=0x2050a0,vignette=angle=PI/4", "white"),
];

/// Fonts by their families' names, and sizes.
const FONTS: [(&str, u32); 5] = [
    ("Sans", 40),
    ("Serif", 56),
    ("Sans\\:bold", 80),
    ("Monospace", 24),
    ("Serif\\:italic", 34),
];

/// What is written, one line under the other.
const TEXTS: [&[&str]; 6] = [
    &["Our summer"],
    &["Chapter One"],
    &["THE END"],
    &["Two weeks later", "at the sea"],
    &["Directed by", "A. Person", "Music", "B. Person"],
    &[
        "It was the best",
        "of times and it was",
        "the worst of times.",
    ],
];

/// Every other card of all grounds, each in two fonts; gives back the truth about them.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn plant(test: bool, clips: &Path) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    let count = 2 * GROUNDS.len();
    for n in (0..count).filter(|n| (n % 2 == 1) == test) {
        let (Some((ground, ink)), Some((font, size)), Some(written)) = (
            GROUNDS.get(n / 2),
            FONTS.get(n % FONTS.len()),
            TEXTS.get((n * 5 + n / 6) % TEXTS.len()),
        ) else {
            continue;
        };
        let name = format!("card_{n}.mp4");
        let (width, height) = CUT_OUT;
        // The size belongs to the source, which is the first filter.
        let ground = match ground.split_once(',') {
            Some((source, rest)) => format!("{source}:s={width}x{height}:r={RATE},{rest}"),
            None => format!("{ground}:s={width}x{height}:r={RATE}"),
        };
        let line = size * 5 / 4;
        let top = i64::from(height / 2) - i64::from(line) * i64::try_from(written.len())? / 2;
        let lines: Vec<String> = (0..)
            .zip(*written)
            .map(|(nth, text)| {
                let y = top + i64::from(line) * nth;
                format!("drawtext=font='{font}':text='{text}':fontsize={size}:fontcolor={ink}:x=(w-text_w)/2:y={y}")
            })
            .collect();
        run_quietly(
            command("ffmpeg")
                .args([
                    "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &ground,
                ])
                .args(["-vf", &lines.join(","), "-frames:v", &FRAMES.to_string()])
                .args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "22"])
                .args(["-pix_fmt", "yuv420p"])
                .arg(clips.join(&name)),
        )?;
        told.push(json!({
            "file": name,
            "variant": null,
            "test": test,
            "spans": [{
                "kind": "card",
                "start_us": 0,
                "end_us": us(FRAMES),
                "base": "card",
                "base_start_us": 0,
            }],
            "hits_us": [],
            "cuts_us": [],
            "fades_us": [],
        }));
    }
    Ok(told)
}
