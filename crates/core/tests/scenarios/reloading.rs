//! New rules while people call: what goes on ends as it began, what waits is not lost, and
//! what is still needed is not removed.

use cuptel_core::dialplan::Step as PlanStep;
use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::reload::StillNeeded;
use cuptel_core::rules::Rules;
use cuptel_core::step::CommandError;
use cuptel_core::words::{CallbackState, Outcome, Stage};

use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, Room};

/// The queue that the key `CANCEL` leads to.
const CANCELLATIONS: QueueId = QueueId(2);

/// Cancellations have no queue of their own any more: their key leads where bookings wait.
fn without_cancellations(rules: &mut Rules) {
    rules.queues.remove(&CANCELLATIONS);
    for tenant in rules.tenants.values_mut() {
        for step in &mut tenant.dialplan.steps {
            if let PlanStep::Queue { queue, .. } | PlanStep::Callback { queue, .. } = step
                && *queue == CANCELLATIONS
            {
                *queue = QueueId(1);
            }
        }
    }
}

fn with_successor(rules: &mut Rules) {
    without_cancellations(rules);
    rules.successors.insert(CANCELLATIONS, QueueId(1));
}

fn still_needed(callbacks: u32, calls: u32) -> Result<(), CommandError> {
    Err(CommandError::StillNeeded(vec![StillNeeded {
        tenant: TenantId(1),
        queue: Some(CANCELLATIONS),
        callbacks,
        calls,
        tasks: 0,
        campaigns: 0,
    }]))
}

#[test]
fn a_queue_that_somebody_waits_for_needs_a_successor() {
    let mut room = Room::new();
    room.waits(MARIO, CANCEL);
    assert_eq!(room.reloads(without_cancellations), still_needed(0, 1));
    assert_eq!(room.attempt(0).queue, Some(CANCELLATIONS));
    assert_eq!(room.reloads(with_successor), Ok(()));
    assert_eq!(room.attempt(0).queue, Some(QueueId(1)));
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).stage, Stage::Talking);
}

#[test]
fn a_queue_about_which_a_call_is_owed_needs_a_successor() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, CANCEL);
    room.hangs_up(mario);
    assert_eq!(room.reloads(without_cancellations), still_needed(1, 0));
    assert_eq!(room.reloads(with_successor), Ok(()));
    assert_eq!(room.needs()[0].queue, Some(QueueId(1)));
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some(), "it is paid under its new queue");
}

#[test]
fn a_caller_in_the_menu_of_the_former_dialplan_waits_where_missed_calls_go() {
    let mut room = Room::new();
    let lucia = room.calls(LUCIA);
    assert_eq!(room.reloads(without_cancellations), Ok(()));
    room.presses(lucia, CANCEL);
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    assert_eq!(room.attempt(0).queue, Some(QueueId(1)));
    room.hangs_up(lucia);
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedQueue));
    assert!(!room.no_callback());
}

#[test]
fn who_talks_when_their_queue_goes_is_still_owed_when_cut_off() {
    let mut room = Room::new();
    room.waits(MARIO, CANCEL);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.reloads(with_successor), Ok(()));
    room.restarts();
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.needs()[0].queue, Some(QueueId(1)));
}

#[test]
fn a_tenant_with_a_call_in_progress_is_not_removed() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    let gone = |rules: &mut Rules| {
        rules.tenants.clear();
        rules.lines.clear();
    };
    let needed = StillNeeded {
        tenant: TenantId(1),
        queue: None,
        callbacks: 0,
        calls: 1,
        tasks: 0,
        campaigns: 0,
    };
    assert_eq!(
        room.reloads(gone),
        Err(CommandError::StillNeeded(vec![needed]))
    );
}

#[test]
fn a_smaller_trunk_drops_nobody_and_admits_nobody() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    let small = |rules: &mut Rules| {
        for trunk in rules.trunks.values_mut() {
            (trunk.channels, trunk.answer_max) = (1, 1);
        }
    };
    assert_eq!(room.reloads(small), Ok(()));
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    room.calls(LUCIA);
    assert_eq!(room.outcome(1), Some(Outcome::RefusedLines));
}

#[test]
fn places_in_line_follow_the_new_rules() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.wait_s(GRACE_S);
    room.waits(LUCIA, BOOK);
    let no_bonus = |rules: &mut Rules| {
        for queue in rules.queues.values_mut() {
            queue.live_bonus_s = 0;
        }
    };
    assert_eq!(room.reloads(no_bonus), Ok(()));
    room.staffed(1);
    assert_eq!(
        room.callback().state,
        CallbackState::Offered,
        "without a bonus the older debt goes first"
    );
}
