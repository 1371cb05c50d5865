//! Callers at a trunk, many at a time: each calls at its moment, repeats what is not answered
//! (RFC 3261, timer A), acknowledges a refusal, and hangs up some time after an answer. One
//! thread and one socket, so that the machine is left to what is measured.

use std::collections::VecDeque;
use std::net::SocketAddr;

use anyhow::Result;
use cuptel_engine::Clock;

use crate::datagrams::Datagrams;
use crate::measured::Delays;

/// RFC 3261 T1, the first of the doubling intervals of timer A.
const T1_US: u64 = 500_000;
/// Calls that are without an end so long after the last one was placed are lost.
const PATIENCE_US: u64 = 5_000_000;
/// How many people share the redialled numbers.
const REDIALLERS: u64 = 200;

/// How many calls, of whom, and what becomes of those that are answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) calls: usize,
    pub(crate) per_second: u64,
    /// Of ten calls, how many come from the two hundred people who try again and again.
    pub(crate) redialled_of_ten: u64,
    /// How long a call lasts that is answered; none stays on the line when all else is over.
    pub(crate) hold_us: Option<u64>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// From the INVITE to its final response.
    pub(crate) answered_after: Delays,
    /// Refused and acknowledged, or answered and hung up (or left on the line).
    pub(crate) over: usize,
    /// Messages sent again for want of an answer.
    pub(crate) resent: usize,
    /// From the first INVITE to the last end.
    pub(crate) took_us: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Calling,
    Talking,
    HangingUp,
    Over,
}

#[derive(Debug)]
struct Call {
    serial: u64,
    stage: Stage,
    /// When it entered its stage.
    since_us: u64,
    /// What is sent again while there is no answer.
    message: Vec<u8>,
    /// What is sent to hang up, once the answer has told the tag.
    farewell: Vec<u8>,
}

/// Something that a call does at a moment.
#[derive(Debug, Clone, Copy)]
enum Due {
    Again { call: usize, wait_us: u64 },
    HangUp { call: usize },
}

/// The callers of one carrier.
pub(crate) struct Callers {
    wire: Datagrams,
    local: SocketAddr,
    clock: Clock,
    /// Serial number of the next call; never used twice, so that no round sees another's calls.
    next: u64,
}

impl Callers {
    pub(crate) fn at(local: SocketAddr) -> Result<Self> {
        let wire = Datagrams::bind(local)?;
        let local = wire.local()?;
        Ok(Self {
            wire,
            local,
            clock: Clock::start(),
            next: 0,
        })
    }

    /// Places the calls at a trunk and sees them through.
    pub(crate) fn call(&mut self, trunk: SocketAddr, load: &Load) -> Result<Outcome> {
        let begun_us = self.clock.now().mono_us;
        let mut round = Round {
            first: self.next,
            calls: Vec::with_capacity(load.calls),
            again: VecDeque::new(),
            farewells: VecDeque::new(),
            outcome: Outcome::default(),
            out: Vec::new(),
            hold_us: load.hold_us,
            trunk,
        };
        let mut last_us = begun_us;
        while round.outcome.over < load.calls {
            let now_us = self.clock.now().mono_us;
            let due = usize::try_from((now_us - begun_us) * load.per_second / 1_000_000)?;
            while round.calls.len() < due.min(load.calls) {
                let serial = self.next;
                self.next += 1;
                let message = invite(
                    serial,
                    caller_of(serial, load.redialled_of_ten),
                    self.local,
                    trunk,
                );
                round.place(now_us, serial, message);
                last_us = now_us;
            }
            if now_us > last_us + PATIENCE_US {
                break;
            }
            round.what_is_due(now_us);
            self.wire.send(&round.out)?;
            round.out.clear();
            self.wire.wait(1)?;
            while self.take(&mut round)? > 0 {}
        }
        self.wire.send(&round.out)?;
        round.outcome.took_us = self.clock.now().mono_us - begun_us;
        Ok(round.outcome)
    }

    fn take(&mut self, round: &mut Round) -> Result<usize> {
        let now_us = self.clock.now().mono_us;
        self.wire.receive(|bytes, _| round.heard(now_us, bytes))
    }
}

/// The calls of one load.
struct Round {
    first: u64,
    calls: Vec<Call>,
    /// In order of time, because all wait equally long at each step.
    again: VecDeque<(u64, Due)>,
    farewells: VecDeque<(u64, Due)>,
    outcome: Outcome,
    out: Vec<(SocketAddr, Vec<u8>)>,
    hold_us: Option<u64>,
    trunk: SocketAddr,
}

impl Round {
    fn place(&mut self, now_us: u64, serial: u64, message: Vec<u8>) {
        let call = self.calls.len();
        self.out.push((self.trunk, message.clone()));
        self.calls.push(Call {
            serial,
            stage: Stage::Calling,
            since_us: now_us,
            message,
            farewell: Vec::new(),
        });
        self.wait_for_answer(now_us, call, T1_US);
    }

    fn wait_for_answer(&mut self, now_us: u64, call: usize, wait_us: u64) {
        let due = (now_us + wait_us, Due::Again { call, wait_us });
        let place = self.again.partition_point(|(at_us, _)| *at_us <= due.0);
        self.again.insert(place, due);
    }

