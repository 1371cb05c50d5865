//! What loads and is told as a warning.

use cuptel_core::words::Outcome;

use super::*;

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    assert_warning(
        "answer_max = 26",
        "answer_max = 30",
        "cuptel.toml:22:14: trunk \"carrier\" answers on all its 30 channels",
    );
    assert_warning(
        "answer_max = 26",
        "answer_max = 27",
        "cuptel.toml:22:14: trunk \"carrier\" uses all its 30 channels at the worst of times (27 answered, 0 for notices, 3 for callbacks)",
    );
    assert_warning(
        "answer_max = 26",
        "answer_max = 25\nnotice_lines = 2",
        "cuptel.toml:23:16: trunk \"carrier\" uses all its 30 channels at the worst of times (25 answered, 2 for notices, 3 for callbacks)",
    );
    assert_warning(
        "30000-30999",
        "30000-30099",
        "cuptel.toml:10:1: 50 pairs of ports for voice are too few for 30 channels: expected 60 or more",
    );
    assert_warning(
        "outbound = \"sip:127.0.0.1:5070\"\n",
        "",
        "cuptel.toml:22:16: trunk \"carrier\" keeps 3 channels for callbacks and has no `outbound`",
    );
    assert_warning(
        "cli = \"+390861000000\"",
        "cli = \"+390861000001\"",
        "cuptel.toml:24:7: no dialplan answers this number",
    );
    assert_warning(
        "mon = [\"08:00-18:00\"]",
        "mon = []",
        "cuptel.toml:36:10: calendar \"orario\" never opens",
    );
}

#[test]
fn a_calendar_that_nothing_asks_is_doubted() {
    let idle =
        "[[calendar]]\ntenant = \"asl\"\nname = \"ferie\"\nweekly = { mon = [\"08:00-18:00\"] }\n";
    assert_warning(
        "[[site]]",
        &format!("{idle}[[site]]"),
        "cuptel.toml:30:1: nothing asks calendar \"ferie\" of asl",
    );
    let counted = changed(PLAIN, "[[site]]", &format!("{idle}[[site]]"));
    let counted = changed(
        &counted,
        "grace_s = 60",
        "window_counts = { calendar = \"ferie\" }",
    );
    let config = load_in(&project(&counted, PLAN)).unwrap();
    assert_eq!(config.warnings(), []);
}

#[test]
fn a_queue_that_nobody_can_serve_is_doubted() {
    assert_warning(
        "prenotazioni = 1",
        "prenotazioni = 2",
        "cuptel.toml:41:10: nobody in first-start.csv has the skills of queue \"prenotazioni\" of asl",
    );
    let folder = project(PLAIN, PLAN);
    let seats = changed(SEATS, "prenotazioni:1", "prenotazioni:1 prenotazoni:3");
    folder.write("config/first-start.csv", &seats);
    let config = load_in(&folder).unwrap();
    let told = config.warnings()[0].to_string();
    assert!(
        told.ends_with("first-start.csv:2:38: no queue asks for it: unknown skill \"prenotazoni\": did you mean \"prenotazioni\"?"),
        "{told}"
    );
    fs::remove_file(folder.path("config/first-start.csv")).unwrap();
    let config = load_in(&folder).unwrap();
    let told = config.warnings()[0].to_string();
    assert!(
        told.ends_with(
            "first-start.csv: is not there: an empty database begins without seats and operators"
        ),
        "{told}"
    );
}

#[test]
fn a_number_of_another_tenant_is_doubted() {
    assert_warning(
        "name = \"asl\"\n",
        "name = \"asl\"\ncli = \"+390850000000\"\n",
        "cuptel.toml:28:7: no dialplan of asl answers this number",
    );
}

#[test]
fn an_emergency_message_that_is_on_is_doubted() {
    let plan = changed(
        PLAN,
        "\n[step.hours]",
        "emergency = { step = \"stop\", active = true }\n[step.stop]\nemergency = [\"chiuso\"]\n[step.hours]",
    );
    let config = load_in(&project(PLAIN, &plan)).unwrap();
    let warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].ends_with("plans/asl.toml:5:39: callers of asl hear the emergency message, and its callbacks wait, until this says false"),
        "{warnings:?}"
    );
    let calm = changed(&plan, "active = true", "active = false");
    let config = load_in(&project(PLAIN, &calm)).unwrap();
    assert_eq!(config.warnings(), []);
}

#[test]
fn a_queue_that_no_dialplan_leads_to_is_doubted() {
    let folder = project(
        PLAIN,
        &changed(
            PLAN,
            "missed_queue = \"disdette\"",
            "missed_queue = \"prenotazioni\"",
        ),
    );
    let config = load_in(&folder).unwrap();
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].ends_with("cuptel.toml:44:1: no dialplan leads to queue \"disdette\" of asl"),
        "{told:?}"
    );
}

#[test]
fn a_queue_that_leaves_unpaid_whom_we_turned_away_is_doubted() {
    assert_warning(
        "grace_s = 60",
        "on = { refused_lines = false, withdrawn = false }",
        "queue \"disdette\" of asl calls nobody back after refused_lines, withdrawn: they did not give up, we turned them away",
    );
    let given_up = changed(PLAIN, "grace_s = 60", "on = { abandoned_menu = false }");
    let config = load_in(&project(&given_up, PLAN)).unwrap();
    assert_eq!(config.warnings(), []);
}

#[test]
fn a_queue_takes_back_what_the_defaults_leave_out() {
    let defaults = "[queue_defaults.callback]\non = { abandoned_menu = false, abandoned_queue = false }\n[[site]]";
    let text = changed(PLAIN, "[[site]]", defaults);
    let text = changed(&text, "grace_s = 60", "on = { abandoned_menu = true }");
    let config = load_in(&project(&text, PLAN)).unwrap();
    let left_out = config.queues.iter().map(|queue| {
        let not_on = queue.policy.callback.not_on().iter();
        (queue.name.as_str(), not_on.copied().collect::<Vec<_>>())
    });
    let left_out: Vec<_> = left_out.collect();
    let (menu, queue) = (Outcome::AbandonedMenu, Outcome::AbandonedQueue);
    assert!(
        left_out.contains(&("disdette", vec![queue])),
        "{left_out:?}"
    );
    assert!(
        left_out.contains(&("prenotazioni", vec![menu, queue])),
        "{left_out:?}"
    );
}
