//! A whole shift by phone alone: what an operator dials on the phone of their seat, and what they hear.

use std::collections::BTreeMap;

use cuptel_core::feature::{EnglishPrompts, Feature, FeaturePolicy, FeaturePrompts};
use cuptel_core::id::LegId;
use cuptel_core::pin::PinDigest;
use cuptel_core::rules::{PromptId, Rules, TaskPolicy};
use cuptel_core::staffing::OperatorChange;
use cuptel_core::step::{Command, CommandError, Effect, Input};
use cuptel_core::task::TaskTold;
use cuptel_core::words::{
    CallbackState, Chosen, ChosenBy, Disposition, OfferState, Outcome, Party, Spoken, Stage,
    Suppression, TaskState, WorkState,
};

use crate::room::{BOOK, GRACE_S, LUCIA, MARIO, Room, book, digit_spoken, hour_spoken};

const NAMES: [&str; 33] = [
    "number",
    "pin",
    "wrong",
    "later",
    "signed_in",
    "signed_out",
    "after",
    "available",
    "paused",
    "reason",
    "which_reason",
    "front_office",
    "nobody",
    "taken",
    "elsewhere",
    "nothing_offered",
    "accepted",
    "handed_back",
    "which_result",
    "result",
    "nothing_in_hand",
    "finished",
    "failed",
    "echo",
    "operator",
    "talking",
    "wrap_up",
    "at_task",
    "offered",
    "not_responding",
    "waiting",
    "more_than",
    "first_since",
];

fn said(name: &str) -> PromptId {
    let place = NAMES.iter().position(|own| *own == name).expect("a name");
    PromptId(800 + u32::try_from(place).expect("few"))
}

fn by_phone(rules: &mut Rules) {
    let codes = [
        ("*10", Feature::SignIn),
        ("*11", Feature::SignOut),
        ("*12", Feature::Available),
        ("*13", Feature::Pause),
        ("*14", Feature::OneMore),
        ("*15", Feature::FrontOffice),
        ("*16", Feature::State),
        ("*21", Feature::Accept),
        ("*22", Feature::Decline),
        ("*30", Feature::Result),
        ("*31", Feature::Finish),
        ("*32", Feature::HandBack),
        ("*90", Feature::Echo),
    ];
    rules.features = Some(FeaturePolicy {
        codes: BTreeMap::from(codes.map(|(code, feature)| (code.to_owned(), feature))),
        echo_s: 10,
        english: None,
        language: Spoken::Italian,
        prompts: FeaturePrompts::find(|name| Some(said(name))).expect("each is there"),
    });
    rules.pause_reasons = vec!["pranzo".to_owned(), "formazione".to_owned()];
}

fn room() -> Room {
    Room::with(by_phone)
}

/// Somebody at a seat dials a code; their phone is answered.
fn dials(room: &mut Room, seat: i64, code: &str) -> LegId {
    let leg = room.seat_dials(seat, code);
    room.tell(Input::Answered { leg });
    leg
}

fn hears(room: &Room, leg: LegId) -> Vec<PromptId> {
    room.said_to(leg).expect("something is said")
}

/// Dials a code, hears this, and is hung up on.
fn does(room: &mut Room, seat: i64, code: &str, words: &[&str]) {
    let leg = dials(room, seat, code);
    let wanted: Vec<PromptId> = words.iter().map(|word| said(word)).collect();
    assert_eq!(hears(room, leg), wanted, "{code}");
    room.heard(leg);
    assert!(room.was_hung_up(leg), "{code}");
}

fn keys(room: &mut Room, leg: LegId, digits: &str) {
    for digit in digits.chars() {
        room.presses(leg, digit);
    }
}

fn has_pin(room: &mut Room, operator: &str, number: &str, pin: &str) -> Result<(), CommandError> {
    room.commands(Command::SetPin {
        operator: operator.to_owned(),
        number: Some(number.to_owned()),
        digest: PinDigest(pin.to_owned()),
    })
}

/// Signs in with number 7 and what is keyed in for the PIN.
fn signs_in(room: &mut Room, seat: i64, pin: &str) -> LegId {
    let leg = dials(room, seat, "*10");
    assert_eq!(hears(room, leg), [said("number")]);
    keys(room, leg, "7#");
    assert_eq!(hears(room, leg), [said("pin")]);
    keys(room, leg, pin);
    keys(room, leg, "#");
    leg
}

