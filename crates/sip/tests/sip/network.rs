//! Two endpoints over a network that loses, doubles and reorders: whatever it does, each side
//! sees each event once and nothing is left behind. Seeds are in the assertion messages.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use cuptel_sip::{
    Admission, Body, Credentials, DialogId, Endpoint, Event, Flow, FlowId, Ha1, NameAddr, Outbox,
    OutgoingInvite, OutgoingRegister, Settings, Transport,
};

const SEEDS: u64 = 300;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Side {
    Caller,
    Callee,
}

/// What the people at both ends do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Story {
    AnsweredAndCallerHangsUp,
    AnsweredAndCalleeHangsUp,
    Busy,
    CancelledWhileRinging,
    /// Cancelled at the moment of the answer.
    CancelCrossesAnswer,
}

/// When it arrives, its order, where, and its bytes.
type Packet = (u64, u64, Side, Vec<u8>);

struct World {
    dice: Dice,
    now: u64,
    loss_percent: u64,
    wire: BinaryHeap<Reverse<Packet>>,
    order: u64,
    caller: Endpoint,
    callee: Endpoint,
    told: BTreeMap<(Side, String), u32>,
    todo: Vec<(u64, Act)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Ring(DialogId),
    Answer(DialogId),
    Refuse(DialogId),
    Terminate(DialogId),
    End(Side, DialogId),
}

fn flow(side: Side) -> Flow {
    let (caller, callee) = (
        "10.0.0.1:5060".parse().unwrap(),
        "10.0.0.2:5060".parse().unwrap(),
    );
    let (local, remote) = match side {
        Side::Caller => (caller, callee),
        Side::Callee => (callee, caller),
    };
    Flow {
        id: FlowId(1),
        transport: Transport::Udp,
        local,
        remote,
    }
}

fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    text.split([' ', '{']).next().unwrap().to_owned()
}

impl World {
    fn new(seed: u64) -> Self {
        let settings = |salt: u8| Settings {
            seed: [salt; 32],
            realm: "r".into(),
            ..Settings::default()
        };
        let mut callee = Endpoint::new(settings(2));
        callee.set_account("alice", Ha1::of("alice", "r", "secret"));
        let mut dice = Dice(seed);
        Self {
            loss_percent: dice.roll(26),
            dice,
            now: 0,
            wire: BinaryHeap::new(),
            order: 0,
            caller: Endpoint::new(settings(1)),
            callee,
            told: BTreeMap::new(),
            todo: Vec::new(),
        }
    }

    fn side(&mut self, side: Side) -> &mut Endpoint {
        match side {
            Side::Caller => &mut self.caller,
            Side::Callee => &mut self.callee,
        }
    }

    /// Puts packets on the wire: lost, doubled, delayed between 1 and 400 ms.
    fn carry(&mut self, from: Side, out: Outbox, story: Option<Story>) {
        let to = if from == Side::Caller {
            Side::Callee
        } else {
            Side::Caller
        };
        for transmit in out.transmits {
            assert_eq!(transmit.flow.remote, flow(from).remote);
            for _ in 0..=u64::from(self.dice.roll(10) == 0) {
                if self.dice.roll(100) >= self.loss_percent {
                    let at = self.now + 1_000 + self.dice.roll(400_000);
                    self.order += 1;
                    self.wire
                        .push(Reverse((at, self.order, to, transmit.bytes.to_vec())));
                }
            }
        }
        for event in out.events {
            *self.told.entry((from, name(&event))).or_insert(0) += 1;
            self.react(from, &event, story);
        }
    }

    fn react(&mut self, side: Side, event: &Event, story: Option<Story>) {
        let now = self.now;
        let mut plan = |after: u64, act: Act| self.todo.push((now + after, act));
        match (event, story) {
            (Event::Invite { dialog, .. }, Some(Story::Busy)) => plan(50_000, Act::Refuse(*dialog)),
            (Event::Invite { dialog, .. }, Some(Story::CancelledWhileRinging)) => {
                plan(200_000, Act::Ring(*dialog))
            }
            (Event::Invite { dialog, .. }, Some(_)) => {
                plan(200_000, Act::Ring(*dialog));
                plan(2_000_000, Act::Answer(*dialog));
            }
            (Event::Cancelled { dialog, .. }, _) => plan(10_000, Act::Terminate(*dialog)),
            (Event::Answered { dialog, .. }, Some(Story::AnsweredAndCallerHangsUp)) => {
                plan(3_000_000, Act::End(side, *dialog));
            }
            (Event::Acked { dialog, .. }, Some(Story::AnsweredAndCalleeHangsUp)) => {
                plan(3_000_000, Act::End(side, *dialog));
            }
            (Event::Register { id, bindings, .. }, _) => {
                let (id, bindings) = (*id, bindings.clone());
                let mut out = Outbox::default();
                self.callee
                    .accept_register(now, id, &bindings, &mut out)
                    .unwrap();
                self.carry(Side::Callee, out, story);
            }
            _ => {}
        }
    }

