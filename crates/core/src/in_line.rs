//! Who waits in a queue, in the order in which they go: callers, whom we have called, and whom we are to
//! call. Looked up when somebody asks; nothing is kept for it.

use serde::Serialize;

use crate::attempt::Doing;
use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, QueueId, SeatId};
use crate::record::Work;
use crate::step::CommandError;
use crate::time::{Now, UtcMs};
use crate::why::AHEAD_MAX;

/// Callbacks that are told of one queue at most: a page shows no more, and a look is to be cheap.
pub const DUE_SHOWN_MAX: usize = 200;

/// Somebody who waits for an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaiterNow {
    /// The call, of somebody who called.
    pub attempt: Option<AttemptId>,
    /// What they are owed, if anything; of somebody whom we called, what we called for.
    pub callback: Option<CallbackId>,
    /// Masked; none where it was withheld.
    pub number: Option<String>,
    /// Since when they wait for an operator.
    pub since_ms: UtcMs,
    /// Their place in line.
    pub place_ms: UtcMs,
    /// By how much they go ahead of it.
    pub priority_ms: i64,
    /// The longest wait that they were told, in minutes.
    pub told_min: Option<u32>,
    /// Extension of the seat that rings for them.
    pub seat: Option<String>,
    /// Works that go before them, as `why` counts them.
    pub ahead: usize,
    /// Whether they are on the line; else they are called when it is their turn.
    pub on_line: bool,
}

/// Somebody who waits, with what decides their turn.
struct Stands {
    key_ms: i64,
    work: Work,
    who: WaiterNow,
}

impl Centre {
    /// Who waits in a queue, who goes first the first: everybody on the line, and the first
    /// [`DUE_SHOWN_MAX`] of whom we are to call now.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn in_line(
        &self,
        now: Now,
        tenant: Option<&str>,
        queue: &str,
    ) -> Result<Vec<WaiterNow>, CommandError> {
        let queue = self.queue_told(tenant, queue)?;
        let on_line = self
            .callers_in_line(queue)
            .chain(self.called_in_line(queue));
        let mut all: Vec<Stands> = on_line.chain(self.due_in_line(queue)).collect();
        all.sort_by_key(|it| (it.key_ms, it.work));
        self.count_ahead(now, queue, &mut all);
        // As many callbacks as may be at seats go before a caller, whatever their place.
        all.sort_by_key(|it| (it.who.ahead, !it.who.on_line, it.key_ms, it.work));
        Ok(all.into_iter().map(|it| it.who).collect())
    }

    /// How many go before each of those who stand in the order of their keys. One way through them: to
    /// look each up would cost the loop as much as a queue is long, for each of them.
    fn count_ahead(&self, now: Now, queue: QueueId, all: &mut [Stands]) {
        let (mut live, mut dials) = (0, 0);
        for stands in all {
            let who = &mut stands.who;
            let waiting = self.waiting(queue, who.place_ms, who.priority_ms, stands.work);
            who.ahead = if dials == DUE_SHOWN_MAX {
                self.ahead_of(now, &waiting, AHEAD_MAX)
            } else {
                live + dials.min(self.dials_before(now, &waiting))
            };
            // Whom a seat is asked for stands in no line any more.
            match (who.on_line, &who.seat) {
                (true, None) => live += 1,
                (true, Some(_)) => {}
                (false, _) => dials += 1,
            }
        }
    }

    /// Whom we are to call, from the line as the dispatcher has it.
    fn due_in_line(&self, queue: QueueId) -> impl Iterator<Item = Stands> {
        let dials = self.matching.dials_in_line(queue, DUE_SHOWN_MAX);
        dials.into_iter().filter_map(move |(key_ms, work)| {
            let Work::Callback(id) = work else {
                return None;
            };
            let case = self.cases.get(&id)?;
            let who = WaiterNow {
                attempt: None,
                callback: Some(id),
                number: Some(case.number.to_string()),
                since_ms: case.row.place_ms,
                place_ms: case.row.place_ms,
                priority_ms: case.row.priority_ms,
                told_min: None,
                seat: None,
                ahead: 0,
                on_line: false,
            };
            Some(Stands { key_ms, work, who })
        })
    }

    fn callers_in_line(&self, wanted: QueueId) -> impl Iterator<Item = Stands> {
        self.attempts.iter().filter_map(move |(id, live)| {
            let Doing::Queued {
                queue,
                place_ms,
                offered_to,
                ..
            } = live.doing
            else {
                return None;
            };
            let work = Work::Attempt(*id);
            let who = WaiterNow {
                attempt: Some(*id),
                callback: self.case_at_call(*id),
                number: live.caller.number.as_ref().map(ToString::to_string),
                since_ms: live.waits_since_ms(),
                place_ms,
                priority_ms: live.priority_ms,
                told_min: live.told_min,
                seat: offered_to.and_then(|seat| self.extension_of(seat)),
                ahead: 0,
                on_line: true,
            };
            let key_ms = self.key(queue, place_ms, live.priority_ms, work);
            (queue == wanted).then_some(Stands { key_ms, work, who })
        })
    }

    fn called_in_line(&self, queue: QueueId) -> impl Iterator<Item = Stands> {
        self.waits_on_our_leg(queue).map(move |(id, person)| {
            let case = self.cases.get(&id);
            let work = Work::Callback(id);
            let who = WaiterNow {
                attempt: None,
                callback: Some(id),
                number: case.map(|case| case.number.to_string()),
                since_ms: person.since_ms.unwrap_or(person.place_ms),
                place_ms: person.place_ms,
                priority_ms: person.priority_ms,
                told_min: None,
                seat: person.seat.and_then(|seat| self.extension_of(seat)),
                ahead: 0,
                on_line: true,
            };
            let key_ms = self.key(queue, person.place_ms, person.priority_ms, work);
            Stands { key_ms, work, who }
        })
    }

    fn extension_of(&self, seat: SeatId) -> Option<String> {
        self.seats.get(&seat).map(|seat| seat.row.name.clone())
    }
}
