//! Stop, another binary, start: nobody is lost, what is owed goes on, and data of a newer version
//! is refused and left alone.

use std::fs;

use serde_json::Value;

use crate::harness::{
    AUDIT_NOT_MADE, Answers, Caller, Carrier, Centre, MADE_BY_NEWER, Phone, SOON, Setup,
};

/// The attempt of one call, read without a server.
fn offline(centre: &Centre, call: &str) -> Value {
    let rows = centre
        .run(&["attempts", "list", "--offline", "--json"])
        .succeeded();
    let rows: Vec<Value> = serde_json::from_str(&rows).expect("a list in JSON");
    let row = rows.into_iter().find(|row| row["sip_call_id"] == call);
    row.expect("the attempt is stored")
}

/// The seat calls back and speaks with this person, and pauses afterwards.
fn seat_pays(centre: &Centre, phone: &Phone, number: &str, debt: &Value) {
    let mut carrier = Carrier::with(centre, "person_answers");
    centre.run(&["seats", "available", "101"]).succeeded();
    let invite = carrier.invited();
    assert!(
        invite.starts_with(&format!("INVITE sip:{number}@")),
        "{invite}"
    );
    centre.callback("the person is spoken with", |row| {
        row["id"] == *debt && row["state"] == "talking"
    });
    phone.talks(25);
    centre.run(&["seats", "pause", "101"]).succeeded();
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.callback("the debt is paid", |row| {
        row["id"] == *debt && row["closed_how"] == "served"
    });
}

#[test]
fn a_new_process_pays_what_was_owed_at_the_seat_that_stayed() {
    let mut centre = Centre::start(Setup::default());
    let gave_up = Caller::connected(&centre, "0861555421");
    let gave_up_call = gave_up.call_id().to_owned();
    centre.attempt(&gave_up_call, "one waits", |row| row["stage"] == "queued");
    gave_up.hangs_up();
    let owed_before = centre.attempt(&gave_up_call, "one gave up", |row| {
        row["outcome"] == "abandoned_queue"
    });
    let talks = Caller::connected(&centre, "0861555422");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let talks_call = talks.call_id().to_owned();
    centre.attempt(&talks_call, "one talks", |row| row["stage"] == "talking");
    let mut waits = Caller::connected(&centre, "0861555423");
    let waits_call = waits.call_id().to_owned();
    centre.attempt(&waits_call, "one waits", |row| row["stage"] == "queued");

    centre.terminate();
    waits.is_hung_up_on(SOON);
    phone.talks(25);
    centre.run(&["seats", "pause", "101"]).succeeded();
    talks.hangs_up();
    let status = centre.stopped(SOON);
    assert!(status.success(), "{status}: {}", centre.log());
    assert!(
        centre.log().contains("stopped in order"),
        "{}",
        centre.log()
    );
    let sums = centre.audit()["sums"].take();
    assert_eq!((&sums["attempts"], &sums["open"]), (&3.into(), &0.into()));
    assert_eq!(sums["callbacks_open"], 2);
    assert_eq!(offline(&centre, &talks_call)["outcome"], "served");
    let owed_at_the_stop = offline(&centre, &waits_call);
    assert_eq!(owed_at_the_stop["outcome"], "withdrawn");

    // The phone registered with the process before; the next one asks whether it is there.
    centre.serve();
    let seat = centre.get("seats/101");
    assert_eq!(seat["seat"]["operator"], "Anna Esempio", "{seat}");
    seat_pays(&centre, &phone, "+390861555421", &owed_before["callback"]);
    let late = &owed_at_the_stop["callback"];
    seat_pays(&centre, &phone, "+390861555423", late);
    let sums = centre.audit()["sums"].take();
    assert_eq!(sums["callbacks_open"], 0, "{sums}");
    assert_eq!(sums["dials"], 2, "{sums}");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let mut centre = Centre::start(Setup::default());
    centre.terminate();
    assert!(centre.stopped(SOON).success());
    centre.database.write_sql(
        "INSERT INTO _sqlx_migrations SELECT 9999, 'future', installed_on, success, checksum, \
         execution_time FROM _sqlx_migrations LIMIT 1",
    );
    for (command, code) in [
        (&["serve"][..], MADE_BY_NEWER),
        (&["attempts", "list", "--offline"], MADE_BY_NEWER),
        (&["audit"], AUDIT_NOT_MADE),
    ] {
        let told = centre.run(command).failed_with(code);
        assert!(
            told.contains("made by a newer CupTel (schema 9999"),
            "{told}"
        );
    }
}

#[test]
fn a_spill_of_another_version_is_refused_before_the_database_is_changed() {
    let centre = Centre::prepare(Setup::default());
    let folder = centre.folder().join("data/spill");
    fs::create_dir_all(&folder).expect("the folder can be made");
    for (head, code, told) in [
        (
            "cuptel-spill 1 schema 0",
            1,
            "start the version that wrote it",
        ),
        (
            "cuptel-spill 1 schema 9999",
            MADE_BY_NEWER,
            "start that version",
        ),
        (
            "cuptel-spill 2 schema 1",
            MADE_BY_NEWER,
            "start that version",
        ),
    ] {
        let text = format!("{head}\n");
        fs::write(folder.join("records"), &text).expect("it can be written");
        let said = centre.run(&["serve"]).failed_with(code);
        assert!(said.contains(told), "{said}");
        assert!(centre.database.is_untouched());
        let left = fs::read_to_string(folder.join("records"));
        assert_eq!(left.expect("it is still there"), text);
    }
}
