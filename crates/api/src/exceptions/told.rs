//! What was found in a period, for reports; also as of a past moment, by the rows of before.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::store;
use crate::error::Result;
use crate::tenancy::Tx;

/// An exception, as reports tell of it.
#[derive(Debug, FromRow)]
pub struct Told {
    pub id: Uuid,
    pub kind: String,
    pub state: String,
    pub on_day: NaiveDate,
    pub found_at: DateTime<Utc>,
    /// The district's day on which it was found.
    pub found_on: NaiveDate,
    pub decided_at: Option<DateTime<Utc>>,
    pub host_id: Option<Uuid>,
    pub host_zh: Option<String>,
    pub host_en: Option<String>,
    pub school_id: Option<Uuid>,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
}

/// Those that were found on these days, about these schools and hosts or about any; and within how many days an official looks.
pub async fn told(
    tx: &mut Tx,
    (from, to): (NaiveDate, NaiveDate),
    schools: Option<&[Uuid]>,
    hosts: Option<&[Uuid]>,
) -> Result<(Vec<Told>, u32)> {
    let district = tx.district();
    let rows = sqlx::query_as(
        "SELECT x.id, x.kind, x.state, x.on_day, x.found_at, (x.found_at AT TIME ZONE d.time_zone)::date AS found_on,
                x.decided_at, x.host_id, h.name_zh AS host_zh, h.name_en AS host_en, x.school_id, o.name_zh AS school_zh,
                o.name_en AS school_en
         FROM exception x JOIN district d ON d.id = $1
         LEFT JOIN organization h ON h.id = x.host_id LEFT JOIN organization o ON o.id = x.school_id
         WHERE x.district_id = $1 AND (x.found_at AT TIME ZONE d.time_zone)::date BETWEEN $2 AND $3
           AND ($4::uuid[] IS NULL OR x.school_id = ANY($4)) AND ($5::uuid[] IS NULL OR x.host_id = ANY($5))
         ORDER BY x.id",
    )
    .bind(district.0)
    .bind(from)
    .bind(to)
    .bind(schools)
    .bind(hosts)
    .fetch_all(&mut **tx)
    .await?;
    Ok((rows, store::rules(tx).await?.rules().target_days))
}
