//! Many callbacks put off or closed by one word: a preview tells how many, the place is kept, what
//! nobody has touched since can be brought back, and a crash in the middle loses nothing.

use cuptel_core::bulk::{BulkError, BulkTold};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{BulkAction, BulkFate, CallbackState, ClosedHow, NeedKind, PriorityClass};

use crate::recalling;
use crate::room::{BOOK, CANCEL, GRACE_S, LUCIA, MARIO, Room};

const HOUR_S: u32 = 3_600;

fn told(room: &Room, action: BulkAction) -> BulkTold {
    BulkTold {
        action,
        is_preview: false,
        tenant: Some("asl".to_owned()),
        queue: None,
        class: None,
        kind: None,
        opened_before_ms: None,
        until_ms: (action == BulkAction::Postpone)
            .then(|| room.now_ms() + i64::from(HOUR_S) * 1_000),
        because: "agenda spostata".to_owned(),
        by: Some("capo".to_owned()),
        request_key: String::new(),
    }
}

fn does(room: &mut Room, told: BulkTold) {
    room.commands(Command::Bulk(Box::new(told)))
        .expect("it can be done");
    room.wait_s(1);
}

fn undoes(room: &mut Room) {
    let entries = room.to_undo();
    let by = Some("vice".to_owned());
    room.commands(Command::UndoBulk { entries, by })
        .expect("it can be undone");
}

/// Mario waited for the first queue, Lucia for the second; both gave up.
fn two_owed() -> Room {
    let mut room = Room::new();
    for (user, key) in [(MARIO, BOOK), (LUCIA, CANCEL)] {
        let leg = room.waits(user, key);
        room.hangs_up(leg);
    }
    room
}

fn waiting(room: &Room) -> usize {
    let rows = room.callbacks();
    rows.iter()
        .filter(|row| row.state == CallbackState::Waiting)
        .count()
}

#[test]
fn a_preview_counts_and_changes_nothing() {
    let mut room = two_owed();
    let mut preview = told(&room, BulkAction::Close);
    preview.is_preview = true;
    does(&mut room, preview);
    assert_eq!(room.last_bulk().touched, 2);
    assert!(room.last_bulk().ended_ms.is_some());
    assert_eq!(room.bulk_fates(), [BulkFate::Previewed; 2]);
    assert_eq!(waiting(&room), 2);
}

#[test]
fn who_is_put_off_is_not_called_before_and_keeps_the_place_and_can_be_brought_back() {
    let mut room = two_owed();
    let before: Vec<(i64, i64)> = places(&room);
    let postpone = told(&room, BulkAction::Postpone);
    let until_ms = postpone.until_ms;
    does(&mut room, postpone);
    assert!(
        room.callbacks()
            .iter()
            .all(|row| Some(row.not_before_ms) == until_ms)
    );
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert_eq!(room.offered(), None);
    undoes(&mut room);
    let grace_ms = room.now_ms() + i64::from(GRACE_S) * 1_000;
    let back = before
        .iter()
        .map(|(place_ms, rested_ms)| (*place_ms, grace_ms.max(*rested_ms)));
    assert_eq!(places(&room), back.collect::<Vec<_>>());
    assert_eq!(room.bulk_fates(), [BulkFate::Undone; 2]);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
}

#[test]
fn nobody_is_put_off_until_they_are_given_up() {
    let mut room = two_owed();
    let before = places(&room);
    let mut postpone = told(&room, BulkAction::Postpone);
    postpone.until_ms = Some(room.now_ms() + 8 * 24 * i64::from(HOUR_S) * 1_000);
    does(&mut room, postpone);
    let bulk = room.last_bulk();
    assert_eq!((bulk.touched, bulk.too_late), (0, 2));
    assert_eq!(places(&room), before);
}

fn places(room: &Room) -> Vec<(i64, i64)> {
    let rows = room.callbacks();
    rows.iter()
        .map(|row| (row.place_ms, row.not_before_ms))
        .collect()
}

#[test]
fn what_is_closed_in_bulk_says_why_and_comes_back_at_its_old_place() {
    let mut room = two_owed();
    let place_ms = room.callbacks()[0].place_ms;
    let mut close = told(&room, BulkAction::Close);
    close.queue = Some("book".to_owned());
    does(&mut room, close);
    assert_eq!(room.last_bulk().touched, 1);
    let closed = room.callbacks()[0].clone();
    assert_eq!(closed.closed_how, Some(ClosedHow::Withdrawn));
    let details = room.details_of(closed.id);
    assert_eq!(
        details[0].closed_because.as_deref(),
        Some("agenda spostata")
    );
    room.wait_s(600);
    undoes(&mut room);
    assert_eq!(waiting(&room), 2);
    let again = room
        .callbacks()
        .into_iter()
        .next_back()
        .expect("it is there");
    assert_eq!(again.place_ms, place_ms);
}

#[test]
fn who_has_called_again_since_is_left_as_they_are() {
    let mut room = two_owed();
    let close = told(&room, BulkAction::Close);
    does(&mut room, close);
    assert_eq!(waiting(&room), 0);
    let mario = room.waits(MARIO, BOOK);
    room.hangs_up(mario);
    undoes(&mut room);
    assert_eq!(waiting(&room), 2);
    assert_eq!(room.bulk_fates(), [BulkFate::Left, BulkFate::Undone]);
}

