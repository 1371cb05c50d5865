//! The media thread over loopback, with real sockets as phones. Packets are made and read by
//! the `rtp` crate, so that our own header code is never its own judge.

#[cfg(test)]
mod phone;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use cuptel_media::{
    Codec, Command, Direction, Event, Latch, OpenFailure, PortPool, PromptId, PromptLibrary,
    StreamId, Then, Tone, g711, start,
};
use phone::{A, B, Media, Phone, TIMEOUT, settings, wav};

#[test]
fn bridged_phones_hear_each_other_one_to_one() {
    let media = Media::start(PromptLibrary::new());
    let (mut a, mut b) = (media.call(A), media.call(B));
    media.send(Command::Bridge { a: A, b: B });
    media.settle(A);
    let mut heard = vec![];
    for n in 0..50_u8 {
        a.send_audio(8, &[n; 160]);
        heard.push(b.receive());
        b.send_audio(8, &[100 + n; 160]);
        assert_eq!(a.receive().payload[..], [100 + n; 160]);
    }
    let ssrcs: BTreeSet<u32> = heard.iter().map(|packet| packet.header.ssrc).collect();
    assert_eq!(ssrcs.len(), 1);
    assert!(!ssrcs.contains(&a.ssrc), "our own SSRC, not the caller's");
    assert!(heard[0].header.marker);
    for (n, pair) in (1..).zip(heard.windows(2)) {
        let [before, after] = [&pair[0].header, &pair[1].header];
        assert_eq!(
            after.sequence_number,
            before.sequence_number.wrapping_add(1)
        );
        assert_eq!(after.timestamp, before.timestamp.wrapping_add(160));
        assert_eq!(pair[1].payload[..], [n; 160]);
        assert!(!after.marker);
    }
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    assert_eq!(media.event(), Event::RtpStarted { stream: B });
    media.settle(A);
    let stats = media.handle.stats();
    assert_eq!((stats.packets_in, stats.packets_relayed), (100, 100));
    assert_eq!(stats.streams_open, 2);
}

#[test]
fn a_prompt_is_sent_frame_by_frame_and_its_end_is_reported() {
    let mut library = PromptLibrary::new();
    let prompt = library.add_wav("benvenuto", &wav(10, 25)).unwrap();
    let media = Media::start(library);
    let phone = media.call(A);
    media.send(Command::Play {
        stream: A,
        token: 42,
        prompts: Arc::new([prompt]),
        gap_ms: 0,
        then: Then::Silence,
    });
    let heard: Vec<_> = (0..25).map(|_| phone.receive()).collect();
    assert_eq!(
        media.event(),
        Event::PlayEnded {
            stream: A,
            token: 42
        }
    );
    for (n, packet) in (10..).zip(&heard) {
        assert_eq!(packet.payload[..], [n; 160]);
        assert_eq!(packet.header.payload_type, 8);
        assert_eq!(packet.header.marker, n == 10);
    }
    for pair in heard.windows(2) {
        let [before, after] = [&pair[0].header, &pair[1].header];
        assert_eq!(
            after.sequence_number,
            before.sequence_number.wrapping_add(1)
        );
        assert_eq!(after.timestamp, before.timestamp.wrapping_add(160));
    }
    media.send(Command::Tone {
        stream: A,
        token: 43,
        tone: Tone::Beep,
    });
    let beep = phone.receive();
    let last = &heard[24].header;
    assert_eq!(
        beep.header.sequence_number,
        last.sequence_number.wrapping_add(1)
    );
    assert!(beep.header.marker, "a new talkspurt");
    for _ in 1..20 {
        phone.receive();
    }
    assert_eq!(
        media.event(),
        Event::PlayEnded {
            stream: A,
            token: 43
        }
    );
    let Event::Closed { report, .. } = media.close(A) else {
        panic!("not closed")
    };
    assert_eq!((report.packets_out, report.bytes_out), (45, 45 * 160));
}

