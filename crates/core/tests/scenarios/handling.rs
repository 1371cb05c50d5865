//! An operator does everything with a call from their page: holds it, presses keys, ends it, gives the
//! person on.

use cuptel_core::hand::{CallError, Handling};
use cuptel_core::id::{LegId, QueueId, SeatId, TrunkId};
use cuptel_core::rules::Rules;
use cuptel_core::step::{AfterPlay, Command, CommandError, Effect, Input};
use cuptel_core::stop_button::ButtonTold;
use cuptel_core::words::{
    Button, CallbackState, ClosedHow, DialResult, Disposition, OfferState, Outcome, Party,
    SideKind, Stage, WorkState,
};

use crate::room::{BOOK, GRACE_S, HELD, LUCIA, MARIO, RECONNECTING, Room, STILL_HELD, book};

const FIRST: TrunkId = TrunkId(1);
const SECOND: TrunkId = TrunkId(2);

pub(crate) fn handles(room: &mut Room, seat: &str, handling: Handling) -> Result<(), CommandError> {
    room.commands(Command::Handle {
        seat: seat.to_owned(),
        handling,
        conversation: None,
    })
}

fn to_queue(name: &str) -> Handling {
    Handling::ToQueue(name.to_owned())
}

fn to_seat(name: &str) -> Handling {
    Handling::ToSeat(name.to_owned())
}

/// Mario talks with seat 1 for a minute; the legs of both.
pub(crate) fn talking() -> (Room, LegId, LegId) {
    let mut room = Room::new();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    let seat = room.seat_picks_up();
    room.wait_s(60);
    (room, mario, seat)
}

/// Mario is called back by seat 1 and talks for a minute.
pub(crate) fn called_back() -> (Room, LegId, LegId) {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let seat = room.seat_picks_up();
    let mario = room.rung().expect("he is rung");
    room.tell(Input::Answered { leg: mario });
    room.wait_s(60);
    (room, mario, seat)
}

pub(crate) fn is_joined(room: &Room, person: LegId, seat: LegId) -> bool {
    let last = room.last_done(|effect| {
        if let Effect::Bridge { a, b } = effect {
            return Some(Some((*a, *b)));
        }
        matches!(effect, Effect::Unbridge { .. }).then_some(None)
    });
    last == Some(Some((person, seat)))
}

#[test]
fn who_is_held_hears_music_and_a_word_and_the_operator_silence() {
    for (mut room, mario, seat) in [talking(), called_back()] {
        handles(&mut room, "101", Handling::Hold).unwrap();
        assert!(!is_joined(&room, mario, seat));
        assert_eq!(room.work_of(1), WorkState::OnHold);
        assert_eq!(room.said_to(mario), Some(vec![HELD]));
        let is_quiet = |effect: &Effect| {
            matches!(effect, Effect::Play { leg, then, .. }
                if *leg == seat && *then == AfterPlay::Quiet)
        };
        assert!(room.was_done(is_quiet));
        let call = room.call_at(1).unwrap();
        assert_eq!(call.held_since_ms, Some(room.now_ms()));
        room.wait_s(45);
        assert_eq!(room.said_to(mario), Some(vec![STILL_HELD]));
        let again = handles(&mut room, "101", Handling::Hold);
        assert_eq!(again, Err(CallError::OnHold("101".to_owned()).into()));
        handles(&mut room, "101", Handling::Resume).unwrap();
        assert!(is_joined(&room, mario, seat));
        assert_eq!(room.work_of(1), WorkState::Talking);
        let words = room.count(|it| matches!(it, Effect::Play { leg, .. } if *leg == mario));
        room.wait_s(120);
        let later = room.count(|it| matches!(it, Effect::Play { leg, .. } if *leg == mario));
        assert_eq!(
            later, words,
            "nobody is told that they are not forgotten any more"
        );
        let again = handles(&mut room, "101", Handling::Resume);
        assert_eq!(again, Err(CallError::NotOnHold("101".to_owned()).into()));
    }
}

#[test]
fn who_hangs_up_on_hold_has_been_served() {
    let (mut room, mario, seat) = talking();
    handles(&mut room, "101", Handling::Hold).unwrap();
    room.wait_s(20);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
    assert!(room.was_hung_up(seat));
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    let (mut room, mario, _) = called_back();
    handles(&mut room, "101", Handling::Hold).unwrap();
    room.hangs_up(mario);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
}

