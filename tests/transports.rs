//! Ways other than datagrams: connections of phones and trunks, and what happens when they break.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup, until};

/// A caller over TCP, with all calls on one connection (`t1`) or one for each (`tn`), is
/// connected to a phone that registered over TCP.
fn talks_over_connections(transport: &str, number: &str) {
    let centre = Centre::start(Setup::default());
    let phone = Phone::registered_over_tcp(&centre, "101", Answers::AtOnce);
    let remote = "SELECT remote FROM registration WHERE expires_ms > registered_ms";
    assert!(centre.sql(remote).ends_with(";transport=tcp"));
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::over(&centre, transport, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    phone.talks(25);
    caller.ear.hears_sound();
    caller.hangs_up();
    let served = centre.attempt(&call, "the call is over", |row| {
        row["ended_ms"].is_i64() && row["outcome"] == "served"
    });
    assert_eq!(served["operator"], "Anna Esempio");
    centre.seat_works("101", "idle");
    centre.audit();
}

#[test]
fn a_caller_over_one_connection_talks_to_a_phone_registered_over_another() {
    talks_over_connections("t1", "0861555301");
}

#[test]
fn a_caller_with_a_connection_of_its_own_talks_to_a_phone_registered_over_another() {
    talks_over_connections("tn", "0861555302");
}

#[test]
fn a_phone_whose_connection_breaks_is_offered_nothing() {
    let centre = Centre::start(Setup::default());
    let phone = Phone::registered_over_tcp(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    drop(phone);
    until("the seat is not registered any more", SOON, || {
        let row = centre.get("seats/101");
        row["seat"]["registered_until_ms"].is_null().then_some(())
    });
    let caller = Caller::connected(&centre, "0861555303");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    let _phone = Phone::registered_over_tcp(&centre, "101", Answers::AtOnce);
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    caller.hangs_up();
    assert_eq!(centre.sql("SELECT count(*) FROM offer"), "1");
    centre.audit();
}

fn options(centre: &Centre, branch: &str) -> String {
    let (phones, me) = (centre.phones(), centre.address);
    format!(
        "OPTIONS sip:cuptel@{phones} SIP/2.0\r\n\
         Via: SIP/2.0/TCP {me}:9;branch=z9hG4bK{branch}\r\n\
         From: <sip:test@{me}>;tag=1\r\n\
         To: <sip:cuptel@{phones}>\r\n\
         Call-ID: {branch}\r\n\
         CSeq: 1 OPTIONS\r\n\
         Max-Forwards: 70\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

/// Reads until the text ends like this.
fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with(end) {
        stream.read_exact(&mut byte).expect("the centre answers");
        text.push(char::from(byte[0]));
    }
    text
}

fn connect(centre: &Centre) -> TcpStream {
    let stream = TcpStream::connect(centre.phones()).expect("the centre listens");
    stream.set_read_timeout(Some(SOON)).expect("above zero");
    stream
}

#[test]
fn a_connection_carries_pings_and_messages_however_they_are_cut() {
    let centre = Centre::start(Setup::default());
    let mut stream = connect(&centre);
    stream.set_nodelay(true).expect("a socket");
    stream.write_all(b"\r\n\r\n").expect("the centre reads");
    assert_eq!(read_until(&mut stream, "\r\n"), "\r\n");
    let both = options(&centre, "one") + &options(&centre, "two");
    for piece in both.as_bytes().chunks(7) {
        stream.write_all(piece).expect("the centre reads");
    }
    for branch in ["one", "two"] {
        let answer = read_until(&mut stream, "\r\n\r\n");
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        assert!(
            answer.contains(&format!("branch=z9hG4bK{branch}")),
            "{answer}"
        );
    }
}

#[test]
fn a_connection_that_cannot_be_followed_gets_its_400_and_ends() {
    let centre = Centre::start(Setup::default());
    let mut stream = connect(&centre);
    let bad = options(&centre, "bad").replace("Content-Length: 0", "Content-Length: none");
    stream.write_all(bad.as_bytes()).expect("the centre reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it ends");
    assert!(answer.starts_with("SIP/2.0 400 "), "{answer}");
}

#[test]
fn a_message_that_never_ends_and_one_too_many_connections_are_closed() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure(
        "[media]\n",
        "[tcp]\nmessage_s = 1\nconnections_max = 2\n\n[media]\n",
    );
    centre.serve();
    let mut slow = connect(&centre);
    slow.write_all(b"OPTIONS sip:").expect("the centre reads");
    let mut kept = connect(&centre);
    kept.write_all(options(&centre, "kept").as_bytes())
        .expect("the centre reads");
    read_until(&mut kept, "\r\n\r\n");
    let mut third = connect(&centre);
    let mut rest = Vec::new();
    assert_eq!(third.read_to_end(&mut rest).unwrap_or(0), 0, "one too many");
    assert_eq!(slow.read_to_end(&mut rest).unwrap_or(0), 0, "too slow");
    kept.write_all(options(&centre, "again").as_bytes())
        .expect("it is still there");
    read_until(&mut kept, "\r\n\r\n");
}

#[test]
fn a_connection_cut_in_the_middle_of_a_registration_leaves_no_registration_and_no_harm() {
    let mut centre = Centre::start(Setup::default());
    let mut stream = connect(&centre);
    let register = options(&centre, "r1")
        .replace("OPTIONS", "REGISTER")
        .replace("<sip:test@", "<sip:101@")
        .replace("To: <sip:cuptel@", "To: <sip:101@")
        .replace(
            "Max-Forwards",
            "Contact: <sip:101@127.0.0.1:9;transport=tcp>\r\nMax-Forwards",
        );
    stream
        .write_all(register.as_bytes())
        .expect("the centre reads");
    let answer = read_until(&mut stream, "\r\n\r\n");
    assert!(answer.starts_with("SIP/2.0 401 "), "{answer}");
    let half = &register[..register.len() / 2];
    stream.write_all(half.as_bytes()).expect("the centre reads");
    stream.shutdown(Shutdown::Both).expect("it was open");
    drop(stream);
    Phone::registered_over_tcp(&centre, "101", Answers::ByHand);
    centre.assert_alive();
    assert_eq!(
        centre.sql("SELECT count(*) FROM registration"),
        "1",
        "only the phone that proved its password"
    );
}

/// A centre whose trunk is set up otherwise, with a caller who gave up.
fn owing(old: &str, new: &str, number: &str) -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure(old, new);
    centre.serve();
    let caller = Caller::connected(&centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    centre
}

/// The only dial of the only callback, once it has ended.
fn dial_over(centre: &Centre) -> Value {
    until("the dial is over", SOON, || {
        let callbacks = centre.get("callbacks")["callbacks"].take();
        let id = callbacks.as_array()?.first()?["id"].clone();
        let dial = centre.callback_detail(&id)["dials"]
            .as_array()?
            .first()?
            .clone();
        dial["result"].is_string().then_some(dial)
    })
}

const PASSWORD: &str =
    "answer_after_ms = 0\n\n[trunk.auth]\nuser = \"cup\"\npassword = \"segreto-1\"\n";

#[test]
fn a_carrier_that_asks_for_a_password_gets_it_and_rings_the_person() {
    let centre = owing("answer_after_ms = 0\n", PASSWORD, "0861555304");
    let mut carrier = Carrier::with(&centre, "person_behind_password");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    assert!(
        !centre.log().contains("segreto-1"),
        "the password is in the log"
    );
    centre.audit();
}

#[test]
fn a_password_that_the_carrier_refuses_ends_the_dial_with_its_status_and_a_word_in_the_log() {
    let centre = owing("answer_after_ms = 0\n", PASSWORD, "0861555305");
    let mut carrier = Carrier::with(&centre, "password_refused");
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let dial = dial_over(&centre);
    assert_eq!(
        (&dial["result"], &dial["sip_status"]),
        (&"trunk_failed".into(), &407.into())
    );
    carrier.sipp.went_well(SOON);
    let log = centre.log();
    assert!(log.contains("the carrier refuses our password"), "{log}");
    centre.audit();
}

fn dialling_by_connection(number: &str) -> Centre {
    owing(":5070\"", ":5070;transport=tcp\"", number)
}

#[test]
fn a_person_is_called_back_over_a_connection_to_the_carrier() {
    let centre = dialling_by_connection("0861555306");
    let mut carrier = Carrier::by(&centre, "person_answers", "t1");
    let phone = Phone::registered_over_tcp(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let invite = carrier.invited();
    assert!(invite.contains("Via: SIP/2.0/TCP "), "{invite}");
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    phone.talks(25);
    carrier.ear.hears_sound();
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.callback("the debt is paid", |row| row["closed_how"] == "served");
    centre.audit();
}

/// A carrier where everybody is busy, on one connection, until so many calls were answered.
fn is_busy(stream: &mut TcpStream, calls: usize) {
    stream.set_read_timeout(Some(SOON)).expect("above zero");
    let mut heard = String::new();
    let mut piece = [0; 4_096];
    let mut answered = BTreeSet::new();
    while answered.len() < calls {
        let count = stream.read(&mut piece).expect("a call in time");
        assert_ne!(count, 0, "the connection stays: {heard}");
        heard.push_str(&String::from_utf8_lossy(&piece[..count]));
        for invite in heard.split("INVITE sip:").skip(1) {
            let Some((head, _)) = invite.split_once("\r\n\r\n") else {
                continue;
            };
            let echo: Vec<String> = head
                .lines()
                .filter(|line| {
                    let names = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
                    names.iter().any(|name| line.starts_with(name))
                })
                .map(|line| match line.strip_prefix("To:") {
                    Some(to) => format!("To:{to};tag=busy\r\n"),
                    None => format!("{line}\r\n"),
                })
                .collect();
            let call = echo.iter().find(|line| line.starts_with("Call-ID:"));
            if answered.insert(call.expect("a Call-ID").clone()) {
                let answer = format!(
                    "SIP/2.0 486 Busy Here\r\n{}Content-Length: 0\r\n\r\n",
                    echo.concat()
                );
                let sent = stream.write_all(answer.as_bytes());
                sent.expect("the centre reads");
            }
        }
    }
}

#[test]
fn all_calls_to_a_carrier_go_over_one_connection() {
    let centre = dialling_by_connection("0861555308");
    for number in ["0861555309", "0861555310"] {
        let caller = Caller::connected(&centre, number);
        let call = caller.call_id().to_owned();
        centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
        caller.hangs_up();
    }
    let carrier = TcpListener::bind((centre.address, 5_070)).expect("the carrier's port");
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let (mut stream, _) = carrier.accept().expect("the centre calls");
    is_busy(&mut stream, 3);
    let busy = "SELECT count(*) FROM dial WHERE result = 'busy'";
    centre.wait_for_sql(busy, "3");
    carrier.set_nonblocking(true).expect("it can be polled");
    assert!(carrier.accept().is_err(), "there was no second connection");
    centre.audit();
}

#[test]
fn a_carrier_that_takes_no_connection_ends_the_dial_at_once() {
    let centre = dialling_by_connection("0861555307");
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let dial = dial_over(&centre);
    assert_eq!(
        (&dial["result"], &dial["sip_status"]),
        (&"trunk_failed".into(), &serde_json::Value::Null)
    );
    centre.audit();
}

/// Waits for the one that registered last, over a connection: its time is the longer one.
fn two_phones_are_known(centre: &Centre) {
    until("the phone over TCP is registered, too", SOON, || {
        let remote = "SELECT remote FROM registration WHERE remote LIKE '%tcp'";
        (!centre.sql(remote).is_empty()).then_some(())
    });
}

#[test]
fn all_phones_of_a_seat_ring_and_the_first_to_answer_has_the_call() {
    let centre = Centre::start(Setup::default());
    let mut desk = Phone::registered(&centre, "101", Answers::ByHand);
    let computer = Phone::registered_over_tcp(&centre, "101", Answers::ByHand);
    two_phones_are_known(&centre);
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::connected(&centre, "0861555308");
    let call = caller.call_id().to_owned();
    desk.says("Incoming call from");
    until("the other phone rings as well", SOON, || {
        computer.log().contains("Incoming call from").then_some(())
    });
    computer.command("accept");
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    computer.talks(25);
    until("the desk phone stops ringing", SOON, || {
        desk.command("listcalls").contains("(0)").then_some(())
    });
    caller.hangs_up();
    centre.seat_works("101", "idle");
    centre.audit();
}

#[test]
fn a_phone_of_a_seat_that_is_busy_leaves_the_other_ringing() {
    let centre = Centre::start(Setup::default());
    let mut desk = Phone::registered(&centre, "101", Answers::ByHand);
    let mut computer = Phone::registered_over_tcp(&centre, "101", Answers::ByHand);
    two_phones_are_known(&centre);
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::connected(&centre, "0861555310");
    let call = caller.call_id().to_owned();
    desk.says("Incoming call from");
    computer.says("Incoming call from");
    desk.hangs_up();
    until("the desk phone has refused", SOON, || {
        desk.command("listcalls").contains("(0)").then_some(())
    });
    computer.command("accept");
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    computer.talks(25);
    assert_eq!(
        centre.sql("SELECT count(*) FROM offer"),
        "1",
        "one offer for both"
    );
    caller.hangs_up();
    centre.seat_works("101", "idle");
    centre.audit();
}

#[test]
fn a_phone_that_answers_a_call_from_before_a_crash_is_hung_up_on() {
    let mut centre = Centre::start(Setup::default());
    let mut phone = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", "Anna Esempio");
    let _caller = Caller::connected(&centre, "0861555309");
    phone.says("Incoming call from");
    centre.kill();
    centre.serve();
    phone.command("accept");
    phone.says("Call established");
    until("the phone is free again", SOON, || {
        phone.command("listcalls").contains("(0)").then_some(())
    });
    centre.audit();
}
