//! Lists that come as a sheet: organizations, designations, competitions, themes of programmes, who takes part in them.
//!
//! ```text
//! stage: file ─▶ sheet (cells by column) ─▶ judge (each row against what is known) ─▶ kept with its outcome
//! fix: cells of a refused row ─▶ all judged again      commit: all judged again; if nothing else came of it, entered
//! ```
//!
//! One file a kind says which columns it has, what a row means and what entering it does ([`organizations`],
//! [`designations`], [`competitions`], [`themes`], [`members`]); all else is shared. A list is judged whole each time, because its rows lean on each
//! other: a code twice, a licence that begins while another still runs.

mod cells;
mod commit;
mod competitions;
mod designations;
mod discard;
mod fix;
mod footer;
mod header;
mod judge;
mod kinds;
mod members;
mod organizations;
mod read;
mod sheet;
mod span;
mod stage;
mod store;
mod template;
mod themes;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::role::Action;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{error::FieldError, organizations::OrganizationKind, programmes::MemberRole, state::AppState};

const TAG: &str = "lists";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(stage::stage_list, read::list_imports))
        .routes(routes!(template::list_template))
        .routes(routes!(read::read_import))
        .routes(routes!(read::list_rows))
        .routes(routes!(fix::fix_row))
        .routes(routes!(commit::commit_list))
        .routes(routes!(discard::discard_list))
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ListKind {
    /// Schools, bases, museums and others of the district.
    Organizations,
    /// Licences and titles that they hold.
    Designations,
    /// Local contests of the district.
    Competitions,
    /// What the months of programmes are about, and what runs beside them.
    Themes,
    /// Who takes part in a programme's year, and as what.
    Members,
}

impl ListKind {
    /// Who may enter such a list may import it.
    fn action(self) -> Action {
        match self {
            Self::Organizations => Action::OrganizationManage,
            Self::Designations => Action::DesignationManage,
            Self::Competitions => Action::CompetitionManage,
            Self::Themes | Self::Members => Action::ProgrammeManage,
        }
    }

    /// The columns that are read.
    fn columns(self) -> &'static [sheet::Column] {
        match self {
            Self::Organizations => organizations::COLUMNS,
            Self::Designations => designations::COLUMNS,
            Self::Competitions => competitions::COLUMNS,
            Self::Themes => themes::COLUMNS,
            Self::Members => members::COLUMNS,
        }
    }

    /// What the header must name beside the required columns, for the upload does not say it for all rows; one column of
    /// each set will do.
    fn asked(self, given: &Given) -> Vec<&'static [&'static str]> {
        let number = (self == Self::Designations && given.number.is_none()).then_some(&["number"][..]);
        let dated = matches!(self, Self::Designations | Self::Competitions) && given.valid_from.is_none();
        // The last day's column may hold both.
        number.into_iter().chain(dated.then_some(&["valid_from", "valid_to"][..])).collect()
    }

    /// Whether what such a list means follows from which programmes its uploader runs, so that nobody else sees it.
    fn is_own(self) -> bool {
        matches!(self, Self::Themes | Self::Members)
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ListState {
    /// What it would do can be read; commit or discard it.
    Staged,
    /// Entered.
    Committed,
    /// Given up; nothing was changed.
    Discarded,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Added,
    /// It is known, and something about it changes.
    Changed,
    /// It is known as it is.
    Unchanged,
    /// It is not taken.
    Refused,
}

impl Outcome {
    /// The word in JSON and SQL.
    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// How many rows have which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ListCounts {
    /// New ones.
    pub added: u64,
    /// Known ones of which something changes.
    pub changed: u64,
    /// Known as they are.
    pub unchanged: u64,
    /// Not taken.
    pub refused: u64,
}

/// What the upload says for every row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Given {
    /// Code of the scheme of designations whose rows name none.
    pub scheme: Option<String>,
    /// Code of the programme of themes whose rows name none.
    pub programme: Option<String>,
    /// Main theme of the edition that is made of a list of themes, if no row says one.
    pub main_theme: Option<String>,
    /// Whether programmes of themes that nobody runs yet are entered, too.
    pub new_programmes: bool,
    /// Kind of the organizations whose rows name none.
    pub organization_kind: Option<OrganizationKind>,
    /// Where the list was published, for rows that do not say.
    pub source: String,
    /// First day of designations and contests whose rows name none.
    pub valid_from: Option<NaiveDate>,
    /// Last day of those whose rows name none.
    pub valid_to: Option<NaiveDate>,
    /// How designations are numbered whose rows have no number: with `{n}` where the number at the row's side stands, or else
    /// its place in the list; with more of these letters, `{nnn}`, zeros before it. It follows at the end if it has no place.
    pub number: Option<String>,
    /// Whether the contests are on a published list, as policies read it.
    pub listed: bool,
    /// The edition of a programme whose members these are.
    pub edition: Option<Uuid>,
    /// What members are whose rows say nothing.
    pub member_role: Option<MemberRole>,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListImportView {
    /// Identity.
    id: Uuid,
    /// What the list is of.
    kind: ListKind,
    /// The name of the file.
    file_name: String,
    /// Where it stands.
    state: ListState,
    /// What the upload says for every row.
    given: Given,
    /// How many rows have which outcome.
    counts: ListCounts,
    /// Columns that were passed over, and other worksheets that look like such a list, as `Name!`.
    ignored: Vec<String>,
    /// How the file was read, where that is not plain: `chinese_commas`, if its cells are divided by `，`; `passed_over 9 合计`
    /// of each row that is a total or a note, with its number and what tells so.
    notes: Vec<String>,
    /// The account that uploaded it.
    created_by: Uuid,
    /// When.
    created_at: DateTime<Utc>,
    /// When it was committed or discarded.
    finished_at: Option<DateTime<Utc>>,
    /// For If-Match.
    version: i64,
}

impl From<store::ImportRow> for ListImportView {
    fn from(row: store::ImportRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            file_name: row.file_name,
            state: row.state,
            given: row.given.0,
            counts: row.counts.0,
            ignored: row.ignored,
            notes: row.notes,
            created_by: row.created_by,
            created_at: row.created_at,
            finished_at: row.finished_at,
            version: row.version,
        }
    }
}

/// Something that changes; of what is new, what the row does not say in these words itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListChange {
    /// The column.
    field: String,
    /// What is known; empty of what is new.
    from: String,
    /// What it becomes.
    to: String,
}

impl ListChange {
    /// What becomes of something new.
    fn new(field: &str, to: impl Into<String>) -> Self {
        Self { field: field.to_owned(), from: String::new(), to: to.into() }
    }
}

/// A row of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListRowView {
    /// The row as a person sees it in the file.
    row_no: i64,
    /// What becomes of it.
    outcome: Outcome,
    /// What it is about.
    label: String,
    /// The cells as written, by column.
    cells: BTreeMap<String, String>,
    /// What changes.
    changes: Vec<ListChange>,
    /// Why it is refused.
    errors: Vec<FieldError>,
}

impl From<store::StoredRow> for ListRowView {
    fn from(row: store::StoredRow) -> Self {
        let (changes, errors) = match row.outcome {
            Outcome::Refused => (Vec::new(), serde_json::from_value(row.detail).unwrap_or_default()),
            _ => (serde_json::from_value(row.detail).unwrap_or_default(), Vec::new()),
        };
        let Json(cells) = row.cells;
        Self { row_no: row.row_no, outcome: row.outcome, label: row.label, cells, changes, errors }
    }
}
