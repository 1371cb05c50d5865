//! Work without a call: offered when nobody calls, left for those who would wait too long, and
//! never lost on the way.

use std::collections::BTreeMap;

use cuptel_core::id::{QueueId, TaskId};
use cuptel_core::matching::Eligibility;
use cuptel_core::profile::Profile;
use cuptel_core::rules::{AnswerTarget, Rules, TaskPolicy};
use cuptel_core::staffing::WhyNotTaken;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::task::TaskTold;
use cuptel_core::trial::{TrialError, TrialKind};
use cuptel_core::why::Hold;
use cuptel_core::words::{Chosen, TaskEventKind, TaskState, WorkKind, WorkState};

use crate::room::{BOOK, MARIO, Room};

const LEASE_S: u32 = 60;
const REST_S: u32 = 100;
const HOUR_S: u32 = 3_600;

/// Callers are to be answered within 20 s, and half of that puts it at risk.
fn office(rules: &mut Rules) {
    for queue in rules.queues.values_mut() {
        queue.tasks = TaskPolicy {
            lease_s: LEASE_S,
            rest_s: REST_S,
            rest_max_s: 4 * REST_S,
            keep_s: 7_200,
            ..TaskPolicy::default()
        };
        queue.answer_targets = vec![AnswerTarget {
            share: 0.5,
            within_s: 20,
        }];
    }
}

fn told(title: &str, due_ms: Option<i64>) -> TaskTold {
    TaskTold {
        tenant: "asl".to_owned(),
        queue: "book".to_owned(),
        title: title.to_owned(),
        due_ms,
        operator: None,
        interruptible: None,
        request_key: None,
    }
}

fn adds(room: &mut Room, tasks: Vec<TaskTold>) -> Result<(), CommandError> {
    room.commands(Command::AddTasks(tasks))
}

/// A room with one task, and anna at work to whom it is offered.
fn offered() -> (Room, TaskId) {
    let mut room = Room::with(office);
    room.staffed(1);
    adds(&mut room, vec![told("agenda", None)]).expect("it is a task");
    room.wait_s(2);
    let task = room.task(0).id;
    assert_eq!(room.task(0).state, TaskState::Offered);
    (room, task)
}

#[test]
fn the_same_request_again_adds_no_task() {
    let mut room = Room::with(office);
    let asked = |key: &str| {
        ["agenda", "posta"].map(|title| TaskTold {
            request_key: Some(key.to_owned()),
            ..told(title, None)
        })
    };
    for (key, there) in [("k-1", 2), ("k-1", 2), ("k-2", 4)] {
        adds(&mut room, asked(key).to_vec()).expect("they are tasks");
        assert_eq!(room.queue(0).tasks_open, there, "{key}");
    }
}

fn accepts(room: &mut Room, task: TaskId, seat: &str) -> Result<(), CommandError> {
    let seat = seat.to_owned();
    room.commands(Command::AcceptTask { task, seat })
}

#[test]
fn a_phone_is_not_tried_while_a_task_is_offered_there_and_that_is_why() {
    let (mut room, _) = offered();
    assert_eq!(room.work_of(1), WorkState::Idle);
    let tried = room.commands(Command::TrySeat {
        seat: "101".to_owned(),
        kind: TrialKind::Test,
    });
    let offered = TrialError::TaskOffered("101".to_owned());
    assert_eq!(tried, Err(offered.into()));
}

#[test]
fn a_task_is_offered_to_who_is_free_and_rings_no_phone() {
    let (mut room, task) = offered();
    assert_eq!(room.task_at(1), Some(task));
    assert_eq!(room.work_of(1), WorkState::Idle);
    assert_eq!(room.first_seat_leg(), None);
    let until_ms = room.task(0).lease_until_ms;
    assert!(until_ms.is_some_and(|until_ms| until_ms <= room.now_ms() + 60_000));
    accepts(&mut room, task, "101").unwrap();
    assert_eq!(room.work_of(1), WorkState::AtTask);
    room.commands(Command::FinishTask(task)).unwrap();
    assert_eq!(room.task(0).state, TaskState::Done);
    assert_eq!((room.work_of(1), room.task_at(1)), (WorkState::Idle, None));
    let history = [
        TaskEventKind::Created,
        TaskEventKind::Offered,
        TaskEventKind::Accepted,
        TaskEventKind::Finished,
    ];
    assert_eq!(room.history_of(task), history);
    let again = room.commands(Command::FinishTask(task));
    assert_eq!(again, Err(CommandError::NoTask(task)));
}

