//! What stands for the footage of a clip that this browser cannot decode.

use planner_wasm::footage::{Footage, Look, Shot, TICK_US, Tick};
use shared::fingerprint::Fingerprint;
use shared::media::MediaReference;

/// Quality of what nobody has seen, 0 to 255: below what was found good, above what was found bad.
const QUALITY: u8 = 110;
/// Longest clip that is taken on trust, in microseconds: a container may promise years.
const LONGEST_US: u64 = 4 * 3_600 * 1_000_000;

/// One take of middling quality over the length that the container promises. `None` if it promises
/// none, or no picture.
#[must_use]
pub fn unseen(media: &MediaReference) -> Option<Footage> {
    media.video.as_ref()?;
    let end_us = media.duration_us.filter(|us| *us > 0)?.min(LONGEST_US);
    let ticks = usize::try_from(end_us.div_ceil(TICK_US)).ok()?;
    // Two clips that nobody has seen are not taken for look-alikes: their hashes follow from
    // what they are by content.
    let print = media.fingerprint.map_or(end_us, Fingerprint::as_u64);
    let mut colours = [0; 32];
    for (at, byte) in print.to_be_bytes().into_iter().enumerate() {
        if let Some(bin) = colours.get_mut((usize::from(byte) + 4 * at) % 32) {
            *bin = 31;
        }
    }
    let tick = Tick {
        quality: QUALITY,
        motion: 40,
        luma: 110,
        ..Tick::default()
    };
    Some(Footage {
        start_us: 0,
        end_us,
        shots: vec![Shot {
            start_us: 0,
            end_us,
            look: Look {
                dhash: print,
                colours,
                luma: 110,
            },
        }],
        ticks: vec![tick; ticks],
        anchors: Vec::new(),
        views: Vec::new(),
        sound: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::media::{MediaPath, VideoStream};

    fn media(duration_us: Option<u64>) -> MediaReference {
        let mut media = MediaReference::by_path(MediaPath::from_bytes(b"a.mov"));
        media.duration_us = duration_us;
        media.video = Some(VideoStream {
            width: 1920,
            height: 1080,
            rate: None,
            codec: "hevc".to_owned(),
        });
        media
    }

    #[test]
    fn a_promised_length_is_one_take_with_all_its_ticks() {
        let footage = unseen(&media(Some(2_050_000))).unwrap();
        assert_eq!((footage.shots.len(), footage.ticks.len()), (1, 21));
        assert_eq!(footage.end_us, 2_050_000);
    }

    #[test]
    fn without_a_length_or_a_picture_there_is_nothing_to_use() {
        assert_eq!(unseen(&media(None)), None);
        assert_eq!(unseen(&media(Some(0))), None);
        let sound = MediaReference {
            video: None,
            ..media(Some(1_000_000))
        };
        assert_eq!(unseen(&sound), None);
    }

    #[test]
    fn a_promise_of_years_is_not_believed() {
        let footage = unseen(&media(Some(u64::MAX))).unwrap();
        assert_eq!(footage.end_us, LONGEST_US);
    }
}
