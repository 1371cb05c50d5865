//! Who asks, and what they may see. The token is compared in constant time; wrong ones
//! are counted per address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST};
use axum::http::request::Parts;
use subtle::ConstantTimeEq as _;
use tokio::time::Instant;

use crate::error::ApiError;
use crate::pages::{Reach, Shared};
use crate::session::SessionName;

/// Wrong tokens that one address may offer within `WINDOW`; then none of its tokens is
/// looked at until the window ends. Open sessions go on.
const WRONG_MAX: u32 = 20;
/// How long wrong tokens are held against an address.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at once; one more forgets the oldest.
const ADDRESSES_MAX: usize = 1_024;
/// The cookie that carries a session's name.
pub(crate) const COOKIE_NAME: &str = "cuptel_session";

/// The clock of the outside surface: sessions and wrong tokens are no part of what is
/// recorded or replayed.
#[expect(
    clippy::disallowed_methods,
    reason = "the one clock reading of this crate"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// The other end of a connection, put into each request by the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// How much may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// No names of persons.
    Masked,
    /// Operators by their login names.
    Full,
}

/// Somebody who proved to know the token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A program, with each request.
    Token,
    /// A browser, once.
    Session(SessionName),
}

/// Somebody who may look at what goes on.
pub(crate) struct Onlooker {
    pub(crate) caller: Option<Caller>,
}

impl Onlooker {
    pub(crate) fn sight(&self) -> Sight {
        if self.caller.is_some() {
            Sight::Full
        } else {
            Sight::Masked
        }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        identify(parts, shared)?.ok_or(ApiError::Unauthorised)
    }
}

impl OptionalFromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Shared,
    ) -> Result<Option<Self>, ApiError> {
        identify(parts, shared)
    }
}

impl FromRequestParts<Shared> for Onlooker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let caller = identify(parts, shared)?;
        if caller.is_some() || may_look(shared.reach, &parts.headers) {
            Ok(Self { caller })
        } else {
            Err(ApiError::Unauthorised)
        }
    }
}

/// Whether somebody without a token may look. On a listener that only this machine
/// reaches, the name asked for must be this machine's too: behind a proxy, or under a
/// foreign name that was made to point here (DNS rebinding), it is not.
pub(crate) fn may_look(reach: Reach, headers: &HeaderMap) -> bool {
    match reach {
        Reach::Network => false,
        Reach::ThisMachine => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok());
            host.is_some_and(names_this_machine)
        }
    }
}

