//! `kepu demo`: a synthetic district to try things on. It has a database of its own.

mod client;
mod evidence;
pub mod load;
mod names;
pub mod plan;
pub mod state;
pub mod walk;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use tokio::{net::TcpListener, sync::oneshot};

use self::{
    plan::{Plan, Size, day_of},
    state::Found,
};
use crate::{
    clock::Clock,
    config::{Config, LogFormat},
    postgres::{Db, embedded::PrivateServer},
    serve::{self, Database},
    telemetry,
};

/// The password of every account of the demonstration.
pub const PASSWORD: &str = "guangming-demo";
/// Key in the settings of the district under which the loading writes how far it is.
pub const MARK: &str = "demo";

/// Flags of `kepu demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(subcommand)]
    command: Option<DemoCommand>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum DemoCommand {
    /// Load the district if it is not there, and serve it (the default).
    Serve,
    /// Play the main job over HTTP against a running demonstration.
    Walk {
        /// Where it serves; by default the address of --listen.
        #[arg(long)]
        url: Option<String>,
    },
    /// Load the district if it is not there, play the main job once, and stop.
    Once,
}

/// Where the demonstration is.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder for its private PostgreSQL and its files.
    #[arg(long, global = true, env = "KEPU_DEMO_DATA", default_value = ".data/demo")]
    pub data_dir: PathBuf,
    /// Use this empty PostgreSQL database instead of a private one.
    #[arg(long, global = true, env = "KEPU_DEMO_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Address and port to listen on.
    #[arg(long, global = true, env = "KEPU_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// How large a district to load.
    #[arg(long, global = true, value_enum, default_value_t = Size::Full)]
    pub size: Size,
}

/// Does what was asked.
pub async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    match args.command.unwrap_or(DemoCommand::Serve) {
        DemoCommand::Serve => serve_it(&args.place).await,
        DemoCommand::Once => once(&args.place).await,
        DemoCommand::Walk { url } => walk_there(&args.place, url).await,
    }
}

impl Place {
    fn config(&self) -> Config {
        let mut config = Config::from_env();
        config.data.database_url.clone_from(&self.database_url);
        config.data.data_dir.clone_from(&self.data_dir);
        config.listen = self.listen;
        config.log_format = LogFormat::Text;
        config.sign_anywhere = true;
        config
    }
}

/// Loads the district unless it is there. A loading that did not end is started over.
pub async fn prepare(place: &Place, url: &str) -> anyhow::Result<()> {
    let plan = || Plan::new(place.size, day_of(Clock::default().now()));
    match look(url).await? {
        Found::Whole(size) => {
            if size != place.size.word() {
                println!("The {size} district is there already; for another one choose another --data-dir.");
            }
            return Ok(());
        }
        Found::Empty => {}
        Found::Unfinished if place.database_url.is_none() => {
            println!("The last loading did not end; starting over.");
            PrivateServer::start_over(url).await?;
        }
        Found::Unfinished => bail!(
            "the database holds a demonstration whose loading did not end; give an empty database with --database-url, \
             or leave it away"
        ),
        Found::Foreign => bail!(
            "the database holds something other than the demonstration; choose another --data-dir or --database-url"
        ),
    }
    let plan = plan();
    println!("载入演示区（全部为虚构数据） Loading the synthetic district, school year {}:", plan.year);
    load::load(url, place.config(), &plan).await.context("the synthetic district was not loaded")
}

async fn look(url: &str) -> anyhow::Result<Found> {
    let db = Db::open(url, 1).await?;
    let found = state::look(db.owner()).await;
    db.close().await;
    Ok(found?)
}

async fn serve_it(place: &Place) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let listener = TcpListener::bind(place.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another with --listen", place.listen))?;
    let mut stop = Box::pin(serve::stop_signal()?);
    let config = place.config();
    let database = Database::of(&config.data).await?;
    let ready = tokio::select! {
        ready = prepare(place, &database.url) => Some(ready),
        () = &mut stop => None,
    };
    match ready {
        Some(Ok(())) => {}
        Some(Err(error)) => {
            database.stop().await?;
            return Err(error);
        }
        None => {
            println!("Stopped before the district was loaded; the next start begins again.");
            database.stop().await?;
            return Ok(ExitCode::FAILURE);
        }
    }
    telemetry::init(config.log_format);
    let state = serve::open(config, &database.url, Clock::default()).await?;
    let address = listener.local_addr()?;
    welcome(address, place, began);
    let served = serve::serve(listener, state, stop).await;
    database.stop().await?;
    served.map(|()| ExitCode::SUCCESS)
}

