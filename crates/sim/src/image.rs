//! Rows by their identifiers, the last image of each: what a database would show.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::id::{
    AnnouncementId, AssignmentId, AttemptId, BulkEntryId, BulkId, CallbackId, CampaignId,
    ClosureId, DeclineId, DialId, EntryId, IntervalId, MarkId, MemoId, MemoReadingId, NeedId,
    NumberId, OfferId, OperatorId, OutageId, SeatId, SideCallId, SignInId, SpecialDayId, TaskId,
    TenantId,
};
use cuptel_core::record::{
    AnnouncementRow, AssignmentRow, AttemptRow, BulkEntryRow, BulkRow, CallbackRow,
    CampaignEntryRow, CampaignRow, ChosenTimeRow, ClosureRow, CodeWordRow, DeclineRow, DialRow,
    IntervalRow, MarkRow, MemoReadingRow, MemoRow, NeedDetailRow, NeedRow, NumberRow, OfferRow,
    OpenCallback, OpenCampaign, OperatorPinRow, OperatorRow, OwnerRow, ProfileRow, Rang, Record,
    RegistrationRow, Restored, ReviewRow, SeatRow, SideCallRow, SignInRow, SiteOutageRow,
    SpecialDayRow, Spoken, TaskRow, Work,
};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    CallbackState, CampaignState, DialState, EntryState, Mark, OfferState, Stage,
};

/// All rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    pub(crate) numbers: BTreeMap<NumberId, NumberRow>,
    pub(crate) attempts: BTreeMap<AttemptId, AttemptRow>,
    pub(crate) callbacks: BTreeMap<CallbackId, CallbackRow>,
    pub(crate) needs: BTreeMap<NeedId, NeedRow>,
    pub(crate) details: BTreeMap<NeedId, NeedDetailRow>,
    pub(crate) promised: BTreeMap<CallbackId, UtcMs>,
    pub(crate) dials: BTreeMap<DialId, DialRow>,
    pub(crate) offers: BTreeMap<OfferId, OfferRow>,
    pub(crate) assignments: BTreeMap<AssignmentId, AssignmentRow>,
    pub(crate) sign_ins: BTreeMap<SignInId, SignInRow>,
    pub(crate) intervals: BTreeMap<IntervalId, IntervalRow>,
    pub(crate) registrations: BTreeMap<SeatId, RegistrationRow>,
    pub(crate) seats: BTreeMap<SeatId, SeatRow>,
    pub(crate) operators: BTreeMap<OperatorId, OperatorRow>,
    pub(crate) profiles: BTreeMap<OperatorId, ProfileRow>,
    pub(crate) owners: BTreeMap<CallbackId, OwnerRow>,
    pub(crate) pins: BTreeMap<OperatorId, OperatorPinRow>,
    pub(crate) code_words: BTreeMap<CallbackId, CodeWordRow>,
    pub(crate) chosen_times: BTreeMap<CallbackId, ChosenTimeRow>,
    pub(crate) declines: BTreeMap<DeclineId, DeclineRow>,
    pub(crate) side_calls: BTreeMap<SideCallId, SideCallRow>,
    pub(crate) bulks: BTreeMap<BulkId, BulkRow>,
    pub(crate) bulk_entries: BTreeMap<BulkEntryId, BulkEntryRow>,
    pub(crate) outages: BTreeMap<OutageId, SiteOutageRow>,
    pub(crate) closures: BTreeMap<ClosureId, ClosureRow>,
    pub(crate) announcements: BTreeMap<AnnouncementId, AnnouncementRow>,
    pub(crate) marks: BTreeMap<MarkId, MarkRow>,
    pub(crate) special_days: BTreeMap<SpecialDayId, SpecialDayRow>,
    pub(crate) memos: BTreeMap<MemoId, MemoRow>,
    pub(crate) memo_readings: BTreeMap<MemoReadingId, MemoReadingRow>,
    pub(crate) reviews: BTreeMap<CallbackId, ReviewRow>,
    pub(crate) tasks: BTreeMap<TaskId, TaskRow>,
    pub(crate) campaigns: BTreeMap<CampaignId, CampaignRow>,
    pub(crate) entries: BTreeMap<EntryId, CampaignEntryRow>,
    /// `Call-ID` of every attempt.
    pub(crate) call_ids: BTreeSet<String>,
}

