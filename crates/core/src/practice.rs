//! A practice call: a trial of a seat's phone in which whoever picks up hears an invented person, has a page
//! about them, gives a result and has the time after it, as after a call of somebody. It is a trial, so no
//! row is written of it, nobody is dialled for it, and it counts nowhere.
//!
//! **Who takes works gives way.** They do not begin while somebody waits whom they could serve; where somebody
//! comes meanwhile they say goodbye within [`GIVES_WAY_S`], and the time after it ends at once. Who is on a
//! pause serves nobody anyway: theirs goes on, and how long a pause may be is for whoever leads to say.

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::hand::{CallError, are_keys};
use crate::id::{AssignmentId, LegId, NeedId, OperatorId, QueueId, SeatId};
use crate::keeping::NeedsSaid;
use crate::own_result::{ResultCode, ResultTold};
use crate::seat::Seat;
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::trial::{Trial, TrialEnd, TrialError, TrialKind, TrialStage};
use crate::words::{Disposition, Exercise, Meaning, NeedKind, Party};

/// Somebody speaks with the invented person so long at most.
pub(crate) const TALK_S: u32 = 300;
/// The time after it lasts so long at most, whatever the queue or an accommodation says.
const WRAP_UP_S_MAX: u32 = 600;
/// So often it is looked whether somebody waits.
const LOOK_S: u32 = 2;
/// So long somebody has for a goodbye.
pub const GIVES_WAY_S: u32 = 20;
/// What the phone shows.
pub(crate) const DISPLAY: &str = "CupTel: esercitazione";

/// What somebody who practises does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PracticeDeed {
    /// The phone is to ring.
    Begin(Exercise),
    /// The invented person is put on hold.
    Hold,
    /// They are taken up again.
    Resume,
    /// The call ends; after it, the time for the result; before it was picked up, all of it.
    HangUp,
    /// Keys are pressed, for nobody.
    Keys(String),
    /// The result is told.
    Dispose {
        /// Which.
        result: ResultTold,
        /// What is settled by it.
        said: NeedsSaid,
        /// Whether a note was written; its words are kept nowhere.
        noted: bool,
    },
}

/// How a practice call goes, or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticeNow {
    /// Names it to the forms of its page.
    pub id: AssignmentId,
    /// Which person is invented.
    pub exercise: Exercise,
    /// Short name of the tenant that they would have called.
    pub tenant: Option<String>,
    /// And of its queue.
    pub queue: Option<String>,
    /// When it was picked up.
    pub answered_ms: Option<UtcMs>,
    /// Since when they are on hold.
    pub held_since_ms: Option<UtcMs>,
    /// How many keys were pressed for them.
    pub keys: u32,
    /// Until when there is time for the result, after the call.
    pub wraps_up_until_ms: Option<UtcMs>,
    /// Whether that time ends with the result.
    pub ends_with_it: bool,
    /// Until when there is time for a goodbye, because somebody waits.
    pub gives_way_ms: Option<UtcMs>,
    /// The result that was told.
    pub told: Option<Disposition>,
    /// The centre's own word for it.
    pub code: Option<ResultCode>,
    /// Whether a note was written.
    pub noted: bool,
    /// Whether a real call that ended so had counted as cut off.
    pub interrupted: bool,
    /// What a real person would be owed from then on.
    pub opens: Option<NeedKind>,
    /// What the person is owed, in the invention.
    pub needs: Vec<PracticeNeed>,
}

/// Something that the invented person is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticeNeed {
    /// Its number in the exercise.
    pub need: NeedId,
    /// Of what kind.
    pub kind: NeedKind,
    /// Whether a real call would settle it, by what was said so far.
    pub closes: bool,
}

/// What a trial has more where it is a practice call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Practice {
    pub(crate) exercise: Exercise,
    operator: Option<OperatorId>,
    queue: Option<QueueId>,
    answered_ms: Option<UtcMs>,
    held_since_ms: Option<UtcMs>,
    keys: u32,
    wraps_up: Option<WrapsUp>,
    gives_way_ms: Option<UtcMs>,
    told: Option<Disposition>,
    code: Option<ResultCode>,
    opens: Option<NeedKind>,
    said: NeedsSaid,
    noted: bool,
    interrupted: bool,
}

