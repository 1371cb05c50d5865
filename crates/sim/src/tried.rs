//! Phones that are tried: an operator their headset, somebody else the phone, and operators who practise a call
//! with an invented person. Nobody is offered to a seat meanwhile, and none of it lasts.

use cuptel_core::id::{NeedId, SeatId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::practice::PracticeDeed;
use cuptel_core::record::OfferRow;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::trial::TrialKind;
use cuptel_core::words::{Disposition, Exercise, OfferState, SideKind};
use cuptel_sip::Message;

use crate::chance::Chance;
use crate::coded::dials;
use crate::promises::{Broken, broken};
use crate::watch::Seen;
use crate::world::World;

/// It rings, says what it is, and lasts; a standstill of the process is not held against it.
const LONGEST_MS: i64 = 150_000;
/// The same of a practice call, in which somebody talks, and has time for the result.
const LONGEST_PRACTICE_MS: i64 = 1_020_000;
/// For a goodbye, where a person waits; with as much for a standstill as above.
const GOODBYE_MS: i64 = 90_000;
/// The invented person is owed two things at most; a third is none.
const NEEDS: [i64; 3] = [1, 2, 3];

impl World {
    /// The phone of a seat is to ring, at whatever moment this is.
    pub(crate) fn is_tried_out(&mut self, is_own: bool, name: String) -> Result<(), Broken> {
        let kind = match is_own {
            true => TrialKind::Echo,
            false => TrialKind::Test,
        };
        self.met.deed("tries a phone");
        self.commands(Command::TrySeat { seat: name, kind })
    }

    /// Whoever works there begins to practise, or goes on with it, at whatever moment this is.
    pub(crate) fn practises(&mut self, seat: usize, look: &SeatNow) -> Result<(), Broken> {
        let is_on = is_tried(look) && look.trial.as_ref().is_some_and(|it| it.practice.is_some());
        let chance = &mut self.phones[seat].chance;
        let deed = if is_on {
            practice_deed(chance)
        } else {
            PracticeDeed::Begin(chance.pick(Exercise::ALL))
        };
        self.met.deed("practises");
        self.commands(Command::Practise {
            seat: look.name.clone(),
            deed,
            conversation: None,
        })
    }

    /// No offer stands where a phone is tried, and a trial ends.
    pub(crate) fn check_trials(&self) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let now = self.now();
        let look = process.switch.snapshot(now);
        for seat in look.seats.iter().filter(|seat| is_tried(seat)) {
            let name = &seat.name;
            let mut rows = self.decided.seats.values();
            let row = rows.find(|row| row.name == *name);
            let is_here = |offer: &&OfferRow| {
                offer.state == OfferState::Open && row.is_some_and(|row| row.id == offer.seat)
            };
            if self.decided.offers.values().any(|offer| is_here(&offer)) {
                return broken("P4", format!("an offer rings where {name} is tried"));
            }
            let trial = seat.trial.as_ref();
            let practice = trial.and_then(|trial| trial.practice.as_ref());
            let longest_ms = practice.map_or(LONGEST_MS, |_| LONGEST_PRACTICE_MS);
            let begun_ms = trial.map_or(now.utc_ms, |trial| trial.begun_ms);
            if now.utc_ms - begun_ms > longest_ms {
                return broken("P4", format!("the trial at {name} does not end"));
            }
            let goodbye_ms = practice.and_then(|it| it.gives_way_ms);
            if goodbye_ms.is_some_and(|by_ms| now.utc_ms - by_ms > GOODBYE_MS) {
                return broken("P5", format!("who practises at {name} does not give way"));
            }
        }
        Ok(())
    }
}

fn practice_deed(chance: &mut Chance) -> PracticeDeed {
    let need = NeedId(chance.pick(&NEEDS));
    let (keep, close) = match chance.percent(50) {
        true => (vec![need], Vec::new()),
        false => (Vec::new(), vec![need]),
    };
    match chance.index(5) {
        0 => PracticeDeed::Hold,
        1 => PracticeDeed::Resume,
        2 => PracticeDeed::HangUp,
        3 => PracticeDeed::Keys("12".to_owned()),
        _ => PracticeDeed::Dispose {
            result: chance.pick(Disposition::ALL).into(),
            said: NeedsSaid { keep, close },
            noted: chance.percent(50),
        },
    }
}

/// Whether an INVITE is that of a trial, by what the phone shows.
pub(crate) fn is_trial(invite: &Message) -> bool {
    let display = invite.from().and_then(|from| from.display);
    matches!(
        display.as_deref(),
        Some("CupTel: prova" | "CupTel: esercitazione")
    )
}

/// A trial rings where nothing is offered, done or asked, by the rows alone.
pub(crate) fn check_trial(seen: Seen<'_>, seat: Option<SeatId>) -> Result<(), Broken> {
    let Some(seat) = seat else {
        return broken("P4", "a phone of no seat is tried");
    };
    let rows = seen.decided;
    let is_offered = rows.offers_open().any(|row| row.seat == seat);
    let is_at_work = rows.assignments_open().any(|row| row.seat == seat);
    let asks = rows.side_calls_open().any(|row| {
        let is_own = row.seat == seat && row.kind == SideKind::Dial;
        is_own || row.to_seat == Some(seat) && row.kind == SideKind::Consult
    });
    if is_offered || is_at_work || asks || dials(rows, seat) {
        return broken(
            "P4",
            format!("seat {seat} is tried in the middle of something"),
        );
    }
    Ok(())
}

/// Whether the phone of a seat is tried.
pub(crate) fn is_tried(seat: &SeatNow) -> bool {
    seat.trial.as_ref().is_some_and(|trial| trial.end.is_none())
}
