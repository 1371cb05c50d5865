//! Results of the centre's own: what each means for what the person is owed.

use cuptel_core::id::{LegId, QueueId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::own_result::{OwnResult, ResultCode, ResultTold};
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{CallbackState, ClosedHow, Disposition, Meaning, NeedKind, PriorityClass};

use crate::room::{BOOK, GRACE_S, MARIO, Room};

fn code(text: &str) -> ResultCode {
    text.parse().expect("a code")
}

/// A room that knows these words.
fn with_words() -> Room {
    let word = |text: &str, means: Meaning| OwnResult {
        code: code(text),
        means,
        class: (means == Meaning::TakenInCharge).then_some(PriorityClass::B),
        it: text.to_owned(),
        en: text.to_owned(),
        tenant: None,
        queue: None,
    };
    Room::with(|rules| {
        rules.own_results = vec![
            word("disdetta", Meaning::Settled),
            word("manca-ricetta", Meaning::CallAgain),
            word("nessun-posto", Meaning::TakenInCharge),
            OwnResult {
                class: Some(PriorityClass::U),
                ..word("subito", Meaning::TakenInCharge)
            },
            word("parente", Meaning::AnotherPerson),
            word("altro-ente", Meaning::Improper),
            OwnResult {
                queue: Some(QueueId(2)),
                ..word("solo-disdette", Meaning::Settled)
            },
        ];
    })
}

fn says(room: &mut Room, text: &str) -> Result<(), CommandError> {
    room.commands(Command::Dispose {
        seat: "101".to_owned(),
        disposition: ResultTold::Own(code(text)),
        said: NeedsSaid::default(),
        conversation: None,
    })
}

/// Mario gave up waiting, is called back, and talks.
fn called_back() -> (Room, LegId) {
    let mut room = with_words();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    (room, person)
}

/// Mario, who is owed nothing, talks.
fn got_through() -> (Room, LegId) {
    let mut room = with_words();
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    (room, mario)
}

#[test]
fn a_word_is_kept_with_the_result_that_it_means() {
    for (text, known, state) in [
        ("disdetta", Disposition::Done, CallbackState::Closed),
        ("altro-ente", Disposition::Improper, CallbackState::Closed),
        (
            "parente",
            Disposition::AnotherPerson,
            CallbackState::Waiting,
        ),
    ] {
        let (mut room, person) = called_back();
        says(&mut room, text).unwrap();
        let told = room.seat_now(1).result.expect("a conversation");
        assert_eq!(told.told, Some(known), "{text}");
        assert_eq!(told.code, Some(code(text)));
        room.hangs_up(person);
        assert_eq!(room.callback().state, state, "{text}");
        let kept = room.last_assignment().expect("it is recorded");
        assert_eq!(
            (kept.disposition, kept.code.clone()),
            (Some(known), Some(code(text)))
        );
    }
}

#[test]
fn who_is_to_be_called_again_keeps_their_place_or_is_owed_a_call_from_now_on() {
    let (mut room, person) = called_back();
    let place_ms = room.callback().place_ms;
    says(&mut room, "manca-ricetta").unwrap();
    room.hangs_up(person);
    let row = room.callback();
    assert_eq!(
        (row.state, row.place_ms),
        (CallbackState::Waiting, place_ms)
    );

    let (mut room, mario) = got_through();
    says(&mut room, "manca-ricetta").unwrap();
    room.hangs_up(mario);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.needs()[0].kind, NeedKind::Manual);
    let told: Vec<_> = room.details_of(room.callback().id);
    assert_eq!(told[0].note.as_deref(), Some("manca-ricetta"));
    room.restarts();
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn said_in_the_wrap_up_it_means_the_same() {
    let (mut room, mario) = got_through();
    room.hangs_up(mario);
    says(&mut room, "nessun-posto").unwrap();
    assert_eq!(room.callback().state, CallbackState::Waiting);
    assert_eq!(room.needs()[0].kind, NeedKind::TakenInCharge);

    let (mut room, person) = called_back();
    room.hangs_up(person);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));
    says(&mut room, "manca-ricetta").unwrap();
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn what_is_taken_in_charge_by_a_word_has_the_deadline_of_its_class_and_is_owed_once() {
    let (mut room, mario) = got_through();
    says(&mut room, "nessun-posto").unwrap();
    says(&mut room, "nessun-posto").unwrap();
    room.hangs_up(mario);
    let needs = room.needs();
    assert_eq!(needs.len(), 1);
    assert_eq!(needs[0].kind, NeedKind::TakenInCharge);
    let details = room.details_of(room.callback().id);
    assert_eq!(details[0].class, Some(PriorityClass::B));
    assert!(details[0].due_ms.is_some());
    assert_eq!(details[0].opened_by.as_deref(), Some("anna"));
}

