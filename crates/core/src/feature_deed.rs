//! What an operator's code does at their seat, by the very commands that the pages use, and what they
//! hear of it.

use crate::centre::Centre;
use crate::choosing::Choice;
use crate::feature::{Feature, FeaturePrompts};
use crate::feature_call::Deed;
use crate::id::{OperatorId, SeatId};
use crate::keeping::NeedsSaid;
use crate::rules::PromptId;
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::words::{Chosen, Disposition};

/// The reason of whoever hands a callback back where the configuration asks for none.
const BY_PHONE: &str = "by phone";

impl Centre {
    /// Does what a code is for.
    pub(crate) fn deed(
        &mut self,
        now: Now,
        seat: SeatId,
        (feature, digit): (Feature, Option<char>),
        step: &mut Step,
    ) -> Deed {
        let Some(prompts) = self.feature_prompts(seat) else {
            return Deed::Not(Vec::new());
        };
        match self.does(now, (seat, prompts), (feature, digit), step) {
            Ok(deed) => deed,
            Err(error) => Deed::Not(vec![words_of(&error, &prompts)]),
        }
    }

    fn does(
        &mut self,
        now: Now,
        (seat, prompts): (SeatId, FeaturePrompts),
        (feature, digit): (Feature, Option<char>),
        step: &mut Step,
    ) -> Result<Deed, CommandError> {
        let name = self.name_of_seat(seat);
        let found = self.seats.get(&seat);
        if found.is_none_or(|found| found.sign_in.is_none()) {
            return Err(CommandError::NobodyThere(name));
        }
        match feature {
            Feature::SignOut => self.chooses_by_phone(now, seat, (Chosen::SignedOut, None), step),
            Feature::Available => self.chooses_by_phone(now, seat, (Chosen::Available, None), step),
            Feature::FrontOffice => {
                self.chooses_by_phone(now, seat, (Chosen::FrontOffice, None), step)
            }
            Feature::Pause => self.chooses_by_phone(now, seat, (Chosen::Paused, digit), step),
            Feature::OneMore => {
                self.chooses_by_phone(now, seat, (Chosen::OneMoreThenPause, digit), step)
            }
            Feature::State => Ok(Deed::Did(self.state_in_words(now, seat, &prompts))),
            Feature::Accept => {
                match found.and_then(|found| found.task_offer) {
                    Some((task, _)) => self.accept_task(now, task, &name, step)?,
                    None => self.accept_callback(now, (&name, None), step)?,
                }
                Ok(Deed::Did(vec![prompts.accepted]))
            }
            Feature::Decline => self.declines_by_phone(now, (seat, prompts), digit, step),
            Feature::Result => self.disposes_by_phone(now, (seat, prompts), digit, step),
            Feature::Finish | Feature::HandBack => {
                let at_hand = found.and_then(|found| found.task());
                let Some(task) = at_hand else {
                    return Ok(Deed::Not(vec![prompts.nothing_in_hand]));
                };
                if feature == Feature::Finish {
                    self.finish_task(now, task, step)?;
                    return Ok(Deed::Did(vec![prompts.finished]));
                }
                self.hand_back_task(now, task, step)?;
                Ok(Deed::Did(vec![prompts.handed_back]))
            }
            // With a dialogue of their own.
            Feature::SignIn | Feature::Echo => Ok(Deed::Not(vec![prompts.failed])),
        }
    }

    fn name_of_seat(&self, seat: SeatId) -> String {
        let found = self.seats.get(&seat);
        found.map_or(String::new(), |found| found.row.name.clone())
    }

    fn chooses_by_phone(
        &mut self,
        now: Now,
        seat: SeatId,
        (chosen, digit): (Chosen, Option<char>),
        step: &mut Step,
    ) -> Result<Deed, CommandError> {
        let Some(prompts) = self.feature_prompts(seat) else {
            return Ok(Deed::Not(Vec::new()));
        };
        let known = &self.rules.pause_reasons;
        let reason = match chosen {
            Chosen::Paused | Chosen::OneMoreThenPause if !known.is_empty() => {
                let Some(reason) = numbered(known, digit) else {
                    return Ok(Deed::Which(vec![prompts.which_reason]));
                };
                Some(reason)
            }
            Chosen::Paused
            | Chosen::OneMoreThenPause
            | Chosen::SignedOut
            | Chosen::Available
            | Chosen::OneMoreThenSignOut
            | Chosen::FrontOffice => None,
        };
        let name = self.name_of_seat(seat);
        self.choose(now, &name, Choice::told(chosen, reason, None), step)?;
        Ok(Deed::Did(self.chosen_in_words(seat, &prompts)))
    }

