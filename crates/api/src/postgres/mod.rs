//! PostgreSQL: connections, the private server, migrations.

pub mod binaries;
pub mod cluster;
pub mod embedded;
pub mod guard;
pub mod migrate;
pub mod pidfile;
pub mod with_database;

use std::{str::FromStr, time::Duration};

use anyhow::Context;
use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The role that requests run as. It owns nothing and cannot bypass row-level security.
pub const APP_ROLE: &str = "kepu_app";

/// The open database.
#[derive(Clone)]
pub struct Db {
    app: PgPool,
    owner: PgPool,
}

impl Db {
    /// Opens the database that `url` names, as its owner, and brings its schema up to date. Requests run under
    /// SET ROLE.
    pub async fn open(url: &str, connections: u32) -> anyhow::Result<Self> {
        Self::open_as(url, None, connections).await
    }

    /// The same, with a login of its own for requests, which cannot become the owner whatever it executes.
    pub async fn open_as(url: &str, app_url: Option<&str>, connections: u32) -> anyhow::Result<Self> {
        let options = options(url)?;
        let owner = PgPoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.clone())
            .await
            .context("cannot connect to PostgreSQL; check DATABASE_URL and that the server runs")?;
        migrate::run(&owner).await?;
        let app_options = match app_url {
            Some(url) => self::options(url)?,
            // As a startup option the role is also what RESET ROLE goes back to.
            None => options.options([("role", APP_ROLE)]),
        };
        let app = PgPoolOptions::new()
            .max_connections(connections)
            .min_connections(2.min(connections))
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .connect_with(app_options)
            .await
            .with_context(|| format!("cannot act as the role {APP_ROLE}; the owner must be a member of it"))?;
        let db = Self { app, owner };
        db.refuse_bypass().await?;
        Ok(db)
    }

    /// What requests use: row-level security holds.
    pub fn app(&self) -> &PgPool {
        &self.app
    }

    /// The owner, past row-level security: for migrations, `kepu verify`, and tasks over all districts.
    pub fn owner(&self) -> &PgPool {
        &self.owner
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.app.close().await;
        self.owner.close().await;
    }

    async fn refuse_bypass(&self) -> anyhow::Result<()> {
        let (name, bypass): (String, bool) = sqlx::query_as(
            "SELECT current_user::text, r.rolsuper OR r.rolbypassrls OR EXISTS (
                 SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relowner = r.oid)
             FROM pg_roles r WHERE r.rolname = current_user",
        )
        .fetch_one(&self.app)
        .await?;
        anyhow::ensure!(
            !bypass,
            "the role {name} is a superuser, owns tables or has BYPASSRLS, so that districts would not be kept apart; \
             take that from it"
        );
        Ok(())
    }
}

fn options(url: &str) -> anyhow::Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)
        .context("DATABASE_URL cannot be read; it looks like postgres://user:password@host:5432/database")?
        .application_name("kepu")
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(2)))
}
