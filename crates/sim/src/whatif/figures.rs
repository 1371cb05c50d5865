//! The figures that people ask for, each with its name and its formula. A service level has as
//! many definitions as there are contracts: none stands here without saying which it is. The
//! clock of a wait starts when the caller comes to wait in the queue. A callback is neither
//! answered nor abandoned: a call that left for one is told apart.

use super::tally::Tally;

/// What a figure counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Of one.
    Share,
    /// Seconds.
    Seconds,
    /// Things for each thing.
    Ratio,
}

/// A figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// For programs.
    pub key: String,
    /// For people.
    pub name: String,
    /// What is divided by what.
    pub formula: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// Which of the scenario's times it is about.
    nth: usize,
    take: fn(&Tally, usize) -> Option<f64>,
}

impl Figure {
    /// Its value; none where it would divide by nothing.
    #[must_use]
    pub fn of(&self, tally: &Tally) -> Option<f64> {
        (self.take)(tally, self.nth)
    }
}

/// Key, name, formula, unit, value.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    Unit,
    fn(&Tally, usize) -> Option<f64>,
);

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn count(number: u64) -> Option<f64> {
    Some(number as f64)
}

/// Figures that are about no time in particular.
const PLAIN: [Row; 30] = [
    (
        "persons",
        "people",
        "people who called",
        Unit::Count,
        |t, _| count(t.persons),
    ),
    (
        "calls",
        "calls",
        "every call, redials and refused ones included",
        Unit::Count,
        |t, _| count(t.calls),
    ),
    (
        "calls_per_person",
        "calls a person",
        "calls / people",
        Unit::Ratio,
        |t, _| share(t.calls, t.persons),
    ),
    (
        "calls_of_one_max",
        "most calls of one",
        "the most calls of one person",
        Unit::Count,
        |t, _| count(t.calls_of_one),
    ),
    (
        "helped_share",
        "spoke with us",
        "people who spoke with an operator in the end, called or called back / people",
        Unit::Share,
        |t, _| share(t.helped, t.persons),
    ),
    (
        "answered",
        "answered",
        "calls that an operator answered",
        Unit::Count,
        |t, _| count(t.answered.total()),
    ),
    (
        "abandoned",
        "gave up",
        "calls given up while waiting in the queue",
        Unit::Count,
        |t, _| count(t.abandoned.total()),
    ),
    (
        "abandoned_short",
        "of them short",
        "calls given up in the queue within short_s",
        Unit::Count,
        |t, _| count(t.abandoned_short),
    ),
    (
        "abandoned_share",
        "share gave up",
        "gave up / (answered + gave up)",
        Unit::Share,
        |t, _| share(t.abandoned.total(), queued(t)),
    ),
    (
        "abandoned_before",
        "gave up before",
        "calls given up in messages and menus",
        Unit::Count,
        |t, _| count(t.abandoned_before),
    ),
    (
        "left_for_callback",
        "left for a callback",
        "calls that left the queue for a promised callback: by key, after the longest wait, at closing",
        Unit::Count,
        |t, _| count(t.left_for_callback),
    ),
    (
        "refused",
        "refused",
        "calls refused: no line, queue full, nobody signed in, too many a second",
        Unit::Count,
        |t, _| count(t.refused()),
    ),
    (
        "refused_lines",
        "no line free",
        "calls refused because no line was free",
        Unit::Count,
        |t, _| count(t.refused_lines),
    ),
    (
        "noticed",
        "told on a notice line",
        "of those, calls that heard on a notice line that they are called back",
        Unit::Count,
        |t, _| count(t.noticed),
    ),
    (
        "refused_full",
        "queue full",
        "calls refused because the queue was full",
        Unit::Count,
        |t, _| count(t.refused_full),
    ),
    (
        "out_of_hours",
        "closed",
        "calls outside opening hours",
        Unit::Count,
        |t, _| count(t.out_of_hours),
    ),
    (
        "interrupted",
        "cut off",
        "calls that broke off",
        Unit::Count,
        |t, _| count(t.interrupted),
    ),
    (
        "wait_mean_s",
        "mean",
        "mean wait of answered calls",
        Unit::Seconds,
        |t, _| t.answered.mean_s(),
    ),
    (
        "wait_p50_s",
        "half within",
        "median wait of answered calls",
        Unit::Seconds,
        |t, _| t.answered.quantile_s(500),
    ),
    (
        "wait_p90_s",
        "90 % within",
        "90th percentile of the wait of answered calls",
        Unit::Seconds,
        |t, _| t.answered.quantile_s(900),
    ),
    (
        "wait_p95_s",
        "95 % within",
        "95th percentile of the wait of answered calls",
        Unit::Seconds,
        |t, _| t.answered.quantile_s(950),
    ),
    (
        "wait_max_s",
        "longest",
        "longest wait of an answered call",
        Unit::Seconds,
        |t, _| t.answered.longest_s(),
    ),
    (
        "gave_up_after_s",
        "gave up after",
        "mean wait of calls given up in the queue",
        Unit::Seconds,
        |t, _| t.abandoned.mean_s(),
    ),
    ("owed", "owed", "callbacks opened", Unit::Count, |t, _| {
        count(t.owed)
    }),
    (
        "paid",
        "called back",
        "callbacks closed because we called and spoke",
        Unit::Count,
        |t, _| count(t.paid.total()),
    ),
    (
        "got_through",
        "got through first",
        "callbacks closed because the person got through first",
        Unit::Count,
        |t, _| count(t.got_through),
    ),
    (
        "given_up",
        "not reached",
        "callbacks closed without a conversation: every try spent, or too old",
        Unit::Count,
        |t, _| count(t.given_up),
    ),
    (
        "dials",
        "our calls",
        "calls of ours to people",
        Unit::Count,
        |t, _| count(t.dials),
    ),
    (
        "delay_p50_s",
        "half after",
        "median time from the debt to the person's voice",
        Unit::Seconds,
        |t, _| t.paid.quantile_s(500),
    ),
    (
        "delay_p95_s",
        "95 % after",
        "95th percentile of the time from the debt to the person's voice",
        Unit::Seconds,
        |t, _| t.paid.quantile_s(950),
    ),
];

