//! The binary: commands, configuration, wiring, the demo's socket phones.

mod audit;
mod cli;
mod config;
mod demo;
mod node;
mod rehearsal;
mod reload;
mod serve;
mod shell;
mod table;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
