//! By when a caller on a notice line is told that they are called.

use cuptel_core::calendar::{ContactWindow, Zone};
use cuptel_core::id::QueueId;
use cuptel_core::words::{Chosen, Disposition};

use crate::room::{
    ANOTHER, BOOK, BY_TODAY, CONFIRM, GRACE_S, LISTED, LUCIA, MARIO, PUT_ON_LIST, Room, SOON,
    hour_spoken,
};
use crate::storm::{FIRST, SECOND, mario_is_listed, narrow, said, storm, told};

#[test]
fn a_time_that_cannot_be_kept_any_more_is_said_later_and_never_earlier_again() {
    let (mut room, _) = storm();
    mario_is_listed(&mut room);
    room.wait_s(800);
    let mario = room.calls(MARIO);
    assert_eq!(said(&room, mario), told(LISTED, 10, 2, ANOTHER));
    room.hangs_up(mario);
    // Another operator comes: it could be sooner now.
    room.staffed(2);
    room.chooses(2, Chosen::OneMoreThenPause);
    let mario = room.calls(MARIO);
    assert_eq!(said(&room, mario), told(LISTED, 10, 2, ANOTHER));
    let told: Vec<i64> = room.promises().iter().map(|row| row.by_ms).collect();
    assert!(told.is_sorted(), "{told:?}");
}

#[test]
fn whoever_waits_before_makes_the_promised_time_later() {
    let (mut room, first) = storm();
    for n in 1..=9 {
        let caller = room.calls(&format!("+39333000010{n}"));
        room.hangs_up(caller);
    }
    let mario = room.calls(MARIO);
    // From 10:03 on ten works of 330 s by one seat: 10:58.
    assert_eq!(
        said(&room, mario),
        [PUT_ON_LIST, BY_TODAY, hour_spoken(11), CONFIRM]
    );
    room.hangs_up(mario);
    // The conversation that is on lasts as long as ten were reckoned to: so long may others.
    room.wait_s(3_300);
    room.hangs_up(first);
    room.disposes(1, Disposition::Done);
    room.staffed(2);
    let second = room.waits(SECOND, BOOK);
    let lucia = room.calls(LUCIA);
    let mean_ms = 330_000 + (3_300_000 - 330_000) / 16;
    let by_ms = room.promises().last().expect("a time was said").by_ms;
    let rested_ms = room.now_ms() + i64::from(GRACE_S) * 1_000;
    let reckoned_ms = rested_ms + 12 * mean_ms / 2;
    assert!(
        (reckoned_ms..reckoned_ms + 900_000).contains(&by_ms),
        "{}",
        by_ms - rested_ms
    );
    room.hangs_up(lucia);
    room.hangs_up(second);
}

#[test]
fn where_nobody_is_there_no_time_is_told() {
    let mut room = Room::with(narrow);
    room.calls(FIRST);
    let mario = room.calls(MARIO);
    assert_eq!(said(&room, mario), [PUT_ON_LIST, SOON, CONFIRM]);
    assert!(room.promises().is_empty());
}

#[test]
fn a_time_lies_within_the_hours_in_which_people_are_rung() {
    let mut seen = [false; 2];
    // From the morning to the evening of a day, with a longer and longer list.
    for minutes in (0..10 * 60).step_by(37) {
        let mut room = Room::with(narrow);
        room.staffed(1);
        room.wait_s(minutes * 60);
        room.calls(FIRST);
        for n in 0..minutes / 37 {
            let caller = room.calls(&format!("+3933300{n:05}"));
            room.hangs_up(caller);
        }
        let mario = room.calls(MARIO);
        let words = said(&room, mario);
        let Some(promise) = room.promises().last().cloned() else {
            panic!("no time was said at {minutes}: {words:?}");
        };
        let window = ContactWindow::parse("08:00-18:00", Zone::Europe__Rome).expect("hours");
        assert!(window.is_open(promise.by_ms - 1), "{minutes}");
        assert_eq!(promise.by_ms % 900_000, 0);
        assert!(promise.by_ms >= room.now_ms() + i64::from(GRACE_S) * 1_000);
        seen[usize::from(words[1] != BY_TODAY)] = true;
    }
    assert_eq!(seen, [true, true], "some today and some tomorrow");
}

#[test]
fn no_time_lies_in_the_break_between_two_contact_windows() {
    let spans = || vec!["09:00-10:45".to_owned(), "11:30-13:00".to_owned()];
    let week = std::array::from_fn(|_| spans());
    let window = ContactWindow::weekly(&week, Zone::Europe__Rome).expect("hours");
    let mut seen = [false; 2];
    for before in 0..20 {
        let mut room = Room::with(|rules| {
            narrow(rules);
            for queue in rules.queues.values_mut() {
                queue.callback.window = window.clone();
            }
        });
        room.staffed(1);
        room.calls(FIRST);
        for n in 0..before {
            let caller = room.calls(&format!("+3933300{n:05}"));
            room.hangs_up(caller);
        }
        room.calls(MARIO);
        let by_ms = room.promises().last().expect("a time was said").by_ms;
        assert!(window.is_open(by_ms - 1), "{before} before");
        seen[usize::from(by_ms > room.now_ms() + 45 * 60_000)] = true;
    }
    assert_eq!(seen, [true, true], "some before the break and some after");
}

#[test]
fn who_may_still_ring_up_a_queue_that_weighs_more_makes_the_promised_time_later() {
    let promised_in_ms = |weight_s: u32| {
        let mut room = Room::with(|rules| {
            narrow(rules);
            let other = rules.queues.get_mut(&QueueId(2)).expect("a queue");
            other.matching.weight_s = weight_s;
        });
        room.staffed(1);
        room.waits(FIRST, BOOK);
        room.seat_picks_up();
        room.calls(MARIO);
        let row = room.promises().last().expect("a time was said");
        row.by_ms - row.told_ms
    };
    let hour_ms = 3_600_000;
    assert_eq!(promised_in_ms(3_600), promised_in_ms(0) + hour_ms);
}
