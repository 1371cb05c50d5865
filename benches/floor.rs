//! A floor: the least that could do the same work, as a process of its own that is measured
//! exactly as the product is. It is this bench's own program, started a second time.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result};
use cuptel_sip::Message;

use crate::centre::Program;
use crate::datagrams::Datagrams;

const FLOOR: &str = "--floor";

/// What this program was started for, when it is a floor: where it keeps what it stores, and
/// its address.
pub(crate) fn asked() -> Result<Option<(String, SocketAddr)>> {
    let mut arguments = std::env::args().skip_while(|argument| argument != FLOOR);
    if arguments.next().is_none() {
        return Ok(None);
    }
    let place = arguments.next().context("--floor PLACE ADDRESS")?;
    let address = arguments.next().context("--floor PLACE ADDRESS")?;
    Ok(Some((place, address.parse()?)))
}

/// Starts the floor and waits until it answers at its address.
pub(crate) fn start(place: &str, address: SocketAddr) -> Result<Program> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(FLOOR).arg(place).arg(address.to_string());
    let mut program = Program::start(&mut command)?;
    let is_bound = || std::net::UdpSocket::bind(address).is_err();
    program.until("the floor has its socket", is_bound)?;
    Ok(program)
}

/// Everything that waits at the socket, up to `most` messages, once there is anything.
pub(crate) fn gather(
    wire: &mut Datagrams,
    most: usize,
    requests: &mut Vec<(SocketAddr, Message)>,
) -> Result<()> {
    wire.wait(100)?;
    while requests.len() < most {
        let count = wire.receive(|bytes, from| {
            if let Ok(message) = Message::parse(bytes) {
                requests.push((from, message));
            }
        })?;
        if count == 0 {
            break;
        }
    }
    Ok(())
}

/// The response to a request: its own lines back, with a tag of ours.
pub(crate) fn response(request: &Message, status: &str) -> Vec<u8> {
    let text = |name| String::from_utf8_lossy(request.header(name).unwrap_or_default());
    let mut response = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let tag = if name == "To" { ";tag=floor" } else { "" };
        // Writing into a string does not fail.
        write!(response, "{name}: {}{tag}\r\n", text(name)).expect("a string grows");
    }
    response.push_str("Content-Length: 0\r\n\r\n");
    response.into_bytes()
}
