//! `kepu score` and `kepu policy`: the engine without a database.
//!
//! ```text
//! policy + sheets ─▶ input ─▶ (findings? refuse, or skip the bad rows) ─▶ evaluate person by person ─▶ json | csv | table
//! ```

mod bad_rows;
mod csv;
mod finding;
mod header;
mod input;
mod json;
mod needs;
mod policy;
mod score;
mod table;
mod width;

use std::{path::PathBuf, process::ExitCode};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use kepu_domain::{policy::SoftMode, text::Lang};

pub use policy::policy;
pub use score::score;

/// What was given cannot be used: a policy, a file, a row.
const REFUSED: u8 = 2;

const SCORE_HELP: &str = "\
Sheets are CSV (commas, semicolons or tabs; UTF-8, GB18030 or UTF-16) or XLSX (the first visible worksheet), told apart by
their content. Columns may stand in any order; a title may stand above the header. `-` reads standard input.

  records    record_id, person_id, starts_at (2026-03-01, 2026-03-01T09:00 or RFC 3339); as the policy needs them:
             kind, minutes, quantity, activity_id, session_id, host_id, host_level, host_designations (a;b),
             host_designated_from, host_designated_to, contest_id, contest_series, contest_level, award, place,
             places_listed, work_id, team_position, team_size, voluntary, school_day, tags (a;b), session_rank, class_rank,
             grade, school_id, class_id
  people     person_id; kind (student, teacher), grade, birth_date, school_id, class_id, tags (a;b)
  decisions  record_id, rule (of a soft select or limit), decision (waive, enforce)

Without session_rank and class_rank, records of one session are ranked in the order of rows.
Without people, everybody in the records is a person of whom only the id is known.

Wrong rows are reported all at once on standard error, with row (as Excel shows it; in text the line), column, value and
what was expected; nothing is scored then. With --format json they come as {\"errors\":[{\"file\",\"row\",\"column\",\"value\",
\"expected\",\"code\",\"message\"}]}. With --skip-bad the others are scored, and the wrong rows are written to a file with the
columns `row` and `error` added; mended there, that file can be scored as it is.

Exit status: 0 done; 1 the result cannot be written; 2 what was given cannot be used, nothing was scored.";

/// Flags of `kepu score`.
#[derive(Debug, Args)]
#[command(after_long_help = SCORE_HELP)]
pub struct ScoreArgs {
    /// The policy, a YAML file.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// What people did: CSV or XLSX.
    #[arg(long, value_name = "FILE")]
    records: PathBuf,
    /// Who they are: CSV or XLSX. People without records are scored too.
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Score as of this day: later records do not count, and "current" means this day; else the last day of the records.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<NaiveDate>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Print every record with what it earned and why (JSON always has it).
    #[arg(long)]
    explain: bool,
    /// What happens where a soft rule is broken and nobody has decided.
    #[arg(long, value_enum, default_value_t = Soft::Flag)]
    soft: Soft,
    /// What officials decided about soft rules: CSV or XLSX.
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// Score the rest when rows are wrong, and write the wrong ones to a file.
    #[arg(long)]
    skip_bad: bool,
    /// Where --skip-bad writes wrong rows; `<records>.bad-rows.csv` when not given.
    #[arg(long, value_name = "FILE", requires = "skip_bad")]
    bad_rows: Option<PathBuf>,
    /// Language of reasons, headings and messages.
    #[arg(long, value_enum, default_value_t = LangArg::Zh, env = "KEPU_LANG")]
    lang: LangArg,
}

/// What `kepu policy` can do.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check policies and run their cases.
    ///
    /// Problems are printed as `file:line: path: message — help [code]`.
    /// Exit status: 0 all is sound; 1 a case gives something else; 2 a policy is not sound or cannot be read.
    Check {
        /// The policies, YAML files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Language of what is wrong.
        #[arg(long, value_enum, default_value_t = LangArg::Zh, env = "KEPU_LANG")]
        lang: LangArg,
    },
    /// Print the JSON Schema of policies, for editors that complete and check.
    Schema,
    /// Print a policy as numbered sentences.
    Explain {
        /// The policy, a YAML file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Language of the sentences.
        #[arg(long, value_enum, default_value_t = Langs::Both)]
        lang: Langs,
    },
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For programs; everything, with reasons.
    Json,
    /// For spreadsheets, UTF-8 with a byte order mark: a row per person, with --explain a row per record.
    Csv,
    /// For the eye.
    Table,
}

/// What happens where a soft rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Soft {
    /// The record counts and is flagged.
    Flag,
    /// The record counts.
    Waive,
    /// The record is refused or cut.
    Enforce,
}

impl From<Soft> for SoftMode {
    fn from(soft: Soft) -> Self {
        match soft {
            Soft::Flag => Self::Flag,
            Soft::Waive => Self::Waive,
            Soft::Enforce => Self::Enforce,
        }
    }
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Zh => Self::Zh,
            LangArg::En => Self::En,
        }
    }
}

/// One language or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Langs {
    /// 中文
    Zh,
    /// English
    En,
    /// Each in turn.
    Both,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    crate::sheet::day_with_hyphens(text).parse().map_err(|_| "expected a day such as 2026-03-01".to_owned())
}

fn refused() -> ExitCode {
    ExitCode::from(REFUSED)
}
