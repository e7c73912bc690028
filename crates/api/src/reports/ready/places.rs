//! Schools and classes, from the report on credits: each in a row, or one with all that it has.

use std::collections::{BTreeSet, HashMap};

use futures::TryStreamExt;
use uuid::Uuid;

use super::model::{Ready, Section, Sort};
use super::period_end::Standing;
use super::{Kind, WhichReady};
use crate::error::Result;
use crate::reports::credits::{self, Group};
use crate::reports::frame::{Frame, Level};
use crate::reports::lines;
use crate::reports::store::{Whom, names, persons};
use crate::reports::table::{Cell, Column};
use crate::reports::view::CreditsReport;
use crate::state::AppState;
use crate::tenancy::Tx;

/// What one school or class is told of.
const OF_ONE: [Group; 6] =
    [Group::Requirement, Group::Level, Group::Distribution, Group::Category, Group::Rule, Group::Host];

/// Persons that a list names.
const NAMED: i64 = 20_000;

/// All schools beside each other, or one: its grades and classes, and what they did.
pub(super) async fn school(state: &AppState, tx: &mut Tx, frame: &Frame, standing: &mut Standing) -> Result<Ready> {
    let one = frame.filter.schools.as_ref().is_some_and(|schools| schools.len() == 1);
    let groups: BTreeSet<Group> = if one {
        OF_ONE.into_iter().chain([Group::Grade, Group::Class]).collect()
    } else {
        BTreeSet::from([Group::School, Group::Grade])
    };
    let level = if one { Level::School } else { Level::District };
    let report = credits::read(state, tx, (frame, level), &groups, standing.end()).await?;
    Ok(Ready {
        kind: Kind::School,
        title: frame.say("学校情况", "Schools").to_owned(),
        notes: notes(frame, one.then_some(&*standing)),
        sections: lines::sections(frame, &report),
    })
}

/// All classes beside each other, or one: what it did, and by name where named.
pub(super) async fn class(
    state: &AppState,
    tx: &mut Tx,
    frame: &Frame,
    which: &WhichReady,
    standing: &mut Standing,
) -> Result<Ready> {
    let one = frame.filter.class.is_some();
    let groups: BTreeSet<Group> = if one { OF_ONE.into() } else { BTreeSet::from([Group::Class]) };
    let level = if one { Level::Class } else { Level::District };
    let report = credits::read(state, tx, (frame, level), &groups, standing.end()).await?;
    let mut sections = lines::sections(frame, &report);
    for section in sections.iter_mut().filter(|section| section.key == "classes") {
        say_whose(tx, frame, &report, section).await?;
    }
    if which.names() {
        sections.push(list(tx, frame).await?);
    }
    Ok(Ready {
        kind: Kind::Class,
        title: frame.say("班级情况", "Classes").to_owned(),
        notes: notes(frame, one.then_some(&*standing)),
        sections,
    })
}

fn notes(frame: &Frame, standing: Option<&Standing>) -> Vec<String> {
    let note = frame.say(
        "在籍：期内任一天有学籍；参与：期内有记录。一条记录算在当天的学校、班级和年级。",
        "Enrolled: on any day of the period; took part: has a record in it. A record counts for the school, class and grade of \
         its day.",
    );
    let more = standing.map(|standing| standing.note(frame));
    std::iter::once(note.to_owned()).chain(more).collect()
}

/// Says of each class its school, too: classes of several schools have the same names.
async fn say_whose(tx: &mut Tx, frame: &Frame, report: &CreditsReport, section: &mut Section) -> Result<()> {
    let classes = report.by_class.as_deref().unwrap_or_default();
    let schools: Vec<Uuid> = classes.iter().filter_map(|class| class.school_id).collect();
    let named: HashMap<Uuid, String> =
        names(tx, &schools, &[]).await?.into_iter().map(|row| (row.id, frame.name(row.zh, row.en))).collect();
    let at = section.columns.iter().position(|(key, _)| *key == "within");
    for (row, class) in section.rows.iter_mut().zip(classes) {
        let school = class.school_id.and_then(|id| named.get(&id)).cloned();
        let parts = [school, class.grade.map(|grade| frame.name(format!("{grade} 年级"), format!("grade {grade}")))];
        let whose: Vec<String> = parts.into_iter().flatten().collect();
        if let Some(cell) = at.and_then(|at| row.cells.get_mut(at)) {
            *cell = Cell::Text(whose.join(" · "));
        }
    }
    // Bars of classes of several schools cannot be told apart by their names.
    if frame.filter.schools.as_ref().is_none_or(|schools| schools.len() != 1) {
        section.chart = None;
    }
    Ok(())
}

/// Who was enrolled or took part, with what they have in the period.
async fn list(tx: &mut Tx, frame: &Frame) -> Result<Section> {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("number", Column::text(say("学号", "Number"), 16.0)),
        ("name", Column::text(say("姓名", "Name"), 14.0)),
        ("class", Column::text(say("班级", "Class"), 16.0)),
        ("records", Column::count(say("期内记录", "Records in period")).summed()),
        ("credits", Column::credit(say("期内学分", "Credits in period")).summed()),
    ];
    let mut section = Section::new("persons", say("学生", "Students"), columns);
    let rows: Vec<_> = persons(tx, &frame.filter, &Whom::default(), None, Some(NAMED)).try_collect().await?;
    for row in rows {
        let cells = vec![
            Cell::Text(row.number),
            Cell::Text(row.name),
            Cell::maybe(row.class_name, Cell::Text),
            Cell::Count(row.records),
            Cell::Credit(row.credits),
        ];
        section.push(cells, Some(Sort::Person.of(row.person_id)));
    }
    Ok(section)
}
