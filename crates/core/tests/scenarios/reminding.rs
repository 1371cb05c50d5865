//! Reminders: nothing is said before the year of birth is right; what is answered is on record.

use cuptel_core::campaign::{CampaignCommand, CampaignError, CampaignTold, EntryTold, LeftOut};
use cuptel_core::id::LegId;
use cuptel_core::number::Caller;
use cuptel_core::record::Appointment;
use cuptel_core::rules::PromptId;
use cuptel_core::step::{Command, CommandError, Effect, Input};
use cuptel_core::words::{
    CallbackState, CampaignKind, CampaignState, ClosedHow, DialResult, EntryState, NeedKind,
    Outcome, ReminderAnswer, WhyLeftOut,
};

use crate::room::{
    BOOK, GRACE_S, LUCIA, RECONCILE_S, REMIND_APPOINTMENT, REMIND_AT, REMIND_CANCELLED,
    REMIND_CONFIRMED, REMIND_CONNECTING, REMIND_GREETING, REMIND_KEYS, REMIND_MACHINE,
    REMIND_MOVED, REMIND_NOT_VERIFIED, REMIND_PLACE, REMIND_SURE, REMIND_UNANSWERED, REMIND_WRONG,
    Room, digit_spoken, hour_spoken,
};

const MARIO: &str = "+390861555201";
const DAY_MS: i64 = 86_400_000;
const KEY_S: u32 = 6;
const MACHINE_MS: i64 = 7_200_000;

fn does(room: &mut Room, command: CampaignCommand) -> Result<(), CommandError> {
    room.commands(Command::Campaign(Box::new(command)))
}

fn told() -> CampaignTold {
    CampaignTold {
        name: "promemoria".to_owned(),
        tenant: "asl".to_owned(),
        queue: "book".to_owned(),
        kind: CampaignKind::Reminder,
        preview_s: None,
        order: None,
        cli: None,
        class: None,
        due_ms: None,
        note: None,
        window: None,
        starts_ms: None,
        ends_ms: None,
        pace: None,
        per_hour: None,
        by: None,
    }
}

fn line(room: &Room, line: u32, number: &str) -> EntryTold {
    EntryTold {
        line,
        person: Caller::from_user_part(number),
        note: None,
        due_ms: None,
        not_before_ms: None,
        reference: None,
        appointment: Some(Appointment {
            at_ms: room.now_ms() + 3 * DAY_MS,
            place: Some("mazzini".to_owned()),
            born: Some(1950),
        }),
    }
}

fn runs(room: &mut Room, entries: Vec<EntryTold>) {
    does(room, CampaignCommand::Create(Box::new(told()))).expect("made");
    let campaign = room.campaigns().last().expect("it is there").id;
    does(room, CampaignCommand::Add { campaign, entries }).expect("added");
    let left_out = 0;
    does(room, CampaignCommand::Complete { campaign, left_out }).expect("whole");
    does(room, CampaignCommand::Start { campaign, by: None }).expect("started");
}

/// Mario is called, and nobody of ours is there.
fn rung() -> (Room, LegId) {
    let mut room = Room::new();
    let mario = line(&room, 1, MARIO);
    runs(&mut room, vec![mario]);
    room.wait_s(GRACE_S);
    let leg = room.rung().expect("he is rung");
    (room, leg)
}

fn answers() -> (Room, LegId) {
    let (mut room, leg) = rung();
    room.tell(Input::Answered { leg });
    (room, leg)
}

fn keys(room: &mut Room, leg: LegId, keys: &str) {
    for key in keys.chars() {
        room.presses(leg, key);
    }
}

fn hears(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something is said")
}

fn state(room: &Room) -> EntryState {
    room.entries()[0].state
}

