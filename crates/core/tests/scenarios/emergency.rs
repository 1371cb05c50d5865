//! The emergency message: nobody is served, nobody is lost, and callbacks wait.

use cuptel_core::dialplan::{Emergency, StepId};
use cuptel_core::id::TenantId;
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::step::{Destination, Effect};
use cuptel_core::words::{NeedKind, Outcome};

use crate::room::{BOOK, EMERGENCY_STEP, GRACE_S, MARIO, Room};

fn switch(active: bool) -> impl Fn(&mut Rules) {
    move |rules| {
        let tenant = rules
            .tenants
            .get_mut(&TenantId(1))
            .expect("the only tenant");
        tenant.dialplan.emergency = Some(Emergency {
            step: StepId(EMERGENCY_STEP),
            active,
        });
    }
}

/// The message of the emergency step is what a caller hears first.
fn hears_it(room: &Room) -> bool {
    room.was_done(
        |effect| matches!(effect, Effect::Play { prompts, .. } if *prompts == [PromptId(22)]),
    )
}

#[test]
fn who_hears_the_message_to_its_end_is_owed_a_call() {
    let mut room = Room::with(switch(true));
    room.staffed(1);
    let mario = room.calls(MARIO);
    assert!(hears_it(&room));
    room.heard(mario);
    assert!(room.was_hung_up(mario));
    assert_eq!(room.outcome(0), Some(Outcome::Withdrawn));
    assert_eq!(room.needs()[0].kind, NeedKind::Missed);
    assert_eq!(room.attempt(0).callback, Some(room.callback().id));
    assert_eq!(room.offered(), None);
}

#[test]
fn callbacks_wait_while_the_message_is_on() {
    for active in [true, false] {
        let mut room = Room::with(switch(active));
        let mario = room.calls(MARIO);
        assert_eq!(hears_it(&room), active);
        room.hangs_up(mario);
        room.staffed(1);
        room.wait_s(GRACE_S);
        assert_eq!(room.offered().is_none(), active);
    }
}

#[test]
fn a_message_that_is_off_changes_nothing() {
    let mut room = Room::with(switch(false));
    room.staffed(1);
    room.waits(MARIO, BOOK);
    assert!(!hears_it(&room));
    assert_eq!(room.offered().map(|(seat, _)| seat), Some(1));
}

#[test]
fn a_tenant_with_its_own_number_shows_it_to_who_is_called_back() {
    let own = PhoneNumber::parse_e164("+390850000000").unwrap();
    let shown = own.clone();
    let mut room = Room::with(|rules| {
        let tenant = rules.tenants.get_mut(&TenantId(1));
        tenant.expect("the only tenant").cli = Some(own);
    });
    let mario = room.calls(MARIO);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    let shows = |effect: &Effect| {
        let Effect::Invite { to, .. } = effect else {
            return false;
        };
        matches!(&**to, Destination::Person { cli, .. } if *cli == shown)
    };
    assert!(room.was_done(shows));
}
