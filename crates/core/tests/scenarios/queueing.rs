//! Live callers: places, seats that do not answer, full lines, closing time.

use cuptel_core::id::{QueueId, TrunkId};
use cuptel_core::record::Work;
use cuptel_core::rules::PromptId;
use cuptel_core::step::{Command, Effect, Input, Unacceptable};
use cuptel_core::words::{Chosen, Disposition, Outcome, Party, Suppression, WorkState};

use crate::room::{BOOK, CANCEL, LUCIA, MARIO, Room, SEAT_RING_S, TEN_O_CLOCK_MS, WRAP_UP_S};

#[test]
fn a_seat_that_does_not_answer_costs_the_caller_no_place_and_is_not_tried_again_for_them() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.wait_s(1);
    room.waits(LUCIA, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    room.wait_s(SEAT_RING_S);
    assert!(room.was_hung_up(room.first_seat_leg().unwrap()));
    // The seat rests, then is offered the one whom it has not missed.
    room.wait_s(6);
    let (seat, leg) = room.offered().unwrap();
    assert_eq!(seat, 1);
    room.tell(Input::Answered { leg });
    assert_eq!(room.attempt(1).talking_ms, Some(room.now_ms()));
    // A second seat takes the first caller, who has kept the place.
    room.waits("+393331000003", BOOK);
    room.staffed(2);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
    room.hangs_up(mario);
}

#[test]
fn after_a_conversation_the_seat_wraps_up_and_is_free_again() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    room.waits(LUCIA, BOOK);
    room.wait_s(WRAP_UP_S - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn a_disposition_ends_the_wrap_up() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    room.disposes(1, Disposition::Done);
    assert_eq!(room.work_of(1), WorkState::Idle);
}

#[test]
fn a_caller_refused_for_want_of_lines_joins_their_case() {
    let mut room = Room::with(|rules| rules.trunks.get_mut(&TrunkId(1)).unwrap().answer_max = 1);
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let first_ms = room.callback().place_ms;
    room.wait_s(5);
    room.waits(LUCIA, BOOK);
    room.rings(MARIO);
    assert_eq!(room.outcome(2), Some(Outcome::RefusedLines));
    assert!(room.was_done(|effect| matches!(effect, Effect::Refuse { status: 486, .. })));
    let case = room.callback();
    assert_eq!((case.attempts, case.place_ms), (2, first_ms));
    assert_eq!(room.attempt(2).callback, Some(case.id));
    // Mario's and Lucia's: a redial writes neither digits nor a need.
    assert_eq!((room.number_rows(), room.needs().len()), (2, 1));
}

#[test]
fn nobody_who_must_not_be_called_back_is_owed_a_call_and_each_says_why() {
    for (user, why) in [
        ("anonymous", Suppression::Anonymous),
        ("alice", Suppression::NoNumber),
        ("112", Suppression::ForbiddenClass),
        ("118", Suppression::ForbiddenClass),
        ("899123456", Suppression::ForbiddenClass),
        ("+41446681800", Suppression::ForbiddenClass),
    ] {
        let mut room = Room::new();
        let leg = room.waits(user, BOOK);
        room.hangs_up(leg);
        assert_eq!(room.outcome(0), Some(Outcome::AbandonedQueue), "{user}");
        assert_eq!(room.attempt(0).suppressed, Some(why), "{user}");
        assert!(room.no_callback(), "{user}");
    }
}

#[test]
fn the_place_is_told_again_after_an_offer_that_nobody_took() {
    let mut room = Room::new();
    room.waits(LUCIA, BOOK);
    room.wait_s(20);
    room.staffed(1);
    room.wait_s(SEAT_RING_S + 1);
    let said = |effect: &Effect| matches!(effect, Effect::Play { prompts, .. } if prompts.contains(&PromptId(2)));
    assert!(
        !room.was_done(said),
        "nothing is told over the ringing of a seat"
    );
    room.wait_s(30);
    assert!(room.was_done(said));
}

#[test]
fn a_call_out_of_hours_is_due_at_the_next_opening() {
    let mut room = Room::new();
    room.wait_s(10 * 3_600);
    let mario = room.calls(MARIO);
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::OutOfHours));
    let opening_ms = TEN_O_CLOCK_MS + 22 * 3_600_000;
    assert_eq!(room.callback().not_before_ms, opening_ms);
    assert_eq!(room.callback().place_ms, opening_ms);
    room.staffed(1);
    room.wait_s(12 * 3_600 - 1);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn stopping_turns_those_who_wait_into_callbacks_and_tells_them() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.commands(Command::Stop { drain_s: 60 }).unwrap();
    assert!(room.was_done(
        |effect| matches!(effect, Effect::Play { prompts, .. } if *prompts == [PromptId(7)])
    ));
    room.heard(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
    assert!(room.was_done(|effect| matches!(effect, Effect::Drained)));
    room.rings(LUCIA);
    assert_eq!(room.outcome(1), Some(Outcome::RefusedLines));
}

