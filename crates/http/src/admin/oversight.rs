//! Where an auditor begins: whether the promises hold on what is stored, which agreement is in force, who
//! looked at what, and why one call went as it did. Changes nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::RawQuery;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_core::time::UtcMs;
use cuptel_store::{Audit, StoreError, Violation};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Visit;
use super::operators::{fact, heading};
use super::sheet::{Cell, Form, Kind, Link, List, Part, Sheet};
use super::typed::Typed;
use crate::access::clock;
use crate::agreement;
use crate::error::ApiError;
use crate::pages::SharedParts;
use crate::words::date_and_time;

const HOME: &str = "/admin/oversight";
/// An audit reads every row: it is made at most this often, however many ask.
const AUDIT_AGE: Duration = Duration::from_secs(60);
/// Longer, the page would be given up by whoever waits for it.
const AUDIT_TIME: Duration = Duration::from_secs(8);

/// An audit that was made, and when.
struct Made {
    at_ms: UtcMs,
    audit: Audit,
}

/// The last of them.
#[derive(Default)]
pub(crate) struct AuditKept(Mutex<Option<(Instant, Arc<Made>)>>);

impl SharedParts {
    /// Holds the others back while one is made.
    async fn audited(&self) -> Result<Arc<Made>, StoreError> {
        let mut kept = self.audit.0.lock().await;
        let now = clock();
        if let Some((since, made)) = kept.as_ref()
            && now < *since + AUDIT_AGE
        {
            return Ok(Arc::clone(made));
        }
        let at_ms = self.engine.snapshot().at_ms;
        let audit = self.store.audit(at_ms).await?;
        let made = Arc::new(Made { at_ms, audit });
        *kept = Some((clock(), Arc::clone(&made)));
        Ok(made)
    }
}

/// Everything that somebody who audits begins with.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    let mut sheet = visit.sheet(visit.say("admin-oversight"), Vec::new());
    sheet.intro.push(visit.say("admin-oversight-intro"));
    if let Some(id) = asked.said("id") {
        match path_of(&visit, &id).await? {
            Some(path) => return Ok(Redirect::to(&path).into_response()),
            None => sheet.failed = Some(visit.unfit("admin-oversight-no-call")),
        }
    }
    sheet.parts.push(heading(&visit, "audit", "admin-audit"));
    sheet.parts.push(Part::Text(visit.say("admin-audit-what")));
    if asked.is("audit") {
        // One that takes longer goes on, and whoever asks again has it.
        let shared = Arc::clone(&visit.shared);
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends by itself, and keeps what it found for whoever asks next"
        )]
        let made = tokio::spawn(async move { shared.audited().await });
        match tokio::time::timeout(AUDIT_TIME, made).await {
            Ok(Ok(made)) => told(&visit, &*made?, &mut sheet),
            Ok(Err(_panicked)) => return Err(ApiError::TooSlow),
            Err(_elapsed) => sheet.failed = Some(visit.unfit("admin-audit-long")),
        }
    }
    let again = Link::to(format!("{HOME}?audit=yes"), visit.say("admin-audit-go"));
    sheet.parts.push(Part::Links(vec![again]));
    sheet
        .parts
        .push(heading(&visit, "why", "admin-oversight-why"));
    sheet.parts.push(Part::Form(why_form(&visit, &asked)));
    sheet
        .parts
        .push(heading(&visit, "agreement", "admin-agreement"));
    let agreement = agreement::in_words(&visit.shared, visit.language).await?;
    sheet.parts.push(Part::Text(agreement));
    let to_agreement = Link::to("/admin/agreement", visit.say("admin-oversight-agreement"));
    sheet.parts.push(Part::Links(vec![to_agreement]));
    sheet.parts.push(heading(&visit, "log", "admin-log"));
    sheet.parts.push(Part::Text(visit.say("admin-log-intro")));
    sheet.parts.push(Part::Links(vec![
        Link::to("/admin/log", visit.say("admin-oversight-log")),
        Link::to("/admin/log/export", visit.say("admin-log-export-all")),
    ]));
    Ok(visit.show(&sheet))
}

/// Where a call or a callback tells why; nothing of one that is not there, or not theirs to see.
async fn path_of(visit: &Visit, id: &str) -> Result<Option<String>, ApiError> {
    let Ok(id) = id.trim().parse::<i64>() else {
        return Ok(None);
    };
    let store = &visit.shared.store;
    if let Some(found) = store.attempt(AttemptId(id)).await? {
        let is_seen = visit.caller.sees(found.attempt.tenant.as_deref());
        return Ok(is_seen.then(|| format!("/supervisor/calls/{id}")));
    }
    let found = store.callback(CallbackId(id)).await?;
    let seen = found.filter(|it| visit.caller.sees(it.callback.tenant.as_deref()));
    Ok(seen.map(|_| format!("/supervisor/callbacks/{id}")))
}

fn why_form(visit: &Visit, asked: &Typed) -> Form {
    let mut form = Form {
        id: "of",
        asks: true,
        action: HOME.to_owned(),
        note: Some(visit.say("admin-oversight-why-what")),
        button: visit.say("admin-oversight-why-go"),
        ..Form::default()
    };
    let id = form.field(
        "id",
        visit.say("admin-oversight-id"),
        Kind::Line("text", 20),
    );
    form.has(id.value(asked.raw("id")).required());
    form
}

/// Whether the promises hold, how much there is, and every rule that is broken.
fn told(visit: &Visit, made: &Made, sheet: &mut Sheet) {
    let (audit, sums) = (&made.audit, &made.audit.sums);
    let at = date_and_time(made.at_ms);
    let broken = audit.violations.len();
    if audit.ok() {
        let text = visit.about("admin-audit-holds", "at", &at);
        sheet.parts.push(Part::Text(text));
    } else {
        let about = [("at", at.into()), ("n", broken.into())];
        let text = visit.language.with("admin-audit-broken", &about);
        sheet.parts.push(Part::Warning(text));
    }
    // The sums and the rows are of all authorities.
    if visit.caller.tenant().is_some() {
        return;
    }
    let facts = [
        ("admin-audit-attempts", sums.attempts),
        ("admin-audit-open", sums.open),
        ("admin-audit-served", sums.served),
        ("admin-audit-owed", sums.with_callback),
        ("admin-audit-not-owed", sums.suppressed.values().sum()),
        ("admin-audit-callbacks-open", sums.callbacks_open),
        ("admin-audit-callbacks-closed", sums.callbacks_closed),
        ("admin-audit-dials", sums.dials),
    ];
    let facts = facts.map(|(name, n)| fact(visit, name, n.to_string()));
    sheet.parts.push(Part::Facts(facts.into()));
    if audit.ok() {
        return;
    }
    let row = |it: &Violation| -> Vec<Cell> {
        let rows: Vec<String> = it.rows.iter().take(10).map(i64::to_string).collect();
        vec![
            it.rule.into(),
            it.promise.into(),
            it.count.to_string().into(),
            it.meaning.into(),
            rows.join(", ").into(),
        ]
    };
    sheet.parts.push(Part::List(List {
        id: "violations",
        caption: visit.count("admin-audit-caption", broken),
        columns: visit.columns(&[
            "admin-audit-rule",
            "admin-audit-promise",
            "admin-audit-count",
            "admin-audit-meaning",
            "admin-audit-rows",
        ]),
        rows: audit.violations.iter().map(row).collect(),
        ..List::default()
    }));
}