#[test]
fn who_keys_in_their_year_hears_the_appointment_and_confirms_it() {
    let (mut room, leg) = answers();
    assert_eq!(hears(&room, leg), [REMIND_GREETING]);
    keys(&mut room, leg, "1950");
    let said = hears(&room, leg);
    assert_eq!(said.first(), Some(&REMIND_APPOINTMENT));
    assert!(said.contains(&REMIND_AT) && said.contains(&REMIND_PLACE));
    assert_eq!(said.last(), Some(&REMIND_KEYS));
    keys(&mut room, leg, "1");
    assert_eq!(hears(&room, leg), [REMIND_CONFIRMED]);
    assert_eq!(room.entries()[0].answer, Some(ReminderAnswer::Confirmed));
    assert_eq!(state(&room), EntryState::Released);
    room.heard(leg);
    assert!(room.was_hung_up(leg));
    assert_eq!(state(&room), EntryState::Confirmed);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
    let born = room.entries()[0]
        .appointment
        .as_ref()
        .and_then(|it| it.born);
    assert_eq!(born, None, "it is needed no more");
    assert_eq!(room.campaigns()[0].state, CampaignState::Ended);
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn of_two_appointments_the_next_one_is_told_and_none_that_is_over() {
    let mut room = Room::new();
    let [mut late, mut soon] = [line(&room, 1, MARIO), line(&room, 1, MARIO)];
    let days = |room: &Room, days: i64| room.now_ms() + days * DAY_MS;
    for (entry, at) in [(&mut late, days(&room, 5)), (&mut soon, days(&room, 2))] {
        entry.appointment.as_mut().expect("it has one").at_ms = at;
    }
    runs(&mut room, vec![late]);
    let another = CampaignTold {
        name: "un altro".to_owned(),
        ..told()
    };
    does(&mut room, CampaignCommand::Create(Box::new(another))).expect("made");
    let campaign = room.campaigns().last().expect("it is there").id;
    let entries = vec![soon];
    does(&mut room, CampaignCommand::Add { campaign, entries }).expect("added");
    let left_out = 0;
    does(&mut room, CampaignCommand::Complete { campaign, left_out }).expect("whole");
    does(&mut room, CampaignCommand::Start { campaign, by: None }).expect("started");
    room.wait_s(GRACE_S);
    let confirms = |room: &mut Room| {
        let leg = room.rung().expect("he is rung");
        room.tell(Input::Answered { leg });
        keys(room, leg, "19501");
        room.heard(leg);
        leg
    };
    confirms(&mut room);
    let states: Vec<EntryState> = room.entries().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [EntryState::Released, EntryState::Confirmed]);
}

#[test]
fn who_keys_slowly_is_not_taken_for_silent_while_the_question_is_said() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "1");
    assert_eq!(hears(&room, leg), [], "what is still said ends");
    room.heard(leg);
    room.wait_s(KEY_S - 1);
    keys(&mut room, leg, "950");
    assert_eq!(hears(&room, leg).first(), Some(&REMIND_APPOINTMENT));
}

#[test]
fn nothing_of_the_appointment_is_said_before_the_year_is_right() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "1951");
    assert_eq!(hears(&room, leg), [REMIND_WRONG]);
    keys(&mut room, leg, "19");
    room.heard(leg);
    room.wait_s(KEY_S);
    assert_eq!(hears(&room, leg), [REMIND_NOT_VERIFIED]);
    let told = |effect: &Effect| matches!(effect, Effect::Play { prompts, .. } if prompts.contains(&REMIND_APPOINTMENT));
    assert!(!room.was_done(told));
    room.heard(leg);
    assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
    assert_eq!(state(&room), EntryState::Released, "tried again later");
}

#[test]
fn what_keys_in_nothing_hears_of_no_service_and_is_asked_ever_more_rarely() {
    let (mut room, leg) = answers();
    room.heard(leg);
    room.wait_s(KEY_S);
    assert_eq!(hears(&room, leg), [REMIND_MACHINE]);
    room.heard(leg);
    assert_eq!(room.dials()[0].result, Some(DialResult::Machine));
    let owed = room.callback();
    assert_eq!(
        (owed.not_before_ms, owed.tries),
        (room.now_ms() + MACHINE_MS, 0)
    );
    room.wait_s(u32::try_from(MACHINE_MS / 1_000).expect("two hours"));
    let leg = room.rung().expect("rung again");
    room.tell(Input::Answered { leg });
    room.heard(leg);
    room.wait_s(KEY_S);
    room.heard(leg);
    assert_eq!(
        room.callback().not_before_ms,
        room.now_ms() + 2 * MACHINE_MS
    );
    assert_eq!(
        state(&room),
        EntryState::Released,
        "nobody is given up for it"
    );
}

