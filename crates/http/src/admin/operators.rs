//! Who works here: found, added, changed, brought in as a list, and gone.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use cuptel_core::staffing::{OperatorChange, one_spaced};
use cuptel_core::step::Command;
use cuptel_store::OperatorView;

use super::list::{self, Line};
use super::sheet::{Cell, Fact, Failed, Field, Form, Kind, Link, List, Part, Sheet, choices};
use super::typed::Typed;
use super::{Visit, escaped, operator_pin};
use crate::actions::typed;
use crate::error::ApiError;
use crate::pins::{PINS_MAX, PinTold};
use crate::reads::shortened;
use crate::rights::Need;

const HOME: &str = "/admin/operators";
/// Lines of a list, as the API takes them.
const LINES_MAX: usize = 5_000;
/// The field of a level is its skill behind this.
const LEVEL: &str = "level ";

pub(super) fn href(name: &str) -> String {
    format!("{HOME}/{}", escaped(name))
}

/// Everybody, a page at a time; found by name, employer or skill.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    list_page(&visit, &asked, &Typed::default(), None).await
}

async fn list_page(
    visit: &Visit,
    asked: &Typed,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let mut sheet = visit.listed("admin-operators", failed);
    let mut operators = visit.shared.store.operators().await?;
    operators.retain(|operator| visit.caller.sees_operator(operator) && is_asked(operator, asked));
    let jump = visit.jump(Need::Staff, "admin-operator-add");
    sheet.parts.push(Part::List(List {
        jump,
        ..table(visit, &operators, asked)
    }));
    if visit.may(Need::Staff) {
        let form = form(visit, None, kept);
        visit.offers(&mut sheet, ("add", "admin-operator-add"), form);
        let form = import_form(visit, kept);
        visit.offers(&mut sheet, ("import", "admin-operators-import"), form);
    }
    Ok(visit.show(&sheet))
}

pub(crate) fn heading(visit: &Visit, id: &'static str, text: &str) -> Part {
    Part::Heading {
        id,
        text: visit.say(text),
    }
}

fn is_asked(operator: &OperatorView, asked: &Typed) -> bool {
    let text = asked.of("q").to_lowercase();
    let home = asked.of("tenant");
    let has = |it: &str| it.to_lowercase().contains(&text);
    let found = text.is_empty()
        || has(&operator.name)
        || has(&operator.employer)
        || operator.skills.keys().any(|skill| has(skill));
    found && (home.is_empty() || operator.home.as_deref() == Some(home))
}

fn table(visit: &Visit, operators: &[OperatorView], asked: &Typed) -> List {
    let (page, next) = visit.paged(HOME, asked, operators);
    let row = |operator: &OperatorView| {
        let skills = operator.skills.iter();
        let skills: Vec<String> = skills
            .map(|(skill, level)| format!("{skill} {level}"))
            .collect();
        let home = operator.home.as_deref();
        vec![
            Cell::link(&operator.name, href(&operator.name)),
            operator.employer.as_str().into(),
            home.map_or_else(|| visit.say("admin-nobodys"), |it| visit.tenant_title(it))
                .into(),
            skills.join(", ").into(),
            operator.seat.clone().unwrap_or_default().into(),
        ]
    };
    List {
        id: "operators",
        caption: visit.count("admin-operators-caption", operators.len()),
        columns: visit.columns(&[
            "admin-operator",
            "admin-employer",
            "admin-home",
            "admin-skills",
            "admin-seat-now",
        ]),
        rows: page.map(row).collect(),
        empty: visit.say("admin-operators-empty"),
        search: Some(Box::new(search(visit, HOME, asked))),
        next,
        ..List::default()
    }
}

