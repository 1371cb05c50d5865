//! The call of somebody who has no computer at hand: from the phone of a seat they dial a code, key
//! in a PIN, speak the message of an emergency, hear it and put it in force, or withdraw it. Until
//! they have said so nothing changes, whatever becomes of the call.

use serde::{Deserialize, Serialize};

use crate::announcement::{Spoken, VOICED_MS_MIN};
use crate::arrival::Refusal;
use crate::attempt::end_at_code;
use crate::centre::{Centre, Role};
use crate::id::{AttemptId, LegId, SeatId, TenantId};
use crate::number::Caller;
use crate::record::{AttemptRow, Record};
use crate::rules::{AnnouncingPolicy, AnnouncingPrompts, PromptId};
use crate::step::{AfterPlay, Arrival, Effect, Step};
use crate::stop_button::{ButtonTold, Pressed};
use crate::time::{MonoUs, Now};
use crate::timers::Timer;
use crate::words::{Button, Party, Stage, Suppression};

/// Such calls at once: each has a recording in memory.
const CALLS_MAX: usize = 4;
/// Wrong PINs at one seat, be it in several calls.
const WRONG_MAX: u32 = 3;
/// How long a seat waits after the first so many; twice as long after each further so many.
const HELD_S: u32 = 60;
const HELD_S_MAX: u32 = 3_600;
/// Wrong PINs are forgotten when so long no other came, and by nothing else: who knows one PIN could
/// else guess another at leisure.
const FORGOTTEN_S: u32 = 86_400;
/// How long a key is waited for.
pub(crate) const KEY_S: u32 = 15;
const PIN_DIGITS_MAX: usize = 16;
/// No such call lasts longer, however often they speak anew.
const CALL_S_MAX: u32 = 900;
const SILENT_MAX: u32 = 3;

/// Wrong PINs that were keyed in at a seat.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Wrong {
    pins: u32,
    held_until: MonoUs,
    forgotten_at: MonoUs,
}

impl Wrong {
    /// One more; whether the seat is held back for it.
    fn count(&mut self, now: Now) -> bool {
        if now.mono_us >= self.forgotten_at {
            self.pins = 0;
        }
        self.pins = self.pins.saturating_add(1);
        self.forgotten_at = now.in_s(FORGOTTEN_S);
        let is_held = self.pins.is_multiple_of(WRONG_MAX);
        if is_held {
            let times = self.pins / WRONG_MAX - 1;
            let held_s = HELD_S.saturating_mul(1 << times.min(16));
            self.held_until = now.in_s(held_s.min(HELD_S_MAX));
        }
        is_held
    }
}

/// Somebody who makes a message.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Announcer {
    row: AttemptRow,
    leg: LegId,
    seat: SeatId,
    at: At,
    token: u64,
    /// Whether our 200 is decided.
    answering: bool,
    /// Keyed in so far.
    keyed: String,
    silent: u32,
    /// For whom they may speak, and for whom they do.
    tenants: Vec<TenantId>,
    tenant: Option<TenantId>,
    /// What came of it.
    came: Came,
}

/// How far they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum At {
    /// Not connected yet.
    Ringing,
    /// Keys in the PIN.
    Pin,
    /// Chooses for whom.
    Tenant,
    /// Hears that a message is on.
    Standing,
    /// Is told to speak.
    Told,
    /// Speaks.
    Speaking(PromptId),
    /// Hears what they said.
    Review { sound: PromptId, duration_ms: u32 },
    /// Hears how it ended.
    Leaving,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Came {
    Nothing,
    WrongPin,
    InForce,
    Withdrawn,
}

impl Came {
    fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing was changed",
            Self::WrongPin => "wrong PIN",
            Self::InForce => "an emergency message was put in force",
            Self::Withdrawn => "the emergency message was withdrawn",
        }
    }
}

impl Centre {
    /// Whether a seat's phone has dialled the code.
    pub(crate) fn dials_code(&self, arrival: &Arrival) -> Option<SeatId> {
        let policy = self.rules.announcing.as_ref()?;
        let is_code = arrival.trunk.is_none() && arrival.called == policy.code;
        arrival.seat.filter(|_| is_code)
    }

    pub(crate) fn announcer_arrives(
        &mut self,
        now: Now,
        seat: SeatId,
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
        if let Some(refusal) = self.refuses_announcer(now, seat, &arrival) {
            return self.refuse(now, row, &arrival, refusal, step);
        }
        row.stage = Stage::Ringing;
        row.sip_status = Some(200);
        let (id, leg) = (row.id, arrival.leg);
        step.records.push(Record::Attempt(Box::new(row.clone())));
        step.effects.push(Effect::Answer { leg });
        self.legs.insert(leg, Role::Announcer(id));
        let call = Announcer {
            row,
            leg,
            seat,
            at: At::Ringing,
            token: 0,
            answering: true,
            keyed: String::new(),
            silent: 0,
            tenants: Vec::new(),
            tenant: None,
            came: Came::Nothing,
        };
        self.announcements.calls.insert(id, call);
        self.timers
            .at(now.in_s(CALL_S_MAX), Timer::AnnouncerEnds(id));
        self.announces(now, seat, step);
    }