/// What an image does not have.
#[derive(Debug)]
pub(crate) struct Missing {
    pub(crate) rows: usize,
    /// `Call-ID` of the attempts.
    pub(crate) call_ids: BTreeSet<String>,
}

impl Image {
    pub(crate) fn apply(&mut self, record: &Record) {
        match record {
            Record::Number(row) => drop(self.numbers.insert(row.id, row.clone())),
            Record::Attempt(row) => {
                if !self.call_ids.contains(&row.sip_call_id) {
                    self.call_ids.insert(row.sip_call_id.clone());
                }
                self.attempts.insert(row.id, (**row).clone());
            }
            Record::Callback(row) | Record::CallbackAmended(row) => {
                self.callbacks.insert(row.id, row.clone());
            }
            Record::Need(row) => drop(self.needs.insert(row.id, row.clone())),
            Record::NeedDetail(row) => drop(self.details.insert(row.need, (**row).clone())),
            // History: nothing that is promised depends on it.
            Record::CallbackEvent(_)
            | Record::Decision(_)
            | Record::TaskEvent(_)
            | Record::ConfigVersion(_) => {}
            Record::Task(row) => drop(self.tasks.insert(row.id, (**row).clone())),
            Record::Campaign(row) => drop(self.campaigns.insert(row.id, (**row).clone())),
            Record::CampaignEntry(row) => drop(self.entries.insert(row.id, (**row).clone())),
            Record::Promise(row) => {
                if let Some(callback) = row.callback {
                    self.promised.insert(callback, row.by_ms);
                }
            }
            Record::Dial(row) => drop(self.dials.insert(row.id, row.clone())),
            Record::Offer(row) => drop(self.offers.insert(row.id, row.clone())),
            Record::Assignment(row) => drop(self.assignments.insert(row.id, row.clone())),
            Record::SignIn(row) => drop(self.sign_ins.insert(row.id, row.clone())),
            Record::Interval(row) => drop(self.intervals.insert(row.id, row.clone())),
            Record::Registration(row) => drop(self.registrations.insert(row.seat, row.clone())),
            Record::Seat(row) => drop(self.seats.insert(row.id, row.clone())),
            Record::Operator(row) => drop(self.operators.insert(row.id, row.clone())),
            Record::SiteOutage(row) => drop(self.outages.insert(row.id, row.clone())),
            Record::Review(row) => drop(self.reviews.insert(row.callback, row.clone())),
            Record::Mark(row) => drop(self.marks.insert(row.id, (**row).clone())),
            Record::SpecialDay(row) => {
                drop(self.special_days.insert(row.id, (**row).clone()));
            }
            Record::Memo(row) => drop(self.memos.insert(row.id, (**row).clone())),
            Record::MemoReading(row) => {
                self.memo_readings.insert(row.id, row.clone());
            }
            Record::Closure(row) => drop(self.closures.insert(row.id, (**row).clone())),
            Record::Announcement(row) => {
                self.announcements.insert(row.id, (**row).clone());
            }
            Record::Bulk(row) => drop(self.bulks.insert(row.id, (**row).clone())),
            Record::BulkEntry(row) => drop(self.bulk_entries.insert(row.id, row.clone())),
            Record::YearsEmptied(row) => {
                for entry in self.entries.range_mut(row.after..=row.until) {
                    if entry.1.campaign == row.campaign && entry.1.state == EntryState::Waiting {
                        entry.1.appointment.iter_mut().for_each(|it| it.born = None);
                    }
                }
            }
            Record::CodeWord(row) => drop(self.code_words.insert(row.callback, *row)),
            Record::ChosenTime(row) => drop(self.chosen_times.insert(row.callback, *row)),
            Record::Decline(row) => drop(self.declines.insert(row.id, (**row).clone())),
            Record::SideCall(row) => drop(self.side_calls.insert(row.id, (**row).clone())),
            Record::Owner(row) => drop(self.owners.insert(row.callback, *row)),
            Record::OperatorPin(row) => drop(self.pins.insert(row.operator, (**row).clone())),
            Record::Profile(row) => drop(self.profiles.insert(row.operator, (**row).clone())),
        }
    }

