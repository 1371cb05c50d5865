//! The course of writing: what to do with the batches of the journal while the database takes
//! them, refuses them, says nothing or stays away, and what that state of affairs is called.
//! Knows nothing of SQL or files: whoever carries out an order reports what became of it.
//!
//! A database that refuses is tried again for a while. Then everything goes to the spill
//! instead, in journal order, and counts as committed once it is on disk there; when the
//! database answers again it is given the spill from its beginning, and only when it has
//! caught up is it written directly again. Meanwhile no offer and no dial is begun, and none
//! leaves that was decided before: nobody is rung on the word of a file that a successor on
//! another machine cannot see.

use cuptel_core::time::{MonoUs, Now, UtcMs};
use cuptel_core::words::{DatabaseFault, Degraded};

/// Rest before what was refused is tried again.
const RETRY_AFTER_US: u64 = 100_000;
/// Rest between two attempts to reach a database that stays away.
const RETRY_AFTER_MAX_US: u64 = 2_000_000;
/// What the replay of one transaction may take, before its connection is given up.
const REPLAY_WAIT_US: u64 = 30_000_000;
/// Commits must be slow for so long before that is told, and quick for so long before it is
/// over: one long commit is no state of affairs.
const SLOW_FOR_US: u64 = 3_000_000;

/// How it is with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Database {
    /// It takes everything.
    #[default]
    Up,
    /// It takes everything, and its time for that.
    Slow {
        /// Since when.
        since_ms: UtcMs,
    },
    /// It refuses; the same batches are being tried again.
    Failing {
        /// Since when.
        since_ms: UtcMs,
        /// Why.
        fault: DatabaseFault,
    },
    /// Everything goes to the spill until the database has caught up.
    Spilling {
        /// Since when it refuses.
        since_ms: UtcMs,
        /// Why, as far as it was told last.
        fault: DatabaseFault,
    },
}

impl Database {
    /// Whether offers and dials are not begun.
    #[must_use]
    pub fn holds(self) -> bool {
        match self {
            Self::Up | Self::Slow { .. } => false,
            Self::Failing { .. } | Self::Spilling { .. } => true,
        }
    }

    /// Whether offers and dials that were decided before do not leave either.
    #[must_use]
    pub fn rings_nobody(self) -> bool {
        match self {
            Self::Up | Self::Slow { .. } | Self::Failing { .. } => false,
            Self::Spilling { .. } => true,
        }
    }

    /// What does not work, for people; none when everything does.
    #[must_use]
    pub fn degraded(self) -> Option<Degraded> {
        match self {
            Self::Up => None,
            Self::Slow { .. } => Some(Degraded::DatabaseSlow),
            Self::Failing { fault, .. } | Self::Spilling { fault, .. } => Some(fault.into()),
        }
    }

    /// Since when it does not take everything at once.
    #[must_use]
    pub fn since_ms(self) -> Option<UtcMs> {
        match self {
            Self::Up => None,
            Self::Slow { since_ms }
            | Self::Failing { since_ms, .. }
            | Self::Spilling { since_ms, .. } => Some(since_ms),
        }
    }
}

/// How far the writer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Committed up to here, or spilled.
    pub applied: u64,
    /// How it is with the database.
    pub database: Database,
    /// What is left can be stored nowhere.
    pub dead: bool,
}

/// What the writer has to do. While it has none in hand, it takes the batches that wait, at
/// any time, and reports `Event::Arrived`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Nothing, until batches come.
    Wait,
    /// Commit the batches in hand; when that takes until then, its result stays unknown.
    Commit {
        /// Then it is given up.
        until_us: MonoUs,
    },
    /// Nothing, for a while.
    Rest {
        /// Then the time is up.
        until_us: MonoUs,
    },
    /// Write the batches in hand to the spill.
    Spill,
    /// Give the database the oldest transaction of the spill, unless that is under way; when
    /// there is none, remove the spill.
    Replay {
        /// Then it is given up.
        until_us: MonoUs,
    },
    /// End: what is in hand can be stored nowhere.
    Stop,
}

/// What became of an order. One that was not given changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Batches are in hand.
    Arrived,
    /// Those in hand are committed, up to this position.
    Committed(u64),
    /// The database refused, and may take the same later.
    Refused(DatabaseFault),
    /// The time given with the order is over.
    TimeUp,
    /// The batches in hand are in the spill, up to this position.
    Spilled(u64),
    /// The database has the oldest transaction of the spill.
    Replayed,
    /// The database has everything, and the spill is gone.
    CaughtUp,
    /// The database refuses for good, or the spill takes nothing.
    Failed,
}

