//! Called people: the engine pays its debts through the carrier, and their phones ring.

use cuptel_sip::{DialogId, Message, uri};

use super::agenda::Due;
use super::habits::{Conduct, micros};
use super::line::Side;
use super::people::PersonId;
use super::world::{Party, Stage, World};

impl World {
    /// An INVITE for the public network.
    pub(crate) fn called(&mut self, now_us: u64, dialog: DialogId, request: &Message) {
        self.tally.note(|counts| counts.callbacks_rung += 1);
        let number = uri::user(request.request_uri());
        let Some(person) = number.and_then(|number| self.people.by_number(&number)) else {
            self.tally.note(|counts| counts.callbacks_astray += 1);
            return self.carrier.refuse(now_us, dialog, 404, "Not Found");
        };
        let is_on_line = self.note_rung(person);
        let has_room = self.calls_outside() < self.calls_max;
        if self.is_finishing || !has_room {
            return self
                .carrier
                .refuse(now_us, dialog, 503, "Service Unavailable");
        }
        let offer = request.body().to_vec();
        self.open(dialog, Party::Called { person }, None, offer, Side::Carrier);
        let side = Side::Carrier;
        if is_on_line {
            return self.agenda.at(now_us, Due::Refuse { side, dialog });
        }
        self.carrier.ring(now_us, dialog);
        let at = now_us + self.chance.between(&self.habits.called_answers_after_s);
        let was_rung = self
            .people
            .get(person)
            .is_some_and(|person| person.rung > 1);
        let answers = if was_rung {
            self.habits.called_answers_again
        } else {
            self.habits.called_answers
        };
        match self.chance.conduct(answers, self.habits.called_is_busy) {
            Conduct::Answer => self.agenda.at(at, Due::PickUp { side, dialog }),
            Conduct::Refuse => self.agenda.at(now_us, Due::Refuse { side, dialog }),
            Conduct::RingOn => {}
        }
        if self.chance.yes(self.habits.called_rings_in) {
            self.ring_in(now_us, person);
        }
    }

    /// Counts who is rung, and how often at once. Whether they are on the line with us already.
    fn note_rung(&mut self, person: PersonId) -> bool {
        let (mut at_once, mut is_on_line) = (1, false);
        for ((side, _), call) in &self.calls {
            if *side != Side::Carrier || call.party.person() != Some(person) {
                continue;
            }
            match (call.party, call.stage) {
                // The engine knows of a call that we put down before we know that it knows.
                (_, Stage::Ending) | (Party::Operator { .. }, _) => {}
                (Party::Called { .. }, _) => at_once += 1,
                (Party::Caller { .. }, Stage::Alone | Stage::Talking) => is_on_line = true,
                // Their INVITE may cross this one.
                (Party::Caller { .. }, Stage::Ringing) => {}
            }
        }
        let is_first = self.people.get_mut(person).is_some_and(|person| {
            person.rung += 1;
            person.rung == 1
        });
        self.tally.note(|counts| {
            counts.callbacks_people += u64::from(is_first);
            counts.callbacks_at_once_max = counts.callbacks_at_once_max.max(at_once);
            counts.double_dials += u64::from(at_once > 1);
            counts.dialled_while_calling += u64::from(is_on_line);
        });
        is_on_line
    }

    /// They picked up: the operator is there already, or comes to them.
    pub(crate) fn called_answered(&mut self, now_us: u64, dialog: DialogId, person: PersonId) {
        self.tally.note(|counts| counts.callbacks_answered += 1);
        if let Some(operator) = self.alone(Side::Desks, person) {
            return self.meet(now_us, operator, dialog);
        }
        let side = Side::Carrier;
        let at = now_us + micros(self.habits.called_alone_s);
        self.agenda.at(at, Due::HangUp { side, dialog });
    }
}
