//! How a film is encoded, as typed.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::values::{self, FileSize};
use crate::exit::ExitCode;
use crate::render::{AudioCodec, Choice, Hardware, Quality, Wish};

/// How a film is encoded.
#[derive(Debug, Args)]
#[command(next_help_heading = "The film")]
pub struct Encoding {
    /// Quality of the picture; default: standard, or auto with --deadline or --max-size.
    #[arg(long, value_enum)]
    pub quality: Option<QualityArg>,
    /// What encodes the picture. Software makes the smaller files for the same look, and the same
    /// bits on every machine; hardware is used only after a real test encode, and software behind it.
    #[arg(long, value_enum, default_value_t = EncoderArg::Software)]
    pub encoder: EncoderArg,
    /// Be done within this time, as 10m, 90s or 1h30m, with the best quality for that; a few
    /// samples are encoded first to see what is possible.
    #[arg(long, value_name = "TIME", value_parser = values::deadline)]
    pub deadline: Option<Duration>,
    /// Make the film no larger than this, as 100MB, 1.5GB or 80MiB, with the best quality for that.
    #[arg(long, value_name = "SIZE", value_parser = values::file_size)]
    pub max_size: Option<FileSize>,
    /// How the song is stored.
    #[arg(long, value_enum, default_value_t = AudioArg::Auto)]
    pub audio: AudioArg,
}

/// `--audio`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AudioArg {
    /// What suits the container: FLAC in mkv, AAC elsewhere.
    Auto,
    /// Lossy, plays everywhere; for mp4, m4v and mov.
    Aac,
    /// Lossless, compressed; for mp4, m4v and mkv.
    Flac,
    /// Lossless, 16 bit, uncompressed; for mov and mkv.
    Pcm,
}

/// `--encoder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EncoderArg {
    /// libx264.
    Software,
    /// The first in hardware that works here.
    Auto,
    /// Nvidia's.
    Nvenc,
    /// Intel's Quick Sync Video.
    Qsv,
    /// A graphics card's, on Linux.
    Vaapi,
    /// Apple's.
    Videotoolbox,
    /// AMD's.
    Amf,
}

impl From<EncoderArg> for Choice {
    fn from(encoder: EncoderArg) -> Self {
        match encoder {
            EncoderArg::Software => Self::Software,
            EncoderArg::Auto => Self::Auto,
            EncoderArg::Nvenc => Self::Only(Hardware::Nvenc),
            EncoderArg::Qsv => Self::Only(Hardware::Qsv),
            EncoderArg::Vaapi => Self::Only(Hardware::Vaapi),
            EncoderArg::Videotoolbox => Self::Only(Hardware::Videotoolbox),
            EncoderArg::Amf => Self::Only(Hardware::Amf),
        }
    }
}

impl From<AudioArg> for AudioCodec {
    fn from(audio: AudioArg) -> Self {
        match audio {
            AudioArg::Auto => Self::Auto,
            AudioArg::Aac => Self::Aac,
            AudioArg::Flac => Self::Flac,
            AudioArg::Pcm => Self::Pcm,
        }
    }
}

impl Encoding {
    /// The quality; that of the sound alone if there is a wish.
    #[must_use]
    pub const fn quality(&self) -> Quality {
        match self.quality {
            Some(QualityArg::Draft) => Quality::Draft,
            Some(QualityArg::High) => Quality::High,
            Some(QualityArg::Standard | QualityArg::Auto) | None => Quality::Standard,
        }
    }

    /// What is wished for, if anything is.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        Wish::new(self.deadline, self.max_size.map(|size| size.0))
    }

    /// Refuses what cannot be settled by measuring: a quality that is named beside a wish that asks
    /// for whichever fits, and an encoder in hardware beside a wish.
    ///
    /// # Errors
    /// [`Failure`] with what to leave out.
    pub(super) fn refuse_conflict(&self) -> Result<(), Failure> {
        let named = self.quality.filter(|quality| *quality != QualityArg::Auto);
        let wishes = [
            (self.deadline.is_some(), "--deadline"),
            (self.max_size.is_some(), "--max-size"),
        ];
        let wish = wishes.into_iter().find_map(|(is, name)| is.then_some(name));
        let measured = match wish {
            None if self.quality == Some(QualityArg::Auto) => Some("--quality auto"),
            wish => wish,
        };
        if let (Some(measured), true) = (measured, self.encoder != EncoderArg::Software) {
            let encoder = name(&self.encoder);
            let message = format!(
                "--encoder {encoder} and {measured} exclude each other: what is settled by \
                 measuring is the preset of the encoder in software"
            );
            return Err(Failure::new(ExitCode::Usage, message)
                .hint(format!("leave out --encoder {encoder}, or {measured}")));
        }
        let (Some(named), Some(wish)) = (named, wish) else {
            return Ok(());
        };
        let quality = name(&named);
        let message = format!(
            "--quality {quality} and {wish} exclude each other: the wish settles the quality"
        );
        Err(Failure::new(ExitCode::Usage, message)
            .hint(format!("leave out --quality {quality}, or {wish}")))
    }
}

/// A value as it is typed.
fn name(value: &impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// `--quality`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QualityArg {
    /// Fast and rough, to look at an edit.
    Draft,
    /// Good for watching and sharing.
    Standard,
    /// Larger files, finer detail.
    High,
    /// The best that --deadline and --max-size allow; without either, standard.
    Auto,
}
