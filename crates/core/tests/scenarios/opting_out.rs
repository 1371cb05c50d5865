//! Who wants to be called no more says so by key, in a menu or while they wait.

use cuptel_core::dialplan::{Step as PlanStep, StepId};
use cuptel_core::id::{LegId, TenantId};
use cuptel_core::rules::PromptId;
use cuptel_core::words::{CallbackState, ClosedHow, NeedKind, Outcome, PriorityClass, Stage};

use crate::room::{
    BOOK, DECLINED, LISTED, LUCIA, MARIO, NUMBER_IS, OPT_OUT, Room, book, digit_spoken,
};

const LEAVES: char = '8';

/// Mario gave up waiting, and calls again.
fn on_the_list() -> (Room, LegId) {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    let again = room.waits(MARIO, BOOK);
    (room, again)
}

fn said(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something was said")
}

#[test]
fn who_confirms_while_they_wait_is_called_no_more() {
    let (mut room, mario) = on_the_list();
    room.presses(mario, LEAVES);
    let digits = "3331000001".bytes();
    let digits = digits.map(|digit| digit_spoken(usize::from(digit - b'0')));
    let asked: Vec<PromptId> = [NUMBER_IS]
        .into_iter()
        .chain(digits)
        .chain([OPT_OUT])
        .collect();
    assert_eq!(said(&room, mario), asked);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [DECLINED]);
    assert_eq!(
        room.callback().closed_how,
        Some(ClosedHow::CancelledByPerson)
    );
    room.heard(mario);
    assert_eq!(room.outcome(1), Some(Outcome::ServedByMenu));
    assert_eq!(
        room.callbacks().len(),
        1,
        "and nothing is opened for this call"
    );
}

#[test]
fn who_does_not_mean_it_waits_on_at_their_place() {
    for silent in [false, true] {
        let (mut room, mario) = on_the_list();
        room.presses(mario, LEAVES);
        if silent {
            room.heard(mario);
            room.wait_s(10);
        } else {
            room.presses(mario, '5');
        }
        assert_eq!(room.attempt(1).stage, Stage::Queued);
        assert_eq!(room.callback().state, CallbackState::Waiting);
        room.staffed(1);
        assert!(room.offered().is_some());
    }
}

#[test]
fn what_an_operator_has_taken_in_charge_stays_owed() {
    let mut room = Room::new();
    room.takes_in_charge(MARIO, PriorityClass::B);
    let mario = room.waits(MARIO, BOOK);
    room.presses(mario, LEAVES);
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [LISTED]);
    room.heard(mario);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.needs()[0].kind, NeedKind::TakenInCharge);
    assert_eq!(room.needs().len(), 1);
}

#[test]
fn a_step_of_a_menu_does_the_same_and_goes_on_where_it_says() {
    let mut room = Room::with(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the tenant");
        let plan = &mut tenant.dialplan;
        let leave = StepId(plan.steps.len());
        let step = plan
            .steps
            .iter()
            .position(|it| matches!(it, PlanStep::Menu { .. }));
        let menu = StepId(step.expect("the plan asks"));
        plan.names.push("leave".to_owned());
        plan.steps.push(PlanStep::OptOut {
            then: None,
            instead: menu,
        });
        if let Some(PlanStep::Menu { keys, .. }) = plan.steps.get_mut(menu.0) {
            keys.insert('7', leave);
        }
    });
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    let again = room.waits(MARIO, '7');
    assert_eq!(said(&room, again).last(), Some(&OPT_OUT));
    room.presses(again, '1');
    room.heard(again);
    assert_eq!(room.outcome(1), Some(Outcome::ServedByMenu));
    assert_eq!(
        room.callback().closed_how,
        Some(ClosedHow::CancelledByPerson)
    );
}

#[test]
fn who_does_not_mean_it_has_lost_nothing_though_the_queue_is_full() {
    let mut room = Room::with(|rules| book(rules).waiting_max = 1);
    let mario = room.waits(MARIO, BOOK);
    let since_ms = room.attempt(0).queued_ms;
    room.wait_s(60);
    room.presses(mario, LEAVES);
    room.waits(LUCIA, BOOK);
    assert_ne!(room.attempt(1).stage, Stage::Queued, "the place is his");
    room.presses(mario, '5');
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    assert_eq!(room.attempt(0).queued_ms, since_ms);
    room.staffed(1);
    assert!(room.offered().is_some(), "served as who waits is");
}

#[test]
fn a_seat_that_is_free_cuts_the_question_short_and_is_let_go_when_they_confirm() {
    let (mut room, mario) = on_the_list();
    room.presses(mario, LEAVES);
    room.staffed(1);
    let (_, ringing) = room.offered().expect("it is theirs");
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [DECLINED]);
    assert!(room.was_hung_up(ringing));
    room.heard(mario);
    assert_eq!(room.outcome(1), Some(Outcome::ServedByMenu));
    let (mut room, mario) = on_the_list();
    room.presses(mario, LEAVES);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(1).stage, Stage::Talking);
    room.presses(mario, '1');
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.attempt(1).stage, Stage::Talking);
}

#[test]
fn a_question_that_was_not_answered_does_not_end_the_next() {
    let (mut room, mario) = on_the_list();
    room.presses(mario, LEAVES);
    room.heard(mario);
    room.wait_s(5);
    room.presses(mario, LEAVES);
    assert_ne!(said(&room, mario).last(), Some(&OPT_OUT), "no, and on");
    room.presses(mario, LEAVES);
    room.wait_s(5);
    assert_eq!(said(&room, mario).last(), Some(&OPT_OUT));
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [DECLINED]);
}
