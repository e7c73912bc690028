//! The SQL of agreements. All districts share them; who sees which is judged by `reach`.

mod ahead;
mod network;
mod parts;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::agreement::{self as rules, Agreement, Standing, Term};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{AgreementKind, AgreementStanding, AgreementState};
use crate::{
    error::{ApiError, OnConstraint, Result},
    organizations::{OrganizationKind, OrganizationStatus},
    tenancy::Tx,
};

pub use ahead::{AheadBooking, AheadSession, bookings_ahead, sessions_ahead};
pub use network::{Edge, Node, edges, nodes, partners_in_force};
pub use parts::{StepRow, Text, add_step, add_text, replace_parties, steps, text, texts};

/// A party, with what its organization is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The organization.
    pub id: Uuid,
    /// Where it is registered.
    pub district_id: Uuid,
    /// What it is.
    pub kind: OrganizationKind,
    /// Its name.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether it works.
    pub status: OrganizationStatus,
}

/// A row, with its parties.
#[derive(Debug, Clone, FromRow)]
pub struct AgreementRow {
    /// Identity.
    pub id: Uuid,
    /// What sort.
    pub kind: AgreementKind,
    /// Title.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// What for.
    pub aims: String,
    /// Where it was made public.
    pub source: String,
    /// Who proposes.
    pub proposer_id: Uuid,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: Option<NaiveDate>,
    /// The state.
    pub state: AgreementState,
    /// The state with what it owns.
    pub standing: Json<Agreement>,
    /// From when it is no longer in force.
    pub over_from: Option<NaiveDate>,
    /// When it was first offered, or entered from paper.
    pub offered_at: Option<DateTime<Utc>>,
    /// What it renews.
    pub predecessor_id: Option<Uuid>,
    /// Account that wrote it.
    pub created_by: Uuid,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Its parties; the first one proposes.
    pub parties: Json<Vec<Party>>,
    /// How many texts there are.
    pub text_count: i64,
}

impl AgreementRow {
    /// Its days.
    pub fn term(&self) -> Term {
        Term { from: self.first_day, to: self.last_day }
    }

    /// What it says, as far as its life depends on it.
    pub fn terms(&self) -> rules::Terms {
        rules::Terms {
            kind: self.kind.into(),
            parties: self.parties.iter().map(|party| party.id).collect(),
            term: self.term(),
            has_text: self.text_count > 0,
        }
    }

    /// How it stands on a day.
    pub fn on(&self, day: NaiveDate) -> Standing {
        self.standing.on(self.term(), day)
    }

    /// Takes over what the rules made of it.
    pub fn turn_into(&mut self, after: Agreement, at: DateTime<Utc>) {
        self.state = after.state().into();
        self.over_from = after.over_from();
        if matches!(after, Agreement::Offered { .. } | Agreement::Signed { .. }) && self.offered_at.is_none() {
            self.offered_at = Some(at);
        }
        self.standing = Json(after);
        self.version += 1;
        self.updated_at = at;
    }

    /// The two of a pairing in the order of their ids.
    fn pair(&self) -> Option<(Uuid, Uuid)> {
        match (self.kind, self.parties.as_slice()) {
            (AgreementKind::Pairing, [one, other]) => Some((one.id.min(other.id), one.id.max(other.id))),
            _ => None,
        }
    }
}

macro_rules! agreements {
    ($tail:literal) => {
        concat!(
            "SELECT g.*, (SELECT count(*) FROM agreement_text t WHERE t.agreement_id = g.id) AS text_count,
                    (SELECT jsonb_agg(jsonb_build_object('id', o.id, 'district_id', o.district_id, 'kind', o.kind,
                                'name_zh', o.name_zh, 'name_en', o.name_en, 'status', o.status) ORDER BY p.position)
                     FROM agreement_party p JOIN organization o ON o.id = p.organization_id
                     WHERE p.agreement_id = g.id) AS parties
             FROM agreement g ",
            $tail
        )
    };
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Whatever their parties: for the platform.
    pub all: bool,
    /// Those with a party in these districts, if they were offered.
    pub districts: &'f [Uuid],
    /// Those with one of these as a party, if it proposes or it was offered.
    pub organizations: &'f [Uuid],
    /// Of this kind.
    pub kind: Option<AgreementKind>,
    /// With this party.
    pub party: Option<Uuid>,
    /// That stand like this on `today`.
    pub standing: Option<AgreementStanding>,
    /// The day it is.
    pub today: NaiveDate,
    /// Whose title or a party's name holds this.
    pub q: Option<&'f str>,
}

