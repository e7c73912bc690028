//! SQL of verification: what can be counted without the engine.

use chrono::NaiveDate;
use kepu_domain::record::Record;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::Result;
use crate::tenancy::Tx;

/// A record with where it comes from.
#[derive(Debug, FromRow)]
pub struct SourcedRecord {
    pub record_id: Uuid,
    pub source: String,
    pub facts: Json<Record>,
}

/// A score as stored; the total in thousandths.
#[derive(Debug, FromRow)]
pub struct StoredScore {
    pub person_id: Uuid,
    pub person_version: i64,
    pub stands_on: NaiveDate,
    pub eligible: bool,
    pub total: i64,
    pub measures: Value,
    pub levels: Value,
    pub outputs: Value,
    pub requirements: Value,
}

/// Invariant and a query that answers a text for each row that breaks it.
const BROKEN: [(&str, &str); 24] = [
    (
        "a booking has as many items as it says, all of what it books",
        "SELECT format('booking %s: %s of %s items', b.id, count(i.id), b.quantity)
         FROM booking b JOIN resource r ON r.id = b.resource_id AND r.district_id = $1
         LEFT JOIN booking_item h ON h.booking_id = b.id
         LEFT JOIN resource_item i ON i.id = h.item_id AND i.resource_id = b.resource_id
         GROUP BY b.id HAVING count(i.id) <> b.quantity OR count(h.item_id) <> b.quantity",
    ),
    (
        "a booking holds its items on its days until it is refused or cancelled",
        "SELECT format('booking %s, %s: item %s, holds %s, %s', b.id, b.state, h.item_id, h.holds, h.days)
         FROM booking b JOIN resource r ON r.id = b.resource_id AND r.district_id = $1
         JOIN booking_item h ON h.booking_id = b.id
         WHERE h.holds AND b.state IN ('refused', 'cancelled')
            OR NOT h.holds AND b.state IN ('requested', 'approved', 'delivered')
            OR h.holds AND h.days <> daterange(b.first_day,
                   CASE b.state WHEN 'returned' THEN least(b.last_day, b.returned_on) ELSE b.last_day END, '[]')",
    ),
    (
        "an item is out while it is lent, and no longer",
        "SELECT format('booking %s, %s: item %s, out %s', b.id, b.state, h.item_id, h.is_out)
         FROM booking b JOIN resource r ON r.id = b.resource_id AND r.district_id = $1
         JOIN booking_item h ON h.booking_id = b.id
         WHERE h.is_out AND b.state <> 'delivered'
            OR NOT h.is_out AND b.state = 'delivered' AND r.kind IN ('equipment', 'game', 'game_material')",
    ),
    (
        "each line is the sum of its record's ledger entries",
        "SELECT format('%s, record %s: entries add up to %s, the line says %s (thousandths)', policy_id, record_id,
                       coalesce(e.amount, 0), coalesce(l.counted, 0))
         FROM (SELECT policy_id, record_id, sum(amount) AS amount FROM ledger_entry WHERE district_id = $1
               GROUP BY policy_id, record_id) e
         FULL JOIN (SELECT policy_id, record_id, counted FROM score_line WHERE district_id = $1) l
              USING (policy_id, record_id)
         WHERE coalesce(e.amount, 0) <> coalesce(l.counted, 0)",
    ),
    (
        "each score is the sum of its person's ledger entries",
        "SELECT format('%s, person %s: entries add up to %s, the score says %s (thousandths)', policy_id, person_id,
                       coalesce(e.amount, 0), coalesce(s.total, 0))
         FROM (SELECT policy_id, person_id, sum(amount) AS amount FROM ledger_entry WHERE district_id = $1
               GROUP BY policy_id, person_id) e
         FULL JOIN (SELECT policy_id, person_id, total FROM score WHERE district_id = $1) s
              USING (policy_id, person_id)
         WHERE coalesce(e.amount, 0) <> coalesce(s.total, 0)",
    ),
    (
        "the sums that reports read are those of the lines",
        "SELECT format('%s, %s, school %s, class %s, host %s, rule %s: %s records and %s of credit are stored, %s and %s are right',
                       policy_id, on_day, school_id, class_id, host_id, rule, c.records, c.credits, l.records, l.credits)
         FROM (SELECT l.policy_id, l.on_day, coalesce(l.host_id, '00000000-0000-0000-0000-000000000000') AS host_id,
                      coalesce(l.school_id, '00000000-0000-0000-0000-000000000000') AS school_id,
                      coalesce(l.class_id, '00000000-0000-0000-0000-000000000000') AS class_id,
                      coalesce(l.grade, -100) AS grade, l.category, l.rule, coalesce(s.seat / 64, -1) AS block,
                      count(*) AS records, count(*) FILTER (WHERE l.status = 'counted') AS counted,
                      count(*) FILTER (WHERE l.status = 'cut') AS cut,
                      count(*) FILTER (WHERE l.status = 'refused') AS refused,
                      count(*) FILTER (WHERE l.flagged) AS flagged, sum(l.raw) AS raw, sum(l.counted) AS credits,
                      bit_or(1::bigint << (s.seat % 64)::int) AS took,
                      bit_or(CASE WHEN l.counted > 0 THEN 1::bigint << (s.seat % 64)::int ELSE 0 END) AS earned
               FROM score_line l LEFT JOIN person_seat s ON s.district_id = $1 AND s.person_id = l.person_id
               WHERE l.district_id = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) l
         FULL JOIN (SELECT * FROM credit_cell WHERE district_id = $1) c
              USING (policy_id, on_day, host_id, school_id, class_id, grade, category, rule, block)
         WHERE (l.records, l.counted, l.cut, l.refused, l.flagged, l.raw, l.credits, l.took, l.earned)
               IS DISTINCT FROM
               (c.records, c.counted, c.cut, c.refused, c.flagged, c.raw, c.credits, c.took, c.earned)",
    ),
    (
        "each line has at most its raw credit",
        "SELECT format('%s, record %s: %s of %s', policy_id, record_id, counted, raw) FROM score_line
         WHERE district_id = $1 AND (counted > raw OR counted < 0)",
    ),
    (
        "each confirmed participation and verified result is one record, and the other way round",
        "SELECT format('%s %s', coalesce(x.source, r.source), coalesce(x.id, r.record_id))
         FROM (SELECT 'participation' AS source, id, person_id FROM participation
               WHERE district_id = $1 AND state = 'confirmed'
               UNION ALL
               SELECT 'result', id, person_id FROM result WHERE district_id = $1 AND state = 'verified') x
         FULL JOIN (SELECT source, record_id, person_id FROM record WHERE district_id = $1 AND known_until IS NULL) r
              ON r.record_id = x.id AND r.source = x.source AND r.person_id = x.person_id
         WHERE x.id IS NULL OR r.record_id IS NULL",
    ),
    (
        "one confirmation for each person and session",
        "SELECT format('session %s, person %s: %s', session_id, person_id, count(*)) FROM participation
         WHERE district_id = $1 AND state = 'confirmed' GROUP BY session_id, person_id HAVING count(*) > 1",
    ),
    (
        "who records never confirms",
        "SELECT format('participation %s', id) FROM participation
         WHERE district_id = $1 AND confirmed_by = recorded_by
         UNION ALL
         SELECT format('result %s', id) FROM result WHERE district_id = $1 AND decided_by = submitted_by",
    ),
    (
        "a correction names an earlier entry of the same record",
        "SELECT format('entry %s', e.id) FROM ledger_entry e
         LEFT JOIN ledger_entry c ON c.district_id = $1 AND c.id = e.corrects AND c.record_id = e.record_id
              AND c.policy_id = e.policy_id AND c.id < e.id
         WHERE e.district_id = $1 AND e.corrects IS NOT NULL AND c.id IS NULL",
    ),
    (
        "a participation is in the state of its last event",
        "SELECT format('participation %s is %s, its history ends with %s', p.id, p.state, e.to_state)
         FROM participation p
         LEFT JOIN LATERAL (SELECT to_state FROM participation_event
                            WHERE district_id = $1 AND participation_id = p.id ORDER BY id DESC LIMIT 1) e ON true
         WHERE p.district_id = $1 AND p.state IS DISTINCT FROM e.to_state",
    ),
    (
        "an application is in the state of its last step, and awarded if a designation came of it",
        "SELECT format('application %s is %s, owns what belongs to %s, its last step led to %s', a.id, a.state,
                       a.standing->>'state', e.to_state)
         FROM application a JOIN organization o ON o.id = a.organization_id AND o.district_id = $1
         LEFT JOIN LATERAL (SELECT to_state FROM application_event
                            WHERE application_id = a.id ORDER BY id DESC LIMIT 1) e ON true
         WHERE a.state IS DISTINCT FROM a.standing->>'state' OR a.state IS DISTINCT FROM e.to_state
            OR (a.state = 'awarded') <> EXISTS (SELECT FROM designation d WHERE d.application_id = a.id)",
    ),
    (
        "suspensions of one designation do not overlap",
        "SELECT format('designation %s from %s', a.designation_id, b.suspended_from)
         FROM designation_suspension a JOIN designation d ON d.id = a.designation_id
         JOIN organization o ON o.id = d.organization_id AND o.district_id = $1
         JOIN designation_suspension b ON b.designation_id = a.designation_id AND b.id > a.id
              AND daterange(a.suspended_from, a.lifted_from) && daterange(b.suspended_from, b.lifted_from)",
    ),
    (
        "enrolments of one person do not overlap",
        "SELECT format('person %s on %s', a.person_id, b.valid_from) FROM enrolment a
         JOIN enrolment b ON b.district_id = $1 AND b.person_id = a.person_id AND b.id <> a.id
              AND b.valid_from >= a.valid_from AND (a.valid_to IS NULL OR b.valid_from <= a.valid_to)
              AND (b.valid_from > a.valid_from OR b.id > a.id)
         WHERE a.district_id = $1",
    ),
    (
        "every scan has verdicts, numbered from 1 without a gap",
        "SELECT format('scan %s: %s verdicts, numbered %s to %s', s.id, coalesce(v.verdicts, 0), v.first, v.last)
         FROM scan s
         LEFT JOIN (SELECT scan_id, count(*) AS verdicts, min(number) AS first, max(number) AS last
                    FROM scan_verdict WHERE district_id = $1 GROUP BY scan_id) v ON v.scan_id = s.id
         WHERE s.district_id = $1 AND (v.verdicts IS NULL OR v.first <> 1 OR v.last <> v.verdicts)",
    ),
    (
        "the scans of a session are as many as its verdicts of all kinds",
        "SELECT format('session %s: %s scans, %s accepted, %s duplicates, %s to be looked at, %s refused', s.session_id,
                       count(*), count(*) FILTER (WHERE v.verdict = 'accepted'),
                       count(*) FILTER (WHERE v.verdict = 'duplicate_of'),
                       count(*) FILTER (WHERE v.verdict = 'needs_review'), count(*) FILTER (WHERE v.verdict = 'refused'))
         FROM scan s
         LEFT JOIN (SELECT DISTINCT ON (scan_id) scan_id, verdict FROM scan_verdict WHERE district_id = $1
                    ORDER BY scan_id, number DESC) v ON v.scan_id = s.id
         WHERE s.district_id = $1
         GROUP BY s.session_id
         HAVING count(*) <> count(*) FILTER (WHERE v.verdict IN ('accepted', 'duplicate_of', 'needs_review', 'refused'))",
    ),
    (
        "a duplicate names an accepted scan of the same person and session",
        "WITH last AS (SELECT DISTINCT ON (scan_id) scan_id, verdict, duplicate_of FROM scan_verdict
                       WHERE district_id = $1 ORDER BY scan_id, number DESC)
         SELECT format('scan %s is a duplicate of %s', l.scan_id, coalesce(l.duplicate_of::text, 'nothing'))
         FROM last l
         JOIN scan s ON s.district_id = $1 AND s.id = l.scan_id
         LEFT JOIN scan o ON o.district_id = $1 AND o.id = l.duplicate_of AND o.session_id = s.session_id
              AND o.person_id = s.person_id
         LEFT JOIN last f ON f.scan_id = o.id AND f.verdict = 'accepted'
         WHERE (l.verdict = 'duplicate_of' OR l.duplicate_of IS NOT NULL)
           AND (f.scan_id IS NULL OR l.verdict <> 'duplicate_of')",
    ),
    (
        "who came in by the door has an accepted scan",
        "SELECT format('participation %s', p.id) FROM participation p
         WHERE p.district_id = $1 AND p.source = 'door'
           AND NOT EXISTS (SELECT FROM scan s
                           CROSS JOIN LATERAL (SELECT verdict FROM scan_verdict
                                               WHERE district_id = $1 AND scan_id = s.id
                                               ORDER BY number DESC LIMIT 1) v
                           WHERE s.district_id = $1 AND s.session_id = p.session_id AND s.person_id = p.person_id
                             AND v.verdict = 'accepted')",
    ),
    (
        "what an appeal corrected is a step of its line",
        "SELECT format('appeal %s of %s %s', x.id, x.line_kind, x.line_id) FROM appeal x
         WHERE x.district_id = $1 AND x.state = 'granted'
           AND NOT EXISTS (SELECT FROM participation_event v
                           WHERE v.district_id = $1 AND x.line_kind = 'participation' AND v.participation_id = x.line_id
                             AND v.at = x.decided_at
                             AND v.to_state = CASE x.standing -> 'correction' ->> 'kind'
                                                  WHEN 'void' THEN 'voided' ELSE 'confirmed' END)
           AND NOT EXISTS (SELECT FROM result_event v
                           WHERE v.district_id = $1 AND x.line_kind = 'result' AND v.result_id = x.line_id
                             AND v.at = x.decided_at
                             AND v.to_state = CASE x.standing -> 'correction' ->> 'kind'
                                                  WHEN 'revoke' THEN 'revoked' ELSE 'verified' END)",
    ),
    (
        "a line is questioned by one appeal at a time, which stands as its columns say",
        "SELECT format('%s open appeals of %s %s', count(*), x.line_kind, x.line_id) FROM appeal x
         WHERE x.district_id = $1 AND x.state IN ('filed', 'stated')
         GROUP BY x.line_kind, x.line_id HAVING count(*) > 1
         UNION ALL
         SELECT format('appeal %s is %s and stands as %s', x.id, x.state, x.standing ->> 'state') FROM appeal x
         WHERE x.district_id = $1 AND x.state IS DISTINCT FROM x.standing ->> 'state'",
    ),
    (
        "a number is one credential's, and a credential is somebody's",
        "SELECT format('%s: %s credentials', number, count(*)) FROM credential WHERE district_id = $1
         GROUP BY number HAVING count(*) > 1
         UNION ALL
         SELECT format('%s: the person is gone', c.number) FROM credential c
         LEFT JOIN person p ON p.district_id = $1 AND p.id = c.person_id
         WHERE c.district_id = $1 AND p.id IS NULL",
    ),
    (
        "a place is revoked if its badge is, or if there is none any more",
        "SELECT format('list %s, place %s', coalesce(s.list, c.list), coalesce(s.place, c.place))
         FROM (SELECT * FROM credential_slot WHERE district_id = $1) s
         FULL JOIN (SELECT * FROM credential WHERE district_id = $1 AND list IS NOT NULL) c
              ON c.list = s.list AND c.place = s.place
         WHERE s.list IS NULL OR (s.revoked_at IS NULL) <> (c.id IS NOT NULL AND c.revoked_at IS NULL)",
    ),
    (
        // Numbers are random, so no gap of theirs tells what is gone; the trail names each that was issued. Of who was erased it
        // says no more than when.
        "what was issued is there, and nothing else",
        "SELECT format('%s: %s', coalesce(a.detail ->> 'number', c.number),
                       CASE WHEN c.id IS NULL THEN 'it was issued and is gone'
                            WHEN a.id IS NULL THEN 'nobody issued it'
                            ELSE 'its number, kind or person is another than when it was issued' END)
         FROM (SELECT * FROM audit_event WHERE district_id = $1 AND object_kind = 'credential'
                                           AND action = 'credential.issue' AND object_id <> 'erased') a
         FULL JOIN (SELECT * FROM credential WHERE district_id = $1) c ON c.id::text = a.object_id
         WHERE c.id IS NULL
            OR a.id IS NULL AND NOT EXISTS (SELECT FROM audit_event x
                                            WHERE x.district_id = $1 AND x.object_kind = 'credential'
                                              AND x.object_id = 'erased' AND x.action = 'credential.issue'
                                              AND date_trunc('second', x.at) = date_trunc('second', c.issued_at))
            OR c.id IS NOT NULL AND a.id IS NOT NULL
               AND (a.detail ->> 'number', a.detail ->> 'kind', a.detail ->> 'person_id')
                   IS DISTINCT FROM (c.number, c.kind, c.person_id::text)",
    ),
];

