//! A storm: one line that is answered, a few for notices, and people who dial again and again.
//! What they hear is told sample by sample; what became of them is read off the API.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Answers, Caller, Centre, Phone, SOON, Setup, Sipp, until};

/// A centre with one answered line and so many for notices.
fn centre(notice_lines: u32) -> Centre {
    let mut centre = Centre::prepare(Setup {
        answer_max: 1,
        ..Setup::default()
    });
    centre.reconfigure(
        "answer_max = 1",
        &format!("answer_max = 1\nnotice_lines = {notice_lines}\nnotice_key_s = 1"),
    );
    centre.serve();
    centre
}

/// The one line is taken by somebody who waits.
fn takes_the_line(centre: &Centre) -> Caller {
    let caller = Caller::connected(centre, "0861555900");
    centre.attempt(caller.call_id(), "the line is taken", |row| {
        row["stage"] == "queued"
    });
    caller
}

fn over(centre: &Centre, call: &str) -> Value {
    centre.attempt(call, "the attempt is over", |row| row["stage"] == "ended")
}

/// Calls, hears the notice to its end and presses nothing.
fn hears_a_notice(centre: &Centre, number: &str, prompt: &str) -> Value {
    let mut caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    caller.ear.hears(prompt);
    caller.is_hung_up_on(SOON);
    over(centre, &call)
}

/// The hour of a moment by the clock of Rome, by the rule of the European Union.
fn hour_in_rome(at_ms: i64) -> String {
    let mut date = Command::new("date");
    date.env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3").args([
        "-d",
        &format!("@{}", at_ms / 1_000),
        "+%-H",
    ]);
    let said = date.output().expect("date runs").stdout;
    String::from_utf8(said).expect("digits").trim().to_owned()
}

fn refused(centre: &Centre, number: &str) -> Value {
    let arguments = ["-m", "1", "-key", "ear", "40000", "-key", "caller", number];
    let mut sipp = Sipp::calling(centre, "refused_lines", &arguments);
    sipp.went_well(SOON);
    let call = sipp.wire()[0].call_id.clone();
    over(centre, &call)
}

/// Waits until this is counted in the storm.
fn counted(centre: &Centre, what: &str, times: u32) -> Value {
    until(&format!("{times} {what}"), SOON, || {
        let storm = centre.get("snapshot")["trunks"][0]["storm"].take();
        (storm[what] == times).then_some(storm)
    })
}

#[test]
fn who_dials_again_hears_that_they_are_on_the_list_and_by_when_they_are_called() {
    let centre = centre(2);
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let first = Caller::connected(&centre, "0861555900");
    centre.attempt(first.call_id(), "the line is taken", |row| {
        row["stage"] == "talking"
    });

    let mut caller = Caller::connected(&centre, "0861555901");
    let call = caller.call_id().to_owned();
    caller.ear.hears("messa_in_lista");
    let attempt = centre.attempt(&call, "they are on the list", |row| {
        row["callback"] != Value::Null
    });
    let told = centre.get(&format!("attempts/{}", attempt["id"]))["attempt"]["promises"][0].take();
    let by_ms = told["by_ms"].as_i64().expect("a time was said");
    assert_eq!(by_ms % 900_000, 0, "{told}");
    assert!(by_ms > told["told_ms"].as_i64().expect("milliseconds"));
    caller.ear.hears(&format!("ora_{}", hour_in_rome(by_ms)));
    caller.ear.hears("conferma_richiamata");
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    assert_eq!(attempt["outcome"], "refused_lines");
    assert_eq!(attempt["sip_status"], 200);
    let debt = centre.callback_detail(&attempt["callback"]);

    let again = hears_a_notice(&centre, "0861555901", "in_lista");
    assert_eq!(again["outcome"], "refused_lines");
    let later = centre.callback_detail(&again["callback"]);
    assert_eq!(
        (&later["id"], &later["place_ms"]),
        (&debt["id"], &debt["place_ms"])
    );
    assert_eq!(
        (&later["attempts"], &later["priority_ms"]),
        (&2.into(), &0.into())
    );
    assert!(
        later["promises"][0]["by_ms"].as_i64() >= Some(by_ms),
        "{later}"
    );

    let storm = counted(&centre, "told", 1);
    assert_eq!(storm["listed"], 1, "{storm}");
    let page = centre.page("/");
    assert!(page.contains("Ondata di chiamate dal"), "{page}");
    let metrics = centre.metrics();
    assert!(
        metrics.contains("cuptel_storm{trunk=\"carrier\"} 1"),
        "{metrics}"
    );
    until("the line for notices is free again", SOON, || {
        let free = "cuptel_notice_lines_in_use{trunk=\"carrier\"} 0";
        centre.metrics().contains(free).then_some(())
    });
    let shown = centre.run(&["attempts", "show", &again["id"].to_string()]);
    assert!(shown.succeeded().contains("promises"));
    assert_eq!(centre.get("totals")["promises"]["told"], 1);
    let queues = centre.run(&["queues", "list"]).succeeded();
    assert!(queues.contains("storm on trunk carrier since "), "{queues}");
    phone.talks(25);
    first.hangs_up();
    centre.audit();
}

