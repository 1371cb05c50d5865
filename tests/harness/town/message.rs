//! SIP as text, as far as invented people need to read and write it.

use std::fmt::Write as _;
use std::net::SocketAddr;

/// A message as it came.
#[derive(Debug, Clone)]
pub(crate) struct Message(String);

impl Message {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }

    fn first_line(&self) -> &str {
        self.0.lines().next().unwrap_or_default()
    }

    /// The status of a response.
    pub(crate) fn status(&self) -> Option<u16> {
        let rest = self.first_line().strip_prefix("SIP/2.0 ")?;
        rest.get(..3)?.parse().ok()
    }

    /// The method of a request, or of the request that is answered.
    pub(crate) fn method(&self) -> &str {
        let line = if self.status().is_some() {
            self.header("CSeq")
                .split_once(' ')
                .map(|(_, method)| method)
        } else {
            self.first_line().split_once(' ').map(|(method, _)| method)
        };
        line.unwrap_or_default()
    }

    /// Whom a request is for: the user of its URI.
    pub(super) fn user(&self) -> &str {
        let uri = self.first_line().split(' ').nth(1).unwrap_or_default();
        let user = uri.split_once('@').map(|(user, _)| user);
        user.and_then(|user| user.strip_prefix("sip:"))
            .unwrap_or_default()
    }

    /// The value of a header; empty when it is not there.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> &'a str {
        self.headers(name).next().unwrap_or_default()
    }

    fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.0.lines().take_while(|line| !line.is_empty());
        fields.filter_map(move |line| {
            let (field, value) = line.split_once(':')?;
            (field == name).then_some(value.trim())
        })
    }

    /// The URI of the Contact.
    pub(super) fn contact(&self) -> &str {
        let contact = self.header("Contact");
        let uri = contact
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'));
        uri.map_or(contact, |(uri, _)| uri)
    }

    /// A parameter of a challenge.
    pub(super) fn quoted(&self, header: &str, name: &str) -> String {
        let value = self.header(header);
        let rest = value
            .split_once(&format!("{name}=\""))
            .map(|(_, rest)| rest);
        let text = rest
            .and_then(|rest| rest.split_once('"'))
            .map(|(text, _)| text);
        text.unwrap_or_default().to_owned()
    }

    /// Whether it belongs to a dialog that there is already.
    pub(super) fn is_in_dialog(&self) -> bool {
        self.header("To").contains(";tag=")
    }

    /// A response by somebody at this address.
    pub(crate) fn answer(&self, status: &str, own: SocketAddr, sdp: &str) -> String {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for via in self.headers("Via") {
            write!(text, "Via: {via}\r\n").expect("a string takes it");
        }
        let tag = if self.is_in_dialog() { "" } else { ";tag=town" };
        let (from, to) = (self.header("From"), self.header("To"));
        let (call, cseq) = (self.header("Call-ID"), self.header("CSeq"));
        write!(
            text,
            "From: {from}\r\nTo: {to}{tag}\r\nCall-ID: {call}\r\nCSeq: {cseq}\r\nContact: <sip:{own}>\r\n"
        )
        .expect("a string takes it");
        close(text, "application/sdp", sdp)
    }

    /// The BYE of somebody at this address who was called with this INVITE.
    pub(super) fn bye(&self, own: SocketAddr) -> String {
        let call = self.header("Call-ID");
        let text = format!(
            "BYE {} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKbye{call}\r\nMax-Forwards: 70\r\n\
             From: {};tag=town\r\nTo: {}\r\nCall-ID: {call}\r\nCSeq: 1 BYE\r\n",
            self.contact(),
            self.header("To"),
            self.header("From"),
        );
        close(text, "", "")
    }
}

/// Ends the head of a message and appends its body.
pub(super) fn close(mut text: String, kind: &str, body: &str) -> String {
    if !body.is_empty() {
        write!(text, "Content-Type: {kind}\r\n").expect("a string takes it");
    }
    write!(text, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("a string takes it");
    text
}

/// A voice at this address, A-law.
pub(super) fn sdp(voice: SocketAddr) -> String {
    format!(
        "v=0\r\no=town 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n",
        ip = voice.ip(),
        port = voice.port()
    )
}
