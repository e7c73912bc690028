//! The overview of a district or school as tables: the same figures as the dashboard's.

use super::Kind;
use super::model::{Of, Ready, Section, Sort};
use super::outcomes::{award_word, level_word};
use super::period_end::Standing;
use crate::error::Result;
use crate::reports::frame::Frame;
use crate::reports::lines::{milli, share};
use crate::reports::overview::{self, Overview, PlaceFigures, Reached};
use crate::reports::table::{Cell, Column};
use crate::state::AppState;
use crate::tenancy::Tx;

pub(super) async fn read(state: &AppState, tx: &mut Tx, frame: &Frame, standing: &mut Standing) -> Result<Ready> {
    let mut figures = overview::read(state, tx, frame, None).await?;
    if let Some((then, of)) = standing.end() {
        figures.requirements = overview::requirements(then, of).await?;
    }
    let note = frame.say(
        "在籍：期内任一天有学籍；参与：期内有记录。一条记录算在当天的学校、班级和年级；一人多校的在各校各计一次，合计只计一次。",
        "Enrolled: on any day of the period; took part: has a record in it. A record counts for the school, class and grade of \
         its day. Who was at several schools counts at each, and once in all.",
    );
    Ok(Ready {
        kind: Kind::Overview,
        title: frame.say("总览", "Overview").to_owned(),
        notes: vec![note.to_owned(), standing.note(frame)],
        sections: sections(frame, &figures),
    })
}

