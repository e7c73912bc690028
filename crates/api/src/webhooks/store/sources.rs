//! Events, told from rows that are never changed: the ledger, the steps of participations and results, the audit trail.
//!
//! Each statement reads, of one district and kind, what an endpoint has no delivery of, from an id on, in order of id.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credit::Credit;
use kepu_domain::webhook::event::{Achieved, Booked, Data, Effective, Issued, TookPart};
use kepu_domain::webhook::{Event, Kind};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::QueryAs;
use sqlx::{FromRow, PgConnection, Postgres};
use uuid::Uuid;

use crate::error::Result;

/// What happened and is not told yet; `fetch` events at most.
pub async fn happened(
    connection: &mut PgConnection,
    (district, endpoint): (Uuid, Uuid),
    kind: Kind,
    from: Uuid,
    fetch: i64,
) -> Result<Vec<Event>> {
    let of = Of { connection, district, endpoint, kind, from, fetch };
    match kind {
        Kind::LedgerEntryBooked => booked(of).await,
        Kind::ParticipationConfirmed | Kind::ParticipationAmended | Kind::ParticipationVoided => took_part(of).await,
        Kind::ResultVerified => achieved(of, "verified").await,
        Kind::ResultRevoked => achieved(of, "revoked").await,
        Kind::PolicyVersionEffective => effective(of).await,
        Kind::CredentialIssued => issued(of, "credential.issue").await,
        Kind::CredentialRevoked => issued(of, "credential.revoke").await,
        // It is told by who asks for it.
        Kind::Ping => Ok(Vec::new()),
    }
}

struct Of<'a> {
    connection: &'a mut PgConnection,
    district: Uuid,
    endpoint: Uuid,
    kind: Kind,
    from: Uuid,
    fetch: i64,
}

impl Of<'_> {
    /// A statement with `$1` to `$4`: the district, from which id on, the endpoint, how many.
    fn query<'q, R: for<'r> FromRow<'r, PgRow>>(&self, sql: &'static str) -> QueryAs<'q, Postgres, R, PgArguments> {
        sqlx::query_as(sql).bind(self.district).bind(self.from).bind(self.endpoint).bind(self.fetch)
    }

    fn event(&self, id: Uuid, at: DateTime<Utc>, data: Data) -> Event {
        Event { id, kind: self.kind, at, district: self.district, data }
    }
}

/// Of rows of `$table`, aliased `r`: those from `$2` on that the endpoint `$3` has no delivery of.
macro_rules! untold {
    () => {
        "r.district_id = $1 AND r.id >= $2 AND NOT EXISTS (
             SELECT FROM webhook_delivery d WHERE d.district_id = $1 AND d.endpoint_id = $3 AND d.event_id = r.id)"
    };
}

#[derive(FromRow)]
struct LedgerRow {
    id: Uuid,
    at: DateTime<Utc>,
    person_id: Uuid,
    record_id: Uuid,
    policy_id: String,
    policy_version_id: Uuid,
    amount: i64,
    cause: String,
    corrects: Option<Uuid>,
    on_day: NaiveDate,
}

async fn booked(of: Of<'_>) -> Result<Vec<Event>> {
    let rows: Vec<LedgerRow> = of
        .query(concat!(
            "SELECT r.id, r.at, r.person_id, r.record_id, r.policy_id, r.policy_version_id, r.amount, r.cause, r.corrects,
                r.on_day
         FROM ledger_entry r WHERE ",
            untold!(),
            " ORDER BY r.id LIMIT $4"
        ))
        .fetch_all(&mut *of.connection)
        .await?;
    let data = |row: LedgerRow| {
        let (id, at) = (row.id, row.at);
        let booked = Booked {
            ledger_entry_id: row.id,
            person_id: row.person_id,
            record_id: row.record_id,
            policy_id: row.policy_id,
            policy_version_id: row.policy_version_id,
            credit: Credit::from_milli(row.amount),
            cause: row.cause,
            corrects: row.corrects,
            on_day: row.on_day,
        };
        of.event(id, at, Data::Booked(booked))
    };
    Ok(rows.into_iter().map(data).collect())
}

#[derive(FromRow)]
struct ParticipationRow {
    id: Uuid,
    at: DateTime<Utc>,
    participation_id: Uuid,
    person_id: Uuid,
    session_id: Uuid,
    activity_id: Uuid,
    host_id: Uuid,
    minutes: Option<i32>,
}

