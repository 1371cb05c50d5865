//! The closed vocabularies of DESIGN's lives, with the spelling that the database,
//! the API and the screens share.

/// A word that the vocabulary does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word \"{word}\": expected one of {}", .known.join(", "))]
pub struct UnknownWord {
    /// What was read.
    pub word: String,
    /// The words of the vocabulary that was asked.
    pub known: &'static [&'static str],
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every word, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The spelling in the database, the API and the logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl From<$name> for &'static str {
            fn from(word: $name) -> Self {
                word.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($text => Ok(Self::$variant),)*
                    other => Err(UnknownWord { word: other.to_owned(), known: &[$($text),*] }),
                }
            }
        }
    };
}

vocabulary! {
    /// What a stop button does while it is pressed.
    Button {
        /// Nobody is dialled.
        Outgoing = "outgoing",
        /// A queue admits nobody, whatever its hours say.
        Closed = "closed",
        /// A queue admits callers, whatever its hours say.
        Opened = "opened",
        /// Callers hear the emergency message, and nobody is dialled.
        Emergency = "emergency",
    }
}

vocabulary! {
    /// What somebody who signs in may do.
    Role {
        /// Works on a seat.
        Operator = "operator",
        /// Sees to operators, queues and callbacks.
        Supervisor = "supervisor",
        /// Sets up what belongs to one health authority.
        TenantAdministrator = "tenant_administrator",
        /// Sets up everything.
        RegionAdministrator = "region_administrator",
        /// Looks at everything, and at who looked; changes nothing.
        Auditor = "auditor",
    }
}

vocabulary! {
    /// What is done with many callbacks by one word.
    BulkAction {
        /// They are not made before some time.
        Postpone = "postpone",
        /// They are closed as withdrawn.
        Close = "close",
    }
}

vocabulary! {
    /// What became of a callback that was touched in bulk.
    BulkFate {
        /// It would be touched.
        Previewed = "previewed",
        /// It was.
        Done = "done",
        /// It was brought back.
        Undone = "undone",
        /// Somebody had touched it since.
        Left = "left",
    }
}

vocabulary! {
    /// What a number is marked as.
    Mark {
        /// It is not to be called.
        DoNotCall = "do_not_call",
        /// Many people call from it: a hospital's switchboard, a barracks.
        Shared = "shared",
    }
}

vocabulary! {
    /// What of a configuration is allowed and probably not meant.
    DoubtKind {
        /// Nobody answers the number that a trunk shows.
        ForeignCli = "foreign_cli",
        /// Nobody answers the number that an authority or its queue shows.
        ForeignCliOf = "foreign_cli_of",
        /// Nothing asks a calendar.
        IdleCalendar = "idle_calendar",
        /// A calendar never opens.
        NeverOpen = "never_open",
        /// No dialplan leads to a queue.
        UnreachableQueue = "unreachable_queue",
        /// Nobody of the first start has the skills of a queue.
        UnservedQueue = "unserved_queue",
        /// A queue does not call back whom we turned away.
        UnpaidDebts = "unpaid_debts",
        /// Passwords go over the network as they are.
        InClear = "in_clear",
        /// A network of carriers that is almost everybody's.
        OpenPeers = "open_peers",
        /// A trunk answers on all its channels.
        AllChannelsAnswered = "all_channels_answered",
        /// A trunk uses all its channels at the worst of times.
        AllChannelsUsed = "all_channels_used",
        /// Channels are kept for callbacks that cannot be dialled.
        NoOutbound = "no_outbound",
        /// Fewer ports for voice than calls may be.
        FewPorts = "few_ports",
        /// Passwords of the delivered example.
        DeliveredPasswords = "delivered_passwords",
        /// Operators of the delivered example.
        DeliveredOperators = "delivered_operators",
        /// A dialplan says that there is an emergency.
        Emergency = "emergency",
        /// An empty database begins empty.
        NoFirstStart = "no_first_start",
        /// Two seats whose names differ by capitals alone.
        SeatTwin = "seat_twin",
        /// A phone's password that would not be taken.
        WeakPassword = "weak_password",
        /// A skill that no queue asks for.
        UnaskedSkill = "unasked_skill",
        /// The password of the database stands in the file.
        PasswordInUrl = "password_in_url",
        /// A certificate does not hold yet.
        CertificateEarly = "certificate_early",
        /// A certificate has expired.
        CertificateOver = "certificate_over",
        /// A certificate expires soon.
        CertificateEnds = "certificate_ends",
    }
}