fn names_this_machine(host: &str) -> bool {
    if host
        .parse::<SocketAddr>()
        .is_ok_and(|address| address.ip().is_loopback())
    {
        return true;
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn identify(parts: &Parts, shared: &Shared) -> Result<Option<Caller>, ApiError> {
    if let Some(offered) = parts.headers.get(AUTHORIZATION) {
        let token = offered.to_str().ok().and_then(bearer);
        check_token(shared, token.unwrap_or(""), peer_of(parts))?;
        return Ok(Some(Caller::Token));
    }
    let session = session_of(&parts.headers);
    Ok(session
        .filter(|name| shared.sessions.is_open(name, clock()))
        .map(Caller::Session))
}

/// The name of the scheme is written in any case (RFC 9110 §11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session that a request claims.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<SessionName> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| SessionName::claimed(value))
}

/// Where a request comes from; requests that no socket brought count as one address.
pub(crate) fn peer_of(parts: &Parts) -> IpAddr {
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    parts
        .extensions
        .get::<Peer>()
        .map_or(unknown, |peer| peer.0.ip())
}

/// Compares a token with ours, unless its address offered too many wrong ones.
pub(crate) fn check_token(shared: &Shared, offered: &str, from: IpAddr) -> Result<(), ApiError> {
    let now = clock();
    if let Some(wait) = shared.wrong_tokens.held_for(from, now) {
        return Err(ApiError::TooManyWrongTokens {
            retry_s: wait.as_secs() + 1,
        });
    }
    // Constant time for tokens of our length; the length is no secret.
    if bool::from(offered.as_bytes().ct_eq(shared.settings.token.as_bytes())) {
        return Ok(());
    }
    shared.wrong_tokens.count(from, now);
    Err(ApiError::Unauthorised)
}

struct Tally {
    since: Instant,
    wrong: u32,
}

/// Wrong tokens by address.
#[derive(Default)]
pub(crate) struct WrongTokens(Mutex<HashMap<IpAddr, Tally>>);

impl WrongTokens {
    fn held_for(&self, from: IpAddr, now: Instant) -> Option<Duration> {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.get(&network_of(from))?;
        let left = (tally.since + WINDOW).checked_duration_since(now)?;
        (tally.wrong >= WRONG_MAX && !left.is_zero()).then_some(left)
    }

    fn count(&self, from: IpAddr, now: Instant) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = network_of(from);
        if !tallies.contains_key(&from) && tallies.len() >= ADDRESSES_MAX {
            tallies.retain(|_, tally| now < tally.since + WINDOW);
            let oldest = tallies
                .iter()
                .min_by_key(|(_, tally)| tally.since)
                .map(|(ip, _)| *ip);
            if let Some(oldest) = oldest.filter(|_| tallies.len() >= ADDRESSES_MAX) {
                tallies.remove(&oldest);
            }
        }
        let tally = tallies.entry(from).or_insert(Tally {
            since: now,
            wrong: 0,
        });
        if tally.since + WINDOW <= now {
            *tally = Tally {
                since: now,
                wrong: 0,
            };
        }
        tally.wrong += 1;
    }
}

/// An IPv6 subscriber owns a /64: all of it counts as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOMEBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn an_address_with_too_many_wrong_tokens_is_held_until_its_window_ends() {
        let wrong = WrongTokens::default();
        let now = clock();
        for _ in 0..WRONG_MAX {
            assert_eq!(wrong.held_for(SOMEBODY, now), None);
            wrong.count(SOMEBODY, now);
        }
        assert_eq!(wrong.held_for(SOMEBODY, now), Some(WINDOW));
        assert_eq!(wrong.held_for(IpAddr::V4(Ipv4Addr::LOCALHOST), now), None);
        assert_eq!(wrong.held_for(SOMEBODY, now + WINDOW), None);
        wrong.count(SOMEBODY, now + WINDOW);
        assert_eq!(wrong.held_for(SOMEBODY, now + WINDOW), None);
    }

    #[test]
    fn a_flood_of_addresses_does_not_grow_the_memory() {
        let wrong = WrongTokens::default();
        let now = clock();
        for n in 0..5_000_u32 {
            wrong.count(IpAddr::V4(Ipv4Addr::from_bits(n)), now);
        }
        assert_eq!(wrong.0.lock().unwrap().len(), ADDRESSES_MAX);
    }

    #[test]
    fn a_subscriber_of_ipv6_has_one_tally() {
        let (a, b) = (
            "2001:db8::1".parse().unwrap(),
            "2001:db8::ffff:2".parse().unwrap(),
        );
        assert_eq!(network_of(a), network_of(b));
        assert_eq!(network_of("::ffff:192.0.2.1".parse().unwrap()), SOMEBODY);
    }

    #[test]
    fn only_names_of_this_machine_are_looked_at_without_a_token() {
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:80",
            "[::1]:8080",
            "[::1]",
            "127.9.9.9",
        ] {
            assert!(names_this_machine(host), "{host}");
        }
        for host in [
            "cuptel.example",
            "127.0.0.1.example:80",
            "10.0.0.1:8080",
            "",
            "localhost.example",
        ] {
            assert!(!names_this_machine(host), "{host}");
        }
    }

    #[test]
    fn the_scheme_of_a_token_is_read_in_any_case() {
        assert_eq!(bearer("bearer abc"), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer"), None);
    }
}
