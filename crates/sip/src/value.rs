//! Typed values taken from `rsipstack::sip`, behind our own types so that it can be replaced.
//! Kept out of the hot path. Where that crate cannot be followed we do it ourselves:
//! its URI parser cuts the user part at `;`, its digest types know neither the algorithm name
//! `SHA-256` nor a nonce count above 255, so only its tokenizer is used for credentials.

use rsipstack::sip::typed::tokenizers::AuthTokenizer;
use rsipstack::sip::uri::ParamsExt;

use crate::uri::{scheme, split_userinfo};

/// A parsed `sip:` or `sips:` URI.
#[derive(Debug, Clone)]
pub(crate) struct SipUri {
    user: Option<String>,
    typed: rsipstack::sip::Uri,
}

impl SipUri {
    pub(crate) fn parse(uri: &str) -> Option<Self> {
        let scheme = scheme(uri)?;
        if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
            return None;
        }
        let (userinfo, rest) = split_userinfo(uri.get(scheme.len() + 1..)?);
        let typed = rsipstack::sip::parse_uri(&format!("{scheme}:{rest}")).ok()?;
        Some(Self {
            user: userinfo.and_then(|_| crate::uri::user(uri)),
            typed,
        })
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    pub(crate) fn host(&self) -> String {
        self.typed.host().to_string().to_ascii_lowercase()
    }

    /// Whether the hop is a loose router (RFC 3261 19.1.1).
    pub(crate) fn is_loose(&self) -> bool {
        self.typed.params.has_lr() || self.typed.params.other_param("lr").is_some()
    }
}

/// The parameters of credentials or of a challenge.
#[derive(Debug, Clone)]
pub(crate) struct AuthParams<'a> {
    params: Vec<(&'a str, &'a str)>,
}

impl<'a> AuthParams<'a> {
    /// `None` unless the scheme is Digest and the parameters can be read.
    pub(crate) fn digest(value: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let tokens = AuthTokenizer::parse(text).ok()?;
        tokens
            .scheme
            .eq_ignore_ascii_case("Digest")
            .then_some(Self {
                params: tokens.params,
            })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.params
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthParams, SipUri};

    #[test]
    fn a_semicolon_in_the_user_part_is_no_parameter() {
        let uri = SipUri::parse("sip:user;par=u%40example.net@example.COM;lr").unwrap();
        assert_eq!(
            (uri.user(), uri.host().as_str()),
            (Some("user"), "example.com")
        );
        assert!(uri.is_loose());
        assert!(!SipUri::parse("sip:h").unwrap().is_loose());
        assert!(SipUri::parse("sip:h;lr=on").unwrap().is_loose());
        assert!(SipUri::parse("name:John_Smith").is_none());
    }

    #[test]
    fn credentials_are_tokenized_and_other_schemes_are_none() {
        let params = AuthParams::digest(b"Digest username=\"a\", nc=00000100,qop=auth").unwrap();
        assert_eq!(params.get("NC"), Some("00000100"));
        assert_eq!(params.get("realm"), None);
        assert!(AuthParams::digest(b"NoOneKnowsThisScheme opaque-data=here").is_none());
        assert!(AuthParams::digest(b"Digest username=\"a").is_none());
        assert!(AuthParams::digest(b"\xff").is_none());
    }
}
