//! What `postmaster.pid` says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nix::{errno::Errno, sys::signal::kill, unistd::Pid};

/// A process that holds a cluster.
#[derive(Debug, PartialEq, Eq)]
pub struct Holder {
    /// PostgreSQL itself.
    pub pid: i32,
    /// The kepu that started it, if that lives.
    pub kepu: Option<i32>,
}

/// Whether this very process is ready: a file that a killed one left says `ready` too.
pub fn is_ready(cluster: &Path, pid: u32) -> bool {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    let mut lines = text.lines();
    lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid)
        && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

/// The living PostgreSQL that holds the cluster.
pub fn holder(cluster: &Path) -> Option<Holder> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    if !lives(pid) || !matches!(comm(pid).as_deref(), None | Some("postgres" | "postmaster")) {
        return None;
    }
    let kepu = parent(pid).filter(|parent| comm(*parent).is_some_and(|comm| comm.starts_with("kepu")));
    Some(Holder { pid, kepu })
}

/// Where the socket of a running one is.
pub fn socket_folder(cluster: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let line = text.lines().nth(4)?.trim();
    (!line.is_empty()).then(|| PathBuf::from(line))
}

/// Whether a process of this id lives.
pub fn lives(pid: i32) -> bool {
    matches!(kill(Pid::from_raw(pid), None), Ok(()) | Err(Errno::EPERM))
}

fn comm(pid: i32) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim().to_owned())
}

fn parent(pid: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_not_ready() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "4242\n/data\n1700000000\n5432\n/tmp\n\n  5432001 0\nready   \n";
        fs::write(folder.path().join("postmaster.pid"), text).expect("written");
        assert!(is_ready(folder.path(), 4242));
        assert!(!is_ready(folder.path(), 4243));
    }
}
