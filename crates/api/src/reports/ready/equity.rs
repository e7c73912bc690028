//! Participation and credit of groups: by school, grade, sex, and what is kept of schools. Groups of fewer than five are
//! hidden, and with them what would give them away.

use std::collections::BTreeMap;

use kepu_domain::suppress::{LEAST, lattice};
use serde_json::Value;
use uuid::Uuid;

use super::Kind;
use super::model::{Of, Ready, Section, Sort};
use super::store::{self, EquityRow};
use crate::error::{ApiError, Result};
use crate::reports::frame::Frame;
use crate::reports::store::Filter;
use crate::reports::table::{Cell, Column, share};
use crate::tenancy::Tx;

/// What a group has.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    persons: i64,
    took: i64,
    earned: i64,
    credits: i64,
}

impl Figures {
    fn add(&mut self, row: &EquityRow) {
        self.persons += row.persons;
        self.took += row.took;
        self.earned += row.earned;
        self.credits += row.credits;
    }

    fn cells(self, visible: bool) -> Vec<Cell> {
        if !visible {
            return vec![Cell::Hidden; 7];
        }
        let mean = (self.persons > 0).then(|| (self.credits * 2 + self.persons) / (2 * self.persons));
        vec![
            Cell::Count(self.persons),
            Cell::Count(self.took),
            Cell::maybe(share(self.took, self.persons), Cell::Share),
            Cell::Count(self.earned),
            Cell::maybe(share(self.earned, self.persons), Cell::Share),
            Cell::Credit(self.credits),
            Cell::maybe(mean, Cell::Credit),
        ]
    }
}

/// Groups of one sort in the order of the report, each with its key.
fn groups<'r, K: Ord>(
    rows: impl Iterator<Item = &'r EquityRow>,
    key: impl Fn(&'r EquityRow) -> K,
) -> BTreeMap<K, Figures> {
    let mut all: BTreeMap<K, Figures> = BTreeMap::new();
    for row in rows {
        all.entry(key(row)).or_default().add(row);
    }
    all
}

/// Persons of each school, by these keys; nobody where a school has none.
fn by_school<'r, K: Ord>(
    schools: &[School<'r>],
    keys: &BTreeMap<K, Figures>,
    key: impl Fn(&'r EquityRow) -> K,
) -> Vec<Vec<u64>> {
    let persons = |school: &School<'r>| {
        let here = groups(school.rows.iter().copied(), &key);
        let of = |key| here.get(key).map_or(0, |figures: &Figures| u64::try_from(figures.persons).unwrap_or(0));
        keys.keys().map(of).collect()
    };
    schools.iter().map(persons).collect()
}

/// A school with its rows.
struct School<'r> {
    name: String,
    id: Uuid,
    rows: Vec<&'r EquityRow>,
}

/// An attribute of schools: its values in words, each as it is kept, with the places of its schools among all.
struct Attribute {
    name: String,
    values: BTreeMap<String, (Option<String>, Vec<usize>)>,
}

/// The school that it is told of; the whole district where there is none.
pub(super) fn place(frame: &Frame) -> Result<Option<Uuid>> {
    match frame.filter.schools.as_deref() {
        None => Ok(None),
        Some([school]) => Ok(Some(*school)),
        Some(_) => {
            let message = "is told of one school at a time, or of the whole district: say which school";
            Err(ApiError::invalid_field("school", "required", message))
        }
    }
}

