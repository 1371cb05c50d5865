//! All legs and what commands, packets and time do to them. Knows the sockets of its legs but
//! not how the thread waits for them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::command::{Command, Event, Latch, OpenFailure};
use crate::keying::{Keying, Part};
use crate::leg::Leg;
use crate::outbox::Outbox;
use crate::pacing::Wheel;
use crate::player::Sounds;
use crate::ports::PortPair;
use crate::prompt::FRAME_BYTES;
use crate::recording::{Recorded, Recording};
use crate::rtp_header::{HEADER_BYTES, RtpHeader, RtpPacket};
use crate::sdp::Agreed;
use crate::statistics::Counters;
use crate::stream::{Received, Stream};
use crate::telephone_event::Key;
use crate::{Codec, StreamId, g711};

/// How long a stream may go unattended by [`Exchange::sweep`].
pub(crate) const SWEEP_US: u64 = 50_000;

/// Limits that hold for every stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) rtp_timeout_us: u64,
    pub(crate) latch_window_us: u64,
}

/// Everything the media thread owns apart from its epoll.
pub(crate) struct Exchange {
    legs: Vec<Leg>,
    by_pair: BTreeMap<PortPair, usize>,
    by_stream: BTreeMap<StreamId, usize>,
    wheel: Wheel,
    sounds: Sounds,
    limits: Limits,
    counters: Arc<Counters>,
    outbox: Outbox,
    /// For outgoing RTCP, so that a report allocates nothing.
    rtcp: Vec<u8>,
}

impl Exchange {
    pub(crate) fn new(
        legs: Vec<Leg>,
        sounds: Sounds,
        limits: Limits,
        counters: Arc<Counters>,
        outbox: Outbox,
    ) -> Self {
        Self {
            by_pair: legs
                .iter()
                .enumerate()
                .map(|(i, leg)| (leg.pair, i))
                .collect(),
            legs,
            by_stream: BTreeMap::new(),
            wheel: Wheel::default(),
            sounds,
            limits,
            counters,
            outbox,
            rtcp: Vec::with_capacity(128),
        }
    }

    pub(crate) fn legs(&self) -> &[Leg] {
        &self.legs
    }

