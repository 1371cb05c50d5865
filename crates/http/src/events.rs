//! The streams of looks: snapshots for programs, texts for the page. Whoever comes gets
//! the latest at once, and after that each change, at most four a second.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use cuptel_core::snapshot::{ConsultNow, Snapshot};
use cuptel_core::words::Role;
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use crate::access::{Caller, Onlooker, Sight, clock};
use crate::board::Board;
use crate::desk::{self, DeskKept, Figures};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::person::AtSeat;
use crate::practising;
use crate::rights::{Need, may};
use crate::texts::Language;
use crate::wall::Wall;

/// Streams at once, well below the connections.
pub(crate) const STREAMS_MAX: usize = 768;
/// Streams of one operator at once: some windows, and one that a browser has not let go of yet.
const OPERATORS_STREAMS_MAX: usize = 8;
/// Those of anybody else: wallboards of a house may share one name.
const OWN_STREAMS_MAX: usize = 64;
/// Two events of one stream at most within this. Two, because a look that shows what somebody has just done
/// comes out of turn, and is not to wait for the turn after it.
const TWO_WITHIN: Duration = Duration::from_millis(500);
/// After this much silence a comment shows that the connection lives.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

const LAST_EVENT_ID: &str = "last-event-id";

/// Where a stream goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resumed {
    /// Nothing was seen.
    Anew,
    /// The look of this number was seen.
    After(u64),
    /// What was seen is of a process before this one.
    Restarted,
}

/// Numbers the looks of this process, as they are first sent to anybody.
pub(crate) struct Numbering {
    /// Tells this process from those before it.
    process: u32,
    last: Mutex<(u64, Option<Arc<Snapshot>>)>,
}

impl Numbering {
    pub(crate) fn of_process(process: u32) -> Self {
        Self {
            process,
            last: Mutex::new((0, None)),
        }
    }

    fn of(&self, look: &Arc<Snapshot>) -> u64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |of: &Arc<Snapshot>| Arc::ptr_eq(of, look);
        if !last.1.as_ref().is_some_and(is_same) {
            *last = (last.0 + 1, Some(Arc::clone(look)));
        }
        last.0
    }

    fn id(&self, number: u64) -> String {
        format!("{:08x}-{number}", self.process)
    }

    /// What an id that somebody brings says of what they have seen; one that we never gave says nothing.
    fn resumed(&self, id: Option<&str>) -> Resumed {
        let read = id.and_then(|id| {
            let (process, number) = id.split_once('-')?;
            Some((u32::from_str_radix(process, 16).ok()?, number.parse().ok()?))
        });
        match read {
            None => Resumed::Anew,
            Some((process, number)) if process == self.process => Resumed::After(number),
            Some(_) => Resumed::Restarted,
        }
    }
}

/// What a stream carries.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Carries {
    Snapshots,
    PageTexts,
    /// Those of one seat's page.
    SeatTexts(String),
    /// Those of the wallboard.
    WallTexts,
    /// Those of the supervisor's desk.
    DeskTexts,
    /// Those of one of its other pages.
    Watched(desk::Watched),
}

impl Carries {
    fn event(&self) -> &'static str {
        match self {
            Self::Snapshots => "snapshot",
            Self::PageTexts
            | Self::SeatTexts(_)
            | Self::WallTexts
            | Self::DeskTexts
            | Self::Watched(_) => "texts",
        }
    }
}

/// The look last rendered, once for all that are shown the same.
#[derive(Default)]
pub(crate) struct Renderings {
    snapshots: [Kept<str>; 3],
    pages: [PageRenderings; 2],
}

/// Those of one language.
#[derive(Default)]
struct PageRenderings {
    texts: [Kept<str>; 3],
    wall: Kept<str>,
    boards: [Kept<Board>; 3],
}

/// Something made of a look.
struct Kept<T: ?Sized>(Mutex<Option<(Arc<Snapshot>, Arc<T>)>>);

impl<T: ?Sized> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: ?Sized> Kept<T> {
    fn get<E>(
        &self,
        look: &Arc<Snapshot>,
        make: impl FnOnce() -> Result<Arc<T>, E>,
    ) -> Result<Arc<T>, E> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, made)) = kept.as_ref().filter(|(of, _)| Arc::ptr_eq(of, look)) {
            return Ok(Arc::clone(made));
        }
        let made = make()?;
        *kept = Some((Arc::clone(look), Arc::clone(&made)));
        Ok(made)
    }
}

/// Which of the renderings is for whom.
fn slot(sight: Sight) -> usize {
    match sight {
        Sight::Masked => 0,
        Sight::Full => 1,
        Sight::Own => 2,
    }
}

