//! The commands of README.md, as they stand there, on an address of the test's own.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::harness::{Centre, Owned, Ran, SOON, Setup, repository, until};

/// How the README starts the program.
const CARGO: &str = "cargo run --release";

/// The commands of the README's shell blocks, continued lines joined.
fn commands() -> Vec<String> {
    let readme = fs::read_to_string(repository().join("README.md")).expect("there is a README");
    let blocks = readme.split("```sh\n").skip(1);
    let text: String = blocks
        .filter_map(|rest| rest.split_once("```"))
        .map(|(block, _)| block)
        .collect();
    let joined = text.replace("\\\n", " ");
    joined
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_first_call_of_the_readme_works_as_written() {
    // Only its address and folder are used: the configuration is the delivered one.
    let centre = Centre::prepare(Setup::default());
    let here = |text: &str| {
        text.replace("127.0.0.1:", &format!("{}:", centre.address))
            .replace("\"127.0.0.1\"", &format!("\"{}\"", centre.address))
    };
    let copied = Command::new("cp")
        .arg("-r")
        .args(["config", "dialplans"].map(|folder| repository().join(folder)))
        .arg(centre.folder())
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    let config = centre.folder().join("config/cuptel.toml");
    let delivered = fs::read_to_string(&config).expect("the configuration can be read");
    fs::write(&config, here(&delivered)).expect("the configuration can be written");

    let commands = commands();
    assert!(
        commands.iter().any(|line| line.starts_with("curl ")),
        "{commands:?}"
    );
    let mut running = Vec::new();
    for command in commands {
        let told = command.split(" # ").next().unwrap_or(&command).trim();
        if told.ends_with("-- demo") || told == "./tests/run" {
            continue;
        }
        let line = here(&told.replacen(&format!("{CARGO} --"), CARGO, 1));
        let line = line.replacen(CARGO, env!("CARGO_BIN_EXE_cuptel"), 1);
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("exec {line}"))
            .current_dir(centre.folder());
        if told == CARGO {
            running.push(Owned::spawn(&mut shell));
            until("the delivered configuration serves", SOON, || {
                ureq::get(centre.url("/health/ready")).call().ok()
            });
        } else if told.starts_with("sipp -sf ") {
            running.push(Owned::spawn(shell.stdout(std::process::Stdio::null())));
            let mut list = Command::new(env!("CARGO_BIN_EXE_cuptel"));
            list.args(["attempts", "list"]).current_dir(centre.folder());
            until("the README's call is listed", SOON, || {
                let listed = Ran::of(&mut list, SOON).succeeded();
                listed.contains("in_dialplan").then_some(())
            });
        } else {
            let said = Ran::of(&mut shell, Duration::from_secs(30)).succeeded();
            assert!(!said.contains("\"error\""), "{told}: {said}");
            let is_kept = told.contains(" > ");
            assert!(is_kept || !said.is_empty(), "{told} said nothing");
        }
    }
    assert_eq!(running.len(), 2, "the server and the call");
}
