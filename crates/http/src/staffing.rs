//! Who may work and where: operators with their skills, and seats with the passwords of their
//! phones. A list is taken whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::id::CallbackId;
use cuptel_core::phone_password;
use cuptel_core::profile::{Profile, ProfileTold};
use cuptel_core::staffing::{OperatorChange, SeatChange};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::WorkKind;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, By, Nothing, typed};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::paging::{Listed, PageAsked, page};
use crate::pins::{PINS_MAX, PinTold};
use crate::port::Refusal;
use crate::reads::{self, identifier, shortened};
use crate::schema;

/// Entries of a list; a region has some hundred operators.
const ENTRIES_MAX: usize = 5_000;
/// Bytes of such a list.
pub(crate) const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;
const HINT: &str = "nothing was changed: correct it and send the whole list again";

/// Operators to add or to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManyOperators)]
pub(crate) struct Operators {
    /// At most 5000.
    operators: Vec<OperatorTold>,
}

/// One of them. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorTold {
    /// Login name.
    name: String,
    /// Who employs them; needed where they are new.
    employer: Option<String>,
    /// All that they can do, with levels from 1 to 5.
    skills: Option<BTreeMap<String, u8>>,
    /// The tenant that they belong to, and are lent by; empty for nobody's.
    home: Option<String>,
    /// What they key in to sign in from a phone, before the PIN: 1 to 8 digits.
    number: Option<String>,
    /// 6 to 16 digits, not easily guessed. At most 200 in one list.
    pin: Option<PinTold>,
}

/// Seats to add or to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManySeats)]
pub(crate) struct Seats {
    /// At most 5000.
    seats: Vec<SeatTold>,
}

/// One of them. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeatTold {
    /// Extension: user name of its phone.
    name: String,
    /// A site of the configuration; needed where it is new.
    site: Option<String>,
    /// Of its phone; needed where it is new: at least 12 characters, not easily guessed, letters, digits and
    /// `!()*+-./:=?@_~`. Only digests of it are kept.
    password: Option<String>,
}

impl std::fmt::Debug for SeatTold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeatTold")
            .field("name", &self.name)
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless { why, hint: HINT }
}

fn few_enough(entries: usize) -> Result<(), ApiError> {
    if entries <= ENTRIES_MAX {
        return Ok(());
    }
    Err(meaningless(format!("more than {ENTRIES_MAX} entries")))
}

fn filled(text: &str, what: &str) -> Result<String, ApiError> {
    typed(text)?.ok_or_else(|| meaningless(format!("{what} is empty")))
}

/// Everybody who works here.
#[utoipa::path(get, path = "/api/v1/operators", tag = "stored", security(("token" = [])),
    params(PageAsked),
    responses((status = 200, body = schema::Operators), (status = 401, body = schema::Error)))]
pub(crate) async fn operators(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let mut operators = shared.store.operators().await?;
    operators.retain(|operator| caller.sees_operator(operator));
    let (operators, next) = page(operators, query, |it| it.name.clone())?;
    Ok(Listed::after(
        json!({ "operators": operators, "next": next }),
    ))
}

/// One operator.
#[utoipa::path(get, path = "/api/v1/operators/{operator}", tag = "stored",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    responses((status = 200, body = schema::OneOperator), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn operator(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let operator = shared.store.operator(&name).await?;
    let operator = operator.filter(|operator| caller.sees_operator(operator));
    let operator = operator.ok_or_else(|| ApiError::NotFound {
        what: "operator",
        which: shortened(&name),
    })?;
    Ok(Json(json!({ "operator": operator })))
}

/// Adds and changes operators, at once also where they are signed in. All of them, or none.
#[utoipa::path(post, path = "/api/v1/operators", tag = "people", security(("token" = [])),
    request_body = Operators,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Faults)))]
pub(crate) async fn set_operators(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Operators>,
) -> Result<Json<Value>, ApiError> {
    let told = asked.wish.operators;
    few_enough(told.len())?;
    if told.iter().filter(|it| it.pin.is_some()).count() > PINS_MAX {
        let why = format!("more than {PINS_MAX} PINs: send the others in another list");
        return Err(meaningless(why));
    }
    let mut changes = Vec::new();
    for told in told {
        let employer = told.employer.as_deref();
        let pin = shared.pin_change(&told.name, told.number, told.pin).await?;
        changes.push(OperatorChange {
            name: filled(&told.name, "`name`")?,
            employer: employer.map(|it| filled(it, "`employer`")).transpose()?,
            skills: told.skills,
            home: told.home,
            pin,
        });
    }
    let changed = changes.len();
    shared
        .carry_out(&caller, Command::SetOperators(changes))
        .await?;
    Ok(Json(json!({ "changed": changed })))
}

