//! A sheet as a teacher makes it: one row a person, Chinese or English column names in any order, a title above the
//! header or not, columns that we do not need.

use bytes::Bytes;
use kepu_domain::roster::{Cells, Incoming, Refusal};

use super::{Content, file_error, limits, sheet_error};
use crate::{
    error::{ApiError, FieldError, Result},
    sheet::{Fault, FaultKind, Sheet, plain},
};

/// The columns that are read, each with the names that it may have; of two that are present the earlier name counts.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("school", &["学校", "学校代码", "学校名称", "所在学校", "单位", "单位名称", "school", "schoolcode", "schoolname"]),
    ("grade", &["年级", "所在年级", "grade"]),
    ("class", &["班级", "所在班级", "班级名称", "班别", "班", "class", "classname"]),
    (
        "number",
        &[
            "学号",
            "学籍号",
            "全国学籍号",
            "编号",
            "工号",
            "教职工号",
            "number",
            "studentnumber",
            "studentno",
            "studentid",
            "no",
        ],
    ),
    ("name", &["姓名", "学生姓名", "教师姓名", "name", "studentname", "fullname"]),
    ("birth_date", &["出生日期", "出生年月日", "出生年月", "生日", "birthdate", "birthday", "dateofbirth", "dob"]),
    ("sex", &["性别", "sex", "gender"]),
    ("kind", &["身份", "人员类别", "人员类型", "kind", "role"]),
];

/// Where each column of [`COLUMNS`] stands.
type Layout = [Option<usize>; COLUMNS.len()];

/// A sheet with a sound header.
pub(in crate::roster) struct RosterSheet {
    sheet: Sheet,
    layout: Layout,
    ignored: Vec<String>,
    is_workbook: bool,
}

fn find(header: &[String]) -> std::result::Result<Layout, Vec<FieldError>> {
    let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let mut layout = Layout::default();
    let mut errors = Vec::new();
    for (place, (column, aliases)) in layout.iter_mut().zip(COLUMNS) {
        for alias in aliases {
            let mut at = names.iter().enumerate().filter(|(_, name)| name == alias).map(|(index, _)| index);
            let Some(first) = at.next() else { continue };
            if let Some(second) = at.next() {
                let message =
                    format!("the columns {} and {} are both called {:?}", first + 1, second + 1, header[second]);
                errors.push(FieldError::new(column, "duplicate_column", message));
            }
            *place = Some(first);
            break;
        }
    }
    if errors.is_empty() { Ok(layout) } else { Err(errors) }
}

fn is_header(cells: &[String]) -> bool {
    let names: Vec<String> = cells.iter().map(|name| plain(name)).collect();
    let has = |wanted: &str| {
        COLUMNS
            .iter()
            .any(|(column, aliases)| *column == wanted && names.iter().any(|name| aliases.contains(&name.as_str())))
    };
    has("number") && has("name")
}

impl RosterSheet {
    pub(super) fn open(name: &str, bytes: Bytes, has_school: bool) -> Result<Self> {
        let mut sheet = Sheet::from_bytes(name, bytes, limits()).map_err(|error| sheet_error(&error))?;
        let is_workbook = sheet.worksheets().is_some();
        let (layout, ignored) = {
            let rows = sheet.rows_under(is_header).map_err(|error| sheet_error(&error))?;
            let layout = find(rows.header()).map_err(|errors| {
                ApiError::unprocessable("duplicate_column", "A column stands in the header twice; see errors.")
                    .with_errors(errors)
            })?;
            let mut missing: Vec<FieldError> = Vec::new();
            let [school, grade, class, number, name, _, _, kind] = layout;
            let mut need = |there: bool, column: &str, words: &str| {
                if !there {
                    let message = format!("there is no column {words}; the header must name it");
                    missing.push(FieldError::new(column, "missing_column", message));
                }
            };
            need(number.is_some(), "number", "学号 (number)");
            need(name.is_some(), "name", "姓名 (name)");
            need(class.is_some() || kind.is_some(), "class", "班级 (class)");
            need(grade.is_some() || class.is_some() || kind.is_some(), "grade", "年级 (grade)");
            need(school.is_some() || has_school, "school", "学校 (school), nor was a school chosen for the upload");
            if !missing.is_empty() {
                let found = rows.header().join(", ");
                let detail = format!("The header lacks columns, see errors. Row {} reads: {found}", rows.header_row());
                return Err(ApiError::unprocessable("missing_column", detail).with_errors(missing));
            }
            let ignored: Vec<String> = rows
                .header()
                .iter()
                .enumerate()
                .filter(|(index, name)| !name.is_empty() && !layout.contains(&Some(*index)))
                .map(|(_, name)| name.chars().take(40).collect())
                .collect();
            (layout, ignored)
        };
        Ok(Self { sheet, layout, ignored, is_workbook })
    }

