//! Campaigns: a list is called a few at a time, nobody of it twice, and nobody of a list that is not
//! whole or of a campaign that rests.

use cuptel_core::campaign::{CampaignCommand, CampaignError, CampaignTold, EntryTold, LeftOut};
use cuptel_core::id::{CampaignId, LegId};
use cuptel_core::number::Caller;
use cuptel_core::step::{Command, CommandError, Input};
use cuptel_core::words::{
    CallbackState, CampaignEnd, CampaignKind, CampaignState, Chosen, ClosedHow, Disposition,
    EntryState, NeedKind, OfferState, WhyLeftOut,
};

use crate::marks::do_not_call;
use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, NO_ANSWER_S, Room, TRIES_MAX, WRAP_UP_S};

const PIETRO: &str = "+393331000003";
const ANNA: &str = "+393331000004";
const NAME: &str = "cardiologia";
const MINUTE_MS: i64 = 60_000;

pub(crate) fn told(pace: u32) -> CampaignTold {
    CampaignTold {
        name: NAME.to_owned(),
        tenant: "asl".to_owned(),
        queue: "book".to_owned(),
        kind: CampaignKind::Recall,
        class: None,
        due_ms: None,
        note: Some("agenda spostata".to_owned()),
        window: None,
        starts_ms: None,
        ends_ms: None,
        pace: Some(pace),
        per_hour: None,
        preview_s: None,
        order: None,
        cli: None,
        by: Some("carla".to_owned()),
    }
}

fn line(line: u32, number: &str) -> EntryTold {
    EntryTold {
        line,
        person: Caller::from_user_part(number),
        note: None,
        due_ms: None,
        not_before_ms: None,
        reference: Some(format!("A-{line}")),
        appointment: None,
    }
}

pub(crate) fn does(room: &mut Room, command: CampaignCommand) -> Result<(), CommandError> {
    room.commands(Command::Campaign(Box::new(command)))
}

/// The campaign that was made last.
fn newest(room: &Room) -> CampaignId {
    room.campaigns().last().expect("one was made").id
}

fn adds(room: &mut Room, entries: Vec<EntryTold>) -> Result<(), CommandError> {
    let campaign = newest(room);
    does(room, CampaignCommand::Add { campaign, entries })
}

fn completes(room: &mut Room) -> Result<(), CommandError> {
    let campaign = newest(room);
    let left_out = 0;
    does(room, CampaignCommand::Complete { campaign, left_out })
}

fn starts(room: &mut Room) -> Result<(), CommandError> {
    let (campaign, by) = (newest(room), None);
    does(room, CampaignCommand::Start { campaign, by })
}

fn pauses(room: &mut Room) {
    let (campaign, by) = (newest(room), None);
    does(room, CampaignCommand::Pause { campaign, by }).expect("it runs");
}

fn resumes(room: &mut Room) {
    let (campaign, by) = (newest(room), None);
    does(room, CampaignCommand::Resume { campaign, by }).expect("it is paused");
}

fn ends(room: &mut Room) {
    let (campaign, by) = (newest(room), None);
    does(room, CampaignCommand::End { campaign, by }).expect("it is open");
}

/// A campaign that runs, with these people on its list.
pub(crate) fn runs(room: &mut Room, told: CampaignTold, numbers: &[&str]) {
    does(room, CampaignCommand::Create(Box::new(told))).expect("it can be");
    let lines = (1..).zip(numbers).map(|(nth, number)| line(nth, number));
    adds(room, lines.collect()).expect("they can be called");
    completes(room).expect("somebody is on it");
    starts(room).expect("it is ready");
}

/// The operator picks up and the person answers.
fn answers(room: &mut Room) -> LegId {
    room.seat_picks_up();
    let person = room.rung().expect("the person is rung");
    room.tell(Input::Answered { leg: person });
    person
}

