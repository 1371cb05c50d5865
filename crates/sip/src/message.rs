//! The framer: bytes of one SIP message to spans over its own copy.
//!
//! Lenient where a caller would be lost for nothing (folded and compact headers, bare line
//! feeds, extra spaces in the request line, bytes that are no UTF-8), strict where two readers
//! could disagree (lengths, duplicate headers, quoting). What is wrong with a request is kept as
//! a [`Fault`] beside what could be read, so that it can be answered.

use std::ops::Range;

use crate::name::Name;
use crate::name_addr::{NameAddr, Parts};
use crate::params::{is_token_byte, lossy, number, pieces};

/// Longest message in bytes: what a UDP datagram can carry.
pub(crate) const BYTES_MAX: usize = 65_535;
/// Most headers in a message.
const HEADERS_MAX: usize = 256;

/// Why nothing can be made of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Only line ends or nothing.
    #[error("no message")]
    Empty,
    /// More than 65,535 bytes.
    #[error("longer than 65535 bytes")]
    TooLong,
    /// The first line is neither a request line nor a status line.
    #[error("no SIP start line")]
    StartLine,
    /// A response that breaks the grammar: there is nobody to tell.
    #[error("malformed response: {0}")]
    Response(&'static str),
}

/// What is wrong with a request that can still be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// 400 or 505.
    pub status: u16,
    /// What to say in the reason phrase.
    pub reason: &'static str,
}

#[derive(Debug, Clone)]
enum Start {
    Request {
        method: Range<usize>,
        uri: Range<usize>,
    },
    Response {
        status: u16,
        reason: Range<usize>,
    },
}

#[derive(Debug, Clone)]
struct Field {
    known: Option<Name>,
    name: Range<usize>,
    value: Range<usize>,
}

/// One message; owns its bytes.
#[derive(Debug, Clone)]
pub struct Message {
    bytes: Vec<u8>,
    start: Start,
    fields: Vec<Field>,
    body: Range<usize>,
    cseq: u32,
    fault: Option<Fault>,
}

impl Message {
    /// Reads one message: a datagram, or the frame of a stream.
    ///
    /// # Errors
    /// When it cannot even be answered; see [`ParseError`].
    pub fn parse(datagram: &[u8]) -> Result<Self, ParseError> {
        let skip = datagram
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let datagram = &datagram[skip..];
        if datagram.is_empty() {
            return Err(ParseError::Empty);
        }
        if datagram.len() > BYTES_MAX {
            return Err(ParseError::TooLong);
        }
        let mut bytes = datagram.to_vec();
        let (line, after) = line_at(&bytes, 0);
        let (start, fault) = read_start(&bytes, line).ok_or(ParseError::StartLine)?;
        let mut message = Self {
            body: 0..0,
            start,
            fields: Vec::with_capacity(24),
            cseq: 0,
            fault,
            bytes: Vec::new(),
        };
        message.read_fields(&mut bytes, after);
        message.bytes = bytes;
        message.read_length();
        message.check();
        match (&message.start, message.fault) {
            (Start::Response { .. }, Some(fault)) => Err(ParseError::Response(fault.reason)),
            _ => Ok(message),
        }
    }

    fn blame(&mut self, reason: &'static str) {
        self.fault.get_or_insert(Fault {
            status: 400,
            reason,
        });
    }

    /// Header lines up to the empty line; sets `body` to all that is behind.
    fn read_fields(&mut self, bytes: &mut [u8], mut at: usize) {
        while at < bytes.len() {
            let (line, after) = line_at(bytes, at);
            if line.is_empty() {
                self.body = after..bytes.len();
                self.trim_values(bytes);
                return;
            }
            if matches!(bytes[line.start], b' ' | b'\t') {
                match self.fields.last_mut() {
                    Some(field) => {
                        // Unfolding in place: the line end becomes white space.
                        bytes[field.value.end..line.start].fill(b' ');
                        field.value.end = line.end;
                    }
                    None => self.blame("Header starts with white space"),
                }
            } else if self.fields.len() == HEADERS_MAX {
                self.blame("Too many headers");
            } else {
                self.read_field(bytes, line);
            }
            at = after;
        }
        self.body = bytes.len()..bytes.len();
        self.trim_values(bytes);
        self.blame("Headers do not end with an empty line");
    }

