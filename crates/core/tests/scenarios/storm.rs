//! More callers than lines: what they hear on a notice line, what becomes of them, and that
//! redialling wins nobody a better place.

use cuptel_core::calendar::{ContactWindow, Zone};
use cuptel_core::id::{LegId, QueueId, TrunkId};
use cuptel_core::rules::{PromptId, Rules, Trunk};
use cuptel_core::snapshot::StormNow;
use cuptel_core::step::{Command, Effect, Input};
use cuptel_core::words::{
    CallbackState, ClosedHow, Disposition, NeedKind, Outcome, Party, PriorityClass, Suppression,
};

use crate::room::{
    ANOTHER, ANOTHER_LISTED, BOOK, BY_TODAY, CONFIRM, CONFIRMED, DECLINED, GRACE_S, LEAVE, LISTED,
    LUCIA, MARIO, NO_ANSWER_S, NOTICE_KEY_S, NOTICE_S_MAX, NUMBER_ASK, PUT_ON_LIST, Room,
    STORM_QUIET_S, UNREACHABLE, WRAP_UP_S, hour_spoken, quarter_spoken,
};

/// Who takes the one answered line.
pub(crate) const FIRST: &str = "+393339999999";
pub(crate) const SECOND: &str = "+393338888888";

fn trunk(rules: &mut Rules) -> &mut Trunk {
    rules.trunks.get_mut(&TrunkId(1)).expect("the trunk")
}

/// One answered line, two for notices; people may be rung from 8 to 20 by the clock of Rome.
pub(crate) fn narrow(rules: &mut Rules) {
    let trunk = trunk(rules);
    (trunk.answer_max, trunk.storm_lines, trunk.notice_lines) = (1, 1, 2);
    for queue in rules.queues.values_mut() {
        let window = ContactWindow::parse("08:00-20:00", Zone::Europe__Rome);
        queue.callback.window = window.expect("hours");
    }
}

/// The line is taken by somebody who talks; nobody else is there.
pub(crate) fn storm() -> (Room, LegId) {
    let mut room = Room::with(narrow);
    room.staffed(1);
    let first = room.waits(FIRST, BOOK);
    room.seat_picks_up();
    (room, first)
}

fn storm_now(room: &Room) -> Option<StormNow> {
    room.trunk().storm
}

fn was_refused(room: &Room, caller: LegId) -> bool {
    room.was_done(
        |effect| matches!(effect, Effect::Refuse { leg, status: 486, .. } if *leg == caller),
    )
}

pub(crate) fn said(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something was said")
}

/// `opening`, "by a quarter to eleven", `question`.
pub(crate) fn told(
    opening: PromptId,
    hour: usize,
    quarter: usize,
    question: PromptId,
) -> Vec<PromptId> {
    vec![
        opening,
        BY_TODAY,
        hour_spoken(hour),
        quarter_spoken(quarter),
        question,
    ]
}

/// Mario has called once, heard everything and pressed nothing.
pub(crate) fn mario_is_listed(room: &mut Room) {
    let mario = room.calls(MARIO);
    room.heard(mario);
    room.wait_s(NOTICE_KEY_S);
    assert!(room.was_hung_up(mario));
}

#[test]
fn a_new_caller_is_on_the_list_before_they_hear_so() {
    let (mut room, _) = storm();
    let mario = room.rings(MARIO);
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
    assert_eq!(room.said_to(mario), None);
    room.tell(Input::Answered { leg: mario });
    // Rested at 10:03, and one work of five and a half minutes is before.
    assert_eq!(said(&room, mario), told(PUT_ON_LIST, 10, 1, CONFIRM));
    room.heard(mario);
    room.wait_s(NOTICE_KEY_S);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.outcome(1), Some(Outcome::RefusedLines));
    assert_eq!(room.attempt(1).sip_status, Some(200));
    assert_eq!(room.needs()[0].kind, NeedKind::Missed);
    assert_eq!(room.trunk().notices, 0);
}

#[test]
fn who_hangs_up_in_a_notice_is_owed_a_call() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let lucia = room.rings(LUCIA);
    room.hangs_up(lucia);
    for (nth, callback) in [(1, 0), (2, 1)] {
        assert_eq!(room.outcome(nth), Some(Outcome::RefusedLines));
        assert_eq!(
            room.attempt(nth).callback,
            Some(room.callbacks()[callback].id)
        );
    }
}

