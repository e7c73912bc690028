//! The service as a process of its own, which is killed while it is asked for something.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kepu_api::postgres::embedded::PrivateServer;
use kepu_tests::{Client, PASSWORD, Server, program};
use serde_json::json;
use tempfile::TempDir;

/// A running `kepu serve` with its private PostgreSQL.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    pub async fn start(data: &Path) -> Self {
        let mut child = Command::new(program::kepu())
            .args(["serve", "--data-dir"])
            .arg(data)
            .args(["--listen", "127.0.0.1:0"])
            .env_remove("DATABASE_URL")
            .env("KEPU_RATE", "0")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kepu starts");
        let url = format!("http://{}", program::address_of(&mut child));
        let process = Self { child, url };
        process.ready().await;
        process
    }

    async fn ready(&self) {
        for _ in 0..600 {
            if let Ok(answer) = reqwest::get(format!("{}/readyz", self.url)).await
                && answer.status().is_success()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("kepu did not become ready");
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The service as a process over a database of its own, and a second one over the same database, to prepare it and to look
/// at it.
pub struct Site {
    pub process: Process,
    pub server: Server,
    pub data: PathBuf,
    _folder: TempDir,
}

impl Site {
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("kepu-crash").tempdir_in("/tmp").expect("a folder");
        let data = folder.path().join("data");
        let process = Process::start(&data).await;
        let server = Self::beside(&data).await;
        Self { process, server, data, _folder: folder }
    }

    async fn beside(data: &Path) -> Server {
        Server::over(&PrivateServer::running(data).expect("a server").expect("it runs")).await
    }

    /// Starts both again, after one of them or its PostgreSQL was killed.
    pub async fn start_again(&mut self) {
        self.stop().await;
        self.process = Process::start(&self.data).await;
        self.server = Self::beside(&self.data).await;
    }

    pub async fn stop(&mut self) {
        // Its database may be gone.
        let _ = self.server.stop().await;
        self.process.kill();
    }
}

/// Signs in again after a restart.
pub async fn sign_in(url: &str, login: &str) -> Client {
    let client = Client::new(url);
    let tokens =
        client.post_json("/api/v1/auth/login", &json!({ "login": login, "password": PASSWORD })).await.expect(200);
    client.with_token(tokens["access_token"].as_str().expect("a token"))
}

/// Sends so many requests from four clients until the service is gone; answers those that were acknowledged. `kill` is run
/// once so many are, or all are sent.
pub async fn send_until_killed(
    count: usize,
    request: impl Fn(usize) -> reqwest::RequestBuilder,
    after: usize,
    kill: impl FnOnce(),
) -> Vec<usize> {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (next, sent, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let client = || async {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            if at >= count {
                return;
            }
            // Refused by a database that is gone, or never answered: not acknowledged.
            if request(at).send().await.is_ok_and(|answer| answer.status().is_success()) {
                acknowledged.lock().expect("not poisoned").push(at);
            }
            sent.fetch_add(1, Ordering::SeqCst);
        }
    };
    let killer = async {
        while acknowledged.lock().expect("not poisoned").len() < after && sent.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        kill();
    };
    tokio::join!(client(), client(), client(), client(), killer);
    acknowledged.into_inner().expect("not poisoned")
}

pub fn find_pidfile(data: &Path) -> PathBuf {
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.file_name().is_some_and(|n| n == "postmaster.pid") {
                return path;
            }
            if path.is_dir() && !path.join("PG_VERSION").is_file() || path.join("postmaster.pid").is_file() {
                folders.push(path);
            }
        }
    }
    panic!("no postmaster.pid under {}", data.display());
}

/// SIGKILL to the server and all its processes: they share the group of the first.
pub fn kill_group(pidfile: &Path) {
    let text = std::fs::read_to_string(pidfile).expect("a pid file");
    let pid = text.lines().next().expect("a line").trim().to_owned();
    let killed = Command::new("kill").args(["-KILL", "--", &format!("-{pid}")]).status().expect("kill runs");
    assert!(killed.success(), "the server's group was killed");
}
