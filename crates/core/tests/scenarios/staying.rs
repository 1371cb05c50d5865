//! Needs that stay: what an operator has taken in charge is paid by its deadline, or seen by somebody;
//! no conversation settles it, and nobody else's debt is lost in it.

use cuptel_core::by_hand::{ByHandError, ClosingTold};
use cuptel_core::id::{CallbackId, LegId, NeedId, QueueId};
use cuptel_core::record::NeedRow;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedByHand, ClosedHow, Disposition, KindByHand, Mark,
    NeedKind, NumberClass, OfferState, PriorityClass,
};

use crate::marks::do_not_call;
use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, NO_ANSWER_S, Room, TRIES_MAX, WRAP_UP_S};

const HOUR_S: u32 = 3_600;
const DAY_S: u32 = 86_400;
/// As the policy has it where nothing is said.
const KEPT_REST_S: u32 = DAY_S;
const DUE_SOON_S: u32 = DAY_S;

fn ms(s: u32) -> i64 {
    i64::from(s) * 1_000
}

/// The operator picks up, the person answers, and they talk for a minute.
fn talks(room: &mut Room) -> LegId {
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    person
}

fn closes(room: &mut Room, callback: CallbackId, need: Option<NeedId>) -> Result<(), CommandError> {
    room.commands(Command::CloseCallback(Box::new(ClosingTold {
        callback,
        need,
        how: ClosedByHand::Served,
        because: "trovato un posto".to_owned(),
        by: Some("bruno".to_owned()),
    })))
}

fn open(room: &Room) -> Vec<NeedKind> {
    let open = |need: &&NeedRow| need.closed_ms.is_none();
    let needs = room.needs().into_iter().filter(open);
    needs.map(|need| need.kind).collect()
}

#[test]
fn a_conversation_leaves_it_open_and_it_rests_until_somebody_closes_it() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    let detail = room.detail(room.needs()[0].id);
    assert_eq!(detail.due_ms, Some(room.now_ms() + ms(10 * DAY_S)));
    room.staffed(1);
    assert_eq!(room.offered(), None, "they may have hung up just now");
    room.wait_s(GRACE_S);
    let person = talks(&mut room);
    room.hangs_up(person);
    let rests_ms = room.now_ms() + ms(KEPT_REST_S);
    let row = room.callback();
    assert_eq!((row.state, row.tries), (CallbackState::Waiting, 0));
    assert_eq!((row.not_before_ms, row.place_ms), (rests_ms, rests_ms));
    assert_eq!(open(&room), [NeedKind::TakenInCharge]);
    room.wait_s(KEPT_REST_S - 1);
    assert_eq!(room.offered(), None);
    room.restarts();
    room.staffed(2);
    room.wait_s(1);
    assert!(room.offered().is_some(), "it is tried again");
    closes(&mut room, id, None).unwrap();
    assert_eq!(room.offered(), None, "the offer is withdrawn");
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    let detail = room.detail(room.needs()[0].id);
    assert_eq!(detail.closed_by.as_deref(), Some("bruno"));
    assert_eq!(detail.closed_because.as_deref(), Some("trovato un posto"));
    assert_eq!(detail.note.as_deref(), Some("visita cardiologica"));
    assert_eq!(room.held_numbers(), 0);
    let again = closes(&mut room, id, None);
    assert_eq!(again, Err(CommandError::NoCallback(id)));
}

#[test]
fn a_missed_call_is_no_part_of_it_and_is_paid_in_its_own_time() {
    let mut room = Room::new();
    let later_ms = room.now_ms() + ms(3 * DAY_S);
    let mut told = room.in_charge(MARIO, PriorityClass::D);
    told.not_before_ms = Some(later_ms);
    room.enters(told).unwrap();
    assert_eq!(room.callback().not_before_ms, later_ms);
    room.staffed(1);
    room.wait_s(HOUR_S);
    assert_eq!(room.offered(), None);
    room.chooses(1, cuptel_core::words::Chosen::Paused);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    assert_eq!(open(&room), [NeedKind::TakenInCharge, NeedKind::Missed]);
    assert_eq!(room.callback().place_ms, room.now_ms(), "no old place");
    room.chooses(1, cuptel_core::words::Chosen::Available);
    room.restarts();
    room.registers(1);
    room.wait_s(GRACE_S);
    let person = talks(&mut room);
    room.hangs_up(person);
    assert_eq!(open(&room), [NeedKind::TakenInCharge]);
    let row = room.callback();
    assert_eq!((row.not_before_ms, row.place_ms), (later_ms, later_ms));
    room.wait_s(2 * DAY_S);
    room.registers(1);
    assert_eq!(room.offered(), None);
    room.wait_s(DAY_S - HOUR_S - GRACE_S - 60);
    assert!(room.offered().is_some());
}

