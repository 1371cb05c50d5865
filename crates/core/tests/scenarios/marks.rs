//! Marked numbers: one that is not to be called is never dialled, whatever was open of it and whoever
//! calls from it; callers from one that many share are asked for their own. And what the policy of a
//! queue takes away.

use cuptel_core::by_hand::ByHandError;
use cuptel_core::id::{CallbackId, LegId, QueueId, TenantId};
use cuptel_core::mark::{MarkLine, MarkTold, Marked};
use cuptel_core::number::PhoneNumber;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{
    CallbackState, ClosedHow, Disposition, Mark, OfferState, Outcome, PriorityClass, Stage,
    Suppression,
};

use crate::room::{
    BOOK, CONFIRMED, GRACE_S, LUCIA, MARIO, MARKS_MAX, NO_ANSWER_S, NOT_CALLED, NUMBER_ASK,
    NUMBER_WRONG, RECONCILE_S, Room, TRIES_MAX, UNREACHABLE,
};
use crate::storm::{said, storm};

const DAY_S: u32 = 86_400;

fn of(number: &str, mark: Mark, tenant: Option<&str>) -> MarkTold {
    MarkTold {
        number: PhoneNumber::parse_e164(number).expect("a number"),
        mark,
        tenant: tenant.map(str::to_owned),
    }
}

fn marks(room: &mut Room, told: MarkTold) -> Result<(), CommandError> {
    marks_until(room, told, None)
}

fn marks_until(room: &mut Room, told: MarkTold, ends_ms: Option<i64>) -> Result<(), CommandError> {
    let marked = Box::new(Marked {
        ends_ms,
        supervisor: Some("capo".to_owned()),
        reason: Some("lo ha chiesto".to_owned()),
    });
    room.commands(Command::MarkNumber { told, marked })
}

fn releases(room: &mut Room, told: MarkTold) -> Result<(), CommandError> {
    room.commands(Command::ReleaseMark {
        told,
        supervisor: Some("vice".to_owned()),
    })
}

pub(crate) fn do_not_call(room: &mut Room, number: &str) {
    marks(room, of(number, Mark::DoNotCall, None)).expect("it can be marked");
}

/// Mario has called and given up, and is owed a call.
fn owed() -> (Room, CallbackId) {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let id = room.callback().id;
    (room, id)
}

/// A seat has been offered Mario's callback.
fn offered() -> (Room, CallbackId) {
    let (mut room, id) = owed();
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert_eq!(room.callback().state, CallbackState::Offered);
    (room, id)
}

fn is_suppressed(room: &Room) {
    let row = room.callback();
    assert_eq!(row.state, CallbackState::Closed);
    assert_eq!(row.closed_how, Some(ClosedHow::Suppressed));
    assert!(room.needs().iter().all(|need| need.closed_ms.is_some()));
}

#[test]
fn a_callback_that_waits_is_closed_when_its_number_is_not_to_be_called() {
    let (mut room, _) = owed();
    do_not_call(&mut room, MARIO);
    is_suppressed(&room);
    let mark = room.marks()[0];
    assert_eq!(mark.supervisor.as_deref(), Some("capo"));
    assert_eq!(mark.since_ms, room.now_ms());
    assert_eq!(
        mark.number,
        room.callback().number,
        "one handle, while it is known"
    );
    room.staffed(1);
    room.wait_s(DAY_S);
    assert_eq!(room.offered(), None);
    assert!(room.dials().is_empty());
}

