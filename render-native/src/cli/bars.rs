//! Progress for people: bars on a terminal, a line now and then elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use shared::decision::Decision;

use super::args::Talk;
use super::terminal::{say, shows_bars, shows_colours};
use crate::progress::{Event, Progress, Stage};
use crate::shown::{escaped, on_one_line};

/// Between two lines of one stage where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the progress of a command on standard error.
#[derive(Debug)]
pub struct Bars {
    talk: Talk,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Hidden,
    Lines(Mutex<Vec<Running>>),
    Bars(Box<Mutex<Drawn>>),
}

/// A stage that is shown by lines.
#[derive(Debug)]
struct Running {
    stage: Stage,
    total: u64,
    began: Instant,
    said: Instant,
}

/// Stages that are shown by bars, and the bar over all of them.
#[derive(Debug)]
struct Drawn {
    all: MultiProgress,
    overall: Option<ProgressBar>,
    planned: Vec<Stage>,
    finished: u64,
    stages: Vec<(Stage, ProgressBar)>,
}

impl Bars {
    /// Shows the `stages` that a command will go through, in order.
    #[must_use]
    pub fn new(talk: Talk, stages: &[Stage]) -> Self {
        let form = if talk.quiet {
            Form::Hidden
        } else if shows_bars() {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
            let overall = (stages.len() > 1).then(|| {
                let bar = all.add(ProgressBar::new(stages.len() as u64 * 1000));
                bar.set_style(style("{prefix:>10} {bar:30} {percent:>3} %  {elapsed}"));
                bar.set_prefix("all");
                bar
            });
            Form::Bars(Box::new(Mutex::new(Drawn {
                all,
                overall,
                planned: stages.to_vec(),
                finished: 0,
                stages: Vec::new(),
            })))
        } else {
            Form::Lines(Mutex::default())
        };
        Self { talk, form }
    }

    /// Says a line between the bars.
    fn line(&self, line: &str) {
        match &self.form {
            Form::Hidden => {}
            Form::Lines(_) => say(line),
            Form::Bars(drawn) => {
                let all = lock(drawn).all.clone();
                let _ = all.println(escaped(line));
            }
        }
    }

    /// Takes the bars away.
    pub fn clear(&self) {
        if let Form::Bars(drawn) = &self.form {
            let _ = lock(drawn).all.clear();
        }
    }
}

impl Progress for Bars {
    fn report(&self, event: Event<'_>) {
        match (&self.form, event) {
            (_, Event::Decided(decision)) => {
                if self.talk.verbose > 0 {
                    self.line(&told(decision));
                }
            }
            (_, Event::Note(note)) => self.line(note),
            (Form::Lines(running), event) => by_line(&mut lock(running), event),
            (Form::Bars(drawn), event) => lock(drawn).take(event),
            (Form::Hidden, _) => {}
        }
    }
}

/// A decision as one line, whatever the names in it.
#[must_use]
pub fn told(decision: &Decision) -> String {
    on_one_line(&match &decision.subject {
        Some(subject) => format!("{subject}: {}", decision.detail),
        None => decision.detail.clone(),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic while drawing leaves nothing that matters half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn by_line(running: &mut Vec<Running>, event: Event<'_>) {
    let now = Instant::now();
    match event {
        Event::Started { stage, total } => running.push(Running {
            stage,
            total,
            began: now,
            said: now,
        }),
        Event::Advanced { stage, done } => {
            if let Some(entry) = running.iter_mut().find(|entry| entry.stage == stage)
                && now.duration_since(entry.said) >= LINE_EVERY
            {
                entry.said = now;
                let percent = done.saturating_mul(100).checked_div(entry.total);
                say(&match percent {
                    Some(percent) => format!("{}: {} %", name(stage), percent.min(100)),
                    None => format!("{}: going on", name(stage)),
                });
            }
        }
        Event::Finished { stage } => {
            if let Some(at) = running.iter().position(|entry| entry.stage == stage) {
                let entry = running.swap_remove(at);
                let took = match now.duration_since(entry.began).as_secs_f32() {
                    ..0.05 => "less than 0.1".to_owned(),
                    took => format!("{took:.1}"),
                };
                say(&format!("{}: done in {took} s", name(stage)));
            }
        }
        _ => {}
    }
}

impl Drawn {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Started { stage, total } => {
                let bar = self.all.add(ProgressBar::new(total));
                bar.set_style(style(if total == 0 {
                    "{prefix:>10} {spinner} {elapsed}"
                } else {
                    "{prefix:>10} {bar:30} {percent:>3} %  {elapsed} of {duration}"
                }));
                bar.set_prefix(name(stage));
                self.stages.push((stage, bar));
            }
            Event::Advanced { stage, done } => {
                if let Some((_, bar)) = self.stages.iter().find(|(s, _)| *s == stage) {
                    bar.set_position(done);
                }
            }
            Event::Finished { stage } => {
                if let Some(at) = self.stages.iter().position(|(s, _)| *s == stage) {
                    let (_, bar) = self.stages.swap_remove(at);
                    bar.finish_and_clear();
                    self.finished += u64::from(self.planned.contains(&stage));
                }
            }
            _ => {}
        }
        if let Some(overall) = &self.overall {
            let running: u64 = self
                .stages
                .iter()
                .filter(|(stage, _)| self.planned.contains(stage))
                .filter_map(|(_, bar)| {
                    let done = bar.position().saturating_mul(1000);
                    done.checked_div(bar.length()?)
                })
                .map(|permille| permille.min(1000))
                .sum();
            overall.set_position(self.finished.saturating_mul(1000) + running);
        }
    }
}

/// What a stage is called.
#[must_use]
pub const fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Probe => "files",
        Stage::Music => "song",
        Stage::Footage => "footage",
        Stage::Plan => "edit",
        Stage::Preprocess => "copies",
        Stage::Render => "segments",
        Stage::Join => "film",
        Stage::Verify => "measuring",
    }
}

fn style(template: &str) -> ProgressStyle {
    let template = if shows_colours() {
        template.replace("{bar:30}", "{bar:30.cyan/dim}")
    } else {
        template.to_owned()
    };
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_understood() {
        for template in [
            "{prefix:>10} {bar:30} {percent:>3} %  {elapsed}",
            "{prefix:>10} {spinner} {elapsed}",
            "{prefix:>10} {bar:30} {percent:>3} %  {elapsed} of {duration}",
            "{bar:30.cyan/dim}",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn the_bar_over_all_fills_as_stages_do() {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let overall = all.add(ProgressBar::new(2000));
        let mut drawn = Drawn {
            all,
            overall: Some(overall.clone()),
            planned: vec![Stage::Music, Stage::Plan],
            finished: 0,
            stages: Vec::new(),
        };
        let stage = Stage::Music;
        drawn.take(Event::Started { stage, total: 50 });
        drawn.take(Event::Advanced { stage, done: 25 });
        assert_eq!(overall.position(), 500);
        drawn.take(Event::Finished { stage });
        assert_eq!(overall.position(), 1000);
    }
}
