//! The configuration is read again while people call: what changes holds from the next call on,
//! what goes on is not touched, and a file that is wrong changes nothing.

use serde_json::{Value, json};

use crate::harness::{Answers, Browser, Caller, Centre, Phone, SOON, Setup, until};

/// Reloads by signal and waits for its end; how it ended.
pub(crate) fn reload_by_signal(centre: &Centre) -> &'static str {
    let count = |result| {
        let series = format!("cuptel_config_reloads_total{{result=\"{result}\"}}");
        centre.counted(&series)
    };
    let results = ["applied", "unchanged", "refused"];
    let before = results.map(count);
    centre.hang_up();
    until("the reload is over", SOON, || {
        let mut grown = results.into_iter().zip(before);
        grown.find_map(|(result, before)| (count(result) > before).then_some(result))
    })
}

fn configuration(centre: &Centre) -> Value {
    centre.get("configuration")["configuration"].take()
}

fn is_queued(attempt: &Value) -> bool {
    attempt["stage"] == "queued"
}

#[test]
fn calls_in_menu_in_queue_and_in_conversation_live_through_a_reload() {
    let centre = Centre::start(Setup {
        start: "menu",
        ..Setup::default()
    });
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let mut talks = Caller::connected(&centre, "0861555801");
    talks.press_by_info('1');
    centre.seat_works("101", "talking");
    let mut waits = Caller::connected(&centre, "0861555802");
    waits.press_by_info('1');
    let waiting = waits.call_id().to_owned();
    centre.attempt(&waiting, "the second waits", is_queued);
    let mut chooses = Caller::connected(&centre, "0861555803");
    let choosing = chooses.call_id().to_owned();
    let before = configuration(&centre);

    // Who chooses now presses 1; who calls later presses 5.
    centre.replan("1 = \"book\"", "5 = \"book\"");
    centre.reconfigure("title = \"Prenotazioni\"", "title = \"Prenotare\"");
    assert_eq!(reload_by_signal(&centre), "applied");
    let after = configuration(&centre);
    assert_ne!(after["hash"], before["hash"]);
    assert_eq!(after["failed"], Value::Null);

    chooses.press_by_info('1');
    centre.attempt(&choosing, "the old key still leads to the queue", is_queued);
    let mut later = Caller::connected(&centre, "0861555804");
    let newest = later.call_id().to_owned();
    later.press_by_info('5');
    centre.attempt(&newest, "the new key leads to the queue", is_queued);

    phone.talks(50);
    talks.ear.hears_more(50);
    waits.ear.hears_more(50);
    talks.hangs_up();
    centre.attempt(&waiting, "the next in line talks", |row| {
        row["stage"] == "talking"
    });
    for caller in [waits, chooses, later] {
        caller.hangs_up();
    }
    let stored = format!(
        "SELECT changed_by FROM config_version WHERE hash IN ('{}', '{}') ORDER BY at_ms, id",
        before["hash"].as_str().expect("a hash"),
        after["hash"].as_str().expect("a hash")
    );
    assert_eq!(centre.sql(&stored), "start\nsignal");
    centre.audit();
}

#[test]
fn a_changed_answer_max_holds_for_the_next_caller_and_drops_nobody() {
    let centre = Centre::start(Setup::default());
    let first = Caller::connected(&centre, "0861555811");
    let second = Caller::connected(&centre, "0861555812");
    centre.reconfigure("answer_max = 8", "answer_max = 1");
    assert_eq!(reload_by_signal(&centre), "applied");
    let third = Caller::call(&centre, "0861555813");
    let refused = until("the third is refused", SOON, || {
        let rows = centre.get("attempts")["attempts"].take();
        let rows = rows.as_array().expect("a list").clone();
        rows.into_iter()
            .find(|row| row["outcome"] == "refused_lines")
    });
    assert_ne!(refused["callback"], Value::Null);
    assert!(
        third.sipp.received("SIP/2.0 486 "),
        "{:?}",
        third.sipp.wire()
    );
    first.ear.hears_more(25);
    second.ear.hears_more(25);
    first.hangs_up();
    second.hangs_up();
    centre.reconfigure("answer_max = 1", "answer_max = 8");
    assert_eq!(reload_by_signal(&centre), "applied");
    Caller::connected(&centre, "0861555814").hangs_up();
    centre.audit();
}

