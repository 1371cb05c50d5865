//! How it ends for the people of a campaign: each with their result as their need is closed, whatever
//! closes it; and all that are left when the campaign is over.
//!
//! **Settled** is who was spoken with on a call of ours that an operator of its queue made: it was made
//! for that. Whoever rings in, about whatever, leaves the recall open. Every other way to close a need settles it too. Who said that they
//! were another person is owed the call again.
//!
//! **Years of birth** are kept as long as somebody may be asked for theirs, and no longer: with the result
//! of who was called, and from the end of the campaign for who never was. Those rows are in no memory, so a
//! statement empties them, some at a time; a start goes on with what is left.

use crate::callback::Case;
use crate::campaign::{Campaign, Recalled};
use crate::centre::Centre;
use crate::id::{CallbackId, CampaignId, EntryId, NeedId};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{
    Appointment, CampaignEntryRow, NeedDetailRow, NeedRow, Needs, Record, YearsEmptied,
};
use crate::step::Step;
use crate::time::Now;
use crate::words::{
    CallbackEventKind, CallbackState, CampaignEnd, CampaignKind, CampaignState, ClosedHow,
    EntryState,
};

/// Those who are at work when their turn has come, or when their campaign ends, are looked at again.
pub(crate) const LEFT_S: u32 = 2;
/// People whose need is taken back together, at most, when their campaign is over.
const WITHDRAWN_AT_ONCE: usize = 200;
/// Identifiers whose years of birth are emptied together, at most, and what comes between.
const EMPTIED_AT_ONCE: i64 = 1_000;
const STRETCH_MS: u64 = 20;

impl Centre {
    pub(crate) fn entry_settled(
        &mut self,
        now: Now,
        row: CampaignEntryRow,
        state: EntryState,
        step: &mut Step,
    ) {
        if let Some(campaign) = self.campaigns.open.get_mut(&row.campaign) {
            campaign.counted(row.state, state);
            // One that is over is looked at in its own time, some at a time.
            if campaign.row.state != CampaignState::Ended {
                self.campaigns.to_look.insert(row.campaign);
            }
        }
        step.records
            .push(Record::CampaignEntry(Box::new(CampaignEntryRow {
                state,
                settled_ms: Some(now.utc_ms),
                appointment: row.appointment.map(|it| Appointment { born: None, ..it }),
                ..row
            })));
    }

    /// A need is closed: if it was that of somebody on a list, they have their result. Returns what
    /// was known, because the operator may still say that it was another person.
    pub(crate) fn recall_closed(
        &mut self,
        now: Now,
        need: NeedId,
        how: ClosedHow,
        step: &mut Step,
    ) -> Option<Recalled> {
        let detail = self.details.remove(&need);
        let entry = self.campaigns.released.remove(&need)?;
        let state = entry.answer.map_or(EntryState::of(how), EntryState::from);
        self.entry_settled(now, entry.clone(), state, step);
        Some(Recalled { entry, detail })
    }

    /// The operator spoke with another person: whoever of these needs is of a campaign that goes on is
    /// owed the call again, and the rest is left as it was settled.
    pub(crate) fn still_recalled(&self, case: &Case, needs: Needs) -> Needs {
        let of = |need: &NeedRow| {
            let mut recalled = case.recalled.as_ref()?.0.iter();
            recalled.find(|it| it.entry.need == Some(need.id))
        };
        let goes_on = |it: &Recalled| {
            let campaign = self.campaigns.open.get(&it.entry.campaign);
            campaign.is_some_and(|it| it.row.state != CampaignState::Ended)
        };
        let kept = needs.into_iter();
        kept.filter(|need| of(need).is_none_or(goes_on)).collect()
    }

    /// A recall that was settled by another person's conversation is released again, as this need.
    pub(crate) fn recalled_again(
        &mut self,
        now: Now,
        (case, old): (&Case, NeedId),
        (callback, need): (CallbackId, NeedId),
        step: &mut Step,
    ) {
        let is_it = |it: &&Recalled| it.entry.need == Some(old);
        let recalled = case.recalled.as_ref();
        let Some(it) = recalled.and_then(|all| all.0.iter().find(is_it)).cloned() else {
            return;
        };
        let how = case.row.closed_how.unwrap_or(ClosedHow::Served);
        let state = it
            .entry
            .answer
            .map_or(EntryState::of(how), EntryState::from);
        if let Some(campaign) = self.campaigns.open.get_mut(&it.entry.campaign) {
            campaign.counted(state, EntryState::Released);
        }
        let row = CampaignEntryRow {
            callback: Some(callback),
            need: Some(need),
            ..it.entry
        };
        step.records
            .push(Record::CampaignEntry(Box::new(row.clone())));
        self.campaigns.released.insert(need, row);
        if let Some(detail) = it.detail {
            let detail = NeedDetailRow {
                need,
                callback,
                ..detail
            };
            self.keep_detail(now, detail, step);
        }
    }