#[test]
fn music_yields_to_a_bridge_and_numbers_go_on() {
    let mut library = PromptLibrary::new();
    let music = library.add_wav("musica", &wav(1, 3)).unwrap();
    let media = Media::start(library);
    let (mut a, b) = (media.call(A), media.call(B));
    media.send(Command::Music {
        stream: B,
        token: 1,
        music,
    });
    let before: Vec<_> = (0..5).map(|_| b.receive()).collect();
    assert_eq!(before[3].payload[..], [1; 160], "it loops");
    media.send(Command::Bridge { a: A, b: B });
    media.settle(A);
    a.send_audio(8, &[99; 160]);
    let mut last = before[4].header.clone();
    loop {
        let packet = b.receive();
        assert_eq!(
            packet.header.sequence_number,
            last.sequence_number.wrapping_add(1)
        );
        let step = packet.header.timestamp.wrapping_sub(last.timestamp);
        assert!(step >= 160 && step.is_multiple_of(160), "{step}");
        assert_eq!(packet.header.ssrc, last.ssrc);
        last = packet.header.clone();
        if packet.payload[..] == [99; 160] {
            assert!(packet.header.marker);
            break;
        }
    }
    media.send(Command::Unbridge { a: B });
    media.send(Command::Music {
        stream: B,
        token: 2,
        music,
    });
    let packet = b.receive();
    assert!(packet.header.marker);
    assert_eq!(
        packet.header.sequence_number,
        last.sequence_number.wrapping_add(1)
    );
}

#[test]
fn the_two_laws_are_transcoded_exactly() {
    let media = Media::start(PromptLibrary::new());
    let (mut a, mut b) = (media.phone(), media.phone());
    media.open(A, &a, |agreed| agreed.event_payload_type = Some(101));
    media.open(B, &b, |agreed| {
        agreed.codec = Codec::Pcmu;
        agreed.payload_type = 0;
        agreed.event_payload_type = Some(96);
    });
    a.leg = Some(media.port(A));
    b.leg = Some(media.port(B));
    media.send(Command::Bridge { a: A, b: B });
    media.settle(A);
    let all: Vec<u8> = (0..=255).collect();
    a.send_audio(8, &all);
    let heard = b.receive();
    assert_eq!(heard.header.payload_type, 0);
    let expected: Vec<u8> = all.iter().map(|&byte| g711::alaw_to_ulaw(byte)).collect();
    assert_eq!(heard.payload[..], expected[..]);
    b.send_audio(0, &all);
    let heard = a.receive();
    assert_eq!(heard.header.payload_type, 8);
    let expected: Vec<u8> = all.iter().map(|&byte| g711::ulaw_to_alaw(byte)).collect();
    assert_eq!(heard.payload[..], expected[..]);
    // A key keeps its payload and takes the number of the other side.
    a.send_event(101, 5, true, 800, 16_000);
    let heard = b.receive();
    assert_eq!(heard.header.payload_type, 96);
    assert_eq!(heard.payload[..], [5, 0x8A, 3, 32]);
}

#[test]
fn what_is_not_relayed_leaves_no_hole() {
    let media = Media::start(PromptLibrary::new());
    let (mut a, b) = (media.call(A), media.phone());
    media.open(B, &b, |agreed| agreed.event_payload_type = None);
    media.send(Command::Bridge { a: A, b: B });
    media.settle(A);
    a.send_audio(8, &[1; 160]);
    a.send_audio(13, &[0; 1]); // comfort noise
    a.send_audio(99, &[0; 20]); // nobody knows what
    a.send_event(101, 5, true, 800, 16_000); // b does not know events
    a.send_audio(8, &[2; 160]);
    let first = b.receive();
    let second = b.receive();
    assert_eq!(second.payload[..], [2; 160]);
    assert_eq!(
        second.header.sequence_number,
        first.header.sequence_number.wrapping_add(1)
    );
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    assert_eq!(
        media.event(),
        Event::Digit {
            stream: A,
            digit: '5',
            duration_ms: 100
        }
    );
    assert_eq!(media.handle.stats().dropped, 2);
}

