//! Calls beside a conversation, and what they must leave alone: whoever is being called back, whoever is on
//! the line, and what the phone does by itself.

use cuptel_core::hand::{CallError, Handling};
use cuptel_core::id::{LegId, QueueId};
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{
    Button, CallbackState, Chosen, DialResult, Disposition, Outcome, Party, WorkState,
};

use crate::handling::{asks_ward, called_back, dials, handles, is_joined, picks_up, talking};
use crate::room::{BOOK, GRACE_S, MARIO, Room, WARD, WRAP_UP_S, book};
use crate::stops::{press, region};

/// The ward gave up waiting and is owed a call; both seats are there.
fn ward_is_owed() -> Room {
    let mut room = Room::new();
    let ward = room.waits(WARD, BOOK);
    room.hangs_up(ward);
    room
}

#[test]
fn nobody_is_called_from_the_directory_who_is_being_called_back() {
    let mut room = ward_is_owed();
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let ward = room.rung().expect("the ward is called back");
    room.staffed(2);
    let refused = Err(CallError::CalledAlready("Radiologia".to_owned()).into());
    assert_eq!(dials(&mut room, "102"), refused);
    room.tell(Input::Answered { leg: ward });
    assert_eq!(dials(&mut room, "102"), refused, "they talk");
    let outside = handles(
        &mut room,
        "101",
        Handling::ConsultNumber("Radiologia".to_owned()),
    );
    assert_eq!(outside, refused, "nor are they given to themselves");
    room.wait_s(60);
    room.hangs_up(ward);
    dials(&mut room, "102").expect("that call is over");
}

#[test]
fn nobody_is_called_back_who_is_called_from_the_directory() {
    let mut room = ward_is_owed();
    room.staffed(1);
    dials(&mut room, "101").unwrap();
    let own = picks_up(&mut room);
    let ward = room.rung_outside().expect("the ward is rung");
    room.tell(Input::Answered { leg: ward });
    room.staffed(2);
    room.wait_s(GRACE_S);
    assert_eq!(room.offers_open(), 0, "the ward is on our line");
    assert_eq!(room.rung(), None);
    room.tell(Input::Ended {
        leg: own,
        by: Party::Seat,
    });
    assert_eq!(room.side_calls()[0].result, Some(DialResult::Answered));
    assert_eq!(room.offers_open(), 1, "and now it is called back");
}

#[test]
fn an_offer_taken_while_the_person_is_called_from_the_directory_rings_nobody() {
    let mut room = ward_is_owed();
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some(), "seat 1 is to call the ward back");
    room.staffed(2);
    dials(&mut room, "102").unwrap();
    room.tell(Input::Answered {
        leg: room.first_seat_leg().expect("seat 1 rings"),
    });
    assert_eq!(room.rung(), None);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.callback().tries, 0, "no try is spent");
}

/// Mario waited for a booking and was moved to the other queue, of which his dialplan knows nothing.
fn moved_beyond_the_plan() -> (Room, LegId, LegId) {
    let mut room = Room::with(|rules| {
        let plan = &mut rules.tenants.values_mut().next().expect("one").dialplan;
        plan.steps[3] = plan.steps[2].clone();
    });
    let mario = room.waits(MARIO, BOOK);
    room.commands(Command::MoveCaller {
        attempt: room.attempt(0).id,
        tenant: None,
        queue: "cancel".to_owned(),
        by: None,
    })
    .expect("they wait");
    room.staffed(1);
    let seat = room.seat_picks_up();
    assert_eq!(room.attempt(0).queue, Some(QueueId(2)));
    room.wait_s(60);
    (room, mario, seat)
}

#[test]
fn who_was_moved_beyond_their_dialplan_goes_back_into_line_and_is_not_hung_up() {
    let ends: [fn(&mut Room, LegId); 2] = [
        |room, leg| {
            asks_ward(room);
            room.tell(Input::Ended {
                leg,
                by: Party::Seat,
            });
        },
        |room, leg| room.tell(Input::MediaLost { leg }),
    ];
    for end in ends {
        let (mut room, mario, seat) = moved_beyond_the_plan();
        end(&mut room, seat);
        assert!(!room.was_hung_up(mario));
        assert_eq!(room.outcome(0), None);
        room.staffed(2);
        let other = room.seat_picks_up();
        assert!(is_joined(&room, mario, other));
    }
}

