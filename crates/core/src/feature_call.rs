//! The call of an operator who has dialled a code. It is answered, does what the code is for once it is
//! connected, says what came of it, and ends; nobody rings at that seat meanwhile. It counts as no
//! conversation, and its row says that it was a phone of ours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::announcer::KEY_S;
use crate::arrival::Refusal;
use crate::attempt::end_at_code;
use crate::centre::{Centre, Role};
use crate::feature::{Feature, FeaturePrompts};
use crate::id::{AttemptId, LegId, OperatorId, SeatId};
use crate::number::Caller;
use crate::pin::{PIN_DIGITS_MAX, PinKeyed};
use crate::record::{AttemptRow, OperatorPinRow, Record};
use crate::rules::PromptId;
use crate::step::{AfterPlay, Arrival, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{Party, Stage, Suppression};

/// No such call lasts longer.
const CALL_S_MAX: u32 = 180;
/// How often a digit that means nothing is asked for again.
const ASKED_MAX: u32 = 3;

/// Operators' numbers, and the calls in which codes are carried out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Features {
    calls: BTreeMap<AttemptId, FeatureCall>,
    /// Of those who work here.
    pub(crate) pins: BTreeMap<OperatorId, OperatorPinRow>,
}

/// Somebody who has dialled a code.
#[derive(Debug, Serialize, Deserialize)]
struct FeatureCall {
    row: AttemptRow,
    leg: LegId,
    seat: SeatId,
    feature: Feature,
    digit: Option<char>,
    at: At,
    token: u64,
    /// Whether our 200 is decided.
    answering: bool,
    /// Keyed in so far.
    keyed: String,
    /// Whose they say they are.
    number: String,
    asked: u32,
    came: Came,
}

/// How far they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum At {
    /// Not connected yet.
    Ringing,
    /// Keys in whose number.
    Number,
    /// Keys in a PIN.
    Pin,
    /// It is compared; nobody's, where nobody has that number.
    Checking(Option<OperatorId>),
    /// Says which, by a digit.
    Digit,
    /// Is told that they will hear themselves.
    BeforeEcho,
    /// Hears themselves.
    Echo,
    /// Hears how it ended.
    Leaving,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Came {
    /// They hung up before.
    Nothing,
    /// It was done.
    Done,
    /// It could not be.
    Refused,
    /// Nobody has that PIN.
    WrongPin,
}

impl Came {
    fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing was changed",
            Self::Done => "done",
            Self::Refused => "could not be",
            Self::WrongPin => "wrong PIN",
        }
    }
}

impl Centre {
    /// Whether a seat's phone has dialled a code, and which.
    pub(crate) fn dials_feature(
        &self,
        arrival: &Arrival,
    ) -> Option<(SeatId, Feature, Option<char>)> {
        let policy = self.rules.features.as_ref()?;
        let seat = arrival.seat.filter(|_| arrival.trunk.is_none())?;
        let (feature, digit) = policy.dialled(&arrival.called)?;
        Some((seat, feature, digit))
    }

    pub(crate) fn feature_arrives(
        &mut self,
        now: Now,
        (seat, feature, digit): (SeatId, Feature, Option<char>),
        arrival: Arrival,
        step: &mut Step,
    ) {
        // An extension is nobody's number.
        let arrival = Arrival {
            caller: Caller::anonymous(),
            raw: String::new(),
            ..arrival
        };
        let mut row = self.new_row(now, &arrival, step);
        row.suppressed = Some(Suppression::Internal);
        row.seat = Some(seat);
        if let Some(refusal) = self.refuses_feature(&arrival) {
            return self.refuse(now, row, &arrival, refusal, step);
        }
        // A phone dials one code at a time: so there are no more such calls than seats.
        let before = self.features.calls.iter().find(|(_, it)| it.seat == seat);
        if let Some(before) = before.map(|(id, _)| *id) {
            self.feature_over(now, before, Party::Us, true, step);
        }
        row.stage = Stage::Ringing;
        row.sip_status = Some(200);
        let (id, leg) = (row.id, arrival.leg);
        step.records.push(Record::Attempt(Box::new(row.clone())));
        step.effects.push(Effect::Answer { leg });
        self.legs.insert(leg, Role::Feature(id));
        let call = FeatureCall {
            row,
            leg,
            seat,
            feature,
            digit,
            at: At::Ringing,
            token: 0,
            answering: true,
            keyed: String::new(),
            number: String::new(),
            asked: 0,
            came: Came::Nothing,
        };
        self.features.calls.insert(id, call);
        self.timers.at(now.in_s(CALL_S_MAX), Timer::FeatureEnds(id));
        self.by_code(now, seat, step);
    }

