//! `kepu score` and `kepu policy`: the engine without a database.

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Flags of `kepu score`.
#[derive(Debug, Args)]
pub struct ScoreArgs {}

/// What `kepu policy` can do.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {}

/// Scores a spreadsheet.
pub fn score(_args: ScoreArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("kepu score is not part of this build")
}

/// Checks, explains, prints the schema.
pub fn policy(command: PolicyCommand) -> anyhow::Result<ExitCode> {
    match command {}
}
