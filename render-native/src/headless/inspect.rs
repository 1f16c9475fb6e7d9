//! What a survey found, in the form in which people and scripts read it.

use planner_wasm::footage::{Defect, Defects, Footage, INSPECTED_SCHEMA, LoudEvent, Shot};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use shared::decision::Decision;
use shared::fingerprint::Fingerprint;
use shared::media::{MediaPath, MediaReference, VideoStream};

use super::reference::reference;
use super::survey::Clip;

/// Name and major version of the form.
pub const SCHEMA: &str = INSPECTED_SCHEMA;

/// One clip, summed up. Times are microseconds of the container's time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The file.
    pub path: String,
    /// Size, rate and codec of its picture.
    pub video: VideoStream,
    /// Clockwise turn that its pictures need, in degrees.
    pub rotation: u16,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it is by content.
    pub fingerprint: Fingerprint,
    /// First picture that can be used.
    pub start_us: u64,
    /// End of the last picture that can be used.
    pub end_us: u64,
    /// How many pictures were measured.
    pub pictures: u64,
    /// Unbroken takes.
    pub shots: Vec<Span>,
    /// Mean quality of what is not rejected, 0 to 1000.
    pub quality_permille: u16,
    /// How much of the clip is not rejected, 0 to 1000.
    pub usable_permille: u16,
    /// What is rejected, and why.
    pub rejected: Vec<Marked>,
    /// What is used only where there is nothing better, and why.
    pub demoted: Vec<Marked>,
    /// Instants worth placing on a beat.
    pub anchors: usize,
    /// Instants at which its own sound is suddenly loud.
    pub loud_events: Vec<LoudEvent>,
    /// Where someone speaks.
    pub speech: Vec<Span>,
    /// What was odd about it.
    pub decisions: Vec<Decision>,
    /// The file as a plan holds it, by its name alone.
    pub media: MediaReference,
    /// All that was measured, for a planner elsewhere.
    #[serde(serialize_with = "on_one_line")]
    pub footage: Footage,
}

/// Ten measures a second are nothing that anyone reads: they take one line.
fn on_one_line<S: Serializer>(footage: &Footage, serializer: S) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(footage).map_err(S::Error::custom)?;
    let text = RawValue::from_string(text).map_err(S::Error::custom)?;
    text.serialize(serializer)
}

/// A stretch of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// First instant.
    pub start_us: u64,
    /// First instant after it.
    pub end_us: u64,
}

/// A stretch that is not used, or not before others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// Everything that is wrong with some part of it.
    pub defects: Vec<Defect>,
}

/// Sums up a clip.
#[must_use]
pub fn summary(clip: &Clip) -> Summary {
    let footage = &clip.footage;
    let good = || footage.ticks.iter().filter(|tick| !tick.defects.reject());
    let (count, all) = (good().count(), footage.ticks.len());
    let quality: usize = good().map(|tick| usize::from(tick.quality)).sum();
    let permille =
        |part: usize, whole: usize| u16::try_from((1000 * part).checked_div(whole).unwrap_or(0));
    let span = |shot: &Shot| Span {
        start_us: shot.start_us,
        end_us: shot.end_us,
    };
    let name = clip.path.file_name().unwrap_or(clip.path.as_os_str());
    let (sound, spoken) = (footage.sound.as_ref(), footage.spoken().into_iter());
    Summary {
        path: clip.path.display().to_string(),
        video: clip.video.described(),
        rotation: clip.video.rotation,
        bytes: clip.stamp.bytes,
        fingerprint: clip.fingerprint,
        start_us: footage.start_us,
        end_us: footage.end_us,
        pictures: clip.pictures,
        shots: footage.shots.iter().map(span).collect(),
        quality_permille: permille(quality, 255 * count).unwrap_or(1000),
        usable_permille: permille(count, all).unwrap_or(1000),
        rejected: marked(footage, Defects::reject),
        demoted: marked(footage, demoted),
        anchors: footage.anchors.len(),
        loud_events: sound.map_or_else(Vec::new, |sound| sound.events.clone()),
        speech: spoken
            .map(|(start_us, end_us)| Span { start_us, end_us })
            .collect(),
        decisions: clip.decisions.clone(),
        media: reference(
            MediaPath::from_bytes(name.as_encoded_bytes()),
            (clip.fingerprint, clip.stamp),
            // What was decoded, not what the container promises.
            Some(clip.footage.end_us),
            Some(&clip.video),
        ),
        footage: footage.clone(),
    }
}

/// Whether a tick with these is used, but only where there is nothing better.
fn demoted(defects: Defects) -> bool {
    !defects.is_empty() && !defects.reject()
}

/// The stretches whose defects are of `kind`.
fn marked(footage: &Footage, kind: impl Fn(Defects) -> bool) -> Vec<Marked> {
    let stretches = footage.marked().into_iter();
    stretches
        .filter(|stretch| kind(stretch.defects))
        .map(|stretch| Marked {
            span: Span {
                start_us: stretch.start_us,
                end_us: stretch.end_us,
            },
            defects: stretch.defects.iter().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner_wasm::footage::Tick;

    #[test]
    fn neighbouring_bad_ticks_are_one_stretch() {
        let tick = |defects| Tick {
            defects,
            ..Tick::default()
        };
        let none = Defects::default();
        let ticks = [
            tick(none),
            tick(none.with(Defect::Shaken)),
            tick(none.with(Defect::Shaken).with(Defect::Black)),
            tick(none),
            tick(none.with(Defect::FlatCard)),
            tick(none.with(Defect::Blurred).with(Defect::FlatCard)),
        ];
        let footage = Footage {
            start_us: 1_000_000,
            end_us: 1_550_000,
            shots: Vec::new(),
            ticks: ticks.to_vec(),
            anchors: Vec::new(),
            views: Vec::new(),
            sound: None,
        };
        let found = |kind: fn(Defects) -> bool| -> Vec<_> {
            let spans = marked(&footage, kind).into_iter();
            spans
                .map(|one| (one.span.start_us, one.span.end_us, one.defects))
                .collect()
        };
        assert_eq!(
            found(Defects::reject),
            [
                (1_100_000, 1_300_000, vec![Defect::Black, Defect::Shaken]),
                (
                    1_500_000,
                    1_550_000,
                    vec![Defect::Blurred, Defect::FlatCard]
                ),
            ]
        );
        assert_eq!(
            found(demoted),
            [(1_400_000, 1_500_000, vec![Defect::FlatCard])]
        );
    }
}
