//! Who gets in: digest as a phone and as an attacker see it, and closed flows.

use cuptel_sip::{
    Admission, Binding, Credentials, Endpoint, Event, Outbox, OutgoingRegister, Settings,
};

use crate::wire::{Bench, Seen, flow, invite, request};

/// A phone that registers at the bench; returns each of its requests in order.
struct Phone {
    endpoint: Endpoint,
    flow: cuptel_sip::Flow,
}

impl Phone {
    fn new() -> Self {
        let settings = Settings {
            seed: [9; 32],
            ..Settings::default()
        };
        let here = flow();
        let flow = cuptel_sip::Flow {
            local: here.remote,
            remote: here.local,
            ..here
        };
        Self {
            endpoint: Endpoint::new(settings),
            flow,
        }
    }

    fn register(&mut self, now: u64, user: &str, password: &str, expires_s: u32) -> Vec<u8> {
        let mut out = Outbox::default();
        let order = OutgoingRegister {
            flow: self.flow,
            registrar: "sip:10.0.0.1".into(),
            user: user.into(),
            contact: format!("sip:{user}@10.0.0.2:5060"),
            expires_s,
            credentials: Credentials {
                user: user.into(),
                password: password.into(),
            },
        };
        self.endpoint.register(now, order, &mut out);
        out.transmits[0].bytes.to_vec()
    }

    fn receive(&mut self, now: u64, bytes: &[u8]) -> Outbox {
        let mut out = Outbox::default();
        self.endpoint
            .receive(now, &self.flow, bytes, Admission::Closed, &mut out);
        out
    }

    /// The answer to the challenge.
    fn proof(&mut self, now: u64, challenge: &Seen) -> Vec<u8> {
        self.receive(now, &challenge.sent[0].bytes).transmits[0]
            .bytes
            .to_vec()
    }
}

#[test]
fn a_phone_registers_with_either_algorithm() {
    for (drop, keep) in [("algorithm=MD5", "SHA-256"), ("algorithm=SHA-256", "MD5")] {
        let mut bench = Bench::new(Admission::Digest);
        let mut phone = Phone::new();
        let first = phone.register(bench.now, "alice", "secret", 600);
        let seen = bench.receive(first);
        assert_eq!(seen.lines(), ["SIP/2.0 401 Unauthorized"]);
        let challenge = seen.text(0);
        let sha = challenge.find("algorithm=SHA-256").unwrap();
        assert!(
            sha < challenge.find("algorithm=MD5").unwrap(),
            "the stronger comes first"
        );
        let thinned: String = challenge
            .split_inclusive("\r\n")
            .filter(|line| !line.contains(drop))
            .collect();
        let proof = phone.receive(bench.now, thinned.as_bytes()).transmits[0]
            .bytes
            .to_vec();
        assert!(String::from_utf8_lossy(&proof).contains(&format!("algorithm={keep}")));
        let seen = bench.receive(&proof);
        let [
            Event::Register {
                id,
                user,
                bindings,
                query,
                cseq,
                ..
            },
        ] = seen.events.as_slice()
        else {
            panic!("{seen:?}")
        };
        let wanted = Binding {
            uri: "sip:alice@10.0.0.2:5060".into(),
            expires_s: 600,
        };
        assert_eq!(
            (user.as_str(), bindings.as_slice(), *query, *cseq),
            ("alice", &[wanted][..], false, 2)
        );
        assert!(
            bench.receive(&proof).is_silent(),
            "a retransmission is no second event"
        );
        let (id, now) = (*id, bench.now);
        let granted = [Binding {
            uri: "sip:alice@10.0.0.2:5060".into(),
            expires_s: 300,
        }];
        let seen =
            bench.act(|endpoint, out| endpoint.accept_register(now, id, &granted, out).unwrap());
        assert!(
            seen.text(0)
                .contains("\r\nContact: <sip:alice@10.0.0.2:5060>;expires=300\r\n")
        );
        bench.act(|endpoint, out| {
            assert!(endpoint.accept_register(now, id, &granted, out).is_err())
        });
        let end = phone.receive(bench.now, &seen.sent[0].bytes);
        assert!(matches!(
            end.events.as_slice(),
            [Event::Registered {
                status: 200,
                expires_s: 300,
                ..
            }]
        ));
    }
}

#[test]
fn a_phone_that_gives_up_on_foreign_algorithms_is_offered_md5_alone() {
    for (agent, offered) in [
        ("baresip v1.0.0 (x86_64/linux)", &["MD5"][..]),
        ("baresip v3.5.1 (x86_64/Linux)", &["SHA-256", "MD5"]),
        ("Linphone/5.2", &["SHA-256", "MD5"]),
    ] {
        let mut bench = Bench::new(Admission::Digest);
        let register = Phone::new().register(bench.now, "alice", "secret", 600);
        let register = String::from_utf8(register).unwrap();
        let agent = format!("User-Agent: {agent}\r\nMax-Forwards:");
        let ours: String = register
            .split_inclusive("\r\n")
            .filter(|line| !line.starts_with("User-Agent:"))
            .collect();
        let seen = bench.receive(ours.replacen("Max-Forwards:", &agent, 1));
        let challenge = seen.text(0);
        let found: Vec<&str> = challenge
            .split("algorithm=")
            .skip(1)
            .filter_map(|rest| rest.split(',').next())
            .collect();
        assert_eq!(found, offered, "{agent}");
    }
}

