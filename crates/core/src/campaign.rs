//! Campaigns: a list of people whom an authority wants called, because an agenda moved, or to remind
//! them of an appointment (`reminding.rs`). What a list is made of, what is left out of it, and what people do with a campaign. Who of
//! it is called when, `recalling.rs` decides.
//!
//! **A list is taken in by chunks.** Each is a command of some hundred lines at most, so that no turn
//! of the loop is long, and its rows are committed as any others are. They stand under a campaign that
//! is `loading`, of which nobody is ever called; the last command alone makes it `ready`. A start
//! discards what is `loading`, and so does half an hour in which nothing was added. A chunk is taken
//! whole or not at all: where lines cannot be taken, the answer names them, and whoever tells sends it
//! again without.
//!
//! **Left out** is who cannot be called: an administrator has a list of thousands from elsewhere, and a
//! dozen numbers that are marked are no reason to call nobody. They are named and counted.
//!
//! **What waits stays in the database.** In memory are the campaign, how many stand how, those that are
//! released and one page of the next; while a list is loaded the numbers on it, eight bytes each.
//!
//! **A list is closed** once it is ready: who comes later is on another campaign's. A number may be on
//! the lists of several, and has then one callback with a need of each.

mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

pub use self::told::{CampaignCommand, CampaignError, CampaignTold, EntryTold, LeftOut};

use crate::by_hand::NOTE_MAX;
use crate::calendar::ContactWindow;
use crate::centre::Centre;
use crate::id::{CampaignId, EntryId, NeedId, QueueId, TenantId};
use crate::number::PhoneNumber;
use crate::preview::SHOWN_S_MAX;
use crate::record::{CampaignEntryRow, CampaignRow, NeedDetailRow, Record, WaitingEntry};
use crate::step::{CommandError, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::words::{
    CampaignEnd, CampaignKind, CampaignState, DialOrder, EntryState, Mark, NumberClass, WhyLeftOut,
};

/// Characters of a campaign's name, at most.
pub const NAME_MAX: usize = 80;
/// Characters of what somebody goes by elsewhere, at most.
pub const REFERENCE_MAX: usize = 80;
/// Lines of a list that are told at once, at most.
pub const CHUNK_MAX: usize = 500;
/// People that are released and not settled, where nothing is said, and at most.
pub const PACE: u32 = 50;
/// The largest pace.
pub const PACE_MAX: u32 = 2_000;

/// A campaign in memory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Campaign {
    pub(crate) row: CampaignRow,
    /// How many stand how.
    pub(crate) counts: BTreeMap<EntryState, i64>,
    /// Digits of the numbers on its list, while that is loaded.
    numbers: BTreeSet<u64>,
    /// When a line was added last.
    pub(crate) touched: MonoUs,
    /// The next people, as the database had them.
    pub(crate) page: VecDeque<WaitingEntry>,
    /// The question that is under way, and since when.
    pub(crate) asked: Option<(u64, MonoUs)>,
    /// When the next may be released, by the pace of an hour.
    pub(crate) next_release: MonoUs,
    /// Not to be asked for anybody before.
    pub(crate) nobody_until_ms: Option<UtcMs>,
    /// Whether its people may be rung.
    pub(crate) is_active: bool,
    pub(crate) look_at: Option<MonoUs>,
    /// The last on its list.
    pub(crate) last: Option<EntryId>,
    /// When it is over: up to whom the years of birth are emptied.
    pub(crate) emptied: Option<EntryId>,
}

impl Campaign {
    pub(crate) fn new(row: CampaignRow, counts: BTreeMap<EntryState, i64>, now: Now) -> Self {
        Self {
            row,
            counts,
            numbers: BTreeSet::new(),
            touched: now.mono_us,
            page: VecDeque::new(),
            asked: None,
            next_release: 0,
            nobody_until_ms: None,
            is_active: false,
            look_at: None,
            last: None,
            emptied: None,
        }
    }

