//! The folder of the private PostgreSQL: where it is, whom it belongs to, how it is first made.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use nix::unistd::{Gid, Uid, User, chown};
use sha2::{Digest, Sha256};

use super::binaries::{Binaries, cluster_major};
use crate::auth::secret::hex;

/// Whom PostgreSQL runs as, when kepu runs as root (which PostgreSQL refuses).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

/// A prepared folder.
#[derive(Debug)]
pub struct Cluster {
    /// Holds the cluster, the log and usually the socket.
    pub home: PathBuf,
    /// The programs that fit it.
    pub binaries: Binaries,
    /// Whom it belongs to, if not to the user who runs kepu.
    pub owner: Option<Owner>,
}

impl Cluster {
    /// Finds the cluster of a data folder, making it if there is none.
    pub fn prepare(data_dir: &Path, throwaway: bool) -> anyhow::Result<Self> {
        fs::create_dir_all(data_dir).with_context(|| format!("cannot make the data folder {}", data_dir.display()))?;
        let (home, owner) = place(&data_dir.canonicalize()?)?;
        fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
        let data = home.join("data");
        refuse_foreign(&data, owner)?;
        let binaries = Binaries::find(cluster_major(&data))?;
        let cluster = Self { home, binaries, owner };
        cluster.give(&cluster.home)?;
        if cluster_major(&data).is_none() {
            cluster.init(throwaway)?;
        }
        Ok(cluster)
    }

    /// PostgreSQL's own folder.
    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Gives a path to PostgreSQL's user.
    pub fn give(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(Owner { uid, gid }) = self.owner {
            chown(path, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))
                .with_context(|| format!("cannot give {} to PostgreSQL's user", path.display()))?;
        }
        Ok(())
    }

    /// Makes the cluster beside its place, then moves it there: one that was interrupted leaves nothing.
    fn init(&self, throwaway: bool) -> anyhow::Result<()> {
        let (data, new) = (self.data(), self.home.join("data.new"));
        if data.exists() {
            bail!("{} is there but holds no PostgreSQL cluster; move it away", data.display());
        }
        if new.exists() {
            fs::remove_dir_all(&new).with_context(|| format!("cannot remove the unfinished {}", new.display()))?;
        }
        let mut command = Command::new(self.binaries.program("initdb"));
        command
            .arg("-D")
            .arg(&new)
            .args(["--username=kepu", "--auth-local=trust", "--auth-host=reject"])
            .args(["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"])
            .current_dir(&self.home);
        if throwaway {
            command.arg("--no-sync");
        }
        if let Some(Owner { uid, gid }) = self.owner {
            command.uid(uid).gid(gid);
        }
        let output = command.output().context("cannot run initdb")?;
        if !output.status.success() {
            bail!(
                "initdb failed in {}:\n{}{}",
                self.home.display(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        fs::rename(&new, &data)?;
        fs::File::open(&self.home)?.sync_all()?;
        Ok(())
    }
}

/// Where the cluster of a data folder is, and whom it belongs to.
pub fn place(data_dir: &Path) -> anyhow::Result<(PathBuf, Option<Owner>)> {
    let home = data_dir.join("postgres");
    if !Uid::effective().is_root() {
        return Ok((home, None));
    }
    let owner = owner_for_root(&home)?;
    let Some(wall) = unreachable_part(data_dir, owner) else { return Ok((home, Some(owner))) };
    let digest = hex(&Sha256::digest(data_dir.as_os_str().as_encoded_bytes())[..8]);
    let home = PathBuf::from(format!("/var/lib/kepu/{digest}"));
    let owner = owner_for_root(&home)?;
    tracing::info!(
        "PostgreSQL may not run as root, and its user cannot enter {}: its files are in {} instead",
        wall.display(),
        home.display()
    );
    Ok((home, Some(owner)))
}

/// An existing cluster keeps its owner; a new one goes to `postgres`, else to `nobody`.
fn owner_for_root(home: &Path) -> anyhow::Result<Owner> {
    if let Ok(metadata) = fs::metadata(home.join("data"))
        && metadata.uid() != 0
    {
        return Ok(Owner { uid: metadata.uid(), gid: metadata.gid() });
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name)? {
            return Ok(Owner { uid: user.uid.as_raw(), gid: user.gid.as_raw() });
        }
    }
    bail!(
        "kepu runs as root, PostgreSQL may not, and there is neither a user `postgres` nor `nobody`; run kepu as \
           another user"
    )
}

fn refuse_foreign(data: &Path, owner: Option<Owner>) -> anyhow::Result<()> {
    let Ok(metadata) = fs::metadata(data) else { return Ok(()) };
    let runs_as = owner.map_or(Uid::effective().as_raw(), |owner| owner.uid);
    if metadata.uid() != runs_as {
        bail!(
            "{} belongs to the user {}, and this is the user {runs_as}. Run kepu as that user or as root, or choose \
             another --data-dir",
            data.display(),
            metadata.uid()
        );
    }
    Ok(())
}

/// The first folder on the way that the user cannot enter.
fn unreachable_part(path: &Path, owner: Owner) -> Option<PathBuf> {
    let mut ways: Vec<&Path> = path.ancestors().collect();
    ways.reverse();
    ways.into_iter()
        .find(|folder| {
            let Ok(metadata) = fs::metadata(folder) else { return false };
            let mode = metadata.permissions().mode();
            let bit = if metadata.uid() == owner.uid {
                0o100
            } else if metadata.gid() == owner.gid {
                0o010
            } else {
                0o001
            };
            mode & bit == 0
        })
        .map(Path::to_path_buf)
}