#[test]
fn credentials_used_twice_are_refused_with_a_stale_challenge() {
    let mut bench = Bench::new(Admission::Digest);
    let mut phone = Phone::new();
    let seen = bench.receive(phone.register(bench.now, "alice", "secret", 600));
    let proof = phone.proof(bench.now, &seen);
    assert_eq!(bench.receive(&proof).events.len(), 1);
    let replay = String::from_utf8(proof)
        .unwrap()
        .replacen("branch=z9hG4bK", "branch=z9hG4bKx", 1);
    let seen = bench.receive(replay);
    assert_eq!(seen.lines(), ["SIP/2.0 401 Unauthorized"]);
    assert!(seen.events.is_empty());
    assert!(seen.text(0).contains("stale=true"));
    assert_eq!(bench.endpoint.counters().replays, 1);
}

#[test]
fn an_old_nonce_is_stale_and_the_phone_tries_again_by_itself() {
    let mut bench = Bench::new(Admission::Digest);
    let mut phone = Phone::new();
    let seen = bench.receive(phone.register(bench.now, "alice", "secret", 600));
    bench.now += 301_000_000;
    let proof = phone.proof(bench.now, &seen);
    let seen = bench.receive(proof);
    assert_eq!(seen.lines(), ["SIP/2.0 401 Unauthorized"]);
    assert!(seen.text(0).contains("stale=true"));
    let second = phone.proof(bench.now, &seen);
    assert_eq!(bench.receive(second).events.len(), 1);
}

/// What an attacker can see of a challenge: all but nonce and what the request itself varies.
fn visible(seen: &Seen) -> Vec<String> {
    let text = seen.text(0);
    let vary = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
    text.lines()
        .filter(|line| !vary.iter().any(|name| line.starts_with(name)))
        .map(
            |line| match (line.find("nonce=\""), line.find("\", algorithm")) {
                (Some(from), Some(to)) => format!("{}#{}{}", &line[..from], to - from, &line[to..]),
                _ => line.to_owned(),
            },
        )
        .collect()
}

#[test]
fn an_unknown_user_sees_what_a_wrong_password_sees() {
    let mut seen_by = Vec::new();
    for (user, password) in [("alice", "wrong"), ("mallory", "secret")] {
        let mut bench = Bench::new(Admission::Digest);
        let mut phone = Phone::new();
        let first = bench.receive(phone.register(bench.now, user, password, 600));
        let second = bench.receive(phone.proof(bench.now, &first));
        assert_eq!(
            second.lines(),
            ["SIP/2.0 401 Unauthorized"],
            "a fresh challenge"
        );
        assert!(!second.text(0).contains("stale"));
        // The phone itself would stop here; a user who types again goes on from the new nonce.
        let stale = String::from_utf8_lossy(&second.sent[0].bytes).into_owned();
        let mut third_phone = Phone::new();
        let open = third_phone.register(bench.now, user, password, 600);
        let open = String::from_utf8(open).unwrap();
        let via = open
            .lines()
            .find(|line| line.starts_with("Via:"))
            .unwrap()
            .to_owned();
        let cseq = "CSeq: 1 REGISTER";
        let moved: String = stale
            .split_inclusive("\r\n")
            .map(|line| match line.split(':').next().unwrap() {
                "Via" => format!("{via}\r\n"),
                "CSeq" => format!("{cseq}\r\n"),
                _ => line.to_owned(),
            })
            .collect();
        let out = third_phone.receive(bench.now, moved.as_bytes());
        let proof = String::from_utf8_lossy(&out.transmits[0].bytes).replacen(
            "branch=z9hG4bK",
            "branch=z9hG4bKq",
            1,
        );
        let third = bench.receive(proof);
        assert_eq!(third.lines(), ["SIP/2.0 403 Forbidden"], "wrong again");
        seen_by.push((visible(&first), visible(&second), visible(&third)));
    }
    assert_eq!(seen_by[0], seen_by[1]);
}

#[test]
fn a_challenge_costs_no_memory() {
    let mut bench = Bench::new(Admission::Digest);
    for index in 0..1000 {
        let seen =
            bench.receive(invite(&format!("s{index}")).replace("one@h", &format!("{index}@h")));
        assert_eq!(seen.lines(), ["SIP/2.0 401 Unauthorized"]);
    }
    assert_eq!(
        (
            bench.endpoint.transactions_held(),
            bench.endpoint.dialogs_open()
        ),
        (0, 0)
    );
    assert_eq!(bench.endpoint.wake_at(), None);
    assert_eq!(bench.endpoint.counters().challenges, 1000);
}

#[test]
fn a_repeated_stateless_refusal_has_the_same_tag() {
    let mut bench = Bench::new(Admission::Closed);
    let one = bench.receive(invite("a"));
    let two = bench.receive(invite("a"));
    assert_eq!(one.lines(), ["SIP/2.0 403 Forbidden"]);
    assert_eq!(one.message(0).to(), two.message(0).to());
    assert!(one.message(0).to().unwrap().tag.is_some());
    assert_eq!(bench.endpoint.counters().not_admitted, 2);
}

#[test]
fn a_user_cannot_register_another_address() {
    let mut bench = Bench::new(Admission::Digest);
    bench
        .endpoint
        .set_account("bob", cuptel_sip::Ha1::of("bob", "r", "pw"));
    let mut phone = Phone::new();
    let first = phone.register(bench.now, "bob", "pw", 600);
    let seen = bench.receive(first);
    let proof = String::from_utf8(phone.proof(bench.now, &seen)).unwrap();
    let stolen = proof.replace("To: <sip:bob@", "To: <sip:alice@");
    assert_eq!(
        bench.receive(stolen).lines(),
        ["SIP/2.0 403 Not your address of record"]
    );
}

#[test]
fn known_scanners_are_counted() {
    let mut bench = Bench::new(Admission::Closed);
    bench.receive(request(
        "OPTIONS",
        "s",
        1,
        "",
        "User-Agent: friendly-scanner\r\n",
        "",
    ));
    assert_eq!(bench.endpoint.counters().scanners, 1);
}
