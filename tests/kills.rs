//! `kill -9` at random moments, again and again, in the middle of everything at once: people who
//! call, redial, give up and wait, seats that come and go, callbacks being dialled. After each
//! round the books must agree with what callers and carrier saw.

use crate::harness::{Centre, Chance, SEATS, SOON, Town, hasty_centre, let_pass, until};

/// Rounds of a `cargo test` alone; `tests/run` asks for more by CUPTEL_KILLS.
const ROUNDS: u32 = 10;

/// Leases, attempts and conversations of an earlier start that still count as open.
const LEFT_OPEN: &str = "SELECT \
    (SELECT count(*) FROM offer WHERE state = 'open' AND (id >> 40) < epoch) \
    + (SELECT count(*) FROM assignment WHERE ended_ms IS NULL AND (id >> 40) < epoch) \
    + (SELECT count(*) FROM attempt WHERE ended_ms IS NULL AND (id >> 40) < epoch) \
    FROM journal";

#[test]
fn kill_9_at_any_moment_loses_nobody_and_rings_nobody_twice() {
    let mut chance = Chance::seeded();
    let (mut centre, peace) = hasty_centre();
    let town = Town::around(&centre, peace, &mut chance);
    for (seat, operator) in SEATS {
        centre.sign_in(seat, operator);
    }
    town.calls();
    for round in 1..=rounds() {
        let_pass(chance.ms(20, 500));
        centre.kill();
        town.is_cut_off();
        town.assert_books_agree(&centre, &format!("round {round}"));
        centre.begin_to_serve();
        if chance.percent(15) {
            let_pass(chance.ms(0, 150));
            centre.kill();
            town.is_cut_off();
            centre.begin_to_serve();
        }
        centre.becomes_ready();
        centre.wait_for_sql(LEFT_OPEN, "0");
    }
    assert_all_is_well_at_the_end(&mut centre, &town);
}

/// The debts are being paid, every seat works, nothing is stuck.
fn assert_all_is_well_at_the_end(centre: &mut Centre, town: &Town) {
    town.forgets_who_talked();
    until("every seat talks", SOON, || town.every_seat_talks());
    town.calms_down();
    let unknown = "SELECT count(*) FROM dial WHERE state = 'unknown'";
    centre.wait_for_sql(unknown, "0");
    centre.terminate();
    let status = centre.stopped(SOON);
    assert!(status.success(), "{status}: {}", centre.log());
    town.assert_books_agree(centre, "at the end");
    let sums = centre.audit()["sums"].take();
    for open in ["open", "offers_open", "assignments_open", "dials_in_flight"] {
        assert_eq!(sums[open], 0, "{open}: {sums}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "`tests/run` asks for more rounds than a developer waits for"
)]
fn rounds() -> u32 {
    let told = std::env::var("CUPTEL_KILLS").ok();
    told.map_or(ROUNDS, |text| {
        text.parse().expect("CUPTEL_KILLS is a whole number")
    })
}