#[test]
fn a_conversation_may_end_in_peace_while_stopping_but_not_for_ever() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(30);
    room.commands(Command::Stop { drain_s: 60 }).unwrap();
    room.wait_s(59);
    assert_eq!(room.outcome(0), None);
    room.wait_s(1);
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert!(room.was_hung_up(mario));
    assert!(room.was_done(|effect| matches!(effect, Effect::Drained)));
}

#[test]
fn whoever_signs_in_after_one_who_did_not_respond_gets_work() {
    let mut room = Room::new();
    room.staffed(1);
    for user in [MARIO, LUCIA, "+393331000003"] {
        room.waits(user, CANCEL);
        room.wait_s(SEAT_RING_S + 6);
    }
    assert_eq!(room.work_of(1), WorkState::NotResponding);
    room.chooses(1, Chosen::SignedOut);
    room.waits("+393331000004", CANCEL);
    room.staffed(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn a_call_cut_by_the_network_is_interrupted_and_owed_a_priority_call() {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.tell(Input::Ended {
        leg: mario,
        by: Party::Network,
    });
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.callback().priority_ms, 3_600_000);
}

#[test]
fn calls_that_come_too_fast_are_refused_with_a_row_and_owed_a_call() {
    let mut room =
        Room::with(|rules| rules.trunks.get_mut(&TrunkId(1)).unwrap().calls_per_s = Some(1));
    room.rings(MARIO);
    room.rings(LUCIA);
    assert_eq!(room.outcome(0), None);
    assert_eq!(room.outcome(1), Some(Outcome::RefusedRate));
    assert_eq!(room.attempt(1).callback, Some(room.callback().id));
    room.wait_s(1);
    room.rings("+393331000003");
    assert_eq!(room.outcome(2), None);
}

#[test]
fn a_call_that_the_signalling_cannot_take_has_its_row_and_is_owed() {
    let asks_too_much = Unacceptable::Request {
        status: 420,
        text: "Requires an extension that is not known here",
    };
    for (why, status, outcome) in [
        (asks_too_much, 420, Outcome::Failed),
        (Unacceptable::Crowded, 486, Outcome::RefusedLines),
    ] {
        let mut room = Room::new();
        let leg = room.rings_unacceptably(MARIO, why);
        assert_eq!(room.outcome(0), Some(outcome));
        assert_eq!(room.attempt(0).sip_status, Some(status));
        assert_eq!(room.attempt(0).callback, Some(room.callback().id));
        let told = |effect: &Effect| matches!(effect, Effect::Refuse { leg: to, status: with, .. } if (*to, *with) == (leg, status));
        assert!(room.was_done(told));
    }
}

#[test]
fn a_call_that_cannot_be_answered_after_all_says_so_in_its_row() {
    let mut room = Room::new();
    let leg = room.rings(MARIO);
    // The answer is decided; then there is no port for its media.
    room.not_answered(leg, 480);
    assert_eq!(room.outcome(0), Some(Outcome::Failed));
    assert_eq!(room.attempt(0).sip_status, Some(480));
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
    let refused = |effect: &Effect| matches!(effect, Effect::Refuse { leg: to, status: 480, .. } if *to == leg);
    assert!(room.was_done(refused));
    assert!(!room.was_hung_up(leg), "there is no call to hang up");
}

/// Whether Mario goes first who came so long before Lucia, whose queue weighs a minute.
fn goes_before_a_weight(before_s: u32) -> bool {
    let mut room = Room::with(|rules| {
        let urgent = rules.queues.get_mut(&QueueId(2)).expect("a queue");
        urgent.matching.weight_s = 60;
    });
    room.waits(MARIO, BOOK);
    room.wait_s(before_s);
    room.waits(LUCIA, CANCEL);
    room.staffed(1);
    room.last_offer().work == Work::Attempt(room.attempt(0).id)
}

#[test]
fn a_queue_goes_before_others_by_its_weight_and_no_more() {
    assert!(!goes_before_a_weight(59));
    assert!(goes_before_a_weight(61));
}
