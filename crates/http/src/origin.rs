//! Where a request comes from. Behind a proxy that is trusted, what the proxy says of it is believed;
//! whatever anybody else says of themselves is not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{FORWARDED, STRICT_TRANSPORT_SECURITY};
use axum::http::{Extensions, HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use crate::pages::Shared;

/// For so long a browser asks for these pages over TLS alone, once it has (RFC 6797).
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");
const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The other end of a connection, put into each request by the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) is_tls: bool,
}

/// Who asks, as far as the network tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) address: IpAddr,
    /// Whether nobody between them and us can read along.
    pub(crate) is_tls: bool,
    /// Whether a proxy stands between.
    pub(crate) is_forwarded: bool,
    /// Whether something says to stand between that nobody here trusts: where they really are is not known.
    pub(crate) is_hidden: bool,
}

impl Origin {
    /// That of a request; requests that no socket brought count as one address.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self {
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            is_tls: false,
            is_forwarded: false,
            is_hidden: false,
        })
    }
}

/// Finds out where a request comes from, once for all that ask; browsers that came over TLS are told to
/// come back so.
pub(crate) async fn found(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut is_tls = false;
    if let Some(peer) = request.extensions().get::<Peer>().copied() {
        let origin = origin(peer, request.headers(), &shared.settings.trusted_proxies);
        is_tls = origin.is_tls;
        request.extensions_mut().insert(origin);
    }
    let mut response = next.run(request).await;
    if is_tls {
        let headers = response.headers_mut();
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

fn origin(peer: Peer, headers: &HeaderMap, trusted: &[IpNet]) -> Origin {
    let address = plain(peer.address.ip());
    let direct = Origin {
        address,
        is_tls: peer.is_tls,
        is_forwarded: false,
        is_hidden: false,
    };
    if !is_trusted(address, trusted) {
        let is_hidden = headers.contains_key(FORWARDED) || headers.contains_key(FORWARDED_FOR);
        return Origin {
            is_hidden,
            ..direct
        };
    }
    let standard = forwarded(headers);
    let usual = list_of(headers, FORWARDED_FOR);
    let by_standard = client(standard.iter().map(|hop| hop.address.as_deref()), trusted);
    let by_usual = client(usual.iter().map(|hop| Some(hop.as_str())), trusted);
    let told = match (by_standard, by_usual) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one),
        // A proxy hands on what it does not know: one of the two is the caller's own invention, and
        // nobody can say which.
        (Some(one), Some(other)) => Some(if one == other { one } else { address }),
    };
    let proto = standard
        .iter()
        .rev()
        .find_map(|hop| hop.proto.clone())
        .or_else(|| list_of(headers, FORWARDED_PROTO).pop());
    Origin {
        address: told.unwrap_or(address),
        is_tls: proto.map_or(peer.is_tls, |proto| proto.eq_ignore_ascii_case("https")),
        is_forwarded: told.is_some(),
        is_hidden: false,
    }
}

/// The last one in the line of hops that no proxy of ours is: what stands before it anybody may have
/// written. A hop without an address is told by the proxy after it, which counts then.
fn client<'a>(
    hops: impl DoubleEndedIterator<Item = Option<&'a str>>,
    trusted: &[IpNet],
) -> Option<IpAddr> {
    let mut last = None;
    for hop in hops.rev() {
        let Some(address) = hop.and_then(address_of) else {
            break;
        };
        last = Some(address);
        if !is_trusted(address, trusted) {
            break;
        }
    }
    last
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// IPv4 that came in by a socket of IPv6 is IPv4.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"');
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = bare.unwrap_or(hop).parse::<IpAddr>().ok();
    let address = address.or_else(|| hop.parse::<SocketAddr>().ok().map(|hop| hop.ip()));
    address.map(plain)
}

/// Every entry of a header that may come several times, in order.
fn list_of(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(name).iter();
    let lines = lines.map(|line| line.to_str().unwrap_or_default());
    lines
        .flat_map(|line| line.split(','))
        .map(|entry| entry.trim().to_owned())
        .collect()
}

/// What one proxy says of who asked it (RFC 7239).
#[derive(Debug, Default)]
struct Hop {
    address: Option<String>,
    proto: Option<String>,
}

/// The hops of RFC 7239. Nothing between quotes has a comma or a semicolon that we would miss: an
/// address has neither, and what is no address counts as none.
fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let hop = |entry: &String| {
        let mut hop = Hop::default();
        for pair in entry.split(';') {
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            let value = value.trim().trim_matches('"').to_owned();
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => hop.address = Some(value),
                "proto" => hop.proto = Some(value),
                _ => {}
            }
        }
        hop
    };
    list_of(headers, FORWARDED.as_str())
        .iter()
        .map(hop)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "127.0.0.1:40000";

    fn seen(peer: &str, headers: &[(&'static str, &str)]) -> Origin {
        let trusted = ["127.0.0.1/32", "10.1.0.0/16"].map(|network| network.parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let address = peer.parse().unwrap();
        let is_tls = false;
        origin(Peer { address, is_tls }, &map, &trusted)
    }

    fn address(peer: &str, headers: &[(&'static str, &str)]) -> String {
        seen(peer, headers).address.to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_says_who_somebody_is() {
        let claims = [
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", "https"),
        ];
        let origin = seen("198.51.100.7:1", &claims);
        assert_eq!(origin.address.to_string(), "198.51.100.7");
        assert!(!origin.is_tls && !origin.is_forwarded && origin.is_hidden);
        let origin = seen(PROXY, &claims);
        assert_eq!(origin.address.to_string(), "192.0.2.1");
        assert!(origin.is_tls && origin.is_forwarded);
        assert_eq!(address("[::ffff:127.0.0.1]:9", &claims), "192.0.2.1");
    }

    #[test]
    fn what_a_caller_put_before_the_proxies_words_is_not_believed() {
        let claims = [("x-forwarded-for", "203.0.113.9, 192.0.2.1, 10.1.2.3")];
        assert_eq!(address(PROXY, &claims), "192.0.2.1");
        let claims = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-for", "192.0.2.1"),
        ];
        assert_eq!(address(PROXY, &claims), "192.0.2.1");
        assert_eq!(
            address(PROXY, &[("x-forwarded-for", "10.1.2.3")]),
            "10.1.2.3"
        );
    }

    #[test]
    fn the_standard_header_is_read_with_ports_quotes_and_ipv6() {
        for (written, read) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            (
                "for=203.0.113.9, for=192.0.2.43:80, for=10.1.0.1",
                "192.0.2.43",
            ),
            ("for=_hidden", "127.0.0.1"),
            ("for=203.0.113.9, for=unknown", "127.0.0.1"),
            ("for=203.0.113.9, for=unknown, for=10.1.0.1", "10.1.0.1"),
            ("nonsense", "127.0.0.1"),
        ] {
            assert_eq!(address(PROXY, &[("forwarded", written)]), read, "{written}");
        }
        assert!(seen(PROXY, &[("forwarded", "for=192.0.2.60;proto=https")]).is_tls);
    }

    #[test]
    fn two_headers_that_contradict_each_other_count_as_the_proxy() {
        let told = [
            ("forwarded", "for=203.0.113.9"),
            ("x-forwarded-for", "192.0.2.1"),
        ];
        assert_eq!(address(PROXY, &told), "127.0.0.1");
        let told = [
            ("forwarded", "for=192.0.2.1"),
            ("x-forwarded-for", "192.0.2.1"),
        ];
        assert_eq!(address(PROXY, &told), "192.0.2.1");
    }
}
