//! One TCP connection: what was heard and is not whole yet, what waits to be sent, and when its
//! patience ends.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

use cuptel_core::time::MonoUs;
use cuptel_sip::{Flow, Frame, Framer};
use nix::sys::epoll::EpollFlags;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

use crate::connections::{ConnectionLimits, Heard, is_later};

/// The system asks a silent peer whether it is there.
const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(60);
/// A peer that acknowledges nothing for this long is gone: a phone whose link failed must not
/// be waited for while a caller hears music.
const UNACKNOWLEDGED_MS: u32 = 10_000;
/// What is answered to a stream that cannot be read has so long to leave.
const FAREWELL_US: MonoUs = 1_000_000;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Being opened by us.
    Opening {
        until_us: MonoUs,
    },
    Open,
    /// Nothing more is read; what is to be said has until then.
    Ending {
        until_us: MonoUs,
        has_spoken: bool,
    },
}

/// See the module.
pub(crate) struct Connection {
    pub(crate) flow: Flow,
    stream: TcpStream,
    state: State,
    framer: Framer,
    /// Since when the message that is being received, or the first one, is waited for.
    waits_since_us: Option<MonoUs>,
    heard_us: MonoUs,
    spoke_us: MonoUs,
    /// When it is closed unless it brings somebody whom we know.
    unknown_until_us: Option<MonoUs>,
    backlog: Vec<u8>,
}

impl Connection {
    pub(crate) fn accepted(
        stream: TcpStream,
        flow: Flow,
        now_us: MonoUs,
        limits: &ConnectionLimits,
    ) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::with(stream, flow, State::Open, now_us, limits)
    }

    /// Begins to open a connection.
    pub(crate) fn dialled(
        flow: Flow,
        now_us: MonoUs,
        limits: &ConnectionLimits,
    ) -> io::Result<Self> {
        let domain = Domain::for_address(flow.remote);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        if !flow.local.ip().is_unspecified() {
            socket.bind(&SockAddr::from(SocketAddr::new(flow.local.ip(), 0)))?;
        }
        match socket.connect(&SockAddr::from(flow.remote)) {
            Err(error) if error.raw_os_error() != Some(nix::errno::Errno::EINPROGRESS as i32) => {
                return Err(error);
            }
            Ok(()) | Err(_) => {}
        }
        let until_us = now_us + limits.connect_us;
        let state = State::Opening { until_us };
        Self::with(socket.into(), flow, state, now_us, limits)
    }

    fn with(
        stream: TcpStream,
        flow: Flow,
        state: State,
        now_us: MonoUs,
        limits: &ConnectionLimits,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        setsockopt(&stream, sockopt::TcpUserTimeout, &UNACKNOWLEDGED_MS)?;
        let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE);
        socket2::SockRef::from(&stream).set_tcp_keepalive(&keep_alive)?;
        Ok(Self {
            flow,
            stream,
            state,
            framer: Framer::new(limits.message_bytes_max),
            // A peer that we called need not say anything first.
            waits_since_us: (state == State::Open).then_some(now_us),
            heard_us: now_us,
            spoke_us: now_us,
            unknown_until_us: (state == State::Open).then_some(now_us + limits.unknown_us),
            backlog: Vec::new(),
        })
    }

    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// It has brought somebody whom we know.
    pub(crate) fn know(&mut self) {
        self.unknown_until_us = None;
    }

    pub(crate) fn is_read(&self) -> bool {
        self.state == State::Open
    }

    /// What the connection waits for.
    pub(crate) fn interest(&self) -> EpollFlags {
        let send = if self.backlog.is_empty() {
            EpollFlags::empty()
        } else {
            EpollFlags::EPOLLOUT
        };
        match self.state {
            State::Opening { .. } => EpollFlags::EPOLLOUT,
            State::Open => send | EpollFlags::EPOLLIN,
            State::Ending { .. } => send,
        }
    }

    /// Takes bytes that arrived and puts what is whole into `heard`.
    pub(crate) fn hear(&mut self, now_us: MonoUs, bytes: &[u8], heard: &mut Vec<Heard>) {
        self.heard_us = now_us;
        self.framer.push(bytes);
        let mut has_whole = false;
        while let Some(frame) = self.framer.frame() {
            has_whole = true;
            let bytes = match frame {
                Frame::Ping => b"\r\n\r\n".to_vec(),
                Frame::Message(bytes) => bytes.to_vec(),
                Frame::Broken(bytes) => {
                    self.state = State::Ending {
                        until_us: now_us + FAREWELL_US,
                        has_spoken: false,
                    };
                    bytes.to_vec()
                }
            };
            let flow = self.flow;
            heard.push(Heard { flow, bytes });
        }
        if self.framer.waiting() == 0 {
            self.waits_since_us = None;
        } else if has_whole || self.waits_since_us.is_none() {
            self.waits_since_us = Some(now_us);
        }
    }

    /// Sends, or keeps for later. False when the connection is of no more use.
    pub(crate) fn write(&mut self, now_us: MonoUs, bytes: &[u8], backlog_bytes_max: usize) -> bool {
        self.spoke_us = now_us;
        let mut rest = bytes;
        let is_open = !matches!(self.state, State::Opening { .. });
        if is_open && self.backlog.is_empty() {
            match self.stream.write(bytes) {
                Ok(sent) => rest = bytes.get(sent..).unwrap_or_default(),
                Err(error) if is_later(&error) => {}
                Err(_) => return false,
            }
        }
        if let State::Ending { has_spoken, .. } = &mut self.state {
            *has_spoken = true;
        }
        self.backlog.extend_from_slice(rest);
        self.backlog.len() <= backlog_bytes_max
    }

    /// Whether it is open and nothing was said or heard on it for so long.
    pub(crate) fn is_silent(&self, now_us: MonoUs, for_us: MonoUs) -> bool {
        self.state == State::Open && self.heard_us.max(self.spoke_us) + for_us <= now_us
    }

    /// The connection is there, or has room again. False when it is of no more use.
    pub(crate) fn flush(&mut self, now_us: MonoUs) -> bool {
        if let State::Opening { .. } = self.state {
            match self.stream.take_error() {
                Ok(None) => self.state = State::Open,
                Ok(Some(_)) | Err(_) => return false,
            }
            self.heard_us = now_us;
        }
        while !self.backlog.is_empty() {
            match self.stream.write(&self.backlog) {
                Ok(0) => return false,
                Ok(sent) => {
                    self.backlog.drain(..sent);
                }
                Err(error) if is_later(&error) => return true,
                Err(_) => return false,
            }
        }
        self.backlog = Vec::new();
        true
    }

    /// Whether everything is said on a connection that ends.
    pub(crate) fn is_done(&self) -> bool {
        matches!(
            self.state,
            State::Ending {
                has_spoken: true,
                ..
            }
        ) && self.backlog.is_empty()
    }

    /// When it is closed unless something happens before.
    pub(crate) fn deadline(&self, limits: &ConnectionLimits) -> MonoUs {
        match self.state {
            State::Opening { until_us } | State::Ending { until_us, .. } => until_us,
            State::Open => {
                let message_until_us = self.waits_since_us.map(|since| since + limits.message_us);
                [message_until_us, self.unknown_until_us]
                    .into_iter()
                    .flatten()
                    .fold(self.heard_us + limits.idle_us, MonoUs::min)
            }
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
