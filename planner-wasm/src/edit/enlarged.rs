//! How much a picture loses by being enlarged to the film's size.

use shared::media::VideoStream;
use shared::plan::{Fit, Output};

use super::pace::{ONE, log2};

/// Doublings of its width that a picture bears: less than twice as large it looks as it did.
const FREE: i64 = ONE;
/// Beyond, it loses their square over this, of the difference between the best picture and the worst: a
/// little softness is not seen, and blocks are.
const PARTS: i64 = 6;

/// What a clip's pictures lose of their quality in a film of this size, 0 to [`ONE`]: in Full HD nothing of 960
/// by 540, a third of 352 by 288, all of 170 by 96 and less.
pub(super) fn lost(output: &Output, video: &VideoStream) -> i64 {
    let doublings = |to: u32, from: u32| log2(to.into()) - log2(from.into());
    let across = doublings(output.width, video.width);
    let down = doublings(output.height, video.height);
    let doublings = match output.fit {
        Fit::Crop => across.max(down),
        Fit::Pad | Fit::Blur => across.min(down),
    };
    let beyond = (doublings - FREE).max(0);
    (beyond * beyond / ONE / PARTS).min(ONE)
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
    fn what_is_lost_grows_with_the_square_of_the_doublings_beyond_the_first() {
        let full = (1920, 1080);
        assert_eq!(lost_by((960, 540), full, Fit::Crop), 0);
        assert_eq!(lost_by((3840, 2160), full, Fit::Crop), 0);
        assert_eq!(lost_by((480, 270), full, Fit::Crop), ONE / 6);
        assert_eq!(lost_by((240, 135), full, Fit::Crop), 4 * ONE / 6);
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
