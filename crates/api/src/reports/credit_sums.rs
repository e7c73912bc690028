//! SQL of the report on credits: sums that are kept with the ledger, how persons stand, and who has how much. Every
//! statement names the district.

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::store::{Filter, filtered};
use super::sums::{cells_here, enrolled_here};
use crate::error::Result;
use crate::tenancy::Tx;

/// One row of a summary; what its numbers are of says `part`.
#[derive(Debug, Default, FromRow)]
pub struct Sum {
    pub part: String,
    pub id: Option<Uuid>,
    pub key: Option<String>,
    pub sub: Option<String>,
    pub number: Option<i64>,
    pub persons: i64,
    pub earners: i64,
    pub records: i64,
    pub counted: i64,
    pub cut: i64,
    pub refused: i64,
    pub flagged: i64,
    pub raw: i64,
    pub credits: i64,
}

/// What else is added up, beside the whole and its places.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub kinds: bool,
    pub hosts: bool,
}

/// A cell holds a few persons' lines of a day, so that its counts are short numbers, which add up faster.
macro_rules! block {
    () => {
        "block, sum(counted::int) AS counted, sum(cut::int) AS cut, sum(refused::int) AS refused,
         sum(flagged::int) AS flagged, sum(raw)::bigint AS raw, sum(credits)::bigint AS credits, bit_or(took) AS took,
         bit_or(earned) AS earned"
    };
}

/// Persons are bits of their blocks.
macro_rules! sums {
    () => {
        "sum(bit_count(took::bit(64)))::bigint AS persons, sum(bit_count(earned::bit(64)))::bigint AS earners,
         sum(counted + cut + refused)::bigint AS records, sum(counted)::bigint AS counted, sum(cut)::bigint AS cut,
         sum(refused)::bigint AS refused, sum(flagged)::bigint AS flagged, sum(raw)::bigint AS raw,
         sum(credits)::bigint AS credits"
    };
}

const PLACES: &str = concat!(
    "WITH classes AS MATERIALIZED (
         SELECT school_id, class_id, grade, ",
    block!(),
    " FROM credit_cell WHERE ",
    cells_here!(),
    " GROUP BY class_id, school_id, grade, block
     ), places AS (
         SELECT grouping(school_id, class_id, grade) AS of, school_id, class_id, grade, block,
                sum(counted)::bigint AS counted, sum(cut)::bigint AS cut, sum(refused)::bigint AS refused,
                sum(flagged)::bigint AS flagged, sum(raw)::bigint AS raw, sum(credits)::bigint AS credits,
                bit_or(took) AS took, bit_or(earned) AS earned
         FROM classes GROUP BY GROUPING SETS ((block), (school_id, block), (class_id, block), (grade, block))
     )
     SELECT CASE of WHEN 3 THEN 'school' WHEN 5 THEN 'class' WHEN 6 THEN 'grade' ELSE 'total' END AS part,
            nullif(coalesce(class_id, school_id), '00000000-0000-0000-0000-000000000000') AS id, NULL::text AS key,
            NULL::text AS sub, nullif(grade, -100)::bigint AS number, ",
    sums!(),
    " FROM places GROUP BY of, coalesce(class_id, school_id), grade"
);

const KINDS: &str = concat!(
    " UNION ALL
     SELECT CASE of WHEN 0 THEN 'rule' ELSE 'category' END, NULL, category, rule, NULL, ",
    sums!(),
    " FROM (
         SELECT grouping(rule) AS of, category, rule, block, sum(counted)::bigint AS counted, sum(cut)::bigint AS cut,
                sum(refused)::bigint AS refused, sum(flagged)::bigint AS flagged, sum(raw)::bigint AS raw,
                sum(credits)::bigint AS credits, bit_or(took) AS took, bit_or(earned) AS earned
         FROM (SELECT category, rule, ",
    block!(),
    " FROM credit_cell WHERE ",
    cells_here!(),
    " GROUP BY category, rule, block) rules GROUP BY GROUPING SETS ((category, block), (category, rule, block))
     ) kinds GROUP BY of, category, rule"
);

const HOSTS: &str = concat!(
    " UNION ALL
     SELECT 'host', nullif(host_id, '00000000-0000-0000-0000-000000000000'), NULL, NULL, NULL, ",
    sums!(),
    " FROM (SELECT host_id, ",
    block!(),
    " FROM credit_cell WHERE ",
    cells_here!(),
    " GROUP BY host_id, block) hosts GROUP BY host_id"
);

/// Sums of the whole, by school, class and grade, and what else is wanted.
pub async fn cells(tx: &mut Tx, filter: &Filter, wanted: Wanted) -> Result<Vec<Sum>> {
    let mut sql = PLACES.to_owned();
    for (more, wanted) in [(KINDS, wanted.kinds), (HOSTS, wanted.hosts)] {
        sql.push_str(if wanted { more } else { "" });
    }
    Ok(filtered!(AssertSqlSafe(sql), tx, filter).fetch_all(&mut **tx).await?)
}

