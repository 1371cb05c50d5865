//! `kill -9` at random moments, again and again, in the middle of everything at once: people who
//! call, redial, give up and wait, seats that come and go, callbacks being dialled. After each
//! round the books must agree with what callers and carrier saw.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::harness::{Centre, Chance, Peace, SEATS, SOON, Setup, Town, let_pass, until};

/// Rounds of a `cargo test` alone; `tests/run` asks for more by CUPTEL_KILLS.
const ROUNDS: u32 = 10;

/// Leases, attempts and conversations of an earlier start that still count as open.
const LEFT_OPEN: &str = "SELECT \
    (SELECT count(*) FROM offer WHERE state = 'open' AND (id >> 40) < epoch) \
    + (SELECT count(*) FROM assignment WHERE ended_ms IS NULL AND (id >> 40) < epoch) \
    + (SELECT count(*) FROM attempt WHERE ended_ms IS NULL AND (id >> 40) < epoch) \
    FROM journal";

/// A centre whose times are as short as they can be, so that much happens in a second.
fn hasty_centre() -> (Centre, Peace) {
    let mut centre = Centre::prepare(Setup {
        start: "menu",
        answer_after_ms: 40,
        ..Setup::default()
    });
    for (old, new) in [
        ("wrap_up_s = 1", "wrap_up_s = 0"),
        (
            "spacing_no_answer_s = 600",
            "spacing_no_answer_s = 5\ntries_max = 100",
        ),
        ("spacing_busy_s = 600", "spacing_busy_s = 3"),
        ("spacing_unreachable_s = 600", "spacing_unreachable_s = 4"),
        ("reject_delay_s = 1", "reject_delay_s = 0"),
        ("busy_delay_s = 1", "busy_delay_s = 0"),
        ("no_answer_delay_s = 1", "no_answer_delay_s = 0"),
        (
            "[limits]",
            "[limits]\nreconcile_after_s = 4\nno_ringing_s = 1\nmisses_max = 100",
        ),
    ] {
        centre.reconfigure(old, new);
    }
    centre.serve();
    let peace = Peace {
        busy: Duration::from_secs(3),
        no_answer: Duration::from_secs(5),
        unknown: Duration::from_secs(4),
    };
    (centre, peace)
}

/// Every final that a caller heard has its row with that status; nobody was rung without a row;
/// nobody saw a promise broken; the audit holds.
fn assert_books_agree(centre: &Centre, town: &Town, round: u32) {
    let rows =
        centre.sql("SELECT sip_call_id, sip_status FROM attempt WHERE sip_status IS NOT NULL");
    let rows: BTreeSet<(&str, u16)> = rows
        .lines()
        .map(|row| {
            let (call, status) = row.split_once('|').expect("two columns");
            (call, status.parse().expect("a status"))
        })
        .collect();
    let dials = centre.sql(
        "SELECT e164, count(*) FROM dial JOIN number ON number.id = dial.number GROUP BY e164",
    );
    let dials: BTreeMap<&str, usize> = dials
        .lines()
        .map(|row| {
            let (number, count) = row.split_once('|').expect("two columns");
            (number, count.parse().expect("a count"))
        })
        .collect();
    town.look(|seen| {
        let lost: Vec<_> = seen
            .finals
            .iter()
            .filter(|(call, status)| !rows.contains(&(call.as_str(), **status)))
            .collect();
        assert!(
            lost.is_empty(),
            "round {round}: finals without a row: {lost:?}"
        );
        let unwritten: Vec<_> = seen
            .dialled
            .iter()
            .filter(|(number, calls)| {
                let calls: BTreeSet<&String> = calls.iter().collect();
                dials.get(number.as_str()).copied().unwrap_or(0) < calls.len()
            })
            .collect();
        assert!(
            unwritten.is_empty(),
            "round {round}: dials without a row: {unwritten:?}"
        );
        assert!(seen.wrong.is_empty(), "round {round}: {:#?}", seen.wrong);
    });
    centre.audit();
}

#[test]
fn kill_9_at_any_moment_loses_nobody_and_rings_nobody_twice() {
    let mut chance = Chance::seeded();
    let (mut centre, peace) = hasty_centre();
    let town = Town::around(&centre, peace, &mut chance);
    for (seat, operator) in SEATS
        .iter()
        .zip(["Anna Esempio", "Bruno Esempio", "Carla Modello"])
    {
        centre.sign_in(seat, operator);
    }
    town.calls();
    for round in 1..=rounds() {
        let_pass(chance.ms(20, 500));
        centre.kill();
        town.is_cut_off();
        assert_books_agree(&centre, &town, round);
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
    assert_all_is_well_at_the_end(&centre, &town);
}

/// The debts are being paid, every seat works, nothing is stuck.
fn assert_all_is_well_at_the_end(centre: &Centre, town: &Town) {
    let before = town.look(|seen| seen.talked.clone());
    until("every seat talks", SOON, || {
        town.look(|seen| {
            let talks = |seat: &&&str| seen.talked.get(**seat) > before.get(**seat);
            (SEATS.iter().filter(talks).count() == SEATS.len()).then_some(())
        })
    });
    town.calms_down();
    for seat in SEATS {
        centre.seat_works(seat, "idle");
    }
    centre.wait_for_sql("SELECT count(*) FROM dial WHERE state <> 'ended'", "0");
    assert_books_agree(centre, town, 0);
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
