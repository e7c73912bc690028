//! Records scored per second, on one core and on all, against one plain pass over the same records in memory.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use anyhow::Context;
use kepu_domain::person::Person;
use kepu_domain::policy::{Detail, Options, Policy, evaluate};
use kepu_domain::record::Record;

use crate::results::{Row, median, per_second, ratio};
use crate::world;

const PEOPLE: usize = 20_000;
const RECORDS_EACH: usize = 25;

/// Measures the shipped policies that are real or stand for one.
pub fn run(rounds: usize) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, all_cores, text) in [
        (
            "engine, one core: Guangming (illustrative)",
            false,
            include_str!("../../policies/guangming-illustrative.yaml"),
        ),
        ("engine, one core: Beijing 2016", false, include_str!("../../policies/beijing-open-practice-2016.yaml")),
        (
            "engine, all cores: Guangming (illustrative)",
            true,
            include_str!("../../policies/guangming-illustrative.yaml"),
        ),
    ] {
        let policy = Policy::parse(text).map_err(|p| anyhow::anyhow!("{p:?}")).context(name)?;
        let people = world::people(PEOPLE, RECORDS_EACH);
        let scored = median((0..rounds).map(|_| rate(&people, |part| score(&policy, part), all_cores)).collect());
        let summed = median((0..rounds).map(|_| rate(&people, sum, false)).collect());
        rows.push(Row {
            name,
            figure: format!("{} records", per_second(scored)),
            limit: format!("plain pass, one core: {} records", per_second(summed)),
            ratio: ratio(scored, summed),
            target: 20,
            smaller_is_better: false,
        });
    }
    Ok(rows)
}

type People = [(Person, Vec<Record>)];

/// Records per second of one pass.
fn rate(people: &People, work: impl Fn(&People) + Sync, all_cores: bool) -> f64 {
    let cores = if all_cores { thread::available_parallelism().map_or(1, std::num::NonZero::get) } else { 1 };
    let records: usize = people.iter().map(|(_, r)| r.len()).sum();
    let start = Instant::now();
    thread::scope(|scope| {
        for part in people.chunks(people.len().div_ceil(cores)) {
            scope.spawn(|| work(part));
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a rate to print")]
    let records = records as f64;
    records / start.elapsed().as_secs_f64()
}

fn score(policy: &Policy, people: &People) {
    let options = Options { detail: Detail::Sums, ..Options::default() };
    for (person, records) in people {
        black_box(evaluate(policy, person, records, &options));
    }
}

/// The least that any scoring of these records must do: read a number of each.
fn sum(people: &People) {
    for (_, records) in people {
        let sum: u64 = records.iter().map(|r| u64::from(r.minutes.unwrap_or(0))).sum();
        black_box(sum);
    }
}
