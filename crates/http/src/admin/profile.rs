//! What an operator needs to work well. Only they and whoever keeps it see it: it is on no list, and no
//! figure shows it.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::Response;
use cuptel_core::profile::{Profile, ProfileTold};
use cuptel_core::step::Command;
use cuptel_core::words::WorkKind;
use cuptel_store::ProfileView;

use super::operators::fact;
use super::sheet::{Choice, Fact, Failed, Form, Kind, Link, Part, choices};
use super::typed::Typed;
use super::{Visit, escaped};
use crate::error::ApiError;
use crate::reads::shortened;
use crate::staffing::LOOK_AT_PROFILE;

/// Numbers of a profile: name, the least and the most that is taken.
const NUMBERS: [(&str, u32, u32); 6] = [
    ("ring_s", 1, 300),
    ("wrap_up_s", 0, 3_600),
    ("rest_s", 0, 3_600),
    ("break_after", 1, 1_000),
    ("break_s", 1, 7_200),
    ("works_per_h", 1, 60),
];

/// What a field of a profile is called.
fn name_of(visit: &Visit, field: &str) -> String {
    visit.say(&format!("admin-profile-{}", field.replace('_', "-")))
}

fn number_of(profile: &ProfileView, field: &str) -> Option<u32> {
    match field {
        "ring_s" => profile.ring_s,
        "wrap_up_s" => profile.wrap_up_s,
        "rest_s" => profile.rest_s,
        "break_after" => profile.break_after,
        "break_s" => profile.break_s,
        "works_per_h" => profile.works_per_h,
        _ => None,
    }
}

fn kind_name(visit: &Visit, kind: WorkKind) -> String {
    visit.say(match kind {
        WorkKind::Live => "admin-kind-live",
        WorkKind::Callback => "admin-kind-callback",
        WorkKind::Task => "admin-kind-task",
    })
}

/// One's own, to be read: whoever keeps it changes it.
pub(crate) async fn own(visit: Visit) -> Result<Response, ApiError> {
    let mut sheet = visit.sheet(visit.say("admin-own-profile"), Vec::new());
    sheet.above.clear();
    let Some(operator) = visit.caller.operator() else {
        sheet.intro.push(visit.say("admin-own-profile-none"));
        return Ok(visit.show(&sheet));
    };
    sheet.intro.push(visit.say("admin-own-profile-intro"));
    let profile = visit.shared.store.profile(operator).await?;
    let facts = facts(&visit, &profile);
    if facts.is_empty() {
        sheet
            .parts
            .push(Part::Text(visit.say("admin-own-profile-empty")));
    } else {
        sheet.parts.push(Part::Facts(facts));
    }
    Ok(visit.show(&sheet))
}

/// What was said of it.
fn facts(visit: &Visit, profile: &ProfileView) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (field, _, _) in NUMBERS {
        if let Some(number) = number_of(profile, field) {
            facts.push(Fact {
                name: name_of(visit, field),
                value: number.to_string(),
            });
        }
    }
    for (field, holds) in [
        ("auto_answer", profile.auto_answer),
        ("whisper", profile.whisper),
    ] {
        if holds {
            facts.push(Fact {
                name: name_of(visit, field),
                value: visit.say("admin-yes"),
            });
        }
    }
    if !profile.not_kinds.is_empty() {
        let kinds = profile
            .not_kinds
            .iter()
            .filter_map(|kind| kind.parse().ok());
        let kinds: Vec<String> = kinds.map(|kind| kind_name(visit, kind)).collect();
        facts.push(fact(visit, "admin-profile-not-kinds", kinds.join(", ")));
    }
    if !profile.not_queues.is_empty() {
        let queues = profile.not_queues.join(", ");
        facts.push(fact(visit, "admin-profile-not-queues", queues));
    }
    if let Some(buddy) = &profile.buddy {
        facts.push(fact(visit, "admin-profile-buddy", buddy.clone()));
    }
    facts
}

/// Of an operator, to be changed.
pub(crate) async fn page(visit: Visit, Path(name): Path<String>) -> Result<Response, ApiError> {
    visit.shared.may_set_up(&visit.caller, &name).await?;
    let caller = &visit.caller;
    caller
        .logged(&visit.shared, LOOK_AT_PROFILE, Some(&name))
        .await?;
    let stored = visit.shared.store.profile(&name).await?;
    show(&visit, &name, &typed_of(&stored), None).await
}

/// A profile as it would be typed.
fn typed_of(profile: &ProfileView) -> Typed {
    let mut typed = Typed::default();
    for (field, _, _) in NUMBERS {
        if let Some(number) = number_of(profile, field) {
            typed = typed.with(field, number.to_string());
        }
    }
    for (field, holds) in [
        ("auto_answer", profile.auto_answer),
        ("whisper", profile.whisper),
    ] {
        if holds {
            typed = typed.with(field, "yes");
        }
    }
    for kind in &profile.not_kinds {
        typed = typed.with("not_kinds", *kind);
    }
    for queue in &profile.not_queues {
        typed = typed.with("not_queues", queue.as_str());
    }
    match &profile.buddy {
        Some(buddy) => typed.with("buddy", buddy.as_str()),
        None => typed,
    }
}

