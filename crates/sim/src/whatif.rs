//! The what-if world: what would happen if? The real centre lives through a day that is described
//! and not yet there, in virtual time and as fast as the processor allows: no signalling, no
//! sound, no disk. Callers, operators and persons called back are invented from a seed; what the
//! centre would have stored is counted and forgotten. The same scenario and seed give the same
//! figures.

mod agenda;
mod books;
mod campaigns;
mod crowd;
mod desks;
pub mod erlang;
pub mod figures;
pub mod foresight;
mod histogram;
mod interval;
pub mod plain;
pub mod policies;
pub mod scenario;
mod spread;
pub mod staffing;
mod tally;
mod world;

pub use campaigns::Called;
pub use histogram::Histogram;
pub use interval::Estimate;
pub use scenario::Scenario;
pub use spread::Spread;
pub use tally::{Quarter, Tally, Worked};
pub use world::{Outcome, centre_of, run, run_heard};
