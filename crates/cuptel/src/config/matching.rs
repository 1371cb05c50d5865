//! How the works of a queue and the seats find each other.

use std::collections::BTreeMap;
use std::ops::Range;

use cuptel_core::dialplan::fields::{Faults, Fields};
use cuptel_core::rules::{MatchPolicy, Relaxation, Strategy};

use super::limits::{DAY_S, SOME_OF_A_DAY_S};
use super::{name_fault, word};

/// A queue's line has a set of works for each; more steps than a wait has stages help nobody.
const RELAX_MAX: usize = 8;

const STRATEGIES: [(&str, Strategy); 4] = [
    ("longest_idle", Strategy::LongestIdle),
    ("least_occupied", Strategy::LeastOccupied),
    ("best_skill", Strategy::BestSkill),
    ("fewest_calls", Strategy::FewestCalls),
];

/// Takes what the table says; the rest stays as it is.
pub(super) fn take(policy: &mut MatchPolicy, table: &mut Fields<'_>) {
    let steps = table.tables("relax");
    if table.has("relax") {
        policy.relax = steps.into_iter().filter_map(relaxation).collect();
    }
    if let Some(preferred) = table.table("preferred_skills") {
        policy.preferred_skills = skill_levels(&preferred);
    }
    if let Some(strategy) = word(table, "strategy", &STRATEGIES, false) {
        policy.strategy = strategy;
    }
    for (key, range, value) in [
        ("weight_s", 0..=3_600, &mut policy.weight_s),
        ("level_weight_s", 0..=3_600, &mut policy.level_weight_s),
        ("last_operator_s", DAY_S, &mut policy.last_operator_s),
    ] {
        *value = table.whole_or(key, range, *value);
    }
}

/// Nothing where its moment is missing: what follows from that is no second mistake.
fn relaxation(mut table: Fields<'_>) -> Option<Relaxation> {
    let after_s = table.required_whole("after_s", SOME_OF_A_DAY_S);
    if !table.has("skills") {
        table.missing("skills", "what is asked from then on: { } for nothing");
    }
    let skills = table.table("skills");
    let skills = skills.as_ref().map(skill_levels).unwrap_or_default();
    table.finish();
    (after_s > 0).then_some(Relaxation { after_s, skills })
}

pub(crate) fn skill_levels(table: &Fields<'_>) -> BTreeMap<String, u8> {
    let mut skills = BTreeMap::new();
    for name in table.names() {
        if let Some(fault) = name_fault("skill", name.value) {
            table.faults().add(name.at.clone(), fault);
        }
        let level = table
            .named_whole(name.value, &(1..=5))
            .and_then(|level| u8::try_from(level).ok());
        skills.extend(level.map(|level| (name.value.to_owned(), level)));
    }
    skills
}

/// Each step comes later than the one before and asks for less.
pub(super) fn check(
    policy: &MatchPolicy,
    skills: &BTreeMap<String, u8>,
    at: &Range<usize>,
    faults: &Faults,
) {
    if policy.relax.len() > RELAX_MAX {
        let steps = policy.relax.len();
        let message = format!("`relax` has {steps} steps: expected at most {RELAX_MAX}");
        faults.add(at.clone(), message);
    }
    let (mut before_s, mut before) = (0, skills);
    for step in &policy.relax {
        let (after_s, asked) = (step.after_s, &step.skills);
        if after_s <= before_s {
            let message = format!(
                "`relax` has a step after {after_s} s that follows one after {before_s} s: expected later ones"
            );
            faults.add(at.clone(), message);
        }
        let more = |(skill, least): &(&String, &u8)| before.get(*skill) < Some(*least);
        if let Some((skill, least)) = asked.iter().find(more) {
            let was = match before.get(skill) {
                Some(was) => format!("level {was}"),
                None => "nothing".to_owned(),
            };
            let message = format!(
                "`relax` asks for \"{skill}\" at level {least} after {after_s} s, and before for {was}: expected less at each step"
            );
            faults.add(at.clone(), message);
        } else if asked == before {
            let message = format!(
                "`relax` asks for the same after {after_s} s as before: expected less at each step"
            );
            faults.add(at.clone(), message);
        }
        (before_s, before) = (after_s, asked);
    }
}
