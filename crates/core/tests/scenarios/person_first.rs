//! The person is on the line before an operator: who presses 1 waits like a caller, at the place of
//! their callback; who presses nothing may be a machine.

use cuptel_core::id::LegId;
use cuptel_core::record::CallbackRow;
use cuptel_core::rules::Rules;
use cuptel_core::step::{Command, Effect, Input};
use cuptel_core::task::TaskTold;
use cuptel_core::why::Hold;
use cuptel_core::words::{
    CallbackState, ClosedHow, DialOrder, DialResult, DialState, NeedKind, OfferState, TaskState,
};

use crate::room::{
    BOOK, CANCEL, FIRST_CALLING, FIRST_CONNECTING, FIRST_DECLINED, FIRST_LATER, FIRST_MACHINE,
    FIRST_PRESS, GRACE_S, LEAVE, LUCIA, MARIO, RECONCILE_S, Room, book,
};

const KEY_S: u32 = 6;
const MACHINE_S: u32 = 7_200;

fn people_first(rules: &mut Rules) {
    book(rules).callback.person_first.order = DialOrder::PersonFirst;
}

/// Mario was not served, a seat is free, and he is called before anybody is on the line.
fn rung_first() -> (Room, LegId) {
    let mut room = Room::with(people_first);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let mario = room.rung().expect("he is rung");
    (room, mario)
}

fn answers() -> (Room, LegId) {
    let (mut room, mario) = rung_first();
    room.tell(Input::Answered { leg: mario });
    (room, mario)
}

/// He has heard it all, and pressed nothing.
fn is_silent(room: &mut Room, mario: LegId) {
    for _ in 0..2 {
        room.heard(mario);
        room.wait_s(KEY_S);
    }
}

/// The rest after a machine; the seat's phone registers anew meanwhile.
fn rests(room: &mut Room) {
    room.wait_s(MACHINE_S - 1);
    room.registers(1);
    room.wait_s(1);
}

fn joined(room: &Room, person: LegId) -> bool {
    room.was_done(|effect| matches!(effect, Effect::Bridge { a, .. } if *a == person))
}

fn place(row: &CallbackRow) -> (CallbackState, i64) {
    (row.state, row.place_ms)
}

#[test]
fn a_person_is_rung_without_a_seat_and_the_row_says_so() {
    let (room, mario) = rung_first();
    assert_eq!(room.offered(), None, "no phone of ours rings");
    let dial = room.dials()[0];
    assert_eq!((dial.order, dial.seat), (DialOrder::PersonFirst, None));
    assert_eq!(dial.state, DialState::InFlight);
    assert_eq!(room.callback().state, CallbackState::Dialling);
    assert!(!room.was_hung_up(mario));
}

#[test]
fn who_presses_1_is_joined_with_the_next_free_seat() {
    let (mut room, mario) = answers();
    assert_eq!(room.said_to(mario), Some(vec![FIRST_CALLING, FIRST_PRESS]));
    assert_eq!(room.offered(), None);
    room.presses(mario, '1');
    assert_eq!(room.said_to(mario), Some(vec![FIRST_CONNECTING]));
    assert_eq!(room.callback().state, CallbackState::AnsweredWaiting);
    room.seat_picks_up();
    assert!(joined(&room, mario));
    assert_eq!(room.callback().state, CallbackState::Talking);
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    let dial = room.dials()[0];
    assert_eq!(dial.result, Some(DialResult::Answered));
    assert!(dial.pressed_ms.is_some() && dial.seat.is_some());
}

#[test]
fn who_presses_1_without_a_free_seat_waits_before_who_came_later() {
    let (mut room, mario) = answers();
    let lucia = room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.presses(mario, '1');
    assert_eq!(room.offered(), None, "the seat talks with Lucia");
    let later = room.waits("0861555999", BOOK);
    room.wait_s(30);
    room.hangs_up(lucia);
    while room.offered().is_none() {
        room.wait_s(1);
    }
    room.seat_picks_up();
    assert!(joined(&room, mario), "the age of his callback is kept");
    room.hangs_up(mario);
    room.hangs_up(later);
}

#[test]
fn who_hangs_up_while_they_wait_is_owed_the_same_at_the_same_place() {
    let (mut room, mario) = answers();
    let before = place(room.callback()).1;
    let lucia = room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.presses(mario, '1');
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(place(room.callback()), (CallbackState::Waiting, before));
    assert_eq!(room.callback().tries, 0, "they were reached");
    let kinds: Vec<NeedKind> = room.needs().iter().map(|need| need.kind).collect();
    assert_eq!(kinds, [NeedKind::Missed]);
    assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
    room.hangs_up(lucia);
}

#[test]
fn the_message_that_ends_as_they_press_1_does_not_hang_up_on_them() {
    let (mut room, mario) = answers();
    let lucia = room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.presses(mario, '1');
    for token in 0..4 {
        room.tell(Input::PlayEnded { leg: mario, token });
    }
    assert!(!room.was_hung_up(mario));
    assert_eq!(room.callback().state, CallbackState::AnsweredWaiting);
    room.hangs_up(lucia);
}

