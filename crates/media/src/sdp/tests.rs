//! SDP as phones, PBXs and testers write it, and as none should.

use super::*;
use crate::stream::tests::Chance;

const LINPHONE: &str = "v=0\r\no=mario 2711 1043 IN IP4 192.168.1.7\r\ns=Talk\r\n\
    c=IN IP4 192.168.1.7\r\nb=AS:380\r\nt=0 0\r\na=ice-pwd:31ec21eb38b2ec6d36e8dc7b\r\n\
    a=ice-ufrag:5ad5f5d6\r\na=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL\r\n\
    m=audio 7078 RTP/AVPF 96 97 98 0 8 18 101 99 100\r\na=rtpmap:96 opus/48000/2\r\n\
    a=fmtp:96 useinbandfec=1\r\na=rtpmap:97 speex/16000\r\na=rtpmap:98 speex/8000\r\n\
    a=fmtp:98 vbr=on\r\na=fmtp:18 annexb=yes\r\na=rtpmap:101 telephone-event/48000\r\n\
    a=rtpmap:99 telephone-event/16000\r\na=rtpmap:100 telephone-event/8000\r\n\
    a=candidate:1 1 UDP 2130706431 192.168.1.7 7078 typ host\r\na=rtcp-fb:* trr-int 1000\r\n\
    m=video 9078 RTP/AVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 H264/90000\r\n";
const BARESIP: &str = "v=0\r\no=- 3830 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n\
    t=0 0\r\na=tool:baresip 1.0.0\r\nm=audio 20058 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n\
    a=rtcp:20059\r\na=sendrecv\r\na=label:1\r\na=rtcp-rsize\r\na=ssrc:13 cname:x\r\na=ptime:20\r\n";
const SIPP: &str = "v=0\no=user1 53655765 2353687637 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\n\
    t=0 0\nm=audio 6000 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n";
const FREESWITCH: &str = "v=0\r\no=FreeSWITCH 1700 1701 IN IP4 10.1.1.9\r\ns=FreeSWITCH\r\n\
    c=IN IP4 10.1.1.9\r\nt=0 0\r\nm=audio 27000 RTP/AVP 102 9 0 8 103 101\r\n\
    a=rtpmap:102 opus/48000/2\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:103 telephone-event/48000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtcp-mux\r\n\
    a=rtcp:27001 IN IP4 10.1.1.10\r\na=ptime:20\r\n";