fn chosen(room: &Room, seat: i64) -> Chosen {
    let row = room.chosen_at(seat);
    row.map_or(Chosen::SignedOut, |row| row.chosen)
}

#[test]
fn an_operator_pauses_for_a_reason_comes_back_and_goes_by_phone() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room, 1, "*132");
    let wanted = [said("paused"), said("reason"), digit_spoken(2)];
    assert_eq!(hears(&room, leg), wanted);
    assert_eq!(chosen(&room, 1), Chosen::Paused);
    let row = room.chosen_at(1).expect("anna is there");
    assert_eq!(row.pause_reason.as_deref(), Some("formazione"));
    assert_eq!(row.chosen_by, ChosenBy::Operator);
    room.heard(leg);
    does(&mut room, 1, "*12", &["available"]);
    assert_eq!(chosen(&room, 1), Chosen::Available);
    does(&mut room, 1, "*15", &["front_office"]);
    assert_eq!(chosen(&room, 1), Chosen::FrontOffice);
    does(&mut room, 1, "*11", &["signed_out"]);
    assert_eq!(chosen(&room, 1), Chosen::SignedOut);
    does(&mut room, 1, "*12", &["nobody"]);
    let rows: Vec<_> = (0..5).map(|nth| room.attempt(nth).clone()).collect();
    for row in &rows {
        assert_eq!(row.stage, Stage::Ended);
        assert_eq!(row.suppressed, Some(Suppression::Internal));
        assert_eq!((row.tenant, row.callback, row.number), (None, None, None));
    }
    assert_eq!(rows[0].reason.as_deref(), Some("code pause: done"));
    assert_eq!(
        rows[4].reason.as_deref(),
        Some("code available: could not be")
    );
}

#[test]
fn a_reason_that_there_is_not_is_asked_for_and_at_last_given_up() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room, 1, "*13");
    for _ in 0..3 {
        assert_eq!(hears(&room, leg), [said("which_reason")]);
        room.heard(leg);
        assert!(!room.was_hung_up(leg));
        room.presses(leg, '9');
    }
    room.heard(leg);
    assert!(room.was_hung_up(leg));
    assert_eq!(chosen(&room, 1), Chosen::Available);
    let leg = dials(&mut room, 1, "*14");
    room.heard(leg);
    room.presses(leg, '1');
    let wanted = [
        said("after"),
        said("paused"),
        said("reason"),
        digit_spoken(1),
    ];
    assert_eq!(hears(&room, leg), wanted);
    assert_eq!(chosen(&room, 1), Chosen::OneMoreThenPause);
}

#[test]
fn who_presses_nothing_hears_that_it_failed_and_is_hung_up_on() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room, 1, "*13");
    room.heard(leg);
    room.wait_s(16);
    assert_eq!(hears(&room, leg), [said("failed")]);
    room.heard(leg);
    assert!(room.was_hung_up(leg));
    let stuck = dials(&mut room, 1, "*13");
    room.wait_s(181);
    assert!(room.was_hung_up(stuck), "whatever becomes of it");
}

#[test]
fn nobody_rings_where_a_code_is_dialled_and_the_caller_comes_right_after() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room, 1, "*16");
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered(), None);
    room.heard(leg);
    let (seat, _) = room.offered().expect("at once");
    assert_eq!(seat, 1);
}

#[test]
fn a_phone_that_vanishes_in_the_call_leaves_the_seat_free() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room, 1, "*13");
    room.tell(Input::MediaLost { leg });
    assert_eq!(chosen(&room, 1), Chosen::Available);
    room.waits(MARIO, BOOK);
    assert!(room.offered().is_some());
    assert_eq!(
        room.attempt(0).reason.as_deref(),
        Some("code pause: nothing was changed")
    );
}

#[test]
fn a_second_code_from_the_same_phone_ends_the_first() {
    let mut room = room();
    room.staffed(1);
    let first = dials(&mut room, 1, "*13");
    does(&mut room, 1, "*12", &["available"]);
    assert!(room.was_hung_up(first));
    room.waits(MARIO, BOOK);
    assert!(room.offered().is_some(), "neither holds the seat");
}

