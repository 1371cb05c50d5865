//! Listeners, ports for voice, trunks, and times that cannot be.

use super::*;

#[test]
fn listeners_have_addresses_of_their_own_and_known_roles() {
    assert_fault(
        "127.0.0.1:5080",
        "127.0.0.1:5060",
        "8:7: 127.0.0.1:5060 is another listener's address already",
    );
    for (everywhere, ip) in [("0.0.0.0:5081", "0.0.0.0"), ("[::]:5081", "::")] {
        assert_fault(
            "127.0.0.1:5080",
            everywhere,
            &format!(
                "8:7: nobody can answer to {ip}, which Via and Contact would say: expected one address of this machine, and a [[listener]] for each"
            ),
        );
    }
    assert_fault(
        "127.0.0.1:5080",
        "localhost",
        "8:7: `udp`: expected an address with its port, like \"127.0.0.1:5060\"",
    );
    assert_fault(
        "\"127.0.0.1:5080\"",
        "\"127.0.0.1:5080\"\ntcp = \"127.0.0.1\"",
        "9:7: `tcp`: expected an address with its port, like \"127.0.0.1:5060\"",
    );
    assert_fault(
        "role = \"trunk\"",
        "role = \"trunc\"",
        "7:8: unknown role \"trunc\": did you mean \"trunk\"?",
    );
    assert_fault(
        "role = \"trunk\"",
        "role = \"phones\"",
        "1:1: missing `[[listener]]`: expected one with role = \"trunk\", where the carrier sends calls",
    );
    assert_fault(
        "role = \"phones\"",
        "role = \"trunk\"",
        "1:1: missing `[[listener]]`: expected one with role = \"phones\", where operators' phones register",
    );
}

#[test]
fn a_proxy_brings_the_carrier_but_no_phones() {
    assert_fault(
        "role = \"phones\"",
        "role = \"edge\"",
        "1:1: missing `[[listener]]`: expected one with role = \"phones\", where operators' phones register",
    );
    let proxied = changed(PLAIN, "role = \"trunk\"", "role = \"edge\"");
    assert!(load_in(&project(&proxied, PLAN)).is_ok());
}

#[test]
fn ports_for_voice_come_in_pairs() {
    const RANGE: &str =
        "`ports`: expected a range of ports from 1024 to 65535, like \"30000-39999\"";
    let odd = |shown| {
        format!(
            "12:9: RTP takes an even port and RTCP the next: expected an even first and an odd last port, like \"{shown}\""
        )
    };
    assert_fault("30000-30999", "30001-30999", &odd("30000-30999"));
    assert_fault("30000-30999", "30000-30998", &odd("30000-30999"));
    for wrong in [
        "30999-30000",
        "30000-30000",
        "80-30999",
        "30000-70000",
        "30000",
        "",
    ] {
        assert_fault("30000-30999", wrong, &format!("12:9: {RANGE}"));
    }
    assert_fault(
        "ports = \"30000-30999\"",
        "ports = \"30000-30999\"\n[[media.network]]\nbind = \"127.0.0.1\"\nports = \"30998-31001\"",
        "15:9: another network has ports of this range: 30000-30999",
    );
    assert_fault(
        "127.0.0.1:5080",
        "127.0.0.1:30500",
        "12:9: a listener has a port of this range: 127.0.0.1:30500",
    );
    assert_fault(
        "bind = \"127.0.0.1\"",
        "bind = \"0.0.0.0\"",
        "11:8: nobody can send voice to 0.0.0.0: expected `advertise` with an address that others reach",
    );
}

