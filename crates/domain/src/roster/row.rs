//! A row of a roster: from the text of its cells to what it says, or to every reason why it cannot be taken.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    STAFF_CLASS, STAFF_GRADE,
    cell::{self, CellError, Sex},
};
use crate::person::PersonKind;

/// The cells of a row as they were written. Blank says nothing: what is known stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cells {
    /// 学校, code or name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub school: String,
    /// 年级
    #[serde(skip_serializing_if = "String::is_empty")]
    pub grade: String,
    /// 班级
    #[serde(skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// 学号
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// 姓名
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 出生日期
    #[serde(skip_serializing_if = "String::is_empty")]
    pub birth_date: String,
    /// 性别
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sex: String,
    /// 身份: student or teacher; student if blank.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The row's identity in the system that it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_id: String,
    /// The class's identity in the system that it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub class_source_id: String,
    /// Not present any more, in a file of changes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub leaves: bool,
    /// A file of changes: a blank place means that it did not change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keeps_place: bool,
}

/// A row of a file, not read yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Row as its reader counts it.
    pub row: u64,
    /// What it says.
    pub cells: Cells,
    /// What the reader of the file found wrong already.
    pub refusals: Vec<Refusal>,
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl Refusal {
    /// A reason.
    pub fn new(column: &str, value: &str, code: &str, message: impl Into<String>) -> Self {
        Self { column: column.to_owned(), value: value.to_owned(), code: code.to_owned(), message: message.into() }
    }
}

/// All that is wrong with a row.
pub type Faults = Vec<Refusal>;

/// What a row wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The person is there.
    Present,
    /// The person is not there any more.
    Leave,
}

/// Where a person belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The school.
    pub school: Uuid,
    /// The grade.
    pub grade: i32,
    /// The class's name within the grade.
    pub class: String,
    /// The class's identity in the system that the roster comes from.
    pub class_source: Option<String>,
}

/// What a row says, once read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Row as its reader counts it.
    pub row: u64,
    /// Student or teacher.
    pub kind: PersonKind,
    /// Empty only where the source's identity says who it is.
    pub number: String,
    /// Empty only where the source's identity says who it is.
    pub name: String,
    /// None: says nothing.
    pub birth_date: Option<NaiveDate>,
    /// None: says nothing.
    pub sex: Option<Sex>,
    /// Identity in the system that the roster comes from.
    pub source_id: Option<String>,
    /// None: stays where it is.
    pub place: Option<Place>,
    /// What the row wants.
    pub wish: Wish,
}

/// The schools that a file may name.
#[derive(Debug, Clone, Default)]
pub struct SchoolList {
    by_word: HashMap<String, Option<Uuid>>,
    only: Option<Uuid>,
}

impl SchoolList {
    /// No schools; with `only`, rows may leave the column blank and may name no other.
    pub fn new(only: Option<Uuid>) -> Self {
        Self { by_word: HashMap::new(), only }
    }

    /// Adds a code or name of a school. One that two schools share stands for neither.
    pub fn add(&mut self, word: &str, school: Uuid) {
        let word = cell::fold(word).to_lowercase();
        if !word.is_empty() {
            self.by_word
                .entry(word)
                .and_modify(|known| {
                    if *known != Some(school) {
                        *known = None;
                    }
                })
                .or_insert(Some(school));
        }
    }

    /// The school of a cell.
    pub fn find(&self, text: &str) -> Result<Uuid, CellError> {
        let word = cell::fold(text);
        let refuse = |code, message: &str| Err(CellError { code, message: message.to_owned() });
        if word.is_empty() {
            return self.only.map_or_else(
                || {
                    refuse(
                        "required",
                        "is empty; write the school's code or name, or say in the upload which school it is",
                    )
                },
                Ok,
            );
        }
        match self.by_word.get(&word).copied().or_else(|| self.by_word.get(&word.to_lowercase()).copied()) {
            Some(Some(school)) if self.only.is_some_and(|only| only != school) => {
                refuse("other_school", "is another school than the one that this import is for")
            }
            Some(Some(school)) => Ok(school),
            Some(None) => refuse("ambiguous_school", "is the name of several schools; write the code"),
            None => refuse("unknown_school", "is no school of this district; write its code or its full name"),
        }
    }
}

