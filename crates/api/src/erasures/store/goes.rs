//! SQL of what goes with a person, for the owner. Credit, seals and credentials take their own (`forget_person`,
//! `erase_person`); everything else is written down here.

use sqlx::FromRow;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// By what a person is known.
#[derive(Debug, Clone, FromRow)]
pub struct Person {
    pub id: Uuid,
    pub number: String,
    pub name: String,
    pub source_id: Option<String>,
}

/// A person, whose row nobody points to or changes until the transaction ends.
pub async fn hold(tx: &mut Tx, person: Uuid) -> Result<Option<Person>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT id, number, name, source_id FROM person WHERE district_id = $1 AND id = $2 FOR UPDATE")
        .bind(district.0)
        .bind(person)
        .fetch_optional(&mut **tx)
        .await?)
}

/// The ids of all that is the person's and goes: the trail speaks of it by these.
pub async fn ids_of(tx: &mut Tx, person: Uuid) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT $2::uuid
         UNION ALL SELECT id FROM participation WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM result WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT v.id FROM evidence v JOIN result r ON r.district_id = $1 AND r.id = v.result_id
                   WHERE v.district_id = $1 AND r.person_id = $2
         UNION ALL SELECT id FROM enrolment WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM credential WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM soft_decision WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM scan WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM pass WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM calendar_link WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM exception WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM appeal WHERE district_id = $1 AND person_id = $2
         UNION ALL SELECT id FROM erasure WHERE district_id = $1 AND person_id = $2 AND state <> 'approved'",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// The evidence of a team stays with the others: where the person's result stands for the team, another member's does from now
