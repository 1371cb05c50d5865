//! Stop buttons: nobody is dialled, a queue is closed or opened, callers hear the emergency message;
//! until somebody releases them, or until the moment for which they were pressed.

use cuptel_core::dialplan::{Emergency, StepId};
use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::why::Hold;
use cuptel_core::words::{Button, CallbackState, DialState, OfferState, Outcome, Reach, Stage};

use crate::room::{
    BOOK, CANCEL, CONFIRM, EMERGENCY_STEP, GRACE_S, LUCIA, MARIO, PUT_ON_LIST, Room,
    SERVE_WAITING_S, SOON, TEN_O_CLOCK_MS,
};
use crate::storm::{said, storm};

/// "We call you back", at closing time.
const AT_CLOSING: PromptId = PromptId(7);
/// What the dialplan says out of hours.
const OUT_OF_HOURS: PromptId = PromptId(21);
const HOUR_S: u32 = 3_600;

fn of(button: Button, tenant: Option<&str>, queue: Option<&str>) -> ButtonTold {
    ButtonTold {
        button,
        tenant: tenant.map(str::to_owned),
        queue: queue.map(str::to_owned),
    }
}

pub(crate) fn region(button: Button) -> ButtonTold {
    of(button, None, None)
}

fn queue(button: Button, name: &str) -> ButtonTold {
    of(button, None, Some(name))
}

pub(crate) fn press(room: &mut Room, told: ButtonTold) {
    press_until(room, told, None).expect("there is such a button");
}

fn press_until(
    room: &mut Room,
    told: ButtonTold,
    ends_ms: Option<i64>,
) -> Result<(), CommandError> {
    let pressed = Pressed {
        ends_ms,
        supervisor: Some("capo".to_owned()),
        reason: Some("prova".to_owned()),
        message: None,
        spoken: None,
    };
    room.commands(Command::PressStop {
        told,
        pressed: Box::new(pressed),
    })
}

fn release(room: &mut Room, told: ButtonTold) -> Result<(), CommandError> {
    room.commands(Command::ReleaseStop {
        told,
        supervisor: Some("vice".to_owned()),
    })
}

/// A seat, and a person whose callback is due.
fn with_a_debt() -> Room {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.wait_s(GRACE_S);
    room
}

#[test]
fn nobody_is_dialled_while_outgoing_calls_are_stopped_for_region_tenant_or_queue() {
    for told in [
        region(Button::Outgoing),
        of(Button::Outgoing, Some("asl"), None),
        of(Button::Outgoing, Some("asl"), Some("book")),
    ] {
        let mut room = with_a_debt();
        press(&mut room, told.clone());
        room.staffed(1);
        room.wait_s(HOUR_S);
        assert_eq!(room.offered(), None, "{told:?}");
        release(&mut room, told).unwrap();
        room.seat_picks_up();
        assert!(room.rung().is_some());
    }
}

#[test]
fn a_stop_of_another_queue_holds_nothing() {
    let mut room = with_a_debt();
    press(&mut room, queue(Button::Outgoing, "cancel"));
    room.staffed(1);
    assert!(room.offered().is_some());
}

#[test]
fn a_seat_that_rings_for_a_callback_is_let_go_and_one_for_a_caller_is_not() {
    let mut room = with_a_debt();
    room.staffed(1);
    let (_, leg) = room.offered().expect("the callback is offered");
    room.staffed(2);
    let lucia = room.waits(LUCIA, CANCEL);
    press(&mut room, region(Button::Outgoing));
    assert!(room.was_hung_up(leg));
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.callback().tries, 0);
    assert!(!room.was_hung_up(lucia));
    room.seat_picks_up();
    assert_eq!(room.attempt(1).stage, Stage::Talking);
}

#[test]
fn who_is_being_rung_is_let_ring_and_the_conversation_goes_on() {
    let mut room = with_a_debt();
    room.staffed(1);
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    press(&mut room, region(Button::Outgoing));
    assert!(!room.was_hung_up(person));
    assert_eq!(room.dials()[0].state, DialState::InFlight);
    room.tell(Input::Answered { leg: person });
    assert_eq!(room.callback().state, CallbackState::Talking);
}

#[test]
fn an_operator_who_picks_up_for_a_queue_whose_successor_is_stopped_dials_nobody() {
    let mut room = with_a_debt();
    press(&mut room, queue(Button::Outgoing, "cancel"));
    room.staffed(1);
    let (_, leg) = room.offered().expect("the callback is offered");
    let merged = |rules: &mut Rules| {
        rules.queues.remove(&QueueId(1));
        rules.successors.insert(QueueId(1), QueueId(2));
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the only one");
        tenant.dialplan.missed_queue = QueueId(2);
    };
    room.reloads(merged).unwrap();
    room.tell(Input::Answered { leg });
    assert_eq!(room.rung(), None);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.callback().tries, 0);
}

