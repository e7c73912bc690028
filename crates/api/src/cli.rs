//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    admin::AdminCommand,
    config::Config,
    credentials::{self, VerifyBadgeArgs},
    demo::DemoArgs,
    postgres::{
        guard::{self, GuardArgs},
        with_database::{self, WithDatabaseArgs},
    },
    score_cli,
    seals::{self, VerifyProofArgs},
    verify::VerifyArgs,
};

/// kepu keeps the popular-science credit of a district's students.
#[derive(Parser)]
#[command(name = "kepu", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service.
    Serve(Box<Config>),
    /// Administer an installation from its machine.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Start a temporary PostgreSQL, run a command with DATABASE_URL set, and remove it.
    WithDatabase(WithDatabaseArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Score a spreadsheet by a policy, without a database.
    Score(score_cli::ScoreArgs),
    /// Help for authors of policies.
    #[command(subcommand)]
    Policy(score_cli::PolicyCommand),
    /// Check every invariant over the whole database.
    Verify(Box<VerifyArgs>),
    /// Check proofs of ledger entries, without database and network.
    VerifyProof(VerifyProofArgs),
    /// Check a badge, without database and network.
    VerifyBadge(VerifyBadgeArgs),
    /// A synthetic district to try things on.
    Demo(Box<DemoArgs>),
    /// Becomes the private PostgreSQL.
    #[command(hide = true)]
    PostgresGuard(GuardArgs),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kepu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Score(args) => score_cli::score(&args),
        Command::Policy(command) => score_cli::policy(command),
        Command::PostgresGuard(args) => match guard::run(args)? {},
        Command::VerifyProof(args) => seals::verify_proof(&args),
        Command::VerifyBadge(args) => credentials::verify_badge(&args),
        Command::Openapi => {
            print!("{}", crate::openapi::text()?);
            Ok(ExitCode::SUCCESS)
        }
        other => tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run_async(other)),
    }
}

async fn run_async(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(config) => crate::serve::run(*config).await,
        Command::Admin(command) => crate::admin::run(command).await,
        Command::WithDatabase(args) => with_database::run(args).await,
        Command::Verify(args) => crate::verify::run(*args).await,
        Command::Demo(args) => crate::demo::run(*args).await,
        Command::Score(_)
        | Command::Policy(_)
        | Command::Openapi
        | Command::VerifyProof(_)
        | Command::VerifyBadge(_)
        | Command::PostgresGuard(_) => {
            unreachable!("done without a runtime")
        }
    }
}
