//! SQL of ready reports. Every statement names the district.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

pub use super::groups::{EquityRow, Reached, equity, not_reached_persons, reached, requirements};
use crate::error::Result;
use crate::reports::store::{Filter, filtered};
use crate::tenancy::Tx;

/// Sessions of a filter that took place or were to, with their day, as the common table `held`; what a filter has not is
/// named so that the statement knows its type.
macro_rules! held {
    ($rest:literal) => {
        concat!(
            "WITH held AS MATERIALIZED (
                 SELECT s.id, s.host_id, s.activity_id, s.capacity, s.ends_at,
                        (s.starts_at AT TIME ZONE d.time_zone)::date AS on_day
                 FROM session s JOIN district d ON d.id = $1
                 WHERE s.status <> 'cancelled' AND ($8::uuid[] IS NULL OR s.host_id = ANY($8))
                   AND (s.starts_at AT TIME ZONE d.time_zone)::date BETWEEN $3 AND $4 AND $2::text IS NOT NULL
             ) ",
            $rest
        )
    };
}

/// Participations `p` of a filter.
macro_rules! took_part {
    () => {
        "p.district_id = $1 AND ($5::uuid[] IS NULL OR p.school_id = ANY($5)) AND ($6::uuid IS NULL OR p.class_id = $6)
         AND ($7::int IS NULL OR p.grade = $7)"
    };
}

/// A session with who had a place in it.
#[derive(Debug, FromRow)]
pub struct SettledSession {
    pub session_id: Uuid,
    pub host_id: Uuid,
    pub host_zh: String,
    pub host_en: String,
    pub activity_id: Uuid,
    pub activity_zh: String,
    pub activity_en: String,
    pub on_day: NaiveDate,
    pub booked: i64,
    pub came: i64,
    pub waiting: i64,
    pub absent: i64,
}

/// A person-time.
#[derive(Debug, FromRow)]
pub struct SettledPerson {
    pub session_id: Uuid,
    pub on_day: NaiveDate,
    pub activity_zh: String,
    pub activity_en: String,
    pub number: String,
    pub name: String,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
    pub minutes: Option<i32>,
}

