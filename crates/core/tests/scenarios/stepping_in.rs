//! What whoever leads does with somebody who waits: out of line, into another, ahead; and with a callback.

use cuptel_core::id::{AttemptId, CallbackId, QueueId, TenantId};
use cuptel_core::rules::PromptId;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::stepping_in::NotSteppedIn;
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::words::{Button, CallbackState, OfferState, Outcome, Stage};

use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, Room};

/// "For now we cannot answer; we call you back".
const CALLED_BACK: PromptId = PromptId(7);

fn withdraw(room: &mut Room, nth: usize) -> Result<(), CommandError> {
    let (attempt, by) = (room.attempt(nth).id, Some("capo".to_owned()));
    room.commands(Command::WithdrawCaller { attempt, by })
}

fn move_to(room: &mut Room, nth: usize, queue: &str) -> Result<(), CommandError> {
    let attempt = room.attempt(nth).id;
    room.commands(Command::MoveCaller {
        attempt,
        tenant: None,
        queue: queue.to_owned(),
        by: None,
    })
}

fn put_ahead(room: &mut Room, nth: usize, ahead_s: u32) -> Result<(), CommandError> {
    let attempt = room.attempt(nth).id;
    room.commands(Command::PutCallerAhead {
        attempt,
        ahead_s,
        by: None,
    })
}

fn refused(answer: Result<(), CommandError>) -> NotSteppedIn {
    match answer {
        Err(CommandError::NotSteppedIn(why)) => why,
        other => panic!("it is refused for another reason: {other:?}"),
    }
}

#[test]
fn who_is_taken_out_of_line_hears_that_we_call_and_is_owed_it_at_their_place() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    let place_ms = room.now_ms();
    room.wait_s(100);
    withdraw(&mut room, 0).unwrap();
    assert_eq!(room.said_to(mario), Some(vec![CALLED_BACK]));
    assert!(room.in_line("book").is_empty());
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    assert_eq!(room.callback().place_ms, place_ms);
    // Nobody rings the seat for a caller who is gone.
    room.staffed(1);
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn a_seat_that_rings_for_who_is_taken_out_of_line_is_let_go() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, leg) = room.offered().expect("the seat rings");
    withdraw(&mut room, 0).unwrap();
    assert!(room.was_hung_up(leg));
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
}

#[test]
fn who_is_moved_keeps_place_and_wait_and_is_served_there() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    let queued_ms = room.attempt(0).queued_ms;
    room.wait_s(60);
    room.waits(LUCIA, CANCEL);
    room.wait_s(10);
    move_to(&mut room, 0, "cancel").unwrap();
    assert_eq!(room.attempt(0).queue, Some(QueueId(2)));
    assert_eq!(room.attempt(0).queued_ms, queued_ms, "the wait goes on");
    assert!(room.in_line("book").is_empty());
    let line = room.in_line("cancel");
    let order: Vec<_> = line.iter().map(|it| it.attempt).collect();
    assert_eq!(order, [Some(room.attempt(0).id), Some(room.attempt(1).id)]);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).stage, Stage::Talking, "who called first");
}

#[test]
fn nobody_is_moved_into_a_queue_that_is_closed_full_or_their_own() {
    let mut room = Room::with(|rules| {
        rules
            .queues
            .get_mut(&QueueId(2))
            .expect("it is there")
            .waiting_max = 1;
    });
    room.waits(MARIO, BOOK);
    let id = room.attempt(0).id;
    let own = move_to(&mut room, 0, "book");
    assert_eq!(refused(own), NotSteppedIn::InThatQueue(id));
    room.waits(LUCIA, CANCEL);
    let full = move_to(&mut room, 0, "cancel");
    assert_eq!(refused(full), NotSteppedIn::Full("cancel".to_owned()));
    let told = ButtonTold {
        button: Button::Closed,
        tenant: None,
        queue: Some("cancel".to_owned()),
    };
    let pressed = Box::new(Pressed::default());
    room.commands(Command::PressStop { told, pressed }).unwrap();
    let closed = move_to(&mut room, 0, "cancel");
    assert_eq!(refused(closed), NotSteppedIn::Closed("cancel".to_owned()));
    let none = move_to(&mut room, 0, "nothing");
    assert_eq!(none, Err(CommandError::NoQueue("nothing".to_owned())));
    assert_eq!(room.in_line("book").len(), 1, "nothing was changed");
}

