//! What was decided is decided again from the tape, and what cannot be replayed is said.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Answers, Caller, Centre, Phone, SOON, Setup, Sipp, until};

/// Exit code of a replay that could not be made, as the manual says.
const NOT_MADE: i32 = 2;

/// The files of the tape, the oldest first; none before the server has made its folder.
fn segments(centre: &Centre) -> Vec<PathBuf> {
    let folder = centre.folder().join("data/tape");
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files.map(|it| it.expect("a file").path()).collect();
    files.sort();
    files
}

fn replayed(centre: &Centre) -> Value {
    let told = centre.run(&["replay", "--json"]).succeeded();
    serde_json::from_str(&told).expect("replay --json prints JSON")
}

/// Castagnoli's checksum, as in RFC 3720 B.4.
fn checksum(bytes: &[u8]) -> u32 {
    let turned = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0x82F6_3B78 } else { 0 }
        })
    });
    !turned
}

/// The tape with another fingerprint behind a step of its first block, and that block's checksum
/// made to fit.
fn forged(mut tape: Vec<u8>) -> Vec<u8> {
    let head = tape.iter().position(|byte| *byte == b'\n');
    let block = head.expect("it has a head") + 1;
    let word = |at: usize| [0, 1, 2, 3].map(|n| tape[at + n]);
    let size = u32::from_le_bytes(word(block + 4));
    let from = block + 12;
    let end = from + usize::try_from(size).expect("it fits");
    // The very last entry of a tape that was ended is a byte that says so.
    let last = if end == tape.len() { end - 2 } else { end - 1 };
    tape[last] ^= 1;
    let sum = checksum(&tape[from..end]).to_le_bytes();
    tape[block + 8..from].copy_from_slice(&sum);
    tape
}

/// A caller talks with an operator, and has gone.
fn is_served(centre: &Centre, number: &str) {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    caller.hangs_up();
    centre.attempt(&call, "the call is over", |row| row["stage"] == "ended");
}

