//! The one loop: whatever happens becomes an input of the switch, in one order; records go
//! to the writer, effects leave behind their commit.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use cuptel_call::writing::Progress;
use cuptel_call::{Input, Journal, Step, Switch};
use cuptel_core::Centre;
use cuptel_core::id::AttemptId;
use cuptel_core::record::{Record, Restored};
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::CommandError;
use cuptel_core::time::{MonoUs, Now, UtcMs};
use cuptel_core::words::Degraded;
use cuptel_media as media;
use cuptel_store::Batch;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::connections::{ConnectionLimits, Connections, Heard};
use crate::figures;
use crate::gathering::Gathering;
use crate::handle::{
    COMMANDS_MAX, EntriesAsked, Handle, Health, QUESTIONS_MAX, Question, Reload, Request, Wish,
};
use crate::sockets::{Arrived, Sockets};
use crate::tape::{Tape, TapeSettings};
use crate::writing::{BATCHES_MAX, Storage, StorageError, WriterTask};

/// Steps that may wait for their commit; beyond it the sockets are not read, and the
/// kernel's bounded buffer takes what comes.
const BEHIND_MAX: u64 = 8_192;
/// Batches of datagrams taken from one socket in a turn; then the others have theirs.
const READS_MAX: usize = 16;
/// Media events that may wait for the loop.
const MEDIA_EVENTS_MAX: usize = 8_192;
/// Looks are published at most this often for whoever asked for a change; so long their answer waits.
const LOOK_SOON_US: u64 = 20_000;
/// Looks are published at most this often when something changes.
const LOOK_EVERY_US: u64 = 250_000;
/// And this often when nothing does, so that a page knows that its figures are fresh.
const LOOK_AT_LEAST_US: u64 = 1_000_000;
/// After the last call ended: time for the last BYE and its answer.
const LINGER_US: u64 = 300_000;

/// A turn whose timers are so late was held up, by a machine that stood still: what came in
/// meanwhile is heard before it is judged too late.
const HELD_UP_US: u64 = 500_000;
/// Turns of hearing before the timers have their say even so: a storm must not stop them.
const HEARD_LATE_MAX: u32 = 64;

/// How the engine is set up.
#[derive(Debug)]
pub struct Settings {
    /// The switch; its SIP seed is replaced by one of the system's randomness.
    pub switch: cuptel_call::Settings,
    /// Bounds of the connections.
    pub connections: ConnectionLimits,
    /// The media thread.
    pub media: media::Settings,
    /// Prompts; those of the rules have the numbers that this library gave them.
    pub prompts: Arc<media::PromptLibrary>,
    /// What is recorded for emergencies in force, and under which number it is played.
    pub sounds: Vec<(PromptId, Arc<[u8]>)>,
    /// Where what the rules are told is recorded, if it is.
    pub tape: Option<TapeSettings>,
}

