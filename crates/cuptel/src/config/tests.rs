//! A whole configuration in a folder of its own, with one thing changed in each test.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use cuptel_core::id::QueueId;
use cuptel_core::rules::PromptId;

use super::listening::Role;
use super::rules::ProvisionalIds;
use super::*;

/// A temporary folder, gone with its value.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let unique = format!(
            "cuptel-{name}-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(unique);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self, within: &str) -> PathBuf {
        self.0.join(within)
    }

    pub(super) fn write(&self, within: &str, text: &str) {
        let path = self.path(within);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} stays: {error}", self.0.display());
        }
    }
}

const PLAIN: &str = r#"
[[listener]]
role = "phones"
udp = "127.0.0.1:5060"

[[listener]]
role = "trunk"
udp = "127.0.0.1:5080"

[[media.network]]
bind = "127.0.0.1"
ports = "30000-30999"

[prompts]
folder = "spoken"

[[trunk]]
name = "carrier"
peers = ["127.0.0.1/32", "192.0.2.7"]
outbound = "sip:127.0.0.1:5070"
channels = 30
answer_max = 26
outbound_min = 4
cli = "+390861000000"

[[tenant]]
name = "asl"
dialplan = "plans/asl.toml"

[[site]]
name = "teramo"

[[calendar]]
tenant = "asl"
name = "orario"
weekly = { mon = ["08:00-18:00"] }

[[queue]]
tenant = "asl"
name = "prenotazioni"
skills = { prenotazioni = 1 }
answer_targets = [{ share = 0.70, within_s = 90 }]

[[queue]]
tenant = "asl"
name = "disdette"
callback = { grace_s = 60, window = "09:00-12:00" }
"#;

const PLAN: &str = r#"tenant = "asl"
numbers = ["+390861000000"]
start = "hours"
missed_queue = "disdette"

[step.hours]
calendar = "orario"
open = "wait"
closed = "end"

[step.wait]
queue = "prenotazioni"
on_timeout = "end"

[step.end]
play = ["chiuso"]
hang_up = true
"#;

/// The configuration and the dialplan in a project of their own.
fn project(config: &str, plan: &str) -> Folder {
    let folder = Folder::new("config");
    folder.write("config/cuptel.toml", config);
    folder.write("plans/asl.toml", plan);
    for name in prompts::spoken_names()
        .into_iter()
        .chain(["chiuso".to_owned()])
    {
        folder.write(&format!("spoken/{name}.wav"), "");
    }
    folder
}

fn load_in(folder: &Folder) -> Result<Config, Vec<String>> {
    let root = format!("{}/", folder.0.display());
    load(&folder.path("config/cuptel.toml")).map_err(|faults| {
        faults
            .iter()
            .map(|fault| fault.to_string().replace(&root, ""))
            .collect()
    })
}

/// Puts one text in place of another that is there once.
#[track_caller]
fn changed(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "{old} is to be there once");
    text.replace(old, new)
}

/// `LINE:COLUMN: message` that a changed configuration gives, alone.
#[track_caller]
fn assert_fault(old: &str, new: &str, expected: &str) {
    let folder = project(&changed(PLAIN, old, new), PLAN);
    let faults = load_in(&folder).unwrap_err();
    assert_eq!(
        faults,
        [format!("config/cuptel.toml:{expected}")],
        "with {new}"
    );
}

#[track_caller]
fn assert_warning(old: &str, new: &str, expected: &str) {
    let config = load_in(&project(&changed(PLAIN, old, new), PLAN)).unwrap();
    let warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(expected), "{warnings:?}");
}

