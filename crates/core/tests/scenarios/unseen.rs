//! Nothing ends unseen: what was given up stands in a list until somebody looks at it.

use cuptel_core::by_hand::ClosingTold;
use cuptel_core::id::CallbackId;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{CallbackState, ClosedByHand, ClosedHow};

use crate::room::{GRACE_S, LUCIA, MARIO, NO_ANSWER_S, Room, TRIES_MAX};

const DAY_S: u32 = 86_400;
/// The room's callbacks expire after so many days.
const EXPIRES_DAYS: u32 = 7;
/// Those in line are looked at for their age so often.
const LOOK_S: u32 = 60;

fn acknowledges(room: &mut Room, callback: CallbackId) -> Result<(), CommandError> {
    room.commands(Command::Acknowledge {
        callback,
        by: Some("capo".to_owned()),
    })
}

fn reopens(room: &mut Room, callback: CallbackId) -> Result<(), CommandError> {
    reopens_once(room, callback, false)
}

fn reopens_once(
    room: &mut Room,
    callback: CallbackId,
    is_served: bool,
) -> Result<(), CommandError> {
    let given_up = Box::new(room.given_up(callback));
    room.commands(Command::CallAfterAll {
        given_up,
        details: room.details_of(callback),
        is_served,
        by: Some("capo".to_owned()),
    })
}

fn withdraws(room: &mut Room, callback: CallbackId) {
    let told = ClosingTold {
        callback,
        need: None,
        how: ClosedByHand::Withdrawn,
        because: "sbaglio".to_owned(),
        by: Some("capo".to_owned()),
    };
    room.commands(Command::CloseCallback(Box::new(told)))
        .expect("nobody is at it");
}

/// Mario calls, gives up, and is never at home.
fn exhausted() -> (Room, CallbackId) {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    for _ in 0..TRIES_MAX {
        let operator = room.seat_picks_up();
        let person = room.rung().expect("the person is rung");
        room.not_answered(person, 408);
        room.heard(operator);
        room.wait_s(NO_ANSWER_S);
    }
    let row = room.callback();
    assert_eq!(row.closed_how, Some(ClosedHow::Exhausted));
    let id = row.id;
    (room, id)
}

#[test]
fn a_callback_whose_tries_are_spent_is_unseen_until_somebody_looks() {
    let (mut room, id) = exhausted();
    assert_eq!(room.tenant(0).callbacks_unseen, 1);
    room.restarts();
    assert_eq!(room.tenant(0).callbacks_unseen, 1, "over a restart too");
    acknowledges(&mut room, id).unwrap();
    assert_eq!(room.tenant(0).callbacks_unseen, 0);
    let review = room.review(id);
    assert_eq!(review.seen_by.as_deref(), Some("capo"));
    assert_eq!(review.seen_ms, Some(room.now_ms()));
    assert_eq!(review.reopened_as, None);
    let again = acknowledges(&mut room, id);
    assert_eq!(again, Err(CommandError::NotUnseen(id)));
    let reopened = reopens(&mut room, id);
    assert_eq!(reopened, Err(CommandError::NotUnseen(id)));
}

#[test]
fn what_was_closed_by_hand_is_owed_again_at_its_place_once_that_is_taken_back() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let row = room.callback().clone();
    withdraws(&mut room, row.id);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Withdrawn));
    assert_eq!(
        room.tenant(0).callbacks_unseen,
        0,
        "nobody has to look at it"
    );
    reopens(&mut room, row.id).unwrap();
    let rows = room.callbacks();
    assert_eq!(rows[1].place_ms, row.place_ms);
    assert_eq!(rows[1].state, CallbackState::Waiting);
    assert_eq!(room.review(row.id).reopened_as, Some(rows[1].id));
    // Two who press at once have read the same.
    let again = reopens(&mut room, row.id);
    assert_eq!(again, Err(CommandError::NotUnseen(row.id)));
    assert_eq!(room.callbacks().len(), 2);
}

