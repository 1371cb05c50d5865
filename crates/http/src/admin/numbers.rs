//! Numbers that are not to be called, and numbers that many people share. Digits come in and go out of
//! nowhere: the list shows them masked.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use cuptel_core::calendar::moment;
use cuptel_core::mark::{MarkTold, Marked};
use cuptel_core::number::{Caller as Named, PhoneNumber};
use cuptel_core::step::Command;
use cuptel_core::words::Mark;
use cuptel_store::{MarkFilter, MarkView};
use serde_json::{Value, json};

use super::Visit;
use super::list;
use super::operators::tenant_field;
use super::sheet::{Failed, Form, Kind, Link, List, Part, choices};
use super::typed::Typed;
use super::users::told;
use crate::error::ApiError;
use crate::numbers;
use crate::rights::Need;
use crate::words::date_and_time;

const HOME: &str = "/admin/numbers";
/// Rows of a page.
const PAGE: u32 = 100;

fn mark_name(visit: &Visit, mark: Mark) -> String {
    visit.say(match mark {
        Mark::DoNotCall => "admin-mark-do-not-call",
        Mark::Shared => "admin-mark-shared",
    })
}

fn marks(visit: &Visit) -> impl Iterator<Item = (&'static str, String)> {
    Mark::ALL
        .iter()
        .map(|mark| (mark.as_str(), mark_name(visit, *mark)))
}

/// Marked numbers, the newest first.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    show(&visit, &asked, None, None).await
}

/// What was typed, and the form of the page that was sent.
type Sent<'t> = Option<(&'static str, &'t Typed)>;

async fn show(
    visit: &Visit,
    asked: &Typed,
    sent: Sent<'_>,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let none = Typed::default();
    // What was meant for one form is in no other: there it would mean something else.
    let kept = |form: &str| sent.filter(|it| it.0 == form).map_or(&none, |it| it.1);
    let mut sheet = visit.listed("admin-numbers", failed);
    let filter = MarkFilter {
        tenant: visit.caller.list_of(asked.said("tenant"))?,
        mark: asked.of("mark").parse().ok(),
        ended_too: asked.is("ended"),
        before: asked.of("before").parse().ok(),
        limit: PAGE,
    };
    let marked = visit.shared.store.marks(&filter).await?;
    sheet.parts.push(Part::List(table(visit, &marked, asked)));
    if visit.may(Need::Lead) {
        let form = mark_form(visit, kept("mark"));
        visit.offers(&mut sheet, ("mark", "admin-mark-add"), form);
        let form = release_form(visit, kept("release"));
        visit.offers(&mut sheet, ("release", "admin-mark-release"), form);
    }
    if visit.may(Need::Staff) {
        let form = import_form(visit, kept("import"));
        visit.offers(&mut sheet, ("import", "admin-numbers-import"), form);
    }
    Ok(visit.show(&sheet))
}

fn table(visit: &Visit, marked: &[MarkView], asked: &Typed) -> List {
    let row = |mark: &MarkView| {
        let number = mark.number.clone();
        let tenant = mark.tenant.as_deref();
        let region = || visit.say("admin-tenant-region");
        let over = match (mark.until_ms, mark.ends_ms) {
            (Some(until_ms), _) => visit.about("admin-mark-over", "at", &date_and_time(until_ms)),
            (None, Some(ends_ms)) => date_and_time(ends_ms),
            (None, None) => visit.say("admin-never"),
        };
        vec![
            number
                .unwrap_or_else(|| visit.say("admin-mark-erased"))
                .into(),
            mark_name(visit, mark.mark).into(),
            tenant
                .map_or_else(region, |it| visit.tenant_title(it))
                .into(),
            date_and_time(mark.since_ms).into(),
            over.into(),
            mark.supervisor.clone().unwrap_or_default().into(),
            mark.reason.clone().unwrap_or_default().into(),
        ]
    };
    let is_full = u32::try_from(marked.len()).is_ok_and(|shown| shown >= PAGE);
    let next = marked.last().filter(|_| is_full).map(|last| {
        let (before, mark) = (last.id.to_string(), asked.of("mark"));
        let query = [
            ("before", before.as_str()),
            ("mark", mark),
            ("ended", asked.of("ended")),
        ];
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        Link::to(format!("{HOME}?{query}"), visit.say("admin-older"))
    });
    List {
        id: "numbers",
        caption: visit.count("admin-numbers-caption", marked.len()),
        columns: visit.columns(&[
            "admin-number",
            "admin-mark",
            "admin-tenant",
            "admin-since",
            "admin-ends",
            "admin-by",
            "admin-reason",
        ]),
        rows: marked.iter().map(row).collect(),
        empty: visit.say("admin-numbers-empty"),
        search: Some(Box::new(asks(visit, asked))),
        next,
        ..List::default()
    }
}

