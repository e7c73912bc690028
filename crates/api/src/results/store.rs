//! The SQL of results and evidence.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{competition::Authors, roster::cell};
use sqlx::FromRow;
use uuid::Uuid;

use super::{ResultState, facts::plain};
use crate::{
    error::{ApiError, OnConstraint, Result},
    persons::name_key,
    roster::numbers_as_stored,
    tenancy::Tx,
};

/// A row, with what its competition and person are called.
#[derive(Debug, Clone, FromRow)]
pub struct ResultRow {
    /// Identity.
    pub id: Uuid,
    /// The competition.
    pub competition_id: Uuid,
    /// Its name.
    pub competition_name_zh: String,
    /// Whether it is on the published list.
    pub listed: bool,
    /// The person.
    pub person_id: Uuid,
    /// Student number.
    pub person_number: String,
    /// Name.
    pub person_name: String,
    /// School of the day.
    pub school_id: Option<Uuid>,
    /// Class of the day.
    pub class_id: Option<Uuid>,
    /// Grade of the day.
    pub grade: Option<i32>,
    /// School of the person now.
    pub current_school_id: Option<Uuid>,
    /// The day of the award.
    pub achieved_on: NaiveDate,
    /// Level at which it was won.
    pub contest_level: String,
    /// The award.
    pub award: Option<String>,
    /// The place in a ranked list.
    pub place: Option<i32>,
    /// How many places the list names.
    pub places_listed: Option<i32>,
    /// The work that was judged.
    pub work_id: Option<String>,
    /// Its title.
    pub work_title: String,
    /// The team: identity of its first row.
    pub team_id: Option<Uuid>,
    /// Position in the team.
    pub team_position: Option<i32>,
    /// Members of the team.
    pub team_size: Option<i32>,
    /// Free words.
    pub tags: Vec<String>,
    /// Where it stands.
    pub state: ResultState,
    /// Why.
    pub reason: String,
    /// Account that submitted it.
    pub submitted_by: Uuid,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// Account that decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Files that are there as evidence.
    pub evidence_count: i64,
    /// Version.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Who is meant: by identity, by number, or by name and school. Exactly one way is filled in.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// Identity.
    pub id: Option<Uuid>,
    /// Student number.
    pub number: Option<String>,
    /// Name; with `school`.
    pub name: Option<String>,
    /// Name or code of the school of the day.
    pub school: Option<String>,
    /// The day whose enrolment counts.
    pub day: NaiveDate,
}

/// A person, with the enrolment of a day.
#[derive(Debug, Clone, FromRow)]
pub struct Found {
    /// Which lookup it answers, from 1.
    pub ord: i64,
    /// Identity.
    pub person_id: Uuid,
    /// Student number.
    pub number: String,
    /// Name.
    pub name: String,
    /// School of the day.
    pub school_id: Option<Uuid>,
    /// Class of the day.
    pub class_id: Option<Uuid>,
    /// Grade of the day.
    pub grade: Option<i32>,
    /// Whether that school is a secondary vocational one.
    pub vocational: bool,
    /// School of the person now.
    pub current_school_id: Option<Uuid>,
}

