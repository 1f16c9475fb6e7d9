//! `verify`: a finished film, measured against its plan.

use super::args;
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{folder_of, read_plan};
use super::terminal::{print, print_json, say};
use crate::exit::ExitCode;
use crate::media::relink::{Finder, RelinkError};
use crate::progress::Stage;
use crate::verify::{Subject, verify};

/// Runs `verify`.
pub(super) fn command(args: &args::Verify, context: &Context) -> Result<ExitCode, Failure> {
    let plan = read_plan(&args.plan)?;
    let tools = context.tools()?;
    let mut finder = Finder::new(&folder_of(&args.plan), &args.search.media_dir);
    let (song, relinked) = finder.find(&plan.music.media).map_err(|problem| {
        let error = RelinkError {
            problems: vec![problem],
        };
        Failure::of(ExitCode::Input, &error).hint(error.hint())
    })?;
    if let Some(decision) = relinked.filter(|_| !context.talk.quiet) {
        say(&told(&decision));
    }
    let bars = Bars::new(context.talk, &[Stage::Verify]);
    let subject = Subject {
        film: &args.film,
        plan: &plan,
        song: &song.path,
    };
    let certificate = verify(&tools, subject, &bars, &context.interrupt);
    bars.clear();
    let certificate = certificate.map_err(|error| Failure::of(error.exit_code(), &error))?;
    if context.talk.json {
        print_json(&certificate)?;
    } else {
        print(&format!("{certificate}\n"))?;
    }
    Ok(certificate.exit_code())
}
