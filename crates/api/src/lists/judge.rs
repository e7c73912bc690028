//! What becomes of each row, and what entering it means.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Given, ListChange, ListCounts, ListKind, Outcome, cells::Cells, competitions, designations, members, organizations,
    store::StoredRow, themes,
};
use crate::{
    auth::Actor,
    competitions::store::Competition,
    designations::store::Designation,
    error::{FieldError, Result},
    organizations::store::Organization,
    programmes::{
        MemberRole,
        store::{Edition, Programme, Strand, Theme},
    },
    tenancy::Tx,
};

/// A row that is to be judged.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) row_no: i64,
    pub(super) cells: Cells,
    /// What is wrong with the row as such.
    pub(super) faults: Vec<FieldError>,
}

impl Row {
    pub(super) fn number(&self) -> u64 {
        u64::try_from(self.row_no).unwrap_or_default()
    }
}

impl From<StoredRow> for Row {
    fn from(row: StoredRow) -> Self {
        Self { row_no: row.row_no, cells: row.cells.0, faults: row.faults.0 }
    }
}

/// What entering a row does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Nothing.
    None,
    /// Registers an organization.
    AddOrganization(Box<Organization>),
    /// Changes one.
    ChangeOrganization(Box<Organization>),
    /// Grants a designation; to a professional with this post, who is entered if not known.
    Grant { row: Box<Designation>, post: String },
    /// Adds a contest.
    AddCompetition(Box<Competition>),
    /// Changes one.
    ChangeCompetition(Box<Competition>),
    /// Adds a part of a programme's year, and before it the edition and the programme if there is none.
    AddPart { programme: Option<Box<Programme>>, edition: Option<Box<Edition>>, part: Part },
    /// Changes one.
    ChangePart(Part),
    /// Gives an organization roles in an edition, whose member it is with others already or not yet.
    AddMember { edition: Uuid, organization: Uuid, roles: Vec<MemberRole>, known: bool },
}

/// A part of an edition.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Theme(Box<Theme>),
    Strand(Box<Strand>),
}

/// What a row means.
pub(super) struct Meaning {
    pub(super) label: String,
    /// What entering it does, or all that is wrong with it, its faults as such among that.
    pub(super) verdict: std::result::Result<Taken, Vec<FieldError>>,
}

/// A row that is taken.
pub(super) struct Taken {
    pub(super) changes: Vec<ListChange>,
    pub(super) act: Act,
}

impl Taken {
    fn outcome(&self) -> Outcome {
        match self.act {
            Act::None => Outcome::Unchanged,
            Act::AddOrganization(_)
            | Act::Grant { .. }
            | Act::AddCompetition(_)
            | Act::AddPart { .. }
            | Act::AddMember { known: false, .. } => Outcome::Added,
            Act::ChangeOrganization(_)
            | Act::ChangeCompetition(_)
            | Act::ChangePart(_)
            | Act::AddMember { known: true, .. } => Outcome::Changed,
        }
    }
}

/// A judged row.
pub(super) struct Judged {
    pub(super) row: Row,
    pub(super) label: String,
    pub(super) outcome: Outcome,
    /// What changes, or the errors.
    pub(super) detail: Value,
    pub(super) act: Act,
}

/// Judges all rows of a list against what the district knows now, and what the actor may enter.
pub(super) async fn judge(
    tx: &mut Tx,
    actor: &Actor,
    kind: ListKind,
    given: &Given,
    now: DateTime<Utc>,
    rows: Vec<Row>,
) -> Result<Vec<Judged>> {
    let meanings = match kind {
        ListKind::Organizations => organizations::judge(tx, now, given, &rows).await?,
        ListKind::Designations => designations::judge(tx, now, given, &rows).await?,
        ListKind::Competitions => competitions::judge(tx, now, given, &rows).await?,
        ListKind::Themes => themes::judge(tx, actor, now, given, &rows).await?,
        ListKind::Members => members::judge(tx, actor, given, &rows).await?,
    };
    Ok(rows.into_iter().zip(meanings).map(|(row, meaning)| judged(row, meaning)).collect())
}

fn judged(row: Row, meaning: Meaning) -> Judged {
    let Meaning { label, verdict } = meaning;
    match verdict {
        Ok(taken) => Judged { row, label, outcome: taken.outcome(), detail: json!(taken.changes), act: taken.act },
        Err(errors) => Judged { row, label, outcome: Outcome::Refused, detail: json!(errors), act: Act::None },
    }
}

/// How many there are of each.
pub(super) fn counts(judged: &[Judged]) -> ListCounts {
    let mut counts = ListCounts::default();
    for one in judged {
        let counter = match one.outcome {
            Outcome::Added => &mut counts.added,
            Outcome::Changed => &mut counts.changed,
            Outcome::Unchanged => &mut counts.unchanged,
            Outcome::Refused => &mut counts.refused,
        };
        *counter += 1;
    }
    counts
}

/// What a new text changes; nothing if the cell is empty, for lists leave out what they do not care about.
pub(super) fn change(changes: &mut Vec<ListChange>, field: &str, known: &mut String, new: Option<String>) {
    if let Some(new) = new.filter(|new| new != known) {
        changes.push(ListChange { field: field.to_owned(), from: known.clone(), to: new.clone() });
        *known = new;
    }
}

/// What becomes of something new, if the row does not say it in these words itself.
pub(super) fn tell(changes: &mut Vec<ListChange>, row: &Row, field: &str, value: Option<&str>) {
    let said = row.cells.get(field).map(|text| text.trim()).unwrap_or_default();
    if let Some(value) = value.filter(|value| *value != said) {
        changes.push(ListChange::new(field, value));
    }
}
