//! Campaigns of a world: somebody brings in lists by chunks, starts, pauses and ends them; and what must
//! hold of the people on them, reckoned from the rows.

use std::collections::BTreeMap;

use cuptel_call::{EntriesWanted, Input};
use cuptel_core::campaign::{CampaignCommand, CampaignTold, EntryTold};
use cuptel_core::id::{CampaignId, NeedId};
use cuptel_core::number::{Caller, PhoneNumber};
use cuptel_core::record::{
    Appointment, CampaignEntryRow, CampaignRow, DialRow, EntryPage, NeedRow, Record, WaitingEntry,
};
use cuptel_core::step::Command;
use cuptel_core::words::{
    CampaignKind, CampaignState, DialOrder, DialResult, EntryState, NeedKind, PriorityClass,
};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::PEOPLE;
use crate::promises::{Broken, broken};
use crate::shown;
use crate::world::{Happening, World};

/// The stream that these are drawn from, beside the others.
const RECALLS: u64 = 5_027;
/// And how their people are called.
const DIALS: u64 = 5_028;
/// Who is owed a call again because it was another person comes back beyond the pace: as many as seats.
const BEYOND_PACE: usize = 6;

impl World {
    /// In some worlds somebody has campaigns.
    pub(crate) fn plan_campaigns(&mut self) {
        self.plan_from_time_to_time((RECALLS, "campaign"), 40, (1, 40), Happening::Campaign);
    }

