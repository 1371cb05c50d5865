//! Campaigns: lists of people who are to be called. Found, looked into, brought in with a trial, set
//! going and halted, and their results taken along.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use cuptel_core::words::{CampaignKind, CampaignState};
use cuptel_store::{CampaignDetail, CampaignFilter, EntryView};
use serde_json::json;

use super::list::Written;
use super::operators::{fact, heading, sure, tenant_field};
use super::sheet::{Cell, Fact, Failed, Form, Kind, Link, List, Part, choices};
use super::typed::Typed;
use super::users::told;
use super::{Visit, escaped};
use crate::campaigns;
use crate::error::ApiError;
use crate::reads::shortened;
use crate::rights::Need;
use crate::words::date_and_time;

pub(super) const HOME: &str = "/admin/campaigns";
/// Rows of a page.
const PAGE: u32 = 100;
/// People that are read at once for a file.
const CHUNK: u32 = 1_000;
const RESULTS: [&str; 8] = [
    "line",
    "ref",
    "number",
    "state",
    "tries",
    "last_result",
    "settled",
    "note",
];

pub(super) fn href(name: &str) -> String {
    format!("{HOME}/{}", escaped(name))
}

fn state_name(visit: &Visit, state: CampaignState) -> String {
    visit.say(match state {
        CampaignState::Loading => "admin-campaign-loading",
        CampaignState::Ready => "admin-campaign-ready",
        CampaignState::Running => "admin-campaign-running",
        CampaignState::Paused => "admin-campaign-paused",
        CampaignState::Ended => "admin-campaign-ended",
    })
}

pub(super) fn kind_name(visit: &Visit, kind: CampaignKind) -> String {
    visit.say(match kind {
        CampaignKind::Recall => "admin-campaign-recall",
        CampaignKind::Reminder => "admin-campaign-reminder",
    })
}

/// All of them, the newest first.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    let mut sheet = visit.sheet(visit.say("admin-campaigns"), Vec::new());
    sheet.intro.push(visit.say("admin-campaigns-intro"));
    if visit.may(Need::Staff) {
        let new = Link::to(format!("{HOME}/new"), visit.say("admin-campaign-new"));
        sheet.parts.push(Part::Links(vec![new]));
    }
    let filter = CampaignFilter {
        tenant: visit.caller.list_of(asked.said("tenant"))?,
        state: asked.of("state").parse().ok(),
        before: asked.of("before").parse().ok(),
        limit: PAGE,
    };
    let now_ms = visit.shared.engine.snapshot().at_ms;
    let found = visit.shared.store.campaigns(&filter, now_ms).await?;
    let is_full = u32::try_from(found.len()).is_ok_and(|shown| shown >= PAGE);
    let next = found.last().filter(|_| is_full).map(|last| {
        let before = last.campaign.id.to_string();
        let query = [("before", before.as_str()), ("state", asked.of("state"))];
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        Link::to(format!("{HOME}?{query}"), visit.say("admin-older"))
    });
    sheet.parts.push(Part::List(List {
        id: "campaigns",
        caption: visit.say("admin-campaigns-caption"),
        columns: visit.columns(&[
            "admin-campaign",
            "admin-state",
            "admin-tenant",
            "admin-queue",
            "admin-people",
            "admin-settled",
        ]),
        rows: found.iter().map(|it| row(&visit, it)).collect(),
        empty: visit.say("admin-campaigns-empty"),
        search: Some(Box::new(asks(&visit, &asked))),
        next,
        ..List::default()
    }));
    Ok(visit.show(&sheet))
}

fn row(visit: &Visit, found: &CampaignDetail) -> Vec<Cell> {
    let campaign = &found.campaign;
    let tenant = campaign.tenant.as_deref();
    vec![
        // The newest has the name; an older one is found by its identifier.
        Cell::link(&campaign.name, href(&campaign.id.to_string())),
        state_name(visit, campaign.state).into(),
        tenant
            .map_or_else(String::new, |it| visit.tenant_title(it))
            .into(),
        campaign.queue.clone().unwrap_or_default().into(),
        campaign.entries.to_string().into(),
        found.counts.settled().to_string().into(),
    ]
}

fn asks(visit: &Visit, asked: &Typed) -> Form {
    let mut form = Form {
        id: "search",
        asks: true,
        action: HOME.to_owned(),
        button: visit.say("admin-search"),
        ..Form::default()
    };
    let states = CampaignState::ALL.iter();
    let states = states.map(|state| (state.as_str(), state_name(visit, *state)));
    let any = [("", visit.say("admin-state-any"))];
    let states = Kind::One(choices(any.into_iter().chain(states), asked.of("state")));
    let state = form.field("state", visit.say("admin-state"), states);
    form.has(state);
    if visit.caller.tenant().is_none() {
        let tenant = tenant_field(visit, &form, asked.of("tenant"), "admin-tenant-any");
        form.has(tenant);
    }
    form
}

