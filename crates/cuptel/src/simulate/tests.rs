//! Scenarios as files: the delivered ones, mistakes, and figures that follow from what they say.

use std::fs;
use std::path::{Path, PathBuf};

use cuptel_core::calendar::moment;
use cuptel_core::id::{AttemptId, LineId, NumberId, QueueId, TenantId, TrunkId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{AttemptRow, NumberRow, Record};
use cuptel_core::words::{NumberClass, Outcome as CallOutcome, Party, Stage};
use cuptel_sim::whatif::Outcome;
use cuptel_sim::whatif::scenario::{Arrivals, Callers};
use cuptel_store::{Access, Batch, Names};

use super::report::Report;
use super::scenario::{Draft, load};
use super::svg::drawn;
use super::{Seeds, campaigns, compare, stored};
use crate::config::secret::Secret;
use crate::config::source::ConfigFault;
use crate::serve::runtime;

const SMALL: &str = r#"
name = "Small"
begins = "2026-11-23T08:00:00+01:00"
lasts_min = 60
settles_min = 60
seeds = 3
[[queue]]
name = "bookings"
wrap_up_s = 10
[[callers]]
queue = "bookings"
per_quarter = [20, 20, 20, 20]
[[operators]]
site = "here"
count = 8
"#;

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/scenarios")
}

fn read(text: &str) -> Result<Draft, Vec<ConfigFault>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    fs::write(&path, text).unwrap();
    load(&path)
}

/// What is wrong with a text, with line and column.
fn faults(text: &str) -> Vec<String> {
    let faults = read(text).map(|_| ()).unwrap_err();
    let told = faults.iter().map(ToString::to_string);
    let place = |told: String| {
        told.split_once("scenario.toml:")
            .map(|(_, rest)| rest.to_owned())
    };
    told.filter_map(place).collect()
}

fn simulated(draft: &Draft, runs: u64) -> Vec<Outcome> {
    let outcomes = Seeds { first: 1, runs }.simulate(&draft.scenario);
    for outcome in &outcomes {
        assert_eq!(outcome.violations, 0, "{}", draft.name);
    }
    outcomes
}

/// A delivered scenario, its first hour alone.
fn first_hour(name: &str) -> (Draft, Report) {
    let mut draft = load(&scenarios().join(name)).unwrap();
    draft.scenario.lasts_s = 3_600;
    draft.scenario.settles_s = 1_800;
    let outcomes = simulated(&draft, 2);
    let report = Report::of(&draft, 1, &outcomes);
    (draft, report)
}

fn mean(report: &Report, key: &str) -> f64 {
    let told = report.groups[0].get(key).unwrap();
    told.estimate.unwrap().mean
}

#[test]
fn every_delivered_scenario_is_lived_through() {
    for entry in fs::read_dir(scenarios()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (_, report) = first_hour(&name);
        assert!(mean(&report, "answered") > 50.0, "{name}");
        assert!(mean(&report, "calls") >= mean(&report, "persons"), "{name}");
        assert!(report.hours.len() == 1, "{name}");
    }
}

#[test]
fn a_site_that_is_cut_off_costs_answers_and_cuts_nobody_off_for_good() {
    let mut draft = load(&scenarios().join("laquila.toml")).unwrap();
    draft.scenario.lasts_s = 3 * 3_600;
    let with = Report::of(&draft, 1, &simulated(&draft, 2));
    draft.scenario.outages.clear();
    let without = Report::of(&draft, 1, &simulated(&draft, 2));
    let in_time = "level_contract_90_s";
    assert!(mean(&with, in_time) + 0.1 < mean(&without, in_time));
    assert!(mean(&with, "abandoned") > mean(&without, "abandoned"));
}

#[test]
fn who_was_cut_off_works_on_when_the_site_is_back() {
    let mut draft = load(&scenarios().join("laquila.toml")).unwrap();
    draft.scenario.outages[0].lasts.to_s = draft.scenario.outages[0].lasts.from_s + 900;
    let short = Report::of(&draft, 1, &simulated(&draft, 2));
    draft.scenario.outages.clear();
    let without = Report::of(&draft, 1, &simulated(&draft, 2));
    let hours = |report: &Report| report.operators[0].hours.unwrap().mean;
    // Fourteen operators are away for a quarter of an hour, and for the minute in which they notice.
    let lost_h = hours(&without) - hours(&short);
    assert!((0.0..14.0 * 0.35).contains(&lost_h), "{lost_h}");
}