fn kind(text: &str) -> Result<PersonKind, CellError> {
    match cell::fold(text).to_ascii_lowercase().as_str() {
        "" | "student" | "学生" | "幼儿" => Ok(PersonKind::Student),
        "teacher" | "教师" | "老师" | "教职工" => Ok(PersonKind::Teacher),
        _ => Err(CellError { code: "invalid_kind", message: "must be 学生 or 教师 (student, teacher)".to_owned() }),
    }
}

struct Reader {
    faults: Faults,
}

impl Reader {
    fn take<T>(&mut self, column: &str, text: &str, read: Result<T, CellError>) -> Option<T> {
        read.map_err(|error| {
            // What cannot be stored must not be repeated either.
            let shown: String = text.chars().filter(|c| *c != '\0').take(80).collect();
            self.faults.push(Refusal {
                column: column.into(),
                value: shown,
                code: error.code.into(),
                message: error.message,
            });
        })
        .ok()
    }
}

/// Reads a row. `effective_on` is the day that ages are judged by.
pub fn read_row(row: u64, cells: &Cells, schools: &SchoolList, effective_on: NaiveDate) -> Result<Entry, Faults> {
    let mut reader = Reader { faults: Vec::new() };
    for (column, text) in [
        ("school", &cells.school),
        ("grade", &cells.grade),
        ("class", &cells.class),
        ("number", &cells.number),
        ("name", &cells.name),
        ("birth_date", &cells.birth_date),
        ("sex", &cells.sex),
        ("kind", &cells.kind),
        ("source_id", &cells.source_id),
        ("class_source_id", &cells.class_source_id),
    ] {
        if text.contains('\0') {
            let refused = Err(CellError { code: "nul_refused", message: "must not hold the character U+0000".into() });
            reader.take::<()>(column, text, refused);
        }
    }
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }

    let kind = reader.take("kind", &cells.kind, kind(&cells.kind)).unwrap_or_default();
    let staff = kind == PersonKind::Teacher;
    let source_id = Some(cell::fold(&cells.source_id)).filter(|id| !id.is_empty());
    if source_id.as_ref().is_some_and(|id| id.chars().count() > 255) {
        reader.faults.push(Refusal::new("source_id", "", "too_long", "is longer than 255 characters"));
    }
    // In a file of changes the source's identity is enough.
    let known_by_source = source_id.is_some() && (cells.keeps_place || cells.leaves);
    let optional = |text: &str| known_by_source && cell::fold(text).is_empty();

    let number = if optional(&cells.number) {
        String::new()
    } else {
        reader.take("number", &cells.number, cell::number(&cells.number)).unwrap_or_default()
    };
    let name = if optional(&cells.name) {
        String::new()
    } else {
        reader.take("name", &cells.name, cell::name(&cells.name)).unwrap_or_default()
    };
    let birth_date = (!cell::fold(&cells.birth_date).is_empty())
        .then(|| reader.take("birth_date", &cells.birth_date, cell::birth_date(&cells.birth_date, effective_on, staff)))
        .flatten();
    let sex =
        (!cell::fold(&cells.sex).is_empty()).then(|| reader.take("sex", &cells.sex, cell::sex(&cells.sex))).flatten();
    let place = if cells.leaves { None } else { place(cells, staff, schools, &mut reader) };

    if reader.faults.is_empty() {
        let wish = if cells.leaves { Wish::Leave } else { Wish::Present };
        Ok(Entry { row, kind, number, name, birth_date, sex, source_id, place, wish })
    } else {
        Err(reader.faults)
    }
}