#[test]
fn who_confirms_by_key_has_asked_for_the_call() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [CONFIRMED]);
    room.heard(mario);
    assert_eq!(room.outcome(1), Some(Outcome::CallbackRequested));
    assert_eq!(room.needs().len(), 1);
    assert_eq!(room.needs()[0].kind, NeedKind::Requested);
    assert_eq!(room.callback().attempts, 1);
}

#[test]
fn who_does_not_want_to_be_called_is_not() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.presses(mario, '2');
    assert_eq!(said(&room, mario), [DECLINED]);
    room.heard(mario);
    assert_eq!(room.callback().state, CallbackState::Closed);
    assert_eq!(
        room.callback().closed_how,
        Some(ClosedHow::CancelledByPerson)
    );
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
}

#[test]
fn a_key_closes_nothing_that_an_earlier_call_opened() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let mario = room.calls(MARIO);
    room.presses(mario, '2');
    assert_eq!(said(&room, mario), [LEAVE]);
    room.heard(mario);
    room.wait_s(NOTICE_KEY_S);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn who_does_not_want_to_be_called_is_owed_what_was_taken_in_charge_in_its_own_time() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let later_ms = room.now_ms() + 5 * 86_400_000;
    let mut told = room.in_charge(MARIO, PriorityClass::D);
    told.not_before_ms = Some(later_ms);
    room.enters(told).unwrap();
    let mario = room.calls(MARIO);
    room.presses(mario, '2');
    room.presses(mario, '2');
    room.heard(mario);
    let row = room.callback();
    assert_eq!(row.state, CallbackState::Waiting);
    assert_eq!((row.not_before_ms, row.place_ms), (later_ms, later_ms));
    let mut soon = room.in_charge(MARIO, PriorityClass::B);
    soon.queue = "cancel".to_owned();
    room.enters(soon).unwrap();
    let mario = room.calls(MARIO);
    room.presses(mario, '2');
    room.presses(mario, '2');
    room.heard(mario);
    let in_a_day_ms = room.now_ms() + 86_400_000;
    assert!(
        room.callback().not_before_ms < in_a_day_ms,
        "a key is no conversation"
    );
}

#[test]
fn who_is_on_the_list_is_taken_off_by_the_same_key_twice() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let mario = room.calls(MARIO);
    room.presses(mario, '2');
    room.presses(mario, '2');
    assert_eq!(said(&room, mario), [DECLINED]);
    room.heard(mario);
    assert_eq!(
        room.callback().closed_how,
        Some(ClosedHow::CancelledByPerson)
    );
    assert_eq!(room.attempt(2).callback, Some(room.callback().id));
    assert_eq!(room.callback().attempts, 2);
}

#[test]
fn nobody_takes_another_person_off_the_list() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let other = room.calls(MARIO);
    room.presses(other, '1');
    room.heard(other);
    let someone = room.calls(MARIO);
    room.presses(someone, '2');
    room.presses(someone, '2');
    assert_eq!(said(&room, someone)[0], LISTED);
    room.heard(someone);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert!(room.needs().iter().all(|need| need.closed_ms.is_none()));
}

#[test]
fn who_is_asked_whether_to_be_taken_off_may_be_somebody_else() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let other = room.calls(MARIO);
    room.presses(other, '2');
    room.presses(other, '1');
    room.hangs_up(other);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert!(room.needs().iter().any(|need| need.another_person));
}

#[test]
fn who_is_on_the_list_hears_the_same_time_again_and_keeps_the_place() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let place_ms = room.callback().place_ms;
    room.wait_s(60);
    let mario = room.calls(MARIO);
    assert_eq!(said(&room, mario), told(LISTED, 10, 1, ANOTHER));
    room.hangs_up(mario);
    assert_eq!(room.outcome(2), Some(Outcome::RefusedLines));
    assert_eq!(room.callback().place_ms, place_ms);
    assert_eq!(room.callback().attempts, 2);
    assert_eq!(room.needs().len(), 1);
}

