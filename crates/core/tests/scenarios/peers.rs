//! The loudest faults of other call centres about who gets which work, each as a story that ends
//! well here.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::id::SeatId;
use cuptel_core::profile::Profile;
use cuptel_core::rules::{Relaxation, Strategy};
use cuptel_core::words::{Chosen, Disposition, OfferState, WorkKind, WorkState};

use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, Room, WRAP_UP_S, book};

fn caller(nth: usize) -> String {
    format!("+3933310001{nth:02}")
}

/// A conversation of a minute, wrapped up.
fn serve(room: &mut Room, seat: i64) {
    let leg = room.seat_picks_up();
    room.wait_s(60);
    room.tell(cuptel_core::step::Input::Ended {
        leg,
        by: cuptel_core::words::Party::Seat,
    });
    room.disposes(seat, Disposition::Done);
}

/// FreeSWITCH #2511.
#[test]
fn the_eighth_in_line_is_not_served_first() {
    let mut room = Room::new();
    for nth in 0..8 {
        room.waits(&caller(nth), BOOK);
        room.wait_s(1);
    }
    room.staffed(1);
    for nth in 0..8 {
        serve(&mut room, 1);
        let talking = room.attempt(nth).talking_ms;
        assert_eq!(talking, Some(room.now_ms() - 60_000), "caller {nth}");
    }
}

/// MikoPBX #1043, FreePBX #40.
#[test]
fn who_rejected_a_caller_is_not_rung_again_for_them_at_once_nor_later() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (seat, leg) = room.offered().unwrap();
    assert_eq!(seat, 1);
    room.not_answered(leg, 603);
    assert_eq!(room.last_offer().state, OfferState::Rejected);
    room.wait_s(60);
    assert_eq!(room.offered(), None);
    // Another caller has them, and another seat has Mario.
    room.waits(LUCIA, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    room.staffed(2);
    assert_eq!(room.last_offer().seat, SeatId(2));
}

/// OpenSIPS #2974.
#[test]
fn it_is_not_always_the_same_operator_who_is_asked_first() {
    for strategy in [
        Strategy::LongestIdle,
        Strategy::LeastOccupied,
        Strategy::FewestCalls,
        Strategy::BestSkill,
    ] {
        let mut room = Room::with(|rules| book(rules).matching.strategy = strategy);
        room.staffed(1);
        room.staffed(2);
        let mut asked = Vec::new();
        for nth in 0..6 {
            room.wait_s(10);
            room.waits(&caller(nth), BOOK);
            let (seat, _) = room.offered().unwrap();
            asked.push(seat);
            serve(&mut room, seat);
        }
        assert_eq!(asked, [1, 2, 1, 2, 1, 2], "{strategy:?}");
    }
}

/// Asterisk #1006.
#[test]
fn the_wrap_up_after_one_queue_keeps_the_works_of_another_away() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    room.waits(LUCIA, CANCEL);
    room.wait_s(WRAP_UP_S - 1);
    assert_eq!((room.offered(), room.work_of(1)), (None, WorkState::WrapUp));
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

/// FreePBX #621.
#[test]
fn callbacks_do_not_overtake_who_waits_on_the_line_from_before() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    room.wait_s(1);
    let lucia = room.waits(LUCIA, BOOK);
    room.wait_s(1);
    room.hangs_up(lucia);
    room.wait_s(GRACE_S + 1);
    // Both are due, and he was first.
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
    assert!(room.dials().is_empty());
}

/// FreePBX #621: more callbacks in flight than there are operators.
#[test]
fn no_more_callbacks_are_rung_than_there_are_operators() {
    let mut room = Room::new();
    for nth in 0..4 {
        let leg = room.waits(&caller(nth), BOOK);
        room.hangs_up(leg);
    }
    room.wait_s(GRACE_S + 1);
    room.staffed(1);
    room.seat_picks_up();
    room.wait_s(5);
    assert_eq!((room.dials().len(), room.offered()), (1, None));
}

