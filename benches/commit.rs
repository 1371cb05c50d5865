//! The store's commit: how long until the rows of 1, 8, 64 or 512 refused calls are on disk in
//! one transaction. Measured against a file to which the same number of bytes is written and
//! synchronised. `-- --url URL` takes another database; without it an embedded one is made.

mod measured;

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use cuptel_core::id::{
    AttemptId, CallbackEventId, CallbackId, LineId, NeedId, NumberId, TenantId, TrunkId,
};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{AttemptRow, CallbackEventRow, CallbackRow, NeedRow, NumberRow, Record};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, NeedKind, NumberClass, Outcome, Party, Stage,
};
use cuptel_engine::Clock;
use cuptel_store::{Access, Batch, Writer, open};

use measured::{Delays, Effort, Rounds, say};

/// Calls in one commit, and commits in one round.
const SIZES: [(i64, usize); 4] = [(1, 100), (8, 100), (64, 50), (512, 20)];
/// The floor's file, which is written around: like the write-ahead log it is not extended.
const FILE_BYTES: u64 = 16 << 20;
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
    let folder = tempfile::tempdir()?;
    let embedded = format!("sqlite://{}/cuptel.db", folder.path().display());
    let mut arguments = std::env::args().skip_while(|argument| argument != "--url");
    let store = open(&arguments.nth(1).unwrap_or(embedded), Access::Serve).await?;
    let epoch = store.begin().await?.epoch;
    let mut database = Database {
        writer: store.writer(),
        calls: epoch << EPOCH_SHIFT,
        seq: 0,
    };
    let mut floor = Synchronised::at(&folder.path().join("floor"))?;
    for (calls, commits) in SIZES {
        let commits = effort.pick(commits, 2);
        let (mut ours, mut least, mut ratio) =
            (Delays::default(), Delays::default(), Rounds::default());
        let mut bytes = 0;
        for _ in 0..effort.pick(5, 1) {
            let (mut our_round, mut floor_round) = (Delays::default(), Delays::default());
            for _ in 0..commits {
                let (took_us, written) = database.commit(calls).await?;
                our_round.add(took_us);
                bytes = written;
                floor_round.add(floor.write(written)?);
            }
            ratio.add(our_round.ms(500) / floor_round.ms(500));
            ours.join(&our_round);
            least.join(&floor_round);
        }
        say(format!("commit of {calls} calls, {bytes} bytes written:"));
        say(format!("  floor   {least}"));
        say(format!("  cuptel  {ours}"));
        say(format!("  ratio   {ratio} (of the medians)"));
    }
    store.close().await?;
    Ok(())
}

/// The store's writer, and how far it came.
struct Database {
    writer: Writer,
    calls: i64,
    seq: u64,
}

impl Database {
    /// Commits so many refused calls; how long it took, and how many bytes it wrote.
    async fn commit(&mut self, calls: i64) -> Result<(u64, u64)> {
        let mut batches = Vec::new();
        for _ in 0..calls {
            self.calls += 1;
            self.seq += 1;
            batches.push(Batch {
                last_seq: self.seq,
                records: refused_call(self.calls)?,
            });
        }
        let before = written_bytes()?;
        let clock = Clock::start();
        self.writer.commit(&mut batches).await?;
        let took_us = clock.now().mono_us;
        Ok((took_us, written_bytes()? - before))
    }
}

/// Bytes that this process has handed to `write` and its like.
fn written_bytes() -> Result<u64> {
    let figures = fs::read_to_string("/proc/self/io")?;
    let line = figures
        .lines()
        .find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.context("/proc/self/io has no wchar")?.parse()?)
}

/// The floor: a file and nothing else.
struct Synchronised {
    file: File,
    next: u64,
}

impl Synchronised {
    fn at(path: &Path) -> Result<Self> {
        fs::write(path, vec![1; usize::try_from(FILE_BYTES)?])?;
        let file = File::options().write(true).open(path)?;
        file.sync_all()?;
        Ok(Self { file, next: 0 })
    }

    fn write(&mut self, bytes: u64) -> Result<u64> {
        let content = vec![2; usize::try_from(bytes)?];
        if self.next + bytes > FILE_BYTES {
            self.next = 0;
        }
        let clock = Clock::start();
        self.file.write_all_at(&content, self.next)?;
        self.file.sync_data()?;
        self.next += bytes;
        Ok(clock.now().mono_us)
    }
}

/// What one new caller who is refused leaves: number, attempt, callback, need, event.
fn refused_call(id: i64) -> Result<Vec<Record>> {
    const NOW_MS: i64 = 1_700_000_000_000;
    let (number, callback) = (NumberId(id), CallbackId(id));
    let serial = id % (1 << EPOCH_SHIFT);
    let digits = format!("08{serial:08}");
    Ok(vec![
        Record::Number(NumberRow {
            id: number,
            e164: Some(PhoneNumber::parse_e164(&format!("+39{digits}"))?),
            raw: digits,
            class: NumberClass::Fixed,
            seen_ms: NOW_MS,
        }),
        Record::Attempt(Box::new(refused_attempt(id, serial, NOW_MS))),
        Record::Callback(CallbackRow {
            id: callback,
            tenant: TenantId(1),
            number,
            state: CallbackState::Waiting,
            place_ms: NOW_MS,
            not_before_ms: NOW_MS,
            opened_ms: NOW_MS,
            last_attempt_ms: NOW_MS,
            attempts: 1,
            tries: 0,
            seat: None,
            closed_ms: None,
            closed_how: None,
            priority_ms: 0,
            last_attempt: None,
        }),
        Record::Need(NeedRow {
            id: NeedId(id),
            callback,
            queue: None,
            kind: NeedKind::Missed,
            opened_ms: NOW_MS,
            closed_ms: None,
            another_person: false,
        }),
        Record::CallbackEvent(CallbackEventRow {
            id: CallbackEventId(id),
            callback,
            at_ms: NOW_MS,
            kind: CallbackEventKind::Opened,
            attempt: Some(AttemptId(id)),
            dial: None,
            seat: None,
            detail: None,
        }),
    ])
}

fn refused_attempt(id: i64, serial: i64, now_ms: i64) -> AttemptRow {
    AttemptRow {
        id: AttemptId(id),
        arrival_seq: serial,
        tenant: Some(TenantId(1)),
        line: Some(LineId(1)),
        trunk: Some(TrunkId(1)),
        number: Some(NumberId(id)),
        class: NumberClass::Fixed,
        sip_call_id: format!("{serial:010}@127.0.0.1"),
        stage: Stage::Ended,
        received_ms: now_ms,
        answered_ms: None,
        queued_ms: None,
        talking_ms: None,
        ended_ms: Some(now_ms),
        outcome: Some(Outcome::RefusedLines),
        sip_status: Some(486),
        reason: Some("all lines taken".to_owned()),
        ended_by: Some(Party::Us),
        queue: None,
        seat: None,
        operator: None,
        disposition: None,
        callback: Some(CallbackId(id)),
        suppressed: None,
        nth: None,
        prior: None,
    }
}
