//! The command line as typed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand, value_parser};

pub use super::asked::Asked;
pub use super::edit::Edit;
pub use super::encoding::{AudioArg, EncoderArg, Encoding, QualityArg};
pub use super::farm::{Assemble, Gc, Prepare, Segment, StatusOf};
pub use super::preprocess::Preprocessing;
use super::values::{self, Bytes};
use crate::exit::ExitCode;

/// A song and a pile of clips in, a film whose cuts land on the beat out.
#[derive(Debug, Parser)]
#[command(
    name = "render-native",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    override_usage = "render-native <COMMAND> [OPTIONS]\n       render-native PLAN.json -o FILM.mp4",
    after_long_help = exit_codes()
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// How much is said.
    #[command(flatten)]
    pub talk: Talk,
}

/// How much is said, and in which form.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Talk {
    /// Say nothing but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more: every decision.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// Write the result as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan and render in one go; keeps the plan beside the film.
    Auto(Auto),
    /// Only plan.
    Plan(Plan),
    /// Only render; `render-native PLAN.json` is the same.
    Render(Render),
    /// Validate a plan, find its media, say what would happen; renders nothing.
    Check(Check),
    /// Freeze a plan in a work directory, for many processes to render.
    Prepare(Prepare),
    /// Make some segments of a prepared job; as often as one likes, anywhere.
    Segment(Segment),
    /// Join the segments of a prepared job into the film.
    Assemble(Assemble),
    /// What there is of a prepared job.
    Status(StatusOf),
    /// Remove from a work directory what nobody needs.
    Gc(Gc),
    /// Find the beats, bars and sections of a song.
    Beats(Beats),
    /// What each clip is: shots, quality, what is unusable and why.
    Inspect(Inspect),
    /// Measure a finished film against its plan.
    Verify(Verify),
    /// Is everything here that is needed? What is missing, and how to get it?
    Doctor,
    /// Print the JSON Schema of plans.
    Schema,
    /// Print the completions of a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// `auto`.
#[derive(Debug, Args)]
pub struct Auto {
    /// What to plan from.
    #[command(flatten)]
    pub material: Material,
    /// What is asked of single clips.
    #[command(flatten)]
    pub asked: Asked,
    /// How the edit shall be.
    #[command(flatten)]
    pub edit: Edit,
    /// Where the film goes.
    #[command(flatten)]
    pub output: FilmOutput,
    /// How hard the machine works.
    #[command(flatten)]
    pub effort: Effort,
    /// How the work is watched and kept.
    #[command(flatten)]
    pub work: Work,
    /// Which clips are made quicker to read.
    #[command(flatten)]
    pub preprocessing: Preprocessing,
    /// How the film is encoded.
    #[command(flatten)]
    pub encoding: Encoding,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// What to plan from.
    #[command(flatten)]
    pub material: Material,
    /// What is asked of single clips.
    #[command(flatten)]
    pub asked: Asked,
    /// How the edit shall be.
    #[command(flatten)]
    pub edit: Edit,
    /// Where the plan goes; `-` is standard output.
    #[arg(short, long, value_name = "PLAN.json", default_value = "plan.json")]
    pub output: PathBuf,
    /// Replace an existing file.
    #[arg(long)]
    pub overwrite: bool,
    /// Clips decoded at the same time; default: as many as there are cores.
    #[arg(long, value_name = "N", value_parser = values::jobs)]
    pub jobs: Option<usize>,
    /// Say of each shot what spoke for it and against it, and what could be shown instead.
    #[arg(long)]
    pub explain: bool,
}

/// `render`.
#[derive(Debug, Args)]
pub struct Render {
    /// The plan.
    #[arg(value_name = "PLAN.json")]
    pub plan: PathBuf,
    /// Where the media are.
    #[command(flatten)]
    pub search: Search,
    /// Where the film goes.
    #[command(flatten)]
    pub output: FilmOutput,
    /// How hard the machine works.
    #[command(flatten)]
    pub effort: Effort,
    /// How the work is watched and kept.
    #[command(flatten)]
    pub work: Work,
    /// Which clips are made quicker to read.
    #[command(flatten)]
    pub preprocessing: Preprocessing,
    /// How the film is encoded.
    #[command(flatten)]
    pub encoding: Encoding,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The plan.
    #[arg(value_name = "PLAN.json")]
    pub plan: PathBuf,
    /// Where the film would go; default: beside the plan.
    #[arg(short, long, value_name = "FILM.mp4")]
    pub output: Option<PathBuf>,
    /// Where the media are.
    #[command(flatten)]
    pub search: Search,
    /// How hard the machine would work.
    #[command(flatten)]
    pub effort: Effort,
    /// How the film would be encoded.
    #[command(flatten)]
    pub encoding: Encoding,
}

