//! The process dies: what was open is owed, what was dialled is unknown.

use cuptel_core::step::Effect;
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, DialResult, DialState, NeedKind, Outcome,
    Suppression,
};

use crate::room::{BOOK, GRACE_S, MARIO, RECONCILE_S, Room, UNREACHABLE_S};

#[test]
fn a_caller_cut_off_by_a_crash_is_owed_a_priority_call() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    room.wait_s(30);
    room.restarts();
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
    assert_eq!(room.callback().priority_ms, 3_600_000);
    assert_eq!(room.needs()[0].kind, NeedKind::Interrupted);
    room.registers(1);
    room.staffed(1);
    room.wait_s(GRACE_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn an_anonymous_caller_cut_off_by_a_crash_says_why_nothing_is_owed() {
    let mut room = Room::new();
    room.waits("anonymous", BOOK);
    room.restarts();
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::Anonymous));
    let mut room = Room::new();
    room.waits("899123456", BOOK);
    room.restarts();
    assert_eq!(
        room.attempt(0).suppressed,
        Some(Suppression::ForbiddenClass)
    );
}

/// A crash while Mario's phone rings, or after what happens then.
fn crashed(happens: impl FnOnce(&mut Room)) -> Room {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert!(room.rung().is_some());
    happens(&mut room);
    room.restarts();
    room.registers(1);
    room
}

fn crashed_while_dialling() -> Room {
    crashed(|_| {})
}

#[test]
fn a_dial_that_was_in_flight_is_not_repeated_before_it_is_reconciled() {
    let mut room = crashed_while_dialling();
    assert_eq!(room.dials()[0].state, DialState::Unknown);
    assert_eq!(room.callback().state, CallbackState::Unknown);
    room.wait_s(RECONCILE_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.dials()[0].result, Some(DialResult::Unknown));
    assert_eq!(room.callback().tries, 1, "the try is spent");
    room.wait_s(UNREACHABLE_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn who_was_cut_off_in_our_call_goes_first_as_who_was_cut_off_in_theirs() {
    let mut room = crashed(|room| {
        let leg = room.rung().expect("the person is rung");
        room.tell(cuptel_core::step::Input::Answered { leg });
        room.wait_s(60);
    });
    assert_eq!(room.callback().state, CallbackState::Unknown);
    room.wait_s(RECONCILE_S);
    assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
    let row = room.callback();
    assert_eq!((row.state, row.tries), (CallbackState::Waiting, 0));
    assert!(row.priority_ms > 0);
    assert_eq!(room.needs()[0].kind, NeedKind::Interrupted);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
}

#[test]
fn a_callback_whose_dial_is_not_stored_waits_again_with_the_try_spent() {
    // Once as it was dialled, once as a start has left it.
    for starts in 1..=2 {
        let mut room = Room::new();
        let mario = room.waits(MARIO, BOOK);
        room.hangs_up(mario);
        room.staffed(1);
        room.wait_s(GRACE_S);
        room.seat_picks_up();
        for _ in 1..starts {
            room.restarts();
        }
        room.loses_dials();
        room.restarts();
        assert_eq!(room.callback().state, CallbackState::Waiting);
        assert_eq!((room.callback().tries, room.callback().seat), (1, None));
        let event = room.last_callback_event();
        assert_eq!(event.kind, CallbackEventKind::Reconciled);
        assert_eq!(event.detail.as_deref(), Some("no dial is stored"));
        room.registers(1);
        room.wait_s(UNREACHABLE_S - 1);
        assert_eq!(room.offered(), None, "nobody knows whether it rang");
        room.wait_s(1);
        assert!(room.offered().is_some());
    }
}

#[test]
fn a_person_who_gets_through_after_the_crash_settles_the_unknown_dial_too() {
    let mut room = crashed_while_dialling();
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.dials()[0].state, DialState::Ended);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::GotThrough));
}

#[test]
fn a_phone_known_from_before_is_asked_before_it_is_offered_anything() {
    let mut room = Room::new();
    room.staffed(1);
    room.restarts();
    assert!(room.was_done(|effect| matches!(effect, Effect::Probe { .. })));
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered(), None);
    room.tell(cuptel_core::step::Input::Probed {
        seat: cuptel_core::id::SeatId(1),
        reachable: true,
    });
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn who_heard_the_answer_has_it_in_the_row_though_we_die_before_the_ack() {
    let mut room = Room::new();
    room.rings(MARIO);
    assert!(room.was_done(|effect| matches!(effect, Effect::Answer { .. })));
    assert_eq!(room.attempt(0).sip_status, Some(200));
    assert_eq!(room.attempt(0).answered_ms, None);
}
