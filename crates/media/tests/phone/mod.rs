//! A phone as the tests of the media thread need it, and a media thread with a call on it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use bytes::Bytes;
use cuptel_media::{
    Agreed, Codec, Command, Direction, Event, Handle, Latch, Network, PortPair, PromptLibrary,
    Settings, StreamId, start,
};
use rtp::header::Header;
use rtp::packet::Packet;
use webrtc_util::marshal::{Marshal, Unmarshal};

pub(crate) const A: StreamId = StreamId(1);
pub(crate) const B: StreamId = StreamId(2);
/// What takes longer than this has failed.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// Each test binds in a stretch of its own.
static NEXT_PORT: AtomicU16 = AtomicU16::new(24_000);

pub(crate) fn settings() -> Settings {
    let first = NEXT_PORT.fetch_add(100, Ordering::Relaxed);
    let address = "127.0.0.1".parse().unwrap();
    Settings {
        networks: vec![Network {
            bind: address,
            advertise: address,
            ports: first..=first + 99,
            pairs_max: 4,
        }],
        ..Settings::default()
    }
}

/// A WAV of A-law frames; frame n is filled with `first + n`.
pub(crate) fn wav(first: u8, frames: u8) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x06\0\x01\0".to_vec();
    file.extend([0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]);
    file.extend(b"data");
    file.extend((u32::from(frames) * 160).to_le_bytes());
    for n in 0..frames {
        file.extend([first + n; 160]);
    }
    file
}

pub(crate) struct Phone {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    pub(crate) ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// Where the media thread listens for this phone.
    pub(crate) leg: Option<SocketAddr>,
}

impl Phone {
    pub(crate) fn new() -> Self {
        let bind = || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(TIMEOUT)).unwrap();
            socket
        };
        let rtp = bind();
        let ssrc = u32::from(rtp.local_addr().unwrap().port());
        Self {
            rtp,
            rtcp: bind(),
            ssrc,
            sequence: 65_530,
            timestamp: 5_000,
            leg: None,
        }
    }

    pub(crate) fn agreed(&self) -> Agreed {
        Agreed {
            remote: self.rtp.local_addr().unwrap(),
            remote_rtcp: self.rtcp.local_addr().unwrap(),
            codec: Codec::Pcma,
            payload_type: 8,
            event_payload_type: Some(101),
            direction: Direction::SendRecv,
        }
    }

    pub(crate) fn send_raw(&self, packet: &[u8]) {
        self.rtp.send_to(packet, self.leg.unwrap()).unwrap();
    }

    pub(crate) fn send_audio(&mut self, payload_type: u8, payload: &[u8]) {
        self.timestamp = self.timestamp.wrapping_add(160);
        self.send_packet(payload_type, self.timestamp, payload);
    }

    pub(crate) fn send_event(
        &mut self,
        payload_type: u8,
        code: u8,
        end: bool,
        duration: u16,
        timestamp: u32,
    ) {
        let [high, low] = duration.to_be_bytes();
        let payload = [code, u8::from(end) << 7 | 10, high, low];
        self.send_packet(payload_type, timestamp, &payload);
    }

    fn send_packet(&mut self, payload_type: u8, timestamp: u32, payload: &[u8]) {
        self.sequence = self.sequence.wrapping_add(1);
        let header = Header {
            version: 2,
            payload_type,
            sequence_number: self.sequence,
            timestamp,
            ssrc: self.ssrc,
            ..Header::default()
        };
        let payload = Bytes::copy_from_slice(payload);
        self.send_raw(&Packet { header, payload }.marshal().unwrap());
    }

    pub(crate) fn send_rtcp(&self, leg: SocketAddr) {
        let rtcp = SocketAddr::new(leg.ip(), leg.port() + 1);
        self.rtcp
            .send_to(&[0x80, 201, 0, 1, 0, 0, 0, 9], rtcp)
            .unwrap();
    }

    pub(crate) fn receive(&self) -> Packet {
        let mut buffer = [0; 2_048];
        let (length, from) = self.rtp.recv_from(&mut buffer).unwrap();
        if let Some(leg) = self.leg {
            assert_eq!(from, leg, "symmetric RTP");
        }
        Packet::unmarshal(&mut &buffer[..length]).unwrap()
    }

    pub(crate) fn receive_rtcp(&self) -> Vec<u8> {
        let mut buffer = [0; 2_048];
        let (length, _) = self.rtcp.recv_from(&mut buffer).unwrap();
        buffer[..length].to_vec()
    }
}

