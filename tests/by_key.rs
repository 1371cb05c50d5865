//! What callers decide by key beside the menu: when they are called, and that they are called no more.

use serde_json::json;

use crate::harness::{Caller, Centre, SOON, Setup};

const WHEN: &str = "callback = { queue = \"prenotazioni\", timeout_s = 5 }\nwhen = { ask = \"quando\", keys = { 1 = { hours = \"00:00-00:01\", say = \"quando_mattina\" }, 4 = { hours = \"09:00-18:00\", days = 1, say = \"quando_domani\" } } }";

#[test]
fn a_person_chooses_tomorrow_and_is_not_called_before() {
    let mut centre = Centre::prepare(Setup {
        start: "wish",
        ..Setup::default()
    });
    centre.replan(
        "callback = { queue = \"prenotazioni\", confirm_number = true, ask_number = true, timeout_s = 2 }",
        WHEN,
    );
    centre.serve();
    let mut caller = Caller::connected(&centre, "0861555351");
    caller.ear.hears("richiamata_confermata");
    caller.ear.hears("quando");
    caller.ear.press('1');
    caller.ear.hears("quando_no");
    caller.ear.press('4');
    caller.ear.hears("quando_domani");
    caller.ear.hears("quando_conferma");
    caller.ear.press('1');
    caller.ear.hears("quando_va_bene");
    caller.is_hung_up_on(SOON);
    let owed = centre.callback("it is owed", |row| row["chosen_from_ms"].is_i64());
    let (from_ms, until_ms) = (
        owed["chosen_from_ms"].as_i64(),
        owed["chosen_until_ms"].as_i64(),
    );
    assert_eq!(
        until_ms.zip(from_ms).map(|(until, from)| until - from),
        Some(9 * 3_600_000)
    );
    assert_eq!(owed["not_before_ms"].as_i64(), from_ms);
    let id = owed["id"].to_string();
    let why = centre.run(&["why", &id]).succeeded();
    assert!(
        why.contains("the person has said when to be called"),
        "{why}"
    );
    let detail = centre.callback_detail(&owed["id"]);
    assert_eq!(detail["promises"][0]["by_ms"], owed["chosen_until_ms"]);
    centre.kill();
    centre.serve();
    let why = centre.run(&["why", &id]).succeeded();
    assert!(
        why.contains("the person has said when to be called"),
        "{why}"
    );
    centre.audit();
}

#[test]
fn who_waits_takes_themselves_off_the_list_by_key() {
    let mut centre = Centre::prepare(Setup {
        start: "menu",
        ..Setup::default()
    });
    centre.replan("max_wait_s = 300", "max_wait_s = 300\nopt_out_key = \"9\"");
    centre.serve();
    let first = Caller::connected(&centre, "0861555352");
    first.hangs_up();
    centre.callback("they are owed a call", |row| row["state"] == "waiting");
    let mut caller = Caller::connected(&centre, "0861555352");
    let call = caller.call_id().to_owned();
    caller.press_by_info('1');
    centre.attempt(&call, "they wait", |row| row["stage"] == "queued");
    caller.ear.press('9');
    caller.ear.hears("rinuncia_conferma");
    caller.ear.press('1');
    caller.is_hung_up_on(SOON);
    let over = centre.attempt(&call, "it is over", |row| row["stage"] == "ended");
    assert_eq!(over["outcome"], "served_by_menu");
    let closed = centre.callback("it is closed", |row| row["state"] == "closed");
    assert_eq!(closed["closed_how"], json!("cancelled_by_person"));
    centre.audit();
}

#[test]
fn a_list_of_numbers_is_marked_whole_or_every_line_at_fault_is_named() {
    let centre = Centre::start(Setup::default());
    let file = centre.folder().join("numbers.csv");
    let told = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).expect("the file can be written");
        let path = file.display().to_string();
        centre.run(&[&["import", "numbers", path.as_str()], more].concat())
    };
    let bad = "number,mark,reason\n0861555361,,elenco\nnobody,,\n0861555361,,\n";
    let refused = told(bad, &[]).failed();
    assert!(refused.contains("nothing was marked: 2 lines"), "{refused}");
    let list = centre.run(&["numbers", "list"]).succeeded();
    assert!(!list.contains("elenco"), "{list}");
    let good = "number;mark;reason;until\n0861555361;;elenco;2099-01-31T18:00:00+01:00\n0861555362;shared;;\n";
    let looked = told(good, &["--dry-run"]).succeeded();
    assert!(looked.contains("2 numbers would be marked"), "{looked}");
    let marked = told(good, &["--supervisor", "Carla Capo"]).succeeded();
    assert!(marked.contains("2 numbers marked"), "{marked}");
    let list = centre.run(&["numbers", "list"]).succeeded();
    assert!(list.contains("elenco") && list.contains("shared"), "{list}");
    let past = "number,until\n0861555363,2020-01-31T18:00:00+01:00\n";
    let refused = told(past, &[]);
    assert!(
        refused.out.contains("numbers.csv:2:") && refused.out.contains("is over already"),
        "{refused:?}"
    );
    refused.failed();
    centre.audit();
}