#[test]
fn a_phone_that_dies_on_hold_loses_nobody() {
    let (mut room, mario, seat) = talking();
    handles(&mut room, "101", Handling::Hold).unwrap();
    room.tell(Input::MediaLost { leg: seat });
    assert_eq!(room.said_to(mario), Some(vec![RECONNECTING]));
    room.staffed(2);
    let other = room.seat_picks_up();
    assert!(is_joined(&room, mario, other));
    room.wait_s(100);
    assert!(
        is_joined(&room, mario, other),
        "the word of the old hold is not said"
    );
}

#[test]
fn a_restart_while_somebody_is_held_owes_them_a_call() {
    let (mut room, _, _) = talking();
    handles(&mut room, "101", Handling::Hold).unwrap();
    room.restarts();
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_hold_of_the_phone_itself_is_understood_and_taken_up_there() {
    let (mut room, mario, seat) = talking();
    let holds = |holds| Input::PhoneHolds { leg: seat, holds };
    room.tell(holds(true));
    assert_eq!(room.said_to(mario), Some(vec![HELD]));
    assert!(room.call_at(1).unwrap().held_by_phone);
    let refused = handles(&mut room, "101", Handling::Resume);
    assert_eq!(
        refused,
        Err(CallError::HeldByPhone("101".to_owned()).into())
    );
    room.tell(holds(false));
    assert!(is_joined(&room, mario, seat));
    // On the page first, then on the phone.
    handles(&mut room, "101", Handling::Hold).unwrap();
    room.tell(holds(true));
    room.tell(holds(true));
    room.tell(holds(false));
    assert!(is_joined(&room, mario, seat));
    assert_eq!(room.work_of(1), WorkState::Talking);
}

#[test]
fn the_page_hangs_up_as_the_phone_does() {
    let (mut room, mario, seat) = talking();
    handles(&mut room, "101", Handling::Hold).unwrap();
    handles(&mut room, "101", Handling::HangUp).unwrap();
    assert!(room.was_hung_up(mario) && room.was_hung_up(seat));
    assert_eq!(room.outcome(0), Some(Outcome::Served));
    assert_eq!(room.attempt(0).ended_by, Some(Party::Seat));
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    let nothing = handles(&mut room, "101", Handling::HangUp);
    assert_eq!(nothing, Err(CallError::NoCall("101".to_owned()).into()));
}

#[test]
fn a_person_who_is_rung_is_let_go_from_the_page() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let seat = room.seat_picks_up();
    let mario = room.rung().expect("he is rung");
    let early = handles(&mut room, "101", Handling::Hold);
    assert_eq!(early, Err(CallError::NobodyThere("101".to_owned()).into()));
    handles(&mut room, "101", Handling::HangUp).unwrap();
    assert!(room.was_hung_up(mario) && room.was_hung_up(seat));
    assert_eq!(room.dials()[0].result, Some(DialResult::Cancelled));
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.work_of(1), WorkState::Idle);
}

#[test]
fn keys_go_to_the_person_and_nothing_else_does() {
    let (mut room, mario, _) = talking();
    handles(&mut room, "101", Handling::Keys("12*#".to_owned())).unwrap();
    let pressed = room.last_done(|effect| {
        let Effect::Press { leg, keys } = effect else {
            return None;
        };
        Some((*leg, keys.clone()))
    });
    assert_eq!(pressed, Some((mario, "12*#".to_owned())));
    let long = "1".repeat(33);
    for bad in ["", "a", "1 2", "D", long.as_str()] {
        let refused = handles(&mut room, "101", Handling::Keys(bad.to_owned()));
        assert_eq!(refused, Err(CallError::Keys.into()), "{bad}");
    }
    handles(&mut room, "101", Handling::Hold).unwrap();
    let refused = handles(&mut room, "101", Handling::Keys("1".to_owned()));
    assert_eq!(refused, Err(CallError::OnHold("101".to_owned()).into()));
}