#[test]
fn an_anonymous_caller_keys_in_a_number_or_is_told_that_we_cannot_call() {
    let (mut room, _) = storm();
    let who = room.calls("anonymous");
    assert_eq!(said(&room, who), [UNREACHABLE, NUMBER_ASK]);
    for key in "3331000001#".chars() {
        room.presses(who, key);
    }
    room.presses(who, '1');
    assert_eq!(
        said(&room, who),
        [CONFIRMED, BY_TODAY, hour_spoken(10), quarter_spoken(1)]
    );
    room.heard(who);
    assert_eq!(room.outcome(1), Some(Outcome::CallbackRequested));
    assert_eq!(room.number_of(room.callback()), MARIO);
    assert_eq!(room.callback().attempts, 1);
    let silent = room.calls("anonymous");
    room.wait_s(NOTICE_S_MAX);
    assert!(room.was_hung_up(silent));
    assert_eq!(room.outcome(2), Some(Outcome::RefusedLines));
    assert_eq!(room.attempt(2).suppressed, Some(Suppression::Anonymous));
    assert_eq!(storm_now(&room).map(|storm| storm.listed), Some(1));
}

#[test]
fn no_notice_lasts_longer_than_its_line_is_lent() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.wait_s(NOTICE_S_MAX - 1);
    assert!(!room.was_hung_up(mario));
    room.wait_s(1);
    assert!(room.was_hung_up(mario));
    // Not even when our 200 is never acknowledged.
    let lucia = room.rings(LUCIA);
    room.wait_s(NOTICE_S_MAX);
    assert!(room.was_hung_up(lucia));
    assert_eq!(room.trunk().notices, 0);
}

#[test]
fn without_a_notice_line_a_caller_is_refused_and_merged() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    room.calls(LUCIA);
    room.calls(SECOND);
    let mario = room.rings(MARIO);
    assert!(was_refused(&room, mario));
    assert_eq!(room.outcome(4), Some(Outcome::RefusedLines));
    assert_eq!(room.attempt(4).callback, Some(room.callbacks()[0].id));
    assert_eq!(room.callbacks()[0].attempts, 2);
    let storm = storm_now(&room).expect("a storm is on");
    assert_eq!((storm.told, storm.listed, storm.refused), (0, 3, 1));
}

#[test]
fn a_number_has_one_notice_at_a_time() {
    let (mut room, _) = storm();
    room.calls(MARIO);
    let again = room.rings(MARIO);
    assert!(was_refused(&room, again));
    assert_eq!(room.callback().attempts, 2);
}

#[test]
fn notices_leave_callbacks_their_channels() {
    let mut room = Room::with(|rules| {
        narrow(rules);
        (trunk(rules).channels, trunk(rules).outbound_min) = (3, 1);
    });
    room.calls(FIRST);
    room.calls(MARIO);
    let lucia = room.rings(LUCIA);
    assert!(
        was_refused(&room, lucia),
        "the third channel is for callbacks"
    );
    assert_eq!(room.trunk().full_since_ms, None);
}

#[test]
fn whom_we_ring_is_refused_so_that_their_phone_is_free() {
    let mut room = Room::with(narrow);
    room.calls(FIRST);
    mario_is_listed(&mut room);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert!(room.rung().is_some());
    let mario = room.rings(MARIO);
    assert!(was_refused(&room, mario));
    assert!(room.rung().is_some(), "our call rings on");
}

#[test]
fn another_person_at_the_number_has_a_need_of_their_own_in_the_one_case() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    for _ in 0..2 {
        let other = room.calls(MARIO);
        room.presses(other, '1');
        assert_eq!(said(&room, other)[0], ANOTHER_LISTED);
        room.heard(other);
    }
    assert_eq!(room.outcome(2), Some(Outcome::CallbackRequested));
    assert_eq!(room.callback().attempts, 3);
    let persons: Vec<bool> = room
        .needs()
        .iter()
        .map(|need| need.another_person)
        .collect();
    assert_eq!(persons, [false, true]);
}

/// Mario's number owes a call to two persons; the line is free and a seat waits.
fn two_persons_are_owed() -> Room {
    let (mut room, first) = storm();
    mario_is_listed(&mut room);
    let other = room.calls(MARIO);
    room.presses(other, '1');
    room.heard(other);
    room.wait_s(30);
    room.hangs_up(first);
    room.wait_s(GRACE_S);
    room
}

