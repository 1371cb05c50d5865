//! Seats that do not take a call, and seats and callers that vanish: nobody loses their place,
//! and every end has the attempt's outcome and the callback that belong to it.

use serde_json::{Value, json};

use crate::harness::{
    Answers, Caller, Centre, Datagrams, Message, Phone, SOON, ScriptedPhone, Setup, Sipp, until,
};

/// How many callbacks have a better place than their first attempt gives them.
const WITH_PRIORITY: &str = "SELECT count(*) FROM callback WHERE priority_ms > 0";

/// A centre that misses silent media after two seconds, with these changes to its configuration.
fn centre_with(changes: &[(&str, &str)]) -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("rtp_timeout_s = 60", "rtp_timeout_s = 2");
    for (old, new) in changes {
        centre.reconfigure(old, new);
    }
    centre.serve();
    centre
}

/// A caller of this number who waits in the queue, and their SIP call.
fn waiting(centre: &Centre, number: &str) -> (Caller, String) {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", is_queued);
    (caller, call)
}

/// A phone that is answered at once, with its operator signed in.
fn staffed(centre: &Centre, seat: &str) -> Phone {
    let phone = Phone::registered(centre, seat, Answers::AtOnce);
    centre.sign_in(seat, operator_of(seat));
    phone
}

fn operator_of(seat: &str) -> &'static str {
    if seat == "101" {
        "Anna Esempio"
    } else {
        "Bruno Esempio"
    }
}

/// The seats that were offered a call, and what became of each offer.
fn offers(centre: &Centre) -> String {
    let in_order = "SELECT seat.name || ' ' || offer.state \
        FROM offer JOIN seat ON seat.id = offer.seat ORDER BY offer.id";
    centre.sql(in_order).replace('\n', ", ")
}

#[test]
fn a_caller_whose_operators_phone_dies_hears_that_we_reconnect_and_goes_before_everyone() {
    let centre = centre_with(&[("grace_s = 1", "grace_s = 600")]);
    // An open case holds an older place for Lucia than Mario will have.
    let (lucia, call) = waiting(&centre, "0861555501");
    lucia.hangs_up();
    centre.attempt(&call, "Lucia gave up", is_ended);
    let (mario, mario_call) = waiting(&centre, "3385550502");
    let doomed = staffed(&centre, "101");
    doomed.talks(25);
    let (lucia, lucia_call) = waiting(&centre, "0861555501");

    doomed.dies();
    mario.ear.hears("riconnessione");
    centre.attempt(&mario_call, "Mario waits again", is_queued);
    let phone = staffed(&centre, "102");
    centre.attempt(&mario_call, "Mario goes before Lucia", is_talking);
    phone.talks(25);
    mario.ear.hears_sound();
    mario.hangs_up();
    let served = centre.attempt(&mario_call, "Mario is served", is_ended);
    assert_eq!(served["outcome"], "served");
    assert_eq!(served["operator"], "Bruno Esempio");
    assert_eq!(served["callback"], Value::Null);
    centre.attempt(&lucia_call, "then Lucia", is_talking);
    lucia.hangs_up();
    centre.attempt(&lucia_call, "Lucia is served", is_ended);
    centre.audit();
}

#[test]
fn a_caller_who_is_not_reconnected_was_interrupted_and_is_owed_a_priority_callback() {
    let centre = centre_with(&[]);
    let (caller, call) = waiting(&centre, "0861555503");
    let doomed = staffed(&centre, "101");
    doomed.talks(25);
    doomed.dies();
    caller.ear.hears("riconnessione");
    caller.hangs_up();
    let attempt = centre.attempt(&call, "the caller gave up", is_ended);
    assert_eq!(attempt["outcome"], "interrupted");
    let callback = centre.callback("the debt", |row| row["id"] == attempt["callback"]);
    assert_eq!(callback["state"], "waiting");
    assert_eq!(centre.sql("SELECT kind FROM callback_need"), "interrupted");
    assert_eq!(centre.sql(WITH_PRIORITY), "1");
    centre.audit();
}