/// Asks for a text, and for a health authority where there are several.
pub(crate) fn search(visit: &Visit, action: &str, asked: &Typed) -> Form {
    let mut form = Form {
        id: "search",
        asks: true,
        action: action.to_owned(),
        button: visit.say("admin-search"),
        ..Form::default()
    };
    let text = form.field(
        "q",
        visit.say("admin-search-text"),
        Kind::Line("search", 100),
    );
    form.has(text.value(asked.of("q")));
    if visit.tenants().len() > 1 {
        let tenant = tenant_field(visit, &form, asked.of("tenant"), "admin-tenant-any");
        form.has(tenant);
    }
    form
}

/// One of the health authorities that somebody sees, or what stands for none.
pub(crate) fn tenant_field(visit: &Visit, form: &Form, chosen: &str, none: &str) -> Field {
    let tenants = visit.tenants();
    let mut all: Vec<(&str, String)> = Vec::new();
    if visit.caller.tenant().is_none() {
        all.push(("", visit.say(none)));
    }
    all.extend(
        tenants
            .iter()
            .map(|(name, title)| (name.as_str(), title.clone())),
    );
    let kind = Kind::One(choices(all, chosen));
    form.field("tenant", visit.say("admin-tenant"), kind)
}

/// The way to the rows after these.
pub(crate) fn next(visit: &Visit, path: &str, asked: &Typed, from: usize) -> Link {
    let (text, tenant) = (asked.of("q"), asked.of("tenant"));
    let from = from.to_string();
    let query = [("q", text), ("tenant", tenant), ("from", from.as_str())];
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    Link::to(format!("{path}?{query}"), visit.say("admin-next"))
}

/// One operator: what they can do, and what may be changed.
pub(crate) async fn one(visit: Visit, Path(name): Path<String>) -> Result<Response, ApiError> {
    one_page(&visit, &name, &Typed::default(), None).await
}

pub(super) async fn found(visit: &Visit, name: &str) -> Result<OperatorView, ApiError> {
    let operator = visit.shared.store.operator(name).await?;
    let operator = operator.filter(|operator| visit.caller.sees_operator(operator));
    operator.ok_or_else(|| ApiError::NotFound {
        what: "operator",
        which: shortened(name),
    })
}

pub(super) async fn one_page(
    visit: &Visit,
    name: &str,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let operator = found(visit, name).await?;
    let above = vec![Link::to(HOME, visit.say("admin-operators"))];
    let mut sheet = visit.sheet(operator.name.clone(), above);
    // What was typed of a PIN says nothing of the rest.
    let none = Typed::default();
    let is_pin = failed.as_ref().and_then(|it| it.form) == Some(operator_pin::FORM);
    let kept = if is_pin { (&none, kept) } else { (kept, &none) };
    sheet.failed = failed;
    sheet.parts.extend(operator_pin::made(visit, &operator));
    let seat = operator.seat.as_deref();
    sheet.parts.push(Part::Facts(vec![
        fact(visit, "admin-employer", operator.employer.clone()),
        fact(
            visit,
            "admin-home",
            match operator.home.as_deref() {
                Some(home) => visit.tenant_title(home),
                None => visit.say("admin-nobodys"),
            },
        ),
        fact(
            visit,
            "admin-seat-now",
            seat.map_or_else(|| visit.say("admin-not-at-work"), str::to_owned),
        ),
    ]));
    if visit.may(Need::Staff) {
        set_up(visit, &mut sheet, &operator, kept).await;
    } else {
        let skills = operator.skills.iter();
        let skills: Vec<String> = skills
            .map(|(skill, level)| format!("{skill} {level}"))
            .collect();
        sheet.parts.push(Part::Facts(vec![fact(
            visit,
            "admin-skills",
            skills.join(", "),
        )]));
    }
    Ok(visit.show(&sheet))
}

