//! How works and seats find each other, as it can be written, and how not.

use cuptel_core::rules::{MatchPolicy, Relaxation, Strategy};

use super::*;

const SKILLS: &str = "skills = { prenotazioni = 1 }";

#[test]
fn a_queue_says_whom_it_asks_and_the_common_values_hold_where_it_does_not() {
    let text = changed(
        PLAIN,
        SKILLS,
        "skills = { prenotazioni = 3, asl = 1 }\n\
        relax = [{ after_s = 60, skills = { prenotazioni = 2, asl = 1 } }, { after_s = 180, skills = {} }]\n\
        preferred_skills = { inglese = 2 }\n\
        strategy = \"best_skill\"",
    );
    let text = format!(
        "{text}\n[queue_defaults]\nlast_operator_s = 40\nlevel_weight_s = 15\nweight_s = 45\n"
    );
    let config = load_in(&project(&text, PLAN)).unwrap();
    let of = |pairs: &[(&str, u8)]| -> std::collections::BTreeMap<String, u8> {
        pairs.iter().map(|(s, l)| ((*s).to_owned(), *l)).collect()
    };
    let relax = [(60, of(&[("prenotazioni", 2), ("asl", 1)])), (180, of(&[]))];
    let expected = MatchPolicy {
        relax: relax
            .map(|(after_s, skills)| Relaxation { after_s, skills })
            .to_vec(),
        preferred_skills: of(&[("inglese", 2)]),
        strategy: Strategy::BestSkill,
        weight_s: 45,
        level_weight_s: 15,
        last_operator_s: 40,
    };
    assert_eq!(config.queues[0].policy.matching, expected);
    let rules = config.rules(&ProvisionalIds::new(&config));
    assert_eq!(rules.queues[&QueueId(1)].matching, expected);
    let other = &config.queues[1].policy.matching;
    assert_eq!(
        (other.strategy, other.last_operator_s, other.relax.len()),
        (Strategy::LongestIdle, 40, 0)
    );
}

#[test]
fn each_step_of_a_relaxation_comes_later_and_asks_for_less() {
    for (relax, expected) in [
        (
            "[{ after_s = 60, skills = { prenotazioni = 2 } }]",
            "`relax` asks for \"prenotazioni\" at level 2 after 60 s, and before for level 1: expected less at each step",
        ),
        (
            "[{ after_s = 60, skills = { inglese = 1 } }]",
            "`relax` asks for \"inglese\" at level 1 after 60 s, and before for nothing: expected less at each step",
        ),
        (
            "[{ after_s = 60, skills = { prenotazioni = 1 } }]",
            "`relax` asks for the same after 60 s as before: expected less at each step",
        ),
    ] {
        assert_fault(
            SKILLS,
            &format!("{SKILLS}\nrelax = {relax}"),
            &format!("42:1: {expected}"),
        );
    }
    let twice = "[{ after_s = 60, skills = { prenotazioni = 1 } }, { after_s = 60, skills = {} }]";
    assert_fault(
        SKILLS,
        &format!("skills = {{ prenotazioni = 2 }}\nrelax = {twice}"),
        "42:1: `relax` has a step after 60 s that follows one after 60 s: expected later ones",
    );
    assert_fault(
        SKILLS,
        &format!("{SKILLS}\nrelax = [{{ skills = {{}} }}]"),
        "42:10: missing `after_s`: expected a whole number from 1 to 86400",
    );
    assert_fault(
        SKILLS,
        &format!("{SKILLS}\nstrategy = \"longest\""),
        "42:12: unknown strategy \"longest\": expected one of best_skill, fewest_calls, least_occupied, longest_idle",
    );
}
