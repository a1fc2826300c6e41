//! From the rows that stand to those that are wanted, at once or a few at a time: pure.
//!
//! A view makes a widget for each row, which takes far longer than everything that is done here. So while one looks on, what comes in
//! great numbers comes a few rows at a time, and what is no longer wanted goes when the rest has come: there is always something to see.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// A view makes so many rows within a part of a frame.
const ADDED_AT_ONCE: usize = 8;

/// So many rows are taken away by themselves at once; it is quicker than to make them.
const REMOVED_AT_ONCE: usize = 24;

/// How many rows may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// All of them: nobody looks on, or they are other ones altogether.
    AtOnce,
    /// A few, from the oldest on.
    Onwards,
    /// A few, from the newest back.
    Backwards,
}

/// One stretch of rows that gives way to another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// The place in the rows that stand.
    pub(super) range: Range<usize>,
    /// Which of those that are wanted take it.
    pub(super) added: Range<usize>,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// To be done one after the other; the last of the list comes first.
    pub(super) edits: Vec<Edit>,
    /// The rows that stand and stay: where they stand now, and where they are among those that are wanted.
    pub(super) kept: Vec<(usize, usize)>,
    /// How many rows are still to come afterwards.
    pub(super) missing: usize,
    /// Whether what stands afterwards is what is wanted.
    pub(super) is_whole: bool,
}

/// What brings the rows that stand closer to those that are wanted. While a few come at a time, others stay until there are more than
/// `standing_max`. Neither list has a key twice, but for what an earlier plan left.
pub(super) fn plan<K: Eq + Hash>(
    standing: &[&K],
    wanted: &[&K],
    pace: Pace,
    standing_max: usize,
) -> Plan {
    let start = standing.iter().zip(wanted).take_while(|(one, other)| one == other).count();
    let ends = standing[start..].iter().rev().zip(wanted[start..].iter().rev());
    let end = ends.take_while(|(one, other)| one == other).count();
    let (old, new) = (&standing[start..standing.len() - end], &wanted[start..wanted.len() - end]);
    let places = find_places(old, new);
    let kept_count = places.iter().flatten().count();
    let (stale, missing) = (old.len() - kept_count, new.len() - kept_count);
    let too_many = |added: usize| (standing.len() + added).saturating_sub(standing_max).min(stale);
    let few = missing.min(ADDED_AT_ONCE);
    let share = match pace {
        Pace::Onwards if missing > few => Share { added: 0..few, removed: too_many(few) },
        Pace::Backwards if missing > few => {
            Share { added: missing - few..missing, removed: too_many(few) }
        }
        Pace::AtOnce => Share { added: 0..missing, removed: stale },
        _ => Share { added: 0..missing, removed: stale.min(REMOVED_AT_ONCE) },
    };
    let missing = missing - share.added.len();
    let is_whole = missing == 0 && share.removed == stale;
    let before = (0..start).map(|index| (index, index));
    let amid = places.iter().enumerate();
    let amid = amid.filter_map(|(index, place)| Some((start + index, start + (*place)?)));
    let behind = (0..end).map(|index| (standing.len() - end + index, wanted.len() - end + index));
    let kept = before.chain(amid).chain(behind).collect();
    Plan { edits: share.edits(start, &places, new.len()), kept, missing, is_whole }
}

/// Where each of the old is among the new, if it may stay. What changed its place goes, and comes anew.
fn find_places<K: Eq + Hash>(old: &[&K], new: &[&K]) -> Vec<Option<usize>> {
    if old.is_empty() || new.is_empty() {
        return vec![None; old.len()];
    }
    let places: HashMap<&K, usize> =
        new.iter().enumerate().map(|(place, key)| (*key, place)).collect();
    let mut free_from = 0;
    let place_of = |key: &&K| {
        let place = places.get(*key).copied().filter(|&place| place >= free_from)?;
        free_from = place + 1;
        Some(place)
    };
    old.iter().map(place_of).collect()
}

/// What of the change is done now: which of the missing come, and how many of the stale go, from the oldest on.
struct Share {
    added: Range<usize>,
    removed: usize,
}

