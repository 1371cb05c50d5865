//! The UDP sockets of the signalling: many datagrams a system call, both ways.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{SocketAddr, UdpSocket as StdUdpSocket};
use std::os::fd::AsRawFd;
use std::task::{Context, Poll};

use cuptel_sip::{Flow, FlowId, Transmit, Transport};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Datagrams of one system call.
const BATCH: usize = 64;
/// Largest UDP payload.
const DATAGRAM_BYTES: usize = 65_535;
/// The kernel's queue for a burst that arrives faster than the loop turns.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// One listening socket.
struct Listening {
    socket: UdpSocket,
    local: SocketAddr,
}

/// All listening sockets, with the buffers that receiving reuses.
pub(crate) struct Sockets {
    listening: Vec<Listening>,
    buffers: Vec<Vec<u8>>,
    headers: MultiHeaders<SockaddrStorage>,
}

/// A datagram that arrived, in the buffer of this index.
pub(crate) struct Arrived {
    pub(crate) flow: Flow,
    pub(crate) buffer: usize,
    pub(crate) length: usize,
}

impl Sockets {
    /// Binds a socket on each address, in this order.
    pub(crate) fn bind(
        addresses: &[SocketAddr],
    ) -> Result<Vec<StdUdpSocket>, (SocketAddr, io::Error)> {
        addresses
            .iter()
            .map(|&address| bind_one(address).map_err(|error| (address, error)))
            .collect()
    }

    /// Hands bound sockets to the runtime of the calling thread.
    pub(crate) fn new(bound: Vec<StdUdpSocket>) -> io::Result<Self> {
        let mut listening = Vec::with_capacity(bound.len());
        for socket in bound {
            let local = socket.local_addr()?;
            listening.push(Listening {
                socket: UdpSocket::from_std(socket)?,
                local,
            });
        }
        Ok(Self {
            listening,
            buffers: vec![vec![0; DATAGRAM_BYTES]; BATCH],
            headers: MultiHeaders::preallocate(BATCH, None),
        })
    }