#[test]
fn a_crash_in_the_call_leaves_an_interrupted_row_and_nobody_is_owed_a_call() {
    let mut room = room();
    room.staffed(1);
    dials(&mut room, 1, "*13");
    room.restarts();
    let row = room.attempt(0);
    assert_eq!(row.outcome, Some(Outcome::Interrupted));
    assert_eq!(row.suppressed, Some(Suppression::Internal));
    assert!(room.no_callback());
}

#[test]
fn the_state_is_told_with_who_waits_and_since_when_the_first() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    room.staffed(1);
    room.chooses(1, Chosen::FrontOffice);
    room.waits(MARIO, BOOK);
    room.wait_s(130);
    room.waits(LUCIA, BOOK);
    let leg = dials(&mut room, 1, "*16");
    let words = hears(&room, leg);
    let wanted = [
        said("operator"),
        digit_spoken(7),
        said("front_office"),
        said("waiting"),
        hour_spoken(2),
        said("first_since"),
        hour_spoken(2),
    ];
    assert_eq!(words[..7], wanted);
    room.heard(leg);
    assert!(room.was_hung_up(leg));
}

#[test]
fn a_number_and_a_pin_sign_an_operator_in_also_from_another_seat() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    room.registers(1);
    room.registers(2);
    let leg = signs_in(&mut room, 1, "246810");
    assert_eq!(hears(&room, leg), [said("signed_in")]);
    room.heard(leg);
    assert_eq!(chosen(&room, 1), Chosen::Available);
    let leg = signs_in(&mut room, 2, "246810");
    assert_eq!(hears(&room, leg), [said("signed_in")]);
    assert_eq!(chosen(&room, 1), Chosen::SignedOut);
    assert_eq!(chosen(&room, 2), Chosen::Available);
    room.heard(leg);
}

#[test]
fn who_sits_at_a_seat_is_not_thrown_out_and_who_talks_is_not_moved() {
    let mut room = room();
    has_pin(&mut room, "bruno", "7", "246810").expect("nobody has 7");
    room.staffed(1);
    room.registers(2);
    let leg = signs_in(&mut room, 1, "246810");
    assert_eq!(hears(&room, leg), [said("taken")]);
    room.heard(leg);
    room.chooses(1, Chosen::FrontOffice);
    room.staffed(2);
    room.waits(MARIO, BOOK);
    room.seat_picks_up();
    assert_eq!(room.work_of(2), WorkState::Talking);
    room.chooses(1, Chosen::SignedOut);
    let leg = signs_in(&mut room, 1, "246810");
    assert_eq!(hears(&room, leg), [said("elsewhere")]);
}

#[test]
fn wrong_pins_hold_the_phone_back_and_an_unknown_number_counts_as_one() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    room.registers(1);
    let leg = signs_in(&mut room, 1, "111111");
    assert_eq!(hears(&room, leg), [said("wrong"), said("number")]);
    keys(&mut room, leg, "8#");
    keys(&mut room, leg, "246810#");
    assert_eq!(hears(&room, leg), [said("wrong"), said("number")]);
    room.hangs_up(leg);
    let leg = signs_in(&mut room, 1, "111112");
    assert_eq!(hears(&room, leg), [said("wrong"), said("later")]);
    room.heard(leg);
    does(&mut room, 1, "*10", &["later"]);
    room.wait_s(61);
    let leg = signs_in(&mut room, 1, "246810");
    assert_eq!(hears(&room, leg), [said("signed_in")]);
    assert_eq!(
        room.attempt(0).reason.as_deref(),
        Some("code sign_in: wrong PIN")
    );
    let shown = format!("{:?}", room.pin_of("anna"));
    assert!(!shown.contains("246810"), "{shown}");
}

#[test]
fn a_guess_that_is_hung_up_on_while_it_is_compared_counts() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    room.registers(1);
    room.disk(true);
    for _ in 0..3 {
        let leg = signs_in(&mut room, 1, "111111");
        room.hangs_up(leg);
    }
    room.disk(false);
    does(&mut room, 1, "*10", &["later"]);
}