    fn read_field(&mut self, bytes: &[u8], line: Range<usize>) {
        let text = &bytes[line.clone()];
        let Some(colon) = memchr::memchr(b':', text) else {
            return self.blame("Header without colon");
        };
        let name = text[..colon].trim_ascii_end();
        if name.is_empty() || !name.iter().all(|byte| is_token_byte(*byte)) {
            return self.blame("Malformed header name");
        }
        self.fields.push(Field {
            known: Name::of(name),
            name: line.start..line.start + name.len(),
            value: line.start + colon + 1..line.end,
        });
    }

    fn trim_values(&mut self, bytes: &[u8]) {
        for field in &mut self.fields {
            let value = &bytes[field.value.clone()];
            let front = value.len() - value.trim_ascii_start().len();
            let length = value.trim_ascii().len();
            let start = field.value.start + front;
            field.value = start..start + length;
        }
    }

    /// RFC 3261 18.3: a datagram's body ends where Content-Length says; without one it runs to
    /// the end; with one that is too large the message is bad.
    fn read_length(&mut self) {
        let Some(value) = self.first(Name::CONTENT_LENGTH) else {
            return;
        };
        match number::<usize>(value) {
            Some(length) if length <= self.body.len() => {
                self.body.end = self.body.start + length;
            }
            Some(_) => self.blame("Content-Length larger than the message"),
            None => self.blame("Malformed Content-Length"),
        }
    }

    /// What every message must have, and what it may have only once.
    fn check(&mut self) {
        for (name, reason) in [
            (Name::VIA, "Missing Via"),
            (Name::FROM, "Missing From"),
            (Name::TO, "Missing To"),
            (Name::CALL_ID, "Missing Call-ID"),
            (Name::CSEQ, "Missing CSeq"),
        ] {
            if self.first(name).is_none_or(<[u8]>::is_empty) {
                self.blame(reason);
            }
        }
        let duplicate = Name::SINGLE.iter().find(|(name, _)| {
            self.fields
                .iter()
                .filter(|f| f.known == Some(*name))
                .count()
                > 1
        });
        if let Some((_, reason)) = duplicate {
            self.blame(reason);
        }
        self.check_cseq();
        for (name, reason) in [(Name::FROM, "Malformed From"), (Name::TO, "Malformed To")] {
            if self
                .first(name)
                .is_some_and(|value| Parts::parse(value).is_none())
            {
                self.blame(reason);
            }
        }
        if self
            .first(Name::VIA)
            .is_some_and(|value| Via::parse(value).is_none())
        {
            self.blame("Malformed Via");
        }
        if matches!(self.start, Start::Request { .. }) {
            self.check_request();
        }
    }

    fn check_cseq(&mut self) {
        let Some(value) = self.first(Name::CSEQ) else {
            return;
        };
        let end = value
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(value.len());
        let method = value[end..].trim_ascii();
        let sequence = number::<u32>(&value[..end]).filter(|sequence| *sequence < 1 << 31);
        let matches = match &self.start {
            Start::Request { method: range, .. } => &self.bytes[range.clone()] == method,
            Start::Response { .. } => !method.is_empty(),
        };
        match sequence {
            Some(sequence) => self.cseq = sequence,
            None => self.blame("Malformed CSeq"),
        }
        if !matches {
            self.blame("CSeq method does not match the request");
        }
    }

    fn check_request(&mut self) {
        let hops = self.first(Name::MAX_FORWARDS);
        if hops.is_some_and(|value| number::<u8>(value).is_none()) {
            self.blame("Malformed Max-Forwards");
        }
        let starts_dialog = matches!(self.method(), "INVITE" | "REGISTER" | "UPDATE");
        if starts_dialog && !self.list(Name::CONTACT).all(is_contact) {
            self.blame("Malformed Contact");
        }
    }

    /// What is wrong with this request, if anything.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Whether it is a request.
    #[must_use]
    pub fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// The method; empty on a response.
    #[must_use]
    pub fn method(&self) -> &str {
        match &self.start {
            Start::Request { method, .. } => self.text(method),
            Start::Response { .. } => "",
        }
    }

    /// The Request-URI; empty on a response.
    #[must_use]
    pub fn request_uri(&self) -> &str {
        match &self.start {
            Start::Request { uri, .. } => self.text(uri),
            Start::Response { .. } => "",
        }
    }

