//! At which number a person is called back: read back and confirmed, replaced, or keyed in by
//! who withholds theirs.

use cuptel_core::dialplan::{NumberByKey, Step as PlanStep, StepId};
use cuptel_core::id::{LegId, QueueId, TenantId};
use cuptel_core::rules::PromptId;
use cuptel_core::words::{NeedKind, Outcome, Suppression};

use crate::room::{
    BOOK, CANCEL, GRACE_S, LUCIA, MARIO, NUMBER_ASK, NUMBER_CONFIRM, NUMBER_IS, NUMBER_WRONG, Room,
    digit_spoken,
};

const BY_KEY: NumberByKey = NumberByKey {
    confirm: true,
    ask: true,
    timeout_s: 5,
    tries: 2,
};

/// A room whose callers are asked about their number, and one who wishes to be called.
fn wishes(user: &str, by_key: NumberByKey) -> (Room, LegId) {
    wishes_and_then(user, by_key, None)
}

/// The same, where the call goes on at this step afterwards.
fn wishes_and_then(user: &str, by_key: NumberByKey, then: Option<StepId>) -> (Room, LegId) {
    let mut room = Room::with(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the tenant");
        let steps = &mut tenant.dialplan.steps;
        let callback = steps.iter_mut().find_map(|step| {
            let PlanStep::Callback { by_key, then, .. } = step else {
                return None;
            };
            Some((by_key, then))
        });
        let (asks, goes_on) = callback.expect("the plan calls back");
        (*asks, *goes_on) = (by_key, then);
    });
    let leg = room.waits(user, BOOK);
    room.presses(leg, '*');
    (room, leg)
}

fn keys(room: &mut Room, leg: LegId, keys: &str) {
    for key in keys.chars() {
        room.presses(leg, key);
    }
}

/// What was said to a leg last.
fn said(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something was said")
}

fn read_back(digits: &str) -> Vec<PromptId> {
    let spoken = digits
        .chars()
        .map(|digit| digit_spoken(digit as usize - '0' as usize));
    [NUMBER_IS]
        .into_iter()
        .chain(spoken)
        .chain([NUMBER_CONFIRM])
        .collect()
}

#[test]
fn a_number_is_read_back_digit_by_digit_and_confirmed_by_key() {
    let (mut room, mario) = wishes(MARIO, BY_KEY);
    assert_eq!(said(&room, mario), read_back("3331000001"));
    assert!(room.no_callback());
    room.presses(mario, '1');
    assert_eq!(room.number_of(room.callback()), MARIO);
    assert_eq!(room.needs()[0].kind, NeedKind::Requested);
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::CallbackRequested));
}

#[test]
fn another_number_can_be_keyed_in_and_is_not_rung_while_they_are_on_the_line() {
    let (mut room, mario) = wishes(MARIO, BY_KEY);
    room.presses(mario, '2');
    assert_eq!(said(&room, mario), [NUMBER_ASK]);
    keys(&mut room, mario, "0861555555#");
    assert_eq!(said(&room, mario), read_back("0861555555"));
    room.presses(mario, '1');
    assert_eq!(room.number_of(room.callback()), "+390861555555");
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
    room.staffed(1);
    room.wait_s(2 * GRACE_S);
    assert_eq!(room.offered(), None, "they are still on the line");
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::CallbackRequested));
    room.wait_s(GRACE_S - 1);
    assert_eq!(room.offered(), None, "and rest after it");
    room.wait_s(1);
    room.seat_picks_up();
    assert!(room.rung().is_some());
    assert_eq!(room.held_numbers(), 1);
}

#[test]
fn who_hangs_up_while_the_number_is_read_back_is_called_where_they_called_from() {
    let (mut room, mario) = wishes(MARIO, BY_KEY);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::CallbackRequested));
    assert_eq!(room.number_of(room.callback()), MARIO);
    assert_eq!(room.needs()[0].kind, NeedKind::Requested);
}

