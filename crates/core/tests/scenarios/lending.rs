//! Operators of one health authority help another out: never below the floor, never beyond a cap,
//! and those of the house are asked first.

use std::collections::BTreeMap;

use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::matching::Eligibility;
use cuptel_core::rules::{AnswerTarget, LendPolicy, Rules};
use cuptel_core::staffing::{OperatorChange, WhyNotTaken};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Chosen, PriorityClass, WorkState};

use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, Room};

/// The cancellations are another authority's.
fn two_tenants(lends: LendPolicy, borrows: LendPolicy) -> impl FnOnce(&mut Rules) {
    move |rules| {
        let mut first = rules.tenants.remove(&TenantId(1)).expect("it is there");
        let mut second = first.clone();
        second.name = "asl-pescara".to_owned();
        (first.lending, second.lending) = (lends, borrows);
        rules.tenants = BTreeMap::from([(TenantId(1), first), (TenantId(2), second)]);
        let cancel = rules.queues.get_mut(&QueueId(2)).expect("it is there");
        cancel.tenant = TenantId(2);
    }
}

fn belongs(room: &mut Room, name: &str, home: &str) -> Result<(), CommandError> {
    room.commands(Command::SetOperators(vec![OperatorChange {
        name: name.to_owned(),
        employer: None,
        skills: None,
        home: Some(home.to_owned()),
        pin: None,
    }]))
}

/// Two operators of the first authority, at work.
fn both_at_home(room: &mut Room) {
    belongs(room, "anna", "asl").expect("the rules know it");
    belongs(room, "bruno", "asl").expect("the rules know it");
    room.staffed(1);
    room.staffed(2);
}

fn of_others(room: &Room, nth: usize) -> BTreeMap<Eligibility, u32> {
    let now = room.why(room.attempt(nth).id.0).expect("it waits");
    let seats = now.seats.iter().map(|it| (it.eligibility, it.seats));
    seats.collect()
}

