//! Lists of organizations.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Map;
use sqlx::types::Json;

use super::{
    cells::{Reader, level},
    judge::{Act, Meaning, Row, Taken, change},
    sheet::Column,
};
use crate::{
    error::Result,
    ids,
    organizations::{
        OrganizationKind, OrganizationStatus,
        store::{self, Organization},
    },
    tenancy::Tx,
};

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        key: "name",
        names: &["名称", "单位名称", "机构名称", "学校名称", "基地名称", "name", "namezh"],
        required: true,
        example: "示范科技馆",
    },
    Column {
        key: "kind",
        names: &["类型", "单位类型", "机构类型", "类别", "kind", "type"],
        required: false,
        example: "博物馆",
    },
    Column {
        key: "code",
        names: &["代码", "单位代码", "编码", "机构代码", "code"],
        required: false,
        example: "museum-01",
    },
    Column {
        key: "name_en",
        names: &["英文名称", "英文名", "nameen", "englishname"],
        required: false,
        example: "Demonstration Science Museum",
    },
    Column { key: "level", names: &["级别", "等级", "level"], required: false, example: "市级" },
];

const KINDS: &[(OrganizationKind, &[&str])] = &[
    (
        OrganizationKind::School,
        &["学校", "school", "小学", "中学", "初中", "高中", "中小学", "九年一贯制学校", "完全中学"],
    ),
    (OrganizationKind::Kindergarten, &["幼儿园", "kindergarten"]),
    (OrganizationKind::Base, &["基地", "base", "科普基地", "教育基地", "农场", "生态园"]),
    (OrganizationKind::Museum, &["博物馆", "museum", "科技馆", "场馆", "科普场馆", "美术馆", "图书馆"]),
    (OrganizationKind::Company, &["企业", "company", "公司"]),
    (OrganizationKind::Institute, &["科研院所", "institute", "研究所", "研究院", "科研机构"]),
    (OrganizationKind::University, &["高校", "university", "大学", "学院", "高等院校"]),
    (OrganizationKind::Community, &["社区", "community", "街道"]),
    (OrganizationKind::Media, &["媒体", "media"]),
    (OrganizationKind::Authority, &["主管部门", "authority", "机关", "政府部门"]),
];

/// Judges all rows.
pub(super) async fn judge(tx: &mut Tx, now: DateTime<Utc>, rows: &[Row]) -> Result<Vec<Meaning>> {
    let district = tx.district().0;
    let filter = store::Filter { district: Some(district), ..store::Filter::default() };
    let known = store::list(tx, &filter, None, i64::MAX).await?;
    let mut book = Book::new(&known);
    let mut meanings = Vec::with_capacity(rows.len());
    for row in rows {
        meanings.push(book.meaning(row, |kind, code, name| Organization {
            id: ids::new(),
            district_id: district,
            kind,
            code,
            name_zh: name,
            name_en: String::new(),
            level: None,
            attributes: Json(Map::new()),
            status: OrganizationStatus::Active,
            version: 1,
            created_at: now,
            updated_at: now,
        }));
    }
    Ok(meanings)
}

/// Who is known, and who was met in the list.
struct Book<'k> {
    by_code: HashMap<&'k str, &'k Organization>,
    by_name: HashMap<&'k str, Vec<&'k Organization>>,
    codes: HashSet<String>,
    met: HashMap<String, u64>,
}

impl<'k> Book<'k> {
    fn new(known: &'k [Organization]) -> Self {
        let mut by_name: HashMap<&str, Vec<&Organization>> = HashMap::new();
        for one in known {
            by_name.entry(one.name_zh.as_str()).or_default().push(one);
        }
        Self {
            by_code: known.iter().map(|one| (one.code.as_str(), one)).collect(),
            by_name,
            codes: known.iter().map(|one| one.code.clone()).collect(),
            met: HashMap::new(),
        }
    }

    fn meaning(&mut self, row: &Row, new: impl FnOnce(OrganizationKind, String, String) -> Organization) -> Meaning {
        let mut cells = Reader::new(row.number(), &row.cells);
        let name = cells.required("name", 120);
        let label = name.clone().unwrap_or_default();
        let code = cells.text("code", 40);
        let kind = cells.word("kind", KINDS);
        let name_en = cells.text("name_en", 200);
        let level = cells.text("level", 40).map(|text| level(&text));
        let known = self.known(&mut cells, code.as_deref(), name.as_deref());
        if let Some(known) = known
            && kind.is_some_and(|kind| kind != known.kind)
        {
            cells.refuse(
                "kind",
                "kind_stays",
                format!("must be {}: what kind an organization is never changes", known.kind.as_str()),
            );
        }
        let kind = known.map(|one| one.kind).or(kind);
        if kind.is_none() && !row.cells.contains_key("kind") {
            cells.refuse("kind", "required", "must say of what kind a new organization is");
        }
        let met = code
            .as_ref()
            .map(|code| format!("code {code}"))
            .into_iter()
            .chain(name.as_ref().map(|name| format!("name {name}")));
        for key in met {
            if let Some(earlier) = self.met.insert(key, row.number()) {
                cells.refuse("name", "twice_in_file", format!("stands in row {earlier} already"));
                break;
            }
        }
        let verdict = cells.finish().map(|()| match (known, name, kind) {
            (Some(known), name, _) => {
                let (mut after, mut changes) = (known.clone(), Vec::new());
                change(&mut changes, "name", &mut after.name_zh, name);
                change(&mut changes, "name_en", &mut after.name_en, name_en);
                let mut before = after.level.clone().unwrap_or_default();
                change(&mut changes, "level", &mut before, level);
                after.level = Some(before).filter(|level| !level.is_empty());
                let act = if changes.is_empty() { Act::None } else { Act::ChangeOrganization(Box::new(after)) };
                Taken { changes, act }
            }
            (None, Some(name), Some(kind)) => {
                let code = code.unwrap_or_else(|| self.free_code(kind));
                self.codes.insert(code.clone());
                let mut added = new(kind, code, name);
                added.name_en = name_en.unwrap_or_default();
                added.level = level;
                Taken { changes: Vec::new(), act: Act::AddOrganization(Box::new(added)) }
            }
            // Both were asked for above.
            (None, _, _) => Taken { changes: Vec::new(), act: Act::None },
        });
        Meaning { label, verdict }
    }

    /// Who the row is about: by its code, else by its name.
    fn known(&self, cells: &mut Reader<'_>, code: Option<&str>, name: Option<&str>) -> Option<&'k Organization> {
        let named = name.and_then(|name| self.by_name.get(name)).map_or(&[][..], Vec::as_slice);
        match (code.and_then(|code| self.by_code.get(code)), named) {
            (Some(known), _) => Some(known),
            (None, [one]) if code.is_none() => Some(one),
            (None, []) => None,
            (None, others) => {
                let codes: Vec<&str> = others.iter().map(|one| one.code.as_str()).collect();
                let message = format!("is the name of {}; write its code, or another name", codes.join(", "));
                cells.refuse("name", "name_known", message);
                None
            }
        }
    }

    /// The next number of this kind that nobody has.
    fn free_code(&self, kind: OrganizationKind) -> String {
        let mut number = 1_u32;
        loop {
            let code = format!("{}-{number:03}", kind.as_str());
            if !self.codes.contains(&code) {
                return code;
            }
            number = number.saturating_add(1);
        }
    }
}
