//! What an operator needs is obeyed and shown to nobody.

use std::collections::BTreeSet;

use cuptel_core::id::LegId;
use cuptel_core::profile::Profile;
use cuptel_core::rules::PromptId;
use cuptel_core::staffing::WhyNotTaken;
use cuptel_core::step::{CommandError, Destination, Effect, Input};
use cuptel_core::words::{Chosen, ChosenBy, OfferState, Outcome, Party, WorkKind, WorkState};

use crate::room::{
    BOOK, CANCEL, DECLINED_S, GRACE_S, LUCIA, MARIO, Room, SEAT_RING_S, WHISPER_CALL,
    WHISPER_MINUTES, WHISPER_WAITS, WRAP_UP_S, book, hour_spoken,
};

fn with(change: impl FnOnce(&mut Profile)) -> Profile {
    let mut profile = Profile::default();
    change(&mut profile);
    profile
}

/// Seat 1 has a conversation that ends with its wrap-up.
fn talks_once(room: &mut Room, user: &str) {
    room.waits(user, BOOK);
    let leg = room.seat_picks_up();
    room.wait_s(60);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S);
}

#[test]
fn a_phone_rings_for_as_long_as_its_operator_needs_and_a_miss_is_held_against_nobody_who_does() {
    let mut room = Room::with(|rules| rules.limits.misses_max = 1);
    room.staffed(1);
    room.needs_of("anna", with(|profile| profile.ring_s = Some(45)));
    room.waits(MARIO, BOOK);
    room.wait_s(SEAT_RING_S + 1);
    assert_eq!(room.last_offer().state, OfferState::Open);
    room.wait_s(45 - SEAT_RING_S);
    assert_eq!(room.last_offer().state, OfferState::NoAnswer);
    assert_eq!(
        room.work_of(1),
        WorkState::Idle,
        "not marked as not responding"
    );
    // Nobody's time is shorter than everybody's.
    room.needs_of("anna", with(|profile| profile.ring_s = Some(1)));
    room.wait_s(10);
    room.waits(LUCIA, BOOK);
    room.wait_s(SEAT_RING_S - 1);
    assert_eq!(room.last_offer().state, OfferState::Open);
}

#[test]
fn wrap_up_and_rest_are_as_long_as_needed_in_every_queue() {
    let mut room = Room::new();
    room.needs_of(
        "anna",
        with(|profile| {
            profile.wrap_up_s = Some(2 * WRAP_UP_S);
            profile.rest_s = Some(50);
        }),
    );
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.waits(LUCIA, CANCEL);
    room.wait_s(60);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(2 * WRAP_UP_S - 1);
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    room.wait_s(50);
    assert_eq!(
        room.work_of(1),
        WorkState::Idle,
        "a rest looks like any idle seat"
    );
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    room.seat_picks_up();
}

#[test]
fn a_break_comes_after_so_many_works_and_ends_by_itself_also_over_a_restart() {
    let mut room = Room::new();
    room.staffed(1);
    let breaks = |profile: &mut Profile| {
        profile.break_after = Some(2);
        profile.break_s = Some(600);
    };
    room.needs_of("anna", with(breaks));
    talks_once(&mut room, MARIO);
    assert_eq!(room.chosen_at(1).unwrap().chosen, Chosen::Available);
    talks_once(&mut room, LUCIA);
    let there = room.chosen_at(1).unwrap().clone();
    assert_eq!(
        (there.chosen, there.chosen_by),
        (Chosen::Paused, ChosenBy::Rest)
    );
    room.wait_s(300);
    room.restarts();
    room.registers(1);
    room.wait_s(299);
    assert_eq!(room.chosen_at(1).unwrap().chosen, Chosen::Paused);
    room.wait_s(1);
    assert_eq!(room.chosen_at(1).unwrap().chosen, Chosen::Available);
    // What the operator chooses meanwhile is not undone.
    talks_once(&mut room, "+393331000003");
    talks_once(&mut room, "+393331000004");
    assert_eq!(room.chosen_at(1).unwrap().chosen, Chosen::Paused);
    room.chooses(1, Chosen::FrontOffice);
    room.wait_s(3_600);
    assert_eq!(room.chosen_at(1).unwrap().chosen, Chosen::FrontOffice);
}

#[test]
fn a_break_lasts_as_long_as_it_should_when_the_clock_is_set() {
    for by_s in [-3_600, 3_600] {
        let mut room = Room::new();
        room.staffed(1);
        let breaks = |profile: &mut Profile| {
            profile.break_after = Some(1);
            profile.break_s = Some(600);
        };
        room.needs_of("anna", with(breaks));
        talks_once(&mut room, MARIO);
        room.wait_s(300);
        room.sets_clock(by_s);
        room.wait_s(299);
        assert_eq!(room.chosen_at(1).unwrap().chosen, Chosen::Paused, "{by_s}");
        room.wait_s(1);
        assert_eq!(
            room.chosen_at(1).unwrap().chosen,
            Chosen::Available,
            "{by_s}"
        );
    }
}

#[test]
fn kinds_of_work_and_queues_that_somebody_does_not_do_go_to_others() {
    let mut room = Room::new();
    room.staffed(1);
    room.wait_s(10);
    room.staffed(2);
    room.needs_told("anna", Profile::default(), &["cancel"], None)
        .unwrap();
    room.waits(MARIO, CANCEL);
    let (seat, _) = room.offered().unwrap();
    assert_eq!(seat, 2, "seat 1 is idle longer, and is spared that queue");
    room.waits(LUCIA, BOOK);
    assert_eq!(room.offered().unwrap().0, 1);
    // Callbacks: nobody is there who does them, so the person is not rung.
    let mut room = Room::new();
    let none = with(|profile| profile.not_kinds = BTreeSet::from([WorkKind::Callback]));
    room.needs_of("anna", none);
    room.staffed(1);
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.wait_s(GRACE_S + DECLINED_S);
    assert_eq!(room.offered(), None);
    room.needs_of("anna", Profile::default());
    room.seat_picks_up();
    assert!(room.rung().is_some());
}