    /// What is chosen for a seat.
    fn chosen_in_words(&self, id: SeatId, prompts: &FeaturePrompts) -> Vec<PromptId> {
        let Some(seat) = self.seats.get(&id) else {
            return Vec::new();
        };
        let is_at_work = match seat.work {
            SeatWork::Offered { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::AtTask { .. } => true,
            SeatWork::Idle | SeatWork::Resting { .. } | SeatWork::NotResponding => false,
        };
        let after = |what: PromptId| {
            let before = is_at_work.then_some(prompts.after);
            before.into_iter().chain([what]).collect::<Vec<_>>()
        };
        let mut said = match seat.chosen() {
            Chosen::SignedOut => vec![prompts.signed_out],
            Chosen::Available => vec![prompts.available],
            Chosen::OneMoreThenPause => vec![prompts.after, prompts.paused],
            Chosen::OneMoreThenSignOut => vec![prompts.after, prompts.signed_out],
            Chosen::Paused => after(prompts.paused),
            Chosen::FrontOffice => after(prompts.front_office),
        };
        let reason = seat
            .sign_in
            .as_ref()
            .and_then(|it| it.pause_reason.as_ref());
        let mut known = self.rules.pause_reasons.iter();
        let digit = reason.and_then(|reason| known.position(|known| known == reason));
        let digit = digit.and_then(|at| self.digit_in_words(id, at + 1));
        if let Some(digit) = digit {
            said.extend([prompts.reason, digit]);
        }
        said
    }

    /// Who works there, what they chose and do, and who waits for them.
    fn state_in_words(&self, now: Now, id: SeatId, prompts: &FeaturePrompts) -> Vec<PromptId> {
        let Some(seat) = self.seats.get(&id) else {
            return Vec::new();
        };
        let mut said = Vec::new();
        let operator = seat.sign_in.as_ref().map(|it| it.operator);
        if let Some(pin) = operator.and_then(|it| self.features.pins.get(&it)) {
            let digits = pin.number.chars().filter_map(|it| it.to_digit(10));
            let digits = digits.filter_map(|it| usize::try_from(it).ok());
            said.push(prompts.operator);
            said.extend(digits.filter_map(|it| self.digit_in_words(id, it)));
        }
        said.extend(self.chosen_in_words(id, prompts));
        said.extend(match &seat.work {
            SeatWork::Offered { .. } => Some(prompts.offered),
            SeatWork::Idle | SeatWork::Resting { .. } => seat.task_offer.map(|_| prompts.offered),
            SeatWork::Talking { .. } | SeatWork::Informed { .. } | SeatWork::Beside { .. } => {
                Some(prompts.talking)
            }
            SeatWork::WrapUp { done, .. } => {
                let is_open = done.assignment.disposition.is_none();
                is_open.then_some(prompts.wrap_up)
            }
            SeatWork::AtTask { .. } => Some(prompts.at_task),
            SeatWork::NotResponding => Some(prompts.not_responding),
        });
        let (waiting, since_ms) = self.waiting_for(id);
        said.push(prompts.waiting);
        said.extend(self.number_in_words(id, waiting));
        if let Some(since_ms) = since_ms.filter(|_| waiting > 0) {
            let minutes = (now.utc_ms - since_ms).max(0) / 60_000;
            said.push(prompts.first_since);
            said.extend(self.number_in_words(id, usize::try_from(minutes).unwrap_or(0)));
            said.push(self.minutes_in_words(id));
        }
        said
    }

    /// How many people are on the line whom a seat could serve, and since when the first of them.
    fn waiting_for(&self, id: SeatId) -> (usize, Option<UtcMs>) {
        let (mut waiting, mut first_ms) = (0, None);
        for queue in self.matching.served_at(id) {
            let (on_our_leg, _, since_ms) = self.on_our_leg(queue);
            waiting += usize::try_from(self.waiting_in(queue)).unwrap_or(0) + on_our_leg;
            let since = self.waits_since(queue).into_iter().chain(since_ms);
            first_ms = first_ms.into_iter().chain(since).min();
        }
        (waiting, first_ms)
    }

    fn declines_by_phone(
        &mut self,
        now: Now,
        (id, prompts): (SeatId, FeaturePrompts),
        digit: Option<char>,
        step: &mut Step,
    ) -> Result<Deed, CommandError> {
        let name = self.name_of_seat(id);
        if let Some((task, _)) = self.seats.get(&id).and_then(|seat| seat.task_offer) {
            self.hand_back_task(now, task, step)?;
            return Ok(Deed::Did(vec![prompts.handed_back]));
        }
        self.meant((&name, None))?;
        let known = &self.rules.decline_reasons;
        let reason = if known.is_empty() {
            BY_PHONE.to_owned()
        } else if let Some(reason) = numbered(known, digit) {
            reason
        } else {
            return Ok(Deed::Which(vec![prompts.which_reason]));
        };
        self.decline_callback(now, (&name, None), (reason, None), step)?;
        Ok(Deed::Did(vec![prompts.handed_back]))
    }

    fn disposes_by_phone(
        &mut self,
        now: Now,
        (id, prompts): (SeatId, FeaturePrompts),
        digit: Option<char>,
        step: &mut Step,
    ) -> Result<Deed, CommandError> {
        let name = self.name_of_seat(id);
        let work = self.seats.get(&id).map(|seat| &seat.work);
        let talks = matches!(
            work,
            Some(SeatWork::Talking { .. } | SeatWork::WrapUp { .. })
        );
        if !talks {
            return Err(CommandError::NoConversation(name));
        }
        let owed = work.and_then(|work| self.owed_at(work));
        let all = owed.into_iter().flat_map(|owed| owed.needs);
        let all: Vec<_> = all.map(|need| need.need).collect();
        let mut said = NeedsSaid::default();
        let disposition = match digit {
            Some('1') => Disposition::Done,
            Some('2') => Disposition::AnotherPerson,
            Some('3') => Disposition::Improper,
            Some('4') => {
                said.keep = all;
                Disposition::Done
            }
            Some('5') => {
                said.close = all;
                Disposition::Done
            }
            Some(_) | None => return Ok(Deed::Which(vec![prompts.which_result])),
        };
        self.dispose(now, &name, (disposition.into(), said), step)?;
        Ok(Deed::Did(vec![prompts.result]))
    }

    /// Somebody has proved who they are: they work at this seat now, and no more at another.
    pub(crate) fn signs_in_by_phone(
        &mut self,
        now: Now,
        seat: SeatId,
        operator: OperatorId,
        step: &mut Step,
    ) -> Deed {
        let Some(prompts) = self.feature_prompts(seat) else {
            return Deed::Not(Vec::new());
        };
        let name = self.name_of_seat(seat);
        let who = self.operator_name(operator).unwrap_or_default();
        match self.sign_in(now, (&name, &who), None, true, step) {
            Ok(()) => Deed::Did(vec![prompts.signed_in]),
            Err(error) => Deed::Not(vec![words_of(&error, &prompts)]),
        }
    }
}

/// The first is 1.
fn numbered(known: &[String], digit: Option<char>) -> Option<String> {
    let place = digit?.to_digit(10)?.checked_sub(1)?;
    known.get(usize::try_from(place).ok()?).cloned()
}

/// What somebody hears whose wish was refused.
fn words_of(error: &CommandError, prompts: &FeaturePrompts) -> PromptId {
    if matches!(error, CommandError::NobodyThere(_)) {
        prompts.nobody
    } else if matches!(error, CommandError::SeatTaken { .. }) {
        prompts.taken
    } else if matches!(error, CommandError::OperatorElsewhere { .. }) {
        prompts.elsewhere
    } else if matches!(
        error,
        CommandError::NoCallbackOffered(_) | CommandError::TaskNotOffered { .. }
    ) {
        prompts.nothing_offered
    } else if matches!(error, CommandError::NoConversation(_)) {
        prompts.nothing_in_hand
    } else {
        prompts.failed
    }
}
