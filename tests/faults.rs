//! Time and threads go wrong under a running centre: the process stands still for longer than
//! its leases, the wall clock is set, the media thread ends.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{
    Answers, Caller, Centre, Chance, Datagrams, Phone, SEATS, SOON, Setup, Town, end_media_thread,
    hasty_centre, invite, let_pass, until,
};

/// Where Debian's `faketime` keeps the library that lies about the clock.
const FAKE_TIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const HOUR_MS: i64 = 3_600_000;

#[test]
fn a_process_that_stood_still_beyond_its_leases_goes_on_without_doing_anything_twice() {
    let mut chance = Chance::seeded();
    let (centre, peace) = hasty_centre();
    let town = Town::around(&centre, peace, &mut chance);
    for (seat, operator) in SEATS {
        centre.sign_in(seat, operator);
    }
    town.calls();
    for _ in 0..2 {
        until("every seat talks", SOON, || town.every_seat_talks());
        centre.signal("STOP");
        // Longer than a seat rings, a person rings, and a caller has patience.
        let_pass(Duration::from_secs(6));
        centre.signal("CONT");
        town.forgets_who_talked();
    }
    until("every seat talks", SOON, || town.every_seat_talks());
    town.calms_down();
    town.assert_books_agree(&centre, "after standing still");
    let left_over = "SELECT count(*) FROM offer WHERE state = 'open' AND lease_until_ms < ";
    let now_ms = centre.get("snapshot")["at_ms"].as_i64();
    let now_ms = now_ms.expect("a snapshot has a time");
    centre.wait_for_sql(&format!("{left_over}{now_ms}"), "0");
}

#[test]
fn voice_that_stood_still_goes_on_at_its_pace_and_makes_up_for_nothing() {
    let centre = Centre::start(Setup::default());
    let caller = Caller::connected(&centre, "0861555701");
    caller.ear.hears_more(50);
    centre.signal("STOP");
    let_pass(Duration::from_secs(3));
    let before = caller.ear.packets().0;
    centre.signal("CONT");
    let_pass(Duration::from_millis(500));
    // Five hundred milliseconds of voice are 25 packets; three seconds would be 150 more.
    let heard = caller.ear.packets().0 - before;
    assert!(
        (1..=50).contains(&heard),
        "{heard} packets in half a second"
    );
    caller.ear.hears("in_attesa");
    caller.hangs_up();
    centre.audit();
}

/// The clock that the server sees is set to so much from the true one.
fn sets_clock(centre: &Centre, offset: &str) {
    let file = centre.folder().join("clock");
    let new = centre.folder().join("clock.new");
    fs::write(&new, format!("{offset}\n")).expect("the folder can be written");
    fs::rename(new, file).expect("the folder can be written");
}

fn received_ms(centre: &Centre, number: &str) -> i64 {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    let attempt = centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    attempt["received_ms"].as_i64().expect("milliseconds")
}

#[test]
fn a_clock_that_is_set_moves_no_timer_and_is_what_the_records_say() {
    assert!(
        fs::exists(FAKE_TIME).is_ok_and(|there| there),
        "{FAKE_TIME} is missing: apt-get install faketime"
    );
    let mut centre = Centre::prepare(Setup::default());
    let clock = centre.folder().join("clock").display().to_string();
    centre.surrounds_with(vec![
        ("LD_PRELOAD", FAKE_TIME.to_owned()),
        ("FAKETIME_TIMESTAMP_FILE", clock),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]);
    sets_clock(&centre, "+0");
    centre.serve();
    let waits = Caller::connected(&centre, "0861555711");
    let call = waits.call_id().to_owned();
    let waiting = centre.attempt(&call, "one waits", |row| row["stage"] == "queued");
    let true_ms = waiting["received_ms"].as_i64().expect("milliseconds");
    let phone = Phone::registered(&centre, "101", Answers::ByHand);

    // Longer than anybody may wait, and than a registration lasts.
    sets_clock(&centre, "+5h");
    let ahead_ms = received_ms(&centre, "0861555712");
    assert!(
        ahead_ms - true_ms > 5 * HOUR_MS - 60_000,
        "{ahead_ms} {true_ms}"
    );
    centre.old_attempt(&call, "it still waits", |row| row["stage"] == "queued");

    // The phone is where it said, and is offered the caller. A lease that was given before the
    // clock went back ends all the same.
    centre.sign_in("101", "Anna Esempio");
    centre.wait_for_sql("SELECT count(*) FROM offer WHERE state = 'open'", "1");
    sets_clock(&centre, "-5h");
    centre.wait_for_sql("SELECT count(*) FROM offer WHERE state = 'no_answer'", "1");
    let behind_ms = received_ms(&centre, "0861555713");
    assert!(
        true_ms - behind_ms > 5 * HOUR_MS - 60_000,
        "{behind_ms} {true_ms}"
    );
    waits.hangs_up();
    let ended = centre.old_attempt(&call, "it is over", |row| row["stage"] == "ended");
    assert_eq!(ended["outcome"], "abandoned_queue");
    assert_ne!(ended["callback"], Value::Null);
    // The audit goes by the true clock, for which every lease of this hour is five hours old.
    centre.terminate();
    assert!(centre.stopped(SOON).success(), "{}", centre.log());
    drop(phone);
    centre.audit();
}

#[test]
fn without_the_media_thread_who_talked_goes_first_and_who_calls_is_recorded_and_owed() {
    let mut centre = Centre::start(Setup::default());
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let mut talks = Caller::connected(&centre, "0861555721");
    let talking = talks.call_id().to_owned();
    centre.attempt(&talking, "one talks", |row| row["stage"] == "talking");
    let mut waits = Caller::connected(&centre, "0861555722");
    let waiting = waits.call_id().to_owned();
    centre.attempt(&waiting, "one waits", |row| row["stage"] == "queued");
    let offers = centre.sql("SELECT count(*) FROM offer");

    end_media_thread(centre.process());
    let health = until("the dead thread is told", SOON, || {
        let health = centre.health();
        (health["degraded"][0]["mode"] == "media_dead").then_some(health)
    });
    assert_eq!(health["ready"], false);
    assert_eq!(centre.counted("cuptel_degraded{mode=\"media_dead\"}"), 1);
    assert!(centre.page("/").contains("manca la voce"));
    for (caller, call) in [(&mut talks, &talking), (&mut waits, &waiting)] {
        caller.is_hung_up_on(SOON);
        let row = centre.old_attempt(call, "it is over", |row| row["stage"] == "ended");
        assert_eq!(row["outcome"], "interrupted");
        let debt = centre.callback_detail(&row["callback"]);
        assert_eq!(debt["needs"][0]["kind"], "interrupted");
    }
    let line = Datagrams::to(&centre, centre.trunk());
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
               m=audio 40000 RTP/AVP 8\r\n";
    let told = line.ask(&invite(line.local(), "after-the-end", sdp));
    assert!(told.starts_with("SIP/2.0 480 "), "{told}");
    let refused = centre.attempt("after-the-end", "it has its row", |row| {
        row["sip_status"] == 480
    });
    assert_ne!(refused["callback"], Value::Null);
    assert_eq!(
        centre.sql("SELECT count(*) FROM offer"),
        offers,
        "nobody is rung"
    );
    centre.audit();

    // A start mends it.
    drop(phone);
    centre.terminate();
    assert!(centre.stopped(SOON).success(), "{}", centre.log());
    centre.serve();
    let again = Caller::connected(&centre, "0861555723");
    again.ear.hears("in_attesa");
    again.hangs_up();
    centre.audit();
}
