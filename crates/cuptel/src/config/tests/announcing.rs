//! `[announcing]`: who may speak the message of an emergency by phone.

use super::*;

const PINS: &str = "[announcing]
[[announcing.pin]]
pin = \"file:{folder}/pin\"
tenants = [\"asl\"]
";

/// A project with these settings, and a PIN in its file.
fn with(settings: &str, pin: &str) -> Folder {
    let folder = project(PLAIN, PLAN);
    for name in crate::config::announcing::NAMES {
        let file = format!("spoken/annuncio_{name}.wav");
        fs::write(folder.path(&file), wav(8_000)).unwrap();
    }
    let settings = settings.replace("{folder}", &folder.0.display().to_string());
    folder.write("config/cuptel.toml", &format!("{PLAIN}{settings}"));
    folder.write("pin", pin);
    folder
}

#[test]
fn a_pin_opens_the_authorities_it_names_and_is_never_shown() {
    let folder = with(PINS, "246813\n");
    let config = load_in(&folder).unwrap();
    let settings = config.announcing.as_ref().unwrap();
    let pins = settings.reveal().unwrap();
    let ids = ProvisionalIds::new(&config);
    let policy = settings.policy(&pins, &ids);
    assert_eq!((policy.code.as_str(), policy.seconds_max), ("*77", 60));
    assert_eq!(policy.pins[0].pin, "246813");
    assert_eq!(policy.pins[0].tenants.len(), 1);
    assert!(!format!("{settings:?} {policy:?}").contains("246813"));
    assert_eq!(config.rules(&ids).announcing, None, "until it is revealed");
}

#[test]
fn a_pin_that_is_none_is_told_without_its_digits() {
    for (pin, told) in [
        ("24681", "PIN 1 of [announcing]: expected 6 to 16 digits"),
        ("12ab34", "PIN 1 of [announcing]: expected 6 to 16 digits"),
        ("", "is empty"),
    ] {
        let folder = with(PINS, pin);
        let config = load_in(&folder).unwrap();
        let faults = config.announcing.unwrap().reveal().unwrap_err();
        assert!(faults[0].contains(told), "{faults:?}");
        assert!(pin.is_empty() || !faults[0].contains(pin), "{faults:?}");
    }
    let twice = format!("{PINS}{}", &PINS["[announcing]\n".len()..]);
    let folder = with(&twice, "246813");
    let config = load_in(&folder).unwrap();
    let faults = config.announcing.unwrap().reveal().unwrap_err();
    assert_eq!(faults, ["PIN 2 of [announcing] is there twice"]);
}

#[test]
fn what_is_wrong_with_the_settings_is_told_at_its_place() {
    for (settings, told) in [
        ("[announcing]\n", "missing `pin`"),
        (&PINS.replace("asl", "als"), "unknown tenant \"als\""),
        (&PINS.replace("[\"asl\"]", "[]"), "at most nine"),
        (
            &PINS.replace("[announcing]\n", "[announcing]\ncode = \"77\"\n"),
            "expected *",
        ),
        (
            &PINS.replace("[announcing]\n", "[announcing]\nseconds_max = 600\n"),
            "from 5 to 120",
        ),
    ] {
        let faults = load_in(&with(settings, "246813")).unwrap_err();
        assert!(faults[0].contains(told), "{faults:?}");
    }
    let folder = with(PINS, "246813");
    fs::remove_file(folder.path("spoken/annuncio_parli.wav")).unwrap();
    let faults = load_in(&folder).unwrap_err();
    assert!(
        faults[0].contains("no prompt annuncio_parli.wav"),
        "{faults:?}"
    );
}
