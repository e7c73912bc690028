//! The private PostgreSQL: started with kepu, stopped with kepu, restarted if it dies.

use std::{
    fs::{self, OpenOptions},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::Url;
use tempfile::TempDir;

use super::{
    APP_ROLE,
    cluster::{self, Cluster},
    migrate, pidfile,
};

/// The longest path of a socket that the kernel takes.
const SOCKET_PATH_LIMIT: usize = 107;
/// How long a PostgreSQL without its kepu may hold the folder: one that is shutting down writes all that is not written yet.
const HELD_FOR: Duration = Duration::from_secs(60);
/// Recovery after a crash of the machine may take long.
const READY_WITHIN: Duration = Duration::from_secs(600);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// What the server promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What is acknowledged survives.
    Full,
    /// For tests: fast, and gone with a crash of the machine.
    None,
}

/// A running private server. Dropping it stops it.
pub struct PrivateServer {
    url: String,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _socket: Option<TempDir>,
}

/// What the thread that owns the server needs to start it.
struct Launcher {
    cluster: Cluster,
    socket: PathBuf,
    durability: Durability,
}

impl PrivateServer {
    /// Starts PostgreSQL in the data folder, making the cluster if there is none. Blocks until it is ready.
    pub fn start(data_dir: &Path, durability: Durability) -> anyhow::Result<Self> {
        let cluster = Cluster::prepare(data_dir, durability == Durability::None)?;
        let (socket, holder) = socket_folder(&cluster)?;
        let url = url_of(&socket)?;
        let launcher = Launcher { cluster, socket, durability };
        let (stop, stopped) = channel();
        let (report, reported) = channel();
        // The kernel ties PostgreSQL to the thread that started it, so that thread lives as long as the server.
        let thread = std::thread::Builder::new()
            .name("postgres".into())
            .spawn(move || launcher.own(&report, &stopped))
            .context("cannot start a thread")?;
        let mut server = Self { url, stop: Some(stop), thread: Some(thread), _socket: holder };
        match reported.recv() {
            Ok(Ok(())) => Ok(server),
            Ok(Err(error)) => {
                server.stop();
                Err(error)
            }
            Err(_) => bail!("the thread of PostgreSQL ended unexpectedly"),
        }
    }

    /// Where to connect to the server of a kepu that runs on this data folder now; none if none does.
    pub fn running(data_dir: &Path) -> anyhow::Result<Option<String>> {
        let Ok(data_dir) = data_dir.canonicalize() else { return Ok(None) };
        let (home, _) = cluster::place(&data_dir)?;
        let data = home.join("data");
        let runs = pidfile::holder(&data).is_some_and(|holder| holder.kepu.is_some());
        if !runs {
            return Ok(None);
        }
        pidfile::socket_folder(&data).map(|socket| url_of(&socket)).transpose()
    }

    /// Where to connect, as superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where to connect as the role that requests run as.
    pub fn app_url(&self) -> anyhow::Result<String> {
        let mut url = Url::parse(&self.url)?;
        url.set_username(APP_ROLE).map_err(|()| anyhow::anyhow!("a URL without a user"))?;
        Ok(url.into())
    }

