//! A new call that cannot be taken as it is. It is not refused here: whoever owns the endpoint
//! keeps a record of every call, and of each only once.

use crate::answer::ACCEPT;
use crate::message::Message;
use crate::name::Name;
use crate::screening::required;
use crate::settings::Settings;
use crate::uri;

/// Why a new call must be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unacceptable {
    /// There is hardly room for another transaction.
    Crowded,
    /// It asks for something that we cannot give.
    Request {
        /// The status that says so.
        status: u16,
        /// In words.
        text: &'static str,
        /// Headers that go with that status.
        headers: Vec<(String, String)>,
    },
}

impl Settings {
    /// Transactions from which on new calls are only refused: the rest keeps those refusals, so
    /// that a repeated INVITE is no second call.
    pub(crate) fn crowded_from(&self) -> usize {
        self.transactions_max - self.transactions_max / 8
    }
}

/// What the sender of an INVITE requires of us, in the order of RFC 3261 8.2.
pub(crate) fn unacceptable(invite: &Message) -> Option<Unacceptable> {
    if !uri::is_supported(invite.request_uri()) {
        return Some(request(416, "A URI scheme that is not known here", None));
    }
    if let Some(extensions) = required(invite) {
        let header = ("Unsupported", extensions.as_str());
        return Some(request(
            420,
            "Requires an extension that is not known here",
            Some(header),
        ));
    }
    if !is_readable(invite) {
        let header = ("Accept", ACCEPT);
        return Some(request(
            415,
            "Only application/sdp is understood",
            Some(header),
        ));
    }
    (!takes_sdp(invite)).then(|| request(406, "Takes no description of media", None))
}

fn request(status: u16, text: &'static str, header: Option<(&str, &str)>) -> Unacceptable {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Unacceptable::Request {
        status,
        text,
        headers: header.into_iter().map(owned).collect(),
    }
}

/// Whether its body, if any, may hold a description of media.
fn is_readable(invite: &Message) -> bool {
    let is_sdp = |media: String| media == ACCEPT || media.starts_with("multipart/");
    let is_plain = |coding: &[u8]| coding.eq_ignore_ascii_case(b"identity");
    (invite.body().is_empty() || invite.content_type().is_none_or(is_sdp))
        && invite.list(Name::CONTENT_ENCODING).all(is_plain)
}

/// Whether its sender reads the description that we answer with.
fn takes_sdp(invite: &Message) -> bool {
    let mut reads = invite.list(Name::ACCEPT).peekable();
    let is_taken = |range: &[u8]| {
        let media = range.split(|byte| *byte == b';').next();
        let media = media.unwrap_or_default().trim_ascii();
        [&b"application/sdp"[..], b"application/*", b"*/*", b"*"]
            .iter()
            .any(|known| media.eq_ignore_ascii_case(known))
            || media
                .get(..10)
                .is_some_and(|head| head.eq_ignore_ascii_case(b"multipart/"))
    };
    reads.peek().is_none() || reads.any(is_taken)
}
