//! The report on credits as tables: one flat table as CSV, a sheet for each part as XLSX, sections of ready reports.

use axum::response::Response;
use kepu_domain::credit::Credit;

use super::frame::Frame;
use super::ready::model::{Of, Section, Sort};
use super::table::{Book, Cell, Column, Export, book_response, open_exports};
use super::view::{CreditsReport, PlaceSums, Sums};
use crate::error::{ApiError, Result};
use crate::state::AppState;

/// A part of the report as a table. Every column is among those of [`columns`], so that all parts fit one flat table.
struct Part {
    name: &'static str,
    word: &'static str,
    columns: Vec<Col>,
    rows: Vec<Vec<(Col, Cell)>>,
}

/// Columns of the flat table, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Col {
    Key,
    Name,
    Within,
    Enrolled,
    Persons,
    Participants,
    Participation,
    Earners,
    Records,
    Counted,
    Cut,
    Refused,
    Flagged,
    Raw,
    Credits,
    Share,
    Met,
    Short,
    Shortfall,
}

const ALL: [Col; 19] = [
    Col::Key,
    Col::Name,
    Col::Within,
    Col::Enrolled,
    Col::Persons,
    Col::Participants,
    Col::Participation,
    Col::Earners,
    Col::Records,
    Col::Counted,
    Col::Cut,
    Col::Refused,
    Col::Flagged,
    Col::Raw,
    Col::Credits,
    Col::Share,
    Col::Met,
    Col::Short,
    Col::Shortfall,
];

const SUMS: [Col; 9] = [
    Col::Participants,
    Col::Earners,
    Col::Records,
    Col::Counted,
    Col::Cut,
    Col::Refused,
    Col::Flagged,
    Col::Raw,
    Col::Credits,
];

impl Col {
    /// Its word in a section.
    fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Name => "name",
            Self::Within => "within",
            Self::Enrolled => "enrolled",
            Self::Persons => "persons",
            Self::Participants => "participants",
            Self::Participation => "participation",
            Self::Earners => "earners",
            Self::Records => "records",
            Self::Counted => "counted",
            Self::Cut => "cut",
            Self::Refused => "refused",
            Self::Flagged => "flagged",
            Self::Raw => "raw",
            Self::Credits => "credits",
            Self::Share => "share",
            Self::Met => "met",
            Self::Short => "short",
            Self::Shortfall => "shortfall",
        }
    }

    fn column(self, frame: &Frame) -> Column {
        let say = |zh, en| frame.say(zh, en);
        match self {
            Self::Key => Column::text(say("标识", "Key"), 24.0),
            Self::Name => Column::text(say("名称", "Name"), 30.0),
            Self::Within => Column::text(say("所属", "Of"), 24.0),
            Self::Enrolled => Column::count(say("在籍人数", "Enrolled")),
            Self::Persons => Column::count(say("人数", "Persons")),
            Self::Participants => Column::count(say("参与人数", "Participants")),
            Self::Participation => Column::share(say("参与率", "Participation")),
            Self::Earners => Column::count(say("得分人数", "With credit")),
            Self::Records => Column::count(say("记录数", "Records")).summed(),
            Self::Counted => Column::count(say("计入", "Counted")).summed(),
            Self::Cut => Column::count(say("超限", "Cut")).summed(),
            Self::Refused => Column::count(say("不计", "Refused")).summed(),
            Self::Flagged => Column::count(say("待定", "Flagged")).summed(),
            Self::Raw => Column::credit(say("限前学分", "Before limits")).summed(),
            Self::Credits => Column::credit(say("学分", "Credits")).summed(),
            Self::Share => Column::share(say("占比", "Share")),
            Self::Met => Column::count(say("达标人数", "Met")),
            Self::Short => Column::count(say("未达标人数", "Short")),
            Self::Shortfall => Column::credit(say("差额合计", "Shortfall")),
        }
    }
}

