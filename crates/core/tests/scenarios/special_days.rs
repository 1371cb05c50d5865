//! Days on which the office is shut, or open at other hours, said while it works.

use cuptel_core::calendar::{LocalDay, Zone};
use cuptel_core::dialplan::Step as PlanStep;
use cuptel_core::id::SpecialDayId;
use cuptel_core::rules::PromptId;
use cuptel_core::special_day::{SpecialDayError, SpecialDayTold};
use cuptel_core::step::{Command, CommandError, Effect};
use cuptel_core::words::{Outcome, Stage};

use crate::room::{BOOK, LUCIA, MARIO, Room, SERVE_WAITING_S};

const DAY_MS: i64 = 24 * 3_600_000;

fn day(at_ms: i64) -> String {
    let day = LocalDay::of(at_ms, Zone::Europe__Rome);
    day.expect("a day that can be written").to_string()
}

/// The day of the room, or so many days later.
fn told(room: &Room, days: i64, hours: Option<&str>) -> SpecialDayTold {
    SpecialDayTold {
        tenant: "asl".to_owned(),
        calendar: None,
        first: day(room.now_ms() + days * DAY_MS),
        last: None,
        hours: hours.map(str::to_owned),
        reason: Some("sciopero".to_owned()),
        by: Some("tea".to_owned()),
    }
}

fn says(room: &mut Room, told: SpecialDayTold) -> Result<(), CommandError> {
    room.commands(Command::AddSpecialDay(Box::new(told)))
}

fn shuts(room: &mut Room, hours: Option<&str>) {
    let told = told(room, 0, hours);
    says(room, told).expect("the day can be special");
}

fn takes_away(room: &mut Room, id: SpecialDayId) -> Result<(), CommandError> {
    let by = Some("rita".to_owned());
    room.commands(Command::RemoveSpecialDay { id, by })
}

fn only(room: &Room) -> SpecialDayId {
    let held = room.special_days();
    assert_eq!(held.len(), 1);
    held[0].id
}

fn said(room: &Room, prompt: u32) -> bool {
    room.was_done(
        |effect| matches!(effect, Effect::Play { prompts, .. } if *prompts == [PromptId(prompt)]),
    )
}

#[test]
fn who_calls_on_a_day_that_was_shut_is_owed_a_call_from_the_next_opening() {
    let mut room = Room::new();
    shuts(&mut room, None);
    let leg = room.calls(MARIO);
    room.heard(leg);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    // The room begins at ten, and the office opens at eight.
    assert_eq!(
        room.callback().not_before_ms,
        room.now_ms() / 3_600_000 * 3_600_000 + 22 * 3_600_000
    );
    let id = only(&room);
    takes_away(&mut room, id).expect("it can be taken away");
    assert!(room.special_days().is_empty());
    room.waits(LUCIA, BOOK);
    assert_eq!(room.attempt(1).stage, Stage::Queued);
    let again = takes_away(&mut room, id);
    assert_eq!(again, Err(SpecialDayError::NoEntry(id).into()));
}

#[test]
fn who_waits_when_the_day_is_shut_is_served_a_while_and_then_told() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(30);
    shuts(&mut room, None);
    room.wait_s(SERVE_WAITING_S - 1);
    assert!(!said(&room, 7), "still served");
    room.wait_s(1);
    assert!(said(&room, 7), "we call back");
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
}

#[test]
fn who_is_in_the_menu_when_the_day_is_shut_is_not_admitted_any_more() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    shuts(&mut room, None);
    room.presses(mario, BOOK);
    assert!(said(&room, 7), "we call back");
}

#[test]
fn a_day_with_hours_of_its_own_is_open_in_them_alone() {
    let mut room = Room::new();
    shuts(&mut room, Some("10:00-11:00"));
    room.waits(MARIO, BOOK);
    assert_eq!(room.attempt(0).stage, Stage::Queued);
    room.wait_s(3_600 + SERVE_WAITING_S);
    let leg = room.calls(LUCIA);
    room.heard(leg);
    assert_eq!(room.outcome(1), Some(Outcome::OutOfHours));
}

#[test]
fn special_days_outlast_a_restart_and_a_reload() {
    let mut room = Room::new();
    shuts(&mut room, None);
    room.restarts();
    let leg = room.calls(MARIO);
    room.heard(leg);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    let changed = room.reloads(|rules| rules.hash = "second".to_owned());
    assert_eq!(changed, Ok(()));
    let leg = room.calls(LUCIA);
    room.heard(leg);
    assert_eq!(room.outcome(1), Some(Outcome::OutOfHours));
    let id = only(&room);
    takes_away(&mut room, id).expect("it can be taken away");
    room.restarts();
    room.waits(LUCIA, BOOK);
    assert_eq!(room.attempt(2).stage, Stage::Queued);
}

#[test]
fn what_is_said_last_of_a_day_holds() {
    let mut room = Room::new();
    shuts(&mut room, None);
    shuts(&mut room, Some("00:00-24:00"));
    room.waits(MARIO, BOOK);
    assert_eq!(room.attempt(0).stage, Stage::Queued);
}

#[test]
fn lines_that_ask_no_calendar_have_no_hours_to_change() {
    let mut room = Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            queue.hours.clear();
        }
        for tenant in rules.tenants.values_mut() {
            let steps = &mut tenant.dialplan.steps;
            let ends = steps.last().expect("it ends somewhere").clone();
            let asks = |step: &&mut PlanStep| matches!(step, PlanStep::Hours { .. });
            steps
                .iter_mut()
                .filter(asks)
                .for_each(|step| *step = ends.clone());
        }
    });
    let told = told(&room, 0, None);
    let refused = says(&mut room, told);
    assert_eq!(
        refused,
        Err(SpecialDayError::NoHours("asl".to_owned()).into())
    );
    assert!(room.special_days().is_empty());
}

#[test]
fn days_that_cannot_be_meant_change_nothing() {
    let mut room = Room::new();
    let refused = |room: &mut Room, change: &dyn Fn(&mut SpecialDayTold)| {
        let mut told = told(room, 1, None);
        change(&mut told);
        says(room, told)
    };
    let nowhere = refused(&mut room, &|told| told.tenant = "altra".to_owned());
    assert_eq!(nowhere, Err(CommandError::NoTenant("altra".to_owned())));
    let unknown = refused(&mut room, &|told| told.calendar = Some("notte".to_owned()));
    let error = SpecialDayError::NoCalendar {
        tenant: "asl".to_owned(),
        calendar: "notte".to_owned(),
        known: vec!["orario".to_owned()],
    };
    assert_eq!(unknown, Err(error.into()));
    let yesterday = told(&room, -1, None);
    let past = says(&mut room, yesterday);
    assert_eq!(past, Err(SpecialDayError::IsOver.into()));
    let hours = refused(&mut room, &|told| told.hours = Some("8-12".to_owned()));
    assert_eq!(hours, Err(SpecialDayError::Hours("8-12".to_owned()).into()));
    assert!(room.special_days().is_empty());
    let calendar = refused(&mut room, &|told| told.calendar = Some("orario".to_owned()));
    assert_eq!(calendar, Ok(()));
    let row = &room.special_days()[0];
    assert_eq!(row.made_by.as_deref(), Some("tea"));
    assert_eq!(
        (row.first_day.as_str(), row.last_day.as_str()),
        (row.first_day.as_str(), row.first_day.as_str())
    );
}
