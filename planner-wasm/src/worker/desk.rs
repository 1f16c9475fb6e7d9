//! Takes requests, works in small steps, answers.

use std::collections::VecDeque;

use super::protocol::{JobId, Reply, Request};
use crate::edit::{self, PlanRequest};
use crate::music::MusicAnalyser;

/// Samples handed to the analyser in one step: 3 s of song, some milliseconds of work. A cancel
/// is heard between steps.
pub const BLOCK_SAMPLES: usize = 1 << 17;

/// Samples that lie somewhere else, such as in a JavaScript array: a whole song in the worker's own
/// memory would make it grow and never shrink again.
pub trait Samples {
    /// How many there are.
    fn count(&self) -> usize;

    /// Copies the samples from `start` on; `into` ends at or before the last one.
    fn read(&self, start: usize, into: &mut [f32]);
}

impl Samples for Vec<f32> {
    fn count(&self) -> usize {
        self.len()
    }

    fn read(&self, start: usize, into: &mut [f32]) {
        if let Some(block) = self.get(start..).and_then(|rest| rest.get(..into.len())) {
            into.copy_from_slice(block);
        }
    }
}

/// The jobs of one worker: done one after the other, in the order in which they came.
pub struct Desk<S> {
    jobs: VecDeque<Job<S>>,
    block: Vec<f32>,
}

struct Job<S> {
    id: JobId,
    work: Work<S>,
}

enum Work<S> {
    /// A song on its way through the analyser.
    Song(Box<Song<S>>),
    /// A plan to be made, in one step.
    Plan(Box<PlanRequest>),
}

struct Song<S> {
    samples: S,
    heard: usize,
    analyser: MusicAnalyser,
}

impl<S: Samples> Default for Desk<S> {
    fn default() -> Self {
        Self {
            jobs: VecDeque::new(),
            block: Vec::new(),
        }
    }
}

