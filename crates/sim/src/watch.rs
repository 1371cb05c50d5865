//! What leaves the switch, held against what is committed; who is offered, held against who
//! waits longer.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::id::{AttemptId, DialId, SeatId};
use cuptel_core::record::{AttemptRow, DialRow, NeedRow, OfferRow, Record, Work};
use cuptel_core::time::{MonoUs, UtcMs};
use cuptel_core::words::{
    CallbackEventKind, DialState, Mark, OfferState, SideKind, Stage, WorkState,
};
use cuptel_sip::{Flow, Message, Transmit, uri};

use crate::beside::{entry_at, is_asked_beside, rings_entry};
use crate::handling::passed;
use crate::image::Image;
use crate::invented::CARRIER;
use crate::promises::{Broken, broken};
use crate::shown::shown;
use crate::tried::{check_trial, is_trial};

const TEN_YEARS_MS: i64 = 3_650 * 86_400_000;
/// Nothing comes any more of an INVITE, or of its CANCEL, that nobody answered for so long (RFC 3261
/// timers B and F).
const UNANSWERED_US: u64 = 32_000_000;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// `Call-ID` of every INVITE that got a final response.
    answered: BTreeSet<String>,
    /// `Call-ID` of every INVITE that got a provisional response.
    rung_back: BTreeSet<String>,
    /// Dials whose INVITE has left.
    rung: BTreeSet<DialId>,
    /// `Call-ID` of every INVITE that left.
    invited: BTreeSet<String>,
    /// `Call-ID` of every call of ours of which something was heard.
    proceeding: BTreeSet<String>,
    /// INVITEs to phones of seats, of this life, without a final response.
    at_phones: Vec<AtPhone>,
    /// Seats whose phone was called in the step at hand.
    pub(crate) seats_asked: Vec<SeatId>,
    /// The dial of each `Call-ID` towards the carrier that is not over, of this life.
    dialled: BTreeMap<String, DialId>,
    /// Those of them that ring, as far as we were told, and were not let go.
    ringing: BTreeSet<DialId>,
    /// The numbers that are to be shown to those who are not rung yet.
    shown: BTreeMap<DialId, String>,
    /// Callers let in from a notice line: for another person than the one whom the case holds a
    /// place for.
    others: BTreeSet<AttemptId>,
    /// Callers who returned a call of ours, and the place of its callback.
    returned: BTreeMap<AttemptId, UtcMs>,
    /// Places in line.
    places: BTreeMap<AttemptId, UtcMs>,
    /// By how much whoever leads had somebody go ahead of theirs.
    ahead: BTreeMap<AttemptId, i64>,
    /// When whoever leads had somebody wait in another queue last: they wait as long as is allowed there.
    moved: BTreeMap<AttemptId, UtcMs>,
    /// Seats whose operator did not want a caller, until one who did not respond is back.
    rejected: BTreeSet<(AttemptId, SeatId)>,
    /// Seats that did not take a caller.
    declined: BTreeSet<(AttemptId, SeatId)>,
}

/// The rows as they stand when a packet leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'i> {
    /// Committed or spilled.
    pub(crate) promised: &'i Image,
    /// In the database.
    pub(crate) committed: &'i Image,
    pub(crate) decided: &'i Image,
    /// Nobody can be heard or spoken to.
    pub(crate) is_mute: bool,
    pub(crate) now_us: MonoUs,
}

/// A call of ours to a phone of a seat that may still be picked up.
#[derive(Debug)]
struct AtPhone {
    flow: Flow,
    uri: String,
    call_id: String,
    /// When it was called, or cancelled, for the first time.
    said_us: MonoUs,
    is_cancelled: bool,
}

impl Watch {
    /// A packet leaves.
    pub(crate) fn leaves(&mut self, seen: Seen<'_>, transmit: &Transmit) -> Result<(), Broken> {
        let bytes = &transmit.bytes;
        if bytes.starts_with(b"CANCEL ") {
            self.cancels(seen.now_us, bytes)?;
        }
        if bytes.starts_with(b"CANCEL ") || bytes.starts_with(b"BYE ") {
            self.is_over(bytes);
        }
        let responds = bytes.starts_with(b"SIP/2.0 ") && !bytes.starts_with(b"SIP/2.0 100");
        if !responds && !bytes.starts_with(b"INVITE ") {
            return Ok(());
        }
        let Ok(message) = Message::parse(bytes) else {
            return broken("P6", "a message of ours cannot be read");
        };
        match message.status() {
            Some(status) => self.responds(seen, &message, status),
            None => self.invites(seen, transmit, &message),
        }
    }

