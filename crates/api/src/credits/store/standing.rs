//! SQL of scores that stand as of an earlier day, or of what was known of the person before.

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::Result;
use crate::tenancy::Tx;

/// A person whose score may have to be computed anew.
#[derive(Debug, FromRow)]
pub struct Due {
    pub id: Uuid,
    pub birth_date: Option<NaiveDate>,
    /// The day as of which it stands; nothing where there is none yet.
    pub stands_on: Option<NaiveDate>,
    /// It has to be, whoever the person is; else where an age changes.
    pub certain: bool,
}

/// Every district with its time zone.
pub async fn districts(tx: &mut Tx) -> Result<Vec<(Uuid, String)>> {
    Ok(sqlx::query_as("SELECT id, time_zone FROM district ORDER BY id").fetch_all(&mut **tx).await?)
}

/// The days before this one as of which scores stand.
pub async fn standing_days(tx: &mut Tx, policy_id: &str, today: NaiveDate) -> Result<Vec<NaiveDate>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT stands_on FROM score WHERE district_id = $1 AND policy_id = $2 AND stands_on < $3 ORDER BY 1",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(today)
    .fetch_all(&mut **tx)
    .await?)
}

/// Persons after `after` who are due: without a score, changed in the roster since they were scored, in an enrolment that
/// has begun since, with a score of one of the days `everybody`; and those with one of the days `birthdays`, who may be.
pub async fn due(
    tx: &mut Tx,
    policy_id: &str,
    today: NaiveDate,
    (everybody, birthdays): (&[NaiveDate], &[NaiveDate]),
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Due>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT * FROM (
             SELECT p.id, p.birth_date, s.stands_on,
                    s.person_id IS NULL OR s.person_version <> p.version OR s.stands_on = ANY($4)
                    OR EXISTS (SELECT FROM enrolment e WHERE e.district_id = $1 AND e.person_id = p.id
                               AND e.valid_from > s.stands_on AND e.valid_from <= $3) AS certain
             FROM person p LEFT JOIN score s ON s.district_id = $1 AND s.policy_id = $2 AND s.person_id = p.id
             WHERE p.district_id = $1 AND ($6::uuid IS NULL OR p.id > $6)
         ) one
         WHERE certain OR stands_on = ANY($5) ORDER BY id LIMIT $7",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(today)
    .bind(everybody)
    .bind(birthdays)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}
