//! How invented people behave: one table, and the chance that picks from it.

use std::ops::RangeInclusive;
use std::time::Duration;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

/// Seconds, drawn evenly between the two.
pub(crate) type Between = RangeInclusive<f64>;

/// Every distribution of the demo.
#[derive(Debug)]
pub(crate) struct Habits {
    /// How long a caller listens before pressing a key.
    pub(crate) listens_s: Between,
    /// Keys by weight; `None` presses nothing (an old telephone).
    pub(crate) keys: [(u32, Option<char>); 5],
    /// How long a key is held.
    pub(crate) key_ms: u32,
    /// The announcements at the beginning, which who is not in haste sits through.
    pub(crate) announced_s: f64,
    /// Mean of the exponential wait, after the announcements, until a caller hangs up.
    pub(crate) patience_mean_s: f64,
    /// Share of callers who hang up while the first messages still play, and when.
    pub(crate) in_haste: f64,
    pub(crate) haste_s: Between,
    /// Share of callers who take the offer to be called back, and how long after the answer.
    pub(crate) accepts_offer: f64,
    pub(crate) accepts_offer_after_s: Between,
    /// Share of callers who show no number.
    pub(crate) withheld: f64,
    /// How long a caller lets it ring before giving up unanswered.
    pub(crate) rings_s: Between,
    /// Share of refused callers who dial again, how soon, and how often at most.
    pub(crate) redials: f64,
    pub(crate) redial_after_s: Between,
    pub(crate) redials_max: u8,
    /// Share of arrivals who have called before.
    pub(crate) known: f64,
    /// Length of a conversation, and how often the operator is the one to end it.
    pub(crate) talks_s: Between,
    pub(crate) operator_ends: f64,
    /// The other one hangs up so much later, if that went unnoticed.
    pub(crate) lingers_s: f64,
    /// An operator whom nobody is put through to gives up.
    pub(crate) operator_alone_s: f64,
    /// A called person to whom nobody speaks hangs up.
    pub(crate) called_alone_s: f64,
    /// Called people: they answer after so long; the rest of the shares rings on.
    pub(crate) called_answers_after_s: Between,
    pub(crate) called_answers: f64,
    pub(crate) called_is_busy: f64,
    /// The share who answer when they were rung before: they expect us now.
    pub(crate) called_answers_again: f64,
    /// Share of called people who at that moment ring us themselves, and how soon.
    pub(crate) called_rings_in: f64,
    pub(crate) rings_in_after_s: f64,
    /// Operators: they answer after so long; the rest of the shares rings on.
    pub(crate) operator_answers_after_s: Between,
    pub(crate) operator_answers: f64,
    pub(crate) operator_declines: f64,
    /// At [`stop_calling`](super::Phones::stop_calling), who waits gives up within this.
    pub(crate) leaves_s: Between,
}

pub(crate) const HABITS: Habits = Habits {
    listens_s: 2.0..=7.0,
    keys: [
        (50, Some('1')),
        (20, Some('2')),
        (10, Some('3')),
        (12, Some('9')),
        (8, None),
    ],
    key_ms: 120,
    announced_s: 6.0,
    patience_mean_s: 14.0,
    in_haste: 0.08,
    haste_s: 1.0..=5.0,
    accepts_offer: 0.30,
    accepts_offer_after_s: 16.0..=20.0,
    withheld: 0.06,
    rings_s: 15.0..=40.0,
    redials: 0.40,
    redial_after_s: 2.0..=6.0,
    redials_max: 3,
    known: 0.10,
    talks_s: 2.5..=4.5,
    operator_ends: 0.5,
    lingers_s: 2.0,
    operator_alone_s: 60.0,
    called_alone_s: 20.0,
    called_answers_after_s: 0.8..=2.5,
    called_answers: 0.75,
    called_is_busy: 0.10,
    called_answers_again: 0.88,
    called_rings_in: 0.05,
    rings_in_after_s: 0.4,
    operator_answers_after_s: 0.4..=1.2,
    operator_answers: 0.92,
    operator_declines: 0.03,
    leaves_s: 0.5..=5.0,
};