/// What a result means that was told.
struct Means {
    disposition: Disposition,
    code: Option<ResultCode>,
    opens: Option<NeedKind>,
    said: NeedsSaid,
}

/// The time after it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct WrapsUp {
    until_ms: UtcMs,
    may_end: bool,
    /// How the call had ended.
    end: TrialEnd,
}

impl Exercise {
    /// What the invented person is owed, numbered from 1.
    #[must_use]
    pub const fn needs(self) -> &'static [NeedKind] {
        match self {
            Self::Booking => &[NeedKind::Missed],
            Self::Cancelling => &[],
            Self::Owed => &[NeedKind::TakenInCharge, NeedKind::Missed],
            Self::Upset => &[NeedKind::Interrupted],
        }
    }
}

/// Their needs, by their numbers.
fn numbered(exercise: Exercise) -> impl Iterator<Item = (NeedId, NeedKind)> {
    (1..).map(NeedId).zip(exercise.needs().iter().copied())
}

impl Practice {
    pub(crate) fn gives_way(&self) -> bool {
        self.gives_way_ms.is_some()
    }

    fn opens(&self) -> Option<NeedKind> {
        let cut_off = self.interrupted && self.exercise.needs().is_empty();
        self.opens.or(cut_off.then_some(NeedKind::Interrupted))
    }

    fn needs(&self) -> Vec<PracticeNeed> {
        let stays = self.interrupted || self.told == Some(Disposition::AnotherPerson);
        let needs = numbered(self.exercise).map(|(need, kind)| PracticeNeed {
            need,
            kind,
            closes: !stays && self.said.closes(need, kind.closes_by_conversation()),
        });
        needs.collect()
    }

    /// Whether everything that is said is about what the invented person is owed.
    fn check_said(&self, seat: &str, said: &NeedsSaid) -> Result<(), CommandError> {
        if let Some(need) = said.keep.iter().find(|need| said.close.contains(need)) {
            return Err(CommandError::NeedSaidTwice(*need));
        }
        let is_known = |need: &NeedId| numbered(self.exercise).any(|(own, _)| own == *need);
        let mut all = said.keep.iter().chain(&said.close);
        match all.find(|need| !is_known(need)) {
            Some(need) => Err(CommandError::NoNeedThere {
                seat: seat.to_owned(),
                need: *need,
            }),
            None => Ok(()),
        }
    }
}

impl Trial {
    fn practice(&self) -> Option<&Practice> {
        self.practice.as_deref()
    }

    fn talks(&self) -> bool {
        matches!(self.now.stage, TrialStage::Told | TrialStage::Echo)
    }
}

impl Centre {
    /// What somebody who practises does.
    pub(crate) fn practise(
        &mut self,
        now: Now,
        (name, deed): (&str, PracticeDeed),
        conversation: Option<AssignmentId>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = self.seat_named(name)?;
        if let PracticeDeed::Begin(exercise) = deed {
            return self.begin_practice(now, (id, name), exercise, step);
        }
        let trial = self.practice_on(id);
        let trial = trial.ok_or_else(|| TrialError::NoPractice(name.to_owned()))?;
        let is_meant = conversation.is_none_or(|meant| meant.0 == trial.leg.0);
        if !is_meant {
            return Err(CallError::AnotherCall(name.to_owned()).into());
        }
        match deed {
            PracticeDeed::Begin(_) => Ok(()),
            PracticeDeed::Hold => self.hold_practice(now, (id, name), step),
            PracticeDeed::Resume => self.resume_practice((id, name), step),
            PracticeDeed::HangUp => {
                self.trial_over(now, id, (TrialEnd::HungUp, true), step);
                Ok(())
            }
            PracticeDeed::Keys(keys) => self.press_in_practice((id, name), &keys),
            PracticeDeed::Dispose {
                result,
                said,
                noted,
            } => self.dispose_practice(now, (id, name), (result, said, noted), step),
        }
    }

    fn practice_on(&mut self, id: SeatId) -> Option<&mut Trial> {
        self.trial_on(id).filter(|trial| trial.practice.is_some())
    }

