//! The voice of a SIPp caller: a socket that sends a tone every 20 ms, keys as RFC 4733 events,
//! and keeps what it hears, so that a test can tell which prompt was spoken.

use std::collections::VecDeque;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::centre::{Centre, repository};
use super::patience::{SOON, now, until};

const PCMA: u8 = 8;
const TELEPHONE_EVENT: u8 = 101;
const FRAME: Duration = Duration::from_millis(20);
const SAMPLES: u16 = 160;
/// 1 kHz at 0 dBm0 in A-law (ITU-T G.711, table 5).
const TONE: [u8; 8] = [0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4];
const KEYS: &str = "0123456789*#ABCD";
/// A-law of the smallest amplitudes.
const SILENCE: [u8; 4] = [0xd5, 0x55, 0xd4, 0x54];

#[derive(Debug, Default)]
struct State {
    audio: Vec<u8>,
    received: u64,
    sent: u64,
    wrong: u64,
    peer: Option<SocketAddr>,
    keys: VecDeque<u8>,
    /// Keys that were heard, by the time stamp of their event.
    keyed: Vec<(u32, char)>,
    over: bool,
    mute: bool,
}

impl State {
    /// Every packet of one press has its time stamp.
    fn hears_event(&mut self, header: &[u8], event: &[u8]) {
        let stamp = header[4..8].try_into().map_or(0, u32::from_be_bytes);
        let key = event
            .first()
            .and_then(|code| KEYS.chars().nth(usize::from(*code)));
        if let Some(key) = key
            && self.keyed.last().is_none_or(|(last, _)| *last != stamp)
        {
            self.keyed.push((stamp, key));
        }
    }
}

/// One end of a conversation.
#[derive(Debug)]
pub(crate) struct Ear {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Listens on a port of the centre's address. It speaks to whoever speaks to it first.
    pub(crate) fn open(centre: &Centre) -> Self {
        let port = 24_000 + 2 * centre.allot();
        let socket = UdpSocket::bind((centre.address, port)).expect("the port is free");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || live(&socket, &shared));
        Self {
            port,
            state,
            thread: Some(thread),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked with it")
    }

    /// RTP packets heard, and RTP packets sent.
    pub(crate) fn packets(&self) -> (u64, u64) {
        let state = self.state();
        assert_eq!(state.wrong, 0, "datagrams that are no A-law RTP");
        (state.received, state.sent)
    }

    /// Presses a key, as an event of RFC 4733.
    pub(crate) fn press(&self, key: char) {
        let code = KEYS.find(key).expect("a key of a telephone");
        self.state()
            .keys
            .push_back(u8::try_from(code).expect("sixteen keys"));
    }

    /// Waits until these keys were heard, one after the other (RFC 4733).
    pub(crate) fn hears_keys(&self, keys: &str) {
        until(&format!("the keys {keys} are heard"), SOON, || {
            let state = self.state();
            let heard: String = state.keyed.iter().map(|(_, key)| key).collect();
            (heard == keys).then_some(())
        });
    }

    /// Sends nothing any more, or sends again.
    pub(crate) fn is_mute(&self, mute: bool) {
        self.state().mute = mute;
    }

    /// Waits until so many more packets were heard.
    pub(crate) fn hears_more(&self, packets: u64) {
        let before = self.packets().0;
        until("voice is heard", SOON, || {
            (self.packets().0 >= before + packets).then_some(())
        });
    }

    /// Waits until a piece of this prompt was heard, sample by sample.
    pub(crate) fn hears(&self, prompt: &str) {
        let path = repository().join(format!("dialplans/prompts/it/{prompt}.wav"));
        self.hears_file(&path);
    }

    /// Waits until a piece of this sound was heard, sample by sample.
    pub(crate) fn hears_file(&self, path: &Path) {
        let (piece, prompt) = (piece_of(path), path.display());
        let mut looked_at = 0;
        until(&format!("the prompt {prompt} is heard"), SOON * 2, || {
            let state = self.state();
            let from = looked_at;
            looked_at = state.audio.len().saturating_sub(piece.len());
            let found = state
                .audio
                .get(from..)?
                .windows(piece.len())
                .any(|heard| heard == piece);
            found.then_some(())
        });
    }

