//! Seats that do not take what they are offered, and seats that vanish: the caller keeps the
//! place, hears what happens, and is lost to nobody.

use cuptel_core::id::SeatId;
use cuptel_core::matching::Eligibility;
use cuptel_core::step::{Effect, Input};
use cuptel_core::words::{Chosen, NeedKind, OfferState, Outcome, Party, WorkState};

use crate::room::{
    ASK_PHONE_S, BOOK, CANCEL, LUCIA, MARIO, NO_RINGING_S, RECONNECTING, Room, SEAT_RING_S,
    WRAP_UP_S,
};

/// Mario waits; seat 1 is offered him, and its phone says this.
fn refused_with(status: u16) -> Room {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, leg) = room.offered().expect("seat 1 is offered Mario");
    room.not_answered(leg, status);
    room
}

#[test]
fn a_refusal_is_told_apart_from_busy_and_from_a_phone_that_is_gone() {
    for (status, state, rest_s) in [
        (486, OfferState::Busy, 7),
        (600, OfferState::Busy, 7),
        (603, OfferState::Rejected, 5),
        (480, OfferState::NoAnswer, 6),
        (408, OfferState::NoAnswer, 6),
        (500, OfferState::Unreachable, 7),
    ] {
        let mut room = refused_with(status);
        assert_eq!(room.last_offer().state, state, "{status}");
        assert_eq!(room.offered(), None, "{status}");
        room.waits(LUCIA, BOOK);
        room.wait_s(rest_s - 1);
        assert_eq!(room.offered(), None, "{status}: the seat rests");
        room.wait_s(1);
        let (_, leg) = room.offered().expect("the seat is offered Lucia");
        room.tell(Input::Answered { leg });
        assert_eq!(room.attempt(1).talking_ms, Some(room.now_ms()), "{status}");
        assert_eq!(
            room.attempt(0).talking_ms,
            None,
            "{status}: not Mario again"
        );
    }
}

#[test]
fn a_phone_that_says_do_not_disturb_before_it_rings_has_not_missed_anything() {
    let mut room = Room::new();
    room.phones_are_dead = true;
    room.staffed(1);
    for user in [MARIO, LUCIA, "+393331000003", "+393331000004"] {
        room.waits(user, BOOK);
        let (_, leg) = room.offered().expect("the seat still gets work");
        room.not_answered(leg, 480);
        assert_eq!(room.last_offer().state, OfferState::Rejected);
        room.wait_s(5);
    }
    assert_eq!(room.work_of(1), WorkState::Idle);
}

