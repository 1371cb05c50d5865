//! What the product tests stand on: a centre of their own on a loopback address of its own,
//! callers and a carrier made of SIPp, operators' phones made of baresip, and patience with a
//! limit instead of pauses. Everything that is started is ended when its handle is dropped.

mod browser;
mod caller;
mod carrier;
mod centre;
mod chance;
mod cluster;
mod command;
mod crowd;
mod database;
mod datagram;
mod disk;
mod ear;
mod media_thread;
mod page;
mod patience;
mod phone;
mod scripted_phone;
mod sipp;
mod town;

pub(crate) use browser::Browser;
pub(crate) use caller::{Caller, gives_up};
pub(crate) use carrier::Carrier;
pub(crate) use centre::{Centre, LINE, Setup, repository};
pub(crate) use chance::Chance;
pub(crate) use command::{AUDIT_NOT_MADE, MADE_BY_NEWER, Owned, Ran, STORED_NOWHERE};
pub(crate) use crowd::{assert_nobody_lost, crowd};
pub(crate) use database::Kind;
pub(crate) use datagram::{Datagrams, invite, torture_messages};
pub(crate) use media_thread::end_media_thread;
pub(crate) use page::{Page, without_figures};
pub(crate) use patience::{SOON, let_pass, moment, until, utc_s};
pub(crate) use phone::{Answers, Phone};
pub(crate) use scripted_phone::ScriptedPhone;
pub(crate) use sipp::Sipp;
pub(crate) use town::{Message, SEATS, Town, hasty_centre};