fn local() -> Local {
    Local {
        address: "198.51.100.1".parse().unwrap(),
        rtp_port: 30_000,
        session_id: 77,
        version: 3,
    }
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn offer_of(connection: &str, rest: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\n{connection}\r\nt=0 0\r\n{rest}\r\n")
}

/// The strict parser must accept whatever we write.
fn strict(sdp: &str) -> sdp_types::Session {
    sdp_types::Session::parse(sdp.as_bytes()).unwrap()
}

#[test]
fn common_offers_are_answered() {
    use Codec::{Pcma, Pcmu};
    // offer, RTP, RTCP, codec, number, event number
    let cases = [
        (
            LINPHONE,
            "192.168.1.7:7078",
            "192.168.1.7:7079",
            Pcmu,
            0,
            Some(100),
        ),
        (
            BARESIP,
            "127.0.0.1:20058",
            "127.0.0.1:20059",
            Pcma,
            8,
            Some(101),
        ),
        (SIPP, "127.0.0.1:6000", "127.0.0.1:6001", Pcmu, 0, None),
        (
            FREESWITCH,
            "10.1.1.9:27000",
            "10.1.1.10:27001",
            Pcmu,
            0,
            Some(101),
        ),
    ];
    for (offer, rtp, rtcp, codec, payload_type, event_payload_type) in cases {
        let (text, agreed) = answer(offer.as_bytes(), &local()).unwrap();
        let expected = Agreed {
            remote: at(rtp),
            remote_rtcp: at(rtcp),
            codec,
            payload_type,
            event_payload_type,
            direction: Direction::SendRecv,
        };
        assert_eq!(agreed, expected, "{offer}");
        let ours = strict(&text);
        let theirs = offer.matches("m=").count();
        assert_eq!(ours.medias.len(), theirs, "one m-line for each of theirs");
        assert_eq!(ours.medias[0].port, 30_000);
        assert_eq!(ours.origin.sess_version, 3);
        assert!(!text.contains("rtcp-mux"));
        // What we answer, the other side would understand in the same way.
        let back = accept_answer(text.as_bytes()).unwrap();
        assert_eq!(back.remote, at("198.51.100.1:30000"));
        assert_eq!((back.codec, back.payload_type), (codec, payload_type));
        assert_eq!(back.event_payload_type, event_payload_type);
    }
}

#[test]
fn the_answer_is_what_it_should_be_to_the_letter() {
    let (text, _) = answer(LINPHONE.as_bytes(), &local()).unwrap();
    let expected = "v=0\r\no=cuptel 77 3 IN IP4 198.51.100.1\r\ns=-\r\n\
        c=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 30000 RTP/AVPF 0 100\r\n\
        a=rtpmap:0 PCMU/8000\r\na=rtpmap:100 telephone-event/8000\r\na=fmtp:100 0-15\r\n\
        a=ptime:20\r\na=sendrecv\r\nm=video 0 RTP/AVPF 96 97\r\n";
    assert_eq!(text, expected);
}

#[test]
fn our_offer_lists_both_codecs_in_the_preferred_order() {
    for (prefer, list) in [(Codec::Pcma, "8 0 101"), (Codec::Pcmu, "0 8 101")] {
        let text = offer(&local(), prefer);
        assert_eq!(strict(&text).medias[0].fmt, list);
        assert!(text.contains("a=fmtp:101 0-15\r\n") && text.contains("a=ptime:20\r\n"));
        let (_, agreed) = answer(text.as_bytes(), &local()).unwrap();
        assert_eq!(agreed.codec, prefer);
    }
    let six = Local {
        address: "2001:db8::1".parse().unwrap(),
        ..local()
    };
    let text = offer(&six, Codec::Pcma);
    strict(&text);
    assert!(text.contains("c=IN IP6 2001:db8::1\r\n"));
    let (_, agreed) = answer(text.as_bytes(), &six).unwrap();
    assert_eq!(agreed.remote, at("[2001:db8::1]:30000"));
    assert_eq!(
        answer(text.as_bytes(), &local()),
        Err(SdpError::AddressFamily)
    );
}

#[test]
fn holds_and_directions_are_mirrored() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    // connection, their attribute, ours, what the answer says
    let cases = [
        ("c=IN IP4 10.0.0.1", "", SendRecv, "a=sendrecv"),
        ("c=IN IP4 10.0.0.1", "a=sendrecv", SendRecv, "a=sendrecv"),
        ("c=IN IP4 10.0.0.1", "a=sendonly", RecvOnly, "a=recvonly"),
        ("c=IN IP4 10.0.0.1", "a=recvonly", SendOnly, "a=sendonly"),
        ("c=IN IP4 10.0.0.1", "a=inactive", Inactive, "a=inactive"),
        ("c=IN IP4 0.0.0.0", "", RecvOnly, "a=recvonly"),
        ("c=IN IP4 0.0.0.0", "a=sendonly", RecvOnly, "a=recvonly"),
        ("c=IN IP4 0.0.0.0", "a=recvonly", Inactive, "a=inactive"),
        (
            "c=IN IP4 10.0.0.1\r\na=sendonly",
            "",
            RecvOnly,
            "a=recvonly",
        ),
        (
            "c=IN IP4 10.0.0.1\r\na=inactive",
            "a=sendrecv",
            SendRecv,
            "a=sendrecv",
        ),
    ];
    for (connection, attribute, direction, said) in cases {
        let offer = offer_of(
            connection,
            &format!("m=audio 4000 RTP/AVP 8\r\n{attribute}"),
        );
        let (text, agreed) = answer(offer.as_bytes(), &local()).unwrap();
        assert_eq!(agreed.direction, direction, "{offer}");
        assert!(text.contains(said), "{text}");
        assert!(
            text.contains("c=IN IP4 198.51.100.1"),
            "we never answer 0.0.0.0"
        );
    }
}

