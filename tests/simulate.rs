//! `cuptel simulate` on the real binary: a delivered scenario told in every form, and one with a
//! mistake.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Ran, repository};

const LIMIT: Duration = Duration::from_secs(120);

fn simulate(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuptel"));
    command
        .current_dir(repository())
        .arg("simulate")
        .args(arguments);
    Ran::of(&mut command, LIMIT)
}

#[test]
fn a_delivered_scenario_is_told_as_tables_as_json_and_as_a_picture() {
    const MONDAY: &str = "config/scenarios/monday.toml";
    let folder = tempfile::tempdir().expect("a folder can be made");
    let picture = folder.path().join("monday.svg");
    let file = picture.to_str().expect("a plain path");
    let tables = simulate(&[MONDAY, "--seeds", "2", "--svg", file]).succeeded();
    for title in [
        "Contract:",
        "Callbacks:",
        "Operators:",
        "Hour by hour",
        "Asterisk SL2, T = 90 s",
    ] {
        assert!(tables.contains(title), "{title} in {tables}");
    }
    let picture = fs::read_to_string(picture).expect("the picture is there");
    assert!(
        picture.starts_with("<svg ") && picture.contains("<desc "),
        "{picture}"
    );

    let json = simulate(&[MONDAY, "--seeds", "2", "--json"]).succeeded();
    let json: Value = serde_json::from_str(&json).expect("one document");
    let groups = json["groups"].as_array().expect("groups");
    let of = |kind: &str| groups.iter().filter(|group| group["kind"] == kind).count();
    assert_eq!((of("all"), of("tenant"), of("queue")), (1, 2, 3));
    let calls = groups[0]["figures"]["calls"]["mean"].as_f64();
    assert!(calls.is_some_and(|calls| calls > 1_000.0), "{json}");
    assert!(tables.contains("A Monday, from 8:00"));
}

#[test]
fn a_mistake_in_a_scenario_is_pointed_at() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("mistaken.toml");
    let monday = fs::read_to_string(repository().join("config/scenarios/monday.toml"));
    let text = monday
        .expect("it is delivered")
        .replace("queue = \"disdette\"", "queue = \"disdetta\"");
    let text = text.replace("../cuptel.toml", "config/cuptel.toml");
    fs::write(&file, text).expect("the folder can be written");
    let told = simulate(&[file.to_str().expect("a plain path")]).failed();
    for expected in [
        "mistaken.toml:62:9: unknown queue \"disdetta\"",
        "did you mean \"disdette\"?",
        "queue = \"disdetta\"",
        "^",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
}