/// They talk for a minute.
fn talks(room: &mut Room) {
    let person = answers(room);
    room.wait_s(60);
    room.hangs_up(person);
}

pub(crate) fn of(error: CampaignError) -> Result<(), CommandError> {
    Err(error.into())
}

#[test]
fn a_list_is_called_a_few_at_a_time_and_ends_when_all_have_a_result() {
    use EntryState::{Reached, Released, Waiting};
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO, LUCIA]);
    assert_eq!(room.entry_states(), [Released, Waiting]);
    let need = room.needs()[0].clone();
    assert_eq!(need.kind, NeedKind::Recall);
    let detail = room.detail(need.id);
    assert_eq!(detail.note.as_deref(), Some("agenda spostata"));
    assert_eq!(detail.opened_by.as_deref(), Some(NAME));
    assert_eq!(room.entries()[0].need, Some(need.id));
    assert_eq!(room.offered(), None, "they may have called a moment ago");
    room.wait_s(GRACE_S);
    talks(&mut room);
    assert_eq!(room.callbacks()[0].closed_how, Some(ClosedHow::Served));
    assert_eq!(room.entry_states(), [Reached, Released]);
    room.wait_s(GRACE_S);
    talks(&mut room);
    assert_eq!(room.entry_states(), [Reached, Reached]);
    // As long as the operator may say that it was another person.
    assert_eq!(room.campaigns()[0].state, CampaignState::Running);
    room.wait_s(WRAP_UP_S + 3);
    let row = room.campaigns()[0];
    assert_eq!(row.state, CampaignState::Ended);
    assert_eq!(row.ended_how, Some(CampaignEnd::Finished));
    assert_eq!(room.held_numbers(), 0);
    let again = starts(&mut room);
    assert_eq!(again, of(CampaignError::NoCampaign(newest(&room))));
}

#[test]
fn nobody_of_a_list_that_is_not_whole_is_called_and_a_start_discards_it() {
    let mut room = Room::new();
    room.staffed(1);
    does(&mut room, CampaignCommand::Create(Box::new(told(5)))).unwrap();
    assert_eq!(
        completes(&mut room),
        of(CampaignError::Nobody(NAME.to_owned()))
    );
    adds(&mut room, vec![line(1, MARIO)]).unwrap();
    let name = NAME.to_owned();
    let state = CampaignState::Loading;
    assert_eq!(starts(&mut room), of(CampaignError::State { name, state }));
    room.wait_s(600);
    room.restarts();
    let row = room.campaigns()[0];
    assert_eq!(row.ended_how, Some(CampaignEnd::Discarded));
    room.registers(1);
    room.wait_s(2 * GRACE_S);
    assert_eq!((room.offered(), room.callbacks().len()), (None, 0));
    // Its name is free again, and a list that nobody goes on with is discarded too.
    does(&mut room, CampaignCommand::Create(Box::new(told(5)))).unwrap();
    adds(&mut room, vec![line(1, MARIO)]).unwrap();
    room.wait_s(1_800);
    assert_eq!(room.campaigns()[1].ended_how, Some(CampaignEnd::Discarded));
    assert_eq!(room.held_numbers(), 0);
}

