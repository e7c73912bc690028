//! Who is asking: an extractor, and the questions that handlers put to it.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{Extensions, StatusCode, request::Parts},
};
use kepu_domain::role::{Action, Grant, GrantScope, Role, Scope, permits};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    tenancy::DistrictId,
};

/// The signed-in account behind a request. As an extractor it refuses whoever is not signed in (401) and whoever must
/// change the password first (403 `password_change_required`).
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub account_id: Uuid,
    /// How the account is called.
    pub display_name: String,
    /// What it may do, and over what.
    pub grants: Vec<Grant>,
    /// The signed-in device.
    pub session_id: Uuid,
    /// Network address of the caller.
    pub address: String,
    /// Id of the request.
    pub request_id: String,
    pub(crate) must_change_password: bool,
    pub(crate) district: Option<DistrictId>,
}

/// Which schools (or hosts) of the district somebody may list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of the district.
    All,
    /// These; none if empty.
    Only(Vec<Uuid>),
}

impl Reach {
    /// For SQL: `($1::uuid[] IS NULL OR school_id = ANY($1))`.
    pub fn as_filter(&self) -> Option<&[Uuid]> {
        match self {
            Self::All => None,
            Self::Only(ids) => Some(ids),
        }
    }

    /// Whether this one is among them.
    pub fn contains(&self, id: Uuid) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(&id),
        }
    }
}

impl Actor {
    /// The district that the request is for: the header `Kepu-District` if sent, else that of the first grant.
    pub fn district(&self) -> Result<DistrictId> {
        self.district.ok_or_else(|| {
            ApiError::unprocessable(
                "district_required",
                "This account has no district of its own. Say in the header Kepu-District which one the request is \
                 for, by code or id.",
            )
        })
    }

    /// Whether the account may do this.
    pub fn may(&self, action: Action, scope: &Scope) -> bool {
        permits(&self.grants, action, scope)
    }

    /// Refuses what the account may not do: 403, or 404 where it has no business in the district at all.
    pub fn require(&self, action: Action, scope: &Scope) -> Result<()> {
        if self.may(action, scope) {
            return Ok(());
        }
        if let Some(district) = scope.district()
            && !self.grants.iter().any(|grant| grant.scope.belongs_to(district))
        {
            return Err(ApiError::not_found("object"));
        }
        let roles: Vec<&str> = action.roles().iter().map(|role| role.as_str()).collect();
        Err(ApiError::forbidden(format!(
            "This account may not do {} here. It takes one of these roles over it: {}.",
            action.as_str(),
            roles.join(", ")
        )))
    }

    /// Which schools of the district the actor may list.
    pub fn schools(&self) -> Reach {
        self.reach(|role| matches!(role, Role::Teacher | Role::SchoolAdmin), true)
    }

    /// Which hosts the actor answers for; a school hosts its own activities.
    pub fn hosts(&self) -> Reach {
        self.reach(|role| matches!(role, Role::Teacher | Role::SchoolAdmin) || role.hosts(), false)
    }

    /// The persons for whom the actor stands: the student's own, the guardian's children.
    pub fn persons(&self) -> Vec<Uuid> {
        let of = |grant: &Grant| match grant.scope {
            GrantScope::Person { person, district } if Some(DistrictId(district)) == self.district => Some(person),
            _ => None,
        };
        self.grants.iter().filter_map(of).collect()
    }

    fn reach(&self, counts: impl Fn(Role) -> bool, own_district_only: bool) -> Reach {
        let Some(DistrictId(here)) = self.district else { return Reach::Only(Vec::new()) };
        let mut only = Vec::new();
        for grant in &self.grants {
            match &grant.scope {
                GrantScope::Organization { district, organization } if counts(grant.role) => {
                    if (!own_district_only || *district == here) && !only.contains(organization) {
                        only.push(*organization);
                    }
                }
                GrantScope::Organization { .. } | GrantScope::Person { .. } => {}
                scope => {
                    if scope.belongs_to(here) {
                        return Reach::All;
                    }
                }
            }
        }
        Reach::Only(only)
    }
}

/// What [`super::identify`] found out about a request.
#[derive(Clone)]
pub(crate) enum Identity {
    /// A signed-in account.
    Known(Arc<Actor>),
    /// Credentials were sent and refused: why.
    Refused(StatusCode, &'static str, &'static str),
    /// No credentials.
    Nobody,
}

/// The signed-in account of a request, for middleware.
pub fn known_actor(extensions: &Extensions) -> Option<Arc<Actor>> {
    match extensions.get::<Identity>() {
        Some(Identity::Known(actor)) => Some(actor.clone()),
        _ => None,
    }
}

/// The id of the signed-in account of a request.
pub fn account_of(extensions: &Extensions) -> Option<Uuid> {
    known_actor(extensions).map(|actor| actor.account_id)
}

fn identity(parts: &Parts) -> Result<Option<Arc<Actor>>> {
    match parts.extensions.get::<Identity>() {
        Some(Identity::Known(actor)) => Ok(Some(actor.clone())),
        Some(Identity::Refused(status, code, detail)) => Err(ApiError::new(*status, *code, *detail)),
        Some(Identity::Nobody) | None => Ok(None),
    }
}

fn signed_in(actor: Option<Arc<Actor>>) -> Result<Arc<Actor>> {
    actor.ok_or_else(|| {
        ApiError::unauthorized(
            "not_signed_in",
            "Sign in with POST /api/v1/auth/login, then send the access token as Authorization: Bearer ….",
        )
    })
}

fn settled(actor: &Actor) -> Result<()> {
    if actor.must_change_password {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "password_change_required",
            "The password was set by somebody else. Change it first with POST /api/v1/auth/password.",
        ));
    }
    Ok(())
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let actor = signed_in(identity(parts)?)?;
        settled(&actor)?;
        Ok((*actor).clone())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>> {
        let Some(actor) = identity(parts)? else { return Ok(None) };
        settled(&actor)?;
        Ok(Some((*actor).clone()))
    }
}

/// An account that may have to change its password first.
#[derive(Debug, Clone)]
pub struct AnyActor(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for AnyActor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        Ok(Self((*signed_in(identity(parts)?)?).clone()))
    }
}

/// Perhaps somebody: for operations that answer more to those who are signed in.
#[derive(Debug, Clone)]
pub struct OptionalActor(pub Option<Actor>);

impl<S: Send + Sync> FromRequestParts<S> for OptionalActor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        Ok(Self(identity(parts)?.map(|actor| (*actor).clone())))
    }
}
