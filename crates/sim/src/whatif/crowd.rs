//! The people outside: they call, hear, press, wait, give up, call again, pick up when they are
//! called back.

use cuptel_core::id::LegId;
use cuptel_core::number::{Caller, PhoneNumber};
use cuptel_core::rules::PromptId;
use cuptel_core::step::{AfterPlay, Arrival, Input};
use cuptel_core::words::{NumberClass, Party};

use super::scenario::{Arrivals, Callers, QUARTER_S};
use super::spread::micros;
use super::world::{Event, OnPhone, World, leg_of, place};

const SECOND_US: u64 = 1_000_000;
/// From the end of a question to the key.
const KEY_US: u64 = SECOND_US;
/// From ringing to "busy".
const BUSY_US: u64 = SECOND_US;
/// Numbers of the people are made of this and nine digits: an Italian mobile's.
const NUMBERS: &str = "+393";

/// Somebody outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) kind: u32,
    pub(crate) calls: u32,
    pub(crate) is: Is,
    /// Whether they count: their first call came after the scenario's warm-up.
    pub(crate) counts: bool,
}

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    Away,
    Calling,
    /// Speaks with us because we called.
    CalledBack,
    /// Has what they wanted.
    Content,
}

/// A call of theirs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) person: u32,
    pub(crate) at: At,
    /// Grows with each thing that is said to them.
    pub(crate) turn: u32,
    pub(crate) begun_us: u64,
    /// When they came to wait; the first time, if their seat vanished.
    pub(crate) queued_us: Option<u64>,
    pub(crate) answered_us: Option<u64>,
    /// Whether we answered the line.
    pub(crate) was_spoken_to: bool,
    /// Keys of the route already pressed.
    pub(crate) pressed: u32,
}

/// Where a call stands, as its rows say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Before,
    Waiting,
    Talking,
    Over,
}

/// What we owe to somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Debt {
    pub(crate) person: u32,
    pub(crate) since_us: u64,
    pub(crate) reached_us: Option<u64>,
}