#[test]
fn a_trainee_has_a_pace_and_works_only_beside_their_buddy() {
    let mut room = Room::new();
    room.staffed(1);
    room.needs_told(
        "anna",
        with(|profile| profile.works_per_h = Some(1)),
        &[],
        Some("bruno"),
    )
    .unwrap();
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered(), None, "bruno is not there");
    room.signs_in(2, "bruno", None);
    let leg = room.seat_picks_up();
    room.wait_s(60);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S);
    room.waits(LUCIA, BOOK);
    room.wait_s(3_600 - 60 - WRAP_UP_S - 1);
    assert_eq!(room.offered(), None, "one work an hour");
    room.wait_s(1);
    room.seat_picks_up();
}

#[test]
fn a_phone_is_asked_to_pick_up_by_itself_where_that_is_needed() {
    let mut room = Room::new();
    room.staffed(1);
    room.needs_of("anna", with(|profile| profile.auto_answer = true));
    room.waits(MARIO, BOOK);
    let asked = |effect: &Effect| {
        matches!(effect, Effect::Invite { to, .. }
            if matches!(**to, Destination::Seat { auto_answer: true, .. }))
    };
    assert!(room.was_done(asked));
}

#[test]
fn a_profile_out_of_bounds_changes_nothing_and_its_values_are_not_repeated() {
    let mut room = Room::new();
    let wrong = with(|profile| {
        profile.ring_s = Some(777);
        profile.break_after = Some(8);
    });
    let told = room.needs_told("anna", wrong.clone(), &["nothing"], Some("anna"));
    let Err(CommandError::NotTaken(faults)) = told else {
        panic!("expected faults: {told:?}");
    };
    let whys: Vec<_> = faults.iter().map(|fault| &fault.why).collect();
    assert!(matches!(whys[0], WhyNotTaken::Bound { what: "ring_s", .. }));
    assert_eq!(whys[1], &WhyNotTaken::HalfABreak);
    assert!(matches!(whys[2], WhyNotTaken::UnknownQueue { .. }));
    assert!(matches!(whys[3], WhyNotTaken::UnknownBuddy { .. }));
    let said: String = faults.iter().map(ToString::to_string).collect();
    assert!(!said.contains("777"), "{said}");
    assert!(!format!("{wrong:?}").contains("777"));
}

const TERAMO: PromptId = PromptId(90);
const BOOKINGS: PromptId = PromptId(91);

/// Mario waits for two minutes and a half before Anna, who is told who calls, takes him.
fn taken_by_who_is_told() -> (Room, LegId, LegId) {
    let mut room = Room::with(|rules| {
        book(rules).whisper = Some(BOOKINGS);
        let mut tenants = rules.tenants.values_mut();
        tenants.next().expect("a tenant").whisper = Some(TERAMO);
    });
    room.needs_of("anna", with(|profile| profile.whisper = true));
    let caller = room.waits(MARIO, BOOK);
    room.wait_s(150);
    room.staffed(1);
    let seat = room.seat_picks_up();
    (room, caller, seat)
}

fn is_bridge(effect: &Effect) -> bool {
    matches!(effect, Effect::Bridge { .. })
}

#[test]
fn who_asks_for_it_hears_who_calls_and_for_how_long_before_they_are_connected() {
    let (mut room, caller, seat) = taken_by_who_is_told();
    let waits = [WHISPER_WAITS, hour_spoken(2), WHISPER_MINUTES];
    let told = [&[WHISPER_CALL, TERAMO, BOOKINGS], &waits[..]].concat();
    assert_eq!(room.said_to(seat), Some(told));
    assert_eq!(room.count(is_bridge), 0);
    room.heard(seat);
    let together = Effect::Bridge { a: caller, b: seat };
    assert!(room.was_done(|effect| *effect == together));
}

#[test]
fn a_caller_who_leaves_while_it_is_told_is_joined_to_nobody() {
    let (mut room, caller, seat) = taken_by_who_is_told();
    room.hangs_up(caller);
    room.heard(seat);
    assert_eq!(room.count(is_bridge), 0);
    assert!(room.was_hung_up(seat));
}

#[test]
fn who_leaves_late_while_it_is_told_has_spoken_with_nobody() {
    let (mut room, caller, _) = taken_by_who_is_told();
    room.wait_s(5);
    room.hangs_up(caller);
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.needs().len(), 1, "a call is owed");
}

#[test]
fn who_leaves_late_after_it_was_told_is_served() {
    let (mut room, caller, seat) = taken_by_who_is_told();
    room.heard(seat);
    room.wait_s(5);
    room.hangs_up(caller);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
}

#[test]
fn who_calls_back_hears_whom_for_while_the_person_is_rung() {
    let (mut room, caller, seat) = taken_by_who_is_told();
    room.hangs_up(caller);
    room.heard(seat);
    room.wait_s(WRAP_UP_S + GRACE_S);
    let seat = room.seat_picks_up();
    let told = room.said_to(seat).expect("it is told");
    assert_eq!(told[..2], [TERAMO, BOOKINGS]);
    room.heard(seat);
    assert_eq!(room.count(is_bridge), 0);
    room.tell(Input::Answered {
        leg: room.rung().expect("Mario is rung"),
    });
    assert_eq!(room.count(is_bridge), 1);
}