    /// What of this is not there in another image.
    pub(crate) fn missing_in(&self, other: &Self) -> Missing {
        fn count<K: Ord, V>(ours: &BTreeMap<K, V>, theirs: &BTreeMap<K, V>) -> usize {
            ours.keys().filter(|id| !theirs.contains_key(id)).count()
        }
        let reopened = |row: &&AttemptRow| {
            let theirs = other.attempts.get(&row.id);
            row.stage == Stage::Ended && theirs.is_some_and(|theirs| theirs != *row)
        };
        let rows = self.attempts.values().filter(reopened).count()
            + count(&self.numbers, &other.numbers)
            + count(&self.attempts, &other.attempts)
            + count(&self.callbacks, &other.callbacks)
            + count(&self.needs, &other.needs)
            + count(&self.details, &other.details)
            + count(&self.promised, &other.promised)
            + count(&self.dials, &other.dials)
            + count(&self.offers, &other.offers)
            + count(&self.assignments, &other.assignments)
            + count(&self.sign_ins, &other.sign_ins)
            + count(&self.tasks, &other.tasks)
            + count(&self.campaigns, &other.campaigns)
            + count(&self.declines, &other.declines)
            + count(&self.entries, &other.entries);
        let call_ids = self.call_ids.difference(&other.call_ids);
        Missing {
            rows,
            call_ids: call_ids.cloned().collect(),
        }
    }

    /// The digits of a number's handle.
    pub(crate) fn e164(&self, id: NumberId) -> Option<&str> {
        self.numbers
            .get(&id)?
            .e164
            .as_ref()
            .map(|number| number.reveal())
    }

    /// Whether somebody has, or had, to look at a callback that was closed.
    pub(crate) fn is_to_be_seen(&self, id: CallbackId) -> bool {
        self.reviews.contains_key(&id)
    }

    /// Callbacks that were given up and that nobody has seen.
    pub(crate) fn unseen(&self) -> impl Iterator<Item = &ReviewRow> {
        self.reviews.values().filter(|row| row.seen_ms.is_none())
    }

    /// A callback that was given up, with what was wanted then.
    pub(crate) fn given_up(&self, id: CallbackId) -> Option<OpenCallback> {
        let row = self.callbacks.get(&id)?;
        let of_it = |need: &&NeedRow| need.callback == id && need.closed_ms == row.closed_ms;
        let needs = self.needs.values().filter(of_it).cloned().collect();
        Some(OpenCallback {
            needs,
            ..self.open(row)
        })
    }

    /// What is known of open needs.
    fn details_open(&self) -> impl Iterator<Item = &NeedDetailRow> {
        let is_open = |id: &NeedId| {
            let need = self.needs.get(id);
            need.is_some_and(|need| need.closed_ms.is_none())
        };
        self.details.values().filter(move |row| is_open(&row.need))
    }

    /// What is known of the needs of a callback.
    pub(crate) fn details_of(&self, id: CallbackId) -> Vec<NeedDetailRow> {
        let of_it = |row: &&NeedDetailRow| row.callback == id;
        self.details.values().filter(of_it).cloned().collect()
    }

    /// Memos that are shown.
    pub(crate) fn memos_shown(&self) -> impl Iterator<Item = &MemoRow> {
        self.memos.values().filter(|row| row.ended_ms.is_none())
    }

    /// Stop buttons that nobody has released.
    pub(crate) fn pressed(&self) -> impl Iterator<Item = &ClosureRow> {
        self.closures.values().filter(|row| row.until_ms.is_none())
    }

    /// Messages in force.
    pub(crate) fn announced(&self) -> impl Iterator<Item = &AnnouncementRow> {
        let all = self.announcements.values();
        all.filter(|row| row.erased_ms.is_none())
    }