#[test]
fn what_is_marked_the_same_again_keeps_who_marked_it_and_when() {
    let mut room = Room::new();
    let told = || of(MARIO, Mark::DoNotCall, None);
    marks(&mut room, told()).unwrap();
    let first = room.marks()[0].clone();
    room.wait_s(60);
    let again = |reason: Option<&str>, supervisor: Option<&str>| Marked {
        ends_ms: None,
        supervisor: supervisor.map(str::to_owned),
        reason: reason.map(str::to_owned),
    };
    for marked in [
        again(None, None),
        again(Some("lo ha chiesto"), Some("vice")),
    ] {
        let lines = vec![MarkLine {
            line: 2,
            told: told(),
            marked,
        }];
        room.commands(Command::MarkNumbers {
            lines,
            dry_run: false,
        })
        .unwrap();
        assert_eq!(room.marks()[0], &first);
    }
    let marked = Box::new(again(Some("per iscritto"), None));
    room.commands(Command::MarkNumber {
        told: told(),
        marked,
    })
    .unwrap();
    let now = room.marks()[0].clone();
    assert_eq!(
        (now.since_ms, now.supervisor),
        (first.since_ms, first.supervisor)
    );
    assert_eq!(now.reason.as_deref(), Some("per iscritto"));
}

#[test]
fn a_seat_that_rings_for_such_a_callback_is_let_go() {
    let (mut room, _) = offered();
    do_not_call(&mut room, MARIO);
    is_suppressed(&room);
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn a_dial_that_rings_goes_on_and_is_the_last() {
    let (mut room, _) = offered();
    let operator = room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    do_not_call(&mut room, MARIO);
    assert_eq!(room.callback().state, CallbackState::Dialling);
    assert!(!room.was_hung_up(person));
    room.not_answered(person, 408);
    room.heard(operator);
    is_suppressed(&room);
    room.wait_s(NO_ANSWER_S);
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn a_conversation_goes_on_and_serves_or_is_the_last() {
    for (disposition, how) in [
        (Disposition::Done, ClosedHow::Served),
        (Disposition::AnotherPerson, ClosedHow::Suppressed),
    ] {
        let (mut room, _) = offered();
        room.seat_picks_up();
        let person = room.rung().expect("the person is rung");
        room.tell(Input::Answered { leg: person });
        room.wait_s(60);
        do_not_call(&mut room, MARIO);
        assert_eq!(room.callback().state, CallbackState::Talking);
        room.disposes(1, disposition);
        room.hangs_up(person);
        assert_eq!(room.callback().closed_how, Some(how));
    }
}

#[test]
fn another_person_who_is_named_in_the_wrap_up_is_not_called_either() {
    let (mut room, _) = offered();
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    room.hangs_up(person);
    do_not_call(&mut room, MARIO);
    room.disposes(1, Disposition::AnotherPerson);
    is_suppressed(&room);
}

#[test]
fn a_dial_that_a_crash_hid_rests_and_then_its_callback_is_closed() {
    let (mut room, _) = offered();
    room.seat_picks_up();
    room.rung().expect("the person is rung");
    room.restarts();
    do_not_call(&mut room, MARIO);
    assert_eq!(room.callback().state, CallbackState::Unknown);
    room.wait_s(RECONCILE_S);
    is_suppressed(&room);
}

#[test]
fn who_calls_from_such_a_number_is_served_or_recorded_with_the_reason() {
    let mut room = Room::new();
    do_not_call(&mut room, MARIO);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedQueue));
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::DoNotCall));
    assert!(room.no_callback());
    let mario = room.waits(MARIO, BOOK);
    // The key for a callback means nothing to them.
    room.presses(mario, '*');
    assert_eq!(room.attempt(1).stage, Stage::Queued);
    room.staffed(1);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.outcome(1), Some(Outcome::Served));
    assert_eq!(room.attempt(1).suppressed, None);
}

#[test]
fn nobody_has_such_a_number_called_by_keying_it_in() {
    let (mut room, _) = storm();
    do_not_call(&mut room, MARIO);
    let who = room.calls("anonymous");
    keys(&mut room, who, "3331000001#");
    assert_eq!(said(&room, who), [NUMBER_WRONG, NUMBER_ASK]);
}

