//! What the command line found out about clips, read back: for clips that a browser cannot decode,
//! and for those that are measured already.

use serde::Deserialize;
use serde::de::IgnoredAny;
use shared::fingerprint::Fingerprint;
use shared::media::{MediaPath, MediaReference, VideoStream};
use shared::plan::{MAX_EXACT, MAX_MEDIA};
use shared::rate::Rate;

use super::model::{Defects, Footage};
use super::promises::check;

/// Name and major version of what `render-native inspect --json` writes.
pub const INSPECTED_SCHEMA: &str = "autocut-inspect/1";
/// Texts above this many bytes are refused unread: some sixty hours of footage.
pub const MAX_INSPECTED_BYTES: usize = 256 * 1024 * 1024;

/// What stands before the version in the name of the format.
const FAMILY: &str = "autocut-inspect/";

/// What `render-native inspect --json` found.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The clips that can be used, in the order of the file.
    pub clips: Vec<InspectedClip>,
    /// How many files cannot.
    pub skipped: usize,
}

/// One clip that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectedClip {
    /// The file as a plan holds it, by its name alone.
    pub media: MediaReference,
    /// Its footage. Sound: shots and ticks fill it, and anchors are in order within it.
    pub footage: Footage,
}

/// Why a text was not taken for what `inspect` found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectedError {
    /// It is longer than [`MAX_INSPECTED_BYTES`].
    #[error(
        "the analysis is {bytes} bytes long, and the most that is read is {MAX_INSPECTED_BYTES}; inspect fewer clips at once"
    )]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// It is not JSON, or not of this shape.
    #[error(
        "this is no analysis of clips ({0}); write one with `render-native inspect --json clips/ > clips.json`"
    )]
    Unreadable(#[from] serde_json::Error),
    /// It is JSON of another kind.
    #[error(
        "this is no analysis of clips: its \"schema\" is {found:?} and not \"{INSPECTED_SCHEMA}\"; write one with `render-native inspect --json clips/ > clips.json`"
    )]
    Other {
        /// Its `schema`, shortened.
        found: String,
    },
    /// It was made by a newer program.
    #[error(
        "the analysis is {found:?}, and this page reads up to \"{INSPECTED_SCHEMA}\"; use a newer page"
    )]
    Newer {
        /// Its `schema`.
        found: String,
    },
    /// It has more clips than a plan can name.
    #[error("the analysis has {count} clips, and a plan has at most {MAX_MEDIA}; inspect fewer")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// A clip is not as it can have been found.
    #[error("clip {} of the analysis is damaged: {what}; inspect it again", number(*clip))]
    Damaged {
        /// Which, counting from 0.
        clip: usize,
        /// What cannot be.
        what: &'static str,
    },
}

const fn number(clip: usize) -> usize {
    clip.saturating_add(1)
}

/// Only the format's name.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: String,
}

#[derive(Deserialize)]
struct Body {
    clips: Vec<Found>,
    #[serde(default)]
    skipped: Vec<IgnoredAny>,
}

/// A clip as it stands there; what is not named here is for people.
#[derive(Deserialize)]
struct Found {
    media: FoundMedia,
    footage: Footage,
}

#[derive(Deserialize)]
struct FoundMedia {
    path: String,
    bytes: Option<u64>,
    duration_us: Option<u64>,
    fingerprint: Option<Fingerprint>,
    video: Option<FoundVideo>,
}

#[derive(Deserialize)]
struct FoundVideo {
    width: u32,
    height: u32,
    rate: Option<Rate>,
    codec: String,
}

impl Inspected {
    /// Reads and checks what `render-native inspect --json` wrote. A byte order mark at the front is
    /// skipped, as are keys that are not known here.
    ///
    /// # Errors
    /// [`InspectedError`]: too large, no JSON, of another kind or a newer version, or a clip that
    /// cannot have been found so.
    pub fn from_json(json: &str) -> Result<Self, InspectedError> {
        let bytes = json.len();
        if bytes > MAX_INSPECTED_BYTES {
            return Err(InspectedError::TooLarge { bytes });
        }
        let json = json.trim_start_matches('\u{feff}');
        let Head { schema } = serde_json::from_str(json)?;
        if schema != INSPECTED_SCHEMA {
            return Err(refused(&schema));
        }
        let body: Body = serde_json::from_str(json)?;
        let count = body.clips.len();
        if count > MAX_MEDIA {
            return Err(InspectedError::TooMany { count });
        }
        let clips = body.clips.into_iter().enumerate().map(|(clip, found)| {
            let damaged = |what| InspectedError::Damaged { clip, what };
            found.checked().map_err(damaged)
        });
        Ok(Self {
            clips: clips.collect::<Result<_, _>>()?,
            skipped: body.skipped.len(),
        })
    }
}