#[test]
fn nobody_is_moved_to_another_authority() {
    let mut room = Room::with(|rules| {
        let tenant = rules
            .tenants
            .get(&TenantId(1))
            .expect("it is there")
            .clone();
        rules.tenants.insert(
            TenantId(2),
            cuptel_core::rules::Tenant {
                name: "altra".to_owned(),
                ..tenant
            },
        );
        let mut queue = rules.queues.get(&QueueId(2)).expect("it is there").clone();
        queue.tenant = TenantId(2);
        queue.name = "theirs".to_owned();
        rules.queues.insert(QueueId(3), queue);
    });
    room.waits(MARIO, BOOK);
    let answer = move_to(&mut room, 0, "theirs");
    assert_eq!(
        refused(answer),
        NotSteppedIn::OtherTenant("theirs".to_owned())
    );
}

#[test]
fn who_is_put_ahead_goes_before_those_who_came_up_to_so_much_earlier() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    room.wait_s(60);
    room.waits(LUCIA, BOOK);
    put_ahead(&mut room, 1, 120).unwrap();
    let first = room.in_line("book").remove(0);
    assert_eq!(first.attempt, Some(room.attempt(1).id));
    assert_eq!(first.priority_ms, 120_000);
    // What somebody has is not taken away.
    put_ahead(&mut room, 1, 0).unwrap();
    assert_eq!(room.in_line("book")[0].priority_ms, 120_000);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(1).stage, Stage::Talking);
    assert_eq!(
        refused(put_ahead(&mut room, 0, 86_401)),
        NotSteppedIn::TooFarAhead
    );
}

#[test]
fn who_does_not_wait_is_neither_withdrawn_nor_moved_nor_put_ahead() {
    let mut room = Room::new();
    room.calls(MARIO);
    let id = room.attempt(0).id;
    assert_eq!(
        refused(withdraw(&mut room, 0)),
        NotSteppedIn::NotWaiting(id)
    );
    assert_eq!(
        refused(move_to(&mut room, 0, "book")),
        NotSteppedIn::NotWaiting(id)
    );
    assert_eq!(
        refused(put_ahead(&mut room, 0, 60)),
        NotSteppedIn::NotWaiting(id)
    );
    let (attempt, by) = (AttemptId(77), None);
    let nobody = room.commands(Command::WithdrawCaller { attempt, by });
    assert_eq!(refused(nobody), NotSteppedIn::NotWaiting(AttemptId(77)));
}

/// Two persons are owed a call, Mario first.
fn two_debts() -> Room {
    let mut room = Room::new();
    for person in [MARIO, LUCIA] {
        let leg = room.waits(person, BOOK);
        room.hangs_up(leg);
        room.wait_s(10);
    }
    room.wait_s(GRACE_S);
    room
}

fn put_callback_ahead(
    room: &mut Room,
    callback: CallbackId,
    ahead_s: u32,
) -> Result<(), CommandError> {
    room.commands(Command::PutCallbackAhead {
        callback,
        ahead_s,
        by: None,
    })
}

#[test]
fn a_callback_that_is_put_ahead_is_made_first_also_after_a_restart() {
    let mut room = two_debts();
    let lucia = room.callbacks()[1].id;
    put_callback_ahead(&mut room, lucia, 600).unwrap();
    room.restarts();
    room.staffed(1);
    let rung = room
        .callbacks()
        .into_iter()
        .find(|it| it.state == CallbackState::Offered);
    assert_eq!(rung.map(|it| it.id), Some(lucia));
    let again = put_callback_ahead(&mut room, lucia, 0);
    let state = CallbackState::Offered;
    assert_eq!(
        refused(again),
        NotSteppedIn::HasTurn {
            callback: lucia,
            state
        }
    );
    let none = put_callback_ahead(&mut room, CallbackId(77), 60);
    assert_eq!(none, Err(CommandError::NoCallback(CallbackId(77))));
}