async fn took_part(of: Of<'_>) -> Result<Vec<Event>> {
    // A correction is a step from confirmed to confirmed.
    let (to, again) = match of.kind {
        Kind::ParticipationVoided => ("voided", true),
        Kind::ParticipationAmended => ("confirmed", true),
        _ => ("confirmed", false),
    };
    let rows: Vec<ParticipationRow> = of
        .query(concat!(
            "SELECT r.id, r.at, r.participation_id, p.person_id, p.session_id, p.activity_id, p.host_id, r.minutes
         FROM participation_event r JOIN participation p ON p.district_id = $1 AND p.id = r.participation_id
         WHERE r.to_state = $5 AND (r.from_state IS NOT DISTINCT FROM 'confirmed') = $6 AND ",
            untold!(),
            " ORDER BY r.id LIMIT $4"
        ))
        .bind(to)
        .bind(again)
        .fetch_all(&mut *of.connection)
        .await?;
    let data = |row: ParticipationRow| {
        let took_part = TookPart {
            participation_id: row.participation_id,
            person_id: row.person_id,
            session_id: row.session_id,
            activity_id: row.activity_id,
            host_id: row.host_id,
            minutes: row.minutes,
        };
        of.event(row.id, row.at, Data::TookPart(took_part))
    };
    Ok(rows.into_iter().map(data).collect())
}

#[derive(FromRow)]
struct ResultRow {
    id: Uuid,
    at: DateTime<Utc>,
    result_id: Uuid,
    person_id: Uuid,
    competition_id: Uuid,
}

async fn achieved(of: Of<'_>, to: &str) -> Result<Vec<Event>> {
    let rows: Vec<ResultRow> = of
        .query(concat!(
            "SELECT r.id, r.at, r.result_id, s.person_id, s.competition_id
         FROM result_event r JOIN result s ON s.district_id = $1 AND s.id = r.result_id
         WHERE r.to_state = $5 AND r.from_state IS DISTINCT FROM $5 AND ",
            untold!(),
            " ORDER BY r.id LIMIT $4"
        ))
        .bind(to)
        .fetch_all(&mut *of.connection)
        .await?;
    let data = |row: ResultRow| {
        let achieved =
            Achieved { result_id: row.result_id, person_id: row.person_id, competition_id: row.competition_id };
        of.event(row.id, row.at, Data::Achieved(achieved))
    };
    Ok(rows.into_iter().map(data).collect())
}

#[derive(FromRow)]
struct PolicyRow {
    id: Uuid,
    at: DateTime<Utc>,
    policy_id: String,
    policy_version_id: Uuid,
    version: String,
}

async fn effective(of: Of<'_>) -> Result<Vec<Event>> {
    // The trail is narrowed before its text is taken for an id.
    let rows: Vec<PolicyRow> = of
        .query(concat!(
            "WITH trail AS MATERIALIZED (
             SELECT r.id, r.at, r.object_id FROM audit_event r WHERE r.action = 'policy.effective' AND ",
            untold!(),
            " ORDER BY r.id LIMIT $4)
         SELECT t.id, t.at, a.policy_id, a.policy_version_id, v.version
         FROM trail t JOIN policy_adoption a ON a.id = t.object_id::uuid
         JOIN policy_version v ON v.id = a.policy_version_id ORDER BY t.id"
        ))
        .fetch_all(&mut *of.connection)
        .await?;
    let data = |row: PolicyRow| {
        let effective =
            Effective { policy_id: row.policy_id, policy_version_id: row.policy_version_id, version: row.version };
        of.event(row.id, row.at, Data::Effective(effective))
    };
    Ok(rows.into_iter().map(data).collect())
}

#[derive(FromRow)]
struct CredentialRow {
    id: Uuid,
    at: DateTime<Utc>,
    credential_id: Uuid,
    kind: String,
    person_id: Uuid,
}

async fn issued(of: Of<'_>, action: &str) -> Result<Vec<Event>> {
    let rows: Vec<CredentialRow> = of
        .query(concat!(
            "WITH trail AS MATERIALIZED (
             SELECT r.id, r.at, r.object_id FROM audit_event r WHERE r.action = $5 AND ",
            untold!(),
            " ORDER BY r.id LIMIT $4)
         SELECT t.id, t.at, c.id AS credential_id, c.kind, c.person_id
         FROM trail t JOIN credential c ON c.district_id = $1 AND c.id = t.object_id::uuid ORDER BY t.id"
        ))
        .bind(action)
        .fetch_all(&mut *of.connection)
        .await?;
    let data = |row: CredentialRow| {
        let issued = Issued { credential_id: row.credential_id, credential_kind: row.kind, person_id: row.person_id };
        of.event(row.id, row.at, Data::Issued(issued))
    };
    Ok(rows.into_iter().map(data).collect())
}