/// An operator works here no more. A conversation goes on to its end.
#[utoipa::path(post, path = "/api/v1/operators/{operator}/remove", tag = "people",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "There is no such operator", body = schema::Error)))]
pub(crate) async fn remove_operator(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    shared
        .carry_out(&caller, Command::RemoveOperator(name))
        .await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Adds and changes seats. All of them, or none. A new password is asked for when the phone
/// registers next.
#[utoipa::path(post, path = "/api/v1/seats", tag = "people", security(("token" = [])),
    request_body = Seats,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Faults)))]
pub(crate) async fn set_seats(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Seats>,
) -> Result<Json<Value>, ApiError> {
    let told = asked.wish.seats;
    few_enough(told.len())?;
    let change = |told: SeatTold| {
        let password = told.password.as_deref();
        let fit = password.map(|it| phone_password::fit(it, &told.name));
        if let Some(Err(why)) = fit {
            let seat = shortened(&told.name);
            return Err(meaningless(format!(
                "the password of seat \"{seat}\" {why}"
            )));
        }
        Ok(SeatChange {
            account: password.map(|it| shared.engine.account(&told.name, it)),
            site: told.site,
            name: told.name,
        })
    };
    let changes: Vec<_> = told
        .into_iter()
        .map(change)
        .collect::<Result<_, ApiError>>()?;
    let changed = changes.len();
    shared
        .carry_out(&caller, Command::SetSeats(changes))
        .await?;
    Ok(Json(json!({ "changed": changed })))
}

/// A seat is there no more: its phone cannot register, and whoever works there is signed out.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/remove", tag = "people",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn remove_seat(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    shared.carry_out(&caller, Command::RemoveSeat(name)).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// What an operator needs. It replaces all that was said before: what is left out is not there.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProfileAsked {
    /// Their phone rings at least so long; 1 to 300.
    ring_s: Option<u32>,
    /// After-call time at least; up to 3600.
    wrap_up_s: Option<u32>,
    /// Rest after each work; up to 3600.
    rest_s: Option<u32>,
    /// Works after which they have a break; with `break_s`.
    break_after: Option<u32>,
    /// How long the break is; up to 7200.
    break_s: Option<u32>,
    /// Their phone is asked to pick up by itself.
    auto_answer: bool,
    /// They are to be told who calls before they are connected.
    whisper: bool,
    /// Kinds of work that they do not do: `live`, `callback`, `task`.
    #[schema(value_type = Vec<String>)]
    not_kinds: Vec<WorkKind>,
    /// Queues that they do not serve, as `tenant/queue`.
    not_queues: Vec<String>,
    /// Works within an hour at most, while they learn; 1 to 60.
    works_per_h: Option<u32>,
    /// Login name of who must be signed in while they work.
    buddy: Option<String>,
}

impl std::fmt::Debug for ProfileAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileAsked(…)")
    }
}

impl ProfileAsked {
    fn told(self) -> Result<ProfileTold, ApiError> {
        let queue = |text: &String| match text.split_once('/') {
            Some((tenant, queue)) => Ok((tenant.to_owned(), queue.to_owned())),
            None => Err(meaningless(
                "`not_queues`: expected tenant/queue".to_owned(),
            )),
        };
        Ok(ProfileTold {
            not_queues: self
                .not_queues
                .iter()
                .map(queue)
                .collect::<Result<_, _>>()?,
            buddy: self.buddy,
            profile: Profile {
                ring_s: self.ring_s,
                wrap_up_s: self.wrap_up_s,
                rest_s: self.rest_s,
                break_after: self.break_after,
                break_s: self.break_s,
                auto_answer: self.auto_answer,
                whisper: self.whisper,
                not_kinds: self.not_kinds.into_iter().collect(),
                not_queues: BTreeSet::new(),
                works_per_h: self.works_per_h,
                buddy: None,
            },
        })
    }
}