#[test]
fn a_caller_has_the_seat_that_is_only_offered_a_task() {
    let (mut room, task) = offered();
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    assert_eq!(room.task(0).state, TaskState::Waiting);
    let refused = accepts(&mut room, task, "101");
    let seat = "101".to_owned();
    assert_eq!(refused, Err(CommandError::TaskNotOffered { task, seat }));
    room.seat_picks_up();
    room.wait_s(10);
    assert_eq!(room.task(0).state, TaskState::Waiting, "nobody is free");
}

#[test]
fn an_offer_that_nobody_looks_at_goes_to_another_and_the_first_rests() {
    let (mut room, task) = offered();
    room.staffed(2);
    room.wait_s(LEASE_S + 2);
    assert_eq!(room.task_at(2), Some(task), "the other is asked");
    room.wait_s(LEASE_S + 2);
    assert_eq!(room.task(0).state, TaskState::Waiting, "both rest");
    let ended = room.history_of(task);
    let ended = ended.iter().filter(|it| **it == TaskEventKind::OfferEnded);
    assert_eq!(ended.count(), 2);
    room.wait_s(REST_S);
    assert_eq!(room.task(0).state, TaskState::Offered);
    assert_eq!(room.work_of(1), WorkState::Idle, "it is no missed call");
}

/// How long it takes until a task that is offered is offered again.
fn asked_again_after_s(room: &mut Room) -> u32 {
    while room.task(0).state == TaskState::Offered {
        room.wait_s(1);
    }
    let mut rested_s = 0;
    while room.task(0).state == TaskState::Waiting {
        room.wait_s(1);
        rested_s += 1;
    }
    rested_s
}

#[test]
fn a_seat_that_answers_no_offer_is_asked_more_and_more_rarely_and_has_its_calls() {
    let (mut room, task) = offered();
    for rest_s in [REST_S, 2 * REST_S, 4 * REST_S, 4 * REST_S] {
        let rested_s = asked_again_after_s(&mut room);
        assert!((rest_s - 1..=rest_s + 1).contains(&rested_s), "{rested_s}");
    }
    let mario = room.waits(MARIO, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    room.hangs_up(mario);
    // Who says no looks at the page.
    while room.task(0).state == TaskState::Waiting {
        room.wait_s(1);
    }
    room.commands(Command::HandBackTask(task)).unwrap();
    let rested_s = asked_again_after_s(&mut room);
    assert!((REST_S - 1..=REST_S + 1).contains(&rested_s), "{rested_s}");
}

/// Anna works, and a task that is due in two hours is Bruno's, who is there or not.
fn of_bruno(is_there: bool) -> Room {
    let mut room = Room::with(office);
    room.staffed(1);
    if is_there {
        room.staffed(2);
        room.chooses(2, Chosen::Paused);
    }
    let due_ms = room.now_ms() + i64::from(2 * HOUR_S) * 1_000;
    let task = TaskTold {
        operator: Some("bruno".to_owned()),
        ..told("agenda", Some(due_ms))
    };
    adds(&mut room, vec![task]).expect("bruno can do it");
    room
}

#[test]
fn a_task_of_who_is_away_is_anybodys_before_it_is_due_and_says_whose_it_was() {
    let mut room = of_bruno(false);
    room.wait_s(HOUR_S - 10);
    assert_eq!(
        room.task(0).state,
        TaskState::Waiting,
        "bruno may still come"
    );
    room.restarts();
    room.registers(1);
    room.wait_s(5);
    assert_eq!(
        room.task(0).state,
        TaskState::Waiting,
        "also after a restart"
    );
    room.wait_s(10);
    assert_eq!(
        (room.task_at(1), room.task(0).owner),
        (Some(room.task(0).id), None)
    );
    let history = [
        TaskEventKind::Created,
        TaskEventKind::Released,
        TaskEventKind::Offered,
    ];
    assert_eq!(room.history_of(room.task(0).id), history);
}

#[test]
fn a_task_waits_for_who_is_there_and_pauses() {
    let mut room = of_bruno(true);
    room.wait_s(6 * HOUR_S);
    assert_eq!(room.task(0).state, TaskState::Waiting);
    assert_eq!(room.history_of(room.task(0).id), [TaskEventKind::Created]);
    room.chooses(2, Chosen::Available);
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(room.task(0).id));
}

