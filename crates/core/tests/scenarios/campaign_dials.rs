//! How the people of a campaign are called: which number they are shown, and whether they are on the
//! line before an operator.

use cuptel_core::campaign::{CampaignCommand, CampaignError, CampaignTold};
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::Rules;
use cuptel_core::step::{Destination, Effect, Input};
use cuptel_core::words::{CampaignKind, DialOrder};

use crate::recalling::{does, of, runs, told};
use crate::room::{BOOK, GRACE_S, LINE, LUCIA, MARIO, NO_ANSWER_S, Room, book};

const OWN: &str = "+390861000001";

fn number(digits: &str) -> PhoneNumber {
    PhoneNumber::parse_e164(digits).expect("the constants are numbers")
}

/// The dialplan answers a second number.
fn two_lines(rules: &mut Rules) {
    for tenant in rules.tenants.values_mut() {
        tenant.dialplan.numbers.push(number(OWN));
    }
}

fn shows_own() -> CampaignTold {
    CampaignTold {
        cli: Some(number(OWN)),
        ..told(1)
    }
}

fn first(order: DialOrder) -> CampaignTold {
    CampaignTold {
        order: Some(order),
        ..told(1)
    }
}

/// How many were rung that were shown the number of the list.
fn shown_own(room: &Room) -> usize {
    room.count(|effect| {
        let Effect::Invite { to, .. } = effect else {
            return false;
        };
        matches!(&**to, Destination::Person { cli, .. } if cli.reveal() == OWN)
    })
}

fn orders(room: &Room) -> Vec<DialOrder> {
    room.dials().iter().map(|dial| dial.order).collect()
}

#[test]
fn the_people_of_a_list_are_shown_its_number_and_others_that_of_the_queue() {
    let mut room = Room::with(two_lines);
    room.staffed(1);
    runs(&mut room, shows_own(), &[MARIO]);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert_eq!(shown_own(&room), 1);
    let mario = room.rung().expect("he is rung");
    room.tell(Input::Answered { leg: mario });
    room.wait_s(60);
    room.hangs_up(mario);
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert_eq!((room.dials().len(), shown_own(&room)), (2, 1));
}

#[test]
fn who_rang_in_besides_is_called_as_the_queue_says() {
    let mut room = Room::with(two_lines);
    let told = CampaignTold {
        order: Some(DialOrder::PersonFirst),
        ..shows_own()
    };
    runs(&mut room, told, &[MARIO]);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    assert_eq!(room.callbacks().len(), 1, "one callback, with both needs");
    room.staffed(1);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert_eq!(shown_own(&room), 0);
    assert_eq!(orders(&room), [DialOrder::OperatorFirst]);
}

#[test]
fn a_list_has_its_people_called_first_where_the_queue_does_not() {
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, first(DialOrder::PersonFirst), &[MARIO]);
    room.wait_s(1);
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.wait_s(GRACE_S - 1);
    assert_eq!(orders(&room), [DialOrder::PersonFirst]);
    assert_eq!(room.offered(), None, "no phone of ours rings");
    room.wait_s(1);
    assert_eq!(room.offered(), None, "the one free seat is for Mario");
    let mario = room.rung().expect("he is rung");
    room.not_answered(mario, 486);
    room.wait_s(1);
    room.seat_picks_up();
    let both = [DialOrder::PersonFirst, DialOrder::OperatorFirst];
    assert_eq!(orders(&room), both, "who rang in is called as ever");
}

#[test]
fn a_list_has_an_operator_first_where_the_queue_has_people_first() {
    let people_first =
        |rules: &mut Rules| book(rules).callback.person_first.order = DialOrder::PersonFirst;
    let mut room = Room::with(people_first);
    room.staffed(1);
    runs(&mut room, first(DialOrder::OperatorFirst), &[MARIO]);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
    room.seat_picks_up();
    assert_eq!(orders(&room), [DialOrder::OperatorFirst]);
    let mario = room.rung().expect("he is rung");
    room.not_answered(mario, 480);
    room.wait_s(NO_ANSWER_S);
}

#[test]
fn what_a_campaign_cannot_show_or_do_is_refused() {
    let mut room = Room::with(two_lines);
    let refused = |room: &mut Room, told: CampaignTold| {
        does(room, CampaignCommand::Create(Box::new(told))).unwrap_err()
    };
    let foreign = CampaignTold {
        cli: Some(number("+390699999999")),
        ..told(1)
    };
    let why = of(CampaignError::Cli(number("+390699999999"))).unwrap_err();
    assert_eq!(refused(&mut room, foreign), why);
    let reminder = CampaignTold {
        kind: CampaignKind::Reminder,
        ..first(DialOrder::OperatorFirst)
    };
    let why = of(CampaignError::AlwaysPersonFirst).unwrap_err();
    assert_eq!(refused(&mut room, reminder), why);
    let mut room = Room::with(|rules| {
        rules.prompts.person_first = None;
        for trunk in rules.trunks.values_mut() {
            trunk.dials.shows_own_cli = true;
        }
    });
    let why = of(CampaignError::NoPromptsFirst).unwrap_err();
    assert_eq!(refused(&mut room, first(DialOrder::PersonFirst)), why);
    let own = CampaignTold {
        cli: Some(number(LINE)),
        ..told(1)
    };
    let why = of(CampaignError::CliNotShown).unwrap_err();
    assert_eq!(refused(&mut room, own), why);
    assert_eq!(room.campaigns().len(), 0);
}
