//! Who fits an organization, the best first, with the reasons.

use std::collections::HashMap;

use axum::{Json, extract::State};
use kepu_domain::{
    agreement::partner::{self as rules, Reason},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{PartnerField, TAG, profile::grades, store};
use crate::{
    activities::Grades,
    agreements::{AgreementStanding, side},
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    organizations::{self, OrganizationKind},
    roster::today,
    state::AppState,
};

/// For whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PartnersFor {
    /// The organization that looks for partners.
    organization_id: Uuid,
}

/// Why somebody fits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartnerReason {
    /// `offers_what_you_seek`, `seeks_what_you_offer`, `same_district` or `pairings`.
    code: &'static str,
    /// Which fields; empty for other reasons.
    fields: Vec<PartnerField>,
    /// How many pairings it has; null for other reasons.
    count: Option<u32>,
}

impl From<Reason> for PartnerReason {
    fn from(reason: Reason) -> Self {
        let code = reason.code();
        let (fields, count) = match reason {
            Reason::OffersWhatYouSeek(fields) | Reason::SeeksWhatYouOffer(fields) => (fields, None),
            Reason::SameDistrict => (Vec::new(), None),
            Reason::Pairings(count) => (Vec::new(), Some(count)),
        };
        Self { code, fields: fields.into_iter().map(PartnerField::from).collect(), count }
    }
}

/// Somebody who fits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartnerMatch {
    /// The organization.
    organization_id: Uuid,
    /// Its name in Chinese.
    name_zh: String,
    /// Its name in English; may be empty.
    name_en: String,
    /// What it is.
    kind: OrganizationKind,
    /// The district in which it is registered.
    district_id: Uuid,
    /// Name of the district.
    district_name_zh: String,
    /// Its name in English; may be empty.
    district_name_en: String,
    /// What it gives, in words.
    offer_note: String,
    /// What it looks for, in words.
    seek_note: String,
    /// For which grades; null for all.
    grades: Option<Grades>,
    /// How many persons a year; null if it has not said.
    persons_per_year: Option<i32>,
    /// Why it fits.
    reasons: Vec<PartnerReason>,
    /// The pairing of the two that waits or holds; null if there is none.
    agreement_id: Option<Uuid>,
    /// How that one stands.
    agreement_standing: Option<AgreementStanding>,
}

/// Who fits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartnerMatches {
    /// Whether the organization has said what it offers and seeks.
    described: bool,
    /// The best first.
    items: Vec<PartnerMatch>,
}

fn rules_of(one: &store::Candidate) -> rules::Profile {
    let fields = |words: &[PartnerField]| words.iter().map(|word| rules::Field::from(*word)).collect();
    rules::Profile {
        organization: one.profile.organization_id,
        district: one.district_id,
        side: side(one.kind),
        offers: fields(&one.profile.offers),
        seeks: fields(&one.profile.seeks),
        grades: rules::Grades { from: one.profile.grade_from, to: one.profile.grade_to },
        pairings: u32::try_from(one.pairings).unwrap_or(u32::MAX),
        open: one.profile.open,
    }
}

/// Ranks who fits an organization by what both offer and seek.
#[utoipa::path(
    get,
    path = "/api/v1/partners",
    operation_id = "list_partners",
    tag = TAG,
    params(PartnersFor),
    responses((status = 200, description = "Who fits", body = PartnerMatches), ApiErrors)
)]
pub(super) async fn partners(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(wanted): ApiQuery<PartnersFor>,
) -> Result<Json<PartnerMatches>> {
    let mut tx = state.begin(&actor).await?;
    let id = wanted.organization_id;
    let organization = organizations::store::load(&mut tx, id).await?;
    actor.require(Action::AgreementRead, &Scope::Host { district: organization.district_id, host: id })?;
    let day = today(&mut tx, state.now()).await?;
    let candidates = store::candidates(&mut tx, day).await?;
    let paired = store::paired(&mut tx, id, day).await?;
    tx.commit().await?;
    let Some(own) = candidates.iter().find(|one| one.profile.organization_id == id).map(rules_of) else {
        return Ok(Json(PartnerMatches { described: false, items: Vec::new() }));
    };
    let others: Vec<rules::Profile> = candidates.iter().map(rules_of).collect();
    let mut known: HashMap<Uuid, store::Candidate> =
        candidates.into_iter().map(|one| (one.profile.organization_id, one)).collect();
    let view = |one: rules::Match| {
        let found = known.remove(&one.organization)?;
        let pairing = paired.iter().find(|(with, ..)| *with == one.organization);
        Some(PartnerMatch {
            organization_id: one.organization,
            name_zh: found.name_zh,
            name_en: found.name_en,
            kind: found.kind,
            district_id: found.district_id,
            district_name_zh: found.district_name_zh,
            district_name_en: found.district_name_en,
            grades: grades(&found.profile),
            offer_note: found.profile.offer_note,
            seek_note: found.profile.seek_note,
            persons_per_year: found.profile.persons_per_year,
            reasons: one.reasons.into_iter().map(PartnerReason::from).collect(),
            agreement_id: pairing.map(|(_, id, _)| *id),
            agreement_standing: pairing.map(|(_, _, standing)| *standing),
        })
    };
    let items = rules::rank(&own, &others).into_iter().filter_map(view).collect();
    Ok(Json(PartnerMatches { described: true, items }))
}
