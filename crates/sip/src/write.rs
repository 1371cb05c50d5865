//! Putting header lines into a packet. Text that comes from outside loses control characters,
//! so no value can start a header of its own.

use std::io::Write as _;
use std::sync::Arc;

use crate::event::Body;

/// A whole message, shared between the wire and the transaction that repeats it.
pub(crate) type Packet = Arc<[u8]>;

/// Text without control characters.
pub(crate) fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(text.iter().filter(|byte| !byte.is_ascii_control()));
}

/// A header line.
pub(crate) fn header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    text(out, name.as_bytes());
    out.extend_from_slice(b": ");
    text(out, value);
    out.extend_from_slice(b"\r\n");
}

/// Formatted text.
pub(crate) fn format(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(arguments);
    debug_assert!(written.is_ok(), "a Vec takes any write");
}

/// Content headers, the empty line and the body.
pub(crate) fn body(out: &mut Vec<u8>, body: Option<&Body>) {
    if let Some(body) = body {
        header(out, "Content-Type", body.content_type.as_bytes());
    }
    let bytes = body.map_or(&[][..], |body| &body.bytes);
    format(out, format_args!("Content-Length: {}\r\n\r\n", bytes.len()));
    out.extend_from_slice(bytes);
}