#[test]
fn a_bad_file_changes_nothing_and_says_where_it_is_wrong() {
    let centre = Centre::start(Setup::default());
    let before = configuration(&centre);
    centre.reconfigure("wrap_up_s = 1", "wrap_up_s = -1");
    assert_eq!(reload_by_signal(&centre), "refused");
    let log = centre.log();
    let place = format!("{}:", centre.config().display());
    assert!(log.contains(&place) && log.contains("wrap_up_s"), "{log}");

    let (status, answer) = centre.post_as(&centre.token(), "reload");
    assert_eq!(status, 422);
    let fault = answer["faults"][0].as_str().expect("a fault");
    let rest = fault.strip_prefix(&place).expect("the file");
    let mut place = rest.split(':').map(|part| part.parse::<u32>().ok());
    assert!(
        matches!((place.next(), place.next()), (Some(Some(_)), Some(Some(_)))),
        "{fault}"
    );
    assert!(fault.contains("wrap_up_s"), "{fault}");

    let now = configuration(&centre);
    assert_eq!(now["hash"], before["hash"]);
    assert_eq!(now["since_ms"], before["since_ms"]);
    assert_eq!(now["failed"]["faults"][0], fault);
    // Who can mend it is told on every page; nobody else.
    assert!(!centre.page("/").contains("non è valida"));
    let admin = Browser::at(&centre);
    admin.sends("/session", &[("token", &centre.token())]);
    let page = admin.opens("/").text;
    let hash = &before["hash"].as_str().expect("a hash")[..8];
    assert!(
        page.contains(hash) && page.contains("non è valida"),
        "{page}"
    );
    Caller::connected(&centre, "0861555821").hangs_up();

    centre.reconfigure("wrap_up_s = -1", "wrap_up_s = 1");
    assert_eq!(reload_by_signal(&centre), "unchanged");
    assert_eq!(configuration(&centre), before);
    assert!(!admin.opens("/").text.contains("non è valida"));
}

#[test]
fn a_reload_through_the_api_needs_the_token() {
    let centre = Centre::start(Setup::default());
    let before = configuration(&centre);
    centre.reconfigure("title = \"Prenotazioni\"", "title = \"Prenotare\"");
    let (status, _) = centre.post_as("not the token", "reload");
    assert_eq!(status, 401);
    assert_eq!(configuration(&centre), before);
    let after = centre.post("reload", &json!({}))["configuration"].take();
    assert_ne!(after["hash"], before["hash"]);
    until("the queue has its new title", SOON, || {
        let queues = centre.get("queues");
        (queues["queues"][0]["title"] == "Prenotare").then_some(())
    });
    centre.reconfigure("title = \"ASL di Teramo\"", "title = \"ASL Teramo\"");
    let told = centre.run(&["reload"]).succeeded();
    let hash = configuration(&centre)["hash"].take();
    let hash = &hash.as_str().expect("a hash")[..8];
    let taken = format!("taken: configuration {hash} is in force since ");
    assert!(told.starts_with(&taken), "{told}");
    let told = centre.run(&["reload"]).succeeded();
    let same = format!("nothing has changed: {hash} stays in force\n");
    assert_eq!(told, same);
    assert!(centre.page("/").contains("ASL Teramo"));
}

