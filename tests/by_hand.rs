//! What an operator has taken in charge: entered by shell and API, called, kept, closed, told.

use serde_json::{Value, json};

use crate::harness::{Answers, Carrier, Centre, Phone, SOON, Setup};

const NUMBER: &str = "0861555241";
const ADD: [&str; 10] = [
    "callbacks",
    "add",
    "--tenant",
    "asl-teramo",
    "--queue",
    "prenotazioni",
    "--class",
    "B",
    "--number",
    NUMBER,
];

/// Ten days, in milliseconds.
const CLASS_B_MS: i64 = 10 * 86_400_000;

fn number(row: &Value, field: &str) -> i64 {
    row[field]
        .as_i64()
        .unwrap_or_else(|| panic!("no {field} in {row}"))
}

#[test]
fn what_was_taken_in_charge_is_called_and_stays_until_somebody_closes_it() {
    let mut centre = Centre::start(Setup::default());
    let told = [&ADD[..], &["--note", "visita cardiologica", "--by", "Anna"]].concat();
    let shown = centre.run(&told).succeeded();
    assert!(shown.contains("taken_in_charge"), "{shown}");
    let again = centre.run(&ADD).succeeded();
    assert!(again.contains("nothing was added"), "{again}");
    let entered = centre.callback("it is entered", |row| row["state"] == "waiting");
    let id = entered["id"].to_string();
    let all = centre.run(&["callbacks", "show", &id]).succeeded();
    assert!(all.contains("visita cardiologica"), "{all}");
    assert_eq!(entered["kinds"], json!(["taken_in_charge"]));
    assert_eq!(entered["priority_class"], "B");
    let term_ms = number(&entered, "due_ms") - number(&entered, "opened_ms");
    // By the clock of Rome, which may be set in between.
    assert!((term_ms - CLASS_B_MS).abs() <= 3_600_000, "{term_ms}");
    let list = centre.run(&["callbacks", "list"]).succeeded();
    assert!(list.contains("taken_in_charge"), "{list}");

    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861555241@"), "{invite}");
    centre.callback("they talk", |row| row["state"] == "talking");
    let close = ["callbacks", "close", &id, "--because", "trovato un posto"];
    let refused = centre.run(&close).failed();
    assert!(refused.contains("talking"), "{refused}");
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    let kept = centre.callback("it stays", |row| row["state"] == "waiting");
    assert_eq!(
        (kept["id"].to_string(), &kept["tries"]),
        (id.clone(), &json!(0))
    );
    assert!(number(&kept, "not_before_ms") > number(&entered, "opened_ms") + 82_800_000);

    centre.kill();
    centre.serve();
    let close = [&close[..], &["--how", "served", "--by", "Bruno"]].concat();
    let shown = centre.run(&close).succeeded();
    assert!(shown.contains("served"), "{shown}");
    let closed = centre.callback_detail(&entered["id"]);
    assert_eq!(closed["closed_how"], "served");
    assert_eq!(closed["needs"][0]["opened_by"], "Anna");
    assert_eq!(closed["needs"][0]["closed_by"], "Bruno");
    centre.audit();
}

