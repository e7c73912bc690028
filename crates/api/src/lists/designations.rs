//! Lists of designations: who holds which licence or title, as an authority publishes them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kepu_domain::{
    designation::{self as rules, Term, admit, scheme::Holder},
    roster::cell,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Given,
    cells::{Reader, key, level, number, number_key},
    judge::{Act, Meaning, Row, Taken, tell},
    sheet::{Column, SIDE},
    store::{Professional, professionals, reaching_schemes},
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
    Column { key: SIDE, names: &["序号", "序", "项号", "序列号"], required: false, example: "1" },
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
            "单位全称",
            "幼儿园名称",
            "园所名称",
            "中心名称",
            "场馆名称",
            "企业名称",
            "学校",
            "基地",
            "幼儿园",
            "获授单位",
            "授牌单位",
            "organization",
            "holder",
            "name",
            "code",
        ],
        required: true,
        example: "示范科技馆",
    },
    Column {
        key: "professional",
        names: &["姓名", "个人姓名", "人员姓名", "获授人", "聘任人", "professional", "person"],
        required: false,
        example: "",
    },
    Column { key: "post", names: &["职务", "岗位", "职称", "post", "position"], required: false, example: "" },
    Column {
        key: "scheme",
        names: &["资质", "资质类别", "类别", "称号", "scheme", "title"],
        required: false,
        example: "base",
    },
    Column {
        key: "number",
        names: &["编号", "证书编号", "证书号", "牌匾编号", "牌号", "文号编号", "number", "no"],
        required: false,
        example: "示科〔2026〕1 号",
    },
    Column { key: "level", names: &["级别", "等级", "level"], required: false, example: "市级" },
    Column {
        key: "valid_from",
        names: &[
            "有效期起",
            "起始日期",
            "生效日期",
            "认定日期",
            "授予日期",
            "授予时间",
            "授牌日期",
            "授牌时间",
            "认定时间",
            "颁发日期",
            "发证日期",
            "开始日期",
            "公布日期",
            "公布时间",
            "发布日期",
            "批准日期",
            "起始时间",
            "validfrom",
            "from",
        ],
        required: false,
        example: "2026-09-01",
    },
    Column {
        key: "valid_to",
        names: &[
            "有效期至",
            "截止日期",
            "终止日期",
            "到期日期",
            "有效期止",
            "有效期",
            "有效期限",
            "有效时间",
            "起止日期",
            "起止时间",
            "期限",
            "结束日期",
            "validto",
            "to",
        ],
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
    let people = professionals(tx).await?;
    let mut book = Book::new(&organizations, &schemes, people, held)?;
    Ok(rows.iter().zip(1..).map(|(row, place)| book.meaning(now, given, row, place)).collect())
}

/// Who and what there is, and what was granted by earlier rows.
struct Book<'k> {
    /// By [`key`] of the name.
    by_name: HashMap<String, Vec<&'k Organization>>,
    by_code: HashMap<&'k str, &'k Organization>,
    schemes: &'k [Scheme],
    /// By scheme and [`number_key`] of the number.
    numbers: HashMap<(Uuid, String), Held>,
    /// Professionals by employer and [`key`] of the name, those of earlier rows as well.
    people: HashMap<(Uuid, String), (Uuid, String)>,
    /// By holder and scheme.
    terms: HashMap<(Uuid, Uuid), Vec<rules::Designation>>,
}

/// A number that is taken: by a designation, or by an earlier row.
enum Held {
    Known(Box<Designation>),
    Row(u64),
}

impl<'k> Book<'k> {
    fn new(
        organizations: &'k [Organization],
        schemes: &'k [Scheme],
        people: Vec<Professional>,
        held: Vec<Designation>,
    ) -> Result<Self> {
        let mut by_name: HashMap<String, Vec<&Organization>> = HashMap::new();
        for one in organizations {
            by_name.entry(key(&one.name_zh)).or_default().push(one);
        }
        let mut terms: HashMap<_, Vec<_>> = HashMap::new();
        for one in &held {
            terms.entry((one.holder(), one.scheme_id)).or_default().push(one.rules()?);
        }
        let numbers =
            held.into_iter().map(|one| ((one.scheme_id, number_key(&one.number)), Held::Known(Box::new(one))));
        Ok(Self {
            by_name,
            by_code: organizations.iter().map(|one| (one.code.as_str(), one)).collect(),
            schemes,
            numbers: numbers.collect(),
            people: people.into_iter().map(|one| ((one.employer_id, key(&one.name)), (one.id, one.name))).collect(),
            terms,
        })
    }

