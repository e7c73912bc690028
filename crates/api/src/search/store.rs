//! SQL of the search. What it looks through is a district's, or shared and small.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{grams, text::Lang};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Hit, HitKind};
use crate::{
    error::Result,
    persons::{Among, Sought, name_key},
    tenancy::Tx,
};

/// What is looked for, and when.
pub struct Look<'a> {
    pub q: &'a str,
    pub day: NaiveDate,
    pub now: DateTime<Utc>,
    pub limit: i64,
    pub lang: Lang,
}

#[derive(Debug, FromRow)]
struct Found {
    id: Uuid,
    title: String,
    subtitle: String,
}

impl Look<'_> {
    fn pattern(&self) -> String {
        self.q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
    }

    fn english(&self) -> bool {
        self.lang == Lang::En
    }
}

fn hits(kind: HitKind, rows: Vec<Found>) -> Vec<Hit> {
    rows.into_iter().map(|row| Hit { kind, id: row.id, title: row.title, subtitle: row.subtitle }).collect()
}

/// Persons whose number or name begins with it, then those whose name holds it.
pub async fn persons(tx: &mut Tx, look: &Look<'_>, among: &Among) -> Result<Vec<Hit>> {
    let district = tx.district().0;
    let (schools, persons) = match among {
        Among::All => (None, None),
        Among::Schools(schools) => (Some(schools), None),
        Among::Persons(persons) => (None, Some(persons)),
    };
    let Sought { name, number } = Sought::of(look.q);
    if number.is_empty() {
        // Invisible marks alone are the beginning of nobody.
        return Ok(Vec::new());
    }
    let rows = sqlx::query_as(concat!(
        "WITH hit AS MATERIALIZED (
             SELECT p.id, p.number, p.name,
                    ",
        name_key!(),
        " LIKE $2::text || '%' OR upper(p.number COLLATE \"C\") LIKE $8::text || '%' AS begins
             FROM person p
             WHERE p.district_id = $1
               AND (",
        name_key!(),
        " LIKE '%' || $2::text || '%' OR upper(p.number COLLATE \"C\") LIKE $8::text || '%')
               AND ($3::uuid[] IS NULL OR p.id = ANY($3))
               AND ($4::uuid[] IS NULL OR EXISTS (
                        SELECT FROM enrolment e
                        WHERE e.district_id = $1 AND e.person_id = p.id AND e.school_id = ANY($4) AND e.valid_from <= $5
                          AND (e.valid_to IS NULL OR e.valid_to >= $5)))
             ORDER BY begins DESC, p.number LIMIT $6
         )
         SELECT h.id, h.name AS title,
                concat_ws(' · ', h.number,
                          CASE WHEN $7 AND o.name_en <> '' THEN o.name_en ELSE o.name_zh END, c.name) AS subtitle
         FROM hit h
         LEFT JOIN LATERAL (
             SELECT school_id, class_id FROM enrolment e
             WHERE e.district_id = $1 AND e.person_id = h.id AND e.valid_from <= $5
               AND (e.valid_to IS NULL OR e.valid_to >= $5)
             ORDER BY e.valid_from DESC LIMIT 1
         ) e ON true
         LEFT JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         LEFT JOIN organization o ON o.id = e.school_id
         ORDER BY h.begins DESC, h.number",
    ))
    .bind(district)
    .bind(name)
    .bind(persons)
    .bind(schools)
    .bind(look.day)
    .bind(look.limit)
    .bind(look.english())
    .bind(number)
    .fetch_all(&mut **tx)
    .await?;
    Ok(hits(HitKind::Person, rows))
}

/// Classes by name or by grade and name, of the newest school year first.
pub async fn classes(tx: &mut Tx, look: &Look<'_>, schools: Option<&[Uuid]>) -> Result<Vec<Hit>> {
    let district = tx.district().0;
    let rows = sqlx::query_as(
        "SELECT c.id, c.name AS title,
                concat_ws(' · ', CASE WHEN $5 AND o.name_en <> '' THEN o.name_en ELSE o.name_zh END,
                          c.school_year::text) AS subtitle
         FROM class c JOIN organization o ON o.id = c.school_id
         WHERE c.district_id = $1 AND ($3::uuid[] IS NULL OR c.school_id = ANY($3))
           AND (c.name LIKE '%' || $2 || '%' OR c.grade || '年级' || c.name LIKE $2 || '%'
                OR o.name_zh || c.name LIKE '%' || $2 || '%' OR o.name_zh || ' ' || c.name LIKE '%' || $2 || '%')
         ORDER BY c.school_year DESC, c.school_id, c.grade, c.name LIMIT $4",
    )
    .bind(district)
    .bind(look.pattern())
    .bind(schools)
    .bind(look.limit)
    .bind(look.english())
    .fetch_all(&mut **tx)
    .await?;
    Ok(hits(HitKind::Class, rows))
}

