//! Lists of what the months of a programme's year are about, and of what runs beside them.
//!
//! A row is a theme of a month, unless it says that it is a strand. The edition of its year is made as a draft if the
//! programme has none. Rows count only for programmes that whoever asks runs, so such a list is seen by nobody else.

mod book;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use kepu_domain::roster::cell::fold;
use uuid::Uuid;

use self::book::{Book, Place};
use super::{
    Given,
    cells::{Reader, key, tidy},
    judge::{Meaning, Row},
    sheet::Column,
};
use crate::{
    auth::Actor,
    error::Result,
    ids,
    programmes::{
        self, StrandKind, TitleCertainty,
        store::{self, Programme},
    },
    sheet,
    tenancy::Tx,
};

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column { key: "month", names: &["月份", "月", "month", "时间"], required: true, example: "2026-03" },
    Column {
        key: "title_zh",
        names: &["主题", "主题名称", "名称", "中文主题", "主题中文名", "titlezh", "themezh", "theme", "title"],
        required: false,
        example: "筑梦航天",
    },
    Column {
        key: "title_en",
        names: &["英文主题", "主题英文名", "英文名称", "titleen", "themeen"],
        required: false,
        example: "Dream of space",
    },
    Column {
        key: "kind", names: &["类别", "类型", "板块", "kind", "strand"], required: false, example: "主题"
    },
    Column {
        key: "programme", names: &["科普计划", "计划", "项目", "programme"], required: false, example: ""
    },
    Column { key: "year", names: &["年度", "年份", "年", "year"], required: false, example: "2026" },
    Column {
        key: "main_theme",
        names: &["年度主题", "总主题", "年度主题名称", "maintheme", "editiontitle"],
        required: false,
        example: "科学就在身边",
    },
    Column { key: "topic", names: &["内容", "专题", "topic"], required: false, example: "" },
    Column {
        key: "venues",
        names: &["主场馆", "主会场", "场馆", "地点", "venues", "mainvenue", "mainvenues"],
        required: false,
        example: "示范科技馆",
    },
    Column {
        key: "zh_certainty",
        names: &["中文名依据", "主题依据", "zhcertainty", "certainty"],
        required: false,
        example: "",
    },
    Column {
        key: "source",
        names: &["来源", "依据", "文号", "公告", "source"],
        required: false,
        example: "年度工作方案",
    },
];

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A theme of a month.
    Theme,
    /// What runs beside the months.
    Strand(StrandKind),
}

const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Theme, &["主题", "theme", "月度主题", "每月主题"]),
    (Kind::Strand(StrandKind::ThemedActivities), &["主题活动", "themed_activities", "themed activities"]),
    (Kind::Strand(StrandKind::Exchange), &["交流", "exchange", "专题交流", "交流活动"]),
    (Kind::Strand(StrandKind::Competition), &["竞赛", "competition", "赛事", "比赛"]),
    (Kind::Strand(StrandKind::Training), &["培训", "training", "教师培训", "科技教师培训"]),
];

const CERTAINTIES: &[(TitleCertainty, &[&str])] = &[
    (TitleCertainty::Published, &["公布", "published", "已公布"]),
    (TitleCertainty::Inferred, &["推断", "inferred", "推测"]),
    (TitleCertainty::NotFound, &["未找到", "not found", "not_found", "notfound"]),
];