async fn found(visit: &Visit, which: &str) -> Result<CampaignDetail, ApiError> {
    let now_ms = visit.shared.engine.snapshot().at_ms;
    let campaign = visit.shared.store.campaign(which, now_ms).await?;
    let campaign = campaign.filter(|it| visit.caller.sees(it.campaign.tenant.as_deref()));
    campaign.ok_or_else(|| ApiError::NotFound {
        what: "campaign",
        which: shortened(which),
    })
}

/// One campaign: how far it is, what can be done with it, and its people.
pub(crate) async fn one(
    visit: Visit,
    Path(which): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    one_page(&visit, &which, &asked, None).await
}

async fn one_page(
    visit: &Visit,
    which: &str,
    asked: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let detail = found(visit, which).await?;
    let campaign = &detail.campaign;
    let above = vec![Link::to(HOME, visit.say("admin-campaigns"))];
    let mut sheet = visit.sheet(campaign.name.clone(), above);
    sheet.failed = failed;
    let tenant = campaign.tenant.as_deref();
    let mut facts = vec![
        fact(visit, "admin-state", state_name(visit, campaign.state)),
        fact(visit, "admin-kind", kind_name(visit, campaign.kind)),
        fact(
            visit,
            "admin-tenant",
            tenant.map_or_else(String::new, |it| visit.tenant_title(it)),
        ),
        fact(
            visit,
            "admin-queue",
            campaign.queue.clone().unwrap_or_default(),
        ),
        fact(visit, "admin-people", campaign.entries.to_string()),
        fact(visit, "admin-left-out", campaign.left_out.to_string()),
    ];
    if let Some(over_ms) = detail.over_ms {
        facts.push(fact(visit, "admin-over-at", date_and_time(over_ms)));
    }
    if let Some(note) = &campaign.note {
        facts.push(fact(visit, "admin-note", note.clone()));
    }
    sheet.parts.push(Part::Facts(facts));
    let path = href(&campaign.id.to_string());
    sheet.parts.extend(doing(visit, campaign.state, &path));
    sheet
        .parts
        .push(heading(visit, "progress", "admin-progress"));
    sheet.parts.push(Part::Facts(progress(visit, &detail)));
    sheet.parts.push(heading(visit, "people", "admin-people"));
    let after = asked.of("after").parse().unwrap_or(0);
    let entries = visit
        .shared
        .store
        .campaign_entries(campaign.id, after, PAGE)
        .await?;
    sheet.parts.push(Part::List(people(visit, &entries, &path)));
    Ok(visit.show(&sheet))
}

/// What can be done with a campaign that stands so.
fn doing(visit: &Visit, state: CampaignState, path: &str) -> Vec<Part> {
    if !visit.may(Need::Lead) {
        return Vec::new();
    }
    let goes = |id: &'static str, act: &str, what: &str, button: &str| {
        Part::Form(Form {
            id,
            action: format!("{path}/{act}"),
            note: Some(visit.say(what)),
            button: visit.say(button),
            is_first: true,
            ..Form::default()
        })
    };
    let mut parts = vec![heading(visit, "do", "admin-campaign-do")];
    match state {
        CampaignState::Ready => parts.push(goes(
            "start",
            "start",
            "admin-campaign-start-what",
            "admin-campaign-start",
        )),
        CampaignState::Running => parts.push(goes(
            "pause",
            "pause",
            "admin-campaign-pause-what",
            "admin-campaign-pause",
        )),
        CampaignState::Paused => parts.push(goes(
            "resume",
            "resume",
            "admin-campaign-resume-what",
            "admin-campaign-resume",
        )),
        CampaignState::Loading => {
            parts.push(Part::Text(visit.say("admin-campaign-loading-what")));
        }
        CampaignState::Ended => return vec![Part::Text(visit.say("admin-campaign-ended-what"))],
    }
    if visit.may(Need::Staff) {
        let action = format!("{path}/end");
        let sure = sure(
            visit,
            action,
            "admin-campaign-end-what",
            "admin-campaign-end",
        );
        parts.push(Part::Form(sure));
    }
    parts
}

fn progress(visit: &Visit, detail: &CampaignDetail) -> Vec<Fact> {
    let counts = &detail.counts;
    let all = [
        ("waiting", counts.waiting),
        ("released", counts.released),
        ("reached", counts.reached),
        ("confirmed", counts.confirmed),
        ("cancelled", counts.cancelled),
        ("to-move", counts.to_move),
        ("exhausted", counts.exhausted),
        ("expired", counts.expired),
        ("forbidden", counts.forbidden),
        ("declined", counts.declined),
        ("withdrawn", counts.withdrawn),
        ("not-called", counts.not_called),
    ];
    let said = all
        .iter()
        .filter(|(state, n)| *n > 0 || *state == "waiting");
    said.map(|(state, n)| fact(visit, &format!("admin-entry-{state}"), n.to_string()))
        .collect()
}

