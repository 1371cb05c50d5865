//! The rules of a call centre that loses nobody: attempts, callbacks, seats, queues,
//! calendars, dialplans and dispatch. Everything here is pure: it is told what time it
//! is and what happened, and returns what must be recorded and what must be done.

mod attempt;
pub mod calendar;
mod callback;
mod centre;
mod desk;
pub mod dialplan;
mod dispatch;
pub mod id;
pub mod number;
mod owing;
mod people;
pub mod record;
mod restart;
pub mod rules;
mod seat;
mod serving;
pub mod snapshot;
pub mod step;
mod stopping;
pub mod time;
mod timers;
pub mod words;

pub use centre::Centre;