#[test]
fn a_person_given_to_a_queue_waits_there_with_the_place_of_their_call() {
    let (mut room, mario, seat) = talking();
    let lucia = room.waits(LUCIA, '2');
    handles(&mut room, "101", to_queue("cancel")).unwrap();
    assert!(!room.was_hung_up(mario) && room.was_hung_up(seat));
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    let row = room.attempt(0);
    assert_eq!((row.stage, row.queue), (Stage::Queued, Some(QueueId(2))));
    let side = room.side_calls()[0].clone();
    assert_eq!(
        (side.kind, side.queue),
        (SideKind::ToQueue, Some(QueueId(2)))
    );
    assert!(side.ended_ms.is_some());
    room.staffed(2);
    let other = room.seat_picks_up();
    assert!(is_joined(&room, mario, other), "Mario called before Lucia");
    room.wait_s(30);
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::Served));
    assert_eq!(room.attempt(0).seat, Some(SeatId(2)));
    room.hangs_up(lucia);
}

#[test]
fn who_gives_up_where_they_were_given_is_owed_a_call_there() {
    let (mut room, mario, _) = talking();
    handles(&mut room, "101", to_queue("cancel")).unwrap();
    room.hangs_up(mario);
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedQueue));
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.needs()[0].queue, Some(QueueId(2)));
    assert_eq!(room.callback().place_ms, room.attempt(0).received_ms);
}

#[test]
fn a_person_called_back_who_is_given_on_stays_owed_until_somebody_talks_with_them() {
    let (mut room, mario, _) = called_back();
    handles(&mut room, "101", to_queue("cancel")).unwrap();
    assert_eq!(room.callback().state, CallbackState::AnsweredWaiting);
    room.hangs_up(mario);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.dials()[0].result, Some(DialResult::Answered));
    let (mut room, mario, _) = called_back();
    handles(&mut room, "101", to_queue("cancel")).unwrap();
    room.staffed(2);
    let other = room.seat_picks_up();
    assert!(is_joined(&room, mario, other));
    room.wait_s(60);
    room.hangs_up(mario);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    assert_eq!(room.dials().len(), 1, "nobody was rung again");
}

#[test]
fn a_queue_that_takes_nobody_is_told_and_the_person_stays() {
    let (mut room, mario, seat) = talking();
    let refused = handles(&mut room, "101", to_queue("nowhere"));
    assert_eq!(refused, Err(CommandError::NoQueue("nowhere".to_owned())));
    room.reloads(|rules| book(rules).waiting_max = 0).unwrap();
    let refused = handles(&mut room, "101", to_queue("book"));
    assert_eq!(refused, Err(CallError::QueueFull("book".to_owned()).into()));
    room.sleeps_s(12 * 3_600);
    let refused = handles(&mut room, "101", to_queue("cancel"));
    assert_eq!(
        refused,
        Err(CallError::QueueClosed("cancel".to_owned()).into())
    );
    assert!(is_joined(&room, mario, seat) && !room.was_hung_up(mario));
}

#[test]
fn a_person_given_to_a_seat_rings_there_before_everyone() {
    for (mut room, mario, _) in [talking(), called_back()] {
        room.waits(LUCIA, BOOK);
        room.staffed(2);
        // Lucia has the free seat; it declines and rests, and is free again.
        let (_, lucias) = room.offered().expect("Lucia is offered");
        room.not_answered(lucias, 603);
        room.wait_s(6);
        handles(&mut room, "101", to_seat("102")).unwrap();
        let (seat, _) = room.offered().expect("its phone rings");
        assert_eq!(seat, 2);
        let other = room.seat_picks_up();
        assert!(is_joined(&room, mario, other));
        assert_eq!(room.side_calls()[0].to_seat, Some(SeatId(2)));
    }
}

#[test]
fn a_seat_that_does_not_take_them_gives_them_to_the_queue_before_everyone() {
    for (mut room, mario, _) in [talking(), called_back()] {
        room.staffed(2);
        handles(&mut room, "101", to_seat("102")).unwrap();
        let (_, leg) = room.offered().expect("its phone rings");
        room.not_answered(leg, 486);
        assert_eq!(room.last_offer().state, OfferState::Busy);
        assert!(!room.was_hung_up(mario));
        room.disposes(1, Disposition::Done);
        room.waits(LUCIA, BOOK);
        let first = room.offered().map(|(seat, _)| seat);
        assert_eq!(
            first,
            Some(1),
            "whoever gave them on has them again, when free"
        );
        let back = room.seat_picks_up();
        assert!(is_joined(&room, mario, back), "and Lucia waits");
    }
}