/// What an operator needs: for themselves, and for whoever keeps it. Nothing else tells it.
#[utoipa::path(get, path = "/api/v1/operators/{operator}/profile", tag = "people",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    responses((status = 200, body = schema::OneProfile), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn profile(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    shared.may_set_up(&caller, &name).await?;
    caller.logged(&shared, LOOK_AT_PROFILE, Some(&name)).await?;
    profile_of(&shared, &name).await
}

/// What a look at what somebody needs goes by in the log of access.
pub(crate) const LOOK_AT_PROFILE: &str = "look_at_profile";

/// Says what an operator needs; it holds at once, also where they are signed in.
#[utoipa::path(post, path = "/api/v1/operators/{operator}/profile", tag = "people",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    request_body = ProfileAsked,
    responses((status = 200, body = schema::OneProfile), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Faults)))]
pub(crate) async fn set_profile(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    asked: Asked<ProfileAsked>,
) -> Result<Json<Value>, ApiError> {
    let profile = Box::new(asked.wish.told()?);
    let operator = name.clone();
    let command = Command::SetProfile { operator, profile };
    shared.carry_out(&caller, command).await?;
    profile_of(&shared, &name).await
}

async fn profile_of(shared: &Shared, name: &str) -> Result<Json<Value>, ApiError> {
    if shared.store.operator(name).await?.is_none() {
        return Err(ApiError::NotFound {
            what: "operator",
            which: shortened(name),
        });
    }
    Ok(Json(
        json!({ "profile": shared.store.profile(name).await? }),
    ))
}

/// Who is to pay a callback.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Owner {
    /// Login name; without one it is anybody's again.
    operator: Option<String>,
}

/// Says which operator is to call a person back. It waits for them while they are there, and
/// for `owner_wait_h` when they are not; then it is anybody's.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/assign", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = Owner,
    responses((status = 200, body = schema::OneCallback), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error), (status = 422, body = schema::Error)))]
pub(crate) async fn assign_callback(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Owner>,
) -> Result<Json<Value>, ApiError> {
    let callback = CallbackId(identifier(&id, "callback")?);
    let operator = asked.wish.operator;
    let command = Command::AssignCallback { callback, operator };
    shared.carry_out(&caller, command).await?;
    reads::callback(caller, State(shared), Path(id)).await
}

/// Somebody has looked at a callback that was given up, and leaves it so.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/acknowledge", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = By,
    responses((status = 200, body = schema::OneCallback), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is not unseen", body = schema::Error)))]
pub(crate) async fn acknowledge_callback(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<By>,
) -> Result<Json<Value>, ApiError> {
    let callback = CallbackId(identifier(&id, "callback")?);
    let by = typed(asked.wish.supervisor.as_deref().unwrap_or(""))?;
    let command = Command::Acknowledge { callback, by };
    shared.carry_out(&caller, command).await?;
    reads::callback(caller, State(shared), Path(id)).await
}

/// Has a person called after all whose callback was given up: as a new callback, at the place of the
/// old, or joined to one that is open. `review.reopened_as` says which.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/reopen", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = By,
    responses((status = 200, body = schema::OneCallback), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is not unseen, the person was erased or has spoken with us since,
            or it was closed by hand more than a week ago",
            body = schema::Error)))]
pub(crate) async fn reopen_callback(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<By>,
) -> Result<Json<Value>, ApiError> {
    let callback = CallbackId(identifier(&id, "callback")?);
    let by = typed(asked.wish.supervisor.as_deref().unwrap_or(""))?;
    let command = call_after_all(&shared, callback, by).await?;
    shared.carry_out(&caller, command).await?;
    reads::callback(caller, State(shared), Path(id)).await
}

/// The word that a person is called after all, with what was known of their callback.
pub(crate) async fn call_after_all(
    shared: &SharedParts,
    callback: CallbackId,
    by: Option<String>,
) -> Result<Command, ApiError> {
    let given_up = shared.store.given_up(callback).await?;
    let Some(given_up) = given_up.map(Box::new) else {
        let refused = CommandError::NotUnseen(callback);
        return Err(Refusal::from(refused).into());
    };
    let details = shared.store.need_details(callback).await?;
    let is_served = shared.store.is_served_since(&given_up).await?;
    Ok(Command::CallAfterAll {
        given_up,
        details,
        is_served,
        by,
    })
}
