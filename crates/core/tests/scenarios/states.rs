//! What is chosen for a seat, by whom, and what follows: the one more, the end of a shift, pauses
//! with reasons, wrap-ups, misses, a phone that is lost for a while, a supervisor's word.

use cuptel_core::rules::WrapUp;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{Chosen, ChosenBy, Disposition, OfferState, Party, WorkState};

use crate::room::{BOOK, CANCEL, EXPECTED_S, LUCIA, MARIO, Room, SEAT_RING_S, WRAP_UP_S};

const HOUR_MS: i64 = 3_600_000;

fn chosen(room: &Room, seat: i64) -> Option<Chosen> {
    room.chosen_at(seat).map(|row| row.chosen)
}

fn pauses(room: &mut Room, reason: Option<&str>) -> Result<(), CommandError> {
    room.commands(Command::Choose {
        seat: "101".to_owned(),
        chosen: Chosen::Paused,
        reason: reason.map(str::to_owned),
        supervisor: None,
    })
}

#[test]
fn the_one_more_is_over_when_it_was_missed_or_refused_but_not_when_its_caller_hung_up() {
    for (status, after) in [(480, Some(Chosen::Paused)), (603, Some(Chosen::Paused))] {
        let mut room = Room::new();
        room.staffed(1);
        room.chooses(1, Chosen::OneMoreThenPause);
        room.waits(MARIO, BOOK);
        let (_, leg) = room.offered().unwrap();
        room.not_answered(leg, status);
        assert_eq!(chosen(&room, 1), after, "{status}");
        room.waits(LUCIA, BOOK);
        room.wait_s(60);
        assert_eq!(room.offered(), None, "nobody asks a second time");
    }
    let mut room = Room::new();
    room.staffed(1);
    room.chooses(1, Chosen::OneMoreThenSignOut);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    assert_eq!(chosen(&room, 1), Some(Chosen::OneMoreThenSignOut));
    room.waits(LUCIA, BOOK);
    room.wait_s(SEAT_RING_S);
    assert_eq!(room.last_offer().state, OfferState::NoAnswer);
    assert_eq!(chosen(&room, 1), None, "whoever misses their last has gone");
    assert_eq!(room.work_of(1), WorkState::Idle);
}

#[test]
fn the_pause_after_the_one_more_has_the_reason_that_was_given_for_it() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.commands(Command::Choose {
        seat: "101".to_owned(),
        chosen: Chosen::OneMoreThenPause,
        reason: Some("pranzo".to_owned()),
        supervisor: None,
    })
    .unwrap();
    room.wait_s(60);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S);
    let there = room.chosen_at(1).unwrap();
    assert_eq!(there.chosen, Chosen::Paused);
    assert_eq!(there.pause_reason.as_deref(), Some("pranzo"));
}

#[test]
fn a_pause_has_one_of_the_reasons_that_are_listed_and_keeps_it_over_a_restart() {
    let listed = |rules: &mut cuptel_core::rules::Rules| {
        rules.pause_reasons = vec!["pranzo".to_owned(), "riunione".to_owned()];
    };
    let mut room = Room::with(listed);
    room.staffed(1);
    for wrong in [Some("caffè"), None] {
        let told = pauses(&mut room, wrong).unwrap_err();
        assert!(matches!(&told, CommandError::PauseReason { known, .. } if known.len() == 2));
        assert!(
            told.to_string()
                .ends_with("expected one of pranzo, riunione")
        );
    }
    assert_eq!(chosen(&room, 1), Some(Chosen::Available));
    pauses(&mut room, Some("pranzo")).unwrap();
    room.wait_s(60);
    pauses(&mut room, Some("riunione")).unwrap();
    // A change of reason closes the interval: an hour of lunch is no hour of meeting.
    let paused: Vec<_> = room
        .intervals()
        .into_iter()
        .filter(|row| row.chosen == Chosen::Paused)
        .map(|row| (row.pause_reason.clone().unwrap(), row.until_ms.is_some()))
        .collect();
    let expected = [("pranzo".to_owned(), true), ("riunione".to_owned(), false)];
    assert_eq!(paused, expected);
    room.restarts();
    let there = room.chosen_at(1).unwrap();
    assert_eq!(there.pause_reason.as_deref(), Some("riunione"));
    // Without a list any word will do.
    let mut room = Room::new();
    room.staffed(1);
    pauses(&mut room, Some("caffè")).unwrap();
    pauses(&mut room, None).unwrap();
}

