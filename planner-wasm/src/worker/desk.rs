//! Takes requests, works in small steps, answers.

use std::collections::{BTreeMap, VecDeque};
use std::marker::PhantomData;
use std::ops::ControlFlow;

use shared::fingerprint::{self, Fingerprint};
use shared::plan::Plan;

use super::bulk::{Bulk, Stored};
use super::clips::{Clips, Taken};
use super::order::PlanOrder;
use super::protocol::{Answer, FootageId, JobId, PortId, Reply, Request};
use crate::edit::{self, EditError, PlanRequest, Scope};
use crate::footage::Footage;
use crate::music::{Deciding, MusicAnalyser};

/// Samples handed to the analyser in one step: 3 s of song, some milliseconds of work. A cancel
/// is heard between steps.
pub const BLOCK_SAMPLES: usize = 1 << 17;

/// The jobs of one worker: done one after the other, in the order in which they came. Pictures of
/// clips are measured at once, between them.
pub struct Desk<S, B> {
    jobs: VecDeque<Job<S>>,
    clips: Clips,
    kept: BTreeMap<FootageId, Footage>,
    block: Vec<f32>,
    bytes: PhantomData<B>,
}

struct Job<S> {
    from: PortId,
    id: JobId,
    work: Work<S>,
}

enum Work<S> {
    /// A song on its way through the analyser.
    Song(Box<Song<S>>),
    /// A song of so many samples whose beats are being decided.
    Deciding(Box<Deciding>, u64),
    /// A plan to be made, in one step.
    Plan(Box<PlanRequest>),
    /// A plan to be made from another, in one step.
    Replan(Box<Again>),
}

struct Again {
    request: PlanRequest,
    plan: String,
    scope: Scope,
}

struct Song<S> {
    samples: S,
    heard: usize,
    analyser: MusicAnalyser,
}

impl<S: Stored<f32>, B: Stored<u8>> Default for Desk<S, B> {
    fn default() -> Self {
        Self {
            jobs: VecDeque::new(),
            clips: Clips::default(),
            kept: BTreeMap::new(),
            block: Vec::new(),
            bytes: PhantomData,
        }
    }
}

impl<S: Stored<f32>, B: Stored<u8>> Desk<S, B> {
    /// Takes a message that came by the port `from`: `header` as JSON and what came with it. A reply
    /// is given where nothing is left to do.
    pub fn receive(
        &mut self,
        from: PortId,
        header: &str,
        bulk: Option<Bulk<S, B>>,
    ) -> Option<Answer> {
        let reply = match serde_json::from_str(header) {
            Ok(request) => self.take(from, request, bulk),
            Err(error) => Some(Reply::Failed {
                id: None,
                message: format!("the planner does not understand the page: {error}"),
            }),
        };
        reply.map(|reply| Answer { to: from, reply })
    }

    fn take(&mut self, from: PortId, request: Request, bulk: Option<Bulk<S, B>>) -> Option<Reply> {
        match request {
            Request::AnalyseSong { id, rate } => {
                match song(rate, bulk.and_then(Bulk::samples)) {
                    Ok(song) => self.queue(from, id, Work::Song(Box::new(song))),
                    Err(why) => return Some(failed(id, &why)),
                }
                None
            }
            Request::Plan { id, order } => match self.ordered(*order) {
                Ok(request) => {
                    self.queue(from, id, Work::Plan(Box::new(request)));
                    None
                }
                Err(why) => Some(failed(id, &why)),
            },
            Request::Replan {
                id,
                order,
                plan,
                scope,
            } => match self.ordered(*order) {
                Ok(request) => {
                    let again = Again {
                        request,
                        plan,
                        scope,
                    };
                    self.queue(from, id, Work::Replan(Box::new(again)));
                    None
                }
                Err(why) => Some(failed(id, &why)),
            },
            Request::FootageBegin { id } => said(id, self.clips.begin((from, id))),
            Request::FootagePictures { id, at_us } => {
                let bytes = bulk.and_then(Bulk::bytes);
                said(id, self.clips.pictures((from, id), &at_us, bytes.as_ref()))
            }
            Request::FootageSound { id, from_us } => {
                let samples = bulk.and_then(Bulk::samples);
                let heard = self.clips.sound((from, id), from_us, samples.as_ref());
                said(id, heard)
            }
            Request::FootageEnd { id, end_us } => said(id, self.clips.end((from, id), end_us)),
            Request::Keep { footage, known } => {
                self.kept.insert(footage, known);
                None
            }
            Request::Forget { footage } => {
                self.kept.remove(&footage);
                None
            }
            Request::Fingerprint { id, bytes } => {
                Some(match fingerprint_of(bytes, bulk.and_then(Bulk::bytes)) {
                    Ok(fingerprint) => Reply::Fingerprint { id, fingerprint },
                    Err(why) => failed(id, &why),
                })
            }
            Request::Cancel { id } => {
                let waiting = self.jobs.len();
                self.jobs.retain(|job| (job.from, job.id) != (from, id));
                let gone = self.jobs.len() < waiting || self.clips.cancel((from, id));
                gone.then_some(Reply::Cancelled { id })
            }
        }
    }

