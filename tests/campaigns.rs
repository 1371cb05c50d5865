//! A recall campaign from its list to its results: who is reached, who is busy, a pause, a process that
//! dies in the middle, the end; and a long list in little memory.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answers, Carrier, Centre, Phone, Ran, SOON, Setup, repository, until};

/// What a long list may take on a busy machine.
const IMPORT_TIME: Duration = Duration::from_secs(180);
const NAME: &str = "cardiologia";
const REACHED: &str = "0861555301";
const BUSY: &str = "0861555302";
const HELD: &str = "0861555303";
const MARKED: &str = "0861555304";

fn list(centre: &Centre, name: &str, text: &str) -> String {
    let file = centre.folder().join(name);
    fs::write(&file, text).expect("the file can be written");
    file.display().to_string()
}

fn import(centre: &Centre, file: &str, more: &[&str]) -> Ran {
    let told = ["import", "campaign", file, "--name", NAME];
    let whose = ["--tenant", "asl-teramo", "--queue", "prenotazioni"];
    centre.run_within(IMPORT_TIME, &[&told[..], &whose, more].concat())
}

fn does(centre: &Centre, what: &str, state: &str) -> String {
    let shown = centre.run(&["campaigns", what, NAME]).succeeded();
    assert!(shown.contains(state), "{shown}");
    shown
}

/// How many of its people stand how, once it is so.
fn counts(centre: &Centre, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    until(what, SOON, || {
        let campaign = centre.get(&format!("campaigns/{NAME}"));
        let counts = campaign["campaign"]["counts"].clone();
        wanted(&counts).then_some(counts)
    })
}

/// Three who can be called, and three lines that cannot be taken.
fn long_list(centre: &Centre) -> String {
    let lines = format!(
        "number;note;ref\n{REACHED};visita del 3;A-1\n{BUSY};;A-2\n{HELD};;A-3\n{MARKED};;A-4\n112;;A-5\n{REACHED};;A-6\n"
    );
    centre.run(&["numbers", "do-not-call", MARKED]).succeeded();
    list(centre, "list.csv", &lines)
}

#[test]
fn who_cannot_be_called_is_left_out_and_named_or_nothing_is_taken() {
    let centre = Centre::start(Setup::default());
    let file = long_list(&centre);
    let dry = import(&centre, &file, &["--dry-run"]).succeeded();
    for said in [
        "line 5: left out, the number is marked",
        "line 6: left out, a number of that kind",
        "line 7: left out, the same number as line 2",
        "3 people would be taken",
    ] {
        assert!(dry.contains(said), "{said}: {dry}");
    }
    import(&centre, &file, &["--strict"]).failed_with(1);
    import(&centre, &file, &["--dry-run", "--strict"]).failed_with(1);
    for (wrong, told) in [
        (["--window", "domani"], "are no hours"),
        (
            ["--ends", "2020-01-01T08:00:00+01:00"],
            "over before anybody",
        ),
        (["--pace", "0"], "the pace is"),
    ] {
        let refused = import(&centre, &file, &[&["--dry-run"], &wrong[..]].concat()).failed();
        assert!(refused.contains(told), "{refused}");
    }
    assert_eq!(centre.sql("SELECT count(*) FROM campaign"), "0");
    let told = import(&centre, &file, &["--by", "Carla"]).succeeded();
    assert!(told.contains("next: cuptel campaigns start"), "{told}");
    let shown = does(&centre, "show", "ready");
    assert!(shown.contains("left_out             3"), "{shown}");
    let again = import(&centre, &file, &[]).failed();
    assert!(again.contains("already"), "{again}");
    centre.audit();
}

