//! A centre to ask: what is stored, what goes on, and the engine's answers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode};
use cuptel_core::at_seat::ResultNow;
use cuptel_core::calendar::Zone;
use cuptel_core::id::{
    AnnouncementId, AssignmentId, AttemptId, BulkId, CallbackId, CampaignId, ConfigVersionId,
    EntryId, MemoId, NeedId, NumberId, OfferId, OperatorId, QueueId, SeatId, SignInId, TaskEventId,
    TaskId,
};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::matching::{Considered, Eligibility, Explanation, InLine, PassedOver, Passing};
use cuptel_core::memo::Audience;
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{
    AnnouncementRow, AttemptRow, Audio, BulkRow, CallbackRow, CampaignEntryRow, CampaignRow,
    DecisionRow, MemoRow, NeedRow, NumberRow, OfferRow, OperatorRow, Proposal, Record, SeatRow,
    SignInRow, TaskEventRow, TaskRow, Work,
};
use cuptel_core::rules::{PromptId, Strategy};
use cuptel_core::snapshot::{
    CampaignNow, ClassNow, DriftNow, QueueNow, SeatNow, SiteNow, Snapshot, StepNow, StopNow,
    TargetNow, TenantNow, TrunkNow, WaitNow, WaitsNow,
};
use cuptel_core::staffing::Account;
use cuptel_core::staying::StayPolicy;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::why::WaitingNow;
use cuptel_core::words::{
    BulkAction, Button, CallbackState, CampaignKind, CampaignState, Chosen, ChosenBy, Drift,
    EntryState, NeedKind, NumberClass, OfferState, Outcome, Party, PriorityClass, Stage,
    TaskEventKind, TaskState, WorkState,
};
use cuptel_http::{
    Answer, App, Configuration, Engine, Example, Health, ImportBounds, Lined, Looking, NotReloaded,
    Pages, Phones, Plan, PlanStep, PlanWay, Reach, Refusal, Reloading, Settings, Setup, Sound,
    StepKind, WayOn,
};
use cuptel_store::{Access, Batch, Interned, Names, Store};
use http_body_util::BodyExt as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt as _;

pub(crate) const TOKEN: &str = "a-token-of-some-length";
/// The caller of the one stored attempt.
pub(crate) const CALLER: &str = "+393331234567";
/// 2026-11-23 18:38:00 in Rome.
pub(crate) const AT_MS: i64 = 1_795_455_480_000;

/// An engine that answers as it is told and remembers what it was asked.
pub(crate) struct Desk {
    pub(crate) looks: watch::Sender<Arc<Snapshot>>,
    pub(crate) answers: Mutex<VecDeque<Result<(), Refusal>>>,
    pub(crate) commands: Mutex<Vec<Command>>,
    pub(crate) sounds: Mutex<Vec<Arc<[u8]>>>,
    pub(crate) health: Mutex<Health>,
    pub(crate) waiting: Mutex<BTreeMap<i64, WaitingNow>>,
    pub(crate) line: Mutex<Vec<WaiterNow>>,
    pub(crate) reloads: Mutex<VecDeque<Result<(), NotReloaded>>>,
}

impl Engine for Desk {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.looks.borrow().clone()
    }

    fn changes(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.looks.subscribe()
    }

    fn command(&self, command: Command) -> Answer<'_> {
        self.commands.lock().unwrap().push(command);
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()));
        // A command is followed by a look, as in the engine.
        let again = Arc::new(self.looks.borrow().as_ref().clone());
        self.looks.send_replace(again);
        Box::pin(async move { answer })
    }

    fn command_spoken(&self, command: Command, sound: Arc<[u8]>) -> Answer<'_> {
        self.sounds.lock().unwrap().push(sound);
        self.command(command)
    }

    /// The bytes themselves, of which every loud one lasts a second.
    fn sound_of_wav(&self, wav: &[u8]) -> Result<Sound, String> {
        if wav.starts_with(b"no") {
            return Err("not a WAV file".to_owned());
        }
        let loud = wav.iter().filter(|byte| **byte == b'!').count();
        Ok(Sound {
            audio: wav.into(),
            duration_ms: u32::try_from(wav.len()).unwrap() * 1_000,
            voiced_ms: u32::try_from(loud).unwrap() * 1_000,
        })
    }

    fn in_line(&self, _tenant: &str, queue: &str) -> Lined<'_> {
        let found = if queue == "prenotazioni" {
            Ok(self.line.lock().unwrap().clone())
        } else {
            Err(CommandError::NoQueue(queue.to_owned()).into())
        };
        Box::pin(async move { found })
    }

    fn why(&self, id: i64) -> Looking<'_> {
        let look = self.waiting.lock().unwrap().get(&id).cloned();
        Box::pin(async move { Ok(look) })
    }

    fn health(&self) -> Health {
        self.health.lock().unwrap().clone()
    }

    fn account(&self, seat: &str, _password: &str) -> Account {
        Account {
            ha1_md5: format!("of {seat}"),
            ha1_sha256: String::new(),
        }
    }

    fn reload(&self) -> Reloading<'_> {
        let answer = self.reloads.lock().unwrap().pop_front().unwrap_or(Ok(()));
        let configuration = self.health().configuration;
        Box::pin(async move { answer.map(|()| configuration) })
    }
}

