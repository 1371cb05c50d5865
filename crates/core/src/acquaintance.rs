//! Which operator spoke with a number last: they know what it was about. Held for the numbers
//! that spoke last, so many and no more. A start reads the last of them from the store.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{AttemptId, OperatorId, QueueId};
use crate::matching::Wish;
use crate::number::PhoneNumber;
use crate::record::Spoken;
use crate::rules::Rules;
use crate::seat::With;
use crate::time::UtcMs;

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Acquaintances {
    last: BTreeMap<PhoneNumber, (OperatorId, u64)>,
    /// In the order in which they spoke; an entry whose count is not the last is void.
    order: VecDeque<(PhoneNumber, u64)>,
    spoken: u64,
}

impl Acquaintances {
    fn spoke(&mut self, number: PhoneNumber, operator: OperatorId, most: usize) {
        self.spoken += 1;
        self.order.push_back((number.clone(), self.spoken));
        self.last.insert(number, (operator, self.spoken));
        while self.order.len() > most {
            let Some((oldest, count)) = self.order.pop_front() else {
                return;
            };
            if self
                .last
                .get(&oldest)
                .is_some_and(|(_, last)| *last == count)
            {
                self.last.remove(&oldest);
            }
        }
    }

    /// The operator did not want them.
    pub(crate) fn forget(&mut self, number: &PhoneNumber) {
        self.last.remove(number);
    }

    fn of(&self, number: &PhoneNumber) -> Option<OperatorId> {
        self.last.get(number).map(|(operator, _)| *operator)
    }

    /// Whom a callback waits for.
    pub(crate) fn wish_of(&self, rules: &Rules, queue: QueueId, case: &Case) -> Option<Wish> {
        let row = &case.row;
        let since_ms = row.not_before_ms.max(row.place_ms);
        wish(rules, queue, self.of(&case.number)?, since_ms)
    }
}

fn wish(rules: &Rules, queue: QueueId, operator: OperatorId, since_ms: UtcMs) -> Option<Wish> {
    let waits_s = rules.queues.get(&queue)?.matching.last_operator_s;
    (waits_s > 0).then(|| Wish {
        operator,
        until_ms: since_ms + i64::from(waits_s) * 1_000,
        is_owned: false,
    })
}

impl Centre {
    /// A conversation about a queue took place.
    pub(crate) fn remember_operator(&mut self, queue: QueueId, with: &With, operator: OperatorId) {
        let number = match with {
            With::Caller(id) => {
                let live = self.attempts.get(id);
                live.and_then(|live| live.caller.number.as_ref())
            }
            With::Person { callback, .. } => self.cases.get(callback).map(|case| &case.number),
            With::Ringing { .. } => None,
        };
        if let Some(number) = number.cloned() {
            self.spoke(Spoken {
                number,
                queue,
                operator,
                called_ms: None,
            });
        }
    }

    /// Remembered where somebody may wait for the operator at all.
    pub(crate) fn spoke(&mut self, spoken: Spoken) {
        let rule = self.rules.queues.get(&spoken.queue);
        if rule.is_some_and(|rule| rule.matching.last_operator_s > 0) {
            let most = usize::try_from(self.rules.limits.last_operators_max).unwrap_or(usize::MAX);
            self.acquaintances
                .spoke(spoken.number, spoken.operator, most);
        }
    }

    /// Whom a caller waits for: not for a seat that did not take them, or was lost with them.
    pub(crate) fn wish_of_caller(&self, queue: QueueId, id: AttemptId) -> Option<Wish> {
        let live = self.attempts.get(&id)?;
        let operator = self.acquaintances.of(live.caller.number.as_ref()?)?;
        let gone = live.vanished.iter().chain(&live.unreached);
        let refused = live.excluded.iter().chain(gone);
        let is_theirs = |seat| self.matching.operator_at(seat) == Some(operator);
        if refused.copied().any(is_theirs) {
            return None;
        }
        let since_ms = live.waits_since_ms();
        wish(&self.rules, queue, operator, since_ms)
    }
}
