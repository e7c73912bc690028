//! Lists of organizations.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Given,
    cells::{Reader, key, level},
    judge::{Act, Meaning, Row, Taken, change, tell},
    kinds::{KINDS, is_nature, kind_of, told_by_name},
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
        names: &["类型", "单位类型", "机构类型", "类别", "单位类别", "机构类别", "单位性质", "kind", "type"],
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
    Column {
        key: "nature",
        names: &["单位性质", "性质", "办学性质", "办园性质", "nature"],
        required: false,
        example: "公办",
    },
];

/// The attribute that keeps what a list calls 性质: 公办, 民办 …
const NATURE: &str = "nature";

/// The kind that a name says more clearly than what is registered. A base may be called a museum, and a museum a base.
fn clearer(known: OrganizationKind, name: Option<&str>) -> Option<OrganizationKind> {
    use OrganizationKind::{Base, Museum};
    let named = name.and_then(told_by_name)?;
    (!(matches!(known, Base | Museum) && matches!(named, Base | Museum))).then_some(named)
}

/// Judges all rows.
pub(super) async fn judge(tx: &mut Tx, now: DateTime<Utc>, given: &Given, rows: &[Row]) -> Result<Vec<Meaning>> {
    let district = tx.district().0;
    let filter = store::Filter { district: Some(district), ..store::Filter::default() };
    let known = store::list(tx, &filter, None, i64::MAX).await?;
    let mut book = Book::new(&known);
    let wanted: Vec<_> = rows.iter().filter_map(|row| book.other_kind(row)).collect();
    book.in_use = store::kind_in_use(tx, &wanted).await?;
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
    /// Codes and names of earlier rows that are taken.
    met: HashMap<String, u64>,
    /// Those whose kind cannot become another, for something depends on it.
    in_use: HashSet<Uuid>,
}

/// What a row says of the kind, beside the name.
struct SaidKind<'r> {
    /// The kind.
    kind: Option<OrganizationKind>,
    /// What it says of who runs it, such as 公办.
    nature: Option<&'r str>,
    /// A word that is none of both.
    unknown: bool,
}

impl<'r> SaidKind<'r> {
    fn of(row: &'r Row) -> Self {
        let cell = |column| row.cells.get(column).map(|text| text.trim()).filter(|text| !text.is_empty());
        let (said, nature) = (cell("kind"), cell("nature"));
        let kind = said.and_then(kind_of);
        let in_kind = said.filter(|text| kind.is_none() && is_nature(text));
        let unknown = said.is_some() && kind.is_none() && in_kind.is_none();
        // 性质 may say the kind after all; what else it says is kept as it is.
        let in_nature = nature.and_then(kind_of);
        let nature = nature.filter(|_| in_nature.is_none()).or(in_kind);
        Self { kind: kind.or(in_nature), nature, unknown }
    }
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
            in_use: HashSet::new(),
        }
    }

    /// Who is known and would be of another kind by a row, and of which.
    fn other_kind(&self, row: &Row) -> Option<(Uuid, OrganizationKind)> {
        let mut cells = Reader::new(row.number(), &row.cells);
        let (code, name) = (cells.code("code", 40), cells.text("name", 120));
        let known = self.known(&mut cells, code.as_deref(), name.as_deref())?;
        let kind = SaidKind::of(row).kind.or_else(|| clearer(known.kind, name.as_deref()))?;
        (kind != known.kind).then_some((known.id, kind))
    }

    fn meaning(
        &mut self,
        row: &Row,
        given: &Given,
        new: impl FnOnce(OrganizationKind, String, String) -> Organization,
    ) -> Meaning {
        let mut cells = Reader::of(row);
        let name = cells.required("name", 120);
        let label = name.clone().unwrap_or_default();
        let code = cells.code("code", 40);
        let said = SaidKind::of(row);
        if said.unknown {
            cells.word("kind", KINDS);
        }
        let name_en = cells.text("name_en", 200);
        let level = cells.text("level", 40).map(|text| level(&text));
        let known = self.known(&mut cells, code.as_deref(), name.as_deref());
        let fixed = known.filter(|known| self.in_use.contains(&known.id));
        if let Some(known) = fixed
            && said.kind.is_some_and(|kind| kind != known.kind)
        {
            let message = format!(
                "must be {}: classes, activities, licences, agreements or accounts depend on its kind",
                known.kind.as_str()
            );
            cells.refuse("kind", "kind_stays", message);
        }
        let kind = match (fixed, known) {
            (Some(fixed), _) => Some(fixed.kind),
            (None, Some(known)) => said.kind.or_else(|| clearer(known.kind, name.as_deref())).or(Some(known.kind)),
            // A list is of one kind at the most: where a name says another, the name is right.
            (None, None) => said.kind.or_else(|| name.as_deref().and_then(told_by_name)).or(given.organization_kind),
        };
        if kind.is_none() && !said.unknown {
            cells.refuse("kind", "required", "must say of what kind a new organization is");
        }
        let nature = said.nature.map(|text| text.chars().take(60).collect::<String>());
        let by_code = code.as_ref().map(|code| format!("code {code}"));
        let by_name = name.as_ref().map(|name| format!("name {}", key(name)));
        let met: Vec<String> = by_code.into_iter().chain(by_name).collect();
        if let Some(earlier) = met.iter().find_map(|met| self.met.get(met)) {
            cells.refuse("name", "twice_in_file", format!("stands in row {earlier} already"));
        }
        if cells.is_sound() {
            self.met.extend(met.into_iter().map(|met| (met, row.number())));
        }
        let verdict = cells.finish().map(|()| match (known, name, kind) {
            (Some(known), name, kind) => {
                let (mut after, mut changes) = (known.clone(), Vec::new());
                // Who was found by the name is not called otherwise because a bracket is wider.
                let name = name.filter(|name| code.is_some() || key(name) != key(&known.name_zh));
                change(&mut changes, "name", &mut after.name_zh, name);
                change(&mut changes, "name_en", &mut after.name_en, name_en);
                let mut before = after.level.clone().unwrap_or_default();
                change(&mut changes, "level", &mut before, level);
                after.level = Some(before).filter(|level| !level.is_empty());
                let mut before = known.kind.as_str().to_owned();
                change(&mut changes, "kind", &mut before, kind.map(|kind| kind.as_str().to_owned()));
                after.kind = kind.unwrap_or(known.kind);
                let mut before =
                    known.attributes.get(NATURE).and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
                change(&mut changes, "nature", &mut before, nature.clone());
                if let Some(nature) = nature {
                    after.attributes.insert(NATURE.to_owned(), Value::String(nature));
                }
                let act = if changes.is_empty() { Act::None } else { Act::ChangeOrganization(Box::new(after)) };
                Taken { changes, act }
            }
            (None, Some(name), Some(kind)) => {
                let code = code.unwrap_or_else(|| self.free_code(kind));
                self.codes.insert(code.clone());
                let mut added = new(kind, code, name);
                added.name_en = name_en.unwrap_or_default();
                added.level = level;
                let mut changes = Vec::new();
                tell(&mut changes, row, "kind", Some(kind.as_str()));
                tell(&mut changes, row, "nature", nature.as_deref());
                if let Some(nature) = nature {
                    added.attributes.insert(NATURE.to_owned(), Value::String(nature));
                }
                Taken { changes, act: Act::AddOrganization(Box::new(added)) }
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