    fn begin_practice(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        exercise: Exercise,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let waiting = self.waits_for(id);
        if waiting > 0 {
            let seat = name.to_owned();
            return Err(TrialError::PeopleWait { seat, waiting }.into());
        }
        let sign_in = self.seats.get(&id).and_then(|seat| seat.sign_in.as_ref());
        let practice = Practice {
            exercise,
            operator: sign_in.map(|it| it.operator),
            queue: self.queue_to_practise(id),
            answered_ms: None,
            held_since_ms: None,
            keys: 0,
            wraps_up: None,
            gives_way_ms: None,
            told: None,
            code: None,
            opens: None,
            said: NeedsSaid::default(),
            noted: false,
            interrupted: false,
        };
        let practice = Some(Box::new(practice));
        self.begin_trial(now, (name, TrialKind::Practice), practice, step)?;
        self.look_at_practice_later(now, id);
        Ok(())
    }

    /// For which queue the invented person calls: one that the operator serves, of their own authority first.
    fn queue_to_practise(&self, id: SeatId) -> Option<QueueId> {
        let home = self.seats.get(&id).and_then(|seat| seat.home);
        let is_home = |queue: &QueueId| {
            let rule = self.rules.queues.get(queue);
            rule.is_some_and(|rule| Some(rule.tenant) == home)
        };
        let served = || self.matching.served_at(id);
        let own = served().find(is_home).or_else(|| served().next());
        own.or_else(|| self.rules.queues.keys().next().copied())
    }

    /// How many people wait whom somebody at a seat could serve who takes works; nobody for who does not.
    fn waits_for(&self, id: SeatId) -> u32 {
        let takes_work = self.seats.get(&id).is_some_and(Seat::takes_work);
        let queues = self.matching.served_at(id).filter(|_| takes_work);
        // Whoever was called and waits on the line waits as a caller does.
        let waiting = queues.map(|queue| {
            let called = self.on_our_leg(queue).0;
            self.matching.callers_standing(queue) + u32::try_from(called).unwrap_or(u32::MAX)
        });
        waiting.sum()
    }

    fn look_at_practice_later(&mut self, now: Now, id: SeatId) {
        let Some(began) = self.practice_on(id).map(|trial| trial.leg) else {
            return;
        };
        self.timers
            .at(now.in_s(LOOK_S), Timer::PracticeLooks(id, began));
    }

    /// Whether the operator is still there, and whether somebody waits for them.
    pub(crate) fn look_at_practice(&mut self, now: Now, id: SeatId, began: LegId, step: &mut Step) {
        let sign_in = self.seats.get(&id).and_then(|seat| seat.sign_in.as_ref());
        let operator = sign_in.map(|it| it.operator);
        let waits = self.waits_for(id) > 0;
        let Some(trial) = self.practice_on(id).filter(|trial| trial.leg == began) else {
            return;
        };
        let talks = trial.talks();
        let Some(practice) = trial.practice.as_deref_mut() else {
            return;
        };
        if practice.operator != operator || (waits && !talks) {
            return self.practice_ends(now, id, step);
        }
        if waits && !practice.gives_way() {
            practice.gives_way_ms = Some(now.utc_in_s(GIVES_WAY_S));
            self.trial_ends_by(now.in_s(GIVES_WAY_S), id);
        }
        self.look_at_practice_later(now, id);
    }

    /// It ends with all that belongs to it.
    fn practice_ends(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(trial) = self.practice_on(id) else {
            return;
        };
        let talks = trial.talks();
        let wrapped = trial.practice().and_then(|it| it.wraps_up);
        let end = wrapped.map_or(TrialEnd::GaveWay, |it| it.end);
        if talks {
            self.practice_talked(now, id, TrialEnd::GaveWay);
        }
        self.trial_over_at_once(now, id, (end, wrapped.is_none()), step);
    }

