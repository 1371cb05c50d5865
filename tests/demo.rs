//! `cuptel demo` as it is delivered: it ends by itself or when asked, its figures add up, and its
//! exit code says whether the store and the phones agree.

use std::fs::{self, File};
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Owned, Ran, SOON, repository, until};

/// The show itself, the farewells, and a machine that is busy with other tests.
const SHOW: Duration = Duration::from_secs(90);

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuptel"));
    command
        .arg("demo")
        .args(arguments)
        .current_dir(repository());
    command
}

#[test]
fn a_short_demo_ends_with_one_line_of_figures_that_add_up() {
    let mut show = demo(&["--for", "15s", "--seed", "1", "--json"]);
    let printed = Ran::of(&mut show, SHOW).succeeded();
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let figures: Value = serde_json::from_str(&printed).expect("a line of JSON");
    let count = |name: &str| {
        figures[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name} is a whole number: {figures}"))
    };
    let ends = ["served", "abandoned", "refused", "out_of_hours"].map(count);
    assert!(
        ends.iter().all(|end| *end > 0),
        "a jam, people who give up, a closed authority: {figures}"
    );
    // The rest asked to be called back, or was cut off.
    assert!(ends.iter().sum::<i64>() <= count("attempts"), "{figures}");
    let [opened, closed] = ["callbacks_opened", "callbacks_closed"].map(count);
    assert!(0 < closed && closed <= opened, "{figures}");
    assert!(
        opened <= count("attempts") - count("served"),
        "nobody who was served is owed anything: {figures}"
    );
    assert!(count("dials") > 0, "{figures}");
    assert!(
        (1..=count("refused")).contains(&count("told")),
        "notices in the jam: {figures}"
    );
    assert_eq!((count("lost"), count("double_dials")), (0, 0), "{figures}");
    assert_eq!(figures["differences"], serde_json::json!([]));
    let measure = |name: &str| {
        figures[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name} is a number: {figures}"))
    };
    assert!((0.0..1.0).contains(&measure("rtp_lost_pct")), "{figures}");
    let [median, late] = ["answer_p50_ms", "answer_p99_ms"].map(measure);
    assert!(0.0 < median && median <= late, "{figures}");
}

#[test]
fn a_demo_in_a_pipe_tells_its_story_in_plain_lines_until_it_is_stopped() {
    // Taken by us, or by somebody else already.
    let _held = TcpListener::bind("127.0.0.1:8080");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let told_to = folder.path().join("story");
    let file = File::create(&told_to).expect("a file can be made");
    let mut show = Owned::spawn(demo(&["--seed", "2"]).stdout(file));
    let story = || fs::read_to_string(&told_to).expect("the story can be read");
    let page = until("the demo says where its page is", SOON, || {
        let story = story();
        let (_, rest) = story.split_once("  page      ")?;
        rest.split_once('\n').map(|(page, _)| page.to_owned())
    });
    assert!(!page.contains(":8080/"), "{page}");
    until("the page is there", SOON, || ureq::get(&page).call().ok());
    until("somebody was refused", SHOW, || {
        story().contains("The rush is over").then_some(())
    });
    show.signal("INT");
    let status = show.end("the demo ends", SHOW);
    let story = story();
    assert!(status.success(), "{story}");
    assert!(story.contains("port 8080 is taken"), "{story}");
    assert!(
        story.contains("nobody lost, nobody dialled twice"),
        "{story}"
    );
    assert!(!story.contains(['\r', '\x1b']), "plain lines: {story:?}");
    let authorities = story.lines().filter(|line| line.starts_with("ASL "));
    assert!(authorities.count() >= 4, "{story}");
}