    pub(crate) fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.by_stream.is_empty()
    }

    // ---- commands

    pub(crate) fn on_command(&mut self, now_us: u64, command: Command) {
        match command {
            Command::Open {
                stream,
                pair,
                agreed,
                latch,
            } => {
                let event = match self.open(now_us, stream, pair, agreed, latch) {
                    Ok(()) => Event::Opened { stream },
                    Err(reason) => Event::OpenFailed { stream, reason },
                };
                self.outbox.push(event);
            }
            Command::Agree { stream, agreed } => {
                let window_max = self.limits.latch_window_us;
                if let Some((_, open)) = self.stream(stream) {
                    open.agree(now_us, agreed, window_max);
                }
            }
            Command::Play {
                stream,
                token,
                prompts,
                gap_ms,
                then,
            } => {
                self.set_playing(now_us, stream, token, |player, sounds| {
                    player.play(sounds, token, &prompts, gap_ms, then)
                });
            }
            Command::Music {
                stream,
                token,
                music,
            } => {
                self.set_playing(now_us, stream, token, |player, sounds| {
                    player.music(sounds, music)
                });
            }
            Command::Tone {
                stream,
                token,
                tone,
            } => {
                self.set_playing(now_us, stream, token, |player, _| {
                    player.tone(tone, token);
                    true
                });
            }
            Command::SendDigit {
                stream,
                digit,
                duration_ms,
            } => self.press(now_us, stream, digit, duration_ms),
            Command::Prompts(prompts) => self.sounds.prompts = prompts,
            Command::Record {
                stream,
                token,
                sound,
                max_ms,
            } => self.record(stream, Recording::new(now_us, token, sound, max_ms)),
            Command::StopRecording { stream } => self.on_leg(stream, Self::stop_recording),
            Command::Keep { sound, audio } => self.sounds.keep(sound, audio),
            Command::Forget { sound } => self.sounds.forget(sound),
            Command::StopPlay { stream } => self.on_leg(stream, Self::stop_play),
            Command::Bridge { a, b } => self.bridge(a, b),
            Command::Unbridge { a } => self.on_leg(a, Self::unbridge),
            Command::Close { stream } => self.on_leg(stream, |all, leg| all.close(now_us, leg)),
        }
    }

    fn open(
        &mut self,
        now_us: u64,
        id: StreamId,
        pair: PortPair,
        agreed: Option<Agreed>,
        latch: Latch,
    ) -> Result<(), OpenFailure> {
        if self.by_stream.contains_key(&id) {
            return Err(OpenFailure::AlreadyOpen);
        }
        let &index = self.by_pair.get(&pair).ok_or(OpenFailure::UnknownPair)?;
        let leg = &mut self.legs[index];
        if leg.stream.is_some() {
            return Err(OpenFailure::PairInUse);
        }
        let mut chance = [0; 12];
        getrandom::fill(&mut chance).map_err(|error| {
            tracing::error!(%error, "no random numbers for a media stream");
            OpenFailure::NoEntropy
        })?;
        leg.flush(&self.counters);
        let mut stream = Stream::new(id, latch, now_us, chance);
        if let Some(agreed) = agreed {
            stream.agree(now_us, agreed, self.limits.latch_window_us);
        }
        leg.stream = Some(stream);
        self.by_stream.insert(id, index);
        self.counters.streams_open.add(1);
        Ok(())
    }

    /// Changes what a stream plays. `change` says whether there is anything to play.
    fn set_playing(
        &mut self,
        now_us: u64,
        id: StreamId,
        token: u64,
        change: impl FnOnce(&mut crate::player::Player, &Sounds) -> bool,
    ) {
        let Some(index) = self.find(id) else { return };
        let Some(stream) = &mut self.legs[index].stream else {
            return;
        };
        let began = change(&mut stream.player, &self.sounds);
        stream.outgoing.cut();
        if stream.player.is_playing() {
            if stream.phase.is_none() {
                stream.phase = Some(self.wheel.join(now_us, index));
            }
        } else {
            self.stop_play(index);
        }
        if !began {
            self.outbox.push(Event::PlayEnded { stream: id, token });
        }
    }

    fn press(&mut self, now_us: u64, id: StreamId, digit: char, duration_ms: u32) {
        let Some(index) = self.find(id) else { return };
        let Some(stream) = &mut self.legs[index].stream else {
            return;
        };
        if !stream.keying.press(digit, duration_ms) {
            tracing::warn!(stream = id.0, "no key, or too many keys wait: not pressed");
        } else if stream.phase.is_none() {
            stream.phase = Some(self.wheel.join(now_us, index));
        }
    }

    /// Who is joined with themselves hears themselves.
    fn bridge(&mut self, a: StreamId, b: StreamId) {
        let (Some(first), Some(second)) = (self.find(a), self.find(b)) else {
            return;
        };
        for leg in [first, second] {
            self.unbridge(leg);
            self.stop_play(leg);
        }
        for (leg, peer) in [(first, second), (second, first)] {
            if let Some(stream) = &mut self.legs[leg].stream {
                stream.peer = Some(peer);
                stream.outgoing.cut();
            }
        }
    }

    fn unbridge(&mut self, leg: usize) {
        let Some(stream) = &mut self.legs[leg].stream else {
            return;
        };
        let Some(peer) = stream.peer.take() else {
            return;
        };
        stream.outgoing.cut();
        if let Some(other) = &mut self.legs[peer].stream {
            other.peer = None;
            other.outgoing.cut();
        }
    }

    fn stop_play(&mut self, leg: usize) {
        let Some(stream) = &mut self.legs[leg].stream else {
            return;
        };
        stream.player.stop();
        stream.outgoing.cut();
        if !stream.keying.is_active()
            && let Some(phase) = stream.phase.take()
        {
            self.wheel.leave(leg, phase);
        }
    }

    fn close(&mut self, now_us: u64, index: usize) {
        self.unbridge(index);
        if let Some(stream) = &mut self.legs[index].stream {
            stream.keying = Keying::default();
        }
        self.stop_play(index);
        let leg = &mut self.legs[index];
        let Some(mut stream) = leg.stream.take() else {
            return;
        };
        let id = stream.id;
        if let Some((report, target)) = stream.rtcp_report(now_us, true) {
            report.write(&mut self.rtcp);
            leg.send_rtcp(&self.rtcp, target, &self.counters);
        }
        if let Some(key) = stream.keys.on_silence(u64::MAX) {
            self.on_key(id, key);
        }
        self.by_stream.remove(&id);
        self.counters
            .streams_open
            .set(u64::try_from(self.by_stream.len()).unwrap_or(0));
        self.outbox.push(Event::Closed {
            stream: id,
            report: stream.report(),
        });
    }

    /// Says goodbye on every stream that is open when the thread is stopped.
    pub(crate) fn close_all(&mut self, now_us: u64) {
        let open: Vec<usize> = self.by_stream.values().copied().collect();
        for leg in open {
            self.close(now_us, leg);
        }
    }

    fn find(&self, id: StreamId) -> Option<usize> {
        let found = self.by_stream.get(&id).copied();
        if found.is_none() {
            // Not an error: a command can cross the stream's end on its way.
            self.counters.unknown_stream.add(1);
            tracing::debug!(stream = id.0, "media command for a stream that is not open");
        }
        found
    }

    fn on_leg(&mut self, id: StreamId, act: impl FnOnce(&mut Self, usize)) {
        if let Some(leg) = self.find(id) {
            act(self, leg);
        }
    }

    fn stream(&mut self, id: StreamId) -> Option<(usize, &mut Stream)> {
        let index = self.find(id)?;
        self.legs[index]
            .stream
            .as_mut()
            .map(|stream| (index, stream))
    }

    // ---- recordings

    fn record(&mut self, id: StreamId, recording: Recording) {
        if let Some((_, stream)) = self.stream(id) {
            stream.recording = Some(recording);
        }
    }

    fn stop_recording(&mut self, index: usize) {
        if let Some(recording) = self.recording_of(index) {
            recording.cut();
            self.recorded(index);
        }
    }

    fn recording_of(&mut self, index: usize) -> Option<&mut Recording> {
        self.legs[index].stream.as_mut()?.recording.as_mut()
    }

    fn take_down(&mut self, now_us: u64, index: usize, header: &RtpHeader, sound: (&[u8], Codec)) {
        if let Some(recording) = self.recording_of(index) {
            recording.hear(now_us, (header.ssrc, header.timestamp), sound);
            if recording.is_full(now_us) {
                self.recorded(index);
            }
        }
    }

    /// The recording of a stream is over.
    fn recorded(&mut self, index: usize) {
        let Some(stream) = &mut self.legs[index].stream else {
            return;
        };
        let Some(recording) = stream.recording.take() else {
            return;
        };
        let (id, token, sound) = (stream.id, recording.token, recording.sound);
        let Recorded {
            audio,
            duration_ms,
            voiced_ms,
        } = recording.finish();
        self.sounds.keep(sound, Arc::clone(&audio));
        self.outbox.push(Event::Recorded {
            stream: id,
            token,
            sound,
            audio,
            duration_ms,
            voiced_ms,
        });
    }

    // ---- packets

    /// A datagram on a leg's RTP port.
    pub(crate) fn on_rtp(&mut self, now_us: u64, index: usize, from: SocketAddr, data: &mut [u8]) {
        let Some(stream) = &mut self.legs[index].stream else {
            self.counters.stray.add(1);
            return;
        };
        let (id, peer) = (stream.id, stream.peer);
        match stream.receive(now_us, from, data) {
            Received::WrongSource => self.counters.wrong_source.add(1),
            Received::Malformed => self.counters.malformed.add(1),
            Received::Rtcp => self.counters.rtcp_in.add(1),
            Received::Unused(packet) => {
                self.counters.dropped.add(1);
                if let (Some(packet), Some(peer)) = (packet, peer) {
                    self.leave_out(peer, &packet.header);
                }
            }
            Received::Audio(packet, codec) => {
                self.accepted(index);
                let sound = (&data[packet.payload.clone()], codec);
                self.take_down(now_us, index, &packet.header, sound);
                if let Some(peer) = peer {
                    self.relay_audio(now_us, peer, data, &packet, codec);
                }
            }
            Received::Event(packet) => {
                self.accepted(index);
                let Some(stream) = &mut self.legs[index].stream else {
                    return;
                };
                let RtpHeader {
                    ssrc, timestamp, ..
                } = packet.header;
                let payload = &data[packet.payload.clone()];
                let keys = stream.keys.on_packet(now_us, ssrc, timestamp, payload);
                let recording = stream.recording.as_mut();
                if recording.is_some_and(|it| it.key(ssrc, timestamp, payload)) {
                    self.recorded(index);
                }
                for key in keys.into_iter().flatten() {
                    self.on_key(id, key);
                }
                if let Some(peer) = peer {
                    self.relay_event(now_us, peer, data, &packet);
                }
            }
        }
    }

    /// A datagram on a leg's RTCP port.
    pub(crate) fn on_rtcp(&mut self, now_us: u64, index: usize, from: SocketAddr, data: &[u8]) {
        let Some(stream) = &mut self.legs[index].stream else {
            self.counters.stray.add(1);
            return;
        };
        if !crate::rtcp::is_rtcp(data) {
            self.counters.malformed.add(1);
            return;
        }
        match stream.receive_rtcp(now_us, from) {
            Received::Rtcp => self.counters.rtcp_in.add(1),
            Received::WrongSource
            | Received::Malformed
            | Received::Unused(_)
            | Received::Audio(..)
            | Received::Event(_) => self.counters.wrong_source.add(1),
        }
    }

    /// A datagram larger than any that we could use.
    pub(crate) fn on_oversized(&self) {
        self.counters.malformed.add(1);
    }

    fn accepted(&mut self, index: usize) {
        self.counters.packets_in.add(1);
        if let Some(stream) = &self.legs[index].stream
            && stream.has_just_started()
        {
            let event = Event::RtpStarted { stream: stream.id };
            self.outbox.push(event);
        }
    }

    fn on_key(&mut self, stream: StreamId, key: Key) {
        let event = Event::Digit {
            stream,
            digit: key.digit,
            duration_ms: key.duration_ms,
        };
        if !self.outbox.push_from_network(stream, event) {
            self.counters.digits_refused.add(1);
        }
    }

    fn relay_audio(
        &mut self,
        now_us: u64,
        to: usize,
        data: &mut [u8],
        packet: &RtpPacket,
        codec: Codec,
    ) {
        let Some(agreed) = self.open_ear(to) else {
            return;
        };
        if agreed.codec != codec {
            let transcode = match codec {
                Codec::Pcma => g711::alaw_to_ulaw,
                Codec::Pcmu => g711::ulaw_to_alaw,
            };
            for byte in &mut data[packet.payload.clone()] {
                *byte = transcode(*byte);
            }
        }
        self.pass_on(now_us, to, data, packet, agreed.payload_type, true);
    }

    fn relay_event(&mut self, now_us: u64, to: usize, data: &mut [u8], packet: &RtpPacket) {
        match self.open_ear(to).map(|agreed| agreed.event_payload_type) {
            Some(Some(payload_type)) => {
                self.pass_on(now_us, to, data, packet, payload_type, false);
            }
            Some(None) => self.leave_out(to, &packet.header),
            None => {}
        }
    }

    /// What the other side of a bridge is sent in, unless a play of its own goes first.
    fn open_ear(&self, to: usize) -> Option<Agreed> {
        let stream = self.legs[to].stream.as_ref()?;
        stream
            .sends()
            .filter(|_| !stream.player.is_playing() && !stream.keying.is_active())
    }

    fn pass_on(
        &mut self,
        now_us: u64,
        to: usize,
        data: &mut [u8],
        packet: &RtpPacket,
        payload_type: u8,
        audio: bool,
    ) {
        let leg = &mut self.legs[to];
        let Some(stream) = &mut leg.stream else {
            return;
        };
        let header = stream
            .outgoing
            .relayed(now_us, &packet.header, payload_type, audio);
        let (Some(header), Some(fixed)) = (header, data.first_chunk_mut()) else {
            return;
        };
        header.rewrite(fixed);
        if leg.send_rtp(data, packet.payload.len(), &self.counters) {
            self.counters.packets_relayed.add(1);
        }
    }

    fn leave_out(&mut self, to: usize, header: &RtpHeader) {
        if let Some(stream) = &mut self.legs[to].stream {
            stream.outgoing.left_out(header);
        }
    }

    // ---- time

    /// When the next frame is due.
    pub(crate) fn due_us(&self) -> Option<u64> {
        self.wheel.due_us()
    }

    /// Sends the frames that are due.
    pub(crate) fn play_due(&mut self, now_us: u64) {
        while let Some(slot) = self.wheel.pop(now_us) {
            self.counters.late_slots.add(slot.late);
            // A stream leaves its slot when its play ends: from the back none is passed over.
            let mut place = self.wheel.members(slot.phase).len();
            while place > 0 {
                place -= 1;
                let leg = self.wheel.members(slot.phase)[place];
                self.play_frame(now_us, leg, slot.frame);
            }
        }
    }

    fn play_frame(&mut self, now_us: u64, index: usize, frame: u64) {
        let leg = &mut self.legs[index];
        let Some(stream) = &mut leg.stream else {
            return;
        };
        if stream.agreed.is_none() {
            // Nobody to hear it yet: it waits for the answer.
            return;
        }
        if let Some(part) = stream.keying.next() {
            return self.send_key(now_us, index, part);
        }
        if !stream.player.is_playing() {
            return self.stop_play(index);
        }
        let mut packet = [0; HEADER_BYTES + FRAME_BYTES];
        let Some((fixed, rest)) = packet.split_first_chunk_mut() else {
            return;
        };
        let Some(sound) = rest.first_chunk_mut() else {
            return;
        };
        let ended = stream.player.fill(&self.sounds, sound);
        let id = stream.id;
        let over = !stream.player.is_playing();
        if let Some(agreed) = stream.sends() {
            if agreed.codec == Codec::Pcmu {
                for byte in sound {
                    *byte = g711::alaw_to_ulaw(*byte);
                }
            }
            stream
                .outgoing
                .played(now_us, frame, agreed.payload_type)
                .write(fixed);
            if ended.is_some() {
                stream.outgoing.cut();
            }
            leg.send_rtp(&packet, FRAME_BYTES, &self.counters);
        }
        if over {
            self.stop_play(index);
        }
        if let Some(token) = ended {
            self.outbox.push(Event::PlayEnded { stream: id, token });
        }
    }

    fn send_key(&mut self, now_us: u64, index: usize, part: Part) {
        let leg = &mut self.legs[index];
        let Some(stream) = &mut leg.stream else {
            return;
        };
        let Some(payload_type) = stream.sends().and_then(|agreed| agreed.event_payload_type) else {
            return;
        };
        let mut packet = [0; HEADER_BYTES + 4];
        let Some((fixed, rest)) = packet.split_first_chunk_mut() else {
            return;
        };
        rest.copy_from_slice(&part.payload);
        stream
            .outgoing
            .keyed(now_us, part.first, payload_type)
            .write(fixed);
        leg.send_rtp(&packet, part.payload.len(), &self.counters);
    }

    /// What is not urgent: keys without end, silent remotes, RTCP.
    pub(crate) fn sweep(&mut self, now_us: u64) {
        self.sweep_recordings(now_us);
        for &index in self.by_stream.values() {
            let leg = &mut self.legs[index];
            let Some(stream) = &mut leg.stream else {
                continue;
            };
            let id = stream.id;
            if let Some(key) = stream.keys.on_silence(now_us) {
                let event = Event::Digit {
                    stream: id,
                    digit: key.digit,
                    duration_ms: key.duration_ms,
                };
                if !self.outbox.push_from_network(id, event) {
                    self.counters.digits_refused.add(1);
                }
            }
            if stream.has_timed_out(now_us, self.limits.rtp_timeout_us)
                && !self
                    .outbox
                    .push_from_network(id, Event::RtpTimeout { stream: id })
            {
                tracing::warn!(
                    stream = id.0,
                    "RTP time-out not reported: too many events wait"
                );
            }
            if let Some((report, target)) = stream.rtcp_due(now_us) {
                report.write(&mut self.rtcp);
                leg.send_rtcp(&self.rtcp, target, &self.counters);
            }
        }
    }

    /// A remote that sends nothing while nobody speaks ends no recording by its packets.
    fn sweep_recordings(&mut self, now_us: u64) {
        let is_full = |leg: &Leg| {
            let recording = leg.stream.as_ref().and_then(|it| it.recording.as_ref());
            recording.is_some_and(|recording| recording.is_full(now_us))
        };
        let mut open = self.by_stream.values().copied();
        // One at a time: the next sweep is near, and nothing need be collected.
        let full = open.find(|index| is_full(&self.legs[*index]));
        if let Some(index) = full {
            self.recorded(index);
        }
    }

    pub(crate) fn publish(&self) {
        let waiting = u64::try_from(self.outbox.waiting()).unwrap_or(0);
        self.counters.events_waiting.set(waiting);
    }
}