/// Genesys and Amazon: rings that are skipped, or over before they were tried.
#[test]
fn every_step_of_a_relaxation_is_in_force_from_its_moment_on_and_none_before() {
    let asks = |level: Option<u8>| -> BTreeMap<String, u8> {
        level
            .map(|level| ("all".to_owned(), level))
            .into_iter()
            .collect()
    };
    let mut room = Room::with(|rules| {
        let book = book(rules);
        book.skills = asks(Some(3));
        let steps = [(60, asks(Some(2))), (120, asks(Some(1)))];
        book.matching.relax = steps
            .map(|(after_s, skills)| Relaxation { after_s, skills })
            .to_vec();
    });
    // Anna has the level 1 only.
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(119);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    // Nobody comes between who waits and those who came later and wait as well.
    room.waits(LUCIA, BOOK);
    serve(&mut room, 1);
    assert!(room.attempt(0).ended_ms.is_some());
    assert_eq!(room.offered(), None);
    room.wait_s(60);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn who_has_waited_for_long_is_asked_less_for_when_an_operator_comes_later() {
    let mut room = Room::with(|rules| {
        let book = book(rules);
        book.skills = BTreeMap::from([("all".to_owned(), 2)]);
        book.matching.relax = vec![Relaxation {
            after_s: 60,
            skills: BTreeMap::new(),
        }];
    });
    room.waits(MARIO, BOOK);
    room.wait_s(90);
    room.waits(LUCIA, BOOK);
    room.staffed(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
    assert_eq!(room.attempt(1).talking_ms, None);
}

fn with_last_operator() -> Room {
    Room::with(|rules| book(rules).matching.last_operator_s = 45)
}

#[test]
fn who_calls_again_waits_a_while_for_the_operator_who_knows_them_then_for_anybody() {
    let mut room = with_last_operator();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    serve(&mut room, 1);
    // Anna talks with Lucia; Bruno is free, and does not know Mario.
    room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.staffed(2);
    room.waits(MARIO, BOOK);
    room.wait_s(44);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn the_operator_who_knows_them_has_them_though_another_is_idle_longer() {
    let mut room = with_last_operator();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    serve(&mut room, 1);
    room.staffed(2);
    // Anna serves one more, so that Bruno is idle longer.
    room.wait_s(10);
    room.waits(LUCIA, BOOK);
    serve(&mut room, 1);
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn nobody_waits_for_an_operator_who_pauses_or_did_not_take_them() {
    let mut room = with_last_operator();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    serve(&mut room, 1);
    room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.staffed(2);
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(5);
    assert_eq!(room.offered(), None);
    room.chooses(1, Chosen::Paused);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    let (_, leg) = room.offered().unwrap();
    room.hangs_up(mario);
    assert!(room.was_hung_up(leg));
}

#[test]
fn who_spoke_with_them_is_known_after_a_restart() {
    let mut room = with_last_operator();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    serve(&mut room, 1);
    room.staffed(2);
    room.restarts();
    room.registers(1);
    room.registers(2);
    // Anna serves one more, so that Bruno is idle longer.
    room.wait_s(10);
    room.waits(LUCIA, BOOK);
    serve(&mut room, 1);
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn nobody_waits_for_an_operator_who_is_spared_them() {
    let no_callers = || Profile {
        not_kinds: BTreeSet::from([WorkKind::Live]),
        ..Profile::default()
    };
    // Whether it is said before they wait, or while the operator works.
    for said_before in [true, false] {
        let mut room = with_last_operator();
        room.staffed(1);
        room.waits(MARIO, BOOK);
        serve(&mut room, 1);
        let lucia = room.waits(LUCIA, BOOK);
        room.seat_picks_up();
        room.staffed(2);
        if said_before {
            room.needs_of("anna", no_callers());
        }
        room.waits(MARIO, BOOK);
        if !said_before {
            assert_eq!(room.offered(), None);
            room.needs_of("anna", no_callers());
            room.hangs_up(lucia);
            room.wait_s(WRAP_UP_S);
        }
        assert_eq!(
            room.offered().map(|(seat, _)| seat),
            Some(2),
            "{said_before}"
        );
    }
}

#[test]
fn a_caller_whom_their_operator_rejects_goes_to_another_at_once() {
    let mut room = with_last_operator();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    serve(&mut room, 1);
    room.staffed(2);
    room.waits(MARIO, BOOK);
    let (seat, leg) = room.offered().unwrap();
    assert_eq!(seat, 1);
    room.not_answered(leg, 603);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}