vocabulary! {
    /// How far a stop button reaches.
    Reach {
        /// Everything.
        Region = "region",
        /// One health authority.
        Tenant = "tenant",
        /// One queue.
        Queue = "queue",
    }
}

vocabulary! {
    /// What a caller's number is, which decides whether it can be dialled.
    NumberClass {
        /// Geographic Italian number (+39 0…).
        Fixed = "fixed",
        /// Italian mobile (+39 3…).
        Mobile = "mobile",
        /// Any other country.
        Foreign = "foreign",
        /// A number that many people stand behind (company exchange, care home).
        Shared = "shared",
        /// Withheld, or `Privacy: id`.
        Anonymous = "anonymous",
        /// Not a telephone number.
        Invalid = "invalid",
        /// A tariff that nobody may be charged for by us (89x, 199, 144, 70x, 178…).
        Premium = "premium",
        /// Emergency and short numbers (112, 118, 1xx).
        Emergency = "emergency",
    }
}

vocabulary! {
    /// Where an attempt stands.
    Stage {
        /// The INVITE is known, nothing was answered yet.
        Received = "received",
        /// The caller hears ringing.
        Ringing = "ringing",
        /// Messages and menus.
        InDialplan = "in_dialplan",
        /// Waiting for an operator.
        Queued = "queued",
        /// With an operator.
        Talking = "talking",
        /// Over; the outcome says how.
        Ended = "ended",
    }
}

vocabulary! {
    /// How an attempt ended.
    Outcome {
        /// An operator spoke with the caller.
        Served = "served",
        /// The menu gave what was asked.
        ServedByMenu = "served_by_menu",
        /// The caller asked to be called back.
        CallbackRequested = "callback_requested",
        /// Hung up before we answered.
        AbandonedRinging = "abandoned_ringing",
        /// Hung up in a message.
        AbandonedMessage = "abandoned_message",
        /// Hung up in a menu.
        AbandonedMenu = "abandoned_menu",
        /// Hung up while waiting.
        AbandonedQueue = "abandoned_queue",
        /// All lines of the trunk were taken.
        RefusedLines = "refused_lines",
        /// The queue was at its limit.
        RefusedQueueFull = "refused_queue_full",
        /// The carrier refused it for want of channels and told us afterwards.
        RefusedByCarrier = "refused_by_carrier",
        /// Too many calls a second.
        RefusedRate = "refused_rate",
        /// Nobody is signed in who could serve.
        RefusedNoOperators = "refused_no_operators",
        /// The service is closed.
        OutOfHours = "out_of_hours",
        /// Waited as long as the queue allows.
        QueueTimeout = "queue_timeout",
        /// Not let wait any more by us (closing, a supervisor, the emergency message).
        Withdrawn = "withdrawn",
        /// We crashed or lost the media.
        Interrupted = "interrupted",
        /// Could not be set up.
        Failed = "failed",
    }
}

impl Outcome {
    /// Whether the caller got what they came for, so that nothing is owed.
    #[must_use]
    pub const fn is_served(self) -> bool {
        matches!(self, Self::Served | Self::ServedByMenu)
    }
}

