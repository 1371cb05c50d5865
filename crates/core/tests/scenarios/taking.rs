//! An operator takes a callback that they have chosen, before its turn.

use cuptel_core::id::CallbackId;
use cuptel_core::rules::GivesWay;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::CallbackState;

use crate::room::{BOOK, GRACE_S, MARIO, Room};

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
