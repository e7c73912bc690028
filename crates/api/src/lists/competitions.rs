//! Lists of local contests.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use kepu_domain::competition::Stage;

use super::{
    Given,
    cells::{Reader, key},
    judge::{Act, Meaning, Row, Taken, change, tell},
    sheet::Column,
    store::{local_competitions, national},
};
use crate::{
    competitions::store::{self, Competition},
    error::Result,
    ids,
    tenancy::Tx,
};

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        key: "name",
        names: &["名称", "竞赛名称", "赛事名称", "活动名称", "项目名称", "竞赛活动名称", "name", "namezh"],
        required: true,
        example: "示范区科技创新大赛",
    },
    Column { key: "series", names: &["系列", "竞赛代码", "series"], required: false, example: "innovation" },
    Column { key: "edition", names: &["届次", "届", "年度", "edition", "year"], required: false, example: "2026" },
    Column {
        key: "name_en",
        names: &["英文名称", "英文名", "nameen", "englishname"],
        required: false,
        example: "Innovation contest",
    },
    Column {
        key: "stages",
        names: &["学段", "面向学段", "组别", "stages", "stage"],
        required: false,
        example: "小学、初中",
    },
    Column {
        key: "valid_from",
        names: &["有效期起", "起始日期", "开始日期", "起始时间", "开始时间", "启用日期", "validfrom", "from"],
        required: false,
        example: "2026-09-01",
    },
    Column {
        key: "valid_to",
        names: &[
            "有效期至",
            "有效期止",
            "截止日期",
            "终止日期",
            "结束日期",
            "结束时间",
            "有效期",
            "有效期限",
            "起止日期",
            "起止时间",
            "validto",
            "to",
        ],
        required: false,
        example: "2027-08-31",
    },
    Column {
        key: "source",
        names: &["来源", "依据", "文号", "公告", "source"],
        required: false,
        example: "区教育局公告",
    },
];

const STAGES: &[(Stage, &[&str])] = &[
    (Stage::Primary, &["小学", "primary", "小学组", "小学生", "中小学", "中小学生", "全学段", "所有学段"]),
    (
        Stage::Junior,
        &["初中", "junior", "初中组", "初中生", "中学", "中学生", "中小学", "中小学生", "全学段", "所有学段"],
    ),
    (
        Stage::Senior,
        &[
            "高中",
            "senior",
            "高中组",
            "普通高中",
            "高中生",
            "中学",
            "中学生",
            "中小学",
            "中小学生",
            "全学段",
            "所有学段",
        ],
    ),
    (Stage::Vocational, &["中职", "vocational", "中专", "职高", "中等职业学校", "全学段", "所有学段"]),
];