fn refused(schema: &str) -> InspectedError {
    let found: String = schema.chars().take(60).collect();
    let version = schema.strip_prefix(FAMILY).map(str::parse::<u64>);
    match version {
        Some(Ok(version)) if version > 1 => InspectedError::Newer { found },
        _ => InspectedError::Other { found },
    }
}

impl Found {
    fn checked(self) -> Result<InspectedClip, &'static str> {
        let mut footage = self.footage;
        check(&footage)?;
        for tick in &mut footage.ticks {
            // Kinds of defect that are not known here would count as some.
            let known = tick.defects.iter();
            tick.defects = known.fold(Defects::default(), Defects::with);
        }
        let media = self.media.checked()?;
        if media.duration_us.is_some_and(|us| us < footage.end_us) {
            return Err("its footage goes on after its end");
        }
        Ok(InspectedClip { media, footage })
    }
}

impl FoundMedia {
    fn checked(self) -> Result<MediaReference, &'static str> {
        let path = MediaPath::from_text(&self.path).ok_or("its path names no file")?;
        if [self.bytes, self.duration_us]
            .into_iter()
            .flatten()
            .any(|number| number > MAX_EXACT)
        {
            return Err("its size or its length is out of range");
        }
        let video = self.video.map(FoundVideo::checked).transpose()?;
        Ok(MediaReference {
            bytes: self.bytes,
            duration_us: self.duration_us,
            fingerprint: self.fingerprint,
            video,
            ..MediaReference::by_path(path)
        })
    }
}

