//! `kepu verify-proof`: what a file of proofs proves, with nothing but a public key.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use kepu_domain::seal::note::Key;
use kepu_domain::seal::proof;
use kepu_domain::text::Lang;

use super::keys::holds;
use crate::score_cli::LangArg;

/// Flags of `kepu verify-proof`.
///
/// Exit status: 0 it is proven; 1 it proves nothing, and the reason is told; 2 a file or key cannot be read.
#[derive(Debug, Args)]
pub struct VerifyProofArgs {
    /// The proofs, as they were downloaded.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The public key (kepu/…+…+…), or a file with one a line. Where keys were replaced, give each.
    #[arg(long, value_name = "PUBLICKEY", required = true)]
    key: Vec<String>,
    /// Language of the answer.
    #[arg(long, value_enum, default_value_t = LangArg::Zh, env = "KEPU_LANG")]
    lang: LangArg,
}

/// Checks the file.
///
/// # Errors
/// A file cannot be read.
pub fn verify_proof(args: &VerifyProofArgs) -> anyhow::Result<ExitCode> {
    let mut keys = Vec::new();
    for text in &args.key {
        let Some(found) = keys_of(text)? else {
            eprintln!("kepu: {text} is neither a public key (kepu/…+…+…) nor a file of them");
            return Ok(ExitCode::from(2));
        };
        keys.extend(found);
    }
    let file = match std::fs::read(&args.file) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            eprintln!("kepu: {} cannot be read: {error}", args.file.display());
            return Ok(ExitCode::from(2));
        }
    };
    let lang = Lang::from(args.lang);
    match proof::verify(&file, &keys, &holds) {
        Ok(proven) => {
            print!("{}", proven.text(lang));
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) => {
            println!("{} [{}]", refusal.text(lang), refusal.code());
            Ok(ExitCode::FAILURE)
        }
    }
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
