//! `auto`: a song and clips in, a film out. Planner and renderer meet in a plan file that is
//! written and read back.

use std::path::Path;

use serde::Serialize;

use super::args::{self, FilmOutput};
use super::bars::Bars;
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{
    folder_of, read_plan, refuse_input, refuse_missing, refuse_occupied, write_result,
};
use super::plan;
use super::render::{self, failure, film, finish, settings, with_work};
use super::terminal::print_json;
use crate::exit::ExitCode;
use crate::process::quoted;
use crate::progress::Stage;
use crate::render::{RenderSettings, Report, check_place};

/// The result as JSON.
#[derive(Debug, Serialize)]
struct Made<'a> {
    plan: String,
    report: &'a Report,
}

/// Runs `auto`.
pub(super) fn command(args: &args::Auto, context: &Context) -> Result<ExitCode, Failure> {
    let FilmOutput { output, overwrite } = &args.output;
    let settings = RenderSettings {
        overwrite: *overwrite,
        ..settings(output, &args.effort, &args.encoding)
    };
    let settings = with_work(settings, args.work);
    let plan_path = output.with_extension("plan.json");
    // Everything that can be known now is said now, and not after an hour of analysis.
    refuse_input(output, &args.material)?;
    refuse_input(&plan_path, &args.material)?;
    refuse_input(&settings.report_path(), &args.material)?;
    check_place(&settings).map_err(|error| failure(&error))?;
    refuse_plan(&plan_path, &settings)?;
    refuse_missing(&args.material)?;
    let plan_dir = folder_of(&plan_path);
    let mut wish = plan::wish(&args.material, &args.edit, plan_dir, args.effort.jobs);
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
        write_result(&plan_path, json.as_bytes(), *overwrite)
            .map_err(|failure| rather_render(failure, &plan_path, output))?;
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
    let report = film(&read_back, &plan_path, &settings, context, json).map_err(|failure| {
        if failure.code != ExitCode::Interrupted || failure.hint.is_some() {
            return failure;
        }
        let command = rendering(&plan_path, output);
        failure.hint(format!(
            "`{command}` with the same options goes on without planning again"
        ))
    })?;
    Ok(finish(&report, context))
}

/// Refuses to plan where a plan lies that may be somebody's work.
///
/// The one that an interrupted run of this command left is none: the run kept the same in its
/// work directory.
fn refuse_plan(plan_path: &Path, settings: &RenderSettings) -> Result<(), Failure> {
    let interrupted =
        std::fs::read(settings.kept_plan_path()).is_ok_and(|kept| holds(plan_path, &kept));
    refuse_occupied(plan_path, settings.overwrite || interrupted)
        .map_err(|failure| rather_render(failure, plan_path, &settings.output))
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|there| there == bytes)
}

/// A plan that is there can be rendered as it is: most likely that is what was meant.
fn rather_render(failure: Failure, plan_path: &Path, output: &Path) -> Failure {
    if !plan_path.is_file() {
        return failure;
    }
    failure.hint(format!(
        "`{}` renders that plan as it is; --overwrite plans anew; or choose another name with -o",
        rendering(plan_path, output)
    ))
}

/// The command that renders a plan, as it can be typed.
fn rendering(plan_path: &Path, output: &Path) -> String {
    let [plan, film] = [plan_path, output].map(|path| quoted(path.as_os_str()));
    format!("render-native {plan} -o {film}")
}
