//! The grammar pieces that header values share: white space, quoted strings, lists, parameters.
//! Works on bytes and never fails: what is not well formed comes out as it is.

/// Position of the first byte for which `is` holds outside quoted strings and angle brackets.
fn find_outside(value: &[u8], is: impl Fn(u8) -> bool) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    let mut bracketed = false;
    for (at, &byte) in value.iter().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if bracketed {
            bracketed = byte != b'>';
        } else if is(byte) {
            return Some(at);
        } else if byte == b'"' {
            quoted = true;
        } else if byte == b'<' {
            bracketed = true;
        }
    }
    None
}

/// Cuts at the first `separator` outside quotes and brackets.
pub(crate) fn cut(value: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match find_outside(value, |byte| byte == separator) {
        Some(at) => (&value[..at], Some(&value[at + 1..])),
        None => (value, None),
    }
}

/// The pieces between separators, trimmed. Empty pieces are kept: a strict reader wants to know.
pub(crate) fn pieces(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let (piece, after) = cut(rest?, separator);
        rest = after;
        Some(piece.trim_ascii())
    })
}

/// The value of a parameter in `name=value;name;…`: `Some(None)` when it stands without value.
pub(crate) fn parameter<'a>(params: &'a [u8], name: &str) -> Option<Option<&'a [u8]>> {
    pieces(params, b';').find_map(|piece| {
        let (key, value) = cut(piece, b'=');
        key.trim_ascii()
            .eq_ignore_ascii_case(name.as_bytes())
            .then(|| value.map(<[u8]>::trim_ascii))
    })
}

/// Digits only, bounded: no sign, no garbage behind.
pub(crate) fn number<T: TryFrom<u64>>(digits: &[u8]) -> Option<T> {
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })?;
    T::try_from(value).ok()
}

/// Whether a byte may stand in a token (RFC 3261 25.1).
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

/// Text of bytes that may be anything.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{number, parameter, pieces};

    #[test]
    fn commas_in_quotes_and_brackets_do_not_separate() {
        let value = br#""a, \"b" <sip:x,y@z>, <sip:c>;q=1 , sip:d"#;
        let got: Vec<&[u8]> = pieces(value, b',').collect();
        assert_eq!(
            got,
            [&br#""a, \"b" <sip:x,y@z>"#[..], b"<sip:c>;q=1", b"sip:d"]
        );
    }

    #[test]
    fn parameters_are_found_in_any_case_and_with_white_space() {
        assert_eq!(
            parameter(b"a=1; TAG  = x ;lr", "tag"),
            Some(Some(&b"x"[..]))
        );
        assert_eq!(parameter(b"a=1;lr", "lr"), Some(None));
        assert_eq!(parameter(b"", "lr"), None);
    }

    #[test]
    fn numbers_are_digits_within_range() {
        assert_eq!(number::<u32>(b"0068"), Some(68));
        assert_eq!(number::<u32>(b"4294967296"), None);
        assert_eq!(number::<u64>(b"36893488147419103232"), None);
        assert_eq!(number::<u32>(b"-1"), None);
        assert_eq!(number::<u32>(b""), None);
    }
}