    /// RFC 3261 9.1: what is cancelled before anything was heard of it rings on all the same.
    fn cancels(&mut self, now_us: MonoUs, bytes: &[u8]) -> Result<(), Broken> {
        let call_id = Message::parse(bytes).map(|cancel| cancel.call_id());
        for phone in &mut self.at_phones {
            if call_id.as_ref().is_ok_and(|id| *id == phone.call_id) && !phone.is_cancelled {
                phone.said_us = now_us;
                phone.is_cancelled = true;
            }
        }
        match call_id {
            Ok(call_id) if self.proceeding.contains(&call_id) => Ok(()),
            Ok(call_id) => broken("P4", format!("{call_id} is cancelled too early")),
            Err(_) => broken("P6", "a CANCEL of ours cannot be read"),
        }
    }

    /// A response to an INVITE leaves only behind the attempt's row, and is what that says.
    fn responds(&mut self, seen: Seen<'_>, message: &Message, status: u16) -> Result<(), Broken> {
        // A challenge admits nobody yet.
        if !is_to_invite(message) || status == 401 {
            return Ok(());
        }
        let call_id = message.call_id();
        if !seen.promised.call_ids.contains(&call_id) {
            return broken(
                "P1",
                format!("{status} leaves for an INVITE without a committed attempt"),
            );
        }
        let repeats = if status < 200 {
            !self.rung_back.insert(call_id.clone())
        } else {
            self.answered.insert(call_id.clone());
            false
        };
        let is_this = |row: &&AttemptRow| row.sip_call_id == call_id;
        let row = seen.decided.attempts.values().rev().find(is_this);
        let Some(row) = row.filter(|row| row.stage == Stage::Ended) else {
            return Ok(());
        };
        let says = row.sip_status;
        // What was decided before leaves before, but not to those who gave up.
        let precedes = repeats || status < 200 && says != Some(487);
        if says.is_some_and(|says| says != status) && !precedes {
            let what = format!(
                "attempt {} ended with {says:?}, and {status} leaves",
                row.id
            );
            return broken("P1", what);
        }
        Ok(())
    }

    /// Whom we call: a dial or an offer that is committed, and stands still.
    fn invites(
        &mut self,
        seen: Seen<'_>,
        transmit: &Transmit,
        message: &Message,
    ) -> Result<(), Broken> {
        let call_id = message.call_id();
        if !self.invited.insert(call_id.clone()) {
            return Ok(());
        }
        let user = uri::user(message.request_uri()).unwrap_or_default();
        if seen.is_mute {
            return broken("P4", format!("{user} is rung and nobody could speak"));
        }
        if transmit.flow.remote == CARRIER {
            let cli = message.from().and_then(|from| uri::user(&from.uri));
            return self.rings(seen, (&user, cli), call_id);
        }
        let seats = &seen.committed.seats;
        let seat = seats.values().find(|seat| seat.name == user);
        if is_trial(message) {
            check_trial(seen, seat.map(|seat| seat.id))?;
            return self.rings_phone(seen.now_us, transmit.flow, message, call_id);
        }
        let is_offered = |image: &Image| {
            let seat = seat.map(|seat| seat.id);
            let mut offers = image.offers_open();
            offers.any(|offer| Some(offer.seat) == seat) || is_asked_beside(image, seat)
        };
        if !is_offered(seen.committed) {
            let what = format!("seat {user} is rung without a committed offer");
            return broken("P4", what);
        }
        if !is_offered(seen.decided) {
            return broken(
                "P4",
                format!("seat {user} is rung for an offer that is over"),
            );
        }
        self.seats_asked.extend(seat.map(|seat| seat.id));
        self.rings_phone(seen.now_us, transmit.flow, message, call_id)
    }

    /// A phone of a seat is called: it must not be rung for something that was given up.
    fn rings_phone(
        &mut self,
        now_us: MonoUs,
        flow: Flow,
        message: &Message,
        call_id: String,
    ) -> Result<(), Broken> {
        let uri = message.request_uri().to_owned();
        let open = |phone: &AtPhone| now_us < phone.said_us + UNANSWERED_US;
        self.at_phones.retain(open);
        let is_there = |phone: &&AtPhone| phone.flow == flow && phone.uri == uri;
        if let Some(phone) = self.at_phones.iter().find(is_there) {
            let what = format!("{uri} is rung while {} may ring there", phone.call_id);
            return broken("P4", what);
        }
        self.at_phones.push(AtPhone {
            flow,
            uri,
            call_id,
            said_us: now_us,
            is_cancelled: false,
        });
        Ok(())
    }

