//! A call of ours to the phone of one seat that is nobody's call: whoever picks up hears what it is, and
//! then themselves. By it an operator tries their headset, and an administrator a phone. Nothing is stored of
//! it, so it counts nowhere; nothing is offered to that seat meanwhile, and each of its stages has an end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::centre::{Centre, Role};
use crate::conversation::hung_up;
use crate::id::{LegId, SeatId};
use crate::practice::{self, Practice, PracticeDeed, PracticeNow, TALK_S};
use crate::record::RegistrationRow;
use crate::seat::SeatWork;
use crate::step::{AfterPlay, CommandError, Destination, Effect, NOT_SENT, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::Exercise;

/// The phone rings so long.
const RING_S: u32 = 20;
/// What is said takes no longer.
const TOLD_S: u32 = 30;
/// Somebody hears themselves so long at most.
const ECHO_S: u32 = 30;
/// How it went is told so long.
const REMEMBERED_MS: i64 = 600_000;
/// What the phone shows.
const DISPLAY: &str = "CupTel: prova";
/// By which whoever is on the phone says that they hear us.
const HEARD: char = '1';
const ENDS: char = '#';

/// What it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    /// Who works there tries their headset.
    Echo,
    /// Somebody else tries the phone.
    Test,
    /// Who works there practises a call with an invented person.
    Practice,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialStage {
    /// The phone is called.
    Calling,
    /// It rings.
    Ringing,
    /// Whoever picked up hears what it is.
    Told,
    /// They hear themselves.
    Echo,
    /// The call is over, and who practises has time for its result.
    WrapUp,
    /// It is over.
    Over,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// Whoever was on the phone ended it.
    HungUp,
    /// It lasted as long as it may.
    TimeUp,
    /// It rang, and nobody picked up.
    NoAnswer,
    /// The phone said that it is busy.
    Busy,
    /// The phone, or whoever is there, does not take calls.
    Declined,
    /// The phone is registered, and does not answer.
    Unreachable,
    /// The call never left: we have no way, or no port.
    NotSent,
    /// It was up, and nothing was heard of the phone.
    Silent,
    /// Somebody waits for the operator, or they are gone.
    GaveWay,
    /// We stop.
    Stopped,
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TrialError {
    /// Nothing to call.
    #[error("no phone is registered for seat {0}")]
    NoPhone(String),
    /// It was there, and does not answer.
    #[error("the phone of seat {0} is registered and does not answer")]
    PhoneSilent(String),
    /// It has something to do, or is offered something.
    #[error("seat {0} is not idle: nobody rings in the middle of something")]
    Busy(String),
    /// It is shown as idle: a task takes no phone.
    #[error(
        "a task is offered at seat {0}: nobody rings in the middle of that; accept it there, or try again once \
         the offer is over"
    )]
    TaskOffered(String),
    /// Those come first.
    #[error("{waiting} wait whom seat {seat} could serve: practise after them, or on a pause")]
    PeopleWait {
        /// Extension.
        seat: String,
        /// How many.
        waiting: u32,
    },
    /// There is none, or it is over.
    #[error("nobody practises at seat {0}")]
    NoPractice(String),
}

/// How the last one at a seat goes, or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialNow {
    /// What it is for.
    pub kind: TrialKind,
    /// When it was asked for.
    pub begun_ms: UtcMs,
    /// How far it is.
    pub stage: TrialStage,
    /// Whether the phone has rung.
    pub rang: bool,
    /// Whether it was picked up.
    pub answered: bool,
    /// Whether whoever was there said by key that they hear us.
    pub heard_us: bool,
    /// How it ended.
    pub end: Option<TrialEnd>,
    /// What came from the phone; a moment after the end, if it was picked up.
    pub voice: Option<Voice>,
    /// The practice call that it is.
    pub practice: Option<PracticeNow>,
}

/// What came of sound from a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Packets that came.
    pub packets: u64,
    /// Packets that were missing between them.
    pub lost: u64,
}

/// All of them: one for each seat at most, the last.
pub(crate) type Trials = BTreeMap<SeatId, Trial>;

