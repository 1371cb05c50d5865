//! Faults planted on purpose, to see that the simulation finds them. The switch exists only with
//! the feature `planted-faults`, which nothing but the simulation's tests turns on: without it
//! nothing is planted, and what would follow is not compiled in.

/// A fault at one place of the rules or of the order behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Effects do not wait for their commit.
    EffectBeforeCommit,
    /// An effect is carried out whatever became of its leg.
    StaleEffect,
    /// Records are dropped when many steps wait for their commit.
    RecordDropped,
    /// What is only spilled rings phones all the same.
    RingsOnSpill,
    /// An offer does not end with its lease.
    LeaseNotReturned,
    /// A seat is offered another work while it has one.
    SeatDoubleBooked,
    /// A dial has no row.
    DialWithoutRow,
    /// Callbacks do not wait for the grace after an attempt.
    GraceIgnored,
    /// More people are called first than operators are free.
    MoreCalledThanFree,
    /// A dial goes on when its person rings in.
    NotMarried,
    /// Whoever was not served is owed nothing.
    NothingOwed,
    /// Who calls again has another case opened.
    SecondCase,
    /// An attempt that was open when the process died stays so.
    LeftOpen,
    /// A dial that was in flight when the process died is not taken up.
    DialForgotten,
    /// An offer that was open when the process died stays so.
    OfferSurvives,
    /// Offers are begun while the database does not take what happens.
    OffersNotHeld,
    /// A caller who has gone stays in the line.
    LineNotLeft,
    /// The dispatcher is not told that a seat has rested.
    SeatForgotten,
    /// An offer is made without a row that says why.
    OfferUnexplained,
    /// A callback is closed, and its needs are not.
    NeedLeftOpen,
    /// The channel of a dial that is over stays taken.
    ChannelKept,
    /// The ports of a leg that is over stay taken.
    PortKept,
    /// One side of a conversation that is over is not hung up.
    NotHungUp,
    /// What was decided for a caller stands, though they gave up.
    CancelIgnored,
    /// A seat is offered another work though its phone may still ring for the last one.
    PhoneNotLetGo,
    /// A phone that rings is let go only behind the row that says that its call is over.
    LetGoLate,
    /// Phones are rung though the media thread has ended.
    RingsUnheard,
    /// A transaction of the spill that the database refused once is skipped at its replay.
    EntrySkipped,
    /// The tape is not told when offers are held back.
    HoldUntold,
    /// Callers are answered on the channels that are to stay spare.
    SpareTaken,
    /// People are dialled though somebody has stopped that.
    StopIgnored,
    /// Debts are opened though the number is not to be called.
    MarkIgnored,
    /// Special days change no hours.
    SpecialDayIgnored,
    /// People of campaigns that do not run are rung.
    PauseIgnored,
    /// Seats that no caller can have stand idle while callers need the others.
    AsideForgotten,
    /// A callback is touched in bulk and nothing says so.
    BulkUnrecorded,
    /// People are called outside the hours that they have chosen.
    ChosenTimeIgnored,
    /// What an operator keeps is settled all the same.
    KeepIgnored,
    /// A seat is asked again at once about a callback that was handed back there.
    DeclineForgotten,
    /// Somebody is called from the directory while they are called back.
    CalledTwice,
    /// When people were born stays stored, though nobody asks them any more.
    YearKept,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 41] = [
        Self::EffectBeforeCommit,
        Self::StaleEffect,
        Self::RecordDropped,
        Self::RingsOnSpill,
        Self::LeaseNotReturned,
        Self::SeatDoubleBooked,
        Self::DialWithoutRow,
        Self::GraceIgnored,
        Self::MoreCalledThanFree,
        Self::NotMarried,
        Self::NothingOwed,
        Self::SecondCase,
        Self::LeftOpen,
        Self::DialForgotten,
        Self::OfferSurvives,
        Self::OffersNotHeld,
        Self::LineNotLeft,
        Self::SeatForgotten,
        Self::OfferUnexplained,
        Self::NeedLeftOpen,
        Self::ChannelKept,
        Self::PortKept,
        Self::NotHungUp,
        Self::CancelIgnored,
        Self::PhoneNotLetGo,
        Self::LetGoLate,
        Self::RingsUnheard,
        Self::EntrySkipped,
        Self::HoldUntold,
        Self::SpareTaken,
        Self::StopIgnored,
        Self::MarkIgnored,
        Self::SpecialDayIgnored,
        Self::PauseIgnored,
        Self::AsideForgotten,
        Self::BulkUnrecorded,
        Self::ChosenTimeIgnored,
        Self::KeepIgnored,
        Self::DeclineForgotten,
        Self::CalledTwice,
        Self::YearKept,
    ];
}

#[cfg(feature = "planted-faults")]
mod switch {
    use std::cell::Cell;

    use super::Fault;

    thread_local! {
        static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    /// Plants a fault in whatever this thread runs from now on, or none.
    pub fn plant(fault: Option<Fault>) {
        PLANTED.set(fault);
    }

    /// Whether this fault is planted.
    #[must_use]
    pub fn planted(fault: Fault) -> bool {
        PLANTED.get() == Some(fault)
    }
}

#[cfg(feature = "planted-faults")]
pub use switch::{plant, planted};

/// Nothing is planted.
#[cfg(not(feature = "planted-faults"))]
#[must_use]
pub const fn planted(_fault: Fault) -> bool {
    false
}
