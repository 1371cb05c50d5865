//! What is kept of a decision, and what is said of a work that waits.

use std::collections::BTreeMap;

use cuptel_core::id::{OperatorId, QueueId, SeatId};
use cuptel_core::matching::{Eligibility, InLine, Passing, SHOWN_MAX};
use cuptel_core::profile::Profile;
use cuptel_core::record::Work;
use cuptel_core::rules::{Relaxation, Rules, Strategy};
use cuptel_core::step::Command;
use cuptel_core::task::TaskTold;
use cuptel_core::why::{Hold, WaitingNow};
use cuptel_core::words::Chosen;

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, Room};

fn seats(now: &WaitingNow) -> BTreeMap<Eligibility, u32> {
    let group = |group: &cuptel_core::why::SeatsNow| (group.eligibility, group.seats);
    now.seats.iter().map(group).collect()
}

#[test]
fn a_decision_names_who_was_free_in_their_order_and_the_rules_in_force() {
    let mut room = Room::new();
    room.staffed(1);
    room.wait_s(10);
    room.staffed(2);
    room.waits(MARIO, BOOK);
    let decision = room.last_decision();
    let why = &decision.explanation;
    assert_eq!(decision.at_ms, room.now_ms());
    assert_eq!((why.strategy, why.free), (Strategy::LongestIdle, 2));
    let named: Vec<SeatId> = why.seats.iter().map(|seat| seat.seat).collect();
    assert_eq!(named, [SeatId(1), SeatId(2)]);
    assert!(
        why.seats
            .iter()
            .all(|it| it.eligibility == Eligibility::Eligible)
    );
    assert!(why.passed_over.is_empty());
}

#[test]
fn a_decision_says_who_stood_before_and_why_the_seat_did_not_get_them() {
    let mut room = Room::with(|rules| {
        rules
            .queues
            .get_mut(&QueueId(1))
            .expect("it is there")
            .matching
            .relax = vec![Relaxation {
            after_s: 600,
            skills: BTreeMap::new(),
        }];
    });
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, leg) = room.offered().unwrap();
    room.not_answered(leg, 603);
    room.wait_s(60);
    room.waits(LUCIA, BOOK);
    let why = &room.last_decision().explanation;
    let [mario] = &why.passed_over[..] else {
        panic!("Mario alone stands before: {why:?}");
    };
    assert_eq!(mario.work, InLine::Attempt(room.attempt(0).id));
    assert_eq!((mario.queue, mario.why), (QueueId(1), Passing::Refused));
    // And the other way round, for him: the seat that he must not go to.
    room.staffed(2);
    let why = &room.last_decision().explanation;
    assert_eq!(room.last_offer().work, Work::Attempt(room.attempt(0).id));
    assert!(why.passed_over.is_empty());
}

#[test]
fn a_decision_stays_small_however_many_wait() {
    let mut room = Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            queue.callback.grace_s = 0;
        }
        let trunk = rules.trunks.values_mut().next().expect("there is one");
        trunk.outbound = false;
    });
    for nth in 0..20 {
        let leg = room.waits(&format!("+3933310002{nth:02}"), BOOK);
        room.hangs_up(leg);
    }
    room.wait_s(1);
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let why = &room.last_decision().explanation;
    assert_eq!(why.passed_over.len(), SHOWN_MAX);
    assert!(
        why.passed_over
            .iter()
            .all(|it| it.why == Passing::NotDialled)
    );
}

#[test]
fn the_line_of_a_queue_has_callers_and_callbacks_in_the_order_that_why_counts() {
    let mut room = Room::with(|rules| {
        for queue in rules.queues.values_mut() {
            queue.callback.grace_s = 0;
        }
        let trunk = rules.trunks.values_mut().next().expect("there is one");
        trunk.outbound = false;
    });
    let gone = room.waits(MARIO, BOOK);
    room.hangs_up(gone);
    room.wait_s(10);
    room.waits(LUCIA, BOOK);
    room.wait_s(10);
    let gone = room.waits("+393331000211", BOOK);
    room.hangs_up(gone);
    room.wait_s(1);
    let line = room.in_line("book");
    let on_line: Vec<bool> = line.iter().map(|it| it.on_line).collect();
    assert_eq!(on_line, [false, true, false], "by place, not by kind");
    for (nth, it) in line.iter().enumerate() {
        let id = it.attempt.map(|id| id.0).or(it.callback.map(|id| id.0));
        let why = room.why(id.expect("it is a work")).expect("it waits");
        assert_eq!((it.ahead, why.ahead), (nth, nth));
    }
}

