//! A site that is cut off, said by somebody or noticed: its load goes elsewhere, and it comes back.

use cuptel_core::id::SiteId;
use cuptel_core::rules::{Rules, Site};
use cuptel_core::staffing::SeatChange;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Chosen, Stage};

use crate::room::{BOOK, LUCIA, MARIO, RECONNECTING, Room};

fn noticed(rules: &mut Rules) {
    rules.limits.site_outage_within_s = 20;
    rules.limits.reconnect_grace_s = 60;
}

fn out(room: &mut Room, site: &str) -> Result<(), CommandError> {
    room.commands(Command::SiteOut {
        site: site.to_owned(),
        supervisor: Some("capo".to_owned()),
    })
}

fn back(room: &mut Room) -> Result<(), CommandError> {
    room.commands(Command::SiteResumes {
        site: "teramo".to_owned(),
    })
}

#[test]
fn who_talks_at_a_site_that_is_said_to_be_cut_off_is_given_to_a_seat_elsewhere() {
    let mut room = Room::with(|rules| {
        let pescara = Site {
            name: "pescara".to_owned(),
            calls_max: None,
        };
        rules.sites.insert(SiteId(2), pescara);
    });
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    let elsewhere = SeatChange {
        name: "102".to_owned(),
        site: Some("pescara".to_owned()),
        account: None,
    };
    room.commands(Command::SetSeats(vec![elsewhere])).unwrap();
    room.staffed(2);
    out(&mut room, "teramo").unwrap();
    assert_eq!(room.said_to(mario), Some(vec![RECONNECTING]));
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
    room.seat_picks_up();
    assert_eq!(room.attempt(0).stage, Stage::Talking);
    room.registers(1);
    room.waits(LUCIA, BOOK);
    room.wait_s(60);
    assert_eq!(room.offered(), None, "a phone that is there proves nothing");
    room.restarts();
    room.registers(1);
    room.waits("+393331000003", BOOK);
    assert_eq!(room.offered(), None, "what was said holds over a restart");
    back(&mut room).unwrap();
    room.seat_picks_up();
    let again = back(&mut room);
    assert_eq!(again, Err(CommandError::SiteNotOut("teramo".to_owned())));
    let unknown = out(&mut room, "termo");
    assert_eq!(unknown, Err(CommandError::NoSite("termo".to_owned())));
}

#[test]
fn phones_that_vanish_together_are_an_outage_that_ends_when_one_is_back() {
    let mut room = Room::with(noticed);
    room.staffed(1);
    room.staffed(2);
    room.registers_for(1, 100);
    room.wait_s(19);
    room.registers_for(2, 100);
    room.wait_s(81);
    assert_eq!(room.site().out_since_ms, None, "one phone is a phone");
    room.wait_s(19);
    assert_eq!(room.site().out_since_ms, Some(room.now_ms()));
    assert!(!room.site().out_is_said);
    room.wait_s(600);
    let chosen = room.chosen_at(1).map(|row| row.chosen);
    assert_eq!(chosen, Some(Chosen::Available), "nobody is to blame for it");
    room.registers(2);
    assert_eq!(room.site().out_since_ms, None);
    room.waits(MARIO, BOOK);
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(2));
}

#[test]
fn phones_that_go_one_after_the_other_are_no_outage() {
    let mut room = Room::with(noticed);
    room.staffed(1);
    room.staffed(2);
    room.registers_for(1, 100);
    room.wait_s(21);
    room.registers_for(2, 100);
    room.wait_s(100);
    assert_eq!(room.site().out_since_ms, None);
}

#[test]
fn phones_that_are_switched_off_are_no_outage() {
    let mut room = Room::with(noticed);
    room.staffed(1);
    room.staffed(2);
    room.unregisters(1);
    room.unregisters(2);
    assert_eq!(room.site().out_since_ms, None);
}
