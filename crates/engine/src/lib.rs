//! The hands: the one loop that owns sockets, timers and the clock, feeds the switch, and
//! lets nothing leave before the records it rests on are committed.

mod clock;
mod connection;
mod connections;
mod figures;
mod gathering;
mod handle;
mod run;
mod sockets;
mod tape;
mod writing;

pub use clock::Clock;
pub use connections::ConnectionLimits;
pub use handle::{EntriesAsked, Handle, Health, Question, Refusal, Reload};
pub use run::{Engine, EngineError, Settings, start};
pub use tape::{
    Segment, SegmentError, TapeSettings, build_of_this_program, erase_segments, segments,
};
pub use writing::{Storage, StorageError};
