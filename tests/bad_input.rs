//! What is wrong from the outside: datagrams, descriptions of media, configuration, ports,
//! folders, databases. The process lives, or says in one line what to do.

use std::fs;
use std::net::UdpSocket;

use crate::harness::{
    AUDIT_NOT_MADE, Caller, Centre, Datagrams, Kind, MADE_BY_NEWER, SOON, Setup, invite,
    torture_messages, until,
};

/// Bytes without sense, the same in every run.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_be_bytes()[0]
        })
        .collect()
}

#[test]
fn a_flood_of_malformed_datagrams_ends_nothing() {
    let mut centre = Centre::start(Setup::default());
    let inside = Caller::connected(&centre, "0861555501");
    let torture = torture_messages();
    assert_eq!(torture.len(), 49, "messages of RFC 4475");
    for listener in [centre.trunk(), centre.phones()] {
        let sender = Datagrams::to(&centre, listener);
        let whole = invite(sender.local(), "cut", "v=0\r\n");
        for length in 0..whole.len() {
            sender.send(&whole.as_bytes()[..length]);
        }
        for (seed, length) in (1..=300).zip((0..).step_by(37)) {
            sender.send(&noise(seed, length % 1_500));
        }
        for message in &torture {
            sender.send(&message.bytes);
        }
        sender.send(&noise(7, 65_000));
        sender.send(&b"INVITE ".repeat(9_000));
        sender.send("Via: x\r\n".repeat(8_000).as_bytes());
    }
    centre.assert_alive();
    inside.ear.hears_more(25);
    let newcomer = Caller::connected(&centre, "0861555502");
    newcomer.ear.hears("in_attesa");
    newcomer.hangs_up();
    inside.hangs_up();
    centre.assert_alive();
    centre.audit();
}

#[test]
fn noise_at_the_voice_ports_disturbs_no_call() {
    let mut centre = Centre::start(Setup::default());
    let caller = Caller::connected(&centre, "0861555503");
    let stranger = UdpSocket::bind((centre.address, 0)).expect("a socket");
    for port in 30_000..30_400 {
        let mut voice = noise(1, 172);
        voice[..2].copy_from_slice(&[0x80, 8]);
        for packet in [noise(2, 200), noise(3, 11), voice, Vec::new()] {
            stranger
                .send_to(&packet, (centre.address, port))
                .expect("loopback takes it");
        }
    }
    caller.ear.hears_more(25);
    caller.hangs_up();
    centre.assert_alive();
    until("the strange packets are counted", SOON, || {
        (centre.counted("cuptel_rtp_wrong_source_total") >= 1).then_some(())
    });
}

#[test]
fn an_absurd_description_of_media_is_refused_with_a_row() {
    let mut centre = Centre::start(Setup::default());
    let caller = Datagrams::to(&centre, centre.trunk());
    let address = centre.address;
    let audio = |line: &str, media: &str| {
        format!("v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\n{line}\r\nt=0 0\r\n{media}\r\n")
    };
    let here = format!("c=IN IP4 {address}");
    let descriptions = [
        "\0\0\0\0".to_owned(),
        "v=0\r\n".to_owned(),
        "m=audio".repeat(8_000),
        audio(&here, "m=audio 99999999999 RTP/AVP 8"),
        audio(&here, "m=audio -1 RTP/AVP 8"),
        audio(&here, "m=video 4000 RTP/AVP 96"),
        audio(&here, "m=audio 4000 RTP/SAVP 8"),
        audio("c=IN IP4 999.999.999.999", "m=audio 4000 RTP/AVP 8"),
        audio("c=IN IP6 ::1", "m=audio 4000 RTP/AVP 8"),
        audio("c=", "m=audio 4000 RTP/AVP 8"),
        audio(
            &here,
            &format!("m=audio 4000 RTP/AVP{}", " 77".repeat(5_000)),
        ),
    ];
    for (place, sdp) in descriptions.iter().enumerate() {
        let call = format!("absurd{place}");
        let answer = caller.ask(&invite(caller.local(), &call, sdp));
        let about = &sdp[..sdp.len().min(120)];
        assert!(answer.starts_with("SIP/2.0 4"), "{about:?}: {answer}");
        let row = format!("SELECT sip_status FROM attempt WHERE sip_call_id = '{call}'");
        let status = centre.sql(&row);
        assert_eq!(
            answer.get(8..11),
            Some(status.as_str()),
            "{about:?}: {answer}"
        );
    }
    centre.assert_alive();
    centre.audit();
}

