//! Identifiers. Those of happenings are allotted here, before any commit, so that
//! they are the same in the database, in a spill file and on replay.

use serde::{Deserialize, Serialize};

/// Bits of an identifier that count within an epoch; the epoch stands above them.
pub const COUNTER_BITS: u32 = 40;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// One health authority. Interned from the configuration by the store.
    TenantId,
    /// A SIP peer towards the public network. Interned.
    TrunkId,
    /// A dialled number that a dialplan answers. Interned.
    LineId,
    /// A service that people wait for. Interned.
    QueueId,
    /// A place with seats. Interned.
    SiteId,
    /// A row of the erasable number table: one handle of one telephone number.
    NumberId,
    /// One inbound call attempt.
    AttemptId,
    /// The debt to one person.
    CallbackId,
    /// One thing a person wants, within a callback.
    NeedId,
    /// One entry of a callback's history.
    CallbackEventId,
    /// A time that a person was told that they are called by.
    PromiseId,
    /// One outbound attempt to pay a callback.
    DialId,
    /// A workstation with its SIP extension.
    SeatId,
    /// A person who works on seats.
    OperatorId,
    /// An operator working on a seat.
    SignInId,
    /// A stretch of time in one chosen and one work state.
    IntervalId,
    /// A work proposed to a seat: a lease.
    OfferId,
    /// A callback that an operator handed back.
    DeclineId,
    /// Somebody who may sign in to the pages.
    AccountId,
    /// A person whom an operator gives on, or a call that they make beside their works.
    SideCallId,
    /// A work being done by a seat.
    AssignmentId,
    /// One SIP dialog with its media.
    LegId,
    /// A stretch of time in which a site was cut off.
    OutageId,
    /// A stop button that was pressed.
    ClosureId,
    /// A message that somebody has spoken for an emergency.
    AnnouncementId,
    /// A few words to operators.
    MemoId,
    /// That an operator has read one.
    MemoReadingId,
    /// A number that was marked.
    MarkId,
    /// Days that were said to be special.
    SpecialDayId,
    /// A list of people whom an authority wants called.
    CampaignId,
    /// One of the people on such a list.
    EntryId,
    /// Many callbacks that were put off or closed by one word.
    BulkId,
    /// One of the callbacks that it touched.
    BulkEntryId,
    /// A work without a call.
    TaskId,
    /// One entry of a task's history.
    TaskEventId,
    /// The configuration in force from one moment on.
    ConfigVersionId,
}

/// Allots identifiers: `epoch << COUNTER_BITS | counter`. The epoch comes from the
/// store and grows at each start, so no identifier is ever given twice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdSource {
    epoch: i64,
    counter: i64,
}

impl IdSource {
    /// A source for this epoch (1 or more).
    #[must_use]
    pub fn new(epoch: i64) -> Self {
        Self { epoch, counter: 0 }
    }

    /// The epoch that every identifier of this source carries.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The next identifier, for any newtype: `AttemptId(ids.allot())`.
    pub fn allot(&mut self) -> i64 {
        self.counter += 1;
        (self.epoch << COUNTER_BITS) | self.counter
    }
}

/// Finds what is kept under an identifier that we allotted: no stranger chooses those, so a
/// multiplication spreads them well enough (Knuth, "The Art of Computer Programming", 6.4).
pub type OwnIds = std::hash::BuildHasherDefault<OwnId>;

/// See `OwnIds`.
#[derive(Debug, Default)]
pub struct OwnId(u64);

/// 2^64 divided by the golden ratio, odd.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl std::hash::Hasher for OwnId {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64(i64::from(*byte));
        }
    }

    fn write_i64(&mut self, id: i64) {
        let spread = (self.0 ^ id.cast_unsigned()).wrapping_mul(SPREAD);
        // The table looks at the highest bits and at the lowest.
        self.0 = spread ^ (spread >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The epoch in which an identifier was allotted.
#[must_use]
pub fn epoch_of(id: i64) -> i64 {
    id >> COUNTER_BITS
}