    /// Whether any socket has something to read.
    pub(crate) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        let is_ready = |it: &Listening| {
            let ready = it.socket.poll_recv_ready(context);
            matches!(ready, Poll::Ready(Ok(())))
        };
        if self.listening.iter().any(is_ready) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.listening.len()
    }

    /// Takes what waits at a socket, at most a batch.
    pub(crate) fn receive(&mut self, index: usize, arrived: &mut Vec<Arrived>) -> io::Result<()> {
        let Self {
            listening,
            buffers,
            headers,
            ..
        } = self;
        let Some(Listening { socket, local }) = listening.get(index) else {
            return Ok(());
        };
        let id = FlowId(u32::try_from(index).unwrap_or(u32::MAX));
        let taken = socket.try_io(Interest::READABLE, || {
            let mut slices: Vec<[IoSliceMut<'_>; 1]> = buffers
                .iter_mut()
                .map(|buffer| [IoSliceMut::new(buffer)])
                .collect();
            let results = recvmmsg(
                socket.as_raw_fd(),
                headers,
                slices.iter_mut(),
                MsgFlags::MSG_DONTWAIT,
                None,
            )?;
            for (buffer, message) in results.enumerate() {
                if let Some(remote) = message.address.as_ref().and_then(address_of) {
                    let flow = Flow {
                        id,
                        transport: Transport::Udp,
                        local: *local,
                        remote,
                    };
                    arrived.push(Arrived {
                        flow,
                        buffer,
                        length: message.bytes,
                    });
                }
            }
            // The queue was empty: to know that spares a system call that finds nothing.
            if arrived.len() < BATCH {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Ok(())
        });
        match taken {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            // The system was short of something, or an ICMP error of an earlier send shows
            // itself here: the socket is well, and what waits in it is taken next time.
            Err(error) if !is_broken(&error) => {
                tracing::debug!(%error, %local, "datagrams could not be taken");
                metrics::counter!("cuptel_sip_receive_errors_total").increment(1);
                Ok(())
            }
            other => other,
        }
    }

    pub(crate) fn bytes(&self, arrived: &Arrived) -> &[u8] {
        self.buffers
            .get(arrived.buffer)
            .and_then(|buffer| buffer.get(..arrived.length))
            .unwrap_or_default()
    }

    /// Sends what there is, grouped by socket. What the kernel refuses is lost like any
    /// datagram; the transactions repeat it.
    pub(crate) fn send(&self, transmits: &mut Vec<Transmit>) {
        let mut rest = transmits.as_slice();
        while let Some(first) = rest.first() {
            let same = rest
                .iter()
                .take(BATCH)
                .take_while(|transmit| transmit.flow.id == first.flow.id)
                .count();
            let (group, after) = rest.split_at(same);
            self.send_group(group);
            rest = after;
        }
        transmits.clear();
    }

    fn send_group(&self, group: &[Transmit]) {
        let Some(listening) = group
            .first()
            .and_then(|first| usize::try_from(first.flow.id.0).ok())
            .and_then(|index| self.listening.get(index))
        else {
            return;
        };
        let mut sent = 0;
        while let Some(left) = group.get(sent..).filter(|left| !left.is_empty()) {
            let slices: Vec<[IoSlice<'_>; 1]> =
                left.iter().map(|t| [IoSlice::new(&t.bytes)]).collect();
            let addresses: Vec<Option<SockaddrStorage>> = left
                .iter()
                .map(|t| Some(SockaddrStorage::from(t.flow.remote)))
                .collect();
            let mut headers = MultiHeaders::preallocate(left.len(), None);
            let outcome = sendmmsg(
                listening.socket.as_raw_fd(),
                &mut headers,
                &slices,
                &addresses,
                [],
                MsgFlags::MSG_DONTWAIT,
            );
            match outcome {
                Ok(results) => sent += results.count().max(1),
                Err(error) => {
                    tracing::debug!(%error, to = %group[0].flow.local, "a datagram could not be sent");
                    metrics::counter!("cuptel_sip_unsent_total").increment(1);
                    sent += 1;
                }
            }
        }
    }
}

/// Whether an error says that a descriptor is no socket to receive from: it will never be again.
fn is_broken(error: &io::Error) -> bool {
    let fatal = [
        Errno::EBADF,
        Errno::ENOTSOCK,
        Errno::EFAULT,
        Errno::EINVAL,
        Errno::EOPNOTSUPP,
    ];
    let code = error.raw_os_error();
    fatal.iter().any(|errno| code == Some(*errno as i32))
}

fn bind_one(address: SocketAddr) -> io::Result<StdUdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_nonblocking(true)?;
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES) {
        tracing::warn!(%error, "the receive buffer could not be enlarged: a storm may lose datagrams");
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn address_of(address: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some(SocketAddr::from((v4.ip(), v4.port())));
    }
    address
        .as_sockaddr_in6()
        .map(|v6| SocketAddr::from((v6.ip(), v6.port())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_descriptor_that_is_no_socket_ends_the_process() {
        let error = |errno: Errno| io::Error::from_raw_os_error(errno as i32);
        for passing in [
            Errno::EINTR,
            Errno::ENOMEM,
            Errno::ENOBUFS,
            Errno::EHOSTUNREACH,
            Errno::ENETUNREACH,
            Errno::ENETDOWN,
            Errno::EPERM,
            Errno::ECONNREFUSED,
        ] {
            assert!(!is_broken(&error(passing)), "{passing}");
        }
        for fatal in [Errno::EBADF, Errno::ENOTSOCK, Errno::EINVAL] {
            assert!(is_broken(&error(fatal)), "{fatal}");
        }
    }

    #[tokio::test]
    async fn a_peer_that_is_not_there_leaves_the_socket_well() {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = Sockets::bind(&[here]).unwrap();
        let own = bound[0].local_addr().unwrap();
        let gone = StdUdpSocket::bind(here).unwrap().local_addr().unwrap();
        let mut sockets = Sockets::new(bound).unwrap();
        let flow = |remote| Flow {
            id: FlowId(0),
            transport: Transport::Udp,
            local: own,
            remote,
        };
        let mut transmits = vec![Transmit {
            flow: flow(gone),
            bytes: b"x"[..].into(),
        }];
        sockets.send(&mut transmits);
        let peer = StdUdpSocket::bind(here).unwrap();
        peer.send_to(b"hello", own).unwrap();
        let mut arrived = Vec::new();
        while arrived.is_empty() {
            std::future::poll_fn(|context| sockets.poll_readable(context)).await;
            sockets.receive(0, &mut arrived).unwrap();
        }
        assert_eq!(sockets.bytes(&arrived[0]), b"hello");
    }
}
