//! Rows that are no entries of a list: totals, notes, and who filled it in.

use super::cells::key;
use crate::sheet::plain;

/// Words of totals.
const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "累计", "总数"];

/// Words that stand before a colon where something is said of the list.
const NOTES: [&str; 45] = [
    "注",
    "备注",
    "附注",
    "注释",
    "说明",
    "填表说明",
    "填报说明",
    "编制说明",
    "填报单位",
    "填表单位",
    "填报部门",
    "填表部门",
    "报送单位",
    "上报单位",
    "制表单位",
    "编制单位",
    "审核单位",
    "单位盖章",
    "盖章",
    "填报人",
    "填表人",
    "制表人",
    "制表",
    "经办人",
    "审核人",
    "审核",
    "复核人",
    "复核",
    "负责人",
    "单位负责人",
    "分管领导",
    "联系人",
    "联系电话",
    "联系方式",
    "电话",
    "手机",
    "制表日期",
    "制表时间",
    "填表日期",
    "填表时间",
    "填报日期",
    "填报时间",
    "报送日期",
    "打印日期",
    "日期",
];

/// Whether a cell reads as a total: 合计, 总 计（家）, 共计12个, 共3家.
pub(super) fn is_total(text: &str) -> bool {
    let text = plain(text);
    let counted = |rest: &str| {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        unit.len() < rest.len() && unit.chars().count() <= 4 && !unit.contains(|c: char| c.is_ascii_digit())
    };
    let total = TOTALS.iter().filter_map(|word| text.strip_prefix(*word)).any(|rest| rest.is_empty() || counted(rest));
    total || text.strip_prefix('共').is_some_and(counted)
}

/// Whether a cell reads as a note: such a word and a colon, with a number or something in brackets between them or not.
fn is_note(text: &str) -> bool {
    let text = key(text);
    let Some((word, _)) = text.split_once(':') else { return false };
    let word = word.split_once('(').map_or(word, |(word, _)| word).trim_end_matches(|c: char| c.is_ascii_digit());
    NOTES.contains(&word) || TOTALS.contains(&word)
}

/// What tells that a row is no entry: its first cell or the one with the name, if it reads as a total or a note.
pub(super) fn tells<'t>(cells: &'t [String], name: &'t str) -> Option<&'t str> {
    let first = cells.iter().map(String::as_str).find(|text| !text.is_empty()).unwrap_or_default();
    [first, name].into_iter().find(|text| is_total(text) || is_note(text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("合计", true)]
    #[case("合 计", true)]
    #[case("总计（家）", true)]
    #[case("小计：", true)]
    #[case("合计：3 家", true)]
    #[case("共计 12 个单位", true)]
    #[case("共２家", true)]
    #[case("合计：三家", true)]
    #[case("注：以上为首批单位", true)]
    #[case("注1：以上为首批单位", true)]
    #[case("备 注: 无", true)]
    #[case("说明：本表一式两份", true)]
    #[case("填报单位（盖章）：", true)]
    #[case("填表人：某某", true)]
    #[case("联系电话：", true)]
    #[case("制表日期：2026年1月1日", true)]
    #[case("说明书博物馆", false)]
    #[case("总计科技有限公司", false)]
    #[case("共青团活动中心", false)]
    #[case("共同成长幼儿园", false)]
    #[case("注", false)]
    #[case("备注", false)]
    #[case("电话博物馆", false)]
    #[case("合计2024年度科普基地", false)]
    #[case("第一小学：东校区", false)]
    #[case("", false)]
    fn totals_and_notes_are_told_from_names(#[case] text: &str, #[case] is: bool) {
        assert_eq!(is_total(text) || is_note(text), is, "{text}");
    }

    #[test]
    fn the_first_cell_or_the_name_tells() {
        let row = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(tells(&row("合计|2家"), "2家"), Some("合计"));
        assert_eq!(tells(&row("|填表人：|某某"), "某某"), Some("填表人："));
        assert_eq!(tells(&row("3|注：略"), "注：略"), Some("注：略"));
        assert_eq!(tells(&row("1|第一小学|合计"), "第一小学"), None);
        assert_eq!(tells(&row("1|说明书博物馆"), "说明书博物馆"), None);
    }
}