#[test]
fn a_trunk_answers_and_dials_on_the_channels_that_it_has() {
    assert_fault(
        "answer_max = 26",
        "answer_max = 31",
        "22:14: `answer_max` is 31: expected at most the 30 `channels`",
    );
    assert_fault(
        "outbound_min = 3",
        "outbound_min = 31",
        "23:16: `outbound_min` is 31: expected at most the 30 `channels`",
    );
    assert_fault(
        "outbound_min = 3",
        "outbound_min = 3\ninbound_min = 28",
        "24:15: `inbound_min` is 28 and `outbound_min` 3: expected at most the 30 `channels` together",
    );
    assert_fault(
        "outbound_min = 3",
        "outbound_min = 0\ninbound_min = 26",
        "24:15: `inbound_min` is 26: expected less than `answer_max`, 26, or no callback is ever dialled (`outbound_min` is 0)",
    );
    assert_fault(
        "channels = 30\n",
        "",
        "17:1: missing `channels`: expected a whole number from 1 to 100000",
    );
    assert_fault(
        "\"192.0.2.7\"",
        "\"carrier.example\"",
        "19:26: \"carrier.example\" is no network: expected networks like [\"192.0.2.0/28\"], or single addresses",
    );
    assert_fault(
        "sip:127.0.0.1:5070",
        "127.0.0.1:5070",
        "20:12: `outbound`: expected a SIP URI whose host is known, like \"sip:127.0.0.1:5070\" or \"sip:127.0.0.1:5070;transport=tcp\"",
    );
    assert_fault(
        "cli = \"+39",
        "cli = \"0",
        "24:7: `cli`: expected the number shown to who is called back, like \"+390861000000\"",
    );
    assert_fault(
        "cli = \"+390861000000\"",
        "cli = \"+390861000000\"\n[[trunk]]\nname = \"carrier\"\npeers = [\"198.51.100.0/24\"]\nchannels = 9\nanswer_max = 1\ncli = \"+390861000000\"",
        "26:8: trunk \"carrier\" is here twice",
    );
    assert_fault(
        "cli = \"+390861000000\"",
        "cli = \"+390861000000\"\n[[trunk]]\nname = \"second\"\npeers = [\"192.0.2.0/24\"]\nchannels = 9\nanswer_max = 1\ncli = \"+390861000000\"",
        "27:10: 192.0.2.0/24 shares addresses with trunk \"carrier\"",
    );
}

#[test]
fn notices_have_lines_of_their_own_and_a_storm_begins_on_answered_ones() {
    assert_fault(
        "answer_max = 26",
        "answer_max = 26\nnotice_lines = 4",
        "23:16: `answer_max` and `notice_lines` are 30 together: expected fewer than the 30 `channels`",
    );
    assert_fault(
        "answer_max = 26",
        "answer_max = 26\nstorm_lines = 27",
        "23:15: `storm_lines` is 27: expected at most `answer_max`, 26",
    );
    for (key, from, to) in [
        ("notice_s_max", 10, 300),
        ("notice_key_s", 1, 60),
        ("storm_quiet_s", 0, 3_600),
    ] {
        assert_fault(
            "answer_max = 26",
            &format!("answer_max = 26\n{key} = 9999"),
            &format!(
                "23:{}: `{key}` is 9999: expected a whole number from {from} to {to}",
                key.len() + 4
            ),
        );
    }
}

#[test]
fn nothing_rings_or_waits_for_no_time() {
    for (key, most) in [("waiting_max", 100_000), ("ring_s", 300)] {
        assert_fault(
            "name = \"disdette\"",
            &format!("name = \"disdette\"\n{key} = 0"),
            &format!(
                "47:{}: `{key}` is 0: expected a whole number from 1 to {most}",
                key.len() + 4
            ),
        );
    }
    assert_fault(
        "outbound_min = 3",
        "outbound_min = 3\nring_s = 0",
        "24:10: `ring_s` is 0: expected a whole number from 1 to 300",
    );
    assert_fault(
        "[prompts]",
        "[limits]\nregister_min_s = 600\nregister_max_s = 60\n[prompts]",
        "16:18: `register_max_s` is 60: expected at least `register_min_s`, 600",
    );
    assert_fault(
        "grace_s = 60",
        "spacing_busy_s = 0",
        "47:31: `spacing_busy_s` is 0: expected a whole number from 1 to 86400",
    );
    assert_fault(
        "prenotazioni = 1",
        "prenotazioni = 6",
        "41:27: `prenotazioni` is 6: expected a whole number from 1 to 5",
    );
    assert_fault(
        "share = 0.70",
        "share = 70",
        "42:29: `share` is 70: expected a share from 0.0 to 1.0",
    );
    assert_fault(
        "name = \"disdette\"",
        "name = \"disdette\"\nno_operators = \"refused\"",
        "47:16: unknown no_operators \"refused\": did you mean \"refuse\"?",
    );
}