#[test]
fn only_so_many_misses_in_a_row_make_a_seat_not_responding() {
    let mut room = Room::new();
    room.staffed(1);
    for user in [MARIO, LUCIA] {
        room.waits(user, BOOK);
        room.wait_s(SEAT_RING_S + 6);
        assert_eq!(room.work_of(1), WorkState::Idle);
    }
    let third = room.waits("+393331000003", BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(third);
    room.wait_s(WRAP_UP_S);
    // Taking one begins the count anew.
    for (user, works) in [
        ("+393331000004", WorkState::Idle),
        ("+393331000005", WorkState::Idle),
        ("+393331000006", WorkState::NotResponding),
    ] {
        room.waits(user, BOOK);
        room.wait_s(SEAT_RING_S + 6);
        assert_eq!(room.work_of(1), works, "{user}");
    }
    // Whoever says that they are back may have those whom they missed.
    room.chooses(1, Chosen::Available);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
}

#[test]
fn a_seat_that_did_not_take_an_offer_keeps_its_turn() {
    let mut room = Room::new();
    room.staffed(1);
    room.wait_s(60);
    room.staffed(2);
    room.waits(MARIO, BOOK);
    let (seat, leg) = room.offered().unwrap();
    assert_eq!(seat, 1, "idle longest");
    room.not_answered(leg, 603);
    let talker = room.seat_picks_up();
    room.wait_s(30);
    room.tell(Input::Ended {
        leg: talker,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S);
    room.waits(LUCIA, BOOK);
    assert_eq!(
        room.offered().map(|(seat, _)| seat),
        Some(1),
        "a decline is no work: seat 1 is still the one idle longest"
    );
}

#[test]
fn a_phone_that_does_not_even_ring_is_gone_and_asked_for() {
    let mut room = Room::new();
    room.phones_are_dead = true;
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(NO_RINGING_S - 1);
    assert_eq!(room.last_offer().state, OfferState::Open);
    room.wait_s(1);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    assert!(room.was_done(|effect| matches!(effect, Effect::Probe { .. })));
    room.waits(LUCIA, BOOK);
    room.wait_s(600);
    assert_eq!(
        room.offered(),
        None,
        "nothing is offered to a phone that is gone"
    );
    assert_eq!(
        room.work_of(1),
        WorkState::Idle,
        "it is no miss of the operator"
    );
    room.phones_are_dead = false;
    room.registers(1);
    room.seat_picks_up();
    assert_eq!(
        room.attempt(0).talking_ms,
        Some(room.now_ms()),
        "Mario was first"
    );
}

#[test]
fn a_registration_that_is_lost_while_ringing_gives_the_caller_back_at_once() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(2);
    room.waits(LUCIA, BOOK);
    let (_, leg) = room.offered().unwrap();
    room.unregisters(1);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    assert!(room.was_hung_up(leg));
    room.staffed(2);
    room.seat_picks_up();
    assert_eq!(
        room.attempt(0).talking_ms,
        Some(room.now_ms()),
        "Mario first"
    );
}

#[test]
fn a_registration_that_expires_while_ringing_gives_the_caller_back_at_once() {
    let mut room = Room::new();
    room.staffed(1);
    room.registers_for(1, 60);
    room.wait_s(50);
    room.waits(MARIO, BOOK);
    assert!(room.offered().is_some());
    room.wait_s(10);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
}

#[test]
fn a_phone_has_its_whole_time_to_ring_after_a_disk_that_stalled() {
    let mut room = Room::new();
    room.staffed(1);
    room.disk(true);
    room.waits(MARIO, BOOK);
    room.wait_s(SEAT_RING_S - 2);
    room.disk(false);
    let lease_until_ms = room.now_ms() + i64::from(SEAT_RING_S) * 1_000;
    assert_eq!(room.last_offer().lease_until_ms, lease_until_ms);
    room.wait_s(SEAT_RING_S - 1);
    assert_eq!(room.last_offer().state, OfferState::Open);
    room.wait_s(1);
    assert_eq!(room.last_offer().state, OfferState::NoAnswer);
}

#[test]
fn an_offer_that_never_leaves_ends_all_the_same() {
    let mut room = Room::new();
    room.staffed(1);
    room.disk(true);
    room.waits(MARIO, BOOK);
    room.wait_s(SEAT_RING_S);
    assert_eq!(
        room.last_offer().state,
        OfferState::Unreachable,
        "a phone that never rang is no miss of its operator"
    );
}

#[test]
fn a_caller_whose_seat_dies_is_told_and_goes_before_everyone() {
    let mut room = Room::new();
    // Lucia's case holds a place before Mario's.
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.wait_s(10);
    let mario = room.waits(MARIO, BOOK);
    room.staffed(1);
    let seat = room.seat_picks_up();
    room.waits(LUCIA, BOOK);
    room.wait_s(20);
    room.tell(Input::MediaLost { leg: seat });
    assert!(room.was_hung_up(seat));
    assert!(!room.was_hung_up(mario));
    let told = |effect: &Effect| matches!(effect, Effect::Play { leg, prompts, .. } if *leg == mario && *prompts == [RECONNECTING]);
    assert!(room.was_done(told));
    room.staffed(2);
    room.seat_picks_up();
    assert_eq!(
        room.attempt(1).talking_ms,
        Some(room.now_ms()),
        "Mario goes before Lucia"
    );
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.outcome(1), Some(Outcome::Served));
    assert_eq!(room.attempt(1).callback, None);
}

#[test]
fn a_seat_that_died_has_the_same_caller_again_only_after_its_phone_registered_anew() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let seat = room.seat_picks_up();
    room.wait_s(20);
    room.tell(Input::MediaLost { leg: seat });
    // Its signalling works, which says nothing of its media.
    room.tell(Input::Probed {
        seat: SeatId(1),
        reachable: true,
    });
    assert_eq!(room.offered(), None);
    let lucia = room.waits(LUCIA, CANCEL);
    room.seat_picks_up();
    assert_eq!(room.attempt(1).talking_ms, Some(room.now_ms()));
    room.registers(1);
    room.wait_s(20);
    room.hangs_up(lucia);
    room.wait_s(WRAP_UP_S);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
}

#[test]
fn only_who_is_not_reconnected_is_interrupted_and_owed_a_priority_call() {
    let ends: [fn(&mut Room, cuptel_core::id::LegId); 2] = [
        |room, mario| room.hangs_up(mario),
        |room, mario| {
            room.wait_s(3_601);
            room.heard(mario);
        },
    ];
    for end in ends {
        let mut room = Room::new();
        room.staffed(1);
        let mario = room.waits(MARIO, BOOK);
        let seat = room.seat_picks_up();
        room.wait_s(20);
        room.tell(Input::MediaLost { leg: seat });
        assert_eq!(room.outcome(0), None);
        end(&mut room, mario);
        assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
        assert_eq!(room.callback().priority_ms, 3_600_000);
        assert_eq!(room.attempt(0).callback, Some(room.callback().id));
        assert!(matches!(
            room.needs()[0].kind,
            NeedKind::Interrupted | NeedKind::Requested
        ));
    }
}

/// How often a phone was asked whether it is there.
fn questions(room: &Room) -> usize {
    room.count(|effect| matches!(effect, Effect::Probe { .. }))
}