#[test]
fn what_is_not_said_has_its_default() {
    let config = load_in(&project(PLAIN, PLAN)).unwrap();
    assert_eq!(config.warnings(), []);
    assert_eq!(config.data.url.here(), Some("sqlite://data/cuptel.db"));
    assert_eq!(
        (config.sip.realm.as_str(), config.sip.user_agent.as_str()),
        ("cuptel", "CupTel")
    );
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((config.drain_s, config.media.rtp_timeout_s), (20, 30));
    assert_eq!(
        config.listeners.iter().map(|l| l.role).collect::<Vec<_>>(),
        [Role::Phones, Role::Trunk]
    );
    let network = &config.media.networks[0];
    assert_eq!((network.advertise, network.pairs()), (network.bind, 500));
    assert_eq!(config.trunks[0].peers[1].to_string(), "192.0.2.7/32");
    assert_eq!(
        config.trunks[0]
            .outbound
            .as_ref()
            .unwrap()
            .address
            .to_string(),
        "127.0.0.1:5070"
    );
    assert_eq!(
        (
            config.queues[1].title.as_str(),
            config.queues[1].policy.waiting_max
        ),
        ("disdette", 50)
    );
    assert_eq!(config.limits.register_s, (60, 3_600));
}

#[test]
fn the_configuration_that_we_ship_is_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let config = load(&root.join("config/cuptel.toml")).unwrap();
    assert_eq!(config.warnings(), []);
    let names = config.names();
    assert_eq!(
        (names.tenants.len(), names.trunks.len(), names.sites.len()),
        (4, 1, 10)
    );
    assert_eq!(names.queues.len(), 12);
    let seats = first_start::read(&root.join("config/first-start.csv"), &config.sites).unwrap();
    let skills: BTreeSet<&String> = config
        .queues
        .iter()
        .flat_map(|queue| queue.skills.keys())
        .collect();
    for seat in &seats {
        assert!(
            seat.skills.keys().all(|skill| skills.contains(skill)),
            "{seat:?}"
        );
    }
}

#[test]
fn rules_carry_the_identifiers_that_they_are_given() {
    struct FromStore;
    impl rules::Ids for FromStore {
        fn tenant(&self, _: &str) -> cuptel_core::id::TenantId {
            cuptel_core::id::TenantId(70)
        }
        fn line(&self, number: &str) -> cuptel_core::id::LineId {
            assert_eq!(number, "+390861000000");
            cuptel_core::id::LineId(71)
        }
        fn trunk(&self, _: &str) -> cuptel_core::id::TrunkId {
            cuptel_core::id::TrunkId(72)
        }
        fn queue(&self, tenant: &str, name: &str) -> QueueId {
            assert_eq!(tenant, "asl");
            QueueId(if name == "prenotazioni" { 81 } else { 80 })
        }
        fn site(&self, _: &str) -> cuptel_core::id::SiteId {
            cuptel_core::id::SiteId(73)
        }
        fn former_queue(&self, _: &str, _: &str) -> Option<QueueId> {
            None
        }
    }
    let config = load_in(&project(PLAIN, PLAN)).unwrap();
    let rules = config.rules(&FromStore);
    let tenant = &rules.tenants[&cuptel_core::id::TenantId(70)];
    assert_eq!(tenant.dialplan.missed_queue, QueueId(80));
    let waits_in: Vec<QueueId> = tenant.dialplan.steps.iter().filter_map(queue_of).collect();
    assert_eq!(waits_in, [QueueId(81)]);
    assert_eq!(rules.queues[&QueueId(80)].callback.grace_s, 60);
    assert_eq!(rules.queues[&QueueId(81)].callback.grace_s, 180);
    let line = rules.lines.values().next().unwrap();
    assert_eq!((line.id.0, line.tenant.0), (71, 70));
    assert!(rules.trunks[&cuptel_core::id::TrunkId(72)].outbound);
    assert_eq!(rules.calendars[0].name(), "orario");
    let provisional = config.rules(&ProvisionalIds::new(&config));
    assert_eq!(
        provisional.queues.keys().map(|id| id.0).collect::<Vec<_>>(),
        [1, 2]
    );
}

