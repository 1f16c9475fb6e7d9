//! The beat lab: what a person hears better than the planner, in the plan to the sample.

use planner_wasm::music::corrections::{Correction, corrected};
use shared::plan::Plan;
use thirtyfour::prelude::*;
use web::project::Project;

use crate::media::with_film;

/// The beats of the plan are those that were heard, corrected as the project says.
#[track_caller]
fn assert_corrected(project: &Project) {
    let plan: &Plan = project.plan.as_ref().expect("a plan");
    let heard = &project.song.as_ref().expect("a song").heard;
    let wanted = corrected(heard, &project.brief.corrections).expect("it can be corrected");
    let grid = plan.music.beat_grid.as_ref().expect("beats");
    assert_eq!(grid.beats, wanted.beats);
    assert_eq!(grid.beats_per_bar, wanted.beats_per_bar);
    assert_eq!(grid.tempo_millibpm, wanted.tempo_millibpm);
    // Cuts are on beats of the corrected grid.
    for slot in &plan.slots {
        if let Some(cut) = &slot.cut
            && matches!(
                cut.on,
                shared::plan::CutKind::Beat | shared::plan::CutKind::Downbeat
            )
        {
            assert!(
                grid.beats.iter().any(|beat| beat.at == cut.at),
                "a cut at {} is on no beat",
                cut.at
            );
        }
    }
}

#[test]
fn corrections_of_the_beats_are_in_the_plan_to_the_sample() {
    let brought = with_film(async |page, _, _| {
        page.panel("beats").await?;

        page.press_button("#panel .nudges", "10 ms later").await?;
        page.press_button("#panel .nudges", "1 ms later").await?;
        page.planned().await?;
        let nudged = page.project().await?;
        assert_eq!(
            nudged.brief.corrections,
            [Correction::Nudge {
                samples: 441 + 44_100 / 1_000
            }]
        );
        assert_corrected(&nudged);

        page.press_button("#panel", "Later").await?;
        page.planned().await?;
        let shifted = page.project().await?;
        assert!(matches!(
            shifted.brief.corrections.last(),
            Some(Correction::Downbeat { .. })
        ));
        assert_corrected(&shifted);

        page.set("#meter", "3").await?;
        page.planned().await?;
        let three = page.project().await?;
        assert_eq!(
            three
                .plan
                .as_ref()
                .unwrap()
                .music
                .beat_grid
                .as_ref()
                .unwrap()
                .beats_per_bar,
            3
        );
        assert_corrected(&three);

        page.click("#take-back").await?;
        page.planned().await?;
        assert_eq!(page.project().await?.brief, shifted.brief);
        page.click("#as-heard").await?;
        page.planned().await?;
        assert!(page.project().await?.brief.corrections.is_empty());

        // Another reading in one press, and back in another.
        page.click("details:has(> #readings):not([open]) > summary")
            .await?;
        page.click("#readings button").await?;
        page.planned().await?;
        let read = page.project().await?;
        let readings = &read.song.as_ref().unwrap().heard.readings;
        let first = Correction::Reading {
            reading: *readings.first().expect("other readings"),
        };
        assert_eq!(read.brief.corrections, [first]);
        assert_corrected(&read);
        page.click("#readings button").await?;
        page.planned().await?;
        assert!(page.project().await?.brief.corrections.is_empty());

        // Taps while the song plays, nearly as fast as it is.
        page.blur().await?;
        page.keys(Key::Home).await?;
        page.execute_async(TAP, Vec::new()).await?;
        page.click("#take-taps").await?;
        page.planned().await?;
        let tapped = page.project().await?;
        assert!(matches!(
            tapped.brief.corrections.as_slice(),
            [Correction::Tap { taps }] if taps.len() >= 6
        ));
        assert_corrected(&tapped);

        // A section's own pace.
        page.click("#as-heard").await?;
        page.planned().await?;
        page.set("#panel .sections input[type=range]", "field.max")
            .await?;
        page.planned().await?;
        let paced = page.project().await?;
        assert_eq!(paced.brief.settings.paces.len(), 1);
        assert_corrected(&paced);
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        page.export().await
    });
    let Some((material, exported)) = brought else {
        return;
    };
    material.render(&exported);
}

/// Plays, and taps on the pad twice a second.
const TAP: &str = "
    const done = arguments[0];
    const pad = document.querySelector('#tap');
    document.querySelector('#play').click();
    let taps = 0;
    const timer = setInterval(() => {
        pad.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
        taps += 1;
        if (taps === 9) {
            clearInterval(timer);
            document.querySelector('#play').click();
            done();
        }
    }, 500);";

#[test]
fn shape_and_rate_of_the_film_are_in_the_plan_and_in_what_is_rendered() {
    let brought = with_film(async |page, _, _| {
        page.panel("film").await?;
        let tall = "[...document.querySelectorAll('#panel .shape')].find((one) =>
            one.textContent.includes('9:16')).querySelector('input')";
        page.until(tall).await?;
        page.execute(format!("{tall}.click();"), Vec::new()).await?;
        page.planned().await?;
        let rate = "[...field.options].find((one) => one.textContent.startsWith('25 ')).value";
        page.set("#rate", rate).await?;
        page.planned().await?;
        page.export().await
    });
    let Some((material, exported)) = brought else {
        return;
    };
    let plan = material.render(&exported);
    assert_eq!((plan.output.width, plan.output.height), (180, 320));
    assert_eq!(plan.output.rate.to_string(), "25");
}