#[test]
fn who_waits_is_told_what_every_seat_is_doing() {
    let mut room = Room::new();
    room.waits(MARIO, BOOK);
    let mario = room.attempt(0).id.0;
    let now = room.why(mario).unwrap();
    assert_eq!((now.queue.as_str(), now.ahead), ("book", 0));
    assert_eq!(now.asks, BTreeMap::from([("all".to_owned(), 1)]));
    assert_eq!(seats(&now), [(Eligibility::SignedOut, 2)].into());
    room.staffed(1);
    room.seat_picks_up();
    // He talks: nothing waits by that name.
    assert_eq!(room.why(mario), None);
    room.waits(LUCIA, BOOK);
    room.staffed(2);
    let (_, leg) = room.offered().unwrap();
    let lucia = room.attempt(1).id.0;
    assert_eq!(room.why(lucia).unwrap().seat.as_deref(), Some("102"));
    room.not_answered(leg, 603);
    let now = room.why(lucia).unwrap();
    assert_eq!(
        seats(&now),
        [(Eligibility::Busy, 1), (Eligibility::Refused, 1)].into()
    );
    room.chooses(1, Chosen::Paused);
    assert_eq!(seats(&room.why(lucia).unwrap())[&Eligibility::Paused], 1);
    room.unregisters(1);
    room.chooses(1, Chosen::Available);
    assert_eq!(
        seats(&room.why(lucia).unwrap())[&Eligibility::Unreachable],
        1
    );
    assert_eq!(room.why(7), None);
}

#[test]
fn a_callback_that_waits_is_told_what_holds_it_back() {
    let mut room = Room::new();
    let leg = room.waits(MARIO, BOOK);
    room.hangs_up(leg);
    let id = room.callback().id.0;
    let until_ms = room.callback().not_before_ms;
    assert_eq!(room.why(id).unwrap().holds, [Hold::NotDue { until_ms }]);
    let again = room.calls(MARIO);
    assert!(room.why(id).unwrap().holds.contains(&Hold::InACall));
    room.hangs_up(again);
    room.wait_s(GRACE_S + 1);
    assert_eq!(room.why(id).unwrap().holds, []);
    room.reloads(|rules| {
        rules
            .trunks
            .values_mut()
            .next()
            .expect("there is one")
            .outbound = false;
    })
    .unwrap();
    assert_eq!(room.why(id).unwrap().holds, [Hold::NoChannel]);
    room.holds(true);
    assert_eq!(
        room.why(id).unwrap().holds,
        [Hold::NotStored, Hold::NoChannel]
    );
}

#[test]
fn less_is_asked_and_it_is_said_from_when_on() {
    let mut room = Room::with(|rules| {
        let book = rules.queues.get_mut(&QueueId(1)).expect("it is there");
        book.matching.relax = vec![Relaxation {
            after_s: 60,
            skills: BTreeMap::new(),
        }];
        book.skills = BTreeMap::from([("all".to_owned(), 2)]);
    });
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let id = room.attempt(0).id.0;
    let now = room.why(id).unwrap();
    assert_eq!(now.asks_less_at_ms, Some(room.now_ms() + 60_000));
    assert_eq!(seats(&now)[&Eligibility::LacksSkills], 1);
    room.wait_s(60);
    let why = &room.last_decision().explanation;
    assert_eq!((why.step, why.seats[0].ring), (1, 1));
}

const HOUR_MS: i64 = 3_600_000;

/// A task of a queue, in so many hours; anybody's, or one operator's.
fn task(room: &mut Room, queue: &str, in_h: i64, operator: Option<&str>) {
    let told = TaskTold {
        tenant: "asl".to_owned(),
        queue: queue.to_owned(),
        title: "agenda".to_owned(),
        due_ms: Some(room.now_ms() + in_h * HOUR_MS),
        operator: operator.map(str::to_owned),
        interruptible: None,
        request_key: None,
    };
    let added = room.commands(Command::AddTasks(vec![told]));
    added.expect("it is a task");
}