#[test]
fn what_some_operators_need_costs_time_and_is_granted() {
    let needs =
        "count = 8\nprofile = { share = 0.5, wrap_up_s = 600, break_after = 1, break_s = 60 }";
    let granted = read(&SMALL.replace("count = 8", needs)).unwrap();
    let whole = granted.scenario.operators[0].accommodation.clone().unwrap();
    let who: Vec<bool> = (0..8).map(|nth| whole.holds_for(nth)).collect();
    assert_eq!(who.iter().filter(|it| **it).count(), 4, "{who:?}");
    let spared = Report::of(&granted, 1, &simulated(&granted, 3));
    let plain = read(SMALL).unwrap();
    let others = Report::of(&plain, 1, &simulated(&plain, 3));
    let busy = |report: &Report| report.operators[0].occupancy.unwrap().mean;
    let hours = |report: &Report| report.operators[0].hours.unwrap().mean;
    assert!(busy(&spared) > busy(&others) + 0.05);
    assert!(hours(&spared) < hours(&others), "their breaks are no work");
}

#[test]
fn every_way_to_hand_out_works_meets_the_same_people() {
    let draft = read(SMALL).unwrap();
    let seeds = Seeds { first: 1, runs: 3 };
    let met = std::cell::RefCell::new(Vec::new());
    let compared = compare::compared(&draft, |scenario| {
        let outcomes = seeds.simulate(scenario);
        let people = |it: &Outcome| it.callers.iter().map(|tally| tally.persons).sum::<u64>();
        met.borrow_mut()
            .push(outcomes.iter().map(people).collect::<Vec<_>>());
        outcomes
    });
    let met = met.into_inner();
    assert!(met.iter().all(|people| *people == met[0]), "{met:?}");
    assert_eq!(compared.len(), 4);
    for one in &compared {
        assert_eq!(one.violations, 0);
        let in_target = &one.cells[0];
        assert!(in_target.estimate.is_some_and(|it| it.mean > 0.5));
    }
    assert!(compared[0].cells.iter().all(|cell| !cell.differs()));
}

/// A database with the calls of a day: whose, for which queue, by whom, when.
fn stored_day(folder: &Path, calls: &[(Option<&str>, i64, &str)]) -> Secret {
    let url = format!("sqlite://{}/cuptel.db", folder.display());
    let names = Names {
        tenants: vec!["asl-teramo".into()],
        lines: vec!["+390861000000".into()],
        trunks: vec!["carrier".into()],
        queues: vec![
            ("asl-teramo".into(), "prenotazioni".into()),
            ("asl-teramo".into(), "disdette".into()),
        ],
        sites: Vec::new(),
    };
    let mut records = Vec::new();
    for (seq, (queue, number, at)) in (1..).zip(calls) {
        let queue = queue.map(|name| if name == "prenotazioni" { 1 } else { 2 });
        records.push(Record::Number(NumberRow {
            id: NumberId(*number),
            e164: Some(PhoneNumber::parse_e164(&format!("+39333000{number:04}")).unwrap()),
            raw: String::new(),
            class: NumberClass::Mobile,
            seen_ms: 0,
        }));
        records.push(Record::Attempt(Box::new(AttemptRow {
            id: AttemptId(100 + seq),
            arrival_seq: seq,
            tenant: Some(TenantId(1)),
            line: Some(LineId(1)),
            trunk: Some(TrunkId(1)),
            number: Some(NumberId(*number)),
            class: NumberClass::Mobile,
            sip_call_id: format!("call-{seq}"),
            stage: Stage::Ended,
            received_ms: moment::parse(at).unwrap(),
            answered_ms: None,
            queued_ms: None,
            talking_ms: None,
            ended_ms: moment::parse(at),
            outcome: Some(CallOutcome::AbandonedMenu),
            sip_status: Some(200),
            reason: None,
            ended_by: Some(Party::Caller),
            queue: queue.map(QueueId),
            seat: None,
            operator: None,
            disposition: None,
            callback: None,
            suppressed: None,
            nth: None,
            prior: None,
        })));
    }
    runtime().unwrap().block_on(async {
        let store = cuptel_store::open(&url, Access::Serve).await.unwrap();
        store.intern(&names).await.unwrap();
        store.begin().await.unwrap();
        let batch = Batch {
            last_seq: 1,
            records,
        };
        store.writer().commit(&mut vec![batch]).await.unwrap();
        store.close().await.unwrap();
    });
    Secret::parse(&url)
}

