//! How long something takes: a distribution to draw from, with its mean and its tail for the
//! formulas. Knows nothing of who waits or talks.

use crate::chance::Chance;

/// A time in seconds that differs from one to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// Always the same.
    Fixed {
        /// Seconds.
        s: f64,
    },
    /// Without memory: how long it has lasted says nothing of how long it will.
    Exponential {
        /// Mean in seconds.
        mean_s: f64,
    },
    /// Its logarithm is normally distributed: what conversations look like.
    LogNormal {
        /// Mean in seconds, of the time itself.
        mean_s: f64,
        /// Standard deviation in seconds, of the time itself.
        deviation_s: f64,
    },
}

impl Spread {
    /// No time at all.
    pub const NONE: Self = Self::Fixed { s: 0.0 };

    /// Mean in seconds.
    #[must_use]
    pub fn mean_s(self) -> f64 {
        match self {
            Self::Fixed { s } => s,
            Self::Exponential { mean_s } | Self::LogNormal { mean_s, .. } => mean_s,
        }
    }

    /// The share of times that are longer than this.
    #[must_use]
    pub fn longer_than(self, s: f64) -> f64 {
        match self {
            Self::Fixed { s: fixed } => f64::from(u8::from(s < fixed)),
            Self::Exponential { mean_s } => (-s / mean_s).exp(),
            Self::LogNormal {
                mean_s,
                deviation_s,
            } => {
                let (location, scale) = of_logarithm(mean_s, deviation_s);
                if s <= 0.0 {
                    1.0
                } else {
                    beyond((s.ln() - location) / scale)
                }
            }
        }
    }

    pub(crate) fn draw_us(self, chance: &mut Chance) -> u64 {
        micros(match self {
            Self::Fixed { s } => s,
            Self::Exponential { mean_s } => chance.exponential() * mean_s,
            Self::LogNormal {
                mean_s,
                deviation_s,
            } => {
                let (location, scale) = of_logarithm(mean_s, deviation_s);
                (location + scale * chance.normal()).exp()
            }
        })
    }
}

/// Mean and standard deviation of the logarithm, from those of the time.
fn of_logarithm(mean_s: f64, deviation_s: f64) -> (f64, f64) {
    let variance = (1.0 + (deviation_s / mean_s).powi(2)).ln();
    // A deviation of nothing: the scale divides.
    (mean_s.ln() - variance / 2.0, variance.sqrt().max(1e-9))
}

/// The share of a standard normal distribution beyond z. Abramowitz and Stegun 26.2.17, error
/// below 7.5e-8.
fn beyond(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let series = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt() * series;
    if z >= 0.0 { tail } else { 1.0 - tail }
}

/// Microseconds of a time in seconds; a time is never negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and bounded: a float becomes a whole number nowhere else"
)]
pub(crate) fn micros(s: f64) -> u64 {
    // Ten years: what is longer is never waited for.
    (s.clamp(0.0, 3.2e8) * 1e6).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 200_000;

    fn moments(spread: Spread) -> (f64, f64) {
        let mut chance = Chance::new(1);
        let draws: Vec<f64> = (0..DRAWS)
            .map(|_| spread.draw_us(&mut chance) as f64 / 1e6)
            .collect();
        let mean = draws.iter().sum::<f64>() / f64::from(DRAWS);
        let squares: f64 = draws.iter().map(|draw| (draw - mean).powi(2)).sum();
        (mean, (squares / f64::from(DRAWS)).sqrt())
    }

    fn is_near(value: f64, expected: f64) -> bool {
        (value - expected).abs() <= expected.abs() * 0.01
    }

    #[test]
    fn draws_have_the_mean_and_the_deviation_that_they_are_said_to_have() {
        assert_eq!(moments(Spread::Fixed { s: 7.5 }), (7.5, 0.0));
        let (mean, deviation) = moments(Spread::Exponential { mean_s: 180.0 });
        assert!(
            is_near(mean, 180.0) && is_near(deviation, 180.0),
            "{mean} {deviation}"
        );
        let (mean, deviation) = moments(Spread::LogNormal {
            mean_s: 240.0,
            deviation_s: 160.0,
        });
        assert!(
            is_near(mean, 240.0) && is_near(deviation, 160.0),
            "{mean} {deviation}"
        );
    }

    #[test]
    fn the_tail_is_the_share_of_draws_that_are_longer() {
        for spread in [
            Spread::Exponential { mean_s: 100.0 },
            Spread::LogNormal {
                mean_s: 100.0,
                deviation_s: 80.0,
            },
        ] {
            let mut chance = Chance::new(2);
            let longer = (0..DRAWS).filter(|_| spread.draw_us(&mut chance) > 150_000_000);
            let share = longer.count() as f64 / f64::from(DRAWS);
            let told = spread.longer_than(150.0);
            assert!((share - told).abs() < 0.004, "{spread:?}: {share} {told}");
        }
        assert_eq!(Spread::Fixed { s: 5.0 }.longer_than(4.9), 1.0);
        assert_eq!(Spread::Fixed { s: 5.0 }.longer_than(5.0), 0.0);
    }
}
