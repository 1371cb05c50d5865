//! Sorts the records of a commit into one JSON text per table. Only the last image of a
//! row is written, and the order of rows is one that the unique indexes allow.

use cuptel_core::id::COUNTER_BITS;
use cuptel_core::record::Record;
use cuptel_core::words::{CallbackState, DialState, OfferState};

use crate::image::Images;
use crate::writer::Batch;
use crate::{
    announcement, assignment, attempt, bulk_action, callback, campaign, chosen_time, closure,
    code_word, config_version, contact, decision, decline, dial, mark, memo, need_detail, number,
    offer, operator, operator_pin, owner, profile, promise, registration, review, seat, side_call,
    sign_in, site_outage, special_day, state_interval, task,
};

/// A table of row images, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Number,
    Attempt,
    Callback,
    CallbackAmended,
    Need,
    NeedDetail,
    CallbackEvent,
    Promise,
    Dial,
    Offer,
    Decision,
    Assignment,
    SignIn,
    Interval,
    Registration,
    Seat,
    Operator,
    OperatorSkill,
    OperatorPin,
    Profile,
    Owner,
    CodeWord,
    Decline,
    ChosenTime,
    SideCall,
    SiteOutage,
    Closure,
    Announcement,
    Mark,
    SpecialDay,
    Memo,
    MemoReading,
    Review,
    Campaign,
    CampaignEntry,
    Bulk,
    BulkEntry,
    YearsEmptied,
    Task,
    TaskEvent,
    ConfigVersion,
}

impl Table {
    const COUNT: usize = Self::ConfigVersion as usize + 1;