#[test]
fn a_chunk_is_taken_whole_or_every_line_is_named_that_keeps_it_from_that() {
    let mut room = Room::new();
    do_not_call(&mut room, ANNA);
    does(&mut room, CampaignCommand::Create(Box::new(told(5)))).unwrap();
    adds(&mut room, vec![line(1, MARIO)]).unwrap();
    let late = EntryTold {
        due_ms: Some(room.now_ms()),
        ..line(7, PIETRO)
    };
    let lines = vec![
        line(2, "nobody"),
        line(3, "112"),
        line(4, ANNA),
        line(5, MARIO),
        line(6, LUCIA),
        late,
        line(8, LUCIA),
    ];
    let left_out = [
        (2, WhyLeftOut::Invalid),
        (3, WhyLeftOut::NotCallable),
        (4, WhyLeftOut::DoNotCall),
        (5, WhyLeftOut::Twice),
        (7, WhyLeftOut::TooLate),
        (8, WhyLeftOut::Twice),
    ];
    let left_out = left_out.map(|(line, why)| LeftOut { line, why });
    let expected = of(CampaignError::LeftOut(left_out.to_vec()));
    assert_eq!(adds(&mut room, lines), expected);
    assert_eq!(room.entries().len(), 1, "nothing of it was taken");
    adds(&mut room, vec![line(6, LUCIA)]).unwrap();
    let many = (1..=200).map(|n| line(n, &format!("+3933310{n:05}")));
    let many = adds(&mut room, many.collect());
    assert_eq!(many, of(CampaignError::TooManyEntries(100)));
    let twice = does(&mut room, CampaignCommand::Create(Box::new(told(5))));
    assert_eq!(twice, of(CampaignError::NameTaken(NAME.to_owned())));
}

#[test]
fn what_is_said_to_a_campaign_that_is_over_reaches_no_other_of_its_name() {
    let mut room = Room::new();
    does(&mut room, CampaignCommand::Create(Box::new(told(5)))).unwrap();
    let (first, by) = (newest(&room), None);
    ends(&mut room);
    does(&mut room, CampaignCommand::Create(Box::new(told(5)))).unwrap();
    adds(&mut room, vec![line(1, LUCIA)]).unwrap();
    let (campaign, entries) = (first, vec![line(2, MARIO)]);
    for late in [
        CampaignCommand::Add { campaign, entries },
        CampaignCommand::Complete {
            campaign,
            left_out: 0,
        },
        CampaignCommand::End { campaign, by },
    ] {
        let refused = does(&mut room, late);
        assert_eq!(refused, of(CampaignError::NoCampaign(first)));
    }
    assert_eq!(room.entries().len(), 1, "Mario is on nobody's list");
    assert_eq!(room.campaigns()[1].state, CampaignState::Loading);
}

#[test]
fn a_chunk_in_which_a_line_is_named_twice_is_refused_whole() {
    let mut room = Room::new();
    do_not_call(&mut room, ANNA);
    does(&mut room, CampaignCommand::Create(Box::new(told(5)))).unwrap();
    let alike = vec![line(2, LUCIA), line(1, ANNA), line(1, MARIO)];
    let refused = adds(&mut room, alike);
    assert_eq!(refused, of(CampaignError::LineTwice(1)));
    assert_eq!(room.entries().len(), 0);
}

#[test]
fn who_stands_on_a_list_is_read_about_for_as_long_as_the_list_says() {
    let mut room = Room::new();
    room.staffed(1);
    let read = CampaignTold {
        preview_s: Some(30),
        ..told(1)
    };
    runs(&mut room, read, &[MARIO]);
    room.wait_s(GRACE_S);
    room.seat_picks_up();
    assert_eq!(room.rung(), None, "the queue itself shows nobody");
    room.wait_s(30);
    assert!(room.rung().is_some());
    let long = CampaignTold {
        name: "lunga".to_owned(),
        preview_s: Some(601),
        ..told(1)
    };
    assert_eq!(
        does(&mut room, CampaignCommand::Create(Box::new(long))),
        of(CampaignError::Preview)
    );
}

