//! Digest authentication of requests that we receive (RFC 3261 22, RFC 7616, RFC 8760).
//!
//! A nonce carries its own proof (time, serial number, keyed hash), so that a flood of
//! challenges costs no memory; only nonces that were answered rightly are remembered, with their
//! last nonce count. Without `qop` there is no count: such a nonce is good for one request.

use std::collections::{BTreeMap, HashMap};

use md5::Md5;
use sha2::{Digest as _, Sha256};

use crate::value::{AuthParams, SipUri};

/// Most nonces whose use is remembered; older ones become stale beyond it.
const NONCES_MAX: usize = 65_536;

/// The two hashes of `user:realm:password`; the password itself is not needed.
#[derive(Clone, PartialEq, Eq)]
pub struct Ha1 {
    /// MD5, lower-case hexadecimal.
    pub md5: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

impl std::fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ha1").finish_non_exhaustive()
    }
}

impl Ha1 {
    /// Hashes a password.
    #[must_use]
    pub fn of(user: &str, realm: &str, password: &str) -> Self {
        let parts = [user, realm, password];
        Self {
            md5: Algorithm::Md5.hash(&parts),
            sha256: Algorithm::Sha256.hash(&parts),
        }
    }

    fn by(&self, algorithm: Algorithm) -> &str {
        match algorithm {
            Algorithm::Md5 => &self.md5,
            Algorithm::Sha256 => &self.sha256,
        }
    }
}

/// The algorithms that we offer and answer, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Sha256,
    Md5,
}

impl Algorithm {
    pub(crate) const OFFERED: [Self; 2] = [Self::Sha256, Self::Md5];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    /// Absent means MD5 (RFC 7616 3.3).
    pub(crate) fn named(name: Option<&str>) -> Option<Self> {
        let Some(name) = name else {
            return Some(Self::Md5);
        };
        Self::OFFERED
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// Hash of the parts joined by colons, in lower-case hexadecimal.
    pub(crate) fn hash(self, parts: &[&str]) -> String {
        let text = parts.join(":");
        match self {
            Self::Md5 => hex(&Md5::digest(text.as_bytes())),
            Self::Sha256 => hex(&Sha256::digest(text.as_bytes())),
        }
    }
}

/// The response value (RFC 7616 3.4.1). `counted` is nc and cnonce, under `qop=auth`.
pub(crate) fn response(
    algorithm: Algorithm,
    ha1: &str,
    nonce: &str,
    counted: Option<(&str, &str)>,
    method: &str,
    uri: &str,
) -> String {
    let ha2 = algorithm.hash(&[method, uri]);
    match counted {
        Some((nc, cnonce)) => algorithm.hash(&[ha1, nonce, nc, cnonce, "auth", &ha2]),
        None => algorithm.hash(&[ha1, nonce, &ha2]),
    }
}

/// What credentials are worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Granted {
        user: String,
    },
    /// None for our realm.
    Missing,
    /// Right, but the nonce is too old, foreign, or used up.
    Stale {
        replayed: bool,
    },
    /// Wrong password or unknown user.
    Wrong,
    /// Wrong again, in answer to the challenge that followed a wrong one.
    Forbidden,
}

/// The request that the credentials came with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
}

/// Issues nonces and judges credentials.
#[derive(Debug)]
pub(crate) struct Verifier {
    key: [u8; 32],
    life_us: u64,
    realm: String,
    accounts: HashMap<String, Ha1>,
    /// Stands in for the account of an unknown user, so that it costs the same.
    nobody: Ha1,
    next_serial: u64,
    /// Last nonce count by serial.
    used: BTreeMap<u64, u32>,
    /// Serials up to this one have been forgotten.
    forgotten: Option<u64>,
}

struct Nonce {
    issued_us: u64,
    serial: u64,
    is_retry: bool,
}