#[test]
fn a_mark_is_kept_over_a_restart_and_ends_at_its_hour() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + 3_600_000;
    let told = of(MARIO, Mark::DoNotCall, None);
    marks_until(&mut room, told, Some(ends_ms)).unwrap();
    room.restarts();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::DoNotCall));
    room.wait_s(3_600);
    let mark = room.marks()[0];
    assert_eq!(mark.until_ms, Some(ends_ms));
    assert_eq!(mark.released_by, None, "nobody had to");
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    assert_eq!(room.attempt(1).suppressed, None);
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
}

#[test]
fn a_mark_that_ended_while_nothing_ran_holds_no_more() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + 3_600_000;
    let told = of(MARIO, Mark::DoNotCall, None);
    marks_until(&mut room, told, Some(ends_ms)).unwrap();
    room.sleeps_s(7_200);
    room.restarts();
    assert!(room.marks_held().is_empty());
    assert_eq!(room.marks()[0].until_ms, Some(room.now_ms()));
}

#[test]
fn a_mark_lasts_longer_where_the_clock_is_set_back() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + 3_600_000;
    let told = of(MARIO, Mark::DoNotCall, None);
    marks_until(&mut room, told, Some(ends_ms)).unwrap();
    room.sets_clock(-1_800);
    room.wait_s(3_700);
    assert_eq!(room.marks_held().len(), 1);
    room.wait_s(1_800);
    assert!(room.marks_held().is_empty());
}

#[test]
fn a_mark_is_taken_away_by_name_and_what_is_open_of_it_no_more() {
    let (mut room, _) = owed();
    let told = || of(MARIO, Mark::DoNotCall, Some("asl"));
    marks(&mut room, told()).unwrap();
    assert_eq!(
        releases(&mut room, of(MARIO, Mark::DoNotCall, None)),
        Err(CommandError::NotMarked(Mark::DoNotCall)),
        "the region has not marked it"
    );
    assert_eq!(
        releases(&mut room, of(MARIO, Mark::Shared, Some("asl"))),
        Err(CommandError::MarkedAs(Mark::DoNotCall)),
        "as what it is marked is said"
    );
    releases(&mut room, told()).unwrap();
    assert_eq!(room.marks()[0].released_by.as_deref(), Some("vice"));
    is_suppressed(&room);
    assert_eq!(
        releases(&mut room, told()),
        Err(CommandError::NotMarked(Mark::DoNotCall))
    );
    assert_eq!(room.held_numbers(), 0, "nothing is left to know of it");
}

#[test]
fn a_mark_of_one_authority_holds_for_it_alone() {
    let (mut room, _) = owed();
    let unknown = marks(&mut room, of(MARIO, Mark::DoNotCall, Some("altra")));
    assert_eq!(unknown, Err(CommandError::NoTenant("altra".to_owned())));
    room.reloads(|rules| {
        let mut other = rules.tenants[&TenantId(1)].clone();
        other.name = "altra".to_owned();
        rules.tenants.insert(TenantId(2), other);
    })
    .unwrap();
    marks(&mut room, of(MARIO, Mark::DoNotCall, Some("altra"))).unwrap();
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_number_is_marked_once_and_as_it_was_said_last() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + 60_000;
    let told = || of(MARIO, Mark::DoNotCall, None);
    marks_until(&mut room, told(), Some(ends_ms)).unwrap();
    marks(&mut room, told()).unwrap();
    room.wait_s(120);
    assert_eq!(room.marks().len(), 1);
    assert_eq!(room.marks_held()[0].ends_ms, None);
    let past = room.now_ms();
    let over = marks_until(&mut room, told(), Some(past));
    assert_eq!(over, Err(CommandError::MarkIsOver));
}

#[test]
fn no_more_numbers_are_marked_than_may_be() {
    let mut room = Room::new();
    for nth in 0..MARKS_MAX {
        do_not_call(&mut room, &format!("+39333100001{nth}"));
    }
    let one_more = marks(&mut room, of(MARIO, Mark::DoNotCall, None));
    assert_eq!(one_more, Err(CommandError::TooManyMarks(MARKS_MAX)));
    do_not_call(&mut room, "+393331000010");
    releases(&mut room, of("+393331000010", Mark::DoNotCall, None)).unwrap();
    do_not_call(&mut room, MARIO);
}

