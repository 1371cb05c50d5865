//! How the database is doing, and what becomes of a transaction that is handed to it.

use crate::chance::Chance;

/// How the database is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Weather {
    /// It takes what comes.
    #[default]
    Fine,
    /// It takes its time.
    Slow,
    /// Its disk is full, or somebody holds a lock.
    Full,
    /// Its connection breaks now and then, also under a COMMIT.
    Flaky,
    /// It says nothing.
    Silent,
    /// It is not there.
    Away,
}

/// What becomes of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is taken, and said to be.
    Taken,
    /// It is refused and may be tried again.
    Refused,
    /// It is taken, but the answer is an error.
    TakenUnsaid,
    /// Nothing is heard; it may have been taken all the same.
    Unheard {
        /// Whether it was.
        taken: bool,
    },
}

impl Fate {
    /// Whether nothing is heard of it.
    pub(crate) fn is_unheard(self) -> bool {
        matches!(self, Self::Unheard { .. })
    }

    /// Whether the database has it in the end.
    pub(crate) fn is_taken(self) -> bool {
        match self {
            Self::Taken | Self::TakenUnsaid => true,
            Self::Refused => false,
            Self::Unheard { taken } => taken,
        }
    }
}

impl Weather {
    /// Some bad weather, and how long it lasts.
    pub(crate) fn invented(chance: &mut Chance) -> (Self, u64) {
        match chance.between(0, 4) {
            0 => (Self::Slow, chance.s(5, 60)),
            1 => (Self::Full, chance.ms(100, 30_000)),
            2 => (Self::Flaky, chance.s(5, 60)),
            3 => (Self::Silent, chance.s(1, 60)),
            _ => (Self::Away, chance.s(10, 200)),
        }
    }

    /// Whether a process that starts now finds a database.
    pub(crate) fn lets_start(self) -> bool {
        match self {
            Self::Fine | Self::Slow | Self::Flaky => true,
            Self::Full | Self::Silent | Self::Away => false,
        }
    }

    /// What becomes of a transaction, and after how many microseconds.
    pub(crate) fn fate(self, chance: &mut Chance) -> (u64, Fate) {
        let unheard = |chance: &mut Chance| Fate::Unheard {
            taken: chance.percent(50),
        };
        match self {
            Self::Fine if chance.percent(10) => (chance.ms(20, 300), Fate::Taken),
            Self::Fine => (chance.ms(1, 8), Fate::Taken),
            Self::Slow => (chance.ms(200, 4_000), Fate::Taken),
            Self::Full => (chance.ms(1, 20), Fate::Refused),
            Self::Flaky => {
                let fate = match chance.between(0, 9) {
                    0..=3 => Fate::Taken,
                    4..=6 => Fate::Refused,
                    7..=8 => Fate::TakenUnsaid,
                    _ => unheard(chance),
                };
                (chance.ms(1, 50), fate)
            }
            Self::Silent => (0, unheard(chance)),
            Self::Away if chance.percent(50) => (chance.ms(1, 20), Fate::Refused),
            Self::Away => (0, Fate::Unheard { taken: false }),
        }
    }
}