#[test]
fn the_files_may_begin_an_emergency_while_a_seat_rings() {
    let mut room = with_a_debt();
    room.staffed(1);
    room.reloads(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the only one");
        tenant.dialplan.emergency = Some(Emergency {
            step: StepId(EMERGENCY_STEP),
            active: true,
        });
    })
    .unwrap();
    let leg = room.last_seat_leg().expect("a seat was rung");
    assert!(room.was_hung_up(leg));
    assert_eq!(room.rung(), None);
}

#[test]
fn buttons_hold_over_a_restart_until_their_end() {
    let mut room = with_a_debt();
    let ends_ms = room.now_ms() + i64::from(HOUR_S) * 1_000;
    press(&mut room, of(Button::Outgoing, Some("asl"), None));
    press_until(&mut room, region(Button::Outgoing), Some(ends_ms)).unwrap();
    room.restarts();
    room.staffed(1);
    assert_eq!(room.offered(), None);
    assert_eq!(room.stops().len(), 2);
    release(&mut room, of(Button::Outgoing, Some("asl"), None)).unwrap();
    room.restarts();
    room.registers(1);
    room.wait_s(HOUR_S - 1);
    assert_eq!(room.offered(), None, "the region's is pressed still");
    room.wait_s(1);
    assert!(room.offered().is_some());
    assert_eq!(room.stops(), []);
    assert_eq!(room.pressed(), []);
}

#[test]
fn a_button_whose_end_came_while_nothing_ran_is_released_at_the_start() {
    let mut room = with_a_debt();
    let ends_ms = room.now_ms() + 60_000;
    press_until(&mut room, region(Button::Outgoing), Some(ends_ms)).unwrap();
    room.sleeps_s(61);
    room.restarts();
    assert_eq!(room.pressed(), []);
    room.staffed(1);
    assert!(room.offered().is_some());
}

#[test]
fn an_end_is_an_hour_of_the_day_and_follows_a_clock_that_is_set() {
    let mut room = with_a_debt();
    room.staffed(1);
    let ends_ms = room.now_ms() + i64::from(HOUR_S) * 1_000;
    press_until(&mut room, region(Button::Outgoing), Some(ends_ms)).unwrap();
    room.sets_clock(-1_800);
    room.wait_s(HOUR_S);
    assert_eq!(room.stops().len(), 1);
    room.sets_clock(1_800);
    assert_eq!(room.stops(), []);
}

#[test]
fn pressing_twice_says_anew_until_when_and_releasing_twice_says_so() {
    let mut room = Room::new();
    press(&mut room, region(Button::Outgoing));
    let since_ms = room.now_ms();
    room.wait_s(60);
    let ends_ms = room.now_ms() + 60_000;
    press_until(&mut room, region(Button::Outgoing), Some(ends_ms)).unwrap();
    let stops = room.stops();
    assert_eq!(stops.len(), 1);
    assert_eq!(stops[0].since_ms, since_ms, "it was never released");
    assert_eq!(stops[0].until_ms, Some(ends_ms));
    release(&mut room, region(Button::Outgoing)).unwrap();
    assert_eq!(
        release(&mut room, region(Button::Outgoing)),
        Err(CommandError::NotPressed(Button::Outgoing))
    );
}

#[test]
fn a_button_that_there_is_not_is_refused() {
    let mut room = Room::new();
    let now_ms = room.now_ms();
    for (told, ends_ms, error) in [
        (
            of(Button::Outgoing, Some("als"), None),
            None,
            CommandError::NoTenant("als".to_owned()),
        ),
        (
            of(Button::Closed, Some("als"), Some("book")),
            None,
            CommandError::NoQueue("book".to_owned()),
        ),
        (
            queue(Button::Closed, "boko"),
            None,
            CommandError::NoQueue("boko".to_owned()),
        ),
        (
            region(Button::Closed),
            None,
            CommandError::NoSuchButton(Button::Closed, Reach::Region),
        ),
        (
            queue(Button::Emergency, "book"),
            None,
            CommandError::NoSuchButton(Button::Emergency, Reach::Queue),
        ),
        (
            region(Button::Outgoing),
            Some(now_ms),
            CommandError::StopIsOver,
        ),
    ] {
        assert_eq!(press_until(&mut room, told, ends_ms), Err(error));
    }
    assert_eq!(room.stops(), []);
}