#[test]
fn a_digit_is_reported_once_through_doubles_and_loss() {
    let media = Media::start(PromptLibrary::new());
    let mut a = media.call(A);
    for (digit, timestamp) in [(1, 8_000), (1, 16_000), (11, 24_000)] {
        a.send_event(101, digit, false, 160, timestamp);
        for _ in 0..3 {
            a.send_event(101, digit, true, 400, timestamp);
        }
    }
    a.send_event(101, 3, true, 400, 32_000); // its start is lost
    a.send_event(101, 4, false, 160, 40_000); // its end is lost, ended by the next
    a.send_event(101, 10, false, 240, 48_000); // its end is lost, ended by silence
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    let digits: String = (0..6)
        .map(|_| {
            let Event::Digit { digit, .. } = media.event() else {
                panic!("not a digit")
            };
            digit
        })
        .collect();
    assert_eq!(digits, "11#34*");
    assert!(
        matches!(media.close(A), Event::Closed { .. }),
        "and no digit more"
    );
}

#[test]
fn a_key_of_ours_is_heard_once_between_the_frames_of_a_prompt() {
    let mut library = PromptLibrary::new();
    let prompt = library.add_wav("voce", &wav(10, 25)).unwrap();
    let media = Media::start(library);
    let phone = media.call(A);
    media.send(Command::Play {
        stream: A,
        token: 1,
        prompts: [prompt].into(),
        gap_ms: 0,
        then: Then::Silence,
    });
    let first = phone.receive();
    media.send(Command::SendDigit {
        stream: A,
        digit: '9',
        duration_ms: 100,
    });
    let packets: Vec<_> = (0..24 + 7).map(|_| phone.receive()).collect();
    let (keys, sound): (Vec<_>, Vec<_>) = packets
        .iter()
        .partition(|packet| packet.header.payload_type == 101);
    for (n, packet) in (1..).zip(&packets) {
        let expected = first.header.sequence_number.wrapping_add(n);
        assert_eq!(packet.header.sequence_number, expected);
    }
    let heard: Vec<u8> = sound.iter().map(|packet| packet.payload[0]).collect();
    assert_eq!(
        heard,
        (11..35).collect::<Vec<u8>>(),
        "no frame of the prompt is missing"
    );
    let steps: Vec<&[u8]> = keys.iter().map(|packet| &packet.payload[..]).collect();
    let steps_expected: [&[u8]; 7] = [
        &[9, 10, 0, 160],
        &[9, 10, 1, 64],
        &[9, 10, 1, 224],
        &[9, 10, 2, 128],
        &[9, 138, 3, 32],
        &[9, 138, 3, 32],
        &[9, 138, 3, 32],
    ];
    assert_eq!(steps, steps_expected);
    assert!(
        keys.iter()
            .all(|key| key.header.timestamp == keys[0].header.timestamp)
    );
    assert!(keys[0].header.marker && !keys[1].header.marker);
    assert_eq!(
        media.event(),
        Event::PlayEnded {
            stream: A,
            token: 1
        }
    );
}

#[test]
fn a_key_is_pressed_on_a_silent_stream_and_nothing_follows_it() {
    let media = Media::start(PromptLibrary::new());
    let phone = media.call(A);
    media.send(Command::SendDigit {
        stream: A,
        digit: '#',
        duration_ms: 40,
    });
    let codes: Vec<u8> = (0..4).map(|_| phone.receive().payload[0]).collect();
    assert_eq!(codes, [11; 4]);
    let Event::Closed { report, .. } = media.close(A) else {
        panic!("not closed")
    };
    assert_eq!(report.packets_out, 4);
}

#[test]
fn a_key_held_at_close_is_reported_before_the_end() {
    let media = Media::start(PromptLibrary::new());
    let mut a = media.call(A);
    a.send_event(101, 7, false, 160, 8_000);
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    let digit = media.close(A);
    assert_eq!(
        digit,
        Event::Digit {
            stream: A,
            digit: '7',
            duration_ms: 20
        }
    );
    assert!(matches!(media.event(), Event::Closed { stream: A, .. }));
}

