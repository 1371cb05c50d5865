//! A new campaign: its settings and its list, tried first and then made, whole or not at all.

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::campaign::CHUNK_MAX;
use cuptel_core::words::{CampaignKind, PriorityClass};
use serde_json::{Value, json};

use super::Visit;
use super::campaigns::{HOME, href, kind_name};
use super::list;
use super::sheet::{Failed, Form, Kind, Link, Part, choices};
use super::typed::Typed;
use super::users::told;
use crate::campaign_line::{self, Known, Unread, moment_of};
use crate::campaigns;
use crate::error::ApiError;

/// Lines that were left out and are named one by one.
const NAMED_MAX: usize = 20;

/// The form for a new one.
pub(crate) async fn new(visit: Visit) -> Result<Response, ApiError> {
    Ok(new_page(&visit, &Typed::default(), None, Vec::new()))
}

fn new_page(visit: &Visit, kept: &Typed, failed: Option<Failed>, looked: Vec<String>) -> Response {
    let above = vec![Link::to(HOME, visit.say("admin-campaigns"))];
    let mut sheet = visit.sheet(visit.say("admin-campaign-new"), above);
    sheet.failed = failed;
    sheet.intro.push(visit.say("admin-campaign-new-intro"));
    sheet.parts.extend(looked.into_iter().map(Part::Text));
    let mut form = Form {
        id: "campaign",
        action: format!("{HOME}/new"),
        button: visit.say("admin-campaign-make"),
        looks: Some(visit.say("admin-import-look")),
        is_first: true,
        ..Form::default()
    };
    settings(visit, &mut form, kept);
    let file = Some(visit.say("admin-list-file"));
    let list = form.field(
        "list",
        visit.say("admin-list"),
        Kind::Area { rows: 8, file },
    );
    let hint = visit.say("admin-campaign-list-hint");
    form.has(list.value(kept.raw("list")).hint(hint).required());
    sheet.parts.push(Part::Form(form));
    visit.show(&sheet)
}

fn settings(visit: &Visit, form: &mut Form, kept: &Typed) {
    let name = form.field(
        "name",
        visit.say("admin-campaign-name"),
        Kind::Line("text", 80),
    );
    let hint = visit.say("admin-campaign-name-hint");
    form.has(name.value(kept.raw("name")).hint(hint).required());
    let look = visit.shared.engine.snapshot();
    let queues: Vec<(String, String)> = look
        .queues
        .iter()
        .filter(|queue| visit.caller.leads(Some(&queue.tenant)))
        .map(|queue| {
            let title = format!("{} ({})", queue.title, visit.tenant_title(&queue.tenant));
            (format!("{}/{}", queue.tenant, queue.name), title)
        })
        .collect();
    let queues = queues
        .iter()
        .map(|(value, text)| (value.as_str(), text.clone()));
    let queue = Kind::One(choices(queues, kept.of("queue")));
    let queue = form.field("queue", visit.say("admin-queue"), queue);
    form.has(queue.required());
    let kinds = CampaignKind::ALL.iter();
    let kinds = kinds.map(|kind| (kind.as_str(), kind_name(visit, *kind)));
    let kind = Kind::One(choices(kinds, kept.of("kind")));
    let kind = form.field("kind", visit.say("admin-kind"), kind);
    form.has(kind.hint(visit.say("admin-campaign-kind-hint")));
    let classes = PriorityClass::ALL.iter();
    let classes = classes.map(|class| (class.as_str(), class.as_str().to_owned()));
    let none = [("", visit.say("admin-class-none"))];
    let class = Kind::One(choices(none.into_iter().chain(classes), kept.of("class")));
    let class = form.field("class", visit.say("admin-class"), class);
    form.has(class.hint(visit.say("admin-class-hint")));
    let note = form.field("note", visit.say("admin-note"), Kind::Line("text", 100));
    form.has(
        note.value(kept.raw("note"))
            .hint(visit.say("admin-campaign-note-hint")),
    );
    let moments = [
        ("due", "admin-campaign-due"),
        ("starts", "admin-campaign-starts"),
        ("ends", "admin-campaign-ends"),
    ];
    for (name, label) in moments {
        let moment = form.field(name, visit.say(label), Kind::Line("datetime-local", 16));
        form.has(moment.value(kept.raw(name)));
    }
    let window = form.field(
        "window",
        visit.say("admin-campaign-window"),
        Kind::Line("text", 11),
    );
    let hint = visit.say("admin-campaign-window-hint");
    form.has(window.value(kept.raw("window")).hint(hint));
    let pace = form.field(
        "pace",
        visit.say("admin-campaign-pace"),
        Kind::Number(1, 2_000),
    );
    form.has(
        pace.value(kept.raw("pace"))
            .hint(visit.say("admin-campaign-pace-hint")),
    );
}