#[test]
fn who_cancels_says_so_twice() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "19502");
    assert_eq!(hears(&room, leg), [REMIND_SURE]);
    assert_eq!(room.entries()[0].answer, None);
    keys(&mut room, leg, "2");
    assert_eq!(hears(&room, leg), [REMIND_CANCELLED]);
    room.hangs_up(leg);
    assert_eq!(state(&room), EntryState::Cancelled);
    let (mut room, leg) = answers();
    keys(&mut room, leg, "19502");
    room.heard(leg);
    room.wait_s(KEY_S);
    assert_eq!(hears(&room, leg).first(), Some(&REMIND_APPOINTMENT));
    assert_eq!(room.entries()[0].answer, None, "a second thought");
}

#[test]
fn who_wants_another_appointment_is_owed_a_call_by_an_operator() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "19503");
    assert_eq!(hears(&room, leg), [REMIND_MOVED]);
    assert_eq!(state(&room), EntryState::ToMove);
    room.heard(leg);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    let open: Vec<NeedKind> = room
        .needs()
        .iter()
        .filter(|need| need.closed_ms.is_none())
        .map(|need| need.kind)
        .collect();
    assert_eq!(open, [NeedKind::Requested]);
    let rest_ms = room.callback().not_before_ms - room.now_ms();
    room.wait_s(u32::try_from(rest_ms / 1_000).expect("a rest"));
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(room.dials().len(), 2);
}

#[test]
fn who_wants_another_appointment_has_an_operator_at_once_where_one_is_there() {
    let (mut room, leg) = rung();
    room.staffed(1);
    room.tell(Input::Answered { leg });
    keys(&mut room, leg, "19503");
    assert_eq!(hears(&room, leg), [REMIND_CONNECTING]);
    assert_eq!(room.callback().state, CallbackState::AnsweredWaiting);
    room.seat_picks_up();
    assert_eq!(room.callback().state, CallbackState::Talking);
    room.wait_s(60);
    room.hangs_up(leg);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert_eq!(state(&room), EntryState::ToMove);
}

#[test]
fn an_answer_outlives_a_crash_before_the_end_of_the_call() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "19501");
    room.restarts();
    assert_eq!(room.callback().state, CallbackState::Unknown);
    room.wait_s(RECONCILE_S);
    assert_eq!(state(&room), EntryState::Confirmed);
    assert_eq!(room.callback().state, CallbackState::Closed);
    room.wait_s(20_000);
    assert_eq!(room.dials().len(), 1, "nobody is reminded twice");
}

#[test]
fn no_more_are_reminded_at_once_than_the_rules_say() {
    let mut room = Room::new();
    let numbers = [MARIO, LUCIA, "+390861555203"];
    let entries = (1..).zip(numbers).map(|(n, number)| line(&room, n, number));
    let entries: Vec<EntryTold> = entries.collect();
    runs(&mut room, entries);
    room.wait_s(GRACE_S);
    assert_eq!(room.dials().len(), 2);
    let leg = room.rung().expect("one of them");
    room.not_answered(leg, 486);
    assert_eq!(room.dials().len(), 3);
}