impl FoundVideo {
    fn checked(self) -> Result<VideoStream, &'static str> {
        let sides = 1..=1_000_000;
        if !sides.contains(&self.width) || !sides.contains(&self.height) {
            return Err("its picture's size is out of range");
        }
        Ok(VideoStream {
            width: self.width,
            height: self.height,
            rate: self.rate,
            codec: self.codec,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::model::{
        Anchor, AnchorKind, Defect, Look, LoudEvent, Shot, Sound, Tick, View,
    };
    use super::*;

    fn footage() -> Footage {
        let look = Look {
            dhash: u64::MAX - 1,
            colours: [8; 32],
            luma: 90,
        };
        let shot = |start_us, end_us| Shot {
            start_us,
            end_us,
            look: look.clone(),
        };
        let bad = Tick {
            defects: Defects::default().with(Defect::Shaken),
            ..Tick::default()
        };
        Footage {
            start_us: 80_000,
            end_us: 390_000,
            shots: vec![shot(80_000, 200_000), shot(200_000, 390_000)],
            ticks: vec![Tick::default(), bad, Tick::default(), bad],
            anchors: vec![
                Anchor {
                    at_us: 100_000,
                    kind: AnchorKind::MotionOnset,
                    strength_permille: 700,
                },
                Anchor {
                    at_us: 300_000,
                    kind: AnchorKind::Impact,
                    strength_permille: 1000,
                },
            ],
            views: vec![View {
                start_us: 80_000,
                end_us: 200_000,
                look: look.clone(),
            }],
            sound: Some(Sound {
                loudness: vec![0, 90, 160, 70],
                speech: vec![0, 0, 255, 200],
                events: vec![
                    LoudEvent {
                        at_us: 96_000,
                        strength_permille: 1000,
                    },
                    LoudEvent {
                        at_us: 300_000,
                        strength_permille: 400,
                    },
                ],
            }),
        }
    }

    fn found() -> Value {
        json!({
            "schema": INSPECTED_SCHEMA,
            "clips": [{
                "path": "clips/a.mov",
                "rotation": 90,
                "media": {
                    "path": "a.mov", "bytes": 1234, "duration_us": 390_000,
                    "fingerprint": "3faee3ed1e9fea858501bd078dcbb4bd",
                    "video": {"width": 1080, "height": 1920, "rate": "30000/1001", "codec": "prores", "hue": 3},
                    "mood": "good"
                },
                "footage": footage()
            }],
            "skipped": [{"code": "file_skipped"}, 7]
        })
    }

    fn told(value: &Value) -> String {
        let error = Inspected::from_json(&value.to_string()).unwrap_err();
        error.to_string()
    }

    #[test]
    fn what_was_found_comes_back_and_what_is_not_known_is_passed_over() {
        let read = Inspected::from_json(&format!("\u{feff}{}", found())).unwrap();
        let [clip] = read.clips.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!(clip.footage, footage());
        assert_eq!(read.skipped, 2);
        let media = &clip.media;
        assert_eq!((media.path.as_text(), media.bytes), ("a.mov", Some(1234)));
        assert_eq!(media.duration_us, Some(390_000));
        assert!(media.extra.is_empty());
        assert_eq!(media.video.as_ref().unwrap().codec, "prores");
    }

    #[test]
    fn a_text_from_before_sound_was_heard_is_read_and_what_is_newer_of_it_passed_over() {
        let mut old = found();
        let footage_of = |text: &mut Value| text.pointer_mut("/clips/0/footage").unwrap().take();
        let mut of = footage_of(&mut old);
        of.as_object_mut().unwrap().remove("sound").unwrap();
        *old.pointer_mut("/clips/0/footage").unwrap() = of;
        let read = Inspected::from_json(&old.to_string()).unwrap();
        let silent = Footage {
            sound: None,
            ..footage()
        };
        assert_eq!(read.clips[0].footage, silent);

        let mut newer = found();
        newer["clips"][0]["footage"]["sound"]["laughter"] = json!([1, 2]);
        newer["clips"][0]["footage"]["smell"] = json!("of roses");
        let read = Inspected::from_json(&newer.to_string()).unwrap();
        assert_eq!(read.clips[0].footage, footage());
    }

    #[test]
    fn a_defect_of_a_newer_kind_is_none() {
        let mut found = found();
        *found
            .pointer_mut("/clips/0/footage/ticks/defects/1")
            .unwrap() = json!(0x8020);
        let read = Inspected::from_json(&found.to_string()).unwrap();
        assert_eq!(read.clips[0].footage, footage());
    }

    #[test]
    fn another_file_is_told_what_it_is_not() {
        for (text, says) in [
            ("", "no analysis of clips"),
            ("[]", "no analysis of clips"),
            ("{}", "its \"schema\" is \"\""),
            (r#"{"schema": "autocut-plan/1"}"#, "autocut-plan/1"),
            (r#"{"schema": "autocut-inspect/2"}"#, "use a newer page"),
            (
                r#"{"schema": "autocut-inspect/1"}"#,
                "missing field `clips`",
            ),
        ] {
            let error = Inspected::from_json(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        let deep = "[".repeat(200_000);
        assert!(Inspected::from_json(&deep).is_err());
    }

    fn no_ticks() -> Value {
        json!({
            "quality": [],
            "motion": [],
            "shake": [],
            "luma": [],
            "unwanted": [],
            "defects": []
        })
    }

    #[test]
    fn footage_that_no_analyser_gives_is_damaged() {
        for (place, value, says) in [
            ("footage/end_us", json!(80_000), "one measure for each"),
            ("footage/end_us", json!(0), "end lies before"),
            ("footage/end_us", json!(u64::MAX), "out of range"),
            ("footage/end_us", json!(1_u64 << 50), "48 hours"),
            ("footage/ticks", no_ticks(), "one measure for each"),
            ("footage/shots/0/start_us", json!(0), "shots"),
            ("footage/shots/1/end_us", json!(390_001), "shots"),
            ("footage/shots/1/start_us", json!(199_999), "shots"),
            ("footage/shots/1/start_us", json!(200_001), "shots"),
            ("footage/shots", json!([]), "shots"),
            ("footage/shots/0/end_us", json!(80_000), "shots"),
            ("footage/anchors/0/at_us", json!(300_001), "anchors"),
            ("footage/anchors/1/at_us", json!(390_001), "anchors"),
            (
                "footage/anchors/1/strength_permille",
                json!(1001),
                "strength",
            ),
            ("footage/sound/speech", json!([0, 0, 0]), "its sound has"),
            ("footage/sound/loudness", json!([]), "its sound has"),
            ("footage/sound/events/0/at_us", json!(79_999), "loud events"),
            ("footage/sound/events/1/at_us", json!(95_999), "loud events"),
            (
                "footage/sound/events/1/strength_permille",
                json!(1001),
                "loud event's strength",
            ),
            ("media/path", json!(""), "no file"),
            ("media/bytes", json!(1_u64 << 53), "out of range"),
            ("media/duration_us", json!(389_999), "after its end"),
            ("media/video/width", json!(0), "size is out of range"),
        ] {
            let mut found = found();
            *found.pointer_mut(&format!("/clips/0/{place}")).unwrap() = value;
            let told = told(&found);
            assert!(
                told.starts_with("clip 1 ") && told.contains(says),
                "{place}: {told}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_damaged_text_is_refused_or_sound(at in any::<prop::sample::Index>(), with in "[ -~]{0,3}") {
            let text = found().to_string();
            let at = at.index(text.len());
            let mut damaged = text.clone();
            damaged.replace_range(at..=at, &with);
            match Inspected::from_json(&damaged) {
                Ok(read) => prop_assert!(read.clips.iter().all(|clip| check(&clip.footage).is_ok())),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