#[test]
fn who_was_moved_beyond_their_dialplan_may_be_given_outside_and_comes_back() {
    let (mut room, mario, _) = moved_beyond_the_plan();
    handles(
        &mut room,
        "101",
        Handling::ToNumber("Radiologia".to_owned()),
    )
    .unwrap();
    let ward = room.rung_outside().expect("the ward is rung");
    room.not_answered(ward, 486);
    assert!(!room.was_hung_up(mario));
    room.disposes(1, Disposition::Done);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn a_phone_that_dies_in_a_call_of_its_operator_is_not_counted_on() {
    let mut room = Room::new();
    room.staffed(1);
    dials(&mut room, "101").unwrap();
    let seat = picks_up(&mut room);
    let ward = room.rung_outside().expect("the ward is rung");
    room.tell(Input::Answered { leg: ward });
    assert!(room.is_reachable(1));
    room.tell(Input::MediaLost { leg: seat });
    assert!(!room.is_reachable(1));
    room.waits(MARIO, BOOK);
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn a_phone_that_dies_while_it_is_asked_is_not_counted_on() {
    let (mut room, mario, seat) = talking();
    room.staffed(2);
    handles(&mut room, "101", Handling::ConsultSeat("102".to_owned())).unwrap();
    let other = picks_up(&mut room);
    room.tell(Input::MediaLost { leg: other });
    assert!(!room.is_reachable(2));
    assert!(is_joined(&room, mario, seat));
}

#[test]
fn a_person_is_not_given_to_a_colleague_who_may_not_serve_them() {
    for puts_down in [false, true] {
        let (mut room, mario, seat) = talking();
        room.staffed(2);
        handles(&mut room, "101", Handling::ConsultSeat("102".to_owned())).unwrap();
        let other = picks_up(&mut room);
        room.reloads(|rules| {
            book(rules).skills.insert("rare".to_owned(), 1);
        })
        .unwrap();
        if puts_down {
            room.tell(Input::Ended {
                leg: seat,
                by: Party::Seat,
            });
            assert!(!room.was_hung_up(mario), "they wait for who may");
            assert_eq!(room.in_line("book").len(), 1);
            continue;
        }
        let refused = handles(&mut room, "101", Handling::Complete);
        let lacks = CommandError::LacksSkill {
            operator: "bruno".to_owned(),
            queue: "book".to_owned(),
        };
        assert_eq!(refused, Err(lacks));
        assert!(is_joined(&room, seat, other), "they go on speaking");
        handles(&mut room, "101", Handling::Retrieve).unwrap();
        assert!(is_joined(&room, mario, seat));
    }
}

#[test]
fn a_phone_that_holds_by_itself_is_heard_again_when_it_takes_the_call_up() {
    let holds = |leg, holds| Input::PhoneHolds { leg, holds };
    for (mut room, mario, seat) in [talking(), called_back()] {
        let ward = asks_ward(&mut room);
        room.tell(Input::Answered { leg: ward });
        room.tell(holds(seat, true));
        let swapped = handles(&mut room, "101", Handling::Swap);
        assert_eq!(
            swapped,
            Err(CallError::HeldByPhone("101".to_owned()).into())
        );
        handles(&mut room, "101", Handling::Retrieve).unwrap();
        assert!(!is_joined(&room, mario, seat), "nobody would hear anything");
        assert_eq!(room.work_of(1), WorkState::OnHold);
        assert!(room.call_at(1).unwrap().held_by_phone);
        room.tell(holds(seat, false));
        assert!(is_joined(&room, mario, seat));
        // Held by the phone before anybody is asked, and taken up there meanwhile.
        room.tell(holds(seat, true));
        let ward = asks_ward(&mut room);
        room.tell(Input::Answered { leg: ward });
        room.tell(holds(seat, false));
        assert!(!room.call_at(1).unwrap().held_by_phone);
        handles(&mut room, "101", Handling::Retrieve).unwrap();
        assert!(is_joined(&room, mario, seat));
    }
}

#[test]
fn who_is_swapped_to_hears_music_when_the_phone_holds_by_itself() {
    let (mut room, mario, seat) = talking();
    let ward = asks_ward(&mut room);
    room.tell(Input::Answered { leg: ward });
    handles(&mut room, "101", Handling::Swap).unwrap();
    assert!(is_joined(&room, mario, seat));
    let holds = |holds| Input::PhoneHolds { leg: seat, holds };
    room.tell(holds(true));
    assert!(!is_joined(&room, mario, seat));
    assert_eq!(room.work_of(1), WorkState::OnHold);
    room.tell(holds(false));
    assert!(is_joined(&room, seat, ward), "the page says that they ask");
    handles(&mut room, "101", Handling::Swap).unwrap();
    assert!(is_joined(&room, mario, seat));
}

#[test]
fn a_person_given_to_a_phone_that_holds_hears_music_until_it_is_taken_up() {
    let (mut room, mario, _) = talking();
    room.staffed(2);
    handles(&mut room, "101", Handling::ConsultSeat("102".to_owned())).unwrap();
    let other = picks_up(&mut room);
    room.tell(Input::PhoneHolds {
        leg: other,
        holds: true,
    });
    handles(&mut room, "101", Handling::Complete).unwrap();
    assert_eq!(room.work_of(2), WorkState::OnHold);
    room.tell(Input::PhoneHolds {
        leg: other,
        holds: false,
    });
    assert!(is_joined(&room, mario, other));
}

#[test]
fn who_is_moved_is_not_kept_for_the_seat_that_they_were_given_to() {
    let (mut room, mario, _) = talking();
    room.staffed(2);
    handles(&mut room, "101", Handling::ToSeat("102".to_owned())).unwrap();
    room.disposes(1, Disposition::Done);
    room.chooses(2, Chosen::Paused);
    room.commands(Command::MoveCaller {
        attempt: room.attempt(0).id,
        tenant: None,
        queue: "cancel".to_owned(),
        by: None,
    })
    .unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    let seat = room.seat_picks_up();
    assert!(is_joined(&room, mario, seat));
    room.wait_s(30);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
}

#[test]
fn nobody_outside_is_rung_after_a_button_was_pressed_though_the_operator_picks_up() {
    let mut room = Room::new();
    room.staffed(1);
    dials(&mut room, "101").unwrap();
    press(&mut room, region(Button::Outgoing));
    picks_up(&mut room);
    assert_eq!(room.rung_outside(), None);
    assert_eq!(room.side_calls()[0].result, Some(DialResult::Cancelled));
}

#[test]
fn a_call_that_takes_the_time_after_a_conversation_leaves_some_for_its_result() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    dials(&mut room, "101").unwrap();
    let own = picks_up(&mut room);
    let ward = room.rung_outside().expect("the ward is rung");
    room.tell(Input::Answered { leg: ward });
    room.wait_s(10 * WRAP_UP_S);
    room.tell(Input::Ended {
        leg: own,
        by: Party::Seat,
    });
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    room.disposes(1, Disposition::AnotherPerson);
    let kept = room.last_assignment().expect("it is recorded");
    assert_eq!(kept.disposition, Some(Disposition::AnotherPerson));
}
