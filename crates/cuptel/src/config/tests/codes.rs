//! `[codes]`: what a seat's phone dials.

use cuptel_core::feature::Feature;
use cuptel_core::words::Spoken;

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

#[test]
fn english_needs_its_recordings_beside_the_italian_ones() {
    let asked = "[codes]\nlanguage = \"en\"\n";
    let faults = load_in(&with(asked)).unwrap_err();
    assert!(
        faults[0].contains("no English prompt turno_numero.wav"),
        "{faults:?}"
    );
    let folder = with(asked);
    let english = RECORDINGS.map(|(_, name)| format!("turno_{name}"));
    let numbers = (0..24).map(|n| format!("numero_{n}"));
    let all = english.into_iter().chain(numbers);
    fs::create_dir_all(folder.path("en")).unwrap();
    for name in all.chain(["op_minuti".to_owned()]) {
        fs::write(folder.path(&format!("en/{name}.wav")), wav(8_000)).unwrap();
    }
    let config = load_in(&folder).unwrap();
    let policy = config.features.unwrap();
    assert_eq!(policy.language, Spoken::English);
    let english = policy.english.unwrap();
    assert_eq!(english.numbers.len(), 24);
    assert_ne!(english.prompts.number, policy.prompts.number);
    let faults = load_in(&with("[codes]\nlanguage = \"fr\"\n")).unwrap_err();
    assert!(faults[0].contains("fr"), "{faults:?}");
}

#[test]
fn one_authority_may_hear_english_where_the_others_hear_italian() {
    let folder = with("[codes]\n");
    let asked = PLAIN.replace("name = \"asl\"", "name = \"asl\"\ncodes_language = \"en\"");
    folder.write("config/cuptel.toml", &format!("{asked}[codes]\n"));
    let faults = load_in(&folder).unwrap_err();
    assert!(faults[0].contains("no English prompt"), "{faults:?}");
    folder.write("config/cuptel.toml", &asked);
    let config = load_in(&folder).unwrap();
    assert_eq!(config.tenants[0].spoken, Some(Spoken::English));
}
