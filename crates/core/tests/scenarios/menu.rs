//! What a menu gives by itself, and what it does not.

use cuptel_core::dialplan::{Served, Step as PlanStep, StepId};
use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::words::{CallbackState, ClosedHow, Outcome};

use crate::room::{BOOK, CANCEL, MARIO, Room};

/// The key of a message that says it all.
const INFORMED: char = '7';
/// The key that ends the call.
const GOODBYE: char = '8';

/// A menu with a message that answers by itself, and settles the needs of a queue.
fn informing(closes: Option<QueueId>) -> impl FnOnce(&mut Rules) {
    move |rules| {
        let plan = &mut rules
            .tenants
            .get_mut(&TenantId(1))
            .expect("the room's tenant")
            .dialplan;
        let informed = StepId(plan.steps.len());
        plan.steps.push(PlanStep::Play {
            prompts: vec![PromptId(30)],
            then: StepId(5),
            served: Some(Served { closes }),
        });
        let PlanStep::Menu { keys, .. } = &mut plan.steps[1] else {
            panic!("the second step is the menu");
        };
        keys.extend([(INFORMED, informed), (GOODBYE, StepId(5))]);
    }
}

#[test]
fn who_hears_the_answer_to_its_end_is_served_by_the_menu() {
    let mut room = Room::with(informing(None));
    let mario = room.waits(MARIO, INFORMED);
    room.heard(mario);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::ServedByMenu));
    assert!(room.no_callback());
}

#[test]
fn who_hangs_up_before_its_end_is_not() {
    let mut room = Room::with(informing(None));
    let mario = room.waits(MARIO, INFORMED);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedMessage));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
}

#[test]
fn being_hung_up_on_at_the_end_of_the_plan_serves_nobody() {
    let mut room = Room::with(informing(None));
    let mario = room.waits(MARIO, GOODBYE);
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedMenu));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
}

#[test]
fn the_menu_settles_its_own_need_and_no_other() {
    let mut room = Room::with(informing(Some(QueueId(2))));
    for key in [BOOK, CANCEL] {
        let mario = room.waits(MARIO, key);
        room.hangs_up(mario);
    }
    let mario = room.waits(MARIO, INFORMED);
    room.heard(mario);
    room.heard(mario);
    assert_eq!(room.outcome(2), Some(Outcome::ServedByMenu));
    assert_eq!(room.callback().state, CallbackState::Waiting);
    let open: Vec<_> = room
        .needs()
        .into_iter()
        .filter(|need| need.closed_ms.is_none())
        .map(|need| need.queue)
        .collect();
    assert_eq!(open, [Some(QueueId(1))]);
}

#[test]
fn the_menu_closes_a_case_that_wanted_nothing_else() {
    let mut room = Room::with(informing(Some(QueueId(2))));
    let mario = room.waits(MARIO, CANCEL);
    room.hangs_up(mario);
    let mario = room.waits(MARIO, INFORMED);
    room.heard(mario);
    assert_eq!(room.callback().state, CallbackState::Closed);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::GotThrough));
}
