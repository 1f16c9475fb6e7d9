//! Instants: integer ticks at an exact rate on a named axis.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::rate::Rate;

/// The axis of the song: tick 0 is its first decoded PCM sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Music {}

/// The axis of one source file: tick 0 is what its container calls time 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {}

/// The axis of the film: tick 0 is its first video frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {}

/// What becomes of an instant that falls between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// The tick at or before it.
    Floor,
    /// The nearest tick; halfway goes to the later one.
    Nearest,
    /// The tick at or after it.
    Ceil,
}

/// An instant, or a span from 0, on the axis `A`.
///
/// Equality, order and hash compare the instant, whatever the rates: 48000 ticks at 48 kHz equal
/// 25 ticks at 25 frames a second.
pub struct Time<A> {
    ticks: i64,
    rate: Rate,
    axis: PhantomData<fn() -> A>,
}

/// How many ticks of the rate `to` are as long as `ticks` ticks of the rate `from`, rounded as told.
/// `None` if either is more than an `i64` holds.
#[must_use]
pub fn converted(ticks: u64, from: Rate, to: Rate, rounding: Rounding) -> Option<u64> {
    let length = Time::<()>::new(i64::try_from(ticks).ok()?, from);
    u64::try_from(length.rescaled(to, rounding)?.ticks()).ok()
}

impl<A> Time<A> {
    /// `ticks` ticks of `rate`.
    #[must_use]
    pub const fn new(ticks: i64, rate: Rate) -> Self {
        Self {
            ticks,
            rate,
            axis: PhantomData,
        }
    }

    /// The ticks.
    #[must_use]
    pub const fn ticks(self) -> i64 {
        self.ticks
    }

    /// The rate the ticks are counted in.
    #[must_use]
    pub const fn rate(self) -> Rate {
        self.rate
    }

    /// The same instant in ticks of `rate`, rounded as told. `None` if it leaves the range of `i64`.
    #[must_use]
    pub fn rescaled(self, rate: Rate, rounding: Rounding) -> Option<Self> {
        // |i64| · u32 · u32 < 2^127: neither product can overflow an i128.
        let num = i128::from(self.ticks) * i128::from(self.rate.den()) * i128::from(rate.num());
        let den = i128::from(self.rate.num()) * i128::from(rate.den());
        let ticks = match rounding {
            Rounding::Floor => num.div_euclid(den),
            Rounding::Nearest => (num + den / 2).div_euclid(den),
            Rounding::Ceil => -(-num).div_euclid(den),
        };
        i64::try_from(ticks)
            .ok()
            .map(|ticks| Self::new(ticks, rate))
    }

    /// The difference, in this instant's rate if `other` is exact in it; otherwise, or on overflow,
    /// `None`.
    fn checked_sub(self, other: Self) -> Option<Self> {
        let other = other.exactly_in(self.rate)?;
        Some(Self::new(self.ticks.checked_sub(other.ticks)?, self.rate))
    }

    /// Seconds as a float, for people and for filters that take nothing better.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "an edge of the program: seconds for display"
    )]
    pub fn as_seconds(self) -> f64 {
        self.ticks as f64 * f64::from(self.rate.den()) / f64::from(self.rate.num())
    }

    fn exactly_in(self, rate: Rate) -> Option<Self> {
        self.rescaled(rate, Rounding::Floor)
            .filter(|there| *there == self)
    }
}

impl Time<Music> {
    /// The video frame on screen at this instant of the music, for a film that opens `opening`
    /// into the song: the only door between the two axes. A cut there is 0 to 1 frame early,
    /// never late. `None` on overflow, or if `opening` is no whole number of this instant's ticks.
    #[must_use]
    pub fn to_record(self, opening: Self, rate: Rate) -> Option<Time<Record>> {
        let since = self.checked_sub(opening)?;
        Time::<Record>::new(since.ticks, since.rate).rescaled(rate, Rounding::Floor)
    }
}

impl Time<Record> {
    /// The first instant of the music, in ticks of `music`, that is heard while this video frame
    /// is on screen. `None` on overflow.
    #[must_use]
    pub fn to_music(self, opening: Time<Music>, music: Rate) -> Option<Time<Music>> {
        let since = self.rescaled(music, Rounding::Ceil)?;
        let opening = opening.rescaled(music, Rounding::Floor)?;
        Some(Time::new(opening.ticks.checked_add(since.ticks)?, music))
    }
}

impl<A> Clone for Time<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Time<A> {}

impl<A> PartialEq for Time<A> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<A> Eq for Time<A> {}

impl<A> PartialOrd for Time<A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<A> Ord for Time<A> {
    fn cmp(&self, other: &Self) -> Ordering {
        let over = |a: &Self, b: &Self| {
            i128::from(a.ticks) * i128::from(a.rate.den()) * i128::from(b.rate.num())
        };
        over(self, other).cmp(&over(other, self))
    }
}

