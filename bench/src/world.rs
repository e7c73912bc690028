//! Synthetic people and records, the same in every run, and a district to bench in.

use chrono::{Days, NaiveDate, Utc};
use kepu_domain::person::Person;
use kepu_domain::record::{HeldDesignation, Record};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Today, for the page that keeps the figures.
#[expect(clippy::disallowed_methods, reason = "the date of a run is that of the machine")]
pub fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// People with records of two terms: mostly practice and visits at 15 bases, some competitions.
pub fn people(people: usize, records_each: usize) -> Vec<(Person, Vec<Record>)> {
    let mut random = StdRng::seed_from_u64(20_260_901);
    let first = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap_or_default();
    let mut id = 0_u32;
    let mut one = |person: usize| {
        let grade = 5 + i32::try_from(person % 4).unwrap_or(0);
        let who = Person { id: format!("p{person}"), grade: Some(grade), ..Person::default() };
        let records = (0..records_each)
            .map(|_| {
                id += 1;
                record(&mut random, id, first)
            })
            .collect();
        (who, records)
    };
    (0..people).map(&mut one).collect()
}

fn record(random: &mut StdRng, id: u32, first: NaiveDate) -> Record {
    let day = first.checked_add_days(Days::new(random.random_range(0..280))).unwrap_or(first);
    let base =
        Record { id: format!("{id:08}"), starts_at: day.and_hms_opt(9, 0, 0).unwrap_or_default(), ..Record::default() };
    if random.random_range(0..10) == 0 {
        let pick = |random: &mut StdRng, words: &[&str]| words[random.random_range(0..words.len())].to_owned();
        return Record {
            kind: Some("competition".to_owned()),
            contest_series: Some(format!("c{}", random.random_range(0..22))),
            contest_level: Some(pick(random, &["national", "provincial", "city", "county", "school"])),
            award: Some(pick(random, &["first", "second", "third", "excellence"])),
            work_id: Some(format!("w{}", random.random_range(0..5))),
            ..base
        };
    }
    let host = random.random_range(0..15);
    let activity = random.random_range(0..60);
    let kinds = ["practice", "visit", "lecture", "club", "festival", "research"];
    Record {
        kind: Some(kinds[random.random_range(0..kinds.len())].to_owned()),
        minutes: Some(random.random_range(2..9) * 30),
        activity_id: Some(format!("a{activity}")),
        session_id: Some(format!("s{}", random.random_range(0..4000))),
        session_rank: Some(random.random_range(1..40)),
        class_rank: Some(random.random_range(1..9)),
        host_id: Some(format!("h{host}")),
        host_level: Some("district".to_owned()),
        host_designations: vec![HeldDesignation {
            name: "base".to_owned(),
            from: NaiveDate::from_ymd_opt(2022, 11, 16),
            to: None,
        }],
        voluntary: Some(true),
        school_day: Some(false),
        ..base
    }
}