/// What may be changed, by whoever may.
async fn set_up(
    visit: &Visit,
    sheet: &mut Sheet,
    operator: &OperatorView,
    (kept, kept_of_pin): (&Typed, &Typed),
) {
    let may = visit.shared.may_set_up(&visit.caller, &operator.name).await;
    if may.is_err() {
        sheet
            .parts
            .push(Part::Text(visit.say("admin-operator-others")));
        return;
    }
    let form = form(visit, Some(operator), kept);
    visit.offers(sheet, ("change", "admin-operator-change"), form);
    operator_pin::part(visit, sheet, operator, kept_of_pin);
    sheet.parts.push(heading(visit, "profile", "admin-profile"));
    let to_profile = Link {
        note: Some(visit.say("admin-profile-who-sees")),
        ..Link::to(
            format!("{}/profile", href(&operator.name)),
            visit.say("admin-profile-open"),
        )
    };
    sheet.parts.push(Part::Links(vec![to_profile]));
    sheet
        .parts
        .push(heading(visit, "remove", "admin-operator-remove"));
    let action = format!("{}/remove", href(&operator.name));
    sheet.parts.push(Part::Form(sure(
        visit,
        action,
        "admin-operator-remove-what",
        "admin-operator-remove-go",
    )));
}

pub(crate) fn fact(visit: &Visit, name: &str, value: String) -> Fact {
    Fact {
        name: visit.say(name),
        value,
    }
}

/// Asks for a tick before something is done that cannot be undone.
pub(crate) fn sure(visit: &Visit, action: String, what: &str, button: &str) -> Form {
    let mut form = Form {
        id: "sure",
        action,
        note: Some(visit.say(what)),
        button: visit.say(button),
        ..Form::default()
    };
    let tick = form
        .field("sure", visit.say("admin-sure"), Kind::Tick)
        .required();
    form.has(tick);
    form
}

/// The skills that queues ask for, and those that somebody has.
fn known_skills(visit: &Visit, operator: Option<&OperatorView>) -> Vec<String> {
    let configuration = visit.shared.engine.health().configuration;
    let mut skills = configuration.setup.skills.clone();
    if let Some(operator) = operator {
        skills.extend(operator.skills.keys().cloned());
    }
    skills.sort();
    skills.dedup();
    skills
}

/// What holds of an operator, to be said; what was typed stays.
fn form(visit: &Visit, operator: Option<&OperatorView>, kept: &Typed) -> Form {
    let mut form = Form {
        id: "operator",
        action: HOME.to_owned(),
        button: visit.say(match operator {
            Some(_) => "admin-operator-change-go",
            None => "admin-operator-add-go",
        }),
        is_first: operator.is_none(),
        ..Form::default()
    };
    let was_typed = !kept.is_empty();
    let shown = |name: &str, stored: Option<&str>| match was_typed {
        true => kept.raw(name).to_owned(),
        false => stored.unwrap_or("").to_owned(),
    };
    match operator {
        Some(operator) => {
            let name = form.field("name", String::new(), Kind::Hidden);
            form.has(name.value(&operator.name));
            let mode = form.field("change", String::new(), Kind::Hidden);
            form.has(mode.value("yes"));
        }
        None => {
            let name = form.field(
                "name",
                visit.say("admin-operator-name"),
                Kind::Line("text", 100),
            );
            let name = name.hint(visit.say("admin-operator-name-hint"));
            form.has(name.value(kept.raw("name")).required());
        }
    }
    let employer = form.field(
        "employer",
        visit.say("admin-employer"),
        Kind::Line("text", 100),
    );
    let stored = operator.map(|it| it.employer.as_str());
    form.has(employer.value(shown("employer", stored)).required());
    let home = shown("tenant", operator.and_then(|it| it.home.as_deref()));
    let home = tenant_field(visit, &form, &home, "admin-nobodys");
    form.has(home.hint(visit.say("admin-home-hint")));
    for skill in known_skills(visit, operator) {
        let stored = operator
            .and_then(|it| it.skills.get(&skill))
            .map(u8::to_string);
        let level = shown(&format!("{LEVEL}{skill}"), stored.as_deref());
        let field = level_field(visit, &form, &skill, &level);
        form.has(field);
    }
    form
}

