//! The SQL of the public register.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation as rules;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{SuspensionRow, in_force, suspensions};
use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

/// One line of the public register.
#[derive(Debug, FromRow)]
pub struct Registered {
    /// The designation.
    pub id: Uuid,
    /// Code of the scheme.
    pub scheme_code: String,
    /// Its name in Chinese.
    pub scheme_name_zh: String,
    /// Its name in English.
    pub scheme_name_en: String,
    /// Who runs it.
    pub authority_name_zh: String,
    /// The same in English.
    pub authority_name_en: String,
    /// Code of the holder's district.
    pub district_code: String,
    /// Its name.
    pub district_name_zh: String,
    /// The same in English.
    pub district_name_en: String,
    /// Kind of the holder.
    pub organization_kind: String,
    /// Name of the holder in Chinese.
    pub organization_name_zh: String,
    /// And in English.
    pub organization_name_en: String,
    /// Number of the licence.
    pub number: String,
    /// Level of the host under the scheme.
    pub level: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// The professional who holds it, if one does.
    pub professional_name: Option<String>,
    /// First day on which it is no more.
    pub revoked_from: Option<NaiveDate>,
    /// When not, in order.
    pub suspensions: Json<Vec<SuspensionRow>>,
    /// Where it was published.
    pub source: String,
}

macro_rules! registered {
    () => {
        concat!(
            "SELECT d.id, s.code AS scheme_code, s.name_zh AS scheme_name_zh, s.name_en AS scheme_name_en,
                    a.name_zh AS authority_name_zh, a.name_en AS authority_name_en, t.code AS district_code,
                    t.name_zh AS district_name_zh, t.name_en AS district_name_en, o.kind AS organization_kind,
                    o.name_zh AS organization_name_zh, o.name_en AS organization_name_en, d.number, d.level, d.valid_from, d.valid_to,
                    p.name AS professional_name, d.revoked_from, ",
            suspensions!(),
            ", d.source
             FROM designation d JOIN scheme s ON s.id = d.scheme_id JOIN authority a ON a.id = s.authority_id
             LEFT JOIN professional p ON p.id = d.professional_id
             JOIN organization o ON o.id = coalesce(d.organization_id, p.employer_id)
             JOIN district t ON t.id = o.district_id "
        )
    };
}

/// Names and numbers as they are looked for: small letters and digits of one width, one dash, without brackets and blanks, of
/// which there are many kinds. `designation_by_loose_number` is the index of numbers written so.
macro_rules! loose {
    ($text:expr) => {
        concat!(
            "translate(lower(",
            $text,
            "), '０１２３４５６７８９ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－—–‐‑−()[]〔〕（）［］【】 \u{3000}', '0123456789abcdefghijklmnopqrstuvwxyz------')"
        )
    };
}
pub(super) use loose;

/// What somebody typed, in the same way.
pub(super) fn loosely(text: &str) -> String {
    let one = |c: char| match c {
        '０'..='９' | 'ａ'..='ｚ' => char::from_u32((c as u32).saturating_sub(0xfee0)),
        '－' | '—' | '–' | '‐' | '‑' | '−' => Some('-'),
        '(' | ')' | '[' | ']' | '〔' | '〕' | '（' | '）' | '［' | '］' | '【' | '】' => None,
        c if c.is_whitespace() => None,
        other => Some(other),
    };
    text.to_lowercase().chars().filter_map(one).collect()
}

impl Registered {
    /// As the rules see it.
    pub fn rules(&self) -> Result<rules::Designation> {
        Ok(rules::Designation {
            scheme: self.scheme_code.clone(),
            number: self.number.clone(),
            level: self.level.clone(),
            term: rules::Term::new(self.valid_from, self.valid_to).map_err(ApiError::internal)?,
            suspensions: self.suspensions.0.iter().copied().map(SuspensionRow::rules).collect(),
            revoked_from: self.revoked_from,
        })
    }
}

