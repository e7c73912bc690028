//! SQL of the sums that reports read.

use std::collections::HashMap;

use uuid::Uuid;

use crate::credits::cells::{Change, Key};
use crate::error::Result;
use crate::tenancy::Tx;

const SEATS: &str = "SELECT person_id, seat FROM person_seat WHERE district_id = $1 AND person_id = ANY($2)";

/// The seats of these persons; those who have none get one, once and for all.
pub async fn seats(tx: &mut Tx, persons: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let district = tx.district();
    let mut seats = of(tx, persons).await?;
    if persons.iter().all(|person| seats.contains_key(person)) {
        return Ok(seats);
    }
    // One transaction at a time gives new seats; most persons have theirs.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("seats {}", district.0))
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO person_seat (district_id, person_id, seat)
         SELECT $1, n.id, (SELECT coalesce(max(seat) + 1, 0) FROM person_seat WHERE district_id = $1) + n.ord - 1
         FROM (SELECT w.id, row_number() OVER (ORDER BY e.class_id, w.id) AS ord
               FROM unnest($2::uuid[]) AS w (id)
               LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = w.id AND e.valid_to IS NULL
               WHERE NOT EXISTS (SELECT FROM person_seat s WHERE s.district_id = $1 AND s.person_id = w.id)) n",
    )
    .bind(district.0)
    .bind(persons)
    .execute(&mut **tx)
    .await?;
    seats = of(tx, persons).await?;
    Ok(seats)
}

async fn of(tx: &mut Tx, persons: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let district = tx.district();
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(SEATS).bind(district.0).bind(persons).fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().collect())
}

macro_rules! with_keys {
    ($query:expr, $district:expr, $policy:expr, $changes:expr) => {
        $query
            .bind($district)
            .bind($policy)
            .bind($changes.iter().map(|c| c.0.on_day).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.0.host_id).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.0.school_id).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.0.class_id).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.0.grade).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.0.category.as_str()).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.0.rule.as_str()).collect::<Vec<_>>())
            .bind($changes.iter().map(|c| c.1).collect::<Vec<_>>())
    };
}

/// Changes cells where they stand; those that are empty afterwards are removed.
pub async fn change_cells(tx: &mut Tx, policy_id: &str, changes: &[(Key, i64, Change)]) -> Result<()> {
    let district = tx.district().0;
    let column = |of: fn(&Change) -> i64| changes.iter().map(|c| of(&c.2)).collect::<Vec<_>>();
    with_keys!(
        sqlx::query(
            "INSERT INTO credit_cell AS c (district_id, policy_id, on_day, host_id, school_id, class_id, grade, category,
                                           rule, block, records, counted, cut, refused, flagged, raw, credits, took, earned)
             SELECT $1, $2, n.*
             FROM unnest($3::date[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::text[], $9::text[], $10::bigint[],
                         $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
                         $17::bigint[], $18::bigint[], $19::bigint[]) AS n
             ON CONFLICT (district_id, policy_id, on_day, host_id, school_id, class_id, grade, category, rule, block)
             DO UPDATE SET records = c.records + excluded.records, counted = c.counted + excluded.counted,
                           cut = c.cut + excluded.cut, refused = c.refused + excluded.refused,
                           flagged = c.flagged + excluded.flagged, raw = c.raw + excluded.raw,
                           credits = c.credits + excluded.credits, took = c.took | excluded.took,
                           earned = c.earned | excluded.earned"
        ),
        district,
        policy_id,
        changes
    )
    .bind(column(|c| c.records))
    .bind(column(|c| c.counted))
    .bind(column(|c| c.cut))
    .bind(column(|c| c.refused))
    .bind(column(|c| c.flagged))
    .bind(column(|c| c.raw))
    .bind(column(|c| c.credits))
    .bind(column(|c| c.took))
    .bind(column(|c| c.earned))
    .execute(&mut **tx)
    .await?;
    let less: Vec<&(Key, i64, Change)> =
        changes.iter().filter(|c| c.2.took_no_more != 0 || c.2.earned_no_more != 0).collect();
    if less.is_empty() {
        return Ok(());
    }
    with_keys!(
        sqlx::query(
            "UPDATE credit_cell c SET took = c.took & ~n.took, earned = c.earned & ~n.earned
             FROM unnest($3::date[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::text[], $9::text[], $10::bigint[],
                         $11::bigint[], $12::bigint[])
                  AS n (on_day, host_id, school_id, class_id, grade, category, rule, block, took, earned)
             WHERE c.district_id = $1 AND c.policy_id = $2 AND c.on_day = n.on_day AND c.host_id = n.host_id
               AND c.school_id = n.school_id AND c.class_id = n.class_id AND c.grade = n.grade
               AND c.category = n.category AND c.rule = n.rule AND c.block = n.block"
        ),
        district,
        policy_id,
        less
    )
    .bind(less.iter().map(|c| c.2.took_no_more).collect::<Vec<_>>())
    .bind(less.iter().map(|c| c.2.earned_no_more).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    with_keys!(
        sqlx::query(
            "DELETE FROM credit_cell c
             USING unnest($3::date[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::text[], $9::text[], $10::bigint[])
                   AS n (on_day, host_id, school_id, class_id, grade, category, rule, block)
             WHERE c.district_id = $1 AND c.policy_id = $2 AND c.on_day = n.on_day AND c.host_id = n.host_id
               AND c.school_id = n.school_id AND c.class_id = n.class_id AND c.grade = n.grade
               AND c.category = n.category AND c.rule = n.rule AND c.block = n.block AND c.records = 0"
        ),
        district,
        policy_id,
        less
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
