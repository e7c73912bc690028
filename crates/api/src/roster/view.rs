//! What is answered about imports and their rows.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::roster::{Outcome, Refusal, STAFF_GRADE};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::FieldError;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// The word in JSON and SQL.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(word: String) -> Result<Self, String> {
                match word.as_str() { $($word => Ok(Self::$variant),)* _ => Err(format!("unknown word {word:?}")) }
            }
        }
    };
}

words! {
    /// How the file is built.
    Format {
        /// One sheet, XLSX or CSV.
        Sheet = "sheet",
        /// `OneRoster` 1.2 CSV in a zip: everything.
        OnerosterBulk = "oneroster_bulk",
        /// `OneRoster` 1.2 CSV in a zip: changes.
        OnerosterDelta = "oneroster_delta",
    }
}

words! {
    /// What it means not to be in the file.
    Mode {
        /// The file names everybody of its school or district: who is missing leaves.
        Full = "full",
        /// The file names some: nobody leaves.
        Partial = "partial",
        /// The file names changes, also who leaves.
        Delta = "delta",
    }
}

words! {
    /// Where an import stands.
    State {
        /// The file is being read and compared.
        Staging = "staging",
        /// The difference can be read; commit or discard it.
        Staged = "staged",
        /// It is being carried out, in one transaction.
        Committing = "committing",
        /// Done.
        Committed = "committed",
        /// Given up; nothing was changed.
        Discarded = "discarded",
        /// It could not be staged; see `message`. Nothing was changed.
        Failed = "failed",
    }
}

/// How many rows have which outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Counts {
    /// New persons.
    pub added: u64,
    /// Persons of whom something changes.
    pub changed: u64,
    /// Persons who go to another class or school, or come back.
    pub moved: u64,
    /// Persons who leave.
    pub left: u64,
    /// Rows that are not taken.
    pub refused: u64,
    /// Rows that say nothing new.
    pub unchanged: u64,
    /// Persons who are enrolled before the import, in its school or district.
    pub enrolled: u64,
    /// Users of the file who are neither students nor staff of a school, such as guardians.
    pub skipped: u64,
}

impl Counts {
    /// Counts one row.
    pub fn add(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Added => &mut self.added,
            Outcome::Changed => &mut self.changed,
            Outcome::Moved => &mut self.moved,
            Outcome::Left => &mut self.left,
            Outcome::Refused => &mut self.refused,
            Outcome::Unchanged => &mut self.unchanged,
        };
        *counter += 1;
    }
}

/// How far a background job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Rows done.
    pub done: i64,
    /// Rows in all; 0 while the file is being read.
    pub total: i64,
}

/// An import as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct ImportRow {
    pub id: Uuid,
    pub school_id: Option<Uuid>,
    #[sqlx(try_from = "String")]
    pub format: Format,
    #[sqlx(try_from = "String")]
    pub mode: Mode,
    pub file_name: String,
    pub effective_on: NaiveDate,
    pub school_year: i32,
    #[sqlx(try_from = "String")]
    pub state: State,
    pub progress_done: i64,
    pub progress_total: i64,
    pub progress_at: DateTime<Utc>,
    pub counts: Json<Counts>,
    pub message: String,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// An import.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportView {
    /// Identity.
    pub id: Uuid,
    /// The school that it is for; null: the whole district.
    pub school_id: Option<Uuid>,
    /// How the file is built.
    pub format: Format,
    /// What it means not to be in the file.
    pub mode: Mode,
    /// The name of the file.
    pub file_name: String,
    /// Moves close and open enrolments on this day.
    pub effective_on: NaiveDate,
    /// The school year of the classes, named by the year in which it starts.
    pub school_year: i32,
    /// Where it stands.
    pub state: State,
    /// How far the background job has come.
    pub progress: Progress,
    /// How many rows have which outcome.
    pub counts: Counts,
    /// What is worth knowing: columns that were passed over, or why it failed.
    pub message: String,
    /// The account that uploaded it.
    pub created_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was committed, discarded or failed.
    pub finished_at: Option<DateTime<Utc>>,
    /// For If-Match.
    pub version: i64,
}

impl From<ImportRow> for ImportView {
    fn from(row: ImportRow) -> Self {
        Self {
            id: row.id,
            school_id: row.school_id,
            format: row.format,
            mode: row.mode,
            file_name: row.file_name,
            effective_on: row.effective_on,
            school_year: row.school_year,
            state: row.state,
            progress: Progress { done: row.progress_done, total: row.progress_total },
            counts: row.counts.0,
            message: row.message,
            created_by: row.created_by,
            created_at: row.created_at,
            finished_at: row.finished_at,
            version: row.version,
        }
    }
}

/// A row as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct StoredRow {
    pub row_no: i64,
    pub outcome: String,
    pub number: String,
    pub name: String,
    pub person_id: Option<Uuid>,
    pub incoming: serde_json::Value,
    pub detail: serde_json::Value,
    pub kind: Option<String>,
    pub birth_date: Option<NaiveDate>,
    pub sex: Option<String>,
    pub source_id: Option<String>,
    pub school_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub class_name: Option<String>,
}

/// A field of a person that changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    /// The field.
    pub field: String,
    /// What is known.
    pub from: Option<String>,
    /// What it becomes.
    pub to: Option<String>,
}

/// A row of an import.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowView {
    /// The row as a person sees it in the file; those who leave are numbered after the last.
    pub row_no: i64,
    /// `added`, `changed`, `moved`, `left`, `refused`, `unchanged`.
    pub outcome: String,
    /// 学号
    pub number: String,
    /// 姓名
    pub name: String,
    /// The person, if it is one who is known, or will be.
    pub person_id: Option<Uuid>,
    /// `student` or `teacher`.
    pub kind: Option<String>,
    /// Date of birth after the import.
    pub birth_date: Option<NaiveDate>,
    /// Sex after the import.
    pub sex: Option<String>,
    /// Identity in the system that the file comes from.
    pub source_id: Option<String>,
    /// The school in which the row puts the person; null if the person stays where it is.
    pub school_id: Option<Uuid>,
    /// The grade in which the row puts the person.
    pub grade: Option<i32>,
    /// The class in which the row puts the person.
    pub class: Option<String>,
    /// The cells as written, of a refused row.
    #[schema(value_type = Object)]
    pub cells: serde_json::Value,
    /// What changes.
    pub changes: Vec<ChangeView>,
    /// Why the row is refused.
    pub errors: Vec<FieldError>,
}

impl From<StoredRow> for RowView {
    fn from(row: StoredRow) -> Self {
        let refused = row.outcome == Outcome::Refused.word();
        let refusals: Vec<Refusal> =
            if refused { serde_json::from_value(row.detail.clone()).unwrap_or_default() } else { Vec::new() };
        let line = u64::try_from(row.row_no).unwrap_or_default();
        let errors = refusals
            .into_iter()
            .map(|refusal| {
                let Refusal { column, value, code, message } = refusal;
                let message = format!("{value:?} {message}");
                FieldError::new(column.clone(), code, message).value(value).at(line, column)
            })
            .collect();
        Self {
            row_no: row.row_no,
            outcome: row.outcome,
            number: row.number,
            name: row.name,
            person_id: row.person_id,
            kind: row.kind,
            birth_date: row.birth_date,
            sex: row.sex,
            source_id: row.source_id,
            school_id: row.school_id,
            grade: row.grade.filter(|grade| *grade != STAFF_GRADE),
            class: row.class_name,
            cells: row.incoming,
            changes: if refused { Vec::new() } else { serde_json::from_value(row.detail).unwrap_or_default() },
            errors,
        }
    }
}