vocabulary! {
    /// Why an unserved attempt owes no callback.
    Suppression {
        /// The number is withheld.
        Anonymous = "anonymous",
        /// There is no usable number.
        NoNumber = "no_number",
        /// The number's class may not be dialled.
        ForbiddenClass = "forbidden_class",
        /// The person asked not to be called.
        DoNotCall = "do_not_call",
        /// Many people call from the number, and this one named no other.
        SharedNumber = "shared_number",
        /// An internal extension called.
        Internal = "internal",
        /// The dialled number belongs to nobody here.
        NoLine = "no_line",
        /// The person has spoken with us since.
        GotThrough = "got_through",
        /// The policy of this outcome says no.
        Policy = "policy",
    }
}

vocabulary! {
    /// Who ended a conversation.
    Party {
        /// The person outside.
        Caller = "caller",
        /// The operator's phone.
        Seat = "seat",
        /// We.
        Us = "us",
        /// Silence: media or signalling vanished.
        Network = "network",
    }
}

vocabulary! {
    /// Where a callback stands.
    CallbackState {
        /// Waits for its time and for a seat.
        Waiting = "waiting",
        /// Proposed to a seat under a lease.
        Offered = "offered",
        /// The person's phone is being rung.
        Dialling = "dialling",
        /// The person and the operator talk.
        Talking = "talking",
        /// The person answered and waits for a seat (caller-first).
        AnsweredWaiting = "answered_waiting",
        /// In flight when the process died; not dialled again before it is reconciled.
        Unknown = "unknown",
        /// Over; `ClosedHow` says how.
        Closed = "closed",
    }
}

vocabulary! {
    /// How a callback was closed.
    ClosedHow {
        /// We called and the person was served.
        Served = "served",
        /// The person got through on their own.
        GotThrough = "got_through",
        /// The person wants no call.
        CancelledByPerson = "cancelled_by_person",
        /// A supervisor withdrew it.
        Withdrawn = "withdrawn",
        /// Every allowed try was spent.
        Exhausted = "exhausted",
        /// Too old to be of use.
        Expired = "expired",
        /// Policy forbade the call after it was opened.
        Suppressed = "suppressed",
    }
}

vocabulary! {
    /// What kind of debt a need is.
    NeedKind {
        /// A call of theirs that did not get through.
        Missed = "missed",
        /// They asked to be called.
        Requested = "requested",
        /// We cut them off.
        Interrupted = "interrupted",
        /// The operator owes a call.
        TakenInCharge = "taken_in_charge",
        /// From a list.
        Recall = "recall",
        /// A reminder.
        Reminder = "reminder",
        /// Entered by hand.
        Manual = "manual",
    }
}

impl NeedKind {
    /// Whether a list has it.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        matches!(self, Self::Recall | Self::Reminder)
    }

    /// Whether a conversation with an operator closes it by default.
    #[must_use]
    pub const fn closes_by_conversation(self) -> bool {
        matches!(self, Self::Missed | Self::Requested | Self::Interrupted)
    }
}

vocabulary! {
    /// Which invented person somebody practises with.
    Exercise {
        /// They want an appointment, and had not got through before.
        Booking = "booking",
        /// They cannot come; they are owed nothing.
        Cancelling = "cancelling",
        /// They were promised a call, and were faster.
        Owed = "owed",
        /// They were cut off, are angry, and speak little of the language.
        Upset = "upset",
    }
}

vocabulary! {
    /// What kind of debt somebody may enter.
    KindByHand {
        /// No slot was found: the operator owes a call, by the deadline of the class.
        TakenInCharge = "taken_in_charge",
        /// Anything else.
        Manual = "manual",
    }
}

impl From<KindByHand> for NeedKind {
    fn from(kind: KindByHand) -> Self {
        match kind {
            KindByHand::TakenInCharge => Self::TakenInCharge,
            KindByHand::Manual => Self::Manual,
        }
    }
}

vocabulary! {
    /// How somebody may close a callback.
    ClosedByHand {
        /// The person has what they wanted.
        Served = "served",
        /// The person wants no call.
        CancelledByPerson = "cancelled_by_person",
        /// Nobody is to call.
        Withdrawn = "withdrawn",
    }
}

