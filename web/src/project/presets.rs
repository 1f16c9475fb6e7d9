//! Sizes and frame rates that films usually have.

use shared::rate::Rate;

/// The shape of a film's picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// 16:9, for screens and most players.
    #[default]
    Wide,
    /// 9:16, for telephones held upright.
    Tall,
    /// 1:1.
    Square,
    /// 4:5, for feeds.
    Portrait,
}

impl Shape {
    /// Every shape, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Wide, Self::Tall, Self::Square, Self::Portrait];

    /// Width and height in pixels: the shorter side is 1080.
    #[must_use]
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Wide => (1920, 1080),
            Self::Tall => (1080, 1920),
            Self::Square => (1080, 1080),
            Self::Portrait => (1080, 1350),
        }
    }

    /// As the command line names it: `16:9`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wide => "16:9",
            Self::Tall => "9:16",
            Self::Square => "1:1",
            Self::Portrait => "4:5",
        }
    }

    /// The shape of a picture of this size, at whatever scale; `None` if it is none of these.
    #[must_use]
    pub fn of(width: u32, height: u32) -> Option<Self> {
        let (width, height) = (u64::from(width), u64::from(height));
        Self::ALL.into_iter().find(|shape| {
            let (w, h) = shape.size();
            width > 0 && width * u64::from(h) == height * u64::from(w)
        })
    }
}

/// The frame rates that are offered, slowest first, as text that [`Rate`] reads.
pub const RATES: [&str; 9] = [
    "24000/1001",
    "24",
    "25",
    "30000/1001",
    "30",
    "48",
    "50",
    "60000/1001",
    "60",
];

/// The offered frame rates.
pub fn rates() -> impl Iterator<Item = Rate> {
    RATES.iter().filter_map(|text| text.parse().ok())
}

/// The rate of a new project: 30 frames a second.
#[must_use]
pub fn usual_rate() -> Rate {
    Rate::whole(30).unwrap_or(Rate::MICROSECONDS)
}

/// A rate for people: `30`, `29.97`.
#[must_use]
pub fn rate_in_words(rate: Rate) -> String {
    if rate.den() == 1 {
        return rate.num().to_string();
    }
    let hundredths = (u64::from(rate.num()) * 1000 / u64::from(rate.den()) + 5) / 10;
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let text = format!("{whole}.{part:02}");
    text.strip_suffix(".00").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_and_rate_may_stand_in_a_plan() {
        for shape in Shape::ALL {
            let (width, height) = shape.size();
            assert!(width % 2 == 0 && height % 2 == 0);
            assert_eq!(width.min(height), 1080);
            assert_eq!(Shape::of(width, height), Some(shape));
            assert_eq!(Shape::of(width / 2, height / 2), Some(shape));
        }
        assert_eq!(Shape::of(0, 0), None);
        assert_eq!(Shape::of(1920, 800), None);
        assert_eq!(rates().count(), RATES.len());
        let fast: Vec<f64> = rates().map(Rate::as_f64).collect();
        assert!(fast.is_sorted());
        assert!(rates().any(|rate| rate == usual_rate()));
    }

    #[test]
    fn rates_read_as_people_say_them() {
        let words: Vec<_> = rates().map(rate_in_words).collect();
        assert_eq!(
            words,
            [
                "23.98", "24", "25", "29.97", "30", "48", "50", "59.94", "60"
            ]
        );
    }
}
