//! One connection's bytes, cut into messages (RFC 3261 18.3) and pings (RFC 5626 3.5.1),
//! however they arrive in pieces. Holds at most one message besides what was just read.

use crate::message::BYTES_MAX;
use crate::name::Name;
use crate::params::number;

const PING: &[u8] = b"\r\n\r\n";

/// The bytes of a connection that are not taken yet.
#[derive(Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Where the next frame begins.
    taken: usize,
    bytes_max: usize,
    /// Set when message borders are lost: nothing after it can be read.
    is_broken: bool,
}

/// What a connection says next.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// One or more double line ends in a row: one answer is enough for them all.
    Ping,
    /// A whole message.
    Message(&'a [u8]),
    /// Where this message ends cannot be known, or it is too long. What there is of its head
    /// may be answered; then the connection is of no more use.
    Broken(&'a [u8]),
}

/// Where a message ends.
enum End {
    At(usize),
    /// Not here yet.
    Later,
    /// Its Content-Length says nothing, or two things.
    Unknown,
}

impl Framer {
    /// A connection whose messages are at most so long; 65,535 bytes are the most.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            buffer: Vec::new(),
            taken: 0,
            bytes_max: bytes_max.min(BYTES_MAX),
            is_broken: false,
        }
    }

    /// Takes what was read. Take all frames before reading on: that bounds what is held.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.is_broken {
            return;
        }
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes of a message that is not whole yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.buffer.len() - self.taken
    }

    /// The next frame, once it is here as a whole.
    pub fn frame(&mut self) -> Option<Frame<'_>> {
        if self.is_broken {
            return None;
        }
        let rest = self.buffer.get(self.taken..).unwrap_or_default();
        let is_line_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let line_ends = rest.iter().take_while(is_line_end).count();
        if line_ends >= PING.len() {
            // Half a ping stays: the next read may complete it.
            self.taken += line_ends - line_ends % PING.len();
            return Some(Frame::Ping);
        }
        let start = self.taken + line_ends;
        let message = self.buffer.get(start..).unwrap_or_default();
        match end_of(message) {
            End::At(length) if length <= self.bytes_max && length <= message.len() => {
                self.taken = start + length;
                self.buffer.get(start..self.taken).map(Frame::Message)
            }
            End::At(length) if length <= self.bytes_max => None,
            End::Later if message.len() <= self.bytes_max => {
                if message.is_empty() && line_ends == 0 {
                    // A connection that waits for hours holds no buffer.
                    self.buffer = Vec::new();
                    self.taken = 0;
                }
                None
            }
            End::At(_) | End::Later | End::Unknown => {
                self.is_broken = true;
                let rest = self.buffer.get(start..).unwrap_or_default();
                Some(Frame::Broken(head(rest).unwrap_or(rest)))
            }
        }
    }
}

/// Start line and headers with the empty line after them.
fn head(message: &[u8]) -> Option<&[u8]> {
    let end = memchr::memmem::find(message, PING)? + PING.len();
    message.get(..end)
}

/// RFC 3261 20.14: without Content-Length a connection cannot tell where a body ends; such a
/// message is taken for one without body.
fn end_of(message: &[u8]) -> End {
    let Some(head) = head(message) else {
        return End::Later;
    };
    let lines = head
        .split_inclusive(|byte| *byte == b'\n')
        .scan(0, |next, line| {
            let at = *next;
            *next += line.len();
            Some((at, line))
        });
    let mut lengths = lines.filter_map(|(at, line)| {
        let colon = memchr::memchr(b':', line)?;
        let name = Name::of(line.get(..colon)?.trim_ascii_end())?;
        let value = head.get(at + colon + 1..)?;
        (name == Name::CONTENT_LENGTH).then(|| number::<usize>(whole_value(value)))
    });
    match (lengths.next(), lengths.next()) {
        (None, _) => End::At(head.len()),
        (Some(Some(length)), None) => End::At(head.len().saturating_add(length)),
        (Some(_), _) => End::Unknown,
    }
}

/// A header's value up to its last folded line.
fn whole_value(rest: &[u8]) -> &[u8] {
    let is_last = |end: &usize| !matches!(rest.get(end + 1), Some(b' ' | b'\t'));
    let end = memchr::memchr_iter(b'\n', rest).find(is_last);
    rest.get(..end.unwrap_or(rest.len()))
        .unwrap_or_default()
        .trim_ascii()
}