#[test]
fn what_was_closed_by_hand_a_week_ago_is_not_taken_back_at_its_place() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let id = room.callback().id;
    withdraws(&mut room, id);
    room.wait_s(7 * DAY_S + 1);
    let refused = reopens(&mut room, id);
    assert_eq!(refused, Err(CommandError::ClosedTooLong(id)));
    assert_eq!(room.callbacks().len(), 1);
}

#[test]
fn who_has_spoken_with_us_since_is_not_called_after_all_for_the_same() {
    let (mut room, id) = exhausted();
    let refused = reopens_once(&mut room, id, true);
    assert_eq!(refused, Err(CommandError::ServedSince(id)));
    assert_eq!(
        room.tenant(0).callbacks_unseen,
        1,
        "it still is to be seen by somebody"
    );
    assert_eq!(room.callbacks().len(), 1);
}

#[test]
fn who_is_called_after_all_has_a_new_callback_at_the_old_place() {
    let (mut room, id) = exhausted();
    room.restarts();
    room.registers(1);
    reopens(&mut room, id).unwrap();
    let rows = room.callbacks();
    let (old, new) = (rows[0], rows[1]);
    assert_eq!(
        old.closed_how,
        Some(ClosedHow::Exhausted),
        "what is closed stays so"
    );
    assert_eq!((new.place_ms, new.tries), (old.place_ms, 0));
    assert_eq!(new.number, old.number);
    assert_eq!(room.review(id).reopened_as, Some(new.id));
    assert_eq!(room.tenant(0).callbacks_unseen, 0);
    assert_eq!(room.offered(), None, "they may have tried a moment ago");
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung again");
    room.tell(Input::Answered { leg: person });
    assert_eq!(room.callbacks()[1].state, CallbackState::Talking);
}

#[test]
fn who_is_owed_a_call_again_meanwhile_is_called_once_and_not_before_their_rest() {
    let (mut room, id) = exhausted();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let rests_ms = room.callbacks()[1].not_before_ms;
    assert!(rests_ms > room.now_ms());
    reopens(&mut room, id).unwrap();
    let rows = room.callbacks();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].not_before_ms, rests_ms);
    assert_eq!(rows[1].place_ms, rows[0].place_ms, "the older place");
    assert_eq!(room.review(id).reopened_as, Some(rows[1].id));
    assert_eq!(room.offered(), None);
}

#[test]
fn a_callback_that_waits_in_line_too_long_expires_though_nothing_happens_to_it() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.wait_s(EXPIRES_DAYS * DAY_S - 1);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    room.wait_s(1 + LOOK_S);
    let row = room.callback();
    assert_eq!(row.closed_how, Some(ClosedHow::Expired));
    assert!(row.closed_ms <= Some(room.now_ms()));
    assert_eq!(room.tenant(0).callbacks_unseen, 1);
    assert_eq!(room.held_numbers(), 0);
}

#[test]
fn what_grew_old_while_nothing_ran_expires_after_the_start() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.sleeps_s(EXPIRES_DAYS * DAY_S);
    let lucia = room.calls(LUCIA);
    room.hangs_up(lucia);
    room.restarts();
    room.wait_s(LOOK_S);
    let hows: Vec<Option<ClosedHow>> = room.callbacks().iter().map(|row| row.closed_how).collect();
    assert_eq!(hows, [Some(ClosedHow::Expired), None]);
}

#[test]
fn many_old_callbacks_expire_a_stretch_at_a_time() {
    let mut room = Room::new();
    for n in 0..1_100 {
        let caller = room.calls(&format!("+3933311{n:05}"));
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
    let open = |room: &Room| {
        let rows = room.callbacks();
        rows.iter().filter(|row| row.closed_how.is_none()).count()
    };
    room.sleeps_s(EXPIRES_DAYS * DAY_S + 1);
    room.tell(Input::Tick);
    assert_eq!(open(&room), 600, "a stretch is bounded");
    room.wait_s(LOOK_S);
    assert_eq!(open(&room), 0);
}