fn asks(visit: &Visit, asked: &Typed) -> Form {
    let mut form = Form {
        id: "search",
        asks: true,
        action: HOME.to_owned(),
        button: visit.say("admin-search"),
        ..Form::default()
    };
    let any = [("", visit.say("admin-mark-any"))];
    let mark = Kind::One(choices(
        any.into_iter().chain(marks(visit)),
        asked.of("mark"),
    ));
    let mark = form.field("mark", visit.say("admin-mark"), mark);
    form.has(mark);
    if visit.caller.tenant().is_none() {
        let tenant = tenant_field(visit, &form, asked.of("tenant"), "admin-tenant-any");
        form.has(tenant);
    }
    let ended = form.field("ended", visit.say("admin-mark-ended-too"), Kind::Tick);
    form.has(ended.value(asked.of("ended")));
    form
}

fn mark_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "mark",
        action: HOME.to_owned(),
        button: visit.say("admin-mark-go"),
        is_first: true,
        ..Form::default()
    };
    number_fields(visit, &mut form, kept);
    let ends = form.field(
        "ends",
        visit.say("admin-ends"),
        Kind::Line("datetime-local", 16),
    );
    form.has(
        ends.value(kept.raw("ends"))
            .hint(visit.say("admin-ends-hint")),
    );
    let reason = form.field("reason", visit.say("admin-reason"), Kind::Line("text", 100));
    form.has(
        reason
            .value(kept.raw("reason"))
            .hint(visit.say("admin-reason-hint")),
    );
    form
}

fn number_fields(visit: &Visit, form: &mut Form, kept: &Typed) {
    let number = form.field("number", visit.say("admin-number"), Kind::Line("tel", 32));
    let hint = visit.say("admin-number-hint");
    form.has(number.value(kept.raw("number")).hint(hint).required());
    let mark = Kind::One(choices(marks(visit), kept.of("mark")));
    let mark = form.field("mark", visit.say("admin-mark"), mark);
    form.has(mark);
    let tenant = tenant_field(visit, form, kept.of("tenant"), "admin-tenant-region");
    form.has(tenant);
}

fn release_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "release",
        action: format!("{HOME}/release"),
        note: Some(visit.say("admin-mark-release-what")),
        button: visit.say("admin-mark-release-go"),
        ..Form::default()
    };
    number_fields(visit, &mut form, kept);
    form
}

fn import_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "import",
        action: format!("{HOME}/import"),
        note: Some(visit.say("admin-numbers-import-what")),
        button: visit.say("admin-import-go"),
        looks: Some(visit.say("admin-import-look")),
        ..Form::default()
    };
    let tenant = tenant_field(visit, &form, kept.of("tenant"), "admin-tenant-region");
    form.has(tenant);
    let file = Some(visit.say("admin-list-file"));
    let list = form.field(
        "list",
        visit.say("admin-list"),
        Kind::Area { rows: 6, file },
    );
    let hint = visit.say("admin-numbers-import-hint");
    form.has(list.value(kept.raw("list")).hint(hint).required());
    form
}

/// People write a number with gaps.
fn dialled(visit: &Visit, form: &Typed) -> Result<PhoneNumber, Failed> {
    let is_gap = |c: &char| c.is_whitespace() || "-./()".contains(*c);
    let digits: String = form.of("number").chars().filter(|c| !is_gap(c)).collect();
    let number = Named::from_user_part(&digits).number;
    number.ok_or_else(|| visit.unfit("admin-no-number").at("number"))
}

