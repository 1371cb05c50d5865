//! Work without a call, as an operator and a supervisor do it from a shell.

use std::fs;

use serde_json::Value;

use crate::harness::{Answers, Caller, Centre, Phone, Setup};

fn is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |task| task["state"] == state
}

#[test]
fn a_task_gives_way_to_a_caller_and_is_done_after() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let add = [
        "tasks",
        "add",
        "Spostare l'agenda",
        "--tenant",
        "asl-teramo",
        "--queue",
        "prenotazioni",
    ];
    centre.run(&add).succeeded();
    let task = centre.task("it is offered", is("offered"));
    assert_eq!(
        (&task["seat"], &task["operator"]),
        (&"101".into(), &"Anna Esempio".into())
    );
    // Who is only asked whether they would do it is free for a caller.
    let caller = Caller::connected(&centre, "0861555811");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    centre.task("it waits again", is("waiting"));
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.task("it is offered again", is("offered"));
    let id = task["id"].to_string();
    centre
        .run(&["tasks", "accept", &id, "--seat", "101"])
        .succeeded();
    centre.seat_works("101", "at_task");
    let late = centre
        .run(&["tasks", "accept", &id, "--seat", "101"])
        .failed();
    assert!(late.contains("is not offered to seat 101"), "{late}");
    centre.run(&["tasks", "finish", &id]).succeeded();
    centre.seat_works("101", "idle");
    let shown = centre.run(&["tasks", "show", &id, "--json"]).succeeded();
    let shown: Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(shown["task"]["state"], "done");
    let events = shown["task"]["events"].as_array().expect("a history");
    let kinds: Vec<&str> = events
        .iter()
        .rev()
        .filter_map(|it| it["kind"].as_str())
        .collect();
    let expected = [
        "created",
        "offered",
        "offer_ended",
        "offered",
        "accepted",
        "finished",
    ];
    assert_eq!(kinds, expected);
    both_offers_are_explained(&centre, &id);
    centre.audit();
}

fn both_offers_are_explained(centre: &Centre, id: &str) {
    let why = centre.run(&["why", id, "--json"]).succeeded();
    let why: Value = serde_json::from_str(&why).expect("it is JSON");
    let decisions = why["why"]["decisions"].as_array().expect("a list");
    let states: Vec<&Value> = decisions.iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["offer_ended", "accepted"]);
    assert_eq!(decisions[0]["seats"][0]["eligibility"], "eligible");
    let offer = decisions[0]["offer"].to_string();
    let of_offer = centre.run(&["why", &offer]).succeeded();
    let first = format!("offer {offer}, ");
    assert!(of_offer.starts_with(&first), "{of_offer}");
    for words in [
        format!("task {id} of prenotazioni to seat 101 (Anna Esempio): offer_ended"),
        "of 1 free seat that can do it the first is the one idle longest".to_owned(),
        "101: can have it, idle since".to_owned(),
        "and is to be done by".to_owned(),
    ] {
        assert!(of_offer.contains(&words), "{words} in {of_offer}");
    }
}

#[test]
fn a_list_of_tasks_is_taken_whole_or_not_at_all_and_a_supervisor_sees_what_is_late() {
    let centre = Centre::start(Setup::default());
    let file = centre.folder().join("tasks.csv");
    let import = |rows: &str| {
        fs::write(&file, format!("tenant,queue,title,due\n{rows}")).expect("it can be written");
        centre.run(&["import", "tasks", &file.display().to_string()])
    };
    let told = import("asl-teramo,prenotazione,Agenda,domani\nasl-termo,x,,\n").failed();
    for line in [
        ":2:12: unknown queue \"prenotazione\"",
        ":2:32: \"domani\" is no time",
        ":3:1: unknown tenant \"asl-termo\"",
        ":3:13: `title` is empty",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert_eq!(centre.get("tasks")["tasks"], Value::Array(Vec::new()));
    let told = import(
        "asl-teramo,prenotazioni,Agenda vecchia,2026-01-02T08:00:00+01:00\n\
         asl-teramo,prenotazioni,Agenda nuova,\n",
    );
    assert!(told.succeeded().contains("2 tasks added"));
    let late = centre.get("tasks?overdue=true");
    let late = late["tasks"].as_array().expect("a list");
    assert_eq!(late.len(), 1);
    let id = late[0]["id"].to_string();
    assert_eq!(late[0]["title"], "Agenda vecchia");
    // Nobody works here: it says so, and can be withdrawn.
    let why = centre.run(&["why", &id]).succeeded();
    assert!(why.contains("with nobody signed in"), "{why}");
    centre.run(&["tasks", "withdraw", &id]).succeeded();
    let twice = centre.run(&["tasks", "withdraw", &id]).failed();
    assert!(twice.contains("there is no task"), "{twice}");
    assert_eq!(
        centre.get("tasks?overdue=true")["tasks"],
        Value::Array(Vec::new())
    );
    centre.audit();
}
