//! The pages of one queue, call, callback or seat while somebody looks at them. What a page shows is read
//! at most once a second, however many look; each has a mark that changes when it has to be read again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::why::WaitingNow;
use cuptel_store::{AttemptDetail, AttemptView, CallbackDetail, CallbackView, DecisionView};
use tokio::time::Instant;

use super::deeds::{self, Deed};
use super::kept::{DeskKept, Figures};
use super::{calls, queue, seat, seen_by, story};
use crate::access::{Caller, clock};
use crate::board::{Board, Cell};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::stepping_in::{attempt_of, callback_of};
use crate::texts::Language;

/// What was read is shown for so long to whoever listens.
const AGE: Duration = Duration::from_secs(1);
/// What takes longer to read holds the others up no more.
const READING_MAX: Duration = Duration::from_secs(5);
/// Pages at once of which what was read is kept.
const KEPT_MAX: usize = 256;

/// Which page somebody looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Watched {
    /// A queue, by tenant and name.
    Queue(String, String),
    Call(AttemptId),
    Callback(CallbackId),
    Seat(String),
    /// All calls that go on.
    Calls,
}

impl Watched {
    /// What a page names in its stream: `queue/asl-teramo/prenotazioni`, `call/17`, `calls`.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let mut parts = text.splitn(2, '/');
        match (parts.next()?, parts.next()) {
            ("calls", None) => Some(Self::Calls),
            ("queue", Some(names)) => {
                let (tenant, queue) = names.split_once('/')?;
                Some(Self::Queue(tenant.to_owned(), queue.to_owned()))
            }
            ("call", Some(id)) => attempt_of(id).ok().map(Self::Call),
            ("callback", Some(id)) => callback_of(id).ok().map(Self::Callback),
            ("seat", Some(name)) => Some(Self::Seat(name.to_owned())),
            _ => None,
        }
    }
}

/// A call with everything that its page tells.
#[derive(Debug)]
pub(super) struct CallRead {
    pub(super) found: AttemptDetail,
    pub(super) waiting: Option<WaitingNow>,
    pub(super) decisions: Vec<DecisionView>,
    pub(super) deeds: Vec<Deed>,
}

/// A callback with everything that its page tells.
#[derive(Debug)]
pub(super) struct CallbackRead {
    pub(super) found: CallbackDetail,
    pub(super) waiting: Option<WaitingNow>,
    pub(super) decisions: Vec<DecisionView>,
    pub(super) deeds: Vec<Deed>,
}

/// Calls that go on, and callbacks in somebody's hands.
#[derive(Debug, Default)]
pub(super) struct CallsRead {
    pub(super) attempts: Vec<AttemptView>,
    pub(super) callbacks: Vec<CallbackView>,
}

/// A queue's line, and what was done to the queue.
#[derive(Debug)]
pub(super) struct QueueRead {
    /// Nothing where the centre has not said who waits.
    pub(super) line: Option<Vec<WaiterNow>>,
    pub(super) deeds: Vec<Deed>,
    /// How callers fared today.
    pub(super) today: Figures,
}

/// What was read for a page.
#[derive(Debug, Clone)]
pub(super) enum Read {
    Queue(Arc<QueueRead>),
    Call(Option<Arc<CallRead>>),
    Callback(Option<Arc<CallbackRead>>),
    /// What was done to a seat.
    Seat(Arc<Vec<Deed>>),
    Calls(Arc<CallsRead>),
}

/// What was read last, by page.
#[derive(Default)]
pub(crate) struct LiveKept {
    last: Mutex<BTreeMap<Watched, (Instant, Read)>>,
    /// Held by whichever stream reads: all of them wake at the same look.
    reading: tokio::sync::Mutex<()>,
}

impl LiveKept {
    fn known(&self, watched: &Watched) -> Option<Read> {
        let kept = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let young = kept.get(watched).filter(|(read, _)| clock() < *read + AGE);
        young.map(|(_, read)| read.clone())
    }

    fn keep(&self, watched: &Watched, read: &Read) {
        let mut kept = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock();
        if kept.len() >= KEPT_MAX {
            kept.retain(|_, (read, _)| now < *read + AGE);
        }
        if kept.len() < KEPT_MAX {
            kept.insert(watched.clone(), (now, read.clone()));
        }
    }
}

/// What a page shows, as it is now: for whoever loads it, who has perhaps just acted.
pub(super) async fn read(shared: &Shared, watched: &Watched) -> Result<Read, ApiError> {
    let read = match watched {
        Watched::Queue(tenant, name) => {
            let line = shared.engine.in_line(tenant, name).await.ok();
            let deeds = deeds::of_queue(shared, tenant, name).await?;
            let today = DeskKept::get(shared).await;
            Read::Queue(Arc::new(QueueRead { line, deeds, today }))
        }
        Watched::Call(id) => Read::Call(call(shared, *id).await?.map(Arc::new)),
        Watched::Callback(id) => Read::Callback(callback(shared, *id).await?.map(Arc::new)),
        Watched::Seat(name) => Read::Seat(Arc::new(deeds::of_seat(shared, name).await?)),
        Watched::Calls => Read::Calls(Arc::new(calls::read(shared).await?)),
    };
    shared.live.keep(watched, &read);
    Ok(read)
}