/// The level of one skill. Its name is told by its value: `skill level`.
fn level_field(visit: &Visit, form: &Form, skill: &str, level: &str) -> Field {
    let mut all = vec![(String::new(), visit.say("admin-level-none"))];
    for n in 1..=5_u8 {
        let text = visit.language.with("admin-level", &[("n", n.into())]);
        all.push((format!("{skill} {n}"), text));
    }
    let chosen = if level.is_empty() {
        String::new()
    } else {
        format!("{skill} {level}")
    };
    let pairs = all
        .iter()
        .map(|(value, text)| (value.as_str(), text.clone()));
    let field = form.field(
        "level",
        visit.about("admin-skill", "skill", skill),
        Kind::One(choices(pairs, &chosen)),
    );
    Field {
        id: format!("{}-{}", form.id, escaped(skill).replace('%', "_")),
        ..field
    }
}

/// The skills that were chosen; with them as they are shown again.
fn skills_typed(typed: &Typed) -> BTreeMap<String, u8> {
    let words = typed.all("level").filter_map(|word| word.rsplit_once(' '));
    let skills = words.filter_map(|(skill, level)| Some((skill.to_owned(), level.parse().ok()?)));
    skills.collect()
}

/// Adds an operator, or changes one.
pub(crate) async fn set(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let is_change = form.is("change");
    let skills = skills_typed(&form);
    let mut kept = form.clone();
    for (skill, level) in &skills {
        kept = kept.with(&format!("{LEVEL}{skill}"), level.to_string());
    }
    let name = match is_change {
        true => form.of("name").to_owned(),
        false => one_spaced(form.of("name")),
    };
    let done = change(&visit, &form, is_change, skills).await;
    match done {
        Ok(()) => {
            let id = if is_change {
                "admin-operator-changed"
            } else {
                "admin-operator-added"
            };
            Ok(visit.done(&href(&name), visit.about(id, "name", &name)))
        }
        Err(failed) if is_change => one_page(&visit, &name, &kept, Some(failed)).await,
        Err(failed) => list_page(&visit, &Typed::default(), &kept, Some(failed)).await,
    }
}

async fn change(
    visit: &Visit,
    form: &Typed,
    is_change: bool,
    skills: BTreeMap<String, u8>,
) -> Result<(), Failed> {
    let typed = visit.name(form)?;
    let name = if is_change { typed } else { one_spaced(&typed) };
    let employer = visit.text(form, "employer")?;
    let stored = visit.shared.store.operator(&name).await;
    let stored = stored.map_err(|error| visit.failed(&error.into()))?;
    // Who adds somebody does not mean to change whoever has that name.
    if stored.is_some() && !is_change {
        let taken = ApiError::NameTaken {
            what: "operator",
            name,
        };
        return Err(visit.failed(&taken));
    }
    let change = OperatorChange {
        name,
        employer,
        skills: Some(skills),
        home: Some(form.of("tenant").to_owned()),
        pin: None,
    };
    let done = visit.carry_out(Command::SetOperators(vec![change])).await;
    done.map_err(|error| visit.failed(&error))
}

/// Somebody works here no more.
pub(crate) async fn remove(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    found(&visit, &name).await?;
    let removed = visit.carry_out(Command::RemoveOperator(name.clone()));
    match visit.once_sure(&form, removed).await {
        Ok(()) => Ok(visit.done(HOME, visit.about("admin-operator-removed", "name", &name))),
        Err(failed) => one_page(&visit, &name, &Typed::default(), Some(failed)).await,
    }
}

