//! SQL of accounts and grants.

use chrono::{DateTime, Utc};
use kepu_domain::role::{Grant, GrantScope, HeldGrant, Role};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::Visible;
use crate::error::{ApiError, OnConstraint, Result};

/// An account.
#[derive(Debug, Clone, FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: Uuid,
    /// What it signs in with.
    pub login: String,
    /// How it is called.
    pub display_name: String,
    /// `active` or `disabled`.
    pub status: String,
    /// The password was set by somebody else.
    pub must_change_password: bool,
    /// Locked after failed sign-ins.
    pub locked_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

macro_rules! account_columns {
    () => {
        "SELECT a.id, a.login, a.display_name, a.status, a.must_change_password, a.locked_until, a.created_at, \
         a.updated_at, a.version FROM account a "
    };
}

macro_rules! visible {
    () => {
        "($1 OR EXISTS (SELECT FROM account_grant g WHERE g.account_id = a.id
             AND (g.district_id = ANY($2) OR g.organization_id = ANY($3)
                  OR EXISTS (SELECT FROM enrolment e WHERE e.district_id = g.district_id AND e.person_id = g.person_id
                             AND e.valid_to IS NULL AND e.school_id = ANY($3)))))"
    };
}

/// The account of this id.
pub async fn account(connection: &mut PgConnection, id: Uuid) -> Result<Option<AccountRow>> {
    Ok(sqlx::query_as(concat!(account_columns!(), "WHERE a.id = $1")).bind(id).fetch_optional(connection).await?)
}

/// The account of this id, locked, if it is among the visible ones.
pub async fn visible_account(connection: &mut PgConnection, visible: &Visible, id: Uuid) -> Result<Option<AccountRow>> {
    Ok(sqlx::query_as(concat!(account_columns!(), "WHERE ", visible!(), " AND a.id = $4 FOR UPDATE OF a"))
        .bind(visible.all)
        .bind(&visible.districts)
        .bind(&visible.organizations)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// What a list shall hold.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// Part of the login or name.
    pub text: Option<&'a str>,
    /// With this role.
    pub role: Option<&'a str>,
    /// With a grant over this organization.
    pub organization: Option<Uuid>,
    /// In this state.
    pub status: Option<&'a str>,
}

/// Visible accounts by login.
pub async fn accounts(
    connection: &mut PgConnection,
    visible: &Visible,
    filter: &Filter<'_>,
    after: Option<String>,
    fetch: i64,
) -> Result<Vec<AccountRow>> {
    Ok(sqlx::query_as(concat!(
        account_columns!(),
        "WHERE ",
        visible!(),
        " AND ($4::text IS NULL OR a.login > $4)
          AND ($5::text IS NULL OR strpos(a.login, lower($5)) > 0 OR strpos(a.display_name, $5) > 0)
          AND ($6::text IS NULL AND $7::uuid IS NULL OR EXISTS (
              SELECT FROM account_grant g WHERE g.account_id = a.id AND g.revoked_at IS NULL
              AND ($6 IS NULL OR g.role = $6) AND ($7 IS NULL OR g.organization_id = $7)))
          AND ($8::text IS NULL OR a.status = $8)
          ORDER BY a.login LIMIT $9"
    ))
    .bind(visible.all)
    .bind(&visible.districts)
    .bind(&visible.organizations)
    .bind(after)
    .bind(filter.text)
    .bind(filter.role)
    .bind(filter.organization)
    .bind(filter.status)
    .bind(fetch)
    .fetch_all(connection)
    .await?)
}

/// Adds an account whose password must be changed.
pub async fn add_account(
    connection: &mut PgConnection,
    id: Uuid,
    login: &str,
    display_name: &str,
    hash: &str,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO account (id, login, display_name, password_hash, must_change_password, password_changed_at,
                              created_at, updated_at)
         VALUES ($1, $2, $3, $4, true, $5, $5, $5)",
    )
    .bind(id)
    .bind(login)
    .bind(display_name)
    .bind(hash)
    .bind(at)
    .execute(connection)
    .await
    .on_constraint("account_login_key", || {
        ApiError::conflict(
            "login_taken",
            format!("There is an account with the login {login} already. Choose another."),
        )
    })?;
    Ok(())
}

