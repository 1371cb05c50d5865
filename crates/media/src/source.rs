//! From where a stream accepts packets, and whereto it sends them.

use std::net::{IpAddr, SocketAddr};

use crate::command::Latch;

/// A carrier's other accepted source takes over only after this much silence of the one heard,
/// so that two are never mixed.
const TAKE_OVER_US: u64 = 200_000;

/// The source check of one stream.
#[derive(Debug)]
pub(crate) struct SourceGate {
    latch: Latch,
    /// What the SDP says; kept through a hold, which may hide it behind 0.0.0.0.
    remote: Option<SocketAddr>,
    /// On hold by address: nothing may be sent.
    hidden: bool,
    latched: Option<SocketAddr>,
    window_end_us: u64,
    heard: Option<(SocketAddr, u64)>,
}

impl SourceGate {
    pub(crate) fn new(latch: Latch) -> Self {
        Self {
            latch,
            remote: None,
            hidden: false,
            latched: None,
            window_end_us: 0,
            heard: None,
        }
    }

    /// An SDP exchange is complete. The same address again keeps what is latched.
    pub(crate) fn agree(&mut self, now_us: u64, remote: SocketAddr, window_max_us: u64) {
        self.hidden = remote.ip().is_unspecified();
        if self.hidden {
            return;
        }
        if self.remote != Some(remote) {
            self.latched = None;
            self.heard = None;
        }
        self.remote = Some(remote);
        if let Latch::Once { window_us, .. } = self.latch {
            self.window_end_us = now_us.saturating_add(window_us.min(window_max_us));
        }
    }

    /// Whereto packets go; `None` while there is nowhere to send to.
    pub(crate) fn target(&self) -> Option<SocketAddr> {
        let target = self.latched.or(self.remote)?;
        (!self.hidden && target.port() != 0).then_some(target)
    }

    /// Whether an RTP packet from there is the remote's; latches on the first.
    pub(crate) fn accepts(&mut self, now_us: u64, from: SocketAddr) -> bool {
        let accepted = match &self.latch {
            Latch::SdpOnly { networks } => {
                let sdp = self.remote == Some(from);
                let in_network = || networks.iter().any(|network| network.contains(&from.ip()));
                let quiet = self.heard.is_none_or(|(heard, at_us)| {
                    heard == from || now_us.saturating_sub(at_us) >= TAKE_OVER_US
                });
                self.remote.is_some() && (sdp || quiet && in_network())
            }
            Latch::Once { address, .. } => match self.latched {
                Some(latched) => latched == from,
                None => {
                    self.remote.is_some()
                        && address.is_none_or(|address| address == from.ip())
                        && (self.remote == Some(from) || now_us < self.window_end_us)
                }
            },
        };
        if accepted {
            self.heard = Some((from, now_us));
            if matches!(self.latch, Latch::Once { .. }) {
                self.latched = Some(from);
            }
        }
        accepted
    }

    /// Whether RTCP from there is the remote's. Ports are not compared: NAT changes them, and
    /// the packet only proves life.
    pub(crate) fn accepts_rtcp(&self, from: IpAddr, rtcp: IpAddr) -> bool {
        let networks: &[_] = match &self.latch {
            Latch::SdpOnly { networks } => networks,
            Latch::Once { .. } => &[],
        };
        let known = [self.latched, self.remote];
        from == rtcp
            || known.iter().flatten().any(|address| address.ip() == from)
            || networks.iter().any(|network| network.contains(&from))
    }

