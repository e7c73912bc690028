//! Finds PostgreSQL's programs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// The oldest major version whose SQL the schema uses.
const OLDEST: u32 = 15;

/// The programs of one installed PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder that holds `postgres` and `initdb`.
    pub folder: PathBuf,
    /// The major version, e.g. 15.
    pub major: u32,
}

impl Binaries {
    /// The newest installed version, or the one that wrote an existing cluster. `$PG_BIN` wins over all.
    pub fn find(cluster_major: Option<u32>) -> anyhow::Result<Self> {
        let chosen = std::env::var_os("PG_BIN").map(PathBuf::from);
        let found = match &chosen {
            Some(folder) => vec![Self::inspect(folder).with_context(|| {
                format!("PG_BIN is {}, which holds no working `postgres` and `initdb`", folder.display())
            })?],
            None => Self::installed(),
        };
        let fitting = found
            .iter()
            .filter(|found| found.major >= OLDEST && cluster_major.is_none_or(|major| found.major == major));
        if let Some(best) = fitting.max_by_key(|found| found.major) {
            return Ok(best.clone());
        }
        match cluster_major {
            Some(major) if !found.is_empty() => bail!(
                "the data folder was written by PostgreSQL {major}, but only {} is installed. Install it (Debian, \
                 Ubuntu: apt-get install postgresql-{major}), or set PG_BIN to the folder of its programs, or upgrade \
                 the folder with pg_upgrade",
                found.iter().map(|found| found.major.to_string()).collect::<Vec<_>>().join(", ")
            ),
            None if !found.is_empty() => bail!(
                "PostgreSQL {OLDEST} or newer is needed, and only {} is installed",
                found.iter().map(|found| found.major.to_string()).collect::<Vec<_>>().join(", ")
            ),
            _ => bail!(
                "PostgreSQL is not installed: no `postgres` and `initdb` in PATH or /usr/lib/postgresql/*/bin. Install \
                 it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server \
                 postgresql-contrib; macOS: brew install postgresql), or set PG_BIN to the folder of its programs, or \
                 DATABASE_URL to a running server"
            ),
        }
    }

    /// The path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn installed() -> Vec<Self> {
        let mut folders: Vec<PathBuf> =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        for (parent, below) in
            [("/usr/lib/postgresql", "bin"), ("/usr/local/opt", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr", "bin")]
        {
            let Ok(entries) = fs::read_dir(parent) else { continue };
            folders.extend(
                entries
                    .flatten()
                    .filter(|entry| {
                        parent == "/usr/lib/postgresql"
                            || entry.file_name().to_string_lossy().starts_with("postgresql")
                            || entry.file_name().to_string_lossy().starts_with("pgsql-")
                    })
                    .map(|entry| entry.path().join(below)),
            );
        }
        let mut found: Vec<Self> = Vec::new();
        for folder in folders {
            if let Ok(binaries) = Self::inspect(&folder)
                && !found.contains(&binaries)
            {
                found.push(binaries);
            }
        }
        found
    }

    fn inspect(folder: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(folder.join("initdb").is_file(), "no initdb");
        let output = Command::new(folder.join("postgres")).arg("--version").output().context("no postgres")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let major = parse_major(&text).with_context(|| format!("cannot tell the version from {text:?}"))?;
        Ok(Self { folder: folder.to_path_buf(), major })
    }
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian …)`.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The major version that wrote a cluster; none if the folder holds no cluster.
pub fn cluster_major(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major(""), None);
    }
}
