//! SQL that puts the past in the place of the present. Every statement names the district.
//!
//! What a row was before it was changed is read from `former` and `former_shared`; all else is as it is.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::Result;
use crate::tenancy::Tx;

/// Rows of a network table as they were.
macro_rules! then {
    ($table:literal) => {
        concat!(
            "SELECT t.* FROM public.",
            $table,
            " t WHERE NOT EXISTS (SELECT FROM former_then f WHERE f.kind = '",
            $table,
            "' AND f.id = t.id)
             UNION ALL
             SELECT w.* FROM former_then f CROSS JOIN LATERAL jsonb_populate_record(NULL::public.",
            $table,
            ", f.was) w WHERE f.kind = '",
            $table,
            "'"
        )
    };
}

/// Rows of a table of the district as they were.
macro_rules! own_then {
    ($table:literal) => {
        concat!(
            "SELECT t.* FROM public.",
            $table,
            " t WHERE t.district_id = (SELECT district_id FROM past)
               AND NOT EXISTS (SELECT FROM former_then f WHERE f.kind = '",
            $table,
            "' AND f.id = t.id)
             UNION ALL
             SELECT w.* FROM former_then f CROSS JOIN LATERAL jsonb_populate_record(NULL::public.",
            $table,
            ", f.was) w WHERE f.kind = '",
            $table,
            "'"
        )
    };
}

/// What stands before the tables. All of it goes with the transaction: the views lean on `past`, which is dropped at its end.
const SHADOWS: [&str; 20] = [
    // Named, so that a statement that was planned before is planned anew, here and after.
    "SET LOCAL search_path = pg_temp, public",
    "CREATE TEMPORARY TABLE past (district_id uuid NOT NULL, at timestamptz NOT NULL) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE former_then (kind text NOT NULL, id uuid NOT NULL, was jsonb NOT NULL, PRIMARY KEY (kind, id))
     ON COMMIT DROP",
    concat!("CREATE TEMPORARY VIEW district AS ", then!("district")),
    concat!("CREATE TEMPORARY VIEW organization AS ", then!("organization")),
    concat!("CREATE TEMPORARY VIEW activity AS ", then!("activity")),
    concat!("CREATE TEMPORARY VIEW competition AS ", then!("competition")),
    concat!("CREATE TEMPORARY VIEW programme AS ", then!("programme")),
    concat!("CREATE TEMPORARY VIEW theme AS ", then!("theme")),
    concat!("CREATE TEMPORARY VIEW person AS ", own_then!("person")),
    "CREATE TEMPORARY TABLE score_line (LIKE public.score_line INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE credit_cell (LIKE public.credit_cell INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE score (LIKE public.score INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)
     ON COMMIT DROP",
    "CREATE TEMPORARY VIEW record AS
     SELECT r.district_id, r.id, r.record_id, r.source, r.person_id, r.school_id, r.class_id, r.grade, r.starts_at, r.host_id,
            r.facts, r.known_from, NULL::timestamptz AS known_until
     FROM public.record r
     WHERE r.district_id = (SELECT district_id FROM past) AND r.known_from <= (SELECT at FROM past)
       AND (r.known_until IS NULL OR r.known_until > (SELECT at FROM past))",
    "CREATE TEMPORARY VIEW soft_decision AS
     SELECT s.district_id, s.id, s.policy_id, s.rule, s.record_id, s.person_id, s.decision, s.reason, s.decided_by,
            s.decided_at, NULL::timestamptz AS revoked_at
     FROM public.soft_decision s
     WHERE s.district_id = (SELECT district_id FROM past) AND s.decided_at <= (SELECT at FROM past)
       AND (s.revoked_at IS NULL OR s.revoked_at > (SELECT at FROM past))",
    "CREATE TEMPORARY VIEW ledger_entry AS
     SELECT l.* FROM public.ledger_entry l
     WHERE l.district_id = (SELECT district_id FROM past) AND l.at <= (SELECT at FROM past)",
    concat!(
        "CREATE TEMPORARY VIEW enrolment AS
         SELECT e.district_id, e.id, e.person_id, e.class_id, e.school_id, e.grade, e.valid_from,
                CASE WHEN e.ended_at > (SELECT at FROM past) THEN NULL ELSE e.valid_to END AS valid_to, e.created_at
         FROM (",
        own_then!("enrolment"),
        ") e WHERE e.created_at <= (SELECT at FROM past)"
    ),
    "CREATE TEMPORARY VIEW participation AS
     SELECT p.district_id, p.id, p.session_id, p.activity_id, p.host_id, p.person_id, p.school_id, p.class_id, p.grade,
            e.to_state AS state, e.minutes, e.quantity, p.source, e.reason, p.recorded_by, p.recorded_at,
            CASE WHEN e.to_state = 'confirmed' THEN p.confirmed_by END AS confirmed_by,
            CASE WHEN e.to_state = 'confirmed' THEN (
                SELECT max(v.at) FROM public.participation_event v
                WHERE v.district_id = p.district_id AND v.participation_id = p.id AND v.to_state = 'confirmed'
                  AND v.from_state IS DISTINCT FROM 'confirmed' AND v.at <= (SELECT at FROM past)
            ) END AS confirmed_at, p.version, e.at AS updated_at, p.turn
     FROM public.participation p
     CROSS JOIN LATERAL (
         SELECT v.to_state, v.minutes, v.quantity, v.reason, v.at FROM public.participation_event v
         WHERE v.district_id = p.district_id AND v.participation_id = p.id AND v.at <= (SELECT at FROM past)
         ORDER BY v.id DESC LIMIT 1
     ) e
     WHERE p.district_id = (SELECT district_id FROM past)",
    // What it says is corrected only before it is verified, and a report tells of what is verified.
    "CREATE TEMPORARY VIEW result AS
     SELECT r.district_id, r.id, r.competition_id, r.person_id, r.school_id, r.class_id, r.grade, r.achieved_on,
            r.contest_level, r.award, r.place, r.places_listed, r.work_id, r.work_title, r.team_id, r.team_position,
            r.team_size, r.tags, e.to_state AS state, e.reason, r.submitted_by, r.submitted_at, r.decided_by, r.decided_at,
            r.version, e.at AS updated_at
     FROM public.result r
     CROSS JOIN LATERAL (
         SELECT v.to_state, v.reason, v.at FROM public.result_event v
         WHERE v.district_id = r.district_id AND v.result_id = r.id AND v.at <= (SELECT at FROM past)
         ORDER BY v.id DESC LIMIT 1
     ) e
     WHERE r.district_id = (SELECT district_id FROM past)",
    // A session is called off for good: one that was before changes were kept, and changed later, was not so before.
    concat!(
        "CREATE TEMPORARY VIEW session AS
         SELECT s.id, s.activity_id, s.district_id, s.host_id, s.starts_at, s.ends_at, s.place, s.capacity,
                CASE WHEN s.status = 'cancelled' AND s.updated_at > (SELECT at FROM past) THEN 'open' ELSE s.status END
                    AS status,
                s.reason, s.version, s.created_at, s.updated_at, s.opens_at, s.to_all_at
         FROM (",
        then!("session"),
        ") s WHERE s.created_at <= (SELECT at FROM past)"
    ),
];

/// Puts everything in place; lines, cells and scores are empty.
pub async fn shadow(tx: &mut Tx, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    for statement in SHADOWS {
        sqlx::query(statement).persistent(false).execute(&mut **tx).await?;
    }
    sqlx::query("INSERT INTO past (district_id, at) VALUES ($1, $2)")
        .bind(district.0)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO former_then (kind, id, was)
         SELECT DISTINCT ON (kind, id) kind, id, was
         FROM (SELECT kind, id, known_until, was FROM former WHERE district_id = $1 AND known_until > $2
               UNION ALL
               SELECT kind, id, known_until, was FROM former_shared WHERE known_until > $2) f
         ORDER BY kind, id, known_until",
    )
    .persistent(false)
    .bind(district.0)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    sqlx::query("ANALYZE former_then").persistent(false).execute(&mut **tx).await?;
    Ok(())
}

/// Lets statements be planned by what is there.
pub async fn know_sizes(tx: &mut Tx) -> Result<()> {
    sqlx::query("ANALYZE score_line, credit_cell, score").persistent(false).execute(&mut **tx).await?;
    Ok(())
}

/// Persons of the district who were there at the moment, after `after`, in order of id.
pub async fn persons_then(
    tx: &mut Tx,
    at: DateTime<Utc>,
    schools: Option<&[Uuid]>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT p.id FROM person p
         WHERE p.district_id = $1 AND p.created_at <= $2 AND ($3::uuid IS NULL OR p.id > $3)
           AND ($4::uuid[] IS NULL
                OR EXISTS (SELECT FROM enrolment e
                           WHERE e.district_id = $1 AND e.person_id = p.id AND e.school_id = ANY($4))
                OR EXISTS (SELECT FROM record r
                           WHERE r.district_id = $1 AND r.person_id = p.id AND r.school_id = ANY($4)))
         ORDER BY p.id LIMIT $5",
    )
    .bind(district.0)
    .bind(at)
    .bind(after)
    .bind(schools)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}
