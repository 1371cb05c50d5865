//! The binary: commands, configuration, wiring, the demo's socket phones.

mod audit;
mod cli;
mod config;
mod demo;
mod import;
mod node;
mod rehearsal;
mod reload;
mod serve;
mod shell;
mod table;

use std::process::ExitCode;

use clap::Parser;
use cuptel_engine::EngineError;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            code_of(&error)
        }
    }
}

/// The exit code of a server that could store what happens nowhere: EX_IOERR of sysexits.h. Who
/// starts it again knows that the disk must be seen to first.
const STORED_NOWHERE: u8 = 74;

fn code_of(error: &anyhow::Error) -> ExitCode {
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