/// A decimal as thousandths.
pub fn milli(text: &str) -> Cell {
    text.parse::<Credit>().map_or(Cell::Empty, |credit| Cell::Credit(credit.milli()))
}

/// A share with four places as ten-thousandths.
pub fn share(text: Option<&String>) -> Cell {
    Cell::maybe(text.and_then(|text| text.replace('.', "").parse().ok()), Cell::Share)
}

fn sums(sums: &Sums) -> [(Col, Cell); 9] {
    let counts = [sums.participants, sums.earners, sums.records, sums.counted, sums.cut, sums.refused, sums.flagged];
    let mut cells = SUMS.map(|col| (col, Cell::Empty));
    for (cell, count) in cells.iter_mut().zip(counts) {
        cell.1 = Cell::Count(count);
    }
    cells[7].1 = milli(&sums.raw);
    cells[8].1 = milli(&sums.credits);
    cells
}

fn row<const N: usize>(first: [(Col, Cell); N], of: Option<&Sums>) -> Vec<(Col, Cell)> {
    let mut cells: Vec<_> = first.into();
    cells.extend(of.into_iter().flat_map(sums));
    cells
}

fn parts(frame: &Frame, report: &CreditsReport) -> Vec<Part> {
    use Col::{Enrolled, Key, Met, Name, Participation, Persons, Share, Short, Shortfall, Within};
    let totals = &report.totals;
    let with = |first: &[Col], last: &[Col]| [first, &SUMS, last].concat();
    let mut parts = vec![Part {
        name: frame.say("总览", "Overview"),
        word: "total",
        columns: with(&[Name, Enrolled, Persons], &[Participation]),
        rows: vec![row(
            [
                (Name, Cell::text(place_name(report))),
                (Enrolled, Cell::Count(totals.enrolled)),
                (Persons, Cell::Count(totals.persons)),
                (Participation, share(totals.participation.as_ref())),
            ],
            Some(&totals.sums),
        )],
    }];
    let mut add = |zh, en, word, columns, rows| parts.push(Part { name: frame.say(zh, en), word, columns, rows });
    if let Some(found) = &report.distribution {
        let band = |(at, band): (usize, &super::view::Band)| {
            let name = match at {
                0 => "0".to_owned(),
                1 => format!("({}, {})", band.from, band.to),
                _ => format!("[{}, {})", band.from, band.to),
            };
            row(
                [(Name, Cell::Text(name)), (Persons, Cell::Count(band.persons)), (Share, share(band.share.as_ref()))],
                None,
            )
        };
        let rows = found.bands.iter().enumerate().map(band).collect();
        add("学分分布", "Distribution", "distribution", vec![Name, Persons, Share], rows);
    }
    if let Some(list) = &report.by_category {
        let rows = list.iter().map(|c| {
            let first =
                [(Key, Cell::text(&c.category)), (Name, Cell::text(&c.title)), (Share, share(c.share.as_ref()))];
            row(first, Some(&c.sums))
        });
        add("按类别", "By category", "category", with(&[Key, Name], &[Share]), rows.collect());
    }
    if let Some(list) = &report.by_rule {
        let rows = list.iter().map(|r| {
            let first = [
                (Key, Cell::text(&r.rule)),
                (Name, Cell::text(&r.title)),
                (Within, Cell::text(&r.category)),
                (Share, share(r.share.as_ref())),
            ];
            row(first, Some(&r.sums))
        });
        add("按规则", "By rule", "rule", with(&[Key, Name, Within], &[Share]), rows.collect());
    }
    if let Some(list) = &report.requirements {
        let rows = list.iter().map(|r| {
            let first = [
                (Key, Cell::text(&r.id)),
                (Name, Cell::text(&r.title)),
                (Persons, Cell::Count(r.persons)),
                (Met, Cell::Count(r.met)),
                (Short, Cell::Count(r.short)),
                (Share, share(r.met_share.as_ref())),
                (Shortfall, milli(&r.shortfall.total)),
            ];
            row(first, None)
        });
        let columns = vec![Key, Name, Persons, Met, Short, Share, Shortfall];
        add("达标情况", "Requirements", "requirement", columns, rows.collect());
    }
    if let Some(list) = &report.levels {
        let rows = list.iter().map(|l| {
            let none = || frame.say("未达第一级", "below the first").to_owned();
            let first = [
                (Key, Cell::maybe(l.level.clone(), Cell::Text)),
                (Name, Cell::Text(l.title.clone().unwrap_or_else(none))),
                (Within, Cell::text(&l.ladder_title)),
                (Persons, Cell::Count(l.persons)),
            ];
            row(first, None)
        });
        add("等级", "Levels", "level", vec![Key, Name, Within, Persons], rows.collect());
    }
    if let Some(list) = &report.by_host {
        let rows = list.iter().map(|h| {
            let none = || frame.say("无（竞赛成绩）", "none (results)").to_owned();
            let first = [
                (Key, Cell::maybe(h.host_id, |id| Cell::text(id.to_string()))),
                (Name, Cell::Text(h.name.clone().unwrap_or_else(none))),
                (Share, share(h.share.as_ref())),
            ];
            row(first, Some(&h.sums))
        });
        add("按承办单位", "By host", "host", with(&[Key, Name], &[Share]), rows.collect());
    }
    let places = [
        ("按学校", "By school", "school", &report.by_school),
        ("按年级", "By grade", "grade", &report.by_grade),
        ("按班级", "By class", "class", &report.by_class),
    ];
    for (zh, en, word, list) in places {
        if let Some(list) = list {
            let rows = list.iter().map(|place| place_row(frame, place)).collect();
            add(zh, en, word, with(&[Key, Name, Within, Enrolled], &[Participation]), rows);
        }
    }
    parts
}