/// Lists the newest first.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, before: Option<Uuid>, fetch: i64) -> Result<Vec<AgreementRow>> {
    Ok(sqlx::query_as(agreements!(
        "WHERE ($1 OR EXISTS (SELECT FROM agreement_party p JOIN organization o ON o.id = p.organization_id
                              WHERE p.agreement_id = g.id
                                AND (o.district_id = ANY($2) AND g.offered_at IS NOT NULL
                                     OR o.id = ANY($3) AND (g.offered_at IS NOT NULL OR o.id = g.proposer_id))))
           AND ($4::text IS NULL OR g.kind = $4)
           AND ($5::uuid IS NULL OR EXISTS (SELECT FROM agreement_party p
                                            WHERE p.agreement_id = g.id AND p.organization_id = $5))
           AND ($6::text IS NULL OR $6 = CASE
                WHEN g.state IN ('draft', 'offered', 'refused', 'withdrawn', 'disputed') THEN g.state
                WHEN g.over_from <= $7 THEN g.state
                WHEN g.first_day > $7 THEN 'not_begun'
                WHEN g.last_day < $7 THEN 'expired'
                ELSE 'in_force' END)
           AND ($8::text IS NULL OR position(lower($8) IN lower(g.title_zh || ' ' || g.title_en)) > 0
                OR EXISTS (SELECT FROM agreement_party p JOIN organization o ON o.id = p.organization_id
                           WHERE p.agreement_id = g.id
                             AND position(lower($8) IN lower(o.name_zh || ' ' || o.name_en)) > 0))
           AND ($9::uuid IS NULL OR g.id < $9)
         ORDER BY g.id DESC LIMIT $10"
    ))
    .bind(filter.all)
    .bind(filter.districts)
    .bind(filter.organizations)
    .bind(filter.kind)
    .bind(filter.party)
    .bind(filter.standing)
    .bind(filter.today)
    .bind(filter.q)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads one, whosever it is.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<AgreementRow> {
    sqlx::query_as(agreements!("WHERE g.id = $1"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("agreement"))
}

/// Loads one, whosever it is: nobody else changes it until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<AgreementRow> {
    // A statement that has to wait reads all but the row itself as of before the wait: parties and texts need their own.
    sqlx::query("SELECT FROM agreement WHERE id = $1 FOR NO KEY UPDATE").bind(id).execute(&mut **tx).await?;
    load(tx, id).await
}

/// These organizations as parties, in the order of the ids; those that are not there are left out.
pub async fn parties(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Party>> {
    let rows: Vec<Json<Party>> = sqlx::query_scalar(
        "SELECT jsonb_build_object('id', o.id, 'district_id', o.district_id, 'kind', o.kind, 'name_zh', o.name_zh,
                                   'name_en', o.name_en, 'status', o.status)
         FROM unnest($1::uuid[]) WITH ORDINALITY wanted (id, place) JOIN organization o ON o.id = wanted.id
         ORDER BY wanted.place",
    )
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Makes whoever pairs one of these wait until the transaction ends.
pub async fn hold_parties(tx: &mut Tx, parties: &[Uuid]) -> Result<()> {
    sqlx::query("SELECT id FROM organization WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(parties)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A pairing of the same two that is offered, or holds on a day of this one; none if there is none. What it renews does
/// not count.
pub async fn paired(tx: &mut Tx, row: &AgreementRow) -> Result<Option<Uuid>> {
    let Some((first, second)) = row.pair() else { return Ok(None) };
    Ok(sqlx::query_scalar(
        "SELECT id FROM agreement
         WHERE pair_first = $1 AND pair_second = $2 AND id <> $3 AND id IS DISTINCT FROM $4
           AND state IN ('offered', 'signed', 'ended', 'renewed')
           AND daterange(first_day, CASE WHEN over_from IS NULL THEN last_day + 1
                                         ELSE greatest(first_day, least(last_day + 1, over_from)) END)
               && daterange($5, $6, '[]')
         ORDER BY id LIMIT 1",
    )
    .bind(first)
    .bind(second)
    .bind(row.id)
    .bind(row.predecessor_id)
    .bind(row.first_day)
    .bind(row.last_day)
    .fetch_optional(&mut **tx)
    .await?)
}

/// The answer to a second pairing of the same two.
pub fn already_paired() -> ApiError {
    ApiError::conflict(
        "already_paired",
        "These two are paired already on some of these days, or a pairing of them waits to be signed. Answer or end that \
         one first, or renew it.",
    )
}

/// Adds one with its parties.
pub async fn insert(tx: &mut Tx, row: &AgreementRow) -> Result<()> {
    let (first, second) = row.pair().unzip();
    sqlx::query(
        "INSERT INTO agreement (id, kind, title_zh, title_en, aims, source, proposer_id, first_day, last_day, state,
                                standing, over_from, offered_at, predecessor_id, pair_first, pair_second, created_by,
                                version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(row.id)
    .bind(row.kind)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.aims)
    .bind(&row.source)
    .bind(row.proposer_id)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(row.state)
    .bind(&row.standing)
    .bind(row.over_from)
    .bind(row.offered_at)
    .bind(row.predecessor_id)
    .bind(first)
    .bind(second)
    .bind(row.created_by)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("agreement_pair_once", already_paired)?;
    replace_parties(tx, row).await
}

/// Writes one that is locked. Its kind and who proposes it stay.
pub async fn update(tx: &mut Tx, row: &AgreementRow) -> Result<()> {
    let (first, second) = row.pair().unzip();
    sqlx::query(
        "UPDATE agreement SET title_zh = $2, title_en = $3, aims = $4, source = $5, first_day = $6, last_day = $7,
                state = $8, standing = $9, over_from = $10, offered_at = $11, pair_first = $12, pair_second = $13,
                version = $14, updated_at = $15
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.aims)
    .bind(&row.source)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(row.state)
    .bind(&row.standing)
    .bind(row.over_from)
    .bind(row.offered_at)
    .bind(first)
    .bind(second)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("agreement_pair_once", already_paired)?;
    Ok(())
}