    fn what_is_due(&mut self, now_us: u64) {
        while let Some(&(_, due)) = self.again.front().filter(|(at_us, _)| *at_us <= now_us) {
            self.again.pop_front();
            self.does(now_us, due);
        }
        while let Some(&(_, due)) = self.farewells.front().filter(|(at_us, _)| *at_us <= now_us) {
            self.farewells.pop_front();
            self.does(now_us, due);
        }
    }

    fn does(&mut self, now_us: u64, due: Due) {
        match due {
            Due::Again { call, wait_us } => {
                let Some(it) = self.calls.get(call) else {
                    return;
                };
                if matches!(it.stage, Stage::Calling | Stage::HangingUp) {
                    self.out.push((self.trunk, it.message.clone()));
                    self.outcome.resent += 1;
                    self.wait_for_answer(now_us, call, wait_us * 2);
                }
            }
            Due::HangUp { call } => {
                let Some(it) = self.calls.get_mut(call) else {
                    return;
                };
                it.stage = Stage::HangingUp;
                it.message = std::mem::take(&mut it.farewell);
                self.out.push((self.trunk, it.message.clone()));
                self.wait_for_answer(now_us, call, T1_US);
            }
        }
    }

    /// A response; anything else and what belongs to an earlier load is not ours.
    fn heard(&mut self, now_us: u64, bytes: &[u8]) {
        let Some(heard) = Heard::read(bytes) else {
            return;
        };
        let place = heard.serial.checked_sub(self.first);
        let Some(call) = place.and_then(|place| usize::try_from(place).ok()) else {
            return;
        };
        let Some(it) = self.calls.get_mut(call) else {
            return;
        };
        if heard.status < 200 {
            return;
        }
        if heard.is_invite {
            // A repeated final asks for its ACK again.
            self.out
                .push((self.trunk, follow(&it.message, "ACK", 1, heard.to)));
        }
        match it.stage {
            Stage::Calling if heard.is_invite => {
                self.outcome.answered_after.add(now_us - it.since_us);
                if heard.status < 300 {
                    it.stage = Stage::Talking;
                    it.farewell = follow(&it.message, "BYE", 2, heard.to);
                    match self.hold_us {
                        Some(hold_us) => {
                            let due = (now_us + hold_us, Due::HangUp { call });
                            self.farewells.push_back(due);
                        }
                        None => self.outcome.over += 1,
                    }
                } else {
                    it.stage = Stage::Over;
                    self.outcome.over += 1;
                }
            }
            Stage::HangingUp if !heard.is_invite => {
                it.stage = Stage::Over;
                self.outcome.over += 1;
            }
            Stage::Calling | Stage::Talking | Stage::HangingUp | Stage::Over => {}
        }
        debug_assert_eq!(it.serial, heard.serial, "serials are dense");
    }
}

/// What a response says that a caller needs.
struct Heard<'b> {
    status: u16,
    serial: u64,
    is_invite: bool,
    to: &'b str,
}

impl<'b> Heard<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let status = text.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()?;
        let call_id = header(text, "\r\nCall-ID: ")?;
        Some(Self {
            status,
            serial: call_id.split('@').next()?.parse().ok()?,
            is_invite: header(text, "\r\nCSeq: ")?.ends_with("INVITE"),
            to: header(text, "\r\nTo: ")?,
        })
    }
}

fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(name)?;
    rest.split("\r\n").next()
}

/// The eight digits that tell landlines apart.
fn caller_of(serial: u64, redialled_of_ten: u64) -> u64 {
    const REDIALLED: u64 = 99_000_000;
    if serial % 10 < redialled_of_ten {
        REDIALLED + serial % REDIALLERS
    } else {
        serial
    }
}

/// A call to the booking line, without sound: what the media costs is another bench.
fn invite(serial: u64, caller: u64, local: SocketAddr, trunk: SocketAddr) -> Vec<u8> {
    let address = local.ip();
    let sdp = format!(
        "v=0\r\no=- {serial} 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
         m=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=inactive\r\n"
    );
    format!(
        "INVITE sip:0861000000@{trunk} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {local};branch=z9hG4bK{serial:010}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:08{caller:08}@{address}>;tag=f{serial:010}\r\n\
         To: <sip:0861000000@{trunk}>\r\n\
         Call-ID: {serial:010}@{address}\r\n\
         CSeq: 1 INVITE\r\n\
         Contact: <sip:carrier@{local}>\r\n\
         Content-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
    .into_bytes()
}

/// A later request of the same call: the INVITE's first six lines with another method, number
/// and To. The BYE's branch differs, the refusal's ACK has the INVITE's (RFC 3261 17.1.1.3).
fn follow(invite: &[u8], method: &str, cseq: u8, to: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(invite);
    let mut lines = text.split("\r\n");
    let request = lines.next().unwrap_or_default().replace("INVITE", method);
    let mut message = request;
    for line in lines.by_ref().take(5) {
        message.push_str("\r\n");
        match line.split_once(": ") {
            Some(("To", _)) => message.push_str(&format!("To: {to}")),
            Some(("Via", via)) if method == "BYE" => message.push_str(&format!("Via: {via}b")),
            Some(_) | None => message.push_str(line),
        }
    }
    message.push_str(&format!(
        "\r\nCSeq: {cseq} {method}\r\nContent-Length: 0\r\n\r\n"
    ));
    message.into_bytes()
}
