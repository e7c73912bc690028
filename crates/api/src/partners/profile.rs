use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PartnerField, TAG, store};
use crate::{
    activities::{Grades, check_grades},
    agreements::reach::require_network,
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    organizations::{self, OrganizationStatus},
    patch,
    state::AppState,
};

/// What an organization offers to partners and seeks from them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct PartnerProfile {
    /// The organization.
    organization_id: Uuid,
    /// In which fields it has something to give.
    offers: Vec<PartnerField>,
    /// In which fields it looks for something.
    seeks: Vec<PartnerField>,
    /// What it gives, in words.
    offer_note: String,
    /// What it looks for, in words.
    seek_note: String,
    /// For which grades; null for all.
    grades: Option<Grades>,
    /// How many persons a year it can receive, or wants to send; null if it has not said.
    persons_per_year: Option<i32>,
    /// Whether it looks for more partners.
    open: bool,
    /// 0 if it has not said anything yet.
    version: i64,
    /// When it was last changed; null if it has not said anything yet.
    updated_at: Option<DateTime<Utc>>,
}

impl PartnerProfile {
    fn of(organization_id: Uuid, row: Option<store::Profile>) -> Self {
        let Some(row) = row else {
            return Self {
                organization_id,
                offers: Vec::new(),
                seeks: Vec::new(),
                offer_note: String::new(),
                seek_note: String::new(),
                grades: None,
                persons_per_year: None,
                open: false,
                version: 0,
                updated_at: None,
            };
        };
        Self {
            organization_id,
            grades: grades(&row),
            offers: row.offers,
            seeks: row.seeks,
            offer_note: row.offer_note,
            seek_note: row.seek_note,
            persons_per_year: row.persons_per_year,
            open: row.open,
            version: row.version,
            updated_at: Some(row.updated_at),
        }
    }
}

/// For which grades; none for all.
pub(super) fn grades(row: &store::Profile) -> Option<Grades> {
    (row.grade_from.is_some() || row.grade_to.is_some()).then_some(Grades { from: row.grade_from, to: row.grade_to })
}

/// What an organization offers and seeks from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartnerProfileBody {
    /// In which fields it has something to give.
    offers: Vec<PartnerField>,
    /// In which fields it looks for something.
    seeks: Vec<PartnerField>,
    /// What it gives, in words.
    #[serde(default)]
    #[schema(max_length = 1000)]
    offer_note: String,
    /// What it looks for, in words.
    #[serde(default)]
    #[schema(max_length = 1000)]
    seek_note: String,
    /// For which grades; all if left out.
    grades: Option<Grades>,
    /// How many persons a year it can receive, or wants to send.
    #[schema(minimum = 1, maximum = 100_000)]
    persons_per_year: Option<i32>,
    /// Whether it looks for more partners.
    open: bool,
}

/// Reads what an organization offers to partners and seeks from them.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{id}/partner-profile",
    operation_id = "read_partner_profile",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The organization")),
    responses((status = 200, description = "What it offers and seeks", body = PartnerProfile), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<PartnerProfile>)> {
    let mut tx = state.begin(&actor).await?;
    require_network(&actor, &tx)?;
    organizations::store::load(&mut tx, id).await?;
    let row = store::find(&mut tx, id).await?;
    tx.commit().await?;
    let view = PartnerProfile::of(id, row);
    Ok((ETag(view.version), Json(view)))
}

fn once(mut fields: Vec<PartnerField>) -> Vec<PartnerField> {
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// Says what an organization offers to partners and seeks from them.
#[utoipa::path(
    put,
    path = "/api/v1/organizations/{id}/partner-profile",
    operation_id = "put_partner_profile",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The organization"),
        ("If-Match" = String, Header, description = "The ETag that was read; \"0\" if it has not said anything yet")
    ),
    request_body = PartnerProfileBody,
    responses((status = 200, description = "As it is now", body = PartnerProfile), ApiErrors)
)]
pub(super) async fn put(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<PartnerProfileBody>,
) -> Result<(ETag, Json<PartnerProfile>)> {
    let mut tx = state.begin(&actor).await?;
    let organization = organizations::store::load(&mut tx, id).await?;
    actor.require(Action::AgreementManage, &Scope::Host { district: organization.district_id, host: id })?;
    if organization.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The organization is closed."));
    }
    let mut checks = Checks::new();
    let grades = body.grades.map(|grades| check_grades(&mut checks, grades));
    let offer_note = checks.prose("offer_note", &body.offer_note, 1000);
    let seek_note = checks.prose("seek_note", &body.seek_note, 1000);
    if let Some(persons) = body.persons_per_year {
        checks.range("persons_per_year", persons, 1..=100_000);
    }
    let (offers, seeks) = (once(body.offers), once(body.seeks));
    checks.require(
        !body.open || !offers.is_empty() || !seeks.is_empty(),
        "offers",
        "required",
        "name a field that is offered or sought, or say that no partners are looked for",
    );
    checks.finish()?;
    let now = state.now();
    // Held, so that of two who write their first words at once one is told of the other's.
    organizations::store::lock(&mut tx, id).await?;
    let before = store::find(&mut tx, id).await?;
    version.check("partner profile", before.as_ref().map_or(0, |row| row.version))?;
    let row = store::Profile {
        organization_id: id,
        offers,
        seeks,
        offer_note,
        seek_note,
        grade_from: grades.and_then(|grades| grades.from),
        grade_to: grades.and_then(|grades| grades.to),
        persons_per_year: body.persons_per_year,
        open: body.open,
        version: before.as_ref().map_or(1, |row| row.version + 1),
        updated_by: actor.account_id,
        updated_at: now,
    };
    store::put(&mut tx, &row).await?;
    let after = PartnerProfile::of(id, Some(row));
    let detail = patch::difference(&PartnerProfile::of(id, before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("partner.describe", "organization", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