    /// What the call was by its end, as a real one would count.
    fn practice_talked(&mut self, now: Now, id: SeatId, end: TrialEnd) {
        let trial = self.practice_on(id);
        let practice = trial.and_then(|trial| trial.practice.as_deref());
        let Some((answered_ms, told)) = practice.map(|it| (it.answered_ms, it.told)) else {
            return;
        };
        let by = match end {
            TrialEnd::Silent | TrialEnd::Unreachable | TrialEnd::NotSent => Party::Network,
            TrialEnd::HungUp
            | TrialEnd::TimeUp
            | TrialEnd::NoAnswer
            | TrialEnd::Busy
            | TrialEnd::Declined
            | TrialEnd::GaveWay
            | TrialEnd::Stopped => Party::Seat,
        };
        let interrupted = self.was_too_short(now, answered_ms, by, told);
        if let Some(trial) = self.practice_on(id)
            && let Some(practice) = trial.practice.as_deref_mut()
        {
            practice.held_since_ms = None;
            practice.interrupted = interrupted;
        }
    }

    /// A practice call that was picked up is over: its operator has the time after it that they would have.
    /// Whether there is any.
    pub(crate) fn practice_wraps_up(&mut self, now: Now, id: SeatId, end: TrialEnd) -> bool {
        let Some(trial) = self.practice_on(id).filter(|trial| trial.talks()) else {
            return false;
        };
        let practice = trial.practice();
        let queue = practice.and_then(|it| it.queue);
        let gives_way = practice.is_some_and(Practice::gives_way);
        self.practice_talked(now, id, end);
        let (wrap_up_s, may_end) = queue.map_or((0, true), |queue| self.wrap_up_of(id, queue));
        let wrap_up_s = wrap_up_s.min(WRAP_UP_S_MAX);
        if wrap_up_s == 0 || gives_way || end == TrialEnd::Stopped {
            return false;
        }
        let wraps_up = WrapsUp {
            until_ms: now.utc_in_s(wrap_up_s),
            may_end,
            end,
        };
        if let Some(trial) = self.practice_on(id) {
            trial.now.stage = TrialStage::WrapUp;
            if let Some(practice) = trial.practice.as_deref_mut() {
                practice.wraps_up = Some(wraps_up);
            }
        }
        self.trial_ends_by(now.in_s(wrap_up_s), id);
        true
    }

    /// How the call had ended whose time after it is over.
    pub(crate) fn practice_had_ended(&mut self, id: SeatId) -> Option<TrialEnd> {
        let trial = self.practice_on(id)?;
        Some(trial.practice()?.wraps_up?.end)
    }

    pub(crate) fn practice_answered(&mut self, now: Now, id: SeatId) {
        let trial = self.practice_on(id);
        if let Some(practice) = trial.and_then(|trial| trial.practice.as_deref_mut()) {
            practice.answered_ms = Some(now.utc_ms);
        }
    }

    fn talking(&mut self, id: SeatId, name: &str) -> Result<(&mut Trial, bool), CallError> {
        let nobody = || CallError::NobodyThere(name.to_owned());
        let trial = self.practice_on(id).filter(|trial| trial.talks());
        let trial = trial.ok_or_else(nobody)?;
        let held = trial.practice().and_then(|it| it.held_since_ms);
        Ok((trial, held.is_some()))
    }

    /// The operator hears silence, as in a call of somebody.
    fn hold_practice(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (trial, is_held) = self.talking(id, name)?;
        if is_held {
            return Err(CallError::OnHold(name.to_owned()).into());
        }
        trial.token += 1;
        let (leg, token) = (trial.leg, trial.token);
        let hears_person = trial.now.stage == TrialStage::Told;
        trial.now.stage = TrialStage::Echo;
        if let Some(practice) = trial.practice.as_deref_mut() {
            practice.held_since_ms = Some(now.utc_ms);
        }
        step.effects.push(Effect::Unbridge { leg });
        step.effects.push(Effect::Play {
            leg,
            token,
            prompts: Vec::new(),
            then: AfterPlay::Quiet,
        });
        if hears_person {
            self.trial_lasts(now, id, TALK_S);
        }
        Ok(())
    }

    fn resume_practice(
        &mut self,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (trial, is_held) = self.talking(id, name)?;
        if !is_held {
            return Err(CallError::NotOnHold(name.to_owned()).into());
        }
        if let Some(practice) = trial.practice.as_deref_mut() {
            practice.held_since_ms = None;
        }
        let (a, b) = (trial.leg, trial.leg);
        step.effects.push(Effect::Bridge { a, b });
        Ok(())
    }