fn queue_of(step: &cuptel_core::dialplan::Step) -> Option<QueueId> {
    if let cuptel_core::dialplan::Step::Queue { queue, .. } = step {
        Some(*queue)
    } else {
        None
    }
}

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
            .starts_with("/nowhere/cuptel.toml:1:1: cannot be read: ")
    );
}

#[test]
fn an_unknown_key_is_told_at_every_depth() {
    assert_fault(
        "channels = 30",
        "channels = 30\nchanels = 1",
        "22:1: unknown key \"chanels\": did you mean \"channels\"?",
    );
    assert_fault(
        "[prompts]",
        "[promts]\n[prompts]",
        "14:2: unknown key \"promts\": did you mean \"prompts\"?",
    );
    assert_fault(
        "grace_s = 60",
        "grace = 60",
        "47:14: unknown key \"grace\": did you mean \"grace_s\"?",
    );
    assert_fault(
        "mon = [",
        "monday = [\"08:00-09:00\"], mon = [",
        "36:12: unknown day \"monday\": expected mon, tue, wed, thu, fri, sat, sun, or a range like mon-fri",
    );
}

#[test]
fn listeners_have_addresses_of_their_own_and_known_roles() {
    assert_fault(
        "127.0.0.1:5080",
        "0.0.0.0:5060",
        "8:7: 0.0.0.0:5060 is another listener's address already",
    );
    assert_fault(
        "127.0.0.1:5080",
        "localhost",
        "8:7: `udp`: expected an address with its port, like \"127.0.0.1:5060\"",
    );
    assert_fault(
        "\"127.0.0.1:5080\"",
        "\"127.0.0.1:5080\"\ntcp = \"127.0.0.1\"",
        "9:7: `tcp`: expected an address with its port, like \"127.0.0.1:5060\"",
    );
    assert_fault(
        "role = \"trunk\"",
        "role = \"trunc\"",
        "7:8: unknown role \"trunc\": did you mean \"trunk\"?",
    );
    assert_fault(
        "role = \"trunk\"",
        "role = \"phones\"",
        "1:1: missing `[[listener]]`: expected one with role = \"trunk\", where the carrier sends calls",
    );
    assert_fault(
        "role = \"phones\"",
        "role = \"trunk\"",
        "1:1: missing `[[listener]]`: expected one with role = \"phones\", where operators' phones register",
    );
}

#[test]
fn ports_for_voice_come_in_pairs() {
    const RANGE: &str =
        "`ports`: expected a range of ports from 1024 to 65535, like \"30000-39999\"";
    let odd = |shown| {
        format!(
            "12:9: RTP takes an even port and RTCP the next: expected an even first and an odd last port, like \"{shown}\""
        )
    };
    assert_fault("30000-30999", "30001-30999", &odd("30000-30999"));
    assert_fault("30000-30999", "30000-30998", &odd("30000-30999"));
    for wrong in [
        "30999-30000",
        "30000-30000",
        "80-30999",
        "30000-70000",
        "30000",
        "",
    ] {
        assert_fault("30000-30999", wrong, &format!("12:9: {RANGE}"));
    }
    assert_fault(
        "ports = \"30000-30999\"",
        "ports = \"30000-30999\"\n[[media.network]]\nbind = \"127.0.0.1\"\nports = \"30998-31001\"",
        "15:9: ports of another network at the same address",
    );
    assert_fault(
        "bind = \"127.0.0.1\"",
        "bind = \"0.0.0.0\"",
        "11:8: nobody can send voice to 0.0.0.0: expected `advertise` with an address that others reach",
    );
}