    pub(crate) fn count(&self, state: EntryState) -> i64 {
        self.counts.get(&state).copied().unwrap_or(0)
    }

    pub(crate) fn counted(&mut self, from: EntryState, to: EntryState) {
        *self.counts.entry(from).or_default() -= 1;
        *self.counts.entry(to).or_default() += 1;
    }
}

/// Somebody of a campaign whose need was closed a moment ago: the operator may say that it was
/// another person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Recalled {
    pub(crate) entry: CampaignEntryRow,
    pub(crate) detail: Option<NeedDetailRow>,
}

/// All of one callback.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Recalls(pub(crate) Vec<Recalled>);

/// Every campaign that is open.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Campaigns {
    pub(crate) open: BTreeMap<CampaignId, Campaign>,
    /// Their people who are released, by their needs.
    pub(crate) released: BTreeMap<NeedId, CampaignEntryRow>,
    /// Those of which something has changed.
    pub(crate) to_look: BTreeSet<CampaignId>,
    /// Questions asked so far.
    pub(crate) asks: u64,
}

impl Campaigns {
    pub(crate) fn named(&self, name: &str) -> Option<CampaignId> {
        let mut open = self.open.values();
        let is_it = |it: &&Campaign| it.row.name == name && it.row.state != CampaignState::Ended;
        open.find(is_it).map(|it| it.row.id)
    }
}

/// The digits of a number, of which there are fifteen at most.
fn digits(number: &PhoneNumber) -> u64 {
    let digits = number.reveal().bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

/// Whether a campaign may go by it: it stands in a path, in a label and on a command line, and what is
/// a number there is an identifier.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_');
    (1..=NAME_MAX).contains(&name.chars().count())
        && name.chars().all(is_letter)
        && name.trim() == name
        // A path of the API.
        && name != "check"
        && !name.chars().all(|c| c.is_ascii_digit())
        && name.parse::<i64>().is_err()
}

impl Centre {
    /// Somebody does something with a campaign.
    pub(crate) fn campaign(
        &mut self,
        now: Now,
        command: CampaignCommand,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        match command {
            CampaignCommand::Create(told) => self.create_campaign(now, *told, step),
            CampaignCommand::Check {
                tenant,
                queue,
                kind,
                campaign,
                entries,
            } => {
                let (tenant, _) = self.whose(&tenant, &queue)?;
                if let Some(told) = campaign {
                    self.refuse_campaign(now, &told, tenant)?;
                }
                let of = (tenant, kind);
                Ok(self.none_left_out(now, of, &BTreeSet::new(), &entries)?)
            }
            CampaignCommand::Add { campaign, entries } => {
                Ok(self.add_entries(now, campaign, entries, step)?)
            }
            CampaignCommand::Complete { campaign, left_out } => {
                let id = self.in_state(campaign, &[CampaignState::Loading])?;
                Ok(self.complete(now, id, left_out, step)?)
            }
            CampaignCommand::Start { campaign, by } => {
                let id = self.in_state(campaign, &[CampaignState::Ready])?;
                self.campaign_goes(now, id, (CampaignState::Running, by), step);
                Ok(())
            }
            CampaignCommand::Pause { campaign, by } => {
                let id = self.in_state(campaign, &[CampaignState::Running])?;
                self.campaign_goes(now, id, (CampaignState::Paused, by), step);
                Ok(())
            }
            CampaignCommand::Resume { campaign, by } => {
                let id = self.in_state(campaign, &[CampaignState::Paused])?;
                self.campaign_goes(now, id, (CampaignState::Running, by), step);
                Ok(())
            }
            CampaignCommand::End { campaign, by } => {
                let id = self.in_state(campaign, CampaignState::ALL)?;
                let is_loading = |it: &Campaign| it.row.state == CampaignState::Loading;
                let how = if self.campaigns.open.get(&id).is_some_and(is_loading) {
                    CampaignEnd::Discarded
                } else {
                    CampaignEnd::Stopped
                };
                self.end_campaign(now, id, how, by, step);
                Ok(())
            }
        }
    }