    /// Whether a phone of this seat may still ring, or be picked up.
    pub(crate) fn may_ring(&self, seat: &str, now_us: MonoUs) -> bool {
        self.at_phones.iter().any(|phone| {
            let is_open = now_us < phone.said_us + UNANSWERED_US;
            is_open && uri::user(&phone.uri).as_deref() == Some(seat)
        })
    }

    /// A packet arrives: the carrier says how it is with a dial. One that was given up before
    /// anything was heard of it could not be let go (RFC 3261 9.1).
    pub(crate) fn arrives(&mut self, decided: &Image, bytes: &[u8]) {
        if bytes.starts_with(b"SIP/2.0 1") {
            let in_flight = |dial: &&DialId| {
                let row = decided.dials.get(dial);
                row.is_some_and(|row| row.state == DialState::InFlight)
            };
            let Ok(said) = Message::parse(bytes) else {
                return;
            };
            self.proceeding.insert(said.call_id());
            let dial = self.dialled.get(&said.call_id());
            self.ringing.extend(dial.filter(in_flight));
        } else if bytes.starts_with(b"SIP/2.0 ") {
            self.is_over(bytes);
            let final_to = Message::parse(bytes).ok().filter(is_to_invite);
            if let Some(call_id) = final_to.map(|said| said.call_id()) {
                self.at_phones.retain(|phone| phone.call_id != call_id);
            }
        }
    }

    fn is_over(&mut self, bytes: &[u8]) {
        let dial = Message::parse(bytes).ok();
        let dial = dial.and_then(|said| self.dialled.remove(&said.call_id()));
        if let Some(dial) = dial {
            self.ringing.remove(&dial);
        }
    }

    /// The process is gone, and with it whoever could let a phone go: none may ring whose row
    /// allows to call the number again.
    pub(crate) fn nobody_rings_unknown(&mut self, rows: &Image) -> Result<(), Broken> {
        let over = |dial: &DialId| {
            rows.dials
                .get(dial)
                .is_some_and(|row| row.state == DialState::Ended)
        };
        if let Some(dial) = self.ringing.iter().find(|dial| over(dial)) {
            let what = format!("dial {dial} is over on disk and was never let go");
            return broken("P3", what);
        }
        self.ringing.clear();
        self.dialled.clear();
        self.shown.clear();
        self.at_phones.clear();
        Ok(())
    }

    /// The connection to the carrier broke: who rings over it cannot be let go, and the carrier
    /// hears of that as we do (RFC 3261 8.1.3.1).
    pub(crate) fn carrier_cut_off(&mut self) {
        self.ringing.clear();
        self.dialled.clear();
    }

    fn rings(
        &mut self,
        seen: Seen<'_>,
        (user, cli): (&str, Option<String>),
        call_id: String,
    ) -> Result<(), Broken> {
        let in_flight = |image: &Image| {
            let rung = |dial: &&DialRow| {
                dial.state == DialState::InFlight && image.e164(dial.number) == Some(user)
            };
            image.dials.values().find(rung).map(|dial| dial.id)
        };
        let dial = in_flight(seen.committed);
        if let Some(entry) = entry_at(user).filter(|_| dial.is_none()) {
            return rings_entry(seen, entry);
        }
        let Some(dial) = dial else {
            return broken("P3", format!("{user} is rung without a committed dial"));
        };
        if in_flight(seen.decided) != Some(dial) {
            return broken(
                "P3",
                format!("{user} is rung for dial {dial}, which is over"),
            );
        }
        if !self.rung.insert(dial) {
            return broken("P3", format!("{user} is rung twice for dial {dial}"));
        }
        let shown = self.shown.remove(&dial);
        if shown != cli {
            return broken(
                "P5",
                format!("dial {dial} shows {cli:?}, and not {shown:?}"),
            );
        }
        self.dialled.insert(call_id, dial);
        let calls_us =
            |row: &AttemptRow| row.number.and_then(|id| seen.decided.e164(id)) == Some(user);
        if let Some(row) = seen.decided.attempts_open().find(|row| calls_us(row)) {
            let what = format!("{user} is rung, who calls us: attempt {}", row.id);
            return broken("P3", what);
        }
        Ok(())
    }

