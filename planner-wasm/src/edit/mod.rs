//! Where to cut and what to show there.
//!
//! [`plan`] turns a song's beat grid and the measures of a pile of clips into a finished plan, in
//! two stages: the film is divided into slots by dynamic programming over the grid's points
//! (`points`, `fills`, `slots`, `pace`, `longest`, `shorter`), and the slots (`assignment`) are filled with footage
//! that scores best together (`sources`, `enlarged`, `scenes`, `candidates`, `score`, `weights`, `prices`, `assign`,
//! `beam`, `kicks`), with stated fallbacks where footage is short (`scarce`, `pack`). What a person asks of single clips is
//! told in `steering`: `bans`, `musts` (`matching`), `windows` of the song, and weights (`favour`).
//! [`replan`] makes a plan anew from another one: `earlier` tells what of it is still there, `division`
//! divides the film around what stays (`kept`), `refilm` fills it, `reroll` fills single slots with something else, and
//! `made_by` is what a plan tells of its settings. Scores are 64-bit integers with 1.0 = 1024; nothing
//! depends on time or chance but the seed.

mod alternates;
mod assign;
mod assignment;
mod bans;
mod beam;
mod candidates;
mod certificate;
mod division;
mod earlier;
mod enlarged;
mod favour;
mod fills;
mod film;
mod kept;
mod kicks;
mod longest;
mod made_by;
mod matching;
mod musts;
mod pace;
mod pack;
mod points;
mod prices;
mod refilm;
mod replan;
mod request;
mod reroll;
mod scarce;
mod scenes;
mod score;
mod shorter;
mod slots;
mod sources;
mod steering;
mod weights;
mod windows;

pub use certificate::{Certificate, certify, exhaust};
pub use film::{plan, plan_by};
pub use replan::replan;
pub use request::{
    EditError, EditSettings, LEAST_DENSITY, MOST_DENSITY, PlanRequest, Scope, SectionPace,
    SourceClip,
};
pub use steering::{Ban, MOST_WEIGHT, Must, NORMAL_WEIGHT, SongWindow};
pub use weights::Weights;