#[test]
fn whom_a_list_wants_besides_is_brought_back_for_what_they_wanted_themselves() {
    let mut room = Room::new();
    room.takes_in_charge(MARIO, PriorityClass::B);
    recalling::runs(&mut room, recalling::told(2), &[MARIO, LUCIA]);
    room.wait_s(1);
    assert_eq!(wanted(&room).len(), 3, "Mario's two and Lucia's one");
    let close = told(&room, BulkAction::Close);
    does(&mut room, close);
    assert_eq!((room.last_bulk().touched, wanted(&room).len()), (2, 0));
    undoes(&mut room);
    assert_eq!(wanted(&room), [NeedKind::TakenInCharge]);
    let mut fates = room.bulk_fates();
    fates.sort_unstable();
    let mut expected = [BulkFate::Left, BulkFate::Undone];
    expected.sort_unstable();
    assert_eq!(fates, expected, "whom only the list wanted is left");
    let again = room.callbacks().pop().expect("it is there").id;
    let note = room.details_of(again)[0].note.clone();
    assert_eq!(note.as_deref(), Some("visita cardiologica"));
}

/// What is owed to anybody.
fn wanted(room: &Room) -> Vec<NeedKind> {
    let needs = room.needs().into_iter();
    let open = needs.filter(|need| need.closed_ms.is_none());
    open.map(|need| need.kind).collect()
}

#[test]
fn what_a_seat_is_at_is_left_and_counted() {
    let mut room = two_owed();
    room.staffed(1);
    room.wait_s(GRACE_S);
    assert!(room.offered().is_some());
    let close = told(&room, BulkAction::Close);
    does(&mut room, close);
    assert_eq!((room.last_bulk().touched, room.last_bulk().at_work), (1, 1));
}

#[test]
fn a_start_goes_on_from_where_it_came_to_and_touches_nothing_twice() {
    let mut room = Room::new();
    for n in 0..250 {
        let leg = room.waits(&format!("+39333200{n:04}"), BOOK);
        room.hangs_up(leg);
    }
    let close = told(&room, BulkAction::Close);
    room.commands(Command::Bulk(Box::new(close)))
        .expect("it can be done");
    let again = told(&room, BulkAction::Close);
    let refused = room.commands(Command::Bulk(Box::new(again)));
    assert!(matches!(
        refused,
        Err(CommandError::Bulk(BulkError::AtWork(_)))
    ));
    room.wait_ms(20);
    assert_eq!(room.last_bulk().touched, 100, "one stretch at a time");
    assert_eq!(room.last_bulk().ended_ms, None);
    room.restarts();
    room.wait_s(1);
    assert_eq!(room.last_bulk().touched, 250);
    assert!(room.last_bulk().ended_ms.is_some());
    assert_eq!(room.bulk_fates().len(), 250);
    assert_eq!(waiting(&room), 0);
}

#[test]
fn the_same_request_comes_again_to_nothing_and_another_with_its_key_is_refused() {
    let mut room = two_owed();
    let keyed = |room: &Room, action| BulkTold {
        request_key: "key".to_owned(),
        ..told(room, action)
    };
    let close = keyed(&room, BulkAction::Close);
    for is_over in [false, true] {
        let same = Command::Bulk(Box::new(close.clone()));
        assert_eq!(room.commands(same), Ok(()), "{is_over}");
        let id = room.last_bulk().id;
        let postpone = Command::Bulk(Box::new(keyed(&room, BulkAction::Postpone)));
        let refused = room.commands(postpone);
        assert_eq!(refused, Err(BulkError::KeyUsed(id).into()), "{is_over}");
        let of_one = BulkTold {
            queue: Some("book".to_owned()),
            ..close.clone()
        };
        let refused = room.commands(Command::Bulk(Box::new(of_one)));
        assert_eq!(refused, Err(BulkError::KeyUsed(id).into()), "{is_over}");
        room.wait_s(1);
        assert_eq!(room.last_bulk().id, id, "one bulk is begun");
        assert_eq!(room.last_bulk().touched, 2);
    }
    undoes(&mut room);
    assert_eq!(waiting(&room), 2, "a bulk that is over can be taken back");
}

#[test]
fn a_bulk_without_a_reason_or_a_time_to_come_is_refused() {
    let mut room = two_owed();
    let mut silent = told(&room, BulkAction::Close);
    silent.because = " ".to_owned();
    let refused = room.commands(Command::Bulk(Box::new(silent)));
    assert_eq!(refused, Err(BulkError::NoReason.into()));
    let mut past = told(&room, BulkAction::Postpone);
    past.until_ms = Some(room.now_ms());
    let refused = room.commands(Command::Bulk(Box::new(past)));
    assert_eq!(refused, Err(BulkError::NoTime.into()));
    let mut kind = told(&room, BulkAction::Close);
    kind.kind = Some(NeedKind::Recall);
    does(&mut room, kind);
    assert_eq!(room.last_bulk().touched, 0);
}

#[test]
fn who_was_served_since_is_not_brought_back() {
    let mut room = two_owed();
    let close = told(&room, BulkAction::Close);
    does(&mut room, close);
    room.staffed(1);
    let mario = room.waits(MARIO, BOOK);
    room.seat_picks_up();
    room.wait_s(60);
    room.hangs_up(mario);
    room.wait_s(30);
    undoes(&mut room);
    let mut fates = room.bulk_fates();
    fates.sort_unstable();
    let mut expected = [BulkFate::Left, BulkFate::Undone];
    expected.sort_unstable();
    assert_eq!(fates, expected);
}

#[test]
fn nothing_is_done_in_bulk_while_the_database_is_away() {
    let mut room = two_owed();
    room.holds(true);
    let close = told(&room, BulkAction::Close);
    let refused = room.commands(Command::Bulk(Box::new(close)));
    assert_eq!(refused, Err(CommandError::Bulk(BulkError::NotStored)));
    let undo = Command::UndoBulk {
        entries: Vec::new(),
        by: None,
    };
    assert_eq!(
        room.commands(undo),
        Err(CommandError::Bulk(BulkError::NotStored))
    );
}
