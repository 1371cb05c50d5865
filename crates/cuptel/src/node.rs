//! A running node: store, engine and pages put together from a configuration.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use cuptel_call as call;
use cuptel_call::PinWanted;
use cuptel_core::id::{LineId, OperatorId, QueueId, SeatId, SiteId, TenantId, TrunkId};
use cuptel_core::record::{EntryPage, OperatorRow, Restored, SeatRow};
use cuptel_core::reload::still_needed;
use cuptel_core::staffing::Account;
use cuptel_core::step::Command;
use cuptel_core::words::ChangedBy;
use cuptel_engine::{Clock, Engine, EntriesAsked, Handle, Question, Storage, TapeSettings};
use cuptel_http as http;
use cuptel_http::password;
use cuptel_media as media;
use cuptel_sip::{Credentials, Ha1, uri};
use cuptel_store::{Access, Interned, Names, Spill, Store};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::config::first_start::FirstSeat;
use crate::config::limits::DataSettings;
use crate::config::listening::Role;
use crate::config::network::{TrunkAuth, TrunkSettings};
use crate::config::rules::Ids;
use crate::reload::{self, Deployment, ReloadDoor, Reloader};
use crate::{retention, users};

/// How long a phone may move its RTP source after the SDP was agreed.
const LATCH_WINDOW_US: u64 = 10_000_000;
/// What a stop may take beyond the drain: the last commits and farewells.
const STOP_MARGIN: Duration = Duration::from_secs(10);
/// Rest of a port pair between two legs, so that late packets of one call meet no other.
const PORT_QUARANTINE_US: u64 = 30_000_000;
/// Pairs bound when the configuration says nothing: two legs a channel and some more.
const PAIRS_BEYOND: u32 = 64;

/// Store, engine and pages, running.
pub(crate) struct Node {
    pub(crate) handle: Handle,
    pub(crate) store: Store,
    pub(crate) reload: ReloadDoor,
    reloader: Reloader,
    clock: Clock,
    engine: Engine,
    questions: Option<mpsc::Receiver<Question>>,
    pages: JoinHandle<Result<(), http::HttpError>>,
    stop_pages: oneshot::Sender<()>,
    /// Who was let in because nobody was, and the password that they sign in with once.
    pub(crate) let_in: Option<(&'static str, String)>,
}

impl Node {
    /// Starts everything. On an empty database the seats of `first-start.csv` are added.
    pub(crate) async fn start(path: &Path, config: Config, clock: Clock) -> anyhow::Result<Self> {
        let deployment = Deployment::of(config, &media::PromptLibrary::new()).map_err(as_error)?;
        let config = &deployment.config;
        let storage = open_storage(&config.data).await?;
        let store = storage.store.clone();
        if config.http.token.create_file()? {
            tracing::info!("made the API token that the configuration names");
        }
        let listener = http::bind(config.http.listen)?;
        let ids = StoredIds(store.intern(&names_of(config)).await?);
        let restored = begin(&store, config, &ids).await?;
        let rules = Arc::new(deployment.rules(&ids));
        let lost = reload::told(path, &still_needed(&rules, &restored), &ids.0);
        if !lost.is_empty() {
            return Err(as_error(lost));
        }
        let media = media_settings(config);
        let pairs: usize = media.networks.iter().map(|network| network.pairs_max).sum();
        let settings = cuptel_engine::Settings {
            switch: switch_settings(config, &ids)?,
            connections: connection_limits(config),
            media,
            prompts: deployment.prompts.clone(),
            sounds: store.sounds().await?,
            tape: tape(config)?,
        };
        let metrics = http::install_metrics()?;
        let mut engine = cuptel_engine::start(settings, rules, storage, restored, clock)?;
        let handle = engine.handle();
        let questions = engine.take_questions();
        let (settings, realm) = (page_settings(config)?, config.sip.realm.clone());
        let (reloader, reload) = Reloader::new(
            path,
            deployment,
            u32::try_from(pairs).unwrap_or(u32::MAX),
            store.clone(),
            handle.clone(),
            clock,
        );
        let certificate = reloader.certificate();
        let app = http::App {
            engine: Arc::new(Port {
                handle: handle.clone(),
                reload: reload.clone(),
                realm,
            }),
            store: store.clone(),
            metrics,
            settings: http::Settings {
                is_tls: certificate.is_some(),
                ..settings
            },
        };
        // When all else stands: a start that fails lets nobody in whose password nobody is told.
        let let_in = users::first(&store, clock.now().utc_ms).await?;
        let (stop_pages, stopped) = oneshot::channel();
        let pages = start_pages(listener, app, certificate, stopped);
        Ok(Self {
            handle,
            reload,
            reloader,
            clock,
            engine,
            questions,
            pages,
            stop_pages,
            let_in,
            store,
        })
    }

