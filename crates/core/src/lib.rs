//! The rules of a call centre that loses nobody: attempts, callbacks, seats, queues,
//! calendars, dialplans and dispatch. Everything here is pure: it is told what time it
//! is and what happened, and returns what must be recorded and what must be done.

pub mod id;
pub mod number;
pub mod record;
pub mod time;
pub mod words;