/// One of them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Trial {
    pub(crate) leg: LegId,
    /// When what goes on ends by itself.
    until: MonoUs,
    pub(crate) token: u64,
    ended_ms: UtcMs,
    pub(crate) now: TrialNow,
    pub(crate) practice: Option<Box<Practice>>,
}

impl Trial {
    fn is_on(&self) -> bool {
        self.now.end.is_none()
    }
}

impl Centre {
    /// The phone of a seat is to ring for a trial.
    pub(crate) fn try_seat(
        &mut self,
        now: Now,
        (name, kind): (&str, TrialKind),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        match kind {
            TrialKind::Practice => {
                let deed = PracticeDeed::Begin(Exercise::Booking);
                self.practise(now, (name, deed), None, step)
            }
            TrialKind::Echo | TrialKind::Test => self.begin_trial(now, (name, kind), None, step),
        }
    }

    pub(crate) fn begin_trial(
        &mut self,
        now: Now,
        (name, kind): (&str, TrialKind),
        practice: Option<Box<Practice>>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let id = self.seat_named(name)?;
        let registration = self.phone_to_try(now, (id, name), kind)?;
        let leg = LegId(self.ids.allot());
        let Some(seat) = self.seats.get_mut(&id) else {
            return Err(CommandError::NoSeat(name.to_owned()));
        };
        seat.is_tried = true;
        let model = self.rules.phones.get(&seat.row.name).copied();
        let to = Destination::Seat {
            registration,
            extension: seat.row.name.clone(),
            display: display_of(kind).to_owned(),
            caller: None,
            // Who tries their own phone has said on the page that they want the call.
            auto_answer: seat.profile.auto_answer || (kind == TrialKind::Echo && model.is_some()),
            model,
            is_measured: true,
        };
        let until = now.in_s(RING_S);
        let trial = Trial {
            leg,
            until,
            token: 0,
            ended_ms: now.utc_ms,
            practice,
            now: TrialNow {
                kind,
                begun_ms: now.utc_ms,
                stage: TrialStage::Calling,
                rang: false,
                answered: false,
                heard_us: false,
                end: None,
                voice: None,
                practice: None,
            },
        };
        self.trials.insert(id, trial);
        self.legs.insert(leg, Role::Trial(id));
        self.timers.at(until, Timer::TrialEnds(id, until));
        step.effects.push(Effect::Invite {
            leg,
            to: Box::new(to),
        });
        self.seat_changed(now, id, step);
        Ok(())
    }

    fn phone_to_try(
        &self,
        now: Now,
        (id, name): (SeatId, &str),
        kind: TrialKind,
    ) -> Result<RegistrationRow, CommandError> {
        let seat = self.seats.get(&id);
        let seat = seat.filter(|seat| seat.row.removed_ms.is_none());
        let seat = seat.ok_or_else(|| CommandError::NoSeat(name.to_owned()))?;
        if kind != TrialKind::Test && seat.sign_in.is_none() {
            return Err(CommandError::NobodyThere(name.to_owned()));
        }
        let is_still = matches!(seat.work, SeatWork::Idle | SeatWork::NotResponding);
        if !is_still || seat.is_engaged() {
            return Err(TrialError::Busy(name.to_owned()).into());
        }
        if seat.task_offer.is_some() {
            return Err(TrialError::TaskOffered(name.to_owned()).into());
        }
        let registration = seat.registration.as_ref();
        let registration = registration.filter(|row| row.expires_ms > now.utc_ms);
        let registration = registration.ok_or_else(|| TrialError::NoPhone(name.to_owned()))?;
        if !seat.confirmed {
            return Err(TrialError::PhoneSilent(name.to_owned()).into());
        }
        Ok(registration.clone())
    }

    /// What goes on at a seat now, if the leg is that of it.
    pub(crate) fn trial_on(&mut self, id: SeatId) -> Option<&mut Trial> {
        self.trials.get_mut(&id).filter(|trial| trial.is_on())
    }

