//! What a past costs: the rows committed with which a callback is joined by its person's next call,
//! offered (it leaves the line) and closed; one callback looked up with all that belongs to it, and a
//! page of those that wait; and the audit of everything, on a database with ten times the history. The
//! smaller database is the floor; they take turns.

mod centre;
mod history;
mod measured;

use std::fs;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use centre::{NO_SEATS, Place, Program, cuptel};
use cuptel_core::id::{
    AttemptId, CallbackEventId, CallbackId, LineId, NeedId, NumberId, OfferId, OperatorId, QueueId,
    SeatId, TenantId, TrunkId,
};
use cuptel_core::record::{
    AttemptRow, CallbackEventRow, CallbackRow, NeedRow, OfferRow, Record, Work,
};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, NeedKind, NumberClass, OfferState, Outcome, Party,
    Stage,
};
use cuptel_engine::Clock;
use cuptel_store::{Access, Batch, CallbackFilter, Store, Writer, open};
use history::History;
use measured::{Delays, Effort, Rounds, real, say};

/// What is written when something happens to a callback.
type Rows = fn(&Database, CallbackId) -> Vec<Record>;
/// Callbacks of a page, as the API gives them where nothing else is asked.
const PAGE: u32 = 100;
/// A prime: multiples of it come by every callback in no order that a cache could follow.
const STRIDE: i64 = 7_919;
/// Identifiers carry their epoch above this many bits.
const EPOCH_SHIFT: u32 = 40;

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(measure(effort))
}

async fn measure(effort: Effort) -> Result<()> {
    let (few, many) = effort.pick((1_000_000, 10_000_000), (1_000, 10_000));
    let rounds = effort.pick(5, 1);
    let times = effort.pick(1_000, 5);
    let open = i64::from(rounds) * times;
    let mut small = Database::with(few, open).await?;
    let mut large = Database::with(many, open).await?;
    let mut pairs: [Pair; 5] = Default::default();
    for _ in 0..rounds {
        let [joins, offers, closes, looks, lists] = &mut pairs;
        for (pair, rows) in [
            (joins, Database::joined_rows as Rows),
            (offers, Database::offered_rows),
            (closes, Database::closed_rows),
        ] {
            pair.add(
                &small.commit(times, rows).await?,
                &large.commit(times, rows).await?,
            );
        }
        looks.add(&small.look(times).await?, &large.look(times).await?);
        lists.add(&small.list(times).await?, &large.list(times).await?);
        small.paid += times;
        large.paid += times;
    }
    let told = [
        "a call joined",
        "an offer committed",
        "a callback closed",
        "a case looked up",
        "a page of those that wait",
    ];
    for (what, pair) in told.into_iter().zip(pairs) {
        say(format!("{what}, beside {few} and {many} paid callbacks:"));
        say(format!("  fewer  {}", pair.small));
        say(format!("  more   {}", pair.large));
        say(format!(
            "  ratio  {} (of the medians; target 1.3)",
            pair.ratio
        ));
    }
    for (calls, Audited { took_s, most_mib }) in [(few, small.audited), (many, large.audited)] {
        say(format!(
            "audit beside {calls} paid callbacks: {took_s:.1} s, {most_mib:.0} MiB at most"
        ));
    }
    Ok(())
}

#[derive(Default)]
struct Pair {
    small: Delays,
    large: Delays,
    ratio: Rounds,
}

impl Pair {
    fn add(&mut self, small: &Delays, large: &Delays) {
        self.ratio.add(large.ms(500) / small.ms(500));
        self.small.join(small);
        self.large.join(large);
    }
}

struct Database {
    store: Store,
    writer: Writer,
    epoch: i64,
    now_ms: i64,
    closed: i64,
    /// Journal positions given.
    committed: i64,
    /// Of the open callbacks, in earlier rounds.
    paid: i64,
    looked: i64,
    audited: Audited,
    _place: Place,
}

/// What an audit of everything took.
struct Audited {
    took_s: f64,
    most_mib: f64,
}

impl Database {
    async fn with(closed: i64, open_callbacks: i64) -> Result<Self> {
        let filled = [("pairs_max", 64), ("channels", 30), ("answer_max", 26)]
            .map(|(key, value)| (key, value.to_string()));
        let place = Place::new(None, &filled, NO_SEATS)?;
        let data = place.folder.path().join("data");
        fs::create_dir(&data)?;
        let file = data.join("cuptel.db");
        let now_ms = Clock::start().now().utc_ms;
        let history = History {
            closed,
            open: open_callbacks,
        };
        history.write(&file, now_ms, &[]).await?;
        let audited = audit(&place)?;
        let store = open(&format!("sqlite://{}", file.display()), Access::Serve).await?;
        let epoch = store.begin().await?.epoch;
        Ok(Self {
            writer: store.writer(),
            store,
            epoch,
            now_ms,
            closed,
            committed: 0,
            paid: 0,
            looked: 0,
            audited,
            _place: place,
        })
    }

    /// What happens to each of the next callbacks in line, in a commit of its own.
    async fn commit(&mut self, times: i64, rows: Rows) -> Result<Delays> {
        let mut delays = Delays::default();
        for nth in 1..=times {
            self.committed += 1;
            let mut batches = vec![Batch {
                last_seq: u64::try_from(self.committed)?,
                records: rows(self, CallbackId(self.closed + self.paid + nth)),
            }];
            let clock = Clock::start();
            self.writer.commit(&mut batches).await?;
            delays.add(clock.now().mono_us);
        }
        Ok(delays)
    }

