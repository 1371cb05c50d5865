//! Callbacks beside those who ring in: who goes when the seats are too few for both.

use cuptel_core::id::{QueueId, TrunkId};
use cuptel_core::matching::{Eligibility, Passing};
use cuptel_core::record::Work;
use cuptel_core::rules::{AnswerTarget, GivesWay, PromptId, Rules};
use cuptel_core::step::Input;
use cuptel_core::why::Hold;

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, Room, WRAP_UP_S};

const HOLD_MAX_S: u32 = 3_600;

fn nine_of_ten(share_min: f64) -> impl FnOnce(&mut Rules) {
    move |rules| {
        let queue = rules.queues.get_mut(&QueueId(1)).expect("the queue");
        queue.answer_targets = vec![AnswerTarget {
            share: 0.9,
            within_s: 20,
        }];
        queue.callback.share_min = share_min;
        queue.callback.hold_max_s = HOLD_MAX_S;
    }
}

/// Two people called, gave up, and could be called back; two operators come.
fn two_are_owed(share_min: f64) -> Room {
    two_are_owed_with(nine_of_ten(share_min))
}

fn two_have_called(rules: impl FnOnce(&mut Rules)) -> Room {
    let mut room = Room::with(rules);
    for user in [MARIO, LUCIA] {
        let caller = room.waits(user, BOOK);
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
    room
}

fn two_are_owed_with(rules: impl FnOnce(&mut Rules)) -> Room {
    let mut room = two_have_called(rules);
    room.staffed(1);
    room.staffed(2);
    room
}

#[test]
fn callbacks_are_held_while_those_who_ring_in_would_wait_too_long() {
    let mut room = two_are_owed(0.0);
    assert_eq!(room.offered(), None);
    assert!(room.are_callbacks_held());
    // It becomes quiet: one seat is enough for who may still call.
    let mut waited_s = 0;
    while room.offers_open() == 0 {
        room.wait_s(10);
        waited_s += 10;
    }
    assert_eq!(room.offers_open(), 1);
    assert!(
        (600..HOLD_MAX_S - GRACE_S).contains(&waited_s),
        "{waited_s}"
    );
}

#[test]
fn who_rings_in_is_served_while_callbacks_are_held() {
    let mut room = two_are_owed(0.0);
    room.waits("+393330009999", BOOK);
    assert!(room.offered().is_some());
    assert_eq!(room.offers_open(), 1);
}

/// Two people called, gave up and are owed a call, and somebody comes who takes no callers, with
/// somebody who does, or alone.
fn beside_who_takes_no_callers(others: &[i64]) -> Room {
    let mut room = two_have_called(nine_of_ten(0.0));
    room.takes_no_callers("anna");
    for other in others {
        room.staffed(*other);
    }
    room.staffed(1);
    room
}

#[test]
fn who_takes_no_callers_calls_back_whoever_rings_in() {
    for others in [&[][..], &[2]] {
        let mut room = beside_who_takes_no_callers(others);
        assert_eq!(room.offered().map(|(seat, _)| seat), Some(1), "{others:?}");
        assert_eq!(room.offers_open(), 1);
        // And takes nothing from those who may call back too, once it is quiet.
        let mut waited_s = 0;
        room.seat_picks_up();
        while !others.is_empty() && room.offers_open() == 0 {
            room.wait_s(10);
            waited_s += 10;
        }
        assert!(waited_s < HOLD_MAX_S, "{waited_s}");
    }
}

#[test]
fn why_a_callback_waits_names_the_seats_that_are_kept_for_callers() {
    let mut room = two_are_owed(0.0);
    assert_eq!(room.offered(), None);
    let waits = room.callbacks()[0].id;
    let why = room.why(waits.0).expect("it waits");
    assert!(matches!(why.holds.as_slice(), [Hold::GivesWay { .. }]));
    let kept = why.seats.iter().map(|it| (it.eligibility, it.seats));
    let kept: Vec<_> = kept.collect();
    assert!(kept.contains(&(Eligibility::KeptForCallers, 2)), "{kept:?}");
    // One of them takes no callers any more.
    room.takes_no_callers("anna");
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    let decision = room.last_decision().explanation.clone();
    let named = decision.seats.iter().map(|it| (it.seat.0, it.eligibility));
    let named: Vec<_> = named.collect();
    assert_eq!(named, [(1, Eligibility::Eligible)]);
    assert_eq!(decision.free, 1);
}

#[test]
fn a_floor_of_the_seats_calls_back_whatever_comes_in() {
    let mut room = two_are_owed(0.5);
    assert_eq!(room.offers_open(), 1, "one of two");
    assert!(room.are_callbacks_held());
    // Its conversation goes on: the other seat stays free for who rings in.
    room.seat_picks_up();
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn a_seat_that_wraps_up_a_callback_is_still_at_one() {
    let mut room = two_are_owed(0.5);
    room.seat_picks_up();
    let person = room.rung().expect("a number is dialled");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    room.hangs_up(person);
    room.wait_s(WRAP_UP_S - 1);
    assert_eq!(room.offers_open(), 0, "one of two is enough");
    room.wait_s(1);
    assert_eq!(room.offers_open(), 1);
}

#[test]
fn a_seat_that_hears_why_nobody_was_reached_is_still_at_a_callback() {
    let mut room = two_are_owed(0.5);
    let operator = room.seat_picks_up();
    let person = room.rung().expect("a number is dialled");
    room.not_answered(person, 486);
    room.wait_s(1);
    assert_eq!(room.offers_open(), 0, "one of two is enough");
    room.heard(operator);
    assert_eq!(room.offers_open(), 1);
}

fn to_waiting(rules: &mut Rules) {
    let queue = rules.queues.get_mut(&QueueId(1)).expect("the queue");
    queue.callback.gives_way = GivesWay::ToWaiting;
    queue.callback.share_overdue = 0.5;
    queue.callback.hold_max_s = HOLD_MAX_S;
}

#[test]
fn a_callback_is_dialled_by_a_seat_that_has_no_caller_to_answer() {
    let mut room = two_have_called(to_waiting);
    // Longer than the bonus of who is on the line.
    room.wait_s(900);
    room.waits("+393330009999", BOOK);
    room.staffed(1);
    assert!(matches!(room.last_offer().work, Work::Attempt(_)));
    let decision = room.last_decision().explanation.clone();
    let why: Vec<Passing> = decision.passed_over.iter().map(|it| it.why).collect();
    assert_eq!(why, [Passing::AfterCallers; 2]);
    let waits = room.callbacks()[0].id;
    let holds = room.why(waits.0).expect("it waits").holds;
    assert!(
        matches!(holds.as_slice(), [Hold::AfterCallers { .. }]),
        "{holds:?}"
    );
    assert!(!room.are_callbacks_held());
    room.staffed(2);
    assert!(matches!(room.last_offer().work, Work::Callback(_)));
}

#[test]
fn a_callback_that_waited_long_enough_goes_before_who_rang_in_later_on_seats_set_aside() {
    let mut room = two_have_called(to_waiting);
    room.wait_s(HOLD_MAX_S);
    room.waits("+393330009999", BOOK);
    room.staffed(1);
    assert!(matches!(room.last_offer().work, Work::Callback(_)));
    room.staffed(2);
    assert!(matches!(room.last_offer().work, Work::Attempt(_)));
}

#[test]
fn callbacks_that_go_after_callers_do_not_stand_before_them() {
    const FIRST_IN_LINE: PromptId = PromptId(2);
    let mut room = two_have_called(to_waiting);
    room.waits("+393330001001", BOOK);
    room.staffed(1);
    room.seat_picks_up();
    room.wait_s(900);
    let caller = room.waits("+393330009999", BOOK);
    room.wait_s(30);
    assert_eq!(room.said_to(caller), Some(vec![FIRST_IN_LINE]));
}

/// Until the callbacks are overdue, others ring in and give up: it does not become quiet.
fn becomes_overdue(room: &mut Room) {
    stays_busy(room, MINUTES_HELD);
    room.wait_s(60);
}

/// Minutes until the callbacks are nearly overdue.
const MINUTES_HELD: u32 = (HOLD_MAX_S - GRACE_S) / 60 - 1;

fn stays_busy(room: &mut Room, minutes: u32) {
    for _ in 0..minutes {
        assert_eq!(room.offers_open(), 0);
        for _ in 0..3 {
            let caller = room.calls("+390861555555");
            room.presses(caller, BOOK);
            room.hangs_up(caller);
        }
        room.wait_s(60);
    }
}

#[test]
fn a_callback_is_held_no_longer_than_it_may_be() {
    let mut room = two_are_owed(0.0);
    becomes_overdue(&mut room);
    assert_eq!(room.offers_open(), 2);
}

#[test]
fn who_rings_in_keeps_seats_however_many_callbacks_are_overdue() {
    let mut room = two_are_owed_with(|rules| {
        nine_of_ten(0.0)(rules);
        let queue = rules.queues.get_mut(&QueueId(1)).expect("the queue");
        queue.callback.share_overdue = 0.5;
    });
    becomes_overdue(&mut room);
    assert_eq!(room.offers_open(), 1, "one seat of two");
    room.waits("+393330009999", BOOK);
    assert_eq!(room.offers_open(), 2, "the other is for who rings in");
}

#[test]
fn who_is_overdue_is_called_though_somebody_with_priority_stands_before() {
    let mut room = two_are_owed_with(|rules| {
        nine_of_ten(0.0)(rules);
        let queue = rules.queues.get_mut(&QueueId(1)).expect("the queue");
        queue.callback.share_overdue = 0.5;
        rules.limits.interrupted_priority_s = 2 * HOLD_MAX_S;
    });
    stays_busy(&mut room, MINUTES_HELD - 5);
    let cut_off = room.waits("+393330009999", BOOK);
    room.seat_picks_up();
    room.wait_s(30);
    room.tell(Input::MediaLost { leg: cut_off });
    stays_busy(&mut room, 5);
    let first = room
        .callbacks()
        .into_iter()
        .max_by_key(|row| row.priority_ms);
    let first = first.expect("who was cut off").id;
    let until = |hold: Hold| match hold {
        Hold::GivesWay { until_ms } => Some(until_ms),
        Hold::Stopping
        | Hold::Stopped { .. }
        | Hold::NotStored
        | Hold::NotDue { .. }
        | Hold::TimeChosen { .. }
        | Hold::WindowClosed { .. }
        | Hold::NoChannel
        | Hold::TrunksDown { .. }
        | Hold::Emergency
        | Hold::AfterCallers { .. }
        | Hold::InACall
        | Hold::Unreconciled
        | Hold::Campaign
        | Hold::AsManyAsFree
        | Hold::WithoutOperator
        | Hold::Assigned
        | Hold::WaitsForOperator { .. } => None,
    };
    let gives_way = |room: &Room| {
        let why = room.why(first.0).expect("it waits");
        why.holds.into_iter().find_map(until)
    };
    let oldest_ms = room.callbacks().iter().map(|row| row.place_ms).min();
    let overdue_ms = oldest_ms.map(|ms| ms + i64::from(HOLD_MAX_S) * 1_000);
    assert_eq!(gives_way(&room), overdue_ms, "it is the oldest that opens");
    let mut left_s = 60;
    while room.offers_open() == 0 && left_s > 0 {
        room.wait_s(1);
        left_s -= 1;
    }
    assert_eq!(room.last_offer().work, Work::Callback(first));
}

#[test]
fn callbacks_leave_channels_to_those_who_ring_in() {
    let mut room = Room::with(|rules| {
        let trunk = rules.trunks.get_mut(&TrunkId(1)).expect("the trunk");
        trunk.inbound_min = trunk.channels - 1;
    });
    for user in [MARIO, LUCIA] {
        let caller = room.waits(user, BOOK);
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
    room.staffed(1);
    room.staffed(2);
    assert_eq!(room.offers_open(), 1, "one channel is left for callbacks");
}