#[test]
fn a_number_that_nobody_has_is_refused_no_sooner_than_a_wrong_pin() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    room.registers(1);
    let compared = |room: &Room| room.count(|it| matches!(it, Effect::CheckPin { .. }));
    let leg = dials(&mut room, 1, "*10");
    keys(&mut room, leg, "8#");
    keys(&mut room, leg, "246810#");
    assert_eq!(compared(&room), 1, "it takes as long");
    assert_eq!(hears(&room, leg), [said("wrong"), said("number")]);
    assert_eq!(chosen(&room, 1), Chosen::SignedOut, "and is nobody's PIN");
}

#[test]
fn a_number_is_one_operators_and_free_when_they_leave() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    let taken = has_pin(&mut room, "bruno", "7", "135791");
    assert!(
        matches!(taken, Err(CommandError::NumberTaken { .. })),
        "{taken:?}"
    );
    for number in ["", "12345678901", "1a"] {
        let told = has_pin(&mut room, "bruno", number, "135791");
        assert!(
            matches!(told, Err(CommandError::OperatorNumber(_))),
            "{told:?}"
        );
    }
    let unnamed = room.commands(Command::SetPin {
        operator: "anna".to_owned(),
        number: None,
        digest: PinDigest("135791".to_owned()),
    });
    unnamed.expect("anna keeps 7");
    room.restarts();
    room.registers(1);
    let leg = signs_in(&mut room, 1, "135791");
    assert_eq!(hears(&room, leg), [said("signed_in")]);
    room.commands(Command::RemoveOperator("anna".to_owned()))
        .expect("anna works here");
    let row = room.pin_of("anna").expect("the row stays");
    assert_eq!(row.digest, PinDigest(String::new()));
    has_pin(&mut room, "bruno", "7", "135791").expect("nobody has 7 any more");
}

#[test]
fn a_pin_that_cannot_be_compared_signs_nobody_in_and_counts_for_nothing() {
    let mut room = room();
    has_pin(&mut room, "anna", "7", "246810").expect("nobody has 7");
    room.registers(1);
    room.reads_nothing(true);
    for _ in 0..4 {
        let leg = signs_in(&mut room, 1, "246810");
        assert_eq!(hears(&room, leg), [said("failed")]);
        room.heard(leg);
    }
    room.reads_nothing(false);
    let leg = signs_in(&mut room, 1, "246810");
    assert_eq!(hears(&room, leg), [said("signed_in")]);
}

/// Anna has spoken with Mario, whom she called back, and he has hung up.
fn has_spoken(room: &mut Room) {
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    room.hangs_up(person);
    assert_eq!(room.work_of(1), WorkState::WrapUp);
}

#[test]
fn the_result_is_given_by_phone_in_the_wrap_up_and_ends_it() {
    for (digit, disposition, state) in [
        ("1", Disposition::Done, CallbackState::Closed),
        ("2", Disposition::AnotherPerson, CallbackState::Waiting),
        ("3", Disposition::Improper, CallbackState::Closed),
        ("4", Disposition::Done, CallbackState::Waiting),
        ("5", Disposition::Done, CallbackState::Closed),
    ] {
        let mut room = room();
        has_spoken(&mut room);
        let leg = dials(&mut room, 1, "*30");
        assert_eq!(hears(&room, leg), [said("which_result")]);
        keys(&mut room, leg, digit);
        assert_eq!(hears(&room, leg), [said("result")]);
        assert_eq!(room.work_of(1), WorkState::Idle);
        assert_eq!(room.last_disposition(), Some(disposition));
        let callbacks = room.callbacks();
        let row = callbacks.last().expect("mario's");
        assert_eq!(row.state, state, "{digit}");
    }
}

#[test]
fn the_result_may_be_given_in_the_conversation_and_not_without_one() {
    let mut room = room();
    room.staffed(1);
    does(&mut room, 1, "*301", &["nothing_in_hand"]);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    does(&mut room, 1, "*302", &["result"]);
    assert_eq!(room.work_of(1), WorkState::Talking, "it goes on");
    let leg = dials(&mut room, 1, "*16");
    assert!(hears(&room, leg).contains(&said("talking")));
    room.heard(leg);
    room.wait_s(30);
    room.hangs_up(mario);
    assert_eq!(room.last_disposition(), Some(Disposition::AnotherPerson));
}

