//! Looking and acting from a shell: through the running node's API, or in the database.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_core::words::Outcome;
use cuptel_store::{Access, AttemptFilter, CallbackFilter, Spill, Store};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::cli::{
    AttemptCommand, CallbackCommand, How, Looked, OnSeat, One, Page, SeatCommand, SiteCommand,
    complain, say, tell,
};
use crate::config::Config;
use crate::config::secret::Secret;
use crate::serve::runtime;
use crate::{bulk, by_hand, paper, staffing, stops, table};

/// Patience with the running node.
const ANSWER_TIME: Duration = Duration::from_secs(10);

const ATTEMPT_FIELDS: [&str; 9] = [
    "id",
    "received_ms",
    "tenant",
    "number",
    "stage",
    "outcome",
    "sip_status",
    "queue",
    "callback",
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
    let body = json!({ "supervisor": looked.supervisor });
    let row = Api::of(config)?.post(&format!("callbacks/{}/{what}", looked.id), &body)?;
    table::print_one(&row);
    Ok(ExitCode::SUCCESS)
}

/// Who is to pay a callback.
fn assign(config: &Config, id: i64, operator: Option<String>) -> anyhow::Result<ExitCode> {
    let body = json!({ "operator": operator });
    let row = Api::of(config)?.post(&format!("callbacks/{id}/assign"), &body)?;
    table::print_one(&row);
    Ok(ExitCode::SUCCESS)
}

/// `seats`.
pub(crate) fn seats(config: &Config, command: SeatCommand) -> anyhow::Result<ExitCode> {
    match command {
        SeatCommand::List { how } => {
            let rows = if how.offline {
                offline(config, async |store| {
                    Ok(serde_json::to_value(store.seats().await?)?)
                })?
            } else {
                Api::or_offline(config)?.get("seats")?
            };
            show_rows(&rows, &SEAT_FIELDS, how.json)
        }
        SeatCommand::Show { seat, how } => {
            let row = if how.offline {
                offline(config, async |store| {
                    let row = store
                        .seat(&seat)
                        .await?
                        .with_context(|| format!("there is no seat \"{seat}\""))?;
                    Ok(serde_json::to_value(row)?)
                })?
            } else {
                Api::or_offline(config)?.get(&format!("seats/{}", escaped(&seat)))?
            };
            show_row(&row, how)
        }
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
        } => {
            let password = password.as_deref().map(Secret::parse);
            staffing::set_seat(config, &seat, site, password.as_ref())
        }
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
    }
}

