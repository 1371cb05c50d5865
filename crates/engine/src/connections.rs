//! The TCP connections of the signalling: those that peers open, kept as long as they are used,
//! and those that we open to a trunk, one for all its calls. Knows of SIP only where a message
//! ends. Everything is bounded: how many, what waits to be read or sent, and for how long.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::task::{Context, Poll, ready};

use cuptel_core::time::MonoUs;
use cuptel_sip::{Flow, FlowId, Transmit, Transport};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::connection::Connection;

/// Connections that are looked at in one turn; then the datagrams have theirs.
const READY_MAX: usize = 64;
/// Bytes taken from one connection at a time.
const CHUNK_BYTES: usize = 16 << 10;
/// Connections accepted at a time.
const ACCEPTS_MAX: usize = 32;
/// Numbers below are the datagram sockets'.
const FIRST_NUMBER: u32 = 1 << 16;
const PING: &[u8] = b"\r\n\r\n";
/// How often deadlines are looked at.
const EXPIRE_EVERY_US: MonoUs = 250_000;

/// How much of everything, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Connections accepted, and as many opened. Beyond it a new one is closed at once.
    pub connections_max: usize,
    /// Of these, accepted from one address.
    pub per_source_max: usize,
    /// The longest message. A longer one ends its connection.
    pub message_bytes_max: usize,
    /// What may wait for a peer that does not read. Beyond it the connection is closed.
    pub backlog_bytes_max: usize,
    /// A connection on which nothing arrived for this long is closed.
    pub idle_us: MonoUs,
    /// How long after its beginning a connection may stay that has brought nobody whom we know:
    /// a phone with its password, or a trunk.
    pub unknown_us: MonoUs,
    /// After so long in silence a connection that we opened is sent a ping (RFC 5626 3.5.1), so
    /// that an address translation in between does not forget it.
    pub keep_alive_us: MonoUs,
    /// How long a message may take to arrive, the first one from the connection's beginning.
    pub message_us: MonoUs,
    /// How long opening a connection may take.
    pub connect_us: MonoUs,
}

/// A message or ping that arrived.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) flow: Flow,
    pub(crate) bytes: Vec<u8>,
}

/// The set of descriptors in which something may have happened.
struct Watched(Epoll);

impl AsRawFd for Watched {
    fn as_raw_fd(&self) -> RawFd {
        self.0.0.as_raw_fd()
    }
}

impl AsFd for Watched {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.0.as_fd()
    }
}

/// All listening sockets and connections.
pub(crate) struct Connections {
    limits: ConnectionLimits,
    watched: AsyncFd<Watched>,
    happened: Vec<EpollEvent>,
    listening: Vec<TcpListener>,
    /// The system had no descriptor for a connection: nobody is accepted for a moment.
    is_deaf: bool,
    open: HashMap<u32, Connection>,
    dialled: HashMap<(SocketAddr, SocketAddr), u32>,
    next: u32,
    closed: Vec<Flow>,
    expired_us: MonoUs,
    chunk: Vec<u8>,
}

impl Connections {
    /// Binds a listening socket on each address.
    pub(crate) fn bind(
        addresses: &[SocketAddr],
    ) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
        let bind = |address: &SocketAddr| {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        addresses
            .iter()
            .map(|address| bind(address).map_err(|error| (*address, error)))
            .collect()
    }

