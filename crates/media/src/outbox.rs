//! Events on their way to the consumer. One that the consumer cannot take now is kept and
//! offered again, in order; nothing is dropped.
//!
//! The bound: what commands cause stops with the commands (`is_full` closes that tap), and what
//! the network causes is refused per stream before it becomes an event.

use std::collections::{BTreeMap, VecDeque};

use crate::StreamId;
use crate::command::Event;
use crate::thread::Sink;

/// Per stream, of the events that the network can cause at will.
const NETWORK_EVENTS_MAX: u16 = 64;

/// The way out for events.
pub(crate) struct Outbox {
    sink: Sink,
    waiting: VecDeque<Event>,
    /// Events of the network's making that wait, by stream.
    from_network: BTreeMap<StreamId, u16>,
    waiting_max: usize,
}

impl Outbox {
    pub(crate) fn new(sink: Sink, waiting_max: usize) -> Self {
        Self {
            sink,
            waiting: VecDeque::new(),
            from_network: BTreeMap::new(),
            waiting_max,
        }
    }

    /// Passes on or keeps an event that answers a command.
    pub(crate) fn push(&mut self, event: Event) {
        if !self.waiting.is_empty() {
            self.waiting.push_back(event);
        } else if let Err(refused) = (self.sink)(event) {
            self.waiting.push_back(refused);
        }
    }

    /// The same for an event that the network caused; `false` if too many of the stream wait.
    pub(crate) fn push_from_network(&mut self, stream: StreamId, event: Event) -> bool {
        let waiting = self.from_network.get(&stream).copied().unwrap_or(0);
        if waiting >= NETWORK_EVENTS_MAX {
            return false;
        }
        let before = self.waiting.len();
        self.push(event);
        if self.waiting.len() > before {
            self.from_network.insert(stream, waiting + 1);
        }
        true
    }

    /// Offers again what waits.
    pub(crate) fn retry(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            let stream = network_stream(&event);
            if let Err(refused) = (self.sink)(event) {
                self.waiting.push_front(refused);
                return;
            }
            if let Some(stream) = stream
                && let Some(count) = self.from_network.get_mut(&stream)
            {
                *count -= 1;
                if *count == 0 {
                    self.from_network.remove(&stream);
                }
            }
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// No more commands should be taken until the consumer has caught up.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= self.waiting_max
    }
}

fn network_stream(event: &Event) -> Option<StreamId> {
    match event {
        Event::Digit { stream, .. } | Event::RtpTimeout { stream } => Some(*stream),
        Event::Opened { .. }
        | Event::OpenFailed { .. }
        | Event::PlayEnded { .. }
        | Event::Recorded { .. }
        | Event::RtpStarted { .. }
        | Event::Closed { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// How many more events it takes, and those it took.
    type Consumer = Arc<Mutex<(usize, Vec<Event>)>>;

    fn outbox() -> (Outbox, Consumer) {
        let consumer = Arc::new(Mutex::new((0, vec![])));
        let theirs = Arc::clone(&consumer);
        let sink = Box::new(move |event| {
            let mut consumer = theirs.lock().unwrap();
            if consumer.0 == 0 {
                return Err(event);
            }
            consumer.0 -= 1;
            consumer.1.push(event);
            Ok(())
        });
        (Outbox::new(sink, 3), consumer)
    }

    fn opened(id: i64) -> Event {
        Event::Opened {
            stream: StreamId(id),
        }
    }

    #[test]
    fn refused_events_arrive_later_in_order_and_once() {
        let (mut outbox, consumer) = outbox();
        for id in 0..3 {
            outbox.push(opened(id));
        }
        assert!(outbox.is_full());
        consumer.lock().unwrap().0 = 2;
        outbox.retry();
        assert_eq!(outbox.waiting(), 1);
        outbox.push(opened(3));
        consumer.lock().unwrap().0 = 100;
        outbox.retry();
        outbox.push(opened(4));
        assert_eq!(consumer.lock().unwrap().1, [0, 1, 2, 3, 4].map(opened));
    }

    #[test]
    fn one_remote_cannot_fill_the_outbox() {
        let (mut outbox, consumer) = outbox();
        let timeout = |id| Event::RtpTimeout {
            stream: StreamId(id),
        };
        for _ in 0..NETWORK_EVENTS_MAX {
            assert!(outbox.push_from_network(StreamId(1), timeout(1)));
        }
        assert!(!outbox.push_from_network(StreamId(1), timeout(1)));
        assert!(outbox.push_from_network(StreamId(2), timeout(2)));
        consumer.lock().unwrap().0 = 1;
        outbox.retry();
        assert!(
            outbox.push_from_network(StreamId(1), timeout(1)),
            "one went out"
        );
        assert!(!outbox.push_from_network(StreamId(1), timeout(1)));
        consumer.lock().unwrap().0 = 1_000;
        outbox.retry();
        assert!(outbox.from_network.is_empty());
    }
}
