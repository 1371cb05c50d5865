//! A crowd: more people than lines, who are refused, and the proof that each has a row.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use super::centre::Centre;
use super::sipp::Sipp;

/// So many people who are refused, at 100 a second.
pub(crate) fn crowd(centre: &Centre, people: u32) -> Sipp {
    let mut numbers = String::from("SEQUENTIAL\n");
    for person in 0..people {
        writeln!(numbers, "08617{person:05};").expect("a string takes it");
    }
    let list = centre
        .folder()
        .join(format!("numbers-{}.csv", centre.allot()));
    fs::write(&list, numbers).expect("the folder can be written");
    let (list, count) = (list.display().to_string(), people.to_string());
    Sipp::calling(centre, "storm", &["-inf", &list, "-r", "100", "-m", &count])
}

/// Demands a row for everybody of a crowd who got an answer; how many those are.
pub(crate) fn assert_nobody_lost(centre: &Centre, crowd: &Sipp) -> usize {
    let rows = centre.sql("SELECT sip_call_id FROM attempt WHERE sip_status = 486");
    let rows: BTreeSet<&str> = rows.lines().collect();
    let finals = crowd.finals();
    assert!(!finals.is_empty(), "nobody got an answer");
    let lost = finals.iter().filter(|call| !rows.contains(call.as_str()));
    assert_eq!(lost.count(), 0, "of {}", finals.len());
    finals.len()
}
