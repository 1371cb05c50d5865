//! Operators' phones: they register, ring, and talk.

use cuptel_sip::{Credentials, DialogId, Flow, Message, OutgoingRegister, RegistrationId, uri};

use super::agenda::Due;
use super::habits::{Conduct, micros};
use super::line::Side;
use super::people::PersonId;
use super::world::{Party, World};

/// Life of a registration that the phones ask for.
const EXPIRES_S: u32 = 300;
/// After a failure; doubled up to the second.
const RETRY_US: [u64; 2] = [500_000, 8_000_000];

/// One operator's phone.
#[derive(Debug)]
pub(crate) struct Desk {
    user: String,
    password: String,
    is_registered: bool,
    retry_us: u64,
}

impl Desk {
    pub(crate) fn new((user, password): &(String, String)) -> Self {
        Self {
            user: user.clone(),
            password: password.clone(),
            is_registered: false,
            retry_us: RETRY_US[0],
        }
    }
}

impl World {
    pub(crate) fn register(&mut self, now_us: u64, seat: usize) {
        if !self.is_finishing {
            self.send_register(now_us, seat, EXPIRES_S);
        }
    }

    pub(crate) fn unregister(&mut self, now_us: u64, seat: usize) {
        if self.seats.get(seat).is_some_and(|desk| desk.is_registered) {
            self.send_register(now_us, seat, 0);
        }
    }

    fn send_register(&mut self, now_us: u64, seat: usize, expires_s: u32) {
        let Some(desk) = self.seats.get(seat) else {
            return;
        };
        let line = &mut self.desks;
        let order = OutgoingRegister {
            flow: line.flow_to(line.engine),
            registrar: format!("sip:{}", line.engine),
            user: desk.user.clone(),
            contact: format!("sip:{}@{}", desk.user, line.local),
            expires_s,
            credentials: Credentials {
                user: desk.user.clone(),
                password: desk.password.clone(),
            },
        };
        let id = line.endpoint.register(now_us, order, &mut line.out);
        self.registrations.insert(id, seat);
    }

    pub(crate) fn registered(
        &mut self,
        now_us: u64,
        id: RegistrationId,
        status: u16,
        expires_s: u32,
    ) {
        let Some(seat) = self.registrations.remove(&id) else {
            return;
        };
        let is_finishing = self.is_finishing;
        let Some(desk) = self.seats.get_mut(seat) else {
            return;
        };
        let is_ok = (200..300).contains(&status);
        desk.is_registered = if is_ok {
            expires_s > 0 && !is_finishing
        } else {
            false
        };
        let next_us = if is_ok {
            desk.retry_us = RETRY_US[0];
            u64::from(expires_s.max(2)) * 500_000
        } else {
            tracing::warn!(seat = %desk.user, status, "demo phone was not registered");
            desk.retry_us = (desk.retry_us * 2).min(RETRY_US[1]);
            desk.retry_us
        };
        let on_register = self.seats.iter().filter(|desk| desk.is_registered).count();
        self.tally.note(|counts| {
            counts.registered = u64::try_from(on_register).unwrap_or(u64::MAX);
            counts.registers_failed += u64::from(!is_ok);
        });
        if !is_finishing {
            self.agenda.at(now_us + next_us, Due::Register { seat });
        } else if is_ok && expires_s > 0 {
            // A refresh crossed the end: what it renewed is taken off again.
            self.send_register(now_us, seat, 0);
        }
    }

    /// An INVITE for an operator's phone: only for one that is on the register, and only from
    /// where it is registered.
    pub(crate) fn offered(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        flow: &Flow,
        request: &Message,
    ) {
        self.tally.note(|counts| counts.operator_offers += 1);
        let user = uri::user(request.request_uri()).unwrap_or_default();
        let place = self
            .seats
            .iter()
            .position(|desk| desk.user == user && desk.is_registered);
        let Some(seat) = place.filter(|_| flow.remote == self.desks.engine) else {
            return self.desks.refuse(now_us, dialog, 404, "Not Found");
        };
        if self.is_off_hook(seat) {
            self.tally.note(|counts| counts.operator_doubled += 1);
            return self.desks.refuse(now_us, dialog, 486, "Busy Here");
        }
        let shown = request.from().and_then(|from| uri::user(&from.uri));
        let person = shown.and_then(|number| self.people.by_number(&number));
        let party = Party::Operator { seat, person };
        let side = Side::Desks;
        self.open(dialog, party, None, request.body().to_vec(), side);
        self.desks.ring(now_us, dialog);
        let at = now_us + self.chance.between(&self.habits.operator_answers_after_s);
        match self
            .chance
            .conduct(self.habits.operator_answers, self.habits.operator_declines)
        {
            Conduct::Answer => self.agenda.at(at, Due::PickUp { side, dialog }),
            Conduct::Refuse => self.agenda.at(at, Due::Refuse { side, dialog }),
            Conduct::RingOn => {}
        }
    }

    /// A phone whose BYE has no answer yet is on the hook again.
    fn is_off_hook(&self, seat: usize) -> bool {
        self.calls.values().any(|call| {
            matches!(call.party, Party::Operator { seat: taken, .. } if taken == seat)
                && call.stage != super::world::Stage::Ending
        })
    }

    /// The person is there (a caller), or is being rung now (a callback). Who shows no number
    /// that we know is talked with all the same.
    pub(crate) fn operator_answered(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        person: Option<PersonId>,
    ) {
        self.tally.note(|counts| counts.operator_answers += 1);
        let at = match person {
            Some(known) => match self.alone(Side::Carrier, known) {
                Some(theirs) => return self.meet(now_us, dialog, theirs),
                None => now_us + micros(self.habits.operator_alone_s),
            },
            None => now_us + self.chance.between(&self.habits.talks_s),
        };
        let side = Side::Desks;
        self.agenda.at(at, Due::HangUp { side, dialog });
    }
}
