//! `kepu-bench day`, or `make door-day`: a base's day against a running demonstration.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use kepu_api::postgres::{Db, embedded::PrivateServer};
use kepu_api::{demo, verify};
use kepu_tests::day::{Day, play};

/// Flags of `kepu-bench day`.
#[derive(Debug, Args)]
pub struct DayArgs {
    /// Where it serves.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Folder of the demonstration's private PostgreSQL, to verify in.
    #[arg(long, env = "KEPU_DEMO_DATA", default_value = ".data/demo")]
    data_dir: PathBuf,
    /// Its database, where it is not a private one.
    #[arg(long, env = "KEPU_DEMO_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// An account of the base: makes the sessions, and is signed in on the devices.
    #[arg(long, default_value = "base01")]
    login: String,
    /// Another account of the base, which closes.
    #[arg(long, default_value = "baseadmin01")]
    colleague: String,
    /// Teachers of the schools that come; by default teacher01 to teacher20.
    #[arg(long, value_delimiter = ',')]
    teachers: Vec<String>,
    /// The password of all of them.
    #[arg(long, env = "KEPU_DEMO_PASSWORD", hide_env_values = true, default_value = demo::PASSWORD)]
    password: String,
    /// Sessions.
    #[arg(long, default_value_t = 8)]
    sessions: usize,
    /// Children registered in each.
    #[arg(long, default_value_t = 300)]
    children: usize,
    /// Into how many seconds the day is pressed.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// Another day for another number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Plays the day, then verifies the database.
pub async fn run(args: DayArgs) -> anyhow::Result<()> {
    let database = match &args.database_url {
        Some(url) => Some(url.clone()),
        None => PrivateServer::running(&args.data_dir)?,
    };
    let Some(database) = database else {
        bail!(
            "no demonstration runs on {}. Start one with `kepu demo serve` in another terminal, or say where it is with \
             --data-dir or --database-url",
            args.data_dir.display()
        );
    };
    let teachers =
        if args.teachers.is_empty() { (1..=20).map(|n| format!("teacher{n:02}")).collect() } else { args.teachers };
    let day = Day {
        url: args.url,
        login: args.login,
        colleague: args.colleague,
        teachers,
        password: args.password,
        sessions: args.sessions,
        children: args.children,
        seconds: args.seconds,
        seed: args.seed,
    };
    let report = play(&day).await.context("the day did not end well")?;
    println!("{report}");
    let db = Db::open(&database, 2).await?;
    let verified = verify::database_holds(&db).await.map_err(|error| anyhow::anyhow!("{error:?}"));
    db.close().await;
    let verified = verified?;
    for broken in verified.broken.iter().take(20) {
        println!("BROKEN      {broken}");
    }
    if !verified.broken.is_empty() {
        bail!("kepu verify found {} broken invariant(s)", verified.broken.len());
    }
    println!("verified    every invariant holds; {} scans judged again", verified.scans);
    Ok(())
}
