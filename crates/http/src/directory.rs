//! The directory: names and numbers that operators may dial or transfer to. They are of offices, and
//! shown whole to everybody who works.

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::number::Caller as Named;
use cuptel_core::staffing::one_spaced;
use cuptel_store::{DirectoryView, NewDirectoryEntry};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::actions::{Asked, Nothing, meaningless, typed};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::reads::{self, asked, identifier, shortened};
use crate::schema;
use crate::scope::allowed;

const NOT_YOURS: &str = "those of that health authority, and of the region";

/// Who is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DirectoryAsked {
    /// In whose name, number or note this stands, whatever its case.
    q: Option<String>,
}

/// Somebody to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEntry {
    /// What they go by; 100 characters at most.
    pub(crate) name: String,
    /// As it is dialled: `0861123456`, or `+` and the country.
    pub(crate) number: String,
    /// For the operators of this health authority; for all, without one.
    pub(crate) tenant: Option<String>,
    /// What to know before one dials.
    pub(crate) note: Option<String>,
}

fn not_found(id: i64) -> ApiError {
    ApiError::NotFound {
        what: "directory entry",
        which: shortened(&id.to_string()),
    }
}

impl SharedParts {
    /// Who in the directory is for a caller, and is meant by a text.
    pub(crate) async fn directory_of(
        &self,
        caller: &Caller,
        text: &str,
    ) -> Result<Vec<DirectoryView>, ApiError> {
        let text = text.trim().to_lowercase();
        let mut entries = self.store.directory().await?;
        entries.retain(|entry| {
            let has = |it: &str| it.to_lowercase().contains(&text);
            let is_for = entry.tenant.is_none() || caller.sees(entry.tenant.as_deref());
            let note = entry.note.as_deref();
            is_for && (has(&entry.name) || has(&entry.number) || note.is_some_and(has))
        });
        Ok(entries)
    }

    /// An entry as a caller may make it.
    fn entry(&self, caller: &Caller, wish: NewEntry) -> Result<NewDirectoryEntry, ApiError> {
        let said = |text: Option<String>| typed(text.as_deref().unwrap_or(""));
        let tenant = said(wish.tenant)?;
        allowed(caller.leads(tenant.as_deref()), NOT_YOURS)?;
        let name = typed(&one_spaced(&wish.name))?;
        let name = name.ok_or_else(|| meaningless("`name` is empty".to_owned()))?;
        let number = Named::from_user_part(wish.number.trim()).number;
        let number = number.ok_or(ApiError::Meaningless {
            why: "this is no telephone number".to_owned(),
            hint: "write it as it is dialled: +390861123456 or 0861123456",
        })?;
        caller.is_about(name.clone());
        Ok(NewDirectoryEntry {
            name,
            number: number.reveal().to_owned(),
            tenant,
            note: said(wish.note)?,
            created_ms: self.engine.snapshot().at_ms,
            created_by: caller.name().to_owned(),
        })
    }

    /// Enters somebody, if a caller may.
    pub(crate) async fn enter(&self, caller: &Caller, wish: NewEntry) -> Result<i64, ApiError> {
        let new = self.entry(caller, wish)?;
        let added = self.store.add_directory_entry(&new).await?;
        added.ok_or(ApiError::NameTaken {
            what: "directory entry",
            name: new.name,
        })
    }

    /// An entry that is a caller's to change.
    pub(crate) async fn own_entry(
        &self,
        caller: &Caller,
        id: i64,
    ) -> Result<DirectoryView, ApiError> {
        let entries = self.directory_of(caller, "").await?;
        let entry = entries.into_iter().find(|entry| entry.id == id);
        let entry = entry.ok_or_else(|| not_found(id))?;
        allowed(caller.leads(entry.tenant.as_deref()), NOT_YOURS)?;
        Ok(entry)
    }

    /// Changes an entry, if a caller may change it as it is and enter it as it is to be.
    pub(crate) async fn rewrite(
        &self,
        caller: &Caller,
        id: i64,
        wish: NewEntry,
    ) -> Result<(), ApiError> {
        self.own_entry(caller, id).await?;
        let new = self.entry(caller, wish)?;
        if self.store.change_directory_entry(id, &new).await? {
            return Ok(());
        }
        Err(ApiError::NameTaken {
            what: "directory entry",
            name: new.name,
        })
    }

    /// Takes an entry away, if a caller may.
    pub(crate) async fn strike(&self, caller: &Caller, id: i64) -> Result<(), ApiError> {
        let entry = self.own_entry(caller, id).await?;
        caller.is_about(entry.name.clone());
        let now_ms = self.engine.snapshot().at_ms;
        let removed = self.store.remove_directory_entry(id, now_ms, caller.name());
        if removed.await? {
            Ok(())
        } else {
            Err(not_found(id))
        }
    }
}

/// Whom operators may dial or transfer to, by name.
#[utoipa::path(get, path = "/api/v1/directory", tag = "stored", security(("token" = [])),
    params(DirectoryAsked),
    responses((status = 200, body = schema::Directory), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn directory(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<DirectoryAsked>,
) -> Result<Json<Value>, ApiError> {
    let text = asked(query)?.q.unwrap_or_default();
    let entries = shared.directory_of(&caller, &text).await?;
    Ok(Json(json!({ "directory": entries })))
}

/// Enters somebody whom operators may dial or transfer to.
#[utoipa::path(post, path = "/api/v1/directory", tag = "people", security(("token" = [])),
    request_body = NewEntry,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error),
        (status = 409, description = "The name is taken", body = schema::Error),
        (status = 422, description = "It has no name, or no number", body = schema::Error)))]
pub(crate) async fn add(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewEntry>,
) -> Result<Json<Value>, ApiError> {
    shared.enter(&caller, asked.wish).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Changes an entry: all of it is as it is said now.
#[utoipa::path(post, path = "/api/v1/directory/{id}", tag = "people", security(("token" = [])),
    params(("id" = i64, Path)), request_body = NewEntry,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error),
        (status = 409, description = "The name is taken", body = schema::Error),
        (status = 422, description = "It has no name, or no number", body = schema::Error)))]
pub(crate) async fn change(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<NewEntry>,
) -> Result<Json<Value>, ApiError> {
    let id = identifier(&id, "directory entry")?;
    shared.rewrite(&caller, id, asked.wish).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Takes somebody out.
#[utoipa::path(post, path = "/api/v1/directory/{id}/remove", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error)))]
pub(crate) async fn remove(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    let id = identifier(&id, "directory entry")?;
    shared.strike(&caller, id).await?;
    Ok(Json(json!({ "changed": 1 })))
}