#[test]
fn a_name_that_two_authorities_use_needs_the_authority() {
    let mut room = Room::with(|rules| {
        let mut second = rules.tenants[&TenantId(1)].clone();
        second.name = "asl2".to_owned();
        rules.tenants.insert(TenantId(2), second);
        let mut book = rules.queues[&QueueId(1)].clone();
        book.tenant = TenantId(2);
        rules.queues.insert(QueueId(3), book);
    });
    let refused = press_until(&mut room, queue(Button::Closed, "book"), None);
    let error = CommandError::SeveralQueues("book".to_owned());
    assert_eq!(refused, Err(error));
    press(&mut room, of(Button::Closed, Some("asl2"), Some("book")));
    assert_eq!(room.stops()[0].tenant.as_deref(), Some("asl2"));
}

#[test]
fn why_names_the_button_that_holds_a_callback() {
    let mut room = with_a_debt();
    let since_ms = room.now_ms();
    press(&mut room, of(Button::Outgoing, Some("asl"), None));
    let id = room.callback().id.0;
    let stopped = Hold::Stopped {
        button: Button::Outgoing,
        reach: Reach::Tenant,
        since_ms,
        until_ms: None,
    };
    assert_eq!(room.why(id).unwrap().holds, [stopped]);
}

#[test]
fn no_time_is_promised_while_nobody_knows_when_people_are_dialled_again() {
    let (mut room, _) = storm();
    press(&mut room, region(Button::Outgoing));
    let mario = room.calls(MARIO);
    assert_eq!(said(&room, mario), [PUT_ON_LIST, SOON, CONFIRM]);
    assert_eq!(room.promises(), []);
    let ends_ms = room.now_ms() + 2 * 3_600_000;
    press_until(&mut room, region(Button::Outgoing), Some(ends_ms)).unwrap();
    room.hangs_up(mario);
    room.calls(LUCIA);
    assert!(room.promises()[0].by_ms > ends_ms);
}

#[test]
fn a_closed_queue_turns_callers_away_as_out_of_hours_and_keeps_their_place() {
    let mut room = Room::new();
    press(&mut room, queue(Button::Closed, "book"));
    let mario = room.waits(MARIO, BOOK);
    assert_eq!(room.said_to(mario), Some(vec![AT_CLOSING]));
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    // Nobody knows when it opens: the debt has its own place and not that of an opening.
    assert_eq!(room.callback().place_ms, TEN_O_CLOCK_MS);
    room.waits(LUCIA, CANCEL);
    assert_eq!(
        room.attempt(1).stage,
        Stage::Queued,
        "the other queue is open"
    );
    release(&mut room, queue(Button::Closed, "book")).unwrap();
    room.waits("+393331000003", BOOK);
    assert_eq!(room.attempt(2).stage, Stage::Queued);
}

#[test]
fn where_every_queue_behind_is_closed_the_dialplan_says_so_at_once() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + 3_600_000;
    for name in ["book", "cancel"] {
        press_until(&mut room, queue(Button::Closed, name), Some(ends_ms)).unwrap();
    }
    let mario = room.calls(MARIO);
    assert_eq!(room.said_to(mario), Some(vec![OUT_OF_HOURS]));
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    assert_eq!(room.callback().place_ms, ends_ms, "it opens then");
}

/// One of the two queues is closed for a week: at night that is nothing to who calls for the other.
#[test]
fn a_closed_queue_puts_off_nobody_who_calls_at_night() {
    let mut room = Room::new();
    let opening_ms = TEN_O_CLOCK_MS + 22 * i64::from(HOUR_S) * 1_000;
    let ends_ms = opening_ms + 7 * 24 * i64::from(HOUR_S) * 1_000;
    press_until(&mut room, queue(Button::Closed, "cancel"), Some(ends_ms)).unwrap();
    room.wait_s(12 * HOUR_S);
    let mario = room.calls(MARIO);
    room.heard(mario);
    assert_eq!(room.callback().place_ms, opening_ms);
}

#[test]
fn who_waits_when_a_queue_is_closed_is_served_for_a_while_and_then_told() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    press(&mut room, queue(Button::Closed, "book"));
    room.wait_s(SERVE_WAITING_S - 1);
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    room.wait_s(1);
    assert_eq!(room.said_to(mario), Some(vec![AT_CLOSING]));
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    assert_eq!(room.callback().place_ms, TEN_O_CLOCK_MS);
}