/// `beats`.
#[derive(Debug, Args)]
pub struct Beats {
    /// The song.
    pub song: PathBuf,
    /// Where the beats go, one a line: seconds, tab, position in the bar. Default, and `-`:
    /// standard output.
    #[arg(short, long, value_name = "SONG.beats")]
    pub output: Option<PathBuf>,
    /// What the song is read as.
    #[command(flatten)]
    pub reading: Reading,
    /// Replace an existing file.
    #[arg(long)]
    pub overwrite: bool,
}

/// `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// Clips and folders of clips.
    #[arg(required = true, value_name = "CLIP|FOLDER")]
    pub clips: Vec<PathBuf>,
    /// Clips decoded at the same time; default: as many as there are cores.
    #[arg(long, value_name = "N", value_parser = values::jobs)]
    pub jobs: Option<usize>,
    /// Also draw every clip: pictures, shots, quality, motion, what is rejected and why.
    #[arg(long, value_name = "SHEET.png")]
    pub sheet: Option<PathBuf>,
    /// A plan, whose shots are marked on the sheet.
    #[arg(long, value_name = "PLAN.json", requires = "sheet")]
    pub plan: Option<PathBuf>,
    /// Replace an existing sheet.
    #[arg(long)]
    pub overwrite: bool,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The film.
    pub film: PathBuf,
    /// The plan that it was made from.
    #[arg(value_name = "PLAN.json")]
    pub plan: PathBuf,
    /// Where the song is, if it moved.
    #[command(flatten)]
    pub search: Search,
}

/// What to plan from.
#[derive(Debug, Args)]
pub struct Material {
    /// The song.
    #[arg(long, value_name = "SONG")]
    pub music: PathBuf,
    /// What the song is read as.
    #[command(flatten)]
    pub reading: Reading,
    /// Clips and folders of clips.
    #[arg(required = true, value_name = "CLIP|FOLDER")]
    pub clips: Vec<PathBuf>,
}

/// What a song is read as.
#[derive(Debug, Clone, Copy, Args)]
pub struct Reading {
    /// Take another reading of the song's beats, such as twice or half as many: `beats` lists them,
    /// likeliest first; 0 is the likeliest of all.
    #[arg(long = "reading", value_name = "N", default_value_t = 0)]
    pub number: usize,
}

/// Where the media of a plan are looked for.
#[derive(Debug, Clone, Default, Args)]
pub struct Search {
    /// Look for media here too; may be given several times.
    #[arg(long, value_name = "DIR")]
    pub media_dir: Vec<PathBuf>,
}

/// Where a film goes.
#[derive(Debug, Args)]
pub struct FilmOutput {
    /// The film.
    #[arg(short, long, value_name = "FILM.mp4")]
    pub output: PathBuf,
    /// Replace existing files.
    #[arg(long)]
    pub overwrite: bool,
}

/// How hard the machine works.
#[derive(Debug, Args)]
#[command(next_help_heading = "The machine")]
pub struct Effort {
    /// ffmpeg processes at the same time; default: what cores and memory allow.
    #[arg(long, value_name = "N", value_parser = values::jobs)]
    pub jobs: Option<usize>,
    /// Memory that they and this program may use together, as 2G or 900M; default: what is free.
    #[arg(long, value_name = "BYTES", value_parser = values::bytes)]
    pub memory: Option<Bytes>,
    /// Share of the memory limit above which nothing new starts.
    #[arg(long, value_name = "PERCENT", default_value_t = 75, value_parser = clap::value_parser!(u8).range(10..=98))]
    pub memory_conservative: u8,
    /// Share of the memory limit above which work is put back and one segment runs at a time.
    #[arg(long, value_name = "PERCENT", default_value_t = 85, value_parser = clap::value_parser!(u8).range(11..=99))]
    pub memory_emergency: u8,
    /// Say how memory is shared out, and why each segment starts when it does.
    #[arg(long)]
    pub explain: bool,
    /// Where segments are kept, also after success: made again is only what changed since.
    /// Default: beside the film, until it is complete.
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
}