/// Where the course stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Committing {
        begun: Now,
    },
    /// The batches in hand were refused and are tried again.
    Resting {
        begun: Now,
        until_us: MonoUs,
        fault: DatabaseFault,
    },
    /// Batches in hand go to the spill, whatever becomes of the replay meanwhile.
    Spilling(Away),
    /// Nothing is in hand.
    Replaying(Away),
    Stopped,
}

/// A database that is away, and the replay of what it misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Away {
    since_ms: UtcMs,
    fault: DatabaseFault,
    /// Resting between two attempts, not replaying.
    rests: bool,
    /// End of the rest or of the attempt.
    until_us: MonoUs,
    /// The next rest.
    rest_us: u64,
}

impl Away {
    fn begins(now: Now, since_ms: UtcMs, fault: DatabaseFault) -> Self {
        Self {
            since_ms,
            fault,
            rests: false,
            until_us: now.mono_us + REPLAY_WAIT_US,
            rest_us: RETRY_AFTER_US,
        }
    }

    /// The database is still away, for this reason.
    fn rest(self, now: Now, fault: DatabaseFault) -> Self {
        Self {
            fault,
            rests: true,
            until_us: now.mono_us + self.rest_us,
            rest_us: (self.rest_us * 2).min(RETRY_AFTER_MAX_US),
            ..self
        }
    }

    fn told(self) -> Database {
        Database::Spilling {
            since_ms: self.since_ms,
            fault: self.fault,
        }
    }

    fn try_again(self, now: Now) -> Self {
        Self {
            rests: false,
            until_us: now.mono_us + REPLAY_WAIT_US,
            ..self
        }
    }
}

/// Whether commits take long, with a memory: neither one that does nor one that does not
/// changes it.
#[derive(Debug, Clone, Copy)]
struct Slowness {
    /// What takes longer is slow; what takes half of it is not any more.
    limit_us: u64,
    is_slow: bool,
    /// Since when every commit speaks against what holds.
    against: Option<Now>,
    since_ms: UtcMs,
}

impl Slowness {
    fn new(limit_us: u64) -> Self {
        Self {
            limit_us,
            is_slow: false,
            against: None,
            since_ms: 0,
        }
    }

    /// A commit was begun then, and has succeeded now.
    fn commit(&mut self, begun: Now, now: Now) -> Database {
        let took_us = now.mono_us.saturating_sub(begun.mono_us);
        let speaks_against = if self.is_slow {
            took_us <= self.limit_us / 2
        } else {
            took_us > self.limit_us
        };
        if !speaks_against {
            self.against = None;
        } else if now.mono_us - self.against.get_or_insert(begun).mono_us >= SLOW_FOR_US {
            self.is_slow = !self.is_slow;
            self.since_ms = self.against.take().map_or(now.utc_ms, |since| since.utc_ms);
        }
        if self.is_slow {
            Database::Slow {
                since_ms: self.since_ms,
            }
        } else {
            Database::Up
        }
    }
}

/// The course of one writer.
#[derive(Debug)]
pub struct Writing {
    /// How long the database is waited for.
    stall_us: u64,
    slowness: Slowness,
    state: State,
    progress: Progress,
}

impl Writing {
    /// The course of a writer that waits so long for the database.
    #[must_use]
    pub fn new(stall_us: u64) -> Self {
        Self {
            stall_us,
            slowness: Slowness::new(stall_us),
            state: State::Idle,
            progress: Progress::default(),
        }
    }