    /// Somebody does the next thing with the campaign that is open, or has a new one. At the quiet
    /// end whatever is open is ended.
    pub(crate) fn campaigns(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, draw) = (chance.s(1, 12), chance.between(0, 99));
        let told = self.some_campaign(&mut chance);
        let people = self.some_people(&mut chance);
        let is_open = |row: &&CampaignRow| row.state != CampaignState::Ended;
        let open = self.decided.campaigns.values().find(is_open);
        let kind = open.map(|row| row.kind);
        let open = open.map(|row| (row.id, row.state));
        // What was ended may come back with a start that has not heard of it.
        self.plan(after_us, Happening::Campaign(chance));
        if self.process.is_none() || (self.is_calm() && open.is_none()) {
            return Ok(());
        }
        let Some((campaign, state)) = open else {
            return self.says(CampaignCommand::Create(Box::new(told)));
        };
        let by = None;
        let mut entries = self.decided.entries.values();
        let has_some = entries.any(|entry| entry.campaign == campaign);
        let ends = CampaignCommand::End { campaign, by: None };
        if self.is_calm() {
            return self.says(ends);
        }
        let command = match (state, draw) {
            (_, 97..) => ends,
            (CampaignState::Loading, _) if !has_some || draw < 30 => CampaignCommand::Add {
                campaign,
                entries: match kind {
                    Some(CampaignKind::Reminder) => self.to_be_reminded(people),
                    Some(CampaignKind::Recall) | None => people,
                },
            },
            (CampaignState::Loading, _) => CampaignCommand::Complete {
                campaign,
                left_out: 0,
            },
            (CampaignState::Ready, _) => CampaignCommand::Start { campaign, by },
            (CampaignState::Running, 0..=9) => CampaignCommand::Pause { campaign, by },
            (CampaignState::Paused, 0..=59) => CampaignCommand::Resume { campaign, by },
            (CampaignState::Running | CampaignState::Paused | CampaignState::Ended, _) => {
                return Ok(());
            }
        };
        self.says(command)
    }

    fn says(&mut self, command: CampaignCommand) -> Result<(), Broken> {
        let deed = match &command {
            CampaignCommand::Create(_) => "makes a campaign",
            CampaignCommand::Check { .. } => "checks a list",
            CampaignCommand::Add { .. } => "adds to a list",
            CampaignCommand::Complete { .. } => "completes a list",
            CampaignCommand::Start { .. } => "starts a campaign",
            CampaignCommand::Pause { .. } => "pauses a campaign",
            CampaignCommand::Resume { .. } => "resumes a campaign",
            CampaignCommand::End { .. } => "ends a campaign",
        };
        self.met.deed(deed);
        self.commands(Command::Campaign(Box::new(command)))
    }

    fn some_campaign(&self, chance: &mut Chance) -> CampaignTold {
        let (tenant, queue) = chance.pick(&[("teramo", "prenotazioni"), ("avezzano", "centro")]);
        let now_ms = self.now().utc_ms;
        let mut dials = Chance::of(chance.clone().next(), DIALS);
        let (order, cli) = shown::drawn(&mut dials, tenant);
        let lasts_ms = i64::try_from(chance.between(60_000, 400_000)).unwrap_or(i64::MAX);
        let kind = if chance.percent(45) {
            CampaignKind::Reminder
        } else {
            CampaignKind::Recall
        };
        CampaignTold {
            name: format!("agenda {}-{}", self.epoch, self.steps),
            tenant: tenant.to_owned(),
            queue: queue.to_owned(),
            kind,
            class: chance.percent(30).then(|| chance.pick(PriorityClass::ALL)),
            due_ms: chance.percent(30).then_some(now_ms + lasts_ms + 200_000),
            note: None,
            window: None,
            starts_ms: chance.percent(20).then_some(now_ms + lasts_ms / 8),
            ends_ms: chance.percent(30).then_some(now_ms + lasts_ms),
            pace: Some(u32::try_from(chance.between(1, 4)).unwrap_or(1)),
            per_hour: chance.percent(20).then_some(360),
            preview_s: None,
            order: order.filter(|_| kind == CampaignKind::Recall),
            cli: cli.and_then(|line| PhoneNumber::parse_e164(line).ok()),
            by: None,
        }
    }

    /// Some of those whom the centre may know already.
    fn some_people(&self, chance: &mut Chance) -> Vec<EntryTold> {
        let callable = |user: &&str| Caller::from_user_part(user).callable().is_some();
        let people: Vec<&str> = PEOPLE.into_iter().filter(callable).collect();
        let first = chance.index(people.len());
        let count = chance.index(3) + 1;
        let now_ms = self.now().utc_ms;
        let line = |n: usize| {
            let waits_ms = i64::try_from(chance.between(0, 120_000)).unwrap_or(i64::MAX);
            EntryTold {
                line: u32::try_from(n + 1).unwrap_or(u32::MAX),
                person: Caller::from_user_part(people[(first + n) % people.len()]),
                note: None,
                due_ms: chance.percent(25).then_some(now_ms + 2 * waits_ms + 20_000),
                not_before_ms: chance.percent(30).then_some(now_ms + waits_ms),
                reference: None,
                appointment: None,
            }
        };
        (0..count).map(line).collect()
    }

    fn to_be_reminded(&self, people: Vec<EntryTold>) -> Vec<EntryTold> {
        let now_ms = self.now().utc_ms;
        let appointment = |told: EntryTold| EntryTold {
            appointment: Some(Appointment {
                at_ms: now_ms + 400_000,
                place: (told.line == 1).then(|| "mazzini".to_owned()),
                born: Some(BORN),
            }),
            ..told
        };
        people.into_iter().map(appointment).collect()
    }

    /// Has looked up what the rules asked for, a little later.
    pub(crate) fn ask_for_entries(&mut self) {
        let Some(process) = &mut self.process else {
            return;
        };
        let reads = process.take_reads();
        let after_seq = self.disk.memory.journal.carried();
        for wanted in reads {
            let after_us = self.disk.chance.ms(1, 60);
            let asked = Happening::Entries(self.epoch, wanted, after_seq);
            self.plan(after_us, asked);
        }
        self.compare_pins();
    }

    /// The database says who the next are, where it has all that was decided before.
    pub(crate) fn entries_read(
        &mut self,
        epoch: i64,
        wanted: EntriesWanted,
        after_seq: u64,
    ) -> Result<(), Broken> {
        if epoch != self.epoch || self.process.is_none() {
            return Ok(());
        }
        let database = &self.disk.database;
        let is_there = database.applied() >= after_seq && self.disk.weather.lets_start();
        let page = is_there.then(|| database.rows.next_entries(&wanted));
        if page.is_none() {
            self.met.fault("the people of a campaign cannot be read");
        }
        self.feed(Input::Entries {
            campaign: wanted.campaign,
            ask: wanted.ask,
            page,
        })
    }

    /// Nothing of a campaign is left at the quiet end.
    pub(crate) fn campaigns_left(&self) -> Result<Vec<String>, Broken> {
        self.no_year_is_kept()?;
        let rows = &self.decided;
        let open = rows.campaigns.values();
        let open = open.filter(|row| row.state != CampaignState::Ended);
        let released = rows.entries.values();
        let released = released.filter(|row| row.state == EntryState::Released);
        let open = open.map(|row| format!("campaign {} is {}", row.id, row.state));
        let released = released.map(|row| format!("entry {} is released", row.id));
        Ok(open.chain(released).collect())
    }

    /// Of nobody it is stored when they were born whom nobody will ask.
    fn no_year_is_kept(&self) -> Result<(), Broken> {
        let rows = &self.decided;
        let is_kept = |row: &&CampaignEntryRow| {
            row.appointment.as_ref().is_some_and(|it| it.born.is_some())
                && (row.settled_ms.is_some()
                    || rows.state_of(row.campaign) == Some(CampaignState::Ended))
        };
        match rows.entries.values().find(is_kept) {
            Some(row) => broken("P7", format!("entry {} keeps a year of birth", row.id)),
            None => Ok(()),
        }
    }
}