#[test]
fn a_pause_in_the_wrap_up_is_told_to_begin_after_it() {
    let mut room = room();
    has_spoken(&mut room);
    let leg = dials(&mut room, 1, "*131");
    assert_eq!(hears(&room, leg)[..2], [said("after"), said("paused")]);
    room.heard(leg);
    does(&mut room, 1, "*11", &["after", "signed_out"]);
}

fn shows(rules: &mut Rules) {
    by_phone(rules);
    rules.decline_reasons = vec!["lingua".to_owned()];
    book(rules).callback.preview.shown_s = 30;
}

/// Mario is owed a call, which is offered to anna.
fn owed() -> Room {
    let mut room = Room::with(shows);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
    room
}

#[test]
fn a_callback_that_is_offered_is_accepted_by_code_and_the_person_rung_on_picking_up() {
    let mut room = owed();
    does(&mut room, 1, "*21", &["accepted"]);
    assert_eq!(room.rung(), None);
    room.seat_picks_up();
    assert!(room.rung().is_some(), "nothing is read first");
}

#[test]
fn a_callback_is_handed_back_by_code_with_its_reason() {
    let mut room = owed();
    let leg = dials(&mut room, 1, "*22");
    assert_eq!(hears(&room, leg), [said("which_reason")]);
    keys(&mut room, leg, "1");
    assert_eq!(hears(&room, leg), [said("handed_back")]);
    assert_eq!(room.last_offer().state, OfferState::Rejected);
    assert_eq!(room.declines()[0].reason, "lingua");
    room.heard(leg);
    does(&mut room, 1, "*21", &["nothing_offered"]);
    does(&mut room, 1, "*221", &["nothing_offered"]);
}

#[test]
fn an_offer_that_comes_before_the_code_is_answered_goes_on_as_any() {
    let mut room = room();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let (_, ringing) = room.offered().expect("anna is free");
    let leg = dials(&mut room, 1, "*131");
    assert_eq!(hears(&room, leg)[..2], [said("after"), said("paused")]);
    room.tell(Input::Answered { leg: ringing });
    assert_eq!(room.work_of(1), WorkState::Talking);
    room.heard(leg);
    assert_eq!(room.work_of(1), WorkState::Talking);
}

/// A task is offered to anna.
fn with_task() -> Room {
    let mut room = Room::with(|rules| {
        by_phone(rules);
        for queue in rules.queues.values_mut() {
            queue.tasks = TaskPolicy {
                lease_s: 60,
                ..TaskPolicy::default()
            };
        }
    });
    room.staffed(1);
    room.commands(Command::AddTasks(vec![TaskTold {
        tenant: "asl".to_owned(),
        queue: "book".to_owned(),
        title: "agenda".to_owned(),
        due_ms: None,
        operator: None,
        interruptible: None,
        request_key: None,
    }]))
    .expect("it is a task");
    room.wait_s(2);
    assert_eq!(room.task(0).state, TaskState::Offered);
    room
}

#[test]
fn a_task_is_accepted_finished_or_handed_back_by_code() {
    let mut room = with_task();
    let leg = dials(&mut room, 1, "*16");
    assert!(hears(&room, leg).contains(&said("offered")));
    room.heard(leg);
    assert_eq!(
        room.task(0).state,
        TaskState::Offered,
        "it waits for the word"
    );
    does(&mut room, 1, "*21", &["accepted"]);
    assert_eq!(room.work_of(1), WorkState::AtTask);
    does(&mut room, 1, "*31", &["finished"]);
    assert_eq!(room.task(0).state, TaskState::Done);
    does(&mut room, 1, "*31", &["nothing_in_hand"]);

    let mut room = with_task();
    does(&mut room, 1, "*21", &["accepted"]);
    does(&mut room, 1, "*32", &["handed_back"]);
    assert_eq!(room.task(0).state, TaskState::Waiting);

    let mut room = with_task();
    does(&mut room, 1, "*22", &["handed_back"]);
    assert_eq!(room.task(0).state, TaskState::Waiting);
}