    /// The same, when commits that take longer than this for a while are called slow.
    #[must_use]
    pub fn calling_slow(self, slow_us: u64) -> Self {
        Self {
            slowness: Slowness::new(slow_us),
            ..self
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// What is to be done.
    #[must_use]
    pub fn order(&self) -> Order {
        match self.state {
            State::Idle => Order::Wait,
            State::Committing { begun } => Order::Commit {
                until_us: self.stalled_us(begun),
            },
            State::Resting { until_us, .. } => Order::Rest { until_us },
            State::Spilling(_) => Order::Spill,
            State::Replaying(Away {
                rests, until_us, ..
            }) => {
                if rests {
                    Order::Rest { until_us }
                } else {
                    Order::Replay { until_us }
                }
            }
            State::Stopped => Order::Stop,
        }
    }

    /// Takes in what became of the order.
    pub fn on(&mut self, now: Now, event: Event) {
        match event {
            Event::Arrived => self.arrived(now),
            Event::Committed(applied) => {
                if let State::Committing { begun } = self.state {
                    self.state = State::Idle;
                    let database = self.slowness.commit(begun, now);
                    self.tell(applied, database);
                }
            }
            Event::Refused(fault) => self.refused(now, fault),
            Event::TimeUp => self.time_up(now),
            Event::Spilled(applied) => {
                if let State::Spilling(away) = self.state {
                    self.state = State::Replaying(away);
                    self.tell(applied, away.told());
                }
            }
            Event::Replayed => {
                if let State::Replaying(away) = self.state {
                    let next = Away::begins(now, away.since_ms, away.fault);
                    self.state = State::Replaying(next);
                }
            }
            Event::CaughtUp => {
                if let State::Replaying(_) = self.state {
                    self.state = State::Idle;
                    self.tell(self.progress.applied, Database::Up);
                }
            }
            Event::Failed => {
                self.state = State::Stopped;
                self.progress.dead = true;
            }
        }
    }

    fn arrived(&mut self, now: Now) {
        self.state = match self.state {
            State::Idle => State::Committing { begun: now },
            State::Replaying(away) => State::Spilling(away),
            state @ (State::Committing { .. }
            | State::Resting { .. }
            | State::Spilling(_)
            | State::Stopped) => state,
        };
    }

    fn refused(&mut self, now: Now, fault: DatabaseFault) {
        match self.state {
            State::Committing { begun } => {
                let until_us = (now.mono_us + RETRY_AFTER_US).min(self.stalled_us(begun));
                self.state = State::Resting {
                    begun,
                    until_us,
                    fault,
                };
                let since_ms = begun.utc_ms;
                let failing = Database::Failing { since_ms, fault };
                self.tell(self.progress.applied, failing);
            }
            State::Replaying(away) => self.stays_away(away.rest(now, fault)),
            State::Idle | State::Resting { .. } | State::Spilling(_) | State::Stopped => {}
        }
    }

    fn time_up(&mut self, now: Now) {
        self.state = match self.state {
            State::Resting { begun, .. } if now.mono_us < self.stalled_us(begun) => {
                State::Committing { begun }
            }
            State::Committing { begun } => {
                State::Spilling(Away::begins(now, begun.utc_ms, DatabaseFault::Stalled))
            }
            State::Resting { begun, fault, .. } => {
                State::Spilling(Away::begins(now, begun.utc_ms, fault))
            }
            State::Replaying(away) if away.rests => State::Replaying(away.try_again(now)),
            State::Replaying(away) => {
                return self.stays_away(away.rest(now, DatabaseFault::Stalled));
            }
            state @ (State::Idle | State::Spilling(_) | State::Stopped) => state,
        };
    }

    fn stays_away(&mut self, away: Away) {
        self.state = State::Replaying(away);
        self.tell(self.progress.applied, away.told());
    }

    /// When a commit that was begun then has been waited for long enough.
    fn stalled_us(&self, begun: Now) -> MonoUs {
        begun.mono_us + self.stall_us
    }

    fn tell(&mut self, applied: u64, database: Database) {
        self.progress.applied = applied;
        self.progress.database = database;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL_US: u64 = 250_000;

    fn at(mono_us: u64) -> Now {
        let utc_ms = i64::try_from(mono_us / 1_000).unwrap();
        Now { mono_us, utc_ms }
    }

    /// A course after these events, each at its microsecond.
    fn after(events: &[(u64, Event)]) -> Writing {
        let mut writing = Writing::new(STALL_US);
        for (at_us, event) in events {
            writing.on(at(*at_us), *event);
        }
        writing
    }

    #[test]
    fn a_commit_that_succeeds_moves_the_position() {
        let writing = after(&[(0, Event::Arrived), (9, Event::Committed(4))]);
        let told = Progress {
            applied: 4,
            ..Progress::default()
        };
        assert_eq!((writing.order(), writing.progress()), (Order::Wait, told));
    }

    #[test]
    fn what_is_refused_is_tried_again_until_the_stall_and_then_spilled() {
        let events = [
            (1_000, Event::Arrived),
            (2_000, Event::Refused(DatabaseFault::Full)),
        ];
        let mut writing = after(&events);
        let until_us = 2_000 + RETRY_AFTER_US;
        assert_eq!(writing.order(), Order::Rest { until_us });
        let fault = DatabaseFault::Full;
        let failing = Database::Failing { since_ms: 1, fault };
        assert_eq!(writing.progress().database, failing);
        writing.on(at(until_us), Event::TimeUp);
        let until_us = 1_000 + STALL_US;
        assert_eq!(writing.order(), Order::Commit { until_us });
        writing.on(at(until_us - 1), Event::Refused(DatabaseFault::Full));
        assert_eq!(writing.order(), Order::Rest { until_us });
        writing.on(at(until_us), Event::TimeUp);
        assert_eq!(writing.order(), Order::Spill);
        assert_eq!(writing.progress().applied, 0);
        writing.on(at(until_us), Event::Spilled(7));
        assert_eq!(writing.progress().applied, 7);
        let spilling = Database::Spilling { since_ms: 1, fault };
        assert_eq!(writing.progress().database, spilling);
    }

    #[test]
    fn what_arrives_while_the_spill_is_replayed_goes_behind_it() {
        let stalled = [
            (0, Event::Arrived),
            (STALL_US, Event::TimeUp),
            (STALL_US, Event::Spilled(1)),
        ];
        let mut writing = after(&stalled);
        let until_us = STALL_US + REPLAY_WAIT_US;
        assert_eq!(writing.order(), Order::Replay { until_us });
        writing.on(at(300_000), Event::Arrived);
        assert_eq!(writing.order(), Order::Spill);
        writing.on(at(300_000), Event::Spilled(2));
        assert_eq!(writing.order(), Order::Replay { until_us });
        writing.on(at(400_000), Event::Replayed);
        writing.on(at(500_000), Event::Replayed);
        assert!(writing.progress().database.rings_nobody());
        writing.on(at(500_000), Event::CaughtUp);
        assert_eq!(writing.order(), Order::Wait);
        assert_eq!(writing.progress().database, Database::Up);
        assert_eq!(writing.progress().applied, 2);
    }

    #[test]
    fn a_database_that_stays_away_is_asked_less_and_less_often() {
        let stalled = [
            (0, Event::Arrived),
            (STALL_US, Event::TimeUp),
            (STALL_US, Event::Spilled(1)),
        ];
        let mut writing = after(&stalled);
        let mut rests = Vec::new();
        for second in 1..=8 {
            let now = at(second * 10_000_000);
            writing.on(now, Event::Refused(DatabaseFault::Full));
            let Order::Rest { until_us } = writing.order() else {
                panic!("{writing:?}");
            };
            rests.push((until_us - now.mono_us) / 1_000);
            writing.on(at(until_us), Event::TimeUp);
        }
        assert_eq!(rests, [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    }

    #[test]
    fn the_reason_of_an_outage_is_the_last_one_that_was_told() {
        let stalled = [
            (1_000, Event::Arrived),
            (1_000 + STALL_US, Event::TimeUp),
            (1_000 + STALL_US, Event::Spilled(1)),
        ];
        let mut writing = after(&stalled);
        let degraded = |writing: &Writing| writing.progress().database.degraded();
        assert_eq!(degraded(&writing), Some(Degraded::DatabaseStalled));
        writing.on(at(300_000), Event::Refused(DatabaseFault::ReadOnly));
        assert_eq!(degraded(&writing), Some(Degraded::DatabaseReadOnly));
        assert_eq!(writing.progress().database.since_ms(), Some(1));
    }

    /// So many commits, one behind the other, each taking so long; what is told after each.
    fn commits(writing: &mut Writing, from_us: &mut u64, count: usize, each_us: u64) -> Vec<bool> {
        let mut told = Vec::new();
        for _ in 0..count {
            writing.on(at(*from_us), Event::Arrived);
            *from_us += each_us;
            writing.on(at(*from_us), Event::Committed(1));
            let database = writing.progress().database;
            assert!(!database.holds() && !database.rings_nobody());
            told.push(database.degraded() == Some(Degraded::DatabaseSlow));
        }
        told
    }

    #[test]
    fn commits_that_take_long_for_a_while_are_told_and_so_is_their_end() {
        let mut writing = Writing::new(2_000_000).calling_slow(100_000);
        let mut now_us = 0;
        let mut commits = |count, each_us| commits(&mut writing, &mut now_us, count, each_us);
        assert!(!commits(14, 200_000).contains(&true), "not yet 3 s");
        assert!(!commits(1, 50_000).contains(&true), "one was quick");
        assert_eq!(commits(15, 200_000).last(), Some(&true));
        assert!(!commits(40, 80_000).contains(&false), "not quick enough");
        assert!(!commits(59, 50_000).contains(&false), "not yet 3 s");
        assert_eq!(commits(1, 50_000), [false]);
    }

    #[test]
    fn what_can_be_stored_nowhere_stops_it() {
        let writing = after(&[(0, Event::Arrived), (1, Event::Failed)]);
        assert_eq!(writing.order(), Order::Stop);
        assert!(writing.progress().dead);
    }
}