    /// Special days that nobody has removed.
    pub(crate) fn special_days_held(&self) -> impl DoubleEndedIterator<Item = &SpecialDayRow> {
        self.special_days
            .values()
            .filter(|row| row.removed_ms.is_none())
    }

    /// Marks that nobody has taken away.
    pub(crate) fn marks_held(&self) -> impl Iterator<Item = &MarkRow> {
        self.marks.values().filter(|row| row.until_ms.is_none())
    }

    /// Whether a number, by any handle of it, is marked so for this authority.
    pub(crate) fn is_marked(&self, number: NumberId, mark: Mark, tenant: TenantId) -> bool {
        let digits = self.e164(number);
        let mut held = self.marks_held();
        held.any(|row| {
            row.mark == mark
                && row.tenant.is_none_or(|own| own == tenant)
                && digits.is_some()
                && self.e164(row.number) == digits
        })
    }

    pub(crate) fn attempts_open(&self) -> impl Iterator<Item = &AttemptRow> {
        self.attempts
            .values()
            .filter(|row| row.stage != Stage::Ended)
    }

    pub(crate) fn callbacks_open(&self) -> impl Iterator<Item = &CallbackRow> {
        self.callbacks
            .values()
            .filter(|row| row.state != CallbackState::Closed)
    }

    pub(crate) fn dials_open(&self) -> impl Iterator<Item = &DialRow> {
        self.dials
            .values()
            .filter(|row| row.state != DialState::Ended)
    }

    pub(crate) fn offers_open(&self) -> impl Iterator<Item = &OfferRow> {
        self.offers
            .values()
            .filter(|row| row.state == OfferState::Open)
    }

    pub(crate) fn assignments_open(&self) -> impl Iterator<Item = &AssignmentRow> {
        self.assignments
            .values()
            .filter(|row| row.ended_ms.is_none())
    }

    fn spoken(&self) -> Vec<Spoken> {
        let spoken = self.assignments.values().filter_map(|row| {
            let number = match row.work {
                Work::Attempt(id) => self.attempts.get(&id)?.number?,
                Work::Callback(id) => self.callbacks.get(&id)?.number,
            };
            Some(Spoken {
                number: self.numbers.get(&number)?.e164.clone()?,
                queue: self.offers.get(&row.offer)?.queue,
                operator: row.operator,
                called_ms: matches!(row.work, Work::Attempt(_)).then_some(row.started_ms),
            })
        });
        spoken.collect()
    }

    fn rang(&self) -> Vec<Rang> {
        let rang = self.dials.values().filter_map(|row| {
            let callback = self.callbacks.get(&row.callback)?;
            let needs = self
                .needs
                .values()
                .filter(|need| need.callback == callback.id);
            Some(Rang {
                number: self.numbers.get(&row.number)?.e164.clone()?,
                tenant: callback.tenant,
                dial: row.id,
                callback: callback.id,
                queue: needs.filter_map(|need| need.queue).next(),
                place_ms: callback.place_ms,
                placed_ms: row.placed_ms,
                result: row.result,
                sip_status: row.sip_status,
                closed_how: callback.closed_how,
            })
        });
        rang.collect()
    }

    fn chosen_times_open(&self) -> Vec<ChosenTimeRow> {
        let rows = self.chosen_times.values();
        rows.filter(|row| row.chosen.is_some()).copied().collect()
    }

    fn declines_open(&self) -> Vec<DeclineRow> {
        let open = self.declines.values();
        let open = open.filter(|row| row.settled_ms.is_none());
        open.cloned().collect()
    }

    /// Calls beside works that are not over.
    pub(crate) fn side_calls_open(&self) -> impl Iterator<Item = &SideCallRow> {
        self.side_calls
            .values()
            .filter(|row| row.ended_ms.is_none())
    }

