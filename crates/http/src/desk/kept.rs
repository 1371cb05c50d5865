//! What the desk reads of the database, at most so often, however many look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cuptel_core::calendar::LocalDay;
use cuptel_store::{Backlog, Owed, QUARTER_MS, QuarterFigures, Scope};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::access::clock;
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::reports::quarter_lines;

/// It reads every call of today and every open callback.
const AGE: Duration = Duration::from_secs(20);
/// So old it is still shown while somebody reads anew.
const STILL_SHOWN: Duration = Duration::from_secs(40);
/// Longer than the backlog of a million takes; a database that says nothing for so long does not answer.
const READING_MAX: Duration = Duration::from_secs(15);
/// So long does a page wait that has nothing to show: half of what its first paint may take. A region's
/// backlog of 34,000 people takes some 200 ms to read.
const PATIENCE: Duration = Duration::from_millis(50);

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

/// What can be said of it now.
#[derive(Debug, Clone)]
pub(crate) enum Figures {
    Read(Arc<Stored>),
    /// It is being read for the first time in a while, and takes longer than a page may.
    Awaited,
    /// The database did not answer.
    Unanswered,
}

impl Figures {
    pub(crate) fn stored(&self) -> Option<&Stored> {
        match self {
            Self::Read(stored) => Some(stored),
            Self::Awaited | Self::Unanswered => None,
        }
    }
}

/// What was read last.
pub(crate) struct DeskKept {
    last: watch::Sender<Option<(Instant, Figures)>>,
    /// Held by whoever reads.
    reading: tokio::sync::Mutex<()>,
}

impl Default for DeskKept {
    fn default() -> Self {
        Self {
            last: watch::Sender::new(None),
            reading: tokio::sync::Mutex::default(),
        }
    }
}

impl DeskKept {
    /// What is known, younger than `age`.
    fn known(&self, age: Duration) -> Option<Figures> {
        let last = self.last.borrow();
        let young = last.as_ref().filter(|(read, _)| clock() < *read + age);
        young.map(|(_, told)| told.clone())
    }

    /// Nobody waits for the database while what was read is still worth showing, and nobody for longer
    /// than a page may take: who comes too early is told so, and the live page says the rest.
    pub(crate) async fn get(shared: &Shared) -> Figures {
        let kept = &shared.desk;
        if let Some(fresh) = kept.known(AGE) {
            return fresh;
        }
        let mut last = kept.last.subscribe();
        if kept.reading.try_lock().is_ok() {
            let shared = Arc::clone(shared);
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends by itself, and nobody waits for its end"
            )]
            tokio::spawn(async move { shared.desk.renew(&shared).await });
        }
        if let Some(ageing) = kept.known(STILL_SHOWN) {
            return ageing;
        }
        let comes = last.wait_for(|last| matches!(last, Some((read, _)) if clock() < *read + AGE));
        match tokio::time::timeout(PATIENCE, comes).await {
            Ok(Ok(last)) => last
                .as_ref()
                .map_or(Figures::Awaited, |(_, told)| told.clone()),
            Ok(Err(_)) | Err(_) => Figures::Awaited,
        }
    }

    async fn renew(&self, shared: &SharedParts) {
        let _reads = self.reading.lock().await;
        if self.known(AGE).is_some() {
            return;
        }
        let told = match tokio::time::timeout(READING_MAX, read(shared)).await {
            Ok(Ok(stored)) => Figures::Read(Arc::new(stored)),
            Ok(Err(error)) => {
                tracing::error!(%error, "no figures of today for the desk");
                Figures::Unanswered
            }
            Err(_elapsed) => {
                tracing::error!("the figures of today for the desk took too long");
                Figures::Unanswered
            }
        };
        self.last.send_replace(Some((clock(), told)));
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