#[test]
fn it_delays_no_call_that_is_owed_already() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    let mut told = room.in_charge(MARIO, PriorityClass::P);
    told.not_before_ms = Some(room.now_ms() + ms(30 * DAY_S));
    told.queue = "cancel".to_owned();
    room.enters(told).unwrap();
    assert_eq!(open(&room), [NeedKind::Missed, NeedKind::TakenInCharge]);
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert_eq!(room.last_offer().queue, QueueId(1));
    let person = talks(&mut room);
    room.hangs_up(person);
    assert_eq!(open(&room), [NeedKind::TakenInCharge]);
    room.wait_s(30 * DAY_S);
    room.registers(1);
    assert_eq!(room.last_offer().queue, QueueId(2), "whose it is now");
}

#[test]
fn who_talks_with_us_of_their_own_is_owed_it_still() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    let at_it = closes(&mut room, id, None);
    assert_eq!(at_it, Ok(()), "the operator closes it in the conversation");
    room.hangs_up(mario);
    let again = room.takes_in_charge(MARIO, PriorityClass::B);
    room.wait_s(WRAP_UP_S);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    let rows = room.callbacks();
    assert_eq!((rows[1].id, rows[1].state), (again, CallbackState::Waiting));
    assert_eq!(rows[1].not_before_ms, room.now_ms() + ms(KEPT_REST_S));
}

#[test]
fn the_same_is_entered_once_and_something_else_besides() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    let again = room.in_charge(MARIO, PriorityClass::U);
    let refused = room.enters(again);
    assert_eq!(refused, Err(ByHandError::OpenAlready(id).into()));
    let mut keyed = room.in_charge(LUCIA, PriorityClass::B);
    keyed.request_key = Some("request 7".to_owned());
    room.enters(keyed.clone()).unwrap();
    let lucias = room.callbacks()[1].id;
    room.restarts();
    let refused = room.enters(keyed.clone());
    assert_eq!(refused, Err(ByHandError::SameRequest(lucias).into()));
    let mut marios = room.in_charge(MARIO, PriorityClass::B);
    marios.request_key.clone_from(&keyed.request_key);
    keyed.queue = "cancel".to_owned();
    for another in [keyed, marios] {
        let refused = room.enters(another);
        assert_eq!(refused, Err(ByHandError::KeyUsed(lucias).into()));
    }
    let mut other = room.in_charge(MARIO, PriorityClass::D);
    other.queue = "cancel".to_owned();
    room.enters(other).unwrap();
    let mut manual = room.in_charge(MARIO, PriorityClass::D);
    manual.kind = KindByHand::Manual;
    room.enters(manual).unwrap();
    assert_eq!(room.callbacks().len(), 2, "one case for a number");
    let needs = room.needs();
    let marios: Vec<NeedKind> = needs
        .iter()
        .filter(|need| need.callback == id)
        .map(|need| need.kind)
        .collect();
    let expected = [
        NeedKind::TakenInCharge,
        NeedKind::TakenInCharge,
        NeedKind::Manual,
    ];
    assert_eq!(marios, expected);
}

#[test]
fn one_need_is_closed_and_the_others_have_their_time() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    let later_ms = room.now_ms() + ms(5 * DAY_S);
    let mut other = room.in_charge(MARIO, PriorityClass::D);
    other.queue = "cancel".to_owned();
    other.not_before_ms = Some(later_ms);
    room.enters(other).unwrap();
    let first = room.needs()[0].id;
    closes(&mut room, id, Some(first)).unwrap();
    assert_eq!(
        room.last_callback_event().kind,
        CallbackEventKind::NeedClosed
    );
    let row = room.callback();
    assert_eq!(
        (row.state, row.not_before_ms),
        (CallbackState::Waiting, later_ms)
    );
    let again = closes(&mut room, id, Some(first));
    let expected = ByHandError::NoNeed {
        callback: id,
        need: first,
    };
    assert_eq!(again, Err(expected.into()));
    let last = room.needs()[1].id;
    closes(&mut room, id, Some(last)).unwrap();
    assert_eq!(room.callback().state, CallbackState::Closed);
}

