//! Speeds that are offered, and speeds as people write them.

use shared::plan::Speed;

/// The speeds that are offered, slowest first: source time per film time, and their names.
pub const PRESETS: [((u32, u32), &str); 6] = [
    ((1, 4), "¼"),
    ((1, 2), "½"),
    ((1, 1), "1"),
    ((3, 2), "1½"),
    ((2, 1), "2"),
    ((4, 1), "4"),
];

/// A speed as somebody wrote it: `1/2`, `0.75`, `0,75`, `150 %`, `2x`. `None` if it is none, or not
/// from 1/8 to 8. Decimals are exact to a ten-thousandth.
#[must_use]
pub fn read(text: &str) -> Option<Speed> {
    let text = text.trim().trim_end_matches(['x', '×']).trim_end();
    let (text, hundred) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100),
        None => (text, 1),
    };
    let (num, den) = match text.split_once('/') {
        Some((num, den)) => (num.trim().parse().ok()?, den.trim().parse::<u32>().ok()?),
        None => decimal(text)?,
    };
    Speed::new(num, den.checked_mul(hundred)?)
}

/// `12.5` as 125 and 10.
fn decimal(text: &str) -> Option<(u32, u32)> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = part.len() <= 4 && part.bytes().all(|digit| digit.is_ascii_digit());
    let den = 10_u32.checked_pow(u32::try_from(part.len()).ok()?)?;
    let whole: u32 = if whole.is_empty() && !part.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let part: u32 = if part.is_empty() {
        0
    } else {
        part.parse().ok()?
    };
    let num = whole.checked_mul(den)?.checked_add(part)?;
    digits.then_some((num, den))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn speeds_are_read_as_people_write_them() {
        let read = |text| read(text).map(Speed::terms);
        assert_eq!(read("1/2"), Some((1, 2)));
        assert_eq!(read(" 3 / 2 "), Some((3, 2)));
        assert_eq!(read("0.75"), Some((3, 4)));
        assert_eq!(read(",5"), Some((1, 2)));
        assert_eq!(read("150 %"), Some((3, 2)));
        assert_eq!(read("12.5%"), Some((1, 8)));
        assert_eq!(read("2x"), Some((2, 1)));
        for nothing in [
            "", ".", "fast", "0", "9", "1/0", "-1", "1.23456", "1/9", "%", "+1.+5",
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_offered_is_in_order_and_can_be_had() {
        let speeds: Vec<_> = PRESETS
            .iter()
            .map(|((num, den), _)| Speed::new(*num, *den))
            .collect();
        assert!(speeds.iter().all(Option::is_some));
        assert!(
            PRESETS
                .windows(2)
                .all(|pair| pair[0].0.0 * pair[1].0.1 < pair[1].0.0 * pair[0].0.1)
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(num in 1..200_u32, den in 1..200_u32) {
            if let Some(speed) = Speed::new(num, den) {
                prop_assert_eq!(read(&speed.to_string()), Some(speed));
            }
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(text in any::<String>()) {
            let _ = read(&text);
        }
    }
}