impl Image {
    fn next_entries(&self, wanted: &EntriesWanted) -> EntryPage {
        let waits = |row: &&CampaignEntryRow| {
            row.campaign == wanted.campaign && row.state == EntryState::Waiting
        };
        let mut waiting: Vec<&CampaignEntryRow> = self.entries.values().filter(waits).collect();
        waiting.sort_by_key(|row| (row.from_ms, row.id));
        let (now, later): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|row| row.from_ms <= wanted.until_ms);
        let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let entry = |row: &CampaignEntryRow| WaitingEntry {
            row: row.clone(),
            number: self.numbers.get(&row.number).and_then(|it| it.e164.clone()),
        };
        EntryPage {
            entries: now.into_iter().take(limit).map(entry).collect(),
            next_ms: later.first().map(|row| row.from_ms),
        }
    }

    /// Of how many of a campaign who were never called it is stored when they were born.
    pub(crate) fn years_kept(&self, id: CampaignId) -> usize {
        let is_kept = |row: &&CampaignEntryRow| {
            let born = row.appointment.as_ref().and_then(|it| it.born);
            row.campaign == id && row.state == EntryState::Waiting && born.is_some()
        };
        self.entries.values().filter(is_kept).count()
    }

    fn state_of(&self, id: CampaignId) -> Option<CampaignState> {
        self.campaigns.get(&id).map(|row| row.state)
    }

    /// Whose of a campaign a need is.
    fn entry_of(&self, need: NeedId) -> Option<&CampaignEntryRow> {
        let mut entries = self.entries.values();
        entries.find(|row| row.need == Some(need))
    }
}

/// Looks at one new row beside what was there before.
pub(crate) fn check_recalls(before: &Image, record: &Record) -> Result<(), Broken> {
    if let Record::CampaignEntry(row) = record {
        check_entry_move(before, row)?;
    }
    if let Record::Campaign(row) = record {
        check_campaign_move(before, row)?;
    }
    Ok(())
}

fn check_campaign_move(before: &Image, row: &CampaignRow) -> Result<(), Broken> {
    match before.state_of(row.id) {
        Some(CampaignState::Ended) => broken("P3", format!("campaign {} goes on", row.id)),
        Some(_) | None => Ok(()),
    }
}