impl<A> Hash for Time<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The instant in lowest terms, so that equal instants hash alike.
        let num = i128::from(self.ticks) * i128::from(self.rate.den());
        let den = i128::from(self.rate.num());
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs()).max(1);
        (
            num.unsigned_abs() / divisor,
            num < 0,
            den.unsigned_abs() / divisor,
        )
            .hash(state);
    }
}

const fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl<A> fmt::Debug for Time<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.ticks, self.rate)
    }
}

/// Seconds with six decimals.
impl<A> fmt::Display for Time<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.as_seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::hash::DefaultHasher;

    const RATES: [(u32, u32); 9] = [
        (24, 1),
        (25, 1),
        (30, 1),
        (24000, 1001),
        (30000, 1001),
        (60000, 1001),
        (44100, 1),
        (48000, 1),
        (1_000_000, 1),
    ];

    fn rate() -> impl Strategy<Value = Rate> {
        prop::sample::select(&RATES[..]).prop_map(|(n, d)| Rate::new(n, d).unwrap())
    }

    proptest! {
        #[test]
        fn a_cut_is_never_late_and_less_than_a_frame_early(
            sample in 0..30_000_000_i64, opening in 0..44_100_i64, fps in rate()
        ) {
            let pcm = Rate::whole(44_100).unwrap();
            let cut = Time::<Music>::new(sample + opening, pcm)
                .to_record(Time::new(opening, pcm), fps).unwrap();
            // 0 <= beat - cut < 1 frame over the common denominator, in integers.
            let (n, d) = (i128::from(fps.num()), i128::from(fps.den()));
            let early = i128::from(sample) * n - i128::from(cut.ticks()) * d * 44_100;
            prop_assert!((0..d * 44_100).contains(&early));
        }

        #[test]
        fn the_music_heard_first_on_a_frame_maps_back_to_that_frame(
            frame in 0..1_000_000_i64, opening in 0..44_100_i64,
            (n, d) in prop::sample::select(&RATES[..6])
        ) {
            let (pcm, fps) = (Rate::whole(44_100).unwrap(), Rate::new(n, d).unwrap());
            let opening = Time::<Music>::new(opening, pcm);
            let heard = Time::<Record>::new(frame, fps).to_music(opening, pcm).unwrap();
            prop_assert_eq!(heard.to_record(opening, fps).unwrap().ticks(), frame);
        }

        #[test]
        fn neighbouring_ticks_stay_apart(ticks in i64::MIN..i64::MAX, r in rate()) {
            prop_assert!(Time::<Record>::new(ticks, r) < Time::new(ticks + 1, r));
        }

        #[test]
        fn order_agrees_across_rates(a in any::<i32>(), b in any::<i32>(), r in rate(), s in rate()) {
            let (x, y) = (Time::<Record>::new(a.into(), r), Time::<Record>::new(b.into(), s));
            prop_assert_eq!(x.cmp(&y), y.cmp(&x).reverse());
            prop_assert_eq!(x == y, x.rescaled(s, Rounding::Floor) == x.rescaled(s, Rounding::Ceil)
                && x.rescaled(s, Rounding::Floor).unwrap().ticks() == y.ticks());
        }

        #[test]
        fn equal_instants_hash_alike(ticks in -1_000_000_i64..1_000_000, (n, d) in prop::sample::select(&RATES[..])) {
            let hash = |t: Time<Music>| { let mut h = DefaultHasher::new(); t.hash(&mut h); h.finish() };
            let t = Time::<Music>::new(ticks * i64::from(d), Rate::new(n, d).unwrap());
            let micro = t.rescaled(Rate::new(n * 20, 1).unwrap(), Rounding::Floor);
            if let Some(u) = micro.filter(|u| *u == t) { prop_assert_eq!(hash(t), hash(u)); }
        }

        #[test]
        fn rounding_brackets_the_instant(ticks in any::<i32>(), r in rate(), s in rate()) {
            let t = Time::<Record>::new(ticks.into(), r);
            let [floor, near, ceil] = [Rounding::Floor, Rounding::Nearest, Rounding::Ceil]
                .map(|how| t.rescaled(s, how).unwrap());
            prop_assert!(floor <= t && t <= ceil && floor <= near && near <= ceil);
            prop_assert!(ceil.ticks() - floor.ticks() <= 1);
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        let t = Time::<Source>::new(i64::MAX, Rate::new(1, u32::MAX).unwrap());
        assert_eq!(t.rescaled(Rate::MICROSECONDS, Rounding::Floor), None);
        assert!(t > Time::new(i64::MAX, Rate::MICROSECONDS));
        let least = Time::new(i64::MIN, t.rate());
        assert_eq!(t.checked_sub(least), None);
    }
}
