//! How much each term of the worth of a film weighs.

use super::pace::ONE;
use super::scenes::WHOLE;

/// Uses of a clip that add something.
pub(super) const USES: usize = 6;

/// What each term of the worth of a film weighs, in 1024ths of a point. The default is what plans are
/// made with; others show what a term does.
///
/// None may be below 0, and the uses must not rise: bounds hold for no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// The best picture next to the worst, in a slot of middling weight and length.
    pub quality: i64,
    /// The strongest hit on an accent.
    pub hit: i64,
    /// What else happens.
    pub inside: i64,
    /// Motion that matches the music.
    pub motion: i64,
    /// Footage in the order in which it was shot.
    pub order: i64,
    /// Price of what is surely unwanted: more than it can gain by being new and lively beyond what it loses as
    /// a picture, so that it is chosen only where nothing else is left, and then like for like. Where pictures
    /// weigh more, in long slots and weighty ones, it rises with them.
    pub unwanted: i64,
    /// Price of someone who speaks all through: the film is silent but for the song, and lips move to
    /// nothing.
    pub speech: i64,
    /// A clip's first use, its second and so on; any beyond these is worth nothing.
    pub uses: [i64; USES],
    /// Price of a window all of whose scenes are shown elsewhere, and of the others by how long they are:
    /// more than a good picture of it can be worth beyond a middling one of another.
    pub again: i64,
    /// Price of showing a take of which a copy is shown: another moment of that is shown rather.
    pub copies: i64,
    /// Price of showing a clip or a scene again a few shots later; it falls with distance.
    pub near: i64,
    /// Price of a cut that is not seen, since the take goes on: more than another clip can be worth by being new.
    pub unseen: i64,
    /// Price of a cut from a clip to nearly the same place of it.
    pub jump: i64,
    /// Price of a cut from a clip to another place of it.
    pub same_clip: i64,
    /// Price of a cut between pictures that pass for one.
    pub twin: i64,
    /// Price of a cut between pictures that are much alike.
    pub alike: i64,
    /// Price of a cut from dark to bright or back.
    pub flash: i64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            quality: 26 * ONE,
            hit: 8 * ONE,
            inside: 2 * ONE,
            motion: 9 * ONE,
            order: ONE,
            unwanted: 40 * ONE,
            speech: ONE,
            uses: [
                13 * ONE,
                5 * ONE,
                7 * ONE / 2,
                5 * ONE / 2,
                3 * ONE / 2,
                ONE / 2,
            ],
            again: 10 * ONE,
            copies: 15 * ONE,
            near: 2 * ONE,
            unseen: 20 * ONE,
            jump: 6 * ONE,
            same_clip: ONE,
            twin: 2 * ONE,
            alike: 3 * ONE / 4,
            flash: ONE / 2,
        }
    }
}

impl Weights {
    /// What the next use of a clip adds that was used `uses` times.
    pub(super) fn another_use(&self, uses: usize) -> i64 {
        self.uses.get(uses).copied().unwrap_or(0)
    }

    /// What it costs (not above 0) to show at so many of the [`WHOLE`] instants of a window what is shown elsewhere.
    pub(super) fn shown_again(&self, instants: usize) -> i64 {
        -(self.again * i64::try_from(instants).unwrap_or(0) / WHOLE)
    }

    /// What it costs (not above 0) to show a take that is shown `own` times elsewhere, it or a copy `kin`
    /// times.
    pub(super) const fn beside_copies(&self, own: usize, kin: usize) -> i64 {
        if own == 0 && kin > 0 { -self.copies } else { 0 }
    }

    /// What a window can be worth at most in a slot of weight 1, without chance.
    pub(super) const fn full(&self) -> i64 {
        self.quality + self.hit + self.inside + self.motion + self.order
    }
}
