//! Reading URIs without building anything: scheme, user part, host and port.
//! Cheap enough for the hot path; whole parsed URIs come from `value`.

/// The scheme in lower case is compared by the caller; `None` when there is none.
#[must_use]
pub fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    valid.then_some(scheme)
}

/// Whether requests to this URI are for us to answer: `sip:`, `sips:` or `tel:`.
#[must_use]
pub fn is_supported(uri: &str) -> bool {
    scheme(uri).is_some_and(|scheme| {
        ["sip", "sips", "tel"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

/// The user part of a `sip:`, `sips:` or `tel:` URI, percent-decoded, without password and
/// without parameters such as `;phone-context`.
#[must_use]
pub fn user(uri: &str) -> Option<String> {
    if !is_supported(uri) {
        return None;
    }
    let (scheme, rest) = uri.split_once(':')?;
    let raw = if scheme.eq_ignore_ascii_case("tel") {
        rest
    } else {
        let (userinfo, _) = split_userinfo(rest);
        userinfo?.split(':').next()?
    };
    let raw = raw.split(';').next()?;
    (!raw.is_empty()).then(|| decode(raw))
}

/// Host (without brackets) and port of a `sip:` or `sips:` URI.
#[must_use]
pub fn host_port(uri: &str) -> Option<(&str, Option<u16>)> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
        return None;
    }
    let (_, rest) = split_userinfo(rest);
    let end = rest.find([';', '?', '/']).unwrap_or(rest.len());
    split_host_port(&rest[..end])
}

/// Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`.
pub(crate) fn split_host_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        match after.trim() {
            "" => (host, None),
            after => (host, Some(after.strip_prefix(':')?)),
        }
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let host = host.trim();
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == ',' || c == '"') {
        return None;
    }
    match port.map(str::trim) {
        None => Some((host, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().map(|port| (host, Some(port)))
        }
        Some(_) => None,
    }
}

/// User information and the rest behind `@`. An `@` can only be the separator: elsewhere it
/// must be escaped, except that careless peers write it in header parts behind `?`.
pub(crate) fn split_userinfo(rest: &str) -> (Option<&str>, &str) {
    match rest.split_once('@') {
        Some((userinfo, host)) => (Some(userinfo), host),
        None => (None, rest),
    }
}

/// Percent-decoding; what is no escape stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let escape = escape.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                plain.push(decoded);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{host_port, is_supported, user};

    #[test]
    fn user_is_decoded_and_bare() {
        for (uri, expected) in [
            ("sip:%75se%72@example.com", Some("user")),
            (
                "sip:sips%3Auser%40example.com@example.net",
                Some("sips:user@example.com"),
            ),
            ("sip:user;par=u%40example.net@example.com", Some("user")),
            ("sips:+39085:secret@h", Some("+39085")),
            ("tel:+390861;phone-context=x", Some("+390861")),
            ("TEL:112", Some("112")),
            ("sip:example.com", None),
            ("http://a@b", None),
            ("sip:%zz%4@h", Some("%zz%4")),
            ("sip:@h", None),
        ] {
            assert_eq!(user(uri).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn host_and_port_are_found() {
        assert_eq!(host_port("sip:a@[::1]:5070;lr"), Some(("::1", Some(5070))));
        assert_eq!(
            host_port("sip:a;x=y@h.example?Route=z"),
            Some(("h.example", None))
        );
        assert_eq!(
            host_port("sip:10.0.0.1:5060"),
            Some(("10.0.0.1", Some(5060)))
        );
        assert_eq!(host_port("sip:a@h:99999"), None);
        assert_eq!(host_port("sip:a@[::1"), None);
        assert_eq!(host_port("tel:1"), None);
    }

    #[test]
    fn schemes_compare_without_case() {
        assert!(is_supported("SIP:a@b"));
        assert!(!is_supported("nobodyKnowsThisScheme:x"));
        assert!(!is_supported("soap.beep://192.0.2.103:3002"));
        assert!(!is_supported("user@host"));
    }
}
