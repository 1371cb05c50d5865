//! Closing with callers waiting, nights and their backlog, the end of the contact window.

use cuptel_core::calendar::{Calendar, CalendarDefinition, ContactWindow, parse_zone};
use cuptel_core::dialplan::{Step as PlanStep, StepId};
use cuptel_core::id::QueueId;
use cuptel_core::rules::{CalendarId, PromptId, Rules};
use cuptel_core::step::Effect;
use cuptel_core::why::Hold;
use cuptel_core::words::{CallbackState, Outcome, Suppression};

use crate::room::{BOOK, EXPECTED_S, LUCIA, MARIO, Room, SERVE_WAITING_S, TEN_O_CLOCK_MS};

const HOUR_S: u32 = 3_600;
const HOUR_MS: i64 = 3_600_000;
/// The room begins at ten; the office closes at six and opens at eight.
const TO_CLOSING_S: u32 = 8 * HOUR_S;
const OPENING_MS: i64 = TEN_O_CLOCK_MS + 22 * HOUR_MS;
/// Two hours from the opening.
const SPREAD_MS: i64 = 2 * HOUR_MS;

fn said(room: &Room, prompt: u32) -> bool {
    room.was_done(
        |effect| matches!(effect, Effect::Play { prompts, .. } if *prompts == [PromptId(prompt)]),
    )
}

/// Somebody calls in the night and hears that the office is closed.
fn calls_at_night(room: &mut Room, user: &str) {
    let leg = room.calls(user);
    room.heard(leg);
    room.wait_s(60);
}

fn people(count: u32) -> Vec<String> {
    (0..count).map(|n| format!("+3933310001{n:02}")).collect()
}

#[test]
fn who_waits_at_closing_is_served_a_while_then_told_and_owed_a_call_at_the_opening() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S - 60);
    let mario = room.waits(MARIO, BOOK);
    let received_ms = room.now_ms();
    room.wait_s(60 + SERVE_WAITING_S - 1);
    assert!(!said(&room, 7), "still served");
    room.wait_s(1);
    assert!(said(&room, 7), "we call back");
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    let case = room.callback();
    assert_eq!(room.attempt(0).callback, Some(case.id));
    assert_eq!(case.place_ms, received_ms, "the place is kept");
    assert_eq!(case.not_before_ms, OPENING_MS);
    room.staffed(1);
    assert_eq!(room.offered(), None);
    room.wait_s(14 * HOUR_S - SERVE_WAITING_S);
    assert!(room.offered().is_some());
}

#[test]
fn a_reload_after_closing_changes_how_long_those_who_wait_are_served() {
    let serve = |room: &mut Room, serve_waiting_s| {
        let changed = room.reloads(|rules| {
            for queue in rules.queues.values_mut() {
                queue.serve_waiting_s = serve_waiting_s;
            }
        });
        assert_eq!(changed, Ok(()));
    };
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S - 60);
    room.waits(MARIO, BOOK);
    room.wait_s(60 + SERVE_WAITING_S / 2);
    serve(&mut room, 2 * SERVE_WAITING_S);
    room.wait_s(3 * SERVE_WAITING_S / 2 - 1);
    assert!(!said(&room, 7), "still served");
    room.wait_s(1);
    assert!(said(&room, 7), "we call back");

    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S - 60);
    room.waits(MARIO, BOOK);
    room.wait_s(60 + SERVE_WAITING_S / 2);
    serve(&mut room, SERVE_WAITING_S / 3);
    assert!(said(&room, 7), "their time is over already");
}

#[test]
fn who_waits_at_closing_is_still_given_to_a_seat_that_becomes_free() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S - 60);
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(120);
    room.staffed(1);
    room.seat_picks_up();
    room.wait_s(SERVE_WAITING_S);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
}

#[test]
fn who_cannot_be_called_back_is_told_so_at_closing() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S - 60);
    let leg = room.waits("anonymous", BOOK);
    room.wait_s(60 + SERVE_WAITING_S);
    assert!(said(&room, 8) && !said(&room, 7));
    room.heard(leg);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::Anonymous));
}

#[test]
fn nobody_is_admitted_to_a_queue_that_closed_while_they_were_in_the_menu() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S - 2);
    let mario = room.calls(MARIO);
    room.wait_s(3);
    room.presses(mario, BOOK);
    assert!(said(&room, 7), "we call back");
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    assert_eq!(room.callback().not_before_ms, OPENING_MS);
}