#[test]
fn a_pause_holds_who_is_released_and_lets_a_conversation_go_on() {
    use EntryState::{Reached, Released, Waiting};
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(2), &[MARIO, LUCIA, PIETRO]);
    room.wait_s(GRACE_S);
    let person = answers(&mut room);
    assert_eq!(room.notes_at(0), ["agenda spostata"]);
    pauses(&mut room);
    room.wait_s(60);
    room.hangs_up(person);
    assert_eq!(room.entry_states(), [Reached, Released, Waiting]);
    room.wait_s(3_600);
    assert_eq!(room.offered(), None, "nobody is newly rung");
    let held = room.callbacks()[1].id.0;
    let why = room.why(held).expect("it waits");
    assert!(format!("{:?}", why.holds).contains("Campaign"), "{why:?}");
    room.restarts();
    room.registers(1);
    room.wait_s(3_600);
    assert_eq!(room.offered(), None, "after a restart neither");
    resumes(&mut room);
    assert!(room.offered().is_some());
    pauses(&mut room);
    assert_eq!(room.last_offer().state, OfferState::Withdrawn);
    assert_eq!(room.offered(), None);
    room.chooses(1, Chosen::Paused);
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.registers(1);
    room.chooses(1, Chosen::Available);
    room.wait_s(GRACE_S);
    assert!(
        room.offered().is_some(),
        "their own call is paid all the same"
    );
}

#[test]
fn an_end_withdraws_who_is_owed_nothing_else_and_leaves_the_rest_uncalled() {
    use EntryState::{Reached, Waiting, Withdrawn};
    let mut room = Room::new();
    runs(&mut room, told(3), &[MARIO, LUCIA, PIETRO, ANNA]);
    let lucia = room.waits(LUCIA, BOOK);
    room.hangs_up(lucia);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let person = answers(&mut room);
    ends(&mut room);
    assert_eq!(room.campaigns()[0].ended_how, Some(CampaignEnd::Stopped));
    let closed = |nth: usize| room.callbacks()[nth].closed_how;
    assert_eq!((closed(0), closed(1)), (None, None));
    assert_eq!(closed(2), Some(ClosedHow::Withdrawn));
    room.wait_s(60);
    room.hangs_up(person);
    room.wait_s(10);
    assert_eq!(
        room.entry_states(),
        [Reached, Withdrawn, Withdrawn, Waiting],
        "a conversation counts"
    );
    let open = room.needs().into_iter().filter(|it| it.closed_ms.is_none());
    let open: Vec<NeedKind> = open.map(|need| need.kind).collect();
    assert_eq!(open, [NeedKind::Missed], "whoever called is owed a call");
    room.restarts();
    assert_eq!(room.callbacks()[1].state, CallbackState::Waiting);
}

#[test]
fn whoever_rings_in_leaves_the_recall_open_and_is_called_for_it_later() {
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO]);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    room.wait_s(30);
    assert_eq!(room.entry_states(), [EntryState::Released]);
    assert_eq!(room.callback().state, CallbackState::Waiting);
    room.wait_s(86_400);
    room.registers(1);
    talks(&mut room);
    assert_eq!(room.entry_states(), [EntryState::Reached]);
}

#[test]
fn another_person_at_the_number_is_no_result() {
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO]);
    room.wait_s(GRACE_S);
    talks(&mut room);
    assert_eq!(room.entry_states(), [EntryState::Reached]);
    // It was the last on the list: the campaign waits for what the operator says.
    room.disposes(1, Disposition::AnotherPerson);
    assert_eq!(room.entry_states(), [EntryState::Released]);
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO, LUCIA]);
    room.wait_s(GRACE_S);
    talks(&mut room);
    room.disposes(1, Disposition::AnotherPerson);
    let states = room.entry_states();
    assert_eq!(states, [EntryState::Released, EntryState::Released]);
    let need = room.entries()[0].need.expect("it is released");
    assert_eq!(room.detail(need).note.as_deref(), Some("agenda spostata"));
    room.restarts();
    room.registers(1);
    room.wait_s(GRACE_S);
    talks(&mut room);
    room.wait_s(NO_ANSWER_S - GRACE_S - 60);
    talks(&mut room);
    assert_eq!(room.entry_states(), [EntryState::Reached; 2]);
}