#[test]
fn a_stored_day_says_how_many_call_and_the_scenario_what_they_are_like() {
    let folder = tempfile::tempdir().unwrap();
    let url = stored_day(
        folder.path(),
        &[
            (None, 1, "2026-11-25T08:00:00+01:00"),
            (Some("disdette"), 1, "2026-11-25T08:20:00+01:00"),
            (Some("disdette"), 2, "2026-11-25T08:20:00+01:00"),
            (Some("disdette"), 3, "2026-11-25T08:29:59+01:00"),
            (Some("prenotazioni"), 4, "2026-11-25T07:59:59+01:00"),
            (Some("prenotazioni"), 5, "2026-11-24T08:00:00+01:00"),
        ],
    );
    let mut draft = load(&scenarios().join("monday.toml")).unwrap();
    let said = draft.scenario.callers.clone();
    draft.data_url = Some(url);
    stored::take(&mut draft, "2026-11-25").unwrap();
    let [booking, cancelling] = &draft.scenario.callers[..] else {
        panic!("two queues were called: {:?}", draft.scenario.callers);
    };
    let quarters = |callers: &Callers| match &callers.arrivals {
        Arrivals::PerQuarter(people) => people.clone(),
        arrivals @ (Arrivals::Recorded(_) | Arrivals::Listed(_)) => panic!("{arrivals:?}"),
    };
    assert_eq!(quarters(booking)[..3], [1.0, 0.0, 0.0], "the missed queue");
    assert_eq!(quarters(cancelling)[..3], [0.0, 2.0, 0.0]);
    assert_eq!(quarters(booking).len(), draft.scenario.quarters());
    assert_eq!(cancelling.talks, said[1].talks);
    let empty = stored::take(&mut draft, "2026-11-26").unwrap_err();
    assert!(empty.to_string().contains("nobody called on 2026-11-26"));
}

#[test]
fn the_same_seeds_give_the_same_figures_whatever_the_threads() {
    let draft = read(SMALL).unwrap();
    let told = || {
        Report::of(&draft, 1, &simulated(&draft, 3))
            .json()
            .to_string()
    };
    assert_eq!(told(), told());
}

#[test]
fn a_small_centre_needs_no_configuration() {
    let draft = read(SMALL).unwrap();
    let report = Report::of(&draft, 1, &simulated(&draft, 3));
    assert!((60.0..100.0).contains(&mean(&report, "persons")));
    assert!(mean(&report, "helped_share") > 0.5);
    let occupancy = report.operators[0].occupancy.unwrap().mean;
    assert!((0.2..1.0).contains(&occupancy), "{occupancy}");
}

#[test]
fn the_picture_says_in_words_what_it_shows() {
    let draft = read(&SMALL.replace("\"Small\"", "\"A < B & C\"")).unwrap();
    let picture = drawn(&Report::of(&draft, 1, &simulated(&draft, 2)));
    for expected in [
        "<title id=\"title\">A &lt; B &amp; C: calls hour by hour</title>",
        "<desc id=\"desc\">Calls of each hour, 2 runs:",
        "08:00: ",
        "<polyline",
    ] {
        assert!(picture.contains(expected), "{expected} in {picture}");
    }
    assert!(!picture.contains("A < B"));
}

#[test]
fn mistakes_are_told_with_line_and_column() {
    for (was, is, expected) in [
        (
            "lasts_min = 60",
            "lasts_min = 50",
            "4:1: `lasts_min`: expected a multiple of 15",
        ),
        (
            "lasts_min",
            "last_min",
            "4:1: unknown key \"last_min\": did you mean \"lasts_min\"?",
        ),
        (
            "queue = \"bookings\"",
            "queue = \"booking\"",
            "11:9: unknown queue \"booking\": did you mean \"bookings\"?",
        ),
        (
            "[20, 20, 20, 20]",
            "[20, 20, 20, 20, 20]",
            "12:15: `per_quarter` reaches beyond the hours of the scenario: expected as many quarters of an hour as fit",
        ),
        (
            "count = 8",
            "count = 0",
            "15:9: `count` is 0: expected a whole number from 1 to 10000",
        ),
        (
            "count = 8",
            "count = 8\nshift = \"8-12\"",
            "16:9: `shift`: expected hours of a day, like \"08:00-14:00\"",
        ),
        (
            "T08:00:00+01:00",
            " 08:00",
            "3:10: `begins`: expected a time with its zone on a full quarter of an hour, like \"2026-11-23T08:00:00+01:00\"",
        ),
        (
            "count = 8",
            "count = 8\nskills = { magic = 1 }",
            "16:12: unknown skill \"magic\": there is none to name here",
        ),
    ] {
        let found = faults(&SMALL.replace(was, is));
        assert!(
            found.contains(&expected.to_owned()),
            "{expected} in {found:#?}"
        );
    }
}

#[test]
fn a_time_is_told_in_one_way() {
    let said = |talks: &str| {
        let text = SMALL.replace("[[operators]]", &format!("talks = {talks}\n[[operators]]"));
        faults(&text).len()
    };
    assert_eq!(said("{ fixed_s = 3, exponential_s = 4 }"), 1);
    assert_eq!(said("{ lognormal_s = 3 }"), 1);
    assert_eq!(said("{ }"), 1);
}