/// Finds the persons that are meant; several for one lookup by name if the name is not unique. Numbers and names are read
/// as those of a roster.
pub async fn find_persons(tx: &mut Tx, wanted: &[Lookup]) -> Result<Vec<Found>> {
    let typed: Vec<&str> = wanted.iter().filter_map(|one| one.number.as_deref()).collect();
    let stored = numbers_as_stored(tx, &typed).await?;
    let number = |one: &Lookup| one.number.as_ref().map(|typed| stored.get(typed).unwrap_or(typed).clone());
    let district = tx.district();
    // Names are compared among the pupils of the schools that are named: no index knows how they were written.
    Ok(sqlx::query_as::<_, Found>(concat!(
        "WITH wanted AS (
             SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[])
                           WITH ORDINALITY AS w (id, number, name, school, day, ord)
         ), asked AS MATERIALIZED (
             SELECT w.ord, w.day, w.name, o.id AS school_id
             FROM wanted w JOIN organization o ON o.name_zh = w.school OR o.code = w.school
             WHERE w.name IS NOT NULL
         ), pupil AS MATERIALIZED (
             SELECT p.id, p.number, p.name, e.school_id, e.valid_from, e.valid_to, ",
        name_key!(),
        " AS key
             FROM enrolment e JOIN person p ON p.district_id = $1 AND p.id = e.person_id
             WHERE e.district_id = $1 AND e.school_id IN (SELECT school_id FROM asked)
         ), person_of AS (
             SELECT w.ord, w.day, p.id, p.number, p.name
             FROM wanted w JOIN person p ON p.district_id = $1 AND p.id = w.id
             UNION ALL
             SELECT w.ord, w.day, p.id, p.number, p.name
             FROM wanted w JOIN person p ON p.district_id = $1 AND p.number = w.number
             UNION ALL
             SELECT DISTINCT a.ord, a.day, p.id, p.number, p.name
             FROM asked a JOIN pupil p ON p.school_id = a.school_id AND p.key = a.name COLLATE \"C\"
             WHERE p.valid_from <= a.day AND (p.valid_to IS NULL OR p.valid_to >= a.day)
         )
         SELECT f.ord, f.id AS person_id, f.number, f.name, e.school_id, e.class_id, e.grade,
                coalesce(o.attributes -> 'vocational' = 'true'::jsonb, false) AS vocational,
                c.school_id AS current_school_id
         FROM person_of f
         LEFT JOIN LATERAL (
             SELECT school_id, class_id, grade FROM enrolment
             WHERE district_id = $1 AND person_id = f.id AND valid_from <= f.day
               AND (valid_to IS NULL OR valid_to >= f.day)
             ORDER BY valid_from DESC LIMIT 1) e ON true
         LEFT JOIN organization o ON o.id = e.school_id
         LEFT JOIN enrolment c ON c.district_id = $1 AND c.person_id = f.id AND c.valid_to IS NULL
         ORDER BY f.ord, f.id",
    ))
    .bind(district.0)
    .bind(wanted.iter().map(|one| one.id).collect::<Vec<_>>())
    .bind(wanted.iter().map(number).collect::<Vec<_>>())
    .bind(wanted.iter().map(|one| one.name.as_deref().map(cell::name_key)).collect::<Vec<_>>())
    .bind(wanted.iter().map(|one| one.school.as_deref().map(cell::fold)).collect::<Vec<_>>())
    .bind(wanted.iter().map(|one| one.day).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of these schools or persons only; all if neither is given.
    pub schools: Option<&'f [Uuid]>,
    /// See `schools`.
    pub persons: &'f [Uuid],
    /// In this state.
    pub state: Option<ResultState>,
    /// Of this school.
    pub school: Option<Uuid>,
    /// Of this competition.
    pub competition: Option<Uuid>,
    /// Of this person.
    pub person: Option<Uuid>,
    /// Of this level.
    pub level: Option<&'f str>,
    /// Achieved on this day or later.
    pub from: Option<NaiveDate>,
    /// Achieved on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Submitted by this account.
    pub submitted_by: Option<Uuid>,
    /// The newest first.
    pub newest_first: bool,
}

/// Lists by identity, which is the order of submission.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<ResultRow>> {
    let district = tx.district();
    let (beyond, order) = if filter.newest_first { ("<", "DESC") } else { (">", "ASC") };
    let sql = format!(
        "SELECT r.*, c.name_zh AS competition_name_zh, c.listed, p.number AS person_number, p.name AS person_name,
                e.school_id AS current_school_id,
                (SELECT count(*) FROM evidence v WHERE v.district_id = $1 AND v.removed_at IS NULL
                   AND v.result_id = coalesce(r.team_id, r.id)) AS evidence_count
         FROM result r JOIN competition c ON c.id = r.competition_id
         JOIN person p ON p.district_id = $1 AND p.id = r.person_id
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = r.person_id AND e.valid_to IS NULL
         WHERE r.district_id = $1
           AND ($2::uuid[] IS NULL OR r.school_id = ANY($2) OR r.person_id = ANY($3))
           AND ($4::text IS NULL OR r.state = $4) AND ($5::uuid IS NULL OR r.school_id = $5)
           AND ($6::uuid IS NULL OR r.competition_id = $6) AND ($7::uuid IS NULL OR r.person_id = $7)
           AND ($8::date IS NULL OR r.achieved_on >= $8) AND ($9::date IS NULL OR r.achieved_on <= $9)
           AND ($10::uuid IS NULL OR r.id {beyond} $10) AND ($12::uuid IS NULL OR r.submitted_by = $12)
           AND ($13::text IS NULL OR r.contest_level = $13)
         ORDER BY r.id {order} LIMIT $11"
    );
    Ok(sqlx::query_as::<_, ResultRow>(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(filter.schools)
        .bind(filter.persons)
        .bind(filter.state)
        .bind(filter.school)
        .bind(filter.competition)
        .bind(filter.person)
        .bind(filter.from)
        .bind(filter.to)
        .bind(after)
        .bind(fetch)
        .bind(filter.submitted_by)
        .bind(filter.level)
        .fetch_all(&mut **tx)
        .await?)
}

