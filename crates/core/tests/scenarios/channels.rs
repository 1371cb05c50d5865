//! Channels of the trunks: what callers and callbacks may take of them, and what stays spare.

use cuptel_core::id::TrunkId;
use cuptel_core::rules::Rules;
use cuptel_core::step::Effect;
use cuptel_core::words::{DialState, Outcome};

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, Room};

const PEOPLE: [&str; 5] = [
    "+393331000011",
    "+393331000012",
    "+393331000013",
    "+393331000014",
    "+393331000015",
];

/// Six channels: three lines for those who ring in, one for callbacks alone, two spare.
fn with_a_spare(rules: &mut Rules) {
    let trunk = rules.trunks.get_mut(&TrunkId(1)).expect("the trunk");
    (trunk.channels, trunk.answer_max, trunk.outbound_min) = (6, 3, 1);
    trunk.storm_lines = 3;
}

/// Two people are called back and talk.
fn two_are_called_back(rules: impl FnOnce(&mut Rules)) -> Room {
    let mut room = Room::with(rules);
    for user in [MARIO, LUCIA] {
        let caller = room.waits(user, BOOK);
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
    for seat in [1, 2] {
        room.staffed(seat);
        room.seat_picks_up();
        let person = room.rung().expect("a person is rung");
        room.tell(cuptel_core::step::Input::Answered { leg: person });
    }
    room
}

fn is_refused(room: &Room) -> bool {
    let last = room.count(|effect| matches!(effect, Effect::Refuse { .. }));
    last > 0
}

#[test]
fn callbacks_beyond_their_own_channels_stand_on_lines_of_callers() {
    let mut room = two_are_called_back(with_a_spare);
    assert_eq!(room.trunk().outbound, 2);
    room.calls(PEOPLE[0]);
    room.calls(PEOPLE[1]);
    assert!(!is_refused(&room));
    room.rings(PEOPLE[2]);
    assert!(is_refused(&room), "two channels stay spare");
    // As with all lines taken: the row is there, and the debt.
    let row = room.attempt(4);
    assert_eq!(row.outcome, Some(Outcome::RefusedLines));
    assert!(row.callback.is_some());
    assert_eq!(room.trunk().full_since_ms, None);
}

#[test]
fn callers_have_every_line_once_callbacks_end() {
    let mut room = two_are_called_back(with_a_spare);
    for user in &PEOPLE[..2] {
        room.calls(user);
    }
    let person = room.rung().expect("a person talks");
    room.hangs_up(person);
    room.calls(PEOPLE[2]);
    assert!(!is_refused(&room));
    assert_eq!((room.trunk().inbound, room.trunk().outbound), (3, 1));
}

#[test]
fn who_finds_no_line_for_callbacks_hears_a_notice_and_the_spare_stays() {
    let mut room = two_are_called_back(|rules| {
        with_a_spare(rules);
        let trunk = rules.trunks.get_mut(&TrunkId(1)).expect("the trunk");
        trunk.notice_lines = 1;
    });
    for user in &PEOPLE[..3] {
        room.calls(user);
    }
    assert!(!is_refused(&room));
    let now = room.trunk();
    assert_eq!((now.inbound, now.notices, now.outbound), (2, 1, 2));
    assert!(now.storm.is_some(), "no line is free");
    room.rings(PEOPLE[3]);
    assert!(is_refused(&room));
    assert_eq!(room.trunk().full_since_ms, None);
}

#[test]
fn a_callback_goes_out_on_the_trunk_that_has_room_for_it() {
    let mut room = Room::with(|rules| {
        let full = rules.trunks.get_mut(&TrunkId(1)).expect("the trunk");
        (full.answer_max, full.outbound_min) = (2, 0);
        let other = full.clone();
        rules.trunks.insert(TrunkId(2), other);
    });
    let caller = room.waits(MARIO, BOOK);
    room.hangs_up(caller);
    room.calls(PEOPLE[0]);
    room.calls(PEOPLE[1]);
    room.wait_s(GRACE_S);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.dials()[0].trunk, TrunkId(2));
    assert_eq!(room.dials()[0].state, DialState::InFlight);
}

#[test]
fn a_line_that_callers_took_while_the_seat_rang_is_no_line_for_a_callback() {
    let mut room = Room::with(|rules| {
        let trunk = rules.trunks.get_mut(&TrunkId(1)).expect("the trunk");
        (trunk.answer_max, trunk.outbound_min) = (2, 0);
    });
    let caller = room.waits(MARIO, BOOK);
    room.hangs_up(caller);
    room.wait_s(GRACE_S);
    room.staffed(1);
    assert!(room.offered().is_some());
    room.calls(PEOPLE[0]);
    room.calls(PEOPLE[1]);
    room.seat_picks_up();
    assert!(room.dials().is_empty());
    assert_eq!(room.callback().tries, 0);
}