    /// Waits until the engine ends by itself, which is a fault, or until `until` is over;
    /// then stops in order: no new calls, who waits becomes a callback.
    pub(crate) async fn run_until(self, until: impl Future<Output = ()>) -> anyhow::Result<Store> {
        let Self {
            handle,
            store,
            reload,
            mut reloader,
            clock,
            engine,
            questions,
            pages,
            stop_pages,
            let_in: _,
        } = self;
        let ended = engine.ended();
        tokio::pin!(ended, until);
        let early = tokio::select! {
            result = &mut ended => Some(result),
            () = &mut until => None,
            never = reloader.serve() => match never {},
            never = answer_questions(questions, &store, &handle) => match never {},
            never = retention::keep(&store, &reload, clock) => match never {},
        };
        let drain_s = reloader.config().drain_s;
        // Whoever waits for a reload is told that none comes.
        drop(reloader);
        let outcome = match early {
            Some(result) => result,
            None => {
                tracing::info!(
                    drain_s,
                    "stopping: no new calls; those who wait become callbacks"
                );
                let in_order = async {
                    if let Err(refusal) = handle.command(Command::Stop { drain_s }).await {
                        tracing::warn!(%refusal, "the engine did not take the stop");
                    }
                    ended.await
                };
                let patience = Duration::from_secs(u64::from(drain_s)) + STOP_MARGIN;
                tokio::time::timeout(patience, in_order)
                    .await
                    .map_err(|_late| {
                        anyhow::anyhow!(
                            "did not stop in order within {} s: is the database answering? \
                         what was committed is safe, and the next start takes up the rest",
                            patience.as_secs()
                        )
                    })?
            }
        };
        if stop_pages.send(()).is_err() {
            tracing::debug!("the pages had ended already");
        }
        pages.await.context("the pages' task failed")??;
        outcome?;
        Ok(store)
    }
}

/// Answers what the loop asks of others, one question after the other.
async fn answer_questions(
    questions: Option<mpsc::Receiver<Question>>,
    store: &Store,
    handle: &Handle,
) -> std::convert::Infallible {
    let Some(mut questions) = questions else {
        return std::future::pending().await;
    };
    while let Some(question) = questions.recv().await {
        let told = match question {
            Question::Entries(asked) => {
                let page = next_people(asked, store).await;
                handle.tell_entries(asked, page).await
            }
            Question::Pin(wanted) => {
                let of = (wanted.call, wanted.token);
                handle.tell_pin(of, compared(wanted).await).await
            }
        };
        if told.is_err() {
            break;
        }
    }
    // The engine has ended, which is told elsewhere.
    std::future::pending().await
}

/// Looks up the next people of a campaign.
async fn next_people(asked: EntriesAsked, store: &Store) -> Option<EntryPage> {
    let (wanted, after_seq) = (asked.wanted, asked.after_seq);
    let (campaign, until_ms) = (wanted.campaign, wanted.until_ms);
    let page = store.waiting_entries(campaign, until_ms, wanted.limit, after_seq);
    page.await.unwrap_or_else(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            error,
            "the next people of a campaign cannot be read; trying again"
        );
        None
    })
}

/// Whether a PIN is right: some tens of milliseconds of a core, beside the threads that answer.
async fn compared(wanted: PinWanted) -> Option<bool> {
    let compare = move || password::is_right(wanted.keyed.reveal(), &wanted.digest.0);
    match tokio::task::spawn_blocking(compare).await {
        Ok(Ok(is_right)) => Some(is_right),
        Ok(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "a PIN could not be compared");
            None
        }
        Err(_panicked) => None,
    }
}

/// Begins an epoch, on an empty database with the seats and operators that a first start adds.
async fn begin(store: &Store, config: &Config, ids: &StoredIds) -> anyhow::Result<Restored> {
    fill_if_empty(store, config, ids).await?;
    let restored = store.begin().await?;
    tell_of_cut(&restored);
    Ok(restored)
}

