//! Looking and acting from a shell: through the running node's API, or in the database.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_core::words::Outcome;
use cuptel_store::{Access, AttemptFilter, CallbackFilter, Spill, Store};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::{Value, json};

pub(crate) use crate::api::Api;
use crate::cli::{
    AttemptCommand, CallbackCommand, How, Looked, OnSeat, One, Page, SeatCommand, SiteCommand,
    complain, say, tell,
};
use crate::config::Config;
use crate::serve::runtime;
use crate::staffing::NewPassword;
use crate::{bulk, by_hand, paper, staffing, stepping_in, stops, table, trial};

const ATTEMPT_FIELDS: [&str; 10] = [
    "id",
    "received_ms",
    "tenant",
    "number",
    "stage",
    "outcome",
    "sip_status",
    "queue",
    "callback",
    "suppressed",
];
pub(crate) const CALLBACK_FIELDS: [&str; 12] = [
    "id",
    "tenant",
    "number",
    "state",
    "place_ms",
    "not_before_ms",
    "kinds",
    "priority_class",
    "due_ms",
    "tries",
    "declined",
    "closed_how",
];
const SEAT_FIELDS: [&str; 8] = [
    "name",
    "site",
    "site_out",
    "registered_until_ms",
    "operator",
    "chosen",
    "work",
    "shift_ends_ms",
];
const QUEUE_FIELDS: [&str; 5] = [
    "tenant",
    "name",
    "waiting",
    "callbacks_open",
    "callbacks_ready",
];

const SITE_FIELDS: [&str; 6] = [
    "name",
    "staffed",
    "reachable",
    "calls",
    "calls_max",
    "out_since_ms",
];

/// `attempts`.
pub(crate) fn attempts(config: &Config, command: AttemptCommand) -> anyhow::Result<ExitCode> {
    match command {
        AttemptCommand::List { only, page, how } => {
            let rows = if how.offline {
                let filter = AttemptFilter {
                    tenant: page.tenant,
                    outcome: only,
                    before: page.before,
                    limit: page.limit,
                };
                offline(config, async |store| {
                    Ok(serde_json::to_value(store.attempts(&filter).await?)?)
                })?
            } else {
                let only = only.map(Outcome::as_str);
                Api::or_offline(config)?.get(&list_path("attempts", ("outcome", only), &page))?
            };
            tell_of_spill(config)?;
            show_rows(&rows, &ATTEMPT_FIELDS, how.json)
        }
        AttemptCommand::Withdraw(waiting) => stepping_in::withdraw(config, &waiting),
        AttemptCommand::Move(moving) => stepping_in::move_to(config, &moving),
        AttemptCommand::Ahead(ahead) => stepping_in::ahead(config, "attempts", &ahead),
        AttemptCommand::Show(One { id, how }) => {
            let row = if how.offline {
                offline(config, async |store| {
                    let row = store.attempt(AttemptId(id)).await?;
                    let row = row.with_context(|| format!("there is no attempt {id}"))?;
                    Ok(serde_json::to_value(row)?)
                })?
            } else {
                Api::or_offline(config)?.get(&format!("attempts/{id}"))?
            };
            show_row(&row, how)
        }
    }
}

