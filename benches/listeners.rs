//! Many who listen to streams of events, on one thread: how old each event was when it came, what it
//! weighed, and when its text last changed.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};
use cuptel_engine::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::measured::{Delays, real};

/// Those who listen, until they are told to end.
pub(crate) struct Listeners {
    end: watch::Sender<bool>,
    thread: JoinHandle<Result<Heard>>,
}

/// What they have heard.
#[derive(Default)]
pub(crate) struct Heard {
    /// From the look to its arrival.
    pub(crate) ages: Delays,
    bytes: u64,
    /// Who heard nothing at all.
    pub(crate) silent: usize,
    /// When the state that a stream tells was another one than before.
    changed_ms: Vec<i64>,
}

impl Heard {
    pub(crate) fn events(&self) -> f64 {
        real(u64::try_from(self.ages.count()).unwrap_or(u64::MAX))
    }

    pub(crate) fn bytes_per_event(&self) -> usize {
        let count = u64::try_from(self.ages.count().max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.bytes / count).unwrap_or(0)
    }

    /// From each of these moments to the first change after it.
    pub(crate) fn changes_after(&self, moments_ms: &[i64]) -> Delays {
        let mut delays = Delays::default();
        for sent_ms in moments_ms {
            let first = self.changed_ms.iter().find(|at_ms| *at_ms >= sent_ms);
            if let Some(delay_ms) = first.and_then(|at_ms| u64::try_from(at_ms - sent_ms).ok()) {
                delays.add(delay_ms * 1_000);
            }
        }
        delays
    }

    fn join(&mut self, more: Self) {
        self.ages.join(&more.ages);
        self.bytes += more.bytes;
        self.silent += usize::from(more.ages.count() == 0);
        self.changed_ms.extend(more.changed_ms);
    }
}

impl Listeners {
    /// Opens a stream for each path; gives them back when all are open.
    pub(crate) fn start(to: SocketAddr, authorization: &str, paths: &[String]) -> Result<Self> {
        let (end, ended) = watch::channel(false);
        let (open, opened) = std::sync::mpsc::sync_channel(paths.len());
        let (authorization, paths) = (authorization.to_owned(), paths.to_vec());
        let count = paths.len();
        let thread = thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build()?.block_on(async move {
                let mut all = JoinSet::new();
                for path in paths {
                    let mut stream = TcpStream::connect(to).await?;
                    let ask = format!(
                        "GET {path} HTTP/1.1\r\nHost: {to}\r\nAuthorization: {authorization}\r\n\r\n"
                    );
                    stream.write_all(ask.as_bytes()).await?;
                    all.spawn(listen(stream, ended.clone()));
                    open.send(()).context("nobody waits for the listeners")?;
                }
                let mut heard = Heard::default();
                while let Some(one) = all.join_next().await {
                    heard.join(one??);
                }
                Ok(heard)
            })
        });
        for _ in 0..count {
            if opened.recv_timeout(Duration::from_secs(30)).is_err() {
                break;
            }
        }
        Ok(Self { end, thread })
    }

    /// Closes the streams; what was heard.
    pub(crate) fn end(self) -> Result<Heard> {
        self.end.send_replace(true);
        let heard = self.thread.join();
        heard.unwrap_or_else(|_| anyhow::bail!("the listeners broke off"))
    }
}

async fn listen(mut stream: TcpStream, mut ended: watch::Receiver<bool>) -> Result<Heard> {
    let clock = Clock::start();
    let mut heard = Heard::default();
    let (mut waiting, mut chunk) = (Vec::new(), vec![0; 65_536]);
    let (mut id_ms, mut state) = (0_i64, String::new());
    loop {
        let read = tokio::select! {
            _ = ended.wait_for(|ended| *ended) => return Ok(heard),
            read = stream.read(&mut chunk) => read?,
        };
        if read == 0 {
            return Ok(heard);
        }
        let now_ms = clock.now().utc_ms;
        waiting.extend_from_slice(&chunk[..read]);
        while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = waiting.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(id) = line.strip_prefix("id: ") {
                id_ms = id.trim().parse()?;
            } else if let Some(data) = line.strip_prefix("data: ") {
                heard.bytes += u64::try_from(data.len())?;
                heard
                    .ages
                    .add(u64::try_from(now_ms - id_ms).unwrap_or(0) * 1_000);
                let told = state_of(data);
                if told != state {
                    heard.changed_ms.push(now_ms);
                    told.clone_into(&mut state);
                }
            }
        }
    }
}

/// What the seat does, of the texts of its page.
fn state_of(data: &str) -> &str {
    let after = data.split_once("\"seat-state\":\"").map(|(_, rest)| rest);
    after.and_then(|rest| rest.split('"').next()).unwrap_or("")
}
