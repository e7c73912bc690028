//! POST and DELETE of an account's grants, and the reading of a grant that is asked for.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{GrantScope, Role, may_grant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccountView, TAG, begin, store, visible_account};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag},
    state::AppState,
    tenancy::Tx,
};

/// A right to give: the role, and the one thing that it is over.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// `teacher`, `school_admin`, `base_staff`, `base_admin`, `district_official`, `city_official`, `auditor`,
    /// `guardian`, `student` or `platform_admin`.
    pub role: String,
    /// For `city_official` (and `auditor`): the city or province.
    #[serde(default)]
    pub authority_id: Option<Uuid>,
    /// For `district_official` (and `auditor`): the district.
    #[serde(default)]
    pub district_id: Option<Uuid>,
    /// For `teacher`, `school_admin`: the school. For `base_staff`, `base_admin`: the host.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
    /// For `student`, `guardian`: the person, of the district that the request is for.
    #[serde(default)]
    pub person_id: Option<Uuid>,
}

/// A right that may be given.
#[derive(Debug)]
pub struct CheckedGrant {
    /// The role.
    pub role: Role,
    /// Over what.
    pub scope: GrantScope,
}

/// Checks that a grant makes sense, that what it is over exists, and that the actor may give it.
pub async fn check(tx: &mut Tx, actor: &Actor, path: &str, new: &NewGrant) -> Result<CheckedGrant> {
    let wrong = |field: &str, code: &str, message: &str| {
        let field = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        ApiError::invalid(vec![FieldError::new(field, code, message)])
    };
    let role = Role::parse(&new.role).ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        wrong("role", "unknown_role", &format!("must be one of {}", words.join(", ")))
    })?;
    let mut school = None;
    let scope = match (new.authority_id, new.district_id, new.organization_id, new.person_id) {
        (Some(authority), None, None, None) => {
            if !store::authority_exists(tx, authority).await? {
                return Err(wrong("authority_id", "unknown", "is no city, province or country"));
            }
            GrantScope::Authority { authority, districts: Vec::new() }
        }
        (None, district, Some(organization), None) => {
            let found = store::organization(tx, organization).await?;
            let (home, kind) = found.ok_or_else(|| wrong("organization_id", "unknown", "is no organization"))?;
            if district.is_some_and(|district| district != home) {
                return Err(wrong("district_id", "mismatch", "is not the district of the organization; leave it away"));
            }
            let teaches = matches!(kind.as_str(), "school" | "kindergarten");
            if teaches == role.hosts() {
                let message =
                    format!("is a {kind}; {} takes {}", role.as_str(), if teaches { "a host" } else { "a school" });
                return Err(wrong("organization_id", "wrong_kind", &message));
            }
            GrantScope::Organization { district: home, organization }
        }
        (None, district, None, Some(person)) => {
            let here = actor.district()?.0;
            if district.is_some_and(|district| district != here) {
                return Err(wrong("district_id", "mismatch", "is not the district of the request; see Kepu-District"));
            }
            school = store::person(tx, here, person)
                .await?
                .ok_or_else(|| wrong("person_id", "unknown", "is no person of this district"))?;
            GrantScope::Person { district: here, person }
        }
        (None, Some(district), None, None) => {
            if !store::district_exists(tx, district).await? {
                return Err(wrong("district_id", "unknown", "is no district"));
            }
            GrantScope::District { district }
        }
        (None, None, None, None) => GrantScope::Platform,
        _ => {
            return Err(wrong(
                "role",
                "ambiguous_scope",
                "give exactly one of authority_id, district_id, organization_id, person_id",
            ));
        }
    };
    if !role.fits(&scope) {
        let needs = match role {
            Role::Teacher | Role::SchoolAdmin | Role::BaseStaff | Role::BaseAdmin => "organization_id",
            Role::DistrictOfficial => "district_id",
            Role::CityOfficial => "authority_id",
            Role::Auditor => "district_id or authority_id",
            Role::Guardian | Role::Student => "person_id",
            Role::PlatformAdmin => "no scope",
        };
        return Err(wrong("role", "wrong_scope", &format!("{} takes {needs}", role.as_str())));
    }
    if !may_grant(&actor.grants, role, &scope, school) {
        return Err(ApiError::forbidden(format!(
            "You may not make a {} there. School administrators make teachers, students and guardians of their school; \
             base administrators make staff of their base; district officials make administrators of the district's \
             schools and bases, and auditors; platform administrators make the rest.",
            role.as_str()
        )));
    }
    Ok(CheckedGrant { role, scope })
}

/// Give an account one more right.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/grants", operation_id = "add_grant", tag = TAG, request_body = NewGrant,
    params(("id" = Uuid, Path, description = "The account")),
    responses((status = 201, description = "Given", body = AccountView), ApiErrors)
)]
pub async fn add_grant(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewGrant>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = begin(&state, &actor).await?;
    visible_account(&mut tx, &actor, id).await?;
    let CheckedGrant { role, scope } = check(&mut tx, &actor, "", &body).await?;
    let grant = state.new_id();
    store::add_grant(&mut tx, grant, id, role, &scope, Some(actor.account_id), now).await?;
    let event = Event::new("account.grant", "account", id, json!({ "grant_id": grant, "grant": body }));
    audit::record(&mut tx, &actor, now, event).await?;
    let view = view(&mut tx, id).await?;
    let response = tx.commit_with((StatusCode::CREATED, ETag(view.version), Json(view))).await?;
    state.auth().forget_account(id);
    Ok(response)
}

/// Take a right from an account.
#[utoipa::path(
    delete, path = "/api/v1/accounts/{id}/grants/{grant_id}", operation_id = "revoke_grant", tag = TAG,
    params(("id" = Uuid, Path, description = "The account"), ("grant_id" = Uuid, Path, description = "The right")),
    responses((status = 204, description = "Taken"), ApiErrors)
)]
pub async fn revoke_grant(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, grant_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let now = state.now();
    let mut tx = begin(&state, &actor).await?;
    visible_account(&mut tx, &actor, id).await?;
    let held = store::grants(&mut tx, &[id], false).await?;
    let row = held.iter().find(|row| row.id == grant_id).ok_or_else(|| ApiError::not_found("grant"))?;
    let allowed =
        row.held().is_some_and(|held| may_grant(&actor.grants, held.grant.role, &held.grant.scope, held.school));
    if !allowed {
        return Err(ApiError::forbidden(format!(
            "You could not give the right {} there, so you cannot take it.",
            row.role
        )));
    }
    if id == actor.account_id {
        return Err(ApiError::conflict("own_grant", "Nobody takes their own rights; ask another administrator."));
    }
    store::revoke_grant(&mut tx, grant_id, now).await?;
    let event = Event::new("account.revoke", "account", id, json!({ "grant_id": grant_id, "role": row.role }));
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit().await?;
    state.auth().forget_account(id);
    Ok(StatusCode::NO_CONTENT)
}

/// The account as it is now.
pub(super) async fn view(tx: &mut Tx, id: Uuid) -> Result<AccountView> {
    let row = store::account(tx, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let grants = store::grants(tx, &[id], false).await?;
    Ok(AccountView::new(row, &grants))
}
