//! Pages and API as a browser or a program meets them: the real router over a real
//! database, with an engine that answers as it is told.
#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it here"
)]

mod accounts;
mod admin;
mod admin_bounds;
mod admin_forms;
mod admin_people;
mod admin_work;
mod api;
mod at_the_seat;
mod campaigns;
mod console;
mod desk;
mod first_day;
mod keys;
mod languages;
mod leading;
mod metrics;
mod numbers;
mod origins;
mod pages;
mod plain_words;
mod practising;
mod reports;
mod streams;
mod tls;
mod trying;
mod watching;
