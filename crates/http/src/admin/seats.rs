//! Seats: where each stands, whether its phone is there, and how that phone is set up.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use cuptel_core::phone_password::{self, Unfit};
use cuptel_core::snapshot::SeatNow;
use cuptel_core::staffing::{SeatChange, is_extension};
use cuptel_core::step::Command;
use cuptel_store::SeatView;

use super::example::Left;
use super::operators::{fact, heading, search, sure};
use super::sheet::{Cell, Failed, Field, Form, Kind, Link, List, Part, choices};
use super::typed::Typed;
use super::{Visit, escaped};
use super::{provisioning, trial};
use crate::error::ApiError;
use crate::password;
use crate::reads::{masking, shortened};
use crate::rights::Need;
use crate::words::seat_state;

const HOME: &str = "/admin/seats";

pub(super) fn href(name: &str) -> String {
    format!("{HOME}/{}", escaped(name))
}

/// All of them, a page at a time; found by extension, site or operator.
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
    let mut sheet = visit.listed("admin-seats", failed);
    let text = asked.of("q").to_lowercase();
    let mut seats = visit.shared.store.seats().await?;
    // Who works for others is not found by their name either.
    seats
        .iter_mut()
        .for_each(masking(&visit.shared, visit.caller.clone()));
    seats.retain(|seat| {
        let has = |it: &str| it.to_lowercase().contains(&text);
        has(&seat.name)
            || seat.site.as_deref().is_some_and(has)
            || seat.operator.as_deref().is_some_and(has)
    });
    let jump = visit.jump(Need::Rule, "admin-seat-add");
    sheet.parts.push(Part::List(List {
        jump,
        ..table(visit, &seats, asked)
    }));
    if visit.may(Need::Rule) {
        let form = add_form(visit, kept);
        visit.offers(&mut sheet, ("add", "admin-seat-add"), form);
    }
    Ok(visit.show(&sheet))
}

fn table(visit: &Visit, seats: &[SeatView], asked: &Typed) -> List {
    let (page, next) = visit.paged(HOME, asked, seats);
    let look = visit.look();
    let row = |seat: &SeatView| {
        let now = look.seats.iter().find(|it| it.name == seat.name);
        vec![
            Cell::link(&seat.name, href(&seat.name)),
            seat.site.clone().unwrap_or_default().into(),
            phone(visit, now).into(),
            seat.operator.clone().unwrap_or_default().into(),
            state(visit, now).into(),
        ]
    };
    let mut search = search(visit, HOME, asked);
    search.fields.retain(|field| field.name != "tenant");
    List {
        id: "seats",
        caption: visit.count("admin-seats-caption", seats.len()),
        columns: visit.columns(&[
            "admin-seat",
            "admin-site",
            "admin-phone",
            "admin-operator",
            "admin-state",
        ]),
        rows: page.map(row).collect(),
        empty: visit.say("admin-seats-empty"),
        search: Some(Box::new(search)),
        next,
        ..List::default()
    }
}

fn phone(visit: &Visit, now: Option<&SeatNow>) -> String {
    let is_there = now.is_some_and(|seat| seat.reachable);
    visit.say(if is_there {
        "admin-phone-there"
    } else {
        "admin-phone-away"
    })
}

fn state(visit: &Visit, now: Option<&SeatNow>) -> String {
    now.map_or(String::new(), |seat| {
        let (shape, words) = seat_state(visit.language, seat);
        format!("{shape} {words}")
    })
}

fn site_field(visit: &Visit, form: &Form, chosen: &str) -> Field {
    let look = visit.shared.engine.snapshot();
    let sites = look
        .sites
        .iter()
        .map(|site| (site.name.as_str(), site.name.clone()));
    let kind = Kind::One(choices(sites, chosen));
    form.field("site", visit.say("admin-site"), kind).required()
}

fn password_field(visit: &Visit, form: &Form) -> Field {
    let most = u32::try_from(phone_password::LENGTH_MAX).unwrap_or(u32::MAX);
    let field = form.field(
        "password",
        visit.say("admin-seat-password"),
        Kind::Line("text", most),
    );
    field.hint(visit.say("admin-seat-password-hint"))
}

fn add_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "seat",
        action: HOME.to_owned(),
        button: visit.say("admin-seat-add-go"),
        is_first: true,
        ..Form::default()
    };
    let name = form.field("name", visit.say("admin-seat-name"), Kind::Line("text", 32));
    let hint = visit.say("admin-seat-name-hint");
    form.has(name.value(kept.raw("name")).hint(hint).required());
    let site = site_field(visit, &form, kept.of("site"));
    form.has(site);
    // What was typed here is no secret yet: nothing was taken.
    let password = password_field(visit, &form).value(kept.raw("password"));
    form.has(password);
    form
}