/// Organizations by name or code, those of the district first.
pub async fn organizations(tx: &mut Tx, look: &Look<'_>) -> Result<Vec<Hit>> {
    let district = tx.district().0;
    let rows = sqlx::query_as(
        "SELECT o.id, CASE WHEN $4 AND o.name_en <> '' THEN o.name_en ELSE o.name_zh END AS title,
                concat_ws(' · ', o.code, CASE WHEN $4 AND d.name_en <> '' THEN d.name_en ELSE d.name_zh END) AS subtitle
         FROM organization o JOIN district d ON d.id = o.district_id
         WHERE o.status = 'active'
           AND (o.name_zh LIKE '%' || $2 || '%' OR o.name_en ILIKE '%' || $2 || '%' OR o.code ILIKE $2 || '%')
         ORDER BY o.district_id <> $1, o.name_zh LIMIT $3",
    )
    .bind(district)
    .bind(look.pattern())
    .bind(look.limit)
    .bind(look.english())
    .fetch_all(&mut **tx)
    .await?;
    Ok(hits(HitKind::Organization, rows))
}

/// Open activities by title, those of the district first.
pub async fn activities(tx: &mut Tx, look: &Look<'_>) -> Result<Vec<Hit>> {
    let district = tx.district().0;
    let rows = sqlx::query_as(
        "SELECT a.id, CASE WHEN $4 AND a.title_en <> '' THEN a.title_en ELSE a.title_zh END AS title,
                CASE WHEN $4 AND o.name_en <> '' THEN o.name_en ELSE o.name_zh END AS subtitle
         FROM activity a JOIN organization o ON o.id = a.host_id
         WHERE a.status = 'open'
           AND (a.title_zh LIKE '%' || $2 || '%' OR a.title_en ILIKE '%' || $2 || '%' OR a.code ILIKE $2 || '%'
                OR o.name_zh || a.title_zh LIKE '%' || $2 || '%' OR o.name_zh || ' ' || a.title_zh LIKE '%' || $2 || '%')
         ORDER BY a.district_id <> $1, a.title_zh, o.name_zh LIMIT $3",
    )
    .bind(district)
    .bind(look.pattern())
    .bind(look.limit)
    .bind(look.english())
    .fetch_all(&mut **tx)
    .await?;
    Ok(hits(HitKind::Activity, rows))
}

/// Sessions by the title of their activity or the name of their host, the nearest in time first.
pub async fn sessions(tx: &mut Tx, look: &Look<'_>) -> Result<Vec<Hit>> {
    let district = tx.district().0;
    let rows = sqlx::query_as(
        "SELECT s.id, CASE WHEN $4 AND a.title_en <> '' THEN a.title_en ELSE a.title_zh END AS title,
                concat_ws(' · ', to_char(s.starts_at AT TIME ZONE d.time_zone, 'YYYY-MM-DD HH24:MI'),
                          CASE WHEN $4 AND o.name_en <> '' THEN o.name_en ELSE o.name_zh END) AS subtitle
         FROM session s JOIN activity a ON a.id = s.activity_id JOIN organization o ON o.id = s.host_id
         JOIN district d ON d.id = $1
         WHERE s.district_id = $1 AND s.status <> 'cancelled'
           AND (a.title_zh LIKE '%' || $2 || '%' OR a.title_en ILIKE '%' || $2 || '%' OR o.name_zh LIKE '%' || $2 || '%')
         ORDER BY abs(extract(epoch FROM s.starts_at - $5)), s.id LIMIT $3",
    )
    .bind(district)
    .bind(look.pattern())
    .bind(look.limit)
    .bind(look.english())
    .bind(look.now)
    .fetch_all(&mut **tx)
    .await?;
    Ok(hits(HitKind::Session, rows))
}

/// Open resources by what is said of them, those that have it in their title first: the words of the catalogue's own
/// search, by its index.
pub async fn resources(tx: &mut Tx, look: &Look<'_>) -> Result<Vec<Hit>> {
    let words = grams::words(look.q);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_as(
        "SELECT r.id, CASE WHEN $4 AND r.title_en <> '' THEN r.title_en ELSE r.title_zh END AS title,
                CASE WHEN $4 AND o.name_en <> '' THEN o.name_en ELSE o.name_zh END AS subtitle
         FROM resource r JOIN organization o ON o.id = r.owner_id
         WHERE r.status = 'open' AND r.grams @> $2
           AND NOT EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN r.plain) = 0)
         ORDER BY position($5 IN lower(r.title_zh || ' ' || r.title_en)) = 0, r.title_zh, r.id LIMIT $3",
    )
    .bind(&words)
    .bind(grams::needed(&words))
    .bind(look.limit)
    .bind(look.english())
    .bind(look.q.to_lowercase())
    .fetch_all(&mut **tx)
    .await?;
    Ok(hits(HitKind::Resource, rows))
}
