//! The first of the administrator's pages: what is to be done before real calls come, each with how it
//! stands, and the way to everything else.

use axum::response::Response;
use cuptel_core::words::{Outcome, Role};
use cuptel_store::AttemptFilter;

use super::example::{self, Left};
use super::sheet::{Link, Part, Sheet, Todo, TodoState};
use super::{Visit, menu, trial};
use crate::error::ApiError;
use crate::rights::Need;

/// One thing to be done, and whether it is.
struct Task {
    is_done: bool,
    text: &'static str,
    note: String,
    link: (&'static str, &'static str),
}

/// The guide, and the way to every page.
pub(crate) async fn index(visit: Visit) -> Result<Response, ApiError> {
    let mut sheet = Sheet {
        title: visit.say("admin-title"),
        ..Sheet::default()
    };
    if visit.may(Need::Staff) {
        let tasks = match visit.may(Need::Rule) {
            true => tasks(&visit).await?,
            false => tasks_of_one(&visit).await?,
        };
        let done = tasks.iter().filter(|task| task.is_done).count();
        let all = tasks.len();
        sheet.parts.push(Part::Heading {
            id: "guide",
            text: visit.say("admin-guide"),
        });
        let about = [
            ("done", u32::try_from(done).unwrap_or(0).into()),
            ("all", u32::try_from(all).unwrap_or(0).into()),
        ];
        let id = if done == all {
            "admin-guide-over"
        } else {
            "admin-guide-so-far"
        };
        sheet
            .parts
            .push(Part::Text(visit.language.with(id, &about)));
        sheet.parts.push(Part::Steps(steps(&visit, tasks)));
        sheet.parts.extend(trial::of_all(&visit).await);
    }
    sheet.parts.push(Part::Heading {
        id: "pages",
        text: visit.say("admin-pages"),
    });
    let door = |(href, name): (&str, &str)| Link {
        note: Some(visit.say(&format!("{name}-what"))),
        ..Link::to(href, visit.say(name))
    };
    let doors = menu::doors(visit.caller.role()).map(door);
    sheet.parts.push(Part::Links(doors.collect()));
    Ok(visit.show(&sheet))
}

/// The first that is not done is the next.
fn steps(visit: &Visit, tasks: Vec<Task>) -> Vec<Todo> {
    let mut is_next = true;
    let mut step = |task: Task| {
        let state = match (task.is_done, is_next) {
            (true, _) => TodoState::Done,
            (false, true) => TodoState::Next,
            (false, false) => TodoState::Later,
        };
        is_next = is_next && task.is_done;
        let (href, text) = task.link;
        Todo {
            state,
            word: visit.say(match state {
                TodoState::Done => "admin-todo-done",
                TodoState::Next => "admin-todo-next",
                TodoState::Later => "admin-todo-later",
            }),
            text: visit.say(task.text),
            note: task.note,
            link: Some(Link::to(href, visit.say(text))),
        }
    };
    tasks.into_iter().map(&mut step).collect()
}

async fn tasks(visit: &Visit) -> Result<Vec<Task>, ApiError> {
    let shared = &visit.shared;
    let accounts = shared.store.accounts().await?;
    let rules = |must_change: bool| {
        let all = accounts.iter();
        all.filter(move |it| it.role == Role::RegionAdministrator && it.must_change == must_change)
            .count()
    };
    let (with_own, for_once) = (rules(false), rules(true));
    let operators = shared.store.operators().await?;
    let example = Left::of(shared).await?;
    let mut tasks = vec![
        Task {
            is_done: with_own > 0,
            text: "admin-todo-password",
            note: visit.say("admin-todo-password-note"),
            link: ("/password", "admin-todo-password-go"),
        },
        Task {
            is_done: with_own + for_once > 1,
            text: "admin-todo-second",
            note: visit.say("admin-todo-second-note"),
            link: ("/admin/users#add", "admin-todo-second-go"),
        },
        Task {
            is_done: !operators.is_empty() && example.operators.is_empty(),
            text: "admin-todo-operators",
            note: match example.operators.len() {
                0 => visit.count("admin-todo-operators-note", operators.len()),
                _ => Left::told(visit, "admin-todo-operators-example", &example.operators),
            },
            link: ("/admin/operators", "admin-todo-operators-go"),
        },
        Task {
            is_done: example.seats.is_empty(),
            text: "admin-todo-secrets",
            note: match example.seats.len() {
                0 => visit.say("admin-todo-secrets-note"),
                _ => Left::told(visit, "admin-todo-secrets-example", &example.seats),
            },
            link: ("/admin/seats", "admin-todo-secrets-go"),
        },
    ];
    if !example.is_gone() {
        tasks.push(Task {
            is_done: false,
            text: "admin-todo-example",
            note: visit.say("admin-todo-example-note"),
            link: (example::HOME, "admin-todo-example-go"),
        });
    }
    tasks.extend(telephone_tasks(visit, &example).await?);
    Ok(tasks)
}