/// How the work on a film is watched and kept.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "The machine")]
pub struct Work {
    /// Take an ffmpeg that says nothing for so many seconds for hung, and try another way;
    /// default: 60. For slow or remote disks give more.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=86_400))]
    pub stall: Option<u64>,
    /// Keep the segments when the film is complete.
    #[arg(long)]
    pub keep_work: bool,
}

impl Command {
    /// How the command would encode a film.
    #[must_use]
    pub const fn encoding(&self) -> Option<&Encoding> {
        match self {
            Self::Auto(args) => Some(&args.encoding),
            Self::Render(args) => Some(&args.encoding),
            Self::Check(args) => Some(&args.encoding),
            Self::Prepare(args) => Some(&args.encoding),
            _ => None,
        }
    }

    /// Where the command looks for a plan's media.
    #[must_use]
    pub const fn search(&self) -> Option<&Search> {
        match self {
            Self::Render(args) => Some(&args.search),
            Self::Check(args) => Some(&args.search),
            Self::Verify(args) => Some(&args.search),
            _ => None,
        }
    }
}

/// The arguments with `render` put in where a plan stands in a command's place.
///
/// A command's name wins over a file of that name; `./plan` names the file.
#[must_use]
pub fn with_shorthand(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    use clap::CommandFactory as _;

    let mut args: Vec<OsString> = args.into_iter().collect();
    let is_option = |arg: &OsString| arg.as_encoded_bytes().starts_with(b"-");
    let Some((at, first)) = args.iter().enumerate().skip(1).find(|(_, a)| !is_option(a)) else {
        return args;
    };
    let is_command = first == "help"
        || Cli::command()
            .get_subcommands()
            .any(|command| first.to_str() == Some(command.get_name()));
    // After `--jobs 2` the 2 is no command that was mistyped, and the plan may come later.
    let is_value = at > 1 && args.get(at - 1).is_some_and(is_option);
    let is_plan =
        looks_like_a_plan(first) || is_value && args.iter().skip(at).any(looks_like_a_plan);
    if !is_command && is_plan {
        args.insert(1, "render".into());
    }
    args
}

fn looks_like_a_plan(arg: &OsString) -> bool {
    let path = Path::new(arg);
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        || path.components().count() > 1 && path.is_file()
        || arg.as_encoded_bytes().starts_with(b"./")
}

/// The table of exit codes for the long help.
fn exit_codes() -> String {
    ExitCode::ALL
        .iter()
        .fold("Exit codes:\n".to_owned(), |text, code| {
            format!("{text}  {:>3}  {}\n", code.code(), code.meaning())
        })
}

#[cfg(test)]
mod tests {
    use shared::rate::Rate;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        let args = line.split_whitespace().map(OsString::from);
        Cli::try_parse_from(with_shorthand(args))
    }

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_plan_in_a_commands_place_is_rendered() {
        for line in [
            "render-native p.json -o f.mp4",
            "render-native -q p.json -o f.mp4",
            "render-native --jobs 2 p.json -o f.mp4",
            "render-native ./plan -o f.mp4",
            "render-native render p.json -o f.mp4",
        ] {
            let parsed = parse(line);
            assert!(
                matches!(parsed.unwrap().command, Command::Render(_)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_mistyped_command_is_not_taken_for_a_plan() {
        let error = parse("render-native atuo --music s.mp3 c").unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::InvalidSubcommand);
    }

    #[test]
    fn every_common_option_of_auto_is_read() {
        let line = "render-native auto --music s.mp3 a b -o f.mp4 --jobs 3 --memory 2G --work-dir w \
            --aspect 9:16 --fps 30000/1001 --fit blur --style energetic --density 1.5 --seed 7 --quality draft \
            --overwrite --json -v";
        let cli = parse(line).unwrap();
        assert!(cli.talk.json && cli.talk.verbose == 1);
        let Command::Auto(auto) = cli.command else {
            panic!("not auto");
        };
        assert_eq!(auto.effort.memory.unwrap().0, 2 << 30);
        assert_eq!(auto.edit.fps, Rate::new(30_000, 1001).ok());
        assert_eq!(auto.material.clips.len(), 2);
        assert_eq!(auto.edit.density.unwrap().0, 1500);
        assert!(auto.output.overwrite);
    }

    #[test]
    fn size_and_aspect_exclude_each_other() {
        let line = "render-native plan --music s c --size 640x360 --aspect 1:1";
        assert!(parse(line).is_err());
    }
}