/// Judges all rows.
pub(super) async fn judge(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    given: &Given,
    rows: &[Row],
) -> Result<Vec<Meaning>> {
    let mut programmes = programmes::managed_by(tx, actor).await?;
    let fresh = if given.new_programmes { unknown(tx, actor, now, given, rows).await? } else { Vec::new() };
    programmes.extend(fresh.iter().cloned());
    let mut book = Book::new(&programmes, fresh.clone());
    let mut wanted: Vec<(Uuid, i32)> = rows.iter().filter_map(|row| at(&programmes, given, row)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for (programme, year) in wanted {
        if let Some(new) = fresh.iter().find(|one| one.id == programme) {
            book.places.insert((programme, year), Place::new(new.clone(), year, now));
            continue;
        }
        // Whoever makes an edition or changes its parts holds these rows as well.
        let programme = store::lock_programme(tx, programme).await?;
        let filter = store::Filter {
            programme: Some(programme.id),
            year: Some(year),
            all_drafts: true,
            ..store::Filter::default()
        };
        let place = match store::list_editions(tx, &filter, None, 1).await?.pop() {
            Some(found) => {
                let edition = store::lock_edition(tx, found.id).await?;
                let (themes, strands) = (store::themes(tx, found.id).await?, store::strands(tx, found.id).await?);
                Place::known(edition, themes, strands)
            }
            None => Place::new(programme, year, now),
        };
        book.places.insert((place.edition.programme_id, year), place);
    }
    for row in rows {
        let Some(place) = at(&programmes, given, row).and_then(|key| book.places.get_mut(&key)) else { continue };
        place.hear(given, row, month_of(row).map(|(_, month)| month));
    }
    Ok(rows.iter().map(|row| book.meaning(now, given, row)).collect())
}

/// The programmes that rows name and that nobody runs yet, to be entered as the actor's own.
async fn unknown(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    given: &Given,
    rows: &[Row],
) -> Result<Vec<Programme>> {
    let Some(authority) = programmes::own_authority(tx, actor).await? else { return Ok(Vec::new()) };
    let mut known = store::list_programmes(tx, None, i64::MAX).await?;
    let before = known.len();
    for word in rows.iter().filter_map(|row| cell(row, "programme").or(given.programme.as_deref())) {
        let name: String = tidy(word).chars().take(120).collect();
        if !named(&known, &name).is_empty() {
            continue;
        }
        let code = (1..).map(|number: u32| format!("programme-{number:03}"));
        let code = code.into_iter().find(|code| !known.iter().any(|one| one.code == *code)).unwrap_or_default();
        known.push(Programme {
            id: ids::new(),
            authority_id: authority,
            authority_name_zh: String::new(),
            authority_name_en: String::new(),
            code,
            name_zh: name,
            name_en: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        });
    }
    Ok(known.split_off(before))
}

fn cell<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    row.cells.get(column).map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The programme and the year of a row, if it says both.
fn at(programmes: &[Programme], given: &Given, row: &Row) -> Option<(Uuid, i32)> {
    let word = cell(row, "programme").or(given.programme.as_deref())?;
    let [one] = named(programmes, word)[..] else { return None };
    Some((one.id, year_of(row)?))
}

/// The programmes of this code, or else of this name.
fn named<'p>(programmes: &'p [Programme], word: &str) -> Vec<&'p Programme> {
    let coded: Vec<&Programme> = programmes.iter().filter(|one| one.code == fold(word)).collect();
    if !coded.is_empty() {
        return coded;
    }
    programmes
        .iter()
        .filter(|one| [&one.name_zh, &one.name_en].into_iter().any(|name| key(name) == key(word)))
        .collect()
}

fn year_of(row: &Row) -> Option<i32> {
    let said = cell(row, "year").and_then(|text| fold(text).trim_end_matches(['年', '度']).trim().parse().ok());
    said.or_else(|| cell(row, "month").and_then(|text| month(text, None)).map(|(year, _)| year))
        .filter(|year| (2000..=2100).contains(year))
}

/// The year and the first day of the month of a row, if it can be read.
fn month_of(row: &Row) -> Option<(i32, NaiveDate)> {
    month(cell(row, "month")?, year_of(row))
}

/// Reads 2026-03, 2026/3, 2026年3月, 202603, 2026-03-01, that day as Excel counts it, or with the year beside it 3, 3月
/// and 三月.
fn month(text: &str, year: Option<i32>) -> Option<(i32, NaiveDate)> {
    let text = fold(text);
    if text.len() == 5
        && let Some(day) = sheet::day(&text)
    {
        return Some((day.year(), day.with_day(1)?));
    }
    let in_words =
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"].into_iter().zip(1_u32..);
    let word = text.rsplit('年').next().unwrap_or_default().trim_end_matches(['份', '月']);
    let word = in_words.into_iter().find(|(name, _)| *name == word.trim());
    let text = word.map_or_else(
        || text.clone(),
        |(_, month)| {
            let before = text.rsplit_once('年').map_or("", |(before, _)| before);
            format!("{before} {month}")
        },
    );
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, month) = match (parts.as_slice(), year) {
        ([all], _) if all.len() == 6 => (all.get(..4)?.parse().ok()?, all.get(4..)?),
        ([month], Some(year)) if month.len() <= 2 => (year, *month),
        ([year, month, ..], _) if year.len() == 4 => (year.parse().ok()?, *month),
        _ => return None,
    };
    Some((year, NaiveDate::from_ymd_opt(year, month.parse().ok()?, 1)?))
}

/// The month of a row that must have one.
fn read_month(cells: &mut Reader<'_>, row: &Row) -> Option<NaiveDate> {
    let Some(text) = cell(row, "month") else {
        cells.refuse("month", "required", "must not be empty");
        return None;
    };
    let found = month(text, year_of(row)).map(|(_, month)| month);
    if found.is_none() {
        cells.refuse("month", "invalid_month", "must be a month such as 2026-03");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_people_write_them() {
        let march = NaiveDate::from_ymd_opt(2026, 3, 1).map(|day| (2026, day));
        for text in ["2026-03", "2026/3", "2026年3月", "202603", "2026-03-17", "2026-03-01T00:00:00"] {
            assert_eq!(month(text, None), march, "{text}");
        }
        for text in ["２０２６年３月", "2026年三月", "2026.3", "46082"] {
            assert_eq!(month(text, None), march, "{text}");
        }
        for text in ["3", "3月", "三月", "三月份", "３"] {
            assert_eq!(month(text, Some(2026)), march, "{text}");
        }
        let december = NaiveDate::from_ymd_opt(2026, 12, 1).map(|day| (2026, day));
        assert_eq!(month("十二月", Some(2026)), december);
        for text in ["3", "2026", "2026-13", "March", "03-2026", ""] {
            assert_eq!(month(text, None), None, "{text}");
        }
    }
}
