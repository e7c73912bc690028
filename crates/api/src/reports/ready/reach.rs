//! Who is not reached, and where places stay empty.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Of, Ready, Section, Sort};
use super::{Kind, WhichReady, store};
use crate::error::Result;
use crate::reports::frame::Frame;
use crate::reports::store::{NameRow, names};
use crate::reports::table::{Cell, Column, share};
use crate::tenancy::Tx;

/// Persons enrolled within the period who have no record or no credit in it, by school, grade and class.
pub(super) async fn not_reached(tx: &mut Tx, frame: &Frame, which: &WhichReady) -> Result<Ready> {
    let rows = store::reached(tx, &frame.filter).await?;
    let schools: Vec<Uuid> = rows.iter().filter_map(|row| row.school_id).collect();
    let classes: Vec<Uuid> = rows.iter().filter_map(|row| row.class_id).collect();
    let named: HashMap<Uuid, NameRow> =
        names(tx, &schools, &classes).await?.into_iter().map(|row| (row.id, row)).collect();
    let name = |id: Option<Uuid>| {
        let row = id.and_then(|id| named.get(&id));
        Cell::maybe(row, |row| Cell::Text(frame.name(row.zh.clone(), row.en.clone())))
    };
    let say = |zh, en| frame.say(zh, en);
    let counts = || {
        vec![
            ("enrolled", Column::count(say("在籍人数", "Enrolled"))),
            ("reached", Column::count(say("参与人数", "Took part"))),
            ("not_reached", Column::count(say("未参与人数", "Not reached"))),
            ("share", Column::share(say("未参与比例", "Not reached, share"))),
            ("no_credit", Column::count(say("无学分人数", "Without credit"))),
        ]
    };
    let cells = |row: &store::Reached| {
        let missed = row.enrolled - row.took;
        vec![
            Cell::Count(row.enrolled),
            Cell::Count(row.took),
            Cell::Count(missed),
            Cell::maybe(share(missed, row.enrolled), Cell::Share),
            Cell::Count(row.enrolled - row.earned),
        ]
    };
    let school = ("school", Column::text(say("学校", "School"), 28.0));
    let grade = ("grade", Column::count(say("年级", "Grade")));
    let class = ("class", Column::text(say("班级", "Class"), 16.0));
    let with = |first: Vec<(&'static str, Column)>| first.into_iter().chain(counts()).collect::<Vec<_>>();
    let mut whole = Section::new("whole", say("全部", "All"), counts());
    let mut by_school =
        Section::new("schools", say("按学校", "By school"), with(vec![school.clone()])).drawn(&["not_reached"]);
    let mut by_grade =
        Section::new("grades", say("按年级", "By grade"), with(vec![grade.clone()])).drawn(&["not_reached"]);
    let mut by_class = Section::new("classes", say("按班级", "By class"), with(vec![school, grade, class]));
    for row in &rows {
        let number = Cell::maybe(row.grade, |grade| Cell::Count(grade.into()));
        let (section, mut first, of) = match row.part.as_str() {
            "school" => (&mut by_school, vec![name(row.school_id)], row.school_id.map(|id| Sort::School.of(id))),
            "grade" => (&mut by_grade, vec![number], Some(Of::grade(row.grade))),
            "class" => (
                &mut by_class,
                vec![name(row.school_id), number, name(row.class_id)],
                row.class_id.map(|id| Sort::Class.of(id)),
            ),
            _ => (&mut whole, Vec::new(), Some(Of::whole())),
        };
        first.extend(cells(row));
        section.push(first, of);
    }
    for section in [&mut by_school, &mut by_class] {
        section.rows.sort_by_key(|row| row.cells.iter().map(super::model::text).collect::<Vec<_>>());
    }
    by_grade.rows.sort_by_key(|row| row.of.as_ref().and_then(|of| of.grade));
    let mut sections = vec![whole, by_school, by_grade, by_class];
    if which.names() {
        let columns = vec![
            ("number", Column::text(say("学号", "Number"), 16.0)),
            ("name", Column::text(say("姓名", "Name"), 14.0)),
            ("class", Column::text(say("班级", "Class"), 16.0)),
            ("took", Column::text(say("有无参与", "Took part"), 14.0)),
        ];
        let mut list = Section::new("persons", say("未参与或无学分的学生", "Not reached or without credit"), columns);
        for row in store::not_reached_persons(tx, &frame.filter).await? {
            let took =
                if row.took { say("参与但无学分", "yes, without credit") } else { say("没有参与", "no") };
            let cells = vec![
                Cell::Text(row.number),
                Cell::Text(row.name),
                Cell::maybe(row.class_name, Cell::Text),
                Cell::text(took),
            ];
            list.push(cells, Some(Sort::Person.of(row.person_id)));
        }
        sections.push(list);
    }
    let notes = [(
        "在籍：期内任一天有学籍；参与：期内有记录，无论计不计学分；一人多校的在各校各计一次，合计只计一次。",
        "Enrolled on any day of the period; took part: has a record in it, with or without credit. Who was at several \
         schools counts at each, and once in all.",
    )];
    Ok(Ready {
        kind: Kind::NotReached,
        title: say("未覆盖学生", "Who is not reached").to_owned(),
        notes: notes.map(|(zh, en)| say(zh, en).to_owned()).into(),
        sections,
    })
}

/// Sessions that are over and were not full.
pub(super) async fn empty_places(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let counts = || {
        vec![
            ("places", Column::count(say("名额", "Places")).summed()),
            ("taken", Column::count(say("占用", "Taken")).summed()),
            ("empty", Column::count(say("空余", "Empty")).summed()),
            ("share", Column::share(say("空余比例", "Empty, share"))),
        ]
    };
    let cells = |places: i64, taken: i64| {
        let empty = (places - taken).max(0);
        [Cell::Count(places), Cell::Count(taken), Cell::Count(empty), Cell::maybe(share(empty, places), Cell::Share)]
    };
    let mut hosts = vec![
        ("host", Column::text(say("单位", "Host"), 30.0)),
        ("sessions", Column::count(say("场次", "Sessions")).summed()),
        ("not_full", Column::count(say("未满场次", "Not full")).summed()),
    ];
    hosts.extend(counts());
    let mut list = vec![
        ("day", Column::day(say("日期", "Day"))),
        ("host", Column::text(say("单位", "Host"), 26.0)),
        ("activity", Column::text(say("活动", "Activity"), 28.0)),
    ];
    list.extend(counts());
    let mut by_host = Section::new("hosts", say("按单位", "By host"), hosts).drawn(&["empty"]);
    let mut sessions = Section::new("sessions", say("未满的场次", "Sessions that were not full"), list);
    let rows = store::filled(tx, &frame.filter, frame.about.as_of, frame.past).await?;
    let mut sums: std::collections::BTreeMap<(String, Uuid), [i64; 4]> = std::collections::BTreeMap::new();
    for row in rows {
        let host = frame.name(row.host_zh, row.host_en);
        let sum = sums.entry((host.clone(), row.host_id)).or_default();
        let not_full = i64::from(row.taken < row.places);
        for (total, value) in sum.iter_mut().zip([1, not_full, row.places, row.taken.min(row.places)]) {
            *total += value;
        }
        if not_full == 1 {
            let mut line =
                vec![Cell::Day(row.on_day), Cell::Text(host), Cell::Text(frame.name(row.activity_zh, row.activity_en))];
            line.extend(cells(row.places, row.taken));
            sessions.push(line, Some(Sort::Session.of(row.session_id)));
        }
    }
    for ((host, id), [all, not_full, places, taken]) in sums {
        let mut line = vec![Cell::Text(host), Cell::Count(all), Cell::Count(not_full)];
        line.extend(cells(places, taken));
        by_host.push(line, Some(Sort::Host.of(id)));
    }
    let notes = [(
        "已结束且有名额上限的场次；占用＝到场或仍登记在册的人，含外区；缺席和被驳回的名额算作空余。",
        "Sessions that are over and have a limit. Taken are places of those who came or are still registered, of all \
         districts; places of those who stayed away or were rejected were empty.",
    )];
    Ok(Ready {
        kind: Kind::EmptyPlaces,
        title: say("空余名额", "Places that stayed empty").to_owned(),
        notes: notes.map(|(zh, en)| say(zh, en).to_owned()).into(),
        sections: vec![by_host, sessions],
    })
}