impl Verifier {
    pub(crate) fn new(key: [u8; 32], realm: &str, life_us: u64) -> Self {
        Self {
            nobody: Ha1::of("", realm, &hex(&key)),
            key,
            life_us,
            realm: realm.to_owned(),
            accounts: HashMap::new(),
            next_serial: 0,
            used: BTreeMap::new(),
            forgotten: None,
        }
    }

    pub(crate) fn set_account(&mut self, user: &str, ha1: Ha1) {
        self.accounts.insert(user.to_owned(), ha1);
    }

    pub(crate) fn remove_account(&mut self, user: &str) {
        self.accounts.remove(user);
    }

    /// The challenge headers, in the order of `offered`: strongest first (RFC 8760 2.3).
    pub(crate) fn challenge(
        &mut self,
        now_us: u64,
        offered: &[Algorithm],
        stale: bool,
        is_retry: bool,
    ) -> Vec<(String, String)> {
        let serial = self.next_serial;
        self.next_serial += 1;
        let nonce = self.nonce(&Nonce {
            issued_us: now_us,
            serial,
            is_retry,
        });
        let realm = self.realm.replace(['"', '\\'], "");
        let stale = if stale { ", stale=true" } else { "" };
        offered
            .iter()
            .map(|algorithm| {
                let name = algorithm.name();
                let value = format!(
                    "Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={name}, qop=\"auth\"{stale}"
                );
                ("WWW-Authenticate".to_owned(), value)
            })
            .collect()
    }

    fn nonce(&self, nonce: &Nonce) -> String {
        let head = format!(
            "{:016x}{:016x}{}",
            nonce.issued_us,
            nonce.serial,
            u8::from(nonce.is_retry)
        );
        let proof = hmac_sha256(&self.key, head.as_bytes());
        format!("{head}{}", hex(&proof[..16]))
    }

    fn read_nonce(&self, text: &str) -> Option<Nonce> {
        let field = |range: std::ops::Range<usize>| {
            text.get(range)
                .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        };
        let nonce = Nonce {
            issued_us: field(0..16)?,
            serial: field(16..32)?,
            is_retry: text.get(32..33)? == "1",
        };
        is_equal(self.nonce(&nonce).as_bytes(), text.as_bytes()).then_some(nonce)
    }

    /// Judges the credentials of a request.
    pub(crate) fn judge<'a>(
        &mut self,
        now_us: u64,
        signed: Signed<'_>,
        mut credentials: impl Iterator<Item = &'a [u8]>,
    ) -> Verdict {
        let ours = credentials.find_map(|value| {
            AuthParams::digest(value).filter(|params| params.get("realm") == Some(&self.realm))
        });
        let Some(params) = ours else {
            return Verdict::Missing;
        };
        let nonce_text = params.get("nonce").unwrap_or_default();
        let nonce = self.read_nonce(nonce_text);
        let Some(user) = self.proven_user(&params, nonce_text, signed) else {
            return match nonce {
                Some(Nonce { is_retry: true, .. }) => Verdict::Forbidden,
                Some(Nonce {
                    is_retry: false, ..
                })
                | None => Verdict::Wrong,
            };
        };
        let count = match params.get("qop") {
            None => Some(u32::MAX),
            Some(_) => params
                .get("nc")
                .and_then(|nc| u32::from_str_radix(nc, 16).ok()),
        };
        let fresh = nonce.filter(|nonce| {
            now_us.saturating_sub(nonce.issued_us) <= self.life_us
                && self.forgotten.is_none_or(|last| nonce.serial > last)
        });
        match (fresh, count) {
            (Some(nonce), Some(count)) if self.count(nonce.serial, count) => Verdict::Granted {
                user: user.to_owned(),
            },
            (Some(_), _) => Verdict::Stale { replayed: true },
            (None, _) => Verdict::Stale { replayed: false },
        }
    }

    /// The user whose password made this response. An unknown user takes the same path.
    fn proven_user<'a>(
        &self,
        params: &AuthParams<'a>,
        nonce: &str,
        signed: Signed<'_>,
    ) -> Option<&'a str> {
        let user = params.get("username").unwrap_or_default();
        let uri = params.get("uri").unwrap_or_default();
        let algorithm = Algorithm::named(params.get("algorithm"));
        let account = self.accounts.get(user);
        let ha1 = account.unwrap_or(&self.nobody);
        let counted = params.get("qop").map(|_| {
            (
                params.get("nc").unwrap_or_default(),
                params.get("cnonce").unwrap_or_default(),
            )
        });
        let chosen = algorithm.unwrap_or(Algorithm::Sha256);
        let expected = response(chosen, ha1.by(chosen), nonce, counted, signed.method, uri);
        let given = params
            .get("response")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_right = is_equal(expected.as_bytes(), given.as_bytes());
        let is_auth = params
            .get("qop")
            .is_none_or(|qop| qop.eq_ignore_ascii_case("auth"));
        let is_ours = is_same_resource(uri, signed.uri);
        (is_right && is_auth && is_ours && account.is_some() && algorithm.is_some()).then_some(user)
    }

    /// Notes a nonce count; false unless it is above the last one.
    fn count(&mut self, serial: u64, count: u32) -> bool {
        let last = self.used.entry(serial).or_insert(0);
        if count <= *last {
            return false;
        }
        *last = count;
        if self.used.len() > NONCES_MAX {
            self.forgotten = self
                .used
                .pop_first()
                .map(|(serial, _)| serial)
                .max(self.forgotten);
        }
        true
    }
}

