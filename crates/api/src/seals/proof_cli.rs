//! `kepu verify-proof`: what proofs prove, with nothing but a public key.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use kepu_domain::seal::note::Key;
use kepu_domain::seal::proof::{self, Refusal};
use kepu_domain::seal::wording::given_twice;
use kepu_domain::text::Lang;

use super::keys::holds;
use crate::score_cli::LangArg;

/// Of a file in an archive no more is read: a proof has some thousand bytes.
const LARGEST: u64 = 1 << 24;

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
/// A file of keys cannot be read.
pub fn verify_proof(args: &VerifyProofArgs) -> anyhow::Result<ExitCode> {
    let mut keys = Vec::new();
    for text in &args.key {
        let Some(found) = keys_of(text)? else {
            eprintln!("kepu: {text} is neither a public key (kepu/…+…+…) nor a file of them");
            return Ok(ExitCode::from(2));
        };
        keys.extend(found);
    }
    let mut texts = Vec::new();
    for path in &args.files {
        match texts_of(path) {
            Ok(found) => texts.extend(found),
            Err(error) => {
                eprintln!("kepu: {} cannot be read: {error:#}", path.display());
                return Ok(ExitCode::from(2));
            }
        }
    }
    let lang = Lang::from(args.lang);
    let several = texts.len() > 1;
    let (mut proven, mut refusals) = (Vec::new(), Vec::new());
    for (name, text) in &texts {
        match proof::verify(text, &keys, &holds) {
            Ok(file) => proven.push(file),
            Err(refusal) if several => refusals.push((format!("{name}: "), refusal)),
            Err(refusal) => refusals.push((String::new(), refusal)),
        }
    }
    if texts.is_empty() {
        refusals.push((String::new(), Refusal::NoProof));
    }
    for (place, refusal) in &refusals {
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

/// The texts of a file, with their names: the one that it is, or those that are packed in it.
fn texts_of(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let bytes = std::fs::read(path)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if !bytes.starts_with(b"PK") {
        return Ok(vec![(path.display().to_string(), text(&bytes))]);
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut texts = Vec::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at)?;
        if file.is_dir() {
            continue;
        }
        let name = format!("{}: {}", path.display(), file.name()?);
        let mut unpacked = Vec::new();
        file.take(LARGEST).read_to_end(&mut unpacked)?;
        texts.push((name, text(&unpacked)));
    }
    Ok(texts)
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
