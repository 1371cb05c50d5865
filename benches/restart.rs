//! Start with a backlog: a database with 50,000 or a million open callbacks, then the real `cuptel
//! serve` on it. Until pages and API answer, and until the first of those people is proposed to a
//! seat: the INVITE at a phone that was registered before. Measured against one statement that
//! reads the same rows in the same file and adds them up.

mod centre;
mod history;
mod measured;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use centre::{Centre, NO_SEATS};
use history::History;
use measured::{Delays, Effort, Rounds, real, say};

/// A phone of which the database says that it is registered.
const PHONE_PORT: u16 = 5_090;
/// A start that takes longer is none.
const OFFERED_WITHIN: Duration = Duration::from_secs(120);
/// The floor: every row that a start reads is read, and nothing is kept.
const ADD_UP: &str = "
SELECT count(*) + sum(c.place_ms + need.opened_ms + length(number.e164)) FROM callback c
JOIN number ON number.shard = c.shard AND number.id = c.number
JOIN callback_need need ON need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
WHERE c.shard = 0 AND c.state <> 'closed'";

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for (open, target_s) in effort.pick(&[(50_000, 0.5), (1_000_000, 3.0)][..], &[(500, 0.5)]) {
        let mut start = Start::default();
        for _ in 0..effort.pick(3, 1) {
            start.measure(*open, &runtime)?;
        }
        say(format!("start with {open} open callbacks:"));
        say(format!("  floor         {}", start.floor));
        say(format!("  pages answer  {}", start.pages));
        say(format!(
            "  first offer   {} (target {target_s} s)",
            start.offer
        ));
        say(format!(
            "  ratio         {} (first offer to floor)",
            start.ratio
        ));
        say(format!("  most memory   {} MiB", start.memory_mib));
    }
    Ok(())
}

#[derive(Default)]
struct Start {
    floor: Delays,
    pages: Delays,
    offer: Delays,
    ratio: Rounds,
    memory_mib: Rounds,
}

impl Start {
    fn measure(&mut self, open: i64, runtime: &tokio::runtime::Runtime) -> Result<()> {
        let clock = Clock::start();
        let now_ms = clock.now().utc_ms;
        let history = History { closed: 0, open };
        let (mut floor_us, mut begun_us) = (0, 0);
        let (told, offered) = mpsc::sync_channel(1);
        let filled = [("pairs_max", 64), ("channels", 30), ("answer_max", 26)]
            .map(|(key, value)| (key, value.to_string()));
        let centre = Centre::start_on(None, &filled, NO_SEATS, |folder, address| {
            let data = folder.join("data");
            fs::create_dir(&data)?;
            let file = data.join("cuptel.db");
            let phone = UdpSocket::bind((address, PHONE_PORT))?;
            runtime.block_on(history.write(&file, now_ms, &staff(address, now_ms)))?;
            let before_us = clock.now().mono_us;
            runtime.block_on(add_up(&file))?;
            floor_us = clock.now().mono_us - before_us;
            std::thread::Builder::new()
                .name("phone".to_owned())
                .spawn(move || ring(&phone, clock, &told))?;
            begun_us = clock.now().mono_us;
            Ok(())
        })?;
        let ready_us = clock.now().mono_us;
        let rang_us: u64 = offered
            .recv_timeout(OFFERED_WITHIN)
            .context("no phone rang")?;
        self.floor.add(floor_us);
        self.pages.add(ready_us - begun_us);
        self.offer.add(rang_us - begun_us);
        self.ratio.add(real(rang_us - begun_us) / real(floor_us));
        self.memory_mib.add(centre.program.most_memory_mib()?);
        centre.audit()?;
        Ok(())
    }
}

/// A seat with an operator who is signed in, and a phone that is registered.
fn staff(address: Ipv4Addr, now_ms: i64) -> [String; 6] {
    let later_ms = now_ms + 3_600_000;
    [
        "INSERT INTO site (shard, id, name) VALUES (0, 1, 'teramo')".to_owned(),
        "INSERT INTO seat (shard, id, seq, name, site, ha1_md5, ha1_sha256)
        VALUES (0, 1, 1, '101', 1, '', '')"
            .to_owned(),
        "INSERT INTO operator (shard, id, seq, name, employer) VALUES (0, 1, 1, 'Anna', 'ASL')"
            .to_owned(),
        "INSERT INTO operator_skill (shard, operator, skill, level)
        VALUES (0, 1, 'prenotazioni', 5)"
            .to_owned(),
        format!(
            "INSERT INTO sign_in (shard, id, seq, seat, operator, chosen, since_ms)
            VALUES (0, 1, 1, 1, 1, 'available', {now_ms})"
        ),
        format!(
            "INSERT INTO registration (shard, id, seq, contact, listener, remote, registered_ms,
                expires_ms)
            VALUES (0, 1, 1, 'sip:101@{address}:{PHONE_PORT}', 0, '{address}:{PHONE_PORT}',
                {now_ms}, {later_ms})"
        ),
    ]
}

async fn add_up(file: &Path) -> Result<()> {
    let mut database = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .connect()
        .await?;
    let sum: i64 = sqlx::query_scalar(ADD_UP).fetch_one(&mut database).await?;
    ensure!(sum > 0, "nothing to read");
    Ok(())
}

/// Says that it is there when it is asked, until it is called.
fn ring(phone: &UdpSocket, clock: Clock, told: &mpsc::SyncSender<u64>) {
    let mut buffer = [0; 4_096];
    while let Ok((length, from)) = phone.recv_from(&mut buffer) {
        let request = String::from_utf8_lossy(&buffer[..length]);
        if request.starts_with("INVITE ") {
            if told.send(clock.now().mono_us).is_err() {
                // Nobody waits any more.
            }
            return;
        }
        if request.starts_with("OPTIONS ") && say_ok(phone, &request, from).is_err() {
            return;
        }
    }
}

fn say_ok(phone: &UdpSocket, request: &str, to: SocketAddr) -> std::io::Result<usize> {
    const ECHOED: [&str; 5] = ["via:", "from:", "to:", "call-id:", "cseq:"];
    let is_echoed = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ECHOED.iter().any(|name| line.starts_with(name))
    };
    let echoed: Vec<&str> = request.split("\r\n").filter(is_echoed).collect();
    let answer = format!(
        "SIP/2.0 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n",
        echoed.join("\r\n")
    );
    phone.send_to(answer.as_bytes(), to)
}
