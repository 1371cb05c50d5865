//! The streams of looks: snapshots for programs, texts for the page. Whoever comes gets
//! the latest at once, and after that each change, at most four a second.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use cuptel_core::snapshot::Snapshot;
use futures_util::stream::{self, Stream};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::access::{Onlooker, Sight};
use crate::board::Board;
use crate::error::ApiError;
use crate::pages::Shared;

/// Streams at once, well below the connections.
pub(crate) const STREAMS_MAX: usize = 768;
/// Between two events of one stream.
const SPACING: Duration = Duration::from_millis(250);
/// After this much silence a comment shows that the connection lives.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carries {
    Snapshots,
    PageTexts,
}

impl Carries {
    fn event(self) -> &'static str {
        match self {
            Self::Snapshots => "snapshot",
            Self::PageTexts => "texts",
        }
    }
}

/// The look last rendered, once for all that are shown the same.
#[derive(Default)]
pub(crate) struct Renderings([Mutex<Option<Rendering>>; 4]);

struct Rendering {
    of: Arc<Snapshot>,
    json: Arc<str>,
}

impl Renderings {
    fn get(
        &self,
        carries: Carries,
        sight: Sight,
        look: &Arc<Snapshot>,
        render: impl FnOnce() -> Result<String, serde_json::Error>,
    ) -> Result<Arc<str>, serde_json::Error> {
        let slot = match (carries, sight) {
            (Carries::Snapshots, Sight::Masked) => 0,
            (Carries::Snapshots, Sight::Full) => 1,
            (Carries::PageTexts, Sight::Masked) => 2,
            (Carries::PageTexts, Sight::Full) => 3,
        };
        let mut kept = self.0[slot].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rendering) = kept.as_ref().filter(|kept| Arc::ptr_eq(&kept.of, look)) {
            return Ok(Arc::clone(&rendering.json));
        }
        let json: Arc<str> = render()?.into();
        *kept = Some(Rendering {
            of: Arc::clone(look),
            json: Arc::clone(&json),
        });
        Ok(json)
    }
}

/// A look as somebody may see it.
pub(crate) fn as_seen(look: &Snapshot, sight: Sight) -> Snapshot {
    let mut look = look.clone();
    if sight == Sight::Masked {
        for seat in &mut look.seats {
            seat.operator = None;
            seat.pause_reason = None;
            seat.notes.clear();
            seat.owed = None;
        }
        for stop in &mut look.stops {
            *stop = stop.masked();
        }
    }
    look
}

/// Looks, as they are taken.
#[utoipa::path(get, path = "/api/v1/events", tag = "now", responses(
    (status = 200, content_type = "text/event-stream", description =
        "Events named `snapshot` with a Snapshot as data and its time as id: the latest at \
         once, then at most four a second. Without a token no operators."),
    (status = 401, body = crate::schema::Error),
    (status = 503, description = "Every place is taken", body = crate::schema::Error)))]
pub(crate) async fn snapshots(
    State(shared): State<Shared>,
    onlooker: Onlooker,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    stream_of(shared, Carries::Snapshots, onlooker.sight())
}

/// The page's own stream: texts by the identifier of the element that shows them.
pub(crate) async fn live(
    State(shared): State<Shared>,
    onlooker: Onlooker,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    stream_of(shared, Carries::PageTexts, onlooker.sight())
}

struct Listening {
    shared: Shared,
    carries: Carries,
    sight: Sight,
    changes: watch::Receiver<Arc<Snapshot>>,
    closed: watch::Receiver<bool>,
    first: bool,
    _place: OwnedSemaphorePermit,
}

fn stream_of(
    shared: Shared,
    carries: Carries,
    sight: Sight,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let Ok(place) = Arc::clone(&shared.streams).try_acquire_owned() else {
        return Err(ApiError::StreamsFull);
    };
    let changes = shared.engine.changes();
    let closed = shared.closed.subscribe();
    let listening = Listening {
        shared,
        carries,
        sight,
        changes,
        closed,
        first: true,
        _place: place,
    };
    let events = stream::unfold(listening, |mut listening| async move {
        let event = listening.next().await?;
        Some((Ok(event), listening))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

impl Listening {
    /// The next event; none when the engine is gone or the pages close.
    async fn next(&mut self) -> Option<Event> {
        if !std::mem::take(&mut self.first) {
            tokio::select! {
                _ = self.closed.wait_for(|closed| *closed) => return None,
                changed = async {
                    tokio::time::sleep(SPACING).await;
                    self.changes.changed().await
                } => changed.ok()?,
            }
        }
        let look = Arc::clone(&self.changes.borrow_and_update());
        let rendered = self
            .shared
            .renderings
            .get(self.carries, self.sight, &look, || self.render(&look));
        match rendered {
            Ok(json) => {
                let id = look.at_ms.to_string();
                Some(
                    Event::default()
                        .event(self.carries.event())
                        .id(id)
                        .data(json),
                )
            }
            Err(error) => {
                tracing::error!(%error, "a look could not be written");
                None
            }
        }
    }

    fn render(&self, look: &Snapshot) -> Result<String, serde_json::Error> {
        match self.carries {
            Carries::Snapshots => serde_json::to_string(&as_seen(look, self.sight)),
            Carries::PageTexts => {
                let board = Board::new(look, &self.shared.engine.health(), self.sight);
                serde_json::to_string(&board.texts())
            }
        }
    }
}