    /// Everybody who got an answer has a row, but for those whom the database forgot.
    pub(crate) fn check_answered(
        &self,
        rows: &Image,
        forgotten: &BTreeSet<String>,
    ) -> Result<(), Broken> {
        let missing = self.answered.difference(&rows.call_ids);
        let missing: BTreeSet<String> = missing.cloned().collect();
        if let Some(call_id) = missing.difference(forgotten).next() {
            return broken("P1", format!("{call_id} was answered and has no row"));
        }
        Ok(())
    }

    /// A row was decided; `before` does not have it yet.
    pub(crate) fn decided(&mut self, before: &Image, record: &Record) -> Result<(), Broken> {
        match record {
            Record::Attempt(row) => {
                self.take_place(before, row);
                Ok(())
            }
            Record::Offer(row) => self.offered(before, row),
            Record::Dial(row) => {
                let is_new =
                    row.state == DialState::InFlight && !before.dials.contains_key(&row.id);
                self.shown
                    .extend(is_new.then(|| (row.id, shown(before, row))));
                Ok(())
            }
            Record::Interval(row) => {
                if row.work == WorkState::NotResponding {
                    self.rejected.retain(|(_, seat)| *seat != row.seat);
                }
                Ok(())
            }
            Record::CallbackEvent(row) => {
                let callback = before.callbacks.get(&row.callback);
                let returned = row.attempt.zip(callback);
                if let Some((attempt, callback)) =
                    returned.filter(|_| row.kind == CallbackEventKind::Returned)
                {
                    self.returned.insert(attempt, callback.place_ms);
                }
                Ok(())
            }
            Record::Number(_)
            | Record::Callback(_)
            | Record::CallbackAmended(_)
            | Record::Need(_)
            | Record::NeedDetail(_)
            | Record::Promise(_)
            | Record::Assignment(_)
            | Record::SignIn(_)
            | Record::Registration(_)
            | Record::Seat(_)
            | Record::Operator(_)
            | Record::Decision(_)
            | Record::OperatorPin(_)
            | Record::Profile(_)
            | Record::Owner(_)
            | Record::CodeWord(_)
            | Record::Decline(_)
            | Record::ChosenTime(_)
            | Record::SideCall(_)
            | Record::Bulk(_)
            | Record::BulkEntry(_)
            | Record::YearsEmptied(_)
            | Record::SiteOutage(_)
            | Record::Closure(_)
            | Record::Announcement(_)
            | Record::Mark(_)
            | Record::SpecialDay(_)
            | Record::Memo(_)
            | Record::MemoReading(_)
            | Record::Review(_)
            | Record::Campaign(_)
            | Record::CampaignEntry(_)
            | Record::Task(_)
            | Record::TaskEvent(_)
            | Record::ConfigVersion(_) => Ok(()),
        }
    }

    /// Once and for all: who is lost twice is not before who is lost once.
    fn goes_before_everyone(&mut self, row: &AttemptRow) {
        self.ahead.remove(&row.id);
        let place = self.places.get_mut(&row.id);
        if let Some(place) = place.filter(|it| **it > row.received_ms - TEN_YEARS_MS / 2) {
            *place -= TEN_YEARS_MS;
        }
    }

    /// A caller begins to wait: at the place held by an open case, or that of their arrival.
    fn take_place(&mut self, before: &Image, row: &AttemptRow) {
        let old = before.attempts.get(&row.id);
        if old.is_some_and(|old| old.callback.is_some() && row.callback.is_none()) {
            self.others.insert(row.id);
        }
        if row.stage != Stage::Queued || old.is_some_and(|old| old.queued_ms == row.queued_ms) {
            return;
        }
        let passed = passed(before, row).map(|side| side.kind);
        if passed == Some(SideKind::ToSeat) {
            // Before everyone, for the seat that they were given to first.
            self.goes_before_everyone(row);
            return;
        }
        if old.is_some_and(|old| old.stage == Stage::Talking) && passed.is_none() {
            // Their seat vanished: they go before everyone, but not to that seat.
            self.goes_before_everyone(row);
            self.declined.extend(row.seat.map(|seat| (row.id, seat)));
            return;
        }
        if passed.is_some() {
            // Given on to another queue, they stand there as anybody.
            self.ahead.remove(&row.id);
        }
        let digits = row.number.and_then(|id| before.e164(id));
        let is_other = self.others.contains(&row.id);
        let case = before.callbacks_open().find(|case| {
            Some(case.tenant) == row.tenant
                && digits.is_some()
                && before.e164(case.number) == digits
        });
        // Where many share a number, nobody holds a place by it.
        let case = case.filter(|case| !before.is_marked(case.number, Mark::Shared, case.tenant));
        let held = case.and_then(|case| {
            let about_this = |need: &&NeedRow| {
                need.callback == case.id
                    && need.closed_ms.is_none()
                    && need.another_person == is_other
                    && (need.queue.is_none() || need.queue == row.queue)
            };
            let need = before.needs.values().find(about_this)?;
            Some(if is_other {
                need.opened_ms
            } else {
                case.place_ms - case.priority_ms
            })
        });
        let returned_ms = self.returned.get(&row.id).copied().filter(|_| !is_other);
        let own_ms = returned_ms.map_or(row.received_ms, |ms| ms.min(row.received_ms));
        let place = held.map_or(own_ms, |place| place.min(own_ms));
        self.places.insert(row.id, place);
    }

