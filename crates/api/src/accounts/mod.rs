//! Administration of accounts: who makes whom, with what rights.

mod change;
pub mod create;
pub mod grant;
mod list;
mod reset;
pub mod store;
mod view;

use kepu_domain::role::{Action, HeldGrant, Role, may_manage};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    error::{ApiError, Result},
    state::AppState,
    tenancy::{DistrictId, Tx},
};

pub use view::{AccountView, GrantView, OneTimePassword};

/// The tag of these operations.
pub const TAG: &str = "accounts";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_accounts))
        .routes(routes!(create::create_account))
        .routes(routes!(list::read_account))
        .routes(routes!(change::change_account))
        .routes(routes!(grant::add_grant))
        .routes(routes!(grant::revoke_grant))
        .routes(routes!(reset::reset_password))
}

/// The part of the accounts that an administrator sees.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Visible {
    /// All of them.
    pub all: bool,
    /// Those with a grant in these districts.
    pub districts: Vec<Uuid>,
    /// Those with a grant over these organizations, or over a person of these schools.
    pub organizations: Vec<Uuid>,
}

impl Visible {
    /// What this actor sees; 403 for whoever administers nothing.
    pub fn to(actor: &Actor, action: Action) -> Result<Self> {
        use kepu_domain::role::GrantScope;
        let mut visible = Self::default();
        for grant in actor.grants.iter().filter(|grant| action.roles().contains(&grant.role)) {
            match &grant.scope {
                GrantScope::Platform => visible.all = true,
                GrantScope::District { district } => visible.districts.push(*district),
                GrantScope::Organization { organization, .. } => visible.organizations.push(*organization),
                GrantScope::Authority { .. } | GrantScope::Person { .. } => {}
            }
        }
        if visible == Self::default() {
            return Err(ApiError::forbidden(
                "This account administers no other accounts. School and base administrators do, and officials of the \
                 district.",
            ));
        }
        Ok(visible)
    }
}

/// A transaction in the actor's district; what platform administrators do without one belongs to the platform.
async fn begin(state: &AppState, actor: &Actor) -> Result<Tx> {
    state.begin_in(actor.district.unwrap_or(DistrictId::PLATFORM)).await
}

/// The account, if the actor sees it.
async fn visible_account(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<store::AccountRow> {
    let visible = Visible::to(actor, Action::AccountManage)?;
    store::visible_account(tx, &visible, id).await?.ok_or_else(|| ApiError::not_found("account"))
}

/// Refuses to administer an account that can do more than the actor could give.
async fn require_manageable(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<()> {
    let rows = store::grants(tx, &[id], true).await?;
    let live = rows.iter().any(|row| row.revoked_at.is_none());
    let theirs: Vec<HeldGrant> =
        rows.iter().filter(|row| !live || row.revoked_at.is_none()).filter_map(store::GrantRecord::held).collect();
    if may_manage(&actor.grants, &theirs) {
        return Ok(());
    }
    let roles: Vec<&str> = theirs.iter().map(|held| Role::as_str(held.grant.role)).collect();
    Err(ApiError::forbidden(format!(
        "This account has rights that you cannot give ({}), so you cannot administer it.",
        roles.join(", ")
    )))
}
