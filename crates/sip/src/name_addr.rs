//! Addresses as From, To and Contact write them: `"display" <uri>;params` or a bare URI.

use crate::params::{cut, is_token_byte, lossy, parameter};

/// An address with an optional display name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name without quotes and escapes.
    pub display: Option<String>,
    /// The URI without brackets.
    pub uri: String,
    /// The tag, on parsed values.
    pub tag: Option<String>,
}

/// The parts of an address, still as bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) display: &'a [u8],
    pub(crate) uri: &'a [u8],
    pub(crate) params: &'a [u8],
    pub(crate) bracketed: bool,
}

impl<'a> Parts<'a> {
    /// Splits a value strictly enough to find what RFC 4475 calls invalid: unbalanced quotes,
    /// an unquoted comma in the display name, white space around or inside the URI.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let value = value.trim_ascii();
        let (display, rest) = if value.first() == Some(&b'"') {
            let end = closing_quote(value)?;
            let rest = value[end + 1..].trim_ascii_start();
            if rest.first() != Some(&b'<') {
                return None;
            }
            (&value[..=end], rest)
        } else if let Some(open) = memchr::memchr(b'<', value) {
            (value[..open].trim_ascii_end(), &value[open..])
        } else {
            return Self::bare(value);
        };
        if display.first() != Some(&b'"') && !display.iter().all(|byte| is_display_byte(*byte)) {
            return None;
        }
        let close = memchr::memchr(b'>', rest)?;
        let uri = &rest[1..close];
        let after = rest[close + 1..].trim_ascii();
        let params = match after.split_first() {
            None => after,
            Some((b';', params)) => params,
            Some(_) => return None,
        };
        is_uri_like(uri).then_some(Self {
            display,
            uri,
            params,
            bracketed: true,
        })
    }

    fn bare(value: &'a [u8]) -> Option<Self> {
        let (uri, params) = cut(value, b';');
        let uri = uri.trim_ascii_end();
        let params = params.unwrap_or_default();
        is_uri_like(uri).then_some(Self {
            display: b"",
            uri,
            params,
            bracketed: false,
        })
    }

    pub(crate) fn tag(&self) -> Option<&'a [u8]> {
        parameter(self.params, "tag")
            .flatten()
            .filter(|tag| !tag.is_empty())
    }

    /// Without brackets a comma, question mark or semicolon would belong to nobody knows what
    /// (RFC 3261 20.10).
    pub(crate) fn is_ambiguous(&self) -> bool {
        !self.bracketed && self.uri.iter().any(|byte| matches!(byte, b'?' | b','))
    }
}

/// More than tokens (RFC 3261 25.1): real equipment sends brackets, slashes and the like unquoted.
/// What would mean something else to another reader is refused.
fn is_display_byte(byte: u8) -> bool {
    !matches!(byte, b',' | b';' | b'"' | b'>') && (byte == b'\t' || !byte.is_ascii_control())
}

fn is_uri_like(uri: &[u8]) -> bool {
    !uri.is_empty()
        && !uri
            .iter()
            .any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | 0))
}

fn closing_quote(value: &[u8]) -> Option<usize> {
    let mut escaped = false;
    value.iter().enumerate().skip(1).find_map(|(at, byte)| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes.then_some(at)
    })
}

impl NameAddr {
    /// An address of a URI alone.
    #[must_use]
    pub fn of_uri(uri: &str) -> Self {
        Self {
            display: None,
            uri: uri.to_owned(),
            tag: None,
        }
    }

    /// Reads a header value; never fails on bytes that are no UTF-8.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let parts = Parts::parse(value)?;
        let display = match parts.display.strip_prefix(b"\"") {
            Some(quoted) => unescape(quoted.strip_suffix(b"\"").unwrap_or(quoted)),
            None => lossy(parts.display),
        };
        Some(Self {
            display: (!display.is_empty()).then_some(display),
            uri: lossy(parts.uri),
            tag: parts.tag().map(lossy),
        })
    }

    /// As a header value, the tag last. Control characters are left out.
    pub(crate) fn to_value(&self, tag: Option<&str>) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.uri.len() + 48);
        if let Some(display) = &self.display {
            out.push(b'"');
            for byte in display.bytes().filter(|byte| !byte.is_ascii_control()) {
                if matches!(byte, b'"' | b'\\') {
                    out.push(b'\\');
                }
                out.push(byte);
            }
            out.extend_from_slice(b"\" ");
        }
        out.push(b'<');
        out.extend(
            self.uri
                .bytes()
                .filter(|byte| !byte.is_ascii_control() && *byte != b'>'),
        );
        out.push(b'>');
        if let Some(tag) = tag {
            out.extend_from_slice(b";tag=");
            out.extend(tag.bytes().filter(|byte| is_token_byte(*byte)));
        }
        out
    }
}

fn unescape(quoted: &[u8]) -> String {
    let mut plain = Vec::with_capacity(quoted.len());
    let mut escaped = false;
    for &byte in quoted {
        if byte == b'\\' && !escaped {
            escaped = true;
        } else {
            plain.push(byte);
            escaped = false;
        }
    }
    lossy(&plain)
}

#[cfg(test)]
mod tests {
    use super::{NameAddr, Parts};

    fn read(value: &str) -> Option<(Option<String>, String, Option<String>)> {
        NameAddr::parse(value.as_bytes()).map(|addr| (addr.display, addr.uri, addr.tag))
    }

    #[test]
    fn the_usual_forms_are_read() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("<sip:a@b>;tag=1"),
            Some((None, "sip:a@b".into(), some("1")))
        );
        assert_eq!(
            read("sip:a@b;tag=1;x"),
            Some((None, "sip:a@b".into(), some("1")))
        );
        assert_eq!(
            read("caller<sip:a@b>"),
            Some((some("caller"), "sip:a@b".into(), None))
        );
        assert_eq!(
            read(r#""J \"R\" \\" <sip:a@b;x=1> ; tag = z"#),
            Some((some(r#"J "R" \"#), "sip:a@b;x=1".into(), some("z")))
        );
    }

    #[test]
    fn what_rfc_4475_calls_invalid_is_refused() {
        for value in [
            r#""Mr. J. User <sip:j.user@example.com>"#,
            "Bell, Alexander <sip:a@b>",
            r#""W" < sip:a@b >"#,
            "<sip:a@b",
            "<>",
            "",
            "<sip:a@b> trailing",
        ] {
            assert!(Parts::parse(value.as_bytes()).is_none(), "{value}");
        }
    }

    #[test]
    fn a_value_that_we_write_can_be_read_back() {
        let addr = NameAddr {
            display: Some("a\"b\\c\r\nX: y".into()),
            uri: "sip:a@b".into(),
            tag: Some("t".into()),
        };
        let back = NameAddr::parse(&addr.to_value(Some("t"))).unwrap();
        assert_eq!(back.display.as_deref(), Some("a\"b\\cX: y"));
        assert_eq!(back.tag.as_deref(), Some("t"));
    }
}