    fn offered(&mut self, before: &Image, offer: &OfferRow) -> Result<(), Broken> {
        let Work::Attempt(first) = offer.work else {
            return Ok(());
        };
        match offer.state {
            // Its lease was lengthened: it was made long ago.
            OfferState::Open if before.offers.contains_key(&offer.id) => Ok(()),
            OfferState::Open if self.rejected.contains(&(first, offer.seat)) => {
                let what = format!("attempt {first} again at {}, which declined", offer.seat);
                broken("P5", what)
            }
            OfferState::Open => self.overtakes_nobody(before, offer, first),
            OfferState::Withdrawn | OfferState::Accepted => Ok(()),
            OfferState::Rejected | OfferState::Busy => {
                self.rejected.insert((first, offer.seat));
                self.declined.insert((first, offer.seat));
                Ok(())
            }
            OfferState::NoAnswer | OfferState::Unreachable => {
                self.declined.insert((first, offer.seat));
                Ok(())
            }
        }
    }

    /// Whether a seat did not take a caller, or was lost with them.
    pub(crate) fn has_declined(&self, attempt: AttemptId, seat: SeatId) -> bool {
        self.declined.contains(&(attempt, seat))
    }

    /// Whoever leads has somebody go ahead of their place.
    pub(crate) fn goes_ahead(&mut self, id: AttemptId, by_ms: i64) {
        let ahead = self.ahead.entry(id).or_default();
        *ahead = by_ms.max(*ahead);
    }

    /// Whoever leads has somebody wait in another queue.
    pub(crate) fn moves(&mut self, id: AttemptId, now_ms: UtcMs) {
        self.moved.insert(id, now_ms);
    }

    /// Since when somebody who began to wait then has waited where they are.
    pub(crate) fn waits_since(&self, id: AttemptId, queued_ms: UtcMs) -> UtcMs {
        self.moved.get(&id).copied().unwrap_or(0).max(queued_ms)
    }

    /// Where somebody stands in line.
    fn stands(&self, id: AttemptId) -> UtcMs {
        let place = self.places.get(&id).copied().unwrap_or_default();
        place - self.ahead.get(&id).copied().unwrap_or(0)
    }

    fn overtakes_nobody(
        &self,
        before: &Image,
        offer: &OfferRow,
        first: AttemptId,
    ) -> Result<(), Broken> {
        let place = self.stands(first);
        let is_offered = |id: AttemptId| {
            before
                .offers_open()
                .any(|row| row.work == Work::Attempt(id))
        };
        for other in before.attempts_open() {
            // Who asked for a callback, or cannot have one, may have left the line already.
            let waits = other.stage == Stage::Queued
                && other.queue == Some(offer.queue)
                && other.id != first
                && other.callback.is_none()
                && other.class.may_be_dialled()
                && !is_marked(before, other)
                && !self.declined.contains(&(other.id, offer.seat))
                && !is_offered(other.id);
            let theirs = self.stands(other.id);
            if waits && theirs < place {
                return broken(
                    "P5",
                    format!(
                        "attempt {first} at {place} overtakes {} at {theirs}",
                        other.id
                    ),
                );
            }
        }
        Ok(())
    }
}

fn is_to_invite(response: &Message) -> bool {
    let method = response.header("CSeq");
    method.is_some_and(|value| value.ends_with(b"INVITE"))
}

/// Whether somebody who waits shows a number at which nobody is called back.
fn is_marked(before: &Image, row: &AttemptRow) -> bool {
    let (Some(number), Some(tenant)) = (row.number, row.tenant) else {
        return false;
    };
    let mut marks = Mark::ALL.iter();
    marks.any(|mark| before.is_marked(number, *mark, tenant))
}
