//! The writer of a process over the invented disk. What it does is ordered by the same course
//! that orders the engine's writer; only the hands are invented.

use std::collections::VecDeque;

use cuptel_call::Journal;
use cuptel_call::writing::{Event, Order, Progress, Writing};
use cuptel_core::planted::{Fault, planted};
use cuptel_core::time::Now;
use cuptel_core::words::DatabaseFault;

use crate::chance::Chance;
use crate::disk::{Batch, Database, Entry, Spill};
use crate::image::Image;
use crate::met::Met;
use crate::weather::{Fate, Weather};

/// Batches that may wait for the writer.
const BATCHES_MAX: usize = 4;

/// Something the writer is doing.
#[derive(Debug, Clone, Copy)]
struct Job {
    /// Its end is recognised by this.
    turn: u64,
    order: Order,
    fate: Fate,
}

/// A job that was begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) turn: u64,
    /// Which one it is of those that touch the spill, if it does.
    pub(crate) spills: Option<u64>,
    /// When it ends.
    pub(crate) after_us: u64,
}

/// What the end of a job led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was not waited for any more.
    Stale,
    /// The process may go on.
    Told,
    /// What is in hand can be stored nowhere.
    Stopped,
}

/// A disk with the writer at work on it.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) database: Database,
    pub(crate) spill: Spill,
    /// Every row that anybody may have been told of: committed or spilled.
    pub(crate) promised: Image,
    pub(crate) weather: Weather,
    pub(crate) chance: Chance,
    /// How long the process waits for the database.
    pub(crate) stall_us: u64,
    turns: u64,
    spills: u64,
    pub(crate) memory: Memory,
}

/// What dies with the process.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) journal: Journal,
    course: Writing,
    epoch: i64,
    queued: VecDeque<Batch>,
    hand: Vec<Batch>,
    /// The position that was told as committed or spilled.
    told: u64,
    /// Whether the database may be elsewhere.
    in_doubt: bool,
    /// With the batches in hand, and with none.
    at_hand: Option<Job>,
    beside: Option<Job>,
}

impl Memory {
    fn new(stall_us: u64, epoch: i64) -> Self {
        Self {
            journal: Journal::default(),
            course: Writing::new(stall_us),
            epoch,
            queued: VecDeque::new(),
            hand: Vec::new(),
            told: 0,
            in_doubt: true,
            at_hand: None,
            beside: None,
        }
    }

    pub(crate) fn epoch(&self) -> i64 {
        self.epoch
    }

    pub(crate) fn progress(&self) -> Progress {
        self.course.progress()
    }

    /// Hands the writer what it has not seen, if it has room.
    pub(crate) fn hand_over(&mut self) {
        if self.queued.len() < BATCHES_MAX
            && let Some(batch) = self.journal.next_batch()
        {
            self.queued.push_back(batch);
        }
    }

    fn take_up(&mut self, now: Now) {
        if self.hand.is_empty() && !self.queued.is_empty() {
            self.hand.extend(self.queued.drain(..));
            self.course.on(now, Event::Arrived);
        }
    }
}

impl Disk {
    pub(crate) fn new(chance: Chance, stall_us: u64) -> Self {
        Self {
            database: Database::default(),
            spill: Spill::default(),
            promised: Image::default(),
            weather: Weather::Fine,
            chance,
            stall_us,
            turns: 0,
            spills: 0,
            memory: Memory::new(stall_us, 0),
        }
    }

    /// A process starts: the database is given what the one before could only spill, and
    /// says which life this is. Gives the number of transactions that it does not take.
    pub(crate) fn start(&mut self) -> usize {
        let entries = self.spill.entries.iter();
        let lost = entries.filter(|entry| self.database.replay(entry).is_err());
        let lost = lost.count();
        self.spill.remove();
        let epoch = self.database.begin();
        self.memory = Memory::new(self.stall_us, epoch);
        lost
    }

