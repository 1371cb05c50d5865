//! The running node's API, as the shell asks it: one question at a time, and a refusal told with what
//! one types next.

use std::net::{IpAddr, UdpSocket};
use std::time::Duration;

use anyhow::{Context as _, bail};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use ureq::tls::TlsConfig;

use crate::config::Config;

/// Patience with the running node.
const ANSWER_TIME: Duration = Duration::from_secs(10);

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
        (409 | 422, ["attempts", _, "withdraw" | "move" | "ahead"]) => {
            Some("see cuptel queues line QUEUE, and cuptel queues list".to_owned())
        }
        (404 | 409, ["memos", ..]) => Some("see cuptel memos list".to_owned()),
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
        (404, ["why", ..]) => {
            Some("cuptel attempts list, callbacks list and tasks list tell identifiers".to_owned())
        }
        (404, ["stops", ..]) => Some("see cuptel stops list".to_owned()),
        (404, ["users", ..]) => Some("see cuptel user list".to_owned()),
        (404, ["tokens", ..]) => Some("see cuptel token list".to_owned()),
        (404, ["campaigns", ..]) => Some("see cuptel campaigns list".to_owned()),
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
    if let Some(step) = path.strip_prefix("campaigns/{campaign}/") {
        let verb = step.split(' ').next()?;
        return Some(format!("next: cuptel campaigns {verb} NAME"));
    }
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

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// What a node says to one line of a list.
pub(crate) enum Said {
    /// It is done, or was done before.
    Done(Value),
    /// This line cannot be; why.
    Refused(String),
}

/// The certificate of a node on this machine bears the name under which browsers ask for it, not the
/// address that we ask: it is not looked at, since nobody stands between. That of a node elsewhere is.
fn tls(address: IpAddr) -> TlsConfig {
    let is_here = UdpSocket::bind((address, 0)).is_ok();
    TlsConfig::builder().disable_verification(is_here).build()
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
            .tls_config(tls(config.http.listen.ip()))
            .build();
        let token = config.http.token.reveal().with_context(|| {
            format!(
                "`token` of [http]: start the node with this configuration, which makes it{otherwise}"
            )
        })?;
        Ok(Self {
            base: format!("{}/api/v1/", config.http.base()),
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
        Self::read(path, self.answered(answer)?)
    }

    /// A list that goes by name, page after page.
    pub(crate) fn get_all(&self, list: &str) -> anyhow::Result<Value> {
        let mut all = self.get(list)?;
        while let Some(after) = all["next"].take().as_str() {
            let after = utf8_percent_encode(after, NON_ALPHANUMERIC);
            let mut page = self.get(&format!("{list}?after={after}"))?;
            if let (Some(all), Some(page)) = (all[list].as_array_mut(), page[list].as_array_mut()) {
                all.append(page);
            }
            all["next"] = page["next"].take();
        }
        Ok(all)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .send_json(body);
        Self::read(path, self.answered(answer)?)
    }

    /// The body as it came.
    pub(crate) fn get_bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        let mut answer = self.answered(answer)?;
        if answer.status().is_success() {
            let body = answer.body_mut().read_to_vec();
            return body.context("the node's answer cannot be read");
        }
        Self::read(path, answer)?;
        bail!("the node's answer cannot be read")
    }

    /// A WAV file.
    pub(crate) fn post_bytes(&self, path: &str, body: &[u8]) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "audio/wav")
            .send(body);
        Self::read(path, self.answered(answer)?)
    }

    /// Asks for one line of a list: the same key is the same request. What keeps that line out is no
    /// fault of the whole.
    pub(crate) fn post_line(&self, path: &str, body: &Value, key: &str) -> anyhow::Result<Said> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Idempotency-Key", key)
            .send_json(body);
        let mut answer = self.answered(answer)?;
        if !matches!(answer.status().as_u16(), 409 | 422) {
            return Ok(Said::Done(Self::read(path, answer)?));
        }
        let told = answer.body_mut().read_json::<Value>();
        let told = told.context("the node's answer cannot be read")?;
        let why = told["error"].as_str().unwrap_or("no reason given");
        Ok(Said::Refused(why.to_owned()))
    }

    fn answered(&self, answer: Answer) -> anyhow::Result<ureq::http::Response<ureq::Body>> {
        answer.with_context(|| {
            format!(
                "no node answers at {}: start one with `cuptel serve`{}",
                self.base, self.otherwise
            )
        })
    }

    fn read(path: &str, mut answer: ureq::http::Response<ureq::Body>) -> anyhow::Result<Value> {
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
            (
                "POST /api/v1/campaigns/{campaign}/resume has it go on",
                Some("next: cuptel campaigns resume NAME"),
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
