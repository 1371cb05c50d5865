//! Debts: when they are paid, how often it is tried, what settles them.

use cuptel_core::id::QueueId;
use cuptel_core::step::Input;
use cuptel_core::words::{
    CallbackState, ClosedHow, DialResult, Disposition, NeedKind, Outcome, Party, WorkState,
};

use crate::room::{
    BOOK, BUSY_S, CANCEL, DECLINED_S, GRACE_S, MARIO, NO_ANSWER_S, PERSON_DECLINED_S, RING_S, Room,
    SEAT_RING_S, TRIES_MAX,
};

/// Mario gave up in the queue; a seat is free; his time has come.
fn owed() -> Room {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room
}

/// The operator has heard why the person was not reached.
fn operator_told(room: &mut Room) {
    let leg = room.last_seat_leg().expect("a seat was rung");
    room.heard(leg);
}

#[test]
fn nobody_is_called_back_before_their_rest() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    assert_eq!(room.rung(), None, "the operator first");
    room.seat_picks_up();
    assert!(room.rung().is_some());
}

#[test]
fn every_further_attempt_begins_the_rest_again() {
    let mut room = Room::new();
    for _ in 0..2 {
        let mario = room.waits(MARIO, BOOK);
        room.hangs_up(mario);
        room.wait_s(GRACE_S - 1);
    }
    room.staffed(1);
    assert_eq!(room.offered(), None);
    assert_eq!(room.callback().attempts, 2);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn one_who_wished_to_be_called_and_stays_on_the_line_rests_from_the_end() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(70);
    room.presses(mario, '*');
    room.wait_s(20);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::CallbackRequested));
    assert_eq!(room.callback().attempts, 1);
    room.staffed(1);
    room.wait_s(GRACE_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn busy_and_no_answer_rest_differently_and_tries_come_to_an_end() {
    let mut room = owed();
    room.seat_picks_up();
    let leg = room.rung().unwrap();
    room.not_answered(leg, 486);
    operator_told(&mut room);
    assert_eq!(room.dials()[0].result, Some(DialResult::Busy));
    assert_eq!(room.callback().tries, 1);
    room.wait_s(BUSY_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    room.seat_picks_up();
    room.wait_s(RING_S);
    assert_eq!(room.dials()[1].result, Some(DialResult::NoAnswer));
    assert_eq!(room.rung(), None, "the ringing was cancelled");
    assert_eq!(room.callback().tries, i64::from(TRIES_MAX));
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Exhausted));
}

#[test]
fn who_is_on_the_phone_each_time_is_not_given_up_as_soon_as_who_never_answers() {
    let mut room = Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            (queue.callback.tries_max, queue.callback.busy_per_try) = (2, 2);
        }
    });
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    for tries in [0, 1, 1, 2] {
        room.seat_picks_up();
        let leg = room.rung().unwrap();
        room.not_answered(leg, 486);
        operator_told(&mut room);
        assert_eq!(room.callback().tries, tries);
        room.wait_s(BUSY_S);
    }
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Exhausted));
}

#[test]
fn who_refuses_the_call_or_hangs_up_at_once_has_a_spacing_of_their_own() {
    for picks_up in [false, true] {
        let mut room = owed();
        room.seat_picks_up();
        let leg = room.rung().unwrap();
        if picks_up {
            room.tell(Input::Answered { leg });
            room.wait_s(1);
            room.hangs_up(leg);
        } else {
            room.not_answered(leg, 603);
        }
        assert_eq!(
            room.work_of(1),
            WorkState::Talking,
            "the operator hears why"
        );
        operator_told(&mut room);
        assert_eq!(room.work_of(1), WorkState::Idle, "no wrap-up is asked for");
        let dials = room.dials();
        assert_eq!(dials[0].result, Some(DialResult::Declined));
        assert_eq!(dials[0].answered_ms.is_some(), picks_up);
        assert_eq!(
            (room.callback().tries, room.callback().state),
            (1, CallbackState::Waiting)
        );
        let rests_ms = room.callback().not_before_ms - room.dials()[0].ended_ms.unwrap();
        assert_eq!(rests_ms, i64::from(PERSON_DECLINED_S) * 1_000);
        room.wait_s(PERSON_DECLINED_S - 2);
        assert_eq!(room.offered(), None);
        room.wait_s(2);
        assert!(room.offered().is_some());
    }
}