/// Why the engine did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A listening address cannot be had.
    #[error("cannot listen on {transport} {address}: {source}; is another program using the port?")]
    Listen {
        /// `udp` or `tcp`.
        transport: &'static str,
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The media thread did not start.
    #[error("media did not start")]
    Media(#[source] media::MediaError),
    /// A thread or a runtime was refused by the system.
    #[error("the system refused a thread")]
    Thread(#[source] io::Error),
    /// No randomness for tags and nonces.
    #[error("the system gave no random numbers")]
    Entropy,
    /// Records can be stored nowhere: memory that ran ahead of the disk is not trusted.
    #[error("records cannot be stored; stopped so that nothing is promised that is not on disk")]
    Storage(#[source] StorageError),
    /// A socket failed.
    #[error("a listening socket failed")]
    Socket(#[source] io::Error),
    /// A thread panicked.
    #[error("the {0} thread panicked")]
    Panicked(&'static str),
}

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    handle: Handle,
    questions: Option<mpsc::Receiver<Question>>,
    ended: oneshot::Receiver<()>,
    threads: Threads,
}

#[derive(Debug)]
struct Threads {
    looping: JoinHandle<Result<(), EngineError>>,
    writing: JoinHandle<Result<(), StorageError>>,
    taping: Option<JoinHandle<()>>,
}

impl Engine {
    /// A handle to it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// What is to be looked up or worked out beside the loop. Taken once.
    pub fn take_questions(&mut self) -> Option<mpsc::Receiver<Question>> {
        self.questions.take()
    }

    /// Waits until it ends, by a stop or by a fault.
    ///
    /// # Errors
    /// The fault.
    pub async fn ended(self) -> Result<(), EngineError> {
        // A sender that was dropped has ended too.
        if self.ended.await.is_err() {
            tracing::debug!("the loop ended without a word");
        }
        let looped = self
            .threads
            .looping
            .join()
            .map_err(|_panic| EngineError::Panicked("signalling"))?;
        let written = self
            .threads
            .writing
            .join()
            .map_err(|_panic| EngineError::Panicked("writer"))?;
        if let Some(taping) = self.threads.taping {
            let taped = taping.join();
            taped.map_err(|_panic| EngineError::Panicked("tape"))?;
        }
        written.map_err(EngineError::Storage)?;
        looped
    }
}

/// Binds everything, takes up what the store says is open, and runs.
///
/// # Errors
/// When an address, the media ports, a thread or randomness cannot be had.
pub fn start(
    mut settings: Settings,
    rules: Arc<Rules>,
    storage: Storage,
    restored: Restored,
    clock: Clock,
) -> Result<Engine, EngineError> {
    getrandom::fill(&mut settings.switch.sip.seed).map_err(|_error| EngineError::Entropy)?;
    let (bound, listening) = bind(&settings.switch.listeners)?;
    let (media_tx, media_events) = mpsc::channel(MEDIA_EVENTS_MAX);
    let media = media::start(settings.media, settings.prompts, sink(media_tx));
    let media = keep(media, settings.sounds).map_err(EngineError::Media)?;
    let centre = Centre::new(rules, restored.epoch);
    let switch = Switch::new(settings.switch, centre, media.pairs());
    let (batches, to_write) = mpsc::channel(BATCHES_MAX);
    let (told, progress) = watch::channel(Progress::default());
    let (questions, asked) = mpsc::channel(QUESTIONS_MAX);
    let (commands, requests) = mpsc::channel(COMMANDS_MAX);
    let (looks_tx, looks) = watch::channel(Arc::new(Snapshot::default()));
    let (health_tx, health) = watch::channel(Health::default());
    let handle = Handle::new(commands, looks, health);
    let (end, ended) = oneshot::channel();
    let writing = WriterTask::new(storage, to_write, told, clock);
    let writing = spawn("writer", move || block_on(writing.run()))?;
    let (tape, taping) = tape(settings.tape, restored.epoch, clock)?;
    let looping = spawn("signalling", move || {
        let outcome = block_on(async move {
            let sockets = Sockets::new(bound).map_err(EngineError::Socket)?;
            let connections =
                Connections::new(listening, settings.connections).map_err(EngineError::Socket)?;
            let mut state = Loop {
                clock,
                switch,
                sockets,
                connections,
                media,
                heard_late: 0,
                media_gone_ms: None,
                unstored_ms: None,
                media_backlog: VecDeque::new(),
                journal: Journal::default(),
                batches,
                progress,
                answers: std::collections::BTreeMap::new(),
                replies: Vec::new(),
                questions,
                next_request: 0,
                step: Step::default(),
                arrived: Vec::new(),
                gathering: Gathering::default(),
                refused: 0,
                heard: Vec::new(),
                datagrams_first: true,
                looks: looks_tx,
                health: health_tx,
                looked_us: 0,
                dirty: true,
                drained_us: None,
                tape,
            };
            state.run(restored, media_events, requests).await
        });
        // Nobody may be waiting any more.
        if end.send(()).is_err() {
            tracing::debug!("the engine ended unobserved");
        }
        outcome
    })?;
    Ok(Engine {
        handle,
        questions: Some(asked),
        ended,
        threads: Threads {
            looping,
            writing,
            taping,
        },
    })
}

/// Gives the media thread what is recorded, before anybody calls.
fn keep(
    media: Result<media::Handle, media::MediaError>,
    sounds: Vec<(PromptId, Arc<[u8]>)>,
) -> Result<media::Handle, media::MediaError> {
    let media = media?;
    for (sound, audio) in sounds {
        let sound = media::PromptId(sound.0);
        media.send(media::Command::Keep { sound, audio })?;
    }
    Ok(media)
}

/// Where the media thread tells what happens.
fn sink(events: mpsc::Sender<media::Event>) -> media::Sink {
    Box::new(move |event| match events.try_send(event) {
        Ok(()) => Ok(()),
        Err(mpsc::error::TrySendError::Full(event)) => Err(event),
        // The loop has ended: nobody is interested any more.
        Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
    })
}

/// The loop's end of the tape, and the thread that writes it.
fn tape(
    settings: Option<TapeSettings>,
    epoch: i64,
    clock: Clock,
) -> Result<(Option<Tape>, Option<JoinHandle<()>>), EngineError> {
    let ends = settings.map(|settings| Tape::new(settings, epoch, clock));
    let (tape, thread) = ends.unzip();
    let thread = thread.map(|thread| spawn("tape", move || thread.run()));
    Ok((tape, thread.transpose()?))
}

/// The sockets of every listener.
fn bind(
    listeners: &[cuptel_call::Listener],
) -> Result<(Vec<UdpSocket>, Vec<TcpListener>), EngineError> {
    let datagrams: Vec<SocketAddr> = listeners.iter().map(|it| it.address).collect();
    let connections: Vec<SocketAddr> = listeners.iter().filter_map(|it| it.tcp).collect();
    let refused = |transport| {
        move |(address, source)| EngineError::Listen {
            transport,
            address,
            source,
        }
    };
    Ok((
        Sockets::bind(&datagrams).map_err(refused("udp"))?,
        Connections::bind(&connections).map_err(refused("tcp"))?,
    ))
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, EngineError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(EngineError::Thread)
}

/// Runs a future on a runtime of this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime without worker threads needs an epoll descriptor only")
        .block_on(future)
}

/// The state of the loop.
struct Loop {
    clock: Clock,
    switch: Switch,
    sockets: Sockets,
    connections: Connections,
    media: media::Handle,
    /// Turns in a row that heard what came in while the timers were late.
    heard_late: u32,
    /// Since when the media thread is no more.
    media_gone_ms: Option<UtcMs>,
    /// Since when what happens can be stored nowhere.
    unstored_ms: Option<UtcMs>,
    /// Commands that the media thread had no room for.
    media_backlog: VecDeque<media::Command>,
    journal: Journal,
    batches: mpsc::Sender<Batch>,
    progress: watch::Receiver<Progress>,
    answers: std::collections::BTreeMap<u64, oneshot::Sender<Result<(), CommandError>>>,
    /// What is to be answered once a look shows what it has changed.
    replies: Vec<(u64, Result<(), CommandError>)>,
    questions: mpsc::Sender<Question>,
    next_request: u64,
    step: Step,
    arrived: Vec<Arrived>,
    gathering: Gathering,
    /// Callers refused since the sockets were last read.
    refused: u64,
    heard: Vec<Heard>,
    /// Whose turn it is when both datagrams and connections have something.
    datagrams_first: bool,
    looks: watch::Sender<Arc<Snapshot>>,
    health: watch::Sender<Health>,
    looked_us: MonoUs,
    dirty: bool,
    drained_us: Option<MonoUs>,
    tape: Option<Tape>,
}

/// Calls that ended with these records and were never answered.
fn refusals(records: &[Record]) -> u64 {
    let is_refusal = |record: &&Record| matches!(record, Record::Attempt(row) if row.ended_ms.is_some() && row.answered_ms.is_none());
    u64::try_from(records.iter().filter(is_refusal).count()).unwrap_or(u64::MAX)
}

/// What woke the loop.
enum Woken {
    Progress,
    Media(media::Event),
    MediaGone,
    Request(Request),
    Readable,
    Connections(io::Result<()>),
    Time,
    WriterGone,
}

/// What arrived: datagrams and connections by turns, so that a storm of one does not starve
/// the other. While a gust gathers, only connections.
fn poll_network(
    sockets: Option<&Sockets>,
    connections: &mut Connections,
    datagrams_first: bool,
    context: &mut Context<'_>,
) -> Poll<Woken> {
    let mut ready = Poll::Pending;
    for datagrams in [datagrams_first, !datagrams_first] {
        if ready.is_pending() {
            ready = if datagrams {
                sockets.map_or(Poll::Pending, |sockets| {
                    sockets.poll_readable(context).map(|()| Woken::Readable)
                })
            } else {
                connections.poll_ready(context).map(Woken::Connections)
            };
        }
    }
    ready
}

impl Loop {
    async fn run(
        &mut self,
        restored: Restored,
        mut media_events: mpsc::Receiver<media::Event>,
        mut requests: mpsc::Receiver<Request>,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        if let Some(tape) = &mut self.tape {
            tape.begin(now, restored.callbacks.len(), &mut self.switch);
        }
        self.switch.restore(now, restored, &mut self.step);
        self.take_in();
        self.settle(now);
        figures::publish_degraded(&[]);
        self.publish_look(now);
        loop {
            let now = self.clock.now();
            let reading = self.journal.behind() < BEHIND_MAX && !self.is_lingering_done(now);
            let gathers_until = self.gathering.until(now.mono_us);
            let wake_at = self.wake_at(now);
            let wake_at = gathers_until.map_or(wake_at, |until| until.min(wake_at));
            let wake = self.clock.instant(wake_at);
            let progress = &mut self.progress;
            let connections = &mut self.connections;
            let sockets = gathers_until.is_none().then_some(&self.sockets);
            let datagrams_first = self.datagrams_first;
            let woken = tokio::select! {
                biased;
                changed = progress.changed() => if changed.is_ok() { Woken::Progress } else { Woken::WriterGone },
                event = media_events.recv(), if self.media_gone_ms.is_none() => event.map_or(Woken::MediaGone, Woken::Media),
                Some(request) = requests.recv(), if reading => Woken::Request(request),
                woken = poll_fn(|context| poll_network(sockets, connections, datagrams_first, context)), if reading => woken,
                () = tokio::time::sleep_until(wake) => Woken::Time,
            };
            let now = self.clock.now();
            let is_heard = matches!(woken, Woken::Readable | Woken::Connections(_));
            match woken {
                Woken::Progress => {}
                Woken::Media(event) => self.handle(now, Input::Media(event)),
                Woken::MediaGone => self.lose_media(now),
                Woken::Request(request) => self.take_request(now, request),
                Woken::Readable => {
                    self.datagrams_first = false;
                    self.receive(now)?;
                }
                Woken::Connections(ready) => {
                    self.datagrams_first = true;
                    ready.map_err(EngineError::Socket)?;
                    self.hear(now);
                }
                Woken::Time => {}
                // Its own error is the better story; it is told by whoever joins the threads.
                Woken::WriterGone => return Ok(()),
            }
            self.keep_time(now, is_heard);
            self.connections.expire(now.mono_us);
            self.settle(now);
            if self.is_over(now) {
                self.end_tape(now);
                return Ok(());
            }
        }
    }

    fn handle(&mut self, now: Now, input: Input<'_>) {
        self.switch.handle(now, input, &mut self.step);
        self.take_in();
    }

    fn take_request(&mut self, now: Now, (wish, answer): Request) {
        self.next_request += 1;
        let request = self.next_request;
        match wish {
            Wish::Command(command) => {
                self.answers.insert(request, answer);
                self.handle(now, Input::Command { request, command });
            }
            Wish::Spoken(command, sound) => {
                self.answers.insert(request, answer);
                let spoken = Input::Spoken {
                    request,
                    command,
                    sound,
                };
                self.handle(now, spoken);
            }
            Wish::Reload(reload) => {
                self.answers.insert(request, answer);
                let Reload { switch, prompts } = *reload;
                // Before anything that the new rules let callers hear.
                self.step.media.push(media::Command::Prompts(prompts));
                let reload = Box::new(switch);
                self.handle(now, Input::Reload { request, reload });
                self.dirty = true;
            }
            Wish::Entries(campaign, ask, page) => self.handle(
                now,
                Input::Entries {
                    campaign,
                    ask,
                    page,
                },
            ),
            Wish::Pin(call, token, is_right) => self.pin_checked(now, (call, token), is_right),
            // A look changes nothing and waits for no commit; whoever asked may have gone.
            Wish::Why(id, look) => drop(look.send(self.switch.why(now, id))),
            Wish::InLine(tenant, queue, look) => {
                drop(look.send(self.switch.in_line(now, tenant.as_deref(), &queue)));
            }
        }
    }

    /// Takes what waits at every socket.
    fn receive(&mut self, now: Now) -> Result<(), EngineError> {
        self.refused = 0;
        for index in 0..self.sockets.count() {
            let mut reads = 0;
            while reads < READS_MAX && self.receive_batch(now, index)? {
                reads += 1;
            }
        }
        self.gathering.read(now.mono_us, self.refused);
        Ok(())
    }

    /// Whether there was anything.
    fn receive_batch(&mut self, now: Now, index: usize) -> Result<bool, EngineError> {
        let mut arrived = std::mem::take(&mut self.arrived);
        self.sockets
            .receive(index, &mut arrived)
            .map_err(EngineError::Socket)?;
        for datagram in &arrived {
            let input = Input::Datagram {
                flow: datagram.flow,
                bytes: self.sockets.bytes(datagram),
            };
            self.switch.handle(now, input, &mut self.step);
            self.take_in();
        }
        let is_any = !arrived.is_empty();
        arrived.clear();
        self.arrived = arrived;
        Ok(is_any)
    }

    /// Takes what arrived over connections.
    fn hear(&mut self, now: Now) {
        let mut heard = std::mem::take(&mut self.heard);
        self.connections.turn(now.mono_us, &mut heard);
        for Heard { flow, bytes } in heard.drain(..) {
            let bytes = &bytes;
            self.handle(now, Input::Datagram { flow, bytes });
        }
        self.heard = heard;
    }

    /// Books what a step led to; what need not wait leaves with the next `settle`.
    fn take_in(&mut self) {
        for flow in self.step.known.drain(..) {
            self.connections.know(flow);
        }
        if !self.step.records.is_empty() {
            self.dirty = true;
            figures::observe(&self.step.records, self.switch.rules());
            self.refused += refusals(&self.step.records);
        }
        self.journal
            .take_in(&mut self.step.records, &mut self.step.deferred);
    }

    /// Carries out what is committed, hands over what is not, and lets go of the rest; again
    /// when a connection broke meanwhile. Each break ends what waited for it, so this ends.
    fn settle(&mut self, now: Now) {
        while self.settle_once(now) {}
    }

    fn settle_once(&mut self, now: Now) -> bool {
        let progress = *self.progress.borrow_and_update();
        self.journal
            .told(now, progress, &mut self.switch, &mut self.step);
        self.take_in();
        while self
            .journal
            .carry_out_next(now, &mut self.switch, &mut self.step)
        {
            self.take_in();
            self.ask_questions(now);
        }
        self.reply(now);
        if std::mem::take(&mut self.step.drained) {
            self.drained_us = Some(now.mono_us);
        }
        // What may leave at once leaves first: a row must not say before it that a call is over.
        self.connections.send(now.mono_us, &mut self.step.transmits);
        self.sockets.send(&mut self.step.transmits);
        if let Ok(permit) = self.batches.try_reserve()
            && let Some((last_seq, records)) = self.journal.next_batch()
        {
            permit.send(Batch { last_seq, records });
        }
        self.send_media();
        if let Some(tape) = &mut self.tape {
            tape.turn(now, &mut self.switch);
        }
        self.look(now, progress);
        let closed = self.connections.take_closed();
        let is_any = !closed.is_empty();
        for flow in closed {
            self.handle(now, Input::FlowClosed(flow));
        }
        is_any
    }

    /// Answers commands. Whoever asked for a change looks next at what it has changed: a look is
    /// published before, and where one was just published the answer waits for the next.
    fn reply(&mut self, now: Now) {
        self.replies.append(&mut self.step.replies);
        if self.replies.is_empty() {
            return;
        }
        if self.dirty {
            if now.mono_us < self.looked_us + LOOK_SOON_US {
                return;
            }
            self.publish_look(now);
        }
        for (request, result) in self.replies.drain(..) {
            if let Some(answer) = self.answers.remove(&request)
                && answer.send(result).is_err()
            {
                tracing::debug!("nobody waits for the answer to a command any more");
            }
        }
    }

    /// Has looked up what the rules want to know. Whom nobody answers asks again.
    fn ask_questions(&mut self, now: Now) {
        let after_seq = self.journal.carried();
        for wanted in std::mem::take(&mut self.step.reads) {
            let asked = EntriesAsked { wanted, after_seq };
            if self.questions.try_send(Question::Entries(asked)).is_err() {
                let (campaign, ask) = (wanted.campaign, wanted.ask);
                self.handle(
                    now,
                    Input::Entries {
                        campaign,
                        ask,
                        page: None,
                    },
                );
            }
        }
        for wanted in std::mem::take(&mut self.step.pins) {
            let (call, token) = (wanted.call, wanted.token);
            if self.questions.try_send(Question::Pin(wanted)).is_err() {
                self.pin_checked(now, (call, token), None);
            }
        }
    }

    fn pin_checked(&mut self, now: Now, (call, token): (AttemptId, u64), is_right: Option<bool>) {
        self.handle(
            now,
            Input::PinChecked {
                call,
                token,
                is_right,
            },
        );
    }

    fn keep_time(&mut self, now: Now, is_heard: bool) {
        let Some(late_us) = (self.switch.wake_at()).and_then(|at| now.mono_us.checked_sub(at))
        else {
            return;
        };
        if is_heard && late_us >= HELD_UP_US && self.heard_late < HEARD_LATE_MAX {
            self.heard_late += 1;
            return;
        }
        self.heard_late = 0;
        self.handle(now, Input::Tick);
    }

    /// The thread has ended, by a panic or because the system took its sockets. Signalling
    /// lives on: who calls is still recorded, refused and owed a call.
    fn lose_media(&mut self, now: Now) {
        tracing::error!(
            "THE MEDIA THREAD HAS ENDED: calls are ended and called back, new ones are recorded \
             and refused until CupTel is started again"
        );
        self.media_gone_ms = Some(now.utc_ms);
        self.media_backlog.clear();
        self.handle(now, Input::MediaGone);
    }

    fn send_media(&mut self) {
        if self.media_gone_ms.is_some() {
            return self.step.media.clear();
        }
        self.media_backlog.extend(self.step.media.drain(..));
        while let Some(command) = self.media_backlog.pop_front() {
            if let Err(error) = self.media.send(command.clone()) {
                self.media_backlog.push_front(command);
                tracing::warn!(%error, waiting = self.media_backlog.len(), "media command waits");
                return;
            }
        }
    }

    fn look(&mut self, now: Now, progress: Progress) {
        self.tell_health(now, progress);
        let every_us = if self.dirty {
            LOOK_EVERY_US
        } else {
            LOOK_AT_LEAST_US
        };
        if now.mono_us < self.looked_us + every_us {
            return;
        }
        self.publish_look(now);
    }

    fn tell_health(&mut self, now: Now, progress: Progress) {
        if progress.dead {
            self.unstored_ms.get_or_insert(now.utc_ms);
        }
        let database = progress.database;
        let degraded = [
            database.degraded().zip(database.since_ms()),
            self.unstored_ms.map(|ms| (Degraded::StorageDead, ms)),
            self.media_gone_ms.map(|ms| (Degraded::MediaDead, ms)),
        ];
        let next = Health {
            degraded: degraded.into_iter().flatten().collect(),
            stopping: self.looks.borrow().stopping,
        };
        self.health.send_if_modified(|health| {
            let changed = *health != next;
            if changed {
                figures::publish_degraded(&next.degraded);
                *health = next;
            }
            changed
        });
    }

    fn publish_look(&mut self, now: Now) {
        self.dirty = false;
        self.looked_us = now.mono_us;
        figures::publish(self.switch.sip_counters());
        figures::publish_media(&self.media.stats());
        let look = self.switch.snapshot(now);
        let before = self.looks.borrow().clone();
        figures::tell_drifts(&before.drifts, &look.drifts);
        figures::tell_trunks(&before.trunks, &look.trunks);
        self.looks.send_replace(Arc::new(look));
    }

    fn wake_at(&self, now: Now) -> MonoUs {
        let look = self.looked_us
            + if !self.replies.is_empty() {
                LOOK_SOON_US
            } else if self.dirty {
                LOOK_EVERY_US
            } else {
                LOOK_AT_LEAST_US
            };
        let linger = self
            .drained_us
            .map(|at| at + LINGER_US)
            .filter(|at| *at > now.mono_us)
            .unwrap_or(look);
        self.switch.wake_at().unwrap_or(look).min(look).min(linger)
    }

    fn end_tape(&mut self, now: Now) {
        if let Some(tape) = &mut self.tape {
            tape.end(now, &mut self.switch);
        }
    }

    /// Whether the last farewells had their time: nothing more is read then.
    fn is_lingering_done(&self, now: Now) -> bool {
        self.drained_us
            .is_some_and(|at| now.mono_us >= at + LINGER_US)
    }

    fn is_over(&self, now: Now) -> bool {
        self.is_lingering_done(now) && self.journal.is_settled() && self.replies.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    #[test]
    fn a_storm_of_datagrams_leaves_connections_their_turn() {
        block_on(async {
            let anywhere = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
            let bound = Sockets::bind(&anywhere).unwrap();
            let listening = Connections::bind(&anywhere).unwrap();
            let (udp, tcp) = (
                bound[0].local_addr().unwrap(),
                listening[0].local_addr().unwrap(),
            );
            let sockets = Sockets::new(bound).unwrap();
            let limits = ConnectionLimits {
                connections_max: 1,
                per_source_max: 1,
                message_bytes_max: 1_500,
                backlog_bytes_max: 1_500,
                idle_us: 1_000_000,
                unknown_us: 1_000_000,
                keep_alive_us: 1_000_000,
                message_us: 1_000_000,
                connect_us: 1_000_000,
            };
            let mut connections = Connections::new(listening, limits).unwrap();
            let sender = UdpSocket::bind(anywhere[0]).unwrap();
            sender.send_to(b"\r\n\r\n", udp).unwrap();
            let _caller = TcpStream::connect(tcp).unwrap();
            // Nothing is taken, so both stay ready.
            for datagrams_first in [true, false, true] {
                let woken = poll_fn(|context| {
                    poll_network(Some(&sockets), &mut connections, datagrams_first, context)
                });
                assert_eq!(
                    matches!(woken.await, Woken::Readable),
                    datagrams_first,
                    "each goes first in its turn"
                );
            }
        });
    }
}
