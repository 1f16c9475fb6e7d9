//! What reading a clip costs, directly and by way of a mezzanine: pure numbers.
//!
//! Only what differs is counted. What both ways share (encoding the segment, starting its ffmpeg)
//! is left out. Units are microseconds of one core; the constants were measured with ffmpeg 5.1,
//! one thread, on footage of 4K and 1080p (`docs/preprocessing.md`), and matter by their ratios.

/// Directly must cost so many times as much before a mezzanine is worth its trouble.
const MARGIN: f64 = 1.3;
/// And so much more, in microseconds of a core: less is not worth a file.
const LEAST: f64 = 2e6;
/// Starting, probing, measuring and hashing one mezzanine.
const START: f64 = 0.5e6;
/// Scaling a million pixels of the source down to half.
const SCALE: f64 = 1_000.0;
/// Encoding a million pixels of a mezzanine.
const ENCODE: f64 = 12_000.0;
/// Decoding a million pixels of a mezzanine.
const AGAIN: f64 = 5_000.0;
/// Pictures between the key frames of a mezzanine.
pub(super) const GROUP: u32 = 12;

/// A clip, as far as its costs go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Source {
    /// Millions of pixels of one picture.
    pub(super) mega_pixels: f64,
    /// Decoding a million of them.
    pub(super) decode: f64,
    /// Whether the mezzanine has half its width and height.
    pub(super) half: bool,
}

/// What one segment reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    /// Pictures of the source from the key frame before it to its end.
    pub(super) decoded: u64,
    /// Pictures of the source in it.
    pub(super) shown: u64,
}

/// The one pass over the source that makes a mezzanine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pass {
    /// Pictures from the key frame before the first to the last.
    pub(super) decoded: u64,
    /// Pictures that are kept.
    pub(super) kept: u64,
}

/// Both ways, in microseconds of a core.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Costs {
    /// Every segment from the source.
    pub(super) direct: f64,
    /// One pass, and every segment from the mezzanine.
    pub(super) mezzanine: f64,
}

impl Costs {
    /// Whether a mezzanine pays by a clear margin.
    pub(super) fn pay(self) -> bool {
        self.direct > self.mezzanine * MARGIN && self.direct - self.mezzanine > LEAST
    }
}

/// Decoding a million pixels.
pub(super) fn decode(codec: &str) -> f64 {
    match codec {
        // HEVC: 5 600 to 9 300 by the bit rate, in 8 and in 10 bit. The others were not measured, and
        // are taken for as dear.
        "hevc" | "av1" | "vp9" | "vvc" => 6_000.0,
        _ => 3_000.0,
    }
}

/// What the segments that do these `reads` cost, and what they cost with a mezzanine made in one
/// `pass`.
pub(super) fn costs(source: Source, pass: Pass, reads: &[Read]) -> Costs {
    let mut costs = Costs {
        direct: 0.0,
        mezzanine: START,
    };
    let pixels = source.mega_pixels;
    let held = if source.half { pixels / 4.0 } else { pixels };
    let scale = if source.half { SCALE * pixels } else { 0.0 };
    let again = held * AGAIN;
    for read in reads {
        costs.direct += number(read.decoded) * pixels * source.decode + number(read.shown) * scale;
        // Half a group lies before the first picture, on average.
        costs.mezzanine += (number(read.shown) + f64::from(GROUP) / 2.0) * again;
    }
    costs.mezzanine +=
        number(pass.decoded) * pixels * source.decode + number(pass.kept) * (scale + held * ENCODE);
    costs
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count of pictures; an estimate does not need the last of 53 bits"
)]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source() -> impl Strategy<Value = Source> {
        let codec = prop_oneof![Just("h264"), Just("hevc"), Just("av1")];
        (0.01_f64..40.0, codec, any::<bool>()).prop_map(|(mega_pixels, codec, half)| Source {
            mega_pixels,
            decode: decode(codec),
            half,
        })
    }

    fn read() -> impl Strategy<Value = Read> {
        (1_u64..1000, 0_u64..10_000).prop_map(|(shown, before)| Read {
            decoded: shown + before,
            shown,
        })
    }

    /// The pass that is made for one read alone.
    const fn alone(read: Read) -> Pass {
        Pass {
            decoded: read.decoded,
            kept: read.shown,
        }
    }

    proptest! {
        #[test]
        fn it_never_pays_for_one_segment(source in source(), read in read()) {
            prop_assert!(!costs(source, alone(read), &[read]).pay());
        }

        #[test]
        fn if_it_pays_for_some_reads_of_a_stretch_it_pays_for_one_more_of_them(
            source in source(), read in read(), count in 1_usize..40,
        ) {
            let of = |count| costs(source, alone(read), &vec![read; count]);
            prop_assert!(!of(count).pay() || of(count + 1).pay());
        }

        #[test]
        fn more_to_decode_before_each_segment_never_speaks_against_it(
            source in source(), read in read(), count in 2_usize..40, more in 1_u64..1000,
        ) {
            let later = Read { decoded: read.decoded + more, ..read };
            let of = |read| costs(source, alone(read), &vec![read; count]);
            prop_assert!(!of(read).pay() || of(later).pay());
        }
    }

    #[test]
    fn short_groups_need_none_and_long_ones_of_a_large_picture_do() {
        let source = Source {
            mega_pixels: 8.3,
            decode: decode("hevc"),
            half: true,
        };
        // 12 half seconds in 16 s at 30 frames a second; key frames each second, or each 8 s.
        let reads = |before: u64| {
            [Read {
                decoded: before + 15,
                shown: 15,
            }; 12]
        };
        let pass = Pass {
            decoded: 480,
            kept: 180,
        };
        assert!(!costs(source, pass, &reads(15)).pay());
        assert!(costs(source, pass, &reads(120)).pay());
    }
}