/// A campaign as somebody typed it, and its list.
struct Wanted {
    campaign: Value,
    entries: Vec<Value>,
    /// Lines that cannot be read; the others are taken.
    left_out: Vec<Value>,
}

fn wanted(visit: &Visit, form: &Typed) -> Result<Wanted, Failed> {
    let (tenant, queue) = form
        .of("queue")
        .split_once('/')
        .ok_or_else(|| visit.unfit("admin-no-queue").at("queue"))?;
    let zone = visit
        .shared
        .engine
        .health()
        .configuration
        .zones
        .of(Some(tenant));
    let moment = |name: &'static str| match form.of(name) {
        "" => Ok(None),
        text => match moment_of(text, zone) {
            Some(at) => Ok(Some(at)),
            None => Err(visit.unfit("admin-no-moment").at(name)),
        },
    };
    let pace = match form.of("pace") {
        "" => None,
        text => Some(
            text.parse::<u32>()
                .map_err(|_none| visit.unfit("admin-no-pace").at("pace"))?,
        ),
    };
    let kind: CampaignKind = form.of("kind").parse().unwrap_or(CampaignKind::Recall);
    let campaign = json!({
        "name": form.of("name"), "tenant": tenant, "queue": queue, "kind": kind,
        "class": form.said("class"), "note": form.said("note"), "window": form.said("window"),
        "due_ms": moment("due")?, "starts_ms": moment("starts")?, "ends_ms": moment("ends")?,
        "pace": pace, "by": visit.caller.name(),
    });
    let (must, may): (&[&'static str], &[&'static str]) = match kind {
        CampaignKind::Recall => (&["number"], &["note", "due", "not_before", "ref"]),
        CampaignKind::Reminder => (
            &["number", "appointment", "born"],
            &["note", "due", "not_before", "ref", "place"],
        ),
    };
    let lines =
        list::read(form.raw("list"), must, may).map_err(|why| visit.no_list(&why).at("list"))?;
    let (mut entries, mut left_out) = (Vec::new(), Vec::new());
    let mut known = Known::default();
    for line in &lines {
        let field = |column: &str| line.of(column).unwrap_or("");
        match campaign_line::entry(line.number.into(), field, zone, &mut known) {
            Ok(entry) => entries.push(entry),
            Err(why) => left_out.push(unread(line.number, why)),
        }
    }
    if entries.is_empty() {
        return Err(Failed {
            text: visit.say("admin-campaign-no-line"),
            faults: named(visit, &left_out),
            field: Some("list"),
            ..Failed::default()
        });
    }
    Ok(Wanted {
        campaign,
        entries,
        left_out,
    })
}

/// A line that is left out before the rules see it, told as they tell theirs.
fn unread(line: u32, why: Unread) -> Value {
    let mut told = json!({ "line": line, "why": why.word() });
    if let Unread::SameAs(first) = why {
        told["first"] = json!(first);
    }
    told
}

/// Makes a campaign of a list, or only looks what would come of it.
pub(crate) async fn create(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let wanted = match wanted(&visit, &form) {
        Ok(wanted) => wanted,
        Err(failed) => return Ok(new_page(&visit, &form, Some(failed), Vec::new())),
    };
    if form.is("look") {
        return Ok(match look(&visit, wanted).await {
            Ok((taken, left_out)) => {
                let looked = outcome(&visit, "admin-campaign-looked", taken, &left_out);
                new_page(&visit, &form, None, looked)
            }
            Err(error) => new_page(&visit, &form, Some(visit.failed(&error)), Vec::new()),
        });
    }
    let name = wanted.campaign["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    match make(&visit, wanted).await {
        Ok((id, taken, left_out)) => {
            let text = outcome(&visit, "admin-campaign-made", taken, &left_out).join("\n");
            Ok(visit.done(&href(&id), text))
        }
        Err(ApiError::NameTaken { .. }) => {
            let failed = Failed {
                text: visit.about("admin-name-taken", "name", &name),
                ..Failed::default()
            };
            Ok(new_page(&visit, &form, Some(failed), Vec::new()))
        }
        Err(error) => Ok(new_page(
            &visit,
            &form,
            Some(visit.failed(&error)),
            Vec::new(),
        )),
    }
}