    /// Hands bound sockets to the runtime of the calling thread.
    pub(crate) fn new(listening: Vec<TcpListener>, limits: ConnectionLimits) -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        #[expect(
            unsafe_code,
            reason = "the runtime offers no safe way to wait for a set of descriptors"
        )]
        // SAFETY: `Watched` owns its descriptor, gives out the same one each time, and keeps it
        // open as long as it lives.
        let watched =
            unsafe { AsyncFd::register_with_interest(Watched(epoll), Interest::READABLE) }?;
        let connections = Self {
            limits,
            watched,
            happened: Vec::new(),
            listening,
            is_deaf: false,
            open: HashMap::new(),
            dialled: HashMap::new(),
            next: FIRST_NUMBER,
            closed: Vec::new(),
            expired_us: 0,
            chunk: vec![0; CHUNK_BYTES],
        };
        connections.listen()?;
        Ok(connections)
    }

    fn epoll(&self) -> &Epoll {
        &self.watched.get_ref().0
    }

    fn listen(&self) -> io::Result<()> {
        for (index, listener) in (0u64..).zip(&self.listening) {
            self.epoll()
                .add(listener, EpollEvent::new(EpollFlags::EPOLLIN, index))?;
        }
        Ok(())
    }

    /// Waits until something can be read, sent on or accepted.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.watched.poll_read_ready(context))?;
            self.happened.resize(READY_MAX, EpollEvent::empty());
            let epoll = &guard.get_inner().0;
            let count = epoll.wait(&mut self.happened, EpollTimeout::ZERO)?;
            self.happened.truncate(count);
            if count > 0 {
                return Poll::Ready(Ok(()));
            }
            guard.clear_ready();
        }
    }

    /// Does what became possible; what was heard is put into `heard`.
    pub(crate) fn turn(&mut self, now_us: MonoUs, heard: &mut Vec<Heard>) {
        let happened = std::mem::take(&mut self.happened);
        for event in &happened {
            let token = event.data();
            if let Ok(index) = usize::try_from(token)
                && index < self.listening.len()
            {
                self.accept(now_us, index);
            } else if let Ok(number) = u32::try_from(token) {
                self.advance(now_us, number, event.events(), heard);
            }
        }
        self.happened = happened;
        self.happened.clear();
    }

    fn accept(&mut self, now_us: MonoUs, index: usize) {
        for _ in 0..ACCEPTS_MAX {
            let Some(listener) = self.listening.get(index) else {
                return;
            };
            let local = listener.local_addr();
            match (listener.accept(), local) {
                (Ok((stream, remote)), Ok(local)) => {
                    if !self.has_room_for(remote.ip()) {
                        metrics::counter!("cuptel_sip_connections_refused_total").increment(1);
                        continue;
                    }
                    let number = self.number();
                    let flow = Flow {
                        id: FlowId(number),
                        transport: Transport::Tcp,
                        local,
                        remote,
                    };
                    match Connection::accepted(stream, flow, now_us, &self.limits) {
                        Ok(connection) => self.keep(number, connection),
                        Err(error) => tracing::debug!(%error, %remote, "a connection was lost"),
                    }
                }
                (Err(error), _) if error.kind() == io::ErrorKind::WouldBlock => return,
                (Err(error), _) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                (Err(error), _) | (Ok(_), Err(error)) => return self.stop_accepting(&error),
            }
        }
    }

    /// Whether another connection from there is accepted.
    fn has_room_for(&self, source: IpAddr) -> bool {
        let accepted = self.open.len().saturating_sub(self.dialled.len());
        let from_there = |connection: &&Connection| {
            let flow = connection.flow;
            flow.id != FlowId::DIALLED && flow.remote.ip() == source
        };
        accepted < self.limits.connections_max
            && self.open.values().filter(from_there).count() < self.limits.per_source_max
    }

    /// Somebody whom we know speaks over this connection.
    pub(crate) fn know(&mut self, flow: FlowId) {
        if let Some(connection) = self.open.get_mut(&flow.0) {
            connection.know();
        }
    }

    /// Without this a full table of descriptors would keep the loop busy with nothing.
    fn stop_accepting(&mut self, error: &io::Error) {
        tracing::warn!(%error, "no connection can be accepted; trying again shortly");
        for listener in &self.listening {
            if let Err(error) = self.epoll().delete(listener) {
                tracing::debug!(%error, "a listener was not watched");
            }
        }
        self.is_deaf = true;
    }

    fn number(&mut self) -> u32 {
        loop {
            let number = self.next;
            self.next = number.wrapping_add(1).max(FIRST_NUMBER);
            if number != FlowId::DIALLED.0 && !self.open.contains_key(&number) {
                return number;
            }
        }
    }

    fn keep(&mut self, number: u32, connection: Connection) {
        let event = EpollEvent::new(connection.interest(), u64::from(number));
        if let Err(error) = self.epoll().add(connection.as_fd(), event) {
            tracing::warn!(%error, "a connection cannot be watched");
            return self.closed.push(connection.flow);
        }
        self.open.insert(number, connection);
        metrics::gauge!("cuptel_sip_connections").set(count(self.open.len()));
    }

    fn advance(&mut self, now_us: MonoUs, number: u32, events: EpollFlags, heard: &mut Vec<Heard>) {
        let Some(connection) = self.open.get_mut(&number) else {
            return;
        };
        let writable = EpollFlags::EPOLLOUT | EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP;
        let readable = EpollFlags::EPOLLIN | EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP;
        if events.intersects(writable) && !connection.flush(now_us) {
            return self.close(number, "it could not be made, or broke");
        }
        if events.intersects(readable) && connection.is_read() {
            match connection.stream().read(&mut self.chunk) {
                Ok(length @ 1..) => {
                    let bytes = self.chunk.get(..length).unwrap_or_default();
                    connection.hear(now_us, bytes, heard);
                }
                Err(error) if is_later(&error) => {}
                Ok(0) | Err(_) => return self.close(number, "the peer closed it"),
            }
        }
        self.watch(number);
    }

    /// Sends what goes over connections, opening those that we dial; the rest stays.
    pub(crate) fn send(&mut self, now_us: MonoUs, transmits: &mut Vec<Transmit>) {
        transmits.retain(|transmit| match transmit.flow.transport {
            Transport::Udp => true,
            Transport::Tcp => {
                self.write(now_us, transmit);
                false
            }
            Transport::Tls => false,
        });
    }

    fn write(&mut self, now_us: MonoUs, Transmit { flow, bytes }: &Transmit) {
        let number = if flow.id == FlowId::DIALLED {
            match self.dialled.get(&(flow.local, flow.remote)) {
                Some(number) => *number,
                None => match self.dial(now_us, flow) {
                    Some(number) => number,
                    None => return,
                },
            }
        } else {
            flow.id.0
        };
        let Some(connection) = self.open.get_mut(&number) else {
            return tracing::debug!(remote = %flow.remote, "a connection was gone before its message");
        };
        if connection.write(now_us, bytes, self.limits.backlog_bytes_max) {
            self.watch(number);
        } else {
            self.close(number, "the peer does not read, or is gone");
        }
    }

    fn dial(&mut self, now_us: MonoUs, flow: &Flow) -> Option<u32> {
        let opened = if self.dialled.len() < self.limits.connections_max {
            Connection::dialled(*flow, now_us, &self.limits)
        } else {
            Err(io::Error::other("connections_max is reached"))
        };
        match opened {
            Ok(connection) => {
                let number = self.number();
                self.keep(number, connection);
                self.dialled.insert((flow.local, flow.remote), number);
                Some(number)
            }
            Err(error) => {
                tracing::warn!(%error, remote = %flow.remote, "no connection can be opened");
                self.closed.push(*flow);
                None
            }
        }
    }

    /// Tells the system what this connection waits for now.
    fn watch(&mut self, number: u32) {
        let Some(connection) = self.open.get(&number) else {
            return;
        };
        if connection.is_done() {
            return self.close(number, "what came cannot be read");
        }
        let mut event = EpollEvent::new(connection.interest(), u64::from(number));
        if let Err(error) = self.epoll().modify(connection.as_fd(), &mut event) {
            tracing::debug!(%error, "a connection is not watched any more");
            self.close(number, "it broke");
        }
    }

    fn close(&mut self, number: u32, why: &str) {
        let Some(connection) = self.open.remove(&number) else {
            return;
        };
        let flow = connection.flow;
        tracing::debug!(remote = %flow.remote, local = %flow.local, why, "connection closed");
        if flow.id == FlowId::DIALLED {
            self.dialled.remove(&(flow.local, flow.remote));
        }
        self.closed.push(flow);
        metrics::gauge!("cuptel_sip_connections").set(count(self.open.len()));
    }

    /// Closes what has waited too long.
    pub(crate) fn expire(&mut self, now_us: MonoUs) {
        if now_us < self.expired_us + EXPIRE_EVERY_US {
            return;
        }
        self.expired_us = now_us;
        let due = |(number, connection): (&u32, &Connection)| {
            (connection.deadline(&self.limits) <= now_us).then_some(*number)
        };
        let numbers: Vec<u32> = self.open.iter().filter_map(due).collect();
        for number in numbers {
            self.close(number, "its time was over");
        }
        self.keep_alive(now_us);
        if std::mem::take(&mut self.is_deaf)
            && let Err(error) = self.listen()
        {
            tracing::error!(%error, "connections are not accepted any more");
        }
    }

    fn keep_alive(&mut self, now_us: MonoUs) {
        let numbers: Vec<u32> = self.dialled.values().copied().collect();
        for number in numbers {
            let Some(connection) = self.open.get_mut(&number) else {
                continue;
            };
            if connection.is_silent(now_us, self.limits.keep_alive_us) {
                if connection.write(now_us, PING, self.limits.backlog_bytes_max) {
                    self.watch(number);
                } else {
                    self.close(number, "it broke");
                }
            }
        }
    }

    /// Flows that are gone since this was last asked.
    pub(crate) fn take_closed(&mut self) -> Vec<Flow> {
        std::mem::take(&mut self.closed)
    }
}