/// Everything that a test asks.
pub(crate) struct Centre {
    pub(crate) desk: Arc<Desk>,
    pub(crate) pages: Pages,
    pub(crate) router: Router,
    pub(crate) attempt: i64,
    pub(crate) callback: i64,
    pub(crate) task: i64,
    pub(crate) bulk: i64,
    app: App,
    _folder: TempDir,
}

/// An answer, read to its end.
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Heard {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Centre {
    pub(crate) async fn with(look: Snapshot, reach: Reach) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("centre.db").display());
        let store = cuptel_store::open(&url, Access::Serve).await.unwrap();
        let (attempt, callback, task, bulk) = fill(&store).await;
        let desk = Arc::new(Desk {
            looks: watch::Sender::new(Arc::new(look)),
            answers: Mutex::default(),
            commands: Mutex::default(),
            sounds: Mutex::default(),
            health: Mutex::new(Health {
                ready: true,
                degraded: Vec::new(),
                configuration: Arc::new(Configuration {
                    hash: "0123456789abcdef".to_owned(),
                    since_ms: AT_MS,
                    title: "CUP <Teramo> & Pescara".to_owned(),
                    zones: ["asl-teramo", "asl-pescara"]
                        .map(|tenant| (tenant.to_owned(), Zone::Europe__Rome))
                        .into_iter()
                        .collect(),
                    failed: None,
                    setup: setup(),
                }),
            }),
            waiting: Mutex::default(),
            line: Mutex::default(),
            reloads: Mutex::default(),
        });
        let app = App {
            engine: desk.clone(),
            store,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            settings: Settings {
                listen: "127.0.0.1:8080".parse().unwrap(),
                token: TOKEN.to_owned(),
                version: "0.1.0".to_owned(),
                import: ImportBounds {
                    window_s: 10,
                    age_max_h: 168,
                },
                trusted_proxies: vec!["127.0.0.2/32".parse().unwrap()],
                is_tls: false,
            },
        };
        let pages = Pages::new(app.clone(), reach).unwrap();
        Self {
            desk,
            router: pages.router(),
            pages,
            attempt,
            callback,
            task,
            bulk,
            app,
            _folder: folder,
        }
    }

    /// What a server would be given.
    pub(crate) fn app(&self) -> App {
        self.app.clone()
    }

    /// The same after a restart: what is stored and nothing else.
    pub(crate) fn restart(&mut self) {
        self.pages = Pages::new(self.app(), Reach::ThisMachine).unwrap();
        self.router = self.pages.router();
    }

    pub(crate) async fn open() -> Self {
        Self::with(busy(), Reach::ThisMachine).await
    }

    pub(crate) async fn ask(&self, request: Builder, body: impl Into<Body>) -> Heard {
        let request: Request<Body> = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        // A sound is no text.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Heard {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Heard {
        self.ask(local("GET", path), "").await
    }

    pub(crate) async fn get_with_token(&self, path: &str) -> Heard {
        self.ask(with_token("GET", path), "").await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &str) -> Heard {
        let request = with_token("POST", path).header(CONTENT_TYPE, "application/json");
        self.ask(request, body.to_owned()).await
    }

    /// Signs in as a browser; gives the cookie back.
    pub(crate) async fn sign_in(&self) -> String {
        let heard = self.ask(form("/session"), format!("token={TOKEN}")).await;
        assert_eq!(heard.status, StatusCode::SEE_OTHER);
        let cookie = heard.header(SET_COOKIE.as_str());
        assert!(cookie.contains("; HttpOnly; SameSite=Strict; "), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn page_of(&self, path: &str, cookie: &str) -> Heard {
        self.ask(local("GET", path).header(COOKIE, cookie), "")
            .await
    }
}

pub(crate) fn local(method: &str, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "127.0.0.1:8080")
}

