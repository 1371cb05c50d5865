//! What theory says of one kind of caller and one kind of operator: Erlang's formulas, and those
//! for callers who give up. To check the simulation by, and to begin a search with.
//!
//! Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of
//! significance in automatic telephone exchanges", 1917 (loss and delay); C. Palm, "Research on
//! telephone traffic carried by full availability groups", 1957 (exponential patience: M/M/n+M,
//! now called Erlang-A); F. Baccelli and G. Hebuterne, "On queues with impatient customers", 1981,
//! and S. Mandelbaum and S. Zeltyn, "The impact of customers' patience on delay and abandonment",
//! 2004 (any patience: M/M/n+G).

use cuptel_core::erlang::{blocked, delayed};

use super::spread::Spread;

/// Steps of Simpson's rule.
const STEPS: u32 = 2_000;

/// One queue in a steady state: callers at random, exponential handling, any patience.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steady {
    /// Callers a second.
    pub calls_per_s: f64,
    /// Mean time that a call keeps its operator, wrap-up included.
    pub handling_s: f64,
    /// Operators.
    pub operators: u32,
    /// How long callers wait before they hang up; none: for ever (Erlang-C).
    pub patience: Option<Spread>,
}

/// What becomes of the callers of a steady queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Share of callers who find every operator busy.
    pub waits: f64,
    /// Share of callers who give up.
    pub gives_up: f64,
    /// Mean time in the queue of all callers, those included who give up; in seconds.
    pub wait_s: f64,
}

impl Steady {
    fn offered(&self) -> f64 {
        self.calls_per_s * self.handling_s
    }

    /// Calls a second that all operators together can serve.
    fn served_per_s(&self) -> f64 {
        f64::from(self.operators) / self.handling_s
    }

    /// What becomes of the callers; none where the queue would grow without end, or without
    /// operators.
    #[must_use]
    pub fn expected(&self) -> Option<Expected> {
        let Some(patience) = self.patience else {
            let spare_per_s = self.spare_per_s()?;
            let waits = delayed(self.offered(), self.operators);
            return Some(Expected {
                waits,
                gives_up: 0.0,
                wait_s: waits / spare_per_s,
            });
        };
        let curve = self.curve(patience)?;
        let beyond_per_s = self.calls_per_s - self.served_per_s();
        Some(Expected {
            waits: self.calls_per_s * curve.whole / curve.all,
            // Never below nothing by rounding.
            gives_up: ((curve.one + beyond_per_s * curve.whole) / curve.all).max(0.0),
            wait_s: self.calls_per_s * curve.held_s / curve.all,
        })
    }

    /// The share of all callers who are answered within `s` seconds.
    #[must_use]
    pub fn answered_within(&self, s: f64) -> Option<f64> {
        let Some(patience) = self.patience else {
            let spare_per_s = self.spare_per_s()?;
            return Some(1.0 - delayed(self.offered(), self.operators) * (-spare_per_s * s).exp());
        };
        let curve = self.curve(patience)?;
        // Beyond its end the density is nothing, and steps so long would miss what there is.
        let end_s = s.min(curve.end_s);
        let stayed = self.integral(patience, curve.peak, end_s, |at| at.stays * at.density);
        Some((curve.at_once + self.calls_per_s * stayed) / curve.all)
    }

    /// The fewest operators that answer this share of all callers within `within_s`; none if
    /// `most` are too few.
    #[must_use]
    pub fn fewest(&self, share: f64, within_s: f64, most: u32) -> Option<u32> {
        (1..=most).find(|&operators| {
            let answered = Self { operators, ..*self }.answered_within(within_s);
            answered.is_some_and(|answered| answered >= share)
        })
    }

    /// Calls a second that could be served besides, where everybody waits.
    fn spare_per_s(&self) -> Option<f64> {
        let spare_per_s = self.served_per_s() - self.calls_per_s;
        (spare_per_s > 0.0).then_some(spare_per_s)
    }

    fn curve(&self, patience: Spread) -> Option<Curve> {
        if self.operators == 0 || self.calls_per_s <= 0.0 {
            return None;
        }
        let (peak, end_s) = self.extent(patience);
        let one = (-peak).exp();
        // Erlang's loss with one operator less, inverted: Σ π(j) / π(n−1) over j < n.
        let at_once = one / blocked(self.offered(), self.operators - 1);
        let whole = self.integral(patience, peak, end_s, |at| at.density);
        Some(Curve {
            peak,
            end_s,
            one,
            at_once,
            whole,
            held_s: self.integral(patience, peak, end_s, |at| at.density * at.held_s),
            all: at_once + self.calls_per_s * whole,
        })
    }

    /// The highest exponent of the density, and where the density has fallen to nothing.
    fn extent(&self, patience: Spread) -> (f64, f64) {
        let served_per_s = self.served_per_s();
        let dx = (patience.mean_s() / 200.0).min(1.0 / served_per_s);
        let (mut held_s, mut peak, mut x) = (0.0, 0.0_f64, 0.0);
        loop {
            held_s += patience.longer_than(x + dx / 2.0) * dx;
            x += dx;
            let exponent = self.calls_per_s * held_s - served_per_s * x;
            peak = peak.max(exponent);
            if exponent < peak - 40.0 {
                return (peak, x);
            }
        }
    }