/// A first start adds the seats and operators of `first-start.csv`.
async fn fill_if_empty(store: &Store, config: &Config, ids: &StoredIds) -> anyhow::Result<()> {
    if store.is_empty_of_seats().await? {
        let (seats, operators) = staff(&config.first_seats, config, ids)?;
        store.add_first_start(&seats, &operators).await?;
        tracing::info!(
            seats = seats.len(),
            operators = operators.len(),
            "first start: added seats and operators"
        );
    }
    Ok(())
}

/// Where the tape goes. Where none is kept, what there is of earlier ones goes too.
fn tape(config: &Config) -> anyhow::Result<Option<TapeSettings>> {
    let (_, spill) = config.data.reveal()?;
    let tape = config.replay.tape(&spill);
    if tape.is_none() {
        let folder = config.replay.folder(&spill);
        let erased = cuptel_engine::erase_segments(&folder)
            .with_context(|| format!("erasing the tape in {}", folder.display()))?;
        if erased > 0 {
            tracing::info!(erased, "no tape is kept: erased what there was");
        }
    }
    Ok(tape)
}

/// Says whether the process before ended in the middle of something.
fn tell_of_cut(restored: &Restored) {
    let (calls, dials) = (restored.attempts.len(), restored.dials.len());
    if calls + dials > 0 {
        tracing::warn!(
            calls,
            dials,
            "the server before ended in the middle of calls: callers who were cut off are owed \
             a callback, and who was being called back is left alone for a while and then called again"
        );
    }
}

/// Opens database and spill; what the process before could only spill is in the database then.
async fn open_storage(data: &DataSettings) -> anyhow::Result<Storage> {
    let (url, folder) = data.reveal()?;
    // A spill of another version is refused while that version can still read the database.
    Spill::look(&folder)?;
    let store = cuptel_store::open(&url, Access::Serve).await?;
    let mut spill = Spill::open(&folder, data.spill_bytes_max)?;
    replay(&store, &mut spill).await?;
    let ms = |number| Duration::from_millis(u64::from(number));
    Ok(Storage {
        store,
        spill,
        stall: ms(data.stall_ms),
        slow: ms(data.slow_ms),
    })
}

/// Gives the database what the process before could only spill, before anything new.
async fn replay(store: &Store, spill: &mut Spill) -> anyhow::Result<()> {
    let mut replayed: u64 = 0;
    while let Some(entry) = spill.oldest()? {
        store.replay(&entry).await.context(
            "the spill of the server before cannot be given to the database: is it the same database, \
             and did no other server write to it since? What the spill holds is lost if it is moved away",
        )?;
        spill.replayed(&entry);
        replayed += 1;
    }
    spill.remove()?;
    if replayed > 0 {
        tracing::warn!(replayed, "gave the database what had been spilled");
    }
    Ok(())
}

