//! Many invented worlds, each from its seed: no promise breaks in any of them.

use cuptel_sim::{Report, replay, run};

/// `CUPTEL_LONG=1` lives through many more worlds; `CUPTEL_SEED=n` through that one alone.
#[expect(
    clippy::disallowed_methods,
    reason = "the test harness has no other way to be told"
)]
fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn live(seed: u64) -> Report {
    match std::panic::catch_unwind(|| run(seed)) {
        Ok(Ok(report)) => report,
        Ok(Err(failure)) => panic!("{failure}"),
        Err(_) => panic!("the world of seed {seed} panicked: the message above says where"),
    }
}

/// Every `of`-th world from `first` on.
fn live_many(first: u64, of: u64) -> Vec<Report> {
    if let Some(seed) = told("CUPTEL_SEED") {
        return if first == 0 {
            vec![live(seed)]
        } else {
            Vec::new()
        };
    }
    let worlds = if told("CUPTEL_LONG") == Some(1) {
        20_000
    } else {
        150
    };
    (0..worlds).map(|n| live(first + n * of)).collect()
}

#[test]
fn no_promise_breaks_in_even_worlds() {
    live_many(0, 2);
}

#[test]
fn no_promise_breaks_in_odd_worlds() {
    live_many(1, 2);
}

#[test]
fn a_seed_gives_the_same_world_again() {
    for seed in [3, 17, 40] {
        assert_eq!(live(seed), live(seed));
        assert_eq!(replay(seed), replay(seed));
    }
}

#[test]
fn worlds_are_eventful() {
    let reports: Vec<Report> = (1_000..1_050).map(live).collect();
    let sum = |of: fn(&Report) -> usize| reports.iter().map(of).sum::<usize>();
    assert!(sum(|r| r.served) > 20, "{reports:?}");
    assert!(sum(|r| r.closed_to) > 40, "{reports:?}");
    assert!(sum(|r| r.told) > 10, "{reports:?}");
    assert!(sum(|r| r.callbacks) > 40, "{reports:?}");
    assert!(sum(|r| r.dials) > 40, "{reports:?}");
    assert!(
        reports.iter().map(|r| r.reloads).sum::<u64>() > 10,
        "{reports:?}"
    );
    assert!(
        reports.iter().map(|r| r.crashes).sum::<u64>() > 5,
        "{reports:?}"
    );
}