fn told_of(visit: &Visit, form: &Typed) -> Result<MarkTold, Failed> {
    let mark = form.of("mark").parse();
    Ok(MarkTold {
        number: dialled(visit, form)?,
        mark: mark.map_err(|_unknown| visit.unfit("admin-no-mark").at("mark"))?,
        tenant: form.said("tenant"),
    })
}

/// Marks a number.
pub(crate) async fn mark(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let command = told_of(&visit, &form).and_then(|told| {
        let reason = visit.text(&form, "reason")?;
        let marked = Marked {
            ends_ms: visit.moment(&form, "ends")?,
            supervisor: Some(visit.caller.name().to_owned()),
            reason,
        };
        let marked = Box::new(marked);
        Ok(Command::MarkNumber { told, marked })
    });
    act(visit, ("mark", form), command, "admin-mark-done").await
}

/// Takes a mark away.
pub(crate) async fn release(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let command = told_of(&visit, &form).map(|told| Command::ReleaseMark {
        told,
        supervisor: Some(visit.caller.name().to_owned()),
    });
    act(visit, ("release", form), command, "admin-mark-released").await
}

async fn act(
    visit: Visit,
    (id, form): (&'static str, Typed),
    command: Result<Command, Failed>,
    done: &str,
) -> Result<Response, ApiError> {
    let failed = match command {
        Ok(command) => match visit.carry_out(command).await {
            Ok(()) => return Ok(visit.done(HOME, visit.say(done))),
            Err(error) => visit.failed(&error),
        },
        Err(failed) => failed,
    };
    let sent = Some((id, &form));
    show(&visit, &Typed::default(), sent, Some(failed.of(id))).await
}

/// Marks a whole list, or nothing.
pub(crate) async fn import(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let is_look = form.is("look");
    let sent = Some(("import", &form));
    let failed = match lines(&visit, &form) {
        Ok(lines) => {
            let count = lines.len();
            let wish =
                json!({ "tenant": form.said("tenant"), "dry_run": is_look, "numbers": lines });
            let shared = State(visit.shared.clone());
            let done = async { numbers::import(visit.caller.clone(), shared, told(wish)?).await };
            match done.await {
                Ok(_) if is_look => {
                    visit.tell(true, visit.count("admin-numbers-looked", count));
                    return show(&visit, &Typed::default(), sent, None).await;
                }
                Ok(_) => {
                    let text = visit.count("admin-numbers-imported", count);
                    return Ok(visit.done(HOME, text));
                }
                Err(error) => visit.failed(&error),
            }
        }
        Err(failed) => failed,
    };
    let failed = failed.of("import");
    show(&visit, &Typed::default(), sent, Some(failed)).await
}

fn lines(visit: &Visit, form: &Typed) -> Result<Vec<Value>, Failed> {
    let lines = list::read(form.raw("list"), &["number"], &["mark", "reason", "until"]);
    let lines = lines.map_err(|why| visit.no_list(&why).at("list"))?;
    let (mut told, mut faults) = (Vec::new(), Vec::new());
    for line in &lines {
        let number = line.of("number").unwrap_or("");
        let mark = line.of("mark").unwrap_or(Mark::DoNotCall.as_str());
        let until = line.of("until").map(moment::parse);
        let fault = if Named::from_user_part(number).number.is_none() {
            Some("admin-line-number")
        } else if mark.parse::<Mark>().is_err() {
            Some("admin-line-mark")
        } else if until == Some(None) {
            Some("admin-line-until")
        } else {
            None
        };
        match fault {
            Some(what) => faults.push(visit.line_at_fault(line.number, what)),
            None => told.push(json!({ "line": line.number, "number": number, "mark": mark,
                "until_ms": until.flatten(), "reason": line.of("reason") })),
        }
    }
    if faults.is_empty() {
        Ok(told)
    } else {
        Err(visit.unfit_lines(faults).at("list"))
    }
}
