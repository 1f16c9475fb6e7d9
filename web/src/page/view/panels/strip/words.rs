//! What the strip shows, in words.

use planner_wasm::footage::{Anchor, AnchorKind, Footage, Marked};

use crate::insight::Use;
use crate::wording;

/// How many hits there are in a clip.
pub(super) fn hits(footage: &Footage) -> usize {
    let hit = |anchor: &&Anchor| anchor.kind == AnchorKind::Impact;
    footage.anchors.iter().filter(hit).count()
}

/// Why a stretch is left out, or used last.
pub(super) fn reason(marked: &Marked) -> String {
    let faults = wording::faults(marked.defects);
    if marked.defects.reject() {
        format!("left out: {faults}")
    } else {
        format!("used last: {faults}")
    }
}

/// What there is at an instant of the clip, in words.
pub(super) fn under(
    footage: Option<&Footage>,
    marked: &[Marked],
    uses: &[Use],
    at_us: u64,
    near_us: u64,
) -> Option<String> {
    let hit = footage.and_then(|footage| {
        let shown = |anchor: &Anchor| anchor.kind != AnchorKind::Plateau;
        let nearest = footage
            .moments()
            .into_iter()
            .filter(shown)
            .min_by_key(|anchor| anchor.at_us.abs_diff(at_us));
        nearest.filter(|anchor| anchor.at_us.abs_diff(at_us) <= near_us)
    });
    let hit = hit.map(|anchor| {
        format!(
            "{}: {}",
            wording::instant(anchor.at_us),
            wording::anchor(anchor.kind)
        )
    });
    let marked = marked
        .iter()
        .find(|one| (one.start_us..one.end_us).contains(&at_us));
    let marked = marked.map(|one| {
        format!(
            "{} {}",
            wording::range(one.start_us, one.end_us),
            reason(one)
        )
    });
    let other = uses
        .iter()
        .find(|other| (other.start_us..other.end_us).contains(&at_us));
    let other = other.map(|other| format!("shown in shot {}", other.slot + 1));
    let parts: Vec<_> = [hit, marked, other].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}