    /// Begins the next thing that the writer has to do.
    pub(crate) fn work(&mut self, now: Now) -> Option<Begun> {
        self.memory.take_up(now);
        let memory = &mut self.memory;
        let order = memory.course.order();
        let place = match order {
            Order::Wait | Order::Stop => return None,
            Order::Commit { .. } | Order::Spill => &mut memory.at_hand,
            Order::Rest { .. } | Order::Replay { .. } if memory.hand.is_empty() => {
                &mut memory.beside
            }
            Order::Rest { .. } | Order::Replay { .. } => &mut memory.at_hand,
        };
        if place.is_some() {
            return None;
        }
        let (takes_us, fate) = match order {
            Order::Wait | Order::Stop | Order::Rest { .. } => (0, Fate::Taken),
            Order::Spill => (self.chance.ms(0, 5), Fate::Taken),
            Order::Replay { .. } if self.spill.oldest().is_none() => {
                (self.chance.ms(0, 5), Fate::Taken)
            }
            Order::Commit { .. } | Order::Replay { .. } => self.weather.fate(&mut self.chance),
        };
        let (after_us, fate) = match order {
            Order::Wait | Order::Stop | Order::Spill => (takes_us, fate),
            Order::Rest { until_us } => (until_us.saturating_sub(now.mono_us), fate),
            Order::Commit { until_us } | Order::Replay { until_us } => {
                let left_us = until_us.saturating_sub(now.mono_us);
                if fate.is_unheard() {
                    (left_us, fate)
                } else if takes_us >= left_us {
                    let taken = fate.is_taken();
                    (left_us, Fate::Unheard { taken })
                } else {
                    (takes_us, fate)
                }
            }
        };
        self.turns += 1;
        let turn = self.turns;
        *place = Some(Job { turn, order, fate });
        let spills = match order {
            Order::Spill | Order::Replay { .. } => {
                self.spills += 1;
                Some(self.spills)
            }
            Order::Wait | Order::Stop | Order::Rest { .. } | Order::Commit { .. } => None,
        };
        Some(Begun {
            turn,
            spills,
            after_us,
        })
    }

    /// A job has ended.
    pub(crate) fn done(&mut self, now: Now, turn: u64, met: &mut Met) -> Done {
        let memory = &mut self.memory;
        let ended = |job: &mut Job| job.turn == turn;
        let Some(job) = memory
            .at_hand
            .take_if(ended)
            .or_else(|| memory.beside.take_if(ended))
        else {
            return Done::Stale;
        };
        let event = match job.order {
            Order::Wait | Order::Stop => return Done::Stale,
            Order::Rest { .. } => Event::TimeUp,
            Order::Commit { .. } => self.committed(job.fate, met),
            Order::Spill => self.spilled(met),
            Order::Replay { .. } => self.replayed(job.fate, met),
        };
        self.memory.course.on(now, event);
        match self.memory.course.order() {
            Order::Stop => Done::Stopped,
            Order::Wait
            | Order::Commit { .. }
            | Order::Rest { .. }
            | Order::Spill
            | Order::Replay { .. } => Done::Told,
        }
    }

    /// The database does what it does with the batches in hand.
    fn take_hand(&mut self) -> Option<u64> {
        let Memory {
            epoch,
            hand,
            told,
            in_doubt,
            ..
        } = &self.memory;
        let taken = self.database.commit(*epoch, hand, *told, *in_doubt);
        taken.ok()
    }

    fn committed(&mut self, fate: Fate, met: &mut Met) -> Event {
        let applied = if fate.is_taken() {
            match self.take_hand() {
                Some(applied) => applied,
                None => {
                    met.fault("the database is not where it was told to be");
                    return Event::Failed;
                }
            }
        } else {
            0
        };
        self.memory.in_doubt = fate != Fate::Taken;
        match fate {
            Fate::Taken => {
                self.promise_hand(applied);
                Event::Committed(applied)
            }
            Fate::Refused => {
                met.fault("a commit is refused");
                Event::Refused(DatabaseFault::Failing)
            }
            Fate::TakenUnsaid => {
                met.fault("a commit is taken and refused");
                Event::Refused(DatabaseFault::Failing)
            }
            Fate::Unheard { taken } => {
                met.fault(if taken {
                    "a commit is taken in silence"
                } else {
                    "a commit is lost in silence"
                });
                Event::TimeUp
            }
        }
    }