    fn whose(&self, tenant: &str, queue: &str) -> Result<(TenantId, QueueId), CommandError> {
        let named = self.rules.tenant_named(tenant);
        let named = named.ok_or_else(|| CommandError::NoTenant(tenant.to_owned()))?;
        Ok((named, self.queue_told(Some(tenant), queue)?))
    }

    fn in_state(
        &self,
        id: CampaignId,
        wanted: &[CampaignState],
    ) -> Result<CampaignId, CampaignError> {
        let campaign = self.campaigns.open.get(&id);
        let campaign = campaign.filter(|it| it.row.state != CampaignState::Ended);
        let row = &campaign.ok_or(CampaignError::NoCampaign(id))?.row;
        if wanted.contains(&row.state) {
            return Ok(id);
        }
        let (name, state) = (row.name.clone(), row.state);
        Err(CampaignError::State { name, state })
    }

    fn create_campaign(
        &mut self,
        now: Now,
        told: CampaignTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (tenant, queue) = self.whose(&told.tenant, &told.queue)?;
        self.refuse_campaign(now, &told, tenant)?;
        let row = CampaignRow {
            id: CampaignId(self.ids.allot()),
            tenant,
            queue,
            name: told.name,
            kind: told.kind,
            class: told.class,
            due_ms: told.due_ms,
            note: told.note,
            window: told.window,
            starts_ms: told.starts_ms,
            ends_ms: told.ends_ms,
            pace: told.pace.unwrap_or(PACE),
            per_hour: told.per_hour,
            preview_s: told.preview_s,
            order: told.order,
            cli: told.cli,
            state: CampaignState::Loading,
            created_ms: now.utc_ms,
            started_ms: None,
            since_ms: now.utc_ms,
            by: told.by,
            ended_how: None,
            entries: 0,
            left_out: 0,
        };
        step.records.push(Record::Campaign(Box::new(row.clone())));
        self.campaigns.to_look.insert(row.id);
        let campaign = Campaign::new(row, BTreeMap::new(), now);
        self.campaigns.open.insert(campaign.row.id, campaign);
        Ok(())
    }

