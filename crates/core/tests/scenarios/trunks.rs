//! Several trunks: which one a dial goes through, and what becomes of it where a trunk refuses.

use cuptel_core::id::{LegId, TrunkId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::DialRow;
use cuptel_core::rules::{Rules, Trunk};
use cuptel_core::step::{Command, Destination, Effect, Input, NOT_SENT, SILENT};
use cuptel_core::stop_button::ButtonTold;
use cuptel_core::why::Hold;
use cuptel_core::words::{
    Button, CallbackEventKind, CallbackState, DialResult, DialState, Outcome, PriorityClass,
};

use crate::room::{BOOK, BUSY_S, GRACE_S, LUCIA, MARIO, RING_S, Room, WRAP_UP_S, book};

const FIRST: TrunkId = TrunkId(1);
const SECOND: TrunkId = TrunkId(2);
const AVOID_S: u32 = 60;

fn change(rules: &mut Rules, id: TrunkId, change: impl FnOnce(&mut Trunk)) {
    change(rules.trunks.get_mut(&id).expect("a trunk"));
}

/// Two carriers, the second for what the first does not take.
fn two(rules: &mut Rules) {
    change(rules, FIRST, |trunk| {
        (trunk.dials.failures_max, trunk.dials.avoid_s) = (2, AVOID_S);
    });
    let mut second = rules.trunks[&FIRST].clone();
    "second".clone_into(&mut second.name);
    second.dials.order = 1;
    rules.trunks.insert(SECOND, second);
}

/// Mario is rung, by way of the first trunk.
fn rung(rules: impl FnOnce(&mut Rules)) -> (Room, LegId) {
    let mut room = Room::with(rules);
    owe(&mut room, MARIO);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let leg = room.rung().expect("he is rung");
    (room, leg)
}

fn owe(room: &mut Room, user: &str) {
    let caller = room.waits(user, BOOK);
    room.hangs_up(caller);
}

fn trunks_of(room: &Room) -> Vec<TrunkId> {
    room.dials().iter().map(|dial| dial.trunk).collect()
}

fn ended(dial: &DialRow) -> (DialState, Option<DialResult>, Option<u16>) {
    (dial.state, dial.result, dial.sip_status)
}

/// The next person who is owed a call is rung, by one trunk after the other, and this is heard.
fn ends_with(room: &mut Room, statuses: &[u16]) {
    room.seat_picks_up();
    for status in statuses {
        let leg = room.rung().expect("somebody is rung");
        room.not_answered(leg, *status);
    }
    let seat = room.last_seat_leg().expect("a seat was rung");
    room.heard(seat);
}

fn dials_in_vain(room: &mut Room) {
    ends_with(room, &[486]);
}

#[test]
fn a_call_that_a_trunk_refuses_goes_through_the_next_one_as_the_same_try() {
    let (mut room, leg) = rung(two);
    room.not_answered(leg, 503);
    let second = room.rung().expect("he is rung by the other trunk");
    assert_ne!(second, leg);
    assert_eq!(trunks_of(&room), [FIRST, SECOND]);
    let dials = room.dials();
    assert_eq!(
        ended(dials[0]),
        (DialState::Ended, Some(DialResult::TrunkFailed), Some(503))
    );
    assert_eq!(ended(dials[1]), (DialState::InFlight, None, None));
    assert_eq!(dials[0].ended_ms, Some(dials[1].placed_ms));
    assert_eq!(room.callback().state, CallbackState::Dialling);
    room.tell(Input::Ringing { leg: second });
    room.tell(Input::Answered { leg: second });
    assert_eq!(room.callback().state, CallbackState::Talking);
    assert_eq!(room.callback().tries, 1);
    assert_eq!(room.last_callback_event().kind, CallbackEventKind::Reached);
    assert_eq!(room.trunk_named("carrier").outbound, 0);
    assert_eq!(room.trunk_named("second").outbound, 1);
}

#[test]
fn nobody_is_rung_again_who_was_rung_or_of_whom_the_network_said_something() {
    for (heard, status, result) in [
        (true, 503, DialResult::Unreachable),
        (false, 486, DialResult::Busy),
        (false, 480, DialResult::NoAnswer),
        (false, 404, DialResult::Unreachable),
        (false, 603, DialResult::Declined),
        (false, NOT_SENT, DialResult::Cancelled),
        // The carrier may have rung him and its word was lost.
        (false, SILENT, DialResult::TrunkFailed),
        (true, SILENT, DialResult::Unreachable),
    ] {
        let (mut room, leg) = rung(two);
        if heard {
            room.tell(Input::Ringing { leg });
        }
        room.not_answered(leg, status);
        assert_eq!(trunks_of(&room), [FIRST], "{status}");
        assert_eq!(room.dials()[0].result, Some(result), "{status}");
        assert_eq!(room.callback().state, CallbackState::Waiting);
    }
}

#[test]
fn who_has_called_meanwhile_is_not_rung_by_the_next_trunk() {
    let (mut room, leg) = rung(|rules| {
        two(rules);
        change(rules, FIRST, |trunk| {
            (trunk.answer_max, trunk.outbound_min) = (1, 1);
        });
    });
    room.waits(LUCIA, BOOK);
    room.calls(MARIO);
    assert_eq!(room.outcome(2), Some(Outcome::RefusedLines));
    room.not_answered(leg, 503);
    assert_eq!(trunks_of(&room), [FIRST]);
    let row = room.callback();
    assert_eq!(row.state, CallbackState::Waiting);
    assert!(row.not_before_ms > room.now_ms());
}

#[test]
fn a_carrier_that_does_not_know_us_any_more_has_rung_nobody_and_is_down() {
    let mut room = Room::with(two);
    for nth in 0..2 {
        owe(&mut room, &format!("+39333100005{nth}"));
    }
    room.staffed(1);
    room.wait_s(GRACE_S);
    for _ in 0..2 {
        ends_with(&mut room, &[401, 486]);
    }
    assert!(room.trunk_named("carrier").down_since_ms.is_some());
}

#[test]
fn a_failure_of_nobody_in_particular_counts_against_the_trunk_and_tries_no_other() {
    for (status, is_down) in [
        (500, true),
        (504, true),
        (408, true),
        (403, false),
        (404, false),
    ] {
        let mut room = Room::with(two);
        for nth in 0..2 {
            owe(&mut room, &format!("+39333100005{nth}"));
        }
        room.staffed(1);
        room.wait_s(GRACE_S);
        for _ in 0..2 {
            ends_with(&mut room, &[status]);
        }
        assert_eq!(trunks_of(&room), [FIRST, FIRST], "{status}");
        let down = room.trunk_named("carrier").down_since_ms;
        assert_eq!(down.is_some(), is_down, "{status}");
    }
}

#[test]
fn a_refusal_that_comes_late_may_be_that_of_who_had_a_phone_ring() {
    let (mut room, leg) = rung(two);
    room.wait_s(6);
    room.not_answered(leg, 503);
    assert_eq!(trunks_of(&room), [FIRST]);
    assert_eq!(room.dials()[0].result, Some(DialResult::Unreachable));
}

/// Two persons are rung for as long as they may be, and nothing is heard of their phones.
fn rings_out(room: &mut Room) {
    for _ in 0..2 {
        room.seat_picks_up();
        room.rung().expect("somebody is rung");
        room.wait_s(RING_S);
        let seat = room.last_seat_leg().expect("a seat was rung");
        room.heard(seat);
    }
}

#[test]
fn a_trunk_of_which_nothing_is_heard_is_down_unless_it_never_says_that_a_phone_rings() {
    for is_mute in [false, true] {
        let (mut room, leg) = rung(two);
        if is_mute {
            room.tell(Input::Answered { leg });
            room.wait_s(60);
        } else {
            room.not_answered(leg, 486);
        }
        room.hangs_up(leg);
        room.reloads(|rules| book(rules).callback.grace_s = 0)
            .expect("the rules are taken");
        room.wait_s(WRAP_UP_S);
        for nth in 0..2 {
            owe(&mut room, &format!("+39333100005{nth}"));
        }
        if !is_mute {
            let seat = room.last_seat_leg().expect("a seat was rung");
            room.heard(seat);
        }
        rings_out(&mut room);
        let down = room.trunk_named("carrier").down_since_ms;
        assert_eq!(down.is_some(), !is_mute);
    }
}

#[test]
fn nobody_pays_for_the_trial_of_a_trunk_that_is_known_to_be_down() {
    let mut room = Room::with(|rules| {
        change(rules, FIRST, |trunk| {
            (trunk.dials.failures_max, trunk.dials.avoid_s) = (1, AVOID_S);
        });
    });
    owe(&mut room, MARIO);
    owe(&mut room, LUCIA);
    room.staffed(1);
    room.wait_s(GRACE_S);
    for (nth, tries) in [(0, 1), (1, 0)] {
        ends_with(&mut room, &[SILENT]);
        assert_eq!(room.callbacks()[nth].tries, tries);
        room.wait_s(AVOID_S);
    }
}

#[test]
fn who_was_busy_rests_though_no_try_is_spent() {
    let (mut room, leg) = rung(|rules| {
        two(rules);
        book(rules).callback.busy_per_try = 3;
    });
    room.not_answered(leg, 486);
    let rests_ms = room.callback().not_before_ms;
    assert_eq!(room.callback().tries, 0);
    room.takes_in_charge(MARIO, PriorityClass::B);
    assert_eq!(room.callback().not_before_ms, rests_ms);
}

#[test]
fn who_is_refused_by_every_trunk_rests_and_has_spent_one_try() {
    let (mut room, leg) = rung(two);
    room.not_answered(leg, 503);
    let second = room.rung().expect("he is rung by the other trunk");
    room.not_answered(second, 503);
    assert_eq!(trunks_of(&room), [FIRST, SECOND]);
    let seat = room.last_seat_leg().expect("a seat was rung");
    room.heard(seat);
    assert_eq!(room.callback().tries, 1);
    // It was our line that failed, not they.
    room.wait_s(BUSY_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn a_stop_that_is_pressed_meanwhile_keeps_the_next_trunk_from_being_tried() {
    let (mut room, leg) = rung(two);
    let told = ButtonTold {
        button: Button::Outgoing,
        tenant: None,
        queue: None,
    };
    room.commands(Command::PressStop {
        told,
        pressed: Box::default(),
    })
    .expect("it is pressed");
    room.not_answered(leg, 503);
    assert_eq!(trunks_of(&room), [FIRST]);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_trunk_that_refuses_one_dial_after_the_other_is_avoided_and_tried_with_one() {
    let mut room = Room::with(|rules| {
        two(rules);
        for queue in rules.queues.values_mut() {
            queue.callback.tries_max = 9;
        }
    });
    owe(&mut room, MARIO);
    owe(&mut room, LUCIA);
    room.staffed(1);
    room.wait_s(GRACE_S);
    for _ in 0..2 {
        ends_with(&mut room, &[503, 486]);
    }
    assert_eq!(trunks_of(&room), [FIRST, SECOND, FIRST, SECOND]);
    let down_ms = room.trunk_named("carrier").down_since_ms;
    assert_eq!(down_ms, Some(room.now_ms()));
    assert_eq!(room.trunk_named("second").down_since_ms, None);
    // It is left out now, and tried again after a while: that it tells of a person is enough.
    room.reloads(|rules| book(rules).callback.grace_s = 0)
        .expect("the rules are taken");
    owe(&mut room, "+393331000031");
    dials_in_vain(&mut room);
    assert_eq!(trunks_of(&room).last(), Some(&SECOND));
    room.wait_s(AVOID_S);
    assert_eq!(room.trunk_named("carrier").down_since_ms, down_ms);
    owe(&mut room, "+393331000032");
    dials_in_vain(&mut room);
    assert_eq!(trunks_of(&room).last(), Some(&FIRST));
    assert_eq!(room.trunk_named("carrier").down_since_ms, None);
}

#[test]
fn where_every_trunk_is_down_debts_wait_and_one_of_them_tries_it() {
    let mut room = Room::with(|rules| {
        change(rules, FIRST, |trunk| {
            (trunk.dials.failures_max, trunk.dials.avoid_s) = (1, AVOID_S);
            trunk.outbound_min = 4;
        });
    });
    for user in [MARIO, LUCIA, "+393331000031"] {
        owe(&mut room, user);
    }
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let leg = room.rung().expect("the first is rung");
    room.not_answered(leg, 503);
    let seat = room.last_seat_leg().expect("a seat was rung");
    room.heard(seat);
    room.staffed(2);
    let since_ms = room.trunk().down_since_ms.expect("it is down");
    assert_eq!(since_ms, room.now_ms());
    let lucia = room.callbacks()[1].id;
    let holds = |room: &Room| room.why(lucia.0).expect("she waits").holds;
    assert_eq!(holds(&room), [Hold::TrunksDown { since_ms }]);
    assert_eq!(room.offers_open(), 0);
    room.wait_s(AVOID_S);
    assert_eq!(room.offers_open(), 1, "two seats are free, two are owed");
    room.seat_picks_up();
    let leg = room.rung().expect("she is rung");
    assert_eq!(room.offers_open(), 0);
    room.tell(Input::Ringing { leg });
    assert_eq!(room.trunk().down_since_ms, None);
    assert_eq!(room.offers_open(), 1, "the other is asked about");
}

#[test]
fn trunks_of_one_order_share_the_dials_by_weight() {
    let mut room = Room::with(|rules| {
        two(rules);
        change(rules, FIRST, |trunk| trunk.dials.weight = 3);
        change(rules, SECOND, |trunk| trunk.dials.order = 0);
    });
    for n in 0..8 {
        owe(&mut room, &format!("+39333100004{n}"));
    }
    room.staffed(1);
    room.wait_s(GRACE_S);
    for _ in 0..8 {
        dials_in_vain(&mut room);
    }
    let by_fours: Vec<usize> = trunks_of(&room)
        .chunks(4)
        .map(|four| four.iter().filter(|id| **id == FIRST).count())
        .collect();
    assert_eq!(by_fours, [3, 3], "{:?}", trunks_of(&room));
}

#[test]
fn a_queue_shows_its_own_number_and_a_trunk_may_insist_on_its_own() {
    let number = |text: &str| PhoneNumber::parse_e164(text).expect("a number");
    let own = number("+390861000099");
    let shown = |insists: bool| {
        let (room, _) = rung(|rules| {
            book(rules).cli = Some(own.clone());
            change(rules, FIRST, |trunk| trunk.dials.shows_own_cli = insists);
        });
        room.was_done(|effect| {
            matches!(effect, Effect::Invite { to, .. }
                if matches!(&**to, Destination::Person { cli, .. } if *cli == own))
        })
    };
    assert!(shown(false));
    assert!(!shown(true));
}
