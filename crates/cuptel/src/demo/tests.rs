//! The invented people against a small centre made of our own user agents: in virtual time and
//! without sockets for what they do, over loopback for what they say and hear.

mod centre;

use std::net::{SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use cuptel_engine::Clock;
use cuptel_media::{self as media, PromptLibrary};

use super::audio::{Audio, AudioPlan};
use super::habits::{HABITS, Habits, micros};
use super::line::Side;
use super::tally::{Counts, Tally};
use super::world::World;
use super::{Day, DemoError, Phase, Phones, Plan, murmur};
use centre::{Centre, Manner};

const TIMEOUT: Duration = Duration::from_secs(20);
/// As many at every hour.
const STEADY: Day = Day {
    length_s: 1_000.0,
    course: [
        (Phase::Jam, 0.1, 1.0),
        (Phase::Morning, 0.2, 1.0),
        (Phase::Quiet, 1.0, 1.0),
    ],
};

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn plan(rate: f64, media_ports: RangeInclusive<u16>) -> Plan {
    let mut library = PromptLibrary::new();
    let voice = library.add_wav("murmur", &murmur()).unwrap();
    Plan {
        trunk: address(1),
        carrier: address(2),
        phones: address(3),
        desks: address(4),
        lines: vec!["+390861000000".to_owned()],
        seats: (201..204)
            .map(|user| (user.to_string(), format!("secret-{user}")))
            .collect(),
        rate,
        day: STEADY,
        seed: 11,
        prompts: Arc::new(library),
        voice,
        media_ports,
        calls_max: 40,
    }
}

/// The world and the centre on one virtual clock.
struct Stage {
    world: World,
    centre: Centre,
    events: Receiver<media::Event>,
    now_us: u64,
}

impl Stage {
    /// With people who all show their number, by which the tests know them.
    fn new(plan: &Plan, manner: Manner) -> Self {
        static OPEN: Habits = Habits {
            withheld: 0.0,
            ..HABITS
        };
        Self::with(plan, manner, &OPEN)
    }

    fn with(plan: &Plan, manner: Manner, habits: &'static Habits) -> Self {
        let (sender, events) = sync_channel(10_000);
        let audio = AudioPlan {
            address: plan.carrier.ip(),
            ports: plan.media_ports.clone(),
            pairs_max: 100,
            prompts: Arc::clone(&plan.prompts),
            voice: plan.voice,
        };
        let sink = Box::new(move |event| sender.try_send(event).map_err(|_full| unreachable!()));
        let audio = Audio::start(audio, sink).unwrap();
        let locals = [plan.carrier, plan.desks];
        Self {
            world: World::new(plan, habits, locals, audio, Tally::default()),
            centre: Centre::new(plan, manner),
            events,
            now_us: 0,
        }
    }

    /// Everybody acts on what is due and on what was sent, until nothing moves.
    fn settle(&mut self) {
        self.world.tick(self.now_us);
        self.centre.tick(self.now_us);
        loop {
            let mut quiet = true;
            for side in Side::ALL {
                let from = self.world.line(side).local;
                for packet in std::mem::take(&mut self.world.line(side).out.transmits) {
                    quiet = false;
                    self.centre.receive(self.now_us, side, from, &packet.bytes);
                }
                let from = self.world.line(side).engine;
                for packet in self.centre.transmits(side) {
                    quiet = false;
                    self.world
                        .on_datagram(self.now_us, side, from, &packet.bytes);
                }
            }
            if quiet {
                break;
            }
        }
        // Virtual time must not run away from the media thread.
        let talking = |world: &World| {
            world
                .calls
                .values()
                .filter(|call| call.sound.is_some())
                .count()
        };
        while self.world.audio.open() > talking(&self.world) {
            let event = self.events.recv_timeout(TIMEOUT).unwrap();
            self.world.on_media(self.now_us, event);
        }
    }

    fn run_until(&mut self, end_us: u64) {
        self.settle();
        loop {
            let next = [self.world.wake_at(), self.centre.wake_at()]
                .into_iter()
                .flatten()
                .min();
            match next.filter(|at| *at <= end_us) {
                Some(at) => self.now_us = at.max(self.now_us),
                None => break,
            }
            self.settle();
        }
        self.now_us = end_us;
    }

    fn run_for(&mut self, seconds: f64) {
        self.run_until(self.now_us + micros(seconds));
    }

    /// Ends as `cuptel demo` does.
    fn wind_up(&mut self) -> Counts {
        self.world.stop_calling(self.now_us);
        self.run_for(120.0);
        assert!(self.world.calls.is_empty(), "{:?}", self.world.calls);
        self.world.finish(self.now_us);
        self.run_for(5.0);
        assert!(self.world.is_over());
        self.world.tally.read()
    }
}

#[test]
fn every_caller_placed_has_one_end_and_refused_ones_redial() {
    let mut stage = Stage::new(&plan(2.0, 17_000..=17_399), Manner::Refuse);
    stage.run_for(60.0);
    let counts = stage.wind_up();
    assert!((70..350).contains(&counts.placed), "{counts:?}");
    assert_eq!(counts.placed, counts.refused, "{counts:?}");
    assert!(counts.redials > 10, "{counts:?}");
    assert_eq!(
        counts.placed,
        u64::try_from(stage.centre.callers.len()).unwrap()
    );
    assert_eq!(
        (counts.answered, counts.failed, counts.not_placed),
        (0, 0, 0)
    );
}

#[test]
fn a_seed_replays_the_same_calls_at_the_same_moments() {
    let run = |seed, ports| {
        let plan = Plan {
            seed,
            ..plan(1.0, ports)
        };
        let mut stage = Stage::new(&plan, Manner::Serve);
        stage.run_for(60.0);
        let counts = stage.wind_up();
        assert!(counts.talked > 5, "{counts:?}");
        stage.centre.callers
    };
    let first = run(5, 17_400..=17_799);
    assert_eq!(first, run(5, 17_800..=18_199));
    assert_ne!(first, run(6, 18_200..=18_599));
}

#[test]
fn callers_without_an_operator_press_their_key_and_hang_up() {
    let mut stage = Stage::new(&plan(0.5, 18_600..=18_999), Manner::LetWait);
    stage.run_for(120.0);
    let counts = stage.wind_up();
    assert_eq!(counts.answered, counts.placed, "{counts:?}");
    assert_eq!(counts.hung_up_waiting, counts.placed, "{counts:?}");
    assert!(counts.keys_pressed > counts.placed / 2, "{counts:?}");
    assert_eq!((counts.talked, counts.operator_offers), (0, 0));
}

#[test]
fn callers_who_are_only_rung_back_give_up_and_cancel() {
    let mut stage = Stage::new(&plan(0.5, 19_000..=19_399), Manner::LetRing);
    stage.run_for(60.0);
    let counts = stage.wind_up();
    assert!(counts.placed > 10);
    assert_eq!(counts.cancelled, counts.placed, "{counts:?}");
}

#[test]
fn a_conversation_ends_for_both_whoever_hangs_up() {
    let mut stage = Stage::new(&plan(0.4, 19_400..=19_799), Manner::Serve);
    stage.run_for(300.0);
    let counts = stage.wind_up();
    assert!(counts.talked > 20, "{counts:?}");
    assert_eq!(counts.operator_answers, counts.talked, "{counts:?}");
    assert_eq!(
        counts.answered,
        counts.talked + counts.hung_up_waiting,
        "{counts:?}"
    );
    assert_eq!(counts.operator_doubled, 0);
    let [by_caller, by_operator] = stage.centre.hung_up;
    assert!(
        by_caller > 5 && by_operator > 5,
        "{by_caller} {by_operator}"
    );
}

#[test]
fn a_withheld_number_is_not_shown_and_an_operator_talks_with_its_caller_all_the_same() {
    static WITHHELD: Habits = Habits {
        withheld: 1.0,
        ..HABITS
    };
    let plan = plan(0.4, 15_400..=15_799);
    let mut stage = Stage::with(&plan, Manner::Serve, &WITHHELD);
    stage.run_for(120.0);
    let counts = stage.wind_up();
    assert!(counts.withheld > 20, "{counts:?}");
    assert_eq!(counts.withheld, counts.placed);
    let shown = stage.centre.callers.iter().map(|(_, number)| number);
    assert!(shown.clone().all(|number| number == "anonymous"));
    assert!(counts.operator_answers > 10, "{counts:?}");
    let [_, by_operator] = stage.centre.hung_up;
    assert!(by_operator > 5, "operators end these calls: {by_operator}");
}

#[test]
fn called_people_answer_are_busy_or_let_it_ring_and_are_found_by_their_number() {
    let mut stage = Stage::new(&plan(3.0, 29_000..=29_399), Manner::Refuse);
    stage.run_for(120.0);
    stage.world.stop_calling(stage.now_us);
    stage.run_for(60.0);
    let mut numbers: Vec<String> = stage
        .centre
        .callers
        .iter()
        .map(|(_, number)| number.clone())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    for number in &numbers {
        stage.centre.call_back(stage.now_us, number);
        stage.run_for(50.0);
    }
    let counts = stage.wind_up();
    let rung = u64::try_from(numbers.len()).unwrap();
    assert!(rung > 150);
    assert_eq!(counts.callbacks_people, counts.callbacks_rung);
    let ends = counts.callbacks_answered + counts.callbacks_busy + counts.callbacks_unanswered;
    assert_eq!(counts.callbacks_rung, ends, "{counts:?}");
    // The operator is asked first: 7 % let it ring, 3 % decline.
    let share = |count: u64, all: u64| count * 100 / all;
    assert!(
        (82..97).contains(&share(counts.callbacks_rung, rung)),
        "{counts:?}"
    );
    let percent = [
        counts.callbacks_answered,
        counts.callbacks_busy,
        counts.callbacks_unanswered,
    ]
    .map(|count| share(count, counts.callbacks_rung));
    let [answered, busy, unanswered] = percent;
    assert!(
        (65..85).contains(&answered) && (4..17).contains(&busy) && (8..23).contains(&unanswered),
        "{percent:?}"
    );
    assert_eq!(counts.talked, counts.callbacks_answered, "{counts:?}");
    assert_eq!(
        (
            counts.double_dials,
            counts.callbacks_at_once_max,
            counts.callbacks_astray
        ),
        (0, 1, 0)
    );
}

#[test]
fn two_dials_at_once_and_a_dial_to_nobody_are_noticed() {
    let mut stage = Stage::new(&plan(1.0, 29_400..=29_799), Manner::Refuse);
    stage.run_for(20.0);
    stage.world.stop_calling(stage.now_us);
    stage.run_for(20.0);
    let (_, number) = stage.centre.callers[0].clone();
    // Only who rings (and is not busy at once) can be rung twice.
    while stage.world.tally.read().double_dials == 0 {
        stage.centre.dial(stage.now_us, &number);
        stage.centre.dial(stage.now_us, &number);
        stage.settle();
        assert!(stage.world.tally.read().callbacks_rung < 20);
    }
    assert_eq!(stage.world.tally.read().callbacks_people, 1);
    stage.centre.dial(stage.now_us, "+390861123456");
    stage.settle();
    let counts = stage.wind_up();
    assert_eq!(counts.callbacks_astray, 1);
    assert!(counts.callbacks_at_once_max >= 2);
}

#[test]
fn a_phone_rings_only_for_its_registrar_only_registered_and_only_once() {
    let mut stage = Stage::new(&plan(0.0, 29_800..=29_999), Manner::Refuse);
    stage.settle();
    assert_eq!(stage.centre.registered(), 3);
    stage.centre.offer(stage.now_us, "299", "+390861990000");
    stage.settle();
    assert_eq!(stage.centre.refusals, [404]);
    stage.centre.offer(stage.now_us, "201", "+390861990000");
    stage.centre.offer(stage.now_us, "201", "+390861990000");
    stage.settle();
    assert_eq!(stage.centre.refusals, [404, 486]);
    let counts = stage.world.tally.read();
    assert_eq!(
        (
            counts.operator_offers,
            counts.operator_doubled,
            counts.registered
        ),
        (3, 1, 3)
    );
    // Somebody else's datagrams reach no phone.
    let stranger = address(9);
    let packet = stage.centre.stray_invite(stage.now_us, "202");
    stage
        .world
        .on_datagram(stage.now_us, Side::Desks, stranger, &packet);
    assert_eq!(stage.world.tally.read().operator_offers, 3);
    stage.run_for(100.0);
    stage.wind_up();
    assert_eq!(stage.centre.registered(), 0, "and they leave the register");
}

#[test]
fn a_wrong_password_keeps_one_phone_off_the_register_and_it_keeps_trying() {
    let mut plan = plan(0.0, 16_800..=16_999);
    let mut stage = {
        plan.seats[1].1 = "wrong".to_owned();
        let mut stage = Stage::new(&plan, Manner::Refuse);
        stage.centre.set_password("202", "secret-202");
        stage
    };
    stage.run_for(30.0);
    let counts = stage.world.tally.read();
    assert_eq!(counts.registered, 2);
    assert!((3..12).contains(&counts.registers_failed), "{counts:?}");
    stage.centre.set_password("202", "wrong");
    stage.run_for(10.0);
    assert_eq!(stage.world.tally.read().registered, 3);
    stage.run_for(1_000.0);
    assert_eq!(stage.centre.registered(), 3, "refreshed before they expire");
}

#[test]
fn more_callers_than_allowed_are_not_placed() {
    let plan = Plan {
        calls_max: 3,
        day: Day {
            length_s: 1_000.0,
            course: [
                (Phase::Jam, 0.01, 10.0),
                (Phase::Morning, 0.5, 1.0),
                (Phase::Quiet, 1.0, 1.0),
            ],
        },
        ..plan(1.0, 16_400..=16_799)
    };
    let mut stage = Stage::new(&plan, Manner::LetRing);
    stage.run_for(10.0);
    assert_eq!(stage.world.calls.len(), 3);
    let counts = stage.world.tally.read();
    assert_eq!(counts.placed, 3);
    assert!(
        (60..140).contains(&(counts.not_placed + 3)),
        "the jam: {counts:?}"
    );
    stage.run_for(60.0);
    stage.wind_up();
}

/// People in a hurry, so that the test over real sockets is short.
static QUICK: Habits = Habits {
    listens_s: 0.3..=0.6,
    keys: [
        (1, Some('1')),
        (1, Some('2')),
        (1, Some('3')),
        (1, Some('9')),
        (0, None),
    ],
    announced_s: 0.0,
    patience_mean_s: 1_000.0,
    talks_s: 1.0..=1.5,
    operator_answers_after_s: 0.8..=1.0,
    operator_answers: 1.0,
    operator_declines: 0.0,
    ..HABITS
};

/// The centre's two sockets, on the real clock.
struct Wires {
    sockets: [UdpSocket; 2],
    buffer: Vec<u8>,
    clock: Clock,
}

impl Wires {
    fn new() -> Self {
        let sockets = std::array::from_fn(|_| {
            let socket = UdpSocket::bind(address(0)).unwrap();
            let turn = Some(Duration::from_millis(1));
            socket.set_read_timeout(turn).unwrap();
            socket
        });
        Self {
            sockets,
            buffer: vec![0; 65_535],
            clock: Clock::start(),
        }
    }

    fn local(&self, side: usize) -> SocketAddr {
        self.sockets[side].local_addr().unwrap()
    }

    /// One turn of the centre; fails when the test takes too long.
    fn turn(&mut self, centre: &mut Centre) {
        let now_us = self.clock.now().mono_us;
        assert!(now_us < micros(TIMEOUT.as_secs_f64()), "it takes too long");
        for (side, socket) in Side::ALL.into_iter().zip(&self.sockets) {
            if let Ok((length, from)) = socket.recv_from(&mut self.buffer) {
                centre.receive(now_us, side, from, &self.buffer[..length]);
            }
        }
        centre.tick(now_us);
        for (side, socket) in Side::ALL.into_iter().zip(&self.sockets) {
            for packet in centre.transmits(side) {
                socket.send_to(&packet.bytes, packet.flow.remote).unwrap();
            }
        }
    }
}

#[test]
fn voices_and_keys_flow_over_loopback_without_loss() {
    let mut wires = Wires::new();
    let plan = Plan {
        trunk: wires.local(0),
        phones: wires.local(1),
        carrier: address(0),
        desks: address(0),
        ..plan(20.0, 16_000..=16_199)
    };
    let mut centre = Centre::with_media(&plan, 16_200..=16_399);
    let running = Phones::start_with(plan, &QUICK).unwrap();
    while running.counts().talked < 3 || centre.digits.len() < 3 {
        wires.turn(&mut centre);
    }
    running.stop_calling();
    while centre.open_calls() > 0 {
        wires.turn(&mut centre);
    }
    let ending = std::thread::spawn(move || running.finish());
    while !ending.is_finished() {
        wires.turn(&mut centre);
    }
    let counts = ending.join().unwrap().counts;
    assert_eq!(centre.registered(), 0);
    let are_keys = centre.digits.iter().all(|digit| "1239".contains(*digit));
    assert!(are_keys, "{:?}", centre.digits);
    let heard = u64::try_from(centre.digits.len()).unwrap();
    // Never a key twice; one may be cut off by its caller's hanging up at the end.
    assert!(heard <= counts.keys_pressed && counts.keys_pressed - heard <= 2);
    assert_eq!(counts.rtp_lost, 0, "{counts:?}");
    // Three conversations of a second and more, at 50 packets a second each way.
    assert!(
        counts.rtp_sent > 300 && counts.rtp_received > 250,
        "{counts:?}"
    );
    assert!(
        counts.answer_p50_ms > 0.0 && counts.answer_p99_ms < 2_000.0,
        "{counts:?}"
    );
}

#[test]
fn an_address_in_use_is_named() {
    let taken = UdpSocket::bind(address(0)).unwrap();
    let plan = Plan {
        carrier: taken.local_addr().unwrap(),
        ..plan(1.0, 15_900..=15_999)
    };
    let error = Phones::start(plan).unwrap_err();
    assert!(
        matches!(&error, DemoError::Bind { address, .. } if *address == taken.local_addr().unwrap())
    );
    let plan = Plan {
        lines: Vec::new(),
        ..self::plan(1.0, 15_900..=15_999)
    };
    assert!(matches!(Phones::start(plan), Err(DemoError::NoLine)));
}