#[test]
fn what_was_given_up_is_not_called_after_all_against_a_mark() {
    let (mut room, id) = owed();
    room.staffed(1);
    room.wait_s(GRACE_S);
    for _ in 0..TRIES_MAX {
        let operator = room.seat_picks_up();
        let person = room.rung().expect("the person is rung");
        room.not_answered(person, 408);
        room.heard(operator);
        room.wait_s(NO_ANSWER_S);
    }
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Exhausted));
    do_not_call(&mut room, MARIO);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Exhausted));
    let given_up = Box::new(room.given_up(id));
    let told = room.commands(Command::CallAfterAll {
        given_up,
        details: Vec::new(),
        is_served: false,
        by: None,
    });
    assert_eq!(told, Err(ByHandError::Marked(Mark::DoNotCall).into()));
    assert_eq!(room.callbacks().len(), 1);
}

fn keys(room: &mut Room, leg: LegId, keys: &str) {
    for key in keys.chars() {
        room.presses(leg, key);
    }
}

fn shared(room: &mut Room, number: &str) {
    marks(room, of(number, Mark::Shared, None)).expect("it can be marked");
}

#[test]
fn callers_from_a_shared_number_are_asked_for_their_own_and_join_nobody() {
    let (mut room, _) = storm();
    shared(&mut room, MARIO);
    let one = room.calls(MARIO);
    assert_eq!(said(&room, one), [UNREACHABLE, NUMBER_ASK]);
    // The shared number itself is nobody's own.
    keys(&mut room, one, "3331000001#");
    assert_eq!(said(&room, one), [NUMBER_WRONG, NUMBER_ASK]);
    keys(&mut room, one, "3331000002#1");
    assert!(said(&room, one).contains(&CONFIRMED));
    room.heard(one);
    assert_eq!(room.number_of(room.callback()), LUCIA);
    let two = room.calls(MARIO);
    room.hangs_up(two);
    assert_eq!(room.attempt(2).suppressed, Some(Suppression::SharedNumber));
    assert_eq!(room.callback().attempts, 1);
}

#[test]
fn nobody_at_a_shared_number_takes_the_place_of_another_or_settles_what_is_theirs() {
    let (mut room, id) = owed();
    shared(&mut room, MARIO);
    assert_eq!(
        room.callback().state,
        CallbackState::Waiting,
        "they may have nothing else"
    );
    room.wait_s(60);
    let other = room.waits(MARIO, BOOK);
    assert_eq!(room.attempt(1).callback, None);
    room.staffed(1);
    room.seat_picks_up();
    assert_eq!(
        room.last_decision().explanation.place_ms,
        room.attempt(1).received_ms
    );
    room.wait_s(60);
    room.hangs_up(other);
    assert_eq!(room.outcome(1), Some(Outcome::Served));
    assert_eq!(room.callback().id, id);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn nobody_is_promised_a_call_at_a_number_that_was_marked_while_they_were_on_the_line() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    do_not_call(&mut room, MARIO);
    is_suppressed(&room);
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [NOT_CALLED]);
    room.heard(mario);
    assert_eq!(room.outcome(1), Some(Outcome::RefusedLines));
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
    let who = room.calls("anonymous");
    keys(&mut room, who, "3331000002#");
    do_not_call(&mut room, LUCIA);
    room.presses(who, '1');
    assert!(!said(&room, who).contains(&CONFIRMED));
    room.heard(who);
    assert_eq!(room.callbacks().len(), 1);
    assert_eq!(room.attempt(2).suppressed, Some(Suppression::DoNotCall));
}

/// A room whose policy opens nothing for calls that end so.
fn with_policy(not_on: &[Outcome]) -> Room {
    Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            queue.callback.not_on = not_on.iter().copied().collect();
        }
    })
}

