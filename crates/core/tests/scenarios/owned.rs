//! A callback that an operator owes by name waits for them, and not for ever.

use std::collections::BTreeMap;

use cuptel_core::id::SiteId;
use cuptel_core::rules::Site;
use cuptel_core::staffing::{OperatorChange, SeatChange};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::Chosen;

use crate::room::{GRACE_S, MARIO, Room};

const HOUR_S: u32 = 3_600;

/// Mario gave up; his callback is Bruno's, who has been idle for less than Anna.
fn owned_by_bruno() -> Room {
    let mut room = Room::new();
    owned_by_bruno_in(&mut room);
    room
}

fn owned_by_bruno_in(room: &mut Room) {
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let callback = room.callback().id;
    room.commands(Command::AssignCallback {
        callback,
        operator: Some("bruno".to_owned()),
    })
    .expect("both are there");
    room.staffed(1);
}

#[test]
fn it_goes_to_its_owner_though_somebody_else_is_idle_longer() {
    let mut room = owned_by_bruno();
    room.wait_s(10);
    room.staffed(2);
    room.wait_s(GRACE_S);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn it_waits_for_who_is_away_as_long_as_its_queue_says_and_then_for_nobody() {
    let mut room = owned_by_bruno();
    room.wait_s(GRACE_S + 2 * HOUR_S - 1);
    assert_eq!(room.offered(), None, "bruno may still come");
    room.restarts();
    room.registers(1);
    assert_eq!(room.offered(), None, "also after a restart");
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn it_waits_for_who_is_there_and_pauses() {
    let mut room = owned_by_bruno();
    room.staffed(2);
    room.chooses(2, Chosen::Paused);
    room.wait_s(3 * HOUR_S);
    assert_eq!(room.offered(), None);
    room.chooses(2, Chosen::Available);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn it_waits_no_longer_for_who_sits_where_the_site_is_cut_off_than_for_who_is_away() {
    let mut room = Room::with(|rules| {
        let pescara = Site {
            name: "pescara".to_owned(),
            calls_max: None,
        };
        rules.sites.insert(SiteId(2), pescara);
    });
    let elsewhere = SeatChange {
        name: "102".to_owned(),
        site: Some("pescara".to_owned()),
        account: None,
    };
    room.commands(Command::SetSeats(vec![elsewhere])).unwrap();
    owned_by_bruno_in(&mut room);
    room.staffed(2);
    room.commands(Command::SiteOut {
        site: "pescara".to_owned(),
        supervisor: None,
    })
    .unwrap();
    room.wait_s(GRACE_S + 2 * HOUR_S - 1);
    assert_eq!(room.offered(), None, "it may be back");
    room.wait_s(1);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn it_is_anybodys_when_its_owner_is_removed_or_it_is_given_back() {
    let mut room = owned_by_bruno();
    room.wait_s(GRACE_S);
    assert_eq!(room.offered(), None);
    room.commands(Command::RemoveOperator("bruno".to_owned()))
        .unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    let mut room = owned_by_bruno();
    room.wait_s(GRACE_S);
    let callback = room.callback().id;
    let nobody = |callback| Command::AssignCallback {
        callback,
        operator: None,
    };
    room.commands(nobody(callback)).unwrap();
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
    let unknown = cuptel_core::id::CallbackId(7);
    let told = room.commands(nobody(unknown));
    assert_eq!(told, Err(CommandError::NoCallback(unknown)));
}

#[test]
fn who_has_not_its_skills_is_given_none() {
    let mut room = Room::new();
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    let callback = room.callback().id;
    let unskilled = OperatorChange {
        name: "bruno".to_owned(),
        employer: None,
        home: None,
        pin: None,
        skills: Some(BTreeMap::new()),
    };
    room.commands(Command::SetOperators(vec![unskilled]))
        .unwrap();
    let told = room.commands(Command::AssignCallback {
        callback,
        operator: Some("bruno".to_owned()),
    });
    assert!(
        matches!(told, Err(CommandError::LacksSkill { .. })),
        "{told:?}"
    );
}
