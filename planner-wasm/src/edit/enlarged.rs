//! How much a picture loses by being enlarged to the film's size.

use shared::media::VideoStream;
use shared::plan::{Fit, Output};

use super::pace::{ONE, log2};

/// Doublings of its width that a picture bears: less than twice as large it looks as it did.
const FREE: i64 = ONE;
/// The part of the difference between the best picture and the worst that each doubling beyond loses.
const PARTS: i64 = 4;

/// What a clip's pictures lose of their quality in a film of this size, 0 to [`ONE`]: a sharp one of 320 by
/// 180 passes in Full HD for one of six tenths.
pub(super) fn lost(output: &Output, video: &VideoStream) -> i64 {
    let doublings = |to: u32, from: u32| log2(to.into()) - log2(from.into());
    let across = doublings(output.width, video.width);
    let down = doublings(output.height, video.height);
    let doublings = match output.fit {
        Fit::Crop => across.max(down),
        Fit::Pad | Fit::Blur => across.min(down),
    };
    ((doublings - FREE) / PARTS).clamp(0, ONE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::plan::Extra;
    use shared::rate::Rate;

    use super::*;

    fn lost_by(from: (u32, u32), to: (u32, u32), fit: Fit) -> i64 {
        let output = Output {
            width: to.0,
            height: to.1,
            rate: Rate::whole(25).unwrap(),
            fit,
            extra: Extra::default(),
        };
        let video = VideoStream {
            width: from.0,
            height: from.1,
            rate: None,
            codec: String::new(),
        };
        lost(&output, &video)
    }

    #[test]
    fn each_doubling_beyond_the_first_loses_a_quarter() {
        let full = (1920, 1080);
        assert_eq!(lost_by((960, 540), full, Fit::Crop), 0);
        assert_eq!(lost_by((3840, 2160), full, Fit::Crop), 0);
        assert_eq!(lost_by((480, 270), full, Fit::Crop), ONE / 4);
        assert_eq!(lost_by((240, 135), full, Fit::Crop), ONE / 2);
        assert_eq!(lost_by((50, 28), full, Fit::Crop), ONE);
        assert_eq!(lost_by((0, 0), full, Fit::Pad), ONE);
        // Beside an upright picture there is room.
        assert_eq!(
            lost_by((270, 480), full, Fit::Pad),
            lost_by((853, 480), full, Fit::Crop)
        );
        assert!(lost_by((270, 480), full, Fit::Crop) > lost_by((270, 480), full, Fit::Pad));
    }

    proptest! {
        #[test]
        fn more_pixels_never_lose_more(
            from in (1..4000_u32, 1..4000_u32),
            more in (0..500_u32, 0..500_u32),
            to in (16..8192_u32, 16..8192_u32),
            fit in prop::sample::select(vec![Fit::Crop, Fit::Pad, Fit::Blur]),
        ) {
            let larger = (from.0 + more.0, from.1 + more.1);
            let (small, large) = (lost_by(from, to, fit), lost_by(larger, to, fit));
            prop_assert!(large <= small && (0..=ONE).contains(&small));
        }
    }
}
