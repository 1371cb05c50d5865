//! What a past costs: the rows of an offer committed (the next callback leaves the line), one
//! callback looked up with all that belongs to it, and the audit of everything, on a database with
//! ten times the history. The smaller database is the floor; offers and looks take turns.

mod centre;
mod history;
mod measured;

use std::fs;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use centre::{NO_SEATS, Place, Program, cuptel};
use cuptel_core::id::{
    CallbackEventId, CallbackId, NumberId, OfferId, OperatorId, QueueId, SeatId, TenantId,
};
use cuptel_core::record::{CallbackEventRow, CallbackRow, OfferRow, Record, Work};
use cuptel_core::words::{CallbackEventKind, CallbackState, OfferState};
use cuptel_engine::Clock;
use cuptel_store::{Access, Batch, Store, Writer, open};
use history::History;
use measured::{Delays, Effort, Rounds, real, say};

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
    let mut offers = Pair::default();
    let mut looks = Pair::default();
    for _ in 0..rounds {
        offers.add(&small.offer(times).await?, &large.offer(times).await?);
        looks.add(&small.look(times).await?, &large.look(times).await?);
    }
    for (what, pair) in [("an offer committed", offers), ("a case looked up", looks)] {
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
    /// Offers made, and journal positions given.
    offered: i64,
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
            offered: 0,
            looked: 0,
            audited,
            _place: place,
        })
    }

    /// The next callbacks in line are offered, each in a commit of its own.
    async fn offer(&mut self, times: i64) -> Result<Delays> {
        let mut delays = Delays::default();
        for _ in 0..times {
            self.offered += 1;
            let mut batches = vec![Batch {
                last_seq: u64::try_from(self.offered)?,
                records: self.offered_rows(),
            }];
            let clock = Clock::start();
            self.writer.commit(&mut batches).await?;
            delays.add(clock.now().mono_us);
        }
        Ok(delays)
    }

    fn offered_rows(&self) -> Vec<Record> {
        let fresh = (self.epoch << EPOCH_SHIFT) | self.offered;
        let (callback, seat) = (CallbackId(self.closed + self.offered), SeatId(self.offered));
        vec![
            Record::Callback(CallbackRow {
                id: callback,
                tenant: TenantId(1),
                number: NumberId(callback.0),
                state: CallbackState::Offered,
                place_ms: self.now_ms,
                not_before_ms: self.now_ms,
                opened_ms: self.now_ms,
                last_attempt_ms: self.now_ms,
                attempts: 1,
                tries: 0,
                seat: Some(seat),
                closed_ms: None,
                closed_how: None,
                priority_ms: 0,
                last_attempt: None,
            }),
            Record::Offer(OfferRow {
                id: OfferId(fresh),
                work: Work::Callback(callback),
                queue: QueueId(1),
                seat,
                operator: OperatorId(1),
                state: OfferState::Open,
                offered_ms: self.now_ms,
                lease_until_ms: self.now_ms,
                ended_ms: None,
            }),
            Record::CallbackEvent(CallbackEventRow {
                id: CallbackEventId(fresh),
                callback,
                at_ms: self.now_ms,
                kind: CallbackEventKind::Offered,
                attempt: None,
                dial: None,
                seat: Some(seat),
                detail: None,
            }),
        ]
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
