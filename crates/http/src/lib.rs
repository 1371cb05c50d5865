//! The outside surface over HTTP: the live page, the JSON API with its event stream,
//! metrics and health. Reads from the store and from the engine's latest look, and hands
//! commands to the engine through a small port. Knows nothing of SIP, media or dispatch.
//!
//! Who may do what:
//! - `/health/…`, `/api/v1/openapi.json` and the page's style and script: everybody.
//! - Looking (`/`, `/seats/…`, `/live`, `/metrics`, `/api/v1/events`, `/api/v1/snapshot`,
//!   `/api/v1/queues`, `/api/v1/sites`, `/api/v1/tenants`): from this machine without a token, then without operators' names;
//!   with a token or a session from anywhere.
//! - Everything that names a person, and every action: with a token or a session.

mod access;
mod actions;
mod board;
mod bulk;
mod by_hand;
mod campaigns;
mod configuration;
mod disposing;
mod error;
mod events;
mod health;
mod importing;
mod measures;
mod numbers;
mod offered;
mod openapi;
mod page;
mod pages;
mod port;
mod reads;
mod reports;
mod schema;
mod score;
mod server;
mod session;
mod sites;
mod staffing;
mod stops;
mod tasks;
mod tenants;
mod words;

pub use error::HttpError;
pub use importing::ImportBounds;
pub use measures::install_metrics;
pub use pages::{App, Pages, Reach, Settings};
pub use port::{
    Answer, Configuration, DegradedNow, Engine, FailedReload, Health, Looking, NotReloaded,
    Refusal, Reloading,
};
pub use server::{bind, serve};
