//! The files that a configuration names: prompts, dialplans, the seats of a first start.

use super::*;

#[test]
fn a_prompt_is_the_place_of_its_file_by_name() {
    let folder = project(PLAIN, PLAN);
    let config = load_in(&folder).unwrap();
    let files = config.prompt_files();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let file = |prompt: PromptId| files[prompt.0 as usize].0.as_str();
    assert_eq!(file(rules.prompts.music), "musica");
    assert_eq!(file(rules.prompts.positions[9]), "posizione_10");
    assert_eq!(file(rules.prompts.to_operator_withdrawn), "op_annullata");
    assert!(files.is_sorted() && files.iter().all(|(_, path)| path.is_file()));
}

#[test]
fn a_file_that_the_engine_speaks_must_be_there() {
    let folder = project(PLAIN, PLAN);
    fs::remove_file(folder.path("spoken/op_occupato.wav")).unwrap();
    assert_eq!(
        load_in(&folder).unwrap_err(),
        [
            "config/cuptel.toml:15:10: there is no op_occupato.wav in spoken: expected it, because the engine speaks it"
        ]
    );
    assert_fault(
        "folder = \"spoken\"",
        "folder = \"spoken\"\nmusic = \"vivaldi\"",
        "16:9: there is no vivaldi.wav in spoken: expected it, because the engine speaks it",
    );
}

#[test]
fn what_tells_a_queue_to_operators_must_be_there() {
    let with = |name: &str| {
        let named = format!("name = \"prenotazioni\"\nwhisper = \"{name}\"");
        changed(PLAIN, "name = \"prenotazioni\"", &named)
    };
    let faults = load_in(&project(&with("vivaldi"), PLAN)).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].ends_with("there is no prompt vivaldi.wav"),
        "{faults:?}"
    );
    let config = load_in(&project(&with("op_chiamata"), PLAN)).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let told: Vec<_> = rules
        .queues
        .values()
        .filter_map(|rule| rule.whisper)
        .collect();
    assert_eq!(told, [rules.prompts.whisper_call]);
}

#[test]
fn a_folder_or_a_dialplan_that_is_not_there_is_named() {
    let faults = load_in(&project(&changed(PLAIN, "spoken", "gone"), PLAN)).unwrap_err();
    assert_eq!(
        faults[0],
        "config/cuptel.toml:15:10: there is no folder gone: expected the prompts, as WAV files"
    );
    assert_fault(
        "plans/asl.toml",
        "plans/alt.toml",
        "28:12: there is no file plans/alt.toml: expected a dialplan",
    );
    let faults = load(Path::new("/nowhere/cuptel.toml")).unwrap_err();
    assert!(
        faults[0]
            .to_string()
            .starts_with("/nowhere/cuptel.toml: there is no such file")
    );
}

#[test]
fn faults_of_a_dialplan_point_into_its_file() {
    let plan = changed(PLAN, "queue = \"prenotazioni\"", "queue = \"prenotazione\"");
    assert_eq!(
        load_in(&project(PLAIN, &plan)).unwrap_err(),
        ["plans/asl.toml:12:9: unknown queue \"prenotazione\": did you mean \"prenotazioni\"?"]
    );
    let plan = changed(PLAN, "tenant = \"asl\"", "tenant = \"alt\"");
    assert_eq!(
        load_in(&project(PLAIN, &plan)).unwrap_err(),
        ["plans/asl.toml:1:10: `tenant` is \"alt\": expected \"asl\", whose dialplan this is"]
    );
}

#[test]
fn a_number_is_answered_by_one_dialplan() {
    let config = format!(
        "{PLAIN}[[queue]]\ntenant = \"altra\"\nname = \"disdette\"\n[[tenant]]\nname = \"altra\"\ndialplan = \"plans/altra.toml\"\n"
    );
    let folder = project(&config, PLAN);
    folder.write(
        "plans/altra.toml",
        "tenant = \"altra\"\nnumbers = [\"+390861000001\", \"+390861000000\"]\nstart = \"end\"\nmissed_queue = \"disdette\"\n[step.end]\nhang_up = true\n",
    );
    assert_eq!(
        load_in(&folder).unwrap_err(),
        ["plans/altra.toml:2:29: this number is answered by plans/asl.toml already"]
    );
}

#[test]
fn a_prompt_that_cannot_be_played_is_told() {
    let folder = project(PLAIN, PLAN);
    fs::write(folder.path("spoken/chiuso.wav"), wav(16_000)).unwrap();
    fs::write(folder.path("spoken/musica.wav"), "no sound").unwrap();
    let faults = load_in(&folder).unwrap_err();
    assert_eq!(
        faults[0],
        "spoken/chiuso.wav: prompt chiuso: 16000 Hz instead of 8000 Hz; expected a WAV file of A-law, 8000 Hz, mono"
    );
    assert!(
        faults[1].starts_with("spoken/musica.wav: prompt musica: not a WAV file"),
        "{faults:?}"
    );
    assert_eq!(faults.len(), 2);
}