    pub(crate) fn trial_lasts(&mut self, now: Now, id: SeatId, seconds: u32) {
        let practice = self.trial_on(id).and_then(|it| it.practice.as_deref());
        // Whoever waits does not wait longer because the invented person goes on.
        if practice.is_none_or(|practice| !practice.gives_way()) {
            self.trial_ends_by(now.in_s(seconds), id);
        }
    }

    pub(crate) fn trial_ends_by(&mut self, until: MonoUs, id: SeatId) {
        if let Some(trial) = self.trial_on(id) {
            trial.until = until;
            self.timers.at(until, Timer::TrialEnds(id, until));
        }
    }

    /// The INVITE has left: only now the phone has its whole time to ring.
    pub(crate) fn trial_placed(&mut self, now: Now, id: SeatId) {
        self.trial_lasts(now, id, RING_S);
    }

    pub(crate) fn trial_rings(&mut self, id: SeatId) {
        if let Some(trial) = self.trial_on(id)
            && !trial.now.answered
        {
            trial.now.rang = true;
            trial.now.stage = TrialStage::Ringing;
        }
    }

    /// Whoever has picked up is told what it is.
    pub(crate) fn trial_answered(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let practises = self.trial_on(id).and_then(|it| it.practice.as_deref());
        let exercise = practises.map(|practice| practice.exercise);
        let prompt = match exercise {
            Some(exercise) => self.rules.practice.get(&exercise).copied(),
            None => self.rules.trial,
        };
        let Some(trial) = self.trial_on(id).filter(|trial| !trial.now.answered) else {
            return;
        };
        trial.now.answered = true;
        trial.now.stage = TrialStage::Told;
        trial.token += 1;
        step.effects.push(Effect::Play {
            leg: trial.leg,
            token: trial.token,
            prompts: prompt.into_iter().collect(),
            then: AfterPlay::Silence,
        });
        self.trial_lasts(now, id, TOLD_S);
        self.practice_answered(now, id);
    }

    pub(crate) fn trial_heard(&mut self, now: Now, id: SeatId, token: u64, step: &mut Step) {
        let trial = self.trial_on(id);
        let trial = trial.filter(|trial| trial.token == token);
        let Some(trial) = trial.filter(|trial| trial.now.stage == TrialStage::Told) else {
            return;
        };
        trial.now.stage = TrialStage::Echo;
        let (a, b) = (trial.leg, trial.leg);
        let lasts_s = if trial.practice.is_some() {
            TALK_S
        } else {
            ECHO_S
        };
        step.effects.push(Effect::Bridge { a, b });
        self.trial_lasts(now, id, lasts_s);
    }

    pub(crate) fn trial_digit(&mut self, now: Now, id: SeatId, digit: char, step: &mut Step) {
        // The person who is practised with is none whose menu hears keys.
        let trial = self.trial_on(id);
        let Some(trial) = trial.filter(|trial| trial.practice.is_none()) else {
            return;
        };
        if digit == HEARD {
            trial.now.heard_us = true;
        } else if digit == ENDS {
            self.trial_over(now, id, (TrialEnd::HungUp, true), step);
        }
    }

    /// The phone did not take it.
    pub(crate) fn trial_not_answered(
        &mut self,
        now: Now,
        id: SeatId,
        status: u16,
        step: &mut Step,
    ) {
        let Some(trial) = self.trial_on(id) else {
            return;
        };
        let rang = trial.now.rang;
        let end = match status {
            NOT_SENT => TrialEnd::NotSent,
            486 | 600 => TrialEnd::Busy,
            603 => TrialEnd::Declined,
            408 | 480 | 487 if rang => TrialEnd::NoAnswer,
            480 => TrialEnd::Declined,
            _ => TrialEnd::Unreachable,
        };
        if status == 408 && !rang {
            self.phone_gone(id, step);
        }
        self.trial_over(now, id, (end, false), step);
    }

    /// The call is gone: somebody hung up, or nothing is heard of the phone.
    pub(crate) fn trial_left(&mut self, now: Now, id: SeatId, hang_up: bool, step: &mut Step) {
        let answered = self.trial_on(id).is_some_and(|trial| trial.now.answered);
        // What is still to be hung up was not hung up by anybody.
        let end = match (hang_up, answered) {
            (true, true) => TrialEnd::Silent,
            (true, false) => TrialEnd::NotSent,
            (false, _) => TrialEnd::HungUp,
        };
        self.trial_over(now, id, (end, hang_up), step);
    }