    /// Waits for a sound that is no silence in what comes from now on.
    pub(crate) fn hears_sound(&self) {
        let from = self.state().audio.len();
        until("a sound is heard", SOON, || {
            let state = self.state();
            let new = state.audio.get(from..)?;
            (loud(new) > 4_000).then_some(())
        });
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.state().over = true;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The loudest tenth of a second of a prompt.
fn piece_of(path: &Path) -> Vec<u8> {
    let wav = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let data = wav
        .windows(4)
        .position(|chunk| chunk == b"data")
        .expect("a WAV file");
    let tenths = wav[data + 8..].windows(800).step_by(100);
    let piece = tenths.max_by_key(|piece| loud(piece)).expect("speech");
    assert!(loud(piece) > 200, "{} is silent", path.display());
    piece.to_vec()
}

/// How many of the samples are more than silence.
fn loud(samples: &[u8]) -> usize {
    let is_loud = |sample: &&u8| !SILENCE.contains(sample);
    samples.iter().filter(is_loud).count()
}

/// Hears and speaks until it is over; waiting for a packet is the pause between two frames.
fn live(socket: &UdpSocket, state: &Mutex<State>) {
    let mut stream = Stream::default();
    let mut due = now() + FRAME;
    loop {
        hear(socket, state, due);
        if state.lock().expect("no thread panicked with it").over {
            return;
        }
        if now() < due {
            continue;
        }
        due += FRAME;
        let mut state = state.lock().expect("no thread panicked with it");
        let Some(peer) = state.peer.filter(|_| !state.mute) else {
            continue;
        };
        let packets = match state.keys.pop_front() {
            Some(key) => stream.key(key),
            None => vec![stream.frame()],
        };
        for packet in packets {
            // A peer that went away answers with an ICMP error: the next call will tell.
            if socket.send_to(&packet, peer).is_ok() {
                state.sent += 1;
            }
        }
    }
}

fn hear(socket: &UdpSocket, state: &Mutex<State>, due: Instant) {
    let patience = due
        .saturating_duration_since(now())
        .max(Duration::from_millis(1));
    socket
        .set_read_timeout(Some(patience))
        .expect("a time-out above zero");
    let mut packet = [0; 2_048];
    let Ok((length, from)) = socket.recv_from(&mut packet) else {
        return;
    };
    let mut state = state.lock().expect("no thread panicked with it");
    match packet[..length].split_at_checked(12) {
        Some((header, payload)) if header[0] == 0x80 && header[1] & 0x7f == PCMA => {
            state.received += 1;
            state.audio.extend_from_slice(payload);
            state.peer = Some(from);
        }
        Some((header, event)) if header[1] & 0x7f == TELEPHONE_EVENT => {
            state.hears_event(header, event);
        }
        Some(_) | None => state.wrong += 1,
    }
}

/// The RTP stream that is sent.
#[derive(Debug, Default)]
struct Stream {
    sequence: u16,
    timestamp: u32,
}

impl Stream {
    fn packet(&mut self, kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x80, kind];
        packet.extend_from_slice(&self.sequence.to_be_bytes());
        packet.extend_from_slice(&self.timestamp.to_be_bytes());
        packet.extend_from_slice(b"CALL");
        packet.extend_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }

    fn frame(&mut self) -> Vec<u8> {
        let packet = self.packet(PCMA, &TONE.repeat(20));
        self.timestamp = self.timestamp.wrapping_add(u32::from(SAMPLES));
        packet
    }

    /// One press, told four times, the last three with the end bit (RFC 4733 2.5.1.4).
    fn key(&mut self, key: u8) -> Vec<Vec<u8>> {
        let duration = (SAMPLES * 5).to_be_bytes();
        let told = |end: u8| [key, end | 10, duration[0], duration[1]];
        let packets = [0, 0x80, 0x80, 0x80]
            .map(|end| self.packet(TELEPHONE_EVENT, &told(end)))
            .to_vec();
        self.timestamp = self.timestamp.wrapping_add(u32::from(SAMPLES) * 5);
        packets
    }
}
