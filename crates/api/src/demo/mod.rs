//! `kepu demo`: a synthetic district to try things on.

use std::process::ExitCode;

use clap::Args;

/// Flags of `kepu demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {}

/// Loads and serves the demonstration.
pub async fn run(_args: DemoArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("kepu demo is not part of this build")
}
