//! SQL that puts the past in the place of the present. Every statement names the district.
//!
//! What a row was before it was changed is read from `former` and `former_shared`; all else is as it is.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::EffectivePolicy;
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
const SHADOWS: [&str; 23] = [
    // Named, so that a statement that was planned before is planned anew, here and after.
    "SET LOCAL search_path = pg_temp, public",
    "CREATE TEMPORARY TABLE past (district_id uuid NOT NULL, at timestamptz NOT NULL, policy_id text) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE former_then (kind text NOT NULL, id uuid NOT NULL, was jsonb NOT NULL, PRIMARY KEY (kind, id))
     ON COMMIT DROP",
    concat!("CREATE TEMPORARY VIEW district AS ", then!("district")),
    concat!("CREATE TEMPORARY VIEW organization AS ", then!("organization")),
    concat!("CREATE TEMPORARY VIEW activity AS ", then!("activity")),
    concat!("CREATE TEMPORARY VIEW competition AS ", then!("competition")),
    concat!("CREATE TEMPORARY VIEW programme AS ", then!("programme")),
    concat!("CREATE TEMPORARY VIEW theme AS ", then!("theme")),
    concat!("CREATE TEMPORARY VIEW person AS ", own_then!("person")),
    "CREATE TEMPORARY TABLE moved (person_id uuid PRIMARY KEY, lines boolean NOT NULL) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE score_line (LIKE public.score_line INCLUDING DEFAULTS,
                                        PRIMARY KEY (district_id, policy_id, record_id)) ON COMMIT DROP",
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
    concat!(
        "CREATE TEMPORARY VIEW exception AS SELECT x.* FROM (",
        own_then!("exception"),
        ") x WHERE x.found_at <= (SELECT at FROM past)"
    ),
    "CREATE TEMPORARY VIEW exception_rules AS
     SELECT t.* FROM public.exception_rules t
     WHERE t.district_id = (SELECT district_id FROM past)
       AND NOT EXISTS (SELECT FROM former_then f WHERE f.kind = 'exception_rules')
     UNION ALL
     SELECT w.* FROM former_then f
     CROSS JOIN LATERAL jsonb_populate_record(NULL::public.exception_rules, f.was) w WHERE f.kind = 'exception_rules'",
];

/// What stands before the tables of lines and scores once those who have moved are evaluated: theirs, and of all others what
/// is there today.
const UNMOVED: [&str; 7] = [
    "ALTER TABLE pg_temp.score_line RENAME TO moved_line",
    "ALTER TABLE pg_temp.score RENAME TO moved_score",
    "CREATE INDEX moved_line_by_person ON moved_line (district_id, person_id, policy_id)",
    "CREATE INDEX moved_line_by_school ON moved_line (district_id, policy_id, school_id, on_day)",
    "CREATE TEMPORARY VIEW score_line AS
     SELECT * FROM public.score_line l
     WHERE l.district_id = (SELECT district_id FROM past) AND l.policy_id = (SELECT policy_id FROM past)
       AND NOT EXISTS (SELECT FROM moved m WHERE m.person_id = l.person_id AND m.lines)
     UNION ALL SELECT * FROM moved_line",
    "CREATE TEMPORARY VIEW score AS
     SELECT * FROM public.score s
     WHERE s.district_id = (SELECT district_id FROM past) AND s.policy_id = (SELECT policy_id FROM past)
       AND NOT EXISTS (SELECT FROM moved m WHERE m.person_id = s.person_id)
     UNION ALL SELECT * FROM moved_score",
    "ANALYZE moved_line, credit_cell, moved_score",
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

/// Somebody whose score was another one at the moment, or may have been.
#[derive(Debug, Clone, FromRow)]
pub struct Moved {
    pub person_id: Uuid,
    /// Whether what each record earns was another, too; else only what is current in the score.
    pub lines: bool,
}

/// The days as of which scores of today stand that are by this version.
pub async fn standing_by(tx: &mut Tx, policy: &EffectivePolicy) -> Result<Vec<NaiveDate>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT stands_on FROM public.score
         WHERE district_id = $1 AND policy_id = $2 AND policy_version_id = $3",
    )
    .persistent(false)
    .bind(district.0)
    .bind(&policy.policy_id)
    .bind(policy.policy_version_id)
    .fetch_all(&mut **tx)
    .await?)
}

