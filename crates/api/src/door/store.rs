//! SQL of the door. Every statement names the district.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::door::fold::{Mode, Terms};
use kepu_domain::door::scan::{Decision, Direction, Kind, Method, Reason, Scan, clock_offset};
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::{ApiError, Result};
use crate::ids;
use crate::tenancy::Tx;

/// A session as its door sees it, for the guests of the transaction's district.
#[derive(Debug, Clone, FromRow)]
pub struct SessionRow {
    pub id: Uuid,
    pub activity_title_zh: String,
    pub activity_title_en: String,
    pub kind: String,
    pub host_id: Uuid,
    pub host_name_zh: String,
    pub host_name_en: String,
    pub place: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: Option<i32>,
    pub status: String,
    pub updated_at: DateTime<Utc>,
    pub door_mode: String,
    pub walk_ins: bool,
    pub code_secret: Option<Vec<u8>>,
    /// The day in the time zone of the transaction's district.
    pub day: NaiveDate,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_by: Option<Uuid>,
    pub held: Option<Vec<Uuid>>,
}

impl SessionRow {
    pub fn mode(&self) -> Mode {
        Mode::from_word(&self.door_mode).unwrap_or(Mode::In)
    }

    pub fn terms(&self) -> Terms {
        Terms {
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            mode: self.mode(),
            walk_ins: self.walk_ins,
            cancelled: self.status == "cancelled",
            closed_at: self.closed_at,
        }
    }

    /// Who closed it, and whom that leaves open.
    pub fn closing(&self) -> Option<Closing> {
        let (by, at) = self.closed_by.zip(self.closed_at)?;
        Some(Closing { by, at, held: self.held.clone().unwrap_or_default() })
    }
}

/// The host's word on a whole session.
#[derive(Debug, Clone)]
pub struct Closing {
    pub by: Uuid,
    pub at: DateTime<Utc>,
    pub held: Vec<Uuid>,
}

/// A person in a session: whom scans are folded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Visit {
    pub session: Uuid,
    pub person: Uuid,
}

/// A person that a scan may name, with the enrolment of the session's day and the passes that were replaced.
#[derive(Debug, Clone, FromRow)]
pub struct PersonRow {
    pub session_id: Uuid,
    pub person_id: Uuid,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub class_name: Option<String>,
    pub grade: Option<i32>,
    pub replaced_issues: Option<Vec<i32>>,
    pub replaced_at: Option<Vec<DateTime<Utc>>>,
}

impl PersonRow {
    /// Where and who.
    pub fn visit(&self) -> Visit {
        Visit { session: self.session_id, person: self.person_id }
    }

    /// Passes that were replaced, and when.
    pub fn replaced(&self) -> Vec<(u16, DateTime<Utc>)> {
        let issues = self.replaced_issues.iter().flatten().filter_map(|issue| u16::try_from(*issue).ok());
        issues.zip(self.replaced_at.iter().flatten().copied()).collect()
    }
}

/// A stored scan with what became of it.
#[derive(Debug, Clone, FromRow)]
pub struct ScanRow {
    pub id: Uuid,
    pub session_id: Uuid,
    pub device_id: Uuid,
    pub account_id: Uuid,
    pub scanned_at: DateTime<Utc>,
    pub clock_offset_ms: Option<i64>,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub direction: String,
    pub method: String,
    pub person_id: Option<Uuid>,
    pub issue: Option<i32>,
    pub decision: Option<String>,
    pub verdict_number: Option<i32>,
    pub judged_at: Option<DateTime<Utc>>,
    pub verdict: Option<String>,
    pub reason: Option<String>,
    pub duplicate_of: Option<Uuid>,
}

impl ScanRow {
    /// Where and who, if somebody was made out.
    pub fn visit(&self) -> Option<Visit> {
        Some(Visit { session: self.session_id, person: self.person_id? })
    }

