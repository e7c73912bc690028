//! What a ready report is: sections of rows, whatever they are about. Pages, files and packs are made from it alone.

use chrono::NaiveDate;
use kepu_domain::credit::Credit;
use kepu_domain::settlement::yuan;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Kind as ReportKind;
use crate::reports::frame::About;
use crate::reports::records::NO_HOST;
use crate::reports::table::{Cell, Column, HIDDEN, Kind, share_text};

/// A report, before it takes a form.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Which one.
    pub kind: ReportKind,
    /// What it is called.
    pub title: String,
    /// What there is to know about its numbers.
    pub notes: Vec<String>,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A table of a report.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its word.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Its columns, each with its word.
    pub columns: Vec<(&'static str, Column)>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What is drawn of it: the column that names a row, and those that are drawn.
    pub chart: Option<(usize, Vec<usize>)>,
}

/// A row, and where its records are.
#[derive(Debug, Clone)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// What it is of.
    pub of: Option<Of>,
}

/// What a row is of, so that it can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RowOf)]
pub struct Of {
    /// Of what sort.
    pub sort: Sort,
    /// Which one; null where the number is enough.
    pub id: Option<Uuid>,
    /// The grade, of a grade.
    pub grade: Option<i32>,
    /// The level of contests, of a level.
    pub level: Option<String>,
    /// The requirement that its counts are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Its word: a category, rule, sex, kind of exception; the name of an attribute; the theme, or `none`; `none` where a host
    /// is that of records without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// The value of an attribute; left out of those who have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The first day of a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<NaiveDate>,
}

/// What rows are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RowSort)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// An organization that hosts.
    Host,
    /// A school.
    School,
    /// A class.
    Class,
    /// A grade.
    Grade,
    /// A session.
    Session,
    /// A person.
    Person,
    /// An activity.
    Activity,
    /// An edition of a programme.
    Edition,
    /// A competition.
    Competition,
    /// A level of contests.
    Level,
    /// A category of the policy.
    Category,
    /// A rule of the policy.
    Rule,
    /// A sex.
    Sex,
    /// Schools with a value of an attribute.
    Attribute,
    /// A theme of an edition.
    Theme,
    /// A month.
    Month,
    /// A kind of exceptions.
    Cause,
    /// An exception.
    Exception,
    /// All that the report is of.
    Whole,
}

impl Sort {
    /// A row of this sort.
    pub fn of(self, id: Uuid) -> Of {
        Of { id: Some(id), ..self.whole() }
    }

    /// A row of this sort that is told by a word.
    pub fn named(self, word: impl Into<String>) -> Of {
        Of { word: Some(word.into()), ..self.whole() }
    }

    fn whole(self) -> Of {
        Of { sort: self, id: None, grade: None, level: None, requirement: None, word: None, value: None, month: None }
    }
}

impl Of {
    /// A row of a grade.
    pub fn grade(grade: Option<i32>) -> Self {
        Self { grade, ..Sort::Grade.whole() }
    }

    /// A row of a level of contests.
    pub fn level(level: String) -> Self {
        Self { level: Some(level), ..Sort::Level.whole() }
    }

    /// A row of a host, or of what has none.
    pub fn host(host: Option<Uuid>) -> Self {
        host.map_or_else(|| Sort::Host.named(NO_HOST), |id| Sort::Host.of(id))
    }

    /// The row of all that the report is of.
    pub fn whole() -> Self {
        Sort::Whole.whole()
    }

    /// A row of a month.
    pub fn month(month: NaiveDate) -> Self {
        Self { month: Some(month), ..Sort::Month.whole() }
    }

    /// The same, its counts being about a requirement.
    #[must_use]
    pub fn asking(self, requirement: &str) -> Self {
        Self { requirement: Some(requirement.to_owned()), ..self }
    }
}