impl Share {
    /// As edits of a list in which the change begins at `start`. What is missing comes right before what stays, and what is stale
    /// stands above both.
    fn edits(mut self, start: usize, places: &[Option<usize>], new_count: usize) -> Vec<Edit> {
        let mut edits = Vec::new();
        // How many of the new were passed, and how many of them are missing.
        let (mut passed, mut missing) = (0, 0);
        let mut gap = start..start;
        let end = (places.len(), Some(new_count));
        for (index, place) in places.iter().copied().enumerate().chain([end]) {
            let mut added = 0..0;
            if let Some(place) = place {
                let place_of = |number: usize| {
                    start + passed + number.clamp(missing, missing + place - passed) - missing
                };
                added = place_of(self.added.start)..place_of(self.added.end);
                missing += place - passed;
                passed = place + 1;
            } else if self.removed > 0 {
                self.removed -= 1;
                gap.end += 1;
                continue;
            }
            let range = std::mem::replace(&mut gap, start + index + 1..start + index + 1);
            if !range.is_empty() || !added.is_empty() {
                edits.push(Edit { range, added });
            }
        }
        edits.reverse();
        edits
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::*;

    use super::*;

    const STANDING_MAX: usize = 60;

    /// Does what a plan says.
    fn apply<K: Copy + Debug + Eq + Hash>(standing: &mut Vec<K>, wanted: &[K], pace: Pace) -> Plan {
        let plan = {
            let (one, other) =
                (standing.iter().collect::<Vec<_>>(), wanted.iter().collect::<Vec<_>>());
            plan(&one, &other, pace, STANDING_MAX)
        };
        for &(place, wanted_place) in &plan.kept {
            assert_eq!(standing[place], wanted[wanted_place]);
        }
        for edit in &plan.edits {
            standing.splice(edit.range.clone(), wanted[edit.added.clone()].iter().copied());
        }
        plan
    }

    fn added(plan: &Plan) -> usize {
        plan.edits.iter().map(|edit| edit.added.len()).sum()
    }

    fn removed(plan: &Plan) -> usize {
        plan.edits.iter().map(|edit| edit.range.len()).sum()
    }

    fn rows() -> impl Strategy<Value = Vec<u16>> {
        // What comes in the order of its number is the rule; that a row changes its place is not.
        let sorted = proptest::collection::btree_set(0_u16..200, 0..90);
        (sorted, any::<[prop::sample::Index; 2]>(), any::<bool>()).prop_map(
            |(rows, [one, other], is_moved)| {
                let mut rows: Vec<_> = rows.into_iter().collect();
                if is_moved && !rows.is_empty() {
                    let count = rows.len();
                    rows.swap(one.index(count), other.index(count));
                }
                rows
            },
        )
    }

    proptest! {
        #[test]
        fn at_once_it_is_what_is_wanted(mut standing in rows(), wanted in rows()) {
            let plan = apply(&mut standing, &wanted, Pace::AtOnce);
            prop_assert!(plan.is_whole);
            prop_assert_eq!(standing, wanted);
        }

        #[test]
        fn by_and_by_it_is_what_is_wanted(
            mut standing in rows(),
            wanted in rows(),
            is_onwards in any::<bool>(),
        ) {
            let pace = if is_onwards { Pace::Onwards } else { Pace::Backwards };
            let steps_max = (standing.len() + wanted.len()) / ADDED_AT_ONCE + 3;
            for _ in 0..steps_max {
                let before = standing.len();
                let plan = apply(&mut standing, &wanted, pace);
                prop_assert!(added(&plan) <= ADDED_AT_ONCE);
                let spare = (before + added(&plan)).saturating_sub(STANDING_MAX);
                prop_assert!(removed(&plan) <= REMOVED_AT_ONCE.max(spare));
                prop_assert_eq!(plan.is_whole, standing == wanted);
                if plan.is_whole {
                    return Ok(());
                }
            }
            prop_assert!(false, "it does not end");
        }
    }

    #[test]
    fn what_was_just_said_comes_behind_what_stands_and_then_that_goes() {
        let mut standing: Vec<usize> = (0..30).collect();
        let wanted: Vec<_> = (2 * ADDED_AT_ONCE..30 + 2 * ADDED_AT_ONCE).collect();
        assert_eq!(apply(&mut standing, &wanted, Pace::Onwards).missing, ADDED_AT_ONCE);
        assert_eq!(standing, (0..30 + ADDED_AT_ONCE).collect::<Vec<_>>());
        assert!(apply(&mut standing, &wanted, Pace::Onwards).is_whole);
        assert_eq!(standing, wanted);
    }

    #[test]
    fn who_cannot_follow_sees_some_of_all_and_never_nothing() {
        let mut standing: Vec<_> = (0..50).collect();
        for newest in (100..2_000).step_by(33) {
            let wanted: Vec<_> = (newest - 50..newest).collect();
            apply(&mut standing, &wanted, Pace::Onwards);
            assert!(standing.is_sorted());
            assert!((50..=STANDING_MAX).contains(&standing.len()), "{}", standing.len());
        }
    }

    #[test]
    fn an_older_page_grows_upwards() {
        let mut standing: Vec<usize> = (50..100).collect();
        let wanted: Vec<_> = (0..100).collect();
        apply(&mut standing, &wanted, Pace::Backwards);
        assert_eq!(standing, (50 - ADDED_AT_ONCE..100).collect::<Vec<_>>());
    }
}
