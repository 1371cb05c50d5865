//! Callers: they ring, listen, press a key, wait as long as they can, and try again.

use std::net::SocketAddr;

use cuptel_sip::{Body, DialogId, NameAddr, OutgoingInvite};

use super::agenda::Due;
use super::habits::micros;
use super::line::{Side, sdp_body};
use super::people::{Person, PersonId};
use super::world::{Call, Party, Stage, World};

/// The callers give up earlier by themselves.
const RING_LAST_RESORT_US: u64 = 180_000_000;
/// What the delivered dialplans ask for when they offer a callback to who waits.
const OFFER_KEY: char = '1';

/// How a caller shows themselves to the network.
struct Identity {
    from: String,
    contact: String,
    headers: Vec<(String, String)>,
    is_withheld: bool,
}

impl Identity {
    /// A withheld number is asserted among carriers and shown to nobody (RFC 3323, RFC 3325).
    fn of(caller: &Person, local: SocketAddr) -> Self {
        let number = &caller.number;
        let own = format!("sip:{number}@{local};user=phone");
        let mut headers = vec![("P-Asserted-Identity".to_owned(), format!("<{own}>"))];
        if caller.is_withheld {
            headers.push(("Privacy".to_owned(), "id".to_owned()));
            return Self {
                from: "sip:anonymous@anonymous.invalid".to_owned(),
                contact: format!("sip:anonymous@{local}"),
                headers,
                is_withheld: true,
            };
        }
        Self {
            from: own,
            contact: format!("sip:{number}@{local}"),
            headers,
            is_withheld: false,
        }
    }
}

impl World {
    /// The next caller of the Poisson process.
    pub(crate) fn arrive(&mut self, now_us: u64) {
        if !self.is_calling {
            return;
        }
        if self.somebody_comes(now_us) {
            match self.people.next_caller(&mut self.chance) {
                Some(person) => self.place(now_us, person, 0),
                None => self.tally.note(|counts| counts.not_placed += 1),
            }
        }
        self.plan_arrival(now_us);
    }

    /// Somebody dials the line that is theirs.
    pub(crate) fn place(&mut self, now_us: u64, person: PersonId, redials: u8) {
        if !self.is_calling {
            return;
        }
        let Some(caller) = self.people.get(person) else {
            return;
        };
        let Some(line) = self.lines.get(caller.line) else {
            return;
        };
        let identity = Identity::of(caller, self.carrier.local);
        let target = format!("sip:{line}@{};user=phone", self.carrier.engine);
        let has_room = self.calls_outside() < self.calls_max;
        let Some((sound, offer)) = has_room.then(|| self.audio.offer(now_us)).flatten() else {
            return self.tally.note(|counts| counts.not_placed += 1);
        };
        let carrier = &mut self.carrier;
        let call = OutgoingInvite {
            flow: carrier.flow_to(carrier.engine),
            large_flow: None,
            target: target.clone(),
            route: Vec::new(),
            from: NameAddr::of_uri(&identity.from),
            to: NameAddr::of_uri(&target),
            contact: identity.contact,
            body: Some(sdp_body(offer)),
            extra: identity.headers,
            credentials: None,
            ring_us: RING_LAST_RESORT_US,
        };
        let dialog = carrier.endpoint.invite(now_us, call, &mut carrier.out);
        let Some(call_id) = carrier.call_id_of_last() else {
            self.audio.close(&sound);
            return self.tally.note(|counts| counts.not_placed += 1);
        };
        let entry = self.tally.placed(call_id);
        let party = Party::Caller {
            person,
            placed_us: now_us,
            redials,
            entry,
        };
        self.open(dialog, party, Some(sound), Vec::new(), Side::Carrier);
        self.tally.note(|counts| {
            counts.redials += u64::from(redials > 0);
            counts.withheld += u64::from(identity.is_withheld);
        });
        let at = now_us + self.chance.between(&self.habits.rings_s);
        self.agenda.at(at, Due::StopRinging { dialog });
    }

    /// A phone is off the hook, or rings.
    pub(crate) fn open(
        &mut self,
        dialog: DialogId,
        party: Party,
        sound: Option<super::audio::Sound>,
        offer: Vec<u8>,
        side: Side,
    ) {
        if side == Side::Carrier
            && let Some(person) = party.person().and_then(|id| self.people.get_mut(id))
        {
            person.calls += 1;
        }
        let call = Call {
            party,
            stage: Stage::Ringing,
            sound,
            offer,
        };
        self.calls.insert((side, dialog), call);
    }