#[test]
fn who_is_not_reached_is_given_up_as_others_and_seen_by_somebody() {
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO, LUCIA]);
    room.wait_s(GRACE_S);
    for _ in 0..TRIES_MAX {
        let operator = room.seat_picks_up();
        let person = room.rung().expect("the person is rung");
        room.not_answered(person, 480);
        room.heard(operator);
        room.wait_s(NO_ANSWER_S);
    }
    assert_eq!(room.entry_states()[0], EntryState::Exhausted);
    assert_eq!(room.unseen().len(), 1);
    assert_eq!(room.entry_states()[1], EntryState::Released, "the next");
}

#[test]
fn who_was_tried_in_vain_before_has_the_tries_of_the_list_all_the_same() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.staffed(1);
    room.wait_s(GRACE_S);
    let rings_in_vain = |room: &mut Room| {
        let operator = room.seat_picks_up();
        let person = room.rung().expect("the person is rung");
        room.not_answered(person, 480);
        room.heard(operator);
    };
    for _ in 1..TRIES_MAX {
        rings_in_vain(&mut room);
    }
    assert_eq!(room.callback().tries, i64::from(TRIES_MAX) - 1);
    runs(&mut room, told(1), &[MARIO]);
    assert_eq!(room.callback().tries, 0);
    room.wait_s(NO_ANSWER_S);
    rings_in_vain(&mut room);
    assert_eq!(room.entry_states(), [EntryState::Released]);
}

#[test]
fn what_was_allowed_then_may_be_forbidden_or_too_late_when_their_turn_comes() {
    let mut room = Room::new();
    let due_ms = room.now_ms() + 20 * MINUTE_MS;
    does(&mut room, CampaignCommand::Create(Box::new(told(1)))).unwrap();
    let pietro = EntryTold {
        due_ms: Some(due_ms),
        ..line(3, PIETRO)
    };
    let later_ms = room.now_ms() + 60 * MINUTE_MS;
    let anna = EntryTold {
        not_before_ms: Some(later_ms),
        ..line(4, ANNA)
    };
    let lines = vec![line(1, MARIO), line(2, LUCIA), pietro, anna];
    adds(&mut room, lines).unwrap();
    completes(&mut room).unwrap();
    starts(&mut room).unwrap();
    do_not_call(&mut room, LUCIA);
    room.wait_s(1_200);
    do_not_call(&mut room, MARIO);
    use EntryState::{Expired, Forbidden, Waiting};
    let states = room.entry_states();
    assert_eq!(states, [Forbidden, Forbidden, Expired, Waiting]);
    let closed = room.callbacks()[0].closed_how;
    assert_eq!(closed, Some(ClosedHow::Suppressed));
    room.wait_s(40 * 60 - 10);
    assert_eq!(room.entry_states()[3], Waiting);
    room.wait_s(20);
    assert_eq!(room.entry_states()[3], EntryState::Released);
}

#[test]
fn a_campaign_has_its_hours_its_days_and_its_pace() {
    let mut room = Room::new();
    room.staffed(1);
    let paced = CampaignTold {
        // By the clock of Rome it is ten.
        window: Some("11:00-12:00".to_owned()),
        ends_ms: Some(room.now_ms() + 150 * MINUTE_MS),
        per_hour: Some(2),
        ..told(3)
    };
    runs(&mut room, paced, &[MARIO, LUCIA, PIETRO]);
    assert_eq!(room.callbacks().len(), 0);
    room.wait_s(3_600);
    assert_eq!(room.callbacks().len(), 1);
    room.chooses(1, Chosen::Paused);
    room.wait_s(1_860);
    assert_eq!(room.callbacks().len(), 2, "half an hour later");
    room.wait_s(1_800);
    room.registers(1);
    room.chooses(1, Chosen::Available);
    assert_eq!(room.offered(), None, "its hours are over");
    room.wait_s(31 * 60);
    let row = room.campaigns()[0];
    assert_eq!(row.ended_how, Some(CampaignEnd::Over));
    let closed = |nth: usize| room.callbacks()[nth].closed_how;
    assert_eq!(closed(0), Some(ClosedHow::Withdrawn));
    let wrong = CampaignTold {
        window: Some("late".to_owned()),
        ..told(3)
    };
    let wrong = does(&mut room, CampaignCommand::Create(Box::new(wrong)));
    assert_eq!(wrong, of(CampaignError::Window("late".to_owned())));
}