#[test]
fn what_needs_a_restart_is_told_and_nothing_else_is_taken() {
    let centre = Centre::start(Setup::default());
    let before = configuration(&centre);
    centre.reconfigure("title = \"Prenotazioni\"", "title = \"Prenotare\"");
    centre.reconfigure("rtp_timeout_s = 60", "rtp_timeout_s = 61");
    let (status, answer) = centre.post_as(&centre.token(), "reload");
    assert_eq!(status, 422);
    let fault = answer["faults"][0].as_str().expect("a fault");
    assert!(fault.contains("needs a restart: [media]"), "{fault}");
    assert_eq!(configuration(&centre)["hash"], before["hash"]);
    let title = until("the queues are shown", SOON, || {
        let queues = centre.get("queues");
        Some(queues["queues"].get(0)?["title"].clone())
    });
    assert_eq!(title, "Prenotazioni");
}

#[test]
fn a_queue_is_removed_only_with_a_successor_that_takes_over_its_works() {
    let mut centre = Centre::start(Setup::default());
    let owed = Caller::connected(&centre, "0861555831");
    let gave_up = owed.call_id().to_owned();
    centre.attempt(&gave_up, "the first waits", is_queued);
    owed.hangs_up();
    centre.attempt(&gave_up, "the first gave up", |row| row["stage"] == "ended");
    let waits = Caller::connected(&centre, "0861555832");
    let waiting = waits.call_id().to_owned();
    centre.attempt(&waiting, "the second waits", is_queued);

    centre.reconfigure("name = \"prenotazioni\"", "name = \"cup\"");
    centre.replan("\"prenotazioni\"", "\"cup\"");
    let (status, answer) = centre.post_as(&centre.token(), "reload");
    assert_eq!(status, 422);
    let fault = answer["faults"][0].as_str().expect("a fault");
    for part in [
        "queue \"prenotazioni\"",
        "\"asl-teramo\"",
        "1 open callback and 1 call in progress",
        "replaces = [\"prenotazioni\"]",
    ] {
        assert!(fault.contains(part), "{fault}");
    }
    centre.kill();
    drop(waits);
    let told = centre.refuses_to_serve();
    assert!(told.contains("replaces = [\"prenotazioni\"]"), "{told}");

    centre.reconfigure("name = \"cup\"", "name = \"prenotazioni\"");
    centre.replan("\"cup\"", "\"prenotazioni\"");
    centre.serve();
    let waits = Caller::connected(&centre, "0861555833");
    let waiting = waits.call_id().to_owned();
    centre.attempt(&waiting, "the third waits", is_queued);
    centre.reconfigure(
        "name = \"prenotazioni\"",
        "name = \"cup\"\nreplaces = [\"prenotazioni\"]",
    );
    centre.replan("\"prenotazioni\"", "\"cup\"");
    assert_eq!(reload_by_signal(&centre), "applied");
    let moved = centre.attempt(&waiting, "the third waits on", |row| row["queue"] == "cup");
    assert_eq!(moved["stage"], "queued");
    let open_needs = "SELECT count(*) FROM callback_need n JOIN queue q ON q.id = n.queue \
        WHERE n.closed_ms IS NULL AND q.name <> 'cup'";
    assert_eq!(centre.sql(open_needs), "0");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.attempt(&waiting, "the third talks", |row| row["stage"] == "talking");
    phone.talks(1);
    waits.hangs_up();
    centre.audit();
}

#[test]
fn a_tenant_to_which_a_call_is_owed_cannot_be_removed() {
    let mut centre = Centre::start(Setup::default());
    let caller = Caller::connected(&centre, "0861555841");
    let call = caller.call_id().to_owned();
    caller.hangs_up();
    centre.attempt(&call, "the call is over", |row| row["stage"] == "ended");
    centre.reconfigure("\"asl-teramo\"", "\"asl-pescara\"");
    centre.replan("\"asl-teramo\"", "\"asl-pescara\"");
    let (status, answer) = centre.post_as(&centre.token(), "reload");
    assert_eq!(status, 422);
    let fault = answer["faults"][0].as_str().expect("a fault");
    assert!(
        fault.contains("tenant \"asl-teramo\" is gone and 1 open callback"),
        "{fault}"
    );
    centre.terminate();
    assert!(centre.stopped(SOON).success());
    let told = centre.refuses_to_serve();
    assert!(told.contains("tenant \"asl-teramo\" is gone"), "{told}");
}