/// Adds a seat, and leads to how its phone is set up.
pub(crate) async fn set(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let name = form.of("name").to_owned();
    match add(&visit, &form, &name).await {
        Ok(secret) => {
            visit.keep_secret(&name, secret);
            Ok(visit.done(&href(&name), visit.about("admin-seat-added", "name", &name)))
        }
        Err(failed) => list_page(&visit, &Typed::default(), &form, Some(failed)).await,
    }
}

async fn add(visit: &Visit, form: &Typed, name: &str) -> Result<String, Failed> {
    if !is_extension(name) {
        return Err(visit.unfit("admin-seat-no-extension").at("name"));
    }
    let stored = visit.shared.store.seat(name).await;
    if stored
        .map_err(|error| visit.failed(&error.into()))?
        .is_some()
    {
        let taken = ApiError::NameTaken {
            what: "seat",
            name: name.to_owned(),
        };
        return Err(visit.failed(&taken));
    }
    let secret = secret_of(visit, form, name)?;
    let change = SeatChange {
        name: name.to_owned(),
        site: form.said("site"),
        account: Some(visit.shared.engine.account(name, &secret)),
    };
    let done = visit.carry_out(Command::SetSeats(vec![change])).await;
    done.map(|()| secret).map_err(|error| visit.failed(&error))
}

/// The password that was typed, or one of ours.
fn secret_of(visit: &Visit, form: &Typed, seat: &str) -> Result<String, Failed> {
    let typed = form.raw("password");
    if typed.is_empty() {
        let made = password::one_time();
        return made.map_err(|error| visit.failed(&ApiError::NoRandom(error)));
    }
    match phone_password::fit(typed, seat) {
        Ok(()) => Ok(typed.to_owned()),
        Err(why) => Err(unfit(visit, why).at("password")),
    }
}

/// Why a password is not taken, and what would be.
fn unfit(visit: &Visit, why: Unfit) -> Failed {
    let text = match why {
        Unfit::Short => visit.count("admin-seat-password-short", phone_password::LENGTH_MIN),
        Unfit::Long => visit.count("admin-seat-password-long", phone_password::LENGTH_MAX),
        Unfit::Sign(sign) => visit.language.with(
            "admin-seat-password-sign",
            &[
                ("sign", shown(visit, sign).into()),
                ("signs", phone_password::SIGNS.into()),
            ],
        ),
        Unfit::Delivered => visit.say("admin-seat-password-delivered"),
        Unfit::Guessed => visit.say("admin-seat-password-guessed"),
    };
    Failed {
        text,
        ..Failed::default()
    }
}

/// A sign as it is read, where it can be.
fn shown(visit: &Visit, sign: char) -> String {
    if sign.is_whitespace() || sign.is_control() {
        visit.say("admin-seat-password-space")
    } else {
        sign.to_string()
    }
}

/// One seat, and how its phone is set up.
pub(crate) async fn one(visit: Visit, Path(name): Path<String>) -> Result<Response, ApiError> {
    one_page(&visit, &name, None).await
}

pub(super) async fn one_page(
    visit: &Visit,
    name: &str,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    one_page_with(visit, name, &Typed::default(), failed).await
}

async fn one_page_with(
    visit: &Visit,
    name: &str,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let seat = visit.shared.store.seat(name).await?;
    let seat = seat.ok_or_else(|| ApiError::NotFound {
        what: "seat",
        which: shortened(name),
    })?;
    let above = vec![Link::to(HOME, visit.say("admin-seats"))];
    let mut sheet = visit.sheet(visit.about("admin-seat-title", "name", name), above);
    sheet.failed = failed;
    let look = visit.look();
    let now = look.seats.iter().find(|it| it.name == name);
    sheet.parts.push(Part::Facts(vec![
        fact(visit, "admin-site", seat.site.clone().unwrap_or_default()),
        fact(visit, "admin-phone", phone(visit, now)),
        fact(visit, "admin-state", state(visit, now)),
    ]));
    sheet.parts.extend(deeds(visit, name, now).await);
    let known = Left::of(&visit.shared).await?.seats;
    if visit.may(Need::Rule) && known.iter().any(|it| it == name) {
        let warning = visit.say("admin-seat-password-known");
        sheet.parts.push(Part::Warning(warning));
    }
    if !visit.may(Need::Rule) {
        return Ok(visit.show(&sheet));
    }
    let secret = visit.take_secret(name);
    sheet
        .parts
        .push(heading(visit, "phone", "admin-phone-setup"));
    sheet
        .parts
        .extend(provisioning::parts(visit, name, secret.as_deref()));
    sheet.parts.push(Part::Text(visit.say("admin-phone-try")));
    sheet
        .parts
        .push(heading(visit, "change", "admin-seat-change"));
    sheet.parts.extend(changes(visit, &seat, kept));
    sheet
        .parts
        .push(heading(visit, "remove", "admin-seat-remove"));
    let action = format!("{}/remove", href(name));
    let sure = sure(
        visit,
        action,
        "admin-seat-remove-what",
        "admin-seat-remove-go",
    );
    sheet.parts.push(Part::Form(sure));
    Ok(visit.show(&sheet))
}