    fn refuses_feature(&self, arrival: &Arrival) -> Option<Refusal> {
        if self.stopping.is_some() {
            return Some(Refusal::STOPPING);
        }
        if let Some(why) = arrival.unacceptable {
            return Some(Refusal::unacceptable(why));
        }
        let (status, text) = arrival.media.err()?;
        Some(Refusal::media(status, text))
    }

    /// Nobody rings at a seat meanwhile.
    fn by_code(&mut self, now: Now, seat: SeatId, step: &mut Step) {
        let by_code = self.features.calls.values().any(|it| it.seat == seat);
        if let Some(found) = self.seats.get_mut(&seat) {
            found.by_code = by_code;
            self.seat_changed(now, seat, step);
        }
    }

    pub(crate) fn feature_connected(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(call) = self.features.calls.get_mut(&id) else {
            return;
        };
        if call.at != At::Ringing {
            return;
        }
        call.row.stage = Stage::InDialplan;
        call.row.answered_ms = Some(now.utc_ms);
        let image = Record::Attempt(Box::new(call.row.clone()));
        let (seat, feature, digit) = (call.seat, call.feature, call.digit);
        step.records.push(image);
        let Some(prompts) = self.feature_prompts(seat) else {
            return self.feature_over(now, id, Party::Us, true, step);
        };
        match feature {
            Feature::SignIn if self.is_held_back(now, seat) => {
                self.feature_leaves(id, (Came::Refused, vec![prompts.later]), step);
            }
            Feature::SignIn => self.tell_feature(id, At::Number, vec![prompts.number], step),
            Feature::Echo => self.tell_feature(id, At::BeforeEcho, vec![prompts.echo], step),
            Feature::SignOut
            | Feature::Available
            | Feature::Pause
            | Feature::OneMore
            | Feature::FrontOffice
            | Feature::State
            | Feature::Accept
            | Feature::Decline
            | Feature::Result
            | Feature::Finish
            | Feature::HandBack => self.feature_acts(now, id, digit, step),
        }
    }

    fn prompts_of_call(&self, id: AttemptId) -> Option<FeaturePrompts> {
        let call = self.features.calls.get(&id)?;
        self.feature_prompts(call.seat)
    }

    /// Does what the code is for, or asks which.
    fn feature_acts(&mut self, now: Now, id: AttemptId, digit: Option<char>, step: &mut Step) {
        let Some(call) = self.features.calls.get_mut(&id) else {
            return;
        };
        let (seat, feature) = (call.seat, call.feature);
        call.asked += 1;
        let is_last = call.asked > ASKED_MAX;
        match self.deed(now, seat, (feature, digit), step) {
            Deed::Did(said) => self.feature_leaves(id, (Came::Done, said), step),
            Deed::Not(said) => self.feature_leaves(id, (Came::Refused, said), step),
            Deed::Which(said) if is_last => self.feature_leaves(id, (Came::Refused, said), step),
            Deed::Which(said) => self.tell_feature(id, At::Digit, said, step),
        }
    }

    /// Says something to them and waits for what they do then.
    fn tell_feature(&mut self, id: AttemptId, at: At, prompts: Vec<PromptId>, step: &mut Step) {
        let Some(call) = self.features.calls.get_mut(&id) else {
            return;
        };
        call.token += 1;
        call.at = at;
        call.keyed.clear();
        step.effects.push(Effect::Play {
            leg: call.leg,
            token: call.token,
            prompts,
            then: AfterPlay::Silence,
        });
    }

