//! What is counted: for the whole thread (lock-free, readable at any time) and per stream.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The media thread's figures since its start.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Stats {
            $($(#[$doc])* pub $name: u64,)*
            /// Whether the thread is scheduled SCHED_FIFO.
            pub realtime: bool,
        }

        /// Written by the media thread only, read by anyone.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Count,)*
            pub(crate) realtime: AtomicBool,
        }

        impl Counters {
            pub(crate) fn read(&self) -> Stats {
                Stats {
                    $($name: self.$name.get(),)*
                    realtime: self.realtime.load(Ordering::Relaxed),
                }
            }
        }
    };
}

counters! {
    /// RTP packets accepted.
    packets_in,
    /// RTP packets sent, relayed ones included.
    packets_out,
    /// RTP packets passed from one side of a bridge to the other.
    packets_relayed,
    /// Packets dropped because their source is not the stream's remote.
    wrong_source,
    /// Packets of the right source with no use: other payload types, on hold, not agreed yet.
    dropped,
    /// Datagrams that are no RTP.
    malformed,
    /// Datagrams to a pair that is not in use.
    stray,
    /// Packets the system refused to send.
    send_failed,
    /// 1 ms slots of play begun more than 2 ms late or skipped after a stall.
    late_slots,
    /// RTCP packets received.
    rtcp_in,
    /// RTCP packets sent.
    rtcp_out,
    /// Digits refused because the consumer of events had let too many of that stream wait.
    digits_refused,
    /// Commands that named a stream which is not open.
    unknown_stream,
    /// Streams open now.
    streams_open,
    /// Events that wait for the consumer now.
    events_waiting,
}

/// One figure with a single writer, hence a plain load and store instead of a locked add.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        let sum = self.0.load(Ordering::Relaxed).wrapping_add(more);
        self.0.store(sum, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What passed through one stream from `Open` to `Close`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamReport {
    /// RTP packets accepted.
    pub packets_in: u64,
    /// RTP packets sent.
    pub packets_out: u64,
    /// Payload bytes accepted.
    pub bytes_in: u64,
    /// Payload bytes sent.
    pub bytes_out: u64,
    /// Packets of another source, dropped.
    pub wrong_source: u64,
    /// Packets of the right source that had no use.
    pub dropped: u64,
    /// Packets the system refused to send.
    pub send_failed: u64,
    /// Packets missing by their sequence numbers (RFC 3550 A.3); duplicates make it too low.
    pub lost: u64,
    /// The longest time between two accepted packets.
    pub max_gap_ms: u32,
    /// Interarrival jitter at the end (RFC 3550 6.4.1), in microseconds.
    pub jitter_us: u32,
}