/// Definitions of the service level within a time T.
const LEVELS: [Row; 9] = [
    (
        "contract",
        "Contract",
        "answered in T / (answered + gave up − short)",
        Unit::Share,
        |t, n| share(answered_in(t, n), queued(t) - t.abandoned_short),
    ),
    (
        "asterisk_sl",
        "Asterisk SL",
        "answered in T / answered; says nothing of who gave up",
        Unit::Share,
        |t, n| share(answered_in(t, n), t.answered.total()),
    ),
    (
        "asterisk_sl2",
        "Asterisk SL2",
        "(answered in T + gave up in T) / (answered + gave up)",
        Unit::Share,
        |t, n| share(answered_in(t, n) + abandoned_in(t, n), queued(t)),
    ),
    (
        "genesys",
        "Genesys",
        "answered in T / (answered + gave up)",
        Unit::Share,
        |t, n| share(answered_in(t, n), queued(t)),
    ),
    (
        "genesys_without_abandons",
        "Genesys without abandons",
        "answered in T / answered",
        Unit::Share,
        |t, n| share(answered_in(t, n), t.answered.total()),
    ),
    (
        "genesys_flow_out",
        "Genesys with flow-outs",
        "answered in T / (answered + gave up + left for a callback)",
        Unit::Share,
        |t, n| share(answered_in(t, n), queued(t) + t.left_for_callback),
    ),
    (
        "genesys_flow_out_without_short",
        "Genesys with flow-outs, without short",
        "answered in T / (answered + gave up − short + left for a callback)",
        Unit::Share,
        |t, n| {
            share(
                answered_in(t, n),
                queued(t) - t.abandoned_short + t.left_for_callback,
            )
        },
    ),
    (
        "genesys_flow_out_without_abandons",
        "Genesys with flow-outs, without abandons",
        "answered in T / (answered + left for a callback)",
        Unit::Share,
        |t, n| share(answered_in(t, n), t.answered.total() + t.left_for_callback),
    ),
    (
        "all_calls",
        "Of all calls",
        "answered in T / calls, refused ones and redials included",
        Unit::Share,
        |t, n| share(answered_in(t, n), t.calls),
    ),
];