    /// What the store would give back to a process that starts.
    pub(crate) fn restored(&self, epoch: i64) -> Restored {
        let attempts: Vec<AttemptRow> = self.attempts_open().cloned().collect();
        let dials: Vec<DialRow> = self.dials_open().cloned().collect();
        let mut wanted: BTreeSet<NumberId> = attempts.iter().filter_map(|row| row.number).collect();
        wanted.extend(dials.iter().map(|row| row.number));
        wanted.extend(self.marks_held().map(|row| row.number));
        Restored {
            epoch,
            seats: self.seats.values().cloned().collect(),
            operators: self.operators.values().cloned().collect(),
            pins: those(self.pins.values(), |row| row.erased_ms.is_none()),
            profiles: self.profiles.values().cloned().collect(),
            owners: self.owners.values().copied().collect(),
            code_words: self.code_words.values().copied().collect(),
            chosen_times: self.chosen_times_open(),
            declines: self.declines_open(),
            side_calls: self.side_calls_open().cloned().collect(),
            details: self.details_open().cloned().collect(),
            outages: those(self.outages.values(), |row| row.until_ms.is_none()),
            closures: self.pressed().cloned().collect(),
            announcements: self.announced().cloned().map(without_sound).collect(),
            marks: self.marks_held().cloned().collect(),
            special_days: self.special_days_held().cloned().collect(),
            memos: self.memos_shown().cloned().collect(),
            memo_readings: self.memo_readings.values().cloned().collect(),
            unseen: self.unseen().cloned().collect(),
            bulks: self.bulks_open(),
            sign_ins: those(self.sign_ins.values(), |row| row.until_ms.is_none()),
            intervals: those(self.intervals.values(), |row| row.until_ms.is_none()),
            registrations: those(self.registrations.values(), |row| {
                row.expires_ms > row.registered_ms
            }),
            offers: self.offers_open().cloned().collect(),
            assignments: self.assignments_open().cloned().collect(),
            spoken: self.spoken(),
            rang: self.rang(),
            rang_since_ms: 0,
            tasks: those(self.tasks.values(), |row| row.closed_ms.is_none()),
            numbers: those(self.numbers.values(), |row| wanted.contains(&row.id)),
            attempts,
            dials,
            callbacks: self.callbacks_open().map(|row| self.open(row)).collect(),
            campaigns: self.campaigns_open(),
            released: self.released().cloned().collect(),
        }
    }

    fn bulks_open(&self) -> Vec<BulkRow> {
        let bulks = self.bulks.values();
        bulks
            .filter(|row| row.ended_ms.is_none())
            .cloned()
            .collect()
    }

    fn released(&self) -> impl Iterator<Item = &CampaignEntryRow> {
        let entries = self.entries.values();
        entries.filter(|row| row.state == EntryState::Released)
    }

    fn campaigns_open(&self) -> Vec<OpenCampaign> {
        let is_open = |row: &&CampaignRow| {
            row.state != CampaignState::Ended
                || self.released().any(|it| it.campaign == row.id)
                || self.years_kept(row.id) > 0
        };
        let open = self.campaigns.values().filter(is_open);
        let counted = |row: &CampaignRow| {
            let mut counts = BTreeMap::new();
            let of_it = || self.entries.values().filter(|it| it.campaign == row.id);
            for entry in of_it() {
                *counts.entry(entry.state).or_default() += 1;
            }
            OpenCampaign {
                row: row.clone(),
                counts: counts.into_iter().collect(),
                last: of_it().next_back().map(|it| it.id),
            }
        };
        open.map(counted).collect()
    }

    fn open(&self, row: &CallbackRow) -> OpenCallback {
        let is_open = |need: &&NeedRow| need.callback == row.id && need.closed_ms.is_none();
        OpenCallback {
            row: row.clone(),
            number: self
                .numbers
                .get(&row.number)
                .and_then(|row| row.e164.clone()),
            needs: self.needs.values().filter(is_open).cloned().collect(),
            promised_ms: self.promised.get(&row.id).copied(),
        }
    }
}

/// Rows that are still so.
fn those<'a, T: Clone + 'a>(
    rows: impl Iterator<Item = &'a T>,
    are_so: impl Fn(&T) -> bool,
) -> Vec<T> {
    rows.filter(|row| are_so(row)).cloned().collect()
}

/// The rules know nothing of it.
fn without_sound(row: AnnouncementRow) -> AnnouncementRow {
    AnnouncementRow { audio: None, ..row }
}