#[test]
fn an_authority_lends_while_its_floor_stays_at_home() {
    let floor = LendPolicy {
        floor: 1,
        ..LendPolicy::default()
    };
    let mut room = Room::with(two_tenants(floor, LendPolicy::default()));
    both_at_home(&mut room);
    room.waits(MARIO, CANCEL);
    room.seat_picks_up();
    room.waits(LUCIA, CANCEL);
    assert_eq!(room.offers_open(), 0, "one of two stays");
    assert_eq!(
        of_others(&room, 1),
        [(Eligibility::Busy, 1), (Eligibility::LendFloor, 1)].into()
    );
    let home = room.tenant(0);
    assert_eq!((home.at_home, home.away), (1, 1));
    assert_eq!(room.tenant(1).borrowed, 1);
    // Its own caller has the seat at once, and the floor counts who is busy for the house.
    room.waits("+393331000003", BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    room.seat_picks_up();
    let home = room.tenant(0);
    assert_eq!((home.at_home, home.away), (1, 1));
}

#[test]
fn who_comes_back_from_others_makes_room_for_the_next() {
    let one = LendPolicy {
        max: Some(1),
        ..LendPolicy::default()
    };
    let mut room = Room::with(two_tenants(one, LendPolicy::default()));
    both_at_home(&mut room);
    let mario = room.waits(MARIO, CANCEL);
    room.seat_picks_up();
    room.waits(LUCIA, CANCEL);
    assert_eq!(room.offers_open(), 0);
    assert_eq!(of_others(&room, 1)[&Eligibility::LendMax], 1);
    room.hangs_up(mario);
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    assert_eq!(room.offers_open(), 0, "a wrap-up is work for others too");
    room.wait_s(crate::room::WRAP_UP_S);
    assert_eq!(room.offers_open(), 1);
    assert_eq!(room.tenant(0).away, 1);
}

#[test]
fn an_authority_borrows_no_more_than_it_may() {
    let none = LendPolicy {
        borrow_max: Some(0),
        ..LendPolicy::default()
    };
    let mut room = Room::with(two_tenants(LendPolicy::default(), none));
    both_at_home(&mut room);
    room.waits(MARIO, CANCEL);
    assert_eq!(room.offers_open(), 0);
    assert_eq!(of_others(&room, 0), [(Eligibility::BorrowMax, 2)].into());
    // Nobody's operator is nobody's to lend.
    belongs(&mut room, "bruno", "").unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn those_of_the_house_are_asked_first_and_it_is_said() {
    let mut room = Room::with(two_tenants(LendPolicy::default(), LendPolicy::default()));
    belongs(&mut room, "anna", "asl").unwrap();
    belongs(&mut room, "bruno", "asl-pescara").unwrap();
    room.staffed(1);
    room.wait_s(30);
    room.staffed(2);
    room.waits(MARIO, CANCEL);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    let seats = &room.last_decision().explanation.seats;
    let guests: Vec<bool> = seats.iter().map(|seat| seat.is_guest).collect();
    assert_eq!(
        guests,
        [false, true],
        "though the other was idle for longer"
    );
}

#[test]
fn an_operator_who_pauses_or_leaves_is_not_at_home() {
    let floor = LendPolicy {
        floor: 1,
        ..LendPolicy::default()
    };
    let mut room = Room::with(two_tenants(floor, LendPolicy::default()));
    both_at_home(&mut room);
    room.chooses(1, Chosen::Paused);
    room.waits(MARIO, CANCEL);
    assert_eq!(room.offers_open(), 0);
    assert_eq!(of_others(&room, 0)[&Eligibility::LendFloor], 1);
    room.chooses(1, Chosen::Available);
    assert_eq!(room.offers_open(), 1);
}

#[test]
fn a_reload_counts_who_is_away_anew() {
    let mut room = Room::with(two_tenants(LendPolicy::default(), LendPolicy::default()));
    both_at_home(&mut room);
    room.waits(MARIO, CANCEL);
    room.seat_picks_up();
    room.reloads(|rules| {
        let first = rules.tenants.get_mut(&TenantId(1)).expect("it is there");
        first.lending.max = Some(1);
    })
    .unwrap();
    assert_eq!((room.tenant(0).at_home, room.tenant(0).away), (1, 1));
    room.waits(LUCIA, CANCEL);
    assert_eq!(room.offers_open(), 0);
}

#[test]
fn whose_an_operator_is_outlives_a_restart_and_must_be_known() {
    let none = LendPolicy {
        max: Some(0),
        ..LendPolicy::default()
    };
    let mut room = Room::with(two_tenants(none, LendPolicy::default()));
    let refused = belongs(&mut room, "anna", "asl-termo");
    let Err(CommandError::NotTaken(faults)) = refused else {
        panic!("nobody knows that one: {refused:?}");
    };
    assert!(matches!(faults[0].why, WhyNotTaken::UnknownTenant { .. }));
    both_at_home(&mut room);
    room.restarts();
    room.registers(1);
    room.waits(MARIO, CANCEL);
    assert_eq!(room.offers_open(), 0);
    assert_eq!(of_others(&room, 0)[&Eligibility::LendMax], 1);
}

#[test]
fn who_hangs_up_waiting_is_in_the_figures_of_their_authority() {
    let mut room = Room::with(|rules| {
        let queue = rules.queues.get_mut(&QueueId(1)).expect("the queue");
        queue.class = Some(PriorityClass::B);
    });
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(45);
    room.hangs_up(mario);
    room.staffed(1);
    room.waits(LUCIA, BOOK);
    room.seat_picks_up();
    let figures = room.tenant(0).recent;
    let [ref of_class] = room.tenant(0).classes[..] else {
        panic!("{:?}", room.tenant(0).classes);
    };
    assert_eq!(of_class.class, PriorityClass::B);
    assert_eq!((of_class.recent, of_class.today), (figures, figures));
    assert_eq!((figures.waits, figures.abandoned_share), (2, Some(0.5)));
    assert_eq!(figures.wait_p95_s, Some(47));
    assert_eq!(room.tenant(0).today, figures);
    room.wait_s(901);
    assert_eq!(room.tenant(0).recent.waits, 0);
    assert_eq!(room.tenant(0).today, figures);
}

/// Two operators of the first authority, of whom one may be lent and takes no callers. The other
/// authority owes somebody a call, and holds it for those who ring in.
#[test]
fn who_takes_no_callers_is_not_lent_to_call_back_what_is_held_for_callers() {
    let one = LendPolicy {
        max: Some(1),
        ..LendPolicy::default()
    };
    let lends = two_tenants(one, LendPolicy::default());
    let mut room = Room::with(|rules| {
        lends(rules);
        let cancel = rules.queues.get_mut(&QueueId(2)).expect("the queue");
        cancel.callback.share_min = 0.0;
        cancel.callback.hold_max_s = 7_200;
        cancel.answer_targets = vec![AnswerTarget {
            share: 0.9,
            within_s: 20,
        }];
    });
    for user in [MARIO, LUCIA] {
        let caller = room.waits(user, CANCEL);
        room.hangs_up(caller);
    }
    room.wait_s(GRACE_S);
    room.takes_no_callers("anna");
    belongs(&mut room, "anna", "asl").expect("the rules know it");
    belongs(&mut room, "bruno", "asl").expect("the rules know it");
    room.staffed(2);
    room.staffed(1);
    assert_eq!(room.offers_open(), 0, "the one who may go is for callers");
    room.waits("+393330009999", CANCEL);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}