fn queued(tally: &Tally) -> u64 {
    tally.answered.total() + tally.abandoned.total()
}

fn answered_in(tally: &Tally, nth: usize) -> u64 {
    tally.answered_within.get(nth).copied().unwrap_or(0)
}

fn abandoned_in(tally: &Tally, nth: usize) -> u64 {
    tally.abandoned_within.get(nth).copied().unwrap_or(0)
}

/// Every figure that is about no time in particular.
#[must_use]
pub fn plain() -> Vec<Figure> {
    let figure = |(key, name, formula, unit, take): Row| Figure {
        key: key.to_owned(),
        name: name.to_owned(),
        formula,
        unit,
        nth: 0,
        take,
    };
    PLAIN.into_iter().map(figure).collect()
}

/// The service level within each of these times, in every definition, the contract's first.
#[must_use]
pub fn levels(within_s: &[u32]) -> Vec<Figure> {
    let of_time = |(nth, within_s): (usize, &u32)| {
        LEVELS.map(|(key, name, formula, unit, take)| Figure {
            key: format!("level_{key}_{within_s}_s"),
            name: format!("{name}, T = {within_s} s"),
            formula,
            unit,
            nth,
            take,
        })
    };
    within_s.iter().enumerate().flat_map(of_time).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: u64 = 1_000_000;

    /// Answered after 10, 30 and 100 s; given up after 3 and 60 s; one left, one refused.
    fn tally() -> Tally {
        let within_s = [20, 90];
        let mut tally = Tally::new(2);
        for s in [10, 30, 100] {
            tally.count_answered(s * SECOND_US, &within_s);
        }
        for (outcome, s) in [
            (cuptel_core::words::Outcome::AbandonedQueue, 3),
            (cuptel_core::words::Outcome::AbandonedQueue, 60),
            (cuptel_core::words::Outcome::CallbackRequested, 70),
            (cuptel_core::words::Outcome::RefusedLines, 0),
        ] {
            let end = crate::whatif::tally::UnansweredEnd {
                wait_us: s * SECOND_US,
                was_spoken_to: false,
                within_s: &within_s,
                short_s: 5,
            };
            tally.count_unanswered(outcome, end);
        }
        tally.calls = 7;
        tally.persons = 5;
        tally
    }

    fn value(key: &str) -> f64 {
        let all = plain().into_iter().chain(levels(&[20, 90]));
        let figure = all.into_iter().find(|figure| figure.key == key).unwrap();
        figure.of(&tally()).unwrap()
    }

    #[test]
    fn each_definition_of_the_service_level_divides_what_it_says() {
        for (key, expected) in [
            ("level_contract_20_s", 1.0 / 4.0),
            ("level_contract_90_s", 2.0 / 4.0),
            ("level_asterisk_sl_20_s", 1.0 / 3.0),
            ("level_asterisk_sl2_90_s", 4.0 / 5.0),
            ("level_genesys_20_s", 1.0 / 5.0),
            ("level_genesys_without_abandons_90_s", 2.0 / 3.0),
            ("level_genesys_flow_out_90_s", 2.0 / 6.0),
            ("level_genesys_flow_out_without_short_90_s", 2.0 / 5.0),
            ("level_genesys_flow_out_without_abandons_90_s", 2.0 / 4.0),
            ("level_all_calls_90_s", 2.0 / 7.0),
            ("abandoned_share", 2.0 / 5.0),
            ("abandoned_short", 1.0),
            ("refused", 1.0),
            ("calls_per_person", 7.0 / 5.0),
        ] {
            assert!(
                (value(key) - expected).abs() < 1e-12,
                "{key}: {}",
                value(key)
            );
        }
    }

    #[test]
    fn a_figure_that_would_divide_by_nothing_is_none() {
        let empty = Tally::new(1);
        let values = levels(&[20])
            .into_iter()
            .filter_map(|figure| figure.of(&empty));
        assert_eq!(values.count(), 0);
    }

    #[test]
    fn keys_are_each_of_one_figure() {
        let all: Vec<String> = plain()
            .into_iter()
            .chain(levels(&[20, 90]))
            .map(|it| it.key)
            .collect();
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