#[test]
fn a_phone_that_does_not_answer_is_asked_ever_more_rarely_and_works_again_when_it_does() {
    let mut room = Room::new();
    room.staffed(1);
    room.phones_are_dead = true;
    room.waits(MARIO, BOOK);
    room.wait_s(NO_RINGING_S);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    let seat = SeatId(1);
    let silent = Input::Probed {
        seat,
        reachable: false,
    };
    for (nth, pause_s) in [(1, ASK_PHONE_S), (2, 2 * ASK_PHONE_S), (3, 4 * ASK_PHONE_S)] {
        assert_eq!(questions(&room), nth);
        room.tell(silent.clone());
        room.wait_s(pause_s - 1);
        assert_eq!(questions(&room), nth, "the {nth}. pause lasts {pause_s} s");
        room.wait_s(1);
    }
    room.tell(silent);
    room.wait_s(4 * ASK_PHONE_S);
    assert_eq!(questions(&room), 5, "the pause grows no more");
    room.phones_are_dead = false;
    room.waits(LUCIA, BOOK);
    assert_eq!(room.offered(), None);
    room.tell(Input::Probed {
        seat,
        reachable: true,
    });
    room.seat_picks_up();
    assert_eq!(
        room.attempt(0).talking_ms,
        Some(room.now_ms()),
        "Mario was first"
    );
}

#[test]
fn a_silent_phone_is_asked_no_more_when_its_registration_is_over() {
    let mut room = Room::new();
    room.staffed(1);
    room.registers_for(1, 60);
    room.phones_are_dead = true;
    room.waits(MARIO, BOOK);
    room.wait_s(NO_RINGING_S);
    room.wait_s(60 - NO_RINGING_S - 1);
    room.tell(Input::Probed {
        seat: SeatId(1),
        reachable: false,
    });
    room.wait_s(4 * ASK_PHONE_S);
    assert_eq!(questions(&room), 1);
}

#[test]
fn a_phone_that_was_let_go_is_rung_again_only_once_it_has_said_so() {
    let mut room = Room::new();
    room.phones_are_dead = true;
    room.phones_ring_on = true;
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, leg) = room.offered().expect("seat 1 is offered Mario");
    room.wait_s(NO_RINGING_S);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    // It lives, and its INVITE may be on its way still.
    room.registers(1);
    room.wait_s(10);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    let why = room.why(room.attempt(0).id.0).expect("Mario waits");
    let mut seats = why.seats.iter().map(|seats| seats.eligibility);
    assert!(seats.any(|it| it == Eligibility::Resting));
    let by = Party::Network;
    room.tell(Input::Ended { leg, by });
    assert_eq!(room.last_offer().state, OfferState::Open);
}

#[test]
fn a_phone_that_moved_house_is_not_held_to_what_rings_at_the_old_one() {
    let mut room = Room::new();
    room.phones_are_dead = true;
    room.phones_ring_on = true;
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(NO_RINGING_S + 10);
    room.registers_at(1, "10.0.0.77:5060");
    assert_eq!(room.last_offer().state, OfferState::Open);
}

#[test]
fn a_phone_that_is_cut_off_is_no_proof_that_the_other_one_is_there() {
    let mut room = Room::new();
    room.phones_are_dead = true;
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(NO_RINGING_S);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    room.waits(LUCIA, BOOK);
    room.is_left_with_another_phone(1);
    room.wait_s(20);
    assert_eq!(room.offered(), None);
    room.registers(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn a_phone_that_was_picked_up_while_the_machine_stood_still_has_its_caller() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, leg) = room.offered().expect("seat 1 is offered Mario");
    room.staffed(2);
    room.sleeps_s(SEAT_RING_S + 5);
    room.tell_all([Input::Ringing { leg }, Input::Answered { leg }]);
    assert_eq!(room.last_offer().state, OfferState::Accepted);
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
    assert!(!room.was_hung_up(leg));
    assert_eq!(room.work_of(2), WorkState::Idle, "nobody else is rung");
}

#[test]
fn a_phone_that_said_nothing_while_the_machine_stood_still_loses_its_caller_to_the_next() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, leg) = room.offered().expect("seat 1 is offered Mario");
    room.tell(Input::Ringing { leg });
    room.staffed(2);
    room.sleeps_s(SEAT_RING_S + 5);
    room.tell(Input::Tick);
    assert!(room.was_hung_up(leg));
    let (seat, _) = room.offered().expect("seat 2 is offered Mario");
    assert_eq!(seat, 2);
}

/// Mario waits, and the phone of the only seat does not even ring for him.
fn not_reached() -> Room {
    let mut room = Room::new();
    room.phones_are_dead = true;
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(NO_RINGING_S);
    assert_eq!(room.last_offer().state, OfferState::Unreachable);
    room.phones_are_dead = false;
    room
}

#[test]
fn a_phone_that_could_not_be_reached_has_the_caller_again_when_it_shows_itself() {
    let shows: [fn(&mut Room); 2] = [
        |room| {
            room.tell(Input::Probed {
                seat: SeatId(1),
                reachable: true,
            });
        },
        |room| room.registers(1),
    ];
    for show in shows {
        let mut room = not_reached();
        room.wait_s(20);
        assert_eq!(room.offered(), None, "nothing was heard of it");
        show(&mut room);
        assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
        room.seat_picks_up();
        assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
    }
}
