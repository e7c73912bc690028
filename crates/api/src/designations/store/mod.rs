//! The SQL of schemes and designations, and what other slices ask of a host.

mod register;
mod renewals;
mod schemes;
mod standing;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::{self as rules, Standing, Term};
use serde::Deserialize;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

pub use register::{PastEvent, RegisterFilter, Registered, Registering, history, of_number, register, registered};
pub use renewals::*;
pub use schemes::*;
pub use standing::*;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// A designation, with what it is called.
#[derive(Debug, Clone, FromRow)]
pub struct Designation {
    /// Identity.
    pub id: Uuid,
    /// The scheme.
    pub scheme_id: Uuid,
    /// Its code.
    pub scheme_code: String,
    /// Its name.
    pub scheme_name_zh: String,
    /// Its name in English, or empty.
    pub scheme_name_en: String,
    /// The holder, or the employer of the professional who is.
    pub organization_id: Uuid,
    /// The professional who holds it, if one does.
    pub professional_id: Option<Uuid>,
    /// What the professional is called.
    pub professional_name: Option<String>,
    /// The application from which it came.
    pub application_id: Option<Uuid>,
    /// The holder's district.
    pub district_id: Uuid,
    /// The holder's name.
    pub organization_name_zh: String,
    /// The holder's name in English, or empty.
    pub organization_name_en: String,
    /// Number of the licence.
    pub number: String,
    /// Level of the host under the scheme.
    pub level: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// First day on which it is no more.
    pub revoked_from: Option<NaiveDate>,
    /// When not, in order.
    pub suspensions: Json<Vec<SuspensionRow>>,
    /// Where it was published.
    pub source: String,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Designation {
    /// What it is called where it is told of: who holds what, with its number; in Chinese, and in English if the scheme has
    /// such a name.
    pub fn label(&self) -> (String, String) {
        let called = |organization: &str, scheme: &str| {
            let who = self.professional_name.as_deref().unwrap_or(organization);
            format!("{who} · {scheme} {}", self.number)
        };
        let zh = called(&self.organization_name_zh, &self.scheme_name_zh);
        let who_en =
            if self.organization_name_en.is_empty() { &self.organization_name_zh } else { &self.organization_name_en };
        (zh, if self.scheme_name_en.is_empty() { String::new() } else { called(who_en, &self.scheme_name_en) })
    }

    /// As the rules see it.
    pub fn rules(&self) -> Result<rules::Designation> {
        let term = Term::new(self.valid_from, self.valid_to).map_err(ApiError::internal)?;
        Ok(rules::Designation {
            scheme: self.scheme_code.clone(),
            number: self.number.clone(),
            level: self.level.clone(),
            term,
            suspensions: self.suspensions.0.iter().copied().map(SuspensionRow::rules).collect(),
            revoked_from: self.revoked_from,
        })
    }

    /// Who holds it: the organization or the professional.
    pub fn holder(&self) -> Uuid {
        self.professional_id.unwrap_or(self.organization_id)
    }
}

/// Days on which a designation is not in force.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SuspensionRow {
    /// First day.
    pub from: NaiveDate,
    /// First day on which it is in force again.
    pub lifted_from: Option<NaiveDate>,
}

impl SuspensionRow {
    fn rules(self) -> rules::Suspension {
        rules::Suspension { from: self.from, lifted_from: self.lifted_from }
    }
}

/// The suspensions of designation `d`, in order, as JSON.
macro_rules! suspensions {
    () => {
        "coalesce((SELECT jsonb_agg(jsonb_build_object('from', x.suspended_from, 'lifted_from', x.lifted_from)
                                    ORDER BY x.suspended_from, x.id)
                   FROM designation_suspension x WHERE x.designation_id = d.id), '[]') AS suspensions"
    };
}