/// Notes in `moved` of whom today's lines, or scores, may not be those of the moment: one of the records was known, changed
/// or ended since, a decision or an enrolment was, the person is scored by another version, was changed or is new. `turned`
/// are the days as of which a score stands that says something else on the day of the moment.
pub async fn note_moved(
    tx: &mut Tx,
    policy: &EffectivePolicy,
    (at, day): (DateTime<Utc>, NaiveDate),
    turned: &[NaiveDate],
) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO moved (person_id, lines)
         SELECT person_id, true FROM (
             SELECT person_id FROM public.record WHERE district_id = $1 AND (known_from > $2 OR known_until > $2)
             UNION
             SELECT person_id FROM public.soft_decision
             WHERE district_id = $1 AND policy_id = $4 AND (decided_at > $2 OR revoked_at > $2)
             UNION
             SELECT id FROM former_then WHERE kind = 'person'
             UNION
             SELECT (was ->> 'person_id')::uuid FROM former_then WHERE kind = 'enrolment'
             UNION
             SELECT e.person_id FROM public.enrolment e
             LEFT JOIN public.score s ON s.district_id = $1 AND s.policy_id = $4 AND s.person_id = e.person_id
             WHERE e.district_id = $1
               AND (e.created_at > $2 OR e.ended_at > $2 OR e.valid_from > least($3, s.stands_on))
             UNION
             SELECT p.id FROM public.person p
             LEFT JOIN public.score s ON s.district_id = $1 AND s.policy_id = $4 AND s.person_id = p.id
             WHERE p.district_id = $1
               AND (p.created_at > $2 OR s.person_id IS NULL OR s.policy_version_id <> $5 OR s.person_version <> p.version)
         ) one",
    )
    .persistent(false)
    .bind(district.0)
    .bind(at)
    .bind(day)
    .bind(&policy.policy_id)
    .bind(policy.policy_version_id)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO moved (person_id, lines)
         SELECT person_id, false FROM public.score WHERE district_id = $1 AND policy_id = $2 AND stands_on = ANY($3)
         ON CONFLICT DO NOTHING",
    )
    .persistent(false)
    .bind(district.0)
    .bind(&policy.policy_id)
    .bind(turned)
    .execute(&mut **tx)
    .await?;
    sqlx::query("ANALYZE moved").persistent(false).execute(&mut **tx).await?;
    Ok(())
}

/// Those of `moved` who were there at the moment, after `after`, in order of id; of these schools alone, if they are named.
pub async fn moved_after(
    tx: &mut Tx,
    at: DateTime<Utc>,
    schools: Option<&[Uuid]>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Moved>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT m.person_id, m.lines FROM moved m JOIN person p ON p.district_id = $1 AND p.id = m.person_id
         WHERE p.created_at <= $2 AND ($3::uuid IS NULL OR m.person_id > $3)
           AND ($4::uuid[] IS NULL
                OR EXISTS (SELECT FROM enrolment e
                           WHERE e.district_id = $1 AND e.person_id = m.person_id AND e.school_id = ANY($4))
                OR EXISTS (SELECT FROM record r
                           WHERE r.district_id = $1 AND r.person_id = m.person_id AND r.school_id = ANY($4)))
         ORDER BY m.person_id LIMIT $5",
    )
    .persistent(false)
    .bind(district.0)
    .bind(at)
    .bind(after)
    .bind(schools)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// The sums of those who have not moved, before the others are added: of these schools alone, if they are named.
pub async fn keep_cells(tx: &mut Tx, policy_id: &str, schools: Option<&[Uuid]>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO credit_cell (district_id, policy_id, on_day, host_id, school_id, class_id, grade, category, rule, block,
                                  records, counted, cut, refused, flagged, raw, credits, took, earned)
         SELECT $1, $2, l.on_day, coalesce(l.host_id, '00000000-0000-0000-0000-000000000000'),
                coalesce(l.school_id, '00000000-0000-0000-0000-000000000000'),
                coalesce(l.class_id, '00000000-0000-0000-0000-000000000000'), coalesce(l.grade, -100), l.category, l.rule,
                s.seat / 64, count(*), count(*) FILTER (WHERE l.status = 'counted'),
                count(*) FILTER (WHERE l.status = 'cut'), count(*) FILTER (WHERE l.status = 'refused'),
                count(*) FILTER (WHERE l.flagged), sum(l.raw), sum(l.counted), bit_or(1::bigint << (s.seat % 64)::int),
                bit_or(CASE WHEN l.counted > 0 THEN 1::bigint << (s.seat % 64)::int ELSE 0 END)
         FROM public.score_line l JOIN public.person_seat s ON s.district_id = $1 AND s.person_id = l.person_id
         WHERE l.district_id = $1 AND l.policy_id = $2 AND ($3::uuid[] IS NULL OR l.school_id = ANY($3))
           AND NOT EXISTS (SELECT FROM moved m WHERE m.person_id = l.person_id AND m.lines)
         GROUP BY 3, 4, 5, 6, 7, 8, 9, 10",
    )
    .persistent(false)
    .bind(district.0)
    .bind(policy_id)
    .bind(schools)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts the lines and scores of those who have not moved beside those that were evaluated, and lets statements be planned by
/// what is there.
pub async fn keep_unmoved(tx: &mut Tx, policy_id: &str) -> Result<()> {
    sqlx::query("UPDATE past SET policy_id = $1").persistent(false).bind(policy_id).execute(&mut **tx).await?;
    for statement in UNMOVED {
        sqlx::query(statement).persistent(false).execute(&mut **tx).await?;
    }
    Ok(())
}
