//! What the carrier refused and told us afterwards.

use cuptel_core::id::TenantId;
use cuptel_core::importing::CarrierCall;
use cuptel_core::number::{Caller, PhoneNumber};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{CallbackState, NeedKind, Outcome, Suppression};

use crate::room::{BOOK, GRACE_S, LINE, MARIO, Room};

fn refused_by_carrier(room: &Room, ago_s: i64, user: &str) -> CarrierCall {
    CarrierCall {
        received_ms: room.now_ms() - ago_s * 1_000,
        called: PhoneNumber::parse_e164(LINE).expect("the line of these tests"),
        caller: Caller::from_user_part(user),
        raw: user.to_owned(),
        cause: Some(34),
        served_since: Vec::new(),
    }
}

#[test]
fn whom_the_carrier_refused_is_owed_a_call_at_the_place_of_that_time() {
    let mut room = Room::new();
    let call = refused_by_carrier(&room, 600, MARIO);
    let received_ms = call.received_ms;
    room.commands(Command::ImportAttempts(vec![call])).unwrap();
    assert_eq!(room.outcome(0), Some(Outcome::RefusedByCarrier));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
    assert_eq!(room.attempt(0).received_ms, received_ms);
    assert_eq!(room.attempt(0).arrival_seq, 1);
    assert_eq!(room.callback().place_ms, received_ms);
    assert_eq!(room.needs()[0].kind, NeedKind::Missed);
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
}

#[test]
fn an_imported_call_joins_the_open_case_and_gives_it_the_older_place() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    let call = refused_by_carrier(&room, 600, MARIO);
    let received_ms = call.received_ms;
    room.commands(Command::ImportAttempts(vec![call])).unwrap();
    assert_eq!(room.callbacks().len(), 1);
    assert_eq!(room.callback().attempts, 2);
    assert_eq!(room.callback().place_ms, received_ms);
    assert_eq!(room.needs().len(), 1, "an unknown need joins the known one");
}

#[test]
fn who_cannot_be_called_or_got_through_since_carries_the_reason() {
    let mut room = Room::new();
    let mut served = refused_by_carrier(&room, 600, MARIO);
    served.served_since = vec![TenantId(1)];
    let calls = vec![
        served,
        refused_by_carrier(&room, 600, ""),
        refused_by_carrier(&room, 600, "899123456"),
    ];
    room.commands(Command::ImportAttempts(calls)).unwrap();
    let reasons = [0, 1, 2].map(|nth| room.attempt(nth).suppressed);
    let expected = [
        Suppression::GotThrough,
        Suppression::Anonymous,
        Suppression::ForbiddenClass,
    ];
    assert_eq!(reasons, expected.map(Some));
    assert!(room.no_callback());
    assert_eq!(room.held_numbers(), 0, "nobody is kept in mind");
}

#[test]
fn a_conversation_with_another_authority_settles_nothing_here() {
    let mut room = Room::new();
    let mut call = refused_by_carrier(&room, 600, MARIO);
    call.served_since = vec![TenantId(99)];
    room.commands(Command::ImportAttempts(vec![call])).unwrap();
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn calls_for_a_line_that_nobody_answers_import_nothing() {
    let mut room = Room::new();
    let mut stray = refused_by_carrier(&room, 600, MARIO);
    stray.called = PhoneNumber::parse_e164("+390869999999").unwrap();
    let calls = vec![refused_by_carrier(&room, 600, MARIO), stray];
    let refused = room.commands(Command::ImportAttempts(calls)).unwrap_err();
    assert_eq!(refused, CommandError::NoLine("+390869999999".to_owned()));
    assert!(room.no_callback());
    // The next arrival is the first: no number of the row was spent.
    room.rings(MARIO);
    assert_eq!(room.attempt(0).arrival_seq, 1);
}
