//! The phone of a seat is tried: it rings for nobody's call, and nobody rings there meanwhile.

use cuptel_core::id::LegId;
use cuptel_core::rules::PromptId;
use cuptel_core::step::{Command, CommandError, Destination, Effect, Input};
use cuptel_core::trial::{TrialEnd, TrialError, TrialKind, TrialNow, TrialStage, Voice};
use cuptel_core::words::{Chosen, Party};

use crate::room::{BOOK, MARIO, Room};

const SAID: PromptId = PromptId(799);

fn tries(room: &mut Room, kind: TrialKind) -> Result<(), CommandError> {
    let seat = "101".to_owned();
    room.commands(Command::TrySeat { seat, kind })
}

fn tried(room: &mut Room, kind: TrialKind) -> LegId {
    tries(room, kind).expect("it may be tried");
    room.last_seat_leg().expect("it rings")
}

fn trial(room: &Room) -> TrialNow {
    room.seat_now(1).trial.expect("one was begun")
}

#[test]
fn an_operator_hears_themselves_until_they_hang_up_and_sees_what_came() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = tried(&mut room, TrialKind::Echo);
    assert_eq!(trial(&room).stage, TrialStage::Ringing);
    room.tell(Input::Answered { leg });
    assert_eq!(room.said_to(leg), Some(vec![SAID]));
    room.presses(leg, '1');
    room.heard(leg);
    let joined =
        |effect: &Effect| matches!(effect, Effect::Bridge { a, b } if *a == leg && *b == leg);
    assert!(room.was_done(joined));
    let by = Party::Seat;
    room.tell(Input::Ended { leg, by });
    let over = trial(&room);
    assert_eq!((over.end, over.voice), (Some(TrialEnd::HungUp), None));
    room.tell(Input::Measured {
        leg,
        packets: 500,
        lost: 2,
    });
    let over = trial(&room);
    let voice = Voice {
        packets: 500,
        lost: 2,
    };
    assert_eq!(over.voice, Some(voice));
    assert!(over.answered && over.heard_us);
    room.wait_s(601);
    assert_eq!(
        room.seat_now(1).trial,
        None,
        "it is of no interest any more"
    );
}

#[test]
fn nothing_is_stored_of_a_trial() {
    let mut room = Room::new();
    room.staffed(1);
    let intervals = room.intervals().len();
    let leg = tried(&mut room, TrialKind::Echo);
    room.tell(Input::Answered { leg });
    room.heard(leg);
    room.presses(leg, '#');
    assert!(room.was_hung_up(leg));
    assert_eq!(room.intervals().len(), intervals);
    assert_eq!(room.number_rows(), 0);
    assert!(room.no_callback() && room.dials().is_empty() && room.side_calls().is_empty());
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn nobody_is_offered_to_a_seat_that_is_tried_and_whoever_waits_is_served_after_it() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = tried(&mut room, TrialKind::Echo);
    room.tell(Input::Answered { leg });
    room.waits(MARIO, BOOK);
    assert_eq!(room.offers_open(), 0, "nobody rings in between");
    room.heard(leg);
    room.presses(leg, '#');
    assert_eq!(room.offers_open(), 1, "it is free again");
}

#[test]
fn a_trial_that_nobody_ends_ends_by_itself_at_every_stage() {
    for stage in 0..3 {
        let mut room = Room::new();
        room.staffed(1);
        let leg = tried(&mut room, TrialKind::Test);
        if stage > 0 {
            room.tell(Input::Answered { leg });
        }
        if stage > 1 {
            room.heard(leg);
        }
        room.wait_s(31);
        assert!(room.was_hung_up(leg), "stage {stage}");
        let end = trial(&room).end;
        let wanted = match stage {
            0 => TrialEnd::NoAnswer,
            _ => TrialEnd::TimeUp,
        };
        assert_eq!(end, Some(wanted), "stage {stage}");
        room.waits(MARIO, BOOK);
        assert_eq!(room.offers_open(), 1, "stage {stage}: it is free again");
    }
}