macro_rules! of_achievements {
    ($tail:literal) => {
        concat!(
            "WITH achievement AS (
                 SELECT DISTINCT coalesce(team_id, id) AS id FROM result WHERE district_id = $1 AND id = ANY($2)
             ), wanted AS (
                 SELECT r.id FROM result r JOIN achievement a ON a.id = r.id WHERE r.district_id = $1
                 UNION SELECT r.id FROM result r JOIN achievement a ON a.id = r.team_id WHERE r.district_id = $1
             )
             SELECT r.*, c.name_zh AS competition_name_zh, c.listed, p.number AS person_number,
                    p.name AS person_name,
                    (SELECT e.school_id FROM enrolment e WHERE e.district_id = $1 AND e.person_id = r.person_id
                       AND e.valid_to IS NULL) AS current_school_id,
                    (SELECT count(*) FROM evidence v WHERE v.district_id = $1 AND v.removed_at IS NULL
                       AND v.result_id = coalesce(r.team_id, r.id)) AS evidence_count
             FROM result r JOIN competition c ON c.id = r.competition_id
             JOIN person p ON p.district_id = $1 AND p.id = r.person_id
             WHERE r.district_id = $1 AND r.id IN (SELECT id FROM wanted)
             ORDER BY r.id",
            $tail
        )
    };
}

/// All results of the achievements to which these belong, by identity, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<ResultRow>> {
    let district = tx.district();
    // The statement that waits reads what results have beside them as it was before: that is read after it.
    sqlx::query(of_achievements!(" FOR UPDATE OF r")).bind(district.0).bind(ids).execute(&mut **tx).await?;
    Ok(sqlx::query_as(of_achievements!("")).bind(district.0).bind(ids).fetch_all(&mut **tx).await?)
}

/// The results of the achievement to which this one belongs; 404 if there is no such result.
pub async fn achievement_of(tx: &mut Tx, id: Uuid) -> Result<Vec<ResultRow>> {
    let district = tx.district();
    let rows: Vec<ResultRow> =
        sqlx::query_as(of_achievements!("")).bind(district.0).bind(vec![id]).fetch_all(&mut **tx).await?;
    if rows.is_empty() { Err(ApiError::not_found("result")) } else { Ok(rows) }
}

/// The results of one achievement, locked; 404 if there is no such result.
pub async fn lock_one(tx: &mut Tx, id: Uuid) -> Result<Vec<ResultRow>> {
    let rows = lock(tx, &[id]).await?;
    if rows.is_empty() { Err(ApiError::not_found("result")) } else { Ok(rows) }
}

/// Who had a hand in these achievements: submitted, resubmitted, corrected, added or removed evidence.
pub async fn authors(tx: &mut Tx, achievements: &[Uuid]) -> Result<HashMap<Uuid, Authors>> {
    let district = tx.district();
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT DISTINCT result_id, account_id FROM result_event
         WHERE district_id = $1 AND result_id = ANY($2) AND (to_state = 'submitted' OR to_state = from_state AND to_state <> 'verified')",
    )
    .bind(district.0)
    .bind(achievements)
    .fetch_all(&mut **tx)
    .await?;
    let mut authors: HashMap<Uuid, Authors> = HashMap::new();
    for (achievement, account) in rows {
        authors.entry(achievement).or_default().insert(account);
    }
    Ok(authors)
}