/// on.
pub async fn pass_on_teams(tx: &mut Tx, person: Uuid) -> Result<()> {
    let district = tx.district();
    let heirs: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT r.id, heir.id FROM result r
         JOIN LATERAL (SELECT o.id FROM result o
                       WHERE o.district_id = $1 AND o.team_id = r.id AND o.person_id <> $2
                       ORDER BY o.team_position, o.id LIMIT 1) heir ON true
         WHERE r.district_id = $1 AND r.person_id = $2 AND r.team_id = r.id",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?;
    for (head, heir) in heirs {
        for statement in [
            "UPDATE evidence SET result_id = $3 WHERE district_id = $1 AND result_id = $2",
            "UPDATE result SET team_id = $3 WHERE district_id = $1 AND team_id = $2",
        ] {
            sqlx::query(statement).bind(district.0).bind(head).bind(heir).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// The files that prove the person's results, and nobody else's any more.
pub async fn evidence_keys(tx: &mut Tx, person: Uuid) -> Result<Vec<String>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT v.object_key FROM evidence v JOIN result r ON r.district_id = $1 AND r.id = v.result_id
         WHERE v.district_id = $1 AND r.person_id = $2 ORDER BY v.id",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// What goes by the person's id ($2) and the ids of all that is the person's ($3), in this order: what points comes before what
/// is pointed to.
const GOES: [&str; 27] = [
    // At doors.
    "DELETE FROM scan_review v USING scan s
     WHERE v.district_id = $1 AND s.district_id = $1 AND s.id = v.scan_id AND s.person_id = $2",
    "DELETE FROM scan_verdict v USING scan s
     WHERE v.district_id = $1 AND s.district_id = $1 AND s.id = v.scan_id AND s.person_id = $2",
    "DELETE FROM scan WHERE district_id = $1 AND person_id = $2",
    "UPDATE door_closing SET held = array_remove(held, $2) WHERE district_id = $1 AND held @> ARRAY[$2]",
    "DELETE FROM pass WHERE district_id = $1 AND person_id = $2",
    "DELETE FROM calendar_link WHERE district_id = $1 AND person_id = $2",
    // What the rules found: alone in it, it is gone; with others, they are looked at anew.
    "DELETE FROM exception
     WHERE district_id = $1 AND (person_id = $2 OR subject_id = ANY($3) OR other_id = ANY($3) OR records <@ $3)",
    "UPDATE exception SET records = array(SELECT unnest(records) EXCEPT SELECT unnest($3::uuid[]))
     WHERE district_id = $1 AND records && $3",
    // What was questioned, and what other systems were told or still are to be.
    "DELETE FROM reminder m USING appeal x WHERE x.district_id = $1 AND x.person_id = $2 AND m.object_id = x.id",
    "DELETE FROM appeal WHERE district_id = $1 AND person_id = $2",
    "DELETE FROM webhook_attempt t USING webhook_delivery v
     WHERE t.district_id = $1 AND v.district_id = $1 AND v.id = t.delivery_id AND position($2::text IN v.body) > 0",
    "DELETE FROM webhook_delivery WHERE district_id = $1 AND position($2::text IN body) > 0",
    // What rows were before, for reports of a past day.
    "DELETE FROM former WHERE district_id = $1 AND kind = 'enrolment' AND was ->> 'person_id' = $2::text",
    "DELETE FROM former WHERE district_id = $1 AND kind = 'person' AND id = $2",
    "DELETE FROM former f WHERE f.district_id = $1 AND f.kind = 'exception'
     AND NOT EXISTS (SELECT FROM exception x WHERE x.district_id = $1 AND x.id = f.id)",
    "UPDATE former f SET was = jsonb_set(f.was, '{records}', coalesce(
         (SELECT jsonb_agg(r) FROM jsonb_array_elements_text(f.was -> 'records') r WHERE r::uuid <> ALL($3)), '[]'))
     WHERE f.district_id = $1 AND f.kind = 'exception' AND f.was -> 'records' ?| $3::text[]",
    "DELETE FROM policy_trial_person WHERE district_id = $1 AND person_id = $2",
    "DELETE FROM saved_report WHERE district_id = $1 AND query::text LIKE '%' || $2::text || '%'",
    // What the person did.
    "DELETE FROM participation_event v USING participation p
     WHERE v.district_id = $1 AND p.district_id = $1 AND p.id = v.participation_id AND p.person_id = $2",
    "DELETE FROM participation WHERE district_id = $1 AND person_id = $2",
    "DELETE FROM evidence v USING result r
     WHERE v.district_id = $1 AND r.district_id = $1 AND r.id = v.result_id AND r.person_id = $2",
    "DELETE FROM result_event v USING result r
     WHERE v.district_id = $1 AND r.district_id = $1 AND r.id = v.result_id AND r.person_id = $2",
    "DELETE FROM result WHERE district_id = $1 AND person_id = $2",
    // Rosters. A refused row may be the person's without saying so: by the name alone it goes, too.
    "DELETE FROM roster_import_row WHERE district_id = $1 AND person_id = $2",
    "DELETE FROM roster_import_row r USING person p
     WHERE r.district_id = $1 AND p.district_id = $1 AND p.id = $2
       AND (r.number = p.number OR r.source_id = p.source_id
            OR r.outcome = 'refused'
               AND (r.name = p.name OR EXISTS (SELECT FROM jsonb_path_query(r.incoming, 'strict $.**') c
                                               WHERE c #>> '{}' IN (p.number, p.name, p.source_id))))",
    "DELETE FROM enrolment WHERE district_id = $1 AND person_id = $2",
    // What was asked for before and came to nothing, with its reasons.
    "DELETE FROM erasure WHERE district_id = $1 AND person_id = $2 AND state IN ('refused', 'taken_back')",
];

/// Deletes what is the person's, but for credit, credentials and the ledger.
pub async fn take(tx: &mut Tx, person: Uuid, ids: &[Uuid]) -> Result<()> {
    let district = tx.district();
    for statement in GOES {
        sqlx::query(statement).bind(district.0).bind(person).bind(ids).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Deletes the person, to whom nothing points any more.
pub async fn part(tx: &mut Tx, person: Uuid) -> Result<()> {
    let district = tx.district();
    sqlx::query("DELETE FROM person WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(person)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
