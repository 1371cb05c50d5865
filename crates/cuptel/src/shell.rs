//! Looking and acting from a shell: through the running node's API, or in the database.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_store::{Access, AttemptFilter, CallbackFilter, Store};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::{Value, json};

use crate::cli::{How, ListArguments, Look, SeatCommand, say};
use crate::config::Config;
use crate::serve::runtime;
use crate::table;

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
const CALLBACK_FIELDS: [&str; 8] = [
    "id",
    "tenant",
    "number",
    "state",
    "place_ms",
    "not_before_ms",
    "tries",
    "closed_how",
];
const SEAT_FIELDS: [&str; 6] = [
    "name",
    "site",
    "registered_until_ms",
    "operator",
    "chosen",
    "work",
];
const QUEUE_FIELDS: [&str; 5] = [
    "tenant",
    "name",
    "waiting",
    "callbacks_open",
    "callbacks_ready",
];

/// Which rows are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Inbound attempts.
    Attempts,
    /// Callbacks.
    Callbacks,
}

/// `attempts` and `callbacks`.
pub(crate) fn look(config: &Config, kind: Kind, look: Look) -> anyhow::Result<ExitCode> {
    match look {
        Look::List(arguments) => {
            let rows = if arguments.how.offline {
                offline(config, async |store| {
                    list_stored(&store, kind, &arguments).await
                })?
            } else {
                Api::of(config)?.get(&list_path(kind, &arguments))?
            };
            let fields: &[&str] = match kind {
                Kind::Attempts => &ATTEMPT_FIELDS,
                Kind::Callbacks => &CALLBACK_FIELDS,
            };
            show_rows(&rows, fields, arguments.how.json)
        }
        Look::Show { id, how } => {
            let row = if how.offline {
                offline(config, async |store| show_stored(&store, kind, id).await)?
            } else {
                Api::of(config)?.get(&format!("{}/{id}", path(kind)))?
            };
            show_row(&row, how)
        }
    }
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
                Api::of(config)?.get("seats")?
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
                Api::of(config)?.get(&format!("seats/{}", escaped(&seat)))?
            };
            show_row(&row, how)
        }
        SeatCommand::SignIn { seat, operator } => {
            act(config, &seat, "sign-in", &json!({ "operator": operator }))
        }
        SeatCommand::SignOut { seat } => act(config, &seat, "sign-out", &json!({})),
        SeatCommand::Pause { seat, reason } => {
            act(config, &seat, "pause", &json!({ "reason": reason }))
        }
        SeatCommand::Available { seat } => act(config, &seat, "available", &json!({})),
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
    let answer = Api::of(config)?.post("reload", &json!({}))?;
    let configuration = &answer["configuration"];
    if json {
        say(&serde_json::to_string(configuration)?);
    } else {
        table::print_one(configuration);
    }
    Ok(ExitCode::SUCCESS)
}

fn act(config: &Config, seat: &str, what: &str, body: &Value) -> anyhow::Result<ExitCode> {
    let seat = Api::of(config)?.post(&format!("seats/{}/{what}", escaped(seat)), body)?;
    table::print_one(&seat);
    Ok(ExitCode::SUCCESS)
}

fn show_rows(rows: &Value, fields: &[&str], json: bool) -> anyhow::Result<ExitCode> {
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

fn show_row(row: &Value, how: How) -> anyhow::Result<ExitCode> {
    if how.json {
        say(&serde_json::to_string(row)?);
    } else {
        table::print_one(row);
    }
    Ok(ExitCode::SUCCESS)
}

/// What somebody typed, as a part of an address.
fn escaped(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::Attempts => "attempts",
        Kind::Callbacks => "callbacks",
    }
}

fn list_path(kind: Kind, arguments: &ListArguments) -> String {
    let mut text = format!("{}?limit={}", path(kind), arguments.limit);
    let only = match kind {
        Kind::Attempts => "outcome",
        Kind::Callbacks => "state",
    };
    for (key, value) in [("tenant", &arguments.tenant), (only, &arguments.only)] {
        if let Some(value) = value {
            text.push_str(&format!("&{key}={}", escaped(value)));
        }
    }
    if let Some(before) = arguments.before {
        text.push_str(&format!("&before={before}"));
    }
    text
}

fn offline(
    config: &Config,
    ask: impl AsyncFnOnce(Store) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    runtime()?.block_on(async {
        let store = cuptel_store::open(&config.data.url.reveal()?, Access::Read).await?;
        ask(store).await
    })
}

async fn list_stored(
    store: &Store,
    kind: Kind,
    arguments: &ListArguments,
) -> anyhow::Result<Value> {
    let (tenant, before, limit) = (arguments.tenant.clone(), arguments.before, arguments.limit);
    let only = arguments.only.as_deref();
    Ok(match kind {
        Kind::Attempts => {
            let outcome = only.map(str::parse).transpose()?;
            serde_json::to_value(
                store
                    .attempts(&AttemptFilter {
                        tenant,
                        outcome,
                        before,
                        limit,
                    })
                    .await?,
            )?
        }
        Kind::Callbacks => {
            let state = only.map(str::parse).transpose()?;
            serde_json::to_value(
                store
                    .callbacks(&CallbackFilter {
                        tenant,
                        state,
                        before,
                        limit,
                    })
                    .await?,
            )?
        }
    })
}

async fn show_stored(store: &Store, kind: Kind, id: i64) -> anyhow::Result<Value> {
    let missing = || format!("there is no {} {id}", path(kind).trim_end_matches('s'));
    Ok(match kind {
        Kind::Attempts => {
            serde_json::to_value(store.attempt(AttemptId(id)).await?.with_context(missing)?)?
        }
        Kind::Callbacks => serde_json::to_value(
            store
                .callback(CallbackId(id))
                .await?
                .with_context(missing)?,
        )?,
    })
}

/// The running node's API.
pub(crate) struct Api {
    base: String,
    token: String,
    agent: ureq::Agent,
}

impl Api {
    pub(crate) fn of(config: &Config) -> anyhow::Result<Self> {
        let settings = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_TIME))
            .http_status_as_error(false)
            .build();
        Ok(Self {
            base: format!("http://{}/api/v1/", config.http.listen),
            token: config
                .http
                .token
                .reveal()
                .context("`token` of [http]: start the node with this configuration, which makes it, or look with --offline")?,
            agent: settings.into(),
        })
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        self.read(answer)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .send_json(body);
        self.read(answer)
    }

    fn read(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<Value> {
        let mut answer = answer.with_context(|| {
            format!(
                "no node answers at {}: start one with `cuptel serve`, or look with --offline",
                self.base
            )
        })?;
        let status = answer.status();
        let body = answer.body_mut().read_json::<Value>();
        if status.is_success() {
            return body.context("the node's answer cannot be read");
        }
        // A refusal without words is a refusal all the same.
        let body = body.unwrap_or(Value::Null);
        let told = body
            .get("error")
            .and_then(Value::as_str)
            .unwrap_or("no reason given");
        let faults = body.get("faults").and_then(Value::as_array);
        if let Some(faults) = faults.filter(|faults| !faults.is_empty()) {
            let lines: Vec<&str> = faults.iter().filter_map(Value::as_str).collect();
            bail!("nothing has changed:\n{}", lines.join("\n"));
        }
        let hint = body
            .get("hint")
            .and_then(Value::as_str)
            .map(|hint| format!("; {hint}"))
            .unwrap_or_default();
        bail!("{told}{hint} (HTTP {})", status.as_u16())
    }
}