fn place(cells: &Cells, staff: bool, schools: &SchoolList, reader: &mut Reader) -> Option<Place> {
    let blank = |text: &str| cell::fold(text).is_empty();
    if cells.keeps_place && blank(&cells.class) && (blank(&cells.school) || !staff) {
        return None;
    }
    let school = reader.take("school", &cells.school, schools.find(&cells.school));
    if staff {
        return Some(Place { school: school?, grade: STAFF_GRADE, class: STAFF_CLASS.to_owned(), class_source: None });
    }
    let class = reader.take("class", &cells.class, cell::class(&cells.class));
    let within = class.as_ref().and_then(|(grade, _)| *grade);
    let grade = match within {
        Some(grade) if blank(&cells.grade) => Some(grade),
        within => {
            let grade = reader.take("grade", &cells.grade, cell::grade(&cells.grade));
            if let (Some(grade), Some(within)) = (grade, within)
                && grade != within
            {
                let message = format!("names grade {within}, but the column grade says {grade}");
                let refused = Err(CellError { code: "contradiction", message });
                reader.take::<()>("class", &cells.class, refused);
            }
            grade
        }
    };
    let class_source = Some(cell::fold(&cells.class_source_id)).filter(|id| !id.is_empty());
    Some(Place { school: school?, grade: grade?, class: class?.1, class_source })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn schools() -> SchoolList {
        let mut schools = SchoolList::new(None);
        schools.add("S1", Uuid::from_u128(1));
        schools.add("第一小学", Uuid::from_u128(1));
        schools.add("S2", Uuid::from_u128(2));
        schools.add("实验小学", Uuid::from_u128(1));
        schools.add("实验小学", Uuid::from_u128(2));
        schools
    }

    fn cells(school: &str, grade: &str, class: &str) -> Cells {
        Cells {
            school: school.into(),
            grade: grade.into(),
            class: class.into(),
            number: "1".into(),
            name: "张三".into(),
            ..Cells::default()
        }
    }

    fn day() -> NaiveDate {
        "2026-09-01".parse().expect("a date")
    }

    #[rstest]
    #[case(cells("s1", "5", "3"), 1, 5, "3")]
    #[case(cells("第一小学", "", "五(3)班"), 1, 5, "3")]
    #[case(cells("S2", "五年级", "五年级三班"), 2, 5, "3")]
    fn a_place_is_read(#[case] cells: Cells, #[case] school: u128, #[case] grade: i32, #[case] class: &str) {
        let entry = read_row(2, &cells, &schools(), day()).expect("it is good");
        let place = entry.place.expect("a place");
        assert_eq!((place.school, place.grade, place.class.as_str()), (Uuid::from_u128(school), grade, class));
    }

    #[rstest]
    #[case(cells("S9", "5", "3"), &[("school", "unknown_school")])]
    #[case(cells("实验小学", "5", "3"), &[("school", "ambiguous_school")])]
    #[case(cells("", "5", "3"), &[("school", "required")])]
    #[case(cells("S1", "", "3"), &[("grade", "required")])]
    #[case(cells("S1", "6", "五(3)班"), &[("class", "contradiction")])]
    #[case(cells("S9", "77", ""), &[("school", "unknown_school"), ("class", "required"), ("grade", "out_of_range")])]
    #[case(Cells { name: "张\0三".into(), ..cells("S1", "5", "3") }, &[("name", "nul_refused")])]
    #[case(Cells { kind: "校长".into(), ..cells("S1", "5", "3") }, &[("kind", "invalid_kind")])]
    fn every_fault_is_told(#[case] cells: Cells, #[case] expected: &[(&str, &str)]) {
        let faults = read_row(2, &cells, &schools(), day()).expect_err("it is bad");
        let told: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.column.as_str(), fault.code.as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn staff_needs_no_class() {
        let cells = Cells { kind: "教师".into(), ..cells("S1", "", "") };
        let entry = read_row(2, &cells, &schools(), day()).expect("it is good");
        assert_eq!(entry.place.map(|place| place.grade), Some(STAFF_GRADE));
    }
}
