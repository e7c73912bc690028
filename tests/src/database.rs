//! A fresh database for each test, copied from a template with the migrations applied.

use std::str::FromStr;

use anyhow::{Context, Result};
use kepu_api::postgres::{Db, migrate::MIGRATIONS};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

/// A database that is dropped with this value.
pub struct TestDatabase {
    /// Its address.
    pub url: String,
    name: String,
    server: PgConnectOptions,
}

impl TestDatabase {
    /// Copies the template, making it first if there is none. Safe in many processes at once.
    pub async fn create() -> Result<Self> {
        let base = std::env::var("DATABASE_URL").context(
            "DATABASE_URL is not set; run the tests with: target/debug/kepu with-database -- cargo nextest run -p kepu-tests",
        )?;
        let server = PgConnectOptions::from_str(&base)?;
        let mut connection = server.connect().await?;
        let template = template(&mut connection, &base).await?;
        let name = format!("kepu_test_{}", kepu_api::ids::new().simple());
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}")))
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(Self { url: with_name(&base, &name)?, name, server })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (name, server) = (std::mem::take(&mut self.name), self.server.clone());
        let drop = move || -> Result<()> {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                let mut connection = server.connect().await?;
                let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
                Ok(())
            })
        };
        // A runtime may be running on this thread.
        let _ = std::thread::spawn(drop).join();
    }
}

/// The name of the template for the migrations of this build.
async fn template(connection: &mut PgConnection, base: &str) -> Result<String> {
    let mut digest: u64 = 0xcbf2_9ce4_8422_2325;
    for migration in MIGRATIONS.iter() {
        for byte in migration.checksum.iter() {
            digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    let name = format!("kepu_template_{digest:016x}");
    sqlx::query("SELECT pg_advisory_lock(7201)").execute(&mut *connection).await?;
    let ready: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)")
            .bind(&name)
            .fetch_one(&mut *connection)
            .await?;
    if !ready {
        // One that is no template was left half-made.
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
            .execute(&mut *connection)
            .await?;
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut *connection).await?;
        Db::open(&with_name(base, &name)?, 1).await?.close().await;
        sqlx::query(AssertSqlSafe(format!("ALTER DATABASE {name} IS_TEMPLATE true"))).execute(&mut *connection).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock(7201)").execute(&mut *connection).await?;
    Ok(name)
}

/// The same server, another database.
fn with_name(url: &str, name: &str) -> Result<String> {
    let mut url = reqwest::Url::parse(url).context("DATABASE_URL is not a URL")?;
    url.set_path(&format!("/{name}"));
    Ok(url.into())
}
