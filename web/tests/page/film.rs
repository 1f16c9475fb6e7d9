//! From files to a film: what the page plans, the program renders and its own judge accepts.

use std::fs;
use std::path::{Path, PathBuf};

use planner_wasm::music::{ANALYSIS_RATE, analyse};
use shared::music::BeatGrid;
use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::media::{self, Material, with_film};
use crate::page::Page;
use crate::site::Site;
use crate::sound;

/// The beats that the planner of this machine hears in what ffmpeg decodes.
fn heard_here(song: &Path) -> BeatGrid {
    analyse(&media::decoded(song), ANALYSIS_RATE).unwrap().value
}

/// Beats in the browser are the beats here, to a millisecond.
#[track_caller]
fn assert_same_beats(page: &BeatGrid, here: &BeatGrid) {
    assert!(here.beats.len() > 15, "{} beats", here.beats.len());
    assert_eq!(page.beats.len(), here.beats.len());
    for (page_beat, beat) in page.beats.iter().zip(&here.beats) {
        let apart = page_beat.at.abs_diff(beat.at);
        assert!(
            apart * 1_000 <= u64::from(page.rate),
            "{} on the page, {} here",
            page_beat.at,
            beat.at
        );
        assert_eq!(page_beat.position, beat.position);
    }
}

#[test]
fn chosen_files_become_a_plan_that_the_program_renders() {
    let brought = with_film(async |page, _, _| {
        let project = page.project().await?;
        Ok((project, page.export().await?))
    });
    let Some((material, (project, exported))) = brought else {
        return;
    };
    let clips = media::seen().len();
    assert_eq!(project.clips.len(), clips);
    for clip in &project.clips {
        let name = clip.media.path.name();
        assert!(clip.note.is_none(), "{name}: {:?}", clip.note);
        assert!(clip.footage.is_some(), "{name} was not looked at");
        assert!(
            clip.media.fingerprint.is_some(),
            "{name} has no fingerprint"
        );
    }
    let turned = project
        .clips
        .iter()
        .find(|clip| clip.media.path.name() == "turned.mp4");
    let video = turned.unwrap().media.video.as_ref().unwrap();
    assert!(
        video.width < video.height,
        "a turned clip is taken as it is shown"
    );

    let plan = material.render(&exported);
    assert_eq!(exported.name, "Small film.plan.json");
    let here = heard_here(media::song());
    assert_same_beats(plan.music.beat_grid.as_ref().unwrap(), &here);
    assert!(plan.slots.len() > 8, "{} shots", plan.slots.len());
    assert!(plan.slots.iter().any(|slot| !slot.alternates.is_empty()));
}

#[test]
fn a_dropped_folder_is_walked_and_its_paths_are_kept() {
    if skipped() {
        return;
    }
    let material = Material::usual();
    let inside = material.file("trip");
    fs::create_dir(&inside).unwrap();
    for clip in media::seen() {
        let name = clip.file_name().unwrap();
        fs::rename(material.folder().join(name), inside.join(name)).unwrap();
    }
    // What cameras and desktops leave beside clips.
    fs::write(inside.join(".DS_Store"), "x").unwrap();
    fs::write(inside.join("._tests.mp4"), [0, 5, 22, 7, 0, 2, 0, 0]).unwrap();
    fs::write(inside.join("notes.txt"), "Trip to the sea").unwrap();

    let site = Site::open(Vec::new());
    let (project, notices) = with_browser(async |page| {
        page.open(&site).await?;
        page.drop_files(&[material.folder().to_owned()]).await?;
        page.planned().await?;
        Ok((page.project().await?, page.notices().await?))
    });
    let folder = material.folder().file_name().unwrap().to_string_lossy();
    assert_eq!(project.clips.len(), media::seen().len(), "{notices:?}");
    for clip in &project.clips {
        let path = clip.media.path.to_string();
        assert!(path.starts_with(&format!("{folder}/trip/")), "{path}");
    }
    assert!(project.plan.is_some());
    assert!(
        notices.iter().any(|said| said.contains("Left out")),
        "{notices:?}"
    );
}

#[test]
fn songs_of_every_kind_have_the_same_beats_here_and_there() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let wave = folder.path().join("music.wav");
    let samples: Vec<i16> = sound::music(30)
        .iter()
        .map(|&one| sixteen_bits(one))
        .collect();
    fs::write(&wave, sound::wav(&samples)).unwrap();
    let songs: Vec<PathBuf> = media::as_sold(&wave, folder.path());
    assert!(songs.len() >= 3);
    compare(&songs);
}

#[test]
fn real_songs_have_the_same_beats_here_and_there() {
    if skipped() {
        return;
    }
    let Some(folder) = suite::dev_data::folder("beats") else {
        return;
    };
    let folder = fs::canonicalize(folder).unwrap();
    let mut songs: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "ogg"))
        .collect();
    songs.sort();
    // A handful over the whole list.
    let songs: Vec<PathBuf> = songs.into_iter().step_by(9).take(4).collect();
    compare(&songs);
}

fn compare(songs: &[PathBuf]) {
    let site = Site::open(Vec::new());
    let grids = with_browser(async |page| {
        page.open(&site).await?;
        let mut grids = Vec::new();
        for song in songs {
            grids.push(heard_there(page, song).await?);
        }
        Ok(grids)
    });
    for (song, grid) in songs.iter().zip(&grids) {
        eprintln!("{}", song.display());
        assert_same_beats(grid, &heard_here(song));
    }
}

/// The beats that the page hears in a song.
async fn heard_there(page: &Page, song: &Path) -> WebDriverResult<BeatGrid> {
    let name = song.file_name().unwrap().to_string_lossy();
    page.add(&[song.to_owned()]).await?;
    page.until(&format!(
        "document.querySelector('.page').dataset.stage === 'waiting' \
         && document.querySelector('#song strong')?.textContent === {name:?}"
    ))
    .await?;
    Ok(page.project().await?.song.unwrap().heard)
}

#[expect(clippy::cast_possible_truncation, reason = "the range is kept")]
fn sixteen_bits(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_000.0) as i16
}

#[test]
fn real_clips_become_a_plan_that_the_program_renders() {
    if skipped() {
        return;
    }
    let Some(folder) = suite::dev_data::folder("media") else {
        return;
    };
    // Of many cameras and tools: turned, wide pixels, gaps, an offset, ten bits, a still end.
    let clips: Vec<PathBuf> = [
        "auto-editor__example.mp4",
        "d_rot270.mp4",
        "d_hdv_1440x1080i_sar43.mp4",
        "d_vfr_gaps.mp4",
        "d_start5.mkv",
        "intel__walk.mkv",
        "mdextract__with-gps.mov",
        "media__bear-vp9-odd-dimensions.webm",
        "media__hdr10-av1.mp4",
        "media__sample_edit_list.mp4",
        "d_日本語 кадр.mp4",
        "d_it's a (clip) & more.mp4",
        "mmaction2__demo.mp4",
        "torchcodec__bt709_full_range.mp4",
    ]
    .map(|name| folder.join(name))
    .into_iter()
    .filter(|path| path.is_file())
    .collect();
    assert!(clips.len() > 8, "{} of the clips are there", clips.len());
    let clips = clips.iter().map(PathBuf::as_path);
    let material = Material::of(std::iter::once(media::song()).chain(clips));
    let site = Site::open(Vec::new());
    let exported = with_browser(async |page| {
        page.film_of(&site, &material.files()).await?;
        page.export().await
    });
    let plan = material.render(&exported);
    assert!(plan.slots.len() > 8, "{} shots", plan.slots.len());
}
