//! Campaigns: lists of people who are to be called. What there is, how a list comes in by chunks, and
//! what is done with one.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use cuptel_core::campaign::{
    CHUNK_MAX, CampaignCommand, CampaignError, CampaignTold, EntryTold, LeftOut,
};
use cuptel_core::id::CampaignId;
use cuptel_core::number::{Caller as Person, PhoneNumber};
use cuptel_core::record::Appointment;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{CampaignEnd, CampaignKind, CampaignState, DialOrder, PriorityClass};
use cuptel_store::{CampaignDetail, CampaignFilter};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::actions::{Asked, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::paging::Listed;
use crate::port::Refusal;
use crate::reads::{asked, next, rows, shortened, word};
use crate::schema;

/// Bytes of a chunk: as many lines as may be, with long notes.
pub(crate) const CHUNK_BYTES_MAX: usize = 1024 * 1024;

/// Which campaigns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CampaignsAsked {
    /// Short name of the tenant.
    tenant: Option<String>,
    /// Where they stand: one word of the states.
    state: Option<String>,
    /// Older than this identifier: `next` of the page before.
    before: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Which of the people on a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesAsked {
    /// Behind this identifier: `next` of the page before.
    after: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A campaign to make; its list is sent after that, and then completed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCampaign {
    /// What it goes by: letters, digits, spaces and `.-_`; 80 at most, and no number.
    name: String,
    /// Short name of the tenant.
    tenant: String,
    /// Short name of its queue, whose operators call.
    queue: String,
    /// `recall`, where an operator speaks with its people, or `reminder`, where they are reminded of an
    /// appointment without one; `recall` where nothing is said.
    #[schema(value_type = Option<String>)]
    kind: Option<CampaignKind>,
    /// Priority class; it says the deadline where nothing else does.
    #[schema(value_type = Option<schema::PriorityClass>)]
    class: Option<PriorityClass>,
    /// By when people are to be reached, in milliseconds since 1970.
    due_ms: Option<i64>,
    /// What it is about, for the operator; at most 500 characters.
    note: Option<String>,
    /// Hours like `09:00-13:00`, within those of the queue.
    window: Option<String>,
    /// Nobody is called before, in milliseconds since 1970.
    starts_ms: Option<i64>,
    /// It is over by itself then, in milliseconds since 1970.
    ends_ms: Option<i64>,
    /// People at most that are released and not settled, 1 to 2000; 50 where nothing is said.
    pace: Option<u32>,
    /// People at most that are released within an hour.
    per_hour: Option<u32>,
    /// Seconds, at most 600, that operators read about its people before these are rung; as the queue says
    /// (`preview_s`), without.
    preview_s: Option<u32>,
    /// `operator_first` or `person_first`; as the queue says, without. Who is reminded is always called first.
    #[schema(value_type = Option<String>)]
    order: Option<DialOrder>,
    /// The number that its people are shown, `+` and digits: one that a dialplan of the tenant answers; as
    /// the queue says, without.
    #[schema(value_type = Option<String>)]
    cli: Option<PhoneNumber>,
    /// Name of who makes it.
    by: Option<String>,
}

/// One line of a list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEntry {
    /// Where it stands, from 1: faults name it.
    line: u32,
    /// Whom to call, as it is dialled in Italy or with `+` and the country.
    number: String,
    /// What it is about; at most 500 characters.
    note: Option<String>,
    /// By when, in milliseconds since 1970.
    due_ms: Option<i64>,
    /// Not to be called before, in milliseconds since 1970.
    not_before_ms: Option<i64>,
    /// What it goes by elsewhere; at most 80 characters.
    #[serde(rename = "ref")]
    reference: Option<String>,
    /// Of a reminder: when the appointment is, in milliseconds since 1970.
    appointment_ms: Option<i64>,
    /// Of a reminder: the year of birth, which they key in.
    born: Option<u16>,
    /// Of a reminder: the place, by the name of its prompt without `luogo_`.
    place: Option<String>,
}

/// The number and the note are of a person.
impl std::fmt::Debug for NewEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEntry")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// Lines of a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEntries {
    /// At most 500.
    entries: Vec<NewEntry>,
}

/// Lines that are only looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesToCheck {
    /// Short name of the tenant.
    tenant: String,
    /// Short name of its queue.
    queue: String,
    /// As in a campaign.
    #[schema(value_type = Option<String>)]
    kind: Option<CampaignKind>,
    /// As it would be made: its own settings are looked at then, too.
    campaign: Option<Box<NewCampaign>>,
    /// At most 500.
    entries: Vec<NewEntry>,
}

