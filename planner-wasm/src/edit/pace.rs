//! How long shots should be: the styles' tables.

use shared::music::SectionLabel;
use shared::plan::{CutKind, Style};

use super::request::NORMAL_DENSITY;

/// Fixed point: 1.0.
pub(super) const ONE: i64 = 1024;

/// Shortest shot in any style, in microseconds. Below about 4 cuts a second sight and hearing no
/// longer join (Fujisaki et al. 2005); cuts faster than this flicker.
pub(super) const MIN_SHOT_US: u64 = 400_000;

/// One style's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Shot length wanted where the music is quietest, in microseconds.
    pub(super) slow_us: u64,
    /// Shot length wanted where it is loudest, in microseconds.
    pub(super) fast_us: u64,
    /// Longest shot, in microseconds.
    max_us: u64,
    /// Whether cuts may fall between beats, in fills.
    pub(super) off_beats: bool,
    /// How dear it is not to cut on a downbeat; [`ONE`] is neutral.
    strictness: i64,
    /// Share of the film's progress, rather than its energy, in the choice of length, of [`ONE`].
    progress: i64,
}

impl Pace {
    pub(super) const fn of(style: Style) -> Self {
        let (slow_us, fast_us, max_us) = match style {
            Style::Energetic => (2_400_000, 600_000, 5_000_000),
            Style::Balanced => (4_000_000, 1_000_000, 8_000_000),
            Style::Cinematic => (8_000_000, 3_000_000, 16_000_000),
            Style::Buildup => (6_000_000, 600_000, 12_000_000),
        };
        let (strictness, progress) = match style {
            Style::Energetic => (ONE, 0),
            Style::Balanced => (2 * ONE, 0),
            Style::Cinematic => (8 * ONE, 0),
            Style::Buildup => (2 * ONE, 3 * ONE / 4),
        };
        Self {
            slow_us,
            fast_us,
            max_us,
            off_beats: matches!(style, Style::Energetic),
            strictness,
            progress,
        }
    }

    /// The same pace with every length scaled by `num / den`.
    pub(super) const fn stretched(self, num: u64, den: u64) -> Self {
        Self {
            slow_us: self.slow_us * num / den,
            fast_us: self.fast_us * num / den,
            max_us: self.max_us * num / den,
            ..self
        }
    }

    /// Binary logarithm of the shot length wanted, in microseconds, times [`ONE`]: `slow_us`
    /// where the energy is 0, `fast_us` where it is 1000, geometric between. `progress` is the
    /// place in the film, `into` the place in the section, both 0 to 1000.
    pub(super) fn target_log2(
        self,
        energy: i64,
        label: Option<SectionLabel>,
        progress: i64,
        into: i64,
    ) -> i64 {
        let drive = (energy * (ONE - self.progress) + progress * self.progress) / ONE;
        let (slow, fast) = (log2(self.slow_us), log2(self.fast_us));
        // What builds up to its end isn't held there.
        let label = label.filter(|label| self.progress == 0 || *label != SectionLabel::Outro);
        slow + (fast - slow) * drive.clamp(0, 1000) / 1000 + role(label, into)
    }

    /// Worth of a cut on `kind`, next to one on a downbeat: section 1.0, downbeat 0.6, beat 0.3,
    /// less 0.6, and what is below is weighed by the style. Where more cuts are wanted each of them
    /// weighs less, so that strictness says the same of a minute of film.
    pub(super) const fn cut_worth(self, kind: CutKind, density_permille: u16) -> i64 {
        let worth = match kind {
            CutKind::Opening | CutKind::Section => 2 * ONE / 5,
            CutKind::Downbeat => 0,
            CutKind::Grid => -ONE / 10,
            CutKind::Beat => -3 * self.strictness / 10,
            CutKind::OffBeat => -6 * self.strictness / 10,
        };
        worth * NORMAL_DENSITY as i64 / density_permille as i64
    }

    /// The shot length wanted where the music is neither quiet nor loud, in microseconds: the geometric mean of
    /// both ends.
    pub(super) fn middling_us(self, density_permille: u16) -> u64 {
        let mean = (self.slow_us * self.fast_us).isqrt();
        mean * u64::from(NORMAL_DENSITY) / u64::from(density_permille.max(1))
    }

    /// The longest shot, in microseconds.
    pub(super) const fn longest_us(self, density_permille: u16) -> u64 {
        self.max_us * NORMAL_DENSITY as u64 / density_permille as u64
    }
}

/// What a density adds to the logarithm of the length; 0 if it is the style's.
pub(super) fn stretch(density_permille: u16) -> i64 {
    log2(NORMAL_DENSITY.into()) - log2(density_permille.into())
}

/// What a section's role adds to the logarithm of the length: intros and outros are held (the latter not in
/// a film that builds up), a build shortens towards what it leads to, drops are densest.
const fn role(label: Option<SectionLabel>, into: i64) -> i64 {
    match label {
        Some(SectionLabel::Intro | SectionLabel::Break) => ONE / 2,
        Some(SectionLabel::Outro) => 5 * ONE / 8,
        Some(SectionLabel::Build) => ONE / 4 - ONE * into / 1000,
        Some(SectionLabel::Drop) => -ONE / 4,
        Some(SectionLabel::Verse) | None => 0,
    }
}

/// Binary logarithm times [`ONE`], rounded down; 0 of 0.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lengths of shots are far below 2^53, and the logarithm below 64"
)]
pub(super) fn log2(value: u64) -> i64 {
    (libm::log2(value.max(1) as f64) * ONE as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_builds_up_is_not_held_at_its_end() {
        let [held, plain] = [Some(SectionLabel::Outro), Some(SectionLabel::Verse)];
        let target = |style, label| Pace::of(style).target_log2(300, label, 950, 500);
        let buildup = Style::Buildup;
        assert_eq!(target(buildup, held), target(buildup, plain));
        for style in [Style::Energetic, Style::Balanced, Style::Cinematic] {
            assert!(target(style, held) > target(style, plain));
        }
    }
}