#[test]
fn nothing_is_offered_that_would_outlast_the_shift_and_its_end_signs_out() {
    let mut room = Room::new();
    let work_s = EXPECTED_S + WRAP_UP_S;
    let ends_ms = room.now_ms() + i64::from(work_s + 60) * 1_000;
    room.registers(1);
    room.signs_in(1, "anna", Some(ends_ms));
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.wait_s(30);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S + 60);
    room.waits(LUCIA, BOOK);
    assert_eq!(room.offered(), None, "it would overrun the shift");
    room.wait_s(work_s);
    assert_eq!(chosen(&room, 1), None);
    let over = room.sign_ins().last().unwrap();
    assert_eq!(
        (over.chosen_by, over.until_ms),
        (ChosenBy::ShiftEnd, Some(ends_ms))
    );
    let late = room.commands(Command::SignIn {
        seat: "101".to_owned(),
        operator: "anna".to_owned(),
        until_ms: Some(ends_ms),
        moves: false,
    });
    assert_eq!(late, Err(CommandError::ShiftIsOver));
}

#[test]
fn the_end_of_a_shift_in_a_conversation_is_awaited_with_its_wrap_up() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + HOUR_MS;
    room.registers(1);
    room.signs_in(1, "anna", Some(ends_ms));
    room.wait_s(3_000);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.wait_s(900);
    assert_eq!(room.work_of(1), WorkState::Talking);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    room.wait_s(WRAP_UP_S);
    assert_eq!(chosen(&room, 1), None);
    // Whoever is asked at the very end has their offer withdrawn: the caller waits on.
    let mut room = Room::new();
    let ends_ms = room.now_ms() + HOUR_MS;
    room.registers(1);
    room.signs_in(1, "anna", Some(ends_ms));
    room.wait_s(3_600 - EXPECTED_S - WRAP_UP_S - 1);
    room.restarts();
    room.registers(1);
    room.wait_s(EXPECTED_S + WRAP_UP_S + 1);
    assert_eq!(chosen(&room, 1), None, "a restart forgets no shift");
}

#[test]
fn whoever_stays_on_after_their_shift_takes_works() {
    let mut room = Room::new();
    let ends_ms = room.now_ms() + HOUR_MS;
    room.registers(1);
    room.signs_in(1, "anna", Some(ends_ms));
    room.wait_s(3_000);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.wait_s(900);
    room.chooses(1, Chosen::Available);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S);
    room.waits(LUCIA, BOOK);
    room.seat_picks_up();
}

#[test]
fn a_wrap_up_is_as_long_as_its_queue_says_and_holds_in_every_queue() {
    for (mode, ends_early, s) in [
        (WrapUp::Fixed, false, WRAP_UP_S),
        (WrapUp::UpTo, true, WRAP_UP_S),
        (WrapUp::None, true, 0),
    ] {
        let mut room = Room::with(|rules| {
            for queue in rules.queues.values_mut() {
                queue.wrap_up = mode;
            }
        });
        room.staffed(1);
        room.waits(MARIO, BOOK);
        let leg = room.seat_picks_up();
        room.waits(LUCIA, CANCEL);
        room.wait_s(60);
        room.tell(Input::Ended {
            leg,
            by: Party::Seat,
        });
        assert_eq!(room.offered().is_some(), s == 0, "{mode:?}");
        if s == 0 {
            continue;
        }
        room.wait_s(s - 1);
        assert_eq!(room.offered(), None, "{mode:?}: also for the other queue");
        room.chooses(1, Chosen::Available);
        assert_eq!(room.offered().is_some(), ends_early, "{mode:?}");
        room.wait_s(1);
        assert!(room.offered().is_some(), "{mode:?}");
    }
}

#[test]
fn a_result_ends_a_wrap_up_that_may_be_ended_and_no_other() {
    for (mode, work) in [
        (WrapUp::UpTo, WorkState::Idle),
        (WrapUp::Fixed, WorkState::WrapUp),
    ] {
        let mut room = Room::with(|rules| {
            for queue in rules.queues.values_mut() {
                queue.wrap_up = mode;
            }
        });
        room.staffed(1);
        room.waits(MARIO, BOOK);
        let leg = room.seat_picks_up();
        room.wait_s(60);
        room.tell(Input::Ended {
            leg,
            by: Party::Seat,
        });
        room.disposes(1, Disposition::Done);
        assert_eq!(room.work_of(1), work, "{mode:?}");
    }
}