#[test]
fn a_caller_who_would_wait_too_long_takes_the_operator_who_has_it_back_after() {
    let (mut room, task) = offered();
    accepts(&mut room, task, "101").unwrap();
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(9);
    assert_eq!(room.offers_open(), 0, "half of the time has not passed");
    assert_eq!(room.work_of(1), WorkState::AtTask);
    room.wait_s(2);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    assert_eq!(room.task(0).state, TaskState::Waiting);
    assert!(room.history_of(task).contains(&TaskEventKind::Interrupted));
    // Another is free: it waits for who did it.
    room.seat_picks_up();
    room.staffed(2);
    room.wait_s(5);
    let holds = room.why(task.0).unwrap().holds;
    assert!(
        matches!(holds[..], [Hold::WaitsForOperator { .. }]),
        "{holds:?}"
    );
    room.hangs_up(mario);
    // When hardly anybody calls any more, it is hers again.
    let mut asked = 0;
    while room.task_at(1).is_none() && asked < 400 {
        room.wait_s(10);
        assert_eq!(room.task_at(2), None);
        asked += 1;
    }
    assert_eq!(room.task_at(1), Some(task));
}

#[test]
fn a_clock_that_is_set_takes_nobody_out_of_a_task() {
    let (mut room, task) = offered();
    accepts(&mut room, task, "101").unwrap();
    room.waits(MARIO, BOOK);
    room.sets_clock(2 * 3_600);
    room.wait_s(2);
    assert_eq!(room.work_of(1), WorkState::AtTask, "nobody waited so long");
}

#[test]
fn a_task_that_may_not_be_interrupted_is_not() {
    let mut room = Room::with(office);
    room.staffed(1);
    let task = TaskTold {
        interruptible: Some(false),
        request_key: None,
        ..told("agenda", None)
    };
    adds(&mut room, vec![task]).unwrap();
    room.wait_s(5);
    assert_eq!(room.task_at(1), None, "the only seat is kept for callers");
    room.staffed(2);
    room.wait_s(2);
    let task = room.task(0).id;
    accepts(&mut room, task, "101").unwrap();
    room.chooses(2, Chosen::Paused);
    room.waits(MARIO, BOOK);
    room.wait_s(60);
    assert_eq!(room.work_of(1), WorkState::AtTask);
    room.commands(Command::FinishTask(task)).unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn the_first_due_goes_first_and_who_gives_it_back_keeps_its_place() {
    let mut room = Room::with(office);
    let now_ms = room.now_ms();
    let hours = |h: i64| Some(now_ms + h * 3_600_000);
    let tasks = vec![
        told("within three days", None),
        told("late", hours(100)),
        told("soon", hours(2)),
    ];
    adds(&mut room, tasks).unwrap();
    room.staffed(1);
    room.wait_s(2);
    assert_eq!(room.task_at(1), Some(room.task(2).id));
    let soon = room.task(2).id;
    accepts(&mut room, soon, "101").unwrap();
    room.commands(Command::HandBackTask(soon)).unwrap();
    assert_eq!(room.task(2).state, TaskState::Waiting);
    room.staffed(2);
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(soon), "and the first rests");
    let queue = room.queue(0);
    assert_eq!((queue.tasks_open, queue.tasks_due_ms), (3, hours(2)));
}