/// Sessions in which somebody of the district had a place, by host and day.
pub async fn settled_sessions(tx: &mut Tx, filter: &Filter) -> Result<Vec<SettledSession>> {
    let query = filtered!(
        concat!(
            held!(
                ", sums AS (
                 SELECT p.session_id,
                        count(*) FILTER (WHERE p.state NOT IN ('withdrawn', 'waitlisted', 'voided')) AS booked,
                        count(*) FILTER (WHERE p.state = 'confirmed') AS came,
                        count(*) FILTER (WHERE p.state IN ('recorded', 'attended')) AS waiting,
                        count(*) FILTER (WHERE p.state = 'absent') AS absent
                 FROM held h JOIN participation p ON p.session_id = h.id AND "
            ),
            took_part!(),
            " GROUP BY p.session_id
             )
             SELECT h.id AS session_id, h.host_id, o.name_zh AS host_zh, o.name_en AS host_en, h.activity_id,
                    a.title_zh AS activity_zh, a.title_en AS activity_en, h.on_day, s.booked, s.came, s.waiting, s.absent
             FROM sums s JOIN held h ON h.id = s.session_id
             JOIN organization o ON o.id = h.host_id JOIN activity a ON a.id = h.activity_id
             WHERE s.booked > 0 ORDER BY h.on_day, h.id"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Who came, by day and number.
pub async fn settled_persons(tx: &mut Tx, filter: &Filter) -> Result<Vec<SettledPerson>> {
    let query = filtered!(
        concat!(
            held!(
                "SELECT h.id AS session_id, h.on_day, a.title_zh AS activity_zh, a.title_en AS activity_en, n.number, n.name,
                    c.name_zh AS school_zh, c.name_en AS school_en, p.minutes
             FROM held h JOIN participation p ON p.session_id = h.id AND p.state = 'confirmed' AND "
            ),
            took_part!(),
            " JOIN person n ON n.district_id = $1 AND n.id = p.person_id
             JOIN activity a ON a.id = h.activity_id
             LEFT JOIN organization c ON c.id = p.school_id
             ORDER BY h.on_day, h.id, n.number"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// A session that is over, with its places.
#[derive(Debug, FromRow)]
pub struct Filled {
    pub session_id: Uuid,
    pub host_id: Uuid,
    pub host_zh: String,
    pub host_en: String,
    pub activity_zh: String,
    pub activity_en: String,
    pub on_day: NaiveDate,
    pub places: i64,
    pub taken: i64,
}

/// Absences at a host, or of a school.
#[derive(Debug, FromRow)]
pub struct NoShow {
    pub is_host: bool,
    pub id: Option<Uuid>,
    pub zh: Option<String>,
    pub en: Option<String>,
    pub booked: i64,
    pub absent: i64,
    pub persons: i64,
}

/// Absences of a person.
#[derive(Debug, FromRow)]
pub struct NoShowPerson {
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
    pub absent: i64,
    pub last_day: NaiveDate,
}

/// How long a host and the ledger take, in seconds.
#[derive(Debug, FromRow)]
pub struct Promptness {
    pub host_id: Uuid,
    pub zh: String,
    pub en: String,
    pub confirmed: i64,
    pub credited: i64,
    pub confirm_median: Option<i64>,
    pub confirm_p90: Option<i64>,
    pub credit_median: Option<i64>,
    pub credit_p90: Option<i64>,
    pub waiting: i64,
    pub oldest: Option<NaiveDate>,
}

/// What came of an edition, or of one of its themes.
#[derive(Debug, FromRow)]
pub struct ProgrammeSum {
    pub is_whole: bool,
    pub edition_id: Uuid,
    pub programme_zh: String,
    pub programme_en: String,
    pub year: i32,
    pub month: Option<NaiveDate>,
    pub theme_id: Option<Uuid>,
    pub theme_zh: Option<String>,
    pub theme_en: Option<String>,
    pub sessions: i64,
    pub hosts: i64,
    pub times: i64,
    pub persons: i64,
    pub credits: i64,
}

/// Verified results of a competition, or of a school.
#[derive(Debug, FromRow)]
pub struct ResultSum {
    pub is_competition: bool,
    pub id: Option<Uuid>,
    pub zh: Option<String>,
    pub en: Option<String>,
    pub results: i64,
    pub achievements: i64,
    pub persons: i64,
}

/// Sessions with a limit that were over at the moment: of the hosts of the filter, or those in the district. Of a moment
/// of the `past` the places are those that were taken then.
pub async fn filled(tx: &mut Tx, filter: &Filter, at: DateTime<Utc>, past: bool) -> Result<Vec<Filled>> {
    let query = filtered!(
        held!(
            ", over AS MATERIALIZED (
                 SELECT h.* FROM held h JOIN session s ON s.id = h.id
                 WHERE h.capacity IS NOT NULL AND h.ends_at <= $9 AND ($8::uuid[] IS NOT NULL OR s.district_id = $1)
                   AND $5::uuid[] IS NULL AND $6::uuid IS NULL AND $7::int IS NULL
             )
             SELECT h.id AS session_id, h.host_id, o.name_zh AS host_zh, o.name_en AS host_en, a.title_zh AS activity_zh,
                    a.title_en AS activity_en, h.on_day, h.capacity::bigint AS places, coalesce(t.taken, 0) AS taken
             FROM over h
             JOIN organization o ON o.id = h.host_id JOIN activity a ON a.id = h.activity_id
             LEFT JOIN (SELECT * FROM sessions_taken(ARRAY(SELECT id FROM over WHERE NOT $10))
                        UNION ALL SELECT * FROM sessions_taken_then(ARRAY(SELECT id FROM over WHERE $10), $9)) t
               ON t.session_id = h.id
             ORDER BY h.on_day, h.id"
        ),
        tx,
        filter
    );
    Ok(query.bind(at).bind(past).fetch_all(&mut **tx).await?)
}

/// By host and by school, most absences first.
pub async fn no_shows(tx: &mut Tx, filter: &Filter) -> Result<Vec<NoShow>> {
    let query = filtered!(
        concat!(
            held!(
                ", sums AS (
                 SELECT grouping(p.host_id) = 0 AS is_host, p.host_id, p.school_id,
                        count(*) FILTER (WHERE p.state NOT IN ('withdrawn', 'waitlisted', 'voided')) AS booked,
                        count(*) FILTER (WHERE p.state = 'absent') AS absent,
                        count(DISTINCT p.person_id) FILTER (WHERE p.state = 'absent') AS persons
                 FROM held h JOIN participation p ON p.session_id = h.id AND "
            ),
            took_part!(),
            " GROUP BY GROUPING SETS ((p.host_id), (p.school_id))
             )
             SELECT s.is_host, o.id, o.name_zh AS zh, o.name_en AS en, s.booked, s.absent, s.persons
             FROM sums s LEFT JOIN organization o ON o.id = coalesce(s.host_id, s.school_id)
             WHERE s.booked > 0 ORDER BY s.absent DESC, o.name_zh, o.id"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Who was absent, most often first.
pub async fn no_show_persons(tx: &mut Tx, filter: &Filter) -> Result<Vec<NoShowPerson>> {
    let query = filtered!(
        concat!(
            held!(
                ", sums AS (
                 SELECT p.person_id, (array_agg(p.school_id ORDER BY h.on_day DESC))[1] AS school_id, count(*) AS absent,
                        max(h.on_day) AS last_day
                 FROM held h JOIN participation p ON p.session_id = h.id AND p.state = 'absent' AND "
            ),
            took_part!(),
            " GROUP BY p.person_id
             )
             SELECT s.person_id, n.number, n.name, c.name_zh AS school_zh, c.name_en AS school_en, s.absent, s.last_day
             FROM sums s JOIN person n ON n.district_id = $1 AND n.id = s.person_id
             LEFT JOIN organization c ON c.id = s.school_id
             ORDER BY s.absent DESC, n.number LIMIT 20000"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// By host.
pub async fn promptness(tx: &mut Tx, filter: &Filter) -> Result<Vec<Promptness>> {
    let query = filtered!(
        concat!(
            held!(
                ", each AS MATERIALIZED (
                 SELECT h.host_id, h.on_day, p.state,
                        CASE WHEN p.state = 'confirmed'
                             THEN greatest(extract(epoch FROM p.confirmed_at - h.ends_at), 0)::bigint END AS to_confirm,
                        CASE WHEN p.state = 'confirmed' THEN (
                            SELECT CASE WHEN min(l.at) < p.confirmed_at THEN 0
                                        ELSE extract(epoch FROM min(l.at) - p.confirmed_at)::bigint END
                            FROM ledger_entry l
                            WHERE l.district_id = $1 AND l.policy_id = $2 AND l.person_id = p.person_id
                              AND l.record_id = p.id) END AS to_credit
                 FROM held h JOIN participation p ON p.session_id = h.id
                      AND p.state IN ('confirmed', 'recorded', 'attended') AND "
            ),
            took_part!(),
            ")
             SELECT e.host_id, o.name_zh AS zh, o.name_en AS en, count(e.to_confirm) AS confirmed,
                    count(e.to_credit) AS credited,
                    percentile_disc(0.5) WITHIN GROUP (ORDER BY e.to_confirm) AS confirm_median,
                    percentile_disc(0.9) WITHIN GROUP (ORDER BY e.to_confirm) AS confirm_p90,
                    percentile_disc(0.5) WITHIN GROUP (ORDER BY e.to_credit) AS credit_median,
                    percentile_disc(0.9) WITHIN GROUP (ORDER BY e.to_credit) AS credit_p90,
                    count(*) FILTER (WHERE e.state <> 'confirmed') AS waiting,
                    min(e.on_day) FILTER (WHERE e.state <> 'confirmed') AS oldest
             FROM each e JOIN organization o ON o.id = e.host_id
             GROUP BY e.host_id, o.name_zh, o.name_en ORDER BY o.name_zh, e.host_id"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// By edition, and by edition and theme.
pub async fn programmes(tx: &mut Tx, filter: &Filter) -> Result<Vec<ProgrammeSum>> {
    let query = filtered!(
        concat!(
            held!(
                ", part AS MATERIALIZED (
                 SELECT h.id, h.host_id, a.edition_id, a.theme_id
                 FROM held h JOIN activity a ON a.id = h.activity_id WHERE a.edition_id IS NOT NULL
             ), each AS MATERIALIZED (
                 SELECT t.*, p.id AS participation_id, p.person_id, coalesce(l.counted, 0) AS counted
                 FROM part t
                 JOIN participation p ON p.session_id = t.id AND p.state = 'confirmed' AND "
            ),
            took_part!(),
            " LEFT JOIN score_line l ON l.district_id = $1 AND l.policy_id = $2 AND l.record_id = p.id
             )
             SELECT grouping(t.theme_id) = 1 AS is_whole, t.edition_id, g.name_zh AS programme_zh, g.name_en AS programme_en,
                    e.year, m.month, t.theme_id, m.title_zh AS theme_zh, m.title_en AS theme_en, count(DISTINCT t.id) AS sessions,
                    count(DISTINCT t.host_id) AS hosts, count(c.participation_id) AS times,
                    count(DISTINCT c.person_id) AS persons, coalesce(sum(c.counted), 0)::bigint AS credits
             FROM part t LEFT JOIN each c ON c.id = t.id
             JOIN edition e ON e.id = t.edition_id JOIN programme g ON g.id = e.programme_id
             LEFT JOIN theme m ON m.id = t.theme_id
             GROUP BY GROUPING SETS ((t.edition_id, g.name_zh, g.name_en, e.year),
                                     (t.edition_id, g.name_zh, g.name_en, e.year, t.theme_id, m.month, m.title_zh, m.title_en))
             ORDER BY g.name_zh, e.year, m.month NULLS LAST, t.edition_id"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// By competition and by school, most results first.
pub async fn results(tx: &mut Tx, filter: &Filter) -> Result<Vec<ResultSum>> {
    let query = filtered!(
        "WITH sums AS (
             SELECT grouping(r.competition_id) = 0 AS is_competition, r.competition_id, r.school_id, count(*) AS results,
                    count(DISTINCT coalesce(r.team_id, r.id)) AS achievements, count(DISTINCT r.person_id) AS persons
             FROM result r
             WHERE r.district_id = $1 AND r.state = 'verified' AND r.achieved_on BETWEEN $3 AND $4
               AND ($5::uuid[] IS NULL OR r.school_id = ANY($5)) AND ($6::uuid IS NULL OR r.class_id = $6)
               AND ($7::int IS NULL OR r.grade = $7) AND $2::text IS NOT NULL AND $8::uuid[] IS NULL
             GROUP BY GROUPING SETS ((r.competition_id), (r.school_id))
         )
         SELECT s.is_competition, coalesce(c.id, o.id) AS id,
                CASE WHEN s.is_competition THEN c.name_zh || '（' || c.edition || '）' ELSE o.name_zh END AS zh,
                CASE WHEN s.is_competition THEN nullif(c.name_en, '') || ' (' || c.edition || ')' ELSE o.name_en END AS en,
                s.results, s.achievements, s.persons
         FROM sums s LEFT JOIN competition c ON c.id = s.competition_id LEFT JOIN organization o ON o.id = s.school_id
         ORDER BY s.results DESC, 3, 2",
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}
