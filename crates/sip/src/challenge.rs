//! Answering a challenge (401, 407) to a request of ours.

use crate::digest::{Algorithm, Ha1, response};
use crate::event::Credentials;
use crate::message::Message;
use crate::name::Name;
use crate::params::lossy;
use crate::value::AuthParams;

/// The header to add to the repeated request.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) header: (&'static str, String),
    /// The server says that only the nonce was too old.
    pub(crate) is_stale: bool,
}

/// Answers the strongest challenge that we know; `None` when there is none.
pub(crate) fn prove(
    challenged: &Message,
    credentials: &Credentials,
    method: &str,
    uri: &[u8],
    cnonce: &str,
) -> Option<Proof> {
    let (asked, name) = match challenged.status()? {
        401 => (Name::WWW_AUTHENTICATE, "Authorization"),
        407 => (Name::PROXY_AUTHENTICATE, "Proxy-Authorization"),
        _ => return None,
    };
    let offered = |algorithm: Algorithm| {
        challenged
            .every(asked)
            .filter_map(AuthParams::digest)
            .find(|params| {
                Algorithm::named(params.get("algorithm")) == Some(algorithm)
                    && params.get("nonce").is_some()
            })
    };
    let (algorithm, params) = Algorithm::OFFERED
        .into_iter()
        .find_map(|algorithm| offered(algorithm).map(|params| (algorithm, params)))?;
    let (realm, nonce) = (params.get("realm")?, params.get("nonce")?);
    let user = credentials.user.replace(['"', '\\'], "");
    let ha1 = Ha1::of(&user, realm, &credentials.password);
    let ha1 = match algorithm {
        Algorithm::Sha256 => ha1.sha256,
        Algorithm::Md5 => ha1.md5,
    };
    let uri = lossy(uri);
    let is_counted = match params.get("qop") {
        None => false,
        Some(list)
            if list
                .split(',')
                .any(|qop| qop.trim().eq_ignore_ascii_case("auth")) =>
        {
            true
        }
        Some(_) => return None,
    };
    let counted = is_counted.then_some(("00000001", cnonce));
    let digest = response(algorithm, &ha1, nonce, counted, method, &uri);
    let mut value = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{digest}\", algorithm={}",
        algorithm.name()
    );
    if let Some((nc, cnonce)) = counted {
        value.push_str(&format!(", qop=auth, nc={nc}, cnonce=\"{cnonce}\""));
    }
    if let Some(opaque) = params.get("opaque") {
        value.push_str(&format!(", opaque=\"{opaque}\""));
    }
    let is_stale = params
        .get("stale")
        .is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
    Some(Proof {
        header: (name, value),
        is_stale,
    })
}