    /// An identifier that nothing has.
    fn fresh(&self) -> i64 {
        (self.epoch << EPOCH_SHIFT) | self.committed
    }

    fn row(&self, id: CallbackId) -> CallbackRow {
        CallbackRow {
            id,
            tenant: TenantId(1),
            number: NumberId(id.0),
            state: CallbackState::Waiting,
            place_ms: self.now_ms,
            not_before_ms: self.now_ms,
            opened_ms: self.now_ms,
            last_attempt_ms: self.now_ms,
            attempts: 2,
            tries: 0,
            seat: None,
            closed_ms: None,
            closed_how: None,
            priority_ms: 0,
            last_attempt: Some(AttemptId(self.fresh())),
        }
    }

    fn event(&self, callback: CallbackId, kind: CallbackEventKind) -> Record {
        Record::CallbackEvent(CallbackEventRow {
            id: CallbackEventId(self.fresh()),
            callback,
            at_ms: self.now_ms,
            kind,
            attempt: None,
            dial: None,
            seat: None,
            detail: None,
        })
    }

    /// Its person has called again, and found all lines taken.
    fn joined_rows(&self, id: CallbackId) -> Vec<Record> {
        let row = self.row(id);
        let attempt = AttemptRow {
            id: AttemptId(self.fresh()),
            arrival_seq: self.committed,
            tenant: Some(row.tenant),
            line: Some(LineId(1)),
            trunk: Some(TrunkId(1)),
            number: Some(row.number),
            class: NumberClass::Fixed,
            sip_call_id: format!("{}@192.0.2.2", self.committed),
            stage: Stage::Ended,
            received_ms: self.now_ms,
            answered_ms: None,
            queued_ms: None,
            talking_ms: None,
            ended_ms: Some(self.now_ms),
            outcome: Some(Outcome::RefusedLines),
            sip_status: Some(486),
            reason: None,
            ended_by: Some(Party::Us),
            queue: None,
            seat: None,
            operator: None,
            disposition: None,
            callback: Some(id),
            suppressed: None,
            nth: Some(2),
            prior: Some(AttemptId(id.0)),
        };
        vec![
            Record::Attempt(Box::new(attempt)),
            Record::CallbackAmended(row),
        ]
    }

    fn offered_rows(&self, id: CallbackId) -> Vec<Record> {
        let seat = SeatId(id.0);
        vec![
            Record::Callback(CallbackRow {
                state: CallbackState::Offered,
                seat: Some(seat),
                ..self.row(id)
            }),
            Record::Offer(OfferRow {
                id: OfferId(self.fresh()),
                work: Work::Callback(id),
                queue: QueueId(1),
                seat,
                operator: OperatorId(1),
                state: OfferState::Open,
                offered_ms: self.now_ms,
                lease_until_ms: self.now_ms,
                ended_ms: None,
            }),
            self.event(id, CallbackEventKind::Offered),
        ]
    }

    fn closed_rows(&self, id: CallbackId) -> Vec<Record> {
        vec![
            Record::Callback(CallbackRow {
                state: CallbackState::Closed,
                closed_ms: Some(self.now_ms),
                closed_how: Some(ClosedHow::Served),
                ..self.row(id)
            }),
            Record::Need(NeedRow {
                id: NeedId(id.0),
                callback: id,
                queue: None,
                kind: NeedKind::Missed,
                opened_ms: self.now_ms,
                closed_ms: Some(self.now_ms),
                another_person: false,
            }),
            self.event(id, CallbackEventKind::Closed),
        ]
    }

    /// Pages of those that wait, newest first, as a supervisor turns them.
    async fn list(&mut self, times: i64) -> Result<Delays> {
        let mut delays = Delays::default();
        let mut before = None;
        for _ in 0..times {
            let filter = CallbackFilter {
                tenant: None,
                state: Some(CallbackState::Waiting),
                unseen: false,
                before,
                limit: PAGE,
            };
            let clock = Clock::start();
            let page = self.store.callbacks(&filter).await?;
            delays.add(clock.now().mono_us);
            before = page.last().map(|row| row.id.0);
        }
        Ok(delays)
    }

    /// Callbacks from all over the past, as the API shows them.
    async fn look(&mut self, times: i64) -> Result<Delays> {
        let mut delays = Delays::default();
        for _ in 0..times {
            self.looked += 1;
            let id = CallbackId(self.looked * STRIDE % self.closed + 1);
            let clock = Clock::start();
            let found = self.store.callback(id).await?;
            delays.add(clock.now().mono_us);
            found.context("a callback of the past is not there")?;
        }
        Ok(delays)
    }
}

/// The real `cuptel audit`, which must find nothing wrong.
fn audit(place: &Place) -> Result<Audited> {
    let clock = Clock::start();
    let audit = Program::start(
        cuptel(place.folder.path())
            .args(["--log", "warn", "audit", "--json"])
            .stdout(Stdio::null()),
    )?;
    let most_mib = audit.await_end()?;
    Ok(Audited {
        took_s: real(clock.now().mono_us) / 1e6,
        most_mib,
    })
}
