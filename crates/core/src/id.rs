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
    /// A work being done by a seat.
    AssignmentId,
    /// One SIP dialog with its media.
    LegId,
    /// A stretch of time in which a site was cut off.
    OutageId,
    /// The configuration in force from one moment on.
    ConfigVersionId,
}

/// Allots identifiers: `epoch << COUNTER_BITS | counter`. The epoch comes from the
/// store and grows at each start, so no identifier is ever given twice.
#[derive(Debug, Clone)]
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

/// The epoch in which an identifier was allotted.
#[must_use]
pub fn epoch_of(id: i64) -> i64 {
    id >> COUNTER_BITS
}
