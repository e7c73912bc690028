//! What came of programmes, of competitions, and of what a policy asks.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Of, Ready, Section, Sort};
use super::{Kind, store};
use crate::error::Result;
use crate::reports::frame::Frame;
use crate::reports::store::{NameRow, names, result_sums};
use crate::reports::table::{Cell, Column, share};
use crate::tenancy::Tx;

/// Activities of programmes, by edition and by theme.
pub(super) async fn programmes(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let counts = || {
        vec![
            ("sessions", Column::count(say("场次", "Sessions"))),
            ("hosts", Column::count(say("单位", "Hosts"))),
            ("times", Column::count(say("参与人次", "Person-times"))),
            ("persons", Column::count(say("参与人数", "Persons"))),
            ("credits", Column::credit(say("学分", "Credits"))),
        ]
    };
    let edition = || ("edition", Column::text(say("科普计划", "Programme"), 34.0));
    let year = || ("year", Column::text(say("年度", "Year"), 9.0));
    let theme = ("theme", Column::text(say("主题", "Theme"), 26.0));
    let month = ("month", Column::day(say("月份", "Month")));
    let columns: Vec<_> = [edition(), year()].into_iter().chain(counts()).collect();
    let mut editions = Section::new("editions", say("按年度计划", "By edition"), columns).drawn(&["times"]);
    let columns: Vec<_> = [edition(), year(), month, theme].into_iter().chain(counts()).collect();
    let mut themes = Section::new("themes", say("按主题", "By theme"), columns);
    for row in store::programmes(tx, &frame.filter).await? {
        let mut cells =
            vec![Cell::Text(frame.name(row.programme_zh, row.programme_en)), Cell::Text(row.year.to_string())];
        let whole = row.is_whole;
        if !whole {
            let name = row.theme_zh.map(|zh| frame.name(zh, row.theme_en.unwrap_or_default()));
            cells.push(Cell::maybe(row.month, Cell::Day));
            cells.push(Cell::Text(name.unwrap_or_else(|| say("无主题", "no theme").to_owned())));
        }
        cells.extend([
            Cell::Count(row.sessions),
            Cell::Count(row.hosts),
            Cell::Count(row.times),
            Cell::Count(row.persons),
            Cell::Credit(row.credits),
        ]);
        let section = if whole { &mut editions } else { &mut themes };
        let theme = || Of {
            word: Some(row.theme_id.map_or_else(|| "none".to_owned(), |id| id.to_string())),
            ..Sort::Theme.of(row.edition_id)
        };
        section.push(cells, Some(if whole { Sort::Edition.of(row.edition_id) } else { theme() }));
    }
    let note = say(
        "期内的场次；参与人次和人数为已确认的本区学生，学分为本办法下所得。",
        "Sessions of the period; person-times and persons are confirmed and of this district, credit is by this policy.",
    );
    Ok(Ready {
        kind: Kind::Programmes,
        title: say("科普计划与主题", "Programmes and themes").to_owned(),
        notes: vec![note.to_owned()],
        sections: vec![editions, themes],
    })
}

