//! The binary: commands, configuration, wiring, the demo's socket phones.

mod api;
mod audit;
mod bulk;
mod by_hand;
mod callback_list;
mod campaign_list;
mod campaigns;
mod check;
mod cli;
mod closures;
mod config;
mod damage;
mod demo;
mod import;
mod lines;
mod list;
mod memos;
mod node;
mod number_list;
mod numbers;
mod paper;
mod rehearsal;
mod reload;
mod replay;
mod report;
mod retention;
mod serve;
mod setup;
mod shell;
mod simulate;
mod staffing;
mod stepping_in;
mod stops;
mod table;
mod tasks;
mod tenants;
mod trial;
mod users;
mod why;

use std::process::ExitCode;

use clap::Parser;
use cuptel_engine::EngineError;
use cuptel_store::{OpenError, SpillError};

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let config = cli.config().to_owned();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            if damage::help(&error, &config) {
                return ExitCode::from(OF_NO_USE);
            }
            code_of(&error)
        }
    }
}

/// The exit code of a server that could store what happens nowhere: EX_IOERR of sysexits.h. Who
/// starts it again knows that the disk must be seen to first.
const STORED_NOWHERE: u8 = 74;

/// The exit code when the database is damaged, or it or the spill were made by a newer version: EX_DATAERR
/// of sysexits.h. Starting the same binary again is of no use.
const OF_NO_USE: u8 = 65;

fn code_of(error: &anyhow::Error) -> ExitCode {
    let newer_database = matches!(error.downcast_ref(), Some(OpenError::Newer { .. }));
    let newer_spill = matches!(error.downcast_ref(), Some(SpillError::Newer { .. }));
    if newer_database || newer_spill {
        return ExitCode::from(OF_NO_USE);
    }
    match error.downcast_ref() {
        Some(EngineError::Storage(_)) => ExitCode::from(STORED_NOWHERE),
        Some(
            EngineError::Listen { .. }
            | EngineError::Media(_)
            | EngineError::Thread(_)
            | EngineError::Entropy
            | EngineError::Socket(_)
            | EngineError::Panicked(_),
        )
        | None => ExitCode::FAILURE,
    }
}
