//! An operator takes a callback that they have chosen, before its turn.

use cuptel_core::id::CallbackId;
use cuptel_core::rules::GivesWay;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{CallbackState, Chosen, Disposition, WorkState};

use crate::room::{BOOK, GRACE_S, MARIO, Room, WRAP_UP_S};

const LUCIA: &str = "0861777888";

fn takes(room: &mut Room, callback: CallbackId) -> Result<(), CommandError> {
    room.commands(Command::TakeCallback {
        seat: "101".to_owned(),
        callback,
    })
}

/// Mario and then Lucia gave up; and the seats are kept for callers.
fn two_wait(by_hand: bool) -> (Room, CallbackId, CallbackId) {
    let mut room = Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            let policy = &mut queue.callback;
            policy.preview.chosen_by_hand = by_hand;
            // Seats are kept for callers who are expected.
            policy.gives_way = GivesWay::ToExpected;
            (policy.share_min, policy.share_max, policy.share_overdue) = (0.0, 0.0, 0.0);
        }
    });
    for user in [MARIO, LUCIA] {
        let caller = room.waits(user, BOOK);
        room.hangs_up(caller);
        room.wait_s(5);
    }
    let mut ids: Vec<CallbackId> = room.callbacks().iter().map(|row| row.id).collect();
    ids.sort_unstable();
    room.wait_s(GRACE_S);
    (room, ids[0], ids[1])
}

#[test]
fn where_no_rule_lets_them_callbacks_come_in_their_turn() {
    let (mut room, mario, _) = two_wait(false);
    room.staffed(1);
    let refused = takes(&mut room, mario);
    assert!(
        matches!(refused, Err(CommandError::NotByHand(_))),
        "{refused:?}"
    );
}

#[test]
fn who_is_chosen_is_offered_at_once_and_it_is_on_record_that_they_were() {
    let (mut room, mario, lucia) = two_wait(true);
    room.staffed(1);
    assert_eq!(room.offered(), None, "the seat is kept for callers");
    let chooses = room.seat_now(1).chooses;
    assert!(chooses.iter().any(|it| it.queue == "book"), "{chooses:?}");
    takes(&mut room, lucia).unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    let state = |id: CallbackId| {
        room.callbacks()
            .iter()
            .find(|row| row.id == id)
            .map(|row| row.state)
    };
    assert_eq!(state(lucia), Some(CallbackState::Offered));
    assert_eq!(state(mario), Some(CallbackState::Waiting));
    assert!(room.last_decision().explanation.chosen);
    assert!(room.seat_now(1).chooses.is_empty());
    let busy = takes(&mut room, mario);
    assert!(matches!(busy, Err(CommandError::NotFree(_))), "{busy:?}");
    // Chosen twice is chosen once, and it is a call like any other.
    room.seat_picks_up();
    assert!(room.rung().is_some());
}

#[test]
fn what_one_operator_owes_by_name_takes_no_place_among_what_anybody_may_choose() {
    let (mut room, mario, lucia) = two_wait(true);
    for n in 0..10 {
        let caller = room.waits(&format!("08617770{n:02}"), BOOK);
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
    let first = room.queue(0).choosable;
    assert_eq!((first.len(), &first[..2]), (10, &[mario, lucia][..]));
    for callback in [mario, lucia] {
        let operator = Some("bruno".to_owned());
        room.commands(Command::AssignCallback { callback, operator })
            .expect("both are there");
    }
    let others = room.queue(0).choosable;
    assert_eq!(others.len(), 10, "the next two take their places");
    assert_eq!(others[..8], first[2..]);
}

#[test]
fn nobody_is_chosen_who_may_not_be_called_now() {
    let (mut room, mario, _) = two_wait(true);
    let unknown = takes(&mut room, CallbackId(1));
    assert!(
        matches!(unknown, Err(CommandError::NoCallback(_))),
        "{unknown:?}"
    );
    let nobody = takes(&mut room, mario);
    assert!(
        matches!(nobody, Err(CommandError::NotFree(_))),
        "nobody sits there: {nobody:?}"
    );
    // Mario rings in, so he stands nowhere.
    room.waits(MARIO, BOOK);
    let calls = takes(&mut room, mario);
    assert!(
        matches!(calls, Err(CommandError::NotToBeTaken(_))),
        "{calls:?}"
    );
}

fn pauses(room: &mut Room) {
    room.commands(Command::Choose {
        seat: "101".to_owned(),
        chosen: Chosen::Paused,
        reason: None,
        supervisor: None,
    })
    .expect("they may pause");
}

fn state(room: &Room, id: CallbackId) -> Option<CallbackState> {
    let rows = room.callbacks();
    let row = rows.iter().find(|row| row.id == id);
    row.map(|row| row.state)
}

#[test]
fn who_pauses_takes_the_one_that_they_choose_and_pauses_on() {
    let (mut room, mario, lucia) = two_wait(true);
    room.staffed(1);
    pauses(&mut room);
    assert!(!room.seat_now(1).chooses.is_empty(), "they may choose");
    takes(&mut room, lucia).unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    assert_eq!(state(&room, lucia), Some(CallbackState::Offered));
    room.seat_picks_up();
    let person = room.rung().expect("she is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(30);
    room.hangs_up(person);
    room.disposes(1, Disposition::Done);
    assert_eq!(room.seat_now(1).chosen, Chosen::Paused);
    room.wait_s(120);
    assert_eq!(room.offered(), None, "Mario does not come by himself");
    assert_eq!(state(&room, mario), Some(CallbackState::Waiting));
}

#[test]
fn whatever_becomes_of_the_offer_who_paused_pauses_on() {
    type Ends = fn(&mut Room);
    let declines: Ends = |room| {
        let leg = room.last_seat_leg().expect("it rings");
        room.not_answered(leg, 486);
    };
    let rings_in: Ends = |room| {
        room.waits(LUCIA, BOOK);
    };
    let nobody: Ends = |room| room.wait_s(60);
    for ends in [declines, rings_in, nobody] {
        let (mut room, _, lucia) = two_wait(true);
        room.staffed(1);
        pauses(&mut room);
        takes(&mut room, lucia).unwrap();
        ends(&mut room);
        assert_eq!(room.seat_now(1).chosen, Chosen::Paused);
        assert_eq!(room.offered(), None);
    }
}

#[test]
fn what_is_chosen_after_a_conversation_comes_next_in_or_out_of_a_pause() {
    for pausing in [false, true] {
        let (mut room, mario, lucia) = two_wait(true);
        room.staffed(1);
        takes(&mut room, mario).unwrap();
        room.seat_picks_up();
        let person = room.rung().expect("he is rung");
        room.tell(Input::Answered { leg: person });
        room.wait_s(30);
        room.hangs_up(person);
        assert_eq!(room.work_of(1), WorkState::WrapUp);
        takes(&mut room, lucia).unwrap();
        assert_eq!(room.seat_now(1).next, Some(lucia));
        assert_eq!(state(&room, lucia), Some(CallbackState::Waiting));
        if pausing {
            pauses(&mut room);
        }
        room.wait_s(WRAP_UP_S);
        assert_eq!(
            state(&room, lucia),
            Some(CallbackState::Offered),
            "{pausing}"
        );
        assert_eq!(room.seat_now(1).next, None);
        room.seat_picks_up();
        let person = room.rung().expect("she is rung");
        room.not_answered(person, 486);
        let seat = room.last_seat_leg().expect("it hears why");
        room.heard(seat);
        let wanted = if pausing {
            Chosen::Paused
        } else {
            Chosen::Available
        };
        assert_eq!(room.seat_now(1).chosen, wanted);
    }
}