#[test]
fn an_operators_phone_that_sends_no_voice_at_all_does_not_keep_the_caller() {
    let centre = centre_with(&[]);
    let (caller, call) = waiting(&centre, "0861555504");
    let mut dumb = ScriptedPhone::registered(&centre, "101", "seat_without_voice", &["-m", "1"]);
    centre.sign_in("101", "Anna Esempio");
    centre.attempt(&call, "the phone has picked up", is_talking);
    caller.ear.hears("riconnessione");
    dumb.sipp.went_well(SOON);
    let phone = staffed(&centre, "102");
    centre.attempt(&call, "another operator has the caller", |row| {
        row["stage"] == "talking" && row["operator"] == "Bruno Esempio"
    });
    phone.talks(25);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

#[test]
fn a_phone_that_refuses_costs_the_caller_no_place_and_rests_as_long_as_its_answer_says() {
    for (status, state, delay) in [
        ("603", "rejected", "reject_delay_s"),
        ("486", "busy", "busy_delay_s"),
        ("480", "no_answer", "no_answer_delay_s"),
    ] {
        let centre = centre_with(&[(&format!("{delay} = 1"), &format!("{delay} = 3"))]);
        let (first, first_call) = waiting(&centre, "0861555505");
        let (second, _) = waiting(&centre, "0861555506");
        let _refuses = ScriptedPhone::refusing(&centre, "101", status);
        centre.sign_in("101", "Anna Esempio");
        // The first is not offered to it again: the next offer is the second's.
        let both = "SELECT CASE WHEN count(*) >= 2 THEN 'both' END FROM offer WHERE ended_ms > 0";
        centre.wait_for_sql(both, "both");
        assert_eq!(offers(&centre), format!("101 {state}, 101 {state}"));
        let rested = "SELECT count(DISTINCT attempt) FROM offer \
            HAVING max(offered_ms) - min(ended_ms) BETWEEN 3000 AND 9000";
        assert_eq!(centre.sql(rested), "2", "{status}");

        let phone = staffed(&centre, "102");
        centre.attempt(&first_call, "the first is served first", is_talking);
        phone.talks(1);
        first.hangs_up();
        second.hangs_up();
        centre.audit();
    }
}

#[test]
fn a_seat_responds_no_more_only_after_so_many_misses_in_a_row() {
    let centre = centre_with(&[
        (
            "no_answer_delay_s = 1",
            "no_answer_delay_s = 1\nmisses_max = 2",
        ),
        ("ring_s = 4", "ring_s = 1"),
    ]);
    let (first, _) = waiting(&centre, "0861555507");
    let (second, _) = waiting(&centre, "0861555508");
    let _absent = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", "Anna Esempio");
    centre.seat_works("101", "not_responding");
    assert_eq!(offers(&centre), "101 no_answer, 101 no_answer");
    let between =
        "SELECT work FROM state_interval WHERE chosen = 'available' ORDER BY since_ms, id";
    assert_eq!(
        centre.sql(between).replace('\n', ","),
        "idle,reserved,ringing,idle,reserved,ringing,not_responding"
    );
    first.hangs_up();
    second.hangs_up();
}

#[test]
fn a_phone_that_goes_while_it_rings_gives_the_caller_back_at_once() {
    let centre = centre_with(&[("ring_s = 4", "ring_s = 60")]);
    let (caller, call) = waiting(&centre, "0861555509");
    let mut rings = ScriptedPhone::registered(&centre, "101", "person_is_out", &["-m", "1"]);
    centre.sign_in("101", "Anna Esempio");
    centre.seat_works("101", "ringing");
    rings.unregisters(&centre);
    // It was told with a CANCEL, long before its minute of ringing was over.
    rings.sipp.went_well(SOON);
    assert_eq!(offers(&centre), "101 unreachable");
    let phone = staffed(&centre, "102");
    centre.attempt(&call, "the caller talks", is_talking);
    phone.talks(1);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

#[test]
fn a_phone_that_died_before_it_could_ring_is_given_up_before_the_lease_ends() {
    let centre = centre_with(&[
        ("ring_s = 4", "ring_s = 60"),
        ("reject_delay_s = 1", "reject_delay_s = 1\nno_ringing_s = 2"),
    ]);
    let dead = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    dead.dies();
    let (caller, call) = waiting(&centre, "0861555510");
    centre.wait_for_sql("SELECT state FROM offer", "unreachable");
    let phone = staffed(&centre, "102");
    centre.attempt(&call, "the caller talks", is_talking);
    phone.talks(1);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

#[test]
fn a_caller_who_falls_silent_was_interrupted_and_is_owed_a_priority_callback() {
    let centre = centre_with(&[]);
    let phone = staffed(&centre, "101");
    let mut caller = Caller::connected(&centre, "0861555511");
    let call = caller.call_id().to_owned();
    phone.talks(25);
    caller.ear.is_mute(true);
    let attempt = centre.attempt(&call, "the call is over", is_ended);
    assert_eq!(attempt["outcome"], "interrupted");
    assert_eq!(attempt["ended_by"], "network");
    caller.is_hung_up_on(SOON);
    centre.callback("the debt", |row| row["id"] == attempt["callback"]);
    assert_eq!(centre.sql(WITH_PRIORITY), "1");
    centre.audit();
}

#[test]
fn a_caller_who_never_sends_voice_hears_and_is_not_cut() {
    let centre = centre_with(&[]);
    let phone = staffed(&centre, "101");
    let mut caller = Caller::call(&centre, "0861555512");
    caller.ear.is_mute(true);
    caller.tells("answered");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller talks", is_talking);
    // More than two times as long as a silence may last.
    caller.ear.hears_more(250);
    centre.attempt(&call, "the caller still talks", is_talking);
    phone.hangs_up();
    caller.is_hung_up_on(SOON);
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

#[test]
fn a_call_that_drops_before_any_disposition_was_interrupted() {
    let centre = centre_with(&[("interrupted_under_s = 0", "interrupted_under_s = 600")]);
    let phone = staffed(&centre, "101");
    let caller = Caller::connected(&centre, "0861555513");
    let call = caller.call_id().to_owned();
    phone.talks(1);
    caller.hangs_up();
    let dropped = centre.attempt(&call, "dropped", is_ended);
    assert_eq!(dropped["outcome"], "interrupted");
    assert_ne!(dropped["callback"], Value::Null);

    let caller = Caller::connected(&centre, "0861555514");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the next one talks", is_talking);
    phone.talks(1);
    centre.disposes("101", "done");
    caller.hangs_up();
    let served = centre.attempt(&call, "served", is_ended);
    assert_eq!(served["outcome"], "served");
    assert_eq!(served["disposition"], "done");
    assert_eq!(served["callback"], Value::Null);
    centre.audit();
}

#[test]
fn another_person_at_this_number_keeps_the_case() {
    let centre = centre_with(&[("grace_s = 1", "grace_s = 600")]);
    let (mother, call) = waiting(&centre, "0861555515");
    mother.hangs_up();
    let missed = centre.attempt(&call, "the mother gave up", is_ended);
    let _phone = staffed(&centre, "101");
    for (disposition, state) in [("another_person", "waiting"), ("done", "closed")] {
        let caller = Caller::connected(&centre, "0861555515");
        let call = caller.call_id().to_owned();
        centre.attempt(&call, "somebody of that number talks", is_talking);
        centre.disposes("101", disposition);
        caller.hangs_up();
        let served = centre.attempt(&call, "served", is_ended);
        assert_eq!(served["outcome"], "served");
        centre.callback("the mother's case", |row| {
            row["id"] == missed["callback"] && row["state"] == state
        });
        centre.seat_works("101", "idle");
    }
    centre.audit();
}

#[test]
fn a_caller_who_falls_silent_in_the_menu_or_in_the_queue_is_owed_a_priority_callback() {
    for (start, stage) in [("menu", "in_dialplan"), ("book", "queued")] {
        let mut centre = Centre::prepare(Setup {
            start,
            ..Setup::default()
        });
        centre.reconfigure("rtp_timeout_s = 60", "rtp_timeout_s = 2");
        centre.serve();
        let mut caller = Caller::connected(&centre, "0861555516");
        let call = caller.call_id().to_owned();
        caller.ear.hears_sound();
        centre.attempt(&call, stage, |row| row["stage"] == stage);
        caller.ear.is_mute(true);
        let attempt = centre.attempt(&call, "the call is over", is_ended);
        assert_eq!(attempt["outcome"], "interrupted", "{stage}");
        assert_eq!(attempt["ended_by"], "network");
        caller.is_hung_up_on(SOON);
        centre.callback("the debt", |row| row["id"] == attempt["callback"]);
        assert_eq!(centre.sql(WITH_PRIORITY), "1");
        centre.audit();
    }
}

#[test]
fn a_lease_that_runs_out_costs_the_caller_no_place_and_the_seat_is_not_asked_again() {
    let centre = centre_with(&[("ring_s = 4", "ring_s = 2")]);
    let (first, first_call) = waiting(&centre, "0861555517");
    let (second, second_call) = waiting(&centre, "0861555518");
    let _absent = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", "Anna Esempio");
    // Nobody picks up: the same seat is asked for the second then, not again for the first.
    let asked = "SELECT attempt.sip_call_id FROM offer JOIN attempt ON attempt.id = offer.attempt \
        ORDER BY offer.id";
    let both = format!("{first_call}\n{second_call}");
    centre.wait_for_sql(asked, &both);
    let expired = "SELECT state FROM offer ORDER BY id LIMIT 1";
    assert_eq!(centre.sql(expired), "no_answer");
    let leases = "SELECT count(*) FROM offer WHERE ended_ms >= lease_until_ms";
    assert_eq!(centre.sql(leases), "1");

    let phone = staffed(&centre, "102");
    centre.attempt(&first_call, "the first has kept the place", is_talking);
    phone.talks(1);
    first.hangs_up();
    second.hangs_up();
    centre.audit();
}

#[test]
fn a_phone_on_a_connection_that_was_slow_once_is_asked_and_works_again() {
    let centre = centre_with(&[("reject_delay_s = 1", "reject_delay_s = 1\nno_ringing_s = 2")]);
    let phone = Phone::registered_over_tcp(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    phone.freezes();
    let (caller, call) = waiting(&centre, "0861555519");
    centre.wait_for_sql("SELECT state FROM offer", "unreachable");
    phone.goes_on();
    // It did not refuse anybody: it has them once it has answered.
    centre.attempt(&call, "it takes who waits", is_talking);
    phone.talks(1);
    caller.hangs_up();
    centre.audit();
}

/// The next request to a phone, but for the questions whether it is there, which it answers.
fn next_call(phone: &Datagrams, what: &str) -> Message {
    until(what, SOON, || {
        let message = Message::of(phone.next()?.as_bytes());
        if message.method() == "OPTIONS" && message.status().is_none() {
            phone.send(message.answer("200 OK", phone.local(), "").as_bytes());
            return None;
        }
        Some(message)
    })
}

#[test]
fn a_phone_that_has_not_said_that_it_was_let_go_is_not_rung_for_another_caller() {
    let centre = centre_with(&[
        ("reject_delay_s = 1", "reject_delay_s = 1\nno_ringing_s = 1"),
        ("busy_delay_s = 1", "busy_delay_s = 0"),
    ]);
    let port = 21_000 + 2 * centre.allot();
    Sipp::registering(&centre, "101", port, port, 600).went_well(SOON);
    let phone = Datagrams::from((centre.address, port).into(), centre.phones());
    centre.sign_in("101", "Anna Esempio");
    let (caller, call) = waiting(&centre, "0861555521");
    let first = next_call(&phone, "it is called");
    let is_first = |message: &Message| {
        message.header("Call-ID") == first.header("Call-ID") && message.method() == "INVITE"
    };
    centre.wait_for_sql("SELECT state FROM offer", "unreachable");
    // It answers that it is there. What it has not answered is said again at once, and again.
    for _ in 0..3 {
        let again = next_call(&phone, "the same call again");
        assert!(is_first(&again), "{again:?}");
    }
    let says = |to: &Message, status: &str| {
        phone.send(to.answer(status, phone.local(), "").as_bytes());
    };
    says(&first, "180 Ringing");
    let cancel = loop {
        let next = next_call(&phone, "it is let go");
        if !is_first(&next) {
            break next;
        }
    };
    assert_eq!(cancel.method(), "CANCEL");
    says(&cancel, "200 OK");
    says(&first, "487 Request Terminated");
    let ack = next_call(&phone, "its word is taken");
    assert_eq!(ack.method(), "ACK");
    let next = next_call(&phone, "the caller who waits is offered again");
    assert_eq!(next.method(), "INVITE");
    assert!(!is_first(&next));
    says(&next, "603 Decline");
    centre.attempt(&call, "the caller waits on", is_queued);
    caller.hangs_up();
    centre.audit();
}

fn is_queued(attempt: &Value) -> bool {
    attempt["stage"] == "queued"
}

fn is_talking(attempt: &Value) -> bool {
    attempt["stage"] == "talking"
}

fn is_ended(attempt: &Value) -> bool {
    attempt["stage"] == "ended"
}

#[test]
fn a_shift_that_ends_signs_out_and_a_pause_has_a_reason_of_the_list() {
    let centre = centre_with(&[(
        "[[tenant]]",
        "[people]\npause_reasons = [\"pranzo\", \"riunione\"]\n\n[[tenant]]",
    )]);
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let told = centre
        .run(&["seats", "pause", "101", "--reason", "caffè"])
        .failed();
    let known = "\"caffè\" is no reason for a pause: expected one of pranzo, riunione";
    assert!(told.contains(known), "{told}");
    let by_capo = ["--reason", "riunione", "--supervisor", "Carla Capo"];
    centre
        .run(&[&["seats", "pause", "101"][..], &by_capo].concat())
        .succeeded();
    let who = "SELECT pause_reason || ' ' || chosen_by || ' ' || supervisor FROM state_interval \
        WHERE chosen = 'paused'";
    assert_eq!(centre.sql(who), "riunione supervisor Carla Capo");
    centre.run(&["seats", "front-office", "101"]).succeeded();
    centre.run(&["seats", "available", "101"]).succeeded();
    let ends_ms = centre.get("snapshot")["at_ms"].as_i64().expect("a time") + 2_000;
    let shift = json!({ "operator": "Anna Esempio", "until_ms": ends_ms });
    centre.post("seats/101/sign-in", &shift);
    // A work takes five minutes on the mean: whoever calls now waits for somebody else.
    let (caller, call) = waiting(&centre, "0861555520");
    centre.wait_for_sql(
        "SELECT chosen_by FROM sign_in WHERE until_ms IS NOT NULL",
        "shift_end",
    );
    assert_eq!(offers(&centre), "");
    centre
        .run(&[
            "seats",
            "sign-in",
            "101",
            "--operator",
            "Anna Esempio",
            "--until",
            "23:59",
        ])
        .succeeded();
    caller.hangs_up();
    centre.attempt(&call, "the caller gave up", is_ended);
    centre.audit();
}

#[test]
fn a_fixed_wrap_up_is_not_ended_early_and_one_that_may_be_is() {
    for (mode, work) in [("fixed", "wrap_up"), ("up_to", "idle")] {
        let mode = format!("wrap_up_s = 60\nwrap_up = \"{mode}\"");
        let centre = centre_with(&[("wrap_up_s = 1", &mode)]);
        let (caller, call) = waiting(&centre, "0861555521");
        let phone = staffed(&centre, "101");
        phone.talks(25);
        caller.hangs_up();
        centre.attempt(&call, "served", |row| row["outcome"] == "served");
        centre.seat_works("101", "wrap_up");
        centre.run(&["seats", "available", "101"]).succeeded();
        assert_eq!(centre.get("seats/101")["seat"]["work"], work);
    }
}

#[test]
fn what_an_operator_needs_is_obeyed_and_stands_in_no_list_log_metric_or_page() {
    let centre = centre_with(&[("ring_s = 4", "ring_s = 1")]);
    let (caller, call) = waiting(&centre, "0861555522");
    let slow = Phone::registered(&centre, "101", Answers::ByHand);
    let needs = [
        "--ring-s",
        "77",
        "--rest-s",
        "1713",
        "--buddy",
        "Bruno Esempio",
    ];
    centre
        .run(&[&["operators", "profile", "Anna Esempio"][..], &needs].concat())
        .succeeded();
    centre.sign_in("101", "Anna Esempio");
    let _beside = Phone::registered(&centre, "102", Answers::ByHand);
    centre
        .run(&["operators", "set", "Bruno Esempio", "--skills", ""])
        .succeeded();
    assert_eq!(offers(&centre), "", "the buddy is not there");
    centre.sign_in("102", "Bruno Esempio");
    centre.seat_works("101", "ringing");
    // Longer than the second that the queue gives everybody.
    let rings = "SELECT CASE WHEN lease_until_ms - offered_ms >= 77000 THEN 'long' END FROM offer";
    assert_eq!(centre.sql(rings), "long");
    slow.command("accept");
    centre.attempt(&call, "the caller talks", is_talking);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    let shown = centre
        .run(&["operators", "profile", "Anna Esempio"])
        .succeeded();
    assert!(
        shown.contains("1713") && shown.contains("Bruno Esempio"),
        "{shown}"
    );
    let lists = [
        centre.run(&["operators", "list"]).succeeded(),
        centre
            .run(&["operators", "show", "Anna Esempio"])
            .succeeded(),
        centre.run(&["seats", "show", "101"]).succeeded(),
        centre.get("snapshot").to_string(),
        centre.metrics(),
        centre.page("/"),
        centre.log(),
    ];
    for list in lists {
        // Not as a part of a moment or an identifier.
        let mut numbers = list.split(|c: char| !c.is_ascii_digit());
        assert!(!numbers.any(|number| number == "1713"), "{list}");
    }
    centre.audit();
}

#[test]
fn a_site_that_is_said_to_be_cut_off_is_offered_nothing_until_it_is_said_to_be_back() {
    let centre = centre_with(&[]);
    let (caller, call) = waiting(&centre, "0861555523");
    let phone = staffed(&centre, "101");
    phone.talks(25);
    let told = centre.run(&["sites", "outage", "termo"]).failed();
    assert!(told.contains("there is no site \"termo\""), "{told}");
    centre
        .run(&["sites", "outage", "teramo", "--supervisor", "Carla Capo"])
        .succeeded();
    caller.ear.hears("riconnessione");
    centre.attempt(&call, "the caller waits again", is_queued);
    let other = staffed(&centre, "102");
    let table = centre.run(&["sites", "list"]).succeeded();
    assert!(table.contains("teramo"), "{table}");
    assert_eq!(centre.counted("cuptel_site_out{site=\"teramo\"}"), 1);
    let page = centre.page("/");
    assert!(page.contains("Sede teramo isolata dalle "), "{page}");
    assert_eq!(offers(&centre), "101 accepted", "nothing is offered there");
    centre.run(&["sites", "resume", "teramo"]).succeeded();
    centre.attempt(&call, "another seat has the caller", is_talking);
    other.talks(25);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    let said = "SELECT supervisor FROM site_outage WHERE until_ms IS NOT NULL AND said = 1";
    assert_eq!(centre.sql(said), "Carla Capo");
    assert!(
        centre.log().contains("a site is cut off"),
        "it is in the log"
    );
    centre.audit();
}