#[test]
fn a_key_confirms_or_declines_the_call() {
    let centre = centre(2);
    let line = takes_the_line(&centre);
    for (number, key, says, outcome, state) in [
        (
            "0861555902",
            '1',
            "richiamata_confermata",
            "callback_requested",
            "waiting",
        ),
        (
            "0861555903",
            '2',
            "senza_richiamata",
            "refused_lines",
            "closed",
        ),
    ] {
        let mut caller = Caller::connected(&centre, number);
        let call = caller.call_id().to_owned();
        caller.ear.hears("messa_in_lista");
        caller.ear.press(key);
        caller.ear.hears(says);
        caller.is_hung_up_on(SOON);
        let attempt = over(&centre, &call);
        assert_eq!(attempt["outcome"], outcome, "{attempt}");
        let debt = centre.callback_detail(&attempt["callback"]);
        assert_eq!(debt["state"], state, "{debt}");
    }
    line.hangs_up();
    centre.audit();
}

#[test]
fn who_is_on_the_list_is_taken_off_by_a_key_pressed_twice() {
    let centre = centre(2);
    let line = takes_the_line(&centre);
    hears_a_notice(&centre, "0861555909", "messa_in_lista");
    let mut caller = Caller::connected(&centre, "0861555909");
    let call = caller.call_id().to_owned();
    caller.ear.hears("in_lista");
    caller.ear.press('2');
    caller.ear.hears("conferma_rinuncia");
    caller.ear.press('2');
    caller.ear.hears("senza_richiamata");
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    let debt = centre.callback_detail(&attempt["callback"]);
    assert_eq!(debt["closed_how"], "cancelled_by_person", "{debt}");
    line.hangs_up();
    centre.audit();
}

#[test]
fn who_withholds_the_number_can_key_one_in() {
    let centre = centre(2);
    let line = takes_the_line(&centre);
    let mut caller = Caller::connected(&centre, "anonymous");
    let call = caller.call_id().to_owned();
    caller.ear.hears("non_richiamabile");
    for key in "0861555904#".chars() {
        caller.ear.press(key);
    }
    caller.ear.hears("numero_conferma");
    caller.ear.press('1');
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    assert_eq!(attempt["outcome"], "callback_requested", "{attempt}");
    let debt = centre.callback_detail(&attempt["callback"]);
    assert_eq!(debt["needs"][0]["kind"], "requested", "{debt}");
    assert_eq!(debt["attempts"], 1);
    line.hangs_up();
    centre.audit();
}