    /// The status code of a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.start {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// The reason phrase; empty on a request.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.start {
            Start::Response { reason, .. } => lossy(&self.bytes[reason.clone()]),
            Start::Request { .. } => String::new(),
        }
    }

    /// The first value of a header, unfolded; any case, compact or long name. A list header's
    /// first line is given whole.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.lines(name).next()
    }

    /// Every value of a header; lists are taken apart at their commas.
    pub fn headers<'a, 'n>(
        &'a self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let is_list = Name::of(name.as_bytes()).is_some_and(Name::is_list);
        self.lines(name)
            .flat_map(move |line| values_of(line, is_list))
    }

    fn lines<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let known = Name::of(name.as_bytes());
        self.fields
            .iter()
            .filter(move |field| match known {
                Some(_) => field.known == known,
                None => self.bytes[field.name.clone()].eq_ignore_ascii_case(name.as_bytes()),
            })
            .map(|field| &self.bytes[field.value.clone()])
    }

    pub(crate) fn first(&self, name: Name) -> Option<&[u8]> {
        self.every(name).next()
    }

    /// Whole lines of a known header.
    pub(crate) fn every(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        self.fields
            .iter()
            .filter(move |field| field.known == Some(name))
            .map(|field| &self.bytes[field.value.clone()])
    }

    /// Single values of a known list header, without empty ones.
    pub(crate) fn list(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        self.every(name).flat_map(|line| values_of(line, true))
    }

    /// The From address.
    #[must_use]
    pub fn from(&self) -> Option<NameAddr> {
        self.first(Name::FROM).and_then(NameAddr::parse)
    }

    /// The To address.
    #[must_use]
    pub fn to(&self) -> Option<NameAddr> {
        self.first(Name::TO).and_then(NameAddr::parse)
    }

    /// The first Contact address.
    #[must_use]
    pub fn contact(&self) -> Option<NameAddr> {
        self.list(Name::CONTACT).next().and_then(NameAddr::parse)
    }

    /// The Call-ID.
    #[must_use]
    pub fn call_id(&self) -> String {
        lossy(self.first(Name::CALL_ID).unwrap_or_default())
    }

    /// The number in CSeq.
    #[must_use]
    pub fn cseq(&self) -> u32 {
        self.cseq
    }

    /// The method in CSeq.
    pub(crate) fn cseq_method(&self) -> &[u8] {
        let value = self.first(Name::CSEQ).unwrap_or_default();
        let end = value
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(value.len());
        value[end..].trim_ascii()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body.clone()]
    }

    /// Content-Type without parameters, in lower case.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        let value = self.first(Name::CONTENT_TYPE)?;
        let media = value.split(|byte| *byte == b';').next()?;
        Some(lossy(media.trim_ascii()).to_ascii_lowercase())
    }

    pub(crate) fn tag_of(&self, name: Name) -> Option<&[u8]> {
        self.first(name)
            .and_then(Parts::parse)
            .and_then(|parts| parts.tag())
    }

    pub(crate) fn via(&self) -> Option<Via<'_>> {
        self.first(Name::VIA).and_then(Via::parse)
    }

    fn text(&self, range: &Range<usize>) -> &str {
        std::str::from_utf8(&self.bytes[range.clone()]).unwrap_or_default()
    }
}

fn values_of(line: &[u8], is_list: bool) -> impl Iterator<Item = &[u8]> {
    let (whole, parts) = if is_list {
        (None, Some(line))
    } else {
        (Some(line), None)
    };
    let parts = parts.into_iter().flat_map(|line| pieces(line, b','));
    whole
        .into_iter()
        .chain(parts.filter(|value| !value.is_empty()))
}

fn is_contact(value: &[u8]) -> bool {
    value == b"*"
        || Parts::parse(value).is_some_and(|parts| {
            // `sip:a@b;;;;` (RFC 4475 3.1.2.1) leaves empty parameters behind.
            !parts.is_ambiguous()
                && (parts.params.is_empty() || pieces(parts.params, b';').all(|p| !p.is_empty()))
        })
}

/// The line that starts at `at`, without its end, and where the next one starts.
fn line_at(bytes: &[u8], at: usize) -> (Range<usize>, usize) {
    let Some(length) = memchr::memchr(b'\n', &bytes[at..]) else {
        return (at..bytes.len(), bytes.len());
    };
    let end = at + length;
    let has_cr = length > 0 && bytes[end - 1] == b'\r';
    (at..end - usize::from(has_cr), end + 1)
}

