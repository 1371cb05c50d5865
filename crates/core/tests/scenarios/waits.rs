//! How long callers on the line are told that they wait.

use cuptel_core::dialplan::Step as PlanStep;
use cuptel_core::id::TenantId;
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::words::{Chosen, Disposition};

use crate::room::{BOOK, EXPECTED_S, GRACE_S, LUCIA, MARIO, Room, WRAP_UP_S};

const FIRST_IN_LINE: PromptId = PromptId(2);
const FARTHER_BACK: PromptId = PromptId(4);
const ANNOUNCE_S: u32 = 30;

fn telling(rules: &mut Rules) {
    let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the tenant");
    for step in &mut tenant.dialplan.steps {
        if let PlanStep::Queue { announce, .. } = step {
            announce.wait = true;
        }
    }
}

fn under(minutes: u32) -> PromptId {
    PromptId(200 + minutes)
}

/// One seat talks; Mario and Lucia wait.
fn crowded() -> (Room, [cuptel_core::id::LegId; 2]) {
    let mut room = Room::with(telling);
    room.staffed(1);
    room.waits("+393330001001", BOOK);
    room.seat_picks_up();
    let mario = room.waits(MARIO, BOOK);
    let lucia = room.waits(LUCIA, BOOK);
    (room, [mario, lucia])
}

#[test]
fn a_caller_is_told_a_wait_that_nine_of_ten_keep() {
    let (mut room, [mario, lucia]) = crowded();
    room.wait_s(ANNOUNCE_S);
    // Works of 330 s by one seat: 13 minutes cover nine of ten waits for the first, 22 for two.
    assert_eq!(room.said_to(mario), Some(vec![FIRST_IN_LINE, under(15)]));
    assert_eq!(room.said_to(lucia), Some(vec![FARTHER_BACK, under(25)]));
    let [first, second] = room.promises() else {
        panic!("{:?}", room.promises());
    };
    assert_eq!(first.by_ms - first.told_ms, 15 * 60_000);
    assert_eq!(second.by_ms - second.told_ms, 25 * 60_000);
    assert!(first.callback.is_none() && second.callback.is_none());
}

#[test]
fn who_was_told_a_wait_is_never_told_a_longer_one() {
    let (mut room, [_, lucia]) = crowded();
    room.wait_s(ANNOUNCE_S);
    room.staffed(2);
    room.seat_picks_up();
    // Every other time falls together with the offer to be called back.
    room.wait_s(2 * ANNOUNCE_S);
    assert_eq!(room.said_to(lucia), Some(vec![FIRST_IN_LINE, under(8)]));
    // One of the two goes after this call: it will take longer, and the place alone is said.
    room.chooses(2, Chosen::Paused);
    room.wait_s(ANNOUNCE_S);
    assert_eq!(room.said_to(lucia), Some(vec![FIRST_IN_LINE]));
    let told: Vec<i64> = room.promises().iter().map(|row| row.by_ms).collect();
    assert_eq!(told.len(), 4, "{told:?}");
}

#[test]
fn where_nobody_is_there_a_caller_is_told_the_place_alone() {
    let mut room = Room::with(telling);
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(ANNOUNCE_S);
    assert_eq!(room.said_to(mario), Some(vec![FIRST_IN_LINE]));
    assert!(room.promises().is_empty());
}

#[test]
fn the_look_at_a_queue_says_what_a_new_caller_has_to_expect() {
    let mut room = Room::with(telling);
    assert_eq!(room.wait_of_queue(), None, "nobody could serve them");
    room.staffed(1);
    assert_eq!(room.wait_of_queue().map(|wait| wait.high_s), Some(0));
    room.waits(MARIO, BOOK);
    room.seat_picks_up();
    let wait = room.wait_of_queue().expect("somebody serves");
    assert_eq!(wait.mean_s, 330);
    assert!(wait.low_s < 50 && wait.high_s > 700, "{wait:?}");
}

/// What a caller who entered the queue now would wait on the mean, while the one seat is busy:
/// one work.
fn mean_wait_s(room: &Room) -> u32 {
    room.wait_of_queue().expect("somebody is there").mean_s
}

#[test]
fn a_dial_that_reaches_nobody_makes_no_wait_shorter() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert_eq!(mean_wait_s(&room), EXPECTED_S + WRAP_UP_S);
    let person = room.rung().expect("a number is dialled");
    room.not_answered(person, 486);
    assert_eq!(mean_wait_s(&room), EXPECTED_S + WRAP_UP_S);
}

#[test]
fn a_wrap_up_counts_for_as_long_as_it_took() {
    let mut room = Room::new();
    room.staffed(1);
    let lucia = room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    room.wait_s(EXPECTED_S + WRAP_UP_S - 160);
    room.hangs_up(lucia);
    assert_eq!(mean_wait_s(&room), EXPECTED_S + WRAP_UP_S, "it goes on");
    room.disposes(1, Disposition::Done);
    // The next one is there, so that the seat is busy.
    room.waits(MARIO, BOOK);
    assert_eq!(mean_wait_s(&room), EXPECTED_S + WRAP_UP_S - 160 / 16);
}
