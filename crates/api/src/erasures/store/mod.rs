//! SQL of erasures. What goes when one is carried out is in `goes.rs`.

mod goes;
mod trail;

pub use goes::{Person, evidence_keys, hold, ids_of, part, pass_on_teams, take};
pub use trail::{forget_answers, forget_doers, forget_trail, take_accounts, take_out};

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::erasure::{Channel, Erasure, Gone};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgPool, types::Json};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

/// An erasure with the names that lists show.
#[derive(Debug, FromRow)]
pub struct Row {
    pub id: Uuid,
    pub person_id: Option<Uuid>,
    pub standing: Json<Erasure>,
    pub due_at: Option<DateTime<Utc>>,
    pub asked_at: DateTime<Utc>,
    pub version: i64,
    pub person_name: Option<String>,
    pub person_number: Option<String>,
    pub school_name_zh: Option<String>,
    pub school_name_en: Option<String>,
    pub asked_by_name: Option<String>,
    pub decided_by_name: Option<String>,
}

impl Row {
    /// How it was asked for.
    pub fn channel(&self) -> Channel {
        match &self.standing.0 {
            Erasure::Requested { request }
            | Erasure::Approved { request, .. }
            | Erasure::Refused { request, .. }
            | Erasure::TakenBack { request, .. } => request.channel,
            Erasure::Done { channel, .. } => *channel,
        }
    }
}

macro_rules! shown {
    ($tail:literal) => {
        concat!(
            "SELECT x.id, x.person_id, x.standing, x.due_at, x.asked_at, x.version, p.name AS person_name,
                    p.number AS person_number, o.name_zh AS school_name_zh, o.name_en AS school_name_en,
                    a.display_name AS asked_by_name, b.display_name AS decided_by_name
             FROM erasure x
             LEFT JOIN person p ON p.district_id = $1 AND p.id = x.person_id
             LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = x.person_id AND e.valid_to IS NULL
             LEFT JOIN organization o ON o.id = e.school_id
             LEFT JOIN account a ON a.id = (x.standing #>> '{request,act,by}')::uuid
             LEFT JOIN account b ON b.id = coalesce(x.standing #>> '{approval,by}', x.standing #>> '{refusal,by}',
                                                    x.standing #>> '{withdrawal,by}', x.standing ->> 'approved_by')::uuid
             WHERE x.district_id = $1 ",
            $tail
        )
    };
}

/// In these states, the newest first.
pub async fn list(
    tx: &mut Tx,
    states: &[&str],
    person: Option<Uuid>,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<Row>> {
    let district = tx.district();
    Ok(sqlx::query_as(shown!(
        "AND x.state = ANY($2) AND ($3::uuid IS NULL OR x.person_id = $3) AND ($4::uuid IS NULL OR x.id < $4)
         ORDER BY x.id DESC LIMIT $5"
    ))
    .bind(district.0)
    .bind(states)
    .bind(person)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// One with its names.
pub async fn shown(tx: &mut Tx, id: Uuid) -> Result<Row> {
    let district = tx.district();
    sqlx::query_as(shown!("AND x.id = $2"))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("erasure"))
}

/// Whose it is; nobody's once it is done.
pub async fn person_of(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>> {
    let district = tx.district();
    let found: Option<Option<Uuid>> =
        sqlx::query_scalar("SELECT person_id FROM erasure WHERE district_id = $1 AND id = $2")
            .bind(district.0)
            .bind(id)
            .fetch_optional(&mut **tx)
            .await?;
    found.ok_or_else(|| ApiError::not_found("erasure"))
}

/// The state of an erasure and whose it is.
#[derive(Debug, FromRow)]
pub struct Locked {
    pub person_id: Option<Uuid>,
    pub standing: Json<Erasure>,
    pub version: i64,
}

/// One, locked.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Locked> {
    let district = tx.district();
    sqlx::query_as("SELECT person_id, standing, version FROM erasure WHERE district_id = $1 AND id = $2 FOR UPDATE")
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("erasure"))
}

/// Whether one is asked for and not over; holds the person's row, so that two who ask at once are told apart.
pub async fn is_open(tx: &mut Tx, person: Uuid) -> Result<bool> {
    let district = tx.district();
    sqlx::query("SELECT FROM person WHERE district_id = $1 AND id = $2 FOR NO KEY UPDATE")
        .bind(district.0)
        .bind(person)
        .execute(&mut **tx)
        .await?;
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM erasure WHERE district_id = $1 AND person_id = $2 AND state IN ('requested', 'approved'))",
    )
    .bind(district.0)
    .bind(person)
    .fetch_one(&mut **tx)
    .await?)
}

/// The person's day of birth.
pub async fn birth_date(tx: &mut Tx, person: Uuid) -> Result<Option<NaiveDate>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT birth_date FROM person WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(person)
        .fetch_one(&mut **tx)
        .await?)
}

