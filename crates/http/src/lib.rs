//! The outside surface over HTTP: the live page, the JSON API with its event stream,
//! metrics and health. Reads from the store and from the engine's latest look, and hands
//! commands to the engine through a small port. Knows nothing of SIP, media or dispatch.
//!
//! Who may do what (`rights` says it path by path, `scope` row by row):
//! - `/health/…`, `/api/v1/openapi.json`, what signs in, the page's style and script: everybody.
//! - Looking (`/`, `/board`, `/supervisor`, `/seats/…`, `/live`, `/metrics`, `/api/v1/events`, `/api/v1/snapshot`,
//!   `/api/v1/queues`, `/api/v1/sites`, `/api/v1/tenants`): from this machine without signing in, then
//!   without operators' names.
//! - Everything else: with a session or a token, as far as its role, tenant and employer reach. The
//!   token of the configuration reaches everywhere.

mod access;
mod accounts;
mod actions;
mod admin;
mod agreement;
mod announcements;
mod answers;
mod board;
mod bulk;
mod by_hand;
mod calling;
pub mod campaign_line;
mod campaigns;
mod choosing_seat;
mod closures;
mod configuration;
mod delivered;
mod desk;
mod directory;
mod disposing;
mod doing;
mod error;
mod events;
mod finding;
mod following;
mod form_opened;
mod health;
mod importing;
mod in_charge;
mod late_log;
mod leaving;
mod lock_out;
mod measures;
mod memos;
mod my_day;
mod my_queue;
mod noting;
mod numbers;
mod offered;
mod openapi;
mod origin;
mod page;
mod pages;
mod paging;
mod passed;
pub mod password;
mod person;
mod pins;
mod port;
mod practising;
mod preferences;
mod reads;
mod reports;
mod request_keys;
mod revealing;
mod rights;
mod schema;
mod scope;
mod score;
mod seat_line;
mod server;
mod session;
mod setup;
mod signing_in;
mod sites;
mod staffing;
mod stepping_in;
mod stops;
mod tasks;
mod tenants;
mod texts;
mod tls;
mod trying;
mod wall;
mod words;

pub use error::HttpError;
pub use importing::ImportBounds;
pub use measures::install_metrics;
pub use pages::{App, Pages, Reach, Settings};
pub use port::{
    Answer, Configuration, DegradedNow, Engine, FailedReload, Health, Lined, Looking, NotReloaded,
    Refusal, Reloading, Sound,
};
pub use server::{bind, serve};
pub use setup::{DoubtShown, Example, Phones, Plan, PlanStep, PlanWay, Setup, StepKind, WayOn};
pub use tls::{Certificate, CertificateError, Shown};
