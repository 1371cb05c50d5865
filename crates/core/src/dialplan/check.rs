//! What no single step can tell: whether every step is reached, and whether every caller
//! gets out, the one who presses nothing included.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::fields::{Faults, Placed};
use super::{Step, StepId};

/// Tells every step that no caller reaches and every loop that holds a silent caller for
/// ever. A step at fault is `None`: what it would lead to is not known, so while there is
/// one, nothing is called unreachable.
pub(super) fn graph(
    begins: &[StepId],
    steps: &[Option<Step>],
    names: &[Placed<&str>],
    faults: &Faults,
) {
    let graph = Graph { steps, names };
    if steps.iter().all(Option::is_some) {
        let mut reached: BTreeSet<StepId> = begins.iter().copied().collect();
        for begin in begins {
            let met = graph.walk(*begin, |step| step.followers().collect());
            reached.extend(met.into_keys());
        }
        for (index, name) in names.iter().enumerate() {
            if !reached.contains(&StepId(index)) {
                let message = format!("step \"{}\" is never reached from the start", name.value);
                faults.add(name.at.clone(), message);
            }
        }
    }
    let mut told = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        if told.contains(&StepId(index)) {
            continue;
        }
        if let Some(path) = graph.silent_loop(StepId(index)) {
            faults.add(name.at.clone(), graph.loop_told(&path));
            told.extend(path);
        }
    }
}

struct Graph<'g> {
    steps: &'g [Option<Step>],
    names: &'g [Placed<&'g str>],
}

impl Graph<'_> {
    /// Every step met after `from`, with the step before it.
    fn walk(
        &self,
        from: StepId,
        followers: impl Fn(&Step) -> Vec<StepId>,
    ) -> BTreeMap<StepId, StepId> {
        let mut came_from = BTreeMap::new();
        let mut to_visit = VecDeque::from([from]);
        while let Some(at) = to_visit.pop_front() {
            let Some(step) = &self.steps[at.0] else {
                continue;
            };
            for follower in followers(step) {
                if let Entry::Vacant(entry) = came_from.entry(follower) {
                    entry.insert(at);
                    to_visit.push_back(follower);
                }
            }
        }
        came_from
    }

    /// The steps from `from` back to itself without a key pressed and without a queue.
    fn silent_loop(&self, from: StepId) -> Option<Vec<StepId>> {
        let came_from = self.walk(from, silent_followers);
        let mut path = vec![*came_from.get(&from)?];
        while let Some(last) = path.last().copied().filter(|last| *last != from) {
            path.push(*came_from.get(&last)?);
        }
        path.reverse();
        Some(path)
    }

    fn loop_told(&self, path: &[StepId]) -> String {
        let name = |id: &StepId| self.names[id.0].value;
        let way: Vec<&str> = path.iter().chain(path.first()).map(name).collect();
        let way = way.join(" → ");
        let has_menu = path
            .iter()
            .any(|id| matches!(self.steps[id.0], Some(Step::Menu { .. })));
        if has_menu {
            format!(
                "a caller who presses no key never leaves {way}: expected `otherwise` to lead out"
            )
        } else {
            format!("a loop without exit: {way}")
        }
    }
}

/// Where a caller goes who does nothing. A queue ends the walk: there somebody waits to
/// be served, and is.
fn silent_followers(step: &Step) -> Vec<StepId> {
    match step {
        Step::Menu { otherwise, .. } => vec![*otherwise],
        Step::OptOut { instead, .. } => vec![*instead],
        Step::Play { .. }
        | Step::Hours { .. }
        | Step::Callback { .. }
        | Step::Verify { .. }
        | Step::Emergency { .. } => step.followers().collect(),
        Step::Queue { .. } | Step::HangUp { .. } => Vec::new(),
    }
}
