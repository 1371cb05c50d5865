//! Calls that are served: welcomed, led through the menu, kept waiting with music, connected to
//! an operator's phone, and ended by either side.

use std::fs;

use serde_json::Value;

use crate::harness::{Answers, Caller, Centre, Phone, SOON, Setup};

/// Packets of one second.
const SECOND: u64 = 50;

#[test]
fn a_caller_is_welcomed_presses_a_key_waits_with_music_and_talks_to_a_registered_phone() {
    let centre = Centre::start(Setup {
        start: "welcome",
        ..Setup::default()
    });
    let caller = Caller::connected(&centre, "0861555101");
    let call = caller.call_id().to_owned();
    caller.ear.hears("op_richiamata");
    caller.ear.hears("op_occupato");
    caller.ear.press('1');
    caller.ear.hears("in_attesa");
    let waiting = centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    assert_eq!(waiting["queue"], "prenotazioni");
    // The music begins at its beginning, so its middle takes half of its length.
    caller.ear.hears("musica");

    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    centre.seat_works("101", "talking");
    phone.talks(SECOND);
    caller.ear.hears_sound();
    caller.ear.hears_more(SECOND);
    let (heard, spoken) = caller.ear.packets();
    let (received, sent) = phone.packets();
    assert!(
        received <= spoken,
        "{received} of {spoken} reached the phone"
    );
    let into_centre = centre.counted("cuptel_rtp_packets_total{direction=\"in\"}");
    let out_of_centre = centre.counted("cuptel_rtp_packets_total{direction=\"out\"}");
    assert!(into_centre >= received + SECOND, "{into_centre} packets in");
    assert!(
        out_of_centre >= heard.min(received),
        "{out_of_centre} packets out"
    );
    assert!(sent >= SECOND);

    caller.hangs_up();
    let served = centre.attempt(&call, "the call is over", is_ended);
    assert_eq!(served["outcome"], "served");
    assert_eq!(served["ended_by"], "caller");
    assert_eq!(served["operator"], "Anna Esempio");
    assert_eq!(served["callback"], Value::Null);
    centre.seat_works("101", "idle");
    let intervals = "SELECT work FROM state_interval \
        WHERE chosen = 'available' ORDER BY since_ms, id";
    assert_eq!(
        centre.sql(intervals),
        "idle\nreserved\nringing\ntalking\nwrap_up\nidle"
    );
    centre.audit();
}

#[test]
fn an_operator_who_hangs_up_ends_the_call_and_is_free_after_wrap_up() {
    let centre = Centre::start(Setup {
        start: "menu",
        ..Setup::default()
    });
    let phone = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    let mut caller = Caller::connected(&centre, "3385551020");
    let call = caller.call_id().to_owned();
    caller.press_by_info('1');
    centre.seat_works("102", "talking");
    phone.talks(SECOND / 2);
    caller.ear.hears_sound();

    phone.hangs_up();
    caller.is_hung_up_on(SOON);
    let served = centre.attempt(&call, "the call is over", is_ended);
    assert_eq!(served["outcome"], "served");
    assert_eq!(served["ended_by"], "seat");
    assert_eq!(served["class"], "mobile");
    centre.seat_works("102", "idle");
    let wrapped_up = "SELECT count(*) FROM state_interval WHERE work = 'wrap_up' AND until_ms - since_ms >= 1000";
    assert_eq!(centre.sql(wrapped_up), "1");
    centre.audit();
}

#[test]
fn the_next_in_line_is_offered_to_a_phone_that_is_answered_by_hand() {
    let centre = Centre::start(Setup::default());
    let first = Caller::connected(&centre, "0861555103");
    let first_call = first.call_id().to_owned();
    centre.attempt(&first_call, "the first waits", |row| {
        row["stage"] == "queued"
    });
    let second = Caller::connected(&centre, "0861555104");
    let second_call = second.call_id().to_owned();
    centre.attempt(&second_call, "the second waits", |row| {
        row["stage"] == "queued"
    });

    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", "Anna Esempio");
    for (caller, call) in [(first, first_call), (second, second_call)] {
        centre.seat_works("101", "ringing");
        phone.command("accept");
        centre.attempt(&call, "the one who waited longest talks", |row| {
            row["stage"] == "talking"
        });
        caller.hangs_up();
        centre.attempt(&call, "served", |row| row["outcome"] == "served");
    }
    centre.audit();
}

#[test]
fn a_phone_that_is_not_answered_loses_the_call_to_the_next_one() {
    let centre = Centre::start(Setup::default());
    let caller = Caller::connected(&centre, "0861555105");
    let call = caller.call_id().to_owned();
    let _absent = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", "Anna Esempio");
    centre.seat_works("101", "ringing");
    let present = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");

    let talking = centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    present.talks(1);
    let offers = centre.get(&format!("attempts/{}", talking["id"]))["attempt"]["offers"].take();
    let states: Vec<_> = offers
        .as_array()
        .expect("a list")
        .iter()
        .map(|offer| (offer["seat"].clone(), offer["state"].clone()))
        .collect();
    assert_eq!(
        states,
        [
            ("101".into(), "no_answer".into()),
            ("102".into(), "accepted".into())
        ]
    );
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

#[test]
fn voice_that_sipp_sends_reaches_the_operator() {
    let centre = Centre::start(Setup::default());
    // A second of a loud square wave in A-law.
    let wave: Vec<u8> = (0..8_000)
        .map(|n| if n % 16 < 8 { 0x2a } else { 0xaa })
        .collect();
    fs::write(centre.folder().join("voice.alaw"), wave).expect("the folder can be written");
    let phone = Phone::registered(&centre, "103", Answers::AtOnce);
    centre.sign_in("103", "Carla Modello");
    let mut caller = Caller::with(&centre, "caller_with_voice", "0861555106");
    caller.tells("answered");
    let call = caller.call_id().to_owned();
    phone.talks(2 * SECOND);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

fn is_ended(attempt: &Value) -> bool {
    attempt["stage"] == "ended"
}