#[test]
fn one_conversation_settles_one_persons_need_and_the_other_is_called_too() {
    let mut room = two_persons_are_owed();
    for open in [1, 0] {
        let display = room.last_display();
        assert_eq!(display.ends_with("2 persone"), open == 1, "{display}");
        room.seat_picks_up();
        let person = room.rung().expect("the person is rung");
        room.tell(Input::Answered { leg: person });
        room.wait_s(30);
        room.disposes(1, Disposition::Done);
        room.hangs_up(person);
        let left = room
            .needs()
            .iter()
            .filter(|need| need.closed_ms.is_none())
            .count();
        assert_eq!(left, open);
        room.wait_s(NO_ANSWER_S);
    }
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert_eq!(room.dials().len(), 2);
}

#[test]
fn another_person_goes_on_where_a_line_is_free_at_a_place_of_their_own() {
    let (mut room, first) = storm();
    mario_is_listed(&mut room);
    room.wait_s(20);
    let second = room.rings(SECOND);
    room.hangs_up(first);
    room.hangs_up(second);
    // The storm is not over yet, the line is free and the seat is in its wrap-up.
    let other = room.calls(MARIO);
    assert_eq!(said(&room, other)[0], LISTED);
    let before_ms = room.now_ms();
    room.presses(other, '1');
    assert_eq!(room.trunk().inbound, 1);
    assert_eq!(room.trunk().notices, 0);
    room.presses(other, BOOK);
    let waiting = room.attempt(3);
    assert!(waiting.queued_ms.is_some());
    room.wait_s(WRAP_UP_S);
    room.seat_picks_up();
    room.wait_s(NOTICE_S_MAX);
    assert!(
        !room.was_hung_up(other),
        "the notice is over, the call is not"
    );
    room.hangs_up(other);
    assert_eq!(room.outcome(3), Some(Outcome::Served));
    let needs = room.needs();
    let of = |another: bool| {
        needs
            .iter()
            .find(move |need| need.another_person == another)
    };
    assert_eq!(of(true).map(|need| need.opened_ms), Some(before_ms));
    assert!(of(true).is_some_and(|need| need.closed_ms.is_some()));
    assert!(
        of(false).is_some_and(|need| need.closed_ms.is_none()),
        "Mario is still owed"
    );
}

#[test]
fn in_a_storm_lines_are_for_those_who_are_not_on_the_list() {
    let (mut room, first) = storm();
    mario_is_listed(&mut room);
    room.hangs_up(first);
    let mario = room.calls(MARIO);
    assert_eq!(said(&room, mario)[0], LISTED);
    room.hangs_up(mario);
    let lucia = room.calls(LUCIA);
    assert_eq!(room.trunk().inbound, 1, "who is new gets the line");
    room.hangs_up(lucia);
}

#[test]
fn whom_a_free_seat_could_serve_is_let_in_even_in_a_storm() {
    let (mut room, first) = storm();
    mario_is_listed(&mut room);
    room.hangs_up(first);
    room.staffed(2);
    room.calls(MARIO);
    assert_eq!(room.trunk().inbound, 1);
}

#[test]
fn a_storm_is_over_when_it_was_quiet_for_a_while_and_not_before() {
    let (mut room, first) = storm();
    let began_ms = storm_now(&room).map(|storm| storm.since_ms);
    assert!(began_ms.is_some());
    room.hangs_up(first);
    room.wait_s(STORM_QUIET_S - 1);
    let again = room.calls(LUCIA);
    room.wait_s(STORM_QUIET_S);
    assert_eq!(storm_now(&room).map(|storm| storm.since_ms), began_ms);
    room.hangs_up(again);
    room.wait_s(STORM_QUIET_S - 1);
    assert_eq!(storm_now(&room).map(|storm| storm.since_ms), began_ms);
    room.wait_s(1);
    assert_eq!(storm_now(&room), None);
}

