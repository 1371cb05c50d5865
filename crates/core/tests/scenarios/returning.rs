//! Whoever rings back after we have called in vain is known and goes past the menu; and whoever asks
//! whether it was us is told the truth, about their own number alone.

use cuptel_core::dialplan::{ReturnCall, Step as PlanStep, StepId};
use cuptel_core::id::{LegId, TenantId};
use cuptel_core::mark::{MarkTold, Marked};
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::step::{Command, Input};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, Disposition, Mark, Outcome, Stage,
};

use crate::room::{
    BOOK, BUSY_S, CANCEL, GRACE_S, LUCIA, MARIO, RETURNING, RING_S, Room, VERIFY_AND, VERIFY_NO,
    VERIFY_TODAY, VERIFY_UNKNOWN, VERIFY_UNSURE, VERIFY_YES, digit_spoken, hour_spoken,
};

const DAY_S: u32 = 86_400;
const MENU: PromptId = PromptId(20);
const ASKS: char = '8';
const ANOTHER_REASON: char = '2';

/// The menu, with a key for who wants to know whether it was us.
fn asked(rules: &mut Rules) {
    let plan = &mut rules
        .tenants
        .get_mut(&TenantId(1))
        .expect("it is there")
        .dialplan;
    let verify = StepId(plan.steps.len());
    plan.steps.push(PlanStep::Verify {
        yes: StepId(1),
        no: StepId(1),
        days: 5,
    });
    plan.names.push("verify".to_owned());
    let PlanStep::Menu { keys, .. } = &mut plan.steps[1] else {
        panic!("the second step is the menu");
    };
    keys.insert(ASKS, verify);
}

/// Mario gave up before the queue for cancellations served him, and was called in vain at 10:03.
fn rung_in_vain(status: u16) -> Room {
    let mut room = Room::with(asked);
    let mario = room.waits(MARIO, CANCEL);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let leg = room.rung().expect("Mario is rung");
    room.not_answered(leg, status);
    let operator = room.last_seat_leg().expect("a seat was rung");
    room.heard(operator);
    room
}

fn returns(room: &Room) -> usize {
    let returned = |kind: &CallbackEventKind| *kind == CallbackEventKind::Returned;
    room.callback_events_of_all()
        .iter()
        .filter(|kind| returned(kind))
        .count()
}

/// Nothing more is said, and no key comes.
fn says_nothing(room: &mut Room, leg: LegId) {
    room.heard(leg);
    room.wait_s(ReturnCall::default().timeout_s);
}

fn is_known(room: &Room, leg: LegId) -> bool {
    room.said_to(leg) == Some(vec![RETURNING])
}

#[test]
fn who_rings_back_goes_past_the_menu_to_the_place_of_the_case() {
    for status in [486, 480, 603, 404] {
        let mut room = rung_in_vain(status);
        let place_ms = room.callback().place_ms;
        room.wait_s(3_600);
        let lucia = room.waits(LUCIA, CANCEL);
        let mario = room.calls(MARIO);
        assert!(is_known(&room, mario), "{status}");
        assert_eq!(room.last_callback_event().kind, CallbackEventKind::Returned);
        says_nothing(&mut room, mario);
        let row = room.attempt(2);
        assert_eq!(row.stage, Stage::Queued);
        assert_eq!(row.queue, room.attempt(0).queue);
        assert!(place_ms < room.attempt(1).received_ms, "before Lucia");
        room.hangs_up(lucia);
    }
}

#[test]
fn a_key_leads_to_the_menu_and_another_reason_has_no_place_of_the_case() {
    let mut room = rung_in_vain(480);
    let mario = room.calls(MARIO);
    assert!(is_known(&room, mario));
    room.presses(mario, ANOTHER_REASON);
    assert_eq!(room.said_to(mario), Some(vec![MENU]));
    room.presses(mario, BOOK);
    assert_eq!(room.attempt(1).stage, Stage::Queued);
    assert_ne!(room.attempt(1).queue, room.attempt(0).queue);
    assert_eq!(returns(&room), 1);
}

