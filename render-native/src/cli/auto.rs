//! `auto`: a song and clips in, a film out. Planner and renderer meet in a plan file that is
//! written and read back.

use std::path::Path;
use std::time::Instant;

use clap::ValueEnum;
use serde::Serialize;
use shared::plan::Plan;

use super::args::{self, AudioArg, EncoderArg, FilmOutput, QualityArg};
use super::bars::Bars;
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{
    folder_of, read_plan, refuse_input, refuse_missing, refuse_occupied, write_result,
};
use super::plan;
use super::preprocess::PreprocessArg;
use super::render::{self, failure, film, finish, settings, with_work};
use super::terminal::print_json;
use crate::exit::ExitCode;
use crate::headless::plan::{EditSettings, Shape, Wish};
use crate::media::relative::relative;
use crate::process::quoted;
use crate::progress::Stage;
use crate::render::memory::Thresholds;
use crate::render::{CACHE_SIZE, RenderSettings, Report, check_place};
use crate::shown::Shown as _;

/// The result as JSON.
#[derive(Debug, Serialize)]
struct Made<'a> {
    plan: String,
    report: &'a Report,
}

/// Runs `auto`.
pub(super) fn command(args: &args::Auto, context: &Context) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let FilmOutput { output, overwrite } = &args.output;
    let settings = RenderSettings {
        overwrite: *overwrite,
        ..settings(output, &args.effort, &args.encoding)
    };
    let settings = args.preprocessing.with(with_work(settings, args.work));
    let plan_path = output.with_extension("plan.json");
    // Everything that can be known now is said now, and not after an hour of analysis.
    refuse_input(output, &args.material)?;
    refuse_input(&plan_path, &args.material)?;
    refuse_input(&settings.report_path(), &args.material)?;
    check_place(&settings).map_err(|error| failure(&error))?;
    let plan_dir = folder_of(&plan_path);
    let asked = (&args.asked, &args.edit);
    let mut wish = plan::wish(&args.material, asked, plan_dir, args.effort.jobs)?;
    refuse_plan(&plan_path, &settings, &wish, args)?;
    refuse_missing(&args.material)?;
    if let Some(memory) = args.effort.memory {
        wish.survey.memory = wish.survey.memory.min(memory.0);
    }
    let earlier = "an earlier result of this command";
    wish.not_clips.extend([
        (output.clone(), earlier),
        (plan_path.clone(), earlier),
        (settings.report_path(), earlier),
    ]);
    let stages: Vec<Stage> = plan::STAGES.into_iter().chain(render::STAGES).collect();
    let bars = Bars::new(context.talk, &stages);
    let made = plan::make(&wish, context, &bars);
    bars.clear();
    let made = made?;
    let json = made.plan.to_json();
    if !holds(&plan_path, json.as_bytes()) {
        write_result(&plan_path, "-o", json.as_bytes(), *overwrite)
            .map_err(|failure| rather_render(failure, &plan_path, args))?;
    }
    plan::tell(&made, context);
    drop(made);
    let read_back = read_plan(&plan_path)?;
    let json = &mut |report: &Report| {
        print_json(&Made {
            plan: plan_path.display().to_string(),
            report,
        })
    };
    let settings = RenderSettings {
        spent: began.elapsed(),
        ..settings
    };
    let report = film(&read_back, &plan_path, &settings, context, json).map_err(|failure| {
        if failure.code != ExitCode::Interrupted || failure.hint.is_some() {
            return failure;
        }
        let command = rendering(&plan_path, args);
        failure.hint(format!("`{command}` goes on without planning again"))
    })?;
    Ok(finish(&report, context))
}

/// Refuses to plan where a plan lies that may be somebody's work.
///
/// The one that an interrupted run of this command left is none: the run kept the same in its
/// work directory. Unless it is for another film than the one that is wished for: then this run's
/// plan would be another, and could not take its place.
fn refuse_plan(
    plan_path: &Path,
    settings: &RenderSettings,
    wish: &Wish,
    args: &args::Auto,
) -> Result<(), Failure> {
    let interrupted =
        std::fs::read(settings.kept_plan_path()).is_ok_and(|kept| holds(plan_path, &kept));
    refuse_occupied(plan_path, "-o", settings.overwrite || interrupted)
        .map_err(|failure| rather_render(failure, plan_path, args))?;
    if settings.overwrite || !interrupted {
        return Ok(());
    }
    // What is no plan cannot be compared; it is told later that it is in the way.
    let another = read_plan(plan_path)
        .ok()
        .and_then(|there| difference(&there, wish));
    let Some(what) = another else { return Ok(()) };
    let message = format!(
        "{} exists already, from an interrupted run with another {what}",
        plan_path.shown()
    );
    let failure = Failure::new(ExitCode::CannotCreate, message);
    Err(rather_render(failure, plan_path, args))
}

