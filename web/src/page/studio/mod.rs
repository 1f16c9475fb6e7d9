//! What the page knows and does: one project, its song, its clips, its edit, and the way there.
//!
//! * [`song`] — a song on its way from a file to beats.
//! * [`clips`] — clips on their way from files to footage.
//! * [`clips_worker`] — the worker that reads clips; `looking` gives it work and takes its answers.
//! * [`edit`] — what a person changes, with undo and redo; [`planning`] asks the planner.
//! * [`files`] — files that are dropped or chosen; which of them is what.
//! * [`keeping`] — the project in the browser's store; [`opening`] — plans, projects and analyses
//!   from files, and files that are there again; [`export`] — what is taken home.
//! * [`notices`] — what the page has to say.
//! * [`taps`] — taps of a tempo; [`viewing`] — what of the film is in view.

pub mod clips;
pub mod clips_worker;
pub mod edit;
pub mod export;
pub mod files;
pub mod keeping;
mod looking;
pub mod notices;
pub mod opening;
pub mod planning;
pub mod song;
pub mod taps;
pub mod viewing;

use std::sync::Arc;

use leptos::prelude::*;
use shared::editing::History;
use shared::music::BeatGrid;
use shared::plan::Plan;

use self::clips::Clips;
use self::keeping::Keeping;
use self::notices::Notices;
use self::planning::Planning;
use self::song::SongDesk;
use self::taps::Taps;
use self::viewing::Viewing;
use super::planner::Planner;
use super::transport::Transport;
use crate::document::Document;
use crate::project::Brief;

/// Which panel is in front where there is room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Panel {
    /// Song and clips.
    #[default]
    Media,
    /// The selected shot.
    Shot,
    /// The beat lab.
    Beats,
    /// The whole film.
    Film,
}

impl Panel {
    /// Its name in the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Shot => "shot",
            Self::Beats => "beats",
            Self::Film => "film",
        }
    }
}

/// Which window lies over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sheet {
    /// None.
    #[default]
    None,
    /// The keys.
    Help,
    /// The plan as a file, and how to render it.
    Export,
    /// Other projects.
    Projects,
}

/// Everything. A handle: copies mean the same page.
#[derive(Clone, Copy)]
pub struct Studio {
    /// The project's name.
    pub name: RwSignal<String>,
    /// The project's id in the store.
    pub id: RwSignal<String>,
    /// The song.
    pub song: SongDesk,
    /// The clips.
    pub clips: Clips,
    /// Brief and plan, with everything that they were.
    pub history: RwSignal<History<Document>>,
    /// The plan that is shown; changes only if the plan does.
    pub plan: Memo<Option<Arc<Plan>>>,
    /// What the plan is asked to be, with changes that the planner still works on.
    pub brief: Memo<Brief>,
    /// The song's beats with all corrections; none without a song.
    pub grid: Memo<Option<Arc<BeatGrid>>>,
    /// What the planner is doing.
    pub planning: Planning,
    /// The selected slot.
    pub selected: RwSignal<Option<usize>>,
    /// The panel in front.
    pub panel: RwSignal<Panel>,
    /// The window over the page.
    pub sheet: RwSignal<Sheet>,
    /// Playing.
    pub transport: Transport,
    /// Taps of a tempo.
    pub taps: Taps,
    /// What of the film is in view.
    pub viewing: Viewing,
    /// What the page has to say.
    pub notices: Notices,
    /// The store.
    pub keeping: Keeping,
    planner: StoredValue<Planner, LocalStorage>,
}

impl Studio {
    /// An empty project.
    #[must_use]
    pub fn open() -> Self {
        let history = RwSignal::new(History::new(Document::default()));
        let song = SongDesk::new();
        let planning = Planning::new();
        let plan = Memo::new(move |_| history.with(|history| history.current().plan.clone()));
        let brief = Memo::new(move |_| {
            let pending = planning.pending.get().map(|pending| pending.brief);
            pending.unwrap_or_else(|| history.with(|history| history.current().brief.clone()))
        });
        let corrections = Memo::new(move |_| brief.with(|brief| brief.corrections.clone()));
        let grid = Memo::new(move |_| {
            let entry = song.entry.get().filter(|entry| entry.is_heard())?;
            let grid = crate::document::corrected(&entry.heard, &corrections.get());
            Some(Arc::new(grid))
        });
        let rate = Memo::new(move |_| brief.with(|brief| brief.rate));
        let studio = Self {
            name: RwSignal::new("Untitled film".to_owned()),
            id: RwSignal::new(String::new()),
            song,
            clips: Clips::new(),
            history,
            plan,
            brief,
            grid,
            planning,
            selected: RwSignal::new(None),
            panel: RwSignal::new(Panel::default()),
            sheet: RwSignal::new(Sheet::default()),
            transport: Transport::new(),
            taps: Taps::new(),
            viewing: Viewing::new(plan, grid, rate),
            notices: Notices::new(),
            keeping: Keeping::new(),
            planner: StoredValue::new_local(Planner::default()),
        };
        let lost = move |message| studio.lost_planner(message);
        studio.planner().on_broken(lost);
        studio.follow();
        studio.open_store();
        studio
    }

    /// What the planner says when it broke down.
    fn lost_planner(self, message: String) {
        // Its ways to other workers broke with it.
        self.clips.forget_workers();
        leptos::task::spawn_local(async move {
            // A network that was away for a moment may be back. What is known of the clips is told
            // with the next wish.
            super::decode::pause(2_000).await;
            self.pump();
        });
        self.notices.warn(message);
    }

    /// The planner.
    #[must_use]
    pub fn planner(self) -> Planner {
        self.planner.get_value()
    }

    /// Keeps what plays in step with what is planned.
    fn follow(self) {
        Effect::new(move |_| {
            let rate = self.brief.with(|brief| brief.rate);
            self.transport.set_rate(rate);
        });
        Effect::new(move |_| {
            let score = self.viewing.score;
            let length = score.with(|score| score.as_ref().map_or(0, |score| score.frames));
            self.transport.set_length(length);
        });
        Effect::new(move |_| {
            let opening = self.plan.with(|plan| {
                let opening = plan.as_ref()?.opening()?;
                Some(opening.as_seconds())
            });
            self.transport.set_opening(opening.unwrap_or(0.0));
        });
        Effect::new(move |_| {
            let beats = self
                .grid
                .with(|grid| grid.as_deref().map(crate::preview::sounding::beats));
            self.transport.set_beats(beats.unwrap_or_default());
        });
        // A slot that is gone cannot be selected.
        Effect::new(move |_| {
            let count = self
                .plan
                .with(|plan| plan.as_ref().map_or(0, |p| p.slots.len()));
            if self
                .selected
                .get_untracked()
                .is_some_and(|slot| slot >= count)
            {
                self.selected.set(None);
            }
        });
    }

    /// Whether there is anything to show but the start.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.song.is_empty() && self.clips.list.with(Vec::is_empty)
    }
}
