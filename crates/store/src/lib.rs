//! All SQL, the migrations and the one ordered writer. Stores the row images that the
//! rules produce and gives them back at start, answers the questions of pages and
//! shell, and proves the promises on what is stored. Decides nothing and reads no clock.

mod access_log;
mod account;
mod announcement;
mod apart;
mod assignment;
mod attempt;
mod audit;
mod backlog;
mod bulk;
mod bulk_action;
mod callback;
mod campaign;
mod carrier;
mod chosen_time;
mod closure;
mod code_word;
mod config_version;
mod day;
mod decision;
mod decline;
mod dial;
mod dialect;
mod epoch;
mod fault;
mod image;
mod lock;
mod mark;
mod names;
mod need_detail;
mod number;
mod offer;
mod open;
mod operator;
mod owner;
mod payload;
mod profile;
mod promise;
mod registration;
mod report;
mod review;
mod row;
mod seat;
mod sign_in;
mod site_outage;
mod spill;
mod state_interval;
mod store;
mod task;
mod totals;
mod writer;

pub use access_log::{AccessMade, AccessView};
pub use account::{AccountView, KeptAccount, NewAccount, TokenView};
pub use assignment::AssignmentView;
pub use attempt::{AttemptDetail, AttemptFilter, AttemptView};
pub use audit::{Audit, Sums, Violation, audit_rules};
pub use bulk_action::BulkView;
pub use callback::{CallbackDetail, CallbackEventView, CallbackFilter, CallbackView, NeedView};
pub use campaign::{CampaignCounts, CampaignDetail, CampaignFilter, CampaignView, EntryView};
pub use carrier::Unknown;
pub use day::FirstCalls;
pub use decision::{ConsideredView, DecisionView, PassedOverView, Why};
pub use decline::DeclineView;
pub use dial::DialView;
pub use mark::{MarkFilter, MarkView};
pub use names::{Interned, Names};
pub use need_detail::Entered;
pub use offer::OfferView;
pub use open::{Access, OpenError, open};
pub use operator::OperatorView;
pub use profile::ProfileView;
pub use promise::{PromiseSums, PromiseView, QueuePromises};
pub use report::{
    BACKLOG_COLUMNS, Backlog, BacklogLine, Figures, OnPaper, Period, PeriodError, SERVICE_COLUMNS,
    Scope, Service, ServiceLine, Zones, csv,
};
pub use review::ReviewView;
pub use seat::SeatView;
pub use spill::{Entry, Spill, SpillError, Unreplayed};
pub use store::{Store, StoreError};
pub use task::{TaskDetail, TaskEventView, TaskFilter, TaskView};
pub use totals::Totals;
pub use writer::{Batch, CommitError, Writer};
