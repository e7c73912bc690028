//! The national list of competitions, loaded as data when the service starts.

use anyhow::{Context, anyhow};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use kepu_domain::competition::Stage;
use serde::Deserialize;
use serde_json::json;

use super::store::{self, Competition};
use crate::{
    audit::{self, Event, Origin},
    error::Result,
    ids,
    state::AppState,
    tenancy::DistrictId,
};

const LIST: &str = include_str!("../../../../data/competition-list-2025-2028-natural-science.csv");
const SOURCE: &str = "2025—2028学年面向中小学生的全国性竞赛活动名单（自然科学素养类），教育部";

#[derive(Debug, Deserialize)]
struct Line {
    no: i32,
    name_zh: String,
    stages: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
}

/// Brings the list in the database in line with the data file. Answers how many editions were added or corrected.
pub async fn load(state: &AppState) -> Result<usize> {
    let rows = editions(state.now())?;
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let changed = store::put_national(&mut tx, &rows).await?;
    if !changed.is_empty() {
        let detail = json!({ "source": SOURCE, "editions": changed.len() });
        let event = Event::new("competition.load", "competition", "national-list", detail);
        audit::record_as(&mut tx, &Origin::default(), state.now(), vec![event]).await?;
    }
    tx.commit().await?;
    Ok(changed.len())
}

/// One edition per line and school year, in the order of the school years, then of the list.
fn editions(now: DateTime<Utc>) -> anyhow::Result<Vec<Competition>> {
    let mut lines = Vec::new();
    for line in csv::Reader::from_reader(LIST.as_bytes()).deserialize::<Line>() {
        lines.push(line.context("the national list of competitions cannot be read")?);
    }
    let mut rows: Vec<Competition> = Vec::new();
    for line in &lines {
        let stages = line
            .stages
            .split(';')
            .map(|word| Stage::from_word(word).ok_or_else(|| anyhow!("line {}: no such stage: {word}", line.no)))
            .collect::<anyhow::Result<Vec<Stage>>>()?;
        for (edition, from, to) in school_years(line.valid_from, line.valid_to)? {
            rows.push(Competition {
                id: ids::new(),
                district_id: None,
                series: format!("national-{:02}", line.no),
                edition,
                name_zh: line.name_zh.clone(),
                name_en: String::new(),
                list_no: Some(line.no),
                stages: stages.iter().map(|stage| stage.word().to_owned()).collect(),
                listed: true,
                valid_from: from,
                valid_to: Some(to),
                source: SOURCE.to_owned(),
                version: 1,
                created_at: now,
                updated_at: now,
            });
        }
    }
    rows.sort_by_key(|row| (row.valid_from, row.list_no));
    // Lists are shown by identity, and identities sort by when they were made.
    for row in &mut rows {
        row.id = ids::new();
    }
    Ok(rows)
}

/// The school years (September to August) of a term: name, first and last day.
fn school_years(from: NaiveDate, to: NaiveDate) -> anyhow::Result<Vec<(String, NaiveDate, NaiveDate)>> {
    let mut years = Vec::new();
    let mut first = from;
    while first <= to {
        let starts = if first.month() >= 9 { first.year() } else { first.year() - 1 };
        let ends = NaiveDate::from_ymd_opt(starts + 1, 8, 31).context("a school year ends in August")?;
        let last = ends.min(to);
        years.push((format!("{starts}-{}", starts + 1), first, last));
        first = last.checked_add_days(Days::new(1)).context("days end")?;
    }
    Ok(years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_held_once_a_school_year() {
        let rows = editions(DateTime::UNIX_EPOCH).expect("the list is sound");
        assert_eq!(rows.len(), 22 * 3);
        let first = rows.first().expect("a row");
        assert_eq!((first.series.as_str(), first.edition.as_str()), ("national-01", "2025-2026"));
        assert_eq!(first.valid_from.to_string(), "2025-10-01");
        assert_eq!(first.valid_to.map(|day| day.to_string()).as_deref(), Some("2026-08-31"));
        let last = rows.last().expect("a row");
        assert_eq!((last.series.as_str(), last.edition.as_str()), ("national-22", "2027-2028"));
        assert_eq!(last.valid_to.map(|day| day.to_string()).as_deref(), Some("2028-08-31"));
        assert!(rows.is_sorted_by_key(|row| row.id));
    }
}
