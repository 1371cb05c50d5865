//! The shapes of answers, for the API's description. The values themselves come from
//! `cuptel_store` and `cuptel_core`, which know nothing of OpenAPI; a test compares the
//! fields of both.
#![expect(dead_code, reason = "read by the derive alone")]

use std::collections::BTreeMap;

use utoipa::{IntoResponses, ToSchema};

/// How a seat's action is answered. A form is answered with 303 to the seat's page.
#[derive(IntoResponses)]
pub(crate) enum SeatActed {
    /// Done: the seat as it is now.
    #[response(status = 200)]
    Done(OneSeat),
    /// Done, by a form: the seat's page.
    #[response(status = 303)]
    DoneByForm,
    /// The body cannot be read.
    #[response(status = 400)]
    Malformed(Error),
    /// No token, or a wrong one.
    #[response(status = 401)]
    Unauthorised(Error),
    /// No such seat.
    #[response(status = 404)]
    NoSeat(Error),
    /// The seat's state does not allow it.
    #[response(status = 409)]
    Conflict(Error),
    /// Neither JSON nor a form.
    #[response(status = 415)]
    WrongType(Error),
    /// The body means nothing here.
    #[response(status = 422)]
    Meaningless(Error),
    /// Busy or stopping.
    #[response(status = 503)]
    Unavailable(Error),
}

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(ToSchema)]
        pub(crate) struct $name { $($field: $kind),* }
    )*};
}

/// What went wrong and what to do, as problem details (RFC 9457).
#[derive(ToSchema)]
pub(crate) struct Error {
    /// Which kind of problem it is; the same for all of a kind.
    #[schema(rename = "type", example = "urn:cuptel:problem:not-found")]
    kind: String,
    /// The kind, for people.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: i32,
    /// What is wrong with this request.
    detail: String,
    /// The same as `detail`; older programs look for it here.
    error: String,
    /// What to do about it.
    hint: String,
}

/// Everything that is wrong with a list, or with the files of a reload, as problem details.
#[derive(ToSchema)]
pub(crate) struct Faults {
    #[schema(rename = "type")]
    kind: String,
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: i32,
    detail: String,
    error: String,
    hint: String,
    /// Every single thing that is wrong.
    faults: Option<Vec<String>>,
}

/// Which invented person somebody practises with.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Exercise {
    Booking,
    Cancelling,
    Owed,
    Upset,
}

/// What kind of debt somebody may enter.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum KindByHand {
    TakenInCharge,
    Manual,
}

/// What is done with many callbacks by one word.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum BulkAction {
    Postpone,
    Close,
}

/// How somebody may close a callback.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ClosedByHand {
    Served,
    CancelledByPerson,
    Withdrawn,
}

/// Priority class of a prescription, the most urgent first.
#[derive(ToSchema)]
pub(crate) enum PriorityClass {
    U,
    B,
    D,
    P,
}

/// What a stop button does while it is pressed.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Button {
    Outgoing,
    Closed,
    Opened,
    Emergency,
}

/// What somebody who signs in, or a program, may do.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Role {
    Operator,
    Supervisor,
    TenantAdministrator,
    RegionAdministrator,
    Auditor,
}

/// What a number is marked as.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Mark {
    DoNotCall,
    Shared,
}

/// An attempt with what was offered and done.
#[derive(ToSchema)]
pub(crate) struct AttemptDetail {
    #[serde(flatten)]
    attempt: Attempt,
    offers: Vec<Offer>,
    assignments: Vec<Assignment>,
    promises: Vec<Promise>,
    side_calls: Vec<SideCall>,
}

/// A callback with everything that belongs to it.
#[derive(ToSchema)]
pub(crate) struct CallbackDetail {
    #[serde(flatten)]
    callback: Callback,
    needs: Vec<Need>,
    events: Vec<CallbackEvent>,
    promises: Vec<Promise>,
    dials: Vec<Dial>,
    missed: Vec<Attempt>,
    operator: Option<String>,
    /// The four digits that the person was told and hears again when we call; private.
    code_word: Option<String>,
    review: Option<Review>,
    declines: Vec<DeclineSeen>,
    side_calls: Vec<SideCall>,
}

