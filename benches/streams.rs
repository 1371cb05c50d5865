//! The media thread as the benches of sound drive it: open streams, all of whose packets go to
//! one address.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use cuptel_media::{
    Agreed, Codec, Command, Direction, Event, Handle, Latch, MediaError, Network, PromptLibrary,
    Settings, StreamId, start,
};

/// A command is answered within this.
const ANSWER: Duration = Duration::from_secs(10);
/// First port of the streams.
const PORT: u16 = 20_000;

/// A media thread with open streams.
pub(crate) struct Streams {
    pub(crate) media: Handle,
    _events: Receiver<Event>,
}

impl Streams {
    /// Opens `count` streams at `bind`, stream n on the pair of its place and sending to `remotes[n % remotes.len()]`.
    pub(crate) fn open(
        count: u16,
        bind: Ipv4Addr,
        remotes: &[SocketAddr],
        prompts: PromptLibrary,
    ) -> Result<Self> {
        let settings = Settings {
            networks: vec![Network {
                bind: bind.into(),
                advertise: bind.into(),
                ports: PORT..=PORT + 2 * count + 100,
                pairs_max: count.into(),
            }],
            ..Settings::default()
        };
        let (sender, events) = sync_channel(usize::from(count) * 4);
        // Nobody reads the later ones; the channel holds what may come.
        let sink = Box::new(move |event| match sender.try_send(event) {
            Ok(()) | Err(_) => Ok(()),
        });
        let media = start(settings, Arc::new(prompts), sink)?;
        let pairs = media.pairs().to_vec();
        ensure!(
            pairs.len() == usize::from(count),
            "only {} of {count} port pairs could be bound on {bind}",
            pairs.len()
        );
        for (stream, (&pair, &remote)) in (0..).zip(pairs.iter().zip(remotes.iter().cycle())) {
            let open = Command::Open {
                stream: StreamId(stream),
                pair,
                agreed: Some(agreed(remote)),
                latch: Latch::SdpOnly { networks: vec![] },
            };
            send(&media, open)?;
            let answer = events.recv_timeout(ANSWER).context("no stream opened")?;
            let stream = StreamId(stream);
            ensure!(answer == Event::Opened { stream }, "not opened: {answer:?}");
        }
        Ok(Self {
            media,
            _events: events,
        })
    }
}

/// Hands a command over, when there is room for it.
pub(crate) fn send(media: &Handle, command: Command) -> Result<()> {
    while let Err(error) = media.send(command.clone()) {
        match error {
            MediaError::Full => std::thread::yield_now(),
            MediaError::NoPort { .. }
            | MediaError::TooManyNetworks
            | MediaError::Setup(_)
            | MediaError::Gone => return Err(error.into()),
        }
    }
    Ok(())
}

fn agreed(remote: SocketAddr) -> Agreed {
    Agreed {
        remote,
        remote_rtcp: SocketAddr::new(remote.ip(), remote.port() + 1),
        codec: Codec::Pcma,
        payload_type: 8,
        event_payload_type: Some(101),
        direction: Direction::SendRecv,
    }
}
