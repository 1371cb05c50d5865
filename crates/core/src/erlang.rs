//! What callers of one queue have to expect in the steady state (A. K. Erlang, "Solution of some
//! problems in the theory of probabilities of significance in automatic telephone exchanges",
//! 1917): they arrive at random, nobody gives up, works have exponential lengths.

/// The share of callers who find every operator busy and no room to wait: Erlang B.
/// `offered` is arrivals per second times seconds of work each.
#[must_use]
pub fn blocked(offered: f64, operators: u32) -> f64 {
    (1..=operators).fold(1.0, |blocked, operator| {
        offered * blocked / (f64::from(operator) + offered * blocked)
    })
}

/// The share of callers who have to wait: Erlang C. 1 where the operators cannot keep up.
#[must_use]
pub fn delayed(offered: f64, operators: u32) -> f64 {
    let spare = f64::from(operators) - offered;
    if spare <= 0.0 {
        return 1.0;
    }
    let blocked = blocked(offered, operators);
    f64::from(operators) * blocked / (spare + offered * blocked)
}

/// The share of callers who are answered within some seconds.
#[must_use]
pub fn answered_within(offered: f64, operators: u32, work_s: f64, within_s: f64) -> f64 {
    let spare = f64::from(operators) - offered;
    if spare <= 0.0 {
        return 0.0;
    }
    1.0 - delayed(offered, operators) * (-spare * within_s / work_s).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, exact: f64) {
        assert!((found - exact).abs() < 5e-5, "{found} for {exact}");
    }

    #[test]
    fn figures_are_those_of_the_tables() {
        near(blocked(2.0, 3), 0.210_53);
        near(blocked(10.0, 10), 0.214_58);
        // One operator: who arrives waits as often as the operator is busy.
        near(delayed(0.7, 1), 0.7);
        near(delayed(8.0, 10), 0.409_18);
        near(answered_within(0.5, 1, 60.0, 0.0), 0.5);
        // 100 calls in half an hour of 180 s each, 14 operators: 88.8 % within 20 s.
        near(answered_within(10.0, 14, 180.0, 20.0), 0.888_35);
    }

    #[test]
    fn who_cannot_keep_up_answers_nobody_in_time() {
        near(delayed(10.0, 10), 1.0);
        near(answered_within(10.0, 10, 180.0, 20.0), 0.0);
        near(delayed(0.0, 0), 1.0);
    }
}
