//! Black-box tests over HTTP against a real PostgreSQL. Each test has a database of its own, copied from a template
//! that the first one makes, and the service on a free port.
//!
//! Run with `make test`, or `target/debug/kepu with-database -- cargo nextest run -p kepu-tests`.

mod client;
mod database;
pub mod day;
pub mod program;
pub mod school;

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use kepu_api::{auth::password, clock::Clock, config::Config, serve, state::AppState};
use kepu_domain::role::{GrantScope, Role};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use uuid::Uuid;

pub use client::{Answer, Client};
pub use database::TestDatabase;

/// The password of every account that [`Server::account`] makes.
pub const PASSWORD: &str = "a long enough password";

/// A running service over a fresh database.
pub struct Server {
    /// Where it listens, e.g. `http://127.0.0.1:43211`.
    pub url: String,
    state: AppState,
    pool: PgPool,
    counter: AtomicU32,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<Result<()>>>,
    _files: TempDir,
    _database: Option<TestDatabase>,
    database_url: String,
}

/// An account, signed in.
pub struct Account {
    /// The account.
    pub id: Uuid,
    /// What it signs in with; the password is [`PASSWORD`].
    pub login: String,
    /// Sends requests as the account.
    pub client: Client,
}

impl std::ops::Deref for Account {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Server {
    /// Starts the service with settings for tests: no rate limit.
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts the service with settings changed by `adjust`.
    pub async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::try_start(adjust).await.expect("the service starts")
    }

    async fn try_start(adjust: impl FnOnce(&mut Config)) -> Result<Self> {
        let database = TestDatabase::create().await?;
        let url = database.url.clone();
        Self::try_over(&url, Some(database), adjust).await
    }

    /// Starts a service over a database that somebody else keeps, as a second one beside the `kepu` binary.
    pub async fn over(url: &str) -> Self {
        Self::over_with(url, |_| ()).await
    }

    /// The same with settings changed by `adjust`.
    pub async fn over_with(url: &str, adjust: impl FnOnce(&mut Config)) -> Self {
        Self::try_over(url, None, adjust).await.expect("the service starts")
    }

    async fn try_over(
        database_url: &str,
        database: Option<TestDatabase>,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<Self> {
        let files = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut config = Config::from_env();
        config.data.database_url = Some(database_url.to_owned());
        config.data.data_dir = files.path().into();
        config.rate = 0;
        config.connections = 10;
        config.grace = 2;
        config.public_url = Some(url.clone());
        adjust(&mut config);
        let clock = Clock::default();
        clock.advance(past_midnight(clock.now()));
        let state = serve::open(config, database_url, clock).await?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve::serve(listener, state.clone(), async move {
            let _ = stopped.await;
        }));
        let pool = PgPool::connect(database_url).await?;
        Ok(Self {
            url,
            state,
            pool,
            counter: AtomicU32::new(1),
            stop: Some(stop),
            serving: Some(serving),
            _files: files,
            _database: database,
            database_url: database_url.to_owned(),
        })
    }

    /// The state of the service, for what HTTP does not reach.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// A connection pool of the owner, past row-level security, for asserting rows.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The database's address, for starting a second service over it.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Moves the clock of the service.
    pub fn advance(&self, by: TimeDelta) {
        self.state.clock().advance(by);
    }

    /// Moves the clock of the service to this moment, such as `2026-06-01T09:00:00+08:00`, be it ahead or past: for what
    /// holds on certain days of the year. Who signed in before signs in anew.
    pub fn at(&self, moment: &str) {
        let moment: DateTime<Utc> = moment.parse().expect("a moment");
        self.advance(moment - self.state.now());
    }