    /// Nobody rings at a seat meanwhile.
    fn announces(&mut self, now: Now, seat: SeatId, step: &mut Step) {
        let announces = self.announcements.calls.values().any(|it| it.seat == seat);
        if let Some(found) = self.seats.get_mut(&seat) {
            found.announces = announces;
            self.seat_changed(now, seat, step);
        }
    }

    fn refuses_announcer(&self, now: Now, seat: SeatId, arrival: &Arrival) -> Option<Refusal> {
        if self.stopping.is_some() {
            Some(Refusal::STOPPING)
        } else if let Some(why) = arrival.unacceptable {
            Some(Refusal::unacceptable(why))
        } else if let Err((status, text)) = arrival.media {
            Some(Refusal::media(status, text))
        } else if self.is_held_back(now, seat) {
            Some(Refusal::HELD_BACK)
        } else {
            (self.announcements.calls.len() >= CALLS_MAX).then_some(Refusal::CROWDED)
        }
    }

    /// A wrong PIN at a seat; whether its phone is held back for it.
    pub(crate) fn wrong_pin_at(&mut self, now: Now, seat: SeatId) -> bool {
        self.announcements.wrong.entry(seat).or_default().count(now)
    }

    /// Whether too many wrong PINs were keyed in at a seat.
    pub(crate) fn is_held_back(&self, now: Now, seat: SeatId) -> bool {
        let wrong = self.announcements.wrong.get(&seat);
        wrong.is_some_and(|wrong| now.mono_us < wrong.held_until)
    }

    pub(crate) fn announcer_connected(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(call) = self.announcements.calls.get_mut(&id) else {
            return;
        };
        if call.at != At::Ringing {
            return;
        }
        call.row.stage = Stage::InDialplan;
        call.row.answered_ms = Some(now.utc_ms);
        let image = Record::Attempt(Box::new(call.row.clone()));
        step.records.push(image);
        self.ask_announcer(id, At::Pin, |it| it.pin, step);
    }

    fn policy(&self) -> Option<&AnnouncingPolicy> {
        self.rules.announcing.as_ref()
    }

    /// Says something to them and waits for what they do then.
    fn tell_announcer(&mut self, id: AttemptId, at: At, prompts: Vec<PromptId>, step: &mut Step) {
        let Some(call) = self.announcements.calls.get_mut(&id) else {
            return;
        };
        call.token += 1;
        call.at = at;
        call.keyed.clear();
        let then = match at {
            At::Told => AfterPlay::Beep,
            At::Ringing
            | At::Pin
            | At::Tenant
            | At::Standing
            | At::Speaking(_)
            | At::Review { .. }
            | At::Leaving => AfterPlay::Silence,
        };
        step.effects.push(Effect::Play {
            leg: call.leg,
            token: call.token,
            prompts,
            then,
        });
    }

    pub(crate) fn announcer_heard(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let Some(call) = self.announcements.calls.get(&id) else {
            return;
        };
        if call.token != token {
            return;
        }
        match call.at {
            At::Told => self.begin_recording(id, step),
            At::Leaving => self.announcer_over(now, id, Party::Us, true, step),
            At::Pin | At::Tenant | At::Standing | At::Review { .. } => {
                let due = now.in_s(KEY_S);
                self.timers.at(due, Timer::AnnouncerKey(id, token));
            }
            At::Ringing | At::Speaking(_) => {}
        }
    }

    fn begin_recording(&mut self, id: AttemptId, step: &mut Step) {
        let seconds = self.policy().map_or(0, |policy| policy.seconds_max);
        let sound = self.announcements.next_sound();
        let Some(call) = self.announcements.calls.get_mut(&id) else {
            return;
        };
        call.at = At::Speaking(sound);
        step.effects.push(Effect::Record {
            leg: call.leg,
            token: call.token,
            sound,
            max_ms: seconds.saturating_mul(1_000),
        });
    }

    /// No key was pressed, or not the hash behind the PIN.
    pub(crate) fn announcer_waited(
        &mut self,
        now: Now,
        id: AttemptId,
        token: u64,
        step: &mut Step,
    ) {
        let call = self.announcements.calls.get(&id);
        let Some(call) = call.filter(|call| call.token == token) else {
            return;
        };
        if !call.keyed.is_empty() {
            return self.pin_keyed(now, id, step);
        }
        if let At::Review { sound, .. } = call.at {
            step.effects.push(Effect::Forget { sound });
        }
        self.announcer_leaves(id, |it| it.unchanged, step);
    }