#[test]
fn who_cannot_press_a_key_is_called_where_they_called_from() {
    let (mut room, mario) = wishes(MARIO, BY_KEY);
    for _ in 0..2 {
        assert!(room.no_callback());
        assert_eq!(said(&room, mario), read_back("3331000001"));
        room.heard(mario);
        room.wait_s(5);
    }
    assert_eq!(room.number_of(room.callback()), MARIO);
}

#[test]
fn who_withholds_the_number_is_asked_for_one() {
    let (mut room, leg) = wishes("anonymous", BY_KEY);
    assert_eq!(said(&room, leg), [NUMBER_ASK]);
    // The first key silences the question; a mistake is taken back with a star.
    keys(&mut room, leg, "99");
    assert_eq!(said(&room, leg), []);
    keys(&mut room, leg, "*3331000002");
    room.wait_s(5);
    assert_eq!(said(&room, leg), read_back("3331000002"));
    room.presses(leg, '1');
    assert_eq!(room.number_of(room.callback()), LUCIA);
    assert_ne!(
        room.attempt(0).number,
        Some(room.callback().number),
        "whose call it was stays withheld"
    );
    room.hangs_up(leg);
    assert_eq!(room.outcome(0), Some(Outcome::CallbackRequested));
    assert_eq!(room.attempt(0).suppressed, None);
}

#[test]
fn a_number_that_cannot_be_called_is_told_and_asked_for_again() {
    let (mut room, leg) = wishes("anonymous", BY_KEY);
    keys(&mut room, leg, "899123456#");
    assert_eq!(said(&room, leg), [NUMBER_WRONG, NUMBER_ASK]);
    keys(&mut room, leg, "112#");
    assert_eq!(said(&room, leg), [PromptId(8)], "no number to call");
    room.heard(leg);
    assert!(room.no_callback());
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::Anonymous));
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedMenu));
}

#[test]
fn a_keyed_number_that_nobody_confirms_is_nobodys() {
    type Leaves = fn(&mut Room, LegId);
    let silent: Leaves = |room, leg| {
        for _ in 0..2 {
            room.heard(leg);
            room.wait_s(5);
        }
        room.heard(leg);
    };
    let hangs_up: Leaves = |room, leg| room.hangs_up(leg);
    for leaves in [silent, hangs_up] {
        let (mut room, leg) = wishes("anonymous", BY_KEY);
        keys(&mut room, leg, "3331000002#");
        leaves(&mut room, leg);
        assert!(room.no_callback());
        assert_eq!(room.attempt(0).suppressed, Some(Suppression::Anonymous));
    }
}

#[test]
fn who_withholds_the_number_is_not_asked_where_the_plan_does_not_say_so() {
    let by_key = NumberByKey {
        ask: false,
        ..BY_KEY
    };
    let (mut room, leg) = wishes("anonymous", by_key);
    // The key means nothing to them: they keep their place.
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
    room.hangs_up(leg);
}

#[test]
fn a_number_that_was_given_joins_the_open_case_there() {
    let (mut room, leg) = wishes(LUCIA, BY_KEY);
    room.hangs_up(leg);
    let lucias = room.callback().id;
    let mario = room.waits("anonymous", BOOK);
    room.presses(mario, '*');
    keys(&mut room, mario, "3331000002#1");
    assert_eq!(room.callback().id, lucias);
    assert_eq!(room.callback().attempts, 2);
    room.hangs_up(mario);
    assert_eq!(room.attempt(1).queue, Some(QueueId(1)));
}

#[test]
fn a_second_wish_is_owed_at_the_number_confirmed_for_it() {
    // About the same queue it is read back and confirmed; about the other it is not asked.
    for key in [BOOK, CANCEL] {
        let (mut room, mario) = wishes_and_then(MARIO, BY_KEY, Some(StepId(1)));
        keys(&mut room, mario, "20861555555#1");
        room.heard(mario);
        room.presses(mario, key);
        keys(&mut room, mario, "*1");
        let owed: Vec<&str> = room
            .callbacks()
            .iter()
            .map(|row| room.number_of(row))
            .collect();
        assert_eq!(owed, ["+390861555555", MARIO]);
        room.hangs_up(mario);
        assert_eq!(room.outcome(0), Some(Outcome::CallbackRequested));
    }
}