    /// Stops the service as SIGTERM does, and waits until it has.
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        match self.serving.take() {
            Some(serving) => serving.await.context("the service panicked")?,
            None => Ok(()),
        }
    }

    /// Sends requests as nobody.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url)
    }

    /// A number that no other call of this server gives, for codes and logins.
    pub fn number(&self) -> u32 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes a district; every one of this server lies in the same city.
    pub async fn district(&self, name: &str) -> Uuid {
        self.try_district(name).await.expect("a district is made")
    }

    async fn try_district(&self, name: &str) -> Result<Uuid> {
        let now = self.state.now();
        let (province, city) = (Uuid::from_u128(0x11), self.city());
        sqlx::query(
            "INSERT INTO authority (id, parent_id, level, code, name_zh, created_at)
             VALUES ($1, NULL, 'province', 'P', '测试省', $3), ($2, $1, 'city', 'C', '测试市', $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(province)
        .bind(city)
        .bind(now)
        .execute(&self.pool)
        .await?;
        let (id, code) = (self.state.new_id(), format!("D{}", self.number()));
        sqlx::query(
            "INSERT INTO authority (id, parent_id, level, code, name_zh, created_at) VALUES ($1, $2, 'district', $3, $4, $5)",
        )
        .bind(id)
        .bind(city)
        .bind(&code)
        .bind(name)
        .bind(now)
        .execute(&self.pool)
        .await?;
        sqlx::query("INSERT INTO district (id, code, name_zh, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(&code)
            .bind(name)
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(id)
    }

    /// The city above the districts of [`Server::district`].
    pub fn city(&self) -> Uuid {
        Uuid::from_u128(0x22)
    }

    /// Makes an organization of this kind (`school`, `base`, …).
    pub async fn organization(&self, district: Uuid, kind: &str, name: &str) -> Uuid {
        let id = self.state.new_id();
        sqlx::query(
            "INSERT INTO organization (id, district_id, kind, code, name_zh, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(id)
        .bind(district)
        .bind(kind)
        .bind(format!("O{}", self.number()))
        .bind(name)
        .bind(self.state.now())
        .execute(&self.pool)
        .await
        .expect("an organization is made");
        id
    }

    /// Makes an account with this grant and signs it in.
    pub async fn account(&self, role: Role, scope: GrantScope) -> Account {
        self.try_account(role, scope).await.expect("an account is made")
    }

    async fn try_account(&self, role: Role, scope: GrantScope) -> Result<Account> {
        let (id, login, now) = (self.state.new_id(), format!("{}{}", role.as_str(), self.number()), self.state.now());
        sqlx::query(
            "INSERT INTO account (id, login, display_name, password_hash, must_change_password, password_changed_at,
                                  created_at, updated_at)
             VALUES ($1, $2, $2, $3, false, $4, $4, $4)",
        )
        .bind(id)
        .bind(&login)
        .bind(password::hash_now(PASSWORD)?)
        .bind(now)
        .execute(&self.pool)
        .await?;
        let (authority, district, organization, person) = match scope {
            GrantScope::Platform => (None, None, None, None),
            GrantScope::Authority { authority, .. } => (Some(authority), None, None, None),
            GrantScope::District { district } => (None, Some(district), None, None),
            GrantScope::Organization { district, organization } => (None, Some(district), Some(organization), None),
            GrantScope::Person { district, person } => (None, Some(district), None, Some(person)),
        };
        sqlx::query(
            "INSERT INTO account_grant (id, account_id, role, authority_id, district_id, organization_id, person_id,
                                        granted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(self.state.new_id())
        .bind(id)
        .bind(role.as_str())
        .bind(authority)
        .bind(district)
        .bind(organization)
        .bind(person)
        .bind(now)
        .execute(&self.pool)
        .await?;
        let client = self.sign_in(&login, PASSWORD).await;
        Ok(Account { id, login, client })
    }

    /// Signs in and returns a client with the access token.
    pub async fn sign_in(&self, login: &str, password: &str) -> Client {
        let body = serde_json::json!({ "login": login, "password": password });
        let answer = self.anonymous().post_json("/api/v1/auth/login", &body).await.expect(200);
        self.anonymous().with_token(answer["access_token"].as_str().expect("an access token"))
    }
}

/// How far to move a clock on, so that no test sees midnight in Shanghai go by but one that wants to: what is today stays so.
fn past_midnight(now: DateTime<Utc>) -> TimeDelta {
    let last_minutes = now.hour() == 15 && now.minute() >= 40;
    if last_minutes { TimeDelta::minutes(20) } else { TimeDelta::zero() }
}

/// `text` with another letter or digit in place of the one `at` this byte: something signed that was forged. Whatever stood
/// there, the outcome is another text, and still one of the alphabets that tokens are written in.
///
/// # Panics
/// If `text` has no ASCII character there.
pub fn forged(text: &str, at: usize) -> String {
    let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
    let mut forged = text.to_owned();
    forged.replace_range(at..=at, other);
    forged
}