impl<S: Samples> Desk<S> {
    /// What the worker says first.
    #[must_use]
    pub fn greeting() -> Reply {
        Reply::Ready {
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Takes a message: `header` as JSON and the samples that came with it. A reply is given where
    /// nothing is left to do.
    pub fn receive(&mut self, header: &str, samples: Option<S>) -> Option<Reply> {
        match serde_json::from_str(header) {
            Ok(Request::AnalyseSong { id, rate }) => self.accept(id, rate, samples),
            Ok(Request::Plan { id, order }) => {
                let work = Work::Plan(Box::new((*order).into()));
                self.jobs.push_back(Job { id, work });
                None
            }
            Ok(Request::Cancel { id }) => {
                let waiting = self.jobs.len();
                self.jobs.retain(|job| job.id != id);
                (self.jobs.len() < waiting).then_some(Reply::Cancelled { id })
            }
            Err(error) => Some(Reply::Failed {
                id: None,
                message: format!("the planner does not understand the page: {error}"),
            }),
        }
    }

    fn accept(&mut self, id: JobId, rate: u32, samples: Option<S>) -> Option<Reply> {
        let Some(samples) = samples else {
            return Some(failed(id, &"the song came without its samples"));
        };
        match MusicAnalyser::new(rate) {
            Ok(analyser) => {
                let work = Work::Song(Box::new(Song {
                    samples,
                    heard: 0,
                    analyser,
                }));
                self.jobs.push_back(Job { id, work });
                None
            }
            Err(error) => Some(failed(id, &error)),
        }
    }

    /// Does a little of the oldest job and says how that went; `None` if there is no job.
    pub fn step(&mut self) -> Option<Reply> {
        let job = self.jobs.front_mut()?;
        if let Work::Song(song) = &mut job.work
            && song.hear(&mut self.block)
        {
            return Some(Reply::Progress {
                id: job.id,
                done: song.heard as u64,
                total: song.samples.count() as u64,
            });
        }
        let Job { id, work } = self.jobs.pop_front()?;
        Some(match work {
            Work::Song(song) => {
                let heard = song.analyser.finish();
                Reply::Beats {
                    id,
                    grid: heard.value,
                    decisions: heard.decisions,
                }
            }
            Work::Plan(request) => match edit::plan(&request) {
                Ok(plan) => Reply::Planned {
                    id,
                    plan: plan.to_json(),
                },
                Err(error) => failed(id, &error),
            },
        })
    }
}

impl<S: Samples> Song<S> {
    /// Hands the analyser the next block; false if there is none left.
    fn hear(&mut self, block: &mut Vec<f32>) -> bool {
        let left = self.samples.count().saturating_sub(self.heard);
        block.resize(left.min(BLOCK_SAMPLES), 0.0);
        if block.is_empty() {
            return false;
        }
        self.samples.read(self.heard, block);
        self.analyser.push(block);
        self.heard += block.len();
        true
    }
}

fn failed(id: JobId, error: &impl ToString) -> Reply {
    Reply::Failed {
        id: Some(id),
        message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::ANALYSIS_RATE;

    fn clicks(seconds: usize) -> Vec<f32> {
        let rate = ANALYSIS_RATE as usize;
        (0..rate * seconds)
            .map(|n| if n % (rate / 2) < 200 { 0.8 } else { 0.0 })
            .collect()
    }

    fn analyse(id: JobId) -> String {
        serde_json::to_string(&Request::AnalyseSong {
            id,
            rate: ANALYSIS_RATE,
        })
        .unwrap()
    }

    fn answers(desk: &mut Desk<Vec<f32>>) -> Vec<Reply> {
        std::iter::from_fn(|| desk.step()).collect()
    }

    #[test]
    fn a_song_in_blocks_gives_what_it_gives_in_one_piece() {
        let song = clicks(20);
        let mut desk = Desk::default();
        assert_eq!(desk.receive(&analyse(3), Some(song.clone())), None);
        let replies = answers(&mut desk);

        let mut whole = MusicAnalyser::new(ANALYSIS_RATE).unwrap();
        whole.push(&song);
        let whole = whole.finish();
        let (last, progress) = replies.split_last().unwrap();
        assert_eq!(
            *last,
            Reply::Beats {
                id: 3,
                grid: whole.value,
                decisions: whole.decisions
            }
        );
        assert_eq!(progress.len(), song.len().div_ceil(BLOCK_SAMPLES));
        let total = song.len() as u64;
        assert_eq!(
            progress.last(),
            Some(&Reply::Progress {
                id: 3,
                done: total,
                total
            })
        );
    }

    #[test]
    fn a_cancelled_job_is_heard_of_once_and_never_again() {
        let mut desk = Desk::default();
        desk.receive(&analyse(1), Some(clicks(20)));
        desk.receive(&analyse(2), Some(clicks(2)));
        assert!(matches!(desk.step(), Some(Reply::Progress { id: 1, .. })));
        let cancel = r#"{"kind":"cancel","id":1}"#;
        assert_eq!(desk.receive(cancel, None), Some(Reply::Cancelled { id: 1 }));
        assert_eq!(desk.receive(cancel, None), None);
        let rest = answers(&mut desk);
        assert!(rest.iter().all(|reply| matches!(
            reply,
            Reply::Progress { id: 2, .. } | Reply::Beats { id: 2, .. }
        )));
        assert!(matches!(rest.last(), Some(Reply::Beats { .. })));
    }

    #[test]
    fn an_empty_song_ends_too() {
        let mut desk = Desk::default();
        desk.receive(&analyse(1), Some(Vec::new()));
        assert!(matches!(
            answers(&mut desk).as_slice(),
            [Reply::Beats { grid, .. }] if grid.beats.is_empty()
        ));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let mut desk = Desk::default();
        for (header, samples) in [
            ("nonsense", Some(Vec::new())),
            (
                r#"{"kind":"analyse_song","id":1,"rate":0}"#,
                Some(Vec::new()),
            ),
            (r#"{"kind":"analyse_song","id":1,"rate":44100}"#, None),
        ] {
            let reply = desk.receive(header, samples);
            assert!(
                matches!(reply, Some(Reply::Failed { .. })),
                "{header}: {reply:?}"
            );
        }
        assert_eq!(desk.step(), None);
    }
}
