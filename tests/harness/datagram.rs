//! Bare datagrams, for what neither SIPp nor baresip would ever send.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use super::centre::{Centre, LINE, repository};
use super::patience::{SOON, until};

/// A socket at the centre's address.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: UdpSocket,
    to: SocketAddr,
}

impl Datagrams {
    pub(crate) fn to(centre: &Centre, listener: SocketAddr) -> Self {
        Self::from(SocketAddr::from((centre.address, 0)), listener)
    }

    /// A socket at this address.
    pub(crate) fn from(own: SocketAddr, listener: SocketAddr) -> Self {
        let socket = UdpSocket::bind(own).expect("a socket");
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .expect("a time-out above zero");
        Self {
            socket,
            to: listener,
        }
    }

    /// From now on to another listener.
    pub(crate) fn aim(&mut self, listener: SocketAddr) {
        self.to = listener;
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.socket.local_addr().expect("a bound socket")
    }

    pub(crate) fn send(&self, bytes: &[u8]) {
        self.socket
            .send_to(bytes, self.to)
            .expect("loopback takes it");
    }

    /// The next message that came.
    pub(crate) fn next(&self) -> Option<String> {
        let mut packet = [0; 65_536];
        let (length, _) = self.socket.recv_from(&mut packet).ok()?;
        Some(String::from_utf8_lossy(&packet[..length]).into_owned())
    }

    /// The final response to a request.
    pub(crate) fn ask(&self, request: &str) -> String {
        self.send(request.as_bytes());
        let call = request
            .lines()
            .find(|line| line.starts_with("Call-ID:"))
            .expect("a request has a Call-ID");
        // The final before comes again and again: nobody acknowledges it.
        let is_ours = |answer: &String| {
            !answer.starts_with("SIP/2.0 1") && answer.lines().any(|line| line == call)
        };
        until(&format!("an answer to {request}"), SOON, || {
            self.next().filter(is_ours)
        })
    }
}

/// An INVITE to the line with this description, sent from `from`.
pub(crate) fn invite(from: SocketAddr, call: &str, sdp: &str) -> String {
    format!(
        "INVITE sip:{LINE}@{from} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {from};branch=z9hG4bK{call}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:0861777001@{from}>;tag={call}\r\n\
         To: <sip:{LINE}@{from}>\r\n\
         Call-ID: {call}\r\n\
         CSeq: 1 INVITE\r\n\
         Contact: <sip:0861777001@{from}>\r\n\
         Content-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

/// One message of RFC 4475.
#[derive(Debug)]
pub(crate) struct Torture {
    pub(crate) name: String,
    /// `call`, `silence` or a status.
    pub(crate) reaction: String,
    pub(crate) bytes: Vec<u8>,
}

impl Torture {
    /// Whether it is a new call that can be read: it has a row before its answer, also where it
    /// cannot but be refused.
    pub(crate) fn has_row(&self) -> bool {
        let is_refused = matches!(&*self.reaction, "406" | "415" | "416" | "420");
        self.reaction == "call" || (is_refused && self.bytes.starts_with(b"INVITE "))
    }
}

/// The messages of RFC 4475, byte by byte, and how each is to be met.
pub(crate) fn torture_messages() -> Vec<Torture> {
    let folder = repository().join("crates/sip/tests/rfc4475");
    let table = fs::read_to_string(folder.join("reactions.tsv")).expect("the table is there");
    let rows = table.lines().map(|row| {
        let mut fields = row.split('\t').skip(1);
        let mut next = || {
            fields
                .next()
                .expect("section, message, reaction")
                .to_owned()
        };
        let (name, reaction) = (next(), next());
        let bytes = fs::read(folder.join(format!("{name}.dat"))).expect("the message is there");
        Torture {
            name,
            reaction,
            bytes,
        }
    });
    rows.collect()
}