impl<H: FnMut(cuptel_core::time::Now, &Input)> World<'_, H> {
    pub(crate) fn callers(&self, kind: u32) -> &Callers {
        &self.scenario.callers[place(kind)]
    }

    // --- Calling.

    /// The next new person after `from_us`: at random, at the pace of each quarter of an hour.
    pub(crate) fn plan_next_caller(&mut self, kind: u32, from_us: u64) {
        let quarter_us = u64::from(QUARTER_S) * SECOND_US;
        let Arrivals::PerQuarter(expected) = &self.scenario.callers[place(kind)].arrivals else {
            return;
        };
        let end_us = u64::from(self.scenario.lasts_s) * SECOND_US;
        // What is left to wait, counted in callers expected.
        let mut left = self.kinds[place(kind)].exponential();
        let mut at_us = from_us;
        while at_us < end_us {
            let quarter = usize::try_from(at_us / quarter_us).unwrap_or(usize::MAX);
            let Some(pace) = expected.get(quarter) else {
                return;
            };
            let rest_us = quarter_us - at_us % quarter_us;
            let comes = pace * rest_us as f64 / quarter_us as f64;
            if comes > left {
                let at_us = at_us + micros(left / pace * f64::from(QUARTER_S));
                if at_us < end_us {
                    self.agenda.plan(at_us, Event::NextCaller(kind));
                }
                return;
            }
            left -= comes;
            at_us += rest_us;
        }
    }

    pub(crate) fn next_caller(&mut self, kind: u32) {
        self.plan_next_caller(kind, self.now.mono_us);
        let person = self.new_person(kind);
        self.calls_us(person);
    }

    pub(crate) fn plan_recorded(&mut self, kind: u32, nth: u32) {
        if let Arrivals::Recorded(calls) = &self.callers(kind).arrivals
            && let Some(call) = calls.get(place(nth))
        {
            let at_us = call.at_ms * 1_000;
            self.agenda.plan(at_us, Event::NextRecorded { kind, nth });
        }
    }

    /// Somebody calls as they once did, unless they have what they wanted or speak with us.
    pub(crate) fn next_recorded(&mut self, kind: u32, nth: u32) {
        self.plan_recorded(kind, nth + 1);
        let Arrivals::Recorded(calls) = &self.callers(kind).arrivals else {
            return;
        };
        let Some(call) = calls.get(place(nth)).copied() else {
            return;
        };
        let known = place(call.person);
        if self.recorded[place(kind)].len() <= known {
            self.recorded[place(kind)].resize(known + 1, None);
        }
        let person = match self.recorded[place(kind)][known] {
            Some(person) => person,
            None => {
                let person = self.new_person(kind);
                self.recorded[place(kind)][known] = Some(person);
                person
            }
        };
        if self.persons[place(person)].is == Is::Away {
            self.calls_us(person);
        }
    }

    pub(crate) fn redials(&mut self, person: u32) {
        if self.persons[place(person)].is == Is::Away {
            self.calls_us(person);
        }
    }

    pub(crate) fn new_person(&mut self, kind: u32) -> u32 {
        let person = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
        let fate = self.kinds[place(kind)].fork();
        self.fates.push(fate);
        self.persons.push(Person {
            kind,
            calls: 0,
            is: Is::Away,
            counts: self.now.mono_us >= u64::from(self.scenario.counts_from_s) * SECOND_US,
        });
        person
    }

    fn calls_us(&mut self, person: u32) {
        let call = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        let someone = &mut self.persons[place(person)];
        someone.calls += 1;
        someone.is = Is::Calling;
        let kind = someone.kind;
        self.calls.push(Call {
            person,
            at: At::Before,
            turn: 0,
            begun_us: self.now.mono_us,
            queued_us: None,
            answered_us: None,
            was_spoken_to: false,
            pressed: 0,
        });
        let callers = &self.scenario.callers[place(kind)];
        let fate = &mut self.fates[place(person)];
        let caller = if fate.happens(callers.withheld) {
            Caller::anonymous()
        } else {
            caller_of(person)
        };
        let arrival = Arrival {
            leg: leg_of(call),
            trunk: Some(callers.trunk),
            seat: None,
            called: callers.line.reveal().to_owned(),
            caller,
            raw: String::new(),
            sip_call_id: String::new(),
            unacceptable: None,
            media: Ok(()),
        };
        if let Some(patience) = callers.patience_before {
            let us = patience.draw_us(fate);
            self.plan_in(us, Event::TiresBefore(call));
        }
        self.tell(Input::Arrived(Box::new(arrival)));
    }

    // --- Hearing.

    pub(crate) fn caller_hears(
        &mut self,
        call: u32,
        token: u64,
        prompts: &[PromptId],
        then: AfterPlay,
    ) {
        let spoken = &self.scenario.rules.prompts;
        let (offer, confirm, ask) = (
            spoken.callback_offer,
            spoken.number_confirm,
            spoken.number_ask,
        );
        let person = self.calls[place(call)].person;
        let kind = self.persons[place(person)].kind;
        let length_us = self.length_us(prompts);
        let state = &mut self.calls[place(call)];
        state.turn += 1;
        let (turn, at, pressed) = (state.turn, state.at, state.pressed);
        let last = prompts.last().copied();
        let route = &self.routes[place(kind)];
        if at == At::Waiting {
            let asks = self.scenario.callers[place(kind)].asks;
            if last == Some(offer)
                && let Some(digit) = route.wish
                && self.fates[place(person)].happens(asks)
            {
                self.plan_in(length_us + KEY_US, Event::Wishes { call, digit });
            }
            return;
        }
        let menu = route.keys.get(place(pressed));
        let key = match menu {
            Some((question, key)) if last == Some(*question) => Some(*key),
            Some(_) | None if last == Some(confirm) => Some('1'),
            Some(_) | None => None,
        };
        if let Some(digit) = key {
            self.plan_in(length_us + KEY_US, Event::Presses { call, turn, digit });
        } else if last == Some(ask) {
            // Who is asked for a number and has withheld theirs hangs up.
            self.plan_in(length_us, Event::TiresBefore(call));
        } else if then == AfterPlay::Silence && length_us == 0 {
            let leg = leg_of(call);
            self.at_once.push_back(Input::PlayEnded { leg, token });
        } else if then == AfterPlay::Silence {
            self.plan_in(length_us, Event::HasHeard { call, turn, token });
        }
    }

    pub(crate) fn has_heard(&mut self, call: u32, turn: u32, token: u64) {
        let state = self.calls[place(call)];
        if state.turn == turn && state.at != At::Over {
            let leg = leg_of(call);
            self.tell(Input::PlayEnded { leg, token });
        }
    }

    pub(crate) fn presses(&mut self, call: u32, turn: u32, digit: char) {
        let state = &mut self.calls[place(call)];
        if state.turn == turn && state.at != At::Over {
            state.pressed += 1;
            let leg = leg_of(call);
            self.tell(Input::Digit { leg, digit });
        }
    }

    pub(crate) fn wishes(&mut self, call: u32, digit: char) {
        if self.calls[place(call)].at == At::Waiting {
            let leg = leg_of(call);
            self.tell(Input::Digit { leg, digit });
        }
    }

    // --- Waiting and giving up.

    /// They came to wait in the queue.
    pub(crate) fn waits(&mut self, call: u32) {
        let now_us = self.now.mono_us;
        let state = &mut self.calls[place(call)];
        state.at = At::Waiting;
        if state.queued_us.is_some() {
            // Reconnected: their patience is as old as before.
            return;
        }
        state.queued_us = Some(now_us);
        let person = place(state.person);
        if let Some(patience) = self.callers(self.persons[person].kind).patience {
            let us = patience.draw_us(&mut self.fates[person]);
            self.plan_in(us, Event::TiresInQueue(call));
        }
    }

    pub(crate) fn tires_before(&mut self, call: u32) {
        if self.calls[place(call)].at == At::Before {
            self.hangs_up(call);
        }
    }

    pub(crate) fn tires_in_queue(&mut self, call: u32) {
        if self.calls[place(call)].at == At::Waiting {
            self.hangs_up(call);
        }
    }

    fn hangs_up(&mut self, call: u32) {
        let leg = leg_of(call);
        self.tell(Input::Ended {
            leg,
            by: Party::Caller,
        });
    }

    // --- Talking.

    /// Somebody outside and an operator hear each other.
    pub(crate) fn begins_to_talk(&mut self, leg: LegId) {
        if let Some(call) = self.call_of(leg) {
            let state = &mut self.calls[place(call)];
            state.turn += 1;
            let (turn, person) = (state.turn, state.person);
            let talk_us = self.talk_us(person);
            self.plan_in(talk_us, Event::Parts { call, turn });
        } else if let Some(called) = self.called.get_mut(&leg) {
            called.turn += 1;
            let OnPhone { person, turn } = *called;
            self.persons[place(person)].is = Is::CalledBack;
            let talk_us = self.talk_us(person);
            self.plan_in(talk_us, Event::PersonParts { leg, turn });
        }
    }

    fn talk_us(&mut self, person: u32) -> u64 {
        let kind = self.persons[place(person)].kind;
        let talks = self.callers(kind).talks;
        talks.draw_us(&mut self.fates[place(person)])
    }

    pub(crate) fn parts(&mut self, call: u32, turn: u32) {
        let state = self.calls[place(call)];
        if state.turn == turn && state.at == At::Talking {
            self.hangs_up(call);
        }
    }

    pub(crate) fn person_parts(&mut self, leg: LegId, turn: u32) {
        if self
            .called
            .get(&leg)
            .is_some_and(|called| called.turn == turn)
        {
            self.called.remove(&leg);
            let by = Party::Caller;
            self.tell(Input::Ended { leg, by });
        }
    }

    // --- Being called back.

    pub(crate) fn person_rings(&mut self, number: &PhoneNumber, leg: LegId) {
        let Some(person) = person_of(number) else {
            return;
        };
        let someone = self.persons[place(person)];
        self.outcome.callers[place(someone.kind)].dials += u64::from(someone.counts);
        self.called.insert(leg, OnPhone { person, turn: 0 });
        let picks_up = self.callers(someone.kind).picks_up;
        let fate = &mut self.fates[place(person)];
        let drawn = fate.unit();
        if drawn < picks_up.share {
            let us = picks_up.after.draw_us(fate);
            self.plan_in(us, Event::PicksUp(leg));
        } else if drawn < picks_up.share + picks_up.busy {
            self.plan_in(BUSY_US, Event::IsBusy(leg));
        }
        // Else it rings until the trunk's rule has had enough.
    }

    pub(crate) fn is_busy(&mut self, leg: LegId) {
        self.called.remove(&leg);
        self.tell(Input::NotAnswered { leg, status: 486 });
    }

    /// A call of theirs ended without an operator: whether they try again.
    pub(crate) fn may_redial(&mut self, person: u32, is_promised: bool) {
        let someone = self.persons[place(person)];
        let callers = self.callers(someone.kind);
        if matches!(callers.arrivals, Arrivals::Recorded(_)) {
            // They call again when they did.
            return;
        }
        let redials = callers.redials;
        let share = if is_promised {
            redials.promised_share
        } else {
            redials.share
        };
        let fate = &mut self.fates[place(person)];
        if someone.calls < redials.calls_max && fate.happens(share) {
            let us = redials.after.draw_us(fate);
            self.plan_in(us, Event::Redials(person));
        }
    }
}

/// The person of a number.
fn person_of(number: &PhoneNumber) -> Option<u32> {
    number.reveal().strip_prefix(NUMBERS)?.parse().ok()
}

pub(crate) fn caller_of(person: u32) -> Caller {
    let number = PhoneNumber::parse_e164(&format!("{NUMBERS}{person:09}"));
    Caller {
        number: Some(number.expect("a prefix and nine digits")),
        class: NumberClass::Mobile,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_known_by_their_number() {
        for person in [0, 7, 150_000, 999_999_999] {
            let caller = caller_of(person);
            assert_eq!(
                caller,
                Caller::from_user_part(caller.number.as_ref().unwrap().reveal())
            );
            assert_eq!(person_of(caller.number.as_ref().unwrap()), Some(person));
        }
    }
}
