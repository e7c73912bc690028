//! What kind an organization is, by the words of lists and by its name.

use super::cells::key;
use crate::organizations::OrganizationKind;

/// Kinds, each with what lists call it.
pub(super) const KINDS: &[(OrganizationKind, &[&str])] = &[
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
pub(super) fn kind_of(text: &str) -> Option<OrganizationKind> {
    let text = key(text);
    let ends = KINDS.iter().flat_map(|(kind, names)| names.iter().map(move |name| (*kind, *name)));
    let ends = ends.filter(|(_, name)| text == *name || (!name.is_ascii() && text.ends_with(name)));
    ends.max_by_key(|(_, name)| name.len()).map(|(kind, _)| kind)
}

/// Words for who runs or owns it, which say nothing of the kind.
const NATURES: [&str; 14] = [
    "公办",
    "民办",
    "公立",
    "私立",
    "公建民营",
    "国有",
    "国企",
    "民营",
    "集体",
    "事业单位",
    "社会组织",
    "普惠",
    "公益",
    "非营利",
];

/// Whether a word says who runs it: 公办, 民办, 公立 …
pub(super) fn is_nature(text: &str) -> bool {
    let text = key(text);
    NATURES.iter().any(|word| text.contains(word))
}

/// How names end that say the kind, whatever else the list is of.
const NAMES: &[(OrganizationKind, &[&str])] = &[
    (OrganizationKind::Kindergarten, &["幼儿园", "幼稚园"]),
    (OrganizationKind::School, &["小学", "中学", "学校", "初中", "高中", "附中", "附小", "中心校"]),
    (
        OrganizationKind::Community,
        &["社区", "居委会", "居民委员会", "村委会", "村民委员会", "街道", "街道办事处", "社区党群服务中心"],
    ),
    (
        OrganizationKind::Museum,
        &[
            "科技馆",
            "科学技术馆",
            "科学馆",
            "博物馆",
            "博物院",
            "天文馆",
            "美术馆",
            "图书馆",
            "展览馆",
            "纪念馆",
            "海洋馆",
        ],
    ),
    (OrganizationKind::Base, &["基地"]),
    (OrganizationKind::Company, &["公司"]),
    (OrganizationKind::Institute, &["研究所", "研究院", "科学院", "研究中心"]),
    (OrganizationKind::University, &["大学", "学院"]),
    (OrganizationKind::Media, &["电视台", "广播电台", "报社", "融媒体中心"]),
    (OrganizationKind::Authority, &["教育局", "科技局", "科学技术局", "教育和体育局", "教育委员会"]),
];

/// Parts of one house: 总园, 南校区.
const PARTS: [&str; 9] = ["总园", "分园", "园区", "分校", "校区", "本部", "教育集团", "集团校", "总校"];

/// The kind that a name says clearly, whatever is in brackets at its end and whichever part of the house it names.
pub(super) fn told_by_name(name: &str) -> Option<OrganizationKind> {
    let mut name = key(name);
    while let Some(open) = name.ends_with(')').then(|| name.rfind('(')).flatten() {
        name.truncate(open);
    }
    let by_end = |name: &str| {
        let ends = NAMES.iter().flat_map(|(kind, ends)| ends.iter().map(move |end| (*kind, *end)));
        ends.filter(|(_, end)| name.ends_with(end)).max_by_key(|(_, end)| end.len()).map(|(kind, _)| kind)
    };
    by_end(&name).or_else(|| {
        // 外国语学校(集团)南校区: what stands before the part says the kind.
        let is_part = PARTS.iter().any(|part| name.ends_with(part));
        let told = [("幼儿园", OrganizationKind::Kindergarten), ("学校", OrganizationKind::School)];
        let schools = ["小学", "中学"].map(|word| (word, OrganizationKind::School));
        told.into_iter().chain(schools).find(|(word, _)| is_part && name.contains(word)).map(|(_, kind)| kind)
    })
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
    #[case("公办", None)]
    fn kinds_are_told_by_how_they_end(#[case] text: &str, #[case] kind: Option<OrganizationKind>) {
        assert_eq!(kind_of(text), kind);
    }

    #[rstest]
    #[case("阳光幼儿园", Some(OrganizationKind::Kindergarten))]
    #[case("阳光幼儿园（东园）", Some(OrganizationKind::Kindergarten))]
    #[case("机关幼儿园总园", Some(OrganizationKind::Kindergarten))]
    #[case("新村社区", Some(OrganizationKind::Community))]
    #[case("新村社区居民委员会", Some(OrganizationKind::Community))]
    #[case("新村社区党群服务中心", Some(OrganizationKind::Community))]
    #[case("第一小学", Some(OrganizationKind::School))]
    #[case("外国语学校(集团)南校区", Some(OrganizationKind::School))]
    #[case("理工大学附属中学", Some(OrganizationKind::School))]
    #[case("理工大学", Some(OrganizationKind::University))]
    #[case("市科技馆", Some(OrganizationKind::Museum))]
    #[case("自然博物馆", Some(OrganizationKind::Museum))]
    #[case("植物科普基地", Some(OrganizationKind::Base))]
    #[case("示范科技有限公司", Some(OrganizationKind::Company))]
    #[case("幼儿园后勤服务有限公司", Some(OrganizationKind::Company))]
    #[case("海洋研究所", Some(OrganizationKind::Institute))]
    #[case("区教育局", Some(OrganizationKind::Authority))]
    #[case("儿童科创中心", None)]
    #[case("示范农场", None)]
    #[case("供电局", None)]
    #[case("宾馆", None)]
    fn clear_names_say_the_kind(#[case] name: &str, #[case] kind: Option<OrganizationKind>) {
        assert_eq!(told_by_name(name), kind);
    }

    #[test]
    fn who_runs_it_is_no_kind() {
        assert!(["公办", "民办", "公立", "公办园", "民办普惠性", "国有", "事业单位"].into_iter().all(is_nature));
        assert!(!["学校", "动物园", "气象站"].into_iter().any(is_nature));
    }
}
