//! What the desk reads of the database, at most so often, however many look.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cuptel_core::calendar::LocalDay;
use cuptel_store::{Backlog, Owed, QUARTER_MS, QuarterFigures, Scope};
use tokio::time::Instant;

use crate::access::clock;
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::reports::quarter_lines;

/// It reads every call of today and every open callback.
const AGE: Duration = Duration::from_secs(20);
/// So old it is still shown while somebody reads anew.
const STILL_SHOWN: Duration = Duration::from_secs(40);

/// Figures of queues, by the names of tenant and queue.
pub(crate) type ByQueue = BTreeMap<(String, String), QuarterFigures>;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// Since midnight.
    pub(crate) today: ByQueue,
    /// In this quarter hour.
    pub(crate) now: ByQueue,
    backlog: Vec<(Option<String>, Owed)>,
}

impl Stored {
    /// What is owed to the people of a health authority, or of all.
    pub(crate) fn owed_of(&self, tenant: Option<&str>) -> Owed {
        let found = self.backlog.iter().find(|(of, _)| of.as_deref() == tenant);
        found.map(|(_, owed)| owed.clone()).unwrap_or_default()
    }
}

/// What was read last.
#[derive(Default)]
pub(crate) struct DeskKept {
    last: Mutex<Option<(Instant, Option<Arc<Stored>>)>>,
    /// Held by whoever reads.
    reading: tokio::sync::Mutex<()>,
}

impl DeskKept {
    /// What is known, younger than `age`.
    fn known(&self, age: Duration) -> Option<Option<Arc<Stored>>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let young = last.as_ref().filter(|(read, _)| clock() < *read + age);
        young.map(|(_, stored)| stored.clone())
    }

    /// Nobody waits for the database while what was read is still worth showing; nothing where it
    /// does not answer.
    pub(crate) async fn get(shared: &Shared) -> Option<Arc<Stored>> {
        let kept = &shared.desk;
        if let Some(fresh) = kept.known(AGE) {
            return fresh;
        }
        if let Some(ageing) = kept.known(STILL_SHOWN) {
            if kept.reading.try_lock().is_ok() {
                let shared = Arc::clone(shared);
                #[expect(
                    clippy::disallowed_methods,
                    reason = "it ends by itself, and nobody waits for it"
                )]
                tokio::spawn(async move { shared.desk.renewed(&shared).await });
            }
            return ageing;
        }
        kept.renewed(shared).await
    }

    /// Holds the others back while one reads.
    async fn renewed(&self, shared: &SharedParts) -> Option<Arc<Stored>> {
        let _reads = self.reading.lock().await;
        if let Some(fresh) = self.known(AGE) {
            return fresh;
        }
        let stored = match read(shared).await {
            Ok(stored) => Some(Arc::new(stored)),
            Err(error) => {
                tracing::error!(%error, "no figures of today for the desk");
                None
            }
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((clock(), stored.clone()));
        stored
    }
}

async fn read(shared: &SharedParts) -> Result<Stored, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let zone = shared.engine.health().configuration.zones.of(None);
    let begins = LocalDay::of(now_ms, zone).and_then(|day| day.begins_ms(zone));
    let from_ms = begins.unwrap_or(now_ms);
    let quarter_ms = now_ms.div_euclid(QUARTER_MS) * QUARTER_MS;
    let lines = quarter_lines(shared, (from_ms, now_ms + 1), (None, None)).await?;
    let mut stored = Stored::default();
    for line in lines {
        let Some(key) = line.tenant.zip(line.queue) else {
            continue;
        };
        if line.at_ms >= quarter_ms {
            let now = stored.now.entry(key.clone()).or_default();
            *now = now.and(line.figures);
        }
        let today = stored.today.entry(key).or_default();
        *today = today.and(line.figures);
    }
    let Backlog { rows, .. } = shared.store.backlog(None, now_ms).await?;
    let sums = rows.into_iter().filter(|row| match row.scope {
        Scope::Region | Scope::Tenant => true,
        Scope::Queue | Scope::RegionDay | Scope::TenantDay | Scope::QueueDay => false,
    });
    stored.backlog = sums.map(|row| (row.tenant, row.owed)).collect();
    Ok(stored)
}