/// A list that is whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Whole {
    /// Lines that were left out of it.
    left_out: u32,
}

/// Who does it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DoneBy {
    /// Name of who does it, which is recorded.
    by: Option<String>,
}

/// Campaigns, newest first, each with how far it is.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "stored", security(("token" = [])),
    params(CampaignsAsked),
    responses((status = 200, body = schema::Campaigns), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn campaigns(
    caller: Caller,
    State(shared): State<Shared>,
    query: Result<Query<CampaignsAsked>, QueryRejection>,
) -> Result<Listed, ApiError> {
    let CampaignsAsked {
        tenant,
        state,
        before,
        limit,
    } = asked(query)?;
    let tenant = caller.list_of(tenant)?;
    let state: Option<CampaignState> = word(state.as_deref())?;
    let limit = rows(limit)?;
    let filter = CampaignFilter {
        tenant,
        state,
        before,
        limit,
    };
    let now_ms = shared.engine.snapshot().at_ms;
    let campaigns = shared.store.campaigns(&filter, now_ms).await?;
    let last = campaigns.last().map(|last| last.campaign.id.0);
    let next = next(last, campaigns.len(), limit);
    Ok(Listed::before(
        json!({ "campaigns": campaigns, "next": next }),
    ))
}

async fn found(shared: &Shared, caller: &Caller, which: &str) -> Result<CampaignDetail, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let campaign = shared.store.campaign(which, now_ms).await?;
    let campaign = campaign.filter(|it| caller.sees(it.campaign.tenant.as_deref()));
    campaign.ok_or_else(|| ApiError::NotFound {
        what: "campaign",
        which: shortened(which),
    })
}

async fn shown(shared: &Shared, caller: &Caller, which: &str) -> Result<Json<Value>, ApiError> {
    let campaign = found(shared, caller, which).await?;
    Ok(Json(json!({ "campaign": campaign })))
}

/// One campaign, by its name or identifier, with how many of its people stand how, and when it is
/// over at the pace so far.
#[utoipa::path(get, path = "/api/v1/campaigns/{campaign}", tag = "stored",
    security(("token" = [])), params(("campaign" = String, Path)),
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn campaign(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
) -> Result<Json<Value>, ApiError> {
    shown(&shared, &caller, &which).await
}

/// The people on a list, in its order, each with how it went; numbers are masked.
#[utoipa::path(get, path = "/api/v1/campaigns/{campaign}/entries", tag = "stored",
    security(("token" = [])), params(("campaign" = String, Path), EntriesAsked),
    responses((status = 200, body = schema::CampaignEntries), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error), (status = 404, body = schema::Error)))]
pub(crate) async fn entries(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    query: Result<Query<EntriesAsked>, QueryRejection>,
) -> Result<Listed, ApiError> {
    let EntriesAsked { after, limit } = asked(query)?;
    let limit = rows(limit)?;
    let id = found(&shared, &caller, &which).await?.campaign.id;
    let after = after.unwrap_or(0);
    let entries = shared.store.campaign_entries(id, after, limit).await?;
    let next = next(entries.last().map(|last| last.id.0), entries.len(), limit);
    Ok(Listed::after(json!({ "entries": entries, "next": next })))
}

/// Makes a campaign, whose list is to come: nobody of it is called before the list is
/// completed and the campaign started.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "people", security(("token" = [])),
    request_body = NewCampaign,
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 409, description = "There is one of that name", body = schema::Error),
        (status = 422, description = "Nothing was made", body = schema::Error)))]
pub(crate) async fn create(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewCampaign>,
) -> Result<Json<Value>, ApiError> {
    let name = asked.wish.name.clone();
    let told = settings(&shared, asked.wish).await?;
    told_to(&shared, &caller, CampaignCommand::Create(Box::new(told))).await?;
    shown(&shared, &caller, &name).await
}

