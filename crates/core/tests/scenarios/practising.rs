//! Somebody practises a call with an invented person: all of it is as in a call, and nothing of it counts.

use cuptel_core::id::{LegId, NeedId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::practice::{GIVES_WAY_S, PracticeDeed, PracticeNow};
use cuptel_core::rules::PromptId;
use cuptel_core::step::{AfterPlay, Command, CommandError, Effect, Input};
use cuptel_core::trial::{TrialEnd, TrialError, TrialKind, TrialNow, TrialStage};
use cuptel_core::words::{Chosen, Disposition, Exercise, Party};

use crate::room::{BOOK, LUCIA, MARIO, Room, WRAP_UP_S};

/// What the person of the booking says.
const SAID: PromptId = PromptId(798);

fn does(room: &mut Room, deed: PracticeDeed) -> Result<(), CommandError> {
    room.commands(Command::Practise {
        seat: "101".to_owned(),
        deed,
        conversation: None,
    })
}

fn rings(room: &mut Room, exercise: Exercise) -> LegId {
    does(room, PracticeDeed::Begin(exercise)).expect("it begins");
    room.last_seat_leg().expect("it rings")
}

/// Picked up; the person has said what they want.
fn talks(room: &mut Room, exercise: Exercise) -> LegId {
    let leg = rings(room, exercise);
    room.tell(Input::Answered { leg });
    room.heard(leg);
    leg
}

/// Picked up, and long enough to be a conversation.
fn talked(room: &mut Room, exercise: Exercise) -> LegId {
    let leg = talks(room, exercise);
    room.wait_s(60);
    leg
}

fn puts_down(room: &mut Room, leg: LegId) {
    let by = Party::Seat;
    room.tell(Input::Ended { leg, by });
}

fn disposes(
    room: &mut Room,
    disposition: Disposition,
    said: NeedsSaid,
) -> Result<(), CommandError> {
    let deed = PracticeDeed::Dispose {
        result: disposition.into(),
        said,
        noted: false,
    };
    does(room, deed)
}

fn trial(room: &Room) -> TrialNow {
    room.seat_now(1).trial.expect("one was begun")
}

fn practice(room: &Room) -> PracticeNow {
    trial(room).practice.expect("it is one")
}

/// Whether each thing owed would be settled.
fn closes(room: &Room) -> Vec<bool> {
    practice(room)
        .needs
        .iter()
        .map(|need| need.closes)
        .collect()
}

#[test]
fn a_whole_call_is_practised_from_the_ringing_to_what_a_real_one_had_done() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = rings(&mut room, Exercise::Booking);
    assert_eq!(room.last_display(), "CupTel: esercitazione");
    assert_eq!(trial(&room).kind, TrialKind::Practice);
    assert_eq!(trial(&room).stage, TrialStage::Ringing);
    assert!(practice(&room).queue.is_some(), "they call for something");
    room.tell(Input::Answered { leg });
    assert_eq!(room.said_to(leg), Some(vec![SAID]));
    room.heard(leg);
    assert_eq!(trial(&room).stage, TrialStage::Echo);
    room.wait_s(60);
    puts_down(&mut room, leg);
    assert_eq!(trial(&room).stage, TrialStage::WrapUp);
    disposes(&mut room, Disposition::Done, NeedsSaid::default()).expect("it is told");
    let over = trial(&room);
    assert_eq!(
        (over.stage, over.end),
        (TrialStage::Over, Some(TrialEnd::HungUp))
    );
    assert_eq!(practice(&room).told, Some(Disposition::Done));
    assert_eq!(closes(&room), [true], "who was missed has got through");
    assert!(!practice(&room).interrupted);
}

