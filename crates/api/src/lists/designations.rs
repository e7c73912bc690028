//! Lists of designations: who holds which licence or title, as an authority publishes them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kepu_domain::designation::{self as rules, Term, admit};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Given,
    cells::{Reader, level},
    judge::{Act, Meaning, Row, Taken},
    sheet::Column,
    store::reaching_schemes,
};
use crate::{
    designations::store::{self, Designation, Scheme},
    error::Result,
    ids,
    organizations::{
        OrganizationStatus,
        store::{self as holders, Organization},
    },
    tenancy::Tx,
};

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        key: "holder",
        names: &[
            "单位",
            "单位名称",
            "持有单位",
            "基地名称",
            "学校名称",
            "机构名称",
            "名称",
            "单位代码",
            "organization",
            "holder",
            "name",
            "code",
        ],
        required: true,
        example: "示范科技馆",
    },
    Column {
        key: "scheme",
        names: &["资质", "资质类别", "类别", "称号", "scheme", "title"],
        required: false,
        example: "base",
    },
    Column {
        key: "number",
        names: &["编号", "证书编号", "牌号", "文号编号", "number", "no"],
        required: true,
        example: "示科〔2026〕1 号",
    },
    Column { key: "level", names: &["级别", "等级", "level"], required: false, example: "市级" },
    Column {
        key: "valid_from",
        names: &["有效期起", "起始日期", "生效日期", "认定日期", "授牌日期", "开始日期", "validfrom", "from"],
        required: true,
        example: "2026-09-01",
    },
    Column {
        key: "valid_to",
        names: &["有效期至", "截止日期", "终止日期", "到期日期", "结束日期", "validto", "to"],
        required: false,
        example: "2029-08-31",
    },
    Column {
        key: "source",
        names: &["来源", "依据", "文号", "公告", "source"],
        required: false,
        example: "区教育局公告",
    },
];

/// Judges all rows.
pub(super) async fn judge(tx: &mut Tx, now: DateTime<Utc>, given: &Given, rows: &[Row]) -> Result<Vec<Meaning>> {
    let district = tx.district().0;
    let filter = holders::Filter { district: Some(district), ..holders::Filter::default() };
    let organizations = holders::list(tx, &filter, None, i64::MAX).await?;
    let schemes = reaching_schemes(tx).await?;
    let mut held = Vec::new();
    for scheme in &schemes {
        held.extend(store::of_scheme(tx, scheme.id).await?);
    }
    let mut book = Book::new(&organizations, &schemes, held)?;
    Ok(rows.iter().map(|row| book.meaning(now, given, row)).collect())
}

/// Who and what there is, and what was granted by earlier rows.
struct Book<'k> {
    by_name: HashMap<&'k str, Vec<&'k Organization>>,
    by_code: HashMap<&'k str, &'k Organization>,
    schemes: &'k [Scheme],
    /// By scheme and number.
    numbers: HashMap<(Uuid, String), Held>,
    /// By holder and scheme.
    terms: HashMap<(Uuid, Uuid), Vec<rules::Designation>>,
}

/// A number that is taken: by a designation, or by an earlier row.
enum Held {
    Known(Box<Designation>),
    Row(u64),
}

impl<'k> Book<'k> {
    fn new(organizations: &'k [Organization], schemes: &'k [Scheme], held: Vec<Designation>) -> Result<Self> {
        let mut by_name: HashMap<&str, Vec<&Organization>> = HashMap::new();
        for one in organizations {
            by_name.entry(one.name_zh.as_str()).or_default().push(one);
        }
        let mut terms: HashMap<_, Vec<_>> = HashMap::new();
        for one in &held {
            terms.entry((one.holder(), one.scheme_id)).or_default().push(one.rules()?);
        }
        let numbers = held.into_iter().map(|one| ((one.scheme_id, one.number.clone()), Held::Known(Box::new(one))));
        Ok(Self {
            by_name,
            by_code: organizations.iter().map(|one| (one.code.as_str(), one)).collect(),
            schemes,
            numbers: numbers.collect(),
            terms,
        })
    }