#[test]
fn who_was_tried_rests_whatever_is_closed_meanwhile() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    let mut other = room.in_charge(MARIO, PriorityClass::D);
    other.queue = "cancel".to_owned();
    room.enters(other).unwrap();
    room.staffed(1);
    room.wait_s(GRACE_S);
    let operator = room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.not_answered(person, 408);
    room.heard(operator);
    let rests_ms = room.now_ms() + ms(NO_ANSWER_S);
    room.wait_s(60);
    let first = room.needs()[0].id;
    closes(&mut room, id, Some(first)).unwrap();
    let row = room.callback();
    assert_eq!((row.not_before_ms, row.tries), (rests_ms, 1));
}

#[test]
fn a_try_for_what_is_settled_keeps_no_new_call_waiting_for_the_day_of_what_stays() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let id = room.callback().id;
    let mut told = room.in_charge(MARIO, PriorityClass::D);
    told.not_before_ms = Some(room.now_ms() + ms(5 * DAY_S));
    room.enters(told).unwrap();
    room.staffed(1);
    room.wait_s(GRACE_S);
    let operator = room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.not_answered(person, 408);
    room.heard(operator);
    let missed = room.needs()[0].id;
    closes(&mut room, id, Some(missed)).unwrap();
    assert_eq!(room.callback().tries, 0);
    room.chooses(1, cuptel_core::words::Chosen::Paused);
    room.wait_s(HOUR_S);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.chooses(1, cuptel_core::words::Chosen::Available);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some(), "today, and not in five days");
}

#[test]
fn what_was_taken_in_charge_of_a_number_that_is_not_to_be_called_is_seen_by_somebody() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    do_not_call(&mut room, MARIO);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Suppressed));
    assert_eq!(room.tenant(0).callbacks_unseen, 1);
    room.restarts();
    let command = |room: &Room| Command::CallAfterAll {
        given_up: Box::new(room.given_up(id)),
        details: room.details_of(id),
        is_served: false,
        by: None,
    };
    let told = command(&room);
    let refused = room.commands(told);
    assert_eq!(refused, Err(ByHandError::Marked(Mark::DoNotCall).into()));
    room.commands(Command::Acknowledge {
        callback: id,
        by: None,
    })
    .unwrap();
    assert_eq!(room.tenant(0).callbacks_unseen, 0);
    let lucia = room.calls(LUCIA);
    room.hangs_up(lucia);
    do_not_call(&mut room, LUCIA);
    assert_eq!(
        room.tenant(0).callbacks_unseen,
        0,
        "a missed call is let go"
    );
}

#[test]
fn nobody_closes_a_callback_that_is_dialled_or_talked_to() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let at_work = |state| {
        let callback = id;
        Err(ByHandError::AtWork { callback, state }.into())
    };
    let refused = closes(&mut room, id, None);
    assert_eq!(refused, at_work(CallbackState::Dialling));
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    let refused = closes(&mut room, id, None);
    assert_eq!(refused, at_work(CallbackState::Talking));
    room.wait_s(60);
    room.hangs_up(person);
    closes(&mut room, id, None).unwrap();
    assert_eq!(room.callback().state, CallbackState::Closed);
}

#[test]
fn what_is_not_paid_by_its_deadline_is_seen_by_somebody() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::B);
    room.wait_s(10 * DAY_S);
    assert_eq!(
        room.callback().state,
        CallbackState::Waiting,
        "not by the queue's 7 days"
    );
    room.wait_s(1);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Expired));
    assert_eq!(room.tenant(0).callbacks_unseen, 1);
    room.restarts();
    let given_up = Box::new(room.given_up(id));
    let details = room.details_of(id);
    room.commands(Command::CallAfterAll {
        given_up,
        details,
        is_served: false,
        by: None,
    })
    .unwrap();
    let again = room.needs()[1].clone();
    assert_eq!(again.kind, NeedKind::TakenInCharge);
    let detail = room.detail(again.id);
    assert_eq!(detail.note.as_deref(), Some("visita cardiologica"));
    assert_eq!(detail.class, Some(PriorityClass::B));
    assert_eq!(detail.due_ms, Some(room.now_ms() + ms(7 * DAY_S)));
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
}

#[test]
fn who_is_never_reached_is_seen_by_somebody() {
    let mut room = Room::new();
    room.takes_in_charge(MARIO, PriorityClass::P);
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
    assert_eq!(room.tenant(0).callbacks_unseen, 1);
}

