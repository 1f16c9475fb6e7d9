//! The clips' own sound, heard in the page as on the command line.

use std::ffi::OsStr;
use std::path::PathBuf;

use planner_wasm::footage::Inspected;
use suite::program;

use crate::browser::{skipped, with_browser};
use crate::media::{self, Material};
use crate::site::Site;

#[test]
fn a_clip_s_own_sound_is_heard_as_natively() {
    if skipped() {
        return;
    }
    let clapping = media::clapping();
    let files = std::iter::once(media::song()).chain(clapping.iter().map(PathBuf::as_path));
    let material = Material::of(files);
    let inspect = ["inspect", "--json", "--quiet"].map(OsStr::new);
    let clips = clapping.iter().map(|clip| clip.as_os_str());
    let run = program::run(inspect.into_iter().chain(clips)).expect(0);
    let native = Inspected::from_json(&run.stdout).unwrap().clips;
    assert_eq!(native.len(), clapping.len());

    let site = Site::open(Vec::new());
    let project = with_browser(async |page| {
        page.film_of(&site, &material.files()).await?;
        page.project().await
    });
    for clip in &native {
        let name = clip.media.path.name();
        let mut all = project.clips.iter();
        let own = all.find(|own| own.media.path.name() == name).unwrap();
        let own = own.footage.as_ref().unwrap();
        let (Some(native), Some(own)) = (&clip.footage.sound, &own.sound) else {
            assert_eq!((&clip.footage.sound, &own.sound), (&None, &None), "{name}");
            assert_eq!(name, "none.mp4");
            continue;
        };
        let expected = if name == "silent.mp4" { 0 } else { 3 };
        assert_eq!(native.events.len(), expected, "{name}: {native:?}");
        assert_eq!(own.events.len(), expected, "{name}: {own:?}");
        for (native, own) in native.events.iter().zip(&own.events) {
            // Instants are told in steps of 4 ms, and who leaves out Opus' first 6.5 ms differs; the delay of
            // any other encoder is more.
            assert!(
                native.at_us.abs_diff(own.at_us) <= 12_000,
                "{name}: {native:?} {own:?}"
            );
            let strength = native.strength_permille.abs_diff(own.strength_permille);
            assert!(strength <= 150, "{name}: {native:?} {own:?}");
        }
        let both = native.loudness.iter().zip(&own.loudness);
        let far = both.filter(|(native, own)| native.abs_diff(**own) > 12);
        assert!(far.count() <= 4, "{name}: {native:?} {own:?}");
    }
}