/// Of the whole district or of one school. Whichever it is, what may be shown is decided for the whole district and for all
/// its schools at once ([`lattice`]): so the answers for two schools, and the one for all, can be laid beside each other.
pub(super) async fn read(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let school = place(frame)?;
    let rows = store::equity(tx, &Filter { schools: None, ..frame.filter.clone() }).await?;
    let say = |zh, en| frame.say(zh, en);
    let mut of_school: BTreeMap<(String, Uuid), Vec<&EquityRow>> = BTreeMap::new();
    for row in &rows {
        of_school
            .entry((frame.name(row.school_zh.clone(), row.school_en.clone()), row.school_id))
            .or_default()
            .push(row);
    }
    let schools: Vec<School<'_>> = of_school.into_iter().map(|((name, id), rows)| School { name, id, rows }).collect();
    let attributes = attributes(frame, &rows, &schools);
    let (grades, sexes) = (groups(rows.iter(), |row| row.grade), groups(rows.iter(), |row| row.sex.clone()));
    let sets: Vec<Vec<usize>> =
        attributes.iter().flat_map(|one| one.values.values().map(|(_, at)| at.clone())).collect();
    let shown = lattice(
        &by_school(&schools, &grades, |row| row.grade),
        &by_school(&schools, &sexes, |row| row.sex.clone()),
        &sets,
    );

    let at = school.map(|id| schools.iter().position(|one| one.id == id));
    let (meant, whole, by_grade, by_sex): (Vec<&EquityRow>, _, _, _) = match at {
        None => (rows.iter().collect(), shown.whole, shown.grades, shown.sexes),
        Some(None) => (Vec::new(), true, Vec::new(), Vec::new()),
        Some(Some(at)) => (
            schools.get(at).map(|school| school.rows.clone()).unwrap_or_default(),
            shown.schools.get(at).copied().unwrap_or(false),
            shown.by_grade.get(at).cloned().unwrap_or_default(),
            shown.by_sex.get(at).cloned().unwrap_or_default(),
        ),
    };
    let mut section = Section::new("whole", say("全部", "All"), columns(frame, "group", say("范围", "Group")));
    let label = vec![Cell::text(say("全部学生", "All"))];
    // What is hidden does not open either: the list would tell how many they are.
    section.push([label, total(meant.iter().copied()).cells(whole)].concat(), whole.then(Of::whole));
    let mut sections = vec![section];

    if school.is_none() {
        let mut section =
            Section::new("schools", say("按学校", "By school"), columns(frame, "school", say("学校", "School")))
                .drawn(&["participation"]);
        for (school, visible) in schools.iter().zip(&shown.schools) {
            let label = vec![Cell::text(school.name.as_str())];
            let cells = total(school.rows.iter().copied()).cells(*visible);
            section.push([label, cells].concat(), visible.then(|| Sort::School.of(school.id)));
        }
        sections.push(section);
    }

    let mut section = Section::new("grades", say("按年级", "By grade"), columns(frame, "grade", say("年级", "Grade")))
        .drawn(&["participation"]);
    let here = groups(meant.iter().copied(), |row| row.grade);
    for (grade, visible) in grades.keys().zip(by_grade) {
        if let Some(figures) = here.get(grade) {
            let of = visible.then(|| Of::grade(Some(*grade)));
            section.push([vec![Cell::text(grade.to_string())], figures.cells(visible)].concat(), of);
        }
    }
    sections.push(section);

    let mut section = Section::new("sexes", say("按性别", "By sex"), columns(frame, "sex", say("性别", "Sex")))
        .drawn(&["participation"]);
    let here = groups(meant.iter().copied(), |row| row.sex.clone());
    for (sex, visible) in sexes.keys().zip(by_sex) {
        let word = match sex.as_deref() {
            Some("female") => say("女", "female"),
            Some("male") => say("男", "male"),
            _ => say("未登记", "not known"),
        };
        if let Some(figures) = here.get(sex) {
            let of = visible.then(|| Sort::Sex.named(sex.as_deref().unwrap_or("unknown")));
            section.push([vec![Cell::text(word)], figures.cells(visible)].concat(), of);
        }
    }
    sections.push(section);

    let mut visible = shown.sets.into_iter();
    for attribute in attributes.iter().filter(|_| school.is_none()) {
        let title = format!("{}{}", say("按学校属性：", "By attribute of schools: "), attribute.name);
        let key = format!("attribute:{}", attribute.name);
        let mut section = Section::new(key, title, columns(frame, "value", &attribute.name)).drawn(&["participation"]);
        for (value, (raw, places)) in &attribute.values {
            let within = places.iter().filter_map(|at| schools.get(*at)).flat_map(|school| school.rows.iter().copied());
            let label = vec![Cell::text(value.as_str())];
            let visible = visible.next().unwrap_or(false);
            let of = Of { value: raw.clone(), ..Sort::Attribute.named(attribute.name.as_str()) };
            section.push([label, total(within).cells(visible)].concat(), visible.then_some(of));
        }
        sections.push(section);
    }
    let notes = [
        (
            format!(
                "不足 {LEAST} 人的组不显示（*）；为防推算，另隐去足够的组。全区与各校的结果一并判断，并列比较也推算不出小组；\
                 不同时段或不同时点的结果相减仍可能显出个别人，公布时只取一种。"
            ),
            format!(
                "Groups of fewer than {LEAST} are hidden (*), and as many others as it takes so that they cannot be \
                 computed, be it from the answers for the district and all schools together. Answers of different periods \
                 or moments could still be subtracted: publish those of one."
            ),
        ),
        (
            "未覆盖学生、达标情况等其他报表供管理人员使用，照实列出小组的人数；本表公布时，不要与它们一并公布。".to_owned(),
            "Other reports, such as those on who is not reached and on requirements, are for officials and tell small groups \
             as they are: what is published of this one must not be published beside them."
                .to_owned(),
        ),
        (
            "每人按期内在全区的最后一条学籍归组，只计一次；学分为期内所得。".to_owned(),
            "Each person counts once, where the last enrolment of the period in the district is; credit is that of the period."
                .to_owned(),
        ),
    ];
    Ok(Ready {
        kind: Kind::Equity,
        title: say("均衡情况", "Equity").to_owned(),
        notes: notes.into_iter().map(|(zh, en)| frame.name(zh, en)).collect(),
        sections,
    })
}