    fn promise_hand(&mut self, applied: u64) {
        for (_, records) in self.memory.hand.drain(..) {
            for record in &records {
                self.promised.apply(record);
            }
        }
        self.memory.told = applied;
    }

    /// The transaction that the spill is given.
    fn entry(&self) -> Option<Entry> {
        let Memory {
            epoch, hand, told, ..
        } = &self.memory;
        let last = hand.last().map_or(0, |(last, _)| *last);
        let untold = hand.iter().filter(|(last, _)| last > told);
        (last > *told).then(|| Entry {
            epoch: *epoch,
            after: *told,
            last,
            records: untold.flat_map(|(_, records)| records).cloned().collect(),
        })
    }

    fn spilled(&mut self, met: &mut Met) -> Event {
        if self.spill.is_full() {
            met.fault("the spill is full");
            return Event::Failed;
        }
        met.fault("a transaction is spilled");
        self.spill.entries.extend(self.entry());
        self.memory.in_doubt = true;
        let last = self.memory.hand.last().map_or(0, |(last, _)| *last);
        let told = self.memory.told.max(last);
        self.promise_hand(told);
        Event::Spilled(told)
    }

    fn replayed(&mut self, fate: Fate, met: &mut Met) -> Event {
        let Some(entry) = self.spill.oldest() else {
            self.spill.remove();
            met.fault("the spill is replayed");
            return Event::CaughtUp;
        };
        if fate.is_taken() && self.database.replay(entry).is_err() {
            met.fault("the spill is not what the database goes on with");
            return Event::Failed;
        }
        if fate == Fate::Refused && planted(Fault::EntrySkipped) {
            self.spill.replayed += 1;
        }
        match fate {
            Fate::Taken => {
                self.spill.replayed += 1;
                Event::Replayed
            }
            Fate::Refused | Fate::TakenUnsaid => {
                met.fault("a replay is refused");
                Event::Refused(DatabaseFault::Failing)
            }
            Fate::Unheard { .. } => {
                met.fault("a replay is not heard of");
                Event::TimeUp
            }
        }
    }

    /// A standby takes over that lags behind: connections break, and some commits that were
    /// answered are forgotten.
    pub(crate) fn forget(&mut self, met: &mut Met) {
        if !self.database.forget() {
            return;
        }
        met.fault("answered commits are forgotten");
        self.memory.in_doubt = true;
        let memory = &mut self.memory;
        for job in memory.at_hand.iter_mut().chain(&mut memory.beside) {
            if let Order::Commit { .. } | Order::Replay { .. } = job.order {
                job.fate = Fate::Refused;
            }
        }
    }

    /// The process is gone. Whether what it had begun was carried out, nobody knows.
    pub(crate) fn die(&mut self, met: &mut Met) {
        let jobs = [self.memory.at_hand, self.memory.beside];
        for job in jobs.into_iter().flatten() {
            match job.order {
                Order::Commit { .. } if job.fate.is_taken() && self.chance.percent(50) => {
                    met.fault("the process dies under a commit that is taken");
                    self.take_hand();
                }
                Order::Commit { .. } => met.fault("the process dies under a commit that is lost"),
                Order::Replay { .. } => self.dies_replaying(job.fate, met),
                Order::Spill if !self.spill.is_full() && self.chance.percent(30) => {
                    met.fault("the process dies behind an entry of the spill");
                    self.spill.entries.extend(self.entry());
                }
                // A start cuts off a torn end: it was never told.
                Order::Spill => met.fault("the process tears an entry of the spill"),
                Order::Wait | Order::Stop | Order::Rest { .. } => {}
            }
        }
        self.spill.replayed = 0;
        self.memory = Memory::new(self.stall_us, 0);
    }

    fn dies_replaying(&mut self, fate: Fate, met: &mut Met) {
        met.fault("the process dies under a replay");
        let taken = fate.is_taken() && self.chance.percent(50);
        if let Some(entry) = self.spill.oldest()
            && taken
            && self.database.replay(entry).is_err()
        {
            met.fault("the spill is not what the database goes on with");
        }
    }
}
