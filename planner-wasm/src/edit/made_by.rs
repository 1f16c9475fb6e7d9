//! What a plan tells of how it was made, written and read back.

use std::collections::BTreeMap;
use std::str::FromStr;

use shared::plan::{MAX_ALTERNATES, MadeBy};

use super::request::{EditSettings, LEAST_DENSITY, MOST_DENSITY, NORMAL_DENSITY, SectionPace};

/// The names of settings in a plan.
const ALTERNATES: &str = "alternates";
const START: &str = "start_us";
const LENGTH: &str = "length_us";
const DENSITY: &str = "density_permille";
const PACES: &str = "paces";

/// Who made a plan with these settings. What is at its default is not named, but for the alternates.
pub(super) fn made_by(settings: &EditSettings) -> MadeBy {
    let mut named = BTreeMap::from([(ALTERNATES.to_owned(), settings.alternates.to_string())]);
    if settings.start_us > 0 {
        named.insert(START.to_owned(), settings.start_us.to_string());
    }
    if let Some(us) = settings.length_us {
        named.insert(LENGTH.to_owned(), us.to_string());
    }
    if settings.density_permille != NORMAL_DENSITY {
        let density = settings.density_permille.to_string();
        named.insert(DENSITY.to_owned(), density);
    }
    if !settings.paces.is_empty() {
        let one =
            |pace: &SectionPace| format!("{}-{}:{}", pace.start, pace.end, pace.density_permille);
        let paces: Vec<String> = settings.paces.iter().map(one).collect();
        named.insert(PACES.to_owned(), paces.join(","));
    }
    MadeBy {
        planner: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        seed: settings.seed,
        style: settings.style,
        settings: named,
    }
}

impl EditSettings {
    /// The settings that a plan was made with. What it does not tell, or tells in a way that no plan can
    /// be made with, is at its default; a pace that cannot be read is left out.
    #[must_use]
    pub fn of(made_by: &MadeBy) -> Self {
        let usual = Self::default();
        let is_density = |density: &u16| (LEAST_DENSITY..=MOST_DENSITY).contains(density);
        let pace = |text: &str| {
            let (range, density) = text.split_once(':')?;
            let (start, end) = range.split_once('-')?;
            Some(SectionPace {
                start: start.parse().ok()?,
                end: end.parse().ok()?,
                density_permille: density.parse().ok().filter(is_density)?,
            })
        };
        let paces = made_by.settings.get(PACES);
        Self {
            style: made_by.style,
            seed: made_by.seed,
            alternates: number(made_by, ALTERNATES)
                .filter(|many: &u8| usize::from(*many) <= MAX_ALTERNATES)
                .unwrap_or(usual.alternates),
            start_us: number(made_by, START).unwrap_or(usual.start_us),
            length_us: number(made_by, LENGTH),
            density_permille: number(made_by, DENSITY)
                .filter(is_density)
                .unwrap_or(usual.density_permille),
            paces: paces.map_or_else(Vec::new, |text| text.split(',').filter_map(pace).collect()),
        }
    }
}

fn number<T: FromStr>(made_by: &MadeBy, name: &str) -> Option<T> {
    made_by.settings.get(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::plan::Style;

    use super::*;

    fn settings() -> impl Strategy<Value = EditSettings> {
        let density = || LEAST_DENSITY..=MOST_DENSITY;
        let pace = (any::<u64>(), any::<u64>(), density());
        let pace = pace.prop_map(|(start, end, density_permille)| SectionPace {
            start,
            end,
            density_permille,
        });
        (
            prop::sample::select(Style::NAMES),
            any::<u64>(),
            0..=64_u8,
            any::<u64>(),
            any::<Option<u64>>(),
            density(),
            prop::collection::vec(pace, 0..4),
        )
            .prop_map(
                |((_, style), seed, alternates, start_us, length_us, density_permille, paces)| {
                    EditSettings {
                        style,
                        seed,
                        alternates,
                        start_us,
                        length_us,
                        density_permille,
                        paces,
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn settings_come_back_from_the_plan(settings in settings()) {
            prop_assert_eq!(EditSettings::of(&made_by(&settings)), settings);
        }

        #[test]
        fn whatever_a_plan_tells_can_be_planned_with(
            told in prop::collection::btree_map(
                prop::sample::select(vec![ALTERNATES, START, LENGTH, DENSITY, PACES]),
                "[0-9]{0,6}|[0-9]{1,3}-[0-9]{1,3}:[0-9]{1,6}(,[0-9:-]{0,9})?",
                0..6,
            ),
        ) {
            let mut made_by = made_by(&EditSettings::default());
            let told = told.into_iter();
            made_by.settings = told.map(|(name, text)| (name.to_owned(), text)).collect();
            prop_assert_eq!(EditSettings::of(&made_by).checked(), Ok(()));
        }
    }
}