pub(crate) fn with_token(method: &str, path: &str) -> Builder {
    local(method, path).header(AUTHORIZATION, format!("Bearer {TOKEN}"))
}

pub(crate) fn form(path: &str) -> Builder {
    local("POST", path).header(CONTENT_TYPE, "application/x-www-form-urlencoded")
}

pub(crate) fn seat(name: &str, operator: Option<&str>, chosen: Chosen, work: WorkState) -> SeatNow {
    SeatNow {
        name: name.to_owned(),
        site: "teramo".to_owned(),
        operator: operator.map(str::to_owned),
        home: operator.map(|_| "asl-teramo".to_owned()),
        employer: operator.map(|_| "Cooperativa".to_owned()),
        chosen,
        pause_reason: (chosen == Chosen::Paused).then(|| "visita medica".to_owned()),
        supervisor: None,
        work,
        since_ms: Some(AT_MS - 125_000),
        reachable: true,
        queue: (work == WorkState::Talking).then(|| "prenotazioni".to_owned()),
        tenant: (work == WorkState::Talking).then(|| "asl-teramo".to_owned()),
        callback: false,
        shift_ends_ms: None,
        site_out: false,
        task: None,
        notes: Vec::new(),
        owed: None,
        call: None,
        beside: None,
        trial: None,
        person: None,
        result: None,
        chooses: Vec::new(),
        next: None,
        memos: Vec::new(),
    }
}

/// Callers of one health authority wait much longer than those of another.
pub(crate) fn drift() -> DriftNow {
    DriftNow {
        what: Drift::Waits,
        class: None,
        since_ms: AT_MS - 60_000,
        worst: "asl-teramo".to_owned(),
        best: "asl-pescara".to_owned(),
    }
}

/// Somebody has stopped the calls of an authority.
pub(crate) fn stop() -> StopNow {
    StopNow {
        button: Button::Outgoing,
        tenant: Some("asl-teramo".to_owned()),
        queue: None,
        since_ms: AT_MS - 60_000,
        until_ms: None,
        supervisor: Some("Carla Capo".to_owned()),
        reason: Some("linea guasta".to_owned()),
        message: None,
        announcement: None,
    }
}

/// What callers hear in an emergency, spoken at the first seat.
pub(crate) const ANNOUNCEMENT: i64 = 171;

fn announcement() -> Record {
    Record::Announcement(Box::new(AnnouncementRow {
        id: AnnouncementId(ANNOUNCEMENT),
        sound: PromptId(1 << 31),
        made_ms: AT_MS,
        duration_ms: 20,
        seat: Some(SeatId(1)),
        erased_ms: None,
        audio: Some(Audio(Arc::from([0x2A; 160]))),
    }))
}

/// Authorities drift apart, and somebody has pressed a button.
pub(crate) fn add_trouble(look: &mut Arc<Snapshot>) {
    let look = Arc::make_mut(look);
    look.drifts.push(drift());
    look.stops.push(stop());
}

/// Some of its callers rang up a queue for those who cannot wait.
fn teramo() -> TenantNow {
    TenantNow {
        name: "asl-teramo".to_owned(),
        title: "ASL di Teramo".to_owned(),
        at_home: 4,
        away: 2,
        borrowed: 1,
        lend_floor: 3,
        lend_max: Some(5),
        callbacks_unseen: 2,
        borrow_max: None,
        recent: WaitsNow {
            waits: 40,
            wait_p95_s: Some(95),
            abandoned_share: Some(0.125),
        },
        today: WaitsNow::default(),
        classes: vec![ClassNow {
            class: PriorityClass::U,
            recent: WaitsNow {
                waits: 8,
                wait_p95_s: Some(40),
                abandoned_share: Some(0.0),
            },
            today: WaitsNow::default(),
        }],
    }
}

/// A campaign in the middle of its list.
fn campaign_now() -> CampaignNow {
    CampaignNow {
        name: CAMPAIGN.to_owned(),
        tenant: "asl-teramo".to_owned(),
        queue: "prenotazioni".to_owned(),
        state: CampaignState::Paused,
        entries: 12,
        left_out: 2,
        talking: 1,
        counts: [
            (EntryState::Waiting, 5),
            (EntryState::Reached, 4),
            (EntryState::Forbidden, 3),
        ]
        .into(),
    }
}

