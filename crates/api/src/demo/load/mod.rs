//! Loads the synthetic district over HTTP, as its teachers, bases and officials would enter it: a service of its own is
//! started on a free port of this machine, its clock is set to the beginning of the school year and moved along.

mod agreements;
mod appeals;
mod credentials;
mod erasures;
mod exceptions;
mod laboratory;
mod network;
mod participation;
mod programmes;
mod registry;
mod resources;
mod results;
mod roster;
mod rounds;

use std::{collections::HashMap, future::Future, time::Instant};

use anyhow::Context;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};

use super::{
    PASSWORD,
    client::{Account, Api, number},
    plan::{Host, Plan, day_of, moment},
};
use crate::{admin, clock::Clock, config::Config, serve, state::AppState};

/// Requests that are under way at once.
const AT_ONCE: usize = 4;
/// The platform's administrator, who is made first.
pub const PLATFORM: &str = "demo.platform";
/// The code of the district.
pub const DISTRICT: &str = "440311";

/// What the loading knows about what it has made.
struct Loader<'a> {
    api: Api,
    plan: &'a Plan,
    clock: Clock,
    state: AppState,
    district: String,
    /// Identities of schools and bases.
    hosts: HashMap<Host, String>,
    /// Identities of what they offer, by host and place in the list.
    activities: HashMap<(Host, usize), String>,
    /// When the loading began.
    began: Instant,
}

/// Loads the plan into an empty database.
pub async fn load(url: &str, mut config: Config, plan: &Plan) -> anyhow::Result<()> {
    config.rate = 0;
    config.sign_anywhere = true;
    config.connections = 12;
    config.request_timeout = 600;
    let clock = Clock::default();
    let now = clock.now();
    clock.advance(moment(plan.first_day(), 7) - now);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    // Nothing is acknowledged to anybody before the end, so commits need not wait for the disk.
    let glue = if url.contains('?') { '&' } else { '?' };
    let state = serve::open(config, &format!("{url}{glue}options[synchronous_commit]=off"), clock.clone()).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::serve(listener, state.clone(), async move {
        let _ = stopped.await;
    }));
    let loader = Loader {
        api: Api::new(&address, PASSWORD)?,
        plan,
        clock,
        state,
        district: String::new(),
        hosts: HashMap::new(),
        activities: HashMap::new(),
        began: Instant::now(),
    };
    let loaded = loader.run().await;
    let _ = stop.send(());
    let served = serving.await.context("the loading service panicked")?;
    loaded.and(served)
}

impl Loader<'_> {
    async fn run(mut self) -> anyhow::Result<()> {
        admin::make(self.state.db(), PLATFORM, "演示平台管理员", PASSWORD, self.state.now()).await?;
        self.network().await?;
        let pending = self.registry().await?;
        self.roster().await?;
        self.adopt().await?;
        for half in 0..4 {
            self.half_term(half).await?;
        }
        self.results().await?;
        self.decide().await?;
        self.present().await?;
        self.awards(pending).await?;
        self.resources().await?;
        self.rounds().await?;
        self.programmes().await?;
        self.agreements().await?;
        self.laboratory().await?;
        self.credentials().await?;
        self.appeals().await?;
        self.exceptions().await?;
        self.erasures().await?;
        sqlx::query("ANALYZE").execute(self.state.db().owner()).await?;
        let detail = json!({ "state": "complete", "size": self.plan.size.word(), "school_year": self.plan.year });
        self.mark(&detail).await?;
        println!("loaded in {:.1} s", self.began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Writes into the settings of the district how far its loading is.
    async fn mark(&self, detail: &Value) -> anyhow::Result<()> {
        let platform = self.platform();
        let path = format!("/api/v1/districts/{}", self.district);
        let version = number(&platform.get(&path).await?, "version")?;
        platform.patch(&path, version, &json!({ "settings": { super::MARK: detail } })).await?;
        Ok(())
    }

    fn platform(&self) -> Account {
        self.api.account(PLATFORM)
    }

    fn official(&self) -> Account {
        self.api.account("official")
    }

    fn teacher(&self, school: usize) -> Account {
        self.api.account(&format!("teacher{:02}", school + 1))
    }

    /// Who speaks for a host.
    fn of_host(&self, host: Host) -> Account {
        self.api.account(&match host {
            Host::Base(number) => format!("base{number:02}"),
            Host::School(number) => format!("school{number:02}"),
        })
    }

    fn host(&self, host: Host) -> anyhow::Result<&str> {
        self.hosts.get(&host).map(String::as_str).context("a host that is not registered")
    }

    /// Moves the clock on to this moment; never back.
    fn at(&self, moment: DateTime<Utc>) {
        let by = moment - self.clock.now();
        if by.num_microseconds().is_none_or(|micros| micros > 0) {
            self.clock.advance(by);
        }
    }

    /// The day of the service.
    fn today(&self) -> chrono::NaiveDate {
        day_of(self.clock.now())
    }

    /// Says what a stage has made.
    fn say(&self, stage: &str, made: &str, count: usize, since: Instant) {
        let seconds = since.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let rate = count as f64 / seconds.max(0.001);
        println!("{stage:<16} {count:>7} {made:<30} {seconds:>6.1} s {rate:>8.0}/s");
    }
}

/// Does all of these, a few at once; ends with the first failure.
async fn each<T, R, F>(items: Vec<T>, work: impl Fn(T) -> F) -> anyhow::Result<Vec<R>>
where
    F: Future<Output = anyhow::Result<R>>,
{
    stream::iter(items).map(work).buffered(AT_ONCE).try_collect().await
}
