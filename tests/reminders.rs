//! A campaign of reminders from its list to its results, without any operator.

use std::fs;

use crate::harness::{Carrier, Centre, Ran, SOON, Setup, until};

const NAME: &str = "promemoria";
const WHOM: &str = "0861555971";

fn import(centre: &Centre, text: &str, more: &[&str]) -> Ran {
    let file = centre.folder().join("reminders.csv");
    fs::write(&file, text).expect("the file can be written");
    let file = file.display().to_string();
    let told = ["import", "campaign", &file, "--name", NAME];
    let whose = ["--tenant", "asl-teramo", "--queue", "prenotazioni"];
    centre.run(&[&told[..], &whose, &["--kind", "reminder"], more].concat())
}

fn count(centre: &Centre, state: &str) {
    until(&format!("one is {state}"), SOON, || {
        let campaign = centre.get(&format!("campaigns/{NAME}"));
        (campaign["campaign"]["counts"][state] == 1).then_some(())
    });
}

/// One person is called, and has picked up.
fn called(centre: &Centre) -> Carrier {
    let list = format!(
        "number;ref;appointment;born;place\n{WHOM};A-1;2099-12-01T10:30:00+01:00;1950;mazzini\n"
    );
    import(centre, &list, &[]).succeeded();
    let carrier = Carrier::with(centre, "person_answers");
    centre.run(&["campaigns", "start", NAME]).succeeded();
    carrier.ear.hears("promemoria_inizio");
    // Also while somebody is released.
    centre.audit();
    carrier
}

fn keys(carrier: &Carrier, keys: &str) {
    for key in keys.chars() {
        carrier.ear.press(key);
    }
}

#[test]
fn who_keys_in_their_year_hears_the_appointment_and_confirms_it() {
    let centre = Centre::start(Setup::default());
    let mut carrier = called(&centre);
    keys(&carrier, "1950");
    carrier.ear.hears("promemoria_appuntamento");
    carrier.ear.hears("luogo_mazzini");
    keys(&carrier, "1");
    carrier.ear.hears("promemoria_confermato");
    carrier.sipp.went_well(SOON);
    count(&centre, "confirmed");
    let table = centre.run(&["campaigns", "export", NAME]).succeeded();
    let line = table.lines().nth(1).expect("one line");
    assert!(line.contains("A-1,confirmed"), "{table}");
    assert!(line.contains("2099-12-01"), "{table}");
    assert!(
        table.contains("appointment,place,tries,last_call"),
        "{table}"
    );
    assert!(
        line.contains(",mazzini,") && line.ends_with(",answered"),
        "{table}"
    );
    let kept = "SELECT count(*) FROM campaign_entry WHERE born IS NOT NULL";
    assert_eq!(centre.sql(kept), "0", "the year is needed no more");
    let shown = centre.run(&["campaigns", "show", NAME]).succeeded();
    assert!(shown.contains("confirmed            1"), "{shown}");
    centre.audit();
}

#[test]
fn a_wrong_year_tells_nothing_and_an_answer_outlives_a_kill() {
    let mut centre = Centre::start(Setup::default());
    let carrier = called(&centre);
    keys(&carrier, "1951");
    carrier.ear.hears("promemoria_anno_errato");
    keys(&carrier, "1950");
    carrier.ear.hears("promemoria_tasti");
    keys(&carrier, "3");
    carrier.ear.hears("promemoria_richiamata");
    centre.kill();
    drop(carrier);
    centre.serve();
    count(&centre, "to_move");
    let open = "SELECT kind FROM callback_need WHERE closed_ms IS NULL";
    assert_eq!(centre.sql(open), "requested");
    centre.audit();
}

#[test]
fn a_list_of_reminders_without_its_columns_is_refused_and_bad_lines_are_named() {
    let centre = Centre::start(Setup::default());
    let told = import(&centre, &format!("number\n{WHOM}\n"), &[]).failed();
    assert!(told.contains("number, appointment, born"), "{told}");
    let list = format!(
        "number;appointment;born;place\n{WHOM};2099-12-01T10:30:00+01:00;1950;altrove\n0861555972;2099-12-01T10:30:00+01:00;;\n"
    );
    let told = import(&centre, &list, &["--dry-run"]).succeeded();
    for said in [
        "line 2: left out, there is no prompt luogo_",
        "line 3: left out, its `appointment`",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    centre.audit();
}