    fn meaning(&mut self, now: DateTime<Utc>, given: &Given, row: &Row, place: usize) -> Meaning {
        let mut cells = Reader::of(row);
        let holder = cells.required("holder", 120);
        let number = match given.number.as_deref() {
            Some(pattern) => cells.number("number", 60).or_else(|| Some(self::number(&numbered(pattern, row, place)))),
            None => cells.required("number", 60).map(|text| self::number(&text)),
        };
        let person = cells.text("professional", 60);
        let post = cells.text("post", 120);
        let label = [holder.as_deref(), person.as_deref(), number.as_deref()];
        let label = label.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let holder = holder.and_then(|text| self.holder(&mut cells, &text));
        let scheme = cells.text("scheme", 120).or_else(|| given.scheme.clone());
        let scheme = self.scheme(&mut cells, scheme.as_deref());
        let sort = if person.is_some() { Holder::Professional } else { Holder::Organization };
        if scheme.is_some_and(|scheme| !scheme.is_for(sort)) {
            match sort {
                Holder::Organization => {
                    cells.refuse("professional", "only_professionals", "must name who holds it: it is for persons");
                }
                Holder::Professional => {
                    cells.refuse("professional", "only_organizations", "must be empty: it is for organizations");
                }
            }
        }
        let scheme = scheme.filter(|scheme| scheme.is_for(sort));
        let level = cells.text("level", 40).map(|text| level(&text));
        let source = cells.text("source", 400).unwrap_or_else(|| given.source.clone());
        let (from, to) = cells.term(given);
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
        // Whoever is not known yet is entered with the designation.
        let person = person.map(|name| {
            let known = self.people.get(&(holder.id, key(&name))).cloned();
            known.unwrap_or_else(|| (ids::new(), name))
        });
        let wanted = Designation {
            id: ids::new(),
            scheme_id: scheme.id,
            scheme_code: scheme.code.clone(),
            scheme_name_zh: scheme.name_zh.clone(),
            scheme_name_en: scheme.name_en.clone(),
            organization_id: holder.id,
            professional_id: person.as_ref().map(|(id, _)| *id),
            professional_name: person.map(|(_, name)| name),
            application_id: None,
            district_id: holder.district_id,
            organization_name_zh: holder.name_zh.clone(),
            organization_name_en: holder.name_en.clone(),
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
        let place = (scheme.id, number_key(&number));
        let act = match self.numbers.get(&place) {
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
                let others = self.terms.get(&(wanted.holder(), scheme.id)).map_or(&[][..], Vec::as_slice);
                // The kinds are those of organizations that hold it, not of employers.
                let kinds = if wanted.professional_id.is_none() { scheme.holder_kinds.as_slice() } else { &[] };
                if let Err(refusal) = admit(term, holder.kind.as_str(), kinds, others) {
                    cells.refuse("holder", "not_for_this_holder", refusal.to_string());
                }
                Act::Grant { row: Box::new(wanted), post: post.unwrap_or_default() }
            }
        };
        let mut changes = Vec::new();
        if matches!(act, Act::Grant { .. }) {
            let days = (term.from().to_string(), term.to().map(|day| day.to_string()));
            tell(&mut changes, row, "number", Some(&number));
            tell(&mut changes, row, "valid_from", Some(&days.0));
            tell(&mut changes, row, "valid_to", days.1.as_deref());
        }
        let verdict = cells.finish().map(|()| Taken { changes, act });
        if let Ok(taken) = &verdict {
            self.numbers.entry(place).or_insert(Held::Row(row.number()));
            self.keep(&taken.act);
        }
        Meaning { label, verdict }
    }

    /// What is taken stands in the way of later rows.
    fn keep(&mut self, act: &Act) {
        let Act::Grant { row, .. } = act else { return };
        self.terms.entry((row.holder(), row.scheme_id)).or_default().extend(row.rules().ok());
        if let Some((id, name)) = row.professional_id.zip(row.professional_name.clone()) {
            self.people.entry((row.organization_id, key(&name))).or_insert((id, name));
        }
    }

    fn holder(&self, cells: &mut Reader<'_>, text: &str) -> Option<&'k Organization> {
        let named = self.by_name.get(&key(text)).map_or(&[][..], Vec::as_slice);
        let found = match (self.by_code.get(cell::fold(text).as_str()), named) {
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
        let found = self.schemes.iter().find(|one| one.code == text || key(&one.name_zh) == key(text));
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

/// The number that a row has by the pattern of the whole list: with the number at its side, or else with its place.
fn numbered(pattern: &str, row: &Row, place: usize) -> String {
    let side = row.cells.get(SIDE).map(|text| cell::fold(text)).unwrap_or_default();
    let side = side.trim_end_matches(['.', '、']);
    let is_number = (1..=9).contains(&side.len()) && side.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_number { side.to_owned() } else { place.to_string() };
    let found = pattern.find("{n").and_then(|at| {
        let (before, rest) = pattern.split_at(at);
        let (letters, after) = rest.strip_prefix('{')?.split_once('}')?;
        letters.bytes().all(|byte| byte == b'n').then_some((before, letters.len(), after))
    });
    let (before, width, after) = found.unwrap_or((pattern, 1, ""));
    format!("{before}{:0>width$}{after}", number.trim_start_matches('0'))
}

/// Whether a list says nothing new of a designation.
fn same(known: &Designation, wanted: &Designation) -> bool {
    known.organization_id == wanted.organization_id
        && known.professional_id == wanted.professional_id
        && (known.valid_from, known.valid_to) == (wanted.valid_from, wanted.valid_to)
        && (wanted.level.is_none() || known.level == wanted.level)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("示科〔2026〕{n}号", "7", "示科〔2026〕7号")]
    #[case("KP-{nnn}", "7", "KP-007")]
    #[case("KP-{nnn}", "０12.", "KP-012")]
    #[case("KP-{nnn}", "1234", "KP-1234")]
    #[case("KP2026-", "7", "KP2026-7")]
    #[case("KP-{x}-", "7", "KP-{x}-7")]
    #[case("KP-{n}", "（一）", "KP-3")]
    #[case("KP-{n}", "", "KP-3")]
    fn rows_are_numbered_by_the_pattern_of_their_list(
        #[case] pattern: &str,
        #[case] side: &str,
        #[case] expected: &str,
    ) {
        let cells = [(SIDE.to_owned(), side.to_owned())].into();
        let row = Row { row_no: 9, cells, faults: Vec::new() };
        assert_eq!(numbered(pattern, &row, 3), expected);
    }
}
