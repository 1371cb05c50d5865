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

/// Rest before what was refused is tried again.
const RETRY_AFTER_US: u64 = 100_000;
/// Rest between two attempts to reach a database that stays away.
const RETRY_AFTER_MAX_US: u64 = 2_000_000;
/// What the replay of one transaction may take, before its connection is given up.
const REPLAY_WAIT_US: u64 = 30_000_000;

/// How it is with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Database {
    /// It takes everything.
    #[default]
    Up,
    /// It refuses; the same batches are being tried again.
    Failing {
        /// Since when.
        since_ms: UtcMs,
    },
    /// Everything goes to the spill until the database has caught up.
    Spilling {
        /// Since when it refuses.
        since_ms: UtcMs,
    },
}

impl Database {
    /// Whether offers and dials are not begun.
    #[must_use]
    pub fn holds(self) -> bool {
        match self {
            Self::Up => false,
            Self::Failing { .. } | Self::Spilling { .. } => true,
        }
    }

    /// Whether offers and dials that were decided before do not leave either.
    #[must_use]
    pub fn rings_nobody(self) -> bool {
        match self {
            Self::Up | Self::Failing { .. } => false,
            Self::Spilling { .. } => true,
        }
    }

    /// What does not work, for people; none when everything does.
    #[must_use]
    pub fn degraded(self) -> Option<&'static str> {
        match self {
            Self::Up => None,
            Self::Failing { .. } => Some("database"),
            Self::Spilling { .. } => Some("database: stalled, spilling"),
        }
    }

    /// Since when it does not take everything.
    #[must_use]
    pub fn since_ms(self) -> Option<UtcMs> {
        match self {
            Self::Up => None,
            Self::Failing { since_ms } | Self::Spilling { since_ms } => Some(since_ms),
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
    Refused,
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
    /// Resting between two attempts, not replaying.
    rests: bool,
    /// End of the rest or of the attempt.
    until_us: MonoUs,
    /// The next rest.
    rest_us: u64,
}

impl Away {
    fn begins(now: Now, since_ms: UtcMs) -> Self {
        Self {
            since_ms,
            rests: false,
            until_us: now.mono_us + REPLAY_WAIT_US,
            rest_us: RETRY_AFTER_US,
        }
    }

    /// The database is still away.
    fn rest(self, now: Now) -> Self {
        Self {
            rests: true,
            until_us: now.mono_us + self.rest_us,
            rest_us: (self.rest_us * 2).min(RETRY_AFTER_MAX_US),
            ..self
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

/// The course of one writer.
#[derive(Debug)]
pub struct Writing {
    /// How long the database is waited for.
    stall_us: u64,
    state: State,
    progress: Progress,
}

impl Writing {
    /// The course of a writer that waits so long for the database.
    #[must_use]
    pub fn new(stall_us: u64) -> Self {
        Self {
            stall_us,
            state: State::Idle,
            progress: Progress::default(),
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
                if let State::Committing { .. } = self.state {
                    self.state = State::Idle;
                    self.tell(applied, Database::Up);
                }
            }
            Event::Refused => self.refused(now),
            Event::TimeUp => self.time_up(now),
            Event::Spilled(applied) => {
                if let State::Spilling(away) = self.state {
                    self.state = State::Replaying(away);
                    let since_ms = away.since_ms;
                    self.tell(applied, Database::Spilling { since_ms });
                }
            }
            Event::Replayed => {
                if let State::Replaying(away) = self.state {
                    self.state = State::Replaying(Away::begins(now, away.since_ms));
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

    fn refused(&mut self, now: Now) {
        match self.state {
            State::Committing { begun } => {
                let until_us = (now.mono_us + RETRY_AFTER_US).min(self.stalled_us(begun));
                self.state = State::Resting { begun, until_us };
                let since_ms = begun.utc_ms;
                self.tell(self.progress.applied, Database::Failing { since_ms });
            }
            State::Replaying(away) => self.state = State::Replaying(away.rest(now)),
            State::Idle | State::Resting { .. } | State::Spilling(_) | State::Stopped => {}
        }
    }

    fn time_up(&mut self, now: Now) {
        self.state = match self.state {
            State::Resting { begun, .. } if now.mono_us < self.stalled_us(begun) => {
                State::Committing { begun }
            }
            State::Committing { begun } | State::Resting { begun, .. } => {
                State::Spilling(Away::begins(now, begun.utc_ms))
            }
            State::Replaying(away) if away.rests => State::Replaying(away.try_again(now)),
            State::Replaying(away) => State::Replaying(away.rest(now)),
            state @ (State::Idle | State::Spilling(_) | State::Stopped) => state,
        };
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
        let events = [(1_000, Event::Arrived), (2_000, Event::Refused)];
        let mut writing = after(&events);
        let until_us = 2_000 + RETRY_AFTER_US;
        assert_eq!(writing.order(), Order::Rest { until_us });
        let failing = Database::Failing { since_ms: 1 };
        assert_eq!(writing.progress().database, failing);
        writing.on(at(until_us), Event::TimeUp);
        let until_us = 1_000 + STALL_US;
        assert_eq!(writing.order(), Order::Commit { until_us });
        writing.on(at(until_us - 1), Event::Refused);
        assert_eq!(writing.order(), Order::Rest { until_us });
        writing.on(at(until_us), Event::TimeUp);
        assert_eq!(writing.order(), Order::Spill);
        assert_eq!(writing.progress().applied, 0);
        writing.on(at(until_us), Event::Spilled(7));
        assert_eq!(writing.progress().applied, 7);
        let spilling = Database::Spilling { since_ms: 1 };
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
            writing.on(now, Event::Refused);
            let Order::Rest { until_us } = writing.order() else {
                panic!("{writing:?}");
            };
            rests.push((until_us - now.mono_us) / 1_000);
            writing.on(at(until_us), Event::TimeUp);
        }
        assert_eq!(rests, [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    }

    #[test]
    fn what_can_be_stored_nowhere_stops_it() {
        let writing = after(&[(0, Event::Arrived), (1, Event::Failed)]);
        assert_eq!(writing.order(), Order::Stop);
        assert!(writing.progress().dead);
    }
}
