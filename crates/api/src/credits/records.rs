//! From participations and results to what the engine reads.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use kepu_domain::credit::Credit;
use kepu_domain::designation::Standing;
use kepu_domain::record::Record;
use uuid::Uuid;

use super::scoring::{Author, Cause, Rescored, rescore};
use super::store::{self, NewRecord, ParticipationFacts, ResultFacts};
use crate::designations;
use crate::error::Result;
use crate::tenancy::Tx;

/// Participations changed: those that are confirmed become records, the others are records no more, and the persons'
/// sheets follow.
pub async fn touch_participations(tx: &mut Tx, author: &Author, ids: &[Uuid], cause: Cause) -> Result<Rescored> {
    let rows = store::participation_facts(tx, ids).await?;
    let persons: BTreeSet<Uuid> = rows.iter().map(|r| r.person_id).collect();
    let hosts: Vec<Uuid> = rows.iter().map(|r| r.host_id).collect::<BTreeSet<_>>().into_iter().collect();
    let hosts = designations::store::standings(tx, &hosts).await?;
    let zone = zone(tx).await?;
    let records = rows
        .iter()
        .filter(|r| r.state == "confirmed")
        .map(|r| of_participation(r, zone, hosts.get(&r.host_id)))
        .collect();
    store::replace_records(tx, ids, records, author.at).await?;
    rescore(tx, author, &persons, &ids.iter().copied().collect(), cause).await
}

/// Results changed: those that are verified become records, the others are records no more, and the persons' sheets
/// follow.
pub async fn touch_results(tx: &mut Tx, author: &Author, ids: &[Uuid], cause: Cause) -> Result<Rescored> {
    let rows = store::result_facts(tx, ids).await?;
    let persons: BTreeSet<Uuid> = rows.iter().map(|r| r.person_id).collect();
    let records = rows.iter().filter(|r| r.state == "verified").map(of_result).collect();
    store::replace_records(tx, ids, records, author.at).await?;
    rescore(tx, author, &persons, &ids.iter().copied().collect(), cause).await
}

/// A designation of a host began, ended or changed: the records at that host get new facts where they differ, and the
/// persons' sheets follow. In other districts that is marked to be done; call [`super::follow_designation`] after the
/// transaction.
pub async fn touch_designation(tx: &mut Tx, author: &Author, host: Uuid) -> Result<Rescored> {
    store::mark_guests(tx, host, author.account_id, author.at).await?;
    touch_host(tx, author, host).await
}

/// The same for the district of the transaction alone.
pub async fn touch_host(tx: &mut Tx, author: &Author, host: Uuid) -> Result<Rescored> {
    let ids = store::records_of_host(tx, host).await?;
    let rows = store::participation_facts(tx, &ids).await?;
    let hosts = designations::store::standings(tx, &[host]).await?;
    let zone = zone(tx).await?;
    let known = store::facts_of(tx, &ids).await?;
    let mut changed = Vec::new();
    for row in rows.iter().filter(|r| r.state == "confirmed") {
        let mut record = of_participation(row, zone, hosts.get(&row.host_id));
        if let Some(before) = known.get(&row.id) {
            // Ranks are those of the day of confirmation.
            record.facts.session_rank = before.session_rank;
            record.facts.class_rank = before.class_rank;
            if *before == record.facts {
                continue;
            }
        }
        changed.push(record);
    }
    let ids: Vec<Uuid> = changed.iter().map(|r| r.record_id).collect();
    let persons = changed.iter().map(|r| r.person_id).collect();
    store::replace_records(tx, &ids, changed, author.at).await?;
    rescore(tx, author, &persons, &ids.into_iter().collect(), Cause::Designation).await
}

/// Whether the district of the transaction has records at a host.
pub async fn has_records_of(tx: &mut Tx, host: Uuid) -> Result<bool> {
    Ok(!store::records_of_host(tx, host).await?.is_empty())
}