    fn meaning(&mut self, now: DateTime<Utc>, given: &Given, row: &Row) -> Meaning {
        let mut cells = Reader::new(row.number(), &row.cells);
        let holder = cells.required("holder", 120);
        let number = cells.required("number", 60);
        let label = [holder.as_deref(), number.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let holder = holder.and_then(|text| self.holder(&mut cells, &text));
        let scheme = cells.text("scheme", 120).or_else(|| given.scheme.clone());
        let scheme = self.scheme(&mut cells, scheme.as_deref());
        let level = cells.text("level", 40).map(|text| level(&text));
        let source = cells.text("source", 400).unwrap_or_else(|| given.source.clone());
        let (from, to) = (cells.day("valid_from"), cells.day("valid_to"));
        if row.cells.get("valid_from").is_none_or(|text| text.trim().is_empty()) {
            cells.refuse("valid_from", "required", "must say from which day it is valid");
        }
        let term = from.and_then(|from| match Term::new(from, to) {
            Ok(term) => Some(term),
            Err(refusal) => {
                cells.refuse("valid_to", "before_valid_from", refusal.to_string());
                None
            }
        });
        let parts = holder.zip(scheme).zip(number).zip(term);
        let Some((((holder, scheme), number), term)) = parts else {
            return Meaning { label, verdict: cells.finish().map(|()| Taken { changes: Vec::new(), act: Act::None }) };
        };
        let wanted = Designation {
            id: ids::new(),
            scheme_id: scheme.id,
            scheme_code: scheme.code.clone(),
            scheme_name_zh: scheme.name_zh.clone(),
            organization_id: holder.id,
            professional_id: None,
            professional_name: None,
            application_id: None,
            district_id: holder.district_id,
            organization_name_zh: holder.name_zh.clone(),
            number: number.clone(),
            level,
            valid_from: term.from(),
            valid_to: term.to(),
            revoked_from: None,
            suspensions: Json(Vec::new()),
            source,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let act = match self.numbers.get(&(scheme.id, number.clone())) {
            Some(Held::Known(known)) if same(known, &wanted) => Act::None,
            Some(Held::Known(known)) => {
                let message = format!(
                    "is held by {} already, with other days or another level; change it on its own page",
                    known.organization_name_zh
                );
                cells.refuse("number", "number_taken", message);
                Act::None
            }
            Some(Held::Row(earlier)) => {
                cells.refuse("number", "twice_in_file", format!("stands in row {earlier} already"));
                Act::None
            }
            None => {
                let others = self.terms.entry((holder.id, scheme.id)).or_default();
                match admit(term, holder.kind.as_str(), &scheme.holder_kinds, others) {
                    Ok(()) => others.extend(wanted.rules().ok()),
                    Err(refusal) => cells.refuse("holder", "not_for_this_holder", refusal.to_string()),
                }
                Act::Grant(Box::new(wanted))
            }
        };
        let verdict = cells.finish().map(|()| Taken { changes: Vec::new(), act });
        if verdict.is_ok() {
            self.numbers.entry((scheme.id, number)).or_insert(Held::Row(row.number()));
        }
        Meaning { label, verdict }
    }

    fn holder(&self, cells: &mut Reader<'_>, text: &str) -> Option<&'k Organization> {
        let named = self.by_name.get(text).map_or(&[][..], Vec::as_slice);
        let found = match (self.by_code.get(text), named) {
            (Some(one), _) | (None, [one]) => *one,
            (None, []) => {
                cells.refuse(
                    "holder",
                    "unknown",
                    "must be the code or the name of an organization of the district; import the organizations first",
                );
                return None;
            }
            (None, others) => {
                let codes: Vec<&str> = others.iter().map(|one| one.code.as_str()).collect();
                cells.refuse(
                    "holder",
                    "name_of_several",
                    format!("is the name of {}; write the code", codes.join(", ")),
                );
                return None;
            }
        };
        if found.status == OrganizationStatus::Closed {
            cells.refuse("holder", "organization_closed", "is closed");
            return None;
        }
        Some(found)
    }

    fn scheme(&self, cells: &mut Reader<'_>, text: Option<&str>) -> Option<&'k Scheme> {
        let Some(text) = text else {
            cells.refuse("scheme", "required", "must name a scheme, here or for the whole list");
            return None;
        };
        let found = self.schemes.iter().find(|one| one.code == text || one.name_zh == text);
        if found.is_none() {
            let codes: Vec<&str> = self.schemes.iter().map(|one| one.code.as_str()).collect();
            cells.refuse(
                "scheme",
                "unknown",
                format!("must be the code or the name of a scheme: {}", codes.join(", ")),
            );
        }
        found
    }
}

/// Whether a list says nothing new of a designation.
fn same(known: &Designation, wanted: &Designation) -> bool {
    known.organization_id == wanted.organization_id
        && known.professional_id.is_none()
        && (known.valid_from, known.valid_to) == (wanted.valid_from, wanted.valid_to)
        && (wanted.level.is_none() || known.level == wanted.level)
}
