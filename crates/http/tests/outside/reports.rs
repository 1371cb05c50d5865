//! Reports over HTTP: the same lines as JSON and as CSV, and what is no period.

use axum::http::StatusCode;
use axum::http::header::ACCEPT;
use serde_json::{Value, json};

use crate::api::{described, fields};
use crate::desk::{CALLER, Centre, with_token};

const SERVICE: &str = "/api/v1/reports/service";

#[tokio::test]
async fn a_day_is_told_as_json_and_with_the_same_values_as_csv() {
    let centre = Centre::open().await;
    let report = centre
        .get_with_token(&format!("{SERVICE}?day=2026-11-23"))
        .await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.text);
    let report = report.json();
    let rows = report["rows"].as_array().unwrap();
    let scopes: Vec<&Value> = rows.iter().map(|row| &row["scope"]).collect();
    let expected = ["region", "region_day", "tenant", "tenant_day"];
    assert_eq!(scopes[..4], expected.map(Value::from).each_ref());
    let tenant = &rows[3];
    assert_eq!(tenant["tenant"], json!("asl-teramo"));
    assert_eq!(tenant["day"], json!("2026-11-23"));
    assert_eq!(
        (&tenant["attempts"], &tenant["callers"]),
        (&json!(1), &json!(1))
    );
    assert_eq!((&tenant["owed"], &tenant["cases"]), (&json!(1), &json!(1)));
    for asked in [
        with_token("GET", &format!("{SERVICE}?day=2026-11-23&format=csv")),
        with_token("GET", &format!("{SERVICE}?day=2026-11-23"))
            .header(ACCEPT, "text/csv;q=1, application/json"),
    ] {
        let heard = centre.ask(asked, "").await;
        assert_eq!(
            heard.header("content-type"),
            "text/csv; charset=utf-8; header=present"
        );
        let mut lines = heard.text.split("\r\n");
        let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
        for row in rows {
            let fields: Vec<&str> = lines.next().unwrap().split(',').collect();
            assert_eq!(fields.len(), columns.len());
            for (column, field) in columns.iter().zip(fields) {
                let told = match &row[column] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    value @ (Value::Bool(_)
                    | Value::Number(_)
                    | Value::Array(_)
                    | Value::Object(_)) => value.to_string(),
                };
                assert_eq!(field, told, "{column}");
            }
        }
        assert!(!heard.text.contains(&CALLER[3..]), "{}", heard.text);
    }
}

#[tokio::test]
async fn without_a_word_it_is_about_today_and_a_tenant_sees_its_own() {
    let centre = Centre::open().await;
    let today = centre.get_with_token(SERVICE).await.json();
    assert_eq!(
        (&today["from"], &today["to"]),
        (&json!("2026-11-23"), &json!("2026-11-23"))
    );
    let own = centre
        .get_with_token(&format!("{SERVICE}?tenant=asl-teramo"))
        .await
        .json();
    assert_eq!(own["rows"][0]["scope"], json!("tenant"));
    let accept = with_token("GET", SERVICE).header(ACCEPT, "application/json, text/csv");
    assert!(centre.ask(accept, "").await.json()["rows"].is_array());
    let none = centre
        .get_with_token(&format!("{SERVICE}?day=2026-11-22"))
        .await
        .json();
    assert_eq!(none["rows"], json!([]));
}

#[tokio::test]
async fn what_is_owed_now_is_told_as_json_and_as_csv() {
    let centre = Centre::open().await;
    let report = centre
        .get_with_token("/api/v1/reports/backlog")
        .await
        .json();
    assert_eq!(report["rows"][0]["scope"], json!("region"));
    assert_eq!(report["rows"][0]["owed"], json!(1));
    let csv = centre
        .get_with_token("/api/v1/reports/backlog?format=csv")
        .await;
    assert!(
        csv.text.starts_with("scope,tenant,queue,owed,"),
        "{}",
        csv.text
    );
    assert!(csv.text.contains("\r\nregion,,,1,"), "{}", csv.text);
}

#[tokio::test]
async fn what_is_no_period_tenant_or_format_is_said() {
    let centre = Centre::open().await;
    for asked in [
        "service?day=23.11.2026",
        "service?day=2026-11-23&from=2026-11-01",
        "service?to=2026-11-23",
        "service?from=2026-11-24&to=2026-11-23",
        "service?from=2020-01-01",
        "service?tenant=asl-termo",
        "service?format=pdf",
        "service?days=1",
        "backlog?tenant=asl-termo",
        "backlog?format=",
        "backlog?day=2026-11-23",
    ] {
        let heard = centre
            .get_with_token(&format!("/api/v1/reports/{asked}"))
            .await;
        assert_eq!(
            heard.status,
            StatusCode::BAD_REQUEST,
            "{asked}: {}",
            heard.text
        );
        assert!(heard.json()["hint"].is_string(), "{asked}");
    }
}

#[tokio::test]
async fn the_description_has_the_fields_of_real_lines() {
    let centre = Centre::open().await;
    let document = centre.get("/api/v1/openapi.json").await.json();
    for (report, name, line) in [
        ("service", "ServiceReport", "ServiceLine"),
        ("backlog", "BacklogReport", "BacklogLine"),
    ] {
        let told = centre
            .get_with_token(&format!("/api/v1/reports/{report}"))
            .await
            .json();
        assert_eq!(described(&document, name), fields(&told), "{name}");
        assert_eq!(
            described(&document, line),
            fields(&told["rows"][0]),
            "{line}"
        );
    }
}