/// Adds one.
pub async fn insert(tx: &mut Tx, id: Uuid, person: Uuid, standing: &Json<Erasure>, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO erasure (district_id, id, person_id, state, standing, asked_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(district.0)
    .bind(id)
    .bind(person)
    .bind(standing.0.name().word())
    .bind(standing)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps how one stands.
pub async fn update(tx: &mut Tx, id: Uuid, standing: &Erasure) -> Result<()> {
    let district = tx.district();
    let due_at = match standing {
        Erasure::Approved { due_at, .. } => Some(due_at),
        _ => None,
    };
    sqlx::query(
        "UPDATE erasure SET state = $3, standing = $4, due_at = $5, version = version + 1,
                person_id = CASE WHEN $3 = 'done' THEN NULL ELSE person_id END
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(standing.name().word())
    .bind(Json(standing))
    .bind(due_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is held about a person now.
pub async fn held(tx: &mut Tx, person: Uuid) -> Result<Gone> {
    #[derive(FromRow)]
    struct Counts {
        participations: i64,
        results: i64,
        entries: i64,
        credentials: i64,
        scans: i64,
        accounts: i64,
        files: i64,
        audit_events: i64,
    }
    let district = tx.district();
    let counts: Counts = sqlx::query_as(
        "SELECT (SELECT count(*) FROM participation WHERE district_id = $1 AND person_id = $2) AS participations,
                (SELECT count(*) FROM result WHERE district_id = $1 AND person_id = $2) AS results,
                (SELECT count(*) FROM ledger_entry WHERE district_id = $1 AND person_id = $2) AS entries,
                (SELECT count(*) FROM credential WHERE district_id = $1 AND person_id = $2) AS credentials,
                (SELECT count(*) FROM scan WHERE district_id = $1 AND person_id = $2) AS scans,
                (SELECT count(DISTINCT account_id) FROM account_grant g WHERE g.district_id = $1 AND g.person_id = $2
                   AND NOT EXISTS (SELECT FROM account_grant o WHERE o.account_id = g.account_id
                                     AND o.person_id IS DISTINCT FROM $2)) AS accounts,
                (SELECT count(*) FROM evidence v JOIN result r ON r.district_id = $1 AND r.id = v.result_id
                 WHERE v.district_id = $1 AND r.person_id = $2) AS files,
                (SELECT count(*) FROM audit_event WHERE district_id = $1 AND object_kind = 'person'
                   AND object_id = $2::text) AS audit_events",
    )
    .bind(district.0)
    .bind(person)
    .fetch_one(&mut **tx)
    .await?;
    let many = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Gone {
        participations: many(counts.participations),
        results: many(counts.results),
        entries: many(counts.entries),
        credentials: many(counts.credentials),
        scans: many(counts.scans),
        accounts: many(counts.accounts),
        files: many(counts.files),
        audit_events: many(counts.audit_events),
    })
}

/// A file that is left after the transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// To be removed: its key in the store.
    Remove(String),
    /// The file of a batch of papers, to be printed anew.
    Print(Uuid),
    /// A pack of reports, to be made anew: its files, which come before it, may name the person.
    Pack(Uuid),
}

/// Remembers the files that are left, until they are done.
pub async fn set_rest(tx: &mut Tx, id: Uuid, rest: &[Rest]) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE erasure SET rest = $3 WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .bind(Json(rest))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What is due by now in all districts: for the owner.
pub async fn due(owner: &PgPool, now: DateTime<Utc>) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(sqlx::query_as(
        "SELECT district_id, id FROM erasure WHERE state = 'approved' AND due_at <= $1 ORDER BY due_at, id",
    )
    .bind(now)
    .fetch_all(owner)
    .await?)
}

/// Those of all districts of which files are left: for the owner.
pub async fn with_rest(owner: &PgPool) -> Result<Vec<(Uuid, Uuid, Json<Vec<Rest>>)>> {
    Ok(sqlx::query_as("SELECT district_id, id, rest FROM erasure WHERE rest <> '[]' ORDER BY district_id, id")
        .fetch_all(owner)
        .await?)
}

/// Nobody is erased in the district until the transaction ends; waits where somebody is being erased. Whoever reads persons at one
/// moment, and keeps of them later what an erasure has to find, holds it from before the reading until that is kept.
pub async fn hold_off(tx: &mut Tx) -> Result<()> {
    let district = tx.district();
    sqlx::query("SELECT pg_advisory_xact_lock_shared(hashtextextended('erasure/' || $1::uuid, 0))")
        .bind(district.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// No reading of persons begins in the district until the transaction ends; no if one is on its way. See [`hold_off`].
pub async fn hold_readers(tx: &mut Tx) -> Result<bool> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('erasure/' || $1::uuid, 0))")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// Whether something runs in the district that has read persons already and will write about them: papers that are printed, a
/// policy that is tried or adopted, a roster that is taken over, a pack of reports.
pub async fn is_busy(tx: &mut Tx, now: DateTime<Utc>) -> Result<bool> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM credential_batch WHERE district_id = $1 AND state = 'working')
             OR EXISTS (SELECT FROM report_pack WHERE district_id = $1 AND ended_at IS NULL)
             OR EXISTS (SELECT FROM policy_trial WHERE district_id = $1 AND state = 'computing')
             OR EXISTS (SELECT FROM policy_adoption WHERE district_id = $1 AND state IN ('computing', 'applying'))
             OR EXISTS (SELECT FROM roster_import WHERE district_id = $1 AND state IN ('staging', 'committing')
                         -- A job that has not moved for so long was cut off.
                         AND progress_at > $2 - interval '1 hour')",
    )
    .bind(district.0)
    .bind(now)
    .fetch_one(&mut **tx)
    .await?)
}
