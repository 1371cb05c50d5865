//! Settings of the media thread, and the sockets bound from them before it starts.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};

use crate::leg::Leg;
use crate::ports::PortPair;

/// Addresses and ports for media in one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Where sockets are bound.
    pub bind: IpAddr,
    /// What SDP says, when NAT stands between. Not used here: `Local::address` takes it.
    pub advertise: IpAddr,
    /// RTP takes the even ports, RTCP the odd ones above.
    pub ports: RangeInclusive<u16>,
    /// Pairs bound at most; the rest of the range is left alone.
    pub pairs_max: usize,
}

/// How the media thread is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `PortPair::network` counts these.
    pub networks: Vec<Network>,
    /// Silence of a remote that should send, until `RtpTimeout`.
    pub rtp_timeout_us: u64,
    /// No stream may latch for longer than this.
    pub latch_window_us: u64,
    /// Commands that may wait for the thread; one more is refused with `MediaError::Full`.
    pub commands_max: usize,
}

impl Default for Settings {
    /// No network, 20 s RTP time-out, 10 s latch window, 4096 commands.
    fn default() -> Self {
        Self {
            networks: Vec::new(),
            rtp_timeout_us: 20_000_000,
            latch_window_us: 10_000_000,
            commands_max: 4_096,
        }
    }
}

/// Why media could not start, or a command could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// A network of which no pair could be bound.
    #[error("no RTP port pair of {}-{} could be bound on {address}", range.start(), range.end())]
    NoPort {
        /// The bind address.
        address: IpAddr,
        /// The configured ports.
        range: RangeInclusive<u16>,
        /// What the last attempt met; `None` if the range has no even port with one above.
        source: Option<io::Error>,
    },
    /// More networks than `PortPair::network` can count.
    #[error("more than 65536 media networks")]
    TooManyNetworks,
    /// The system refused a descriptor or the thread.
    #[error("the media thread could not be set up")]
    Setup(#[source] io::Error),
    /// `Settings::commands_max` commands wait already.
    #[error("the media thread has too many commands waiting")]
    Full,
    /// The thread has ended.
    #[error("the media thread has ended")]
    Gone,
}

/// DSCP EF (RFC 4594 4.1: telephony), in the upper six bits of the traffic class.
const EXPEDITED_FORWARDING: u32 = 46 << 2;

/// Binds the pairs of all networks. A busy pair is skipped.
pub(crate) fn bind_all(settings: &Settings) -> Result<Vec<Leg>, MediaError> {
    raise_file_limit();
    let mut legs = Vec::new();
    for (index, network) in settings.networks.iter().enumerate() {
        let index = u16::try_from(index).map_err(|_too_many| MediaError::TooManyNetworks)?;
        bind_network(index, network, &mut legs)?;
    }
    Ok(legs)
}

fn bind_network(index: u16, network: &Network, legs: &mut Vec<Leg>) -> Result<(), MediaError> {
    let before = legs.len();
    let mut skipped = 0_usize;
    let mut last_error = None;
    let first = network.ports.start().checked_next_multiple_of(2);
    let rtp_ports = first
        .into_iter()
        .flat_map(|first| (first..*network.ports.end()).step_by(2));
    for rtp in rtp_ports {
        if legs.len() - before >= network.pairs_max {
            break;
        }
        let pair = PortPair {
            network: index,
            rtp,
        };
        match bind_pair(network.bind, pair) {
            Ok(leg) => legs.push(leg),
            Err(error) => {
                let no_more = error.kind() != io::ErrorKind::AddrInUse;
                tracing::debug!(address = %network.bind, port = rtp, %error, "RTP pair skipped");
                skipped += 1;
                last_error = Some(error);
                if no_more {
                    // Out of descriptors, or an address that is not ours: the next port would
                    // meet the same.
                    break;
                }
            }
        }
    }
    if skipped > 0 {
        tracing::warn!(address = %network.bind, skipped, "other programs use some of the RTP ports");
    }
    if legs.len() == before {
        return Err(MediaError::NoPort {
            address: network.bind,
            range: network.ports.clone(),
            source: last_error,
        });
    }
    Ok(())
}

fn bind_pair(address: IpAddr, pair: PortPair) -> io::Result<Leg> {
    let rtp = bind_socket(SocketAddr::new(address, pair.rtp))?;
    let rtcp = bind_socket(SocketAddr::new(address, pair.rtcp()))?;
    Ok(Leg::new(pair, rtp, rtcp))
}

/// Unconnected, so that our own source check decides and counts.
fn bind_socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    if address.is_ipv4()
        && let Err(error) = socket.set_tos_v4(EXPEDITED_FORWARDING)
    {
        tracing::debug!(%error, "RTP socket without DSCP EF");
    }
    Ok(socket.into())
}

/// Two descriptors a pair soon pass the usual soft limit of 1024; the hard one is meant for us.
fn raise_file_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}