#[test]
fn in_hours_that_cannot_be_read_nobody_is_called() {
    let mut room = Room::new();
    let paced = CampaignTold {
        window: Some("11:00-12:00".to_owned()),
        ..told(3)
    };
    runs(&mut room, paced, &[MARIO]);
    room.damages_hours("late");
    room.restarts();
    room.wait_s(2 * 3_600);
    assert_eq!(room.callbacks().len(), 0);
    ends(&mut room);
    assert_eq!(room.campaigns()[0].ended_how, Some(CampaignEnd::Stopped));
}

#[test]
fn a_database_that_cannot_answer_is_asked_again_and_nobody_is_read_twice() {
    let mut room = Room::new();
    room.reads_nothing(true);
    runs(&mut room, told(2), &[MARIO, LUCIA]);
    assert_eq!(room.callbacks().len(), 0);
    room.wait_s(60);
    room.reads_nothing(false);
    room.wait_s(10);
    assert_eq!(room.callbacks().len(), 2);
    let campaign = room.campaigns()[0].id;
    room.tell(Input::Entries {
        campaign,
        ask: 1,
        page: Some(cuptel_core::record::EntryPage::default()),
    });
    assert_eq!(room.callbacks().len(), 2, "an answer to an old question");
}

#[test]
fn two_campaigns_about_one_person_are_two_needs_of_one_callback() {
    let mut room = Room::new();
    room.staffed(1);
    runs(&mut room, told(1), &[MARIO]);
    let first = newest(&room);
    let second = CampaignTold {
        name: "ortopedia".to_owned(),
        ..told(1)
    };
    does(&mut room, CampaignCommand::Create(Box::new(second))).unwrap();
    adds(&mut room, vec![line(1, MARIO)]).unwrap();
    completes(&mut room).unwrap();
    starts(&mut room).unwrap();
    assert_eq!((room.callbacks().len(), room.needs().len()), (1, 2));
    let (campaign, by) = (first, None);
    does(&mut room, CampaignCommand::Pause { campaign, by }).unwrap();
    room.wait_s(GRACE_S);
    talks(&mut room);
    let states = room.entry_states();
    assert_eq!(states, [EntryState::Reached, EntryState::Reached]);
}

#[test]
fn nobody_is_released_into_a_conversation_that_began_about_something_else() {
    let mut room = Room::new();
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    room.wait_s(GRACE_S);
    room.staffed(1);
    room.seat_picks_up();
    let person = room.rung().expect("he is called back");
    room.tell(Input::Answered { leg: person });
    room.wait_s(10);
    runs(&mut room, told(2), &[MARIO, LUCIA]);
    let states = room.entry_states();
    assert_eq!(states, [EntryState::Waiting, EntryState::Released]);
    room.wait_s(60);
    room.hangs_up(person);
    room.wait_s(10);
    assert!(!room.entry_states().contains(&EntryState::Reached));
}

#[test]
fn a_call_about_another_service_leaves_the_recall_open() {
    let mut room = Room::new();
    runs(&mut room, told(1), &[MARIO]);
    assert_eq!(room.entry_states(), [EntryState::Released]);
    let mario = room.waits(MARIO, CANCEL);
    room.hangs_up(mario);
    room.wait_s(GRACE_S);
    room.staffed(1);
    room.seat_picks_up();
    let person = room
        .rung()
        .expect("he is called back about the other service");
    room.tell(Input::Answered { leg: person });
    room.wait_s(60);
    room.hangs_up(person);
    room.wait_s(30);
    assert_eq!(room.entry_states(), [EntryState::Released]);
}