#[test]
fn no_answer_rests_as_the_queue_says() {
    let mut room = owed();
    room.seat_picks_up();
    room.wait_s(RING_S);
    operator_told(&mut room);
    room.wait_s(NO_ANSWER_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn an_offer_that_the_seat_declines_spends_no_try() {
    let mut room = owed();
    let (_, leg) = room.offered().unwrap();
    room.not_answered(leg, 603);
    assert_eq!(
        (room.callback().tries, room.callback().state),
        (0, CallbackState::Waiting)
    );
    assert!(room.dials().is_empty());
    room.wait_s(DECLINED_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn a_person_who_rings_in_while_rung_is_married_and_keeps_the_place() {
    let mut room = owed();
    let place_ms = room.callback().place_ms;
    let seat = room.seat_picks_up();
    let dialled = room.rung().unwrap();
    // Somebody else has called since, and nobody is free.
    room.waits("+393331000009", BOOK);
    room.wait_s(3);
    room.waits(MARIO, BOOK);
    assert!(room.was_hung_up(dialled));
    assert_eq!(room.dials()[0].result, Some(DialResult::Married));
    assert_eq!(room.callback().tries, 0);
    room.heard(seat);
    room.seat_picks_up();
    assert_eq!(
        room.attempt(2).talking_ms,
        Some(room.now_ms()),
        "the held place {place_ms}"
    );
}

#[test]
fn an_offered_callback_is_withdrawn_when_its_person_rings_in() {
    let mut room = owed();
    let (_, leg) = room.offered().unwrap();
    room.rings(MARIO);
    assert!(room.was_hung_up(leg));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_served_call_closes_the_case() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::GotThrough));
    assert!(room.needs().iter().all(|need| need.closed_ms.is_some()));
}

#[test]
fn another_person_of_that_number_keeps_the_case() {
    for while_talking in [true, false] {
        let mut room = Room::new();
        let mario = room.waits(MARIO, BOOK);
        room.hangs_up(mario);
        room.staffed(1);
        let wife = room.waits(MARIO, BOOK);
        room.seat_picks_up();
        room.wait_s(60);
        if while_talking {
            room.disposes(1, Disposition::AnotherPerson);
        }
        room.hangs_up(wife);
        if !while_talking {
            room.disposes(1, Disposition::AnotherPerson);
        }
        assert_eq!(room.callback().state, CallbackState::Waiting);
        assert_eq!(room.callback().closed_ms, None);
        assert!(room.needs().iter().any(|need| need.closed_ms.is_none()));
        assert!(room.callback().not_before_ms >= room.now_ms() + i64::from(GRACE_S) * 1_000);
    }
}

#[test]
fn a_callback_that_reached_another_person_is_not_dialled_again_at_once() {
    let mut room = owed();
    room.seat_picks_up();
    let leg = room.rung().unwrap();
    room.tell(Input::Answered { leg });
    room.wait_s(60);
    room.hangs_up(leg);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    room.disposes(1, Disposition::AnotherPerson);
    assert_eq!(room.callback().closed_how, None);
    room.wait_s(NO_ANSWER_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn a_conversation_on_one_line_does_not_close_what_another_is_about() {
    let mut room = owed();
    room.seat_picks_up();
    let leg = room.rung().unwrap();
    room.tell(Input::Answered { leg });
    // The same landline calls in on its second channel and is served by the other seat.
    room.staffed(2);
    let second = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(second);
    assert_eq!(room.callback().state, CallbackState::Talking);
    room.hangs_up(leg);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    // Nothing of the dial is left behind: the next debt of that number is paid again.
    let mario = room.waits(MARIO, CANCEL);
    room.hangs_up(mario);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
}

#[test]
fn an_unknown_need_is_refined_by_the_queue_that_is_chosen_later() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    assert_eq!(room.needs()[0].queue, None);
    let mario = room.waits(MARIO, CANCEL);
    room.hangs_up(mario);
    let needs = room.needs();
    assert_eq!(needs.len(), 1);
    assert_eq!(
        (needs[0].queue, needs[0].kind),
        (Some(QueueId(2)), NeedKind::Missed)
    );
    assert_eq!(room.callback().attempts, 2);
}

#[test]
fn a_call_too_short_to_have_served_is_interrupted() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(2);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.needs()[0].kind, NeedKind::Interrupted);
}

#[test]
fn a_seat_that_hangs_up_while_the_person_rings_cancels_the_dial() {
    let mut room = owed();
    let seat = room.seat_picks_up();
    room.tell(Input::Ended {
        leg: seat,
        by: Party::Seat,
    });
    assert_eq!(room.rung(), None);
    assert_eq!(room.dials()[0].result, Some(DialResult::Cancelled));
    assert_eq!(room.callback().tries, 0);
    assert_eq!(room.work_of(1), WorkState::Idle);
}

#[test]
fn a_callback_that_no_seat_takes_waits_for_the_next() {
    let mut room = owed();
    room.wait_s(SEAT_RING_S);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    room.staffed(2);
    room.wait_s(DECLINED_S);
    assert!(room.offered().is_some());
}

#[test]
fn a_phone_that_dies_while_its_operator_is_told_why_is_hung_up_and_free() {
    let mut room = owed();
    let seat = room.seat_picks_up();
    room.wait_s(RING_S);
    room.tell(Input::MediaLost { leg: seat });
    assert!(room.was_hung_up(seat));
    assert_eq!(room.work_of(1), WorkState::Idle);
}

#[test]
fn a_case_reopened_after_its_timer_fired_is_still_paid() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    let wife = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(GRACE_S - 10);
    room.hangs_up(wife);
    room.wait_s(20);
    room.disposes(1, Disposition::AnotherPerson);
    room.wait_s(NO_ANSWER_S);
    assert!(room.offered().is_some());
}

#[test]
fn another_person_of_a_number_that_has_called_again_keeps_what_was_owed_with_its_place() {
    let mut room = owed();
    let place_ms = room.callback().place_ms;
    room.seat_picks_up();
    let leg = room.rung().unwrap();
    room.tell(Input::Answered { leg });
    room.wait_s(60);
    room.hangs_up(leg);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    // Somebody of the family gives up before the operator says who it was.
    let family = room.waits(MARIO, CANCEL);
    room.hangs_up(family);
    room.disposes(1, Disposition::AnotherPerson);
    let open = *room.callbacks().last().unwrap();
    assert_eq!(open.closed_ms, None);
    assert_eq!(open.place_ms, place_ms, "the oldest place");
    let needs = room.needs();
    let wanted = needs.iter().filter(|need| need.callback == open.id);
    let wanted: Vec<_> = wanted.map(|need| (need.queue, need.closed_ms)).collect();
    assert_eq!(
        wanted,
        [(Some(QueueId(2)), None), (Some(QueueId(1)), None)],
        "both are owed"
    );
    room.wait_s(NO_ANSWER_S - 1);
    assert_eq!(room.offered(), None, "somebody there has just talked");
    room.wait_s(1);
    assert!(room.offered().is_some());
}