#[test]
fn a_result_that_is_corrected_takes_its_debt_back_with_it() {
    // In the conversation, and after it where the time for it goes on.
    let (mut room, mario) = got_through();
    says(&mut room, "nessun-posto").unwrap();
    says(&mut room, "disdetta").unwrap();
    room.hangs_up(mario);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Withdrawn));
    let details = room.details_of(room.callback().id);
    assert_eq!(details[0].closed_by.as_deref(), Some("anna"));
    assert!(details[0].closed_because.is_some());

    let (mut room, person) = called_back();
    says(&mut room, "nessun-posto").unwrap();
    says(&mut room, "altro-ente").unwrap();
    room.hangs_up(person);
    assert_eq!(room.callback().closed_how, Some(ClosedHow::Served));

    // One that opens something else: that alone is owed.
    let (mut room, mario) = got_through();
    says(&mut room, "nessun-posto").unwrap();
    says(&mut room, "manca-ricetta").unwrap();
    room.hangs_up(mario);
    let open: Vec<_> = room
        .needs()
        .into_iter()
        .filter(|it| it.closed_ms.is_none())
        .collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].kind, NeedKind::Manual);
}

#[test]
fn a_word_that_is_more_urgent_makes_what_is_owed_already_more_urgent() {
    let (mut room, mario) = got_through();
    says(&mut room, "nessun-posto").unwrap();
    room.hangs_up(mario);
    let id = room.callback().id;
    let before = room.details_of(id)[0].clone();
    room.wait_s(60);
    let again = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    says(&mut room, "subito").unwrap();
    let after = room.details_of(id)[0].clone();
    assert_eq!(after.class, Some(PriorityClass::U));
    assert!(after.due_ms < before.due_ms);
    assert_eq!(
        after.note, before.note,
        "whoever promised it first has said why"
    );
    // Corrected, what was promised before is not taken back.
    says(&mut room, "disdetta").unwrap();
    room.hangs_up(again);
    assert_eq!(room.callback().state, CallbackState::Waiting);
}

#[test]
fn who_is_promised_a_call_anew_keeps_the_one_that_was_ticked_as_settled() {
    for in_wrap_up in [false, true] {
        let (mut room, mario) = got_through();
        says(&mut room, "nessun-posto").unwrap();
        room.hangs_up(mario);
        room.wait_s(60);
        let again = room.waits(MARIO, BOOK);
        room.seat_picks_up();
        room.wait_s(60);
        let ticked = room.needs()[0].id;
        if in_wrap_up {
            room.hangs_up(again);
        }
        room.commands(Command::Dispose {
            seat: "101".to_owned(),
            disposition: ResultTold::Own(code("nessun-posto")),
            said: NeedsSaid {
                close: vec![ticked],
                keep: Vec::new(),
            },
            conversation: None,
        })
        .unwrap();
        if !in_wrap_up {
            room.hangs_up(again);
        }
        assert_eq!(room.callback().state, CallbackState::Waiting);
        let open = room.needs().into_iter().find(|it| it.id == ticked);
        assert_eq!(open.expect("it is there").closed_ms, None);
    }
}

#[test]
fn a_word_that_is_not_there_or_of_another_queue_is_refused_and_nothing_is_recorded() {
    let (mut room, _) = called_back();
    for text in ["mai-vista", "solo-disdette"] {
        let refused = says(&mut room, text);
        assert_eq!(refused, Err(CommandError::NoSuchResult(code(text))));
    }
    assert_eq!(room.seat_now(1).result.unwrap().told, None);
    let mut idle = with_words();
    idle.staffed(1);
    let refused = says(&mut idle, "disdetta");
    assert_eq!(refused, Err(CommandError::NoConversation("101".to_owned())));
}