/// A dialplan of two steps, and where phones register.
fn setup() -> Setup {
    let step = |name: &str, kind, ways: Vec<PlanWay>| PlanStep {
        name: name.to_owned(),
        kind,
        about: vec!["Prenotazioni <CUP>".to_owned()],
        ways,
    };
    let key = |key, to| PlanWay {
        on: WayOn::Key(key),
        to,
    };
    let plan = |tenant: &str, title: &str| Plan {
        tenant: tenant.to_owned(),
        title: title.to_owned(),
        numbers: vec!["+390861000000".to_owned()],
        start: 0,
        emergency: None,
        steps: vec![
            step("scelta", StepKind::Menu, vec![key('1', 1), key('2', 0)]),
            step("coda <b>", StepKind::Queue, Vec::new()),
        ],
    };
    Setup {
        plans: vec![
            plan("asl-teramo", "ASL di Teramo"),
            plan("asl-pescara", "ASL di Pescara"),
        ],
        phones: Phones {
            udp: vec!["127.0.0.1:5060".to_owned()],
            tcp: vec!["127.0.0.1:5060".to_owned()],
            realm: "cuptel".to_owned(),
        },
        skills: vec!["prenotazioni".to_owned()],
        file: "config/cuptel.toml".to_owned(),
        doubts: Vec::new(),
        access_log_days: 730,
        example: Example::default(),
    }
}

/// A conversation that is had, and of which nothing was told yet.
pub(crate) fn conversation(id: i64) -> ResultNow {
    ResultNow {
        conversation: AssignmentId(id),
        told: None,
        code: None,
        until_ms: None,
        ends_with_it: false,
        given_on: false,
    }
}

fn bookings() -> QueueNow {
    QueueNow {
        tenant: "asl-teramo".to_owned(),
        name: "prenotazioni".to_owned(),
        title: "Prenotazioni <CUP>".to_owned(),
        waiting: 2,
        waiting_called: 0,
        oldest_ms: Some(AT_MS - 125_000),
        callbacks_open: 7,
        callbacks_ready: 4,
        callbacks_held: true,
        callbacks_from_ms: None,
        callbacks_oldest_ms: Some(AT_MS - 3_900_000),
        choosable: Vec::new(),
        tasks_open: 3,
        tasks_due_ms: Some(AT_MS - 120_000),
        wait: Some(WaitNow {
            mean_s: 240,
            low_s: 100,
            high_s: 420,
        }),
        stays: StayPolicy::default(),
        is_open: true,
        hours: None,
        targets: vec![TargetNow {
            share: 0.7,
            within_s: 90,
        }],
    }
}

/// A centre on a busy morning.
pub(crate) fn busy() -> Snapshot {
    Snapshot {
        at_ms: AT_MS,
        stopping: false,
        calls: 3,
        dials_in_flight: 1,
        queues: vec![bookings()],
        seats: vec![
            seat("101", Some("anna"), Chosen::Available, WorkState::Talking),
            seat("102", Some("bruno"), Chosen::Paused, WorkState::Idle),
            seat("103", None, Chosen::SignedOut, WorkState::Idle),
        ],
        stops: Vec::new(),
        steps: vec![StepNow {
            tenant: "asl-teramo".to_owned(),
            step: "coda <b>".to_owned(),
            callers: 2,
        }],
        campaigns: vec![campaign_now()],
        trunks: vec![TrunkNow {
            name: "carrier".to_owned(),
            inbound: 3,
            outbound: 1,
            channels: 30,
            answer_max: 26,
            notices: 0,
            notice_lines: 2,
            full_since_ms: None,
            storm: None,
            down_since_ms: None,
            refused_with: None,
        }],
        sites: vec![SiteNow {
            name: "teramo".to_owned(),
            staffed: 2,
            reachable: 2,
            calls: 1,
            calls_max: None,
            out_since_ms: None,
            out_is_said: false,
        }],
        tenants: vec![teramo()],
        drifts: Vec::new(),
        memos: Vec::new(),
        pause_reasons: Vec::new(),
        decline_reasons: Vec::new(),
        own_results: Vec::new(),
        directory: Vec::new(),
        violations: 0,
    }
}

/// One seat with its operator, and one attempt that was lost and is owed a call.
fn rejected(id: i64, callback: i64) -> OfferRow {
    OfferRow {
        id: OfferId(id),
        work: Work::Callback(CallbackId(callback)),
        queue: QueueId(1),
        seat: SeatId(1),
        operator: OperatorId(1),
        state: OfferState::Rejected,
        offered_ms: AT_MS,
        lease_until_ms: AT_MS + 15_000,
        ended_ms: Some(AT_MS + 2_000),
    }
}

