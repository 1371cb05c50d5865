//! A response as its author sees it: status, reason and the headers that are not the request's.

use crate::event::Body;
use crate::write;

/// Methods that we take.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE";
/// Body types that we take in an INVITE.
pub(crate) const ACCEPT: &str = "application/sdp";

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) reason: &'a str,
    pub(crate) tag: Option<&'a str>,
    /// Carries Record-Route and Contact.
    pub(crate) makes_dialog: bool,
    pub(crate) allows: bool,
    pub(crate) accepts: bool,
    pub(crate) extra: &'a [(String, String)],
    pub(crate) body: Option<&'a Body>,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(status: u16, reason: &'a str) -> Self {
        let reason = if reason.is_empty() {
            phrase(status)
        } else {
            reason
        };
        Self {
            status,
            reason,
            ..Self::default()
        }
    }

    /// Everything behind the echoed headers.
    pub(crate) fn write_rest(&self, out: &mut Vec<u8>, server: &str) {
        if self.allows {
            write::header(out, "Allow", ALLOW.as_bytes());
        }
        if self.accepts {
            write::header(out, "Accept", ACCEPT.as_bytes());
        }
        if self.allows && self.accepts {
            // No extension is supported; saying so is what OPTIONS asks for.
            out.extend_from_slice(b"Supported: \r\n");
        }
        for (name, value) in self.extra {
            write::header(out, name, value.as_bytes());
        }
        if self.status > 100 {
            write::header(out, "Server", server.as_bytes());
        }
        write::body(out, self.body);
    }
}

/// Reason phrases of RFC 3261 21 for those who give none.
fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        182 => "Queued",
        183 => "Session Progress",
        200..=299 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "Version Not Supported",
        600 => "Busy Everywhere",
        603 => "Decline",
        _ => "Unspecified",
    }
}