#[test]
fn nothing_of_it_is_stored_or_counted() {
    let mut room = Room::new();
    room.staffed(1);
    let intervals = room.intervals().len();
    let leg = talked(&mut room, Exercise::Owed);
    puts_down(&mut room, leg);
    let keeps = NeedsSaid {
        keep: vec![NeedId(2)],
        close: vec![NeedId(1)],
    };
    disposes(&mut room, Disposition::Done, keeps).expect("it is told");
    assert_eq!(closes(&room), [true, false], "as it was said");
    assert_eq!(room.intervals().len(), intervals);
    assert_eq!(room.number_rows(), 0);
    assert!(room.no_callback() && room.dials().is_empty() && room.side_calls().is_empty());
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn what_stays_by_its_kind_stays_here_too() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talked(&mut room, Exercise::Owed);
    puts_down(&mut room, leg);
    assert_eq!(
        closes(&room),
        [false, true],
        "a promised call is closed by a word alone"
    );
    disposes(&mut room, Disposition::AnotherPerson, NeedsSaid::default()).expect("it is told");
    assert_eq!(closes(&room), [false, false], "it was somebody else");
}

#[test]
fn who_puts_down_at_once_reads_that_the_person_would_be_called_back() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talks(&mut room, Exercise::Booking);
    puts_down(&mut room, leg);
    assert!(practice(&room).interrupted);
    assert_eq!(closes(&room), [false]);
}

#[test]
fn the_person_is_put_on_hold_and_taken_up_again() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talks(&mut room, Exercise::Booking);
    does(&mut room, PracticeDeed::Hold).expect("they are put on hold");
    let quiet = |effect: &Effect| matches!(effect, Effect::Play { leg: on, then: AfterPlay::Quiet, .. } if *on == leg);
    assert!(room.was_done(quiet), "the operator hears silence");
    assert!(practice(&room).held_since_ms.is_some());
    assert!(does(&mut room, PracticeDeed::Hold).is_err(), "once");
    assert!(does(&mut room, PracticeDeed::Keys("1".to_owned())).is_err());
    does(&mut room, PracticeDeed::Resume).expect("they are taken up");
    assert!(practice(&room).held_since_ms.is_none());
    assert!(does(&mut room, PracticeDeed::Resume).is_err());
    does(&mut room, PracticeDeed::Keys("12#".to_owned())).expect("keys are pressed");
    assert_eq!(practice(&room).keys, 3);
    assert!(does(&mut room, PracticeDeed::Keys("x".to_owned())).is_err());
}

#[test]
fn who_holds_while_the_person_speaks_hears_them_no_more() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = rings(&mut room, Exercise::Booking);
    room.tell(Input::Answered { leg });
    does(&mut room, PracticeDeed::Hold).expect("they are put on hold");
    room.tell(Input::PlayEnded { leg, token: 1 });
    let joined =
        |effect: &Effect| matches!(effect, Effect::Bridge { a, b } if *a == leg && *b == leg);
    assert!(!room.was_done(joined), "what was cut off changes nothing");
    room.wait_s(200);
    assert_eq!(
        trial(&room).stage,
        TrialStage::Echo,
        "it has its whole time"
    );
}

#[test]
fn a_practice_call_that_nobody_ends_ends_by_itself_at_every_stage() {
    for stage in 0..4 {
        let mut room = Room::new();
        room.staffed(1);
        let leg = rings(&mut room, Exercise::Booking);
        if stage > 0 {
            room.tell(Input::Answered { leg });
        }
        if stage > 1 {
            room.heard(leg);
        }
        if stage > 2 {
            puts_down(&mut room, leg);
        }
        room.wait_s(30 + 300 + WRAP_UP_S + 10);
        let over = trial(&room);
        assert!(over.end.is_some(), "stage {stage}: {over:?}");
        room.waits(MARIO, BOOK);
        assert_eq!(room.offers_open(), 1, "stage {stage}: it is free again");
    }
}

#[test]
fn a_real_person_is_served_soon_and_who_practises_may_say_goodbye() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talked(&mut room, Exercise::Booking);
    room.waits(MARIO, BOOK);
    room.wait_s(3);
    assert!(practice(&room).gives_way_ms.is_some(), "it is told");
    assert_eq!(room.offers_open(), 0, "nobody rings in between");
    room.wait_s(GIVES_WAY_S);
    assert!(room.was_hung_up(leg));
    assert_eq!(trial(&room).end, Some(TrialEnd::GaveWay));
    assert_eq!(room.offers_open(), 1);
}

