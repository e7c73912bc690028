//! `kepu postgres-guard`, a hidden command that turns itself into PostgreSQL.
//!
//! Between fork and exec nothing can be done without `unsafe`, so the work is done here, by a program that is started
//! as any other: become PostgreSQL's user, ask the kernel for SIGINT when kepu ends (however it ends), then exec.
//! PostgreSQL takes SIGINT as a request for a clean, fast shutdown.

use std::{ffi::OsString, os::unix::process::CommandExt, path::PathBuf, process::Command};

use anyhow::Context;
use clap::Args;
use nix::unistd::{Gid, Pid, Uid, getppid, setgid, setgroups, setuid};

/// Flags of the hidden command.
#[derive(Debug, Args)]
pub struct GuardArgs {
    /// Become this user.
    #[arg(long)]
    pub uid: Option<u32>,
    /// Become this group.
    #[arg(long)]
    pub gid: Option<u32>,
    /// The kepu process to end with.
    #[arg(long)]
    pub parent: i32,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

/// Never returns when it succeeds.
pub fn run(args: GuardArgs) -> anyhow::Result<std::convert::Infallible> {
    if let (Some(uid), Some(gid)) = (args.uid, args.gid) {
        let gid = Gid::from_raw(gid);
        setgroups(&[gid]).context("cannot leave the groups of root")?;
        setgid(gid).context("cannot become PostgreSQL's group")?;
        setuid(Uid::from_raw(uid)).context("cannot become PostgreSQL's user")?;
    }
    // After the change of user, which clears it.
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGINT).context("cannot tie PostgreSQL to kepu")?;
    anyhow::ensure!(getppid() == Pid::from_raw(args.parent), "kepu ended before PostgreSQL began");
    let error = Command::new(&args.program).args(&args.arguments).exec();
    Err(error).with_context(|| format!("cannot run {}", args.program.display()))
}