/// How many lines are taken, and which are not, with why.
fn outcome(visit: &Visit, id: &str, taken: u64, left_out: &[Value]) -> Vec<String> {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    let about = [
        ("taken", taken.into()),
        ("out", count(left_out.len()).into()),
    ];
    let mut said = vec![visit.language.with(id, &about)];
    said.extend(named(visit, left_out));
    said
}

/// The lines that are left out, each with why, as far as a page names them.
fn named(visit: &Visit, left_out: &[Value]) -> Vec<String> {
    let mut said = Vec::new();
    let mut in_order: Vec<&Value> = left_out.iter().collect();
    in_order.sort_by_key(|it| it["line"].as_u64());
    for line in in_order.into_iter().take(NAMED_MAX) {
        let of = |key: &str| u32::try_from(line[key].as_u64().unwrap_or(0)).unwrap_or(0);
        let why = line["why"].as_str().unwrap_or("").replace('_', "-");
        let first = [("first", of("first").into())];
        let what = visit
            .language
            .with(&format!("admin-left-out-{why}"), &first);
        let about = [("line", of("line").into()), ("what", what.into())];
        said.push(visit.language.with("admin-line-at-fault", &about));
    }
    if let Some(more @ 1..) = left_out.len().checked_sub(NAMED_MAX) {
        said.push(visit.count("admin-left-out-more", more));
    }
    said
}

fn counted(answer: &Value, left_out: &mut Vec<Value>) -> u64 {
    let out = answer["left_out"].as_array();
    left_out.extend(out.into_iter().flatten().cloned());
    answer["taken"].as_u64().unwrap_or(0)
}

async fn look(visit: &Visit, wanted: Wanted) -> Result<(u64, Vec<Value>), ApiError> {
    let (mut taken, mut left_out) = (0, wanted.left_out);
    for chunk in wanted.entries.chunks(CHUNK_MAX) {
        let campaign = &wanted.campaign;
        let wish = json!({ "tenant": campaign["tenant"], "queue": campaign["queue"],
            "kind": campaign["kind"], "campaign": campaign, "entries": chunk });
        let shared = State(visit.shared.clone());
        let answer = campaigns::check(visit.caller.clone(), shared, told(wish)?).await?;
        taken += counted(&answer, &mut left_out);
    }
    Ok((taken, left_out))
}

/// The identifier of the campaign, how many are on its list, and who is not.
async fn make(visit: &Visit, wanted: Wanted) -> Result<(String, u64, Vec<Value>), ApiError> {
    let (caller, shared) = (&visit.caller, || State(visit.shared.clone()));
    let made = campaigns::create(caller.clone(), shared(), told(wanted.campaign)?).await?;
    let id = made["campaign"]["id"].to_string();
    let filled = async {
        let (mut taken, mut left_out) = (0, wanted.left_out);
        for chunk in wanted.entries.chunks(CHUNK_MAX) {
            let asked = told(json!({ "entries": chunk }))?;
            let answer = campaigns::add(caller.clone(), shared(), Path(id.clone()), asked).await?;
            taken += counted(&answer, &mut left_out);
        }
        let asked = told(json!({ "left_out": left_out.len() }))?;
        let whole = campaigns::complete(caller.clone(), shared(), Path(id.clone()), asked);
        whole.await.map(|_| (taken, left_out))
    };
    match filled.await {
        Ok((taken, left_out)) => Ok((id, taken, left_out)),
        Err(error) => {
            // Half a list calls nobody: it is thrown away, so that its name is free again.
            let ended = campaigns::end(caller.clone(), shared(), Path(id), told(json!({}))?).await;
            if let Err(error) = ended {
                tracing::warn!(
                    ?error,
                    "a list that is not whole stays until it is discarded"
                );
            }
            Err(error)
        }
    }
}