#[test]
fn a_queue_that_is_reached_by_another_way_has_no_hours() {
    let mut rules = None;
    Room::with(|room| rules = Some(room.clone()));
    let rules = rules.expect("the room has rules");
    let plan = rules.tenants.values().next().map(|tenant| &tenant.dialplan);
    let plan = plan.expect("one tenant");
    assert_eq!(plan.hours_of(QueueId(1)), rules.queues[&QueueId(1)].hours);
    let mut plan = plan.clone();
    plan.start = cuptel_core::dialplan::StepId(1);
    assert_eq!(plan.hours_of(QueueId(1)), []);
    assert_eq!(plan.hours_of(QueueId(9)), []);
}

#[test]
fn a_night_is_released_evenly_over_the_spread_the_oldest_first() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S + HOUR_S);
    for user in people(4) {
        calls_at_night(&mut room, &user);
    }
    room.wait_s(13 * HOUR_S);
    let cases = room.callbacks();
    assert!(cases.iter().all(|case| case.place_ms == OPENING_MS));
    let released: Vec<i64> = cases.iter().map(|case| case.not_before_ms).collect();
    let quarter_ms = SPREAD_MS / 4;
    let expected: Vec<i64> = (0..4).map(|nth| OPENING_MS + nth * quarter_ms).collect();
    assert_eq!(released, expected);
}

#[test]
fn a_release_is_over_before_the_queue_closes_again() {
    let mut room = Room::with(|rules| {
        let definition = CalendarDefinition {
            name: "orario".to_owned(),
            zone: "Europe/Rome".to_owned(),
            weekly: std::array::from_fn(|_| vec!["08:00-09:00".to_owned()]),
            ..CalendarDefinition::default()
        };
        rules.calendars[0] = Calendar::new(&definition).expect("a calendar");
    });
    for user in people(2) {
        calls_at_night(&mut room, &user);
    }
    room.wait_s(22 * HOUR_S);
    let last = room.callbacks().last().map(|case| case.not_before_ms);
    assert_eq!(last, Some(OPENING_MS + HOUR_MS / 2));
}

#[test]
fn who_calls_again_moves_neither_back_nor_forward() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S + HOUR_S);
    for user in people(2) {
        calls_at_night(&mut room, &user);
    }
    // The first of the night calls once more in the night: still the first.
    calls_at_night(&mut room, &people(1)[0]);
    room.wait_s(13 * HOUR_S);
    let released = |room: &Room, nth: usize| room.callbacks()[nth].not_before_ms;
    assert_eq!(released(&room, 0), OPENING_MS);
    assert_eq!(released(&room, 1), OPENING_MS + SPREAD_MS / 2);
    // Nor forward: the second calls after the opening, and their turn is what it was.
    let second = room.waits(&people(2)[1], BOOK);
    room.hangs_up(second);
    assert_eq!(released(&room, 1), OPENING_MS + SPREAD_MS / 2);
    assert_eq!(room.callbacks()[1].place_ms, OPENING_MS);
}

#[test]
fn a_restart_after_the_opening_releases_what_was_not_and_repeats_nothing() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S + HOUR_S);
    for user in people(4) {
        calls_at_night(&mut room, &user);
    }
    room.wait_s(13 * HOUR_S);
    let before: Vec<i64> = room.callbacks().iter().map(|c| c.not_before_ms).collect();
    room.restarts();
    room.wait_s(1);
    let after: Vec<i64> = room.callbacks().iter().map(|c| c.not_before_ms).collect();
    assert_eq!(after, before);
}

#[test]
fn a_restart_over_the_opening_releases_the_night_too() {
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S + HOUR_S);
    for user in people(2) {
        calls_at_night(&mut room, &user);
    }
    room.sleeps_s(13 * HOUR_S);
    room.restarts();
    room.wait_s(1);
    let released: Vec<i64> = room.callbacks().iter().map(|c| c.not_before_ms).collect();
    assert_eq!(released, [OPENING_MS, OPENING_MS + SPREAD_MS / 2]);
}