#[test]
fn any_other_key_spares_them_the_rest_of_the_message() {
    let mut room = rung_in_vain(480);
    let mario = room.calls(MARIO);
    room.presses(mario, '7');
    assert_eq!(room.attempt(1).stage, Stage::Queued);
    assert_eq!(room.attempt(1).queue, room.attempt(0).queue);
}

#[test]
fn nobody_is_known_who_was_not_called_or_has_been_spoken_with() {
    let mut room = rung_in_vain(480);
    let lucia = room.calls(LUCIA);
    assert_eq!(room.said_to(lucia), Some(vec![MENU]), "nobody called her");
    room.hangs_up(lucia);
    let mario = room.calls(MARIO);
    says_nothing(&mut room, mario);
    room.seat_picks_up();
    room.wait_s(60);
    room.disposes(1, Disposition::Done);
    room.hangs_up(mario);
    assert_eq!(room.attempt(2).outcome, Some(Outcome::Served));
    room.wait_s(60);
    for restarted in [false, true] {
        let again = room.calls(MARIO);
        assert_eq!(room.said_to(again), Some(vec![MENU]), "{restarted}");
        room.hangs_up(again);
        room.restarts();
    }
}

#[test]
fn who_was_given_up_is_known_for_days_and_keeps_the_place() {
    let mut room = rung_in_vain(486);
    room.wait_s(BUSY_S);
    room.seat_picks_up();
    room.wait_s(RING_S);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Exhausted));
    let place_ms = room.callback().place_ms;
    let operator = room.last_seat_leg().expect("a seat was rung");
    room.heard(operator);
    for _ in 0..2 {
        room.wait_s(DAY_S);
        room.restarts();
    }
    let mario = room.calls(MARIO);
    assert!(is_known(&room, mario));
    says_nothing(&mut room, mario);
    assert_eq!(room.attempt(1).stage, Stage::Queued);
    room.hangs_up(mario);
    let again = room.callbacks();
    let open = again.iter().find(|row| row.state == CallbackState::Waiting);
    assert_eq!(open.map(|row| row.place_ms), Some(place_ms), "theirs again");
    room.wait_s(4 * DAY_S);
    let late = room.calls(LUCIA);
    room.hangs_up(late);
}

#[test]
fn after_the_days_of_the_dialplan_nobody_is_known_by_a_dial() {
    let mut room = rung_in_vain(486);
    room.wait_s(BUSY_S);
    room.seat_picks_up();
    room.wait_s(RING_S);
    let operator = room.last_seat_leg().expect("a seat was rung");
    room.heard(operator);
    room.wait_s(5 * DAY_S + 3_600);
    let mario = room.calls(MARIO);
    assert_ne!(room.said_to(mario), Some(vec![RETURNING]));
}

#[test]
fn a_shared_or_withheld_number_is_nobodys_and_a_pressed_key_is_a_choice() {
    let mut room = rung_in_vain(480);
    let anonymous = room.calls("anonymous");
    assert_eq!(room.said_to(anonymous), Some(vec![MENU]));
    room.presses(anonymous, ASKS);
    assert_eq!(room.said_to(anonymous), Some(vec![VERIFY_UNKNOWN]));
    room.hangs_up(anonymous);
    let told = MarkTold {
        number: PhoneNumber::parse_e164(MARIO).expect("a number"),
        mark: Mark::Shared,
        tenant: None,
    };
    let marked = Box::new(Marked {
        ends_ms: None,
        supervisor: None,
        reason: None,
    });
    room.commands(Command::MarkNumber { told, marked })
        .expect("it can be marked");
    let mario = room.calls(MARIO);
    assert_eq!(room.said_to(mario), Some(vec![MENU]));
    room.presses(mario, ASKS);
    assert_eq!(room.said_to(mario), Some(vec![VERIFY_UNKNOWN]));
    assert_eq!(returns(&room), 0);
}

