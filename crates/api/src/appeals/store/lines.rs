//! SQL of lines that are, or could be, questioned. Every statement names the district.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::{PARTICIPATION, RESULT};
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A line that is, or could be, questioned.
#[derive(Debug, FromRow)]
pub struct LineRow {
    pub id: Uuid,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub current_school_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub state: String,
    /// The day of the district on which it changed last: of its last step, or of the end of its session if that is later.
    pub changed_on: NaiveDate,
    pub starts_at: Option<DateTime<Utc>>,
    pub cancelled: bool,
    /// Whether an appeal about it was declined after it was as it is now.
    pub declined: bool,
    /// Whether an appeal about it is open.
    pub questioned: bool,
}

const PARTICIPATIONS: &str = "
    SELECT l.id, l.person_id, l.school_id, e.school_id AS current_school_id, l.host_id, l.state,
           (greatest(l.updated_at, s.ends_at) AT TIME ZONE d.time_zone)::date AS changed_on, s.starts_at,
           s.status = 'cancelled' AS cancelled, said.declined, said.questioned
    FROM participation l JOIN session s ON s.id = l.session_id";
const RESULTS: &str = "
    SELECT l.id, l.person_id, l.school_id, e.school_id AS current_school_id, NULL::uuid AS host_id, l.state,
           (l.updated_at AT TIME ZONE d.time_zone)::date AS changed_on, NULL::timestamptz AS starts_at,
           false AS cancelled, said.declined, said.questioned
    FROM result l";
/// What is known beside a line; its sort is `$3`.
const BESIDE: &str = "
    JOIN district d ON d.id = $1
    LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = l.person_id AND e.valid_to IS NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(x.state = 'declined' AND x.decided_at >= l.updated_at), false) AS declined,
               coalesce(bool_or(x.state IN ('filed', 'stated')), false) AS questioned
        FROM appeal x WHERE x.district_id = $1 AND x.person_id = l.person_id AND x.line_kind = $3 AND x.line_id = l.id
    ) said
    WHERE l.district_id = $1";

/// The lines of a sort: one of them, or all of a person.
fn lines_where(kind: &str, which: &str) -> String {
    let of = if kind == PARTICIPATION { PARTICIPATIONS } else { RESULTS };
    format!("{of} {BESIDE} AND {which}")
}

/// A line.
pub async fn line(tx: &mut Tx, kind: &str, id: Uuid) -> Result<LineRow> {
    let district = tx.district();
    sqlx::query_as(sqlx::AssertSqlSafe(lines_where(kind, "l.id = $2")))
        .bind(district.0)
        .bind(id)
        .bind(kind)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found(if kind == PARTICIPATION { PARTICIPATION } else { RESULT }))
}

/// All lines of a sort of a person.
pub async fn lines(tx: &mut Tx, kind: &str, person: Uuid) -> Result<Vec<LineRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(lines_where(kind, "l.person_id = $2 ORDER BY l.id")))
        .bind(district.0)
        .bind(person)
        .bind(kind)
        .fetch_all(&mut **tx)
        .await?)
}

/// The school at which a person is; not found if there is no such person.
pub async fn school_of(tx: &mut Tx, person: Uuid) -> Result<Option<Uuid>> {
    let district = tx.district();
    sqlx::query_scalar(
        "SELECT e.school_id FROM person n
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = n.id AND e.valid_to IS NULL
         WHERE n.district_id = $1 AND n.id = $2",
    )
    .bind(district.0)
    .bind(person)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("person"))
}