/// The facts that a participation and a result should have now, for verification.
pub async fn expected_facts(tx: &mut Tx, participations: &[Uuid], results: &[Uuid]) -> Result<HashMap<Uuid, Record>> {
    let rows = store::participation_facts(tx, participations).await?;
    let hosts: Vec<Uuid> = rows.iter().map(|r| r.host_id).collect::<BTreeSet<_>>().into_iter().collect();
    let hosts = designations::store::standings(tx, &hosts).await?;
    let zone = zone(tx).await?;
    let mut facts: HashMap<Uuid, Record> =
        rows.iter().map(|r| (r.id, of_participation(r, zone, hosts.get(&r.host_id)).facts)).collect();
    facts.extend(store::result_facts(tx, results).await?.iter().map(|r| (r.id, of_result(r).facts)));
    Ok(facts)
}

/// What the engine would read of participations that are planned, once they are confirmed; each named by its `id`.
pub(crate) async fn planned_records(tx: &mut Tx, rows: &[ParticipationFacts]) -> Result<Vec<Record>> {
    let hosts: Vec<Uuid> = rows.iter().map(|r| r.host_id).collect::<BTreeSet<_>>().into_iter().collect();
    let hosts = designations::store::standings(tx, &hosts).await?;
    let zone = zone(tx).await?;
    let record = |row: &ParticipationFacts| Record {
        id: row.id.to_string(),
        grade: row.grade,
        school_id: row.school_id.map(|id| id.to_string()),
        class_id: row.class_id.map(|id| id.to_string()),
        ..of_participation(row, zone, hosts.get(&row.host_id)).facts
    };
    Ok(rows.iter().map(record).collect())
}

async fn zone(tx: &mut Tx) -> Result<Tz> {
    Ok(store::time_zone(tx).await?.parse().unwrap_or(Tz::Asia__Shanghai))
}

fn of_participation(row: &ParticipationFacts, zone: Tz, host: Option<&Standing>) -> NewRecord {
    let local = row.starts_at.with_timezone(&zone).naive_local();
    let text = |id: Uuid| Some(id.to_string());
    let minutes = row.minutes.unwrap_or(row.planned_minutes);
    NewRecord {
        record_id: row.id,
        source: "participation",
        person_id: row.person_id,
        school_id: row.school_id,
        class_id: row.class_id,
        grade: row.grade,
        starts_at: row.starts_at,
        host_id: Some(row.host_id),
        facts: Record {
            starts_at: local,
            kind: Some(row.kind.clone()),
            minutes: u32::try_from(minutes).ok(),
            quantity: row.quantity.map(|q| Credit::whole(i64::from(q))),
            activity_id: text(row.activity_id),
            session_id: text(row.session_id),
            session_rank: row.session_rank.and_then(|n| u32::try_from(n).ok()),
            class_rank: row.class_rank.and_then(|n| u32::try_from(n).ok()),
            host_id: text(row.host_id),
            host_level: host.and_then(|host| host.level_on(local.date())).or_else(|| row.host_level.clone()),
            host_designations: host.map(Standing::held).unwrap_or_default(),
            voluntary: Some(row.voluntary),
            school_day: Some(row.school_day),
            tags: row.tags.clone(),
            ..Record::default()
        },
    }
}

fn of_result(row: &ResultFacts) -> NewRecord {
    let number = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok());
    NewRecord {
        record_id: row.id,
        source: "result",
        person_id: row.person_id,
        school_id: row.school_id,
        class_id: row.class_id,
        grade: row.grade,
        starts_at: row.starts_at(),
        host_id: None,
        facts: Record {
            starts_at: row.achieved_on.and_time(chrono::NaiveTime::MIN),
            kind: Some(row.kind.clone()),
            contest_id: Some(row.competition_id.to_string()),
            contest_series: Some(row.series.clone()),
            contest_level: Some(row.contest_level.clone()),
            award: row.award.clone(),
            place: number(row.place),
            places_listed: number(row.places_listed),
            work_id: row.work_id.clone(),
            team_position: number(row.team_position),
            team_size: number(row.team_size),
            tags: row.tags.iter().cloned().chain(row.listed.then(|| "listed".to_owned())).collect(),
            ..Record::default()
        },
    }
}

impl ResultFacts {
    /// The day of the award, as a moment: noon UTC lies on that day in every time zone of China.
    fn starts_at(&self) -> DateTime<Utc> {
        self.achieved_on.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::TimeDelta::hours(4)
    }
}
