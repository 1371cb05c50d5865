//! Every way in which a call can end without an operator, one test each: the caller of SIPp
//! does it, the attempt says so, and the person is owed a call or the row says why not. What
//! ends with the process (interrupted, withdrawn by a stop) is in `crash`, what ends at a seat
//! in `calls`.

use std::fs;

use serde_json::Value;

use crate::harness::{Caller, Centre, Datagrams, SOON, Setup, Sipp, invite, until, utc_s};

/// A centre that speaks the plan of this file from one of its steps on; `changes` of its
/// configuration are pairs of what stands there and what shall stand there.
fn centre(start: &str, changes: &[(&str, &str)]) -> Centre {
    let mut centre = prepared(start, "300");
    for (old, new) in changes {
        centre.reconfigure(old, new);
    }
    centre.serve();
    centre
}

fn prepared(start: &str, max_wait_s: &str) -> Centre {
    let centre = Centre::prepare(Setup::default());
    let plan = include_str!("harness/outcomes.toml")
        .replace("{start}", start)
        .replace("{max_wait_s}", max_wait_s);
    fs::write(centre.folder().join("plan.toml"), plan).expect("the folder can be written");
    centre
}

/// A zone in which it is about noon, so that no midnight comes between.
struct Noon {
    /// How far its clocks are ahead.
    ahead_h: i64,
}

impl Noon {
    fn now() -> Self {
        let utc_hour = i64::try_from(utc_s() / 3_600 % 24).expect("an hour");
        Self {
            ahead_h: 12 - utc_hour,
        }
    }

    fn zone(&self) -> String {
        // Zones of that family have their signs turned round.
        format!("Etc/GMT{:+}", -self.ahead_h)
    }