fn import_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "import",
        action: format!("{HOME}/import"),
        note: Some(visit.say("admin-operators-import-what")),
        button: visit.say("admin-import-go"),
        looks: Some(visit.say("admin-import-look")),
        ..Form::default()
    };
    let file = Some(visit.say("admin-list-file"));
    let list = form.field(
        "list",
        visit.say("admin-list"),
        Kind::Area { rows: 6, file },
    );
    let hint = visit.say("admin-operators-import-hint");
    form.has(list.value(kept.raw("list")).hint(hint).required());
    form
}

/// Brings in a list, whole or not at all.
pub(crate) async fn import(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let told = changes(&visit, form.raw("list")).await;
    let count = told.as_ref().map_or(0, Vec::len);
    let done = match told {
        Ok(_) if form.is("look") => {
            visit.tell(true, visit.count("admin-operators-looked", count));
            return list_page(&visit, &Typed::default(), &form, None).await;
        }
        Ok(changes) => {
            let done = visit.carry_out(Command::SetOperators(changes)).await;
            done.map_err(|error| visit.failed(&error).at("list"))
        }
        Err(failed) => Err(failed),
    };
    match done {
        Ok(()) => Ok(visit.done(HOME, visit.count("admin-operators-imported", count))),
        Err(failed) => list_page(&visit, &Typed::default(), &form, Some(failed)).await,
    }
}

async fn changes(visit: &Visit, text: &str) -> Result<Vec<OperatorChange>, Failed> {
    let may = ["employer", "skills", "home", "number", "pin"];
    let lines = list::read(text, &["operator"], &may);
    let lines = lines.map_err(|why| visit.no_list(&why).at("list"))?;
    if lines.len() > LINES_MAX {
        return Err(visit.unfit("admin-list-too-long").at("list"));
    }
    if lines.iter().filter(|line| line.of("pin").is_some()).count() > PINS_MAX {
        return Err(visit.unfit("admin-list-many-pins").at("list"));
    }
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    let mut seen = BTreeMap::new();
    for line in &lines {
        match change_of(visit, line).await {
            Ok(change) => {
                let name = one_spaced(&change.name);
                let first = *seen.entry(name.to_lowercase()).or_insert(line.number);
                if first != line.number {
                    faults.push(twice(visit, line.number, &name, first));
                }
                changes.push(change);
            }
            Err(what) => faults.push(visit.line_at_fault(line.number, what)),
        }
    }
    if faults.is_empty() {
        Ok(changes)
    } else {
        Err(visit.unfit_lines(faults).at("list"))
    }
}

/// Somebody stands in two lines of a list.
fn twice(visit: &Visit, line: u32, name: &str, first: u32) -> String {
    let about = [
        ("line", line.into()),
        ("name", name.into()),
        ("first", first.into()),
    ];
    visit.language.with("admin-line-twice", &about)
}

async fn change_of(visit: &Visit, line: &Line) -> Result<OperatorChange, &'static str> {
    let name = line.of("operator").ok_or("admin-line-no-name")?;
    let name = typed(name).ok().flatten().ok_or("admin-line-name")?;
    let skill = |word: &str| {
        let (skill, level) = word.split_once(':')?;
        let level = level.parse().ok().filter(|level| (1..=5).contains(level))?;
        Some((skill.to_owned(), level)).filter(|_| !skill.is_empty())
    };
    let skills = line
        .of("skills")
        .map(|text| text.split_whitespace().map(skill).collect());
    let skills: Option<Option<BTreeMap<String, u8>>> = skills;
    let skills = match skills {
        Some(None) => return Err("admin-line-skills"),
        Some(Some(skills)) => Some(skills),
        None => None,
    };
    let said = |column| line.of(column).map(str::to_owned);
    let pin = said("pin").map(PinTold::from);
    let pin = visit.shared.pin_change(&name, said("number"), pin).await;
    Ok(OperatorChange {
        pin: pin.map_err(|_why| "admin-line-pin")?,
        name,
        employer: line.of("employer").map(str::to_owned),
        skills,
        home: line.of("home").map(str::to_owned),
    })
}
