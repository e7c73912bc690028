//! `make bench`: each figure beside its own limit, measured in one run on one machine. Only ratios are targets.

mod confirming;
mod day;
mod door;
mod engine;
mod importing;
mod pages;
mod reporting;
mod results;
mod sealing;
mod world;

use clap::{Parser, Subcommand};

use crate::results::Row;

/// Measures kepu beside its limits and writes bench/RESULTS.md.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only benches whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Rounds of each measurement; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Where to keep the figures; `-` for nowhere.
    #[arg(long, default_value = "bench/RESULTS.md")]
    out: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays a base's day at its doors against a running demonstration, and proves that every child is counted once.
    Day(day::DayArgs),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::Day(day)) = arguments.command {
        return day::run(day).await;
    }
    let wants = |name: &str| name.contains(&arguments.only);
    let mut rows: Vec<Row> = Vec::new();
    let mut details = String::new();
    if wants("engine") {
        rows.extend(engine::run(arguments.rounds)?);
    }
    if wants("confirming") {
        rows.extend(confirming::run(arguments.rounds).await?);
    }
    if wants("door") {
        rows.extend(door::run(arguments.rounds).await?);
    }
    if wants("import") {
        rows.extend(importing::run(arguments.rounds).await?);
    }
    if wants("report") {
        rows.extend(reporting::run(arguments.rounds).await?);
    }
    if wants("sealing") {
        rows.extend(sealing::run(arguments.rounds).await?);
    }
    if wants("pages") {
        let (areas, requests) = pages::run().await?;
        rows.extend(areas);
        details = requests;
    }
    println!("{}\n{details}", results::table(&rows));
    if arguments.out != "-" && arguments.only.is_empty() {
        std::fs::write(&arguments.out, results::page(&rows, &details))?;
        println!("kept in {}", arguments.out);
    }
    Ok(())
}