    pub(crate) fn announcer_digit(
        &mut self,
        now: Now,
        id: AttemptId,
        digit: char,
        step: &mut Step,
    ) {
        let Some(call) = self.announcements.calls.get_mut(&id) else {
            return;
        };
        let leg = call.leg;
        match call.at {
            At::Pin => match digit {
                '#' => self.pin_keyed(now, id, step),
                '*' => call.keyed.clear(),
                digit if call.keyed.len() < PIN_DIGITS_MAX => call.keyed.push(digit),
                _ => {}
            },
            At::Tenant => {
                let place = digit.to_digit(10).and_then(|it| it.checked_sub(1));
                let place = place.and_then(|it| usize::try_from(it).ok());
                match place.and_then(|it| call.tenants.get(it).copied()) {
                    Some(tenant) => self.tenant_chosen(id, tenant, step),
                    None => self.ask_announcer(id, At::Tenant, |it| it.tenant, step),
                }
            }
            At::Standing => match digit {
                '1' => self.ask_announcer(id, At::Told, |it| it.speak, step),
                '9' => self.withdrawn_by_phone(now, id, step),
                '3' => self.announcer_leaves(id, |it| it.unchanged, step),
                _ => {}
            },
            At::Speaking(_) if digit == '#' => step.effects.push(Effect::StopRecording { leg }),
            At::Review { sound, duration_ms } => match digit {
                '1' => self.put_in_force(now, id, (sound, duration_ms), step),
                '2' => {
                    step.effects.push(Effect::Forget { sound });
                    self.ask_announcer(id, At::Told, |it| it.speak, step);
                }
                '3' => {
                    step.effects.push(Effect::Forget { sound });
                    self.announcer_leaves(id, |it| it.unchanged, step);
                }
                _ => {}
            },
            At::Ringing | At::Told | At::Speaking(_) | At::Leaving => {}
        }
    }

    fn ask_announcer(
        &mut self,
        id: AttemptId,
        at: At,
        which: impl FnOnce(&AnnouncingPrompts) -> PromptId,
        step: &mut Step,
    ) {
        let said = self.policy().map(|policy| which(&policy.prompts));
        self.tell_announcer(id, at, said.into_iter().collect(), step);
    }

    /// The last that they hear.
    fn announcer_leaves(
        &mut self,
        id: AttemptId,
        which: impl FnOnce(&AnnouncingPrompts) -> PromptId,
        step: &mut Step,
    ) {
        self.ask_announcer(id, At::Leaving, which, step);
    }

    fn pin_keyed(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let (Some(call), Some(policy)) = (self.announcements.calls.get(&id), self.policy()) else {
            return;
        };
        if self.is_held_back(now, call.seat) {
            // By another call of the same seat, meanwhile: nothing is compared.
            return self.announcer_leaves(id, |it| it.wrong, step);
        }
        let mut pins = policy.pins.iter();
        let right = pins.find(|rule| rule.pin == call.keyed);
        let Some(tenants) = right.map(|rule| rule.tenants.clone()) else {
            return self.pin_wrong(now, id, step);
        };
        if let [tenant] = tenants[..] {
            return self.tenant_chosen(id, tenant, step);
        }
        if let Some(call) = self.announcements.calls.get_mut(&id) {
            call.tenants = tenants;
        }
        self.ask_announcer(id, At::Tenant, |it| it.tenant, step);
    }

    fn pin_wrong(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(call) = self.announcements.calls.get_mut(&id) else {
            return;
        };
        call.came = Came::WrongPin;
        // At once: who hangs up now has guessed all the same.
        let seat = call.seat;
        if self.wrong_pin_at(now, seat) {
            return self.announcer_leaves(id, |it| it.wrong, step);
        }
        let said = self.policy().map(|policy| policy.prompts);
        let said = said.map(|it| vec![it.wrong, it.pin]).unwrap_or_default();
        self.tell_announcer(id, At::Pin, said, step);
    }

    fn tenant_chosen(&mut self, id: AttemptId, tenant: TenantId, step: &mut Step) {
        let is_on = self.stops.has_emergency(tenant);
        if let Some(call) = self.announcements.calls.get_mut(&id) {
            call.tenant = Some(tenant);
            call.came = Came::Nothing;
        }
        if is_on {
            self.ask_announcer(id, At::Standing, |it| it.standing, step);
        } else {
            self.ask_announcer(id, At::Told, |it| it.speak, step);
        }
    }

