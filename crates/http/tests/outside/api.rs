//! The API: who may ask, what is answered, and what is refused with which status.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use cuptel_core::announcement::Spoken;
use cuptel_core::id::NeedId;
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::matching::{Eligibility, Skills};
use cuptel_core::staffing::{NotTaken, WhyNotTaken};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::why::{Hold, SeatsNow, WaitingNow};
use cuptel_core::words::{Button, Chosen, Degraded, Disposition, Reach as ButtonReach};
use cuptel_http::{Configuration, DegradedNow, FailedReload, NotReloaded, Reach, Refusal};
use serde_json::{Value, json};

use crate::accounts::{enter, get};
use crate::desk::{
    ANNOUNCEMENT, AT_MS, CALLER, CAMPAIGN, Centre, add_trouble, busy, local, with_token,
};

const READS: [&str; 10] = [
    "/api/v1/reports/service",
    "/api/v1/reports/backlog",
    "/api/v1/numbers",
    "/api/v1/why/1",
    "/api/v1/attempts",
    "/api/v1/attempts/1",
    "/api/v1/callbacks",
    "/api/v1/seats",
    "/api/v1/operators",
    "/api/v1/totals",
];

#[tokio::test]
async fn the_same_request_for_tasks_is_answered_and_not_carried_out_again() {
    let centre = Centre::open().await;
    let ask = |key: &'static str, title: &'static str| {
        let request = with_token("POST", "/api/v1/tasks").header("idempotency-key", key);
        let task = json!({"tenant": "asl-teramo", "queue": "prenotazioni", "title": title});
        let body = json!({ "tasks": [task] }).to_string();
        centre.ask(request.header("content-type", "application/json"), body)
    };
    let title = "Spostare l'agenda di cardiologia";
    let first = ask("new", title).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 1);
    // The one that is stored was asked for with this key.
    let stored = centre.get_with_token("/api/v1/tasks").await.json();
    let stored = stored["tasks"][0]["title"].as_str().unwrap().to_owned();
    let again = ask("k-1", Box::leak(stored.into_boxed_str())).await;
    assert_eq!(again.json(), json!({"changed": 1}));
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 1);
    let other = ask("k-1", "Altro").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_names_persons_needs_the_token() {
    let centre = Centre::open().await;
    for path in READS {
        let without = centre.get(path).await;
        assert_eq!(without.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(without.header("www-authenticate"), "Bearer");
    }
    let action = local("POST", "/api/v1/seats/101/available");
    assert_eq!(
        centre.ask(action, "").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_wrong_token_is_told_nothing_more_than_none() {
    let centre = Centre::open().await;
    let without = centre.get("/api/v1/seats").await;
    for wrong in [
        "Bearer x",
        "Bearer a-token-of-some-lengtH",
        "Basic abc",
        "",
        "Bearer ",
    ] {
        let asked = local("GET", "/api/v1/seats").header(AUTHORIZATION, wrong);
        let heard = centre.ask(asked, "").await;
        assert_eq!(heard.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(heard.text, without.text);
        assert_eq!(heard.headers, without.headers);
    }
}

#[tokio::test]
async fn guessing_tokens_is_slowed_down() {
    let centre = Centre::open().await;
    let guess = || local("GET", "/api/v1/seats").header(AUTHORIZATION, "Bearer guess");
    for _ in 0..20 {
        assert_eq!(
            centre.ask(guess(), "").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let heard = centre.get_with_token("/api/v1/seats").await;
    assert_eq!(heard.status, StatusCode::OK, "who has one is not held back");
    let heard = centre.ask(guess(), "").await;
    assert_eq!(heard.status, StatusCode::TOO_MANY_REQUESTS);
    assert!((1..=61).contains(&heard.header("retry-after").parse::<u32>().unwrap()));
}

#[tokio::test]
async fn stored_rows_are_given_with_masked_numbers() {
    let centre = Centre::open().await;
    let attempts = centre
        .get_with_token("/api/v1/attempts?outcome=abandoned_queue&limit=1")
        .await;
    assert_eq!(attempts.json()["attempts"][0]["id"], json!(centre.attempt));
    assert_eq!(
        attempts.json()["next"],
        json!(centre.attempt),
        "a full page has a next one"
    );
    let callbacks = centre
        .get_with_token("/api/v1/callbacks?tenant=asl-teramo")
        .await;
    assert_eq!(callbacks.json()["callbacks"][0]["number"], json!("+39…567"));
    assert_eq!(callbacks.json()["next"], Value::Null);
    let one = centre
        .get_with_token(&format!("/api/v1/callbacks/{}", centre.callback))
        .await;
    assert_eq!(one.json()["callback"]["needs"][0]["kind"], json!("missed"));
    let attempt = centre
        .get_with_token(&format!("/api/v1/attempts/{}", centre.attempt))
        .await;
    assert_eq!(
        attempt.json()["attempt"]["callback"],
        json!(centre.callback)
    );
    for heard in [attempts, callbacks, one, attempt] {
        assert!(!heard.text.contains(&CALLER[3..]), "{}", heard.text);
    }
}

#[tokio::test]
async fn a_filter_finds_only_what_it_says() {
    let centre = Centre::open().await;
    for (path, found) in [
        ("/api/v1/attempts?outcome=served", 0),
        ("/api/v1/attempts?tenant=asl-teramo&outcome=served", 0),
        ("/api/v1/attempts?tenant=asl-teramo", 1),
        ("/api/v1/attempts?before=1", 0),
    ] {
        let heard = centre.get_with_token(path).await;
        assert_eq!(
            heard.json()["attempts"].as_array().map(Vec::len),
            Some(found),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_a_question_cannot_mean_is_said() {
    let centre = Centre::open().await;
    for path in [
        "/api/v1/attempts?outcome=lost",
        "/api/v1/attempts?tenant=asl-termo",
        "/api/v1/callbacks?tenant=asl-termo",
        "/api/v1/attempts?limit=0",
        "/api/v1/attempts?limit=1001",
        "/api/v1/attempts?limit=many",
        "/api/v1/attempts?outcom=served",
        "/api/v1/callbacks?state=lost",
    ] {
        let heard = centre.get_with_token(path).await;
        assert_eq!(heard.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(heard.json()["hint"].is_string(), "{path}");
    }
    for path in [
        "/api/v1/attempts/1",
        "/api/v1/callbacks/x",
        "/api/v1/seats/999",
    ] {
        let heard = centre.get_with_token(path).await;
        assert_eq!(heard.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            heard.json()["error"]
                .as_str()
                .unwrap()
                .starts_with("there is no "),
            "{path}"
        );
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_in_json() {
    let centre = Centre::open().await;
    let missing = centre.get("/api/v1/nothing").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.json()["error"], json!("there is no such path"));
    let wrong = centre
        .ask(with_token("DELETE", "/api/v1/seats/101"), "")
        .await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(wrong.json()["hint"].is_string());
    let get = centre.get_with_token("/api/v1/seats/101/available").await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn each_action_becomes_its_command_and_answers_with_the_seat() {
    let centre = Centre::open().await;
    let choose = |chosen, reason: Option<&str>| Command::Choose {
        seat: "101".to_owned(),
        chosen,
        reason: reason.map(str::to_owned),
        supervisor: None,
    };
    let sign_in = Command::SignIn {
        seat: "101".to_owned(),
        operator: "anna".to_owned(),
        until_ms: None,
        moves: false,
    };
    let done = Command::Dispose {
        seat: "101".to_owned(),
        disposition: Disposition::Done.into(),
        said: NeedsSaid {
            keep: vec![NeedId(7)],
            close: vec![NeedId(8)],
        },
        conversation: None,
    };
    for (action, body, command) in [
        ("sign-in", r#"{"operator":"anna"}"#, sign_in),
        ("sign-out", "", choose(Chosen::SignedOut, None)),
        (
            "pause",
            r#"{"reason":" caffè "}"#,
            choose(Chosen::Paused, Some("caffè")),
        ),
        ("pause", "{}", choose(Chosen::Paused, None)),
        ("available", "{}", choose(Chosen::Available, None)),
        (
            "one-more",
            r#"{"then":"pause"}"#,
            choose(Chosen::OneMoreThenPause, None),
        ),
        (
            "one-more",
            r#"{"then":"sign_out"}"#,
            choose(Chosen::OneMoreThenSignOut, None),
        ),
        (
            "disposition",
            r#"{"disposition":"done","keep":[7],"close":[8]}"#,
            done,
        ),
    ] {
        let heard = centre
            .post_json(&format!("/api/v1/seats/101/{action}"), body)
            .await;
        assert_eq!(heard.status, StatusCode::OK, "{action}: {}", heard.text);
        assert_eq!(heard.json()["seat"]["name"], json!("101"));
        assert_eq!(heard.json()["seat"]["operator"], json!("anna"));
        assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(command));
    }
}

#[tokio::test]
async fn a_button_becomes_its_command() {
    let centre = Centre::open().await;
    let told = ButtonTold {
        button: Button::Closed,
        tenant: None,
        queue: Some("prenotazioni".to_owned()),
    };
    let pressed = Pressed {
        ends_ms: Some(AT_MS + 60_000),
        supervisor: Some("Carla Capo".to_owned()),
        ..Pressed::default()
    };
    let body = json!({
        "button": "closed", "queue": "prenotazioni", "until_ms": AT_MS + 60_000,
        "supervisor": " Carla Capo ",
    });
    let heard = centre.post_json("/api/v1/stops", &body.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let command = Command::PressStop {
        told: told.clone(),
        pressed: Box::new(pressed),
    };
    assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(command));
    let body = json!({ "button": "closed", "queue": "prenotazioni" });
    let heard = centre
        .post_json("/api/v1/stops/resume", &body.to_string())
        .await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let command = Command::ReleaseStop {
        told,
        supervisor: None,
    };
    assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(command));
    let unknown = json!({ "button": "everything" });
    let heard = centre
        .post_json("/api/v1/stops", &unknown.to_string())
        .await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_wav_file_becomes_the_message_of_an_emergency_and_comes_back_as_one() {
    let centre = Centre::open().await;
    let path = "/api/v1/stops/announcements?tenant=asl-teramo&reason=incendio%20al%20centro";
    let post = |path, wav: &'static str| {
        let asked = with_token("POST", path).header(CONTENT_TYPE, "audio/wav");
        centre.ask(asked, wav)
    };
    let heard = post(path, "ora!").await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let command = Command::PressStop {
        told: ButtonTold {
            button: Button::Emergency,
            tenant: Some("asl-teramo".to_owned()),
            queue: None,
        },
        pressed: Box::new(Pressed {
            reason: Some("incendio al centro".to_owned()),
            spoken: Some(Spoken {
                sound: None,
                duration_ms: 4_000,
                seat: None,
            }),
            ..Pressed::default()
        }),
    };
    assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(command));
    let sound = centre.desk.sounds.lock().unwrap().pop();
    assert_eq!(sound.as_deref(), Some(&b"ora!"[..]));
    for (wav, why) in [("no wav", "not a WAV file"), ("hush", "nothing is heard")] {
        let heard = post(path, wav).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(heard.text.contains(why), "{}", heard.text);
    }
    let path = format!("/api/v1/stops/announcements/{ANNOUNCEMENT}");
    let heard = centre.ask(with_token("GET", &path), "").await;
    assert_eq!(heard.header("content-type"), "audio/wav");
    assert!(heard.text.starts_with("RIFF") && heard.text.ends_with(&"*".repeat(160)));
    let gone = centre
        .ask(with_token("GET", "/api/v1/stops/announcements/1"), "")
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let stranger = centre.get(&path).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_pin_is_made_and_told_once_and_only_its_digest_goes_on() {
    let centre = Centre::open().await;
    let path = "/api/v1/operators/anna/pin";
    let heard = centre.post_json(path, r#"{ "number": "7" }"#).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let told = heard.json();
    let pin = told["pin"].as_str().expect("it is told");
    assert!(pin.len() == 6 && pin.bytes().all(|it| it.is_ascii_digit()));
    let own = r#"{ "number": "7", "pin": "246810" }"#;
    assert_eq!(centre.post_json(path, own).await.json()["pin"], Value::Null);
    for command in std::mem::take(&mut *centre.desk.commands.lock().unwrap()) {
        let Command::SetPin {
            operator,
            number,
            digest,
        } = command
        else {
            panic!("{command:?}");
        };
        assert_eq!((operator.as_str(), number.as_deref()), ("anna", Some("7")));
        assert!(digest.0.starts_with("$argon2id$"));
        assert!(!format!("{digest:?}").contains("argon2id"));
    }
    for wrong in [
        r#"{ "number": "" }"#,
        r#"{ "number": "123456789" }"#,
        r#"{ "number": "7a" }"#,
        r#"{ "pin": "12345" }"#,
        r#"{ "pin": "111111" }"#,
        r#"{ "pin": "12345678901234567" }"#,
        r#"{ "pin": "12345a" }"#,
    ] {
        let heard = centre.post_json(path, wrong).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_rules_refuse_has_its_status() {
    let centre = Centre::open().await;
    let seat = "101".to_owned();
    for (refusal, status) in [
        (
            CommandError::NoSeat(seat.clone()).into(),
            StatusCode::NOT_FOUND,
        ),
        (
            CommandError::NoOperator("zoe".to_owned()).into(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            CommandError::SeatTaken { seat: seat.clone() }.into(),
            StatusCode::CONFLICT,
        ),
        (CommandError::NobodyThere(seat).into(), StatusCode::CONFLICT),
        (
            CommandError::Stopping.into(),
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (Refusal::Busy, StatusCode::SERVICE_UNAVAILABLE),
        (Refusal::Gone, StatusCode::SERVICE_UNAVAILABLE),
    ] {
        centre.desk.answers.lock().unwrap().push_back(Err(refusal));
        let heard = centre
            .post_json("/api/v1/seats/101/sign-in", r#"{"operator":"zoe"}"#)
            .await;
        assert_eq!(heard.status, status, "{}", heard.text);
        let json = heard.json();
        assert!(
            json["error"].is_string() && json["hint"].is_string(),
            "{json}"
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_meant_does_nothing() {
    let centre = Centre::open().await;
    let path = "/api/v1/seats/101/sign-in";
    let long = format!(r#"{{"operator":"{}"}}"#, "x".repeat(101));
    for (body, status) in [
        ("{", StatusCode::BAD_REQUEST),
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        (r#"{"operator":1}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (r#"{"operator":"  "}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (
            r#"{"operator":"anna","seat":"102"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (long.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let heard = centre.post_json(path, body).await;
        assert_eq!(heard.status, status, "{body}: {}", heard.text);
    }
    let text = with_token("POST", path).header(CONTENT_TYPE, "text/plain");
    let heard = centre.ask(text, "operator=anna").await;
    assert_eq!(heard.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let huge = format!(r#"{{"operator":"{}"}}"#, "x".repeat(64 * 1024));
    let heard = centre.post_json(path, &huge).await;
    assert_eq!(heard.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(heard.json()["error"].is_string());
    assert_eq!(*centre.desk.commands.lock().unwrap(), []);
}

#[tokio::test]
async fn another_sites_page_cannot_act() {
    let centre = Centre::open().await;
    let path = "/api/v1/seats/101/available";
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let heard = centre
            .ask(with_token("POST", path).header(name, value), "")
            .await;
        assert_eq!(heard.status, StatusCode::FORBIDDEN);
        assert!(heard.json()["error"].is_string());
    }
    assert_eq!(*centre.desk.commands.lock().unwrap(), []);
    let own = with_token("POST", path).header("origin", "http://127.0.0.1:8080");
    assert_eq!(centre.ask(own, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn looking_without_a_token_shows_no_operator() {
    let centre = Centre::open().await;
    let open = centre.get("/api/v1/snapshot").await;
    assert_eq!(open.status, StatusCode::OK);
    assert!(
        !open.text.contains("anna") && !open.text.contains("visita medica"),
        "{}",
        open.text
    );
    let full = centre.get_with_token("/api/v1/snapshot").await;
    assert_eq!(full.json(), serde_json::to_value(busy()).unwrap());
    let queues = centre.get("/api/v1/queues").await;
    assert_eq!(queues.json()["queues"][0]["waiting"], json!(2));
}

#[tokio::test]
async fn from_elsewhere_even_looking_needs_the_token() {
    let network = Centre::with(busy(), Reach::Network).await;
    let here = Centre::open().await;
    for path in [
        "/",
        "/seats/101",
        "/live",
        "/metrics",
        "/api/v1/snapshot",
        "/api/v1/queues",
        "/api/v1/events",
    ] {
        assert_eq!(
            network.get(path).await.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        let request = axum::http::Request::builder()
            .uri(path)
            .header("host", "cup.example");
        let rebound = here.ask(request, "").await;
        assert_eq!(
            rebound.status,
            StatusCode::UNAUTHORIZED,
            "{path} under a foreign name"
        );
    }
    for path in [
        "/health/live",
        "/health/ready",
        "/api/v1/openapi.json",
        "/app.css",
        "/session",
    ] {
        assert_eq!(network.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(
        network.get_with_token("/metrics").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn health_says_what_does_not_work() {
    let centre = Centre::open().await;
    assert_eq!(centre.get("/health/ready").await.status, StatusCode::OK);
    {
        let mut health = centre.desk.health.lock().unwrap();
        health.ready = false;
        health.degraded = vec![DegradedNow::new(Degraded::DatabaseFull, AT_MS)];
    }
    let heard = centre.get("/health/ready").await;
    assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE);
    let configuration = json!({
        "hash": "0123456789abcdef", "since_ms": AT_MS, "title": "CUP <Teramo> & Pescara",
        "failed": null,
    });
    assert_eq!(
        heard.json(),
        json!({
            "ready": false,
            "degraded": [{
                "mode": "database_full", "since_ms": AT_MS,
                "held_back": "nobody is rung: no operator, no callback; callers are answered, recorded in the spill and told to the database later",
                "advice": "make room where the database is",
            }],
            "configuration": configuration,
        })
    );
    assert_eq!(centre.get("/health/live").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_reload_that_fails_says_where_and_only_to_whom_it_concerns() {
    let centre = Centre::open().await;
    let path = "/api/v1/reload";
    let heard = centre.ask(local("POST", path), "").await;
    assert_eq!(heard.status, StatusCode::UNAUTHORIZED);
    let fault = "config/cuptel.toml:3:1: no";
    let faults = NotReloaded::Faults(vec![fault.to_owned()]);
    let answers = [Err(faults), Err(NotReloaded::Busy)];
    centre.desk.reloads.lock().unwrap().extend(answers);
    let heard = centre.ask(with_token("POST", path), "").await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(heard.json()["faults"], json!([fault]));
    let heard = centre.ask(with_token("POST", path), "").await;
    assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE);
    let heard = centre.ask(with_token("POST", path), "").await;
    assert_eq!(
        heard.json()["configuration"]["hash"],
        json!("0123456789abcdef")
    );
    let failed = Configuration {
        failed: Some(FailedReload {
            at_ms: AT_MS,
            faults: vec![fault.to_owned()],
        }),
        ..Configuration::default()
    };
    centre.desk.health.lock().unwrap().configuration = Arc::new(failed);
    let health = centre.get("/health/ready").await;
    assert_eq!(
        health.json()["configuration"]["failed"],
        json!({ "at_ms": AT_MS })
    );
    let page = centre.get("/").await;
    assert!(!page.text.contains(fault), "nobody has signed in");
}

#[tokio::test]
async fn why_a_configuration_is_not_in_force_is_told_to_those_who_can_mend_it() {
    let centre = Centre::open().await;
    let fault = "config/cuptel.toml:3:1: no";
    {
        let mut health = centre.desk.health.lock().unwrap();
        let mut configuration = health.configuration.as_ref().clone();
        configuration.failed = Some(FailedReload {
            at_ms: AT_MS,
            faults: vec![fault.to_owned()],
        });
        health.configuration = configuration.into();
    }
    for (name, role, sees) in [
        ("anna", "operator", false),
        ("rosa", "supervisor", false),
        ("rita", "region_administrator", true),
    ] {
        let cookie = enter(&centre, json!({ "name": name, "role": role })).await;
        for path in ["/board", "/supervisor", "/admin"] {
            let page = get(&centre, path, &cookie).await.text;
            let fault = "config/cuptel.toml, riga 3, colonna 1. Testo tecnico (in inglese): <span lang=\"en\">no</span>";
            let told = page.contains(fault) && page.contains("href=\"/admin/configuration\">Vedi");
            assert_eq!(told, sees, "{name} {path}: {page}");
            assert!(sees || !page.contains("non è valida"), "{name} {path}");
        }
    }
}

/// The fields that the description gives a shape, its parts included.
pub(crate) fn described(document: &Value, name: &str) -> Vec<String> {
    let shape = &document["components"]["schemas"][name];
    let parts = shape["allOf"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![shape.clone()]);
    let mut fields = Vec::new();
    for part in parts {
        match part["$ref"].as_str() {
            Some(to) => fields.extend(described(document, to.rsplit('/').next().unwrap())),
            None => fields.extend(part["properties"].as_object().unwrap().keys().cloned()),
        }
    }
    fields.sort();
    fields
}

pub(crate) fn fields(of: &Value) -> Vec<String> {
    let mut fields: Vec<String> = of.as_object().unwrap().keys().cloned().collect();
    fields.sort();
    fields
}

fn waits_for_an_opening() -> WaitingNow {
    WaitingNow {
        at_ms: AT_MS,
        seat: None,
        queue: "prenotazioni".to_owned(),
        ahead: 2,
        asks: Skills::from([("prenotazioni".to_owned(), 1)]),
        asks_less_at_ms: None,
        holds: vec![
            Hold::Stopped {
                button: Button::Outgoing,
                reach: ButtonReach::Tenant,
                since_ms: AT_MS,
                until_ms: None,
            },
            Hold::NotDue {
                until_ms: AT_MS + 1,
            },
        ],
        seats: vec![SeatsNow {
            eligibility: Eligibility::Profile,
            seats: 1,
        }],
        declined: Vec::new(),
    }
}

#[tokio::test]
async fn the_description_has_the_fields_of_real_answers() {
    let centre = Centre::open().await;
    let document = centre.get("/api/v1/openapi.json").await.json();
    let asked = &centre;
    let ask = |path: String| async move { asked.get_with_token(&path).await.json() };
    let attempts = ask("/api/v1/attempts".to_owned()).await;
    let callbacks = ask("/api/v1/callbacks".to_owned()).await;
    let attempt = ask(format!("/api/v1/attempts/{}", centre.attempt)).await;
    let callback = ask(format!("/api/v1/callbacks/{}", centre.callback)).await;
    let waits = waits_for_an_opening();
    let waiting = || centre.desk.waiting.lock().unwrap();
    waiting().insert(centre.callback, waits);
    let why = ask(format!("/api/v1/why/{}", centre.callback)).await;
    let seats = ask("/api/v1/seats".to_owned()).await;
    let operators = ask("/api/v1/operators".to_owned()).await;
    let totals = ask("/api/v1/totals".to_owned()).await;
    let queues = ask("/api/v1/queues".to_owned()).await;
    centre.desk.looks.send_modify(add_trouble);
    let stops = ask("/api/v1/stops".to_owned()).await;
    let snapshot = ask("/api/v1/snapshot".to_owned()).await;
    let tenants = ask("/api/v1/tenants".to_owned()).await;
    let tasks = ask("/api/v1/tasks?overdue=true".to_owned()).await;
    let task = ask(format!("/api/v1/tasks/{}", centre.task)).await;
    let error = centre.get("/api/v1/seats").await.json();
    let health = centre.get("/health/ready").await.json();
    let configuration = ask("/api/v1/configuration".to_owned()).await;
    for (name, value) in [
        ("Attempts", &attempts),
        ("Attempt", &attempts["attempts"][0]),
        ("AttemptDetail", &attempt["attempt"]),
        ("Callbacks", &callbacks),
        ("Callback", &callbacks["callbacks"][0]),
        ("CallbackDetail", &callback["callback"]),
        ("Need", &callback["callback"]["needs"][0]),
        ("OneWhy", &why),
        ("Why", &why["why"]),
        ("Decision", &why["why"]["decisions"][0]),
        ("Considered", &why["why"]["decisions"][0]["seats"][0]),
        ("PassedOver", &why["why"]["decisions"][0]["passed_over"][0]),
        ("WaitingNow", &why["why"]["now"]),
        ("Hold", &why["why"]["now"]["holds"][0]),
        ("SeatsNow", &why["why"]["now"]["seats"][0]),
        ("Operators", &operators),
        ("Operator", &operators["operators"][0]),
        ("Seats", &seats),
        ("Seat", &seats["seats"][0]),
        ("Totals", &totals),
        ("Queues", &queues),
        ("Snapshot", &snapshot),
        ("QueueNow", &snapshot["queues"][0]),
        ("SeatNow", &snapshot["seats"][0]),
        ("TrunkNow", &snapshot["trunks"][0]),
        ("SiteNow", &snapshot["sites"][0]),
        ("Stops", &stops),
        ("StopNow", &snapshot["stops"][0]),
        ("Tenants", &tenants),
        ("Tasks", &tasks),
        ("Task", &tasks["tasks"][0]),
        ("TaskDetail", &task["task"]),
        ("TaskEvent", &task["task"]["events"][0]),
        ("TenantNow", &snapshot["tenants"][0]),
        ("WaitsNow", &snapshot["tenants"][0]["recent"]),
        ("DriftNow", &snapshot["drifts"][0]),
        ("Error", &error),
        ("Health", &health),
        ("ConfigurationBriefly", &health["configuration"]),
        ("Configuration", &configuration["configuration"]),
    ] {
        assert_eq!(described(&document, name), fields(value), "{name}");
    }
}

#[tokio::test]
async fn why_tells_what_is_stored_and_what_goes_on_and_404_of_what_is_neither() {
    let centre = Centre::open().await;
    let ask = async |id: i64| centre.get_with_token(&format!("/api/v1/why/{id}")).await;
    let of_callback = ask(centre.callback).await.json();
    let decision = &of_callback["why"]["decisions"][0];
    assert_eq!(
        (
            &decision["seat"],
            &decision["state"],
            &decision["seats"][0]["seat"]
        ),
        (&json!("101"), &json!("rejected"), &json!("101"))
    );
    assert_eq!(
        (
            &decision["passed_over"][0]["attempt"],
            &decision["passed_over"][0]["why"]
        ),
        (&json!(centre.attempt), &json!("refused"))
    );
    assert_eq!(of_callback["why"]["now"], Value::Null);
    let offer = decision["offer"].as_i64().unwrap();
    assert_eq!(ask(offer).await.json()["why"]["decisions"][0], *decision);
    // Never offered, and no less there.
    let of_attempt = ask(centre.attempt).await;
    assert_eq!(of_attempt.json()["why"]["decisions"], json!([]));
    assert_eq!(ask(7).await.status, StatusCode::NOT_FOUND);
    let without_token = centre.get(&format!("/api/v1/why/{offer}")).await;
    assert_eq!(without_token.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_bulk_is_told_to_the_rules_once_and_one_without_a_known_word_is_refused() {
    let centre = Centre::open().await;
    let post = |body: &'static str| {
        centre.ask(
            with_token("POST", "/api/v1/bulks").header("content-type", "application/json"),
            body,
        )
    };
    let heard = post(r#"{ "action": "erase", "because": "x" }"#).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    let heard = post(
        r#"{ "action": "close", "preview": true, "tenant": "asl-teramo", "because": "agenda" }"#,
    )
    .await;
    assert_eq!(heard.status, StatusCode::OK);
    let onlookers = centre.get("/api/v1/bulks").await.status;
    assert_eq!(onlookers, StatusCode::UNAUTHORIZED, "reasons and names");
    let bulks = centre.get_with_token("/api/v1/bulks").await.json();
    let document = centre.get("/api/v1/openapi.json").await.json();
    assert_eq!(described(&document, "Bulks"), fields(&bulks));
    assert_eq!(described(&document, "Bulk"), fields(&bulks["bulks"][0]));
    let commands = centre.desk.commands.lock().unwrap();
    let [Command::Bulk(told)] = &commands[..] else {
        panic!("one command, not {commands:?}");
    };
    assert!(told.is_preview && told.tenant.as_deref() == Some("asl-teramo"));
}

#[tokio::test]
async fn a_bulk_that_was_begun_is_shown_to_its_key_and_another_with_that_key_is_refused() {
    let centre = Centre::open().await;
    let post = |body: &'static str| {
        let request = with_token("POST", "/api/v1/bulks").header("Idempotency-Key", "bulk");
        centre.ask(request.header("content-type", "application/json"), body)
    };
    let same = r#"{ "action": "close", "because": "agenda spostata", "by": "Carla Capo" }"#;
    let heard = post(same).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    assert_eq!(heard.json()["bulk"]["id"], centre.bulk);
    for other in [
        r#"{ "action": "close", "because": "sciopero", "by": "Carla Capo" }"#,
        r#"{ "action": "close", "because": "agenda spostata", "by": "Carla Capo", "class": "P" }"#,
    ] {
        let heard = post(other).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(heard.text.contains("a new key"), "{}", heard.text);
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
}

#[tokio::test]
async fn every_described_path_is_served() {
    let centre = Centre::open().await;
    for (path, name) in [("users", "rosa"), ("tokens", "cruscotto")] {
        let told = format!("{{\"name\":\"{name}\",\"role\":\"auditor\"}}");
        centre.post_json(&format!("/api/v1/{path}"), &told).await;
    }
    let entry = "{\"name\":\"Radiologia\",\"number\":\"0861555900\"}";
    centre.post_json("/api/v1/directory", entry).await;
    let document = centre.get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 114);
    for (path, methods) in paths {
        let path = path
            .replace("/attempts/{id}", &format!("/attempts/{}", centre.attempt))
            .replace(
                "/callbacks/{id}",
                &format!("/callbacks/{}", centre.callback),
            )
            .replace("/tasks/{id}", &format!("/tasks/{}", centre.task))
            .replace("/bulks/{id}", &format!("/bulks/{}", centre.bulk))
            .replace(
                "/announcements/{id}",
                &format!("/announcements/{ANNOUNCEMENT}"),
            )
            .replace("/closures/{id}", "/closures/1")
            .replace("/directory/{id}", "/directory/1")
            .replace("/why/{id}", &format!("/why/{}", centre.attempt))
            .replace("{campaign}", CAMPAIGN)
            .replace("{tenant}", "asl-teramo")
            .replace("{queue}", "prenotazioni")
            .replace("{memo}", "7")
            .replace("{seat}", "101")
            .replace("{operator}", "anna")
            .replace("{user}", "rosa")
            .replace("{token}", "cruscotto")
            .replace("{site}", "teramo");
        for method in methods.as_object().unwrap().keys() {
            if path.ends_with("/events") {
                continue; // It never ends; tests/outside/streams.rs reads it.
            }
            let heard = centre
                .ask(with_token(&method.to_uppercase(), &path), "")
                .await;
            assert!(
                ![StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&heard.status),
                "{method} {path}: {}",
                heard.status
            );
        }
    }
}

#[tokio::test]
async fn a_list_of_people_that_is_not_taken_is_told_entry_by_entry() {
    let centre = Centre::open().await;
    let whys = [WhyNotTaken::NoEmployer, WhyNotTaken::Twice];
    let faults = whys.map(|why| NotTaken {
        which: "carla".to_owned(),
        why,
    });
    let refused = Refusal::Refused(CommandError::NotTaken(faults.to_vec()));
    centre.desk.answers.lock().unwrap().push_back(Err(refused));
    let body = json!({ "operators": [{ "name": "carla", "skills": { "prenotazioni": 3 } }] });
    let asked = || with_token("POST", "/api/v1/operators").header(CONTENT_TYPE, "application/json");
    let heard = centre.ask(asked(), body.to_string()).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        heard.json()["faults"],
        json!([
            "\"carla\" is new, and has no employer",
            "\"carla\" is here twice"
        ])
    );
    let blank = json!({ "operators": [{ "name": " " }] });
    let heard = centre.ask(asked(), blank.to_string()).await;
    assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_region_of_operators_fits_into_one_request() {
    let centre = Centre::open().await;
    let one = |n: u32| {
        let skills = json!({ "asl-teramo": 5, "prenotazioni": 5, "disdette": 5, "intramoenia": 4 });
        json!({ "name": format!("Operatore {n}"), "employer": "Cooperativa", "skills": skills })
    };
    let body = json!({ "operators": (0..2_000).map(one).collect::<Vec<_>>() }).to_string();
    assert!(
        body.len() > 64 * 1024,
        "more than any other request may have"
    );
    let asked = with_token("POST", "/api/v1/operators").header(CONTENT_TYPE, "application/json");
    let heard = centre.ask(asked, body).await;
    assert_eq!(heard.json()["changed"], json!(2_000));
}

#[tokio::test]
async fn a_password_is_kept_as_digests_alone() {
    let centre = Centre::open().await;
    let body =
        json!({ "seats": [{ "name": "107", "site": "teramo", "password": "k7wq-9fxm-3hdp" }] });
    let asked = with_token("POST", "/api/v1/seats").header(CONTENT_TYPE, "application/json");
    let heard = centre.ask(asked, body.to_string()).await;
    assert_eq!(heard.json()["changed"], json!(1));
    let commands = centre.desk.commands.lock().unwrap();
    let [Command::SetSeats(seats)] = &commands[..] else {
        panic!("one command: {commands:?}");
    };
    assert_eq!(seats[0].account.as_ref().unwrap().ha1_md5, "of 107");
    assert!(
        !format!("{commands:?}").contains("of 107"),
        "no digest in a log"
    );
}