/// Mario may be called from tomorrow on, when his deadline is near; Lucia calls before that.
fn who_is_called_first(lucia_waits_s: u32, restarts: bool) -> String {
    let mut room = Room::new();
    let mut told = room.in_charge(MARIO, PriorityClass::U);
    told.due_ms = Some(room.now_ms() + ms(DAY_S + DUE_SOON_S));
    told.not_before_ms = Some(room.now_ms() + ms(DAY_S));
    room.enters(told).expect("it is as it should be");
    room.wait_s(DAY_S - lucia_waits_s);
    let lucia = room.waits(LUCIA, CANCEL);
    room.hangs_up(lucia);
    room.wait_s(lucia_waits_s + 1);
    if restarts {
        room.restarts();
    }
    room.staffed(1);
    let cuptel_core::record::Work::Callback(id) = room.last_offer().work else {
        panic!("a callback is offered");
    };
    let rows = room.callbacks();
    let first = rows
        .into_iter()
        .find(|row| row.id == id)
        .expect("it is there");
    room.number_of(first).to_owned()
}

#[test]
fn a_deadline_that_is_near_goes_ahead_of_who_came_a_little_earlier_and_of_no_others() {
    for restarts in [false, true] {
        assert_eq!(who_is_called_first(HOUR_S / 2, restarts), MARIO);
        assert_eq!(who_is_called_first(2 * HOUR_S, restarts), LUCIA);
    }
}

#[test]
fn what_cannot_be_promised_is_not_entered() {
    let mut room = Room::with(|rules| rules.limits.by_hand_max = 1);
    let good = room.in_charge(MARIO, PriorityClass::B);
    let with = |change: fn(&mut cuptel_core::by_hand::CallbackTold)| {
        let mut told = good.clone();
        change(&mut told);
        told
    };
    let premium = room.in_charge("899123456", PriorityClass::B);
    let mut late = good.clone();
    late.due_ms = Some(room.now_ms() + ms(GRACE_S));
    for (told, expected) in [
        (
            premium,
            ByHandError::NotCallable(NumberClass::Premium).into(),
        ),
        (
            with(|it| it.tenant = "asl-9".into()),
            CommandError::NoTenant("asl-9".into()),
        ),
        (
            with(|it| it.queue = "sangue".into()),
            CommandError::NoQueue("sangue".into()),
        ),
        (with(|it| it.class = None), ByHandError::NoDeadline.into()),
        (late, ByHandError::DeadlineTooSoon.into()),
        (
            with(|it| it.note = Some("x".repeat(501))),
            ByHandError::NoteTooLong.into(),
        ),
    ] {
        assert_eq!(room.enters(told), Err(expected));
    }
    assert!(room.no_callback());
    room.enters(good).unwrap();
    let full = room.in_charge(LUCIA, PriorityClass::B);
    assert_eq!(room.enters(full), Err(ByHandError::TooMany(1).into()));
}

#[test]
fn a_deadline_moves_with_the_clock_and_not_with_who_sets_it() {
    let mut room = Room::new();
    room.takes_in_charge(MARIO, PriorityClass::U);
    room.wait_s(HOUR_S);
    room.sets_clock(i64::from(3 * DAY_S));
    room.wait_s(1);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Expired));
}

#[test]
fn a_missed_call_grows_old_from_its_own_day_whatever_was_owed_before() {
    let mut room = Room::new();
    let id = room.takes_in_charge(MARIO, PriorityClass::P);
    let stays = room.needs()[0].id;
    room.wait_s(20 * DAY_S);
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    closes(&mut room, id, Some(stays)).expect("it is open");
    room.wait_s(DAY_S);
    assert_eq!(open(&room), [NeedKind::Missed]);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_deadline_that_is_near_from_the_start_goes_ahead_from_the_start() {
    let mut room = Room::new();
    let mut told = room.in_charge(MARIO, PriorityClass::U);
    told.due_ms = Some(room.now_ms() + ms(DUE_SOON_S / 4));
    room.enters(told).expect("it is as it should be");
    room.wait_s(1);
    assert!(room.callback().priority_ms > 0);
}

#[test]
fn who_was_not_the_person_settles_nothing_beside_what_stays() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.takes_in_charge(MARIO, PriorityClass::B);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let person = talks(&mut room);
    room.hangs_up(person);
    assert_eq!(open(&room), [NeedKind::TakenInCharge]);
    room.disposes(1, Disposition::AnotherPerson);
    let mut owed = open(&room);
    owed.sort_unstable();
    assert_eq!(owed, [NeedKind::Missed, NeedKind::TakenInCharge]);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}
