//! Lists that come as a sheet: organizations, designations, competitions, themes of programmes.
//!
//! ```text
//! stage: file ─▶ sheet (cells by column) ─▶ judge (each row against what is known) ─▶ kept with its outcome
//! fix: cells of a refused row ─▶ all judged again      commit: all judged again; if nothing else came of it, entered
//! ```
//!
//! One file a kind says which columns it has, what a row means and what entering it does ([`organizations`],
//! [`designations`], [`competitions`], [`themes`]); all else is shared. A list is judged whole each time, because its rows lean on each
//! other: a code twice, a licence that begins while another still runs.

mod cells;
mod commit;
mod competitions;
mod designations;
mod discard;
mod fix;
mod judge;
mod organizations;
mod read;
mod sheet;
mod stage;
mod store;
mod template;
mod themes;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kepu_domain::role::Action;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{error::FieldError, organizations::OrganizationKind, state::AppState};

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
}

impl ListKind {
    /// Who may enter such a list may import it.
    fn action(self) -> Action {
        match self {
            Self::Organizations => Action::OrganizationManage,
            Self::Designations => Action::DesignationManage,
            Self::Competitions => Action::CompetitionManage,
            Self::Themes => Action::ProgrammeManage,
        }
    }

    /// The columns that are read.
    fn columns(self) -> &'static [sheet::Column] {
        match self {
            Self::Organizations => organizations::COLUMNS,
            Self::Designations => designations::COLUMNS,
            Self::Competitions => competitions::COLUMNS,
            Self::Themes => themes::COLUMNS,
        }
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
            created_by: row.created_by,
            created_at: row.created_at,
            finished_at: row.finished_at,
            version: row.version,
        }
    }
}

/// Something that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListChange {
    /// The column.
    field: String,
    /// What is known.
    from: String,
    /// What it becomes.
    to: String,
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