#[test]
fn the_decisions_of_a_day_with_a_reload_and_a_crash_are_made_again() {
    let mut centre = Centre::start(Setup::default());
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    is_served(&centre, "0861555601");
    centre.reconfigure("answer_max = 8", "answer_max = 7");
    centre.hang_up();
    until("the new rules hold", SOON, || {
        centre.log().contains("configuration taken").then_some(())
    });
    centre.seat_works("101", "idle");
    is_served(&centre, "0861555602");
    let first = segments(&centre);
    assert_eq!(first.len(), 1);
    let mode = fs::metadata(&first[0]).expect("it is there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600, "numbers are inside");
    centre.terminate();
    let status = centre.stopped(Duration::from_secs(10));
    assert!(status.success(), "{status}: {}", centre.log());
    drop(phone);

    // The configuration may change afterwards: that of the day is on the tape.
    centre.reconfigure("answer_max = 7", "answer_max = 6");
    let day = replayed(&centre);
    assert_eq!(day["same"], true, "{day}");
    assert_eq!(day["segments"][0]["decisions"], 2);
    assert_eq!(day["segments"][0]["ended"], true);
    let said = centre.run(&["replay"]).succeeded();
    assert!(said.ends_with("2 decisions, all the same\n"), "{said}");
    for offer in centre.sql("SELECT id FROM offer ORDER BY id").lines() {
        let said = centre.run(&["replay", "--offer", offer]).succeeded();
        assert!(said.contains("both are the same"), "{said}");
    }
    let other = centre
        .run(&["replay", "--offer", "5"])
        .failed_with(NOT_MADE);
    assert!(
        other.contains("no decision is stored about an offer 5"),
        "{other}"
    );

    centre.serve();
    let held = Caller::connected(&centre, "0861555603");
    let call = held.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    until("the tape of the second life is on disk", SOON, || {
        let second = segments(&centre).into_iter().nth(1)?;
        let length = fs::metadata(second).expect("it is there").len();
        let inputs = || replayed(&centre)["segments"][1]["inputs"].as_u64();
        (length > 100 && inputs() > Some(2)).then_some(())
    });
    centre.kill();
    let both = replayed(&centre);
    assert_eq!(both["same"], true, "{both}");
    assert_eq!(both["segments"][1]["ended"], false);
    let said = centre.run(&["replay"]).succeeded();
    assert!(said.contains("it was not ended"), "{said}");
}

#[test]
fn a_torn_tape_is_played_up_to_the_tear_and_a_changed_one_is_refused() {
    let mut centre = Centre::start(Setup::default());
    Caller::connected(&centre, "0861555611").hangs_up();
    centre.terminate();
    assert!(centre.stopped(Duration::from_secs(10)).success());
    let path = segments(&centre).remove(0);
    let whole = fs::read(&path).expect("it can be read");

    fs::write(&path, &whole[..whole.len() - 3]).expect("it can be written");
    let torn = replayed(&centre);
    assert_eq!(torn["same"], true);
    assert_eq!(torn["segments"][0]["ended"], false);
    assert_ne!(torn["segments"][0]["torn_bytes"], 0);
    let said = centre.run(&["replay"]).succeeded();
    assert!(said.contains("bytes are torn"), "{said}");

    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&path, &changed).expect("it can be written");
    let said = centre.run(&["replay"]).failed_with(NOT_MADE);
    assert!(said.contains("is damaged at byte"), "{said}");

    fs::write(&path, forged(whole.clone())).expect("it can be written");
    let ran = centre.run(&["replay"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out.contains("leads to another step than was recorded"),
        "{ran:?}"
    );
    assert!(ran.out.ends_with("1 of 1 segments differ\n"), "{ran:?}");

    let mut other = whole.clone();
    let build = "cuptel-tape 1 build ".len();
    other[build] = if other[build] == b'0' { b'1' } else { b'0' };
    fs::write(&path, &other).expect("it can be written");
    let said = centre.run(&["replay"]).failed_with(NOT_MADE);
    assert!(said.contains("another build"), "{said}");
    centre.serve();
    centre.terminate();
    assert!(centre.stopped(Duration::from_secs(10)).success());
    let beside = replayed(&centre);
    assert_eq!(beside["segments"].as_array().map(Vec::len), Some(1));
    assert_eq!(beside["left_out"].as_array().map(Vec::len), Some(1));

    fs::write(&path, &whole).expect("it can be written");
    assert_eq!(replayed(&centre)["same"], true);
}

#[test]
fn where_nothing_is_to_be_kept_nothing_is_and_what_there_was_is_erased() {
    let mut centre = Centre::start(Setup::default());
    centre.terminate();
    assert!(centre.stopped(Duration::from_secs(10)).success());
    assert_eq!(segments(&centre).len(), 1);
    centre.reconfigure("[stop]", "[replay]\nkeep_h = 0\n\n[stop]");
    centre.serve();
    Caller::connected(&centre, "0861555621").hangs_up();
    assert!(segments(&centre).is_empty());
    let said = centre.run(&["replay"]).failed_with(NOT_MADE);
    assert!(said.contains("there is no tape"), "{said}");
}

#[test]
fn a_storm_is_cut_into_segments_each_of_which_replays_by_itself() {
    let mut centre = Centre::prepare(Setup {
        answer_max: 1,
        ..Setup::default()
    });
    centre.reconfigure(
        "[stop]",
        "[replay]\nsize_max_mb = 4\nopen_max = 6000\n\n[stop]",
    );
    centre.serve();
    let held = Caller::connected(&centre, "0861555631");
    let mut numbers = String::from("SEQUENTIAL\n");
    // Each calls four times: a segment begins with all that is open, and that is bounded.
    for person in 0..3_000 {
        writeln!(numbers, "0861{person:06};").expect("a string takes it");
    }
    let list = centre.folder().join("numbers.csv");
    fs::write(&list, numbers).expect("the folder can be written");
    let list = list.display().to_string();
    let calls = ["-inf", &list, "-r", "800", "-l", "20000", "-m", "12000"];
    let storm = Sipp::calling(&centre, "storm", &calls);
    until(
        "the tape goes on in a second segment",
        Duration::from_secs(30),
        || (segments(&centre).len() > 1).then_some(()),
    );
    drop(storm);
    drop(held);
    centre.terminate();
    assert!(centre.stopped(Duration::from_secs(20)).success());
    let all = segments(&centre);
    let told = replayed(&centre);
    assert_eq!(told["same"], true, "{told}");
    for (at, path) in all.iter().enumerate() {
        assert_eq!(told["segments"][at]["ended"], true, "{told}");
        let path = path.display().to_string();
        let alone = centre.run(&["replay", &path]).succeeded();
        assert!(alone.ends_with("all the same\n"), "{alone}");
    }
}
