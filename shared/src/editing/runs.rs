//! Lists that share what they have in common.

use std::sync::Arc;

/// Items of a run.
const RUN: usize = 16;

/// A list in runs, of which a later list holds the same where nothing was changed.
#[derive(Debug, Clone)]
pub(super) struct Runs<T>(Vec<Arc<[T]>>);

impl<T: Clone + PartialEq> Runs<T> {
    /// `list`, sharing the runs of `beside` with which it begins and ends.
    pub(super) fn of(list: &[T], beside: Option<&Self>) -> Self {
        let known = beside.map_or(&[][..], |runs| &runs.0);
        let mut runs = Vec::new();
        let mut rest = list;
        for run in known {
            let Some(after) = rest.strip_prefix(run.as_ref()) else {
                break;
            };
            rest = after;
            runs.push(Arc::clone(run));
        }
        let mut ending = Vec::new();
        for run in known.iter().skip(runs.len()).rev() {
            let Some(before) = rest.strip_suffix(run.as_ref()) else {
                break;
            };
            rest = before;
            ending.push(Arc::clone(run));
        }
        runs.extend(rest.chunks(RUN).map(Arc::from));
        runs.extend(ending.into_iter().rev());
        // Each split of a run may leave a short one.
        if runs.len() > 2 * list.len().div_ceil(RUN) + 2 {
            runs = list.chunks(RUN).map(Arc::from).collect();
        }
        Self(runs)
    }

    /// The items in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flat_map(|run| run.iter())
    }

    /// The runs themselves.
    #[cfg(test)]
    pub(super) fn runs(&self) -> &[Arc<[T]>] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_is_what_it_was_whatever_it_is_kept_beside(
            lists in prop::collection::vec(prop::collection::vec(0..3_u8, 0..80), 1..6),
        ) {
            let mut beside = None;
            for list in lists {
                let runs = Runs::of(&list, beside.as_ref());
                prop_assert_eq!(runs.iter().copied().collect::<Vec<_>>(), list);
                beside = Some(runs);
            }
        }
    }

    #[test]
    fn a_change_in_the_middle_makes_one_run_anew() {
        let list: Vec<u32> = (0..300).collect();
        let before = Runs::of(&list, None);
        let mut changed = list;
        changed.insert(150, 999);
        let after = Runs::of(&changed, Some(&before));
        let is_new = |run: &&Arc<[u32]>| !before.runs().iter().any(|old| Arc::ptr_eq(old, run));
        let anew: usize = after
            .runs()
            .iter()
            .filter(is_new)
            .map(|run| run.len())
            .sum();
        assert_eq!(anew, RUN + 1);
    }
}