#[test]
fn a_fault_in_the_configuration_is_pointed_at() {
    let centre = Centre::prepare(Setup::default());
    centre.reconfigure("channels = 10", "chanels = 10");
    let line = fs::read_to_string(centre.config())
        .expect("the configuration can be read")
        .lines()
        .position(|line| line.starts_with("chanels"))
        .expect("the line is there")
        + 1;
    for command in ["serve", "check"] {
        let told = centre.run(&[command]).failed();
        assert!(told.contains(&format!("cuptel.toml:{line}:1:")), "{told}");
        assert!(told.contains("channels"), "{told}");
    }
    assert!(centre.database.is_untouched(), "nothing was begun");
}

#[test]
fn a_fault_in_a_dialplan_is_pointed_at() {
    let centre = Centre::prepare(Setup {
        start: "welcome",
        ..Setup::default()
    });
    let plan = centre.folder().join("plan.toml");
    let text = fs::read_to_string(&plan).expect("the plan can be read");
    fs::write(
        &plan,
        text.replace("menu = \"op_occupato\"", "menu = \"op_ocupato\""),
    )
    .expect("the plan can be written");
    let told = centre.run(&["check"]).failed();
    assert!(told.contains("plan.toml:18:8:"), "{told}");
    assert!(told.contains("op_occupato"), "{told}");
}

#[test]
fn a_port_in_use_is_named() {
    for port in [5060, 5080] {
        let centre = Centre::prepare(Setup::default());
        let _taken = UdpSocket::bind((centre.address, port)).expect("the port is free");
        let told = centre.run(&["serve"]).failed();
        assert!(
            told.contains(&format!("{}:{port}", centre.address)),
            "{told}"
        );
        assert!(told.contains("in use"), "{told}");
    }
    let centre = Centre::prepare(Setup::default());
    let _taken = std::net::TcpListener::bind((centre.address, 8080)).expect("the port is free");
    let told = centre.run(&["serve"]).failed();
    assert!(
        told.contains(&format!("{}:8080: the port is in use", centre.address)),
        "{told}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let centre = Centre::prepare(Setup::default());
    // Permissions do not stop a test that runs as root; a file in the place of a folder does.
    fs::write(centre.folder().join("data"), "a file").expect("the folder can be written");
    let told = centre.run(&["serve"]).failed();
    assert!(
        told.contains(&format!("{}/data", centre.folder().display())),
        "{told}"
    );
    assert!(!told.contains("panicked"), "{told}");
}

#[test]
fn a_second_server_on_the_same_database_is_refused_and_the_first_one_goes_on() {
    let mut centre = Centre::start(Setup::default());
    let told = centre.run(&["serve"]).failed();
    assert!(told.contains("another cuptel serve is using"), "{told}");
    assert!(told.contains(&centre.database.place()), "{told}");
    centre.assert_alive();
    Caller::connected(&centre, "0861555504").hangs_up();
    centre.audit();
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let centre = Centre::prepare(Setup {
        database: Kind::Sqlite,
        ..Setup::default()
    });
    fs::create_dir(centre.folder().join("data")).expect("the folder can be written");
    let text = "Somebody's notes, not a database.\n".repeat(100);
    fs::write(centre.database.file(), &text).expect("the folder can be written");
    for (command, code) in [
        (&["serve"][..], MADE_BY_NEWER),
        (&["audit"], AUDIT_NOT_MADE),
    ] {
        let told = centre.run(command).failed_with(code);
        assert!(told.contains("is not a database"), "{told}");
    }
    assert_eq!(fs::read_to_string(centre.database.file()).ok(), Some(text));
}
