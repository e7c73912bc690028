//! Participation and credit of groups: by school, grade, sex, and what is kept of schools. Groups of fewer than five are
//! hidden, and with them what would give them away.

use std::collections::BTreeMap;

use kepu_domain::suppress::{LEAST, Shown, shown};
use serde_json::Value;
use uuid::Uuid;

use super::model::{Of, Ready, Section, Sort};
use super::{Kind, store};
use crate::error::Result;
use crate::reports::frame::Frame;
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
    fn add(&mut self, row: &store::EquityRow) {
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

/// Groups of one sort in the order of the report, each with what it is called.
struct Groups<K> {
    keys: Vec<K>,
    figures: Vec<Figures>,
}

impl<K: Ord + Clone> Groups<K> {
    fn of<'r>(rows: &'r [store::EquityRow], key: impl Fn(&'r store::EquityRow) -> K) -> Self {
        let mut all: BTreeMap<K, Figures> = BTreeMap::new();
        for row in rows {
            all.entry(key(row)).or_default().add(row);
        }
        Self { keys: all.keys().cloned().collect(), figures: all.into_values().collect() }
    }

    fn persons(&self) -> Vec<u64> {
        self.figures.iter().map(|figures| u64::try_from(figures.persons).unwrap_or(0)).collect()
    }

    fn whole(&self) -> Vec<usize> {
        (0..self.keys.len()).collect()
    }
}

/// An attribute of schools: its values, each with the places of its schools among all.
struct Attribute {
    name: String,
    values: BTreeMap<String, Vec<usize>>,
}

pub(super) async fn read(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let rows = store::equity(tx, &frame.filter).await?;
    let say = |zh, en| frame.say(zh, en);
    let schools = Groups::of(&rows, |row| (frame.name(row.school_zh.clone(), row.school_en.clone()), row.school_id));
    let attributes = attributes(frame, &rows, &schools.keys);

    let sums: Vec<Vec<usize>> = std::iter::once(schools.whole())
        .chain(attributes.iter().flat_map(|one| one.values.values().cloned()))
        .collect();
    let by_school = shown(&schools.persons(), &sums);
    let mut visible = by_school.sums.iter().copied();
    // The whole is the same in every table, so that it is hidden in all or in none: only where it is small itself.
    let mut whole = Section::new("whole", say("全部", "All"), columns(frame, "group", say("范围", "Group")));
    let all = total(&schools.figures);
    let label = vec![Cell::text(say("全部学生", "All"))];
    whole.push([label, all.cells(visible.next().unwrap_or(true))].concat(), None);

    let mut sections = vec![whole];
    let mut section =
        Section::new("schools", say("按学校", "By school"), columns(frame, "school", say("学校", "School")))
            .drawn(&["participation"]);
    fill(
        &mut section,
        &schools,
        &by_school,
        |(name, _)| Cell::text(name.as_str()),
        |(_, id)| Some(Sort::School.of(*id)),
    );
    sections.push(section);

    let grades = Groups::of(&rows, |row| row.grade);
    let by_grade = shown(&grades.persons(), &[grades.whole()]);
    let mut section = Section::new("grades", say("按年级", "By grade"), columns(frame, "grade", say("年级", "Grade")))
        .drawn(&["participation"]);
    let of = |grade: &i32| Some(Of { sort: Sort::Grade, id: None, grade: Some(*grade) });
    fill(&mut section, &grades, &by_grade, |grade| Cell::text(grade.to_string()), of);
    sections.push(section);

    let sexes = Groups::of(&rows, |row| row.sex.clone());
    let by_sex = shown(&sexes.persons(), &[sexes.whole()]);
    let mut section = Section::new("sexes", say("按性别", "By sex"), columns(frame, "sex", say("性别", "Sex")))
        .drawn(&["participation"]);
    let word = |sex: &Option<String>| {
        Cell::text(match sex.as_deref() {
            Some("female") => say("女", "female"),
            Some("male") => say("男", "male"),
            _ => say("未登记", "not known"),
        })
    };
    fill(&mut section, &sexes, &by_sex, word, |_| None);
    sections.push(section);

    for attribute in &attributes {
        let title = format!("{}{}", say("按学校属性：", "By attribute of schools: "), attribute.name);
        let key = format!("attribute:{}", attribute.name);
        let mut section = Section::new(key, title, columns(frame, "value", &attribute.name)).drawn(&["participation"]);
        for (value, cells) in &attribute.values {
            let figures: Vec<Figures> = cells.iter().filter_map(|at| schools.figures.get(*at).copied()).collect();
            let label = vec![Cell::text(value.as_str())];
            section.push([label, total(&figures).cells(visible.next().unwrap_or(false))].concat(), None);
        }
        sections.push(section);
    }
    let notes = [
        (
            format!("不足 {LEAST} 人的组不显示（*）；为防推算，另隐去足够的组。"),
            format!(
                "Groups of fewer than {LEAST} are hidden (*), and as many others as it takes so that they cannot be \
                 computed."
            ),
        ),
        (
            "每人按期内最后一条学籍归组，只计一次；学分为期内所得。".to_owned(),
            "Each person counts once, where the last enrolment of the period is; credit is that of the period."
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

fn fill<K>(
    section: &mut Section,
    groups: &Groups<K>,
    shown: &Shown,
    label: impl Fn(&K) -> Cell,
    of: impl Fn(&K) -> Option<Of>,
) {
    for ((key, figures), visible) in groups.keys.iter().zip(&groups.figures).zip(&shown.cells) {
        section.push([vec![label(key)], figures.cells(*visible)].concat(), of(key));
    }
}

fn total(all: &[Figures]) -> Figures {
    all.iter().fold(Figures::default(), |sum, one| Figures {
        persons: sum.persons + one.persons,
        took: sum.took + one.took,
        earned: sum.earned + one.earned,
        credits: sum.credits + one.credits,
    })
}

/// Attributes that schools have: words, numbers, yes or no. A school without one belongs to those without.
fn attributes(frame: &Frame, rows: &[store::EquityRow], schools: &[(String, Uuid)]) -> Vec<Attribute> {
    let of: BTreeMap<Uuid, &Value> = rows.iter().map(|row| (row.school_id, &row.attributes)).collect();
    let word = |value: &Value| match value {
        Value::Bool(yes) => Some(if *yes { frame.say("是", "yes") } else { frame.say("否", "no") }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    };
    let mut names: Vec<&String> = of
        .values()
        .filter_map(|value| value.as_object())
        .flat_map(|object| object.iter().filter(|(_, value)| word(value).is_some()).map(|(name, _)| name))
        .collect();
    names.sort();
    names.dedup();
    let attribute = |name: &String| {
        let mut values: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, (_, id)) in schools.iter().enumerate() {
            let value = of.get(id).and_then(|value| value.get(name)).and_then(word);
            values.entry(value.unwrap_or_else(|| frame.say("未登记", "not known").to_owned())).or_default().push(at);
        }
        Attribute { name: name.clone(), values }
    };
    names.into_iter().map(attribute).collect()
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