#[test]
fn a_seat_that_rings_is_let_go_when_the_person_hangs_up() {
    let (mut room, mario) = answers();
    room.presses(mario, '1');
    room.hangs_up(mario);
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn who_presses_nothing_hears_a_message_and_is_called_later_without_a_try_spent() {
    let (mut room, mario) = answers();
    is_silent(&mut room, mario);
    assert_eq!(room.said_to(mario), Some(vec![FIRST_MACHINE]));
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.dials()[0].result, Some(DialResult::Machine));
    let owed = room.callback();
    let rested_ms = room.now_ms() + i64::from(MACHINE_S) * 1_000;
    assert_eq!((owed.not_before_ms, owed.tries), (rested_ms, 0));
    let why = room.why(owed.id.0).expect("it waits");
    let until_ms = rested_ms;
    assert!(why.holds.contains(&Hold::NotDue { until_ms }), "{why:?}");
}

#[test]
fn an_operator_is_on_the_line_first_after_so_many_machines() {
    let (mut room, mario) = answers();
    is_silent(&mut room, mario);
    room.heard(mario);
    rests(&mut room);
    let again = room.rung().expect("he is rung again");
    room.tell(Input::Answered { leg: again });
    is_silent(&mut room, again);
    room.heard(again);
    rests(&mut room);
    room.seat_picks_up();
    let dials = room.dials();
    let orders: Vec<DialOrder> = dials.iter().map(|dial| dial.order).collect();
    let first = DialOrder::PersonFirst;
    assert_eq!(orders, [first, first, DialOrder::OperatorFirst]);
}

#[test]
fn who_is_slow_and_presses_1_in_the_last_words_is_no_machine() {
    let (mut room, mario) = answers();
    is_silent(&mut room, mario);
    room.presses(mario, '1');
    room.seat_picks_up();
    assert!(joined(&room, mario));
}

#[test]
fn who_wants_no_call_says_so_twice() {
    let (mut room, mario) = answers();
    room.presses(mario, '2');
    assert_eq!(room.said_to(mario), Some(vec![LEAVE]));
    room.presses(mario, '2');
    assert_eq!(room.said_to(mario), Some(vec![FIRST_DECLINED]));
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
    assert_eq!(
        room.callback().closed_how,
        Some(ClosedHow::CancelledByPerson)
    );
}

#[test]
fn another_key_or_a_second_thought_is_another_time() {
    for keys in ["5", "25", "2"] {
        let (mut room, mario) = answers();
        for key in keys.chars() {
            room.presses(mario, key);
        }
        if keys == "2" {
            room.heard(mario);
            room.wait_s(KEY_S);
        }
        assert_eq!(room.said_to(mario), Some(vec![FIRST_LATER]), "{keys}");
        room.heard(mario);
        assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
        assert_eq!(room.callback().state, CallbackState::Waiting);
    }
}

#[test]
fn no_more_people_are_called_than_operators_are_free() {
    let mut room = Room::with(people_first);
    for user in [MARIO, LUCIA] {
        let leg = room.waits(user, BOOK);
        room.hangs_up(leg);
    }
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert_eq!(room.dials().len(), 1);
    let second = room.callbacks()[1].id;
    let why = room.why(second.0).expect("it waits");
    assert!(why.holds.contains(&Hold::AsManyAsFree), "{why:?}");
    room.staffed(2);
    assert_eq!(room.dials().len(), 2);
}

#[test]
fn who_rings_in_while_we_call_them_is_left_to_their_own_call() {
    let (mut room, mario) = rung_first();
    room.waits(MARIO, BOOK);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.dials()[0].result, Some(DialResult::Married));
    assert_eq!(room.callback().tries, 0);
}

#[test]
fn a_phone_that_is_not_answered_costs_a_try() {
    let (mut room, mario) = rung_first();
    room.tell(Input::NotAnswered {
        leg: mario,
        status: 486,
    });
    assert_eq!(room.dials()[0].result, Some(DialResult::Busy));
    let (mut room, mario) = rung_first();
    room.wait_s(120);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.dials()[0].result, Some(DialResult::NoAnswer));
    assert_eq!(room.callback().tries, 1);
}