    /// Whereto RTCP goes: beside a latched address, because the SDP's is then a private one.
    pub(crate) fn rtcp_target(&self, agreed: SocketAddr) -> Option<SocketAddr> {
        let target = match self.latched {
            Some(latched) if Some(latched) != self.remote => {
                SocketAddr::new(latched.ip(), latched.port().checked_add(1)?)
            }
            Some(_) | None => agreed,
        };
        (!target.ip().is_unspecified() && target.port() != 0).then_some(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn once(address: Option<&str>) -> SourceGate {
        let address = address.map(|text| text.parse().unwrap());
        SourceGate::new(Latch::Once {
            window_us: 1_000,
            address,
        })
    }

    #[test]
    fn before_the_answer_nothing_is_accepted() {
        let networks = vec!["0.0.0.0/0".parse().unwrap()];
        assert!(!SourceGate::new(Latch::SdpOnly { networks }).accepts(0, at("1.2.3.4:5")));
        assert!(!once(None).accepts(0, at("1.2.3.4:5")));
    }

    #[test]
    fn trunks_accept_the_exact_sdp_address() {
        let mut gate = SourceGate::new(Latch::SdpOnly { networks: vec![] });
        gate.agree(0, at("10.0.0.1:4000"), 9);
        assert!(gate.accepts(1, at("10.0.0.1:4000")));
        assert!(!gate.accepts(2, at("10.0.0.1:4002")));
        assert!(!gate.accepts(3, at("10.0.0.2:4000")));
        assert_eq!(gate.target(), Some(at("10.0.0.1:4000")));
    }

    #[test]
    fn a_second_network_source_waits_for_the_first_to_fall_silent() {
        let networks = vec!["10.9.0.0/16".parse().unwrap()];
        let mut gate = SourceGate::new(Latch::SdpOnly { networks });
        gate.agree(0, at("10.0.0.1:4000"), 9);
        assert!(gate.accepts(0, at("10.9.0.1:1")));
        assert!(!gate.accepts(100_000, at("10.9.0.2:1")));
        assert!(gate.accepts(200_000, at("10.9.0.2:1")));
        assert_eq!(
            gate.target(),
            Some(at("10.0.0.1:4000")),
            "only the ear moves"
        );
    }

    #[test]
    fn a_phone_latches_once_within_the_window() {
        let mut gate = once(None);
        gate.agree(0, at("192.168.1.5:4000"), 500);
        assert_eq!(gate.target(), Some(at("192.168.1.5:4000")));
        assert!(gate.accepts(499, at("1.2.3.4:777")));
        assert_eq!(gate.target(), Some(at("1.2.3.4:777")));
        assert!(!gate.accepts(500, at("1.2.3.5:777")), "latched once");
        assert!(!gate.accepts(500, at("192.168.1.5:4000")));
        gate.agree(600, at("192.168.1.5:4000"), 500);
        assert!(
            !gate.accepts(601, at("1.2.3.5:777")),
            "the same SDP keeps the latch"
        );
        gate.agree(700, at("192.168.1.5:4002"), 500);
        assert!(
            gate.accepts(701, at("1.2.3.5:777")),
            "a new address opens it"
        );
    }

    #[test]
    fn after_the_window_only_the_sdp_address_counts() {
        let mut gate = once(None);
        gate.agree(0, at("10.0.0.1:4000"), 500);
        assert!(!gate.accepts(500, at("1.2.3.4:777")));
        assert!(gate.accepts(9_999, at("10.0.0.1:4000")));
    }

    #[test]
    fn the_registered_address_alone_may_latch() {
        let mut gate = once(Some("1.2.3.4"));
        gate.agree(0, at("192.168.1.5:4000"), 5_000);
        assert!(!gate.accepts(1, at("6.6.6.6:777")));
        assert!(!gate.accepts(1, at("192.168.1.5:4000")));
        assert!(gate.accepts(2, at("1.2.3.4:777")));
    }

    #[test]
    fn a_hold_by_address_hides_the_target_and_keeps_the_latch() {
        let mut gate = once(None);
        gate.agree(0, at("192.168.1.5:4000"), 500);
        assert!(gate.accepts(1, at("1.2.3.4:777")));
        gate.agree(2, at("0.0.0.0:4000"), 500);
        assert_eq!(gate.target(), None);
        gate.agree(3, at("192.168.1.5:4000"), 500);
        assert_eq!(gate.target(), Some(at("1.2.3.4:777")));
    }

    #[test]
    fn rtcp_follows_the_latch() {
        let mut gate = once(None);
        gate.agree(0, at("192.168.1.5:4000"), 500);
        let agreed = at("192.168.1.5:4001");
        assert_eq!(gate.rtcp_target(agreed), Some(agreed));
        assert!(gate.accepts(1, at("1.2.3.4:777")));
        assert_eq!(gate.rtcp_target(agreed), Some(at("1.2.3.4:778")));
        assert!(gate.accepts_rtcp(at("1.2.3.4:1").ip(), agreed.ip()));
        assert!(!gate.accepts_rtcp(at("6.6.6.6:1").ip(), agreed.ip()));
    }
}