#[test]
fn another_person_at_the_number_has_a_need_in_its_one_case_or_goes_on_where_a_line_is_free() {
    let centre = centre(2);
    let line = takes_the_line(&centre);
    hears_a_notice(&centre, "0861555905", "messa_in_lista");
    let other = |says: &str| {
        let caller = Caller::connected(&centre, "0861555905");
        caller.ear.hears("in_lista");
        caller.ear.press('1');
        caller.ear.hears(says);
        caller
    };
    let mut told = other("altra_persona_in_lista");
    let call = told.call_id().to_owned();
    told.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    let debt = centre.callback_detail(&attempt["callback"]);
    let persons: Vec<&Value> = debt["needs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|need| &need["another_person"])
        .collect();
    assert_eq!(persons, [false, true], "{debt}");
    line.hangs_up();
    let waits = other("in_attesa");
    centre.attempt(waits.call_id(), "they wait", |row| row["stage"] == "queued");
    waits.hangs_up();
    centre.audit();
}

#[test]
fn without_a_line_for_notices_a_caller_is_refused_and_joins_their_case() {
    let centre = centre(1);
    let line = takes_the_line(&centre);
    let listed = hears_a_notice(&centre, "0861555906", "messa_in_lista");
    let notice = Caller::connected(&centre, "0861555907");
    let attempt = refused(&centre, "0861555906");
    assert_eq!(attempt["sip_status"], 486);
    assert_eq!(attempt["callback"], listed["callback"]);
    counted(&centre, "refused", 1);
    notice.hangs_up();
    line.hangs_up();
    centre.audit();
}

#[test]
fn forty_calls_again_keep_the_place_and_end_in_one_case() {
    let centre = centre(2);
    let line = takes_the_line(&centre);
    let first = hears_a_notice(&centre, "0861555908", "messa_in_lista");
    for _ in 0..40 {
        let caller = Caller::connected(&centre, "0861555908");
        let call = caller.call_id().to_owned();
        caller.hangs_up();
        over(&centre, &call);
    }
    let debt = centre.callback_detail(&first["callback"]);
    assert_eq!(debt["attempts"], 41);
    assert_eq!(debt["place_ms"], first["received_ms"]);
    assert_eq!(debt["needs"].as_array().map(Vec::len), Some(1));
    assert_eq!(centre.sql("SELECT count(*) FROM callback"), "1");
    line.hangs_up();
    centre.audit();
}

#[test]
fn a_reload_in_a_storm_lends_more_lines_and_leaves_the_notices_that_are_heard() {
    let centre = centre(1);
    let line = takes_the_line(&centre);
    let mut hears = Caller::connected(&centre, "0861555909");
    let call = hears.call_id().to_owned();
    refused(&centre, "0861555910");
    centre.reconfigure("notice_lines = 1", "notice_lines = 2");
    let (status, answer) = centre.post_as(&centre.token(), "reload");
    assert_eq!(status, 200, "{answer}");
    hears_a_notice(&centre, "0861555910", "in_lista");
    hears.ear.hears("conferma_richiamata");
    hears.is_hung_up_on(SOON);
    assert_eq!(over(&centre, &call)["outcome"], "refused_lines");
    line.hangs_up();
    centre.audit();
}

#[test]
fn kill_9_while_notices_are_heard_owes_each_of_them_once_and_nobody_a_better_place() {
    let mut centre = centre(3);
    let line = takes_the_line(&centre);
    let listed = hears_a_notice(&centre, "0861555911", "messa_in_lista");
    let hear: Vec<Caller> = ["0861555911", "0861555912", "anonymous"]
        .map(|number| Caller::connected(&centre, number))
        .into();
    hear[0].ear.hears("in_lista");
    hear[1].ear.hears("messa_in_lista");
    hear[2].ear.hears("non_richiamabile");
    let calls: Vec<String> = hear
        .iter()
        .map(|caller| caller.call_id().to_owned())
        .collect();
    centre.kill();
    drop((hear, line));
    centre.serve();
    let ended = |call: &String| {
        centre.old_attempt(call, "the notice is closed", |row| {
            row["outcome"] == "interrupted"
        })
    };
    let [again, new, withheld] = [&calls[0], &calls[1], &calls[2]].map(ended);
    assert_eq!(again["callback"], listed["callback"]);
    assert_eq!(withheld["suppressed"], "anonymous");
    for (attempt, attempts) in [(&again, 2), (&new, 1)] {
        let debt = centre.callback_detail(&attempt["callback"]);
        assert_eq!(
            (&debt["attempts"], &debt["priority_ms"]),
            (&attempts.into(), &0.into()),
            "{debt}"
        );
    }
    until("both are owed once", SOON, || {
        let open = "SELECT count(*) FROM callback WHERE state <> 'closed'";
        (centre.sql(open) == "3").then_some(())
    });
    centre.audit();
}