    /// A campaign is over. Nobody is called for it any more: who is released and owed nothing else has
    /// no callback from now on, whoever waits keeps waiting for ever.
    pub(crate) fn end_campaign(
        &mut self,
        now: Now,
        id: CampaignId,
        how: CampaignEnd,
        by: Option<String>,
        step: &mut Step,
    ) {
        if let Some(campaign) = self.campaigns.open.get_mut(&id) {
            campaign.row.ended_how = Some(how);
            campaign.page.clear();
            campaign.asked = None;
        }
        self.campaign_goes(now, id, (CampaignState::Ended, by), step);
        self.withdraw_released(now, id, step);
    }

    /// Takes back whoever is released; those at work when it is over.
    pub(crate) fn withdraw_released(&mut self, now: Now, id: CampaignId, step: &mut Step) {
        let released = self.campaigns.released.iter();
        let of_it = released.filter(|(_, entry)| entry.campaign == id);
        let of_it: Vec<(NeedId, Option<CallbackId>)> =
            of_it.map(|(need, entry)| (*need, entry.callback)).collect();
        let (mut is_left, mut taken_back) = (false, 0);
        for (need, callback) in of_it {
            if taken_back == WITHDRAWN_AT_ONCE {
                return self.look_again(id, now.in_ms(STRETCH_MS));
            }
            let case = callback.and_then(|callback| self.cases.get(&callback));
            match case.map(|case| case.row.state) {
                Some(CallbackState::Waiting) => {
                    self.withdraw_need(now, need, callback, step);
                    taken_back += 1;
                }
                Some(
                    CallbackState::Offered
                    | CallbackState::Dialling
                    | CallbackState::Talking
                    | CallbackState::AnsweredWaiting
                    | CallbackState::Unknown
                    | CallbackState::Closed,
                )
                | None => is_left = true,
            }
        }
        if !self.are_years_emptied(id, step) {
            self.look_again(id, now.in_ms(STRETCH_MS));
        } else if is_left {
            self.look_again(id, now.in_s(LEFT_S));
        } else {
            self.campaigns.open.remove(&id);
        }
    }

    /// Empties the next years of birth of who was never called. Whether that were all.
    fn are_years_emptied(&mut self, id: CampaignId, step: &mut Step) -> bool {
        let campaign = self.campaigns.open.get_mut(&id);
        let is_any = |it: &&mut Campaign| {
            it.row.kind == CampaignKind::Reminder && it.count(EntryState::Waiting) > 0
        };
        let Some(campaign) = campaign.filter(is_any) else {
            return true;
        };
        // Whoever is on its list came after it.
        let after = campaign.emptied.unwrap_or(EntryId(id.0));
        let last = campaign.last.filter(|last| *last > after);
        let Some(last) = last.filter(|_| !planted(Fault::YearKept)) else {
            return true;
        };
        let until = EntryId(last.0.min(after.0 + EMPTIED_AT_ONCE));
        campaign.emptied = Some(until);
        step.records.push(Record::YearsEmptied(YearsEmptied {
            id: EntryId(self.ids.allot()),
            campaign: id,
            after,
            until,
        }));
        until == last
    }

    fn withdraw_need(
        &mut self,
        now: Now,
        need: NeedId,
        callback: Option<CallbackId>,
        step: &mut Step,
    ) {
        let Some(id) = callback.filter(|id| self.cases.contains_key(id)) else {
            return;
        };
        let withdrawn = (ClosedHow::Withdrawn, About::default());
        if self.settle_needs(now, id, withdrawn, |own| own.id == need, step) {
            self.note_closed(now, id, ClosedHow::Withdrawn, step);
        }
    }

    /// One of several needs was closed, and not by a conversation.
    pub(crate) fn note_closed(
        &mut self,
        now: Now,
        id: CallbackId,
        how: ClosedHow,
        step: &mut Step,
    ) {
        let about = About {
            detail: Some(how.as_str()),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::NeedClosed, about, step);
    }
}
