//! `kepu verify-badge`: whether a badge holds, with nothing but the issuer's keys and status lists as files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Args;
use kepu_domain::text::Lang;

use super::{KeySet, verify};
use crate::clock::Clock;
use crate::score_cli::LangArg;

/// Flags of `kepu verify-badge`.
///
/// Exit status: 0 it holds; 1 it is refused, and the reason is told; 2 a file cannot be read.
#[derive(Debug, Args)]
pub struct VerifyBadgeArgs {
    /// The badge, as it was downloaded.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The issuer's public keys: its jwks.json, or any other list of keys (RFC 7517).
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// A status list, as it was published. Give each that may be needed.
    #[arg(long, value_name = "FILE")]
    status: Vec<PathBuf>,
    /// The moment at which it shall hold; now if left out.
    #[arg(long, value_name = "RFC3339")]
    at: Option<DateTime<Utc>>,
    /// Language of the answer.
    #[arg(long, value_enum, default_value_t = LangArg::Zh, env = "KEPU_LANG")]
    lang: LangArg,
}

/// Checks the file.
///
/// # Errors
/// None: what cannot be read is told.
pub fn verify_badge(args: &VerifyBadgeArgs) -> anyhow::Result<ExitCode> {
    let (badge, keys, lists) = match read(args) {
        Ok(read) => read,
        Err(error) => {
            eprintln!("kepu: {error:#}");
            return Ok(ExitCode::from(2));
        }
    };
    let lang = Lang::from(args.lang);
    match verify(&badge, &keys, &lists, args.at.unwrap_or_else(|| Clock::default().now())) {
        Ok(badge) => {
            let number = badge.number.unwrap_or(badge.id);
            let until = badge.until.map_or_else(|| "–".to_owned(), |until| until.to_string());
            match lang {
                Lang::Zh => {
                    println!("有效：{}，{} 签发，编号 {number}，有效至 {until}", badge.achievement, badge.issuer_name);
                }
                Lang::En => {
                    println!(
                        "valid: {}, issued by {}, number {number}, until {until}",
                        badge.achievement, badge.issuer_name
                    );
                }
            }
            if badge.illustrative {
                println!(
                    "{}",
                    match lang {
                        Lang::Zh => "注意：依据的是示例学分办法，数值仅作示例。",
                        Lang::En => "Note: the policy is illustrative, its values are made up.",
                    }
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) => {
            println!("{} [{}]", refusal.text(lang), refusal.code());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(args: &VerifyBadgeArgs) -> anyhow::Result<(String, KeySet, Vec<String>)> {
    let text =
        |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()));
    let keys = serde_json::from_str(&text(&args.keys)?)
        .with_context(|| format!("{} is no list of keys (jwks.json)", args.keys.display()))?;
    Ok((text(&args.file)?, keys, args.status.iter().map(text).collect::<anyhow::Result<_>>()?))
}