const _: () = assert!(
    HABITS.called_answers + HABITS.called_is_busy < 1.0
        && HABITS.called_answers_again + HABITS.called_is_busy < 1.0
        && HABITS.operator_answers + HABITS.operator_declines < 1.0,
    "some phones ring on"
);

/// What somebody does about a ringing phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    Answer,
    Refuse,
    RingOn,
}

/// A repeatable source of chance.
#[derive(Debug)]
pub(crate) struct Chance(ChaCha12Rng);

impl Chance {
    /// `of` keeps draws apart: one person's do not move another's.
    pub(crate) fn new(seed: u64, of: u64) -> Self {
        let mut key = [0; 32];
        for (place, byte) in key
            .iter_mut()
            .zip(seed.to_le_bytes().into_iter().chain(of.to_le_bytes()))
        {
            *place = byte;
        }
        Self(ChaCha12Rng::from_seed(key))
    }

    pub(crate) fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        self.0.fill_bytes(&mut key);
        key
    }

    /// Evenly in 0 ≤ x < 1.
    fn unit(&mut self) -> f64 {
        /// 2^32: every `u32` has an exact `f64`.
        const STEPS: f64 = 4_294_967_296.0;
        f64::from(self.0.next_u32()) / STEPS
    }

    pub(crate) fn yes(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Microseconds.
    pub(crate) fn between(&mut self, range: &Between) -> u64 {
        micros(range.start() + (range.end() - range.start()) * self.unit())
    }

    /// Microseconds, exponential.
    pub(crate) fn exponential(&mut self, mean_s: f64) -> u64 {
        micros(-mean_s * (1.0 - self.unit()).ln())
    }

    /// An index below `count`; 0 for 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.0.next_u64() >> 1)
            .unwrap_or(0)
            .checked_rem(count)
            .unwrap_or(0)
    }

    pub(crate) fn conduct(&mut self, answers: f64, refuses: f64) -> Conduct {
        let drawn = self.unit();
        if drawn < answers {
            Conduct::Answer
        } else if drawn < answers + refuses {
            Conduct::Refuse
        } else {
            Conduct::RingOn
        }
    }

    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(u32, T)]) -> Option<T> {
        let sum: u32 = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = f64::from(sum) * self.unit();
        choices
            .iter()
            .find(|(weight, _)| {
                left -= f64::from(*weight);
                left < 0.0
            })
            .or(choices.last())
            .map(|&(_, choice)| choice)
    }
}

/// Seconds as whole microseconds; what is no time at all is 0.
pub(crate) fn micros(seconds: f64) -> u64 {
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO);
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_the_table() {
        let mut chance = Chance::new(7, 0);
        let draws = 20_000_u32;
        let mut answers = 0_u32;
        let mut waited = 0.0;
        for _ in 0..draws {
            answers += u32::from(chance.conduct(0.75, 0.10) == Conduct::Answer);
            waited += Duration::from_micros(chance.exponential(20.0)).as_secs_f64();
            let listened = chance.between(&(2.0..=6.0));
            assert!((2_000_000..=6_000_000).contains(&listened));
            assert!(chance.below(3) < 3);
        }
        let share = f64::from(answers) / f64::from(draws);
        assert!((share - 0.75).abs() < 0.02, "{share}");
        let mean = waited / f64::from(draws);
        assert!((mean - 20.0).abs() < 0.6, "{mean}");
        assert_eq!(chance.below(0), 0);
    }

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::new(1, 1);
        let draws: Vec<char> = (0..10_000)
            .filter_map(|_| chance.weighted(&[(3, 'a'), (0, 'b'), (1, 'c')]))
            .collect();
        let count = |wanted| draws.iter().filter(|&&drawn| drawn == wanted).count();
        assert_eq!(count('b'), 0);
        assert!((7_200..7_800).contains(&count('a')), "{}", count('a'));
        assert_eq!(chance.weighted::<char>(&[]), None);
    }
}