impl From<ClosedByHand> for ClosedHow {
    fn from(how: ClosedByHand) -> Self {
        match how {
            ClosedByHand::Served => Self::Served,
            ClosedByHand::CancelledByPerson => Self::CancelledByPerson,
            ClosedByHand::Withdrawn => Self::Withdrawn,
        }
    }
}

vocabulary! {
    /// How urgent the physician said it is, as on the Italian prescription; the most urgent first.
    PriorityClass {
        /// Urgent.
        U = "U",
        /// Brief.
        B = "B",
        /// Deferrable.
        D = "D",
        /// Plannable.
        P = "P",
    }
}

vocabulary! {
    /// What happened to a callback, for its history.
    CallbackEventKind {
        /// Opened by an attempt or a request.
        Opened = "opened",
        /// Joined by another attempt, with a word more on how: the attempt itself names its callback.
        Joined = "joined",
        /// Proposed to a seat.
        Offered = "offered",
        /// The seat did not take it.
        OfferEnded = "offer_ended",
        /// The operator handed it back, for this reason.
        Declined = "declined",
        /// The person was rung.
        Dialled = "dialled",
        /// The person was rung in vain.
        NotReached = "not_reached",
        /// The person answered.
        Reached = "reached",
        /// The person called us, whom we had called in vain, and was told so.
        Returned = "returned",
        /// Back to waiting after a restart's reconciliation.
        Reconciled = "reconciled",
        /// The person said when they want to be called; or that time has passed, and it is another day's.
        TimeChosen = "time_chosen",
        /// Put off with many others, or brought back from that.
        Postponed = "postponed",
        /// Somebody said by how much it goes ahead of its place.
        PutAhead = "put_ahead",
        /// One of the needs was closed by hand, or by what an operator said.
        NeedClosed = "need_closed",
        /// A conversation would have closed it, and the operator said that it stays.
        NeedKept = "need_kept",
        /// Over.
        Closed = "closed",
    }
}

vocabulary! {
    /// Where a dial stands.
    DialState {
        /// Committed; the INVITE is out or about to leave.
        InFlight = "in_flight",
        /// In flight when the process died.
        Unknown = "unknown",
        /// Over; `DialResult` says how.
        Ended = "ended",
    }
}

vocabulary! {
    /// Who is on the line first.
    DialOrder {
        /// An operator, who hears the person's phone ring.
        OperatorFirst = "operator_first",
        /// The person, who is asked to press a key.
        PersonFirst = "person_first",
    }
}