    /// As the domain reads it.
    pub fn scan(&self) -> Result<Scan> {
        let broken = || ApiError::internal(anyhow::anyhow!("scan {} holds a word that cannot be", self.id));
        Ok(Scan {
            id: self.id,
            at: self.at,
            received_at: self.received_at,
            clock_offset: self.clock_offset_ms.map(clock_offset),
            direction: Direction::from_word(&self.direction).ok_or_else(broken)?,
            method: Method::from_word(&self.method).ok_or_else(broken)?,
            issue: self.issue.and_then(|issue| u16::try_from(issue).ok()),
            review: self.decision.as_deref().and_then(Decision::from_word),
        })
    }
}

/// A scan to keep.
#[derive(Debug, Clone)]
pub struct NewScan {
    pub id: Uuid,
    pub session_id: Uuid,
    pub device_id: Uuid,
    pub account_id: Uuid,
    pub scanned_at: DateTime<Utc>,
    pub clock_offset_ms: Option<i64>,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub direction: Direction,
    pub method: Method,
    pub person_id: Option<Uuid>,
    pub issue: Option<i32>,
    pub defect: Option<Reason>,
    pub digest: Vec<u8>,
}

/// A verdict to add.
#[derive(Debug, Clone)]
pub struct NewVerdict {
    pub scan_id: Uuid,
    pub number: i32,
    pub verdict: Kind,
    pub reason: Reason,
    pub duplicate_of: Option<Uuid>,
}