/// A campaign as the rules are told it, under a name that no stored one has.
async fn settings(shared: &Shared, wish: NewCampaign) -> Result<CampaignTold, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let known = shared.store.campaign(&wish.name, now_ms).await?;
    let has_it = |it: &CampaignDetail| {
        // What is no name is looked up as an identifier, and the rules refuse it.
        it.campaign.name == wish.name && it.campaign.ended_how != Some(CampaignEnd::Discarded)
    };
    if known.is_some_and(|known| has_it(&known)) {
        return Err(refused(CampaignError::NameTaken(wish.name)));
    }
    Ok(CampaignTold {
        name: wish.name,
        tenant: wish.tenant,
        queue: wish.queue,
        kind: wish.kind.unwrap_or(CampaignKind::Recall),
        class: wish.class,
        due_ms: wish.due_ms,
        note: typed(wish.note.as_deref().unwrap_or(""))?,
        window: wish.window,
        starts_ms: wish.starts_ms,
        ends_ms: wish.ends_ms,
        pace: wish.pace,
        per_hour: wish.per_hour,
        preview_s: wish.preview_s,
        order: wish.order,
        cli: wish.cli,
        by: typed(wish.by.as_deref().unwrap_or(""))?,
    })
}

fn refused(error: CampaignError) -> ApiError {
    Refusal::Refused(error.into()).into()
}

async fn told_to(
    shared: &Shared,
    caller: &Caller,
    command: CampaignCommand,
) -> Result<(), ApiError> {
    let command = Command::Campaign(Box::new(command));
    shared.carry_out(caller, command).await
}

fn read(entries: Vec<NewEntry>) -> Result<Vec<EntryTold>, ApiError> {
    if entries.len() > CHUNK_MAX {
        return Err(refused(CampaignError::TooManyAtOnce));
    }
    let entry = |told: NewEntry| EntryTold {
        line: told.line,
        person: Person::from_user_part(told.number.trim()),
        note: told.note.filter(|note| !note.trim().is_empty()),
        due_ms: told.due_ms,
        not_before_ms: told.not_before_ms,
        reference: told.reference.filter(|it| !it.trim().is_empty()),
        appointment: told.appointment_ms.map(|at_ms| Appointment {
            at_ms,
            place: told.place.filter(|it| !it.trim().is_empty()),
            born: told.born,
        }),
    };
    Ok(entries.into_iter().map(entry).collect())
}

/// The lines that the rules do not take, if it is that alone that keeps them from the others.
async fn left_out(
    shared: &Shared,
    caller: &Caller,
    command: CampaignCommand,
) -> Result<Vec<LeftOut>, ApiError> {
    let command = Command::Campaign(Box::new(command));
    match shared.carry_out(caller, command).await {
        Ok(()) => Ok(Vec::new()),
        Err(ApiError::Refused(Refusal::Refused(CommandError::Campaign(
            CampaignError::LeftOut(these),
        )))) => Ok(these),
        Err(error) => Err(error),
    }
}

fn taken(count: usize, left_out: &[LeftOut]) -> Json<Value> {
    let lines = left_out.iter();
    let lines: Vec<Value> = lines
        .map(|it| json!({ "line": it.line, "why": it.why }))
        .collect();
    Json(json!({ "taken": count, "left_out": lines }))
}

/// Says which lines of a list would be left out, and why, and refuses what the campaign itself would be
/// refused for, where it is told; nothing is changed. Whether a number comes
/// twice is looked at within the request alone.
#[utoipa::path(post, path = "/api/v1/campaigns/check", tag = "people", security(("token" = [])),
    request_body = EntriesToCheck,
    responses((status = 200, body = schema::EntriesTaken), (status = 401, body = schema::Error),
        (status = 422, body = schema::Error)))]
pub(crate) async fn check(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<EntriesToCheck>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let entries = read(wish.entries)?;
    let told = entries.len();
    let campaign = match wish.campaign {
        Some(campaign) => Some(Box::new(settings(&shared, *campaign).await?)),
        None => None,
    };
    let command = CampaignCommand::Check {
        tenant: wish.tenant,
        queue: wish.queue,
        kind: wish.kind.unwrap_or(CampaignKind::Recall),
        campaign,
        entries,
    };
    let left_out = left_out(&shared, &caller, command).await?;
    Ok(taken(told - left_out.len(), &left_out))
}

/// Adds lines to a list that is not whole yet. Who cannot be called is left out and named: no
/// telephone number, of a class that is not called, marked as not to be called or as shared, on the
/// list already, too late; or of a reminder without its appointment, or at a place that cannot be said.
#[utoipa::path(post, path = "/api/v1/campaigns/{campaign}/entries", tag = "people",
    security(("token" = [])), params(("campaign" = String, Path)), request_body = NewEntries,
    responses((status = 200, body = schema::EntriesTaken), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "Its list is whole", body = schema::Error),
        (status = 422, description = "Nothing was added", body = schema::Error)))]