fn place_row(frame: &Frame, place: &PlaceSums) -> Vec<(Col, Cell)> {
    let unknown = || frame.say("不详", "unknown").to_owned();
    let key =
        place.class_id.or(place.school_id).map(|id| id.to_string()).or_else(|| place.grade.map(|g| g.to_string()));
    let name = place.name.clone().or_else(|| place.grade.map(|g| g.to_string())).unwrap_or_else(unknown);
    let within = place.class_id.and(place.grade).map(|g| g.to_string());
    let first = [
        (Col::Key, Cell::maybe(key, Cell::Text)),
        (Col::Name, Cell::Text(name)),
        (Col::Within, Cell::maybe(within, Cell::Text)),
        (Col::Enrolled, Cell::Count(place.enrolled)),
        (Col::Participation, share(place.participation.as_ref())),
    ];
    row(first, Some(&place.sums))
}

fn place_name(report: &CreditsReport) -> String {
    let about = &report.about;
    let names = [Some(&about.district), about.school.as_ref(), about.class.as_ref()];
    names.into_iter().flatten().map(|n| n.name.as_str()).collect::<Vec<_>>().join(" · ")
}

fn pick(row: &[(Col, Cell)], columns: &[Col]) -> Vec<Cell> {
    let cell = |col: &Col| row.iter().find(|(of, _)| of == col).map_or(Cell::Empty, |(_, cell)| cell.clone());
    columns.iter().map(cell).collect()
}

/// The parts as sections of a ready report: each row leads to what it is of.
pub fn sections(frame: &Frame, report: &CreditsReport) -> Vec<Section> {
    let section = |part: Part| {
        let (key, drawn): (_, &[&str]) = match part.word {
            "total" => ("whole", &[]),
            "category" => ("categories", &["credits"]),
            "rule" => ("rules", &[]),
            "requirement" => ("requirements", &["met", "short"]),
            "level" => ("levels", &["persons"]),
            "host" => ("hosts", &["records"]),
            "school" => ("schools", &["participation"]),
            "grade" => ("grades", &["participation"]),
            "class" => ("classes", &["participation"]),
            other => (other, &["persons"]),
        };
        let shown: Vec<Col> = part.columns.iter().copied().filter(|col| *col != Col::Key).collect();
        let column = |col: &Col| {
            let column = col.column(frame);
            // One row is its own sum.
            (col.word(), if part.word == "total" { Column { summed: false, ..column } } else { column })
        };
        let mut section = Section::new(key, part.name, shown.iter().map(column).collect());
        for row in &part.rows {
            section.push(pick(row, &shown), of(part.word, row));
        }
        if drawn.is_empty() { section } else { section.drawn(drawn) }
    };
    parts(frame, report).into_iter().map(section).collect()
}

