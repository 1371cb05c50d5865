//! How somebody is called back: through which trunk, showing which number, and whether an operator is
//! on the line before them. A campaign may say the last two otherwise than its queue.
//!
//! **Whose turn it is.** A callback may be owed several things. It is called for the one that gave it its
//! queue, and goes as that one says: for whoever rang in, as the queue does; else for the first of those
//! on lists of which somebody is called now. What comes besides is settled in the same conversation.

use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackId, DialId, NeedId, QueueId, SeatId, TrunkId};
use crate::matching::Waiting;
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{CampaignRow, DialRow, NeedRow, Record, Work};
use crate::rules::{PersonFirstPolicy, PromptId};
use crate::step::Step;
use crate::time::Now;
use crate::words::{CallbackEventKind, DialOrder, DialState, NeedKind};

/// How a dial goes.
pub(crate) struct Way {
    pub(crate) trunk: TrunkId,
    /// The number that is shown.
    pub(crate) cli: PhoneNumber,
    pub(crate) ring_s: u32,
}

impl Centre {
    /// How a dial goes that these trunks have refused, for that need where it is said; or what the
    /// operator is told: somebody has stopped it, or the channel went to an inbound call meanwhile.
    pub(crate) fn way_to_dial(
        &mut self,
        now: Now,
        (id, queue): (CallbackId, QueueId),
        need: Option<NeedId>,
        refused_by: &[TrunkId],
    ) -> Result<Way, PromptId> {
        let rules = self.rules.clone();
        let withdrawn = rules.prompts.to_operator_withdrawn;
        let case = self.cases.get(&id).ok_or(withdrawn)?;
        let tenant = case.row.tenant;
        // An operator has called them from the directory since the offer was made.
        if self.is_called_beside(&case.number) {
            return Err(withdrawn);
        }
        // Every offer was withdrawn then; but nothing may be dialled past a stop or a mark.
        if self.is_stopped(queue) || self.is_do_not_call(tenant, &case.number) {
            return Err(withdrawn);
        }
        let need = need.or_else(|| self.turn_of(case).map(|need| need.id));
        let of_list = need.and_then(|need| self.campaign_of(need)?.cli.clone());
        let chosen = self.choose_trunk(now, refused_by);
        let trunk = chosen.and_then(|id| Some((id, rules.trunks.get(&id)?)));
        let (trunk, rule) = trunk.ok_or(rules.prompts.to_operator_unreachable)?;
        let of_queue = rules.queues.get(&queue).and_then(|it| it.cli.as_ref());
        let of_tenant = rules.tenants.get(&tenant).and_then(|it| it.cli.as_ref());
        let own = of_list.as_ref().or(of_queue).or(of_tenant);
        let own = own.filter(|_| !rule.dials.shows_own_cli);
        Ok(Way {
            trunk,
            cli: own.unwrap_or(&rule.cli).clone(),
            ring_s: rule.ring_s,
        })
    }

    /// The way that is left for a call that these trunks have refused, if it may still be made.
    pub(crate) fn way_around(
        &mut self,
        now: Now,
        (id, queue): (CallbackId, QueueId),
        need: Option<NeedId>,
        refused_by: &[TrunkId],
    ) -> Option<Way> {
        let case = self.cases.get(&id)?;
        // They have called us meanwhile: they are left alone for a while, as before any other dial.
        let known = self.people.get(&case.number);
        if self.is_held_by_campaign(case)
            || case.row.not_before_ms > now.utc_ms
            || known.is_some_and(|known| known.calls > 0)
        {
            return None;
        }
        self.way_to_dial(now, (id, queue), need, refused_by).ok()
    }

    /// The row of one dial, what follows for its number and its trunk, and whom it rings.
    pub(crate) fn new_dial(
        &mut self,
        now: Now,
        callback: CallbackId,
        (order, seat): (DialOrder, Option<SeatId>),
        trunk: TrunkId,
        step: &mut Step,
    ) -> Option<(DialRow, PhoneNumber)> {
        let case = self.cases.get(&callback)?;
        let (number, handle) = (case.number.clone(), case.row.number);
        let id = DialId(self.ids.allot());
        let dial = DialRow {
            id,
            callback,
            number: handle,
            order,
            seat,
            trunk,
            state: DialState::InFlight,
            placed_ms: now.utc_ms,
            answered_ms: None,
            pressed_ms: None,
            ended_ms: None,
            result: None,
            sip_status: None,
        };
        let row = Record::Dial(dial.clone());
        step.records
            .extend(Some(row).filter(|_| !planted(Fault::DialWithoutRow)));
        self.people.change(&number, |known| known.dial = Some(id));
        let about = About {
            dial: Some(id),
            seat,
            detail: (order == DialOrder::PersonFirst).then_some(order.as_str()),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::Dialled, about, step);
        self.use_channels(now, trunk, |used| used.outbound += 1);
        Some((dial, number))
    }

    fn campaign_of(&self, need: NeedId) -> Option<&CampaignRow> {
        let entry = self.campaigns.released.get(&need)?;
        Some(&self.campaigns.open.get(&entry.campaign)?.row)
    }

    /// What somebody is called for, of all that is owed to them.
    fn turn_of<'a>(&self, case: &'a Case) -> Option<&'a NeedRow> {
        let queue = self.queue_of(case);
        let of_queue = |need: &&NeedRow| need.queue.is_none() || need.queue == queue;
        let waited_for = |need: &&NeedRow| need.kind.closes_by_conversation();
        let is_called = |need: &&NeedRow| {
            let is_reminder = need.kind == NeedKind::Reminder;
            !is_reminder && !self.is_of_held_campaign(need)
        };
        let mut needs = case.needs.iter().filter(of_queue);
        needs
            .clone()
            .find(waited_for)
            .or_else(|| needs.find(is_called))
    }

    /// Whether the person of this callback is on the line before an operator.
    pub(crate) fn is_person_first(&self, waiting: &Waiting) -> bool {
        let Work::Callback(id) = waiting.work else {
            return false;
        };
        let case = self.cases.get(&id).filter(|_| !waiting.is_live);
        let (Some(policy), Some(case)) = (self.asks_first(waiting.queue), case) else {
            return false;
        };
        let of_list = self
            .turn_of(case)
            .and_then(|need| self.campaign_of(need.id)?.order);
        let order = of_list.unwrap_or(policy.order);
        order == DialOrder::PersonFirst
            && case.machines < policy.machines_max
            && !self.owners.contains_key(&id)
    }

    /// How people are asked for a key before an operator is on the line, where they can be.
    pub(crate) fn asks_first(&self, queue: QueueId) -> Option<&PersonFirstPolicy> {
        let policy = &self.rules.queues.get(&queue)?.callback.person_first;
        self.rules.prompts.person_first.as_ref().map(|_| policy)
    }
}
