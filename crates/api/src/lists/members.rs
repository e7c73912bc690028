//! Lists of who takes part in a programme's year, and as what: hundreds of venues at once, of whatever district of the area.

use std::collections::{HashMap, HashSet};

use kepu_domain::programme::Step;
use uuid::Uuid;

use super::{
    Given, ListChange,
    cells::{Reader, key},
    judge::{Act, Meaning, Row, Taken},
    sheet::Column,
    store::districts,
};
use crate::{
    auth::Actor,
    designations,
    error::{ApiError, Result},
    organizations::{
        OrganizationStatus,
        store::{self as organizations, Organization},
    },
    programmes::{self, MemberRole, store as parts},
    tenancy::Tx,
};

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        key: "organization",
        names: &[
            "单位",
            "单位名称",
            "参加单位",
            "参与单位",
            "成员单位",
            "场馆",
            "场馆名称",
            "机构名称",
            "学校名称",
            "基地名称",
            "学校",
            "基地",
            "名称",
            "单位全称",
            "单位代码",
            "代码",
            "organization",
            "venue",
            "name",
            "code",
        ],
        required: true,
        example: "示范科技馆",
    },
    Column {
        key: "role", names: &["角色", "承担角色", "身份", "分工", "role"], required: false, example: "主办"
    },
    Column {
        key: "district",
        names: &["区", "区县", "所属区", "所属区县", "所在区", "地区", "district"],
        required: false,
        example: "",
    },
];

const ROLES: &[(MemberRole, &[&str])] = &[
    (MemberRole::Guide, &["指导", "guide", "指导单位"]),
    (MemberRole::Host, &["主办", "host", "主办单位", "联合主办"]),
    (
        MemberRole::Undertake,
        &["承办", "undertake", "承办单位", "协办", "协办单位", "参与", "参加", "参与单位", "参加单位"],
    ),
    (MemberRole::Support, &["支持", "support", "支持单位"]),
];

fn word(role: MemberRole) -> &'static str {
    ROLES.iter().find(|(one, _)| *one == role).and_then(|(_, names)| names.get(1)).copied().unwrap_or_default()
}

/// Judges all rows. Nobody else changes the edition until the transaction ends.
pub(super) async fn judge(tx: &mut Tx, actor: &Actor, given: &Given, rows: &[Row]) -> Result<Vec<Meaning>> {
    let Some(edition) = given.edition else { return Err(ApiError::not_found("edition")) };
    let edition = programmes::managed(tx, actor, edition, None, Step::Change).await?;
    let mut area = HashMap::new();
    for (id, code, name) in districts(tx).await? {
        if designations::store::reaches_district(tx, edition.authority_id, id).await? {
            area.insert(id, (code, name));
        }
    }
    let mut there = organizations::list(tx, &organizations::Filter::default(), None, i64::MAX).await?;
    there.retain(|one| area.contains_key(&one.district_id));
    let members = parts::members(tx, edition.id).await?;
    let members = members.into_iter().map(|one| (one.organization_id, one.roles)).collect();
    let mut book = Book::new(edition.id, &area, &there, members);
    Ok(rows.iter().map(|row| book.meaning(given, row)).collect())
}

/// Code and name of a district.
type Area = HashMap<Uuid, (String, String)>;

/// Who is in the area, who takes part, and who was met in the list.
struct Book<'k> {
    edition: Uuid,
    area: &'k Area,
    by_code: HashMap<&'k str, Vec<&'k Organization>>,
    /// By [`key`] of the name.
    by_name: HashMap<String, Vec<&'k Organization>>,
    members: HashMap<Uuid, Vec<MemberRole>>,
    met: HashMap<(Uuid, &'static str), u64>,
}

impl<'k> Book<'k> {
    fn new(edition: Uuid, area: &'k Area, there: &'k [Organization], members: HashMap<Uuid, Vec<MemberRole>>) -> Self {
        let mut by_code: HashMap<&str, Vec<&Organization>> = HashMap::new();
        let mut by_name: HashMap<String, Vec<&Organization>> = HashMap::new();
        for one in there {
            by_code.entry(one.code.as_str()).or_default().push(one);
            by_name.entry(key(&one.name_zh)).or_default().push(one);
        }
        Self { edition, area, by_code, by_name, members, met: HashMap::new() }
    }

    fn meaning(&mut self, given: &Given, row: &Row) -> Meaning {
        let mut cells = Reader::of(row);
        let text = cells.required("organization", 120);
        let label = text.clone().unwrap_or_default();
        let district = cells.text("district", 120);
        let said = cells.words("role", ROLES);
        let says_none = row.cells.get("role").is_none_or(|text| text.trim().is_empty());
        let mut roles: Vec<MemberRole> = if says_none { given.member_role.into_iter().collect() } else { said };
        let mut seen = HashSet::new();
        roles.retain(|role| seen.insert(word(*role)));
        if says_none && roles.is_empty() {
            cells.refuse("role", "required", "must say as what it takes part, here or for the whole list");
        }
        let found = text.and_then(|text| self.organization(&mut cells, &text, district.as_deref()));
        let Some(found) = found else {
            return Meaning { label, verdict: cells.finish().map(|()| Taken { changes: Vec::new(), act: Act::None }) };
        };
        let earlier = roles.iter().filter_map(|role| self.met.get(&(found.id, word(*role)))).min().copied();
        if let Some(earlier) = earlier {
            cells.refuse("organization", "twice_in_file", format!("stands in row {earlier} already"));
        }
        if cells.is_sound() {
            self.met.extend(roles.iter().map(|role| ((found.id, word(*role)), row.number())));
        }
        let verdict = cells.finish().map(|()| {
            let before = self.members.entry(found.id).or_default();
            let known = !before.is_empty();
            roles.retain(|role| !before.contains(role));
            before.extend(&roles);
            let changes = roles.iter().map(|role| ListChange::new("role", word(*role))).collect();
            if roles.is_empty() {
                return Taken { changes, act: Act::None };
            }
            Taken { changes, act: Act::AddMember { edition: self.edition, organization: found.id, roles, known } }
        });
        Meaning { label: found.name_zh.clone(), verdict }
    }

    /// Who is meant: by the code or the name, within a district if it is named.
    fn organization(&self, cells: &mut Reader<'_>, text: &str, district: Option<&str>) -> Option<&'k Organization> {
        let within = |one: &&&Organization| {
            district.is_none_or(|wanted| {
                self.area.get(&one.district_id).is_some_and(|(code, name)| code == wanted || key(name) == key(wanted))
            })
        };
        let of = |known: Option<&Vec<&'k Organization>>| -> Vec<&'k Organization> {
            known.into_iter().flatten().filter(within).copied().collect()
        };
        let coded = of(self.by_code.get(text));
        let found = if coded.is_empty() { of(self.by_name.get(&key(text))) } else { coded };
        match found[..] {
            [one] if one.status == OrganizationStatus::Closed => {
                cells.refuse("organization", "organization_closed", "is closed");
                None
            }
            [one] => Some(one),
            [] => {
                let message = "must be the code or the name of an organization within the area of the programme's \
                               authority; register it first";
                cells.refuse("organization", "unknown", message);
                None
            }
            _ => {
                let told = found.iter().map(|one| {
                    let district = self.area.get(&one.district_id).map_or("", |(_, name)| name.as_str());
                    format!("{} {district}", one.code)
                });
                let told = told.collect::<Vec<_>>().join(", ");
                cells.refuse(
                    "organization",
                    "several_districts",
                    format!("may be {told}; write the district as well, or the code"),
                );
                None
            }
        }
    }
}
