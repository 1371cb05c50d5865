//! Callbacks beside those who ring in: who goes when the seats are too few for both.

use cuptel_core::id::{QueueId, TrunkId};
use cuptel_core::rules::{AnswerTarget, Rules};

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, Room};

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

fn two_are_owed_with(rules: impl FnOnce(&mut Rules)) -> Room {
    let mut room = Room::with(rules);
    for user in [MARIO, LUCIA] {
        let caller = room.waits(user, BOOK);
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
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

#[test]
fn a_floor_of_the_seats_calls_back_whatever_comes_in() {
    let mut room = two_are_owed(0.5);
    assert_eq!(room.offers_open(), 1, "one of two");
    assert!(room.are_callbacks_held());
    // Its conversation goes on: the other seat stays free for who rings in.
    room.seat_picks_up();
    assert_eq!(room.offers_open(), 0);
}

/// Until the callbacks are overdue, others ring in and give up: it does not become quiet.
fn becomes_overdue(room: &mut Room) {
    for _ in 0..(HOLD_MAX_S - GRACE_S) / 60 - 1 {
        assert_eq!(room.offers_open(), 0);
        for _ in 0..3 {
            let caller = room.calls("+390861555555");
            room.presses(caller, BOOK);
            room.hangs_up(caller);
        }
        room.wait_s(60);
    }
    room.wait_s(60);
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
