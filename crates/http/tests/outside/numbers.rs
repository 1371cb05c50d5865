//! Marked numbers over HTTP: digits come in bodies, and go out of none.

use axum::http::StatusCode;
use cuptel_core::mark::{MarkTold, Marked};
use cuptel_core::number::PhoneNumber;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::Mark;
use cuptel_http::Refusal;
use serde_json::json;

use crate::desk::{AT_MS, Centre};

#[tokio::test]
async fn a_mark_becomes_its_command() {
    let centre = Centre::open().await;
    let told = MarkTold {
        number: PhoneNumber::parse_e164("+390861123499").unwrap(),
        mark: Mark::DoNotCall,
        tenant: Some("asl-teramo".to_owned()),
    };
    let body = json!({
        "number": " 0861123499 ", "mark": "do_not_call", "tenant": "asl-teramo",
        "until_ms": AT_MS, "supervisor": " Carla Capo ", "reason": "",
    });
    let heard = centre.post_json("/api/v1/numbers", &body.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let marked = Marked {
        ends_ms: Some(AT_MS),
        supervisor: Some("Carla Capo".to_owned()),
        reason: None,
    };
    let command = Command::MarkNumber {
        told: told.clone(),
        marked: Box::new(marked),
    };
    assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(command));
    let body = json!({ "number": "+390861123499", "mark": "do_not_call", "tenant": "asl-teramo" });
    let release = "/api/v1/numbers/release";
    let heard = centre.post_json(release, &body.to_string()).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
    let command = Command::ReleaseMark {
        told,
        supervisor: None,
    };
    assert_eq!(centre.desk.commands.lock().unwrap().pop(), Some(command));
}

#[tokio::test]
async fn what_is_no_number_and_what_is_not_marked_is_said_without_its_digits() {
    let centre = Centre::open().await;
    for number in ["", "casa", "112", "+39086112349912345"] {
        let body = json!({ "number": number, "mark": "shared" });
        let heard = centre.post_json("/api/v1/numbers", &body.to_string()).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        assert!(!heard.text.contains("2349912345"), "{}", heard.text);
    }
    assert!(centre.desk.commands.lock().unwrap().is_empty());
    let refused = Refusal::Refused(CommandError::NotMarked(Mark::Shared));
    centre.desk.answers.lock().unwrap().push_back(Err(refused));
    let body = json!({ "number": "0861123499", "mark": "shared" });
    let release = "/api/v1/numbers/release";
    let heard = centre.post_json(release, &body.to_string()).await;
    assert_eq!(heard.status, StatusCode::CONFLICT);
    assert!(!heard.text.contains("861123499"), "{}", heard.text);
}

#[tokio::test]
async fn a_list_that_is_cut_in_the_middle_says_how_far_it_came_and_that_it_can_be_sent_again() {
    let centre = Centre::open().await;
    let line = |n: u32| json!({ "line": n + 2, "number": format!("0861{n:06}"), "mark": "shared" });
    let body = json!({ "numbers": (0..1_200).map(line).collect::<Vec<_>>() }).to_string();
    let answers = [Ok(()), Ok(()), Err(Refusal::Busy)];
    centre.desk.answers.lock().unwrap().extend(answers);
    let heard = centre.post_json("/api/v1/numbers/import", &body).await;
    assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE);
    let told = heard.json();
    let said = told["error"].as_str().unwrap();
    assert!(
        said.starts_with("the first 500 of 1200 numbers were marked, then:"),
        "{said}"
    );
    assert!(
        told["hint"].as_str().unwrap().contains("same list again"),
        "{told}"
    );
    let heard = centre.post_json("/api/v1/numbers/import", &body).await;
    assert_eq!(heard.json()["changed"], json!(1_200));
}