shapes! {
    /// Whether calls can be taken.
    Health {
        ready: bool, degraded: Vec<Degraded>, configuration: ConfigurationBriefly,
    }
    /// What does not work as it should, since when, what is not done meanwhile, what to do.
    Degraded { mode: String, since_ms: i64, held_back: String, advice: String }
    /// The configuration in force.
    OneConfiguration { configuration: Configuration }
    /// The configuration in force; `failed` is the last reload where that changed nothing.
    Configuration {
        hash: String, since_ms: i64, title: String, failed: Option<FailedReload>,
    }
    /// A reload that changed nothing: what was wrong, the place first.
    FailedReload { at_ms: i64, faults: Vec<String> }
    /// The configuration in force, as everybody may know it.
    ConfigurationBriefly {
        hash: String, since_ms: i64, title: String, failed: Option<FailedBriefly>,
    }
    /// That the last reload changed nothing.
    FailedBriefly { at_ms: i64 }
    /// A page of attempts; `next` goes into `before` for the page after it.
    Attempts { attempts: Vec<Attempt>, next: Option<i64> }
    /// One attempt.
    OneAttempt { attempt: AttemptDetail }
    /// A page of callbacks; `next` goes into `before` for the page after it.
    Callbacks { callbacks: Vec<Callback>, next: Option<i64> }
    /// One callback.
    OneCallback { callback: CallbackDetail }
    /// What was done with many callbacks; `ended_ms` is null while it goes on.
    Bulk {
        id: i64, action: String, preview: bool, tenant: Option<String>, queue: Option<String>,
        class: Option<String>, kind: Option<String>, opened_before_ms: Option<i64>,
        until_ms: Option<i64>, because: String, by: Option<String>, begun_ms: i64, touched: i64,
        at_work: i64, too_late: i64, ended_ms: Option<i64>, undone: i64, left: i64,
    }
    /// It, and the first callbacks that it touched or would touch; none while the database is away.
    OneBulk { bulk: Option<Bulk>, first: Vec<Callback> }
    /// A page of them.
    Bulks { bulks: Vec<Bulk>, next: Option<i64> }
    /// A callback that was entered now, or was there before; none while the database is away.
    EnteredCallback { entered: bool, callback: Option<CallbackDetail> }
    /// Why a work was offered, and why it has no offer now.
    OneWhy { why: Why }
    /// Every decision about an offer, an attempt, a callback or a task, the first one first. `now`
    /// is there for one that waits.
    Why {
        id: i64, decisions: Vec<Decision>, side_calls: Vec<SideCall>, now: Option<WaitingNow>,
    }
    /// What an operator did beside a conversation, or with its person: `kind` is `to_queue`, `to_seat`,
    /// `to_number`, `consult` or `dial`. Who was called outside goes by the name of their entry.
    SideCall {
        id: i64, kind: String, seat: Option<String>, operator: Option<String>,
        queue: Option<String>, to_seat: Option<String>, entry: Option<String>,
        trunk: Option<String>, begun_ms: i64, answered_ms: Option<i64>, ended_ms: Option<i64>,
        result: Option<String>, sip_status: Option<u16>,
    }
    /// Why a work was proposed to a seat: the seats that were free, in their order, and the works
    /// that stood before; six of each at most. `key_ms` is the place less priority, weight and bonus.
    /// Of a task `place_ms` is when it was added and `key_ms` by when it is to be done; `state` says
    /// `offer_ended` of an offer that was not taken.
    Decision {
        offer: i64, attempt: Option<i64>, callback: Option<i64>, task: Option<i64>, at_ms: i64,
        queue: Option<String>, seat: Option<String>, operator: Option<String>, state: String,
        ended_ms: Option<i64>, rules: Option<String>, rules_since_ms: Option<i64>,
        strategy: String, place_ms: i64, key_ms: i64, step: u8, knows_them: bool, chosen: bool, free: u64,
        seats: Vec<Considered>, passed_over: Vec<PassedOver>,
    }
    /// A seat that was looked at, with what ranked it, in this order.
    Considered {
        seat: Option<String>, eligibility: String, weight_ms: i64, ring: u8, unmet: u8,
        is_guest: bool, merit: i64, idle_since_ms: i64,
    }
    /// A work that stood before, and why the seat did not get it.
    PassedOver {
        attempt: Option<i64>, callback: Option<i64>, task: Option<i64>, queue: Option<String>,
        key_ms: i64, why: String, operator: Option<String>,
    }
    /// Why a work that waits has no offer: what is asked of an operator by now, what holds it
    /// back, and how many seats stand how.
    WaitingNow {
        at_ms: i64, seat: Option<String>, queue: String, ahead: u64, asks: BTreeMap<String, u8>,
        asks_less_at_ms: Option<i64>, holds: Vec<Hold>, seats: Vec<SeatsNow>,
        declined: Vec<DeclinedNow>,
    }
    /// That an operator has handed it back; it is not offered to that seat until `until_ms`.
    DeclinedNow { seat: String, at_ms: i64, until_ms: i64, reason: String, note: Option<String> }
    /// One thing that holds a work back, some until a moment; `stopped` says which button, for the
    /// `region`, its `tenant` or its `queue`, and since when.
    Hold {
        hold: String, until_ms: Option<i64>, button: Option<String>, reach: Option<String>,
        since_ms: Option<i64>,
    }
    /// How many seats stand so.
    SeatsNow { eligibility: String, seats: u32 }
    /// All seats.
    Seats { seats: Vec<Seat>, next: Option<String> }
    /// One seat.
    OneSeat { seat: Seat }
    /// Everybody who works here.
    Operators { operators: Vec<Operator>, next: Option<String> }
    /// One operator.
    OneOperator { operator: Operator }
    /// Who somebody is and what they can do; `seat` is where they are signed in, `number` what they key
    /// in on a phone.
    Operator {
        id: i64, name: String, employer: String, home: Option<String>,
        skills: BTreeMap<String, u8>, seat: Option<String>, number: Option<String>,
    }
    /// What one operator needs.
    OneProfile { profile: Profile }
    /// By what an operator signs in from a phone.
    OperatorPin { number: String, pin: Option<String> }
    /// What an operator needs; private.
    Profile {
        ring_s: Option<u32>, wrap_up_s: Option<u32>, rest_s: Option<u32>,
        break_after: Option<u32>, break_s: Option<u32>, auto_answer: bool, whisper: bool,
        not_kinds: Vec<String>, not_queues: Vec<String>, works_per_h: Option<u32>,
        buddy: Option<String>,
    }
    /// How many were added or changed.
    Changed { changed: u64 }
    /// All queues.
    Queues { at_ms: i64, queues: Vec<QueueNow>, next: Option<String> }
    /// An inbound attempt; times are milliseconds since 1970 in UTC, numbers are masked.
    Attempt {
        id: i64, arrival_seq: i64, tenant: Option<String>, line: Option<String>,
        trunk: Option<String>, number: Option<String>, class: String, stage: String,
        received_ms: i64, answered_ms: Option<i64>, queued_ms: Option<i64>,
        talking_ms: Option<i64>, ended_ms: Option<i64>, outcome: Option<String>,
        sip_status: Option<u16>, reason: Option<String>, ended_by: Option<String>,
        queue: Option<String>, seat: Option<String>, operator: Option<String>,
        disposition: Option<String>, callback: Option<i64>, suppressed: Option<String>,
        sip_call_id: String,
    }
    /// A work proposed to a seat.
    Offer {
        id: i64, queue: Option<String>, seat: Option<String>, operator: Option<String>,
        state: String, offered_ms: i64, lease_until_ms: i64, ended_ms: Option<i64>,
    }
    /// A work done by a seat.
    Assignment {
        id: i64, seat: Option<String>, operator: Option<String>, started_ms: i64,
        ended_ms: Option<i64>, wrap_up_until_ms: Option<i64>, disposition: Option<String>,
        code: Option<String>,
    }
    /// The debt to one person.
    Callback {
        id: i64, tenant: Option<String>, number: Option<String>, class: Option<String>,
        state: String, place_ms: i64, not_before_ms: i64, opened_ms: i64, last_attempt_ms: i64,
        attempts: i64, tries: i64, seat: Option<String>, closed_ms: Option<i64>,
        closed_how: Option<String>, priority_ms: i64, kinds: Vec<String>,
        priority_class: Option<String>, due_ms: Option<i64>, declined: i64,
        chosen_from_ms: Option<i64>, chosen_until_ms: Option<i64>, queue: Option<String>,
    }
    /// That an operator handed a callback back; `asks` is the one too many, at which a human has to look.
    DeclineSeen {
        at_ms: i64, seat: Option<String>, operator: Option<String>, reason: String,
        note: Option<String>, until_ms: i64, asks: bool, seen_ms: Option<i64>,
        seen_by: Option<String>,
    }
    /// One thing that a person wants. From `class` on, only where somebody entered or closed it.
    Need {
        id: i64, queue: Option<String>, kind: String, opened_ms: i64, closed_ms: Option<i64>,
        another_person: bool, class: Option<String>, due_ms: Option<i64>,
        not_before_ms: Option<i64>, note: Option<String>, opened_by: Option<String>,
        closed_by: Option<String>, closed_because: Option<String>,
    }
    /// A time by which a person was told that they are called, or served.
    Promise { id: i64, attempt: i64, told_ms: i64, by_ms: i64 }
    /// People who were told a time: called or served in time, or too late; the others are still
    /// owed, or hung up before.
    PromiseSums { told: i64, kept: i64, broken: i64 }
    /// Of a queue's people; without `queue` of those who had not chosen one.
    QueuePromises { tenant: Option<String>, queue: Option<String>, told: i64, kept: i64, broken: i64 }
    /// What became of a callback after it was given up: whether somebody looked at it, who, and the
    /// callback that took it over.
    Review { seen_ms: Option<i64>, seen_by: Option<String>, reopened_as: Option<i64> }
    /// One entry of a callback's history.
    CallbackEvent {
        id: i64, at_ms: i64, kind: String, attempt: Option<i64>, dial: Option<i64>,
        seat: Option<String>, detail: Option<String>,
    }
    /// One outbound attempt to pay a callback.
    Dial {
        id: i64, order: String, seat: Option<String>, trunk: Option<String>, state: String,
        placed_ms: i64, answered_ms: Option<i64>, pressed_ms: Option<i64>, ended_ms: Option<i64>, result: Option<String>,
        sip_status: Option<u16>,
    }
    /// A workstation as stored.
    Seat {
        id: i64, name: String, site: Option<String>, registered_until_ms: Option<i64>,
        operator: Option<String>, chosen: Option<String>, pause_reason: Option<String>,
        shift_ends_ms: Option<i64>, work: Option<String>, since_ms: Option<i64>, site_out: bool,
    }
    /// A page of campaigns; `next` goes into `before` for the page after it.
    Campaigns { campaigns: Vec<Campaign>, next: Option<i64> }
    /// One campaign.
    OneCampaign { campaign: Campaign }
    /// A list of people who are to be called. `entries` are on its list, `left_out` were lines of it
    /// that could not be taken; `over_ms` is when everybody has a result, at the pace since it was
    /// started; `ended_how` is `finished`, `stopped`, `over` or `discarded`.
    Campaign {
        id: i64, tenant: Option<String>, queue: Option<String>, name: String,
        class: Option<String>, due_ms: Option<i64>, note: Option<String>, window: Option<String>,
        starts_ms: Option<i64>, ends_ms: Option<i64>, pace: i64, per_hour: Option<i64>,
        state: String, created_ms: i64, started_ms: Option<i64>, since_ms: i64,
        by: Option<String>, ended_how: Option<String>, entries: i64, left_out: i64, kind: String,
        preview_s: Option<i64>, order: Option<String>, cli: Option<String>, counts: CampaignCounts, over_ms: Option<i64>,
    }
    /// How many of a campaign's people stand how: `waiting` becomes `not_called` when it ends, and
    /// `talking` are those of the `released` who are rung or spoken with now.
    CampaignCounts {
        waiting: i64, not_called: i64, released: i64, talking: i64, reached: i64, exhausted: i64,
        expired: i64, forbidden: i64, declined: i64, withdrawn: i64, confirmed: i64,
        cancelled: i64, to_move: i64,
    }
    /// A page of a list; `next` goes into `after` for the page behind it.
    CampaignEntries { entries: Vec<CampaignEntry>, next: Option<i64> }
    /// One of the people on a list.
    CampaignEntry {
        id: i64, line: i64, number: Option<String>, reference: Option<String>,
        note: Option<String>, not_before_ms: Option<i64>, due_ms: Option<i64>, state: String,
        callback: Option<i64>, released_ms: Option<i64>, settled_ms: Option<i64>,
        appointment_ms: Option<i64>, place: Option<String>, tries: Option<i64>,
        last_result: Option<String>,
    }
    /// How many lines were taken, or would be, and which were not.
    EntriesTaken { taken: u64, left_out: Vec<LineLeftOut> }
    /// A line that is left out: `invalid`, `not_callable`, `do_not_call`, `shared`, `twice`,
    /// `too_late`, `too_long`, `no_appointment`, `past_appointment`, `no_year` or `no_place`.
    LineLeftOut { line: u32, why: String }
    /// A campaign that has not ended, now; `counts` has no states of which there is nobody.
    CampaignNow {
        name: String, tenant: String, queue: String, state: String, entries: i64, left_out: i64,
        talking: u32, counts: BTreeMap<String, i64>,
    }
    /// A page of tasks.
    Tasks { tasks: Vec<Task>, next: Option<i64> }
    /// Work without a call; `operator` is who has it, or had it last, `owner` whose it is alone.
    Task {
        id: i64, tenant: Option<String>, queue: Option<String>, title: String, state: String,
        created_ms: i64, due_ms: Option<i64>, interruptible: bool, owner: Option<String>,
        seat: Option<String>, operator: Option<String>, since_ms: i64,
        lease_until_ms: Option<i64>, closed_ms: Option<i64>,
    }
    /// One task.
    OneTask { task: TaskDetail }
    /// A task with its history, newest first.
    TaskDetail {
        id: i64, tenant: Option<String>, queue: Option<String>, title: String, state: String,
        created_ms: i64, due_ms: Option<i64>, interruptible: bool, owner: Option<String>,
        seat: Option<String>, operator: Option<String>, since_ms: i64,
        lease_until_ms: Option<i64>, closed_ms: Option<i64>, events: Vec<TaskEvent>,
    }
    /// One entry of a task's history.
    TaskEvent { id: i64, at_ms: i64, kind: String, seat: Option<String>, operator: Option<String> }
    /// Counts over everything stored.
    Totals {
        attempts: BTreeMap<String, i64>, attempts_open: i64, callbacks: BTreeMap<String, i64>,
        closed: BTreeMap<String, i64>, dials: BTreeMap<String, i64>, dials_in_flight: i64,
        oldest_waiting_ms: Option<i64>, promises: PromiseSums, waits: PromiseSums,
        promises_by_queue: Vec<QueuePromises>, waits_by_queue: Vec<QueuePromises>,
    }
    /// Everything that goes on.
    Snapshot {
        at_ms: i64, stopping: bool, calls: u32, dials_in_flight: u32, queues: Vec<QueueNow>,
        seats: Vec<SeatNow>, trunks: Vec<TrunkNow>, stops: Vec<StopNow>, sites: Vec<SiteNow>,
        tenants: Vec<TenantNow>, steps: Vec<StepNow>, campaigns: Vec<CampaignNow>,
        drifts: Vec<DriftNow>, memos: Vec<MemoNow>, pause_reasons: Vec<String>, decline_reasons: Vec<String>,
        own_results: Vec<OwnResultNow>, directory: Vec<EntryNow>, violations: u64,
    }
    /// A result of the centre's own, and what it means: `settled`, `call_again`, `taken_in_charge`,
    /// `another_person` or `improper`.
    OwnResultNow {
        code: String, means: String, class: Option<String>, it: String, en: String,
        tenant: Option<String>, queue: Option<String>,
    }
    /// Days that are special.
    Closures { closures: Vec<ClosureDay> }
    /// Some days one after the other, by the clock of the tenant: shut, or with `hours` of their own.
    ClosureDay {
        id: i64, tenant: Option<String>, calendar: Option<String>, first_day: String,
        last_day: String, hours: Option<String>, reason: Option<String>, made_ms: i64,
        made_by: Option<String>, removed_ms: Option<i64>, removed_by: Option<String>,
    }
    /// Whom operators may dial or transfer to.
    Directory { directory: Vec<DirectoryEntry> }
    /// One of them; for all, without a tenant.
    DirectoryEntry {
        id: i64, name: String, number: String, tenant: Option<String>, note: Option<String>,
        created_ms: i64, created_by: String,
    }
    /// Callers at one step of a dialplan.
    StepNow { tenant: String, step: String, callers: u32 }
    /// A queue now.
    QueueNow {
        tenant: String, name: String, title: String, waiting: u32, waiting_called: u32, oldest_ms: Option<i64>,
        callbacks_open: u32, callbacks_ready: u32, callbacks_held: bool,
        callbacks_from_ms: Option<i64>, callbacks_oldest_ms: Option<i64>, tasks_open: u32, tasks_due_ms: Option<i64>,
        wait: Option<WaitNow>, is_open: bool, targets: Vec<TargetNow>,
    }
    /// A share of callers, 0 to 1, to be answered within so many seconds.
    TargetNow { share: f64, within_s: u32 }
    /// How long who entered a queue now would wait, in seconds: on the mean, and what one of ten
    /// waits falls short of or exceeds.
    WaitNow { mean_s: u32, low_s: u32, high_s: u32 }
    /// A seat now; without a token no operator, no reason and no notes. `notes` are those of the
    /// needs of whoever it has to do with.
    SeatNow {
        name: String, site: String, operator: Option<String>, home: Option<String>, employer: Option<String>,
        chosen: String, pause_reason: Option<String>, supervisor: Option<String>, work: String, since_ms: Option<i64>, reachable: bool, queue: Option<String>, tenant: Option<String>,
        callback: bool, shift_ends_ms: Option<i64>, site_out: bool, task: Option<i64>,
        notes: Vec<String>, owed: Option<OwedNow>, person: Option<PersonNow>, result: Option<ResultNow>,
        call: Option<CallNow>, beside: Option<ConsultNow>, trial: Option<TrialNow>, memos: Vec<SeatMemo>,
        next: Option<i64>,
    }
    /// How a seat's phone is tried, or was within the last ten minutes. `kind` is `echo`, `test` or
    /// `practice`; `stage` `calling`, `ringing`, `told`, `echo`, `wrap_up` or `over`; `heard_us` says that the
    /// key 1 was pressed; `end` is `hung_up`, `time_up`, `no_answer`, `busy`, `declined`, `unreachable`,
    /// `not_sent`, `silent`, `gave_way` or `stopped`.
    TrialNow {
        kind: String, begun_ms: i64, stage: String, rang: bool, answered: bool, heard_us: bool,
        end: Option<String>, voice: Option<Voice>, practice: Option<PracticeNow>,
    }
    /// A practice call with an invented person; nothing of it is stored or counted. `gives_way_ms` is until
    /// when there is time for a goodbye, because somebody waits; `interrupted` says that a real call that
    /// ended so had counted as cut off, `opens` what would be owed from then on.
    PracticeNow {
        id: i64, exercise: String, tenant: Option<String>, queue: Option<String>, answered_ms: Option<i64>,
        held_since_ms: Option<i64>, keys: u32, wraps_up_until_ms: Option<i64>, ends_with_it: bool,
        gives_way_ms: Option<i64>, told: Option<String>, code: Option<String>, noted: bool, interrupted: bool,
        opens: Option<String>,
        needs: Vec<PracticeNeed>,
    }
    /// Something that the invented person is owed; `closes` says whether a real call would settle it.
    PracticeNeed { need: i64, kind: String, closes: bool }
    /// Packets of sound that came from a phone, and those that were missing between them.
    Voice { packets: u64, lost: u64 }
    /// The call that an operator has in hand, where somebody is at the other end. `held_by_phone`: their
    /// phone holds it by itself, and must take it up again.
    CallNow { held_since_ms: Option<i64>, held_by_phone: bool, consult: Option<ConsultNow> }
    /// Whom an operator calls beside a work, or which seat asks them: an extension, or a name of the
    /// directory. `asking`: at the seat that is asked, who asks; only with a token.
    ConsultNow { whom: String, is_up: bool, asking: Option<AskingNow> }
    /// Who asks a colleague, about a conversation of which queue, and what they noted of it.
    AskingNow { operator: Option<String>, queue: Option<String>, tenant: Option<String>, note: Option<String> }
    /// A number that operators may call by name, for one tenant or all.
    EntryNow { name: String, tenant: Option<String> }
    /// Whoever a seat has to do with; only with a token. `attempt` is the call by which they rang in.
    PersonNow {
        number: Option<String>, attempt: Option<i64>, waits_since_ms: Option<i64>, answered_ms: Option<i64>,
        another_person: bool, returned: bool, passed: Option<PassedNow>,
    }
    /// Who gave a person on, when, and what they noted; `waited_ms` is how long the person had waited before.
    PassedNow { seat: String, operator: Option<String>, at_ms: i64, waited_ms: i64, note: Option<String> }
    /// What is still to be told of a conversation: `told` is the result that was, `until_ms` when the time for
    /// it ends; with the result already, if `ends_with_it`.
    ResultNow {
        conversation: i64, told: Option<String>, code: Option<String>, until_ms: Option<i64>, ends_with_it: bool, given_on: bool
    }
    /// What whoever works at a seat is told and has not read.
    SeatMemo { id: i64, text: String, by: Option<String>, made_ms: i64 }
    /// A memo that is shown: `audience` is `everybody`, `tenant`, `site`, `queue` or `seat`.
    MemoNow {
        id: i64, audience: String, tenant: Option<String>, name: Option<String>, text: String,
        by: Option<String>, made_ms: i64, ends_ms: i64, read: u32, unread: u32,
    }
    /// A memo, shown or over, and who has read it.
    OneMemo { memo: MemoDetail }
    /// With who has read it, in the order in which they did; of an employer's supervisor, of theirs.
    MemoDetail {
        id: i64, audience: String, tenant: Option<String>, name: Option<String>, text: String,
        by: Option<String>, made_ms: i64, ends_ms: i64, ended_ms: Option<i64>,
        ended_by: Option<String>, readings: Vec<MemoReading>,
    }
    /// Somebody who has read a memo.
    MemoReading { operator: String, seat: String, at_ms: i64 }
    /// Memos that are shown.
    Memos { at_ms: i64, memos: Vec<MemoNow> }
    /// Somebody who waits: who called (`attempt`), or whom we called or are to call (`callback` alone);
    /// `ahead` works go before them, and who is not `on_line` is called when it is their turn.
    WaiterNow {
        attempt: Option<i64>, callback: Option<i64>, number: Option<String>, since_ms: i64,
        place_ms: i64, priority_ms: i64, told_min: Option<u32>, seat: Option<String>, ahead: usize,
        on_line: bool,
    }
    /// Who waits in a queue, who goes first the first.
    Line { line: Vec<WaiterNow> }
    /// What an agreement allows.
    Allowed { per_operator_figures: bool, listening: bool, recording: bool }
    /// An agreement that is in force, or was.
    Agreement {
        id: i64, reached_on: String, protocol: String, per_operator_figures: bool, listening: bool,
        recording: bool, entered_ms: i64, entered_by: String, ended_ms: Option<i64>,
        ended_by: Option<String>,
    }
    /// Agreements, the newest first, and what holds now.
    Agreements { allowed: Allowed, agreements: Vec<Agreement> }
    /// A queue's quarter hour; `waited_s / 900` is how many waited on the mean.
    QuarterLine {
        tenant: Option<String>, queue: Option<String>, at_ms: i64, offered: u64, answered: u64,
        abandoned: u64, refused: u64, queued: u64, in_target: u64, answer_s: u64, longest_s: u64,
        waited_s: u64, callbacks_opened: u64, callbacks_made: u64, callbacks_reached: u64,
    }
    /// What came of the conversations of some days.
    ResultReport { from_ms: i64, to_ms: i64, rows: Vec<ResultLine> }
    /// Conversations of a queue with one result; none was told, without a `disposition`.
    ResultLine {
        tenant: String, queue: String, disposition: Option<String>, code: Option<String>,
        conversations: i64,
    }
    /// How callers fared from quarter hour to quarter hour; those in which nothing happened are left out.
    QuarterReport { from_ms: i64, to_ms: i64, rows: Vec<QuarterLine> }
    /// Whoever a seat has to do with; only with a token. `is_offered` says that they may be accepted or
    /// handed back, `reads_until_ms` until when the operator may read before that is decided by itself:
    /// the person is rung (`then_dials`), or another seat has it.
    OwedNow {
        callback: i64, number: String, opened_ms: i64, attempts: i64, tries: i64,
        promised_ms: Option<i64>, chosen: Option<ChosenTime>, code_word: Option<String>, declined: u64, needs: Vec<NeedNow>,
        reads_until_ms: Option<i64>, then_dials: bool, is_offered: bool,
    }
    /// Hours in which a person wants to be called.
    ChosenTime { from_ms: i64, until_ms: i64 }
    /// One thing that is owed to them; `closes` says that the conversation settles it, or has, unless the
    /// disposition says otherwise.
    NeedNow {
        need: i64, kind: String, tenant: String, queue: Option<String>, since_ms: i64,
        due_ms: Option<i64>, note: Option<String>, another_person: bool, closes: bool,
    }
    /// All stop buttons that are pressed.
    Stops { at_ms: i64, stops: Vec<StopNow>, next: Option<String> }
    /// A stop button that is pressed: `outgoing`, `closed`, `opened` or `emergency`, for a queue, a
    /// tenant or, with neither, the region; without a token not by whom, nor why. `until_ms` is when
    /// it is released by itself.
    StopNow {
        button: String, tenant: Option<String>, queue: Option<String>, since_ms: i64,
        until_ms: Option<i64>, supervisor: Option<String>, reason: Option<String>,
        message: Option<String>, announcement: Option<AnnouncementNow>,
    }
    /// What was spoken to be heard in an emergency instead of the dialplan's message; without a token
    /// not by whose phone.
    AnnouncementNow { id: i64, made_ms: i64, seconds: u32, seat: Option<String> }
    /// How callers fared from one day to another, both included. What is open at `at_ms` may still be
    /// paid.
    ServiceReport { from: String, to: String, at_ms: i64, rows: Vec<ServiceLine> }
    /// A line of a report: `scope` is `region`, `tenant` or `queue` for the whole period, and
    /// `region_day`, `tenant_day` or `queue_day` for one day. A queue's line without a queue is of
    /// those who ended before they had chosen any; a tenant's without a tenant, of calls for a number
    /// of nobody. Calls count on the day on which they came (by the tenant's clock), a case with all
    /// that came of it on the day of its first call. `attempts` is the sum of `served`, `owed`, `open`
    /// and every `suppressed_…`; `callers` are distinct numbers, `withheld` calls without one;
    /// `not_callable` those lost as `anonymous`, `no_number`, `forbidden_class`, `do_not_call` or
    /// `shared_number`. `cases` are people who did not get through: the sum of the two `recovered_…`,
    /// `settled_by_hand` (closed as served without an answered dial), `given_up` (every try spent, or
    /// too old), `cancelled`, `withdrawn` and `cases_open`. Shares are parts of 1. `callback_p50_s` and
    /// `callback_p95_s` are seconds from the first call to our first dial, of those `called`, up to a
    /// sixty-fourth too long; `…_in_hours_…` the same from the place in line, without the hours in which
    /// nobody is called back. `first_reach` is the part of first dials that were answered, of those that
    /// we did not break off. `promises` are people who were told a time: `promises_kept`, `…_late`,
    /// `…_broken` (given up, or overdue without a dial) and `…_open`.
    ServiceLine {
        scope: String, tenant: Option<String>, queue: Option<String>, day: Option<String>,
        attempts: i64, callers: i64, withheld: i64, served: i64, owed: i64, open: i64,
        not_callable: i64, suppressed_anonymous: i64, suppressed_no_number: i64,
        suppressed_forbidden_class: i64, suppressed_do_not_call: i64,
        suppressed_shared_number: i64, suppressed_internal: i64, suppressed_no_line: i64,
        suppressed_got_through: i64, suppressed_policy: i64, cases: i64,
        recovered_by_callback: i64, recovered_by_redial: i64, settled_by_hand: i64,
        given_up: i64, cancelled: i64, withdrawn: i64, cases_open: i64,
        recovered_share: Option<f64>, redials: i64, redials_per_case: Option<f64>, called: i64,
        callback_p50_s: Option<i64>, callback_p95_s: Option<i64>,
        callback_in_hours_p50_s: Option<i64>, callback_in_hours_p95_s: Option<i64>,
        first_dials: i64, first_dials_reached: i64, first_reach: Option<f64>, promises: i64,
        promises_kept: i64, promises_late: i64, promises_broken: i64, promises_open: i64,
    }
    /// What is owed at a moment.
    BacklogReport { at_ms: i64, rows: Vec<BacklogLine> }
    /// People who are owed a call, of a `region`, a `tenant` or a `queue`: `owed` is the sum of the
    /// classes of urgency, and that of the ages. An age is counted from the first call, in full hours
    /// at most: `age_4h` has waited for more than one hour and four at most. `past_promise` are those
    /// not dialled since they were told a time, which is over.
    BacklogLine {
        scope: String, tenant: Option<String>, queue: Option<String>, owed: i64, class_u: i64,
        class_b: i64, class_d: i64, class_p: i64, class_none: i64, age_1h: i64, age_4h: i64,
        age_24h: i64, age_72h: i64, age_168h: i64, age_older: i64, oldest_s: i64,
        past_deadline: i64, past_promise: i64,
    }
    /// A page of marked numbers.
    Numbers { numbers: Vec<MarkedNumber>, next: Option<i64> }
    /// A number that is not to be called (`do_not_call`) or that many people call from (`shared`), for
    /// a tenant or, without one, the region. `ends_ms` is when that is over by itself, `until_ms` when
    /// it was over, `released_by` who said so.
    MarkedNumber {
        id: i64, number: Option<String>, mark: String, tenant: Option<String>, since_ms: i64,
        ends_ms: Option<i64>, until_ms: Option<i64>, supervisor: Option<String>,
        reason: Option<String>, released_by: Option<String>,
    }
    /// Who asks.
    Me { me: Myself }
    /// What somebody may do: as `role`, for `tenant` or the region, for the operators of `employer` or
    /// all; and which operator they are. With `must_change` they choose a password first.
    Myself {
        name: String, role: Role, tenant: Option<String>, employer: Option<String>,
        operator: Option<String>, must_change: bool,
    }
    /// Everybody who may sign in.
    Users { users: Vec<User>, next: Option<String> }
    /// Somebody who may sign in.
    User {
        name: String, role: Role, tenant: Option<String>, employer: Option<String>,
        operator: Option<String>, must_change: bool, once_until_ms: Option<i64>, created_ms: i64,
        created_by: String,
    }
    /// A password that is told once, and holds until its user signs in and chooses another.
    PasswordForOnce { user: String, password: String }
    /// Programs that may ask.
    Tokens { tokens: Vec<Program>, next: Option<String> }
    /// A program that may ask.
    Program {
        name: String, role: Role, tenant: Option<String>, employer: Option<String>,
        created_ms: i64, created_by: String, ends_ms: Option<i64>,
    }
    /// A token that is told once: `Authorization: Bearer` it.
    TokenTold { name: String, token: String }
    /// A page of the log of access.
    AccessLog { log: Vec<AccessMade>, next: Option<i64> }
    /// What somebody did: `sign_in`, `wrong_sign_in`, `look_at_number`, or method and path; `about` is
    /// the row, seat or name in the path, `tenant` whose people they are, and `refused` says that it was
    /// not done.
    AccessMade {
        id: i64, at_ms: i64, who: String, role: Option<Role>, origin: Option<String>, act: String,
        about: Option<String>, tenant: Option<String>, refused: bool,
    }
    /// A whole telephone number.
    WholeNumber { number: Option<String> }
    /// All sites.
    Sites { at_ms: i64, sites: Vec<SiteNow>, next: Option<String> }
    /// A site now.
    SiteNow {
        name: String, staffed: u32, reachable: u32, calls: u32, calls_max: Option<u32>,
        out_since_ms: Option<i64>, out_is_said: bool,
    }
    /// All health authorities.
    Tenants {
        at_ms: i64, tenants: Vec<TenantNow>, drifts: Vec<DriftNow>, next: Option<String>,
    }
    /// A health authority now: its operators there for its own works, its operators at works of
    /// others, operators of others at its works, with their bounds; and how its callers fared.
    TenantNow {
        name: String, title: String, at_home: u32, away: u32, borrowed: u32, lend_floor: u32,
        lend_max: Option<u32>, borrow_max: Option<u32>, callbacks_unseen: u32, recent: WaitsNow,
        today: WaitsNow, classes: Vec<ClassNow>,
    }
    /// How those fared who called a queue for one class of urgency (U, B, D, P).
    ClassNow { class: String, recent: WaitsNow, today: WaitsNow }
    /// Callers whose wait has ended, within the last minutes or since midnight: how many, within
    /// how many seconds nineteen of twenty were through, and which part hung up.
    WaitsNow { waits: u32, wait_p95_s: Option<u32>, abandoned_share: Option<f64> }
    /// Authorities that have drifted apart in how long callers wait (`waits`) or in how many hang
    /// up (`abandoned`), with those that fare worst and best: all callers, or those of queues for
    /// one class.
    DriftNow {
        what: String, class: Option<String>, since_ms: i64, worst: String, best: String,
    }
    /// A trunk now.
    TrunkNow {
        name: String, inbound: u32, outbound: u32, channels: u32, answer_max: u32, notices: u32,
        notice_lines: u32, full_since_ms: Option<i64>, storm: Option<StormNow>,
        down_since_ms: Option<i64>, refused_with: Option<u16>,
    }
    /// More callers than lines: since when, callers who heard that they are on the list, callers
    /// who were put on it, callers for whom no notice line was free.
    StormNow { since_ms: i64, told: u32, listed: u32, refused: u32 }
}