/// Judges all rows.
pub(super) async fn judge(tx: &mut Tx, now: DateTime<Utc>, given: &Given, rows: &[Row]) -> Result<Vec<Meaning>> {
    let district = tx.district().0;
    let known = local_competitions(tx).await?;
    let known: HashMap<(&str, &str), &Competition> =
        known.iter().map(|one| ((one.series.as_str(), one.edition.as_str()), one)).collect();
    let national = national(tx).await?;
    let mut met: HashMap<(String, String), u64> = HashMap::new();
    let mut meanings = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = Reader::of(row);
        let name = cells.required("name", 120);
        let label = name.clone().unwrap_or_default();
        // A list of one year's contests names no series: each is its own, through the years by its name.
        let series = cells.text("series", 60).or_else(|| name.as_ref().map(|name| name.chars().take(60).collect()));
        let (from, to) = cells.term(given);
        let edition = cells.year("edition", 40).or_else(|| from.map(|day| day.year().to_string()));
        let name_en = cells.text("name_en", 200);
        let stages = cells.words("stages", STAGES);
        let stages: Vec<String> = Stage::ALL
            .into_iter()
            .filter(|stage| stages.contains(stage))
            .map(|stage| stage.word().to_owned())
            .collect();
        let source = cells.text("source", 400).or_else(|| Some(given.source.clone()).filter(|text| !text.is_empty()));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            cells.refuse("valid_to", "before_valid_from", "must not lie before valid_from");
        }
        if series.as_ref().is_some_and(|series| series.starts_with("national-")) {
            cells.refuse("series", "reserved", "must not begin with national-, which is for the national list");
        }
        let parts = name.zip(series).zip(edition).zip(from);
        let Some((((name, series), edition), valid_from)) = parts else {
            meanings.push(Meaning {
                label,
                verdict: cells.finish().map(|()| Taken { changes: Vec::new(), act: Act::None }),
            });
            continue;
        };
        let label = format!("{name} {edition}");
        let place = (series.clone(), edition.clone());
        if let Some(earlier) = met.get(&place) {
            cells.refuse("name", "twice_in_file", format!("stands in row {earlier} already"));
        }
        // A contest of the national list is known already: a second one of its name would count once more.
        let on_national = national.iter().any(|one| {
            key(&one.name_zh) == key(&name)
                && one.valid_to.is_none_or(|last| valid_from <= last)
                && to.is_none_or(|last| one.valid_from <= last)
        });
        let taken = if on_national {
            Taken { changes: Vec::new(), act: Act::None }
        } else if let Some(known) = known.get(&(series.as_str(), edition.as_str())) {
            let (mut after, mut changes) = ((*known).clone(), Vec::new());
            change(&mut changes, "name", &mut after.name_zh, Some(name));
            change(&mut changes, "name_en", &mut after.name_en, name_en);
            change(&mut changes, "source", &mut after.source, source);
            let mut before = after.stages.join(", ");
            change(&mut changes, "stages", &mut before, Some(stages.join(", ")).filter(|text| !text.is_empty()));
            if !stages.is_empty() {
                after.stages = stages;
            }
            let mut before = after.valid_from.to_string();
            change(&mut changes, "valid_from", &mut before, Some(valid_from.to_string()));
            after.valid_from = valid_from;
            let mut before = after.valid_to.map(|day| day.to_string()).unwrap_or_default();
            change(&mut changes, "valid_to", &mut before, to.map(|day| day.to_string()));
            after.valid_to = to.or(after.valid_to);
            if let Some((first, last)) = store::days_of_results(tx, known.id).await?
                && (first < after.valid_from || after.valid_to.is_some_and(|to| to < last))
            {
                let message = format!("must hold the results, which were entered from {first} to {last}");
                cells.refuse("valid_from", "results_outside", message);
            }
            if given.listed && !known.listed {
                if store::days_of_results(tx, known.id).await?.is_some() {
                    let message = "has results, which were entered while it was on no list; it stays so";
                    cells.refuse("name", "has_results", message);
                }
                let mut before = "no".to_owned();
                change(&mut changes, "listed", &mut before, Some("yes".to_owned()));
                after.listed = true;
            }
            let act = if changes.is_empty() { Act::None } else { Act::ChangeCompetition(Box::new(after)) };
            Taken { changes, act }
        } else {
            let mut changes = Vec::new();
            tell(&mut changes, row, "edition", Some(&edition));
            tell(&mut changes, row, "valid_from", Some(&valid_from.to_string()));
            tell(&mut changes, row, "valid_to", to.map(|day| day.to_string()).as_deref());
            tell(&mut changes, row, "listed", given.listed.then_some("yes"));
            let added = Competition {
                id: ids::new(),
                district_id: Some(district),
                series,
                edition,
                name_zh: name,
                name_en: name_en.unwrap_or_default(),
                list_no: None,
                stages,
                listed: given.listed,
                valid_from,
                valid_to: to,
                source: source.unwrap_or_default(),
                version: 1,
                created_at: now,
                updated_at: now,
            };
            Taken { changes, act: Act::AddCompetition(Box::new(added)) }
        };
        let verdict = cells.finish().map(|()| taken);
        if verdict.is_ok() {
            met.insert(place, row.number());
        }
        meanings.push(Meaning { label, verdict });
    }
    Ok(meanings)
}
