//! Requests with a key of their own, and lists that say where they go on.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Centre, Heard, with_token};

/// What makes something, with a body that is taken.
const CREATING: [(&str, &str); 6] = [
    (
        "closures",
        r#"{"tenant":"asl-teramo","first":"2030-05-02","reason":"ponte"}"#,
    ),
    (
        "directory",
        r#"{"name":"Radiologia","number":"0861555900"}"#,
    ),
    (
        "numbers",
        r#"{"number":"0861555901","mark":"do_not_call","tenant":"asl-teramo"}"#,
    ),
    ("memos", r#"{"text":"Alle 12 riunione"}"#),
    ("users", r#"{"name":"rosa","role":"auditor"}"#),
    ("tokens", r#"{"name":"cruscotto","role":"auditor"}"#),
];

async fn post(centre: &Centre, path: &str, key: &str, body: &str) -> Heard {
    let request = with_token("POST", &format!("/api/v1/{path}"))
        .header("idempotency-key", key)
        .header("content-type", "application/json");
    centre.ask(request, body.to_owned()).await
}

#[tokio::test]
async fn the_same_request_is_answered_as_it_was_and_carried_out_once() {
    let centre = Centre::open().await;
    for (path, body) in CREATING {
        let first = post(&centre, path, path, body).await;
        assert!(first.status.is_success(), "{path}: {}", first.text);
        let done = centre.desk.commands.lock().unwrap().len();
        let again = post(&centre, path, path, body).await;
        assert_eq!(
            (again.status, again.text.as_str()),
            (first.status, first.text.as_str())
        );
        assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
        assert_eq!(centre.desk.commands.lock().unwrap().len(), done, "{path}");
    }
    for (list, length) in [("users", 1), ("tokens", 1), ("directory", 1)] {
        let heard = centre
            .get_with_token(&format!("/api/v1/{list}"))
            .await
            .json();
        assert_eq!(heard[list].as_array().unwrap().len(), length, "{list}");
    }
}

#[tokio::test]
async fn another_request_with_the_key_of_an_earlier_one_is_refused() {
    let centre = Centre::open().await;
    let (path, body) = CREATING[3];
    post(&centre, path, "k", body).await;
    let other = post(&centre, path, "k", r#"{"text":"Alle 13 riunione"}"#).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["type"], "urn:cuptel:problem:request-key");
    assert!(other.text.contains("a new key"), "{}", other.text);
    let elsewhere = post(&centre, "directory", "k", CREATING[1].1).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_refused_may_be_asked_for_again_with_its_key() {
    let centre = Centre::open().await;
    let refused = post(&centre, "directory", "k", r#"{"name":"","number":"1"}"#).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    let (path, body) = CREATING[1];
    let taken = post(&centre, path, "k", body).await;
    assert!(taken.status.is_success(), "{}", taken.text);
}

#[tokio::test]
async fn a_key_has_a_bound_and_no_key_is_no_promise() {
    let centre = Centre::open().await;
    let (path, body) = CREATING[3];
    let long = "k".repeat(101);
    let heard = post(&centre, path, &long, body).await;
    assert_eq!(
        heard.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        heard.text
    );
    for _ in 0..2 {
        let heard = centre.post_json("/api/v1/memos", body).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    }
    assert_eq!(centre.desk.commands.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn every_act_of_the_api_is_described_with_its_key_and_every_list_with_its_link() {
    let centre = Centre::open().await;
    let document = centre.get("/api/v1/openapi.json").await.json();
    let mut lists = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/") {
            continue;
        }
        if let Some(act) = methods.get("post") {
            let parameters = act["parameters"].as_array().unwrap();
            let keys = parameters
                .iter()
                .filter(|it| it["name"] == "Idempotency-Key");
            assert_eq!(keys.count(), 1, "{path}");
        }
        let link = &methods["get"]["responses"]["200"]["headers"]["Link"];
        lists += usize::from(link.is_object());
    }
    assert!(lists >= 14, "{lists}");
}

#[tokio::test]
async fn a_list_that_goes_on_says_under_which_address() {
    let centre = Centre::open().await;
    let path = "/api/v1/attempts?limit=1&outcome=abandoned_queue";
    let page = centre.get_with_token(path).await;
    let next = page.json()["next"].as_i64().unwrap();
    let link = page.header("link").to_owned();
    let expected =
        format!("</api/v1/attempts?limit=1&outcome=abandoned_queue&before={next}>; rel=\"next\"");
    assert_eq!(link, expected);
    let address = link.trim_start_matches('<').split('>').next().unwrap();
    let last = centre.get_with_token(address).await;
    assert_eq!(last.json()["next"], Value::Null);
    assert!(last.headers.get("link").is_none());
    let named = centre.get_with_token("/api/v1/seats?limit=1").await;
    let after = named.json()["next"].clone();
    if after != json!(null) {
        assert!(
            named.header("link").contains("after="),
            "{}",
            named.header("link")
        );
    }
}

#[tokio::test]
async fn a_memo_is_told_as_it_is_described() {
    let centre = Centre::open().await;
    let told = centre.get_with_token("/api/v1/memos/7").await.json();
    assert_eq!(told["memo"]["text"], "Riunione alle 14");
    assert_eq!(told["memo"]["readings"], json!([]));
    let none = centre.get_with_token("/api/v1/memos/8").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
