//! Calls that operators make beside their works: to an entry of the directory, or to another seat that is
//! asked while the person is on hold; and persons who were given to somebody outside and talk there.
//!
//! **Each has its row from its first moment**, before any phone rings for it, and an end of its own. What
//! becomes of the person when one comes to nothing is told by `Holder`; they are never lost for it.
//!
//! **Nobody is dialled twice at once** for it: who is being called back is called by no operator besides,
//! and whoever is owed a call waits for it as long as their number is called from here. Several operators
//! may call one entry: a switchboard has more than one line.

use serde::{Deserialize, Serialize};

use crate::beside_phone::says_why;
use crate::centre::{Centre, Role};
use crate::conversation::hung_up;
use crate::directory::Entry;
use crate::failover::Unanswered;
use crate::given::{Given, Told};
use crate::hand::CallError;
use crate::id::{
    AssignmentId, CallbackId, LegId, OperatorId, QueueId, SeatId, SideCallId, TenantId, TrunkId,
};
use crate::number::PhoneNumber;
use crate::planted::{Fault, planted};
use crate::record::{Record, SideCallRow, Work};
use crate::seat::{Done, SeatWork};
use crate::step::{AfterPlay, CommandError, Destination, Effect, NOT_SENT, Step};
use crate::stop_button::dials_are_stopped_for;
use crate::time::{MonoUs, Now};
use crate::timers::Timer;
use crate::words::{DialResult, Party, SideKind};

/// Token of what an operator hears while somebody is rung for them.
const RINGS: u64 = 1 << 40;
/// Token of the message why somebody is not there.
pub(crate) const WHY: u64 = RINGS + 1;
/// A seat's phone that is asked rings so long.
const SEAT_RINGS_S: u32 = 20;

/// Such a call while it goes on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SideCall {
    pub(crate) row: SideCallRow,
    /// Whom it rings outside, once the operator is on the line.
    number: Option<PhoneNumber>,
    /// Of whoever is asked.
    pub(crate) leg: Option<LegId>,
    /// When it is given up that nobody has answered.
    until: MonoUs,
    placed_ms: i64,
    is_heard: bool,
    /// Trunks that did not take it.
    refused_by: Vec<TrunkId>,
    pub(crate) holder: Holder,
}

/// Who has it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Holder {
    /// An operator who does nothing else.
    Operator,
    /// An operator in a conversation, whose person is on hold or talks while the other is.
    Conversation,
    /// The person themselves, with what was said of them.
    Person(Given, Box<Told>),
}

/// A wrap-up that goes on after a call that was made in it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Wrapped {
    pub(crate) until: MonoUs,
    pub(crate) may_end: bool,
    pub(crate) done: Box<Done>,
}

impl SideCall {
    pub(crate) fn is_up(&self) -> bool {
        self.row.answered_ms.is_some()
    }

    /// Whether whoever has it was given to somebody outside in this conversation.
    pub(crate) fn was_given_in(&self, conversation: AssignmentId) -> bool {
        match &self.holder {
            Holder::Person(_, told) => told.conversation == conversation,
            Holder::Operator | Holder::Conversation => false,
        }
    }
}

/// What is begun.
pub(crate) struct Begun {
    pub(crate) kind: SideKind,
    pub(crate) seat: SeatId,
    pub(crate) operator: OperatorId,
    pub(crate) work: Option<Work>,
    pub(crate) queue: Option<QueueId>,
    pub(crate) to_seat: Option<SeatId>,
    pub(crate) entry: Option<Entry>,
    pub(crate) holder: Holder,
}

