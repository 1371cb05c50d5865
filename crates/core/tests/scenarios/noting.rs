//! What an operator writes down of a conversation, and where it stands.

use cuptel_core::by_hand::ByHandError;
use cuptel_core::hand::CallError;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{CallbackState, Chosen, Disposition, PriorityClass};

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, Room, WRAP_UP_S};

fn notes(room: &mut Room, note: &str) -> Result<(), CommandError> {
    room.commands(Command::NoteConversation {
        seat: "101".to_owned(),
        note: note.to_owned(),
        conversation: None,
    })
}

/// Mario gave up waiting, and is called back.
fn called_back() -> (Room, cuptel_core::id::LegId) {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    (room, person)
}

fn noted(room: &Room) -> Vec<String> {
    let details = room.details_of(room.callback().id);
    details.into_iter().filter_map(|it| it.note).collect()
}

#[test]
fn what_is_noted_stands_with_what_the_person_is_owed_and_pressed_twice_stands_once() {
    let (mut room, person) = called_back();
    notes(&mut room, "torna martedì").unwrap();
    notes(&mut room, "torna martedì").unwrap();
    assert_eq!(noted(&room), ["torna martedì"]);
    notes(&mut room, "porta l'impegnativa").unwrap();
    assert_eq!(noted(&room), ["torna martedì · porta l'impegnativa"]);
    let shown = room.owed_at(1).unwrap().needs;
    assert_eq!(
        shown[0].note.as_deref(),
        Some("torna martedì · porta l'impegnativa")
    );
    room.hangs_up(person);
    assert_eq!(room.callback().state, CallbackState::Closed);
    assert_eq!(noted(&room).len(), 1, "it stays with what was settled");
}

#[test]
fn in_the_wrap_up_it_is_added_to_what_was_noted_before() {
    let (mut room, person) = called_back();
    notes(&mut room, "torna martedì").unwrap();
    room.hangs_up(person);
    notes(&mut room, "alle nove").unwrap();
    assert_eq!(noted(&room), ["torna martedì · alle nove"]);
}

#[test]
fn what_stays_is_noted_before_what_the_conversation_settles() {
    let mut room = Room::new();
    room.takes_in_charge(MARIO, PriorityClass::B);
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(30);
    notes(&mut room, "preferisce il mattino").unwrap();
    assert_eq!(
        noted(&room),
        ["visita cardiologica · preferisce il mattino"]
    );
    room.hangs_up(mario);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    room.disposes(1, Disposition::Done);
}

#[test]
fn of_whom_nothing_is_owed_the_note_stands_with_the_conversation() {
    let mut room = Room::new();
    room.staffed(1);
    assert!(matches!(
        notes(&mut room, "x"),
        Err(CommandError::NoConversation(_))
    ));
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    notes(&mut room, "chiede degli orari").unwrap();
    notes(&mut room, "chiede degli orari").unwrap();
    room.hangs_up(mario);
    notes(&mut room, "dopo le nove").unwrap();
    let note = room.last_assignment().and_then(|row| row.note.clone());
    assert_eq!(note.as_deref(), Some("chiede degli orari · dopo le nove"));
    let more = notes(&mut room, &"a".repeat(490));
    assert_eq!(more, Err(ByHandError::NoteTooLong.into()));
}

#[test]
fn a_note_has_an_end() {
    let (mut room, _) = called_back();
    notes(&mut room, &"a".repeat(500)).unwrap();
    let more = notes(&mut room, "b");
    assert_eq!(more, Err(ByHandError::NoteTooLong.into()));
}

#[test]
fn the_page_knows_who_it_is_and_which_result_was_told() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    let person = room.seat_now(1).person.expect("somebody is offered");
    assert!(person.number.unwrap().starts_with("+39…"));
    assert!(person.attempt.is_some() && person.waits_since_ms.is_some());
    room.seat_picks_up();
    room.wait_s(30);
    assert_eq!(room.seat_now(1).result.unwrap().told, None);
    room.disposes(1, Disposition::Improper);
    assert_eq!(
        room.seat_now(1).result.unwrap().told,
        Some(Disposition::Improper)
    );
    room.hangs_up(mario);
    let result = room.seat_now(1).result.expect("there is time after it");
    assert_eq!(result.told, Some(Disposition::Improper));
    assert!(result.until_ms.is_some());
}

#[test]
fn who_still_writes_when_the_next_person_comes_notes_it_of_the_one_before() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    let first = room.last_assignment().expect("they talk").id;
    room.wait_s(60);
    room.hangs_up(mario);
    room.wait_s(WRAP_UP_S);
    let lucia = room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    let late = |room: &mut Room, note: &str| {
        room.commands(Command::NoteConversation {
            seat: "101".to_owned(),
            note: note.to_owned(),
            conversation: Some(first),
        })
    };
    late(&mut room, "richiama dopo Pasqua").unwrap();
    let kept = room.assignment(first);
    assert_eq!(kept.note.as_deref(), Some("richiama dopo Pasqua"));
    let now = room.last_assignment().expect("they talk");
    assert_eq!((now.id != first, &now.note), (true, &None));
    room.hangs_up(lucia);
    room.wait_s(WRAP_UP_S);
    let over = late(&mut room, "troppo tardi");
    assert_eq!(over, Err(CallError::AnotherCall("101".to_owned()).into()));
    let second = room.last_assignment().expect("somebody talked").id;
    room.commands(Command::Choose {
        seat: "101".to_owned(),
        chosen: Chosen::SignedOut,
        reason: None,
        supervisor: None,
    })
    .unwrap();
    room.signs_in(1, "bruno", None);
    let others = room.commands(Command::NoteConversation {
        seat: "101".to_owned(),
        note: "di un altro".to_owned(),
        conversation: Some(second),
    });
    assert_eq!(others, Err(CallError::AnotherCall("101".to_owned()).into()));
}
