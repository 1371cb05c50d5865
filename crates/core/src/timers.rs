//! When the rules want to be woken, and why. A timer whose reason has passed fires in
//! vain: each carries what its owner compares (a token, a moment), so none is cancelled.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{
    AttemptId, BulkId, CallbackId, CampaignId, ClosureId, DialId, LegId, MarkId, MemoId, NeedId,
    OfferId, QueueId, SeatId, SideCallId, TrunkId,
};
use crate::time::{MonoUs, UtcMs};

/// Why to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Timer {
    /// The caller has heard enough ringing.
    Answer(AttemptId, u64),
    /// A notice has lasted as long as it may.
    NoticeEnds(AttemptId),
    /// It has been quiet on a trunk.
    StormEnds(TrunkId, MonoUs),
    /// A trunk that refused dials is tried again.
    TrunkAgain(TrunkId, MonoUs),
    /// The caller pressed no key.
    Menu(AttemptId, u64),
    /// Whoever makes the message of an emergency pressed no key.
    AnnouncerKey(AttemptId, u64),
    /// Whoever has dialled a code pressed no key.
    FeatureKey(AttemptId, u64),
    /// Such a call has lasted as long as it may.
    FeatureEnds(AttemptId),
    /// A call that makes a message has lasted as long as any may.
    AnnouncerEnds(AttemptId),
    /// What goes on with a phone that is tried has lasted as long as it may.
    TrialEnds(SeatId, MonoUs),
    /// Somebody may wait for an operator who practises.
    PracticeLooks(SeatId, LegId),
    /// Tell the place in line.
    Announce(AttemptId, u64),
    /// Offer to call back.
    OfferCallback(AttemptId, u64),
    /// Waited as long as the queue allows.
    MaxWait(AttemptId, u64),
    /// The queue has closed, and those who waited were served for a while.
    Closing(AttemptId, u64),
    /// A seat can take a work from now on that it could not before.
    Turn(MonoUs),
    /// An offer's lease ends.
    Lease(SeatId, OfferId),
    /// The phone of an offer should have rung by now.
    NoRinging(SeatId, OfferId),
    /// A person's phone rang long enough.
    DialRang(SeatId, DialId),
    /// The phone of a person who is on the line first rang long enough.
    FirstRang(CallbackId, DialId),
    /// A person who is on the line first pressed no key.
    FirstKey(CallbackId, u64),
    /// The next stretch of what is done in bulk.
    Bulk(BulkId),
    /// A code word was said long enough.
    CodeSaid(SeatId, DialId),
    /// A person who lost their operator waited as long as the queue allows.
    AnsweredWaiting(CallbackId, MonoUs),
    /// A seat's wrap-up or rest ends.
    SeatFree(SeatId, MonoUs),
    /// A break ends.
    BreakEnds(SeatId, MonoUs),
    /// A shift ends.
    ShiftEnds(SeatId, UtcMs),
    /// A seat that missed too many offers is tried again.
    Responds(SeatId, MonoUs),
    /// A lost phone had its time to come back.
    GraceEnds(SeatId, MonoUs),
    /// Somebody may be offered a work again, because time has passed.
    Look,
    /// A phone's registration ends.
    RegistrationEnds(SeatId),
    /// A phone that did not answer so many questions is asked again.
    AskPhone(SeatId, u32),
    /// A callback's time may have come.
    CallbackReady(CallbackId),
    /// The deadline of a need is near, or over.
    NeedDue(NeedId),
    /// A queue opens, and what was promised for then is released.
    Opening(QueueId, UtcMs),
    /// People may be rung again for a queue.
    Window(QueueId),
    /// Whether a queue's callbacks are still held for its callers.
    Blend(QueueId),
    /// A task is offered to a seat no longer.
    TaskLease(SeatId, MonoUs),
    /// Tasks and seats are looked at together.
    Tasks,
    /// Whether authorities that have drifted apart still are.
    Fairness,
    /// The hours in which a person wanted to be called are over.
    ChosenTimeOver(CallbackId, UtcMs),
    /// A seat may be offered a callback again that was handed back there.
    DeclineOver(CallbackId, SeatId),
    /// A dial that was in flight at a crash may be reconciled.
    Reconcile(DialId),
    /// A stop button is released by itself.
    ButtonEnds(ClosureId),
    /// A memo is shown no longer.
    MemoEnds(MemoId),
    /// A number is marked no longer.
    MarkEnds(MarkId),
    /// Some callback may have grown too old.
    Expiries(MonoUs),
    /// A campaign is looked at.
    Campaign(CampaignId, MonoUs),
    /// Whoever is called beside a work has had their time to pick up.
    SideRings(SideCallId, MonoUs),
    /// Whoever is on hold at a seat, since then, hears a word.
    HeldWord(SeatId, MonoUs),
    /// The stop's patience ends.
    DrainEnds,
}

/// All timers, by moment.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Timers(BTreeSet<(MonoUs, Timer)>);

impl Timers {
    pub(crate) fn at(&mut self, moment: MonoUs, timer: Timer) {
        self.0.insert((moment, timer));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn next(&self) -> Option<MonoUs> {
        self.0.first().map(|(moment, _)| *moment)
    }

    pub(crate) fn due(&mut self, mono_us: MonoUs) -> Option<Timer> {
        let (moment, _) = self.0.first()?;
        if *moment > mono_us {
            return None;
        }
        self.0.pop_first().map(|(_, timer)| timer)
    }
}