    /// What goes on has lasted as long as it may.
    pub(crate) fn trial_ends(&mut self, now: Now, id: SeatId, until: MonoUs, step: &mut Step) {
        let trial = self.trial_on(id);
        let Some(trial) = trial.filter(|trial| trial.until == until) else {
            return;
        };
        let wraps_up = trial.now.stage == TrialStage::WrapUp;
        let practice = trial.practice.as_deref();
        let gives_way = practice.is_some_and(Practice::gives_way);
        let end = match (trial.now.answered, trial.now.rang) {
            (true, _) if gives_way => TrialEnd::GaveWay,
            (true, _) => TrialEnd::TimeUp,
            (false, true) => TrialEnd::NoAnswer,
            (false, false) => TrialEnd::Unreachable,
        };
        if end == TrialEnd::Unreachable {
            self.phone_gone(id, step);
        }
        self.trial_over(now, id, (end, !wraps_up), step);
    }

    /// The call is over; who has practised has time for its result.
    pub(crate) fn trial_over(
        &mut self,
        now: Now,
        id: SeatId,
        (end, hang_up): (TrialEnd, bool),
        step: &mut Step,
    ) {
        if let Some(had) = self.practice_had_ended(id) {
            return self.trial_over_at_once(now, id, (had, false), step);
        }
        let leg = self.trial_on(id).map(|trial| trial.leg);
        let Some(leg) = leg.filter(|_| self.practice_wraps_up(now, id, end)) else {
            return self.trial_over_at_once(now, id, (end, hang_up), step);
        };
        self.legs.remove(&leg);
        if hang_up {
            hangs_up(leg, step);
        }
    }

    /// It is over with all that belongs to it.
    pub(crate) fn trial_over_at_once(
        &mut self,
        now: Now,
        id: SeatId,
        (end, hang_up): (TrialEnd, bool),
        step: &mut Step,
    ) {
        let Some(trial) = self.trial_on(id) else {
            return;
        };
        trial.now.end = Some(end);
        trial.now.stage = TrialStage::Over;
        trial.ended_ms = now.utc_ms;
        let (leg, answered) = (trial.leg, trial.now.answered);
        self.legs.remove(&leg);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.is_tried = false;
            if hang_up && !answered {
                seat.let_go = Some(leg);
                self.legs.insert(leg, Role::LetGo(id));
            }
        }
        if hang_up {
            hangs_up(leg, step);
        }
        self.seat_changed(now, id, step);
    }

    /// What came from a phone that was tried, as the media thread has counted it.
    pub(crate) fn measured(&mut self, leg: LegId, voice: Voice) {
        let mut trials = self.trials.values_mut();
        let trial = trials.find(|trial| trial.leg == leg && trial.now.answered);
        if let Some(trial) = trial {
            trial.now.voice = Some(voice);
        }
    }

    /// Stopping.
    pub(crate) fn cut_trials(&mut self, now: Now, step: &mut Step) {
        let seats: Vec<SeatId> = self.trials.keys().copied().collect();
        for id in seats {
            self.trial_over(now, id, (TrialEnd::Stopped, true), step);
        }
    }

    /// The last one at a seat, while it is of interest.
    pub(crate) fn trial_now(&self, now: Now, id: SeatId) -> Option<TrialNow> {
        let trial = self.trials.get(&id)?;
        let is_new = trial.is_on() || now.utc_ms - trial.ended_ms < REMEMBERED_MS;
        is_new.then(|| TrialNow {
            practice: self.practice_now(trial),
            ..trial.now.clone()
        })
    }
}

fn display_of(kind: TrialKind) -> &'static str {
    match kind {
        TrialKind::Echo | TrialKind::Test => DISPLAY,
        TrialKind::Practice => practice::DISPLAY,
    }
}

fn hangs_up(leg: LegId, step: &mut Step) {
    step.effects.push(hung_up(leg));
}