#[test]
fn a_list_is_called_a_few_at_a_time_over_a_crash_and_its_results_are_exported() {
    let mut centre = Centre::start(Setup::default());
    let file = long_list(&centre);
    let more = ["--pace", "1", "--note", "agenda spostata"];
    import(&centre, &file, &more).succeeded();
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let mut carrier = Carrier::with(&centre, "person_answers");
    does(&centre, "start", "runs:");
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861555301@"), "{invite}");
    does(&centre, "pause", "paused");
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    let is_one = |key: &'static str| move |counts: &Value| counts[key] == 1;
    let one = counts(&centre, "a conversation counts", is_one("reached"));
    assert_eq!((&one["waiting"], &one["released"]), (&json!(2), &json!(0)));

    centre.kill();
    let mut carrier = Carrier::with(&centre, "person_is_busy");
    centre.serve();
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let list = centre.run(&["campaigns", "list"]).succeeded();
    assert!(list.contains("paused"), "{list}");
    let wrong = centre.run(&["campaigns", "start", NAME]).failed();
    let resume = "is paused; next: cuptel campaigns resume NAME";
    assert!(wrong.contains(resume), "{wrong}");
    does(&centre, "resume", "runs:");
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861555302@"), "{invite}");
    carrier.sipp.went_well(SOON);
    drop(phone);
    let busy = counts(&centre, "busy is no result", is_one("released"));
    assert_eq!((&busy["waiting"], &busy["reached"]), (&json!(1), &json!(1)));
    let page = centre.page("/");
    assert!(
        page.contains("cardiologia") && page.contains("in corso"),
        "{page}"
    );
    let series =
        "cuptel_campaign_entries{tenant=\"asl-teramo\",campaign=\"cardiologia\",state=\"waiting\"}";
    assert_eq!(centre.counted(series), 1);

    let day = repository().join("config/scenarios/monday.toml");
    let day = day.to_str().expect("a path in UTF-8");
    let forecast = ["campaigns", "forecast", NAME, "--scenario", day];
    let told = centre.run_within(IMPORT_TIME, &forecast).succeeded();
    assert!(
        told.contains("cardiologia") && told.contains("without campaigns"),
        "{told}"
    );

    does(&centre, "end", "ended");
    counts(&centre, "who was tried is withdrawn", is_one("withdrawn"));
    let export = centre.run(&["campaigns", "export", NAME]).succeeded();
    let ends = [
        "+39…301,A-1,reached",
        "+39…302,A-2,withdrawn",
        "+39…303,A-3,not_called",
    ];
    assert!(ends.iter().all(|end| export.contains(end)), "{export}");
    assert!(!export.contains("861555"), "{export}");
    let full = centre
        .run(&["campaigns", "export", NAME, "--full"])
        .succeeded();
    assert!(full.contains("+390861555303"), "{full}");
    assert!(!centre.log().contains("861555"), "{}", centre.log());
    assert_eq!(centre.sql("SELECT count(*) FROM dial"), "2");
    centre.audit();
}

#[test]
fn of_an_import_that_is_cut_off_nobody_is_called() {
    let mut centre = Centre::start(Setup::default());
    let broken = list(
        &centre,
        "broken.csv",
        &format!("number,note\n{REACHED},a\n{BUSY}\n"),
    );
    let told = import(&centre, &broken, &[]).failed();
    assert!(
        told.contains("broken at line 3") && told.contains("columns"),
        "{told}"
    );
    assert_eq!(centre.sql("SELECT count(*) FROM campaign"), "0");
    // As an import does whose process dies before the last step.
    centre.post(
        "campaigns",
        &json!({ "name": NAME, "tenant": "asl-teramo", "queue": "prenotazioni" }),
    );
    let entries = json!({ "entries": [{ "line": 2, "number": REACHED }] });
    centre.post(&format!("campaigns/{NAME}/entries"), &entries);
    let told = centre.run(&["campaigns", "start", NAME]).failed();
    assert!(told.contains("is loading"), "{told}");
    centre.kill();
    centre.serve();
    let discarded = until("the start discards it", SOON, || {
        let campaign = centre.get(&format!("campaigns/{NAME}"))["campaign"].take();
        (campaign["ended_how"] == "discarded").then_some(campaign)
    });
    assert_eq!(discarded["counts"]["not_called"], 1);
    let file = list(&centre, "list.csv", &format!("number\n{REACHED}\n"));
    import(&centre, &file, &[]).succeeded();
    assert_eq!(centre.sql("SELECT count(*) FROM callback"), "0");
    centre.audit();
}