#[test]
fn a_request_is_carried_out_once_and_one_that_cannot_be_is_told_why() {
    let centre = Centre::start(Setup::default());
    let wish = |queue: &str, number: &str| {
        json!({
            "tenant": "asl-teramo", "queue": queue, "number": number,
            "kind": "taken_in_charge", "class": "D",
        })
    };
    let first = centre.post_once("k-1", "callbacks", &wish("prenotazioni", NUMBER));
    assert_eq!((first.0, &first.1["entered"]), (201, &json!(true)));
    let again = centre.post_once("k-1", "callbacks", &wish("prenotazioni", NUMBER));
    assert_eq!((again.0, &again.1["entered"]), (200, &json!(false)));
    assert_eq!(again.1["callback"]["id"], first.1["callback"]["id"]);
    let id = first.1["callback"]["id"].to_string();
    centre.post(
        &format!("callbacks/{id}/close"),
        &json!({ "because": "prova" }),
    );
    let closed = centre.post_once("k-1", "callbacks", &wish("prenotazioni", NUMBER));
    assert_eq!(closed.1["callback"]["state"], "closed", "once, for ever");
    for (wish, why) in [
        (wish("sangue", NUMBER), "there is no queue \"sangue\""),
        (wish("prenotazioni", "899123456"), "premium"),
        (wish("prenotazioni", "112"), "emergency"),
        (
            json!({ "tenant": "asl-teramo", "queue": "prenotazioni", "number": NUMBER, "kind": "taken_in_charge" }),
            "priority class or a deadline",
        ),
        (
            json!({ "tenant": "asl-teramo", "queue": "prenotazioni", "number": NUMBER, "kind": "missed" }),
            "unknown variant `missed`",
        ),
    ] {
        let (status, told) = centre.post_once("k-2", "callbacks", &wish);
        assert_eq!(status, 422, "{told}");
        let error = told["error"].as_str().expect("it says why");
        assert!(error.contains(why), "{error}");
    }
    let long = "k".repeat(101);
    let (status, told) = centre.post_once(&long, "callbacks", &wish("prenotazioni", NUMBER));
    assert_eq!(status, 422, "{told}");
    centre.audit();
}

#[test]
fn a_list_of_those_without_a_slot_is_taken_in_charge_once_line_by_line() {
    let centre = Centre::start(Setup::default());
    centre
        .run(&["numbers", "do-not-call", "0861555244"])
        .succeeded();
    let file = centre.folder().join("without.csv");
    let lines = "number;class;note;ref\n\
        0861555241;B;visita cardiologica;A-1\n0861555242;d;;\n0861555243;X;;\n\
        0861555244;B;;\n0861555241;B;;\n112;B;;\n0861555245;;;\n";
    std::fs::write(&file, lines).expect("the file can be written");
    let file = file.display().to_string();
    let list = ["import", "callbacks", &file, "--tenant", "asl-teramo"];
    let list = [&list[..], &["--queue", "prenotazioni", "--by", "Anna"]].concat();
    let dry = centre
        .run(&[&list[..], &["--dry-run"]].concat())
        .succeeded();
    for said in [
        "line 4: left out, `class` is none of",
        "line 5: left out, the number is marked",
        "line 6: left out, the same number and queue as line 2",
        "line 7: left out, a number that is emergency",
        "line 8: left out, it has neither `class` nor `due`",
        "2 people would be entered; nothing was changed; 5 lines left out",
    ] {
        assert!(dry.contains(said), "{said}: {dry}");
    }
    for more in [&["--strict"][..], &["--dry-run", "--strict"]] {
        centre.run(&[&list[..], more].concat()).failed_with(1);
    }
    let count = "SELECT count(*) FROM callback_need WHERE kind = 'taken_in_charge'";
    assert_eq!(centre.sql(count), "0");
    let told = centre.run(&list).succeeded();
    assert!(told.contains("2 people entered"), "{told}");
    assert_eq!(centre.sql(count), "2");
    let entered = centre.callback("it is entered", |row| row["priority_class"] == "B");
    let term_ms = number(&entered, "due_ms") - number(&entered, "opened_ms");
    assert!((term_ms - CLASS_B_MS).abs() <= 3_600_000, "{term_ms}");
    let id = entered["id"].to_string();
    let close = ["callbacks", "close", &id, "--because", "trovato un posto"];
    centre.run(&close).succeeded();
    let again = centre.run(&list).succeeded();
    assert!(
        again.contains(&format!("line 2: entered before, callback {id} is closed")),
        "{again}"
    );
    assert!(
        again.contains("0 people entered") && again.contains("2 lines entered before"),
        "{again}"
    );
    assert_eq!(centre.sql(count), "2");
    let paper = centre.run(&["callbacks", "print"]).succeeded();
    assert!(paper.contains("classe D"), "{paper}");
    assert!(!centre.log().contains("8615552"), "{}", centre.log());
    centre.audit();
}