#[test]
fn when_a_campaign_ends_nobody_s_year_of_birth_stays_not_even_of_who_was_never_called() {
    let mut room = Room::with(|rules| rules.limits.campaign_entries_max = 2_000);
    let entries: Vec<EntryTold> = (1..=3)
        .flat_map(|chunk| (1..=500).map(move |nth| chunk * 1_000 + nth))
        .map(|nth| line(&room, nth, &format!("0861{nth:06}")))
        .collect();
    does(&mut room, CampaignCommand::Create(Box::new(told()))).expect("made");
    let campaign = room.campaigns()[0].id;
    for chunk in entries.chunks(500) {
        let entries = chunk.to_vec();
        does(&mut room, CampaignCommand::Add { campaign, entries }).expect("added");
    }
    let left_out = 0;
    does(&mut room, CampaignCommand::Complete { campaign, left_out }).expect("whole");
    does(&mut room, CampaignCommand::Start { campaign, by: None }).expect("started");
    room.wait_s(GRACE_S);
    assert!(room.years_kept(campaign) > 1_400);
    does(&mut room, CampaignCommand::End { campaign, by: None }).expect("it runs");
    let left = room.years_kept(campaign);
    assert!(left > 0, "not all in one step");
    room.restarts();
    room.wait_s(1);
    assert_eq!(room.years_kept(campaign), 0, "a start goes on with it");
    let states: Vec<EntryState> = room.entries().iter().map(|it| it.state).collect();
    let never = states.iter().filter(|state| **state == EntryState::Waiting);
    assert!(never.count() > 1_400, "they stay as never called");
    // Who was rung when we died.
    room.wait_s(RECONCILE_S);
    let born = room
        .entries()
        .into_iter()
        .filter_map(|it| it.appointment.as_ref()?.born);
    assert_eq!(born.count(), 0);
}

#[test]
fn who_hears_it_and_says_nothing_is_no_machine() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "1950");
    for _ in 0..2 {
        room.heard(leg);
        room.wait_s(KEY_S);
    }
    assert_eq!(hears(&room, leg), [REMIND_UNANSWERED]);
    room.heard(leg);
    assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
    let (mut room, leg) = answers();
    keys(&mut room, leg, "1951");
    room.heard(leg);
    room.wait_s(KEY_S);
    assert_eq!(
        hears(&room, leg),
        [REMIND_NOT_VERIFIED],
        "a key was pressed"
    );
    room.heard(leg);
    assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
}

#[test]
fn a_reminder_is_heard_to_its_end_though_somebody_of_the_house_rings_in() {
    let (mut room, leg) = answers();
    keys(&mut room, leg, "1950");
    room.staffed(1);
    let wife = room.waits(MARIO, BOOK);
    assert!(!room.was_hung_up(leg));
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(wife);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
    assert_eq!(room.callback().state, CallbackState::Dialling);
    keys(&mut room, leg, "1");
    assert_eq!(hears(&room, leg), [REMIND_CONFIRMED]);
    room.heard(leg);
    assert_eq!(state(&room), EntryState::Confirmed);
    let (mut room, leg) = rung();
    room.waits(MARIO, BOOK);
    assert!(room.was_hung_up(leg), "a phone that only rings is let go");
}

#[test]
fn the_operator_reads_which_appointment_is_to_be_moved_and_sees_them_wait() {
    let mut room = Room::new();
    let mut mario = line(&room, 1, MARIO);
    mario.reference = Some("B-7".to_owned());
    mario.note = Some("ecografia".to_owned());
    // Monday 1 December 2031, 10:05 in Rome.
    mario.appointment.as_mut().expect("it has one").at_ms = 1_953_882_300_000;
    runs(&mut room, vec![mario]);
    room.wait_s(GRACE_S);
    let leg = room.rung().expect("he is rung");
    // Somebody serves the queue, and is not free.
    room.staffed(1);
    room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.tell(Input::Answered { leg });
    keys(&mut room, leg, "19503");
    assert_eq!(hears(&room, leg), [REMIND_CONNECTING]);
    let queue = room.queue(0);
    assert_eq!((queue.waiting, queue.callbacks_ready), (1, 0));
    assert_eq!(queue.oldest_ms, Some(room.now_ms()));
    let owed = room.needs();
    let need = owed.iter().find(|need| need.kind == NeedKind::Requested);
    let detail = room.detail(need.expect("a new one").id);
    let note = detail.note.as_deref().expect("it says which");
    for part in ["01/12/2031 10:05", "mazzini", "B-7", "ecografia"] {
        assert!(note.contains(part), "{note}");
    }
    assert_eq!(detail.class, None);
}