    fn refuse_campaign(
        &self,
        now: Now,
        told: &CampaignTold,
        tenant: TenantId,
    ) -> Result<(), CampaignError> {
        if self.held {
            return Err(CampaignError::NotStored);
        }
        if !is_name(&told.name) {
            return Err(CampaignError::Name);
        }
        if self.campaigns.named(&told.name).is_some() {
            return Err(CampaignError::NameTaken(told.name.clone()));
        }
        self.refuse_dials(told, tenant)?;
        let most = self.rules.limits.campaigns_max;
        if self.campaigns.open.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(CampaignError::TooMany(most));
        }
        let is_pace = |pace: u32| (1..=PACE_MAX).contains(&pace);
        if !told.pace.is_none_or(is_pace) || told.per_hour == Some(0) {
            return Err(CampaignError::Pace);
        }
        if told.preview_s.is_some_and(|s| s > SHOWN_S_MAX) {
            return Err(CampaignError::Preview);
        }
        let begins_ms = told.starts_ms.unwrap_or(now.utc_ms).max(now.utc_ms);
        let is_late = |at: Option<UtcMs>| at.is_some_and(|at| at <= begins_ms);
        if is_late(told.ends_ms) || is_late(told.due_ms) {
            return Err(CampaignError::TooLate);
        }
        let note = told.note.as_deref().unwrap_or_default();
        if note.chars().count() > NOTE_MAX {
            return Err(CampaignError::NoteTooLong);
        }
        match &told.window {
            Some(hours) if self.hours(hours, tenant).is_none() => {
                Err(CampaignError::Window(hours.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Why nobody can be called as a campaign wants it.
    fn refuse_dials(&self, told: &CampaignTold, tenant: TenantId) -> Result<(), CampaignError> {
        match (told.kind, told.order) {
            (CampaignKind::Reminder, _) if !self.can_remind() => Err(CampaignError::NoPrompts),
            (CampaignKind::Reminder, Some(DialOrder::OperatorFirst)) => {
                Err(CampaignError::AlwaysPersonFirst)
            }
            (CampaignKind::Recall, Some(DialOrder::PersonFirst))
                if self.rules.prompts.person_first.is_none() =>
            {
                Err(CampaignError::NoPromptsFirst)
            }
            (CampaignKind::Recall | CampaignKind::Reminder, _) => Ok(()),
        }?;
        let Some(cli) = &told.cli else {
            return Ok(());
        };
        let tenant = self.rules.tenants.get(&tenant);
        if !tenant.is_some_and(|it| it.dialplan.numbers.contains(cli)) {
            return Err(CampaignError::Cli(cli.clone()));
        }
        let mut trunks = self.rules.trunks.values();
        let is_shown = trunks.any(|trunk| trunk.outbound && !trunk.dials.shows_own_cli);
        is_shown.then_some(()).ok_or(CampaignError::CliNotShown)
    }

    /// Hours by the clock of an authority.
    pub(crate) fn hours(&self, text: &str, tenant: TenantId) -> Option<ContactWindow> {
        let tenant = self.rules.tenants.get(&tenant)?;
        ContactWindow::parse(text, tenant.zone).ok()
    }

    fn add_entries(
        &mut self,
        now: Now,
        id: CampaignId,
        entries: Vec<EntryTold>,
        step: &mut Step,
    ) -> Result<(), CampaignError> {
        if self.held {
            return Err(CampaignError::NotStored);
        }
        self.in_state(id, &[CampaignState::Loading])?;
        let none = CampaignError::NoCampaign(id);
        let campaign = self.campaigns.open.get(&id).ok_or(none.clone())?;
        let most = self.rules.limits.campaign_entries_max;
        let after = campaign.numbers.len() + entries.len();
        if after > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(CampaignError::TooManyEntries(most));
        }
        let of = (campaign.row.tenant, campaign.row.kind);
        self.none_left_out(now, of, &campaign.numbers, &entries)?;
        let mut campaign = self.campaigns.open.remove(&id).ok_or(none)?;
        campaign.touched = now.mono_us;
        for told in entries {
            self.add_entry(now, &mut campaign, told, step);
        }
        step.records
            .push(Record::Campaign(Box::new(campaign.row.clone())));
        self.campaigns.open.insert(id, campaign);
        Ok(())
    }

    fn add_entry(&mut self, now: Now, campaign: &mut Campaign, told: EntryTold, step: &mut Step) {
        let Some(number) = told.person.number else {
            return;
        };
        let (ids, records) = (&mut self.ids, &mut step.records);
        let handle = self.people.handle_of(now, &number, ids, records);
        self.people.forget_if_done(&number);
        campaign.numbers.insert(digits(&number));
        campaign.row.entries += 1;
        *campaign.counts.entry(EntryState::Waiting).or_default() += 1;
        let id = EntryId(self.ids.allot());
        campaign.last = Some(id);
        let row = CampaignEntryRow {
            id,
            campaign: campaign.row.id,
            number: handle,
            line: i64::from(told.line),
            from_ms: told.not_before_ms.unwrap_or(0),
            // Nobody is reminded of what is over.
            due_ms: match &told.appointment {
                Some(it) => Some(told.due_ms.map_or(it.at_ms, |due_ms| due_ms.min(it.at_ms))),
                None => told.due_ms,
            },
            note: told.note,
            reference: told.reference,
            appointment: told.appointment,
            answer: None,
            state: EntryState::Waiting,
            callback: None,
            need: None,
            released_ms: None,
            settled_ms: None,
        };
        step.records.push(Record::CampaignEntry(Box::new(row)));
    }

    /// Every line can be taken, or those are named that cannot.
    fn none_left_out(
        &self,
        now: Now,
        (tenant, kind): (TenantId, CampaignKind),
        before: &BTreeSet<u64>,
        entries: &[EntryTold],
    ) -> Result<(), CampaignError> {
        if entries.len() > CHUNK_MAX {
            return Err(CampaignError::TooManyAtOnce);
        }
        let mut lines = BTreeSet::new();
        if let Some(again) = entries.iter().find(|told| !lines.insert(told.line)) {
            return Err(CampaignError::LineTwice(again.line));
        }
        let mut these = BTreeSet::new();
        let mut left_out = Vec::new();
        for told in entries {
            let why = self.why_left_out(now, tenant, told);
            let why = why
                .or_else(|| self.why_not_reminded(now, kind, told))
                .or_else(|| {
                    let digits = told.person.number.as_ref().map(digits)?;
                    let is_new = !before.contains(&digits) && these.insert(digits);
                    (!is_new).then_some(WhyLeftOut::Twice)
                });
            left_out.extend(why.map(|why| LeftOut {
                line: told.line,
                why,
            }));
        }
        if left_out.is_empty() {
            Ok(())
        } else {
            Err(CampaignError::LeftOut(left_out))
        }
    }

    fn why_left_out(&self, now: Now, tenant: TenantId, told: &EntryTold) -> Option<WhyLeftOut> {
        let Some(number) = told.person.callable() else {
            return Some(match told.person.class {
                NumberClass::Invalid | NumberClass::Anonymous => WhyLeftOut::Invalid,
                NumberClass::Fixed
                | NumberClass::Mobile
                | NumberClass::Foreign
                | NumberClass::Shared
                | NumberClass::Premium
                | NumberClass::Emergency => WhyLeftOut::NotCallable,
            });
        };
        let is_long = |text: &Option<String>, most: usize| {
            let text = text.as_deref().unwrap_or_default();
            text.chars().count() > most || text.chars().any(char::is_control)
        };
        if is_long(&told.note, NOTE_MAX) || is_long(&told.reference, REFERENCE_MAX) {
            return Some(WhyLeftOut::TooLong);
        }
        let begins_ms = told.not_before_ms.unwrap_or(now.utc_ms).max(now.utc_ms);
        if told.due_ms.is_some_and(|due_ms| due_ms <= begins_ms) {
            return Some(WhyLeftOut::TooLate);
        }
        self.mark_of(tenant, number).map(|mark| match mark {
            Mark::DoNotCall => WhyLeftOut::DoNotCall,
            Mark::Shared => WhyLeftOut::Shared,
        })
    }

    fn complete(
        &mut self,
        now: Now,
        id: CampaignId,
        left_out: u32,
        step: &mut Step,
    ) -> Result<(), CampaignError> {
        if self.held {
            return Err(CampaignError::NotStored);
        }
        let Some(campaign) = self.campaigns.open.get_mut(&id) else {
            return Ok(());
        };
        if campaign.row.entries == 0 {
            return Err(CampaignError::Nobody(campaign.row.name.clone()));
        }
        campaign.numbers = BTreeSet::new();
        campaign.row.left_out = i64::from(left_out);
        let by = campaign.row.by.clone();
        self.campaign_goes(now, id, (CampaignState::Ready, by), step);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_can_be_typed_and_is_no_identifier() {
        for good in ["Cardiologia dicembre", "agenda-7.b", "città"] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "",
            "check",
            " x",
            "a/b",
            "17",
            "-5",
            "a\nb",
            &"x".repeat(81),
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_number_is_kept_by_its_digits() {
        let number = PhoneNumber::parse_e164("+390861123456").unwrap();
        assert_eq!(digits(&number), 390_861_123_456);
    }
}
