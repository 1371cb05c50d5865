//! Answered calls: INVITE, 200, ACK, a tenth of a second in the queue, BYE, 200, with every row on
//! disk before what stands on it. Measured against a bare loop that parses and answers, and keeps
//! nothing. Without sound: what the media costs is another bench.

mod callers;
mod centre;
mod datagrams;
mod floor;
mod measured;
mod processor;

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use cuptel_sip::Message;

use callers::{Callers, Load};
use centre::{Centre, Program, free_address};
use datagrams::Datagrams;
use measured::{Delays, Effort, Rounds, real, say};
use processor::{cpu_us, per};

/// Calls a second. All rounds together use each port pair once: a pair that was used rests.
const RATES: [u64; 2] = [200, 600];
const CALLS: u64 = 400;
const ROUNDS: u64 = 5;
const HOLD_US: u64 = 100_000;
const SEATS: &str = "seat,password,site,operator,employer,skills\n\
    101,bench-101,teramo,Anna Esempio,ASL di Teramo,prenotazioni:5\n";

fn main() -> Result<()> {
    if let Some((_, address)) = floor::asked()? {
        return answer_all(address);
    }
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let rates = u64::try_from(RATES.len())?;
    let pairs = effort.pick(CALLS * ROUNDS * rates, 64);
    let filled = [("pairs_max", pairs), ("channels", 400), ("answer_max", 399)]
        .map(|(key, value)| (key, value.to_string()));
    let centre = Centre::start(None, &filled, SEATS)?;
    let address = SocketAddr::from((free_address(5090), 5090));
    let least = floor::start("", address)?;
    let mut callers = Callers::at(SocketAddr::from((centre.address, 0)))?;
    for per_second in RATES {
        let load = Load {
            calls: usize::try_from(effort.pick(CALLS, 20))?,
            per_second,
            redialled_of_ten: 0,
            hold_us: Some(HOLD_US),
        };
        let (mut ours, mut floors, mut ratio) =
            (Side::default(), Side::default(), Rounds::default());
        for _ in 0..effort.pick(ROUNDS, 1) {
            let floor_us = floors.round(&mut callers, &least, address, &load)?;
            let our_us = ours.round(&mut callers, &centre.program, centre.trunk(), &load)?;
            ratio.add(our_us / floor_us);
        }
        say(format!("answered calls, {per_second} a second:"));
        for (who, side) in [("floor", &floors), ("cuptel", &ours)] {
            say(format!(
                "  {who:<7} {} calls/s, {} µs of processor per call; answered after {}; {} sent again",
                side.rate, side.cpu_us, side.delays, side.resent
            ));
        }
        say(format!("  ratio   {ratio}"));
    }
    say(format!("answered calls, audit: {}", centre.audit()?));
    Ok(())
}

#[derive(Default)]
struct Side {
    rate: Rounds,
    cpu_us: Rounds,
    delays: Delays,
    resent: usize,
}

impl Side {
    /// One round at one side; its cost per call.
    fn round(
        &mut self,
        callers: &mut Callers,
        program: &Program,
        address: SocketAddr,
        load: &Load,
    ) -> Result<f64> {
        let before = cpu_us(program.id(), "")?;
        let outcome = callers.call(address, load)?;
        ensure!(
            outcome.over == load.calls,
            "{} of {} calls had no end",
            load.calls - outcome.over,
            load.calls
        );
        let cost = per(cpu_us(program.id(), "")? - before, outcome.over)?;
        self.cpu_us.add(cost);
        let calls = real(u64::try_from(load.calls)?);
        self.rate.add(calls * 1e6 / real(outcome.took_us));
        self.delays.join(&outcome.answered_after);
        self.resent += outcome.resent;
        Ok(cost)
    }
}

/// The floor: says 200 to everything but an ACK.
fn answer_all(address: SocketAddr) -> Result<()> {
    const MOST: usize = 256;
    let mut wire = Datagrams::bind(address)?;
    let mut requests: Vec<(SocketAddr, Message)> = Vec::new();
    loop {
        floor::gather(&mut wire, MOST, &mut requests)?;
        requests.retain(|(_, request)| request.method() != "ACK");
        let responses: Vec<(SocketAddr, Vec<u8>)> = requests
            .drain(..)
            .map(|(from, request)| (from, floor::response(&request, "200 OK")))
            .collect();
        wire.send(&responses)?;
    }
}