#[test]
fn odd_offers_are_understood() {
    // m-lines, number chosen, codec
    let cases = [
        ("m=audio 4000 RTP/AVP 8", 8, Codec::Pcma),
        ("m=audio 4000 RTP/AVP 18 3 0 8", 0, Codec::Pcmu),
        (
            "m=audio 4000/1 RTP/AVP 96\r\na=rtpmap:96 PCMA/8000",
            96,
            Codec::Pcma,
        ),
        (
            "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 pcma/8000/1",
            96,
            Codec::Pcma,
        ),
        (
            "m=audio 4000 rtp/avp 97\r\na=rtpmap: 97  PCMU/8000 ",
            97,
            Codec::Pcmu,
        ),
        ("m=audio  4000  RTP/AVP  x 300 8", 8, Codec::Pcma),
        (
            "m=audio 4000 RTP/AVP 8 0\r\na=rtpmap:8 opus/48000",
            0,
            Codec::Pcmu,
        ),
        (
            "m=audio 4000 RTP/AVP 96 0\r\na=rtpmap:96 PCMA/16000",
            0,
            Codec::Pcmu,
        ),
        (
            "m=audio 0 RTP/AVP 8\r\nm=audio 4000 RTP/AVP 0",
            0,
            Codec::Pcmu,
        ),
        (
            "m=audio 4000 RTP/SAVP 8\r\nm=audio 4000 RTP/AVP 8",
            8,
            Codec::Pcma,
        ),
        (
            "m=image 9 udptl t38\r\nm=audio 4000 RTP/AVP 8",
            8,
            Codec::Pcma,
        ),
        (
            "m=audio 4000 RTP/AVP 8\r\na=rtcp:junk\r\na\r\na=\r\n=\r\n\r\nz",
            8,
            Codec::Pcma,
        ),
    ];
    for (media, payload_type, codec) in cases {
        let offer = offer_of("c=IN IP4 10.0.0.1", media);
        let (text, agreed) = answer(offer.as_bytes(), &local()).unwrap();
        assert_eq!(
            (agreed.payload_type, agreed.codec),
            (payload_type, codec),
            "{media}"
        );
        assert_eq!(agreed.remote, at("10.0.0.1:4000"));
        assert_eq!(strict(&text).medias.len(), media.matches("m=").count());
    }
}