/// Changes name and state.
pub async fn change_account(
    connection: &mut PgConnection,
    id: Uuid,
    display_name: Option<&str>,
    status: Option<&str>,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE account SET display_name = coalesce($2, display_name), status = coalesce($3, status), updated_at = $4,
                version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(display_name)
    .bind(status)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A grant with the name of what it is over.
#[derive(Debug, Clone, FromRow)]
pub struct GrantRecord {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// The role's word.
    pub role: String,
    /// Over a city or province.
    pub authority_id: Option<Uuid>,
    /// Over a district, or the district of what follows.
    pub district_id: Option<Uuid>,
    /// Over an organization.
    pub organization_id: Option<Uuid>,
    /// Over a person.
    pub person_id: Option<Uuid>,
    /// Since when.
    pub granted_at: DateTime<Utc>,
    /// Until when.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Name of what it is over; that of a person of another district is not visible.
    pub scope_name_zh: String,
    /// The same in English.
    pub scope_name_en: String,
    /// The school of the person.
    pub school_id: Option<Uuid>,
}

impl GrantRecord {
    /// As the rules see it.
    pub fn held(&self) -> Option<HeldGrant> {
        let role = Role::parse(&self.role)?;
        let scope = match (self.authority_id, self.district_id, self.organization_id, self.person_id) {
            (Some(authority), ..) => GrantScope::Authority { authority, districts: Vec::new() },
            (None, Some(district), Some(organization), _) => GrantScope::Organization { district, organization },
            (None, Some(district), None, Some(person)) => GrantScope::Person { district, person },
            (None, Some(district), None, None) => GrantScope::District { district },
            _ => GrantScope::Platform,
        };
        Some(HeldGrant { grant: Grant { role, scope }, school: self.school_id })
    }
}

/// The grants of accounts, the oldest first.
pub async fn grants(connection: &mut PgConnection, accounts: &[Uuid], revoked_too: bool) -> Result<Vec<GrantRecord>> {
    Ok(sqlx::query_as(
        "SELECT g.id, g.account_id, g.role, g.authority_id, g.district_id, g.organization_id, g.person_id, g.granted_at,
                g.revoked_at, e.school_id,
                coalesce(CASE WHEN g.person_id IS NOT NULL THEN p.name WHEN g.organization_id IS NOT NULL THEN o.name_zh
                              WHEN g.authority_id IS NOT NULL THEN au.name_zh ELSE d.name_zh END, '') AS scope_name_zh,
                coalesce(CASE WHEN g.person_id IS NOT NULL THEN '' WHEN g.organization_id IS NOT NULL THEN o.name_en
                              WHEN g.authority_id IS NOT NULL THEN au.name_en ELSE d.name_en END, '') AS scope_name_en
         FROM account_grant g
         LEFT JOIN authority au ON au.id = g.authority_id
         LEFT JOIN district d ON d.id = g.district_id
         LEFT JOIN organization o ON o.id = g.organization_id
         LEFT JOIN person p ON p.district_id = g.district_id AND p.id = g.person_id
         LEFT JOIN enrolment e ON e.district_id = g.district_id AND e.person_id = g.person_id AND e.valid_to IS NULL
         WHERE g.account_id = ANY($1) AND ($2 OR g.revoked_at IS NULL) ORDER BY g.granted_at, g.id",
    )
    .bind(accounts)
    .bind(revoked_too)
    .fetch_all(connection)
    .await?)
}

/// Gives a right.
pub async fn add_grant(
    connection: &mut PgConnection,
    id: Uuid,
    account: Uuid,
    role: Role,
    scope: &GrantScope,
    by: Option<Uuid>,
    at: DateTime<Utc>,
) -> Result<()> {
    let (authority, district, organization, person) = match scope {
        GrantScope::Platform => (None, None, None, None),
        GrantScope::Authority { authority, .. } => (Some(*authority), None, None, None),
        GrantScope::District { district } => (None, Some(*district), None, None),
        GrantScope::Organization { district, organization } => (None, Some(*district), Some(*organization), None),
        GrantScope::Person { district, person } => (None, Some(*district), None, Some(*person)),
    };
    sqlx::query(
        "INSERT INTO account_grant (id, account_id, role, authority_id, district_id, organization_id, person_id,
                                    granted_by, granted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(account)
    .bind(role.as_str())
    .bind(authority)
    .bind(district)
    .bind(organization)
    .bind(person)
    .bind(by)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a right.
pub async fn revoke_grant(connection: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE account_grant SET revoked_at = $2 WHERE id = $1").bind(id).bind(at).execute(connection).await?;
    Ok(())
}

/// District and kind of an organization.
pub async fn organization(connection: &mut PgConnection, id: Uuid) -> Result<Option<(Uuid, String)>> {
    Ok(sqlx::query_as("SELECT district_id, kind FROM organization WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// Whether the person exists in the district of the transaction, and the school of the current enrolment.
pub async fn person(connection: &mut PgConnection, district: Uuid, id: Uuid) -> Result<Option<Option<Uuid>>> {
    Ok(sqlx::query_scalar(
        "SELECT e.school_id FROM person p
         LEFT JOIN enrolment e ON e.district_id = p.district_id AND e.person_id = p.id AND e.valid_to IS NULL
         WHERE p.district_id = $1 AND p.id = $2",
    )
    .bind(district)
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Whether there is such a district.
pub async fn district_exists(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT FROM district WHERE id = $1)").bind(id).fetch_one(connection).await?)
}

/// Whether there is such a city, province or country.
pub async fn authority_exists(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT FROM authority WHERE id = $1 AND level <> 'district')")
        .bind(id)
        .fetch_one(connection)
        .await?)
}
