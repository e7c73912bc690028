//! Lists of organizations.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Map;
use sqlx::types::Json;

use super::{
    Given,
    cells::{Reader, key, level},
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
        names: &[
            "名称",
            "单位名称",
            "机构名称",
            "学校名称",
            "基地名称",
            "幼儿园名称",
            "园所名称",
            "中心名称",
            "场馆名称",
            "企业名称",
            "公司名称",
            "社区名称",
            "单位全称",
            "学校全称",
            "全称",
            "单位",
            "学校",
            "幼儿园",
            "基地",
            "场馆",
            "企业",
            "name",
            "namezh",
        ],
        required: true,
        example: "示范科技馆",
    },
    Column {
        key: "kind",
        names: &["类型", "单位类型", "机构类型", "单位性质", "性质", "类别", "kind", "type"],
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
    (OrganizationKind::Museum, &["博物馆", "museum", "科技馆", "场馆", "科普场馆", "美术馆", "图书馆", "馆"]),
    (OrganizationKind::Company, &["企业", "company", "公司"]),
    (OrganizationKind::Institute, &["科研院所", "institute", "研究所", "研究院", "科研机构", "科学院"]),
    (OrganizationKind::University, &["高校", "university", "大学", "学院", "高等院校"]),
    (OrganizationKind::Community, &["社区", "community", "街道", "街道办", "街道办事处", "居委会", "居民委员会"]),
    (OrganizationKind::Media, &["媒体", "media"]),
    (OrganizationKind::Authority, &["主管部门", "authority", "机关", "政府部门", "局", "委员会"]),
];

/// The kind that a word says: a known one, or one with something before it, such as 民办幼儿园; the longest is meant.
fn kind_of(text: &str) -> Option<OrganizationKind> {
    let text = key(text);
    let ends = KINDS.iter().flat_map(|(kind, names)| names.iter().map(move |name| (*kind, *name)));
    let ends = ends.filter(|(_, name)| text == *name || (!name.is_ascii() && text.ends_with(name)));
    ends.max_by_key(|(_, name)| name.len()).map(|(kind, _)| kind)
}

/// Judges all rows.
pub(super) async fn judge(tx: &mut Tx, now: DateTime<Utc>, given: &Given, rows: &[Row]) -> Result<Vec<Meaning>> {
    let district = tx.district().0;
    let filter = store::Filter { district: Some(district), ..store::Filter::default() };
    let known = store::list(tx, &filter, None, i64::MAX).await?;
    let mut book = Book::new(&known);
    let mut meanings = Vec::with_capacity(rows.len());
    for row in rows {
        meanings.push(book.meaning(row, given, |kind, code, name| Organization {
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
    /// By [`key`] of the name.
    by_name: HashMap<String, Vec<&'k Organization>>,
    codes: HashSet<String>,
    met: HashMap<String, u64>,
}

impl<'k> Book<'k> {
    fn new(known: &'k [Organization]) -> Self {
        let mut by_name: HashMap<String, Vec<&Organization>> = HashMap::new();
        for one in known {
            by_name.entry(key(&one.name_zh)).or_default().push(one);
        }
        Self {
            by_code: known.iter().map(|one| (one.code.as_str(), one)).collect(),
            by_name,
            codes: known.iter().map(|one| one.code.clone()).collect(),
            met: HashMap::new(),
        }
    }

    fn meaning(
        &mut self,
        row: &Row,
        given: &Given,
        new: impl FnOnce(OrganizationKind, String, String) -> Organization,
    ) -> Meaning {
        let mut cells = Reader::new(row.number(), &row.cells);
        let name = cells.required("name", 120);
        let label = name.clone().unwrap_or_default();
        let code = cells.code("code", 40);
        let said = row.cells.get("kind").map(|text| text.trim()).filter(|text| !text.is_empty());
        let kind = said.and_then(kind_of).or_else(|| cells.word("kind", KINDS));
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
        let kind = known.map(|one| one.kind).or(kind).or(given.organization_kind.filter(|_| said.is_none()));
        if kind.is_none() && said.is_none() {
            cells.refuse("kind", "required", "must say of what kind a new organization is");
        }
        let met = code
            .as_ref()
            .map(|code| format!("code {code}"))
            .into_iter()
            .chain(name.as_ref().map(|name| format!("name {}", key(name))));
        for met in met {
            if let Some(earlier) = self.met.insert(met, row.number()) {
                cells.refuse("name", "twice_in_file", format!("stands in row {earlier} already"));
                break;
            }
        }
        let verdict = cells.finish().map(|()| match (known, name, kind) {
            (Some(known), name, _) => {
                let (mut after, mut changes) = (known.clone(), Vec::new());
                // Who was found by the name is not called otherwise because a bracket is wider.
                let name = name.filter(|name| code.is_some() || key(name) != key(&known.name_zh));
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
        let named = name.and_then(|name| self.by_name.get(&key(name))).map_or(&[][..], Vec::as_slice);
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("学 校", Some(OrganizationKind::School))]
    #[case("民办幼儿园", Some(OrganizationKind::Kindergarten))]
    #[case("大学附属小学", Some(OrganizationKind::School))]
    #[case("市级科普教育基地", Some(OrganizationKind::Base))]
    #[case("天文馆", Some(OrganizationKind::Museum))]
    #[case("Ｍuseum", Some(OrganizationKind::Museum))]
    #[case("区教育局", Some(OrganizationKind::Authority))]
    #[case("nuseum museum", None)]
    #[case("动物园", None)]
    fn kinds_are_told_by_how_they_end(#[case] text: &str, #[case] kind: Option<OrganizationKind>) {
        assert_eq!(kind_of(text), kind);
    }
}
