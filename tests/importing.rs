//! `cuptel import attempts`: what the carrier refused is owed a call too, once.

use std::fs;

use serde_json::Value;

use crate::harness::{Caller, Centre, Setup, moment};

/// A moment as a carrier writes it, so many seconds ago.
fn ago(s: u32) -> String {
    moment(&format!("{s} seconds ago"))
}

fn write(centre: &Centre, rows: &[String]) -> String {
    let file = centre.folder().join("busy.csv");
    let text = format!("time,caller,called,cause\n{}\n", rows.join("\n"));
    fs::write(&file, text).expect("the file can be written");
    file.display().to_string()
}

fn imports(centre: &Centre, file: &str) -> [u64; 3] {
    let told = centre
        .run(&["import", "attempts", file, "--json"])
        .succeeded();
    let sums: Value = serde_json::from_str(&told).expect("one line of JSON");
    ["imported", "reached_us", "told_before"].map(|key| sums[key].as_u64().expect("a number"))
}

#[test]
fn what_the_carrier_refused_is_owed_a_call_and_imported_once() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("[http]\n", "[http]\nimport_window_s = 2\n");
    centre.serve();
    let caller = Caller::connected(&centre, "0861555701");
    let call = caller.call_id().to_owned();
    caller.hangs_up();
    centre.attempt(&call, "the attempt is over", |row| row["stage"] == "ended");
    // A minute before they got in, the same person was refused; so was somebody else, twice.
    let rows = [
        format!("{},0861555701,0861000000,34", ago(60)),
        format!("{},0861555702,+390861000000,34", ago(50)),
        format!("{},0861555702,0861000000,", ago(40)),
        format!("{},,0861000000,34", ago(30)),
    ];
    let file = write(&centre, &rows);
    assert_eq!(imports(&centre, &file), [4, 0, 0]);
    assert_eq!(imports(&centre, &file), [0, 0, 4]);
    let one_by_one = "SELECT count(*) FROM callback WHERE state <> 'closed'";
    assert_eq!(centre.sql(one_by_one), "2");
    let joined = "SELECT count(*) FROM attempt WHERE outcome = 'refused_by_carrier' \
        AND callback IS NOT NULL";
    assert_eq!(centre.sql(joined), "3");
    let audit = centre.audit();
    assert_eq!(audit["sums"]["attempts"], 5);
    assert_eq!(audit["sums"]["suppressed"]["anonymous"], 1);
}

#[test]
fn a_file_with_a_mistake_imports_nothing_and_says_where() {
    let centre = Centre::start(Setup::default());
    let rows = [
        format!("{},0861555703,0861000000,34", ago(60)),
        format!("{},0861555703,0861999999,34", ago(60)),
        "11:30,0861555703,0861000000,34".to_owned(),
    ];
    let told = centre
        .run(&["import", "attempts", &write(&centre, &rows)])
        .failed();
    assert!(told.contains("nothing was imported"), "{told}");
    assert!(told.contains("busy.csv:3:"), "{told}");
    assert!(told.contains("busy.csv:4:1: expected a time"), "{told}");
    assert!(!told.contains("555703"), "numbers are not shown: {told}");
    // What is in order but too old is pointed at, too.
    let old = [format!("{},0861555703,0861000000,34", ago(9 * 86_400))];
    let told = centre
        .run(&["import", "attempts", &write(&centre, &old)])
        .failed();
    assert!(told.contains("more than 168 h ago"), "{told}");
    assert_eq!(centre.sql("SELECT count(*) FROM attempt"), "0");
}