pub(crate) struct Media {
    pub(crate) handle: Handle,
    events: Receiver<Event>,
    pairs: RefCell<(Vec<PortPair>, BTreeMap<StreamId, PortPair>)>,
}

impl Media {
    pub(crate) fn start(library: PromptLibrary) -> Self {
        Self::start_with(settings(), library)
    }

    pub(crate) fn start_with(settings: Settings, library: PromptLibrary) -> Self {
        let (sender, events) = sync_channel(1_000);
        let sink = Box::new(move |event| sender.try_send(event).map_err(|_full| unreachable!()));
        let handle = start(settings, Arc::new(library), sink).unwrap();
        let pairs = handle.pairs().to_vec();
        Self {
            handle,
            events,
            pairs: RefCell::new((pairs, BTreeMap::new())),
        }
    }

    pub(crate) fn send(&self, command: Command) {
        self.handle.send(command).unwrap();
    }

    pub(crate) fn event(&self) -> Event {
        self.events.recv_timeout(TIMEOUT).unwrap()
    }

    pub(crate) fn event_within(&self, limit: Duration) -> Option<Event> {
        self.events.recv_timeout(limit).ok()
    }

    pub(crate) fn phone(&self) -> Phone {
        Phone::new()
    }

    pub(crate) fn take_pair(&self, stream: StreamId) -> PortPair {
        let mut pairs = self.pairs.borrow_mut();
        if let Some(&pair) = pairs.1.get(&stream) {
            return pair;
        }
        let pair = pairs.0.pop().unwrap();
        pairs.1.insert(stream, pair);
        pair
    }

    pub(crate) fn pair_of(&self, stream: StreamId) -> PortPair {
        self.pairs.borrow().1[&stream]
    }

    pub(crate) fn port(&self, stream: StreamId) -> SocketAddr {
        SocketAddr::new("127.0.0.1".parse().unwrap(), self.pair_of(stream).rtp)
    }

    pub(crate) fn open(&self, stream: StreamId, phone: &Phone, change: impl FnOnce(&mut Agreed)) {
        self.open_with(stream, phone, Latch::SdpOnly { networks: vec![] }, change);
    }

    pub(crate) fn open_with(
        &self,
        stream: StreamId,
        phone: &Phone,
        latch: Latch,
        change: impl FnOnce(&mut Agreed),
    ) {
        let mut agreed = phone.agreed();
        change(&mut agreed);
        let pair = self.take_pair(stream);
        self.send(Command::Open {
            stream,
            pair,
            agreed: Some(agreed),
            latch,
        });
        assert_eq!(self.event(), Event::Opened { stream });
    }

    /// An open stream and its phone.
    pub(crate) fn call(&self, stream: StreamId) -> Phone {
        let mut phone = Phone::new();
        self.open(stream, &phone, |_| {});
        phone.leg = Some(self.port(stream));
        phone
    }

    /// Returns when all commands sent so far have been carried out: opening an open stream is
    /// answered by a refusal.
    pub(crate) fn settle(&self, open: StreamId) {
        let pair = self.pair_of(open);
        let latch = Latch::SdpOnly { networks: vec![] };
        self.send(Command::Open {
            stream: open,
            pair,
            agreed: None,
            latch,
        });
        assert!(matches!(self.event(), Event::OpenFailed { .. }));
    }

    /// The event that answers the close.
    pub(crate) fn close(&self, stream: StreamId) -> Event {
        self.send(Command::Close { stream });
        self.event()
    }
}