/// Adds results.
pub async fn insert(tx: &mut Tx, rows: &[ResultRow]) -> Result<()> {
    require_new(tx, rows).await?;
    let district = tx.district();
    sqlx::query(
        "INSERT INTO result (district_id, id, competition_id, person_id, school_id, class_id, grade, achieved_on,
                             contest_level, award, place, places_listed, work_id, work_title, team_id, team_position,
                             team_size, tags, state, submitted_by, submitted_at, updated_at)
         SELECT $1, n.id, n.competition, n.person, n.school, n.class, n.grade, n.day, n.level, n.award, n.place,
                n.listed, n.work, n.title, n.team, n.position, n.size,
                ARRAY(SELECT jsonb_array_elements_text(n.tags)), 'submitted', n.author, n.at, n.at
         FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::date[], $9::text[],
                     $10::text[], $11::int[], $12::int[], $13::text[], $14::text[], $15::uuid[], $16::int[],
                     $17::int[], $18::jsonb[], $19::uuid[], $20::timestamptz[])
              AS n (id, competition, person, school, class, grade, day, level, award, place, listed, work, title, team,
                    position, size, tags, author, at)",
    )
    .bind(district.0)
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.competition_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.person_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.school_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.class_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.grade).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.achieved_on).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.contest_level.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.award.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.place).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.places_listed).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.work_id.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.work_title.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.team_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.team_position).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.team_size).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| sqlx::types::Json(&row.tags)).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.submitted_by).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.submitted_at).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await
    .on_constraint("result_once", exists)?;
    Ok(())
}

fn exists() -> ApiError {
    ApiError::conflict(
        "result_exists",
        "What this person achieved in this competition at this level, with this work, is entered already. Correct \
         that one, or withdraw it first.",
    )
}

/// Refuses rows that would repeat one that stands. The database refuses those of one spelling alone, whoever is first.
async fn require_new(tx: &mut Tx, rows: &[ResultRow]) -> Result<()> {
    if standing(tx, rows).await?.is_empty() { Ok(()) } else { Err(exists()) }
}

/// Which of these rows would repeat another one that stands. Works were entered in many spellings once.
pub async fn standing(tx: &mut Tx, rows: &[ResultRow]) -> Result<HashSet<Uuid>> {
    let district = tx.district();
    let entered: Vec<(Uuid, Option<String>)> = sqlx::query_as(
        "SELECT n.id, r.work_id
         FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS n (id, person, competition, level)
         JOIN result r ON r.district_id = $1 AND r.person_id = n.person AND r.competition_id = n.competition
                      AND r.contest_level = n.level
         WHERE r.id <> n.id AND r.state IN ('submitted', 'returned', 'verified')",
    )
    .bind(district.0)
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.person_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.competition_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.contest_level.as_str()).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    let work = |work: Option<&str>| work.map(plain).unwrap_or_default();
    let works: HashMap<Uuid, String> = rows.iter().map(|row| (row.id, work(row.work_id.as_deref()))).collect();
    let is_same = |(id, entered): &(Uuid, Option<String>)| works.get(id) == Some(&work(entered.as_deref()));
    Ok(entered.iter().filter(|one| is_same(one)).map(|(id, _)| *id).collect())
}

/// Writes what was corrected in the results of one achievement that are locked.
pub async fn correct(tx: &mut Tx, rows: &[ResultRow]) -> Result<()> {
    require_new(tx, rows).await?;
    let district = tx.district();
    let Some(one) = rows.first() else { return Ok(()) };
    sqlx::query(
        "UPDATE result r SET school_id = n.school, class_id = n.class, grade = n.grade, achieved_on = $6,
                contest_level = $7, award = $8, place = $9, places_listed = $10, work_id = $11, work_title = $12,
                tags = $13, version = r.version + 1, updated_at = $14
         FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[]) AS n (id, school, class, grade)
         WHERE r.district_id = $1 AND r.id = n.id",
    )
    .bind(district.0)
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.school_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.class_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.grade).collect::<Vec<_>>())
    .bind(one.achieved_on)
    .bind(&one.contest_level)
    .bind(&one.award)
    .bind(one.place)
    .bind(one.places_listed)
    .bind(&one.work_id)
    .bind(&one.work_title)
    .bind(&one.tags)
    .bind(one.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("result_once", exists)?;
    Ok(())
}

