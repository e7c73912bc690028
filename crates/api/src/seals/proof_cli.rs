//! `kepu verify-proof`: what proofs prove, with nothing but a public key.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use kepu_domain::seal::note::Key;
use kepu_domain::seal::proof::{self, Proven, Refusal};
use kepu_domain::seal::wording::given_twice;
use kepu_domain::text::Lang;

use super::keys::holds;
use crate::score_cli::LangArg;

/// A file is no larger, nor is all that an archive holds: a proof has some thousand bytes, and a life of credit is some megabytes.
const LARGEST: u64 = 1 << 26;
/// Of a file in an archive no more is unpacked.
const LARGEST_MEMBER: u64 = 1 << 24;
/// So many files are in an archive at most.
const MOST_MEMBERS: usize = 10_000;

/// Flags of `kepu verify-proof`.
///
/// Exit status: 0 all is proven; 1 something proves nothing, and the reason is told; 2 a file or key cannot be read.
#[derive(Debug, Args)]
pub struct VerifyProofArgs {
    /// The proofs, as they were downloaded: single ones, the ZIP of several, or several in one file as older downloads are.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The public key (kepu/…+…+…), or a file with one a line. Where keys were replaced, give each.
    #[arg(long, value_name = "PUBLICKEY", required = true)]
    key: Vec<String>,
    /// Language of the answer.
    #[arg(long, value_enum, default_value_t = LangArg::Zh, env = "KEPU_LANG")]
    lang: LangArg,
}

/// Checks the files.
///
/// # Errors
/// None: what cannot be read is told.
pub fn verify_proof(args: &VerifyProofArgs) -> anyhow::Result<ExitCode> {
    let mut judged = Judged::default();
    for text in &args.key {
        match keys_of(text) {
            Ok(Some(found)) => judged.keys.extend(found),
            Ok(None) => {
                eprintln!("kepu: {text} is neither a public key (kepu/…+…+…) nor a file of them");
                return Ok(ExitCode::from(2));
            }
            Err(error) => {
                eprintln!("kepu: {error:#}");
                return Ok(ExitCode::from(2));
            }
        }
    }
    for path in &args.files {
        if let Err(error) = judged.file(path) {
            eprintln!("kepu: {} cannot be read: {error:#}", path.display());
            return Ok(ExitCode::from(2));
        }
    }
    let lang = Lang::from(args.lang);
    let Judged { texts, proven, mut refusals, .. } = judged;
    if texts == 0 {
        refusals.push((String::new(), Refusal::NoProof));
    }
    for (name, refusal) in &refusals {
        let place = if texts > 1 { format!("{name}: ") } else { String::new() };
        println!("{place}{} [{}]", refusal.text(lang), refusal.code());
    }
    if !refusals.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    match proof::together(proven) {
        Ok(ledgers) => {
            ledgers.iter().for_each(|ledger| print!("{}", ledger.text(lang)));
            Ok(ExitCode::SUCCESS)
        }
        Err(entry) => {
            println!("{} [twice]", given_twice(entry, lang));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What came of the proofs so far. Each is judged when it is read and then let go, whatever an archive unpacks to.
#[derive(Default)]
struct Judged {
    keys: Vec<Key>,
    texts: usize,
    proven: Vec<Proven>,
    /// With the name of what is refused.
    refusals: Vec<(String, Refusal)>,
}

impl Judged {
    /// A file, or what is packed in it.
    fn file(&mut self, path: &Path) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if too_large(&bytes, LARGEST) {
            bail!("it has more than {} MiB, which no file of proofs has", LARGEST >> 20);
        }
        let name = path.display().to_string();
        if bytes.starts_with(b"PK") {
            return self.archive(&name, bytes);
        }
        self.text(name, &bytes);
        Ok(())
    }

    fn archive(&mut self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
        if archive.len() > MOST_MEMBERS {
            let many = archive.len();
            bail!("{many} files are packed in it, more than {MOST_MEMBERS}; give them in several archives");
        }
        let (mut left, mut unpacked) = (LARGEST, Vec::new());
        for at in 0..archive.len() {
            let file = archive.by_index(at)?;
            if file.is_dir() {
                continue;
            }
            let member = file.name()?.into_owned();
            unpacked.clear();
            let most = left.min(LARGEST_MEMBER);
            file.take(most + 1).read_to_end(&mut unpacked)?;
            if too_large(&unpacked, LARGEST_MEMBER) {
                bail!("{member} unpacks to more than {} MiB, which no proof has", LARGEST_MEMBER >> 20);
            }
            if too_large(&unpacked, left) {
                bail!("it unpacks to more than {} MiB; give the proofs in several archives", LARGEST >> 20);
            }
            left -= unpacked.len() as u64;
            self.text(format!("{name}: {member}"), &unpacked);
        }
        Ok(())
    }

    fn text(&mut self, name: String, bytes: &[u8]) {
        self.texts += 1;
        match proof::verify(&String::from_utf8_lossy(bytes), &self.keys, &holds) {
            Ok(file) => self.proven.push(file),
            Err(refusal) => self.refusals.push((name, refusal)),
        }
    }
}

fn too_large(bytes: &[u8], most: u64) -> bool {
    bytes.len() as u64 > most
}

/// The keys that a text is, or that the file of this name holds.
fn keys_of(text: &str) -> anyhow::Result<Option<Vec<Key>>> {
    if let Some(key) = Key::parse(text) {
        return Ok(Some(vec![key]));
    }
    let path = Path::new(text);
    if !path.is_file() {
        return Ok(None);
    }
    let file = std::fs::read_to_string(path).with_context(|| format!("cannot read {text}"))?;
    let keys = file.lines().map(str::trim).filter(|line| !line.is_empty()).map(Key::parse).collect::<Option<Vec<_>>>();
    Ok(keys.filter(|keys| !keys.is_empty()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// An archive of so many files of so many zeros each.
    fn archive(files: usize, zeros: usize) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let content = vec![0_u8; zeros];
        for at in 0..files {
            writer.start_file(at.to_string(), zip::write::SimpleFileOptions::default()).expect("a file");
            writer.write_all(&content).expect("written");
        }
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn an_archive_is_unpacked_within_bounds() {
        let (member, whole) = (1 << 24, 4);
        for (files, zeros, expected) in [
            (3, 2000, None),
            (whole, member, None),
            (whole + 1, member, Some("unpacks to more than 64 MiB")),
            (1, member + 1, Some("0 unpacks to more than 16 MiB")),
            (MOST_MEMBERS + 1, 0, Some("10001 files are packed in it, more than 10000")),
        ] {
            let mut judged = Judged::default();
            let said = judged.archive("proofs.zip", archive(files, zeros)).map_err(|error| error.to_string());
            match expected {
                None => assert!(said.is_ok() && judged.refusals.len() == files, "{files} of {zeros}: {said:?}"),
                Some(words) => {
                    assert!(said.as_ref().is_err_and(|told| told.contains(words)), "{files} of {zeros}: {said:?}");
                }
            }
        }
    }
}
