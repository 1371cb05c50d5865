//! Who may sign in: the first administrator, an operator's day at plain pages, a supervisor of one
//! authority, an auditor, a program. With the real binary, a phone and callers.

use serde_json::Value;

use crate::harness::{Answers, Browser, Caller, Centre, Phone, SOON, Setup, until};

const OWN: &str = "una frase che ricordo";

/// The password for once that a command or the start told.
fn once(told: &str, name: &str) -> String {
    let (_, rest) = told
        .split_once(&format!("{name} signs in with "))
        .or_else(|| told.split_once(&format!("as {name} with ")))
        .unwrap_or_else(|| panic!("no password of {name} in {told}"));
    rest.split(' ').next().expect("a word").to_owned()
}

/// The log, once the first start has said whom it let in.
fn first_words(centre: &Centre) -> String {
    until("somebody is let in", SOON, || {
        let log = centre.log();
        log.contains("Nobody could sign in yet").then_some(log)
    })
}

fn let_in(centre: &Centre, name: &str, more: &[&str]) -> String {
    let told = [&["user", "add", name][..], more].concat();
    once(&centre.run(&told).succeeded(), name)
}

#[test]
fn the_first_start_lets_one_administrator_in_who_lets_the_others_in() {
    let mut centre = Centre::start(Setup::default());
    let password = once(&first_words(&centre), "amministratore");
    let admin = Browser::at(&centre);
    admin.chooses("amministratore", &password, OWN);
    assert!(admin.opens("/").text.contains("amministratore"));
    let again = Browser::at(&centre);
    let refused = again.sends(
        "/session",
        &[("name", "amministratore"), ("password", &password)],
    );
    assert_eq!(refused.status, 401, "a password for once is one");
    assert!(refused.text.contains("Nome o password non sono giusti"));
    drop((admin, again));
    centre.kill();
    centre.serve();
    let log = centre.log();
    assert_eq!(log.matches("Nobody could sign in yet").count(), 1, "{log}");
    let listed = centre.run(&["user", "list"]).succeeded();
    assert!(listed.contains("amministratore"), "{listed}");
    assert!(!centre.log().contains(OWN));
}

#[test]
fn an_operator_works_a_call_at_plain_pages_and_touches_no_other_seat() {
    let centre = Centre::start(Setup::default());
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let password = let_in(&centre, "Anna Esempio", &["--role", "operator"]);
    let anna = Browser::at(&centre);
    anna.chooses("Anna Esempio", &password, OWN);
    let asked = anna.opens("/").text;
    assert!(asked.contains("A quale postazione sei?"), "{asked}");
    let seated = anna.sends("/seat", &[("seat", "101")]);
    assert_eq!(seated.location, "/seats/101");
    assert_eq!(
        anna.opens("/").location,
        "/seats/101",
        "she is led to her seat"
    );
    centre.seat_works("101", "idle");
    let page = anna.opens("/seats/101").text;
    assert!(page.contains("Fine servizio") && !page.contains("Esito della conversazione"));

    let caller = Caller::connected(&centre, "0861555901");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    until("her page has the forms of a conversation", SOON, || {
        let page = anna.opens("/seats/101").text;
        page.contains("Esito della conversazione").then_some(())
    });
    let other = anna.sends("/api/v1/seats/102/pause", &[("reason", "pranzo")]);
    assert_eq!(other.location, "/seats/102");
    let other = anna.opens("/seats/102").text;
    assert!(
        other.contains("Non è tra le cose che puoi fare."),
        "{other}"
    );
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    let done = anna.sends("/api/v1/seats/101/disposition", &[("disposition", "done")]);
    assert_eq!(done.location, "/seats/101");
    let left = anna.sends("/api/v1/seats/101/sign-out", &[]);
    assert_eq!(left.status, 303);
    assert!(anna.opens("/").text.contains("A quale postazione sei?"));
    centre.audit();
}

#[test]
fn a_supervisor_of_one_authority_and_a_program_reach_as_far_as_they_were_let() {
    let centre = Centre::start(Setup::default());
    let told = ["--role", "supervisor", "--tenant", "asl-teramo"];
    let password = let_in(&centre, "lia", &told);
    let lia = Browser::at(&centre);
    lia.chooses("lia", &password, OWN);
    assert_eq!(lia.opens("/api/v1/callbacks").status, 200);
    assert_eq!(lia.opens("/api/v1/users").status, 403);
    assert_eq!(
        lia.sends("/api/v1/stops", &[("button", "outgoing")]).status,
        403
    );
    let own = [("button", "outgoing"), ("tenant", "asl-teramo")];
    assert_eq!(lia.sends("/api/v1/stops", &own).status, 200);
    let stops = centre.get("stops");
    assert_eq!(stops["stops"][0]["supervisor"], "lia", "{stops}");
    let log = centre.run(&["user", "log", "--json"]).succeeded();
    let log: Value = serde_json::from_str(&log).expect("it is JSON");
    assert_eq!(log["log"][0]["act"], "POST /api/v1/stops", "{log}");

    let told = centre.run(&["token", "add", "cruscotto", "--role", "auditor"]);
    let told = told.succeeded();
    let (_, token) = told.split_once("Bearer ").expect("it is told");
    let token = token.split('`').next().expect("a word");
    let (status, answer) = centre.post_as(token, "reload");
    assert_eq!(status, 403, "{answer}");
    centre.run(&["token", "revoke", "cruscotto"]).succeeded();
    assert_eq!(centre.post_as(token, "reload").0, 401);
    let twice = centre
        .run(&["user", "add", "lia", "--role", "auditor"])
        .failed();
    assert!(twice.contains("there is a user \"lia\" already"), "{twice}");

    let told = centre.run(&["user", "role", "lia", "auditor"]).succeeded();
    assert_eq!(
        told.trim(),
        "lia is auditor of asl-teramo now.",
        "as far as before"
    );
    assert_eq!(
        lia.opens("/api/v1/callbacks").status,
        401,
        "she signs in anew"
    );
    lia.sends("/session", &[("name", "lia"), ("password", OWN)]);
    assert_eq!(lia.opens("/api/v1/callbacks").status, 200);
    assert_eq!(lia.sends("/api/v1/stops", &own).status, 403);
    let last = ["user", "role", "amministratore", "auditor"];
    let last = centre.run(&last).failed();
    assert!(last.contains("administrator"), "{last}");
}

#[test]
fn who_lost_the_password_gets_another_while_no_node_runs() {
    let mut centre = Centre::start(Setup::default());
    first_words(&centre);
    let running = centre.run(&["user", "password", "amministratore", "--offline"]);
    let running = running.failed();
    assert!(running.contains("leave out --offline"), "{running}");
    centre.kill();
    let told = centre.run(&["user", "password", "amministratore", "--offline"]);
    let password = once(&told.succeeded(), "amministratore");
    let added = [
        "user",
        "add",
        "rita",
        "--role",
        "region_administrator",
        "--offline",
    ];
    let rita = once(&centre.run(&added).succeeded(), "rita");
    centre.serve();
    Browser::at(&centre).chooses("amministratore", &password, OWN);
    Browser::at(&centre).chooses("rita", &rita, OWN);
}