fn total<'r>(rows: impl Iterator<Item = &'r EquityRow>) -> Figures {
    let mut sum = Figures::default();
    rows.for_each(|row| sum.add(row));
    sum
}

/// Attributes that schools have: words, numbers, yes or no. A school without one belongs to those without.
fn attributes(frame: &Frame, rows: &[EquityRow], schools: &[School<'_>]) -> Vec<Attribute> {
    let of: BTreeMap<Uuid, &Value> = rows.iter().map(|row| (row.school_id, &row.attributes)).collect();
    let word = |value: &Value| match value {
        Value::Bool(yes) => Some(if *yes { frame.say("是", "yes") } else { frame.say("否", "no") }.to_owned()),
        other => plain(other),
    };
    let mut names: Vec<&String> = of
        .values()
        .filter_map(|value| value.as_object())
        .flat_map(|object| object.iter().filter(|(_, value)| word(value).is_some()).map(|(name, _)| name))
        .collect();
    names.sort();
    names.dedup();
    let attribute = |name: &String| {
        let mut values: BTreeMap<String, (Option<String>, Vec<usize>)> = BTreeMap::new();
        for (at, school) in schools.iter().enumerate() {
            let kept = of.get(&school.id).and_then(|value| value.get(name));
            let value = kept.and_then(word).unwrap_or_else(|| frame.say("未登记", "not known").to_owned());
            values.entry(value).or_insert_with(|| (kept.and_then(plain), Vec::new())).1.push(at);
        }
        Attribute { name: name.clone(), values }
    };
    names.into_iter().map(attribute).collect()
}

/// A value of an attribute as it is kept; nothing where it says nothing.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}

fn columns(frame: &Frame, key: &'static str, title: &str) -> Vec<(&'static str, Column)> {
    let say = |zh, en| frame.say(zh, en);
    vec![
        (key, Column::text(title, 28.0)),
        ("persons", Column::count(say("人数", "Persons"))),
        ("took", Column::count(say("参与人数", "Took part"))),
        ("participation", Column::share(say("参与率", "Participation"))),
        ("earned", Column::count(say("得分人数", "With credit"))),
        ("earning", Column::share(say("得分率", "With credit, share"))),
        ("credits", Column::credit(say("学分", "Credits"))),
        ("mean", Column::credit(say("人均学分", "Credits per person"))),
    ]
}