impl Section {
    /// A section without rows.
    pub fn new(key: impl Into<String>, title: impl Into<String>, columns: Vec<(&'static str, Column)>) -> Self {
        Self { key: key.into(), title: title.into(), columns, rows: Vec::new(), chart: None }
    }

    /// Adds a row.
    pub fn push(&mut self, cells: Vec<Cell>, of: Option<Of>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(Row { cells, of });
    }

    /// Draws these columns, named by the first one.
    #[must_use]
    pub fn drawn(mut self, keys: &[&str]) -> Self {
        let at = |key: &&str| self.columns.iter().position(|(word, _)| word == key);
        self.chart = Some((0, keys.iter().filter_map(at).collect()));
        self
    }

    /// The sums of the columns that are summed; nothing where no column is, or something in it is hidden.
    pub fn totals(&self) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(self.columns.len());
        for (at, (_, column)) in self.columns.iter().enumerate() {
            let values = self.rows.iter().filter_map(|row| row.cells.get(at));
            let hidden = values.clone().any(|cell| *cell == Cell::Hidden);
            let sum = values.fold(0_i64, |sum, cell| match cell {
                Cell::Count(value) | Cell::Credit(value) | Cell::Money(value) => sum.saturating_add(*value),
                _ => sum,
            });
            cells.push(match column.kind {
                _ if !column.summed || hidden => Cell::Empty,
                Kind::Credit => Cell::Credit(sum),
                Kind::Money => Cell::Money(sum),
                _ => Cell::Count(sum),
            });
        }
        cells
    }

    /// Whether any column is summed.
    pub fn is_summed(&self) -> bool {
        self.columns.iter().any(|(_, column)| column.summed)
    }
}

/// A cell as the pages have it: counts are numbers, decimals and days are text.
pub fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Count(count) => (*count).into(),
        other => text(other).into(),
    }
}

/// A cell in words.
pub fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Credit(milli) => Credit::from_milli(*milli).to_string(),
        Cell::Share(share) => share_text(*share),
        Cell::Day(day) => day.to_string(),
        Cell::Money(fen) => yuan(*fen),
        Cell::Hidden => HIDDEN.to_owned(),
    }
}

/// A ready report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReadyReport {
    /// Place, period, policy, time of the data.
    #[serde(flatten)]
    pub about: About,
    /// Which one.
    pub kind: ReportKind,
    /// What it is called.
    pub title: String,
    /// What there is to know about its numbers.
    pub notes: Vec<String>,
    /// The day at whose end it tells how persons stand, where that is not the time of the data.
    pub stood_on: Option<NaiveDate>,
    /// Its tables.
    pub sections: Vec<SectionView>,
}

/// A table of a ready report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReadySection)]
pub struct SectionView {
    /// Its word.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// Its rows.
    pub rows: Vec<RowView>,
    /// Sums, a cell for each column; null where nothing is summed.
    pub totals: Option<Vec<Value>>,
    /// Columns that are worth drawing, by their words.
    pub drawn: Vec<String>,
}

/// A column of a ready report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReadyColumn)]
pub struct ColumnView {
    /// Its word.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// What its cells hold.
    pub kind: ColumnKind,
}

/// What cells hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReadyColumnKind)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// A whole number.
    Count,
    /// Credit, a decimal in a string.
    Credit,
    /// A share with four places, in a string.
    Share,
    /// A day.
    Day,
    /// Yuan with two places, in a string.
    Money,
}

/// A row of a ready report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReadyRow)]
pub struct RowView {
    /// A cell for each column: text, a number, null for nothing, `*` for what is of too few persons to be shown.
    pub cells: Vec<Value>,
    /// What it is of.
    pub of: Option<Of>,
}

impl From<&Section> for SectionView {
    fn from(section: &Section) -> Self {
        let kind = |kind| match kind {
            Kind::Text => ColumnKind::Text,
            Kind::Count => ColumnKind::Count,
            Kind::Credit => ColumnKind::Credit,
            Kind::Share => ColumnKind::Share,
            Kind::Day => ColumnKind::Day,
            Kind::Money => ColumnKind::Money,
        };
        let view = |(key, column): &(&'static str, Column)| ColumnView {
            key: (*key).to_owned(),
            title: column.title.clone(),
            kind: kind(column.kind),
        };
        let drawn = section.chart.iter().flat_map(|(_, values)| values);
        Self {
            key: section.key.clone(),
            title: section.title.clone(),
            columns: section.columns.iter().map(view).collect(),
            rows: section
                .rows
                .iter()
                .map(|row| RowView { cells: row.cells.iter().map(value).collect(), of: row.of.clone() })
                .collect(),
            totals: section.is_summed().then(|| section.totals().iter().map(value).collect()),
            drawn: drawn.filter_map(|at| section.columns.get(*at)).map(|(key, _)| (*key).to_owned()).collect(),
        }
    }
}
