//! `[[disposition]]`: the centre's own words for results.

use cuptel_core::words::{Meaning, PriorityClass};

use super::*;

fn with(settings: &str) -> Folder {
    let folder = project(PLAIN, PLAN);
    folder.write("config/cuptel.toml", &format!("{PLAIN}{settings}"));
    folder
}

const SOUND: &str = "
[[disposition]]
code = \"disdetta\"
means = \"settled\"
it = \"Disdetta\"
en = \"Cancelled\"
tenant = \"asl\"
queue = \"prenotazioni\"

[[disposition]]
code = \"nessun-posto\"
means = \"taken_in_charge\"
class = \"B\"
it = \"Nessun posto\"
en = \"No slot\"
";

#[test]
fn each_word_means_one_of_the_results_that_there_are() {
    let config = load_in(&with(SOUND)).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let own = &rules.own_results;
    assert_eq!(own.len(), 2);
    assert_eq!(
        (own[0].code.as_str(), own[0].means),
        ("disdetta", Meaning::Settled)
    );
    assert!(own[0].tenant.is_some() && own[0].queue.is_some());
    assert_eq!(own[1].class, Some(PriorityClass::B));
    assert!(own[1].tenant.is_none());
}

#[test]
fn a_word_that_means_nothing_certain_is_told_at_its_place() {
    for (old, new, told) in [
        ("\"settled\"", "\"closed\"", "closed"),
        ("means = \"settled\"", "", "means"),
        ("code = \"disdetta\"", "code = \"done\"", "none of done"),
        ("code = \"nessun-posto\"", "code = \"disdetta\"", "twice"),
        ("class = \"B\"", "", "`class` is missing"),
        (
            "it = \"Disdetta\"",
            "it = \"Disdetta\"\nclass = \"U\"",
            "only",
        ),
        (
            "queue = \"prenotazioni\"",
            "queue = \"prenotazion\"",
            "prenotazion",
        ),
        ("tenant = \"asl\"", "", "name it with `tenant`"),
        ("en = \"Cancelled\"", "", "en"),
        (
            "en = \"Cancelled\"",
            "en = \"Cancelled\"\nfr = \"Annulé\"",
            "fr",
        ),
    ] {
        assert!(SOUND.contains(old), "{old}");
        let faults = load_in(&with(&SOUND.replace(old, new))).unwrap_err();
        assert!(faults[0].contains(told), "{new}: {faults:?}");
        assert!(faults[0].contains("cuptel.toml:"), "{faults:?}");
    }
}