    /// Makes the database `kepu` if it is missing, and lets the role of requests log in: the socket is reached by
    /// PostgreSQL's user and kepu alone.
    pub async fn ensure_database(&self) -> anyhow::Result<()> {
        use sqlx::Connection;
        let mut connection = maintenance(&self.url).await?;
        let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'kepu')")
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            sqlx::query("CREATE DATABASE kepu").execute(&mut connection).await?;
        }
        migrate::ensure_role(&mut connection).await?;
        sqlx::query("ALTER ROLE kepu_app LOGIN").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Throws the database `kepu` of the private server at `url` away and makes an empty one.
    pub async fn start_over(url: &str) -> anyhow::Result<()> {
        use sqlx::Connection;
        let mut connection = maintenance(url).await?;
        sqlx::query("DROP DATABASE IF EXISTS kepu WITH (FORCE)").execute(&mut connection).await?;
        sqlx::query("CREATE DATABASE kepu").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Stops the server cleanly, and waits for it.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Connects to the database beside which others are made.
async fn maintenance(url: &str) -> anyhow::Result<sqlx::PgConnection> {
    use sqlx::Connection;
    let mut url = Url::parse(url)?;
    url.set_path("/postgres");
    Ok(sqlx::PgConnection::connect(url.as_str()).await?)
}

fn url_of(socket: &Path) -> anyhow::Result<String> {
    let mut url = Url::parse("postgres://kepu@localhost/kepu").context("a URL")?;
    url.query_pairs_mut().append_pair("host", &socket.to_string_lossy());
    Ok(url.into())
}

/// A folder for the socket that only PostgreSQL's user (and root) can enter; a short one if the data folder is deep.
fn socket_folder(cluster: &Cluster) -> anyhow::Result<(PathBuf, Option<TempDir>)> {
    let near = cluster.home.join("socket");
    let (folder, holder) = if near.as_os_str().len() + "/.s.PGSQL.5432.lock".len() <= SOCKET_PATH_LIMIT {
        fs::create_dir_all(&near)?;
        (near, None)
    } else {
        let holder = tempfile::Builder::new().prefix("kepu-").tempdir_in("/tmp")?;
        (holder.path().to_path_buf(), Some(holder))
    };
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    cluster.give(&folder)?;
    Ok((folder, holder))
}

impl Launcher {
    /// Starts the server, reports, and watches over it until told to stop.
    fn own(&self, report: &Sender<anyhow::Result<()>>, stopped: &Receiver<()>) {
        let mut child = match self.start() {
            Ok(child) => child,
            Err(error) => {
                let _ = report.send(Err(error));
                return;
            }
        };
        let _ = report.send(Ok(()));
        let mut restarted: Option<Instant> = None;
        loop {
            match stopped.recv_timeout(Duration::from_millis(200)) {
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let Ok(Some(status)) = child.try_wait() else { continue };
            tracing::error!(%status, log = %self.log_path().display(), "PostgreSQL ended by itself; starting it again");
            if restarted.is_some_and(|at| at.elapsed() < Duration::from_secs(5)) {
                std::thread::sleep(Duration::from_secs(5));
            }
            restarted = Some(Instant::now());
            match self.start() {
                Ok(again) => child = again,
                Err(error) => tracing::error!("PostgreSQL does not start: {error:#}"),
            }
        }
        stop(&mut child);
    }

    /// Starts the server once it can have its folder, and waits until it answers.
    fn start(&self) -> anyhow::Result<Child> {
        let began = Instant::now();
        loop {
            let from = fs::metadata(self.log_path()).map_or(0, |metadata| metadata.len());
            let mut child = self.spawn()?;
            if self.wait_ready(&mut child)? {
                return Ok(child);
            }
            let log = self.log_since(from);
            let holder = pidfile::holder(&self.cluster.data());
            if let Some(holder) = &holder
                && let Some(kepu) = holder.kepu
            {
                bail!(
                    "the data folder {} is in use by another kepu (process {kepu}). Stop that one, or choose another \
                     --data-dir",
                    self.cluster.home.display()
                );
            }
            let held = holder.is_some() || log.contains("lock file") || log.contains("pre-existing shared memory");
            if !held || began.elapsed() > HELD_FOR {
                match holder {
                    Some(holder) => bail!(
                        "the data folder {} is in use by the PostgreSQL process {}; stop it (kill -INT {})",
                        self.cluster.home.display(),
                        holder.pid,
                        holder.pid
                    ),
                    None => bail!("PostgreSQL does not start in {}:\n{log}", self.cluster.home.display()),
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())
            .with_context(|| format!("cannot write {}", self.log_path().display()))?;
        let mut command = Command::new("/proc/self/exe");
        command.arg("postgres-guard").arg("--parent").arg(std::process::id().to_string());
        if let Some(owner) = self.cluster.owner {
            command.arg("--uid").arg(owner.uid.to_string()).arg("--gid").arg(owner.gid.to_string());
        }
        command
            .arg(self.cluster.binaries.program("postgres"))
            .arg("-D")
            .arg(self.cluster.data())
            .args(self.settings().iter().flat_map(|setting| ["-c", setting]))
            .current_dir(&self.cluster.home)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C is for kepu, which then stops PostgreSQL last.
            .process_group(0);
        command.spawn().context("cannot start PostgreSQL")
    }

    fn settings(&self) -> Vec<String> {
        let memory_mb = memory_mb();
        let shared = if self.durability == Durability::Full { (memory_mb / 6).clamp(128, 4096) } else { 256 };
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.socket.display()),
            "unix_socket_permissions=0700".to_owned(),
            "max_connections=200".to_owned(),
            format!("shared_buffers={shared}MB"),
            format!("effective_cache_size={}MB", (memory_mb / 2).max(256)),
            "work_mem=16MB".to_owned(),
            "maintenance_work_mem=256MB".to_owned(),
            "random_page_cost=1.1".to_owned(),
            "jit=off".to_owned(),
            "max_wal_size=4GB".to_owned(),
            "checkpoint_timeout=15min".to_owned(),
            "wal_compression=on".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            "log_checkpoints=off".to_owned(),
            // Statements and details would put names of persons into the log.
            "log_min_messages=error".to_owned(),
            "log_min_error_statement=panic".to_owned(),
            "log_error_verbosity=terse".to_owned(),
        ];
        if self.durability == Durability::None {
            settings.extend(
                ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=10s"]
                    .map(str::to_owned),
            );
        }
        settings
    }

    /// Whether it became ready; false if it ended first.
    fn wait_ready(&self, child: &mut Child) -> anyhow::Result<bool> {
        let began = Instant::now();
        let mut told = began;
        loop {
            if child.try_wait()?.is_some() {
                return Ok(false);
            }
            if pidfile::is_ready(&self.cluster.data(), child.id()) {
                return Ok(true);
            }
            if began.elapsed() > READY_WITHIN {
                stop(child);
                bail!("PostgreSQL was not ready after {READY_WITHIN:?}; see {}", self.log_path().display());
            }
            if told.elapsed() > Duration::from_secs(5) {
                told = Instant::now();
                tracing::info!("waiting for PostgreSQL, which may be recovering");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn log_path(&self) -> PathBuf {
        self.cluster.home.join("postgres.log")
    }

    fn log_since(&self, from: u64) -> String {
        let log = fs::read(self.log_path()).unwrap_or_default();
        let new = log.get(usize::try_from(from).unwrap_or(0)..).unwrap_or(&log);
        String::from_utf8_lossy(new).trim_end().to_owned()
    }
}

/// Asks for a fast, clean shutdown, and insists if it takes too long.
fn stop(child: &mut Child) {
    let Ok(pid) = i32::try_from(child.id()).map(Pid::from_raw) else { return };
    for (signal, within) in [(Signal::SIGINT, STOP_WITHIN), (Signal::SIGQUIT, Duration::from_secs(10))] {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        let _ = kill(pid, signal);
        let asked = Instant::now();
        while asked.elapsed() < within {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    tracing::error!("PostgreSQL did not stop; killing it");
    let _ = child.kill();
    let _ = child.wait();
}

fn memory_mb() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).map_or(1024, |kb| kb / 1024)
}
