//! One broken file for each mistake that an administrator can make: what is told, and at
//! which file, line and column. Each row changes one text of a sound project.

use super::*;

/// In which file, what stands there, what stands there instead, and what is then told.
type Mistake = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CONFIG: &str = "config/cuptel.toml";
const DIALPLAN: &str = "plans/asl.toml";
const STAFF: &str = "config/first-start.csv";

const MISTAKES: &[Mistake] = &[
    // --- The text itself.
    (
        CONFIG,
        "channels = 30",
        "channels = ",
        ":21:12",
        "string values must be quoted, expected literal string",
    ),
    (
        CONFIG,
        "channels = 30",
        "channels = \"30\"",
        ":21:12",
        "`channels` is a string: expected a whole number from 1 to 100000",
    ),
    (
        CONFIG,
        "channels = 30",
        "channels = 30\nchannels = 30",
        ":22:1",
        "duplicate key",
    ),
    (
        CONFIG,
        "answer_max = 26",
        "answer_max = 26\nanser_max = 26",
        ":23:1",
        "unknown key \"anser_max\": did you mean \"answer_max\"?",
    ),
    // --- Names.
    (
        CONFIG,
        "name = \"disdette\"",
        "name = \"disdette\"\n[[queue]]\ntenant = \"asl\"\nname = \"prenotazioni\"",
        ":49:8",
        "queue \"prenotazioni\" is here twice",
    ),
    (
        CONFIG,
        "[[site]]",
        "[[site]]\nname = \"teramo\"\n[[site]]",
        ":33:8",
        "site \"teramo\" is here twice",
    ),
    (
        CONFIG,
        "name = \"disdette\"",
        "name = \"disdette\"\n[[queue]]\ntenant = \"asl\"\nname = \"Disdette!\"",
        ":49:8",
        "\"Disdette!\" is no name of a queue: expected at most 64 lower-case letters, digits, - and _",
    ),
    (
        CONFIG,
        "name = \"disdette\"",
        "name = \"disdette\"\n[[queue]]\ntenant = \"als\"\nname = \"visite\"",
        ":48:10",
        "unknown tenant \"als\": did you mean \"asl\"?",
    ),
    // --- Numbers, ports, addresses.
    (
        CONFIG,
        "cli = \"+390861000000\"",
        "cli = \"0861000000\"",
        ":24:7",
        "`cli`: expected the number shown to who is called back, like \"+390861000000\"",
    ),
    (
        CONFIG,
        "ports = \"30000-30999\"",
        "ports = \"30000-30999\"\n[[media.network]]\nbind = \"0.0.0.0\"\nadvertise = \"192.0.2.1\"\nports = \"30500-31499\"",
        ":16:9",
        "another network has ports of this range: 30000-30999",
    ),
    (
        CONFIG,
        "127.0.0.1:5080",
        "127.0.0.1:30400",
        ":12:9",
        "a listener has a port of this range: 127.0.0.1:30400",
    ),
    (
        CONFIG,
        "127.0.0.1:5080",
        "127.0.0.1:5060",
        ":8:7",
        "127.0.0.1:5060 is another listener's address already",
    ),
    (
        CONFIG,
        "answer_max = 26",
        "answer_max = 31",
        ":22:14",
        "`answer_max` is 31: expected at most the 30 `channels`",
    ),
    (
        CONFIG,
        "outbound = \"sip:127.0.0.1:5070\"\n",
        "weight = 2\n",
        ":20:1",
        "`weight` is about callbacks, and this trunk has no `outbound` to dial them",
    ),
    (
        CONFIG,
        "channels = 30",
        "channels = 30\nweight = 0",
        ":22:10",
        "`weight` is 0: expected a whole number from 1 to 1000",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "busy_per_try = 0",
        ":47:29",
        "`busy_per_try` is 0: expected a whole number from 1 to 20",
    ),
    // --- Hours.
    (
        CONFIG,
        "mon = [",
        "mun = [",
        ":36:12",
        "unknown day \"mun\": expected mon, tue, wed, thu, fri, sat, sun, or a range like mon-fri",
    ),
    (
        CONFIG,
        "mon = [",
        "fri-mon = [",
        ":36:12",
        "unknown day \"fri-mon\": expected mon, tue, wed, thu, fri, sat, sun, or a range like mon-fri",
    ),
    (
        CONFIG,
        "mon = [\"08:00-18:00\"]",
        "mon-fri = [\"08:00-18:00\"], wed = []",
        ":36:39",
        "wed has its hours already",
    ),
    (
        CONFIG,
        "mon = [\"08:00-18:00\"]",
        "mon-fri = [\"08:00-18\"]",
        ":36:23",
        "\"08:00-18\" is no span of hours: expected \"HH:MM-HH:MM\", from 00:00 to 24:00",
    ),
    (
        CONFIG,
        "08:00-18:00",
        "08:00-13:00\", \"12:30-18:00",
        ":36:34",
        "\"12:30-18:00\" overlaps \"08:00-13:00\" of the same day",
    ),
    (
        CONFIG,
        "name = \"orario\"",
        "name = \"orario\"\nclosed = [\"24-12\"]",
        ":36:11",
        "\"24-12\" is no date: expected \"YYYY-MM-DD\", or \"MM-DD\" for a day of every year",
    ),
    (
        CONFIG,
        "name = \"teramo\"",
        "name = \"teramo\"\npatron = \"2026-12-19\"",
        ":32:10",
        "\"2026-12-19\" is no day of the year: expected \"MM-DD\", like \"12-19\"",
    ),
    (
        CONFIG,
        "name = \"orario\"",
        "name = \"orario\"\npatrons_of = [\"teramo\"]",
        ":36:15",
        "site \"teramo\" has no patron: expected `patron = \"MM-DD\"` in its [[site]]",
    ),
    (
        CONFIG,
        "name = \"orario\"",
        "name = \"orario\"\npatrons_of = [\"termo\"]",
        ":36:15",
        "unknown site \"termo\": did you mean \"teramo\"?",
    ),
    // --- Queues.
    (
        CONFIG,
        "grace_s = 60",
        "window_counts = \"working\"",
        ":47:30",
        "unknown window_counts \"working\": expected one of every_day, working_days, working_days_and_saturdays",
    ),
    (
        CONFIG,
        "window = \"09:00-12:00\"",
        "window = { mon-fri = [\"09:00-13:00\", \"12:30-18:00\"] }",
        ":47:65",
        "\"12:30-18:00\" overlaps \"09:00-13:00\" of the same day",
    ),
    (
        CONFIG,
        "window = \"09:00-12:00\"",
        "window = { mon = [\"13:00-09:00\"] }",
        ":47:46",
        "\"13:00-09:00\" ends before it begins: a span stays within one day, \"00:00-24:00\" at most",
    ),
    (
        CONFIG,
        "window = \"09:00-12:00\"",
        "window = { mon = [] }",
        ":47:37",
        "`window` has no hours: expected those of a day or more, like { mon-fri = [\"09:00-13:00\", \"15:00-19:00\"] }, or nobody is ever called back",
    ),
    (
        CONFIG,
        "window = \"09:00-12:00\"",
        "window = { tue = [\"09:00-09:04\"] }",
        ":47:28",
        "the window lasts 240 s where it is shortest and a callback is expected to take 300 s: expected longer hours",
    ),
    (
        CONFIG,
        "window = \"09:00-12:00\"",
        "window = { sun = [\"09:00-12:00\"] }, window_counts = \"working_days\"",
        ":47:1",
        "`window` of this queue opens on no day that `window_counts` counts: expected hours on one of them, or nobody is ever called back",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "expire_counts = { calendar = \"orari\" }",
        ":47:1",
        "`expire_counts` of this queue: unknown calendar \"orari\": did you mean \"orario\"?",
    ),
    (
        CONFIG,
        "[prompts]",
        "[queue_defaults]\nskills = { a = 1 }\n[prompts]",
        ":15:1",
        "unknown key \"skills\"",
    ),
    // --- Tenants and what they name.
    (
        CONFIG,
        "[[site]]",
        "[[tenant]]\nname = \"nuova\"\ndialplan = \"plans/asl.toml\"\n[[site]]",
        ":31:8",
        "tenant \"nuova\" has no queue: expected a [[queue]] with tenant = \"nuova\"",
    ),
    (
        CONFIG,
        "plans/asl.toml",
        "plans/als.toml",
        ":28:12",
        "there is no file plans/als.toml: expected a dialplan",
    ),
    (
        CONFIG,
        "folder = \"spoken\"",
        "folder = \"spoken\"\nmusic = \"vivaldi\"",
        ":16:9",
        "there is no vivaldi.wav in spoken: expected it, because the engine speaks it",
    ),
    // --- Dialplans.
    (
        DIALPLAN,
        "tenant = \"asl\"",
        "tenant = \"alt\"",
        ":1:10",
        "`tenant` is \"alt\": expected \"asl\", whose dialplan this is",
    ),
    (
        DIALPLAN,
        "+390861000000",
        "0861000000",
        ":2:12",
        "\"0861000000\": not a telephone number; expected E.164, like \"+390861000000\"",
    ),
    (
        DIALPLAN,
        "\"+390861000000\"",
        "\"+390861000000\", \"+390861000000\"",
        ":2:29",
        "number +390861000000 is here twice",
    ),
    (
        DIALPLAN,
        "start = \"hours\"",
        "start = \"hour\"",
        ":3:9",
        "unknown step \"hour\": did you mean \"hours\"?",
    ),
    (
        DIALPLAN,
        "missed_queue = \"disdette\"",
        "missed_queue = \"disdetta\"",
        ":4:16",
        "unknown queue \"disdetta\": did you mean \"disdette\"?",
    ),
    (
        DIALPLAN,
        "calendar = \"orario\"",
        "calendar = \"ferie\"",
        ":7:12",
        "unknown calendar \"ferie\": expected one of orario",
    ),
    (
        DIALPLAN,
        "on_timeout = \"end\"",
        "on_timeout = \"end\"\nopt_out_key = \"9\"",
        ":11:7",
        "there is no prompt rinuncia_conferma.wav: expected it, because it asks who wants to be called no more",
    ),
    (
        DIALPLAN,
        "on_timeout = \"end\"",
        "on_timeout = \"end\"\noffer_callback = { after_s = 60, key = \"9\" }\nopt_out_key = \"9\"",
        ":15:15",
        "this key asks for a callback already: expected another",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "preview_ends = \"dials\", grace_s = 60",
        ":47:14",
        "`preview_ends` without `preview_s`: nothing is shown, so nothing ends",
    ),
    (
        DIALPLAN,
        "open = \"wait\"",
        "open = \"wait\"\nopne = \"wait\"",
        ":9:1",
        "unknown key \"opne\": did you mean \"open\"?",
    ),
    (
        DIALPLAN,
        "open = \"wait\"",
        "open = \"end\"",
        ":11:7",
        "step \"wait\" is never reached from the start",
    ),
    (
        DIALPLAN,
        "closed = \"end\"",
        "closed = \"hours\"",
        ":6:7",
        "a loop without exit: hours → hours",
    ),
    (
        DIALPLAN,
        "queue = \"prenotazioni\"",
        "queue = \"visite\"",
        ":12:9",
        "unknown queue \"visite\": expected one of disdette, prenotazioni",
    ),
    (
        DIALPLAN,
        "on_timeout = \"end\"",
        "",
        ":11:7",
        "missing `on_timeout`: expected the step after the longest wait",
    ),
    (
        DIALPLAN,
        "play = [\"chiuso\"]",
        "play = [\"chiusa\"]",
        ":16:9",
        "unknown prompt \"chiusa\": did you mean \"chiuso\"?",
    ),
    (
        DIALPLAN,
        "[step.end]",
        "[step.wait]\nhang_up = true\n[step.end]",
        ":15:7",
        "duplicate key",
    ),
    (
        DIALPLAN,
        "missed_queue = \"disdette\"",
        "missed_queue = \"disdette\"\nemergency = { active = true }",
        ":5:13",
        "missing `step`: expected the name of the emergency step",
    ),
    (
        DIALPLAN,
        "missed_queue = \"disdette\"",
        "missed_queue = \"disdette\"\nemergency = { step = \"end\" }",
        ":5:22",
        "step \"end\" owes its callers nothing: expected a step with `emergency = [\"prompt\"]`",
    ),
    // --- Numbers that let nothing happen.
    (
        CONFIG,
        "share = 0.70",
        "share = 1.0",
        ":42:29",
        "`share` is 1: expected at most 0.99: no number of seats answers everybody in time, so all would be kept from calling back",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "share_min = 0.0, share_overdue = 0.0",
        ":47:47",
        "`share_overdue` is 0: expected more, or a callback that was held for `hold_max_s` waits on",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "share_min = 0.3, share_overdue = 0.2",
        ":47:47",
        "`share_min` is 0.3 and `share_overdue` 0.2: expected a larger `share_overdue`, or a callback that was held for `hold_max_s` waits on",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "share_min = 0.6",
        ":47:14",
        "`share_min` is 0.6 and `share_overdue` 0.25: expected a larger `share_overdue`, or a callback that was held for `hold_max_s` waits on",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "on = { callback_requested = false }",
        ":47:42",
        "`callback_requested = false`: who asked for a call was told that they get it",
    ),
    (
        CONFIG,
        "grace_s = 60",
        "on = { served = true }",
        ":47:21",
        "unknown key \"served\"",
    ),
    (
        CONFIG,
        "[[site]]",
        "[limits]\ntasks_max = 0\n[[site]]",
        ":31:13",
        "`tasks_max` is 0: expected a whole number from 1 to 10000000",
    ),
    (
        CONFIG,
        "[[site]]",
        "[replay]\nsize_max_mb = 4\n[[site]]",
        ":31:1",
        "`size_max_mb` is 4 and `open_max` 50000: each part of the tape begins with all open callbacks: expected at least 33 MB for so many",
    ),
    // --- The seats of a first start.
    (
        STAFF,
        "teramo",
        "roma",
        ":2:22",
        "unknown site \"roma\": expected one of teramo",
    ),
    (
        STAFF,
        "prenotazioni:1",
        "prenotazioni:9",
        ":2:38",
        "\"prenotazioni:9\" is no skill with a level: expected words like prenotazioni:3, from 1 to 5",
    ),
    (
        STAFF,
        "k7wq-geheim-3hdp",
        "",
        ":2:5",
        "`password` is empty: expected a text",
    ),
];

#[test]
fn each_mistake_is_told_once_at_its_place() {
    let mut otherwise = Vec::new();
    for (file, old, new, place, told) in MISTAKES {
        let folder = project(PLAIN, PLAN);
        let sound = fs::read_to_string(folder.path(file)).unwrap();
        folder.write(file, &changed(&sound, old, new));
        let faults = load_in(&folder).unwrap_err();
        if faults != [format!("{file}{place}: {told}")] {
            otherwise.push((new, faults));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}
