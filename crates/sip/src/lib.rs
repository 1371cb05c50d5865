//! A SIP user agent core: framing, transactions, dialogs, registrar and digest.
//!
//! No sockets, no clock, no threads: the caller hands in datagrams with the time in monotonic
//! microseconds, takes packets and events out of an [`Outbox`], and calls [`Endpoint::tick`] at
//! [`Endpoint::wake_at`]. Everything random comes from [`Settings::seed`], so the same inputs
//! give the same outputs. Knows nothing of call centres.
//!
//! The layers, from the wire up: `message` (bytes to spans), `transaction` (retransmission and
//! matching), `dialog` (what two parties agreed on), `endpoint` with its roles `uas`, `uac`,
//! `registrar`. Typed URI and credential values come from `rsipstack` through `value` alone.

mod answer;
mod challenge;
mod closing;
mod counters;
mod dialog;
mod digest;
mod echo;
mod endpoint;
mod event;
mod fingerprint;
mod framer;
mod in_dialog;
mod message;
mod name;
mod name_addr;
mod params;
pub mod planted;
mod registrar;
mod registration;
mod request;
mod route;
mod screening;
mod settings;
mod slab;
mod stray;
mod timer;
mod transaction;
mod uac;
mod uas;
mod unacceptable;
pub mod uri;
mod value;
mod write;

pub use counters::Counters;
pub use digest::Ha1;
pub use endpoint::Endpoint;
pub use event::{
    Admission, Binding, Body, Credentials, DialogId, Event, Flow, FlowId, Outbox, OutgoingInvite,
    OutgoingRegister, PingId, RegisterId, RegistrationId, Stale, Transmit, Transport,
};
pub use framer::{Frame, Framer};
pub use message::{Fault, Message, ParseError};
pub use name_addr::NameAddr;
pub use settings::Settings;
pub use unacceptable::Unacceptable;
