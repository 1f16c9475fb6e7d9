//! From segments that are done to the film and its report.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::calibrate::Wished;
use super::crew::lock;
use super::error::RenderError;
use super::job::{Job, Rendered, Took, millis, side_by_side};
use super::join::Join;
use super::journal::Record;
use super::prepare::refuse_same;
use super::report::{self, Report};
use crate::durable;
use crate::interrupt::Interrupt;
use crate::media::relative::path_of;
use crate::progress::{Event, Progress, Stage};

/// How often missing segments are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// Is told of a film that is complete and about to be given its name.
pub type Tell<'a> = &'a mut dyn FnMut(&Report) -> Result<(), RenderError>;

impl Job<'_> {
    /// Collects what others have made, waiting so long for what is missing: on a network's file
    /// system a record may be seen late.
    ///
    /// # Errors
    /// [`RenderError::Missing`] if segments are missing or damaged in the end.
    pub(crate) fn collect(
        &self,
        wait: Duration,
        interrupt: &Interrupt,
    ) -> Result<Rendered, RenderError> {
        let started = Instant::now();
        let slots = self.plan.slots.len();
        let records: Vec<Mutex<Option<Record>>> = (0..slots).map(|_| Mutex::default()).collect();
        loop {
            side_by_side(self.jobs, slots, |index| {
                if let Some(place) = records.get(index)
                    && lock(place).is_none()
                {
                    *lock(place) = self.usable(index);
                }
            });
            let is_missing = |index: &usize| records.get(*index).is_some_and(|r| lock(r).is_none());
            let missing: Vec<usize> = (0..slots).filter(is_missing).collect();
            if missing.is_empty() {
                break;
            }
            RenderError::if_interrupted(interrupt, self.work.root())?;
            if started.elapsed() >= wait {
                return Err(RenderError::Missing {
                    segments: missing,
                    of: slots,
                    work: self.work.root().to_owned(),
                });
            }
            std::thread::sleep(LOOK.min(wait));
        }
        let taken = records.iter().filter_map(|record| lock(record).take());
        Ok(Rendered {
            records: taken.collect(),
            sound: None,
            took: Took::default(),
        })
    }

    /// Refuses an output that is one of the plan's files under `root`, under any name.
    pub(crate) fn refuse_inputs(&self, root: &Path) -> Result<(), RenderError> {
        let media = self
            .plan
            .media
            .iter()
            .map(|media| root.join(path_of(&media.path)));
        let song = self.sources.song.iter().map(|song| song.path.clone());
        refuse_same(&self.settings.output, media.chain(song))
    }

    /// The record of a segment that the film can be made of: it shows the plan, or stands in for
    /// it in this very job.
    fn usable(&self, index: usize) -> Option<Record> {
        let mut record = self.finished(index)?;
        record.report.resumed = true;
        record.serves(&self.id).then_some(record)
    }

    /// Joins the segments into the film and writes the report beside it. The work directory is
    /// removed unless the settings keep it. `tell` is called when all is done but giving the film
    /// its name; if it fails, there is none.
    ///
    /// # Errors
    /// [`RenderError`]; then there is nothing under the film's name that was not there before.
    pub fn assemble(
        self,
        rendered: Rendered,
        tell: Tell<'_>,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Report, RenderError> {
        let started = Instant::now();
        let stage = Stage::Join;
        let frames = self.plan.record_duration();
        progress.report(Event::Started {
            stage,
            total: frames,
        });
        let sound = match rendered.sound {
            Some(sound) => sound,
            None => self.sound(interrupt)?,
        };
        let join = Join {
            tools: &self.tools,
            work: &self.work,
            settings: self.settings,
            canvas: self.canvas,
            sound: &sound.path,
        };
        let joined = join.run(&rendered.records, progress, interrupt)?;
        progress.report(Event::Finished { stage });
        let segments: Vec<_> = rendered.records.into_iter().map(|r| r.report).collect();
        let resumed = segments.iter().filter(|segment| segment.resumed).count();
        let took = rendered.took;
        let mut decisions = self.decisions;
        decisions.extend(took.decisions);
        if let Some(damage) = sound.damage {
            progress.report(Event::Decided(&damage));
            decisions.push(damage);
        }
        let wished = self.settled.map(|settled| Wished {
            settled,
            // Where many make the film nobody knows when they began.
            took_ms: self.settings.wish.map(|_| {
                let spent = self.settings.spent + self.started.elapsed();
                u64::try_from(spent.as_millis()).unwrap_or(u64::MAX)
            }),
            bytes: joined.bytes(),
        });
        for missed in wished.iter().flat_map(Wished::missed) {
            progress.report(Event::Decided(&missed));
            decisions.push(missed);
        }
        let report = Report {
            schema: report::SCHEMA.to_owned(),
            output: self.settings.output.to_string_lossy().into_owned(),
            frames,
            rate: self.canvas.rate.to_string(),
            size: (self.canvas.width, self.canvas.height),
            ffmpeg: self.tools.version.text.clone(),
            encoder: self.encode.encoder,
            hardware: self.encode.hardware,
            wished,
            rendered: segments.len() - resumed,
            resumed,
            degraded: segments.iter().filter(|s| !s.rung.shows_the_plan()).count(),
            jobs: took.most_running,
            memory_budget: self.room,
            peak_rss: segments.iter().map(|s| s.peak_rss).max().unwrap_or(0),
            peak_rss_together: took.peak_together,
            memory: took.memory,
            wall_ms: millis(self.started),
            render_ms: took.render_ms,
            join_ms: millis(started),
            decisions,
            segments,
        };
        // First everything that can fail, then the name: whoever sees the film sees all of it.
        let path = self.settings.report_path();
        let json = serde_json::to_vec_pretty(&report).map_err(|error| RenderError::File {
            doing: "describe",
            path: path.clone(),
            source: error.into(),
        })?;
        let had_report = path.exists();
        durable::replace(&path, &json).map_err(RenderError::file("write", &path))?;
        let published = tell(&report).and_then(|()| joined.publish(self.settings));
        if let Err(error) = published {
            if !had_report {
                // It tells of a film that is not there. If it stays, the next one replaces it.
                let _ = std::fs::remove_file(&path);
            }
            return Err(error);
        }
        if !self.settings.keeps_work() {
            for left in self.work.remove() {
                progress.report(Event::Note(&left));
            }
        }
        Ok(report)
    }
}
