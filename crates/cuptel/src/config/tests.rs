//! A whole configuration in a folder of its own, with one thing changed in each test.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use cuptel_core::id::QueueId;
use cuptel_core::rules::PromptId;

mod announcing;
mod codes;
mod delivered;
mod doubts;
mod files;
mod matching;
mod mistakes;
mod network;
mod own_results;
mod pages;
mod service;

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
outbound_min = 3
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

const SEATS: &str = "seat,password,site,operator,employer,skills\n\
    101,k7wq-geheim-3hdp,teramo,Anna,ASL,prenotazioni:1\n";

/// A WAV file of 20 ms of A-law silence.
fn wav(rate: u32) -> Vec<u8> {
    let sound = [0xd5; 160];
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x06\0\x01\0".to_vec();
    file.extend(rate.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(b"\x01\0\x08\0data\xa0\0\0\0");
    file.extend(sound);
    let rest = u32::try_from(file.len() - 8).unwrap();
    file[4..8].copy_from_slice(&rest.to_le_bytes());
    file
}

/// The configuration and the dialplan in a project of their own.
fn project(config: &str, plan: &str) -> Folder {
    let folder = Folder::new("config");
    folder.write("config/cuptel.toml", config);
    folder.write("plans/asl.toml", plan);
    folder.write("config/first-start.csv", SEATS);
    fs::create_dir_all(folder.path("spoken")).unwrap();
    for name in prompts::spoken_names()
        .into_iter()
        .chain(["chiuso".to_owned()])
    {
        fs::write(folder.path(&format!("spoken/{name}.wav")), wav(8_000)).unwrap();
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
    // What must be changed before real calls come, and nothing else.
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("first-start.csv: the delivered passwords of seats 101, 102, 103 and")
    );
    assert!(told[1].contains("the operators Anna Esempio, Bruno Esempio, Carla Modello and"));
    let names = config.names();
    assert_eq!(
        (names.tenants.len(), names.trunks.len(), names.sites.len()),
        (4, 1, 10)
    );
    assert_eq!(names.queues.len(), 12);
    for site in &config.sites {
        assert!(
            config.first_seats.iter().any(|seat| seat.site == site.name),
            "nobody sits in {}",
            site.name
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
fn the_rules_that_we_ship_come_back_from_a_tape_as_they_were() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let config = load(&root.join("config/cuptel.toml")).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let tape = postcard::to_stdvec(&rules).unwrap();
    let again: cuptel_core::rules::Rules = postcard::from_bytes(&tape).unwrap();
    assert_eq!(again, rules);
}

#[test]
fn the_tape_is_bounded_and_stands_beside_the_spill_unless_told_otherwise() {
    let tape_of = |text: &str| {
        let document = document(text).unwrap();
        let faults = Faults::default();
        let mut root = Fields::new(document.get_ref(), 0..0, &faults);
        let spill = Path::new("/srv/cuptel/spill");
        let replay = tape::replay(&mut root, Some(spill));
        let faults = faults.into_sorted();
        (replay.tape(spill), faults)
    };
    let (tape, _) = tape_of("");
    let tape = tape.unwrap();
    assert_eq!(tape.folder, Path::new("/srv/cuptel/tape"));
    assert_eq!(tape.keep_ms, 48 * 3_600_000);
    assert_eq!(tape.bytes_max, 512 * 1_048_576);
    let (tape, _) = tape_of("[replay]\nfolder = \"/var/tape\"\nkeep_h = 1\nopen_max = 7");
    let tape = tape.unwrap();
    assert_eq!(tape.folder, Path::new("/var/tape"));
    assert_eq!((tape.keep_ms, tape.open_max), (3_600_000, 7));
    assert_eq!(tape_of("[replay]\nkeep_h = 0").0, None, "nothing is kept");
    for fault in [
        "keep_h = 8761",
        "size_max_mb = 3",
        "keep = 1",
        "folder = \"/srv/cuptel/spill\"",
        "folder = \"/srv/cuptel/./spill/\"",
        // Each part begins with 172 bytes for each open callback, and four are kept.
        "size_max_mb = 32",
        "open_max = 1000000",
        "size_max_mb = 4\nopen_max = 6097",
    ] {
        assert_eq!(tape_of(&format!("[replay]\n{fault}")).1.len(), 1, "{fault}");
    }
    for sound in [
        "size_max_mb = 33",
        "size_max_mb = 4\nopen_max = 6096",
        "size_max_mb = 4\nkeep_h = 0",
    ] {
        assert!(
            tape_of(&format!("[replay]\n{sound}")).1.is_empty(),
            "{sound}"
        );
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_found_and_one_that_can_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tape");
    assert!(tape::try_to_write(&path.join("deeper")).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(&path, "a file").unwrap();
    assert!(tape::try_to_write(&path).is_err());
    assert!(tape::try_to_write(&path.join("deeper")).is_err());
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

#[test]
fn a_password_of_the_database_in_the_file_is_doubted_and_its_line_is_not_shown() {
    for (url, is_doubted) in [
        ("postgres://a:geheim@x/y", true),
        ("postgres://x/y?password=geheim", true),
        ("postgres://a@x/y", false),
        ("sqlite://data/a:b@c.db", false),
        ("env:CUPTEL_DATABASE", false),
    ] {
        let data = format!("[data]\nurl = \"{url}\"\n[prompts]");
        let text = changed(PLAIN, "[prompts]", &data);
        let config = load_in(&project(&text, PLAN)).unwrap();
        let told: Vec<String> = config.warnings().iter().map(ConfigFault::quoted).collect();
        assert_eq!(told.len(), usize::from(is_doubted), "{url}: {told:?}");
        assert!(!told.concat().contains("geheim"), "{told:?}");
    }
}

#[test]
fn peers_that_are_almost_everybody_are_doubted() {
    let wide = changed(PLAIN, "peers = [", "peers = [\"0.0.0.0/0\", ");
    let config = load_in(&project(&wide, PLAN)).unwrap();
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    let about = told
        .iter()
        .filter(|it| it.contains("0.0.0.0/0 lets almost anybody call us"));
    assert_eq!(about.count(), 1, "{told:?}");
}
