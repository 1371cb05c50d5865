//! What an operator says of each thing that the person is owed: settled, or kept at its place.

use cuptel_core::by_hand::ByHandError;
use cuptel_core::campaign::CampaignCommand;
use cuptel_core::id::{LegId, NeedId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::record::NeedRow;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, Disposition, NeedKind, PriorityClass,
};

use crate::recalling::{does, runs, told};
use crate::room::{BOOK, CANCEL, GRACE_S, MARIO, Room, book};

/// Mario gave up waiting for a booking, and for a cancellation; the operator talks with him.
pub(crate) fn talks_about(needs: &[char]) -> (Room, LegId) {
    let mut room = Room::new();
    for key in needs {
        let mario = room.waits(MARIO, *key);
        room.hangs_up(mario);
    }
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    (room, person)
}

pub(crate) fn says(room: &mut Room, keep: &[NeedId], close: &[NeedId]) -> Result<(), CommandError> {
    room.commands(Command::Dispose {
        seat: "101".to_owned(),
        disposition: Disposition::Done.into(),
        said: NeedsSaid {
            keep: keep.to_vec(),
            close: close.to_vec(),
        },
        conversation: None,
    })
}

pub(crate) fn open(room: &Room) -> Vec<NeedId> {
    let open = |need: &&NeedRow| need.closed_ms.is_none();
    let needs = room.needs().into_iter().filter(open);
    needs.map(|need| need.id).collect()
}

#[test]
fn what_is_kept_in_the_conversation_keeps_its_place_and_its_tries() {
    let (mut room, person) = talks_about(&[BOOK, CANCEL]);
    let place_ms = room.callback().place_ms;
    let needs = open(&room);
    assert_eq!(needs.len(), 2);
    let shown = room.owed_at(1).unwrap().needs;
    assert!(shown.iter().all(|need| need.closes), "{shown:?}");
    says(&mut room, &needs[1..], &[]).unwrap();
    room.hangs_up(person);
    assert_eq!(open(&room), needs[1..]);
    let row = room.callback();
    assert_eq!(row.state, CallbackState::Waiting);
    assert_eq!((row.place_ms, row.tries), (place_ms, 0));
    let kept = room.callback_events_of_all();
    assert!(kept.contains(&CallbackEventKind::NeedKept), "{kept:?}");
}

#[test]
fn what_is_kept_in_the_wrap_up_is_owed_again_at_its_place() {
    let (mut room, person) = talks_about(&[BOOK]);
    let (id, place_ms) = (room.callback().id, room.callback().place_ms);
    let needs = open(&room);
    room.hangs_up(person);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    let shown = room.owed_at(1).expect("it was settled a moment ago").needs;
    assert!(shown[0].closes && shown[0].need == needs[0]);
    says(&mut room, &needs, &[]).unwrap();
    let row = room.callback();
    assert_eq!(
        (row.id, row.state, row.place_ms, row.tries),
        (id, CallbackState::Waiting, place_ms, 0)
    );
    assert_eq!(open(&room), needs);
    room.restarts();
    assert_eq!(open(&room), needs);
}

#[test]
fn of_two_that_were_settled_one_may_be_kept_afterwards() {
    let (mut room, person) = talks_about(&[BOOK, CANCEL]);
    let needs = open(&room);
    room.hangs_up(person);
    assert_eq!(open(&room), []);
    says(&mut room, &needs[..1], &[]).unwrap();
    assert_eq!(open(&room), needs[..1]);
}

#[test]
fn what_stays_by_itself_is_settled_by_a_word() {
    for afterwards in [false, true] {
        let mut room = Room::new();
        let id = room.takes_in_charge(MARIO, PriorityClass::B);
        room.staffed(1);
        room.wait_s(GRACE_S);
        room.seat_picks_up();
        let person = room.rung().unwrap();
        room.tell(Input::Answered { leg: person });
        room.wait_s(60);
        let needs = open(&room);
        let shown = room.owed_at(1).unwrap().needs;
        assert_eq!(shown[0].kind, NeedKind::TakenInCharge);
        assert!(!shown[0].closes);
        if afterwards {
            room.hangs_up(person);
            says(&mut room, &[], &needs).unwrap();
        } else {
            says(&mut room, &[], &needs).unwrap();
            room.hangs_up(person);
        }
        assert_eq!(open(&room), []);
        assert_eq!(room.callback().id, id);
        assert_eq!(room.callback().state, CallbackState::Closed);
    }
}

#[test]
fn what_is_not_owed_there_is_refused_and_nothing_is_recorded() {
    let (mut room, _) = talks_about(&[BOOK]);
    let needs = open(&room);
    let other = NeedId(needs[0].0 + 1_000);
    let refused = says(&mut room, &[other], &[]);
    assert!(matches!(refused, Err(CommandError::NoNeedThere { .. })));
    let refused = says(&mut room, &needs, &needs);
    assert_eq!(refused, Err(CommandError::NeedSaidTwice(needs[0])));
    room.disposes(1, Disposition::Done);
}

#[test]
fn what_another_seat_is_at_by_now_is_not_said_to_be_settled() {
    let mut room = Room::with(|rules| book(rules).wrap_up_s = 3_600);
    room.takes_in_charge(MARIO, PriorityClass::B);
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    let needs = open(&room);
    assert_eq!(needs.len(), 1, "it stays by itself");
    // He rings again for something else, and is called for that.
    let again = room.waits(MARIO, CANCEL);
    room.hangs_up(again);
    room.staffed(2);
    room.wait_s(GRACE_S);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    let refused = says(&mut room, &[], &needs);
    let at_work =
        |error: &CommandError| matches!(error, CommandError::ByHand(ByHandError::AtWork { .. }));
    assert!(refused.as_ref().is_err_and(at_work), "{refused:?}");
    assert!(open(&room).contains(&needs[0]));
    says(&mut room, &[], &[]).expect("the result without it is taken");
}

#[test]
fn another_person_is_owed_what_a_campaigns_end_has_closed_since() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO]);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.callback().state, CallbackState::Waiting, "the recall");
    let campaign = room.campaigns().last().expect("it runs").id;
    let ended = does(&mut room, CampaignCommand::End { campaign, by: None });
    ended.expect("it runs");
    assert_eq!(room.callback().state, CallbackState::Closed);
    room.disposes(1, Disposition::AnotherPerson);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(open(&room).len(), 1);
}
