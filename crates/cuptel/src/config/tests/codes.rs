//! `[codes]`: what a seat's phone dials.

use cuptel_core::feature::Feature;

use super::*;
use crate::config::codes::RECORDINGS;

/// A project with these settings and all recordings.
fn with(settings: &str) -> Folder {
    let folder = project(PLAIN, PLAN);
    for (_, name) in RECORDINGS {
        fs::write(folder.path(&format!("spoken/turno_{name}.wav")), wav(8_000)).unwrap();
    }
    folder.write("config/cuptel.toml", &format!("{PLAIN}{settings}"));
    folder
}

#[test]
fn each_code_has_a_default_and_one_that_is_empty_is_not_there() {
    let folder = with("[codes]\npause = \"*7\"\necho = \"\"\n");
    let config = load_in(&folder).unwrap();
    let policy = config.features.as_ref().unwrap();
    assert_eq!(policy.codes.len(), Feature::ALL.len() - 1);
    assert_eq!(policy.codes["*10"], Feature::SignIn);
    assert_eq!(policy.codes["*7"], Feature::Pause);
    assert!(policy.codes.values().all(|it| *it != Feature::Echo));
    assert_eq!(policy.echo_s, 30);
    let folder = with("");
    assert_eq!(load_in(&folder).unwrap().features, None);
}

#[test]
fn codes_that_hide_one_another_or_are_numbers_of_the_public_are_told_at_their_place() {
    for (settings, told) in [
        ("state = \"*12\"", "`state` = \"*12\" and available"),
        ("state = \"*121\"", "begin alike"),
        ("state = \"*1\"", "begin alike"),
        (
            "state = \"0861000000\"",
            "`state`: expected * and up to seven digits",
        ),
        ("state = \"*16*1\"", "`state`: expected *"),
        ("echo_s = 600", "from 5 to 120"),
        ("stato = \"*16\"", "stato"),
    ] {
        let faults = load_in(&with(&format!("[codes]\n{settings}\n"))).unwrap_err();
        assert!(faults[0].contains(told), "{settings}: {faults:?}");
        assert!(faults[0].contains("cuptel.toml:"), "{faults:?}");
    }
    let folder = with("[codes]\n");
    fs::remove_file(folder.path("spoken/turno_eco.wav")).unwrap();
    let faults = load_in(&folder).unwrap_err();
    assert!(faults[0].contains("no prompt turno_eco.wav"), "{faults:?}");
}