#[test]
fn whoever_tests_their_headset_hears_themselves_for_a_while_and_it_is_no_conversation() {
    let mut room = room();
    let leg = dials(&mut room, 1, "*90");
    assert_eq!(
        hears(&room, leg),
        [said("echo")],
        "nobody need be signed in"
    );
    room.heard(leg);
    let joined =
        |effect: &Effect| matches!(effect, Effect::Bridge { a, b } if *a == leg && *b == leg);
    assert!(room.was_done(joined));
    assert!(!room.was_hung_up(leg));
    room.wait_s(11);
    assert!(room.was_hung_up(leg));
    assert_eq!(room.attempt(0).talking_ms, None);
    let leg = dials(&mut room, 1, "*90");
    room.heard(leg);
    room.presses(leg, '#');
    assert!(room.was_hung_up(leg), "a hash ends it");
}

#[test]
fn codes_that_no_file_names_are_refused_as_any_number() {
    let mut room = Room::new();
    room.staffed(1);
    let leg = room.seat_dials(1, "*12");
    let refused =
        |effect: &Effect| matches!(effect, Effect::Refuse { leg: own, .. } if *own == leg);
    assert!(room.was_done(refused));
    let mut room = self::room();
    room.staffed(1);
    let leg = room.seat_dials(1, "*121");
    let refused =
        |effect: &Effect| matches!(effect, Effect::Refuse { leg: own, .. } if *own == leg);
    assert!(room.was_done(refused), "available takes no digit");
    let caller = room.calls("0861*12");
    assert!(!room.was_hung_up(caller), "a code is for phones of seats");
}

#[test]
fn a_stop_ends_the_calls_and_refuses_more() {
    let mut room = room();
    room.staffed(1);
    let leg = dials(&mut room, 1, "*13");
    room.commands(Command::Stop { drain_s: 5 })
        .expect("it stops");
    assert!(room.was_hung_up(leg));
    room.tell(Input::Ended {
        leg,
        by: Party::Caller,
    });
    let late = room.seat_dials(1, "*12");
    let refused = |effect: &Effect| matches!(effect, Effect::Refuse { leg, .. } if *leg == late);
    assert!(room.was_done(refused));
}

/// The same recordings in English.
fn in_english(name: &str) -> PromptId {
    PromptId(said(name).0 + 100)
}

fn english() -> EnglishPrompts {
    EnglishPrompts {
        prompts: FeaturePrompts::find(|name| Some(in_english(name))).expect("each is there"),
        numbers: (0..24).map(|n| PromptId(1_000 + n)).collect(),
        minutes: PromptId(1_100),
    }
}

#[test]
fn english_is_spoken_where_the_centre_or_the_authority_of_who_works_there_says_so() {
    let speaks = |language: Spoken, of_tenant: Option<Spoken>| {
        let mut room = Room::with(|rules| {
            by_phone(rules);
            let policy = rules.features.as_mut().expect("there are codes");
            policy.english = Some(english());
            policy.language = language;
            for tenant in rules.tenants.values_mut() {
                tenant.spoken = of_tenant;
            }
        });
        let nobody = dials(&mut room, 1, "*12");
        let before = hears(&room, nobody);
        room.heard(nobody);
        room.staffed(1);
        let home = OperatorChange {
            name: "anna".to_owned(),
            employer: None,
            skills: None,
            home: Some("asl".to_owned()),
            pin: None,
        };
        room.commands(Command::SetOperators(vec![home])).unwrap();
        let leg = dials(&mut room, 1, "*131");
        (before, hears(&room, leg))
    };
    let (italian, italian_pause) = (
        vec![said("nobody")],
        vec![said("paused"), said("reason"), digit_spoken(1)],
    );
    let (english, english_pause) = (
        vec![in_english("nobody")],
        vec![in_english("paused"), in_english("reason"), PromptId(1_001)],
    );
    let it = Spoken::Italian;
    let en = Spoken::English;
    assert_eq!(speaks(it, None), (italian.clone(), italian_pause.clone()));
    assert_eq!(speaks(en, None), (english.clone(), english_pause.clone()));
    assert_eq!(speaks(it, Some(en)), (italian, english_pause));
    assert_eq!(speaks(en, Some(it)), (english, italian_pause));
}
