//! The rules of a call centre that loses nobody: attempts, callbacks, seats, queues,
//! calendars, dialplans and dispatch. Everything here is pure: it is told what time it
//! is and what happened, and returns what must be recorded and what must be done.

mod acquaintance;
mod arrival;
mod attempt;
mod back_office;
mod blending;
pub mod calendar;
mod callback;
mod centre;
mod channels;
mod choosing;
mod clock_set;
mod closing;
mod connection;
mod conversation;
mod desk;
mod dialling;
pub mod dialplan;
mod dispatch;
mod eligibility;
pub mod erlang;
pub mod estimate;
mod fairness;
pub mod id;
pub mod importing;
mod ledger;
mod lining;
pub mod literal;
pub mod matching;
mod means;
mod notice;
pub mod number;
mod offering;
mod outage;
mod owing;
mod owner;
mod pace;
mod people;
pub mod planted;
pub mod profile;
mod promise;
mod reconnecting;
pub mod record;
mod release;
pub mod reload;
mod restart;
pub mod rules;
mod seat;
pub mod staffing;

pub mod snapshot;
pub mod step;
pub mod stop_button;
mod stopping;
pub mod task;
mod task_offers;
pub mod time;
mod timers;
mod waiting;
mod walking;
mod whisper;
pub mod why;
mod wishing;
pub mod words;

pub use centre::{Centre, Held};