async fn call(shared: &SharedParts, id: AttemptId) -> Result<Option<CallRead>, ApiError> {
    let Some(found) = shared.store.attempt(id).await? else {
        return Ok(None);
    };
    let stored = shared.store.why(id.0).await?;
    let row = &found.attempt;
    let until = row.ended_ms.unwrap_or(i64::MAX);
    let mut deeds = deeds::about(shared, id.0).await?;
    if let (Some(tenant), Some(queue)) = (&row.tenant, &row.queue) {
        let of_queue = deeds::of_queue(shared, tenant, queue).await?;
        let within = |it: &Deed| (row.received_ms..=until).contains(&it.at_ms);
        deeds.extend(of_queue.into_iter().filter(within));
    }
    Ok(Some(CallRead {
        waiting: shared.engine.why(id.0).await?,
        decisions: stored.map(|it| it.decisions).unwrap_or_default(),
        deeds,
        found,
    }))
}

async fn callback(shared: &SharedParts, id: CallbackId) -> Result<Option<CallbackRead>, ApiError> {
    let Some(found) = shared.store.callback(id).await? else {
        return Ok(None);
    };
    let stored = shared.store.why(id.0).await?;
    Ok(Some(CallbackRead {
        waiting: shared.engine.why(id.0).await?,
        decisions: stored.map(|it| it.decisions).unwrap_or_default(),
        deeds: deeds::about(shared, id.0).await?,
        found,
    }))
}

/// The texts of a page for its stream. None where it cannot be read, is not theirs or no longer there: a
/// page that hears nothing says that its figures are old, one that hears an empty look would seem fresh.
pub(crate) async fn texts_for(
    shared: &Shared,
    (caller, language): (&Caller, Language),
    watched: &Watched,
) -> Result<Option<Arc<str>>, serde_json::Error> {
    let (look, board) = seen_by(shared, caller, language);
    let texts = match now(shared, watched).await {
        Ok(read) => texts(&read, watched, (&look, &board), (caller, language)),
        Err(error) => {
            tracing::warn!(%error, "a page of the desk stands still");
            return Ok(None);
        }
    };
    if texts.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&texts).map(|json| Some(Arc::from(json)))
}

pub(super) async fn now(shared: &Shared, watched: &Watched) -> Result<Read, ApiError> {
    if let Some(read) = shared.live.known(watched) {
        return Ok(read);
    }
    let _reads = shared.live.reading.lock().await;
    match shared.live.known(watched) {
        Some(read) => Ok(read),
        None => {
            let read = tokio::time::timeout(READING_MAX, read(shared, watched)).await;
            read.unwrap_or(Err(ApiError::TooSlow))
        }
    }
}

fn texts(
    read: &Read,
    watched: &Watched,
    (look, board): (&Snapshot, &Board),
    (caller, language): (&Caller, Language),
) -> BTreeMap<String, String> {
    let whose = (caller, language);
    let shown = match (read, watched) {
        (Read::Queue(read), Watched::Queue(tenant, name)) => {
            queue::shown(look, read, (tenant, name), whose).map(|it| (it.mark(), it.cells()))
        }
        (Read::Call(Some(read)), _) => {
            story::call_shown(look, read, whose).map(|it| (it.mark(), Vec::new()))
        }
        (Read::Callback(Some(read)), _) => {
            story::callback_shown(look, read, whose).map(|it| (it.mark(), Vec::new()))
        }
        (Read::Seat(deeds), Watched::Seat(name)) => {
            seat::shown((look, board), deeds, name, whose).map(|it| (it.mark(), it.cells()))
        }
        (Read::Calls(read), _) => {
            let it = calls::shown(look, read, None, whose);
            Some((it.mark(), it.cells()))
        }
        (Read::Call(None) | Read::Callback(None), _) | (Read::Queue(_) | Read::Seat(_), _) => None,
    };
    let Some((mark, cells)) = shown else {
        return BTreeMap::new();
    };
    let bands = [&board.taken, &board.alert, &board.stops, &board.storm];
    let bands = bands.map(Cell::clone);
    let cells = bands.into_iter().chain(cells);
    let cells = cells.map(|cell| (cell.id, cell.text));
    cells.chain([("mark".to_owned(), mark)]).collect()
}

/// Of what a page shows beside what the stream writes into it.
pub(super) fn mark_of(shown: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    shown.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