/// One at a time decides about the doors of these sessions, for the guests of a district. Always in the same order.
pub async fn lock(tx: &mut Tx, sessions: &[Uuid]) -> Result<()> {
    let district = tx.district();
    let mut names: Vec<String> = sessions.iter().map(|session| format!("door {} {session}", district.0)).collect();
    names.sort_unstable();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name")
        .bind(names)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Sessions, whatever their district: what is on offer is shared. A host that has closed lets in nobody more who was not
/// registered, but where the session had begun: what is stored says so, in whatever order scans arrive.
pub async fn sessions(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<SessionRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT s.id, a.title_zh AS activity_title_zh, a.title_en AS activity_title_en, a.kind, s.host_id,
                o.name_zh AS host_name_zh, o.name_en AS host_name_en, s.place, s.starts_at, s.ends_at, s.capacity, s.status,
                s.updated_at, s.door_mode, s.code_secret,
                s.walk_ins AND NOT (o.status = 'closed' AND s.starts_at > coalesce(
                    (SELECT max(f.known_until) FROM former_shared f
                     WHERE f.kind = 'organization' AND f.id = o.id AND f.was ->> 'status' = 'active'), o.updated_at)) AS walk_ins,
                (s.starts_at AT TIME ZONE d.time_zone)::date AS day, c.closed_at,
                c.closed_by, c.held
         FROM session s
         JOIN activity a ON a.id = s.activity_id
         JOIN organization o ON o.id = s.host_id
         JOIN district d ON d.id = $2
         LEFT JOIN door_closing c ON c.district_id = $2 AND c.session_id = s.id
         WHERE s.id = ANY($1)",
    )
    .bind(ids)
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// One session.
pub async fn session(tx: &mut Tx, id: Uuid) -> Result<SessionRow> {
    sessions(tx, &[id]).await?.pop().ok_or_else(|| ApiError::not_found("session"))
}

/// Gives a session the secret of its rotating code, unless it has one; answers the one that holds.
pub async fn ensure_secret(tx: &mut Tx, session: Uuid, fresh: &[u8]) -> Result<Vec<u8>> {
    sqlx::query("UPDATE session SET code_secret = $2 WHERE id = $1 AND code_secret IS NULL")
        .bind(session)
        .bind(fresh)
        .execute(&mut **tx)
        .await?;
    Ok(sqlx::query_scalar("SELECT code_secret FROM session WHERE id = $1").bind(session).fetch_one(&mut **tx).await?)
}

/// Those of these persons that there are, with the enrolment of a day: of the session in which each is wanted.
pub async fn people(tx: &mut Tx, wanted: &[(Visit, NaiveDate)]) -> Result<Vec<PersonRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT w.session_id, p.id AS person_id, p.name, e.school_id, e.class_id, c.name AS class_name, e.grade,
                h.issues AS replaced_issues, h.moments AS replaced_at
         FROM unnest($2::uuid[], $3::uuid[], $4::date[]) AS w (session_id, person_id, day)
         JOIN person p ON p.district_id = $1 AND p.id = w.person_id
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_from <= w.day
              AND (e.valid_to IS NULL OR e.valid_to >= w.day)
         LEFT JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         LEFT JOIN LATERAL (SELECT array_agg(issue ORDER BY issue) AS issues, array_agg(replaced_at ORDER BY issue) AS moments
                            FROM pass WHERE district_id = $1 AND person_id = p.id AND replaced_at IS NOT NULL) h ON true",
    )
    .bind(district.0)
    .bind(wanted.iter().map(|(visit, _)| visit.session).collect::<Vec<_>>())
    .bind(wanted.iter().map(|(visit, _)| visit.person).collect::<Vec<_>>())
    .bind(wanted.iter().map(|(_, day)| *day).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// Keeps scans; answers the ids of those that were not there already.
pub async fn insert_scans(tx: &mut Tx, scans: &[NewScan]) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "INSERT INTO scan (district_id, id, session_id, device_id, account_id, scanned_at, clock_offset_ms, at, received_at,
                           direction, method, person_id, issue, defect, digest)
         SELECT $1, n.id, n.session_id, n.device_id, n.account_id, n.scanned_at, n.clock_offset_ms, n.at, n.received_at, n.direction,
                n.method, n.person_id, n.issue, n.defect, n.digest
         FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::bigint[], $8::timestamptz[],
                     $9::timestamptz[], $10::text[], $11::text[], $12::uuid[], $13::int[], $14::text[], $15::bytea[])
              AS n (id, session_id, device_id, account_id, scanned_at, clock_offset_ms, at, received_at, direction, method, person_id,
                    issue, defect, digest)
         ON CONFLICT (district_id, id) DO NOTHING
         RETURNING id",
    )
    .bind(district.0)
    .bind(scans.iter().map(|s| s.id).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.session_id).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.device_id).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.account_id).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.scanned_at).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.clock_offset_ms).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.at).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.received_at).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.direction.word()).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.method.word()).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.person_id).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.issue).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.defect.map(Reason::word)).collect::<Vec<_>>())
    .bind(scans.iter().map(|s| s.digest.as_slice()).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// What stored scans said, by id.
pub async fn digests(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT id, digest FROM scan WHERE district_id = $1 AND id = ANY($2)")
        .bind(district.0)
        .bind(ids)
        .fetch_all(&mut **tx)
        .await?)
}

/// Scans, each with the last decision about it and the last verdict on it. `found` names the columns of `scan` as `s`.
fn with_verdicts(found: &str) -> String {
    format!(
        "SELECT s.id, s.session_id, s.device_id, s.account_id, s.scanned_at, s.clock_offset_ms, s.at, s.received_at,
                s.direction, s.method, s.person_id, s.issue, r.decision, v.number AS verdict_number, v.at AS judged_at,
                v.verdict, v.reason, v.duplicate_of
         FROM {found}
         LEFT JOIN LATERAL (SELECT decision FROM scan_review
                            WHERE district_id = $1 AND scan_id = s.id ORDER BY id DESC LIMIT 1) r ON true
         LEFT JOIN LATERAL (SELECT number, at, verdict, reason, duplicate_of FROM scan_verdict
                            WHERE district_id = $1 AND scan_id = s.id ORDER BY number DESC LIMIT 1) v ON true"
    )
}

/// Those of `scan` that a condition finds.
pub(super) fn scans_where(condition: &str) -> String {
    with_verdicts(&format!("(SELECT * FROM scan s WHERE s.district_id = $1 AND {condition}) s"))
}