    /// What its clocks show at a moment.
    fn shows(&self, utc_s: u64) -> String {
        let there_s = i64::try_from(utc_s).expect("a moment") + self.ahead_h * 3_600;
        let (hour, minute, second) = (there_s / 3_600 % 24, there_s / 60 % 60, there_s % 60);
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

/// From now on every day has other hours: decided when everybody is where they should be, so
/// that a busy machine is late for nothing.
fn hours_become(centre: &Centre, old: &str, new: &str) {
    centre.reconfigure(&format!("[\"{old}\"]"), &format!("[\"{new}\"]"));
    centre.run(&["reload"]).succeeded();
}

/// A centre whose every day has these hours in this zone.
fn open_at(zone: &str, hours: &str, queue: &str) -> Centre {
    let title = "title = \"ASL di Teramo\"";
    centre(
        "hours",
        &[
            (title, &format!("{title}\ntime_zone = \"{zone}\"")),
            ("[\"00:00-24:00\"]", &format!("[\"{hours}\"]")),
            ("ring_s = 4", &format!("ring_s = 4\n{queue}")),
        ],
    )
}

/// A caller who has got to the queue.
fn waits(centre: &Centre, number: &str) -> Caller {
    let mut caller = Caller::connected(centre, number);
    caller.press_by_info('1');
    centre.attempt(caller.call_id(), "the caller waits", |row| {
        row["stage"] == "queued"
    });
    caller
}

fn over(centre: &Centre, call: &str) -> Value {
    centre.attempt(call, "the attempt is over", |row| row["stage"] == "ended")
}

/// The attempt ended so, and its person is owed a call for this kind of need.
fn assert_owed(centre: &Centre, attempt: &Value, outcome: &str, kind: &str) -> Value {
    assert_eq!(attempt["outcome"], outcome, "{attempt}");
    assert_eq!(attempt["suppressed"], Value::Null);
    let debt = centre.callback_detail(&attempt["callback"]);
    assert_eq!(debt["state"], "waiting", "{debt}");
    assert_eq!(debt["needs"][0]["kind"], kind, "{debt}");
    centre.audit();
    debt
}

/// Calls out of hours and hears so to the end.
fn calls_in_vain(centre: &Centre, number: &str) -> Value {
    let mut caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    caller.is_hung_up_on(SOON);
    over(centre, &call)
}

fn refused(centre: &Centre, scenario: &str, number: &str) -> (Sipp, Value) {
    let arguments = ["-m", "1", "-key", "ear", "40000", "-key", "caller", number];
    let mut sipp = Sipp::calling(centre, scenario, &arguments);
    sipp.went_well(SOON);
    let wire = sipp.wire();
    let call = &wire.first().expect("it sent an INVITE").call_id;
    let attempt = over(centre, call);
    (sipp, attempt)
}

#[test]
fn who_gives_up_while_it_rings_is_abandoned_ringing_and_owed_a_call() {
    let centre = centre(
        "menu",
        &[("answer_after_ms = 0", "answer_after_ms = 60000")],
    );
    let mut caller = Caller::with(&centre, "cancel", "0861555501");
    caller.tells("ringing");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "it rings", |row| row["stage"] == "ringing");
    caller.order("cancel");
    caller.sipp.went_well(SOON);
    let attempt = over(&centre, &call);
    assert_eq!(attempt["sip_status"], 487);
    assert_eq!(attempt["ended_by"], "caller");
    assert_owed(&centre, &attempt, "abandoned_ringing", "missed");
}

#[test]
fn who_hangs_up_in_a_message_is_abandoned_message_and_owed_a_call() {
    let centre = centre("message", &[]);
    let caller = Caller::connected(&centre, "0861555502");
    let call = caller.call_id().to_owned();
    caller.ear.hears("privacy");
    caller.hangs_up();
    assert_owed(
        &centre,
        &over(&centre, &call),
        "abandoned_message",
        "missed",
    );
}

#[test]
fn who_hangs_up_in_a_menu_is_abandoned_menu_and_owed_a_call() {
    let centre = centre("menu", &[]);
    let caller = Caller::connected(&centre, "0861555503");
    let call = caller.call_id().to_owned();
    caller.ear.hears("op_occupato");
    caller.hangs_up();
    assert_owed(&centre, &over(&centre, &call), "abandoned_menu", "missed");
}

#[test]
fn who_is_hung_up_on_with_nothing_at_the_end_of_the_plan_is_owed_a_call() {
    let centre = centre("menu", &[]);
    let mut caller = Caller::connected(&centre, "0861555504");
    let call = caller.call_id().to_owned();
    caller.press_by_info('8');
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    assert_eq!(attempt["ended_by"], "us");
    assert_owed(&centre, &attempt, "abandoned_menu", "missed");
}

#[test]
fn who_hangs_up_in_the_queue_is_abandoned_queue_and_owed_a_call_by_that_queue() {
    let centre = centre("menu", &[]);
    let caller = waits(&centre, "0861555505");
    let call = caller.call_id().to_owned();
    caller.hangs_up();
    let attempt = over(&centre, &call);
    let debt = assert_owed(&centre, &attempt, "abandoned_queue", "missed");
    assert_eq!(debt["needs"][0]["queue"], "prenotazioni", "{debt}");
}

#[test]
fn who_finds_all_lines_taken_is_refused_lines_and_owed_a_call() {
    let centre = centre("menu", &[("answer_max = 8", "answer_max = 1")]);
    let inside = Caller::connected(&centre, "0861555506");
    let (sipp, attempt) = refused(&centre, "refused_lines", "0861555507");
    assert!(sipp.messages().contains("Reason: Q.850;cause=34"));
    assert_eq!(attempt["sip_status"], 486);
    assert_owed(&centre, &attempt, "refused_lines", "missed");
    // The one who is inside notices nothing, and the line is free afterwards.
    inside.ear.hears_more(10);
    inside.hangs_up();
    Caller::connected(&centre, "0861555508").hangs_up();
}

#[test]
fn who_calls_faster_than_the_trunk_admits_is_refused_rate_and_owed_a_call() {
    let centre = centre(
        "menu",
        &[("channels = 10", "channels = 10\ncalls_per_s = 1")],
    );
    let carrier = Datagrams::to(&centre, centre.trunk());
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n";
    for call in ["first", "second", "third", "fourth"] {
        carrier.send(invite(carrier.local(), call, sdp).as_bytes());
    }
    let attempt = over(&centre, "fourth");
    assert_eq!(attempt["sip_status"], 486);
    assert_owed(&centre, &attempt, "refused_rate", "missed");
    let admitted = centre.attempt("first", "the first got in", |row| row["stage"] != "ended");
    assert_eq!(admitted["outcome"], Value::Null);
}

#[test]
fn who_finds_the_queue_full_is_told_so_and_owed_a_call() {
    let centre = centre("menu", &[("ring_s = 4", "ring_s = 4\nwaiting_max = 1")]);
    let first = waits(&centre, "0861555509");
    let mut second = Caller::connected(&centre, "0861555510");
    let call = second.call_id().to_owned();
    second.press_by_info('1');
    second.ear.hears("linee_occupate");
    second.is_hung_up_on(SOON);
    assert_owed(
        &centre,
        &over(&centre, &call),
        "refused_queue_full",
        "missed",
    );
    first.hangs_up();
}

#[test]
fn who_finds_nobody_signed_in_is_told_so_and_owed_a_call_where_the_queue_refuses() {
    let refuses = "ring_s = 4\nno_operators = \"refuse\"";
    let centre = centre("menu", &[("ring_s = 4", refuses)]);
    let mut caller = Caller::connected(&centre, "0861555511");
    let call = caller.call_id().to_owned();
    caller.press_by_info('1');
    caller.ear.hears("linee_occupate");
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    assert_owed(&centre, &attempt, "refused_no_operators", "missed");
}

#[test]
fn who_has_no_codec_of_ours_gets_488_and_is_owed_a_call() {
    let centre = centre("menu", &[]);
    let (_, attempt) = refused(&centre, "refused_codec", "0861555512");
    assert_eq!(attempt["sip_status"], 488);
    assert_owed(&centre, &attempt, "failed", "missed");
}

#[test]
fn who_waited_as_long_as_the_queue_allows_is_promised_a_call() {
    let mut centre = prepared("menu", "2");
    centre.serve();
    let mut caller = Caller::connected(&centre, "0861555513");
    let call = caller.call_id().to_owned();
    caller.press_by_info('1');
    caller.ear.hears_sound();
    caller.is_hung_up_on(SOON);
    assert_owed(&centre, &over(&centre, &call), "queue_timeout", "requested");
}

#[test]
fn who_asks_for_a_call_while_waiting_is_promised_one() {
    let centre = centre("menu", &[]);
    let mut caller = waits(&centre, "0861555514");
    let call = caller.call_id().to_owned();
    caller.ear.hears("offerta_richiamata");
    caller.ear.press('2');
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    let debt = assert_owed(&centre, &attempt, "callback_requested", "requested");
    assert_eq!(debt["place_ms"], attempt["received_ms"]);
}

#[test]
fn who_asks_for_a_call_in_the_menu_is_promised_one() {
    let centre = centre("menu", &[]);
    let mut caller = Caller::connected(&centre, "0861555515");
    let call = caller.call_id().to_owned();
    caller.press_by_info('9');
    caller.ear.hears_sound();
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    assert_owed(&centre, &attempt, "callback_requested", "requested");
}

#[test]
fn who_hears_the_answer_in_the_menu_is_served_by_it_and_owed_nothing() {
    let centre = centre("menu", &[]);
    let mut caller = Caller::connected(&centre, "0861555516");
    let call = caller.call_id().to_owned();
    caller.press_by_info('5');
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    assert_eq!(attempt["outcome"], "served_by_menu");
    assert_eq!(attempt["callback"], Value::Null);
    assert_eq!(centre.audit()["sums"]["served"], 1);
}

#[test]
fn who_calls_out_of_hours_is_owed_a_call_from_the_opening_on_and_a_night_is_spread() {
    let noon = Noon::now();
    let evening = "23:00-24:00";
    let centre = open_at(&noon.zone(), evening, "");
    // How long such a call takes here and now; nobody is owed one for it.
    let began_s = utc_s();
    calls_in_vain(&centre, "anonymous");
    let opens_s = utc_s() + 3 * (utc_s() - began_s) + 5;
    let opens_ms = opens_s * 1_000;
    hours_become(&centre, evening, &format!("{}-24:00", noon.shows(opens_s)));
    let first = calls_in_vain(&centre, "0861555517");
    let second = calls_in_vain(&centre, "0861555518");
    assert_owed(&centre, &second, "out_of_hours", "missed");
    let moment = |attempt: &Value| {
        let debt = centre.callback_detail(&attempt["callback"]);
        assert_eq!(debt["place_ms"], opens_ms, "the place is the opening");
        debt["not_before_ms"].as_u64().expect("milliseconds")
    };
    // Two hours of spread, as delivered: the second is released in the middle of them.
    let released = until("the night is released", SOON * 3, || {
        let moments = (moment(&first), moment(&second));
        (moments.1 > opens_ms + 60_000).then_some(moments)
    });
    let rest_ms = released.0 - opens_ms;
    assert!(rest_ms < 60_000, "the oldest is released at the opening");
    assert_eq!(released.1, opens_ms + 3_600_000);
    // Who calls again now keeps that turn: it is no way past who did not.
    let again = waits(&centre, "0861555518");
    let call = again.call_id().to_owned();
    again.hangs_up();
    assert_owed(&centre, &over(&centre, &call), "abandoned_queue", "missed");
    assert_eq!(moment(&second), released.1);
}

#[test]
fn who_still_waits_after_closing_is_told_and_owed_a_call_at_the_held_place() {
    let noon = Noon::now();
    let all_day = "00:00-24:00";
    let centre = open_at(&noon.zone(), all_day, "serve_waiting_s = 1");
    let mut caller = waits(&centre, "0861555519");
    let call = caller.call_id().to_owned();
    let closes_s = utc_s() + 2;
    let closes_ms = closes_s * 1_000;
    hours_become(&centre, all_day, &format!("00:00-{}", noon.shows(closes_s)));
    caller.ear.hears("richiamata_chiusura");
    caller.is_hung_up_on(SOON);
    let attempt = over(&centre, &call);
    let debt = assert_owed(&centre, &attempt, "withdrawn", "missed");
    assert_eq!(debt["place_ms"], attempt["received_ms"]);
    // At midnight there, which was at noon: it opens again.
    let opens_ms = debt["not_before_ms"].as_u64().expect("milliseconds");
    assert!((closes_ms + 10 * 3_600_000..=closes_ms + 12 * 3_600_000).contains(&opens_ms));
    let late = calls_in_vain(&centre, "0861555520");
    assert_owed(&centre, &late, "out_of_hours", "missed");
}