async fn once(place: &Place) -> anyhow::Result<ExitCode> {
    let config = place.config();
    let database = Database::of(&config.data).await?;
    let done = once_in(place, config, &database.url).await;
    database.stop().await?;
    done.map(|()| ExitCode::SUCCESS)
}

/// Loads if needed, serves on a free port, plays the main job, stops.
pub async fn once_in(place: &Place, config: Config, url: &str) -> anyhow::Result<()> {
    prepare(place, url).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let state = serve::open(config, url, Clock::default()).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::serve(listener, state.clone(), async move {
        let _ = stopped.await;
    }));
    let walked = walk::walk(&format!("http://{address}"), state.db(), state.now()).await;
    let _ = stop.send(());
    let served = serving.await.context("the service panicked")?;
    walked.and(served)
}

async fn walk_there(place: &Place, url: Option<String>) -> anyhow::Result<ExitCode> {
    let running = match &place.database_url {
        Some(url) => Some(url.clone()),
        None => PrivateServer::running(&place.data_dir)?,
    };
    let Some(database) = running else {
        bail!(
            "no demonstration runs on {}. Start one with `kepu demo` in another terminal, or say where it is with \
             --data-dir; `kepu demo once` needs none",
            place.data_dir.display()
        );
    };
    let db = Db::open(&database, 2).await?;
    let url = url.unwrap_or_else(|| format!("http://{}", place.listen));
    let walked = walk::walk(&url, &db, Clock::default().now()).await;
    db.close().await;
    walked.map(|()| ExitCode::SUCCESS)
}

/// Says where it is, who can sign in, and what to try.
fn welcome(address: SocketAddr, place: &Place, began: Instant) {
    println!(
        "
kepu 演示已就绪 the demonstration is ready ({:.1} s)

  地址 address   http://{address}/
  接口 API       http://{address}/api/docs

  账号 accounts, all with the password {PASSWORD}
    teacher01      教师，示范学校第01号            teacher: records participation, submits results
    school01       学校管理员                      school administrator: roster, accounts, the school's own activities
    base01         基地工作人员，示范基地第01号    base staff: confirms and rejects
    baseadmin01    基地管理员                      base administrator: activities, sessions, staff
    official       区教育局                        district official: verifies results, decides, reads reports
    approver       区教育局（复核）                another district official: approves changes of the rules
    city           市教育局                        city official: reads the districts of the city
    joint          联合行动                        official of the country: runs the joint action of science museums
    auditor        审计员                          auditor: reads, with the audit trail
    student01      学生                            pupil: reads the own score and its reasons
    guardian01     监护人                          guardian of that pupil
    demo.platform  平台管理员                      platform administrator: districts and officials
    museum         科技馆管理员，有三份协议        administrator of a museum with three agreements
    school1        示范学校联系人（上海）          administrator of schools that are paired with firms
  另有 teacher02…、school02…、base02… and so on for the other schools and bases.

  试一试 try
    kepu demo walk                                  整个主流程，逐步给出数字 the main job, step by step
    curl -s http://{address}/api/v1/auth/login -H 'Content-Type: application/json' \\
         -d '{{\"login\":\"official\",\"password\":\"{PASSWORD}\"}}'
    GET /api/v1/waiting                             base01：待确认的场次 what waits for the base
    GET /api/v1/soft-flags                          official：待决定的软规则 records that a soft rule questions
    GET /api/v1/results?state=submitted             official：待核实的成绩 results that wait
    GET /api/v1/reports/credits?format=xlsx         official：区报告 the report as a workbook
    kepu verify --data-dir {}               核对全部不变式 every invariant over the whole database

  全部学生、学校、基地和分值均为虚构。All pupils, schools, bases and values are made up.
  Ctrl-C 停止 stops; the next start takes up what is there.
",
        began.elapsed().as_secs_f64(),
        place.data_dir.display()
    );
}