#[test]
fn an_end_that_the_policy_leaves_out_opens_nothing_and_says_so() {
    let mut room = with_policy(&[Outcome::AbandonedQueue]);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::Policy));
    assert_eq!(room.attempt(0).queue, Some(QueueId(1)));
    assert!(room.no_callback());
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    assert_eq!(room.outcome(1), Some(Outcome::AbandonedMenu));
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    assert_eq!(room.outcome(2), Some(Outcome::AbandonedQueue));
    assert_eq!(
        room.callback().attempts,
        2,
        "who is on the list joins all the same"
    );
}

#[test]
fn nobody_is_told_that_they_are_called_back_against_the_policy() {
    let mut room = Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            queue.waiting_max = 0;
            queue.callback.not_on = [Outcome::RefusedQueueFull].into();
        }
    });
    let mario = room.waits(MARIO, BOOK);
    assert_eq!(room.said_to(mario), Some(vec![NOT_CALLED]));
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::RefusedQueueFull));
    assert_eq!(room.attempt(0).suppressed, Some(Suppression::Policy));
}

#[test]
fn where_refused_callers_are_not_called_back_no_notice_says_that_they_are() {
    let (mut room, _) = storm();
    room.reloads(|rules| {
        for queue in rules.queues.values_mut() {
            queue.callback.not_on = [Outcome::RefusedLines].into();
        }
    })
    .unwrap();
    room.calls(MARIO);
    assert_eq!(room.outcome(1), Some(Outcome::RefusedLines));
    assert_eq!(room.attempt(1).sip_status, Some(486));
    assert_eq!(room.attempt(1).suppressed, Some(Suppression::Policy));
}

#[test]
fn nobody_enters_a_call_to_a_marked_number() {
    for mark in [Mark::DoNotCall, Mark::Shared] {
        let mut room = Room::new();
        marks(&mut room, of(MARIO, mark, None)).expect("it can be marked");
        let told = room.in_charge(MARIO, PriorityClass::B);
        let refused = room.enters(told.clone());
        assert_eq!(refused, Err(ByHandError::Marked(mark).into()));
        assert!(room.no_callback());
        releases(&mut room, of(MARIO, mark, None)).expect("it is marked");
        room.enters(told).expect("it is as it should be");
    }
}

fn listed(line: u64, number: &str, ends_ms: Option<i64>) -> MarkLine {
    MarkLine {
        line,
        told: of(number, Mark::DoNotCall, None),
        marked: Marked {
            ends_ms,
            reason: Some("elenco del mese".to_owned()),
            supervisor: None,
        },
    }
}

#[test]
fn a_list_of_numbers_is_marked_whole_or_not_at_all() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    let past = Some(room.now_ms() - 1);
    let lines = vec![
        listed(2, MARIO, None),
        listed(3, LUCIA, past),
        listed(4, MARIO, None),
    ];
    let dry_run = false;
    let refused = room.commands(Command::MarkNumbers { lines, dry_run });
    let Err(CommandError::NotTaken(faults)) = refused else {
        panic!("{refused:?}");
    };
    let told: Vec<&str> = faults.iter().map(|it| it.which.as_str()).collect();
    assert_eq!(told, ["line 3", "line 4"]);
    assert!(room.marks_held().is_empty());
    let lines = vec![listed(2, MARIO, None), listed(3, LUCIA, None)];
    let dry_run = true;
    let looked = Command::MarkNumbers {
        lines: lines.clone(),
        dry_run,
    };
    room.commands(looked).unwrap();
    assert!(room.marks_held().is_empty(), "only looked");
    let dry_run = false;
    room.commands(Command::MarkNumbers { lines, dry_run })
        .unwrap();
    assert_eq!(room.marks_held().len(), 2);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Suppressed));
    let many = (0..MARKS_MAX).map(|n| listed(n.into(), &format!("+39086155530{n}"), None));
    let lines = many.collect();
    let refused = room.commands(Command::MarkNumbers { lines, dry_run });
    assert_eq!(refused, Err(CommandError::TooManyMarks(MARKS_MAX)));
    assert_eq!(room.marks_held().len(), 2);
}