/// `callbacks`.
pub(crate) fn callbacks(config: &Config, command: CallbackCommand) -> anyhow::Result<ExitCode> {
    match command {
        CallbackCommand::List {
            only,
            unseen,
            page,
            how,
        } => {
            let rows = if how.offline {
                let filter = CallbackFilter {
                    tenant: page.tenant,
                    state: only,
                    unseen,
                    before: page.before,
                    limit: page.limit,
                };
                offline(config, async |store| {
                    Ok(serde_json::to_value(store.callbacks(&filter).await?)?)
                })?
            } else {
                let only = match only {
                    Some(state) => ("state", Some(state.as_str())),
                    None => ("unseen", unseen.then_some("true")),
                };
                Api::or_offline(config)?.get(&list_path("callbacks", only, &page))?
            };
            tell_of_spill(config)?;
            show_rows(&rows, &CALLBACK_FIELDS, how.json)
        }
        CallbackCommand::Ahead(ahead) => stepping_in::ahead(config, "callbacks", &ahead),
        CallbackCommand::Show(One { id, how }) => {
            let row = if how.offline {
                offline(config, async |store| {
                    let row = store.callback(CallbackId(id)).await?;
                    let row = row.with_context(|| format!("there is no callback {id}"))?;
                    Ok(serde_json::to_value(row)?)
                })?
            } else {
                Api::or_offline(config)?.get(&format!("callbacks/{id}"))?
            };
            show_row(&row, how)
        }
        CallbackCommand::Add(new) => by_hand::add(config, &new),
        CallbackCommand::Close(closing) => by_hand::close(config, &closing),
        CallbackCommand::Bulk(command) => bulk::bulk(config, command),
        CallbackCommand::Print(printing) => paper::print(config, &printing),
        CallbackCommand::Acknowledge(looked) => look_at(config, &looked, "acknowledge"),
        CallbackCommand::Reopen(looked) => look_at(config, &looked, "reopen"),
        CallbackCommand::Assign { id, operator } => assign(config, id, operator),
    }
}

/// The decisions about an offer, an attempt, a callback or a task; and, from the node, why one that
/// waits has no offer now.
pub(crate) fn decisions(config: &Config, id: i64, is_offline: bool) -> anyhow::Result<Value> {
    if is_offline {
        return offline(config, async |store| {
            let why = store.why(id).await?;
            let why =
                why.with_context(|| format!("there is no offer, attempt, callback or task {id}"))?;
            Ok(serde_json::to_value(why)?)
        });
    }
    let mut answer = Api::or_offline(config)?.get(&format!("why/{id}"))?;
    Ok(answer["why"].take())
}

/// The decision stored with an offer, as the rules gave it; null where there is none.
pub(crate) fn stored_decision(config: &Config, offer: i64) -> anyhow::Result<Value> {
    offline(config, async |store| {
        Ok(serde_json::to_value(store.explanation(offer).await?)?)
    })
}