#[test]
fn each_way_in_which_a_phone_does_not_take_it_has_its_word() {
    let cases = [
        (486, TrialEnd::Busy),
        (603, TrialEnd::Declined),
        (480, TrialEnd::NoAnswer),
        (503, TrialEnd::Unreachable),
        (0, TrialEnd::NotSent),
    ];
    for (status, end) in cases {
        let mut room = Room::new();
        room.staffed(1);
        let leg = tried(&mut room, TrialKind::Test);
        room.not_answered(leg, status);
        assert_eq!(trial(&room).end, Some(end), "{status}");
        tried(&mut room, TrialKind::Test);
    }
}

#[test]
fn a_phone_of_which_nothing_is_heard_is_told_so() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = tried(&mut room, TrialKind::Test);
    room.tell(Input::Answered { leg });
    room.tell(Input::MediaLost { leg });
    assert!(room.was_hung_up(leg));
    assert_eq!(trial(&room).end, Some(TrialEnd::Silent));
}

#[test]
fn a_phone_that_does_not_even_ring_is_unreachable_and_asked_whether_it_is_there() {
    let mut room = Room::new();
    room.staffed(1);
    room.phones_are_dead = true;
    let leg = tried(&mut room, TrialKind::Test);
    room.wait_s(21);
    assert!(room.was_hung_up(leg));
    assert_eq!(trial(&room).end, Some(TrialEnd::Unreachable));
    assert!(!room.is_reachable(1));
    let again = tries(&mut room, TrialKind::Test);
    let silent = TrialError::PhoneSilent("101".to_owned());
    assert_eq!(again, Err(silent.into()));
}

#[test]
fn a_seat_that_does_something_or_is_offered_something_is_not_tried() {
    let mut room = Room::new();
    room.staffed(1);
    let busy = || Err(CommandError::from(TrialError::Busy("101".to_owned())));
    room.waits(MARIO, BOOK);
    assert_eq!(tries(&mut room, TrialKind::Echo), busy(), "it rings");
    room.seat_picks_up();
    assert_eq!(tries(&mut room, TrialKind::Echo), busy(), "it talks");
}

#[test]
fn a_seat_is_tried_once_at_a_time() {
    let mut room = Room::new();
    room.staffed(1);
    tried(&mut room, TrialKind::Test);
    let busy = TrialError::Busy("101".to_owned());
    assert_eq!(tries(&mut room, TrialKind::Test), Err(busy.into()));
}

#[test]
fn an_empty_seat_is_tried_by_others_and_not_by_its_operator() {
    let mut room = Room::new();
    let nobody = TrialError::NoPhone("101".to_owned());
    assert_eq!(tries(&mut room, TrialKind::Test), Err(nobody.into()));
    room.registers(1);
    let empty = CommandError::NobodyThere("101".to_owned());
    assert_eq!(tries(&mut room, TrialKind::Echo), Err(empty));
    tried(&mut room, TrialKind::Test);
}

#[test]
fn who_pauses_may_try_their_headset() {
    let mut room = Room::new();
    room.staffed(1);
    room.chooses(1, Chosen::Paused);
    tried(&mut room, TrialKind::Echo);
}

#[test]
fn its_phone_shows_that_it_is_a_trial() {
    let mut room = Room::new();
    room.staffed(1);
    tried(&mut room, TrialKind::Test);
    assert_eq!(room.last_display(), "CupTel: prova");
    let asked_alone = |effect: &Effect| {
        matches!(effect, Effect::Invite { to, .. }
            if matches!(**to, Destination::Seat { auto_answer: true, .. }))
    };
    assert!(!room.was_done(asked_alone), "nobody there has asked for it");
}

#[test]
fn stopping_ends_a_trial() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = tried(&mut room, TrialKind::Test);
    room.tell(Input::Answered { leg });
    room.commands(Command::Stop { drain_s: 60 })
        .expect("it stops");
    assert!(room.was_hung_up(leg));
    assert_eq!(trial(&room).end, Some(TrialEnd::Stopped));
    assert_eq!(
        tries(&mut room, TrialKind::Test),
        Err(CommandError::Stopping)
    );
}
