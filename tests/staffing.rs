//! Operators and seats are added, changed and taken away while the server runs, from a shell and
//! from lists, and it shows at the phones at once.

use std::fs;

use serde_json::Value;

use crate::harness::{Answers, Caller, Centre, Phone, Setup};

fn write(centre: &Centre, name: &str, text: &str) -> String {
    let file = centre.folder().join(name);
    fs::write(&file, text).expect("the file can be written");
    file.display().to_string()
}

fn json_of(centre: &Centre, arguments: &[&str]) -> Value {
    let printed = centre.run(arguments).succeeded();
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

#[test]
fn a_new_operator_at_a_new_seat_takes_a_call_and_is_taken_away_again() {
    let centre = Centre::start(Setup::default());
    let operators = "operator,employer,skills\n\
        Gina Nuova,Cooperativa Esempio,prenotazioni:2\n\
        Anna Esempio,ASL di Pescara,\n";
    let file = write(&centre, "operators.csv", operators);
    let told = centre.run(&["import", "operators", &file]).succeeded();
    assert!(told.starts_with("2 operators added or changed"), "{told}");
    let seats = "seat,password,site\n107,mia-nuova-107,teramo\n101,,teramo\n";
    let file = write(&centre, "seats.csv", seats);
    let told = json_of(&centre, &["import", "seats", &file, "--json"]);
    assert_eq!(told["changed"], 2);
    // Anna's phone keeps its password; she can do nothing now.
    let _anna = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::connected(&centre, "0861555801");
    let call = caller.call_id().to_owned();
    let phone = Phone::start(&centre, "107", "mia-nuova-107", Answers::AtOnce);
    centre.sign_in("107", "Gina Nuova");
    let talks = centre.attempt(&call, "Gina talks", |row| row["stage"] == "talking");
    assert_eq!(talks["seat"], "107");
    phone.talks(25);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");

    let gina = json_of(&centre, &["operators", "show", "Gina Nuova", "--json"]);
    assert_eq!(gina["operator"]["seat"], "107");
    let table = centre.run(&["operators", "list"]).succeeded();
    assert!(table.contains("prenotazioni:2"), "{table}");
    centre
        .run(&["operators", "remove", "Gina Nuova"])
        .succeeded();
    centre.run(&["seats", "remove", "107"]).succeeded();
    drop(phone);
    let gone = centre.run(&["operators", "show", "Gina Nuova"]).failed();
    assert!(gone.contains("see cuptel operators list"), "{gone}");
    let gone = centre
        .run(&["seats", "sign-in", "107", "--operator", "Anna Esempio"])
        .failed();
    assert!(gone.contains("there is no seat \"107\""), "{gone}");
    // What she did stays hers.
    let attempt = centre.attempt(&call, "served", |row| row["outcome"] == "served");
    assert_eq!(attempt["operator"], "Gina Nuova");
    centre.audit();
}

#[test]
fn one_operator_and_one_seat_are_set_from_a_shell() {
    let mut centre = Centre::prepare(Setup::default());
    centre.surrounds_with(vec![("SEAT_108", "la-segreta-108".to_owned())]);
    centre.serve();
    let set = |arguments: &[&str]| centre.run(arguments);
    let told = set(&[
        "operators",
        "set",
        "Ugo Nuovo",
        "--skills",
        "prenotazioni:3",
    ])
    .failed();
    assert!(
        told.contains("\"Ugo Nuovo\" is new, and has no employer"),
        "{told}"
    );
    let told = set(&["seats", "set", "108", "--site", "termo"]).failed();
    assert!(told.contains("has no password"), "{told}");
    assert!(
        told.contains("no site \"termo\": expected one of teramo"),
        "{told}"
    );
    let told = set(&[
        "operators",
        "set",
        "Anna Esempio",
        "--skills",
        "prenotazione:3",
    ])
    .failed();
    assert!(told.contains("no queue asks for"), "{told}");
    set(&["operators", "set", "Ugo Nuovo", "--employer", "ASL"]).succeeded();
    set(&[
        "operators",
        "set",
        "Ugo Nuovo",
        "--skills",
        "prenotazioni:3",
    ])
    .succeeded();
    let password = write(&centre, "secret", "la-segreta-108");
    let password = format!("file:{password}");
    set(&[
        "seats",
        "set",
        "108",
        "--site",
        "teramo",
        "--password",
        &password,
    ])
    .succeeded();
    let ugo = json_of(
        &centre,
        &["operators", "show", "Ugo Nuovo", "--offline", "--json"],
    );
    assert_eq!(
        (&ugo["employer"], &ugo["skills"]["prenotazioni"]),
        (&"ASL".into(), &3.into())
    );
    let _phone = Phone::start(&centre, "108", "la-segreta-108", Answers::AtOnce);
    assert!(
        !centre.log().contains("segreta"),
        "a password is in the log"
    );
}

#[test]
fn a_password_of_a_phone_that_is_guessed_is_refused_and_one_is_made() {
    let centre = Centre::start(Setup::default());
    let weak = write(&centre, "secret", "108108108108");
    let weak = format!("file:{weak}");
    let told = centre.run(&["seats", "set", "101", "--password", &weak]);
    let told = told.failed();
    assert!(told.contains("is easily guessed"), "{told}");
    let new = ["seats", "set", "109", "--site", "teramo", "--new-password"];
    let told = centre.run(&new).succeeded();
    let (_, made) = told
        .split_once("password of the phone: ")
        .expect("it is said once");
    let made = made.split(',').next().expect("a word");
    let _phone = Phone::start(&centre, "109", made, Answers::AtOnce);
}

#[test]
fn a_list_with_mistakes_is_told_line_by_line_and_changes_nothing() {
    let centre = Centre::start(Setup::default());
    let before = centre.get("operators");
    let file = write(
        &centre,
        "operators.csv",
        "operator,employer,skills\n\
         Gina Nuova,Cooperativa,prenotazioni:2\n\
         ,Cooperativa,prenotazioni:6\n\
         Gina Nuova,Cooperativa,prenotazione:2\n\
         Ugo\n",
    );
    let told = centre.run(&["import", "operators", &file]).failed();
    for line in [
        ":3:1: `operator` is empty",
        ":3:14: \"prenotazioni:6\" is no skill with a level",
        ":4:1: operator \"Gina Nuova\" is here twice",
        ":4:24: no queue asks for it: unknown skill \"prenotazione\"",
        ":5:1: 1 columns: expected 3",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert_eq!(centre.get("operators"), before);
    let file = write(
        &centre,
        "seats.csv",
        "seat,password,site\n109,,termo\n1 9,,teramo\n",
    );
    let told = centre.run(&["import", "seats", &file]).failed();
    assert!(told.contains(":2:6: unknown site \"termo\""), "{told}");
    assert!(told.contains(":3:1: seat \"1 9\": expected"), "{told}");
    // What only the node knows is told as well.
    let file = write(
        &centre,
        "seats.csv",
        "seat,password,site\n109,,teramo\n110,,teramo\n",
    );
    let told = centre.run(&["import", "seats", &file]).failed();
    assert!(
        told.contains("\"109\" is new, and its phone has no password\n\"110\""),
        "{told}"
    );
    let file = write(
        &centre,
        "seats.csv",
        "seat,password,site\n109,breve,teramo\n110,\"k7wq;9fxm-3hdp\",teramo\n",
    );
    let told = centre.run(&["import", "seats", &file]).failed();
    assert!(
        told.contains(":2:5: the password has fewer than 12"),
        "{told}"
    );
    assert!(told.contains(":3:5: the password has ';' in it"), "{told}");
    assert!(!told.contains("breve"), "{told}");
    let file = write(&centre, "seats.csv", "seat;password;site\n");
    let told = centre.run(&["import", "seats", &file]).failed();
    assert!(
        told.contains("expected the columns seat,password,site"),
        "{told}"
    );
}