fn explanation(before: AttemptId) -> Explanation {
    Explanation {
        strategy: Strategy::LongestIdle,
        place_ms: AT_MS,
        key_ms: AT_MS,
        step: 0,
        knows_them: false,
        chosen: false,
        free: 1,
        seats: vec![Considered {
            seat: SeatId(1),
            eligibility: Eligibility::Eligible,
            weight_ms: 0,
            ring: 0,
            unmet: 0,
            is_guest: false,
            merit: 0,
            idle_since_ms: AT_MS,
        }],
        passed_over: vec![PassedOver {
            work: InLine::Attempt(before),
            queue: QueueId(1),
            key_ms: AT_MS - 1,
            why: Passing::Refused,
        }],
    }
}

async fn fill(store: &Store) -> (i64, i64, i64, i64) {
    let names = Names {
        tenants: vec!["asl-teramo".to_owned(), "asl-pescara".to_owned()],
        queues: vec![("asl-teramo".to_owned(), "prenotazioni".to_owned())],
        sites: vec!["teramo".to_owned()],
        ..Names::default()
    };
    let names = store.intern(&names).await.unwrap();
    let seat = SeatRow {
        id: SeatId(1),
        name: "101".to_owned(),
        site: names.sites["teramo"],
        ha1_md5: "of 101".to_owned(),
        ha1_sha256: String::new(),
        removed_ms: None,
    };
    let operator = OperatorRow {
        id: OperatorId(1),
        name: "anna".to_owned(),
        employer: "asl".to_owned(),
        skills: Vec::new(),
        home: None,
        removed_ms: None,
    };
    store.add_first_start(&[seat], &[operator]).await.unwrap();
    let restored = store.begin().await.unwrap();
    let id = |n: i64| (restored.epoch << cuptel_core::id::COUNTER_BITS) | n;
    let records = vec![
        Record::Number(calling(id(1))),
        Record::Attempt(Box::new(abandoned(&names, id(2), id(1), id(3)))),
        Record::Callback(owed(&names, id(3), id(1))),
        Record::Need(NeedRow {
            id: NeedId(id(4)),
            callback: CallbackId(id(3)),
            queue: names.queues.values().next().copied(),
            kind: NeedKind::Missed,
            opened_ms: AT_MS,
            closed_ms: None,
            another_person: false,
        }),
        Record::Offer(rejected(id(6), id(3))),
        Record::Decision(Box::new(DecisionRow {
            of: Proposal::Offer(OfferId(id(6))),
            at_ms: AT_MS,
            rules: ConfigVersionId(0),
            explanation: explanation(AttemptId(id(2))),
        })),
        Record::SignIn(at_work(id(5))),
        Record::Task(Box::new(wanted(&names, id(7)))),
        Record::Campaign(Box::new(campaign(&names, id(9)))),
        Record::CampaignEntry(Box::new(entry(id(10), id(9), id(1)))),
        Record::TaskEvent(created(id(8), id(7))),
        Record::Bulk(Box::new(closed_in_bulk(id(9)))),
        Record::Memo(Box::new(written(7))),
        announcement(),
    ];
    store
        .writer()
        .commit(&mut vec![Batch {
            last_seq: 1,
            records,
        }])
        .await
        .unwrap();
    (id(2), id(3), id(7), id(9))
}

fn calling(id: i64) -> NumberRow {
    NumberRow {
        id: NumberId(id),
        e164: Some(PhoneNumber::parse_e164(CALLER).unwrap()),
        raw: CALLER.to_owned(),
        class: NumberClass::Mobile,
        seen_ms: AT_MS,
    }
}

/// All of a tenant's callbacks were closed; nothing is left to bring back.
fn closed_in_bulk(id: i64) -> BulkRow {
    BulkRow {
        id: BulkId(id),
        action: BulkAction::Close,
        is_preview: false,
        tenant: None,
        queue: None,
        class: None,
        kind: None,
        opened_before_ms: None,
        until_ms: None,
        because: "agenda spostata".to_owned(),
        by: Some("Carla Capo".to_owned()),
        request_key: "bulk".to_owned(),
        begun_ms: AT_MS,
        after: None,
        touched: 0,
        at_work: 0,
        too_late: 0,
        ended_ms: Some(AT_MS),
    }
}