    const ALL: [Self; Self::COUNT] = [
        Self::Number,
        Self::Attempt,
        Self::Callback,
        Self::CallbackAmended,
        Self::Need,
        Self::NeedDetail,
        Self::CallbackEvent,
        Self::Promise,
        Self::Dial,
        Self::Offer,
        Self::Decision,
        Self::Assignment,
        Self::SignIn,
        Self::Interval,
        Self::Registration,
        Self::Seat,
        Self::Operator,
        Self::OperatorSkill,
        Self::OperatorPin,
        Self::Profile,
        Self::Owner,
        Self::CodeWord,
        Self::Decline,
        Self::ChosenTime,
        Self::SideCall,
        Self::SiteOutage,
        Self::Closure,
        Self::Announcement,
        Self::Mark,
        Self::SpecialDay,
        Self::Memo,
        Self::MemoReading,
        Self::Review,
        Self::Campaign,
        Self::CampaignEntry,
        Self::Bulk,
        Self::BulkEntry,
        Self::YearsEmptied,
        Self::Task,
        Self::TaskEvent,
        Self::ConfigVersion,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Attempt => "attempt",
            Self::Callback => "callback",
            Self::CallbackAmended => "callback_amended",
            Self::Need => "callback_need",
            Self::NeedDetail => "need_detail",
            Self::CallbackEvent => "callback_event",
            Self::Promise => "promise",
            Self::Dial => "dial",
            Self::Offer => "offer",
            Self::Decision => "decision",
            Self::Assignment => "assignment",
            Self::SignIn => "sign_in",
            Self::Interval => "state_interval",
            Self::Registration => "registration",
            Self::Seat => "seat",
            Self::Operator => "operator",
            Self::OperatorSkill => "operator_skill",
            Self::OperatorPin => "operator_pin",
            Self::Profile => "profile",
            Self::Owner => "callback_owner",
            Self::CodeWord => "code_word",
            Self::Decline => "callback_decline",
            Self::ChosenTime => "chosen_time",
            Self::SideCall => "side_call",
            Self::SiteOutage => "site_outage",
            Self::Closure => "closure",
            Self::Announcement => "announcement",
            Self::Mark => "number_mark",
            Self::SpecialDay => "special_day",
            Self::Memo => "memo",
            Self::MemoReading => "memo_reading",
            Self::Review => "callback_review",
            Self::Campaign => "campaign",
            Self::CampaignEntry => "campaign_entry",
            Self::Bulk => "bulk",
            Self::BulkEntry => "bulk_entry",
            Self::YearsEmptied => "years_emptied",
            Self::Task => "task",
            Self::TaskEvent => "task_event",
            Self::ConfigVersion => "config_version",
        }
    }

    /// The table whose rows these are.
    fn rows_of(self) -> Self {
        if self == Self::CallbackAmended {
            Self::Callback
        } else {
            self
        }
    }

    /// The table of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// What is run over its images.
    pub(crate) const fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Number => &[number::UPSERT],
            Self::Attempt => &[attempt::UPSERT],
            Self::Callback => &[callback::UPSERT],
            Self::CallbackAmended => &[callback::AMEND],
            Self::Need => &[callback::UPSERT_NEED],
            Self::NeedDetail => &[need_detail::UPSERT],
            Self::CallbackEvent => &[callback::INSERT_EVENT],
            Self::Promise => &[promise::UPSERT],
            Self::Dial => &[dial::UPSERT],
            Self::Offer => &[offer::UPSERT],
            Self::Decision => &[decision::UPSERT],
            Self::Assignment => &[assignment::UPSERT, contact::NUMBERED, contact::SPOKEN],
            Self::SignIn => &[sign_in::UPSERT],
            Self::Interval => &[state_interval::UPSERT],
            Self::Registration => &[registration::UPSERT],
            Self::Seat => &[seat::UPSERT],
            Self::Operator => &[operator::UPSERT, operator::FORGET_SKILLS],
            Self::OperatorSkill => &[operator::INSERT_SKILLS],
            Self::OperatorPin => &[operator_pin::UPSERT],
            Self::Profile => &[profile::UPSERT],
            Self::Owner => &[owner::UPSERT],
            Self::CodeWord => &[code_word::UPSERT],
            Self::Decline => &[decline::UPSERT],
            Self::ChosenTime => &[chosen_time::UPSERT],
            Self::SideCall => &[side_call::UPSERT],
            Self::SiteOutage => &[site_outage::UPSERT],
            Self::Closure => &[closure::UPSERT],
            Self::Announcement => &[announcement::UPSERT],
            Self::Mark => &[mark::UPSERT],
            Self::SpecialDay => &[special_day::UPSERT],
            Self::Memo => &[memo::UPSERT],
            Self::MemoReading => &[memo::UPSERT_READING],
            Self::Review => &[review::UPSERT],
            Self::Campaign => &[campaign::UPSERT],
            Self::CampaignEntry => &[campaign::UPSERT_ENTRY],
            Self::Bulk => &[bulk_action::UPSERT],
            Self::BulkEntry => &[bulk_action::UPSERT_ENTRY],
            Self::YearsEmptied => &[campaign::EMPTY_YEARS],
            Self::Task => &[task::UPSERT],
            Self::TaskEvent => &[task::INSERT_EVENT],
            Self::ConfigVersion => &[config_version::UPSERT],
        }
    }
}

/// Where one row image lies. Sorted, those of a table stand together, what ends before
/// what is open: within a transaction a seat's old offer must leave the unique index
/// before its new one enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    table: Table,
    open: bool,
    id: i64,
    batch: usize,
    record: usize,
}