/// All scans of persons who were made out in a session.
pub async fn scans_of_session(tx: &mut Tx, session: Uuid) -> Result<Vec<ScanRow>> {
    let district = tx.district();
    let sql = scans_where("s.session_id = $2 AND s.person_id IS NOT NULL AND s.defect IS NULL");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(session).fetch_all(&mut **tx).await?)
}

/// All scans of persons in sessions.
pub async fn scans_of(tx: &mut Tx, visits: &[Visit]) -> Result<Vec<ScanRow>> {
    let district = tx.district();
    // Person by person: joined the other way round, every scan of the district would be looked at. OFFSET 0 keeps the order.
    let sql = with_verdicts(
        "unnest($2::uuid[], $3::uuid[]) AS w (session_id, person_id)
         CROSS JOIN LATERAL (SELECT * FROM scan s
                             WHERE s.district_id = $1 AND s.session_id = w.session_id AND s.person_id = w.person_id
                               AND s.defect IS NULL OFFSET 0) s",
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(visits.iter().map(|visit| visit.session).collect::<Vec<_>>())
        .bind(visits.iter().map(|visit| visit.person).collect::<Vec<_>>())
        .fetch_all(&mut **tx)
        .await?)
}

/// Scans by id.
pub async fn scans(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<ScanRow>> {
    let district = tx.district();
    let sql = scans_where("s.id = ANY($2)");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(ids).fetch_all(&mut **tx).await?)
}

/// Which scans to list.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    pub session: Option<Uuid>,
    /// Of sessions of these hosts; of any if none are given.
    pub hosts: Option<&'a [Uuid]>,
    pub verdict: Option<&'a str>,
    /// Of sessions that ended before.
    pub ended_before: Option<DateTime<Utc>>,
    pub oldest_first: bool,
    pub after: Option<Uuid>,
    pub fetch: i64,
}

/// A scan in a list, with names.
#[derive(Debug, FromRow)]
pub struct Shown {
    #[sqlx(flatten)]
    pub row: ScanRow,
    pub name: Option<String>,
    pub class_name: Option<String>,
    pub grade: Option<i32>,
    pub decision_reason: Option<String>,
    pub device_name: Option<String>,
    pub activity_title_zh: String,
    pub activity_title_en: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub host_id: Uuid,
    pub host_name_zh: String,
    pub host_name_en: String,
    pub listed: bool,
}

/// Lists scans in order of their ids, which are made when they happen.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>) -> Result<Vec<Shown>> {
    let district = tx.district();
    let (beyond, order) = if filter.oldest_first { (">", "ASC") } else { ("<", "DESC") };
    // Few were ever in doubt, and an index knows them.
    let doubtful = if filter.verdict == Some(Kind::NeedsReview.word()) {
        format!("AND s.id IN ({IN_DOUBT})")
    } else {
        String::new()
    };
    let scans = scans_where(&format!("($2::uuid IS NULL OR s.session_id = $2) {doubtful}"));
    let sql = format!(
        "SELECT x.*, n.name, c.name AS class_name, p.grade, w.reason AS decision_reason, d.name AS device_name, a.title_zh AS activity_title_zh,
                a.title_en AS activity_title_en, t.starts_at, t.ends_at, t.host_id, o.name_zh AS host_name_zh,
                o.name_en AS host_name_en, p.id IS NOT NULL AS listed
         FROM ({scans}) x
         JOIN session t ON t.id = x.session_id
         JOIN activity a ON a.id = t.activity_id
         JOIN organization o ON o.id = t.host_id
         LEFT JOIN person n ON n.district_id = $1 AND n.id = x.person_id
         LEFT JOIN participation p ON p.district_id = $1 AND p.session_id = x.session_id AND p.person_id = x.person_id
         LEFT JOIN class c ON c.district_id = $1 AND c.id = p.class_id
         LEFT JOIN door_device d ON d.district_id = $1 AND d.id = x.device_id
         LEFT JOIN LATERAL (SELECT reason FROM scan_review
                            WHERE district_id = $1 AND scan_id = x.id ORDER BY id DESC LIMIT 1) w ON true
         WHERE ($3::uuid[] IS NULL OR t.host_id = ANY($3)) AND ($4::text IS NULL OR x.verdict = $4)
           AND ($5::uuid IS NULL OR x.id {beyond} $5) AND ($7::timestamptz IS NULL OR t.ends_at < $7)
         ORDER BY x.id {order} LIMIT $6"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(filter.session)
        .bind(filter.hosts)
        .bind(filter.verdict)
        .bind(filter.after)
        .bind(filter.fetch)
        .bind(filter.ended_before)
        .fetch_all(&mut **tx)
        .await?)
}