    /// Simpson's rule from 0 to `end_s`.
    fn integral(&self, patience: Spread, peak: f64, end_s: f64, value: impl Fn(At) -> f64) -> f64 {
        let stays = |x: f64| patience.longer_than(x);
        let at = |x: f64, held_s: f64| {
            let exponent = self.calls_per_s * held_s - self.served_per_s() * x - peak;
            value(At {
                stays: stays(x),
                held_s,
                density: exponent.exp(),
            })
        };
        let dx = end_s / f64::from(STEPS);
        let (mut sum, mut held_s) = (0.0, 0.0);
        for step in 0..STEPS {
            let x = dx * f64::from(step);
            let half = stays(x + dx / 2.0);
            let middle_s = held_s + (stays(x) + 4.0 * stays(x + dx / 4.0) + half) * dx / 12.0;
            let late = 4.0 * stays(x + 0.75 * dx) + stays(x + dx);
            let end_held_s = middle_s + (half + late) * dx / 12.0;
            let ends = at(x, held_s) + at(x + dx, end_held_s);
            sum += (ends + 4.0 * at(x + dx / 2.0, middle_s)) * dx / 6.0;
            held_s = end_held_s;
        }
        sum
    }
}

/// The density of the wait that a caller with endless patience would meet, and what is made of
/// it. Everything is divided by the exponential of `peak`, so that nothing overflows.
struct Curve {
    peak: f64,
    end_s: f64,
    one: f64,
    /// Of callers who find a free operator.
    at_once: f64,
    whole: f64,
    held_s: f64,
    all: f64,
}

/// A point of the curve.
struct At {
    /// Share of callers who still wait after so long.
    stays: f64,
    /// Its integral so far: the mean of the smaller of this wait and a caller's patience.
    held_s: f64,
    density: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!(
            (found - expected).abs() <= within,
            "{found}, not {expected}"
        );
    }

    /// The stationary probabilities of M/M/n+M, one state after the other.
    fn by_states(queue: &Steady, patience_s: f64) -> Expected {
        let (calls, serve) = (queue.calls_per_s, 1.0 / queue.handling_s);
        let n = f64::from(queue.operators);
        let mut states = vec![1.0];
        for j in 1..5_000 {
            let leave = f64::from(j).min(n) * serve + (f64::from(j) - n).max(0.0) / patience_s;
            states.push(states[states.len() - 1] * calls / leave);
            let sum: f64 = states.iter().sum();
            states.iter_mut().for_each(|state| *state /= sum);
        }
        let operators = usize::try_from(queue.operators).unwrap();
        let in_queue: f64 = (0..)
            .zip(&states[operators..])
            .map(|(j, p)| f64::from(j) * p)
            .sum();
        Expected {
            waits: states[operators..].iter().sum(),
            gives_up: in_queue / patience_s / calls,
            wait_s: in_queue / calls,
        }
    }

    #[test]
    fn erlangs_own_figures() {
        // Tables of A. K. Erlang's formulas: 10 Erlang on 10 and on 15 operators.
        near(blocked(10.0, 10), 0.214_58, 1e-5);
        near(blocked(10.0, 15), 0.036_50, 1e-5);
        near(delayed(10.0, 12), 0.449_36, 1e-4);
        near(delayed(2.0, 3), 4.0 / 9.0, 1e-12);
        assert_eq!(delayed(5.0, 5), 1.0);
        near(blocked(9_000.0, 10_000), 0.0, 1e-9);
    }

    #[test]
    fn exponential_patience_agrees_with_the_states_of_the_chain() {
        for (calls_per_s, operators, patience_s) in [
            (0.05, 10, 120.0),
            (0.05, 15, 60.0),
            (0.2, 20, 300.0),
            (1.0, 100, 180.0),
        ] {
            let queue = Steady {
                calls_per_s,
                handling_s: 240.0,
                operators,
                patience: Some(Spread::Exponential { mean_s: patience_s }),
            };
            let (found, states) = (queue.expected().unwrap(), by_states(&queue, patience_s));
            near(found.waits, states.waits, 1e-5);
            near(found.gives_up, states.gives_up, 1e-5);
            near(found.wait_s, states.wait_s, 1e-3 * states.wait_s);
            // Everybody is answered or gives up, sooner or later.
            near(
                queue.answered_within(1e5).unwrap(),
                1.0 - states.gives_up,
                1e-4,
            );
        }
    }

    #[test]
    fn endless_patience_is_the_limit_of_a_long_one() {
        let endless = Steady {
            calls_per_s: 0.035,
            handling_s: 240.0,
            operators: 10,
            patience: None,
        };
        let long = Steady {
            patience: Some(Spread::Exponential { mean_s: 1e7 }),
            ..endless
        };
        let (endless_is, long_is) = (endless.expected().unwrap(), long.expected().unwrap());
        near(long_is.waits, endless_is.waits, 1e-3);
        near(long_is.wait_s, endless_is.wait_s, 0.5);
        let within = |queue: &Steady| queue.answered_within(90.0).unwrap();
        near(within(&long), within(&endless), 1e-3);
    }

    #[test]
    fn the_fewest_operators_are_enough_and_one_less_is_not() {
        let queue = Steady {
            calls_per_s: 0.1,
            handling_s: 300.0,
            operators: 0,
            patience: Some(Spread::Exponential { mean_s: 180.0 }),
        };
        let fewest = queue.fewest(0.8, 20.0, 1_000).unwrap();
        let within = |operators| Steady { operators, ..queue }.answered_within(20.0).unwrap();
        assert!(
            within(fewest) >= 0.8 && within(fewest - 1) < 0.8,
            "{fewest}"
        );
        assert_eq!(queue.fewest(0.8, 20.0, fewest - 1), None);
    }

    #[test]
    fn without_operators_or_with_too_few_nothing_can_be_said() {
        let hopeless = Steady {
            calls_per_s: 1.0,
            handling_s: 300.0,
            operators: 10,
            patience: None,
        };
        assert_eq!(hopeless.expected(), None);
        assert_eq!(hopeless.answered_within(20.0), None);
    }
}