/// Table, identifier and whether the row takes part in an index over open rows.
fn key_of(record: &Record) -> (Table, i64, bool) {
    match record {
        Record::Number(row) => (Table::Number, row.id.0, false),
        Record::Attempt(row) => (Table::Attempt, row.id.0, false),
        Record::Callback(row) => (
            Table::Callback,
            row.id.0,
            row.state != CallbackState::Closed,
        ),
        Record::CallbackAmended(row) => (Table::CallbackAmended, row.id.0, true),
        Record::Need(row) => (Table::Need, row.id.0, false),
        Record::NeedDetail(row) => (Table::NeedDetail, row.need.0, false),
        Record::CallbackEvent(row) => (Table::CallbackEvent, row.id.0, false),
        Record::Promise(row) => (Table::Promise, row.id.0, false),
        Record::Dial(row) => (Table::Dial, row.id.0, row.state != DialState::Ended),
        Record::Offer(row) => (Table::Offer, row.id.0, row.state == OfferState::Open),
        Record::Decision(row) => (Table::Decision, row.of.id(), false),
        Record::Assignment(row) => (Table::Assignment, row.id.0, row.ended_ms.is_none()),
        Record::SignIn(row) => (Table::SignIn, row.id.0, row.until_ms.is_none()),
        Record::Interval(row) => (Table::Interval, row.id.0, false),
        Record::Registration(row) => (Table::Registration, row.seat.0, false),
        Record::Seat(row) => (Table::Seat, row.id.0, false),
        Record::Operator(row) => (Table::Operator, row.id.0, false),
        Record::OperatorPin(row) => (Table::OperatorPin, row.operator.0, false),
        Record::Profile(row) => (Table::Profile, row.operator.0, false),
        Record::Owner(row) => (Table::Owner, row.callback.0, false),
        Record::CodeWord(row) => (Table::CodeWord, row.callback.0, false),
        Record::Decline(row) => (Table::Decline, row.id.0, false),
        Record::ChosenTime(row) => (Table::ChosenTime, row.callback.0, false),
        Record::SideCall(row) => (Table::SideCall, row.id.0, false),
        Record::SiteOutage(row) => (Table::SiteOutage, row.id.0, false),
        Record::Closure(row) => (Table::Closure, row.id.0, row.until_ms.is_none()),
        Record::Announcement(row) => (Table::Announcement, row.id.0, false),
        Record::Mark(row) => (Table::Mark, row.id.0, false),
        Record::SpecialDay(row) => (Table::SpecialDay, row.id.0, false),
        Record::Memo(row) => (Table::Memo, row.id.0, false),
        Record::MemoReading(row) => (Table::MemoReading, row.id.0, false),
        Record::Review(row) => (Table::Review, row.callback.0, false),
        Record::Campaign(row) => (Table::Campaign, row.id.0, false),
        Record::CampaignEntry(row) => (Table::CampaignEntry, row.id.0, false),
        Record::Bulk(row) => (Table::Bulk, row.id.0, false),
        Record::BulkEntry(row) => (Table::BulkEntry, row.id.0, false),
        Record::YearsEmptied(row) => (Table::YearsEmptied, row.id.0, false),
        Record::Task(row) => (Table::Task, row.id.0, row.seat.is_some()),
        Record::TaskEvent(row) => (Table::TaskEvent, row.id.0, false),
        Record::ConfigVersion(row) => (Table::ConfigVersion, row.id.0, false),
    }
}

/// The row images of one commit, in buffers that are kept.
#[derive(Debug)]
pub(crate) struct Payload {
    places: Vec<Place>,
    images: [Images; Table::COUNT],
}

/// Arrays of so many have no default of their own.
impl Default for Payload {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            images: std::array::from_fn(|_| Images::default()),
        }
    }
}

/// A checked position as the database keeps it.
pub(crate) fn position(seq: u64) -> i64 {
    i64::try_from(seq).expect("positions are below 2^40")
}