async fn show(
    visit: &Visit,
    name: &str,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    if visit.shared.store.operator(name).await?.is_none() {
        return Err(ApiError::NotFound {
            what: "operator",
            which: shortened(name),
        });
    }
    let above = vec![
        Link::to("/admin/operators", visit.say("admin-operators")),
        Link::to(format!("/admin/operators/{}", escaped(name)), name),
    ];
    let title = visit.about("admin-profile-of", "name", name);
    let mut sheet = visit.sheet(title, above);
    sheet.failed = failed;
    sheet.intro.push(visit.say("admin-profile-who-sees"));
    let mut form = Form {
        id: "profile",
        action: format!("/admin/operators/{}/profile", escaped(name)),
        button: visit.say("admin-profile-go"),
        is_first: true,
        ..Form::default()
    };
    for (field, least, most) in NUMBERS {
        let number = form.field(field, name_of(visit, field), Kind::Number(least, most));
        let hint = format!("admin-profile-{}-hint", field.replace('_', "-"));
        form.has(number.value(kept.raw(field)).hint(visit.say(&hint)));
    }
    for field in ["auto_answer", "whisper"] {
        let tick = form.field(field, name_of(visit, field), Kind::Tick);
        form.has(tick.value(kept.of(field)));
    }
    spared(visit, &mut form, kept);
    let buddy = form.field(
        "buddy",
        name_of(visit, "buddy"),
        Kind::One(others(visit, name, kept).await?),
    );
    form.has(buddy.hint(visit.say("admin-profile-buddy-hint")));
    sheet.parts.push(Part::Form(form));
    Ok(visit.show(&sheet))
}

/// What they are spared: kinds of work, and queues.
fn spared(visit: &Visit, form: &mut Form, kept: &Typed) {
    let has = |name: &str, value: &str| kept.all(name).any(|it| it == value);
    let kind = |kind: &WorkKind| Choice {
        value: kind.as_str().to_owned(),
        text: kind_name(visit, *kind),
        chosen: has("not_kinds", kind.as_str()),
    };
    let kinds = Kind::Some(WorkKind::ALL.iter().map(kind).collect());
    let kinds = form.field("not_kinds", name_of(visit, "not_kinds"), kinds);
    form.has(kinds);
    let look = visit.shared.engine.snapshot();
    let queue = |(tenant, name, title): (&str, &str, &str)| {
        let value = format!("{tenant}/{name}");
        Choice {
            text: format!("{title} ({})", visit.tenant_title(tenant)),
            chosen: has("not_queues", &value),
            value,
        }
    };
    let queues = look.queues.iter();
    let queues = queues.map(|it| (it.tenant.as_str(), it.name.as_str(), it.title.as_str()));
    let queues = Kind::Some(queues.map(queue).collect());
    let queues = form.field("not_queues", name_of(visit, "not_queues"), queues);
    form.has(queues);
}

async fn others(visit: &Visit, name: &str, kept: &Typed) -> Result<Vec<Choice>, ApiError> {
    let operators = visit.shared.store.operators().await?;
    let others = operators
        .iter()
        .filter(|it| it.name != name && visit.caller.sees_operator(it))
        .map(|it| (it.name.as_str(), it.name.clone()));
    let nobody = [("", visit.say("admin-profile-nobody"))];
    Ok(choices(nobody.into_iter().chain(others), kept.of("buddy")))
}

/// Says what an operator needs; it holds at once.
pub(crate) async fn set(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    visit.shared.may_set_up(&visit.caller, &name).await?;
    let told = match told(&form) {
        Ok(told) => told,
        Err(fields) => {
            let why = |field| (field, visit.say("admin-profile-no-number"));
            let failed = Failed {
                each: fields.into_iter().map(why).collect(),
                ..visit.unfit("admin-profile-no-number")
            };
            return show(&visit, &name, &form, Some(failed)).await;
        }
    };
    let command = Command::SetProfile {
        operator: name.clone(),
        profile: Box::new(told),
    };
    match visit.carry_out(command).await {
        Ok(()) => {
            let to = format!("/admin/operators/{}", escaped(&name));
            Ok(visit.done(&to, visit.about("admin-profile-done", "name", &name)))
        }
        Err(error) => {
            let failed = visit.failed(&error);
            show(&visit, &name, &form, Some(failed)).await
        }
    }
}

/// What was typed, or the fields whose numbers are none.
fn told(form: &Typed) -> Result<ProfileTold, Vec<&'static str>> {
    let number = |name: &str| form.of(name).parse::<u32>().ok();
    let fields = NUMBERS.iter().map(|(field, _, _)| *field);
    let none: Vec<&'static str> = fields
        .filter(|field| form.said(field).is_some() && number(field).is_none())
        .collect();
    if !none.is_empty() {
        return Err(none);
    }
    let queues = form
        .all("not_queues")
        .filter_map(|text| text.split_once('/'));
    Ok(ProfileTold {
        not_queues: queues
            .map(|(tenant, queue)| (tenant.to_owned(), queue.to_owned()))
            .collect(),
        buddy: form.said("buddy"),
        profile: Profile {
            ring_s: number("ring_s"),
            wrap_up_s: number("wrap_up_s"),
            rest_s: number("rest_s"),
            break_after: number("break_after"),
            break_s: number("break_s"),
            auto_answer: form.is("auto_answer"),
            whisper: form.is("whisper"),
            not_kinds: form
                .all("not_kinds")
                .filter_map(|kind| kind.parse().ok())
                .collect(),
            not_queues: BTreeSet::new(),
            works_per_h: number("works_per_h"),
            buddy: None,
        },
    })
}
