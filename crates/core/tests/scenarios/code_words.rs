//! Code words: given once where a call is promised, said before the operator when we call, and gone
//! with the callback.

use cuptel_core::hand::Handling;
use cuptel_core::id::{LegId, TenantId};
use cuptel_core::rules::PromptId;
use cuptel_core::step::{Effect, Input};
use cuptel_core::words::{ClosedHow, DialResult, Disposition, Party};

use crate::handling::handles;
use crate::room::{
    BOOK, CODE_GIVEN, CODE_SAID, CODE_TO_OPERATOR, CONFIRMED, GRACE_S, LUCIA, MARIO, Room,
    WRAP_UP_S, digit_spoken,
};

fn with_codes() -> Room {
    Room::with(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("it is there");
        tenant.code_word = true;
    })
}

fn spoken(before: PromptId, code: &str) -> Vec<PromptId> {
    let digits = code.chars().filter_map(|digit| digit.to_digit(10));
    let digits = digits.map(|digit| digit_spoken(digit as usize));
    std::iter::once(before).chain(digits).collect()
}

/// Mario has asked to be called, by key, in the queue.
fn asks(room: &mut Room) -> LegId {
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(70);
    room.presses(mario, '*');
    mario
}

/// He was told a code, and has picked up our call.
fn picks_up(room: &mut Room) -> (LegId, LegId, String) {
    let mario = asks(room);
    let code = room.code_of(room.callback().id).expect("he was told one");
    let given = [vec![CONFIRMED], spoken(CODE_GIVEN, &code)].concat();
    assert_eq!(room.said_to(mario), Some(given));
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let operator = room.seat_picks_up();
    let person = room.rung().expect("Mario is rung");
    room.tell(Input::Answered { leg: person });
    (person, operator, code)
}

fn is_bridged(room: &Room, leg: LegId) -> bool {
    room.was_done(|effect| matches!(effect, Effect::Bridge { b, .. } if *b == leg))
}

#[test]
fn who_was_told_a_code_hears_it_from_us_before_the_operator() {
    let mut room = with_codes();
    let (person, operator, code) = picks_up(&mut room);
    assert_eq!(room.said_to(person), Some(spoken(CODE_SAID, &code)));
    assert_eq!(room.said_to(operator), Some(vec![CODE_TO_OPERATOR]));
    room.heard(operator);
    assert!(!is_bridged(&room, person));
    room.heard(person);
    assert!(is_bridged(&room, person));
    room.wait_s(60);
    room.disposes(1, Disposition::Done);
    room.hangs_up(person);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert_eq!(
        room.code_of(room.callback().id),
        None,
        "nobody needs it any more"
    );
}

#[test]
fn who_is_owed_the_call_again_because_it_was_another_person_has_the_same_code() {
    let mut room = with_codes();
    let (person, operator, code) = picks_up(&mut room);
    room.heard(operator);
    room.heard(person);
    room.wait_s(60);
    room.hangs_up(person);
    let id = room.callback().id;
    assert_eq!(room.code_of(id), None);
    room.disposes(1, Disposition::AnotherPerson);
    assert_eq!(room.code_of(id), Some(code), "it is what they were told");
}

#[test]
fn a_code_that_is_never_heard_to_its_end_keeps_nobody_apart() {
    let mut room = with_codes();
    let (person, ..) = picks_up(&mut room);
    room.wait_s(19);
    assert!(!is_bridged(&room, person));
    room.wait_s(1);
    assert!(is_bridged(&room, person));
    room.heard(person);
    let bridged = room.count(|effect| matches!(effect, Effect::Bridge { .. }));
    assert_eq!(bridged, 1, "and not twice");
}

#[test]
fn who_hangs_up_while_the_code_is_said_has_declined_the_call() {
    let mut room = with_codes();
    let (person, ..) = picks_up(&mut room);
    room.wait_s(9);
    room.hangs_up(person);
    assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
    assert_eq!(room.callback().tries, 1);
    assert!(
        room.code_of(room.callback().id).is_some(),
        "it is said next time"
    );
}

#[test]
fn a_code_is_kept_over_a_restart_and_not_told_to_who_calls_again() {
    let mut room = with_codes();
    let mario = asks(&mut room);
    room.hangs_up(mario);
    let code = room.code_of(room.callback().id);
    room.restarts();
    let again = asks(&mut room);
    assert_eq!(room.said_to(again), Some(vec![CONFIRMED]));
    assert_eq!(room.code_of(room.callback().id), code);
}

#[test]
fn without_the_policy_nobody_hears_a_code() {
    let mut room = Room::new();
    let mario = asks(&mut room);
    assert_eq!(room.said_to(mario), Some(vec![CONFIRMED]));
    assert_eq!(room.code_of(room.callback().id), None);
}

#[test]
fn who_hangs_up_while_the_code_is_said_has_the_next_person_as_any() {
    for by_network in [false, true] {
        let mut room = with_codes();
        let (person, operator, _) = picks_up(&mut room);
        if by_network {
            room.tell(Input::Ended {
                leg: person,
                by: Party::Network,
            });
        } else {
            room.hangs_up(operator);
        }
        let lucia = room.waits(LUCIA, BOOK);
        room.wait_s(WRAP_UP_S);
        room.seat_picks_up();
        room.wait_s(10);
        handles(&mut room, "101", Handling::Hold).expect("they hear each other");
        handles(&mut room, "101", Handling::Resume).expect("and again");
        room.hangs_up(lucia);
    }
}