#[test]
fn the_invented_person_who_still_speaks_does_not_keep_a_real_one_waiting() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = rings(&mut room, Exercise::Booking);
    room.tell(Input::Answered { leg });
    room.waits(MARIO, BOOK);
    room.wait_s(3);
    room.heard(leg);
    does(&mut room, PracticeDeed::Hold).expect("they are put on hold");
    room.wait_s(GIVES_WAY_S);
    assert_eq!(room.offers_open(), 1);
}

#[test]
fn the_time_after_it_and_the_ringing_give_way_at_once() {
    for picked_up in [false, true] {
        let mut room = Room::new();
        room.staffed(1);
        if picked_up {
            let leg = talked(&mut room, Exercise::Booking);
            puts_down(&mut room, leg);
        } else {
            rings(&mut room, Exercise::Booking);
        }
        room.waits(MARIO, BOOK);
        room.wait_s(3);
        assert!(trial(&room).end.is_some(), "picked up: {picked_up}");
    }
}

#[test]
fn who_pauses_practises_to_the_end_whoever_waits() {
    let mut room = Room::new();
    room.staffed(1);
    room.chooses(1, Chosen::Paused);
    room.waits(MARIO, BOOK);
    talked(&mut room, Exercise::Booking);
    assert_eq!(practice(&room).gives_way_ms, None);
    room.chooses(1, Chosen::Available);
    room.wait_s(3);
    assert!(
        practice(&room).gives_way_ms.is_some(),
        "they take works again"
    );
}

#[test]
fn nobody_begins_to_practise_while_people_wait_whom_they_could_serve() {
    let mut room = Room::new();
    room.staffed(1);
    talked(&mut room, Exercise::Booking);
    room.waits(MARIO, BOOK);
    room.waits(LUCIA, BOOK);
    let again = does(&mut room, PracticeDeed::Begin(Exercise::Upset));
    let wait = TrialError::PeopleWait {
        seat: "101".to_owned(),
        waiting: 2,
    };
    assert_eq!(again, Err(wait.into()));
}

#[test]
fn only_who_works_there_practises_and_only_at_a_free_seat() {
    let mut room = Room::new();
    room.registers(1);
    let begin = || PracticeDeed::Begin(Exercise::Booking);
    let empty = CommandError::NobodyThere("101".to_owned());
    assert_eq!(does(&mut room, begin()), Err(empty));
    let none = TrialError::NoPractice("101".to_owned());
    assert_eq!(does(&mut room, PracticeDeed::Hold), Err(none.into()));
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.seat_picks_up();
    let busy = TrialError::Busy("101".to_owned());
    assert_eq!(does(&mut room, begin()), Err(busy.into()));
}

#[test]
fn who_signs_out_has_ended_it() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talked(&mut room, Exercise::Booking);
    room.chooses(1, Chosen::SignedOut);
    room.wait_s(3);
    assert!(room.was_hung_up(leg));
    assert!(trial(&room).end.is_some());
}

#[test]
fn the_form_of_an_older_practice_call_does_nothing() {
    let mut room = Room::new();
    room.staffed(1);
    talked(&mut room, Exercise::Booking);
    let told = room.commands(Command::Practise {
        seat: "101".to_owned(),
        deed: PracticeDeed::HangUp,
        conversation: Some(cuptel_core::id::AssignmentId(1)),
    });
    assert!(told.is_err());
    assert_eq!(trial(&room).stage, TrialStage::Echo);
    let foreign = NeedsSaid {
        keep: Vec::new(),
        close: vec![NeedId(9)],
    };
    assert!(disposes(&mut room, Disposition::Done, foreign).is_err());
}

#[test]
fn hanging_up_by_page_ends_the_call_and_then_the_rest() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talked(&mut room, Exercise::Booking);
    does(&mut room, PracticeDeed::HangUp).expect("it ends");
    assert!(room.was_hung_up(leg));
    assert_eq!(trial(&room).stage, TrialStage::WrapUp);
    does(&mut room, PracticeDeed::HangUp).expect("it ends");
    assert_eq!(trial(&room).end, Some(TrialEnd::HungUp));
}

#[test]
fn stopping_ends_a_practice_call() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = talked(&mut room, Exercise::Booking);
    room.commands(Command::Stop { drain_s: 60 })
        .expect("it stops");
    assert!(room.was_hung_up(leg));
    assert_eq!(trial(&room).end, Some(TrialEnd::Stopped));
}