    fn perform(&mut self, act: Act, story: Option<Story>) {
        let mut out = Outbox::default();
        let now = self.now;
        let body = || {
            Some(Body {
                content_type: "application/sdp".into(),
                bytes: b"v=0\r\n".to_vec(),
            })
        };
        // Stale is an answer, too: the network may have decided first.
        let (side, result) = match act {
            Act::Ring(dialog) => (
                Side::Callee,
                self.callee
                    .provisional(now, dialog, 180, "", None, &mut out),
            ),
            Act::Answer(dialog) => (
                Side::Callee,
                self.callee.accept(now, dialog, body(), &[], &mut out),
            ),
            Act::Refuse(dialog) => (
                Side::Callee,
                self.callee.refuse(now, dialog, 486, "", &[], &mut out),
            ),
            Act::Terminate(dialog) => {
                let result = self.callee.refuse(now, dialog, 487, "", &[], &mut out);
                (Side::Callee, result)
            }
            Act::End(side, dialog) => (side, self.side(side).end(now, dialog, &[], &mut out)),
        };
        if result.is_err() {
            assert!(out.transmits.is_empty() && out.events.is_empty());
        }
        self.carry(side, out, story);
    }

    /// Runs until nothing is left to happen.
    fn run(&mut self, story: Option<Story>) {
        for _ in 0..100_000 {
            self.todo.sort_by_key(|(at, _)| Reverse(*at));
            let wire = self.wire.peek().map(|Reverse((at, ..))| *at);
            let todo = self.todo.last().map(|(at, _)| *at);
            let timers = [self.caller.wake_at(), self.callee.wake_at()];
            let Some(next) = timers.into_iter().chain([wire, todo]).flatten().min() else {
                return;
            };
            self.now = self.now.max(next);
            if todo.is_some_and(|at| at <= self.now) {
                let (_, act) = self.todo.pop().unwrap();
                self.perform(act, story);
            } else if wire.is_some_and(|at| at <= self.now) {
                let Reverse((_, _, to, bytes)) = self.wire.pop().unwrap();
                let mut out = Outbox::default();
                let (now, admission) = (
                    self.now,
                    if story.is_some() {
                        Admission::Trusted
                    } else {
                        Admission::Digest
                    },
                );
                self.side(to)
                    .receive(now, &flow(to), &bytes, admission, &mut out);
                self.carry(to, out, story);
            } else {
                for side in [Side::Caller, Side::Callee] {
                    let mut out = Outbox::default();
                    let now = self.now;
                    self.side(side).tick(now, &mut out);
                    self.carry(side, out, story);
                }
            }
        }
        panic!("the world does not come to rest");
    }

    fn told(&self, side: Side, event: &str) -> u32 {
        self.told
            .get(&(side, event.to_owned()))
            .copied()
            .unwrap_or(0)
    }

    fn is_clean(&self) -> bool {
        self.caller.dialogs_open() + self.callee.dialogs_open() == 0
            && self.caller.transactions_held() + self.callee.transactions_held() == 0
    }

    fn call(&mut self, story: Story) {
        let mut out = Outbox::default();
        let order = OutgoingInvite {
            flow: flow(Side::Caller),
            large_flow: None,
            target: "sip:bob@10.0.0.2".into(),
            route: Vec::new(),
            from: NameAddr::of_uri("sip:alice@10.0.0.1"),
            to: NameAddr::of_uri("sip:bob@10.0.0.2"),
            contact: "sip:10.0.0.1:5060".into(),
            body: Some(Body {
                content_type: "application/sdp".into(),
                bytes: b"v=0\r\n".to_vec(),
            }),
            extra: Vec::new(),
            credentials: None,
            ring_us: 60_000_000,
        };
        let dialog = self.caller.invite(self.now, order, &mut out);
        match story {
            Story::CancelledWhileRinging => self
                .todo
                .push((self.dice.roll(3_000_000), Act::End(Side::Caller, dialog))),
            Story::CancelCrossesAnswer => {
                let at = 1_800_000 + self.dice.roll(1_000_000);
                self.todo.push((at, Act::End(Side::Caller, dialog)));
            }
            Story::AnsweredAndCallerHangsUp | Story::AnsweredAndCalleeHangsUp | Story::Busy => {}
        }
        self.carry(Side::Caller, out, Some(story));
        self.run(Some(story));
    }
}