/// Which of the renderings is in whose language.
fn tongue(language: Language) -> usize {
    match language {
        Language::Italian => 0,
        Language::English => 1,
    }
}

/// A look as somebody may see it, seat by seat.
pub(crate) fn as_seen(look: &Snapshot, onlooker: &Onlooker) -> Snapshot {
    let mut look = look.clone();
    for seat in &mut look.seats {
        match onlooker.sight_of(Some(seat)) {
            Sight::Masked => {
                seat.operator = None;
                seat.home = None;
                seat.employer = None;
                seat.pause_reason = None;
                seat.supervisor = None;
                seat.notes.clear();
                seat.memos.clear();
                seat.owed = None;
                seat.person = None;
                seat.beside = seat.beside.take().map(ConsultNow::unnamed);
                seat.result = None;
            }
            Sight::Full => {
                if let Some(owed) = &mut seat.owed {
                    owed.code_word = None;
                }
            }
            Sight::Own => {}
        }
    }
    let sees = |tenant: Option<&str>| {
        let caller = onlooker.caller.as_ref();
        tenant.is_none() || caller.is_some_and(|caller| caller.sees(tenant))
    };
    if onlooker.sight() == Sight::Masked {
        look.memos.clear();
    }
    look.memos.retain(|memo| sees(memo.tenant.as_deref()));
    for stop in &mut look.stops {
        if onlooker.sight() == Sight::Masked || !sees(stop.tenant.as_deref()) {
            *stop = stop.masked();
        }
    }
    look
}

/// Looks, as they are taken.
///
/// Each event is a whole look, so whoever comes back needs none of those that they missed, and none of
/// them is kept. With the id of the last event in `Last-Event-ID` the present look is sent only if it is
/// another one. Ids grow while the node runs; after a restart they begin anew, and whoever comes with an
/// id of before is told so by an event `restarted` first.
#[utoipa::path(get, path = "/api/v1/events", tag = "now",
    params(("Last-Event-ID" = Option<String>, Header, description =
        "Id of the last event that was received; `EventSource` sends it by itself")),
    responses(
    (status = 200, content_type = "text/event-stream", description =
        "Events named `snapshot` with a Snapshot as data: the latest at once, unless it was received \
         already, then at most four a second. Their id is that of the process, a hyphen, and the number \
         of the look. An event named `restarted` has no data but `{}`. Without a token no operators.",
        body = String),
    (status = 401, body = crate::schema::Error),
    (status = 503, description = "Every place is taken", body = crate::schema::Error)))]
pub(crate) async fn snapshots(
    State(shared): State<Shared>,
    headers: HeaderMap,
    onlooker: Onlooker,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let resumed = shared.numbering.resumed(last);
    stream_of(shared, Carries::Snapshots, onlooker, resumed)
}

/// Which page listens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LiveAsked {
    /// That of this seat; the board, without one.
    seat: Option<String>,
    /// The wallboard, with any word.
    wall: Option<String>,
    /// The supervisor's desk, with any word.
    desk: Option<String>,
    /// What one of its other pages is about.
    of: Option<String>,
}

/// The pages' own stream: texts by the identifier of the element that shows them.
pub(crate) async fn live(
    State(shared): State<Shared>,
    onlooker: Onlooker,
    Query(asked): Query<LiveAsked>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    if asked.desk.is_some() || asked.of.is_some() {
        let leads = onlooker.caller.as_ref();
        let leads = leads.is_some_and(|caller| may(caller.role(), Need::Read));
        if !leads {
            return Err(ApiError::Forbidden(Need::Read.who_may()));
        }
        let carries = match asked.of {
            None => Carries::DeskTexts,
            Some(of) => Carries::Watched(desk::Watched::named(&of).ok_or(ApiError::NoSuchPath)?),
        };
        return stream_of(shared, carries, onlooker, Resumed::Anew);
    }
    match (asked.seat, asked.wall) {
        (Some(seat), _) => stream_of(shared, Carries::SeatTexts(seat), onlooker, Resumed::Anew),
        (None, Some(_)) => stream_of(shared, Carries::WallTexts, onlooker, Resumed::Anew),
        (None, None) => stream_of(shared, Carries::PageTexts, onlooker, Resumed::Anew),
    }
}

