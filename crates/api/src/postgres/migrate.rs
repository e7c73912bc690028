//! Brings the schema up to date, under an advisory lock, so that several services may start at once.

use anyhow::Context;
use sqlx::{Connection, PgConnection, PgPool, migrate::Migrator};

use super::APP_ROLE;

/// The migrations that this program knows.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Makes the application's role if it is missing, then applies what is not applied yet.
pub async fn run(owner: &PgPool) -> anyhow::Result<()> {
    let mut connection = owner.acquire().await.context("cannot connect for the migrations")?;
    ensure_role(&mut connection).await?;
    MIGRATIONS.run(&mut *connection).await.context(
        "the database schema could not be brought up to date; if it was made by a newer kepu, run that one instead",
    )?;
    // The migrations grant on all tables, and their own list is one of them.
    sqlx::query("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON _sqlx_migrations FROM kepu_app")
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Makes the role that requests run as. Roles belong to the whole cluster: several databases may be set up at the same moment.
pub async fn ensure_role(connection: &mut PgConnection) -> anyhow::Result<()> {
    let mut tx = connection.begin().await?;
    sqlx::raw_sql(
        "DO $$ BEGIN
             IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kepu_app') THEN
                 CREATE ROLE kepu_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
             END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
         END $$",
    )
    .execute(&mut *tx)
    .await
    .with_context(|| {
        format!("cannot create the role {APP_ROLE}; let an administrator run: CREATE ROLE {APP_ROLE} NOLOGIN")
    })?;
    sqlx::raw_sql(
        "DO $$ BEGIN
             IF NOT pg_has_role(current_user, 'kepu_app', 'MEMBER') THEN
                 EXECUTE format('GRANT kepu_app TO %I', current_user);
             END IF;
         END $$",
    )
    .execute(&mut *tx)
    .await
    .with_context(|| format!("let an administrator run: GRANT {APP_ROLE} TO the user of DATABASE_URL"))?;
    tx.commit().await?;
    Ok(())
}

/// Whether every migration that this program knows is applied.
pub async fn is_current(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let applied: i64 =
        sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(pool).await?;
    Ok(usize::try_from(applied).unwrap_or(0) >= MIGRATIONS.iter().count())
}
