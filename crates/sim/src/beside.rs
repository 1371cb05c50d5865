//! Calls beside works: whoever of the directory is rung has a committed row, and is called by nobody else
//! at that moment; at one seat there is one thing at a time.

use cuptel_core::id::SeatId;
use cuptel_core::record::{DialRow, Record, SideCallRow};
use cuptel_core::words::{DialState, SideKind};

use crate::image::Image;
use crate::invented::ENTRIES;
use crate::promises::{Broken, broken};
use crate::watch::Seen;

/// The entry of the directory that has this number.
pub(crate) fn entry_at(user: &str) -> Option<&'static str> {
    let mut entries = ENTRIES.iter();
    entries.find(|(_, number)| *number == user).map(|it| it.0)
}

fn number_of(side: &SideCallRow) -> Option<&'static str> {
    let mut entries = ENTRIES.iter();
    let entry = entries.find(|(name, _)| side.entry.as_deref() == Some(*name));
    entry.map(|(_, number)| *number)
}

/// Whether a seat's phone is called for no work: its operator dials, or another seat asks it.
pub(crate) fn is_asked_beside(image: &Image, seat: Option<SeatId>) -> bool {
    let mut open = image.side_calls_open();
    open.any(|side| is_at(side, seat))
}

fn is_at(side: &SideCallRow, seat: Option<SeatId>) -> bool {
    match side.kind {
        SideKind::Dial => Some(side.seat) == seat,
        SideKind::Consult => side.to_seat == seat && seat.is_some(),
        SideKind::ToQueue | SideKind::ToSeat | SideKind::ToNumber => false,
    }
}

/// Somebody of the directory is rung for a call that is committed, and stands still.
pub(crate) fn rings_entry(seen: Seen<'_>, entry: &str) -> Result<(), Broken> {
    let rings = |image: &Image| {
        let mut open = image.side_calls_open();
        open.any(|side| {
            let is_theirs = side.entry.as_deref() == Some(entry);
            is_theirs && side.trunk.is_some() && side.answered_ms.is_none()
        })
    };
    if !rings(seen.committed) {
        return broken("P3", format!("{entry} is rung without a committed row"));
    }
    if !rings(seen.decided) {
        return broken("P3", format!("{entry} is rung for a call that is over"));
    }
    Ok(())
}

/// What is decided beside works contradicts nothing that stands.
pub(crate) fn check_side_calls(before: &Image, record: &Record) -> Result<(), Broken> {
    if let Record::Dial(row) = record {
        return not_called_beside(before, row);
    }
    let Record::SideCall(row) = record else {
        return Ok(());
    };
    if row.ended_ms.is_none() && !before.side_calls.contains_key(&row.id) {
        begins_alone(before, row)?;
    }
    Ok(())
}

fn not_called_beside(before: &Image, row: &DialRow) -> Result<(), Broken> {
    let is_new = row.state == DialState::InFlight && !before.dials.contains_key(&row.id);
    let number = before.e164(row.number).filter(|_| is_new);
    let mut open = before.side_calls_open();
    let beside = open.find(|side| number.is_some() && number_of(side) == number);
    match beside {
        Some(side) => broken(
            "P3",
            format!("dial {} rings whom side call {} does", row.id, side.id),
        ),
        None => Ok(()),
    }
}

fn begins_alone(before: &Image, row: &SideCallRow) -> Result<(), Broken> {
    let number = number_of(row);
    let is_called = |dial: &&DialRow| number.is_some() && before.e164(dial.number) == number;
    if let Some(dial) = before.dials_open().find(is_called) {
        let what = format!("side call {} is to ring whom dial {} does", row.id, dial.id);
        return broken("P3", what);
    }
    let asked = match row.kind {
        SideKind::Dial => Some(row.seat),
        SideKind::Consult => row.to_seat,
        SideKind::ToQueue | SideKind::ToSeat | SideKind::ToNumber => None,
    };
    let Some(seat) = asked else {
        return Ok(());
    };
    let mut works = before.assignments_open();
    let works = works.any(|work| work.seat == seat);
    let is_offered = before.offers_open().any(|offer| offer.seat == seat);
    if works || is_offered || is_asked_beside(before, Some(seat)) {
        let what = format!("side call {} begins in the middle of something", row.id);
        return broken("P4", what);
    }
    Ok(())
}