#[test]
fn two_lines_are_enough_and_the_streams_own_address_wins() {
    // The name is in Latin-1.
    let bare = b"s=citt\xE0\nm=audio 4000 RTP/AVP 8\nc=IN IP4 10.0.0.1\n";
    assert_eq!(
        answer(bare, &local()).unwrap().1.remote,
        at("10.0.0.1:4000")
    );
    let both = b"v=0\nc=IN IP4 10.0.0.9\nm=audio 4000 RTP/AVP 8\nc=IN IP4 10.0.0.1/127\n";
    assert_eq!(
        answer(both, &local()).unwrap().1.remote,
        at("10.0.0.1:4000")
    );
    let last = offer_of("c=IN IP4 10.0.0.1", "m=audio 65535 RTP/AVP 8");
    assert_eq!(
        answer(last.as_bytes(), &local())
            .unwrap()
            .1
            .remote_rtcp
            .port(),
        65_535
    );
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    use SdpError::{Address, Malformed, NoAudio, NothingFits};
    let here = "c=IN IP4 10.0.0.1";
    let cases = [
        (here, "", NoAudio),
        (here, "m=video 4000 RTP/AVP 31", NoAudio),
        (here, "m=audio 0 RTP/AVP 8", NoAudio),
        (here, "m=audio 4000 RTP/AVP 18 9", NothingFits),
        (here, "m=audio 4000 RTP/AVP", NothingFits),
        (here, "m=audio 4000 RTP/SAVP 8", NothingFits),
        (here, "m=audio 4000 UDP/TLS/RTP/SAVPF 8", NothingFits),
        (here, "m=audio 4000 RTP/AVP 96", NothingFits),
        ("b=AS:1", "m=audio 4000 RTP/AVP 8", Address),
        ("c=IN IP4 phone.example", "m=audio 4000 RTP/AVP 8", Address),
        ("c=IN IP4", "m=audio 4000 RTP/AVP 8", Address),
        ("c=IN IP4 224.1.1.1/127", "m=audio 4000 RTP/AVP 8", Address),
        (
            "c=IN IP4 255.255.255.255",
            "m=audio 4000 RTP/AVP 8",
            Address,
        ),
        (
            here,
            "m=audio",
            Malformed("m-line without port or protocol"),
        ),
        (
            here,
            "m=audio 70000 RTP/AVP 8",
            Malformed("m-line without a usable port"),
        ),
        (
            here,
            "m=audio -1 RTP/AVP 8",
            Malformed("m-line without a usable port"),
        ),
        (
            here,
            "m=audio 4000 RTP/AVP 8 \u{0}",
            Malformed("m-line with strange characters"),
        ),
    ];
    for (connection, media, reason) in cases {
        let offer = offer_of(connection, media);
        assert_eq!(answer(offer.as_bytes(), &local()), Err(reason), "{offer}");
    }
    assert_eq!(answer(b"", &local()), Err(Malformed("no SDP line")));
    assert_eq!(answer(b"hello", &local()), Err(Malformed("no SDP line")));
    assert_eq!(
        answer(&[b'm'; 70_000], &local()),
        Err(Malformed("too long"))
    );
    let many = "m=audio 1 RTP/AVP 9\n".repeat(33);
    assert_eq!(
        answer(many.as_bytes(), &local()),
        Err(Malformed("too many m-lines"))
    );
}

#[test]
fn answers_to_our_offer_are_read() {
    let text = offer_of(
        "c=IN IP4 10.0.0.1",
        "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=sendonly",
    );
    let agreed = accept_answer(text.as_bytes()).unwrap();
    assert_eq!(agreed.codec, Codec::Pcmu);
    assert_eq!(agreed.event_payload_type, Some(96));
    assert_eq!(agreed.direction, Direction::RecvOnly);
    let refused = offer_of("c=IN IP4 10.0.0.1", "m=audio 0 RTP/AVP 8");
    assert_eq!(accept_answer(refused.as_bytes()), Err(SdpError::NoAudio));
    assert_eq!(accept_answer(b"v=0\r\n"), Err(SdpError::NoAudio));
}

#[test]
fn mutated_sdp_never_panics_and_answers_stay_well_formed() {
    let mut chance = Chance(0x5DEE_CE66);
    let mut answered = 0;
    for round in 0..40_000 {
        let mut bytes = [LINPHONE, BARESIP, SIPP, FREESWITCH][round % 4]
            .as_bytes()
            .to_vec();
        for _ in 0..=chance.next() % 4 {
            let place = chance.next() % bytes.len();
            match chance.next() % 4 {
                0 => bytes[place] = chance.next().to_le_bytes()[0],
                1 => bytes.truncate(place.max(1)),
                2 => bytes.insert(place, b" \r\n=:/0\xFF"[chance.next() % 8]),
                _ => {
                    bytes.remove(place);
                    bytes.push(b'\n');
                }
            }
        }
        if let Ok(agreed) = accept_answer(&bytes) {
            assert!(agreed.payload_type < 128);
        }
        if let Ok((text, _)) = answer(&bytes, &local()) {
            answered += 1;
            // The strict parser may know fewer media kinds than a mutation invents, but every
            // line must be one of ours.
            assert!(text.ends_with("\r\n"));
            assert!(text.is_ascii());
            for line in text.split_terminator("\r\n") {
                assert!(matches!(line.as_bytes(), [b'a'..=b'z', b'=', ..]), "{line}");
            }
        }
    }
    assert!(
        answered > 10_000,
        "mutations that leave SDP intact must be answered: {answered}"
    );
}