/// What somebody may do with the phone of a seat, or that they may do nothing with it.
async fn deeds(visit: &Visit, name: &str, now: Option<&SeatNow>) -> Vec<Part> {
    let is_theirs = visit.shared.allow_seat(&visit.caller, name).await.is_ok();
    let mut parts = Vec::new();
    if !visit.may(Need::Rule) {
        parts.push(Part::Text(visit.say(match visit.may(Need::Staff) {
            true if is_theirs => "admin-seat-region",
            true => "admin-seat-others",
            false => "admin-seat-nothing",
        })));
    }
    if is_theirs {
        parts.extend(trial::parts(visit, name, now));
    }
    parts
}

/// The forms that change a seat.
fn changes(visit: &Visit, seat: &SeatView, kept: &Typed) -> [Part; 2] {
    let mut again = Form {
        id: "again",
        heading: Some(visit.say("admin-seat-password-new")),
        action: format!("{}/password", href(&seat.name)),
        note: Some(visit.say("admin-seat-password-new-what")),
        button: visit.say("admin-seat-password-go"),
        ..Form::default()
    };
    let field = password_field(visit, &again).value(kept.raw("password"));
    again.has(field);
    let mut moves = Form {
        id: "moves",
        heading: Some(visit.say("admin-seat-move")),
        action: format!("{}/site", href(&seat.name)),
        button: visit.say("admin-seat-move-go"),
        ..Form::default()
    };
    let field = site_field(visit, &moves, seat.site.as_deref().unwrap_or(""));
    moves.has(field);
    [Part::Form(again), Part::Form(moves)]
}

/// Whether there is such a seat; what is said of one that is not there would add it.
async fn is_there(visit: &Visit, name: &str) -> Result<(), ApiError> {
    let seat = visit.shared.store.seat(name).await?;
    seat.map(|_| ()).ok_or_else(|| ApiError::NotFound {
        what: "seat",
        which: shortened(name),
    })
}

/// Gives a phone another password, shown once.
pub(crate) async fn password(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    is_there(&visit, &name).await?;
    let secret = match secret_of(&visit, &form, &name) {
        Ok(secret) => secret,
        Err(failed) => return one_page_with(&visit, &name, &form, Some(failed)).await,
    };
    let change = SeatChange {
        name: name.clone(),
        site: None,
        account: Some(visit.shared.engine.account(&name, &secret)),
    };
    match visit.carry_out(Command::SetSeats(vec![change])).await {
        Ok(()) => {
            visit.keep_secret(&name, secret);
            let to = format!("{}#phone", href(&name));
            Ok(visit.done(&to, visit.about("admin-seat-password-done", "name", &name)))
        }
        Err(error) => one_page(&visit, &name, Some(visit.failed(&error))).await,
    }
}

/// A seat stands elsewhere.
pub(crate) async fn site(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    is_there(&visit, &name).await?;
    let change = SeatChange {
        name: name.clone(),
        site: form.said("site"),
        account: None,
    };
    match visit.carry_out(Command::SetSeats(vec![change])).await {
        Ok(()) => Ok(visit.done(&href(&name), visit.about("admin-seat-moved", "name", &name))),
        Err(error) => one_page(&visit, &name, Some(visit.failed(&error))).await,
    }
}

/// A seat is there no more.
pub(crate) async fn remove(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    is_there(&visit, &name).await?;
    let removed = visit.carry_out(Command::RemoveSeat(name.clone()));
    match visit.once_sure(&form, removed).await {
        Ok(()) => Ok(visit.done(HOME, visit.about("admin-seat-removed", "name", &name))),
        Err(failed) => one_page(&visit, &name, Some(failed)).await,
    }
}

impl Visit {
    /// Keeps what is to be shown once, on the next page about it.
    pub(crate) fn keep_secret(&self, about: &str, secret: String) {
        if let Some(session) = self.caller.session() {
            self.shared
                .sessions
                .keep_secret(session, about.to_owned(), secret);
        }
    }

    /// What was kept about this, for once.
    pub(crate) fn take_secret(&self, about: &str) -> Option<String> {
        let session = self.caller.session()?;
        self.shared.sessions.take_secret(session, about)
    }
}
