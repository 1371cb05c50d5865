//! Operators and seats are changed while the centre runs: at once, whole or not at all, and
//! whoever is removed in a conversation ends it in peace.

use std::collections::BTreeMap;

use cuptel_core::pin::PinDigest;
use cuptel_core::staffing::{Account, OperatorChange, PinChange, SeatChange, WhyNotTaken};
use cuptel_core::step::{Command, CommandError, Effect, Input};
use cuptel_core::words::{Chosen, Party, WorkState};

use crate::room::{BOOK, LUCIA, MARIO, Room, WRAP_UP_S};

fn skilled(name: &str, skills: &[(&str, u8)]) -> OperatorChange {
    OperatorChange {
        name: name.to_owned(),
        employer: None,
        skills: Some(
            skills
                .iter()
                .map(|(skill, level)| ((*skill).to_owned(), *level))
                .collect(),
        ),
        home: None,
        pin: None,
    }
}

fn employed(name: &str) -> OperatorChange {
    OperatorChange {
        name: name.to_owned(),
        employer: Some("asl".to_owned()),
        skills: Some(BTreeMap::from([("all".to_owned(), 2)])),
        home: None,
        pin: None,
    }
}

fn seat(name: &str) -> SeatChange {
    SeatChange {
        name: name.to_owned(),
        site: Some("teramo".to_owned()),
        account: Some(Account {
            ha1_md5: "5".to_owned(),
            ha1_sha256: "6".to_owned(),
        }),
    }
}

fn refused(answer: Result<(), CommandError>) -> Vec<(String, WhyNotTaken)> {
    match answer {
        Err(CommandError::NotTaken(faults)) => faults
            .into_iter()
            .map(|fault| (fault.which, fault.why))
            .collect(),
        other => panic!("expected a list of faults: {other:?}"),
    }
}

#[test]
fn a_skill_that_is_learned_or_lost_counts_at_once_where_its_operator_sits() {
    let mut room = Room::new();
    room.staffed(1);
    room.commands(Command::SetOperators(vec![skilled("anna", &[])]))
        .unwrap();
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered(), None, "anna can do nothing now");
    room.commands(Command::SetOperators(vec![skilled("anna", &[("all", 1)])]))
        .unwrap();
    room.seat_picks_up();
    assert_eq!(room.attempt(0).talking_ms, Some(room.now_ms()));
}

#[test]
fn a_new_name_that_another_has_but_for_its_capitals_is_refused() {
    let mut room = Room::new();
    let list = vec![employed("ANNA"), employed("Dario"), employed("dario")];
    let told = refused(room.commands(Command::SetOperators(list)));
    assert_eq!(
        told,
        [
            ("ANNA".to_owned(), WhyNotTaken::Twin("anna".to_owned())),
            ("dario".to_owned(), WhyNotTaken::Twin("Dario".to_owned())),
        ]
    );
    room.commands(Command::SetOperators(vec![employed("Dario")]))
        .unwrap();
    room.commands(Command::SetOperators(vec![employed("Dario")]))
        .unwrap();
    room.commands(Command::SetSeats(vec![seat("lab1")]))
        .unwrap();
    let told = refused(room.commands(Command::SetSeats(vec![seat("LAB1")])));
    assert_eq!(told[0].1, WhyNotTaken::Twin("lab1".to_owned()));
}

#[test]
fn a_list_with_one_fault_changes_nobody_and_tells_every_fault() {
    let mut room = Room::new();
    let before: Vec<_> = room.operator_rows().into_iter().cloned().collect();
    let list = vec![
        skilled("anna", &[("all", 6)]),
        employed("carla"),
        skilled("dario", &[("al", 3)]),
        employed("carla"),
    ];
    let told = refused(room.commands(Command::SetOperators(list)));
    let names: Vec<_> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["carla", "anna", "dario", "dario"]);
    assert_eq!(told[0].1, WhyNotTaken::Twice);
    assert!(matches!(told[1].1, WhyNotTaken::Level { level: 6, .. }));
    assert_eq!(told[2].1, WhyNotTaken::NoEmployer);
    assert!(matches!(&told[3].1, WhyNotTaken::UnknownSkill { skill, .. } if skill == "al"));
    let after: Vec<_> = room.operator_rows().into_iter().cloned().collect();
    assert_eq!(before, after);
    let told = refused(room.commands(Command::SetSeats(vec![
        SeatChange {
            account: None,
            ..seat("103")
        },
        SeatChange {
            site: Some("termo".to_owned()),
            ..seat("1 4")
        },
        SeatChange {
            site: None,
            ..seat("105")
        },
    ])));
    let whys: Vec<_> = told.into_iter().map(|(_, why)| why).collect();
    assert_eq!(whys[0], WhyNotTaken::NoPassword);
    assert_eq!(whys[1], WhyNotTaken::NoExtension);
    assert!(matches!(whys[2], WhyNotTaken::UnknownSite { .. }));
    assert_eq!(whys[3], WhyNotTaken::NoSite);
    assert_eq!(room.seats_shown().len(), 2);
}