/// The small centre with a day as it was in place of its callers.
fn with_a_day(day: &str) -> Result<Draft, Vec<ConfigFault>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    let begin = SMALL.find("[[callers]]").unwrap();
    let end = SMALL.find("[[operators]]").unwrap();
    let text = format!(
        "recorded = \"day.csv\"\n{}[caller_defaults]\npatience = \"endless\"\n{}",
        &SMALL[..begin],
        &SMALL[end..]
    );
    fs::write(&path, text).unwrap();
    fs::write(folder.path().join("day.csv"), day).unwrap();
    load(&path)
}

#[test]
fn a_recorded_day_is_called_again_by_the_same_people() {
    // Two people; the second call of the first is not made, because they were served before.
    let draft = with_a_day(
        "time,tenant,queue,person\n\
         2026-11-23T08:00:05+01:00,plain,bookings,one\n\
         2026-11-23T08:40:00+01:00,plain,bookings,one\n\
         2026-11-23T08:10:00+01:00,plain,,two\n",
    )
    .unwrap();
    let report = Report::of(&draft, 1, &simulated(&draft, 2));
    for (key, expected) in [("persons", 2.0), ("calls", 2.0), ("answered", 2.0)] {
        assert_eq!(mean(&report, key), expected, "{key}");
    }
}

#[test]
fn a_recorded_day_is_told_its_mistakes_by_line() {
    let faults = with_a_day(
        "time,tenant,queue,person\n\
         yesterday,plain,bookings,one\n\
         2026-11-23T09:00:00+01:00,plain,bookings,one\n\
         2026-11-23T08:10:00+01:00,plane,,two\n",
    )
    .unwrap_err();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for (line, expected) in [
        (0, "day.csv:2:1: expected a time with its zone"),
        (1, "day.csv:3:1: outside the hours of the scenario"),
        (
            2,
            "day.csv:4:27: unknown tenant \"plane\": expected one of plain",
        ),
    ] {
        assert!(told[line].contains(expected), "{told:#?}");
    }
}

#[test]
fn a_campaign_is_lived_through_and_told_beside_the_day_without_it() {
    let campaign = "[[campaign]]\nname = \"cardiology\"\nqueue = \"bookings\"\npeople = 30\npace = 6\n\
        picks_up = { share = 1.0, busy = 0.0, after = { fixed_s = 5 } }\n";
    let plain = read(SMALL).unwrap();
    let draft = read(&format!("{SMALL}{campaign}")).unwrap();
    let seeds = Seeds { first: 7, runs: 3 };
    let with = seeds.simulate(&draft.scenario);
    let forecast = campaigns::forecast(&draft, &with, |scenario| seeds.simulate(scenario));
    let json = forecast.unwrap().json();
    let told = &json["campaigns"][0];
    assert_eq!(told["name"], "cardiology");
    assert_eq!(told["reached"]["mean"], 30.0);
    assert_eq!(told["over_in_runs"], 3);
    let over_s = told["over_s"]["mean"].as_f64().unwrap();
    // Thirty calls of four minutes by eight who also take callers, six at a time.
    assert!((600.0..7_200.0).contains(&over_s), "{over_s}");
    let hours = |nth: usize| json["callers"][nth]["busy_hours"]["mean"].as_f64().unwrap();
    assert!(hours(1) - hours(0) > 1.0, "{} {}", hours(0), hours(1));
    assert!(
        json["more_operators"].is_u64(),
        "{}",
        json["more_operators"]
    );
    // Whoever calls is the same with and without: only the campaign is told apart.
    let alone = Report::of(&plain, 7, &seeds.simulate(&plain.scenario));
    let calls = alone.json()["calls_simulated"].clone();
    let without = json["callers"][0]["figures"]["in_target"]["value"].clone();
    let all = &alone.json()["groups"][0]["figures"];
    assert_eq!(without, all["level_contract_20_s"]);
    assert!(calls.as_u64() > Some(0));
    assert!(campaigns::forecast(&plain, &with, |scenario| seeds.simulate(scenario)).is_none());
}

#[test]
fn a_seat_that_missed_a_caller_has_the_next_one() {
    let draft = read(&format!("{SMALL}misses = 0.2\n")).unwrap();
    let seeds = Seeds { first: 7, runs: 3 };
    let report = Report::of(&draft, 7, &seeds.simulate(&draft.scenario)).json();
    let figures = &report["groups"][0]["figures"];
    let mean = |key: &str| figures[key]["mean"].as_f64().unwrap();
    assert!(mean("answered") > 0.75 * mean("calls"), "{figures}");
}

#[test]
fn a_campaign_of_a_scenario_is_checked_as_everything_else() {
    let told = faults(&format!(
        "{SMALL}[[campaign]]\nname = \"x\"\nqueue = \"nothing\"\npeople = 0\npace = 5\n"
    ));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|it| it.contains("people")), "{told:?}");
    assert!(told.iter().any(|it| it.contains("queue")), "{told:?}");
}
