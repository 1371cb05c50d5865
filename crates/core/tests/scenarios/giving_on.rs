//! What whoever has a person next is told of whoever gave them on, or asks about them.

use cuptel_core::hand::Handling;
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, WorkState};

use crate::handling::{called_back, handles, talking};
use crate::room::Room;

fn notes(room: &mut Room, note: &str) {
    let noted = room.commands(Command::NoteConversation {
        seat: "101".to_owned(),
        note: note.to_owned(),
        conversation: None,
    });
    noted.expect("there is a conversation");
}

fn chooses(room: &mut Room, chosen: Chosen) {
    let chose = room.commands(Command::Choose {
        seat: "101".to_owned(),
        chosen,
        reason: None,
        supervisor: None,
    });
    chose.expect("somebody works there");
}

#[test]
fn whoever_gets_a_person_is_told_who_gave_them_on_and_why() {
    for (mut room, mario, _) in [talking(), called_back()] {
        assert_eq!(room.seat_now(1).person.unwrap().passed, None);
        notes(&mut room, "cerca la radiologia");
        room.staffed(2);
        handles(&mut room, "101", Handling::ToSeat("102".to_owned())).unwrap();
        let given_ms = room.now_ms();
        room.wait_s(2);
        let told = room.seat_now(2).person.unwrap().passed;
        let told = told.expect("it is told while the phone rings");
        assert_eq!((told.seat.as_str(), told.at_ms), ("101", given_ms));
        assert!(told.operator.is_some());
        assert_eq!(told.note.as_deref(), Some("cerca la radiologia"));
        room.seat_picks_up();
        assert_eq!(room.work_of(2), WorkState::Talking);
        assert_eq!(room.seat_now(2).person.unwrap().passed, Some(told));
        room.hangs_up(mario);
        assert_eq!(room.seat_now(2).person.unwrap().passed, None);
    }
}

#[test]
fn who_is_given_on_waits_anew_and_what_they_had_waited_is_not_forgotten() {
    let (mut room, _, _) = talking();
    chooses(&mut room, Chosen::Paused);
    let queue = room.seat_now(1).queue.unwrap();
    handles(&mut room, "101", Handling::ToQueue(queue)).unwrap();
    let given_ms = room.now_ms();
    room.wait_s(40);
    room.staffed(2);
    room.wait_s(1);
    let person = room.seat_now(2).person.unwrap();
    assert_eq!(person.waits_since_ms, Some(given_ms));
    assert_eq!(person.answered_ms, None, "nobody has answered since");
    let first_ms = person.passed.unwrap().waited_ms;
    room.seat_picks_up();
    let queue = room.seat_now(2).queue.unwrap();
    handles(&mut room, "102", Handling::ToQueue(queue)).unwrap();
    chooses(&mut room, Chosen::Available);
    room.wait_s(1);
    let passed = room.seat_now(1).person.unwrap().passed.unwrap();
    assert!(passed.waited_ms >= first_ms + 40_000, "{passed:?}");
}

#[test]
fn a_seat_that_is_asked_is_told_by_whom_and_about_what() {
    for (mut room, _, _) in [talking(), called_back()] {
        notes(&mut room, "vuole spostare la visita");
        room.staffed(2);
        handles(&mut room, "101", Handling::ConsultSeat("102".to_owned())).unwrap();
        let asked = room.seat_now(2).beside.expect("it is asked");
        assert!(!asked.is_up && asked.whom == "101");
        let asking = asked.asking.expect("it is told who asks");
        assert_eq!(asking.queue, room.seat_now(1).queue);
        assert_eq!(asking.note.as_deref(), Some("vuole spostare la visita"));
        assert!(asking.operator.is_some() && asking.tenant.is_some());
        let other = room.last_seat_leg().expect("its phone rings");
        room.tell(cuptel_core::step::Input::Answered { leg: other });
        handles(&mut room, "101", Handling::Complete).unwrap();
        let passed = room.seat_now(2).person.unwrap().passed.unwrap();
        assert_eq!(passed.note.as_deref(), Some("vuole spostare la visita"));
    }
}