    /// The engine picked up. Only the carrier's side places calls.
    pub(crate) fn answered(&mut self, now_us: u64, dialog: DialogId, body: Option<Body>) {
        let key = (Side::Carrier, dialog);
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        let Party::Caller {
            person,
            placed_us,
            entry,
            ..
        } = call.party
        else {
            return;
        };
        self.tally.heard_final(entry, 200);
        self.tally.answered_after(now_us.saturating_sub(placed_us));
        if call.stage == Stage::Ending {
            // It crossed our CANCEL; the user agent hangs up by itself.
            return;
        }
        call.stage = Stage::Alone;
        let answer = body.map(|body| body.bytes).unwrap_or_default();
        let agreed = call
            .sound
            .as_mut()
            .is_some_and(|sound| self.audio.agree(sound, &answer));
        if !agreed {
            self.tally.note(|counts| counts.failed += 1);
            return self.hang_up(now_us, key);
        }
        self.listens(now_us, dialog, person);
    }

    /// What an answered caller means to do while nobody speaks with them.
    fn listens(&mut self, now_us: u64, dialog: DialogId, person: PersonId) {
        let Some(person) = self.people.get(person) else {
            return;
        };
        let (key, accepts) = (person.key, person.accepts_offer);
        let gives_up = now_us + person.stays_us;
        if let Some(key) = key {
            let at = now_us + self.chance.between(&self.habits.listens_s);
            self.agenda.at(at, Due::Press { dialog, key });
        }
        if accepts {
            let at = now_us + self.chance.between(&self.habits.accepts_offer_after_s);
            let key = OFFER_KEY;
            self.agenda.at(at, Due::Press { dialog, key });
        }
        self.agenda.at(gives_up, Due::GiveUp { dialog });
    }

    pub(crate) fn press(&mut self, dialog: DialogId, key: char) {
        let Some(call) = self.calls.get(&(Side::Carrier, dialog)) else {
            return;
        };
        if let (Stage::Alone, Some(sound)) = (call.stage, &call.sound) {
            self.audio.press(sound, key, self.habits.key_ms);
            self.tally.note(|counts| counts.keys_pressed += 1);
        }
    }

    pub(crate) fn stop_ringing(&mut self, now_us: u64, dialog: DialogId) {
        if self.is_at(dialog, Stage::Ringing) {
            self.hang_up(now_us, (Side::Carrier, dialog));
        }
    }

    pub(crate) fn give_up(&mut self, now_us: u64, dialog: DialogId) {
        if self.is_at(dialog, Stage::Alone) {
            self.tally.note(|counts| counts.hung_up_waiting += 1);
            self.hang_up(now_us, (Side::Carrier, dialog));
        }
    }

    fn is_at(&self, dialog: DialogId, stage: Stage) -> bool {
        let call = self.calls.get(&(Side::Carrier, dialog));
        call.is_some_and(|call| call.stage == stage)
    }

    /// A caller was not answered.
    pub(crate) fn call_failed(&mut self, now_us: u64, dialog: DialogId, status: u16) {
        let key = (Side::Carrier, dialog);
        let party = self.calls.get(&key).map(|call| call.party);
        self.over(key);
        let Some(Party::Caller {
            person,
            redials,
            entry,
            ..
        }) = party
        else {
            return;
        };
        self.tally.heard_final(entry, status);
        match status {
            480 | 486 | 503 | 600 | 603 => {
                self.tally.note(|counts| counts.refused += 1);
                self.think_of_redialling(now_us, person, redials);
            }
            487 => self.tally.note(|counts| counts.cancelled += 1),
            _ => {
                tracing::warn!(status, "a demo caller was not let in");
                self.tally.note(|counts| counts.failed += 1);
            }
        }
    }

    fn think_of_redialling(&mut self, now_us: u64, person: PersonId, redials: u8) {
        let wants = self.people.get(person).is_some_and(|person| person.redials);
        if wants && redials < self.habits.redials_max {
            let at = now_us + self.chance.between(&self.habits.redial_after_s);
            let redials = redials + 1;
            self.agenda.at(at, Due::Ring { person, redials });
        }
    }

    /// Somebody who is being rung has the receiver in hand and rings us.
    pub(crate) fn ring_in(&mut self, now_us: u64, person: PersonId) {
        let at = now_us + micros(self.habits.rings_in_after_s);
        self.agenda.at(at, Due::Ring { person, redials: 0 });
    }
}
