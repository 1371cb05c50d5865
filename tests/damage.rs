//! A database that is damaged: a start says what was found, what is safe and which command comes next.

use std::fs;
use std::process::Command;

use crate::harness::{AUDIT_NOT_MADE, Caller, Centre, MADE_BY_NEWER, SOON, Setup};
use crate::harness::{Kind, Ran};

/// A centre with a call in its database, stopped in order; SQLite has folded its log in.
fn stopped() -> Centre {
    let mut centre = Centre::start(Setup {
        database: Kind::Sqlite,
        ..Setup::default()
    });
    let caller = Caller::connected(&centre, "0861555701");
    let call = caller.call_id().to_owned();
    caller.hangs_up();
    centre.attempt(&call, "the call is over", |row| row["stage"] == "ended");
    centre.terminate();
    assert!(centre.stopped(SOON * 3).success());
    centre
}

#[test]
fn a_damaged_database_ends_the_start_with_what_was_found_what_is_safe_and_what_to_do() {
    let centre = stopped();
    let file = centre.database.file().to_owned();
    let sound = fs::read(&file).expect("the database can be read");
    let mut torn = sound.clone();
    for byte in torn.iter_mut().skip(4_096) {
        *byte = 0xa5;
    }
    for damaged in [torn, b"no database at all, but text".repeat(40)] {
        fs::write(&file, &damaged).expect("the database can be written");
        let told = centre.run(&["serve"]).failed_with(MADE_BY_NEWER);
        for said in [
            "is damaged. Nothing was changed in it",
            "Found:",
            "Safe: nothing waits in",
            "1. keep it:",
            "cp BACKUP",
            ".recover | sqlite3",
            "cuptel audit",
        ] {
            assert!(told.contains(said), "{said} in {told}");
        }
        let told = centre.run(&["audit"]).failed_with(AUDIT_NOT_MADE);
        assert!(told.contains("1. keep it:"), "{told}");
        assert_eq!(fs::read(&file).expect("it is there"), damaged);
    }
    // The first step, as it is told, and a backup in its place.
    let told = centre.run(&["serve"]).failed_with(MADE_BY_NEWER);
    let (_, step) = told.split_once("keep it:").expect("a step");
    let step = step.lines().next().expect("a line").trim();
    Ran::of(Command::new("sh").args(["-c", step]), SOON).succeeded();
    fs::write(&file, &sound).expect("the backup can be put there");
    centre.run(&["audit"]).succeeded();
}
