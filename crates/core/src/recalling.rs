//! A campaign that runs: who of its list is released when, and who is held. How it ends for them is told
//! in `settling.rs`.
//!
//! **Released** is who has a need of kind recall, in the number's one callback, at the place of that
//! moment: behind whoever waits, beside whatever else is owed. As many are released as the pace says and
//! are not settled; the next come page by page out of the database, which is asked by an effect and
//! answers with an input, so that it stands on the tape. It is asked when no page is left in memory and
//! answers by what was decided before the question, so nobody is read twice.
//!
//! **Held** is a callback that is owed to nobody but people of campaigns that are paused, over, or out of
//! their hours: it stands in no line, and a seat that rings for it is called off. A conversation goes on.

use std::collections::BTreeMap;

use crate::callback::{Case, Debt};
use crate::campaign::Campaign;
use crate::centre::Centre;
use crate::id::{CallbackId, CampaignId, NeedId, QueueId, SeatId, TenantId};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{
    CampaignEntryRow, CampaignRow, EntryPage, NeedDetailRow, NeedRow, OpenCampaign, Record,
    WaitingEntry, Work,
};
use crate::seat::SeatWork;
use crate::settling::LEFT_S;
use crate::step::{Effect, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::{
    CallbackEventKind, CallbackState, CampaignEnd, CampaignState, EntryState, NeedKind, OfferState,
};

/// People of a list that are read at once, at most.
const PAGE_MAX: i64 = 50;
/// The database is asked again when it has not answered for so long.
const ANSWER_S: u32 = 30;
/// It is asked again so long after it could not answer.
const AGAIN_S: u32 = 5;
/// While something holds a campaign of which nobody says when it is over.
const LOOK_S: u32 = 5;
/// A list to which nothing was added for so long is discarded.
const LOADING_S: u32 = 1_800;

/// Who is released now.
struct Turn {
    campaign: CampaignId,
    tenant: TenantId,
    queue: QueueId,
    handle: crate::id::NumberId,
    number: PhoneNumber,
}

impl Centre {
    /// Looks at every campaign of which something has changed.
    pub(crate) fn run_campaigns(&mut self, now: Now, step: &mut Step) {
        if self.held || self.stopping.is_some() {
            return;
        }
        while let Some(id) = self.campaigns.to_look.pop_first() {
            self.look_at_campaign(now, id, step);
        }
    }

    /// The clock was set, or the rules are new.
    pub(crate) fn look_at_campaigns(&mut self) {
        let ids = self.campaigns.open.keys().copied();
        self.campaigns.to_look.extend(ids);
    }

    /// A moment has come at which a campaign wanted to be looked at.
    pub(crate) fn campaign_due(&mut self, id: CampaignId, moment: MonoUs) {
        if let Some(campaign) = self.campaigns.open.get_mut(&id)
            && campaign.look_at == Some(moment)
        {
            campaign.look_at = None;
            self.campaigns.to_look.insert(id);
        }
    }

    pub(crate) fn look_again(&mut self, id: CampaignId, at: MonoUs) {
        if let Some(campaign) = self.campaigns.open.get_mut(&id)
            && campaign.look_at.is_none_or(|own| own > at)
        {
            campaign.look_at = Some(at);
            self.timers.at(at, Timer::Campaign(id, at));
        }
    }

    fn look_at_campaign(&mut self, now: Now, id: CampaignId, step: &mut Step) {
        let Some(campaign) = self.campaigns.open.get(&id) else {
            return;
        };
        let ends_ms = campaign.row.ends_ms;
        match campaign.row.state {
            CampaignState::Loading => {
                let until = campaign.touched + u64::from(LOADING_S) * 1_000_000;
                if until <= now.mono_us {
                    self.end_campaign(now, id, CampaignEnd::Discarded, None, step);
                } else {
                    self.look_again(id, until);
                }
            }
            CampaignState::Ready | CampaignState::Paused | CampaignState::Running
                if ends_ms.is_some_and(|at| at <= now.utc_ms) =>
            {
                self.end_campaign(now, id, CampaignEnd::Over, None, step);
            }
            CampaignState::Ready | CampaignState::Paused => {
                self.look_at_activity(now, id, step);
                self.await_campaign(now, id, ends_ms);
            }
            CampaignState::Running => {
                self.look_at_activity(now, id, step);
                self.await_campaign(now, id, ends_ms);
                self.run_campaign(now, id, step);
            }
            CampaignState::Ended => self.withdraw_released(now, id, step),
        }
    }

    fn await_campaign(&mut self, now: Now, id: CampaignId, at_ms: Option<UtcMs>) {
        if let Some(at_ms) = at_ms.filter(|at| *at > now.utc_ms) {
            self.look_again(id, now.mono_at(at_ms));
        }
    }

    /// Whether the people of a campaign may be rung now, and when that changes by itself.
    fn activity(&self, now: Now, row: &CampaignRow) -> (bool, Option<UtcMs>) {
        if row.state != CampaignState::Running {
            return (false, None);
        }
        if let Some(starts_ms) = row.starts_ms.filter(|at| *at > now.utc_ms) {
            return (false, Some(starts_ms));
        }
        let Some(text) = &row.window else {
            return (true, None);
        };
        // Hours that cannot be read allow nothing.
        let Some(hours) = self.hours(text, row.tenant) else {
            return (false, None);
        };
        if hours.is_open(now.utc_ms) {
            (true, hours.ends_at(now.utc_ms))
        } else {
            (false, Some(hours.next(now.utc_ms)))
        }
    }

    fn look_at_activity(&mut self, now: Now, id: CampaignId, step: &mut Step) {
        let Some(campaign) = self.campaigns.open.get(&id) else {
            return;
        };
        let was_active = campaign.is_active;
        let (is_active, changes_ms) = self.activity(now, &campaign.row);
        self.await_campaign(now, id, changes_ms);
        if let Some(campaign) = self.campaigns.open.get_mut(&id) {
            campaign.is_active = is_active;
        }
        if was_active != is_active {
            self.released_may_be_held(now, id, step);
        }
    }

    /// The callbacks of a campaign are held from now on, or no more.
    fn released_may_be_held(&mut self, now: Now, id: CampaignId, step: &mut Step) {
        let rings_in_vain = |seat: &&crate::seat::Seat| {
            let SeatWork::Offered { offer, .. } = &seat.work else {
                return false;
            };
            let Work::Callback(callback) = offer.work else {
                return false;
            };
            let case = self.cases.get(&callback);
            !self.answered_waiting.contains_key(&callback)
                && case.is_some_and(|case| self.is_held_by_campaign(case))
        };
        let ringing = self.seats.values().filter(rings_in_vain);
        let ringing: Vec<SeatId> = ringing.map(|seat| seat.row.id).collect();
        for seat in ringing {
            self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
        }
        for callback in self.callbacks_of(id) {
            self.reconsider(now, callback);
        }
    }

    fn callbacks_of(&self, id: CampaignId) -> Vec<CallbackId> {
        let released = self.campaigns.released.values();
        let of_it = released.filter(|entry| entry.campaign == id);
        of_it.filter_map(|entry| entry.callback).collect()
    }

    /// Whether nothing is owed but to people of campaigns of which nobody is rung now.
    pub(crate) fn is_held_by_campaign(&self, case: &Case) -> bool {
        let is_held = |need: &NeedRow| self.is_of_held_campaign(need);
        !case.needs.is_empty() && case.needs.iter().all(is_held) && !planted(Fault::PauseIgnored)
    }

    /// Whether a need is that of a campaign of which nobody is rung now.
    pub(crate) fn is_of_held_campaign(&self, need: &NeedRow) -> bool {
        need.kind.is_listed()
            && self.campaigns.released.get(&need.id).is_some_and(|entry| {
                let campaign = self.campaigns.open.get(&entry.campaign);
                !campaign.is_some_and(|campaign| campaign.is_active)
            })
    }

    /// Releases as many as may be, asks for the next, and ends what has nobody left.
    fn run_campaign(&mut self, now: Now, id: CampaignId, step: &mut Step) {
        let Some(campaign) = self.campaigns.open.get(&id) else {
            return;
        };
        let queue = self.rules.current(campaign.row.queue);
        let (waits, pace) = (
            campaign.count(EntryState::Waiting),
            i64::from(campaign.row.pace),
        );
        if waits == 0 && campaign.count(EntryState::Released) == 0 {
            if self.may_be_recalled_again(id) {
                return self.look_again(id, now.in_s(LEFT_S));
            }
            return self.end_campaign(now, id, CampaignEnd::Finished, None, step);
        }
        let Some(queue) = queue.filter(|_| campaign.is_active && waits > 0) else {
            return;
        };
        match self.dial_hours.next_dial(&self.rules, queue, now.utc_ms) {
            Some(at_ms) if at_ms > now.utc_ms => return self.await_campaign(now, id, Some(at_ms)),
            Some(_) if !self.is_stopped(queue) => {}
            Some(_) | None => return self.look_again(id, now.in_s(LOOK_S)),
        }
        let mut passed_by = 0;
        while let Some(campaign) = self.campaigns.open.get_mut(&id)
            && campaign.count(EntryState::Released) < pace
        {
            if passed_by > 0 && passed_by >= campaign.page.len() {
                return self.look_again(id, now.in_s(LEFT_S));
            }
            if campaign.next_release > now.mono_us {
                let at = campaign.next_release;
                return self.look_again(id, at);
            }
            let Some(next) = campaign.page.pop_front() else {
                return self.ask_for_entries(now, id, step);
            };
            if self.is_being_called(&next, id) {
                if let Some(campaign) = self.campaigns.open.get_mut(&id) {
                    campaign.page.push_back(next);
                }
                passed_by += 1;
                continue;
            }
            self.release(now, (id, queue), next, step);
        }
    }

    /// Whether a seat is at a callback of somebody on a list: what it ends with is not yet about that.
    fn is_being_called(&self, next: &WaitingEntry, id: CampaignId) -> bool {
        let tenant = self.campaigns.open.get(&id).map(|it| it.row.tenant);
        let known = next.number.as_ref().and_then(|it| self.people.get(it));
        let case = known
            .zip(tenant)
            .and_then(|(it, tenant)| it.case_of(tenant));
        let case = case.and_then(|id| self.cases.get(&id));
        case.is_some_and(|case| case.row.state != CallbackState::Waiting)
    }

    /// Whether an operator may still say of somebody on a list that it was another person.
    fn may_be_recalled_again(&self, id: CampaignId) -> bool {
        let of_it = |seat: &crate::seat::Seat| {
            let SeatWork::WrapUp { done, .. } = &seat.work else {
                return false;
            };
            let recalled = done.settled.as_ref().and_then(|it| it.0.recalled.as_ref());
            recalled.is_some_and(|all| all.0.iter().any(|it| it.entry.campaign == id))
        };
        self.seats.values().any(of_it)
    }

    fn ask_for_entries(&mut self, now: Now, id: CampaignId, step: &mut Step) {
        let Some(campaign) = self.campaigns.open.get_mut(&id) else {
            return;
        };
        if campaign.count(EntryState::Waiting) == 0 {
            // Whoever was released just now has a result already.
            self.campaigns
                .to_look
                .extend((campaign.count(EntryState::Released) == 0).then_some(id));
            return;
        }
        let patience_us = u64::from(ANSWER_S) * 1_000_000;
        if let Some((_, since)) = campaign
            .asked
            .filter(|(_, at)| at + patience_us > now.mono_us)
        {
            return self.look_again(id, since + patience_us);
        }
        if let Some(at_ms) = campaign.nobody_until_ms.filter(|at| *at > now.utc_ms) {
            return self.await_campaign(now, id, Some(at_ms));
        }
        let room = i64::from(campaign.row.pace) - campaign.count(EntryState::Released);
        self.campaigns.asks += 1;
        let ask = self.campaigns.asks;
        campaign.asked = Some((ask, now.mono_us));
        step.effects.push(Effect::ReadEntries {
            campaign: id,
            ask,
            until_ms: now.utc_ms,
            limit: u32::try_from(room.clamp(1, PAGE_MAX)).unwrap_or(1),
        });
        self.look_again(id, now.in_s(ANSWER_S));
    }

    /// The database has answered, if it is the question that is under way.
    pub(crate) fn entries_read(
        &mut self,
        now: Now,
        (id, ask): (CampaignId, u64),
        page: Option<EntryPage>,
    ) {
        let Some(campaign) = self.campaigns.open.get_mut(&id) else {
            return;
        };
        if campaign.asked.is_none_or(|(own, _)| own != ask) {
            return;
        }
        campaign.asked = None;
        campaign.nobody_until_ms = None;
        let Some(EntryPage { entries, next_ms }) = page else {
            campaign.nobody_until_ms = Some(now.utc_in_s(AGAIN_S));
            self.campaigns.to_look.insert(id);
            return;
        };
        if entries.is_empty() {
            // Not at once, though by the count somebody is there: that would be asked for ever.
            let again_ms = now.utc_in_s(AGAIN_S);
            campaign.nobody_until_ms = Some(next_ms.map_or(again_ms, |at| at.max(again_ms)));
        }
        campaign.page = entries.into();
        self.campaigns.to_look.insert(id);
    }

    /// Somebody's turn has come: they are owed a call from now on, unless it is forbidden or too
    /// late by now.
    fn release(
        &mut self,
        now: Now,
        (id, queue): (CampaignId, QueueId),
        next: WaitingEntry,
        step: &mut Step,
    ) {
        let Some(campaign) = self.campaigns.open.get(&id) else {
            return;
        };
        let tenant = campaign.row.tenant;
        let number = next.number.clone();
        let callable = number.filter(|number| self.mark_of(tenant, number).is_none());
        let Some(number) = callable else {
            return self.entry_settled(now, next.row, EntryState::Forbidden, step);
        };
        let due_ms = self.due_of(&campaign.row, &next.row, queue);
        let rested_ms = now.utc_in_s(self.grace_s(tenant, Some(queue)));
        if due_ms.is_some_and(|due_ms| due_ms <= rested_ms) {
            return self.entry_settled(now, next.row, EntryState::Expired, step);
        }
        let known = self.people.get(&number);
        let handle = known.map_or(next.row.number, |known| known.id);
        let turn = Turn {
            campaign: id,
            tenant,
            queue,
            handle,
            number,
        };
        self.release_to(now, &turn, (next.row, due_ms, rested_ms), step);
        let spacing_us = |per_hour: u32| 3_600_000_000 / u64::from(per_hour.max(1));
        if let Some(campaign) = self.campaigns.open.get_mut(&id)
            && let Some(per_hour) = campaign.row.per_hour
        {
            campaign.next_release = now.mono_us + spacing_us(per_hour);
        }
    }

    fn release_to(
        &mut self,
        now: Now,
        turn: &Turn,
        (mut row, due_ms, not_before_ms): (CampaignEntryRow, Option<UtcMs>, UtcMs),
        step: &mut Step,
    ) {
        let campaign = self.campaigns.open.get(&turn.campaign);
        let kind = campaign.map_or(NeedKind::Recall, |it| it.row.kind.need());
        let debt = Debt {
            kind,
            queue: Some(turn.queue),
            place_ms: now.utc_ms,
            not_before_ms,
            priority_ms: 0,
            another_person: false,
        };
        let known = self.people.get(&turn.number);
        let open = known.and_then(|known| known.case_of(turn.tenant));
        let callback = match open {
            Some(callback) => callback,
            None => self.open_case(now, turn.tenant, &turn.number, turn.handle, &debt),
        };
        self.unready(callback);
        let Some(need) = self.join(callback, &debt, now.utc_ms, step) else {
            return;
        };
        // A list has tries of its own, however many were spent on what is owed besides.
        let mut is_whole = open.is_none();
        if let Some(case) = self.cases.get_mut(&callback).filter(|it| it.row.tries > 0) {
            (case.row.tries, case.parts, is_whole) = (0, 0, true);
        }
        self.record_image(callback, is_whole, step);
        let what = match open {
            None => CallbackEventKind::Opened,
            Some(_) => CallbackEventKind::Joined,
        };
        let about = About {
            detail: Some(kind.as_str()),
            ..About::default()
        };
        self.note(now, callback, what, about, step);
        row.state = EntryState::Released;
        row.callback = Some(callback);
        row.need = Some(need);
        row.released_ms = Some(now.utc_ms);
        let campaign = self.campaigns.open.get_mut(&turn.campaign);
        if let Some(campaign) = campaign {
            campaign.counted(EntryState::Waiting, EntryState::Released);
            let detail = detail_of(&campaign.row, &row, (callback, need, due_ms), now);
            self.keep_detail(now, detail, step);
        }
        step.records
            .push(Record::CampaignEntry(Box::new(row.clone())));
        self.campaigns.released.insert(need, row);
        self.reconsider(now, callback);
    }

    /// By when somebody is to be reached: their own line says it, the campaign, or its class, counted
    /// from when the campaign was made.
    fn due_of(
        &self,
        campaign: &CampaignRow,
        entry: &CampaignEntryRow,
        queue: QueueId,
    ) -> Option<UtcMs> {
        let rule = self.rules.queues.get(&queue);
        let of_class = || {
            let stays = &rule?.callback.stays;
            stays.deadline(campaign.class?, campaign.created_ms)
        };
        entry.due_ms.or(campaign.due_ms).or_else(of_class)
    }

    /// A campaign stands otherwise from now on.
    pub(crate) fn campaign_goes(
        &mut self,
        now: Now,
        id: CampaignId,
        (state, by): (CampaignState, Option<String>),
        step: &mut Step,
    ) {
        let Some(campaign) = self.campaigns.open.get_mut(&id) else {
            return;
        };
        let row = &mut campaign.row;
        row.state = state;
        row.since_ms = now.utc_ms;
        row.by = by;
        if state == CampaignState::Running {
            row.started_ms.get_or_insert(now.utc_ms);
        }
        step.records.push(Record::Campaign(Box::new(row.clone())));
        self.campaigns.to_look.insert(id);
        self.look_at_activity(now, id, step);
    }

    /// After a start: what was being loaded is discarded.
    pub(crate) fn restore_campaigns(
        &mut self,
        now: Now,
        campaigns: Vec<OpenCampaign>,
        released: Vec<CampaignEntryRow>,
        step: &mut Step,
    ) {
        let released = released.into_iter();
        self.campaigns.released = released.filter_map(|row| Some((row.need?, row))).collect();
        for OpenCampaign { row, counts, last } in campaigns {
            let counts: BTreeMap<EntryState, i64> = counts.into_iter().collect();
            let (id, is_loading) = (row.id, row.state == CampaignState::Loading);
            let mut campaign = Campaign::new(row, counts, now);
            campaign.last = last;
            campaign.is_active = self.activity(now, &campaign.row).0;
            self.campaigns.open.insert(id, campaign);
            self.campaigns.to_look.insert(id);
            if is_loading {
                self.end_campaign(now, id, CampaignEnd::Discarded, None, step);
            }
        }
        // Before that nothing is handed in that would have them looked at.
        for id in self.campaigns.to_look.clone() {
            self.look_again(id, now.mono_us);
        }
    }
}

fn detail_of(
    campaign: &CampaignRow,
    entry: &CampaignEntryRow,
    (callback, need, due_ms): (CallbackId, NeedId, Option<UtcMs>),
    now: Now,
) -> NeedDetailRow {
    let notes = [&campaign.note, &entry.note];
    let notes: Vec<&str> = notes.into_iter().flatten().map(String::as_str).collect();
    NeedDetailRow {
        need,
        callback,
        class: campaign.class,
        due_ms,
        not_before_ms: Some(now.utc_ms),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
        opened_by: Some(campaign.name.clone()),
        request_key: None,
        closed_by: None,
        closed_because: None,
    }
}