#[test]
fn who_waits_stays_where_the_queue_is_opened_again_in_time() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    press(&mut room, queue(Button::Closed, "book"));
    room.wait_s(60);
    release(&mut room, queue(Button::Closed, "book")).unwrap();
    room.wait_s(SERVE_WAITING_S);
    assert_eq!(room.attempt(0).stage, Stage::Queued);
}

#[test]
fn an_opened_queue_admits_callers_at_night_and_closes_when_it_was_to() {
    let mut room = Room::new();
    room.wait_s(12 * HOUR_S);
    let ends_ms = room.now_ms() + i64::from(HOUR_S) * 1_000;
    press_until(&mut room, queue(Button::Opened, "book"), Some(ends_ms)).unwrap();
    let mario = room.waits(MARIO, BOOK);
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    room.hangs_up(mario);
    let lucia = room.waits(LUCIA, CANCEL);
    assert_eq!(room.said_to(lucia), Some(vec![AT_CLOSING]), "not that one");
    room.wait_s(HOUR_S - 10);
    let third = room.waits("+393331000003", BOOK);
    room.wait_s(10 + SERVE_WAITING_S - 1);
    assert_ne!(room.said_to(third), Some(vec![AT_CLOSING]));
    room.wait_s(1);
    assert_eq!(room.said_to(third), Some(vec![AT_CLOSING]));
    let late = room.calls("+393331000004");
    assert_eq!(room.said_to(late), Some(vec![OUT_OF_HOURS]));
}

#[test]
fn closing_a_queue_that_was_opened_is_the_other_position_of_one_button() {
    let mut room = Room::new();
    press(&mut room, queue(Button::Opened, "book"));
    press(&mut room, queue(Button::Closed, "book"));
    assert_eq!(room.pressed().len(), 1);
    assert_eq!(room.stops()[0].button, Button::Closed);
    release(&mut room, queue(Button::Opened, "book")).unwrap();
    assert_eq!(room.stops(), []);
}

fn with_message(rules: &mut Rules) {
    let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the only one");
    tenant.dialplan.emergency = Some(Emergency {
        step: StepId(EMERGENCY_STEP),
        active: false,
    });
}

#[test]
fn the_emergency_message_is_on_as_the_file_would_say_it_and_callbacks_wait() {
    for told in [
        region(Button::Emergency),
        of(Button::Emergency, Some("asl"), None),
    ] {
        let mut room = Room::with(with_message);
        press(&mut room, told.clone());
        room.restarts();
        room.staffed(1);
        let mario = room.calls(MARIO);
        assert_eq!(room.said_to(mario), Some(vec![PromptId(22)]));
        room.heard(mario);
        assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
        room.wait_s(GRACE_S);
        assert_eq!(room.offered(), None);
        release(&mut room, told).unwrap();
        assert!(room.offered().is_some());
    }
}

#[test]
fn a_dialplan_without_a_message_says_that_it_calls_back() {
    let mut room = Room::new();
    press(&mut room, region(Button::Emergency));
    let mario = room.calls(MARIO);
    assert_eq!(room.said_to(mario), Some(vec![AT_CLOSING]));
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
}

#[test]
fn another_message_can_be_chosen_by_the_name_of_its_step() {
    let mut room = Room::new();
    let with = |message: &str| Command::PressStop {
        told: region(Button::Emergency),
        pressed: Box::new(Pressed {
            message: Some(message.to_owned()),
            ..Pressed::default()
        }),
    };
    let unknown = room.commands(with("5"));
    assert_eq!(
        unknown,
        Err(CommandError::NoMessage {
            name: "5".to_owned(),
            known: vec!["6".to_owned()],
        })
    );
    room.commands(with("6")).unwrap();
    let mario = room.calls(MARIO);
    assert_eq!(room.said_to(mario), Some(vec![PromptId(22)]));
}

#[test]
fn a_button_of_a_queue_that_is_gone_is_its_successors_or_over() {
    let mut room = Room::new();
    press(&mut room, queue(Button::Outgoing, "cancel"));
    let gone = |rules: &mut Rules| {
        rules.queues.remove(&QueueId(2));
        rules.successors.insert(QueueId(2), QueueId(1));
    };
    room.reloads(gone).unwrap();
    assert_eq!(room.stops()[0].queue.as_deref(), Some("book"));
    release(&mut room, queue(Button::Outgoing, "book")).unwrap();
    assert_eq!(room.offers_open(), 0);
    assert_eq!(room.pressed(), []);
}

#[test]
fn a_callback_that_returns_from_a_withdrawn_offer_says_so_in_its_offer() {
    let mut room = with_a_debt();
    room.staffed(1);
    press(&mut room, region(Button::Outgoing));
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
}