pub(crate) fn is_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of a bounded number")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};
    use std::time::Duration;

    use super::*;

    const LIMITS: ConnectionLimits = ConnectionLimits {
        connections_max: 4,
        per_source_max: 2,
        message_bytes_max: 65_535,
        backlog_bytes_max: 65_536,
        idle_us: 3_900_000_000,
        unknown_us: 30_000_000,
        keep_alive_us: 90_000_000,
        message_us: 300_000_000,
        connect_us: 3_000_000,
    };
    const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    fn connections() -> (Connections, SocketAddr) {
        let listening = Connections::bind(&[ANYWHERE]).unwrap();
        let address = listening[0].local_addr().unwrap();
        (Connections::new(listening, LIMITS).unwrap(), address)
    }

    async fn turn(connections: &mut Connections, now_us: MonoUs) {
        let ready = std::future::poll_fn(|context| connections.poll_ready(context)).await;
        ready.unwrap();
        connections.turn(now_us, &mut Vec::new());
    }

    #[tokio::test]
    async fn one_address_has_so_many_connections_and_no_more() {
        let (mut connections, address) = connections();
        let callers: Vec<TcpStream> = (0..3)
            .map(|_| TcpStream::connect(address).unwrap())
            .collect();
        turn(&mut connections, 0).await;
        assert_eq!(connections.open.len(), LIMITS.per_source_max);
        drop(callers);
    }

    #[tokio::test]
    async fn a_connection_that_brings_nobody_we_know_has_little_time() {
        let (mut connections, address) = connections();
        let _callers = [(); 2].map(|()| TcpStream::connect(address).unwrap());
        turn(&mut connections, 0).await;
        let known = *connections.open.keys().min().unwrap();
        connections.know(FlowId(known));
        connections.expire(LIMITS.unknown_us - 1);
        assert_eq!(connections.open.len(), 2);
        connections.expire(LIMITS.unknown_us + EXPIRE_EVERY_US);
        assert_eq!(
            connections.open.keys().copied().collect::<Vec<_>>(),
            [known]
        );
    }

    #[tokio::test]
    async fn a_connection_of_ours_is_kept_alive_in_silence() {
        let (mut connections, _) = connections();
        let carrier = TcpListener::bind(ANYWHERE).unwrap();
        let flow = Flow::dialled(ANYWHERE, carrier.local_addr().unwrap());
        let mut transmits = vec![Transmit {
            flow,
            bytes: b"hello"[..].into(),
        }];
        connections.send(0, &mut transmits);
        let (mut peer, _) = carrier.accept().unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        turn(&mut connections, 0).await;
        let mut heard = [0; 5];
        peer.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        connections.expire(LIMITS.keep_alive_us - 1);
        peer.set_nonblocking(true).unwrap();
        let nothing = peer.read(&mut heard).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
        peer.set_nonblocking(false).unwrap();
        connections.expire(LIMITS.keep_alive_us + EXPIRE_EVERY_US);
        let mut ping = [0; 4];
        peer.read_exact(&mut ping).unwrap();
        assert_eq!(&ping, PING);
    }
}
