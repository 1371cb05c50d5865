//! Memos: what whoever leads tells operators, at their seats until they have read it.

use cuptel_core::id::TenantId;
use cuptel_core::memo::{
    AudienceTold, MEMO_CHARS_MAX, MEMO_LASTS_S, MEMOS_MAX, MemoError, MemoTold,
};
use cuptel_core::step::{Command, CommandError};

use crate::room::Room;

fn memo(to: AudienceTold, text: &str) -> MemoTold {
    MemoTold {
        to,
        text: text.to_owned(),
        ends_ms: None,
        by: Some("capo".to_owned()),
    }
}

fn writes(room: &mut Room, told: MemoTold) -> Result<(), CommandError> {
    room.commands(Command::WriteMemo(Box::new(told)))
}

fn tells(room: &mut Room, to: AudienceTold) {
    writes(room, memo(to, "Riunione alle 14")).expect("it is as it should be");
}

fn reads(room: &mut Room, seat: usize) -> Result<(), CommandError> {
    let memo = room.memos_at(seat).first().expect("something is shown").id;
    let seat = if seat == 0 { "101" } else { "102" }.to_owned();
    room.commands(Command::ReadMemo { seat, memo })
}

fn refused(answer: Result<(), CommandError>) -> MemoError {
    match answer {
        Err(CommandError::Memo(why)) => why,
        other => panic!("it is refused for another reason: {other:?}"),
    }
}

#[test]
fn a_memo_stands_at_every_seat_until_each_has_read_it() {
    let mut room = Room::new();
    room.staffed(1);
    tells(&mut room, AudienceTold::Everybody);
    // Who signs in later is told too.
    room.staffed(2);
    for seat in [0, 1] {
        let shown = room.memos_at(seat);
        assert_eq!(shown[0].text, "Riunione alle 14");
        assert_eq!(shown[0].by.as_deref(), Some("capo"));
    }
    reads(&mut room, 0).unwrap();
    assert!(room.memos_at(0).is_empty());
    assert_eq!(room.memos_at(1).len(), 1);
    let now = room.memos_now();
    assert_eq!((now[0].read, now[0].unread), (1, 1));
}

#[test]
fn what_was_read_and_what_was_not_survives_a_restart() {
    let mut room = Room::new();
    room.staffed(1);
    room.staffed(2);
    tells(&mut room, AudienceTold::Everybody);
    reads(&mut room, 0).unwrap();
    room.restarts();
    assert!(room.memos_at(0).is_empty());
    assert_eq!(room.memos_at(1).len(), 1);
    // And is over in its time, also when that came while nothing ran.
    room.sleeps_s(MEMO_LASTS_S + 1);
    room.restarts();
    assert!(room.memos_at(1).is_empty() && room.memos_now().is_empty());
}

#[test]
fn a_memo_is_for_those_whom_it_names() {
    let mut room = Room::with(|rules| {
        let queue = rules.queues.values_mut().next().expect("there is one");
        queue.skills = [("rare".to_owned(), 3)].into();
    });
    room.staffed(1);
    room.staffed(2);
    tells(&mut room, AudienceTold::Seat("102".to_owned()));
    assert_eq!((room.memos_at(0).len(), room.memos_at(1).len()), (0, 1));
    tells(&mut room, AudienceTold::Queue(None, "book".to_owned()));
    assert_eq!(room.memos_at(0).len(), 0, "nobody has the skill");
    tells(&mut room, AudienceTold::Queue(None, "cancel".to_owned()));
    tells(&mut room, AudienceTold::Site("teramo".to_owned()));
    tells(&mut room, AudienceTold::Tenant("asl".to_owned()));
    assert_eq!((room.memos_at(0).len(), room.memos_at(1).len()), (3, 4));
    for (to, error) in [
        (
            AudienceTold::Seat("999".to_owned()),
            CommandError::NoSeat("999".to_owned()),
        ),
        (
            AudienceTold::Site("no".to_owned()),
            CommandError::NoSite("no".to_owned()),
        ),
        (
            AudienceTold::Tenant("no".to_owned()),
            CommandError::NoTenant("no".to_owned()),
        ),
    ] {
        assert_eq!(writes(&mut room, memo(to, "x")), Err(error));
    }
    assert!(room.rules().tenants.contains_key(&TenantId(1)));
}

#[test]
fn a_memo_is_over_when_it_is_taken_back_or_its_time_comes() {
    let mut room = Room::new();
    room.staffed(1);
    tells(&mut room, AudienceTold::Everybody);
    let memo = room.memos_at(0)[0].id;
    let by = Some("capo".to_owned());
    room.commands(Command::WithdrawMemo {
        memo,
        by: by.clone(),
    })
    .unwrap();
    assert!(room.memos_at(0).is_empty());
    let again = room.commands(Command::WithdrawMemo { memo, by });
    assert_eq!(refused(again), MemoError::NoMemo(memo));
    tells(&mut room, AudienceTold::Everybody);
    room.wait_s(MEMO_LASTS_S);
    assert!(room.memos_now().is_empty());
}

#[test]
fn a_memo_is_short_names_no_number_and_ends_in_time() {
    let mut room = Room::new();
    let all = || AudienceTold::Everybody;
    let long = "x".repeat(MEMO_CHARS_MAX + 1);
    assert_eq!(
        refused(writes(&mut room, memo(all(), &long))),
        MemoError::Length
    );
    assert_eq!(
        refused(writes(&mut room, memo(all(), "  "))),
        MemoError::Length
    );
    let number = "richiamate il 333 1234567";
    assert_eq!(
        refused(writes(&mut room, memo(all(), number))),
        MemoError::NamesNumber
    );
    let past = MemoTold {
        ends_ms: Some(room.now_ms()),
        ..memo(all(), "x")
    };
    assert_eq!(refused(writes(&mut room, past)), MemoError::Ends);
}

#[test]
fn no_more_memos_are_shown_than_may_be() {
    let mut room = Room::new();
    for _ in 0..MEMOS_MAX {
        tells(&mut room, AudienceTold::Everybody);
    }
    let one_more = writes(&mut room, memo(AudienceTold::Everybody, "x"));
    assert_eq!(refused(one_more), MemoError::TooMany);
}

#[test]
fn a_memo_is_read_once_and_by_who_is_there() {
    let mut room = Room::new();
    room.staffed(1);
    tells(&mut room, AudienceTold::Everybody);
    let memo = room.memos_at(0)[0].id;
    let read = |seat: &str| Command::ReadMemo {
        seat: seat.to_owned(),
        memo,
    };
    let nobody = room.commands(read("102"));
    assert_eq!(nobody, Err(CommandError::NobodyThere("102".to_owned())));
    room.commands(read("101")).unwrap();
    let again = refused(room.commands(read("101")));
    let seat = "101".to_owned();
    assert_eq!(again, MemoError::NotShown { memo, seat });
}