/// Where results stand from now on.
pub struct Standing<'s> {
    /// The state.
    pub state: ResultState,
    /// Why.
    pub reason: &'s str,
    /// Who decided; none where the decision is open.
    pub decided_by: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// The account that submits again, if that is what happens.
    pub resubmitted_by: Option<Uuid>,
}

/// Moves results that are locked to another state.
pub async fn set_standing(tx: &mut Tx, ids: &[Uuid], to: &Standing<'_>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE result SET state = $3, reason = $4, decided_by = $5, decided_at = $6,
                submitted_by = coalesce($7, submitted_by),
                submitted_at = CASE WHEN $7::uuid IS NULL THEN submitted_at ELSE $8 END,
                version = version + 1, updated_at = $8
         WHERE district_id = $1 AND id = ANY($2)",
    )
    .bind(district.0)
    .bind(ids)
    .bind(to.state)
    .bind(to.reason)
    .bind(to.decided_by)
    .bind(to.decided_by.map(|_| to.at))
    .bind(to.resubmitted_by)
    .bind(to.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Counts the versions of results on, for something beside them changed.
pub async fn touch(tx: &mut Tx, ids: &[Uuid], at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE result SET version = version + 1, updated_at = $3 WHERE district_id = $1 AND id = ANY($2)")
        .bind(district.0)
        .bind(ids)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// One step of a result's life.
#[derive(Debug, Clone, FromRow)]
pub struct ResultEvent {
    /// Identity.
    pub id: Uuid,
    /// The result.
    pub result_id: Uuid,
    /// From this state; none at the beginning.
    pub from_state: Option<ResultState>,
    /// To this state.
    pub to_state: ResultState,
    /// Why, or what.
    pub reason: String,
    /// The account.
    pub account_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes steps.
pub async fn insert_events(tx: &mut Tx, events: &[ResultEvent]) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO result_event (district_id, id, result_id, from_state, to_state, reason, account_id, at)
         SELECT $1, n.* FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[],
                                    $8::timestamptz[]) AS n",
    )
    .bind(district.0)
    .bind(events.iter().map(|event| event.id).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.result_id).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.from_state.map(word)).collect::<Vec<_>>())
    .bind(events.iter().map(|event| word(event.to_state)).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.reason.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.account_id).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.at).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn word(state: ResultState) -> &'static str {
    kepu_domain::competition::StateName::from(state).word()
}

/// The steps of one result, from the first on.
pub async fn events(tx: &mut Tx, id: Uuid) -> Result<Vec<ResultEvent>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT * FROM result_event WHERE district_id = $1 AND result_id = $2 ORDER BY id")
        .bind(district.0)
        .bind(id)
        .fetch_all(&mut **tx)
        .await?)
}

/// A file that proves a result.
#[derive(Debug, Clone, FromRow)]
pub struct Evidence {
    /// Identity.
    pub id: Uuid,
    /// The achievement: the first of its results.
    pub result_id: Uuid,
    /// What it was called.
    pub file_name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256, hex.
    pub digest: String,
    /// Where it is kept.
    pub object_key: String,
    /// The account.
    pub uploaded_by: Uuid,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// The evidence of an achievement that is there.
pub async fn evidence_of(tx: &mut Tx, achievement: Uuid) -> Result<Vec<Evidence>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT * FROM evidence WHERE district_id = $1 AND result_id = $2 AND removed_at IS NULL ORDER BY id",
    )
    .bind(district.0)
    .bind(achievement)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds a file.
pub async fn insert_evidence(tx: &mut Tx, row: &Evidence) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO evidence (district_id, id, result_id, file_name, media_type, bytes, digest, object_key,
                               uploaded_by, uploaded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(row.result_id)
    .bind(&row.file_name)
    .bind(&row.media_type)
    .bind(row.bytes)
    .bind(&row.digest)
    .bind(&row.object_key)
    .bind(row.uploaded_by)
    .bind(row.uploaded_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a file away.
pub async fn remove_evidence(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE evidence SET removed_at = $3 WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
