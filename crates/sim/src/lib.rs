//! Invented callers, operators, network, disk and time.
//!
//! The fault world: the real switch, with its rules and its SIP, is driven through one seeded
//! order of events in virtual time. Everybody else is invented: people who call, give up, press
//! keys and call again; a carrier; phones that decline or vanish; operators; a network that
//! loses, repeats and reorders; a disk that commits late; a process that dies between any two
//! steps and starts again from what was committed. After every step the promises are checked.
//! A seed gives the same world each time. No sockets, no threads, no clock.
//!
//! [`whatif`] asks the same rules what a day would be like that was not yet.

mod admission;
mod announced;
mod beside;
mod bulk;
mod buttons;
mod by_hand;
mod chance;
mod chosen;
mod coded;
mod connections;
mod desk;
mod disk;
mod errands;
mod first;
mod handling;
mod idling;
mod image;
mod invented;
mod kept;
mod lent;
mod line;
mod marks;
mod met;
mod network;
mod node;
mod peer;
mod people;
mod plan;
mod promises;
mod readings;
mod recalls;
mod rest;
mod returned;
mod reviews;
mod shown;
mod shrink;
mod sound;
mod special_days;
mod stepping_in;
mod tape;
mod trace;
mod tried;
mod watch;
mod weather;
pub mod whatif;
mod wire;
mod without;
mod world;
mod writer;

pub use met::Met;
pub use promises::Broken;
pub use shrink::{Failure, Report, breaks, replay, run};
pub use without::Without;
