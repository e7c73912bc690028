//! `kepu admin`: what has to be possible before anybody can sign in.

use std::{io::Read, process::ExitCode};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use kepu_domain::role::{GrantScope, Role};
use serde_json::json;

use crate::{
    accounts::{self, create::check_login},
    audit::{self, Event, Origin},
    auth::{password, secret},
    check::Checks,
    clock::Clock,
    config::DataConfig,
    ids,
    postgres::Db,
    serve::Database,
    tenancy::DistrictId,
};

/// What `kepu admin` can do.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make a platform administrator.
    Create(CreateArgs),
}

/// Flags of `kepu admin create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Where the data lives.
    #[command(flatten)]
    pub data: DataConfig,
    /// What the administrator signs in with.
    #[arg(long)]
    pub login: String,
    /// How the administrator is called; the login if not given.
    #[arg(long)]
    pub name: Option<String>,
    /// Read the password from standard input. Without it one is made and printed, to be changed at the first sign-in.
    #[arg(long)]
    pub password_stdin: bool,
}

/// Runs it.
pub async fn run(command: AdminCommand) -> anyhow::Result<ExitCode> {
    let AdminCommand::Create(args) = command;
    let database = Database::beside(&args.data).await?;
    let db = Db::open(&database.url, 2).await?;
    let made = create(&db, &args).await;
    db.close().await;
    database.stop().await?;
    let (login, shown) = made?;
    match shown {
        Some(password) => println!("made {login}; password for the first sign-in: {password}"),
        None => println!("made {login}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the account; returns its login, and the password if it was made here.
async fn create(db: &Db, args: &CreateArgs) -> anyhow::Result<(String, Option<String>)> {
    let mut checks = Checks::new();
    let login = check_login(&mut checks, &args.login);
    let name = checks.text("name", args.name.as_deref().unwrap_or(&args.login), 1..=100);
    if let Err(error) = checks.finish() {
        bail!("{}", error.detail());
    }
    let (password, made_here) = if args.password_stdin {
        let mut text = String::new();
        std::io::stdin().take(1000).read_to_string(&mut text).context("cannot read the password")?;
        let password = text.trim_end_matches(['\r', '\n']).to_owned();
        if let Some(error) = password::weakness(&password, &login) {
            bail!("the password {}", error.message);
        }
        (password, false)
    } else {
        (secret::one_time_password(), true)
    };
    store_admin(db, &login, &name, &password, made_here, Clock::default().now()).await?;
    Ok((login, made_here.then_some(password)))
}

/// Makes a platform administrator with this password.
pub async fn make(db: &Db, login: &str, name: &str, password: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    store_admin(db, login, name, password, false, now).await
}

async fn store_admin(
    db: &Db,
    login: &str,
    name: &str,
    password: &str,
    must_change: bool,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let hash = password::hash_now(password)?;
    let id = ids::new();
    let mut tx = db.begin(DistrictId::PLATFORM).await?;
    if let Err(error) = accounts::store::add_account(&mut tx, id, login, name, &hash, now).await {
        match error.code() {
            "login_taken" => bail!("there is an account with the login {login} already"),
            _ => return Err(error.into()),
        }
    }
    if !must_change {
        crate::auth::store::set_password(&mut tx, id, &hash, false, now).await?;
    }
    accounts::store::add_grant(&mut tx, ids::new(), id, Role::PlatformAdmin, &GrantScope::Platform, None, now).await?;
    let event = Event::new("account.create", "account", id, json!({ "login": login, "by": "kepu admin create" }));
    audit::record_as(&mut tx, &Origin::default(), now, vec![event]).await?;
    Ok(tx.commit().await?)
}