fn read_start(bytes: &[u8], line: Range<usize>) -> Option<(Start, Option<Fault>)> {
    let text = &bytes[line.clone()];
    if text.len() > 8 && text[..8].eq_ignore_ascii_case(b"SIP/2.0 ") {
        let rest = text[8..].trim_ascii_start();
        let code = rest.get(..3)?;
        if !matches!(rest.get(3), None | Some(b' ')) {
            return None;
        }
        let status = number::<u16>(code).filter(|status| (100..700).contains(status))?;
        let reason = rest[3..].trim_ascii();
        let from = line.start + (text.len() - text[8..].trim_ascii_start().len()) + 3;
        let from = from + (rest[3..].len() - rest[3..].trim_ascii_start().len());
        let reason = from..(from + reason.len()).min(line.end);
        return Some((Start::Response { status, reason }, None));
    }
    read_request_line(text, line.start)
}

/// Extra spaces between the parts and behind the version are let through (RFC 4475 lwsstart,
/// trws: a lenient element may); inside the URI they are not.
fn read_request_line(text: &[u8], offset: usize) -> Option<(Start, Option<Fault>)> {
    let trimmed = text.trim_ascii_end();
    let method_end = trimmed.iter().position(|byte| *byte == b' ')?;
    let version_start = trimmed.iter().rposition(|byte| *byte == b' ')? + 1;
    let method = &trimmed[..method_end];
    if method.is_empty() || !method.iter().all(|byte| is_token_byte(*byte)) {
        return None;
    }
    let version = &trimmed[version_start..];
    if version.len() < 5 || !version[..4].eq_ignore_ascii_case(b"SIP/") {
        return None;
    }
    let middle = &trimmed[method_end..version_start];
    let uri = middle.trim_ascii();
    let uri_start = method_end + (middle.len() - middle.trim_ascii_start().len());
    let fault = if !version[4..].eq_ignore_ascii_case(b"2.0") {
        Some(Fault {
            status: 505,
            reason: "Version Not Supported",
        })
    } else if uri.is_empty()
        || uri
            .iter()
            .any(|byte| !byte.is_ascii_graphic() || matches!(byte, b'<' | b'>' | b'"'))
    {
        Some(Fault {
            status: 400,
            reason: "Malformed Request-URI",
        })
    } else {
        None
    };
    let start = Start::Request {
        method: offset..offset + method_end,
        uri: offset + uri_start..offset + uri_start + uri.len(),
    };
    Some((start, fault))
}

/// The topmost Via.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Via<'a> {
    /// Of the first value, its protocol and sent-by with white space as it came.
    pub(crate) head: &'a [u8],
    pub(crate) sent_by: &'a [u8],
    pub(crate) params: &'a [u8],
    /// Further values of the same line.
    pub(crate) rest: Option<&'a [u8]>,
}

impl<'a> Via<'a> {
    /// `SIP / 2.0 / UDP host:port ; params , …` with white space anywhere.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let (first, rest) = crate::params::cut(line, b',');
        let (head, params) = crate::params::cut(first, b';');
        let head = head.trim_ascii();
        let slashes = memchr::memchr_iter(b'/', head).take(2);
        let second = slashes.clone().nth(1)?;
        let protocol = head[..slashes.clone().next()?].trim_ascii();
        let after = head[second + 1..].trim_ascii_start();
        let transport_end = after.iter().position(u8::is_ascii_whitespace)?;
        let sent_by = after[transport_end..].trim_ascii();
        let host = std::str::from_utf8(sent_by)
            .ok()
            .and_then(crate::uri::split_host_port);
        let tidy = params.is_none_or(|params| pieces(params, b';').all(|piece| !piece.is_empty()));
        let is_sip = protocol.eq_ignore_ascii_case(b"SIP");
        (is_sip && tidy && host.is_some()).then_some(Self {
            head,
            sent_by,
            params: params.unwrap_or_default(),
            rest,
        })
    }

    /// The branch, when it promises to be unique (RFC 3261 8.1.1.7).
    pub(crate) fn branch(&self) -> Option<&'a [u8]> {
        crate::params::parameter(self.params, "branch").flatten()
    }

    pub(crate) fn has_rport(&self) -> bool {
        crate::params::parameter(self.params, "rport").is_some()
    }

    pub(crate) fn host_port(&self) -> (&'a str, Option<u16>) {
        let text = std::str::from_utf8(self.sent_by).unwrap_or_default();
        crate::uri::split_host_port(text).unwrap_or(("", None))
    }
}