#[test]
fn a_task_of_one_operator_is_offered_to_them_alone() {
    let mut room = Room::with(office);
    room.staffed(1);
    let task = TaskTold {
        operator: Some("bruno".to_owned()),
        ..told("agenda", None)
    };
    adds(&mut room, vec![task]).unwrap();
    room.wait_s(5);
    let task = room.task(0).id;
    assert_eq!(room.task(0).state, TaskState::Waiting);
    assert_eq!(room.why(task.0).unwrap().holds, [Hold::Assigned]);
    room.staffed(2);
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(task));
    let assigns = |operator: Option<&str>| Command::AssignTask {
        task,
        operator: operator.map(str::to_owned),
    };
    room.commands(assigns(Some("anna"))).unwrap();
    room.wait_s(2);
    assert_eq!((room.task_at(1), room.task_at(2)), (Some(task), None));
    accepts(&mut room, task, "101").unwrap();
    let busy = room.commands(assigns(None));
    assert_eq!(busy, Err(CommandError::TaskAtWork(task)));
    let nobody = room.commands(Command::AssignTask {
        task,
        operator: Some("carla".to_owned()),
    });
    assert_eq!(nobody, Err(CommandError::NoOperator("carla".to_owned())));
}

#[test]
fn who_leaves_or_pauses_leaves_no_task_behind() {
    let (mut room, task) = offered();
    room.chooses(1, Chosen::Paused);
    assert_eq!(room.task(0).state, TaskState::Waiting, "the offer ends");
    room.chooses(1, Chosen::Available);
    room.wait_s(2);
    accepts(&mut room, task, "101").unwrap();
    room.chooses(1, Chosen::Paused);
    assert_eq!(
        room.work_of(1),
        WorkState::AtTask,
        "a pause follows what is done"
    );
    room.chooses(1, Chosen::SignedOut);
    assert_eq!(room.task(0).state, TaskState::Waiting);
    assert_eq!(room.work_of(1), WorkState::Idle);
    assert!(room.history_of(task).contains(&TaskEventKind::HandedBack));
}

#[test]
fn a_site_that_is_cut_off_keeps_no_task() {
    let out = |site: &str| Command::SiteOut {
        site: site.to_owned(),
        supervisor: None,
    };
    let (mut room, task) = offered();
    room.commands(out("teramo")).unwrap();
    assert_eq!(
        room.task(0).state,
        TaskState::Waiting,
        "it was offered there"
    );
    let (mut room, other) = offered();
    accepts(&mut room, other, "101").unwrap();
    room.commands(out("teramo")).unwrap();
    assert_eq!(room.task(0).state, TaskState::Waiting, "it was done there");
    assert_eq!(room.task_at(1), None);
    room.wait_s(5);
    assert_eq!(room.task(0).state, TaskState::Waiting);
    assert_eq!(task, other);
}

#[test]
fn a_restart_offers_it_first_to_who_was_at_it() {
    let (mut room, task) = offered();
    accepts(&mut room, task, "101").unwrap();
    room.staffed(2);
    room.restarts();
    assert_eq!(room.task(0).state, TaskState::Waiting);
    room.registers(2);
    room.wait_s(5);
    assert_eq!(room.task(0).state, TaskState::Waiting, "it waits for anna");
    room.registers(1);
    room.wait_s(2);
    assert_eq!(room.task_at(1), Some(task));
}

#[test]
fn whoever_does_no_tasks_is_offered_none() {
    let mut room = Room::with(office);
    room.needs_of(
        "anna",
        Profile {
            not_kinds: [WorkKind::Task].into(),
            ..Profile::default()
        },
    );
    room.staffed(1);
    adds(&mut room, vec![told("agenda", None)]).unwrap();
    room.wait_s(5);
    assert_eq!(room.task(0).state, TaskState::Waiting);
    let seats = room.why(room.task(0).id.0).unwrap().seats;
    let seats = seats.iter().map(|it| (it.eligibility, it.seats));
    let seats: BTreeMap<Eligibility, u32> = seats.collect();
    assert_eq!(seats[&Eligibility::Profile], 1);
}

