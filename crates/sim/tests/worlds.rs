//! Many invented worlds, each from its seed: no promise breaks in any of them.

use cuptel_core::words::{
    ClosedHow, DialResult, EntryState, NeedKind, OfferState, Outcome, Suppression,
};
use cuptel_sim::{Met, Report, Without, replay, run};

/// What the disk and the process are put through.
const FAULTS: [&str; 22] = [
    "the process dies",
    "a commit is refused",
    "a commit is taken and refused",
    "a commit is taken in silence",
    "a commit is lost in silence",
    "a transaction is spilled",
    "the spill is replayed",
    "the spill is full",
    "a replay is refused",
    "a replay is not heard of",
    "the process dies under a commit that is taken",
    "the process dies under a commit that is lost",
    "the process dies under a replay",
    "the process dies behind an entry of the spill",
    "the process tears an entry of the spill",
    "a start finds no database",
    "answered commits are forgotten",
    "the database is not where it was told to be",
    "what happens can be stored nowhere",
    "a connection breaks",
    "the media thread ends",
    "the sockets are not read",
];

/// `CUPTEL_LONG=1` lives through many more worlds; `CUPTEL_SEED=n` tells that one alone,
/// without the things that `CUPTEL_WITHOUT` names.
#[expect(
    clippy::disallowed_methods,
    reason = "the test harness has no other way to be told"
)]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn live(seed: u64) -> Report {
    match std::panic::catch_unwind(|| run(seed)) {
        Ok(Ok(report)) => report,
        Ok(Err(failure)) => panic!("{failure}"),
        Err(_) => panic!("the world of seed {seed} panicked: the message above says where"),
    }
}

/// Every `of`-th world from `first` on.
fn live_many(first: u64, of: u64) {
    let long = told("CUPTEL_LONG").as_deref() == Some("1");
    let worlds = if long { 50_000 } else { 1_500 };
    for n in 0..worlds {
        live(first + n * of);
    }
}

#[test]
fn no_promise_breaks_in_even_worlds() {
    match told("CUPTEL_SEED").and_then(|seed| seed.parse().ok()) {
        Some(seed) => println!("{}\nno promise breaks", story_of(seed)),
        None => live_many(0, 2),
    }
}

#[test]
fn no_promise_breaks_in_odd_worlds() {
    if told("CUPTEL_SEED").is_none() {
        live_many(1, 2);
    }
}

/// One world, all of it.
fn story_of(seed: u64) -> String {
    let Ok(without): Result<Without, _> = told("CUPTEL_WITHOUT").unwrap_or_default().parse();
    match replay(seed, without) {
        Ok(story) => story.join("\n"),
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn a_seed_gives_the_same_world_again() {
    for seed in [3, 17, 40] {
        assert_eq!(live(seed), live(seed));
        let without: Without = "network,call1".parse().unwrap();
        assert_eq!(replay(seed, without.clone()), replay(seed, without));
    }
}

#[test]
fn worlds_meet_every_end_and_every_fault() {
    let mut met = Met::default();
    for seed in 1_000..1_400 {
        met.add(&live(seed).met);
    }
    // What the carrier refused is imported, and never reached us.
    let reached_us = |word: &&Outcome| **word != Outcome::RefusedByCarrier;
    let outcomes = Outcome::ALL.iter().filter(reached_us);
    let outcomes = outcomes.map(|word| format!("outcome: {word}"));
    let dials = DialResult::ALL.iter().map(|word| format!("dial: {word}"));
    let closed = [
        ClosedHow::Withdrawn,
        ClosedHow::Expired,
        ClosedHow::Served,
        ClosedHow::GotThrough,
        ClosedHow::CancelledByPerson,
        ClosedHow::Exhausted,
        ClosedHow::Suppressed,
    ];
    let closed = closed.iter().map(|word| format!("closed: {word}"));
    let suppressed = [Suppression::DoNotCall, Suppression::SharedNumber];
    let suppressed = suppressed.iter().map(|word| format!("suppressed: {word}"));
    let over = |state: &&OfferState| **state != OfferState::Open;
    let offers = OfferState::ALL.iter().filter(over);
    let offers = offers.map(|word| format!("offer: {word}"));
    let kinds = [
        NeedKind::TakenInCharge,
        NeedKind::Manual,
        NeedKind::Recall,
        NeedKind::Reminder,
    ];
    let kinds = kinds.iter().map(|word| format!("need: {word}"));
    let ends = |word: &&EntryState| !matches!(word, EntryState::Released | EntryState::Declined);
    let entries = EntryState::ALL.iter().filter(ends);
    let entries = entries.map(|word| format!("entry: {word}"));
    let deeds = [
        "withdraws a caller",
        "moves a caller",
        "puts a caller ahead",
        "puts a callback ahead",
        "a memo",
    ];
    let deeds = deeds.iter().map(|what| format!("deed: {what}"));
    let faults = FAULTS.iter().map(|what| format!("fault: {what}"));
    let all = outcomes
        .chain(dials)
        .chain(closed)
        .chain(suppressed)
        .chain(offers)
        .chain(kinds)
        .chain(entries)
        .chain(faults)
        .chain(deeds);
    let never: Vec<String> = all.filter(|what| met.of(what) == 0).collect();
    assert!(never.is_empty(), "never met: {never:?}, but {met:?}");
}