#[test]
fn packets_of_a_wrong_source_are_counted_and_dropped() {
    let media = Media::start(PromptLibrary::new());
    let (mut a, b) = (media.call(A), media.call(B));
    let mut stranger = media.phone();
    stranger.leg = a.leg;
    media.send(Command::Bridge { a: A, b: B });
    media.settle(A);
    for _ in 0..5 {
        stranger.send_audio(8, &[66; 160]);
    }
    a.send_audio(8, &[1; 160]);
    assert_eq!(b.receive().payload[..], [1; 160]);
    assert_eq!(media.handle.stats().wrong_source, 5);
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    let Event::Closed { report, .. } = media.close(A) else {
        panic!("not closed")
    };
    assert_eq!((report.wrong_source, report.packets_in), (5, 1));
}

#[test]
fn a_phone_behind_nat_is_latched_once() {
    let mut library = PromptLibrary::new();
    let music = library.add_wav("musica", &wav(1, 3)).unwrap();
    let media = Media::start(library);
    let (said, mut real, mut late) = (media.phone(), media.phone(), media.phone());
    let latch = Latch::Once {
        window_us: 60_000_000,
        address: Some("127.0.0.1".parse().unwrap()),
    };
    media.open_with(A, &said, latch, |_| {});
    (real.leg, late.leg) = (Some(media.port(A)), Some(media.port(A)));
    media.send(Command::Music {
        stream: A,
        token: 1,
        music,
    });
    said.receive();
    real.send_audio(8, &[1; 160]);
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    real.receive();
    late.send_audio(8, &[1; 160]);
    real.send_event(101, 1, true, 800, 16_000);
    assert!(matches!(media.event(), Event::Digit { stream: A, .. }));
    let Event::Closed { report, .. } = media.close(A) else {
        panic!("not closed")
    };
    assert_eq!((report.packets_in, report.wrong_source), (2, 1));
}

#[test]
fn silence_is_reported_once_and_a_hold_is_no_silence() {
    let mut settings = settings();
    settings.rtp_timeout_us = 150_000;
    let media = Media::start_with(settings, PromptLibrary::new());
    let (a, mut b) = (media.phone(), media.phone());
    media.open(A, &a, |agreed| agreed.direction = Direction::RecvOnly);
    media.open(B, &b, |_| {});
    b.leg = Some(media.port(B));
    assert_eq!(media.event(), Event::RtpTimeout { stream: B });
    b.send_audio(8, &[1; 160]);
    assert_eq!(media.event(), Event::RtpStarted { stream: B });
    assert_eq!(
        media.event(),
        Event::RtpTimeout { stream: B },
        "armed again by a packet"
    );
    media.send(Command::Agree {
        stream: A,
        agreed: a.agreed(),
    });
    assert_eq!(
        media.event(),
        Event::RtpTimeout { stream: A },
        "the hold is over"
    );
}

#[test]
fn rtcp_is_a_sign_of_life() {
    let mut settings = settings();
    settings.rtp_timeout_us = 1_000_000;
    let media = Media::start_with(settings, PromptLibrary::new());
    let (a, b) = (media.phone(), media.phone());
    media.open(A, &a, |_| {});
    media.open(B, &b, |_| {});
    // A was there first and would be reported first, did it not speak RTCP meanwhile.
    let first = loop {
        a.send_rtcp(media.port(A));
        if let Some(event) = media.event_within(Duration::from_millis(100)) {
            break event;
        }
    };
    assert_eq!(first, Event::RtpTimeout { stream: B });
    assert_eq!(
        media.event(),
        Event::RtpTimeout { stream: A },
        "once it is silent too"
    );
}

#[test]
fn on_hold_nothing_is_sent_and_a_prompt_still_ends() {
    let mut library = PromptLibrary::new();
    let prompt = library.add_wav("attesa", &wav(1, 5)).unwrap();
    let media = Media::start(library);
    let a = media.phone();
    media.open(A, &a, |agreed| agreed.direction = Direction::Inactive);
    media.send(Command::Play {
        stream: A,
        token: 9,
        prompts: Arc::new([prompt]),
        gap_ms: 0,
        then: Then::Silence,
    });
    assert_eq!(
        media.event(),
        Event::PlayEnded {
            stream: A,
            token: 9
        }
    );
    let Event::Closed { report, .. } = media.close(A) else {
        panic!("not closed")
    };
    assert_eq!(report.packets_out, 0);
}

