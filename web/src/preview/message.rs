//! Plans as the preview's worker reads them; the size of its canvas.

use serde_json::{Value, json};
use shared::plan::{Fit, Plan};

/// Most pixels of the canvas: 960 × 540. More costs time for each picture and shows little more.
const MOST_PIXELS: f64 = 518_400.0;

/// The plan as the worker's message has it; what it does not draw is left out.
#[must_use]
pub fn plan_message(plan: &Plan) -> Value {
    let slots: Vec<Value> = plan
        .slots
        .iter()
        .map(|slot| {
            let (num, den) = slot.clip.speed.terms();
            let focus = slot.focus.unwrap_or_default();
            json!({
                "start": slot.record_start,
                "frames": slot.record_duration,
                "media": slot.clip.media,
                "source_us": slot.clip.source_start,
                "speed": [num, den],
                "fit": fit_name(slot.fit.unwrap_or(plan.output.fit)),
                "focus": [focus.x_permille, focus.y_permille],
            })
        })
        .collect();
    let media: Vec<Value> = plan
        .media
        .iter()
        .map(|media| {
            let codec = media.video.as_ref().map(|video| video.codec.as_str());
            json!({ "name": media.path.name(), "codec": codec })
        })
        .collect();
    let rate = plan.output.rate;
    json!({
        "rate": [rate.num(), rate.den()],
        "width": plan.output.width,
        "height": plan.output.height,
        "slots": slots,
        "media": media,
    })
}

const fn fit_name(fit: Fit) -> &'static str {
    match fit {
        Fit::Crop => "crop",
        Fit::Pad => "pad",
        Fit::Blur => "blur",
    }
}

/// Pixels of a canvas that shows a film of `film` (width, height) in a box of `room` CSS pixels on
/// a screen with `density` pixels for each. It has the film's shape, is no larger than what the
/// screen shows or the film has, and is bounded.
#[must_use]
pub fn canvas_size(film: (u32, u32), room: (f64, f64), density: f64) -> (u32, u32) {
    let (width, height) = (f64::from(film.0.max(1)), f64::from(film.1.max(1)));
    let fits = (room.0 / width).min(room.1 / height) * density.max(0.5);
    let bound = (MOST_PIXELS / (width * height)).sqrt();
    let scale = fits.min(bound).clamp(0.0, 1.0);
    (pixels(width * scale), pixels(height * scale))
}

/// A whole, even number of pixels, at least 2.
fn pixels(side: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the caller; floats saturate"
    )]
    let half = (side / 2.0).round() as u32;
    half.max(1) * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plan_is_told_with_what_is_drawn_of_it() {
        let plan = Plan::from_json(
            r#"{"schema":"autocut-plan/1",
            "output":{"width":160,"height":90,"rate":"30000/1001","fit":"blur"},
            "music":{"media":{"path":"song.wav"}},
            "media":[{"path":"clips/a.mov","video":{"width":64,"height":36,"codec":"hevc"}},
                     {"path":"b.mp4"}],
            "slots":[
            {"record_start":0,"record_duration":30,"clip":{"media":0,"source_start":500}},
            {"record_start":30,"record_duration":9,"fit":"crop",
             "focus":{"x_permille":0,"y_permille":1000},
             "clip":{"media":1,"source_start":7,"speed":"1/2"}}]}"#,
        )
        .unwrap();
        let expected = json!({
            "rate": [30_000, 1001], "width": 160, "height": 90,
            "media": [{"name": "a.mov", "codec": "hevc"}, {"name": "b.mp4", "codec": null}],
            "slots": [
                {"start": 0, "frames": 30, "media": 0, "source_us": 500, "speed": [1, 1],
                 "fit": "blur", "focus": [500, 500]},
                {"start": 30, "frames": 9, "media": 1, "source_us": 7, "speed": [1, 2],
                 "fit": "crop", "focus": [0, 1000]},
            ],
        });
        assert_eq!(plan_message(&plan), expected);
    }

    #[test]
    fn the_canvas_is_as_large_as_the_screen_shows_and_bounded() {
        assert_eq!(canvas_size((1920, 1080), (640.0, 400.0), 1.0), (640, 360));
        assert_eq!(canvas_size((1920, 1080), (640.0, 400.0), 3.0), (960, 540));
        assert_eq!(canvas_size((1080, 1920), (4000.0, 4000.0), 1.0), (540, 960));
        assert_eq!(canvas_size((320, 180), (4000.0, 4000.0), 2.0), (320, 180));
        assert_eq!(canvas_size((320, 180), (0.0, 0.0), 2.0), (2, 2));
    }

    proptest! {
        #[test]
        fn no_canvas_is_larger_than_the_bound(
            film in (16_u32..8192, 16_u32..8192), room in (0.0_f64..9000.0, 0.0_f64..9000.0),
            density in 0.5_f64..4.0,
        ) {
            let (width, height) = canvas_size(film, room, density);
            prop_assert!(width >= 2 && height >= 2);
            // Rounding to even adds at most a pixel on each side.
            let over = f64::from(width - 1) * f64::from(height - 1);
            prop_assert!(over <= MOST_PIXELS || width == 2 || height == 2, "{width} {height}");
        }
    }
}