/// How the pages are offered, but for the certificate that they are offered with.
fn page_settings(config: &Config) -> anyhow::Result<http::Settings> {
    Ok(http::Settings {
        listen: config.http.listen,
        token: config.http.token.reveal()?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        import: config.http.import,
        trusted_proxies: config.http.trusted_proxies.clone(),
        is_tls: false,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one task of the main runtime; owned by `Node`"
)]
fn start_pages(
    listener: std::net::TcpListener,
    app: http::App,
    certificate: Option<http::Shown>,
    stopped: oneshot::Receiver<()>,
) -> JoinHandle<Result<(), http::HttpError>> {
    tokio::spawn(http::serve(listener, app, certificate, async move {
        // Dropped or told: either way it is over.
        drop(stopped.await);
    }))
}

pub(crate) fn names_of(config: &Config) -> Names {
    let names = config.names();
    Names {
        tenants: names.tenants,
        lines: names.lines,
        trunks: names.trunks,
        queues: names.queues,
        sites: names.sites,
    }
}

/// The identifiers that the store gave. Every configured name was interned before.
pub(crate) struct StoredIds(pub(crate) Interned);

impl Ids for StoredIds {
    fn tenant(&self, name: &str) -> TenantId {
        self.0.tenants[name]
    }
    fn line(&self, number: &str) -> LineId {
        self.0.lines[number]
    }
    fn trunk(&self, name: &str) -> TrunkId {
        self.0.trunks[name]
    }
    fn queue(&self, tenant: &str, name: &str) -> QueueId {
        self.0.queues[&(tenant.to_owned(), name.to_owned())]
    }
    fn site(&self, name: &str) -> SiteId {
        self.0.sites[name]
    }
    fn former_queue(&self, tenant: &str, name: &str) -> Option<QueueId> {
        let name = (tenant.to_owned(), name.to_owned());
        self.0.queues.get(&name).copied()
    }
}

/// Rows for a first start. Their identifiers are of epoch 0, which no process ever runs in.
fn staff(
    first_start: &[FirstSeat],
    config: &Config,
    ids: &StoredIds,
) -> anyhow::Result<(Vec<SeatRow>, Vec<OperatorRow>)> {
    let mut seats = Vec::new();
    let mut operators: BTreeMap<&str, OperatorRow> = BTreeMap::new();
    let mut next = 0;
    let mut allot = || {
        next += 1;
        next
    };
    for entry in first_start {
        let ha1 = Ha1::of(&entry.seat, &config.sip.realm, &entry.password.reveal()?);
        seats.push(SeatRow {
            id: SeatId(allot()),
            name: entry.seat.clone(),
            site: ids.site(&entry.site),
            ha1_md5: ha1.md5,
            ha1_sha256: ha1.sha256,
            removed_ms: None,
        });
        operators
            .entry(&entry.operator)
            .or_insert_with(|| OperatorRow {
                id: OperatorId(allot()),
                name: entry.operator.clone(),
                employer: entry.employer.clone(),
                skills: entry
                    .skills
                    .iter()
                    .map(|(skill, level)| (skill.clone(), *level))
                    .collect(),
                home: entry.home.as_deref().map(|home| ids.tenant(home)),
                removed_ms: None,
            });
    }
    Ok((seats, operators.into_values().collect()))
}

/// Several sentences as one error.
fn as_error(faults: Vec<String>) -> anyhow::Error {
    anyhow::anyhow!("{}", faults.join("\n"))
}

fn switch_settings(config: &Config, ids: &StoredIds) -> anyhow::Result<call::Settings> {
    let listeners = config.listeners.iter().map(|listener| call::Listener {
        role: match listener.role {
            Role::Phones => call::Role::Phones,
            Role::Trunk => call::Role::Trunk,
            Role::Edge => call::Role::Edge,
        },
        address: listener.udp,
        tcp: listener.tcp,
    });
    let sip = cuptel_sip::Settings {
        user_agent: config.sip.user_agent.clone(),
        realm: config.sip.realm.clone(),
        ..cuptel_sip::Settings::default()
    };
    Ok(call::Settings {
        sip,
        listeners: listeners.collect(),
        trunks: trunk_peers(config, ids)?,
        media: config
            .media
            .networks
            .iter()
            .map(|network| call::Media {
                advertise: network.advertise,
            })
            .collect(),
        latch_window_us: LATCH_WINDOW_US,
        port_quarantine_us: PORT_QUARANTINE_US,
    })
}

/// The signalling side of every trunk.
///
/// # Errors
/// When a password of a trunk is not to be had.
pub(crate) fn trunk_peers(
    config: &Config,
    ids: &StoredIds,
) -> anyhow::Result<Vec<call::TrunkPeer>> {
    let peer = |trunk| trunk_peer(trunk, ids);
    config.trunks.iter().map(peer).collect()
}

fn trunk_peer(trunk: &TrunkSettings, ids: &StoredIds) -> anyhow::Result<call::TrunkPeer> {
    let outbound = trunk.outbound.as_ref().map(|outbound| call::Outbound {
        host: match uri::host_port(&outbound.uri) {
            Some((host, Some(port))) => format!("{host}:{port}"),
            Some((host, None)) => host.to_owned(),
            None => outbound.address.to_string(),
        },
        address: outbound.address,
        way: match (outbound.is_tcp, outbound.large_over_tcp) {
            (true, _) => call::OutboundWay::Connection,
            (false, true) => call::OutboundWay::LargeByConnection,
            (false, false) => call::OutboundWay::Datagrams,
        },
    });
    let credentials = |auth: &TrunkAuth| -> anyhow::Result<Credentials> {
        let password = auth.password.reveal();
        let password = password.with_context(|| format!("password of trunk {}", trunk.name))?;
        let user = auth.user.clone();
        Ok(Credentials { user, password })
    };
    Ok(call::TrunkPeer {
        id: ids.trunk(&trunk.name),
        peers: trunk.peers.clone(),
        outbound,
        credentials: trunk.auth.as_ref().map(credentials).transpose()?,
    })
}

fn connection_limits(config: &Config) -> cuptel_engine::ConnectionLimits {
    let tcp = &config.tcp;
    let us = |seconds: u32| u64::from(seconds) * 1_000_000;
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    cuptel_engine::ConnectionLimits {
        connections_max: size(tcp.connections_max),
        per_source_max: size(tcp.per_source_max),
        message_bytes_max: size(tcp.message_bytes_max),
        backlog_bytes_max: size(tcp.backlog_bytes_max),
        idle_us: us(tcp.idle_s),
        unknown_us: us(tcp.unknown_s),
        keep_alive_us: us(tcp.keep_alive_s),
        message_us: us(tcp.message_s),
        connect_us: us(tcp.connect_s),
    }
}

fn media_settings(config: &Config) -> media::Settings {
    let channels: u32 = config.trunks.iter().map(|trunk| trunk.channels).sum();
    let networks = config.media.networks.iter().map(|network| media::Network {
        bind: network.bind,
        advertise: network.advertise,
        ports: network.ports.clone(),
        pairs_max: usize::try_from(network.pairs_max.unwrap_or(pairs_for(channels)))
            .unwrap_or(usize::MAX)
            .min(usize::try_from(network.pairs()).unwrap_or(usize::MAX)),
    });
    media::Settings {
        networks: networks.collect(),
        rtp_timeout_us: u64::from(config.media.rtp_timeout_s) * 1_000_000,
        latch_window_us: LATCH_WINDOW_US,
        ..media::Settings::default()
    }
}

/// A call has two legs, and each pair rests after use: at a call a few seconds long on every
/// channel, some eight pairs a channel are resting.
fn pairs_for(channels: u32) -> u32 {
    channels.saturating_mul(10).saturating_add(PAIRS_BEYOND)
}

fn refused(refusal: cuptel_engine::Refusal) -> http::Refusal {
    match refusal {
        cuptel_engine::Refusal::Refused(error) => http::Refusal::Refused(error),
        cuptel_engine::Refusal::Busy => http::Refusal::Busy,
        cuptel_engine::Refusal::Gone => http::Refusal::Gone,
    }
}

/// The engine as the pages see it.
struct Port {
    handle: Handle,
    reload: ReloadDoor,
    /// Part of every seat's password digest.
    realm: String,
}

impl http::Engine for Port {
    fn snapshot(&self) -> Arc<cuptel_core::snapshot::Snapshot> {
        self.handle.snapshot()
    }

    fn changes(&self) -> tokio::sync::watch::Receiver<Arc<cuptel_core::snapshot::Snapshot>> {
        self.handle.changes()
    }

    fn command(&self, command: Command) -> http::Answer<'_> {
        Box::pin(async move { self.handle.command(command).await.map_err(refused) })
    }

    fn command_spoken(&self, command: Command, sound: Arc<[u8]>) -> http::Answer<'_> {
        let spoken = self.handle.command_spoken(command, sound);
        Box::pin(async move { spoken.await.map_err(refused) })
    }

    fn sound_of_wav(&self, wav: &[u8]) -> Result<http::Sound, String> {
        let (audio, duration_ms) =
            media::sound_of_wav("--wav", wav).map_err(|error| error.to_string())?;
        let voiced_ms = media::voiced_ms(&audio);
        Ok(http::Sound {
            audio,
            duration_ms,
            voiced_ms,
        })
    }

    fn in_line(&self, tenant: &str, queue: &str) -> http::Lined<'_> {
        let (tenant, queue) = (Some(tenant.to_owned()), queue.to_owned());
        Box::pin(async move { self.handle.in_line(tenant, queue).await.map_err(refused) })
    }

    fn why(&self, id: i64) -> http::Looking<'_> {
        Box::pin(async move { self.handle.why(id).await.map_err(refused) })
    }

    fn health(&self) -> http::Health {
        let health = self.handle.health();
        http::Health {
            ready: !health.stopping && !health.degraded.iter().any(|(mode, _)| mode.holds_back()),
            degraded: health
                .degraded
                .into_iter()
                .map(|(mode, since_ms)| http::DegradedNow::new(mode, since_ms))
                .collect(),
            configuration: self.reload.shown(),
        }
    }

    fn account(&self, seat: &str, password: &str) -> Account {
        let ha1 = Ha1::of(seat, &self.realm, password);
        Account {
            ha1_md5: ha1.md5,
            ha1_sha256: ha1.sha256,
        }
    }

    fn reload(&self) -> http::Reloading<'_> {
        Box::pin(self.reload.reload(ChangedBy::Api))
    }
}
