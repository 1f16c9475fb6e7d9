//! The same edit as others render it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::{ENCODER, PICTURE, Work, ffmpeg, seconds};
use crate::bench::measure::{Cost, measure};
use crate::command::command;

/// The whole edit in one ffmpeg: each shot an input of its own that is seeked, all of them
/// normalised and joined in one filter graph.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn one_process(work: &Work, film: &Path) -> Result<Cost> {
    let mut one = ffmpeg();
    let mut graph = String::new();
    for (index, shot) in work.shots.iter().enumerate() {
        one.args(["-ss", &seconds(shot.start_us)]);
        one.args(["-t", &seconds((shot.frames + 3) * 1_000_000 / 30)]);
        one.arg("-i").arg(work.clip(shot)?);
        write!(
            graph,
            "[{index}:v]{PICTURE},trim=end_frame={}[s{index}];",
            shot.frames
        )?;
    }
    for index in 0..work.shots.len() {
        write!(graph, "[s{index}]")?;
    }
    write!(graph, "concat=n={}:v=1:a=0[film]", work.shots.len())?;
    one.arg("-i").arg(&work.song);
    one.args(["-filter_complex", &graph, "-map", "[film]", "-map"]);
    one.arg(format!("{}:a", work.shots.len()));
    one.args(ENCODER)
        .args(["-c:a", "aac", "-shortest"])
        .arg(film);
    measure(&mut one)
}

/// Shot after shot with ffmpeg's own choice of threads, then joined by stream copy.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn sequential(work: &Work, film: &Path) -> Result<Cost> {
    let mut list = String::new();
    let mut cost = Cost::default();
    for (index, shot) in work.shots.iter().enumerate() {
        let part = format!("sequential.part{index}.mp4");
        let mut one = ffmpeg();
        one.args(["-ss", &seconds(shot.start_us), "-i"])
            .arg(work.clip(shot)?);
        one.args(["-map", "0:v", "-an", "-vf", PICTURE, "-frames:v"]);
        one.arg(shot.frames.to_string()).args(ENCODER);
        one.args(["-video_track_timescale", "30000"]);
        one.args(["-movie_timescale", "30000"]);
        cost = cost.then(measure(one.arg(work.folder.join(&part)))?);
        writeln!(list, "file {part}")?;
    }
    let names = work.folder.join("sequential.ffconcat");
    fs::write(&names, &list)?;
    let mut join = ffmpeg();
    join.args(["-f", "concat", "-i"]).arg(&names);
    join.arg("-i").arg(&work.song);
    join.args(["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac"]);
    cost = cost.then(measure(join.arg("-shortest").arg(film))?);
    for line in list.lines() {
        let part = line.strip_prefix("file ").unwrap_or(line);
        fs::remove_file(work.folder.join(part))?;
    }
    Ok(cost)
}

/// A playlist for `melt`.
///
/// # Errors
/// If `melt` fails.
pub(super) fn melt(work: &Work, film: &Path) -> Result<Cost> {
    let mut producers = String::new();
    let mut entries = String::new();
    for (index, shot) in work.shots.iter().enumerate() {
        let first = shot.start_us * 30 / 1_000_000;
        let last = first + shot.frames - 1;
        let clip = work.clip(shot)?.display();
        writeln!(
            producers,
            "<producer id=\"p{index}\"><property name=\"resource\">{clip}</property>\
             <property name=\"mlt_service\">avformat</property></producer>"
        )?;
        writeln!(
            entries,
            "<entry producer=\"p{index}\" in=\"{first}\" out=\"{last}\"/>"
        )?;
    }
    let list = work.folder.join("edit.mlt");
    fs::write(
        &list,
        format!(
            "<mlt><profile width=\"1920\" height=\"1080\" progressive=\"1\" sample_aspect_num=\"1\" \
             sample_aspect_den=\"1\" display_aspect_num=\"16\" display_aspect_den=\"9\" \
             frame_rate_num=\"30\" frame_rate_den=\"1\" colorspace=\"709\"/>\n{producers}\
             <producer id=\"song\"><property name=\"resource\">{song}</property></producer>\n\
             <playlist id=\"shots\">\n{entries}</playlist>\n\
             <playlist id=\"sound\"><entry producer=\"song\" in=\"0\" out=\"{last}\"/></playlist>\n\
             <tractor id=\"film\"><track producer=\"shots\" hide=\"audio\"/>\
             <track producer=\"sound\"/></tractor></mlt>\n",
            song = work.song.display(),
            last = work.frames - 1,
        ),
    )?;
    let mut melt = command("melt");
    // No window system is there, and none is needed.
    melt.env("QT_QPA_PLATFORM", "offscreen")
        .env("SDL_VIDEODRIVER", "dummy");
    melt.arg("-silent").arg(&list);
    melt.arg("-consumer")
        .arg(format!("avformat:{}", film.display()));
    melt.args([
        "real_time=-1",
        "vcodec=libx264",
        "preset=veryfast",
        "crf=20",
    ]);
    melt.args(["vprofile=high", "g=60", "acodec=aac", "pix_fmt=yuv420p"]);
    measure(&mut melt)
}

/// The way of the Python tool that this project replaces: every clip open at once.
///
/// # Errors
/// If Python fails.
pub(super) fn moviepy(work: &Work, film: &Path) -> Result<Cost> {
    let script = work.folder.join("edit.py");
    let mut shots = String::new();
    for shot in &work.shots {
        writeln!(
            shots,
            "    ({}, {}, {}),",
            shot.clip,
            seconds(shot.start_us),
            shot.frames
        )?;
    }
    let clips: Vec<_> = work
        .clips
        .iter()
        .map(|clip| clip.display().to_string())
        .collect();
    fs::write(
        &script,
        format!(
            "from moviepy import AudioFileClip, VideoFileClip, concatenate_videoclips\n\
             names = {clips:?}\n\
             shots = [\n{shots}]\n\
             used = sorted({{shot[0] for shot in shots}})\n\
             opened = {{i: VideoFileClip(names[i], audio=False, target_resolution=(1920, 1080)) for i in used}}\n\
             parts = [opened[i].subclipped(s, s + n / 30) for i, s, n in shots]\n\
             film = concatenate_videoclips(parts, method='compose')\n\
             film = film.with_audio(AudioFileClip({song:?}).subclipped(0, film.duration))\n\
             film.write_videofile({film:?}, fps=30, codec='libx264', preset='veryfast', audio_codec='aac',\n\
             \x20   ffmpeg_params=['-crf', '20', '-pix_fmt', 'yuv420p'], logger=None)\n",
            song = work.song.display().to_string(),
            film = film.display().to_string(),
        ),
    )?;
    let python = std::env::var_os("AUTOCUT_PYTHON").unwrap_or_else(|| "python3".into());
    measure(
        command(python)
            .env("IMAGEIO_FFMPEG_EXE", "ffmpeg")
            .arg(&script),
    )
}