/// What a row of a part is of.
fn of(part: &str, row: &[(Col, Cell)]) -> Option<Of> {
    let key = row.iter().find_map(|(col, cell)| match cell {
        Cell::Text(text) if *col == Col::Key => Some(text.as_str()),
        _ => None,
    });
    let id = |sort: Sort| key.and_then(|key| key.parse().ok()).map(|id| sort.of(id));
    match part {
        "total" => Some(Of::whole()),
        "category" => key.map(|key| Sort::Category.named(key)),
        "rule" => key.map(|key| Sort::Rule.named(key)),
        "requirement" => key.map(|key| Of::whole().asking(key)),
        "host" => Some(id(Sort::Host).unwrap_or_else(|| Of::host(None))),
        "school" => id(Sort::School),
        "class" => id(Sort::Class),
        "grade" => key.and_then(|key| key.parse().ok()).map(|grade| Of::grade(Some(grade))),
        _ => None,
    }
}

/// All parts in one table; the first column says which part a row is of, the last which policy.
pub async fn csv(state: &AppState, frame: &Frame, report: &CreditsReport) -> Result<Response> {
    let mut columns = vec![Column::text(frame.say("部分", "Part"), 12.0)];
    columns.extend(ALL.map(|col| col.column(frame)));
    columns.push(Column::text(frame.policy_title(), 30.0));
    let policy = frame.policy_cell();
    let rows: Vec<Vec<Cell>> = parts(frame, report)
        .into_iter()
        .flat_map(|part| {
            let policy = policy.clone();
            part.rows.into_iter().map(move |row| {
                let mut cells = vec![Cell::text(part.word)];
                cells.extend(pick(&row, &ALL));
                cells.push(Cell::text(policy.as_str()));
                cells
            })
        })
        .collect();
    let export = Export {
        name: frame.file_name("credits"),
        illustrative: frame.about.policy.illustrative,
        columns,
        permit: open_exports().await?,
    };
    export.csv(state, move |mut sink| async move {
        for row in rows {
            sink.push(row).await?;
        }
        Ok(sink)
    })
}

/// A sheet for each part, the second one about the report.
pub async fn xlsx(frame: &Frame, report: &CreditsReport) -> Result<Response> {
    let _permit = open_exports().await?;
    let title = frame.say("科普学分报表", "Report on credits");
    let mut book = Book::new(frame.say("合计", "Total"), frame.mark());
    let mut write = || -> anyhow::Result<()> {
        for (at, part) in parts(frame, report).into_iter().enumerate() {
            let policy = Column::text(frame.policy_title(), 30.0);
            let mut columns: Vec<Column> = part.columns.iter().map(|col| col.column(frame)).collect();
            if part.word == "distribution" || part.word == "level" {
                for (column, col) in columns.iter_mut().zip(&part.columns) {
                    column.summed = part.word == "distribution" && *col == Col::Persons;
                }
            }
            columns.push(policy);
            book.begin(part.name, columns)?;
            for row in part.rows {
                let mut cells = pick(&row, &part.columns);
                cells.push(Cell::Text(frame.policy_cell()));
                book.row(&cells)?;
            }
            book.end()?;
            if at == 0 {
                book.about(frame.say("说明", "About"), &frame.lines(title, &[]))?;
            }
        }
        Ok(())
    };
    write().map_err(ApiError::internal)?;
    book_response(&frame.file_name("credits"), frame.about.policy.illustrative, book).await
}
