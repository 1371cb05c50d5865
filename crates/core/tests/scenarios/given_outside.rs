//! What an operator said of whoever they give to somebody outside counts when that conversation is over.

use cuptel_core::hand::Handling;
use cuptel_core::id::{LegId, NeedId};
use cuptel_core::step::Input;
use cuptel_core::words::{CallbackEventKind, CallbackState, ClosedHow, Disposition, WorkState};

use crate::handling::{asks_ward, handles};
use crate::keeping::{open, says, talks_about};
use crate::room::{BOOK, CANCEL, GRACE_S, MARIO, Room, WRAP_UP_S};

fn blindly(room: &mut Room) -> LegId {
    let ward = Handling::ToNumber("Radiologia".to_owned());
    handles(room, "101", ward).expect("they may be given");
    let ward = room.rung_outside().expect("the ward is rung");
    room.tell(Input::Answered { leg: ward });
    ward
}

fn with_a_word(room: &mut Room) -> LegId {
    let ward = asks_ward(room);
    room.tell(Input::Answered { leg: ward });
    handles(room, "101", Handling::Complete).expect("the ward takes them");
    ward
}

const WAYS: [fn(&mut Room) -> LegId; 2] = [blindly, with_a_word];

/// Mario is owed two calls and rings in himself; seat 1 talks with him.
fn rings_in() -> (Room, LegId) {
    let mut room = Room::new();
    for key in [BOOK, CANCEL] {
        let mario = room.waits(MARIO, key);
        room.hangs_up(mario);
    }
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    (room, mario)
}

#[test]
fn what_is_kept_before_the_person_is_given_outside_stays_open() {
    for gives in WAYS {
        for (mut room, mario) in [talks_about(&[BOOK, CANCEL]), rings_in()] {
            let needs = open(&room);
            says(&mut room, &needs[1..], &[]).unwrap();
            let ward = gives(&mut room);
            room.wait_s(60);
            room.hangs_up(ward);
            assert!(room.was_hung_up(mario));
            assert_eq!(open(&room), needs[1..]);
            assert_eq!(room.callback().state, CallbackState::Waiting);
            let kept = room.callback_events_of_all();
            assert!(kept.contains(&CallbackEventKind::NeedKept), "{kept:?}");
        }
    }
}

#[test]
fn the_giver_corrects_it_in_the_wrap_up_while_they_talk_outside_and_after() {
    for after in [false, true] {
        for (mut room, _) in [talks_about(&[BOOK, CANCEL]), rings_in()] {
            let needs = open(&room);
            let ward = blindly(&mut room);
            room.wait_s(10);
            assert_eq!(room.work_of(1), WorkState::WrapUp);
            let shown = room.owed_at(1).expect("it is owed to whom they gave on");
            assert_eq!(shown.needs.len(), 2);
            if after {
                room.hangs_up(ward);
                assert_eq!(open(&room), []);
            }
            says(&mut room, &needs[..1], &[]).unwrap();
            if !after {
                room.hangs_up(ward);
            }
            assert_eq!(open(&room), needs[..1]);
        }
    }
}

#[test]
fn what_is_said_later_of_one_need_leaves_what_was_said_of_the_other() {
    let (mut room, _) = talks_about(&[BOOK, CANCEL]);
    let needs = open(&room);
    says(&mut room, &needs, &[]).unwrap();
    let ward = blindly(&mut room);
    room.wait_s(10);
    says(&mut room, &[], &needs[..1]).unwrap();
    room.hangs_up(ward);
    assert_eq!(open(&room), needs[1..]);
}

#[test]
fn another_person_who_is_given_outside_closes_nothing_of_the_first() {
    for afterwards in [false, true] {
        for (mut room, _) in [talks_about(&[BOOK]), rings_in()] {
            let needs = open(&room);
            if !afterwards {
                room.disposes(1, Disposition::AnotherPerson);
            }
            let ward = blindly(&mut room);
            if afterwards {
                room.disposes(1, Disposition::AnotherPerson);
            }
            room.wait_s(60);
            room.hangs_up(ward);
            assert_eq!(open(&room), needs);
        }
    }
}

#[test]
fn without_a_word_a_conversation_outside_settles_what_any_would() {
    let (mut room, _) = talks_about(&[BOOK, CANCEL]);
    let ward = blindly(&mut room);
    room.wait_s(60);
    room.hangs_up(ward);
    assert_eq!(open(&room), Vec::<NeedId>::new());
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
}

#[test]
fn a_line_that_is_cut_outside_owes_the_person_whatever_the_giver_had_said() {
    let (mut room, mario) = talks_about(&[BOOK]);
    room.disposes(1, Disposition::Done);
    blindly(&mut room);
    room.wait_s(60);
    room.tell(Input::MediaLost { leg: mario });
    assert_eq!(room.callback().state, CallbackState::Waiting);
    room.wait_s(GRACE_S);
    assert_eq!(open(&room).len(), 1);
}

#[test]
fn who_is_given_to_a_message_that_hangs_up_goes_back_into_the_line() {
    for gives in WAYS {
        for (mut room, person) in [talks_about(&[BOOK]), rings_in()] {
            let owed = open(&room);
            let ward = gives(&mut room);
            room.wait_s(1);
            room.hangs_up(ward);
            assert!(!room.was_hung_up(person), "they wait for somebody");
            assert_eq!(open(&room), owed);
            room.wait_s(WRAP_UP_S);
            room.seat_picks_up();
            room.wait_s(60);
            room.hangs_up(person);
            assert_eq!(room.callback().state, CallbackState::Closed);
        }
    }
}
