//! What can go wrong, and which status each fault becomes: the only place that knows.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cuptel_core::bulk::BulkError;
use cuptel_core::by_hand::ByHandError;
use cuptel_core::campaign::CampaignError;
use cuptel_core::hand::CallError;
use cuptel_core::special_day::SpecialDayError;
use cuptel_core::step::CommandError;
use cuptel_core::words::CampaignState;
use cuptel_store::StoreError;
use metrics_exporter_prometheus::BuildError;
use serde::Serialize;

use crate::password::DigestError;
use crate::port::{NotReloaded, Refusal};
use crate::request_keys::{KeyFault, MayBeDone};
use crate::{memos, stepping_in, trying};

/// Why pages and API could not be offered.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address cannot be listened on.
    #[error(
        "cannot offer pages and API on {address}: {}; choose another address with \
         `listen` under [http]",
        reason(.source)
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A listener that was bound cannot be used.
    #[error("cannot use the listener of pages and API")]
    Listener(#[source] io::Error),
    /// Everybody would be let in.
    #[error("pages and API need a token that is not empty: set `token` under [http]")]
    NoToken,
    /// No digest of a password can be made.
    #[error("cannot look at passwords")]
    Digest(#[source] DigestError),
    /// Nothing tells this process from another.
    #[error("the system gives no random numbers")]
    NoRandom(#[source] getrandom::Error),
    /// The recorder of metrics cannot be installed.
    #[error("cannot record metrics")]
    Metrics(#[source] BuildError),
}

fn reason(source: &io::Error) -> String {
    [
        (io::ErrorKind::AddrInUse, "the port is in use"),
        (
            io::ErrorKind::AddrNotAvailable,
            "this machine does not have that address",
        ),
        (
            io::ErrorKind::PermissionDenied,
            "the port needs a privilege",
        ),
    ]
    .into_iter()
    .find(|(kind, _)| *kind == source.kind())
    .map_or_else(|| source.to_string(), |(_, words)| words.to_owned())
}

/// What errors of the API are written in (RFC 9457 §3).
pub(crate) const PROBLEM: &str = "application/problem+json";

/// Why a request was not answered as asked.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// No token, or a wrong one: the answer is the same.
    Unauthorised,
    /// Too many wrong tokens or passwords, from this address or for this name.
    TooManyWrong { retry_s: u64 },
    /// Not for this role, health authority or employer: who may.
    Forbidden(&'static str),
    /// Whoever was let in with a password for once chooses one of their own first.
    PasswordFirst,
    /// The password for once was right, and its time is over.
    OnceIsOver,
    /// The name is taken.
    NameTaken { what: &'static str, name: String },
    /// Nobody who has ever signed in would set up the region any more.
    LastAdministrator,
    /// A digest could not be made or compared.
    Digest(DigestError),
    /// A page of another site sent it.
    CrossSite,
    /// No such path.
    NoSuchPath,
    /// The path has other methods.
    WrongMethod,
    /// No such row.
    NotFound { what: &'static str, which: String },
    /// Cannot be read.
    Malformed { why: String, hint: &'static str },
    /// Can be read, but means nothing here.
    Meaningless { why: String, hint: &'static str },
    /// Neither JSON nor a form.
    WrongType,
    /// Too long.
    TooLarge,
    /// A request with the key of another, or of itself.
    Key(KeyFault),
    /// The rules or the engine say no.
    Refused(Refusal),
    /// A reload that changed nothing.
    NotReloaded(NotReloaded),
    /// Took too long.
    TooSlow,
    /// Every place at the event stream is taken.
    StreamsFull,
    /// A list of which only the beginning was taken.
    CutShort {
        done: usize,
        of: usize,
        why: Box<Self>,
    },
    /// The database did not answer.
    Store(StoreError),
    /// The system has no random numbers.
    NoRandom(getrandom::Error),
    /// A page could not be written.
    Template(askama::Error),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotReloaded> for ApiError {
    fn from(refusal: NotReloaded) -> Self {
        Self::NotReloaded(refusal)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::NoTenant { .. }) {
            return Self::Malformed {
                why: error.to_string(),
                hint: "a tenant goes by the `name` of its [[tenant]]",
            };
        }
        Self::Store(error)
    }
}

/// An error as the API tells it (RFC 9457).
#[derive(Debug, Serialize)]
struct Told<'a> {
    /// Which kind of problem it is; the same for all of a kind.
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    /// The detail, where programs of before the standard look for it.
    error: &'a str,
    hint: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    faults: &'a [String],
}

impl ApiError {
    /// What the framework refused by itself.
    pub(crate) fn of_framework(status: StatusCode, why: String) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NoSuchPath,
            StatusCode::METHOD_NOT_ALLOWED => Self::WrongMethod,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::WrongType,
            _ => Self::Malformed {
                why,
                hint: "/api/v1/openapi.json shows how it is asked",
            },
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::TooManyWrong { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::CrossSite | Self::Forbidden(_) | Self::PasswordFirst | Self::OnceIsOver => {
                StatusCode::FORBIDDEN
            }
            Self::NameTaken { .. } | Self::LastAdministrator => StatusCode::CONFLICT,
            Self::NoSuchPath | Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::Meaningless { .. } | Self::NotReloaded(NotReloaded::Faults(_)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Key(fault) => fault.status(),
            Self::CutShort { why, .. } => why.status(),
            Self::Refused(Refusal::Refused(refused)) => status_of(refused),
            Self::Refused(Refusal::Busy | Refusal::Gone)
            | Self::NotReloaded(NotReloaded::Busy | NotReloaded::Gone)
            | Self::TooSlow
            | Self::StreamsFull
            | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoRandom(_) | Self::Template(_) | Self::Digest(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// Whether what was asked for may have been done all the same: what failed may be the look at it after.
    fn may_be_done(&self) -> bool {
        match self {
            Self::Refused(Refusal::Gone)
            | Self::NotReloaded(NotReloaded::Gone)
            | Self::CutShort { .. }
            | Self::TooSlow
            | Self::Store(_)
            | Self::Template(_) => true,
            Self::Unauthorised
            | Self::TooManyWrong { .. }
            | Self::Forbidden(_)
            | Self::PasswordFirst
            | Self::OnceIsOver
            | Self::NameTaken { .. }
            | Self::LastAdministrator
            | Self::Digest(_)
            | Self::CrossSite
            | Self::NoSuchPath
            | Self::WrongMethod
            | Self::NotFound { .. }
            | Self::Malformed { .. }
            | Self::Meaningless { .. }
            | Self::WrongType
            | Self::TooLarge
            | Self::Key(_)
            | Self::Refused(Refusal::Refused(_) | Refusal::Busy)
            | Self::NotReloaded(NotReloaded::Faults(_) | NotReloaded::Busy)
            | Self::StreamsFull
            | Self::NoRandom(_) => false,
        }
    }

    /// The kind of problem, as programs and as people tell it.
    fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unauthorised => ("unauthorised", "Not signed in"),
            Self::TooManyWrong { .. } => ("too-many-wrong", "Too many wrong tries"),
            Self::Forbidden(_) => ("forbidden", "Not allowed"),
            Self::PasswordFirst => ("password-first", "A password has to be chosen"),
            Self::OnceIsOver => ("password-over", "The password for once is over"),
            Self::NameTaken { .. } => ("name-taken", "The name is taken"),
            Self::LastAdministrator => ("last-administrator", "The last administrator"),
            Self::CrossSite => ("cross-site", "Sent by another site"),
            Self::NoSuchPath => ("no-such-path", "No such path"),
            Self::WrongMethod => ("wrong-method", "No such method"),
            Self::NotFound { .. } => ("not-found", "No such thing"),
            Self::Malformed { .. } => ("malformed", "Cannot be read"),
            Self::Meaningless { .. } => ("meaningless", "Means nothing here"),
            Self::WrongType => ("wrong-type", "Neither JSON nor a form"),
            Self::TooLarge => ("too-large", "Too large"),
            Self::Key(_) => ("request-key", "The key of a request was used"),
            Self::Refused(Refusal::Refused(_)) => ("refused", "Refused by the rules"),
            Self::NotReloaded(NotReloaded::Faults(_)) => ("not-reloaded", "Not reloaded"),
            Self::Refused(Refusal::Busy) | Self::NotReloaded(NotReloaded::Busy) => {
                ("busy", "Too busy")
            }
            Self::Refused(Refusal::Gone) | Self::NotReloaded(NotReloaded::Gone) => {
                ("stopped", "Stopped")
            }
            Self::TooSlow => ("too-slow", "Took too long"),
            Self::StreamsFull => ("streams-full", "Too many listen"),
            Self::CutShort { .. } => ("cut-short", "Only the beginning was taken"),
            Self::Store(_) => ("database-away", "The database did not answer"),
            Self::NoRandom(_) | Self::Template(_) | Self::Digest(_) => {
                ("our-fault", "Went wrong on our side")
            }
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Unauthorised => {
                "send the header `Authorization: Bearer TOKEN` with the token under [http]"
            }
            Self::TooManyWrong { .. } => "check it, then try again after a minute",
            Self::Forbidden(_) => "GET /api/v1/me says who you are and what you may do",
            Self::PasswordFirst => "POST /api/v1/me/password, or sign in to the page",
            Self::OnceIsOver => "ask an administrator for another one",
            Self::NameTaken { .. } => "choose another name, or remove the one that has it",
            Self::LastAdministrator => {
                "have another administrator of the region sign in and choose a password of their own first"
            }
            Self::CrossSite => "open the page itself and use its own buttons",
            Self::NoSuchPath => "/api/v1/openapi.json lists every path",
            Self::WrongMethod => "/api/v1/openapi.json lists the methods of every path",
            Self::NotFound { .. } => "list what there is with the same path without its last part",
            Self::Malformed { hint, .. } | Self::Meaningless { hint, .. } => hint,
            Self::WrongType => "send `content-type: application/json`",
            Self::TooLarge => "a request may have 64 KiB",
            Self::Key(fault) => fault.hint(),
            Self::CutShort { .. } => {
                "send the same list again: what is marked stays marked, and none twice"
            }
            Self::Refused(Refusal::Refused(refused)) => hint_of(refused),
            Self::NotReloaded(NotReloaded::Faults(_)) => {
                "what was in force still is: correct the files and reload again"
            }
            Self::Refused(Refusal::Busy)
            | Self::NotReloaded(NotReloaded::Busy)
            | Self::TooSlow
            | Self::StreamsFull => "try again in some seconds",
            Self::Refused(Refusal::Gone) | Self::NotReloaded(NotReloaded::Gone) => {
                "look at /health/ready"
            }
            Self::Store(_) | Self::NoRandom(_) | Self::Template(_) | Self::Digest(_) => {
                "the log says why"
            }
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self.status() {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        if let Self::TooManyWrong { retry_s } = self {
            headers.insert(RETRY_AFTER, HeaderValue::from(*retry_s));
        }
        headers
    }

    /// Faults of ours are told to the log; it is handled here.
    fn log(&self) {
        match self {
            Self::Store(error) => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    "the database failed a page"
                );
            }
            Self::CutShort { why, .. } => why.log(),
            Self::NoRandom(error) => tracing::error!(%error, "no random numbers for a session"),
            Self::Template(error) => tracing::error!(%error, "a page could not be written"),
            Self::Digest(error) => tracing::error!(%error, "a password could not be looked at"),
            Self::Unauthorised
            | Self::TooManyWrong { .. }
            | Self::Forbidden(_)
            | Self::PasswordFirst
            | Self::OnceIsOver
            | Self::NameTaken { .. }
            | Self::LastAdministrator
            | Self::CrossSite
            | Self::NoSuchPath
            | Self::WrongMethod
            | Self::NotFound { .. }
            | Self::Malformed { .. }
            | Self::Meaningless { .. }
            | Self::WrongType
            | Self::TooLarge
            | Self::Key(_)
            | Self::Refused(_)
            | Self::NotReloaded(_)
            | Self::TooSlow
            | Self::StreamsFull => {}
        }
    }
}

fn status_of(refused: &CommandError) -> StatusCode {
    match refused {
        CommandError::NoSeat(_) | CommandError::NoCallback(_) | CommandError::NoTask(_) => {
            StatusCode::NOT_FOUND
        }
        CommandError::NoOperator(_)
        | CommandError::OperatorNumber(_)
        | CommandError::NumberTaken { .. }
        | CommandError::NoLine(_)
        | CommandError::NotTaken(_)
        | CommandError::NoSite(_)
        | CommandError::NoTenant(_)
        | CommandError::NoQueue(_)
        | CommandError::SeveralQueues(_)
        | CommandError::NoSuchButton(..)
        | CommandError::NoMessage { .. }
        | CommandError::MessageTwice
        | CommandError::TooLong(_)
        | CommandError::NotSpoken
        | CommandError::StopIsOver
        | CommandError::MarkIsOver
        | CommandError::TooManyMarks(_)
        | CommandError::PauseReason { .. }
        | CommandError::DeclineReason { .. }
        | CommandError::DeclineNamesNumber
        | CommandError::NeedSaidTwice(_)
        | CommandError::TooManyTasks(_)
        | CommandError::ShiftIsOver => StatusCode::UNPROCESSABLE_ENTITY,
        CommandError::SeatTaken { .. }
        | CommandError::OperatorElsewhere { .. }
        | CommandError::NobodyThere(_)
        | CommandError::LacksSkill { .. }
        | CommandError::SiteNotOut(_)
        | CommandError::NotPressed(_)
        | CommandError::NotMarked(_)
        | CommandError::MarkedAs(_)
        | CommandError::NotUnseen(_)
        | CommandError::ServedSince(_)
        | CommandError::ClosedTooLong(_)
        | CommandError::NoNumber(_)
        | CommandError::NoConversation(_)
        | CommandError::NotToBeTaken(_)
        | CommandError::NotFree(_)
        | CommandError::NotByHand(_)
        | CommandError::NoCallbackOffered(_)
        | CommandError::NoSuchResult(_)
        | CommandError::NoNeedThere { .. }
        | CommandError::TaskNotOffered { .. }
        | CommandError::TaskNotAtWork(_)
        | CommandError::TaskAtWork(_)
        | CommandError::Trial(_)
        | CommandError::StillNeeded(_) => StatusCode::CONFLICT,
        CommandError::Bulk(refused) => status_of_bulk(refused),
        CommandError::ByHand(refused) => status_of_by_hand(refused),
        CommandError::Call(CallError::Keys) => StatusCode::UNPROCESSABLE_ENTITY,
        CommandError::Call(_) => StatusCode::CONFLICT,
        CommandError::SpecialDay(refused) => match refused {
            SpecialDayError::NoEntry(_) => StatusCode::NOT_FOUND,
            SpecialDayError::NoCalendar { .. }
            | SpecialDayError::NoHours(_)
            | SpecialDayError::Day(_)
            | SpecialDayError::TooLong
            | SpecialDayError::IsOver
            | SpecialDayError::Hours(_)
            | SpecialDayError::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
        },
        CommandError::Campaign(refused) => status_of_campaign(refused),
        CommandError::NotSteppedIn(refused) => stepping_in::status_of(refused),
        CommandError::Memo(refused) => memos::status_of(refused),
        CommandError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn status_of_bulk(refused: &BulkError) -> StatusCode {
    match refused {
        BulkError::AtWork(_) => StatusCode::CONFLICT,
        BulkError::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        BulkError::KeyUsed(_) | BulkError::NoTime | BulkError::NoReason => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

fn status_of_by_hand(refused: &ByHandError) -> StatusCode {
    match refused {
        ByHandError::NoNeed { .. } => StatusCode::NOT_FOUND,
        ByHandError::OpenAlready(_) | ByHandError::SameRequest(_) | ByHandError::AtWork { .. } => {
            StatusCode::CONFLICT
        }
        ByHandError::KeyUsed(_)
        | ByHandError::NotCallable(_)
        | ByHandError::Marked(_)
        | ByHandError::NoDeadline
        | ByHandError::DeadlineTooSoon
        | ByHandError::NoteTooLong
        | ByHandError::TooMany(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn status_of_campaign(refused: &CampaignError) -> StatusCode {
    match refused {
        CampaignError::NoCampaign(_) => StatusCode::NOT_FOUND,
        CampaignError::NameTaken(_) | CampaignError::State { .. } => StatusCode::CONFLICT,
        CampaignError::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        CampaignError::Name
        | CampaignError::NoPrompts
        | CampaignError::Pace
        | CampaignError::Preview
        | CampaignError::Window(_)
        | CampaignError::TooLate
        | CampaignError::NoteTooLong
        | CampaignError::TooMany(_)
        | CampaignError::TooManyEntries(_)
        | CampaignError::TooManyAtOnce
        | CampaignError::LineTwice(_)
        | CampaignError::Nobody(_)
        | CampaignError::NoPromptsFirst
        | CampaignError::AlwaysPersonFirst
        | CampaignError::Cli(_)
        | CampaignError::CliNotShown
        | CampaignError::LeftOut(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each refusal")]
fn hint_of(refused: &CommandError) -> &'static str {
    match refused {
        CommandError::NoSite(_) | CommandError::SiteNotOut(_) => {
            "GET /api/v1/sites lists the sites and how they are"
        }
        CommandError::NoCallback(_) => "GET /api/v1/callbacks lists the callbacks",
        CommandError::NoTask(_)
        | CommandError::TaskNotOffered { .. }
        | CommandError::TaskNotAtWork(_) => {
            "GET /api/v1/tasks lists the tasks and where they stand"
        }
        CommandError::TaskAtWork(_) => "POST /api/v1/tasks/{id}/hand-back first",
        CommandError::ByHand(refused) => by_hand_hint(refused),
        CommandError::Call(refused) => call_hint(refused),
        CommandError::Campaign(refused) => campaign_hint(refused),
        CommandError::NotSteppedIn(refused) => stepping_in::hint_of(refused),
        CommandError::Memo(refused) => memos::hint_of(refused),
        CommandError::Trial(refused) => trying::hint_of(refused),
        CommandError::Bulk(refused) => bulk_hint(refused),
        CommandError::TooManyTasks(_) => "withdraw some, or set a larger bound",
        CommandError::NoSeat(_) => "GET /api/v1/seats lists the seats",
        CommandError::NoOperator(_) => {
            "GET /api/v1/operators lists them; POST there, or `cuptel operators set`, adds one"
        }
        CommandError::OperatorNumber(_) => "say a `number` of 1 to 8 digits",
        CommandError::NumberTaken { .. } => "say another `number`",
        CommandError::LacksSkill { .. } => {
            "GET /api/v1/operators lists who has which skills; name another, or nobody"
        }
        CommandError::SeatTaken { .. } => "POST /api/v1/seats/{seat}/sign-out first",
        CommandError::OperatorElsewhere { .. } => {
            "sign out on the other seat first, or say `moves`: not in a conversation"
        }
        CommandError::NoLine(_) => "correct the number, or name it in a dialplan",
        CommandError::PauseReason { .. } => {
            "`pause_reasons` under [people] in the configuration lists them"
        }
        CommandError::DeclineReason { .. } => {
            "`decline_reasons` under [people] in the configuration lists them"
        }
        CommandError::DeclineNamesNumber => "say it without the number; nothing was handed back",
        CommandError::NoSuchResult(_) => {
            "GET /api/v1/snapshot lists those of the centre under `own_results`; nothing was recorded"
        }
        CommandError::NoNeedThere { .. } | CommandError::NeedSaidTwice(_) => {
            "GET /api/v1/snapshot lists them under `owed` of the seat; nothing was recorded"
        }
        CommandError::NoCallbackOffered(_) => {
            "GET /api/v1/snapshot says under `owed` of the seat what is offered there"
        }
        CommandError::NoTenant(_) => "GET /api/v1/tenants lists them",
        CommandError::NoQueue(_) | CommandError::SeveralQueues(_) => {
            "GET /api/v1/queues lists them with their tenants"
        }
        CommandError::NoSuchButton(..) => {
            "`closed` and `opened` are for a queue, `emergency` for a tenant or the region"
        }
        CommandError::NoMessage { .. } => {
            "name a step that has `emergency` in the dialplan, or none for the one that it chooses"
        }
        CommandError::MessageTwice | CommandError::NotSpoken => {
            "POST /api/v1/stops/announcements takes the recording and presses `emergency`"
        }
        CommandError::TooLong(_) => "shorten it, or set a larger `seconds_max` under [announcing]",
        CommandError::NotUnseen(_) => "GET /api/v1/callbacks?unseen=true lists them",
        CommandError::ServedSince(_) => {
            "acknowledge it if it is unseen; POST /api/v1/callbacks enters what they want besides"
        }
        CommandError::ClosedTooLong(_) => "POST /api/v1/callbacks enters a new one",
        CommandError::NoNumber(_) => "acknowledge it",
        CommandError::SpecialDay(_) => "GET /api/v1/closures lists what is entered",
        CommandError::NotMarked(_) | CommandError::MarkedAs(_) => {
            "GET /api/v1/numbers lists what is marked"
        }
        CommandError::TooManyMarks(_) => "take some away, or set a larger bound",
        CommandError::NotPressed(_) => "GET /api/v1/stops lists what is pressed",
        CommandError::ShiftIsOver | CommandError::StopIsOver | CommandError::MarkIsOver => {
            "give a moment to come, or none"
        }
        CommandError::NotTaken(_) => {
            "nothing was changed: correct it and send the whole list again"
        }
        CommandError::NobodyThere(_) => "POST /api/v1/seats/{seat}/sign-in first",
        CommandError::NoConversation(_) => "give the result during a conversation or its wrap-up",
        CommandError::NotToBeTaken(_) => "take another, or wait for its turn",
        CommandError::NotFree(_) => "take it when nothing is offered or done there",
        CommandError::NotByHand(_) => "an administrator sets `take_by_hand` in the configuration",
        CommandError::StillNeeded(_) => "name the successor of a queue that is removed",
        CommandError::Stopping => "look at /health/ready",
    }
}

fn call_hint(refused: &CallError) -> &'static str {
    match refused {
        CallError::NobodyThere(_)
        | CallError::NotYet(_)
        | CallError::OnHold(_)
        | CallError::NotOnHold(_)
        | CallError::HeldByPhone(_)
        | CallError::NoCall(_) => {
            "GET /api/v1/snapshot says under `call` of the seat what it has in hand"
        }
        CallError::AnotherCall(_) => {
            "GET /api/v1/snapshot names the conversation of each seat's `result`"
        }
        CallError::Keys => "send `keys`, for example \"12#\"",
        CallError::QueueClosed(_)
        | CallError::QueueFull(_)
        | CallError::NobodyServes(_)
        | CallError::NotInPlan(_) => {
            "GET /api/v1/queues lists the queues; the person is where they were"
        }
        CallError::Consulting(_) => "POST /api/v1/seats/{seat}/complete, or .../retrieve, first",
        CallError::NoConsult(_) => "POST /api/v1/seats/{seat}/consult first",
        CallError::NoEntry(_) => "GET /api/v1/snapshot lists the `directory`",
        CallError::DialsStopped => {
            "GET /api/v1/stops lists what is pressed, GET /api/v1/numbers what is marked"
        }
        CallError::CalledAlready(_) => "nobody is called twice at once: try again in a moment",
        CallError::NoTrunk => "try again in a moment; the person is where they were",
        CallError::SameSeat(_) | CallError::SeatBusy(_) | CallError::MayNotServe(_) => {
            "GET /api/v1/seats says who is free; the person is where they were"
        }
    }
}

fn bulk_hint(refused: &BulkError) -> &'static str {
    if matches!(refused, BulkError::KeyUsed(_)) {
        "send a new key with a new request"
    } else {
        "GET /api/v1/bulks lists what was done and how far it came"
    }
}

fn campaign_hint(refused: &CampaignError) -> &'static str {
    match refused {
        CampaignError::NoCampaign(_) => {
            "GET /api/v1/campaigns lists the campaigns and where they stand"
        }
        CampaignError::State { state, .. } => match state {
            CampaignState::Loading => "its list is not whole yet: complete it, or end it",
            CampaignState::Ready => "POST /api/v1/campaigns/{campaign}/start has its people called",
            CampaignState::Running => {
                "POST /api/v1/campaigns/{campaign}/pause holds it, and `end` ends it"
            }
            CampaignState::Paused => "POST /api/v1/campaigns/{campaign}/resume has it go on",
            CampaignState::Ended => "what is over does not go on: bring in the list anew",
        },
        CampaignError::Name | CampaignError::NameTaken(_) => "give it another name",
        CampaignError::NoPrompts => "make the prompts, and reload the configuration",
        CampaignError::NoPromptsFirst => {
            "make the prompts and reload the configuration, or give no `order`"
        }
        CampaignError::AlwaysPersonFirst => "give no `order`",
        CampaignError::Cli(_) => {
            "give a number that a dialplan of its tenant has under `numbers`, or none for that of the queue"
        }
        CampaignError::CliNotShown => "give no `cli`, or have the carrier show it",
        CampaignError::Preview => "give a shorter `preview_s`, or none for what the queue says",
        CampaignError::Pace => "give another `pace`, and `per_hour` at least 1",
        CampaignError::Window(_) => "give hours within one day, or none for those of the queue",
        CampaignError::TooLate => "give a later moment, or an earlier start",
        CampaignError::NoteTooLong => "shorten it",
        CampaignError::TooMany(_) => "end some, or set a larger bound",
        CampaignError::TooManyEntries(_) => "make several campaigns, or set a larger bound",
        CampaignError::TooManyAtOnce => "send them in several requests",
        CampaignError::LineTwice(_) => "give each line of a request its own `line`",
        CampaignError::Nobody(_) => "add people, or end it",
        CampaignError::NotStored => "GET /health/ready says what does not work; try again then",
        CampaignError::LeftOut(_) => "leave these lines out",
    }
}

fn by_hand_hint(refused: &ByHandError) -> &'static str {
    match refused {
        ByHandError::OpenAlready(_) | ByHandError::SameRequest(_) | ByHandError::NoNeed { .. } => {
            "GET /api/v1/callbacks/{id} shows its needs"
        }
        ByHandError::KeyUsed(_) => "send a new key with a new request",
        ByHandError::Marked(_) => "ask the person for another number, or release the mark",
        ByHandError::NotCallable(_) => "give a fixed or mobile number of Italy",
        ByHandError::NoDeadline => "give `class` (U, B, D, P) or `due_ms`",
        ByHandError::DeadlineTooSoon => {
            "give a later `due_ms`, or an earlier `not_before_ms`; people are left alone for `grace_s`"
        }
        ByHandError::NoteTooLong => "shorten it",
        ByHandError::TooMany(_) => "close some, or set a larger bound",
        ByHandError::AtWork { .. } => "try again when the conversation is over",
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorised => f.write_str("this needs the token"),
            Self::TooManyWrong { .. } => f.write_str("too many wrong tokens or passwords"),
            Self::Forbidden(who_may) => write!(f, "this is for {who_may}"),
            Self::PasswordFirst => f.write_str("choose a password of your own first"),
            Self::OnceIsOver => f.write_str("the password for once is over"),
            Self::CutShort { done, of, why } => {
                write!(
                    f,
                    "the first {done} of {of} numbers were marked, then: {why}"
                )
            }
            Self::NameTaken { what, name } => write!(f, "there is a {what} \"{name}\" already"),
            Self::LastAdministrator => f.write_str(
                "no other administrator of the region has signed in and chosen a password of their own yet",
            ),
            Self::CrossSite => f.write_str("sent by a page of another site"),
            Self::NoSuchPath => f.write_str("there is no such path"),
            Self::WrongMethod => f.write_str("this path does not take this method"),
            Self::NotFound { what, which } => write!(f, "there is no {what} \"{which}\""),
            Self::Malformed { why, .. } | Self::Meaningless { why, .. } => f.write_str(why),
            Self::WrongType => f.write_str("a body is JSON or a form"),
            Self::TooLarge => f.write_str("the body is too large"),
            Self::Key(fault) => write!(f, "{fault}"),
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::NotReloaded(refusal) => write!(f, "{refusal}"),
            Self::TooSlow => f.write_str("this took too long"),
            Self::StreamsFull => f.write_str("too many listen already"),
            Self::Store(_) => f.write_str("the database did not answer"),
            Self::NoRandom(_) | Self::Template(_) | Self::Digest(_) => {
                f.write_str("this went wrong on our side")
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let entries: Vec<String>;
        let faults = if let Self::NotReloaded(NotReloaded::Faults(faults)) = &self {
            faults.as_slice()
        } else if let Self::Refused(Refusal::Refused(CommandError::NotTaken(list))) = &self {
            entries = list.iter().map(ToString::to_string).collect();
            entries.as_slice()
        } else {
            &[]
        };
        let (kind, title) = self.kind();
        let detail = self.to_string();
        let told = Told {
            kind: format!("urn:cuptel:problem:{kind}"),
            title,
            status: self.status().as_u16(),
            detail: &detail,
            error: &detail,
            hint: self.hint(),
            faults,
        };
        let mut headers = self.headers();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        let mut response = (self.status(), headers, axum::Json(told)).into_response();
        if self.may_be_done() {
            response.extensions_mut().insert(MayBeDone);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_rules_has_its_status() {
        let seat = || "101".to_owned();
        for (refused, status) in [
            (CommandError::NoSeat(seat()), 404),
            (CommandError::NoOperator("anna".to_owned()), 422),
            (CommandError::NoLine("+390861999999".to_owned()), 422),
            (CommandError::SeatTaken { seat: seat() }, 409),
            (CommandError::NobodyThere(seat()), 409),
            (
                CommandError::LacksSkill {
                    operator: "anna".to_owned(),
                    queue: "intramoenia".to_owned(),
                },
                409,
            ),
            (CommandError::NoConversation(seat()), 409),
            (
                CommandError::NotToBeTaken(cuptel_core::id::CallbackId(7)),
                409,
            ),
            (CommandError::NotFree(seat()), 409),
            (CommandError::NotByHand("prenotazioni".to_owned()), 409),
            (CommandError::Stopping, 503),
        ] {
            assert_eq!(
                ApiError::from(Refusal::from(refused)).status().as_u16(),
                status
            );
        }
        assert_eq!(ApiError::from(Refusal::Busy).status().as_u16(), 503);
    }

    #[test]
    fn a_taken_port_says_which_setting_to_change() {
        let source = io::Error::from(io::ErrorKind::AddrInUse);
        let error = HttpError::Listen {
            address: "127.0.0.1:8080".parse().unwrap(),
            source,
        };
        assert_eq!(
            error.to_string(),
            "cannot offer pages and API on 127.0.0.1:8080: the port is in use; choose another \
             address with `listen` under [http]"
        );
    }
}