fn written(id: i64) -> MemoRow {
    MemoRow {
        id: MemoId(id),
        to: Audience::Everybody,
        text: "Riunione alle 14".to_owned(),
        by: Some("Carla Capo".to_owned()),
        made_ms: AT_MS,
        ends_ms: AT_MS + 3_600_000,
        ended_ms: None,
        ended_by: None,
    }
}

fn created(id: i64, task: i64) -> TaskEventRow {
    TaskEventRow {
        id: TaskEventId(id),
        task: TaskId(task),
        at_ms: AT_MS,
        kind: TaskEventKind::Created,
        seat: None,
        operator: None,
    }
}

/// The campaign that is stored.
pub(crate) const CAMPAIGN: &str = "cardiologia";

fn campaign(names: &Interned, id: i64) -> CampaignRow {
    CampaignRow {
        id: CampaignId(id),
        tenant: names.tenants["asl-teramo"],
        queue: *names.queues.values().next().expect("there is one"),
        name: CAMPAIGN.to_owned(),
        class: Some(PriorityClass::B),
        due_ms: None,
        note: Some("agenda spostata".to_owned()),
        window: None,
        starts_ms: None,
        ends_ms: None,
        pace: 50,
        per_hour: None,
        preview_s: None,
        order: None,
        cli: None,
        state: CampaignState::Running,
        created_ms: AT_MS,
        started_ms: Some(AT_MS),
        since_ms: AT_MS,
        by: None,
        ended_how: None,
        entries: 1,
        left_out: 2,
        kind: CampaignKind::Recall,
    }
}

fn entry(id: i64, campaign: i64, number: i64) -> CampaignEntryRow {
    CampaignEntryRow {
        id: EntryId(id),
        campaign: CampaignId(campaign),
        number: NumberId(number),
        line: 2,
        from_ms: 0,
        due_ms: None,
        note: None,
        reference: Some("A-1".to_owned()),
        appointment: None,
        answer: None,
        state: EntryState::Waiting,
        callback: None,
        need: None,
        released_ms: None,
        settled_ms: None,
    }
}

fn wanted(names: &Interned, id: i64) -> TaskRow {
    TaskRow {
        id: TaskId(id),
        tenant: names.tenants["asl-teramo"],
        queue: *names.queues.values().next().expect("there is one"),
        title: "Spostare l'agenda".to_owned(),
        state: TaskState::Waiting,
        created_ms: AT_MS,
        due_ms: Some(AT_MS - 1),
        interruptible: true,
        owner: None,
        seat: None,
        operator: None,
        since_ms: AT_MS,
        lease_until_ms: None,
        closed_ms: None,
        request_key: Some("k-1".to_owned()),
    }
}

fn at_work(id: i64) -> SignInRow {
    SignInRow {
        id: SignInId(id),
        seat: SeatId(1),
        operator: OperatorId(1),
        chosen: Chosen::Available,
        pause_reason: None,
        since_ms: AT_MS,
        until_ms: None,
        chosen_by: ChosenBy::Operator,
        supervisor: None,
        shift_ends_ms: None,
        back_ms: None,
    }
}

fn abandoned(names: &Interned, id: i64, number: i64, callback: i64) -> AttemptRow {
    AttemptRow {
        id: AttemptId(id),
        arrival_seq: 1,
        tenant: Some(names.tenants["asl-teramo"]),
        line: None,
        trunk: None,
        number: Some(NumberId(number)),
        class: NumberClass::Mobile,
        sip_call_id: "a84b4c76e66710".to_owned(),
        stage: Stage::Ended,
        received_ms: AT_MS,
        answered_ms: Some(AT_MS),
        queued_ms: Some(AT_MS),
        talking_ms: None,
        ended_ms: Some(AT_MS + 1_000),
        outcome: Some(Outcome::AbandonedQueue),
        sip_status: Some(200),
        reason: None,
        ended_by: Some(Party::Caller),
        queue: names.queues.values().next().copied(),
        seat: None,
        operator: None,
        disposition: None,
        callback: Some(CallbackId(callback)),
        suppressed: None,
        nth: None,
        prior: None,
    }
}

fn owed(names: &Interned, id: i64, number: i64) -> CallbackRow {
    CallbackRow {
        id: CallbackId(id),
        tenant: names.tenants["asl-teramo"],
        number: NumberId(number),
        state: CallbackState::Waiting,
        place_ms: AT_MS,
        not_before_ms: AT_MS,
        opened_ms: AT_MS,
        last_attempt_ms: AT_MS,
        attempts: 1,
        tries: 0,
        seat: None,
        closed_ms: None,
        closed_how: None,
        priority_ms: 0,
        last_attempt: None,
    }
}