struct Listening {
    shared: Shared,
    carries: Carries,
    onlooker: Onlooker,
    changes: watch::Receiver<Arc<Snapshot>>,
    closed: watch::Receiver<bool>,
    /// When the last two events were.
    sent: [Option<Instant>; 2],
    /// What is sent before anything changes.
    first: Option<Resumed>,
    /// How many tokens had been revoked when it began.
    revoked: u64,
    _place: OwnedSemaphorePermit,
    _own: Option<OwnPlace>,
}

/// How many streams each name has open.
#[derive(Default)]
pub(crate) struct OwnStreams(Mutex<HashMap<String, usize>>);

impl OwnStreams {
    /// A place for one more of somebody, unless they have enough.
    fn place(self: &Arc<Self>, caller: &Caller) -> Result<OwnPlace, ApiError> {
        let most = match caller.role() {
            Role::Operator => OPERATORS_STREAMS_MAX,
            Role::Supervisor
            | Role::TenantAdministrator
            | Role::RegionAdministrator
            | Role::Auditor => OWN_STREAMS_MAX,
        };
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(caller.name().to_owned()).or_default();
        if *count >= most && !caller.is_system() {
            return Err(ApiError::StreamsFull);
        }
        *count += 1;
        Ok(OwnPlace {
            all: Arc::clone(self),
            name: caller.name().to_owned(),
        })
    }
}

struct OwnPlace {
    all: Arc<OwnStreams>,
    name: String,
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        let mut open = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.name);
            }
        }
    }
}