    fn press_in_practice(
        &mut self,
        (id, name): (SeatId, &str),
        keys: &str,
    ) -> Result<(), CommandError> {
        let (trial, is_held) = self.talking(id, name)?;
        if is_held {
            return Err(CallError::OnHold(name.to_owned()).into());
        }
        if !are_keys(keys) {
            return Err(CallError::Keys.into());
        }
        let pressed = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        if let Some(practice) = trial.practice.as_deref_mut() {
            practice.keys = practice.keys.saturating_add(pressed);
        }
        Ok(())
    }

    fn dispose_practice(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        (result, said, noted): (ResultTold, NeedsSaid, bool),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let none = || CommandError::NoConversation(name.to_owned());
        let trial = self.practice_on(id).ok_or_else(none)?;
        let is_over = trial.now.stage == TrialStage::WrapUp;
        if !is_over && !trial.talks() {
            return Err(none());
        }
        let practice = trial.practice().ok_or_else(none)?;
        practice.check_said(name, &said)?;
        let (exercise, queue) = (practice.exercise, practice.queue);
        let means = self.result_practised((queue, exercise), result, said)?;
        let trial = self.practice_on(id).ok_or_else(none)?;
        let practice = trial.practice.as_deref_mut().ok_or_else(none)?;
        practice.told = Some(means.disposition);
        (practice.code, practice.opens) = (means.code, means.opens);
        practice.said = means.said;
        practice.noted |= noted;
        if is_over && practice.wraps_up.is_some_and(|it| it.may_end) {
            self.practice_ends(now, id, step);
        }
        Ok(())
    }

    /// What a result means, as `result_meant` has it for a real conversation, but that nothing is opened.
    fn result_practised(
        &self,
        (queue, exercise): (Option<QueueId>, Exercise),
        result: ResultTold,
        said: NeedsSaid,
    ) -> Result<Means, CommandError> {
        let code = match result {
            ResultTold::Known(disposition) => {
                return Ok(Means {
                    disposition,
                    code: None,
                    opens: None,
                    said,
                });
            }
            ResultTold::Own(code) => code,
        };
        let own = queue.and_then(|queue| self.rules.own_result(&code, queue));
        let own = own.ok_or_else(|| CommandError::NoSuchResult(code.clone()))?;
        let needs: Vec<NeedId> = numbered(exercise).map(|(need, _)| need).collect();
        let (opens, said) = match own.means {
            Meaning::Settled | Meaning::AnotherPerson | Meaning::Improper => (None, said),
            Meaning::TakenInCharge => (Some(NeedKind::TakenInCharge), said),
            Meaning::CallAgain => {
                let opens = needs.is_empty().then_some(NeedKind::Manual);
                let close = Vec::new();
                (opens, NeedsSaid { keep: needs, close })
            }
        };
        let disposition = own.means.disposition();
        Ok(Means {
            disposition,
            code: Some(code),
            opens,
            said,
        })
    }

    /// How a practice call goes, for its page.
    pub(crate) fn practice_now(&self, trial: &Trial) -> Option<PracticeNow> {
        let practice = trial.practice()?;
        let rule = practice.queue.and_then(|id| self.rules.queues.get(&id));
        let tenant = rule.and_then(|rule| self.rules.tenants.get(&rule.tenant));
        Some(PracticeNow {
            id: AssignmentId(trial.leg.0),
            exercise: practice.exercise,
            tenant: tenant.map(|it| it.name.clone()),
            queue: rule.map(|it| it.name.clone()),
            answered_ms: practice.answered_ms,
            held_since_ms: practice.held_since_ms,
            keys: practice.keys,
            wraps_up_until_ms: practice.wraps_up.map(|it| it.until_ms),
            ends_with_it: practice.wraps_up.is_some_and(|it| it.may_end),
            gives_way_ms: practice.gives_way_ms,
            told: practice.told,
            code: practice.code.clone(),
            opens: practice.opens(),
            noted: practice.noted,
            interrupted: practice.interrupted,
            needs: practice.needs(),
        })
    }
}
