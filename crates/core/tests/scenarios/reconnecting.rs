//! A person who was called back and whose operator's phone dies: kept, told, and first in line.

use cuptel_core::id::{LegId, SeatId};
use cuptel_core::step::{Command, Effect, Input, NOT_SENT};
use cuptel_core::words::{CallbackState, ClosedHow, DialResult, NeedKind, OfferState, WorkState};

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, NO_RINGING_S, RECONNECTING, Room};

/// Mario is called back and talks; then the phone of seat 1 dies.
fn left_alone() -> (Room, LegId) {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let seat = room.seat_picks_up();
    let mario = room.rung().expect("he is rung");
    room.tell(Input::Answered { leg: mario });
    room.wait_s(60);
    room.tell(Input::MediaLost { leg: seat });
    (room, mario)
}

#[test]
fn a_person_whose_operator_vanishes_is_told_and_goes_before_everyone() {
    let (mut room, mario) = left_alone();
    assert!(!room.was_hung_up(mario));
    let told = |effect: &Effect| matches!(effect, Effect::Play { leg, prompts, .. } if *leg == mario && *prompts == [RECONNECTING]);
    assert!(room.was_done(told));
    assert_eq!(room.callback().state, CallbackState::AnsweredWaiting);
    room.waits(LUCIA, BOOK);
    room.staffed(2);
    let seat = room.seat_picks_up();
    let joined =
        |effect: &Effect| matches!(effect, Effect::Bridge { a, b } if (*a, *b) == (mario, seat));
    assert!(room.was_done(joined), "Mario goes before Lucia");
    assert_eq!(room.dials().len(), 1, "nobody is rung twice");
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
    assert_eq!(room.work_of(2), WorkState::WrapUp);
}

#[test]
fn a_seat_that_does_not_take_the_person_is_not_asked_again() {
    let (mut room, mario) = left_alone();
    room.staffed(2);
    let (seat, leg) = room.offered().expect("the other seat");
    assert_eq!(seat, 2);
    room.not_answered(leg, 603);
    room.wait_s(60);
    assert_eq!(room.offered(), None);
    // The one that vanished has them again when its phone is back.
    room.registers(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    room.seat_picks_up();
    assert!(!room.was_hung_up(mario));
    assert_eq!(room.callback().state, CallbackState::Talking);
}

#[test]
fn only_a_person_who_is_not_reconnected_is_owed_a_priority_call() {
    let ends: [fn(&mut Room, LegId); 4] = [
        |room, mario| room.hangs_up(mario),
        |room, mario| room.tell(Input::MediaLost { leg: mario }),
        |room, mario| {
            room.wait_s(3_600);
            assert!(!room.was_hung_up(mario), "they are told first");
            room.heard(mario);
        },
        |room, mario| {
            room.staffed(2);
            room.hangs_up(mario);
            assert_eq!(room.last_offer().state, OfferState::Withdrawn);
        },
    ];
    for end in ends {
        let (mut room, mario) = left_alone();
        end(&mut room, mario);
        let owed = room.callback();
        assert_eq!(owed.state, CallbackState::Waiting);
        assert_eq!((owed.priority_ms, owed.tries), (3_600_000, 0));
        assert_eq!(
            owed.not_before_ms,
            room.now_ms() + i64::from(GRACE_S) * 1_000
        );
        assert_eq!(room.needs()[0].kind, NeedKind::Interrupted);
        assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
        room.registers(1);
        room.wait_s(GRACE_S);
        room.seat_picks_up();
        assert_eq!(room.dials().len(), 2, "and called again");
    }
}

#[test]
fn a_stop_tells_the_person_who_waits_before_it_ends() {
    let (mut room, mario) = left_alone();
    room.commands(Command::Stop { drain_s: 20 })
        .expect("a stop");
    let is_over = |room: &Room| room.was_done(|effect| matches!(effect, Effect::Drained));
    assert!(!is_over(&room));
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert!(is_over(&room));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_reload_keeps_the_person_in_front() {
    let (mut room, mario) = left_alone();
    room.waits(LUCIA, BOOK);
    assert_eq!(room.reloads(|_| {}), Ok(()));
    room.staffed(2);
    room.seat_picks_up();
    assert_eq!(room.callback().state, CallbackState::Talking);
    room.hangs_up(mario);
}

/// Mario is left alone, and the other seat's phone cannot be reached for him.
fn reached_by_nobody() -> Room {
    let (mut room, _) = left_alone();
    room.phones_are_dead = true;
    room.staffed(2);
    room.wait_s(NO_RINGING_S);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    room.phones_are_dead = false;
    room
}

#[test]
fn a_phone_that_answers_when_asked_has_the_person_whom_it_could_not_be_reached_for() {
    let mut room = reached_by_nobody();
    room.wait_s(20);
    assert_eq!(room.offered(), None);
    room.tell(Input::Probed {
        seat: SeatId(2),
        reachable: true,
    });
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn an_offer_that_never_left_is_held_against_no_seat() {
    let (mut room, _) = left_alone();
    room.staffed(2);
    let (_, leg) = room.offered().expect("the other seat");
    room.not_answered(leg, NOT_SENT);
    assert_eq!(room.offered(), None, "it rests");
    room.wait_s(20);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}
