//! Calls as arrangements of legs: turns SIP events into the rules' inputs and the rules'
//! effects into SIP and media. Pure: no socket, no clock. Each effect waits for the commit
//! of the records it belongs to and names the generation of the legs it expects; one that
//! comes too late goes back to the rules as refused.

mod carry_out;
mod contacts;
mod forking;
mod identity;
mod journal;
mod keys;
mod leg;
mod letting_go;
mod media_setup;
mod recordings;
mod registering;
mod signalling;
mod switch;
pub mod tape;
pub mod writing;

pub use journal::Journal;
pub use switch::{
    Deferred, EntriesWanted, Input, Listener, Load, Media, Outbound, OutboundWay, PinWanted,
    Reload, Role, Settings, Step, Switch, TrunkPeer,
};