/// What of the register is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Registering {
    /// What is in force.
    #[default]
    InForce,
    /// What was granted and begins later.
    Upcoming,
    /// What is suspended.
    Suspended,
    /// What was revoked or has expired.
    Over,
}

impl Registering {
    const fn word(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Upcoming => "upcoming",
            Self::Suspended => "suspended",
            Self::Over => "over",
        }
    }
}

/// Which lines of the register.
#[derive(Debug)]
pub struct RegisterFilter<'f> {
    /// On this day …
    pub on: NaiveDate,
    /// … they are this: in force, still to come, suspended, or over.
    pub standing: Registering,
    /// Code of the district.
    pub district: Option<&'f str>,
    /// Code of the scheme.
    pub scheme: Option<&'f str>,
    /// Whose holder's name, or whose number, holds this.
    pub q: Option<&'f str>,
}

/// The public register.
pub async fn register(
    tx: &mut Tx,
    filter: &RegisterFilter<'_>,
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<Registered>> {
    Ok(sqlx::query_as::<_, Registered>(concat!(
        registered!(),
        "WHERE CASE $7 WHEN 'in_force' THEN ",
        in_force!("$1"),
        " WHEN 'over' THEN d.revoked_from <= $1 OR d.valid_to < $1
          WHEN 'upcoming' THEN d.valid_from > $1 AND (d.revoked_from IS NULL OR d.revoked_from > $1)
          ELSE d.valid_from <= $1 AND (d.valid_to IS NULL OR d.valid_to >= $1)
               AND (d.revoked_from IS NULL OR d.revoked_from > $1) AND NOT ",
        in_force!("$1"),
        " END AND ($7 = 'over' OR o.status = 'active')
               AND ($2::text IS NULL OR t.code = $2) AND ($3::text IS NULL OR s.code = $3)
               AND ($4::text IS NULL OR position($4 IN ",
        loose!("o.name_zh || '|' || o.name_en || '|' || d.number || '|' || coalesce(p.name, '')"),
        ") > 0)
               AND ($5::uuid IS NULL OR d.id > $5)
             ORDER BY d.id LIMIT $6"
    ))
    .bind(filter.on)
    .bind(filter.district)
    .bind(filter.scheme)
    .bind(filter.q.map(loosely))
    .bind(after)
    .bind(fetch)
    .bind(filter.standing.word())
    .fetch_all(&mut **tx)
    .await?)
}

/// One designation, as the register has it, whatever became of it.
pub async fn registered(tx: &mut Tx, id: Uuid) -> Result<Registered> {
    sqlx::query_as(concat!(registered!(), "WHERE d.id = $1"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("designation"))
}

/// All designations of this number, however it is typed, under whatever scheme, whatever became of them.
pub async fn of_number(tx: &mut Tx, number: &str) -> Result<Vec<Registered>> {
    let typed = loosely(number);
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(concat!(
        registered!(),
        "WHERE ",
        loose!("d.number"),
        " = $1 ORDER BY d.number <> $2, d.id LIMIT 50"
    ))
    .bind(typed)
    .bind(number)
    .fetch_all(&mut **tx)
    .await?)
}

/// What happened to a designation.
#[derive(Debug, FromRow)]
pub struct PastEvent {
    /// The designation.
    pub designation_id: Uuid,
    /// `awarded`, `corrected`, `ended`, `suspended`, `lifted`, `revoked`, `kept`, `renewed` or `assessed`.
    pub kind: String,
    /// The day from which it holds.
    pub on_day: NaiveDate,
    /// Why.
    pub reason: String,
    /// When it was entered.
    pub at: DateTime<Utc>,
}

/// What happened to these designations, in order.
pub async fn history(tx: &mut Tx, designations: &[Uuid]) -> Result<Vec<PastEvent>> {
    Ok(sqlx::query_as(
        "SELECT designation_id, kind, on_day, reason, at FROM designation_event WHERE designation_id = ANY($1) ORDER BY id",
    )
    .bind(designations)
    .fetch_all(&mut **tx)
    .await?)
}