fn tell(story: Story, check: impl Fn(&World, &str)) {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        world.call(story);
        let context = format!(
            "{story:?} seed {seed} loss {} %: {:?}",
            world.loss_percent, world.told
        );
        assert!(world.is_clean(), "{context}");
        assert!(
            world
                .told
                .iter()
                .all(|((_, event), times)| *times == 1 || event == "Progress"),
            "{context}"
        );
        let ends = ["Failed", "Ended", "Bye"].map(|event| world.told(Side::Caller, event));
        assert_eq!(
            ends.iter().sum::<u32>(),
            1,
            "the caller's dialog ends once: {context}"
        );
        check(&world, &context);
    }
}

#[test]
fn an_answered_call_that_the_caller_ends_is_seen_once_by_both() {
    tell(Story::AnsweredAndCallerHangsUp, |world, context| {
        assert_eq!(world.told(Side::Caller, "Answered"), 1, "{context}");
        assert_eq!(world.told(Side::Callee, "Invite"), 1, "{context}");
        let over = world.told(Side::Callee, "Bye") + world.told(Side::Callee, "Unacked");
        assert_eq!(over, 1, "{context}");
    });
}

#[test]
fn an_answered_call_that_the_callee_ends_is_seen_once_by_both() {
    tell(Story::AnsweredAndCalleeHangsUp, |world, context| {
        assert_eq!(world.told(Side::Callee, "Acked"), 1, "{context}");
        assert_eq!(world.told(Side::Callee, "Ended"), 1, "{context}");
        assert_eq!(world.told(Side::Caller, "Bye"), 1, "{context}");
    });
}

#[test]
fn a_busy_call_fails_once_even_when_its_ack_is_lost() {
    tell(Story::Busy, |world, context| {
        assert_eq!(world.told(Side::Caller, "Failed"), 1, "{context}");
        assert_eq!(world.told(Side::Callee, "Invite"), 1, "{context}");
    });
}

#[test]
fn a_call_cancelled_while_it_rings_fails_once() {
    tell(Story::CancelledWhileRinging, |world, context| {
        assert_eq!(world.told(Side::Caller, "Failed"), 1, "{context}");
        assert_eq!(world.told(Side::Callee, "Cancelled"), 1, "{context}");
    });
}

#[test]
fn a_cancel_that_crosses_the_answer_leaves_no_call_on_either_side() {
    let crossed = std::cell::Cell::new(0);
    tell(Story::CancelCrossesAnswer, |world, context| {
        let caller = ["Failed", "Ended"].map(|event| world.told(Side::Caller, event));
        assert_eq!(caller.iter().sum::<u32>(), 1, "{context}");
        let answered_and_failed =
            world.told(Side::Callee, "Bye") == 1 && world.told(Side::Caller, "Failed") == 1;
        crossed.set(crossed.get() + u32::from(answered_and_failed));
    });
    assert!(
        crossed.get() > 20,
        "the race itself was run: {}",
        crossed.get()
    );
}

#[test]
fn a_registration_succeeds_once_through_loss() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        let mut out = Outbox::default();
        let order = OutgoingRegister {
            flow: flow(Side::Caller),
            registrar: "sip:10.0.0.2".into(),
            user: "alice".into(),
            contact: "sip:alice@10.0.0.1:5060".into(),
            expires_s: 600,
            credentials: Credentials {
                user: "alice".into(),
                password: "secret".into(),
            },
        };
        world.caller.register(0, order, &mut out);
        world.carry(Side::Caller, out, None);
        world.run(None);
        let context = format!(
            "seed {seed} loss {} %: {:?}",
            world.loss_percent, world.told
        );
        assert_eq!(world.told(Side::Caller, "Registered"), 1, "{context}");
        assert_eq!(world.told(Side::Callee, "Register"), 1, "{context}");
        assert!(world.is_clean(), "{context}");
    }
}

#[test]
fn the_same_seed_gives_the_same_packets() {
    let run = || {
        let mut world = World::new(7);
        world.call(Story::AnsweredAndCallerHangsUp);
        (
            world.now,
            world.order,
            world.told,
            world.caller.counters().clone(),
        )
    };
    assert_eq!(run(), run());
}
