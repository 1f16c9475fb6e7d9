//! The encoders in hardware that are known, and how each is asked for what software is asked for:
//! H.264, High profile, 8 bit 4:2:0, a key frame every two seconds.

use serde::{Deserialize, Serialize};

use crate::render::encoder::{Encoder, Preset};

/// An encoder in hardware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Hardware {
    /// Nvidia's.
    #[serde(rename = "h264_nvenc")]
    Nvenc,
    /// Intel's, by its own library.
    #[serde(rename = "h264_qsv")]
    Qsv,
    /// Whatever Linux offers for a graphics card.
    #[serde(rename = "h264_vaapi")]
    Vaapi,
    /// Apple's.
    #[serde(rename = "h264_videotoolbox")]
    Videotoolbox,
    /// AMD's, by its own library.
    #[serde(rename = "h264_amf")]
    Amf,
}

/// Which encoder is wished for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// libx264: smaller files for the same look, and the same bits on every machine.
    #[default]
    Software,
    /// The first in hardware that works; software if none does.
    Auto,
    /// This one; software if it does not work.
    Only(Hardware),
}

impl Choice {
    /// What is tried, in order.
    pub(super) fn candidates(self) -> &'static [Hardware] {
        match self {
            Self::Software => &[],
            Self::Auto if cfg!(target_os = "macos") => &[Hardware::Videotoolbox],
            Self::Auto if cfg!(windows) => &[Hardware::Nvenc, Hardware::Qsv, Hardware::Amf],
            Self::Auto => &[Hardware::Nvenc, Hardware::Qsv, Hardware::Vaapi],
            Self::Only(hardware) => hardware.alone(),
        }
    }
}

impl Hardware {
    /// Every one that is known.
    pub const ALL: [Self; 5] = [
        Self::Nvenc,
        Self::Qsv,
        Self::Vaapi,
        Self::Videotoolbox,
        Self::Amf,
    ];

    /// ffmpeg's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nvenc => "h264_nvenc",
            Self::Qsv => "h264_qsv",
            Self::Vaapi => "h264_vaapi",
            Self::Videotoolbox => "h264_videotoolbox",
            Self::Amf => "h264_amf",
        }
    }

    const fn alone(self) -> &'static [Self] {
        match self {
            Self::Nvenc => &[Self::Nvenc],
            Self::Qsv => &[Self::Qsv],
            Self::Vaapi => &[Self::Vaapi],
            Self::Videotoolbox => &[Self::Videotoolbox],
            Self::Amf => &[Self::Amf],
        }
    }

    /// Options before everything else: the device that pictures are brought to.
    pub(in crate::render) const fn device(self) -> &'static [&'static str] {
        match self {
            Self::Vaapi => &["-init_hw_device", "vaapi=hw", "-filter_hw_device", "hw"],
            _ => &[],
        }
    }

    /// What brings a picture of 4:2:0 to the encoder, behind all other filters.
    pub(in crate::render) const fn upload(self) -> &'static str {
        match self {
            Self::Nvenc | Self::Videotoolbox | Self::Amf => "",
            Self::Qsv => ",format=nv12",
            Self::Vaapi => ",format=nv12,hwupload",
        }
    }

    /// Options of the encoder, for what software would be asked for.
    ///
    /// Without pictures that refer to later ones: there drivers differ most, and every decoder
    /// takes what is left. The headers are told what else the encoder might leave out or take over
    /// from the source, as software is told by its own options.
    pub(in crate::render) fn options(self, encoder: Encoder, keyint: u64) -> Vec<String> {
        /// BT.709 in video range, as the filters leave it, and chroma where H.264 has it unless
        /// told otherwise.
        const HEADERS: &str = "h264_metadata=video_full_range_flag=0:colour_primaries=1:\
             transfer_characteristics=1:matrix_coefficients=1:chroma_sample_loc_type=0";
        let mut options = vec!["-c:v".to_owned(), self.name().to_owned()];
        options.extend(self.rate(encoder));
        let keyint = keyint.to_string();
        let common = ["-profile:v", "high", "-g", &keyint, "-bf", "0"];
        options.extend(common.map(str::to_owned));
        options.extend(["-bsf:v", HEADERS].map(str::to_owned));
        options
    }

    /// Effort and rate. The scales of the encoders are not the same; these are near by what is
    /// known of them, and were not measured here.
    fn rate(self, Encoder { preset, crf }: Encoder) -> Vec<String> {
        let effort = |[low, middle, high]: [&'static str; 3]| match preset {
            Preset::Ultrafast | Preset::Superfast => low,
            Preset::Veryfast | Preset::Faster => middle,
            Preset::Fast | Preset::Medium => high,
        };
        let quantiser = (crf + 3).to_string();
        let options: Vec<&str> = match self {
            Self::Nvenc => vec![
                "-preset",
                effort(["p1", "p4", "p6"]),
                "-tune",
                "hq",
                "-rc",
                "vbr",
                "-cq",
                &quantiser,
                "-b:v",
                "0",
            ],
            Self::Qsv => vec![
                "-preset",
                effort(["veryfast", "medium", "slow"]),
                "-global_quality",
                &quantiser,
            ],
            Self::Vaapi => vec!["-rc_mode", "CQP", "-qp", &quantiser],
            // From 1, the worst, to 100.
            Self::Videotoolbox => vec!["-q:v", effort(["45", "60", "70"])],
            Self::Amf => vec![
                "-quality",
                effort(["speed", "balanced", "quality"]),
                "-rc",
                "cqp",
                "-qp_i",
                &quantiser,
                "-qp_p",
                &quantiser,
            ],
        };
        options.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::settings::Quality;

    #[test]
    fn each_is_asked_in_its_own_words() {
        let all: Vec<_> = Hardware::ALL
            .map(|hardware| {
                let options = hardware.options(Quality::Standard.encoder(), 60).join(" ");
                options.split(" -profile:v").next().unwrap().to_owned()
            })
            .into();
        insta::assert_snapshot!(all.join("\n"), @r"
        -c:v h264_nvenc -preset p4 -tune hq -rc vbr -cq 23 -b:v 0
        -c:v h264_qsv -preset medium -global_quality 23
        -c:v h264_vaapi -rc_mode CQP -qp 23
        -c:v h264_videotoolbox -q:v 60
        -c:v h264_amf -quality balanced -rc cqp -qp_i 23 -qp_p 23
        ");
    }

    #[test]
    fn the_three_qualities_are_three_and_all_else_is_common() {
        for hardware in Hardware::ALL {
            let of = |quality: Quality| hardware.options(quality.encoder(), 50);
            let all = [Quality::Draft, Quality::Standard, Quality::High].map(of);
            assert!(all[0] != all[1] && all[1] != all[2], "{all:?}");
            for options in all {
                let rest = options.join(" ");
                assert!(rest.contains(" -profile:v high -g 50 -bf 0 -bsf:v h264_metadata="));
            }
        }
    }

    #[test]
    fn one_that_is_named_is_the_only_one_that_is_tried() {
        for hardware in Hardware::ALL {
            assert_eq!(Choice::Only(hardware).candidates(), [hardware]);
        }
        assert!(Choice::Software.candidates().is_empty());
        assert!(!Choice::Auto.candidates().is_empty());
    }

    #[test]
    fn the_name_in_files_is_ffmpegs() {
        for hardware in Hardware::ALL {
            let json = serde_json::to_value(hardware).unwrap();
            assert_eq!(json, hardware.name());
        }
    }
}