#[test]
fn a_trunk_answers_and_dials_on_the_channels_that_it_has() {
    assert_fault(
        "answer_max = 26",
        "answer_max = 31",
        "22:14: `answer_max` is 31: expected at most the 30 `channels`",
    );
    assert_fault(
        "outbound_min = 4",
        "outbound_min = 31",
        "23:16: `outbound_min` is 31: expected at most the 30 `channels`",
    );
    assert_fault(
        "channels = 30\n",
        "",
        "17:1: missing `channels`: expected a whole number from 1 to 100000",
    );
    assert_fault(
        "\"192.0.2.7\"",
        "\"carrier.example\"",
        "19:26: \"carrier.example\" is no network: expected networks like [\"192.0.2.0/28\"], or single addresses",
    );
    assert_fault(
        "sip:127.0.0.1:5070",
        "127.0.0.1:5070",
        "20:12: `outbound`: expected a SIP URI whose host is known, like \"sip:127.0.0.1:5070\" or \"sip:127.0.0.1:5070;transport=tcp\"",
    );
    assert_fault(
        "cli = \"+39",
        "cli = \"0",
        "24:7: `cli`: expected the number shown to who is called back, like \"+390861000000\"",
    );
    assert_fault(
        "cli = \"+390861000000\"",
        "cli = \"+390861000000\"\n[[trunk]]\nname = \"carrier\"\npeers = [\"198.51.100.0/24\"]\nchannels = 9\nanswer_max = 1\ncli = \"+390861000000\"",
        "26:8: trunk \"carrier\" is here twice",
    );
    assert_fault(
        "cli = \"+390861000000\"",
        "cli = \"+390861000000\"\n[[trunk]]\nname = \"second\"\npeers = [\"192.0.2.0/24\"]\nchannels = 9\nanswer_max = 1\ncli = \"+390861000000\"",
        "27:10: 192.0.2.0/24 shares addresses with trunk \"carrier\"",
    );
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    assert_warning(
        "answer_max = 26",
        "answer_max = 30",
        "cuptel.toml:22:14: trunk \"carrier\" answers on all its 30 channels",
    );
    assert_warning(
        "30000-30999",
        "30000-30099",
        "cuptel.toml:10:1: 50 pairs of ports for voice are too few for 30 channels: expected 60 or more",
    );
    assert_warning(
        "outbound = \"sip:127.0.0.1:5070\"\n",
        "",
        "cuptel.toml:22:16: trunk \"carrier\" keeps 4 channels for callbacks and has no `outbound`",
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
fn queues_and_calendars_belong_to_a_tenant_and_have_names_of_their_own() {
    assert_fault(
        "name = \"disdette\"",
        "name = \"disdette\"\n[[queue]]\ntenant = \"asl\"\nname = \"disdette\"\n",
        "49:8: queue \"disdette\" is here twice",
    );
    assert_fault(
        "name = \"orario\"\n",
        "name = \"orario\"\nclosed = [\"2026-02-30\"]\n",
        "36:11: \"2026-02-30\" is no date: expected \"YYYY-MM-DD\", or \"MM-DD\" for a day of every year",
    );
    assert_fault(
        "name = \"teramo\"",
        "name = \"Teramo\"",
        "31:8: \"Teramo\" is no name of a site: expected at most 64 lower-case letters, digits, - and _",
    );
    assert_fault(
        "08:00-18:00",
        "18:00-08:00",
        "36:19: \"18:00-08:00\" ends before it begins: a span stays within one day, \"00:00-24:00\" at most",
    );
    assert_fault(
        "dialplan = ",
        "time_zone = \"Europe/Roma\"\ndialplan = ",
        "28:13: \"Europe/Roma\" is no time zone: expected a name like \"Europe/Rome\"",
    );
    let extra = format!("{PLAIN}[[queue]]\ntenant = \"als\"\nname = \"x\"\n");
    assert_eq!(
        load_in(&project(&extra, PLAN)).unwrap_err(),
        ["config/cuptel.toml:49:10: unknown tenant \"als\": did you mean \"asl\"?"]
    );
}

#[test]
fn nothing_rings_or_waits_for_no_time() {
    for (key, most) in [("waiting_max", 100_000), ("ring_s", 300)] {
        assert_fault(
            "name = \"disdette\"",
            &format!("name = \"disdette\"\n{key} = 0"),
            &format!(
                "47:{}: `{key}` is 0: expected a whole number from 1 to {most}",
                key.len() + 4
            ),
        );
    }
    assert_fault(
        "outbound_min = 4",
        "outbound_min = 4\nring_s = 0",
        "24:10: `ring_s` is 0: expected a whole number from 1 to 300",
    );
    assert_fault(
        "[prompts]",
        "[limits]\nregister_min_s = 600\nregister_max_s = 60\n[prompts]",
        "16:18: `register_max_s` is 60: expected at least `register_min_s`, 600",
    );
    assert_fault(
        "grace_s = 60",
        "spacing_busy_s = 0",
        "47:31: `spacing_busy_s` is 0: expected a whole number from 1 to 86400",
    );
    assert_fault(
        "prenotazioni = 1",
        "prenotazioni = 6",
        "41:27: `prenotazioni` is 6: expected a whole number from 1 to 5",
    );
    assert_fault(
        "share = 0.70",
        "share = 70",
        "42:29: `share` is 70: expected a share from 0.0 to 1.0",
    );
    assert_fault(
        "name = \"disdette\"",
        "name = \"disdette\"\nno_operators = \"refused\"",
        "47:16: unknown no_operators \"refused\": did you mean \"refuse\"?",
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
fn an_empty_configuration_says_all_that_it_lacks() {
    let faults = load_in(&project("", PLAN)).unwrap_err();
    for lacking in [
        "[[listener]]",
        "[[media.network]]",
        "[[trunk]]",
        "[[tenant]]",
        "[[queue]]",
    ] {
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains(&format!("missing `{lacking}`"))),
            "{faults:?}"
        );
    }
}

#[test]
fn secrets_do_not_reach_a_fault_or_a_debug_print() {
    let text = changed(
        PLAIN,
        "[prompts]",
        "[data]\nurl = \"mysql://root:geheim@db\"\n[http]\ntoken = \"geheim\"\n[prompts]",
    );
    let faults = load_in(&project(&text, PLAN)).unwrap_err();
    assert_eq!(
        faults,
        ["config/cuptel.toml:15:7: `url`: expected \"sqlite://FILE\" or \"postgres://…\""]
    );
    let text = text.replace("mysql", "postgres");
    let config = load_in(&project(&text, PLAN)).unwrap();
    assert!(!format!("{config:?}").contains("geheim"));
    assert_eq!(config.http.token.reveal().unwrap(), "geheim");
}

#[test]
fn one_line_less_anywhere_is_told_or_harmless() {
    let lines: Vec<&str> = PLAIN.lines().collect();
    for left_out in 0..lines.len() {
        let text: Vec<&str> = lines
            .iter()
            .enumerate()
            .filter(|(n, _)| *n != left_out)
            .map(|(_, line)| *line)
            .collect();
        match load_in(&project(&text.join("\n"), PLAN)) {
            // What loads can be turned into rules.
            Ok(config) => assert!(
                !config
                    .rules(&ProvisionalIds::new(&config))
                    .queues
                    .is_empty()
            ),
            Err(faults) => assert!(!faults.is_empty()),
        }
    }
}

#[test]
fn the_spill_stands_beside_the_database_unless_told_otherwise() {
    let folder_of = |data: &str| {
        let document = document(data).unwrap();
        let faults = Faults::default();
        let mut root = Fields::new(document.get_ref(), 0..0, &faults);
        let data = limits::data(&mut root);
        assert!(faults.into_sorted().is_empty());
        data.reveal().unwrap().1
    };
    for (data, folder) in [
        ("", "data/spill"),
        (
            "[data]\nurl = \"sqlite:///srv/cuptel/a.db\"",
            "/srv/cuptel/spill",
        ),
        ("[data]\nurl = \"postgres://u@db/c\"", "data/spill"),
        ("[data]\nspill = \"/var/spill\"", "/var/spill"),
    ] {
        assert_eq!(folder_of(data), Path::new(folder), "{data}");
    }
}