    /// What they said is there to be heard.
    pub(crate) fn announcer_recorded(
        &mut self,
        id: AttemptId,
        token: u64,
        (duration_ms, voiced_ms): (u32, u32),
        step: &mut Step,
    ) {
        let prompts = self.policy().map(|policy| policy.prompts);
        let call = self.announcements.calls.get_mut(&id);
        let Some(call) = call.filter(|call| call.token == token) else {
            return;
        };
        let (At::Speaking(sound), Some(prompts)) = (call.at, prompts) else {
            return;
        };
        if voiced_ms >= VOICED_MS_MIN {
            let at = At::Review { sound, duration_ms };
            return self.tell_announcer(id, at, vec![sound, prompts.review], step);
        }
        step.effects.push(Effect::Forget { sound });
        call.silent += 1;
        call.at = At::Told;
        if call.silent < SILENT_MAX {
            let said = vec![prompts.silent, prompts.speak];
            self.tell_announcer(id, At::Told, said, step);
        } else {
            self.announcer_leaves(id, |it| it.unchanged, step);
        }
    }

    fn emergency_of(&self, id: AttemptId) -> Option<(ButtonTold, SeatId)> {
        let call = self.announcements.calls.get(&id)?;
        let tenant = self.rules.tenants.get(&call.tenant?)?;
        let told = ButtonTold {
            button: Button::Emergency,
            tenant: Some(tenant.name.clone()),
            queue: None,
        };
        Some((told, call.seat))
    }

    fn put_in_force(
        &mut self,
        now: Now,
        id: AttemptId,
        (sound, duration_ms): (PromptId, u32),
        step: &mut Step,
    ) {
        let Some((told, seat)) = self.emergency_of(id) else {
            step.effects.push(Effect::Forget { sound });
            return self.announcer_leaves(id, |it| it.unchanged, step);
        };
        let pressed = Pressed {
            supervisor: self.signed_in_at(seat),
            spoken: Some(Spoken {
                sound: Some(sound),
                duration_ms,
                seat: Some(seat),
            }),
            ..Pressed::default()
        };
        if self.press(now, &told, pressed, step).is_err() {
            step.effects.push(Effect::Forget { sound });
            return self.announcer_leaves(id, |it| it.unchanged, step);
        }
        if let Some(call) = self.announcements.calls.get_mut(&id) {
            call.came = Came::InForce;
        }
        self.announcer_leaves(id, |it| it.in_force, step);
    }

    fn withdrawn_by_phone(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some((told, seat)) = self.emergency_of(id) else {
            return self.announcer_leaves(id, |it| it.unchanged, step);
        };
        let by = self.signed_in_at(seat);
        if self.release_button(now, &told, by, step).is_err() {
            // Somebody else was faster.
            return self.announcer_leaves(id, |it| it.unchanged, step);
        }
        if let Some(call) = self.announcements.calls.get_mut(&id) {
            call.came = Came::Withdrawn;
        }
        self.announcer_leaves(id, |it| it.withdrawn, step);
    }

    /// Login name of whoever works at a seat.
    fn signed_in_at(&self, seat: SeatId) -> Option<String> {
        let sign_in = self.seats.get(&seat)?.sign_in.as_ref()?;
        let mut operators = self.operators.iter();
        let named = operators.find(|(_, row)| row.id == sign_in.operator);
        named.map(|(name, _)| name.clone())
    }

    /// The call is over. What was not put in force is thrown away.
    pub(crate) fn announcer_over(
        &mut self,
        now: Now,
        id: AttemptId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(call) = self.announcements.calls.remove(&id) else {
            return;
        };
        self.legs.remove(&call.leg);
        match call.at {
            At::Speaking(sound) | At::Review { sound, .. } => {
                step.effects.push(Effect::Forget { sound });
            }
            At::Ringing | At::Pin | At::Tenant | At::Standing | At::Told | At::Leaving => {}
        }
        self.announces(now, call.seat, step);
        let leg = (call.leg, call.answering);
        let reason = call.came.as_str().to_owned();
        end_at_code(now, call.row, leg, (by, hang_up), reason, step);
    }

    /// Whatever becomes of it, such a call ends: it keeps a seat and one of few places.
    pub(crate) fn announcer_ends(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        self.announcer_over(now, id, Party::Us, true, step);
    }

    /// Our 200 could not be sent, for want of a port: it is refused instead.
    pub(crate) fn announcer_not_answered(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        if let Some(call) = self.announcements.calls.get_mut(&id) {
            call.answering = false;
        }
        self.announcer_over(now, id, Party::Us, true, step);
    }

    /// Stopping: what they said and did not put in force is thrown away.
    pub(crate) fn cut_announcers(&mut self, now: Now, step: &mut Step) {
        let calls: Vec<AttemptId> = self.announcements.calls.keys().copied().collect();
        for id in calls {
            self.announcer_over(now, id, Party::Us, true, step);
        }
    }
}