/// The most memory that a process had, in MiB.
fn peak_mib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok()).expect("a size") / 1_024
}

/// Memory that a list of a hundred thousand may cost the server: its numbers by eight bytes, and what a
/// chunk takes on its way; the rows themselves would be five times as much.
const GROWTH_MAX_MIB: u64 = 64;

#[test]
fn a_hundred_thousand_lines_are_taken_in_little_memory() {
    let centre = Centre::start(Setup::default());
    let mut lines = "number,note,ref\n".to_owned();
    for n in 0..100_000 {
        writeln!(lines, "08615{n:06},visita cardiologica spostata,A-{n}").expect("it is text");
    }
    let file = list(&centre, "long.csv", &lines);
    let before_mib = peak_mib(centre.process());
    let told = import(&centre, &file, &["--json"]).succeeded();
    let told: Value = serde_json::from_str(&told).expect("one line of JSON");
    assert_eq!(
        (&told["taken"], &told["left_out"]),
        (&json!(100_000), &json!([]))
    );
    let grown_mib = peak_mib(centre.process()) - before_mib;
    assert!(grown_mib <= GROWTH_MAX_MIB, "it grew by {grown_mib} MiB");
    let entries = "SELECT count(*) FROM campaign_entry WHERE state = 'waiting'";
    assert_eq!(centre.sql(entries), "100000");
    does(&centre, "start", "runs:");
    counts(&centre, "as many as the pace says", |counts| {
        counts["released"] == 50
    });
    let grown_mib = peak_mib(centre.process()) - before_mib;
    assert!(grown_mib <= GROWTH_MAX_MIB, "it grew by {grown_mib} MiB");
    centre.audit();
}

#[test]
fn the_people_of_a_list_see_its_number_and_press_a_key_for_an_operator() {
    let mut centre = Centre::prepare(Setup::default());
    centre.replan(
        "[\"+390861000000\"]",
        "[\"+390861000000\", \"+390861000055\"]",
    );
    centre.serve();
    let file = list(&centre, "first.csv", &format!("number\n{REACHED}\n"));
    let first = ["--order", "person_first", "--cli"];
    let foreign = import(&centre, &file, &[&first[..], &["+390699999999"]].concat()).failed();
    assert!(foreign.contains("no dialplan of its tenant"), "{foreign}");
    let reminds = ["--kind", "reminder", "--order", "operator_first"];
    let reminds = import(&centre, &file, &reminds).failed();
    assert!(reminds.contains("person_first"), "{reminds}");
    assert_eq!(centre.sql("SELECT count(*) FROM campaign"), "0");
    import(&centre, &file, &[&first[..], &["+390861000055"]].concat()).succeeded();
    let shown = centre.run(&["campaigns", "show", NAME]).succeeded();
    for told in ["person_first", "+390861000055"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let mut carrier = Carrier::with(&centre, "person_answers");
    does(&centre, "start", "runs:");
    let invite = carrier.invited();
    let from = invite.lines().find(|line| line.starts_with("From:"));
    assert!(
        from.is_some_and(|it| it.contains("sip:+390861000055@")),
        "{invite}"
    );
    carrier.ear.hears("chiamata_nostra");
    carrier.ear.press('1');
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    counts(&centre, "the conversation counts", |counts| {
        counts["reached"] == 1
    });
    let dial = "SELECT count(*) FROM dial WHERE who_first = 'person_first'";
    assert_eq!(centre.sql(dial), "1");
    centre.audit();
}