#[test]
fn a_new_operator_works_at_a_new_seat_and_after_a_restart_too() {
    let mut room = Room::new();
    room.commands(Command::SetOperators(vec![employed("carla")]))
        .unwrap();
    room.commands(Command::SetSeats(vec![seat("103")])).unwrap();
    assert!(
        room.was_done(|effect| matches!(effect, Effect::Account { seat }
        if seat.name == "103" && seat.ha1_md5 == "5" && seat.removed_ms.is_none()))
    );
    let sign_in = Command::SignIn {
        seat: "103".to_owned(),
        operator: "carla".to_owned(),
        until_ms: None,
        moves: false,
    };
    room.commands(sign_in).unwrap();
    room.restarts();
    let third = ("103".to_owned(), Some("carla".to_owned()));
    assert!(room.seats_shown().contains(&third));
}

#[test]
fn who_is_removed_in_a_conversation_ends_it_and_is_signed_out() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    let leg = room.seat_picks_up();
    room.commands(Command::RemoveOperator("anna".to_owned()))
        .unwrap();
    assert_eq!(room.work_of(1), WorkState::Talking);
    room.waits(LUCIA, BOOK);
    room.wait_s(60);
    room.tell(Input::Ended {
        leg,
        by: Party::Seat,
    });
    room.wait_s(WRAP_UP_S);
    assert_eq!(room.offered(), None, "anna works here no more");
    let sign_in = room.sign_ins().last().unwrap();
    assert_eq!(sign_in.chosen, Chosen::SignedOut);
    assert!(sign_in.until_ms.is_some());
    let again = room.commands(Command::SignIn {
        seat: "101".to_owned(),
        operator: "anna".to_owned(),
        until_ms: None,
        moves: false,
    });
    assert_eq!(again, Err(CommandError::NoOperator("anna".to_owned())));
    // Whoever comes back is the same one: their history stays theirs.
    room.commands(Command::SetOperators(vec![employed("anna")]))
        .unwrap();
    assert_eq!(room.operator_rows().len(), 2);
    room.staffed(1);
    room.seat_picks_up();
}

#[test]
fn a_crash_in_the_last_conversation_of_who_was_removed_signs_them_out() {
    let mut room = Room::new();
    room.staffed(1);
    room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.commands(Command::RemoveOperator("anna".to_owned()))
        .unwrap();
    room.restarts();
    assert!(room.seats_shown().iter().all(|(_, who)| who.is_none()));
    assert!(room.sign_ins().last().unwrap().until_ms.is_some());
}

#[test]
fn a_seat_that_is_removed_is_offered_nothing_and_its_phone_is_unknown() {
    let mut room = Room::new();
    room.staffed(1);
    room.commands(Command::RemoveSeat("101".to_owned()))
        .unwrap();
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered(), None);
    assert!(
        room.was_done(|effect| matches!(effect, Effect::Account { seat }
        if seat.name == "101" && seat.removed_ms.is_some()))
    );
    assert_eq!(room.seats_shown(), [("102".to_owned(), None)]);
    let gone = room.commands(Command::RemoveSeat("101".to_owned()));
    assert_eq!(gone, Err(CommandError::NoSeat("101".to_owned())));
    room.restarts();
    assert_eq!(room.seats_shown(), [("102".to_owned(), None)]);
    room.commands(Command::SetSeats(vec![seat("101")])).unwrap();
    room.staffed(1);
    room.waits(LUCIA, BOOK);
    room.seat_picks_up();
}

fn with_pin(name: &str, number: Option<&str>, digest: Option<&str>) -> OperatorChange {
    OperatorChange {
        pin: Some(PinChange {
            number: number.map(str::to_owned),
            digest: digest.map(|digest| PinDigest(digest.to_owned())),
        }),
        ..employed(name)
    }
}

#[test]
fn a_list_gives_numbers_and_pins_whole_or_says_why_not() {
    let mut room = Room::new();
    let list = vec![
        with_pin("gina", Some("27"), Some("first")),
        with_pin("ugo", Some("28"), Some("second")),
        employed("lea"),
    ];
    room.commands(Command::SetOperators(list)).unwrap();
    assert_eq!(room.pin_of("gina").unwrap().number, "27");
    assert!(room.pin_of("lea").is_none());
    // What is not said stays.
    room.commands(Command::SetOperators(vec![employed("gina")]))
        .unwrap();
    let list = vec![with_pin("gina", None, Some("another"))];
    room.commands(Command::SetOperators(list)).unwrap();
    let kept = room.pin_of("gina").unwrap();
    assert_eq!(
        (kept.number.as_str(), kept.digest.0.as_str()),
        ("27", "another")
    );
    room.restarts();
    for (wrong, why) in [
        (with_pin("lea", None, Some("x")), WhyNotTaken::NoNumber),
        (
            with_pin("lea", Some("2x"), Some("x")),
            WhyNotTaken::NoNumber,
        ),
        (with_pin("lea", Some("29"), None), WhyNotTaken::NoPin),
        (
            with_pin("lea", Some("27"), Some("x")),
            WhyNotTaken::NumberTaken("27".to_owned()),
        ),
        (
            with_pin("lea", Some("30"), Some("x")),
            WhyNotTaken::NumberTaken("30".to_owned()),
        ),
    ] {
        let list = vec![wrong, with_pin("ugo", Some("30"), Some("x"))];
        let refused = room.commands(Command::SetOperators(list)).unwrap_err();
        let CommandError::NotTaken(faults) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(faults[0].why, why);
        assert_eq!(room.pin_of("ugo").unwrap().number, "28", "nothing is taken");
    }
}
