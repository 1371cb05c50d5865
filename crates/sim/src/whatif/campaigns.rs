//! Campaigns in the what-if world: people who do not call and are to be called, released by the real
//! centre at the pace that is asked for.

use std::collections::BTreeMap;

use cuptel_core::campaign::{CHUNK_MAX, CampaignCommand, CampaignTold, EntryTold};
use cuptel_core::id::{CampaignId, EntryId};
use cuptel_core::record::{CampaignEntryRow, CampaignRow, EntryPage, WaitingEntry};
use cuptel_core::step::{Command, Input};
use cuptel_core::time::Now;
use cuptel_core::words::{CampaignKind, CampaignState, EntryState};

use super::crowd::{Debt, caller_of};
use super::world::{World, place};

/// A campaign that the centre knows.
#[derive(Debug)]
pub(crate) struct Known {
    id: CampaignId,
    /// Its people are of this kind of callers.
    kind: u32,
    /// Who stands on its first line; the others follow.
    first: u32,
    waiting: BTreeMap<EntryId, CampaignEntryRow>,
    released: u64,
}

impl Known {
    fn person_of(&self, row: &CampaignEntryRow) -> u32 {
        self.first + u32::try_from(row.line - 1).unwrap_or(0)
    }
}

/// What a campaign goes by whose people are of this kind, before its number.
const NAME: &str = "list ";

/// What a campaign came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Called {
    /// People on its list.
    pub people: u64,
    /// Who was spoken with.
    pub reached: u64,
    /// Who was not, and will not be.
    pub not_reached: u64,
    /// When everybody had a result, from the campaign's beginning; none where some have none when the
    /// scenario ends.
    pub over_us: Option<u64>,
    /// When every second of those who were reached was, from its beginning.
    pub half_us: Option<u64>,
    reached_us: Vec<u64>,
}

impl<H: FnMut(Now, &Input)> World<'_, H> {
    /// Somebody brings in the list and has its people called.
    pub(crate) fn campaign_begins(&mut self, kind: u32) {
        let listed = self.callers(kind).listed().copied();
        let Some(listed) = listed.filter(|listed| listed.people > 0) else {
            return;
        };
        let callers = self.callers(kind);
        let rules = &self.scenario.rules;
        let (Some(tenant), Some(queue)) = (
            rules.tenants.get(&callers.tenant),
            rules.queues.get(&callers.queue),
        ) else {
            return;
        };
        let told = CampaignTold {
            name: format!("{NAME}{kind}"),
            kind: CampaignKind::Recall,
            preview_s: None,
            order: None,
            cli: None,
            tenant: tenant.name.clone(),
            queue: queue.name.clone(),
            class: None,
            due_ms: None,
            note: None,
            window: None,
            starts_ms: None,
            ends_ms: None,
            pace: Some(listed.pace),
            per_hour: listed.per_hour,
            by: None,
        };
        self.does(CampaignCommand::Create(Box::new(told)));
        let known = self.campaigns.iter();
        let Some(campaign) = known.rev().find(|it| it.kind == kind).map(|it| it.id) else {
            return;
        };
        let people: Vec<u32> = (0..listed.people).map(|_| self.new_person(kind)).collect();
        let line = |(nth, person): (u32, &u32)| EntryTold {
            line: nth,
            person: caller_of(*person),
            note: None,
            due_ms: None,
            not_before_ms: None,
            reference: None,
            appointment: None,
        };
        let lines: Vec<EntryTold> = (1..).zip(&people).map(line).collect();
        for chunk in lines.chunks(CHUNK_MAX) {
            let entries = chunk.to_vec();
            self.does(CampaignCommand::Add { campaign, entries });
        }
        let left_out = 0;
        self.does(CampaignCommand::Complete { campaign, left_out });
        self.does(CampaignCommand::Start { campaign, by: None });
    }

    fn does(&mut self, command: CampaignCommand) {
        self.tell(Input::Command {
            request: 0,
            command: Command::Campaign(Box::new(command)),
        });
    }

    pub(crate) fn read_campaign(&mut self, row: &CampaignRow) {
        let kind = row
            .name
            .strip_prefix(NAME)
            .and_then(|kind| kind.parse().ok());
        if let Some(kind) = kind.filter(|_| row.state == CampaignState::Loading) {
            self.campaigns.push(Known {
                id: row.id,
                kind,
                first: u32::try_from(self.persons.len()).unwrap_or(u32::MAX),
                waiting: BTreeMap::new(),
                released: 0,
            });
        }
    }

    pub(crate) fn read_entry(&mut self, row: CampaignEntryRow) {
        let mut known = self.campaigns.iter_mut();
        let Some(known) = known.find(|it| it.id == row.campaign) else {
            return;
        };
        let called = &mut self.outcome.campaigns[place(known.kind)];
        match row.state {
            EntryState::Waiting => {
                called.people += u64::from(known.waiting.insert(row.id, row).is_none());
            }
            EntryState::Released => {
                let (Some(_), Some(callback)) = (known.waiting.remove(&row.id), row.callback)
                else {
                    return;
                };
                known.released += 1;
                let debt = Debt {
                    person: known.person_of(&row),
                    since_us: self.now.mono_us,
                    reached_us: None,
                };
                let is_new = !self.debts.contains_key(&callback);
                self.debts.entry(callback).or_insert(debt);
                self.outcome.callers[place(known.kind)].owed += u64::from(is_new);
            }
            EntryState::Reached
            | EntryState::Confirmed
            | EntryState::Cancelled
            | EntryState::ToMove
            | EntryState::Exhausted
            | EntryState::Expired
            | EntryState::Forbidden
            | EntryState::Declined
            | EntryState::Withdrawn => {
                if known.waiting.remove(&row.id).is_none() {
                    known.released = known.released.saturating_sub(1);
                }
                let listed = self.scenario.callers[place(known.kind)].listed();
                let begun_us = listed.map_or(0, |listed| u64::from(listed.from_s) * 1_000_000);
                let after_us = self.now.mono_us - begun_us;
                if row.state == EntryState::Reached {
                    called.reached += 1;
                    called.reached_us.push(after_us);
                } else {
                    called.not_reached += 1;
                }
                let is_over = known.waiting.is_empty() && known.released == 0;
                called.over_us = is_over.then_some(after_us);
            }
        }
    }

    /// The database says who the next are.
    pub(crate) fn entries_wanted(&mut self, campaign: CampaignId, ask: u64, limit: u32) {
        let Some(known) = self.campaigns.iter().find(|it| it.id == campaign) else {
            return;
        };
        let waiting = known.waiting.values().take(place(limit));
        let entries = waiting.map(|row| WaitingEntry {
            row: row.clone(),
            number: caller_of(known.person_of(row)).number,
        });
        let page = EntryPage {
            entries: entries.collect(),
            next_ms: None,
        };
        self.at_once.push_back(Input::Entries {
            campaign,
            ask,
            page: Some(page),
        });
    }

    pub(crate) fn close_campaigns(&mut self) {
        for called in &mut self.outcome.campaigns {
            let half = called.reached_us.len() / 2;
            called.half_us = called.reached_us.get(half).copied();
        }
    }
}