/// What is to be done by whoever sets up the people of one authority: the rest is the region's.
async fn tasks_of_one(visit: &Visit) -> Result<Vec<Task>, ApiError> {
    let shared = &visit.shared;
    let caller = &visit.caller;
    let mut operators = shared.store.operators().await?;
    operators.retain(|it| it.home.is_some() && caller.sees_operator(it));
    let mut users = shared.store.accounts().await?;
    users.retain(|it| it.operator.is_some() && caller.sees(it.tenant.as_deref()));
    let look = visit.look();
    let names: Vec<&str> = operators.iter().map(|it| it.name.as_str()).collect();
    let working = look
        .seats
        .iter()
        .filter_map(|seat| seat.operator.as_deref());
    let working = working.filter(|name| names.contains(name)).count();
    let served = AttemptFilter {
        tenant: caller.tenant().map(str::to_owned),
        outcome: Some(Outcome::Served),
        before: None,
        limit: 1,
    };
    let served = shared.store.attempts(&served).await?;
    let numbers: Vec<String> = plans_of(visit).flat_map(|plan| plan.1).collect();
    Ok(vec![
        Task {
            is_done: !caller.must_change(),
            text: "admin-todo-password",
            note: visit.say("admin-todo-password-note"),
            link: ("/password", "admin-todo-password-go"),
        },
        Task {
            is_done: !operators.is_empty(),
            text: "admin-todo-operators",
            note: visit.count("admin-todo-operators-note", operators.len()),
            link: ("/admin/operators", "admin-todo-operators-go"),
        },
        Task {
            is_done: !users.is_empty(),
            text: "admin-todo-users",
            note: visit.count("admin-todo-users-note", users.len()),
            link: ("/admin/users#add", "admin-todo-second-go"),
        },
        Task {
            is_done: working > 0,
            text: "admin-todo-sign-in",
            note: visit.count("admin-todo-sign-in-note", working),
            link: ("/board", "admin-todo-sign-in-go"),
        },
        Task {
            is_done: !served.is_empty(),
            text: "admin-todo-call",
            note: visit.about("admin-todo-call-note", "numbers", &numbers.join(", ")),
            link: ("/board", "admin-todo-call-go"),
        },
    ])
}

/// What is to be done about lines and phones.
async fn telephone_tasks(visit: &Visit, example: &Left) -> Result<Vec<Task>, ApiError> {
    let shared = &visit.shared;
    let look = shared.engine.snapshot();
    let reachable = look.seats.iter().filter(|seat| seat.reachable).count();
    let at_work = look.seats.iter().filter(|seat| seat.operator.is_some());
    let (working, ready) = at_work.fold((0, 0), |(all, ready), seat| {
        (all + 1, ready + usize::from(seat.reachable))
    });
    let down = look
        .trunks
        .iter()
        .filter(|trunk| trunk.down_since_ms.is_some())
        .count();
    let totals = shared.totals.get(&shared.store).await?;
    let ended: i64 = totals.attempts.values().sum();
    let served = [Outcome::Served, Outcome::ServedByMenu];
    let served = served
        .iter()
        .filter_map(|outcome| totals.attempts.get(outcome))
        .sum::<i64>();
    let has_heard = ended + totals.attempts_open > 0;
    let numbers: Vec<String> = plans_of(visit).flat_map(|plan| plan.1).collect();
    let trunk_note = match (look.trunks.is_empty(), down) {
        (true, _) => visit.say("admin-todo-trunk-none"),
        (false, 0) if has_heard => visit.say("admin-todo-trunk-heard"),
        (false, 0) => visit.say("admin-todo-trunk-note"),
        (false, down) => visit.count("admin-todo-trunk-down", down),
    };
    Ok(vec![
        Task {
            is_done: !look.queues.is_empty() && example.numbers.is_empty(),
            text: "admin-todo-queues",
            note: match example.numbers.len() {
                0 => visit.count("admin-todo-queues-note", look.queues.len()),
                _ => Left::told(visit, "admin-todo-queues-example", &example.numbers),
            },
            link: ("/admin/dialplans", "admin-todo-queues-go"),
        },
        Task {
            is_done: reachable > 0,
            text: "admin-todo-phones",
            note: visit.count("admin-todo-phones-note", reachable),
            link: ("/admin/seats", "admin-todo-phones-go"),
        },
        Task {
            is_done: ready > 0,
            text: "admin-todo-sign-in",
            note: match (working, ready) {
                (1.., 0) => visit.count("admin-todo-sign-in-no-phone", working),
                _ => visit.count("admin-todo-sign-in-note", working),
            },
            link: ("/board", "admin-todo-sign-in-go"),
        },
        Task {
            is_done: !look.trunks.is_empty() && down == 0 && has_heard,
            text: "admin-todo-trunk",
            note: trunk_note,
            link: ("/admin/configuration", "admin-todo-trunk-go"),
        },
        Task {
            is_done: served > 0,
            text: "admin-todo-call",
            note: visit.about("admin-todo-call-note", "numbers", &numbers.join(", ")),
            link: ("/board", "admin-todo-call-go"),
        },
    ])
}

/// Title and numbers of each health authority that somebody may see.
fn plans_of(visit: &Visit) -> impl Iterator<Item = (String, Vec<String>)> {
    let configuration = visit.shared.engine.health().configuration;
    let plans: Vec<_> = configuration
        .setup
        .plans
        .iter()
        .filter(|plan| visit.caller.sees(Some(&plan.tenant)))
        .map(|plan| (plan.title.clone(), plan.numbers.clone()))
        .collect();
    plans.into_iter()
}