    /// The last that they hear.
    fn feature_leaves(
        &mut self,
        id: AttemptId,
        (came, said): (Came, Vec<PromptId>),
        step: &mut Step,
    ) {
        if let Some(call) = self.features.calls.get_mut(&id) {
            call.came = came;
        }
        self.tell_feature(id, At::Leaving, said, step);
    }

    pub(crate) fn feature_heard(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let Some(call) = self.features.calls.get_mut(&id) else {
            return;
        };
        if call.token != token {
            return;
        }
        match call.at {
            At::Leaving => self.feature_over(now, id, Party::Us, true, step),
            At::BeforeEcho => {
                let (a, b) = (call.leg, call.leg);
                call.at = At::Echo;
                call.came = Came::Done;
                step.effects.push(Effect::Bridge { a, b });
                let echo_s = self.rules.features.as_ref().map_or(0, |it| it.echo_s);
                self.timers
                    .at(now.in_s(echo_s), Timer::FeatureKey(id, token));
            }
            At::Number | At::Pin | At::Digit => {
                self.timers
                    .at(now.in_s(KEY_S), Timer::FeatureKey(id, token));
            }
            At::Ringing | At::Checking(_) | At::Echo => {}
        }
    }

    /// No key was pressed, or not the hash behind what was; or what was begun took its time.
    pub(crate) fn feature_waited(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let call = self.features.calls.get(&id);
        let Some(call) = call.filter(|call| call.token == token) else {
            return;
        };
        if matches!(call.at, At::Number | At::Pin) && !call.keyed.is_empty() {
            return self.feature_digit(now, id, '#', step);
        }
        if call.at == At::Echo {
            return self.feature_over(now, id, Party::Us, true, step);
        }
        self.feature_fails(now, id, step);
    }

    fn feature_fails(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        match self.prompts_of_call(id) {
            Some(prompts) => {
                self.feature_leaves(id, (Came::Refused, vec![prompts.failed]), step);
            }
            None => self.feature_over(now, id, Party::Us, true, step),
        }
    }

    /// Whatever becomes of it, such a call ends.
    pub(crate) fn feature_ends(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        self.feature_over(now, id, Party::Us, true, step);
    }

    pub(crate) fn feature_digit(&mut self, now: Now, id: AttemptId, digit: char, step: &mut Step) {
        let prompts = self.prompts_of_call(id);
        let (Some(call), Some(prompts)) = (self.features.calls.get_mut(&id), prompts) else {
            return;
        };
        match call.at {
            At::Number | At::Pin => match digit {
                '*' => call.keyed.clear(),
                '#' if call.at == At::Pin => self.feature_pin(now, id, step),
                '#' if call.keyed.is_empty() => {}
                '#' => {
                    call.number = std::mem::take(&mut call.keyed);
                    self.tell_feature(id, At::Pin, vec![prompts.pin], step);
                }
                digit if digit.is_ascii_digit() && call.keyed.len() < PIN_DIGITS_MAX => {
                    call.keyed.push(digit);
                }
                _ => {}
            },
            At::Digit if digit.is_ascii_digit() => {
                self.feature_acts(now, id, Some(digit), step);
            }
            At::Echo if digit == '#' => self.feature_over(now, id, Party::Us, true, step),
            At::Ringing | At::Checking(_) | At::Digit | At::BeforeEcho | At::Echo | At::Leaving => {
            }
        }
    }

