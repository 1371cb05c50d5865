//! Header names: which ones are the same (case, compact forms) and which hold lists.

/// A header that this crate or its users look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name(u8);

struct Known {
    long: &'static str,
    compact: Option<u8>,
    /// Whether a comma separates values (RFC 3261 7.3.1).
    list: bool,
}

const fn one(long: &'static str, compact: Option<u8>) -> Known {
    Known {
        long,
        compact,
        list: false,
    }
}

const fn many(long: &'static str, compact: Option<u8>) -> Known {
    Known {
        long,
        compact,
        list: true,
    }
}

/// Compact forms: RFC 3261 7.3.3 and the IANA registry.
const KNOWN: [Known; 37] = [
    many("Via", Some(b'v')),
    one("From", Some(b'f')),
    one("To", Some(b't')),
    one("Call-ID", Some(b'i')),
    one("CSeq", None),
    many("Contact", Some(b'm')),
    one("Content-Length", Some(b'l')),
    one("Content-Type", Some(b'c')),
    one("Max-Forwards", None),
    many("Route", None),
    many("Record-Route", None),
    many("Require", None),
    one("Expires", None),
    one("Authorization", None),
    one("Proxy-Authorization", None),
    one("WWW-Authenticate", None),
    one("Proxy-Authenticate", None),
    many("Accept", None),
    many("Reason", None),
    many("Content-Encoding", Some(b'e')),
    one("User-Agent", None),
    many("Supported", Some(b'k')),
    one("Subject", Some(b's')),
    one("Event", Some(b'o')),
    many("Allow-Events", Some(b'u')),
    one("Refer-To", Some(b'r')),
    one("Referred-By", Some(b'b')),
    one("Session-Expires", Some(b'x')),
    many("Accept-Contact", Some(b'a')),
    many("Allow", None),
    many("Unsupported", None),
    many("Proxy-Require", None),
    many("P-Asserted-Identity", None),
    many("P-Preferred-Identity", None),
    many("Diversion", None),
    many("History-Info", None),
    many("Path", None),
];

impl Name {
    pub(crate) const VIA: Self = Self(0);
    pub(crate) const FROM: Self = Self(1);
    pub(crate) const TO: Self = Self(2);
    pub(crate) const CALL_ID: Self = Self(3);
    pub(crate) const CSEQ: Self = Self(4);
    pub(crate) const CONTACT: Self = Self(5);
    pub(crate) const CONTENT_LENGTH: Self = Self(6);
    pub(crate) const CONTENT_TYPE: Self = Self(7);
    pub(crate) const MAX_FORWARDS: Self = Self(8);
    pub(crate) const RECORD_ROUTE: Self = Self(10);
    pub(crate) const REQUIRE: Self = Self(11);
    pub(crate) const EXPIRES: Self = Self(12);
    pub(crate) const AUTHORIZATION: Self = Self(13);
    pub(crate) const WWW_AUTHENTICATE: Self = Self(15);
    pub(crate) const PROXY_AUTHENTICATE: Self = Self(16);
    pub(crate) const ACCEPT: Self = Self(17);
    pub(crate) const REASON: Self = Self(18);
    pub(crate) const CONTENT_ENCODING: Self = Self(19);
    pub(crate) const USER_AGENT: Self = Self(20);

    /// The headers that may appear once only in a request, with what to say otherwise.
    pub(crate) const SINGLE: [(Self, &'static str); 7] = [
        (Self::FROM, "Duplicate From"),
        (Self::TO, "Duplicate To"),
        (Self::CALL_ID, "Duplicate Call-ID"),
        (Self::CSEQ, "Duplicate CSeq"),
        (Self::MAX_FORWARDS, "Duplicate Max-Forwards"),
        (Self::CONTENT_LENGTH, "Duplicate Content-Length"),
        (Self::CONTENT_TYPE, "Duplicate Content-Type"),
    ];

    /// The known name that these bytes are, in any case or in compact form.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let found = if let [letter] = text {
            let letter = letter.to_ascii_lowercase();
            KNOWN.iter().position(|known| known.compact == Some(letter))
        } else {
            KNOWN
                .iter()
                .position(|known| known.long.as_bytes().eq_ignore_ascii_case(text))
        };
        found.and_then(|index| u8::try_from(index).ok()).map(Self)
    }

    /// Whether commas separate values.
    pub(crate) fn is_list(self) -> bool {
        KNOWN
            .get(usize::from(self.0))
            .is_some_and(|known| known.list)
    }
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, Name};

    #[test]
    fn constants_name_what_they_say() {
        for (name, text) in [
            (Name::VIA, "via"),
            (Name::CALL_ID, "I"),
            (Name::CONTENT_TYPE, "c"),
            (Name::RECORD_ROUTE, "record-ROUTE"),
            (Name::AUTHORIZATION, "Authorization"),
            (Name::WWW_AUTHENTICATE, "WWW-Authenticate"),
            (Name::PROXY_AUTHENTICATE, "Proxy-Authenticate"),
            (Name::ACCEPT, "Accept"),
            (Name::REASON, "Reason"),
            (Name::CONTENT_ENCODING, "e"),
            (Name::USER_AGENT, "User-Agent"),
            (Name::EXPIRES, "Expires"),
            (Name::REQUIRE, "Require"),
            (Name::MAX_FORWARDS, "Max-Forwards"),
            (Name::CONTENT_LENGTH, "l"),
        ] {
            assert_eq!(Name::of(text.as_bytes()), Some(name), "{text}");
        }
        assert_eq!(Name::of(b"C%6Fntact"), None);
        assert_eq!(Name::of(b""), None);
        assert_eq!(KNOWN.len(), 37);
    }
}