/// Verified results, by level and award, competition and school.
pub(super) async fn results(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let counts = || {
        vec![
            ("results", Column::count(say("成绩", "Results")).summed()),
            ("achievements", Column::count(say("作品或队", "Works or teams"))),
            ("persons", Column::count(say("获奖人数", "Persons"))),
        ]
    };
    let with = |first: Vec<(&'static str, Column)>| first.into_iter().chain(counts()).collect::<Vec<_>>();
    let mut levels = Section::new(
        "levels",
        say("按级别与奖项", "By level and award"),
        with(vec![
            ("level", Column::text(say("级别", "Level"), 14.0)),
            ("award", Column::text(say("奖项", "Award"), 16.0)),
        ]),
    );
    for row in result_sums(tx, &frame.filter).await? {
        levels.push(
            vec![
                Cell::Text(level_word(frame, &row.contest_level)),
                Cell::Text(award_word(frame, row.award.as_deref())),
                Cell::Count(row.results),
                Cell::Count(row.achievements),
                Cell::Count(row.persons),
            ],
            Some(Of::level(row.contest_level)),
        );
    }
    let mut competitions = Section::new(
        "competitions",
        say("按竞赛", "By competition"),
        with(vec![("competition", Column::text(say("竞赛", "Competition"), 40.0))]),
    )
    .drawn(&["results"]);
    let mut schools = Section::new(
        "schools",
        say("按学校", "By school"),
        with(vec![("school", Column::text(say("学校", "School"), 30.0))]),
    )
    .drawn(&["results"]);
    for row in store::results(tx, &frame.filter).await? {
        let name = row.zh.map(|zh| frame.name(zh, row.en.unwrap_or_default()));
        let cells = vec![
            Cell::Text(name.unwrap_or_else(|| say("不详", "unknown").to_owned())),
            Cell::Count(row.results),
            Cell::Count(row.achievements),
            Cell::Count(row.persons),
        ];
        let (section, sort) =
            if row.is_competition { (&mut competitions, Sort::Competition) } else { (&mut schools, Sort::School) };
        section.push(cells, row.id.map(|id| sort.of(id)));
    }
    let note = say(
        "期内取得且已认定的成绩；团队成绩每人一条，“作品或队”按一件或一队计一次。",
        "Verified results achieved within the period. A team's result is one for each of its persons; works and teams count once.",
    );
    Ok(Ready {
        kind: Kind::Results,
        title: say("竞赛成绩", "Competition results").to_owned(),
        notes: vec![note.to_owned()],
        sections: vec![levels, competitions, schools],
    })
}

/// What a level of contests is called.
pub(super) fn level_word(frame: &Frame, level: &str) -> String {
    let (zh, en) = match level {
        "international" => ("国际", "international"),
        "national" => ("国家", "national"),
        "provincial" => ("省", "provincial"),
        "city" => ("市", "city"),
        "county" => ("区县", "county"),
        "town" => ("乡镇", "town"),
        "school" => ("校", "school"),
        other => (other, other),
    };
    frame.say(zh, en).to_owned()
}

/// What an award is called.
pub(super) fn award_word(frame: &Frame, award: Option<&str>) -> String {
    let (zh, en) = match award {
        Some("special") => ("特等奖", "special"),
        Some("first") => ("一等奖", "first"),
        Some("second") => ("二等奖", "second"),
        Some("third") => ("三等奖", "third"),
        Some("excellence") => ("优秀奖", "excellence"),
        Some(other) => (other, other),
        None => ("名次", "a place"),
    };
    frame.say(zh, en).to_owned()
}

/// Who meets what the policy asks, and who falls short: of the eligible who are enrolled, as it stands at the moment of the
/// ground. `said` tells which moment that is.
pub(super) async fn requirements(tx: &mut Tx, frame: &Frame, said: String) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let rows = store::requirements(tx, &frame.filter).await?;
    let schools: Vec<Uuid> = rows.iter().filter_map(|row| row.school_id).collect();
    let classes: Vec<Uuid> = rows.iter().filter_map(|row| row.class_id).collect();
    let named: HashMap<Uuid, NameRow> =
        names(tx, &schools, &classes).await?.into_iter().map(|row| (row.id, row)).collect();
    let name = |id: Option<Uuid>| {
        let row = id.and_then(|id| named.get(&id));
        Cell::maybe(row, |row| Cell::Text(frame.name(row.zh.clone(), row.en.clone())))
    };
    let counts = || {
        vec![
            ("persons", Column::count(say("人数", "Persons"))),
            ("met", Column::count(say("达标", "Met"))),
            ("short", Column::count(say("未达标", "Short"))),
            ("share", Column::share(say("达标率", "Met, share"))),
        ]
    };
    let requirement = || ("requirement", Column::text(say("要求", "Requirement"), 26.0));
    let school = || ("school", Column::text(say("学校", "School"), 28.0));
    let grade = || ("grade", Column::count(say("年级", "Grade")));
    let class = ("class", Column::text(say("班级", "Class"), 16.0));
    let with = |first: Vec<(&'static str, Column)>| first.into_iter().chain(counts()).collect::<Vec<_>>();
    let mut whole = Section::new("whole", say("全部", "All"), with(vec![requirement()])).drawn(&["met", "short"]);
    let mut by_school = Section::new("schools", say("按学校", "By school"), with(vec![requirement(), school()]));
    let mut by_grade = Section::new("grades", say("按年级", "By grade"), with(vec![requirement(), grade()]));
    let mut by_class =
        Section::new("classes", say("按班级", "By class"), with(vec![requirement(), school(), grade(), class]));
    for written in &frame.rules.document().requirements {
        let title = written.title.as_ref().map_or(written.id.as_str(), |title| title.get(frame.lang));
        for row in rows.iter().filter(|row| row.requirement == written.id) {
            let number = Cell::maybe(row.grade, |grade| Cell::Count(grade.into()));
            let (section, more, of) = match row.part.as_str() {
                "school" => (&mut by_school, vec![name(row.school_id)], row.school_id.map(|id| Sort::School.of(id))),
                "grade" => (&mut by_grade, vec![number], Some(Of::grade(row.grade))),
                "class" => (
                    &mut by_class,
                    vec![name(row.school_id), number, name(row.class_id)],
                    row.class_id.map(|id| Sort::Class.of(id)),
                ),
                _ => (&mut whole, Vec::new(), Some(Of::whole())),
            };
            let figures = vec![
                Cell::Count(row.persons),
                Cell::Count(row.met),
                Cell::Count(row.persons - row.met),
                Cell::maybe(share(row.met, row.persons), Cell::Share),
            ];
            section.push([vec![Cell::text(title)], more, figures].concat(), of.map(|of| of.asking(&written.id)));
        }
    }
    let note = say("可以得分且届时在籍的学生。", "Of the eligible who were enrolled then.");
    Ok(Ready {
        kind: Kind::Requirements,
        title: say("达标情况", "Requirements met and short").to_owned(),
        notes: vec![note.to_owned(), said],
        sections: vec![whole, by_school, by_grade, by_class],
    })
}
