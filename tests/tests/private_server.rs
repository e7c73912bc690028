//! The `kepu` program with its private PostgreSQL: starts as any user, dies with the program, and loses nothing.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kepu_tests::{Client, PASSWORD, program};
use serde_json::json;
use tempfile::TempDir;

fn kepu() -> Command {
    let mut command = Command::new(program::kepu());
    command.env_remove("DATABASE_URL").env_remove("KEPU_DATA").env("KEPU_LISTEN", "127.0.0.1:0");
    command
}

/// A folder that PostgreSQL's user can enter.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("opened");
    folder
}

struct Service {
    child: Child,
    client: Client,
    data: PathBuf,
}

impl Service {
    fn start(data: &Path) -> Self {
        let mut child =
            kepu().arg("serve").arg("--data-dir").arg(data).stderr(Stdio::piped()).spawn().expect("kepu starts");
        let address = program::address_of(&mut child);
        Self { child, client: Client::new(&format!("http://{address}")), data: data.to_path_buf() }
    }

    fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    fn postgres(&self) -> u32 {
        let text = fs::read_to_string(self.data.join("postgres/data/postmaster.pid")).expect("a pid file");
        text.lines().next().expect("a line").trim().parse().expect("a pid")
    }

    async fn signs_in(&self) -> bool {
        let body = json!({ "login": "first.admin", "password": PASSWORD });
        self.client.post_json("/api/v1/auth/login", &body).await.status == 200
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(name: &str, pid: u32) {
    let done = Command::new("kill").args(["-s", name, &pid.to_string()]).status().expect("kill runs");
    assert!(done.success(), "kill -s {name} {pid}");
}

fn lives(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    !status.is_empty() && !status.contains("State:\tZ")
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn create_admin(data: &Path) {
    let mut child = kepu()
        .args(["admin", "create", "--login", "first.admin", "--password-stdin", "--data-dir"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("kepu starts");
    child.stdin.take().expect("a pipe").write_all(PASSWORD.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "made first.admin\n");
}

#[tokio::test]
async fn it_starts_serves_and_stops_with_the_program() {
    let folder = folder();
    let mut service = Service::start(folder.path());
    // Beside the running service, through the same server.
    create_admin(folder.path());
    assert!(service.signs_in().await);
    service.client.get("/readyz").await.expect(200);

    let second = kepu().arg("serve").arg("--data-dir").arg(folder.path()).output().expect("it runs");
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success() && told.contains("in use by another kepu"), "{told}");

    let postgres = service.postgres();
    service.signal("TERM");
    assert!(service.child.wait().expect("it ends").success());
    assert!(!lives(postgres), "PostgreSQL stops with kepu");
    assert!(!folder.path().join("postgres/data/postmaster.pid").exists(), "and cleanly");

    // The command line starts the server itself when no service runs, and stops it.
    let again = kepu()
        .args(["admin", "create", "--login", "first.admin", "--data-dir"])
        .arg(folder.path())
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&again.stderr);
    assert!(!again.status.success() && told.contains("already"), "{told}");
    assert!(!folder.path().join("postgres/data/postmaster.pid").exists());
}

#[tokio::test]
async fn a_killed_kepu_takes_its_server_down_cleanly_and_the_next_one_starts() {
    let folder = folder();
    let mut service = Service::start(folder.path());
    create_admin(folder.path());
    for _ in 0..2 {
        assert!(service.signs_in().await);
        let postgres = service.postgres();
        service.signal("KILL");
        service.child.wait().expect("it ends");
        // At once: the old server may still be on its way down.
        service = Service::start(folder.path());
        assert!(!lives(postgres));
        assert_ne!(service.postgres(), postgres);
    }
    assert!(service.signs_in().await);
}

#[tokio::test]
async fn a_killed_server_is_started_again() {
    let folder = folder();
    let service = Service::start(folder.path());
    create_admin(folder.path());
    let postgres = service.postgres();
    signal("KILL", postgres);
    wait_until("another PostgreSQL", || {
        let text = fs::read_to_string(folder.path().join("postgres/data/postmaster.pid")).unwrap_or_default();
        text.lines().next().and_then(|line| line.trim().parse().ok()).is_some_and(|pid: u32| pid != postgres)
            && text.lines().nth(7).is_some_and(|line| line.trim() == "ready")
    });
    let began = Instant::now();
    while service.client.get("/readyz").await.status != 200 {
        assert!(began.elapsed() < Duration::from_secs(30), "it serves again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Connections of before may be left in the pool; each is found out once.
    while !service.signs_in().await {
        assert!(began.elapsed() < Duration::from_secs(30), "nothing that was acknowledged is lost");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_interrupted_first_start_leaves_nothing_in_the_way() {
    let folder = folder();
    let left = folder.path().join("postgres/data.new");
    fs::create_dir_all(&left).expect("made");
    fs::write(left.join("PG_VERSION"), "15\n").expect("written");
    let service = Service::start(folder.path());
    service.client.get("/readyz").await.expect(200);
    assert!(!left.exists());
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_is_no_obstacle() {
    let folder = folder();
    let deep = folder.path().join("a-rather-long-name/".repeat(6));
    let service = Service::start(&deep);
    service.client.get("/readyz").await.expect(200);
}

#[test]
fn with_database_hands_on_the_exit_code_and_leaves_nothing() {
    let output =
        kepu().args(["with-database", "--", "sh", "-c", "echo $DATABASE_URL; exit 7"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    let url = reqwest::Url::parse(String::from_utf8_lossy(&output.stdout).trim()).expect("a URL");
    let socket = url.query_pairs().find(|(name, _)| name == "host").expect("a host").1.into_owned();
    assert!(!Path::new(&socket).exists());
}

#[test]
fn an_occupied_port_is_told_before_anything_starts() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output =
        kepu().args(["serve", "--listen", &address, "--data-dir"]).arg(folder.path()).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(&address) && told.contains("--listen"), "{told}");
    assert!(!folder.path().join("postgres").exists());
}