/// Whether the signed URI means the requested one. Lenient: equipment between the two may touch
/// ports and parameters, and phones sign the bare domain; user and host must agree.
fn is_same_resource(signed: &str, requested: &str) -> bool {
    if signed == requested {
        return true;
    }
    match (SipUri::parse(signed), SipUri::parse(requested)) {
        (Some(signed), Some(requested)) => {
            let is_same_user = match (signed.user(), requested.user()) {
                (Some(one), Some(other)) => one == other,
                (None, _) | (_, None) => true,
            };
            is_same_user && signed.host() == requested.host()
        }
        (None, _) | (_, None) => false,
    }
}

/// Compares in a time that depends on the lengths only.
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let difference = one.iter().zip(other).fold(0u8, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && std::hint::black_box(difference) == 0
}

/// RFC 2104.
fn hmac_sha256(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    block[..32].copy_from_slice(key);
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(text);
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Ha1, Signed, Verdict, Verifier, hex, hmac_sha256, response};

    #[test]
    fn rfc_7616_examples_give_their_responses() {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let ha1 = Ha1::of("Mufasa", "http-auth@example.org", "Circle of Life");
        let counted = Some(("00000001", cnonce));
        assert_eq!(
            response(
                Algorithm::Md5,
                &ha1.md5,
                nonce,
                counted,
                "GET",
                "/dir/index.html"
            ),
            "8ca523f5e9506fed4657c9700eebdbec"
        );
        assert_eq!(
            response(
                Algorithm::Sha256,
                &ha1.sha256,
                nonce,
                counted,
                "GET",
                "/dir/index.html"
            ),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let mut key = [0u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        assert_eq!(
            hex(&hmac_sha256(&key, b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    const SIGNED: Signed<'static> = Signed {
        method: "REGISTER",
        uri: "sip:h",
    };

    struct Answer<'a> {
        user: &'a str,
        password: &'a str,
        nonce: &'a str,
        nc: &'a str,
        algorithm: Algorithm,
        uri: &'a str,
    }

    impl Answer<'_> {
        fn text(&self) -> String {
            let ha1 = Ha1::of(self.user, "r", self.password);
            let counted = Some((self.nc, "c"));
            let digest = response(
                self.algorithm,
                ha1.by(self.algorithm),
                self.nonce,
                counted,
                "REGISTER",
                self.uri,
            );
            format!(
                "Digest username=\"{}\", realm=\"r\", nonce=\"{}\", uri=\"{}\", response=\"{digest}\", \
                 algorithm={}, qop=auth, nc={}, cnonce=\"c\"",
                self.user,
                self.nonce,
                self.uri,
                self.algorithm.name(),
                self.nc
            )
        }
    }

    fn verifier() -> Verifier {
        let mut verifier = Verifier::new([3; 32], "r", 1000);
        verifier.set_account("alice", Ha1::of("alice", "r", "secret"));
        verifier
    }

    fn nonce(verifier: &mut Verifier, now_us: u64, is_retry: bool) -> String {
        let (_, value) = verifier
            .challenge(now_us, &Algorithm::OFFERED, false, is_retry)
            .remove(0);
        value.split('"').nth(3).unwrap().to_owned()
    }

    fn judge(verifier: &mut Verifier, now_us: u64, answer: &Answer<'_>) -> Verdict {
        verifier.judge(now_us, SIGNED, [answer.text().as_bytes()].into_iter())
    }

    #[test]
    fn a_nonce_count_must_grow_and_a_nonce_must_be_young() {
        for algorithm in Algorithm::OFFERED {
            let mut verifier = verifier();
            let nonce = nonce(&mut verifier, 0, false);
            let mut answer = Answer {
                user: "alice",
                password: "secret",
                nonce: &nonce,
                nc: "00000001",
                algorithm,
                uri: "sip:h",
            };
            assert_eq!(
                judge(&mut verifier, 10, &answer),
                Verdict::Granted {
                    user: "alice".into()
                }
            );
            assert_eq!(
                judge(&mut verifier, 10, &answer),
                Verdict::Stale { replayed: true }
            );
            answer.nc = "00000100";
            assert_eq!(
                judge(&mut verifier, 10, &answer),
                Verdict::Granted {
                    user: "alice".into()
                }
            );
            answer.nc = "00000002";
            assert_eq!(
                judge(&mut verifier, 10, &answer),
                Verdict::Stale { replayed: true }
            );
            answer.nc = "00000101";
            assert_eq!(
                judge(&mut verifier, 1001, &answer),
                Verdict::Stale { replayed: false }
            );
        }
    }

    #[test]
    fn unknown_user_and_wrong_password_are_judged_alike() {
        let mut verifier = verifier();
        let first = nonce(&mut verifier, 0, false);
        let second = nonce(&mut verifier, 0, true);
        for (user, password) in [("alice", "wrong"), ("nobody", "secret"), ("", "")] {
            let mut answer = Answer {
                user,
                password,
                nonce: &first,
                nc: "00000001",
                algorithm: Algorithm::Md5,
                uri: "sip:h",
            };
            assert_eq!(judge(&mut verifier, 0, &answer), Verdict::Wrong);
            answer.nonce = &second;
            assert_eq!(judge(&mut verifier, 0, &answer), Verdict::Forbidden);
        }
    }

    #[test]
    fn a_foreign_nonce_with_the_right_password_is_stale_and_another_uri_is_wrong() {
        let mut verifier = verifier();
        let own = nonce(&mut verifier, 0, false);
        let mut answer = Answer {
            user: "alice",
            password: "secret",
            nonce: "abc",
            nc: "00000001",
            algorithm: Algorithm::Sha256,
            uri: "sip:h",
        };
        assert_eq!(
            judge(&mut verifier, 0, &answer),
            Verdict::Stale { replayed: false }
        );
        answer.nonce = &own;
        answer.uri = "sip:elsewhere";
        assert_eq!(judge(&mut verifier, 0, &answer), Verdict::Wrong);
        answer.uri = "sip:h:5060;transport=udp";
        assert_eq!(
            judge(&mut verifier, 0, &answer),
            Verdict::Granted {
                user: "alice".into()
            }
        );
    }
}