/// Who has a record here but no enrolment, and how all stand who have either: the eligible, requirements, levels. Those
/// whose requirements and levels read the same are counted before they are read.
pub async fn standing(tx: &mut Tx, filter: &Filter) -> Result<Vec<Sum>> {
    let query = filtered!(
        concat!(
            "WITH unplaced AS MATERIALIZED (
                 SELECT s.person_id, s.seat FROM person_seat s
                 WHERE s.district_id = $1
                   AND NOT EXISTS (SELECT FROM enrolment e WHERE e.person_id = s.person_id AND ",
            enrolled_here!(),
            ")
             ), took AS MATERIALIZED (
                 SELECT block, bit_or(took) AS took FROM credit_cell
                 WHERE (SELECT count(*) FROM unplaced) > 0 AND ",
            cells_here!(),
            " GROUP BY block
             ), guests AS MATERIALIZED (
                 SELECT u.person_id FROM unplaced u JOIN took t ON t.block = u.seat / 64
                 WHERE t.took >> (u.seat % 64)::int & 1 = 1
             ), alike AS MATERIALIZED (
                 SELECT standing_key, count(*) AS persons FROM score s
                 WHERE s.district_id = $1 AND s.policy_id = $2 AND s.eligible
                   AND EXISTS (SELECT FROM enrolment e WHERE e.person_id = s.person_id AND ",
            enrolled_here!(),
            ")
                 GROUP BY standing_key
                 UNION ALL
                 SELECT standing_key, count(*) FROM guests g
                 JOIN score s ON s.district_id = $1 AND s.policy_id = $2 AND s.person_id = g.person_id
                 WHERE s.eligible GROUP BY standing_key
             ), stand AS MATERIALIZED (
                 SELECT alike.persons, s.requirements, s.levels
                 FROM alike CROSS JOIN LATERAL (
                     SELECT requirements, levels FROM score
                     WHERE district_id = $1 AND policy_id = $2 AND eligible AND standing_key = alike.standing_key LIMIT 1
                 ) s
             ), part AS (
                 SELECT 'guests' AS part, NULL::uuid AS id, NULL::text AS key, NULL::text AS sub, NULL::bigint AS number,
                        count(*) AS persons, 0::bigint AS earners, 0::bigint AS records, 0::bigint AS raw,
                        0::bigint AS credits
                 FROM guests
                 UNION ALL
                 SELECT 'scored', NULL, NULL, NULL, NULL, 0, coalesce(sum(persons), 0)::bigint, 0, 0, 0 FROM alike
                 UNION ALL
                 SELECT 'requirement', NULL, r.id, NULL, (1000 * min(r.shortfall) FILTER (WHERE NOT r.met))::bigint,
                        sum(persons)::bigint, coalesce(sum(persons) FILTER (WHERE r.met), 0)::bigint,
                        coalesce(sum(persons) FILTER (WHERE NOT r.met AND r.shortfall IS NOT NULL), 0)::bigint,
                        coalesce(1000 * max(r.shortfall) FILTER (WHERE NOT r.met), 0)::bigint,
                        coalesce(1000 * sum(persons * r.shortfall) FILTER (WHERE NOT r.met), 0)::bigint
                 FROM stand CROSS JOIN LATERAL jsonb_to_recordset(stand.requirements)
                                               AS r (id text, met boolean, shortfall numeric)
                 GROUP BY r.id
                 UNION ALL
                 SELECT 'level', NULL, l.key, l.value, NULL, sum(persons)::bigint, 0, 0, 0, 0
                 FROM stand CROSS JOIN LATERAL jsonb_each_text(stand.levels) AS l (key, value)
                 GROUP BY l.key, l.value
             )
             SELECT part.*, 0::bigint AS counted, 0::bigint AS cut, 0::bigint AS refused, 0::bigint AS flagged FROM part
             WHERE $6::uuid IS NULL OR $6::uuid IS NOT NULL"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// How many persons have how much, of those who have any. What everybody has in all is what scores say.
pub async fn bands(tx: &mut Tx, filter: &Filter) -> Result<Vec<Sum>> {
    const OVER: &str =
        "SELECT 'band' AS part, NULL::uuid AS id, NULL::text AS key, NULL::text AS sub, credits AS number,
            count(*) AS persons, 0::bigint AS earners, 0::bigint AS records, 0::bigint AS counted, 0::bigint AS cut,
            0::bigint AS refused, 0::bigint AS flagged, 0::bigint AS raw, 0::bigint AS credits FROM ";
    if filter.is_open() {
        let sql = format!(
            "{OVER} (SELECT total AS credits FROM score WHERE district_id = $1 AND policy_id = $2 AND total > 0) one
             GROUP BY one.credits"
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(tx.district().0).bind(&filter.policy_id);
        return Ok(query.fetch_all(&mut **tx).await?);
    }
    let sql = format!(
        "{OVER} (SELECT sum(counted)::bigint AS credits FROM score_line WHERE {} GROUP BY person_id) one
         WHERE one.credits > 0 GROUP BY one.credits",
        cells_here!()
    );
    Ok(filtered!(AssertSqlSafe(sql), tx, filter).fetch_all(&mut **tx).await?)
}
