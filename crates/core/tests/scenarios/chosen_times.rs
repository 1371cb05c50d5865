//! Another time to be called, chosen by key: said back, confirmed, kept, and moved to the next day that
//! can keep it.

use std::collections::BTreeMap;

use cuptel_core::dialplan::{NumberByKey, Step as PlanStep, TimeWindow, When};
use cuptel_core::id::{LegId, TenantId};
use cuptel_core::rules::PromptId;
use cuptel_core::why::Hold;
use cuptel_core::words::CallbackEventKind;

use crate::room::{
    BOOK, CONFIRMED, GRACE_S, MARIO, Room, WHEN_CHOSEN, WHEN_CONFIRM, WHEN_KEPT, WHEN_NOT_THEN,
};

const ASK: PromptId = PromptId(400);
const SAYS: [PromptId; 4] = [PromptId(401), PromptId(402), PromptId(403), PromptId(404)];
const HOUR_S: u32 = 3_600;

/// It is ten o'clock. 1: from eleven to one; 2: from eight to nine, which is over; 3: from eleven at
/// night; 4: tomorrow from nine to noon; 5: in eight days, when a debt is too old.
fn when() -> When {
    let window = |days_ahead, (from, until): (u32, u32), say| TimeWindow {
        days_ahead,
        from_min: from * 60,
        until_min: until * 60,
        say,
    };
    When {
        ask: ASK,
        windows: BTreeMap::from([
            ('1', window(0, (11, 13), SAYS[0])),
            ('2', window(0, (8, 9), SAYS[1])),
            ('3', window(0, (23, 24), SAYS[2])),
            ('4', window(1, (9, 12), SAYS[3])),
            ('5', window(8, (9, 12), SAYS[3])),
        ]),
    }
}

/// Mario wishes to be called, and is asked when.
fn asked() -> (Room, LegId) {
    let mut room = Room::with(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1)).expect("the tenant");
        for step in &mut tenant.dialplan.steps {
            if let PlanStep::Callback {
                by_key, when: asks, ..
            } = step
            {
                *asks = Some(Box::new(when()));
                *by_key = NumberByKey {
                    tries: 2,
                    ..NumberByKey::default()
                };
            }
        }
    });
    let mario = room.waits(MARIO, BOOK);
    room.presses(mario, '*');
    (room, mario)
}

fn said(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something was said")
}

fn hour_ms(room: &Room, hours: i64) -> i64 {
    room.now_ms() / 3_600_000 * 3_600_000 + hours * 3_600_000
}

#[test]
fn the_chosen_hours_are_said_back_confirmed_and_kept() {
    let (mut room, mario) = asked();
    assert_eq!(
        said(&room, mario),
        [CONFIRMED, ASK],
        "owed before it is asked"
    );
    let id = room.callback().id;
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [WHEN_CHOSEN, SAYS[0], WHEN_CONFIRM]);
    assert_eq!(room.chosen_of(id), None);
    room.presses(mario, '1');
    assert_eq!(said(&room, mario), [WHEN_KEPT]);
    let chosen = room.chosen_of(id).unwrap();
    let (from_ms, until_ms) = (hour_ms(&room, 1), hour_ms(&room, 3));
    assert_eq!((chosen.from_ms, chosen.until_ms), (from_ms, until_ms));
    assert_eq!(room.promises().last().unwrap().by_ms, until_ms);
    let told = room.callback_events_of_all();
    assert!(told.contains(&CallbackEventKind::TimeChosen));
    room.heard(mario);
    room.staffed(1);
    room.wait_s(GRACE_S + 60);
    assert_eq!(room.offered(), None, "not before eleven");
    let why = room.why(id.0).unwrap();
    let held = Hold::TimeChosen { until_ms: from_ms };
    assert!(why.holds.contains(&held), "{:?}", why.holds);
    room.restarts();
    room.staffed(1);
    assert_eq!(room.offered(), None, "nor after a restart");
    room.wait_s(HOUR_S);
    room.staffed(1);
    assert!(room.offered().is_some());
}

#[test]
fn hours_that_are_over_or_in_which_nobody_works_or_too_late_are_refused_with_a_word() {
    for key in ['2', '3', '5'] {
        let (mut room, mario) = asked();
        room.presses(mario, key);
        assert_eq!(said(&room, mario), [WHEN_NOT_THEN, ASK], "{key}");
        room.presses(mario, key);
        assert_eq!(said(&room, mario), [WHEN_NOT_THEN], "{key}: no tries left");
        room.heard(mario);
        assert_eq!(room.chosen_of(room.callback().id), None);
        room.staffed(1);
        room.wait_s(GRACE_S);
        assert!(room.offered().is_some(), "they are called as anybody");
    }
}

#[test]
fn who_says_nothing_or_hangs_up_is_called_as_anybody() {
    let (mut room, mario) = asked();
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
    assert_eq!(room.callback().attempts, 1);
}

#[test]
fn hours_that_pass_without_a_call_are_those_of_the_next_day() {
    let (mut room, mario) = asked();
    let id = room.callback().id;
    room.presses(mario, '1');
    room.presses(mario, '1');
    room.heard(mario);
    let chosen = room.chosen_of(id).unwrap();
    // Nobody works until four in the afternoon.
    room.wait_s(6 * HOUR_S);
    let moved = room.chosen_of(id).unwrap();
    assert_eq!(moved.from_ms, chosen.from_ms + 86_400_000);
    room.staffed(1);
    assert_eq!(room.offered(), None);
    room.wait_s(19 * HOUR_S + 60);
    room.staffed(1);
    assert!(room.offered().is_some());
}

#[test]
fn tomorrow_may_be_chosen_and_is_forgotten_with_the_callback() {
    let (mut room, mario) = asked();
    let id = room.callback().id;
    room.presses(mario, '4');
    room.presses(mario, '2');
    assert_eq!(said(&room, mario), [ASK], "another time after all");
    room.presses(mario, '4');
    room.presses(mario, '1');
    let chosen = room.chosen_of(id).unwrap();
    assert_eq!(chosen.from_ms, hour_ms(&room, 23));
    room.heard(mario);
    room.staffed(1);
    // They ring in themselves meanwhile, and are served.
    room.wait_s(GRACE_S);
    let again = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(again);
    assert_eq!(room.chosen_of(id), None);
}