impl Centre {
    /// An entry that may be called now for an authority.
    pub(crate) fn entry_to_call(
        &self,
        tenant: Option<TenantId>,
        name: &str,
    ) -> Result<Entry, CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let entry = self.rules.directory.find(name, tenant);
        let entry = entry.ok_or_else(|| CallError::NoEntry(name.to_owned()))?;
        let own = entry.tenant.or(tenant);
        let is_marked = own.is_some_and(|own| self.is_do_not_call(own, &entry.number));
        if is_marked || dials_are_stopped_for(&self.rules, &self.stops, own) {
            return Err(CallError::DialsStopped.into());
        }
        let known = self.people.get(&entry.number);
        if known.is_some_and(|known| known.dial.is_some()) && !planted(Fault::CalledTwice) {
            return Err(CallError::CalledAlready(name.to_owned()).into());
        }
        Ok(entry.clone())
    }

    /// Whether somebody of the directory is called at this number, or is about to be: nobody calls them
    /// back meanwhile.
    pub(crate) fn is_called_beside(&self, number: &PhoneNumber) -> bool {
        let mut sides = self.sides.values();
        !planted(Fault::CalledTwice) && sides.any(|side| side.number.as_ref() == Some(number))
    }

    /// What is owed to whoever is called from the directory.
    pub(crate) fn owed_beside(&self) -> impl Iterator<Item = CallbackId> + '_ {
        let numbers = self.sides.values().filter_map(|side| side.number.as_ref());
        let known = numbers.filter_map(|number| self.people.get(number));
        known.flat_map(|known| known.cases.iter().map(|(_, id)| *id))
    }

    /// A row, and what is known of the call beside it.
    pub(crate) fn side_begins(&mut self, now: Now, begun: Begun, step: &mut Step) -> SideCallId {
        let id = SideCallId(self.ids.allot());
        let row = SideCallRow {
            id,
            kind: begun.kind,
            seat: begun.seat,
            operator: begun.operator,
            work: begun.work,
            queue: begun.queue,
            to_seat: begun.to_seat,
            entry: begun.entry.as_ref().map(|entry| entry.name.clone()),
            trunk: None,
            begun_ms: now.utc_ms,
            answered_ms: None,
            ended_ms: None,
            result: None,
            sip_status: None,
        };
        step.records.push(Record::SideCall(Box::new(row.clone())));
        let until = now.in_s(SEAT_RINGS_S);
        self.timers.at(until, Timer::SideRings(id, until));
        let side = SideCall {
            row,
            number: begun.entry.map(|entry| entry.number),
            leg: None,
            until,
            placed_ms: now.utc_ms,
            is_heard: false,
            refused_by: Vec::new(),
            holder: begun.holder,
        };
        let number = side.number.clone();
        self.sides.insert(id, side);
        if let Some(number) = number {
            self.reconsider_number(now, &number);
        }
        id
    }

    /// An operator who has no call calls somebody of the directory: their own phone first.
    pub(crate) fn dial_entry(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        entry: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let busy = || CommandError::from(CallError::SeatBusy(name.to_owned()));
        let seat = self.seats.get(&id).ok_or_else(busy)?;
        let Some(sign_in) = &seat.sign_in else {
            return Err(CommandError::NobodyThere(name.to_owned()));
        };
        let operator = sign_in.operator;
        let entry = self.entry_to_call(seat.home, entry)?;
        let may = matches!(seat.work, SeatWork::Idle | SeatWork::WrapUp { .. })
            && seat.reachable_at(now.utc_ms)
            && !seat.is_engaged();
        if !may {
            return Err(busy());
        }
        let begun = Begun {
            kind: SideKind::Dial,
            seat: id,
            operator,
            work: None,
            queue: None,
            to_seat: None,
            entry: Some(entry.clone()),
            holder: Holder::Operator,
        };
        let side = self.side_begins(now, begun, step);
        self.seat_is_asked(now, id, (side, entry.name), step);
        Ok(())
    }

    /// Whoever is outside is rung, through the next trunk that has room.
    pub(crate) fn rings_entry(&mut self, now: Now, id: SideCallId, step: &mut Step) {
        let tenant = self.tenant_of_side(id);
        let entry = self
            .sides
            .get(&id)
            .and_then(|side| side.row.entry.as_deref());
        // A button may have been pressed while the phone of who calls was ringing.
        let may_be = entry.is_some_and(|name| self.entry_to_call(tenant, name).is_ok());
        let trunk = self.choose_trunk(now, &[]).filter(|_| may_be);
        let is_rung = trunk.is_some_and(|trunk| self.rings_through(now, id, trunk, step));
        if !is_rung {
            self.side_fails(now, id, (DialResult::Cancelled, None), false, step);
        }
    }

    /// What a trunk refused before any phone rang goes through the next one, as callbacks do, unless it
    /// may not be called any more.
    fn rings_around(&mut self, now: Now, id: SideCallId, step: &mut Step) -> bool {
        let tenant = self.tenant_of_side(id);
        let Some(side) = self.sides.get(&id) else {
            return false;
        };
        let (Some(refused), Some(leg)) = (side.row.trunk, side.leg) else {
            return false;
        };
        let name = side.row.entry.as_deref().unwrap_or_default();
        let refused_by = [side.refused_by.as_slice(), &[refused]].concat();
        if self.entry_to_call(tenant, name).is_err() {
            return false;
        }
        let Some(next) = self.choose_trunk(now, &refused_by) else {
            return false;
        };
        self.legs.remove(&leg);
        self.use_channels(now, refused, |used| used.outbound -= 1);
        if let Some(side) = self.sides.get_mut(&id) {
            (side.leg, side.row.trunk, side.refused_by) = (None, None, refused_by);
        }
        self.rings_through(now, id, next, step)
    }

    fn rings_through(&mut self, now: Now, id: SideCallId, trunk: TrunkId, step: &mut Step) -> bool {
        let rules = self.rules.clone();
        let number = self.sides.get(&id).and_then(|side| side.number.clone());
        let Some((rule, number)) = rules.trunks.get(&trunk).zip(number) else {
            return false;
        };
        let leg = LegId(self.ids.allot());
        let until = now.in_s(rule.ring_s);
        let tenant = self.tenant_of_side(id);
        let own = tenant.and_then(|tenant| rules.tenants.get(&tenant)?.cli.clone());
        let own = own.filter(|_| !rule.dials.shows_own_cli);
        self.legs.insert(leg, Role::Side(id));
        self.timers.at(until, Timer::SideRings(id, until));
        if let Some(side) = self.sides.get_mut(&id) {
            (side.leg, side.until, side.placed_ms) = (Some(leg), until, now.utc_ms);
            side.row.trunk = Some(trunk);
            let row = Record::SideCall(Box::new(side.row.clone()));
            step.records.push(row);
        }
        self.use_channels(now, trunk, |used| used.outbound += 1);
        let to = Destination::Outside {
            trunk,
            number,
            cli: own.unwrap_or_else(|| rule.cli.clone()),
        };
        step.effects.push(Effect::Invite {
            leg,
            to: Box::new(to),
        });
        if let Some(leg) = self.operator_leg(id) {
            step.effects.push(Effect::Play {
                leg,
                token: RINGS,
                prompts: Vec::new(),
                then: AfterPlay::RingBack,
            });
        }
        true
    }

    fn tenant_of_side(&self, id: SideCallId) -> Option<TenantId> {
        let row = &self.sides.get(&id)?.row;
        let of_queue = row.queue.and_then(|queue| self.rules.rule_now(queue));
        let of_seat = self.seats.get(&row.seat).and_then(|seat| seat.home);
        of_queue.map(|rule| rule.tenant).or(of_seat)
    }

    /// The leg of the operator who has it in hand.
    fn operator_leg(&self, id: SideCallId) -> Option<LegId> {
        let side = self.sides.get(&id)?;
        match side.holder {
            Holder::Operator | Holder::Conversation => self.seats.get(&side.row.seat)?.leg(),
            Holder::Person(..) => None,
        }
    }

    /// The INVITE has left: the phone of whoever is asked has its whole time.
    pub(crate) fn side_placed(&mut self, now: Now, id: SideCallId) {
        let rules = self.rules.clone();
        let Some(side) = self.sides.get_mut(&id) else {
            return;
        };
        let rule = side.row.trunk.and_then(|trunk| rules.trunks.get(&trunk));
        let ring_s = rule.map_or(SEAT_RINGS_S, |rule| rule.ring_s);
        (side.until, side.placed_ms) = (now.in_s(ring_s), now.utc_ms);
        self.timers.at(side.until, Timer::SideRings(id, side.until));
    }

    /// The network says that the phone outside rings.
    pub(crate) fn side_rings(&mut self, id: SideCallId) {
        let Some(side) = self.sides.get_mut(&id) else {
            return;
        };
        side.is_heard = true;
        if let Some(trunk) = side.row.trunk {
            self.trunk_works(trunk);
        }
    }

    /// Whoever is asked has picked up.
    pub(crate) fn side_answered(&mut self, now: Now, id: SideCallId, step: &mut Step) {
        let operator = self.operator_leg(id);
        let Some(side) = self.sides.get_mut(&id) else {
            return;
        };
        side.row.answered_ms = Some(now.utc_ms);
        step.records
            .push(Record::SideCall(Box::new(side.row.clone())));
        let (trunk, was_heard, leg) = (side.row.trunk, side.is_heard, side.leg);
        let given = match &side.holder {
            Holder::Person(given, _) => Some(given.clone()),
            Holder::Operator | Holder::Conversation => None,
        };
        if let Some(trunk) = trunk {
            self.trunk_answers(trunk, was_heard);
        }
        let person = given.and_then(|given| self.leg_of_given(&given));
        if let Some((a, b)) = person.or(operator).zip(leg) {
            step.effects.push(Effect::Bridge { a, b });
        }
    }

    /// Nobody has picked up in time.
    pub(crate) fn side_rang_out(
        &mut self,
        now: Now,
        id: SideCallId,
        until: MonoUs,
        step: &mut Step,
    ) {
        let Some(side) = self.sides.get(&id) else {
            return;
        };
        if side.until != until || side.is_up() {
            return;
        }
        let waits_for_own = side.leg.is_none();
        let asked = if waits_for_own {
            Some(side.row.seat)
        } else {
            side.row.to_seat
        };
        if let Some(trunk) = side.row.trunk.filter(|_| !side.is_heard) {
            self.trunk_keeps_silent(now, trunk);
        }
        if let Some(asked) = asked.filter(|asked| self.is_silent_beside(*asked)) {
            self.phone_gone(asked, step);
        }
        let result = if waits_for_own {
            DialResult::Cancelled
        } else {
            DialResult::NoAnswer
        };
        self.side_fails(now, id, (result, None), true, step);
    }

    /// The phone outside was not picked up.
    pub(crate) fn side_not_reached(
        &mut self,
        now: Now,
        id: SideCallId,
        status: u16,
        step: &mut Step,
    ) {
        let Some(side) = self.sides.get(&id) else {
            return;
        };
        let over = Unanswered {
            status,
            is_heard: side.is_heard,
            after_ms: now.utc_ms - side.placed_ms,
        };
        if let Some(trunk) = side.row.trunk.filter(|_| status != NOT_SENT) {
            self.trunk_heard(now, trunk, over);
        }
        if over.is_refused_by_trunk() && self.rings_around(now, id, step) {
            return;
        }
        self.side_fails(now, id, over.result(), false, step);
    }

    /// It came to nothing: whoever had it is told, and a person who was given goes back.
    pub(crate) fn side_fails(
        &mut self,
        now: Now,
        id: SideCallId,
        how: (DialResult, Option<u16>),
        hang_up: bool,
        step: &mut Step,
    ) {
        let operator = self.operator_leg(id);
        let Some(side) = self.side_over(now, id, how, hang_up, step) else {
            return;
        };
        let seat = side.row.seat;
        let prompts = &self.rules.prompts;
        let tell = match how.0 {
            DialResult::NoAnswer => prompts.to_operator_no_answer,
            DialResult::Busy => prompts.to_operator_busy,
            DialResult::Married
            | DialResult::Declined
            | DialResult::Unreachable
            | DialResult::TrunkFailed
            | DialResult::Machine
            | DialResult::Answered
            | DialResult::Cancelled
            | DialResult::Unknown => prompts.to_operator_unreachable,
        };
        match side.holder {
            Holder::Operator => self.told_beside(now, seat, tell, step),
            Holder::Conversation => {
                self.consults_no_more(seat);
                if let Some(leg) = operator {
                    says_why(leg, tell, step);
                }
                self.seat_changed(now, seat, step);
            }
            Holder::Person(given, _) => self.given_back(now, side.row.queue, given, step),
        }
    }

    /// The row ends, the channel is free, the phone of whoever was asked is hung up where that is wanted.
    pub(crate) fn side_over(
        &mut self,
        now: Now,
        id: SideCallId,
        (result, status): (DialResult, Option<u16>),
        hang_up: bool,
        step: &mut Step,
    ) -> Option<SideCall> {
        let mut side = self.sides.remove(&id)?;
        side.row.ended_ms = Some(now.utc_ms);
        side.row.result = Some(result);
        side.row.sip_status = status;
        step.records
            .push(Record::SideCall(Box::new(side.row.clone())));
        if let Some(trunk) = side.row.trunk {
            self.use_channels(now, trunk, |used| used.outbound -= 1);
        }
        if let Some(number) = &side.number {
            self.reconsider_number(now, number);
        }
        match (side.row.to_seat, side.leg) {
            (Some(other), _) => self.leaves_beside(now, other, hang_up, step),
            (None, Some(leg)) => {
                self.legs.remove(&leg);
                if hang_up {
                    step.effects.push(hung_up(leg));
                }
            }
            (None, None) => {}
        }
        Some(side)
    }

    /// How a call that was up, or was not, ended.
    pub(crate) fn ended_as(&self, id: SideCallId) -> (DialResult, Option<u16>) {
        let is_up = self.sides.get(&id).is_some_and(SideCall::is_up);
        if is_up {
            (DialResult::Answered, Some(200))
        } else {
            (DialResult::Cancelled, None)
        }
    }

    /// Whoever was asked has hung up, or was lost.
    pub(crate) fn side_left(
        &mut self,
        now: Now,
        id: SideCallId,
        (by, hang_up): (Party, bool),
        step: &mut Step,
    ) {
        let Some(side) = self.sides.get(&id) else {
            return;
        };
        if !side.is_up() {
            return self.side_fails(now, id, (DialResult::Unreachable, None), hang_up, step);
        }
        let how = self.ended_as(id);
        let Some(side) = self.side_over(now, id, how, hang_up, step) else {
            return;
        };
        let seat = side.row.seat;
        let is_short = self.was_too_short(now, side.row.answered_ms, by, None);
        match side.holder {
            Holder::Operator => self.leaves_beside(now, seat, true, step),
            Holder::Conversation => {
                self.consults_no_more(seat);
                self.back_to_person(now, seat, step);
            }
            // A message, or somebody who is not the right one: nobody has taken them.
            Holder::Person(given, _) if is_short && by != Party::Network => {
                self.given_back(now, side.row.queue, given, step);
            }
            Holder::Person(given, told) => {
                let by = if by == Party::Network {
                    by
                } else {
                    Party::Seat
                };
                self.given_talked(now, seat, (given, *told), by, step);
            }
        }
    }

    /// All of them end, because we stop.
    pub(crate) fn cut_sides(&mut self, now: Now, step: &mut Step) {
        let ids: Vec<SideCallId> = self.sides.keys().copied().collect();
        for id in ids {
            let how = self.ended_as(id);
            let Some(side) = self.side_over(now, id, how, true, step) else {
                continue;
            };
            match side.holder {
                Holder::Operator => self.leaves_beside(now, side.row.seat, true, step),
                Holder::Conversation => self.consults_no_more(side.row.seat),
                Holder::Person(
                    Given::Person {
                        callback,
                        dial,
                        leg,
                    },
                    _,
                ) => self.person_lost(now, callback, (dial, leg), true, step),
                // Every attempt ends then.
                Holder::Person(Given::Caller(_), _) => {}
            }
        }
    }
}