#[test]
fn a_prompt_waits_for_the_answer() {
    let mut library = PromptLibrary::new();
    let prompt = library.add_wav("pronto", &wav(1, 5)).unwrap();
    let media = Media::start(library);
    let a = media.phone();
    let pair = media.take_pair(A);
    let latch = Latch::SdpOnly { networks: vec![] };
    media.send(Command::Open {
        stream: A,
        pair,
        agreed: None,
        latch,
    });
    assert_eq!(media.event(), Event::Opened { stream: A });
    media.send(Command::Play {
        stream: A,
        token: 9,
        prompts: Arc::new([prompt]),
        gap_ms: 0,
        then: Then::Silence,
    });
    media.settle(A);
    media.send(Command::Agree {
        stream: A,
        agreed: a.agreed(),
    });
    assert_eq!(a.receive().payload[..], [1; 160], "from its beginning");
}

#[test]
fn goodbye_is_said_at_close_and_the_port_is_flushed_for_the_next() {
    let media = Media::start(PromptLibrary::new());
    let mut a = media.call(A);
    assert!(matches!(media.close(A), Event::Closed { .. }));
    let goodbye = a.receive_rtcp();
    assert_eq!(&goodbye[goodbye.len() - 8..][..2], [0x81, 203]);
    // What still comes to the closed port is nobody's.
    a.send_audio(8, &[1; 160]);
    let again = media.phone();
    media.open(A, &again, |_| {});
    assert_eq!(media.handle.stats().stray, 1);
}

#[test]
fn opening_wrongly_is_refused_with_the_reason() {
    let media = Media::start(PromptLibrary::new());
    let a = media.call(A);
    let open = |stream, pair| Command::Open {
        stream,
        pair,
        agreed: Some(a.agreed()),
        latch: Latch::SdpOnly { networks: vec![] },
    };
    let pair = media.handle.pairs()[0];
    let mut unbound = pair;
    unbound.network = 9;
    let used = media.pair_of(A);
    for (stream, pair, reason) in [
        (A, pair, OpenFailure::AlreadyOpen),
        (B, unbound, OpenFailure::UnknownPair),
        (B, used, OpenFailure::PairInUse),
    ] {
        media.send(open(stream, pair));
        assert_eq!(media.event(), Event::OpenFailed { stream, reason });
    }
    media.send(Command::StopPlay { stream: B });
    media.settle(A);
    assert_eq!(media.handle.stats().unknown_stream, 1);
}

#[test]
fn a_consumer_that_refuses_at_first_gets_every_event() {
    let refusals = Arc::new(AtomicUsize::new(0));
    let (sender, events): (SyncSender<Event>, _) = sync_channel(1_000);
    let theirs = Arc::clone(&refusals);
    let sink = Box::new(move |event| {
        // Nine of ten times there is no room.
        if theirs.fetch_add(1, Ordering::Relaxed) % 10 != 9 {
            return Err(event);
        }
        sender.send(event).map_err(|gone| gone.0)
    });
    let handle = start(settings(), Arc::new(PromptLibrary::new()), sink).unwrap();
    let phone = Phone::new();
    let mut pool = PortPool::new(handle.pairs().iter().copied(), 0);
    let ids: Vec<StreamId> = (0..4).map(StreamId).collect();
    for &stream in &ids {
        let pair = pool.take(0).unwrap();
        let agreed = Some(phone.agreed());
        let latch = Latch::SdpOnly { networks: vec![] };
        handle
            .send(Command::Open {
                stream,
                pair,
                agreed,
                latch,
            })
            .unwrap();
        handle.send(Command::Close { stream }).unwrap();
    }
    for &id in &ids {
        let opened = events.recv_timeout(TIMEOUT).unwrap();
        assert_eq!(opened, Event::Opened { stream: id });
        let closed = events.recv_timeout(TIMEOUT).unwrap();
        assert!(matches!(closed, Event::Closed { stream, .. } if stream == id));
    }
    assert_eq!(refusals.load(Ordering::Relaxed), 80);
    handle.stop();
    assert!(events.recv().is_err(), "no event twice");
}