#[test]
fn a_stop_tells_who_hears_us_and_lets_go_whose_phone_rings() {
    let (mut room, mario) = answers();
    room.commands(Command::Stop { drain_s: 20 })
        .expect("a stop");
    let is_over = |room: &Room| room.was_done(|effect| matches!(effect, Effect::Drained));
    assert_eq!(room.said_to(mario), Some(vec![FIRST_LATER]));
    assert!(!is_over(&room));
    room.heard(mario);
    assert!(is_over(&room));
    let (mut room, mario) = rung_first();
    room.commands(Command::Stop { drain_s: 20 })
        .expect("a stop");
    assert!(room.was_hung_up(mario) && is_over(&room));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_crash_while_it_is_not_known_who_answered_lets_the_callback_rest() {
    let (mut room, _) = answers();
    room.restarts();
    assert_eq!(room.callback().state, CallbackState::Unknown);
    room.wait_s(RECONCILE_S);
    assert_eq!(room.dials()[0].result, Some(DialResult::Unknown));
    let kinds: Vec<NeedKind> = room.needs().iter().map(|need| need.kind).collect();
    assert_eq!(kinds, [NeedKind::Missed], "nobody was cut off");
    let (mut room, mario) = answers();
    room.presses(mario, '1');
    room.restarts();
    room.wait_s(RECONCILE_S);
    assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
    let owed = room.callback();
    assert!(owed.priority_ms > 0, "who asked for an operator goes ahead");
}

#[test]
fn nobody_is_first_where_nothing_can_be_said_to_them_or_the_rules_say_otherwise() {
    for change in [
        (|rules| rules.prompts.person_first = None) as fn(&mut Rules),
        |rules| book(rules).callback.person_first.order = DialOrder::OperatorFirst,
    ] {
        let mut room = Room::with(|rules| {
            people_first(rules);
            change(rules);
        });
        let mario = room.waits(MARIO, BOOK);
        room.hangs_up(mario);
        room.staffed(1);
        room.wait_s(GRACE_S);
        assert!(room.offered().is_some());
        assert_eq!(room.dials().len(), 0);
    }
}

#[test]
fn who_has_said_twice_that_they_want_no_call_is_called_no_more_though_we_die() {
    let (mut room, mario) = answers();
    room.presses(mario, '2');
    room.presses(mario, '2');
    assert_eq!(room.said_to(mario), Some(vec![FIRST_DECLINED]));
    room.restarts();
    assert_eq!(room.callback().state, CallbackState::Unknown);
    room.wait_s(RECONCILE_S);
    assert_eq!(room.dials()[0].result, Some(DialResult::Declined));
    assert_eq!(
        room.callback().closed_how,
        Some(ClosedHow::CancelledByPerson)
    );
}

#[test]
fn what_fails_on_our_side_spends_no_try() {
    let (mut room, mario) = answers();
    room.tell(Input::MediaFailed { leg: mario });
    assert_eq!(room.dials()[0].result, Some(DialResult::Cancelled));
    assert_eq!(room.callback().tries, 0);
    let (mut room, mario) = answers();
    room.tell(Input::MediaLost { leg: mario });
    assert_eq!(room.callback().tries, 1, "their line fell silent");
}

#[test]
fn a_callback_of_another_queue_leaves_the_seat_to_who_was_called_first() {
    let mut room = Room::with(people_first);
    for (user, key) in [(MARIO, BOOK), (LUCIA, CANCEL)] {
        let leg = room.waits(user, key);
        room.hangs_up(leg);
        room.wait_s(1);
    }
    room.staffed(1);
    room.wait_s(GRACE_S);
    let mario = room.rung().expect("the oldest is rung first");
    assert_eq!(room.offered(), None, "the seat is counted for him");
    let lucia = room.callbacks()[1].id;
    let why = room.why(lucia.0).expect("she waits");
    assert!(why.holds.contains(&Hold::AsManyAsFree), "{why:?}");
    room.tell(Input::Answered { leg: mario });
    room.presses(mario, '1');
    room.seat_picks_up();
    assert!(joined(&room, mario));
    let (mut room, mario) = answers();
    let lucia = room.waits(LUCIA, CANCEL);
    assert!(room.offered().is_some(), "callers go before everybody");
    room.hangs_up(lucia);
    room.hangs_up(mario);
}

fn agenda() -> TaskTold {
    TaskTold {
        tenant: "asl".to_owned(),
        queue: "book".to_owned(),
        title: "agenda".to_owned(),
        due_ms: None,
        operator: None,
        interruptible: None,
        request_key: None,
    }
}

#[test]
fn a_task_leaves_the_seat_to_who_was_called_first() {
    let (mut room, mario) = rung_first();
    room.commands(Command::AddTasks(vec![agenda()]))
        .expect("a task");
    room.wait_s(5);
    assert_eq!(room.task(0).state, TaskState::Waiting);
    room.not_answered(mario, 486);
    room.wait_s(5);
    assert_eq!(room.task(0).state, TaskState::Offered);
}

#[test]
fn of_two_free_seats_tasks_take_one_and_leave_the_other_to_who_was_called_first() {
    let (mut room, mario) = rung_first();
    room.staffed(2);
    room.commands(Command::AddTasks(vec![agenda(), agenda()]))
        .expect("two tasks");
    room.wait_s(5);
    let offered = |room: &Room| {
        (0..2)
            .filter(|nth| room.task(*nth).state == TaskState::Offered)
            .count()
    };
    assert_eq!(offered(&room), 1);
    room.not_answered(mario, 486);
    room.wait_s(5);
    assert_eq!(offered(&room), 2);
}
