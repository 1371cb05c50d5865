//! The command line against a running node and against the database alone, and what it shows of
//! a person's number: never all of it.

use std::fs;

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup};

fn json_of(centre: &Centre, arguments: &[&str]) -> Value {
    let printed = centre.run(arguments).succeeded();
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

#[test]
fn attempts_and_callbacks_are_listed_and_shown_online_and_offline() {
    let centre = Centre::start(Setup::default());
    let caller = Caller::connected(&centre, "0861555601");
    let call = caller.call_id().to_owned();
    caller.hangs_up();
    let attempt = centre.attempt(&call, "the attempt is over", |row| row["stage"] == "ended");
    let (id, debt) = (attempt["id"].to_string(), attempt["callback"].to_string());

    let list = json_of(&centre, &["attempts", "list", "--json"]);
    assert_eq!(list["attempts"][0]["sip_call_id"], call.as_str());
    let show = json_of(&centre, &["attempts", "show", &id, "--json"]);
    assert_eq!(show["attempt"]["outcome"], "abandoned_queue");
    let show = json_of(&centre, &["callbacks", "show", &debt, "--json"]);
    assert_eq!(show["callback"]["missed"][0]["sip_call_id"], call.as_str());
    for (what, id) in [("attempts", &id), ("callbacks", &debt)] {
        for how in [&[][..], &["--offline"]] {
            let table = centre.run(&[&[what, "list"], how].concat()).succeeded();
            assert!(table.contains("+39…601"), "{table}");
            let one = centre.run(&[&[what, "show", id], how].concat()).succeeded();
            assert!(one.contains("+39…601"), "{one}");
            let none = centre
                .run(&[&[what, "show", "424242"], how].concat())
                .failed();
            assert!(none.contains("424242"), "{none}");
        }
    }
    let only = centre
        .run(&["attempts", "list", "--only", "served"])
        .succeeded();
    assert_eq!(only, "none\n");
    let wrong = centre
        .run(&["attempts", "list", "--only", "nonsense"])
        .misread();
    assert!(wrong.contains("nonsense"), "{wrong}");
    assert!(wrong.contains("served, served_by_menu"), "{wrong}");
    for what in ["attempts", "callbacks"] {
        for how in [&[][..], &["--offline"]] {
            let list = [what, "list", "--tenant", "asl-termo"];
            let wrong = centre.run(&[&list, how].concat()).failed();
            let told = "no tenant \"asl-termo\": expected one of asl-teramo";
            assert!(wrong.contains(told), "{wrong}");
        }
        let wrong = centre.run(&[what, "list", "--before", "abc"]).misread();
        assert!(
            wrong.contains("expected an identifier, a number"),
            "{wrong}"
        );
    }
}

#[test]
fn seats_are_acted_on_and_refusals_say_why() {
    let centre = Centre::start(Setup::default());
    let list = centre.run(&["seats", "list"]).succeeded();
    assert!(list.contains("101") && list.contains("106"), "{list}");
    let sign_in = |seat, who| centre.run(&["seats", "sign-in", seat, "--operator", who]);
    let told = sign_in("101", "Anna Esempio").succeeded();
    assert!(told.contains("available"), "{told}");
    let told = sign_in("101", "Bruno Esempio").failed();
    assert!(told.contains("101 is taken"), "{told}");
    let told = sign_in("102", "Anna Esempio").failed();
    assert!(told.contains("already signed in on seat 101"), "{told}");
    let told = sign_in("999", "Anna Esempio").failed();
    let advised = "there is no seat \"999\"; see cuptel seats list\n";
    assert!(told.ends_with(advised), "{told}");
    let told = centre.run(&["seats", "pause", "102"]).failed();
    let advised = "; first: cuptel seats sign-in 102 --operator NAME\n";
    assert!(told.ends_with(advised), "{told}");
    let told = sign_in("102", "Nobody Known").failed();
    assert!(told.contains("no operator \"Nobody Known\""), "{told}");

    centre
        .run(&["seats", "pause", "101", "--reason", "caffè"])
        .succeeded();
    let seat = json_of(&centre, &["seats", "show", "101", "--json"]);
    assert_eq!(seat["seat"]["chosen"], "paused");
    assert_eq!(seat["seat"]["pause_reason"], "caffè");
    centre.run(&["seats", "available", "101"]).succeeded();
    centre.run(&["seats", "sign-out", "101"]).succeeded();
    let seat = json_of(&centre, &["seats", "show", "101", "--offline", "--json"]);
    assert_eq!(seat["operator"], Value::Null);
    let queues = centre.run(&["queues", "list"]).succeeded();
    assert!(queues.contains("prenotazioni"), "{queues}");
}

#[test]
fn a_shell_without_a_node_or_with_a_wrong_token_is_told_so() {
    let mut centre = Centre::start(Setup::default());
    let token = centre.folder().join("data/api-token");
    let right = fs::read(&token).expect("the token can be read");
    fs::write(&token, "not the token\n").expect("the token can be written");
    let told = centre.run(&["attempts", "list"]).failed();
    let advised = "the running node has another `token` under [http]";
    assert!(told.contains(advised), "{told}");
    assert!(
        !told.contains("not the token"),
        "a secret is never shown: {told}"
    );
    fs::write(&token, right).expect("the token can be written");

    centre.terminate();
    assert!(centre.stopped(SOON).success());
    let told = centre.run(&["attempts", "list"]).failed();
    assert!(told.contains("no node answers at"), "{told}");
    assert!(told.contains("--offline"), "{told}");
    let told = centre.run(&["seats", "available", "101"]).failed();
    assert!(told.contains("no node answers at"), "{told}");
    assert!(
        !told.contains("--offline"),
        "there is no such option: {told}"
    );
}

#[test]
fn no_full_number_reaches_the_log_the_metrics_or_a_list() {
    let mut centre = Centre::start(Setup {
        start: "menu",
        log: "debug",
        ..Setup::default()
    });
    // Abandoned, called back and served; then the same person calls and is served.
    let mut caller = Caller::connected(&centre, "0861555602");
    caller.press_by_info('1');
    caller.hangs_up();
    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    phone.talks(5);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.callback("the debt is paid", |row| row["state"] == "closed");
    let mut caller = Caller::connected(&centre, "0861555602");
    caller.press_by_info('1');
    centre.seat_works("101", "talking");
    let snapshot = centre.get("snapshot").to_string();
    caller.hangs_up();
    centre.seat_works("101", "idle");

    let shown = |arguments: &[&str]| centre.run(arguments).succeeded();
    let lists = [
        ("metrics", centre.metrics()),
        ("snapshot", snapshot),
        ("API attempts", centre.get("attempts").to_string()),
        ("API callbacks", centre.get("callbacks").to_string()),
        ("attempts", shown(&["attempts", "list"])),
        (
            "attempts offline",
            shown(&["attempts", "list", "--offline", "--json"]),
        ),
        ("callbacks", shown(&["callbacks", "list"])),
        ("seats", shown(&["seats", "list", "--json"])),
        ("audit", shown(&["audit"])),
    ];
    centre.terminate();
    assert!(centre.stopped(SOON).success());
    let log = centre.log();
    assert!(log.contains("stopped in order"), "{log}");
    for (what, text) in lists
        .iter()
        .map(|(what, text)| (*what, text))
        .chain([("log", &log)])
    {
        assert!(!text.contains("555602"), "{what}: {text}");
    }
    assert!(lists[4].1.contains("+39…602"), "{}", lists[4].1);
}
