//! What an operator reads before a person is rung, and callbacks that are handed back with a reason.

use cuptel_core::calendar::{ContactWindow, Zone};
use cuptel_core::id::CallbackId;
use cuptel_core::preview::PreviewEnds;
use cuptel_core::rules::Rules;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{CallbackState, ClosedHow, OfferState, Party, WorkState};

use crate::room::{BOOK, DECLINED_S, GRACE_S, LUCIA, MARIO, Room, book};

const SHOWN_S: u32 = 30;
const REST_S: u32 = 600;

fn shows(rules: &mut Rules) {
    let preview = &mut book(rules).callback.preview;
    (
        preview.shown_s,
        preview.decline_rest_s,
        preview.declines_max,
    ) = (SHOWN_S, REST_S, 2);
    rules.decline_reasons = vec!["lingua".to_owned(), "conosco la persona".to_owned()];
}

/// Mario gave up in the queue; two seats are free; his time has come.
fn owed_to_mario(change: impl FnOnce(&mut Rules)) -> (Room, CallbackId) {
    let mut room = Room::with(|rules| {
        shows(rules);
        change(rules);
    });
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let id = room.callback().id;
    (room, id)
}

fn accepts(room: &mut Room, seat: &str, callback: Option<CallbackId>) -> Result<(), CommandError> {
    room.commands(Command::AcceptCallback {
        seat: seat.to_owned(),
        callback,
    })
}

fn declines(room: &mut Room, seat: &str, reason: &str) -> Result<(), CommandError> {
    room.commands(Command::DeclineCallback {
        seat: seat.to_owned(),
        callback: None,
        reason: reason.to_owned(),
        note: Some("solo francese".to_owned()),
    })
}

#[test]
fn an_operator_reads_whom_they_call_and_the_person_is_rung_when_they_say_so() {
    let (mut room, id) = owed_to_mario(|_| {});
    room.seat_picks_up();
    assert_eq!(room.rung(), None, "they read first");
    assert_eq!(room.work_of(1), WorkState::Preview);
    let owed = room.owed_at(1).unwrap();
    assert!(owed.is_offered && owed.then_dials);
    assert_eq!((owed.callback, owed.attempts, owed.tries), (id, 1, 0));
    assert_eq!(owed.needs.len(), 1);
    assert!(owed.number.contains('…'), "{}", owed.number);
    assert_eq!(
        owed.reads_until_ms,
        Some(room.now_ms() + i64::from(SHOWN_S) * 1_000)
    );
    accepts(&mut room, "101", Some(id)).unwrap();
    assert!(room.rung().is_some());
    assert_eq!(room.callback().tries, 1);
    assert_eq!(room.last_offer().state, OfferState::Accepted);
    let refused = accepts(&mut room, "101", Some(id));
    assert_eq!(
        refused,
        Err(CommandError::NoCallbackOffered("101".to_owned()))
    );
}

#[test]
fn who_reads_past_the_hours_of_calls_rings_nobody() {
    let (mut room, _) = owed_to_mario(|rules| {
        let callback = &mut book(rules).callback;
        // It is three minutes past ten when they are offered.
        let hours = ContactWindow::parse("08:00-10:10", Zone::Europe__Rome);
        callback.window = hours.expect("a window");
        callback.preview.shown_s = 600;
    });
    room.seat_picks_up();
    room.wait_s(600);
    assert_eq!(room.rung(), None);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.callback().tries, 0);
}

#[test]
fn who_says_yes_while_the_phone_rings_reads_no_more_and_another_callback_is_not_meant() {
    let (mut room, id) = owed_to_mario(|_| {});
    assert!(accepts(&mut room, "101", Some(CallbackId(id.0 + 1))).is_err());
    accepts(&mut room, "101", None).unwrap();
    assert_eq!(room.rung(), None, "nobody picked up yet");
    room.seat_picks_up();
    assert!(room.rung().is_some());
}

#[test]
fn a_key_of_the_phone_rings_the_person_and_no_other_does() {
    let (mut room, _) = owed_to_mario(|_| {});
    let leg = room.seat_picks_up();
    room.presses(leg, '7');
    assert_eq!(room.rung(), None);
    room.presses(leg, '1');
    assert!(room.rung().is_some());
}

#[test]
fn the_end_of_the_time_rings_the_person_or_gives_the_callback_to_somebody_else() {
    let (mut room, _) = owed_to_mario(|_| {});
    room.seat_picks_up();
    room.wait_s(SHOWN_S - 1);
    assert_eq!(room.rung(), None);
    room.wait_s(1);
    assert!(room.rung().is_some());

    let ends = |rules: &mut Rules| book(rules).callback.preview.ends = PreviewEnds::HandsBack;
    let (mut room, _) = owed_to_mario(ends);
    let leg = room.seat_picks_up();
    room.wait_s(SHOWN_S);
    assert_eq!(room.rung(), None);
    assert!(room.was_hung_up(leg));
    assert_eq!(room.last_offer().state, OfferState::NoAnswer);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.callback().tries, 0);
}