#[test]
fn whoever_asks_hears_when_we_called_their_number_and_nobody_elses() {
    let mut room = rung_in_vain(480);
    for restarted in [false, true] {
        let mario = room.calls(MARIO);
        room.presses(mario, ANOTHER_REASON);
        room.presses(mario, ASKS);
        let yes = [
            VERIFY_YES,
            VERIFY_TODAY,
            hour_spoken(10),
            VERIFY_AND,
            digit_spoken(3),
        ];
        assert_eq!(room.said_to(mario), Some(yes.to_vec()), "{restarted}");
        room.heard(mario);
        assert_eq!(room.said_to(mario), Some(vec![MENU]));
        room.hangs_up(mario);
        let lucia = room.calls(LUCIA);
        room.presses(lucia, ASKS);
        assert_eq!(room.said_to(lucia), Some(vec![VERIFY_NO]));
        room.hangs_up(lucia);
        room.restarts();
    }
}

#[test]
fn whoever_was_called_before_what_is_remembered_is_not_told_that_it_was_not_us() {
    let mut room = rung_in_vain(480);
    room.reloads(|rules| rules.limits.rung_max = 1)
        .expect("it is taken");
    let lucia = room.waits(LUCIA, CANCEL);
    room.hangs_up(lucia);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let leg = room.rung().expect("Lucia is rung");
    room.not_answered(leg, 480);
    for (user, days, says) in [
        (MARIO, 0, VERIFY_UNSURE),
        ("+393331000009", 0, VERIFY_UNSURE),
        ("+393331000009", 6, VERIFY_NO),
    ] {
        room.wait_s(days * DAY_S);
        let asking = room.calls(user);
        if is_known(&room, asking) {
            room.presses(asking, ANOTHER_REASON);
        }
        room.presses(asking, ASKS);
        assert_eq!(room.said_to(asking), Some(vec![says]), "{user}");
        room.hangs_up(asking);
    }
}

#[test]
fn whoever_wanted_to_know_that_alone_is_owed_nothing_more() {
    for (hears, outcome) in [
        (true, Outcome::ServedByMenu),
        (false, Outcome::AbandonedMessage),
    ] {
        let mut room = Room::with(asked);
        let lucia = room.calls(LUCIA);
        room.presses(lucia, ASKS);
        if hears {
            room.heard(lucia);
        }
        room.hangs_up(lucia);
        assert_eq!(room.attempt(0).outcome, Some(outcome));
        assert_eq!(room.attempt(0).callback.is_none(), hears);
    }
}

#[test]
fn a_dial_that_no_trunk_took_was_no_call() {
    let mut room = Room::with(asked);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let leg = room.rung().expect("Mario is dialled");
    room.not_answered(leg, 503);
    let asking = room.calls(MARIO);
    room.presses(asking, ANOTHER_REASON);
    room.presses(asking, ASKS);
    assert_eq!(room.said_to(asking), Some(vec![VERIFY_NO]));
}

#[test]
fn who_crosses_our_call_takes_up_the_place_and_our_dial_gives_way() {
    let mut room = Room::with(asked);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let ours = room.rung().expect("Mario is rung");
    let mario = room.calls(MARIO);
    assert!(room.was_hung_up(ours));
    assert!(is_known(&room, mario));
    says_nothing(&mut room, mario);
    assert_eq!(room.attempt(1).stage, Stage::Queued);
}

#[test]
fn who_was_cut_off_in_our_call_is_known_after_a_crash_too() {
    let mut room = Room::with(asked);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let leg = room.rung().expect("Mario is rung");
    room.tell(Input::Answered { leg });
    room.wait_s(30);
    room.restarts();
    let mario = room.calls(MARIO);
    assert!(is_known(&room, mario));
}

#[test]
fn a_dialplan_that_knows_nobody_leads_everybody_to_the_menu() {
    let mut room = rung_in_vain(480);
    room.reloads(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("it is there");
        tenant.dialplan.return_call = None;
    })
    .expect("nothing is lost");
    let mario = room.calls(MARIO);
    assert_eq!(room.said_to(mario), Some(vec![MENU]));
}