impl Payload {
    /// Takes the last image of every row out of the batches after `applied`.
    pub(crate) fn fill(&mut self, batches: &[Batch], applied: u64, epoch: i64) {
        self.places.clear();
        self.images.iter_mut().for_each(Images::clear);
        for (batch, Batch { last_seq, records }) in batches.iter().enumerate() {
            if *last_seq <= applied {
                continue;
            }
            for (record, row) in records.iter().enumerate() {
                let (table, id, open) = key_of(row);
                self.places.push(Place {
                    table,
                    open,
                    id,
                    batch,
                    record,
                });
            }
        }
        // The latest first within a row, so that it is the one that dedup_by_key keeps.
        self.places.sort_unstable_by(|a, b| {
            let row = |place: &Place| (place.table.rows_of(), place.id);
            (row(a), b.batch, b.record).cmp(&(row(b), a.batch, a.record))
        });
        self.places.dedup_by(|earlier, last| {
            let same = (earlier.table.rows_of(), earlier.id) == (last.table.rows_of(), last.id);
            if same && earlier.table != last.table {
                // One that was moved and amended is written whole.
                last.table = last.table.rows_of();
            }
            same
        });
        self.places
            .sort_unstable_by_key(|place| (place.table, place.open, place.id));
        for place in &self.places {
            let batch = &batches[place.batch];
            let seq = (epoch << COUNTER_BITS) | position(batch.last_seq);
            write_image(
                &batch.records[place.record],
                place.table,
                seq,
                &mut self.images,
            );
        }
    }

    /// The tables that have something to write.
    pub(crate) fn tables(&mut self) -> impl Iterator<Item = (Table, &mut Images)> {
        Table::ALL
            .into_iter()
            .zip(&mut self.images)
            .filter(|(_, images)| !images.is_empty())
    }
}

/// The image of a record, among those of its table.
fn write_image(record: &Record, table: Table, seq: i64, images: &mut [Images; Table::COUNT]) {
    let own = &mut images[table as usize];
    match record {
        Record::Number(row) => number::image(row, seq, own),
        Record::Attempt(row) => attempt::image(row, seq, own),
        Record::Callback(row) | Record::CallbackAmended(row) => callback::image(row, seq, own),
        Record::Need(row) => callback::need_image(row, seq, own),
        Record::NeedDetail(row) => need_detail::image(row, seq, own),
        Record::CallbackEvent(row) => callback::event_image(row, seq, own),
        Record::Promise(row) => promise::image(row, seq, own),
        Record::Dial(row) => dial::image(row, seq, own),
        Record::Offer(row) => offer::image(row, seq, own),
        Record::Decision(row) => decision::image(row, seq, own),
        Record::Assignment(row) => assignment::image(row, seq, own),
        Record::SignIn(row) => sign_in::image(row, seq, own),
        Record::Interval(row) => state_interval::image(row, seq, own),
        Record::Registration(row) => registration::image(row, seq, own),
        Record::Seat(row) => seat::image(row, seq, own),
        Record::Operator(row) => {
            operator::image(row, seq, own);
            operator::skill_images(row, seq, &mut images[Table::OperatorSkill as usize]);
        }
        Record::OperatorPin(row) => operator_pin::image(row, seq, own),
        Record::Profile(row) => profile::image(row, seq, own),
        Record::Owner(row) => owner::image(row, seq, own),
        Record::Bulk(row) => bulk_action::image(row, seq, own),
        Record::BulkEntry(row) => bulk_action::entry_image(row, seq, own),
        Record::YearsEmptied(row) => campaign::emptied_image(row, seq, own),
        Record::CodeWord(row) => code_word::image(row, seq, own),
        Record::Decline(row) => decline::image(row, seq, own),
        Record::SideCall(row) => side_call::image(row, seq, own),
        Record::ChosenTime(row) => chosen_time::image(row, seq, own),
        Record::SiteOutage(row) => site_outage::image(row, seq, own),
        Record::Closure(row) => closure::image(row, seq, own),
        Record::Announcement(row) => announcement::image(row, seq, own),
        Record::Mark(row) => mark::image(row, seq, own),
        Record::SpecialDay(row) => special_day::image(row, seq, own),
        Record::Memo(row) => memo::image(row, seq, own),
        Record::MemoReading(row) => memo::reading_image(row, seq, own),
        Record::Review(row) => review::image(row, seq, own),
        Record::Campaign(row) => campaign::image(row, seq, own),
        Record::CampaignEntry(row) => campaign::entry_image(row, seq, own),
        Record::Task(row) => task::image(row, seq, own),
        Record::TaskEvent(row) => task::event_image(row, seq, own),
        Record::ConfigVersion(row) => config_version::image(row, seq, own),
    }
}
