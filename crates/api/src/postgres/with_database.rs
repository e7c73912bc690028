//! `kepu with-database`: a command with a PostgreSQL of its own, for tests and benchmarks.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    embedded::{Durability, PrivateServer},
    pidfile,
};

/// Flags of `kepu with-database`.
#[derive(Debug, Args)]
pub struct WithDatabaseArgs {
    /// Write to disk as in production: for benchmarks.
    #[arg(long)]
    pub durable: bool,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

/// Runs the command and returns its exit code.
pub async fn run(args: WithDatabaseArgs) -> anyhow::Result<ExitCode> {
    let parent = std::env::temp_dir();
    sweep(&parent);
    let folder = tempfile::Builder::new()
        .prefix(&format!("kepu-db-{}-", std::process::id()))
        .tempdir_in(&parent)
        .with_context(|| format!("cannot make a folder in {}", parent.display()))?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let durability = if args.durable { Durability::Full } else { Durability::None };
    let path = folder.path().to_path_buf();
    let mut server = tokio::task::spawn_blocking(move || PrivateServer::start(&path, durability)).await??;
    server.ensure_database().await?;

    let (program, arguments) = args.command.split_first().context("say which command to run")?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", server.url())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            // The terminal sends it to the command as well.
            _ = interrupt.recv() => {}
            _ = terminate.recv() => { child.start_kill()?; }
        }
    };
    tokio::task::spawn_blocking(move || server.stop()).await?;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// Removes what killed runs left behind.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("kepu-db-")?.split('-').next()?.parse().ok());
        let Some(owner) = owner else { continue };
        if !pidfile::lives(owner) && pidfile::holder(&entry.path().join("postgres/data")).is_none() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
