//! Waiting for a condition, with an end. The only place of the tests that reads a clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Enough for anything that should happen at once, on a machine that is busy with other tests.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until there is something to see; panics when the limit is over.
pub(crate) fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    until_told(what, limit, || look().ok_or(""))
}

/// The same, of something that says what there is instead.
pub(crate) fn until_told<T, I: std::fmt::Display>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<T, I>,
) -> T {
    let begun = now();
    loop {
        let instead = match look() {
            Ok(seen) => return seen,
            Err(instead) => instead,
        };
        assert!(
            begun.elapsed() < limit,
            "waited {} s in vain: {what} {instead}",
            limit.as_secs()
        );
        std::thread::sleep(LOOK_EVERY);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests watch real programs in real time"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Seconds since 1970, for opening hours that begin or end while a test looks on.
pub(crate) fn utc_s() -> u64 {
    utc_ms() / 1_000
}

/// Milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "tests watch real programs in real time"
)]
pub(crate) fn utc_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.expect("the clock is after 1970").as_millis();
    u64::try_from(since).expect("a date before the year 500,000,000")
}

/// Lets things happen for so long; for what a test does at a moment of its own choice, never
/// instead of a condition.
pub(crate) fn let_pass(time: Duration) {
    std::thread::sleep(time);
}

/// A moment with its zone, like `2026-11-25T18:00:00+01:00`, of words like `tomorrow`.
pub(crate) fn moment(words: &str) -> String {
    let mut date = std::process::Command::new("date");
    let date = date.args(["--date", words, "+%Y-%m-%dT%H:%M:%S%:z"]);
    let said = date.output().expect("date is part of coreutils").stdout;
    String::from_utf8(said).expect("digits").trim().to_owned()
}
