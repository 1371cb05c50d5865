//! What several runs say together: their mean, and the interval in which the true one lies with
//! a probability of 95 %.

/// A mean over runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half the width of the 95 % interval; none from a single run.
    pub half: Option<f64>,
}

impl Estimate {
    /// Of the runs that have the figure; none where none has.
    #[must_use]
    pub fn of(runs: &[f64]) -> Option<Self> {
        if runs.is_empty() {
            return None;
        }
        let count = runs.len() as f64;
        let mean = runs.iter().sum::<f64>() / count;
        let half = (runs.len() > 1).then(|| {
            let squares: f64 = runs.iter().map(|run| (run - mean).powi(2)).sum();
            student(runs.len() - 1) * (squares / (count - 1.0) / count).sqrt()
        });
        Some(Self { mean, half })
    }

    /// Whether the interval holds this value.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.half
            .is_none_or(|half| (value - self.mean).abs() <= half)
    }
}

/// The 97.5 % quantile of Student's t (W. S. Gosset, 1908): exact in the table, beyond it by the
/// expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5).
fn student(freedom: usize) -> f64 {
    const TABLE: [f64; 10] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    ];
    const Z: f64 = 1.959_964;
    if let Some(exact) = freedom.checked_sub(1).and_then(|place| TABLE.get(place)) {
        return *exact;
    }
    let (n, z3, z5) = (freedom as f64, Z.powi(3), Z.powi(5));
    Z + (z3 + Z) / (4.0 * n) + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantiles_are_those_of_the_tables() {
        for (freedom, expected) in [
            (1, 12.706),
            (10, 2.228),
            (15, 2.131),
            (19, 2.093),
            (60, 2.000),
        ] {
            assert!((student(freedom) - expected).abs() < 0.001, "{freedom}");
        }
    }

    #[test]
    fn an_interval_needs_two_runs() {
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[3.0]).unwrap().half, None);
        let two = Estimate::of(&[1.0, 3.0]).unwrap();
        assert_eq!(two.mean, 2.0);
        assert!((two.half.unwrap() - 12.706).abs() < 1e-9);
        assert!(two.holds(14.0) && !two.holds(15.0));
    }

    #[test]
    fn nineteen_intervals_of_twenty_hold_the_truth() {
        let mut chance = crate::chance::Chance::new(3);
        let held = (0..2_000)
            .filter(|_| {
                let runs: Vec<f64> = (0..12).map(|_| chance.normal()).collect();
                Estimate::of(&runs).unwrap().holds(0.0)
            })
            .count();
        assert!((1_870..=1_930).contains(&held), "{held} of 2,000");
    }
}