#[test]
fn a_campaign_that_ends_takes_back_some_at_a_time() {
    let mut room = Room::with(|rules| rules.limits.campaign_entries_max = 2_000);
    let entries: Vec<EntryTold> = (1..=500)
        .map(|nth| line(&room, nth, &format!("0861{nth:06}")))
        .collect();
    let wide = CampaignTold {
        pace: Some(2_000),
        ..told()
    };
    does(&mut room, CampaignCommand::Create(Box::new(wide))).expect("made");
    let campaign = room.campaigns()[0].id;
    does(&mut room, CampaignCommand::Add { campaign, entries }).expect("added");
    let left_out = 0;
    does(&mut room, CampaignCommand::Complete { campaign, left_out }).expect("whole");
    does(&mut room, CampaignCommand::Start { campaign, by: None }).expect("started");
    let released = |room: &Room| {
        let states = room.entries().into_iter().map(|it| it.state);
        states
            .filter(|state| *state == EntryState::Released)
            .count()
    };
    assert_eq!(released(&room), 500);
    does(&mut room, CampaignCommand::End { campaign, by: None }).expect("it runs");
    assert!((1..500).contains(&released(&room)), "not all in one step");
    room.wait_s(1);
    assert_eq!(released(&room), 0);
    assert_eq!(room.years_kept(campaign), 0);
}

#[test]
fn a_line_that_cannot_be_said_is_left_out_with_its_reason() {
    let mut room = Room::new();
    does(&mut room, CampaignCommand::Create(Box::new(told()))).expect("made");
    let campaign = room.campaigns().last().expect("it is there").id;
    let good = line(&room, 1, MARIO);
    let changed = |line: u32, change: &dyn Fn(&mut Appointment)| {
        let mut told = good.clone();
        told.line = line;
        told.person = Caller::from_user_part(&format!("086155521{line}"));
        if let Some(appointment) = told.appointment.as_mut() {
            change(appointment);
        }
        told
    };
    let nothing = EntryTold {
        line: 2,
        appointment: None,
        ..good.clone()
    };
    let past_ms = room.now_ms() - 1;
    let entries = vec![
        nothing,
        changed(3, &|it| it.place = Some("altrove".to_owned())),
        changed(4, &|it| it.born = None),
        changed(5, &|it| it.at_ms = past_ms),
        changed(6, &|it| it.born = Some(1850)),
    ];
    let refused = does(&mut room, CampaignCommand::Add { campaign, entries });
    let why = [
        (2, WhyLeftOut::NoAppointment),
        (3, WhyLeftOut::NoPlace),
        (4, WhyLeftOut::NoAppointment),
        (5, WhyLeftOut::PastAppointment),
        (6, WhyLeftOut::NoYear),
    ];
    let left_out = why.map(|(line, why)| LeftOut { line, why }).to_vec();
    assert_eq!(refused, Err(CampaignError::LeftOut(left_out).into()));
    assert!(room.entries().is_empty(), "nothing is half taken in");
}

#[test]
fn nobody_is_reminded_where_the_words_are_missing() {
    let mut room = Room::with(|rules| rules.prompts.reminder = None);
    let refused = does(&mut room, CampaignCommand::Create(Box::new(told())));
    assert_eq!(refused, Err(CampaignError::NoPrompts.into()));
}

#[test]
fn the_date_is_composed_of_its_parts() {
    let mut room = Room::new();
    let mut mario = line(&room, 1, MARIO);
    // Monday 1 December 2031, 10:05 in Rome.
    let at_ms = 1_953_882_300_000;
    if let Some(it) = mario.appointment.as_mut() {
        it.at_ms = at_ms;
        it.place = None;
    }
    runs(&mut room, vec![mario]);
    room.wait_s(GRACE_S);
    let leg = room.rung().expect("he is rung");
    room.tell(Input::Answered { leg });
    keys(&mut room, leg, "1950");
    let said = hears(&room, leg);
    assert_eq!(said[1..4], [PromptId(420), PromptId(430), PromptId(481)]);
    assert_eq!(said[5], hour_spoken(10));
    assert!(said.contains(&digit_spoken(5)), "{said:?}");
}