/// Every district.
pub async fn districts(tx: &mut Tx) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM district ORDER BY id").fetch_all(&mut **tx).await?)
}

/// Broken invariants that SQL can count, at most 100 of each.
pub async fn broken_in_sql(tx: &mut Tx) -> Result<Vec<(&'static str, String)>> {
    let district = tx.district();
    let mut broken = Vec::new();
    for (invariant, query) in BROKEN {
        let sql = format!("SELECT * FROM ({query}) broken (found) LIMIT 100");
        let found: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(district.0).fetch_all(&mut **tx).await?;
        broken.extend(found.into_iter().map(|f| (invariant, f)));
    }
    Ok(broken)
}

/// How many ledger entries the district has.
pub async fn count_entries(tx: &mut Tx) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT count(*) FROM ledger_entry WHERE district_id = $1")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// What is known now of the persons' records, with where it comes from.
pub async fn current_records(tx: &mut Tx, persons: &[Uuid]) -> Result<Vec<SourcedRecord>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT record_id, source, facts FROM record
         WHERE district_id = $1 AND person_id = ANY($2) AND known_until IS NULL",
    )
    .bind(district.0)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// Persons' scores.
pub async fn scores(tx: &mut Tx, policy_id: &str, persons: &[Uuid]) -> Result<Vec<StoredScore>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT person_id, person_version, stands_on, eligible, total, measures, levels, outputs, requirements FROM score
         WHERE district_id = $1 AND policy_id = $2 AND person_id = ANY($3)",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}