    /// A request with the footage that it names.
    fn ordered(&self, order: PlanOrder) -> Result<PlanRequest, String> {
        let unknown = |id| format!("the planner was not told what footage {id} is");
        order.request(&self.kept).map_err(unknown)
    }

    fn queue(&mut self, from: PortId, id: JobId, work: Work<S>) {
        self.jobs.push_back(Job { from, id, work });
    }

    /// Does a little of the oldest job and says how that went; `None` if there is no job.
    pub fn step(&mut self) -> Option<Answer> {
        let Job { from, id, work } = self.jobs.pop_front()?;
        let reply = match work {
            Work::Song(mut song) => {
                let samples = song.samples.count() as u64;
                let (done, work) = if song.hear(&mut self.block) {
                    (song.heard as u64, Work::Song(song))
                } else {
                    let deciding = Box::new(song.analyser.decide());
                    (samples, Work::Deciding(deciding, samples))
                };
                self.jobs.push_front(Job { from, id, work });
                progress(id, done, samples)
            }
            Work::Deciding(deciding, samples) => match deciding.step() {
                ControlFlow::Break(heard) => Reply::Beats {
                    id,
                    grid: heard.value,
                    decisions: heard.decisions,
                },
                ControlFlow::Continue(rest) => {
                    let decided = Deciding::work(samples) * u64::from(rest.permille()) / 1000;
                    let work = Work::Deciding(Box::new(rest), samples);
                    self.jobs.push_front(Job { from, id, work });
                    progress(id, samples + decided, samples)
                }
            },
            Work::Plan(request) => planned(id, edit::plan(&request)),
            Work::Replan(again) => match Plan::from_json(&again.plan) {
                Ok(plan) => planned(id, edit::replan(&again.request, &plan, &again.scope)),
                Err(error) => failed(id, &error),
            },
        };
        Some(Answer { to: from, reply })
    }
}

/// How far a song of so many samples is.
fn progress(id: JobId, done: u64, samples: u64) -> Reply {
    Reply::Progress {
        id,
        done,
        total: samples + Deciding::work(samples),
    }
}

fn song<S>(rate: u32, samples: Option<S>) -> Result<Song<S>, String> {
    let samples = samples.ok_or("the song came without its samples")?;
    let analyser = MusicAnalyser::new(rate).map_err(|error| error.to_string())?;
    Ok(Song {
        samples,
        heard: 0,
        analyser,
    })
}

fn planned(id: JobId, plan: Result<Plan, EditError>) -> Reply {
    match plan {
        Ok(plan) => Reply::Planned {
            id,
            plan: plan.to_json(),
        },
        Err(error) => failed(id, &error),
    }
}

fn said(id: JobId, taken: Taken) -> Option<Reply> {
    match taken {
        Taken::Quietly => None,
        Taken::Whole(footage) => Some(Reply::Footage { id, footage }),
        Taken::Refused(why) => Some(failed(id, &why)),
    }
}

fn fingerprint_of(bytes: u64, windows: Option<impl Stored<u8>>) -> Result<Fingerprint, String> {
    let windows = windows.ok_or("the file came without its bytes")?;
    let wanted: u64 = fingerprint::windows(bytes)
        .iter()
        .map(|window| window.end - window.start)
        .sum();
    if u64::try_from(windows.count()) != Ok(wanted) {
        return Err(format!(
            "the windows of a file of {bytes} bytes have {wanted} bytes, but {} came; read the file again",
            windows.count()
        ));
    }
    let mut contents = vec![0; windows.count()];
    windows.read(0, &mut contents);
    Ok(Fingerprint::of(bytes, [contents.as_slice()]))
}

impl<S: Stored<f32>> Song<S> {
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