    /// The columns that are passed over.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    pub(super) fn read(&mut self) -> Result<Content> {
        let Self { sheet, layout, is_workbook, .. } = self;
        let rows = sheet.rows_under(is_header).map_err(|error| sheet_error(&error))?;
        let header: Vec<String> = rows.header().to_vec();
        let mut content = Content::default();
        for row in rows {
            let row = row.map_err(|error| sheet_error(&error))?;
            let mut cells = row.cells;
            let mut take = |column: usize| {
                let index = layout.get(column).copied().flatten();
                let text = index.and_then(|index| cells.get_mut(index)).map(std::mem::take).unwrap_or_default();
                if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
            };
            let cells = Cells {
                school: take(0),
                grade: take(1),
                class: take(2),
                number: take(3),
                name: take(4),
                birth_date: take(5),
                sex: take(6),
                kind: take(7),
                ..Cells::default()
            };
            let mut refusals: Vec<Refusal> =
                row.faults.iter().filter_map(|fault| refusal(fault, &header, layout)).collect();
            if *is_workbook && lost_digits(&cells.number) {
                refusals.push(Refusal::new(
                    "number",
                    &cells.number,
                    "digits_lost",
                    "was kept as a number, of which Excel keeps only 15 digits; format the column as text and enter it again",
                ));
            }
            content.rows.push(Incoming { row: row.number, cells, refusals });
        }
        if content.rows.is_empty() {
            return Err(file_error("empty_file", "has a header but no rows"));
        }
        Ok(content)
    }
}

/// Excel keeps 15 digits of a number and shows zeros for the rest.
fn lost_digits(number: &str) -> bool {
    number.len() > 15
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && number.bytes().skip(15).all(|byte| byte == b'0')
}

/// What is wrong with a row as such, unless it is in a column that we do not read.
fn refusal(fault: &Fault, header: &[String], layout: &Layout) -> Option<Refusal> {
    let code = match fault.kind {
        FaultKind::TooManyCells { .. } => "too_many_cells",
        FaultKind::TooFewCells { .. } => "too_few_cells",
        FaultKind::TooWide { .. } => "too_many_columns",
        // The cells of a roster say so themselves.
        FaultKind::ColumnWithoutName { .. } | FaultKind::ShortenedNumber => return None,
        FaultKind::TooLong { .. } => "too_long",
        FaultKind::Nul => "nul_refused",
        FaultKind::FormulaError => "formula_error",
    };
    let mut column = "";
    if let Some(name) = &fault.column {
        let index = header.iter().position(|known| known == name);
        let known = layout.iter().position(|place| place.is_some() && *place == index)?;
        column = COLUMNS.get(known).map_or("", |(column, _)| column);
    }
    let value: String = fault.value.chars().filter(|c| *c != '\0').take(80).collect();
    Some(Refusal::new(column, &value, code, format!("cannot be taken; expected {}", fault.expected().en)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn headers_are_known_by_many_names() {
        let layout =
            find(&header(&["序号", "*姓名（必填）", "Birth date", "学籍号", "学号", "班级", "年 级"])).expect("good");
        assert_eq!(layout, [None, Some(6), Some(5), Some(4), Some(1), Some(2), None, None]);
        assert!(is_header(&header(&["学籍号", "姓 名"])));
        assert!(!is_header(&header(&["第一小学花名册"])));
        let errors = find(&header(&["姓名", "姓名", "学号"])).expect_err("twice");
        assert_eq!(errors[0].code, "duplicate_column");
    }

    #[test]
    fn numbers_that_excel_has_cut_are_noticed() {
        assert!(lost_digits("440305201405020000"));
        assert!(!lost_digits("440305201405020010"));
        assert!(!lost_digits("202601010000000"));
    }
}