    /// A PIN was keyed in. Whether it is the right one is worked out elsewhere, because that takes
    /// longer than a caller may wait for this loop.
    fn feature_pin(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(call) = self.features.calls.get(&id) else {
            return;
        };
        // By another call of the same seat, meanwhile: nothing is compared.
        if let Some(prompts) = self.feature_prompts(call.seat)
            && self.is_held_back(now, call.seat)
        {
            return self.feature_leaves(id, (Came::WrongPin, vec![prompts.later]), step);
        }
        let mut pins = self.features.pins.values();
        let own = pins.find(|row| row.number == call.number);
        let operator = own.map(|row| row.operator);
        // With somebody's all the same, where nobody has that number: how soon it is refused would tell
        // which numbers there are.
        let compared = own.or_else(|| self.features.pins.values().next());
        let Some(digest) = compared.map(|row| row.digest.clone()) else {
            return self.feature_pin_wrong(now, id, step);
        };
        let Some(call) = self.features.calls.get_mut(&id) else {
            return;
        };
        call.token += 1;
        call.at = At::Checking(operator);
        let token = call.token;
        step.effects.push(Effect::CheckPin {
            call: id,
            token,
            digest,
            keyed: PinKeyed::new(std::mem::take(&mut call.keyed)),
        });
        self.timers
            .at(now.in_s(KEY_S), Timer::FeatureKey(id, token));
    }

    /// What came of it; nothing, where it could not be told.
    pub(crate) fn pin_checked(
        &mut self,
        now: Now,
        (id, token): (AttemptId, u64),
        is_right: Option<bool>,
        step: &mut Step,
    ) {
        let call = self.features.calls.get(&id);
        let Some(call) = call.filter(|call| call.token == token) else {
            return;
        };
        let At::Checking(operator) = call.at else {
            return;
        };
        let seat = call.seat;
        match is_right.map(|is_right| operator.filter(|_| is_right)) {
            Some(Some(operator)) => match self.signs_in_by_phone(now, seat, operator, step) {
                Deed::Did(said) => self.feature_leaves(id, (Came::Done, said), step),
                Deed::Not(said) | Deed::Which(said) => {
                    self.feature_leaves(id, (Came::Refused, said), step);
                }
            },
            Some(None) => self.feature_pin_wrong(now, id, step),
            None => self.feature_fails(now, id, step),
        }
    }

    fn feature_pin_wrong(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let prompts = self.prompts_of_call(id);
        let (Some(call), Some(prompts)) = (self.features.calls.get_mut(&id), prompts) else {
            return;
        };
        call.came = Came::WrongPin;
        let seat = call.seat;
        // At once: who hangs up now has guessed all the same.
        if self.wrong_pin_at(now, seat) {
            let said = vec![prompts.wrong, prompts.later];
            return self.feature_leaves(id, (Came::WrongPin, said), step);
        }
        self.tell_feature(id, At::Number, vec![prompts.wrong, prompts.number], step);
    }

    /// The call is over.
    pub(crate) fn feature_over(
        &mut self,
        now: Now,
        id: AttemptId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(call) = self.features.calls.remove(&id) else {
            return;
        };
        self.legs.remove(&call.leg);
        if matches!(call.at, At::Checking(_)) {
            // Who hangs up while it is compared has guessed all the same.
            self.wrong_pin_at(now, call.seat);
        }
        self.by_code(now, call.seat, step);
        let (code, came) = (call.feature.as_str(), call.came.as_str());
        let reason = format!("code {code}: {came}");
        let leg = (call.leg, call.answering);
        end_at_code(now, call.row, leg, (by, hang_up), reason, step);
    }

    /// Our 200 could not be sent, for want of a port: it is refused instead.
    pub(crate) fn feature_not_answered(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        if let Some(call) = self.features.calls.get_mut(&id) {
            call.answering = false;
        }
        self.feature_over(now, id, Party::Us, true, step);
    }

    /// Stopping.
    pub(crate) fn cut_features(&mut self, now: Now, step: &mut Step) {
        let calls: Vec<AttemptId> = self.features.calls.keys().copied().collect();
        for id in calls {
            self.feature_over(now, id, Party::Us, true, step);
        }
    }
}

/// What came of a code, and what is said of it.
#[derive(Debug)]
pub(crate) enum Deed {
    /// It was done.
    Did(Vec<PromptId>),
    /// It could not be, and why.
    Not(Vec<PromptId>),
    /// A digit must say which.
    Which(Vec<PromptId>),
}