/// In what a plan that is there cannot be the one that is wished for, as far as that is known
/// before anything is looked into.
fn difference(there: &Plan, wish: &Wish) -> Option<&'static str> {
    let output = &there.output;
    let size = (output.width, output.height);
    let is_size = match wish.fixed_size {
        Some(wished) => size == wished,
        // Which of them is known when the clips are.
        None => [Shape::Landscape, Shape::Portrait, Shape::Square]
            .into_iter()
            .any(|shape| size == (wish.size)(shape)),
    };
    let then = there.made_by.as_ref().map(EditSettings::of);
    let now = &wish.settings;
    let is = |same: fn(&EditSettings, &EditSettings) -> bool| {
        then.as_ref().is_none_or(|then| same(then, now))
    };
    let song = relative(&wish.plan_dir, &wish.music);
    [
        (is_size, "size"),
        (output.rate == wish.rate, "--fps"),
        (output.fit == wish.fit, "--fit"),
        (is(|then, now| then.style == now.style), "--style"),
        (is(|then, now| then.seed == now.seed), "--seed"),
        (
            is(|then, now| then.density_permille == now.density_permille),
            "--density",
        ),
        (is(|then, now| then.start_us == now.start_us), "--start"),
        (is(|then, now| then.length_us == now.length_us), "--length"),
        (
            is(|then, now| then.alternates == now.alternates),
            "--alternates",
        ),
        (there.music.media.path == song, "--music"),
    ]
    .into_iter()
    .find_map(|(same, what)| (!same).then_some(what))
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|there| there == bytes)
}

/// A plan that is there can be rendered as it is: most likely that is what was meant.
fn rather_render(failure: Failure, plan_path: &Path, args: &args::Auto) -> Failure {
    if !plan_path.is_file() {
        return failure;
    }
    failure.hint(format!(
        "`{}` renders that plan as it is; --overwrite plans anew; or choose another name with -o",
        rendering(plan_path, args)
    ))
}

/// The command that renders a plan into the same film, as it can be typed: with those of the options
/// given that it takes and needs for that.
fn rendering(plan_path: &Path, args: &args::Auto) -> String {
    let file = |path: &Path| quoted(path.as_os_str());
    let FilmOutput { output, overwrite } = &args.output;
    let mut command = format!("render-native {} -o {}", file(plan_path), file(output));
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            command.extend([" --", name, " ", &value]);
        }
    };
    let (encoding, effort) = (&args.encoding, &args.effort);
    let quality = encoding.quality.unwrap_or(QualityArg::Standard);
    option("quality", chosen(quality, QualityArg::Standard));
    option("encoder", chosen(encoding.encoder, EncoderArg::Software));
    // What is left of the time is not known here; all of it is what was wished for.
    option(
        "deadline",
        encoding.deadline.map(|time| format!("{}s", time.as_secs())),
    );
    option("max-size", encoding.max_size.map(|size| size.to_string()));
    option("audio", chosen(encoding.audio, AudioArg::Auto));
    option("work-dir", effort.work_dir.as_deref().map(file));
    option("jobs", effort.jobs.map(|jobs| jobs.to_string()));
    option("memory", effort.memory.map(|memory| memory.to_string()));
    let threshold = |percent: u8, usual: u8| (percent != usual).then(|| percent.to_string());
    let usual = Thresholds::default();
    let (slow, stop) = (effort.memory_conservative, effort.memory_emergency);
    option("memory-conservative", threshold(slow, usual.conservative()));
    option("memory-emergency", threshold(stop, usual.emergency()));
    option("stall", args.work.stall.map(|seconds| seconds.to_string()));
    let preprocessing = &args.preprocessing;
    let which = preprocessing.which.preprocess;
    option("preprocess", chosen(which, PreprocessArg::Auto));
    option("cache-dir", preprocessing.cache_dir.as_deref().map(file));
    let size = preprocessing.cache_size.0;
    let size = (size != CACHE_SIZE).then(|| preprocessing.cache_size.to_string());
    option("cache-size", size);
    if args.work.keep_work {
        command.push_str(" --keep-work");
    }
    if *overwrite {
        command.push_str(" --overwrite");
    }
    command
}

/// A choice by its name, if it is not the usual one.
fn chosen<T: ValueEnum + PartialEq + Copy>(choice: T, usual: T) -> Option<String> {
    let value = (choice != usual).then_some(choice)?.to_possible_value()?;
    Some(value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Cli, Command, with_shorthand};
    use clap::Parser as _;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        let args = line.split_whitespace().map(Into::into);
        Cli::try_parse_from(with_shorthand(args)).map(|cli| cli.command)
    }

    fn told(options: &str) -> String {
        let line = format!("render-native auto --music s.mp3 c -o f.mp4 {options}");
        let Command::Auto(args) = parse(&line).unwrap() else {
            panic!("not auto: {line}");
        };
        rendering(Path::new("f.plan.json"), &args)
    }

    #[test]
    fn the_command_that_goes_on_has_the_options_that_render_takes() {
        let plain = "render-native f.plan.json -o f.mp4";
        assert_eq!(told(""), plain);
        let planning =
            "--size 640x360 --fps 25 --fit pad --style cinematic --density 2 --seed 3 --explain";
        assert_eq!(told(planning), plain);
        let kept = "--quality draft --encoder vaapi --audio flac --work-dir w --jobs 2 --memory 1536M \
                    --memory-conservative 60 --memory-emergency 70 --stall 90 \
                    --preprocess never --cache-dir c --cache-size 2G --keep-work --overwrite";
        let command = told(&format!("--fps 25 {kept}"));
        assert_eq!(command, format!("{plain} {kept}"));
        let Command::Render(render) = parse(&command).unwrap() else {
            panic!("not render: {command}");
        };
        assert_eq!(render.encoding.quality, Some(QualityArg::Draft));
        assert_eq!(render.effort.memory.unwrap().0, 1536 << 20);
        let wish = "--quality auto --deadline 5400s --max-size 1500MB";
        let command = told("--quality auto --deadline 1h30m --max-size 1.5GB");
        assert_eq!(command, format!("{plain} {wish}"));
        assert!(parse(&command).is_ok());
    }
}
