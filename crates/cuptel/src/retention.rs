//! Forgets what was kept long enough, once an hour, a little at a time.

use std::convert::Infallible;
use std::time::Duration;

use cuptel_engine::Clock;
use cuptel_store::Store;

use crate::reload::ReloadDoor;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(3_600);
/// Entries that one change forgets: the commits of calls wait for no more.
const AT_ONCE: u32 = 1_000;
/// How long the key of a request is known.
const KEYS_DAYS: i64 = 2;
/// Changes of one look that forget some.
const KEYS_STEPS: u32 = 20;
const DAY_MS: i64 = 24 * 3_600_000;

/// Looks for ever.
pub(crate) async fn keep(store: &Store, settings: &ReloadDoor, clock: Clock) -> Infallible {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let days = settings.shown().setup.access_log_days;
        let now_ms = clock.now().utc_ms;
        forget_keys(store, now_ms - KEYS_DAYS * DAY_MS).await;
        let before_ms = now_ms - i64::from(days) * DAY_MS;
        loop {
            match store.forget_access(before_ms, AT_ONCE).await {
                Ok(0) => break,
                Ok(left) => tracing::debug!(left, "forgetting old entries of the log of access"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "old entries of the log of access stay for now");
                    break;
                }
            }
        }
    }
}

/// What is left over is forgotten at the next look.
async fn forget_keys(store: &Store, before_ms: i64) {
    for _ in 0..KEYS_STEPS {
        if let Err(error) = store.forget_requests(before_ms, AT_ONCE).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "old keys of requests stay for now");
            return;
        }
    }
}
