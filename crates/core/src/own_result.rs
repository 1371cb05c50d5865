//! Results of the centre's own: its words for what came of a conversation. Each means one of the results
//! that the rules know, on which debts hang; the word itself is kept and changes nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{QueueId, SeatId, TenantId};
use crate::keeping::NeedsSaid;
use crate::number::Caller;
use crate::rules::Rules;
use crate::seat::{SeatWork, With};
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::words::{Disposition, KindByHand, Meaning, PriorityClass};

/// Characters of a code, at most.
const CODE_MAX: usize = 40;

/// The code of a result of the centre's own, as stored conversations have it: small letters, digits,
/// `-` and `_`, and no word that the rules know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResultCode(String);

impl ResultCode {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no code of a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected at most {CODE_MAX} small letters, digits, - and _, and neither done, another_person nor improper"
)]
pub struct NoResultCode;

impl FromStr for ResultCode {
    type Err = NoResultCode;

    fn from_str(text: &str) -> Result<Self, NoResultCode> {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
        let fits = (1..=CODE_MAX).contains(&text.len()) && text.bytes().all(is_plain);
        if !fits || text.parse::<Disposition>().is_ok() {
            return Err(NoResultCode);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ResultCode {
    type Error = NoResultCode;

    fn try_from(text: String) -> Result<Self, NoResultCode> {
        text.parse()
    }
}

impl From<ResultCode> for String {
    fn from(code: ResultCode) -> Self {
        code.0
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A result as an operator tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResultTold {
    /// One that the rules know.
    Known(Disposition),
    /// One of the centre's own.
    Own(ResultCode),
}

impl From<Disposition> for ResultTold {
    fn from(known: Disposition) -> Self {
        Self::Known(known)
    }
}

impl FromStr for ResultTold {
    type Err = NoResultCode;

    fn from_str(text: &str) -> Result<Self, NoResultCode> {
        match text.parse() {
            Ok(known) => Ok(Self::Known(known)),
            Err(_own) => text.parse().map(Self::Own),
        }
    }
}

/// A result of the centre's own, as deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnResult {
    /// Its code.
    pub code: ResultCode,
    /// What it means for what the person is owed.
    pub means: Meaning,
    /// How urgent, where it takes in charge.
    pub class: Option<PriorityClass>,
    /// What it is called in Italian.
    pub it: String,
    /// What it is called in English.
    pub en: String,
    /// For conversations of this tenant only.
    pub tenant: Option<TenantId>,
    /// For those of this queue only.
    pub queue: Option<QueueId>,
}

/// A result of the centre's own, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnResultNow {
    /// Its code.
    pub code: ResultCode,
    /// What it means for what the person is owed.
    pub means: Meaning,
    /// How urgent, where it takes in charge.
    pub class: Option<PriorityClass>,
    /// What it is called in Italian.
    pub it: String,
    /// What it is called in English.
    pub en: String,
    /// Short name of the tenant for whose conversations it is; all, without one.
    pub tenant: Option<String>,
    /// Short name of the queue of that tenant; all, without one.
    pub queue: Option<String>,
}

impl Meaning {
    /// The result that the rules know it by.
    #[must_use]
    pub fn disposition(self) -> Disposition {
        match self {
            Self::Settled | Self::CallAgain | Self::TakenInCharge => Disposition::Done,
            Self::AnotherPerson => Disposition::AnotherPerson,
            Self::Improper => Disposition::Improper,
        }
    }
}

impl Rules {
    /// All of them, with their names.
    pub(crate) fn own_results_now(&self) -> Vec<OwnResultNow> {
        let now = |own: &OwnResult| {
            let tenant = own.tenant.and_then(|id| self.tenants.get(&id));
            let queue = own.queue.and_then(|id| self.queues.get(&id));
            OwnResultNow {
                code: own.code.clone(),
                means: own.means,
                class: own.class,
                it: own.it.clone(),
                en: own.en.clone(),
                tenant: tenant.map(|it| it.name.clone()),
                queue: queue.map(|it| it.name.clone()),
            }
        };
        self.own_results.iter().map(now).collect()
    }

    /// The result of this code, where conversations of a queue may have it.
    pub(crate) fn own_result(&self, code: &ResultCode, queue: QueueId) -> Option<&OwnResult> {
        let tenant = self.queues.get(&queue).map(|queue| queue.tenant);
        let found = self.own_results.iter().find(|own| own.code == *code)?;
        let is_of_tenant = found.tenant.is_none_or(|of| tenant == Some(of));
        let is_of_queue = found.queue.is_none_or(|of| queue == of);
        (is_of_tenant && is_of_queue).then_some(found)
    }
}

/// What is recorded of a conversation, and what is said of the person's needs.
pub(crate) type Meant = (Disposition, Option<ResultCode>, NeedsSaid);

impl Centre {
    /// What a result means that is told at a seat. What it opens is owed from now on, whatever becomes of
    /// the conversation.
    pub(crate) fn result_meant(
        &mut self,
        now: Now,
        (id, seat): (SeatId, &str),
        (told, mut said): (ResultTold, NeedsSaid),
        step: &mut Step,
    ) -> Result<Meant, CommandError> {
        let code = match told {
            ResultTold::Known(known) => {
                self.take_back_opened(now, id, None, step);
                return Ok((known, None, said));
            }
            ResultTold::Own(code) => code,
        };
        let queue = self.queue_spoken_of(id);
        let queue = queue.ok_or_else(|| CommandError::NoConversation(seat.to_owned()))?;
        let own = self.rules.own_result(&code, queue).cloned();
        let own = own.ok_or_else(|| CommandError::NoSuchResult(code.clone()))?;
        let means = own.means;
        match means {
            Meaning::Settled | Meaning::AnotherPerson | Meaning::Improper => {
                self.take_back_opened(now, id, None, step);
            }
            Meaning::TakenInCharge => {
                let kind = KindByHand::TakenInCharge;
                let owed = self.owe_by_result(now, (id, queue), &own, kind, step)?;
                // Whoever says so closes it with no tick: it is what they promise.
                said.close.retain(|need| Some(*need) != owed);
            }
            Meaning::CallAgain => {
                let work = self.seats.get(&id).map(|seat| &seat.work);
                let owed = work.and_then(|work| self.owed_at(work));
                let opened = self.opened_at(id).map(|it| it.need);
                let needs = owed.into_iter().flat_map(|owed| owed.needs);
                let needs = needs.map(|need| need.need);
                said = NeedsSaid {
                    keep: needs.filter(|need| Some(*need) != opened).collect(),
                    close: Vec::new(),
                };
                if said.keep.is_empty() {
                    self.owe_by_result(now, (id, queue), &own, KindByHand::Manual, step)?;
                } else {
                    self.take_back_opened(now, id, None, step);
                }
            }
        }
        Ok((means.disposition(), Some(code), said))
    }

    /// The queue of the conversation being had or just had.
    fn queue_spoken_of(&self, id: SeatId) -> Option<QueueId> {
        let (_, queue) = self.seats.get(&id)?.work.conversation()?;
        Some(queue)
    }

    /// Whom a seat speaks with, or has just spoken with.
    pub(crate) fn spoken_with(&self, id: SeatId) -> Caller {
        let Some(seat) = self.seats.get(&id) else {
            return Caller::anonymous();
        };
        let caller = match &seat.work {
            SeatWork::WrapUp { done, .. } => return done.person.clone(),
            SeatWork::Talking {
                with: With::Caller(attempt),
                ..
            } => self.attempts.get(attempt).map(|live| live.caller.clone()),
            SeatWork::Talking { .. }
            | SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        };
        let case = self.case_at(&seat.work);
        let case = case.and_then(|id| self.cases.get(&id));
        let of_case = || Some(Caller::from_user_part(case?.number.reveal()));
        caller.or_else(of_case).unwrap_or(Caller::anonymous())
    }
}