pub(crate) async fn add(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    asked: Asked<NewEntries>,
) -> Result<Json<Value>, ApiError> {
    let mut entries = read(asked.wish.entries)?;
    let campaign = found(&shared, &caller, &which).await?.campaign.id;
    let add = |entries: Vec<EntryTold>| CampaignCommand::Add { campaign, entries };
    let out = left_out(&shared, &caller, add(entries.clone())).await?;
    if !out.is_empty() {
        entries.retain(|entry| !out.iter().any(|it| it.line == entry.line));
        told_to(&shared, &caller, add(entries.clone())).await?;
    }
    Ok(taken(entries.len(), &out))
}

/// The list is whole: the campaign can be started.
#[utoipa::path(post, path = "/api/v1/campaigns/{campaign}/complete", tag = "people",
    security(("token" = [])), params(("campaign" = String, Path)), request_body = Whole,
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "Its list is whole already", body = schema::Error),
        (status = 422, description = "Nobody is on its list", body = schema::Error)))]
pub(crate) async fn complete(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    asked: Asked<Whole>,
) -> Result<Json<Value>, ApiError> {
    let left_out = asked.wish.left_out;
    goes(&shared, &caller, &which, |campaign| {
        CampaignCommand::Complete { campaign, left_out }
    })
    .await
}

async fn goes(
    shared: &Shared,
    caller: &Caller,
    which: &str,
    command: impl FnOnce(CampaignId) -> CampaignCommand,
) -> Result<Json<Value>, ApiError> {
    let id = found(shared, caller, which).await?.campaign.id;
    told_to(shared, caller, command(id)).await?;
    shown(shared, caller, &id.to_string()).await
}

/// What somebody who may be named has a campaign do.
async fn goes_by(
    shared: &Shared,
    caller: &Caller,
    which: &str,
    done: DoneBy,
    command: impl FnOnce(CampaignId, Option<String>) -> CampaignCommand,
) -> Result<Json<Value>, ApiError> {
    let by = typed(done.by.as_deref().unwrap_or(""))?;
    goes(shared, caller, which, |campaign| command(campaign, by)).await
}

/// Its people are called from now on, a few at a time.
#[utoipa::path(post, path = "/api/v1/campaigns/{campaign}/start", tag = "people",
    security(("token" = [])), params(("campaign" = String, Path)), request_body = DoneBy,
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is not ready", body = schema::Error)))]
pub(crate) async fn start(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    asked: Asked<DoneBy>,
) -> Result<Json<Value>, ApiError> {
    goes_by(&shared, &caller, &which, asked.wish, |campaign, by| {
        CampaignCommand::Start { campaign, by }
    })
    .await
}

/// Nobody of it is newly rung; conversations go on.
#[utoipa::path(post, path = "/api/v1/campaigns/{campaign}/pause", tag = "people",
    security(("token" = [])), params(("campaign" = String, Path)), request_body = DoneBy,
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is not running", body = schema::Error)))]
pub(crate) async fn pause(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    asked: Asked<DoneBy>,
) -> Result<Json<Value>, ApiError> {
    goes_by(&shared, &caller, &which, asked.wish, |campaign, by| {
        CampaignCommand::Pause { campaign, by }
    })
    .await
}

/// It goes on where it was paused.
#[utoipa::path(post, path = "/api/v1/campaigns/{campaign}/resume", tag = "people",
    security(("token" = [])), params(("campaign" = String, Path)), request_body = DoneBy,
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is not paused", body = schema::Error)))]
pub(crate) async fn resume(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    asked: Asked<DoneBy>,
) -> Result<Json<Value>, ApiError> {
    goes_by(&shared, &caller, &which, asked.wish, |campaign, by| {
        CampaignCommand::Resume { campaign, by }
    })
    .await
}

/// It is over: whoever is released and owed nothing else is not called, and the rest of its list
/// neither. Conversations go on, and count. A list that is not whole is discarded.
#[utoipa::path(post, path = "/api/v1/campaigns/{campaign}/end", tag = "people",
    security(("token" = [])), params(("campaign" = String, Path)), request_body = DoneBy,
    responses((status = 200, body = schema::OneCampaign), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn end(
    caller: Caller,
    State(shared): State<Shared>,
    Path(which): Path<String>,
    asked: Asked<DoneBy>,
) -> Result<Json<Value>, ApiError> {
    goes_by(&shared, &caller, &which, asked.wish, |campaign, by| {
        CampaignCommand::End { campaign, by }
    })
    .await
}
