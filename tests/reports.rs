//! Reports of real calls, the same by shell and API, and the list for the day without a system.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup};

const NUMBER: &str = "0861555801";

/// A caller who waits and gives up.
fn gives_up(centre: &Centre, number: &str) {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    centre.attempt(&call, "the caller gave up", |row| row["stage"] == "ended");
}

/// The day before today, by the clock of Rome: midnight may come while a test runs.
fn yesterday() -> String {
    let mut date = Command::new("date");
    date.env("TZ", "Europe/Rome")
        .args(["--date", "yesterday", "+%F"]);
    let output = date.output().expect("date is part of coreutils");
    String::from_utf8(output.stdout)
        .expect("digits")
        .trim()
        .to_owned()
}

/// The columns of the first line of a CSV file, by their names.
fn first_line(csv: &str) -> Vec<(String, String)> {
    let mut lines = csv.lines();
    let names = lines.next().expect("a header").split(',');
    let fields = lines.next().expect("a line").split(',');
    let owned = |(name, field): (&str, &str)| (name.to_owned(), field.trim().to_owned());
    names.zip(fields).map(owned).collect()
}

#[test]
fn the_report_of_a_few_calls_is_the_same_by_shell_api_and_database() {
    let centre = Centre::start(Setup::default());
    gives_up(&centre, NUMBER);
    gives_up(&centre, NUMBER);
    gives_up(&centre, "anonymous");
    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.callback("the debt is paid", |row| row["state"] == "closed");

    let since = yesterday();
    let told = centre.get(&format!("reports/service?from={since}"));
    let all = &told["rows"][0];
    for (field, expected) in [
        ("attempts", 3),
        ("callers", 1),
        ("withheld", 1),
        ("owed", 2),
        ("not_callable", 1),
        ("suppressed_anonymous", 1),
        ("cases", 1),
        ("redials", 1),
        ("recovered_by_callback", 1),
        ("called", 1),
        ("first_dials_reached", 1),
    ] {
        assert_eq!(all[field], expected, "{field} of {all}");
    }
    let waited_s = all["callback_p50_s"].as_u64().expect("somebody was called");
    assert!((1..120).contains(&waited_s), "{waited_s}");
    let audit = centre.audit();
    assert_eq!(all["attempts"], audit["sums"]["attempts"]);
    assert_eq!(all["owed"], audit["sums"]["with_callback"]);

    let asked = ["report", "service", "--from", &since, "--csv"];
    let by_api = centre.run(&asked).succeeded();
    let offline = [&asked[..], &["--offline"]].concat();
    assert_eq!(centre.run(&offline).succeeded(), by_api);
    for (name, field) in first_line(&by_api) {
        let value = match &all[&name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                value.to_string()
            }
        };
        assert_eq!(field, value, "{name}");
    }
    let table = centre.run(&asked[..4]).succeeded();
    assert!(
        table.contains("asl-teramo") && table.contains("anonymous 1"),
        "{table}"
    );
    let backlog = centre.run(&["report", "backlog"]).succeeded();
    assert!(backlog.contains("nobody is owed a call"), "{backlog}");
    let refused = centre.run(&["report", "service", "--day", "ieri"]).failed();
    assert!(refused.contains("\"ieri\" is no day"), "{refused}");
}

#[test]
fn who_is_owed_a_call_is_printed_while_nothing_runs() {
    let mut centre = Centre::start(Setup::default());
    gives_up(&centre, NUMBER);
    let owed = centre.callback("the debt", |row| row["state"] == "waiting");
    let backlog = centre.run(&["report", "backlog", "--json"]).succeeded();
    let backlog: Value = serde_json::from_str(&backlog).expect("one line of JSON");
    assert_eq!(backlog["rows"][0]["owed"], 1);
    centre.kill();

    let list = centre.run(&["callbacks", "print"]).succeeded();
    assert!(list.contains("ASL di Teramo - Prenotazioni"), "{list}");
    assert!(list.contains(&format!("[ ] {NUMBER} ")), "{list}");
    assert!(list.contains(&format!("n. {}", owed["id"])), "{list}");
    assert!(list.contains("Fine dell'elenco: 1 persona."), "{list}");
    let file = centre.folder().join("elenco.html");
    let print = ["callbacks", "print", "--html", "--to", "elenco.html"];
    centre.run(&print).succeeded();
    let page = fs::read_to_string(&file).expect("it is there");
    assert!(
        page.contains(NUMBER) && page.ends_with("</html>\n"),
        "{page}"
    );
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else reads numbers");

    // Without the database the last list is better than none.
    let url = centre.database.url();
    centre.reconfigure(
        &format!("url = \"{url}\""),
        "url = \"sqlite://data/none.db\"",
    );
    let told = centre.run(&print).failed();
    assert!(told.contains("elenco.html stays as it is"), "{told}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), page);
}