/// Scans that were in doubt at some time.
const IN_DOUBT: &str = "SELECT scan_id FROM scan_verdict WHERE district_id = $1 AND verdict = 'needs_review'";

/// How many scans are in doubt at these hosts (at any if none are given), and how many of those in sessions that ended before.
pub async fn count_doubts(tx: &mut Tx, hosts: Option<&[Uuid]>, ended_before: DateTime<Utc>) -> Result<(i64, i64)> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE t.ends_at < $3)
         FROM scan_verdict v
         JOIN scan s ON s.district_id = $1 AND s.id = v.scan_id
         JOIN session t ON t.id = s.session_id
         WHERE v.district_id = $1 AND v.verdict = 'needs_review' AND ($2::uuid[] IS NULL OR t.host_id = ANY($2))
           AND NOT EXISTS (SELECT 1 FROM scan_verdict l
                           WHERE l.district_id = $1 AND l.scan_id = v.scan_id AND l.number > v.number)",
    )
    .bind(district.0)
    .bind(hosts)
    .bind(ended_before)
    .fetch_one(&mut **tx)
    .await?)
}

/// Adds verdicts.
pub async fn insert_verdicts(tx: &mut Tx, verdicts: &[NewVerdict], at: DateTime<Utc>) -> Result<()> {
    if verdicts.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query(
        "INSERT INTO scan_verdict (district_id, scan_id, number, verdict, reason, duplicate_of, at)
         SELECT $1, n.scan_id, n.number, n.verdict, n.reason, n.duplicate_of, $2
         FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::uuid[])
              AS n (scan_id, number, verdict, reason, duplicate_of)",
    )
    .bind(district.0)
    .bind(at)
    .bind(verdicts.iter().map(|v| v.scan_id).collect::<Vec<_>>())
    .bind(verdicts.iter().map(|v| v.number).collect::<Vec<_>>())
    .bind(verdicts.iter().map(|v| v.verdict.word()).collect::<Vec<_>>())
    .bind(verdicts.iter().map(|v| v.reason.word()).collect::<Vec<_>>())
    .bind(verdicts.iter().map(|v| v.duplicate_of).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Somebody looked at a scan.
pub async fn insert_review(
    tx: &mut Tx,
    scan: Uuid,
    decision: Decision,
    reason: &str,
    by: Uuid,
    at: DateTime<Utc>,
) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO scan_review (district_id, id, scan_id, decision, reason, account_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(district.0)
    .bind(ids::new())
    .bind(scan)
    .bind(decision.word())
    .bind(reason)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The host's word on the session.
pub async fn insert_closing(tx: &mut Tx, session: Uuid, closing: &Closing) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO door_closing (district_id, session_id, closed_by, closed_at, held) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(district.0)
    .bind(session)
    .bind(closing.by)
    .bind(closing.at)
    .bind(&closing.held)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A device.
#[derive(Debug, FromRow)]
pub struct DeviceRow {
    pub id: Uuid,
    pub name: String,
    pub last_seen_at: DateTime<Utc>,
    pub scans: i64,
}

/// Opens a device, or opens it again: its name and key are those of now.
pub async fn put_device(tx: &mut Tx, id: Uuid, name: &str, key: &[u8], by: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO door_device (district_id, id, name, public_key, account_id, opened_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (district_id, id)
         DO UPDATE SET name = $3, public_key = $4, account_id = $5, last_seen_at = $6",
    )
    .bind(district.0)
    .bind(id)
    .bind(name)
    .bind(key)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The key of a device.
pub async fn device_key(tx: &mut Tx, id: Uuid) -> Result<Option<Vec<u8>>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT public_key FROM door_device WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Devices have spoken; said at most twice a minute.
pub async fn devices_seen(tx: &mut Tx, ids: &[Uuid], at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE door_device SET last_seen_at = $3
         WHERE district_id = $1 AND id = ANY($2) AND last_seen_at < $3 - interval '30 seconds'",
    )
    .bind(district.0)
    .bind(ids)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The devices that scanned in a session.
pub async fn devices_of(tx: &mut Tx, session: Uuid) -> Result<Vec<DeviceRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT d.id, d.name, d.last_seen_at, count(*) AS scans
         FROM scan s JOIN door_device d ON d.district_id = $1 AND d.id = s.device_id
         WHERE s.district_id = $1 AND s.session_id = $2
         GROUP BY d.id, d.name, d.last_seen_at ORDER BY d.name, d.id",
    )
    .bind(district.0)
    .bind(session)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many scans of a session are of each worth.
pub async fn verdict_counts(tx: &mut Tx, session: Uuid) -> Result<Vec<(String, i64)>> {
    let district = tx.district();
    let scans = scans_where("s.session_id = $2");
    let sql = format!("SELECT x.verdict, count(*) FROM ({scans}) x WHERE x.verdict IS NOT NULL GROUP BY x.verdict");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(session).fetch_all(&mut **tx).await?)
}

/// One who is expected or was there, as the door shows it.
#[derive(Debug, FromRow)]
pub struct GuestRow {
    pub participation_id: Uuid,
    pub person_id: Uuid,
    pub name: String,
    pub class_id: Option<Uuid>,
    pub class_name: Option<String>,
    pub grade: Option<i32>,
    pub school_name: Option<String>,
    pub state: String,
    pub recorded_by: Uuid,
    pub number: Option<i64>,
    pub issue: Option<i32>,
}

/// All who are in a session, with the pass that each holds.
pub async fn guests(tx: &mut Tx, session: Uuid) -> Result<Vec<GuestRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id AS participation_id, p.person_id, n.name, p.class_id, c.name AS class_name, p.grade,
                o.name_zh AS school_name, p.state, p.recorded_by, h.number, h.issue
         FROM participation p
         JOIN person n ON n.district_id = $1 AND n.id = p.person_id
         LEFT JOIN class c ON c.district_id = $1 AND c.id = p.class_id
         LEFT JOIN organization o ON o.id = p.school_id
         LEFT JOIN pass h ON h.district_id = $1 AND h.person_id = p.person_id AND h.replaced_at IS NULL
         WHERE p.district_id = $1 AND p.session_id = $2 AND p.state NOT IN ('voided', 'rejected')
         ORDER BY o.name_zh, c.name, n.number",
    )
    .bind(district.0)
    .bind(session)
    .fetch_all(&mut **tx)
    .await?)
}

/// Where else these persons were at the same time.
pub async fn elsewhere(tx: &mut Tx, session: &SessionRow, persons: &[Uuid]) -> Result<Vec<(Uuid, Uuid, String)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.person_id, s.id, a.title_zh
         FROM participation p
         JOIN session s ON s.id = p.session_id
         JOIN activity a ON a.id = s.activity_id
         WHERE p.district_id = $1 AND p.person_id = ANY($2) AND p.session_id <> $3
           AND p.state IN ('attended', 'confirmed') AND s.starts_at < $5 AND s.ends_at > $4
         ORDER BY p.person_id, s.id",
    )
    .bind(district.0)
    .bind(persons)
    .bind(session.id)
    .bind(session.starts_at)
    .bind(session.ends_at)
    .fetch_all(&mut **tx)
    .await?)
}