/// Somebody is released once, of a campaign that runs; and again only where the conversation was
/// another person's.
fn check_entry_move(before: &Image, row: &CampaignEntryRow) -> Result<(), Broken> {
    let wrong = |what: &str| broken("P3", format!("entry {} {what}", row.id));
    let state = before.state_of(row.campaign);
    let Some(old) = before.entries.get(&row.id) else {
        return if row.state == EntryState::Waiting && state == Some(CampaignState::Loading) {
            Ok(())
        } else {
            wrong("comes to a list that is whole")
        };
    };
    match (old.state, row.state) {
        (EntryState::Waiting, _) if state != Some(CampaignState::Running) => {
            wrong("is taken up though its campaign does not run")
        }
        (EntryState::Waiting, EntryState::Waiting) => wrong("waits twice"),
        (EntryState::Waiting, _) => Ok(()),
        (EntryState::Released, EntryState::Released)
            if old.answer.is_none() && row.answer.is_some() =>
        {
            Ok(())
        }
        (EntryState::Released, EntryState::Waiting | EntryState::Released) => {
            wrong("is released twice")
        }
        (
            EntryState::Released,
            EntryState::Confirmed | EntryState::Cancelled | EntryState::ToMove,
        ) if old.answer.map(EntryState::from) != Some(row.state) => {
            wrong("has a result that nobody has said")
        }
        (EntryState::Released, _) => Ok(()),
        (EntryState::Reached, EntryState::Released) if state != Some(CampaignState::Ended) => {
            Ok(())
        }
        (_, _) => wrong("had a result and has another"),
    }
}

/// Nobody is rung for campaigns alone that do not run.
pub(crate) fn check_dial_of_campaign(before: &Image, row: &DialRow) -> Result<(), Broken> {
    let open = |need: &&NeedRow| need.callback == row.callback && need.closed_ms.is_none();
    let mut needs = before.needs.values().filter(open).peekable();
    let is_any = needs.peek().is_some();
    let is_held = |need: &NeedRow| {
        let entry = before.entry_of(need.id);
        let state = entry.and_then(|entry| before.state_of(entry.campaign));
        state.is_some_and(|state| state != CampaignState::Running)
    };
    if is_any && needs.all(is_held) {
        return broken("P3", format!("dial {} is of a campaign that rests", row.id));
    }
    Ok(())
}

/// When whoever is reminded was born.
const BORN: u16 = 1950;

/// Whether somebody spoke with us on a call that was made for it, or its campaign is over.
pub(crate) fn recall_is_settled(before: &Image, need: &NeedRow) -> bool {
    if !need.kind.is_listed() {
        return false;
    }
    let answered = |dial: &DialRow| {
        let is_over = match dial.result {
            Some(DialResult::Answered) => need.kind == NeedKind::Recall,
            // They said so by key.
            Some(DialResult::Declined) => dial.order == DialOrder::PersonFirst,
            Some(_) | None => false,
        };
        dial.callback == need.callback
            && is_over
            && dial.placed_ms >= need.opened_ms
            && dial.ended_ms == need.closed_ms
    };
    let entry = before.entry_of(need.id);
    if entry.is_some_and(|entry| entry.answer.is_some()) {
        return true;
    }
    let state = entry.and_then(|entry| before.state_of(entry.campaign));
    state == Some(CampaignState::Ended) || before.dials.values().any(answered)
}

/// Everybody waits, has one need that is open, or has a result.
pub(crate) fn check_campaigns(image: &Image) -> Result<(), Broken> {
    let mut needs = BTreeMap::new();
    let mut released: BTreeMap<CampaignId, usize> = BTreeMap::new();
    for row in image.entries.values() {
        let need = row.need.and_then(|id| image.needs.get(&id));
        let is_open = need.is_some_and(|need| {
            need.closed_ms.is_none() && need.kind.is_listed() && Some(need.callback) == row.callback
        });
        let is_released = row.state == EntryState::Released;
        if is_released != is_open || (row.state == EntryState::Waiting && row.need.is_some()) {
            let what = format!(
                "entry {} is {} and its need says otherwise",
                row.id, row.state
            );
            return broken("P1", what);
        }
        if row.state.is_result() != row.settled_ms.is_some() {
            return broken("P1", format!("entry {} is half settled", row.id));
        }
        if !is_released {
            continue;
        }
        *released.entry(row.campaign).or_default() += 1;
        if let Some(other) = needs.insert(row.need, row.id) {
            return broken(
                "P3",
                format!("entries {other} and {} have one need", row.id),
            );
        }
    }
    for (id, count) in released {
        let pace = image.campaigns.get(&id).map_or(0, |row| row.pace);
        let pace = usize::try_from(pace).unwrap_or(usize::MAX);
        if count > pace + BEYOND_PACE {
            return broken(
                "P6",
                format!("{count} people of campaign {id} are released"),
            );
        }
    }
    Ok(())
}