#[test]
fn a_callback_that_is_handed_back_keeps_its_place_and_goes_to_another_seat() {
    let (mut room, id) = owed_to_mario(|_| {});
    let place_ms = room.callback().place_ms;
    let leg = room.seat_picks_up();
    let unknown = declines(&mut room, "101", "antipatia");
    assert!(matches!(unknown, Err(CommandError::DeclineReason { .. })));
    declines(&mut room, "101", "lingua").unwrap();
    assert!(room.was_hung_up(leg));
    let row = room.callback();
    assert_eq!(
        (row.state, row.tries, row.place_ms),
        (CallbackState::Waiting, 0, place_ms)
    );
    assert_eq!(room.last_offer().state, OfferState::Rejected);
    let told = room.declined_with();
    assert_eq!(told.as_deref(), Some("lingua: solo francese"));
    assert_eq!(room.work_of(1), WorkState::Idle, "and works on at once");
    room.wait_s(DECLINED_S + 1);
    assert_eq!(room.offered(), None, "not to the same seat");
    let why = room.why(id.0).unwrap();
    assert_eq!(why.declined[0].reason, "lingua");
    assert_eq!(why.declined[0].seat, "101");
    room.restarts();
    room.staffed(1);
    assert_eq!(room.offered(), None, "nor after a restart");
    room.staffed(2);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    assert_eq!(room.owed_at(2).unwrap().declined, 1);
}

#[test]
fn a_seat_is_asked_again_when_its_rest_from_the_callback_is_over() {
    let (mut room, _) = owed_to_mario(|_| {});
    declines(&mut room, "101", "lingua").unwrap();
    room.wait_s(REST_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn handed_back_too_often_it_stands_where_a_human_looks_until_somebody_has() {
    let (mut room, id) = owed_to_mario(|_| {});
    declines(&mut room, "101", "lingua").unwrap();
    assert_eq!(room.tenant(0).callbacks_unseen, 0);
    room.wait_s(REST_S);
    declines(&mut room, "101", "lingua").unwrap();
    assert_eq!(room.tenant(0).callbacks_unseen, 1);
    assert!(room.declines()[1].asks);
    room.restarts();
    assert_eq!(room.tenant(0).callbacks_unseen, 1, "over a restart too");
    let by = Some("capo".to_owned());
    let look = Command::Acknowledge { callback: id, by };
    room.commands(look.clone()).unwrap();
    assert_eq!(room.tenant(0).callbacks_unseen, 0);
    assert_eq!(room.declines()[1].seen_by.as_deref(), Some("capo"));
    assert_eq!(room.commands(look), Err(CommandError::NotUnseen(id)));
}

#[test]
fn whoever_rings_in_is_served_and_nobody_reads_on() {
    let (mut room, _) = owed_to_mario(|_| {});
    let leg = room.seat_picks_up();
    room.calls(MARIO);
    assert!(room.was_hung_up(leg));
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
    assert_eq!(room.rung(), None);
}

#[test]
fn who_puts_the_phone_down_while_they_read_has_not_taken_it() {
    let (mut room, _) = owed_to_mario(|_| {});
    let leg = room.seat_picks_up();
    let by = Party::Seat;
    room.tell(Input::Ended { leg, by });
    assert_eq!(room.last_offer().state, OfferState::Rejected);
    assert_eq!(room.callback().tries, 0);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn what_was_handed_back_is_settled_with_the_callback() {
    let (mut room, id) = owed_to_mario(|_| {});
    declines(&mut room, "101", "conosco la persona").unwrap();
    room.wait_s(REST_S);
    room.seat_picks_up();
    accepts(&mut room, "101", None).unwrap();
    let person = room.rung().unwrap();
    room.tell(Input::Answered { leg: person });
    room.wait_s(20);
    room.hangs_up(person);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert!(room.declines()[0].settled_ms.is_some());
    assert_eq!(room.declines()[0].callback, id);
}

#[test]
fn a_caller_on_the_line_is_no_callback_to_hand_back() {
    let mut room = Room::with(shows);
    room.staffed(1);
    room.waits(LUCIA, BOOK);
    let refused = declines(&mut room, "101", "lingua");
    assert_eq!(
        refused,
        Err(CommandError::NoCallbackOffered("101".to_owned()))
    );
    assert!(accepts(&mut room, "101", None).is_err());
}

#[test]
fn a_reason_with_a_telephone_number_in_it_is_refused() {
    let (mut room, _) = owed_to_mario(|_| {});
    room.seat_picks_up();
    for note in [
        "chiamare la figlia al 333 123 4567",
        "0861123456",
        "la figlia: 347-12-34-567",
    ] {
        let refused = room.commands(Command::DeclineCallback {
            seat: "101".to_owned(),
            callback: None,
            reason: "lingua".to_owned(),
            note: Some(note.to_owned()),
        });
        assert_eq!(refused, Err(CommandError::DeclineNamesNumber));
    }
    assert_eq!(room.declined_with(), None, "nothing is recorded");
    room.commands(Command::DeclineCallback {
        seat: "101".to_owned(),
        callback: None,
        reason: "lingua".to_owned(),
        note: Some("richiamare il 03/12/2026 alle 10:30, stanza 12345".to_owned()),
    })
    .expect("a date is no number");
}
