//! Ticks as they travel: a list for each measure. With its names told once and not ten times a
//! second, the footage of an hour is half a megabyte and not three.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::{Defects, Tick};

#[derive(Serialize, Deserialize)]
struct Columns {
    quality: Vec<u8>,
    motion: Vec<u8>,
    shake: Vec<u8>,
    luma: Vec<u8>,
    unwanted: Vec<u8>,
    defects: Vec<Defects>,
}

pub(super) fn serialize<S: Serializer>(ticks: &[Tick], to: S) -> Result<S::Ok, S::Error> {
    let column = |measure: fn(&Tick) -> u8| ticks.iter().map(measure).collect();
    Columns {
        quality: column(|tick| tick.quality),
        motion: column(|tick| tick.motion),
        shake: column(|tick| tick.shake),
        luma: column(|tick| tick.luma),
        unwanted: column(|tick| tick.unwanted),
        defects: ticks.iter().map(|tick| tick.defects).collect(),
    }
    .serialize(to)
}

/// # Errors
/// If the lists are not equally long.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Tick>, D::Error> {
    let columns = Columns::deserialize(from)?;
    let ticks = columns.quality.len();
    let others = [
        columns.motion.len(),
        columns.shake.len(),
        columns.luma.len(),
        columns.unwanted.len(),
        columns.defects.len(),
    ];
    if others.iter().any(|other| *other != ticks) {
        return Err(serde::de::Error::custom(
            "the measures of the ticks are not equally many",
        ));
    }
    let rest = columns.motion.into_iter().zip(columns.shake);
    let rest = rest.zip(columns.luma.into_iter().zip(columns.unwanted));
    let rest = rest.zip(columns.defects);
    let ticks = columns.quality.into_iter().zip(rest);
    let tick = |(quality, (((motion, shake), (luma, unwanted)), defects))| Tick {
        quality,
        motion,
        shake,
        luma,
        unwanted,
        defects,
    };
    Ok(ticks.map(tick).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::footage::{Defect, Footage, Tick};

    fn footage(measures: &[[u8; 5]]) -> Footage {
        let tick = |[quality, motion, shake, luma, unwanted]: &[u8; 5]| {
            let mut tick = Tick {
                quality: *quality,
                motion: *motion,
                shake: *shake,
                luma: *luma,
                unwanted: *unwanted,
                ..Tick::default()
            };
            if luma % 2 == 1 {
                tick.defects = tick.defects.with(Defect::Blurred);
            }
            tick
        };
        Footage {
            ticks: measures.iter().map(tick).collect(),
            ..Footage::default()
        }
    }

    proptest! {
        #[test]
        fn ticks_come_back_as_they_were(measures in prop::collection::vec(any::<[u8; 5]>(), 0..50)) {
            let footage = footage(&measures);
            let text = serde_json::to_string(&footage).unwrap();
            prop_assert_eq!(serde_json::from_str::<Footage>(&text).unwrap(), footage);
        }
    }

    #[test]
    fn lists_of_unequal_length_are_refused() {
        let text = serde_json::to_string(&footage(&[[1, 2, 3, 4, 5]])).unwrap();
        for (column, value) in [
            ("quality", 1),
            ("motion", 2),
            ("shake", 3),
            ("luma", 4),
            ("unwanted", 5),
            ("defects", 0),
        ] {
            let column = format!("\"{column}\":[");
            let uneven = text.replace(&format!("{column}{value}]"), &format!("{column}{value},0]"));
            assert_ne!(uneven, text);
            let error = serde_json::from_str::<Footage>(&uneven).unwrap_err();
            assert!(error.to_string().contains("equally many"), "{error}");
        }
    }
}