fn does_not_serve(room: &mut Room, operator: &str, queue: i64) {
    let profile = Profile {
        not_queues: [QueueId(queue)].into(),
        ..Profile::default()
    };
    room.needs_of(operator, profile);
}

#[test]
fn an_offer_of_a_task_names_who_was_free_and_who_was_passed_over_by_which_rule() {
    let mut room = Room::new();
    does_not_serve(&mut room, "anna", 1);
    room.staffed(1);
    room.wait_s(10);
    room.staffed(2);
    task(&mut room, "book", 5, None);
    let added_ms = room.now_ms();
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(room.task(0).id));
    let decision = room.decision_of_task(room.task(0).id);
    let why = &decision.explanation;
    let seats = why.seats.iter().map(|it| (it.seat.0, it.eligibility));
    let named = [(1, Eligibility::Profile), (2, Eligibility::Eligible)];
    assert_eq!(seats.collect::<Vec<_>>(), named);
    assert!(why.seats[0].idle_since_ms < why.seats[1].idle_since_ms);
    assert_eq!((why.strategy, why.free), (Strategy::LongestIdle, 1));
    assert_eq!(why.place_ms, added_ms);
    assert_eq!(why.key_ms, added_ms + 5 * HOUR_MS);
    assert_eq!((why.knows_them, why.passed_over.len()), (false, 0));
}

#[test]
fn an_offer_of_a_task_says_which_were_due_before_and_why_the_seat_did_not_get_them() {
    let mut room = Room::with(|rules: &mut Rules| {
        let cancel = rules.queues.get_mut(&QueueId(2)).expect("it is there");
        cancel.skills = BTreeMap::from([("all".to_owned(), 2)]);
        cancel.matching.relax = vec![Relaxation {
            after_s: 600,
            skills: BTreeMap::new(),
        }];
    });
    room.staffed(1);
    task(&mut room, "cancel", 10, None);
    task(&mut room, "book", 20, Some("bruno"));
    task(&mut room, "book", 30, None);
    task(&mut room, "book", 40, None);
    room.wait_s(2);
    let given = room.task(2).id;
    assert_eq!(room.task_at(1), Some(given));
    let passed = |room: &Room, task| {
        let passed = &room.decision_of_task(task).explanation.passed_over;
        let told = passed.iter().map(|it| (it.work, it.queue, it.why));
        told.collect::<Vec<_>>()
    };
    let (cancel, bruno) = (room.task(0).id, room.task(1).id);
    let of_bruno = Passing::WaitsForOperator(OperatorId(2));
    let before = [
        (InLine::Task(cancel), QueueId(2), Passing::AsksMore),
        (InLine::Task(bruno), QueueId(1), of_bruno),
    ];
    assert_eq!(passed(&room, given), before);
    // His own goes to him as his own; what is asked of the first is relaxed by then.
    room.wait_s(600);
    room.staffed(2);
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(cancel));
    let why = &room.decision_of_task(cancel).explanation;
    assert_eq!((why.step, why.knows_them), (1, false));
    room.commands(Command::WithdrawTask(cancel)).unwrap();
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(bruno));
    let why = &room.decision_of_task(bruno).explanation;
    let seats: Vec<SeatId> = why.seats.iter().map(|it| it.seat).collect();
    assert_eq!((why.knows_them, why.free), (true, 1));
    assert_eq!(seats, [SeatId(2)]);
}

#[test]
fn an_offer_of_a_task_is_kept_small_however_many_are_due_before() {
    let mut room = Room::new();
    does_not_serve(&mut room, "anna", 2);
    room.staffed(1);
    for in_h in 10..30 {
        task(&mut room, "cancel", in_h, Some("anna"));
    }
    task(&mut room, "book", 40, None);
    room.wait_s(2);
    let given = room.task(20).id;
    assert_eq!(room.task_at(1), Some(given));
    let why = &room.decision_of_task(given).explanation;
    assert_eq!(why.passed_over.len(), SHOWN_MAX);
    let first = why.passed_over.first().map(|it| it.work);
    assert_eq!(first, Some(InLine::Task(room.task(0).id)));
    let is_spared = |it: &cuptel_core::matching::PassedOver| it.why == Passing::NotEligible;
    assert!(why.passed_over.iter().all(is_spared));
}