fn sections(frame: &Frame, figures: &Overview) -> Vec<Section> {
    let say = |zh, en| frame.say(zh, en);
    let mut whole = Section::new("whole", say("全部", "All"), places(frame, None));
    whole.push(place(None, &figures.totals), Some(Of::whole()));
    let mut sections = vec![whole];
    if !figures.requirements.is_empty() {
        sections.push(requirements(frame, figures));
    }
    let records = || {
        vec![
            ("participants", Column::count(say("参与人数", "Took part"))),
            ("records", Column::count(say("记录数", "Records")).summed()),
            ("credits", Column::credit(say("学分", "Credits")).summed()),
        ]
    };
    let with = |first: (&'static str, Column)| [vec![first], records()].concat();
    let cells =
        |participants, records, credits: &str| vec![Cell::Count(participants), Cell::Count(records), milli(credits)];

    let mut months =
        Section::new("months", say("按月", "By month"), with(("month", Column::text(say("月份", "Month"), 12.0))));
    for row in &figures.by_month {
        let label = vec![Cell::Text(row.month.format("%Y-%m").to_string())];
        months.push([label, cells(row.participants, row.records, &row.credits)].concat(), Some(Of::month(row.month)));
    }
    sections.push(months.drawn(&["records"]));

    let school = ("school", Column::text(say("学校", "School"), 28.0));
    let mut schools = Section::new("schools", say("按学校", "By school"), places(frame, Some(school)));
    for row in &figures.by_school {
        schools.push(named_place(frame, row), row.school_id.map(|id| Sort::School.of(id)));
    }
    let grade = ("grade", Column::text(say("年级", "Grade"), 10.0));
    let mut grades = Section::new("grades", say("按年级", "By grade"), places(frame, Some(grade)));
    for row in &figures.by_grade {
        grades.push(named_place(frame, row), row.grade.map(|grade| Of::grade(Some(grade))));
    }
    sections.extend([schools.drawn(&["participation"]), grades.drawn(&["participation"])]);

    let category = ("category", Column::text(say("类别", "Category"), 24.0));
    let mut categories = Section::new("categories", say("按类别", "By category"), with(category));
    for row in &figures.by_category {
        let none = || say("未适用规则", "no rule").to_owned();
        let name = if row.category.is_empty() { none() } else { row.title.clone() };
        let cells = cells(row.participants, row.records, &row.credits);
        categories.push([vec![Cell::Text(name)], cells].concat(), Some(Sort::Category.named(row.category.as_str())));
    }
    let host = ("host", Column::text(say("单位", "Host"), 28.0));
    let mut hosts = Section::new("hosts", say("按承办单位", "By host"), with(host));
    for row in &figures.by_host {
        let none = || say("无（竞赛成绩）", "none (results)").to_owned();
        let name = vec![Cell::Text(row.name.clone().unwrap_or_else(none))];
        let cells = cells(row.participants, row.records, &row.credits);
        hosts.push([name, cells].concat(), Some(Of::host(row.host_id)));
    }
    sections.extend([categories.drawn(&["credits"]), hosts.drawn(&["records"]), results(frame, figures)]);
    sections
}

fn places(frame: &Frame, first: Option<(&'static str, Column)>) -> Vec<(&'static str, Column)> {
    let say = |zh, en| frame.say(zh, en);
    let columns = [
        ("enrolled", Column::count(say("在籍人数", "Enrolled"))),
        ("participants", Column::count(say("参与人数", "Took part"))),
        ("participation", Column::share(say("参与率", "Participation"))),
        ("earners", Column::count(say("得分人数", "With credit"))),
        ("records", Column::count(say("记录数", "Records"))),
        ("credits", Column::credit(say("学分", "Credits"))),
        ("mean", Column::credit(say("人均学分", "Credits per person"))),
    ];
    first.into_iter().chain(columns).collect()
}

fn place(label: Option<Cell>, of: &Reached) -> Vec<Cell> {
    let cells = [
        Cell::Count(of.enrolled),
        Cell::Count(of.participants),
        share(of.participation.as_ref()),
        Cell::Count(of.earners),
        Cell::Count(of.records),
        milli(&of.credits),
        of.credits_per_enrolled.as_deref().map_or(Cell::Empty, milli),
    ];
    label.into_iter().chain(cells).collect()
}

fn named_place(frame: &Frame, row: &PlaceFigures) -> Vec<Cell> {
    let grade = row.grade.map(|grade| grade.to_string());
    let name = row.name.clone().or(grade).unwrap_or_else(|| frame.say("不详", "unknown").to_owned());
    place(Some(Cell::Text(name)), &row.figures)
}

fn requirements(frame: &Frame, figures: &Overview) -> Section {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("requirement", Column::text(say("要求", "Requirement"), 26.0)),
        ("persons", Column::count(say("人数", "Persons"))),
        ("met", Column::count(say("达标", "Met"))),
        ("short", Column::count(say("未达标", "Short"))),
        ("share", Column::share(say("达标率", "Met, share"))),
    ];
    let mut section = Section::new("requirements", say("达标情况", "Requirements"), columns).drawn(&["met", "short"]);
    for row in &figures.requirements {
        let cells = vec![
            Cell::text(row.title.as_str()),
            Cell::Count(row.persons),
            Cell::Count(row.met),
            Cell::Count(row.short),
            share(row.met_share.as_ref()),
        ];
        section.push(cells, Some(Of::whole().asking(&row.id)));
    }
    section
}

fn results(frame: &Frame, figures: &Overview) -> Section {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("level", Column::text(say("级别", "Level"), 14.0)),
        ("award", Column::text(say("奖项", "Award"), 16.0)),
        ("results", Column::count(say("成绩", "Results")).summed()),
        ("achievements", Column::count(say("作品或队", "Works or teams"))),
        ("persons", Column::count(say("获奖人数", "Persons"))),
    ];
    let mut section = Section::new("results", say("竞赛成绩", "Competition results"), columns);
    for row in &figures.results {
        let cells = vec![
            Cell::Text(level_word(frame, &row.contest_level)),
            Cell::Text(award_word(frame, row.award.as_deref())),
            Cell::Count(row.results),
            Cell::Count(row.achievements),
            Cell::Count(row.persons),
        ];
        section.push(cells, Some(Of::level(row.contest_level.clone())));
    }
    section
}
