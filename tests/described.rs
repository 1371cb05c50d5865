//! The API does what its description says: Schemathesis asks every path with what the description
//! allows and with what it does not, and looks at status, content type and shape of each answer.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Centre, Ran, Setup, repository};

/// All of it, on a machine busy with other tests too.
const LIMIT: Duration = Duration::from_secs(300);
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method";

/// What is there to be asked about, by the word of the path that names it.
fn known(centre: &Centre) -> Value {
    let told = ["--tenant", "asl-teramo", "--queue", "prenotazioni"];
    let made = |what: &[&str]| centre.run(&[what, &told].concat()).succeeded();
    made(&["callbacks", "add", "--number", "0861123458", "--class", "B"]);
    made(&["tasks", "add", "Spostare l'agenda"]);
    let campaign = json!({"name": "richiami", "tenant": "asl-teramo", "queue": "prenotazioni"});
    centre.post("campaigns", &campaign);
    let first = |list: &str| centre.get(list)[list][0]["id"].clone();
    json!({
        "callbacks": first("callbacks"),
        "tasks": first("tasks"),
        "campaign": "richiami",
        "seat": "101",
        "operator": "Anna Esempio",
        "site": "teramo",
        "user": "amministratore",
        "tenant": "asl-teramo",
        "queue": "prenotazioni",
        "number": "0861123459",
    })
}

#[test]
fn every_path_answers_as_the_description_says() {
    let folder = repository().join("tests/schemathesis/venv");
    let program = folder.join("bin/schemathesis");
    assert!(
        program.is_file(),
        "Schemathesis is not there: python3 -m venv {0} && {0}/bin/pip install -r \
         tests/schemathesis/requirements.txt",
        folder.display()
    );
    let centre = Centre::start(Setup {
        log: "warn",
        ..Setup::default()
    });
    let mut command = Command::new(program);
    command
        .env(
            "SCHEMATHESIS_HOOKS",
            repository().join("tests/schemathesis/hooks.py"),
        )
        .env("CUPTEL_KNOWN", known(&centre).to_string());
    command
        .current_dir(centre.folder())
        .arg("run")
        .arg(centre.url("/api/v1/openapi.json"))
        .args([
            "--header",
            &format!("Authorization: Bearer {}", centre.token()),
        ])
        .args(["--checks", CHECKS])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args([
            "--max-examples",
            "10",
            "--seed",
            "1",
            "--workers",
            "2",
            "--no-shrink",
        ])
        // A stream of events has no end that could be waited for; its own tests listen.
        .args(["--exclude-path", "/api/v1/events"])
        .args(["--suppress-health-check", "all"])
        .args([
            "--request-timeout",
            "20",
            "--no-color",
            "--output-truncate",
            "false",
        ])
        .args(["--continue-on-failure"]);
    let ran = Ran::of(&mut command, LIMIT);
    ran.succeeded();
    centre.audit();
    assert_eq!(centre.counted("cuptel_invariant_violations_total"), 0);
}