/// `queues`.
pub(crate) fn queues(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    let shown = show_rows(&api.get("queues")?, &QUEUE_FIELDS, json)?;
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
            return show_rows(&api.get("sites")?, &SITE_FIELDS, json);
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

/// What to do about a refusal of what was asked under this path, as one does it in a shell: the
/// API's own hints speak HTTP. None where the API's will do.
fn advice(status: u16, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split(['/', '?']).collect();
    match (status, &parts[..]) {
        (401, _) => Some("the running node has another `token` under [http]".to_owned()),
        (409, ["callbacks", _, "assign"]) => {
            Some("cuptel operators list tells who has which skills".to_owned())
        }
        (404 | 409 | 422, ["sites", ..]) => Some("see cuptel sites list".to_owned()),
        (409, ["numbers", ..]) => Some("see cuptel numbers list".to_owned()),
        (409, ["stops", ..]) => Some("see cuptel stops list".to_owned()),
        (404, ["seats", ..]) => Some("see cuptel seats list".to_owned()),
        (404, ["operators", ..]) => Some("see cuptel operators list".to_owned()),
        (404, ["attempts", ..]) => Some("see cuptel attempts list".to_owned()),
        (409, ["callbacks", _, "acknowledge" | "reopen"]) => {
            Some("see cuptel callbacks list --unseen".to_owned())
        }
        (503, ["reports", ..]) => Some("ask for fewer days, or look with --offline".to_owned()),
        (404, ["callbacks", ..]) => Some("see cuptel callbacks list".to_owned()),
        (404, ["users", ..]) => Some("see cuptel user list".to_owned()),
        (404, ["tokens", ..]) => Some("see cuptel token list".to_owned()),
        (404, ["campaigns", ..]) => Some("see cuptel campaigns list".to_owned()),
        (409, ["campaigns", _, "start"]) => {
            Some("one that is paused goes on with cuptel campaigns resume NAME".to_owned())
        }
        (404 | 409 | 422, ["bulks", ..]) => Some("see cuptel callbacks bulk list".to_owned()),
        (409, ["tasks", _, "withdraw" | "assign"]) => {
            Some("hand it back first: cuptel tasks hand-back ID".to_owned())
        }
        (409, ["seats", _, "sign-in"]) => {
            Some("to sign out: cuptel seats sign-out SEAT, or say --moves".to_owned())
        }
        (
            409,
            [
                "seats",
                seat,
                "pause" | "available" | "one-more" | "front-office",
            ],
        ) => Some(format!(
            "first: cuptel seats sign-in {} --operator NAME",
            percent_decode_str(seat).decode_utf8_lossy()
        )),
        _ => None,
    }
}

/// The API's own hint as one follows it in a shell, where one can.
fn in_a_shell(hint: &str) -> Option<String> {
    let Some((_, path)) = hint.split_once("/api/v1/") else {
        return Some(hint.to_owned());
    };
    if path.starts_with("callbacks/{id}") {
        return Some("see cuptel callbacks show ID".to_owned());
    }
    if path.starts_with("snapshot") {
        return Some("see cuptel seats show SEAT".to_owned());
    }
    let list = path.split([' ', '/', '?', ';']).next()?;
    hint.starts_with("GET")
        .then(|| format!("see cuptel {list} list"))
}

/// The running node's API.
pub(crate) struct Api {
    base: String,
    token: String,
    agent: ureq::Agent,
    /// What can be done without it, for whoever finds no node.
    otherwise: &'static str,
}

impl Api {
    /// For what needs a running node.
    pub(crate) fn of(config: &Config) -> anyhow::Result<Self> {
        Self::with(config, "")
    }

    /// For what can be looked up in the database as well.
    pub(crate) fn or_offline(config: &Config) -> anyhow::Result<Self> {
        Self::with(config, ", or look with --offline")
    }

    /// For what can be done without it as this says.
    pub(crate) fn otherwise(config: &Config, otherwise: &'static str) -> anyhow::Result<Self> {
        Self::with(config, otherwise)
    }

    fn with(config: &Config, otherwise: &'static str) -> anyhow::Result<Self> {
        let settings = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_TIME))
            .http_status_as_error(false)
            .build();
        let token = config.http.token.reveal().with_context(|| {
            format!(
                "`token` of [http]: start the node with this configuration, which makes it{otherwise}"
            )
        })?;
        Ok(Self {
            base: format!("http://{}/api/v1/", config.http.listen),
            token,
            agent: settings.into(),
            otherwise,
        })
    }

    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        self.read(path, answer)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .send_json(body);
        self.read(path, answer)
    }

    fn read(
        &self,
        path: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<Value> {
        let mut answer = answer.with_context(|| {
            format!(
                "no node answers at {}: start one with `cuptel serve`{}",
                self.base, self.otherwise
            )
        })?;
        let status = answer.status();
        let body = answer.body_mut().read_json::<Value>();
        if status.is_success() {
            return body.context("the node's answer cannot be read");
        }
        // A refusal without words is a refusal all the same.
        let body = body.unwrap_or(Value::Null);
        let faults = body.get("faults").and_then(Value::as_array);
        if let Some(faults) = faults.filter(|faults| !faults.is_empty()) {
            let lines: Vec<&str> = faults.iter().filter_map(Value::as_str).collect();
            bail!("nothing has changed:\n{}", lines.join("\n"));
        }
        let Some(told) = body.get("error").and_then(Value::as_str) else {
            bail!("no reason given (HTTP {})", status.as_u16());
        };
        let hint = body.get("hint").and_then(Value::as_str);
        match advice(status.as_u16(), path).or_else(|| in_a_shell(hint?)) {
            Some(advice) => bail!("{told}; {advice}"),
            None => bail!("{told}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_of_the_api_is_told_as_one_follows_it_in_a_shell() {
        for (hint, told) in [
            (
                "GET /api/v1/tenants lists them",
                Some("see cuptel tenants list"),
            ),
            (
                "GET /api/v1/callbacks/{id} shows its needs",
                Some("see cuptel callbacks show ID"),
            ),
            ("POST /api/v1/seats/{seat}/sign-in first", None),
            ("shorten it", Some("shorten it")),
        ] {
            assert_eq!(in_a_shell(hint).as_deref(), told, "{hint}");
        }
    }

    #[test]
    fn advice_is_what_one_types_in_a_shell() {
        for (status, path, told) in [
            (404, "seats/999/sign-in", Some("see cuptel seats list")),
            (404, "callbacks/7", Some("see cuptel callbacks list")),
            (
                409,
                "seats/a%2D1/pause",
                Some("first: cuptel seats sign-in a-1 --operator NAME"),
            ),
            (409, "seats/102/sign-out", None),
            (422, "seats/102/sign-in", None),
        ] {
            assert_eq!(advice(status, path).as_deref(), told, "{status} {path}");
        }
    }
}