#[test]
fn seats_that_callers_need_are_offered_none_and_who_takes_no_callers_is() {
    let mut room = Room::with(office);
    room.staffed(1);
    for nth in 0..6 {
        let leg = room.waits(&format!("+3933310003{nth:02}"), BOOK);
        room.seat_picks_up();
        room.wait_s(25);
        room.hangs_up(leg);
        room.wait_s(crate::room::WRAP_UP_S);
    }
    adds(&mut room, vec![told("agenda", None)]).unwrap();
    room.wait_s(5);
    assert_eq!(
        room.task(0).state,
        TaskState::Waiting,
        "somebody calls every minute"
    );
    let why = room.why(room.task(0).id.0).unwrap();
    let kept = why
        .seats
        .iter()
        .any(|it| it.eligibility == Eligibility::KeptForCallers);
    assert!(kept, "{why:?}");
    room.takes_no_callers("bruno");
    room.staffed(2);
    room.wait_s(2);
    assert_eq!(room.task_at(2), Some(room.task(0).id));
    room.chooses(2, Chosen::SignedOut);
    room.wait_s(3_600);
    let history = room.history_of(room.task(0).id);
    assert!(
        history.contains(&TaskEventKind::Offered),
        "and now nobody does"
    );
}

#[test]
fn a_list_is_taken_whole_or_not_at_all_and_so_many_at_most() {
    let mut room = Room::with(|rules| rules.limits.tasks_max = 3);
    let nowhere = TaskTold {
        queue: "kitchen".to_owned(),
        ..told("agenda", None)
    };
    let wrong = adds(
        &mut room,
        vec![told("\u{1b}[2J", None), told(" ", None), nowhere],
    );
    let Err(CommandError::NotTaken(faults)) = wrong else {
        panic!("all are wrong: {wrong:?}");
    };
    assert_eq!(faults.len(), 3);
    assert_eq!(faults[0].why, WhyNotTaken::Title);
    assert_eq!(room.queue(0).tasks_open, 0);
    let three = ["a", "b", "c"].map(|title| told(title, None));
    adds(&mut room, three.to_vec()).unwrap();
    let full = adds(&mut room, vec![told("d", None)]);
    assert_eq!(full, Err(CommandError::TooManyTasks(3)));
    let first = room.task(0).id;
    room.commands(Command::WithdrawTask(first)).unwrap();
    assert_eq!(room.task(0).state, TaskState::Withdrawn);
    adds(&mut room, vec![told("d", None)]).unwrap();
}

#[test]
fn a_title_with_a_telephone_number_is_refused_and_one_with_a_date_is_not() {
    let mut room = Room::new();
    let named = adds(&mut room, vec![told("sentire lo 0861.55.59.11", None)]);
    let Err(CommandError::NotTaken(faults)) = named else {
        panic!("it names a number: {named:?}");
    };
    assert_eq!(faults[0].why, WhyNotTaken::TitleNamesNumber);
    let dated = told("agenda del 12/03/2027 alle 10:30", None);
    adds(&mut room, vec![dated]).unwrap();
}

#[test]
fn a_queue_with_tasks_is_not_dropped_and_a_successor_has_them() {
    let mut room = Room::with(office);
    let task = TaskTold {
        queue: "cancel".to_owned(),
        ..told("agenda", None)
    };
    adds(&mut room, vec![task]).unwrap();
    let gone = |rules: &mut Rules| drop(rules.queues.remove(&QueueId(2)));
    let refused = room.reloads(gone);
    assert!(matches!(&refused, Err(CommandError::StillNeeded(it)) if it[0].tasks == 1));
    room.reloads(|rules| {
        gone(rules);
        rules.successors.insert(QueueId(2), QueueId(1));
    })
    .unwrap();
    assert_eq!(room.queue(0).tasks_open, 1);
    room.staffed(1);
    room.wait_s(2);
    assert_eq!(room.task(0).state, TaskState::Offered);
}