/// A callback that was given up is seen.
fn look_at(config: &Config, looked: &Looked, what: &str) -> anyhow::Result<ExitCode> {
    let body = json!({ "supervisor": looked.by });
    let row = Api::of(config)?.post(&format!("callbacks/{}/{what}", looked.id), &body)?;
    let callback = &row["callback"];
    let by = looked
        .by
        .as_ref()
        .map_or(String::new(), |by| format!(" by {by}"));
    let id = looked.id;
    let closed = callback["closed_how"].as_str();
    let stays = closed.map_or(String::new(), |how| format!(" and stays closed ({how})"));
    say(&match callback["review"]["reopened_as"].as_i64() {
        Some(new) => format!(
            "callback {id} was seen{by}, and the person is called after all: cuptel callbacks show {new}"
        ),
        None => {
            format!("callback {id} was seen{by}{stays}: `callbacks list --unseen` has it no more")
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// Who is to pay a callback.
fn assign(config: &Config, id: i64, operator: Option<String>) -> anyhow::Result<ExitCode> {
    let body = json!({ "operator": operator });
    let row = Api::of(config)?.post(&format!("callbacks/{id}/assign"), &body)?;
    table::print_one(&row);
    Ok(ExitCode::SUCCESS)
}

fn list_seats(config: &Config, how: How) -> anyhow::Result<ExitCode> {
    let rows = if how.offline {
        offline(config, async |store| {
            Ok(serde_json::to_value(store.seats().await?)?)
        })?
    } else {
        Api::or_offline(config)?.get_all("seats")?
    };
    show_rows(&rows, &SEAT_FIELDS, how.json)
}

fn show_seat(config: &Config, seat: &str, how: How) -> anyhow::Result<ExitCode> {
    let row = if how.offline {
        offline(config, async |store| {
            let row = store
                .seat(seat)
                .await?
                .with_context(|| format!("there is no seat \"{seat}\""))?;
            Ok(serde_json::to_value(row)?)
        })?
    } else {
        Api::or_offline(config)?.get(&format!("seats/{}", escaped(seat)))?
    };
    show_row(&row, how)
}

/// `seats`.
pub(crate) fn seats(config: &Config, command: SeatCommand) -> anyhow::Result<ExitCode> {
    match command {
        SeatCommand::List { how } => list_seats(config, how),
        SeatCommand::Show { seat, how } => show_seat(config, &seat, how),
        SeatCommand::SignIn {
            seat,
            operator,
            until,
            moves,
        } => {
            let until_ms = stops::until(config, until.as_deref())?;
            let body = json!({ "operator": operator, "until_ms": until_ms, "moves": moves });
            act(config, &seat, "sign-in", &body)
        }
        SeatCommand::Set {
            seat,
            site,
            password,
            new_password,
        } => {
            let password = NewPassword::of(password.as_deref(), new_password);
            staffing::set_seat(config, &seat, site, &password)
        }
        SeatCommand::Test { seat, json } => trial::test(config, &seat, json),
        SeatCommand::Practice(asked) => trial::practice(config, &asked),
        SeatCommand::Remove { seat } => staffing::remove_seat(config, &seat),
        SeatCommand::SignOut(on) => act_for(config, &on, "sign-out", json!({})),
        SeatCommand::Pause { on, reason } => {
            act_for(config, &on, "pause", json!({ "reason": reason }))
        }
        SeatCommand::OneMore { on, then, reason } => {
            let body = json!({ "then": then, "reason": reason });
            act_for(config, &on, "one-more", body)
        }
        SeatCommand::Accept { seat, callback } => {
            act(config, &seat, "accept", &json!({ "callback": callback }))
        }
        SeatCommand::Decline {
            seat,
            reason,
            note,
            callback,
        } => {
            let body = json!({ "reason": reason, "note": note, "callback": callback });
            act(config, &seat, "decline", &body)
        }
        SeatCommand::FrontOffice(on) => act_for(config, &on, "front-office", json!({})),
        SeatCommand::Available(on) => act_for(config, &on, "available", json!({})),
        SeatCommand::Hold { seat } => act(config, &seat, "hold", &json!({})),
        SeatCommand::Resume { seat } => act(config, &seat, "resume", &json!({})),
        SeatCommand::HangUp { seat } => act(config, &seat, "hang-up", &json!({})),
        SeatCommand::Keys { seat, keys } => act(config, &seat, "keys", &json!({ "keys": keys })),
        SeatCommand::Transfer {
            seat,
            to_queue,
            to_seat,
            to_entry,
        } => {
            let body = json!({ "queue": to_queue, "seat": to_seat, "entry": to_entry });
            act(config, &seat, "transfer", &body)
        }
        SeatCommand::Consult { seat, other, entry } => {
            let body = json!({ "seat": other, "entry": entry });
            act(config, &seat, "consult", &body)
        }
        SeatCommand::Complete { seat } => act(config, &seat, "complete", &json!({})),
        SeatCommand::Retrieve { seat } => act(config, &seat, "retrieve", &json!({})),
        SeatCommand::Swap { seat } => act(config, &seat, "swap", &json!({})),
        SeatCommand::Dial { seat, entry } => act(config, &seat, "dial", &json!({ "entry": entry })),
    }
}

/// `queues`.
pub(crate) fn queues(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    let shown = show_rows(&api.get_all("queues")?, &QUEUE_FIELDS, json)?;
    if !json {
        let look = api.get("snapshot")?;
        let trunks = look["trunks"].as_array().map_or(&[][..], Vec::as_slice);
        for trunk in trunks.iter().filter(|trunk| trunk["storm"].is_object()) {
            say(&storm_line(trunk));
        }
    }
    Ok(shown)
}

/// `sites`.
pub(crate) fn sites(config: &Config, command: SiteCommand) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    match command {
        SiteCommand::List { json } => {
            return show_rows(&api.get_all("sites")?, &SITE_FIELDS, json);
        }
        SiteCommand::Outage { site, supervisor } => {
            let body = json!({ "supervisor": supervisor });
            api.post(&format!("sites/{}/outage", escaped(&site)), &body)?;
            say(&format!("site {site} is cut off: its load goes elsewhere"));
        }
        SiteCommand::Resume { site } => {
            api.post(&format!("sites/{}/resume", escaped(&site)), &json!({}))?;
            say(&format!("site {site} is back"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// More people call than lines can answer: what becomes of them.
fn storm_line(trunk: &Value) -> String {
    let storm = &trunk["storm"];
    format!(
        "storm on trunk {} since {}: {} told that they are on the list, {} put on it, {} refused; notice lines {} of {}",
        trunk["name"].as_str().unwrap_or_default(),
        table::text("since_ms", &storm["since_ms"]),
        storm["told"],
        storm["listed"],
        storm["refused"],
        trunk["notices"],
        trunk["notice_lines"]
    )
}

/// `reload`.
pub(crate) fn reload(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    let before = api.get("configuration")?;
    let answer = api.post("reload", &json!({}))?;
    let configuration = &answer["configuration"];
    if json {
        say(&serde_json::to_string(configuration)?);
        return Ok(ExitCode::SUCCESS);
    }
    let hash = configuration["hash"].as_str().unwrap_or_default();
    let short = hash.get(..8).unwrap_or(hash);
    if before["configuration"]["hash"] == configuration["hash"] {
        say(&format!("nothing has changed: {short} stays in force"));
    } else {
        let since = table::text("since_ms", &configuration["since_ms"]);
        say(&format!(
            "taken: configuration {short} is in force since {since}; calls in progress go on"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn act_for(config: &Config, on: &OnSeat, what: &str, mut body: Value) -> anyhow::Result<ExitCode> {
    if let Some(supervisor) = &on.supervisor {
        body["supervisor"] = json!(supervisor);
    }
    act(config, &on.seat, what, &body)
}

fn act(config: &Config, seat: &str, what: &str, body: &Value) -> anyhow::Result<ExitCode> {
    let seat = Api::of(config)?.post(&format!("seats/{}/{what}", escaped(seat)), body)?;
    table::print_one(&seat);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn show_rows(rows: &Value, fields: &[&str], json: bool) -> anyhow::Result<ExitCode> {
    if json {
        say(&serde_json::to_string(rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    // A page is either the rows themselves or an object around them.
    let list = rows
        .as_array()
        .or_else(|| rows.as_object()?.values().find_map(Value::as_array));
    match list {
        Some(list) if list.is_empty() => say("none"),
        Some(list) => table::print(list, fields),
        None => bail!("the node gave no list: {rows}"),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn show_row(row: &Value, how: How) -> anyhow::Result<ExitCode> {
    if how.json {
        say(&serde_json::to_string(row)?);
    } else {
        table::print_one(row);
    }
    Ok(ExitCode::SUCCESS)
}

/// What is not in the database yet is not in a list either: whoever looks for a caller must know.
pub(crate) fn tell_of_spill(config: &Config) -> anyhow::Result<()> {
    let (_, spill) = config.data.reveal()?;
    if is_something_spilled(&spill) {
        tell(
            "cuptel: something waits in the spill, and what it tells is not here: see cuptel audit",
        );
    }
    Ok(())
}

/// Whether the database may lack the last calls.
pub(crate) fn is_something_spilled(spill: &Path) -> bool {
    match Spill::look(spill) {
        Ok(spilled) => spilled.is_some_and(|spilled| spilled.entries > 0),
        // Who stands in the database is told all the same.
        Err(error) => {
            complain(&anyhow::Error::new(error).context("the spill could not be looked at"));
            true
        }
    }
}

/// What somebody typed, as a part of an address.
pub(crate) fn escaped(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

pub(crate) fn list_path(rows: &str, only: (&str, Option<&str>), page: &Page) -> String {
    let mut text = format!("{rows}?limit={}", page.limit);
    for (key, value) in [("tenant", page.tenant.as_deref()), only] {
        if let Some(value) = value {
            text.push_str(&format!("&{key}={}", escaped(value)));
        }
    }
    if let Some(before) = page.before {
        text.push_str(&format!("&before={before}"));
    }
    text
}

pub(crate) fn offline(
    config: &Config,
    ask: impl AsyncFnOnce(Store) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    runtime()?.block_on(async {
        let store = cuptel_store::open(&config.data.url.reveal()?, Access::Read).await?;
        ask(store).await
    })
}
