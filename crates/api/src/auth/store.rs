//! SQL of accounts' sessions, tokens and keys.

use chrono::{DateTime, Utc};
use kepu_domain::role::{Grant, GrantScope, Role};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::error::Result;

/// A signing key.
#[derive(Debug, FromRow)]
pub struct KeyRow {
    /// Its name in the header of tokens.
    pub kid: String,
    /// PKCS#8.
    pub private_pem: String,
    /// SPKI.
    pub public_pem: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// One process at a time makes keys.
pub async fn lock_keys(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(7301)").execute(connection).await?;
    Ok(())
}

/// The keys that verify, the newest first.
pub async fn keys(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<KeyRow>> {
    Ok(sqlx::query_as(
        "SELECT kid, private_pem, public_pem, created_at FROM signing_key
         WHERE retires_at IS NULL OR retires_at > $1 ORDER BY created_at DESC",
    )
    .bind(now)
    .fetch_all(connection)
    .await?)
}

/// Adds the key that signs from now on; the older ones retire.
pub async fn add_key(connection: &mut PgConnection, key: &KeyRow, others_retire_at: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE signing_key SET retires_at = $1 WHERE retires_at IS NULL")
        .bind(others_retire_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO signing_key (kid, private_pem, public_pem, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&key.kid)
        .bind(&key.private_pem)
        .bind(&key.public_pem)
        .bind(key.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// What a sign-in needs of an account.
#[derive(Debug, Clone, FromRow)]
pub struct LoginRow {
    /// The account.
    pub id: Uuid,
    /// PHC string.
    pub password_hash: String,
    /// Set by somebody else.
    pub must_change_password: bool,
    /// `active` or `disabled`.
    pub status: String,
}

/// The account of this login.
pub async fn login(connection: &mut PgConnection, login: &str) -> Result<Option<LoginRow>> {
    Ok(sqlx::query_as("SELECT id, password_hash, must_change_password, status FROM account WHERE login = $1")
        .bind(login)
        .fetch_optional(connection)
        .await?)
}

/// Login and hash of an account.
pub async fn password_of(connection: &mut PgConnection, account: Uuid) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as("SELECT login, password_hash FROM account WHERE id = $1")
        .bind(account)
        .fetch_optional(connection)
        .await?)
}

/// Until when any of these (addresses, logins) is locked.
pub async fn locked_until(
    connection: &mut PgConnection,
    keys: &[String],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar("SELECT max(locked_until) FROM login_attempt WHERE address = ANY($1) AND locked_until > $2")
        .bind(keys)
        .bind(now)
        .fetch_one(connection)
        .await?)
}

/// Counts a failure; the count starts anew after a quiet time.
pub async fn count_failure(
    connection: &mut PgConnection,
    key: &str,
    now: DateTime<Utc>,
    forget_before: DateTime<Utc>,
) -> Result<i32> {
    Ok(sqlx::query_scalar(
        "INSERT INTO login_attempt (address, failures, last_at) VALUES ($1, 1, $2)
         ON CONFLICT (address) DO UPDATE SET last_at = $2,
             failures = CASE WHEN login_attempt.last_at < $3 THEN 1 ELSE login_attempt.failures + 1 END
         RETURNING failures",
    )
    .bind(key)
    .bind(now)
    .bind(forget_before)
    .fetch_one(connection)
    .await?)
}

/// Locks an address or login.
pub async fn lock(connection: &mut PgConnection, key: &str, until: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE login_attempt SET locked_until = $2 WHERE address = $1")
        .bind(key)
        .bind(until)
        .execute(connection)
        .await?;
    Ok(())
}

/// Shows on the account how its sign-ins go, for who administers it.
pub async fn note_failures(
    connection: &mut PgConnection,
    account: Uuid,
    failures: i32,
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query("UPDATE account SET failed_logins = $2, locked_until = $3 WHERE id = $1")
        .bind(account)
        .bind(failures)
        .bind(until)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets the failures of a login.
pub async fn forgive(connection: &mut PgConnection, key: &str, account: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM login_attempt WHERE address = $1").bind(key).execute(&mut *connection).await?;
    sqlx::query(
        "UPDATE account SET failed_logins = 0, locked_until = NULL
         WHERE id = $1 AND (failed_logins <> 0 OR locked_until IS NOT NULL)",
    )
    .bind(account)
    .execute(connection)
    .await?;
    Ok(())
}

/// A device that signs in.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// Its network address.
    pub address: &'a str,
    /// Now.
    pub at: DateTime<Utc>,
    /// It must be used before.
    pub expires_at: DateTime<Utc>,
}

/// Adds a session.
pub async fn add_session(connection: &mut PgConnection, session: &NewSession<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO login_session (id, account_id, user_agent, address, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
    )
    .bind(session.id)
    .bind(session.account_id)
    .bind(session.user_agent)
    .bind(session.address)
    .bind(session.at)
    .bind(session.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds a refresh token to a session.
pub async fn add_refresh(connection: &mut PgConnection, digest: &str, session: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("INSERT INTO refresh_token (digest, session_id, issued_at) VALUES ($1, $2, $3)")
        .bind(digest)
        .bind(session)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The session of a refresh token, locked, and whether the token was used before.
#[derive(Debug, FromRow)]
pub struct RefreshRow {
    /// The session.
    pub session_id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// When the token was used.
    pub used_at: Option<DateTime<Utc>>,
    /// When the session began.
    pub created_at: DateTime<Utc>,
    /// When the session ends unless used.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The account's status.
    pub status: String,
    /// Set by somebody else.
    pub must_change_password: bool,
}

/// Finds a refresh token; its session is locked until the transaction ends.
pub async fn refresh(connection: &mut PgConnection, digest: &str) -> Result<Option<RefreshRow>> {
    let session: Option<Uuid> = sqlx::query_scalar(
        "SELECT s.id FROM login_session s JOIN refresh_token t ON t.session_id = s.id WHERE t.digest = $1 FOR UPDATE OF s",
    )
    .bind(digest)
    .fetch_optional(&mut *connection)
    .await?;
    if session.is_none() {
        return Ok(None);
    }
    // Read after the lock is held, so that a use that was committed meanwhile is seen.
    Ok(sqlx::query_as(
        "SELECT t.session_id, s.account_id, t.used_at, s.created_at, s.expires_at, s.revoked_at, a.status,
                a.must_change_password
         FROM refresh_token t
         JOIN login_session s ON s.id = t.session_id
         JOIN account a ON a.id = s.account_id
         WHERE t.digest = $1",
    )
    .bind(digest)
    .fetch_optional(connection)
    .await?)
}

/// Marks a refresh token as used, and its session as alive.
pub async fn use_refresh(
    connection: &mut PgConnection,
    digest: &str,
    session: Uuid,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query("UPDATE refresh_token SET used_at = $2 WHERE digest = $1")
        .bind(digest)
        .bind(at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE login_session SET last_used_at = $2, expires_at = $3 WHERE id = $1")
        .bind(session)
        .bind(at)
        .bind(expires_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends sessions of an account: one, all, or all but one.
pub async fn revoke_sessions(
    connection: &mut PgConnection,
    account: Uuid,
    only: Option<Uuid>,
    except: Option<Uuid>,
    at: DateTime<Utc>,
    why: &str,
) -> Result<u64> {
    let done = sqlx::query(
        "UPDATE login_session SET revoked_at = $4, revoked_for = $5
         WHERE account_id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR id = $2) AND ($3::uuid IS NULL OR id <> $3)",
    )
    .bind(account)
    .bind(only)
    .bind(except)
    .bind(at)
    .bind(why)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// A signed-in device.
#[derive(Debug, FromRow)]
pub struct SessionRow {
    /// The session.
    pub id: Uuid,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Its network address when it signed in.
    pub address: String,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// It ends then unless used.
    pub expires_at: DateTime<Utc>,
}

/// The living sessions of an account, the last used first.
pub async fn sessions(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<Vec<SessionRow>> {
    Ok(sqlx::query_as(
        "SELECT id, user_agent, address, created_at, last_used_at, expires_at FROM login_session
         WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC LIMIT 200",
    )
    .bind(account)
    .bind(now)
    .fetch_all(connection)
    .await?)
}

/// Sets a password.
pub async fn set_password(
    connection: &mut PgConnection,
    account: Uuid,
    hash: &str,
    must_change: bool,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE account SET password_hash = $2, must_change_password = $3, password_changed_at = $4, updated_at = $4,
                version = version + 1 WHERE id = $1",
    )
    .bind(account)
    .bind(hash)
    .bind(must_change)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is known of a session and its account.
#[derive(Debug, FromRow)]
pub struct LiveRow {
    /// The account.
    pub account_id: Uuid,
    /// How it is called.
    pub display_name: String,
    /// `active` or `disabled`.
    pub status: String,
    /// Set by somebody else.
    pub must_change_password: bool,
    /// When the session ends.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
    /// What the account may do.
    pub grants: Json<Vec<GrantRow>>,
}

/// A grant as the database has it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct GrantRow {
    /// The role's word.
    pub role: String,
    /// Over a city or province …
    pub authority_id: Option<Uuid>,
    /// … with the districts below it,
    pub districts: Option<Vec<Uuid>>,
    /// over a district, or the district of what follows,
    pub district_id: Option<Uuid>,
    /// over an organization,
    pub organization_id: Option<Uuid>,
    /// over a person.
    pub person_id: Option<Uuid>,
}

impl GrantRow {
    /// The grant, if this program knows the role.
    pub fn grant(self) -> Option<Grant> {
        let role = Role::parse(&self.role)?;
        let scope = match (self.authority_id, self.district_id, self.organization_id, self.person_id) {
            (Some(authority), ..) => GrantScope::Authority { authority, districts: self.districts.unwrap_or_default() },
            (None, Some(district), Some(organization), _) => GrantScope::Organization { district, organization },
            (None, Some(district), None, Some(person)) => GrantScope::Person { district, person },
            (None, Some(district), None, None) => GrantScope::District { district },
            (None, None, None, None) => GrantScope::Platform,
            (None, None, ..) => return None,
        };
        // A row that does not make sense for its role gives nothing.
        role.fits(&scope).then_some(Grant { role, scope })
    }
}

/// The live grants of accounts as JSON, with the districts below each authority.
const GRANTS: &str = "SELECT coalesce(jsonb_agg(jsonb_build_object(
            'role', g.role, 'authority_id', g.authority_id, 'district_id', g.district_id,
            'organization_id', g.organization_id, 'person_id', g.person_id,
            'districts', CASE WHEN g.authority_id IS NOT NULL THEN (
                WITH RECURSIVE below (id) AS (
                    SELECT g.authority_id UNION SELECT a.id FROM authority a JOIN below ON a.parent_id = below.id)
                SELECT coalesce(jsonb_agg(d.id ORDER BY d.code), '[]') FROM district d JOIN below ON below.id = d.id)
            END) ORDER BY g.granted_at, g.id), '[]')
        FROM account_grant g WHERE g.account_id = a.id AND g.revoked_at IS NULL";

/// Session, account and grants in one round trip.
pub async fn live(connection: &mut PgConnection, session: Uuid) -> Result<Option<LiveRow>> {
    let statement = format!(
        "SELECT s.account_id, a.display_name, a.status, a.must_change_password, s.expires_at, s.revoked_at,
                ({GRANTS}) AS grants
         FROM login_session s JOIN account a ON a.id = s.account_id WHERE s.id = $1"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(session).fetch_optional(connection).await?)
}

/// The district of this id or code.
pub async fn find_district(connection: &mut PgConnection, id: Option<Uuid>, code: &str) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM district WHERE id = $1 OR code = $2 LIMIT 1")
        .bind(id)
        .bind(code)
        .fetch_optional(connection)
        .await?)
}