#[test]
fn who_hangs_up_while_the_other_seat_rings_is_owed_a_call() {
    let (mut room, mario, _) = talking();
    room.staffed(2);
    handles(&mut room, "101", to_seat("102")).unwrap();
    room.hangs_up(mario);
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
    assert_eq!(room.outcome(0), Some(Outcome::AbandonedQueue));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_seat_that_cannot_take_anybody_is_told_and_the_person_stays() {
    let (mut room, mario, seat) = talking();
    let busy = |room: &mut Room| handles(room, "101", to_seat("102"));
    assert_eq!(
        busy(&mut room),
        Err(CallError::SeatBusy("102".to_owned()).into())
    );
    room.waits(LUCIA, BOOK);
    room.staffed(2);
    assert_eq!(
        busy(&mut room),
        Err(CallError::SeatBusy("102".to_owned()).into())
    );
    let own = handles(&mut room, "101", to_seat("101"));
    assert_eq!(own, Err(CallError::SameSeat("101".to_owned()).into()));
    let none = handles(&mut room, "101", to_seat("199"));
    assert_eq!(none, Err(CommandError::NoSeat("199".to_owned())));
    assert!(is_joined(&room, mario, seat));
}

#[test]
fn nobody_is_given_on_once_we_stop() {
    let (mut room, _, _) = talking();
    room.staffed(2);
    room.commands(Command::Stop { drain_s: 60 }).unwrap();
    for handling in [to_queue("cancel"), to_seat("102")] {
        assert_eq!(
            handles(&mut room, "101", handling),
            Err(CommandError::Stopping)
        );
    }
    handles(&mut room, "101", Handling::Hold).unwrap();
    handles(&mut room, "101", Handling::Resume).unwrap();
}

pub(crate) fn dials(room: &mut Room, seat: &str) -> Result<(), CommandError> {
    handles(room, seat, Handling::Dial("Radiologia".to_owned()))
}

/// The phone that rings for no work is picked up.
pub(crate) fn picks_up(room: &mut Room) -> LegId {
    let leg = room.last_seat_leg().expect("it rings");
    room.tell(Input::Answered { leg });
    leg
}

pub(crate) fn asks_ward(room: &mut Room) -> LegId {
    let ward = Handling::ConsultNumber("Radiologia".to_owned());
    handles(room, "101", ward).expect("they may ask");
    room.rung_outside().expect("the ward is rung")
}

#[test]
fn an_operator_calls_a_number_of_the_directory_and_it_is_on_record() {
    let mut room = Room::new();
    room.staffed(1);
    dials(&mut room, "101").unwrap();
    assert_eq!(room.rung_outside(), None, "their own phone first");
    assert_eq!(room.work_of(1), WorkState::Ringing);
    let seat = picks_up(&mut room);
    let ward = room.rung_outside().expect("then the ward's");
    room.tell(Input::Answered { leg: ward });
    assert!(is_joined(&room, seat, ward));
    handles(&mut room, "101", Handling::Keys("5".to_owned())).unwrap();
    assert!(room.was_done(|it| matches!(it, Effect::Press { leg, .. } if *leg == ward)));
    room.wait_s(30);
    room.hangs_up(ward);
    assert!(room.was_hung_up(seat));
    let side = room.side_calls()[0].clone();
    assert_eq!(
        (side.kind, side.result),
        (SideKind::Dial, Some(DialResult::Answered))
    );
    assert_eq!(side.entry.as_deref(), Some("Radiologia"));
    assert!(side.answered_ms.is_some() && side.ended_ms.is_some());
    assert_eq!(room.work_of(1), WorkState::Idle);
    assert_eq!(room.trunk().outbound, 0);
}

/// Two carriers, the second for what the first does not take.
fn two(rules: &mut Rules) {
    let mut second = rules.trunks[&FIRST].clone();
    "second".clone_into(&mut second.name);
    second.dials.order = 1;
    rules.trunks.insert(SECOND, second);
}

#[test]
fn a_number_of_the_directory_that_a_trunk_refuses_is_called_on_the_next_one() {
    let used = |room: &Room| ["carrier", "second"].map(|it| room.trunk_named(it).outbound);
    let mut room = Room::with(two);
    room.staffed(1);
    dials(&mut room, "101").unwrap();
    let seat = picks_up(&mut room);
    let first = room.rung_outside().expect("the ward is rung");
    assert_eq!(
        (room.side_calls()[0].trunk, used(&room)),
        (Some(FIRST), [1, 0])
    );
    room.not_answered(first, 503);
    let second = room.rung_outside().expect("on the other trunk");
    assert_ne!(second, first);
    assert_eq!(
        (room.side_calls()[0].trunk, used(&room)),
        (Some(SECOND), [0, 1])
    );
    assert_eq!(room.side_calls()[0].ended_ms, None, "it is the same call");
    room.tell(Input::Answered { leg: second });
    assert!(is_joined(&room, seat, second));
    room.hangs_up(second);
    assert_eq!(room.side_calls()[0].result, Some(DialResult::Answered));
    assert_eq!(used(&room), [0, 0]);
}

#[test]
fn a_call_that_no_trunk_takes_or_that_is_stopped_meanwhile_is_told_and_a_busy_phone_rings_once() {
    let stop = |room: &mut Room| {
        let told = ButtonTold {
            button: Button::Outgoing,
            tenant: None,
            queue: None,
        };
        let pressed = Box::default();
        room.commands(Command::PressStop { told, pressed }).unwrap();
    };
    let refused: [(&[u16], bool, DialResult); 3] = [
        (&[503, 503], false, DialResult::TrunkFailed),
        (&[486], false, DialResult::Busy),
        (&[503], true, DialResult::TrunkFailed),
    ];
    for (statuses, is_stopped, result) in refused {
        let mut room = Room::with(two);
        room.staffed(1);
        dials(&mut room, "101").unwrap();
        let seat = picks_up(&mut room);
        for status in statuses {
            if is_stopped {
                stop(&mut room);
            }
            let ward = room.rung_outside().expect("the ward is rung");
            room.not_answered(ward, *status);
        }
        assert_eq!(room.side_calls()[0].result, Some(result));
        room.heard(seat);
        assert_eq!(room.work_of(1), WorkState::Idle);
        assert_eq!(room.trunk_named("second").outbound, 0);
    }
}

#[test]
fn nobody_is_offered_to_a_seat_that_calls_and_a_wrap_up_goes_on_after_it() {
    let (mut room, mario, _) = talking();
    room.hangs_up(mario);
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    dials(&mut room, "101").unwrap();
    room.waits(LUCIA, BOOK);
    assert_eq!(room.work_of(1), WorkState::Ringing);
    let seat = picks_up(&mut room);
    let ward = room.rung_outside().expect("the ward is rung");
    room.not_answered(ward, 486);
    room.heard(seat);
    assert!(room.was_hung_up(seat));
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    assert_eq!(room.side_calls()[0].result, Some(DialResult::Busy));
    room.disposes(1, Disposition::Done);
    assert_eq!(
        room.offered().map(|(seat, _)| seat),
        Some(1),
        "Lucia waited"
    );
}

#[test]
fn a_call_that_is_not_made_says_why_and_leaves_nothing() {
    let mut room = Room::new();
    assert_eq!(
        dials(&mut room, "101"),
        Err(CommandError::NobodyThere("101".to_owned()))
    );
    room.staffed(1);
    let unknown = handles(&mut room, "101", Handling::Dial("Nessuno".to_owned()));
    assert_eq!(
        unknown,
        Err(CallError::NoEntry("Nessuno".to_owned()).into())
    );
    dials(&mut room, "101").unwrap();
    let leg = room.last_seat_leg().expect("it rings");
    room.not_answered(leg, 603);
    assert_eq!(room.work_of(1), WorkState::Idle);
    dials(&mut room, "101").unwrap();
    room.wait_s(21);
    assert_eq!(room.work_of(1), WorkState::Idle);
    let results: Vec<_> = room.side_calls().iter().map(|row| row.result).collect();
    assert_eq!(
        results,
        [Some(DialResult::Declined), Some(DialResult::Cancelled)]
    );
    assert!(room.side_calls().iter().all(|row| row.ended_ms.is_some()));
}

#[test]
fn a_person_given_outside_talks_there_and_has_been_served() {
    for (mut room, mario, seat) in [talking(), called_back()] {
        handles(
            &mut room,
            "101",
            Handling::ToNumber("Radiologia".to_owned()),
        )
        .unwrap();
        assert!(room.was_hung_up(seat) && !room.was_hung_up(mario));
        assert_eq!(room.work_of(1), WorkState::WrapUp);
        let ward = room.rung_outside().expect("the ward is rung");
        room.tell(Input::Answered { leg: ward });
        assert!(is_joined(&room, mario, ward));
        room.wait_s(60);
        room.hangs_up(ward);
        assert!(room.was_hung_up(mario));
        let side = room.side_calls()[0].clone();
        assert_eq!(
            (side.kind, side.result),
            (SideKind::ToNumber, Some(DialResult::Answered))
        );
        assert_eq!(room.trunk().outbound, 0);
        let served = room.outcome(0) == Some(Outcome::Served)
            || room.callback().closed_how == Some(ClosedHow::Served);
        assert!(served);
    }
}

#[test]
fn a_person_whom_nobody_outside_takes_goes_before_everyone() {
    for (mut room, mario, _) in [talking(), called_back()] {
        handles(
            &mut room,
            "101",
            Handling::ToNumber("Radiologia".to_owned()),
        )
        .unwrap();
        let ward = room.rung_outside().expect("the ward is rung");
        room.not_answered(ward, 480);
        assert!(!room.was_hung_up(mario));
        room.disposes(1, Disposition::Done);
        let back = room.seat_picks_up();
        assert!(is_joined(&room, mario, back));
    }
}

#[test]
fn who_hangs_up_while_somebody_outside_is_rung_for_them_is_owed_a_call() {
    for (mut room, mario, _) in [talking(), called_back()] {
        handles(
            &mut room,
            "101",
            Handling::ToNumber("Radiologia".to_owned()),
        )
        .unwrap();
        let ward = room.rung_outside().expect("the ward is rung");
        room.hangs_up(mario);
        assert!(room.was_hung_up(ward));
        assert_eq!(room.callback().state, CallbackState::Waiting);
        assert_eq!(room.side_calls()[0].result, Some(DialResult::Cancelled));
    }
}

#[test]
fn a_restart_ends_what_was_rung_outside_and_owes_the_person() {
    let (mut room, _, _) = talking();
    handles(
        &mut room,
        "101",
        Handling::ToNumber("Radiologia".to_owned()),
    )
    .unwrap();
    room.restarts();
    assert_eq!(room.side_calls()[0].result, Some(DialResult::Unknown));
    assert_eq!(room.outcome(0), Some(Outcome::Interrupted));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn somebody_outside_is_asked_swapped_with_and_given_the_person() {
    for (mut room, mario, seat) in [talking(), called_back()] {
        let ward = asks_ward(&mut room);
        assert_eq!(room.work_of(1), WorkState::OnHold);
        let early = handles(&mut room, "101", Handling::Complete);
        assert_eq!(early, Err(CallError::NotYet("101".to_owned()).into()));
        room.tell(Input::Answered { leg: ward });
        assert!(is_joined(&room, seat, ward));
        let asks = room.call_at(1).unwrap().consult.unwrap();
        assert_eq!((asks.whom.as_str(), asks.is_up), ("Radiologia", true));
        handles(&mut room, "101", Handling::Swap).unwrap();
        assert!(is_joined(&room, mario, seat));
        handles(&mut room, "101", Handling::Swap).unwrap();
        assert!(is_joined(&room, seat, ward));
        let held = handles(&mut room, "101", Handling::Hold);
        assert_eq!(held, Err(CallError::Consulting("101".to_owned()).into()));
        handles(&mut room, "101", Handling::Complete).unwrap();
        assert!(is_joined(&room, mario, ward) && room.was_hung_up(seat));
        assert_eq!(room.work_of(1), WorkState::WrapUp);
        room.wait_s(30);
        room.hangs_up(mario);
        assert!(room.was_hung_up(ward));
        assert_eq!(room.side_calls()[0].kind, SideKind::ToNumber);
    }
}

#[test]
fn another_seat_is_asked_and_goes_on_with_the_person() {
    for (mut room, mario, seat) in [talking(), called_back()] {
        room.staffed(2);
        handles(&mut room, "101", Handling::ConsultSeat("102".to_owned())).unwrap();
        room.waits(LUCIA, BOOK);
        assert_eq!(room.work_of(2), WorkState::Ringing);
        let other = room.last_seat_leg().expect("its phone rings");
        room.tell(Input::Ringing { leg: other });
        room.tell(Input::Answered { leg: other });
        assert!(is_joined(&room, seat, other));
        handles(&mut room, "101", Handling::Complete).unwrap();
        assert!(is_joined(&room, mario, other));
        assert_eq!(room.work_of(2), WorkState::Talking);
        assert_eq!(room.side_calls()[0].kind, SideKind::ToSeat);
        room.wait_s(30);
        room.hangs_up(mario);
        assert_eq!(room.work_of(2), WorkState::WrapUp);
    }
}

#[test]
fn the_operator_goes_back_to_the_person_whatever_becomes_of_whom_they_ask() {
    let ends: [fn(&mut Room, LegId); 3] = [
        |room, _| handles(room, "101", Handling::Retrieve).unwrap(),
        |room, ward| room.hangs_up(ward),
        |room, ward| room.tell(Input::MediaLost { leg: ward }),
    ];
    for end in ends {
        let (mut room, mario, seat) = talking();
        let ward = asks_ward(&mut room);
        room.tell(Input::Answered { leg: ward });
        end(&mut room, ward);
        assert!(is_joined(&room, mario, seat));
        assert_eq!(room.work_of(1), WorkState::Talking);
        assert_eq!(room.side_calls()[0].result, Some(DialResult::Answered));
    }
    let (mut room, mario, seat) = talking();
    let ward = asks_ward(&mut room);
    room.not_answered(ward, 486);
    assert_eq!(room.work_of(1), WorkState::OnHold, "they hear why first");
    room.heard(seat);
    assert!(is_joined(&room, mario, seat));
}

#[test]
fn who_hangs_up_while_somebody_is_asked_ends_all_of_it() {
    let (mut room, mario, seat) = talking();
    let ward = asks_ward(&mut room);
    room.hangs_up(mario);
    assert!(room.was_hung_up(ward) && room.was_hung_up(seat));
    assert_eq!(room.outcome(0), Some(Outcome::Served));
    assert_eq!(room.work_of(1), WorkState::WrapUp);
    let (mut room, mario, _) = talking();
    room.staffed(2);
    handles(&mut room, "101", Handling::ConsultSeat("102".to_owned())).unwrap();
    room.hangs_up(mario);
    assert_eq!(room.work_of(2), WorkState::Idle);
}

#[test]
fn an_operator_who_puts_down_the_phone_gives_the_person_to_whom_they_ask() {
    let by_seat = |leg| Input::Ended {
        leg,
        by: Party::Seat,
    };
    let (mut room, mario, seat) = talking();
    let ward = asks_ward(&mut room);
    room.tell(Input::Answered { leg: ward });
    room.tell(by_seat(seat));
    assert!(is_joined(&room, mario, ward) && !room.was_hung_up(mario));
    // While it rings nobody could take them: they go before everyone.
    let (mut room, mario, seat) = talking();
    let ward = asks_ward(&mut room);
    room.tell(by_seat(seat));
    assert!(room.was_hung_up(ward) && !room.was_hung_up(mario));
    room.staffed(2);
    let other = room.seat_picks_up();
    assert!(is_joined(&room, mario, other));
}

#[test]
fn a_phone_that_dies_while_somebody_is_asked_loses_nobody() {
    let (mut room, mario, seat) = talking();
    let ward = asks_ward(&mut room);
    room.tell(Input::Answered { leg: ward });
    room.tell(Input::MediaLost { leg: seat });
    assert!(room.was_hung_up(ward) && !room.was_hung_up(mario));
    assert_eq!(room.said_to(mario), Some(vec![RECONNECTING]));
}

#[test]
fn nothing_is_left_when_the_patience_of_a_stop_is_over() {
    let (mut room, _, _) = talking();
    handles(
        &mut room,
        "101",
        Handling::ToNumber("Radiologia".to_owned()),
    )
    .unwrap();
    room.staffed(2);
    dials(&mut room, "102").unwrap();
    room.commands(Command::Stop { drain_s: 10 }).unwrap();
    room.wait_s(11);
    assert!(room.was_done(|it| matches!(it, Effect::Drained)));
    assert!(room.side_calls().iter().all(|row| row.ended_ms.is_some()));
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn a_stop_of_calls_and_a_mark_hold_for_the_directory_too() {
    let mut room = Room::new();
    room.staffed(1);
    let told = ButtonTold {
        button: Button::Outgoing,
        tenant: None,
        queue: None,
    };
    let pressed = Box::default();
    room.commands(Command::PressStop { told, pressed }).unwrap();
    assert_eq!(dials(&mut room, "101"), Err(CallError::DialsStopped.into()));
}
