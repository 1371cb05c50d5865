//! Where a request inside a dialog goes: Request-URI, Route headers (RFC 3261 12.2.1.1) and the
//! next hop's address, as far as it can be known without asking the DNS.

use std::net::{IpAddr, SocketAddr};

use crate::event::{Flow, Transport};
use crate::params::lossy;
use crate::uri::host_port;
use crate::value::SipUri;

/// Request-URI and Route values for a remote target behind a route set.
pub(crate) fn aim(target: &[u8], routes: &[Vec<u8>]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let Some(first) = routes.first() else {
        return (target.to_vec(), Vec::new());
    };
    let uri = bare(first);
    if SipUri::parse(&lossy(uri)).is_none_or(|uri| uri.is_loose()) {
        return (target.to_vec(), routes.to_vec());
    }
    // A strict router takes its own URI as Request-URI and finds the target at the end.
    let mut rest = routes[1..].to_vec();
    rest.push([b"<", target, b">"].concat());
    (uri.to_vec(), rest)
}

/// The URI of a Route value.
fn bare(route: &[u8]) -> &[u8] {
    crate::name_addr::Parts::parse(route).map_or(route, |parts| parts.uri)
}

/// The flow to the next hop. Over UDP an address written in the first route or the target is
/// followed; a name is not resolved, and a private address seen from a public one belongs to a
/// phone behind an address translation: both stay on the flow that is known to work.
pub(crate) fn next_hop(flow: Flow, target: &[u8], routes: &[Vec<u8>]) -> Flow {
    if flow.transport != Transport::Udp {
        return flow;
    }
    let uri = lossy(routes.first().map_or(target, |route| bare(route)));
    let Some((host, port)) = host_port(&uri) else {
        return flow;
    };
    let Ok(ip) = host.parse::<IpAddr>() else {
        return flow;
    };
    let is_unreachable = is_private(ip) && !is_private(flow.remote.ip());
    let is_same_family = ip.is_ipv4() == flow.remote.is_ipv4();
    if is_unreachable || !is_same_family || ip.is_unspecified() || ip.is_multicast() {
        return flow;
    }
    Flow {
        remote: SocketAddr::new(ip, port.unwrap_or(5060)),
        ..flow
    }
}

/// The connection that reaches the next hop after theirs is gone: only at the address where they
/// were, so that nobody makes us call on others, and not behind an address translation.
pub(crate) fn reopened(flow: &Flow, target: &[u8], routes: &[Vec<u8>]) -> Option<Flow> {
    let uri = lossy(routes.first().map_or(target, |route| bare(route)));
    let (host, port) = host_port(&uri)?;
    let ip = host.parse::<IpAddr>().ok()?;
    let is_theirs = flow.transport == Transport::Tcp && ip == flow.remote.ip();
    is_theirs.then(|| Flow::dialled(flow.local, SocketAddr::new(ip, port.unwrap_or(5060))))
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::{aim, next_hop};
    use crate::event::{Flow, FlowId, Transport};

    fn flow(remote: &str) -> Flow {
        Flow {
            id: FlowId(1),
            transport: Transport::Udp,
            local: "10.0.0.1:5060".parse().unwrap(),
            remote: remote.parse().unwrap(),
        }
    }

    #[test]
    fn a_loose_route_keeps_the_target_as_request_uri() {
        let routes = vec![b"<sip:p1;lr>".to_vec(), b"<sip:p2;lr>".to_vec()];
        let (uri, sent) = aim(b"sip:a@b", &routes);
        assert_eq!((uri.as_slice(), sent), (&b"sip:a@b"[..], routes));
    }

    #[test]
    fn a_strict_router_gets_its_own_uri_and_the_target_last() {
        let routes = vec![b"<sip:p1>".to_vec(), b"<sip:p2;lr>".to_vec()];
        let (uri, sent) = aim(b"sip:a@b", &routes);
        assert_eq!(uri, b"sip:p1");
        assert_eq!(sent, vec![b"<sip:p2;lr>".to_vec(), b"<sip:a@b>".to_vec()]);
    }

    #[test]
    fn an_address_is_followed_unless_it_is_private_behind_a_public_one() {
        let to = |remote, target: &str| {
            next_hop(flow(remote), target.as_bytes(), &[])
                .remote
                .to_string()
        };
        assert_eq!(to("10.0.0.2:5060", "sip:a@10.0.0.3:5070"), "10.0.0.3:5070");
        assert_eq!(
            to("203.0.113.5:4000", "sip:a@192.168.1.2:5060"),
            "203.0.113.5:4000"
        );
        assert_eq!(
            to("203.0.113.5:4000", "sip:a@phone.example"),
            "203.0.113.5:4000"
        );
        let routes = [b"<sip:10.0.0.9;lr>".to_vec()];
        assert_eq!(
            next_hop(flow("10.0.0.2:5060"), b"sip:a@10.0.0.3", &routes)
                .remote
                .to_string(),
            "10.0.0.9:5060"
        );
    }
}