#[test]
fn a_full_consumer_does_not_keep_the_thread_from_stopping() {
    let handle = start(settings(), Arc::new(PromptLibrary::new()), Box::new(Err)).unwrap();
    for _ in 0..1_000 {
        let pair = handle.pairs()[0];
        let latch = Latch::SdpOnly { networks: vec![] };
        let open = Command::Open {
            stream: A,
            pair,
            agreed: None,
            latch,
        };
        if handle.send(open).is_err() {
            break;
        }
    }
    handle.stop();
}

#[test]
fn no_free_port_is_an_error_that_names_the_range() {
    let first = start(
        settings(),
        Arc::new(PromptLibrary::new()),
        Box::new(|_| Ok(())),
    )
    .unwrap();
    let taken = first.pairs()[0].rtp;
    let mut settings = settings();
    settings.networks[0].ports = taken..=taken + 1;
    let library = Arc::new(PromptLibrary::new());
    let error = start(settings, library, Box::new(|_| Ok(()))).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("127.0.0.1"), "{text}");
    assert!(text.contains(&format!("{taken}-{}", taken + 1)), "{text}");
}

#[test]
fn random_datagrams_harm_nobody() {
    let media = Media::start(PromptLibrary::new());
    let (mut a, b) = (media.call(A), media.call(B));
    media.send(Command::Bridge { a: A, b: B });
    media.settle(A);
    let mut seed = 1_u64;
    for _ in 0..2_000 {
        let mut junk = vec![];
        for _ in 0..seed % 40 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            junk.push(seed.to_be_bytes()[0]);
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        a.send_raw(&junk);
    }
    a.send_audio(8, &[7; 160]);
    while b.receive().payload[..] != [7; 160] {}
    assert!(media.handle.stats().malformed > 0);
}

#[test]
fn what_a_phone_says_is_recorded_until_the_hash_and_can_be_played_to_another() {
    let media = Media::start(PromptLibrary::new());
    let (mut a, b) = (media.call(A), media.call(B));
    let sound = PromptId(1 << 31);
    media.send(Command::Record {
        stream: A,
        token: 7,
        sound,
        max_ms: 60_000,
    });
    media.settle(A);
    for n in 0..40_u8 {
        a.send_audio(if n < 20 { 8 } else { 0 }, &[0x2A; 160]);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(media.event(), Event::RtpStarted { stream: A });
    let pressed = 5_000 + 41 * 160;
    a.send_event(101, 11, false, 160, pressed);
    a.send_event(101, 11, true, 800, pressed);
    let Event::Recorded {
        stream,
        token,
        audio,
        duration_ms,
        voiced_ms,
        ..
    } = media.event()
    else {
        panic!("not recorded")
    };
    assert_eq!((stream, token), (A, 7));
    assert_eq!(duration_ms, 740, "without the key");
    assert!(voiced_ms >= 680, "{voiced_ms}");
    assert!(matches!(media.event(), Event::Digit { digit: '#', .. }));
    play_to(&media, B, sound);
    for frame in audio.chunks(160).take(30) {
        assert_eq!(b.receive().payload[..], *frame);
    }
    media.send(Command::StopPlay { stream: B });
    media.send(Command::Forget { sound });
    play_to(&media, B, sound);
    let nothing = Event::PlayEnded {
        stream: B,
        token: 8,
    };
    assert_eq!(media.event(), nothing, "it is forgotten");
}

fn play_to(media: &Media, stream: StreamId, sound: PromptId) {
    media.send(Command::Play {
        stream,
        token: 8,
        prompts: Arc::new([sound]),
        gap_ms: 0,
        then: Then::Silence,
    });
}

#[test]
fn a_recording_ends_at_its_bound_without_a_packet_and_not_at_all_with_its_stream() {
    let media = Media::start(PromptLibrary::new());
    media.call(A);
    let record = |max_ms| Command::Record {
        stream: A,
        token: 9,
        sound: PromptId(1 << 31),
        max_ms,
    };
    media.send(record(100));
    let Event::Recorded {
        duration_ms, audio, ..
    } = media.event()
    else {
        panic!("not recorded")
    };
    assert_eq!((duration_ms, audio.len()), (0, 160));
    media.send(record(60_000));
    assert!(matches!(media.close(A), Event::Closed { .. }));
    assert_eq!(media.event_within(Duration::from_millis(100)), None);
}