/// Rung from eight to eleven only.
fn until_eleven(rules: &mut Rules) {
    let zone = parse_zone("Europe/Rome").expect("a zone");
    for queue in rules.queues.values_mut() {
        queue.callback.window = ContactWindow::parse("08:00-11:00", zone).expect("a window");
    }
}

#[test]
fn no_dial_begins_that_is_expected_to_end_past_the_window() {
    let mut room = Room::with(until_eleven);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.wait_s(HOUR_S - EXPECTED_S + 1);
    room.staffed(1);
    assert_eq!(room.offered(), None);
    // Nothing happens over night; the next morning the debt is paid all the same.
    room.wait_s(21 * HOUR_S + EXPECTED_S - 2);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn a_dial_that_fits_into_the_window_is_made() {
    let mut room = Room::with(until_eleven);
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.wait_s(HOUR_S - EXPECTED_S);
    room.staffed(1);
    assert!(room.offered().is_some());
    assert_eq!(room.callback().state, CallbackState::Offered);
}

/// Rung on weekdays, with a break at lunch.
fn weekdays_but_for_lunch(rules: &mut Rules) {
    let zone = parse_zone("Europe/Rome").expect("a zone");
    let of_day = |day: usize| match day {
        0..=4 => vec!["09:00-13:00".to_owned(), "15:00-19:00".to_owned()],
        _ => Vec::new(),
    };
    let window = ContactWindow::weekly(&std::array::from_fn(of_day), zone).expect("a window");
    for queue in rules.queues.values_mut() {
        queue.callback.window = window.clone();
    }
}

#[test]
fn a_debt_waits_through_the_break_and_the_weekend_and_is_told_until_when() {
    // A Thursday.
    let mut room = Room::with(weekdays_but_for_lunch);
    room.wait_s(3 * HOUR_S);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(HOUR_S);
    let until_ms = TEN_O_CLOCK_MS + 5 * HOUR_MS;
    let id = room.callback().id.0;
    assert_eq!(room.offered(), None);
    assert_eq!(
        room.why(id).map(|now| now.holds),
        Some(vec![Hold::WindowClosed { until_ms }])
    );
    assert_eq!(room.queue(0).callbacks_from_ms, Some(until_ms));
    room.wait_s(HOUR_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
    assert_eq!(room.queue(0).callbacks_from_ms, None);
    // Friday evening, when a callback would not end before seven any more.
    let mut room = Room::with(weekdays_but_for_lunch);
    room.wait_s(33 * HOUR_S - EXPECTED_S + 1);
    let monday_ms = TEN_O_CLOCK_MS + (4 * 24 - 1) * HOUR_MS;
    assert_eq!(room.queue(0).callbacks_from_ms, Some(monday_ms));
}

/// A third key leads to cancellations by way of hours of their own, from two to four.
fn cancels_in_the_afternoon(rules: &mut Rules) {
    let afternoon = CalendarDefinition {
        name: "pomeriggio".to_owned(),
        zone: "Europe/Rome".to_owned(),
        weekly: std::array::from_fn(|_| vec!["14:00-16:00".to_owned()]),
        ..CalendarDefinition::default()
    };
    let afternoon = Calendar::new(&afternoon).expect("a calendar");
    rules.calendars.push(afternoon);
    for tenant in rules.tenants.values_mut() {
        let plan = &mut tenant.dialplan;
        let asked = StepId(plan.steps.len());
        for step in &mut plan.steps {
            if let PlanStep::Menu { keys, .. } = step {
                keys.insert('3', asked);
            }
        }
        plan.steps.push(PlanStep::Hours {
            calendar: CalendarId(1),
            open: StepId(3),
            closed: StepId(5),
        });
        plan.names.push("afternoon".to_owned());
    }
}

#[test]
fn who_chose_a_service_that_is_shut_is_owed_a_call_by_that_service() {
    let mut room = Room::with(cancels_in_the_afternoon);
    let mario = room.waits(MARIO, '3');
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    assert_eq!(room.needs()[0].queue, Some(QueueId(2)));
    assert_eq!(room.callback().not_before_ms, TEN_O_CLOCK_MS + 4 * HOUR_MS);
    // Nobody has chosen who calls in the night.
    let mut room = Room::new();
    room.wait_s(TO_CLOSING_S + HOUR_S);
    calls_at_night(&mut room, LUCIA);
    assert_eq!(room.needs()[0].queue, None);
}
