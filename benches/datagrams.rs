//! A UDP socket that takes and sends many datagrams a system call, as a floor does and as a
//! generator must that shares two cores with what it measures.

use std::io::{IoSlice, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd as _;

use anyhow::{Context as _, Result};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use nix::sys::socket::{
    MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg, setsockopt, sockopt,
};

/// Datagrams a system call.
const BATCH: usize = 64;
/// More than any message of the benches.
const DATAGRAM_BYTES: usize = 2_048;
/// The generator must not lose what it was sent while the other core was taken from it.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// Room for one batch of datagrams, whatever the socket.
pub(crate) struct Batch {
    buffers: Vec<[u8; DATAGRAM_BYTES]>,
    headers: MultiHeaders<SockaddrStorage>,
    /// Length and sender of what the first buffers hold.
    arrived: Vec<(usize, SocketAddr)>,
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self {
            buffers: vec![[0; DATAGRAM_BYTES]; BATCH],
            headers: MultiHeaders::preallocate(BATCH, None),
            arrived: Vec::with_capacity(BATCH),
        }
    }

    /// Takes what waits at a socket, without waiting for it; how many there were.
    pub(crate) fn take(&mut self, socket: &UdpSocket) -> Result<usize> {
        self.arrived.clear();
        let mut slices: Vec<[IoSliceMut<'_>; 1]> = self
            .buffers
            .iter_mut()
            .map(|buffer| [IoSliceMut::new(buffer)])
            .collect();
        let results = recvmmsg(
            socket.as_raw_fd(),
            &mut self.headers,
            slices.iter_mut(),
            MsgFlags::MSG_DONTWAIT,
            None,
        );
        match results {
            Ok(results) => {
                let senders = results.map(|it| (it.bytes, it.address.as_ref().and_then(v4_of)));
                let whole = senders.map(|(length, from)| Some((length, from?)));
                self.arrived.extend(whole.map_while(|it| it));
            }
            // Nothing, or an ICMP error of an earlier send, which this call has cleared.
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.arrived.len())
    }

    /// What the last `take` took.
    pub(crate) fn arrived(&self) -> impl Iterator<Item = (&[u8], SocketAddr)> {
        let buffers = self.buffers.iter().zip(&self.arrived);
        buffers.filter_map(|(buffer, (length, from))| Some((buffer.get(..*length)?, *from)))
    }
}

/// Sends all of it; what the kernel has no room for now is sent when it has.
pub(crate) fn send(socket: &UdpSocket, packets: &[(SocketAddr, impl AsRef<[u8]>)]) -> Result<()> {
    let mut rest = packets;
    while !rest.is_empty() {
        let group = rest.get(..BATCH).unwrap_or(rest);
        let slices: Vec<[IoSlice<'_>; 1]> = group
            .iter()
            .map(|(_, bytes)| [IoSlice::new(bytes.as_ref())])
            .collect();
        let addresses: Vec<Option<SockaddrStorage>> = group
            .iter()
            .map(|(to, _)| Some(SockaddrStorage::from(*to)))
            .collect();
        let mut headers = MultiHeaders::preallocate(group.len(), None);
        let sent = sendmmsg(
            socket.as_raw_fd(),
            &mut headers,
            &slices,
            &addresses,
            [],
            MsgFlags::empty(),
        );
        let sent = match sent {
            Ok(results) => results.count(),
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => 0,
            Err(error) => return Err(error.into()),
        };
        rest = rest.get(sent..).unwrap_or_default();
    }
    Ok(())
}

/// A socket that is not waited for, with the large buffer of a generator.
pub(crate) fn bound(address: SocketAddr) -> Result<UdpSocket> {
    let socket = UdpSocket::bind(address).with_context(|| format!("bind {address}"))?;
    socket.set_nonblocking(true)?;
    setsockopt(&socket, sockopt::RcvBuf, &RECEIVE_BUFFER_BYTES)?;
    Ok(socket)
}

/// A socket with its batch, and a way to wait for it.
pub(crate) struct Datagrams {
    socket: UdpSocket,
    epoll: Epoll,
    batch: Batch,
}

impl Datagrams {
    pub(crate) fn bind(address: SocketAddr) -> Result<Self> {
        let socket = bound(address)?;
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&socket, EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        Ok(Self {
            socket,
            epoll,
            batch: Batch::new(),
        })
    }

    pub(crate) fn local(&self) -> Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }

    /// Waits until there is something to read, at most so long.
    pub(crate) fn wait(&self, at_most_ms: u16) -> Result<()> {
        match self.epoll.wait(&mut [EpollEvent::empty()], at_most_ms) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes one batch of what waits, without waiting for it; how many there were.
    pub(crate) fn receive(&mut self, mut each: impl FnMut(&[u8], SocketAddr)) -> Result<usize> {
        let count = self.batch.take(&self.socket)?;
        self.batch
            .arrived()
            .for_each(|(bytes, from)| each(bytes, from));
        Ok(count)
    }

    pub(crate) fn send(&self, packets: &[(SocketAddr, impl AsRef<[u8]>)]) -> Result<()> {
        send(&self.socket, packets)
    }
}

fn v4_of(address: &SockaddrStorage) -> Option<SocketAddr> {
    let address = address.as_sockaddr_in()?;
    Some(SocketAddr::from((address.ip(), address.port())))
}