vocabulary! {
    /// How a dial ended.
    DialResult {
        /// The person answered.
        Answered = "answered",
        /// Rang in vain.
        NoAnswer = "no_answer",
        /// Busy here or everywhere.
        Busy = "busy",
        /// The person refused the call.
        Declined = "declined",
        /// No route, no such number, the network failed.
        Unreachable = "unreachable",
        /// The trunk took no call, or said nothing: no word of the person.
        TrunkFailed = "trunk_failed",
        /// Somebody or something answered and pressed no key.
        Machine = "machine",
        /// The person rang in meanwhile.
        Married = "married",
        /// We gave up: the seat left, or we stopped.
        Cancelled = "cancelled",
        /// Nobody knows: the process died.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// Where an offer stands.
    OfferState {
        /// Proposed; the lease runs.
        Open = "open",
        /// The seat took it.
        Accepted = "accepted",
        /// The seat said no; of a callback, perhaps why.
        Rejected = "rejected",
        /// The seat was busy on another call.
        Busy = "busy",
        /// Rang in vain until the lease ended.
        NoAnswer = "no_answer",
        /// The seat could not be reached.
        Unreachable = "unreachable",
        /// The work went away (caller left, person rang in, we stopped).
        Withdrawn = "withdrawn",
    }
}

vocabulary! {
    /// What an operator chose.
    Chosen {
        /// Nobody works here.
        SignedOut = "signed_out",
        /// Takes works.
        Available = "available",
        /// One more work, then a pause.
        OneMoreThenPause = "one_more_then_pause",
        /// One more work, then home.
        OneMoreThenSignOut = "one_more_then_sign_out",
        /// Pausing, for a reason.
        Paused = "paused",
        /// At the counter, not on the phone.
        FrontOffice = "front_office",
    }
}

vocabulary! {
    /// Who made an operator's state what it is.
    ChosenBy {
        /// The operator.
        Operator = "operator",
        /// A supervisor, who is named beside it.
        Supervisor = "supervisor",
        /// The planned end of the shift.
        ShiftEnd = "shift_end",
        /// A break that was due, or its end.
        Rest = "rest",
        /// The phone was gone for longer than the grace.
        ConnectionLost = "connection_lost",
        /// The operator, who signed in at another seat.
        Elsewhere = "elsewhere",
        /// Operator or seat was removed.
        Removed = "removed",
    }
}

vocabulary! {
    /// What kind of work it is.
    WorkKind {
        /// A person on the line.
        Live = "live",
        /// A person to be called back.
        Callback = "callback",
        /// Work without a call.
        Task = "task",
    }
}

vocabulary! {
    /// What a campaign is for.
    CampaignKind {
        /// An operator speaks with its people.
        Recall = "recall",
        /// Its people are reminded of an appointment, without an operator.
        Reminder = "reminder",
    }
}

impl CampaignKind {
    /// As what its people are owed a call.
    #[must_use]
    pub const fn need(self) -> NeedKind {
        match self {
            Self::Recall => NeedKind::Recall,
            Self::Reminder => NeedKind::Reminder,
        }
    }
}

vocabulary! {
    /// What somebody said who was reminded of an appointment.
    ReminderAnswer {
        /// They will be there.
        Confirmed = "confirmed",
        /// They will not.
        Cancelled = "cancelled",
        /// They want another one, and are owed a call for it.
        ToMove = "to_move",
    }
}

vocabulary! {
    /// Where a campaign stands.
    CampaignState {
        /// Its list is being taken in.
        Loading = "loading",
        /// Its list is whole; nobody is called yet.
        Ready = "ready",
        /// Its people are called.
        Running = "running",
        /// Nobody of it is newly rung.
        Paused = "paused",
        /// Over; `CampaignEnd` says how.
        Ended = "ended",
    }
}

vocabulary! {
    /// How a campaign ended.
    CampaignEnd {
        /// Everybody on it has a result.
        Finished = "finished",
        /// Somebody ended it.
        Stopped = "stopped",
        /// Its last day was over.
        Over = "over",
        /// Its list was never whole.
        Discarded = "discarded",
    }
}

vocabulary! {
    /// Where one of the people on a campaign's list stands, and how it ended.
    EntryState {
        /// Not called yet; of a campaign that has ended: not called.
        Waiting = "waiting",
        /// A need of their callback, like any other.
        Released = "released",
        /// We spoke with them.
        Reached = "reached",
        /// Every allowed try was spent.
        Exhausted = "exhausted",
        /// The deadline was over.
        Expired = "expired",
        /// Not to be called, when their turn came or since.
        Forbidden = "forbidden",
        /// They want no call.
        Declined = "declined",
        /// Somebody ended the campaign, or closed it.
        Withdrawn = "withdrawn",
        /// Reminded of their appointment, they confirmed it.
        Confirmed = "confirmed",
        /// Reminded, they cancelled it.
        Cancelled = "cancelled",
        /// Reminded, they want another one, and are owed a call for it.
        ToMove = "to_move",
    }
}

impl From<ReminderAnswer> for EntryState {
    fn from(answer: ReminderAnswer) -> Self {
        match answer {
            ReminderAnswer::Confirmed => Self::Confirmed,
            ReminderAnswer::Cancelled => Self::Cancelled,
            ReminderAnswer::ToMove => Self::ToMove,
        }
    }
}

impl EntryState {
    /// What became of somebody whose need was closed so.
    #[must_use]
    pub const fn of(how: ClosedHow) -> Self {
        match how {
            ClosedHow::Served | ClosedHow::GotThrough => Self::Reached,
            ClosedHow::CancelledByPerson => Self::Declined,
            ClosedHow::Withdrawn => Self::Withdrawn,
            ClosedHow::Exhausted => Self::Exhausted,
            ClosedHow::Expired => Self::Expired,
            ClosedHow::Suppressed => Self::Forbidden,
        }
    }

    /// Whether it is a result.
    #[must_use]
    pub const fn is_result(self) -> bool {
        !matches!(self, Self::Waiting | Self::Released)
    }
}

vocabulary! {
    /// Why somebody is left out of a campaign's list.
    WhyLeftOut {
        /// What stands there is no telephone number.
        Invalid = "invalid",
        /// A number of that class is not called.
        NotCallable = "not_callable",
        /// The person asked not to be called.
        DoNotCall = "do_not_call",
        /// Many people share the number.
        Shared = "shared",
        /// The number is on this list already.
        Twice = "twice",
        /// The deadline is over before anybody may be called.
        TooLate = "too_late",
        /// More than somebody reads.
        TooLong = "too_long",
        /// Who is reminded has an appointment and a year of birth, and nobody else has.
        NoAppointment = "no_appointment",
        /// The appointment is over before anybody may be called.
        PastAppointment = "past_appointment",
        /// Nobody who is reminded is born in such a year.
        NoYear = "no_year",
        /// There is no prompt that says that place.
        NoPlace = "no_place",
    }
}

vocabulary! {
    /// Where a task stands.
    TaskState {
        /// Waits for a seat.
        Waiting = "waiting",
        /// Proposed to a seat under a lease.
        Offered = "offered",
        /// An operator does it.
        Doing = "doing",
        /// It is done.
        Done = "done",
        /// Nobody wants it any more.
        Withdrawn = "withdrawn",
    }
}

vocabulary! {
    /// What happened to a task, for its history.
    TaskEventKind {
        /// Somebody wants it done.
        Created = "created",
        /// It is one operator's, or anybody's again.
        Assigned = "assigned",
        /// Proposed to a seat.
        Offered = "offered",
        /// The seat did not take it.
        OfferEnded = "offer_ended",
        /// The operator took it.
        Accepted = "accepted",
        /// Whose it was has left, or could not be asked in time: it is anybody's.
        Released = "released",
        /// The operator gave it back, or left.
        HandedBack = "handed_back",
        /// Its operator was taken out of it, for a caller, or by a restart.
        Interrupted = "interrupted",
        /// It is done.
        Finished = "finished",
        /// Nobody wants it any more.
        Withdrawn = "withdrawn",
    }
}

vocabulary! {
    /// What a seat is doing.
    WorkState {
        /// Nothing.
        Idle = "idle",
        /// Held for an offer whose INVITE has not rung yet.
        Reserved = "reserved",
        /// The phone rings.
        Ringing = "ringing",
        /// On the line, reading whom to call back; nobody is rung yet.
        Preview = "preview",
        /// In conversation, or ringing a person for a callback.
        Talking = "talking",
        /// The person is on hold.
        OnHold = "on_hold",
        /// After-call time.
        WrapUp = "wrap_up",
        /// Doing a task, without a call.
        AtTask = "at_task",
        /// Missed too many offers.
        NotResponding = "not_responding",
    }
}

vocabulary! {
    /// In what health authorities have drifted apart.
    Drift {
        /// How long callers wait.
        Waits = "waits",
        /// Which part of them hang up.
        Abandoned = "abandoned",
    }
}

vocabulary! {
    /// What put a configuration in force.
    ChangedBy {
        /// The process started.
        Start = "start",
        /// SIGHUP.
        Signal = "signal",
        /// The API, which the shell uses too.
        Api = "api",
    }
}

vocabulary! {
    /// The operator's result code of a conversation.
    Disposition {
        /// Booked, changed or cancelled: settled.
        Done = "done",
        /// The person on the line was someone else: the case stays open.
        AnotherPerson = "another_person",
        /// Not a matter for this line.
        Improper = "improper",
    }
}
vocabulary! {
    /// What is spoken to operators.
    Spoken {
        /// Italian.
        Italian = "it",
        /// English.
        English = "en",
    }
}
vocabulary! {
    /// What a result of the centre's own means for what the person is owed.
    Meaning {
        /// It is settled, as by `done`.
        Settled = "settled",
        /// All of it stays at its place; who was owed nothing is owed a call.
        CallAgain = "call_again",
        /// A call is owed by the deadline of its class.
        TakenInCharge = "taken_in_charge",
        /// As the result of that name: the case stays open.
        AnotherPerson = "another_person",
        /// As the result of that name.
        Improper = "improper",
    }
}
vocabulary! {
    /// Why the database does not take what happens.
    DatabaseFault {
        /// It refuses, and the reason has no word of its own: input and output, memory.
        Failing = "failing",
        /// It does not answer in time, or somebody else holds it.
        Stalled = "stalled",
        /// It cannot be reached.
        Gone = "gone",
        /// There is no room left.
        Full = "full",
        /// It may not be written.
        ReadOnly = "read_only",
    }
}

vocabulary! {
    /// What is wrong with the centre itself, for whoever must mend it.
    Degraded {
        /// Commits take long; nothing is held back yet.
        DatabaseSlow = "database_slow",
        /// See [`DatabaseFault::Failing`].
        DatabaseFailing = "database_failing",
        /// See [`DatabaseFault::Stalled`].
        DatabaseStalled = "database_stalled",
        /// See [`DatabaseFault::Gone`].
        DatabaseGone = "database_gone",
        /// See [`DatabaseFault::Full`].
        DatabaseFull = "database_full",
        /// See [`DatabaseFault::ReadOnly`].
        DatabaseReadOnly = "database_read_only",
        /// What happens can be stored nowhere: the process ends.
        StorageDead = "storage_dead",
        /// Nobody can be heard or spoken to.
        MediaDead = "media_dead",
    }
}

impl From<DatabaseFault> for Degraded {
    fn from(fault: DatabaseFault) -> Self {
        match fault {
            DatabaseFault::Failing => Self::DatabaseFailing,
            DatabaseFault::Stalled => Self::DatabaseStalled,
            DatabaseFault::Gone => Self::DatabaseGone,
            DatabaseFault::Full => Self::DatabaseFull,
            DatabaseFault::ReadOnly => Self::DatabaseReadOnly,
        }
    }
}

impl Degraded {
    /// Whether the centre does less than it is there for. One that is only slow does all.
    #[must_use]
    pub fn holds_back(self) -> bool {
        self != Self::DatabaseSlow
    }
}

vocabulary! {
    /// What an operator did beside talking with the person of their work.
    SideKind {
        /// The person waits at another queue.
        ToQueue = "to_queue",
        /// The person is offered to another seat.
        ToSeat = "to_seat",
        /// The person talks with somebody of the directory.
        ToNumber = "to_number",
        /// Somebody is asked while the person is on hold.
        Consult = "consult",
        /// Somebody of the directory is called.
        Dial = "dial",
    }
}

vocabulary! {
    /// What a telephone is, as far as it matters how it is asked to pick up by itself.
    PhoneModel {
        /// Yealink.
        Yealink = "yealink",
        /// Snom.
        Snom = "snom",
        /// Grandstream.
        Grandstream = "grandstream",
        /// Poly, once Polycom.
        Polycom = "polycom",
        /// `AudioCodes`.
        Audiocodes = "audiocodes",
        /// Gigaset.
        Gigaset = "gigaset",
        /// Linphone, on a computer.
        Linphone = "linphone",
        /// baresip, on a computer.
        Baresip = "baresip",
        /// Whatever follows RFC 5373.
        Rfc5373 = "rfc5373",
    }
}