#[test]
fn a_reload_in_a_storm_changes_its_lines_and_leaves_its_calls() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.reloads(|rules| trunk(rules).notice_lines = 1)
        .expect("nothing is lost");
    let lucia = room.rings(LUCIA);
    assert!(was_refused(&room, lucia));
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [CONFIRMED]);
    room.reloads(|rules| trunk(rules).notice_lines = 0)
        .expect("nothing is lost");
    assert_eq!(storm_now(&room), None);
    room.heard(mario);
    assert_eq!(room.outcome(1), Some(Outcome::CallbackRequested));
    assert_eq!(room.trunk().notices, 0);
}

#[test]
fn a_stop_lets_notices_go_and_loses_nobody() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.commands(Command::Stop { drain_s: 5 })
        .expect("it stops");
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
}

#[test]
fn a_crash_in_a_notice_wins_nobody_a_better_place() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    let before = room.callback().clone();
    room.wait_s(30);
    room.calls(MARIO);
    room.calls("anonymous");
    room.restarts();
    let after = room.callbacks()[0];
    assert_eq!((after.place_ms, after.priority_ms), (before.place_ms, 0));
    assert_eq!(after.attempts, 2);
    assert_eq!(room.outcome(2), Some(Outcome::Interrupted));
    assert_eq!(room.attempt(3).suppressed, Some(Suppression::Anonymous));
    // What was promised is remembered.
    room.registers(1);
    room.staffed(1);
    let told = room.promises().len();
    let first = room.waits(FIRST, BOOK);
    let mario = room.calls(MARIO);
    let by: Vec<i64> = room.promises().iter().map(|row| row.by_ms).collect();
    assert_eq!(by.len(), told + 1);
    assert!(by.is_sorted(), "{by:?}");
    room.hangs_up(mario);
    room.hangs_up(first);
}

#[test]
fn sound_that_is_lost_in_a_notice_wins_nothing_either() {
    let (mut room, _) = storm();
    let mario = room.calls(MARIO);
    room.tell(Input::MediaLost { leg: mario });
    assert_eq!(room.callback().priority_ms, 0);
    assert_eq!(room.attempt(1).ended_by, Some(Party::Network));
}

/// A short memory of chance: the same seed gives the same callers.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % n
    }
}

#[test]
fn redialling_never_improves_the_place() {
    for seed in 0..40 {
        let mut chance = Chance(seed);
        let (mut room, first) = storm();
        mario_is_listed(&mut room);
        let (place_ms, mut promised_ms) = (room.callback().place_ms, 0);
        for n in 0..40 {
            room.wait_s(u32::try_from(1 + chance.below(12)).expect("small"));
            let mario = room.rings(MARIO);
            match chance.below(6) {
                0 => room.hangs_up(mario),
                1 => room.tell(Input::MediaLost { leg: mario }),
                _ if was_refused(&room, mario) => {}
                _ => {
                    room.tell(Input::Answered { leg: mario });
                    for key in ["", "1", "2", "9", "11", "*1"]
                        [usize::try_from(chance.below(6)).expect("small")]
                    .chars()
                    {
                        room.presses(mario, key);
                    }
                    room.wait_s(NOTICE_S_MAX);
                }
            }
            let case = room.callback();
            assert_eq!(
                (case.place_ms, case.priority_ms),
                (place_ms, 0),
                "seed {seed}, call {n}"
            );
            assert_eq!(case.attempts, n + 2);
            assert!(room.needs().len() <= 2);
            let by_ms = room.promises().last().map_or(0, |row| row.by_ms);
            assert!(by_ms >= promised_ms, "seed {seed}, call {n}");
            promised_ms = by_ms;
        }
        room.hangs_up(first);
    }
}

#[test]
fn asking_for_a_call_again_and_again_wins_no_time_from_a_priority() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    room.restarts();
    let before = room.callback().clone();
    assert!(before.priority_ms > 0);
    for _ in 0..3 {
        let mario = room.waits(MARIO, BOOK);
        room.presses(mario, '*');
        room.heard(mario);
    }
    let after = room.callback();
    assert_eq!(
        (after.place_ms, after.priority_ms),
        (before.place_ms, before.priority_ms)
    );
    assert_eq!(after.attempts, 4);
    assert_eq!(room.needs()[0].queue, Some(QueueId(1)));
}