fn people(visit: &Visit, entries: &[EntryView], path: &str) -> List {
    let row = |entry: &EntryView| -> Vec<Cell> {
        let state = entry.state.as_str().replace('_', "-");
        vec![
            entry.line.to_string().into(),
            entry.reference.clone().unwrap_or_default().into(),
            entry.number.clone().unwrap_or_default().into(),
            visit.say(&format!("admin-entry-{state}")).into(),
            entry
                .tries
                .map_or(String::new(), |tries| tries.to_string())
                .into(),
            entry.note.clone().unwrap_or_default().into(),
        ]
    };
    let is_full = u32::try_from(entries.len()).is_ok_and(|shown| shown >= PAGE);
    let next = entries.last().filter(|_| is_full);
    let next = next.map(|last| {
        let to = format!("{path}?after={}#people", last.id);
        Link::to(to, visit.say("admin-next"))
    });
    List {
        id: "people-list",
        caption: visit.say("admin-people-caption"),
        columns: visit.columns(&[
            "admin-line",
            "admin-reference",
            "admin-number",
            "admin-state",
            "admin-tries",
            "admin-note",
        ]),
        rows: entries.iter().map(row).collect(),
        empty: visit.say("admin-people-empty"),
        search: None,
        next,
        export: Some(Link::to(
            format!("{path}/results"),
            visit.say("admin-results-export"),
        )),
        ..List::default()
    }
}

/// Everybody on a list with how it went, as a file for a spreadsheet; numbers are masked.
pub(crate) async fn results(visit: Visit, Path(which): Path<String>) -> Result<Response, ApiError> {
    let campaign = found(&visit, &which).await?.campaign;
    let mut list = Written::new(&RESULTS);
    let mut after = 0;
    loop {
        let entries = visit
            .shared
            .store
            .campaign_entries(campaign.id, after, CHUNK)
            .await?;
        for entry in &entries {
            let (line, tries) = (entry.line.to_string(), entry.tries.unwrap_or(0).to_string());
            list.line(&[
                &line,
                entry.reference.as_deref().unwrap_or(""),
                entry.number.as_deref().unwrap_or(""),
                entry.state.as_str(),
                &tries,
                entry.last_result.map_or("", |result| result.as_str()),
                &entry.settled_ms.map_or(String::new(), date_and_time),
                entry.note.as_deref().unwrap_or(""),
            ]);
        }
        let is_full = u32::try_from(entries.len()).is_ok_and(|read| read >= CHUNK);
        match entries.last().filter(|_| is_full) {
            Some(last) => after = last.id.0,
            None => break,
        }
    }
    let act = "GET /admin/campaigns/{campaign}/results";
    visit
        .caller
        .log(&visit.shared, act, Some(&campaign.name))
        .await;
    Ok(list.file(&format!("cuptel-campaign-{}.csv", campaign.id)))
}

/// Its people are called from now on.
pub(crate) async fn start(visit: Visit, Path(which): Path<String>) -> Result<Response, ApiError> {
    let shared = State(visit.shared.clone());
    let asked = told(json!({ "by": visit.caller.name() }))?;
    let done = campaigns::start(visit.caller.clone(), shared, Path(which.clone()), asked).await;
    went(&visit, &which, done.map(|_| ()), "admin-campaign-started").await
}

/// Nobody of it is newly rung.
pub(crate) async fn pause(visit: Visit, Path(which): Path<String>) -> Result<Response, ApiError> {
    let shared = State(visit.shared.clone());
    let asked = told(json!({ "by": visit.caller.name() }))?;
    let done = campaigns::pause(visit.caller.clone(), shared, Path(which.clone()), asked).await;
    went(&visit, &which, done.map(|_| ()), "admin-campaign-halted").await
}

/// It goes on.
pub(crate) async fn resume(visit: Visit, Path(which): Path<String>) -> Result<Response, ApiError> {
    let shared = State(visit.shared.clone());
    let asked = told(json!({ "by": visit.caller.name() }))?;
    let done = campaigns::resume(visit.caller.clone(), shared, Path(which.clone()), asked).await;
    went(&visit, &which, done.map(|_| ()), "admin-campaign-resumed").await
}

/// It is over.
pub(crate) async fn end(
    visit: Visit,
    Path(which): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    if !form.is("sure") {
        let failed = visit.unfit("admin-not-sure");
        return one_page(&visit, &which, &Typed::default(), Some(failed)).await;
    }
    let shared = State(visit.shared.clone());
    let asked = told(json!({ "by": visit.caller.name() }))?;
    let done = campaigns::end(visit.caller.clone(), shared, Path(which.clone()), asked).await;
    went(&visit, &which, done.map(|_| ()), "admin-campaign-over").await
}

async fn went(
    visit: &Visit,
    which: &str,
    done: Result<(), ApiError>,
    said: &str,
) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(visit.done(&href(which), visit.say(said))),
        Err(error @ ApiError::NotFound { .. }) => Err(error),
        Err(error) => {
            let failed = visit.failed(&error);
            one_page(visit, which, &Typed::default(), Some(failed)).await
        }
    }
}
