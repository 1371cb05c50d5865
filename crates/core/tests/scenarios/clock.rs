//! Somebody sets the wall clock: what was to last lasts as long, and what is to happen at an hour
//! of the day happens at that hour of the new time.

use cuptel_core::calendar::{ContactWindow, parse_zone};
use cuptel_core::id::QueueId;
use cuptel_core::record::Work;
use cuptel_core::rules::{AnswerTarget, PromptId, Rules};
use cuptel_core::step::Effect;
use cuptel_core::words::Outcome;

use crate::room::{BOOK, BUSY_S, GRACE_S, LUCIA, MARIO, Room, SERVE_WAITING_S};

const HOUR_S: u32 = 3_600;
/// Both ways, and by more than a registration and any wait lasts.
const STEPS_S: [i64; 2] = [2 * 3_600, -2 * 3_600];

/// People may be rung between these hours; the room begins at ten.
fn rung(hours: &'static str) -> impl FnOnce(&mut Rules) {
    move |rules| {
        let zone = parse_zone("Europe/Rome").expect("a zone");
        for queue in rules.queues.values_mut() {
            queue.callback.window = ContactWindow::parse(hours, zone).expect("a window");
        }
    }
}

/// Somebody who gave up, and rests.
fn owed(room: &mut Room) {
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
}

#[test]
fn a_phone_is_where_it_is_for_as_long_as_it_said() {
    for by_s in STEPS_S {
        let mut room = Room::new();
        room.staffed(1);
        room.registers_for(1, 1_800);
        room.wait_s(60);
        room.sets_clock(by_s);
        assert!(room.is_reachable(1), "{by_s}");
        let mario = room.waits(MARIO, BOOK);
        assert_eq!(room.offered().map(|(seat, _)| seat), Some(1), "{by_s}");
        room.hangs_up(mario);
        room.wait_s(1_800 - 61);
        assert!(room.is_reachable(1), "{by_s}");
        room.wait_s(1);
        assert!(!room.is_reachable(1), "{by_s}");
    }
}

#[test]
fn a_start_after_the_clock_was_set_asks_the_phones_that_are_there() {
    for by_s in STEPS_S {
        let mut room = Room::new();
        room.registers_for(1, 1_800);
        room.sets_clock(by_s);
        room.wait_s(60);
        room.restarts();
        let asks = |effect: &Effect| matches!(effect, Effect::Probe { .. });
        assert_eq!(room.count(asks), 1, "{by_s}");
        room.wait_s(1_800);
        room.restarts();
        assert_eq!(room.count(asks), 1, "{by_s}");
    }
}

#[test]
fn hours_in_which_people_may_be_rung_begin_with_the_clock_set_forward() {
    let mut room = Room::with(rung("13:00-20:00"));
    owed(&mut room);
    room.staffed(1);
    room.wait_s(HOUR_S);
    room.sets_clock(2 * 3_600 - 60);
    assert_eq!(room.offered(), None);
    room.wait_s(59);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some());
}

#[test]
fn hours_in_which_people_may_be_rung_end_and_begin_again_with_the_clock_set_back() {
    let mut room = Room::with(rung("08:00-20:00"));
    owed(&mut room);
    room.wait_s(GRACE_S);
    room.sets_clock(-3 * 3_600);
    room.staffed(1);
    assert_eq!(room.offered(), None, "it is seven o'clock and a bit");
    room.wait_s(HOUR_S - GRACE_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert!(room.offered().is_some(), "it was due before, and is now");
}

#[test]
fn who_has_just_tried_rests_as_long_as_ever() {
    for by_s in STEPS_S {
        let mut room = Room::new();
        owed(&mut room);
        room.staffed(1);
        room.wait_s(60);
        room.sets_clock(by_s);
        room.wait_s(GRACE_S - 61);
        assert_eq!(room.offered(), None, "{by_s}");
        room.wait_s(1);
        assert!(room.offered().is_some(), "{by_s}");
    }
}

#[test]
fn who_waits_when_the_clock_is_set_keeps_the_place_and_closing_comes_by_the_new_time() {
    for by_s in STEPS_S {
        let mut room = Room::new();
        let mario = room.waits(MARIO, BOOK);
        room.sets_clock(by_s);
        let _lucia = room.waits(LUCIA, BOOK);
        room.staffed(1);
        room.seat_picks_up();
        assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()), "{by_s}");
        room.hangs_up(mario);
    }
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.sets_clock(8 * 3_600 - 60);
    room.wait_s(60 + SERVE_WAITING_S - 1);
    let told = |room: &Room| room.said_to(mario) == Some(vec![PromptId(7)]);
    assert!(!told(&room), "still served");
    room.wait_s(1);
    assert!(told(&room), "we call back");
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
}

#[test]
fn nobody_has_waited_for_longer_because_the_clock_was_set() {
    for by_s in STEPS_S {
        let mut room = Room::with(|rules| {
            let queue = rules.queues.get_mut(&QueueId(1)).expect("the queue");
            queue.answer_targets = vec![AnswerTarget {
                share: 0.5,
                within_s: 600,
            }];
        });
        room.waits(MARIO, BOOK);
        room.wait_s(10);
        room.sets_clock(by_s);
        room.staffed(1);
        room.seat_picks_up();
        let waits = room.tenant(0).recent;
        assert_eq!((waits.waits, waits.wait_p95_s), (1, Some(10)), "{by_s}");
    }
}

#[test]
fn who_was_busy_is_tried_again_after_as_long_as_ever() {
    for by_s in STEPS_S {
        let mut room = Room::new();
        owed(&mut room);
        room.staffed(1);
        room.wait_s(GRACE_S);
        let seat = room.seat_picks_up();
        let person = room.rung().expect("rung");
        room.not_answered(person, 486);
        room.heard(seat);
        room.wait_s(60);
        room.sets_clock(by_s);
        let left_ms = i64::from(BUSY_S - 60) * 1_000;
        assert_eq!(
            room.callback().not_before_ms,
            room.now_ms() + left_ms,
            "{by_s}, on disk too"
        );
        room.wait_s(BUSY_S - 61);
        assert_eq!(room.offered(), None, "{by_s}");
        room.wait_s(1);
        assert!(room.offered().is_some(), "{by_s}");
    }
}

#[test]
fn who_was_owed_a_call_by_a_fast_clock_is_not_overtaken() {
    let mut room = Room::new();
    owed(&mut room);
    room.sets_clock(-2 * 3_600);
    room.wait_s(60);
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.wait_s(GRACE_S);
    room.staffed(1);
    let first = room.callbacks()[0].id;
    assert_eq!(room.last_offer().work, Work::Callback(first));
    assert_eq!(room.number_of(room.callbacks()[0]), MARIO);
}

#[test]
fn an_opening_comes_when_the_new_clock_says_so() {
    let mut room = Room::new();
    // It closes at six and opens at eight; the room begins at ten.
    room.wait_s(10 * HOUR_S);
    let mario = room.calls(MARIO);
    room.heard(mario);
    room.staffed(1);
    room.sets_clock(-2 * 3_600);
    room.wait_s(12 * HOUR_S);
    assert_eq!(room.offered(), None, "it is six o'clock");
    room.wait_s(2 * HOUR_S);
    assert!(room.offered().is_some(), "it is eight o'clock");
}