/// Whether designation `d` is in force on a day, as [`rules::Designation::in_force_on`] says.
macro_rules! in_force {
    ($day:literal) => {
        concat!(
            "(d.valid_from <= ",
            $day,
            " AND (d.valid_to IS NULL OR d.valid_to >= ",
            $day,
            ")
              AND (d.revoked_from IS NULL OR d.revoked_from > ",
            $day,
            ")
              AND NOT EXISTS (SELECT FROM designation_suspension x WHERE x.designation_id = d.id
                              AND x.suspended_from <= ",
            $day,
            " AND (x.lifted_from IS NULL OR x.lifted_from > ",
            $day,
            ")))"
        )
    };
}

macro_rules! designations {
    () => {
        concat!(
            "SELECT d.id, d.scheme_id, s.code AS scheme_code, s.name_zh AS scheme_name_zh, s.name_en AS scheme_name_en,
                    o.id AS organization_id, d.professional_id, p.name AS professional_name, d.application_id, o.district_id,
                    o.name_zh AS organization_name_zh, o.name_en AS organization_name_en, d.number, d.level, d.valid_from, d.valid_to, d.revoked_from, ",
            suspensions!(),
            ", d.source, d.version, d.created_at, d.updated_at
             FROM designation d JOIN scheme s ON s.id = d.scheme_id
             LEFT JOIN professional p ON p.id = d.professional_id
             JOIN organization o ON o.id = coalesce(d.organization_id, p.employer_id) "
        )
    };
}

pub(super) use {in_force, suspensions};

/// What there is to know of these hosts on any day: [`Standing::held`] and [`Standing::level_on`].
pub async fn standings(tx: &mut Tx, hosts: &[Uuid]) -> Result<HashMap<Uuid, Standing>> {
    #[derive(FromRow)]
    struct Row {
        host: Uuid,
        own_level: Option<String>,
        scheme: Option<String>,
        number: Option<String>,
        level: Option<String>,
        valid_from: Option<NaiveDate>,
        valid_to: Option<NaiveDate>,
        revoked_from: Option<NaiveDate>,
        suspensions: Json<Vec<SuspensionRow>>,
    }
    let rows = sqlx::query_as::<_, Row>(concat!(
        "SELECT o.id AS host, o.level AS own_level, s.code AS scheme, d.number, d.level, d.valid_from, d.valid_to,
                d.revoked_from, ",
        suspensions!(),
        " FROM organization o
         LEFT JOIN designation d ON d.organization_id = o.id
         LEFT JOIN scheme s ON s.id = d.scheme_id
         WHERE o.id = ANY($1)
         ORDER BY o.id, d.valid_from, d.id"
    ))
    .bind(hosts)
    .fetch_all(&mut **tx)
    .await?;
    let mut standings: HashMap<Uuid, Standing> = HashMap::with_capacity(hosts.len());
    for row in rows {
        let standing = standings.entry(row.host).or_default();
        standing.own_level = row.own_level;
        if let (Some(scheme), Some(number), Some(from)) = (row.scheme, row.number, row.valid_from) {
            let term = Term::new(from, row.valid_to).map_err(ApiError::internal)?;
            standing.designations.push(rules::Designation {
                scheme,
                number,
                level: row.level,
                term,
                suspensions: row.suspensions.0.iter().copied().map(SuspensionRow::rules).collect(),
                revoked_from: row.revoked_from,
            });
        }
    }
    Ok(standings)
}

/// Which designations to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of holders registered in this district.
    pub district: Option<Uuid>,
    /// Of this holder.
    pub organization: Option<Uuid>,
    /// Under the scheme of this code.
    pub scheme: Option<&'f str>,
    /// In force on this day.
    pub on: Option<NaiveDate>,
    /// Whose holder's name, or whose number, holds this.
    pub q: Option<&'f str>,
}

/// Lists by identity, which is the order of entry.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<Designation>> {
    Ok(sqlx::query_as::<_, Designation>(concat!(
        designations!(),
        "WHERE ($1::uuid IS NULL OR o.district_id = $1) AND ($2::uuid IS NULL OR o.id = $2)
               AND ($3::text IS NULL OR s.code = $3) AND ($4::date IS NULL OR ",
        in_force!("$4"),
        ") AND ($5::text IS NULL OR position(lower($5) IN lower(o.name_zh || ' ' || o.name_en || ' ' || d.number
                                                                   || ' ' || coalesce(p.name, ''))) > 0)
               AND ($6::uuid IS NULL OR d.id > $6)
             ORDER BY d.id LIMIT $7"
    ))
    .bind(filter.district)
    .bind(filter.organization)
    .bind(filter.scheme)
    .bind(filter.on)
    .bind(filter.q)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads one, whatever its district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Designation> {
    sqlx::query_as(concat!(designations!(), "WHERE d.id = $1"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("designation"))
}

/// All of one holder, an organization or a professional, under one scheme. The organization, or the employer, must be
/// locked, so that nobody adds one meanwhile.
pub async fn of_holder(tx: &mut Tx, holder: Uuid, scheme: Uuid) -> Result<Vec<Designation>> {
    Ok(sqlx::query_as::<_, Designation>(concat!(
        designations!(),
        "WHERE (d.organization_id = $1 OR d.professional_id = $1) AND d.scheme_id = $2 ORDER BY d.valid_from"
    ))
    .bind(holder)
    .bind(scheme)
    .fetch_all(&mut **tx)
    .await?)
}

fn number_taken() -> ApiError {
    let text = "Another designation of the scheme has this number. The number of one that was revoked or is over is not given again.";
    ApiError::conflict("number_taken", text)
}

/// Refuses a number that another of the scheme has, however it is written.
pub async fn number_free(tx: &mut Tx, row: &Designation) -> Result<()> {
    let taken: bool = sqlx::query_scalar(concat!(
        "SELECT EXISTS (SELECT FROM designation d WHERE ",
        register::loose!("d.number"),
        " = $1 AND d.scheme_id = $2 AND d.id <> $3)"
    ))
    .bind(register::loosely(&row.number))
    .bind(row.scheme_id)
    .bind(row.id)
    .fetch_one(&mut **tx)
    .await?;
    if taken { Err(number_taken()) } else { Ok(()) }
}

/// Adds one, with its award as the first thing that happened to it, and on which occasion, if it is told.
pub async fn insert(tx: &mut Tx, row: &Designation, by: Uuid, occasion: &str) -> Result<()> {
    number_free(tx, row).await?;
    sqlx::query(
        "INSERT INTO designation (id, scheme_id, organization_id, professional_id, application_id, number, level, valid_from,
                                  valid_to, source, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(row.id)
    .bind(row.scheme_id)
    .bind(row.professional_id.is_none().then_some(row.organization_id))
    .bind(row.professional_id)
    .bind(row.application_id)
    .bind(&row.number)
    .bind(&row.level)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("designation_scheme_id_number_key", number_taken)?;
    // The event has the identity of what it begins.
    let award = NewEvent {
        id: row.id,
        designation_id: row.id,
        kind: "awarded",
        on_day: row.valid_from,
        reason: occasion,
        account_id: by,
        at: row.created_at,
    };
    add_event(tx, &award).await
}

/// Writes the changed fields of one whose holder is locked.
pub async fn update(tx: &mut Tx, row: &Designation) -> Result<()> {
    sqlx::query(
        "UPDATE designation SET number = $2, level = $3, valid_from = $4, valid_to = $5, source = $6, version = $7,
                                updated_at = $8, revoked_from = $9
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.number)
    .bind(&row.level)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.revoked_from)
    .execute(&mut **tx)
    .await
    .on_constraint("designation_scheme_id_number_key", number_taken)?;
    Ok(())
}

/// All that a round gave, by number.
pub async fn of_round(tx: &mut Tx, round: Uuid) -> Result<Vec<Designation>> {
    Ok(sqlx::query_as::<_, Designation>(concat!(
        designations!(),
        "WHERE d.application_id IN (SELECT a.id FROM application a WHERE a.round_id = $1) ORDER BY d.number, d.id"
    ))
    .bind(round)
    .fetch_all(&mut **tx)
    .await?)
}

/// All under one scheme, by identity.
pub async fn of_scheme(tx: &mut Tx, scheme: Uuid) -> Result<Vec<Designation>> {
    Ok(sqlx::query_as::<_, Designation>(concat!(designations!(), "WHERE d.scheme_id = $1 ORDER BY d.id"))
        .bind(scheme)
        .fetch_all(&mut **tx)
        .await?)
}