#[test]
fn a_seat_that_does_not_respond_is_tried_again_where_the_rules_say_so() {
    let mut room = Room::with(|rules| {
        rules.limits.misses_max = 1;
        rules.limits.not_responding_return_s = 120;
    });
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(SEAT_RING_S);
    assert_eq!(room.work_of(1), WorkState::NotResponding);
    room.wait_s(119);
    assert_eq!(room.offered(), None);
    room.wait_s(1);
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
}

#[test]
fn a_supervisor_pauses_signs_out_and_makes_available_and_is_named() {
    let mut room = Room::with(|rules| rules.limits.misses_max = 1);
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.wait_s(SEAT_RING_S);
    assert_eq!(room.work_of(1), WorkState::NotResponding);
    room.overrides(1, Chosen::Available, None);
    room.seat_picks_up();
    let there = room.chosen_at(1).unwrap().clone();
    assert_eq!(there.chosen_by, ChosenBy::Supervisor);
    assert_eq!(there.supervisor.as_deref(), Some("capo"));
    room.overrides(1, Chosen::Paused, Some("riunione"));
    let named = |room: &Room| {
        let last = room.intervals().into_iter().next_back().cloned().unwrap();
        (
            last.chosen,
            last.chosen_by,
            last.supervisor,
            last.pause_reason,
        )
    };
    let capo = Some("capo".to_owned());
    let reason = Some("riunione".to_owned());
    assert_eq!(
        named(&room),
        (Chosen::Paused, ChosenBy::Supervisor, capo, reason)
    );
    room.chooses(1, Chosen::Available);
    assert_eq!(named(&room).1, ChosenBy::Operator);
    room.overrides(1, Chosen::SignedOut, None);
    let there = room.chosen_at(1).unwrap();
    assert_eq!(there.chosen, Chosen::OneMoreThenSignOut, "not in mid-call");
    assert_eq!(there.chosen_by, ChosenBy::Supervisor);
}

#[test]
fn a_phone_that_is_back_within_the_grace_finds_everything_as_it_was() {
    let mut room = Room::with(|rules| rules.limits.reconnect_grace_s = 300);
    room.staffed(1);
    room.unregisters(1);
    room.wait_s(299);
    room.registers(1);
    room.wait_s(600);
    assert_eq!(chosen(&room, 1), Some(Chosen::Available));
    room.unregisters(1);
    room.wait_s(300);
    assert_eq!(chosen(&room, 1), None);
    let over = room.sign_ins().last().unwrap();
    assert_eq!(over.chosen_by, ChosenBy::ConnectionLost);
}

#[test]
fn whoever_pauses_or_is_at_the_counter_needs_no_phone_meanwhile() {
    let mut room = Room::with(|rules| rules.limits.reconnect_grace_s = 300);
    for away in [Chosen::Paused, Chosen::FrontOffice] {
        room.staffed(1);
        room.chooses(1, away);
        room.unregisters(1);
        room.wait_s(3_600);
        assert_eq!(chosen(&room, 1), Some(away));
        room.chooses(1, Chosen::Available);
        room.wait_s(299);
        assert_eq!(chosen(&room, 1), Some(Chosen::Available));
        room.wait_s(1);
        assert_eq!(chosen(&room, 1), None);
    }
}

#[test]
fn an_operator_may_move_to_another_seat_but_not_out_of_a_conversation() {
    let mut room = Room::new();
    room.staffed(1);
    room.registers(2);
    let sign_in = |moves| Command::SignIn {
        seat: "102".to_owned(),
        operator: "anna".to_owned(),
        until_ms: None,
        moves,
    };
    let elsewhere = Err(CommandError::OperatorElsewhere {
        operator: "anna".to_owned(),
        seat: "101".to_owned(),
    });
    assert_eq!(room.commands(sign_in(false)), elsewhere);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    assert_eq!(room.commands(sign_in(true)), elsewhere);
    room.wait_s(60);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.commands(sign_in(true)).unwrap();
    assert_eq!(
        (chosen(&room, 1), chosen(&room, 2)),
        (None, Some(Chosen::Available))
    );
    assert_eq!(room.sign_ins()[0].chosen_by, ChosenBy::Elsewhere);
    room.waits(LUCIA, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn a_site_has_no_more_calls_than_its_link_carries() {
    let mut room = Room::with(|rules| {
        for site in rules.sites.values_mut() {
            site.calls_max = Some(1);
        }
    });
    room.staffed(1);
    room.staffed(2);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.waits(LUCIA, BOOK);
    room.wait_s(60);
    assert_eq!(room.offered(), None, "seat 2 is free, and its site is not");
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.seat_picks_up();
}