fn stream_of(
    shared: Shared,
    carries: Carries,
    onlooker: Onlooker,
    resumed: Resumed,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let caller = onlooker.caller.as_ref();
    let own = caller.map(|caller| shared.own_streams.place(caller));
    let own = own.transpose()?;
    let Ok(place) = Arc::clone(&shared.streams).try_acquire_owned() else {
        return Err(ApiError::StreamsFull);
    };
    let changes = shared.engine.changes();
    let closed = shared.closed.subscribe();
    let revoked = shared.sessions.revoked();
    let listening = Listening {
        revoked,
        shared,
        carries,
        onlooker,
        changes,
        closed,
        sent: [None; 2],
        first: Some(resumed),
        _place: place,
        _own: own,
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
        match self.first.take() {
            Some(Resumed::Anew) => {}
            Some(Resumed::Restarted) => {
                self.first = Some(Resumed::Anew);
                return Some(Event::default().event("restarted").data("{}"));
            }
            Some(Resumed::After(seen)) => {
                let present = self.shared.numbering.of(&self.changes.borrow_and_update());
                if present == seen {
                    self.changed().await?;
                }
            }
            None => self.changed().await?,
        }
        loop {
            if !self.still_may() {
                return None;
            }
            let look = Arc::clone(&self.changes.borrow_and_update());
            self.sent = [self.sent[1], Some(clock())];
            match self.rendered(&look).await {
                Ok(Some(json)) => return Some(self.event(&look, json)),
                Ok(None) => self.changed().await?,
                Err(error) => {
                    tracing::error!(%error, "a look could not be written");
                    return None;
                }
            }
        }
    }

    /// What is sent of a look; nothing where it could not be told how the page stands now.
    async fn rendered(&self, look: &Arc<Snapshot>) -> Result<Option<Arc<str>>, serde_json::Error> {
        let language = self.onlooker.language;
        match (&self.carries, &self.onlooker.caller) {
            (Carries::DeskTexts, Some(caller)) => {
                let texts = desk::texts_for(&self.shared, caller, language).await;
                texts.map(Some)
            }
            (Carries::Watched(of), Some(caller)) => {
                desk::watched_texts_for(&self.shared, (caller, language), of).await
            }
            (Carries::WallTexts, _) => {
                let told = DeskKept::get(&self.shared).await;
                self.wall(look, &told).map(Some)
            }
            _ => self.render(look).map(Some),
        }
    }

    /// The wallboard, written once for all who look at it.
    fn wall(&self, look: &Arc<Snapshot>, told: &Figures) -> Result<Arc<str>, serde_json::Error> {
        let language = self.onlooker.language;
        let pages = &self.shared.renderings.pages[tongue(language)];
        // The board beside it names nobody either.
        let board = self.shared.board(look, Sight::Masked, language);
        pages.wall.get(look, || {
            let wall = Wall::new(look, told, language);
            serde_json::to_string(&wall.texts(&board)).map(Arc::from)
        })
    }

    fn event(&self, look: &Arc<Snapshot>, json: Arc<str>) -> Event {
        let id = match &self.carries {
            Carries::Snapshots => {
                let number = self.shared.numbering.of(look);
                self.shared.numbering.id(number)
            }
            // The pages tell by it how old their figures are.
            Carries::PageTexts
            | Carries::SeatTexts(_)
            | Carries::WallTexts
            | Carries::DeskTexts
            | Carries::Watched(_) => look.at_ms.to_string(),
        };
        Event::default()
            .event(self.carries.event())
            .id(id)
            .data(json)
    }

    /// Waits for another look; none when the engine is gone or the pages close.
    async fn changed(&mut self) -> Option<()> {
        tokio::select! {
            _ = self.closed.wait_for(|closed| *closed) => None,
            changed = async {
                if let Some(last_but_one) = self.sent[0] {
                    tokio::time::sleep_until(last_but_one + TWO_WITHIN).await;
                }
                self.changes.changed().await
            } => changed.ok(),
        }
    }

    /// Whether who listens is still let in; a browser that is comes back by itself.
    fn still_may(&self) -> bool {
        let now_ms = self.changes.borrow().at_ms;
        match &self.onlooker.caller {
            Some(caller) if caller.is_over(now_ms) => false,
            None => true,
            Some(caller) => match caller.session() {
                Some(key) => self.shared.sessions.is_open(key, clock()),
                None => self.shared.sessions.revoked() == self.revoked,
            },
        }
    }

    fn render(&self, look: &Arc<Snapshot>) -> Result<Arc<str>, serde_json::Error> {
        let kept = &self.shared.renderings;
        let language = self.onlooker.language;
        let pages = &kept.pages[tongue(language)];
        let sight = self.onlooker.sight();
        match &self.carries {
            // For nobody else.
            Carries::Snapshots if !is_shared(&self.onlooker) => {
                serde_json::to_string(&as_seen(look, &self.onlooker)).map(Arc::from)
            }
            Carries::PageTexts if !is_shared(&self.onlooker) => {
                let board = self.shared.board_for(look, &self.onlooker);
                serde_json::to_string(&board.texts()).map(Arc::from)
            }
            Carries::Snapshots => kept.snapshots[slot(sight)].get(look, || {
                serde_json::to_string(&as_seen(look, &self.onlooker)).map(Arc::from)
            }),
            Carries::PageTexts => {
                let board = self.shared.board(look, sight, language);
                pages.texts[slot(sight)].get(look, || {
                    serde_json::to_string(&board.texts()).map(Arc::from)
                })
            }
            // What the database has a part in is written before. It is written for each who leads, with what is theirs to see.
            Carries::WallTexts | Carries::DeskTexts | Carries::Watched(_) => Ok(Arc::from("{}")),
            Carries::SeatTexts(name) => {
                let seat = look.seats.iter().find(|seat| seat.name == *name);
                let sight = self.onlooker.sight_of(seat);
                let board = self.shared.board(look, sight, language);
                let line = board.seats.iter().find(|seat| seat.name == *name);
                let practice = seat.and_then(|it| practising::as_call(language, look, it, sight));
                let (seat, line) = match &practice {
                    Some(call) => (Some(&call.seat), Some(&call.line)),
                    None => (seat, line),
                };
                let mut texts = line.map(|line| line.texts(&board)).unwrap_or_default();
                let at_seat = seat.map(|seat| AtSeat::of(language, look, seat, sight));
                texts.extend(at_seat.iter().flat_map(AtSeat::texts));
                serde_json::to_string(&texts).map(Arc::from)
            }
        }
    }
}

/// Whether others are shown the same.
fn is_shared(onlooker: &Onlooker) -> bool {
    let operator = onlooker.caller.as_ref().and_then(Caller::operator);
    !onlooker.is_bound() && operator.is_none()
}

impl SharedParts {
    /// The board of a look, written once for all who may see as much of everything.
    pub(crate) fn board(
        &self,
        look: &Arc<Snapshot>,
        sight: Sight,
        language: Language,
    ) -> Arc<Board> {
        let board = || {
            let health = self.engine.health();
            Ok::<_, Infallible>(Arc::new(Board::new(look, &health, sight, language)))
        };
        let pages = &self.renderings.pages[tongue(language)];
        match pages.boards[slot(sight)].get(look, board) {
            Ok(board) => board,
            Err(never) => match never {},
        }
    }

    /// The board of a look, with what this onlooker may see of it.
    pub(crate) fn board_for(&self, look: &Arc<Snapshot>, onlooker: &Onlooker) -> Arc<Board> {
        let (sight, language) = (onlooker.sight(), onlooker.language);
        if is_shared(onlooker) {
            return self.board(look, sight, language);
        }
        let seen = as_seen(look, onlooker);
        Arc::new(Board::new(&seen, &self.engine.health(), sight, language))
    }
}
